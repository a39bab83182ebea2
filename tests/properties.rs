//! Properties of every run, over random plans and seeds.

mod common;

use lastack::check::trial::Trial;
use lastack::sim::record::{Stop, What};
use lastack::sim::world::World;
use lastack::tcp::state::State;
use std::sync::Arc;

/// How many plans; each is run with a seed of its own.
const PLANS: u64 = 2000;

/// Delivered octets are the sent ones, in order, once; only legal transitions; sequence variables in
/// order; every packet accounted for; nothing left behind: the invariants. And every run ends.
#[test]
fn invariants_hold_and_every_run_ends() {
    for seed in 0..PLANS {
        let plan = Arc::new(common::random_plan(seed));
        let trial = Trial::run(&plan, &[], seed);
        assert_eq!(trial.violations, [], "plan {seed}");
        assert_eq!(trial.stop, Stop::Quiescence, "plan {seed}");
        for (own, peer) in [(0, 1), (1, 0)] {
            for left in trial.world.hosts()[own].connections() {
                // Only a reset that was lost leaves an end behind: half-open, with nothing to send
                // that would discover it. RFC 9293 §3.5.1.
                let gone = trial.world.hosts()[peer]
                    .connection_by_number(left.number)
                    .is_none();
                assert!(gone, "plan {seed}: both ends are left in {}", left.state());
                assert_eq!(
                    left.tcb().unacknowledged(),
                    0,
                    "plan {seed}: {}",
                    left.state()
                );
            }
        }
    }
}

/// A run is a function of plan and seed; where two differ, the first differing record is named.
#[test]
fn the_same_plan_and_seed_give_the_same_records() {
    for seed in 0..200 {
        let plan = Arc::new(common::random_plan(seed));
        let (a, b) = (Trial::run(&plan, &[], seed), Trial::run(&plan, &[], seed));
        for (x, y) in a.records.iter().zip(&b.records) {
            assert_eq!(x, y, "plan {seed}: the first record that differs");
        }
        assert_eq!(
            (a.digest, a.records.len()),
            (b.digest, b.records.len()),
            "plan {seed}"
        );
    }
}

/// The end of TIME-WAIT names the record that started 2MSL as its cause, whatever was discarded
/// meanwhile.
#[test]
fn time_wait_ends_because_it_began() {
    let mut ends = 0;
    for seed in 0..200 {
        let plan = Arc::new(common::random_plan(seed));
        let records = Trial::run(&plan, &[], seed).records;
        for end in &records {
            let What::Transition { from, to } = end.what else {
                continue;
            };
            let cause = end
                .cause
                .and_then(|n| records.iter().find(|r| r.ordinal == n));
            let cause = cause.expect("a change of state has a cause");
            if (from, to) != (State::TimeWait, State::Closed) || cause.time == end.time {
                continue;
            }
            ends += 1;
            assert!(
                matches!(cause.what, What::TimeWait { until, .. } if until == end.time),
                "plan {seed}: {cause:?} is the cause of {end:?}"
            );
        }
    }
    assert!(
        ends > 100,
        "only {ends} connections came to the end of 2MSL"
    );
}

/// A world that was used and reset runs as a new one does, whatever it ran before.
#[test]
fn a_reset_world_is_a_new_world() {
    for seed in 0..200 {
        let plan = Arc::new(common::random_plan(seed));
        let mut used = World::new(Arc::clone(&plan), seed + 1);
        used.run(&mut ());
        used.reset(seed);
        let (mut again, mut fresh) = (Vec::new(), Vec::new());
        used.run(&mut again);
        World::new(plan, seed).run(&mut fresh);
        assert!(again == fresh, "plan {seed}");
    }
}

/// A clone goes the same way as its original, and neither disturbs the other.
#[test]
fn a_fork_goes_the_same_way() {
    for seed in 0..100 {
        let plan = Arc::new(common::random_plan(seed));
        let mut world = World::new(plan, seed);
        for _ in 0..seed {
            world.step(&mut ());
        }
        let mut fork = world.clone();
        let (mut a, mut b) = (Vec::new(), Vec::new());
        fork.run(&mut a);
        world.run(&mut b);
        assert!(a == b, "plan {seed}");
    }
}

/// An observer cannot change a run: without one, the same number of packets and events.
#[test]
fn looking_does_not_change_a_run() {
    for seed in 0..100 {
        let plan = Arc::new(common::random_plan(seed));
        let looked_at = Trial::run(&plan, &[], seed).world;
        let mut alone = World::new(plan, seed);
        alone.run(&mut ());
        assert_eq!(
            (alone.packets(), alone.events(), alone.now()),
            (looked_at.packets(), looked_at.events(), looked_at.now()),
            "plan {seed}"
        );
    }
}
