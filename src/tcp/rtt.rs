//! The retransmission timeout (RFC 6298), in integer nanoseconds.

use super::config::{Config, RtoFloor, RttVariance};
use crate::seq::Seq;
use crate::time::Span;

/// SRTT, RTTVAR and the RTO that follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtt {
    /// SRTT and RTTVAR; `None` before the first sample.
    smoothed: Option<(Span, Span)>,
    /// Where [`RttVariance::Peak`] holds: what bounds the RTO instead of RTTVAR.
    peak: Peak,
    /// The timeout in force, always between the configured bounds.
    rto: Span,
}

/// The largest deviation of the round trip under way, and of those before it, each four times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Peak {
    /// Of the round trip under way.
    current: Span,
    /// What enters the RTO.
    lasting: Span,
    /// The round trip ends when more than this is acknowledged.
    until: Seq,
}

/// Where the send sequence space stands when a sample is taken.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// SND.UNA.
    pub una: Seq,
    /// SND.NXT.
    pub nxt: Seq,
}

impl Rtt {
    /// Before any sample. RFC 6298 §2.1.
    pub fn new(config: &Config) -> Rtt {
        Rtt::starting_at(config.rto_initial.min(config.rto_max))
    }

    /// Before any sample, with this RTO.
    pub(super) const fn starting_at(rto: Span) -> Rtt {
        Rtt {
            smoothed: None,
            peak: Peak {
                current: Span::ZERO,
                lasting: Span::ZERO,
                until: Seq::new(0),
            },
            rto,
        }
    }

    /// The timeout in force.
    pub const fn rto(&self) -> Span {
        self.rto
    }

    /// SRTT, if there was a sample.
    pub fn srtt(&self) -> Option<Span> {
        self.smoothed.map(|(srtt, _)| srtt)
    }

    /// RTTVAR, if there was a sample. With [`RttVariance::Peak`] the mean deviation, which is what
    /// tools show.
    pub fn rttvar(&self) -> Option<Span> {
        self.smoothed.map(|(_, rttvar)| rttvar)
    }

    /// Takes a measurement as the configuration wants it; it ends any backoff.
    pub fn measure(&mut self, r: Span, progress: Progress, config: &Config) {
        match config.rtt_variance {
            RttVariance::Rfc6298 => self.sample(r, config),
            RttVariance::Peak => self.sample_peak(r, progress, config),
        }
    }

    /// Takes a measurement; it ends any backoff. RFC 6298 §2.2, §2.3.
    pub fn sample(&mut self, r: Span, config: &Config) {
        let (srtt, rttvar) = match self.smoothed {
            None => (r, r.fraction(1, 2)),
            // RFC 6298 §2.3: RTTVAR first, from the SRTT before this sample.
            Some((srtt, rttvar)) => (
                srtt.fraction(7, 8) + r.fraction(1, 8),
                rttvar.fraction(3, 4) + srtt.abs_diff(r).fraction(1, 4),
            ),
        };
        self.smoothed = Some((srtt, rttvar));
        self.set_rto(rttvar.times(4), config);
    }

    /// Measured: a variance that falls slowly keeps the RTO from coming close to SRTT.
    fn sample_peak(&mut self, r: Span, progress: Progress, config: &Config) {
        let floor = least_variance(config);
        match self.smoothed {
            None => {
                let rttvar = r.fraction(1, 2);
                self.smoothed = Some((r, rttvar));
                let lasting = rttvar.times(4).max(floor);
                self.peak = Peak {
                    current: lasting,
                    lasting,
                    until: progress.nxt,
                };
            }
            Some((srtt, rttvar)) => {
                let error = srtt.abs_diff(r);
                // A round trip that became much shorter says little about loss.
                let rttvar = if r < srtt && rttvar < error {
                    rttvar + error.abs_diff(rttvar).fraction(1, 32)
                } else {
                    rttvar.fraction(3, 4) + error.fraction(1, 4)
                };
                self.smoothed = Some((srtt.fraction(7, 8) + r.fraction(1, 8), rttvar));
                self.peak.current = self.peak.current.max(rttvar.times(4));
                self.peak.lasting = self.peak.lasting.max(self.peak.current);
                if self.peak.until.precedes(progress.una) {
                    let gap = self.peak.lasting.abs_diff(self.peak.current);
                    self.peak.lasting = self.peak.current + gap.fraction(3, 4);
                    self.peak.current = floor;
                    self.peak.until = progress.nxt;
                }
            }
        }
        self.set_rto(self.peak.lasting, config);
    }

