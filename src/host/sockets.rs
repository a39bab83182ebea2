//! Socket calls: what each step of a program does to the host, and when it would wait.
//!
//! Here are the calls that make sockets what they are; `accepting` has those of servers, `transfer`
//! those that use a connection.

mod accepting;

use super::connection::{Ends, Owner, key};
use super::connections::Begin;
use super::errno::Errno;
use super::fast_open::Opening;
use super::icmp::errno_of;
use super::processes::{Attempt, Process};
use super::profile::sockets::ErrorNumbers;
use super::program::{Address, Fd, SocketOption, Step};
use super::socket::{Descriptor, Kind, Local, Options, SocketId};
use super::table::Listing;
use super::transfer::Urgency;
use super::{Happening, Host, HostCx, ProcessSlot, Slot};
use crate::link::Route;
use crate::seq::Seq;
use crate::tcp::outcome::End;
use crate::tcp::state::State;
use crate::tcp::tcb::{Cx, Tcb};
use crate::time::{Span, Time};

impl Host {
    /// Tries a step: does it, or says what it waits for.
    pub(super) fn attempt(&mut self, slot: ProcessSlot, step: &Step, cx: &mut HostCx) -> Attempt {
        match *step {
            Step::Socket { fd } => match self.open(slot, fd, cx) {
                Ok(_) => Attempt::Done(0),
                Err(errno) => Attempt::Failed(errno),
            },
            Step::Netstat(listing) => self.list(slot, listing, cx),
            Step::Thread { code } => {
                self.start_thread(slot, code, cx);
                Attempt::Done(0)
            }
            Step::Sleep(span) => self.sleep_until(slot, cx.now + span, cx),
            Step::At(moment) => self.sleep_until(slot, moment, cx),
            Step::Exit => Attempt::Exits,
            Step::Close { fd } => self.close(slot, fd, cx),
            Step::Bind { .. }
            | Step::Listen { .. }
            | Step::Accept { .. }
            | Step::Serve { .. }
            | Step::Connect { .. }
            | Step::ConnectSend { .. }
            | Step::Send { .. }
            | Step::SendUrgent { .. }
            | Step::Receive { .. }
            | Step::ReceiveExactly { .. }
            | Step::ReceiveToEnd { .. }
            | Step::Shutdown { .. }
            | Step::Abort { .. }
            | Step::Set { .. }
            | Step::SocketName { .. }
            | Step::PeerName { .. }
            | Step::SocketError { .. }
            | Step::UrgentLeft { .. }
            | Step::WaitFor { .. } => match self.socket_of_call(slot, step, cx) {
                Ok(socket) => self.attempt_on(slot, socket, step, cx),
                Err(errno) => Attempt::Failed(errno),
            },
        }
    }

