//! SYN cookies: a handshake that its listener does not keep (RFC 4987 §3.6).
//!
//! The initial sequence number of the SYN,ACK says what the listener has to know again: when it was
//! sent and the peer's MSS, hidden by a keyed hash of the ports. If both ends have timestamps, the low
//! bits of TSval hold the shift of the peer's window, whether it permits SACK, and whether ECN is on;
//! without, none is had. The last acknowledgement of the handshake brings both back, and the connection is made of it.
//!
//! Pure functions: the secret and the moment come in. A cookie is not sent again, and a guess meets a
//! valid one by chance once in 2^22.

#[cfg(doc)]
use super::config::Config;
use super::outcome::{Outgoing, Why};
use super::tcb::{Cx, Tcb};
use crate::segment::{Ecn, Flags, Options, Payload, Segment};
use crate::seq::Seq;
use crate::time::{Span, Time};

/// What a cookie's counter counts.
const PERIOD: Span = Span::from_secs(64);
/// In how many periods a cookie is valid: that in which it was made, and the next.
const PERIODS: u32 = 2;
/// How long after the last cookie an acknowledgement may bring one back at most.
pub const LIFETIME: Span = Span::from_secs(64 * PERIODS as u64);
/// The MSS that a cookie can say, 1,460 being that of most paths.
const MSS: [u16; 4] = [536, 1300, 1440, 1460];
/// Bits of a cookie below its counter.
const COUNTER_SHIFT: u32 = 24;
/// The low bits of TSval that say which options the SYN had.
const STAMP_BITS: u32 = 6;
/// In them: no window scaling.
const NO_SHIFT: u32 = 0xF;
/// In them: SACK is permitted.
const SACK: u32 = 1 << 4;
/// In them: both ends take part in explicit congestion notification.
const ECN: u32 = 1 << 5;

/// What hides the cookies of one pair of ports.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The host's secret, of which its addresses are a part.
    pub secret: u64,
    /// Both ports: the host's own in the upper half.
    pub ports: u32,
}

impl Key {
    fn hash(self, irs: Seq, counter: u32, which: u8) -> u32 {
        let mut text = [0; 13];
        text[..4].copy_from_slice(&self.ports.to_le_bytes());
        text[4..8].copy_from_slice(&irs.value().to_le_bytes());
        text[8..12].copy_from_slice(&counter.to_le_bytes());
        text[12] = which;
        let hash = xxhash_rust::xxh3::xxh3_64_with_seed(&text, self.secret);
        super::tcb::low_bits(hash)
    }

    /// The number of a SYN,ACK that answers a SYN with this number and MSS.
    pub fn encode(self, now: Time, irs: Seq, mss: u16) -> Seq {
        let counter = counter(now);
        let largest = MSS.iter().rposition(|known| *known <= mss).unwrap_or(0);
        let largest = u32::try_from(largest).unwrap_or(0);
        let low = self.hash(irs, counter, 1).wrapping_add(largest) & ((1 << COUNTER_SHIFT) - 1);
        let sum = self
            .hash(irs, 0, 0)
            .wrapping_add(counter << COUNTER_SHIFT)
            .wrapping_add(low);
        Seq::new(sum)
    }

    /// The MSS of the SYN that this number answered, if it is a cookie that is still valid.
    pub fn decode(self, now: Time, irs: Seq, cookie: Seq) -> Option<u16> {
        let plain = cookie.value().wrapping_sub(self.hash(irs, 0, 0));
        let counter = counter(now);
        let age = counter.wrapping_sub(plain >> COUNTER_SHIFT) & 0xFF;
        if PERIODS <= age {
            return None;
        }
        let made = counter.wrapping_sub(age);
        let largest = plain.wrapping_sub(self.hash(irs, made, 1)) & ((1 << COUNTER_SHIFT) - 1);
        MSS.get(usize::try_from(largest).ok()?).copied()
    }
}

fn counter(now: Time) -> u32 {
    super::tcb::low_bits(now.since(Time::ZERO).as_nanos() / PERIOD.as_nanos())
}

/// A TSval not after `ticks` whose low bits say which options the SYN had.
fn stamp(ticks: u32, options: &Options, ecn: bool) -> u32 {
    let shift = options.window_scale.map_or(NO_SHIFT, u32::from);
    let sack = if options.sack_permitted { SACK } else { 0 };
    let ecn = if ecn { ECN } else { 0 };
    let coded = ticks >> STAMP_BITS << STAMP_BITS | shift | sack | ecn;
    if ticks < coded {
        coded.wrapping_sub(1 << STAMP_BITS)
    } else {
        coded
    }
}

/// The SYN that an acknowledgement of a cookie stands for.
pub fn syn_of(ack: &Segment, mss: u16) -> Segment {
    let mut options = Options {
        mss: Some(mss),
        ..Options::default()
    };
    let mut flags = Flags::SYN;
    if let Some(stamps) = ack.options.timestamps {
        if stamps.echo & ECN != 0 {
            flags = flags | Flags::ECE | Flags::CWR;
        }
        let shift = stamps.echo & NO_SHIFT;
        options.window_scale = u8::try_from(shift).ok().filter(|_| shift != NO_SHIFT);
        options.sack_permitted = stamps.echo & SACK != 0;
        options.timestamps = Some(crate::segment::Timestamps { echo: 0, ..stamps });
    }
    Segment {
        seq: ack.seq - 1,
        ack: Seq::new(0),
        flags,
        ecn: Ecn::NotEct,
        options,
        payload: Payload {
            stream: ack.payload.stream,
            ..Payload::default()
        },
        ..*ack
    }
}

