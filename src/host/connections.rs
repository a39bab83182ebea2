//! The table of connections: demultiplexing, and what follows when a connection has changed.

use super::{Happening, Host, HostCx, ProcessSlot, Slot, TimeWaiting, as_slot};
use crate::link::Packet;
use crate::link::fault::connection_of;
use crate::segment::Flags;
use crate::seq::Seq;
use crate::tcp::closed;
use crate::tcp::outcome::{DropReason, Note, Verdict};
use crate::tcp::state::State;
use crate::tcp::tcb::{Event, Tcb};
use crate::time::Time;

/// One end of a connection, with what the host knows about it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The state machine.
    pub tcb: Tcb,
    /// This host's port.
    pub local_port: u16,
    /// The other host's port.
    pub remote_port: u16,
    /// Its number in the run, from 1; both ends have the same.
    pub number: u32,
    /// Who has it.
    pub(super) owner: Owner,
    /// The process that waits for it.
    pub(super) waiter: Option<ProcessSlot>,
    /// The deadline that the event queue was told; the true one may be later, never earlier.
    pub(super) told: Time,
    /// The connection in TIME-WAIT whose place it is about to take. RFC 9293 §3.6.1.
    pub(super) behind: Option<Slot>,
    /// The application was told how it ended.
    pub(super) error_told: bool,
}

/// Who has a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A process.
    Process,
    /// A listener: its handshake is not done.
    Embryo(u32),
    /// A listener: it waits to be accepted.
    Backlog(u32),
    /// Nobody: the application closed it.
    Nobody,
}

/// The ports of a connection as one number.
pub(super) const fn key(local: u16, remote: u16) -> u32 {
    (local as u32) << 16 | remote as u32
}

/// Both hosts' streams of a connection: 2n and 2n + 1.
fn stream_of(number: u32, host: u8) -> u32 {
    number * 2 + u32::from(host)
}

impl Host {
    /// A packet arrived. RFC 9293 §3.10.7.
    pub fn on_packet(&mut self, packet: &Packet, cx: &mut HostCx) -> Verdict {
        let (local, remote) = (packet.destination_port, packet.source_port);
        let seg = &packet.segment;
        if let Some(&slot) = self.by_ports.get(&key(local, remote)) {
            let connection = self.connections[slot as usize]
                .as_mut()
                .expect("it is in the table");
            if connection.tcb.may_reopen(seg, &cx.profile.tcp)
                && let Some(listener) = self.listener_at(local)
            {
                return self.reopen(slot, listener, packet, cx);
            }
            let tcb = &mut self.connections[slot as usize]
                .as_mut()
                .expect("it is in the table")
                .tcb;
            let zero = Seq::new(0);
            let verdict = Host::with_tcb(tcb, &mut self.output, zero, cx, |t, cx| {
                t.on_segment(seg, cx)
            });
            self.settle(slot, cx);
            return verdict;
        }
        if let Some(listener) = self.listener_at(local) {
            return self.on_packet_for_listener(listener, packet, cx);
        }
        match closed::answer(seg) {
            Ok(outgoing) => {
                cx.happenings.push(Happening::Emit {
                    outgoing,
                    source_port: local,
                    destination_port: remote,
                    connection: connection_of(seg.payload.stream),
                });
                Verdict::Dropped(DropReason::NoConnection)
            }
            Err(reason) => Verdict::Dropped(reason),
        }
    }

    fn on_packet_for_listener(
        &mut self,
        listener: u32,
        packet: &Packet,
        cx: &mut HostCx,
    ) -> Verdict {
        let seg = &packet.segment;
        let opens =
            seg.flags.contains(Flags::SYN) && !seg.flags.intersects(Flags::ACK | Flags::RST);
        if opens {
            return match self.fork(listener, packet, cx) {
                Some(slot) => self.first_segment(slot, packet, None, cx),
                None => Verdict::Dropped(DropReason::BacklogFull),
            };
        }
        let zero = Seq::new(0);
        let tcb = &mut self.listeners[listener as usize].tcb;
        let verdict = Host::with_tcb(tcb, &mut self.output, zero, cx, |t, cx| {
            t.on_segment(seg, cx)
        });
        let number = connection_of(seg.payload.stream);
        self.flush(packet.destination_port, packet.source_port, number, cx);
        verdict
    }

