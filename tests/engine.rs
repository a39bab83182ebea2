//! The engine and the judge at their edges: limits, triggers, causes, verdicts.

use lastack::check::trial::Trial;
use lastack::scenario;
use lastack::sim::record::{Record, Stop, What};
use lastack::tcp::state::State;
use lastack::time::{Span, Time};
use std::sync::Arc;

const CLIENT_CLOSES: &str = r#"programs: [
    Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
    Program(on: "client", steps: [Connect("s", "server", 9091), Sleep("1s"), Close("s")]),
],"#;

/// Runs a scenario with these sections.
fn run(sections: &str) -> Trial {
    let scenario = scenario::load(&format!("Scenario({sections})")).expect("it is a scenario");
    let stated = scenario.expectations.into_iter();
    let expectations: Vec<_> = stated.map(|stated| stated.expectation).collect();
    Trial::run(&Arc::new(scenario.plan), &expectations, 1)
}

fn close_with(sections: &str) -> Trial {
    run(&format!("{CLIENT_CLOSES} {sections}"))
}

/// Whether each expectation held, and what was found instead.
fn verdicts(trial: &Trial) -> Vec<(bool, &str)> {
    let verdicts = trial.verdicts.iter();
    verdicts.map(|v| (v.held, v.found.as_str())).collect()
}

/// Kinds of the records from this one back to the start of its chain.
fn chain(trial: &Trial, from: &Record) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut next = Some(from.ordinal);
    while let Some(record) = next.and_then(|n| trial.records.iter().find(|r| r.ordinal == n)) {
        names.push(match record.what {
            What::Process { .. } => "process",
            What::Call { .. } => "call",
            What::Return { .. } => "return",
            What::Sent { .. } => "sent",
            What::Injected { .. } => "injected",
            What::Arrived { .. } => "arrived",
            What::Transition { .. } => "transition",
            _ => "other",
        });
        next = record.cause;
    }
    names
}

#[test]
fn every_limit_stops_where_it_says() {
    let trial = close_with("until: \"2s\",");
    assert_eq!(
        (trial.stop, trial.world.now()),
        (Stop::Until, Time::ZERO + Span::from_millis(1050))
    );
    assert!(trial.held(), "to end at `until` is no failure");
    for limit in [1, 5, 9] {
        let trial = close_with(&format!("limit: {limit},"));
        assert_eq!(
            (trial.stop, trial.world.events()),
            (Stop::EventLimit, limit)
        );
        assert!(!trial.held(), "to be cut off is a failure");
    }
}

/// The user timeout was set for 300 s and put off when the FIN was acknowledged: it keeps no run
/// from its end.
#[test]
fn a_deadline_that_means_nothing_does_not_reach_a_limit() {
    let trial = close_with("until: \"250s\",");
    assert_eq!(trial.stop, Stop::Quiescence);
    assert_eq!(trial.world.now(), Time::ZERO + Span::from_millis(241_040));
}

#[test]
fn a_packet_held_until_a_moment_that_has_passed_goes_on_at_once() {
    let trial = close_with(
        r#"faults: [Hold(from: "client", matching: Fin, until: At("500ms"))],
        expect: [Reaches("server", Closed), ClosesAfterFin("client", "240s")],"#,
    );
    assert_eq!(verdicts(&trial), [(true, ""), (true, "")]);
}

