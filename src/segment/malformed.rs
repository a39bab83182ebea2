//! Why octets are no segment.

use serde::Serialize;
use std::fmt;

/// Why octets that should be an IP datagram with a TCP segment are dropped unread.
///
/// Nothing here ends a connection: RFC 9293 §3.1 (MUST-7) wants an illegal length survived, and the
/// segment that has one is dropped as if its checksum were wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Malformed {
    /// The octets end before a header does.
    TooShort,
    /// The version is neither 4 nor 6.
    Version(u8),
    /// The IPv4 header's length is less than five words. RFC 791 §3.1.
    HeaderLength,
    /// The length of the datagram is less than its header, or more than there is.
    TotalLength,
    /// The IPv4 header does not match its checksum. RFC 1122 §3.2.1.2.
    IpChecksum,
    /// It is a fragment; nothing here puts fragments together.
    Fragment,
    /// What it carries is not TCP, but this protocol. IPv6 extension headers are not read.
    NotTcp(u8),
    /// The data offset is less than five words, or lies beyond the datagram. RFC 9293 §3.1.
    DataOffset,
    /// The segment does not match its checksum. RFC 9293 §3.1 (MUST-3).
    TcpChecksum,
    /// An option says a length of 0 or 1, so that nobody knows where the next one starts. MUST-7.
    OptionTooShort {
        /// The option.
        kind: u8,
    },
    /// An option has no room in the header for its length, or for what it says. MUST-7.
    OptionBeyondHeader {
        /// The option.
        kind: u8,
    },
    /// An option that is known says a length that it never has. MUST-7.
    OptionLength {
        /// The option.
        kind: u8,
        /// What it says, in octets.
        length: u8,
    },
    /// It goes from or to an address that is not that of its host.
    Address,
}

/// A few words for people.
impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::TooShort => f.write_str("shorter than its headers"),
            Malformed::Version(version) => write!(f, "IP version {version}"),
            Malformed::HeaderLength => f.write_str("IP header shorter than five words"),
            Malformed::TotalLength => f.write_str("its length is not that of the datagram"),
            Malformed::IpChecksum => f.write_str("wrong IP checksum"),
            Malformed::Fragment => f.write_str("a fragment"),
            Malformed::NotTcp(protocol) => write!(f, "protocol {protocol}, not TCP"),
            Malformed::DataOffset => f.write_str("data offset outside the segment"),
            Malformed::TcpChecksum => f.write_str("wrong TCP checksum"),
            Malformed::OptionTooShort { kind } => {
                write!(f, "option {kind} with a length below two")
            }
            Malformed::OptionBeyondHeader { kind } => {
                write!(f, "option {kind} reaches beyond the header")
            }
            Malformed::OptionLength { kind, length } => {
                write!(f, "option {kind} cannot have length {length}")
            }
            Malformed::Address => f.write_str("not between the addresses of the two hosts"),
        }
    }
}
