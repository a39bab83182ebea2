//! A run: two hosts, the path between them, and the events to come.
//!
//! [`World::step`] takes one event to quiescence: everything that follows from it at that instant on
//! that host. Between steps a world can be cloned, which forks the run, looked at and checked.

use super::observer::Observer;
use super::plan::{HostIndex, Injection, Number, Plan, Trigger};
use super::queue::{EventQueue, Source};
use super::record::{Record, Stop, What};
use crate::host::program::Signal;
use crate::host::{Connection, Deadline, Happening, Host, HostCx, ProcessSlot};
use crate::link::fault::TriggerId;
use crate::link::{Direction, Packet};
use crate::segment::{Flags, Marks, Options, Payload, Segment};
use crate::seq::Seq;
use crate::tcp::outcome::Note;
use crate::time::Time;
use std::collections::VecDeque;
use std::sync::Arc;

/// A run at one moment.
#[derive(Clone, Debug)]
pub struct World {
    plan: Arc<Plan>,
    seed: u64,
    now: Time,
    hosts: [Host; 2],
    path: [Direction; 2],
    queue: EventQueue,
    /// Processes that can go on at this instant, with their place among its program events.
    runnable: VecDeque<Runnable>,
    /// Connections so far.
    connections: u32,
    /// Packets so far.
    packets: u64,
    /// Records so far.
    records: u64,
    /// Events so far.
    events: u64,
    /// Processes that each program of the plan has yet to start.
    unstarted: Vec<u32>,
    /// The last record of each host's end of each connection, by its number; kept for observers.
    last_records: [Vec<LastRecord>; 2],
    /// What follows from the event at hand; empty between steps.
    happenings: Vec<Happening>,
}

/// The last record of one end of a connection: the cause of its time-outs.
#[derive(Clone, Copy, Debug, Default)]
struct LastRecord {
    /// Its number; 0 if there is none.
    record: u64,
    /// It says that 2MSL began.
    starts_time_wait: bool,
}

/// A process that can go on at this instant.
#[derive(Clone, Copy, Debug)]
struct Runnable {
    /// Its place among the program events of the instant.
    place: u64,
    host: HostIndex,
    process: ProcessSlot,
    /// The record that let it go on.
    cause: Option<u64>,
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It took an event.
    Event,
    /// There is none to take, for this reason.
    Stopped(Stop),
}

impl World {
    /// A run of `plan` with this `seed`, at its start.
    pub fn new(plan: Arc<Plan>, seed: u64) -> World {
        let host = |i: u8| Host::new(i, &plan.hosts[usize::from(i)].profile, &plan.programs, seed);
        let direction = |i: u8| Direction::new(&plan.path[usize::from(i)], seed, i);
        let mut world = World {
            hosts: [host(0), host(1)],
            path: [direction(0), direction(1)],
            seed,
            now: Time::ZERO,
            queue: EventQueue::default(),
            runnable: VecDeque::new(),
            connections: 0,
            packets: 0,
            records: 0,
            events: 0,
            unstarted: Vec::new(),
            last_records: [Vec::new(), Vec::new()],
            happenings: Vec::new(),
            plan,
        };
        world.set_out();
        world
    }

    /// Back to the start, with another seed; keeps the room it has.
    pub fn reset(&mut self, seed: u64) {
        let plan = &self.plan;
        for i in 0..2u8 {
            let place = usize::from(i);
            self.hosts[place].reset(&plan.hosts[place].profile, seed);
            self.path[place].reset(seed, i);
        }
        self.seed = seed;
        self.now = Time::ZERO;
        self.queue.clear();
        self.runnable.clear();
        self.last_records.iter_mut().for_each(Vec::clear);
        (self.connections, self.packets, self.records, self.events) = (0, 0, 0, 0);
        self.set_out();
    }

