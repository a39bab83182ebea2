//! RFC 9293 §3.1 and §3.2: the header and its options.

use super::Level::{Must, MustNot, Recommended};
use super::Verdict::NotYet;
use super::{Part, entry, obeyed};

/// §3.1.
pub const HEADER: Part = Part {
    section: "3.1",
    title: "Header format",
    requirements: &[
        obeyed(
            "MUST-1",
            Must,
            "3.1",
            "the window is a number without a sign",
            &["tcp::synchronized::Tcb::window_of"],
            &["tcp::tests::requirements::a_window_beyond_half_of_its_field_is_used"],
        ),
        obeyed(
            "REC-1",
            Recommended,
            "3.1",
            "windows are kept and reckoned in 32 bits",
            &[
                "tcp::synchronized::Tcb::set_window",
                "tcp::window::Tcb::offer_window",
            ],
            &["tcp::tests::requirements::a_window_of_a_gigabyte_is_kept"],
        ),
        entry(
            "MUST-2",
            Must,
            "3.1",
            "the sender computes the checksum",
            NotYet("real bytes: `wire`"),
        ),
        entry(
            "MUST-3",
            Must,
            "3.1",
            "the receiver checks it, and drops what fails",
            NotYet("real bytes: `wire`"),
        ),
        entry(
            "MUST-4",
            Must,
            "3.1",
            "end of list, no operation and MSS are understood",
            NotYet("real bytes: `wire`"),
        ),
        entry(
            "MUST-5",
            Must,
            "3.1",
            "an option may come in any segment",
            NotYet("real bytes: `wire`"),
        ),
        entry(
            "MUST-6",
            Must,
            "3.1",
            "an option that is not known is skipped without an error",
            NotYet("real bytes: `wire`"),
        ),
        entry(
            "MUST-7",
            Must,
            "3.1",
            "an option with an impossible length does no harm",
            NotYet("real bytes: `wire`"),
        ),
        entry(
            "MUST-68",
            Must,
            "3.1",
            "all options but end of list and no operation have a length",
            NotYet("real bytes: `wire`"),
        ),
        entry(
            "MUST-69",
            Must,
            "3.1",
            "what follows the end of the list is zero",
            NotYet("real bytes: `wire`"),
        ),
    ],
};

/// §3.2.
pub const TERMS: Part = Part {
    section: "3.2",
    title: "Options",
    requirements: &[
        entry(
            "MUST-64",
            Must,
            "3.2",
            "an option need not begin at a word",
            NotYet("real bytes: `wire`"),
        ),
        obeyed(
            "MUST-65",
            MustNot,
            "3.2",
            "no MSS option without a SYN",
            &["tcp::transmit::Tcb::make_segment"],
            &["tests::requirements::the_mss_option_is_on_syns_alone"],
        ),
    ],
};
