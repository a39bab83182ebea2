//! How cwnd grows and how far it falls: the algorithm of congestion control, apart from the recovery
//! of losses, which decides when (`congestion`).
//!
//! An algorithm is plain data in an enum, so that a copy of it is all that an undo has to keep: to
//! restore the copy with cwnd and ssthresh takes a reduction back (RFC 9438 §4.9).

use super::config::{Avoidance, Config, CongestionControl, SlowStartExit, SlowStartGrowth};
use super::cubic::Cubic;
use super::slow_start::SlowStart;
use crate::seq::Seq;
use crate::time::{Span, Time};

/// The algorithm with its own variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// RFC 5681, equations 2 to 4.
    NewReno(NewReno),
    /// RFC 9438.
    Cubic(Cubic),
    /// No congestion control: the peer's window alone counts.
    Unlimited,
}

/// The variables of NewReno.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewReno {
    /// Octets acknowledged since cwnd last grew in congestion avoidance. RFC 3465 §2.1.
    acked: u32,
    slow_start: SlowStart,
}

/// cwnd and ssthresh at one moment, in octets, and what an algorithm measures by.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// cwnd.
    pub cwnd: u32,
    /// ssthresh; [`u32::MAX`] before the first loss.
    pub ssthresh: u32,
    /// The segment size of the sender, in octets.
    pub smss: u32,
    /// SRTT, if there was a sample.
    pub srtt: Option<Span>,
    /// The moment.
    pub now: Time,
    /// SND.UNA, with what is acknowledged now behind it.
    pub una: Seq,
    /// SND.NXT.
    pub nxt: Seq,
    /// The sample of the round trip that this acknowledgement gave.
    pub rtt: Option<Span>,
    /// cwnd is what held the sender back ([`Usage::limits`]); true where nobody asks.
    pub limited: bool,
    /// What the host's constants say.
    pub policy: Policy,
}

/// What a host's constants say about the growth of cwnd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How much an acknowledgement counts in slow start.
    pub growth: SlowStartGrowth,
    /// What counts in the congestion avoidance of NewReno.
    pub avoidance: Avoidance,
    /// What ends slow start before a loss does.
    pub exit: SlowStartExit,
    /// Whether CUBIC gives room to newcomers. RFC 9438 §4.7.
    pub fast_convergence: bool,
    /// Whether new text leaves at a pace, and so do its acknowledgements.
    pub pacing: bool,
}

impl Policy {
    /// Those of a host.
    pub const fn of(config: &Config) -> Policy {
        Policy {
            growth: config.slow_start,
            avoidance: config.avoidance,
            exit: config.slow_start_exit,
            fast_convergence: config.fast_convergence,
            pacing: config.pacing,
        }
    }
}

impl Control {
    /// The algorithm at the start of a connection.
    pub fn new(algorithm: CongestionControl) -> Control {
        match algorithm {
            CongestionControl::NewReno => Control::NewReno(NewReno::default()),
            CongestionControl::Cubic => Control::Cubic(Cubic::default()),
            CongestionControl::Unlimited => Control::Unlimited,
        }
    }

    /// `newly` octets were acknowledged outside of recovery: the new cwnd.
    ///
    /// It stays while cwnd did not limit the sender ([`Window::limited`]), and CUBIC's clock stands.
    /// Ask [`Control::leaves_slow_start`] next.
    pub fn grow(&mut self, newly: u32, window: &Window) -> u32 {
        let Some(slow_start) = self.slow_start() else {
            return window.cwnd;
        };
        if !window.limited {
            self.pause(window.now);
            return window.cwnd;
        }
        let (cwnd, left) = if window.cwnd < window.ssthresh {
            slow_start.grow(newly, window)
        } else {
            (window.cwnd, newly)
        };
        if left == 0 {
            return cwnd;
        }
        let window = Window { cwnd, ..*window };
        match self {
            Control::NewReno(reno) => reno.avoid(left, &window),
            Control::Cubic(cubic) => cubic.avoid(left, &window),
            Control::Unlimited => cwnd,
        }
    }

