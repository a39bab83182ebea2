//! What is kept of a connection that no socket holds and that has nothing left to send.
//!
//! In TIME-WAIT, and in the rest of FIN-WAIT-2 that some systems leave of a connection without a
//! socket, most variables of a TCB stand for ever or mean nothing any more. A [`Remnant`] has the
//! others. It knows no rules: whatever happens to it happens to the TCB that it stands for, so that
//! the checks of RFC 9293 and the rules of `time_wait` and `fin_wait2` are written once.

use super::choices::{Choices, FinWait2, QuickAck};
use super::rtt::Rtt;
use super::state::State;
use super::tcb::{AckDue, Origin, Receive, Send, Tcb, low_bits};
use super::timers::Timers;
use super::timestamps::Stamps;
use crate::seq::Seq;
use crate::time::{Span, Time};

/// A connection after both FINs, or after this end's alone, with nobody who could read.
#[derive(Clone, Debug)]
pub struct Remnant {
    /// The end of TIME-WAIT, or of FIN-WAIT-2.
    until: Time,
    written: u64,
    received: u64,
    challenges_since: Time,
    /// [`Time::NEVER`] is none.
    answered_outside: Time,
    iss: Seq,
    irs: Seq,
    edge: Seq,
    acked: Seq,
    stream: u32,
    challenges: u32,
    ts_recent: u32,
    /// What keeps the window as it is.
    receive_buffer: u32,
    unread: u32,
    mss: u16,
    state: State,
    origin: Origin,
    shift: u8,
    timestamps: bool,
    reader_gone: bool,
    was_fin_wait2: bool,
    foreign_octets: bool,
}

impl Tcb {
    /// What is to be kept of this connection once no socket holds it; `None` if that is all of it.
    pub fn condense(&self) -> Option<Remnant> {
        let until = match self.state() {
            State::TimeWait => self.timers.time_wait,
            State::FinWait2 if self.is_remnant() => self.timers.fin_wait2,
            _ => return None,
        };
        if self.rcv.ack != AckDue::Nothing || !self.rcv.held.is_empty() {
            return None;
        }
        let unread = u32::try_from(self.readable()).ok()?;
        let mss = u16::try_from(self.snd.mss).ok()?;
        Some(Remnant {
            until,
            written: self.snd.written,
            received: self.rcv.nxt_pos,
            challenges_since: self.challenges.1,
            answered_outside: self.answered_outside.unwrap_or(Time::NEVER),
            iss: self.snd.iss,
            irs: self.rcv.irs,
            edge: self.rcv.edge,
            acked: self.rcv.acked,
            stream: self.snd.stream,
            challenges: self.challenges.0,
            ts_recent: self.stamps.recent,
            receive_buffer: unread.saturating_add(self.rcv_wnd()),
            unread,
            mss,
            state: self.state(),
            origin: self.origin,
            shift: self.rcv.shift,
            timestamps: self.stamps.on,
            reader_gone: self.reader_gone,
            was_fin_wait2: self.remnant,
            foreign_octets: self.foreign_octets,
        })
    }
}

impl Remnant {
    /// TIME-WAIT or FIN-WAIT-2.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The end of that state, unless something arrives.
    pub const fn until(&self) -> Time {
        self.until
    }

    /// Both SYNs had the timestamps option. RFC 7323 §3.2.
    pub const fn timestamps_on(&self) -> bool {
        self.timestamps
    }

    /// The TCB that it stands for.
    ///
    /// Of the send sequence space all is acknowledged, the FIN too. What the peer's window, round
    /// trips, congestion and delayed acknowledgements were has no bearing any more, nor have choices
    /// of a socket that is gone.
    pub fn expand(&self) -> Tcb {
        let waits = self.state == State::TimeWait;
        let una_pos = self.written + 2;
        let nxt = self.iss + low_bits(una_pos);
        let timers = Timers {
            time_wait: if waits { self.until } else { Time::NEVER },
            fin_wait2: if waits { Time::NEVER } else { self.until },
            ..Timers::default()
        };
        let mut tcb = Tcb::with(self.stream, self.choices(), Rtt::starting_at(Span::ZERO));
        tcb.restore(self.state);
        tcb.snd = Send {
            una: nxt,
            nxt,
            iss: self.iss,
            una_pos,
            written: self.written,
            fin: true,
            mss: u32::from(self.mss),
            small_end: nxt,
            ..tcb.snd
        };
        tcb.rcv = Receive {
            nxt: self.irs + low_bits(self.received),
            edge: self.edge,
            irs: self.irs,
            shift: self.shift,
            nxt_pos: self.received,
            read: self.received - 1 - u64::from(waits) - u64::from(self.unread),
            fin_pos: waits.then(|| self.received - 1),
            acked: self.acked,
            ..tcb.rcv
        };
        tcb.stamps = Stamps {
            on: self.timestamps,
            recent: self.ts_recent,
        };
        tcb.origin = self.origin;
        tcb.timers = timers;
        tcb.challenges = (self.challenges, self.challenges_since);
        tcb.answered_outside = Some(self.answered_outside).filter(|at| *at != Time::NEVER);
        tcb.reader_gone = self.reader_gone;
        tcb.remnant = self.was_fin_wait2;
        tcb.foreign_octets = self.foreign_octets;
        tcb
    }

    /// Nothing is sent but acknowledgements, for which the receive buffer alone counts.
    const fn choices(&self) -> Choices {
        Choices {
            nagle: true,
            cork: false,
            user_timeout: None,
            user_timeout_changeable: true,
            receive_buffer: self.receive_buffer,
            receive_buffer_fixed: true,
            send_buffer: 0,
            quick_ack: QuickAck::Unset,
            keepalive: None,
            fin_wait2: FinWait2::Configured,
            mss_limit: None,
            defer_accept: 0,
            syn_retries: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million connections in TIME-WAIT are to fit on a laptop.
    #[test]
    fn a_remnant_is_small() {
        let (small, whole) = (size_of::<Remnant>(), size_of::<Tcb>());
        assert!(small <= 88, "{small} octets");
        assert!(whole <= 1664, "{whole} octets");
    }
}
