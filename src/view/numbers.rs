//! Which connection a packet belongs to, and its numbers counted from the initial ones.
//!
//! Records carry absolute numbers; the initial ones stand in the SYNs. Packets that belong to no
//! connection any more, such as a reset from a closed port, are found by their ports.

use crate::link::{Packet, Route};
use crate::scenario::Numbers;
use crate::segment::{Flags, Segment};
use crate::seq::Seq;
use crate::sim::plan::HostIndex;
use crate::sim::record::{Record, What};
use std::collections::BTreeMap;

/// What the records tell about connections.
pub struct Book<'a> {
    records: &'a [Record],
    connections: BTreeMap<u32, Connection>,
    /// By the ports of both hosts: the connections that had them, each with its first record.
    by_ports: BTreeMap<[u16; 2], Vec<(u64, u32)>>,
}

/// One connection, as far as its SYNs tell.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The port on each host.
    pub ports: [u16; 2],
    /// The initial numbers of each host, with the record from which on they count: a handshake that
    /// came to nothing is followed by one with another number.
    iss: [Vec<(u64, Seq)>; 2],
}

impl Connection {
    /// The initial number of a host, as of a record; before its SYN, the one to come.
    fn iss(&self, host: usize, ordinal: u64) -> Option<Seq> {
        let all = &self.iss[host];
        let past = all.partition_point(|(from, _)| *from <= ordinal);
        all.get(past.saturating_sub(1)).map(|(_, iss)| *iss)
    }
}

/// The numbers of a segment as they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// SEG.SEQ.
    pub seq: i64,
    /// SEG.ACK, if it counts.
    pub ack: Option<i64>,
}

/// The SACK blocks in numbers of the kind in which the acknowledgement is shown.
pub fn sack_blocks(segment: &Segment, shown: Shown) -> Vec<(i64, i64)> {
    let Some(ack) = shown.ack else {
        return Vec::new();
    };
    let place = |number: Seq| {
        if ack == i64::from(segment.ack.value()) {
            // Absolute numbers wrap around.
            return i64::from(number.value());
        }
        if number.precedes(segment.ack) {
            ack - i64::from(segment.ack.since(number))
        } else {
            ack + i64::from(number.since(segment.ack))
        }
    };
    let blocks = segment.options.sack_blocks().iter();
    blocks
        .map(|block| (place(block.start), place(block.end)))
        .collect()
}

impl<'a> Book<'a> {
    /// Reads all SYNs.
    pub fn new(records: &'a [Record]) -> Book<'a> {
        let mut book = Book {
            records,
            connections: BTreeMap::new(),
            by_ports: BTreeMap::new(),
        };
        for record in records {
            if let What::Sent { packet, .. } = &record.what
                && packet.segment.flags.contains(Flags::SYN)
            {
                book.note_syn(record, packet);
            }
        }
        book
    }

    fn note_syn(&mut self, record: &Record, packet: &Packet) {
        let Some(number) = packet.connection().or(record.connection) else {
            return;
        };
        let ports = ports_by_host(packet, record.host);
        let by_ports = &mut self.by_ports;
        let connection = self.connections.entry(number).or_insert_with(|| {
            by_ports
                .entry(ports)
                .or_default()
                .push((record.ordinal, number));
            Connection {
                ports,
                ..Connection::default()
            }
        });
        let (own, peer) = (usize::from(record.host), usize::from(1 - record.host));
        let segment = &packet.segment;
        let all = &mut connection.iss[own];
        if all.last().is_none_or(|(_, iss)| *iss != segment.seq) {
            all.push((record.ordinal, segment.seq));
        }
        // A SYN from outside is seen by its answer.
        let all = &mut connection.iss[peer];
        if segment.flags.contains(Flags::ACK) && all.is_empty() {
            all.push((record.ordinal, segment.ack - 1));
        }
        if packet.route != Route::Path && segment.flags.contains(Flags::ACK) {
            self.note_within(record, segment.seq, ports, number);
        }
    }

    /// Within a host the two ends are connections of their own: the SYN,ACK of `number`, which was
    /// opened passively, has the peer's initial number for the one that it answers.
    fn note_within(&mut self, record: &Record, iss: Seq, ports: [u16; 2], number: u32) {
        let opener = self.latest_with([ports[1], ports[0]], record.ordinal);
        let opener = opener.filter(|opener| *opener != number);
        let Some(opener) = opener.and_then(|opener| self.connections.get_mut(&opener)) else {
            return;
        };
        let all = &mut opener.iss[usize::from(1 - record.host)];
        if all.last().is_none_or(|(_, known)| *known != iss) {
            all.push((record.ordinal, iss));
        }
    }

    /// The record with this ordinal.
    pub fn record(&self, ordinal: u64) -> Option<&'a Record> {
        let place = self
            .records
            .binary_search_by_key(&ordinal, |record| record.ordinal)
            .ok()?;
        self.records.get(place)
    }

