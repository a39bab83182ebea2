//! Sockets as programs use them, written as scenarios: addresses, options, threads, names.

use super::*;
use lastack::scenario;

/// Runs a scenario of which only this part matters; every expectation in it must hold.
#[track_caller]
fn play(part: &str) -> Trial {
    let source = format!("Scenario({part})");
    let scenario = scenario::load(&source).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let expectations = scenario.expectations.iter();
    let expectations: Vec<_> = expectations.map(|s| s.expectation.clone()).collect();
    let trial = Trial::run(&Arc::new(scenario.plan), &expectations, 1);
    let returned: Vec<_> = (0..4).map(|program| returns(&trial, program)).collect();
    assert!(trial.held(), "{:#?}\n{returned:?}", trial.verdicts);
    assert_eq!(trial.violations, []);
    trial
}

/// Runs the steps of one program on the client, all of which must come out as stated.
#[track_caller]
fn alone(steps: &str) -> Trial {
    let trial = play(&format!(
        "programs: [Program(on: \"client\", steps: [{steps}])]"
    ));
    all_returned(&trial, 0);
    trial
}

/// No step of the program ended it.
#[track_caller]
fn all_returned(trial: &Trial, program: u16) {
    let events = events(trial, program);
    let died = events.iter().any(|(_, e)| *e == ProcessEvent::Died);
    assert!(!died, "{:?}", returns(trial, program));
}

#[test]
fn each_address_has_its_own_listener() {
    alone(
        r#"Bind("a", "127.0.0.1", 9091), Listen("a", 5), Bind("b", "client", 9091), Listen("b", 5),
        Bind("c", 9091, Fails(EADDRINUSE)), Bind("d", "server", 9091, Fails(EADDRNOTAVAIL)),
        Bind("d", "203.0.113.7", 9091, Fails(EADDRNOTAVAIL)),
        Connect("e", "203.0.113.7", 9091, Fails(ENETUNREACH)),
        Connect("x", "localhost", 9091), Accept("a", "ax"), Connect("y", "client", 9091), Accept("b", "by"),
        GetSockName("ax", Returns(9091)), GetPeerName("x", Returns(9091)), GetPeerName("by", Returns(49153))"#,
    );
}

/// Both ends are on one host, and no segment crosses the path.
#[test]
fn a_host_connects_to_itself() {
    let trial = play(
        r#"programs: [
            Program(on: "client", steps: [Bind("l", "127.0.0.1", 9091), Listen("l", 5), Accept("l", "c"),
                ReceiveExactly("c", 100, Returns(100)), Send("c", 100), ReceiveToEnd("c", Returns(0)), Close("c")]),
            Program(on: "client", steps: [Connect("s", "127.0.0.1", 9091), Send("s", 100), ReceiveExactly("s", 100, Returns(100)),
                Close("s")]),
        ],
        expect: [Sends("server", Any, 0), LeavesNothing]"#,
    );
    all_returned(&trial, 0);
    all_returned(&trial, 1);
    let own = |state| {
        let is = |what: &What| matches!(what, What::Transition { to, .. } if *to == state);
        trial.records.iter().filter(|r| is(&r.what)).count()
    };
    assert_eq!(own(State::TimeWait), 1);
    assert_eq!(own(State::LastAck), 1);
}

/// RFC 9293 §3.5, Figure 8 with both ends the same: a simultaneous open with oneself.
#[test]
fn a_socket_connects_to_its_own_port() {
    alone(
        r#"Bind("s", 9091), Connect("s", "localhost", 9091), GetPeerName("s", Returns(9091)),
        GetSockName("s", Returns(9091)), Send("s", 10), ReceiveExactly("s", 10, Returns(10)), Close("s")"#,
    );
}

#[test]
fn a_program_has_two_listeners() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind("a", 80), Listen("a", 1), Bind("b", 81), Listen("b", 1),
                Accept("b", "y"), Accept("a", "x"), GetSockName("x", Returns(80)), GetSockName("y", Returns(81)),
                Close("a"), Accept("a", "z", Fails(EBADF)), Close("x"), Close("y")]),
            Program(on: "client", steps: [Connect("s", "server", 80), Connect("t", "server", 81), ReceiveToEnd("t"),
                Close("s"), Close("t")]),
        ],
        expect: [LeavesNothing]"#,
    );
    all_returned(&trial, 0);
    all_returned(&trial, 1);
}

#[test]
fn a_thread_accepts_while_the_program_connects_to_itself() {
    alone(
        r#"Bind("l", 9091), Listen("l", 5), Thread([Accept("l", "c"), Send("c", 100), Close("c")]),
        Sleep("1s"), Connect("s", "client", 9091), ReceiveToEnd("s", Returns(100)), Close("s")"#,
    );
}

#[test]
fn a_receive_waits_no_longer_than_its_timeout() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), Sleep("5s"), Send("c", 1), Sleep("1s")]),
            Program(on: "client", steps: [Connect("s", "server", 9091), Set("s", SO_RCVTIMEO("1500ms")),
                Receive("s", 1, Fails(EAGAIN)), Receive("s", 1, Fails(EAGAIN)), Set("s", SO_RCVTIMEO("0s")),
                Receive("s", 1, Returns(1))]),
        ]"#,
    );
    all_returned(&trial, 1);
    let times = [20, 20, 1520, 3020, 3020, 5040].map(ms);
    assert_eq!(moments(&trial, 1), times);
    let trial = alone(
        r#"Bind(9091), Listen(5), Set(SO_RCVTIMEO("1s")), Accept("c", Fails(EAGAIN)), Set(O_NONBLOCK(true)),
        Accept("c", Fails(EAGAIN))"#,
    );
    assert_eq!(moments(&trial, 0), [0, 0, 0, 1000, 1000, 1000].map(ms));
}

