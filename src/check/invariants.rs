//! What must hold in every run of any scenario.
//!
//! - **Stream exactness**: an application reads exactly the octets that the other end's wrote, in
//!   order, once; and all of them, if it sees the end.
//! - **Legal transitions**: each starts in the state that the one before led to, and is an edge of
//!   Figure 5.
//! - **Sequence variables in order**: what [`Tcb::check`] asserts; SND.UNA and the right edge of the
//!   receive window never move left; nothing is acknowledged that did not arrive.
//! - **Conservation**: every packet that was sent, copied or injected was delivered, lost or dropped,
//!   or is under way.
//! - **Books in order**: what the tables of a host say of each other agrees, [`Host::audit`].
//! - **Nothing left behind**: when nothing is left to happen, no timer runs and no packet flies.

use super::expectation::Endpoint;
use crate::host::{Connection, Host};
use crate::seq::Seq;
use crate::sim::observer::Observer;
use crate::sim::record::{Record, Stop, What};
use crate::sim::world::World;
use crate::tcp::state::State;
use crate::tcp::tcb::Tcb;
use crate::time::Time;
use rustc_hash::FxHashMap;

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which, by the names above.
    pub property: &'static str,
    /// When.
    pub time: Time,
    /// The record at which it was seen; 0 at the end of the run.
    pub record: u64,
    /// What was seen.
    pub found: String,
}

/// Watches a run.
#[derive(Clone, Debug, Default)]
pub struct Invariants {
    violations: Vec<Violation>,
    ends: FxHashMap<(u8, u32), End>,
    /// Segments come from outside: what they claim is nobody's promise.
    forged: bool,
    /// A host forgot what it had acknowledged.
    crashed: bool,
}

/// What was last seen of one end of a connection.
#[derive(Clone, Copy, Debug)]
struct End {
    state: State,
    /// ISS, SND.UNA and the right edge; `None` until the end is open.
    numbers: Option<(Seq, Seq, Seq)>,
}

/// At most so many violations are kept: the first is the one that matters.
const VIOLATION_LIMIT: usize = 20;

impl Invariants {
    /// What was broken, after a run that stopped for this reason.
    pub fn finish(mut self, world: &World, stop: Stop) -> Vec<Violation> {
        self.check_conservation(world, 0);
        for wrong in world
            .hosts()
            .iter()
            .map(Host::audit)
            .filter_map(Result::err)
        {
            self.violate("books in order", world, 0, wrong);
        }
        if stop == Stop::Quiescence {
            self.check_nothing_left(world);
        }
        self.violations
    }

    fn violate(&mut self, property: &'static str, world: &World, record: u64, found: String) {
        if self.violations.len() < VIOLATION_LIMIT {
            self.violations.push(Violation {
                property,
                time: world.now(),
                record,
                found,
            });
        }
    }

    fn check_transition(&mut self, record: &Record, world: &World) {
        let (What::Transition { from, to }, Some(connection)) = (record.what, record.connection)
        else {
            return;
        };
        let key = (record.host, connection);
        // A connection that came to nothing may be made again from the same SYN.
        let before = self
            .ends
            .get(&key)
            .map(|end| end.state)
            .filter(|s| !matches!(s, State::Closed | State::Listen));
        if before.is_some_and(|before| before != from) || !from.may_become(to) {
            let found = format!("{from} → {to} after {before:?}");
            self.violate("legal transitions", world, record.ordinal, found);
        }
        let numbers = self
            .ends
            .get(&key)
            .and_then(|end| end.numbers)
            .filter(|_| before.is_some());
        self.ends.insert(key, End { state: to, numbers });
    }

    fn check_end(&mut self, endpoint: Endpoint, record: &Record, world: &World) {
        let [own, peer] = [endpoint.host, 1 - endpoint.host]
            .map(|host| world.hosts()[usize::from(host)].connection_by_number(endpoint.connection));
        let Some(own) = own else {
            return;
        };
        let tcb = own.tcb();
        tcb.check();
        self.check_numbers(endpoint, &tcb, record, world);
        let Some(peer) = peer else {
            return;
        };
        if !self.forged && !self.crashed {
            self.check_pair(own, peer, record, world);
            self.check_pair(peer, own, record, world);
        }
    }

