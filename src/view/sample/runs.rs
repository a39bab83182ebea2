//! Whole runs.

use super::{Sample, ms};
use crate::host::errno::Errno;
use crate::host::program::{Address, CallResult, Expects, Fd, Step};
use crate::host::table::{Queue, Row, Timer, TimerKind};
use crate::host::{ProcessEvent, ProcessId};
use crate::link::fault::{Action, Kind, Which};
use crate::link::{Effect, Fate, Marker};
use crate::segment::Malformed;
use crate::segment::icmp::IcmpKind;
use crate::sim::record::{IcmpOrigin, What};
use crate::tcp::icmp::{IcmpIgnored, IcmpVerdict};
use crate::tcp::outcome::{AckReason, DropReason, End, ResetReason, Verdict as Judged, Why};
use crate::tcp::state::State;
use crate::time::{Span, Time};
use crate::view::run::{SocketLine, Verdict};

/// The client closes first and its last acknowledgement is lost twice.
pub fn last_ack_lost() -> Sample {
    let mut run = Sample::plain();
    run.about = "The client closes first and its last ACK is lost twice: the server retransmits \
                 its FIN, and TIME-WAIT starts over."
        .to_owned();
    run.fault(0, Kind::AckOfFin, Which::First(2), Action::Drop);
    run.plan.hosts[1].profile.tcp.rto_min = Span::from_millis(200);
    let ok = Expects::Success;
    let fd = Fd(0);
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
                Step::Listen {
                    fd: Fd(2),
                    backlog: 5,
                },
                ok,
            ),
            (
                Step::Accept {
                    listener: Fd(2),
                    fd: Fd(1),
                },
                ok,
            ),
            (Step::ReceiveToEnd { fd: Fd(1) }, ok),
            (Step::Close { fd: Fd(1) }, ok),
        ],
    );
    let client = run.program(
        0,
        "client",
        &[
            (
                Step::Connect {
                    address: Address::Peer,
                    fd,
                    port: 9091,
                },
                ok,
            ),
            (Step::Sleep(Span::from_secs(1)), ok),
            (Step::Close { fd }, ok),
        ],
    );
    opening(&mut run, client, server);
    closing(&mut run, client, server);
    run.finish();
    run.end.sockets[1] = vec![listener()];
    run.verdicts = vec![
        Verdict {
            text: "Visits(\"client\", [FinWait1, FinWait2, TimeWait, Closed])".to_owned(),
            held: true,
            at: Some(run.end.records),
            time: run.end.time,
            found: String::new(),
        },
        Verdict {
            text: "Lasts(\"client\", TimeWait, \"240s\")".to_owned(),
            held: false,
            at: Some(run.end.records),
            time: run.end.time,
            found: "240.6s in TIME-WAIT".to_owned(),
        },
    ];
    run
}

fn opening(run: &mut Sample, client: ProcessId, server: ProcessId) {
    run.connection = None;
    for (host, process) in [(1, server), (0, client)] {
        let event = ProcessEvent::Started;
        run.add(host, What::Process { process, event });
    }
    run.done(1, server, 0);
    run.done(1, server, 1);
    run.call(1, server, 2);
    run.connection = Some(1);
    run.call(0, client, 0);
    run.handshake(|run| {
        run.ret(0, client, 0, Time::ZERO, CallResult::Done(0));
        run.call(0, client, 1);
    });
    run.ret(1, server, 2, Time::ZERO, CallResult::Done(0));
    run.call(1, server, 3);
}

