//! The scoreboard against a naive one that keeps every octet, and its cost.

use crate::segment::SackBlock;
use crate::seq::Seq;
use crate::tcp::scoreboard::{Late, Scoreboard};
use crate::time::{Span, Time};
use proptest::prelude::*;

/// SMSS of these cases, in octets.
const SMSS: u32 = 10;
/// Numbers wrap within a case.
const ISS: u32 = u32::MAX - 60;

/// One octet that is outstanding.
#[derive(Clone, Copy, Debug, Default)]
struct Octet {
    at: u64,
    sacked: bool,
    lost: bool,
    /// It was sent again ever, and that is in flight.
    again: bool,
    copied: bool,
}

/// Octets from SND.UNA on.
#[derive(Debug, Default)]
struct Naive {
    una: u32,
    octets: Vec<Octet>,
}

#[derive(Clone, Debug)]
enum Op {
    /// So many octets are sent for the first time.
    Send(u32),
    /// A block, from here for so long, as parts of a thousand of what is outstanding.
    Sack(u32, u32),
    /// Part of what is outstanding is acknowledged, to an octet or to the end of a segment.
    Acknowledge(u32),
    /// Losses are marked, by the rule of the case; by time so long after sending.
    Judge(u64),
    /// Everything pending goes again, at most so many times.
    Repair(u32),
    /// The end goes again, lost or not.
    Probe,
    LoseFirst(u32),
    LoseAll,
    LoseNothing,
    Renege,
}

fn op() -> impl Strategy<Value = Op> {
    let part = || 0u32..1000;
    prop_oneof![
        8 => prop_oneof![4 => Just(SMSS), 1 => 1u32..=SMSS].prop_map(Op::Send),
        6 => (part(), part()).prop_map(|(start, length)| Op::Sack(start, length)),
        3 => part().prop_map(Op::Acknowledge),
        6 => (0u64..12).prop_map(Op::Judge),
        5 => (1u32..4).prop_map(Op::Repair),
        1 => Just(Op::Probe),
        1 => (1u32..=SMSS).prop_map(Op::LoseFirst),
        1 => Just(Op::LoseAll),
        1 => Just(Op::LoseNothing),
        1 => Just(Op::Renege),
    ]
}

impl Naive {
    fn seq(&self, place: usize) -> Seq {
        Seq::new(ISS) + self.una + u32::try_from(place).unwrap()
    }

    fn place(&self, seq: Seq) -> usize {
        seq.since(self.seq(0)) as usize
    }

    fn count(&self, is: impl Fn(&Octet) -> bool) -> u32 {
        u32::try_from(self.octets.iter().filter(|octet| is(octet)).count()).unwrap()
    }

    /// IsLost as RFC 6675 §4 words it.
    fn is_lost(&self, place: usize) -> bool {
        let above = &self.octets[place..];
        let octets = above.iter().filter(|octet| octet.sacked).count();
        let starts = above
            .windows(2)
            .filter(|pair| !pair[0].sacked && pair[1].sacked);
        3 <= starts.count() || 2 * (SMSS as usize) < octets
    }

    /// RFC 6675 §4, SetPipe, where what was sent again is known octet by octet.
    fn pipe(&self) -> u32 {
        let not_lost = self.count(|o| !o.sacked && !o.lost);
        not_lost + self.count(|o| !o.sacked && o.copied)
    }

    fn judge_by_count(&mut self) {
        let lost: Vec<usize> = (0..self.octets.len())
            .filter(|place| !self.octets[*place].sacked && self.is_lost(*place))
            .collect();
        for place in lost {
            self.octets[place].lost = true;
        }
    }

    /// RFC 8985 §6.2, step 5; when the next is due.
    fn judge_by_time(&mut self, newest: u64, wait: u64, now: u64) -> Option<u64> {
        let mut next = None;
        for octet in &mut self.octets {
            let pending = octet.lost && !octet.copied;
            if octet.sacked || pending || newest <= octet.at {
                continue;
            }
            if octet.at + wait <= now {
                octet.lost = true;
                octet.copied = false;
            } else {
                let due = octet.at + wait;
                next = Some(next.map_or(due, |next: u64| next.min(due)));
            }
        }
        next
    }
}

