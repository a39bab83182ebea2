//! Socket calls: what each step of a program does to the host, and when it would wait.

use super::connections::{Owner, key};
use super::errno::Errno;
use super::processes::{Attempt, Process};
use super::program::{Fd, SocketOption, Step};
use super::{Host, HostCx, ProcessSlot, Slot};
use crate::seq::Seq;
use crate::tcp::calls::Received;
use crate::tcp::outcome::{CallError, End};
use crate::tcp::state::State;
use crate::tcp::tcb::{Choices, Cx, Tcb};

impl Host {
    /// Tries a step: does it, or says what it waits for.
    pub(super) fn attempt(&mut self, slot: ProcessSlot, step: Step, cx: &mut HostCx) -> Attempt {
        if let Some(fd) = step.uses() {
            return match self.processes[slot as usize].socket(fd) {
                Some(connection) => self.attempt_on(slot, connection, step, cx),
                None => Attempt::Failed(Errno::Ebadf),
            };
        }
        match step {
            Step::Bind { port } => self.bind(slot, port, cx),
            Step::Listen { backlog } => self.listen_on_bound(slot, backlog, cx),
            Step::Accept { fd } => self.accept(slot, fd),
            Step::Serve { fd, code } => self.serve(slot, fd, code, cx),
            Step::Connect { fd, port } => self.connect(slot, fd, port, cx),
            Step::CloseListener => match self.processes[slot as usize].listener.take() {
                Some(listener) => {
                    self.close_listener(listener, cx);
                    Attempt::Done(0)
                }
                None => Attempt::Failed(Errno::Ebadf),
            },
            Step::Sleep(span) => self.sleep_until(slot, cx.now + span, cx),
            Step::At(moment) => self.sleep_until(slot, moment, cx),
            Step::Exit => Attempt::Exits,
            Step::Send { .. }
            | Step::Receive { .. }
            | Step::ReceiveExactly { .. }
            | Step::ReceiveToEnd { .. }
            | Step::ShutdownWrite { .. }
            | Step::Close { .. }
            | Step::Abort { .. }
            | Step::Set { .. }
            | Step::WaitFor { .. } => unreachable!("it uses a socket"),
        }
    }

    /// A step on an open socket.
    fn attempt_on(
        &mut self,
        slot: ProcessSlot,
        connection: Slot,
        step: Step,
        cx: &mut HostCx,
    ) -> Attempt {
        match step {
            Step::Send { octets, .. } => self.send(slot, connection, octets, cx),
            Step::Receive { octets, .. } => self.receive(slot, connection, octets, Until::Some, cx),
            Step::ReceiveExactly { octets, .. } => {
                self.receive(slot, connection, octets, Until::All, cx)
            }
            Step::ReceiveToEnd { .. } => self.receive(slot, connection, u64::MAX, Until::All, cx),
            Step::ShutdownWrite { .. } => match self.call(connection, cx, |t, cx| t.shutdown(cx)) {
                Ok(()) | Err(CallError::Closing) => Attempt::Done(0),
                Err(_) => Attempt::Failed(Errno::Enotconn),
            },
            Step::Close { fd } => {
                self.processes[slot as usize].sockets[usize::from(fd.0)] = None;
                self.close_connection(connection, cx);
                Attempt::Done(0)
            }
            Step::Abort { fd } => {
                self.processes[slot as usize].sockets[usize::from(fd.0)] = None;
                self.connections[connection as usize]
                    .as_mut()
                    .expect("it is open")
                    .owner = Owner::Nobody;
                let _ = self.call(connection, cx, |t, cx| t.abort(cx));
                Attempt::Done(0)
            }
            Step::Set { option, .. } => {
                self.call(connection, cx, |t, _| {
                    let choices = t.choices_mut();
                    match option {
                        SocketOption::NoDelay(on) => choices.nagle = !on,
                        SocketOption::UserTimeout(span) => choices.user_timeout = Some(span),
                        SocketOption::ReceiveBuffer(octets) => choices.receive_buffer = octets,
                        SocketOption::SendBuffer(octets) => choices.send_buffer = octets,
                    }
                });
                Attempt::Done(0)
            }
            Step::WaitFor { state, .. } => {
                let now = self.connections[connection as usize]
                    .as_ref()
                    .expect("it is open")
                    .tcb
                    .state();
                if now == state || self.processes[slot as usize].moved > 0 {
                    Attempt::Done(0)
                } else {
                    Attempt::WaitsFor(connection)
                }
            }
            Step::Bind { .. }
            | Step::Listen { .. }
            | Step::Accept { .. }
            | Step::Serve { .. }
            | Step::Connect { .. }
            | Step::CloseListener
            | Step::Sleep(_)
            | Step::At(_)
            | Step::Exit => unreachable!("it uses no socket"),
        }
    }

