//! What scenarios compile to.

use super::*;
use crate::check::expectation::Endpoint;
use crate::host::errno::Errno;
use crate::host::profile::catalogue::{self, Value};
use crate::host::profile::{Profile, ProfileName};
use crate::host::program::{
    Address, Code, Expects, Fd, Instruction, ProgramPlan, Signal, SocketOption, Step, Ways,
};
use crate::link::DirectionPlan;
use crate::link::fault::{Action, Fault, Header, Kind, Match, Transmission, TriggerId, Which};
use crate::rng::Ratio;
use crate::segment::Flags;
use crate::sim::plan::{HostPlan, Injection, Number, Trigger};
use crate::tcp::config::{Config, Limit, SynInTimeWait, TimeWaitRule};
use crate::tcp::state::State;
use crate::time::Span;

/// The scenario of `source`, which must be without mistakes.
fn loads(source: &str) -> Scenario {
    load(source).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

fn success(step: Step) -> Instruction {
    Instruction {
        step,
        expects: Expects::Success,
    }
}

fn host(name: &str, address: &str) -> HostPlan {
    HostPlan {
        name: name.into(),
        address: address.parse().unwrap(),
        profile: Profile::new(ProfileName::Rfc9293),
        isns: Vec::new(),
    }
}

fn any_packet() -> Match {
    Match {
        kind: Kind::Any,
        flags: None,
        transmission: Transmission::Any,
        connection: None,
        from: Time::ZERO,
        until: Time::NEVER,
        header: Header::ANY,
    }
}

fn direction() -> DirectionPlan {
    DirectionPlan {
        delay: Span::from_millis(10),
        rate: None,
        queue_limit: 1000,
        loss: Ratio::ZERO,
        impairment: None,
        ip_header: 20,
        mtu: None,
        says_too_big: true,
        mark_at: None,
        marks: Ratio::ZERO,
        faults: Vec::new(),
    }
}

/// The example of DESIGN.md, with the profile that there is.
const EXAMPLE: &str = r#"
Scenario(
    about: "The client closes first and its last ACK is lost twice: the server retransmits its FIN, TIME-WAIT starts over.",
    hosts: {
        "client": Host(address: "172.16.79.182", profile: Rfc9293),
        "server": Host(address: "172.16.79.132", profile: Rfc9293),
    },
    path: Path(delay: "10ms"),
    faults: [ Drop(from: "client", matching: AckOfFin, times: 2) ],
    programs: [
        Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
        Program(on: "client", steps: [Connect("s", "server", 9091), Sleep("1s"), Close("s")]),
    ],
    expect: [ Visits("client", [FinWait1, FinWait2, TimeWait, Closed]), Lasts("client", TimeWait, "240s") ],
    seeds: [1],
)
"#;

fn example_plan() -> Plan {
    let fault = Fault {
        matching: Match {
            kind: Kind::AckOfFin,
            ..any_packet()
        },
        which: Which::First(2),
        action: Action::Drop,
    };
    // The listener has no name and comes first.
    let (c, fd) = (Fd(1), Fd(0));
    let program = |name: &str, host, code| ProgramPlan {
        name: name.into(),
        host,
        code,
        on_interrupt: None,
        start: Time::ZERO,
        count: 1,
        every: Span::from_millis(1),
        signals: Vec::new(),
    };
    Plan {
        hosts: [
            host("client", "172.16.79.182"),
            host("server", "172.16.79.132"),
        ],
        path: [
            DirectionPlan {
                faults: vec![(0, fault)],
                ..direction()
            },
            direction(),
        ],
        foreign: None,
        faults: 1,
        triggers: Vec::new(),
        injections: Vec::new(),
        captures: Vec::new(),
        events: Vec::new(),
        playbacks: Vec::new(),
        code: vec![
            Code {
                steps: vec![
                    success(Step::Bind {
                        fd: Fd(0),
                        address: Address::Any,
                        port: 9091,
                    }),
                    success(Step::Listen {
                        fd: Fd(0),
                        backlog: 5,
                    }),
                    success(Step::Accept {
                        listener: Fd(0),
                        fd: c,
                    }),
                    success(Step::ReceiveToEnd { fd: c }),
                    success(Step::Close { fd: c }),
                ],
                sockets: vec![String::new(), "c".into()],
            },
            Code {
                steps: vec![
                    success(Step::Connect {
                        address: Address::Peer,
                        fd,
                        port: 9091,
                    }),
                    success(Step::Sleep(Span::from_secs(1))),
                    success(Step::Close { fd }),
                ],
                sockets: vec!["s".into()],
            },
        ],
        programs: vec![program("server", 1, 0), program("client", 0, 1)],
        until: None,
        event_limit: EVENT_LIMIT,
        time_limit: TIME_LIMIT,
    }
}

#[test]
fn the_example_of_the_design_compiles_into_its_plan() {
    let scenario = loads(EXAMPLE);
    assert_eq!(scenario.plan, example_plan());
    assert!(scenario.about.starts_with("The client closes first"));
    assert_eq!(scenario.source, None);
    assert_eq!(scenario.seeds, [1]);
    assert_eq!(scenario.numbers, Numbers::Relative);
    let client = Endpoint {
        host: 0,
        connection: 1,
    };
    let span = Span::from_secs(240);
    let stated: Vec<_> = scenario.expectations;
    assert_eq!(stated.len(), 2);
    assert_eq!(
        stated[0].expectation,
        Expectation::Visits(
            client,
            vec![
                State::FinWait1,
                State::FinWait2,
                State::TimeWait,
                State::Closed
            ]
        )
    );
    assert_eq!(
        stated[1].expectation,
        Expectation::Lasts(client, State::TimeWait, span, span)
    );
    assert_eq!(stated[1].text, r#"Lasts("client", TimeWait, "240s")"#);
    assert_eq!(&EXAMPLE[stated[1].span.clone()], stated[1].text);
}

#[test]
fn the_template_loads() {
    let scenario = loads(template());
    assert_eq!(scenario.plan.programs.len(), 2);
    assert_eq!(scenario.expectations.len(), 7);
    assert_eq!(
        scenario.plan.hosts[0].profile.tcp.time_wait,
        Span::from_secs(60)
    );
}

#[test]
fn everything_has_a_default() {
    let small = loads(
        r#"Scenario(
    faults: [Drop(from: "client", matching: AckOfFin, times: 2)],
    programs: [
        Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
        Program(on: "client", steps: [Connect("s", "server", 9091), Sleep("1s"), Close("s")]),
    ],
)"#,
    );
    assert_eq!(small.plan, example_plan());
    assert!(small.expectations.is_empty());
    assert_eq!((small.about.as_str(), small.seeds), ("", vec![1]));
}

/// The plan of a scenario of which only a part matters.
pub fn plan_with(part: &str) -> Plan {
    loads(&format!(
        "Scenario({part}, programs: [Program(on: \"client\", steps: [])])"
    ))
    .plan
}

#[test]
fn limits_and_absent_values_are_read() {
    let plan = plan_with(
        r#"hosts: {
    "client": Host(profile: Linux, with: (
        time_wait: "30s", r2: Retransmissions(12), r2_orphan: Same, r2_syn: Backoffs(5),
        r2_syn_ack: "1min", user_timeout: Off, fin_wait2_timeout: Never, time_wait_limit: Unlimited,
        orphan_limit: 0, timestamps: false, time_wait_rule: ExactFin, syn_in_time_wait: Rfc6191,
    )),
    "server": Host(profile: FreeBSD, with: (r2_orphan: "5s", fin_wait2_held_timeout: "1min")),
}"#,
    );
    let [a, b] = plan.hosts.each_ref().map(|host| host.profile);
    assert_eq!(a.name, ProfileName::Linux);
    let linux = Profile::new(ProfileName::Linux);
    let expected = Config {
        time_wait: Span::from_secs(30),
        r2: Limit::Retransmissions(12),
        r2_orphan: None,
        r2_syn: Limit::Backoffs(5),
        r2_syn_ack: Limit::After(Span::from_secs(60)),
        user_timeout: None,
        fin_wait2_timeout: None,
        timestamps: false,
        time_wait_rule: TimeWaitRule::ExactFin,
        syn_in_time_wait: SynInTimeWait::Rfc6191,
        ..linux.tcp
    };
    assert_eq!(a.tcp, expected);
    let limits = (a.sockets.time_wait_limit, a.sockets.orphan_limit);
    assert_eq!(limits, (u32::MAX, 0));
    let freebsd = Profile::new(ProfileName::FreeBsd);
    let expected = Config {
        r2_orphan: Some(Limit::After(Span::from_secs(5))),
        fin_wait2_held_timeout: Some(Span::from_secs(60)),
        ..freebsd.tcp
    };
    assert_eq!((b.tcp, b.sockets), (expected, freebsd.sockets));
}

