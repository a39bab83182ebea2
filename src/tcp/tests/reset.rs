//! Resets, sent and received: RFC 9293 §3.5.2, §3.5.3, §3.10.5, §3.10.7; RFC 5961 §3.

use super::*;

/// RFC 9293 §3.10.7.1 and §3.5.2, group 1; Figure 10.
#[test]
fn t03_closed_answers_with_a_reset() {
    for (text, reset) in [
        ("SYN seq=7", "RST,ACK seq=0 ack=8"),
        ("none seq=7 len=10", "RST,ACK seq=0 ack=17"),
        ("FIN seq=7 len=10", "RST,ACK seq=0 ack=18"),
        ("ACK seq=300 ack=100 len=10", "RST seq=100"),
        ("SYN,ACK seq=300 ack=100", "RST seq=100"),
    ] {
        closed()
            .arrives(text)
            .dropped(DropReason::NoConnection)
            .replies(reset)
            .stays(Closed);
    }
}

/// RFC 9293 §3.10.7.1: no reset answers a reset (U-2).
#[test]
fn t03_closed_does_not_answer_a_reset() {
    for text in ["RST seq=7", "RST,ACK seq=7 ack=9"] {
        closed()
            .arrives(text)
            .dropped(DropReason::NothingToReset)
            .silent()
            .stays(Closed);
    }
}

/// RFC 9293 §3.10.7.3, second check; §3.5.3: the reset must acknowledge the SYN.
#[test]
fn t14_a_reset_of_the_syn_refuses_the_connection() {
    syn_sent()
        .arrives("RST,ACK seq=0 ack=1")
        .accepted()
        .silent()
        .enters([Closed])
        .ended(End::Refused)
        .refuses(Call::Send(1), CallError::Ended(End::Refused));
}

/// RFC 9293 §3.10.7.3, second check.
#[test]
fn a_reset_without_ack_in_syn_sent_is_dropped() {
    syn_sent()
        .arrives("RST seq=0")
        .dropped(DropReason::ResetWithoutAck)
        .silent()
        .stays(SynSent);
}

/// RFC 9293 §3.10.7.4, second check; Figure 11: the listener goes on.
#[test]
fn t20_a_reset_sends_the_passive_side_back_to_listen() {
    syn_received_passive()
        .arrives("RST seq=1")
        .accepted()
        .silent()
        .enters([Listen])
        .at("1000s")
        .silent()
        .arrives("SYN seq=50 mss=1000")
        .replies("SYN,ACK seq=0 ack=51 mss=1000")
        .enters([SynReceived]);
}

/// RFC 9293 §3.10.7.4, second check.
#[test]
fn t21_a_reset_refuses_the_active_side() {
    syn_received_active()
        .arrives("RST seq=1")
        .accepted()
        .silent()
        .enters([Closed])
        .ended(End::Refused);
}

/// RFC 9293 §3.10.7.4, second check, as RFC 5961 §3.2 has it; the ACK field does not matter.
#[test]
fn resets_in_syn_received_must_be_exact() {
    for mut t in [syn_received_passive(), syn_received_active()] {
        t.arrives("RST,ACK seq=2 ack=100")
            .dropped(DropReason::ResetNotExact)
            .replies("ACK seq=1 ack=1")
            .stays(SynReceived)
            .arrives("RST,ACK seq=0 ack=1")
            .dropped(DropReason::ResetOutsideWindow)
            .silent()
            .stays(SynReceived);
    }
}

/// RFC 9293 §3.10.5.
#[test]
fn t26_abort_in_syn_received_sends_a_reset() {
    for mut t in [syn_received_passive(), syn_received_active()] {
        t.calls(Call::Abort)
            .replies("RST seq=1")
            .enters([Closed])
            .ended(End::Aborted);
    }
}

/// RFC 9293 §3.10.7.4, second check; RFC 1337 §3, the first fix.
#[test]
fn t40_a_reset_in_time_wait_closes_or_is_ignored() {
    time_wait()
        .arrives("RST seq=2")
        .silent()
        .enters([Closed])
        .ended(End::Reset);
    with(|c| c.reset_in_time_wait = ResetInTimeWait::Ignored)
        .time_wait()
        .arrives("RST seq=2")
        .dropped(DropReason::ResetInTimeWait)
        .silent()
        .stays(TimeWait)
        .at("240s")
        .silent()
        .enters([Closed]);
}

/// RFC 9293 §3.10.5: both ends closed, so there is nothing to reset.
#[test]
fn t41_abort_after_both_fins_sends_no_reset() {
    for mut t in [closing(), last_ack(), time_wait()] {
        t.calls(Call::Abort)
            .silent()
            .enters([Closed])
            .ended(End::Aborted);
    }
}

