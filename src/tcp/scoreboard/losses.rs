//! What of the scoreboard is lost, and what of that goes again next.

use super::{AGAIN, COPIED, LOST, SACKED, Scoreboard, Sent, is_earlier};
use crate::seq::Seq;
use crate::time::{Span, Time};

/// Which of the segments in flight are deemed lost by the time of their sending. RFC 8985 §6.2.
#[derive(Clone, Copy, Debug)]
pub(in crate::tcp) struct Late {
    /// Which transmission was the last of those that were delivered; `None` judges all by the wait.
    pub newest: Option<u32>,
    /// How long after its sending a segment is lost.
    pub wait: Span,
    /// The moment.
    pub now: Time,
}

impl Late {
    fn concerns(&self, sent: &Sent) -> bool {
        self.newest
            .is_none_or(|newest| is_earlier(sent.order, newest))
    }
}

impl Scoreboard {
    /// The number up to which all that did not arrive is lost: three ranges arrived above it, or more
    /// than two segments' worth of octets. RFC 6675 §4, IsLost.
    pub fn lost_below(&self, smss: u32) -> Option<Seq> {
        let mut above = 0;
        for (count, range) in self.ranges.iter().rev().take(3).enumerate() {
            above += range.end.since(range.start);
            if count == 2 || 2 * smss < above {
                return Some(range.start);
            }
        }
        None
    }

    /// Originals before `edge` that did not arrive are lost.
    pub fn lose_before(&mut self, edge: Seq) {
        while let Some(sent) = self.next_examined()
            && sent.start.precedes(edge)
        {
            if !sent.has(SACKED | LOST) {
                self.lose_original();
            }
            self.examined += 1;
        }
    }

    /// Segments that are late are lost, copies too. When the next one will be, if one is to be.
    pub fn lose_late(&mut self, late: &Late) -> Option<Time> {
        let mut next = None;
        while let Some(sent) = self.next_examined() {
            // A copy is judged by its own time.
            if !sent.has(SACKED | LOST | COPIED) {
                if !late.concerns(&sent) {
                    break;
                }
                let due = sent.at + late.wait;
                if late.now < due {
                    next = Some(due);
                    break;
                }
                self.lose_original();
            }
            self.examined += 1;
        }
        while let Some((order, start)) = self.copies.front().copied() {
            let index = self.index_of(start);
            let copy = self
                .sent
                .get(index)
                .filter(|s| s.has(COPIED) && s.order == order);
            if let Some(sent) = copy {
                if !late.concerns(sent) {
                    break;
                }
                let due = sent.at + late.wait;
                if late.now < due {
                    next = Some(next.map_or(due, |next: Time| next.min(due)));
                    break;
                }
                self.lose_copy(index);
            }
            self.copies.pop_front();
        }
        next
    }

    /// The entry after the place up to which all is decided.
    fn next_examined(&mut self) -> Option<Sent> {
        self.examined = self.examined.max(self.left);
        let index = usize::try_from(self.examined - self.left).ok()?;
        self.sent.get(index).copied()
    }

    /// The original at the place examined is lost.
    fn lose_original(&mut self) {
        let index = self.index_at(self.examined);
        self.frontier = self.frontier.min(self.examined);
        self.mark_lost(index);
    }

    fn mark_lost(&mut self, index: usize) {
        let sent = &mut self.sent[index];
        let len = sent.len();
        sent.marks |= LOST;
        self.lost += len;
        if sent.is_pending() {
            self.pending += len;
        }
    }

    fn lose_copy(&mut self, index: usize) {
        let sent = &mut self.sent[index];
        let len = sent.len();
        if !sent.has(LOST) {
            self.lost += len;
        }
        sent.marks = (sent.marks & !COPIED) | LOST;
        self.lost_copy = self.lost_copy.max(Some(sent.at));
        self.copied -= len;
        self.pending += len;
        self.lost_again.push_back(sent.start);
    }

    /// A copy was lost since this was last asked: when the latest of these was sent.
    pub const fn take_lost_copy(&mut self) -> Option<Time> {
        self.lost_copy.take()
    }

