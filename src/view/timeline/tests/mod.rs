//! Timelines of runs made by hand, as exact text.

mod programs;
mod segments;

use super::layout::WIDTH;
use super::render;
use crate::host::errno::Errno;
use crate::host::profile::sockets::NetstatFormat;
use crate::host::program::{CallResult, Expects, Fd, Step};
use crate::host::table::{Queue, Row};
use crate::link::fault::{Action, Kind, Which};
use crate::link::{Effect, Fate};
use crate::rng::Ratio;
use crate::scenario::Numbers;
use crate::sim::record::{Stop, What};
use crate::tcp::outcome::{DropReason, End, Verdict, Why};
use crate::tcp::state::State;
use crate::time::{Span, Time};
use crate::view::run::{self, SocketLine};
use crate::view::sample::runs::{everything, last_ack_lost, row};
use crate::view::sample::{Sample, ms};

/// Compares texts and shows the one that came out, ready to be pasted.
#[track_caller]
fn same(text: &str, wanted: &str) {
    check(text);
    assert!(text == &wanted[1..], "it says\n{text}");
}

/// What holds for every timeline: no line too long, no blank at an end, no tab.
fn check(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
        assert_eq!(line.trim_end(), line);
        assert!(!line.contains('\t'));
    }
    assert!(text.ends_with('\n'), "{text}");
}

