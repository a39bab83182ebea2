//! Holds expectations against the records while a run goes on.

use super::expectation::{Endpoint, Expectation};
use crate::host::program::{CallResult, Expects};
use crate::host::{Connection, Host};
use crate::segment::Flags;
use crate::sim::observer::Observer;
use crate::sim::plan::Plan;
use crate::sim::record::{Record, What};
use crate::sim::world::World;
use crate::tcp::state::State;
use crate::time::{Span, Time};

/// What came of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It held.
    pub held: bool,
    /// When that was certain.
    pub time: Time,
    /// The record that made it certain; `None` if only the end of the run did.
    pub record: Option<u64>,
    /// What was seen instead, if it did not hold.
    pub found: String,
}

/// A step whose author stated what comes of it, and something else did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetStep {
    /// The record of the call's return.
    pub record: u64,
    /// When it returned.
    pub time: Time,
}

/// Judges all expectations of a scenario.
#[derive(Clone, Debug)]
pub struct Judge {
    cases: Vec<Case>,
    unmet: Vec<UnmetStep>,
}

#[derive(Clone, Debug)]
struct Case {
    expectation: Expectation,
    verdict: Option<Verdict>,
    /// How far it has come: states visited, packets counted, octets read.
    count: u64,
    /// Octets that reading calls returned.
    returned: u64,
    /// The state of its endpoint and since when.
    state: Option<(State, Time)>,
    /// When the last FIN arrived at its endpoint.
    last_fin: Option<Time>,
}

impl Judge {
    /// Before the run.
    pub fn new(expectations: impl IntoIterator<Item = Expectation>) -> Judge {
        let case = |expectation| Case {
            expectation,
            verdict: None,
            count: 0,
            returned: 0,
            state: None,
            last_fin: None,
        };
        Judge {
            cases: expectations.into_iter().map(case).collect(),
            unmet: Vec::new(),
        }
    }

    /// After the run: a verdict for each expectation, in their order, and the steps that came out
    /// otherwise than stated.
    pub fn finish(mut self, world: &World) -> (Vec<Verdict>, Vec<UnmetStep>) {
        let verdicts = self.cases.iter_mut().map(|case| match case.verdict.take() {
            Some(verdict) => verdict,
            None => case.at_end(world),
        });
        (verdicts.collect(), self.unmet)
    }
}

impl Observer for Judge {
    fn on_record(&mut self, record: &Record, world: &World) {
        for case in &mut self.cases {
            if case.verdict.is_none() {
                case.see(record, world);
            }
        }
        if let What::Return {
            step,
            expected: false,
            ..
        } = record.what
            && is_stated(world.plan(), step.code, step.at)
        {
            self.unmet.push(UnmetStep {
                record: record.ordinal,
                time: record.time,
            });
        }
    }
}

/// The author stated what comes of the step, other than that it succeeds.
fn is_stated(plan: &Plan, code: u16, at: u16) -> bool {
    plan.code[usize::from(code)].steps[usize::from(at)].expects != Expects::Success
}

impl Case {
    fn see(&mut self, record: &Record, world: &World) {
        let before = self.state;
        self.follow(record, world);
        match &self.expectation {
            Expectation::Visits(endpoint, states) => {
                let (endpoint, states) = (*endpoint, states.clone());
                self.see_visit(record, endpoint, &states, before.is_none());
            }
            Expectation::Reaches(endpoint, state) => {
                if self.enters(record, *endpoint, *state) {
                    self.hold(record);
                }
            }
            Expectation::Never(endpoint, state) => {
                if self.enters(record, *endpoint, *state) {
                    self.fail(record, format!("it entered {state} at {}", record.time));
                }
            }
            Expectation::Within(endpoint, state, by) => {
                let (endpoint, state, by) = (*endpoint, *state, *by);
                if by < record.time {
                    let then = before.map_or("no state", |(state, _)| state.name());
                    self.fail(record, format!("it was in {then}"));
                } else if self.enters(record, endpoint, state) {
                    self.hold(record);
                }
            }
            Expectation::Lasts(endpoint, state, least, most) => {
                let (endpoint, state, bounds) = (*endpoint, *state, (*least, *most));
                let was = before.map(|(before, _)| before);
                let leaves = matches!(record.what, What::Transition { from, .. } if from == state);
                let left = (endpoint.is_of(record) && leaves)
                    || (was == Some(state) && endpoint.is_lost(record, world));
                if let Some((_, since)) = before.filter(|_| left) {
                    self.see_stay(record, record.time.since(since), bounds);
                }
            }
            Expectation::ClosesAfterFin(endpoint, after) => {
                let (endpoint, after) = (*endpoint, *after);
                self.see_close(record, endpoint, after);
            }
            Expectation::Sends(..) | Expectation::Retransmits(..) | Expectation::Loses(..) => {
                self.count_packet(record);
            }
            Expectation::Receives(endpoint, octets) => {
                let (endpoint, most) = (*endpoint, *octets);
                self.count_read(record, endpoint, world);
                if most < self.count {
                    self.fail(record, format!("it read {} octets", self.count));
                }
            }
            Expectation::SendsAt(host, kind, moments) => {
                if let What::Sent { packet, .. } = &record.what
                    && record.host == *host
                    && kind.matches(packet)
                {
                    let next = usize::try_from(self.count)
                        .ok()
                        .and_then(|n| moments.get(n));
                    self.count += 1;
                    if next != Some(&record.time) {
                        let nth = self.count;
                        self.fail(record, format!("number {nth} was sent at {}", record.time));
                    }
                }
            }
            Expectation::LeavesNothing => {}
        }
    }

