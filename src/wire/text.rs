//! The octets of streams: octet *n* of stream *s* is a pure function of *s* and *n*.
//!
//! So nothing has to be stored, and an octet that comes back from another stack shows whether it
//! belongs where it arrives: one of another place or stream is taken for it once in 256 times, eight
//! in a row never.

use crate::segment::Payload;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Octets that come out of one hash.
const WORD: u64 = 8;

/// The stream that a host sends on a connection: connection `n`, counted from 1 in the order of
/// opening, has streams 2n of the first host and 2n + 1 of the second.
pub const fn stream_of(connection: u32, host: u8) -> u32 {
    connection * 2 + host as u32
}

fn word(stream: u32, number: u64) -> [u8; 8] {
    xxh3_64_with_seed(&number.to_le_bytes(), u64::from(stream)).to_le_bytes()
}

/// The octets of `stream` from place `start` on, as many as there is room for.
pub fn fill(stream: u32, start: u64, octets: &mut [u8]) {
    let mut place = start;
    let mut rest = octets;
    while !rest.is_empty() {
        let within = place % WORD;
        let made = word(stream, place / WORD);
        let made = &made[usize::try_from(within).unwrap_or_default()..];
        let count = made.len().min(rest.len());
        let (now, later) = rest.split_at_mut(count);
        now.copy_from_slice(&made[..count]);
        (place, rest) = (place + count as u64, later);
    }
}

/// The octets of a payload: what [`super::encode`] wants.
pub fn of(payload: Payload) -> impl FnOnce(&mut [u8]) {
    move |octets| fill(payload.stream, payload.start, octets)
}

/// The place in `octets` of the first that is not that of `stream` from place `start` on.
pub fn first_foreign(stream: u32, start: u64, octets: &[u8]) -> Option<usize> {
    let mut own = [0; 256];
    let mut done = 0;
    for piece in octets.chunks(own.len()) {
        let own = &mut own[..piece.len()];
        fill(stream, start + done as u64, own);
        if let Some(place) = own.iter().zip(piece).position(|(own, octet)| own != octet) {
            return Some(done + place);
        }
        done += piece.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(stream: u32, start: u64, count: usize) -> Vec<u8> {
        let mut octets = vec![0; count];
        fill(stream, start, &mut octets);
        octets
    }

    /// However a stream is cut, its octets are the same.
    #[test]
    fn an_octet_depends_on_its_place_alone() {
        let whole = octets(2, 0, 100);
        for start in 0..30 {
            for count in 0..30 {
                let part = octets(2, start as u64, count);
                assert_eq!(part, whole[start..start + count]);
            }
        }
    }

    /// The first octets of the first client's stream, pinned: captures depend on them.
    #[test]
    fn streams_are_pinned() {
        assert_eq!(octets(2, 0, 8), PINNED);
    }

    const PINNED: [u8; 8] = [106, 214, 222, 232, 85, 195, 195, 19];

    #[test]
    fn an_octet_of_another_place_or_stream_shows() {
        let mut octets = octets(3, 1000, 600);
        assert_eq!(first_foreign(3, 1000, &octets), None);
        assert_eq!(first_foreign(3, 1000, &octets[..0]), None);
        octets[599] ^= 1;
        assert_eq!(first_foreign(3, 1000, &octets), Some(599));
        assert!(first_foreign(3, 1001, &octets).is_some_and(|place| place < 8));
        assert!(first_foreign(2, 1000, &octets).is_some_and(|place| place < 8));
    }
}
