//! The data path carries as much as a real TCP does: bulk transfers over the path of workload W1
//! against the laws of throughput. What is measured, the formulas and their sources stand in
//! `docs/throughput.md`.
//!
//! `LASTACK_SEEDS=100 cargo test --release --test throughput -- --nocapture` prints its tables; less
//! is transferred, with fewer seeds, in a debug build.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "laws of throughput have roots; nothing here decides what the simulator does"
)]
#![expect(clippy::print_stdout, reason = "the tables are what a reader wants")]
#![expect(
    clippy::disallowed_methods,
    reason = "how many seeds is a matter of who runs it"
)]

use lastack::host::profile::{Profile, ProfileName};
use lastack::host::program::{Address, Code, Fd, Step};
use lastack::rng::Ratio;
use lastack::sim::plan::Plan;
use lastack::sim::world::{Step as Turn, World};
use lastack::tcp::config::{Avoidance, CongestionControl, InitialWindow, LossDetection, Reduction};
use lastack::tcp::congestion::Phase;
use lastack::time::{Span, Time};
use std::sync::Arc;

const MSS: f64 = 1460.0;
/// With its headers of 40 octets.
const DATAGRAM: f64 = 1500.0;
const LINK: f64 = 1e9;
/// What the path of W1 holds, in octets of text: 10.012 ms of datagrams, 835 of them.
const PIPE: u32 = 835 * 1460;
/// RTO of RFC 6298 §2.4 on this path: its lower bound.
const RTO: f64 = 1.0;

/// How losses are noticed and repaired.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Recovery {
    /// RFC 5681, RFC 6582.
    NewReno,
    /// RFC 2018, RFC 2883, RFC 8985, RFC 6937.
    Sack,
}

/// One line of a table.
#[derive(Clone, Copy, Debug)]
struct Case {
    /// One packet in so many is lost, in both directions; 0 is none.
    one_in: u64,
    delay_ms: u64,
    octets: u64,
    recovery: Recovery,
    control: CongestionControl,
    avoidance: Avoidance,
}

const W1: Case = Case {
    one_in: 0,
    delay_ms: 5,
    octets: 100_000_000,
    recovery: Recovery::NewReno,
    control: CongestionControl::NewReno,
    avoidance: Avoidance::Octets,
};

impl Case {
    fn plan(&self) -> Plan {
        let mut profile = Profile::new(ProfileName::Rfc9293);
        let tcp = &mut profile.tcp;
        tcp.initial_window = InitialWindow::Rfc6928;
        tcp.window_scaling = true;
        // 4 MiB at 5 ms: three times what the path holds.
        let buffer = u32::try_from((4 << 20) * self.delay_ms / 5).expect("it fits");
        (tcp.receive_buffer, tcp.send_buffer) = (buffer, buffer);
        tcp.congestion_control = self.control;
        tcp.avoidance = self.avoidance;
        if self.recovery == Recovery::Sack {
            (tcp.sack, tcp.dsack) = (true, true);
            tcp.loss_detection = LossDetection::Rack;
            tcp.tail_loss_probe = true;
            tcp.reduction = Reduction::Proportional;
        }
        let mut plan = Plan::new(profile);
        plan.event_limit = u64::MAX;
        for direction in &mut plan.path {
            direction.delay = Span::from_millis(self.delay_ms);
            direction.rate = Some(1_000_000_000);
            direction.queue_limit = 1000;
            if self.one_in > 0 {
                direction.loss = Ratio::new(1, self.one_in).expect("a probability");
            }
        }
        transfer(&mut plan, self.octets);
        plan
    }
}

