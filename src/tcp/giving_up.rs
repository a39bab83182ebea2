//! Where a connection is given up: R2 and the user timeout (RFC 9293 §3.8.3, §3.9.1.1).

use super::config::{Config, Limit, UserTimeoutFrom};
use super::state::State;
use super::tcb::{Cx, Origin, Tcb};
use crate::time::{Span, Time};

impl Tcb {
    /// The retransmission timer ran out once too often. RFC 9293 §3.8.3.
    pub(super) fn is_past_r2(&self, cx: &Cx) -> bool {
        let config = cx.config;
        match self.state() {
            State::SynSent => {
                let limit = self.syn_limit(config.r2_syn);
                self.is_past(limit, config.syn_linear_timeouts, cx)
            }
            State::SynReceived if self.origin == Origin::Passive => {
                // Who acknowledged it may still send text, for as long as that is waited for.
                let waits = self.deferred && self.snd.timeouts < self.choices.defer_accept;
                !waits && self.is_past(self.syn_limit(config.r2_syn_ack), 0, cx)
            }
            State::SynReceived => self.is_past(self.syn_limit(config.r2_syn), 0, cx),
            State::Closed
            | State::Listen
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => {
                let orphan = config.r2_orphan.filter(|_| self.reader_gone);
                self.is_past(orphan.unwrap_or(config.r2), 0, cx)
            }
        }
    }

    /// R2 of a handshake, unless the socket has a number of its own.
    fn syn_limit(&self, limit: Limit) -> Limit {
        match (self.choices.syn_retries, limit) {
            (None, limit) => limit,
            (Some(count), Limit::Backoffs(_)) => Limit::Backoffs(count),
            (Some(count), Limit::After(_) | Limit::Retransmissions(_)) => {
                Limit::Retransmissions(count)
            }
        }
    }

    fn is_past(&self, limit: Limit, linear_timeouts: u32, cx: &Cx) -> bool {
        match limit {
            Limit::After(span) => span <= cx.now.since(self.snd.waiting_since),
            Limit::Retransmissions(count) => count <= self.snd.timeouts,
            Limit::Backoffs(count) if !self.state().is_synchronized() => {
                let elapsed = cx.now.since(self.snd.waiting_since);
                count.saturating_add(linear_timeouts) <= self.snd.timeouts
                    || (self.snd.timeouts > 0
                        && backed_off(count, cx.config.rto_initial, cx.config.rto_max) <= elapsed)
            }
            // A user timeout of this kind takes the place of R2.
            Limit::Backoffs(_) if self.user_timeout_is_late(cx.config) => false,
            Limit::Backoffs(_) if self.resends_into_closed_window(cx) => false,
            Limit::Backoffs(count) => {
                // Measured: the time counts from the first retransmission, which no probe is.
                self.snd.timeouts > 0
                    && backed_off(count, cx.config.rto_min, cx.config.rto_max)
                        <= cx.now.since(self.snd.resent_since)
            }
        }
    }

    fn user_timeout_is_late(&self, config: &Config) -> bool {
        config.user_timeout_from == UserTimeoutFrom::FirstRetransmission
            && self.choices.user_timeout.is_some()
    }

    /// The timer ran out, and something goes out again: what counts from the first such time begins.
    pub(super) fn note_first_resending(&mut self, cx: &Cx) {
        if self.snd.resent_since == Time::NEVER {
            self.snd.resent_since = cx.now;
        }
        let passive_opening = self.state() == State::SynReceived && self.origin == Origin::Passive;
        if passive_opening {
            return;
        }
        let from = if self.snd.una_pos == 0 {
            self.snd.waiting_since
        } else {
            self.snd.resent_since
        };
        self.start_late_user_timeout(from, cx);
    }

    /// The user timeout that counts from `from`, unless it runs or is of the other kind.
    pub(super) fn start_late_user_timeout(&mut self, from: Time, cx: &Cx) {
        let late = cx.config.user_timeout_from == UserTimeoutFrom::FirstRetransmission;
        if let (true, Time::NEVER, Some(span)) =
            (late, self.timers.user, self.effective_user_timeout(cx))
        {
            self.timers.user = (from + span).max(cx.now);
        }
    }
}

/// How long `count` retransmissions take whose RTO begins at `base`, doubles, and stops at `most`,
/// with the time-out that follows the last.
fn backed_off(count: u32, base: Span, most: Span) -> Span {
    let ratio = most.as_nanos() / base.as_nanos().max(1);
    let doublings = ratio.checked_ilog2().unwrap_or(0);
    let doubled = base.times((2 << count.min(doublings)) - 1);
    doubled + most.times(u64::from(count.saturating_sub(doublings)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `timers-and-recovery.md` §1, give-up test: from 200 ms up to 120 s.
    #[test]
    fn the_time_of_backoffs() {
        for (count, base, millis) in [
            (1, 200, 600),
            (3, 200, 3_000),
            (5, 200, 12_600),
            (8, 200, 102_200),
            (9, 200, 204_600),
            (15, 200, 924_600),
            (1, 1000, 3_000),
            (6, 1000, 127_000),
            (7, 1000, 247_000),
        ] {
            let base = Span::from_millis(base);
            let got = backed_off(count, base, Span::from_secs(120));
            assert_eq!(got, Span::from_millis(millis), "{count} from {base}");
        }
    }
}
