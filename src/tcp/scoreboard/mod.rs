//! The scoreboard: what was sent and is not acknowledged, segment by segment (RFC 6675 §4).
//!
//! Every connection has one, whatever it knows of losses: without SACK nothing in it is ever marked
//! as arrived, and after a time-out all of it is marked lost. So there is one way of sending again:
//! what is lost and has no copy in flight.
//!
//! # Cost
//! Nothing here looks at the whole window for an acknowledgement. Originals are in order of sequence
//! and of time at once, so that whoever judges them needs a place up to which all is decided; copies
//! are queued in the order in which they were sent. Each entry is passed once by either. A SACK
//! block that repeats what is known is found among the known ranges and touches no entry.

mod losses;

pub(in crate::tcp) use losses::Late;

use crate::segment::SackBlock;
use crate::seq::Seq;
use crate::time::Time;
use std::collections::VecDeque;

/// A segment that was sent and is not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tcp) struct Sent {
    /// Its first number.
    pub start: Seq,
    /// The number just after it.
    pub end: Seq,
    /// When it was sent last.
    pub at: Time,
    /// Which transmission that was, of all of the connection, modulo 2^32.
    pub order: u32,
    marks: u8,
}

/// A SACK block has told that it arrived.
const SACKED: u8 = 1;
/// It is deemed lost.
const LOST: u8 = 2;
/// It was sent again, and that copy is deemed to be in flight.
const COPIED: u8 = 4;
/// It was sent more than once.
const AGAIN: u8 = 8;
/// It gives no sample of the round trip.
const UNTIMED: u8 = 16;

impl Sent {
    const fn has(&self, marks: u8) -> bool {
        self.marks & marks != 0
    }

    const fn len(&self) -> u32 {
        self.end.since(self.start)
    }

    /// It was sent more than once.
    pub const fn is_again(&self) -> bool {
        self.has(AGAIN)
    }

    /// Its acknowledgement gives a sample, if it was sent once (Karn).
    pub const fn is_timed(&self) -> bool {
        !self.has(UNTIMED)
    }

    /// Lost, with no copy in flight.
    const fn is_pending(&self) -> bool {
        self.marks & (LOST | COPIED) == LOST
    }
}

/// One transmission was before another.
pub(in crate::tcp) const fn is_earlier(order: u32, than: u32) -> bool {
    order.wrapping_sub(than) > u32::MAX / 2
}

/// All that is outstanding, in order of sequence, and sums over it in octets.
#[derive(Clone, Debug, Default)]
pub(in crate::tcp) struct Scoreboard {
    sent: VecDeque<Sent>,
    /// Transmissions so far, modulo 2^32.
    transmissions: u32,
    /// Entries that have left at the front. Places count from the first entry that ever was.
    left: u64,
    /// What SACK blocks have told, sorted, disjoint and not touching.
    ranges: VecDeque<SackBlock>,
    /// Which transmissions were copies, and where they begin; some may be out of date.
    copies: VecDeque<(u32, Seq)>,
    /// Where copies were lost, in the order in which that was noticed; some may be out of date.
    lost_again: VecDeque<Seq>,
    /// The place up to which it is decided of every original whether it is lost.
    examined: u64,
    /// No original before this place is pending.
    frontier: u64,
    sacked: u32,
    lost: u32,
    copied: u32,
    pending: u32,
    sacked_segments: u32,
    /// When the latest of the copies was sent that were lost since anybody asked.
    lost_copy: Option<Time>,
}

impl Scoreboard {
    /// Octets that SACK blocks have told of.
    pub const fn sacked(&self) -> u32 {
        self.sacked
    }

    /// Segments that SACK blocks have told of.
    pub const fn sacked_segments(&self) -> u32 {
        self.sacked_segments
    }

    /// Octets deemed lost, whether they were sent again or not.
    pub const fn lost(&self) -> u32 {
        self.lost
    }

    /// Octets of which a copy is in flight.
    pub const fn copied(&self) -> u32 {
        self.copied
    }

    /// All that was sent was sent once and is neither lost nor known to have arrived.
    pub const fn is_quiet(&self) -> bool {
        self.sacked | self.lost | self.copied == 0
    }

    /// Something is lost and has no copy in flight.
    pub const fn has_pending(&self) -> bool {
        self.pending != 0
    }

