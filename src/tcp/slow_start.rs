//! Slow start: how much an acknowledgement lets cwnd grow (RFC 5681 §3.1, RFC 3465 §2.2), and what
//! ends it before a loss does.
//!
//! Three ways out are modelled ([`SlowStartExit`]): none; HyStart++ (RFC 9406), which grows more
//! slowly for some rounds to see whether the delay was a false alarm; and HyStart (Ha and Rhee,
//! "Taming the elephants", 2011), which leaves at once, when the round trip grows or when a round's
//! train of acknowledgements is half a round trip long.
//!
//! A round is a window of sequence numbers: it ends when what was SND.NXT at its beginning is
//! acknowledged. Both need a sample of the round trip from most acknowledgements: where only one
//! segment a round trip is timed, the delay never counts.
//!
//! HyStart's constants and its order of steps are those of `hystart_update`, `hystart_ack_delay` and
//! `cubictcp_acked` in `net/ipv4/tcp_cubic.c` of a current kernel, checked against its source. Left
//! out of them: acknowledgements that find cwnd not full are not looked at; the delay that is
//! allowed for acknowledgements is always the millisecond that there bounds it, from which it falls
//! only above 2 Gbit/s; and samples within a second of congestion avoidance count, which matters
//! where an undo brings slow start back.

use super::config::{SlowStartExit, SlowStartGrowth};
use super::control::Window;
use crate::seq::Seq;
use crate::time::{Span, Time};

/// Samples that a round needs before its delay counts. RFC 9406 §4.3: N_RTT_SAMPLE.
const SAMPLES: u32 = 8;
/// Bounds of what counts as more delay. RFC 9406 §4.3: MIN_RTT_THRESH and MAX_RTT_THRESH.
const DELAY_MIN: Span = Span::from_millis(4);
const DELAY_MAX: Span = Span::from_millis(16);
/// More delay is this part of the least. RFC 9406 §4.3: MIN_RTT_DIVISOR.
const DELAY_PART: u32 = 8;
/// How much slower conservative slow start is. RFC 9406 §4.3: CSS_GROWTH_DIVISOR.
const CONSERVATIVE: u32 = 4;
/// Rounds of conservative slow start. RFC 9406 §4.3: CSS_ROUNDS.
const ROUNDS: u32 = 5;
/// Segments of cwnd below which HyStart does not look: `hystart_low_window`.
const LOW_WINDOW: u32 = 16;
/// Acknowledgements no farther apart than this belong to one train: `hystart_ack_delta_us`.
const TRAIN_GAP: Span = Span::from_millis(2);
/// What acknowledgements may be late by, beside the round trip: the most of `hystart_ack_delay`.
const ACK_DELAY: Span = Span::from_millis(1);

/// The variables of slow start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlowStart {
    /// The round under way, once there was an acknowledgement.
    round: Option<Round>,
    /// The least round trip of the round before. RFC 9406 §4.2: lastRoundMinRTT.
    last_least: Option<Span>,
    /// The least round trip of all.
    least: Option<Span>,
    /// Conservative slow start is under way: its baseline, and rounds of it that have ended.
    conservative: Option<(Span, u32)>,
    /// It has ended, and whether the caller was told.
    ended: Option<Told>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    No,
    Yes,
}

/// A window of sequence numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Round {
    /// What ends it when it is acknowledged. RFC 9406 §4.2: windowEnd.
    end: Seq,
    began: Time,
    /// When the last acknowledgement of its train came.
    train: Time,
    /// The least round trip in it. RFC 9406 §4.2: currentRoundMinRTT.
    least: Option<Span>,
    samples: u32,
}

impl Round {
    const fn new(window: &Window) -> Round {
        Round {
            end: window.nxt,
            began: window.now,
            train: window.now,
            least: None,
            samples: 0,
        }
    }

    /// This acknowledgement makes the train of HyStart too long: half of the least round trip, and
    /// the whole where pacing spreads what was sent.
    fn is_long_train(&mut self, least: Span, window: &Window) -> bool {
        if TRAIN_GAP < window.now.since(self.train) {
            return false;
        }
        self.train = window.now;
        let longest = match window.policy.pacing {
            true => least + ACK_DELAY,
            false => (least + ACK_DELAY).fraction(1, 2),
        };
        longest < window.now.since(self.began)
    }

