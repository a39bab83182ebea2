//! The timers of a connection, and what happens when one runs out (RFC 9293 §3.10.8).

use super::config::UserTimeoutFrom;
use super::outcome::{AckReason, End, Note, Why};
use super::state::State;
use super::tcb::{AckDue, Cx, Due, Tcb};
use crate::time::Time;

/// The deadlines of one connection; [`Time::NEVER`] is a timer that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// Nothing was acknowledged for too long. RFC 9293 §3.10.8.
    pub user: Time,
    /// Something sent is not acknowledged. RFC 6298 §5.
    pub retransmission: Time,
    /// 2 MSL. RFC 9293 §3.10.8.
    pub time_wait: Time,
    /// The peer's FIN does not come. [`super::config::Config::fin_wait2_timeout`].
    pub fin_wait2: Time,
    /// The window is closed and something waits. RFC 9293 §3.8.6.1.
    pub persist: Time,
    /// Silly-window avoidance holds something back. RFC 9293 §3.8.6.2.1.
    pub sws_override: Time,
    /// The next turn of new text, where it is paced. [`super::config::Config::pacing`].
    pub pacing: Time,
    /// An acknowledgement waits. RFC 9293 §3.8.6.3.
    pub delayed_ack: Time,
    /// The end of what was sent may be lost. RFC 8985 §7; never after the retransmission timer.
    pub tail_loss: Time,
    /// What was overtaken may be lost. RFC 8985 §6.2; never after the retransmission timer, nor while
    /// [`Timers::tail_loss`] runs.
    pub reordering: Time,
    /// The connection may be idle. RFC 9293 §3.8.4.
    pub keep_alive: Time,
}

impl Default for Timers {
    fn default() -> Timers {
        Timers {
            user: Time::NEVER,
            retransmission: Time::NEVER,
            time_wait: Time::NEVER,
            fin_wait2: Time::NEVER,
            persist: Time::NEVER,
            sws_override: Time::NEVER,
            pacing: Time::NEVER,
            delayed_ack: Time::NEVER,
            tail_loss: Time::NEVER,
            reordering: Time::NEVER,
            keep_alive: Time::NEVER,
        }
    }
}

impl Timers {
    /// The earliest deadline.
    pub fn next(&self) -> Time {
        self.user
            .min(self.retransmission)
            .min(self.time_wait)
            .min(self.fin_wait2)
            .min(self.persist)
            .min(self.sws_override)
            .min(self.pacing)
            .min(self.delayed_ack)
            .min(self.tail_loss)
            .min(self.reordering)
            .min(self.keep_alive)
    }

    /// Every timer by its name, the user timeout last.
    pub const fn named(&self) -> [(&'static str, Time); 11] {
        [
            ("retransmission", self.retransmission),
            ("tail loss probe", self.tail_loss),
            ("reordering", self.reordering),
            ("persist", self.persist),
            ("2MSL", self.time_wait),
            ("FIN-WAIT-2", self.fin_wait2),
            ("delayed ACK", self.delayed_ack),
            ("silly window", self.sws_override),
            ("pacing", self.pacing),
            ("keep-alive", self.keep_alive),
            ("user timeout", self.user),
        ]
    }

    /// The timer that runs out first, by its name; the user timeout, which runs beside others, last.
    pub fn earliest(&self) -> Option<(&'static str, Time)> {
        let [others @ .., user] = self.named();
        let runs = |(_, due): &(&str, Time)| *due != Time::NEVER;
        let first = others.into_iter().filter(runs).min_by_key(|(_, due)| *due);
        first.or(Some(user).filter(runs))
    }

    /// No timer runs.
    pub fn all_off(&self) -> bool {
        self.next() == Time::NEVER
    }

    /// The 2MSL timer runs, and no other.
    pub fn only_time_wait(&self) -> bool {
        let mut others = *self;
        others.time_wait = Time::NEVER;
        self.time_wait != Time::NEVER && others.all_off()
    }
}

impl Tcb {
    /// When [`Tcb::on_timeout`] wants to be called next; [`Time::NEVER`] if no timer runs.
    pub fn next_timeout(&self) -> Time {
        self.timers.next()
    }

