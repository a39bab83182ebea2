//! Constants and policies of the socket layer: ports, backlogs, limits, numbers of errors.
//!
//! The socket layer itself knows no system; a profile fills this in.

use crate::host::program::SocketOption;
use crate::time::Span;

/// Constants and policies of a host's socket layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketRules {
    /// First and last port of those that a connection takes when it was bound to none.
    ///
    /// RFC 6335 §6: the dynamic ports, 49152 to 65535.
    pub ephemeral_ports: (u16, u16),
    /// The order in which they are taken.
    pub ephemeral_order: PortOrder,
    /// Which sockets are in the way of a bind.
    pub bind_rule: BindRule,
    /// How many connections may wait on a listener.
    pub backlog_rule: BacklogRule,
    /// The largest backlog that a listen may ask for; a larger one counts as this.
    pub backlog_max: u32,
    /// Connections in the handshake that one listener holds at most.
    pub syn_queue_limit: u32,
    /// Whether a listener answers a SYN without keeping it, by a cookie. RFC 4987 §3.6.
    pub syn_cookies: SynCookies,
    /// Which ends of a connection use Fast Open. RFC 7413.
    pub fast_open: FastOpenMode,
    /// What becomes of a handshake that ends while no more connections may wait.
    pub accept_queue_full: AcceptQueueFull,
    /// What becomes of handshakes whose listener is closed.
    pub embryos_at_close: EmbryosAtClose,
    /// What becomes of a connection whose socket is closed while a thread is in a call on it.
    pub close_during_call: CloseDuringCall,
    /// What a close that lingers does when its time is over.
    pub linger_timeout: LingerTimeout,
    /// Connections in TIME-WAIT that the host holds at most; one more is gone at once.
    pub time_wait_limit: u32,
    /// What becomes of a connection in TIME-WAIT on a SYN that could open a new one, if nobody listens.
    pub time_wait_no_listener: TimeWaitWithoutListener,
    /// Whether a connect may take the ports of a connection in TIME-WAIT.
    pub time_wait_reuse: TimeWaitReuse,
    /// How long such a connection must have been in TIME-WAIT.
    pub time_wait_reuse_delay: Span,
    /// Connections that no socket holds any more and that are not in TIME-WAIT: one more is reset.
    pub orphan_limit: u32,
    /// Descriptors that a process may have open; one more fails with EMFILE.
    pub descriptor_limit: u32,
    /// Whether a segment for a port that nobody has is answered by a reset. RFC 9293 §3.10.7.1.
    pub closed_port: ClosedPort,
    /// How long a host that lost its memory keeps quiet. RFC 9293 §3.4.3: an MSL.
    pub quiet_time: Span,
    /// Which options of sockets there are; another one fails with ENOPROTOOPT.
    pub socket_options: SocketOptions,
    /// Numbers and texts of errors.
    pub errors: ErrorNumbers,
    /// The columns of netstat.
    pub netstat: NetstatFormat,
}

/// The order in which ephemeral ports are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortOrder {
    /// From the first on, round and round.
    InOrder,
    /// From a random one on: those with the parity of the first, then the others.
    ParityFirst,
    /// At random.
    Random,
}

/// Which sockets are in the way of a bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindRule {
    /// Those that listen on the port or are bound to it. RFC 9293 §3.9.1.1: a connection, in
    /// whatever state, is known by both its sockets and in nobody's way.
    NoConnections,
    /// Every socket with an overlapping address, connections and TIME-WAIT too, unless both have
    /// SO_REUSEADDR and the old one does not listen, or both have SO_REUSEPORT.
    BothReuse,
    /// As `BothReuse` without options; with SO_REUSEADDR on the one that binds only sockets without
    /// a peer whose address is the same.
    NewReuses,
    /// The table of Winsock for SO_REUSEADDR and SO_EXCLUSIVEADDRUSE.
    Exclusive,
}

/// How many connections may wait on a listener with backlog n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BacklogRule {
    /// n, in the handshake and after it, at least one.
    Together,
    /// n + 1 that are to be accepted; those in the handshake are counted apart.
    OneMore,
    /// n that are to be accepted, half as many again and one more.
    HalfMore,
}

/// When a listener answers a SYN without keeping it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SynCookies {
    /// Never: what finds no room is dropped.
    Off,
    /// When [`SocketRules::syn_queue_limit`] is reached.
    WhenFull,
    /// When more connections are in the handshake than the backlog says.
    WhenBacklogFull,
    /// Always.
    Always,
}

