//! RFC 9293 §3.7: how text becomes segments.

use super::Level::{May, Must, Should};
use super::Verdict::DoesNotApply;
use super::{Part, entry, obeyed};

/// §3.7.1 to §3.7.3.
pub const SIZES: Part = Part {
    section: "3.7.1",
    title: "Maximum segment size",
    requirements: &[
        obeyed(
            "MUST-14",
            Must,
            "3.7.1",
            "the MSS option is sent and received",
            &[
                "tcp::transmit::Tcb::make_segment",
                "tcp::opening::Tcb::take_syn",
            ],
            &[
                "tcp::tests::opening::t02_active_open_sends_a_syn",
                "tcp::tests::opening::t04_a_syn_in_listen_is_answered_by_syn_ack",
                "tcp::tests::opening::the_mss_option_bounds_what_is_sent",
            ],
        ),
        obeyed(
            "SHLD-5",
            Should,
            "3.7.1",
            "the MSS option is on every SYN, where the size is not the default",
            &["tcp::transmit::Tcb::make_segment"],
            &[
                "tcp::tests::opening::t02_active_open_sends_a_syn",
                "tcp::tests::opening::t11_a_bare_syn_in_syn_sent_opens_simultaneously",
            ],
        ),
        obeyed(
            "MAY-3",
            May,
            "3.7.1",
            "it may always be",
            &["tcp::transmit::Tcb::make_segment"],
            &["tcp::tests::requirements::the_default_size_is_announced_too"],
        ),
        obeyed(
            "MUST-15",
            Must,
            "3.7.1",
            "without the option the peer takes 536 octets, with IPv6 1,220",
            &["tcp::opening::Tcb::take_syn", "scenario::hosts::read"],
            &[
                "tcp::tests::opening::the_mss_option_bounds_what_is_sent",
                "scenario::tests::plans::ipv6_has_larger_headers",
            ],
        ),
        obeyed(
            "MUST-16",
            Must,
            "3.7.1",
            "text fits the peer's size and this end's MTU, less the options",
            &["tcp::opening::Tcb::take_syn"],
            &[
                "tcp::tests::opening::the_mss_option_bounds_what_is_sent",
                "tcp::tests::timestamps::both_syns_switch_them_on",
            ],
        ),
        obeyed(
            "MUST-67",
            Must,
            "3.7.1",
            "what is announced fits this end's MTU",
            &["scenario::path::Mtu::octets_of_text"],
            &[
                "scenario::tests::plans::a_path_has_a_base_and_directions",
                "scenario::tests::mistakes_sections::mistakes_in_hosts",
            ],
        ),
        entry(
            "SHLD-6",
            Should,
            "3.7.3",
            "where the MTU varies, the smallest counts",
            DoesNotApply("a host has one interface, whose MTU is that of the path and stays"),
        ),
    ],
};

/// §3.7.4.
pub const NAGLE: Part = Part {
    section: "3.7.4",
    title: "Nagle's algorithm",
    requirements: &[
        obeyed(
            "SHLD-7",
            Should,
            "3.7.4",
            "small segments wait while anything is unacknowledged",
            &["tcp::transmit::Tcb::is_worth_sending"],
            &[
                "tcp::tests::nagle_and_delayed_ack::nagle_holds_small_segments_back",
                "transfer/nagle_and_nodelay",
            ],
        ),
        obeyed(
            "MUST-17",
            Must,
            "3.7.4",
            "an application can switch that off for its connection",
            &["host::socket::Options::set"],
            &[
                "tcp::tests::nagle_and_delayed_ack::nagle_can_be_switched_off",
                "transfer/nagle_and_nodelay",
            ],
        ),
    ],
};
