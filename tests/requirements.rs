//! Requirements of RFC 9293 that need a host or two to be seen; each test names those it shows.

use lastack::check::trial::Trial;
use lastack::link::{Packet, Route};
use lastack::scenario;
use lastack::segment::Flags;
use lastack::sim::record::What;
use lastack::tcp::outcome::Why;
use lastack::tcp::state::State;
use lastack::time::{Span, Time};
use std::sync::Arc;

/// Accepts one connection after the other, on port 9091, and reads each to its end.
const SERVER: &str = r#"Program(on: "server", steps: [
    Bind(9091), Listen(5), Serve("c", [ReceiveToEnd("c"), Close("c")]),
])"#;

/// Runs a scenario of the profile `Rfc9293` in which all comes out as it states.
fn run_with_seed(sections: &str, seed: u64) -> Trial {
    let scenario = scenario::load(&format!("Scenario({sections})")).expect("it is a scenario");
    let trial = Trial::run(&Arc::new(scenario.plan), &[], seed);
    assert!(trial.held(), "{:?} {:?}", trial.unmet, trial.violations);
    trial
}

fn run(sections: &str) -> Trial {
    run_with_seed(sections, 1)
}

/// When each packet was sent, by which host, and why.
fn sent(trial: &Trial) -> impl Iterator<Item = (Time, u8, Packet, Why)> {
    trial.records.iter().filter_map(|record| match record.what {
        What::Sent { packet, why, .. } => Some((record.time, record.host, packet, why)),
        _ => None,
    })
}

/// The initial numbers of a host's connections, with the moment and the port.
fn initial(trial: &Trial, host: u8) -> Vec<(Time, u16, u32)> {
    sent(trial)
        .filter(|(_, sender, packet, _)| {
            *sender == host && packet.segment.flags.contains(Flags::SYN)
        })
        .map(|(time, _, packet, _)| (time, packet.source_port, packet.segment.seq.value()))
        .collect()
}

fn moment(millis: u64) -> Time {
    Time::ZERO + Span::from_millis(millis)
}

/// When a connection enters a state first, on a host.
fn enters(trial: &Trial, host: u8, connection: u32, state: State) -> Option<Time> {
    let mut records = trial.records.iter();
    let entry = records.find(|record| {
        record.host == host
            && record.connection == Some(connection)
            && matches!(record.what, What::Transition { to, .. } if to == state)
    });
    entry.map(|record| record.time)
}

/// RFC 9293 §3.2 (MUST-65); §3.7.1 (SHLD-5, MAY-3): on each SYN, and on nothing else.
#[test]
fn the_mss_option_is_on_syns_alone() {
    let trial = run(&format!(
        r#"faults: [Drop(from: "client", matching: Syn, times: 1), Drop(from: "server", matching: SynAck, times: 1)],
        programs: [{SERVER}, Program(on: "client", steps: [
            Connect("s", "server", 9091), Send("s", "10kB"), Close("s"),
            Connect("t", "server", 9091), Send("t", 10), Abort("t"),
        ])]"#
    ));
    let (syns, others): (Vec<Packet>, Vec<Packet>) = sent(&trial)
        .map(|(_, _, packet, _)| packet)
        .partition(|packet| packet.segment.flags.contains(Flags::SYN));
    assert!(syns.len() > 4 && others.len() > 10);
    for packet in syns {
        assert_eq!(packet.segment.options.mss, Some(1460), "{packet:?}");
    }
    for packet in others {
        assert_eq!(packet.segment.options.mss, None, "{packet:?}");
    }
}

/// RFC 9293 §3.4.1 (MUST-8): between the same ports, 100 s later, the number is 25,000,000 higher; so
/// it is at the server.
#[test]
fn initial_numbers_follow_a_clock_of_4_us() {
    let trial = run(&format!(
        r#"hosts: {{"client": Host(with: (time_wait: "1s", ephemeral_ports: (50000, 50000))), "server": Host()}},
        programs: [{SERVER}, Program(on: "client", steps: [
            Connect("a", "server", 9091), Close("a"), At("100s"), Connect("b", "server", 9091), Close("b"),
        ])]"#
    ));
    for host in [0, 1] {
        let [first, second] = initial(&trial, host)[..] else {
            panic!("two connections");
        };
        assert_eq!(second.0.since(first.0), Span::from_secs(100));
        assert_eq!(second.2.wrapping_sub(first.2), 25_000_000, "host {host}");
    }
}

