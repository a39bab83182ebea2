//! Segments as text: `FIN,ACK seq=1 ack=1 len=100 wnd=4000`, in relative numbers.
//!
//! What this end sends counts from ISS, what the peer sends from IRS, so that a case reads like the
//! figures of RFC 9293 whatever the initial numbers are.

use crate::segment::{
    Ecn, Extra, Flags, Marks, Options, Payload, SackBlock, SackBlocks, Segment, Timestamps,
    UserTimeout,
};
use crate::seq::Seq;
use crate::time::{Span, Time};

/// The stream of the end under test.
pub const STREAM: u32 = 1;
/// The stream of its peer.
pub const PEER_STREAM: u32 = 2;

const NAMES: [(&str, Flags); 7] = [
    ("SYN", Flags::SYN),
    ("FIN", Flags::FIN),
    ("RST", Flags::RST),
    ("PSH", Flags::PSH),
    ("ACK", Flags::ACK),
    ("ECE", Flags::ECE),
    ("CWR", Flags::CWR),
];

/// Reads what the peer sends; `wnd` is its window where the text does not say.
///
/// The word `foreign` makes the text that of another stream than the peer's.
pub fn read(text: &str, own: Seq, peer: Seq, wnd: u16) -> Segment {
    let mut words = text.split(' ');
    let mut segment = Segment {
        seq: peer,
        ack: Seq::new(0),
        flags: read_flags(words.next().unwrap()),
        wnd,
        urgent: 0,
        ecn: Ecn::NotEct,
        options: Options::default(),
        payload: Payload {
            stream: PEER_STREAM,
            ..Payload::default()
        },
    };
    let mut seq = 0;
    for word in words {
        match word.split_once('=') {
            Some(("seq", n)) => seq = n.parse().unwrap(),
            Some(("ack", n)) => segment.ack = absolute(own, n.parse().unwrap()),
            Some(("len", n)) => segment.payload.len = n.parse().unwrap(),
            Some(("wnd", n)) => segment.wnd = n.parse().unwrap(),
            Some(("mss", n)) => segment.options.mss = Some(n.parse().unwrap()),
            Some(("wscale", n)) => segment.options.window_scale = Some(n.parse().unwrap()),
            Some(("sack", blocks)) => segment.options.extra = Extra::Sack(read_blocks(blocks, own)),
            Some(("ts", stamps)) => segment.options.timestamps = Some(read_stamps(stamps)),
            Some(("uto", n)) => {
                segment.options.user_timeout = Some(UserTimeout(n.parse().unwrap()));
            }
            None if word == "sackok" => segment.options.sack_permitted = true,
            None if word == "ect0" => segment.ecn = Ecn::Ect0,
            None if word == "ce" => segment.ecn = Ecn::Ce,
            None if word == "foreign" => segment.payload.stream = PEER_STREAM + 1,
            Some(_) | None => panic!("what is {word:?} in {text:?}?"),
        }
    }
    segment.seq = absolute(peer, seq);
    let first_octet = seq + i64::from(segment.flags.contains(Flags::SYN));
    segment.payload.start = u64::try_from(first_octet - 1).unwrap_or(0);
    segment
}

