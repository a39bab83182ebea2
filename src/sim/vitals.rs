//! Changes inside connections that no segment shows: cwnd, round trips, timers.
//!
//! They are seen from outside, by comparing each end of a connection after a record with what it was
//! after the record before: whoever does not look pays nothing, and the digest does not depend on it.

use super::observer::Observer;
use super::plan::HostIndex;
use super::record::{Record, What};
use super::world::World;
use crate::segment::Flags;
use crate::tcp::congestion::Phase;
use crate::tcp::state::State;
use crate::tcp::vitals::{RoundTrip, Scoreboard, Vitals, Window};
use crate::time::Time;
use serde::Serialize;

/// Something inside a connection has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The ordinal of the record with which it changed.
    pub record: u64,
    /// When.
    pub time: Time,
    /// The host.
    pub host: HostIndex,
    /// The connection, by its number in the run.
    pub connection: u32,
    /// What.
    pub vital: Vital,
}

/// What has changed, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vital {
    /// cwnd or ssthresh.
    Window {
        /// Before.
        before: Window,
        /// After.
        after: Window,
    },
    /// Recovery from losses began or ended, or something hints at one.
    Phase {
        /// Before.
        before: Phase,
        /// After.
        after: Phase,
        /// What led to it.
        reason: Reason,
    },
    /// What is known of the octets that are outstanding.
    Scoreboard(Scoreboard),
    /// SRTT, RTTVAR or RTO.
    RoundTrip(RoundTrip),
    /// A timer.
    Timer {
        /// Its name.
        timer: &'static str,
        /// What became of it.
        turn: TimerTurn,
    },
}

/// What led to another [`Phase`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// SACK blocks, or duplicate acknowledgements without: a loss, or something out of order.
    DuplicateAcks,
    /// The reordering timer ran out. RFC 8985 §6.2.
    ReorderingTimer,
    /// The retransmission timer ran out. RFC 6298 §5.
    Timeout,
    /// A router marked a packet. RFC 3168 §6.1.2.
    EcnEcho,
    /// A tail loss probe repaired a loss. RFC 8985 §7.4.2.
    TailLossProbe,
    /// What was outstanding when it began is acknowledged.
    Acknowledged,
    /// The retransmissions proved spurious: cwnd and ssthresh are what they were. RFC 4015.
    Undone,
}

/// What became of a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerTurn {
    /// It was off, and runs until then.
    Set(Time),
    /// It ran, and runs until another moment.
    Reset(Time),
    /// It ran out; it runs again until then, or is off.
    Fired(Option<Time>),
    /// It was stopped before it ran out.
    Cancelled,
}

/// An observer that notes every change inside a connection.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// What was seen last of each host's end of each connection, by its number.
    last: [Vec<Option<Vitals>>; 2],
    /// The changes, in order.
    pub changes: Vec<Change>,
}

impl Observer for Watch {
    fn on_record(&mut self, record: &Record, world: &World) {
        let Some(number) = record.connection else {
            return;
        };
        self.look(record, number, world);
    }
}

impl Watch {
    fn look(&mut self, record: &Record, number: u32, world: &World) {
        let host = record.host;
        let Some(connection) = world.hosts()[usize::from(host)].connection_by_number(number) else {
            return;
        };
        if connection.state() == State::Listen {
            return;
        }
        let tcb = connection.tcb();
        let seen = &mut self.last[usize::from(host)];
        let place = number as usize;
        if seen.len() <= place {
            seen.resize(place + 1, None);
        }
        let mut now = tcb.vitals();
        if let Some(before) = seen[place].filter(|_| sends_no_more(tcb.state(), tcb.is_remnant())) {
            now = Vitals {
                timers: now.timers,
                ..before
            };
        }
        let before = seen[place].replace(now);
        let changes = &mut self.changes;
        let mut tell = |vital| {
            changes.push(Change {
                record: record.ordinal,
                time: record.time,
                host,
                connection: number,
                vital,
            });
        };
        let phase = before.map_or(Phase::Open, |before| before.phase);
        if phase != now.phase {
            tell(Vital::Phase {
                before: phase,
                after: now.phase,
                reason: reason(&record.what, before.as_ref(), &now),
            });
        }
        let scoreboard = before.map(|before| before.scoreboard).unwrap_or_default();
        if scoreboard != now.scoreboard {
            tell(Vital::Scoreboard(now.scoreboard));
        }
        if let Some(before) = before.filter(|before| before.window != now.window) {
            tell(Vital::Window {
                before: before.window,
                after: now.window,
            });
        }
        if before.is_none_or(|before| before.round_trip != now.round_trip) {
            tell(Vital::RoundTrip(now.round_trip));
        }
        let timers = before.map(|before| before.timers).unwrap_or_default();
        for ((timer, was), (_, is)) in timers.named().into_iter().zip(now.timers.named()) {
            if let Some(turn) = turn(was, is, record.time) {
                tell(Vital::Timer { timer, turn });
            }
        }
    }
}

/// What is kept of a connection that sends no more has no cwnd and no RTO: nothing is told of them.
fn sends_no_more(state: State, is_remnant: bool) -> bool {
    state == State::TimeWait || is_remnant
}

/// What led to the phase that a connection is in with this record.
fn reason(what: &What, before: Option<&Vitals>, now: &Vitals) -> Reason {
    let restored = before.is_some_and(|before| before.window.ssthresh < now.window.ssthresh);
    match (now.phase, what) {
        (Phase::Open, _) if restored => Reason::Undone,
        (Phase::Open, _) => Reason::Acknowledged,
        (Phase::Loss, _) => Reason::Timeout,
        (Phase::Cwr, What::Arrived { packet, .. }) if packet.segment.flags.contains(Flags::ECE) => {
            Reason::EcnEcho
        }
        (Phase::Cwr, _) => Reason::TailLossProbe,
        (Phase::Disorder, _) | (Phase::Recovery, What::Arrived { .. }) => Reason::DuplicateAcks,
        (Phase::Recovery, _) => Reason::ReorderingTimer,
    }
}

/// What became of a timer that was due `was` and is due `is`.
fn turn(was: Time, is: Time, now: Time) -> Option<TimerTurn> {
    if was == is {
        return None;
    }
    let runs = (is != Time::NEVER).then_some(is);
    Some(match runs {
        _ if was <= now => TimerTurn::Fired(runs),
        Some(is) if was == Time::NEVER => TimerTurn::Set(is),
        Some(is) => TimerTurn::Reset(is),
        None => TimerTurn::Cancelled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_set_reset_cancelled_or_runs_out() {
        let (now, soon, later) = (
            Time::from_nanos(5),
            Time::from_nanos(6),
            Time::from_nanos(7),
        );
        for (was, is, expected) in [
            (Time::NEVER, Time::NEVER, None),
            (soon, soon, None),
            (Time::NEVER, soon, Some(TimerTurn::Set(soon))),
            (soon, later, Some(TimerTurn::Reset(later))),
            (soon, Time::NEVER, Some(TimerTurn::Cancelled)),
            (now, Time::NEVER, Some(TimerTurn::Fired(None))),
            (now, later, Some(TimerTurn::Fired(Some(later)))),
        ] {
            assert_eq!(turn(was, is, now), expected, "{was} to {is}");
        }
    }
}