    /// True if trying the step again would not wait.
    pub(super) fn is_ready(&self, process: &Process, step: Step) -> bool {
        let connected = |fd: Fd| process.socket(fd).and_then(|slot| self.connection(slot));
        match step {
            Step::Connect { fd, .. } => connected(fd).is_some_and(|c| !is_opening(c.tcb.state())),
            Step::Send { fd, .. } => connected(fd).is_some_and(|c| {
                let may_send = matches!(c.tcb.state(), State::Established | State::CloseWait);
                c.tcb.send_room() > 0 || !(may_send || is_opening(c.tcb.state()))
            }),
            Step::Receive { fd, .. }
            | Step::ReceiveExactly { fd, .. }
            | Step::ReceiveToEnd { fd } => connected(fd).is_some_and(|c| {
                c.tcb.readable() > 0 || c.tcb.fin_received() || c.tcb.state() == State::Closed
            }),
            Step::WaitFor { fd, state } => {
                process.moved > 0 || connected(fd).is_some_and(|c| c.tcb.state() == state)
            }
            Step::Bind { .. }
            | Step::Listen { .. }
            | Step::Accept { .. }
            | Step::Serve { .. }
            | Step::ShutdownWrite { .. }
            | Step::Close { .. }
            | Step::CloseListener
            | Step::Abort { .. }
            | Step::Set { .. }
            | Step::Sleep(_)
            | Step::At(_)
            | Step::Exit => true,
        }
    }

    fn sleep_until(&self, slot: ProcessSlot, moment: crate::time::Time, cx: &HostCx) -> Attempt {
        // The wake-up was set when the step began; only its moment ends it.
        let until = self.processes[slot as usize].wakes.unwrap_or(moment);
        if until <= cx.now {
            Attempt::Done(0)
        } else {
            Attempt::Sleeps(until)
        }
    }

    fn bind(&mut self, slot: ProcessSlot, port: u16, cx: &HostCx) -> Attempt {
        if self.processes[slot as usize].bound.is_some() {
            return Attempt::Failed(Errno::Einval);
        }
        let port = match port {
            0 => match self.free_port(None, cx) {
                Some(port) => port,
                None => return Attempt::Failed(Errno::Eaddrinuse),
            },
            port if self.is_port_taken(port) => return Attempt::Failed(Errno::Eaddrinuse),
            port => port,
        };
        self.bound_ports.push(port);
        self.processes[slot as usize].bound = Some(port);
        Attempt::Done(u64::from(port))
    }

    /// A listener or a bound socket has it. RFC 9293 §3.9.1.1: a connection is no obstacle.
    fn is_port_taken(&self, port: u16) -> bool {
        self.bound_ports.contains(&port) || self.listener_at(port).is_some()
    }

    /// The next port of the dynamic range that is free: towards `remote`, or altogether.
    fn free_port(&mut self, remote: Option<u16>, cx: &HostCx) -> Option<u16> {
        let (first, last) = cx.profile.sockets.ephemeral_ports;
        for _ in first..=last {
            let port = self.next_ephemeral_port;
            self.next_ephemeral_port = if port == last { first } else { port + 1 };
            let connected =
                remote.is_some_and(|remote| self.by_ports.contains_key(&key(port, remote)));
            if !connected && !self.is_port_taken(port) {
                return Some(port);
            }
        }
        None
    }

