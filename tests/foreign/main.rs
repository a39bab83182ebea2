//! Another implementation on the other end: `smoltcp`, over real bytes and a path that loses, copies
//! and reorders. Both send, both close, and each octet arrives once at its place.
//!
//! `LASTACK_SEEDS=10000 cargo test --release --test foreign` runs more seeds; `LASTACK_SEED=7` runs one
//! and prints its timeline.

#![expect(clippy::unwrap_used, reason = "all of it is a test")]

mod smol;

use lastack::check::trial::Trial;
use lastack::host::errno::Errno;
use lastack::host::profile::{Profile, ProfileName};
use lastack::host::program::{Address, CallResult, Code, Fd, Step, Ways};
use lastack::link::impair::Impairment;
use lastack::rng::{Purpose, Ratio, Stream};
use lastack::sim::plan::Plan;
use lastack::sim::record::{Stop, What};
use lastack::tcp::outcome::{End, Why};
use lastack::time::{Span, Time};
use lastack::view;
use lastack::wire::text::stream_of;
use smol::{Closes, Job, Smol};
use smoltcp::socket::tcp::State;
use std::net::IpAddr;
use std::sync::Arc;

const PORT: u16 = 9091;
const CLIENTS_PORT: u16 = 49_152;
/// Octets that each end sends.
const OCTETS: u64 = 20_000;
/// Seeds without a word from the environment.
const SEEDS: u64 = 36;
/// Virtual time in which a run must have ended: TIME-WAIT lasts four minutes, and what is lost on a
/// path like this one takes seconds.
const LIMIT: Time = Time::from_nanos(900 * 1_000_000_000);

/// What is drawn for a run.
#[derive(Debug)]
struct Case {
    plan: Plan,
    job: Job,
    /// The host that is ours.
    own: u8,
}

/// The three ways in which two ends close: one first, the other first, both at will.
fn case(seed: u64) -> Case {
    let draw = &mut Stream::new(seed, Purpose::Walk);
    let profiles = ProfileName::ALL;
    let profile = profiles[usize::try_from(draw.below(profiles.len() as u64)).unwrap()];
    let mut plan = Plan::new(Profile::new(profile));
    // The foreign host is the client (0) or the server (1).
    let foreign = u8::try_from(draw.below(2)).unwrap();
    let own = 1 - foreign;
    plan.foreign = Some(foreign);
    plan.time_limit = LIMIT;
    let is_v6 = draw.below(4) == 0;
    if is_v6 {
        for host in &mut plan.hosts {
            host.profile.tcp.mss -= 20;
        }
        for (host, last) in plan.hosts.iter_mut().zip(["1", "2"]) {
            host.address = format!("2001:db8::{last}").parse().unwrap();
        }
    }
    for direction in &mut plan.path {
        direction.delay = Span::from_micros(1 + draw.below(50_000));
        direction.ip_header = if is_v6 { 40 } else { 20 };
        direction.loss = Ratio::new(10, 100).unwrap();
        direction.impairment = Some(Impairment {
            duplicate: Ratio::new(5, 100).unwrap(),
            reorder: Ratio::new(10, 100).unwrap(),
            by: Span::from_micros(1 + draw.below(60_000)),
        });
    }
    let (own_closes, closes) = match draw.below(3) {
        0 => (Closes::WhenWritten, Closes::AfterThePeer),
        1 => (Closes::AfterThePeer, Closes::WhenWritten),
        _ => (Closes::WhenWritten, Closes::WhenWritten),
    };
    let code = program(own == 0, own_closes);
    plan.add_program(own, code);
    let address = |host: u8| -> IpAddr { plan.hosts[usize::from(host)].address };
    let ports = if foreign == 0 {
        [CLIENTS_PORT, PORT]
    } else {
        // Which port our client takes is its own business.
        [PORT, 0]
    };
    // One stack in four scales its window.
    let most = if draw.below(4) == 0 { 200_000 } else { 30_000 };
    let mut room = || usize::try_from(500 + draw.below(most)).unwrap();
    let buffers = [room(), room()];
    let ack_delay = match draw.below(3) {
        0 => None,
        _ => Some(Span::from_millis(1 + draw.below(100))),
    };
    let job = Job {
        addresses: [foreign, own].map(address),
        connects: foreign == 0,
        ports,
        streams: [foreign, own].map(|host| stream_of(1, host)),
        octets: OCTETS,
        closes,
        buffers,
        timestamps: draw.below(2) == 0,
        nagle: draw.below(2) == 0,
        ack_delay,
        seed,
    };
    Case { plan, job, own }
}

/// Our end's program.
fn program(connects: bool, closes: Closes) -> Code {
    let (fd, listener, port) = (Fd(0), Fd(1), PORT);
    let mut steps = if connects {
        let address = Address::Peer;
        vec![Step::Connect { fd, address, port }]
    } else {
        let address = Address::Any;
        vec![
            Step::Bind {
                fd: listener,
                address,
                port,
            },
            Step::Listen {
                fd: listener,
                backlog: 1,
            },
            Step::Accept { listener, fd },
            Step::Close { fd: listener },
        ]
    };
    steps.push(Step::Send { fd, octets: OCTETS });
    if closes == Closes::WhenWritten {
        let ways = Ways::Write;
        steps.push(Step::Shutdown { fd, ways });
    }
    steps.extend([Step::ReceiveToEnd { fd }, Step::Close { fd }]);
    Code::new(&steps, &["s", ""])
}

