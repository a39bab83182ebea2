//! Whatever arrives at one end of a connection and whatever its user calls, what must hold holds.
#![no_main]

#[path = "../../common/driver.rs"]
mod driver;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    driver::drive(octets);
});
