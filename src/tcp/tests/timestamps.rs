//! Timestamps and PAWS: RFC 7323 §3–§5.

use super::*;

fn setup() -> Setup {
    let mut setup = measured();
    setup.config.timestamps = true;
    setup
}

/// Established at 20 ms; the peer's clock reads 100 more than ours.
fn stamped() -> T {
    let mut t = setup().closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 sackok ts=0/0");
    t.at("20ms").silent();
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 sackok ts=110/0");
    t.replies("ACK seq=1 ack=1 ts=20/110").enters([Established]);
    t
}

/// RFC 7323 §3.2; handshake-plain: both SYNs, then every segment, which has 12 octets less of text.
#[test]
fn both_syns_switch_them_on() {
    let mut t = stamped();
    assert!(t.tcb.timestamps_on());
    assert_eq!(t.tcb.ts_recent(), Some(110));
    t.at("1s").silent().calls(Call::Send(1000));
    t.replies("ACK seq=1 ack=1 len=988 ts=1000/110");
    t.sent.clear();
    let mut t = setup().listening();
    t.arrives("SYN seq=0 mss=1000 sackok ts=7/0")
        .enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 sackok ts=0/7");
    t.calls(Call::Abort).replies("RST seq=1 ts=0/7");
    t.enters([Closed]).ended(End::Aborted);
}

/// RFC 7323 §3.2 (handshake-no-timestamps): one SYN is not enough, nor is an option out of place.
#[test]
fn one_syn_leaves_them_off() {
    let mut t = setup().listening();
    t.arrives("SYN seq=0 mss=1000 sackok").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 sackok");
    t.arrives("ACK seq=1 ack=1 ts=5/0")
        .silent()
        .enters([Established]);
    assert!(!t.tcb.timestamps_on());
    assert_eq!(t.tcb.ts_recent(), None);
    let mut t = measured().listening();
    t.arrives("SYN seq=0 mss=1000 sackok ts=7/0")
        .enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 sackok");
}

/// RFC 7323 §5.3 (R1): an old timestamp, whatever the numbers, is acknowledged and dropped.
#[test]
fn paws_refuses_old_segments() {
    let mut t = stamped();
    t.at("1s").silent();
    t.arrives("ACK seq=1 ack=1 len=100 ts=109/20");
    t.dropped(DropReason::Paws)
        .replies("ACK seq=1 ack=1 ts=1000/110");
    t.because(Why::Acknowledge(AckReason::OldTimestamp));
    // As old as the last is not old.
    t.arrives("ACK seq=1 ack=1 len=100 ts=110/20").accepted();
    t.replies("ACK seq=1 ack=101 ts=1000/110");
    // On the circle of 32 bits less than 2^31 behind is old.
    t.arrives("ACK seq=101 ack=1 len=100 ts=2147483759/20");
    t.dropped(DropReason::Paws);
    t.replies("ACK seq=1 ack=101 ts=1000/110");
    t.arrives("ACK seq=101 ack=1 len=100 ts=2147483758/20")
        .accepted();
    t.replies("ACK seq=1 ack=201 ts=1000/2147483758");
}

/// RFC 7323 §5.2: a reset is not tested. An acknowledgement that was overtaken needs no answer, and
/// a segment without the option is processed.
#[test]
fn what_paws_lets_pass() {
    let mut t = stamped();
    t.arrives("ACK seq=1 ack=1 ts=109/20")
        .dropped(DropReason::Paws);
    t.silent();
    t.arrives("ACK seq=1 ack=1 len=100").accepted();
    t.replies("ACK seq=1 ack=101 ts=20/110");
    t.arrives("RST seq=101 ts=1/0").accepted().silent();
    t.enters([Closed]).ended(End::Reset);
}

/// RFC 7323 §4.3: a delayed acknowledgement echoes the earliest of what it covers; text beyond a gap
/// leaves the echo, what fills the gap moves it.
#[test]
fn the_echo_is_that_of_the_earliest() {
    let mut setup = setup();
    setup.config.delayed_ack_mode = DelayedAckMode::Fixed;
    let mut t = setup.closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 sackok ts=0/0");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 sackok ts=110/0");
    t.replies("ACK seq=1 ack=1 ts=0/110").enters([Established]);
    t.arrives("ACK seq=1 ack=1 len=100 ts=120/0").silent();
    t.arrives("ACK seq=101 ack=1 len=100 ts=130/0").silent();
    t.at("40ms").replies("ACK seq=1 ack=201 ts=40/120");
    t.arrives("ACK seq=301 ack=1 len=100 ts=150/0");
    t.replies("ACK seq=1 ack=201 ts=40/120 sack=301-401");
    t.arrives("ACK seq=201 ack=1 len=100 ts=160/0");
    t.replies("ACK seq=1 ack=401 ts=40/160");
}

/// RFC 7323 §4.1: what was sent twice gives a sample after all, to a tick.
#[test]
fn a_retransmission_gives_a_sample() {
    let mut t = stamped();
    t.at("1s").silent().calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=1 len=100 ts=1000/110");
    t.at("1.22s")
        .replies("PSH,ACK seq=1 ack=1 len=100 ts=1220/110 again");
    t.at("1.44s")
        .replies("PSH,ACK seq=1 ack=1 len=100 ts=1440/110 again");
    t.rto("440ms");
    t.at("1.460s")
        .silent()
        .arrives("ACK seq=1 ack=101 ts=200/1440");
    t.silent().rto("220ms");
    assert_eq!(t.tcb.rtt().srtt(), Some(span("20ms")));
}

/// RFC 7323 §4.1: every acknowledgement of something new gives a sample, of the first it covers.
#[test]
fn every_acknowledgement_gives_a_sample() {
    let mut t = stamped();
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=988 ts=20/110");
    t.replies("ACK seq=989 ack=1 len=988 ts=20/110");
    t.sent.clear();
    t.just_at("40ms").arrives("ACK seq=1 ack=989 ts=140/20");
    t.sent.clear();
    t.silent();
    assert_eq!(t.tcb.rtt().srtt(), Some(span("20ms")));
    t.just_at("48ms").arrives("ACK seq=1 ack=1977 ts=140/20");
    t.sent.clear();
    t.silent();
    assert_eq!(t.tcb.rtt().srtt(), Some(span("21ms")));
}