/// Which ends of a connection use Fast Open, if its program asks for it. RFC 7413.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FastOpenMode {
    /// Neither: a [`crate::host::program::Step::ConnectSend`] connects and sends.
    Off,
    /// The one that connects.
    Client,
    /// The one that listens.
    Server,
    /// Both.
    Both,
}

impl FastOpenMode {
    /// A client asks for cookies, and shows them.
    pub const fn asks(self) -> bool {
        matches!(self, FastOpenMode::Client | FastOpenMode::Both)
    }

    /// A listener gives cookies, and takes them.
    pub const fn gives(self) -> bool {
        matches!(self, FastOpenMode::Server | FastOpenMode::Both)
    }
}

/// What becomes of a handshake that ends while no more connections may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptQueueFull {
    /// Its last acknowledgement is not heard; the SYN,ACK goes out again.
    Ignored,
    /// It is reset.
    Reset,
}

/// What becomes of handshakes whose listener is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbryosAtClose {
    /// They are reset.
    Reset,
    /// They stay until their next time-out, and hold no port.
    Forgotten,
    /// They go on, hold no port, and draw a reset when they are done.
    Refused,
}

/// What becomes of a connection whose socket is closed while a thread is in a call on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseDuringCall {
    /// The call goes on; the close counts when it is over.
    Waits,
    /// It is reset, and the call fails.
    Resets,
}

/// What a close that lingers does when its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LingerTimeout {
    /// It returns; the connection goes on closing.
    Background,
    /// It aborts the connection.
    Abort,
}

/// What becomes of TIME-WAIT on a SYN that could open a new connection, if nobody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeWaitWithoutListener {
    /// It stays, and answers.
    Stays,
    /// It is gone, and the SYN meets a port that nobody has.
    Gone,
}

/// Whether a connect may take the ports of a connection in TIME-WAIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeWaitReuse {
    /// Never.
    Off,
    /// Where timestamps tell old segments from new ones.
    On,
    /// The same, within the host alone.
    Loopback,
}

/// What answers a segment for a port that nobody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedPort {
    /// A reset. RFC 9293 §3.10.7.1.
    Reset,
    /// Nothing: a firewall hides the host.
    Silent,
    /// Nothing, and a listener answers nothing but a SYN: a firewall hides its port too.
    ListenerSilent,
}

/// Which options of sockets there are, of those that a program can set here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketOptions {
    /// All.
    All,
    /// All but SO_EXCLUSIVEADDRUSE.
    NoExclusive,
    /// Neither that nor TCP_CORK, TCP_QUICKACK, TCP_USER_TIMEOUT, TCP_LINGER2, TCP_DEFER_ACCEPT.
    Classic,
    /// Those of `Classic` without SO_REUSEPORT, and SO_EXCLUSIVEADDRUSE.
    Exclusive,
}

impl SocketOptions {
    /// True if a socket has this option.
    pub const fn has(self, option: SocketOption) -> bool {
        match option {
            SocketOption::ExclusiveAddressUse(_) => {
                matches!(self, SocketOptions::All | SocketOptions::Exclusive)
            }
            SocketOption::ReusePort(_) => !matches!(self, SocketOptions::Exclusive),
            SocketOption::Cork(_)
            | SocketOption::SynCount(_)
            | SocketOption::QuickAck(_)
            | SocketOption::UserTimeout(_)
            | SocketOption::FinWait2(_)
            | SocketOption::DeferAccept(_) => {
                matches!(self, SocketOptions::All | SocketOptions::NoExclusive)
            }
            SocketOption::ReuseAddress(_)
            | SocketOption::FastOpen(_)
            | SocketOption::Linger(_)
            | SocketOption::KeepAlive(_)
            | SocketOption::KeepIdle(_)
            | SocketOption::KeepInterval(_)
            | SocketOption::KeepCount(_)
            | SocketOption::NoDelay(_)
            | SocketOption::MaxSegment(_)
            | SocketOption::ReceiveBuffer(_)
            | SocketOption::SendBuffer(_)
            | SocketOption::ReceiveTimeout(_)
            | SocketOption::SendTimeout(_)
            | SocketOption::NonBlocking(_) => true,
        }
    }
}

/// Numbers and texts of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorNumbers {
    /// EADDRINUSE is 98.
    Ninety,
    /// EADDRINUSE is 48.
    Forty,
    /// EADDRINUSE is 10048.
    TenThousand,
}

/// The columns of netstat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetstatFormat {
    /// `tcp  0  0  address:port  address:port  ESTABLISHED`: net-tools.
    NetTools,
    /// `TCP  address:port  address:port  ESTABLISHED  InHost`.
    OffloadState,
    /// `tcp4  0  0  address.port  address.port  ESTABLISHED`.
    DottedPort,
}
