//! Reductions that prove to be without cause: the retransmissions were spurious, and cwnd and
//! ssthresh go back to what they were.
//!
//! Three signs tell: an echoed timestamp older than the first retransmission (the Eifel algorithm,
//! RFC 3522), a DSACK for each retransmission (RFC 2883, RFC 3708), and F-RTO (RFC 5682; `frto`). Of
//! the Eifel response (RFC 4015) cwnd and ssthresh are restored; the RTO follows the next samples.

use super::congestion::Congestion;
use super::tcb::{Cx, Tcb};
use super::timestamps::{is_before, ticks};
use crate::segment::{SackBlock, Segment};
use crate::seq::Seq;
use crate::time::Time;

/// What a reduction may have to be taken back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Undo {
    before: Congestion,
    /// SND.UNA when the reduction began.
    since: Seq,
    /// The clock of timestamps at the first retransmission.
    first_copy: Option<u32>,
    /// Segments sent again since, and how many of them came twice by the receiver's word.
    copies: u32,
    duplicates: u32,
}

impl Undo {
    /// Something was sent again.
    pub fn note_copy(&mut self, now: Time) {
        self.first_copy = self.first_copy.or(Some(ticks(now)));
        self.copies += 1;
    }

    /// The receiver had the original of each segment that was sent again.
    const fn all_came_twice(&self) -> bool {
        self.copies > 0 && self.copies <= self.duplicates
    }
}

impl Tcb {
    /// A reduction begins: keeps what it may have to be taken back to.
    pub(super) fn prepare_undo(&mut self, cx: &Cx) {
        self.undo = cx.config.undo.then_some(Undo {
            before: self.congestion,
            since: self.snd.una,
            first_copy: None,
            copies: 0,
            duplicates: 0,
        });
    }

    /// SND.UNA moved by what was sent before the first retransmission. RFC 3522 §3.2, step 5.
    pub(super) fn original_arrived(&self, seg: &Segment) -> bool {
        let first = self.undo.and_then(|undo| undo.first_copy);
        let echo = seg.options.timestamps.filter(|_| self.stamps.on);
        first.is_some_and(|first| echo.is_some_and(|stamps| is_before(stamps.echo, first)))
    }

    /// Every retransmission of this reduction was in vain.
    pub(super) fn all_copies_in_vain(&self) -> bool {
        self.undo.is_some_and(|undo| undo.all_came_twice())
    }

    /// A DSACK below SND.UNA: counts the segments that it tells of.
    pub(super) fn count_duplicates(&mut self, block: SackBlock) {
        let (una, mss) = (self.snd.una, self.snd.mss);
        let Some(undo) = &mut self.undo else {
            return;
        };
        let counts = undo.since.precedes(block.end) && block.end.precedes_or_is(una);
        if counts {
            undo.duplicates += block.end.since(block.start).div_ceil(mss);
        }
    }

    /// Takes the reduction back: nothing was lost.
    pub(super) fn take_back(&mut self) {
        if let Some(undo) = self.undo.take() {
            self.congestion.restore(&undo.before);
        }
        self.board.lose_nothing();
        self.frto = super::frto::Frto::Off;
    }
}
