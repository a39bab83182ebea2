//! Sockets: what a descriptor stands for, its options, and the tables of descriptors.

use super::program::{Address, SocketOption};
use super::{Host, HostCx, ProcessSlot, Slot, as_slot};
use crate::tcp::choices::{Choices, FinWait2, KeepAlive, QuickAck};
use crate::time::Span;

/// The place of a socket in a host's table.
pub(super) type SocketId = u32;

/// A socket.
#[derive(Clone, Debug)]
pub(super) struct Socket {
    /// What it has become.
    pub kind: Kind,
    /// Its address and port, once it has them.
    pub local: Option<Local>,
    pub options: Options,
    /// Closed for reading or writing by a shutdown before or after it was connected.
    pub shut: Shut,
    /// Threads that are in a call on it: a closed socket lives on until they leave.
    pub callers: u32,
    /// Its descriptor was closed.
    pub closed: bool,
}

/// What a socket has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing yet.
    Fresh,
    /// A listener, by its place.
    Listener(u32),
    /// One end of a connection.
    Connection(Slot),
}

/// A local address with its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    pub address: Address,
    pub port: u16,
    /// The application chose the port, or had it chosen by a bind.
    pub bound: bool,
}

/// Which ways a socket was shut down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shut {
    pub read: bool,
    pub write: bool,
}

/// The options of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub reuse: Reuse,
    /// SO_LINGER; `None` is off.
    pub linger: Option<Span>,
    pub keepalive: bool,
    pub keepalive_times: KeepAlive,
    pub nagle: bool,
    pub cork: bool,
    pub quick_ack: QuickAck,
    /// `None` is the system's.
    pub user_timeout: Option<Span>,
    pub fin_wait2: FinWait2,
    pub mss_limit: Option<u16>,
    pub defer_accept: Span,
    pub syn_retries: Option<u32>,
    pub fast_open: u32,
    pub receive_buffer: u32,
    pub receive_buffer_fixed: bool,
    pub send_buffer: u32,
    pub receive_timeout: Span,
    pub send_timeout: Span,
    pub non_blocking: bool,
}

/// Who else may have the same port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reuse {
    /// SO_REUSEADDR.
    pub address: bool,
    /// SO_REUSEPORT.
    pub port: bool,
    /// SO_EXCLUSIVEADDRUSE.
    pub exclusive: bool,
}

impl Options {
    /// Those of a new socket.
    pub fn new(cx: &HostCx) -> Options {
        let tcp = &cx.profile.tcp;
        Options {
            reuse: Reuse::default(),
            linger: None,
            keepalive: false,
            keepalive_times: KeepAlive {
                idle: tcp.keepalive_idle,
                interval: tcp.keepalive_interval,
                probes: tcp.keepalive_probes,
            },
            nagle: tcp.nagle,
            cork: false,
            quick_ack: QuickAck::Unset,
            user_timeout: None,
            fin_wait2: FinWait2::Configured,
            mss_limit: None,
            defer_accept: Span::ZERO,
            syn_retries: None,
            fast_open: 0,
            receive_buffer: tcp.receive_buffer,
            receive_buffer_fixed: false,
            send_buffer: tcp.send_buffer,
            receive_timeout: Span::ZERO,
            send_timeout: Span::ZERO,
            non_blocking: false,
        }
    }

    /// Takes the value of an option.
    pub fn set(&mut self, option: SocketOption) {
        match option {
            SocketOption::ReuseAddress(on) => self.reuse.address = on,
            SocketOption::ReusePort(on) => self.reuse.port = on,
            SocketOption::ExclusiveAddressUse(on) => self.reuse.exclusive = on,
            SocketOption::Linger(span) => self.linger = span,
            SocketOption::KeepAlive(on) => self.keepalive = on,
            SocketOption::KeepIdle(span) => self.keepalive_times.idle = span,
            SocketOption::KeepInterval(span) => self.keepalive_times.interval = span,
            SocketOption::KeepCount(count) => self.keepalive_times.probes = count,
            SocketOption::NoDelay(on) => self.nagle = !on,
            SocketOption::Cork(on) => self.cork = on,
            SocketOption::QuickAck(true) => self.quick_ack = QuickAck::On,
            SocketOption::QuickAck(false) => self.quick_ack = QuickAck::Off,
            SocketOption::UserTimeout(Span::ZERO) => self.user_timeout = None,
            SocketOption::UserTimeout(span) => self.user_timeout = Some(span),
            SocketOption::FinWait2(rule) => self.fin_wait2 = rule,
            SocketOption::MaxSegment(octets) => self.mss_limit = Some(octets),
            SocketOption::DeferAccept(span) => self.defer_accept = span,
            SocketOption::FastOpen(limit) => self.fast_open = limit,
            SocketOption::SynCount(count) => self.syn_retries = Some(count),
            SocketOption::ReceiveBuffer(octets) => {
                (self.receive_buffer, self.receive_buffer_fixed) = (octets, true);
            }
            SocketOption::SendBuffer(octets) => self.send_buffer = octets,
            SocketOption::ReceiveTimeout(span) => self.receive_timeout = span,
            SocketOption::SendTimeout(span) => self.send_timeout = span,
            SocketOption::NonBlocking(on) => self.non_blocking = on,
        }
    }

