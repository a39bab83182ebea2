//! Socket calls that use a connection: send, receive, shutdown, close, abort.

use super::connection::{Counts, Owner};
use super::errno::Errno;
use super::icmp::{errno_of, errno_of_icmp};
use super::processes::Attempt;
use super::profile::sockets::{CloseDuringCall, ErrorNumbers, LingerTimeout};
use super::program::{Fd, Step, Ways};
use super::socket::{Descriptor, Kind, Options, Shut, SocketId};
use super::sockets::{is_error, is_lingering};
use super::{Host, HostCx, ProcessSlot, Slot};
use crate::seq::Seq;
use crate::tcp::calls::Received;
use crate::tcp::outcome::CallError;
use crate::tcp::state::State;
use crate::tcp::tcb::Tcb;
use crate::time::Span;

/// When a read is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// When anything came.
    Some,
    /// When all has come, or the end.
    All,
}

/// Whether what is written is urgent. RFC 9293 §3.10.2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// It is not.
    None,
    /// It is, up to its end: MSG_OOB.
    Urgent,
}

impl Host {
    /// A thread that waited in a transfer moves what there is and waits on, as it mostly does: with the
    /// same outcome as [`Host::attempt`], and nothing looked up twice. False if it has to be tried
    /// the long way; then nothing was done.
    pub(super) fn transfers_on(&mut self, slot: ProcessSlot, cx: &mut HostCx) -> bool {
        let process = &self.processes[slot as usize];
        let (Some(_), Some(socket)) = (process.begun, process.in_call) else {
            return false;
        };
        let Some(octets) = process.waits_in_transfer(cx.code) else {
            return false;
        };
        let left = octets.map(|octets| octets - process.moved);
        let held = self.socket(socket);
        let Kind::Connection(connection) = held.kind else {
            return false;
        };
        let options = &held.options;
        if options.non_blocking || held.shut != Shut::default() {
            return false;
        }
        let timeout = match left {
            Some(_) => options.send_timeout,
            None => options.receive_timeout,
        };
        if timeout != Span::ZERO {
            return false;
        }
        let moved = self.with(connection, Seq::new(0), cx, |t, cx| match left {
            Some(left) => t.write_part(left, cx),
            None => t.read_part(),
        });
        let Some((octets, may_send)) = moved else {
            return false;
        };
        self.processes[slot as usize].moved += octets;
        self.whole_mut(connection).waiters.leave(slot);
        if may_send {
            self.settle(connection, cx);
        }
        self.whole_mut(connection).waiters.add(slot);
        true
    }

    pub(super) fn send(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        octets: u64,
        urgency: Urgency,
        cx: &mut HostCx,
    ) -> Attempt {
        let Kind::Connection(connection) = self.socket(socket).kind else {
            return Attempt::Failed(self.unconnected(socket, cx));
        };
        if self.socket(socket).shut.write {
            return Attempt::Failed(self.take_error(socket, cx).unwrap_or(Errno::Epipe));
        }
        let left = octets - self.processes[slot as usize].moved;
        let (accepted, may_send) = self.with(connection, Seq::new(0), cx, |t, cx| match urgency {
            Urgency::None => t.write(left, cx),
            Urgency::Urgent => (t.send_urgent(left, cx), true),
        });
        if may_send {
            self.settle(connection, cx);
        }
        match accepted {
            Ok(accepted) => {
                let process = &mut self.processes[slot as usize];
                process.moved += accepted;
                let moved = process.moved;
                if accepted == left {
                    return Attempt::Done(octets);
                }
                let Options {
                    non_blocking,
                    send_timeout,
                    ..
                } = self.socket(socket).options;
                match self.patience(slot, non_blocking, send_timeout, cx) {
                    Some(until) => Attempt::WaitsFor(connection, until),
                    // What was moved is told; the error, if nothing was.
                    None if moved > 0 => Attempt::Done(moved),
                    None => Attempt::Failed(Errno::Eagain),
                }
            }
            Err(error) => {
                let told = self.tell_error(connection, error, cx);
                Attempt::Failed(told.unwrap_or(Errno::Epipe))
            }
        }
    }

