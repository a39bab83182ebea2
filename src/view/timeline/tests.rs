//! Timelines of runs made by hand, as exact text.

use super::layout::WIDTH;
use super::render;
use crate::host::ProcessEvent;
use crate::host::errno::Errno;
use crate::host::program::{CallResult, Expects, Fd, Step};
use crate::link::fault::{Action, Kind, TriggerId, Which};
use crate::link::{Effect, Fate};
use crate::scenario::Numbers;
use crate::segment::Marks;
use crate::seq::Seq;
use crate::sim::plan::Trigger;
use crate::sim::record::What;
use crate::tcp::outcome::{AckReason, DropReason, End, ResetReason, Verdict, Why};
use crate::tcp::state::State;
use crate::time::{Span, Time};
use crate::view::sample::{ISS, Sample, last_ack_lost, ms};

/// What holds for every timeline: no line too long, no blank at an end, no tab.
fn check(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
        assert_eq!(line.trim_end(), line);
        assert!(!line.contains('\t'));
    }
    assert!(text.ends_with('\n'));
}

#[test]
fn a_stranger_can_retell_the_run() {
    let text = render(&last_ack_lost().run());
    println!("{text}");
    check(&text);
}

/// A run in which the handshake is over and `now` is a second.
fn open() -> Sample {
    let mut run = Sample::plain();
    run.handshake(|_| {});
    run.records
        .retain(|record| matches!(record.what, What::Sent { .. }));
    run.now = ms(1000);
    run
}

/// The lines after the handshake.
fn later(run: &Sample) -> String {
    let text = run.events();
    check(&text);
    text.lines()
        .skip(3)
        .map(|line| format!("{line}\n"))
        .collect()
}

fn fault(fault: u16, hit: u32, effect: Effect) -> Fate {
    Fate::Fault { fault, hit, effect }
}

#[test]
fn every_fate_is_told() {
    let mut run = open();
    let at = ms(1010);
    let again = Span::from_millis(50);
    run.fault(0, Kind::Data, Which::All, Action::Drop);
    run.fault(
        0,
        Kind::Data,
        Which::Nth(2),
        Action::Duplicate {
            copies: 1,
            apart: again,
        },
    );
    run.fault(
        0,
        Kind::Data,
        Which::Every(3),
        Action::Duplicate {
            copies: 2,
            apart: again,
        },
    );
    run.fault(0, Kind::Data, Which::First(1), Action::Delay(again));
    run.plan.triggers = vec![Trigger::Reaches {
        host: 1,
        state: State::TimeWait,
        connection: None,
    }];
    run.fault(0, Kind::Any, Which::First(3), Action::Hold(TriggerId(0)));
    for fate in [
        Fate::Deliver { at },
        Fate::Lost,
        Fate::QueueFull,
        fault(0, 13, Effect::Drop),
        fault(
            1,
            1,
            Effect::Duplicate {
                at,
                copies: 1,
                apart: again,
            },
        ),
        fault(
            2,
            4,
            Effect::Duplicate {
                at,
                copies: 2,
                apart: again,
            },
        ),
        fault(3, 1, Effect::Delay { at: at + again }),
        fault(4, 2, Effect::Hold),
    ] {
        let packet = run.packet(0, "P.", 1, 1, 1460);
        run.sent(0, packet, Why::New, fate);
    }
    let number = run.records.len() as u64;
    run.now = ms(2000);
    run.add(
        0,
        What::Released {
            packet: number,
            at: ms(2010),
        },
    );
    println!("{}", later(&run));
    println!("{}", render(&run.run()));
}