/// A client that writes so much and closes, a server that reads to the end.
fn transfer(plan: &mut Plan, octets: u64) {
    let (fd, listener, port) = (Fd(0), Fd(1), 5000);
    let server = [
        Step::Bind {
            fd: listener,
            address: Address::Any,
            port,
        },
        Step::Listen {
            fd: listener,
            backlog: 1,
        },
        Step::Accept { listener, fd },
        Step::ReceiveToEnd { fd },
        Step::Close { fd },
    ];
    let client = [
        Step::Connect {
            address: Address::Peer,
            fd,
            port,
        },
        Step::Send { fd, octets },
        Step::Close { fd },
    ];
    plan.add_program(1, Code::new(&server, &["s", ""]));
    plan.add_program(0, Code::new(&client, &["s", ""]));
}

/// A moment of a transfer.
#[derive(Clone, Copy, Default)]
struct Mark {
    time: f64,
    acked: u64,
    sent: u64,
}

/// What was counted on the client between two moments.
#[derive(Clone, Copy, Default)]
struct Run {
    /// Octets of text acknowledged a second.
    goodput: f64,
    /// Segments with text that were sent, lost ones and copies included.
    sent: u64,
    /// Fast recoveries begun.
    fast: u64,
    /// Times that the retransmission timer ran out, those of its back-off not counted.
    timeouts: u64,
    /// Mean of SRTT where either happened, in seconds.
    rtt: f64,
}

/// Looks at the client's end after every event.
struct Probe<'a> {
    world: &'a mut World,
    phase: Phase,
    /// Counted since the last [`Probe::clear`].
    run: Run,
    srtt: (f64, f64),
}

impl Probe<'_> {
    fn new(world: &mut World) -> Probe<'_> {
        Probe {
            world,
            phase: Phase::Open,
            run: Run::default(),
            srtt: (0.0, 0.0),
        }
    }

    fn clear(&mut self) {
        self.run = Run::default();
        self.srtt = (0.0, 0.0);
    }

    /// Goes on until this holds for the octets acknowledged, cwnd and the phase.
    fn until(&mut self, holds: impl Fn(u64, u32, Phase) -> bool) -> Mark {
        loop {
            assert_eq!(self.world.step(&mut ()), Turn::Event, "it goes on");
            let Some(connection) = self.world.hosts()[0].connection_by_number(1) else {
                continue;
            };
            let tcb = connection.tcb();
            let congestion = tcb.congestion();
            let before = std::mem::replace(&mut self.phase, congestion.phase);
            if before != self.phase && congestion.is_recovering() {
                let timeout = self.phase == Phase::Loss;
                self.run.timeouts += u64::from(timeout);
                self.run.fast += u64::from(!timeout);
                if let Some(srtt) = tcb.rtt().srtt() {
                    self.srtt.0 += srtt.as_nanos() as f64 / 1e9;
                    self.srtt.1 += 1.0;
                }
            }
            let acked = tcb.octets_written() - tcb.unacknowledged();
            if holds(acked, congestion.cwnd, congestion.phase) {
                return Mark {
                    time: self.world.now().since(Time::ZERO).as_nanos() as f64 / 1e9,
                    acked,
                    sent: self.world.path()[0].totals().sent,
                };
            }
        }
    }
}

/// The steady part of a transfer: from the first tenth on, short of the last hundredth.
fn steady(world: &mut World, octets: u64) -> Run {
    let mut probe = Probe::new(world);
    let from = probe.until(|acked, _, _| octets / 10 <= acked);
    probe.clear();
    let to = probe.until(|acked, _, _| octets * 99 / 100 <= acked);
    Run {
        goodput: rate(from, to),
        sent: to.sent - from.sent,
        rtt: probe.srtt.0 / probe.srtt.1.max(1.0),
        ..probe.run
    }
}

/// Bits of text acknowledged a second.
fn rate(from: Mark, to: Mark) -> f64 {
    8.0 * (to.acked - from.acked) as f64 / (to.time - from.time)
}

fn seeds(in_debug: u64) -> u64 {
    let asked = std::env::var("LASTACK_SEEDS").ok();
    let default = if cfg!(debug_assertions) { in_debug } else { 20 };
    asked.map_or(default, |n| n.parse().expect("LASTACK_SEEDS is a number"))
}

