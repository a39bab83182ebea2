//! The user timeout option: each end tells the other how long it would wait (RFC 5482).
//!
//! It is advice: each end takes the longer of the two, between its own bounds, unless the application
//! has said how long it waits. It goes with the SYN and with the first segment after it, again when
//! the application changes its mind, and nothing makes sure that it arrives.

use super::choices::KeepAlive;
#[cfg(doc)]
use super::config::Config;
use super::outcome::Outgoing;
use super::tcb::{Cx, Tcb};
use crate::segment::{Flags, Segment, UserTimeout};
use crate::time::Span;

/// What the two ends told each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Advice {
    /// REMOTE_UTO: what the peer said last.
    remote: Option<Span>,
    /// What this end said last outside of its SYN.
    said: Option<UserTimeout>,
}

/// Octets that the option takes in the header.
const OCTETS: u32 = 4;
/// The G bit: the unit is a minute. RFC 5482 §3.1.
const MINUTES: u16 = 1 << 15;

/// A span as the option has it: seconds, or minutes where those are too many, rounded up.
///
/// `None` for no span at all: zero is reserved and never sent. RFC 5482 §3.1.
pub(super) fn encode(span: Span) -> Option<UserTimeout> {
    let seconds = span.as_nanos().div_ceil(Span::from_secs(1).as_nanos());
    let field = match u16::try_from(seconds) {
        Ok(seconds) if seconds < MINUTES => seconds,
        Ok(_) | Err(_) => {
            let minutes = u16::try_from(seconds.div_ceil(60)).unwrap_or(MINUTES);
            MINUTES | minutes.min(MINUTES - 1)
        }
    };
    (seconds > 0).then_some(UserTimeout(field))
}

/// The span that the option stands for; `None` for the reserved zero, which is ignored.
pub(super) fn decode(option: UserTimeout) -> Option<Span> {
    let unit = if option.0 & MINUTES == 0 { 1 } else { 60 };
    let value = u64::from(option.0 & !MINUTES);
    (value > 0).then(|| Span::from_secs(value * unit))
}

impl Tcb {
    /// The peer's advice, if a segment that counts has it. RFC 5482 §3.1.
    pub(super) fn take_user_timeout(&mut self, seg: &Segment, cx: &Cx) {
        if cx.config.user_timeout_option
            && let Some(remote) = seg.options.user_timeout.and_then(decode)
        {
            self.advice.remote = Some(remote);
        }
    }

    /// USER_TIMEOUT: how long anything may stay unacknowledged.
    ///
    /// RFC 5482 §3.1: min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT)) while CHANGEABLE.
    pub(super) fn effective_user_timeout(&self, cx: &Cx) -> Option<Span> {
        let own = self.choices.user_timeout;
        // §3.1: what the application set is not changed; only synchronized states take advice.
        let (true, Some(remote)) = (
            self.choices.user_timeout_changeable && self.state().is_synchronized(),
            self.advice.remote,
        ) else {
            return own;
        };
        // §3.1: L_LIMIT lies above the RTO, whatever it is set to.
        let lower = cx.config.user_timeout_lower.max(self.rtt.rto().times(2));
        let longest = own.unwrap_or(Span::ZERO).max(remote).max(lower);
        Some(longest.min(cx.config.user_timeout_upper))
    }

    /// Puts ADV_UTO on a SYN, on the first segment after it that has room, and on one after a change.
    pub(super) fn advise_user_timeout(&mut self, mut sent: Outgoing, cx: &Cx) -> Outgoing {
        if !cx.config.user_timeout_option {
            return sent;
        }
        let advertised = self.choices.user_timeout.and_then(encode);
        let segment = &mut sent.segment;
        let is_syn = segment.flags.contains(Flags::SYN);
        let has_room = segment.payload.len + OCTETS <= self.snd.mss;
        if is_syn {
            segment.options.user_timeout = advertised;
        } else if advertised != self.advice.said && has_room {
            segment.options.user_timeout = advertised;
            self.advice.said = advertised;
        }
        sent
    }

    /// The times of keep-alive: with the option in use it probes only after the user timeout.
    /// RFC 5482 §4.2 (MUST).
    pub(super) fn keep_alive_times(&self, cx: &Cx) -> Option<KeepAlive> {
        let times = self.choices.keepalive?;
        let least = match self.advice.remote {
            Some(_) => self.effective_user_timeout(cx).unwrap_or(Span::ZERO),
            None => Span::ZERO,
        };
        Some(KeepAlive {
            idle: times
                .idle
                .max(least + Span::from_secs(u64::from(least > Span::ZERO))),
            ..times
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5482 §3.1: 15 bits of seconds or of minutes.
    #[test]
    fn a_span_becomes_an_option_and_back() {
        for (millis, field, seconds) in [
            (1, 1, 1),
            (300_000, 300, 300),
            (300_001, 301, 301),
            (32_767_000, 32_767, 32_767),
            (32_768_000, MINUTES | 547, 32_820),
            (1_966_020_000, MINUTES | 32_767, 1_966_020),
            (9_000_000_000, MINUTES | 32_767, 1_966_020),
        ] {
            let option = encode(Span::from_millis(millis));
            assert_eq!(option, Some(UserTimeout(field)), "{millis} ms");
            let back = decode(UserTimeout(field));
            assert_eq!(back, Some(Span::from_secs(seconds)), "{field}");
        }
        assert_eq!(encode(Span::ZERO), None);
        assert_eq!(decode(UserTimeout(0)), None);
        assert_eq!(decode(UserTimeout(MINUTES)), None);
    }
}