    fn check_numbers(&mut self, endpoint: Endpoint, tcb: &Tcb, record: &Record, world: &World) {
        let key = (endpoint.host, endpoint.connection);
        let edge = tcb.rcv_nxt() + tcb.rcv_wnd();
        let seen = (tcb.iss(), tcb.snd_una(), edge);
        let Some(end) = self.ends.get_mut(&key) else {
            return;
        };
        // Before that, one of the ends has not said where it starts.
        let known = tcb.state().is_synchronized();
        let before = std::mem::replace(&mut end.numbers, known.then_some(seen));
        let Some((_, una, last_edge)) = before.filter(|(iss, ..)| known && *iss == seen.0) else {
            return;
        };
        if seen.1.precedes(una) {
            let found = format!("SND.UNA went from {una} to {}", seen.1);
            self.violate("sequence variables in order", world, record.ordinal, found);
        }
        if edge.precedes(last_edge) {
            let found = format!("the receive window's right edge went from {last_edge} to {edge}");
            self.violate("sequence variables in order", world, record.ordinal, found);
        }
    }

    /// What `reader` got against what `writer` sent.
    fn check_pair(
        &mut self,
        writer: &Connection,
        reader: &Connection,
        record: &Record,
        world: &World,
    ) {
        let (w, r) = (writer.tcb(), reader.tcb());
        if r.irs() != w.iss() || !w.state().is_synchronized() || !r.state().is_synchronized() {
            return;
        }
        if w.octets_written() < r.octets_received() {
            let found = format!(
                "{} octets arrived, {} were written",
                r.octets_received(),
                w.octets_written()
            );
            self.violate("stream exactness", world, record.ordinal, found);
        }
        if r.fin_received() && r.octets_received() != w.octets_written() {
            let found = format!(
                "the end came after {} of {} octets",
                r.octets_received(),
                w.octets_written()
            );
            self.violate("stream exactness", world, record.ordinal, found);
        }
        if r.rcv_nxt().precedes(w.snd_una()) {
            let found = format!("{} is acknowledged, {} arrived", w.snd_una(), r.rcv_nxt());
            self.violate("sequence variables in order", world, record.ordinal, found);
        }
    }

    fn check_conservation(&mut self, world: &World, record: u64) {
        for (sender, direction) in world.path().iter().enumerate() {
            let t = direction.totals();
            let (flying, held) = direction.under_way();
            let came = t.sent + t.copied + t.injected;
            let went = t.delivered
                + t.lost
                + t.dropped
                + t.queue_full
                + t.too_big
                + t.unplugged
                + flying
                + held;
            if came != went {
                let found =
                    format!("{came} packets came to direction {sender}, {went} are accounted for");
                self.violate("conservation of packets", world, record, found);
            }
        }
    }

    fn check_nothing_left(&mut self, world: &World) {
        for (host, direction) in world.hosts().iter().zip(world.path()) {
            if direction.under_way().0 > 0 {
                self.violate(
                    "nothing left behind",
                    world,
                    0,
                    "packets are under way".to_owned(),
                );
            }
            for connection in host.connections() {
                if connection.next_timeout() != Time::NEVER {
                    let found = format!("a timer runs in {}", connection.state());
                    self.violate("nothing left behind", world, 0, found);
                }
            }
        }
    }
}

