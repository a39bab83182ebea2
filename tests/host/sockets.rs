//! Sockets as programs use them, written as scenarios: addresses, options, threads, names.

use super::*;
use lastack::link::fault::TriggerId;
use lastack::scenario;
use lastack::sim::plan::{HostEvent, Turn};

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

/// An option that a system lacks is the error that its setsockopt gives, with its own number.
#[test]
fn an_option_that_the_system_lacks_is_not_available() {
    let trial = play(
        r#"        hosts: {
            "client": Host(address: "172.16.79.182", profile: Windows),
            "server": Host(address: "172.16.79.132", profile: Linux),
        },
        programs: [
            Program(on: "server", steps: [
                Socket("s"), Set("s", SO_EXCLUSIVEADDRUSE(true), Fails(ENOPROTOOPT)), Set("s", TCP_CORK(true)),
                Set("s", SO_REUSEPORT(true)),
            ]),
            Program(on: "client", steps: [
                Socket("s"), Set("s", SO_EXCLUSIVEADDRUSE(true)), Set("s", TCP_CORK(true), Fails(ENOPROTOOPT)),
                Set("s", SO_REUSEPORT(true), Fails(ENOPROTOOPT)), Set("s", TCP_NODELAY(true)),
            ]),
        ]"#,
    );
    all_returned(&trial, 0);
    all_returned(&trial, 1);
}

/// The even ports of the range go first to connections, the odd ones to binds; then the others.
#[test]
fn connections_take_even_ports_and_binds_odd_ones() {
    let trial = play(
        r#"hosts: {
            "client": Host(address: "172.16.79.182", profile: Linux, with: (ephemeral_ports: (40000, 40003))),
            "server": Host(address: "172.16.79.132", profile: Linux),
        },
        programs: [
            Program(on: "server", steps: [Bind(9091), Listen(9), Wait]),
            Program(on: "client", steps: [
                Connect("a", "server", 9091), Connect("b", "server", 9091), Connect("c", "server", 9091),
                Bind("d", 0), Connect("e", "server", 9091, Fails(EADDRNOTAVAIL)), Bind("f", 0, Fails(EADDRINUSE)),
                GetSockName("a"), GetSockName("b"), GetSockName("c"),
            ]),
        ]"#,
    );
    let port = |step: u16| {
        let of_client = returns(&trial, 1);
        let found = of_client.into_iter().find(|(at, _)| *at == step);
        found.map(|(_, result)| result)
    };
    let taken: Vec<_> = [6, 7, 8, 3].into_iter().map(port).collect();
    let even = [
        Some(CallResult::Done(40_000)),
        Some(CallResult::Done(40_002)),
    ];
    assert!(
        even.contains(&taken[0]) && even.contains(&taken[1]),
        "{taken:?}"
    );
    assert_ne!(taken[0], taken[1]);
    let odd = [
        Some(CallResult::Done(40_001)),
        Some(CallResult::Done(40_003)),
    ];
    assert!(
        odd.contains(&taken[2]) && odd.contains(&taken[3]),
        "{taken:?}"
    );
    assert_ne!(taken[2], taken[3]);
}

/// The machine of a server that others learned, states s18 and s1: a close during a RECEIVE resets.
#[test]
fn a_close_during_a_call_may_reset() {
    for (policy, result, resets) in [
        ("Waits", "ReceiveToEnd(\"s\", Returns(0))", 0),
        ("Resets", "ReceiveToEnd(\"s\", Fails(ECONNABORTED))", 1),
    ] {
        let trial = play(&format!(
            r#"hosts: {{"client": Host(with: (close_during_call: {policy})), "server": Host()}},
            programs: [
                Program(on: "server", steps: [Bind("l", 9091), Listen("l", 5), Accept("l", "c"), Sleep("2s"), Close("c")]),
                Program(on: "client", steps: [Connect("s", "server", 9091),
                    Thread([{result}]), Sleep("1s"), Close("s"), Sleep("5s")]),
            ],
            expect: [Sends("client", Rst, {resets})]"#
        ));
        all_returned(&trial, 1);
    }
}

