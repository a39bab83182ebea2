//! The path: two one-way channels between the hosts.
//!
//! A [`Direction`] takes packets from its sender, serialises them at its rate behind a queue with a
//! limit, carries them for its delay, and decides the [`Fate`] of each. All fates come through
//! [`Direction::send`]: by a [`fault::Fault`] of the scenario, else by the draw of random loss.
//!
//! Where loss is on, exactly one number is drawn for every packet, whatever a fault decides, so that
//! packet *k* meets the same draw when a fault is added or removed. What chance does
//! to their order has draws of its own ([`impair`]), and so have random marks.
//!
//! What no fault decided and no loss took may be marked CE (RFC 3168 §5), if it is ECT, by the queue or
//! by chance. The record shows the packet as it was sent; the one that flies is marked.
//!
//! A packet that is larger than the MTU is lost at the router, which stands in the middle of the path
//! and answers with an ICMP error; so does a fault that says so. Those errors are not carried here.
//!
//! Left out: fragments; everything of `tc netem` beyond loss, delay, rate and limit; middleboxes.

pub mod fault;
pub mod impair;

use crate::rng::{Purpose, Ratio, Stream};
use crate::segment::icmp::{IcmpError, IcmpKind, Quoted};
use crate::segment::{Ecn, Marks, Segment};
use crate::time::{Span, Time};
use fault::{Action, Fault, Origins, TriggerId};
use impair::{Chance, Impairment};
use serde::Serialize;
use std::collections::VecDeque;

/// What a direction carries: a segment with its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Packet {
    /// Its number in the run, from 1, in the order of sending; both directions count together.
    pub number: u64,
    /// The record of its sending: the cause of its arrival.
    pub record: u64,
    /// Between which addresses it goes.
    pub route: Route,
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// What the sender knows about it.
    pub marks: Marks,
    /// The segment.
    pub segment: Segment,
}

/// Between which addresses a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Route {
    /// From one host to the other, over the path.
    Path,
    /// Within a host, from its address to the same.
    Own,
    /// Within a host, from its loopback address to the same.
    Loopback,
}

/// What the path does to one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Fate {
    /// It stays within the host, and arrives at once.
    Within,
    /// The sender's cable is not plugged in.
    Unplugged,
    /// It arrives.
    Deliver {
        /// When.
        at: Time,
    },
    /// Random loss took it.
    Lost,
    /// The queue was full: it never got onto the wire.
    QueueFull,
    /// It is larger than the MTU of the path, and may not be cut up. RFC 1191 §3.
    TooBig {
        /// The MTU.
        mtu: u16,
        /// When the router sends an ICMP error back; `None` if it says nothing.
        answered: Option<Time>,
    },
    /// A fault decided.
    Fault {
        /// Which: its place in the scenario's list, from zero.
        fault: u16,
        /// How many packets it has decided, this one included.
        hit: u32,
        /// What it did.
        effect: Effect,
    },
    /// It arrives, but chance held it up or copied it, or both.
    Impaired {
        /// When.
        at: Time,
        /// How much later that is than its turn; zero if only a copy was made.
        late: Span,
        /// When the copy arrives, if there is one.
        again: Option<Time>,
    },
    /// It arrives, marked CE. RFC 3168 §5.
    Marked {
        /// When.
        at: Time,
        /// Why.
        marker: Marker,
        /// How much later that is than its turn; zero if chance did not hold it up.
        late: Span,
        /// When the copy arrives, if there is one.
        again: Option<Time>,
    },
}

/// What marked a packet, faults apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Marker {
    /// The queue, which held so many packets when it came, the one on the wire included.
    Queue(u32),
    /// Chance.
    Chance,
}

impl Fate {
    /// When the packet arrives, for the first time if it does so again; `None` if that is not known.
    #[inline]
    pub const fn arrival(&self) -> Option<Time> {
        match self {
            Fate::Deliver { at }
            | Fate::Impaired { at, .. }
            | Fate::Marked { at, .. }
            | Fate::Fault {
                effect: Effect::Duplicate { at, .. } | Effect::Delay { at } | Effect::Mark { at },
                ..
            } => Some(*at),
            Fate::Within
            | Fate::Unplugged
            | Fate::Lost
            | Fate::QueueFull
            | Fate::TooBig { .. }
            | Fate::Fault {
                effect: Effect::Drop | Effect::Hold | Effect::Answer { .. },
                ..
            } => None,
        }
    }
}

