//! Two ends and a path that drops, delays and duplicates what it likes for a while: once it heals,
//! everything arrives and both ends are gone (RFC 9293 §3.4, §3.6).

use super::*;
use crate::tcp::config::Limit;
use proptest::prelude::*;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    /// After so many milliseconds.
    Delivered(u64),
    /// Twice, the second time so many milliseconds later.
    Doubled(u64),
}

/// One end's program: it writes, and reads at most so much every so many milliseconds.
#[derive(Clone, Copy, Debug)]
struct Program {
    writes: u64,
    reads: u64,
    every: u64,
}

/// How the second end opens; actively, both open at once (Figure 7).
#[derive(Clone, Copy, Debug)]
enum Open {
    Passive,
    Active,
}

struct World {
    ends: [T; 2],
    programs: [Program; 2],
    /// How much of its text each end has written.
    written: [u64; 2],
    shut: [bool; 2],
    wakes: [Time; 2],
    path: Vec<(Time, usize, Segment)>,
    fates: std::vec::IntoIter<Fate>,
}

impl World {
    /// End 0 opens actively, end 1 by `open`.
    fn new(config: Config, open: Open, programs: [Program; 2], fates: Vec<Fate>) -> World {
        let end = |iss, irs, stream| {
            let mut t = T::new(Setup { config, iss, irs });
            t.tcb = Tcb::new(stream, Choices::new(&config), &config);
            t
        };
        let (a, b) = (Seq::new(u32::MAX - 3000), Seq::new(u32::MAX));
        let mut world = World {
            ends: [end(a, b, 1), end(b, a, 2)],
            programs,
            written: [0; 2],
            shut: [false; 2],
            wakes: [Time::ZERO; 2],
            path: Vec::new(),
            fates: fates.into_iter(),
        };
        let other = match open {
            Open::Passive => Tcb::passive_open,
            Open::Active => Tcb::active_open,
        };
        world.ends[1].step(other).unwrap();
        world.ends[0].step(|tcb, cx| tcb.active_open(cx)).unwrap();
        world.send(1);
        world.send(0);
        world
    }

    /// Puts on the path what an end sent.
    fn send(&mut self, from: usize) {
        let t = &mut self.ends[from];
        t.notes.clear();
        t.asserted = true;
        for (now, out) in t.sent.drain(..) {
            let mut deliver = |millis| {
                let arrival = now + Span::from_millis(millis);
                self.path.push((arrival, 1 - from, out.segment));
            };
            match self.fates.next().unwrap_or(Fate::Delivered(10)) {
                Fate::Lost => {}
                Fate::Delivered(after) => deliver(after),
                Fate::Doubled(later) => {
                    deliver(10);
                    deliver(10 + later);
                }
            }
        }
    }

    /// The next thing happens: an arrival, a timer, a program. False when there is nothing left.
    fn step(&mut self) -> bool {
        let arrival = (0..self.path.len()).min_by_key(|i| (self.path[*i].0, *i));
        let arrives = arrival.map_or(Time::NEVER, |i| self.path[i].0);
        let timer = usize::from(self.ends[1].tcb.next_timeout() < self.ends[0].tcb.next_timeout());
        let expires = self.ends[timer].tcb.next_timeout();
        let program = usize::from(self.wakes[1] < self.wakes[0]);
        let wakes = self.wakes[program];
        let now = arrives.min(expires).min(wakes);
        if now == Time::NEVER {
            return false;
        }
        let end = if arrives == now {
            let (_, to, segment) = self.path.remove(arrival.unwrap());
            self.ends[to].now = now;
            self.ends[to].step(|tcb, cx| tcb.on_segment(&segment, cx));
            to
        } else if expires == now {
            self.ends[timer].now = now;
            self.ends[timer].step(|tcb, cx| tcb.on_timeout(cx));
            timer
        } else {
            self.ends[program].now = now;
            self.run(program);
            program
        };
        self.send(end);
        true
    }

    /// The program writes and reads what it can, and closes when it has written all.
    fn run(&mut self, end: usize) {
        let program = self.programs[end];
        self.wakes[end] = self.wakes[end] + Span::from_millis(program.every);
        let (written, shut) = (&mut self.written[end], &mut self.shut[end]);
        let over = self.ends[end].step(|tcb, cx| {
            let open = matches!(tcb.state(), Established | CloseWait);
            if open && !*shut {
                *written += tcb.send(program.writes - *written, cx).unwrap();
                if *written == program.writes {
                    tcb.shutdown(cx).unwrap();
                    *shut = true;
                }
            }
            tcb.receive(program.reads) == Ok(Received::End) && *shut
        });
        if over {
            self.wakes[end] = Time::NEVER;
        }
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        2 => Just(Fate::Lost),
        3 => (1u64..300).prop_map(Fate::Delivered),
        1 => (0u64..3000).prop_map(Fate::Doubled),
    ]
}

fn program() -> impl Strategy<Value = Program> {
    let writes = prop_oneof![Just(0u64), 1u64..3000, 3000u64..30_000];
    let reads = prop_oneof![300u64..2000, Just(u64::MAX)];
    (writes, reads, 100u64..1500).prop_map(|(writes, reads, every)| Program {
        writes,
        reads,
        every,
    })
}

proptest! {
    /// The trail is that of one connection: no octet is lost, doubled or invented.
    #[test]
    fn everything_arrives_and_both_ends_close(
        programs in [program(), program()],
        fates in prop::collection::vec(fate(), 0..30),
        open in prop_oneof![Just(Open::Passive), Just(Open::Active)],
        nagle in any::<bool>(),
        scaling in any::<bool>(),
        buffer in prop_oneof![Just(4000u32), 1000u32..4000, Just(100_000)],
    ) {
        let config = Config {
            nagle,
            window_scaling: scaling,
            receive_buffer: buffer,
            send_buffer: 5000,
            user_timeout: None,
            r2: Limit::After(Span::MAX),
            r2_syn: Limit::After(Span::MAX),
            // A duplicate of the last acknowledgement meets CLOSED and is answered by a reset, which
            // would assassinate TIME-WAIT (RFC 1337); and no FIN may come after its end.
            reset_in_time_wait: ResetInTimeWait::Ignored,
            time_wait: span("20000s"),
            ..Setup::default().config
        };
        let mut world = World::new(config, open, programs, fates);
        // Thirty losses in a row take up to 30 × 240 s, and TIME-WAIT is longer.
        let late = moment("40000s");
        while world.step() {
            prop_assert!(world.ends[0].now.max(world.ends[1].now) < late, "it never ends");
        }
        for (end, peer) in [(0, 1), (1, 0)] {
            let tcb = &world.ends[end].tcb;
            prop_assert_eq!(tcb.state(), Closed);
            prop_assert_eq!(tcb.ended(), None);
            prop_assert_eq!(tcb.octets_read(), programs[peer].writes);
            prop_assert!(!tcb.has_foreign_octets());
        }
    }
}
