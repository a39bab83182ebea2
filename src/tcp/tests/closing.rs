//! Closing a connection: RFC 9293 §3.6, §3.10.4, §3.10.7.4, Figures 12 and 13.

use super::*;

/// RFC 9293 §3.10.4, §3.10.5.
#[test]
fn t07_a_listener_closes_without_a_segment() {
    for (call, end) in [
        (Call::Shutdown, End::Withdrawn),
        (Call::Close, End::Withdrawn),
        (Call::Abort, End::Aborted),
    ] {
        listening().calls(call).silent().enters([Closed]).ended(end);
    }
}

/// RFC 9293 §3.10.4: the peer's answer then meets CLOSED.
#[test]
fn t12_close_in_syn_sent_sends_nothing() {
    syn_sent()
        .calls(Call::Shutdown)
        .silent()
        .enters([Closed])
        .ended(End::Withdrawn)
        .at("1000s")
        .silent()
        .arrives("SYN,ACK seq=0 ack=1 mss=1000")
        .replies("RST seq=1");
}

/// RFC 9293 §3.10.5.
#[test]
fn t13_abort_in_syn_sent_sends_nothing() {
    syn_sent()
        .calls(Call::Abort)
        .silent()
        .enters([Closed])
        .ended(End::Aborted);
}

/// RFC 9293 §3.10.4.
#[test]
fn t18_close_in_syn_received_sends_a_fin() {
    for setup in with_all_numbers() {
        for mut t in [setup.syn_received_passive(), setup.syn_received_active()] {
            t.calls(Call::Shutdown)
                .replies("FIN,ACK seq=1 ack=1")
                .enters([FinWait1])
                .arrives("ACK seq=1 ack=1")
                .silent()
                .stays(FinWait1)
                .arrives("ACK seq=1 ack=2")
                .silent()
                .enters([FinWait2]);
        }
    }
}

/// RFC 9293 §3.10.4: SYN and FIN are outstanding together, and one acknowledgement takes both.
#[test]
fn trap_4_a_fin_before_the_handshake_is_done() {
    syn_received_passive()
        .calls(Call::Shutdown)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1])
        .at("1s")
        .replies("SYN,ACK seq=0 ack=1 mss=1000 again")
        .replies("FIN,ACK seq=1 ack=1 again")
        .arrives("ACK seq=1 ack=2")
        .silent()
        .enters([FinWait2]);
}

/// RFC 9293 §3.10.4: with text queued CLOSE waits for ESTABLISHED.
#[test]
fn t19_close_in_syn_received_waits_for_queued_text() {
    syn_received_passive()
        .calls(Call::Send(100))
        .silent()
        .calls(Call::Shutdown)
        .silent()
        .stays(SynReceived)
        .refuses(Call::Send(1), CallError::Closing)
        .arrives("ACK seq=1 ack=1")
        .replies("FIN,PSH,ACK seq=1 ack=1 len=100")
        .enters([Established, FinWait1]);
}

/// RFC 9293 §3.10.4, Figure 12.
#[test]
fn t28_close_in_established_sends_a_fin() {
    established()
        .calls(Call::Shutdown)
        .replies("FIN,ACK seq=1 ack=1")
        .because(Why::New)
        .enters([FinWait1]);
}

/// RFC 9293 §3.10.4: the state is FIN-WAIT-1 at once, the FIN follows all text.
#[test]
fn t28_the_fin_follows_queued_text() {
    established()
        .calls(Call::Send(5500))
        .replies("ACK seq=1 ack=1 len=1000")
        .replies("ACK seq=1001 ack=1 len=1000")
        .replies("ACK seq=2001 ack=1 len=1000")
        .replies("ACK seq=3001 ack=1 len=1000")
        .calls(Call::Shutdown)
        .silent()
        .enters([FinWait1])
        .arrives("ACK seq=1 ack=4001")
        .replies("ACK seq=4001 ack=1 len=1000")
        .replies("FIN,PSH,ACK seq=5001 ack=1 len=500")
        .arrives("ACK seq=1 ack=5502")
        .silent()
        .enters([FinWait2]);
}

/// RFC 9293 §3.10.7.4, eighth check.
#[test]
fn t29_a_fin_in_established_is_acknowledged() {
    for setup in with_all_numbers() {
        setup
            .established()
            .arrives("FIN,ACK seq=1 ack=1")
            .accepted()
            .replies("ACK seq=1 ack=2 wnd=3999")
            .enters([CloseWait])
            .reads(Received::End);
    }
}

/// RFC 9293 §3.10.7.4, fifth check.
#[test]
fn t30_the_ack_of_the_fin_leads_to_fin_wait_2() {
    for setup in with_all_numbers() {
        setup
            .fin_wait_1()
            .arrives("ACK seq=1 ack=1")
            .silent()
            .stays(FinWait1)
            .arrives("ACK seq=1 ack=2")
            .silent()
            .enters([FinWait2])
            .at("1000s")
            .silent();
    }
}

/// RFC 9293 §3.10.7.4, eighth check; Figure 13.
#[test]
fn t31_a_fin_that_crosses_leads_to_closing() {
    fin_wait_1()
        .arrives("FIN,ACK seq=1 ack=1")
        .replies("ACK seq=2 ack=2")
        .enters([Closing]);
}

