//! What follows from a call into a host: it is carried out in order, and recorded with its cause.

use super::observer::Observer;
use super::plan::{HostIndex, Trigger};
use super::queue::Source;
use super::record::What;
use super::world::{Runnable, World};
use crate::host::{Emission, Happening, ProcessEvent, ProcessId};
use crate::link::fault::Origins;
use crate::link::{Fate, Packet, Route};
use crate::tcp::outcome::Note;

/// The causes of what follows from one call into a host.
struct Chain {
    /// The cause of the call itself.
    root: Option<u64>,
    /// The cause of what follows next.
    cause: Option<u64>,
    /// The process whose calls come last.
    process: Option<ProcessId>,
}

impl Chain {
    /// What a process does is not caused by what another did before it in the same call.
    fn turn_to(&mut self, process: ProcessId) {
        if self.process.is_some_and(|other| other != process) {
            self.cause = self.root;
        }
        self.process = Some(process);
    }
}

impl World {
    /// Carries out what followed from a call into a host, in order, and records it.
    #[inline]
    pub(super) fn follow<O: Observer>(
        &mut self,
        host: HostIndex,
        cause: Option<u64>,
        observer: &mut O,
    ) {
        if !self.hosts.happenings.is_empty() {
            self.follow_all(host, cause, observer);
        }
    }

    fn follow_all<O: Observer>(&mut self, host: HostIndex, cause: Option<u64>, observer: &mut O) {
        let mut happenings = std::mem::take(&mut self.hosts.happenings);
        let mut chain = Chain {
            root: cause,
            cause,
            process: None,
        };
        for happening in &mut happenings {
            match happening {
                Happening::Emit(emission) => self.send(host, emission, chain.cause, observer),
                Happening::Wake(process) => {
                    let place = self.queue.next_place();
                    self.runnable.push_back(Runnable {
                        place,
                        host,
                        process: *process,
                        cause: chain.cause,
                    });
                }
                rarer => self.follow_rarer(host, rarer, &mut chain, observer),
            }
        }
        // Nothing above calls into a host, so nothing was added meanwhile; the room is kept.
        happenings.clear();
        self.hosts.happenings = happenings;
    }

    /// What does not follow from every segment, out of its way.
    #[inline(never)]
    fn follow_rarer<O: Observer>(
        &mut self,
        host: HostIndex,
        happening: &Happening,
        chain: &mut Chain,
        observer: &mut O,
    ) {
        match *happening {
            Happening::Emit(_) | Happening::Wake(_) => unreachable!("they are carried out above"),
            Happening::Note { connection, note } => {
                self.note(host, connection, note, chain.cause, observer);
            }
            Happening::Process { process, event } => {
                if event != ProcessEvent::Started {
                    chain.turn_to(process);
                }
                let what = || What::Process { process, event };
                let change = self.record(host, None, chain.cause, what, observer);
                chain.cause = change.or(chain.cause);
            }
            Happening::Call {
                process,
                step,
                connection,
            } => {
                chain.turn_to(process);
                let what = || What::Call { process, step };
                let call = self.record(host, connection, chain.cause, what, observer);
                chain.cause = call.or(chain.cause);
            }
            Happening::Return {
                process,
                step,
                connection,
                since,
                result,
                expected,
            } => {
                chain.turn_to(process);
                let what = || What::Return {
                    process,
                    step,
                    since,
                    result,
                    expected,
                };
                self.record(host, connection, chain.cause, what, observer);
            }
            Happening::Row {
                process,
                listing,
                row,
            } => {
                let what = || What::Row {
                    process,
                    listing,
                    row,
                };
                self.record(host, row.connection, chain.cause, what, observer);
            }
            Happening::Sleep(process, until) => {
                let sleeps = &mut self.sleeps[usize::from(host)];
                if sleeps.len() <= process as usize {
                    sleeps.resize(process as usize + 1, None);
                }
                sleeps[process as usize] = chain.cause;
                self.queue.set(Source::Process(host, process), until);
            }
            Happening::Deadline(slot, due) => self.queue.set(Source::Connection(host, slot), due),
            Happening::TimeWait(until) => self.queue.set(Source::TimeWait(host), until),
        }
    }

    /// A host sends a segment; the path decides its fate, unless it stays within the host.
    #[inline(never)]
    pub(super) fn send<O: Observer>(
        &mut self,
        host: HostIndex,
        emission: &mut Emission,
        cause: Option<u64>,
        observer: &mut O,
    ) {
        self.packets += 1;
        emission.packet.number = self.packets;
        emission.packet.record = self.records + 1;
        let Emission {
            ref packet,
            why,
            connection,
        } = *emission;
        let fate = match packet.route {
            Route::Path => self.put_on_path(host, packet, connection),
            Route::Own | Route::Loopback => {
                self.within[usize::from(host)].push_back(*packet);
                self.queue.set(Source::Within(host), self.now);
                Fate::Within
            }
        };
        let what = || What::Sent {
            packet: *packet,
            why,
            fate,
        };
        self.record(host, connection, cause, what, observer);
        if let Some((kind, at)) = fate.answer() {
            self.answer(host, packet, connection, kind, at);
        }
        self.watch_packet(host, packet, observer);
    }

    #[inline]
    fn put_on_path(&mut self, host: HostIndex, packet: &Packet, connection: Option<u32>) -> Fate {
        let origins = if self.tap.on {
            self.overhear(host, packet, connection)
        } else {
            Origins::NONE
        };
        let plan = &self.plan.path[usize::from(host)];
        let direction = &mut self.path[usize::from(host)];
        if !self.hosts.plugged[usize::from(host)] {
            return direction.refuse();
        }
        let fate = direction.send_counted(self.now, packet, plan, origins);
        let decided = direction.decided();
        let other = usize::from(1 - host);
        if !self.plan.path[other].faults.is_empty() {
            let plan = &self.plan.path[other];
            self.path[other].overhear(self.now, packet, plan, origins, decided);
        }
        if let Some(at) = fate.arrival()
            && self.queue.arrival(host).is_none_or(|next| at < next)
        {
            self.queue.set_arrival(host, Some(at));
        }
        fate
    }

    fn note<O: Observer>(
        &mut self,
        host: HostIndex,
        connection: Option<u32>,
        note: Note,
        cause: Option<u64>,
        observer: &mut O,
    ) {
        let what = || match note {
            Note::Transition { from, to } => What::Transition { from, to },
            Note::DeliveryTrouble { count } => What::DeliveryTrouble { count },
            Note::TimeWait { until, again } => What::TimeWait { until, again },
            Note::Ended(end) => What::Ended(end),
            Note::ForeignOctets => What::ForeignOctets,
            Note::Urgent { octets } => What::Urgent { octets },
        };
        let record = self.record(host, connection, cause, what, observer);
        if let Note::Transition { to, .. } = note
            && !self.plan.triggers.is_empty()
        {
            self.fire_all(record, observer, |trigger| match trigger {
                Trigger::Reaches {
                    host: at,
                    state,
                    connection: wanted,
                } => *at == host && *state == to && (wanted.is_none() || *wanted == connection),
                Trigger::At(_) | Trigger::Sends { .. } => false,
            });
        }
    }
}
