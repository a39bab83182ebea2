//! How long FIN-WAIT-2 lasts, and what is left of it where no socket holds the connection.
//!
//! RFC 9293 §3.6 has no limit: a peer that never closes keeps the connection for ever. Systems bound
//! it, most of them only once the application has let go. With [`OrphanInFinWait2::Remnant`] a
//! connection without a socket gives up its queues and answers as TIME-WAIT would.

use super::choices::FinWait2;
use super::closed;
use super::config::OrphanInFinWait2;
use super::opening::dropped;
use super::outcome::{AckReason, DropReason, End, ResetReason, Verdict};
use super::tcb::{AckDue, Cx, Tcb};
use super::timers::Timers;
use crate::segment::{Flags, Segment};
use crate::time::{Span, Time};
use std::ops::ControlFlow::{self, Break, Continue};

/// A limit of FIN-WAIT-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// There is none.
    Never,
    /// It ends this long after it began.
    After(Span),
    /// It is not waited for at all.
    Skipped,
}

impl Tcb {
    /// This segment acknowledged the FIN: FIN-WAIT-2 begins.
    pub(super) fn limit_fin_wait2(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        match self.fin_wait2_limit(cx) {
            Limit::Never => Continue(()),
            Limit::After(span) => {
                // A FIN that lies beyond a gap needs all of the connection to be remembered.
                if seg.flags.contains(Flags::FIN) && span <= cx.config.time_wait {
                    self.timers.fin_wait2 = cx.now + span;
                } else {
                    self.wait_in_fin_wait2(span, cx);
                }
                Continue(())
            }
            Limit::Skipped => {
                // The connection is gone before the segment is done with, which finds none.
                cx.output
                    .reply(closed::reset(seg, ResetReason::Abort, cx.config));
                self.delete(Some(End::Aborted), cx);
                Break(Verdict::Accepted)
            }
        }
    }

    /// The application closes in FIN-WAIT-2, which it entered by `shutdown`.
    pub(super) fn let_go_in_fin_wait2(&mut self, cx: &mut Cx) {
        self.timers.fin_wait2 = Time::NEVER;
        match self.fin_wait2_limit(cx) {
            Limit::Never => {}
            Limit::After(span) => self.wait_in_fin_wait2(span, cx),
            Limit::Skipped => {
                self.reply_with_reset(ResetReason::Abort, cx);
                self.delete(Some(End::Aborted), cx);
            }
        }
    }

    /// The timer of FIN-WAIT-2 ran out.
    pub(super) fn fin_wait2_timeout(&mut self, cx: &mut Cx) {
        let may_shrink = self.reader_gone
            && !self.remnant
            && cx.config.fin_wait2_orphan == OrphanInFinWait2::Remnant;
        if !may_shrink {
            self.delete(Some(End::FinWait2Timeout), cx);
            return;
        }
        match self.fin_wait2_limit(cx) {
            // Of a long limit, the excess over TIME-WAIT is spent twice, once in each form.
            Limit::After(span) if cx.config.time_wait < span => {
                self.shrink_to_remnant(span - cx.config.time_wait, cx);
            }
            Limit::After(_) | Limit::Never | Limit::Skipped => {
                self.reply_with_reset(ResetReason::Abort, cx);
                self.delete(Some(End::FinWait2Timeout), cx);
            }
        }
    }

    fn fin_wait2_limit(&self, cx: &Cx) -> Limit {
        if !self.reader_gone {
            return cx
                .config
                .fin_wait2_held_timeout
                .map_or(Limit::Never, Limit::After);
        }
        let chosen = match self.choices.fin_wait2 {
            FinWait2::Configured => cx.config.fin_wait2_timeout,
            FinWait2::After(span) => Some(span),
            FinWait2::Skipped => return Limit::Skipped,
        };
        match (chosen, cx.config.fin_wait2_orphan) {
            (None, _) => Limit::Never,
            (Some(span), OrphanInFinWait2::Connection) => Limit::After(span),
            // Time enough for the peer to send its FIN three times.
            (Some(span), OrphanInFinWait2::Remnant) => {
                Limit::After(span.max(self.rtt.rto().fraction(7, 2)))
            }
        }
    }

    fn wait_in_fin_wait2(&mut self, span: Span, cx: &mut Cx) {
        let shrinks = self.reader_gone && cx.config.fin_wait2_orphan == OrphanInFinWait2::Remnant;
        if !shrinks {
            self.timers.fin_wait2 = cx.now + span;
        } else if cx.config.time_wait < span {
            self.timers.fin_wait2 = cx.now + (span - cx.config.time_wait);
        } else {
            self.shrink_to_remnant(span, cx);
        }
    }

    /// Forgets all that TIME-WAIT does not need.
    fn shrink_to_remnant(&mut self, span: Span, cx: &Cx) {
        self.remnant = true;
        self.answered_outside = None;
        self.rcv.held.clear();
        self.rcv.blocks.forget();
        self.rcv.fin_pos = None;
        self.rcv.ack = AckDue::Nothing;
        self.timers = Timers {
            fin_wait2: cx.now + span,
            ..Timers::default()
        };
    }

    /// SEGMENT ARRIVES for what is left of FIN-WAIT-2.
    ///
    /// The checks are those of RFC 9293 §3.10.7.4 in its order, but a reset has only to lie in the
    /// window, a SYN in it draws a reset, and of the text nothing can be kept.
    pub(super) fn fin_wait2_remnant(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if self.fails_paws(seg) {
            self.answer_outside(seg, AckReason::OldTimestamp, cx);
            return dropped(DropReason::Paws);
        }
        if !self.touches_window(seg) {
            self.answer_outside(seg, AckReason::Unacceptable, cx);
            return dropped(DropReason::OutsideWindow);
        }
        if seg.flags.contains(Flags::RST) {
            self.take_reset(cx);
            return Break(Verdict::Accepted);
        }
        if seg.flags.contains(Flags::SYN) && !seg.seq.precedes(self.rcv.nxt) {
            cx.output
                .reply(closed::reset(seg, ResetReason::NoConnection, cx.config));
            self.delete(Some(End::Aborted), cx);
            return dropped(DropReason::SynInConnection);
        }
        if !seg.flags.contains(Flags::ACK) {
            return dropped(DropReason::NoAck);
        }
        if seg.is_empty() || !self.rcv.nxt.precedes(seg.end()) {
            return dropped(DropReason::NothingNew);
        }
        if seg.flags.contains(Flags::FIN) && seg.end() == self.rcv.nxt + 1 {
            self.update_ts_recent(seg);
            return self.eighth_check_fin(seg, cx);
        }
        self.reset_late_text(seg, cx)
    }

    /// Any of the segment lies in the window, or it is empty and at one of its edges.
    fn touches_window(&self, seg: &Segment) -> bool {
        let at_left = seg.seq == self.rcv.nxt;
        let at_right = seg.seq == self.rcv.edge && seg.is_empty();
        let overlaps = self.rcv.nxt.precedes(seg.end()) && seg.seq.precedes(self.rcv.edge);
        at_left || at_right || overlaps
    }
}