#[test]
fn every_reason_to_send_is_told() {
    let mut run = open();
    let (rto, next) = (Span::from_secs(1), Span::from_secs(2));
    for why in [
        Why::AfterTimeout,
        Why::FastRetransmit,
        Why::PartialAck,
        Why::Timeout {
            count: 1,
            rto,
            next,
        },
    ] {
        let mut packet = run.packet(0, ".", 1461, 1, 1460);
        packet.marks = Marks {
            retransmission: true,
            ..Marks::default()
        };
        run.sent(0, packet, why, Fate::Deliver { at: ms(1010) });
    }
    run.sends(0, (".", 1461, 1, 1), Why::Probe { count: 2, next });
    for reason in [
        AckReason::Handshake,
        AckReason::SecondSegment,
        AckReason::Delayed,
        AckReason::Undelayed,
        AckReason::Fin,
        AckReason::Gap,
        AckReason::GapFilled,
        AckReason::WindowUpdate,
        AckReason::Unacceptable,
        AckReason::NeverSent,
        AckReason::ChallengeReset,
        AckReason::ChallengeSyn,
        AckReason::ChallengeOldAck,
        AckReason::FinAgain,
    ] {
        run.sends(1, (".", 1, 1461, 0), Why::Acknowledge(reason));
    }
    for reason in [
        ResetReason::NoConnection,
        ResetReason::NeverSent,
        ResetReason::Abort,
        ResetReason::Unread,
        ResetReason::NobodyReads,
    ] {
        let mut packet = run.packet(0, "R", 1461, 0, 0);
        packet.segment.wnd = 0;
        run.sent(
            0,
            packet,
            Why::Reset(reason),
            Fate::Deliver { at: ms(1010) },
        );
    }
    println!("{}", later(&run));
}

#[test]
fn programs_and_their_errors_are_told() {
    let mut run = open();
    let ok = Expects::Success;
    let (s, c) = (Fd(0), Fd(1));
    let server = run.program(
        1,
        "server",
        &[
            (Step::Bind { port: 9091 }, ok),
            (Step::Bind { port: 9091 }, Expects::Fails(Errno::Eaddrinuse)),
            (Step::Bind { port: 0 }, ok),
            (
                Step::Receive {
                    fd: c,
                    octets: 4096,
                },
                ok,
            ),
            (
                Step::ReceiveExactly {
                    fd: c,
                    octets: 2000,
                },
                Expects::Returns(2000),
            ),
            (
                Step::WaitFor {
                    fd: c,
                    state: State::CloseWait,
                },
                ok,
            ),
        ],
    );
    let client = run.program(
        0,
        "client",
        &[
            (Step::Connect { fd: s, port: 9091 }, ok),
            (
                Step::Send { fd: s, octets: 1 },
                Expects::Fails(Errno::Epipe),
            ),
            (Step::Abort { fd: s }, ok),
        ],
    );
    run.done(1, server, 0);
    run.call(1, server, 1);
    run.ret(1, server, 1, run.now, CallResult::Failed(Errno::Eaddrinuse));
    run.call(1, server, 2);
    run.ret(1, server, 2, run.now, CallResult::Done(49_152));
    run.call(1, server, 3);
    run.ret(1, server, 3, run.now, CallResult::Done(1000));
    run.call(1, server, 4);
    run.call(0, client, 1);
    run.ret(0, client, 1, run.now, CallResult::Done(1));
    run.done(0, client, 2);
    run.now = ms(1500);
    run.ret(1, server, 4, ms(1000), CallResult::Done(500));
    run.call(1, server, 5);
    run.call(0, client, 0);
    run.now = ms(1700);
    run.ret(
        0,
        client,
        0,
        ms(1500),
        CallResult::Failed(Errno::Econnrefused),
    );
    for (host, process, event) in [
        (0, client, ProcessEvent::Died),
        (1, server, ProcessEvent::Interrupted { handled: true }),
        (1, server, ProcessEvent::Interrupted { handled: false }),
        (1, server, ProcessEvent::Killed),
        (1, server, ProcessEvent::Exited),
    ] {
        run.add(host, What::Process { process, event });
    }
    println!("{}", later(&run));
    run.plan.programs[1].host = 1;
    let second = crate::host::ProcessId {
        program: 1,
        instance: 1,
    };
    run.add(
        1,
        What::Process {
            process: second,
            event: ProcessEvent::Started,
        },
    );
    println!("{}", later(&run));
}

