//! Programs that do anything: whatever they call, and whatever happens to them, the books of their
//! hosts stay in order, and nothing is left when they are gone.

use super::*;
use lastack::host::program::SocketOption;
use lastack::rng::{Purpose, Ratio, Stream};
use lastack::sim::plan::{HostEvent, Turn};
use lastack::sim::world::{self, World};

/// How many plans; each is run with a seed of its own.
const PLANS: u64 = 300;
/// All programs are killed then.
const END: u64 = 20_000;

fn pick<T: Copy>(draw: &mut Stream, all: &[T]) -> T {
    all[usize::try_from(draw.below(all.len() as u64)).expect("a place")]
}

fn option(draw: &mut Stream) -> SocketOption {
    let on = draw.below(2) == 0;
    let span = Span::from_millis(draw.below(4) * 700);
    match draw.below(10) {
        0 | 1 => SocketOption::NonBlocking(on),
        2 => SocketOption::ReuseAddress(on),
        3 => SocketOption::ReusePort(on),
        4 => SocketOption::Linger(on.then_some(span)),
        5 => SocketOption::ReceiveTimeout(span),
        6 => SocketOption::SendTimeout(span),
        7 => SocketOption::ReceiveBuffer(2000 + 1000 * u32::from(on)),
        8 => SocketOption::KeepAlive(on),
        _ => SocketOption::ExclusiveAddressUse(on),
    }
}

/// A step on one of the three descriptors; the last one listens more often than it does not.
fn step(draw: &mut Stream, code: u16) -> Step {
    let fd = pick(draw, &[A, B, LISTENER]);
    let listener = pick(draw, &[LISTENER, LISTENER, LISTENER, fd]);
    let port = pick(draw, &[PORT, PORT, 80, 0]);
    let octets = draw.below(30_000);
    let own = pick(
        draw,
        &[Address::Any, Address::Any, Address::Own, Address::Loopback],
    );
    let ways = pick(draw, &[Ways::Read, Ways::Write, Ways::Both]);
    let state = pick(
        draw,
        &[
            State::Established,
            State::CloseWait,
            State::Closed,
            State::TimeWait,
        ],
    );
    let remote = pick(draw, &[Address::Peer, Address::Peer, own]);
    match draw.below(30) {
        0..3 => Step::Bind {
            fd: listener,
            address: own,
            port,
        },
        3..6 => Step::Listen {
            fd: listener,
            backlog: u32::try_from(draw.below(3)).expect("below 3"),
        },
        6..9 => Step::Accept { listener, fd },
        9 if code > 0 => Step::Serve {
            listener,
            fd,
            code: 0,
        },
        9..13 => Step::Connect {
            fd,
            address: remote,
            port,
        },
        13..15 => Step::Send { fd, octets },
        15 => Step::Receive { fd, octets },
        16 => Step::ReceiveExactly { fd, octets },
        17 => Step::ReceiveToEnd { fd },
        18 => Step::Shutdown { fd, ways },
        19 => Step::Shutdown { fd: listener, ways },
        20 => Step::Close { fd },
        21 => Step::Close { fd: listener },
        22 => Step::Abort { fd },
        23..25 => Step::Set {
            fd: pick(draw, &[fd, listener]),
            option: option(draw),
        },
        25 => Step::SocketError { fd },
        26 => Step::PeerName { fd },
        27 => Step::WaitFor { fd, state },
        28 if code > 1 => Step::Thread {
            code: pick(draw, &[0, 1]),
        },
        28 => Step::Socket { fd },
        _ => Step::Sleep(Span::from_millis(5 * draw.below(100))),
    }
}