/// What `lastack profiles` shows, quoted where it has to be, can be written into `with`.
#[test]
fn every_profile_can_be_written_as_overrides_of_another() {
    for wanted in ProfileName::ALL.map(Profile::new) {
        let fields = catalogue::all().map(|constant| {
            let value = constant.get(&wanted);
            let shown = constant.shown(value);
            let written = match value {
                Value::Ports(first, last) => format!("({first}, {last})"),
                Value::Span(_) | Value::Limit(Limit::After(_)) => format!("{shown:?}"),
                _ => shown,
            };
            format!("{}: {written}", constant.name())
        });
        let fields: Vec<String> = fields.collect();
        let with = fields.join(", ");
        let plan = plan_with(&format!(
            r#"hosts: {{"client": Host(profile: MacOs, with: ({with})), "server": Host()}}"#
        ));
        let read = plan.hosts[0].profile;
        assert_eq!((read.tcp, read.sockets), (wanted.tcp, wanted.sockets));
    }
}

#[test]
fn every_constant_can_be_overridden() {
    use crate::tcp::config::{CloseWithUnread, InitialWindow, ResetInTimeWait};
    let plan = plan_with(
        r#"hosts: {
    "client": Host(with: (
        time_wait: "1min", reset_in_time_wait: Ignored, mss: 1000, default_mss: 500,
        receive_buffer: "64KiB", send_buffer: 4096, window_scaling: true, delayed_ack: "40ms",
        delay_ack_of_fin: true, nagle: false, rto_initial: "2s", rto_min: "200ms", rto_max: "120s",
        rto_after_syn_loss: "4s", clock_granularity: "4ms", r1: 5, r2: "100s", r2_syn: "180s",
        user_timeout: "10min", initial_window: Rfc6928, sws_override: "1s", close_with_unread: Fin,
        challenge_ack_limit: 0, challenge_ack_period: "1s", ephemeral_ports: (32768, 60999),
    ), isn: [100, 4294967295]),
    "server": Host(with: (delayed_ack: Off, msl: "1s")),
}"#,
    );
    let [a, b] = &plan.hosts;
    let expected = Config {
        time_wait: Span::from_secs(60),
        reset_in_time_wait: ResetInTimeWait::Ignored,
        mss: 1000,
        default_mss: 500,
        receive_buffer: 65_536,
        send_buffer: 4096,
        window_scaling: true,
        delayed_ack: Some(Span::from_millis(40)),
        delay_ack_of_fin: true,
        nagle: false,
        rto_initial: Span::from_secs(2),
        rto_min: Span::from_millis(200),
        rto_max: Span::from_secs(120),
        rto_after_syn_loss: Span::from_secs(4),
        clock_granularity: Span::from_millis(4),
        r1: 5,
        r2: Limit::After(Span::from_secs(100)),
        r2_syn: Limit::After(Span::from_secs(180)),
        user_timeout: Some(Span::from_secs(600)),
        initial_window: InitialWindow::Rfc6928,
        sws_override: Span::from_secs(1),
        close_with_unread: CloseWithUnread::Fin,
        challenge_ack_limit: 0,
        challenge_ack_period: Span::from_secs(1),
        ..Config::default()
    };
    assert_eq!(a.profile.tcp, expected);
    assert_eq!(a.profile.sockets.ephemeral_ports, (32_768, 60_999));
    assert_eq!(a.isns, [100, u32::MAX]);
    assert_eq!(b.profile.tcp.delayed_ack, None);
    assert_eq!(b.profile.tcp.time_wait, Span::from_secs(2));
    assert_eq!(
        (a.name.as_str(), b.address.to_string().as_str()),
        ("client", "172.16.79.132")
    );
}

