//! Somebody else's stack at one end of the path: real bytes, virtual time, our host at the other end.
//!
//! [`Plan::foreign`] says which host is not ours. What reaches that host is written as bytes and given
//! to a [`Stack`]; what the stack sends is read, and goes onto the path like all else, with loss,
//! faults and records. A [`Duel`] owns both and takes turns between them in virtual time, so that a
//! run follows from plan, seed and stack alone. The world knows no stack: it stays plain data, and
//! only `World::hand_out` and `World::put_in` lead out of it and in.
//!
//! The octets that our host sends are those of its stream ([`text`]), and the stack's application is
//! asked to send those of its own: then each octet that comes is held against what it should be, and
//! one that is wrong is delivered as nobody's, which its receiver reports as foreign octets. The
//! first connection of a run has the streams `text::stream_of(1, host)`.
//!
//! `docs/foreign.md` shows how to write a stack.

mod talks;

use super::observer::Observer;
use super::plan::{HostIndex, Plan};
use super::record::{Stop, What};
use super::world::{Step, World};
use crate::host::Emission;
use crate::link::Packet;
use crate::segment::Malformed;
use crate::tcp::outcome::{Verdict, Why};
use crate::time::Time;
use crate::wire::{self, Datagram, text};
use std::net::IpAddr;
use std::sync::Arc;
use talks::Talks;

/// A stack that is not ours, with the application on it.
///
/// All times are virtual. A stack that reads no clock and draws no numbers but from a seed it was
/// given makes runs that can be repeated.
pub trait Stack {
    /// An IP datagram arrives.
    fn receive(&mut self, now: Time, datagram: &[u8]);

    /// Does what is to be done now, and sends whole IP datagrams; called after every arrival, and at
    /// every moment that [`Stack::next_wakeup`] named.
    fn poll(&mut self, now: Time, send: &mut impl FnMut(&[u8]));

    /// When it wants to be polled even if nothing arrives; a moment that has passed means at once.
    fn next_wakeup(&mut self, now: Time) -> Option<Time>;
}

/// A run against a stack.
#[derive(Clone, Debug)]
pub struct Duel<S> {
    world: World,
    stack: S,
    /// The host that the stack is.
    host: HostIndex,
    /// Addresses of the stack and of our host.
    addresses: [IpAddr; 2],
    talks: Talks,
    wakeup: Option<Time>,
    /// How often in a row the stack wanted to be polled at the same instant.
    spins: u32,
    /// How often it was polled.
    polls: u64,
    buffer: Vec<u8>,
}

/// Why a duel stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Nothing is left to happen in the world, and the stack waits for nothing.
    Quiescence,
    /// The next thing happens later than it was asked to go on.
    Until,
    /// A limit of the plan cut it off; polls of the stack count as events.
    Limit(Stop),
    /// The stack wanted to be polled [`SPINS`] times in a row at the same instant.
    Spinning,
}

/// As often in a row a stack is polled at one instant: as many as a million octets have segments.
pub const SPINS: u32 = 1000;

impl<S: Stack> Duel<S> {
    /// A run of `plan` with this `seed`, at its start.
    ///
    /// # Panics
    /// If the plan has no foreign host.
    pub fn new(plan: Arc<Plan>, seed: u64, stack: S) -> Duel<S> {
        let host = plan.foreign.expect("the plan has a foreign host");
        let [own, peer] = [host, 1 - host].map(|i| plan.hosts[usize::from(i)].address);
        Duel {
            addresses: [own, peer],
            world: World::new(plan, seed),
            stack,
            host,
            talks: Talks::new(host),
            wakeup: Some(Time::ZERO),
            spins: 0,
            polls: 0,
            buffer: vec![0; wire::LARGEST],
        }
    }

    /// Runs until nothing is left to happen up to and at this moment.
    pub fn run<O: Observer>(&mut self, until: Time, observer: &mut O) -> Halt {
        loop {
            if let Some(halt) = self.step(until, observer) {
                return halt;
            }
        }
    }

