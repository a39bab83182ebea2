//! Policies of giving up: limits of time-outs and probes, and what ICMP errors do.
//!
//! RFC 9293 §3.8.3, §3.9.2.2.

#[cfg(doc)]
use super::Config;
use crate::time::Span;
use serde::Serialize;

/// Where a time-out gives up. RFC 9293 §3.8.3 leaves the unit open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Limit {
    /// At the first time-out this long after the first transmission.
    After(Span),
    /// At the time-out that follows so many retransmissions.
    Retransmissions(u32),
    /// At the first time-out when as much time has passed since the first retransmission as the
    /// first so many would take if the RTO had begun at its least and doubled.
    Backoffs(u32),
}

/// Where probes of the closed window end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeLimit {
    /// At the user timeout, which each answer starts over: they last as long as the peer answers.
    /// RFC 9293 §3.8.6.1 (MUST-37).
    UserTimeout,
    /// When so many were not answered as R2 has retransmissions.
    Unanswered,
    /// So it is; and without a socket, answered or not, when as many were sent and their distance is
    /// the longest.
    UnansweredOrOrphan,
    /// When as many were sent as R2 has retransmissions and nothing was heard for
    /// [`Config::persist_idle`], or for as long as those would take; after CLOSE when nothing was
    /// heard for [`Config::persist_max`].
    Silence,
}

/// From when the user timeout counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserTimeoutFrom {
    /// From the first transmission of what is not acknowledged; an answer to a probe of the closed
    /// window starts it over. RFC 9293 §3.9.1.1.
    FirstTransmission,
    /// From its first retransmission by the timer, for a SYN from the first transmission, for a
    /// closed window from the first probe, whatever is answered; it takes the place of R2. A SYN,ACK
    /// of a passive OPEN has R2 alone. Measured: 3 s end 3 s after the first retransmission by RTO.
    FirstRetransmission,
}

/// What ICMP errors do that may pass: net and host unreachable, source route failed,
/// administratively prohibited, time exceeded, parameter problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpSoftErrors {
    /// The last one is kept until there is progress. The application gets it if it asks, and in
    /// place of a time-out. RFC 9293 §3.9.2.2 (MUST-56, SHLD-25).
    Remembered,
    /// They end a handshake at once; after it the same.
    AbortInHandshake,
    /// In a handshake the second one ends it once the SYN went out more than four times;
    /// administratively prohibited and time exceeded end it at once in SYN-SENT. In ESTABLISHED they
    /// do nothing, and who asks for errors is never told.
    AbortLateInHandshake,
}

/// What ICMP errors do that will not pass: protocol and port unreachable, and fragmentation needed
/// where DF was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpHardErrors {
    /// They end the connection. RFC 9293 §3.9.2.2 (SHLD-26).
    Abort,
    /// They end a handshake; after it they count as soft. RFC 5461 §4.1.
    AbortInHandshake,
    /// Nothing. RFC 5927 §5.2 tells why.
    Ignored,
}