#[test]
fn a_retransmitted_fin_is_caused_by_what_set_its_timer() {
    let trial = close_with(r#"faults: [Drop(from: "client", matching: AckOfFin, times: 1)],"#);
    let again = trial.records.iter().find(
        |record| matches!(record.what, What::Sent { packet, .. } if packet.marks.retransmission),
    );
    let again = again.expect("the FIN is sent again");
    // The FIN before, in a call made when the client's FIN arrived, which a call sent after a sleep,
    // which began when the SYN,ACK arrived, and so on to the start of the client.
    assert_eq!(
        chain(&trial, again),
        [
            "sent", "sent", "call", "arrived", "sent", "call", "call", "arrived", "sent",
            "arrived", "sent", "call", "process"
        ]
    );
}

#[test]
fn an_injection_is_caused_by_what_set_it_off() {
    let trial = close_with(
        r#"inject: [Segment(from: "server", when: Reaches("client", FinWait1), after: "1ms", flags: "R")],"#,
    );
    let injected = trial
        .records
        .iter()
        .find(|r| matches!(r.what, What::Injected { .. }));
    let injected = injected.expect("a segment was injected");
    assert_eq!(
        chain(&trial, injected)[..3],
        ["injected", "transition", "call"]
    );
}

/// Octets read in the step that also ends the connection count all the same.
#[test]
fn octets_read_just_before_an_abort_count() {
    let trial = run(r#"programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), Sleep("1s"), Receive("c", 500), Abort("c")]),
            Program(on: "client", steps: [Connect("s", "server", 9091), Send("s", 500), WaitFor("s", Closed)]),
        ],
        expect: [Receives("server", 500), Receives("server", 400)],"#);
    assert_eq!(
        verdicts(&trial),
        [(true, ""), (false, "it read 500 octets")]
    );
}

/// Every expectation, where it holds and where it fails, with what it says then.
#[test]
fn expectations_hold_and_fail_with_what_was_found() {
    let trial = close_with(
        r#"expect: [
            Visits("client", [Established, TimeWait, Closed]), Visits("client", [Closing]),
            Reaches("server", LastAck), Reaches("server", TimeWait),
            Never("client", Closing), Never("client", TimeWait),
            Within("client", TimeWait, "1.04s"), Within("client", TimeWait, "1.035s"),
            Lasts("client", TimeWait, "240s"), Lasts("client", TimeWait, "1s"), Lasts("client", Closing, "1s"),
            ClosesAfterFin("client", "240s"), ClosesAfterFin("client", "239s"),
            Sends("server", Fin, 1), Sends("server", Fin, 2), Sends("server", Fin, 0),
            SendsAt("server", Fin, ["1.03s"]), SendsAt("server", Fin, ["1s"]), SendsAt("server", Fin, ["1.03s", "2s"]),
            Retransmits("server", Any, 0), Retransmits("server", Any, 1),
            Loses("client", Any, 0), Loses("client", Any, 1),
            Receives("server", 0), Receives("server", 7), LeavesNothing,
        ],"#,
    );
    let held = (true, "");
    assert_eq!(
        verdicts(&trial),
        [
            held,
            (false, "CLOSING did not come; it ended in CLOSED"),
            held,
            (false, "it ended in CLOSED"),
            held,
            (false, "it entered TIME-WAIT at 1.040000000"),
            held,
            (false, "it was in FIN-WAIT-1"),
            held,
            (false, "it lasted 240s"),
            (false, "it was never in it"),
            held,
            (false, "it closed 240s after the last FIN"),
            held,
            (false, "1 in all"),
            (false, "1 by 1.030000000"),
            held,
            (false, "number 1 was sent at 1.030000000"),
            (false, "1 in all"),
            held,
            (false, "0 in all"),
            held,
            (false, "0 in all"),
            held,
            (false, "it read 0 octets"),
            held,
        ]
    );
}

#[test]
fn what_is_left_is_what_a_socket_table_shows() {
    let left = close_with("until: \"2s\", expect: [LeavesNothing],");
    assert_eq!(verdicts(&left), [(false, "1 and 0 connections were left")]);
    // Reset, and still held by a program that never closes it: no table shows it.
    let held = run(r#"programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), Abort("c")]),
            Program(on: "client", steps: [Connect("s", "server", 9091), WaitFor("s", Closed), WaitFor("s", Listen)]),
        ],
        expect: [LeavesNothing],"#);
    assert_eq!(verdicts(&held), [(true, "")]);
    let states = held.world.hosts()[0].connections().map(|c| c.state());
    assert_eq!(states.collect::<Vec<_>>(), [State::Closed]);
}

/// Each error where a system would give it; every step states its own.
#[test]
fn calls_fail_with_the_errno_of_their_mistake() {
    let trial = run(r#"programs: [
            Program(on: "server", steps: [
                Bind(9091), Bind(9092, Fails(EINVAL)), Listen(5),
                Accept("c"), Sleep("1s"), Abort("c"), Close("c", Fails(EBADF)),
                Receive("c", 1, Fails(EBADF)), CloseListener, CloseListener(Fails(EBADF)),
            ]),
            Program(on: "server", name: "second", start: "100ms", steps: [Bind(9091, Fails(EADDRINUSE))]),
            Program(on: "client", steps: [
                Connect("x", "server", 9, Fails(ECONNREFUSED)),
                Connect("s", "server", 9091), Connect("s", "server", 9091, Fails(EISCONN)),
                Shutdown("s", Write), Send("s", 1, Fails(EPIPE)),
                Receive("s", 1, Fails(ECONNRESET)), Receive("s", 1, Returns(0)), Send("s", 1, Fails(EPIPE)), Close("s"),
            ]),
        ],"#);
    assert_eq!(trial.unmet, []);
    let died = |r: &&Record| {
        matches!(
            r.what,
            What::Process {
                event: lastack::host::ProcessEvent::Died,
                ..
            }
        )
    };
    assert_eq!(trial.records.iter().filter(died).count(), 0);
    let returns = |r: &&Record| matches!(r.what, What::Return { .. });
    assert_eq!(
        trial.records.iter().filter(returns).count(),
        10 + 1 + 9,
        "every step was taken"
    );
}

/// A client with two ports and both connections in TIME-WAIT finds none for a third.
#[test]
fn ports_run_out_while_time_wait_holds_them() {
    let trial = run(
        r#"hosts: {"client": Host(with: (ephemeral_ports: (50000, 50001))), "server": Host()},
        programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Serve("c", [ReceiveToEnd("c"), Close("c")])]),
            Program(on: "client", steps: [
                Connect("a", "server", 9091), Close("a"), Connect("b", "server", 9091), Close("b"),
                Sleep("1s"), Connect("d", "server", 9091, Fails(EADDRNOTAVAIL)),
                At("300s"), Connect("e", "server", 9091), Close("e"),
            ]),
        ],"#,
    );
    assert_eq!(trial.unmet, []);
    assert_eq!(trial.world.connections(), 3);
}
