//! Whatever octets arrive, they are read or refused, and what was read is written and read the same.
#![no_main]

use lastack::wire;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    check(octets);
    // Else nearly nothing gets beyond the checksums.
    let mut octets = octets.to_vec();
    if repair(&mut octets).is_some() {
        check(&octets);
    }
});

fn check(octets: &[u8]) {
    let Ok((datagram, text)) = wire::decode(octets) else {
        return;
    };
    let mut buffer = vec![0; wire::LARGEST];
    let written = wire::encode(&datagram, |room| room.copy_from_slice(text), &mut buffer);
    // What stood without words of its own may not fit once each option has one.
    let Ok(written) = written else {
        return;
    };
    assert_eq!(wire::decode(written), Ok((datagram, text)));
}

/// Gives IPv4 octets the version, the lengths and the checksums of a whole TCP segment.
fn repair(octets: &mut [u8]) -> Option<()> {
    let total = u16::try_from(octets.len()).ok()?;
    let carried = total.checked_sub(40)? + 20;
    octets[0] = 0x45;
    octets[2..4].copy_from_slice(&total.to_be_bytes());
    octets[6] &= 0x40;
    octets[7] = 0;
    octets[9] = 6;
    octets[10..12].fill(0);
    let sum = checksum(0, &octets[..20]);
    octets[10..12].copy_from_slice(&sum.to_be_bytes());
    octets[36..38].fill(0);
    // The pseudo-header: addresses, protocol, length.
    let sum = checksum(6 + u32::from(carried), &octets[12..]);
    octets[36..38].copy_from_slice(&sum.to_be_bytes());
    Some(())
}

/// The checksum of the Internet over these octets and what was summed before. RFC 1071.
fn checksum(before: u32, octets: &[u8]) -> u16 {
    let words = octets.chunks(2).map(|pair| {
        let low = pair.get(1).copied().unwrap_or_default();
        u32::from(u16::from_be_bytes([pair[0], low]))
    });
    let mut sum = before + words.sum::<u32>();
    while let high @ 1.. = sum >> 16 {
        sum = (sum & 0xffff) + high;
    }
    !u16::try_from(sum).unwrap_or_default()
}
