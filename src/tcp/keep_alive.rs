//! Keep-alive: probes of an idle connection (RFC 9293 §3.8.4).

use super::choices::KeepAlive;
use super::outcome::{End, Outgoing, ResetReason, Why};
use super::state::State;
use super::tcb::{Cx, Tcb};
use crate::segment::{Ecn, Flags, Marks, Segment};
use crate::seq::Seq;
use crate::time::Time;

/// Where keep-alive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Idle {
    /// When the peer was last heard.
    pub heard: Time,
    /// Probes that it has not answered.
    probes: u32,
    /// By which times the timer was set.
    set_by: Option<KeepAlive>,
}

impl Tcb {
    /// A segment of the peer arrived, of whatever kind.
    #[inline]
    pub(super) fn hear(&mut self, cx: &Cx) {
        self.idle.heard = cx.now;
        self.idle.probes = 0;
    }

    /// Sets the timer when the connection opens or the socket changes its mind.
    #[inline]
    pub(super) fn mind_keep_alive(&mut self, cx: &Cx) {
        if self.choices.keepalive.is_none() && self.idle.set_by.is_none() {
            return;
        }
        let wanted = match self.state() {
            State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck => self.keep_alive_times(cx),
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::TimeWait => None,
        };
        if wanted == self.idle.set_by {
            return;
        }
        self.idle.set_by = wanted;
        self.timers.keep_alive = wanted.map_or(Time::NEVER, |times| {
            (self.idle.heard + times.idle).max(cx.now)
        });
    }

    /// The timer ran out: probes, gives up, or waits for the rest of the time.
    pub(super) fn keep_alive_timeout(&mut self, cx: &mut Cx) {
        let Some(times) = self.keep_alive_times(cx) else {
            return;
        };
        // RFC 9293 §3.8.4 (MUST-26): only with nothing outstanding, for which there are other timers.
        let idle_until = self.idle.heard + times.idle;
        if self.flight() > 0 || self.has_unsent() {
            self.timers.keep_alive = cx.now + times.idle;
        } else if cx.now < idle_until {
            self.timers.keep_alive = idle_until;
        } else if times.probes <= self.idle.probes {
            self.reply_with_reset(ResetReason::KeepAlive, cx);
            self.delete(Some(End::KeepAlive), cx);
        } else {
            self.idle.probes += 1;
            self.timers.keep_alive = cx.now + times.interval;
            let probe = self.keep_alive_probe(self.idle.probes, cx);
            cx.output.reply(probe);
        }
    }

    /// RFC 9293 §3.8.4 (SHLD-12): an empty segment before SND.NXT.
    fn keep_alive_probe(&mut self, count: u32, cx: &Cx) -> Outgoing {
        Outgoing {
            segment: self.empty_before(self.snd.nxt, cx),
            marks: Marks::default(),
            why: Why::KeepAlive { count },
        }
    }

    /// `<SEQ=next−1><ACK=RCV.NXT><CTL=ACK>`, which lies before the peer's window, so that it answers.
    pub(super) fn empty_before(&mut self, next: Seq, cx: &Cx) -> Segment {
        Segment {
            seq: next - 1,
            ack: self.acknowledging(),
            flags: Flags::ACK | self.ecn_echo(),
            wnd: self.offer_window(),
            urgent: 0,
            ecn: Ecn::NotEct,
            options: self.plain_options(cx),
            payload: self.no_text(),
        }
    }
}
