//! Bytes back into a segment, or the reason why they are none.

use super::Datagram;
use super::options::{self, On};
use crate::segment::{Ecn, Flags, Malformed, Payload, Segment};
use crate::seq::Seq;
use etherparse::checksum::Sum16BitWords;
use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice, TcpSlice, err, ip_number};
use std::net::IpAddr;

/// Reads a datagram, and returns it with the octets of its text.
///
/// Octets after the length that IP says are no part of it, as a link may pad. Reserved bits of the
/// TCP header are ignored.
///
/// # Errors
/// Why it is to be dropped: the first thing that is wrong, from the front of the datagram, where each
/// checksum comes when the header before it is in order.
pub fn decode(octets: &[u8]) -> Result<(Datagram, &[u8]), Malformed> {
    match octets.first().map(|first| first >> 4) {
        None => Err(Malformed::TooShort),
        Some(4) => ipv4(octets),
        Some(6) => ipv6(octets),
        Some(version) => Err(Malformed::Version(version)),
    }
}

fn ipv4(octets: &[u8]) -> Result<(Datagram, &[u8]), Malformed> {
    let header = Ipv4HeaderSlice::from_slice(octets).map_err(|error| match error {
        err::ipv4::HeaderSliceError::Len(_) => Malformed::TooShort,
        err::ipv4::HeaderSliceError::Content(_) => Malformed::HeaderLength,
    })?;
    let len = header.slice().len();
    if Sum16BitWords::new()
        .add_slice(header.slice())
        .ones_complement()
        != 0
    {
        return Err(Malformed::IpChecksum);
    }
    let carried = octets.get(len..usize::from(header.total_len()));
    let carried = carried.ok_or(Malformed::TotalLength)?;
    if header.is_fragmenting_payload() {
        return Err(Malformed::Fragment);
    }
    if header.protocol() != ip_number::TCP {
        return Err(Malformed::NotTcp(header.protocol().0));
    }
    let pseudo = Sum16BitWords::new()
        .add_4bytes(header.source())
        .add_4bytes(header.destination());
    let (tcp, text) = tcp(carried, pseudo, Ecn::from_bits(header.ecn().value()))?;
    let datagram = Datagram {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        ttl: header.ttl(),
        dscp: header.dcp().value(),
        identification: header.identification(),
        dont_fragment: header.dont_fragment(),
        ..tcp
    };
    Ok((datagram, text))
}

fn ipv6(octets: &[u8]) -> Result<(Datagram, &[u8]), Malformed> {
    let header = Ipv6HeaderSlice::from_slice(octets).map_err(|_| Malformed::TooShort)?;
    let len = header.slice().len();
    let end = len + usize::from(header.payload_length());
    let carried = octets.get(len..end).ok_or(Malformed::TotalLength)?;
    match header.next_header() {
        ip_number::TCP => {}
        ip_number::IPV6_FRAGMENTATION_HEADER => return Err(Malformed::Fragment),
        other => return Err(Malformed::NotTcp(other.0)),
    }
    let pseudo = Sum16BitWords::new()
        .add_16bytes(header.source())
        .add_16bytes(header.destination());
    let (tcp, text) = tcp(carried, pseudo, Ecn::from_bits(header.ecn().value()))?;
    let datagram = Datagram {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        ttl: header.hop_limit(),
        dscp: header.dscp().value(),
        identification: 0,
        dont_fragment: true,
        ..tcp
    };
    Ok((datagram, text))
}

/// Reads a segment whose pseudo-header begins with the addresses in `pseudo`; the caller fills in
/// what stands in the IP header.
fn tcp(octets: &[u8], pseudo: Sum16BitWords, ecn: Ecn) -> Result<(Datagram, &[u8]), Malformed> {
    let slice = TcpSlice::from_slice(octets).map_err(|error| match error {
        err::tcp::HeaderSliceError::Len(_) if octets.len() < 20 => Malformed::TooShort,
        err::tcp::HeaderSliceError::Len(_) | err::tcp::HeaderSliceError::Content(_) => {
            Malformed::DataOffset
        }
    })?;
    let len = u16::try_from(octets.len()).map_err(|_| Malformed::TotalLength)?;
    // The sum over a segment with its own checksum, as it must be summed where it arrives.
    let sum = pseudo
        .add_2bytes([0, ip_number::TCP.0])
        .add_2bytes(len.to_be_bytes())
        .add_slice(octets);
    if sum.ones_complement() != 0 {
        return Err(Malformed::TcpChecksum);
    }
    let header = slice.header_slice();
    let flags = Flags::from_bits(header[13]);
    let on = if flags.contains(Flags::SYN) {
        On::Syn
    } else {
        On::Other
    };
    let text = &octets[header.len()..];
    let segment = Segment {
        seq: Seq::new(slice.sequence_number()),
        ack: Seq::new(slice.acknowledgment_number()),
        flags,
        wnd: slice.window_size(),
        urgent: slice.urgent_pointer(),
        ecn,
        options: options::read(&header[20..], on)?,
        payload: Payload {
            stream: u32::MAX,
            len: u32::try_from(text.len()).map_err(|_| Malformed::TotalLength)?,
            start: 0,
        },
    };
    let nowhere = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    let ports = [slice.source_port(), slice.destination_port()];
    Ok((Datagram::new([nowhere; 2], ports, segment), text))
}