struct Case {
    fast: Scoreboard,
    naive: Naive,
    by_time: bool,
    now: u64,
    /// When the newest of those that arrived was sent, and which transmission it was.
    newest: (u64, u32),
    /// Ends of segments, from ISS.
    ends: Vec<u32>,
}

impl Case {
    fn new(by_time: bool) -> Case {
        Case {
            fast: Scoreboard::default(),
            naive: Naive::default(),
            by_time,
            now: 1,
            newest: (0, 0),
            ends: Vec::new(),
        }
    }

    fn time(&self) -> Time {
        Time::from_nanos(self.now)
    }

    fn length(&self) -> usize {
        self.naive.octets.len()
    }

    fn part(&self, of_a_thousand: u32) -> usize {
        self.length() * of_a_thousand as usize / 1000
    }

    fn apply(&mut self, op: &Op) {
        self.now += 1;
        let (now, una, nxt) = (
            self.time(),
            self.naive.seq(0),
            self.naive.seq(self.length()),
        );
        match *op {
            Op::Send(octets) => {
                self.fast.push(nxt, nxt + octets, now, true);
                let octet = Octet {
                    at: self.now,
                    ..Octet::default()
                };
                self.naive.octets.extend((0..octets).map(|_| octet));
                self.ends.push((nxt + octets).since(Seq::new(ISS)));
            }
            Op::Sack(start, length) => self.sack(self.part(start), self.part(length)),
            Op::Acknowledge(part) => self.acknowledge(self.part(part)),
            Op::Judge(wait) => self.judge(wait),
            Op::Repair(times) => (0..times).for_each(|_| self.repair()),
            Op::Probe => {
                if let Some(last) = self.fast.last().copied() {
                    self.send_again(last.start, last.end);
                }
            }
            Op::LoseFirst(octets) => {
                let end = una + octets.min(u32::try_from(self.length()).unwrap());
                self.fast.lose_first(end);
                let first = self.naive.place(end);
                for octet in self.naive.octets[..first].iter_mut().filter(|o| !o.sacked) {
                    (octet.lost, octet.copied) = (true, false);
                }
            }
            Op::LoseAll => self.lose_all(),
            Op::LoseNothing => {
                self.fast.lose_nothing();
                for octet in &mut self.naive.octets {
                    octet.copied |= octet.lost && octet.again;
                    octet.lost = false;
                }
            }
            Op::Renege => {
                self.fast.forget_sacked();
                self.naive.octets.iter_mut().for_each(|o| o.sacked = false);
                self.lose_all();
            }
        }
        self.compare();
    }

    fn lose_all(&mut self) {
        self.fast.lose_all();
        for octet in self.naive.octets.iter_mut().filter(|o| !o.sacked) {
            (octet.lost, octet.copied) = (true, false);
        }
    }

    fn sack(&mut self, start: usize, length: usize) {
        let end = (start + length).min(self.length());
        if start >= end {
            return;
        }
        let block = SackBlock {
            start: self.naive.seq(start),
            end: self.naive.seq(end),
        };
        let mut told = 0;
        let mut newest = self.newest;
        self.fast.sack(block, |sent| {
            told += sent.end.since(sent.start);
            newest = newest.max((sent.at.as_nanos(), sent.order));
        });
        self.newest = newest;
        let octets = &mut self.naive.octets[start..end];
        let new = octets.iter().filter(|octet| !octet.sacked).count();
        assert_eq!(told as usize, new, "told for the first time");
        for octet in octets {
            (octet.sacked, octet.lost, octet.copied) = (true, false, false);
        }
    }