/// RFC 9293 §3.4.1 (SHLD-1): at one moment, other ports have other numbers; and so has another secret.
#[test]
fn initial_numbers_depend_on_ports_and_a_secret() {
    let client = r#"Program(on: "client", steps: [Connect("s", "server", 9091), Close("s")])"#;
    let sections = format!("programs: [{SERVER}, {client}, {client}]");
    let of = |seed| initial(&run_with_seed(&sections, seed), 0);
    let (one, other) = (of(1), of(2));
    let [first, second] = one[..] else {
        panic!("two connections");
    };
    assert_eq!((first.0, second.0), (Time::ZERO, Time::ZERO));
    assert_ne!(first.1, second.1);
    // Not a tick has passed: the ports alone make the difference.
    assert_ne!(first.2, second.2);
    assert_eq!(one, of(1));
    assert_eq!((one[0].1, one[1].1), (other[0].1, other[1].1));
    assert_ne!((one[0].2, one[1].2), (other[0].2, other[1].2));
}

/// RFC 9293 §3.4.3 (U-1), with an MSL of 120 s: a server that booted at 5 s answers nothing until 125 s,
/// and opens nothing. The client's text goes out at 10, 11, 13, 17, 25, 41, 73 and 137 s.
#[test]
fn a_host_without_memory_is_quiet_for_an_msl() {
    let trial = run(&format!(
        r#"path: Path(delay: "10ms"),
        hosts: {{"client": Host(), "server": Host(events: [Crash("2s"), Boot("5s")])}},
        programs: [{SERVER},
            Program(on: "client", steps: [
                Connect("s", "server", 9091), At("10s"), Send("s", 10), Receive("s", 1, Fails(ECONNRESET)),
            ]),
            Program(on: "server", start: "6s", steps: [Connect("s", "client", 80, Fails(ECONNREFUSED))]),
        ]"#
    ));
    let after_boot: Vec<(Time, Flags)> = sent(&trial)
        .filter(|(time, host, ..)| *host == 1 && moment(2_000) < *time)
        .map(|(time, _, packet, _)| (time, packet.segment.flags))
        .collect();
    assert_eq!(
        after_boot,
        [(moment(125_000), Flags::SYN), (moment(137_010), Flags::RST)]
    );
}

/// RFC 9293 §3.8.4: off by default (MUST-25), a choice of the socket (MUST-24), by default two hours
/// (MUST-28), and whatever the socket says (MUST-27).
#[test]
fn keep_alive_is_a_choice_of_the_socket() {
    for (options, probe) in [
        ("", None),
        ("Set(\"s\", SO_KEEPALIVE(true)), ", Some(7200)),
        (
            "Set(\"s\", SO_KEEPALIVE(true)), Set(\"s\", TCP_KEEPIDLE(\"30s\")), ",
            Some(30),
        ),
        (
            "Set(\"s\", SO_KEEPALIVE(true)), Set(\"s\", SO_KEEPALIVE(false)), ",
            None,
        ),
    ] {
        let trial = run(&format!(
            r#"path: Path(delay: "10ms"), until: "3h", programs: [
                Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c")]),
                Program(on: "client", steps: [
                    {options}Connect("s", "server", 9091), At("4h"), Close("s"),
                ]),
            ]"#
        ));
        let first = sent(&trial).find(|(.., why)| matches!(why, Why::KeepAlive { .. }));
        // The server was last heard at 20 ms, with its SYN,ACK.
        let expected = probe.map(|seconds| moment(seconds * 1000 + 20));
        assert_eq!(first.map(|(time, ..)| time), expected, "{options}");
    }
}

/// RFC 9293 §3.9.1.1 (MUST-41, MUST-42): the client listens on a port from which its connection is in
/// SYN-SENT, and that connection goes on as if nothing had been.
#[test]
fn a_listener_disturbs_no_connection() {
    let trial = run(&format!(
        r#"path: Path(delay: "10ms"),
        faults: [Drop(from: "client", matching: Syn, times: 1)],
        programs: [{SERVER},
            Program(on: "client", steps: [
                Bind("s", 5000), Connect("s", "server", 9091), Send("s", 100), Sleep("5s"), Close("s"),
            ]),
            Program(on: "client", start: "500ms", steps: [
                Bind(5000), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c"),
            ]),
            Program(on: "server", start: "2s", steps: [Connect("t", "client", 5000), Close("t")]),
        ]"#
    ));
    assert_eq!(enters(&trial, 0, 1, State::SynSent), Some(Time::ZERO));
    assert_eq!(
        enters(&trial, 0, 1, State::Established),
        Some(moment(1_020))
    );
    // Both have the client's port, and each its own peer.
    assert_eq!(
        enters(&trial, 0, 2, State::Established),
        Some(moment(2_030))
    );
    assert_eq!(enters(&trial, 1, 1, State::Closed), Some(moment(6_050)));
}