    /// The deadlines.
    pub const fn timers(&self) -> &Timers {
        &self.timers
    }

    /// Lets every timer act whose deadline has come.
    ///
    /// At one instant the user timeout comes first, so that a connection given up sends no more.
    pub fn on_timeout(&mut self, cx: &mut Cx) {
        if self.timers.time_wait <= cx.now {
            self.timers.time_wait = Time::NEVER;
            // RFC 9293 §3.10.8, TIME-WAIT time-out: the TCB is deleted.
            self.delete(None, cx);
            return;
        }
        if self.timers.user <= cx.now {
            // RFC 9293 §3.10.8, user time-out: everything is flushed, no reset is sent.
            self.delete(Some(End::UserTimeout), cx);
            return;
        }
        if self.timers.fin_wait2 <= cx.now {
            self.timers.fin_wait2 = Time::NEVER;
            self.fin_wait2_timeout(cx);
            return;
        }
        if self.timers.reordering <= cx.now {
            self.timers.reordering = Time::NEVER;
            self.reordering_timeout(cx);
        }
        if self.timers.tail_loss <= cx.now {
            // At one instant with the retransmission timer, the probe goes first and restarts that.
            self.timers.tail_loss = Time::NEVER;
            self.timers.retransmission = cx.now + self.rtt.rto();
            self.snd.due = Due::TailLoss;
        }
        if self.timers.retransmission <= cx.now {
            self.timers.retransmission = Time::NEVER;
            self.retransmission_timeout(cx);
        }
        if self.timers.persist <= cx.now {
            self.persist_timeout(cx);
        }
        if self.timers.sws_override <= cx.now {
            self.timers.sws_override = Time::NEVER;
            self.snd.due = Due::Override;
        }
        if self.timers.pacing <= cx.now {
            // What waited goes with the next poll.
            self.timers.pacing = Time::NEVER;
        }
        if self.timers.delayed_ack <= cx.now {
            self.timers.delayed_ack = Time::NEVER;
            self.rcv.ack = AckDue::Now(AckReason::Delayed);
            self.delay.ran_out(self.rtt.rto());
        }
        if self.timers.keep_alive <= cx.now {
            self.timers.keep_alive = Time::NEVER;
            self.keep_alive_timeout(cx);
        }
    }

    fn retransmission_timeout(&mut self, cx: &mut Cx) {
        if self.ends_hold() {
            return;
        }
        // RFC 9293 §3.8.3: at R2 the connection is closed.
        if self.is_past_r2(cx) {
            self.delete(Some(End::RetransmissionLimit), cx);
            return;
        }
        self.snd.timeouts += 1;
        self.note_first_resending(cx);
        self.timers.tail_loss = Time::NEVER;
        self.snd.tail = None;
        // RFC 9293 §3.8.3: at R1 the network layer is told.
        if self.snd.timeouts == cx.config.r1 {
            cx.output.notes.push(Note::DeliveryTrouble {
                count: self.snd.timeouts,
            });
        }
        if self.snd.una_pos == 0 {
            // RFC 5681 §3.1: a lost SYN bears on the initial window, not on ssthresh.
            self.snd.syn_timeouts = self.snd.timeouts;
        } else {
            let (phase, window) = (self.congestion.phase, self.window(cx));
            let new = self
                .congestion
                .recovery_point()
                .precedes_or_is(self.snd.una);
            if new || !self.congestion.is_recovering() {
                self.prepare_undo(cx);
            }
            self.ask_if_spurious(phase, cx);
            let flight = self.flight();
            self.congestion
                .on_timeout(self.snd.timeouts, self.snd.nxt, flight, &window);
        }
        let expired = self.rtt.rto();
        let linear =
            self.state() == State::SynSent && self.snd.timeouts <= cx.config.syn_linear_timeouts;
        if !linear {
            // RFC 6298 §5.5.
            self.rtt.back_off(cx.config);
        }
        // RFC 6298 §3, Karn: what is sent again gives no sample.
        self.snd.timed = None;
        if self.keeps_syn_ack() {
            self.timers.retransmission = cx.now + self.rtt.rto();
            return;
        }
        // RFC 6298 §5.4: the earliest segment that is not acknowledged.
        self.lose_by_timeout(cx);
        self.snd.resend_why = Why::AfterTimeout;
        self.snd.due = Due::Timeout(expired);
    }

