//! TCP segments (RFC 9293 §3.1) as plain values.
//!
//! A [`Segment`] is `Copy`: its text is a [`Payload`], a range of the sender's stream, never bytes.
//! So the receiver can tell that octet *n* of the stream lands at octet *n*. Addresses and ports are
//! the business of the packet that carries it.

pub mod icmp;
mod malformed;
mod options;

pub use malformed::Malformed;
pub use options::{
    Cookie, Extra, FastOpen, Options, SackBlock, SackBlocks, Timestamps, UserTimeout,
};

use crate::seq::Seq;
use serde::Serialize;
use std::fmt;
use std::ops::BitOr;

/// What one end of a connection sends to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// SEG.SEQ: the number of the first octet, or of the SYN.
    pub seq: Seq,
    /// SEG.ACK: the next number that the sender expects; zero unless the ACK flag is set.
    pub ack: Seq,
    /// The control bits.
    pub flags: Flags,
    /// The window field as it stands in the header, in octets shifted by the window scale.
    pub wnd: u16,
    /// The urgent pointer: with URG, the distance from SEG.SEQ to the octet behind the urgent data.
    ///
    /// RFC 9293 §3.8.5 (MUST-62).
    #[serde(skip_serializing_if = "is_zero")]
    pub urgent: u16,
    /// The ECN field of the IP header that carries it. RFC 3168 §5.
    #[serde(skip_serializing_if = "is_not_ect")]
    pub ecn: Ecn,
    /// The options.
    pub options: Options,
    /// The text.
    pub payload: Payload,
}

impl Segment {
    /// SEG.LEN: octets of sequence space, in which SYN and FIN count one each (RFC 9293 §3.4).
    pub const fn len(&self) -> u32 {
        self.payload.len
            + self.flags.contains(Flags::SYN) as u32
            + self.flags.contains(Flags::FIN) as u32
    }

    /// True if the segment occupies no sequence space.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number just after the segment: SEG.SEQ + SEG.LEN.
    pub fn end(&self) -> Seq {
        self.seq + self.len()
    }

    /// Octets on an IP network: IP header, TCP header with options, text.
    ///
    /// `ip_header` is 20 for IPv4 and 40 for IPv6.
    pub const fn octets_on_wire(&self, ip_header: u32) -> u32 {
        ip_header + 20 + self.options.len() + self.payload.len
    }
}

/// The control bits of a segment, as they stand in the header.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Flags(u8);

impl Flags {
    /// No control bit.
    pub const NONE: Flags = Flags(0);
    /// No more from the sender.
    pub const FIN: Flags = Flags(0x01);
    /// Synchronize sequence numbers.
    pub const SYN: Flags = Flags(0x02);
    /// Reset the connection.
    pub const RST: Flags = Flags(0x04);
    /// Push.
    pub const PSH: Flags = Flags(0x08);
    /// The acknowledgement number counts.
    pub const ACK: Flags = Flags(0x10);
    /// The urgent pointer counts.
    pub const URG: Flags = Flags(0x20);
    /// ECN-Echo: a packet that was marked has arrived. RFC 3168 §6.1.
    pub const ECE: Flags = Flags(0x40);
    /// Congestion window reduced: the echo was heard. RFC 3168 §6.1.
    pub const CWR: Flags = Flags(0x80);

    /// Letters in the order in which tcpdump prints them, with the bit that each stands for.
    const LETTERS: [(char, Flags); 8] = [
        ('S', Flags::SYN),
        ('F', Flags::FIN),
        ('P', Flags::PSH),
        ('R', Flags::RST),
        ('.', Flags::ACK),
        ('U', Flags::URG),
        ('E', Flags::ECE),
        ('W', Flags::CWR),
    ];

    /// True if every bit of `other` is set here.
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// True if any bit of `other` is set here.
    pub const fn intersects(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// The bits without those of `other`.
    #[must_use]
    pub const fn without(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }

    /// The header's bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The control bits of a header's octet, in which each of the eight is one.
    pub const fn from_bits(bits: u8) -> Flags {
        Flags(bits)
    }

    /// Reads tcpdump's letters, in any order: `S.`, `F.`, `P.`, `R`; `none` is no bit.
    pub fn parse(text: &str) -> Option<Flags> {
        if text == "none" {
            return Some(Flags::NONE);
        }
        if text.is_empty() {
            return None;
        }
        let mut flags = Flags::NONE;
        for letter in text.chars() {
            let (_, bit) = Flags::LETTERS.iter().find(|(known, _)| *known == letter)?;
            flags = flags | *bit;
        }
        Some(flags)
    }
}

/// The ECN field of an IP header. RFC 3168 §5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize)]
pub enum Ecn {
    /// The transport does not take part: routers drop.
    #[default]
    NotEct,
    /// ECT(1).
    Ect1,
    /// ECT(0): the transport takes part, and routers may mark.
    Ect0,
    /// A router met congestion and marked.
    Ce,
}

impl Ecn {
    /// Routers may mark it, and have not: ECT(0) or ECT(1).
    pub const fn is_capable(self) -> bool {
        matches!(self, Ecn::Ect0 | Ecn::Ect1)
    }

