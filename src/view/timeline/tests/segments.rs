//! Segments: their fates, and why they are sent.

use super::{fault, later, open, same};
use crate::link::fault::{Action, Kind, TriggerId, Which};
use crate::link::{Effect, Fate};
use crate::scenario::Numbers;
use crate::segment::{
    Cookie, Ecn, Extra, FastOpen, Flags, Malformed, Marks, SackBlock, SackBlocks, Timestamps,
    UserTimeout,
};
use crate::seq::Seq;
use crate::sim::plan::Trigger;
use crate::sim::record::What;
use crate::tcp::outcome::{DropReason, ResetReason, Verdict, Why};
use crate::tcp::state::State;
use crate::time::Span;
use crate::view::numbers::{Shown, sack_blocks};
use crate::view::sample::runs::{ACKS, RESETS};
use crate::view::sample::{ISS, ms};
use crate::view::timeline::render;

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
faults[0] from client: drops all data segments
faults[1] from client: duplicates the 2nd data segment; the copy comes 50ms later
faults[2] from client: duplicates every 3rd data segment; 2 copies, 50ms apart
faults[3] from client: delays the first data segment by 50ms
faults[4] from client: holds the first 3 packets until server reaches TIME-WAIT

  0.000000000  client ──▶ server  [S] seq 0 win 65535 <mss 1460>               arrives 0.010000000
  0.010000000  client ◀── server  [S.] seq 0 ack 1 win 65535 <mss 1460>        arrives 0.020000000
  0.020000000  client ──▶ server  [.] seq 1 ack 1 win 65535                    arrives 0.030000000  acks SYN
  1.000000000  client ──▶ server  [P.] seq 1:1461 ack 1 win 65535 length 1460  arrives 1.010000000
  1.000000000  client ──✗ server  [P.] seq 1:1461 ack 1 win 65535 length 1460  lost: random loss
  1.000000000  client ──✗ server  [P.] seq 1:1461 ack 1 win 65535 length 1460  lost: queue full
  1.000000000  client ──✗ server  [P.] seq 1:1461 ack 1 win 65535 length 1460  lost: faults[0], 13th
  1.000000000  client ──▶ server  [P.] seq 1:1461 ack 1 win 65535   arrives 1.010000000, 1.060000000: faults[1], the 2nd
  1.000000000  client ──▶ server  [P.] seq 1:1461 ack 1 win 65535     arrives 1.010000000, 2 copies: faults[2], the 12th
  1.000000000  client ──▶ server  [P.] seq 1:1461 ack 1 win 65535     arrives 1.060000000  50ms late: faults[3], the 1st
  1.000000000  client ──┤ server  [P.] seq 1:1461 ack 1 win 65535 length 1460  held: faults[4], 2nd of 3
  2.000000000  client ──▶ server  [P.] seq 1:1461 ack 1 win 65535  arrives 2.010000000  released, held since 1.000000000

ends at 2.000000000: nothing is left to happen
sockets left
  client  none
  server  none
packets
  client ──▶ server  10 sent: 3 lost to faults
  client ◀── server  1 sent
faults
  faults[0]  decided 1 packet
  faults[1]  decided 1 packet
  faults[2]  decided 1 packet
  faults[3]  decided 1 packet
  faults[4]  decided 1 packet
digest 00000000000000000123456789abcdef of 12 records
"#,
    );
}

