//! What a socket chooses for its own connection, beside what its host's constants say.

use super::config::Config;
use crate::time::Span;

/// What a socket chooses for its own connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Whether small segments wait (false with TCP_NODELAY). RFC 9293 §3.7.4.
    pub nagle: bool,
    /// Whether segments that are not full wait for more, for the FIN or for an RTO (TCP_CORK).
    pub cork: bool,
    /// The user timeout; `None` leaves the end to R2. RFC 9293 §3.9.1.1.
    pub user_timeout: Option<Span>,
    /// Whether the peer's advice may change it: the application has not set it (CHANGEABLE). RFC 5482 §3.1.
    pub user_timeout_changeable: bool,
    /// Room for octets that were received and not read.
    pub receive_buffer: u32,
    /// Whether that was asked for (SO_RCVBUF), and does not grow.
    pub receive_buffer_fixed: bool,
    /// Room for octets that were written and not acknowledged.
    pub send_buffer: u32,
    /// What the socket said about delayed acknowledgements (TCP_QUICKACK).
    pub quick_ack: QuickAck,
    /// Whether an idle connection is probed (SO_KEEPALIVE), and when. RFC 9293 §3.8.4.
    pub keepalive: Option<KeepAlive>,
    /// How long FIN-WAIT-2 lasts without the socket (TCP_LINGER2).
    pub fin_wait2: FinWait2,
    /// Upper bound of the MSS that a SYN says and of the segments sent (TCP_MAXSEG).
    pub mss_limit: Option<u16>,
    /// Time-outs of the SYN,ACK during which a listener waits for text (TCP_DEFER_ACCEPT).
    pub defer_accept: u32,
    /// Takes the place of the number in R2 for a SYN and for a SYN,ACK (TCP_SYNCNT).
    pub syn_retries: Option<u32>,
}

/// What a socket said about delayed acknowledgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickAck {
    /// Nothing: [`Config::delayed_ack_mode`] decides.
    Unset,
    /// Acknowledge at once, for as long as the mode does.
    On,
    /// Delay from here on.
    Off,
}

/// The three times of keep-alive. RFC 9293 §3.8.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// How long the connection is idle before the first probe.
    pub idle: Span,
    /// Distance of probes that nobody answers.
    pub interval: Span,
    /// Probes without an answer that end the connection.
    pub probes: u32,
}

/// How long FIN-WAIT-2 lasts without the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinWait2 {
    /// As [`Config::fin_wait2_timeout`] says.
    Configured,
    /// This long.
    After(Span),
    /// Not at all: the connection is gone when its FIN is acknowledged.
    Skipped,
}

impl Choices {
    /// What the host's constants say.
    pub const fn new(config: &Config) -> Choices {
        Choices {
            nagle: config.nagle,
            cork: false,
            user_timeout: config.user_timeout,
            user_timeout_changeable: true,
            quick_ack: QuickAck::Unset,
            keepalive: None,
            fin_wait2: FinWait2::Configured,
            mss_limit: None,
            defer_accept: 0,
            syn_retries: None,
            receive_buffer: config.receive_buffer,
            receive_buffer_fixed: false,
            send_buffer: config.send_buffer,
        }
    }
}
