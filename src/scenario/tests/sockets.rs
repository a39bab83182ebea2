//! Steps with and without the names of their sockets, options, addresses, and their mistakes.

use super::{finds, load};
use crate::host::errno::Errno;
use crate::host::program::{Address, Code, Expects, Fd, Instruction, SocketOption, Step, Ways};
use crate::host::table::Listing;
use crate::tcp::choices::FinWait2;
use crate::time::{Span, Time};

/// The code of a program on the client, whose listener has no number.
#[track_caller]
fn code(steps: &str) -> Vec<Code> {
    let source = format!("Scenario(programs: [Program(on: \"client\", steps: [{steps}])])");
    let scenario = load(&source).unwrap_or_else(|mistakes| panic!("{steps}: {mistakes:#?}"));
    scenario.plan.code
}

#[track_caller]
fn steps(steps: &str) -> Vec<Step> {
    let code = code(steps);
    code[0].steps.iter().map(|step| step.step).collect()
}

/// The mistakes of a program on the client.
#[track_caller]
fn mistaken(steps: &str, expected: &[&str]) {
    finds(
        &format!("Scenario(programs: [Program(on: \"client\", steps: [{steps}])])"),
        expected,
    );
}

const fn bind(fd: u16, address: Address, port: u16) -> Step {
    Step::Bind {
        fd: Fd(fd),
        address,
        port,
    }
}

const fn connect(fd: u16, address: Address) -> Step {
    Step::Connect {
        fd: Fd(fd),
        address,
        port: 1,
    }
}

#[test]
fn sockets_have_names() {
    let (fd, listener) = (Fd(1), Fd(0));
    assert_eq!(
        steps(
            r#"Socket("l"), Bind("l", 80), Listen("l", 5), Accept("l", "c"), Shutdown("c", Read),
            Shutdown("c", Both), GetSockName("c"), GetPeerName("c"), GetSockError("c"), Close("c"), Shutdown("l", Read),
            Close("l"), Netstat, Netstat("-tan"), Netstat("-o -a"), Wait"#
        ),
        [
            Step::Socket { fd: listener },
            bind(0, Address::Any, 80),
            Step::Listen {
                fd: listener,
                backlog: 5
            },
            Step::Accept { listener, fd },
            Step::Shutdown {
                fd,
                ways: Ways::Read
            },
            Step::Shutdown {
                fd,
                ways: Ways::Both
            },
            Step::SocketName { fd },
            Step::PeerName { fd },
            Step::SocketError { fd },
            Step::Close { fd },
            Step::Shutdown {
                fd: listener,
                ways: Ways::Read
            },
            Step::Close { fd: listener },
            Step::Netstat(Listing::default()),
            Step::Netstat(Listing {
                listening: true,
                timers: false
            }),
            Step::Netstat(Listing {
                listening: true,
                timers: true
            }),
            Step::At(Time::NEVER),
        ]
    );
}

#[test]
fn threads_and_children_are_code_of_their_own() {
    let code = code(
        r#"Bind("l", 80), Listen("l", 5), Thread([Accept("l", "c"), Thread([Receive("c", 1)])]),
        Send("c", 1), Serve("l", "d", [Close("d")])"#,
    );
    assert_eq!(code[0].sockets, ["l", "c", "d"]);
    assert_eq!(code[0].steps[2].step, Step::Thread { code: 1 });
    assert_eq!(code[1].steps[1].step, Step::Thread { code: 2 });
    let serve = Step::Serve {
        listener: Fd(0),
        fd: Fd(2),
        code: 3,
    };
    assert_eq!(code[0].steps[4].step, serve);
}

