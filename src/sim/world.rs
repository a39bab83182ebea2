//! A run: two hosts, the path between them, and the events to come.
//!
//! [`World::step`] takes one event to quiescence: everything that follows from it at that instant on
//! that host. Between steps a world can be cloned, which forks the run, looked at and checked.

use super::hosts::Hosts;
use super::icmp::UnderWay;
use super::observer::Observer;
use super::plan::{HostIndex, Plan, Trigger, Turn};
use super::queue::{EventQueue, Source};
use super::record::{Record, Stop, What};
use super::tap::Tap;
use crate::host::program::Signal;
use crate::host::{Deadline, Host, HostCx, ProcessSlot, Slot};
use crate::link::fault::TriggerId;
use crate::link::{Direction, Packet, Route};
use crate::segment::Flags;
use crate::tcp::outcome::Verdict;
use crate::time::Time;
use std::collections::VecDeque;
use std::sync::Arc;

/// A run at one moment.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) plan: Arc<Plan>,
    seed: u64,
    pub(super) now: Time,
    pub(super) hosts: Hosts,
    pub(super) path: [Direction; 2],
    /// For each host, segments from its own sockets to its own sockets.
    pub(super) within: [VecDeque<Packet>; 2],
    /// ICMP errors under way.
    pub(super) icmp: UnderWay,
    pub(super) queue: EventQueue,
    /// Processes that can go on at this instant, with their place among its program events.
    pub(super) runnable: VecDeque<Runnable>,
    /// Packets so far.
    pub(super) packets: u64,
    /// Records so far.
    pub(super) records: u64,
    /// Events so far.
    events: u64,
    /// What became of each injection of the plan.
    pub(super) set_off: Vec<SetOff>,
    /// What somebody on the path has heard.
    pub(super) tap: Tap,
    /// For each host's sleeping processes, the call by which they sleep.
    pub(super) sleeps: [Vec<Option<u64>>; 2],
    /// Processes that each program of the plan has yet to start.
    unstarted: Vec<u32>,
    /// The last record of each host's end of each connection that may have set a timer, by its
    /// number; kept for observers.
    last_records: [Vec<u64>; 2],
    /// Packets that reached the host outside the simulator and wait to be handed out, each with the
    /// record of its arrival.
    pub(super) handed_out: VecDeque<(Packet, u64)>,
}

/// A process that can go on at this instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runnable {
    /// Its place among the program events of the instant.
    pub place: u64,
    pub host: HostIndex,
    pub process: ProcessSlot,
    /// The record that let it go on.
    pub cause: Option<u64>,
}

