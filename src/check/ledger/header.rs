//! RFC 9293 §3.1 and §3.2: the header and its options.

use super::Level::{Must, MustNot, Recommended};
use super::{Part, obeyed};

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
        obeyed(
            "MUST-2",
            Must,
            "3.1",
            "the sender computes the checksum",
            &["wire::encode"],
            &["wire::tests::vectors::a_kernels_handshake_is_read_and_written"],
        ),
        obeyed(
            "MUST-3",
            Must,
            "3.1",
            "the receiver checks it, and drops what fails",
            &["wire::decode::tcp"],
            &["wire::tests::a_flipped_bit_is_noticed"],
        ),
        obeyed(
            "MUST-4",
            Must,
            "3.1",
            "end of list, no operation and MSS are understood",
            &["wire::options::read"],
            &["wire::tests::options_are_read_wherever_they_stand"],
        ),
        obeyed(
            "MUST-5",
            Must,
            "3.1",
            "an option may come in any segment",
            &["wire::options::read"],
            &["wire::tests::options_are_read_wherever_they_stand"],
        ),
        obeyed(
            "MUST-6",
            Must,
            "3.1",
            "an option that is not known is skipped without an error",
            &["wire::options::read"],
            &["wire::tests::options_are_read_wherever_they_stand"],
        ),
        obeyed(
            "MUST-7",
            Must,
            "3.1",
            "an option with an impossible length does no harm",
            &["wire::options::read"],
            &[
                "wire::tests::illegal_lengths_have_names",
                "wire::tests::anything_is_read_or_refused",
            ],
        ),
        obeyed(
            "MUST-68",
            Must,
            "3.1",
            "all options but end of list and no operation have a length",
            &["wire::options::read"],
            &["wire::tests::illegal_lengths_have_names"],
        ),
        obeyed(
            "MUST-69",
            Must,
            "3.1",
            "what follows the end of the list is zero",
            &["wire::options::Written::of"],
            &["wire::tests::options_stand_on_words_in_the_order_of_most_hosts"],
        ),
    ],
};

/// §3.2.
pub const TERMS: Part = Part {
    section: "3.2",
    title: "Options",
    requirements: &[
        obeyed(
            "MUST-64",
            Must,
            "3.2",
            "an option need not begin at a word",
            &["wire::options::read"],
            &["wire::tests::options_are_read_wherever_they_stand"],
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
