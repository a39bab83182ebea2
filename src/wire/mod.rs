//! Packets as real bytes: IPv4 (RFC 791) or IPv6 (RFC 8200) around TCP (RFC 9293 §3.1), with checksums.
//!
//! Inside a run a segment is a value and its text a range of a stream; bytes are made only at the
//! edges, for another stack and for captures. [`encode`] writes a [`Datagram`] into the caller's
//! buffer, [`decode`] reads one or says by name why it cannot; [`text`] makes the octets of a stream.
//!
//! Left out: fragments and IPv6 extension headers, which are refused; IPv4 options, which are
//! skipped. Header layouts and checksums are those of the crate `etherparse`; TCP options are read
//! here, since that crate stops at the first one it does not know, and MUST-6 asks to go on.

mod decode;
mod options;
pub mod text;

pub use decode::decode;

use crate::segment::{Flags, Segment};
use etherparse::{IpDscp, IpEcn, IpFragOffset, Ipv4Header, Ipv6Header, TcpHeader, ip_number};
use std::fmt;
use std::net::IpAddr;

/// An IP datagram that carries a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// The sender's address; both are of one version of IP.
    pub source: IpAddr,
    /// The receiver's address.
    pub destination: IpAddr,
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// Routers that it may still pass: TTL, or hop limit with IPv6.
    pub ttl: u8,
    /// The differentiated services code point, 0 to 63. RFC 2474 §3.
    pub dscp: u8,
    /// The IPv4 identification, which means nothing unless fragments are allowed (RFC 6864 §4); zero
    /// with IPv6.
    pub identification: u16,
    /// Routers must not cut it into fragments; always so with IPv6.
    pub dont_fragment: bool,
    /// The segment, whose ECN field stands in the IP header.
    ///
    /// Bytes name no stream: the text of a decoded segment is nobody's, stream [`u32::MAX`], place 0.
    pub segment: Segment,
}

impl Datagram {
    /// A datagram as a host sends it: 64 routers, no fragments, best effort.
    pub const fn new(
        [source, destination]: [IpAddr; 2],
        [source_port, destination_port]: [u16; 2],
        segment: Segment,
    ) -> Datagram {
        Datagram {
            source,
            destination,
            source_port,
            destination_port,
            ttl: 64,
            dscp: 0,
            identification: 0,
            dont_fragment: true,
            segment,
        }
    }
}

/// Room that is enough for any datagram, in octets.
pub const LARGEST: usize = 65_575;

/// Why a datagram has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unencodable {
    /// The buffer is too small; it takes this many octets.
    Buffer(usize),
    /// Its options take this many octets, more than the 40 of a header.
    Options(u32),
    /// It is longer than the length field of IP can say, in octets.
    Length(u64),
    /// One address is IPv4 and the other IPv6.
    Addresses,
    /// The code point has more than six bits.
    Dscp(u8),
}

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unencodable::Buffer(needed) => write!(f, "it takes a buffer of {needed} octets"),
            Unencodable::Options(octets) => write!(f, "{octets} octets of options"),
            Unencodable::Length(octets) => write!(f, "{octets} octets in one datagram"),
            Unencodable::Addresses => f.write_str("addresses of IPv4 and IPv6 together"),
            Unencodable::Dscp(dscp) => write!(f, "no code point: {dscp}"),
        }
    }
}

impl std::error::Error for Unencodable {}

