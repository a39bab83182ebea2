//! RFC 9293 §3.4 to §3.6: sequence numbers, opening, resets, closing.

use super::Level::{May, Must, MustNot, Should};
use super::Verdict::{Departs, DoesNotApply};
use super::{Part, entry, obeyed};

/// §3.4.
pub const NUMBERS: Part = Part {
    section: "3.4",
    title: "Sequence numbers",
    requirements: &[
        obeyed(
            "MUST-66",
            Must,
            "3.4",
            "RST and URG count even against a closed window",
            &[
                "tcp::synchronized::Tcb::first_check_sequence_number",
                "tcp::urgent::Tcb::sixth_check_urg",
            ],
            &[
                "tcp::tests::reset::trap_7_a_reset_counts_in_a_closed_window",
                "tcp::tests::urgent::the_pointer_counts_against_a_closed_window",
            ],
        ),
        obeyed(
            "MUST-8",
            Must,
            "3.4.1",
            "the initial number follows a clock of 4 µs",
            &["host::Host::take_iss"],
            &["tests::requirements::initial_numbers_follow_a_clock_of_4_us"],
        ),
        obeyed(
            "SHLD-1",
            Should,
            "3.4.1",
            "the initial number depends on addresses, ports and a secret",
            &["host::Host::take_iss"],
            &["tests::requirements::initial_numbers_depend_on_ports_and_a_secret"],
        ),
        entry(
            "MUST-9",
            MustNot,
            "3.4.1",
            "no outsider can compute how",
            DoesNotApply(
                "the seed is the secret, and whoever runs the scenario knows it; the hash is a fast \
                 one, not one that withstands an attacker",
            ),
        ),
        obeyed(
            "U-1",
            Must,
            "3.4.3",
            "who lost the numbers in use is quiet for an MSL",
            &["host::Host::quiet_until"],
            &[
                "tests::requirements::a_host_without_memory_is_quiet_for_an_msl",
                "operations/host_crash_and_boot_quiet",
            ],
        ),
    ],
};

/// §3.5.
pub const OPENING: Part = Part {
    section: "3.5",
    title: "Opening a connection, resets",
    requirements: &[
        obeyed(
            "MUST-10",
            Must,
            "3.5",
            "both ends may open at once",
            &["tcp::opening::Tcb::syn_sent_fourth_check_syn"],
            &[
                "tcp::tests::opening::t11_a_bare_syn_in_syn_sent_opens_simultaneously",
                "rfc9293/figure_07_simultaneous_open",
            ],
        ),
        obeyed(
            "MUST-11",
            Must,
            "3.5",
            "SYN-RECEIVED knows from which OPEN it came",
            &["tcp::synchronized::Tcb::second_check_rst"],
            &[
                "tcp::tests::reset::t20_a_reset_sends_the_passive_side_back_to_listen",
                "tcp::tests::reset::t21_a_reset_refuses_the_active_side",
                "tcp::tests::opening::t06_active_open_in_listen_sends_a_syn",
            ],
        ),
        obeyed(
            "U-2",
            Must,
            "3.5.2",
            "no reset answers a reset, nor, once synchronized, an unacceptable segment",
            &[
                "tcp::closed::answer",
                "tcp::synchronized::Tcb::first_check_sequence_number",
            ],
            &[
                "tcp::tests::reset::t03_closed_does_not_answer_a_reset",
                "tcp::tests::acceptability::t48_an_unacceptable_segment_draws_an_acknowledgement",
            ],
        ),
        entry(
            "U-3",
            Should,
            "3.5.2",
            "who sends a reset goes to TIME-WAIT",
            Departs(
                "the texts conflict: §3.10.5 has ABORT delete the TCB, and is followed, being about \
                 the call itself (`tcp::tests::reset::t42_abort_of_an_open_connection_sends_a_reset`)",
            ),
        ),
        obeyed(
            "SHLD-2",
            Should,
            "3.5.3",
            "a reset may carry text",
            &["tcp::synchronized::Tcb::second_check_rst"],
            &["tcp::tests::reset::a_reset_may_carry_text"],
        ),
    ],
};

/// §3.6.
pub const CLOSING: Part = Part {
    section: "3.6",
    title: "Closing a connection",
    requirements: &[
        obeyed(
            "MUST-12",
            Must,
            "3.6",
            "the application can tell the peer's close from its reset",
            &["tcp::calls::Tcb::receive", "host::icmp::errno_of"],
            &[
                "tcp::tests::calls::receive_delivers_what_is_on_hand_then_the_end",
                "tcp::tests::reset::t43_a_reset_at_rcv_nxt_resets_the_connection",
                "teardown/reset/reset_in_established",
            ],
        ),
        obeyed(
            "MAY-1",
            May,
            "3.6.1",
            "CLOSE may give up reading as well",
            &["tcp::calls::Tcb::close", "tcp::calls::Tcb::shutdown"],
            &[
                "tcp::tests::calls::shutdown_with_unread_text_does_not_reset",
                "tcp::tests::calls::text_after_close_resets",
                "teardown/half_close_with_data",
            ],
        ),
        obeyed(
            "SHLD-3",
            Should,
            "3.6.1",
            "a CLOSE that loses text, or text after it, draws a reset",
            &[
                "tcp::calls::Tcb::reset_because",
                "tcp::synchronized::Tcb::reset_late_text",
            ],
            &[
                "tcp::tests::calls::close_with_unread_text_resets",
                "tcp::tests::calls::text_after_close_resets",
                "teardown/close_with_unread_data",
                "teardown/data_after_close",
            ],
        ),
        obeyed(
            "MUST-13",
            Must,
            "3.6.1",
            "who closes first waits 2 MSL in TIME-WAIT",
            &["tcp::timers::Tcb::start_time_wait"],
            &[
                "tcp::tests::time_wait::t37_time_wait_ends_after_2msl",
                "tcp::tests::calls::close_with_unread_text_leaves_time_wait_alone",
                "teardown/final_ack_lost",
            ],
        ),
        obeyed(
            "MAY-2",
            May,
            "3.6.1",
            "a SYN may reopen from TIME-WAIT, beyond all numbers used; an old one brings it back",
            &[
                "tcp::time_wait::Tcb::may_reopen",
                "host::connections::Host::reopen",
                "host::connections::Host::begin_after",
            ],
            &[
                "tcp::tests::time_wait::t39_a_newer_syn_may_reopen",
                "teardown/new_syn_reopens_time_wait",
                "teardown/old_duplicate_syn_ahead_of_time_wait",
            ],
        ),
        entry(
            "SHLD-4",
            Should,
            "3.6.1",
            "with timestamps TIME-WAIT gives way by the rules of RFC 6191",
            Departs(
                "the profile has no timestamps, and without them RFC 6191 says what MAY-2 says; \
                 who switches them on gives `syn_in_time_wait: Rfc6191` too, whose nine cases are in \
                 `tcp::time_wait::tests::the_nine_cases_of_rfc_6191`",
            ),
        ),
    ],
};