fn closing(run: &mut Sample, client: ProcessId, server: ProcessId) {
    use State::*;
    run.now = ms(1020);
    run.ret(0, client, 1, ms(20), CallResult::Done(0));
    run.done(0, client, 2);
    run.cause = Some(run.records.len() as u64 - 1);
    run.transition(0, Established, FinWait1);
    let fin = run.sends(0, ("F.", 1, 1, 0), Why::New);
    run.now = ms(1030);
    run.arrives(1, fin, Judged::Accepted);
    run.transition(1, Established, CloseWait);
    let ack = run.sends(1, (".", 1, 2, 0), Why::Acknowledge(AckReason::Fin));
    run.ret(1, server, 3, ms(30), CallResult::Done(0));
    run.done(1, server, 4);
    run.cause = Some(run.records.len() as u64 - 1);
    run.transition(1, CloseWait, LastAck);
    let fin = run.sends(1, ("F.", 1, 2, 0), Why::New);
    run.now = ms(1040);
    run.arrives(0, ack, Judged::Accepted);
    run.transition(0, FinWait1, FinWait2);
    run.arrives(0, fin, Judged::Accepted);
    run.transition(0, FinWait2, TimeWait);
    run.add(0, time_wait(false, run.now));
    lost_ack(run, 1, AckReason::Fin);
    for (count, (at, rto)) in [(1230, 200), (1630, 400)].into_iter().enumerate() {
        run.now = ms(at);
        run.cause = None;
        let why = Why::Timeout {
            count: u32::try_from(count).expect("few") + 1,
            rto: Span::from_millis(rto),
            next: Span::from_millis(2 * rto),
        };
        let fin = run.sends(1, ("F.", 1, 2, 0), why);
        run.now = ms(at + 10);
        run.arrives(0, fin, Judged::Dropped(DropReason::OutsideWindow));
        run.add(0, time_wait(true, run.now));
        if count == 0 {
            lost_ack(run, 2, AckReason::FinAgain);
        }
    }
    let ack = run.sends(0, (".", 2, 2, 0), Why::Acknowledge(AckReason::FinAgain));
    run.now = ms(1650);
    run.arrives(1, ack, Judged::Accepted);
    run.transition(1, LastAck, Closed);
    run.now = ms(241_640);
    run.cause = run
        .records
        .iter()
        .rposition(|record| matches!(record.what, What::TimeWait { .. }))
        .map(|place| place as u64 + 1);
    run.transition(0, TimeWait, Closed);
}

fn time_wait(again: bool, now: Time) -> What {
    What::TimeWait {
        until: now + Span::from_secs(240),
        again,
    }
}

fn lost_ack(run: &mut Sample, hit: u32, reason: AckReason) {
    let mut packet = run.packet(0, ".", 2, 2, 0);
    packet.marks.acks_fin = true;
    let fate = Fate::Fault {
        fault: 0,
        hit,
        effect: Effect::Drop,
    };
    run.sent(0, packet, Why::Acknowledge(reason), fate);
}

/// A listener on all addresses.
pub fn listener() -> SocketLine {
    SocketLine {
        row: row(State::Listen, [9091, 0]),
        timer: None,
    }
}

/// A socket of connection 1 in this state with empty queues, or a listener, at these ports.
pub fn row(state: State, [local, remote]: [u16; 2]) -> Row {
    let is_open = state != State::Listen;
    let own = if is_open { Address::Own } else { Address::Any };
    Row {
        connection: is_open.then_some(1),
        state,
        local: (own, local),
        remote: is_open.then_some((Address::Peer, remote)),
        recv_q: Queue::default(),
        send_q: Queue::default(),
        timer: Timer::OFF,
    }
}

