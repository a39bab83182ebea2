use super::*;
use crate::segment::{
    Cookie, Ecn, Extra, FastOpen, Malformed, Options, Payload, SackBlock, SackBlocks, Timestamps,
    UserTimeout,
};
use crate::seq::Seq;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

mod vectors;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn segment(flags: Flags, options: Options) -> Segment {
    Segment {
        seq: Seq::new(1000),
        ack: Seq::new(2000),
        flags,
        wnd: 512,
        urgent: 0,
        ecn: Ecn::NotEct,
        options,
        payload: Payload {
            stream: u32::MAX,
            len: 0,
            start: 0,
        },
    }
}

fn v4(segment: Segment) -> Datagram {
    let addresses = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(198, 51, 100, 7)];
    Datagram::new(addresses.map(IpAddr::V4), [49152, 9091], segment)
}

fn v6(segment: Segment) -> Datagram {
    let address = |last| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last);
    Datagram::new([1, 2].map(address).map(IpAddr::V6), [9091, 49152], segment)
}

fn encoded(datagram: &Datagram, text: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0xaa; LARGEST];
    let octets = encode(datagram, |to| to.copy_from_slice(text), &mut buffer);
    octets.unwrap().to_vec()
}

/// The options of a segment as bytes.
fn option_bytes(flags: Flags, options: Options) -> Vec<u8> {
    let octets = encoded(&v4(segment(flags, options)), &[]);
    assert_eq!(octets.len(), 40 + options.len() as usize);
    octets[40..].to_vec()
}

/// What is read of these options, which get a valid header around them; their number is a multiple
/// of four.
fn read(flags: Flags, octets: &[u8]) -> Result<Options, Malformed> {
    // The options go in as text first, and the data offset is moved over them.
    let mut datagram = v4(segment(flags, Options::default()));
    datagram.segment.payload.len = u32::try_from(octets.len()).unwrap();
    let mut all = encoded(&datagram, octets);
    all[32] = u8::try_from(5 + octets.len() / 4).unwrap() << 4;
    let sum = u16::from_be_bytes([all[36], all[37]]);
    // RFC 1624: what the word loses, its checksum wins.
    let before = u32::from(0x50u8) << 8;
    let after = u32::from(all[32]) << 8;
    let mut fixed = u32::from(!sum) + (0xffff - before) + after;
    fixed = (fixed & 0xffff) + (fixed >> 16);
    fixed = (fixed & 0xffff) + (fixed >> 16);
    let fixed = !u16::try_from(fixed).unwrap();
    all[36..38].copy_from_slice(&fixed.to_be_bytes());
    decode(&all).map(|(datagram, text)| {
        assert!(text.is_empty());
        datagram.segment.options
    })
}

const STAMPS: Timestamps = Timestamps { value: 7, echo: 5 };

fn block(start: u32) -> SackBlock {
    SackBlock {
        start: Seq::new(start),
        end: Seq::new(start + 1),
    }
}

#[test]
fn options_stand_on_words_in_the_order_of_most_hosts() {
    let syn = Options {
        mss: Some(1460),
        window_scale: Some(7),
        sack_permitted: true,
        ..Options::default()
    };
    let with_stamps = Options {
        timestamps: Some(STAMPS),
        ..syn
    };
    assert_eq!(
        option_bytes(Flags::SYN, with_stamps),
        bytes("020405b4 0402080a 00000007 00000005 01030307")
    );
    assert_eq!(
        option_bytes(Flags::SYN, syn),
        bytes("020405b4 01010402 01030307")
    );
    let extra = |extra| Options {
        extra,
        ..Options::default()
    };
    let stamped = Options {
        timestamps: Some(STAMPS),
        user_timeout: Some(UserTimeout(0x801e)),
        extra: Extra::Sack(SackBlocks::new(&[block(1), block(5)])),
        ..Options::default()
    };
    assert_eq!(
        option_bytes(Flags::ACK, stamped),
        bytes("0101080a 00000007 00000005 1c04801e 01010512 00000001 00000002 00000005 00000006")
    );
    assert_eq!(
        option_bytes(Flags::SYN, extra(Extra::FastOpen(FastOpen::Request))),
        bytes("22020101")
    );
    let cookie = Cookie::new(&[1, 2, 3, 4]).unwrap();
    assert_eq!(
        option_bytes(Flags::SYN, extra(Extra::FastOpen(FastOpen::Cookie(cookie)))),
        bytes("22060102 03040101")
    );
}