/// What a fault did to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// It is lost.
    Drop,
    /// It arrives at its time, and again later.
    Duplicate {
        /// When it arrives first.
        at: Time,
        /// How many copies follow.
        copies: u32,
        /// How long after one another.
        apart: Span,
    },
    /// It arrives late.
    Delay {
        /// When.
        at: Time,
    },
    /// It waits for an event.
    Hold,
    /// It is lost, and the router sends an ICMP error back.
    Answer {
        /// What that says.
        kind: IcmpKind,
        /// When.
        at: Time,
    },
    /// It arrives at its time, marked CE.
    Mark {
        /// When.
        at: Time,
    },
}

impl Fate {
    /// The ICMP error by which a router answers a packet with this fate, and when it sends that.
    pub const fn answer(&self) -> Option<(IcmpKind, Time)> {
        match *self {
            Fate::TooBig {
                mtu,
                answered: Some(at),
            } => Some((IcmpKind::FragmentationNeeded { mtu }, at)),
            Fate::Fault {
                effect: Effect::Answer { kind, at },
                ..
            } => Some((kind, at)),
            _ => None,
        }
    }
}

impl Packet {
    /// The packet as it goes on behind a router that marked it.
    fn marked(&self) -> Packet {
        let mut marked = *self;
        marked.segment.ecn = Ecn::Ce;
        marked
    }

    /// An ICMP error about this packet, whose IP header has so many octets.
    pub const fn quoted_in(&self, kind: IcmpKind, ip_header: u32) -> IcmpError {
        IcmpError {
            kind,
            quoted: Quoted {
                source_port: self.source_port,
                destination_port: self.destination_port,
                seq: self.segment.seq,
                octets: self.segment.octets_on_wire(ip_header),
                ip_header,
            },
        }
    }
}

/// How a direction is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectionPlan {
    /// Propagation delay.
    pub delay: Span,
    /// Bits a second, counted on the IP datagram; `None` takes no time to serialise.
    pub rate: Option<u64>,
    /// Packets that may wait for the wire, the one on it included. Only a rate makes a queue.
    pub queue_limit: u32,
    /// Random loss, each packet on its own, decided after the queue.
    pub loss: Ratio,
    /// What chance does to the order of packets; decided after random loss.
    pub impairment: Option<Impairment>,
    /// Octets of the IP header: 20, or 40 with IPv6.
    pub ip_header: u32,
    /// Octets of the largest IP datagram that it carries, where a host may send larger ones; `None`
    /// is no limit. What is larger and may be cut up passes whole: fragments are not modelled.
    pub mtu: Option<u16>,
    /// Whether its router says so when a packet is too big; else that vanishes (a black hole,
    /// RFC 2923 §2.1).
    pub says_too_big: bool,
    /// The queue marks packets that are ECT once it holds so many, the one on the wire included.
    /// RFC 3168 §5.
    pub mark_at: Option<u32>,
    /// Random marks of packets that are ECT, each on its own.
    pub marks: Ratio,
    /// The faults of the scenario with their places in its list, those of this sender only.
    pub faults: Vec<(u16, Fault)>,
}

impl DirectionPlan {
    /// A direction of IPv4 with this delay and a queue of 1,000, that loses nothing.
    pub fn new(delay: Span) -> DirectionPlan {
        DirectionPlan {
            delay,
            rate: None,
            queue_limit: 1000,
            loss: Ratio::ZERO,
            impairment: None,
            ip_header: 20,
            mtu: None,
            says_too_big: true,
            mark_at: None,
            marks: Ratio::ZERO,
            faults: Vec::new(),
        }
    }

    /// How long a packet takes to the router, which stands in the middle of the path.
    pub const fn delay_to_router(&self) -> Span {
        Span::from_nanos(self.delay.as_nanos() / 2)
    }

    /// How long an ICMP error of the router takes to the host at the end of this direction.
    pub const fn delay_from_router(&self) -> Span {
        Span::from_nanos(self.delay.as_nanos() - self.delay_to_router().as_nanos())
    }

    /// The MTU that a packet exceeds.
    fn exceeded_by(&self, packet: &Packet) -> Option<u16> {
        let octets = packet.segment.octets_on_wire(self.ip_header);
        let mtu = self.mtu.filter(|mtu| u32::from(*mtu) < octets)?;
        (!packet.marks.fragmentable).then_some(mtu)
    }
}

