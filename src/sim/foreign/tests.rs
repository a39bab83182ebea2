use super::*;
use crate::host::profile::{Profile, ProfileName};
use crate::host::program::{Address, Code, Fd, Step};
use crate::link::Fate;
use crate::segment::{Ecn, Flags, Options, Payload, Segment};
use crate::seq::Seq;
use crate::sim::record::Record;
use crate::tcp::outcome::Verdict;
use crate::time::Span;

/// The stack is the client, and our host a server that reads to the end.
const STACK: HostIndex = 0;
const PORT: u16 = 80;
const ISS: u32 = 1000;

fn plan() -> Plan {
    let mut plan = Plan::new(Profile::new(ProfileName::Rfc9293));
    plan.foreign = Some(STACK);
    let (fd, listener) = (Fd(0), Fd(1));
    let server = [
        Step::Bind {
            fd: listener,
            address: Address::Any,
            port: PORT,
        },
        Step::Listen {
            fd: listener,
            backlog: 1,
        },
        Step::Accept { listener, fd },
        Step::ReceiveToEnd { fd },
    ];
    plan.add_program(1, Code::new(&server, &["c", ""]));
    plan
}

/// Sends these datagrams at the start, then, on the first arrival, those of `then`.
#[derive(Default)]
struct Scripted {
    now: Vec<Vec<u8>>,
    then: Vec<Segment>,
    heard: Vec<Vec<u8>>,
    spins: bool,
    /// It wants to be polled every so often.
    every: Option<Span>,
}

impl Stack for Scripted {
    fn receive(&mut self, _: Time, datagram: &[u8]) {
        self.heard.push(datagram.to_vec());
        let (heard, _) = wire::decode(datagram).unwrap();
        for mut segment in self.then.drain(..) {
            if segment.ack == Seq::new(1) {
                segment.ack = heard.segment.seq + 1;
            }
            self.now.push(bytes(&segment));
        }
    }

    fn poll(&mut self, _: Time, send: &mut impl FnMut(&[u8])) {
        for datagram in self.now.drain(..) {
            send(&datagram);
        }
    }

    fn next_wakeup(&mut self, now: Time) -> Option<Time> {
        let next = self.every.map(|span| now + span);
        next.or(self.spins.then_some(now))
    }
}

/// A segment of the stack; `len` octets of its stream, with one wrong where `urgent` says, from 1.
fn segment(seq: u32, flags: Flags, len: u32, urgent: u16) -> Segment {
    let ack = Seq::new(u32::from(flags.contains(Flags::ACK)));
    Segment {
        seq: Seq::new(seq),
        ack,
        flags,
        wnd: 1000,
        urgent,
        ecn: Ecn::NotEct,
        options: Options::default(),
        payload: Payload {
            stream: text::stream_of(1, STACK),
            len,
            start: u64::from(seq - ISS).saturating_sub(1),
        },
    }
}

fn bytes(segment: &Segment) -> Vec<u8> {
    let addresses = plan().hosts.map(|host| host.address);
    let datagram = Datagram::new(addresses, [5000, PORT], *segment);
    let write = |room: &mut [u8]| {
        text::of(segment.payload)(room);
        if let Some(wrong) = room.get_mut(usize::from(segment.urgent).wrapping_sub(1)) {
            *wrong ^= 1;
        }
    };
    let mut buffer = [0; 2000];
    wire::encode(&datagram, write, &mut buffer)
        .unwrap()
        .to_vec()
}

fn run(stack: Scripted) -> (Vec<Record>, Duel<Scripted>, Halt) {
    let mut records = Vec::new();
    let mut duel = Duel::new(Arc::new(plan()), 1, stack);
    let halt = duel.run(Time::ZERO + Span::from_secs(1), &mut records);
    (records, duel, halt)
}

/// The stack's packets: what it sent, with the cause and the connection of each.
fn sent(records: &[Record]) -> Vec<(Packet, Option<u64>, Option<u32>)> {
    let sent = records.iter().filter(|record| record.host == STACK);
    sent.filter_map(|record| match record.what {
        What::Sent { packet, why, .. } => {
            assert_eq!(why, Why::Foreign);
            Some((packet, record.cause, record.connection))
        }
        _ => None,
    })
    .collect()
}

fn handshake(then: Vec<Segment>) -> Scripted {
    Scripted {
        now: vec![bytes(&segment(ISS, Flags::SYN, 0, 0))],
        then,
        ..Scripted::default()
    }
}

