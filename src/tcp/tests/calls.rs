//! User calls in every state: RFC 9293 §3.10.1 to §3.10.6.

use super::*;

/// RFC 9293 §3.10.1: a connection that exists is not opened again.
#[test]
fn open_finds_the_connection_existing() {
    for mut t in [syn_sent(), syn_received_passive(), syn_received_active()]
        .into_iter()
        .chain(Setup::default().every_synchronized())
    {
        t.refuses(Call::ActiveOpen, CallError::AlreadyExists);
        t.refuses(Call::PassiveOpen, CallError::AlreadyExists);
    }
    listening().refuses(Call::PassiveOpen, CallError::AlreadyExists);
}

/// RFC 9293 §3.10.2 to §3.10.5: without a connection no call but OPEN succeeds.
#[test]
fn nothing_but_open_works_in_closed() {
    for call in [
        Call::Send(1),
        Call::Receive(1),
        Call::Close,
        Call::Shutdown,
        Call::Abort,
    ] {
        closed().refuses(call, CallError::DoesNotExist);
    }
}

/// RFC 9293 §3.10.2: before the handshake is done SEND queues.
#[test]
fn send_queues_until_established() {
    let mut t = syn_sent();
    t.calls(Call::Send(100)).silent().stays(SynSent);
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("PSH,ACK seq=1 ack=1 len=100");
    t.enters([Established]);
    for mut t in [syn_received_passive(), syn_received_active()] {
        t.calls(Call::Send(100)).silent().stays(SynReceived);
        t.arrives("ACK seq=1 ack=1");
        t.replies("PSH,ACK seq=1 ack=1 len=100");
        t.enters([Established]);
    }
}

/// RFC 9293 §3.10.2: segments carry an acknowledgement and the last is pushed (MUST-61).
#[test]
fn send_works_in_established_and_close_wait() {
    for (mut t, ack) in [(established(), 1), (close_wait(), 2)] {
        t.calls(Call::Send(2000));
        t.replies(&format!("ACK seq=1 ack={ack} len=1000"));
        t.replies(&format!("PSH,ACK seq=1001 ack={ack} len=1000"));
    }
}

/// RFC 9293 §3.10.2: after CLOSE nothing can be sent.
#[test]
fn send_after_close_is_refused() {
    for mut t in [
        fin_wait_1(),
        fin_wait_2(),
        closing(),
        last_ack(),
        time_wait(),
    ] {
        t.refuses(Call::Send(1), CallError::Closing);
    }
}

/// RFC 9293 §3.10.2, insufficient resources: as sockets do, what finds room is taken.
#[test]
fn send_takes_what_finds_room() {
    let mut t = with(|c| c.send_buffer = 1500).established();
    let taken = t.step(|tcb, cx| tcb.send(2000, cx));
    assert_eq!(taken, Ok(1500));
    t.replies("ACK seq=1 ack=1 len=1000");
    let taken = t.step(|tcb, cx| tcb.send(1, cx));
    assert_eq!(taken, Ok(0));
    t.silent();
    t.arrives("ACK seq=1 ack=1001");
    t.replies("PSH,ACK seq=1001 ack=1 len=500");
    assert_eq!(t.tcb.send_room(), 1000);
}

/// RFC 9293 §3.10.3: RECEIVE waits while the peer may still send.
#[test]
fn receive_waits_for_text() {
    for mut t in [
        listening(),
        syn_sent(),
        syn_received_passive(),
        established(),
        fin_wait_1(),
        fin_wait_2(),
    ] {
        t.reads(Received::Nothing);
    }
}

/// RFC 9293 §3.10.3: after the peer's FIN what is on hand is delivered, then the end is told. The
/// RFC's "connection closing" is the end of the stream to a socket.
#[test]
fn receive_delivers_what_is_on_hand_then_the_end() {
    for (mut t, ack, enters) in [
        (established(), 1, CloseWait),
        (fin_wait_1(), 1, Closing),
        (fin_wait_2(), 2, TimeWait),
    ] {
        t.arrives(&format!("FIN,ACK seq=1 ack={ack} len=100"));
        t.replies(&format!("ACK seq={} ack=102", t.snd_nxt()));
        t.enters([enters]);
        t.calls(Call::Receive(60)).silent();
        t.reads(Received::Octets(40)).reads(Received::End);
    }
    last_ack().reads(Received::End);
}