    /// The field's two bits.
    pub const fn bits(self) -> u8 {
        match self {
            Ecn::NotEct => 0,
            Ecn::Ect1 => 1,
            Ecn::Ect0 => 2,
            Ecn::Ce => 3,
        }
    }

    /// The field with these bits, of which the lower two count.
    pub const fn from_bits(bits: u8) -> Ecn {
        match bits & 3 {
            0 => Ecn::NotEct,
            1 => Ecn::Ect1,
            2 => Ecn::Ect0,
            _ => Ecn::Ce,
        }
    }
}

// What a segment does not carry is not written, so that records stay short.

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(field: &u16) -> bool {
    *field == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(mark: &bool) -> bool {
    !*mark
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_not_ect(ecn: &Ecn) -> bool {
    matches!(ecn, Ecn::NotEct)
}

impl BitOr for Flags {
    type Output = Flags;
    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// tcpdump's letters without the brackets: `S.`, `P.`, `none`.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Flags::NONE {
            return f.write_str("none");
        }
        for (letter, bit) in Flags::LETTERS {
            if self.contains(bit) {
                write!(f, "{letter}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}

/// A range of octets of the sender's stream.
///
/// Even an empty payload names its stream: so the receiver of a SYN learns which stream it will
/// read, and can tell an octet of an earlier incarnation from its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Payload {
    /// The connection whose octets these are; its number in the run.
    pub stream: u32,
    /// Length in octets.
    pub len: u32,
    /// Place of the first octet in the stream, from zero.
    pub start: u64,
}

impl Payload {
    /// The place just after the last octet.
    pub const fn end(&self) -> u64 {
        self.start + self.len as u64
    }
}

/// What the sender knows about a segment beyond its header: what it is for.
///
/// Faults pick segments by these, so that "the ACK of a FIN" is the sender's own word and not a
/// guess from the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Marks {
    /// All of it was sent before.
    pub retransmission: bool,
    /// It acknowledges the peer's FIN.
    pub acks_fin: bool,
    /// It carries nothing and completes the handshake.
    pub acks_syn: bool,
    /// It probes a closed window.
    pub probe: bool,
    /// A router may cut it up: its IP header has no DF bit. RFC 791 §3.1.
    #[serde(skip_serializing_if = "is_false")]
    pub fragmentable: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syn_and_fin_count_one_octet_each() {
        let mut segment = Segment {
            seq: Seq::new(u32::MAX),
            ack: Seq::new(0),
            flags: Flags::SYN,
            wnd: 0,
            urgent: 0,
            ecn: Ecn::NotEct,
            options: Options::default(),
            payload: Payload::default(),
        };
        assert_eq!((segment.len(), segment.end()), (1, Seq::new(0)));
        segment.flags = Flags::FIN | Flags::ACK;
        segment.payload.len = 10;
        assert_eq!((segment.len(), segment.end()), (11, Seq::new(10)));
        segment.flags = Flags::ACK;
        segment.payload.len = 0;
        assert!(segment.is_empty());
    }

    #[test]
    fn flags_are_written_as_tcpdump_writes_them() {
        for (flags, shown) in [
            (Flags::SYN, "S"),
            (Flags::SYN | Flags::ACK, "S."),
            (Flags::FIN | Flags::ACK, "F."),
            (Flags::PSH | Flags::ACK, "P."),
            (Flags::FIN | Flags::PSH | Flags::ACK, "FP."),
            (Flags::RST, "R"),
            (Flags::ACK, "."),
            (Flags::SYN | Flags::ECE | Flags::CWR, "SEW"),
            (Flags::PSH | Flags::ACK | Flags::URG, "P.U"),
            (Flags::NONE, "none"),
        ] {
            assert_eq!(flags.to_string(), shown);
            assert_eq!(Flags::parse(shown), Some(flags));
        }
        assert_eq!(Flags::parse("X"), None);
        assert_eq!(Flags::parse(""), None);
    }

    #[test]
    fn segments_stay_small_enough_to_copy() {
        assert!(size_of::<Segment>() <= 96, "{}", size_of::<Segment>());
    }
}
