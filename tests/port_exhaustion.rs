//! All 28,232 ephemeral ports of a Linux client in TIME_WAIT: `client_out_of_ports` in full size.

use lastack::check::judge::Judge;
use lastack::host::table::Row;
use lastack::scenario;
use lastack::sim::world::World;
use lastack::tcp::state::State;
use lastack::time::Time;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// `net.ipv4.ip_local_port_range` of Linux: 32768 to 60999.
const PORTS: usize = 28_232;

/// The scenario with every port, 50,000 connects a second, and nothing stated of connections.
fn in_full(name: &str) -> World {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("sims/operations/{name}.ron"));
    let mut source = fs::read_to_string(path).expect("the scenario can be read");
    for (small, full) in [
        ("(40000, 40003)", "(32768, 60999)"),
        ("count: 4, every: \"10ms\"", "count: 28232, every: \"20us\""),
    ] {
        assert!(source.contains(small), "{name} has {small}");
        source = source.replace(small, full);
    }
    let (programs, _) = source.split_once("expect:").expect("it expects something");
    let scenario = scenario::load(&format!("{programs})")).expect("without mistakes");
    World::new(Arc::new(scenario.plan), 1)
}

/// The client's connections in TIME-WAIT at a moment.
fn in_time_wait(world: &mut World, judge: &mut Judge, milliseconds: u64) -> Vec<Row> {
    let at = Time::from_nanos(milliseconds * 1_000_000);
    world.run_until(at, judge);
    let rows = world.hosts()[0].table(at).into_iter();
    rows.filter(|row| row.state == State::TimeWait).collect()
}

/// The last of them connects at 0.56462 s and is in TIME-WAIT 40 ms later.
#[test]
fn one_connect_more_than_there_are_ports() {
    let mut world = in_full("client_out_of_ports");
    let mut judge = Judge::new([]);
    let rows = in_time_wait(&mut world, &mut judge, 900);
    let ports: BTreeSet<u16> = rows.iter().map(|row| row.local.1).collect();
    assert_eq!((rows.len(), ports.len()), (PORTS, PORTS));
    assert_eq!(
        (ports.first(), ports.last()),
        (Some(&32_768), Some(&60_999))
    );
    // The connect at 2 s to another port of the server is one more, with a port that another has.
    assert_eq!(in_time_wait(&mut world, &mut judge, 3_000).len(), PORTS + 1);
    assert_eq!(
        in_time_wait(&mut world, &mut judge, 60_039).len(),
        PORTS + 1
    );
    // One is over, and its port is taken at once; the others follow, one in 20 us.
    assert_eq!(in_time_wait(&mut world, &mut judge, 60_040).len(), PORTS);
    assert_eq!(
        in_time_wait(&mut world, &mut judge, 60_041).len(),
        PORTS - 50
    );
    world.run(&mut judge);
    // EADDRNOTAVAIL at 1 s and at 60.039 s, success at 60.04 s, as the steps state.
    let (_, unmet) = judge.finish(&world);
    assert!(unmet.is_empty(), "{unmet:?}");
}

#[test]
fn with_reuse_a_second_is_enough() {
    let mut world = in_full("client_out_of_ports_tw_reuse");
    let mut judge = Judge::new([]);
    assert_eq!(in_time_wait(&mut world, &mut judge, 1_039).len(), PORTS);
    // The connect at 1.04 s takes the place of the only one that is a second old.
    assert_eq!(in_time_wait(&mut world, &mut judge, 1_040).len(), PORTS - 1);
    let rows = world.hosts()[0].table(world.now());
    let opening: Vec<&Row> = rows
        .iter()
        .filter(|row| row.state == State::SynSent)
        .collect();
    assert_eq!(opening.len(), 1);
    world.run(&mut judge);
    let (_, unmet) = judge.finish(&world);
    assert!(unmet.is_empty(), "{unmet:?}");
}