    fn acknowledge(&mut self, octets: usize) {
        // Mostly to the end of a segment.
        let to = self.naive.una + u32::try_from(octets).unwrap();
        let end = self.ends.iter().copied().rfind(|end| *end <= to);
        let end = end.filter(|end| !to.is_multiple_of(7) && self.naive.una < *end);
        let octets = (end.unwrap_or(to) - self.naive.una) as usize;
        let una = self.naive.seq(octets);
        let mut newest = self.newest;
        self.fast.acknowledge(una, |sent| {
            newest = newest.max((sent.at.as_nanos(), sent.order))
        });
        self.newest = newest;
        self.naive.octets.drain(..octets);
        self.naive.una += u32::try_from(octets).unwrap();
    }

    fn judge(&mut self, wait: u64) {
        if !self.by_time {
            if let Some(edge) = self.fast.lost_below(SMSS) {
                self.fast.lose_before(edge);
            }
            self.naive.judge_by_count();
            return;
        }
        let late = Late {
            newest: Some(self.newest.1),
            wait: Span::from_nanos(wait),
            now: self.time(),
        };
        let next = self.fast.lose_late(&late);
        let expected = self.naive.judge_by_time(self.newest.0, wait, self.now);
        assert_eq!(next.map(Time::as_nanos), expected, "when the next is due");
    }

    fn repair(&mut self) {
        let next = self.fast.next_pending();
        let first = self.naive.octets.iter().position(|o| o.lost && !o.copied);
        assert_eq!(next.is_some(), first.is_some(), "something is pending");
        let Some(next) = next else { return };
        let place = self.naive.place(next.start);
        if !self.by_time {
            assert_eq!(Some(place), first, "the first that is pending");
        }
        let octets = &self.naive.octets[place..];
        assert!(octets[0].lost && !octets[0].copied);
        let run = octets.iter().take_while(|o| o.lost && !o.copied).count();
        let most = self.naive.seq(place + SMSS as usize);
        let end = self.fast.pending_to(next.start, most);
        assert_eq!(self.naive.place(end), place + run.min(SMSS as usize));
        self.now += 1;
        self.send_again(next.start, end);
    }

    fn send_again(&mut self, start: Seq, end: Seq) {
        self.fast.send_again(start, end, self.time());
        let (start, end, now) = (self.naive.place(start), self.naive.place(end), self.now);
        for octet in self.naive.octets[start..end]
            .iter_mut()
            .filter(|o| !o.sacked)
        {
            (octet.copied, octet.again, octet.at) = (true, true, now);
        }
    }

    fn compare(&self) {
        let naive = &self.naive;
        self.fast.check(naive.seq(0), naive.seq(self.length()));
        assert_eq!(self.fast.sacked(), naive.count(|o| o.sacked), "SACKed");
        assert_eq!(self.fast.lost(), naive.count(|o| o.lost), "lost");
        assert_eq!(self.fast.copied(), naive.count(|o| o.copied), "copied");
        let flight = u32::try_from(self.length()).unwrap();
        let pipe = flight - self.fast.sacked() - self.fast.lost() + self.fast.copied();
        assert_eq!(pipe, naive.pipe(), "pipe");
        assert_eq!(
            self.fast.is_reneged(),
            naive.octets.first().is_some_and(|o| o.sacked)
        );
        let missing = naive.octets.iter().rposition(|o| !o.sacked);
        let last = self
            .fast
            .last_missing()
            .map(|sent| naive.place(sent.end) - 1);
        assert_eq!(last, missing, "the last that is missing");
    }
}

proptest! {
    /// Sums, IsLost, the times of RACK and what goes again are those of a naive scoreboard.
    #[test]
    fn agrees_with_a_naive_scoreboard(
        by_time in any::<bool>(),
        ops in prop::collection::vec(op(), 1..60),
    ) {
        let mut case = Case::new(by_time);
        for op in &ops {
            case.apply(op);
        }
    }
}

/// A window of a million octets costs some 20 kB.
#[test]
fn an_entry_is_small() {
    assert_eq!(size_of::<crate::tcp::scoreboard::Sent>(), 24);
}