    /// The segment at SND.UNA has arrived, says a receiver that would have acknowledged it: it no
    /// longer holds what it told of. RFC 2018 §8.
    pub fn is_reneged(&self) -> bool {
        self.sent.front().is_some_and(|sent| sent.has(SACKED))
    }

    /// The last segment.
    pub fn last(&self) -> Option<&Sent> {
        self.sent.back()
    }

    /// The end of what SACK blocks have told.
    pub fn highest_sacked(&self) -> Option<Seq> {
        self.ranges.back().map(|range| range.end)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Scoreboard::default();
    }

    /// Something was sent for the first time.
    #[inline]
    pub fn push(&mut self, start: Seq, end: Seq, at: Time, timed: bool) {
        let marks = if timed { 0 } else { UNTIMED };
        let order = self.next_transmission();
        self.sent.push_back(Sent {
            start,
            end,
            at,
            order,
            marks,
        });
    }

    const fn next_transmission(&mut self) -> u32 {
        self.transmissions = self.transmissions.wrapping_add(1);
        self.transmissions
    }

    /// Something was sent again. An entry that sticks out behind is split.
    pub fn send_again(&mut self, start: Seq, end: Seq, at: Time) {
        self.split_at(end);
        let order = self.next_transmission();
        let mut index = self.index_of(start);
        while let Some(sent) = self.sent.get_mut(index)
            && sent.start.precedes(end)
        {
            if !sent.has(SACKED) {
                if sent.is_pending() {
                    self.pending -= sent.len();
                }
                if !sent.has(COPIED) {
                    self.copied += sent.len();
                }
                sent.marks |= COPIED | AGAIN;
                (sent.at, sent.order) = (at, order);
                self.copies.push_back((order, sent.start));
            }
            index += 1;
        }
    }

    /// Everything before `una` is acknowledged; `each` gets what was not known to have arrived.
    #[inline]
    pub fn acknowledge(&mut self, una: Seq, mut each: impl FnMut(&Sent)) {
        while let Some(sent) = self.sent.front()
            && sent.end.precedes_or_is(una)
        {
            let sent = *sent;
            if sent.marks & (SACKED | LOST | COPIED) != 0 {
                self.discount(&sent, sent.len());
                self.sacked_segments -= u32::from(sent.has(SACKED));
            }
            if !sent.has(SACKED) {
                each(&sent);
            }
            self.sent.pop_front();
            self.left += 1;
        }
        if let Some(sent) = self.sent.front_mut()
            && sent.start.precedes(una)
        {
            let taken = una.since(sent.start);
            sent.start = una;
            let sent = *sent;
            self.discount(&sent, taken);
        }
        while let Some(range) = self.ranges.front_mut()
            && range.start.precedes(una)
        {
            if una.precedes(range.end) {
                range.start = una;
                break;
            }
            self.ranges.pop_front();
        }
        if !self.copies.is_empty() || !self.lost_again.is_empty() {
            self.forget_before(una);
        }
    }

    /// Copies of what is acknowledged are out of date; a first entry that was trimmed began earlier.
    fn forget_before(&mut self, una: Seq) {
        let first = self.sent.front().copied();
        while let Some((order, start)) = self.copies.front()
            && start.precedes(una)
            && first.is_none_or(|first| first.order != *order)
        {
            self.copies.pop_front();
        }
        while let Some(start) = self.lost_again.front()
            && start.precedes(una)
            && first.is_none_or(|first| !first.is_pending())
        {
            self.lost_again.pop_front();
        }
    }

    /// `octets` of an entry leave the sums.
    fn discount(&mut self, sent: &Sent, octets: u32) {
        self.sacked -= if sent.has(SACKED) { octets } else { 0 };
        self.lost -= if sent.has(LOST) { octets } else { 0 };
        self.copied -= if sent.has(COPIED) { octets } else { 0 };
        self.pending -= if sent.is_pending() { octets } else { 0 };
    }