/// One way of the path, in the middle of a run.
#[derive(Clone, Debug)]
pub struct Direction {
    loss: Stream,
    /// There if the plan asks for it.
    impairment: Option<Box<Chance>>,
    /// There if the plan asks for random marks.
    marks: Option<Box<Stream>>,
    /// Packets that arrive in the order of sending.
    flying: VecDeque<(Time, Packet)>,
    /// Packets that faults took out of that order, latest arrival first.
    strays: Vec<(Time, u64, Packet)>,
    /// Packets that wait for an event, with the place of the fault in [`DirectionPlan::faults`].
    held: Vec<(usize, Packet)>,
    /// When each packet in the queue leaves it.
    departures: VecDeque<Time>,
    /// When the wire is free, and the part of a nanosecond (in bits times 10^9, modulo the rate)
    /// that it is then still busy.
    free_at: Time,
    remainder: u64,
    pace: Pace,
    counters: Vec<fault::Counter>,
    /// The place of the fault that decided the last packet.
    decided: Option<usize>,
    totals: Totals,
}

/// How long a packet occupies the wire. Most are as large as the one before: that is divided once.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    bits: u64,
    rate: u64,
    nanos: u64,
    /// The part of a nanosecond beyond, in bits times 10^9, below the rate.
    rest: u64,
}

impl Pace {
    fn new(bits: u64, rate: u64) -> Pace {
        // A datagram has at most 2^19 bits, so the product stays below 2^50.
        let work = bits * 1_000_000_000;
        Pace {
            bits,
            rate,
            nanos: work / rate,
            rest: work % rate,
        }
    }
}

/// What became of the packets of one direction so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Handed over by the sender.
    pub sent: u64,
    /// Copies that faults or chance made.
    pub copied: u64,
    /// Put on the path from outside.
    pub injected: u64,
    /// Handed to the receiver.
    pub delivered: u64,
    /// Taken by random loss.
    pub lost: u64,
    /// Taken by faults.
    pub dropped: u64,
    /// Refused by the full queue.
    pub queue_full: u64,
    /// Larger than the MTU.
    pub too_big: u64,
    /// Sent while the sender's cable was not plugged in.
    pub unplugged: u64,
    /// Marked CE, by the queue, by chance or by faults.
    pub marked: u64,
}

impl Direction {
    /// A direction at the start of the run with this `seed`; `sender` is its host's index.
    pub fn new(plan: &DirectionPlan, seed: u64, sender: u8) -> Direction {
        Direction {
            loss: Stream::new(seed, Purpose::Loss(sender)),
            impairment: plan.impairment.map(|_| Box::new(Chance::new(seed, sender))),
            marks: (!plan.marks.is_zero())
                .then(|| Box::new(Stream::new(seed, Purpose::Mark(sender)))),
            flying: VecDeque::new(),
            strays: Vec::new(),
            held: Vec::new(),
            departures: VecDeque::new(),
            free_at: Time::ZERO,
            remainder: 0,
            pace: Pace::default(),
            counters: vec![fault::Counter::default(); plan.faults.len()],
            decided: None,
            totals: Totals::default(),
        }
    }

    /// Back to the start, for a run with another seed; keeps the room it has.
    pub fn reset(&mut self, seed: u64, sender: u8) {
        self.loss = Stream::new(seed, Purpose::Loss(sender));
        if let Some(chance) = &mut self.impairment {
            **chance = Chance::new(seed, sender);
        }
        if let Some(marks) = &mut self.marks {
            **marks = Stream::new(seed, Purpose::Mark(sender));
        }
        self.flying.clear();
        self.strays.clear();
        self.held.clear();
        self.departures.clear();
        self.free_at = Time::ZERO;
        self.remainder = 0;
        self.counters.fill(fault::Counter::default());
        self.decided = None;
        self.totals = Totals::default();
    }

    /// A packet went the other way: faults that count both ways count it, up to the one that decided
    /// it there.
    pub fn overhear(
        &mut self,
        now: Time,
        packet: &Packet,
        plan: &DirectionPlan,
        origins: Origins,
        decided: Option<usize>,
    ) {
        for ((_, fault), counter) in plan.faults.iter().zip(&mut self.counters) {
            if let fault::Which::NthEitherWay { other, .. } = fault.which
                && fault.matching.matches(now, packet, origins)
                && decided.is_none_or(|decided| usize::from(other) <= decided)
            {
                counter.seen += 1;
            }
        }
    }

    /// The place of the fault that decided the last packet.
    pub const fn decided(&self) -> Option<usize> {
        self.decided
    }

    /// A packet that finds no cable.
    pub fn refuse(&mut self) -> Fate {
        self.totals.sent += 1;
        self.totals.unplugged += 1;
        Fate::Unplugged
    }

    /// Takes a packet and decides its fate.
    pub fn send(&mut self, now: Time, packet: &Packet, plan: &DirectionPlan) -> Fate {
        self.send_counted(now, packet, plan, Origins::NONE)
    }