/// MUST-6, MUST-64: an option that nobody knows is skipped, and no option needs to stand on a word.
/// What follows the end of the list is not read.
#[test]
fn options_are_read_wherever_they_stand() {
    let read = read(
        Flags::SYN,
        &bytes("01 020405b4 fd05aaaaaa 0402 fe02 030307 00 0200 ffffffff"),
    );
    let expected = Options {
        mss: Some(1460),
        window_scale: Some(7),
        sack_permitted: true,
        ..Options::default()
    };
    assert_eq!(read, Ok(expected));
}

/// What means something only on a SYN, or only without one, is ignored elsewhere.
#[test]
fn options_out_of_place_are_ignored() {
    let on_syn = "020405b4 01030307 01010402 22020101";
    let elsewhere = "0101050a 00000001 00000002";
    let ignored = |flags, hex| read(flags, &bytes(hex)).map(|options| options.is_empty());
    assert_eq!(ignored(Flags::ACK, on_syn), Ok(true));
    assert_eq!(ignored(Flags::SYN, elsewhere), Ok(true));
    assert_eq!(ignored(Flags::SYN, on_syn), Ok(false));
    assert_eq!(ignored(Flags::ACK, elsewhere), Ok(false));
}

/// MUST-7: a length that cannot be has a name, and stops nothing.
#[test]
fn illegal_lengths_have_names() {
    let beyond = |kind| Malformed::OptionBeyondHeader { kind };
    let short = |kind| Malformed::OptionTooShort { kind };
    let length = |kind, length| Malformed::OptionLength { kind, length };
    for (hex, expected) in [
        ("02000000", short(2)),
        ("fd010000", short(253)),
        ("010101fd", beyond(253)),
        ("01010102", beyond(2)),
        ("020505b4", beyond(2)),
        ("080a0000", beyond(8)),
        ("020305 00", length(2, 3)),
        ("03040700", length(3, 4)),
        ("04030000", length(4, 3)),
        ("08080000 00000000", length(8, 8)),
        ("05020000", length(5, 2)),
        ("05060000 00010000", length(5, 6)),
        ("050b0000 00010000 00020000", length(5, 11)),
        ("1c030000", length(28, 3)),
        ("22030100", length(34, 3)),
        ("22050102 03000000", length(34, 5)),
    ] {
        assert_eq!(read(Flags::SYN, &bytes(hex)), Err(expected), "{hex}");
        assert_eq!(read(Flags::ACK, &bytes(hex)), Err(expected), "{hex}");
    }
}

#[test]
fn what_has_no_bytes_says_why() {
    let mut buffer = [0; 100];
    let plain = v4(segment(Flags::ACK, Options::default()));
    let long = |len| {
        let mut datagram = plain;
        datagram.segment.payload.len = len;
        datagram
    };
    let crowded = Options {
        timestamps: Some(STAMPS),
        extra: Extra::Sack(SackBlocks::new(&[block(1), block(3), block(5), block(7)])),
        ..Options::default()
    };
    let mixed = Datagram {
        destination: Ipv6Addr::LOCALHOST.into(),
        ..plain
    };
    let dscp = Datagram { dscp: 64, ..plain };
    for (datagram, expected) in [
        (long(61), Unencodable::Buffer(101)),
        (long(65_496), Unencodable::Length(65_536)),
        (long(u32::MAX), Unencodable::Length(4_294_967_335)),
        (v4(segment(Flags::ACK, crowded)), Unencodable::Options(48)),
        (mixed, Unencodable::Addresses),
        (dscp, Unencodable::Dscp(64)),
    ] {
        assert_eq!(encode(&datagram, |_| (), &mut buffer), Err(expected));
    }
    assert_eq!(
        encode(&long(60), |_| (), &mut buffer).map(<[u8]>::len),
        Ok(100)
    );
    let mut room = vec![0; LARGEST];
    let largest = Datagram {
        segment: Segment {
            payload: Payload {
                len: 65_515,
                ..plain.segment.payload
            },
            ..plain.segment
        },
        ..v6(plain.segment)
    };
    assert_eq!(
        encode(&largest, |_| (), &mut room).map(<[u8]>::len),
        Ok(LARGEST)
    );
}