    /// Queues what the plan says by the clock.
    fn set_out(&mut self) {
        self.unstarted.clear();
        for (place, program) in (0u16..).zip(&self.plan.programs) {
            self.unstarted.push(program.count);
            self.queue.set(Source::Start(place), program.start);
            for (i, (time, _)) in (0u16..).zip(&program.signals) {
                self.queue.set(Source::Signal(place, i), *time);
            }
        }
        for (place, trigger) in (0u16..).zip(&self.plan.triggers) {
            if let Trigger::At(time) = trigger {
                self.queue.set(Source::Moment(place), *time);
            }
        }
    }

    /// Runs to the end.
    pub fn run<O: Observer>(&mut self, observer: &mut O) -> Stop {
        loop {
            if let Step::Stopped(stop) = self.step(observer) {
                return stop;
            }
        }
    }

    /// Runs until nothing is left to happen up to and at this moment, or the run ends.
    pub fn run_until<O: Observer>(&mut self, moment: Time, observer: &mut O) -> Option<Stop> {
        while self.next_event().is_some_and(|next| next <= moment) {
            if let Step::Stopped(stop) = self.step(observer) {
                return Some(stop);
            }
        }
        self.now = self.now.max(moment);
        None
    }

    /// When the next event happens.
    pub fn next_event(&self) -> Option<Time> {
        if self.runnable.is_empty() {
            self.queue.peek().map(|(_, time)| time)
        } else {
            Some(self.now)
        }
    }

    /// Takes the next event, with everything that follows from it at this instant on its host.
    pub fn step<O: Observer>(&mut self, observer: &mut O) -> Step {
        if let Some(&next) = self.runnable.front()
            && !self.queue.precedes_program_event(self.now, next.place)
        {
            self.runnable.pop_front();
            self.events += 1;
            self.with_host(next.host, |h, cx| h.run(next.process, cx));
            self.follow(next.host, next.cause, observer);
            return Step::Event;
        }
        let Some((source, time)) = self.queue.peek() else {
            return Step::Stopped(Stop::Quiescence);
        };
        if self.plan.until.is_some_and(|until| until < time) {
            return Step::Stopped(Stop::Until);
        }
        if self.plan.time_limit < time {
            return Step::Stopped(Stop::TimeLimit);
        }
        if self.plan.event_limit <= self.events {
            return Step::Stopped(Stop::EventLimit);
        }
        self.events += 1;
        let before = std::mem::replace(&mut self.now, time);
        if self.take(source, observer) == Deadline::Stale {
            // It meant nothing, so time has not moved for it.
            self.now = before;
            self.events -= 1;
        }
        Step::Event
    }

    fn take<O: Observer>(&mut self, source: Source, observer: &mut O) -> Deadline {
        match source {
            Source::Arrival(sender) => {
                let direction = &mut self.path[usize::from(sender)];
                let packet = direction.take_arrival().expect("an arrival was announced");
                self.announce_arrival(sender);
                self.arrive(sender, packet, observer);
                return Deadline::Met;
            }
            _ => {
                self.queue.pop();
            }
        }
        match source {
            Source::Arrival(_) => unreachable!("taken above"),
            Source::Injection(place) => self.inject(place, observer),
            Source::Moment(place) => self.fire(TriggerId(place), None, observer),
            Source::Connection(host, slot) => {
                let deadline = self.with_host(host, |h, cx| h.on_deadline(slot, cx));
                self.follow(host, None, observer);
                return deadline;
            }
            Source::TimeWait(host) => {
                let deadline = self.with_host(host, |h, cx| h.on_time_wait(cx));
                self.follow(host, None, observer);
                return deadline;
            }
            Source::Start(program) => self.start(program, observer),
            Source::Signal(program, place) => self.signal(program, place, observer),
            Source::Process(host, slot) => {
                if !self.hosts[usize::from(host)].sleeps_until(slot, self.now) {
                    return Deadline::Stale;
                }
                self.with_host(host, |h, cx| h.run(slot, cx));
                self.follow(host, None, observer);
            }
        }
        Deadline::Met
    }

    /// The queue learns of a direction's next arrival.
    fn announce_arrival(&mut self, sender: HostIndex) {
        match self.path[usize::from(sender)].next_arrival() {
            Some(at) => self.queue.set(Source::Arrival(sender), at),
            None => self.queue.remove(Source::Arrival(sender)),
        }
    }

