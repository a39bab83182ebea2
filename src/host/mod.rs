//! A host: connections by their ports, listeners with their backlog, and the processes that use them.
//!
//! Like `tcp` it is sans-IO: packets, deadlines and wake-ups come in as calls, and everything that
//! follows comes out, in order, as [`Happening`]s. It knows neither the path nor the event queue.
//!
//! - `connection`: one end of a connection, whole or what TIME-WAIT needs of it;
//! - `connections`: the table of connections, demultiplexing, what follows a change of state;
//! - `fast_open`: Fast Open, its cookies at both ends;
//! - `icmp`: ICMP errors, and what they mean to applications;
//! - `listeners`: passive OPENs and their backlog;
//! - `syn_cookies`: what a listener does whose queue is full;
//! - `socket`, `sockets`, `transfer`: sockets with their options, and the calls on them;
//! - `ports`: whose a port is, and which one a connection takes;
//! - `processes`: processes and threads, their steps and what wakes them;
//! - `books`: what these say of each other, held against each other;
//! - [`table`]: the sockets as the host lists them;
//! - [`program`]: what a program is; [`errno`]: how its calls fail; [`profile`]: the constants.
//!
//! A host has one address on the path and a loopback address of its own; segments between its own
//! sockets never leave it.

pub mod errno;
pub mod profile;
pub mod program;
pub mod table;

mod books;
mod connection;
mod connections;
mod fast_open;
mod icmp;
mod listeners;
mod ports;
mod processes;
mod socket;
mod sockets;
mod syn_cookies;
mod transfer;
mod waiters;

pub use connection::Connection;
pub use connections::Deadline;

use crate::link::{Packet, Route};
use crate::rng::{Purpose, Stream};
use crate::seq::Seq;
use crate::tcp::fast_open::Learned;
use crate::tcp::outcome::{DropReason, Note, Why};
use crate::tcp::tcb::{Cx, Output, Tcb};
use crate::time::{Span, Time};
use connection::Spare;
use listeners::Listener;
use ports::Search;
use processes::Process;
use profile::Profile;
use profile::sockets::PortOrder;
use program::{Address, CallResult, Code, ProgramPlan};
use rustc_hash::FxHashMap;
use serde::Serialize;
use socket::{Socket, SocketId, Table};
use std::collections::VecDeque;
use table::{Listing, Row};

/// A host in the middle of a run.
#[derive(Clone, Debug)]
pub struct Host {
    index: u8,
    connections: Vec<Option<Connection>>,
    free_connections: Vec<Slot>,
    spare: Spare,
    /// Where the connection with each number was put last; it may be gone from there.
    by_number: Vec<Slot>,
    /// Connections by their addresses and ports: [`connection::key`].
    by_ports: FxHashMap<u64, Slot>,
    /// The first of the connections at each local port, which lead to the others.
    by_local_port: FxHashMap<u16, Slot>,
    listeners: Vec<Listener>,
    /// Those that nobody has closed, in order of their opening.
    open_listeners: Vec<u32>,
    sockets: Vec<Option<Socket>>,
    free_sockets: Vec<SocketId>,
    tables: Vec<Table>,
    free_tables: Vec<u32>,
    processes: Vec<Process>,
    free_processes: Vec<ProcessSlot>,
    /// Processes that each program had so far.
    instances: Vec<u32>,
    /// Ports that sockets were bound to, and how many to each.
    bound_ports: FxHashMap<u16, u32>,
    /// Connections in TIME-WAIT, by the end of it.
    time_waits: VecDeque<TimeWaiting>,
    /// Connections that count against the limit of TIME-WAIT.
    waiting: u32,
    /// Connections that no socket holds, TIME-WAIT apart.
    orphans: u32,
    /// The place in the order of ephemeral ports from which the next one is sought.
    next_port: u32,
    port_stream: Option<Stream>,
    /// How often a port came free, for whatever peer.
    ports_freed: u64,
    /// Searches that found no port, with how often one had come free by then.
    in_vain: FxHashMap<Search, u64>,
    /// What clients learned of Fast Open, by route and remote port. RFC 7413 §4.1.3.
    fast_opens: FxHashMap<u64, Learned>,
    /// It runs; else it is down.
    is_up: bool,
    /// When it booted last.
    booted: Time,
    /// How often it booted during the run.
    boots: u32,
    /// Initial sequence numbers of the plan that were used.
    isns_used: usize,
    /// The secret of RFC 6528.
    secret: u64,
    output: Output,
}