    /// The error of a transfer on a socket that has no connection.
    fn unconnected(&self, socket: SocketId, cx: &HostCx) -> Errno {
        match (cx.profile.sockets.errors, self.socket(socket).kind) {
            (ErrorNumbers::Ninety, Kind::Fresh | Kind::Connection(_)) => Errno::Epipe,
            (ErrorNumbers::Ninety, Kind::Listener(_)) => Errno::Epipe,
            (ErrorNumbers::Forty | ErrorNumbers::TenThousand, _) => Errno::Enotconn,
        }
    }

    /// A read to the end is read after read: another thread that closes the descriptor leaves the one
    /// that waits alone, and what it had named is not there for the next. Measured: data-close-with-loss.
    fn reads_a_closed_descriptor(&self, slot: ProcessSlot, step: &Step) -> bool {
        let Step::ReceiveToEnd { fd } = *step else {
            return false;
        };
        self.descriptor(slot, fd) == Descriptor::Closed
    }

    #[inline]
    pub(super) fn receive(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        step: &Step,
        cx: &mut HostCx,
    ) -> Attempt {
        let (octets, until) = match *step {
            Step::Receive { octets, .. } => (octets, Until::Some),
            Step::ReceiveExactly { octets, .. } => (octets, Until::All),
            _ => (u64::MAX, Until::All),
        };
        let moved = self.processes[slot as usize].moved;
        if moved == octets {
            return Attempt::Done(moved);
        }
        let Kind::Connection(connection) = self.socket(socket).kind else {
            return match self.socket(socket).shut.read {
                true => Attempt::Done(0),
                false => Attempt::Failed(Errno::Enotconn),
            };
        };
        let (taken, may_send, last) = self.with(connection, Seq::new(0), cx, |t, _| {
            let (taken, last) = read(t, octets - moved, until);
            (taken, t.may_send_after_read(), last)
        });
        if may_send {
            self.settle(connection, cx);
        }
        let moved = moved + taken;
        self.processes[slot as usize].moved = moved;
        if taken > 0 && self.reads_a_closed_descriptor(slot, step) {
            return Attempt::Failed(Errno::Ebadf);
        }
        match last {
            Ok(Received::Octets(_) | Received::End) => Attempt::Done(moved),
            // What had arrived could be read; after it a socket shut for reading shows the end.
            Ok(Received::Nothing) if self.socket(socket).shut.read => Attempt::Done(moved),
            Ok(Received::Nothing) => {
                let Options {
                    non_blocking,
                    receive_timeout,
                    ..
                } = self.socket(socket).options;
                match self.patience(slot, non_blocking, receive_timeout, cx) {
                    Some(until) => Attempt::WaitsFor(connection, until),
                    None if moved > 0 => Attempt::Done(moved),
                    None => Attempt::Failed(Errno::Eagain),
                }
            }
            // An error is told once; after that there is only the end.
            Err(error) => match self.tell_error(connection, error, cx) {
                Some(errno) => Attempt::Failed(errno),
                None => Attempt::Done(moved),
            },
        }
    }

    /// The error that an application sees, once; then `None`.
    fn tell_error(&mut self, connection: Slot, error: CallError, cx: &HostCx) -> Option<Errno> {
        let whole = self.whole_mut(connection);
        match error {
            CallError::Ended(end) if !whole.error_told && is_error(end) => {
                whole.error_told = true;
                // Reading went on to the end; only who sends is told, that nobody reads.
                let (soft, numbers) = (whole.tcb.remembered_error(), cx.profile.sockets.errors);
                (!whole.tcb.reset_after_fin()).then(|| errno_of(end, soft, numbers))
            }
            CallError::Ended(_) | CallError::Closing | CallError::DoesNotExist => None,
            CallError::AlreadyExists => Some(Errno::Eisconn),
        }
    }

