//! Which text is pushed (RFC 9293 §3.9.1.2), and what a small segment waits for (§3.7.4).

use super::*;

fn pushing() -> T {
    let mut setup = measured();
    setup.config.push = PushRule::Bursts;
    setup.config.nagle_rule = NagleRule::SmallSegment;
    setup.established_over_20_ms()
}

/// data-100k, fin-data-30k-close: full segments go out in pairs over 20 ms.
#[test]
fn the_second_of_each_pair_is_pushed() {
    let mut t = pushing();
    t.peer_wnd = 4000;
    t.calls(Call::Send(4500));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.replies("ACK seq=2001 ack=1 len=1000");
    t.replies("PSH,ACK seq=3001 ack=1 len=1000");
    t.sent.clear();
}

/// window-zero-probes: one that goes alone is none.
#[test]
fn one_that_goes_alone_is_not_pushed() {
    let mut setup = measured();
    setup.config.push = PushRule::Bursts;
    let mut t = setup.closed();
    t.peer_wnd = 1000;
    t.opens_over_20_ms();
    t.calls(Call::Send(4000))
        .replies("ACK seq=1 ack=1 len=1000");
    t.at("40ms").silent().arrives("ACK seq=1 ack=1001 wnd=1000");
    t.replies("ACK seq=1001 ack=1 len=1000");
}

/// RFC 9293 §3.9.1.2 (MUST-61) alone.
#[test]
fn otherwise_the_last_alone() {
    let mut t = established();
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(4000));
    t.replies("ACK seq=1 ack=1 len=1000")
        .replies("ACK seq=1001 ack=1 len=1000");
    t.replies("ACK seq=2001 ack=1 len=1000")
        .replies("PSH,ACK seq=3001 ack=1 len=1000");
}

/// challenge-ack-too-old: 3,000 octets leave as two full segments and a small one, at once.
#[test]
fn a_small_segment_waits_for_a_small_one_alone() {
    let mut t = pushing();
    t.calls(Call::Send(2104));
    t.replies("ACK seq=1 ack=1 len=1000")
        .replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.replies("PSH,ACK seq=2001 ack=1 len=104");
    t.calls(Call::Send(10)).silent();
    t.arrives("ACK seq=1 ack=2001").silent();
    t.arrives("ACK seq=1 ack=2105")
        .replies("PSH,ACK seq=2105 ack=1 len=10");
    let mut t = established();
    t.calls(Call::Send(1104))
        .replies("ACK seq=1 ack=1 len=1000")
        .silent();
    t.arrives("ACK seq=1 ack=1001")
        .replies("PSH,ACK seq=1001 ack=1 len=104");
}