    /// A connection of its own for a SYN that found the listener; `None` if the backlog is full.
    fn fork(&mut self, listener: u32, packet: &Packet, cx: &mut HostCx) -> Option<Slot> {
        let parent = &mut self.listeners[listener as usize];
        if parent.is_full() {
            return None;
        }
        parent.embryos += 1;
        let number = packet.connection().unwrap_or_else(|| {
            *cx.connections += 1;
            *cx.connections
        });
        let tcb = parent.tcb.fork(stream_of(number, self.index));
        let (local, remote) = (packet.destination_port, packet.source_port);
        Some(self.insert(tcb, local, remote, number, Owner::Embryo(listener)))
    }

    fn first_segment(
        &mut self,
        slot: Slot,
        packet: &Packet,
        beyond: Option<Seq>,
        cx: &mut HostCx,
    ) -> Verdict {
        let (local, remote) = (packet.destination_port, packet.source_port);
        let mut iss = self.take_iss(local, remote, cx);
        // RFC 9293 §3.6.1 (MAY-2): beyond every number of the connection before.
        if let Some(beyond) = beyond
            && iss.precedes_or_is(beyond)
        {
            iss = beyond + 1;
        }
        let connection = self.connections[slot as usize]
            .as_mut()
            .expect("it was just made");
        let tcb = &mut connection.tcb;
        let seg = &packet.segment;
        let verdict = Host::with_tcb(tcb, &mut self.output, iss, cx, |t, cx| {
            t.on_segment(seg, cx)
        });
        self.settle(slot, cx);
        verdict
    }

    /// A SYN for a connection in TIME-WAIT opens a new one, if the listener has room.
    ///
    /// The old one stays behind it: should the SYN turn out to be an old duplicate, it is back.
    /// RFC 9293 §3.6.1 (MAY-2).
    fn reopen(&mut self, old: Slot, listener: u32, packet: &Packet, cx: &mut HostCx) -> Verdict {
        let Some(slot) = self.fork(listener, packet, cx) else {
            return Verdict::Dropped(DropReason::BacklogFull);
        };
        let beyond = self.connections[old as usize]
            .as_ref()
            .expect("it is in the table")
            .tcb
            .snd_nxt();
        self.connections[slot as usize]
            .as_mut()
            .expect("it was just made")
            .behind = Some(old);
        self.first_segment(slot, packet, Some(beyond), cx)
    }

    /// Puts a connection into the table; its ports lead to it from here on.
    pub(super) fn insert(
        &mut self,
        tcb: Tcb,
        local: u16,
        remote: u16,
        number: u32,
        owner: Owner,
    ) -> Slot {
        let connection = Connection {
            tcb,
            local_port: local,
            remote_port: remote,
            number,
            owner,
            waiter: None,
            told: Time::NEVER,
            behind: None,
            error_told: false,
        };
        let slot = match self.free_connections.pop() {
            Some(slot) => {
                self.connections[slot as usize] = Some(connection);
                slot
            }
            None => {
                self.connections.push(Some(connection));
                as_slot(self.connections.len() - 1)
            }
        };
        self.by_ports.insert(key(local, remote), slot);
        let place = number as usize;
        if self.by_number.len() <= place {
            self.by_number.resize(place + 1, Slot::MAX);
        }
        self.by_number[place] = slot;
        slot
    }

    /// A connection of this host's own making: the number it takes in the run.
    ///
    /// Two ends that open towards each other at once make one connection.
    pub(super) fn number_for(local: u16, remote: u16, cx: &mut HostCx) -> u32 {
        let mirrored = cx.peer.by_ports.get(&key(remote, local));
        let opening = mirrored
            .and_then(|slot| cx.peer.connection(*slot))
            .filter(|c| c.tcb.state() == State::SynSent);
        if let Some(opening) = opening {
            return opening.number;
        }
        *cx.connections += 1;
        *cx.connections
    }

    /// The stream number of this host's end.
    pub(super) fn stream(&self, number: u32) -> u32 {
        stream_of(number, self.index)
    }

