//! ICMP errors (RFC 792, RFC 4443) as plain values: what a router or a host says about a datagram
//! that it could not pass on.
//!
//! An error quotes the beginning of that datagram, by which its sender finds the connection and
//! sees whether it sent such a segment at all. Addresses are those of the path.

use crate::seq::Seq;
use serde::Serialize;
use std::fmt;

/// What an ICMP error says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum IcmpKind {
    /// Destination Unreachable, code 0: no way to the network.
    NetUnreachable,
    /// Destination Unreachable, code 1: no way to the host.
    HostUnreachable,
    /// Destination Unreachable, code 2: the host knows no TCP.
    ProtocolUnreachable,
    /// Destination Unreachable, code 3: nobody has the port.
    PortUnreachable,
    /// Destination Unreachable, code 4, or Packet Too Big: it does not fit, and may not be cut up.
    FragmentationNeeded {
        /// The MTU of the next hop, in octets of the IP datagram; 0 from a router older than RFC 1191.
        mtu: u16,
    },
    /// Destination Unreachable, code 5: a source route cannot be followed.
    SourceRouteFailed,
    /// Destination Unreachable, codes 9, 10 and 13: somebody forbids it.
    AdminProhibited,
    /// Time Exceeded.
    TimeExceeded,
    /// Parameter Problem.
    ParameterProblem,
    /// Source Quench. Deprecated by RFC 6633.
    SourceQuench,
}

/// An ICMP error on its way to the sender of the datagram that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct IcmpError {
    /// What it says.
    pub kind: IcmpKind,
    /// The beginning of the datagram.
    pub quoted: Quoted,
}

/// What an ICMP error quotes of a datagram: of the IP header, and the first octets of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quoted {
    /// The port of the datagram's sender, who receives the error.
    pub source_port: u16,
    /// The port of the datagram's receiver.
    pub destination_port: u16,
    /// SEG.SEQ.
    pub seq: Seq,
    /// Octets of the IP datagram: its total length.
    pub octets: u32,
    /// Octets of the IP header: 20, or 40 with IPv6.
    pub ip_header: u32,
}

impl IcmpKind {
    /// All kinds, in the order of their codes; the MTU is that of an old router.
    pub const ALL: [IcmpKind; 10] = [
        IcmpKind::NetUnreachable,
        IcmpKind::HostUnreachable,
        IcmpKind::ProtocolUnreachable,
        IcmpKind::PortUnreachable,
        IcmpKind::FragmentationNeeded { mtu: 0 },
        IcmpKind::SourceRouteFailed,
        IcmpKind::AdminProhibited,
        IcmpKind::TimeExceeded,
        IcmpKind::ParameterProblem,
        IcmpKind::SourceQuench,
    ];

    /// True for codes 2 to 4 of Destination Unreachable, which nothing but a change of the far end
    /// or of the segments can mend. RFC 9293 §3.9.2.2 (SHLD-26).
    pub const fn is_hard(self) -> bool {
        matches!(
            self,
            IcmpKind::ProtocolUnreachable
                | IcmpKind::PortUnreachable
                | IcmpKind::FragmentationNeeded { .. }
        )
    }

    /// A name for programs: `host_unreachable`.
    pub const fn name(self) -> &'static str {
        match self {
            IcmpKind::NetUnreachable => "net_unreachable",
            IcmpKind::HostUnreachable => "host_unreachable",
            IcmpKind::ProtocolUnreachable => "protocol_unreachable",
            IcmpKind::PortUnreachable => "port_unreachable",
            IcmpKind::FragmentationNeeded { .. } => "fragmentation_needed",
            IcmpKind::SourceRouteFailed => "source_route_failed",
            IcmpKind::AdminProhibited => "admin_prohibited",
            IcmpKind::TimeExceeded => "time_exceeded",
            IcmpKind::ParameterProblem => "parameter_problem",
            IcmpKind::SourceQuench => "source_quench",
        }
    }

    /// The MTU that it names, if it is about that.
    pub const fn mtu(self) -> Option<u16> {
        match self {
            IcmpKind::FragmentationNeeded { mtu } => Some(mtu),
            _ => None,
        }
    }
}

/// A few words for people: `host unreachable`, `fragmentation needed, MTU 1400`.
impl fmt::Display for IcmpKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IcmpKind::NetUnreachable => "net unreachable",
            IcmpKind::HostUnreachable => "host unreachable",
            IcmpKind::ProtocolUnreachable => "protocol unreachable",
            IcmpKind::PortUnreachable => "port unreachable",
            IcmpKind::FragmentationNeeded { mtu: 0 } => "fragmentation needed",
            IcmpKind::FragmentationNeeded { mtu } => {
                return write!(f, "fragmentation needed, MTU {mtu}");
            }
            IcmpKind::SourceRouteFailed => "source route failed",
            IcmpKind::AdminProhibited => "administratively prohibited",
            IcmpKind::TimeExceeded => "time exceeded",
            IcmpKind::ParameterProblem => "parameter problem",
            IcmpKind::SourceQuench => "source quench",
        })
    }
}