/// The path took every transmission of a segment, or its answer, until our end gave up, as each
/// profile does after its own time: the handshake failed, or the connection ended.
fn gave_up(trial: &Trial) -> bool {
    let mut was_open = false;
    trial.records.iter().any(|record| match record.what {
        What::Transition { to, .. } => {
            was_open |= to.is_synchronized();
            false
        }
        What::Return { result, .. } => result == CallResult::Failed(Errno::Etimedout),
        // A listener's end that gave its handshake up is made again by the stack's next SYN.
        What::Ended(End::RetransmissionLimit | End::UserTimeout) => was_open,
        _ => false,
    })
}

/// What is wrong with a run, even if an end gave up; nothing if it is as it must be.
fn wrong_always(case: &Case, trial: &Trial, stack: &Smol) -> Vec<String> {
    let mut wrong: Vec<String> = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    must(trial.stop == Stop::Quiescence, format!("{:?}", trial.stop));
    must(
        trial.violations.is_empty(),
        format!("{:?}", trial.violations),
    );
    must(
        stack.wrong.is_none(),
        format!("wrong from {:?}", stack.wrong),
    );
    let left = trial.world.hosts()[usize::from(case.own)].connections();
    let left: Vec<_> = left.map(|connection| connection.state()).collect();
    must(left.is_empty(), format!("our host is left with {left:?}"));
    for record in &trial.records {
        if let What::Malformed { .. } | What::ForeignOctets = record.what {
            must(false, format!("{:?}", record.what));
        }
    }
    wrong
}

/// What is wrong with a run in which nobody gave up.
fn wrong(trial: &Trial, stack: &Smol) -> Vec<String> {
    let mut wrong: Vec<String> = Vec::new();
    let mut must = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    must(trial.unmet.is_empty(), format!("{:?}", trial.unmet));
    must(
        (stack.written, stack.read) == (OCTETS, OCTETS),
        format!("the stack wrote {}, read {}", stack.written, stack.read),
    );
    must(
        stack.state() == State::Closed,
        format!("the stack is left in {}", stack.state()),
    );
    let read = trial.records.iter().filter_map(|record| match record.what {
        What::Return { result, .. } => Some(result),
        _ => None,
    });
    let read = read.filter(|result| *result == CallResult::Done(OCTETS));
    // What was sent, and what was received.
    must(read.count() == 2, "our program did not read all".to_owned());
    let acks_fin = |what: &What| matches!(what, What::Sent { packet, why: Why::Foreign, .. } if packet.marks.acks_fin);
    let mut all = trial.records.iter();
    must(
        all.any(|record| acks_fin(&record.what)),
        "it never acknowledges our FIN".to_owned(),
    );
    let mut was_open = false;
    for record in &trial.records {
        match record.what {
            What::Transition { to, .. } => was_open |= to.is_synchronized(),
            // A listener's end that gave its handshake up: the stack's next SYN makes another.
            What::Ended(End::RetransmissionLimit) if !was_open => {}
            // A late ACK of ours finds the other end closed, and its reset ends our TIME-WAIT; or the
            // stack's own TIME-WAIT of ten seconds is over. All was read by then: see above.
            What::Ended(end) => must(end == End::Reset, format!("our end: {end}")),
            _ => {}
        }
    }
    wrong
}

fn run(seed: u64) -> (Case, Trial, Smol) {
    let case = case(seed);
    let plan = Arc::new(case.plan.clone());
    let (trial, stack) = Trial::duel(&plan, &[], seed, Smol::new(case.job));
    (case, trial, stack)
}

/// The run as people read it.
fn timeline(case: &Case, trial: &Trial) -> String {
    let end = view::run::End {
        time: trial.world.now(),
        stop: trial.stop,
        records: trial.records.len() as u64,
        digest: trial.digest,
        totals: trial.world.path().each_ref().map(|d| *d.totals()),
        under_way: trial.world.path().each_ref().map(|d| d.under_way()),
        fault_hits: Vec::new(),
        sockets: [Vec::new(), Vec::new()],
    };
    view::timeline::render(&view::run::Run {
        scenario: "tests/foreign",
        about: &format!("{:?}", case.job),
        plan: &case.plan,
        seed: trial.world.seed(),
        numbers: lastack::scenario::Numbers::Relative,
        records: &trial.records,
        changes: &[],
        verdicts: &[],
        broken: &[],
        end: &end,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told how much to do"
)]
fn number(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}

#[test]
fn every_octet_arrives_once_and_both_ends_close() {
    let seeds = match number("LASTACK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LASTACK_SEEDS").unwrap_or(SEEDS),
    };
    let mut failures = Vec::new();
    let mut given_up = 0;
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let (case, trial, stack) = run(seed);
        if count == 1 {
            println!("{}", timeline(&case, &trial));
        }
        let mut wrong = wrong_always(&case, &trial, &stack);
        if gave_up(&trial) {
            given_up += 1;
        } else {
            wrong.extend(self::wrong(&trial, &stack));
        }
        if !wrong.is_empty() {
            let profile = case.plan.hosts[0].profile.name.name();
            failures.push(format!(
                "seed {seed} ({profile}, {:?}): {wrong:#?}",
                case.job
            ));
        }
    }
    println!("{count} runs, of which {given_up} gave up");
    let first: Vec<_> = failures.iter().take(5).collect();
    // The path takes every transmission of a segment, or its answer, until our end gives up: 22 times
    // in the first 100,000 seeds.
    assert!(given_up <= count / 1000, "{given_up} of {count} gave up");
    assert!(
        failures.is_empty(),
        "{} of {count}: {first:#?}",
        failures.len()
    );
}

/// The same seed, the same records.
#[test]
fn a_duel_can_be_repeated() {
    let [(_, one, _), (_, two, _), (_, other, _)] = [3, 3, 4].map(run);
    assert_eq!(one.records, two.records);
    assert_eq!(one.digest, two.digest);
    assert_ne!(one.digest, other.digest);
}
