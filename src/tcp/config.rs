//! The constants and policies of one host's TCP.
//!
//! A profile fills this in; `tcp` itself knows no system. Defaults are those of RFC 9293 and the
//! documents it builds on, each with its source.

use crate::time::Span;

/// Constants and policies that the state machine obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long a connection stays in TIME-WAIT: 2 MSL. RFC 9293 §3.4.2, §3.6.1: MSL is 2 minutes.
    pub time_wait: Span,
    /// What a reset does to a connection in TIME-WAIT. RFC 9293 §3.10.7.4 deletes the TCB.
    pub reset_in_time_wait: ResetInTimeWait,
    /// Largest segment this host receives, in octets of text; sent as the MSS option.
    ///
    /// What the MTU leaves after the headers of IP and TCP. RFC 9293 §3.7.1.
    pub mss: u16,
    /// Send MSS towards a peer that sent no MSS option: 536, with IPv6 1,220. RFC 9293 §3.7.1.
    pub default_mss: u32,
    /// Room for octets that the application has not read yet.
    pub receive_buffer: u32,
    /// Room for octets that the peer has not acknowledged yet.
    pub send_buffer: u32,
    /// Whether a SYN offers the window scale option. RFC 7323 §2.
    pub window_scaling: bool,
    /// How long an acknowledgement may wait for company; `None` sends each at once.
    ///
    /// RFC 9293 §3.8.6.3: below half a second.
    pub delayed_ack: Option<Span>,
    /// Whether the acknowledgement of a FIN waits like one of data.
    ///
    /// RFC 9293 §3.10.7.4, eighth check, sends it; a stack that waits can close in three segments.
    pub delay_ack_of_fin: bool,
    /// Whether small segments wait while data is unacknowledged. RFC 9293 §3.7.4.
    pub nagle: bool,
    /// RTO before the first measurement. RFC 6298 §2.1.
    pub rto_initial: Span,
    /// Lower bound of the RTO. RFC 6298 §2.4.
    pub rto_min: Span,
    /// Upper bound of the RTO, at least 60 s. RFC 6298 §2.5; RFC 1122 §4.2.3.1 names 2 MSL.
    pub rto_max: Span,
    /// RTO for data when the SYN had to be retransmitted. RFC 6298 §5.7.
    pub rto_after_syn_loss: Span,
    /// Clock granularity G, the least variance in the RTO. RFC 6298 §2.
    pub clock_granularity: Span,
    /// R1: retransmissions of one segment after which trouble is reported. RFC 9293 §3.8.3.
    pub r1: u32,
    /// R2: a timeout this long after the first transmission gives the connection up.
    ///
    /// RFC 9293 §3.8.3: at least 100 s.
    pub r2: Span,
    /// R2 for a SYN, at least 3 minutes. RFC 9293 §3.8.3.
    pub r2_syn: Span,
    /// How long anything sent may stay unacknowledged. RFC 9293 §3.9.1.1: 5 minutes.
    pub user_timeout: Span,
    /// Initial window. RFC 5681 §3.1, RFC 6928.
    pub initial_window: InitialWindow,
    /// How long sender-side silly-window avoidance holds data back. RFC 9293 §3.8.6.2.1: 0.1 to 1 s.
    pub sws_override: Span,
    /// What a full close does with octets that nobody read. RFC 9293 §3.6.1, RFC 2525 §2.17.
    pub close_with_unread: CloseWithUnread,
    /// Challenge ACKs sent at most within [`Config::challenge_ack_period`]. RFC 5961 §7.
    pub challenge_ack_limit: u32,
    /// The period over which challenge ACKs are counted, from the first in it. RFC 5961 §7 has any such
    /// span as an example, which two periods that meet may exceed; it leaves both numbers open.
    pub challenge_ack_period: Span,
}

/// What a reset does to a connection in TIME-WAIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetInTimeWait {
    /// The connection is gone. RFC 9293 §3.10.7.4, second check.
    Closes,
    /// Nothing: the first fix of RFC 1337 §3.
    Ignored,
}

/// What a full close does with octets that nobody read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseWithUnread {
    /// The peer is told by a reset that they are lost. RFC 9293 §3.6.1.
    Reset,
    /// They are forgotten, and a FIN pretends that all is well: the bug of RFC 2525 §2.17.
    Fin,
}

/// How much may be sent before the first acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialWindow {
    /// Two to four segments by size. RFC 5681 §3.1.
    Rfc5681,
    /// Ten segments. RFC 6928 §2.
    Rfc6928,
}

impl Default for Config {
    /// RFC 9293 to the letter, with RFC 5681 and RFC 6298, which it requires.
    ///
    /// Where the documents leave a range, the choice is: a delayed ACK of 200 ms, a silly-window
    /// override of 200 ms, buffers of 65,535 octets (the largest window without scaling), and
    /// R2 equal to the user timeout of five minutes, since a smaller R2 would make the latter moot.
    fn default() -> Config {
        Config {
            time_wait: Span::from_secs(240),
            reset_in_time_wait: ResetInTimeWait::Closes,
            mss: 1460,
            default_mss: 536,
            receive_buffer: 65_535,
            send_buffer: 65_535,
            window_scaling: false,
            delayed_ack: Some(Span::from_millis(200)),
            delay_ack_of_fin: false,
            nagle: true,
            rto_initial: Span::from_secs(1),
            rto_min: Span::from_secs(1),
            rto_max: Span::from_secs(240),
            rto_after_syn_loss: Span::from_secs(3),
            clock_granularity: Span::from_millis(1),
            r1: 3,
            r2: Span::from_secs(300),
            r2_syn: Span::from_secs(300),
            user_timeout: Span::from_secs(300),
            initial_window: InitialWindow::Rfc5681,
            sws_override: Span::from_millis(200),
            close_with_unread: CloseWithUnread::Reset,
            challenge_ack_limit: 10,
            challenge_ack_period: Span::from_secs(5),
        }
    }
}
