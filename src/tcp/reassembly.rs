//! Text that arrived beyond a gap (RFC 9293 §3.10.7.4, seventh check).
//!
//! Held as ranges of positions in the sender's stream, merged where they touch. A position is a
//! sequence number without the modulus: 0 is the SYN, 1 the first octet.

use std::ops::Range;

/// The ranges held, sorted, disjoint and not touching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reassembly {
    held: Vec<Range<u64>>,
}

impl Reassembly {
    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.held.clear();
    }

    /// True if nothing is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The ranges held, in order.
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.held
    }

    /// The range that has `position`.
    pub fn around(&self, position: u64) -> Option<Range<u64>> {
        let first = self.held.partition_point(|r| r.end <= position);
        let range = self.held.get(first).filter(|r| r.start <= position);
        range.cloned()
    }

    /// Where the last range ends.
    pub fn end(&self) -> Option<u64> {
        self.held.last().map(|last| last.end)
    }

    /// The first part of `range` that is held.
    pub fn first_within(&self, range: Range<u64>) -> Option<Range<u64>> {
        let first = self.held.partition_point(|r| r.end <= range.start);
        let held = self.held.get(first).filter(|r| r.start < range.end)?;
        Some(held.start.max(range.start)..held.end.min(range.end))
    }

    /// Holds `range`, which lies beyond a gap.
    pub fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        // Text mostly arrives in order behind its gap: the last range grows.
        if let Some(last) = self.held.last_mut()
            && last.start <= range.start
            && range.start <= last.end
        {
            last.end = last.end.max(range.end);
            return;
        }
        let first = self.held.partition_point(|r| r.end < range.start);
        let after = self.held.partition_point(|r| r.start <= range.end);
        if first == after {
            self.held.insert(first, range);
            return;
        }
        let start = self.held[first].start.min(range.start);
        let end = self.held[after - 1].end.max(range.end);
        self.held[first] = start..end;
        self.held.drain(first + 1..after);
    }

    /// Text is in order up to `position`: takes what now follows, and returns where it ends.
    pub fn take_from(&mut self, position: u64) -> u64 {
        let reached = self.held.partition_point(|r| r.start <= position);
        let Some(last) = reached.checked_sub(1) else {
            return position;
        };
        // A range that ends earlier was overtaken by a retransmission.
        let end = self.held[last].end.max(position);
        self.held.drain(..reached);
        end
    }
}

#[cfg(test)]
#[expect(
    clippy::single_range_in_vec_init,
    reason = "a list of one range is meant"
)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held(ranges: &[Range<u64>]) -> Reassembly {
        let mut r = Reassembly::default();
        for range in ranges {
            r.insert(range.clone());
        }
        r
    }

    #[test]
    fn ranges_merge_where_they_touch() {
        assert_eq!(held(&[10..20, 20..30]).ranges(), [10..30]);
        assert_eq!(held(&[20..30, 10..20]).ranges(), [10..30]);
        assert_eq!(held(&[10..20, 30..40, 15..35]).ranges(), [10..40]);
        assert_eq!(held(&[10..20, 30..40]).ranges(), [10..20, 30..40]);
        assert_eq!(held(&[30..40, 10..20, 12..13]).ranges(), [10..20, 30..40]);
    }

    #[test]
    fn what_follows_is_taken() {
        let mut r = held(&[10..20, 30..40]);
        assert_eq!(r.take_from(9), 9);
        assert_eq!(r.take_from(10), 20);
        assert_eq!(r.take_from(35), 40);
        assert!(r.is_empty());
        assert_eq!(held(&[10..20]).take_from(25), 25);
    }

    proptest! {
        /// The fast structure against a set of positions.
        #[test]
        fn agrees_with_a_naive_set(
            inserts in prop::collection::vec((0u64..200, 1u64..30), 0..40),
            position in 0u64..230,
        ) {
            let mut fast = Reassembly::default();
            let mut naive = std::collections::BTreeSet::new();
            for (start, len) in inserts {
                fast.insert(start..start + len);
                naive.extend(start..start + len);
            }
            let covered: Vec<u64> = fast.ranges().iter().cloned().flatten().collect();
            prop_assert_eq!(covered, naive.iter().copied().collect::<Vec<_>>());
            for pair in fast.ranges().windows(2) {
                prop_assert!(pair[0].end < pair[1].start);
            }
            let mut end = position;
            while naive.contains(&end) {
                end += 1;
            }
            prop_assert_eq!(fast.take_from(position), end);
        }
    }
}
