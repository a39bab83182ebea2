//! The socket table: what a host would list of its sockets at a moment.
//!
//! A [`Row`] is what every tool that lists sockets reads out of a kernel, before the tool's own
//! columns and names; `view::netstat` has those. Left out: whose process a socket is.
//!
//! Listeners come first, by port, then connections by their numbers. Kernels list listeners first
//! too; the order of connections there follows from a secret hash, so that it differs between two
//! recorded runs of the same calls, and there is nothing in it to follow.

use super::listeners::Listener;
use super::program::Address;
use super::{Connection, Host};
use crate::tcp::state::State;
use crate::tcp::tcb::{Origin, Tcb};
use crate::time::{Span, Time};
use serde::Serialize;

/// A socket as its host lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The connection, by its number in the run from 1; `None` for a listener.
    pub connection: Option<u32>,
    /// The state.
    pub state: State,
    /// Local address and port.
    pub local: (Address, u16),
    /// Remote address and port; `None` is any.
    pub remote: Option<(Address, u16)>,
    /// What the application has not read; for a listener, connections that wait to be accepted.
    pub recv_q: Queue,
    /// What the peer has not acknowledged, sent or not; for a listener, its backlog.
    pub send_q: Queue,
    /// The timer that runs.
    pub timer: Timer,
}

/// What waits in one direction. Some kernels count sequence space, some octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Octets.
    pub octets: u64,
    /// SYN and FIN, 0 to 2.
    pub controls: u8,
}

/// The timer of a socket, as a kernel tells of it: one, even where more run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Timer {
    /// Which.
    pub kind: TimerKind,
    /// The time that is left.
    pub left: Span,
    /// Retransmissions, or probes, in a row so far. Time-outs alone: a SYN,ACK that answers a
    /// repeated SYN is not counted, as in a kernel's text table; its socket diagnosis counts it.
    pub count: u32,
}

/// Which timer of a socket runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TimerKind {
    /// None, or one that a kernel does not tell of.
    Off,
    /// Retransmission. RFC 6298 §5.
    Retransmission,
    /// Keep-alive. RFC 9293 §3.8.4.
    KeepAlive,
    /// 2MSL, or the end of FIN-WAIT-2 without a socket.
    TimeWait,
    /// Probes of a closed window. RFC 9293 §3.8.6.1.
    Persist,
}

/// Which sockets are listed, and what is told of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// Listeners too.
    pub listening: bool,
    /// Timers too, where the tool tells of them.
    pub timers: bool,
}

impl Queue {
    /// So much, without SYN or FIN.
    pub const fn of(octets: u64) -> Queue {
        Queue {
            octets,
            controls: 0,
        }
    }

    /// So much sequence space, so many octets of it at most.
    fn spanning(sequence_space: u64, octets: u64) -> Queue {
        let octets = octets.min(sequence_space);
        let controls = u8::try_from(sequence_space - octets);
        Queue {
            octets,
            controls: controls.expect("the rest is a SYN and a FIN at most"),
        }
    }

    /// Octets, SYN and FIN counting one each.
    pub const fn sequence_space(self) -> u64 {
        self.octets + self.controls as u64
    }
}

impl Listing {
    /// Whether it has this socket.
    pub fn has(self, row: &Row) -> bool {
        self.listening || row.state != State::Listen
    }
}

impl Timer {
    /// No timer.
    pub const OFF: Timer = Timer {
        kind: TimerKind::Off,
        left: Span::ZERO,
        count: 0,
    };
}

impl Host {
    /// The sockets that exist, with the time that their timers have left at `now`.
    pub fn table(&self, now: Time) -> Vec<Row> {
        let mut rows: Vec<Row> = self.open_listeners().map(listener_row).collect();
        // Stable: listeners at one port stay in the order of their opening.
        rows.sort_by_key(|row| row.local.1);
        let listeners = rows.len();
        let existing = self
            .connections()
            .filter(|connection| connection.state() != State::Closed);
        rows.extend(existing.map(|connection| connection_row(connection, now)));
        rows[listeners..].sort_by_key(|row| row.connection);
        rows
    }
}

fn listener_row(listener: &Listener) -> Row {
    Row {
        connection: None,
        state: State::Listen,
        local: (listener.address, listener.port),
        remote: None,
        recv_q: Queue::of(listener.queue.len() as u64),
        send_q: Queue::of(u64::from(listener.backlog)),
        timer: Timer::OFF,
    }
}

fn connection_row(connection: &Connection, now: Time) -> Row {
    let tcb = &*connection.tcb();
    Row {
        connection: Some(connection.number),
        state: tcb.state(),
        local: (connection.route.local(), connection.local_port),
        remote: Some((connection.route.remote(), connection.remote_port)),
        recv_q: if tcb.is_remnant() {
            Queue::default()
        } else {
            Queue::spanning(tcb.recv_q(), tcb.readable())
        },
        send_q: if is_request(tcb) || tcb.is_remnant() {
            Queue::default()
        } else {
            Queue::spanning(tcb.send_q(), tcb.unacknowledged())
        },
        timer: timer(tcb, now),
    }
}

/// A handshake that the peer began has no socket of its own yet, and nothing in its queues.
fn is_request(tcb: &Tcb) -> bool {
    tcb.state() == State::SynReceived && tcb.origin() == Origin::Passive
}

/// The first that runs, in the order in which kernels look.
///
/// Left out, as kernels do: delayed acknowledgements, silly windows, the user timeout.
fn timer(tcb: &Tcb, now: Time) -> Timer {
    let timers = tcb.timers();
    let retransmission = timers.retransmission.min(timers.tail_loss);
    // What is left of FIN-WAIT-2 without its socket waits like TIME-WAIT; before that the kernel
    // counts with the timer that keep-alive has otherwise.
    let fin_wait2 = if tcb.is_remnant() {
        TimerKind::TimeWait
    } else {
        TimerKind::KeepAlive
    };
    let known = [
        (TimerKind::TimeWait, timers.time_wait, 0),
        (fin_wait2, timers.fin_wait2, 0),
        (
            TimerKind::Retransmission,
            retransmission,
            tcb.retransmissions(),
        ),
        (TimerKind::Persist, timers.persist, tcb.unanswered_probes()),
        (TimerKind::KeepAlive, timers.keep_alive, 0),
    ];
    let first = known.into_iter().find(|(_, due, _)| *due != Time::NEVER);
    first.map_or(Timer::OFF, |(kind, due, count)| Timer {
        kind,
        left: due.since(now),
        count,
    })
}