/// Writes a datagram into the start of `buffer` and returns its octets; nothing is allocated.
///
/// `text` is given the place for the segment's octets, all of which it must write:
/// [`text::fill`] does for those of a stream.
///
/// # Errors
/// Why there are no such bytes.
pub fn encode<'b>(
    datagram: &Datagram,
    text: impl FnOnce(&mut [u8]),
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Unencodable> {
    let segment = &datagram.segment;
    let mut tcp = tcp_header(datagram)?;
    let len = u64::from(segment.payload.len) + tcp.header_len() as u64;
    let (ip_header, most) = match datagram.source {
        IpAddr::V4(_) => (Ipv4Header::MIN_LEN, u64::from(u16::MAX) - 20),
        IpAddr::V6(_) => (Ipv6Header::LEN, u64::from(u16::MAX)),
    };
    let carried = u16::try_from(len).ok().filter(|_| len <= most);
    let carried = carried.ok_or(Unencodable::Length(len + ip_header as u64))?;
    let total = ip_header + usize::from(carried);
    let Some(room) = buffer.get_mut(..total) else {
        return Err(Unencodable::Buffer(total));
    };
    let (ip, rest) = room.split_at_mut(ip_header);
    let (head, octets) = rest.split_at_mut(tcp.header_len());
    text(octets);
    match (datagram.source, datagram.destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let [source, destination] = [source.octets(), destination.octets()];
            let checksum = tcp.calc_checksum_ipv4_raw(source, destination, octets);
            tcp.checksum = checksum.map_err(|_| Unencodable::Length(len + 20))?;
            ip.copy_from_slice(&ipv4_header(datagram, carried, source, destination)?);
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            let [source, destination] = [source.octets(), destination.octets()];
            let checksum = tcp.calc_checksum_ipv6_raw(source, destination, octets);
            tcp.checksum = checksum.map_err(|_| Unencodable::Length(len + 40))?;
            ip.copy_from_slice(&ipv6_header(datagram, carried, source, destination)?);
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => {
            return Err(Unencodable::Addresses);
        }
    }
    head.copy_from_slice(&tcp.to_bytes());
    Ok(room)
}

fn tcp_header(datagram: &Datagram) -> Result<TcpHeader, Unencodable> {
    let segment = &datagram.segment;
    let has = |bit| segment.flags.contains(bit);
    let mut header = TcpHeader {
        acknowledgment_number: segment.ack.value(),
        fin: has(Flags::FIN),
        syn: has(Flags::SYN),
        rst: has(Flags::RST),
        psh: has(Flags::PSH),
        ack: has(Flags::ACK),
        urg: has(Flags::URG),
        ece: has(Flags::ECE),
        cwr: has(Flags::CWR),
        urgent_pointer: segment.urgent,
        ..TcpHeader::new(
            datagram.source_port,
            datagram.destination_port,
            segment.seq.value(),
            segment.wnd,
        )
    };
    let options = options::Written::of(&segment.options)?;
    let set = header.set_options_raw(options.as_slice());
    set.map_err(|_| Unencodable::Options(segment.options.len()))?;
    Ok(header)
}

fn ipv4_header(
    datagram: &Datagram,
    carried: u16,
    source: [u8; 4],
    destination: [u8; 4],
) -> Result<[u8; Ipv4Header::MIN_LEN], Unencodable> {
    let mut header = Ipv4Header {
        dscp: dscp(datagram)?,
        ecn: ecn(datagram),
        total_len: carried + 20,
        identification: datagram.identification,
        dont_fragment: datagram.dont_fragment,
        more_fragments: false,
        fragment_offset: IpFragOffset::ZERO,
        time_to_live: datagram.ttl,
        protocol: ip_number::TCP,
        source,
        destination,
        ..Ipv4Header::default()
    };
    header.header_checksum = header.calc_header_checksum();
    let mut octets = [0; Ipv4Header::MIN_LEN];
    octets.copy_from_slice(&header.to_bytes());
    Ok(octets)
}

fn ipv6_header(
    datagram: &Datagram,
    carried: u16,
    source: [u8; 16],
    destination: [u8; 16],
) -> Result<[u8; Ipv6Header::LEN], Unencodable> {
    let mut header = Ipv6Header {
        payload_length: carried,
        next_header: ip_number::TCP,
        hop_limit: datagram.ttl,
        source,
        destination,
        ..Ipv6Header::default()
    };
    header.set_dscp(dscp(datagram)?);
    header.set_ecn(ecn(datagram));
    Ok(header.to_bytes())
}

fn dscp(datagram: &Datagram) -> Result<IpDscp, Unencodable> {
    IpDscp::try_new(datagram.dscp).map_err(|_| Unencodable::Dscp(datagram.dscp))
}

fn ecn(datagram: &Datagram) -> IpEcn {
    IpEcn::try_new(datagram.segment.ecn.bits()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
