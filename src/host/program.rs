//! Programs: socket calls one after the other, blocking as real ones do.
//!
//! A [`Code`] is what a program consists of, fixed for a run; a process is a place in it. Names
//! of sockets are indices here ([`Fd`]); the scenario's names stand beside the code.

use super::errno::Errno;
use super::table::Listing;
use crate::tcp::choices::FinWait2;
use crate::tcp::state::State;
use crate::time::{Span, Time};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A list of steps and the names of the sockets they use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// The steps, in order.
    pub steps: Vec<Instruction>,
    /// Names of the sockets, by [`Fd`].
    pub sockets: Vec<String>,
}

impl Code {
    /// These steps, all of which are expected to succeed, with these names of sockets.
    pub fn new(steps: &[Step], sockets: &[&str]) -> Code {
        let instruction = |step: &Step| Instruction {
            step: *step,
            expects: Expects::Success,
        };
        Code {
            steps: steps.iter().map(instruction).collect(),
            sockets: sockets.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

/// A socket of a process, by its place in [`Code::sockets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fd(pub u16);

/// One step, and what its author expects of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub step: Step,
    /// What should come of it.
    pub expects: Expects,
}

/// What the author of a step expects of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expects {
    /// That it succeeds: an error ends the program.
    Success,
    /// That it succeeds with this number, of octets for a transfer.
    Returns(u64),
    /// That it fails with this error; the program goes on.
    Fails(Errno),
    /// Nothing: the program goes on, whatever comes of it.
    Anything,
}

/// An address as a program on a host knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Address {
    /// 0.0.0.0: all addresses of this host; to connect to it is to connect to [`Address::Loopback`].
    Any,
    /// This host's address on the path.
    Own,
    /// 127.0.0.1.
    Loopback,
    /// The other host's address.
    Peer,
    /// An address that nobody here has.
    Elsewhere,
}

impl Address {
    /// What it is in numbers, on a host with the first of these addresses whose peer has the second.
    pub const fn resolve(self, [own, peer]: [IpAddr; 2]) -> IpAddr {
        match (self, own) {
            (Address::Own, _) => own,
            (Address::Peer, _) => peer,
            (Address::Any, IpAddr::V4(_)) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            (Address::Any, IpAddr::V6(_)) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            (Address::Loopback, IpAddr::V4(_)) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            (Address::Loopback, IpAddr::V6(_)) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            // RFC 5737, RFC 3849: addresses for documents.
            (Address::Elsewhere, IpAddr::V4(_)) => IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)),
            (Address::Elsewhere, IpAddr::V6(_)) => {
                IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))
            }
        }
    }
}

/// Which ways a shutdown closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Ways {
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Both.
    Both,
}