    /// A step on a socket.
    #[inline]
    fn attempt_on(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        step: &Step,
        cx: &mut HostCx,
    ) -> Attempt {
        match *step {
            Step::Bind { address, port, .. } => self.bind(socket, address, port, cx),
            Step::Listen { backlog, .. } => self.listen_on(socket, backlog, cx),
            Step::Accept { fd, .. } => self.accept(slot, socket, fd, cx),
            Step::Serve { fd, code, .. } => self.serve(slot, socket, fd, code, cx),
            Step::Connect { address, port, .. } => {
                self.connect(slot, socket, (address, port), Opening::Plain, cx)
            }
            Step::ConnectSend {
                address,
                port,
                octets,
                ..
            } => self.connect_send(slot, socket, (address, port), octets, cx),
            Step::Set { option, .. } if !cx.profile.sockets.socket_options.has(option) => {
                Attempt::Failed(Errno::Enoprotoopt)
            }
            Step::Set { option, .. } => {
                self.socket_mut(socket).options.set(option);
                self.apply_options(socket, cx);
                if let (SocketOption::QuickAck(_), Kind::Connection(connection)) =
                    (option, self.socket(socket).kind)
                {
                    let quick_ack = self.socket(socket).options.quick_ack;
                    self.call(connection, cx, |t, _| t.set_quick_ack(quick_ack));
                }
                Attempt::Done(0)
            }
            Step::SocketName { .. } => {
                let local = self.socket(socket).local;
                Attempt::Done(local.map_or(0, |local| u64::from(local.port)))
            }
            Step::PeerName { .. } => self.peer_name(socket, cx),
            Step::Send { octets, .. } => self.send(slot, socket, octets, Urgency::None, cx),
            Step::SendUrgent { octets, .. } => self.send(slot, socket, octets, Urgency::Urgent, cx),
            Step::Receive { .. } | Step::ReceiveExactly { .. } | Step::ReceiveToEnd { .. } => {
                self.receive(slot, socket, step, cx)
            }
            Step::Shutdown { ways, .. } => self.shut_down(socket, ways, cx),
            Step::Abort { .. } => self.abort(slot, socket, step, cx),
            Step::SocketError { .. } => Attempt::Done(
                self.take_error(socket, cx)
                    .map_or(0, |errno| u64::from(errno.number())),
            ),
            Step::UrgentLeft { .. } => match self.connection_of(socket) {
                Some(connection) => Attempt::Done(connection.tcb().urgent_pending()),
                None => Attempt::Failed(Errno::Enotconn),
            },
            Step::WaitFor { state, .. } => {
                let now = self.connection_of(socket).map(|c| c.state());
                match self.socket(socket).kind {
                    Kind::Connection(connection)
                        if now != Some(state) && self.processes[slot as usize].moved == 0 =>
                    {
                        Attempt::WaitsFor(connection, Time::NEVER)
                    }
                    _ => Attempt::Done(0),
                }
            }
            Step::Socket { .. }
            | Step::Close { .. }
            | Step::Netstat(_)
            | Step::Thread { .. }
            | Step::Sleep(_)
            | Step::At(_)
            | Step::Exit => unreachable!("it uses no open socket"),
        }
    }

    fn peer_name(&self, socket: SocketId, cx: &HostCx) -> Attempt {
        match self.socket(socket).kind {
            Kind::Connection(slot)
                if !self.is_apart(slot, cx) && !is_opening(self.at(slot).state()) =>
            {
                Attempt::Done(u64::from(self.at(slot).remote_port))
            }
            Kind::Connection(_) | Kind::Fresh | Kind::Listener(_) => {
                Attempt::Failed(Errno::Enotconn)
            }
        }
    }

    /// The socket has no peer any more: its connection is gone, or in TIME-WAIT, where kernels that
    /// come from Berkeley or look like it keep it apart from its socket.
    pub(super) fn is_apart(&self, connection: Slot, cx: &HostCx) -> bool {
        match self.at(connection).state() {
            State::Closed => true,
            State::TimeWait => cx.profile.sockets.errors != ErrorNumbers::TenThousand,
            State::Listen
            | State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck => false,
        }
    }

    /// True if trying the step again would not wait.
    #[inline]
    pub(super) fn is_ready(&self, process: &Process, step: &Step) -> bool {
        let socket = process.in_call.map(|socket| self.socket(socket));
        let connection = || self.connection(socket?.connection()?);
        match *step {
            Step::Connect { .. } => connection().is_none_or(|c| !is_opening(c.state())),
            Step::ConnectSend { octets, .. } => connection().is_none_or(|c| {
                let wants_room = process.moved <= octets && c.state() != State::Closed;
                let no_room = wants_room && c.tcb().send_room() == 0;
                !(is_opening(c.state()) || no_room)
            }),
            Step::Send { .. } | Step::SendUrgent { .. } => {
                connection().is_none_or(|c| c.tcb().is_write_over())
            }
            Step::Receive { .. } | Step::ReceiveExactly { .. } | Step::ReceiveToEnd { .. } => {
                socket.is_some_and(|socket| socket.shut.read)
                    || connection().is_none_or(|c| c.tcb().is_read_over())
            }
            Step::WaitFor { state, .. } => {
                process.moved > 0 || connection().is_none_or(|c| c.state() == state)
            }
            Step::Close { .. } => connection().is_none_or(|c| !is_lingering(c.state())),
            Step::Socket { .. }
            | Step::Bind { .. }
            | Step::Listen { .. }
            | Step::Accept { .. }
            | Step::Serve { .. }
            | Step::Shutdown { .. }
            | Step::Abort { .. }
            | Step::Set { .. }
            | Step::SocketName { .. }
            | Step::PeerName { .. }
            | Step::SocketError { .. }
            | Step::UrgentLeft { .. }
            | Step::Netstat(_)
            | Step::Thread { .. }
            | Step::Sleep(_)
            | Step::At(_)
            | Step::Exit => true,
        }
    }