    /// The round's least round trip, with this sample, is delayed; it takes samples enough before.
    fn is_delayed(&mut self, least: Span, rtt: Span) -> bool {
        let of_round = self.least.map_or(rtt, |least| least.min(rtt));
        self.least = Some(of_round);
        if self.samples < SAMPLES {
            self.samples += 1;
            return false;
        }
        least + enough(least) < of_round
    }

    /// The least round trip, once there are samples enough.
    fn measured(&self) -> Option<Span> {
        self.least.filter(|_| SAMPLES <= self.samples)
    }
}

impl SlowStart {
    /// The new cwnd, below ssthresh before, and how many octets are left for congestion avoidance.
    pub fn grow(&mut self, newly: u32, window: &Window) -> (u32, u32) {
        if window.policy.exit == SlowStartExit::HyStart && self.look_for_delay_or_train(window) {
            // It looks before cwnd grows: what was acknowledged counts in congestion avoidance.
            return (window.cwnd, newly);
        }
        let counts = match window.policy.growth {
            SlowStartGrowth::OneSegment => newly.min(window.smss),
            SlowStartGrowth::TwoSegments => newly.min(2 * window.smss),
            SlowStartGrowth::AllAcknowledged => newly,
        };
        let step = match self.conservative {
            Some(_) => counts / CONSERVATIVE,
            None => counts,
        };
        let (cwnd, left) = match window.policy.growth {
            SlowStartGrowth::OneSegment | SlowStartGrowth::TwoSegments => {
                (window.cwnd.saturating_add(step), 0)
            }
            SlowStartGrowth::AllAcknowledged => {
                let taken = step.min(window.ssthresh - window.cwnd);
                (window.cwnd + taken, step - taken)
            }
        };
        match window.policy.exit {
            SlowStartExit::None | SlowStartExit::HyStart => {}
            // RFC 9406 §4.3: only in the first slow start, when nothing is known of the path.
            SlowStartExit::HyStartPlusPlus if window.ssthresh == u32::MAX => {
                self.look_for_delay(window);
            }
            SlowStartExit::HyStartPlusPlus => {}
        }
        (cwnd, left)
    }

    /// It has ended, and nobody was told so far.
    pub fn take_end(&mut self) -> bool {
        let news = self.ended == Some(Told::No);
        if news {
            self.ended = Some(Told::Yes);
        }
        news
    }

    /// The retransmission timer ran out.
    pub fn start_over(&mut self) {
        *self = SlowStart::default();
    }

    fn end(&mut self) {
        if self.ended.is_none() {
            self.ended = Some(Told::No);
        }
        self.conservative = None;
    }

    /// RFC 9406 §4.2.
    fn look_for_delay(&mut self, window: &Window) {
        let mut round = self.round.unwrap_or_else(|| Round::new(window));
        if let Some(rtt) = window.rtt {
            round.samples += 1;
            round.least = Some(round.least.map_or(rtt, |least| least.min(rtt)));
        }
        match (self.conservative, round.measured(), self.last_least) {
            (None, Some(least), Some(last)) if last + enough(last) <= least => {
                self.conservative = Some((least, 0));
            }
            // The delay is gone again: it was no queue.
            (Some((baseline, _)), Some(least), _) if least < baseline => self.conservative = None,
            _ => {}
        }
        if round.end.precedes_or_is(window.una) {
            self.last_least = round.least;
            round = Round::new(window);
            match &mut self.conservative {
                Some((_, rounds)) if *rounds + 1 == ROUNDS => self.end(),
                Some((_, rounds)) => *rounds += 1,
                None => {}
            }
        }
        self.round = Some(round);
    }

