//! The books of a host: what its tables say of each other must agree.
//!
//! A descriptor, its socket, its connection or listener, the ports and the counts are kept apart, for
//! speed; this is where they are held against each other, between two steps of a run.

use super::connection::{Counts, Owner};
use super::processes::Waits;
use super::socket::{Descriptor, Kind, SocketId};
use super::{Host, as_slot};
use crate::tcp::state::State;
use std::collections::BTreeMap;

/// The first thing that does not agree with another, or that nothing is wrong.
type Audit = Result<(), String>;

impl Host {
    /// Holds what the tables say against each other.
    ///
    /// # Errors
    /// What is wrong, the first thing only.
    pub fn audit(&self) -> Result<(), String> {
        self.audit_sockets()?;
        self.audit_owners()?;
        self.audit_lines()?;
        self.audit_ports()?;
        self.audit_counts()
    }

    /// A socket is held by one descriptor, or closed with somebody still in a call on it.
    fn audit_sockets(&self) -> Audit {
        let mut held: BTreeMap<SocketId, u32> = BTreeMap::new();
        let mut callers: BTreeMap<SocketId, u32> = BTreeMap::new();
        let alive = || {
            let all = (0..).zip(&self.processes);
            all.filter(|(_, process)| process.alive)
        };
        for (slot, process) in alive() {
            if let Some(socket) = process.in_call {
                *callers.entry(socket).or_insert(0) += 1;
            }
            if !self.is_first(slot) {
                continue;
            }
            let table = &self.tables[process.table as usize];
            let open = table.descriptors.iter().filter_map(|d| match d {
                Descriptor::Open(socket) => Some(*socket),
                Descriptor::Unopened | Descriptor::Closed => None,
            });
            let mut count = 0;
            for socket in open.chain(table.leaked.iter().copied()) {
                *held.entry(socket).or_insert(0) += 1;
                count += 1;
            }
            same("open descriptors", table.open, count)?;
        }
        for (id, socket) in (0..).zip(&self.sockets) {
            let (held, callers) = (held.remove(&id), callers.remove(&id).unwrap_or(0));
            let Some(socket) = socket else {
                same("descriptors of no socket", held.unwrap_or(0), 0)?;
                same("callers of no socket", callers, 0)?;
                continue;
            };
            same("threads in a call on a socket", socket.callers, callers)?;
            match held {
                Some(1) if !socket.closed => {}
                None if socket.closed && callers > 0 => {}
                _ => return Err(format!("socket {id} has {held:?} descriptors: {socket:?}")),
            }
        }
        same("descriptors of no socket", held.len(), 0)
    }

    /// A connection and who has it know each other.
    fn audit_owners(&self) -> Audit {
        let mut embryos = vec![0; self.listeners.len()];
        let mut waiting = vec![0; self.listeners.len()];
        let all = (0u32..).zip(&self.connections);
        for (slot, connection) in all.filter_map(|(slot, c)| Some((slot, c.as_ref()?))) {
            match connection.owner() {
                Owner::Socket(socket) => {
                    let kind = self.sockets.get(socket as usize).and_then(Option::as_ref);
                    let kind = kind.map(|socket| socket.kind);
                    same("a connection's socket", kind, Some(Kind::Connection(slot)))?;
                }
                Owner::Embryo(listener) => embryos[listener as usize] += 1,
                Owner::Backlog(listener) => {
                    waiting[listener as usize] += 1;
                    let queue = &self.listeners[listener as usize].queue;
                    same("a waiting connection in line", queue.contains(&slot), true)?;
                }
                Owner::Nobody | Owner::Forsaken | Owner::Unwanted => {
                    let exists = connection.state() != State::Closed;
                    same("a connection that nobody has exists", exists, true)?;
                }
            }
        }
        for (place, listener) in self.listeners.iter().enumerate() {
            same("handshakes", listener.embryos, embryos[place])?;
            same(
                "connections to accept",
                listener.queue.len(),
                waiting[place],
            )?;
        }
        for (id, socket) in (0..).zip(&self.sockets) {
            match socket.as_ref().map(|socket| socket.kind) {
                Some(Kind::Connection(slot)) => {
                    let owner = self.connection(slot).map(super::Connection::owner);
                    same("a socket's connection", owner, Some(Owner::Socket(id)))?;
                }
                Some(Kind::Listener(listener)) => {
                    let open = self.listeners[listener as usize].open;
                    same("a socket's listener is open", open, true)?;
                }
                Some(Kind::Fresh) | None => {}
            }
        }
        let open = self.open_listeners().count();
        let sockets = self.sockets.iter().flatten();
        let listening = sockets.filter(|s| matches!(s.kind, Kind::Listener(_)));
        same("open listeners", open, listening.count())
    }

    /// Who stands in a line is alive and knows it.
    fn audit_lines(&self) -> Audit {
        let stands = |slot: u32, line| {
            let process = &self.processes[slot as usize];
            same(
                "a thread in line",
                (process.alive, process.waits),
                (true, line),
            )
        };
        for (slot, connection) in (0..).zip(&self.connections) {
            let whole = connection.as_ref().and_then(super::Connection::whole);
            for process in whole.iter().flat_map(|w| w.waiters.iter()) {
                stands(process, Waits::OnConnection(slot))?;
            }
        }
        for (place, listener) in (0..).zip(&self.listeners) {
            for process in listener.waiters.iter() {
                stands(process, Waits::OnListener(place))?;
            }
        }
        Ok(())
    }

    /// Ports that are bound are those of sockets, and lead to connections that exist.
    fn audit_ports(&self) -> Audit {
        let mut bound: BTreeMap<u16, u32> = BTreeMap::new();
        for local in self.sockets.iter().flatten().filter_map(|s| s.local) {
            if local.bound {
                *bound.entry(local.port).or_insert(0) += 1;
            }
        }
        let counted = self.bound_ports.iter().map(|(port, count)| (*port, *count));
        same("bound ports", counted.collect::<BTreeMap<_, _>>(), bound)?;
        for (ports, slot) in &self.by_ports {
            let found = self.connection(*slot);
            let found = found.filter(|c| c.state() != State::Closed);
            same(
                "ports lead to",
                found.map(super::Connection::key),
                Some(*ports),
            )?;
        }
        Ok(())
    }

    /// The counts that limits are for.
    fn audit_counts(&self) -> Audit {
        let count = |counts| {
            let all = self.connections().filter(|c| c.counts == counts);
            as_slot(all.count())
        };
        same(
            "connections in TIME-WAIT",
            self.waiting,
            count(Counts::TimeWait),
        )?;
        same("orphans", self.orphans, count(Counts::Orphan))
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Audit {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: {found:?}, expected {expected:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::profile::{Profile, ProfileName};

    /// Each mistake that is made in the books of a host at rest is found.
    #[test]
    fn mistakes_are_found() {
        let host = Host::new(0, &Profile::new(ProfileName::Rfc9293), &[], 1, 2);
        assert_eq!(host.audit(), Ok(()));
        type Mistake = (&'static str, fn(&mut Host));
        let mistakes: [Mistake; 4] = [
            ("orphans", |host| host.orphans = 1),
            ("connections in TIME-WAIT", |host| host.waiting = 1),
            ("bound ports", |host| host.bind_port(80)),
            ("ports lead to", |host| {
                host.by_ports.insert(1, 0);
            }),
        ];
        for (name, make) in mistakes {
            let mut broken = host.clone();
            make(&mut broken);
            let found = broken.audit().expect_err(name);
            assert!(found.starts_with(name), "{found}");
        }
    }
}