    /// Lists the host's sockets; returns how many there are.
    fn list(&self, slot: ProcessSlot, listing: Listing, cx: &mut HostCx) -> Attempt {
        let process = self.processes[slot as usize].id;
        let mut rows = self.table(cx.now);
        rows.retain(|row| listing.has(row));
        cx.happenings.extend(rows.iter().map(|row| Happening::Row {
            process,
            listing,
            row: *row,
        }));
        Attempt::Done(rows.len() as u64)
    }

    fn sleep_until(&self, slot: ProcessSlot, moment: Time, cx: &HostCx) -> Attempt {
        // The wake-up was set when the step began; only its moment ends it.
        let until = self.processes[slot as usize].wakes.unwrap_or(moment);
        if until <= cx.now {
            Attempt::Done(0)
        } else {
            Attempt::Sleeps(until)
        }
    }

    /// The socket on which a call is made: the one it began with, or that of its descriptor.
    fn socket_of_call(
        &mut self,
        slot: ProcessSlot,
        step: &Step,
        cx: &HostCx,
    ) -> Result<SocketId, Errno> {
        if let Some(socket) = self.processes[slot as usize].in_call {
            return Ok(socket);
        }
        let fd = step.descriptor().expect("the call is made on a descriptor");
        let opens = matches!(
            step,
            Step::Bind { .. }
                | Step::Listen { .. }
                | Step::Connect { .. }
                | Step::ConnectSend { .. }
                | Step::Set { .. }
        );
        let opens_again = match *step {
            Step::Connect { .. } | Step::ConnectSend { .. } => true,
            // The listener of a program that has only one goes without a name, and so without Socket.
            Step::Bind { .. } => {
                let code = &cx.code[usize::from(self.processes[slot as usize].code)];
                code.sockets[usize::from(fd.0)].is_empty()
            }
            _ => false,
        };
        match self.descriptor(slot, fd) {
            Descriptor::Open(socket) => Ok(socket),
            Descriptor::Unopened if opens => self.open(slot, fd, cx),
            Descriptor::Closed if opens_again => self.open(slot, fd, cx),
            Descriptor::Unopened | Descriptor::Closed => Err(Errno::Ebadf),
        }
    }

    pub(super) fn descriptor(&self, slot: ProcessSlot, fd: Fd) -> Descriptor {
        self.tables[self.processes[slot as usize].table as usize].descriptors[usize::from(fd.0)]
    }

    fn open(&mut self, slot: ProcessSlot, fd: Fd, cx: &HostCx) -> Result<SocketId, Errno> {
        let table = self.processes[slot as usize].table as usize;
        if cx.profile.sockets.descriptor_limit <= self.tables[table].open {
            return Err(Errno::Emfile);
        }
        let socket = self.add_socket(Kind::Fresh, None, Options::new(cx));
        self.give(slot, fd, socket);
        Ok(socket)
    }

    /// Names a socket; what had the name before stays open without one.
    pub(super) fn give(&mut self, slot: ProcessSlot, fd: Fd, socket: SocketId) {
        let table = &mut self.tables[self.processes[slot as usize].table as usize];
        let place = &mut table.descriptors[usize::from(fd.0)];
        if let Descriptor::Open(before) = std::mem::replace(place, Descriptor::Open(socket)) {
            table.leaked.push(before);
        }
        table.open += 1;
    }

    pub(super) fn connection_of(&self, socket: SocketId) -> Option<&super::Connection> {
        self.connection(self.socket(socket).connection()?)
    }

    /// Tells the connection or the listener of a socket what its options are.
    fn apply_options(&mut self, socket: SocketId, cx: &mut HostCx) {
        let Options {
            reuse, fast_open, ..
        } = self.socket(socket).options;
        let choices = self.socket(socket).options.choices(cx);
        match self.socket(socket).kind {
            Kind::Fresh => {}
            Kind::Listener(listener) => {
                let listener = &mut self.listeners[listener as usize];
                listener.reuse = reuse;
                listener.fast_open = fast_open;
                *listener.tcb.choices_mut() = choices;
            }
            Kind::Connection(slot) => {
                self.at_mut(slot).reuse = reuse;
                self.call(slot, cx, |t, _| t.choose(choices));
            }
        }
    }

