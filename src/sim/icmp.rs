//! ICMP errors on their way to a host: from the router in the middle of the path, and from outside.
//!
//! They take the second half of the way back from the router, and nothing happens to them there: no
//! queue, no fault and no loss is for them.

use super::observer::Observer;
use super::plan::{HostIndex, Injection, Number};
use super::queue::Source;
use super::record::{IcmpOrigin, What};
use super::world::World;
use crate::link::Packet;
use crate::segment::icmp::{IcmpError, IcmpKind, Quoted};
use crate::seq::Seq;
use crate::tcp::icmp::{IcmpIgnored, IcmpVerdict};
use crate::time::Time;
use std::collections::VecDeque;

/// ICMP errors under way.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay {
    /// For each host, those that it will receive, the next first.
    to: [VecDeque<Answer>; 2],
}

/// An ICMP error from the router.
#[derive(Clone, Copy, Debug)]
struct Answer {
    at: Time,
    /// The packet that it is about, and the record of its sending.
    packet: u64,
    record: u64,
    connection: Option<u32>,
    error: IcmpError,
}

impl UnderWay {
    /// Forgets all; keeps the room.
    pub fn clear(&mut self) {
        self.to.iter_mut().for_each(VecDeque::clear);
    }
}

impl World {
    /// The router answers a packet of `host` at this moment.
    #[cold]
    pub(super) fn answer(
        &mut self,
        host: HostIndex,
        packet: &Packet,
        connection: Option<u32>,
        kind: IcmpKind,
        sent: Time,
    ) {
        let (own, back) = (usize::from(host), usize::from(1 - host));
        let back = &self.plan.path[back];
        let answer = Answer {
            at: sent + back.delay_from_router(),
            packet: packet.number,
            record: packet.record,
            connection: packet.connection().or(connection),
            error: packet.quoted_in(kind, back.ip_header),
        };
        // Packets reach the router in the order of their sending, so answers come in that order too.
        let waiting = &mut self.icmp.to[own];
        waiting.push_back(answer);
        if waiting.len() == 1 {
            self.queue.set(Source::Icmp(host), answer.at);
        }
    }

    /// The next ICMP error reaches a host.
    pub(super) fn icmp_arrives<O: Observer>(&mut self, host: HostIndex, observer: &mut O) {
        let waiting = &mut self.icmp.to[usize::from(host)];
        let answer = waiting.pop_front().expect("an ICMP error was announced");
        if let Some(next) = waiting.front() {
            self.queue.set(Source::Icmp(host), next.at);
        }
        let origin = IcmpOrigin::Router {
            packet: answer.packet,
        };
        let Answer {
            record,
            connection,
            error,
            ..
        } = answer;
        self.take_icmp(host, connection, Some(record), error, origin, observer);
    }

    /// An ICMP error from outside arrives at this moment.
    pub(super) fn inject_icmp<O: Observer>(
        &mut self,
        place: u16,
        injection: &Injection,
        kind: IcmpKind,
        observer: &mut O,
    ) {
        let host = 1 - injection.from;
        let error = self.forge_icmp(injection, kind);
        let origin = IcmpOrigin::Outside { injection: place };
        let cause = self.set_off[usize::from(place)].cause;
        let connection = Some(injection.connection);
        self.take_icmp(host, connection, cause, error, origin, observer);
    }

    fn take_icmp<O: Observer>(
        &mut self,
        host: HostIndex,
        connection: Option<u32>,
        cause: Option<u64>,
        error: IcmpError,
        origin: IcmpOrigin,
        observer: &mut O,
    ) {
        let verdict = if self.hosts.plugged[usize::from(host)] {
            self.with_host(host, |h, cx| h.on_icmp(&error, cx))
        } else {
            IcmpVerdict::Ignored(IcmpIgnored::Deaf)
        };
        let what = || What::Icmp {
            error,
            origin,
            verdict,
        };
        let record = self.record(host, connection, cause, what, observer);
        self.follow(host, record, observer);
    }

    /// Makes the ICMP error of an injection, with a number as it is at this moment: by default that
    /// of the oldest segment that is not acknowledged, as large as segments are.
    fn forge_icmp(&self, injection: &Injection, kind: IcmpKind) -> IcmpError {
        let host = usize::from(1 - injection.from);
        let connection = self.hosts.pair[host].connection_by_number(injection.connection);
        let ip_header = self.plan.path[host].ip_header;
        let tcb = connection.map(|c| c.tcb());
        let (iss, una, tcp) = tcb.map_or((Seq::new(0), Seq::new(0), 20), |t| {
            let options = if t.timestamps_on() { 12 } else { 0 };
            (t.iss(), t.snd_una(), 20 + options + t.snd_mss())
        });
        let of_connection = connection.map_or((0, 0), |c| (c.local_port, c.remote_port));
        let (source_port, destination_port) = injection.ports.unwrap_or(of_connection);
        let seq = match injection.seq {
            Number::Absolute(value) => Seq::new(value),
            Number::Relative(offset) => iss + super::outside::wrapped(offset),
            Number::Expected(offset) => una + super::outside::wrapped(offset),
        };
        IcmpError {
            kind,
            quoted: Quoted {
                source_port,
                destination_port,
                seq,
                octets: ip_header + tcp,
                ip_header,
            },
        }
    }
}