    /// RFC 6298 §2.2, §2.4, §2.5: `variance` is four times RTTVAR.
    fn set_rto(&mut self, variance: Span, config: &Config) {
        let srtt = self.srtt().unwrap_or(Span::ZERO);
        let variance = variance.max(config.clock_granularity);
        let least = least_variance(config);
        let rto = srtt + variance.max(least) + config.rto_slop;
        self.rto = match config.rto_floor {
            RtoFloor::Whole => rto.max(config.rto_min),
            RtoFloor::Variance => rto,
        }
        .min(config.rto_max);
    }

    /// The timer ran out: twice as long, up to the bound. RFC 6298 §5.5.
    ///
    /// The slop, which allows for a slow machine, is not doubled.
    pub fn back_off(&mut self, config: &Config) {
        let slop = match self.smoothed {
            Some(_) => config.rto_slop.min(self.rto),
            None => Span::ZERO,
        };
        let doubled = self.rto.abs_diff(slop).times(2) + slop;
        self.rto = doubled.min(config.rto_max);
    }

    /// Data starts after the SYN had to be retransmitted. RFC 6298 §5.7.
    ///
    /// With no sample (Karn) the RTO of the data is the fallback, whatever the SYN's had grown to.
    pub fn data_starts_after_syn_loss(&mut self, config: &Config) {
        if self.smoothed.is_none() {
            self.rto = config.rto_after_syn_loss.min(config.rto_max);
        }
    }
}

