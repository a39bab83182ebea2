//! The form of the resets that this end makes, which it takes, and what a reset leaves to be read.

use super::*;

/// Recorded runs rst-linger0-established, rst-linger0-fin-wait2, rst-linger0-close-wait.
#[test]
fn an_abort_may_carry_an_acknowledgement() {
    let setup = recorded();
    for (mut t, reset) in [
        (setup.syn_received_passive(), "RST,ACK seq=1 ack=1"),
        (setup.established(), "RST,ACK seq=1 ack=1 wnd=4000"),
        (setup.fin_wait_1(), "RST,ACK seq=2 ack=1"),
        (setup.fin_wait_2(), "RST,ACK seq=2 ack=1"),
        (setup.close_wait(), "RST,ACK seq=1 ack=2"),
    ] {
        t.calls(Call::Abort)
            .replies(reset)
            .enters([Closed])
            .ended(End::Aborted);
    }
}

/// Recorded run rst-close-unread-data.
#[test]
fn unread_octets_may_be_reset_with_an_acknowledgement() {
    recorded()
        .established()
        .arrives("PSH,ACK seq=1 ack=1 len=100")
        .silent()
        .calls(Call::Close)
        .replies("RST,ACK seq=1 ack=101")
        .enters([Closed])
        .ended(End::Aborted);
}

/// Catalogue of teardown §1.1: neither an unread FIN nor text beyond a gap is unread data, but for
/// who counts the latter.
#[test]
fn what_counts_as_unread() {
    recorded()
        .close_wait()
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=2")
        .enters([LastAck]);
    let held = |setup: Setup| {
        let mut t = setup.established();
        t.arrives("ACK seq=11 ack=1 len=10")
            .replies("ACK seq=1 ack=1");
        t
    };
    held(recorded())
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1]);
    held(with(|c| {
        c.close_with_unread = CloseWithUnread::ResetAlsoHeld
    }))
    .calls(Call::Close)
    .replies("RST seq=1")
    .enters([Closed])
    .ended(End::Aborted);
    with(|c| c.close_with_unread = CloseWithUnread::ResetAlsoHeld)
        .close_wait()
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=2")
        .enters([LastAck]);
}

/// Recorded run rst-data-after-close; the learned model of a server, states s19 and s1, acknowledges
/// the text that it resets. The acknowledgement of the FIN then finds no connection.
#[test]
fn three_answers_to_text_after_close() {
    for (form, reset) in [
        (LateTextReset::LikeAbort, "RST seq=2"),
        (LateTextReset::LikeClosed, "RST seq=1"),
        (LateTextReset::Acknowledges, "RST,ACK seq=2 ack=101"),
    ] {
        with(|c| c.late_text_reset = form)
            .established()
            .calls(Call::Close)
            .replies("FIN,ACK seq=1 ack=1")
            .enters([FinWait1])
            .arrives("PSH,ACK seq=1 ack=1 len=100")
            .dropped(DropReason::NobodyReads)
            .replies(reset)
            .enters([Closed])
            .ended(End::Aborted)
            .arrives("ACK seq=101 ack=2")
            .replies("RST seq=2");
    }
}

/// Catalogue of teardown §4: a peer that has not seen its FIN acknowledged resets from before it.
#[test]
fn a_reset_before_the_fin_counts_after_it() {
    for mut t in [
        recorded().close_wait(),
        recorded().closing(),
        recorded().last_ack(),
    ] {
        t.arrives("RST seq=0")
            .dropped(DropReason::ResetOutsideWindow)
            .silent()
            .arrives("RST seq=1")
            .accepted()
            .silent()
            .enters([Closed])
            .ended(End::Reset);
    }
    for mut t in [
        recorded().established(),
        recorded().fin_wait_1(),
        recorded().fin_wait_2(),
    ] {
        t.arrives("RST seq=0")
            .dropped(DropReason::ResetOutsideWindow)
            .silent();
    }
    close_wait()
        .arrives("RST seq=1")
        .dropped(DropReason::ResetOutsideWindow)
        .silent();
}

