//! The retransmission timeout (RFC 6298), in integer nanoseconds.

use super::config::Config;
use crate::time::Span;

/// SRTT, RTTVAR and the RTO that follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtt {
    /// SRTT and RTTVAR; `None` before the first sample.
    smoothed: Option<(Span, Span)>,
    /// The timeout in force, always between the configured bounds.
    rto: Span,
}

impl Rtt {
    /// Before any sample. RFC 6298 §2.1.
    pub fn new(config: &Config) -> Rtt {
        Rtt {
            smoothed: None,
            rto: config.rto_initial.min(config.rto_max),
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

    /// RTTVAR, if there was a sample.
    pub fn rttvar(&self) -> Option<Span> {
        self.smoothed.map(|(_, rttvar)| rttvar)
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
        self.rto = (srtt + rttvar.times(4).max(config.clock_granularity))
            .max(config.rto_min)
            .min(config.rto_max);
    }

    /// The timer ran out: twice as long, up to the bound. RFC 6298 §5.5.
    pub fn back_off(&mut self, config: &Config) {
        self.rto = self.rto.times(2).min(config.rto_max);
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
}