    /// The SYN,ACK was acknowledged: it goes out again only when waiting for text is about to end, so
    /// that one more acknowledgement may end the handshake without.
    fn keeps_syn_ack(&self) -> bool {
        self.state() == State::SynReceived
            && self.deferred
            && self.snd.timeouts < self.choices.defer_accept
    }

    /// Starts the 2MSL timer, all others off. RFC 9293 §3.10.7.4, eighth check.
    pub(super) fn start_time_wait(&mut self, again: bool, cx: &mut Cx) {
        let until = cx.now + cx.config.time_wait;
        self.timers = Timers {
            time_wait: until,
            ..Timers::default()
        };
        self.snd.due = Due::Nothing;
        if !again && !self.remnant {
            self.answered_outside = None;
        }
        cx.output.notes.push(Note::TimeWait { until, again });
    }

    /// Starts what runs while anything is outstanding, unless it runs already. RFC 6298 §5.1.
    pub(super) fn start_retransmission(&mut self, cx: &Cx) {
        if self.timers.retransmission == Time::NEVER {
            self.timers.retransmission = cx.now + self.rtt.rto();
        }
        self.start_user_timeout(cx);
    }

    /// Something new was acknowledged. RFC 6298 §5.2, §5.3.
    ///
    /// The timer starts over at every partial acknowledgement, not only at the first as RFC 6582
    /// §3.2 suggests: what such an acknowledgement sends again has an RTO to itself (RFC 6298 §5).
    pub(super) fn restart_retransmission(&mut self, cx: &Cx) {
        self.snd.timeouts = 0;
        self.snd.resent_since = Time::NEVER;
        // Something worked: an earlier error says nothing about what follows.
        self.soft_error = None;
        if self.snd.una == self.snd.nxt {
            self.timers.retransmission = Time::NEVER;
            self.timers.user = Time::NEVER;
            self.snd.waiting_since = Time::NEVER;
            if !self.has_unsent() {
                self.end_probing();
            }
            return;
        }
        self.timers.retransmission = cx.now + self.rtt.rto();
        self.restart_user_timeout(cx);
    }

    /// Something begins to wait for the peer, unless something waits already. RFC 9293 §3.8.3.
    pub(super) fn start_user_timeout(&mut self, cx: &Cx) {
        if self.snd.waiting_since == Time::NEVER {
            self.snd.waiting_since = cx.now;
            if cx.config.user_timeout_from == UserTimeoutFrom::FirstTransmission {
                let span = self.effective_user_timeout(cx);
                self.timers.user = span.map_or(Time::NEVER, |span| cx.now + span);
            }
        }
    }

    /// There was progress: what waits has as long to go again.
    pub(super) fn restart_user_timeout(&mut self, cx: &Cx) {
        let late = cx.config.user_timeout_from == UserTimeoutFrom::FirstRetransmission;
        if late && self.snd.wnd > 0 && self.snd.timeouts == 0 {
            self.timers.user = Time::NEVER;
        }
        if self.snd.waiting_since != Time::NEVER {
            self.snd.waiting_since = Time::NEVER;
            self.start_user_timeout(cx);
        }
    }
}