    /// A SACK block within what is outstanding; `each` gets the segments that it tells of first.
    pub fn sack(&mut self, block: SackBlock, mut each: impl FnMut(&Sent)) {
        let mut at = block.start;
        let first = self.ranges.partition_point(|r| r.end.precedes(block.start));
        let mut after = first;
        while let Some(range) = self.ranges.get(after).copied()
            && range.start.precedes_or_is(block.end)
        {
            if at.precedes(range.start) {
                self.sack_gap(at, range.start, &mut each);
            }
            at = at.max(range.end);
            after += 1;
        }
        if at.precedes(block.end) {
            self.sack_gap(at, block.end, &mut each);
        }
        if first == after {
            self.ranges.insert(first, block);
            return;
        }
        let start = self.ranges[first].start.min(block.start);
        let end = self.ranges[after - 1].end.max(block.end);
        self.ranges[first] = SackBlock { start, end };
        if first + 1 < after {
            self.ranges.drain(first + 1..after);
        }
    }

    /// Nothing of this was told of before.
    fn sack_gap(&mut self, start: Seq, end: Seq, each: &mut impl FnMut(&Sent)) {
        self.split_at(start);
        self.split_at(end);
        let mut index = self.index_of(start);
        while let Some(sent) = self.sent.get(index).copied()
            && sent.start.precedes(end)
        {
            each(&sent);
            self.discount(&sent, sent.len());
            self.sacked += sent.len();
            self.sacked_segments += 1;
            self.sent[index].marks = (sent.marks & !(LOST | COPIED)) | SACKED;
            index += 1;
        }
    }

    /// A boundary of entries lies at `at`, if that is within what is outstanding.
    fn split_at(&mut self, at: Seq) {
        let index = self.index_of(at);
        let Some(sent) = self.sent.get_mut(index).filter(|s| s.start.precedes(at)) else {
            return;
        };
        let behind = Sent { start: at, ..*sent };
        sent.end = at;
        self.sent.insert(index + 1, behind);
        let place = self.left + index as u64;
        if place < self.examined {
            self.examined += 1;
        }
        if place < self.frontier {
            self.frontier += 1;
        }
        self.sacked_segments += u32::from(behind.has(SACKED));
        if behind.has(COPIED) {
            let not_after = |(order, _): &(u32, Seq)| !is_earlier(behind.order, *order);
            let later = self.copies.partition_point(not_after);
            self.copies.insert(later, (behind.order, at));
        }
        if behind.is_pending() {
            self.lost_again.push_back(at);
        }
    }

    /// The entry that holds this number, or the first one if the number lies before all.
    fn index_of(&self, seq: Seq) -> usize {
        self.sent
            .partition_point(|sent| sent.end.precedes_or_is(seq))
    }

    fn index_at(&self, place: u64) -> usize {
        usize::try_from(place.saturating_sub(self.left)).unwrap_or(usize::MAX)
    }

    /// Asserts that the sums and the places are what the entries say, from `una` to `nxt`.
    ///
    /// # Panics
    /// If they are not.
    pub fn check(&self, una: Seq, nxt: Seq) {
        let mut at = una;
        let (mut sacked, mut lost, mut copied, mut pending, mut segments) = (0, 0, 0, 0, 0);
        for (place, sent) in (self.left..).zip(&self.sent) {
            assert_eq!(sent.start, at, "the scoreboard has a gap");
            assert!(sent.start.precedes(sent.end), "an empty segment");
            at = sent.end;
            let counts = |mark| if sent.has(mark) { sent.len() } else { 0 };
            assert!(
                !sent.has(SACKED) || !sent.has(LOST | COPIED),
                "arrived and lost"
            );
            sacked += counts(SACKED);
            lost += counts(LOST);
            copied += counts(COPIED);
            segments += u32::from(sent.has(SACKED));
            if sent.is_pending() {
                pending += sent.len();
                let found = self.frontier <= place && place < self.examined;
                assert!(
                    found || self.lost_again.contains(&sent.start) || place == self.left,
                    "a lost segment that is never found"
                );
            }
        }
        assert_eq!(at, nxt, "the scoreboard ends elsewhere");
        let sums = (self.sacked, self.lost, self.copied, self.pending);
        assert_eq!(
            sums,
            (sacked, lost, copied, pending),
            "sums of the scoreboard"
        );
        assert_eq!(self.sacked_segments, segments, "segments that arrived");
        let told: u32 = self.ranges.iter().map(|r| r.end.since(r.start)).sum();
        assert_eq!(told, sacked, "ranges that arrived");
    }
}