    /// The error that waits on a socket.
    pub(super) fn take_error(&mut self, socket: SocketId, cx: &HostCx) -> Option<Errno> {
        let Kind::Connection(connection) = self.socket(socket).kind else {
            return None;
        };
        let numbers = cx.profile.sockets.errors;
        if self.at(connection).state() != State::Closed {
            // What an ICMP error said, which did not end it.
            let soft = self.with(connection, Seq::new(0), cx, |t, cx| {
                t.take_remembered_error(cx)
            });
            return soft.map(|kind| errno_of_icmp(kind, numbers));
        }
        let whole = self.whole_mut(connection);
        let end = whole.tcb.ended().filter(|end| is_error(*end))?;
        let soft = whole.tcb.remembered_error();
        if whole.error_told {
            return None;
        }
        whole.error_told = true;
        Some(match whole.tcb.reset_after_fin() {
            true => Errno::Epipe,
            false => errno_of(end, soft, numbers),
        })
    }

    pub(super) fn shut_down(&mut self, socket: SocketId, ways: Ways, cx: &mut HostCx) -> Attempt {
        let held = self.socket_mut(socket);
        if !matches!(held.kind, Kind::Listener(_)) {
            held.shut.read |= ways != Ways::Write;
            held.shut.write |= ways != Ways::Read;
        }
        match self.socket(socket).kind {
            Kind::Fresh => Attempt::Failed(Errno::Enotconn),
            Kind::Listener(listener) => {
                if ways != Ways::Write && self.listeners[listener as usize].open {
                    self.close_listener(listener, cx);
                    self.wake_acceptors(listener, cx);
                    // It is a socket like a new one, on its port.
                    let held = self.socket_mut(socket);
                    held.kind = Kind::Fresh;
                }
                Attempt::Done(0)
            }
            Kind::Connection(connection) if self.is_apart(connection, cx) => {
                Attempt::Failed(Errno::Enotconn)
            }
            Kind::Connection(connection) => {
                let result = self.call(connection, cx, |t, cx| {
                    if ways != Ways::Write {
                        t.shutdown_read();
                    }
                    match ways {
                        Ways::Read => Ok(()),
                        Ways::Write | Ways::Both => t.shutdown(cx),
                    }
                });
                self.wake_waiters(connection, cx);
                match result {
                    Ok(()) | Err(CallError::Closing) => Attempt::Done(0),
                    Err(_) => Attempt::Failed(Errno::Enotconn),
                }
            }
        }
    }

    /// Closes a descriptor; its socket ends with it, unless a thread is still in a call on it.
    pub(super) fn close(&mut self, slot: ProcessSlot, fd: Fd, cx: &mut HostCx) -> Attempt {
        let process = &self.processes[slot as usize];
        if let (Some(socket), true) = (process.in_call, process.moved > 0) {
            return self.lingers(slot, socket, cx);
        }
        let table = process.table as usize;
        let Descriptor::Open(socket) = self.descriptor(slot, fd) else {
            return Attempt::Failed(Errno::Ebadf);
        };
        self.tables[table].descriptors[usize::from(fd.0)] = Descriptor::Closed;
        self.tables[table].open -= 1;
        let held = self.socket_mut(socket);
        held.closed = true;
        let held = self.socket(socket);
        if held.callers > 0 {
            if let Kind::Connection(connection) = held.kind
                && cx.profile.sockets.close_during_call == CloseDuringCall::Resets
            {
                let _ = self.call(connection, cx, |t, cx| t.abort(cx));
            }
            return Attempt::Done(0);
        }
        let linger = held.options.linger.filter(|span| *span > Span::ZERO);
        let connection = match held.kind {
            Kind::Connection(connection) => Some(connection),
            Kind::Fresh | Kind::Listener(_) => None,
        };
        if let (Some(_), Some(connection)) = (linger, connection)
            && !self.socket(socket).options.non_blocking
        {
            let _ = self.call(connection, cx, |t, cx| t.close(cx));
            self.processes[slot as usize].moved = 1;
            let attempt = self.lingers(slot, socket, cx);
            if matches!(attempt, Attempt::WaitsFor(..)) {
                // The thread is in a call on the socket; the end of that releases it.
                return attempt;
            }
        }
        self.release(socket, cx);
        Attempt::Done(0)
    }

