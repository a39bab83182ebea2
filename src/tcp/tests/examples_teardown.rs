//! Worked examples of closing: RFC 2525 §2.17, public packet tests, the table of TIME-WAIT of another
//! test suite, a final acknowledgement that is lost again and again.

use super::*;

/// RFC 2525 §2.17: 4,096 octets lie unread and the window is closed when the application dies.
fn unread(rule: CloseWithUnread) -> T {
    let mut t = with(|c| {
        c.receive_buffer = 4096;
        c.close_with_unread = rule;
    })
    .established();
    t.arrives("ACK seq=1 ack=1 len=4096");
    t.replies("ACK seq=1 ack=4097 wnd=0");
    t
}

/// RFC 2525 §2.17, the right trace: a reset at once, at SND.NXT.
#[test]
fn a_death_with_unread_text_resets() {
    let mut t = unread(CloseWithUnread::Reset);
    t.calls(Call::Close).replies("RST seq=1");
    t.enters([Closed]).ended(End::Aborted);
}

/// RFC 2525 §2.17, the wrong trace: a FIN, and the peer probes the closed window for ever.
#[test]
fn a_death_with_unread_text_that_is_kept_silent() {
    let mut t = unread(CloseWithUnread::Fin);
    t.calls(Call::Close).replies("FIN,ACK seq=1 ack=4097 wnd=0");
    t.enters([FinWait1]);
    t.arrives("ACK seq=4097 ack=2").silent().enters([FinWait2]);
    for when in ["2s", "4s", "7.2s", "13.6s", "26.4s", "52s"] {
        t.at(when)
            .silent()
            .arrives("ACK seq=4097 ack=2 len=1")
            .replies("ACK seq=2 ack=4097 wnd=0")
            .stays(FinWait2);
    }
}

/// The better trace: a FIN if nothing is unread, then a reset for text that comes later.
#[test]
fn text_after_a_death_resets() {
    let mut t = established();
    t.calls(Call::Close).replies("FIN,ACK seq=1 ack=1");
    t.enters([FinWait1]);
    t.arrives("ACK seq=1 ack=2").silent().enters([FinWait2]);
    t.arrives("PSH,ACK seq=1 ack=2 len=100")
        .replies("RST seq=2");
    t.enters([Closed]).ended(End::Aborted);
}

/// Public packet test: text, then a close from this end.
#[test]
fn the_local_end_closes_first() {
    established()
        .calls(Call::Send(1000))
        .replies("PSH,ACK seq=1 ack=1 len=1000")
        .arrives("ACK seq=1 ack=1001")
        .silent()
        .calls(Call::Close)
        .replies("FIN,ACK seq=1001 ack=1")
        .enters([FinWait1])
        .arrives("ACK seq=1 ack=1002")
        .silent()
        .enters([FinWait2])
        .arrives("FIN,ACK seq=1 ack=1002")
        .replies("ACK seq=1002 ack=2")
        .enters([TimeWait]);
}

/// Public packet test: the peer closes first, and what comes after the last acknowledgement is reset.
#[test]
fn the_remote_end_closes_first() {
    established()
        .arrives("FIN,ACK seq=1 ack=1")
        .replies("ACK seq=1 ack=2")
        .enters([CloseWait])
        .reads(Received::End)
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=2")
        .enters([LastAck])
        .arrives("ACK seq=2 ack=2")
        .silent()
        .enters([Closed])
        .arrives("ACK seq=2 ack=2")
        .dropped(DropReason::NoConnection)
        .replies("RST seq=2");
}

/// Public packet test: a close in SYN-SENT sends nothing, and a late SYN,ACK is reset.
#[test]
fn a_close_in_syn_sent() {
    syn_sent()
        .calls(Call::Close)
        .silent()
        .enters([Closed])
        .ended(End::Withdrawn)
        .arrives("SYN,ACK seq=0 ack=1 mss=1000")
        .replies("RST seq=1");
}

/// Public packet test: all text was read, then it comes again with a FIN: the close is no reset.
#[test]
fn old_text_with_a_fin_before_the_close() {
    established()
        .arrives("ACK seq=1 ack=1 len=1000")
        .silent()
        .reads(Received::Octets(1000))
        .arrives("FIN,ACK seq=1 ack=1 len=1000")
        .replies("ACK seq=1 ack=1002")
        .enters([CloseWait])
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1002")
        .enters([LastAck]);
}