#[test]
fn a_path_has_a_base_and_directions() {
    let plan = plan_with(
        r#"path: Path(
    delay: "25ms", rate: "1Gbit/s", queue: 50, loss: (3, 200), mtu: 576,
    from: {"server": Direction(loss: "30%", delay: "0s")},
)"#,
    );
    let [client, server] = &plan.path;
    assert_eq!(client.delay, Span::from_millis(25));
    assert_eq!((client.rate, client.queue_limit), (Some(1_000_000_000), 50));
    assert_eq!(client.loss, Ratio::new(3, 200).unwrap());
    assert_eq!(server.loss, Ratio::new(3, 10).unwrap());
    assert_eq!((server.delay, server.rate), (Span::ZERO, client.rate));
    assert_eq!(plan.hosts[0].profile.tcp.mss, 536);
}

#[test]
fn ipv6_has_larger_headers() {
    let plan = plan_with(r#"hosts: {"client": Host(address: "2001:db8::1"), "server": Host()}"#);
    let tcp = plan.hosts[1].profile.tcp;
    assert_eq!((tcp.mss, tcp.default_mss), (1440, 1220));
    assert_eq!(plan.path[0].ip_header, 40);
    assert_eq!(plan.hosts[1].address.to_string(), "2001:db8::132");
}

#[test]
fn faults_go_to_the_direction_of_their_sender() {
    let plan = plan_with(
        r#"faults: [
    Duplicate(from: "server", matching: Data, copies: 3, later: "30s", nth: 2, retransmissions: Never),
    Delay(from: "client", by: "50ms", every: 3, flags: "F.", connection: 2),
    Hold(from: "server", until: Reaches("client#2", TimeWait), retransmissions: Only),
    Duplicate(from: "client", after: "1s", before: "5s"),
    Hold(from: "server", until: Sends("client", Fin)),
]"#,
    );
    assert_eq!(plan.faults, 5);
    let duplicate = Fault {
        matching: Match {
            kind: Kind::Data,
            transmission: Transmission::First,
            ..any_packet()
        },
        which: Which::Nth(2),
        action: Action::Duplicate {
            copies: 3,
            apart: Span::from_secs(30),
        },
    };
    let hold = Fault {
        matching: Match {
            transmission: Transmission::Again,
            ..any_packet()
        },
        which: Which::All,
        action: Action::Hold(TriggerId(0)),
    };
    let last = Fault {
        matching: any_packet(),
        which: Which::All,
        action: Action::Hold(TriggerId(1)),
    };
    assert_eq!(plan.path[1].faults, [(0, duplicate), (2, hold), (4, last)]);
    let delay = Fault {
        matching: Match {
            flags: Some(Flags::FIN | Flags::ACK),
            connection: Some(2),
            ..any_packet()
        },
        which: Which::Every(3),
        action: Action::Delay(Span::from_millis(50)),
    };
    let window = Fault {
        matching: Match {
            from: Time::ZERO + Span::from_secs(1),
            until: Time::ZERO + Span::from_secs(5),
            ..any_packet()
        },
        which: Which::All,
        action: Action::Duplicate {
            copies: 1,
            apart: Span::from_millis(1),
        },
    };
    assert_eq!(plan.path[0].faults, [(1, delay), (3, window)]);
    let reaches = Trigger::Reaches {
        host: 0,
        state: State::TimeWait,
        connection: Some(2),
    };
    let sends = Trigger::Sends {
        host: 0,
        kind: Kind::Fin,
    };
    assert_eq!(plan.triggers, [reaches, sends]);
}

