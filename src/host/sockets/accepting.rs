//! Socket calls of servers: listen, accept, and accept with a child for each connection.

use crate::host::connection::Owner;
use crate::host::errno::Errno;
use crate::host::processes::Attempt;
use crate::host::profile::sockets::ErrorNumbers;
use crate::host::program::{Address, Fd};
use crate::host::socket::{Kind, Local, Options, SocketId};
use crate::host::{Host, HostCx, ProcessSlot, Slot};
use crate::time::Time;

impl Host {
    pub(super) fn listen_on(&mut self, socket: SocketId, backlog: u32, cx: &mut HostCx) -> Attempt {
        match self.socket(socket).kind {
            Kind::Fresh => {}
            Kind::Listener(listener) => {
                let limit = cx.profile.sockets.backlog_max;
                self.listeners[listener as usize].backlog = backlog.min(limit);
                return Attempt::Done(0);
            }
            Kind::Connection(_) if cx.profile.sockets.errors == ErrorNumbers::TenThousand => {
                return Attempt::Failed(Errno::Eisconn);
            }
            Kind::Connection(_) => return Attempt::Failed(Errno::Einval),
        }
        if self.socket(socket).local.is_none() {
            // RFC 9293 leaves it open; systems take a port then.
            if let Attempt::Failed(errno) = self.bind(socket, Address::Any, 0, cx) {
                return Attempt::Failed(errno);
            }
        }
        let local = self.socket(socket).local.expect("it was just bound");
        if !self.may_listen(socket, local.address, local.port, cx) {
            return Attempt::Failed(Errno::Eaddrinuse);
        }
        let options = self.socket(socket).options;
        let listener = self.listen((local.address, local.port), backlog, &options, cx);
        self.socket_mut(socket).kind = Kind::Listener(listener);
        Attempt::Done(0)
    }

    /// The listener that a socket is.
    pub(super) fn listener_of(&self, socket: SocketId) -> Option<u32> {
        match self.socket(socket).kind {
            Kind::Listener(listener) if self.listeners[listener as usize].open => Some(listener),
            Kind::Listener(_) | Kind::Fresh | Kind::Connection(_) => None,
        }
    }

    pub(super) fn accept(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        fd: Fd,
        cx: &HostCx,
    ) -> Attempt {
        let Some(listener) = self.listener_of(socket) else {
            return Attempt::Failed(Errno::Einval);
        };
        let table = self.processes[slot as usize].table as usize;
        if cx.profile.sockets.descriptor_limit <= self.tables[table].open {
            return Attempt::Failed(Errno::Emfile);
        }
        match self.listeners[listener as usize].queue.pop_front() {
            Some(connection) => {
                self.own(slot, fd, connection, socket);
                Attempt::Done(0)
            }
            None => {
                let Options {
                    non_blocking,
                    receive_timeout,
                    ..
                } = self.socket(socket).options;
                match self.patience(slot, non_blocking, receive_timeout, cx) {
                    Some(until) => Attempt::Accepts(listener, until),
                    None => Attempt::Failed(Errno::Eagain),
                }
            }
        }
    }

    /// Accepts, and leaves the connection to a child.
    pub(super) fn serve(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        fd: Fd,
        code: u16,
        cx: &mut HostCx,
    ) -> Attempt {
        let Some(listener) = self.listener_of(socket) else {
            return Attempt::Failed(Errno::Einval);
        };
        let Some(connection) = self.listeners[listener as usize].queue.pop_front() else {
            return Attempt::Accepts(listener, Time::NEVER);
        };
        let program = self.processes[slot as usize].id.program;
        let child = self.spawn(program, code, false, cx);
        self.own(child, fd, connection, socket);
        self.run(child, cx);
        Attempt::Forked
    }

    /// Gives a connection that waited to be accepted to a process, with its listener's options.
    fn own(&mut self, slot: ProcessSlot, fd: Fd, connection: Slot, listener: SocketId) {
        let listening = self.socket(listener);
        let options = Options {
            non_blocking: false,
            ..listening.options
        };
        let accepted = self.at(connection);
        let local = Local {
            address: accepted.route.local(),
            port: accepted.local_port,
            bound: false,
        };
        let socket = self.add_socket(Kind::Connection(connection), Some(local), options);
        self.whole_mut(connection).owner = Owner::Socket(socket);
        self.give(slot, fd, socket);
    }
}
