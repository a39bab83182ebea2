//! A whole transfer over a path that loses, delays and reorders, against a receiver with SACK and
//! DSACK: it always ends, whatever the policies are, and single losses never wait for the timer.

use super::*;
use crate::segment::{Extra, SackBlock, SackBlocks};
use crate::tcp::config::CongestionControl;
use crate::tcp::reassembly::Reassembly;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What the path does to one packet.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    /// Late by so many milliseconds.
    Late(u64),
}

/// The receiver: what it has, and what its acknowledgements look like.
struct Receiver {
    held: Reassembly,
    /// The next position it expects.
    next: u64,
}

impl Receiver {
    /// The acknowledgement of a segment, with the block of that segment first (RFC 2018 §4), or a DSACK
    /// (RFC 2883 §4).
    fn takes(&mut self, t: &T, segment: &Segment) -> Segment {
        let start = u64::from(segment.seq.since(t.iss));
        let end = start + u64::from(segment.len());
        let known = end <= self.next || self.held.ranges().iter().any(|r| r.contains(&(end - 1)));
        if self.next < end && !known {
            self.held.insert(start..end);
            self.next = self.held.take_from(self.next);
        }
        let block = |start: u64, end: u64| SackBlock {
            start: t.iss + u32::try_from(start).unwrap(),
            end: t.iss + u32::try_from(end).unwrap(),
        };
        let mut blocks = Vec::new();
        if known {
            blocks.push(block(start, end));
        }
        let ranges = self.held.ranges().iter();
        let (newest, others): (Vec<_>, Vec<_>) = ranges.partition(|r| r.contains(&(end - 1)));
        blocks.extend(
            newest
                .into_iter()
                .chain(others)
                .map(|r| block(r.start, r.end)),
        );
        blocks.truncate(3);
        let mut ack = read("ACK seq=1", t.iss, t.irs, 60_000);
        ack.ack = t.iss + u32::try_from(self.next).unwrap();
        if t.tcb.sack_on() && !blocks.is_empty() {
            ack.options.extra = Extra::Sack(SackBlocks::new(&blocks));
        }
        ack
    }
}

/// Runs a transfer to its end: when that was, and why each retransmission was made.
fn transfer(setup: Setup, octets: u64, fates: &[Fate]) -> (Time, Vec<Why>) {
    let mut t = setup.syn_sent();
    t.at("20ms").silent();
    let sack = t.sackok();
    t.arrives(&format!("SYN,ACK seq=0 ack=1 mss=1000 wnd=60000{sack}"));
    t.replies("ACK seq=1 ack=1").enters([Established]);
    let mut receiver = Receiver {
        held: Reassembly::default(),
        next: 1,
    };
    // In order of time and of sending: for the receiver or for the sender.
    let mut path: BTreeMap<(Time, usize), (bool, Segment)> = BTreeMap::new();
    let (mut packets, mut whys) = (0, Vec::new());
    t.step(|tcb, cx| {
        tcb.send(octets, cx).unwrap();
        tcb.shutdown(cx).unwrap();
    });
    for _ in 0..20_000 {
        for (at, out) in t.sent.drain(..) {
            if out.marks.retransmission {
                whys.push(out.why);
            }
            let fate = fates.get(packets).copied().unwrap_or(Fate::Late(0));
            packets += 1;
            if let Fate::Late(millis) = fate {
                let arrives = at + Span::from_millis(10 + millis);
                path.insert((arrives, packets), (true, out.segment));
            }
        }
        if t.tcb.fin_acknowledged() {
            t.notes.clear();
            t.asserted = true;
            if t.config.congestion_control == CongestionControl::Unlimited {
                t.congestion(u32::MAX, u32::MAX);
            }
            return (t.now, whys);
        }
        let due = t.tcb.next_timeout();
        match path.first_key_value() {
            Some(((at, _), _)) if *at <= due => {
                let ((at, _), (to_receiver, segment)) = path.pop_first().unwrap();
                t.now = at;
                if to_receiver {
                    let ack = receiver.takes(&t, &segment);
                    packets += 1;
                    let fate = fates.get(packets).copied().unwrap_or(Fate::Late(0));
                    if let Fate::Late(millis) = fate {
                        let back = at + Span::from_millis(10 + millis);
                        path.insert((back, packets), (false, ack));
                    }
                } else {
                    t.step(|tcb, cx| tcb.on_segment(&segment, cx));
                }
            }
            _ => {
                assert_ne!(due, Time::NEVER, "nothing goes on: {:?}", t.tcb);
                t.now = due;
                t.step(|tcb, cx| tcb.on_timeout(cx));
            }
        }
    }
    panic!("it never ends");
}

/// All policies of recovery.
fn policies(which: usize) -> Setup {
    with(|c| {
        c.initial_window = InitialWindow::Rfc6928;
        c.rto_min = span("200ms");
        // So that many losses in a row do not end it at R2.
        c.rto_max = span("5s");
        c.user_timeout = None;
        c.sack = which > 0;
        c.loss_detection = if which > 2 {
            LossDetection::Rack
        } else {
            LossDetection::DuplicateAcks
        };
        c.reduction = if which.is_multiple_of(2) {
            Reduction::Proportional
        } else {
            Reduction::AtOnce
        };
        c.f_rto = matches!(which, 2 | 4 | 5);
        c.undo = matches!(which, 2 | 4 | 5);
        c.tail_loss_probe = which > 3;
        c.rtt_variance = RttVariance::Peak;
    })
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Late(0)),
        1 => (0u64..25).prop_map(Fate::Late),
        1 => Just(Fate::Lost),
    ]
}

proptest! {
    /// `T::step` checks the scoreboard after each event.
    #[test]
    fn every_transfer_ends(
        which in 0usize..6,
        unlimited in any::<bool>(),
        octets in 1u64..60_000,
        fates in prop::collection::vec(fate(), 0..120),
    ) {
        let mut setup = policies(which);
        if unlimited {
            setup.config.congestion_control = CongestionControl::Unlimited;
        }
        transfer(setup, octets, &fates);
    }
}

/// Any one segment of forty but the last few is lost: with SACK it goes again within two round trips,
/// once, and nothing else does.
#[test]
fn one_loss_costs_one_retransmission() {
    for which in 1..6 {
        for lost in 0..5 {
            let mut fates = vec![Fate::Late(0); lost];
            fates.push(Fate::Lost);
            let (end, whys) = transfer(policies(which), 40_000, &fates);
            assert_eq!(
                whys,
                [Why::FastRetransmit],
                "policies {which}, segment {lost}"
            );
            let late = span("200ms");
            assert!(
                end < Time::ZERO + late,
                "policies {which}, segment {lost}: {end}"
            );
        }
    }
}