/// The mean over seeds 1 to `seeds`; counts are sums.
fn mean(case: &Case, seeds: u64) -> Run {
    let plan = Arc::new(case.plan());
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let mut runs: Vec<(u64, Run)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let plan = Arc::clone(&plan);
                scope.spawn(move || {
                    let mut world = World::new(plan, 0);
                    let mine = (1..=seeds).filter(|seed| seed % threads == worker);
                    mine.map(|seed| {
                        world.reset(seed);
                        (seed, steady(&mut world, case.octets))
                    })
                    .collect::<Vec<_>>()
                })
            })
            .collect();
        let done = workers.into_iter();
        done.flat_map(|w| w.join().expect("no run fails")).collect()
    });
    // Sums of floats depend on their order.
    runs.sort_by_key(|(seed, _)| *seed);
    let mut all = Run::default();
    for (_, run) in runs {
        all.goodput += run.goodput / seeds as f64;
        all.rtt += run.rtt / seeds as f64;
        all.sent += run.sent;
        all.fast += run.fast;
        all.timeouts += run.timeouts;
    }
    all
}

/// Mathis et al. 1997, in bits a second: MSS / RTT · sqrt(3 / (2 b p)).
fn square_root_law(p: f64, rtt: f64, b: f64) -> f64 {
    8.0 * MSS / rtt * (3.0 / (2.0 * b * p)).sqrt()
}