/// The same machine, state s8: the handshake goes on without its listener, whose port is free, and
/// the end of it is reset.
#[test]
fn a_handshake_without_its_listener_may_be_refused() {
    let trial = play(
        r#"hosts: {"client": Host(), "server": Host(with: (embryos_at_close: Refused, bind_rule: BothReuse))},
        programs: [
            Program(on: "server", steps: [Bind("l", 9091), Listen("l", 5), Sleep("20ms"), Close("l"),
                Bind("m", 9091), Listen("m", 5), Accept("m", "c"), ReceiveToEnd("c", Returns(3)), Close("c")]),
            Program(on: "client", steps: [Connect("s", "server", 9091), Receive("s", 1, Fails(ECONNRESET)), Close("s"),
                Connect("t", "server", 9091), Send("t", 3), Close("t")]),
        ],
        expect: [Sends("server", Rst, 1), Sends("client", Rst, 0)]"#,
    );
    all_returned(&trial, 0);
    all_returned(&trial, 1);
    assert_eq!(
        states(&trial, SERVER, 1),
        [State::SynReceived, State::Closed]
    );
}

/// A close has nothing to linger for where the connection is gone: its socket goes at once.
#[test]
fn a_close_that_need_not_linger_lets_go_of_its_socket() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), Abort("c")]),
            Program(on: "client", steps: [Bind("s", 5000), Connect("s", "server", 9091), Sleep("1s"),
                Set("s", SO_LINGER("2s")), Close("s"), At("1h")]),
        ],
        until: "30min""#,
    );
    assert_eq!(trial.world.hosts()[0].connections().count(), 0);
}

/// A shutdown for reading ends the read that a thread waits in, as it ends those to come.
#[test]
fn a_shutdown_for_reading_wakes_who_reads() {
    for ways in ["Read", "Both"] {
        let trial = play(&format!(
            r#"programs: [
                Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), Sleep("5s"), Close("c")]),
                Program(on: "client", steps: [Connect("s", "server", 9091), Thread([Receive("s", 1, Returns(0)), Exit]),
                    Sleep("1s"), Shutdown("s", {ways}), Sleep("1s"), Abort("s", Fails(EBADF))]),
            ]"#
        ));
        assert_eq!(events(&trial, 1)[1], (0, ProcessEvent::Exited), "{ways}");
        let last = moments(&trial, 1).pop();
        assert_eq!(last, Some(ms(1020)), "{ways}");
    }
}

/// A connect that went on alone and failed is told once; then the socket may try again.
#[test]
fn a_connect_that_failed_alone_is_tried_again() {
    let trial = play(
        r#"programs: [
            Program(on: "server", start: "5s", steps: [Bind(80), Listen(5), Accept("c"), Accept("d")]),
            Program(on: "client", steps: [
                Set("s", O_NONBLOCK(true)), Connect("s", "server", 80, Fails(EINPROGRESS)), Sleep("1s"),
                Connect("s", "server", 80, Fails(ECONNREFUSED)), At("6s"),
                Connect("s", "server", 80, Fails(EINPROGRESS)), Sleep("1s"), GetPeerName("s", Returns(80))]),
            Program(on: "client", steps: [
                Set("s", O_NONBLOCK(true)), Connect("s", "server", 80, Fails(EINPROGRESS)), Sleep("1s"),
                GetSockError("s", Returns(ECONNREFUSED)), Connect("s", "server", 80, Fails(ECONNABORTED)), At("6s"),
                Set("s", O_NONBLOCK(false)), Connect("s", "server", 80), GetPeerName("s", Returns(80))]),
        ]"#,
    );
    all_returned(&trial, 1);
    all_returned(&trial, 2);
}

/// After a reset the port stays with the socket that was bound to it, until it is closed.
#[test]
fn a_reset_does_not_free_a_bound_port() {
    let trial = play(
        r#"hosts: { "client": Host(profile: Linux), "server": Host(profile: Linux) },
        programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), Abort("c")]),
            Program(on: "client", steps: [Bind("s", 5000), Connect("s", "server", 9091), Sleep("1s"),
                Bind("t", 5000, Fails(EADDRINUSE)), Close("s"), Bind("t", 5000)]),
        ]"#,
    );
    all_returned(&trial, 1);
}

/// A socket in TIME-WAIT has no peer any more, for its system.
#[test]
fn a_socket_in_time_wait_is_not_connected() {
    for profile in ["Linux", "FreeBSD"] {
        let trial = play(&format!(
            r#"hosts: {{ "client": Host(profile: {profile}), "server": Host(profile: {profile}) }},
            programs: [
                Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
                Program(on: "client", steps: [Connect("s", "server", 9091), Shutdown("s", Write), ReceiveToEnd("s"),
                    Sleep("1s"), GetPeerName("s", Fails(ENOTCONN)), Shutdown("s", Write, Fails(ENOTCONN)), Close("s")]),
            ],
            expect: [Visits("client", [TimeWait])]"#
        ));
        all_returned(&trial, 1);
    }
}