/// Public packet test of SYN-RECEIVED: an exact reset ends it, and what comes later meets LISTEN; all
/// others change nothing.
#[test]
fn resets_in_syn_received() {
    let mut t = syn_received_passive();
    for text in ["RST seq=2", "RST,ACK seq=2 ack=100"] {
        t.arrives(text)
            .replies("ACK seq=1 ack=1")
            .stays(SynReceived);
    }
    t.arrives("RST seq=4001")
        .dropped(DropReason::ResetOutsideWindow)
        .silent()
        .stays(SynReceived);
    t.arrives("RST seq=1").silent().enters([Listen]);
    t.arrives("ACK seq=1 ack=1").replies("RST seq=1");
}

/// Public packet test of RFC 5961 §5, before anything was sent: the window of 1,000 allows -999.
#[test]
fn an_old_acknowledgement_at_the_very_start() {
    let mut t = syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 wnd=1000 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    for (ack, refused) in [(2, true), (-1000, true), (-999, false), (0, false)] {
        t.arrives(&format!("ACK seq=1 ack={ack}"));
        if refused {
            t.replies("ACK seq=1 ack=1");
        } else {
            t.accepted().silent();
        }
    }
}

/// How a suite of tests for another stack has TIME-WAIT: all but an exact duplicate is acknowledged,
/// the FIN alone starts it over, a SYN beyond RCV.NXT opens anew.
fn tabled() -> Setup {
    with(|c| {
        c.time_wait_rule = TimeWaitRule::ExactFin;
        c.reset_in_time_wait = ResetInTimeWait::Ignored;
        c.syn_in_time_wait = SynInTimeWait::BeyondNext;
        c.refused_syn_in_time_wait = RefusedSyn::Ignored;
    })
}

/// What TIME-WAIT does with a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Ack,
    AckAndOver,
    Silence,
    Reopens,
}

/// The table of that suite: RCV.NXT is 2 and the window 4,000, so that the columns are 1, 2, 3, 4,001
/// and 4,002. The suite leaves the third column of RST and SYN empty; it follows from its rules.
#[test]
fn the_table_of_time_wait() {
    use Answer::{Ack, AckAndOver, Reopens, Silence};
    for (flags, answers) in [
        ("ACK", [Ack, Silence, Ack, Ack, Ack]),
        ("FIN,ACK", [AckAndOver, Ack, Ack, Ack, Ack]),
        ("FIN", [Silence; 5]),
        ("RST", [Silence; 5]),
        ("RST,ACK", [Silence; 5]),
        ("SYN", [Silence, Silence, Reopens, Reopens, Reopens]),
        ("SYN,ACK", [Ack; 5]),
    ] {
        for (seq, expected) in [1, 2, 3, 4001, 4002].into_iter().zip(answers) {
            let mut t = tabled().time_wait();
            t.at("10s").silent();
            let text = format!("{flags} seq={seq} ack=2");
            let segment = t.peer(&text);
            let reopens = t.tcb.may_reopen(&segment, &t.config);
            assert_eq!(reopens, expected == Reopens, "{text}");
            if reopens {
                continue;
            }
            t.arrives(&text);
            match expected {
                Ack => t.replies("ACK seq=2 ack=2").stays(TimeWait),
                AckAndOver => t.replies("ACK seq=2 ack=2").starts_2msl_over(),
                Silence | Reopens => t.silent().stays(TimeWait),
            };
        }
    }
}

