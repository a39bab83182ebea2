//! Faults: ordered rules that decide the fate of chosen packets exactly.
//!
//! The first fault that matches a packet decides it; a fault counts only packets that no earlier
//! one decided.

use super::Packet;
use crate::segment::Flags;
use crate::segment::icmp::IcmpKind;
use crate::seq::Seq;
use crate::time::{Span, Time};
use serde::Serialize;

/// A rule: which packets, and what happens to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which packets it looks at.
    pub matching: Match,
    /// Which of those it decides.
    pub which: Which,
    /// What it does to them.
    pub action: Action,
}

/// Which packets a fault looks at: all conditions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// What they are.
    pub kind: Kind,
    /// Exactly these control bits, if given.
    pub flags: Option<Flags>,
    /// Whether they were sent before.
    pub transmission: Transmission,
    /// The connection they belong to, by its number in the run from 1; `None` is any.
    pub connection: Option<u32>,
    /// Sent at this moment or later.
    pub from: Time,
    /// Sent before this moment.
    pub until: Time,
    /// What stands in their headers.
    pub header: Header,
}

/// Conditions on what stands in a header, with numbers as a timeline shows them: counted from the
/// initial sequence numbers of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// All these control bits are set.
    pub has: Flags,
    /// None of these is.
    pub lacks: Flags,
    /// Whether there is text; `None` is either.
    pub text: Option<bool>,
    /// SEG.SEQ, counted from the sender's initial sequence number.
    pub seq: Option<u32>,
    /// SEG.ACK, counted from the receiver's.
    pub ack: Option<u32>,
    /// Octets of text.
    pub len: Option<u32>,
    /// SEG.SEQ + SEG.LEN, counted as `seq`, is at least this, with something in the segment.
    pub end_min: Option<u32>,
}

impl Header {
    /// Any header.
    pub const ANY: Header = Header {
        has: Flags::NONE,
        lacks: Flags::NONE,
        text: None,
        seq: None,
        ack: None,
        len: None,
        end_min: None,
    };

    /// True if somebody must know the initial sequence numbers to tell.
    pub const fn counts(&self) -> bool {
        self.seq.is_some() || self.ack.is_some() || self.end_min.is_some()
    }

    /// True if the packet's header meets every condition.
    pub fn matches(&self, packet: &Packet, origins: Origins) -> bool {
        let segment = &packet.segment;
        let text = segment.payload.len;
        let seq = segment.seq.since(origins.seq);
        segment.flags.contains(self.has)
            && !segment.flags.intersects(self.lacks)
            && self.text.is_none_or(|wanted| wanted == (text > 0))
            && self.seq.is_none_or(|wanted| wanted == seq)
            && self.ack.is_none_or(|wanted| {
                segment.flags.contains(Flags::ACK) && wanted == segment.ack.since(origins.ack)
            })
            && self.len.is_none_or(|wanted| wanted == text)
            && self
                .end_min
                .is_none_or(|least| !segment.is_empty() && least <= seq.wrapping_add(segment.len()))
    }
}

/// The numbers from which those of a packet are counted; zero where nobody knows better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origins {
    /// The sender's initial sequence number.
    pub seq: Seq,
    /// The receiver's.
    pub ack: Seq,
}

impl Origins {
    /// Numbers as they stand in the header.
    pub const NONE: Origins = Origins {
        seq: Seq::new(0),
        ack: Seq::new(0),
    };
}

/// What a packet is: what it carries or acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Kind {
    /// Anything.
    Any,
    /// A SYN without ACK.
    Syn,
    /// A SYN with ACK.
    SynAck,
    /// An empty acknowledgement that completes the handshake.
    AckOfSyn,
    /// Text, with a FIN or without.
    Data,
    /// A FIN, with text or without.
    Fin,
    /// An empty acknowledgement of a FIN.
    AckOfFin,
    /// Any empty acknowledgement.
    Ack,
    /// A reset.
    Rst,
    /// A zero-window probe.
    Probe,
}