#[test]
fn a_stranger_can_retell_the_run() {
    let text = render(&last_ack_lost().run());
    same(
        &text,
        r#"
scenario  sims/sample.ron
about     The client closes first and its last ACK is lost twice: the server retransmits its FIN, and TIME-WAIT starts
          over.
seed      1
host      client  172.16.79.182  Rfc9293
host      server  172.16.79.132  Rfc9293 with rto_min 200ms
path      each way 10ms, no random loss
faults[0] from client: drops the first 2 ACKs of a FIN

  0.000000000             server  program starts
  0.000000000  client             program starts
  0.000000000             server  bind 9091
  0.000000000             server  listen, backlog 5
  0.000000000             server  accept c (waits)
  0.000000000  client             connect s 172.16.79.132:9091 (waits)
  0.000000000  client             CLOSED → SYN-SENT
  0.000000000  client ──▶ server  [S] seq 0 win 65535 <mss 1460>               arrives 0.010000000
  0.010000000             server  LISTEN → SYN-RECEIVED                        on [S] seq 0
  0.010000000  client ◀── server  [S.] seq 0 ack 1 win 65535 <mss 1460>        arrives 0.020000000
  0.020000000  client             SYN-SENT → ESTABLISHED                       on [S.] seq 0 ack 1
  0.020000000  client ──▶ server  [.] seq 1 ack 1 win 65535                    arrives 0.030000000  acks SYN
  0.020000000  client             connect s → connected (waited 20ms)
  0.020000000  client             sleep 1s, until 1.020000000
  0.030000000             server  SYN-RECEIVED → ESTABLISHED                   on [.] seq 1 ack 1
  0.030000000             server  accept c → 172.16.79.182:49152 (waited 30ms)
  0.030000000             server  recv c to the end (waits)
  1.020000000  client             close s
  1.020000000  client             ESTABLISHED → FIN-WAIT-1                     close s
  1.020000000  client ──▶ server  [F.] seq 1 ack 1 win 65535                   arrives 1.030000000
  1.030000000             server  ESTABLISHED → CLOSE-WAIT                     on [F.] seq 1 ack 1
  1.030000000  client ◀── server  [.] seq 1 ack 2 win 65535                    arrives 1.040000000  acks FIN
  1.030000000             server  recv c → 0 octets, end of stream (waited 1s)
  1.030000000             server  close c
  1.030000000             server  CLOSE-WAIT → LAST-ACK                        close c
  1.030000000  client ◀── server  [F.] seq 1 ack 2 win 65535                   arrives 1.040000000
  1.040000000  client             FIN-WAIT-1 → FIN-WAIT-2                      on [.] seq 1 ack 2
  1.040000000  client             FIN-WAIT-2 → TIME-WAIT                       on [F.] seq 1 ack 2
  1.040000000  client             TIME-WAIT begins                             2MSL runs until 241.040000000
  1.040000000  client ──✗ server  [.] seq 2 ack 2 win 65535                    lost: faults[0], 1st of 2  acks FIN
  1.230000000  client ◀── server  [F.] seq 1 ack 2 win 65535    arrives 1.240000000  retransmission 1, rto 200ms → 400ms
  1.240000000  client             discards [F.] seq 1 ack 2 sent 1.230000000   outside the receive window
  1.240000000  client             TIME-WAIT starts over on [F.] seq 1 ack 2    2MSL runs until 241.240000000
  1.240000000  client ──✗ server  [.] seq 2 ack 2 win 65535                    lost: faults[0], 2nd of 2  acks FIN again
  1.630000000  client ◀── server  [F.] seq 1 ack 2 win 65535    arrives 1.640000000  retransmission 2, rto 400ms → 800ms
  1.640000000  client             discards [F.] seq 1 ack 2 sent 1.630000000   outside the receive window
  1.640000000  client             TIME-WAIT starts over on [F.] seq 1 ack 2    2MSL runs until 241.640000000
  1.640000000  client ──▶ server  [.] seq 2 ack 2 win 65535                    arrives 1.650000000  acks FIN again
  1.650000000             server  LAST-ACK → CLOSED                            on [.] seq 2 ack 2
241.640000000  client             TIME-WAIT → CLOSED                           2MSL is over
241.640000000                     ✗ Lasts("client", TimeWait, "240s"): 240.6s in TIME-WAIT

ends at 241.640000000: nothing is left to happen
sockets left
  client  none
  server  Proto Recv-Q Send-Q Local Address           Foreign Address         State
  server  tcp        0      0 0.0.0.0:9091            0.0.0.0:*               LISTEN
time in each state
  client  SYN-SENT 20ms, ESTABLISHED 1s, FIN-WAIT-1 20ms, FIN-WAIT-2 0s, TIME-WAIT 240.6s
  server  SYN-RECEIVED 20ms, ESTABLISHED 1s, CLOSE-WAIT 0s, LAST-ACK 620ms
packets
  client ──▶ server  6 sent: 4 delivered, 2 lost to faults
  client ◀── server  5 sent: 5 delivered; 2 discarded by the receiver; 2 retransmissions: 2 by timeout
faults
  faults[0]  decided 2 packets
expectations
  ✓ Visits("client", [FinWait1, FinWait2, TimeWait, Closed])  held at 241.640000000
  ✗ Lasts("client", TimeWait, "240s")  FAILED at 241.640000000: 240.6s in TIME-WAIT
digest 00000000000000000123456789abcdef of 52 records
"#,
    );
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
fn what_happens_inside_is_told() {
    let mut run = open();
    run.transition(0, State::Established, State::Closed);
    run.add(0, What::Ended(End::RetransmissionLimit));
    run.add(0, What::DeliveryTrouble { count: 3 });
    run.add(1, What::ForeignOctets);
    run.add(1, What::Urgent { octets: 300 });
    let packet = run.sends(0, ("P.", 1, 1, 100), Why::New);
    run.now = ms(1010);
    run.arrives(1, packet, Verdict::Dropped(DropReason::BacklogFull));
    same(
        &later(&run),
        r#"
  1.000000000  client             ESTABLISHED → CLOSED
  1.000000000  client             connection ends: retransmission given up at R2
  1.000000000  client             delivery trouble: the 3rd retransmission in a row (R1)
  1.000000000             server  FOREIGN OCTETS: delivered what the peer did not send here
  1.000000000             server  urgent: 300 octets to read
  1.000000000  client ──▶ server  [P.] seq 1:101 ack 1 win 65535 length 100    arrives 1.010000000
  1.010000000             server  discards [P.] seq 1:101 ack 1 sent 1.000000000  backlog full
"#,
    );
}

#[test]
fn several_connections_are_numbered() {
    let mut run = open();
    let old = run.sends(0, ("P.", 1, 1, 10), Why::New);
    run.connection = Some(12);
    run.handshake(|_| {});
    run.arrives(1, old, Verdict::Dropped(DropReason::OutsideWindow));
    run.finish();
    same(
        &render(&run.run()),
        r#"
scenario  sims/sample.ron
about     A test.
seed      1
host      client  172.16.79.182  Rfc9293
host      server  172.16.79.132  Rfc9293
path      each way 10ms, no random loss

  0.000000000  client ──▶ server  #1  [S] seq 0 win 65535 <mss 1460>               arrives 0.010000000
  0.010000000  client ◀── server  #1  [S.] seq 0 ack 1 win 65535 <mss 1460>        arrives 0.020000000
  0.020000000  client ──▶ server  #1  [.] seq 1 ack 1 win 65535                    arrives 0.030000000  acks SYN
  1.000000000  client ──▶ server  #1  [P.] seq 1:11 ack 1 win 65535 length 10      arrives 1.010000000
  1.000000000  client             #12 CLOSED → SYN-SENT
  1.000000000  client ──▶ server  #12 [S] seq 0 win 65535 <mss 1460>               arrives 1.010000000
  1.010000000             server  #12 LISTEN → SYN-RECEIVED                        on [S] seq 0
  1.010000000  client ◀── server  #12 [S.] seq 0 ack 1 win 65535 <mss 1460>        arrives 1.020000000
  1.020000000  client             #12 SYN-SENT → ESTABLISHED                       on [S.] seq 0 ack 1
  1.020000000  client ──▶ server  #12 [.] seq 1 ack 1 win 65535                    arrives 1.030000000  acks SYN
  1.030000000             server  #12 SYN-RECEIVED → ESTABLISHED                   on [.] seq 1 ack 1
  1.030000000             server  #12 discards [P.] seq 1:11 ack 1    outside the receive window  an old duplicate of #1

ends at 1.030000000: nothing is left to happen
sockets left
  client  none
  server  none
time in each state
  client  #12 SYN-SENT 20ms, ESTABLISHED 10ms (still)
  server  #12 SYN-RECEIVED 20ms, ESTABLISHED 0s (still)
packets
  client ──▶ server  5 sent: 3 delivered; 1 discarded by the receiver
  client ◀── server  2 sent: 1 delivered
digest 00000000000000000123456789abcdef of 15 records
"#,
    );
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
    run.finish();
    run.end.sockets[0] = vec![SocketLine {
        row: row(State::Established, [49_152, 9091]),
        timer: Some(("retransmission", ms(1060))),
    }];
    same(
        &render(&run.run()),
        r#"
scenario  sims/sample.ron
about     A test.
seed      1, absolute sequence numbers
host      production-frontend-17  2001:db8:1111:2222:3333:4444:5555:6666  Rfc9293
host      production-database-primary  2001:db8:1111:2222:3333:4444:5555:7777  Rfc9293
path      each way 10ms, no random loss
faults[0] from production-frontend-17: duplicates every 100000th data segment; 9 copies, 1.000000001s apart

604799.123456789  product…d-17 ──▶ product…mary  #1000000 [S] seq 4294967294 win 65535 <mss 1460>
604799.123456789  product…d-17                   #1000000 └ arrives 604799.133456789
604799.123456789  product…d-17 ◀── product…mary  #1000000 [S.] seq 1000000 ack 4294967295 win 65535 <mss 1460>
604799.123456789                   product…mary  #1000000 └ arrives 604799.133456789
604799.123456789  product…d-17 ──▶ product…mary  #1000000 [FP.] seq 999998:1065533 ack 1000001 win 65535 length 65535
604799.123456789  product…d-17                   #1000000 └ arrives 604799.123456789 and 9 times more, 1.000000001s
604799.123456789  product…d-17                   #1000000 └ apart: faults[0], the 9999900000th
604799.123456789  product…d-17                   #1000000 └ retransmission 12, rto 120.000000001s → 240.000000002s
604799.123456790                   product…mary  #1000000 discards [FP.] seq 999998:1065533 ack 1000001 sent
604799.123456790                   product…mary  #1000000 └ 604799.123456789  acknowledges what was never sent
604799.123456790                   product…mary  #1000000 a-program-…-name: recv a-socket-w…-name exactly
604799.123456790                   product…mary  #1000000 └ 18446744073709551615 octets (waits)
19051543.197166341                   product…mary  #1000000 a-program-…-name: recv a-socket-w…-name → EISCONN (106,
19051543.197166341                   product…mary  #1000000 └ Transport endpoint is already connected), expected
19051543.197166341                   product…mary  #1000000 └ EADDRINUSE (waited 19051543.197166341s)

ends at 19051543.197166341: nothing is left to happen
sockets left
  product…d-17  Proto Recv-Q Send-Q Local Address           Foreign Address         State
  product…d-17  tcp6 0 0 2001:db8:1111:2222:3333:4444:5555:6666:49152 2001:db8:1111:2222:3333:4444:5555:7777:9091
                ESTABLISHED #1 retransmission 1.060000000
  product…mary  none
packets
  product…d-17 ──▶ product…mary  2 sent: 1 delivered; 1 discarded by the receiver; 1 retransmission: 1 by timeout
  product…d-17 ◀── product…mary  1 sent
faults
  faults[0]  decided 1 packet
digest 00000000000000000123456789abcdef of 6 records
"#,
    );
}

#[test]
fn the_end_warns_of_what_is_amiss() {
    let mut run = Sample::new(["a", "b"], ["2001:db8::1", "2001:db8::2"]);
    run.fault(1, Kind::Rst, Which::All, Action::Drop);
    run.plan.hosts[1].profile.tcp.delayed_ack = None;
    run.plan.path[1].rate = Some(10_000_000);
    run.plan.path[1].loss = Ratio::new(1, 100).expect("a ratio");
    run.handshake(|_| {});
    run.connection = Some(2);
    run.handshake(|_| {});
    run.finish();
    run.end.stop = Stop::EventLimit;
    run.end.under_way = [(2, 1), (0, 0)];
    let open = SocketLine {
        row: Row {
            recv_q: Queue::of(1),
            send_q: Queue::of(1460),
            ..row(State::Established, [49_152, 9091])
        },
        timer: Some(("retransmission", ms(1060))),
    };
    run.end.sockets[0] = vec![open];
    run.broken = vec![run::Verdict {
        text: "what is delivered is what was sent".to_owned(),
        held: false,
        at: Some(3),
        time: ms(20),
        found: "octet 5 of another stream".to_owned(),
    }];
    same(
        &render(&run.run()),
        r#"
scenario  sims/sample.ron
about     A test.
seed      1
host      a  2001:db8::1  Rfc9293
host      b  2001:db8::2  Rfc9293 with delayed_ack Off
path      a ──▶ b 10ms, no random loss
path      b ──▶ a 10ms, 10Mbit/s, queue 100, random loss 1%
faults[0] from b: drops all RSTs

  0.000000000  a        #1 CLOSED → SYN-SENT
  0.000000000  a ──▶ b  #1 [S] seq 0 win 65535 <mss 1460>               arrives 0.010000000
  0.010000000              ✗ what is delivered is what was sent: octet 5 of another stream
  0.010000000        b  #1 LISTEN → SYN-RECEIVED                        on [S] seq 0
  0.010000000  a ◀── b  #1 [S.] seq 0 ack 1 win 65535 <mss 1460>        arrives 0.020000000
  0.020000000  a        #1 SYN-SENT → ESTABLISHED                       on [S.] seq 0 ack 1
  0.020000000  a ──▶ b  #1 [.] seq 1 ack 1 win 65535                    arrives 0.030000000  acks SYN
  0.030000000        b  #1 SYN-RECEIVED → ESTABLISHED                   on [.] seq 1 ack 1
  0.030000000  a        #2 CLOSED → SYN-SENT
  0.030000000  a ──▶ b  #2 [S] seq 0 win 65535 <mss 1460>               arrives 0.040000000
  0.040000000        b  #2 LISTEN → SYN-RECEIVED                        on [S] seq 0
  0.040000000  a ◀── b  #2 [S.] seq 0 ack 1 win 65535 <mss 1460>        arrives 0.050000000
  0.050000000  a        #2 SYN-SENT → ESTABLISHED                       on [S.] seq 0 ack 1
  0.050000000  a ──▶ b  #2 [.] seq 1 ack 1 win 65535                    arrives 0.060000000  acks SYN
  0.060000000        b  #2 SYN-RECEIVED → ESTABLISHED                   on [.] seq 1 ack 1

CUT OFF at 0.060000000: the limit of events is reached (1000000); the run would go on
sockets left
  a  Proto Recv-Q Send-Q Local Address           Foreign Address         State
  a  tcp6       1   1460 2001:db8::1:49152       2001:db8::2:9091        ESTABLISHED #1 retransmission 1.060000000
  b  none
time in each state
  a  #1 SYN-SENT 20ms, ESTABLISHED 40ms (still)
  b  #1 SYN-RECEIVED 20ms, ESTABLISHED 30ms (still)
  a  #2 SYN-SENT 20ms, ESTABLISHED 10ms (still)
  b  #2 SYN-RECEIVED 20ms, ESTABLISHED 0s (still)
packets
  a ──▶ b  4 sent: 4 delivered, 2 still under way, 1 still held
  a ◀── b  2 sent: 2 delivered
faults
  faults[0]  WARNING: decided no packet
INVARIANTS BROKEN
  ✗ what is delivered is what was sent  FAILED at 0.020000000: octet 5 of another stream
digest 00000000000000000123456789abcdef of 20 records
"#,
    );
}

/// A listener's backlog stands in Send-Q of the format that has room for it.
#[test]
fn what_is_left_stands_in_the_columns_of_each_hosts_netstat() {
    let mut run = open();
    run.finish();
    let mut listener = row(State::Listen, [9091, 0]);
    listener.send_q = Queue::of(5);
    let rows = [listener, row(State::Established, [9091, 49_152])];
    let lines = rows.map(|row| SocketLine { row, timer: None });
    run.end.sockets = [lines.to_vec(), lines.to_vec()];
    let sockets = |first, second| {
        let mut run = run.clone();
        run.plan.hosts[0].profile.sockets.netstat = first;
        run.plan.hosts[1].profile.sockets.netstat = second;
        let text = render(&run.run());
        check(&text);
        let (_, left) = text.split_once("sockets left").expect("a section");
        left.split_once("packets").expect("a section").0.to_owned()
    };
    assert_eq!(
        sockets(NetstatFormat::OffloadState, NetstatFormat::DottedPort),
        "
  client    Proto  Local Address          Foreign Address        State           Offload State
  client    TCP    0.0.0.0:9091           0.0.0.0:0              LISTENING       InHost
  client    TCP    172.16.79.182:9091     172.16.79.132:49152    ESTABLISHED     InHost
  server  Proto Recv-Q Send-Q Local Address          Foreign Address        (state)
  server  tcp4       0      0 *.9091                 *.*                    LISTEN
  server  tcp4       0      0 172.16.79.132.9091     172.16.79.182.49152    ESTABLISHED
"
    );
    let both = sockets(NetstatFormat::NetTools, NetstatFormat::NetTools);
    let listeners = both.lines().filter(|line| line.ends_with("LISTEN"));
    assert!(
        listeners
            .clone()
            .all(|line| line.contains("tcp        0      5 0.0.0.0:9091"))
    );
    assert_eq!(listeners.count(), 2);
}

#[test]
fn many_connections_are_summed_up() {
    let mut run = Sample::plain();
    for connection in 1..=9 {
        run.connection = Some(connection);
        run.handshake(|_| {});
    }
    run.finish();
    let text = render(&run.run());
    check(&text);
    let (_, end) = text.split_once("time in each state\n").expect("a section");
    same(
        end,
        r#"
  client  SYN-SENT 20ms, 9 connections
  client  ESTABLISHED 10ms to 250ms, 9 connections
  server  SYN-RECEIVED 20ms, 9 connections
  server  ESTABLISHED 0s to 240ms, 9 connections
packets
  client ──▶ server  18 sent: 18 delivered
  client ◀── server  9 sent: 9 delivered
digest 00000000000000000123456789abcdef of 90 records
"#,
    );
}

/// Whatever the records hold, and in whatever order.
#[test]
fn no_record_is_too_long_or_too_strange() {
    let mut run = last_ack_lost();
    everything(&mut run);
    check(&render(&run.run()));
    run.records.retain(|record| record.ordinal % 3 == 0);
    check(&render(&run.run()));
    run.plan.programs.clear();
    run.plan.code.clear();
    run.plan.path[0].faults.clear();
    check(&render(&run.run()));
}

#[test]
fn the_document_shows_lines_as_they_are() {
    let document = include_str!("../../../../docs/timeline.md");
    let text = render(&last_ack_lost().run());
    let shown = document.lines().filter(|line| line.starts_with("  1."));
    assert_eq!(shown.clone().count(), 5);
    for line in shown {
        assert!(text.contains(line), "{line}");
    }
}
