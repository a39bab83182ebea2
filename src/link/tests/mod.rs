//! Tests of the path: times, limits, faults, and the independence of draws.

use super::fault::{Action, Fault, Header, Kind, Match, Transmission, TriggerId, Which};
use super::*;
use crate::segment::{Ecn, Flags, Options, Payload};
use crate::seq::Seq;

mod marks;

fn plan() -> DirectionPlan {
    DirectionPlan::new(Span::from_millis(10))
}

fn packet(number: u64, flags: Flags, len: u32) -> Packet {
    Packet {
        number,
        record: number,
        route: Route::Path,
        source_port: 1,
        destination_port: 2,
        marks: Marks::default(),
        segment: Segment {
            seq: Seq::new(0),
            ack: Seq::new(0),
            flags,
            wnd: 0,
            urgent: 0,
            ecn: Ecn::NotEct,
            options: Options::default(),
            payload: Payload {
                stream: 2,
                len,
                start: 0,
            },
        },
    }
}

fn data(number: u64, len: u32) -> Packet {
    packet(number, Flags::ACK, len)
}

fn fault(kind: Kind, which: Which, action: Action) -> Fault {
    Fault {
        matching: Match {
            kind,
            flags: None,
            transmission: Transmission::Any,
            connection: None,
            from: Time::ZERO,
            until: Time::NEVER,
            header: Header::ANY,
        },
        which,
        action,
    }
}

fn arrivals(direction: &mut Direction) -> Vec<(u64, u64)> {
    let mut all = Vec::new();
    while let Some(at) = direction.next_arrival() {
        let packet = direction.take_arrival().expect("an arrival was announced");
        all.push((at.as_nanos(), packet.number));
    }
    all
}