    /// Takes the next event of the world, or polls the stack if it is first; at one instant the
    /// world comes first.
    pub fn step<O: Observer>(&mut self, until: Time, observer: &mut O) -> Option<Halt> {
        let (event, wakeup) = (self.world.next_event(), self.wakeup);
        let Some(next) = event.into_iter().chain(wakeup).min() else {
            return Some(Halt::Quiescence);
        };
        if until < next {
            return Some(Halt::Until);
        }
        // A stack that never rests must not run for ever either.
        if self.world.plan().event_limit <= self.polls {
            return Some(Halt::Limit(Stop::EventLimit));
        }
        if event == Some(next) {
            if let Step::Stopped(stop) = self.world.step(observer) {
                return Some(Halt::Limit(stop));
            }
            while let Some((packet, record)) = self.world.handed_out.pop_front() {
                self.receive(&packet);
                self.poll(Some(record), observer);
            }
        } else {
            // The world has nothing to do by then: only its clock moves.
            self.world.run_until(next, observer);
            self.poll(None, observer);
        }
        (SPINS <= self.spins).then_some(Halt::Spinning)
    }

    /// A packet of our host reached the stack.
    fn receive(&mut self, packet: &Packet) {
        self.talks.hear(packet);
        let [own, peer] = self.addresses;
        let ports = [packet.source_port, packet.destination_port];
        let datagram = Datagram {
            dont_fragment: !packet.marks.fragmentable,
            ..Datagram::new([peer, own], ports, packet.segment)
        };
        let octets = text::of(packet.segment.payload);
        let octets = wire::encode(&datagram, octets, &mut self.buffer);
        let octets = octets.expect("what a host sends has bytes");
        self.stack.receive(self.world.now(), octets);
    }

    /// The stack does what it has to do; `cause` is the arrival after which it does.
    fn poll<O: Observer>(&mut self, cause: Option<u64>, observer: &mut O) {
        let now = self.world.now();
        let Duel {
            world,
            stack,
            host,
            addresses,
            talks,
            ..
        } = self;
        stack.poll(now, &mut |octets| {
            let read = wire::decode(octets).and_then(|(datagram, text)| {
                if [datagram.source, datagram.destination] == *addresses {
                    Ok((datagram, text))
                } else {
                    Err(Malformed::Address)
                }
            });
            match read {
                Ok((datagram, text)) => {
                    let (packet, connection) =
                        talks.say(&datagram, text, || world.number_connection());
                    world.put_in(*host, packet, connection, cause, observer);
                }
                Err(reason) => {
                    let octets = u32::try_from(octets.len()).unwrap_or(u32::MAX);
                    let what = || What::Malformed { reason, octets };
                    world.record(*host, None, cause, what, observer);
                }
            }
        });
        self.polls += 1;
        self.wakeup = self.stack.next_wakeup(now).map(|moment| moment.max(now));
        self.spins = match self.wakeup {
            Some(moment) if moment == now => self.spins + 1,
            Some(_) | None => 0,
        };
    }

    /// The world, with our host and the path.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The stack.
    pub const fn stack(&self) -> &S {
        &self.stack
    }

    /// The world and the stack, as the run left them.
    pub fn into_parts(self) -> (World, S) {
        (self.world, self.stack)
    }

    /// The stack, for an application that is driven from outside; it is polled next.
    pub fn stack_mut(&mut self) -> &mut S {
        self.wakeup = Some(self.world.now());
        &mut self.stack
    }
}

impl World {
    /// A packet has reached its receiver: if that is not ours, the packet waits to be handed out. The
    /// next record is that of its arrival.
    #[inline]
    pub(super) fn hand_out(&mut self, receiver: HostIndex, packet: &Packet, verdict: Verdict) {
        if self.plan.foreign == Some(receiver) && verdict == Verdict::Accepted {
            self.handed_out.push_back((*packet, self.records + 1));
        }
    }

    /// The host that is not ours puts a packet on the path.
    fn put_in<O: Observer>(
        &mut self,
        host: HostIndex,
        packet: Packet,
        connection: Option<u32>,
        cause: Option<u64>,
        observer: &mut O,
    ) {
        let mut emission = Emission {
            packet,
            why: Why::Foreign,
            connection,
        };
        self.send(host, &mut emission, cause, observer);
    }

    /// The number of a connection that the host that is not ours opens.
    fn number_connection(&mut self) -> u32 {
        self.hosts.connections += 1;
        self.hosts.connections
    }
}

/// The page for users; its example is a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/foreign.md")]
struct Page;

#[cfg(test)]
mod tests;