impl Kind {
    /// True if `packet` is of this kind.
    pub fn matches(self, packet: &Packet) -> bool {
        let segment = &packet.segment;
        let has = |flags| segment.flags.contains(flags);
        let is_ack = has(Flags::ACK) && segment.is_empty() && !has(Flags::RST);
        match self {
            Kind::Any => true,
            Kind::Syn => has(Flags::SYN) && !has(Flags::ACK),
            Kind::SynAck => has(Flags::SYN | Flags::ACK),
            Kind::AckOfSyn => is_ack && packet.marks.acks_syn,
            Kind::Data => segment.payload.len > 0,
            Kind::Fin => has(Flags::FIN),
            Kind::AckOfFin => is_ack && packet.marks.acks_fin,
            Kind::Ack => is_ack,
            Kind::Rst => has(Flags::RST),
            Kind::Probe => packet.marks.probe,
        }
    }
}

/// Whether a packet was sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transmission {
    /// Either.
    Any,
    /// Only packets that carry something new, or nothing.
    First,
    /// Only packets all of which was sent before.
    Again,
}

/// Which of the matching packets a fault decides; they count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// The first so many.
    First(u32),
    /// This one alone.
    Nth(u32),
    /// Every so many: with 3, the third, the sixth and so on.
    Every(u32),
    /// This one alone of those that go either way; the other direction has the same fault.
    NthEitherWay {
        /// Which one.
        nth: u32,
        /// The place of the same fault in the list of the other direction.
        other: u16,
    },
}

/// What a fault does to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is lost.
    Drop,
    /// It arrives, and so do copies of it later.
    Duplicate {
        /// How many copies.
        copies: u32,
        /// How long after one another.
        apart: Span,
    },
    /// It arrives later by this much, overtaken by others.
    Delay(Span),
    /// It waits until something happens, and then takes the delay of the path.
    Hold(TriggerId),
    /// It is lost, and the router in the middle of the path answers with an ICMP error.
    Answer(IcmpKind),
    /// It arrives marked CE. It looks only at packets that are ECT: routers mark no others.
    Mark,
}

/// Something that happens in a run, for which a packet waits: its place in the plan's list.
///
/// What it is, is not the path's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriggerId(pub u16);

/// How often a fault matched, and how often it decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// Packets that matched and that no earlier fault decided.
    pub seen: u32,
    /// Packets that it decided.
    pub hits: u32,
}

impl Match {
    /// True if a packet sent at `now` meets every condition.
    pub fn matches(&self, now: Time, packet: &Packet, origins: Origins) -> bool {
        let sent_before = packet.marks.retransmission;
        self.from <= now
            && now < self.until
            && self.kind.matches(packet)
            && self.flags.is_none_or(|flags| flags == packet.segment.flags)
            && match self.transmission {
                Transmission::Any => true,
                Transmission::First => !sent_before,
                Transmission::Again => sent_before,
            }
            && self
                .connection
                .is_none_or(|wanted| packet.connection() == Some(wanted))
            && self.header.matches(packet, origins)
    }
}

impl Packet {
    /// The connection it belongs to, by its number in the run from 1.
    pub fn connection(&self) -> Option<u32> {
        connection_of(self.segment.payload.stream)
    }
}

/// The connection to which a stream belongs: both hosts' streams of connection n are 2n and 2n + 1.
pub fn connection_of(stream: u32) -> Option<u32> {
    (stream != u32::MAX).then_some(stream / 2)
}

/// The place of the first fault that decides `packet`, with the counters moved on.
pub(super) fn first_match(
    faults: &[(u16, Fault)],
    counters: &mut [Counter],
    now: Time,
    packet: &Packet,
    origins: Origins,
) -> Option<usize> {
    for (place, ((_, fault), counter)) in faults.iter().zip(counters).enumerate() {
        if !fault.matching.matches(now, packet, origins) {
            continue;
        }
        if fault.action == Action::Mark && !packet.segment.ecn.is_capable() {
            continue;
        }
        counter.seen += 1;
        let decides = match fault.which {
            Which::All => true,
            Which::First(n) => counter.seen <= n,
            Which::Nth(n) | Which::NthEitherWay { nth: n, .. } => counter.seen == n,
            Which::Every(n) => counter.seen % n == 0,
        };
        if decides {
            counter.hits += 1;
            return Some(place);
        }
    }
    None
}