impl Observer for Invariants {
    fn on_record(&mut self, record: &Record, world: &World) {
        match record.what {
            What::Injected { .. } => self.forged = true,
            // A host that crashes forgets its ends of all connections.
            What::Host { event } if world.plan().is_crash(event) => {
                self.ends.retain(|(host, _), _| *host != record.host);
                self.crashed = true;
            }
            What::ForeignOctets if !self.forged => {
                let found = "octets of another place or stream were delivered".to_owned();
                self.violate("stream exactness", world, record.ordinal, found);
            }
            _ => {}
        }
        self.check_transition(record, world);
        if let Some(connection) = record.connection {
            self.check_end(
                Endpoint {
                    host: record.host,
                    connection,
                },
                record,
                world,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::profile::{Profile, ProfileName};
    use crate::host::program::{Address, Code, Fd, Step};
    use crate::sim::plan::Plan;
    use crate::time::Span;
    use std::sync::Arc;

    /// A client that sends a thousand octets to a server that reads them.
    fn world() -> World {
        let mut plan = Plan::new(Profile::new(ProfileName::Rfc9293));
        let (fd, listener) = (Fd(0), Fd(1));
        let (address, port) = (Address::Any, 80);
        let server = [
            Step::Bind {
                fd: listener,
                address,
                port,
            },
            Step::Listen {
                fd: listener,
                backlog: 1,
            },
            Step::Accept { listener, fd },
            Step::ReceiveToEnd { fd },
        ];
        let address = Address::Peer;
        let client = [
            Step::Connect { fd, address, port },
            Step::Send { fd, octets: 1000 },
            Step::Sleep(Span::from_secs(1)),
        ];
        plan.add_program(1, Code::new(&server, &["c", ""]));
        plan.add_program(0, Code::new(&client, &["s", ""]));
        World::new(Arc::new(plan), 1)
    }

    fn record(what: What) -> Record {
        Record {
            ordinal: 1,
            time: Time::ZERO,
            cause: None,
            host: 0,
            connection: Some(1),
            what,
        }
    }

    /// The properties that break when these things are seen.
    fn broken_by(seen: &[What]) -> Vec<&'static str> {
        let (mut invariants, world) = (Invariants::default(), world());
        for what in seen {
            invariants.on_record(&record(*what), &world);
        }
        let violations = invariants.finish(&world, Stop::Until);
        violations.iter().map(|v| v.property).collect()
    }

    #[test]
    fn edges_that_do_not_exist_or_do_not_follow_are_seen() {
        let edge = |from, to| What::Transition { from, to };
        let opens = edge(State::Closed, State::SynSent);
        assert_eq!(broken_by(&[opens]), [""; 0]);
        let no_edge = edge(State::SynSent, State::TimeWait);
        assert_eq!(broken_by(&[opens, no_edge]), ["legal transitions"]);
        let elsewhere = edge(State::Established, State::FinWait1);
        assert_eq!(broken_by(&[opens, elsewhere]), ["legal transitions"]);
    }

    #[test]
    fn octets_of_another_stream_are_seen() {
        assert_eq!(broken_by(&[What::ForeignOctets]), ["stream exactness"]);
    }

    /// A run that goes back in time takes back what it acknowledged.
    #[test]
    fn numbers_that_move_left_are_seen() {
        let at = |millis| Time::ZERO + Span::from_millis(millis);
        let (mut invariants, mut world) = (Invariants::default(), world());
        world.run_until(at(25), &mut invariants);
        let before = world.clone();
        world.run_until(at(500), &mut invariants);
        let again = record(What::ForeignOctets);
        invariants.forged = true;
        invariants.on_record(&again, &world);
        invariants.on_record(&again, &before);
        let violations = invariants.finish(&world, Stop::Until);
        assert_eq!(violations[0].property, "sequence variables in order");
        assert!(violations[0].found.starts_with("SND.UNA"));
    }

    #[test]
    fn what_is_left_is_seen() {
        let mut world = world();
        world.run_until(Time::ZERO, &mut ());
        let violations = Invariants::default().finish(&world, Stop::Quiescence);
        let found: Vec<_> = violations.iter().map(|v| v.found.as_str()).collect();
        assert_eq!(found, ["packets are under way", "a timer runs in SYN-SENT"]);
        assert_eq!(violations[0].property, "nothing left behind");
    }
}
