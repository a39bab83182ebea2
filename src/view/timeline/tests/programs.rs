//! Programs and their errors.

use super::{later, open, same};
use crate::host::ProcessEvent;
use crate::host::errno::Errno;
use crate::host::profile::sockets::NetstatFormat;
use crate::host::program::{Address, CallResult, Expects, Fd, Step};
use crate::host::table::{Timer, TimerKind};
use crate::sim::record::What;
use crate::tcp::outcome::{Verdict, Why};
use crate::tcp::state::State;
use crate::time::Span;
use crate::view::sample::ms;
use crate::view::sample::runs::row;

#[test]
fn programs_and_their_errors_are_told() {
    let mut run = open();
    let ok = Expects::Success;
    let (s, c) = (Fd(0), Fd(1));
    let server = run.program(
        1,
        "server",
        &[
            (
                Step::Bind {
                    fd: Fd(2),
                    address: Address::Any,
                    port: 9091,
                },
                ok,
            ),
            (
                Step::Bind {
                    fd: Fd(2),
                    address: Address::Any,
                    port: 9091,
                },
                Expects::Fails(Errno::Eaddrinuse),
            ),
            (
                Step::Bind {
                    fd: Fd(2),
                    address: Address::Any,
                    port: 0,
                },
                ok,
            ),
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
            (
                Step::Connect {
                    address: Address::Peer,
                    fd: s,
                    port: 9091,
                },
                ok,
            ),
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
    same(
        &later(&run),
        r#"
  1.000000000             server  bind 9091
  1.000000000             server  bind 9091 → EADDRINUSE (98, Address already in use) as expected
  1.000000000             server  bind 0 → port 49152
  1.000000000             server  recv c, at most 4096 octets → 1000 octets
  1.000000000             server  recv c exactly 2000 octets (waits)
  1.000000000  client             send s 1 octet → success, expected EPIPE
  1.000000000  client             abort s
  1.500000000             server  recv c → 500 octets, end of stream, expected 2000 (waited 500ms)
  1.500000000             server  wait for c in CLOSE-WAIT (waits)
  1.500000000  client             connect s 172.16.79.132:9091 (waits)
  1.700000000  client             connect s → ECONNREFUSED (111, Connection refused), unexpected (waited 200ms)
  1.700000000  client             program dies of an error that nobody expected
  1.700000000             server  program is interrupted: its handler runs
  1.700000000             server  program is interrupted and dies
  1.700000000             server  program is killed
  1.700000000             server  program exits
"#,
    );
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
    same(
        &later(&run),
        r#"
  1.000000000             server  server: bind 9091
  1.000000000             server  server: bind 9091 → EADDRINUSE (98, Address already in use) as expected
  1.000000000             server  server: bind 0 → port 49152
  1.000000000             server  server: recv c, at most 4096 octets → 1000 octets
  1.000000000             server  server: recv c exactly 2000 octets (waits)
  1.000000000  client             client: send s 1 octet → success, expected EPIPE
  1.000000000  client             client: abort s
  1.500000000             server  server: recv c → 500 octets, end of stream, expected 2000 (waited 500ms)
  1.500000000             server  server: wait for c in CLOSE-WAIT (waits)
  1.500000000  client             client: connect s 172.16.79.132:9091 (waits)
  1.700000000  client             client: connect s → ECONNREFUSED (111, Connection refused), unexpected (waited 200ms)
  1.700000000  client             client dies of an error that nobody expected
  1.700000000             server  server is interrupted: its handler runs
  1.700000000             server  server is interrupted and dies
  1.700000000             server  server is killed
  1.700000000             server  server exits
  1.700000000             server  client/2 starts
"#,
    );
}

/// On a path without delay the answer comes at the moment of the call; the call waited all the same.
#[test]
fn a_call_that_waits_no_time_is_two_lines() {
    let mut run = open();
    let connect = Step::Connect {
        address: Address::Peer,
        fd: Fd(0),
        port: 9091,
    };
    let client = run.program(0, "client", &[(connect, Expects::Success)]);
    run.call(0, client, 0);
    let packet = run.sends(0, ("P.", 1, 1, 5), Why::New);
    run.arrives(1, packet, Verdict::Accepted);
    run.ret(0, client, 0, run.now, CallResult::Done(0));
    same(
        &later(&run),
        r#"
  1.000000000  client             connect s 172.16.79.132:9091 (waits)
  1.000000000  client ──▶ server  [P.] seq 1:6 ack 1 win 65535 length 5        arrives 1.010000000
  1.000000000  client             connect s → connected (waited 0s)
"#,
    );
}

/// Rows stand behind their call, in the columns of the host's own netstat, or closer together.
#[test]
fn sockets_are_shown_where_a_program_asked_for_them() {
    let mut run = open();
    let ok = Expects::Success;
    let server = run.program(
        1,
        "server",
        &[(
            Step::Bind {
                fd: Fd(2),
                address: Address::Any,
                port: 9091,
            },
            ok,
        )],
    );
    let mut waiting = row(State::TimeWait, [9091, 49_152]);
    waiting.timer = Timer {
        kind: TimerKind::TimeWait,
        left: Span::from_millis(59_404),
        count: 0,
    };
    for timers in [false, true] {
        run.shows(1, server, timers, row(State::Listen, [9091, 0]));
        run.shows(1, server, timers, waiting);
    }
    same(
        &later(&run),
        r"
  1.000000000             server  | tcp        0      0 0.0.0.0:9091            0.0.0.0:*               LISTEN
  1.000000000             server  | tcp        0      0 172.16.79.132:9091      172.16.79.182:49152     TIME_WAIT
  1.000000000             server  | tcp 0 0 0.0.0.0:9091 0.0.0.0:* LISTEN off (0.00/0/0)
  1.000000000             server  | tcp 0 0 172.16.79.132:9091 172.16.79.182:49152 TIME_WAIT timewait (59.40/0/0)
",
    );
    for (format, line) in [
        (
            NetstatFormat::OffloadState,
            "  1.000000000             server  |   TCP    172.16.79.132:9091     172.16.79.182:49152    TIME_WAIT       InHost",
        ),
        (
            NetstatFormat::DottedPort,
            "  1.000000000             server  | tcp4       0      0 172.16.79.132.9091     172.16.79.182.49152    TIME_WAIT",
        ),
    ] {
        run.plan.hosts[1].profile.sockets.netstat = format;
        let text = later(&run);
        assert_eq!(text.lines().nth(1), Some(line));
    }
}
