//! The window that this end offers, and how it grows: RFC 9293 §3.8.6; RFC 7323 §2.4.

use super::*;
use crate::tcp::config::{WindowGrowth, WindowUpdate};

/// The buffers of the hosts of the recorded runs; text is acknowledged at once.
fn recorded_buffers() -> Setup {
    with(|c| {
        c.mss = 1460;
        c.timestamps = true;
        c.window_scaling = true;
        c.receive_buffer = 65_536;
        c.receive_buffer_max = 33_554_432;
        c.window_growth = WindowGrowth::Measured;
        c.window_in_segments = true;
        c.window_update = WindowUpdate::Doubled;
        c.text_share = 157;
        c.delayed_ack = None;
    })
}

/// Established at 10 ms, having listened.
fn serving(setup: Setup) -> T {
    let mut t = setup.listening();
    t.at("10ms").silent();
    t.arrives("SYN seq=0 mss=1460 wscale=10 ts=5/0")
        .enters([SynReceived]);
    let (wnd, shift) = if setup.config.receive_buffer == 4096 {
        (2896, 0)
    } else {
        (65_160, 10)
    };
    t.replies(&format!(
        "SYN,ACK seq=0 ack=1 wnd={wnd} mss=1460 wscale={shift} ts=10/5"
    ));
    t.arrives("ACK seq=1 ack=1 ts=5/10")
        .silent()
        .enters([Established]);
    t
}

/// Recorded run handshake-plain: 44 segments of 1,460; with timestamps a SYN,ACK offers 45 of 1,448.
#[test]
fn a_syn_offers_whole_segments() {
    let mut t = recorded_buffers().closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 wnd=64240 mss=1460 wscale=10 ts=0/0");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1460 wscale=10 ts=5/0");
    t.replies("ACK seq=1 ack=1 wnd=63 ts=0/5")
        .enters([Established]);
    let mut setup = recorded_buffers();
    (setup.config.timestamps, setup.config.window_scaling) = (false, false);
    let mut t = setup.listening();
    t.arrives("SYN seq=0 mss=1460").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 wnd=64240 mss=1460");
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    // Recorded run handshake-plain: the FIN takes one.
    t.arrives("FIN,ACK seq=1 ack=1")
        .replies("ACK seq=1 ack=2 wnd=64239")
        .enters([CloseWait]);
}

/// Recorded run data-100k: 64, then 67, 70, 73, 75 and 78 KiB, two segments more for each.
#[test]
fn the_window_widens_with_what_arrives() {
    let mut t = serving(recorded_buffers());
    let mut seq = 1;
    for field in [67, 70, 73, 75, 78] {
        t.arrives(&format!("ACK seq={seq} ack=1 len=1448 ts=5/10"));
        seq += 1448;
        t.replies(&format!("ACK seq=1 ack={seq} wnd={field} ts=10/5"));
        t.calls(Call::Receive(1448)).silent();
    }
}

/// Short segments do not widen it.
#[test]
fn a_short_segment_does_not_widen_the_window() {
    let mut t = serving(recorded_buffers());
    t.arrives("ACK seq=1 ack=1 len=127 ts=5/10");
    t.replies("ACK seq=1 ack=128 wnd=64 ts=10/5");
    assert_eq!(t.tcb.window_gain(), 0);
    t.arrives("ACK seq=128 ack=1 len=128 ts=5/10");
    // 65,160 and twice 536 are offered at most, of which the edge is at 128 + 65,536: less than a
    // segment is no reason to move it.
    t.replies("ACK seq=1 ack=256 wnd=64 ts=10/5");
}

/// In 20 ms it reads 28,960 octets, twice the best so far: twice that, and twice that growth again.
#[test]
fn the_buffer_grows_with_what_is_read() {
    for fixed in [false, true] {
        let mut t = serving(recorded_buffers());
        t.tcb.choices_mut().receive_buffer_fixed = fixed;
        t.at("30ms").silent();
        let mut seq = 1;
        for _ in 0..20 {
            t.arrives(&format!("ACK seq={seq} ack=1 len=1448 ts=25/10"));
            seq += 1448;
            t.replies(&format!("ACK seq=1 ack={seq} ts=30/25"));
            t.calls(Call::Receive(1448)).silent();
        }
        assert_eq!(t.tcb.receive_room(), 65_536 / 128 * 157);
        assert_eq!(t.tcb.receive_room(), 80_384);
        t.at("50ms").silent();
        t.arrives(&format!("ACK seq={seq} ack=1 len=1 ts=45/30"));
        t.replies(&format!("ACK seq=1 ack={} ts=50/45", seq + 1));
        let grown = 2 * 28_960 + 2 * (2 * 28_960);
        assert_eq!(t.tcb.receive_room(), if fixed { 80_384 } else { grown });
    }
}

