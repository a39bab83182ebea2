//! TCP segments (RFC 9293 §3.1) as plain values.
//!
//! A [`Segment`] is `Copy`: its text is a [`Payload`], a range of the sender's stream, never bytes.
//! So the receiver can tell that octet *n* of the stream lands at octet *n*. Addresses and ports are
//! the business of the packet that carries it.

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

    /// Letters in the order in which tcpdump prints them, with the bit that each stands for.
    const LETTERS: [(char, Flags); 5] = [
        ('S', Flags::SYN),
        ('F', Flags::FIN),
        ('P', Flags::PSH),
        ('R', Flags::RST),
        ('.', Flags::ACK),
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

/// The options of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Options {
    /// Maximum segment size, in octets; only on a SYN (RFC 9293 §3.7.1).
    pub mss: Option<u16>,
    /// Window scale, a shift of 0 to 14; only on a SYN (RFC 7323 §2.2).
    pub window_scale: Option<u8>,
    /// Selective acknowledgements are understood; only on a SYN (RFC 2018 §2).
    #[serde(skip_serializing_if = "is_absent")]
    pub sack_permitted: bool,
    /// Timestamps (RFC 7323 §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamps: Option<Timestamps>,
}

/// The timestamps option. RFC 7323 §3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Timestamps {
    /// TSval: the sender's clock, in ticks.
    pub value: u32,
    /// TSecr: the tick that it echoes; zero without the ACK flag.
    pub echo: u32,
}

/// What a segment does not carry is not written, so that records stay short.
const fn is_absent(carried: &bool) -> bool {
    !*carried
}

impl Options {
    /// Octets in the header, padded to whole words.
    pub const fn len(&self) -> u32 {
        let octets = self.mss.is_some() as u32 * 4
            + self.window_scale.is_some() as u32 * 3
            + self.sack_permitted as u32 * 2
            + self.timestamps.is_some() as u32 * 10;
        octets.div_ceil(4) * 4
    }

    /// True if there is no option.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
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
            (Flags::NONE, "none"),
        ] {
            assert_eq!(flags.to_string(), shown);
            assert_eq!(Flags::parse(shown), Some(flags));
        }
        assert_eq!(Flags::parse("X"), None);
        assert_eq!(Flags::parse(""), None);
    }

    #[test]
    fn options_take_whole_words() {
        let mut options = Options::default();
        assert_eq!(options.len(), 0);
        options.mss = Some(1460);
        assert_eq!(options.len(), 4);
        options.window_scale = Some(7);
        assert_eq!(options.len(), 8);
        options.sack_permitted = true;
        assert_eq!(options.len(), 12);
        options.timestamps = Some(Timestamps { value: 1, echo: 0 });
        assert_eq!(options.len(), 20);
        options = Options {
            timestamps: options.timestamps,
            ..Options::default()
        };
        assert_eq!(options.len(), 12);
    }

    #[test]
    fn segments_stay_small_enough_to_copy() {
        assert!(size_of::<Segment>() <= 48, "{}", size_of::<Segment>());
    }
}