    fn arrive<O: Observer>(&mut self, sender: HostIndex, packet: Packet, observer: &mut O) {
        let receiver = 1 - sender;
        let verdict = self.with_host(receiver, |h, cx| h.on_packet(&packet, cx));
        let what = What::Arrived { packet, verdict };
        let arrived = self.record(
            receiver,
            packet.connection(),
            Some(packet.record),
            what,
            observer,
        );
        self.follow(receiver, arrived, observer);
    }

    fn start<O: Observer>(&mut self, program: u16, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        let start = &plan.programs[usize::from(program)];
        let left = &mut self.unstarted[usize::from(program)];
        *left -= 1;
        if *left > 0 {
            self.queue
                .set(Source::Start(program), self.now + start.every);
        }
        self.with_host(start.host, |h, cx| h.start(program, start.code, cx));
        self.follow(start.host, None, observer);
    }

    fn signal<O: Observer>(&mut self, program: u16, place: u16, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        let target = &plan.programs[usize::from(program)];
        let (_, signal) = target.signals[usize::from(place)];
        self.with_host(target.host, |h, cx| match signal {
            Signal::Start => h.start(program, target.code, cx),
            Signal::Interrupt | Signal::Kill => h.signal(program, signal, target.on_interrupt, cx),
        });
        self.follow(target.host, None, observer);
    }

    /// A call into a host; what follows lands in `self.happenings`.
    fn with_host<T>(
        &mut self,
        host: HostIndex,
        call: impl FnOnce(&mut Host, &mut HostCx) -> T,
    ) -> T {
        let [first, second] = &mut self.hosts;
        let (host_ref, peer) = if host == 0 {
            (first, &*second)
        } else {
            (second, &*first)
        };
        let plan = &self.plan.hosts[usize::from(host)];
        let mut cx = HostCx {
            now: self.now,
            profile: &plan.profile,
            isns: &plan.isns,
            code: &self.plan.code,
            peer,
            connections: &mut self.connections,
            happenings: &mut self.happenings,
        };
        call(host_ref, &mut cx)
    }

    /// Carries out what followed from a call into a host, in order, and records it.
    fn follow<O: Observer>(&mut self, host: HostIndex, cause: Option<u64>, observer: &mut O) {
        let mut happenings = std::mem::take(&mut self.happenings);
        let mut cause = cause;
        for happening in happenings.drain(..) {
            match happening {
                Happening::Emit {
                    outgoing,
                    source_port,
                    destination_port,
                    connection,
                } => {
                    let packet = Packet {
                        number: self.packets + 1,
                        record: self.records + 1,
                        source_port,
                        destination_port,
                        marks: outgoing.marks,
                        segment: outgoing.segment,
                    };
                    self.packets += 1;
                    let plan = &self.plan.path[usize::from(host)];
                    let direction = &mut self.path[usize::from(host)];
                    let before = direction.next_arrival();
                    let fate = direction.send(self.now, packet, plan);
                    if direction.next_arrival() != before {
                        self.announce_arrival(host);
                    }
                    let what = What::Sent {
                        packet,
                        why: outgoing.why,
                        fate,
                    };
                    self.record(host, connection, cause, what, observer);
                    self.watch_packet(host, &packet, observer);
                }
                Happening::Note { connection, note } => {
                    self.note(host, connection, note, cause, observer);
                }
                Happening::Process { process, event } => {
                    let what = What::Process { process, event };
                    let change = self.record(host, None, cause, what, observer);
                    cause = change.or(cause);
                }
                Happening::Call { process, step } => {
                    let call =
                        self.record(host, None, cause, What::Call { process, step }, observer);
                    cause = call.or(cause);
                }
                Happening::Return {
                    process,
                    step,
                    since,
                    result,
                    expected,
                } => {
                    let what = What::Return {
                        process,
                        step,
                        since,
                        result,
                        expected,
                    };
                    self.record(host, None, cause, what, observer);
                }
                Happening::Wake(process) => {
                    let place = self.queue.next_place();
                    self.runnable.push_back(Runnable {
                        place,
                        host,
                        process,
                        cause,
                    });
                }
                Happening::Sleep(process, until) => {
                    self.queue.set(Source::Process(host, process), until);
                }
                Happening::Deadline(slot, due) => {
                    self.queue.set(Source::Connection(host, slot), due)
                }
                Happening::TimeWait(until) => self.queue.set(Source::TimeWait(host), until),
            }
        }
        // Nothing above calls into a host, so nothing was added meanwhile; the room is kept.
        self.happenings = happenings;
    }

