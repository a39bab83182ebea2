//! The workloads W1 `bulk`, W2 `short` and W3 `seeds`, and what an observer costs; a `fork` of the run;
//! `ports`, all of which a client has used up; the memory of connections that `wait` for the end of
//! TIME-WAIT.
//!
//! `cargo bench` runs all; `cargo bench -- bulk` one. Each line is the best of five, with the wall
//! clock around building the world, running it and dropping it.
//!
//! `cargo bench -- once` is W1 without random loss, one time and with no observer, for whoever counts
//! instructions: on a machine that others use too they tell more than the clock.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark looks at the clock and prints what it saw"
)]

use lastack::check::trial::Trial;
use lastack::host::profile::sockets::TimeWaitReuse;
use lastack::host::profile::{Profile, ProfileName};
use lastack::host::program::{Address, Fd, Step};
use lastack::sim::digest::Digest;
use lastack::sim::observer::Observer;
use lastack::sim::plan::Plan;
use lastack::sim::record::{Record, Stop, What};
use lastack::sim::world::World;
use lastack::tcp::config::{CongestionControl, InitialWindow};
use lastack::tcp::state::State;
use lastack::time::{Span, Time};
use std::sync::Arc;
use std::time::{Duration, Instant};
use workloads::{CLIENT, SERVER, SERVER_PORT, code, lossy, opens_and_closes, sends_all, serves};

#[path = "../tests/common/workloads.rs"]
mod workloads;

/// What W1 is measured with.
const CONTROLS: [(&str, CongestionControl); 2] = [
    ("NewReno", CongestionControl::NewReno),
    ("CUBIC", CongestionControl::Cubic),
];

const REPEATS: u32 = 5;

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|w| name.contains(w.as_str()));
    let losses = [("0", (0, 1)), ("0.001", (1, 1000)), ("0.01", (1, 100))];
    if runs("bulk") {
        for (name, control) in CONTROLS {
            for loss in losses {
                bulk(name, control, loss);
            }
        }
    }
    for loss in [losses[0], losses[2]] {
        if runs("short") {
            short(loss);
        }
        if runs("seeds") {
            seeds(loss);
        }
    }
    if runs("fork") {
        fork();
    }
    if runs("ports") {
        ports(TimeWaitReuse::Off);
        ports(TimeWaitReuse::On);
    }
    if runs("wait") {
        wait();
    }
    if wanted.iter().any(|w| w == "once") {
        let mut world = World::new(bulk_plan(CONTROLS[0].1, (0, 1)), 1);
        finish(&mut world, &mut ());
        println!("W1 once segments={}", on_the_wire(&world));
    }
}

/// W1: 100 MB from A to B, with window scaling, SACK, timestamps and recovery by time.
fn bulk_plan(control: CongestionControl, loss: (u64, u64)) -> Arc<Plan> {
    let mut profile = Profile::new(ProfileName::Linux);
    profile.tcp.congestion_control = control;
    profile.tcp.receive_buffer = 4 << 20;
    profile.tcp.send_buffer = 4 << 20;
    let mut plan = lossy(profile, loss);
    sends_all(&mut plan, 100_000_000);
    Arc::new(plan)
}

/// Segments that came onto the wire.
fn on_the_wire(world: &World) -> u64 {
    let totals = world.path().iter().map(|d| d.totals());
    totals.map(|t| t.sent - t.queue_full).sum()
}

fn bulk(name: &str, control: CongestionControl, (p, loss): (&str, (u64, u64))) {
    let plan = bulk_plan(control, loss);
    let mut segments = 0;
    let mut virtual_time = Time::ZERO;
    let wall = best(|| {
        let mut world = World::new(Arc::clone(&plan), 1);
        finish(&mut world, &mut ());
        segments = on_the_wire(&world);
        virtual_time = world.now();
    });
    let traced = best(|| {
        let mut digest = Digest::default();
        finish(&mut World::new(Arc::clone(&plan), 1), &mut digest);
    });
    let transfer = virtual_time.since(Time::ZERO) - Span::from_secs(60);
    let goodput = 800_000_000 / (transfer.as_nanos() / 1_000_000).max(1);
    println!(
        "W1 bulk control={name} p={p} segments={segments} rate={} rate_traced={} goodput_kbit={goodput} peak_mib={}",
        rate(segments, wall),
        rate(segments, traced),
        peak_mib(),
    );
}

/// W2: 10,000 overlapping connections with full TIME-WAIT.
fn short((p, loss): (&str, (u64, u64))) {
    let n = 10_000;
    let plan = short_plan(loss, n);
    let mut outcome = Outcome::default();
    finish(&mut World::new(Arc::clone(&plan), 1), &mut outcome);
    let wall = best(|| finish(&mut World::new(Arc::clone(&plan), 1), &mut ()));
    println!(
        "W2 short p={p} connections={} errors={} rate={} peak_mib={}",
        outcome.established,
        outcome.errors + (u64::from(n) - outcome.established.min(u64::from(n))),
        rate(u64::from(n), wall),
        peak_mib(),
    );
}

