//! RFC 9293 §3.8.1 to §3.8.5: retransmission, congestion, giving up, keep-alive, urgent data.

use super::Level::{May, Must, MustNot, Should, ShouldNot};
use super::Verdict::{Departs, DoesNotApply, NotTaken};
use super::{Part, entry, obeyed};

/// §3.8.1.
pub const TIMEOUT: Part = Part {
    section: "3.8.1",
    title: "Retransmission timeout",
    requirements: &[
        obeyed(
            "MUST-18",
            Must,
            "3.8.1",
            "the RTO is that of RFC 6298, with Karn's algorithm",
            &["tcp::rtt::Rtt::sample", "tcp::samples::Tcb::take_sample"],
            &[
                "tcp::rtt::tests::samples_follow_rfc_6298",
                "tcp::tests::retransmission::samples_set_the_rto",
                "tcp::tests::retransmission::karn_no_sample_from_what_was_sent_twice",
            ],
        ),
        entry(
            "MAY-4",
            May,
            "3.8.1",
            "the same packet again may keep its IPv4 identification",
            NotTaken("packets are never fragmented, so nothing reads identifications"),
        ),
    ],
};

/// §3.8.2.
pub const CONGESTION: Part = Part {
    section: "3.8.2",
    title: "Congestion control",
    requirements: &[
        obeyed(
            "MUST-19",
            Must,
            "3.8.2",
            "slow start, congestion avoidance, an RTO that doubles",
            &[
                "tcp::congestion::Congestion::on_ack",
                "tcp::congestion::Congestion::on_timeout",
                "tcp::rtt::Rtt::back_off",
            ],
            &[
                "tcp::tests::congestion::slow_start",
                "tcp::congestion::tests::congestion_avoidance_grows_a_segment_a_window",
                "tcp::tests::congestion::a_timeout_collapses_the_window",
                "tcp::tests::retransmission::the_rto_doubles_up_to_its_bound",
            ],
        ),
        obeyed(
            "MAY-18",
            May,
            "3.8.2",
            "other algorithms that conform may take its place",
            &["tcp::cubic::Cubic::avoid", "tcp::cubic::Cubic::reduce"],
            &[
                "tcp::cubic::tests::cwnd_follows_the_curve",
                "tcp::cubic::tests::a_short_round_trip_is_shared_as_with_reno",
            ],
        ),
        obeyed(
            "SHLD-8",
            Should,
            "3.8.2",
            "explicit congestion notification",
            &[
                "tcp::ecn::Tcb::take_ecn_setup",
                "tcp::ecn::Tcb::take_mark",
                "tcp::ecn::Tcb::take_echo",
            ],
            &[
                "tcp::tests::ecn::both_ends_take_part",
                "ecn/mark_halves",
                "ecn/syn_lost_falls_back",
            ],
        ),
    ],
};

/// §3.8.3.
pub const FAILURES: Part = Part {
    section: "3.8.3",
    title: "Connection failures",
    requirements: &[
        obeyed(
            "MUST-20",
            Must,
            "3.8.3",
            "at R1 retransmissions the network layer is told, at R2 the connection ends",
            &[
                "tcp::timers::Tcb::retransmission_timeout",
                "tcp::giving_up::Tcb::is_past_r2",
            ],
            &[
                "tcp::tests::user_timeout::r1_counts_retransmissions_in_a_row",
                "tcp::tests::user_timeout::t45_r2_gives_up",
            ],
        ),
        entry(
            "MUST-21",
            Must,
            "3.8.3",
            "an application can set R2 for its connection, also to infinity",
            Departs(
                "a socket's user timeout ends a connection sooner, but not later: the host's R2 of \
                 300 s stays (`tcp::tests::requirements::a_socket_does_not_go_beyond_r2`)",
            ),
        ),
        entry(
            "SHLD-9",
            Should,
            "3.8.3",
            "the application is told of trouble at R1",
            Departs(
                "it is a record, which the reader of a run sees \
                 (`tcp::tests::user_timeout::r1_counts_retransmissions_in_a_row`); sockets have no \
                 call that would bring it to a program",
            ),
        ),
        obeyed(
            "SHLD-10",
            Should,
            "3.8.3",
            "R1 is at least 3 retransmissions",
            &["tcp::timers::Tcb::retransmission_timeout"],
            &["tcp::tests::user_timeout::r1_counts_retransmissions_in_a_row"],
        ),
        obeyed(
            "SHLD-11",
            Should,
            "3.8.3",
            "R2 is at least 100 s",
            &["tcp::giving_up::Tcb::is_past_r2"],
            &[
                "tcp::tests::requirements::the_constants_keep_their_bounds",
                "tcp::tests::user_timeout::t45_the_user_timeout_aborts",
            ],
        ),
        obeyed(
            "MUST-22",
            Must,
            "3.8.3",
            "R1 and R2 hold for a SYN too",
            &["tcp::giving_up::Tcb::is_past_r2"],
            &[
                "tcp::tests::user_timeout::t16_syn_sent_ends_at_r2",
                "tcp::tests::user_timeout::t27_syn_received_ends_at_r2",
            ],
        ),
        obeyed(
            "MUST-23",
            Must,
            "3.8.3",
            "a SYN is sent again for at least 3 minutes",
            &["tcp::giving_up::Tcb::is_past_r2"],
            &[
                "tcp::tests::user_timeout::t16_syn_sent_ends_at_the_user_timeout",
                "handshake/timed_out",
            ],
        ),
    ],
};

