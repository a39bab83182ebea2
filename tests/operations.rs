//! Scenarios of `sims/operations` with as many connections as an operator sees.

use lastack::check::trial::Trial;
use lastack::host::table::Row;
use lastack::scenario::{self, Scenario};
use lastack::segment::Flags;
use lastack::sim::plan::Plan;
use lastack::sim::record::What;
use lastack::sim::world::World;
use lastack::tcp::state::State;
use lastack::time::Time;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The scenario with another count of clients, and nothing stated of connections.
fn with_count(name: &str, count: u32) -> Arc<Plan> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("sims/operations/{name}.ron"));
    let source = fs::read_to_string(path).expect("the scenario can be read");
    assert!(source.contains("count: 3,"), "{name} has three clients");
    let source = source.replace("count: 3,", &format!("count: {count},"));
    let (programs, _) = source.split_once("expect:").expect("it expects something");
    let scenario: Scenario = scenario::load(&format!("{programs})")).expect("without mistakes");
    Arc::new(scenario.plan)
}

/// The server's connections in a state at a moment.
fn in_state(world: &mut World, milliseconds: u64, state: State) -> Vec<Row> {
    let at = Time::from_nanos(milliseconds * 1_000_000);
    world.run_until(at, &mut ());
    let rows = world.hosts()[1].table(at).into_iter();
    rows.filter(|row| row.state == state).collect()
}

#[test]
fn a_hundred_and_fifty_fin_wait1_behind_a_vanished_peer() {
    let plan = with_count("many_fin_wait1_behind_a_vanished_peer", 150);
    let mut world = World::new(Arc::clone(&plan), 1);
    // The last client connects at 1.49 s, before the cable is pulled.
    for (milliseconds, count) in [
        (2_999, 0),
        (3_000, 150),
        (60_000, 150),
        (115_639, 150),
        (115_640, 0),
    ] {
        let rows = in_state(&mut world, milliseconds, State::FinWait1);
        assert_eq!(rows.len(), count, "at {milliseconds} ms");
        assert!(
            rows.iter()
                .all(|row| (row.send_q.octets, row.send_q.controls) == (0, 1))
        );
    }
    let trial = Trial::run(&plan, &[], 1);
    assert!(trial.held(), "{:?}", trial.violations);
    let fins = trial.records.iter().filter(|record| match record.what {
        What::Sent { packet, .. } => record.host == 1 && packet.segment.flags.contains(Flags::FIN),
        _ => false,
    });
    assert_eq!(fins.count(), 150 * 10);
}

#[test]
fn a_thousand_in_time_wait() {
    let plan = with_count("time_wait_by_the_thousand", 1_000);
    let mut world = World::new(Arc::clone(&plan), 1);
    // One client in 10 ms from 0 s on, and one more at 10 s; each in TIME-WAIT 50 ms after its start.
    for (milliseconds, count) in [
        (49, 0),
        (50, 1),
        (1_050, 101),
        (10_039, 999),
        (10_040, 1_000),
        (10_050, 1_001),
    ] {
        let rows = in_state(&mut world, milliseconds, State::TimeWait);
        assert_eq!(rows.len(), count, "at {milliseconds} ms");
        assert!(rows.iter().all(|row| row.local.1 == 9091));
    }
    assert_eq!(in_state(&mut world, 60_049, State::TimeWait).len(), 1_001);
    assert_eq!(in_state(&mut world, 60_050, State::TimeWait).len(), 1_000);
    assert_eq!(in_state(&mut world, 70_049, State::TimeWait).len(), 1);
    assert_eq!(in_state(&mut world, 70_050, State::TimeWait).len(), 0);
    let trial = Trial::run(&plan, &[], 1);
    assert!(trial.held(), "{:?}", trial.violations);
}

/// Nothing but the end of the server's processes ends CLOSE-WAIT.
#[test]
fn a_hundred_in_close_wait() {
    let plan = with_count("close_wait_leak", 100);
    let mut world = World::new(Arc::clone(&plan), 1);
    for (milliseconds, count) in [(30, 1), (50_030, 51), (199_999, 100), (200_000, 0)] {
        let rows = in_state(&mut world, milliseconds, State::CloseWait);
        assert_eq!(rows.len(), count, "at {milliseconds} ms");
        // The FIN that nobody reads.
        assert!(
            rows.iter()
                .all(|row| (row.recv_q.octets, row.recv_q.controls) == (0, 1))
        );
    }
}
