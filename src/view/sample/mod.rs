//! Runs made by hand, for the tests of the views: [`Sample`] makes records, [`runs`] tells stories.

pub mod runs;

use super::run::{End, Run, Verdict};
use crate::host::profile::{Profile, ProfileName};
use crate::host::program::{CallResult, Code, Expects, Instruction, ProgramPlan, Step};
use crate::host::table::{Listing, Row};
use crate::host::{ProcessId, StepId};
use crate::link::fault::{Action, Fault, Header, Kind, Match, Transmission, Which};
use crate::link::{DirectionPlan, Fate, Packet, Route, Totals};
use crate::rng::Ratio;
use crate::scenario::Numbers;
use crate::segment::{Ecn, Flags, Marks, Options, Payload, Segment};
use crate::seq::Seq;
use crate::sim::plan::{EVENT_LIMIT, HostPlan, Plan, TIME_LIMIT};
use crate::sim::record::{Record, Stop, What};
use crate::tcp::outcome::{AckReason, Verdict as Judged, Why};
use crate::tcp::state::State;
use crate::time::{Span, Time};

/// The initial sequence numbers of both hosts, near the wrap-around.
pub const ISS: [u32; 2] = [u32::MAX - 1, 1_000_000];

/// What a [`Run`] borrows.
#[derive(Clone)]
pub struct Sample {
    pub about: String,
    pub plan: Plan,
    pub numbers: Numbers,
    pub records: Vec<Record>,
    pub verdicts: Vec<Verdict>,
    pub broken: Vec<Verdict>,
    pub end: End,
    /// Where the next record happens.
    pub now: Time,
    pub connection: Option<u32>,
    pub cause: Option<u64>,
}

pub const fn ms(n: u64) -> Time {
    Time::from_nanos(n * 1_000_000)
}

impl Sample {
    /// A run of two hosts with these names and addresses in which nothing happened yet.
    pub fn new(names: [&str; 2], addresses: [&str; 2]) -> Sample {
        let host = |place: usize| HostPlan {
            name: names[place].to_owned(),
            address: addresses[place].parse().expect("an address"),
            profile: Profile::new(ProfileName::Rfc9293),
            isns: vec![ISS[place]],
        };
        let direction = || DirectionPlan {
            delay: Span::from_millis(10),
            rate: None,
            queue_limit: 100,
            loss: Ratio::ZERO,
            impairment: None,
            ip_header: 20,
            mtu: None,
            says_too_big: true,
            mark_at: None,
            marks: Ratio::ZERO,
            faults: Vec::new(),
        };
        Sample {
            about: "A test.".to_owned(),
            plan: Plan {
                hosts: [host(0), host(1)],
                path: [direction(), direction()],
                foreign: None,
                faults: 0,
                triggers: Vec::new(),
                injections: Vec::new(),
                captures: Vec::new(),
                events: Vec::new(),
                playbacks: Vec::new(),
                code: Vec::new(),
                programs: Vec::new(),
                until: None,
                event_limit: EVENT_LIMIT,
                time_limit: TIME_LIMIT,
            },
            numbers: Numbers::Relative,
            records: Vec::new(),
            verdicts: Vec::new(),
            broken: Vec::new(),
            end: End {
                time: Time::ZERO,
                stop: Stop::Quiescence,
                records: 0,
                digest: 0x0123_4567_89ab_cdef,
                totals: [Totals::default(); 2],
                under_way: [(0, 0); 2],
                fault_hits: Vec::new(),
                sockets: [Vec::new(), Vec::new()],
            },
            now: Time::ZERO,
            connection: Some(1),
            cause: None,
        }
    }

    pub fn plain() -> Sample {
        Sample::new(["client", "server"], ["172.16.79.182", "172.16.79.132"])
    }

