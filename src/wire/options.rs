//! The options of a header as bytes (RFC 9293 §3.1, RFC 7323, RFC 2018, RFC 5482, RFC 7413).
//!
//! They are written in the order that most hosts on the network use, each on a word, with NOPs before
//! it: so no end-of-options mark is needed, and if ever one is, the rest is zero (MUST-69).

use super::Unencodable;
use crate::segment::{
    Cookie, Extra, FastOpen, Malformed, Options, SackBlock, SackBlocks, Timestamps, UserTimeout,
};
use crate::seq::Seq;

const END: u8 = 0;
const NOP: u8 = 1;
const MSS: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const SACK: u8 = 5;
const TIMESTAMPS: u8 = 8;
const USER_TIMEOUT: u8 = 28;
const FAST_OPEN: u8 = 34;

/// Octets that a header has room for.
const ROOM: usize = 40;

/// The options of one header as bytes.
pub(super) struct Written {
    octets: [u8; ROOM],
    len: usize,
}

impl Written {
    /// These options.
    pub fn of(options: &Options) -> Result<Written, Unencodable> {
        if ROOM < options.len() as usize {
            return Err(Unencodable::Options(options.len()));
        }
        let mut to = Written {
            octets: [0; ROOM],
            len: 0,
        };
        if let Some(mss) = options.mss {
            let [high, low] = mss.to_be_bytes();
            to.put(&[MSS, 4, high, low]);
        }
        match (options.timestamps, options.sack_permitted) {
            (Some(stamps), permitted) => {
                to.put(if permitted {
                    &[SACK_PERMITTED, 2]
                } else {
                    &[NOP, NOP]
                });
                to.put(&[TIMESTAMPS, 10]);
                to.put(&stamps.value.to_be_bytes());
                to.put(&stamps.echo.to_be_bytes());
            }
            (None, true) => to.put(&[NOP, NOP, SACK_PERMITTED, 2]),
            (None, false) => {}
        }
        if let Some(shift) = options.window_scale {
            to.put(&[NOP, WINDOW_SCALE, 3, shift]);
        }
        if let Some(UserTimeout(field)) = options.user_timeout {
            let [high, low] = field.to_be_bytes();
            to.put(&[USER_TIMEOUT, 4, high, low]);
        }
        match &options.extra {
            Extra::Nothing => {}
            Extra::Sack(blocks) => to.put_sack(blocks.as_slice()),
            Extra::FastOpen(FastOpen::Request) => to.put(&[FAST_OPEN, 2, NOP, NOP]),
            Extra::FastOpen(FastOpen::Cookie(cookie)) => to.put_cookie(cookie.as_slice()),
        }
        Ok(to)
    }

    fn put(&mut self, octets: &[u8]) {
        self.octets[self.len..self.len + octets.len()].copy_from_slice(octets);
        self.len += octets.len();
    }

    fn put_sack(&mut self, blocks: &[SackBlock]) {
        self.put(&[NOP, NOP, SACK, octet(2 + 8 * blocks.len())]);
        for block in blocks {
            self.put(&block.start.value().to_be_bytes());
            self.put(&block.end.value().to_be_bytes());
        }
    }

    fn put_cookie(&mut self, cookie: &[u8]) {
        self.put(&[FAST_OPEN, octet(2 + cookie.len())]);
        self.put(cookie);
        while !self.len.is_multiple_of(4) {
            self.put(&[NOP]);
        }
    }

    /// The bytes, whole words of them.
    pub fn as_slice(&self) -> &[u8] {
        &self.octets[..self.len.next_multiple_of(4)]
    }
}

fn octet(len: usize) -> u8 {
    u8::try_from(len).unwrap_or(u8::MAX)
}

/// Whether the segment has a SYN, on which some options mean something and others nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// It has.
    Syn,
    /// It has not.
    Other,
}

/// Reads the options of a header, at whatever octet they start (MUST-64).
///
/// An unknown option is skipped by its length (MUST-6, MUST-68), and so is one where it means
/// nothing: MSS, window scale, SACK-permitted and Fast Open without a SYN, SACK with one. Of one that
/// comes twice the last counts.
///
/// # Errors
/// An option whose length cannot be (MUST-7).
pub(super) fn read(mut octets: &[u8], on: On) -> Result<Options, Malformed> {
    let mut options = Options::default();
    while let Some((&kind, rest)) = octets.split_first() {
        match kind {
            END => break,
            NOP => octets = rest,
            _ => {
                let &length = rest.first().ok_or(Malformed::OptionBeyondHeader { kind })?;
                if length < 2 {
                    return Err(Malformed::OptionTooShort { kind });
                }
                let Some((option, after)) = octets.split_at_checked(usize::from(length)) else {
                    return Err(Malformed::OptionBeyondHeader { kind });
                };
                take(&mut options, kind, &option[2..], on)
                    .ok_or(Malformed::OptionLength { kind, length })?;
                octets = after;
            }
        }
    }
    Ok(options)
}

/// Takes one option; `None` if it never has as many octets.
fn take(options: &mut Options, kind: u8, octets: &[u8], on: On) -> Option<()> {
    match kind {
        MSS => {
            let mss = u16::from_be_bytes(octets.try_into().ok()?);
            if on == On::Syn {
                options.mss = Some(mss);
            }
        }
        WINDOW_SCALE => {
            let [shift] = octets.try_into().ok()?;
            if on == On::Syn {
                options.window_scale = Some(shift);
            }
        }
        SACK_PERMITTED => {
            let [] = octets.try_into().ok()?;
            options.sack_permitted |= on == On::Syn;
        }
        SACK => {
            let blocks = sack(octets)?;
            if on == On::Other {
                options.extra = Extra::Sack(blocks);
            }
        }
        TIMESTAMPS => {
            let (value, echo) = octets.split_at_checked(4)?;
            options.timestamps = Some(Timestamps {
                value: u32::from_be_bytes(value.try_into().ok()?),
                echo: u32::from_be_bytes(echo.try_into().ok()?),
            });
        }
        USER_TIMEOUT => {
            let field = u16::from_be_bytes(octets.try_into().ok()?);
            options.user_timeout = Some(UserTimeout(field));
        }
        FAST_OPEN => {
            let option = match octets {
                [] => FastOpen::Request,
                cookie => FastOpen::Cookie(Cookie::new(cookie)?),
            };
            if on == On::Syn {
                options.extra = Extra::FastOpen(option);
            }
        }
        _ => {}
    }
    Some(())
}

/// RFC 2018 §3: one to four blocks of two numbers each.
fn sack(octets: &[u8]) -> Option<SackBlocks> {
    let (numbers, rest) = octets.as_chunks::<4>();
    let (pairs, odd) = numbers.as_chunks::<2>();
    if !rest.is_empty() || !odd.is_empty() || pairs.is_empty() || SackBlocks::MAX < pairs.len() {
        return None;
    }
    let mut blocks = SackBlocks::default();
    for [start, end] in pairs {
        blocks.push(SackBlock {
            start: Seq::new(u32::from_be_bytes(*start)),
            end: Seq::new(u32::from_be_bytes(*end)),
        });
    }
    Some(blocks)
}