/// Without timestamps a round trip is how long a window takes.
#[test]
fn without_timestamps_a_window_is_a_round_trip() {
    let mut setup = recorded_buffers();
    setup.config.timestamps = false;
    setup.config.receive_buffer = 4380;
    let mut t = setup.listening();
    t.arrives("SYN seq=0 mss=1460 wscale=0")
        .enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 wnd=4380 mss=1460 wscale=10");
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    // The window that was open at 10 ms is full at 30 ms.
    for (when, start, round_trip) in [
        ("10ms", 1, "0ms"),
        ("20ms", 1461, "0ms"),
        ("30ms", 2921, "20ms"),
    ] {
        t.at(when).silent();
        t.arrives(&format!("ACK seq={start} ack=1 len=1460"));
        t.replies(&format!("ACK seq=1 ack={}", start + 1460));
        t.calls(Call::Receive(1460)).silent();
        assert_eq!(t.tcb.rcv.room.rtt, span(round_trip), "{when}");
    }
}

/// Recorded run window-zero-probes: SO_RCVBUF of 4,096 has no scale, and room for two segments.
#[test]
fn a_small_buffer_offers_whole_segments() {
    let mut setup = recorded_buffers();
    (setup.config.receive_buffer, setup.config.receive_buffer_max) = (4096, 4096);
    let mut t = serving(setup);
    t.arrives("ACK seq=1 ack=1 len=1448 ts=5/10");
    t.replies("ACK seq=1 ack=1449 wnd=2896 ts=10/5");
    t.arrives("ACK seq=1449 ack=1 len=1448 ts=5/10");
    t.replies("ACK seq=1 ack=2897 wnd=1448 ts=10/5");
    t.arrives("ACK seq=2897 ack=1 len=1448 ts=5/10");
    t.replies("ACK seq=1 ack=4345 wnd=0 ts=10/5");
    t.calls(Call::Receive(1448))
        .replies("ACK seq=1 ack=4345 wnd=1448 ts=10/5");
    t.calls(Call::Receive(2896))
        .replies("ACK seq=1 ack=4345 wnd=2896 ts=10/5");
}

/// [`WindowUpdate::Doubled`]: told at half the window, where [`WindowUpdate::HalfBuffer`] waits.
#[test]
fn a_window_that_doubles_is_told() {
    for (update, told) in [
        (WindowUpdate::Doubled, true),
        (WindowUpdate::HalfBuffer, false),
    ] {
        let mut t = with(|c| {
            c.receive_buffer = 10_000;
            c.window_update = update;
            c.delayed_ack = None;
        })
        .established();
        t.arrives("ACK seq=1 ack=1 len=8000")
            .replies("ACK seq=1 ack=8001 wnd=2000");
        t.calls(Call::Receive(1999)).silent();
        t.calls(Call::Receive(1));
        if told {
            t.replies("ACK seq=1 ack=8001 wnd=4000");
        } else {
            t.silent();
            t.calls(Call::Receive(2999)).silent();
            t.calls(Call::Receive(1))
                .replies("ACK seq=1 ack=8001 wnd=7000");
        }
    }
}

