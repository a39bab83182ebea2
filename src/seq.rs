//! Sequence numbers modulo 2^32 (RFC 9293 §3.4).
//!
//! A [`Seq`] has no order of its own: "before" is a question about a distance of less than 2^31, and
//! "inside" a question about a window. Wrapping arithmetic lives in this file and nowhere else.

use serde::Serialize;
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// A sequence number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Seq(u32);

impl Seq {
    /// The sequence number with this value on the wire.
    pub const fn new(value: u32) -> Seq {
        Seq(value)
    }

    /// The value on the wire.
    pub const fn value(self) -> u32 {
        self.0
    }

    /// How many octets this number lies after `earlier`, modulo 2^32.
    pub const fn since(self, earlier: Seq) -> u32 {
        self.0.wrapping_sub(earlier.0)
    }

    /// This number comes before `other`, at a distance of less than 2^31.
    pub const fn precedes(self, other: Seq) -> bool {
        self.0.wrapping_sub(other.0) > u32::MAX / 2
    }

    /// This number comes before `other` or equals it.
    pub const fn precedes_or_is(self, other: Seq) -> bool {
        !other.precedes(self)
    }

    /// `start <= self < start + len`, the test of Table 5 in RFC 9293 §3.4.
    pub const fn within(self, start: Seq, len: u32) -> bool {
        self.since(start) < len
    }

    /// The later of two numbers less than 2^31 apart.
    #[must_use]
    pub const fn max(self, other: Seq) -> Seq {
        if self.precedes(other) { other } else { self }
    }

    /// The earlier of two numbers less than 2^31 apart.
    #[must_use]
    pub const fn min(self, other: Seq) -> Seq {
        if other.precedes(self) { other } else { self }
    }
}

impl Add<u32> for Seq {
    type Output = Seq;
    fn add(self, octets: u32) -> Seq {
        Seq(self.0.wrapping_add(octets))
    }
}

impl AddAssign<u32> for Seq {
    fn add_assign(&mut self, octets: u32) {
        *self = *self + octets;
    }
}

impl Sub<u32> for Seq {
    type Output = Seq;
    fn sub(self, octets: u32) -> Seq {
        Seq(self.0.wrapping_sub(octets))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seq(value: u32) -> Seq {
        Seq::new(value)
    }

    #[test]
    fn before_is_a_distance_of_less_than_half_the_space() {
        for (a, b, before) in [
            (0, 0, false),
            (0, 1, true),
            (1, 0, false),
            (u32::MAX, 0, true),
            (u32::MAX - 5, 5, true),
            (5, u32::MAX - 5, false),
            (0, u32::MAX / 2, true),
            (u32::MAX / 2, 0, false),
        ] {
            assert_eq!(seq(a).precedes(seq(b)), before, "{a} before {b}");
            assert_eq!(seq(b).precedes_or_is(seq(a)), !before, "{b} not after {a}");
        }
    }

    #[test]
    fn within_spans_the_wrap() {
        for (s, start, len, inside) in [
            (100, 100, 0, false),
            (100, 100, 1, true),
            (99, 100, 10, false),
            (109, 100, 10, true),
            (110, 100, 10, false),
            (3, u32::MAX - 5, 10, true),
            (4, u32::MAX - 5, 10, false),
            (u32::MAX - 6, u32::MAX - 5, 10, false),
        ] {
            assert_eq!(
                seq(s).within(seq(start), len),
                inside,
                "{s} in {start}+{len}"
            );
        }
    }

    #[test]
    fn sums_and_distances_wrap() {
        assert_eq!(seq(u32::MAX) + 1, seq(0));
        assert_eq!(seq(0) - 1, seq(u32::MAX));
        assert_eq!(seq(5).since(seq(u32::MAX - 5)), 11);
        assert_eq!(seq(u32::MAX - 1).max(seq(2)), seq(2));
        assert_eq!(seq(u32::MAX - 1).min(seq(2)), seq(u32::MAX - 1));
    }
}