/// Recorded run rst-close-wait-recv: 30 octets, the end, and what is sent finds nobody.
#[test]
fn after_the_fin_a_reset_may_leave_what_is_to_be_read() {
    for keeps in [UnreadAtReset::KeptAfterFin, UnreadAtReset::Kept] {
        let mut t = with(|c| c.unread_at_reset = keeps).established();
        t.arrives("PSH,ACK seq=1 ack=1 len=30")
            .silent()
            .arrives("FIN,ACK seq=31 ack=1")
            .replies("ACK seq=1 ack=32")
            .enters([CloseWait])
            .arrives("RST seq=32")
            .silent()
            .enters([Closed])
            .ended(End::Reset);
        assert!(t.tcb.reset_after_fin());
        t.reads(Received::Octets(30))
            .reads(Received::End)
            .refuses(Call::Send(1), CallError::Closing);
    }
}

/// RFC 9293 §3.10.7.4, second check, flushes the queues; else the octets come first, the reset last.
#[test]
fn what_a_reset_leaves_in_established() {
    for (keeps, kept) in [
        (UnreadAtReset::Lost, false),
        (UnreadAtReset::KeptAfterFin, false),
        (UnreadAtReset::Kept, true),
    ] {
        let mut t = with(|c| c.unread_at_reset = keeps).established();
        t.arrives("PSH,ACK seq=1 ack=1 len=30")
            .silent()
            .arrives("RST seq=31")
            .silent()
            .enters([Closed])
            .ended(End::Reset);
        assert!(!t.tcb.reset_after_fin());
        if kept {
            t.reads(Received::Octets(30));
        }
        t.refuses(Call::Receive(1), CallError::Ended(End::Reset))
            .refuses(Call::Send(1), CallError::Ended(End::Reset));
    }
}

/// RFC 9293 §3.10.7.4, second check: in CLOSING, LAST-ACK and TIME-WAIT the user is told of no
/// reset. The end that was received stands.
#[test]
fn a_reset_after_both_fins_leaves_the_end() {
    for mut t in [closing(), last_ack(), time_wait()] {
        t.arrives("RST seq=2")
            .silent()
            .enters([Closed])
            .ended(End::Reset)
            .reads(Received::End);
    }
}

/// RFC 9293 §3.5.2: a reset belongs to the connection of the segment that it answers.
#[test]
fn a_reset_names_the_stream_of_its_connection() {
    for (stream, other) in [(6, 7), (7, 6), (u32::MAX, u32::MAX)] {
        let mut t = closed();
        let mut segment = t.peer("ACK seq=1 ack=1");
        segment.payload.stream = stream;
        let reset = closed::answer(&segment, &Config::default()).unwrap();
        assert_eq!(reset.segment.payload.stream, other);
    }
}

/// The learned model of a server, states s11 (ESTABLISHED), s10 (CLOSE-WAIT) and s27 (TIME-WAIT).
#[test]
fn a_syn_in_the_window_may_reset() {
    let setup = with(|c| c.syn_in_connection = SynInConnection::Resets);
    for mut t in [setup.established(), setup.close_wait(), setup.last_ack()] {
        let rcv = t.rcv_nxt();
        t.arrives(&format!("SYN seq={rcv}"))
            .dropped(DropReason::SynInConnection)
            .replies(&format!("RST,ACK seq=0 ack={}", rcv + 1))
            .enters([Closed])
            .ended(End::Reset);
    }
    setup
        .established()
        .arrives("SYN,ACK seq=1 ack=1")
        .replies("RST seq=1")
        .enters([Closed])
        .ended(End::Reset);
    setup
        .time_wait()
        .arrives("SYN,ACK seq=2 ack=2")
        .dropped(DropReason::SynInConnection)
        .replies("RST seq=2")
        .stays(TimeWait);
}