/// §3.8.4.
pub const KEEP_ALIVE: Part = Part {
    section: "3.8.4",
    title: "Keep-alive",
    requirements: &[
        obeyed(
            "MAY-5",
            May,
            "3.8.4",
            "there may be keep-alive",
            &["tcp::keep_alive::Tcb::keep_alive_timeout"],
            &["tcp::tests::keep_alive::a_dead_peer_is_given_up"],
        ),
        obeyed(
            "MUST-24",
            Must,
            "3.8.4",
            "an application can switch keep-alive on and off",
            &[
                "host::socket::Options::set",
                "tcp::keep_alive::Tcb::mind_keep_alive",
            ],
            &[
                "tcp::tests::keep_alive::it_is_off_until_it_is_switched_on",
                "tests::requirements::keep_alive_is_a_choice_of_the_socket",
            ],
        ),
        obeyed(
            "MUST-25",
            Must,
            "3.8.4",
            "keep-alive is off by default",
            &["tcp::choices::Choices::new"],
            &[
                "tcp::tests::keep_alive::it_is_off_until_it_is_switched_on",
                "tests::requirements::keep_alive_is_a_choice_of_the_socket",
            ],
        ),
        obeyed(
            "MUST-26",
            Must,
            "3.8.4",
            "it probes only with nothing outstanding and nothing heard",
            &["tcp::keep_alive::Tcb::keep_alive_timeout"],
            &[
                "tcp::tests::keep_alive::what_is_outstanding_has_its_own_timer",
                "tcp::tests::keep_alive::an_answer_starts_it_over",
            ],
        ),
        obeyed(
            "MUST-27",
            Must,
            "3.8.4",
            "the interval of keep-alive can be set",
            &["host::socket::Options::choices"],
            &[
                "tcp::tests::keep_alive::a_dead_peer_is_given_up",
                "tests::requirements::keep_alive_is_a_choice_of_the_socket",
            ],
        ),
        obeyed(
            "MUST-28",
            Must,
            "3.8.4",
            "by default that interval is at least 2 hours",
            &["host::socket::Options::choices"],
            &[
                "tcp::tests::requirements::the_constants_keep_their_bounds",
                "tests::requirements::keep_alive_is_a_choice_of_the_socket",
            ],
        ),
        obeyed(
            "MUST-29",
            MustNot,
            "3.8.4",
            "one keep-alive probe without an answer ends nothing",
            &["tcp::keep_alive::Tcb::keep_alive_timeout"],
            &[
                "tcp::tests::keep_alive::an_answer_starts_it_over",
                "tcp::tests::requirements::the_constants_keep_their_bounds",
            ],
        ),
        obeyed(
            "SHLD-12",
            Should,
            "3.8.4",
            "a keep-alive probe has no text, and the number before SND.NXT",
            &["tcp::keep_alive::Tcb::keep_alive_probe"],
            &["tcp::tests::keep_alive::a_dead_peer_is_given_up"],
        ),
        entry(
            "MAY-6",
            May,
            "3.8.4",
            "for peers that need it, the probe may have an octet of garbage",
            NotTaken("every host here answers a probe without text"),
        ),
    ],
};

/// §3.8.5.
pub const URGENT: Part = Part {
    section: "3.8.5",
    title: "Urgent data",
    requirements: &[
        entry(
            "SHLD-13",
            ShouldNot,
            "3.8.5",
            "new applications do without urgent data",
            DoesNotApply("advice to applications, whose author is that of the scenario"),
        ),
        obeyed(
            "MUST-30",
            Must,
            "3.8.5",
            "the urgent mechanism is there",
            &[
                "tcp::urgent::Tcb::send_urgent",
                "tcp::urgent::Tcb::sixth_check_urg",
            ],
            &[
                "tcp::tests::urgent::the_pointer_is_behind_the_urgent_data",
                "transfer/urgent",
            ],
        ),
        obeyed(
            "MUST-31",
            Must,
            "3.8.5",
            "urgent data of any length",
            &["tcp::urgent::Tcb::send_urgent"],
            &["tcp::tests::urgent::the_pointer_is_behind_the_urgent_data"],
        ),
        obeyed(
            "MUST-62",
            Must,
            "3.8.5",
            "the urgent pointer shows just behind the urgent data",
            &["tcp::urgent::Tcb::urgent_field"],
            &["tcp::tests::urgent::the_pointer_is_behind_the_urgent_data"],
        ),
        obeyed(
            "MUST-32",
            Must,
            "3.8.5",
            "the application is told when urgent data begin, or more come",
            &["tcp::urgent::Tcb::sixth_check_urg"],
            &["tcp::tests::urgent::the_application_is_told_and_may_ask"],
        ),
        obeyed(
            "MUST-33",
            Must,
            "3.8.5",
            "the application can learn whether and how much of them remains",
            &["tcp::urgent::Tcb::urgent_pending"],
            &["tcp::tests::urgent::the_application_is_told_and_may_ask"],
        ),
        obeyed(
            "U-4",
            Must,
            "3.8.5",
            "urgency goes with an octet of text at least",
            &["tcp::urgent::Tcb::send_urgent"],
            &["tcp::tests::urgent::without_an_octet_nothing_is_urgent"],
        ),
    ],
};
