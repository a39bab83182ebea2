//! Delayed acknowledgements that adapt to the application (RFC 9293 §3.8.6.3 leaves the delay open).
//!
//! [`DelayedAckMode::Adaptive`] is measured behaviour: a connection begins by acknowledging each
//! segment, so that the peer's slow start is not slowed; once the application answers what it reads,
//! the answer takes the acknowledgement along, which then may wait. A delay that ran out in vain ends
//! that.

use super::choices::QuickAck;
use super::config::Config;
#[cfg(doc)]
use super::config::DelayedAckMode;
use super::outcome::AckReason;
use super::tcb::{AckDue, Cx, Tcb};
use crate::segment::{Flags, Segment};
use crate::time::{Span, Time};

/// Acknowledgements sent at once at the start and after a gap, at most.
const QUICK_MAX: u32 = 16;
/// What a segment of the peer is taken to hold until a larger one came: the default MSS.
const SEGMENT_LEAST: u32 = 536;
/// The longest delay while the application does not answer. RFC 9293 §3.8.6.3 (MUST-40).
const DELAY_MAX: Span = Span::from_millis(500);

/// How this end acknowledges, where that adapts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AckDelay {
    /// How long an acknowledgement waits; `None` before the first text, when none does.
    delay: Option<Span>,
    /// The least such delay.
    least: Span,
    /// Acknowledgements that are still to be sent at once.
    quick: u32,
    /// The application answers what it reads: acknowledgements wait for the answer.
    interactive: bool,
    /// When text last arrived.
    last_text: Time,
    /// The largest segment that arrived.
    segment: u32,
    /// Small segments that arrived since the last acknowledgement.
    small: u32,
}

impl Default for AckDelay {
    fn default() -> AckDelay {
        AckDelay {
            delay: None,
            least: Span::ZERO,
            quick: 0,
            interactive: false,
            last_text: Time::ZERO,
            segment: SEGMENT_LEAST,
            small: 0,
        }
    }
}

impl AckDelay {
    /// Text arrived: the delay follows the distance of segments.
    fn text_arrived(&mut self, seg: &Segment, window: u32, rto: Span, cx: &Cx, least: Span) {
        self.least = least;
        if self.segment <= seg.payload.len {
            self.segment = seg.payload.len;
            if seg.flags.contains(Flags::PSH) {
                // Measured: a full segment that ends a write counts once.
                self.small = self.small.max(1);
            }
        } else if seg.flags.intersects(Flags::PSH | Flags::FIN) {
            self.small += 1;
        }
        let apart = cx.now.since(self.last_text);
        self.last_text = cx.now;
        match self.delay {
            None => {
                self.delay = Some(least);
                self.begin_quick(window);
            }
            Some(delay) if apart <= least.fraction(1, 2) => {
                self.delay = Some(delay.fraction(1, 2) + least.fraction(1, 2));
            }
            Some(delay) if apart < delay => {
                self.delay = Some((delay.fraction(1, 2) + apart).min(rto));
            }
            // The peer paused and starts slowly again: it wants to hear of each segment.
            Some(_) if rto < apart => self.begin_quick(window),
            Some(_) => {}
        }
    }

    /// The largest segment that arrived, or what it is taken to be before.
    pub(super) const fn segment(&self) -> u32 {
        self.segment
    }

    fn begin_quick(&mut self, window: u32) {
        // Where not even one pair of segments fits, two.
        let segments = match window / (2 * self.segment) {
            0 => 2,
            segments => segments.min(QUICK_MAX),
        };
        self.quick = self.quick.max(segments);
    }

    /// The window grew: the peer is to hear of it at once.
    pub(super) const fn window_grew(&mut self) {
        // Measured: an odd number stays as it is.
        self.quick |= 1;
    }

    /// Half of the receive buffer waits for the application: the peer is not to be hurried.
    pub(super) const fn reader_is_slow(&mut self) {
        self.quick = 0;
    }

    /// An acknowledgement leaves; `owed` if something waited for it.
    pub(super) fn acknowledged(&mut self, owed: bool) {
        self.small = 0;
        if self.quick == 0 || !owed {
            return;
        }
        self.quick -= 1;
        if self.quick == 0 {
            self.delay = Some(self.least);
        }
    }

    /// Text leaves: the connection is interactive if it follows what arrived closely.
    pub(super) fn text_sent(&mut self, now: Time) {
        if now.since(self.last_text) < self.delay.unwrap_or(Span::ZERO) {
            self.interactive = true;
        }
    }