    pub fn run(&self) -> Run<'_> {
        Run {
            scenario: "sims/sample.ron",
            about: &self.about,
            plan: &self.plan,
            seed: 1,
            numbers: self.numbers,
            records: &self.records,
            changes: &[],
            verdicts: &self.verdicts,
            broken: &self.broken,
            end: &self.end,
        }
    }

    /// Ends the run here, with the totals of what the records show.
    pub fn finish(&mut self) {
        self.end.time = self.now;
        self.end.records = self.records.len() as u64;
        let deciding = self
            .plan
            .path
            .iter()
            .flat_map(|direction| &direction.faults);
        self.end.fault_hits = deciding.map(|(fault, _)| (*fault, 0)).collect();
        self.end.fault_hits.sort_unstable();
        for record in &self.records {
            let host = usize::from(record.host);
            match record.what {
                What::Sent { fate, .. } => {
                    self.end.totals[host].sent += 1;
                    if let Fate::Fault { fault, .. } = fate {
                        self.end.fault_hits[usize::from(fault)].1 += 1;
                    }
                }
                What::Arrived { .. } => self.end.totals[1 - host].delivered += 1,
                _ => {}
            }
            let lost = record.what.lost().is_some();
            self.end.totals[host].dropped += u64::from(lost);
        }
    }

    /// The lines of events only.
    pub fn events(&self) -> String {
        let all = super::timeline::render(&self.run());
        let parts: Vec<&str> = all.split("\n\n").collect();
        format!("{}\n", parts[1])
    }

    pub fn fault(&mut self, sender: usize, kind: Kind, which: Which, action: Action) {
        let fault = Fault {
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
        };
        self.plan.path[sender]
            .faults
            .push((self.plan.faults, fault));
        self.plan.faults += 1;
    }

    /// Adds a program of these steps, with two sockets called `s` and `c` and a listener without a name.
    pub fn program(&mut self, host: u8, name: &str, steps: &[(Step, Expects)]) -> ProcessId {
        let number = u16::try_from(self.plan.programs.len()).expect("few programs");
        self.plan.code.push(Code {
            steps: steps
                .iter()
                .map(|(step, expects)| Instruction {
                    step: *step,
                    expects: *expects,
                })
                .collect(),
            sockets: ["s", "c", ""].map(str::to_owned).to_vec(),
        });
        self.plan.programs.push(ProgramPlan {
            name: name.to_owned(),
            host,
            code: number,
            on_interrupt: None,
            start: Time::ZERO,
            count: 1,
            every: Span::ZERO,
            signals: Vec::new(),
        });
        ProcessId {
            program: number,
            instance: 0,
        }
    }

    pub fn add(&mut self, host: u8, what: What) -> u64 {
        let ordinal = self.records.len() as u64 + 1;
        self.records.push(Record {
            ordinal,
            time: self.now,
            cause: self.cause,
            host,
            connection: self.connection,
            what,
        });
        ordinal
    }

    pub fn call(&mut self, host: u8, process: ProcessId, at: u16) -> u64 {
        let step = StepId {
            code: process.program,
            at,
        };
        self.add(host, What::Call { process, step })
    }

    pub fn ret(&mut self, host: u8, process: ProcessId, at: u16, since: Time, result: CallResult) {
        let step = StepId {
            code: process.program,
            at,
        };
        let expects = self.plan.code[usize::from(step.code)].steps[usize::from(at)].expects;
        let expected = expects.is_met_by(result);
        let what = What::Return {
            process,
            step,
            since,
            result,
            expected,
        };
        self.add(host, what);
    }

    /// A call that returns at once.
    pub fn done(&mut self, host: u8, process: ProcessId, at: u16) {
        self.call(host, process, at);
        self.ret(host, process, at, self.now, CallResult::Done(0));
    }

    /// A process is shown a socket of its host, listeners included.
    pub fn shows(&mut self, host: u8, process: ProcessId, timers: bool, row: Row) {
        let listing = Listing {
            listening: true,
            timers,
        };
        let what = What::Row {
            process,
            listing,
            row,
        };
        let connection = std::mem::replace(&mut self.connection, row.connection);
        self.add(host, what);
        self.connection = connection;
    }

    pub fn transition(&mut self, host: u8, from: State, to: State) {
        self.add(host, What::Transition { from, to });
    }

    /// A segment of `host` with relative numbers; `len` octets of text.
    pub fn packet(&self, host: u8, flags: &str, seq: u32, ack: u32, len: u32) -> Packet {
        let number = self.records.len() as u64 + 1;
        let flags = Flags::parse(flags).expect("flags");
        let [own, peer] = if host == 0 { ISS } else { [ISS[1], ISS[0]] };
        let [source_port, destination_port] = if host == 0 {
            [49152, 9091]
        } else {
            [9091, 49152]
        };
        Packet {
            route: Route::Path,
            number,
            record: number,
            source_port,
            destination_port,
            marks: Marks::default(),
            segment: Segment {
                seq: Seq::new(own) + seq,
                ack: if flags.contains(Flags::ACK) {
                    Seq::new(peer) + ack
                } else {
                    Seq::new(0)
                },
                flags,
                wnd: 65_535,
                urgent: 0,
                ecn: Ecn::NotEct,
                options: Options {
                    mss: flags.contains(Flags::SYN).then_some(1460),
                    window_scale: None,
                    ..Options::default()
                },
                payload: Payload {
                    stream: self
                        .connection
                        .map_or(u32::MAX, |n| 2 * n + u32::from(host)),
                    len,
                    start: u64::from(seq.saturating_sub(1)),
                },
            },
        }
    }

    pub fn sent(&mut self, host: u8, packet: Packet, why: Why, fate: Fate) -> Packet {
        self.add(host, What::Sent { packet, why, fate });
        packet
    }

    /// Sends a segment that arrives 10 ms later.
    pub fn sends(&mut self, host: u8, segment: (&str, u32, u32, u32), why: Why) -> Packet {
        let (flags, seq, ack, len) = segment;
        let at = self.now + Span::from_millis(10);
        let packet = self.packet(host, flags, seq, ack, len);
        self.sent(host, packet, why, Fate::Deliver { at })
    }

    /// An arrival, which becomes the cause of what follows.
    pub fn arrives(&mut self, host: u8, packet: Packet, verdict: Judged) {
        self.cause = None;
        let ordinal = self.add(host, What::Arrived { packet, verdict });
        self.cause = Some(ordinal);
    }

    /// A handshake that takes 30 ms from now on; `open` happens when the client's end is open.
    pub fn handshake(&mut self, open: impl FnOnce(&mut Sample)) {
        self.transition(0, State::Closed, State::SynSent);
        let syn = self.sends(0, ("S", 0, 0, 0), Why::New);
        self.now = self.now + Span::from_millis(10);
        self.arrives(1, syn, Judged::Accepted);
        self.transition(1, State::Listen, State::SynReceived);
        let syn_ack = self.sends(1, ("S.", 0, 1, 0), Why::New);
        self.now = self.now + Span::from_millis(10);
        self.arrives(0, syn_ack, Judged::Accepted);
        self.transition(0, State::SynSent, State::Established);
        let ack = self.sends(0, (".", 1, 1, 0), Why::Acknowledge(AckReason::Handshake));
        open(self);
        self.now = self.now + Span::from_millis(10);
        self.arrives(1, ack, Judged::Accepted);
        self.transition(1, State::SynReceived, State::Established);
        self.cause = None;
    }
}
