//! Keep-alive: RFC 9293 §3.8.4.

use super::*;
use crate::tcp::choices::KeepAlive;

const PROBE: &str = "ACK seq=0 ack=1";

fn kept_alive() -> T {
    let mut t = measured().closed();
    t.tcb.choices_mut().keepalive = Some(KeepAlive {
        idle: span("2s"),
        interval: span("1s"),
        probes: 3,
    });
    t.opens_over_20_ms();
    t
}

/// keepalive-dead: probes at SND.NXT − 1 after 2, 3 and 4 s, a reset after 5 s.
#[test]
fn a_dead_peer_is_given_up() {
    let mut t = kept_alive();
    t.at("2.019999999s").silent();
    for (count, when) in [(1, "2.02s"), (2, "3.02s"), (3, "4.02s")] {
        t.at(when).replies(PROBE).because(Why::KeepAlive { count });
    }
    t.at("5.02s").replies("RST seq=1").enters([Closed]);
    t.ended(End::KeepAlive);
}

/// keepalive-alive, keepalive-one-lost: an answer starts the cycle over, from its arrival.
#[test]
fn an_answer_starts_it_over() {
    let mut t = kept_alive();
    t.at("2.02s").replies(PROBE);
    t.at("3.02s").replies(PROBE);
    t.at("3.04s").silent().arrives("ACK seq=1 ack=1").silent();
    t.at("5.039999999s").silent();
    t.at("5.04s")
        .replies(PROBE)
        .because(Why::KeepAlive { count: 1 });
    t.at("6.04s").replies(PROBE);
}

/// The peer's side: the probe lies before the window and is answered.
#[test]
fn a_probe_is_answered() {
    let mut t = measured().established_over_20_ms();
    t.arrives("ACK seq=0 ack=1").replies("ACK seq=1 ack=1");
    t.dropped(DropReason::OutsideWindow);
}

/// RFC 9293 §3.8.4 (MUST-25): off unless the application wants it; it may want it late.
#[test]
fn it_is_off_until_it_is_switched_on() {
    let mut t = measured().established_over_20_ms();
    t.at("10000s").silent();
    t.tcb.choices_mut().keepalive = Some(KeepAlive {
        idle: span("2s"),
        interval: span("1s"),
        probes: 3,
    });
    // The idle time is over: it probes at once.
    t.arrives("ACK seq=1 ack=1").silent();
    t.at("10002s").replies(PROBE);
    t.tcb.choices_mut().keepalive = None;
    t.arrives("ACK seq=1 ack=1").silent();
    t.at("20000s").silent();
}

/// RFC 9293 §3.8.4: only with nothing outstanding.
#[test]
fn what_is_outstanding_has_its_own_timer() {
    let mut t = kept_alive();
    t.at("1s").silent().calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=1 len=100");
    for when in ["1.22s", "1.44s", "1.88s", "2.76s"] {
        t.at(when).replies("PSH,ACK seq=1 ack=1 len=100 again");
    }
    t.notes(Note::DeliveryTrouble { count: 3 });
    t.at("3s").silent().arrives("ACK seq=1 ack=101").silent();
    t.at("4.999999999s").silent();
    // Put off at 2.02 s by the idle time, and by what remains of it since 3 s.
    t.at("5s").replies("ACK seq=100 ack=1");
}