/// The place of a connection in a host's table.
pub type Slot = u32;
/// The place of a process in a host's table.
pub type ProcessSlot = u32;

/// A connection in TIME-WAIT and when that ends; out of date if the connection knows another end.
#[derive(Clone, Copy, Debug)]
struct TimeWaiting {
    until: Time,
    slot: Slot,
}

/// What a call into a host is given besides its own arguments.
#[derive(Debug)]
pub struct HostCx<'a> {
    /// The moment.
    pub now: Time,
    /// How this host behaves.
    pub profile: &'a Profile,
    /// Initial sequence numbers to be used first.
    pub isns: &'a [u32],
    /// Code of all programs.
    pub code: &'a [Code],
    /// The other host.
    pub peer: &'a Host,
    /// Connections in the run so far.
    pub connections: &'a mut u32,
    /// Where everything that follows goes, in order.
    pub happenings: &'a mut Vec<Happening>,
}

/// Something that follows from a call into a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A segment is to be put on the path.
    Emit(Emission),
    /// Something happened inside a connection, or to a listener (`None`).
    Note {
        /// The connection, by its number in the run.
        connection: Option<u32>,
        /// What.
        note: Note,
    },
    /// A process began, ended or was hit from outside.
    Process {
        /// Which.
        process: ProcessId,
        /// What.
        event: ProcessEvent,
    },
    /// A process made a call.
    Call {
        /// Which.
        process: ProcessId,
        /// The step.
        step: StepId,
        /// The connection it is made on, by its number in the run.
        connection: Option<u32>,
    },
    /// A call returned.
    Return {
        /// Which process.
        process: ProcessId,
        /// The step.
        step: StepId,
        /// The connection it was made on, or that it made.
        connection: Option<u32>,
        /// When it was made.
        since: Time,
        /// How it ended.
        result: CallResult,
        /// Whether its author expected that.
        expected: bool,
    },
    /// A process lists the host's sockets: one of them.
    Row {
        /// Which process.
        process: ProcessId,
        /// What it lists.
        listing: Listing,
        /// The socket.
        row: Row,
    },
    /// A process can go on at this instant.
    Wake(ProcessSlot),
    /// A process sleeps until then.
    Sleep(ProcessSlot, Time),
    /// A connection wants [`Host::on_deadline`] by then, earlier than it said before.
    Deadline(Slot, Time),
    /// The first connection in TIME-WAIT wants [`Host::on_time_wait`] then.
    TimeWait(Time),
}

/// A segment that a host sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emission {
    /// What goes onto the path; its number and its record are the run's to give.
    pub packet: Packet,
    /// Why it is sent.
    pub why: Why,
    /// The connection, by its number in the run; `None` if there is none.
    pub connection: Option<u32>,
}

/// A process: the program it runs, and which of its processes it is, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ProcessId {
    /// The program's place in the plan.
    pub program: u16,
    /// Which process of the program.
    pub instance: u32,
}

/// A step: its code's place in the plan, and its place in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct StepId {
    /// The code.
    pub code: u16,
    /// The place in it, from 0.
    pub at: u16,
}

/// What happened to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ProcessEvent {
    /// It started.
    Started,
    /// It ran off its end, or exited.
    Exited,
    /// An error that its author did not expect ended it.
    Died,
    /// It was interrupted.
    Interrupted {
        /// A handler runs; else it dies.
        handled: bool,
    },
    /// It was killed.
    Killed,
    /// Its host stopped.
    Lost,
}

