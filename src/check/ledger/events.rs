//! RFC 9293 §3.10 and appendix A.2: processing of events.

use super::Level::{May, Must, MustNot, Note, Should};
use super::Verdict::Departs;
use super::{Part, entry, obeyed};

/// §3.10.7.
pub const ARRIVES: Part = Part {
    section: "3.10.7",
    title: "A segment arrives",
    requirements: &[
        obeyed(
            "U-10",
            May,
            "3.10.7.3",
            "text that waits may go with the acknowledgement that ends the handshake",
            &["tcp::transmit::Tcb::poll_transmit"],
            &[
                "tcp::tests::calls::send_queues_until_established",
                "tcp::tests::opening::t05_send_in_listen_opens_actively",
            ],
        ),
        obeyed(
            "MUST-58",
            Must,
            "3.10.7.4",
            "one acknowledgement serves for several segments",
            &["tcp::synchronized::Tcb::owe_ack"],
            &[
                "tcp::tests::nagle_and_delayed_ack::an_acknowledgement_waits_200_ms",
                "tcp::tests::nagle_and_delayed_ack::every_second_full_segment_is_acknowledged_at_once",
            ],
        ),
        entry(
            "MUST-59",
            Must,
            "3.10.7.4",
            "all segments that wait are processed before any is acknowledged",
            Departs(
                "none ever waits: each is processed when it arrives. Were what arrives at one instant \
                 taken as one batch, a path without a rate would bring a whole window at once, and \
                 one acknowledgement for it would make slow start linear",
            ),
        ),
        obeyed(
            "SHLD-31",
            Should,
            "3.10.7.4",
            "text beyond a gap is held",
            &["tcp::synchronized::Tcb::take_text"],
            &[
                "tcp::tests::text::text_beyond_a_gap_is_held",
                "tcp::tests::text::overlapping_pieces_are_joined",
                "transfer/duplicates_and_reordering",
            ],
        ),
        obeyed(
            "MAY-13",
            May,
            "3.10.7.4",
            "text that is not next may be acknowledged",
            &["tcp::synchronized::Tcb::take_text"],
            &[
                "tcp::tests::text::text_beyond_a_gap_is_held",
                "transfer/fast_retransmit",
            ],
        ),
        obeyed(
            "MAY-12",
            May,
            "3.10.7.4",
            "an acknowledgement may be checked as RFC 5961 §5 has it",
            &["tcp::synchronized::Tcb::acknowledge"],
            &["tcp::tests::acceptability::an_ack_older_than_any_window_is_challenged"],
        ),
        obeyed(
            "U-7",
            Must,
            "3.10.7.4",
            "a reset counts at RCV.NXT, is challenged elsewhere in the window, and ignored outside",
            &[
                "tcp::synchronized::Tcb::first_check_sequence_number",
                "tcp::synchronized::Tcb::second_check_rst",
            ],
            &[
                "tcp::tests::reset::t43_a_reset_at_rcv_nxt_resets_the_connection",
                "tcp::tests::reset::t46_a_reset_in_the_window_is_challenged",
                "teardown/reset/reset_outside_window_is_ignored",
            ],
        ),
        obeyed(
            "U-8",
            Must,
            "3.10.7.4",
            "a SYN in a connection is challenged, wherever it lies",
            &["tcp::synchronized::Tcb::fourth_check_syn"],
            &[
                "tcp::tests::acceptability::t47_a_syn_is_challenged",
                "teardown/reset/syn_in_established_is_challenged",
            ],
        ),
        obeyed(
            "U-9",
            Must,
            "3.10.7.4",
            "an acknowledgement older than the largest window, or of what was never sent, is answered",
            &["tcp::synchronized::Tcb::acknowledge"],
            &[
                "tcp::tests::acceptability::an_ack_older_than_any_window_is_challenged",
                "tcp::tests::acceptability::an_ack_of_something_never_sent_is_answered",
            ],
        ),
        obeyed(
            "U-12",
            Should,
            "3.10.7.4",
            "RCV.NXT + RCV.WND never becomes less",
            &[
                "tcp::window::Tcb::offer_window",
                "check::invariants::Invariants::check_numbers",
            ],
            &[
                "tcp::tests::flow_control::the_window_opens_by_a_segment_at_least",
                "tests::properties::invariants_hold_and_every_run_ends",
            ],
        ),
        obeyed(
            "U-11",
            MustNot,
            "3.10.7.4",
            "CLOSED, LISTEN and SYN-SENT process no FIN",
            &[
                "tcp::closed::answer",
                "tcp::opening::Tcb::listen",
                "tcp::opening::Tcb::syn_sent",
            ],
            &[
                "tcp::tests::reset::t03_closed_answers_with_a_reset",
                "tcp::tests::opening::what_is_no_syn_in_listen_is_dropped",
                "tcp::tests::opening::trap_8_no_fin_is_received_in_syn_sent",
            ],
        ),
        obeyed(
            "U-13",
            Note,
            "A.2",
            "the check of numbers must not hide acknowledgements that end a deadlock",
            &[
                "tcp::synchronized::Tcb::has_old_syn",
                "tcp::synchronized::Tcb::first_check_sequence_number",
            ],
            &[
                "tcp::tests::opening::t11_a_bare_syn_in_syn_sent_opens_simultaneously",
                "tcp::tests::closing::trap_3_simultaneous_close_with_loss",
                "tcp::tests::acceptability::a_closed_window_does_not_stop_acknowledgements",
            ],
        ),
    ],
};