impl Tcb {
    /// The SYN,ACK by which a listener that keeps nothing answers a SYN; `cx.iss` is the cookie.
    ///
    /// It is called on a copy of the listener's TCB, which is of no more use afterwards.
    pub fn answer_with_cookie(&mut self, syn: &Segment, cx: &mut Cx) -> Option<Outgoing> {
        let mut plain = *syn;
        if plain.options.timestamps.is_none() || !cx.config.timestamps {
            // There is no place to remember them.
            plain.options.window_scale = None;
            plain.options.sack_permitted = false;
            plain.flags = syn.flags.without(Flags::ECE | Flags::CWR);
        }
        self.on_segment(&plain, cx);
        let mut sent = self.poll_transmit(cx)?;
        if let Some(stamps) = &mut sent.segment.options.timestamps {
            stamps.value = stamp(stamps.value, &plain.options, self.ecn.on);
        }
        sent.why = Why::SynCookie;
        Some(sent)
    }

    /// LISTEN becomes SYN-RECEIVED as if this SYN had just been answered by the cookie `cx.iss`.
    pub fn recreate(&mut self, syn: &Segment, cx: &mut Cx) {
        self.on_segment(syn, cx);
        // It went out when the cookie was made: nothing was measured since.
        let _ = self.poll_transmit(cx);
        self.forget_samples();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Timestamps;

    const KEY: Key = Key {
        secret: 0x0123_4567_89AB_CDEF,
        ports: 80 << 16 | 50_000,
    };

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    /// The largest MSS of the table that is not larger, with numbers that wrap too.
    #[test]
    fn a_cookie_says_the_mss() {
        for (mss, said) in [
            (1, 536),
            (536, 536),
            (1299, 536),
            (1300, 1300),
            (1459, 1440),
            (1460, 1460),
            (9000, 1460),
        ] {
            for irs in [Seq::new(7), Seq::new(u32::MAX)] {
                let cookie = KEY.encode(at(1000), irs, mss);
                assert_eq!(KEY.decode(at(1000), irs, cookie), Some(said), "{mss}");
            }
        }
    }

    /// From 1,000 s on, in the period of 960 to 1,024 s and in the next.
    #[test]
    fn a_cookie_is_valid_for_two_periods() {
        let irs = Seq::new(99);
        let cookie = KEY.encode(at(1000), irs, 1460);
        for (now, valid) in [(959, false), (960, true), (1087, true), (1088, false)] {
            let found = KEY.decode(at(now), irs, cookie);
            assert_eq!(found.is_some(), valid, "{now}");
        }
        // The counter has 8 bits: 256 periods later the hash of the low bits still tells.
        assert_eq!(KEY.decode(at(1000 + 256 * 64), irs, cookie), None);
    }

    #[test]
    fn another_connection_has_other_cookies() {
        let irs = Seq::new(99);
        let cookie = KEY.encode(at(1000), irs, 1460);
        let others = [
            (
                Key {
                    ports: KEY.ports + 1,
                    ..KEY
                },
                irs,
                cookie,
            ),
            (
                Key {
                    secret: KEY.secret + 1,
                    ..KEY
                },
                irs,
                cookie,
            ),
            (KEY, irs + 1, cookie),
            (KEY, irs, cookie + 4),
        ];
        for (key, irs, cookie) in others {
            assert_eq!(key.decode(at(1000), irs, cookie), None);
        }
    }

    /// Which options the SYN had comes back in TSecr; the TSval is not from the future.
    #[test]
    fn options_live_in_the_timestamp() {
        for ticks in [0, 63, 64, 1_000_000, u32::MAX] {
            for (window_scale, sack_permitted, ecn) in [
                (None, false, false),
                (Some(0), true, true),
                (Some(14), true, false),
                (None, false, true),
            ] {
                let options = Options {
                    window_scale,
                    sack_permitted,
                    ..Options::default()
                };
                let echo = stamp(ticks, &options, ecn);
                assert!(ticks.wrapping_sub(echo) < 64, "{ticks} {echo}");
                let ack = Segment {
                    seq: Seq::new(0),
                    ack: Seq::new(1),
                    flags: Flags::ACK,
                    wnd: 100,
                    urgent: 0,
                    ecn: Ecn::Ce,
                    options: Options {
                        timestamps: Some(Timestamps { value: 5, echo }),
                        ..Options::default()
                    },
                    payload: Payload::default(),
                };
                let syn = syn_of(&ack, 1300);
                assert_eq!(syn.seq, Seq::new(u32::MAX));
                let asks = if ecn { "SEW" } else { "S" };
                assert_eq!(
                    (syn.flags.to_string().as_str(), syn.ecn),
                    (asks, Ecn::NotEct)
                );
                let wanted = Options {
                    mss: Some(1300),
                    timestamps: Some(Timestamps { value: 5, echo: 0 }),
                    ..options
                };
                assert_eq!(syn.options, wanted);
            }
        }
    }
}
