//! Worked examples of RFC 7323: which timestamp is echoed, what PAWS refuses, what a sample measures.
//!
//! Segments A, B, C … have 100 octets each and the timestamps of the examples, which are added to
//! 100; the SYN has 100, so that TS.Recent 0 of the examples is 100 here.

use super::*;

/// Timestamps on; acknowledgements as `delayed_ack` says.
fn stamped(delayed_ack: Option<Span>) -> T {
    let mut t = with(|c| {
        c.timestamps = true;
        c.delayed_ack = delayed_ack;
    })
    .closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 ts=0/0");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 ts=100/0");
    t.replies("ACK seq=1 ack=1 ts=0/100").enters([Established]);
    t
}

/// The segment of that letter, with that timestamp.
fn letter(name: char, stamp: u32) -> String {
    format!("ACK seq={} ack=1 len=100 ts={}/0", start(name), 100 + stamp)
}

/// Where the segment of that letter begins: A is the first.
fn start(name: char) -> u32 {
    1 + 100 * (u32::from(name) - u32::from('A'))
}

/// The acknowledgement of all up to that letter, with the echo.
fn ack_of(name: char, echo: u32) -> String {
    format!("ACK seq=1 ack={} ts=0/{}", start(name) + 100, 100 + echo)
}

/// RFC 7323 §4.3, first example: A.1, B.2 and C.3 in order, one acknowledgement for all, of which the
/// echo is 1: TS.Recent stays 1 until it is sent.
#[test]
fn in_order_the_echo_is_that_of_the_first() {
    let mut t = stamped(Some(span("200ms")));
    for (name, stamp) in [('A', 1), ('B', 2), ('C', 3)] {
        t.arrives(&letter(name, stamp)).silent();
        assert_eq!(t.tcb.ts_recent(), Some(101));
    }
    t.at("200ms").replies("ACK seq=1 ack=301 ts=200/101");
    t.arrives(&letter('D', 4)).silent();
    assert_eq!(t.tcb.ts_recent(), Some(104));
    t.at("400ms").replies("ACK seq=1 ack=401 ts=400/104");
}

/// RFC 7323 §4.3, second example: A.1, C.3, B.2, E.5, D.4, each acknowledged.
#[test]
fn out_of_order_the_echo_is_that_of_what_was_next() {
    let mut t = stamped(None);
    for (name, stamp, acked, echo) in [
        ('A', 1, 'A', 1),
        ('C', 3, 'A', 1),
        ('B', 2, 'C', 2),
        ('E', 5, 'C', 2),
        ('D', 4, 'E', 4),
    ] {
        t.arrives(&letter(name, stamp)).accepted();
        t.replies(&ack_of(acked, echo));
        assert_eq!(t.tcb.ts_recent(), Some(100 + echo), "{name}");
    }
}

/// RFC 7323 §5.3: B.1 is lost, C.1 to Z.1 wait; B.2 fills the gap, and the timestamps of what waited
/// are not looked at again, though they are older than B's.
#[test]
fn what_waits_is_not_tested_again() {
    let mut t = stamped(None);
    t.arrives(&letter('A', 1)).replies(&ack_of('A', 1));
    for name in 'C'..='Z' {
        t.arrives(&letter(name, 1)).accepted();
        t.replies(&ack_of('A', 1));
    }
    t.arrives(&letter('B', 2)).accepted();
    t.replies(&ack_of('Z', 2)).calls(Call::Receive(2600));
    // More than half of the buffer came free.
    t.replies("ACK seq=1 ack=2601 wnd=4000 ts=0/102");
    assert_eq!(t.tcb.ts_recent(), Some(102));
}

/// RFC 7323 §5.3: if C.1 to Z.1 are delayed past B.2 instead, PAWS refuses them, though they are new;
/// they have to come again.
#[test]
fn what_was_delayed_past_a_later_timestamp_is_refused() {
    let mut t = stamped(None);
    for (name, stamp) in [('A', 1), ('B', 2)] {
        t.arrives(&letter(name, stamp))
            .replies(&ack_of(name, stamp));
    }
    for name in 'C'..='Z' {
        t.arrives(&letter(name, 1)).dropped(DropReason::Paws);
        t.replies(&ack_of('B', 2));
    }
    t.arrives(&letter('C', 3)).replies(&ack_of('C', 3));
}

/// RFC 7323 appendix E, in units of 100 ms: sent at 1, acknowledged at 2, but that is lost; a window
/// update at 5 echoes the same and acknowledges something new, so that the round trip seems to be 4.
#[test]
fn a_lost_acknowledgement_inflates_the_round_trip() {
    let mut t = stamped(None);
    assert_eq!(t.tcb.rtt().srtt(), Some(Span::ZERO));
    t.at("100ms").silent().calls(Call::Send(1000));
    // 988 octets beside the option, and what Nagle holds back.
    t.replies("ACK seq=1 ack=1 len=988 ts=100/100");
    t.at("500ms").silent();
    t.arrives("ACK seq=1 ack=989 wnd=9000 ts=105/100");
    t.replies("PSH,ACK seq=989 ack=1 len=12 ts=500/105");
    // An eighth of 400 ms; an eighth of 100 ms would have been right.
    assert_eq!(t.tcb.rtt().srtt(), Some(span("50ms")));
}

/// What stacks do about a segment whose acknowledgement is refused differs: RFC 7323 §4.3 looks at the
/// numbers alone, so that a guess moves TS.Recent before the fifth check refuses it.
#[test]
fn a_bad_acknowledgement_moves_the_echo() {
    let mut t = stamped(None);
    t.arrives("FIN,ACK seq=1 ack=9999 ts=200000/0")
        .dropped(DropReason::AckOfNothing)
        .replies("ACK seq=1 ack=1 ts=0/200000")
        .stays(Established);
}