/// RFC 9293 §3.10.5: `<SEQ=SND.NXT><CTL=RST>`; the TCB is deleted, not kept as Figure 5 notes.
#[test]
fn t42_abort_of_an_open_connection_sends_a_reset() {
    for (mut t, reset) in [
        (established(), "RST seq=1"),
        (fin_wait_1(), "RST seq=2"),
        (fin_wait_2(), "RST seq=2"),
        (close_wait(), "RST seq=1"),
    ] {
        t.calls(Call::Abort)
            .replies(reset)
            .enters([Closed])
            .ended(End::Aborted)
            .at("1000s")
            .silent();
    }
}

/// RFC 9293 §3.10.5: what is queued is flushed, and the number is that of what was sent.
#[test]
fn trap_9_the_reset_of_abort_carries_snd_nxt_and_no_ack() {
    established()
        .calls(Call::Send(1500))
        .replies("ACK seq=1 ack=1 len=1000")
        .calls(Call::Abort)
        .replies("RST seq=1001 wnd=0")
        .enters([Closed])
        .ended(End::Aborted);
}

/// RFC 9293 §3.10.7.4, second check: the user learns of it (MUST-12). Once it is established, a
/// connection that a listener made ends like any other.
#[test]
fn t43_a_reset_at_rcv_nxt_resets_the_connection() {
    for setup in with_all_numbers() {
        for (mut t, reset) in [
            (setup.established(), "RST seq=1"),
            (setup.established_passive(), "RST seq=1"),
            (setup.fin_wait_1(), "RST seq=1"),
            (setup.fin_wait_2(), "RST seq=1"),
            (setup.close_wait(), "RST seq=2"),
        ] {
            t.arrives(reset)
                .accepted()
                .silent()
                .enters([Closed])
                .ended(End::Reset)
                .refuses(Call::Receive(1), CallError::Ended(End::Reset))
                .refuses(Call::Send(1), CallError::Ended(End::Reset));
        }
    }
}

/// RFC 9293 §3.10.7.4, second check.
#[test]
fn t44_a_reset_after_both_fins_closes() {
    for mut t in [closing(), last_ack()] {
        t.arrives("RST seq=2")
            .accepted()
            .silent()
            .enters([Closed])
            .ended(End::Reset);
    }
}

/// RFC 9293 §3.10.7.4, second check, and RFC 5961 §3.2: a guess is challenged, or ignored.
#[test]
fn t46_a_reset_in_the_window_is_challenged() {
    for mut t in Setup::default().every_synchronized() {
        let (state, snd, rcv) = (t.tcb.state(), t.snd_nxt(), t.rcv_nxt());
        let edge = rcv + i64::from(t.tcb.rcv_wnd());
        for seq in [rcv + 1, edge - 1] {
            t.arrives(&format!("RST seq={seq}"))
                .dropped(DropReason::ResetNotExact)
                .replies(&format!("ACK seq={snd} ack={rcv}"))
                .stays(state);
        }
        for seq in [rcv - 1, edge, edge + 1] {
            t.arrives(&format!("RST seq={seq}"))
                .dropped(DropReason::ResetOutsideWindow)
                .silent()
                .stays(state);
        }
    }
}

/// RFC 5961 §3.2: whoever really has reset answers the challenge with the exact number.
#[test]
fn the_answer_to_a_challenge_resets() {
    established()
        .arrives("RST seq=101")
        .replies("ACK seq=1 ack=1")
        .arrives("RST seq=1")
        .silent()
        .enters([Closed])
        .ended(End::Reset);
}

/// RFC 5961 §7: ten in five seconds.
#[test]
fn challenges_are_throttled() {
    let mut t = established();
    for _ in 0..10 {
        t.arrives("RST seq=2").replies("ACK seq=1 ack=1");
    }
    t.arrives("RST seq=2")
        .silent()
        .arrives("SYN seq=2")
        .silent();
    t.at("4.999999999s").silent().arrives("RST seq=2").silent();
    t.at("5s").silent();
    t.arrives("RST seq=2").replies("ACK seq=1 ack=1");
}

/// RFC 9293 §3.5.3 (SHLD-2).
#[test]
fn a_reset_may_carry_text() {
    established()
        .arrives("RST seq=1 len=10")
        .silent()
        .enters([Closed])
        .ended(End::Reset);
}

/// RFC 9293 §3.4 (MUST-66): Table 6 takes nothing there, yet a reset at RCV.NXT counts.
#[test]
fn trap_7_a_reset_counts_in_a_closed_window() {
    let mut t = established();
    t.arrives("ACK seq=1 ack=1 len=4000")
        .replies("ACK seq=1 ack=4001 wnd=0")
        .arrives("RST seq=4002")
        .dropped(DropReason::ResetOutsideWindow)
        .silent()
        .arrives("RST seq=4000")
        .dropped(DropReason::ResetOutsideWindow)
        .silent()
        .arrives("RST seq=4001")
        .accepted()
        .silent()
        .enters([Closed])
        .ended(End::Reset);
}
