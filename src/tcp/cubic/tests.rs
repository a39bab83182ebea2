//! Numbers come from the formulas of RFC 9438 in exact fractions, apart from this code.

use super::super::config::{Config, CongestionControl};
use super::super::control::{Control, Policy};
use super::*;
use crate::seq::Seq;

/// A sender in congestion avoidance whose cwnd is always full, and whose every round trip begins
/// with the acknowledgements of the one before.
#[derive(Clone, Copy)]
struct Sender {
    control: Control,
    window: Window,
}

impl Sender {
    /// It lost something at `cwnd`, all of it outstanding, and recovered.
    fn after_a_loss_at(cwnd: u32, smss: u32, rtt: Span) -> Sender {
        let mut sender = Sender::new(cwnd, smss, rtt);
        sender.lose();
        sender
    }

    fn new(cwnd: u32, smss: u32, rtt: Span) -> Sender {
        Sender {
            control: Control::new(CongestionControl::Cubic),
            window: Window {
                cwnd,
                ssthresh: cwnd,
                smss,
                srtt: Some(rtt),
                now: Time::ZERO,
                una: Seq::new(0),
                nxt: Seq::new(0),
                rtt: Some(rtt),
                limited: true,
                policy: Policy::of(&Config::default()),
            },
        }
    }

    fn lose(&mut self) {
        let w = &mut self.window;
        w.ssthresh = self.control.reduce(w.cwnd, w);
        w.cwnd = w.ssthresh;
    }

    /// One round trip, in which each acknowledgement is of `each` segments, evenly apart.
    fn round(&mut self, each: u32) -> u32 {
        let (began, rtt) = (self.window.now, self.window.srtt.unwrap());
        let count = self.window.cwnd / self.window.smss / each;
        for ack in 0..count {
            self.window.now = began + rtt.fraction(ack, count);
            let newly = each * self.window.smss;
            self.window.cwnd = self.control.grow(newly, &self.window);
        }
        self.window.now = began + rtt;
        self.window.cwnd
    }

    fn stage(&self) -> Stage {
        match self.control {
            Control::Cubic(cubic) => cubic.stage.expect("it has begun"),
            _ => unreachable!("it is CUBIC"),
        }
    }
}

const fn ms(n: u64) -> Span {
    Span::from_millis(n)
}

#[test]
fn the_cube_root_is_the_exact_floor() {
    let mut n: u128 = 1;
    for step in 0..330_u128 {
        for n in [n - 1, n, n + step, n.wrapping_mul(n) % (1 << 120)] {
            let root = u128::from(cube_root(n));
            assert!(root.pow(3) <= n && n < (root + 1).pow(3), "{n}");
        }
        n += n / 4 + 1;
    }
    for root in [1, 2, 9, 10, 1 << 21, (1 << 42) - 1] {
        let cube = u128::pow(root, 3);
        assert_eq!(u128::from(cube_root(cube)), root);
        assert_eq!(u128::from(cube_root(cube - 1)), root - 1);
    }
}

/// K = ∛((W_max - cwnd) / C), in seconds, segments and segments a second cubed. 30 segments: ∛75.
#[test]
fn k_is_the_time_to_the_flat_part() {
    for (octets, smss, micros) in [
        (0, 1000, 0),
        (30_000, 1000, 4_217_163),
        (300_000, 1000, 9_085_602),
        (4_380_000, 1460, 19_574_338),
        (3_650_000, 1460, 18_420_157),
        (1 << 29, 536, 135_794_349),
        (1 << 30, 1, 1_389_781_819),
    ] {
        assert_eq!(time_to_flat(octets, smss), micros, "{octets} of {smss}");
    }
}

