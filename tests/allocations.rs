//! After warm-up, a segment costs no allocation.

use lastack::host::profile::{Profile, ProfileName};
use lastack::sim::plan::Plan;
use lastack::sim::world::World;
use lastack::time::{Span, Time};
use std::sync::Arc;
use workloads::{SERVER_PORT, lossy, opens_and_closes, sends_all};

#[path = "common/workloads.rs"]
mod workloads;

/// A bulk transfer over a lossy link of 1 Gbit/s.
fn bulk(octets: u64) -> Arc<Plan> {
    let mut profile = Profile::new(ProfileName::Rfc9293);
    profile.tcp.window_scaling = true;
    profile.tcp.receive_buffer = 1 << 20;
    profile.tcp.send_buffer = 1 << 20;
    let mut plan = lossy(profile, (1, 1000));
    sends_all(&mut plan, octets);
    Arc::new(plan)
}

#[test]
fn no_allocation_per_segment_after_warm_up() {
    let mut world = World::new(bulk(50_000_000), 1);
    world.run_until(Time::ZERO + Span::from_secs(3), &mut ());
    let before = world.packets();
    let counted = allocation_counter::measure(|| {
        world.run_until(Time::ZERO + Span::from_secs(6), &mut ());
    });
    let segments = world.packets() - before;
    assert!(segments > 5_000, "{segments} segments were sent");
    assert_eq!(
        counted.count_total, 0,
        "allocations for {segments} segments"
    );
}

/// A world that is reset and run again, with the same plan, needs nothing new either.
#[test]
fn a_second_run_allocates_nothing() {
    let mut world = World::new(bulk(100_000), 1);
    world.run(&mut ());
    let counted = allocation_counter::measure(|| {
        world.reset(1);
        world.run(&mut ());
    });
    // Reassembly and the backlog of the listener make room in each connection of their own.
    assert!(
        counted.count_total <= 8,
        "{} allocations",
        counted.count_total
    );
}

/// Connections that wait for the end of TIME-WAIT: what all of the world has for each of them.
#[test]
fn a_connection_in_time_wait_takes_at_most_200_octets() {
    const PORTS: u16 = 7;
    const EACH: u32 = 14_286;
    let mut plan = Plan::new(Profile::new(ProfileName::Rfc9293));
    plan.event_limit = u64::MAX;
    for port in 0..PORTS {
        opens_and_closes(&mut plan, SERVER_PORT + port, EACH);
    }
    let plan = Arc::new(plan);
    let mut world = None;
    let counted = allocation_counter::measure(|| {
        let run = world.insert(World::new(plan, 1));
        run.run_until(Time::ZERO + Span::from_secs(20), &mut ());
    });
    let world = world.expect("it was made");
    let waiting = world.hosts()[0].connections();
    let waiting = waiting
        .filter(|connection| connection.is_condensed())
        .count();
    assert_eq!(waiting, usize::from(PORTS) * EACH as usize);
    let octets = usize::try_from(counted.bytes_current).expect("it was not freed") / waiting;
    assert!(octets <= 200, "{octets} octets a connection");
}