    fn listen_on_bound(&mut self, slot: ProcessSlot, backlog: u32, cx: &mut HostCx) -> Attempt {
        let process = &self.processes[slot as usize];
        let (Some(port), None) = (process.bound, process.listener) else {
            return Attempt::Failed(Errno::Einval);
        };
        match self.listen(port, backlog, cx) {
            Ok(listener) => {
                self.processes[slot as usize].listener = Some(listener);
                self.forget_bound(slot);
                Attempt::Done(0)
            }
            Err(errno) => Attempt::Failed(errno),
        }
    }

    fn forget_bound(&mut self, slot: ProcessSlot) {
        if let Some(port) = self.processes[slot as usize].bound.take() {
            self.bound_ports.retain(|taken| *taken != port);
        }
    }

    fn accept(&mut self, slot: ProcessSlot, fd: Fd) -> Attempt {
        let process = &self.processes[slot as usize];
        let Some(listener) = process.listener else {
            return Attempt::Failed(Errno::Einval);
        };
        if process.socket(fd).is_some() {
            return Attempt::Failed(Errno::Eisconn);
        }
        match self.listeners[listener as usize].queue.pop_front() {
            Some(connection) => {
                self.own(slot, fd, connection);
                Attempt::Done(0)
            }
            None => Attempt::Accepts(listener),
        }
    }

    /// Accepts, and leaves the connection to a child.
    fn serve(&mut self, slot: ProcessSlot, fd: Fd, code: u16, cx: &mut HostCx) -> Attempt {
        let Some(listener) = self.processes[slot as usize].listener else {
            return Attempt::Failed(Errno::Einval);
        };
        let Some(connection) = self.listeners[listener as usize].queue.pop_front() else {
            return Attempt::Accepts(listener);
        };
        let program = self.processes[slot as usize].id.program;
        let child = self.spawn(program, code, false, cx);
        self.own(child, fd, connection);
        self.run(child, cx);
        Attempt::Forked
    }

    fn connect(&mut self, slot: ProcessSlot, fd: Fd, remote: u16, cx: &mut HostCx) -> Attempt {
        if let Some(connection) = self.processes[slot as usize].socket(fd) {
            if self.processes[slot as usize].moved == 0 {
                return Attempt::Failed(Errno::Eisconn);
            }
            return self.connecting(slot, fd, connection);
        }
        let local = match self.processes[slot as usize].bound {
            Some(port) if self.by_ports.contains_key(&key(port, remote)) => {
                return Attempt::Failed(Errno::Eaddrinuse);
            }
            Some(port) => port,
            None => match self.free_port(Some(remote), cx) {
                Some(port) => port,
                None => return Attempt::Failed(Errno::Eaddrnotavail),
            },
        };
        self.forget_bound(slot);
        // The step has begun: its socket is its own from here on.
        self.processes[slot as usize].moved = 1;
        let number = Host::number_for(local, remote, cx);
        let config = &cx.profile.tcp;
        let mut tcb = Tcb::new(self.stream(number), Choices::new(config), config);
        let iss = self.take_iss(local, remote, cx);
        let opened = Host::with_tcb(&mut tcb, &mut self.output, iss, cx, |t, cx| {
            t.active_open(cx)
        });
        assert!(opened.is_ok(), "a new TCB is CLOSED");
        let connection = self.insert(tcb, local, remote, number, Owner::Process);
        self.own(slot, fd, connection);
        self.settle(connection, cx);
        self.connecting(slot, fd, connection)
    }

    fn connecting(&mut self, slot: ProcessSlot, fd: Fd, connection: Slot) -> Attempt {
        let tcb = &self.connections[connection as usize]
            .as_ref()
            .expect("it is open")
            .tcb;
        if is_opening(tcb.state()) {
            return Attempt::WaitsFor(connection);
        }
        if tcb.state() != State::Closed {
            return Attempt::Done(0);
        }
        let errno = tcb.ended().map_or(Errno::Econnaborted, errno_of);
        self.processes[slot as usize].sockets[usize::from(fd.0)] = None;
        self.remove(connection);
        Attempt::Failed(errno)
    }

