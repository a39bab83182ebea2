//! Tests of the path: times, limits, faults, and the independence of draws.

use super::fault::{Action, Fault, Header, Kind, Match, Transmission, TriggerId, Which};
use super::*;
use crate::segment::{Ecn, Flags, Options, Payload};
use crate::seq::Seq;

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
            direction.send(Time::ZERO, data(n, 1460), &plan),
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
            direction.send(Time::ZERO, data(n, 0), &plan),
            Fate::Deliver { at }
        );
    }
    // After a pause nothing is carried over.
    let later = Time::from_nanos(1_000);
    let at = Time::from_nanos(1_106);
    assert_eq!(
        direction.send(later, data(4, 0), &plan),
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
        direction.send(Time::ZERO, data(1, 1460), &plan),
        Fate::Deliver { .. }
    ));
    assert!(matches!(
        direction.send(Time::ZERO, data(2, 1460), &plan),
        Fate::Deliver { .. }
    ));
    assert_eq!(
        direction.send(Time::ZERO, data(3, 1460), &plan),
        Fate::QueueFull
    );
    let almost = Time::from_nanos(11_999);
    assert_eq!(
        direction.send(almost, data(4, 1460), &plan),
        Fate::QueueFull
    );
    let free = Time::from_nanos(12_000);
    assert!(matches!(
        direction.send(free, data(5, 1460), &plan),
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
    assert_eq!(direction.send(Time::ZERO, fin(1), &plan), dropped(4, 1));
    assert_eq!(
        direction.send(Time::ZERO, fin(2), &plan),
        Fate::Deliver { at }
    );
    assert_eq!(direction.send(Time::ZERO, fin(3), &plan), dropped(7, 1));
    assert_eq!(
        direction.send(Time::ZERO, fin(4), &plan),
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
                direction.send(Time::from_nanos(*n), data(*n, 1), &plan),
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
        direction.send(Time::ZERO, data(n, 1), &plan);
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
    direction.send(Time::ZERO, packet(1, Flags::SYN, 0), &plan);
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
            .map(|n| direction.send(Time::ZERO, data(n, 1), plan))
            .collect()
    };
    let (a, b) = (fates(&lossy), fates(&faulty));
    let differing: Vec<usize> = (0..200).filter(|i| a[*i] != b[*i]).collect();
    assert_eq!(differing, [4]);
    assert!(a.contains(&Fate::Lost));
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
            let fate = directions[sender].send(Time::from_nanos(number), packet, &both);
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
        assert_eq!(direction.send(Time::ZERO, data(1, 1), &plan), expected);
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
            .map(|n| direction.send(Time::ZERO, data(n, 1), &plan))
            .collect();
        direction.reset(7, 0);
        let two: Vec<Fate> = (1..=300)
            .map(|n| direction.send(Time::ZERO, data(n, 1), &plan))
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