    /// Octets that the application has read, by what its calls returned and by the connection.
    ///
    /// A call that reads and one that ends the connection may come in one step of the world, after
    /// which only what the first returned tells of it.
    fn count_read(&mut self, record: &Record, endpoint: Endpoint, world: &World) {
        if let What::Return { step, result, .. } = record.what
            && let CallResult::Done(octets) = result
            && endpoint.is_of(record)
            && world.plan().code[usize::from(step.code)].steps[usize::from(step.at)]
                .step
                .reads()
        {
            self.returned += octets;
        }
        let host = &world.hosts()[usize::from(endpoint.host)];
        let read = host
            .connection_by_number(endpoint.connection)
            .map_or(0, |connection| connection.tcb().octets_read());
        self.count = self.count.max(read).max(self.returned);
    }

    /// Keeps the endpoint's state and its last FIN.
    fn follow(&mut self, record: &Record, world: &World) {
        let Some(endpoint) = self.expectation.endpoint() else {
            return;
        };
        if self.state.is_some() && endpoint.is_lost(record, world) {
            self.state = Some((State::Closed, record.time));
        }
        if !endpoint.is_of(record) {
            return;
        }
        match record.what {
            What::Transition { to, .. } => self.state = Some((to, record.time)),
            What::Arrived { packet, .. } if packet.segment.flags.contains(Flags::FIN) => {
                self.last_fin = Some(record.time);
            }
            _ => {}
        }
    }

    fn enters(&self, record: &Record, endpoint: Endpoint, state: State) -> bool {
        endpoint.is_of(record) && matches!(record.what, What::Transition { to, .. } if to == state)
    }

    fn see_visit(&mut self, record: &Record, endpoint: Endpoint, states: &[State], first: bool) {
        let What::Transition { from, to } = record.what else {
            return;
        };
        if !endpoint.is_of(record) {
            return;
        }
        let visited = if first {
            [Some(from), Some(to)]
        } else {
            [Some(to), None]
        };
        for state in visited.into_iter().flatten() {
            let next = usize::try_from(self.count)
                .ok()
                .and_then(|next| states.get(next));
            if next == Some(&state) {
                self.count += 1;
            }
        }
        if self.count == states.len() as u64 {
            self.hold(record);
        }
    }

    fn see_stay(&mut self, record: &Record, stay: Span, (least, most): (Span, Span)) {
        self.count += 1;
        if stay < least || most < stay {
            self.fail(record, format!("it lasted {stay}"));
        }
    }

    fn see_close(&mut self, record: &Record, endpoint: Endpoint, after: Span) {
        if !self.enters(record, endpoint, State::Closed) {
            return;
        }
        match self.last_fin.map(|fin| record.time.since(fin)) {
            Some(waited) if waited == after => self.hold(record),
            Some(waited) => self.fail(record, format!("it closed {waited} after the last FIN")),
            None => self.fail(record, "no FIN arrived before it closed".to_owned()),
        }
    }