/// One step of a program.
///
/// A step on a descriptor that was never opened opens it first, except to accept on it: a program
/// need not say `Socket`. On one that was closed it fails with EBADF, but for a connect, and for the
/// bind of a listener without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Opens a socket.
    Socket {
        /// Its descriptor.
        fd: Fd,
    },
    /// Takes an address and a port.
    Bind {
        /// The socket.
        fd: Fd,
        /// The local address.
        address: Address,
        /// The local port; 0 takes a free one.
        port: u16,
    },
    /// Makes the socket a listener.
    Listen {
        /// The socket.
        fd: Fd,
        /// How many connections may wait to be accepted.
        backlog: u32,
    },
    /// Waits for a connection on a listener.
    Accept {
        /// The listener.
        listener: Fd,
        /// The socket it becomes.
        fd: Fd,
    },
    /// Serves every connection in a child process of its own, for ever.
    Serve {
        /// The listener.
        listener: Fd,
        /// The socket it becomes in the child.
        fd: Fd,
        /// What the child does: an index into the plan's list of code.
        code: u16,
    },
    /// Opens a connection and waits until it is open.
    Connect {
        /// The socket.
        fd: Fd,
        /// The remote address.
        address: Address,
        /// The remote port.
        port: u16,
    },
    /// Opens a connection by Fast Open, and writes octets: MSG_FASTOPEN. RFC 7413.
    ConnectSend {
        /// The socket.
        fd: Fd,
        /// The remote address.
        address: Address,
        /// The remote port.
        port: u16,
        /// How many octets.
        octets: u64,
    },
    /// Writes octets, waiting for room as often as it takes.
    Send {
        /// The socket.
        fd: Fd,
        /// How many octets.
        octets: u64,
    },
    /// Writes octets that are urgent, waiting for room as often as it takes. RFC 9293 §3.10.2.
    SendUrgent {
        /// The socket.
        fd: Fd,
        /// How many octets.
        octets: u64,
    },
    /// Reads what is there, waiting for the first octet or the end.
    Receive {
        /// The socket.
        fd: Fd,
        /// At most so many octets.
        octets: u64,
    },
    /// Reads until this many octets have come, or the end.
    ReceiveExactly {
        /// The socket.
        fd: Fd,
        /// How many octets.
        octets: u64,
    },
    /// Reads until the peer closes.
    ReceiveToEnd {
        /// The socket.
        fd: Fd,
    },
    /// Closes a connection one way or both, or a listener; the descriptor stays open.
    Shutdown {
        /// The socket.
        fd: Fd,
        /// Which ways.
        ways: Ways,
    },
    /// Closes the descriptor.
    Close {
        /// The socket.
        fd: Fd,
    },
    /// Aborts the connection, as a close that does not linger does.
    Abort {
        /// The socket.
        fd: Fd,
    },
    /// Sets an option of the socket.
    Set {
        /// The socket.
        fd: Fd,
        /// The option and its value.
        option: SocketOption,
    },
    /// Asks for the local address: returns the port.
    SocketName {
        /// The socket.
        fd: Fd,
    },
    /// Asks for the remote address: returns the port.
    PeerName {
        /// The socket.
        fd: Fd,
    },
    /// Asks for the error that waits on the socket, and takes it: SO_ERROR.
    SocketError {
        /// The socket.
        fd: Fd,
    },
    /// Asks how many octets are to be read until the urgent data is over. RFC 9293 §3.8.5 (MUST-33).
    UrgentLeft {
        /// The socket.
        fd: Fd,
    },
    /// Lists the host's sockets.
    Netstat(Listing),
    /// Takes other steps beside those that follow, on the same descriptors.
    Thread {
        /// The steps: an index into the plan's list of code.
        code: u16,
    },
    /// Waits.
    Sleep(Span),
    /// Waits until this moment; goes on at once if it has passed. [`Time::NEVER`] waits for ever.
    At(Time),
    /// Waits until the connection is in this state.
    WaitFor {
        /// The socket.
        fd: Fd,
        /// The state.
        state: State,
    },
    /// Ends the program.
    Exit,
}

impl Step {
    /// It reads octets, and returns how many.
    pub const fn reads(&self) -> bool {
        matches!(
            self,
            Step::Receive { .. } | Step::ReceiveExactly { .. } | Step::ReceiveToEnd { .. }
        )
    }

    /// The descriptor on which the call is made.
    pub const fn descriptor(&self) -> Option<Fd> {
        match *self {
            Step::Socket { fd }
            | Step::Bind { fd, .. }
            | Step::Listen { fd, .. }
            | Step::Accept { listener: fd, .. }
            | Step::Serve { listener: fd, .. }
            | Step::Connect { fd, .. }
            | Step::ConnectSend { fd, .. }
            | Step::Send { fd, .. }
            | Step::SendUrgent { fd, .. }
            | Step::Receive { fd, .. }
            | Step::ReceiveExactly { fd, .. }
            | Step::ReceiveToEnd { fd }
            | Step::Shutdown { fd, .. }
            | Step::Close { fd }
            | Step::Abort { fd }
            | Step::Set { fd, .. }
            | Step::SocketName { fd }
            | Step::PeerName { fd }
            | Step::SocketError { fd }
            | Step::UrgentLeft { fd }
            | Step::WaitFor { fd, .. } => Some(fd),
            Step::Netstat(_) | Step::Thread { .. } | Step::Sleep(_) | Step::At(_) | Step::Exit => {
                None
            }
        }
    }

