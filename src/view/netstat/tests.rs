//! What the tools print, held against what they printed.

use super::*;
use crate::host::profile::sockets::NetstatFormat::{DottedPort, NetTools, OffloadState};
use crate::host::table::{Queue, Timer, TimerKind};
use crate::time::Span;
use crate::view::sample::Sample;
use crate::view::sample::ms;
use crate::view::sample::runs::row;

const CONNECTED: Listing = Listing {
    listening: false,
    timers: false,
};
const ALL: Listing = Listing {
    listening: true,
    timers: false,
};
const ALL_WITH_TIMERS: Listing = Listing {
    listening: true,
    timers: true,
};

/// The addresses of the client (0) or the server (1).
fn ends(host: usize) -> Ends {
    Ends::of(&Sample::plain().plan, host)
}

const fn timer(kind: TimerKind, milliseconds: u64, count: u32) -> Timer {
    Timer {
        kind,
        left: Span::from_millis(milliseconds),
        count,
    }
}

const OFF: Timer = Timer::OFF;

const fn on(milliseconds: u64, count: u32) -> Timer {
    timer(TimerKind::Retransmission, milliseconds, count)
}

const fn time_wait(milliseconds: u64) -> Timer {
    timer(TimerKind::TimeWait, milliseconds, 0)
}

fn queues(mut row: Row, recv_q: (u64, u8), send_q: (u64, u8), timer: Timer) -> Row {
    let queue = |(octets, controls)| Queue { octets, controls };
    (row.recv_q, row.send_q, row.timer) = (queue(recv_q), queue(send_q), timer);
    row
}