    /// Whether slow start ends with this acknowledgement.
    fn look_for_delay_or_train(&mut self, window: &Window) -> bool {
        let Some(rtt) = window.rtt else {
            return false;
        };
        let least = self.least.map_or(rtt, |least| least.min(rtt));
        self.least = Some(least);
        if self.ended.is_some() {
            return false;
        }
        let mut round = match self.round {
            Some(round) if window.una.precedes_or_is(round.end) => round,
            _ => Round::new(window),
        };
        // Rounds go on where it does not look, so that the first one it looks at is not cut short.
        if LOW_WINDOW * window.smss <= window.cwnd
            && (round.is_long_train(least, window) || round.is_delayed(least, rtt))
        {
            self.end();
        }
        self.round = Some(round);
        self.ended.is_some()
    }
}

/// By how much more than `least` a round trip counts as delayed.
fn enough(least: Span) -> Span {
    least.fraction(1, DELAY_PART).clamp(DELAY_MIN, DELAY_MAX)
}

#[cfg(test)]
mod tests {
    use super::super::config::{Config, CongestionControl};
    use super::super::control::{Control, Policy};
    use super::*;

    const SMSS: u32 = 1000;

    /// A sender in slow start whose every segment is acknowledged alone.
    struct Sender {
        control: Control,
        window: Window,
    }

    impl Sender {
        fn new(exit: SlowStartExit, cwnd: u32) -> Sender {
            Sender::with(
                Config {
                    slow_start_exit: exit,
                    ..Config::default()
                },
                cwnd,
            )
        }

        fn with(config: Config, cwnd: u32) -> Sender {
            Sender {
                control: Control::new(CongestionControl::Cubic),
                window: Window {
                    cwnd,
                    ssthresh: u32::MAX,
                    smss: SMSS,
                    srtt: None,
                    now: Time::ZERO,
                    una: Seq::new(0),
                    nxt: Seq::new(cwnd),
                    rtt: None,
                    limited: true,
                    policy: Policy::of(&config),
                },
            }
        }

        /// `count` segments are acknowledged, `gap` apart, each after `rtt`; cwnd is always full.
        fn acks(&mut self, count: u32, gap: Span, rtt: Span) -> u32 {
            for _ in 0..count {
                let w = &mut self.window;
                w.now = w.now + gap;
                w.una += SMSS;
                w.rtt = Some(rtt);
                w.cwnd = self.control.grow(SMSS, w);
                w.nxt = w.una + w.cwnd;
                if self.control.leaves_slow_start() {
                    w.ssthresh = w.cwnd;
                }
            }
            self.window.cwnd
        }

        fn round_end(&mut self) -> Seq {
            let Control::Cubic(cubic) = &mut self.control else {
                unreachable!("it is CUBIC")
            };
            cubic.slow_start().round.expect("it has begun").end
        }

        fn has_left(&self) -> bool {
            self.window.ssthresh != u32::MAX
        }
    }

    const fn ms(n: u64) -> Span {
        Span::from_millis(n)
    }

    /// The first round is of 10 segments; it doubles cwnd. Its least is 40 ms, so that 45 ms are
    /// delay: 40 + max(40/8, 4).
    #[test]
    fn eight_samples_of_delay_slow_hystart_plus_plus_down_and_five_rounds_end_it() {
        let mut sender = Sender::new(SlowStartExit::HyStartPlusPlus, 10 * SMSS);
        assert_eq!(sender.acks(10, ms(1), ms(40)), 20_000);
        // Seven samples are too few, the eighth begins conservative slow start: by a quarter.
        assert_eq!(sender.acks(7, ms(1), ms(45)), 27_000);
        assert_eq!(sender.acks(1, ms(1), ms(45)), 28_000);
        assert_eq!(sender.acks(4, ms(1), ms(45)), 29_000);
        // It lasts for five rounds, the one in which it began included.
        let mut ends = vec![sender.round_end()];
        while !sender.has_left() {
            sender.acks(1, ms(1), ms(45));
            if ends.last() != Some(&sender.round_end()) {
                ends.push(sender.round_end());
            }
        }
        assert_eq!(sender.window.ssthresh, sender.window.cwnd);
        assert_eq!(ends.len() - 1, 5);
    }