#[test]
fn a_connect_that_may_not_wait_goes_on_alone() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
            Program(on: "client", steps: [Set("s", O_NONBLOCK(true)), Connect("s", "server", 9091, Fails(EINPROGRESS)),
                Connect("s", "server", 9091, Fails(EALREADY)), GetPeerName("s", Fails(ENOTCONN)), Sleep("1s"),
                GetSockError("s", Returns(0)), Connect("s", "server", 9091, Fails(EISCONN)),
                Receive("s", 1, Fails(EAGAIN)), Close("s"),
                Set("t", O_NONBLOCK(true)), Connect("t", "server", 80, Fails(EINPROGRESS)), Sleep("1s"),
                GetSockError("t", Returns(ECONNREFUSED)), GetSockError("t", Returns(0))]),
        ]"#,
    );
    all_returned(&trial, 1);
}

/// SO_LINGER: the close waits for the acknowledgement of its FIN, two seconds at most.
#[test]
fn a_close_lingers_as_long_as_it_is_told() {
    let linger = |faults: &str| {
        let trial = play(&format!(
            r#"faults: [{faults}], programs: [
                Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
                Program(on: "client", steps: [Connect("s", "server", 9091), Set("s", SO_LINGER("2s")), At("1s"), Close("s"),
                    Sleep("1h")]),
            ]"#
        ));
        all_returned(&trial, 1);
        moments(&trial, 1)[3]
    };
    assert_eq!(linger(""), ms(1020));
    assert_eq!(linger(r#"Drop(from: "client", matching: Fin)"#), ms(3000));
}

/// SO_LINGER with no time: the close resets.
#[test]
fn a_close_without_lingering_resets() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c", Fails(ECONNRESET))]),
            Program(on: "client", steps: [Connect("s", "server", 9091), Set("s", SO_LINGER("0s")), Close("s")]),
        ],
        expect: [Sends("client", Rst, 1), Sends("client", Fin, 0), Never("client", TimeWait), LeavesNothing]"#,
    );
    all_returned(&trial, 0);
}

#[test]
fn calls_on_a_socket_that_is_not_connected() {
    alone(
        r#"Socket("s"), GetPeerName("s", Fails(ENOTCONN)), GetSockName("s", Returns(0)), GetSockError("s", Returns(0)),
        Shutdown("s", Both, Fails(ENOTCONN)), Bind("s", 9091), Bind("s", 9092, Fails(EINVAL)), GetSockName("s", Returns(9091)),
        Listen("s", 1), Connect("s", "server", 9091, Fails(EISCONN)), Shutdown("s", Write), Shutdown("s", Read),
        Accept("s", "c", Fails(EINVAL)), Listen("s", 1), Close("s"), Close("s", Fails(EBADF)), Bind("s", 80, Fails(EBADF)),
        Socket("s"), Bind("s", 9091)"#,
    );
}

/// What was refused may be tried again on the same socket, from the port that it is bound to.
#[test]
fn a_refused_socket_tries_again() {
    let trial = play(
        r#"programs: [
            Program(on: "server", start: "1s", steps: [Bind(9091), Listen(5), Accept("c"), GetPeerName("c", Returns(5000)),
                ReceiveToEnd("c"), Close("c")]),
            Program(on: "client", steps: [Bind("s", 5000), Connect("s", "server", 9091, Fails(ECONNREFUSED)), At("2s"),
                Connect("s", "server", 9091), Close("s")]),
        ],
        expect: [LeavesNothing]"#,
    );
    all_returned(&trial, 0);
    all_returned(&trial, 1);
}

/// A system keeps the socket for the call that is on it: the accept goes on, and nobody can begin
/// another.
#[test]
fn a_socket_may_be_closed_while_a_thread_is_in_a_call_on_it() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind("l", 9091), Listen("l", 5),
                Thread([Accept("l", "c"), ReceiveToEnd("c", Returns(10)), Accept("l", "d", Fails(EBADF))]),
                Sleep("1s"), Close("l"), Accept("l", "e", Fails(EBADF)), Sleep("5s")]),
            Program(on: "client", start: "2s", steps: [Connect("s", "server", 9091), Send("s", 10), Close("s"),
                At("3s"), Connect("t", "server", 9091, Fails(ECONNREFUSED))]),
        ]"#,
    );
    all_returned(&trial, 0);
    all_returned(&trial, 1);
    let trial = alone(
        r#"Bind("l", 9091), Listen("l", 5), Thread([Accept("l", "c", Fails(EINVAL))]), Sleep("1s"),
        Shutdown("l", Read), Sleep("1s")"#,
    );
    let failed = returns(&trial, 0)
        .iter()
        .position(|(_, result)| *result == Failed(Errno::Einval));
    assert_eq!(moments(&trial, 0)[failed.unwrap()], ms(1000));
}