/// Rows that net-tools printed in recorded runs of a real kernel, without blanks at their ends. The
/// milliseconds left are some of the hundredth that it printed.
#[test]
fn net_tools_rows_are_those_of_recorded_runs() {
    use State::*;
    let (none, fin) = ((0, 0), (0, 1));
    let (probe, alive) = (TimerKind::Persist, TimerKind::KeepAlive);
    let server = [
        // accept-queue-overflow-abort: one connection waits to be accepted.
        (
            "tcp        1      0 0.0.0.0:9091            0.0.0.0:*               LISTEN      off (0.00/0/0)",
            row(Listen, [9091, 0]),
            (1, 0),
            (0, 0),
            OFF,
        ),
        // article-client-closes-first; the backlog is 5, which net-tools does not show.
        (
            "tcp        0      0 0.0.0.0:9091            0.0.0.0:*               LISTEN      off (0.00/0/0)",
            row(Listen, [9091, 0]),
            none,
            (5, 0),
            OFF,
        ),
        (
            "tcp        1      0 172.16.79.132:9091      172.16.79.182:51740     CLOSE_WAIT  off (0.00/0/0)",
            row(CloseWait, [9091, 51740]),
            fin,
            none,
            OFF,
        ),
        // article-ctrl-c-handler.
        (
            "tcp        0      0 172.16.79.132:9091      172.16.79.182:51725     FIN_WAIT2   timewait (59.76/0/0)",
            row(FinWait2, [9091, 51725]),
            none,
            none,
            time_wait(59_768),
        ),
        (
            "tcp        0      0 172.16.79.132:9091      172.16.79.182:51725     TIME_WAIT   timewait (59.70/0/0)",
            row(TimeWait, [9091, 51725]),
            none,
            none,
            time_wait(59_704),
        ),
        // fin-ack-drop-1.
        (
            "tcp        0      1 172.16.79.132:9091      172.16.79.182:51725     FIN_WAIT1   on (0.12/0/0)",
            row(FinWait1, [9091, 51725]),
            none,
            fin,
            on(124, 0),
        ),
        // fin-data-30k-close.
        (
            "tcp        0  30001 172.16.79.132:9091      172.16.79.182:51725     FIN_WAIT1   on (0.02/0/0)",
            row(FinWait1, [9091, 51725]),
            none,
            (30_000, 1),
            on(24, 0),
        ),
        // fin-drop-forever-active.
        (
            "tcp        0      1 172.16.79.132:9091      172.16.79.182:51725     FIN_WAIT1   on (57.03/8/0)",
            row(FinWait1, [9091, 51725]),
            none,
            fin,
            on(57_036, 8),
        ),
        // final-ack-drop-4-client-first.
        (
            "tcp        1      1 172.16.79.132:9091      172.16.79.182:51725     LAST_ACK    on (0.80/2/0)",
            row(LastAck, [9091, 51725]),
            fin,
            fin,
            on(808, 2),
        ),
        // handshake-ack-drop-forever.
        (
            "tcp        0      0 172.16.79.132:9091      172.16.79.182:51725     SYN_RECV    on (2.14/2/0)",
            row(SynReceived, [9091, 51725]),
            none,
            none,
            on(2148, 2),
        ),
        // window-default-unread.
        (
            "tcp    46336      0 172.16.79.132:9091      172.16.79.182:51725     ESTABLISHED off (0.00/0/0)",
            row(Established, [9091, 51725]),
            (46_336, 0),
            none,
            OFF,
        ),
    ];
    let client = [
        // accept-queue-overflow.
        (
            "tcp        0      0 172.16.79.182:51725     172.16.79.132:9091      ESTABLISHED off (0.00/0/0)",
            row(Established, [51725, 9091]),
            none,
            none,
            OFF,
        ),
        (
            "tcp        0      1 172.16.79.182:51740     172.16.79.132:9091      SYN_SENT    on (0.41/3/0)",
            row(SynSent, [51740, 9091]),
            none,
            fin,
            on(416, 3),
        ),
        // data-drop-forever-default.
        (
            "tcp        0    100 172.16.79.182:51725     172.16.79.132:9091      ESTABLISHED on (16.76/8/0)",
            row(Established, [51725, 9091]),
            none,
            (100, 0),
            on(16_768, 8),
        ),
        // keepalive-alive.
        (
            "tcp        0      0 172.16.79.182:51725     172.16.79.132:9091      ESTABLISHED keepalive (1.11/0/0)",
            row(Established, [51725, 9091]),
            none,
            none,
            timer(alive, 1116, 0),
        ),
        // simclose-ack-forever.
        (
            "tcp        1      1 172.16.79.182:51725     172.16.79.132:9091      CLOSING     on (0.12/0/0)",
            row(Closing, [51725, 9091]),
            fin,
            fin,
            on(124, 0),
        ),
        // window-zero-probe-lost.
        (
            "tcp        0   7656 172.16.79.182:51725     172.16.79.132:9091      ESTABLISHED probe (1.57/0/2)",
            row(Established, [51725, 9091]),
            none,
            (7656, 0),
            timer(probe, 1572, 2),
        ),
        // time-wait-client-rebind.
        (
            "tcp        0      0 172.16.79.182:50000     172.16.79.132:9091      TIME_WAIT   timewait (59.40/0/0)",
            row(TimeWait, [50000, 9091]),
            none,
            none,
            time_wait(59_408),
        ),
    ];
    for (host, rows) in [(1, &server[..]), (0, &client[..])] {
        for (recorded, row, recv_q, send_q, timer) in rows {
            let row = queues(*row, *recv_q, *send_q, *timer);
            assert_eq!(line(NetTools, &row, ends(host), ALL_WITH_TIMERS), *recorded);
            let without = line(NetTools, &row, ends(host), ALL);
            assert_eq!(without.len(), "Proto Recv-Q Send-Q ".len() + 24 + 24 + 11);
            assert!(recorded.starts_with(without.trim_end()), "{without}");
        }
    }
}

/// Sockets of a machine to itself.
fn at_home() -> Vec<Row> {
    use State::*;
    let fin = (0, 1);
    let none = (0, 0);
    let keepalive = timer(TimerKind::KeepAlive, 7_199_620, 0);
    let rows = [
        (Listen, [9091, 0], (1, 0), (5, 0), OFF),
        (Listen, [2024, 0], none, (128, 0), OFF),
        (Established, [9091, 42874], none, none, OFF),
        (Established, [9091, 42870], none, none, OFF),
        (TimeWait, [9091, 42854], none, none, time_wait(59_624)),
        (Established, [9091, 42836], none, none, OFF),
        (Established, [42836, 9091], none, none, OFF),
        (FinWait2, [42844, 9091], none, none, time_wait(59_632)),
        (Established, [42870, 9091], none, none, keepalive),
        (Established, [42874, 9091], none, none, OFF),
        (CloseWait, [9091, 42844], fin, none, OFF),
    ];
    let row = |(state, ports, recv_q, send_q, timer): (_, _, _, _, Timer)| {
        let mut row = queues(row(state, ports), recv_q, send_q, timer);
        if let Some((address, _)) = &mut row.remote {
            row.local.0 = Address::Loopback;
            *address = Address::Loopback;
        }
        row
    };
    rows.map(row).into()
}

