//! What comes from outside the two hosts: held packets that go on, and injected segments.

use super::observer::Observer;
use super::plan::{HostIndex, Injection, Number, Trigger};
use super::queue::Source;
use super::record::What;
use super::world::{SetOff, World};
use crate::host::Connection;
use crate::link::fault::TriggerId;
use crate::link::{Packet, Route};
use crate::segment::{Ecn, Flags, Marks, Options, Payload, Segment};
use crate::seq::Seq;
use std::sync::Arc;

impl World {
    /// A packet was sent: triggers may wait for it.
    pub(super) fn watch_packet<O: Observer>(
        &mut self,
        host: HostIndex,
        packet: &Packet,
        observer: &mut O,
    ) {
        if self.plan.triggers.is_empty() {
            return;
        }
        let now = self.now;
        self.fire_all(Some(packet.record), observer, |trigger| match trigger {
            Trigger::Sends { host: at, kind } => *at == host && kind.matches(packet),
            // A packet held until a moment that has passed waits for nothing.
            Trigger::At(moment) => *moment <= now,
            Trigger::Reaches { .. } => false,
        });
    }

    pub(super) fn fire_all<O: Observer>(
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
    pub(super) fn fire<O: Observer>(
        &mut self,
        trigger: TriggerId,
        cause: Option<u64>,
        observer: &mut O,
    ) {
        let plan = Arc::clone(&self.plan);
        for sender in 0..2u8 {
            let direction = &plan.path[usize::from(sender)];
            while let Some((packet, at)) =
                self.path[usize::from(sender)].release(self.now, trigger, direction)
            {
                let what = || What::Released {
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
            let set_off = &mut self.set_off[usize::from(place)];
            if injection.when == trigger && !set_off.done {
                *set_off = SetOff { done: true, cause };
                self.queue
                    .set(Source::Injection(place), self.now + injection.after);
            }
        }
    }

    /// A segment from outside arrives.
    pub(super) fn inject<O: Observer>(&mut self, place: u16, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        let injection = &plan.injections[usize::from(place)];
        if let Some(kind) = injection.icmp {
            return self.inject_icmp(place, injection, kind, observer);
        }
        let (sender, receiver) = (injection.from, 1 - injection.from);
        self.packets += 1;
        let packet = Packet {
            number: self.packets,
            record: self.records + 1,
            ..self.forge(injection)
        };
        self.path[usize::from(sender)].count_injected();
        let what = || What::Injected {
            packet,
            injection: place,
        };
        let cause = self.set_off[usize::from(place)].cause;
        self.record(sender, Some(injection.connection), cause, what, observer);
        let verdict = self
            .hosts
            .hand_over(receiver, &packet, self.now, &self.plan);
        self.hand_out(receiver, &packet, verdict);
        let what = || What::Arrived { packet, verdict };
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
        let own = self.hosts.pair[sender].connection_by_number(injection.connection);
        let peer = self.hosts.pair[receiver].connection_by_number(injection.connection);
        let ports = injection.ports.unwrap_or(match (peer, own) {
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
        let ack = number(injection.ack, peer, |c| (c.tcb().iss(), c.tcb().snd_nxt()));
        Packet {
            number: 0,
            record: 0,
            route: Route::Path,
            source_port: ports.0,
            destination_port: ports.1,
            marks: Marks::default(),
            segment: Segment {
                seq: number(injection.seq, peer, |c| (c.tcb().irs(), c.tcb().rcv_nxt())),
                ack: if is_ack { ack } else { Seq::new(0) },
                flags: injection.flags,
                wnd: injection.wnd,
                urgent: 0,
                ecn: Ecn::NotEct,
                options: Options::default(),
                payload: Payload {
                    stream: u32::MAX,
                    len: injection.len,
                    start: 0,
                },
            },
        }
    }
}

/// An offset modulo 2^32.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "offsets are modulo 2^32"
)]
pub(super) const fn wrapped(offset: i64) -> u32 {
    offset as u32
}
