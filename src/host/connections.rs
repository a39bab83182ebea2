//! The table of connections: demultiplexing, and what follows when a connection has changed.

use super::connection::{Connection, Counts, Ends, Owner, Whole, key};
use super::profile::sockets::{AcceptQueueFull, ClosedPort, TimeWaitWithoutListener};
use super::socket::Reuse;
use super::{Happening, Host, HostCx, Slot, TimeWaiting, as_slot};
use crate::link::{Packet, Route};
use crate::segment::Flags;
use crate::seq::Seq;
use crate::tcp::closed;
use crate::tcp::outcome::{DropReason, Note, Verdict, Why};
use crate::tcp::state::State;
use crate::tcp::tcb::{Cx, Event, Tcb};
use crate::time::Time;

/// Both hosts' streams of a connection: 2n and 2n + 1.
pub(super) fn stream_of(number: u32, host: u8) -> u32 {
    number * 2 + u32::from(host)
}

impl Host {
    /// A packet arrived. RFC 9293 §3.10.7.
    pub fn on_packet(&mut self, packet: &Packet, cx: &mut HostCx) -> Verdict {
        if packet.route == Route::Path
            && let Some(reason) = self.deaf_because(cx)
        {
            return Verdict::Dropped(reason);
        }
        let (local, remote) = (packet.destination_port, packet.source_port);
        let seg = &packet.segment;
        let ports = key(packet.route, local, remote);
        if let Some(&slot) = self.by_ports.get(&ports) {
            let connection = self.at(slot);
            let owner = connection.owner();
            if connection.state() == State::TimeWait
                && connection.tcb().may_reopen(seg, &cx.profile.tcp)
            {
                if let Some(listener) = self.listener_for(packet) {
                    return self.reopen(slot, listener, packet, cx);
                }
                let rule = cx.profile.sockets.time_wait_no_listener;
                if rule == TimeWaitWithoutListener::Gone {
                    self.give_way(slot, cx);
                    return self.on_packet_for_nobody(packet, cx);
                }
            }
            if owner != Owner::Forsaken {
                if let Owner::Embryo(listener) = owner
                    && let Some(verdict) = self.hold_back(slot, listener, packet, cx)
                {
                    return verdict;
                }
                let verdict = self.with(slot, Seq::new(0), cx, |t, cx| t.on_segment(seg, cx));
                self.settle(slot, cx);
                return verdict;
            }
            // Its listener is gone: the packet meets a port that nobody has.
            self.forget(slot, cx);
        }
        if let Some(listener) = self.listener_for(packet) {
            return self.on_packet_for_listener(listener, packet, cx);
        }
        self.on_packet_for_nobody(packet, cx)
    }

    fn on_packet_for_nobody(&mut self, packet: &Packet, cx: &mut HostCx) -> Verdict {
        let seg = &packet.segment;
        match closed::answer(seg, &cx.profile.tcp) {
            Ok(_) if cx.profile.sockets.closed_port != ClosedPort::Reset => {
                Verdict::Dropped(DropReason::NoConnection)
            }
            Ok(outgoing) => {
                let ends = ends_met_by(packet);
                cx.happenings.push(ends.emit(&outgoing));
                Verdict::Dropped(DropReason::NoConnection)
            }
            Err(reason) => Verdict::Dropped(reason),
        }
    }

    /// The end of a handshake that finds no room to wait for accept: it is not heard, or reset.
    fn hold_back(
        &mut self,
        slot: Slot,
        listener: u32,
        packet: &Packet,
        cx: &mut HostCx,
    ) -> Option<Verdict> {
        let flags = packet.segment.flags;
        let ends_handshake =
            flags.contains(Flags::ACK) && !flags.intersects(Flags::SYN | Flags::RST);
        if !ends_handshake || !self.listeners[listener as usize].is_accept_queue_full(cx) {
            return None;
        }
        if cx.profile.sockets.accept_queue_full == AcceptQueueFull::Reset {
            self.listeners[listener as usize].embryos -= 1;
            self.whole_mut(slot).owner = Owner::Nobody;
            let _ = self.with(slot, Seq::new(0), cx, |t, cx| t.abort(cx));
            self.settle(slot, cx);
        }
        Some(Verdict::Dropped(DropReason::BacklogFull))
    }