/// Adds what [`last_ack_lost`] lacks: every kind of record, every fate, every reason to send.
pub fn everything(run: &mut Sample) {
    let at = run.now + Span::from_millis(10);
    let (apart, copies, fault, hit) = (Span::from_millis(50), 2, 0, 1);
    let by_fault = |effect| Fate::Fault { fault, hit, effect };
    run.connection = Some(1);
    for fate in [
        Fate::Lost,
        Fate::QueueFull,
        Fate::TooBig {
            mtu: 1400,
            answered: Some(at),
        },
        by_fault(Effect::Answer {
            kind: IcmpKind::HostUnreachable,
            at,
        }),
        by_fault(Effect::Duplicate { at, copies, apart }),
        by_fault(Effect::Delay { at }),
        by_fault(Effect::Hold),
        by_fault(Effect::Mark { at }),
        Fate::Marked {
            at,
            marker: Marker::Queue(20),
            late: Span::ZERO,
            again: None,
        },
        Fate::Marked {
            at,
            marker: Marker::Chance,
            late: apart,
            again: Some(at + apart),
        },
        Fate::Impaired {
            at,
            late: apart,
            again: Some(at + apart),
        },
    ] {
        let mut packet = run.packet(0, "S", 0, 0, 0);
        packet.segment.options.window_scale = Some(7);
        run.sent(0, packet, Why::New, fate);
    }
    let packet = run.records.len() as u64;
    run.add(0, What::Released { packet, at });
    let (count, next) = (1, apart);
    for why in ACKS
        .map(Why::Acknowledge)
        .into_iter()
        .chain(RESETS.map(Why::Reset))
        .chain([
            Why::AfterTimeout,
            Why::TooBig,
            Why::FastRetransmit,
            Why::PartialAck,
            Why::SackRecovery,
            Why::ReorderingTimer,
            Why::LostAgain,
            Why::NotYetLost,
            Why::Rescue,
            Why::Probe { count, next },
            Why::TailLossProbe,
            Why::SynAgain,
            Why::KeepAlive { count },
            Why::Foreign,
        ])
    {
        run.sends(1, (".", 1, 1, 0), why);
    }
    for (process, event) in [
        (0, ProcessEvent::Interrupted { handled: true }),
        (0, ProcessEvent::Killed),
        (1, ProcessEvent::Died),
        (1, ProcessEvent::Exited),
    ] {
        let process = ProcessId {
            program: process,
            instance: 1,
        };
        run.add(0, What::Process { process, event });
    }
    let client = ProcessId {
        program: 1,
        instance: 0,
    };
    run.call(0, client, 0);
    run.ret(
        0,
        client,
        0,
        run.now,
        CallResult::Failed(Errno::Econnrefused),
    );
    let packet = run.packet(0, "R", 5, 0, 0);
    run.add(
        0,
        What::Injected {
            packet,
            injection: 0,
        },
    );
    let quoting = run.packet(0, "S", 0, 0, 0);
    for (kind, origin, verdict) in [
        (
            IcmpKind::FragmentationNeeded { mtu: 1400 },
            IcmpOrigin::Router { packet: 1 },
            IcmpVerdict::Lowered { mss: 1360 },
        ),
        (
            IcmpKind::SourceQuench,
            IcmpOrigin::Outside { injection: 0 },
            IcmpVerdict::Ignored(IcmpIgnored::SourceQuench),
        ),
    ] {
        let error = quoting.quoted_in(kind, 20);
        let what = What::Icmp {
            error,
            origin,
            verdict,
        };
        run.add(0, what);
    }
    run.add(0, What::DeliveryTrouble { count: 3 });
    run.add(0, What::Ended(End::Refused));
    run.add(1, What::ForeignOctets);
    let reason = Malformed::OptionLength { kind: 8, length: 8 };
    run.add(1, What::Malformed { reason, octets: 60 });
    run.add(1, What::Urgent { octets: 300 });
    for kind in [
        TimerKind::Off,
        TimerKind::Retransmission,
        TimerKind::KeepAlive,
        TimerKind::TimeWait,
        TimerKind::Persist,
    ] {
        let row = Row {
            timer: Timer {
                kind,
                left: apart,
                count,
            },
            ..row(State::Established, [49_152, 9091])
        };
        run.shows(0, client, true, row);
    }
    run.end.sockets[1].push(SocketLine {
        timer: Some(("keepalive", at)),
        ..listener()
    });
}

/// Every reason for an acknowledgement.
pub const ACKS: [AckReason; 18] = [
    AckReason::Handshake,
    AckReason::SecondSegment,
    AckReason::Delayed,
    AckReason::Undelayed,
    AckReason::Fin,
    AckReason::Gap,
    AckReason::GapFilled,
    AckReason::WindowUpdate,
    AckReason::Unacceptable,
    AckReason::NeverSent,
    AckReason::ChallengeReset,
    AckReason::ChallengeSyn,
    AckReason::ChallengeOldAck,
    AckReason::FinAgain,
    AckReason::OldTimestamp,
    AckReason::Quick,
    AckReason::Read,
    AckReason::Marked,
];

/// Every reason for a reset.
pub const RESETS: [ResetReason; 6] = [
    ResetReason::NoConnection,
    ResetReason::NeverSent,
    ResetReason::Abort,
    ResetReason::Unread,
    ResetReason::NobodyReads,
    ResetReason::KeepAlive,
];
