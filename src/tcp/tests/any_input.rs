//! Whatever arrives and whatever the user calls, what must hold holds.

use super::*;
use crate::segment::icmp::{IcmpError, IcmpKind, Quoted};
use crate::tcp::config::{IcmpHardErrors, IcmpSoftErrors};
use crate::tcp::tests::notation::absolute;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// Flags, then how far SEQ lies from RCV.NXT and ACK from SND.UNA, text, window.
    Arrives(u8, i64, i64, u32, u16),
    /// An acknowledgement this far from SND.UNA, with blocks that begin this far behind it and have
    /// this length.
    Sacks(i64, Vec<(i64, i64)>),
    Calls(Call),
    /// An ICMP error of this kind, with this MTU if it names one, about a number this far from SND.UNA.
    Hears(usize, u16, i64),
    /// The next timer, or this many milliseconds if none is due by then.
    Waits(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let call = prop_oneof![
        (1u64..6000).prop_map(Call::Send),
        (1u64..6000).prop_map(Call::Receive),
        Just(Call::Shutdown),
        Just(Call::ShutdownRead),
        Just(Call::Close),
        Just(Call::PassiveOpen),
        Just(Call::ActiveOpen),
    ];
    let small = || prop_oneof![Just(0i64), -3i64..4, -5000i64..5000];
    let wnd = prop_oneof![Just(0u16), 1u16..3, 100u16..10_000];
    let len = prop_oneof![Just(0u32), 1u32..3, Just(1000), 1u32..5000];
    let block = (-2000i64..6000, prop_oneof![Just(1000i64), 1i64..3000]);
    let ahead = prop_oneof![Just(0i64), Just(1000i64), -1000i64..3000];
    let sacks = (ahead, prop::collection::vec(block, 1..4));
    prop_oneof![
        4 => sacks.prop_map(|(ack, blocks)| Event::Sacks(ack, blocks)),
        6 => (0u8..64, small(), small(), len, wnd)
            .prop_map(|(flags, seq, ack, len, wnd)| Event::Arrives(flags, seq, ack, len, wnd)),
        2 => call.prop_map(Event::Calls),
        1 => (0usize..10, prop_oneof![Just(0u16), 68u16..1500], small())
            .prop_map(|(kind, mtu, seq)| Event::Hears(kind, mtu, seq)),
        2 => (1u64..3000).prop_map(Event::Waits),
    ]
}

/// Flags of the peer: mostly an ACK; SYN, FIN and RST are rarer.
fn flags(bits: u8) -> &'static str {
    match bits {
        0..48 => "ACK",
        48..54 => "FIN,ACK",
        54..56 => "SYN,ACK",
        56..58 => "SYN",
        58..60 => "FIN",
        60..62 => "none",
        62 => "RST,ACK",
        _ => "RST",
    }
}

fn happens(t: &mut T, event: Event) {
    match event {
        Event::Arrives(bits, seq, ack, len, wnd) => {
            let seq = (t.rcv_nxt() + seq).max(0);
            let ack = relative(t.tcb.snd_una(), t.iss) + ack;
            let text = format!("{} seq={seq} ack={ack} len={len} wnd={wnd}", flags(bits));
            let segment = t.peer(&text);
            t.step(|tcb, cx| tcb.on_segment(&segment, cx));
        }
        Event::Sacks(ack, blocks) => {
            let ack = relative(t.tcb.snd_una(), t.iss) + ack;
            let blocks = blocks.iter().map(|(ahead, length)| {
                let start = ack + ahead;
                format!("{start}-{}", start + length)
            });
            let blocks: Vec<String> = blocks.collect();
            let seq = t.rcv_nxt();
            let text = format!(
                "ACK seq={seq} ack={ack} wnd=10000 sack={}",
                blocks.join(",")
            );
            let segment = t.peer(&text);
            t.step(|tcb, cx| tcb.on_segment(&segment, cx));
        }
        Event::Calls(call) => {
            t.step(|tcb, cx| match call {
                Call::PassiveOpen | Call::ActiveOpen => assert!(tcb.active_open(cx).is_err()),
                Call::Send(n) => drop(tcb.send(n, cx)),
                Call::Receive(n) => drop(tcb.receive(n)),
                Call::Close => drop(tcb.close(cx)),
                Call::Shutdown => drop(tcb.shutdown(cx)),
                Call::ShutdownRead => tcb.shutdown_read(),
                Call::ShutdownBoth => drop(tcb.shutdown_both(cx)),
                Call::Abort => drop(tcb.abort(cx)),
            });
        }
        Event::Hears(kind, mtu, seq) => {
            let kind = match IcmpKind::ALL[kind] {
                IcmpKind::FragmentationNeeded { .. } => IcmpKind::FragmentationNeeded { mtu },
                kind => kind,
            };
            let quoted = Quoted {
                source_port: 0,
                destination_port: 0,
                seq: absolute(t.tcb.snd_una(), seq),
                octets: 1040,
                ip_header: 20,
            };
            let error = IcmpError { kind, quoted };
            t.step(|tcb, cx| tcb.on_icmp(&error, cx));
        }
        Event::Waits(millis) => {
            let due = t.tcb.next_timeout();
            let then = t.now + Span::from_millis(millis);
            t.now = t.now.max(due.min(then));
            t.step(|tcb, cx| tcb.on_timeout(cx));
            assert!(t.now < t.tcb.next_timeout(), "a timer is due again at once");
        }
    }
}