    /// Slow start is over before a loss: the caller sets ssthresh to cwnd. RFC 9406 §4.2.
    ///
    /// True once, after the [`Control::grow`] that ended it.
    pub fn leaves_slow_start(&mut self) -> bool {
        self.slow_start().is_some_and(SlowStart::take_end)
    }

    /// A loss was noticed, or a mark, with `flight` octets outstanding: the new ssthresh.
    ///
    /// The window is the one before the reduction.
    pub fn reduce(&mut self, flight: u32, window: &Window) -> u32 {
        match self {
            // RFC 5681 §3.1, equation 4.
            Control::NewReno(reno) => {
                reno.acked = 0;
                (flight / 2).max(2 * window.smss)
            }
            Control::Cubic(cubic) => cubic.reduce(flight, window),
            Control::Unlimited => window.ssthresh,
        }
    }

    /// The retransmission timer ran out; cwnd starts over from one segment.
    pub fn start_over(&mut self) {
        match self {
            Control::NewReno(reno) => {
                reno.acked = 0;
                reno.slow_start.start_over();
            }
            Control::Cubic(cubic) => cubic.start_over(),
            Control::Unlimited => {}
        }
    }

    /// The sender was silent until `now`, or the application held it back: that time does not count
    /// for an algorithm that grows by the clock. RFC 9438 §5.8 (MUST).
    ///
    /// To be called when text is sent while nothing is outstanding.
    pub const fn pause(&mut self, now: Time) {
        if let Control::Cubic(cubic) = self {
            cubic.pause(now);
        }
    }

    const fn slow_start(&mut self) -> Option<&mut SlowStart> {
        match self {
            Control::NewReno(reno) => Some(&mut reno.slow_start),
            Control::Cubic(cubic) => Some(cubic.slow_start()),
            Control::Unlimited => None,
        }
    }
}

impl NewReno {
    /// RFC 5681 §3.1, equation 3, or in the form of RFC 3465 §2.1: one segment a window.
    fn avoid(&mut self, newly: u32, window: &Window) -> u32 {
        if window.policy.avoidance == Avoidance::Acknowledgements {
            let square = u64::from(window.smss) * u64::from(window.smss);
            let more = (square / u64::from(window.cwnd.max(1))).max(1);
            return window
                .cwnd
                .saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        }
        self.acked = self.acked.saturating_add(newly);
        if self.acked < window.cwnd {
            return window.cwnd;
        }
        self.acked -= window.cwnd;
        window.cwnd.saturating_add(window.smss)
    }
}

/// How much of cwnd a sender uses: whether cwnd is what limits it.
///
/// cwnd says what the network can carry only while it is used; one that grows unused allows a burst
/// that nothing has tried. RFC 5681 §3.1 leaves it open, RFC 2861 §3 and RFC 7661 §4.3 forbid it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The most that was outstanding in the round trip, in octets.
    most: u32,
    /// In this round trip cwnd alone held something back.
    held_back: bool,
    /// SND.NXT when that was noted: its acknowledgement ends the round trip.
    until: Seq,
}

impl Usage {
    /// Nothing was sent yet.
    pub const fn new(iss: Seq) -> Usage {
        Usage {
            most: 0,
            held_back: false,
            until: iss,
        }
    }

    /// The sender has sent what it could: `flight` octets are outstanding, up to SND.NXT, and
    /// `held_back` says that cwnd alone keeps back more.
    pub fn sent(&mut self, flight: u32, held_back: bool, una: Seq, nxt: Seq) {
        let round_over = self.until.precedes_or_is(una);
        if round_over || held_back || (!self.held_back && self.most < flight) {
            *self = Usage {
                most: flight,
                held_back,
                until: nxt,
            };
        }
    }