    /// A close that waits until all it sent is acknowledged, at most as long as SO_LINGER says.
    fn lingers(&mut self, slot: ProcessSlot, socket: SocketId, cx: &mut HostCx) -> Attempt {
        let linger = self.socket(socket).options.linger.unwrap_or(Span::ZERO);
        if let Kind::Connection(connection) = self.socket(socket).kind
            && is_lingering(self.at(connection).state())
            && let Some(until) = self.patience(slot, false, linger, cx)
        {
            return Attempt::WaitsFor(connection, until);
        }
        if let Kind::Connection(connection) = self.socket(socket).kind
            && is_lingering(self.at(connection).state())
            && cx.profile.sockets.linger_timeout == LingerTimeout::Abort
        {
            let _ = self.call(connection, cx, |t, cx| t.abort(cx));
        }
        Attempt::Done(0)
    }

    pub(super) fn abort(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        step: &Step,
        cx: &mut HostCx,
    ) -> Attempt {
        self.socket_mut(socket).options.linger = Some(Span::ZERO);
        match step.descriptor() {
            Some(fd) => self.close(slot, fd, cx),
            None => Attempt::Failed(Errno::Ebadf),
        }
    }

    /// Nobody has a socket any more.
    pub(super) fn release(&mut self, socket: SocketId, cx: &mut HostCx) {
        let held = self.socket(socket);
        let linger = held.options.linger;
        match held.kind {
            Kind::Fresh => {}
            Kind::Listener(listener) => {
                if self.listeners[listener as usize].open {
                    self.close_listener(listener, cx);
                }
            }
            Kind::Connection(connection) => {
                self.whole_mut(connection).owner = Owner::Nobody;
                self.close_connection(connection, linger, cx);
            }
        }
        self.drop_socket(socket);
    }

    /// The application lets go of a connection.
    fn close_connection(&mut self, connection: Slot, linger: Option<Span>, cx: &mut HostCx) {
        let aborts = linger == Some(Span::ZERO);
        // Closing what has ended already is no error to the application.
        let _ = self.call(connection, cx, |t, cx| match aborts {
            true => t.abort(cx),
            false => t.close(cx),
        });
        let orphan = |c: &super::Connection| c.counts == Counts::Orphan;
        if cx.profile.sockets.orphan_limit < self.orphans
            && self.connection(connection).is_some_and(orphan)
        {
            let _ = self.call(connection, cx, |t, cx| t.abort(cx));
        }
    }

    /// Threads that wait on a listener which is gone look again.
    fn wake_acceptors(&mut self, listener: u32, cx: &mut HostCx) {
        while let Some(process) = self.listeners[listener as usize].waiters.take_first() {
            cx.happenings.push(super::Happening::Wake(process));
        }
    }
}

/// Reads until enough has come or nothing is left: how many octets, and what the last RECEIVE said.
#[inline]
fn read(tcb: &mut Tcb, octets: u64, until: Until) -> (u64, Result<Received, CallError>) {
    let received = tcb.receive(octets);
    match received {
        // All that came was taken; the end may have come with it.
        Ok(Received::Octets(taken)) if until == Until::All && taken < octets => {
            (taken, tcb.receive(octets - taken))
        }
        Ok(Received::Octets(taken)) => (taken, received),
        Ok(Received::End | Received::Nothing) | Err(_) => (0, received),
    }
}