#[test]
fn injections_wait_for_a_moment_or_an_event() {
    let plan = plan_with(
        r#"inject: [
    Segment(from: "server", at: "5s", flags: "R", seq: Expected(-1), wnd: 7, len: 0, connection: 2),
    Segment(from: "server", when: Reaches("client", TimeWait), after: "10s", flags: "S", seq: Absolute(90),
        source_port: 9091, port: 49152),
    Segment(from: "client", when: At("1s"), flags: "P.", ack: Relative(5), len: 100),
]"#,
    );
    let expected = Injection {
        icmp: None,
        when: TriggerId(0),
        after: Span::ZERO,
        from: 1,
        ports: None,
        connection: 2,
        flags: Flags::RST,
        seq: Number::Expected(-1),
        ack: Number::Expected(0),
        wnd: 7,
        len: 0,
    };
    assert_eq!(plan.injections[0], expected);
    let expected = Injection {
        when: TriggerId(1),
        after: Span::from_secs(10),
        ports: Some((9091, 49_152)),
        connection: 1,
        flags: Flags::SYN,
        seq: Number::Absolute(90),
        wnd: 65_535,
        ..expected
    };
    assert_eq!(plan.injections[1], expected);
    assert_eq!(plan.injections[2].ack, Number::Relative(5));
    assert_eq!(plan.injections[2].len, 100);
    let second = |n| Time::ZERO + Span::from_secs(n);
    assert_eq!(plan.triggers[0], Trigger::At(second(5)));
    assert_eq!(plan.triggers[2], Trigger::At(second(1)));
}

