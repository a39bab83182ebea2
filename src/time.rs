//! Virtual time: nanoseconds since the start of a run.
//!
//! [`Time`] is a point, [`Span`] a distance. Neither is ever read from the machine: a run advances
//! from event to event. Sums that would leave the range saturate at the end of time, which no run
//! reaches (585 years).

use serde::Serialize;
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// A moment of virtual time, in nanoseconds since the start of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Time(u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than anything that happens: the deadline of a timer that is off.
    pub const NEVER: Time = Time(u64::MAX);

    /// The moment `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Time {
        Time(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The distance from `earlier` to this moment; zero if `earlier` is later.
    pub const fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// Seconds with all nine digits, so that columns align: `0.010000000`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:09}",
            self.0 / 1_000_000_000,
            self.0 % 1_000_000_000
        )
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Time::NEVER {
            f.write_str("never")
        } else {
            fmt::Display::fmt(self, f)
        }
    }
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

/// A distance in virtual time, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Span(u64);

impl Span {
    /// No distance.
    pub const ZERO: Span = Span(0);
    /// The longest distance.
    pub const MAX: Span = Span(u64::MAX);

    /// `n` nanoseconds.
    pub const fn from_nanos(n: u64) -> Span {
        Span(n)
    }

    /// `n` microseconds.
    pub const fn from_micros(n: u64) -> Span {
        Span(n * 1_000)
    }

    /// `n` milliseconds.
    pub const fn from_millis(n: u64) -> Span {
        Span(n * 1_000_000)
    }

    /// `n` seconds.
    pub const fn from_secs(n: u64) -> Span {
        Span(n * 1_000_000_000)
    }

    /// The distance in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// This distance `n` times over.
    pub const fn times(self, n: u64) -> Span {
        Span(self.0.saturating_mul(n))
    }

    /// How far apart two distances are.
    pub const fn abs_diff(self, other: Span) -> Span {
        Span(self.0.abs_diff(other.0))
    }

    /// The larger part of `numerator / denominator` of this distance, rounded down.
    ///
    /// # Panics
    /// If `denominator` is zero.
    pub const fn fraction(self, numerator: u32, denominator: u32) -> Span {
        let (n, d) = (numerator as u64, denominator as u64);
        let whole = (self.0 / d).saturating_mul(n);
        // Both factors are below 2^32.
        Span(whole.saturating_add((self.0 % d) * n / d))
    }
}

/// The largest unit that shows the value without loss of digits: `200ms`, `1.5s`, `240s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0 => return f.pad("0s"),
            n if n >= 1_000_000_000 => (1_000_000_000, "s"),
            n if n >= 1_000_000 => (1_000_000, "ms"),
            n if n >= 1_000 => (1_000, "µs"),
            _ => (1, "ns"),
        };
        let (whole, rest) = (self.0 / unit, self.0 % unit);
        if rest == 0 {
            return f.pad(&format!("{whole}{name}"));
        }
        let digits = unit.ilog10() as usize;
        let fraction = format!("{rest:0digits$}");
        f.pad(&format!("{whole}.{}{name}", fraction.trim_end_matches('0')))
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_shows_all_nine_digits() {
        assert_eq!(Time::from_nanos(10_000_000).to_string(), "0.010000000");
        assert_eq!(
            (Time::ZERO + Span::from_secs(240)).to_string(),
            "240.000000000"
        );
    }

    #[test]
    fn span_shows_the_largest_unit_without_loss() {
        for (nanos, shown) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (200_000_000, "200ms"),
            (1_500_000_000, "1.5s"),
            (240_000_000_000, "240s"),
            (1_000_000_001, "1.000000001s"),
        ] {
            assert_eq!(Span::from_nanos(nanos).to_string(), shown);
        }
    }

    #[test]
    fn sums_saturate_at_the_end_of_time() {
        assert_eq!(Time::NEVER + Span::from_secs(1), Time::NEVER);
        assert_eq!(Span::MAX + Span::from_nanos(1), Span::MAX);
        assert_eq!(Span::from_secs(1) - Span::from_secs(2), Span::ZERO);
        assert_eq!(Time::ZERO.since(Time::from_nanos(5)), Span::ZERO);
    }

    #[test]
    fn fraction_rounds_down_and_does_not_overflow() {
        assert_eq!(Span::from_nanos(7).fraction(1, 2), Span::from_nanos(3));
        assert_eq!(Span::MAX.fraction(7, 8).as_nanos(), (u64::MAX / 8) * 7 + 6);
        assert_eq!(Span::MAX.fraction(2, 1), Span::MAX);
    }
}