    /// The delay ran out, and nothing had taken the acknowledgement along.
    pub(super) fn ran_out(&mut self, rto: Span) {
        let Some(delay) = self.delay else { return };
        self.delay = if self.interactive {
            Some(self.least)
        } else {
            Some(delay.times(2).min(rto))
        };
        self.interactive = false;
    }

    /// The delay of an acknowledgement that is owed now.
    fn span(&self, srtt: Option<Span>, config: &Config) -> Span {
        let delay = self.delay.unwrap_or(Span::ZERO);
        if delay <= self.least {
            return delay;
        }
        let most = if self.interactive || self.small > 0 {
            config.delayed_ack_max
        } else {
            DELAY_MAX
        };
        let bound = srtt.map_or(most, |srtt| most.min(srtt.max(self.least)));
        delay.min(bound).min(config.delayed_ack_max)
    }
}

impl Tcb {
    /// Text arrived in order, to which the delay adapts.
    pub(super) fn adapt_delay(&mut self, seg: &Segment, least: Span, cx: &Cx) {
        let (window, rto) = (self.last_window(), self.rtt.rto());
        self.delay.text_arrived(seg, window, rto, cx, least);
    }

    /// Text arrived in order, where the delay adapts; `gap` if it filled one.
    pub(super) fn owe_ack_adaptively(&mut self, gap: bool, cx: &Cx) {
        let unacknowledged = self.rcv.nxt.since(self.rcv.acked);
        // Only if the window can be offered again as it was: a reader that is slow slows the peer.
        let more_than_one =
            self.delay.segment < unacknowledged && unacknowledged <= self.window_gain();
        if gap {
            self.rcv.ack = AckDue::Now(AckReason::GapFilled);
        } else if more_than_one {
            self.rcv.ack = AckDue::Now(AckReason::SecondSegment);
        } else if self.delay.quick > 0 && !self.delay.interactive {
            self.rcv.ack = AckDue::Now(AckReason::Quick);
        } else {
            self.owe_adapted_ack(AckReason::Delayed, cx);
        }
    }

    /// The peer's FIN arrived: only this end's FIN could still take its acknowledgement along.
    ///
    /// Measured: at once if no text came before, else after the delay of text.
    pub(super) fn owe_ack_of_fin_adaptively(&mut self, cx: &Cx) {
        self.delay.interactive = true;
        match self.rcv.ack {
            // The text of the same segment would have been acknowledged at once by itself.
            AckDue::Nothing | AckDue::Delayed | AckDue::Now(AckReason::Quick) => {
                self.owe_adapted_ack(AckReason::Fin, cx);
            }
            AckDue::Now(_) => {}
        }
    }

    /// An acknowledgement that waits as long as it should by now; `at_once` is why it does not.
    fn owe_adapted_ack(&mut self, at_once: AckReason, cx: &Cx) {
        let delay = self.delay.span(self.rtt.srtt(), cx.config);
        let soon = cx.now + delay.fraction(1, 4);
        if delay == Span::ZERO || self.timers.delayed_ack <= soon {
            self.rcv.ack = AckDue::Now(at_once);
        } else {
            self.owe_delayed_ack(cx.now + delay);
        }
    }

    /// Old text came again: the peer may miss acknowledgements, and is to hear each.
    pub(super) fn acknowledge_quickly(&mut self) {
        if self.delay.delay.is_some() {
            self.delay.begin_quick(self.last_window());
            self.delay.interactive = false;
            self.delay.delay = Some(self.delay.least);
        }
    }

    /// The application read: with nothing left to read, small segments have waited long enough.
    pub(super) fn acknowledge_read(&mut self) {
        let delay = self.delay;
        if self.rcv.ack != AckDue::Delayed || delay.delay.is_none() {
            return;
        }
        let much = delay.segment < self.rcv.nxt.since(self.rcv.acked);
        let waits = delay.small > 1 || (delay.small > 0 && !delay.interactive);
        if much || (waits && self.readable() == 0) {
            self.rcv.ack = AckDue::Now(AckReason::Read);
        }
    }

    /// The socket says whether acknowledgements are delayed from here on (TCP_QUICKACK).
    pub fn set_quick_ack(&mut self, choice: QuickAck) {
        self.choices.quick_ack = choice;
        match choice {
            QuickAck::Unset => {}
            QuickAck::Off => self.delay.interactive = true,
            QuickAck::On => {
                self.delay.interactive = false;
                if self.rcv.ack == AckDue::Delayed && self.readable() == 0 {
                    self.rcv.ack = AckDue::Now(AckReason::Quick);
                }
            }
        }
    }
}