#[test]
fn every_step_compiles() {
    let plan = loads(
        r#"Scenario(programs: [Program(on: "server", steps: [
    Bind(9091, Fails(EADDRINUSE)), Bind(0, Returns(49152)), Listen(5), Accept("c"),
    Send("c", 1000, Returns(500)), Receive("c", "64KiB"), ReceiveExactly("c", "1MB"), ReceiveToEnd("c", Fails(ECONNRESET)),
    Set("c", TCP_NODELAY(true)), Set("c", TCP_USER_TIMEOUT("3s")), Set("c", SO_RCVBUF("4KiB")), Set("c", SO_SNDBUF(1)),
    Shutdown("c", Write), Sleep("1s"), At("5s"), WaitFor("c", FinWait2), Abort("c"), Close("c", Fails(EBADF)),
    CloseListener, Connect("d", "client", 1), Close("d"), Exit,
])])"#,
    )
    .plan;
    let (c, d) = (Fd(1), Fd(2));
    let with = |step, expects| Instruction { step, expects };
    let set = |option| success(Step::Set { fd: c, option });
    let expected = vec![
        with(
            Step::Bind {
                fd: Fd(0),
                address: Address::Any,
                port: 9091,
            },
            Expects::Fails(Errno::Eaddrinuse),
        ),
        with(
            Step::Bind {
                fd: Fd(0),
                address: Address::Any,
                port: 0,
            },
            Expects::Returns(49_152),
        ),
        success(Step::Listen {
            fd: Fd(0),
            backlog: 5,
        }),
        success(Step::Accept {
            listener: Fd(0),
            fd: c,
        }),
        with(
            Step::Send {
                fd: c,
                octets: 1000,
            },
            Expects::Returns(500),
        ),
        success(Step::Receive {
            fd: c,
            octets: 65_536,
        }),
        success(Step::ReceiveExactly {
            fd: c,
            octets: 1_000_000,
        }),
        with(
            Step::ReceiveToEnd { fd: c },
            Expects::Fails(Errno::Econnreset),
        ),
        set(SocketOption::NoDelay(true)),
        set(SocketOption::UserTimeout(Span::from_secs(3))),
        set(SocketOption::ReceiveBuffer(4096)),
        set(SocketOption::SendBuffer(1)),
        success(Step::Shutdown {
            fd: c,
            ways: Ways::Write,
        }),
        success(Step::Sleep(Span::from_secs(1))),
        success(Step::At(Time::ZERO + Span::from_secs(5))),
        success(Step::WaitFor {
            fd: c,
            state: State::FinWait2,
        }),
        success(Step::Abort { fd: c }),
        with(Step::Close { fd: c }, Expects::Fails(Errno::Ebadf)),
        success(Step::Close { fd: Fd(0) }),
        success(Step::Connect {
            address: Address::Peer,
            fd: d,
            port: 1,
        }),
        success(Step::Close { fd: d }),
        success(Step::Exit),
    ];
    assert_eq!(plan.code[0].steps, expected);
    assert_eq!(plan.code[0].sockets, ["", "c", "d"]);
}

#[test]
fn children_and_handlers_share_the_sockets_of_their_program() {
    let plan = loads(
        r#"Scenario(programs: [
    Program(on: "client", steps: [Connect("x", "server", 9091), WaitFor("x", Closed)], on_interrupt: [Abort("x"), Exit]),
    Program(on: "server", name: "web", steps: [Bind(9091), Listen(5), Serve("c", [ReceiveToEnd("c"), Close("c")])],
        start: "1s", count: 3, every: "2s", signals: [Start("5s"), Interrupt("3s"), Kill("4s")]),
    Program(on: "client", steps: [Sleep("1s")]),
    Program(on: "client", name: "client-2", steps: []),
])"#,
    )
    .plan;
    let x = Fd(0);
    assert_eq!(plan.code.len(), 6);
    assert_eq!(plan.programs[0].on_interrupt, Some(1));
    assert_eq!(plan.code[1].steps[0], success(Step::Abort { fd: x }));
    assert_eq!(plan.code[1].sockets, ["x"]);
    assert_eq!(plan.programs[1].code, 2);
    let serve = Step::Serve {
        listener: Fd(0),
        fd: Fd(1),
        code: 3,
    };
    assert_eq!(plan.code[2].steps[2], success(serve));
    assert_eq!(plan.code[3].sockets, ["", "c"]);
    let second = |n| Time::ZERO + Span::from_secs(n);
    let web = &plan.programs[1];
    assert_eq!(
        (web.start, web.count, web.every),
        (second(1), 3, Span::from_secs(2))
    );
    let signals = [
        (second(3), Signal::Interrupt),
        (second(4), Signal::Kill),
        (second(5), Signal::Start),
    ];
    assert_eq!(web.signals, signals);
    let names: Vec<&str> = plan.programs.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["client", "web", "client-3", "client-2"]);
}