/// `$` stands at the end of every line, so that blanks show.
fn shown(tool: Tool, rows: &[Row], listing: Listing) -> String {
    let lines = listed(tool, rows, ends(0), listing);
    lines.iter().map(|line| format!("\n{line}$")).collect()
}

/// Printed by net-tools 2.10.
#[test]
fn netstat_is_that_of_net_tools() {
    let tool = Tool::Netstat(NetTools);
    assert_eq!(
        shown(tool, &at_home(), ALL_WITH_TIMERS),
        "
Active Internet connections (servers and established)$
Proto Recv-Q Send-Q Local Address           Foreign Address         State       Timer$
tcp        1      0 0.0.0.0:9091            0.0.0.0:*               LISTEN      off (0.00/0/0)$
tcp        0      0 0.0.0.0:2024            0.0.0.0:*               LISTEN      off (0.00/0/0)$
tcp        0      0 127.0.0.1:9091          127.0.0.1:42874         ESTABLISHED off (0.00/0/0)$
tcp        0      0 127.0.0.1:9091          127.0.0.1:42870         ESTABLISHED off (0.00/0/0)$
tcp        0      0 127.0.0.1:9091          127.0.0.1:42854         TIME_WAIT   timewait (59.62/0/0)$
tcp        0      0 127.0.0.1:9091          127.0.0.1:42836         ESTABLISHED off (0.00/0/0)$
tcp        0      0 127.0.0.1:42836         127.0.0.1:9091          ESTABLISHED off (0.00/0/0)$
tcp        0      0 127.0.0.1:42844         127.0.0.1:9091          FIN_WAIT2   timewait (59.63/0/0)$
tcp        0      0 127.0.0.1:42870         127.0.0.1:9091          ESTABLISHED keepalive (7199.62/0/0)$
tcp        0      0 127.0.0.1:42874         127.0.0.1:9091          ESTABLISHED off (0.00/0/0)$
tcp        1      0 127.0.0.1:9091          127.0.0.1:42844         CLOSE_WAIT  off (0.00/0/0)$"
    );
    assert_eq!(
        shown(tool, &at_home()[1..5], CONNECTED),
        "
Active Internet connections (w/o servers)$
Proto Recv-Q Send-Q Local Address           Foreign Address         State      $
tcp        0      0 127.0.0.1:9091          127.0.0.1:42874         ESTABLISHED$
tcp        0      0 127.0.0.1:9091          127.0.0.1:42870         ESTABLISHED$
tcp        0      0 127.0.0.1:9091          127.0.0.1:42854         TIME_WAIT  $"
    );
}