    /// The call moves octets, and leaves the descriptor and its connection where they are.
    pub const fn is_transfer(&self) -> bool {
        matches!(
            self,
            Step::Send { .. }
                | Step::SendUrgent { .. }
                | Step::Receive { .. }
                | Step::ReceiveExactly { .. }
                | Step::ReceiveToEnd { .. }
        )
    }

    /// The descriptor whose connection the call is about.
    pub const fn connection(&self) -> Option<Fd> {
        match *self {
            Step::Accept { fd, .. } => Some(fd),
            Step::Serve { .. } => None,
            _ => self.descriptor(),
        }
    }
}

/// An option of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketOption {
    /// SO_REUSEADDR.
    ReuseAddress(bool),
    /// SO_REUSEPORT.
    ReusePort(bool),
    /// SO_EXCLUSIVEADDRUSE.
    ExclusiveAddressUse(bool),
    /// SO_LINGER; `None` is off.
    Linger(Option<Span>),
    /// SO_KEEPALIVE. RFC 9293 §3.8.4 (MUST-24, MUST-25).
    KeepAlive(bool),
    /// TCP_KEEPIDLE.
    KeepIdle(Span),
    /// TCP_KEEPINTVL.
    KeepInterval(Span),
    /// TCP_KEEPCNT.
    KeepCount(u32),
    /// TCP_NODELAY: small segments do not wait. RFC 9293 §3.7.4 (MUST-17).
    NoDelay(bool),
    /// TCP_CORK: segments that are not full wait.
    Cork(bool),
    /// TCP_QUICKACK.
    QuickAck(bool),
    /// TCP_USER_TIMEOUT; zero is the system's. RFC 9293 §3.9.1.1.
    UserTimeout(Span),
    /// TCP_LINGER2.
    FinWait2(FinWait2),
    /// TCP_MAXSEG, in octets.
    MaxSegment(u16),
    /// TCP_DEFER_ACCEPT: a listener's connections wait for text this long; zero is off.
    DeferAccept(Span),
    /// TCP_FASTOPEN: a listener takes text of SYNs, so many connections at a time; zero is off. RFC
    /// 7413 §5.1.
    FastOpen(u32),
    /// TCP_SYNCNT: how often a SYN goes out again.
    SynCount(u32),
    /// SO_RCVBUF, in octets.
    ReceiveBuffer(u32),
    /// SO_SNDBUF, in octets.
    SendBuffer(u32),
    /// SO_RCVTIMEO; zero waits for ever.
    ReceiveTimeout(Span),
    /// SO_SNDTIMEO; zero waits for ever.
    SendTimeout(Span),
    /// O_NONBLOCK: no call waits.
    NonBlocking(bool),
}

/// How a program of the scenario starts, is interrupted, and starts again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramPlan {
    /// Its name.
    pub name: String,
    /// The host it runs on, by index.
    pub host: u8,
    /// What it does.
    pub code: u16,
    /// What it does when interrupted, on the same sockets; `None` dies of it.
    pub on_interrupt: Option<u16>,
    /// When it starts.
    pub start: Time,
    /// How many of it run, each started [`ProgramPlan::every`] after the one before.
    pub count: u32,
    /// Distance of their starts.
    pub every: Span,
    /// What happens to it from outside, in order of time.
    pub signals: Vec<(Time, Signal)>,
}

/// What happens to a program from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, as Ctrl-C sends it: the handler runs, or the program dies.
    Interrupt,
    /// SIGKILL: the program dies.
    Kill,
    /// It is started again.
    Start,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum CallResult {
    /// It succeeded, with a number: of octets for a transfer, of the port for a bind, else 0.
    Done(u64),
    /// It failed.
    Failed(Errno),
}

impl Expects {
    /// True if `result` is what was expected.
    pub fn is_met_by(self, result: CallResult) -> bool {
        match (self, result) {
            (Expects::Anything, _) => true,
            (Expects::Success, CallResult::Done(_)) => true,
            (Expects::Returns(wanted), CallResult::Done(got)) => wanted == got,
            (Expects::Fails(wanted), CallResult::Failed(got)) => wanted == got,
            (Expects::Success | Expects::Returns(_), CallResult::Failed(_))
            | (Expects::Fails(_), CallResult::Done(_)) => false,
        }
    }
}