impl Host {
    /// A host at the start of the run with this `seed`, which gives it this `secret`.
    pub fn new(
        index: u8,
        profile: &Profile,
        programs: &[ProgramPlan],
        seed: u64,
        secret: u64,
    ) -> Host {
        let mut host = Host {
            index,
            connections: Vec::new(),
            free_connections: Vec::new(),
            spare: Spare::default(),
            by_number: Vec::new(),
            by_ports: FxHashMap::default(),
            by_local_port: FxHashMap::default(),
            listeners: Vec::new(),
            open_listeners: Vec::new(),
            sockets: Vec::new(),
            free_sockets: Vec::new(),
            tables: Vec::new(),
            free_tables: Vec::new(),
            processes: Vec::new(),
            free_processes: Vec::new(),
            instances: vec![0; programs.len()],
            bound_ports: FxHashMap::default(),
            time_waits: VecDeque::new(),
            waiting: 0,
            orphans: 0,
            next_port: 0,
            port_stream: None,
            ports_freed: 0,
            in_vain: FxHashMap::default(),
            fast_opens: FxHashMap::default(),
            is_up: true,
            booted: Time::ZERO,
            boots: 0,
            isns_used: 0,
            secret: 0,
            output: Output::default(),
        };
        host.reset(profile, seed, secret);
        host
    }

    /// Back to the start, for a run with another seed; keeps the room it has.
    pub fn reset(&mut self, profile: &Profile, seed: u64, secret: u64) {
        self.forget_all();
        self.instances.fill(0);
        self.draw_ports(profile, seed);
        (self.is_up, self.booted, self.boots) = (true, Time::ZERO, 0);
        self.isns_used = 0;
        self.secret = secret;
    }

    /// Forgets connections, sockets and processes; keeps the room they have.
    fn forget_all(&mut self) {
        for connection in self.connections.drain(..).flatten() {
            connection.leave(&mut self.spare);
        }
        self.free_connections.clear();
        self.by_number.clear();
        self.by_ports.clear();
        self.by_local_port.clear();
        self.listeners.clear();
        self.open_listeners.clear();
        self.sockets.clear();
        self.free_sockets.clear();
        self.free_tables.clear();
        self.free_tables
            .extend((0..as_slot(self.tables.len())).rev());
        self.tables
            .iter_mut()
            .for_each(|table| table.leaked.clear());
        self.free_processes.clear();
        for slot in (0..self.processes.len()).rev() {
            self.processes[slot].alive = false;
            self.free_processes.push(as_slot(slot));
        }
        self.bound_ports.clear();
        self.time_waits.clear();
        self.in_vain.clear();
        self.fast_opens.clear();
        (self.waiting, self.orphans) = (0, 0);
    }

    /// The host stops. What it knew is gone, and nobody is told.
    pub fn crash(&mut self, cx: &mut HostCx) {
        let processes = self.processes.iter().zip(0..);
        for (process, _) in processes.filter(|(p, slot)| p.alive && self.is_first(*slot)) {
            cx.happenings.push(Happening::Process {
                process: process.id,
                event: ProcessEvent::Lost,
            });
        }
        self.forget_all();
        self.is_up = false;
    }

    /// The host is up again, with an empty memory and another secret for its sequence numbers, whose
    /// clock begins anew.
    pub fn boot(&mut self, cx: &mut HostCx) {
        (self.is_up, self.booted) = (true, cx.now);
        self.boots += 1;
        let seed = self.secret.to_le_bytes();
        self.secret = xxhash_rust::xxh3::xxh3_64_with_seed(&seed, u64::from(self.boots));
    }

    /// Until when a host without memory sends nothing, if that lies ahead. RFC 9293 §3.4.3.
    fn quiet_until(&self, cx: &HostCx) -> Option<Time> {
        if self.boots == 0 {
            return None;
        }
        let until = self.booted + cx.profile.sockets.quiet_time;
        (cx.now < until).then_some(until)
    }

    /// Why a packet from outside is not even looked at.
    #[inline]
    fn deaf_because(&self, cx: &HostCx) -> Option<DropReason> {
        if !self.is_up {
            return Some(DropReason::HostDown);
        }
        self.quiet_until(cx).map(|_| DropReason::QuietTime)
    }