/// What the variance counts at least, where [`Config::rto_min`] bounds it.
fn least_variance(config: &Config) -> Span {
    match config.rto_floor {
        RtoFloor::Whole => Span::ZERO,
        RtoFloor::Variance => config.rto_min,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of a worked example: samples in ms, then SRTT, RTTVAR and RTO in ns.
    #[test]
    fn samples_follow_rfc_6298() {
        let config = Config::default();
        let mut rtt = Rtt::new(&config);
        for (sample, srtt, rttvar, rto) in [
            (100, 100_000_000, 50_000_000, 1_000_000_000),
            (120, 102_500_000, 42_500_000, 1_000_000_000),
            (80, 99_687_500, 37_500_000, 1_000_000_000),
            (200, 112_226_562, 53_203_125, 1_000_000_000),
        ] {
            rtt.sample(Span::from_millis(sample), &config);
            let got = (
                rtt.srtt().unwrap().as_nanos(),
                rtt.rttvar().unwrap().as_nanos(),
            );
            assert_eq!(got, (srtt, rttvar));
            assert_eq!(rtt.rto().as_nanos(), rto);
        }
        let mut rtt = Rtt::new(&config);
        for (sample, rto) in [
            (500, 1_500_000_000),
            (1500, 2_375_000_000),
            (500, 2_046_875_000),
        ] {
            rtt.sample(Span::from_millis(sample), &config);
            assert_eq!(rtt.rto().as_nanos(), rto);
        }
    }

    #[test]
    fn backoff_doubles_up_to_the_bound_and_a_sample_ends_it() {
        let config = Config {
            rto_max: Span::from_secs(60),
            ..Config::default()
        };
        let mut rtt = Rtt::new(&config);
        for rto in [2, 4, 8, 16, 32, 60, 60] {
            rtt.back_off(&config);
            assert_eq!(rtt.rto(), Span::from_secs(rto));
        }
        rtt.sample(Span::from_millis(20), &config);
        assert_eq!(rtt.rto(), Span::from_secs(1));
    }

    #[test]
    fn variance_is_at_least_the_clock_granularity() {
        let config = Config {
            rto_min: Span::ZERO,
            ..Config::default()
        };
        let mut rtt = Rtt::new(&config);
        for _ in 0..200 {
            rtt.sample(Span::from_millis(100), &config);
        }
        assert_eq!(rtt.rttvar().unwrap().times(4).as_nanos() / 1_000_000, 0);
        assert_eq!(rtt.rto(), rtt.srtt().unwrap() + config.clock_granularity);
    }

    #[test]
    fn the_first_rto_after_a_lost_syn_is_three_seconds() {
        let config = Config::default();
        let mut rtt = Rtt::new(&config);
        rtt.back_off(&config);
        rtt.back_off(&config);
        rtt.data_starts_after_syn_loss(&config);
        assert_eq!(rtt.rto(), Span::from_secs(3));
    }

    /// A floor of 200 ms for the variance and the peak of a round trip.
    fn peak() -> Config {
        Config {
            rto_min: Span::from_millis(200),
            rto_floor: RtoFloor::Variance,
            rtt_variance: RttVariance::Peak,
            ..Config::default()
        }
    }

    fn measure(rtt: &mut Rtt, millis: u64, una: u32, nxt: u32, config: &Config) {
        let progress = Progress {
            una: Seq::new(una),
            nxt: Seq::new(nxt),
        };
        rtt.measure(Span::from_millis(millis), progress, config);
    }

    /// Oracle, "RTO": SRTT + 200 ms after the handshake where the path is short; fin-drop-3-delay-1ms
    /// and others: 220 ms at 20 ms, 202 ms at 2 ms, 300 ms at 100 ms, all before a timer's slack.
    #[test]
    fn the_floor_may_bound_the_variance_alone() {
        for variance in [RttVariance::Rfc6298, RttVariance::Peak] {
            for (sample, rto) in [(20, 220), (2, 202), (100, 300), (200, 600)] {
                let config = Config {
                    rtt_variance: variance,
                    ..peak()
                };
                let mut rtt = Rtt::new(&config);
                measure(&mut rtt, sample, 1, 1, &config);
                assert_eq!(rtt.rto(), Span::from_millis(rto));
            }
        }
    }

    /// The peak of a round trip of 400 ms loses a quarter of its distance a round trip.
    #[test]
    fn the_peak_decays_by_a_quarter_a_round_trip() {
        let config = peak();
        let mut rtt = Rtt::new(&config);
        measure(&mut rtt, 200, 1, 1, &config);
        // SRTT 200 ms; 4·RTTVAR 400 ms, which the next sample ends as the peak.
        measure(&mut rtt, 200, 1000, 2000, &config);
        assert_eq!(rtt.rto(), Span::from_millis(600));
        // Not yet beyond 2000: the round trip goes on.
        measure(&mut rtt, 200, 2000, 3000, &config);
        assert_eq!(rtt.rto(), Span::from_millis(600));
        // RTTVAR has fallen to 42.1875 ms, below the floor: 400 − (400 − 225)/4.
        measure(&mut rtt, 200, 2001, 4000, &config);
        assert_eq!(rtt.rto(), Span::from_micros(556_250));
    }

    /// A sample far below SRTT moves RTTVAR by 1/32, one above it by 1/4.
    #[test]
    fn a_shorter_round_trip_counts_an_eighth() {
        let config = peak();
        let mut rtt = Rtt::new(&config);
        measure(&mut rtt, 800, 1, 1, &config);
        measure(&mut rtt, 160, 1, 1, &config);
        // 400 + (640 − 400)/32.
        assert_eq!(rtt.rttvar(), Some(Span::from_micros(407_500)));
        assert_eq!(rtt.srtt(), Some(Span::from_millis(720)));
    }

    /// A slop is added once, also to an RTO that was doubled.
    #[test]
    fn the_slop_is_not_doubled() {
        let config = Config {
            rto_min: Span::from_millis(30),
            rto_slop: Span::from_millis(200),
            ..Config::default()
        };
        let mut rtt = Rtt::new(&config);
        assert_eq!(rtt.rto(), Span::from_secs(1));
        rtt.sample(Span::from_millis(20), &config);
        assert_eq!(rtt.rto(), Span::from_millis(260));
        rtt.back_off(&config);
        assert_eq!(rtt.rto(), Span::from_millis(320));
    }
}