    fn bind(&mut self, socket: SocketId, address: Address, port: u16, cx: &mut HostCx) -> Attempt {
        if matches!(address, Address::Peer | Address::Elsewhere) {
            return Attempt::Failed(Errno::Eaddrnotavail);
        }
        if self.socket(socket).local.is_some() || self.socket(socket).kind != Kind::Fresh {
            return Attempt::Failed(Errno::Einval);
        }
        let port = match self.port_for_bind(socket, address, port, cx) {
            Ok(port) => port,
            Err(errno) => return Attempt::Failed(errno),
        };
        self.bind_port(port);
        self.socket_mut(socket).local = Some(Local {
            address,
            port,
            bound: true,
        });
        Attempt::Done(u64::from(port))
    }

    /// Until when a call may wait; `None` if it may not, or has.
    #[inline]
    pub(super) fn patience(
        &self,
        slot: ProcessSlot,
        non_blocking: bool,
        timeout: Span,
        cx: &HostCx,
    ) -> Option<Time> {
        if non_blocking {
            return None;
        }
        if timeout == Span::ZERO {
            return Some(Time::NEVER);
        }
        let since = self.processes[slot as usize].begun.unwrap_or(cx.now);
        Some(since + timeout).filter(|until| cx.now < *until)
    }

    pub(super) fn connect(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        (address, remote): (Address, u16),
        opening: Opening,
        cx: &mut HostCx,
    ) -> Attempt {
        let begun = self.processes[slot as usize].moved > 0;
        match self.socket(socket).kind {
            Kind::Fresh => {}
            Kind::Listener(_) if cx.profile.sockets.errors == ErrorNumbers::TenThousand => {
                return Attempt::Failed(Errno::Einval);
            }
            Kind::Listener(_) => return Attempt::Failed(Errno::Eisconn),
            Kind::Connection(connection) if begun => {
                return self.connecting(slot, socket, connection, cx);
            }
            Kind::Connection(connection) => {
                let tcb = self.at(connection).tcb();
                let failed = tcb.snd_una() == tcb.iss();
                return match tcb.state() {
                    State::SynSent | State::SynReceived => Attempt::Failed(Errno::Ealready),
                    // Its SYN was never acknowledged: the attempt failed.
                    State::Closed if failed => self.connecting(slot, socket, connection, cx),
                    _ => Attempt::Failed(Errno::Eisconn),
                };
            }
        }
        let route = match (address, self.socket(socket).local.map(|l| l.address)) {
            (Address::Elsewhere, _) => return Attempt::Failed(Errno::Enetunreach),
            (Address::Peer, Some(Address::Loopback)) => return Attempt::Failed(Errno::Einval),
            (Address::Peer, _) => Route::Path,
            (Address::Own, _) => Route::Own,
            (Address::Loopback | Address::Any, _) => Route::Loopback,
        };
        if route == Route::Path
            && let Some(until) = self.quiet_until(cx)
        {
            // RFC 9293 §3.4.3: a host that forgot its sequence numbers sends nothing for an MSL.
            return Attempt::Sleeps(until);
        }
        match self.local_port(socket, route, remote, cx) {
            Ok((local, begin)) => {
                self.open_connection(socket, (route, local, remote), begin, opening, cx);
            }
            Err(errno) => return Attempt::Failed(errno),
        }
        // The step has begun: what it waits for is its own connection.
        self.processes[slot as usize].moved = 1;
        let Kind::Connection(connection) = self.socket(socket).kind else {
            unreachable!("it was just opened");
        };
        self.connecting(slot, socket, connection, cx)
    }

    /// The local port of a connect, free of any connection with the same ends.
    fn local_port(
        &mut self,
        socket: SocketId,
        route: Route,
        remote: u16,
        cx: &mut HostCx,
    ) -> Result<(u16, Begin), Errno> {
        let Some(local) = self.socket(socket).local else {
            let port = self.port_for_connect(route, remote, cx)?;
            return Ok((port, self.replace(key(route, port, remote), cx)));
        };
        match self.by_ports.get(&key(route, local.port, remote)) {
            None => Ok((local.port, Begin::Anywhere)),
            Some(old) if self.may_replace(*old, cx) => {
                let begin = self.replace(key(route, local.port, remote), cx);
                Ok((local.port, begin))
            }
            Some(_) if cx.profile.sockets.errors == ErrorNumbers::Ninety => {
                Err(Errno::Eaddrnotavail)
            }
            Some(_) => Err(Errno::Eaddrinuse),
        }
    }