/// Padhye et al. 2000, the throughput of the full model, in bits a second: p is the share of segments
/// that begin a loss event, q the share of loss events that end in a time-out, both as counted.
fn full_model(run: &Run, b: f64) -> f64 {
    let events = (run.fast + run.timeouts) as f64;
    let p = events / run.sent as f64;
    let q = run.timeouts as f64 / events;
    let c = (2.0 + b) / (3.0 * b);
    let window = c + (8.0 * (1.0 - p) / (3.0 * b * p) + c * c).sqrt();
    let backed_off: f64 = [1.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
        .iter()
        .zip(0..)
        .map(|(factor, power)| factor * p.powi(power))
        .sum();
    let time = run.rtt * (b / 2.0 * window + 1.0) + q * RTO * backed_off / (1.0 - p);
    8.0 * MSS * ((1.0 - p) / p + window / 2.0 + q) / time
}

fn within(measured: f64, law: f64, percent: f64) -> bool {
    (measured / law - 1.0).abs() <= percent / 100.0
}

/// Prints a line of the table; the mean.
fn line(case: &Case, seeds: u64) -> Run {
    let run = mean(case, seeds);
    let p = 1.0 / case.one_in as f64;
    let b = match case.avoidance {
        Avoidance::Octets => 1.0,
        Avoidance::Acknowledgements => 2.0,
    };
    let (law, model) = (square_root_law(p, run.rtt, b), full_model(&run, b));
    println!(
        "| {p} | {:?} | {:?}, {:?} | {:.2} | {:.3} | {:.2} % | {b} | {:.2} | {:.2} | {:.2} | {:.2} |",
        case.recovery,
        case.control,
        case.avoidance,
        run.goodput / 1e6,
        1000.0 * (run.fast + run.timeouts) as f64 / run.sent as f64,
        100.0 * run.timeouts as f64 / (run.fast + run.timeouts) as f64,
        law / 1e6,
        run.goodput / law,
        model / 1e6,
        run.goodput / model,
    );
    run
}

const HEAD: &str = "| p | recovery | control | goodput, Mbit/s | loss events, ‰ | of them time-outs | b | \
    square root | ratio | full model | ratio |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";

/// W1 without loss: once the losses are repaired with which slow start overran the queue, and cwnd is
/// what the path holds again, the link is full.
#[test]
fn without_loss_the_link_is_full_after_slow_start() {
    println!("| recovery | control | overrun, s | repaired, s | full from, s | link used |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (recovery, control) in [
        (Recovery::NewReno, CongestionControl::NewReno),
        (Recovery::Sack, CongestionControl::NewReno),
        (Recovery::Sack, CongestionControl::Cubic),
    ] {
        let case = Case {
            recovery,
            control,
            ..W1
        };
        let mut world = World::new(Arc::new(case.plan()), 1);
        let mut probe = Probe::new(&mut world);
        let overrun = probe.until(|_, _, phase| phase == Phase::Recovery);
        let repaired = probe.until(|_, _, phase| phase != Phase::Recovery && phase != Phase::Loss);
        let from = probe.until(|_, cwnd, phase| phase == Phase::Open && PIPE <= cwnd);
        let to = probe.until(|acked, _, _| case.octets * 99 / 100 <= acked);
        let used = rate(from, to) * DATAGRAM / MSS / LINK;
        println!(
            "| {recovery:?} | {control:?} | {:.3} | {:.3} | {:.3} | {:.1} % |",
            overrun.time,
            repaired.time,
            from.time,
            100.0 * used
        );
        assert!(0.95 <= used, "{case:?}: {used}");
    }
}

/// W1 with loss, where the queue stays empty.
#[test]
fn goodput_follows_the_laws() {
    println!("{HEAD}");
    // Below a thousandth it takes long until slow start is forgotten: for a release build.
    let all: &[_] = &[(1000, W1.octets), (100, W1.octets / 5)];
    let rows = if cfg!(debug_assertions) {
        &all[1..]
    } else {
        all
    };
    for &(one_in, octets) in rows {
        let seeds = seeds(8);
        let case = |recovery, control| Case {
            one_in,
            octets,
            recovery,
            control,
            ..W1
        };
        let by_acks = Case {
            avoidance: Avoidance::Acknowledgements,
            ..case(Recovery::NewReno, CongestionControl::NewReno)
        };
        let by_acks = (by_acks, line(&by_acks, seeds));
        let newreno = case(Recovery::NewReno, CongestionControl::NewReno);
        let newreno = (newreno, line(&newreno, seeds));
        for ((case, run), b) in [(&by_acks, 2.0), (&newreno, 1.0)] {
            let model = full_model(run, b);
            let law = square_root_law(1.0 / one_in as f64, run.rtt, b);
            assert!(within(run.goodput, model, 15.0), "{case:?}");
            // The square-root law knows no time-outs, which cost a quarter where 1 % is lost.
            let without_timeouts = one_in == 1000;
            assert!(
                !without_timeouts || within(run.goodput, law, 25.0),
                "{case:?}"
            );
        }
        let sack = line(&case(Recovery::Sack, CongestionControl::NewReno), seeds);
        let cubic = line(&case(Recovery::NewReno, CongestionControl::Cubic), seeds);
        let both = line(&case(Recovery::Sack, CongestionControl::Cubic), seeds);
        assert!(newreno.1.goodput <= sack.goodput, "SACK and RACK help");
        assert!(
            newreno.1.goodput <= cubic.goodput,
            "the Reno-friendly region"
        );
        assert!(sack.goodput <= both.goodput, "the Reno-friendly region");
    }
}

/// A round trip of 100 ms, where a window that grows by a segment a round trip takes long.
#[test]
fn cubic_is_faster_than_newreno_on_a_long_fat_path() {
    println!("{HEAD}");
    let octets = if cfg!(debug_assertions) {
        50_000_000
    } else {
        1_000_000_000
    };
    let seeds = if cfg!(debug_assertions) {
        2
    } else {
        seeds(2).div_ceil(5)
    };
    let case = |control| Case {
        one_in: 10_000,
        delay_ms: 50,
        octets,
        recovery: Recovery::Sack,
        control,
        ..W1
    };
    let newreno = line(&case(CongestionControl::NewReno), seeds);
    let cubic = line(&case(CongestionControl::Cubic), seeds);
    assert!(1.25 * newreno.goodput <= cubic.goodput);
}
