//! What the fuzz targets of `tests/fuzz` do, with octets drawn at random, so that every run of the
//! tests does some of it: `LASTACK_SEEDS=1000000 cargo test --release --test arbitrary` does more.

#![expect(clippy::unwrap_used, reason = "all of it is a test")]

#[path = "common/driver.rs"]
mod driver;

use lastack::rng::{Purpose, Stream};
use lastack::wire;

/// Runs without a word from the environment.
const SEEDS: u64 = 2000;

#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told how much to do"
)]
fn seeds() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok()?.parse().ok();
    match number("LASTACK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LASTACK_SEEDS").unwrap_or(SEEDS),
    }
}

fn octets(seed: u64, most: u64) -> Vec<u8> {
    let draw = &mut Stream::new(seed, Purpose::Tester);
    let count = draw.below(most);
    (0..count)
        .map(|_| u8::try_from(draw.below(256)).unwrap())
        .collect()
}

/// Names the seed at which a run broke.
struct Named(u64);

impl Drop for Named {
    #[expect(clippy::print_stderr, reason = "a test says where it broke")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("with LASTACK_SEED={}", self.0);
        }
    }
}

#[test]
fn one_end_of_a_connection_holds_whatever_comes() {
    let (mut events, mut states) = (0, Vec::new());
    let seeds = seeds();
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let _named = Named(seed);
        let journey = driver::drive(&octets(seed, 2000));
        events += u64::from(journey.events);
        for state in journey.states {
            if !states.contains(&state) {
                states.push(state);
            }
        }
    }
    println!("{events} events in {count} runs: {states:?}");
    if count >= SEEDS {
        assert_eq!(states.len(), 11, "each state is reached");
        assert!(count * 20 < events, "runs do not end at once");
    }
}

#[test]
fn any_octets_are_read_or_refused() {
    for seed in seeds() {
        let _named = Named(seed);
        let mut octets = octets(seed, 150);
        // Else nearly all end at the version or at a checksum.
        if let [first, ..] = &mut octets[..] {
            *first = if *first < 128 { 0x45 } else { 0x60 };
        }
        let _ = wire::decode(&octets);
    }
}
