//! What is known of the connections of a stack that is not ours, from their segments alone: whose
//! they are, and which places of their streams their numbers stand for.

use super::HostIndex;
use crate::link::{Packet, Route};
use crate::segment::{Flags, Marks, Payload, Segment};
use crate::seq::Seq;
use crate::wire::{Datagram, text};
use std::collections::BTreeMap;

/// The connections of a stack, by its own port and that of our host.
#[derive(Clone, Debug)]
pub(super) struct Talks {
    host: HostIndex,
    talks: BTreeMap<(u16, u16), Talk>,
}

/// One connection.
#[derive(Clone, Copy, Debug)]
struct Talk {
    /// Its number in the run.
    connection: u32,
    /// The stack opened it.
    is_client: bool,
    /// The stack's initial sequence number, once it has said it.
    iss: Option<Seq>,
    /// The highest number that it has sent up to, and its place, where the SYN has place 0.
    end: (Seq, u64),
    /// It has acknowledged without a SYN: for it the handshake is over.
    is_open: bool,
    /// The number after the FIN of our host, if that reached the stack.
    heard_fin: Option<Seq>,
}

/// A place where no stream has an octet: text that starts there is not what it should be.
const NOWHERE: u64 = 1 << 62;

impl Talks {
    /// None yet.
    pub fn new(host: HostIndex) -> Talks {
        Talks {
            host,
            talks: BTreeMap::new(),
        }
    }

    /// A packet of our host reached the stack.
    pub fn hear(&mut self, packet: &Packet) {
        let ports = (packet.destination_port, packet.source_port);
        let segment = &packet.segment;
        if segment.flags.contains(Flags::SYN)
            && let Some(connection) = packet.connection()
        {
            let known = self.talks.get(&ports);
            // Both ends may open at once: then the stack's number stays.
            let opens_too = known.is_some_and(|talk| talk.is_client && !talk.is_open);
            if !opens_too && known.is_none_or(|talk| talk.connection != connection) {
                let talk = Talk::new(connection, false);
                self.talks.insert(ports, talk);
            }
        }
        if segment.flags.contains(Flags::FIN)
            && let Some(talk) = self.talks.get_mut(&ports)
        {
            talk.heard_fin = Some(segment.end());
        }
    }

    /// The stack sends a segment: the packet that it is in the run, and its connection. `number`
    /// gives a new one its number.
    pub fn say(
        &mut self,
        datagram: &Datagram,
        octets: &[u8],
        number: impl FnOnce() -> u32,
    ) -> (Packet, Option<u32>) {
        let ports = (datagram.source_port, datagram.destination_port);
        let mut segment = datagram.segment;
        if segment.flags.contains(Flags::SYN) {
            self.begin(ports, &segment, number);
        }
        let mut marks = Marks::default();
        let talk = self.talks.get_mut(&ports);
        let connection = talk.as_ref().map(|talk| talk.connection);
        if let Some(talk) = talk {
            segment.payload = talk.payload(&segment, octets, self.host);
            marks = talk.marks(&segment);
            talk.went(&segment);
        }
        marks.fragmentable = !datagram.dont_fragment;
        let packet = Packet {
            number: 0,
            record: 0,
            route: Route::Path,
            source_port: datagram.source_port,
            destination_port: datagram.destination_port,
            marks,
            segment,
        };
        (packet, connection)
    }

    /// The stack sends a SYN: for the first time, again, or of another connection between the ports.
    fn begin(&mut self, ports: (u16, u16), segment: &Segment, number: impl FnOnce() -> u32) {
        let opens = !segment.flags.contains(Flags::ACK);
        let known = self.talks.get(&ports);
        let is_again = known.is_some_and(|talk| talk.iss == Some(segment.seq));
        let answers = known.is_some_and(|talk| !talk.is_client && talk.iss.is_none());
        if is_again {
            return;
        }
        if opens && !answers {
            self.talks.insert(ports, Talk::new(number(), true));
        }
        if let Some(talk) = self.talks.get_mut(&ports) {
            talk.iss = Some(segment.seq);
            talk.end = (segment.seq, 0);
        }
    }
}

impl Talk {
    const fn new(connection: u32, is_client: bool) -> Talk {
        Talk {
            connection,
            is_client,
            iss: None,
            end: (Seq::new(0), 0),
            is_open: false,
            heard_fin: None,
        }
    }

    /// The place of a number, if it does not lie before the SYN.
    fn place(&self, seq: Seq) -> Option<u64> {
        self.iss?;
        let (end, place) = self.end;
        if end.precedes_or_is(seq) {
            Some(place + u64::from(seq.since(end)))
        } else {
            place.checked_sub(u64::from(end.since(seq)))
        }
    }

    /// Which octets a segment carries.
    fn payload(&self, segment: &Segment, octets: &[u8], host: HostIndex) -> Payload {
        let stream = text::stream_of(self.connection, host);
        let syn = u32::from(segment.flags.contains(Flags::SYN));
        // The first octet follows the SYN.
        let start = self.place(segment.seq + syn);
        let start = start.and_then(|place| place.checked_sub(1));
        let is_own = |start: &u64| text::first_foreign(stream, *start, octets).is_none();
        let len = segment.payload.len;
        Payload {
            stream,
            len,
            start: match len {
                0 => start.unwrap_or(0),
                _ => start.filter(is_own).unwrap_or(NOWHERE),
            },
        }
    }

    fn marks(&self, segment: &Segment) -> Marks {
        let has_ack = segment.flags.contains(Flags::ACK);
        let (end, _) = self.end;
        let sent_before = self.iss.is_some() && segment.end().precedes_or_is(end);
        Marks {
            retransmission: !segment.is_empty() && sent_before,
            acks_fin: has_ack
                && self
                    .heard_fin
                    .is_some_and(|fin| fin.precedes_or_is(segment.ack)),
            acks_syn: has_ack && segment.is_empty() && self.is_client && !self.is_open,
            ..Marks::default()
        }
    }

    /// The segment is on its way.
    fn went(&mut self, segment: &Segment) {
        if segment.flags.contains(Flags::ACK) && !segment.flags.contains(Flags::SYN) {
            self.is_open = true;
        }
        let (end, _) = self.end;
        // The numbers of a reset may be anybody's.
        if !segment.flags.contains(Flags::RST)
            && end.precedes(segment.end())
            && let Some(place) = self.place(segment.end())
        {
            self.end = (segment.end(), place);
        }
    }
}