fn options() -> impl Strategy<Value = Options> {
    let stamps = (any::<u32>(), any::<u32>()).prop_map(|(value, echo)| Timestamps { value, echo });
    let blocks = prop::collection::vec((any::<u32>(), any::<u32>()), 1..5);
    let sack = blocks.prop_map(|blocks| {
        let block = |(start, end): &(u32, u32)| SackBlock {
            start: Seq::new(*start),
            end: Seq::new(*end),
        };
        let blocks: Vec<_> = blocks.iter().map(block).collect();
        Extra::Sack(SackBlocks::new(&blocks))
    });
    let cookie = prop::collection::vec(any::<u8>(), 2..9).prop_map(|halves| {
        let octets: Vec<u8> = halves.iter().flat_map(|half| [*half, !*half]).collect();
        Extra::FastOpen(FastOpen::Cookie(Cookie::new(&octets).unwrap()))
    });
    let extra = prop_oneof![
        Just(Extra::Nothing),
        Just(Extra::FastOpen(FastOpen::Request)),
        sack,
        cookie
    ];
    (
        any::<Option<u16>>(),
        any::<Option<u8>>(),
        any::<bool>(),
        prop::option::of(stamps),
        prop::option::of(any::<u16>().prop_map(UserTimeout)),
        extra,
    )
        .prop_map(
            |(mss, window_scale, sack_permitted, timestamps, user_timeout, extra)| Options {
                mss,
                window_scale,
                sack_permitted,
                timestamps,
                user_timeout,
                extra,
            },
        )
        .prop_filter("a header has 40 octets for them", |o| o.len() <= 40)
}

fn any_segment() -> impl Strategy<Value = Segment> {
    let numbers = (any::<u32>(), any::<u32>(), any::<u16>(), any::<u16>());
    (numbers, any::<u8>(), 0u8..4, options(), 0u32..200).prop_map(
        |((seq, ack, wnd, urgent), flags, ecn, mut options, len)| {
            let flags = Flags::from_bits(flags);
            // What means nothing there is not read back.
            if flags.contains(Flags::SYN) {
                if matches!(options.extra, Extra::Sack(_)) {
                    options.extra = Extra::Nothing;
                }
            } else {
                (options.mss, options.window_scale, options.sack_permitted) = (None, None, false);
                if matches!(options.extra, Extra::FastOpen(_)) {
                    options.extra = Extra::Nothing;
                }
            }
            Segment {
                seq: Seq::new(seq),
                ack: Seq::new(ack),
                wnd,
                urgent,
                ecn: Ecn::from_bits(ecn),
                payload: Payload {
                    stream: u32::MAX,
                    len,
                    start: 0,
                },
                ..segment(flags, options)
            }
        },
    )
}

fn any_datagram() -> impl Strategy<Value = Datagram> {
    let addresses = prop_oneof![
        any::<[Ipv4Addr; 2]>().prop_map(|pair| pair.map(IpAddr::V4)),
        any::<[Ipv6Addr; 2]>().prop_map(|pair| pair.map(IpAddr::V6)),
    ];
    let header = (any::<u8>(), 0u8..64, any::<u16>(), any::<bool>());
    (addresses, any::<[u16; 2]>(), header, any_segment()).prop_map(
        |(addresses, ports, (ttl, dscp, identification, dont_fragment), segment)| {
            let is_v4 = addresses[0].is_ipv4();
            Datagram {
                ttl,
                dscp,
                identification: if is_v4 { identification } else { 0 },
                dont_fragment: dont_fragment || !is_v4,
                ..Datagram::new(addresses, ports, segment)
            }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(datagram in any_datagram(), padding in 0usize..9) {
        let payload = datagram.segment.payload;
        let mut text = vec![0; payload.len as usize];
        text::fill(4, 99, &mut text);
        let mut octets = encoded(&datagram, &text);
        octets.resize(octets.len() + padding, 0);
        prop_assert_eq!(decode(&octets), Ok((datagram, &text[..])));
    }

    /// A flipped bit breaks a checksum or what stands before one, but in those bits of IPv6 that no
    /// checksum covers: traffic class, flow label and hop limit.
    #[test]
    fn a_flipped_bit_is_noticed(datagram in any_datagram(), place in any::<prop::sample::Index>()) {
        let text = vec![0x5a; datagram.segment.payload.len as usize];
        let mut octets = encoded(&datagram, &text);
        let bit = place.index(octets.len() * 8);
        octets[bit / 8] ^= 0x80 >> (bit % 8);
        let uncovered = !datagram.source.is_ipv4() && matches!(bit, 4..32 | 56..64);
        match decode(&octets) {
            Err(_) => prop_assert!(!uncovered),
            Ok((read, found)) => {
                prop_assert!(uncovered, "bit {bit}");
                prop_assert_eq!(found, &text[..]);
                let segment = Segment { ecn: datagram.segment.ecn, ..read.segment };
                prop_assert_eq!(segment, datagram.segment);
            }
        }
    }

    /// MUST-7: whatever comes, reading it ends.
    #[test]
    fn anything_is_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = decode(&octets);
        for on in [options::On::Syn, options::On::Other] {
            let _ = options::read(&octets[..octets.len().min(40)], on);
        }
    }
}