/// A connection that both FINs ended still gives what was not read.
#[test]
fn receive_works_after_an_orderly_end() {
    let mut t = established();
    t.arrives("FIN,ACK seq=1 ack=1 len=100");
    t.replies("ACK seq=1 ack=102").enters([CloseWait]);
    t.calls(Call::Shutdown);
    t.replies("FIN,ACK seq=1 ack=102").enters([LastAck]);
    t.arrives("ACK seq=102 ack=2").silent().enters([Closed]);
    t.reads(Received::Octets(100)).reads(Received::End);
}

/// RFC 9293 §3.10.4: a second CLOSE is an error, and no second FIN.
#[test]
fn close_after_close_is_refused() {
    for mut t in [
        fin_wait_1(),
        fin_wait_2(),
        closing(),
        last_ack(),
        time_wait(),
    ] {
        t.refuses(Call::Shutdown, CallError::Closing);
    }
}

/// RFC 9293 §3.10.4 tolerates "ok" if no second FIN is sent; `close` of a socket needs it.
#[test]
fn close_of_a_socket_after_shutdown_is_fine() {
    for mut t in [
        fin_wait_1(),
        fin_wait_2(),
        closing(),
        last_ack(),
        time_wait(),
    ] {
        let state = t.tcb.state();
        t.calls(Call::Close).silent().stays(state);
    }
}

/// RFC 9293 §3.6.1 (SHLD-3), RFC 2525 §2.17: the peer learns that its text is lost.
#[test]
fn close_with_unread_text_resets() {
    established()
        .arrives("ACK seq=1 ack=1 len=100")
        .silent()
        .calls(Call::Close)
        .replies("RST seq=1")
        .enters([Closed])
        .ended(End::Aborted);
}

/// RFC 2525 §2.17, the bug, for those who have it.
#[test]
fn close_with_unread_text_may_pretend() {
    with(|c| c.close_with_unread = CloseWithUnread::Fin)
        .established()
        .arrives("ACK seq=1 ack=1 len=100")
        .silent()
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=101")
        .enters([FinWait1]);
}

/// RFC 9293 §3.6.1 (MAY-1): CLOSE as the RFC has it leaves the right to read.
#[test]
fn shutdown_with_unread_text_does_not_reset() {
    established()
        .arrives("ACK seq=1 ack=1 len=100")
        .silent()
        .calls(Call::Shutdown)
        .replies("FIN,ACK seq=1 ack=101")
        .enters([FinWait1])
        .reads(Received::Octets(100));
}

/// RFC 9293 §3.6.1 (SHLD-3): text that arrives after `close` is lost as well.
#[test]
fn text_after_close_resets() {
    for peer_acks in [1, 2] {
        let mut t = established();
        t.calls(Call::Close);
        t.replies("FIN,ACK seq=1 ack=1").enters([FinWait1]);
        t.arrives(&format!("ACK seq=1 ack={peer_acks} len=10"));
        t.dropped(DropReason::NobodyReads).replies("RST seq=2");
        if peer_acks == 2 {
            t.enters([FinWait2, Closed]).ended(End::Aborted);
        } else {
            t.enters([Closed]).ended(End::Aborted);
        }
    }
}

/// RFC 9293 §3.6.1 (SHLD-3): also if this end's FIN is out, and the peer's hides the loss.
#[test]
fn close_with_unread_text_resets_after_both_fins() {
    for (mut t, enters) in [(established(), LastAck), (fin_wait_1(), Closing)] {
        t.arrives("FIN,ACK seq=1 ack=1 len=100");
        t.sent.clear();
        if enters == LastAck {
            t.enters([CloseWait]).calls(Call::Shutdown);
            t.replies("FIN,ACK seq=1 ack=102");
        }
        t.enters([enters]).calls(Call::Close);
        t.replies("RST seq=2").enters([Closed]).ended(End::Aborted);
    }
}

/// RFC 9293 §3.6.1 (MUST-13): TIME-WAIT lasts; the peer is gone, and a reset would tell nobody.
#[test]
fn close_with_unread_text_leaves_time_wait_alone() {
    let mut t = fin_wait_2();
    t.arrives("FIN,ACK seq=1 ack=2 len=100");
    t.replies("ACK seq=2 ack=102").enters([TimeWait]);
    t.calls(Call::Close).silent().stays(TimeWait);
    t.at("240s").silent().enters([Closed]);
}

/// RFC 9293 §3.10.4: a CLOSE that waits in SYN-RECEIVED is not called twice.
#[test]
fn close_in_syn_received_is_refused_the_second_time() {
    let mut t = syn_received_passive();
    t.calls(Call::Send(100)).silent();
    t.calls(Call::Shutdown).silent();
    t.refuses(Call::Shutdown, CallError::Closing);
    t.calls(Call::Close).silent().stays(SynReceived);
}