/// The thread that a new connection woke is interrupted before it can accept: the next one in line
/// takes its place.
#[test]
fn an_interrupted_accept_leaves_its_connection_to_the_next() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind("l", 9091), Listen("l", 5),
                Thread([Sleep("1ms"), Accept("l", "d"), Send("d", 1)]), Accept("l", "c")],
                on_interrupt: [Sleep("1s")], signals: [Interrupt("30ms")]),
            Program(on: "client", steps: [Connect("s", "server", 9091), Receive("s", 1, Returns(1))]),
        ]"#,
    );
    assert_eq!(moments(&trial, 1), [20, 40].map(ms));
}

/// A pulled cable brings no segments, whoever sent them.
#[test]
fn an_injected_segment_does_not_pass_a_pulled_cable() {
    let mut plan = plan();
    plan.events.push(HostEvent {
        at: ms(500),
        host: SERVER,
        turn: Turn::Unplugged,
    });
    plan.triggers.push(Trigger::At(ms(600)));
    plan.injections.push(Injection {
        icmp: None,
        when: TriggerId(0),
        after: Span::ZERO,
        from: CLIENT,
        ports: Some((5000, PORT)),
        connection: 1,
        flags: Flags::SYN,
        seq: Number::Absolute(1),
        ack: Number::Absolute(0),
        wnd: 1000,
        len: 0,
    });
    plan.add_program(SERVER, all_succeed(&[bind(PORT), listen(5), sleep(1000)]));
    let trial = run(plan);
    assert_eq!(drops(&trial, SERVER, DropReason::Unplugged), 1);
}

/// What was not read before the connection gave way to a new one can be read still.
#[test]
fn unread_octets_outlive_time_wait() {
    let trial = play(
        r#"programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), Shutdown("c", Write), Sleep("2s"),
                Accept("d"), ReceiveToEnd("c", Returns(5)), Send("c", 1, Fails(EPIPE))]),
            Program(on: "client", steps: [Bind("s", 5000), Connect("s", "server", 9091), ReceiveToEnd("s"), Send("s", 5), Close("s"),
                At("1s"), Bind("t", 5000), Connect("t", "server", 9091)]),
        ],
        expect: [Visits("server", [TimeWait])]"#,
    );
    all_returned(&trial, 0);
}

/// Winsock has other errors than Berkeley for calls that a socket cannot take any more.
#[test]
fn winsock_has_its_own_errors() {
    for (profile, on_listener, on_connection) in [
        ("Windows", "EINVAL", "EISCONN"),
        ("Linux", "EISCONN", "EINVAL"),
    ] {
        let trial = play(&format!(
            r#"hosts: {{ "client": Host(profile: {profile}), "server": Host() }},
            programs: [Program(on: "client", steps: [Bind("l", 9091), Listen("l", 5),
                Connect("l", "server", 80, Fails({on_listener})), Connect("s", "client", 9091),
                Listen("s", 5, Fails({on_connection}))])]"#
        ));
        all_returned(&trial, 0);
    }
}

/// A SYN that could open a new connection meets TIME-WAIT and no listener: it is answered there, and
/// the reset of that answer ends TIME-WAIT; or TIME-WAIT is gone at once.
#[test]
fn time_wait_may_go_where_nobody_listens() {
    for (rule, refused) in [("Gone", 3020), ("Stays", 4020)] {
        let trial = play(&format!(
            r#"hosts: {{"client": Host(), "server": Host(with: (time_wait_no_listener: {rule}))}},
            programs: [
                Program(on: "server", steps: [Bind("l", 9091), Listen("l", 5), Accept("l", "c"), Sleep("1s"),
                    Close("c"), Close("l")]),
                Program(on: "client", steps: [Bind("s", 5000), Connect("s", "server", 9091), ReceiveToEnd("s"),
                    Close("s"), At("3s"), Bind("t", 5000), Connect("t", "server", 9091, Fails(ECONNREFUSED))]),
            ]"#,
        ));
        all_returned(&trial, 1);
        assert_eq!(moments(&trial, 1).last(), Some(&ms(refused)), "{rule}");
    }
}