    /// A connection's deadline has come.
    pub fn on_deadline(&mut self, slot: Slot, cx: &mut HostCx) -> Deadline {
        let Some(connection) = self
            .connections
            .get_mut(slot as usize)
            .and_then(Option::as_mut)
        else {
            return Deadline::Stale;
        };
        connection.told = Time::NEVER;
        let due = connection.tcb.next_timeout();
        if cx.now < due {
            // It was put off since; the queue is told where it lies.
            self.tell_deadline(slot, cx);
            return Deadline::Stale;
        }
        let zero = Seq::new(0);
        Host::with_tcb(&mut connection.tcb, &mut self.output, zero, cx, |t, cx| {
            t.on_timeout(cx)
        });
        self.settle(slot, cx);
        Deadline::Met
    }

    /// The end of TIME-WAIT has come for the first that waits.
    pub fn on_time_wait(&mut self, cx: &mut HostCx) -> Deadline {
        let mut met = Deadline::Stale;
        if let Some(first) = self.time_waits.front().copied()
            && first.until <= cx.now
        {
            self.time_waits.pop_front();
            let connection = self
                .connections
                .get_mut(first.slot as usize)
                .and_then(Option::as_mut);
            let waiting = connection.filter(|c| {
                c.tcb.state() == State::TimeWait && c.tcb.next_timeout() == first.until
            });
            if let Some(connection) = waiting {
                let zero = Seq::new(0);
                Host::with_tcb(&mut connection.tcb, &mut self.output, zero, cx, |t, cx| {
                    t.on_timeout(cx)
                });
                self.settle(first.slot, cx);
                met = Deadline::Met;
            }
        }
        if let Some(next) = self.time_waits.front() {
            cx.happenings.push(Happening::TimeWait(next.until));
        }
        met
    }

    /// After anything was done to a connection: sends what it wants, and draws the consequences.
    pub(super) fn settle(&mut self, slot: Slot, cx: &mut HostCx) {
        let zero = Seq::new(0);
        self.hand_on(slot, cx);
        loop {
            let connection = self.connections[slot as usize]
                .as_mut()
                .expect("it is in the table");
            let next = Host::with_tcb(&mut connection.tcb, &mut self.output, zero, cx, |t, cx| {
                t.poll_transmit(cx)
            });
            let Some(outgoing) = next else {
                break;
            };
            let emit = Happening::Emit {
                outgoing,
                source_port: connection.local_port,
                destination_port: connection.remote_port,
                connection: Some(connection.number),
            };
            // A change of state that the segment brings about comes before it.
            self.hand_on(slot, cx);
            cx.happenings.push(emit);
        }
        self.after_change(slot, cx);
    }

    /// Hands on what the TCB of a connection put out.
    fn hand_on(&mut self, slot: Slot, cx: &mut HostCx) {
        if self.output.is_empty() {
            return;
        }
        let connection = self.connections[slot as usize]
            .as_ref()
            .expect("it is in the table");
        let (local, remote) = (connection.local_port, connection.remote_port);
        let (number, waiter) = (Some(connection.number), connection.waiter);
        for note in &self.output.notes {
            match *note {
                Note::TimeWait { until, .. } => {
                    if self.time_waits.is_empty() {
                        cx.happenings.push(Happening::TimeWait(until));
                    }
                    self.time_waits.push_back(TimeWaiting { until, slot });
                }
                Note::Transition { to, .. } => {
                    if let Some(process) = waiter {
                        self.processes[process as usize].see_state(to, cx.code);
                    }
                }
                _ => {}
            }
        }
        self.flush(local, remote, number, cx);
    }

    /// Hands on what a TCB put out, in order.
    pub(super) fn flush(&mut self, local: u16, remote: u16, number: Option<u32>, cx: &mut HostCx) {
        self.output.drain(|event| {
            cx.happenings.push(match event {
                Event::Send(outgoing) => Happening::Emit {
                    outgoing,
                    source_port: local,
                    destination_port: remote,
                    connection: number,
                },
                Event::Note(note) => Happening::Note {
                    connection: number,
                    note,
                },
            });
        });
    }