    /// Whether cwnd, still below ssthresh or not, limits the sender.
    ///
    /// In slow start cwnd may be up to twice what was outstanding: it doubles in a round trip, so
    /// that what is used now is half of what will be.
    pub const fn limits(&self, cwnd: u32, ssthresh: u32) -> bool {
        self.held_back || (cwnd < ssthresh && cwnd < self.most.saturating_mul(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMSS: u32 = 1000;

    fn window(cwnd: u32, ssthresh: u32) -> Window {
        Window {
            cwnd,
            ssthresh,
            smss: SMSS,
            srtt: None,
            now: Time::ZERO,
            una: Seq::new(0),
            nxt: Seq::new(0),
            rtt: None,
            limited: true,
            policy: Policy::of(&Config::default()),
        }
    }

    #[test]
    fn what_limits_nothing_does_not_grow() {
        for algorithm in [CongestionControl::NewReno, CongestionControl::Cubic] {
            let mut control = Control::new(algorithm);
            for ssthresh in [u32::MAX, 10_000] {
                let idle = Window {
                    limited: false,
                    ..window(10_000, ssthresh)
                };
                for _ in 0..100 {
                    assert_eq!(control.grow(2 * SMSS, &idle), 10_000);
                }
            }
        }
    }

    #[test]
    fn all_that_was_acknowledged_counts_to_ssthresh_and_the_rest_beyond() {
        let mut control = Control::new(CongestionControl::NewReno);
        let mut at = window(10_000, 14_000);
        at.policy.growth = SlowStartGrowth::AllAcknowledged;
        assert_eq!(control.grow(3 * SMSS, &at), 13_000);
        at.cwnd = 13_000;
        // 1,000 end slow start at 14,000, 4,000 count for avoidance; 10,000 more fill a window.
        assert_eq!(control.grow(5 * SMSS, &at), 14_000);
        at.cwnd = 14_000;
        assert_eq!(control.grow(9_999, &at), 14_000);
        assert_eq!(control.grow(1, &at), 15_000);
    }

    /// RFC 5681 §3.1, equation 3: 1,000 · 1,000 / 10,000, then / 10,100; one octet at least.
    #[test]
    fn each_acknowledgement_counts_whatever_it_covers() {
        let mut control = Control::new(CongestionControl::NewReno);
        let mut at = window(10_000, 10_000);
        at.policy.avoidance = Avoidance::Acknowledgements;
        assert_eq!(control.grow(2 * SMSS, &at), 10_100);
        at.cwnd = 10_100;
        assert_eq!(control.grow(1, &at), 10_199);
        at.cwnd = 2_000_000;
        assert_eq!(control.grow(2 * SMSS, &at), 2_000_001);
    }

    #[test]
    fn two_segments_at_most() {
        let mut control = Control::new(CongestionControl::NewReno);
        let mut at = window(10_000, u32::MAX);
        at.policy.growth = SlowStartGrowth::TwoSegments;
        assert_eq!(control.grow(3 * SMSS, &at), 12_000);
        assert_eq!(control.grow(1500, &at), 11_500);
    }

    /// 10,000 are allowed. The application sends 4,000: cwnd may be up to twice that in slow start.
    #[test]
    fn cwnd_limits_who_uses_half_of_it_in_slow_start_and_all_of_it_later() {
        let (una, nxt) = (Seq::new(0), Seq::new(4000));
        let mut usage = Usage::new(una);
        usage.sent(4000, false, una, nxt);
        for (cwnd, ssthresh, limits) in [
            (7999, u32::MAX, true),
            (8000, u32::MAX, false),
            (7999, 7999, false),
        ] {
            assert_eq!(usage.limits(cwnd, ssthresh), limits, "{cwnd} {ssthresh}");
        }
        usage.sent(5000, true, una, Seq::new(5000));
        assert!(usage.limits(u32::MAX, 0));
        // In the same round trip the application ran dry; only the next one forgets.
        usage.sent(3000, false, Seq::new(4999), Seq::new(7000));
        assert!(usage.limits(10_000, 0));
        usage.sent(2000, false, Seq::new(5000), Seq::new(7000));
        assert!(!usage.limits(10_000, 0));
        assert!(!usage.limits(4000, u32::MAX) && usage.limits(3999, u32::MAX));
    }
}