#[test]
fn what_happens_inside_is_told() {
    let mut run = open();
    run.transition(0, State::Established, State::Closed);
    run.add(0, What::Ended(End::RetransmissionLimit));
    run.add(0, What::DeliveryTrouble { count: 3 });
    run.add(1, What::ForeignOctets);
    let packet = run.sends(0, ("P.", 1, 1, 100), Why::New);
    run.now = ms(1010);
    run.arrives(1, packet, Verdict::Dropped(DropReason::BacklogFull));
    println!("{}", later(&run));
}

#[test]
fn what_comes_from_outside_is_told() {
    let mut run = open();
    run.connection = None;
    let mut packet = run.packet(0, "R", 1461, 0, 0);
    packet.segment.seq = Seq::new(ISS[0] - 5);
    run.connection = Some(1);
    run.add(
        0,
        What::Injected {
            packet,
            injection: 3,
        },
    );
    run.arrives(1, packet, Verdict::Dropped(DropReason::ResetOutsideWindow));
    // A reset from a closed port names no connection; its ports do.
    run.connection = None;
    let mut reset = run.packet(1, "R.", 0, 1, 0);
    reset.segment.seq = Seq::new(0);
    reset.segment.wnd = 0;
    run.sent(
        1,
        reset,
        Why::Reset(ResetReason::NoConnection),
        Fate::Deliver { at: ms(1010) },
    );
    println!("{}", later(&run));
}

#[test]
fn several_connections_are_numbered() {
    let mut run = open();
    let old = run.sends(0, ("P.", 1, 1, 10), Why::New);
    run.connection = Some(12);
    run.handshake(|_| {});
    run.arrives(1, old, Verdict::Dropped(DropReason::OutsideWindow));
    println!("{}", later(&run));
    println!("{}", render(&run.run()));
}

#[test]
fn numbers_can_be_those_on_the_wire() {
    let mut run = open();
    run.numbers = Numbers::Absolute;
    run.sends(0, ("P.", 1, 1, 1460), Why::New);
    println!("{}", run.events());
}

#[test]
fn long_names_and_numbers_lose_nothing() {
    let mut run = Sample::new(
        ["production-frontend-17", "production-database-primary"],
        [
            "2001:db8:1111:2222:3333:4444:5555:6666",
            "2001:db8:1111:2222:3333:4444:5555:7777",
        ],
    );
    run.numbers = Numbers::Absolute;
    run.connection = Some(1_000_000);
    run.fault(
        0,
        Kind::Data,
        Which::Every(100_000),
        Action::Duplicate {
            copies: 9,
            apart: Span::from_nanos(1_000_000_001),
        },
    );
    run.now = Time::from_nanos(604_799_123_456_789);
    run.sends(0, ("S", 0, 0, 0), Why::New);
    run.sends(1, ("S.", 0, 1, 0), Why::New);
    let packet = run.packet(0, "FP.", 1_000_000, 1, 65_535);
    let why = Why::Timeout {
        count: 12,
        rto: Span::from_nanos(120_000_000_001),
        next: Span::from_nanos(240_000_000_002),
    };
    let fate = fault(
        0,
        99_999,
        Effect::Duplicate {
            at: run.now,
            copies: 9,
            apart: Span::from_nanos(1_000_000_001),
        },
    );
    run.sent(0, packet, why, fate);
    run.now = run.now + Span::from_nanos(1);
    run.arrives(1, packet, Verdict::Dropped(DropReason::AckOfNothing));
    let server = run.program(
        1,
        "a-program-with-a-rather-long-name",
        &[(
            Step::ReceiveExactly {
                fd: Fd(1),
                octets: u64::MAX,
            },
            Expects::Fails(Errno::Eaddrinuse),
        )],
    );
    run.plan.programs[0].count = 2;
    run.plan.code[0].sockets[1] = "a-socket-with-a-rather-long-name".to_owned();
    run.call(1, server, 0);
    run.now = run.now + Span::from_nanos(u64::MAX / 1000);
    run.ret(1, server, 0, Time::ZERO, CallResult::Failed(Errno::Eisconn));
    println!("{}", render(&run.run()));
}