    /// The same, where faults count numbers from these.
    #[inline]
    pub fn send_counted(
        &mut self,
        now: Time,
        packet: &Packet,
        plan: &DirectionPlan,
        origins: Origins,
    ) -> Fate {
        self.totals.sent += 1;
        self.decided = None;
        let lost = !plan.loss.is_zero() && self.loss.chance(plan.loss);
        let by_chance = match &mut self.marks {
            Some(marks) => marks.chance(plan.marks),
            None => false,
        };
        let Some(departure) = self.serialise(now, &packet.segment, plan) else {
            self.totals.queue_full += 1;
            return Fate::QueueFull;
        };
        if plan.mtu.is_some()
            && let Some(mtu) = plan.exceeded_by(packet)
        {
            return self.turn_back(mtu, departure, plan);
        }
        let at = departure + plan.delay;
        let impaired = match (&mut self.impairment, &plan.impairment) {
            (Some(chance), Some(plan)) => chance.draw(plan),
            _ => (Span::ZERO, None),
        };
        if !plan.faults.is_empty()
            && let Some(place) =
                fault::first_match(&plan.faults, &mut self.counters, now, packet, origins)
        {
            self.decided = Some(place);
            return self.apply(place, departure, packet, plan);
        }
        if lost {
            self.totals.lost += 1;
            return Fate::Lost;
        }
        if (by_chance || plan.mark_at.is_some())
            && packet.segment.ecn.is_capable()
            && let Some(marker) = self.marker(by_chance, plan)
        {
            return self.mark(at, impaired, packet, marker);
        }
        if impaired != (Span::ZERO, None) {
            return self.impair(at, impaired, packet);
        }
        self.flying.push_back((at, *packet));
        Fate::Deliver { at }
    }

    /// A packet is too big for what lies behind the router.
    #[cold]
    fn turn_back(&mut self, mtu: u16, departure: Time, plan: &DirectionPlan) -> Fate {
        self.totals.too_big += 1;
        let at = departure + plan.delay_to_router();
        Fate::TooBig {
            mtu,
            answered: plan.says_too_big.then_some(at),
        }
    }

    /// What marks the packet that the queue has just taken.
    fn marker(&self, by_chance: bool, plan: &DirectionPlan) -> Option<Marker> {
        let before = self.departures.len().saturating_sub(1);
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        if plan.rate.is_some() && plan.mark_at.is_some_and(|at| at <= before) {
            return Some(Marker::Queue(before));
        }
        by_chance.then_some(Marker::Chance)
    }

    /// A packet that is marked, and that chance may hold up or copy besides.
    fn mark(
        &mut self,
        at: Time,
        impaired: (Span, Option<Span>),
        packet: &Packet,
        marker: Marker,
    ) -> Fate {
        self.totals.marked += 1;
        let marked = packet.marked();
        let (mut late, mut again) = (Span::ZERO, None);
        if impaired == (Span::ZERO, None) {
            self.flying.push_back((at, marked));
        } else {
            late = impaired.0;
            again = impaired.1.map(|after| at + late + after);
            self.impair(at, impaired, &marked);
        }
        Fate::Marked {
            at: at + late,
            marker,
            late,
            again,
        }
    }

    /// A packet that chance holds up, or copies.
    fn impair(&mut self, at: Time, (late, copy): (Span, Option<Span>), packet: &Packet) -> Fate {
        let at = at + late;
        self.add_stray(at, *packet);
        let again = copy.map(|after| at + after);
        if let Some(again) = again {
            self.totals.copied += 1;
            self.add_stray(again, *packet);
        }
        Fate::Impaired { at, late, again }
    }

    /// When the packet leaves the wire; `None` if the queue is full.
    fn serialise(&mut self, now: Time, segment: &Segment, plan: &DirectionPlan) -> Option<Time> {
        let Some(rate) = plan.rate else {
            return Some(now);
        };
        while self.departures.front().is_some_and(|gone| *gone <= now) {
            self.departures.pop_front();
        }
        if u64::from(plan.queue_limit) <= self.departures.len() as u64 {
            return None;
        }
        if self.free_at < now {
            (self.free_at, self.remainder) = (now, 0);
        }
        let bits = u64::from(segment.octets_on_wire(plan.ip_header)) * 8;
        if self.pace.bits != bits || self.pace.rate != rate {
            self.pace = Pace::new(bits, rate);
        }
        // Both parts are below the rate.
        let rest = self.pace.rest + self.remainder;
        let carry = u64::from(rate <= rest);
        self.free_at = self.free_at + Span::from_nanos(self.pace.nanos + carry);
        self.remainder = rest - carry * rate;
        self.departures.push_back(self.free_at);
        Some(self.free_at)
    }