/// RFC 9293 §3.9.1.1 (MUST-42): so does a listener while one of its connections is in SYN-RECEIVED.
#[test]
fn a_listener_goes_on_beside_a_handshake() {
    let trial = run(&format!(
        r#"path: Path(delay: "10ms"),
        faults: [Drop(from: "server", matching: SynAck, connection: 1, times: 2)],
        programs: [{SERVER},
            Program(on: "client", steps: [Connect("s", "server", 9091), Close("s")]),
            Program(on: "client", start: "100ms", steps: [Connect("s", "server", 9091), Close("s")]),
        ]"#
    ));
    assert_eq!(enters(&trial, 1, 1, State::SynReceived), Some(moment(10)));
    assert_eq!(enters(&trial, 1, 2, State::Established), Some(moment(130)));
    let first = enters(&trial, 1, 1, State::Established);
    assert!(first.is_some_and(|time| moment(130) < time), "{first:?}");
}

/// RFC 9293 §3.9.1.1: the address that was given (MUST-43), or the one that leads to the peer
/// (MUST-44), in every segment of the connection (MUST-45).
#[test]
fn a_connection_keeps_its_local_address() {
    for (bind, to, on, route) in [
        (
            r#"Bind("s", "172.16.79.182", 5000), "#,
            "server",
            "server",
            Route::Path,
        ),
        ("", "server", "server", Route::Path),
        (
            r#"Bind("s", "172.16.79.182", 5000), "#,
            "client",
            "client",
            Route::Own,
        ),
        ("", "client", "client", Route::Own),
        (
            r#"Bind("s", "127.0.0.1", 5000), "#,
            "localhost",
            "client",
            Route::Loopback,
        ),
        ("", "localhost", "client", Route::Loopback),
    ] {
        let trial = run(&format!(
            r#"programs: [
                Program(on: "{on}", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
                Program(on: "client", steps: [
                    {bind}Connect("s", "{to}", 9091), Send("s", "5kB"), Sleep("1s"), Close("s"),
                ]),
            ]"#
        ));
        let port = if bind.is_empty() { 49_152 } else { 5000 };
        let mut count = 0;
        for (_, _, packet, _) in sent(&trial) {
            assert_eq!(packet.route, route, "{bind}{to}");
            let ports = [packet.source_port, packet.destination_port];
            assert!(ports == [port, 9091] || ports == [9091, port], "{ports:?}");
            count += 1;
        }
        assert!(count > 8, "{count} packets");
    }
    // An address of this host does not lead there, and another's cannot be had.
    let trial = run(r#"programs: [Program(on: "client", steps: [
            Bind("s", "127.0.0.1", 5000), Connect("s", "server", 9091, Fails(EINVAL)),
            Bind("t", "172.16.79.132", 5000, Fails(EADDRNOTAVAIL)),
        ])]"#);
    assert_eq!(sent(&trial).count(), 0);
}

/// RFC 9293 §3.9.1.1 (MUST-46): multicast and broadcast.
#[test]
fn an_address_of_many_is_not_connected_to() {
    let trial = run(r#"programs: [Program(on: "client", steps: [
            Connect("s", "224.0.0.1", 80, Fails(ENETUNREACH)),
            Connect("s", "255.255.255.255", 80, Fails(ENETUNREACH)),
        ])]"#);
    assert_eq!(sent(&trial).count(), 0);
}

/// RFC 9293 §3.4.1, §3.6.1 (MAY-2): a stream of 20 MB outruns the clock of its initial number, which
/// counts 250,000 a second. A new SYN from the same port before 80 s lies behind it and finds TIME-WAIT
/// deaf: it takes a reset, and the SYN again an RTO later. After 80 s it opens at once.
#[test]
fn a_fast_stream_outruns_the_clock() {
    for (at, opens_after) in [(30, 1_002), (79, 1_002), (81, 2)] {
        let trial = run(&format!(
            r#"path: Path(delay: "1ms"), programs: [
                Program(on: "server", steps: [
                    Bind(9091), Listen(5), Accept("c"), ReceiveExactly("c", "20MB"), Close("c"),
                    Accept("d"), ReceiveToEnd("d"), Close("d"),
                ]),
                Program(on: "client", steps: [
                    Bind(5000), Connect("s", "server", 9091), Send("s", "20MB"), ReceiveToEnd("s"), Close("s"),
                    At("{at}s"), Bind(5000), Connect("t", "server", 9091), Close("t"),
                ]),
            ]"#
        ));
        let ended = enters(&trial, 1, 1, State::TimeWait);
        assert!(ended.is_some_and(|time| time < moment(2_000)), "{ended:?}");
        let open = enters(&trial, 0, 2, State::Established);
        assert_eq!(open, Some(moment(at * 1000 + opens_after)));
        let resets = sent(&trial)
            .filter(|(_, host, packet, _)| *host == 0 && packet.segment.flags.contains(Flags::RST));
        assert_eq!(resets.count(), usize::from(at < 80));
    }
}