#[test]
fn every_reason_to_send_is_told() {
    let mut run = open();
    let (rto, next) = (Span::from_secs(1), Span::from_secs(2));
    for why in [
        Why::AfterTimeout,
        Why::FastRetransmit,
        Why::PartialAck,
        Why::SackRecovery,
        Why::ReorderingTimer,
        Why::LostAgain,
        Why::NotYetLost,
        Why::Rescue,
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
    for reason in ACKS {
        run.sends(1, (".", 1, 1461, 0), Why::Acknowledge(reason));
    }
    for reason in RESETS {
        let mut packet = run.packet(0, "R", 1461, 0, 0);
        packet.segment.wnd = 0;
        run.sent(
            0,
            packet,
            Why::Reset(reason),
            Fate::Deliver { at: ms(1010) },
        );
    }
    same(
        &later(&run),
        r#"
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535 length 1460  arrives 1.010000000  rtx after timeout
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535            arrives 1.010000000  fast retransmission
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535     arrives 1.010000000  retransmission: partial ack
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535 length 1460  arrives 1.010000000  rtx: SACK
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535           arrives 1.010000000  rtx: reordering timer
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535 length 1460  arrives 1.010000000  rtx: lost again
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535        arrives 1.010000000  rtx: not yet deemed lost
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535           arrives 1.010000000  rescue retransmission
  1.000000000  client ──▶ server  [.] seq 1461:2921 ack 1 win 65535   arrives 1.010000000  retransmission 1, rto 1s → 2s
  1.000000000  client ──▶ server  [.] seq 1461:1462 ack 1 win 65535      arrives 1.010000000  window probe 2, next in 2s
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  acks SYN
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: 2nd segment
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: delayed
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: not delayed
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  acks FIN
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: out of order
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: gap filled
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  window update
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535            arrives 1.010000000  ack: unacceptable segment
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535  arrives 1.010000000  ack: they acked what was never sent
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  challenges a reset
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  challenges a SYN
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                arrives 1.010000000  challenges an old ack
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  acks FIN again
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: old timestamp
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: at once
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: all was read
  1.000000000  client ◀── server  [.] seq 1 ack 1461 win 65535                 arrives 1.010000000  ack: marked CE
  1.000000000  client ──▶ server  [R] seq 1461                            arrives 1.010000000  reset: no such connection
  1.000000000  client ──▶ server  [R] seq 1461                arrives 1.010000000  reset: they acked what was never sent
  1.000000000  client ──▶ server  [R] seq 1461                                 arrives 1.010000000  reset: aborted
  1.000000000  client ──▶ server  [R] seq 1461                     arrives 1.010000000  reset: closed with octets unread
  1.000000000  client ──▶ server  [R] seq 1461                         arrives 1.010000000  reset: nobody will read this
  1.000000000  client ──▶ server  [R] seq 1461                       arrives 1.010000000  reset: no answer to keep-alive
"#,
    );
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
    same(
        &later(&run),
        r#"
  1.000000000  client ╌╌▶ server  [R] seq -5 win 65535                         injections[3]: from outside, arrives now
  1.000000000             server  discards [R] seq -5                          reset outside the receive window
  1.000000000  client ◀── server  [R.] seq 0 ack 1                        arrives 1.010000000  reset: no such connection
"#,
    );
}

#[test]
fn numbers_can_be_those_on_the_wire() {
    let mut run = open();
    run.numbers = Numbers::Absolute;
    run.sends(0, ("P.", 1, 1, 1460), Why::New);
    same(
        &later(&run),
        r#"
  1.000000000  client ──▶ server  [P.] seq 4294967295:1459 ack 1000001 win 65535 length 1460  arrives 1.010000000
"#,
    );
}

/// SACK blocks count like the acknowledgement, on the wire's numbers too.
#[test]
fn options_urgent_pointer_and_ecn_are_told() {
    let mut run = open();
    let mut packet = run.packet(0, ".", 1, 1, 0);
    let segment = &mut packet.segment;
    let ack = segment.ack;
    let block = |start, end| SackBlock {
        start: ack + start,
        end: ack + end,
    };
    let blocks = SackBlocks::new(&[block(100, 300), block(500, 600)]);
    segment.flags = segment.flags | Flags::URG | Flags::ECE;
    segment.urgent = 5;
    segment.ecn = Ecn::Ce;
    segment.options.timestamps = Some(Timestamps { value: 7, echo: 9 });
    segment.options.user_timeout = Some(UserTimeout(0x8005));
    segment.options.extra = Extra::Sack(blocks);
    run.sent(0, packet, Why::New, Fate::Lost);
    let mut syn = run.packet(0, "S", 0, 0, 0);
    let cookie = Cookie::new(&[0xab, 1, 2, 3]).unwrap();
    syn.segment.options.extra = Extra::FastOpen(FastOpen::Cookie(cookie));
    run.sent(0, syn, Why::New, Fate::Lost);
    let lines = later(&run);
    for told in [
        "[.UE] seq 1 ack 1 win 65535 urg 5 ce <ts 7/9,uto 5min,sack {101:301}{501:601}>",
        "mss 1460,tfo cookie ab010203>",
    ] {
        assert!(lines.contains(told), "{told}: {lines}");
    }
    let on_the_wire = Shown {
        seq: 1,
        ack: Some(i64::from(ack.value())),
    };
    let blocks = sack_blocks(&packet.segment, on_the_wire);
    assert_eq!(blocks, [(1_000_101, 1_000_301), (1_000_501, 1_000_601)]);
}

/// What chance does to a packet is told at its sending; what a stack outside the simulator sends says
/// no reason but that it comes again, and octets that are no segment say what is wrong with them.
#[test]
fn chance_and_another_stack_are_told() {
    let mut run = open();
    let at = ms(1010);
    let late = Span::from_millis(50);
    let again = Some(at + late);
    for (late, again) in [(Span::ZERO, again), (late, None), (late, again)] {
        let packet = run.packet(0, "P.", 1, 1, 10);
        run.sent(0, packet, Why::New, Fate::Impaired { at, late, again });
    }
    let mut packet = run.packet(1, ".", 1, 1, 10);
    run.sent(1, packet, Why::Foreign, Fate::Deliver { at });
    packet.marks.retransmission = true;
    run.sent(1, packet, Why::Foreign, Fate::Deliver { at });
    let reason = Malformed::OptionLength { kind: 8, length: 9 };
    run.add(1, What::Malformed { reason, octets: 60 });
    same(
        &later(&run),
        r#"
  1.000000000  client ──▶ server  [P.] seq 1:11 ack 1 win 65535       arrives 1.010000000, 1.060000000  copied by chance
  1.000000000  client ──▶ server  [P.] seq 1:11 ack 1 win 65535 length 10      arrives 1.010000000  50ms late by chance
  1.000000000  client ──▶ server  [P.] seq 1:11 ack 1 win 65535 length 10  arrives 1.010000000 and again 1.060000000
  1.000000000  client             └ 50ms late and copied by chance
  1.000000000  client ◀── server  [.] seq 1:11 ack 1 win 65535 length 10       arrives 1.010000000
  1.000000000  client ◀── server  [.] seq 1:11 ack 1 win 65535 length 10       arrives 1.010000000  sent again
  1.000000000             server  60 octets are no segment, and go nowhere: option 8 cannot have length 9
"#,
    );
    run.plan.foreign = Some(1);
    run.finish();
    let header = render(&run.run());
    assert!(
        header.contains("host      server  172.16.79.132  another stack\n"),
        "{header}"
    );
    assert!(
        header.contains("host      client  172.16.79.182  Rfc9293\n"),
        "{header}"
    );
}
