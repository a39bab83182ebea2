//! Chance: independent streams of random numbers, all from one seed.
//!
//! Every purpose draws from a ChaCha8 stream of its own ([`Purpose`]), so that what one part of a
//! run draws never shifts what another part sees: packet *k* meets the same fate when an unrelated
//! knob moves. Draws use integers only; a probability is a [`Ratio`].
//!
//! This is the only module that draws.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::fmt;

/// What a stream of random numbers is for; the number is the ChaCha stream.
///
/// The numbers are part of what makes a run repeatable: a new purpose takes a new number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The secrets from which hosts make initial sequence numbers (RFC 6528).
    InitialSequenceNumbers,
    /// Where the host with this index begins to take ephemeral ports.
    EphemeralPorts(u8),
    /// The walk through a learned machine.
    Walk,
    /// The numbers of the tester of a learned machine.
    Tester,
    /// Random loss of packets sent by the host with this index.
    Loss(u8),
    /// Random copies of packets sent by the host with this index.
    Duplicate(u8),
    /// Which packets sent by the host with this index are held up.
    Reorder(u8),
    /// Which packets sent by the host with this index are marked CE.
    Mark(u8),
}

impl Purpose {
    const fn stream(self) -> u64 {
        match self {
            Purpose::InitialSequenceNumbers => 0,
            Purpose::EphemeralPorts(host) => 8 + host as u64,
            Purpose::Walk => 12,
            Purpose::Tester => 13,
            Purpose::Loss(sender) => 16 + sender as u64,
            Purpose::Duplicate(sender) => 18 + sender as u64,
            Purpose::Reorder(sender) => 20 + sender as u64,
            Purpose::Mark(sender) => 22 + sender as u64,
        }
    }
}

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream for `purpose` of the run with this `seed`.
    pub fn new(seed: u64, purpose: Purpose) -> Stream {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose.stream());
        Stream(rng)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `0..n`, from exactly one draw.
    ///
    /// The multiply-shift is off from uniform by less than `n / 2^64`, and never rejects, so the
    /// number of draws does not depend on what is drawn.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// True with probability `ratio`, from exactly one draw.
    pub fn chance(&mut self, ratio: Ratio) -> bool {
        self.below(ratio.denominator) < ratio.numerator
    }
}

/// A probability: an integer ratio between 0 and 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

impl Ratio {
    /// Never.
    pub const ZERO: Ratio = Ratio {
        numerator: 0,
        denominator: 1,
    };

    /// `numerator / denominator`, or `None` unless it lies between 0 and 1.
    pub const fn new(numerator: u64, denominator: u64) -> Option<Ratio> {
        if denominator == 0 || denominator < numerator {
            None
        } else {
            Some(Ratio {
                numerator,
                denominator,
            })
        }
    }

    /// True if the event never happens.
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }
}

/// As a percentage with as many digits as it takes, at most six: `30%`, `0.1%`; else `1/3`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millionths = u128::from(self.numerator) * 100_000_000;
        let denominator = u128::from(self.denominator);
        if millionths % denominator != 0 {
            return write!(f, "{}/{}", self.numerator, self.denominator);
        }
        let millionths = millionths / denominator;
        let (whole, rest) = (millionths / 1_000_000, millionths % 1_000_000);
        if rest == 0 {
            write!(f, "{whole}%")
        } else {
            write!(f, "{whole}.{}%", format!("{rest:06}").trim_end_matches('0'))
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that seed 42 starts with: a change of crate or of seeding is a change of every run.
    #[test]
    fn streams_are_pinned() {
        let raw = |stream| {
            let mut rng = ChaCha8Rng::seed_from_u64(42);
            rng.set_stream(stream);
            rng.next_u64()
        };
        assert_eq!(raw(0), 0xae90_bfb5_395d_5ba1);
        assert_eq!(raw(3), 0x5c97_cf06_8ade_5889);
        assert_eq!(
            Stream::new(42, Purpose::InitialSequenceNumbers).next_u64(),
            0xae90_bfb5_395d_5ba1
        );
        assert_eq!(Stream::new(42, Purpose::Loss(1)).next_u64(), raw(17));
        assert_eq!(Stream::new(42, Purpose::Mark(1)).next_u64(), raw(23));
    }

    #[test]
    fn below_stays_below() {
        let mut stream = Stream::new(7, Purpose::Loss(0));
        for n in [1, 2, 3, 10, u64::MAX] {
            for _ in 0..100 {
                assert!(stream.below(n) < n);
            }
        }
    }

    #[test]
    fn chance_of_zero_and_one_are_certain() {
        let mut stream = Stream::new(7, Purpose::Loss(0));
        let one = Ratio::new(1, 1).unwrap();
        for _ in 0..100 {
            assert!(!stream.chance(Ratio::ZERO));
            assert!(stream.chance(one));
        }
    }

    #[test]
    fn ratios_lie_between_zero_and_one() {
        assert_eq!(Ratio::new(3, 2), None);
        assert_eq!(Ratio::new(0, 0), None);
        assert_eq!(Ratio::new(3, 10).unwrap().to_string(), "30%");
        assert_eq!(Ratio::new(1, 1000).unwrap().to_string(), "0.1%");
        assert_eq!(Ratio::new(1, 3).unwrap().to_string(), "1/3");
    }
}