/// Printed by iproute2 6.1, of the same sockets.
#[test]
fn ss_is_that_of_iproute() {
    assert_eq!(
        shown(Tool::Ss, &at_home(), ALL_WITH_TIMERS),
        "
State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process                    $
LISTEN     1      5            0.0.0.0:9091       0.0.0.0:*                               $
LISTEN     0      128          0.0.0.0:2024       0.0.0.0:*                               $
ESTAB      0      0          127.0.0.1:9091     127.0.0.1:42874                           $
ESTAB      0      0          127.0.0.1:9091     127.0.0.1:42870                           $
TIME-WAIT  0      0          127.0.0.1:9091     127.0.0.1:42854 timer:(timewait,59sec,0)  $
ESTAB      0      0          127.0.0.1:9091     127.0.0.1:42836                           $
ESTAB      0      0          127.0.0.1:42836    127.0.0.1:9091                            $
FIN-WAIT-2 0      0          127.0.0.1:42844    127.0.0.1:9091  timer:(timewait,59sec,0)  $
ESTAB      0      0          127.0.0.1:42870    127.0.0.1:9091  timer:(keepalive,119min,0)$
ESTAB      0      0          127.0.0.1:42874    127.0.0.1:9091                            $
CLOSE-WAIT 1      0          127.0.0.1:9091     127.0.0.1:42844                           $"
    );
    assert_eq!(
        shown(Tool::Ss, &at_home(), CONNECTED),
        "
State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process$
ESTAB      0      0          127.0.0.1:9091     127.0.0.1:42874       $
ESTAB      0      0          127.0.0.1:9091     127.0.0.1:42870       $
ESTAB      0      0          127.0.0.1:9091     127.0.0.1:42836       $
ESTAB      0      0          127.0.0.1:42836    127.0.0.1:9091        $
FIN-WAIT-2 0      0          127.0.0.1:42844    127.0.0.1:9091        $
ESTAB      0      0          127.0.0.1:42870    127.0.0.1:9091        $
ESTAB      0      0          127.0.0.1:42874    127.0.0.1:9091        $
CLOSE-WAIT 1      0          127.0.0.1:9091     127.0.0.1:42844       $"
    );
    // No port is long enough to keep the last two names apart, and it does not.
    assert_eq!(
        shown(Tool::Ss, &at_home()[1..2], ALL),
        "
State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess$
LISTEN 0      128          0.0.0.0:2024      0.0.0.0:*          $"
    );
}

/// Printed by iproute2 6.1, of other sockets.
#[test]
fn ss_puts_brackets_around_long_addresses() {
    let run = Sample::new(["a", "b"], ["2001:db8::1", "2001:db8::2"]);
    let mut rows = vec![
        row(State::Listen, [9093, 0]),
        row(State::Listen, [9094, 0]),
        row(State::Established, [9094, 51894]),
        row(State::Established, [51894, 9094]),
    ];
    for row in &mut rows[1..] {
        row.local.0 = Address::Loopback;
        row.remote = row.remote.map(|(_, port)| (Address::Loopback, port));
    }
    rows[0].send_q = Queue::of(5);
    rows[1].send_q = Queue::of(5);
    let lines = listed(Tool::Ss, &rows, Ends::of(&run.plan, 0), ALL);
    let shown: String = lines.iter().map(|line| format!("\n{line}$")).collect();
    assert_eq!(
        shown,
        "
State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process$
LISTEN 0      5                  *:9093             *:*           $
LISTEN 0      5              [::1]:9094          [::]:*           $
ESTAB  0      0              [::1]:9094         [::1]:51894       $
ESTAB  0      0              [::1]:51894        [::1]:9094        $"
    );
}

#[test]
fn ss_tells_time_more_coarsely_the_longer_it_is() {
    for (milliseconds, told) in [
        (0, "(on,,1)"),
        (4, "(on,004ms,1)"),
        (340, "(on,340ms,1)"),
        (1000, "(on,1sec,1)"),
        (1500, "(on,1.500ms,1)"),
        (10_340, "(on,10sec,1)"),
        (60_340, "(on,1min,1)"),
        (119_999, "(on,1min59sec,1)"),
        (659_999, "(on,10min,1)"),
    ] {
        let row = queues(
            row(State::SynSent, [51725, 9091]),
            (0, 0),
            (0, 1),
            on(milliseconds, 1),
        );
        let lines = listed(Tool::Ss, &[row], ends(0), ALL_WITH_TIMERS);
        let timer = lines[1].split_once("timer:").expect("a timer").1;
        assert_eq!(timer.trim_end(), told);
    }
}

/// One socket of the client in every state, and a listener.
fn every_state() -> Vec<Row> {
    let states = State::ALL.into_iter().filter(|s| *s != State::Closed);
    let row = |state| {
        queues(
            row(state, [9091, 51725]),
            (0, 1),
            (10, 1),
            time_wait(59_400),
        )
    };
    states.map(row).collect()
}