    fn after_change(&mut self, slot: Slot, cx: &mut HostCx) {
        let connection = self.connections[slot as usize]
            .as_ref()
            .expect("it is in the table");
        let state = connection.tcb.state();
        match connection.owner {
            Owner::Embryo(listener) => match state {
                State::SynReceived => {}
                // The passive OPEN goes on in the listener; this end of it is over.
                State::Listen | State::Closed => {
                    self.listeners[listener as usize].embryos -= 1;
                    self.remove(slot);
                    return;
                }
                _ => self.hand_to_backlog(slot, listener, cx),
            },
            Owner::Nobody if state == State::Closed => {
                self.remove(slot);
                return;
            }
            Owner::Process | Owner::Backlog(_) | Owner::Nobody => {}
        }
        let connection = self.connections[slot as usize]
            .as_mut()
            .expect("it is in the table");
        if state == State::Closed {
            let ports = key(connection.local_port, connection.remote_port);
            if self.by_ports.get(&ports) == Some(&slot) {
                self.by_ports.remove(&ports);
            }
        }
        if let Some(process) = connection.waiter
            && self.may_go_on(process, cx)
        {
            let connection = self.connections[slot as usize]
                .as_mut()
                .expect("it is in the table");
            connection.waiter = None;
            cx.happenings.push(Happening::Wake(process));
        }
        self.tell_deadline(slot, cx);
    }

    /// The handshake of a listener's connection is done: it waits to be accepted.
    fn hand_to_backlog(&mut self, slot: Slot, listener: u32, cx: &mut HostCx) {
        let connection = self.connections[slot as usize]
            .as_mut()
            .expect("it is in the table");
        connection.owner = Owner::Backlog(listener);
        let old = connection.behind.take();
        let ports = key(connection.local_port, connection.remote_port);
        let parent = &mut self.listeners[listener as usize];
        parent.embryos -= 1;
        parent.queue.push_back(slot);
        if let Some(process) = parent.waiter.take() {
            cx.happenings.push(Happening::Wake(process));
        }
        if let Some(old) = self.still_waits(old, ports) {
            self.give_way(old, cx);
        }
    }

    /// The connection in TIME-WAIT has been replaced for good.
    fn give_way(&mut self, old: Slot, cx: &mut HostCx) {
        let connection = self.connections[old as usize]
            .as_mut()
            .expect("it waits behind the new one");
        let zero = Seq::new(0);
        Host::with_tcb(&mut connection.tcb, &mut self.output, zero, cx, |t, cx| {
            t.give_way(cx)
        });
        self.settle(old, cx);
    }

    /// The connection behind another with these ports, if it is in TIME-WAIT still.
    ///
    /// It may have ended since, and its slot may have gone to a connection with other ports.
    fn still_waits(&self, behind: Option<Slot>, ports: u32) -> Option<Slot> {
        let old = self.connection(behind?)?;
        let waits =
            old.tcb.state() == State::TimeWait && key(old.local_port, old.remote_port) == ports;
        behind.filter(|_| waits)
    }

    /// Takes a connection out of the table; its slot is free.
    ///
    /// Where it came to nothing, its ports lead to the connection behind it again.
    pub(super) fn remove(&mut self, slot: Slot) {
        let connection = self.connections[slot as usize]
            .take()
            .expect("it is in the table");
        let ports = key(connection.local_port, connection.remote_port);
        if let Some(old) = self.still_waits(connection.behind, ports) {
            self.by_ports.insert(ports, old);
        } else if self.by_ports.get(&ports) == Some(&slot) {
            self.by_ports.remove(&ports);
        }
        self.free_connections.push(slot);
    }

    /// Tells the event queue of a deadline that is earlier than what it knows.
    ///
    /// The end of TIME-WAIT it learns otherwise.
    fn tell_deadline(&mut self, slot: Slot, cx: &mut HostCx) {
        let connection = self.connections[slot as usize]
            .as_mut()
            .expect("it is in the table");
        let due = connection.tcb.next_timeout();
        if due < connection.told && connection.tcb.state() != State::TimeWait {
            connection.told = due;
            cx.happenings.push(Happening::Deadline(slot, due));
        }
    }
}

/// Whether a deadline meant something when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// A timer ran out.
    Met,
    /// It had been put off, or what it was for is gone.
    Stale,
}
