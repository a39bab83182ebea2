//! The options of a segment (RFC 9293 §3.1), as values.

use crate::seq::Seq;
use serde::Serialize;

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
    /// The user timeout that the sender advises (RFC 5482 §3.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_timeout: Option<UserTimeout>,
    /// What only one kind of segment has room for.
    #[serde(skip_serializing_if = "Extra::is_nothing")]
    pub extra: Extra,
}

/// What only one kind of segment has room for: SACK blocks come with acknowledgements, Fast Open
/// with a SYN. So one place holds either, and a segment stays small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub enum Extra {
    /// Neither.
    #[default]
    Nothing,
    /// Selective acknowledgements (RFC 2018 §3).
    Sack(SackBlocks),
    /// Fast Open (RFC 7413 §4.1.1).
    FastOpen(FastOpen),
}

impl Extra {
    const fn is_nothing(&self) -> bool {
        matches!(self, Extra::Nothing)
    }

    /// Octets in the header, with the NOPs that align them.
    const fn len(&self) -> u32 {
        match self {
            Extra::Nothing => 0,
            // RFC 2018 §3: 8n + 2, behind two NOPs.
            Extra::Sack(blocks) => 4 + 8 * blocks.len as u32,
            Extra::FastOpen(FastOpen::Request) => 4,
            // A cookie has an even length, and stands behind NOPs to the next word.
            Extra::FastOpen(FastOpen::Cookie(cookie)) => (2 + cookie.len as u32).div_ceil(4) * 4,
        }
    }
}

/// The timestamps option. RFC 7323 §3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Timestamps {
    /// TSval: the sender's clock, in ticks.
    pub value: u32,
    /// TSecr: the tick that it echoes; zero without the ACK flag.
    pub echo: u32,
}

/// The user timeout option's field: the G bit, which makes the unit a minute instead of a second,
/// and 15 bits of value. RFC 5482 §3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct UserTimeout(pub u16);

/// A range of sequence numbers that the sender of the option holds. RFC 2018 §3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SackBlock {
    /// The first number of the block.
    pub start: Seq,
    /// The number just after its last.
    pub end: Seq,
}

/// The blocks of one SACK option, first the one that the sender wants seen first. RFC 2018 §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SackBlocks {
    len: u8,
    blocks: [SackBlock; SackBlocks::MAX],
}

impl SackBlocks {
    /// As many blocks as a header has room for; with timestamps one fewer. RFC 2018 §3.
    pub const MAX: usize = 4;

    /// These blocks.
    ///
    /// # Panics
    /// If there are more than [`SackBlocks::MAX`].
    pub fn new(blocks: &[SackBlock]) -> SackBlocks {
        let mut all = SackBlocks::default();
        for block in blocks {
            all.push(*block);
        }
        all
    }

    /// Adds a block at the end.
    ///
    /// # Panics
    /// If there are [`SackBlocks::MAX`] already.
    pub fn push(&mut self, block: SackBlock) {
        self.blocks[usize::from(self.len)] = block;
        self.len += 1;
    }

    /// The blocks, in order.
    pub fn as_slice(&self) -> &[SackBlock] {
        &self.blocks[..usize::from(self.len)]
    }
}

impl Default for SackBlocks {
    fn default() -> SackBlocks {
        let zero = Seq::new(0);
        SackBlocks {
            len: 0,
            blocks: [SackBlock {
                start: zero,
                end: zero,
            }; SackBlocks::MAX],
        }
    }
}

/// The Fast Open option. RFC 7413 §4.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FastOpen {
    /// The client asks for a cookie.
    Request,
    /// The server gives one, or the client shows it.
    Cookie(Cookie),
}

/// A Fast Open cookie: 4 to 16 octets, an even number. RFC 7413 §4.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cookie {
    len: u8,
    octets: [u8; 16],
}

impl Cookie {
    /// A cookie of these octets; `None` if there cannot be one of that length.
    pub fn new(octets: &[u8]) -> Option<Cookie> {
        let fits = (4..=16).contains(&octets.len()) && octets.len().is_multiple_of(2);
        let len = u8::try_from(octets.len()).ok().filter(|_| fits)?;
        let mut all = [0; 16];
        all[..octets.len()].copy_from_slice(octets);
        Some(Cookie { len, octets: all })
    }

    /// Its octets.
    pub fn as_slice(&self) -> &[u8] {
        &self.octets[..usize::from(self.len)]
    }
}

/// What a segment does not carry is not written, so that records stay short.
const fn is_absent(carried: &bool) -> bool {
    !*carried
}

impl Options {
    /// Octets in the header, where each option stands with NOPs at whole words, except that
    /// SACK-permitted shares two words with timestamps.
    #[inline]
    pub const fn len(&self) -> u32 {
        let stamps = match (self.timestamps.is_some(), self.sack_permitted) {
            (true, _) => 12,
            (false, true) => 4,
            (false, false) => 0,
        };
        stamps
            + self.mss.is_some() as u32 * 4
            + self.window_scale.is_some() as u32 * 4
            + self.user_timeout.is_some() as u32 * 4
            + self.extra.len()
    }

    /// True if there is no option.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The SACK blocks, none if the option is absent.
    pub fn sack_blocks(&self) -> &[SackBlock] {
        match &self.extra {
            Extra::Sack(blocks) => blocks.as_slice(),
            Extra::Nothing | Extra::FastOpen(_) => &[],
        }
    }

    /// Fast Open, if the option is there.
    pub const fn fast_open(&self) -> Option<&FastOpen> {
        match &self.extra {
            Extra::FastOpen(option) => Some(option),
            Extra::Nothing | Extra::Sack(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// RFC 2018 §3: four blocks fill the 40 octets, and three do with timestamps.
    #[test]
    fn a_header_has_room_for_so_many_blocks() {
        let block = |n: u32| SackBlock {
            start: Seq::new(n),
            end: Seq::new(n + 1),
        };
        let mut options = Options {
            extra: Extra::Sack(SackBlocks::new(&[block(1), block(3), block(5)])),
            timestamps: Some(Timestamps { value: 1, echo: 0 }),
            ..Options::default()
        };
        assert_eq!(options.len(), 40);
        options.timestamps = None;
        options.extra = Extra::Sack(SackBlocks::new(&[block(1), block(3), block(5), block(7)]));
        assert_eq!(options.len(), 36);
        assert_eq!(options.sack_blocks()[3], block(7));
    }

    #[test]
    fn a_cookie_has_an_even_length_from_4_to_16() {
        for (octets, fits) in [(2, false), (4, true), (7, false), (16, true), (18, false)] {
            assert_eq!(Cookie::new(&vec![7; octets]).is_some(), fits, "{octets}");
        }
        let cookie = Cookie::new(&[1, 2, 3, 4, 5, 6]).unwrap();
        assert_eq!(cookie.as_slice(), [1, 2, 3, 4, 5, 6]);
        let options = |fast_open| Options {
            extra: Extra::FastOpen(fast_open),
            ..Options::default()
        };
        assert_eq!(options(FastOpen::Request).len(), 4);
        assert_eq!(options(FastOpen::Cookie(cookie)).len(), 8);
    }
}