fn start(setup: Setup, which: usize) -> T {
    match which {
        0 => setup.syn_received_passive(),
        1 => setup.syn_received_active(),
        2 => setup.established(),
        3 => setup.fin_wait_1(),
        4 => setup.fin_wait_2(),
        5 => setup.close_wait(),
        6 => setup.closing(),
        7 => setup.last_ack(),
        _ => setup.time_wait(),
    }
}

/// RFC 9293 to the letter, and both other rules of TIME-WAIT with what goes with them.
fn setup(which: usize) -> Setup {
    match which {
        0 => Setup::default(),
        1 => recorded_with(|c| c.fin_wait2_timeout = Some(span("61s"))),
        3 => with(|c| c.sack = true),
        4 => with(|c| {
            c.sack = true;
            c.loss_detection = LossDetection::Rack;
            c.reduction = Reduction::Proportional;
            c.f_rto = true;
            c.undo = true;
            c.tail_loss_probe = true;
            c.rtt_variance = RttVariance::Peak;
        }),
        5 => with(|c| {
            c.f_rto = true;
            c.undo = true;
        }),
        _ => recorded_with(|c| {
            c.time_wait_rule = TimeWaitRule::ExactFin;
            c.fin_wait2_orphan = OrphanInFinWait2::Connection;
            c.fin_wait2_held_timeout = Some(span("5s"));
            c.close_with_unread = CloseWithUnread::ResetAlsoHeld;
            c.icmp_hard_errors = IcmpHardErrors::AbortInHandshake;
            c.icmp_soft_errors = IcmpSoftErrors::AbortLateInHandshake;
            c.path_mtu_min = 552;
        }),
    }
}

proptest! {
    /// `step` asserts `Tcb::check` after each event. Besides: text never lies beyond the farthest
    /// right edge that the peer ever offered but for a probe, and the right edge that this end
    /// offers never moves left (RFC 9293 §3.8.6).
    #[test]
    fn invariants_hold(
        config in 0usize..6,
        which in 0usize..9,
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut t = start(setup(config), which);
        let mut farthest = t.tcb.snd_una() + t.tcb.snd_wnd();
        let mut offered = t.tcb.rcv_nxt() + t.tcb.rcv_wnd();
        for event in events {
            if matches!(t.tcb.state(), Closed | Listen) {
                break;
            }
            happens(&mut t, event);
            farthest = farthest.max(t.tcb.snd_una() + t.tcb.snd_wnd());
            for (_, out) in t.sent.drain(..) {
                let segment = out.segment;
                if segment.payload.len > 0 && !out.marks.probe {
                    prop_assert!(segment.end().precedes_or_is(farthest), "{segment:?}");
                }
            }
            if t.tcb.state().is_synchronized() {
                let edge = t.tcb.rcv_nxt() + t.tcb.rcv_wnd();
                prop_assert!(offered.precedes_or_is(edge), "the right edge moved left");
                offered = edge;
            }
        }
        t.notes.clear();
        t.asserted = true;
    }
}