/// The same suite for states before: a reset counts at RCV.NXT and is challenged at the last octet of
/// the window; a SYN is challenged at each place.
#[test]
fn resets_and_syns_before_time_wait() {
    for start in [Setup::closing, Setup::fin_wait_2, Setup::last_ack] {
        let at = |text: &str, offset: i64| {
            let mut t = start(Setup::default());
            let seq = t.rcv_nxt() + offset;
            let state = t.tcb.state();
            t.arrives(&format!("{text} seq={seq}"));
            (t, state)
        };
        let edge = i64::from(start(Setup::default()).tcb.rcv_wnd());
        let (mut t, _) = at("RST", 0);
        t.silent().enters([Closed]).ended(End::Reset);
        for offset in [-1, edge] {
            let (mut t, state) = at("RST", offset);
            t.silent().stays(state);
        }
        for (text, offset) in [
            ("RST", edge - 1),
            ("SYN", -1),
            ("SYN", 0),
            ("SYN", edge - 1),
            ("SYN", edge),
        ] {
            let (mut t, state) = at(text, offset);
            let answer = format!("ACK seq={} ack={}", t.snd_nxt(), t.rcv_nxt());
            t.replies(&answer).stays(state);
        }
    }
}

/// Every final acknowledgement is lost, the FINs come 50 ms after 0, 1, 3, 7 … s, and 2MSL is 30 s: the
/// one of 31 s is still acknowledged, 14 s before the end; the one of 63 s meets CLOSED. With 240 s and
/// FINs at most 120 s apart, all that the peer sends are.
#[test]
fn every_final_acknowledgement_is_lost() {
    let mut t = with(|c| c.time_wait = span("30s")).fin_wait_2();
    t.at("50ms").silent().arrives("FIN,ACK seq=1 ack=2");
    t.replies("ACK seq=2 ack=2").enters([TimeWait]);
    for again in ["1.05s", "3.05s", "7.05s", "15.05s", "31.05s"] {
        t.at(again).silent().arrives("FIN,ACK seq=1 ack=2");
        t.replies("ACK seq=2 ack=2").starts_2msl_over();
    }
    t.at("61.05s").silent().enters([Closed]);
    t.at("63.05s").silent().arrives("FIN,ACK seq=1 ack=2");
    t.replies("RST seq=2");
    let mut t = fin_wait_2();
    t.at("50ms").silent().arrives("FIN,ACK seq=1 ack=2");
    t.replies("ACK seq=2 ack=2").enters([TimeWait]);
    for again in [1, 3, 7, 15, 31, 63, 127, 247, 367] {
        t.at(&format!("{again}.05s"))
            .silent()
            .arrives("FIN,ACK seq=1 ack=2");
        t.replies("ACK seq=2 ack=2").starts_2msl_over();
    }
    t.at("607.049999999s").silent().stays(TimeWait);
    t.at("607.05s").silent().enters([Closed]);
}

/// Public packet test: a socket is shut down both ways with ten segments in flight. Nothing can be
/// written or read any more, and the FIN goes again as a tail loss probe after two round trips and 2 ms of slack.
#[test]
fn a_shutdown_of_both_sides_with_text_in_flight() {
    let mut t = measured().closed();
    t.peer_wnd = 20_000;
    t.opens_over_20_ms();
    t.calls(Call::Send(10_000));
    for n in 0..10 {
        let psh = if n == 9 { "PSH," } else { "" };
        t.replies(&format!("{psh}ACK seq={} ack=1 len=1000", 1 + 1000 * n));
    }
    t.calls(Call::ShutdownBoth);
    t.replies("FIN,ACK seq=10001 ack=1").enters([FinWait1]);
    t.refuses(Call::Send(1), CallError::Closing);
    t.reads(Received::End);
    t.at("61.999999ms").silent();
    t.at("62ms").replies("FIN,ACK seq=10001 ack=1 again");
}

/// Public packet test: the reset of a close with unread text acknowledges, and its timestamp has gone
/// on by a second.
#[test]
fn the_reset_of_a_close_has_a_timestamp() {
    let mut t = with(|c| {
        c.timestamps = true;
        c.delayed_ack = None;
        c.reset_carries_ack = true;
    })
    .closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 ts=0/0");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 ts=100/0");
    t.replies("ACK seq=1 ack=1 ts=0/100").enters([Established]);
    t.arrives("ACK seq=1 ack=1 len=1000 ts=100/0");
    t.replies("ACK seq=1 ack=1001 ts=0/100");
    t.at("1s").silent().calls(Call::Close);
    t.replies("RST,ACK seq=1 ack=1001 ts=1000/100");
    t.enters([Closed]).ended(End::Aborted);
}