    fn apply(
        &mut self,
        place: usize,
        departure: Time,
        packet: &Packet,
        plan: &DirectionPlan,
    ) -> Fate {
        let at = departure + plan.delay;
        let (fault, rule) = &plan.faults[place];
        let effect = match rule.action {
            Action::Drop => {
                self.totals.dropped += 1;
                Effect::Drop
            }
            Action::Duplicate { copies, apart } => {
                self.flying.push_back((at, *packet));
                for copy in 1..=copies {
                    self.totals.copied += 1;
                    self.add_stray(at + apart.times(u64::from(copy)), *packet);
                }
                Effect::Duplicate { at, copies, apart }
            }
            Action::Delay(by) => {
                self.add_stray(at + by, *packet);
                Effect::Delay { at: at + by }
            }
            Action::Hold(_) => {
                self.held.push((place, *packet));
                Effect::Hold
            }
            Action::Answer(kind) => {
                self.totals.dropped += 1;
                let at = departure + plan.delay_to_router();
                Effect::Answer { kind, at }
            }
            Action::Mark => {
                self.totals.marked += 1;
                self.flying.push_back((at, packet.marked()));
                Effect::Mark { at }
            }
        };
        Fate::Fault {
            fault: *fault,
            hit: self.counters[place].hits,
            effect,
        }
    }

    /// Packets arrive by time, then in the order of sending.
    fn add_stray(&mut self, at: Time, packet: Packet) {
        let place = self
            .strays
            .partition_point(|(t, n, _)| (at, packet.number) < (*t, *n));
        self.strays.insert(place, (at, packet.number, packet));
    }

    /// When the next packet arrives.
    #[inline]
    pub fn next_arrival(&self) -> Option<Time> {
        let flying = self.flying.front().map(|(at, _)| *at);
        match self.strays.last() {
            None => flying,
            Some((at, ..)) => Some(flying.map_or(*at, |flying| flying.min(*at))),
        }
    }

    /// A packet out of order arrives next.
    #[inline]
    fn is_stray_next(&self) -> bool {
        self.strays.last().is_some_and(|(stray, number, _)| {
            let flying = self.flying.front();
            flying.is_none_or(|(at, packet)| (stray, number) < (at, &packet.number))
        })
    }

    /// The packet that arrives next.
    #[inline]
    pub fn first_arrival(&self) -> Option<&Packet> {
        if self.is_stray_next() {
            self.strays.last().map(|(.., packet)| packet)
        } else {
            self.flying.front().map(|(_, packet)| packet)
        }
    }

    /// Takes the packet that arrives next.
    #[inline]
    pub fn take_arrival(&mut self) -> Option<Packet> {
        let packet = if self.is_stray_next() {
            self.strays.pop().map(|(.., packet)| packet)
        } else {
            self.flying.pop_front().map(|(_, packet)| packet)
        };
        self.totals.delivered += u64::from(packet.is_some());
        packet
    }

    /// True if packets wait for an event.
    pub fn holds_any(&self) -> bool {
        !self.held.is_empty()
    }

    /// Lets the first packet go that waits for `trigger`; it arrives after the delay.
    pub fn release(
        &mut self,
        now: Time,
        trigger: TriggerId,
        plan: &DirectionPlan,
    ) -> Option<(Packet, Time)> {
        let waits = |place: usize| plan.faults[place].1.action == Action::Hold(trigger);
        let first = self.held.iter().position(|(place, _)| waits(*place))?;
        let (_, packet) = self.held.remove(first);
        let at = now + plan.delay;
        self.add_stray(at, packet);
        Some((packet, at))
    }

    /// Takes a packet that comes from outside; no fault and no loss is for it.
    pub fn take_in(&mut self, at: Time, packet: Packet) {
        self.totals.injected += 1;
        self.add_stray(at, packet);
    }

    /// Counts a packet that comes from outside and is handed over at once.
    pub fn count_injected(&mut self) {
        self.totals.injected += 1;
        self.totals.delivered += 1;
    }

    /// What became of the packets so far.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Packets under way, and packets that wait for an event.
    pub fn under_way(&self) -> (u64, u64) {
        (
            (self.flying.len() + self.strays.len()) as u64,
            self.held.len() as u64,
        )
    }

    /// How often each fault of this direction decided a packet, with its place in the scenario.
    pub fn fault_hits<'a>(
        &'a self,
        plan: &'a DirectionPlan,
    ) -> impl Iterator<Item = (u16, u32)> + 'a {
        plan.faults
            .iter()
            .zip(&self.counters)
            .map(|((fault, _), counter)| (*fault, counter.hits))
    }
}

#[cfg(test)]
mod tests;