/// W3: 10,000 independent runs of one such connection, each from its own seed.
fn seeds((p, loss): (&str, (u64, u64))) {
    let n = 10_000;
    let plan = short_plan(loss, 1);
    let mut outcome = Outcome::default();
    let mut world = World::new(Arc::clone(&plan), 0);
    for seed in 0..n {
        world.reset(seed);
        finish(&mut world, &mut outcome);
    }
    let wall = best(|| {
        let mut world = World::new(Arc::clone(&plan), 0);
        for seed in 0..n {
            world.reset(seed);
            finish(&mut world, &mut ());
        }
    });
    println!(
        "W3 seeds p={p} runs={n} errors={} rate={}",
        outcome.errors,
        rate(n, wall)
    );
}

/// A small world in the middle of its life, forked.
fn fork() {
    let plan = short_plan((0, 1), 1);
    let mut world = World::new(plan, 1);
    world.run_until(Time::from_nanos(25_000_000), &mut ());
    let n = 100_000u64;
    let wall = best(|| {
        for _ in 0..n {
            std::hint::black_box(world.clone());
        }
    });
    println!("fork ns={}", wall.as_nanos() / u128::from(n));
}

/// Every ephemeral port of a client in TIME-WAIT, and one connect more.
fn ports(reuse: TimeWaitReuse) {
    let mut plan = Plan::new(Profile::new(ProfileName::Linux));
    plan.event_limit = u64::MAX;
    plan.hosts[usize::from(CLIENT)]
        .profile
        .sockets
        .time_wait_reuse = reuse;
    let (first, last) = plan.hosts[usize::from(CLIENT)]
        .profile
        .sockets
        .ephemeral_ports;
    let n = u32::from(last - first) + 1;
    opens_and_closes(&mut plan, SERVER_PORT, n + 1);
    let plan = Arc::new(plan);
    let mut outcome = Outcome::default();
    finish(&mut World::new(Arc::clone(&plan), 1), &mut outcome);
    let wall = best(|| finish(&mut World::new(Arc::clone(&plan), 1), &mut ()));
    let traced = best(|| {
        std::hint::black_box(Trial::run(&plan, &[], 1));
    });
    println!(
        "ports reuse={reuse:?} connections={} refused={} ms={} ms_traced={}",
        outcome.established,
        outcome.errors,
        wall.as_millis(),
        traced.as_millis(),
    );
}

/// What a hundred thousand connections in TIME-WAIT take.
fn wait() {
    let before = status_kib("VmRSS:");
    let mut profile = Profile::new(ProfileName::Rfc9293);
    profile.tcp.time_wait = Span::from_secs(60);
    let mut plan = Plan::new(profile);
    for port in 0..7 {
        opens_and_closes(&mut plan, SERVER_PORT + port, 14_286);
    }
    let mut world = World::new(Arc::new(plan), 1);
    world.run_until(Time::ZERO + Span::from_secs(20), &mut ());
    let waiting = world.hosts()[usize::from(CLIENT)].connections().count();
    let octets = (status_kib("VmRSS:") - before) * 1024 / (waiting as u64).max(1);
    println!("wait connections={waiting} octets={octets}");
}

fn short_plan(loss: (u64, u64), count: u32) -> Arc<Plan> {
    let fd = Fd(0);
    let client = [
        Step::Connect {
            address: Address::Peer,
            fd,
            port: SERVER_PORT,
        },
        Step::Send { fd, octets: 1000 },
        Step::ReceiveExactly { fd, octets: 1000 },
        Step::Close { fd },
    ];
    let child = [
        Step::ReceiveExactly { fd, octets: 1000 },
        Step::Send { fd, octets: 1000 },
        Step::ReceiveToEnd { fd },
        Step::Close { fd },
    ];
    let mut profile = Profile::new(ProfileName::Rfc9293);
    profile.tcp.time_wait = Span::from_secs(60);
    profile.tcp.initial_window = InitialWindow::Rfc6928;
    profile.tcp.window_scaling = true;
    profile.tcp.receive_buffer = 16 << 10;
    profile.tcp.send_buffer = 16 << 10;
    let mut plan = lossy(profile, loss);
    plan.add_code(code(&child));
    plan.add_program(SERVER, code(&serves(SERVER_PORT)));
    let clients = plan.add_program(CLIENT, code(&client));
    (clients.count, clients.every) = (count, Span::from_millis(1));
    Arc::new(plan)
}

fn finish<O: Observer>(world: &mut World, observer: &mut O) {
    assert_eq!(world.run(observer), Stop::Quiescence);
}

/// Counts what W2 and W3 must report.
#[derive(Default)]
struct Outcome {
    established: u64,
    errors: u64,
}

impl Observer for Outcome {
    fn on_record(&mut self, record: &Record, _: &World) {
        match record.what {
            What::Transition {
                to: State::Established,
                ..
            } if record.host == 0 => {
                self.established += 1;
            }
            What::Return {
                expected: false, ..
            } => self.errors += 1,
            _ => {}
        }
    }
}

fn best(mut work: impl FnMut()) -> Duration {
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..REPEATS)
        .map(|_| time(&mut work))
        .min()
        .expect("at least one repeat")
}

fn rate(n: u64, wall: Duration) -> u128 {
    u128::from(n) * 1_000_000_000 / wall.as_nanos().max(1)
}

/// The most memory that the process ever had, in MiB; 0 where the system does not say.
fn peak_mib() -> u64 {
    status_kib("VmHWM:") / 1024
}

fn status_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let kib = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|n| n.parse::<u64>().ok());
    kib.unwrap_or(0)
}
