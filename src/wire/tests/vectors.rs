//! Packets whose bytes come from elsewhere: computed by hand, or recorded from a kernel.

use super::*;

/// Linux 6.18 opens a connection over its loopback interface, whose MTU is 65,536, and is answered.
/// Recorded with a packet socket; the interface leaves TCP's checksum to nobody, so it was filled in
/// as a network card would.
const KERNEL_SYN: &str = "4500003c 3b204000 4006019a 7f000001 7f000001 b9e49917 19579056 00000000
    a002ffd7 045a0000 0204ffd7 0402080a 7be1d319 00000000 0103030a";
const KERNEL_SYN_ACK: &str = "4500003c 00004000 40063cba 7f000001 7f000001 9917b9e4 a76d71c0
    19579057 a012ffcb 24960000 0204ffd7 0402080a b5b010e0 7be1d319 0103030a";

#[test]
fn a_kernels_handshake_is_read_and_written() {
    let options = |value, echo| Options {
        mss: Some(65_495),
        window_scale: Some(10),
        sack_permitted: true,
        timestamps: Some(Timestamps { value, echo }),
        ..Options::default()
    };
    let localhost = [IpAddr::V4(Ipv4Addr::LOCALHOST); 2];
    let syn = Segment {
        seq: Seq::new(0x1957_9056),
        ack: Seq::new(0),
        wnd: 65_495,
        ..segment(Flags::SYN, options(0x7be1_d319, 0))
    };
    let syn = Datagram {
        identification: 0x3b20,
        ..Datagram::new(localhost, [47_588, 39_191], syn)
    };
    let syn_ack = Segment {
        seq: Seq::new(0xa76d_71c0),
        ack: Seq::new(0x1957_9057),
        wnd: 65_483,
        ..segment(Flags::SYN | Flags::ACK, options(0xb5b0_10e0, 0x7be1_d319))
    };
    let syn_ack = Datagram::new(localhost, [39_191, 47_588], syn_ack);
    for (hex, datagram) in [(KERNEL_SYN, syn), (KERNEL_SYN_ACK, syn_ack)] {
        let octets = bytes(hex);
        assert_eq!(decode(&octets), Ok((datagram, &[][..])));
        assert_eq!(encoded(&datagram, &[]), octets);
    }
}

/// Each field at its place, with the checksums that a program of a few lines in another language
/// computed: data with a timestamp and a SACK block over IPv4, and a reset over IPv6.
#[test]
fn each_field_has_its_place() {
    let data = "452a0047 12344000 3f063d17 c0000201 c6336407 c0002383 000003e8 000007d0 b0180200
        9b810000 0101080a 00000007 00000005 0101050a 00000bb8 00000fa0 6c61737461636b";
    let options = Options {
        timestamps: Some(STAMPS),
        extra: Extra::Sack(SackBlocks::new(&[SackBlock {
            start: Seq::new(3000),
            end: Seq::new(4000),
        }])),
        ..Options::default()
    };
    let mut pushed = segment(Flags::ACK | Flags::PSH, options);
    (pushed.ecn, pushed.payload.len) = (Ecn::Ect0, 7);
    let datagram = Datagram {
        ttl: 63,
        dscp: 10,
        identification: 0x1234,
        ..v4(pushed)
    };
    assert_eq!(encoded(&datagram, b"lastack"), bytes(data));
    assert_eq!(decode(&bytes(data)), Ok((datagram, &b"lastack"[..])));

    let reset = "6bb00000 00140640 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000
        00000002 2383c000 00000000 ffffffff 50140000 70d80000";
    let mut refused = segment(Flags::ACK | Flags::RST, Options::default());
    (refused.seq, refused.ack) = (Seq::new(0), Seq::new(u32::MAX));
    (refused.wnd, refused.ecn) = (0, Ecn::Ce);
    let datagram = Datagram {
        dscp: 46,
        ..v6(refused)
    };
    assert_eq!(encoded(&datagram, &[]), bytes(reset));
    assert_eq!(decode(&bytes(reset)), Ok((datagram, &[][..])));
}

/// Each reason, at the smallest change of a datagram in order that gives it.
#[test]
fn what_is_no_segment_says_why() {
    let syn = bytes(KERNEL_SYN);
    let changed = |change: fn(&mut Vec<u8>), checksum: bool| {
        let mut octets = syn.clone();
        change(&mut octets);
        if checksum {
            let header = &mut octets[..20];
            header[10..12].fill(0);
            let sum = etherparse::checksum::Sum16BitWords::new().add_slice(header);
            // It gives the octets in the machine's order.
            let sum = sum.ones_complement().to_ne_bytes();
            header[10..12].copy_from_slice(&sum);
        }
        decode(&octets).map(|_| ())
    };
    let plain = |change| changed(change, false);
    let summed = |change| changed(change, true);
    assert_eq!(plain(|_| ()), Ok(()));
    assert_eq!(summed(|_| ()), Ok(()));
    assert_eq!(decode(&[]), Err(Malformed::TooShort));
    assert_eq!(plain(|o| o.truncate(19)), Err(Malformed::TooShort));
    assert_eq!(plain(|o| o[0] = 0x55), Err(Malformed::Version(5)));
    assert_eq!(plain(|o| o[0] = 0x44), Err(Malformed::HeaderLength));
    assert_eq!(plain(|o| o[8] -= 1), Err(Malformed::IpChecksum));
    assert_eq!(plain(|o| o.truncate(59)), Err(Malformed::TotalLength));
    assert_eq!(summed(|o| o[3] = 19), Err(Malformed::TotalLength));
    assert_eq!(summed(|o| o[6] = 0x20), Err(Malformed::Fragment));
    assert_eq!(summed(|o| o[7] = 1), Err(Malformed::Fragment));
    assert_eq!(summed(|o| o[9] = 17), Err(Malformed::NotTcp(17)));
    assert_eq!(summed(|o| o[3] = 39), Err(Malformed::TooShort));
    assert_eq!(plain(|o| o[32] = 0x40), Err(Malformed::DataOffset));
    assert_eq!(plain(|o| o[32] = 0xb0), Err(Malformed::DataOffset));
    assert_eq!(plain(|o| o[59] = 9), Err(Malformed::TcpChecksum));
    let six = encoded(&v6(segment(Flags::ACK, Options::default())), &[]);
    let six = |place: usize, value| {
        let mut octets = six.clone();
        octets[place] = value;
        decode(&octets).map(|_| ())
    };
    assert_eq!(six(7, 64), Ok(()));
    assert_eq!(six(6, 44), Err(Malformed::Fragment));
    assert_eq!(six(6, 58), Err(Malformed::NotTcp(58)));
    assert_eq!(six(5, 21), Err(Malformed::TotalLength));
    assert_eq!(six(5, 19), Err(Malformed::TooShort));
    assert_eq!(six(59, 1), Err(Malformed::TcpChecksum));
}