    /// The place from which ephemeral ports are taken.
    fn draw_ports(&mut self, profile: &Profile, seed: u64) {
        let rules = &profile.sockets;
        (self.next_port, self.port_stream) = (0, None);
        if rules.ephemeral_order != PortOrder::InOrder {
            let (first, last) = rules.ephemeral_ports;
            let mut stream = Stream::new(seed, Purpose::EphemeralPorts(self.index));
            self.next_port = low_half(stream.below(u64::from(last - first) + 1));
            self.port_stream = Some(stream);
        }
    }

    /// The initial sequence number of a connection between these ports that opens now.
    ///
    /// RFC 9293 §3.4.1, RFC 6528: a clock that ticks every 4 µs plus a secret function of the ports.
    /// The addresses are the same for all, and so part of the secret.
    fn take_iss(&mut self, local: u16, remote: u16, cx: &HostCx) -> Seq {
        if let Some(isn) = cx.isns.get(self.isns_used) {
            self.isns_used += 1;
            return Seq::new(*isn);
        }
        let ports = u32::from(local) << 16 | u32::from(remote);
        let hidden = xxhash_rust::xxh3::xxh3_64_with_seed(&ports.to_le_bytes(), self.secret);
        let ticks = cx.now.since(self.booted).as_nanos() / Span::from_micros(4).as_nanos();
        Seq::new(low_half(hidden)) + low_half(ticks)
    }

    /// Runs one call into a TCB and leaves what comes out in `self.output`.
    #[inline]
    fn with_tcb<T>(
        tcb: &mut Tcb,
        output: &mut Output,
        iss: Seq,
        cx: &HostCx,
        call: impl FnOnce(&mut Tcb, &mut Cx) -> T,
    ) -> T {
        let mut cx = Cx {
            now: cx.now,
            config: &cx.profile.tcp,
            iss,
            output,
        };
        call(tcb, &mut cx)
    }

    /// All connections, by slot.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().flatten()
    }

    /// The connection in this slot.
    pub fn connection(&self, slot: Slot) -> Option<&Connection> {
        self.connections.get(slot as usize)?.as_ref()
    }

    /// Where the first connection in TIME-WAIT is; it may have ended since.
    pub fn first_in_time_wait(&self) -> Option<Slot> {
        self.time_waits.front().map(|first| first.slot)
    }

    /// The connection with this number in the run, if it still exists.
    pub fn connection_by_number(&self, number: u32) -> Option<&Connection> {
        let slot = self.by_number.get(number as usize)?;
        self.connection(*slot)
            .filter(|connection| connection.number == number)
    }

    /// The connection that a packet meets, by its number in the run.
    pub fn number_at(&self, packet: &Packet) -> Option<u32> {
        let ports = connection::key(packet.route, packet.destination_port, packet.source_port);
        let slot = self.by_ports.get(&ports)?;
        self.connection(*slot).map(|connection| connection.number)
    }

    /// Addresses and ports that a listener has, in order of their opening, with the connections
    /// that wait there and how many may.
    pub fn listening(&self) -> impl Iterator<Item = (Address, u16, usize, u32)> + '_ {
        self.open_listeners()
            .map(|l| (l.address, l.port, l.queue.len(), l.backlog))
    }

    /// True while any process could still act: none is alive that is not blocked for ever.
    pub fn processes_alive(&self) -> usize {
        self.processes
            .iter()
            .filter(|process| process.alive)
            .count()
    }
}

fn as_slot(place: usize) -> Slot {
    Slot::try_from(place).expect("a table has at most 2^32 entries")
}

/// The low 32 bits, for arithmetic modulo 2^32.
#[expect(
    clippy::cast_possible_truncation,
    reason = "sequence numbers are modulo 2^32"
)]
const fn low_half(n: u64) -> u32 {
    n as u32
}

impl Route {
    /// The address of the host's own end.
    pub const fn local(self) -> Address {
        match self {
            Route::Path | Route::Own => Address::Own,
            Route::Loopback => Address::Loopback,
        }
    }

    /// The address of the other end.
    pub const fn remote(self) -> Address {
        match self {
            Route::Path => Address::Peer,
            Route::Own => Address::Own,
            Route::Loopback => Address::Loopback,
        }
    }
}