#[test]
fn netstat_with_the_offload_state_has_neither_queues_nor_timers() {
    assert_eq!(
        shown(Tool::Netstat(OffloadState), &every_state(), ALL_WITH_TIMERS),
        "
$
Active Connections$
$
  Proto  Local Address          Foreign Address        State           Offload State$
$
  TCP    0.0.0.0:9091           0.0.0.0:0              LISTENING       InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    SYN_SENT        InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    SYN_RECEIVED    InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    ESTABLISHED     InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    FIN_WAIT_1      InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    FIN_WAIT_2      InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    CLOSE_WAIT      InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    CLOSING         InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    LAST_ACK        InHost      $
  TCP    172.16.79.182:9091     172.16.79.132:51725    TIME_WAIT       InHost      $"
    );
    let without = listed(
        Tool::Netstat(OffloadState),
        &every_state(),
        ends(0),
        CONNECTED,
    );
    assert!(!without.iter().any(|line| line.contains("LISTENING")));
}

#[test]
fn netstat_with_dots_counts_octets_alone() {
    assert_eq!(
        shown(Tool::Netstat(DottedPort), &every_state(), ALL),
        "
Active Internet connections (including servers)$
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)    $
tcp4       0      0 *.9091                 *.*                    LISTEN     $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    SYN_SENT   $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    SYN_RCVD   $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    ESTABLISHED$
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    FIN_WAIT_1 $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    FIN_WAIT_2 $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    CLOSE_WAIT $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    CLOSING    $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    LAST_ACK   $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    TIME_WAIT  $"
    );
    assert_eq!(
        shown(Tool::Netstat(DottedPort), &every_state()[..2], CONNECTED),
        "
Active Internet connections$
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)    $
tcp4       0     10 172.16.79.182.9091     172.16.79.132.51725    SYN_SENT   $"
    );
}

#[test]
fn long_addresses_are_not_cut() {
    let run = Sample::new(["a", "b"], ["2001:db8::1", "2001:db8::2"]);
    let ends = Ends::of(&run.plan, 0);
    let rows = [
        row(State::Listen, [80, 0]),
        row(State::Established, [49152, 80]),
    ];
    let last = |tool| {
        let lines = listed(tool, &rows, ends, ALL);
        let last = &lines[lines.len() - 2..];
        last.iter()
            .map(|line| line.trim_end())
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        [
            Tool::Netstat(NetTools),
            Tool::Ss,
            Tool::Netstat(OffloadState),
            Tool::Netstat(DottedPort),
        ]
        .map(last),
        [
            "\
tcp6       0      0 :::80                   :::*                    LISTEN
tcp6       0      0 2001:db8::1:49152       2001:db8::2:80          ESTABLISHED",
            "\
LISTEN 0      0                  *:80                *:*
ESTAB  0      0      [2001:db8::1]:49152 [2001:db8::2]:80",
            "  TCP    [::]:80                [::]:0                 LISTENING       InHost
  TCP    [2001:db8::1]:49152    [2001:db8::2]:80       ESTABLISHED     InHost",
            "\
tcp6       0      0 *.80                   *.*                    LISTEN
tcp6       0      0 2001:db8::1.49152      2001:db8::2.80         ESTABLISHED",
        ]
    );
}

#[test]
fn tables_stand_under_their_hosts() {
    let mut run = Sample::plain();
    run.plan.hosts[0].profile.sockets.netstat = OffloadState;
    let tables = [
        Table {
            host: 0,
            tool: Tool::netstat_of(&run.plan, 0),
            rows: vec![row(State::TimeWait, [49152, 9091])],
        },
        Table {
            host: 1,
            tool: Tool::netstat_of(&run.plan, 1),
            rows: vec![row(State::Listen, [9091, 0])],
        },
    ];
    assert_eq!(
        render(&run.plan, &tables, ALL, ms(2500)).replace(" \n", "$\n"),
        "\
client (172.16.79.182) at 2.500000000

Active Connections

  Proto  Local Address          Foreign Address        State           Offload State

  TCP    172.16.79.182:49152    172.16.79.132:9091     TIME_WAIT       InHost     $

server (172.16.79.132) at 2.500000000
Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State     $
tcp        0      0 0.0.0.0:9091            0.0.0.0:*               LISTEN    $
"
    );
    assert_eq!(
        [0, 1].map(|host| Tool::ss_of(&run.plan, host)),
        [None, Some(Tool::Ss)]
    );
    assert_eq!(Tool::netstat_of(&run.plan, 0).options(ALL), "-ant");
    assert_eq!(Tool::Ss.options(ALL_WITH_TIMERS), "-tano");
}