#[test]
fn addresses_are_what_the_host_takes_them_for() {
    use Address::{Any, Elsewhere, Loopback, Own, Peer};
    for (written, address) in [
        ("0.0.0.0", Any),
        ("127.0.0.1", Loopback),
        ("localhost", Loopback),
        ("172.16.79.182", Own),
        ("client", Own),
        ("172.16.79.132", Peer),
        ("server", Peer),
        ("203.0.113.7", Elsewhere),
    ] {
        let both = format!(r#"Bind("s", "{written}", 80), Connect("s", "{written}", 1)"#);
        assert_eq!(steps(&both), [bind(0, address, 80), connect(0, address)]);
    }
    let short = [bind(0, Any, 1), bind(0, Loopback, 2)];
    assert_eq!(steps(r#"Bind("*", 1), Bind("localhost", 2)"#), short);
    mistaken(
        r#"Bind("s", ‹"::1"›, 80), Connect("s", ‹"127.0.0.2"›, 1), Bind("s", ‹"sever"›, 1), Bind("s", ‹5›, 1)"#,
        &[
            "contradiction: the address of `Bind` is ::1, and the hosts have IPv4 addresses",
            r#"out-of-range: the host of `Connect` is "127.0.0.2", expected 127.0.0.1, the only loopback address"#,
            r#"unknown-host: there is no host "sever""#,
            "wrong-type: the address of `Bind` is 5, expected a string",
        ],
    );
}

/// A step without a name belongs to the next `Listen` or `Connect`.
#[test]
fn steps_without_a_name_find_their_socket() {
    let reuse = |fd| Step::Set {
        fd: Fd(fd),
        option: SocketOption::ReuseAddress(true),
    };
    assert_eq!(
        steps(r#"Set(SO_REUSEADDR(true)), Bind(80), Connect("s", "server", 1)"#),
        [
            reuse(1),
            bind(1, Address::Any, 80),
            connect(1, Address::Peer)
        ]
    );
    // An option needs no bind to go with it.
    assert_eq!(
        steps(r#"Set(SO_REUSEADDR(true)), Connect("s", "server", 1)"#),
        [reuse(1), connect(1, Address::Peer)]
    );
    assert_eq!(
        steps(
            r#"Connect("s", "server", 1), Close("s", Anything), Set(SO_REUSEADDR(true)), Connect("s", "server", 1)"#
        ),
        [
            connect(0, Address::Peer),
            Step::Close { fd: Fd(0) },
            Step::Socket { fd: Fd(0) },
            reuse(0),
            connect(0, Address::Peer)
        ]
    );
    let listen = Step::Listen {
        fd: Fd(0),
        backlog: 5,
    };
    assert_eq!(
        steps(
            r#"Set(SO_REUSEADDR(true)), Bind(80), Listen(5), Bind(90), Connect("s", "server", 1)"#
        ),
        [
            reuse(0),
            bind(0, Address::Any, 80),
            listen,
            bind(1, Address::Any, 90),
            connect(1, Address::Peer)
        ]
    );
}

/// A descriptor that was closed is gone; where the language has a name free again, a new socket is
/// opened for it.
#[test]
fn a_name_is_free_again_after_close() {
    let close = |fd| Step::Close { fd: Fd(fd) };
    let socket = |fd| Step::Socket { fd: Fd(fd) };
    assert_eq!(
        steps(
            r#"Connect("s", "server", 1), Close("s"), Bind(80), Connect("s", "server", 1), Close("s"),
            Connect("s", "server", 1, Fails(EBADF))"#
        ),
        [
            connect(0, Address::Peer),
            close(0),
            socket(0),
            bind(0, Address::Any, 80),
            connect(0, Address::Peer),
            close(0),
            connect(0, Address::Peer),
        ]
    );
    let listen = Step::Listen {
        fd: Fd(0),
        backlog: 5,
    };
    assert_eq!(
        steps("Bind(80), Listen(5), CloseListener, Bind(80), Listen(5), CloseListener, Bind(80)"),
        [
            bind(0, Address::Any, 80),
            listen,
            close(0),
            socket(0),
            bind(0, Address::Any, 80),
            listen,
            close(0),
            socket(0),
            bind(0, Address::Any, 80),
        ]
    );
}

#[test]
fn outcomes_follow_the_values() {
    let code = code(
        r#"Bind("s", 80, Fails(EACCES)), Bind("s", "*", 80, Returns(80)), Connect("s", "server", 1, Anything),
        GetSockError("s", Returns(ECONNREFUSED)), Set("s", TCP_MAXSEG(536), Fails(EINVAL)), Listen("s", 5, Fails(EINVAL)),
        Set(SO_LINGER(Off), Anything)"#,
    );
    let of = |instruction: &Instruction| instruction.expects;
    let expects: Vec<Expects> = code[0].steps.iter().map(of).collect();
    let expected = [
        Expects::Fails(Errno::Eacces),
        Expects::Returns(80),
        Expects::Anything,
        Expects::Returns(111),
        Expects::Fails(Errno::Einval),
        Expects::Fails(Errno::Einval),
        Expects::Anything,
    ];
    assert_eq!(expects, expected);
}

#[test]
fn every_option_compiles() {
    let seconds = Span::from_secs;
    for (written, option) in [
        ("SO_REUSEADDR(true)", SocketOption::ReuseAddress(true)),
        ("SO_REUSEPORT(false)", SocketOption::ReusePort(false)),
        (
            "SO_EXCLUSIVEADDRUSE(true)",
            SocketOption::ExclusiveAddressUse(true),
        ),
        (r#"SO_LINGER("2s")"#, SocketOption::Linger(Some(seconds(2)))),
        (r#"SO_LINGER("0s")"#, SocketOption::Linger(Some(Span::ZERO))),
        ("SO_LINGER(Off)", SocketOption::Linger(None)),
        ("SO_KEEPALIVE(true)", SocketOption::KeepAlive(true)),
        (r#"TCP_KEEPIDLE("2s")"#, SocketOption::KeepIdle(seconds(2))),
        (
            r#"TCP_KEEPINTVL("1s")"#,
            SocketOption::KeepInterval(seconds(1)),
        ),
        ("TCP_KEEPCNT(3)", SocketOption::KeepCount(3)),
        ("TCP_NODELAY(true)", SocketOption::NoDelay(true)),
        ("TCP_CORK(true)", SocketOption::Cork(true)),
        ("TCP_QUICKACK(false)", SocketOption::QuickAck(false)),
        (
            r#"TCP_USER_TIMEOUT("2500ms")"#,
            SocketOption::UserTimeout(Span::from_millis(2500)),
        ),
        (
            r#"TCP_LINGER2("3s")"#,
            SocketOption::FinWait2(FinWait2::After(seconds(3))),
        ),
        (
            "TCP_LINGER2(Skip)",
            SocketOption::FinWait2(FinWait2::Skipped),
        ),
        (
            "TCP_LINGER2(Default)",
            SocketOption::FinWait2(FinWait2::Configured),
        ),
        ("TCP_MAXSEG(536)", SocketOption::MaxSegment(536)),
        (
            r#"TCP_DEFER_ACCEPT("2s")"#,
            SocketOption::DeferAccept(seconds(2)),
        ),
        (r#"SO_RCVBUF("4KiB")"#, SocketOption::ReceiveBuffer(4096)),
        ("SO_SNDBUF(1)", SocketOption::SendBuffer(1)),
        (
            r#"SO_RCVTIMEO("10us")"#,
            SocketOption::ReceiveTimeout(Span::from_nanos(10_000)),
        ),
        (
            r#"SO_SNDTIMEO("0s")"#,
            SocketOption::SendTimeout(Span::ZERO),
        ),
        ("O_NONBLOCK(true)", SocketOption::NonBlocking(true)),
    ] {
        let set = Step::Set { fd: Fd(0), option };
        assert_eq!(steps(&format!("Set({written})")), [set], "{written}");
    }
}

#[test]
fn mistakes_in_options() {
    let connected = |options: &str| format!(r#"Connect("s", "server", 1), {options}"#);
    mistaken(
        &connected(
            r#"Set("s", TCP_KEEPIDLE(‹2›)), Set("s", TCP_KEEPCNT(‹"3s"›)), Set("s", TCP_KEEPCNT(‹128›)),
            Set("s", TCP_KEEPIDLE(‹"0s"›)), Set("s", SO_LINGER(‹"1500ms"›)), Set("s", TCP_MAXSEG(‹87›)),
            Set("s", SO_REUSEADDR(‹1›)), Set("s", SO_LINGER(‹On›)), Set("s", TCP_LINGER2(‹"121s"›)),
            Set("s", SO_LINGER(‹true›)), Set("s", TCP_LINGER2(‹false›)),
            Set("s", ‹SO_REUSEADRR›(true)), Set("s", TCP_USER_TIMEOUT(‹"1ns"›)), Set(‹5›), Set("s", ‹TCP_CORK›)"#,
        ),
        &[
            "wrong-unit: `TCP_KEEPIDLE` is 2, which has no unit",
            r#"wrong-type: `TCP_KEEPCNT` is "3s", expected a whole number from 1 to 127"#,
            "out-of-range: `TCP_KEEPCNT` is 128, expected a whole number from 1 to 127",
            r#"out-of-range: `TCP_KEEPIDLE` is "0s", expected whole seconds from 1s to 32767s"#,
            r#"out-of-range: `SO_LINGER` is "1500ms", expected whole seconds from 0s to 65535s"#,
            "out-of-range: `TCP_MAXSEG` is 87, expected a whole number from 88 to 32767",
            "wrong-type: `SO_REUSEADDR` is 1, expected true or false",
            "unknown-name: `SO_LINGER` cannot be `On`",
            r#"out-of-range: `TCP_LINGER2` is "121s", expected whole seconds from 1s to 120s"#,
            "wrong-type: `SO_LINGER` is true, expected a duration or Off",
            "wrong-type: `TCP_LINGER2` is false, expected a duration or Skip",
            "unknown-name: the option of `Set` cannot be `SO_REUSEADRR`",
            r#"out-of-range: `TCP_USER_TIMEOUT` is "1ns", expected whole milliseconds from 0s to 2147483.647s"#,
            "wrong-type: the option of `Set` is 5, expected a name",
            "wrong-type: the option of `Set` is TCP_CORK, expected `TCP_CORK(true)`",
        ],
    );
}

#[test]
fn other_names_of_options_lead_to_the_right_one() {
    for (written, meant) in [
        ("NoDelay", "TCP_NODELAY"),
        ("UserTimeout", "TCP_USER_TIMEOUT"),
        ("ReceiveBuffer", "SO_RCVBUF"),
        ("SendBuffer", "SO_SNDBUF"),
        ("ReuseAddress", "SO_REUSEADDR"),
        ("REUSEADDR", "SO_REUSEADDR"),
        ("KeepAlive", "SO_KEEPALIVE"),
        ("Linger", "SO_LINGER"),
        ("NonBlock", "O_NONBLOCK"),
        ("TCP_KEEPINTERVAL", "TCP_KEEPINTVL"),
    ] {
        let source =
            format!("Scenario(programs: [Program(on: \"client\", steps: [Set({written}(true))])])");
        let mistakes = load(&source).unwrap_err();
        let fix = mistakes[0].fix.as_ref().map(|(_, fix)| fix.as_str());
        assert_eq!(fix, Some(meant), "{written}");
    }
}

#[test]
fn mistakes_in_the_order_of_steps() {
    mistaken(
        r#"Listen("l", 5), Socket(‹"l"›), Close("l"), Bind(‹"l"›, 80), Bind("l", 80, Fails(EBADF)),
        Listen(‹"l"›, 5), Accept(‹"l"›, "c"), Accept(‹"x"›, "e"), Set(‹"d"›, TCP_NODELAY(true)), Accept("l", "d", Anything)"#,
        &[
            r#"order: the socket "l" is open already"#,
            r#"order: the socket "l" is used after it was closed"#,
            r#"order: the socket "l" is used after it was closed"#,
            r#"order: the socket "l" is used after it was closed"#,
            r#"unknown-socket: no step of this program opens a socket "x""#,
            r#"order: the socket "d" is used before it is opened"#,
        ],
    );
    mistaken(
        r#"Bind("l", 80), Accept(‹"l"›, "c"), Accept("l", "d", Fails(EINVAL)), Netstat(‹"-tax"›), Netstat(‹"tan"›),
        Netstat(‹5›), Thread(‹5›), Thread([‹Foo›]), ‹Socket›, Connect(‹"c"›, "server", 1), Wait, ‹Exit›"#,
        &[
            "order: `Accept` without a listener",
            r#"out-of-range: what `Netstat` lists is "-tax", expected flags like "-tan""#,
            r#"out-of-range: what `Netstat` lists is "tan", expected flags like "-tan""#,
            "wrong-type: what `Netstat` lists is 5, expected a string",
            "wrong-type: what `Thread` does is 5, expected a list: […]",
            "unknown-name: a step cannot be `Foo`",
            "wrong-arguments: `Socket` takes one value, found no value",
            r#"order: the socket "c" is open already"#,
            "unreachable: no step runs after `Wait`",
        ],
    );
    // What may work is not rejected.
    steps(
        r#"Set("s", SO_RCVBUF(1000)), Bind("s", 80), Connect("s", "server", 1, Fails(ECONNREFUSED)),
        Connect("s", "server", 1), Shutdown("s", Both), Close("s"), Close("s", Fails(EBADF)), Socket("s"),
        Listen("s", 5), Listen("s", 9), GetPeerName("s", Fails(ENOTCONN)), Close("s"),
        Thread([Connect("t", "server", 1), Close("t")]), Send("t", 1), Close("t")"#,
    );
}