/// RFC 9293 §3.10.7.4: the fifth check acknowledges the FIN, the eighth takes the peer's.
#[test]
fn t32_a_fin_that_acknowledges_leads_to_time_wait() {
    for setup in with_all_numbers() {
        setup
            .fin_wait_1()
            .arrives("FIN,ACK seq=1 ack=2")
            .replies("ACK seq=2 ack=2")
            .enters([FinWait2, TimeWait]);
    }
}

/// RFC 9293 §3.10.7.4, eighth check; Figure 12.
#[test]
fn t33_a_fin_in_fin_wait_2_leads_to_time_wait() {
    fin_wait_2()
        .at("7s")
        .silent()
        .arrives("FIN,ACK seq=1 ack=2")
        .replies("ACK seq=2 ack=2")
        .enters([TimeWait])
        .at("247s")
        .silent()
        .enters([Closed]);
}

/// RFC 9293 §3.10.7.4, fifth check; Figure 13.
#[test]
fn t34_the_ack_of_the_fin_in_closing_leads_to_time_wait() {
    for setup in with_all_numbers() {
        setup
            .closing()
            .arrives("ACK seq=2 ack=1")
            .silent()
            .stays(Closing)
            .arrives("ACK seq=2 ack=2")
            .silent()
            .enters([TimeWait]);
    }
}

/// RFC 9293 §3.10.4: LAST-ACK begins with the FIN, which follows all text.
#[test]
fn t35_close_in_close_wait_sends_a_fin_after_the_text() {
    close_wait()
        .calls(Call::Shutdown)
        .replies("FIN,ACK seq=1 ack=2")
        .enters([LastAck]);
    let mut t = close_wait();
    t.calls(Call::Send(5000));
    for seq in [1, 1001, 2001, 3001] {
        t.replies(&format!("ACK seq={seq} ack=2 len=1000"));
    }
    t.calls(Call::Shutdown)
        .silent()
        .stays(CloseWait)
        .refuses(Call::Shutdown, CallError::Closing)
        .refuses(Call::Send(1), CallError::Closing)
        .arrives("ACK seq=2 ack=2001")
        .replies("FIN,PSH,ACK seq=4001 ack=2 len=1000")
        .enters([LastAck]);
}

/// RFC 9293 §3.10.7.4, fifth check; a segment that comes later meets CLOSED.
#[test]
fn t36_the_ack_of_the_fin_ends_last_ack() {
    for setup in with_all_numbers() {
        setup
            .last_ack()
            .arrives("ACK seq=2 ack=1")
            .silent()
            .stays(LastAck)
            .arrives("ACK seq=2 ack=2")
            .silent()
            .enters([Closed])
            .arrives("ACK seq=2 ack=2")
            .replies("RST seq=2");
    }
}

/// RFC 9293 §3.10.8: the FIN goes out again until it is acknowledged, or reset by a peer that has
/// left TIME-WAIT.
#[test]
fn trap_2_the_last_ack_is_lost() {
    let again = "FIN,ACK seq=1 ack=2 again";
    last_ack()
        .at("1s")
        .replies(again)
        .at("3s")
        .replies(again)
        .arrives("ACK seq=2 ack=2")
        .silent()
        .enters([Closed]);
    last_ack()
        .at("1s")
        .replies(again)
        .arrives("RST seq=2")
        .silent()
        .enters([Closed])
        .ended(End::Reset);
}

/// RFC 9293 appendix A.2: the duplicate FIN fails the first check, which does not look at its ACK;
/// the plain acknowledgement that the peer owes for our FIN gets through.
#[test]
fn trap_3_simultaneous_close_with_loss() {
    closing()
        .arrives("FIN,ACK seq=1 ack=2")
        .dropped(DropReason::OutsideWindow)
        .replies("ACK seq=2 ack=2")
        .stays(Closing)
        .at("1s")
        .replies("FIN,ACK seq=1 ack=2 again")
        .arrives("ACK seq=2 ack=2")
        .silent()
        .enters([TimeWait])
        .at("241s")
        .silent()
        .enters([Closed]);
}

/// RFC 9293 §3.10.7.4: an acknowledgement that overtook the peer's FIN counts, the FIN comes after.
#[test]
fn a_fin_that_was_overtaken_by_an_acknowledgement() {
    fin_wait_1()
        .arrives("ACK seq=2 ack=2")
        .silent()
        .enters([FinWait2])
        .arrives("FIN,ACK seq=1 ack=1")
        .replies("ACK seq=2 ack=2")
        .enters([TimeWait]);
}

/// RFC 9293 §3.10.7.4, seventh check: reading goes on after CLOSE.
#[test]
fn text_is_received_until_the_peer_closes() {
    for (mut t, ack) in [(fin_wait_1(), 1), (fin_wait_2(), 2)] {
        t.arrives(&format!("ACK seq=1 ack={ack} len=2000"))
            .replies("ACK seq=2 ack=2001")
            .calls(Call::Receive(2000))
            .replies("ACK seq=2 ack=2001 wnd=4000");
    }
}

/// RFC 9293 §3.10.7.4, seventh and eighth check: after the peer's FIN there is nothing to receive.
#[test]
fn text_and_fin_after_the_fin_are_ignored() {
    for (mut t, text) in [
        (close_wait(), "FIN,ACK seq=2 ack=1 len=10"),
        (closing(), "FIN,ACK seq=2 ack=1 len=10"),
        (last_ack(), "FIN,ACK seq=2 ack=1 len=10"),
    ] {
        let state = t.tcb.state();
        t.arrives(text).silent().stays(state).reads(Received::End);
    }
}