/// W_cubic(t) = 0.4 (t - 9.085602)³ + 1,000 in segments; below 1,000 it is concave, above convex.
#[test]
fn the_curve_is_concave_then_convex() {
    let mut sender = Sender::after_a_loss_at(1_000_000, 1000, ms(100));
    assert_eq!(
        (sender.window.cwnd, sender.window.ssthresh),
        (700_000, 700_000)
    );
    sender.round(1);
    let stage = sender.stage();
    assert_eq!((stage.flat, stage.k), (1_000_000, 9_085_602));
    for (t, octets) in [
        (0, 700_000),
        (1_000_000, 788_555),
        (5_000_000, 972_721),
        (9_000_000, 999_999),
        (9_085_602, 1_000_000),
        (10_000_000, 1_000_305),
        (15_000_000, 1_082_754),
        (20_000_000, 1_520_067),
    ] {
        assert_eq!(stage.curve(t, 1000), octets, "at {t}");
    }
    assert_eq!(stage.curve(u64::MAX, 1000), u32::MAX);
}

/// The model: every segment acknowledged alone, exact fractions, cwnd taken down to segments.
#[test]
fn cwnd_follows_the_curve() {
    let mut sender = Sender::after_a_loss_at(1_000_000, 1000, ms(100));
    let mut at = Vec::new();
    for round in 1..=150 {
        let cwnd = sender.round(1);
        if round % 10 == 1 || round == 150 {
            at.push(cwnd / 1000);
        }
    }
    let model = [
        709, 796, 863, 914, 950, 974, 989, 996, 999, 999, 1000, 1003, 1010, 1025, 1050, 1082,
    ];
    assert_eq!(at, model);
}

/// 100 segments and 10 ms: K is 422 round trips, so that Reno with β = 0.7 would be faster, which
/// grows by α = 9/17 segments a round trip, a little less while segments of the round count against
/// the window that grew since.
#[test]
fn a_short_round_trip_is_shared_as_with_reno() {
    let mut sender = Sender::after_a_loss_at(100_000, 1000, ms(10));
    let mut at = vec![sender.window.cwnd];
    for _ in 0..6 {
        for _ in 0..10 {
            sender.round(1);
        }
        at.push(sender.window.cwnd);
    }
    // 70 + 10n · 9/17: 75.3, 80.6, 85.9, 91.2, 96.5; then α = 1 from 100 on, at the 57th.
    assert_eq!(
        at,
        [70_000, 75_000, 80_000, 85_000, 90_000, 96_000, 102_000]
    );
    let (mut friendly, mut rounds) = (70_000_u32 * 17, 60);
    while rounds > 0 {
        friendly += if friendly < 100_000 * 17 {
            9_000
        } else {
            17_000
        };
        rounds -= 1;
    }
    // AIMD(α, β) by whole round trips: a segment or so apart after sixty of them.
    assert!(
        (friendly / 17).abs_diff(102_000) <= 1500,
        "{}",
        friendly / 17
    );
}

/// 1 Gbit/s and 100 ms: 8,333 segments of 1,460. K is 18.42 s or 184 round trips; Reno would need
/// 4,166 for its half. Acknowledgements of eight segments each.
#[test]
fn a_gigabit_over_a_long_path_is_back_after_k() {
    let mut sender = Sender::new(8333 * 1460, 1460, ms(100));
    sender.lose();
    // 0.7 · 12,166,180, taken down to segments as a sender's flight would be.
    sender.window.cwnd = 5833 * 1460;
    sender.window.ssthresh = sender.window.cwnd;
    for round in 1..=300 {
        let cwnd = sender.round(8);
        let model = match round {
            1 => 5873,
            50 => 7366,
            100 => 8094,
            150 => 8316,
            184 => 8332,
            200 => 8334,
            250 => 8447,
            300 => 8954,
            _ => continue,
        };
        assert_eq!(cwnd / 1460, model, "round {round}");
    }
}

#[test]
fn the_target_is_at_most_half_more() {
    // K = 0, and at first W_cubic(0) is 10 segments: W_est with a tenth more counts.
    let mut sender = Sender::new(10_000, 1000, ms(10_000));
    assert_eq!(sender.control.grow(1000, &sender.window), 10_000);
    assert_eq!(sender.stage().part, 100);
    // After 5 s the curve is at 60 and goes to 1,360 in a round trip: (15.15 - 10.1) · 1/10.1 for
    // each segment, a half, since cwnd of 10.1 may only go to 15.15.
    sender.window.now = Time::from_nanos(5_000_000_000);
    assert_eq!(sender.control.grow(1000, &sender.window), 10_000);
    assert_eq!(sender.stage().part, 600);
    sender.window.cwnd = sender.control.grow(1000, &sender.window);
    assert_eq!((sender.window.cwnd, sender.stage().part), (11_000, 100));
}