/// [`WindowGrowth::ByHalf`]: three eighths of the buffer within half a round trip, up to the limit.
#[test]
fn a_buffer_grows_by_half() {
    let mut t = with(|c| {
        c.receive_buffer = 8000;
        c.receive_buffer_max = 15_000;
        c.window_growth = WindowGrowth::ByHalf;
        c.delayed_ack = None;
    })
    .closed();
    t.calls(Call::ActiveOpen)
        .enters([SynSent])
        .replies("SYN seq=0 mss=1000");
    t.at("100ms").silent();
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000")
        .replies("ACK seq=1 ack=1")
        .enters([Established]);
    let mut seq = 1;
    let mut room_after = |t: &mut T, when: &str, len: u32| {
        t.at(when).silent();
        t.arrives(&format!("ACK seq={seq} ack=1 len={len}"));
        seq += len;
        t.replies(&format!("ACK seq=1 ack={seq}"));
        t.calls(Call::Receive(u64::from(len)));
        t.sent.clear();
        t.asserted = true;
        t.tcb.receive_room()
    };
    assert_eq!(
        room_after(&mut t, "140ms", 3000),
        8000,
        "within half of 100 ms"
    );
    assert_eq!(room_after(&mut t, "151ms", 1), 12_000);
    assert_eq!(
        room_after(&mut t, "202ms", 4500),
        12_000,
        "it takes more than three eighths"
    );
    assert_eq!(room_after(&mut t, "253ms", 4501), 15_000, "no further");
}

/// RFC 7323 §2.4 and appendix F, with a shift of 7: 300 octets are free.
///
/// The field is rounded up, but what was rounded does not add up: at last the peer sees the edge
/// move left by less than a unit, and what it was allowed before is accepted.
#[test]
fn rounding_does_not_add_up_beyond_the_buffer() {
    let mut t = with(|c| {
        c.window_scaling = true;
        c.receive_buffer = 5_000_000;
        c.delayed_ack = None;
    })
    .closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 wnd=65535 mss=1000 wscale=7");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 wscale=7")
        .enters([Established]);
    t.replies("ACK seq=1 ack=1 wnd=39063");
    t.arrives("ACK seq=1 ack=1 len=4999700")
        .replies("ACK seq=1 ack=4999701 wnd=3");
    t.arrives("ACK seq=4999701 ack=1 len=40")
        .replies("ACK seq=1 ack=4999741 wnd=3");
    t.arrives("ACK seq=4999741 ack=1 len=5")
        .replies("ACK seq=1 ack=4999746 wnd=2");
    assert_eq!(t.tcb.rcv_wnd(), 379);
    t.arrives("ACK seq=4999746 ack=1 len=379")
        .replies("ACK seq=1 ack=5000125 wnd=0");
    assert_eq!(t.tcb.readable(), 5_000_124);
}

/// One octet at a time, a window that is not read closes as well.
#[test]
fn a_scaled_window_closes_in_small_steps() {
    let mut t = with(|c| {
        c.window_scaling = true;
        c.receive_buffer = 200_000;
        c.delayed_ack = None;
    })
    .closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 wnd=65535 mss=1000 wscale=2");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 wscale=2")
        .enters([Established]);
    t.replies("ACK seq=1 ack=1 wnd=50000");
    t.arrives("ACK seq=1 ack=1 len=199900")
        .replies("ACK seq=1 ack=199901 wnd=25");
    for octet in 199_901..200_001 {
        t.arrives(&format!("ACK seq={octet} ack=1 len=1"));
        t.replies(&format!("ACK seq=1 ack={}", octet + 1));
        let held = u32::try_from(t.tcb.readable()).unwrap() + t.tcb.rcv_wnd();
        assert!(held < 200_004, "{held} octets");
    }
}

/// Text beyond a gap counts against the buffer: with what waits to be read it never exceeds it.
#[test]
fn what_is_held_counts_against_the_buffer() {
    let mut t = established();
    t.arrives("ACK seq=1 ack=1 len=1000").silent();
    t.arrives("ACK seq=2001 ack=1 len=3000")
        .replies("ACK seq=1 ack=1001 wnd=3000");
    assert_eq!(
        t.tcb.rcv.held.ranges(),
        [std::ops::Range {
            start: 2001,
            end: 4001
        }]
    );
    t.arrives("ACK seq=4001 ack=1 len=100")
        .dropped(DropReason::OutsideWindow);
    t.replies("ACK seq=1 ack=1001 wnd=3000");
    // Filled, the gap leaves no window, and what was held was never thrown away.
    t.arrives("ACK seq=1001 ack=1 len=1000")
        .replies("ACK seq=1 ack=4001 wnd=0");
    assert_eq!(t.tcb.readable(), 4000);
}