    fn note<O: Observer>(
        &mut self,
        host: HostIndex,
        connection: Option<u32>,
        note: Note,
        cause: Option<u64>,
        observer: &mut O,
    ) {
        let what = match note {
            Note::Transition { from, to } => What::Transition { from, to },
            Note::DeliveryTrouble { count } => What::DeliveryTrouble { count },
            Note::TimeWait { until, again } => What::TimeWait { until, again },
            Note::Ended(end) => What::Ended(end),
            Note::ForeignOctets => What::ForeignOctets,
        };
        let record = self.record(host, connection, cause, what, observer);
        if let Note::Transition { to, .. } = note
            && !self.plan.triggers.is_empty()
        {
            self.fire_all(record, observer, |trigger| match trigger {
                Trigger::Reaches {
                    host: at,
                    state,
                    connection: wanted,
                } => *at == host && *state == to && (wanted.is_none() || *wanted == connection),
                Trigger::At(_) | Trigger::Sends { .. } => false,
            });
        }
    }

    /// A packet was sent: triggers may wait for it.
    fn watch_packet<O: Observer>(&mut self, host: HostIndex, packet: &Packet, observer: &mut O) {
        if self.plan.triggers.is_empty() {
            return;
        }
        self.fire_all(Some(packet.record), observer, |trigger| match trigger {
            Trigger::Sends { host: at, kind } => *at == host && kind.matches(packet),
            Trigger::At(_) | Trigger::Reaches { .. } => false,
        });
    }

    fn fire_all<O: Observer>(
        &mut self,
        cause: Option<u64>,
        observer: &mut O,
        happened: impl Fn(&Trigger) -> bool,
    ) {
        let plan = Arc::clone(&self.plan);
        for (place, trigger) in (0u16..).zip(&plan.triggers) {
            if happened(trigger) {
                self.fire(TriggerId(place), cause, observer);
            }
        }
    }

    /// What a trigger waited for has happened.
    fn fire<O: Observer>(&mut self, trigger: TriggerId, cause: Option<u64>, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        for sender in 0..2u8 {
            let direction = &plan.path[usize::from(sender)];
            while let Some((packet, at)) =
                self.path[usize::from(sender)].release(self.now, trigger, direction)
            {
                let what = What::Released {
                    packet: packet.number,
                    at,
                };
                self.record(
                    sender,
                    packet.connection(),
                    cause.or(Some(packet.record)),
                    what,
                    observer,
                );
                self.announce_arrival(sender);
            }
        }
        for (place, injection) in (0u16..).zip(&plan.injections) {
            if injection.when == trigger {
                self.queue
                    .set(Source::Injection(place), self.now + injection.after);
            }
        }
    }

    /// A segment from outside arrives.
    fn inject<O: Observer>(&mut self, place: u16, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        let injection = &plan.injections[usize::from(place)];
        let (sender, receiver) = (injection.from, 1 - injection.from);
        self.packets += 1;
        let packet = Packet {
            number: self.packets,
            record: self.records + 1,
            ..self.forge(injection)
        };
        self.path[usize::from(sender)].count_injected();
        let what = What::Injected {
            packet,
            injection: place,
        };
        self.record(sender, Some(injection.connection), None, what, observer);
        let verdict = self.with_host(receiver, |h, cx| h.on_packet(&packet, cx));
        let what = What::Arrived { packet, verdict };
        let arrived = self.record(
            receiver,
            Some(injection.connection),
            Some(packet.record),
            what,
            observer,
        );
        self.follow(receiver, arrived, observer);
    }