    /// A new connection takes the place of one in TIME-WAIT, if there is one; where it begins.
    fn replace(&mut self, ports: u64, cx: &mut HostCx) -> Begin {
        let Some(&old) = self.by_ports.get(&ports) else {
            return Begin::Anywhere;
        };
        let begin = self.begin_after(old, cx);
        self.give_way(old, cx);
        begin
    }

    fn open_connection(
        &mut self,
        socket: SocketId,
        (route, local, remote): (Route, u16, u16),
        begin: Begin,
        opening: Opening,
        cx: &mut HostCx,
    ) {
        let number = Host::number_for(route, local, remote, cx);
        let choices = self.socket(socket).options.choices(cx);
        let mut tcb = Tcb::new(self.stream(number), choices, &cx.profile.tcp);
        let iss = begin.choose(self.take_iss(local, remote, cx));
        let opened = Host::with_tcb(&mut tcb, &mut self.output, iss, cx, |t, cx| match opening {
            Opening::Plain => t.active_open(cx),
            Opening::Fast {
                option,
                mss,
                octets,
            } => t
                .active_open_fast(option, mss, cx)
                .and_then(|()| t.send(octets, cx))
                .map(|_| ()),
        });
        assert!(opened.is_ok(), "a new TCB is CLOSED");
        let reuse = self.socket(socket).options.reuse;
        let ends = Ends {
            route,
            local,
            remote,
            number: Some(number),
        };
        let connection = self.insert(tcb, ends, Owner::Socket(socket), reuse);
        let held = self.socket_mut(socket);
        held.kind = Kind::Connection(connection);
        let bound = held.local.is_some_and(|local| local.bound);
        held.local = Some(Local {
            address: route.local(),
            port: local,
            bound,
        });
        self.settle(connection, cx);
    }

    fn connecting(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        connection: Slot,
        cx: &mut HostCx,
    ) -> Attempt {
        let tcb = self.at(connection).tcb();
        if is_opening(tcb.state()) {
            let Options {
                non_blocking,
                send_timeout,
                ..
            } = self.socket(socket).options;
            return match self.patience(slot, non_blocking, send_timeout, cx) {
                Some(until) => Attempt::WaitsFor(connection, until),
                None => Attempt::Failed(Errno::Einprogress),
            };
        }
        if tcb.state() != State::Closed {
            return Attempt::Done(0);
        }
        // Who asked for the error has it already.
        let told = self.at(connection).whole().is_some_and(|w| w.error_told);
        let end = tcb.ended().filter(|_| !told);
        let soft = tcb.remembered_error();
        let numbers = cx.profile.sockets.errors;
        let errno = end.map_or(Errno::Econnaborted, |end| errno_of(end, soft, numbers));
        // Other threads that wait for this connection find none.
        let waiters = std::mem::take(&mut self.whole_mut(connection).waiters);
        cx.happenings.extend(waiters.iter().map(Happening::Wake));
        // The socket may try again, from a port of its own choice if it was bound to none.
        self.remove(connection);
        let held = self.socket_mut(socket);
        held.kind = Kind::Fresh;
        held.local = held.local.filter(|local| local.bound);
        Attempt::Failed(errno)
    }

    /// A call on a connection, with everything that follows from it.
    pub(super) fn call<T>(
        &mut self,
        connection: Slot,
        cx: &mut HostCx,
        call: impl FnOnce(&mut Tcb, &mut Cx) -> T,
    ) -> T {
        let result = self.with(connection, Seq::new(0), cx, call);
        self.settle(connection, cx);
        result
    }
}

pub(super) const fn is_opening(state: State) -> bool {
    matches!(state, State::SynSent | State::SynReceived)
}

/// A close that lingers waits in these states.
pub(super) const fn is_lingering(state: State) -> bool {
    matches!(
        state,
        State::FinWait1 | State::Closing | State::LastAck | State::CloseWait
    )
}

/// The application is told of an end like this; else both ends had closed, and it misses nothing.
pub(super) const fn is_error(end: End) -> bool {
    !matches!(end, End::Reopened | End::Forgotten)
}
