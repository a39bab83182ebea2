//! Selective acknowledgements that this end sends: RFC 2018 §4, RFC 2883 §4.
//!
//! Which text is held is the business of [`super::reassembly`]; here is in which order it was
//! reported, and the duplicate that was not reported yet. Text that is held is never dropped again
//! before it is in order, whatever is short: this end does not renege (RFC 2018 §8), so that every
//! block that it ever reported stays true.

#[cfg(doc)]
use super::config::Config;
use super::state::State;
use super::tcb::{Cx, Tcb, low_bits};
use super::timestamps::OCTETS;
use crate::segment::{Extra, Flags, Options, SackBlock, SackBlocks, Segment};
use std::ops::Range;

/// Octets of the header that options may take. RFC 9293 §3.1.
const OPTIONS_MAX: u32 = 40;
/// Octets of a SACK option beside its blocks, with the NOPs that align it. RFC 2018 §3.
const OPTION: u32 = 4;
/// Octets of one block.
const BLOCK: u32 = 8;

/// Which blocks were reported last, and the duplicate that is to be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Blocks {
    /// A position in each block, the most recent first.
    recent: [u64; SackBlocks::MAX],
    /// How many of them count.
    len: u8,
    /// What arrived a second time and was not reported. RFC 2883 §4.
    duplicate: Option<SackBlock>,
}

impl Blocks {
    const fn is_empty(&self) -> bool {
        self.len == 0 && self.duplicate.is_none()
    }

    fn recent(&self) -> &[u64] {
        &self.recent[..usize::from(self.len)]
    }

    /// Text is in order up to `position`: what lay before it is no block any more.
    pub fn advance(&mut self, position: u64) {
        if self.len > 0 {
            self.keep(|place| position <= place);
        }
    }

    /// The stream is at its end: nothing is held any more.
    pub const fn forget(&mut self) {
        self.len = 0;
    }

    fn keep(&mut self, stays: impl Fn(u64) -> bool) {
        let mut kept = 0;
        for at in 0..usize::from(self.len) {
            if stays(self.recent[at]) {
                self.recent[usize::from(kept)] = self.recent[at];
                kept += 1;
            }
        }
        self.len = kept;
    }

    /// A block was just touched at `place`: the one reported longest ago may have to go.
    fn put_first(&mut self, place: u64) {
        let last = SackBlocks::MAX - 1;
        self.len = self.len.min(u8::try_from(last).unwrap_or(u8::MAX)) + 1;
        self.recent.copy_within(..last, 1);
        self.recent[0] = place;
    }
}

impl Tcb {
    /// Text or a FIN arrived beyond a gap, at `place`: its block is reported first. RFC 2018 §4.
    pub(super) fn block_touched(&mut self, place: u64) {
        if !self.sack {
            return;
        }
        let block = self.block_at(place);
        self.rcv.blocks.keep(|other| !block.contains(&other));
        self.rcv.blocks.put_first(place);
    }

    /// Notes which part of a segment was here before: the first such part. RFC 2883 §4.2.
    ///
    /// It must be asked before the segment's text is taken.
    pub(super) fn note_duplicate(&mut self, seg: &Segment, cx: &Cx) {
        // What is left of a connection in TIME-WAIT knows nothing of blocks; measured.
        if !self.sack || !cx.config.dsack || self.state() == State::TimeWait {
            return;
        }
        let nxt = self.rcv.nxt;
        let start = seg.seq + u32::from(seg.flags.contains(Flags::SYN));
        let end = seg.end();
        if start.precedes(nxt) {
            if start.precedes(end) {
                let end = end.min(nxt);
                self.rcv.blocks.duplicate = Some(SackBlock { start, end });
            }
            return;
        }
        let from = self.rcv.nxt_pos + u64::from(start.since(nxt));
        let to = from + u64::from(end.since(start));
        if let Some(again) = self.held_before(from..to) {
            self.rcv.blocks.duplicate = Some(self.block_of(again));
        }
    }

    /// The first part of `range` that is held, a FIN counting one.
    fn held_before(&self, range: Range<u64>) -> Option<Range<u64>> {
        let text = self.rcv.held.first_within(range.clone());
        let fin = self.rcv.fin_pos.filter(|fin| range.contains(fin));
        match (text, fin) {
            (Some(text), Some(fin)) if text.end == fin => Some(text.start..fin + 1),
            (Some(text), _) => Some(text),
            (None, fin) => fin.map(|fin| fin..fin + 1),
        }
    }

    /// The block that has `place`: text that is held, with the FIN if that follows, or a FIN alone.
    fn block_at(&self, place: u64) -> Range<u64> {
        match self.rcv.held.around(place) {
            Some(text) => text.start..text.end + u64::from(self.rcv.fin_pos == Some(text.end)),
            None => place..place + 1,
        }
    }

    fn block_of(&self, range: Range<u64>) -> SackBlock {
        SackBlock {
            start: self.rcv.irs + low_bits(range.start),
            end: self.rcv.irs + low_bits(range.end),
        }
    }

    /// Puts as many blocks on a segment as it has room for, a duplicate first, which is reported
    /// once, then those touched most recently. RFC 2018 §4, RFC 2883 §4.
    #[inline]
    pub(super) fn report_blocks(&mut self, options: &mut Options) {
        if !self.rcv.blocks.is_empty() {
            self.add_blocks(options);
        }
    }

    fn add_blocks(&mut self, options: &mut Options) {
        let room = Self::blocks_beside(options.len());
        let mut blocks = SackBlocks::default();
        if let Some(again) = self.rcv.blocks.duplicate.take() {
            blocks.push(again);
        }
        for place in self.rcv.blocks.recent() {
            if blocks.as_slice().len() == room {
                break;
            }
            blocks.push(self.block_of(self.block_at(*place)));
        }
        options.extra = Extra::Sack(blocks);
    }

    /// How many blocks have room beside other options: four, with timestamps three.
    fn blocks_beside(octets: u32) -> usize {
        let blocks = OPTIONS_MAX.saturating_sub(octets + OPTION) / BLOCK;
        usize::try_from(blocks).map_or(SackBlocks::MAX, |blocks| blocks.min(SackBlocks::MAX))
    }

    /// Octets of text that a segment sent now has room for: Eff.snd.MSS less the blocks that ride on
    /// it. RFC 9293 §3.7.1 (MUST-16).
    #[inline]
    pub(super) fn text_room(&self) -> u32 {
        if self.rcv.blocks.is_empty() {
            return self.snd.mss;
        }
        let other = if self.stamps.on { OCTETS } else { 0 };
        let ready =
            usize::from(self.rcv.blocks.len) + usize::from(self.rcv.blocks.duplicate.is_some());
        let blocks = u32::try_from(ready.min(Self::blocks_beside(other))).unwrap_or(u32::MAX);
        self.snd.mss.saturating_sub(OPTION + BLOCK * blocks).max(1)
    }

    /// Asserts that every block which may be reported is held.
    pub(super) fn check_blocks(&self) {
        for place in self.rcv.blocks.recent() {
            let held = self.rcv.held.around(*place).is_some();
            assert!(
                self.sack && (held || self.rcv.fin_pos == Some(*place)),
                "a block is reported that is not held"
            );
        }
    }
}
