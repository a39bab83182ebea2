//! Handshakes as measured or learned: a SYN inside the window, a SYN,ACK that was not asked for, a
//! listener that waits for text, and how soon a SYN goes out again.

use super::*;

/// The learned model of a client, FreeBSD 10, states s3, s7, s8 and s10: the reset has this end's
/// numbers.
#[test]
fn a_syn_in_the_window_may_abort() {
    let setup = recorded_with(|c| c.syn_in_connection = SynInConnection::Aborts);
    for text in ["SYN seq=1", "SYN,ACK seq=1 ack=1"] {
        let mut t = setup.established();
        t.arrives(text).dropped(DropReason::SynInConnection);
        t.replies("RST,ACK seq=1 ack=1").enters([Closed]);
        t.ended(End::Reset);
    }
    let mut t = with(|c| c.syn_in_connection = SynInConnection::Aborts).time_wait();
    t.arrives("SYN,ACK seq=2 ack=2").silent().stays(TimeWait);
}

/// The learned model of a client, Linux 3, states s3, s4 and s14; s13 is TIME-WAIT.
#[test]
fn a_syn_without_ack_may_be_ignored_wherever_it_lies() {
    let setup = recorded_with(|c| c.syn_in_connection = SynInConnection::Ignored);
    for mut t in [setup.established(), setup.last_ack()] {
        let rcv = t.rcv_nxt();
        for seq in [rcv, rcv - 1] {
            t.arrives(&format!("SYN seq={seq}"))
                .dropped(DropReason::NoAck)
                .silent();
        }
    }
    let mut t = setup.established();
    t.arrives("SYN,ACK seq=1 ack=1")
        .dropped(DropReason::SynInConnection);
    t.replies("ACK seq=1 ack=1");
    let mut t = setup.time_wait();
    t.arrives("SYN seq=0")
        .replies("ACK seq=2 ack=2")
        .dropped(DropReason::OutsideWindow);
}

/// RFC 9293 §3.10.7.4, fourth check, and what two stacks do instead.
#[test]
fn a_syn_in_the_window_of_a_handshake() {
    let handshake = |rule| with(|c| c.syn_in_handshake = rule).syn_received_passive();
    handshake(SynInHandshake::Listens)
        .arrives("SYN seq=1")
        .silent()
        .enters([Listen]);
    let mut t = handshake(SynInHandshake::Resets);
    t.arrives("SYN seq=1")
        .replies("RST,ACK seq=0 ack=2")
        .enters([Listen]);
    let mut t = handshake(SynInHandshake::AnsweredAgain);
    t.arrives("SYN seq=1")
        .replies("SYN,ACK seq=0 ack=1 mss=1000 again")
        .stays(SynReceived);
    t.arrives("SYN,ACK seq=1 ack=1")
        .replies("RST seq=1")
        .enters([Listen]);
}

/// The learned model of a client, FreeBSD 10, state s6.
#[test]
fn the_close_of_a_handshake_may_be_silent() {
    let setup = with(|c| c.close_in_syn_received = CloseInSynReceived::Deletes);
    let mut t = setup.syn_received_active();
    t.calls(Call::Close)
        .silent()
        .enters([Closed])
        .ended(End::Withdrawn);
    let mut t = setup.syn_received_active();
    t.calls(Call::Shutdown)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1]);
}

/// simultaneous-open: the SYN,ACK of the peer is acknowledged, and that of this end does not start
/// the timer over.
#[test]
fn a_simultaneous_open_as_measured() {
    let setup = with(|c| {
        c.ack_simultaneous_syn_ack = true;
        c.syn_ack_restarts_rto = false;
    });
    let mut t = setup.syn_sent();
    t.at("50ms").silent().arrives("SYN seq=0 mss=1000");
    t.replies("SYN,ACK seq=0 ack=1 mss=1000")
        .enters([SynReceived]);
    t.at("999.999999ms").silent();
    t.at("1s").replies("SYN,ACK seq=0 ack=1 mss=1000 again");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    let mut t = with(|c| c.ack_simultaneous_syn_ack = true).syn_received_active();
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
}