#[test]
fn a_gigabit_carries_exactly_a_gigabit() {
    let plan = DirectionPlan {
        rate: Some(1_000_000_000),
        delay: Span::ZERO,
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    // 1,460 octets of text are 1,500 on the wire: 12,000 bits, 12,000 ns.
    for n in 1..=3 {
        let at = Time::from_nanos(12_000 * n);
        assert_eq!(
            direction.send(Time::ZERO, &data(n, 1460), &plan),
            Fate::Deliver { at }
        );
    }
}

#[test]
fn parts_of_a_nanosecond_are_carried_over() {
    let plan = DirectionPlan {
        rate: Some(3_000_000_000),
        delay: Span::ZERO,
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    // 40 octets at 3 Gbit/s take 106 2/3 ns.
    for (n, at) in [(1, 106), (2, 213), (3, 320)] {
        let at = Time::from_nanos(at);
        assert_eq!(
            direction.send(Time::ZERO, &data(n, 0), &plan),
            Fate::Deliver { at }
        );
    }
    // After a pause nothing is carried over.
    let later = Time::from_nanos(1_000);
    let at = Time::from_nanos(1_106);
    assert_eq!(
        direction.send(later, &data(4, 0), &plan),
        Fate::Deliver { at }
    );
}

#[test]
fn the_queue_is_full_at_its_limit_and_drains_by_departure() {
    let plan = DirectionPlan {
        rate: Some(1_000_000_000),
        queue_limit: 2,
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    assert!(matches!(
        direction.send(Time::ZERO, &data(1, 1460), &plan),
        Fate::Deliver { .. }
    ));
    assert!(matches!(
        direction.send(Time::ZERO, &data(2, 1460), &plan),
        Fate::Deliver { .. }
    ));
    assert_eq!(
        direction.send(Time::ZERO, &data(3, 1460), &plan),
        Fate::QueueFull
    );
    let almost = Time::from_nanos(11_999);
    assert_eq!(
        direction.send(almost, &data(4, 1460), &plan),
        Fate::QueueFull
    );
    let free = Time::from_nanos(12_000);
    assert!(matches!(
        direction.send(free, &data(5, 1460), &plan),
        Fate::Deliver { .. }
    ));
    assert_eq!(direction.totals().queue_full, 2);
}

#[test]
fn the_first_fault_that_matches_decides_and_later_ones_do_not_count() {
    let plan = DirectionPlan {
        faults: vec![
            (4, fault(Kind::Fin, Which::First(1), Action::Drop)),
            (7, fault(Kind::Any, Which::Nth(2), Action::Drop)),
        ],
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    let dropped = |fault, hit| Fate::Fault {
        fault,
        hit,
        effect: Effect::Drop,
    };
    let at = Time::from_nanos(10_000_000);
    let fin = |n| packet(n, Flags::FIN | Flags::ACK, 0);
    assert_eq!(direction.send(Time::ZERO, &fin(1), &plan), dropped(4, 1));
    assert_eq!(
        direction.send(Time::ZERO, &fin(2), &plan),
        Fate::Deliver { at }
    );
    assert_eq!(direction.send(Time::ZERO, &fin(3), &plan), dropped(7, 1));
    assert_eq!(
        direction.send(Time::ZERO, &fin(4), &plan),
        Fate::Deliver { at }
    );
    assert_eq!(
        direction.fault_hits(&plan).collect::<Vec<_>>(),
        [(4, 1), (7, 1)]
    );
}

#[test]
fn every_third_and_a_window_of_time() {
    let mut rule = fault(Kind::Data, Which::Every(3), Action::Drop);
    rule.matching.from = Time::from_nanos(10);
    rule.matching.until = Time::from_nanos(100);
    let plan = DirectionPlan {
        faults: vec![(0, rule)],
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    let hits: Vec<u64> = (0..120)
        .filter(|n| {
            matches!(
                direction.send(Time::from_nanos(*n), &data(*n, 1), &plan),
                Fate::Fault { .. }
            )
        })
        .collect();
    assert_eq!((hits[0], hits[1], hits.len()), (12, 15, 30));
    assert_eq!(hits.last(), Some(&99));
}

#[test]
fn copies_and_delays_leave_the_order_of_sending() {
    let plan = DirectionPlan {
        faults: vec![
            (
                0,
                fault(
                    Kind::Data,
                    Which::Nth(1),
                    Action::Delay(Span::from_millis(5)),
                ),
            ),
            (
                1,
                fault(
                    Kind::Data,
                    Which::Nth(1),
                    Action::Duplicate {
                        copies: 2,
                        apart: Span::from_millis(3),
                    },
                ),
            ),
        ],
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    for n in 1..=3 {
        direction.send(Time::ZERO, &data(n, 1), &plan);
    }
    let ms = 1_000_000;
    assert_eq!(
        arrivals(&mut direction),
        [
            (10 * ms, 2),
            (10 * ms, 3),
            (13 * ms, 2),
            (15 * ms, 1),
            (16 * ms, 2)
        ]
    );
    let totals = direction.totals();
    assert_eq!((totals.sent, totals.copied, totals.delivered), (3, 2, 5));
}

#[test]
fn a_held_packet_goes_on_when_its_event_happens() {
    let trigger = TriggerId(3);
    let plan = DirectionPlan {
        faults: vec![(0, fault(Kind::Syn, Which::All, Action::Hold(trigger)))],
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    direction.send(Time::ZERO, &packet(1, Flags::SYN, 0), &plan);
    assert_eq!(
        (direction.next_arrival(), direction.under_way()),
        (None, (0, 1))
    );
    let now = Time::from_nanos(77);
    assert_eq!(direction.release(now, TriggerId(2), &plan), None);
    let (released, at) = direction.release(now, trigger, &plan).expect("it was held");
    assert_eq!((released.number, at), (1, Time::from_nanos(10_000_077)));
    assert_eq!(direction.next_arrival(), Some(at));
}

#[test]
fn a_fault_does_not_shift_the_draws_of_other_packets() {
    let lossy = DirectionPlan {
        loss: Ratio::new(3, 10).unwrap(),
        ..plan()
    };
    let faulty = DirectionPlan {
        faults: vec![(0, fault(Kind::Any, Which::Nth(5), Action::Drop))],
        ..lossy.clone()
    };
    let fates = |plan: &DirectionPlan| -> Vec<Fate> {
        let mut direction = Direction::new(plan, 7, 0);
        (1..=200)
            .map(|n| direction.send(Time::ZERO, &data(n, 1), plan))
            .collect()
    };
    let (a, b) = (fates(&lossy), fates(&faulty));
    let differing: Vec<usize> = (0..200).filter(|i| a[*i] != b[*i]).collect();
    assert_eq!(differing, [4]);
    assert!(a.contains(&Fate::Lost));
}

/// The event queue is told of arrivals by the fates of packets, and reads each where it flies.
#[test]
fn a_fate_tells_when_its_packet_arrives() {
    let later = |by| Action::Delay(Span::from_millis(by));
    let again = Action::Duplicate {
        copies: 1,
        apart: Span::from_millis(1),
    };
    let actions = [later(30), Action::Drop, Action::Hold(TriggerId(0)), again];
    // What the first fault decides, the second does not count: one packet for each, in order.
    let faults = (0u16..)
        .zip(actions)
        .map(|(place, action)| (place, fault(Kind::Data, Which::Nth(1), action)));
    let plan = DirectionPlan {
        rate: Some(1_000_000_000),
        queue_limit: 6,
        faults: faults.collect(),
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    let mut told = None;
    let mut arrive = Vec::new();
    for n in 1..=8 {
        let fate = direction.send(Time::ZERO, &data(n, 1460), &plan);
        arrive.extend(fate.arrival().map(|_| n));
        told = [told, fate.arrival()].into_iter().flatten().min();
        assert_eq!(direction.next_arrival(), told, "packet {n}: {fate:?}");
    }
    assert_eq!(arrive, [1, 4, 5, 6]);
    while let Some(first) = direction.first_arrival().copied() {
        assert_eq!(direction.take_arrival(), Some(first));
    }
    assert_eq!(direction.totals().delivered, 5);
}

/// The third of those that go either way, whichever direction it goes.
#[test]
fn a_fault_may_count_both_directions() {
    let both = DirectionPlan {
        faults: vec![(
            0,
            fault(
                Kind::Data,
                Which::NthEitherWay { nth: 3, other: 0 },
                Action::Drop,
            ),
        )],
        ..plan()
    };
    for order in [[0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 0]] {
        let mut directions = [0, 1].map(|sender| Direction::new(&both, 1, sender));
        let mut hits = Vec::new();
        for (number, sender) in (0..).zip(order) {
            let packet = data(number, 1);
            let fate = directions[sender].send(Time::from_nanos(number), &packet, &both);
            let decided = directions[sender].decided();
            let now = Time::from_nanos(number);
            directions[1 - sender].overhear(now, &packet, &both, Origins::NONE, decided);
            if matches!(fate, Fate::Fault { .. }) {
                hits.push(number);
            }
        }
        assert_eq!(hits, [2], "{order:?}");
    }
}

/// The router stands in the middle, and has the packet half the delay after it left.
#[test]
fn what_is_larger_than_the_mtu_is_turned_back() {
    let plan = DirectionPlan {
        rate: Some(1_000_000_000),
        mtu: Some(1400),
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    let fits = direction.send(Time::ZERO, &data(1, 1360), &plan);
    assert!(matches!(fits, Fate::Deliver { .. }));
    // 1,400 octets have left after 11.2 µs, 1,401 after another 11.208 µs.
    let fate = direction.send(Time::ZERO, &data(2, 1361), &plan);
    let at = Time::from_nanos(5_022_408);
    let too_big = Fate::TooBig {
        mtu: 1400,
        answered: Some(at),
    };
    assert_eq!(fate, too_big);
    let needed = IcmpKind::FragmentationNeeded { mtu: 1400 };
    assert_eq!(fate.answer(), Some((needed, at)));
    let mut may_be_cut = data(3, 1361);
    may_be_cut.marks.fragmentable = true;
    let passes = direction.send(Time::ZERO, &may_be_cut, &plan);
    assert!(matches!(passes, Fate::Deliver { .. }));
    assert_eq!(direction.totals().too_big, 1);
    let black_hole = DirectionPlan {
        says_too_big: false,
        ..plan
    };
    let fate = direction.send(Time::ZERO, &data(4, 1361), &black_hole);
    assert_eq!(fate.answer(), None);
    assert_eq!(direction.under_way(), (2, 0));
}

/// No fault sees it, and the draws of others stay.
#[test]
fn what_is_too_big_meets_no_fault_and_takes_its_draw() {
    let drop = fault(Kind::Any, Which::All, Action::Drop);
    let plan = DirectionPlan {
        loss: Ratio::new(1, 2).expect("a half"),
        mtu: Some(1400),
        faults: vec![(0, drop)],
        ..plan()
    };
    let free = DirectionPlan {
        faults: Vec::new(),
        ..plan.clone()
    };
    let (mut one, mut other) = (Direction::new(&plan, 7, 0), Direction::new(&free, 7, 0));
    let fates = |direction: &mut Direction, plan: &DirectionPlan, first: u32| {
        let _ = direction.send(Time::ZERO, &data(1, first), plan);
        let later = (2..50).map(|n| direction.send(Time::ZERO, &data(n, 1), &free));
        later.collect::<Vec<_>>()
    };
    let with = fates(&mut one, &plan, 1361);
    let without = fates(&mut other, &free, 1);
    assert_eq!(with, without);
    assert_eq!((one.totals().too_big, one.totals().dropped), (1, 0));
}

/// The second half of the delay is that of an error from the router.
#[test]
fn a_fault_answers_from_the_middle_of_the_path() {
    let kind = IcmpKind::HostUnreachable;
    let plan = DirectionPlan {
        delay: Span::from_nanos(7),
        faults: vec![(4, fault(Kind::Syn, Which::All, Action::Answer(kind)))],
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    let fate = direction.send(Time::ZERO, &packet(1, Flags::SYN, 0), &plan);
    let at = Time::from_nanos(3);
    let effect = Effect::Answer { kind, at };
    let (fault, hit) = (4, 1);
    assert_eq!(fate, Fate::Fault { fault, hit, effect });
    assert_eq!(fate.answer(), Some((kind, at)));
    assert_eq!(plan.delay_from_router(), Span::from_nanos(4));
    assert_eq!(
        (direction.totals().dropped, direction.under_way()),
        (1, (0, 0))
    );
}

fn impaired(duplicate: (u64, u64), reorder: (u64, u64)) -> DirectionPlan {
    let ratio = |(n, d)| Ratio::new(n, d).unwrap();
    DirectionPlan {
        impairment: Some(Impairment {
            duplicate: ratio(duplicate),
            reorder: ratio(reorder),
            by: Span::from_millis(5),
        }),
        ..plan()
    }
}

#[test]
fn chance_copies_and_holds_up() {
    let at = |millis| Time::ZERO + Span::from_millis(millis);
    let late = Span::from_millis(5);
    for (duplicate, reorder, expected) in [
        ((0, 1), (0, 1), Fate::Deliver { at: at(10) }),
        (
            (1, 1),
            (0, 1),
            Fate::Impaired {
                at: at(10),
                late: Span::ZERO,
                again: Some(at(15)),
            },
        ),
        (
            (0, 1),
            (1, 1),
            Fate::Impaired {
                at: at(15),
                late,
                again: None,
            },
        ),
        (
            (1, 1),
            (1, 1),
            Fate::Impaired {
                at: at(15),
                late,
                again: Some(at(20)),
            },
        ),
    ] {
        let plan = impaired(duplicate, reorder);
        let mut direction = Direction::new(&plan, 1, 0);
        assert_eq!(direction.send(Time::ZERO, &data(1, 1), &plan), expected);
        let copies = u64::from(duplicate.0 == 1);
        assert_eq!(arrivals(&mut direction).len() as u64, 1 + copies);
        assert_eq!(
            (direction.totals().copied, direction.totals().delivered),
            (copies, 1 + copies)
        );
    }
}

/// What is held up is overtaken, and neither kind of chance shifts the other, nor loss.
#[test]
fn kinds_of_chance_do_not_shift_each_other() {
    let fates = |duplicate, reorder, loss| -> Vec<Fate> {
        let mut plan = impaired(duplicate, reorder);
        plan.loss = Ratio::new(loss, 10).unwrap();
        let mut direction = Direction::new(&plan, 7, 0);
        let one = (1..=300)
            .map(|n| direction.send(Time::ZERO, &data(n, 1), &plan))
            .collect();
        direction.reset(7, 0);
        let two: Vec<Fate> = (1..=300)
            .map(|n| direction.send(Time::ZERO, &data(n, 1), &plan))
            .collect();
        assert_eq!(one, two, "a reset goes back to the start");
        one
    };
    let places = |fates: &[Fate], which: fn(&Fate) -> bool| -> Vec<usize> {
        (0..300).filter(|i| which(&fates[*i])).collect()
    };
    let is_lost = |fate: &Fate| *fate == Fate::Lost;
    let is_copied = |fate: &Fate| matches!(fate, Fate::Impaired { again: Some(_), .. });
    let is_late = |fate: &Fate| matches!(fate, Fate::Impaired { late, .. } if *late > Span::ZERO);
    let (copies, late) = ((1, 10), (1, 5));
    let all = fates(copies, late, 0);
    assert_eq!(
        places(&all, is_copied),
        places(&fates(copies, (0, 1), 0), is_copied)
    );
    assert_eq!(
        places(&all, is_late),
        places(&fates((0, 1), late, 0), is_late)
    );
    let count = |which| places(&all, which).len();
    assert!((15..50).contains(&count(is_copied)), "{}", count(is_copied));
    assert!((40..85).contains(&count(is_late)), "{}", count(is_late));
    let lossy = fates(copies, late, 3);
    let only_lossy = fates((0, 1), (0, 1), 3);
    assert_eq!(places(&lossy, is_lost), places(&only_lossy, is_lost));
    let kept = places(&all, is_late)
        .into_iter()
        .filter(|i| lossy[*i] != Fate::Lost);
    assert_eq!(places(&lossy, is_late), kept.collect::<Vec<_>>());
}