#[test]
fn a_second_loss_below_the_first_gives_up_room() {
    let mut sender = Sender::after_a_loss_at(100_000, 1000, ms(100));
    // 70,000 · 0.7, and 70,000 · 0.85 instead of 70,000.
    sender.lose();
    assert_eq!(
        (sender.window.cwnd, sender.window.ssthresh),
        (49_000, 49_000)
    );
    sender.round(1);
    assert_eq!(sender.stage().flat, 59_500);
    let mut keeps = Sender::after_a_loss_at(100_000, 1000, ms(100));
    keeps.window.policy.fast_convergence = false;
    keeps.lose();
    keeps.round(1);
    assert_eq!(keeps.stage().flat, 70_000);
}

#[test]
fn ssthresh_follows_the_flight_and_has_a_floor_of_two_segments() {
    let mut sender = Sender::new(100_000, 1000, ms(100));
    assert_eq!(sender.control.reduce(50_001, &sender.window), 35_000);
    assert_eq!(sender.control.reduce(2000, &sender.window), 2000);
}

/// RFC 9438 §4.8: the stage after a time-out begins at the flat part.
#[test]
fn after_a_timeout_the_first_stage_begins_flat() {
    let mut sender = Sender::after_a_loss_at(100_000, 1000, ms(100));
    sender.window.ssthresh = sender.control.reduce(70_000, &sender.window);
    sender.control.start_over();
    sender.window.cwnd = sender.window.ssthresh;
    sender.round(1);
    let stage = sender.stage();
    assert_eq!((stage.flat, stage.k), (49_000, 0));
    // The next loss is as ever.
    sender.lose();
    sender.round(1);
    assert_ne!(sender.stage().k, 0);
}

/// RFC 9438 §5.8: time in which the application limits the sender does not count.
#[test]
fn the_clock_stands_while_cwnd_does_not_limit() {
    let mut busy = Sender::after_a_loss_at(1_000_000, 1000, ms(100));
    let mut idle = busy;
    for _ in 0..20 {
        busy.round(1);
        idle.round(1);
    }
    // A round trip that the application limited, then silence.
    idle.window.limited = false;
    let cwnd = idle.window.cwnd;
    assert_eq!(idle.round(1), cwnd);
    idle.window.now = idle.window.now + Span::from_secs(100);
    idle.control.pause(idle.window.now);
    idle.window.limited = true;
    for _ in 0..20 {
        busy.round(1);
        idle.round(1);
    }
    let (busy, idle) = (busy.stage(), idle.stage());
    // The last acknowledgement before and the first one after are what a round trip lacks.
    assert!(busy.t - idle.t <= ms(1), "{} {}", busy.t, idle.t);
    assert!(idle.t <= busy.t);
}

/// RFC 9438 §4.9: a copy brings all back.
#[test]
fn a_reduction_that_was_not_due_is_undone_by_the_copy() {
    let mut sender = Sender::after_a_loss_at(1_000_000, 1000, ms(100));
    let mut undone = sender;
    for _ in 0..30 {
        sender.round(1);
        undone.round(1);
    }
    let copy = undone;
    undone.lose();
    undone.round(1);
    undone = copy;
    assert_eq!(sender.round(1), undone.round(1));
    assert_eq!(sender.stage(), undone.stage());
}

#[test]
fn what_made_cwnd_smaller_begins_a_new_stage() {
    let mut sender = Sender::after_a_loss_at(1_000_000, 1000, ms(100));
    for _ in 0..30 {
        sender.round(1);
    }
    sender.window.cwnd = 10_000;
    sender.window.ssthresh = 10_000;
    // W_est of the old stage would bring 700 segments back at once.
    assert_eq!(sender.control.grow(1000, &sender.window), 10_000);
    assert_eq!(sender.stage().t, Span::ZERO);
}