fn random_plan(seed: u64) -> Plan {
    let draw = &mut Stream::new(seed, Purpose::Walk);
    let mut plan = Plan::new(Profile::new(pick(draw, &ProfileName::ALL)));
    let second = Profile::new(pick(draw, &ProfileName::ALL));
    plan.hosts[1].profile = second;
    for host in &mut plan.hosts {
        let rules = &mut host.profile.sockets;
        if draw.below(3) == 0 {
            (rules.time_wait_limit, rules.orphan_limit) = (1, 1);
            (rules.descriptor_limit, rules.syn_queue_limit) = (4, 1);
        }
        host.profile.tcp.send_buffer = 8000;
    }
    for direction in &mut plan.path {
        direction.loss = Ratio::new(draw.below(3) * 10, 100).expect("below one");
    }
    for code in 0..6 {
        let steps = (0..4 + draw.below(12)).map(|_| (step(draw, code), Expects::Anything));
        let steps: Vec<_> = steps.collect();
        plan.add_code(super::code(&steps));
    }
    for _ in 0..2 + draw.below(4) {
        let host = u8::from(draw.below(2) == 0);
        let own = u16::try_from(2 + draw.below(4)).expect("below 6");
        let handler = (draw.below(2) == 0).then_some(1);
        let hits = 1 + draw.below(2);
        let mut signals: Vec<_> = (0..draw.below(3))
            .map(|_| {
                (
                    ms(10 * draw.below(300)),
                    pick(draw, &[Signal::Interrupt, Signal::Kill, Signal::Start]),
                )
            })
            .collect();
        signals.sort_by_key(|(at, _)| *at);
        // A process has to be killed as often as something may have started it.
        signals.push((ms(END), Signal::Kill));
        let program = plan.add_program(host, Code::new(&[], &["a", "b", ""]));
        (program.code, program.on_interrupt, program.signals) = (own, handler, signals);
        (program.count, program.every) =
            (u32::try_from(hits).expect("1 or 2"), Span::from_millis(50));
    }
    if draw.below(3) == 0 {
        let host = u8::from(draw.below(2) == 0);
        let at = ms(10 * draw.below(100));
        let later = at + Span::from_millis(10 * draw.below(100));
        let turns = pick(
            draw,
            &[
                [Turn::Crashes, Turn::Boots],
                [Turn::Unplugged, Turn::Plugged],
                [Turn::Tuned(second), Turn::Tuned(plan.hosts[0].profile)],
            ],
        );
        plan.events.push(HostEvent {
            at,
            host,
            turn: turns[0],
        });
        plan.events.push(HostEvent {
            at: later,
            host,
            turn: turns[1],
        });
    }
    // Some go on for ever: probes of a closed window, a server whose children are its clients.
    plan.until = Some(ms(3_600_000));
    plan.event_limit = 4000;
    plan
}

#[test]
fn the_books_stay_in_order_whatever_programs_do() {
    for seed in 0..PLANS {
        let plan = Arc::new(random_plan(seed));
        let mut world = World::new(plan, seed);
        while world.step(&mut ()) == world::Step::Event {
            for host in world.hosts() {
                let books = host.audit();
                assert_eq!(
                    books,
                    Ok(()),
                    "plan {seed}, event {} at {}",
                    world.events(),
                    world.now()
                );
            }
        }
    }
}

#[test]
fn nothing_is_broken_whatever_programs_do() {
    for seed in 0..PLANS {
        let plan = Arc::new(random_plan(seed));
        let trial = Trial::run(&plan, &[], seed);
        assert_eq!(trial.violations, [], "plan {seed}");
    }
}

/// A world that was used, by whatever programs, runs as a new one does once it is reset; so does a
/// copy of it.
#[test]
fn a_reset_world_is_a_new_world_whatever_programs_did() {
    for seed in 0..PLANS / 2 {
        let plan = Arc::new(random_plan(seed));
        let mut used = World::new(Arc::clone(&plan), seed + 1);
        used.run_until(ms(100 * (seed % 20)), &mut ());
        used.reset(seed);
        let mut copy = used.clone();
        let (mut again, mut copied, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
        used.run(&mut again);
        copy.run(&mut copied);
        World::new(plan, seed).run(&mut fresh);
        assert!(again == fresh, "plan {seed}");
        assert!(copied == fresh, "plan {seed}");
    }
}