/// Writes what this end sends, with its window if `with_wnd`.
pub fn write(segment: &Segment, marks: Marks, own: Seq, peer: Seq, with_wnd: bool) -> String {
    let flags = segment.flags;
    // A reset that answers a segment without ACK has the number zero, not one of this end's.
    let base = if flags.contains(Flags::RST | Flags::ACK) && segment.seq == Seq::new(0) {
        Seq::new(0)
    } else {
        own
    };
    let mut text = format!("{} seq={}", write_flags(flags), relative(segment.seq, base));
    if flags.contains(Flags::ACK) {
        text += &format!(" ack={}", relative(segment.ack, peer));
    }
    if segment.payload.len > 0 {
        text += &format!(" len={}", segment.payload.len);
    }
    if with_wnd {
        text += &format!(" wnd={}", segment.wnd);
    }
    if let Some(mss) = segment.options.mss {
        text += &format!(" mss={mss}");
    }
    if let Some(shift) = segment.options.window_scale {
        text += &format!(" wscale={shift}");
    }
    if segment.options.sack_permitted {
        text += " sackok";
    }
    if let Some(stamps) = segment.options.timestamps {
        text += &format!(" ts={}/{}", stamps.value, stamps.echo);
    }
    let blocks = segment.options.sack_blocks().iter().map(|block| {
        let (start, end) = (relative(block.start, peer), relative(block.end, peer));
        format!("{start}-{end}")
    });
    let blocks: Vec<String> = blocks.collect();
    if !blocks.is_empty() {
        text += &format!(" sack={}", blocks.join(","));
    }
    if let Some(UserTimeout(field)) = segment.options.user_timeout {
        text += &format!(" uto={field}");
    }
    match segment.ecn {
        Ecn::NotEct => {}
        Ecn::Ect0 => text += " ect0",
        Ecn::Ect1 | Ecn::Ce => panic!("no end sends {:?}", segment.ecn),
    }
    if marks.retransmission {
        text += " again";
    }
    if marks.probe {
        text += " probe";
    }
    text
}

/// The sequence number at `n` from `base`.
pub fn absolute(base: Seq, n: i64) -> Seq {
    let distance = u32::try_from(n.abs()).unwrap();
    if n < 0 {
        base - distance
    } else {
        base + distance
    }
}

/// How far `seq` lies from `base`, which may be behind it.
pub fn relative(seq: Seq, base: Seq) -> i64 {
    if seq.precedes(base) {
        -i64::from(base.since(seq))
    } else {
        i64::from(seq.since(base))
    }
}

/// Reads `1.5s`, `200ms`, `7ns`, and sums like `240s+1ns`.
pub fn moment(text: &str) -> Time {
    text.split('+')
        .fold(Time::ZERO, |sum, part| sum + span(part))
}

/// Reads `1.5s`, `200ms` or `7ns`.
pub fn span(text: &str) -> Span {
    let digits = text.find(|c: char| c.is_ascii_alphabetic()).unwrap();
    let (number, unit) = text.split_at(digits);
    let nanos: u64 = match unit {
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" => 1_000,
        "ns" => 1,
        _ => panic!("what is {unit:?} in {text:?}?"),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut sum = whole.parse::<u64>().unwrap() * nanos;
    let mut place = nanos;
    for digit in fraction.chars() {
        place /= 10;
        sum += u64::from(digit.to_digit(10).unwrap()) * place;
    }
    Span::from_nanos(sum)
}

/// Reads the blocks of a SACK option: `1001-2001,3001-4001`.
fn read_blocks(text: &str, base: Seq) -> SackBlocks {
    let blocks = text.split(',').map(|block| {
        // The first letter may be a sign.
        let dash = 1 + block[1..].find('-').unwrap();
        let (start, end) = (&block[..dash], &block[dash + 1..]);
        SackBlock {
            start: absolute(base, start.parse().unwrap()),
            end: absolute(base, end.parse().unwrap()),
        }
    });
    SackBlocks::new(&blocks.collect::<Vec<_>>())
}

/// Reads TSval and TSecr: `20/7`.
fn read_stamps(text: &str) -> Timestamps {
    let (value, echo) = text.split_once('/').unwrap();
    Timestamps {
        value: value.parse().unwrap(),
        echo: echo.parse().unwrap(),
    }
}

fn read_flags(text: &str) -> Flags {
    if text == "none" {
        return Flags::NONE;
    }
    text.split(',').fold(Flags::NONE, |flags, name| {
        let known = NAMES.iter().find(|(known, _)| *known == name);
        flags | known.unwrap_or_else(|| panic!("no flag {name:?}")).1
    })
}

fn write_flags(flags: Flags) -> String {
    let set: Vec<&str> = NAMES
        .iter()
        .filter(|(_, bit)| flags.contains(*bit))
        .map(|(name, _)| *name)
        .collect();
    set.join(",")
}