#[test]
fn what_a_stack_sends_has_its_place_in_the_run() {
    let data = segment(ISS + 1, Flags::ACK, 100, 0);
    let again = data;
    let fin = segment(ISS + 101, Flags::ACK | Flags::FIN, 50, 0);
    let ack = segment(ISS + 1, Flags::ACK, 0, 0);
    let (records, duel, halt) = run(handshake(vec![ack, data, again, fin]));
    // Our program ends with the stream, and nobody acknowledges the FIN.
    assert_eq!(halt, Halt::Until);
    let sent = sent(&records);
    let places: Vec<_> = sent.iter().map(|(p, ..)| p.segment.payload).collect();
    let stream = text::stream_of(1, STACK);
    let payload = |start, len| Payload { stream, len, start };
    assert_eq!(
        places,
        [
            payload(0, 0),
            payload(0, 0),
            payload(0, 100),
            payload(0, 100),
            payload(100, 50)
        ]
    );
    let marks = sent
        .iter()
        .map(|(p, ..)| (p.marks.acks_syn, p.marks.retransmission));
    let marks: Vec<_> = marks.collect();
    let (plain, is_again) = ((false, false), (false, true));
    assert_eq!(marks, [plain, (true, false), plain, is_again, plain]);
    let arrival = records.iter().find(|record| {
        record.host == STACK
            && matches!(
                record.what,
                What::Arrived {
                    verdict: Verdict::Accepted,
                    ..
                }
            )
    });
    let arrival = arrival.map(|record| record.ordinal);
    assert!(arrival.is_some());
    for (place, (_, cause, connection)) in sent.iter().enumerate() {
        assert_eq!(*connection, Some(1));
        assert_eq!(*cause, arrival.filter(|_| place > 0));
    }
    let server = duel.world().hosts()[1].connection_by_number(1).unwrap();
    assert_eq!(server.tcb().octets_received(), 150);
    assert!(
        !records
            .iter()
            .any(|record| record.what == What::ForeignOctets)
    );
}

/// An octet that is not what it should be is reported when it is delivered, wherever it lies.
#[test]
fn a_wrong_octet_is_reported() {
    for wrong in [1, 50, 100] {
        let ack = segment(ISS + 1, Flags::ACK, 0, 0);
        let data = segment(ISS + 1, Flags::ACK, 100, wrong);
        let (records, ..) = run(handshake(vec![ack, data]));
        let foreign = records
            .iter()
            .find(|record| record.what == What::ForeignOctets);
        let foreign = foreign.expect("it is reported");
        assert_eq!((foreign.host, foreign.connection), (1, Some(1)));
    }
}

#[test]
fn what_is_no_segment_never_gets_onto_the_path() {
    let syn = bytes(&segment(ISS, Flags::SYN, 0, 0));
    let changed = |place: usize| {
        let mut octets = syn.clone();
        octets[place] ^= 0xff;
        octets
    };
    // An address of another network, with checksums in order.
    let elsewhere = {
        let (mut datagram, _) = wire::decode(&syn).unwrap();
        datagram.source = [192, 0, 2, 1].into();
        let mut buffer = [0; 100];
        wire::encode(&datagram, |_| (), &mut buffer)
            .unwrap()
            .to_vec()
    };
    let stack = Scripted {
        now: vec![Vec::new(), changed(8), changed(39), elsewhere],
        ..Scripted::default()
    };
    let (records, duel, halt) = run(stack);
    let found: Vec<_> = records
        .iter()
        .filter_map(|record| match record.what {
            What::Malformed { reason, octets } => Some((record.host, reason, octets)),
            _ => None,
        })
        .collect();
    assert_eq!(
        found,
        [
            (STACK, Malformed::TooShort, 0),
            (STACK, Malformed::IpChecksum, 40),
            (STACK, Malformed::TcpChecksum, 40),
            (STACK, Malformed::Address, 40),
        ]
    );
    assert_eq!(duel.world().path()[0].totals().sent, 0);
    assert_eq!(halt, Halt::Quiescence);
}

/// A segment of no connection goes its way all the same, and is answered.
#[test]
fn a_stray_segment_is_answered_with_a_reset() {
    let stack = Scripted {
        now: vec![bytes(&segment(ISS, Flags::ACK, 0, 0))],
        ..Scripted::default()
    };
    let (records, duel, _) = run(stack);
    let [(packet, cause, connection)] = sent(&records)[..] else {
        panic!("it sent one");
    };
    assert_eq!((packet.connection(), cause, connection), (None, None, None));
    let fates = records.iter().filter(|record| {
        matches!(
            record.what,
            What::Sent {
                fate: Fate::Deliver { .. },
                ..
            }
        )
    });
    assert_eq!(fates.count(), 2);
    let (reset, _) = wire::decode(&duel.stack().heard[0]).unwrap();
    assert_eq!(reset.segment.flags, Flags::RST);
    assert_eq!(reset.segment.seq, Seq::new(1));
}

#[test]
fn a_stack_that_spins_is_stopped() {
    let (_, duel, halt) = run(Scripted {
        spins: true,
        ..Scripted::default()
    });
    assert_eq!((halt, duel.world().now()), (Halt::Spinning, Time::ZERO));
}

#[test]
fn polls_count_against_the_limit_of_events() {
    let mut plan = plan();
    plan.event_limit = 100;
    let stack = Scripted {
        every: Some(Span::from_millis(1)),
        ..Scripted::default()
    };
    let mut duel = Duel::new(Arc::new(plan), 1, stack);
    let halt = duel.run(Time::NEVER, &mut ());
    assert_eq!(halt, Halt::Limit(Stop::EventLimit));
    // The first poll is that at the start.
    assert_eq!(duel.world().now(), Time::ZERO + Span::from_millis(99));
}
