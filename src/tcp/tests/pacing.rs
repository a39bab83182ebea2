//! Pacing: no RFC orders it; the numbers are those of `tcp/pacing.rs`.

use super::*;

/// SRTT is 100 ms; ten segments are in flight from number 1 on, which went at once, with more to come.
fn ten(sack: bool) -> T {
    let setup = with(|c| {
        c.pacing = true;
        c.sack = sack;
        c.initial_window = InitialWindow::Rfc6928;
    });
    let mut t = setup.closed();
    let sack = t.sackok();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies(&format!("SYN seq=0 mss=1000{sack}"));
    t.at("100ms").silent();
    t.arrives(&format!("SYN,ACK seq=0 ack=1 mss=1000{sack}"));
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(60_000));
    for n in 0..10 {
        t.replies(&format!("ACK seq={} ack=1 len=1000", 1 + 1000 * n));
    }
    assert_eq!(t.tcb.timers().pacing, Time::NEVER);
    t
}

fn paced(t: &mut T, when: &str, seq: i64) {
    let due = moment(when);
    assert_eq!(t.tcb.timers().pacing, due);
    assert!(t.tcb.timers().named().contains(&("pacing", due)));
    t.at(when)
        .replies(&format!("ACK seq={seq} ack=1 len=1000"))
        .because(Why::New);
}

/// Slow start: cwnd grows to 11 segments, twice of which go in 100 ms: 100/22 ms apart.
#[test]
fn slow_start_at_twice_cwnd() {
    let mut t = ten(false);
    t.at("200ms").silent();
    t.arrives("ACK seq=1 ack=1001 wnd=60000");
    t.replies("ACK seq=10001 ack=1 len=1000");
    t.congestion(11_000, u32::MAX);
    paced(&mut t, "204545454ns", 11_001);
    t.silent();
    // cwnd is full. The next came too early by the pace of cwnd 11: from 204.545 on, 4.545 ms each.
    t.at("205ms").silent();
    t.arrives("ACK seq=1 ack=2001 wnd=60000").silent();
    paced(&mut t, "209090908ns", 12_001);
}

/// Congestion avoidance after a loss: cwnd is five segments, so that six go in 100 ms: 16.666666 ms each.
/// What is sent again does not wait for its turn.
#[test]
fn avoidance_at_one_and_a_fifth() {
    let mut t = ten(true);
    t.at("200ms").silent();
    for n in 2..=4 {
        t.arrives(&format!(
            "ACK seq=1 ack=1 wnd=60000 sack=1001-{}",
            1 + 1000 * n
        ));
        match n {
            // Limited transmit.
            2 => t.replies("ACK seq=10001 ack=1 len=1000"),
            3 => t.silent(),
            _ => t.replies("ACK seq=1 ack=1 len=1000 again"),
        };
    }
    t.congestion(5000, 5000).phase(Phase::Recovery);
    t.at("300ms").silent();
    assert_eq!(t.tcb.timers().pacing, Time::NEVER);
    t.arrives("ACK seq=1 ack=11001 wnd=60000");
    t.replies("ACK seq=11001 ack=1 len=1000");
    t.phase(Phase::Open);
    let (cwnd, ssthresh) = (t.tcb.congestion().cwnd, t.tcb.congestion().ssthresh);
    assert_eq!((cwnd, ssthresh), (5000, 5000));
    paced(&mut t, "316666666ns", 12_001);
    paced(&mut t, "333333332ns", 13_001);
}

/// [`Tcb::write`] says that nothing can go, while text waits for its turn.
#[test]
fn a_write_behind_what_waits_sends_nothing() {
    let mut t = ten(false);
    t.at("200ms").silent();
    t.arrives("ACK seq=1 ack=1001 wnd=60000");
    t.replies("ACK seq=10001 ack=1 len=1000").silent();
    t.at("201ms").silent();
    let (written, may_send) = t.step(|tcb, cx| tcb.write(1000, cx));
    assert_eq!((written, may_send), (Ok(1000), false));
    t.silent();
    paced(&mut t, "204545454ns", 11_001);
}

/// Off, all that may go goes.
#[test]
fn off_it_bursts() {
    let mut t = ten(false);
    t.config.pacing = false;
    t.at("200ms").silent();
    t.arrives("ACK seq=1 ack=1001 wnd=60000");
    t.replies("ACK seq=10001 ack=1 len=1000");
    t.replies("ACK seq=11001 ack=1 len=1000");
}