    /// What a connection of this socket is told.
    pub fn choices(&self, cx: &HostCx) -> Choices {
        let mut choices = Choices::new(&cx.profile.tcp);
        choices.nagle = self.nagle;
        choices.cork = self.cork;
        choices.quick_ack = self.quick_ack;
        choices.keepalive = self.keepalive.then_some(self.keepalive_times);
        choices.fin_wait2 = self.fin_wait2;
        choices.mss_limit = self.mss_limit;
        choices.defer_accept = time_outs(self.defer_accept, cx);
        choices.syn_retries = self.syn_retries;
        choices.receive_buffer = self.receive_buffer;
        choices.receive_buffer_fixed = self.receive_buffer_fixed;
        choices.send_buffer = self.send_buffer;
        choices.user_timeout_changeable = self.user_timeout.is_none();
        choices.user_timeout = self.user_timeout.or(cx.profile.tcp.user_timeout);
        choices
    }
}

/// So many time-outs of a SYN,ACK cover this span.
fn time_outs(span: Span, cx: &HostCx) -> u32 {
    let tcp = &cx.profile.tcp;
    let (mut rto, mut covered, mut count) = (tcp.rto_initial, Span::ZERO, 0);
    while covered < span && count < u32::from(u8::MAX) {
        covered += rto;
        rto = rto.times(2).min(tcp.rto_max);
        count += 1;
    }
    count
}

/// A name for a socket that a process has, or had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Descriptor {
    /// It was never opened.
    Unopened,
    /// It is open.
    Open(SocketId),
    /// It was closed.
    Closed,
}

/// The descriptors of one process, which its threads share.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The thread with which the process began.
    pub main: ProcessSlot,
    /// By [`super::program::Fd`].
    pub descriptors: Vec<Descriptor>,
    /// Sockets whose descriptor was given to another one: open until the process ends.
    pub leaked: Vec<SocketId>,
    /// How many are open.
    pub open: u32,
    /// Threads that share them.
    pub threads: u32,
}

impl Socket {
    /// Where its connection is, if it has one.
    #[inline]
    pub fn connection(&self) -> Option<Slot> {
        match self.kind {
            Kind::Connection(slot) => Some(slot),
            Kind::Fresh | Kind::Listener(_) => None,
        }
    }
}

impl Host {
    #[inline]
    pub(super) fn socket(&self, id: SocketId) -> &Socket {
        self.sockets[id as usize]
            .as_ref()
            .expect("a descriptor has its socket")
    }

    #[inline]
    pub(super) fn socket_mut(&mut self, id: SocketId) -> &mut Socket {
        self.sockets[id as usize]
            .as_mut()
            .expect("a descriptor has its socket")
    }

    /// Puts a socket into the table.
    pub(super) fn add_socket(
        &mut self,
        kind: Kind,
        local: Option<Local>,
        options: Options,
    ) -> SocketId {
        let socket = Socket {
            kind,
            local,
            options,
            shut: Shut::default(),
            callers: 0,
            closed: false,
        };
        match self.free_sockets.pop() {
            Some(id) => {
                self.sockets[id as usize] = Some(socket);
                id
            }
            None => {
                self.sockets.push(Some(socket));
                as_slot(self.sockets.len() - 1)
            }
        }
    }

    /// Takes a socket out of the table.
    pub(super) fn drop_socket(&mut self, id: SocketId) {
        if let Some(local) = self.socket(id).local
            && local.bound
        {
            self.unbind(local.port);
        }
        self.sockets[id as usize] = None;
        self.free_sockets.push(id);
    }
}