/// time-wait-reuse-no-listener: 31 ms after the SYN, over 20 ms; only the first time.
#[test]
fn a_syn_may_go_again_soon_after_a_wrong_ack() {
    let mut t = with(|c| c.syn_after_wrong_ack = Some(span("8ms"))).syn_sent();
    t.at("20ms").silent().arrives("ACK seq=300 ack=-9");
    t.dropped(DropReason::AckOfNothingInSynSent)
        .replies("RST seq=-9");
    t.at("27.999999ms").silent();
    t.at("28ms").replies("SYN seq=0 mss=1000 again");
    t.arrives("ACK seq=300 ack=-9").replies("RST seq=-9");
    t.at("36ms").silent();
    let mut t = syn_sent();
    t.at("20ms")
        .silent()
        .arrives("ACK seq=300 ack=-9")
        .replies("RST seq=-9");
    t.at("999.999999ms").silent();
}

/// defer-accept: the bare ACK does not end the handshake, the SYN,ACK goes out at the second time-out
/// alone, and the next ACK ends it.
#[test]
fn a_listener_may_wait_for_text() {
    let deferring = |time_outs| {
        let mut t = measured().listening();
        t.tcb.choices_mut().defer_accept = time_outs;
        t.arrives("SYN seq=0 mss=1000 sackok").enters([SynReceived]);
        t.replies("SYN,ACK seq=0 ack=1 mss=1000 sackok");
        t
    };
    let mut t = deferring(2);
    t.arrives("ACK seq=1 ack=1")
        .dropped(DropReason::AcceptDeferred)
        .silent();
    t.at("2.999999999s").silent();
    t.at("3s")
        .replies("SYN,ACK seq=0 ack=1 mss=1000 sackok again");
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    // Text and FIN are what it waits for.
    let mut t = deferring(2);
    t.arrives("ACK seq=1 ack=1").silent();
    t.arrives("PSH,ACK seq=1 ack=1 len=10")
        .enters([Established])
        .replies("ACK seq=1 ack=11");
    let mut t = deferring(2);
    t.arrives("FIN,ACK seq=1 ack=1")
        .enters([Established, CloseWait])
        .replies("ACK seq=1 ack=2");
    // Who did not acknowledge hears the SYN,ACK again as ever.
    let mut t = deferring(2);
    t.at("1s")
        .replies("SYN,ACK seq=0 ack=1 mss=1000 sackok again");
    t.at("3s")
        .replies("SYN,ACK seq=0 ack=1 mss=1000 sackok again");
}

/// Who acknowledged is waited for beyond R2 of the SYN,ACK.
#[test]
fn waiting_for_text_goes_beyond_r2() {
    let mut setup = measured();
    setup.config.r2_syn_ack = Limit::Retransmissions(1);
    let mut t = setup.listening();
    t.tcb.choices_mut().defer_accept = 3;
    t.arrives("SYN seq=0 mss=1000").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000");
    t.arrives("ACK seq=1 ack=1").silent();
    t.at("6.999999999s").silent();
    t.at("7s").replies("SYN,ACK seq=0 ack=1 mss=1000 again");
    t.notes(Note::DeliveryTrouble { count: 3 });
    t.at("15s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// tcp(7), TCP_SYNCNT: the number takes the place of that in R2.
#[test]
fn a_socket_may_limit_its_syns() {
    let mut setup = measured();
    setup.config.syn_linear_timeouts = 0;
    let mut t = setup.closed();
    t.tcb.choices_mut().syn_retries = Some(1);
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 sackok");
    t.at("1s").replies("SYN seq=0 mss=1000 sackok again");
    t.at("3s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
    let mut t = measured().listening();
    t.tcb.choices_mut().syn_retries = Some(1);
    t.arrives("SYN seq=0 mss=1000").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000");
    t.at("1s").replies("SYN,ACK seq=0 ack=1 mss=1000 again");
    t.at("3s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// The learned model of a client, FreeBSD 10, state s9: before the acknowledgement counts.
#[test]
fn text_behind_the_fin_may_reset() {
    let setup = recorded_with(|c| c.late_text_after_fin = true);
    let last_ack = |setup: Setup| {
        let mut t = setup.close_wait();
        t.calls(Call::Close)
            .replies("FIN,ACK seq=1 ack=2")
            .enters([LastAck]);
        t
    };
    let mut t = last_ack(setup);
    t.arrives("PSH,ACK seq=2 ack=2 len=1")
        .dropped(DropReason::NobodyReads);
    t.replies("RST seq=2").enters([Closed]).ended(End::Aborted);
    // With the socket still open, or without the policy, it is ignored.
    setup
        .last_ack()
        .arrives("PSH,ACK seq=2 ack=2 len=1")
        .silent()
        .enters([Closed]);
    last_ack(recorded())
        .arrives("PSH,ACK seq=2 ack=2 len=1")
        .silent()
        .enters([Closed]);
}
