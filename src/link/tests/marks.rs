//! Marks of congestion (RFC 3168 §5): by the queue, by chance and by faults.

use super::*;

/// Text whose sender says that it understands marks.
fn capable(number: u64) -> Packet {
    let mut packet = data(number, 1460);
    packet.segment.ecn = Ecn::Ect0;
    packet
}

/// A gigabit, at which a full packet takes 12 µs, and a queue that marks from two packets on.
fn queue() -> DirectionPlan {
    DirectionPlan {
        rate: Some(1_000_000_000),
        queue_limit: 5,
        mark_at: Some(2),
        ..plan()
    }
}

fn by_chance(marks: (u64, u64)) -> DirectionPlan {
    DirectionPlan {
        marks: Ratio::new(marks.0, marks.1).expect("a ratio"),
        ..plan()
    }
}

fn at(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

/// Marked on time, and once.
fn marked(at: Time, marker: Marker) -> Fate {
    Fate::Marked {
        at,
        marker,
        late: Span::ZERO,
        again: None,
    }
}

/// The ECN field of everything that arrives, in order.
fn fields(direction: &mut Direction) -> Vec<(u64, Ecn)> {
    std::iter::from_fn(|| direction.take_arrival())
        .map(|packet| (packet.number, packet.segment.ecn))
        .collect()
}

/// Packets in front, the one on the wire included: two or more make a mark, five a loss.
#[test]
fn the_queue_marks_from_its_threshold_on() {
    let plan = queue();
    let mut direction = Direction::new(&plan, 1, 0);
    for (number, fate) in [
        (1, Fate::Deliver { at: at(10_012_000) }),
        (2, Fate::Deliver { at: at(10_024_000) }),
        (3, marked(at(10_036_000), Marker::Queue(2))),
        (4, marked(at(10_048_000), Marker::Queue(3))),
        (5, marked(at(10_060_000), Marker::Queue(4))),
        (6, Fate::QueueFull),
    ] {
        let sent = direction.send(Time::ZERO, &capable(number), &plan);
        assert_eq!(sent, fate, "packet {number}");
        assert_eq!(sent.arrival().is_none(), number == 6);
    }
    // Four have left by 48 µs: one is in front.
    for (number, now, fate) in [
        (7, 47_999, marked(at(10_072_000), Marker::Queue(2))),
        (8, 60_000, Fate::Deliver { at: at(10_084_000) }),
    ] {
        let sent = direction.send(at(now), &capable(number), &plan);
        assert_eq!(sent, fate, "packet {number}");
    }
    assert_eq!(
        fields(&mut direction),
        [
            (1, Ecn::Ect0),
            (2, Ecn::Ect0),
            (3, Ecn::Ce),
            (4, Ecn::Ce),
            (5, Ecn::Ce),
            (7, Ecn::Ce),
            (8, Ecn::Ect0),
        ]
    );
    let totals = direction.totals();
    assert_eq!((totals.marked, totals.queue_full), (4, 1));
}

/// Without a rate nothing queues.
#[test]
fn no_rate_is_no_queue() {
    let plan = DirectionPlan {
        rate: None,
        mark_at: Some(1),
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    for number in 1..=3 {
        let fate = direction.send(Time::ZERO, &capable(number), &plan);
        assert_eq!(fate, Fate::Deliver { at: at(10_000_000) });
    }
}

/// What is not ECT passes as it is, and so does what is marked already: that counts once.
#[test]
fn only_what_is_capable_is_marked() {
    for (ecn, is_marked) in [
        (Ecn::NotEct, false),
        (Ecn::Ect0, true),
        (Ecn::Ect1, true),
        (Ecn::Ce, false),
    ] {
        for (plan, marker) in [
            (queue(), Marker::Queue(2)),
            (by_chance((1, 1)), Marker::Chance),
        ] {
            let mut direction = Direction::new(&plan, 1, 0);
            for number in 1..=2 {
                direction.send(Time::ZERO, &data(number, 1460), &plan);
            }
            let mut third = data(3, 1460);
            third.segment.ecn = ecn;
            let fate = direction.send(Time::ZERO, &third, &plan);
            let when = fate.arrival().expect("it arrives");
            let expected = if is_marked {
                marked(when, marker)
            } else {
                Fate::Deliver { at: when }
            };
            assert_eq!(fate, expected, "{ecn:?}");
            let arrives = if is_marked { Ecn::Ce } else { ecn };
            assert_eq!(fields(&mut direction)[2], (3, arrives), "{ecn:?}");
            assert_eq!(direction.totals().marked, u64::from(is_marked));
        }
    }
}

/// The queue is named where both would mark.
#[test]
fn the_queue_comes_before_chance() {
    let plan = DirectionPlan {
        marks: Ratio::new(1, 1).expect("all"),
        ..queue()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    let markers = (1..=3).map(|number| direction.send(Time::ZERO, &capable(number), &plan));
    assert_eq!(
        markers.collect::<Vec<_>>(),
        [
            marked(at(10_012_000), Marker::Chance),
            marked(at(10_024_000), Marker::Chance),
            marked(at(10_036_000), Marker::Queue(2)),
        ]
    );
}

/// Random marks have draws of their own: who is lost, held up and copied stays the same, and so do the
/// marks, whatever else is on. A reset goes back to the start.
#[test]
fn random_marks_do_not_shift_other_draws() {
    let fates = |marks: u64, others: u64| -> Vec<Fate> {
        let mut plan = impaired((others, 10), (others, 5));
        plan.loss = Ratio::new(others * 3, 10).expect("a ratio");
        plan.marks = Ratio::new(marks, 10).expect("a ratio");
        let mut direction = Direction::new(&plan, 7, 0);
        let run = |direction: &mut Direction| -> Vec<Fate> {
            (1..=300)
                .map(|n| direction.send(Time::ZERO, &capable(n), &plan))
                .collect()
        };
        let one = run(&mut direction);
        direction.reset(8, 0);
        assert!(marks + others == 0 || run(&mut direction) != one);
        direction.reset(7, 0);
        assert_eq!(run(&mut direction), one, "a reset goes back to the start");
        one
    };
    // The same fate without its mark.
    let unmarked = |fate: Fate| match fate {
        Fate::Marked {
            at, late, again, ..
        } if (late, again) == (Span::ZERO, None) => Fate::Deliver { at },
        Fate::Marked {
            at, late, again, ..
        } => Fate::Impaired { at, late, again },
        other => other,
    };
    let (with, without) = (fates(4, 1), fates(0, 1));
    assert_eq!(
        with.iter().copied().map(unmarked).collect::<Vec<_>>(),
        without
    );
    let is_marked = |fate: &Fate| matches!(fate, Fate::Marked { .. });
    let marks_alone = fates(4, 0);
    for (number, fate) in with.iter().enumerate() {
        let expected = is_marked(&marks_alone[number]) && *fate != Fate::Lost;
        assert_eq!(is_marked(fate), expected, "packet {number}");
    }
    let count = marks_alone.iter().filter(|fate| is_marked(fate)).count();
    assert!((95..145).contains(&count), "{count} of 300");
}

/// A packet that is not ECT takes its draw as well: its neighbours keep theirs.
#[test]
fn every_packet_takes_a_draw() {
    let plan = by_chance((1, 2));
    let fates = |not: u64| -> Vec<Fate> {
        let mut direction = Direction::new(&plan, 7, 0);
        (1..=100)
            .map(|n| {
                let is_capable = n != not;
                let packet = if is_capable {
                    capable(n)
                } else {
                    data(n, 1460)
                };
                direction.send(Time::ZERO, &packet, &plan)
            })
            .collect()
    };
    let all = fates(0);
    let first = all
        .iter()
        .position(|fate| matches!(fate, Fate::Marked { .. }))
        .expect("half of a hundred");
    let less = fates(first as u64 + 1);
    let differing: Vec<usize> = (0..100).filter(|i| all[*i] != less[*i]).collect();
    assert_eq!(differing, [first]);
}

/// A mark goes with what chance does to the order, onto the copy as well.
#[test]
fn what_is_marked_may_be_late_and_copied() {
    let ms = |millis| Time::ZERO + Span::from_millis(millis);
    for (duplicate, reorder, first, again) in [
        ((1, 1), (0, 1), 10, Some(15)),
        ((0, 1), (1, 1), 15, None),
        ((1, 1), (1, 1), 15, Some(20)),
    ] {
        let mut plan = impaired(duplicate, reorder);
        plan.marks = Ratio::new(1, 1).expect("all");
        let mut direction = Direction::new(&plan, 1, 0);
        let fate = direction.send(Time::ZERO, &capable(1), &plan);
        assert_eq!(
            fate,
            Fate::Marked {
                at: ms(first),
                marker: Marker::Chance,
                late: Span::from_millis(first - 10),
                again: again.map(ms),
            }
        );
        let mut arrive = Vec::new();
        while let Some(at) = direction.next_arrival() {
            let packet = direction.take_arrival().expect("it was announced");
            assert_eq!((packet.number, packet.segment.ecn), (1, Ecn::Ce));
            arrive.push(at);
        }
        let expected: Vec<Time> = [Some(first), again].into_iter().flatten().map(ms).collect();
        assert_eq!(arrive, expected);
        let totals = direction.totals();
        let copies = u64::from(again.is_some());
        assert_eq!((totals.marked, totals.copied), (1, copies));
    }
}

/// What a fault decided is not marked besides, and what loss took was never marked.
#[test]
fn a_fault_or_a_loss_leaves_nothing_to_mark() {
    let again = Action::Duplicate {
        copies: 1,
        apart: Span::from_millis(1),
    };
    let plan = DirectionPlan {
        faults: vec![(3, fault(Kind::Data, Which::Nth(1), again))],
        ..by_chance((1, 1))
    };
    let mut direction = Direction::new(&plan, 1, 0);
    for number in 1..=2 {
        direction.send(Time::ZERO, &capable(number), &plan);
    }
    assert_eq!(
        fields(&mut direction),
        [(1, Ecn::Ect0), (2, Ecn::Ce), (1, Ecn::Ect0)]
    );
    assert_eq!(direction.totals().marked, 1);
    let lossy = DirectionPlan {
        loss: Ratio::new(1, 1).expect("all"),
        ..by_chance((1, 1))
    };
    let mut direction = Direction::new(&lossy, 1, 0);
    let fate = direction.send(Time::ZERO, &capable(1), &lossy);
    assert_eq!((fate, direction.totals().marked), (Fate::Lost, 0));
}

/// A fault marks the packet that it names; one that is not ECT neither matches nor counts.
#[test]
fn a_fault_marks() {
    let plan = DirectionPlan {
        faults: vec![(6, fault(Kind::Data, Which::Nth(2), Action::Mark))],
        ..plan()
    };
    let mut direction = Direction::new(&plan, 1, 0);
    let on_time = at(10_000_000);
    let deliver = Fate::Deliver { at: on_time };
    let fault = Fate::Fault {
        fault: 6,
        hit: 1,
        effect: Effect::Mark { at: on_time },
    };
    for (packet, fate) in [
        (capable(1), deliver),
        (data(2, 1460), deliver),
        (capable(3), fault),
        (capable(4), deliver),
    ] {
        assert_eq!(direction.send(Time::ZERO, &packet, &plan), fate);
        assert_eq!(fate.arrival(), Some(on_time));
    }
    let not = Ecn::NotEct;
    assert_eq!(
        fields(&mut direction),
        [(1, Ecn::Ect0), (2, not), (3, Ecn::Ce), (4, Ecn::Ect0)]
    );
    let totals = direction.totals();
    assert_eq!((totals.marked, totals.dropped), (1, 0));
}