    /// Makes the segment of an injection, with numbers as they are at this moment.
    fn forge(&self, injection: &Injection) -> Packet {
        let (sender, receiver) = (usize::from(injection.from), usize::from(1 - injection.from));
        let own = self.hosts[sender].connection_by_number(injection.connection);
        let peer = self.hosts[receiver].connection_by_number(injection.connection);
        let ports = injection.ports.unwrap_or_else(|| match (peer, own) {
            (Some(peer), _) => (peer.remote_port, peer.local_port),
            (None, Some(own)) => (own.local_port, own.remote_port),
            (None, None) => (0, 0),
        });
        let number = |number, of: Option<&Connection>, base: fn(&Connection) -> (Seq, Seq)| {
            let (initial, expected) = of.map_or((Seq::new(0), Seq::new(0)), base);
            match number {
                Number::Absolute(value) => Seq::new(value),
                Number::Relative(offset) => initial + wrapped(offset),
                Number::Expected(offset) => expected + wrapped(offset),
            }
        };
        let is_ack = injection.flags.contains(Flags::ACK);
        let ack = number(injection.ack, peer, |c| (c.tcb.iss(), c.tcb.snd_nxt()));
        Packet {
            number: 0,
            record: 0,
            source_port: ports.0,
            destination_port: ports.1,
            marks: Marks::default(),
            segment: Segment {
                seq: number(injection.seq, peer, |c| (c.tcb.irs(), c.tcb.rcv_nxt())),
                ack: if is_ack { ack } else { Seq::new(0) },
                flags: injection.flags,
                wnd: injection.wnd,
                options: Options::default(),
                payload: Payload {
                    stream: u32::MAX,
                    len: injection.len,
                    start: 0,
                },
            },
        }
    }

    /// Makes a record, if anybody looks. Returns its number.
    fn record<O: Observer>(
        &mut self,
        host: HostIndex,
        connection: Option<u32>,
        cause: Option<u64>,
        what: What,
        observer: &mut O,
    ) -> Option<u64> {
        self.records += 1;
        if O::LOOKS {
            let cause = cause.or_else(|| self.last_record(host, connection));
            let record = Record {
                ordinal: self.records,
                time: self.now,
                cause,
                host,
                connection,
                what,
            };
            self.remember(host, connection, &record.what);
            observer.on_record(&record, self);
        }
        Some(self.records)
    }

    /// The last record of a host's end of a connection: the cause of its time-outs.
    fn last_record(&self, host: HostIndex, connection: Option<u32>) -> Option<u64> {
        let last = self.last_records[usize::from(host)].get(connection? as usize)?;
        (last.record > 0).then_some(last.record)
    }

    fn remember(&mut self, host: HostIndex, connection: Option<u32>, what: &What) {
        let Some(connection) = connection else {
            return;
        };
        let last = &mut self.last_records[usize::from(host)];
        if last.len() <= connection as usize {
            last.resize(connection as usize + 1, LastRecord::default());
        }
        let last = &mut last[connection as usize];
        let starts_time_wait = matches!(what, What::TimeWait { .. });
        // No other timer runs beside 2MSL: what started it last is the cause of its end.
        if starts_time_wait || !last.starts_time_wait {
            *last = LastRecord {
                record: self.records,
                starts_time_wait,
            };
        }
    }

    /// The plan of the run.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The seed of the run.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The moment of the last event.
    pub const fn now(&self) -> Time {
        self.now
    }

    /// The hosts.
    pub const fn hosts(&self) -> &[Host; 2] {
        &self.hosts
    }

    /// The directions of the path, each at the place of its sender.
    pub const fn path(&self) -> &[Direction; 2] {
        &self.path
    }

    /// Connections that were made so far.
    pub const fn connections(&self) -> u32 {
        self.connections
    }

    /// Packets that were sent so far, or came from outside.
    pub const fn packets(&self) -> u64 {
        self.packets
    }

    /// Events so far.
    pub const fn events(&self) -> u64 {
        self.events
    }
}

/// An offset modulo 2^32.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "offsets are modulo 2^32"
)]
const fn wrapped(offset: i64) -> u32 {
    offset as u32
}