    fn count_packet(&mut self, record: &Record) {
        let What::Sent { packet, .. } = &record.what else {
            return;
        };
        let (host, kind, most) = match self.expectation {
            Expectation::Sends(host, kind, _, most) => (host, kind, most),
            Expectation::Retransmits(host, kind, _, most) if packet.marks.retransmission => {
                (host, kind, most)
            }
            Expectation::Loses(host, kind, _, most) if record.what.lost().is_some() => {
                (host, kind, most)
            }
            _ => return,
        };
        if record.host == host && kind.matches(packet) {
            self.count += 1;
            if u64::from(most) < self.count {
                self.fail(record, format!("{} by {}", self.count, record.time));
            }
        }
    }

    fn hold(&mut self, record: &Record) {
        let found = String::new();
        self.verdict = Some(Verdict {
            held: true,
            time: record.time,
            record: Some(record.ordinal),
            found,
        });
    }

    fn fail(&mut self, record: &Record, found: String) {
        self.verdict = Some(Verdict {
            held: false,
            time: record.time,
            record: Some(record.ordinal),
            found,
        });
    }

    fn state_name(&self) -> &'static str {
        self.state.map_or("no state", |(state, _)| state.name())
    }

    /// The run is over and nothing has decided the case.
    fn at_end(&self, world: &World) -> Verdict {
        let (held, found) = match &self.expectation {
            Expectation::Visits(_, states) => {
                let missing = usize::try_from(self.count)
                    .ok()
                    .and_then(|next| states.get(next));
                let missing = missing.map_or("", |state| state.name());
                (
                    false,
                    format!("{missing} did not come; it ended in {}", self.state_name()),
                )
            }
            Expectation::Reaches(..)
            | Expectation::Within(..)
            | Expectation::ClosesAfterFin(..) => {
                (false, format!("it ended in {}", self.state_name()))
            }
            Expectation::Never(..) => (true, String::new()),
            Expectation::Lasts(_, state, ..) => match self.state {
                Some((last, _)) if last == *state => {
                    (false, "it was still in it at the end".to_owned())
                }
                _ if self.count == 0 => (false, "it was never in it".to_owned()),
                _ => (true, String::new()),
            },
            Expectation::SendsAt(_, _, moments) => (
                self.count == moments.len() as u64,
                format!("{} in all", self.count),
            ),
            Expectation::Sends(_, _, least, _)
            | Expectation::Retransmits(_, _, least, _)
            | Expectation::Loses(_, _, least, _) => (
                u64::from(*least) <= self.count,
                format!("{} in all", self.count),
            ),
            Expectation::Receives(_, octets) => (
                *octets == self.count,
                format!("it read {} octets", self.count),
            ),
            Expectation::LeavesNothing => {
                // An ended connection that a process still holds is in no socket table.
                let is_left = |c: &&Connection| c.state() != State::Closed;
                let count = |host: &Host| host.connections().filter(is_left).count();
                let left: Vec<usize> = world.hosts().iter().map(count).collect();
                (
                    left == [0, 0],
                    format!("{} and {} connections were left", left[0], left[1]),
                )
            }
        };
        let found = if held { String::new() } else { found };
        Verdict {
            held,
            time: world.now(),
            record: None,
            found,
        }
    }
}

impl Endpoint {
    /// The record belongs to this end.
    pub fn is_of(self, record: &Record) -> bool {
        record.host == self.host && record.connection == Some(self.connection)
    }

    /// Its host crashes and forgets it.
    fn is_lost(self, record: &Record, world: &World) -> bool {
        record.host == self.host
            && matches!(record.what, What::Host { event } if world.plan().is_crash(event))
    }
}

impl Expectation {
    /// The endpoint it speaks of, if it speaks of one.
    pub const fn endpoint(&self) -> Option<Endpoint> {
        match self {
            Expectation::Visits(endpoint, ..)
            | Expectation::Reaches(endpoint, ..)
            | Expectation::Never(endpoint, ..)
            | Expectation::Within(endpoint, ..)
            | Expectation::Lasts(endpoint, ..)
            | Expectation::ClosesAfterFin(endpoint, ..)
            | Expectation::Receives(endpoint, ..) => Some(*endpoint),
            Expectation::Sends(..)
            | Expectation::SendsAt(..)
            | Expectation::Retransmits(..)
            | Expectation::Loses(..)
            | Expectation::LeavesNothing => None,
        }
    }
}
