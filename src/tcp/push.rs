//! Which segments of text are pushed, beyond the last of what was written (RFC 9293 §3.9.1.2).
//!
//! [`PushRule::Bursts`] is measured behaviour of a host that hands several segments to its interface
//! as one and marks the last, lest a receiver that joins them again wait for more. How many go
//! together follows from the rate: as much as leaves in about a millisecond, more where the round
//! trip is short, and two at least. A segment that cwnd lets go alone is no burst.
//!
//! Left out: the PSH that every half of the largest window gets while much is being written.

use super::config::PushRule;
use super::tcb::{Cx, Tcb};
use crate::time::Time;

/// Segments that go out at one moment as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Burst {
    /// When.
    at: Time,
    /// How many there are.
    of: u32,
    /// How many are to come.
    left: u32,
}

/// The least number of segments in a burst.
const LEAST: u64 = 2;
/// The most octets of a burst.
const OCTETS_MAX: u64 = 65_536;

impl Tcb {
    /// The next new segment is the last of a burst of more than one. `waiting` octets are not sent
    /// yet, and the windows let `room` go.
    pub(super) fn ends_burst(&mut self, waiting: u64, room: u32, cx: &Cx) -> bool {
        if cx.config.push != PushRule::Bursts || waiting == 0 {
            return false;
        }
        if self.snd.burst.left == 0 || self.snd.burst.at != cx.now {
            let of = self.burst_length(waiting, room, cx);
            self.snd.burst = Burst {
                at: cx.now,
                of,
                left: of,
            };
        }
        let burst = &mut self.snd.burst;
        burst.left -= 1;
        burst.left == 0 && burst.of > 1
    }

    fn burst_length(&self, waiting: u64, room: u32, cx: &Cx) -> u32 {
        let mss = u64::from(self.snd.mss);
        // What does not fill a segment goes along only if nothing holds it back.
        let held = self.choices.cork || (self.choices.nagle && self.small_waits(cx));
        let small = !waiting.is_multiple_of(mss) && !held;
        let there = waiting / mss + u64::from(small);
        let allowed = u64::from(room) / mss;
        let most = (self.octets_in_a_burst() / mss).max(LEAST);
        let length = there.min(allowed).min(most).max(1);
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// A thousandth of the rate, twice cwnd a round trip, and a share that halves with each half
    /// millisecond of the round trip.
    fn octets_in_a_burst(&self) -> u64 {
        let Some(srtt) = self.rtt.srtt() else {
            return 0;
        };
        let micros = (srtt.as_nanos() / 1000).max(1);
        let rate = 2 * u64::from(self.congestion.cwnd) * 1_000_000 / micros;
        let near = u32::try_from(micros >> 9).unwrap_or(u32::MAX);
        let share = OCTETS_MAX.checked_shr(near).unwrap_or(0);
        (rate / 1024 + share).min(OCTETS_MAX)
    }
}