#[test]
fn every_expectation_compiles() {
    let scenario = loads(
        r#"Scenario(
    programs: [Program(on: "client", steps: [])],
    expect: [
        Reaches("client", TimeWait), Never("server#2", Closing), Within("client", Closed, "5s"),
        LastsBetween("client", TimeWait, "60s", "61s"), ClosesAfterFin("client", "240s"), Sends("server", Fin, 3),
        SendsBetween("server", Fin, 1, 3), Retransmits("server", Fin, 2), RetransmitsBetween("server", Any, 0, 2),
        Loses("client", AckOfFin, 2), LosesBetween("client", Data, 1, 2), Receives("server", "100kB"),
        LeavesNothing, Visits( "client" , // twice
            [ Established,TimeWait ] ),
    ],
    seeds: 3..=5, until: "600s", limit: 100000, numbers: Absolute, source: "RFC 9293",
)"#,
    );
    let end = |host, connection| Endpoint { host, connection };
    let seconds = Span::from_secs;
    let expected = [
        Expectation::Reaches(end(0, 1), State::TimeWait),
        Expectation::Never(end(1, 2), State::Closing),
        Expectation::Within(end(0, 1), State::Closed, Time::ZERO + seconds(5)),
        Expectation::Lasts(end(0, 1), State::TimeWait, seconds(60), seconds(61)),
        Expectation::ClosesAfterFin(end(0, 1), seconds(240)),
        Expectation::Sends(1, Kind::Fin, 3, 3),
        Expectation::Sends(1, Kind::Fin, 1, 3),
        Expectation::Retransmits(1, Kind::Fin, 2, 2),
        Expectation::Retransmits(1, Kind::Any, 0, 2),
        Expectation::Loses(0, Kind::AckOfFin, 2, 2),
        Expectation::Loses(0, Kind::Data, 1, 2),
        Expectation::Receives(end(1, 1), 100_000),
        Expectation::LeavesNothing,
        Expectation::Visits(end(0, 1), vec![State::Established, State::TimeWait]),
    ];
    let stated: Vec<_> = scenario.expectations.iter().collect();
    assert_eq!(stated.len(), expected.len());
    for (stated, expected) in stated.iter().zip(expected) {
        assert_eq!(stated.expectation, expected);
    }
    assert_eq!(stated[12].text, "LeavesNothing");
    assert_eq!(
        stated[13].text,
        r#"Visits("client", [Established, TimeWait])"#
    );
    assert_eq!(scenario.seeds, [3, 4, 5]);
    assert_eq!(scenario.plan.until, Some(Time::ZERO + seconds(600)));
    assert_eq!(scenario.plan.event_limit, 100_000);
    assert_eq!(scenario.numbers, Numbers::Absolute);
    assert_eq!(scenario.source.as_deref(), Some("RFC 9293"));
}

#[test]
fn a_scenario_may_consist_of_injections() {
    let scenario = loads(
        r#"Scenario(inject: [Segment(from: "server", at: "1s", flags: "S", source_port: 1, port: 2)])"#,
    );
    assert!(scenario.plan.programs.is_empty());
    assert_eq!(scenario.plan.injections.len(), 1);
}

#[test]
fn comments_and_a_byte_order_mark_move_nothing() {
    let source = format!(
        "\u{FEFF}{}",
        EXAMPLE
            .replace("faults: [", "faults: /* why */ [ // here\n")
            .replace("Close(\"s\")", "Close(/* s */ \"s\" /* s */)")
    );
    let scenario = loads(&source);
    assert_eq!(scenario.plan, example_plan());
    let span = scenario.expectations[1].span.clone();
    assert_eq!(&source[span], scenario.expectations[1].text);
}