    /// The first octets are lost, up to `end`, copies too.
    pub fn lose_first(&mut self, end: Seq) {
        self.split_at(end);
        let mut index = 0;
        while let Some(sent) = self.sent.get(index).copied()
            && sent.start.precedes(end)
        {
            if sent.has(COPIED) {
                self.lose_copy(index);
            } else if !sent.has(SACKED | LOST) {
                self.mark_lost(index);
            }
            index += 1;
        }
        self.frontier = self.frontier.min(self.left);
        self.examined = self.examined.max(self.left + index as u64);
    }

    /// All that did not arrive is lost, copies too.
    pub fn lose_all(&mut self) {
        self.copies.clear();
        self.lost_again.clear();
        self.copied = 0;
        self.lost = 0;
        for sent in &mut self.sent {
            if !sent.has(SACKED) {
                sent.marks = (sent.marks & !COPIED) | LOST;
                self.lost += sent.len();
            }
        }
        self.pending = self.lost;
        self.frontier = self.left;
        self.examined = self.left + self.sent.len() as u64;
    }

    /// Nothing is lost after all, not even copies.
    pub fn lose_nothing(&mut self) {
        self.lost_again.clear();
        for sent in &mut self.sent {
            if sent.is_pending() && sent.has(AGAIN) {
                sent.marks |= COPIED;
                self.copied += sent.len();
                self.copies.push_back((sent.order, sent.start));
            }
            sent.marks &= !LOST;
        }
        let copies = self.copies.make_contiguous();
        let last = self.transmissions;
        copies.sort_unstable_by_key(|(order, _)| u32::MAX - last.wrapping_sub(*order));
        self.lost = 0;
        self.pending = 0;
        self.examined = self.left;
        self.frontier = self.left;
    }

    /// The receiver has thrown away what it told of.
    pub fn forget_sacked(&mut self) {
        self.ranges.clear();
        for sent in &mut self.sent {
            sent.marks &= !SACKED;
        }
        self.sacked = 0;
        self.sacked_segments = 0;
    }

    /// The first pending segment.
    pub fn next_pending(&mut self) -> Option<Sent> {
        if self.pending == 0 {
            return None;
        }
        let mut again = None;
        while let Some(start) = self.lost_again.front() {
            let sent = self.sent.get(self.index_of(*start)).copied();
            again = sent.filter(Sent::is_pending);
            if again.is_some() {
                break;
            }
            self.lost_again.pop_front();
        }
        let end = self.examined.min(self.left + self.sent.len() as u64);
        self.frontier = self.frontier.max(self.left);
        while self.frontier < end {
            let sent = self.sent[self.index_at(self.frontier)];
            if sent.is_pending() {
                return again
                    .filter(|again| again.start.precedes(sent.start))
                    .or(Some(sent));
            }
            self.frontier += 1;
        }
        again
    }

    /// How far the pending segments reach that begin at `start` and follow each other, at most to
    /// `end`.
    pub fn pending_to(&self, start: Seq, end: Seq) -> Seq {
        let mut reached = start;
        let mut index = self.index_of(start);
        while let Some(sent) = self.sent.get(index)
            && sent.is_pending()
            && reached.precedes(end)
        {
            reached = sent.end;
            index += 1;
        }
        reached.min(end)
    }

    /// The first segment of which it is neither known that it arrived nor that it is lost, sent once,
    /// below the end of what arrived. RFC 6675 §4, NextSeg, rule 3.
    pub fn next_doubtful(&mut self) -> Option<Sent> {
        let edge = self.highest_sacked()?;
        self.next_examined()?;
        let from = self.index_at(self.examined);
        let open = |sent: &&Sent| !sent.has(SACKED | LOST | COPIED);
        let sent = self.sent.range(from..).find(open)?;
        sent.start.precedes(edge).then_some(*sent)
    }

    /// The last segment that did not arrive. RFC 6675 §4, NextSeg, rule 4.
    pub fn last_missing(&self) -> Option<Sent> {
        self.sent
            .iter()
            .rev()
            .find(|sent| !sent.has(SACKED))
            .copied()
    }
}
