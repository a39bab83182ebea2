//! RFC 9293 §3.8.6: managing the window.

use super::Level::{May, Must, Should, ShouldNot};
use super::{Part, obeyed};

/// §3.8.6 itself.
pub const WINDOW: Part = Part {
    section: "3.8.6",
    title: "Managing the window",
    requirements: &[
        obeyed(
            "SHLD-14",
            ShouldNot,
            "3.8.6",
            "a receiver does not move its right edge left",
            &[
                "tcp::window::Tcb::offer_window",
                "check::invariants::Invariants::check_numbers",
            ],
            &[
                "tcp::tests::window_scale::the_right_edge_does_not_move_left_by_rounding",
                "tests::properties::invariants_hold_and_every_run_ends",
                "check::invariants::tests::numbers_that_move_left_are_seen",
            ],
        ),
        obeyed(
            "MUST-34",
            Must,
            "3.8.6",
            "a sender copes with a peer that moves it left",
            &["tcp::transmit::Tcb::window_at"],
            &[
                "tcp::tests::flow_control::a_shrinking_window_stops_new_text",
                "tcp::tests::flow_control::a_window_shrunk_to_nothing_is_probed",
            ],
        ),
        obeyed(
            "SHLD-15",
            ShouldNot,
            "3.8.6",
            "into a window that shrank nothing new is sent",
            &["tcp::transmit::Tcb::send_new"],
            &["tcp::tests::flow_control::a_shrinking_window_stops_new_text"],
        ),
        obeyed(
            "SHLD-16",
            Should,
            "3.8.6",
            "what lies within a window that shrank is sent again as ever",
            &["tcp::resend::Tcb::send_oldest"],
            &["tcp::tests::flow_control::a_shrinking_window_stops_new_text"],
        ),
        obeyed(
            "MAY-7",
            May,
            "3.8.6",
            "what lies beyond it may be sent again",
            &["tcp::resend::Tcb::send_oldest"],
            &["tcp::tests::flow_control::a_window_shrunk_to_nothing_is_probed"],
        ),
        obeyed(
            "SHLD-17",
            ShouldNot,
            "3.8.6",
            "that nothing beyond it is acknowledged ends no connection",
            &["tcp::timers::Tcb::restart_user_timeout"],
            &["tcp::tests::flow_control::a_window_shrunk_to_nothing_is_probed"],
        ),
        obeyed(
            "MUST-35",
            Must,
            "3.8.6",
            "a window that shrank to nothing is probed",
            &["tcp::resend::Tcb::send_oldest"],
            &["tcp::tests::flow_control::a_window_shrunk_to_nothing_is_probed"],
        ),
    ],
};

/// §3.8.6.1.
pub const PROBES: Part = Part {
    section: "3.8.6.1",
    title: "Zero-window probes",
    requirements: &[
        obeyed(
            "MUST-36",
            Must,
            "3.8.6.1",
            "a closed window is probed",
            &["tcp::persist::Tcb::probe"],
            &[
                "tcp::tests::flow_control::a_closed_window_is_probed",
                "transfer/slow_reader_zero_window",
            ],
        ),
        obeyed(
            "MAY-8",
            May,
            "3.8.6.1",
            "a receiver may keep its window closed for ever",
            &["tcp::window::Tcb::offer_window"],
            &["transfer/endless_probe_until"],
        ),
        obeyed(
            "MUST-37",
            Must,
            "3.8.6.1",
            "as long as its receiver answers probes, the connection stays",
            &["tcp::timers::Tcb::restart_user_timeout"],
            &[
                "tcp::tests::flow_control::a_closed_window_that_answers_lasts",
                "transfer/endless_probe_until",
            ],
        ),
        obeyed(
            "SHLD-29",
            Should,
            "3.8.6.1",
            "the first probe of a closed window goes after an RTO",
            &["tcp::persist::Tcb::probe_interval"],
            &["tcp::tests::flow_control::a_closed_window_is_probed"],
        ),
        obeyed(
            "SHLD-30",
            Should,
            "3.8.6.1",
            "the distance of probes doubles",
            &["tcp::persist::Tcb::probe_interval"],
            &["tcp::tests::flow_control::a_closed_window_is_probed"],
        ),
        obeyed(
            "U-5",
            Must,
            "3.8.6.1",
            "behind a closed window what arrives is acknowledged still",
            &["tcp::synchronized::Tcb::first_check_sequence_number"],
            &["tcp::tests::acceptability::table_6_with_a_closed_window"],
        ),
    ],
};

/// §3.8.6.2.
pub const SILLY: Part = Part {
    section: "3.8.6.2",
    title: "Silly windows",
    requirements: &[
        obeyed(
            "MUST-38",
            Must,
            "3.8.6.2.1",
            "a sender avoids silly windows",
            &["tcp::transmit::Tcb::is_worth_sending"],
            &[
                "tcp::tests::flow_control::a_silly_window_is_used_after_200_ms",
                "tcp::tests::flow_control::half_of_the_largest_window_is_used_at_once",
                "tcp::tests::flow_control::all_that_waits_goes_into_a_small_window",
            ],
        ),
        obeyed(
            "MUST-39",
            Must,
            "3.8.6.2.2",
            "a receiver avoids silly windows",
            &["tcp::window::Tcb::least_window_gain"],
            &[
                "tcp::tests::flow_control::the_window_opens_by_a_segment_at_least",
                "tcp::tests::flow_control::the_window_opens_by_half_a_small_buffer",
            ],
        ),
    ],
};

/// §3.8.6.3.
pub const ACKS: Part = Part {
    section: "3.8.6.3",
    title: "Delayed acknowledgements",
    requirements: &[
        obeyed(
            "SHLD-18",
            Should,
            "3.8.6.3",
            "acknowledgements wait for company",
            &["tcp::synchronized::Tcb::owe_ack"],
            &[
                "tcp::tests::nagle_and_delayed_ack::an_acknowledgement_waits_200_ms",
                "tcp::tests::nagle_and_delayed_ack::text_takes_the_acknowledgement_along",
                "transfer/delayed_ack",
            ],
        ),
        obeyed(
            "MUST-40",
            Must,
            "3.8.6.3",
            "they wait for less than 0.5 s",
            &["tcp::synchronized::Tcb::owe_delayed_ack"],
            &[
                "tcp::tests::nagle_and_delayed_ack::an_acknowledgement_waits_200_ms",
                "scenario::tests::mistakes_sections::mistakes_in_hosts",
            ],
        ),
        obeyed(
            "SHLD-19",
            Should,
            "3.8.6.3",
            "the second full segment is acknowledged at once",
            &["tcp::synchronized::Tcb::owe_ack"],
            &[
                "tcp::tests::nagle_and_delayed_ack::every_second_full_segment_is_acknowledged_at_once",
            ],
        ),
    ],
};