    fn send(
        &mut self,
        slot: ProcessSlot,
        connection: Slot,
        octets: u64,
        cx: &mut HostCx,
    ) -> Attempt {
        let left = octets - self.processes[slot as usize].moved;
        match self.call(connection, cx, |t, cx| t.send(left, cx)) {
            Ok(accepted) => {
                self.processes[slot as usize].moved += accepted;
                if accepted == left {
                    Attempt::Done(octets)
                } else {
                    Attempt::WaitsFor(connection)
                }
            }
            Err(error) => {
                Attempt::Failed(self.tell_error(connection, error).unwrap_or(Errno::Epipe))
            }
        }
    }

    fn receive(
        &mut self,
        slot: ProcessSlot,
        connection: Slot,
        octets: u64,
        until: Until,
        cx: &mut HostCx,
    ) -> Attempt {
        let moved = self.processes[slot as usize].moved;
        if moved == octets {
            return Attempt::Done(moved);
        }
        match self.call(connection, cx, |t, _| t.receive(octets - moved)) {
            Ok(Received::Octets(taken)) => {
                let moved = moved + taken;
                self.processes[slot as usize].moved = moved;
                if until == Until::Some {
                    return Attempt::Done(moved);
                }
                // All may be here now, or the end have come with the last octets.
                self.receive(slot, connection, octets, until, cx)
            }
            Ok(Received::End) => Attempt::Done(moved),
            Ok(Received::Nothing) => Attempt::WaitsFor(connection),
            // An error is told once; after that there is only the end.
            Err(error) => match self.tell_error(connection, error) {
                Some(errno) => Attempt::Failed(errno),
                None => Attempt::Done(moved),
            },
        }
    }

    /// The error that an application sees, once; then `None`.
    fn tell_error(&mut self, connection: Slot, error: CallError) -> Option<Errno> {
        let connection = self.connections[connection as usize]
            .as_mut()
            .expect("it is open");
        match error {
            CallError::Ended(end) if !connection.error_told => {
                connection.error_told = true;
                Some(errno_of(end))
            }
            CallError::Ended(_) | CallError::Closing | CallError::DoesNotExist => None,
            CallError::AlreadyExists => Some(Errno::Eisconn),
        }
    }

    /// The application lets go of a connection.
    pub(super) fn close_connection(&mut self, connection: Slot, cx: &mut HostCx) {
        let held = self.connections[connection as usize]
            .as_mut()
            .expect("it is open");
        held.owner = Owner::Nobody;
        held.waiter = None;
        // Closing what has ended already is no error to the application.
        let _ = self.call(connection, cx, |t, cx| t.close(cx));
    }

    /// A call on a connection, with everything that follows from it.
    fn call<T>(
        &mut self,
        connection: Slot,
        cx: &mut HostCx,
        call: impl FnOnce(&mut Tcb, &mut Cx) -> T,
    ) -> T {
        let tcb = &mut self.connections[connection as usize]
            .as_mut()
            .expect("it is open")
            .tcb;
        let result = Host::with_tcb(tcb, &mut self.output, Seq::new(0), cx, call);
        self.settle(connection, cx);
        result
    }
}

/// When a read is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// When anything came.
    Some,
    /// When all has come, or the end.
    All,
}

const fn is_opening(state: State) -> bool {
    matches!(state, State::SynSent | State::SynReceived)
}

/// What an application is told about the way a connection ended.
const fn errno_of(end: End) -> Errno {
    match end {
        End::Reset => Errno::Econnreset,
        End::Refused => Errno::Econnrefused,
        End::UserTimeout | End::RetransmissionLimit | End::FinWait2Timeout | End::KeepAlive => {
            Errno::Etimedout
        }
        End::Aborted | End::Withdrawn | End::Reopened => Errno::Econnaborted,
    }
}
