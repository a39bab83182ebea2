//! Probes of a closed window (RFC 9293 §3.8.6.1): when they go, what they are, when they end.
//!
//! With nothing outstanding only a probe can learn that the window opened, since the segment that
//! said so may have been lost. [`ZeroWindowProbe`] says what a probe is, [`ProbeLimit`] who gives up
//! and when. Text that is outstanding when the window closes is no matter of this file: its
//! retransmissions are the probes.

#[cfg(doc)]
use super::config::Config;
use super::config::{Limit, ProbeLimit, ZeroWindowProbe};
use super::outcome::{End, Outgoing, Why};
use super::state::State;
use super::tcb::{Cx, Due, Tcb};
use crate::segment::Marks;
use crate::time::{Span, Time};

/// All the RTOs of the 13 transmissions that [`ProbeLimit::Silence`] compares with, in units of the
/// first: each twice the one before, up to 512.
const ALL_BACKOFFS: u64 = 1023 + 3 * 512;

impl Tcb {
    /// Starts the timer, unless something outstanding learns of the window. RFC 9293 §3.8.6.1.
    pub(super) fn wait_for_window(&mut self, cx: &Cx) {
        if self.snd.una == self.snd.nxt && self.timers.persist == Time::NEVER {
            self.timers.persist = cx.now + self.probe_interval(cx);
            self.start_user_timeout(cx);
        }
    }

    /// The timer ran out: a probe is due, or there were enough of them.
    pub(super) fn persist_timeout(&mut self, cx: &mut Cx) {
        self.timers.persist = Time::NEVER;
        if self.has_probed_enough(cx) {
            self.delete(Some(End::RetransmissionLimit), cx);
        } else {
            self.snd.due = Due::Probe;
        }
    }

    /// The probe that is due.
    pub(super) fn probe(&mut self, cx: &mut Cx) -> Outgoing {
        self.snd.probes += 1;
        self.unanswered_probes += 1;
        let next = self.probe_interval(cx);
        self.timers.persist = cx.now + next;
        self.start_user_timeout(cx);
        self.start_late_user_timeout(cx.now, cx);
        let why = Why::Probe {
            count: self.snd.probes,
            next,
        };
        match cx.config.zero_window_probe {
            ZeroWindowProbe::NextOctet => self.emit_octet(why, cx),
            ZeroWindowProbe::BelowUna => self.probe_below_una(why, cx),
        }
    }

    /// An empty segment before SND.UNA, which is SND.NXT here.
    fn probe_below_una(&mut self, why: Why, cx: &Cx) -> Outgoing {
        Outgoing {
            segment: self.empty_before(self.snd.una, cx),
            marks: Marks {
                probe: true,
                ..Marks::default()
            },
            why,
        }
    }

    /// First one RTO, then twice as long each time. RFC 9293 §3.8.6.1 (SHLD-29, SHLD-30).
    fn probe_interval(&self, cx: &Cx) -> Span {
        let (least, most) = (cx.config.persist_min, cx.config.persist_max);
        self.unbounded_interval().max(least).min(most)
    }

    fn unbounded_interval(&self) -> Span {
        let doubled = 1u64.checked_shl(self.snd.probes).unwrap_or(u64::MAX);
        self.rtt.rto().times(doubled)
    }

    /// An acknowledgement came with a closed window, or with the first open one.
    pub(super) fn hear_of_closed_window(&mut self, cx: &Cx) {
        self.unanswered_probes = 0;
        // RFC 9293 §3.8.6.1 (MUST-37): a peer that answers keeps the connection open.
        self.restart_user_timeout(cx);
        let starts_over = cx.config.zero_window_probe == ZeroWindowProbe::BelowUna;
        if starts_over && self.timers.persist != Time::NEVER {
            self.timers.persist = cx.now + self.probe_interval(cx);
        }
    }

    /// The window opened: what was probed goes out again with what follows it.
    pub(super) fn window_opened(&mut self) {
        if self.snd.probes > 0 || self.timers.persist != Time::NEVER {
            self.end_probing();
            self.board.lose_all();
            self.snd.resend_why = Why::AfterProbe;
        }
    }

    /// There is nothing to probe for.
    pub(super) fn end_probing(&mut self) {
        self.timers.persist = Time::NEVER;
        self.snd.probes = 0;
        self.unanswered_probes = 0;
    }

    /// Whether the connection is given up instead of probed again.
    fn has_probed_enough(&self, cx: &Cx) -> bool {
        let config = cx.config;
        let orphan = config.r2_orphan.filter(|_| self.reader_gone);
        let limit = orphan.unwrap_or(config.r2);
        let silence = cx.now.since(self.idle.heard);
        match config.probe_limit {
            ProbeLimit::UserTimeout => false,
            ProbeLimit::Unanswered => self.is_past_probes(self.unanswered_probes, limit, cx),
            ProbeLimit::UnansweredOrOrphan => {
                let slowest = config.persist_max <= self.unbounded_interval();
                let too_long = self.reader_gone && slowest;
                (too_long && self.is_past_probes(self.snd.probes, limit, cx))
                    || self.is_past_probes(self.unanswered_probes, limit, cx)
            }
            ProbeLimit::Silence if self.has_closed() && config.persist_max <= silence => true,
            ProbeLimit::Silence => {
                let in_vain = self.rtt.rto().times(ALL_BACKOFFS);
                self.is_past_probes(self.snd.probes, limit, cx)
                    && config.persist_idle.min(in_vain) <= silence
            }
        }
    }

    fn is_past_probes(&self, probes: u32, limit: Limit, cx: &Cx) -> bool {
        match limit {
            Limit::After(span) => span <= cx.now.since(self.snd.waiting_since),
            Limit::Retransmissions(count) | Limit::Backoffs(count) => count <= probes,
        }
    }

    /// This end closed, and its FIN is not acknowledged.
    fn has_closed(&self) -> bool {
        match self.state() {
            State::FinWait1 | State::Closing | State::LastAck => true,
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait2
            | State::CloseWait
            | State::TimeWait => false,
        }
    }

    /// The window closed over what is outstanding, and the peer answers: its retransmissions are
    /// probes, which R2 of the kind [`Limit::Backoffs`] does not count.
    pub(super) fn resends_into_closed_window(&self, cx: &Cx) -> bool {
        let silence = cx.now.since(self.idle.heard);
        self.snd.wnd == 0 && !self.reader_gone && silence <= cx.config.rto_max.times(2)
    }

    /// Probes of the closed window that the peer has not answered.
    pub const fn unanswered_probes(&self) -> u32 {
        self.unanswered_probes
    }
}