/// What became of an injection: each happens once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SetOff {
    /// Its trigger has happened.
    pub done: bool,
    /// The record that was its trigger, if it was not a moment.
    pub cause: Option<u64>,
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
        let direction = |i: u8| Direction::new(&plan.path[usize::from(i)], seed, i);
        let mut world = World {
            hosts: Hosts::new(&plan, seed),
            path: [direction(0), direction(1)],
            seed,
            now: Time::ZERO,
            within: [VecDeque::new(), VecDeque::new()],
            icmp: UnderWay::default(),
            queue: EventQueue::default(),
            runnable: VecDeque::new(),
            packets: 0,
            records: 0,
            events: 0,
            set_off: Vec::new(),
            tap: Tap::default(),
            sleeps: [Vec::new(), Vec::new()],
            unstarted: Vec::new(),
            last_records: [Vec::new(), Vec::new()],
            handed_out: VecDeque::new(),
            plan,
        };
        world.set_out();
        world
    }

    /// Back to the start, with another seed; keeps the room it has.
    pub fn reset(&mut self, seed: u64) {
        self.hosts.reset(&self.plan, seed);
        for (i, direction) in (0u8..).zip(&mut self.path) {
            direction.reset(seed, i);
        }
        self.seed = seed;
        self.now = Time::ZERO;
        self.within.iter_mut().for_each(VecDeque::clear);
        self.icmp.clear();
        self.queue.clear();
        self.runnable.clear();
        self.last_records.iter_mut().for_each(Vec::clear);
        self.sleeps.iter_mut().for_each(Vec::clear);
        self.handed_out.clear();
        (self.packets, self.records, self.events) = (0, 0, 0);
        self.set_out();
    }

    /// Queues what the plan says by the clock.
    fn set_out(&mut self) {
        self.set_off.clear();
        self.set_off
            .resize(self.plan.injections.len(), SetOff::default());
        self.tap
            .reset(self.plan.is_tapped(), self.plan.captures.len());
        for (place, event) in (0u16..).zip(&self.plan.events) {
            self.queue.set(Source::Host(place), event.at);
        }
        for (place, playback) in (0u16..).zip(&self.plan.playbacks) {
            self.queue.set(Source::Playback(place), playback.at);
        }
        self.unstarted.clear();
        for (place, program) in (0u16..).zip(&self.plan.programs) {
            self.unstarted.push(program.count);
            if program.count > 0 {
                self.queue.set(Source::Start(place), program.start);
            }
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
        let runnable = self
            .runnable
            .front()
            .copied()
            .filter(|next| !self.queue.precedes_program_event(self.now, next.place));
        if let Some(next) = runnable {
            if self.plan.event_limit <= self.events {
                return Step::Stopped(Stop::EventLimit);
            }
            self.runnable.pop_front();
            self.events += 1;
            self.with_host(next.host, |h, cx| h.run(next.process, cx));
            self.follow(next.host, next.cause, observer);
            return Step::Event;
        }
        let Some((source, time)) = self.queue.peek() else {
            return Step::Stopped(Stop::Quiescence);
        };
        if let Some(stop) = self.limit(time)
            && !self.is_stale(source, time)
        {
            return Step::Stopped(stop);
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

    /// The limit that keeps an event at this moment from happening.
    #[inline]
    fn limit(&self, time: Time) -> Option<Stop> {
        if self.plan.until.is_some_and(|until| until < time) {
            Some(Stop::Until)
        } else if self.plan.time_limit < time {
            Some(Stop::TimeLimit)
        } else if self.plan.event_limit <= self.events {
            Some(Stop::EventLimit)
        } else {
            None
        }
    }

    /// The deadline was put off or is gone: taking it does nothing, so no limit is for it.
    fn is_stale(&self, source: Source, time: Time) -> bool {
        let is_due = |host: HostIndex, slot| {
            let connection = self.hosts.pair[usize::from(host)].connection(slot);
            connection.is_some_and(|c| c.next_timeout() <= time)
        };
        match source {
            Source::Connection(host, slot) => !is_due(host, slot),
            Source::TimeWait(host) => {
                let first = self.hosts.pair[usize::from(host)].first_in_time_wait();
                !first.is_some_and(|slot| is_due(host, slot))
            }
            Source::Process(host, slot) => {
                !self.hosts.pair[usize::from(host)].sleeps_until(slot, time)
            }
            Source::Arrival(_)
            | Source::Within(_)
            | Source::Icmp(_)
            | Source::Injection(_)
            | Source::Moment(_)
            | Source::Playback(_)
            | Source::Host(_)
            | Source::Signal(..)
            | Source::Start(_) => false,
        }
    }

    fn take<O: Observer>(&mut self, source: Source, observer: &mut O) -> Deadline {
        match source {
            Source::Arrival(sender) => {
                self.arrive_over_path(sender, observer);
                return Deadline::Met;
            }
            _ => {
                self.queue.pop();
            }
        }
        match source {
            Source::Arrival(_) => unreachable!("taken above"),
            Source::Within(host) => {
                let waiting = &mut self.within[usize::from(host)];
                let packet = waiting.pop_front().expect("an arrival was announced");
                if !waiting.is_empty() {
                    self.queue.set(source, self.now);
                }
                self.arrive(host, &packet, observer);
            }
            Source::Icmp(host) => self.icmp_arrives(host, observer),
            Source::Injection(place) => self.inject(place, observer),
            Source::Playback(place) => self.play(place, observer),
            Source::Host(place) => self.turn(place, observer),
            Source::Moment(place) => self.fire(TriggerId(place), None, observer),
            Source::Connection(host, slot) => {
                let cause = self.timer_set_by(host, Some(slot));
                let deadline = self.with_host(host, |h, cx| h.on_deadline(slot, cx));
                self.follow(host, cause, observer);
                return deadline;
            }
            Source::TimeWait(host) => {
                let first = self.hosts.pair[usize::from(host)].first_in_time_wait();
                let cause = self.timer_set_by(host, first);
                let deadline = self.with_host(host, |h, cx| h.on_time_wait(cx));
                self.follow(host, cause, observer);
                return deadline;
            }
            Source::Start(program) => self.start(program, observer),
            Source::Signal(program, place) => self.signal(program, place, observer),
            Source::Process(host, slot) => {
                if !self.hosts.pair[usize::from(host)].sleeps_until(slot, self.now) {
                    return Deadline::Stale;
                }
                let sleeps = self.sleeps[usize::from(host)].get_mut(slot as usize);
                let cause = sleeps.and_then(Option::take);
                self.with_host(host, |h, cx| h.run(slot, cx));
                self.follow(host, cause, observer);
            }
        }
        Deadline::Met
    }

    /// Something happens to a host as a whole.
    fn turn<O: Observer>(&mut self, place: u16, observer: &mut O) {
        let event = self.plan.events[usize::from(place)];
        let host = usize::from(event.host);
        let what = || What::Host { event: place };
        let record = self.record(event.host, None, None, what, observer);
        match event.turn {
            Turn::Tuned(_) => self.hosts.tuned[host] = Some(place),
            Turn::Crashes => {
                self.runnable.retain(|next| next.host != event.host);
                self.within[host].clear();
                self.queue.remove(Source::Within(event.host));
                self.last_records[host].clear();
                self.with_host(event.host, |h, cx| h.crash(cx));
            }
            Turn::Boots => self.with_host(event.host, |h, cx| h.boot(cx)),
            Turn::Unplugged => self.hosts.plugged[host] = false,
            Turn::Plugged => self.hosts.plugged[host] = true,
        }
        self.follow(event.host, record, observer);
    }

    /// The queue learns of a direction's next arrival.
    pub(super) fn announce_arrival(&mut self, sender: HostIndex) {
        let next = self.path[usize::from(sender)].next_arrival();
        self.queue.set_arrival(sender, next);
    }

    /// The next packet of this sender comes to the end of the path. It is read where it flies.
    fn arrive_over_path<O: Observer>(&mut self, sender: HostIndex, observer: &mut O) {
        let direction = &mut self.path[usize::from(sender)];
        let receiver = 1 - sender;
        let verdict = {
            let packet = direction.first_arrival().expect("an arrival was announced");
            self.hosts.hand_over(receiver, packet, self.now, &self.plan)
        };
        let packet = direction.take_arrival().expect("it was just read");
        self.announce_arrival(sender);
        self.hand_out(receiver, &packet, verdict);
        let what = || What::Arrived { packet, verdict };
        let arrived = self.record(
            receiver,
            packet.connection(),
            Some(packet.record),
            what,
            observer,
        );
        self.follow(receiver, arrived, observer);
    }

    /// A packet arrives that came otherwise.
    fn arrive<O: Observer>(&mut self, receiver: HostIndex, packet: &Packet, observer: &mut O) {
        let connection = match packet.route {
            Route::Path => packet.connection(),
            Route::Own | Route::Loopback => {
                let met = self.hosts.pair[usize::from(receiver)].number_at(packet);
                met.or(packet.connection())
            }
        };
        let verdict = self.hosts.hand_over(receiver, packet, self.now, &self.plan);
        self.hand_out(receiver, packet, verdict);
        let what = || What::Arrived {
            packet: *packet,
            verdict,
        };
        let arrived = self.record(receiver, connection, Some(packet.record), what, observer);
        self.follow(receiver, arrived, observer);
    }

    /// A packet arrives at a host now, from whoever sent it: for tests that play the peer.
    pub fn deliver<O: Observer>(&mut self, receiver: HostIndex, packet: Packet, observer: &mut O) {
        self.packets += 1;
        let packet = Packet {
            number: self.packets,
            record: self.records + 1,
            ..packet
        };
        self.path[usize::from(1 - receiver)].count_injected();
        self.arrive(receiver, &packet, observer);
    }

    /// A program's process takes other steps beside its own, from this instant on.
    ///
    /// Nothing happens if no process of the program is alive.
    pub fn begin<O: Observer>(
        &mut self,
        host: HostIndex,
        program: u16,
        code: u16,
        observer: &mut O,
    ) {
        let started = self.with_host(host, |h, cx| h.start_beside(program, code, cx));
        if started {
            self.follow(host, None, observer);
        }
    }

    fn start<O: Observer>(&mut self, program: u16, observer: &mut O) {
        let start = &self.plan.programs[usize::from(program)];
        let (host, code) = (start.host, start.code);
        let left = &mut self.unstarted[usize::from(program)];
        *left -= 1;
        if *left > 0 {
            self.queue
                .set(Source::Start(program), self.now + start.every);
        }
        self.with_host(host, |h, cx| h.start(program, code, cx));
        self.follow(host, None, observer);
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

    /// A call into a host; [`World::follow`] carries out what follows.
    #[inline]
    pub(super) fn with_host<T>(
        &mut self,
        host: HostIndex,
        call: impl FnOnce(&mut Host, &mut HostCx) -> T,
    ) -> T {
        self.hosts.call(host, self.now, &self.plan, call)
    }

    /// Makes a record of what this says, if anybody looks. Returns its number.
    #[inline]
    pub(super) fn record<O: Observer>(
        &mut self,
        host: HostIndex,
        connection: Option<u32>,
        cause: Option<u64>,
        what: impl FnOnce() -> What,
        observer: &mut O,
    ) -> Option<u64> {
        self.records += 1;
        if O::LOOKS {
            let record = Record {
                ordinal: self.records,
                time: self.now,
                cause,
                host,
                connection,
                what: what(),
            };
            if sets_a_timer(&record.what) {
                self.remember(host, connection);
            }
            observer.on_record(&record, self);
        }
        Some(self.records)
    }

    /// What last set a timer of a connection: the cause of its time-outs.
    fn timer_set_by(&self, host: HostIndex, slot: Option<Slot>) -> Option<u64> {
        let connection = self.hosts.pair[usize::from(host)].connection(slot?)?;
        let last = self.last_records[usize::from(host)].get(connection.number as usize)?;
        (*last > 0).then_some(*last)
    }

    fn remember(&mut self, host: HostIndex, connection: Option<u32>) {
        let Some(connection) = connection else {
            return;
        };
        let last = &mut self.last_records[usize::from(host)];
        if last.len() <= connection as usize {
            last.resize(connection as usize + 1, 0);
        }
        last[connection as usize] = self.records;
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
        &self.hosts.pair
    }

    /// The directions of the path, each at the place of its sender.
    pub const fn path(&self) -> &[Direction; 2] {
        &self.path
    }

    /// Connections that were made so far.
    pub const fn connections(&self) -> u32 {
        self.hosts.connections
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

/// A record of a connection after which a timer may run out.
const fn sets_a_timer(what: &What) -> bool {
    match what {
        What::Sent { packet, .. } => !packet.segment.is_empty(),
        // A SYN may open another connection beside the one whose ports it has; the timer that
        // follows it is that of the SYN,ACK.
        What::Arrived { packet, verdict } => {
            matches!(verdict, Verdict::Accepted) && !packet.segment.flags.contains(Flags::SYN)
        }
        What::TimeWait { .. } => true,
        _ => false,
    }
}