    /// The connection in this slot, which has one.
    #[inline]
    pub(super) fn at(&self, slot: Slot) -> &Connection {
        self.connections[slot as usize]
            .as_ref()
            .expect("the slot has a connection")
    }

    #[inline]
    pub(super) fn at_mut(&mut self, slot: Slot) -> &mut Connection {
        self.connections[slot as usize]
            .as_mut()
            .expect("the slot has a connection")
    }

    /// The whole of the connection in this slot, which has one.
    pub(super) fn whole_mut(&mut self, slot: Slot) -> &mut Whole {
        self.connections[slot as usize]
            .as_mut()
            .expect("the slot has a connection")
            .whole_mut(&mut self.spare)
    }

    /// Runs one call into the TCB of a connection and leaves what comes out in `self.output`.
    #[inline]
    pub(super) fn with<T>(
        &mut self,
        slot: Slot,
        iss: Seq,
        cx: &HostCx,
        call: impl FnOnce(&mut Tcb, &mut Cx) -> T,
    ) -> T {
        let whole = self.connections[slot as usize]
            .as_mut()
            .expect("the slot has a connection")
            .whole_mut(&mut self.spare);
        Host::with_tcb(&mut whole.tcb, &mut self.output, iss, cx, call)
    }

    /// Deletes a connection without a word to its peer.
    pub(super) fn forget(&mut self, slot: Slot, cx: &mut HostCx) {
        self.with(slot, Seq::new(0), cx, |t, cx| t.forget(cx));
        self.settle(slot, cx);
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
            if let Some(verdict) = self.answer_with_cookie(listener, packet, cx) {
                return verdict;
            }
            return match self.fork(listener, packet, cx) {
                Some(slot) => self.first_segment(slot, packet, Begin::Anywhere, cx),
                None => Verdict::Dropped(DropReason::BacklogFull),
            };
        }
        if let Some(verdict) = self.take_cookie(listener, packet, cx) {
            return verdict;
        }
        if cx.profile.sockets.closed_port == ClosedPort::ListenerSilent {
            return Verdict::Dropped(DropReason::NoConnection);
        }
        let zero = Seq::new(0);
        let tcb = &mut self.listeners[listener as usize].tcb;
        let verdict = Host::with_tcb(tcb, &mut self.output, zero, cx, |t, cx| {
            t.on_segment(seg, cx)
        });
        self.flush(ends_met_by(packet), cx);
        verdict
    }

    /// A connection of its own for a SYN that found the listener; `None` if the backlog is full.
    fn fork(&mut self, listener: u32, packet: &Packet, cx: &mut HostCx) -> Option<Slot> {
        if self.listeners[listener as usize].is_full(cx) {
            return None;
        }
        // The two ends of a connection within a host have a number each.
        let given = packet.connection().filter(|_| packet.route == Route::Path);
        let number = given.unwrap_or_else(|| {
            *cx.connections += 1;
            *cx.connections
        });
        let ends = Ends {
            route: packet.route,
            local: packet.destination_port,
            remote: packet.source_port,
            number: Some(number),
        };
        Some(self.fork_to(listener, ends, number))
    }

    /// The listener's connection with this number, and between these ends.
    pub(super) fn fork_to(&mut self, listener: u32, ends: Ends, number: u32) -> Slot {
        let parent = &mut self.listeners[listener as usize];
        parent.embryos += 1;
        let tcb = parent.tcb.fork(stream_of(number, self.index));
        let reuse = parent.reuse;
        self.insert(tcb, ends, Owner::Embryo(listener), reuse)
    }

    fn first_segment(
        &mut self,
        slot: Slot,
        packet: &Packet,
        begin: Begin,
        cx: &mut HostCx,
    ) -> Verdict {
        let (local, remote) = (packet.destination_port, packet.source_port);
        let iss = begin.choose(self.take_iss(local, remote, cx));
        let seg = &packet.segment;
        self.welcome_fast_open(slot, packet, cx);
        let verdict = self.with(slot, iss, cx, |t, cx| t.on_segment(seg, cx));
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
        let begin = self.begin_after(old, cx);
        if cx.profile.tcp.time_wait_comes_back {
            self.whole_mut(slot).behind = Some(old);
        } else {
            self.give_way(old, cx);
        }
        self.first_segment(slot, packet, begin, cx)
    }

    /// Where a connection begins that takes the place of one in TIME-WAIT.
    pub(super) fn begin_after(&self, old: Slot, cx: &HostCx) -> Begin {
        let tcb = self.at(old).tcb();
        match tcb.reopen_iss(&cx.profile.tcp) {
            Some(iss) => Begin::At(iss),
            None => Begin::Beyond(tcb.snd_nxt()),
        }
    }

    /// Puts a connection into the table; its ports lead to it from here on.
    ///
    /// # Panics
    /// If it has no number.
    pub(super) fn insert(&mut self, tcb: Tcb, ends: Ends, owner: Owner, reuse: Reuse) -> Slot {
        let number = ends.number.expect("a connection has a number");
        let whole = self.spare.put_in_box(Whole::new(tcb, owner));
        let connection = Connection::new(ends, number, reuse, whole);
        let slot = match self.free_connections.pop() {
            Some(slot) => {
                self.connections[slot as usize] = Some(connection);
                slot
            }
            None => {
                let count = self.connections.len();
                if count == self.connections.capacity() {
                    // Not by doubling: half of a table for a million is much.
                    self.connections.reserve_exact(count / 16 + 4);
                }
                self.connections.push(Some(connection));
                as_slot(count)
            }
        };
        self.by_ports
            .insert(key(ends.route, ends.local, ends.remote), slot);
        self.join_port(slot, ends.local);
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
    pub(super) fn number_for(route: Route, local: u16, remote: u16, cx: &mut HostCx) -> u32 {
        let mirrored = cx.peer.by_ports.get(&key(Route::Path, remote, local));
        let opening = mirrored
            .filter(|_| route == Route::Path)
            .and_then(|slot| cx.peer.connection(*slot))
            .filter(|c| c.state() == State::SynSent);
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
        if connection.state() != State::TimeWait {
            connection.mark = Time::NEVER;
        }
        let due = connection.next_timeout();
        if cx.now < due {
            // It was put off since; the queue is told where it lies.
            tell_deadline(connection, slot, cx);
            return Deadline::Stale;
        }
        if connection.owner() == Owner::Forsaken {
            self.forget(slot, cx);
            return Deadline::Met;
        }
        self.with(slot, Seq::new(0), cx, |t, cx| t.on_timeout(cx));
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
            let waiting = connection
                .filter(|c| c.state() == State::TimeWait && c.next_timeout() == first.until);
            if waiting.is_some() {
                self.with(first.slot, Seq::new(0), cx, |t, cx| t.on_timeout(cx));
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
        self.hand_on(slot, cx);
        let ends = self.at(slot).ends();
        while let Some(outgoing) = self.with(slot, Seq::new(0), cx, |t, cx| t.poll_transmit(cx)) {
            // A change of state that the segment brings about comes before it.
            self.hand_on(slot, cx);
            cx.happenings.push(ends.emit(&outgoing));
            // What could take an acknowledgement along has left before it.
            if matches!(outgoing.why, Why::Acknowledge(_)) {
                break;
            }
        }
        self.after_change(slot, cx);
    }

    /// Hands on what the TCB of a connection put out, which is nothing for most segments.
    #[inline]
    fn hand_on(&mut self, slot: Slot, cx: &mut HostCx) {
        if !self.output.is_empty() {
            self.hand_on_output(slot, cx);
        }
    }

    fn hand_on_output(&mut self, slot: Slot, cx: &mut HostCx) {
        let connection = self.connections[slot as usize]
            .as_mut()
            .expect("the slot has a connection");
        let mut opened = false;
        for note in &self.output.notes {
            match *note {
                Note::TimeWait { until, again } => {
                    if !again {
                        connection.mark = cx.now;
                    }
                    if self.time_waits.is_empty() {
                        cx.happenings.push(Happening::TimeWait(until));
                    }
                    let waiting = TimeWaiting { until, slot };
                    let count = self.time_waits.len();
                    if count == self.time_waits.capacity() {
                        self.time_waits.reserve_exact(count / 16 + 4);
                    }
                    // All stay equally long, unless that was changed on the way.
                    let place = self.time_waits.partition_point(|w| w.until <= until);
                    if place == self.time_waits.len() {
                        self.time_waits.push_back(waiting);
                    } else {
                        self.time_waits.insert(place, waiting);
                        cx.happenings
                            .push(Happening::TimeWait(self.time_waits[0].until));
                    }
                }
                Note::Transition { to, .. } => {
                    opened |= to == State::Established;
                    let whole = connection.whole();
                    for process in whole.iter().flat_map(|whole| whole.waiters.iter()) {
                        self.processes[process as usize].see_state(to, cx.code);
                    }
                }
                _ => {}
            }
        }
        let ends = connection.ends();
        if opened {
            self.learn_fast_open(slot);
        }
        self.flush(ends, cx);
    }

    /// Hands on what a TCB put out, in order.
    pub(super) fn flush(&mut self, ends: Ends, cx: &mut HostCx) {
        if self.output.replies.is_empty() {
            let connection = ends.number;
            let notes = self.output.notes.drain(..);
            cx.happenings
                .extend(notes.map(|note| Happening::Note { connection, note }));
            return;
        }
        self.output.drain(|event| {
            cx.happenings.push(match event {
                Event::Send(outgoing) => ends.emit(&outgoing),
                Event::Note(note) => Happening::Note {
                    connection: ends.number,
                    note,
                },
            });
        });
    }

    #[inline]
    fn after_change(&mut self, slot: Slot, cx: &mut HostCx) {
        if self.at(slot).goes_on() {
            self.wake_waiters(slot, cx);
            tell_deadline(self.at_mut(slot), slot, cx);
        } else if self.takes_its_place(slot, cx) {
            self.wake_waiters(slot, cx);
            self.keep_what_it_needs(slot, cx);
        }
    }

    /// A connection that may count otherwise than before, or need less.
    fn keep_what_it_needs(&mut self, slot: Slot, cx: &mut HostCx) {
        let connection = self.at(slot);
        let counts = connection.counts_now();
        if counts != connection.counts && self.count(slot, counts, cx) == Room::Full {
            self.forget(slot, cx);
            return;
        }
        tell_deadline(self.at_mut(slot), slot, cx);
        if let Some(connection) = &mut self.connections[slot as usize] {
            connection.condense(&mut self.spare);
        }
    }

    /// What a change means for the table; false if the connection is not in it any more.
    #[inline(never)]
    fn takes_its_place(&mut self, slot: Slot, cx: &mut HostCx) -> bool {
        let connection = self.at(slot);
        let (state, owner) = (connection.state(), connection.owner());
        match owner {
            Owner::Embryo(listener) => match state {
                State::SynReceived if !self.at(slot).tcb().is_open_early() => {}
                // The passive OPEN goes on in the listener; this end of it is over.
                State::Listen | State::Closed => {
                    self.listeners[listener as usize].embryos -= 1;
                    self.remove(slot);
                    return false;
                }
                _ => self.hand_to_backlog(slot, listener, cx),
            },
            Owner::Nobody | Owner::Forsaken if state == State::Closed => {
                self.remove(slot);
                return false;
            }
            Owner::Unwanted if state != State::SynReceived => {
                self.remove(slot);
                return false;
            }
            Owner::Socket(_)
            | Owner::Backlog(_)
            | Owner::Nobody
            | Owner::Forsaken
            | Owner::Unwanted => {}
        }
        if state == State::Closed {
            let ports = self.at(slot).key();
            if self.by_ports.get(&ports) == Some(&slot) {
                self.by_ports.remove(&ports);
                self.ports_freed += 1;
            }
        }
        true
    }

    /// Lets those threads go on that would not wait again.
    #[inline]
    pub(super) fn wake_waiters(&mut self, slot: Slot, cx: &mut HostCx) {
        let mut place = 0;
        while let Some(whole) = self.at(slot).whole()
            && let Some(process) = whole.waiters.get(place)
        {
            if self.may_go_on(process, &whole.tcb, cx) {
                self.whole_mut(slot).waiters.remove(place);
                cx.happenings.push(Happening::Wake(process));
            } else {
                place += 1;
            }
        }
    }

    /// Counts a connection among those that are limited in number, otherwise than before.
    fn count(&mut self, slot: Slot, counts: Counts, cx: &HostCx) -> Room {
        let before = std::mem::replace(&mut self.at_mut(slot).counts, counts);
        self.uncount(before);
        let (number, limit) = match counts {
            Counts::Nothing => return Room::Left,
            // Who closes a connection looks whether there is room.
            Counts::Orphan => {
                self.orphans += 1;
                return Room::Left;
            }
            Counts::TimeWait => (&mut self.waiting, cx.profile.sockets.time_wait_limit),
        };
        *number += 1;
        if limit < *number {
            Room::Full
        } else {
            Room::Left
        }
    }

    fn uncount(&mut self, counts: Counts) {
        match counts {
            Counts::Nothing => {}
            Counts::Orphan => self.orphans -= 1,
            Counts::TimeWait => self.waiting -= 1,
        }
    }

    /// The handshake of a listener's connection is done: it waits to be accepted.
    fn hand_to_backlog(&mut self, slot: Slot, listener: u32, cx: &mut HostCx) {
        let whole = self.whole_mut(slot);
        whole.owner = Owner::Backlog(listener);
        let old = whole.behind.take();
        let ports = self.at(slot).key();
        let parent = &mut self.listeners[listener as usize];
        parent.embryos -= 1;
        parent.queue.push_back(slot);
        if let Some(process) = parent.waiters.take_first() {
            cx.happenings.push(Happening::Wake(process));
        }
        if let Some(old) = self.still_waits(old, ports) {
            self.give_way(old, cx);
        }
    }

    /// The connection in TIME-WAIT has been replaced for good.
    pub(super) fn give_way(&mut self, old: Slot, cx: &mut HostCx) {
        self.with(old, Seq::new(0), cx, |t, cx| t.give_way(cx));
        self.settle(old, cx);
    }

    /// The connection behind another with these ports, if it is in TIME-WAIT still.
    ///
    /// It may have ended since, and its slot may have gone to a connection with other ports.
    fn still_waits(&self, behind: Option<Slot>, ports: u64) -> Option<Slot> {
        let old = self.connection(behind?)?;
        let waits = old.state() == State::TimeWait && old.key() == ports;
        behind.filter(|_| waits)
    }

    /// Takes a connection out of the table; its slot is free.
    ///
    /// Where it came to nothing, its ports lead to the connection behind it again.
    pub(super) fn remove(&mut self, slot: Slot) {
        self.leave_port(slot);
        let connection = self.connections[slot as usize]
            .take()
            .expect("the slot has a connection");
        self.uncount(connection.counts);
        let ports = connection.key();
        let behind = connection.whole().and_then(|whole| whole.behind);
        connection.leave(&mut self.spare);
        if let Some(old) = self.still_waits(behind, ports) {
            self.by_ports.insert(ports, old);
        } else if self.by_ports.get(&ports) == Some(&slot) {
            self.by_ports.remove(&ports);
            self.ports_freed += 1;
        }
        self.free_connections.push(slot);
    }
}

/// Tells the event queue of a deadline that is earlier than what it knows.
///
/// The end of TIME-WAIT it learns otherwise.
#[inline]
fn tell_deadline(connection: &mut Connection, slot: Slot, cx: &mut HostCx) {
    let due = connection.next_timeout();
    if due < connection.mark && connection.state() != State::TimeWait {
        connection.mark = due;
        cx.happenings.push(Happening::Deadline(slot, due));
    }
}

/// Where an answer to a packet goes that meets no connection.
fn ends_met_by(packet: &Packet) -> Ends {
    Ends {
        route: packet.route,
        local: packet.destination_port,
        remote: packet.source_port,
        number: packet.connection(),
    }
}

/// Where the initial sequence number of a connection lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Begin {
    /// Where the generator says.
    Anywhere,
    /// The same, but beyond this number: RFC 9293 §3.6.1 (MAY-2).
    Beyond(Seq),
    /// There.
    At(Seq),
}

impl Begin {
    /// The number itself, given what the generator says.
    pub fn choose(self, generated: Seq) -> Seq {
        match self {
            Begin::Beyond(last) if generated.precedes_or_is(last) => last + 1,
            Begin::Anywhere | Begin::Beyond(_) => generated,
            Begin::At(number) => number,
        }
    }
}

/// Whether the host may hold one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Left,
    Full,
}

/// Whether a deadline meant something when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// A timer ran out.
    Met,
    /// It had been put off, or what it was for is gone.
    Stale,
}