    /// The first sample below the baseline, of a round that has eight, ends the suspicion.
    #[test]
    fn a_false_alarm_brings_slow_start_back() {
        let mut sender = Sender::new(SlowStartExit::HyStartPlusPlus, 10 * SMSS);
        sender.acks(10, ms(1), ms(40));
        assert_eq!(sender.acks(12, ms(1), ms(45)), 29_000);
        assert_eq!(sender.acks(1, ms(1), ms(41)), 29_250);
        assert_eq!(sender.acks(60, ms(1), ms(41)), 89_250);
        assert!(!sender.has_left());
    }

    #[test]
    fn without_delay_hystart_plus_plus_never_leaves() {
        let mut sender = Sender::new(SlowStartExit::HyStartPlusPlus, 10 * SMSS);
        assert_eq!(sender.acks(1000, ms(1), ms(40)), 1_010_000);
        // 44.999 ms are not delay either.
        assert_eq!(
            sender.acks(100, ms(1), Span::from_micros(44_999)),
            1_110_000
        );
        assert!(!sender.has_left());
    }

    /// The round begins at the first acknowledgement. Half of 40 ms and half of 1 ms are 20.5 ms: 41
    /// gaps later that is not passed yet, one later it is, and what was acknowledged then counts in
    /// congestion avoidance.
    #[test]
    fn a_train_of_half_a_round_trip_ends_slow_start() {
        let mut sender = Sender::new(SlowStartExit::HyStart, 50 * SMSS);
        sender.acks(1 + 41, Span::from_micros(500), ms(40));
        assert!(!sender.has_left());
        assert_eq!(sender.acks(1, Span::from_micros(500), ms(40)), 92_000);
        assert_eq!(sender.window.ssthresh, 92_000);
    }

    /// Pacing spreads a window over its round trip, so that the train may last for all of 40 + 1 ms.
    #[test]
    fn with_pacing_a_train_lasts_for_a_whole_round_trip() {
        let config = Config {
            slow_start_exit: SlowStartExit::HyStart,
            pacing: true,
            ..Config::default()
        };
        let mut sender = Sender::with(config, 100 * SMSS);
        sender.acks(1 + 82, Span::from_micros(500), ms(40));
        assert!(!sender.has_left());
        sender.acks(1, Span::from_micros(500), ms(40));
        assert!(sender.has_left());
    }

    /// The first round is that of the first 10 segments, though cwnd passes 16 in it.
    #[test]
    fn rounds_go_on_where_hystart_does_not_look() {
        let mut sender = Sender::new(SlowStartExit::HyStart, 10 * SMSS);
        sender.acks(10, ms(3), ms(40));
        assert_eq!(sender.round_end(), Seq::new(10_000));
        sender.acks(1, ms(3), ms(40));
        assert_eq!(sender.round_end(), Seq::new(30_000));
    }

    #[test]
    fn acknowledgements_far_apart_are_no_train() {
        let mut sender = Sender::new(SlowStartExit::HyStart, 40 * SMSS);
        sender.acks(200, ms(3), ms(40));
        assert!(!sender.has_left());
    }

    /// The least is 40 ms: 45 ms are not more than 40 + 5, a microsecond more is. Eight samples are
    /// gathered, and the ninth decides.
    #[test]
    fn delay_ends_slow_start_at_once() {
        for (rtt, leaves) in [(45_000, false), (45_001, true)] {
            let mut sender = Sender::new(SlowStartExit::HyStart, 16 * SMSS);
            sender.acks(1, ms(3), ms(40));
            // The round that has the 40 ms is over after 15 more; the next one decides.
            sender.acks(15 + 8, ms(3), Span::from_micros(rtt));
            assert!(!sender.has_left());
            sender.acks(1, ms(3), Span::from_micros(rtt));
            assert_eq!(sender.has_left(), leaves, "{rtt}");
        }
    }

    #[test]
    fn below_sixteen_segments_hystart_does_not_look() {
        let mut sender = Sender::new(SlowStartExit::HyStart, SMSS);
        sender.acks(1, ms(1), ms(40));
        sender.acks(14, ms(1), ms(400));
        assert_eq!(sender.window.cwnd, 16_000);
        assert!(!sender.has_left());
    }
}