    /// What is known of a connection.
    pub fn connection(&self, number: u32) -> Option<&Connection> {
        self.connections.get(&number)
    }

    /// The host that sent an arriving packet.
    pub fn sender(&self, arrival: &Record, packet: &Packet) -> HostIndex {
        self.record(packet.record)
            .filter(|sent| sent.ordinal != arrival.ordinal)
            .map_or(1 - arrival.host.min(1), |sent| sent.host)
    }

    /// The connection that a packet belongs to, whichever record it stands in.
    pub fn connection_of(
        &self,
        record: &Record,
        packet: &Packet,
        sender: HostIndex,
    ) -> Option<u32> {
        let sent = || self.record(packet.record).and_then(|sent| sent.connection);
        packet
            .connection()
            .or_else(sent)
            .or(record.connection)
            .or_else(|| self.latest_with(ports_by_host(packet, sender), record.ordinal))
    }

    /// The connection that had these ports last, before the record with this ordinal.
    fn latest_with(&self, ports: [u16; 2], ordinal: u64) -> Option<u32> {
        let owners = self.by_ports.get(&ports)?;
        let past = owners.partition_point(|(first, _)| *first <= ordinal);
        Some(owners[past.checked_sub(1)?].1)
    }

    /// A number of a segment that `sender` sent on `connection`, as of a record.
    pub fn shown_seq(
        &self,
        numbers: Numbers,
        (seq, ordinal): (Seq, u64),
        sender: HostIndex,
        connection: Option<u32>,
    ) -> i64 {
        let known = connection.and_then(|number| self.connections.get(&number));
        let known = known.filter(|_| numbers == Numbers::Relative);
        let iss = known.and_then(|known| known.iss(usize::from(sender.min(1)), ordinal));
        relative(seq, iss, true)
    }

    /// The numbers of a packet that `sender` sent on `connection`.
    pub fn shown(
        &self,
        numbers: Numbers,
        packet: &Packet,
        sender: HostIndex,
        connection: Option<u32>,
    ) -> Shown {
        let segment = &packet.segment;
        let iss = match numbers {
            Numbers::Absolute => [None; 2],
            Numbers::Relative => connection
                .and_then(|number| self.connections.get(&number))
                .map_or([None; 2], |connection| {
                    let iss = [0, 1].map(|host| connection.iss(host, packet.record));
                    // What comes from the other end within the host, such as a closed port.
                    let is_from_the_other = packet.route != Route::Path
                        && connection.ports != ports_by_host(packet, sender);
                    if is_from_the_other {
                        [iss[1], iss[0]]
                    } else {
                        iss
                    }
                }),
        };
        let sender = usize::from(sender.min(1));
        // RFC 9293 §3.5.2: a reset that acknowledges carries no number of its own but zero.
        let numberless =
            segment.flags.contains(Flags::RST | Flags::ACK) && segment.seq.value() == 0;
        let own = if numberless { None } else { iss[sender] };
        // Only what no connection sent can lie before the beginning; what one sent lies behind it,
        // be it by more than half of all numbers.
        let forged = segment.payload.stream == u32::MAX;
        Shown {
            seq: relative(segment.seq, own, forged),
            ack: segment
                .flags
                .contains(Flags::ACK)
                .then(|| relative(segment.ack, iss[1 - sender], forged)),
        }
    }
}

fn relative(seq: Seq, initial: Option<Seq>, forged: bool) -> i64 {
    match initial {
        None => i64::from(seq.value()),
        Some(initial) if forged && seq.precedes(initial) => -i64::from(initial.since(seq)),
        Some(initial) => i64::from(seq.since(initial)),
    }
}

/// The ports of a packet at the places of their hosts.
fn ports_by_host(packet: &Packet, sender: HostIndex) -> [u16; 2] {
    if sender == 0 {
        [packet.source_port, packet.destination_port]
    } else {
        [packet.destination_port, packet.source_port]
    }
}
