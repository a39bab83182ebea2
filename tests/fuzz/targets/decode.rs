//! Whatever octets arrive, they are read or refused, and what was read is written and read the same.
#![no_main]

use lastack::wire;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
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
});
