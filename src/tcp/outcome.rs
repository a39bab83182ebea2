//! What the state machine says about what it did: segments to send and why, verdicts, notes.
//!
//! Everything here is plain data with named reasons. The host turns it into records; nothing is
//! logged and nothing is an error.

use super::state::State;
use crate::segment::icmp::IcmpKind;
use crate::segment::{Marks, Segment};
use crate::time::{Span, Time};
use serde::Serialize;
use std::fmt;

/// A segment to be put on the path, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The segment.
    pub segment: Segment,
    /// What it is for, as faults see it.
    pub marks: Marks,
    /// Why it is sent.
    pub why: Why,
}

/// Why a segment is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Why {
    /// It carries sequence space for the first time: a SYN, text or a FIN.
    New,
    /// It only acknowledges.
    Acknowledge(AckReason),
    /// The retransmission timer ran out. RFC 6298 §5.4.
    Timeout {
        /// How many times in a row it ran out, this one included.
        count: u32,
        /// The RTO that ran out.
        rto: Span,
        /// The RTO that runs now.
        next: Span,
    },
    /// It follows a time-out: the acknowledgement of the retransmission made room for more.
    AfterTimeout,
    /// The path turned out to be narrower: what was too big goes out again. RFC 1191 §6.4.
    TooBig,
    /// The closed window opened: what was probed goes out again. RFC 9293 §3.8.6.1.
    AfterProbe,
    /// The first of a recovery: three duplicate acknowledgements, or with SACK what shows a loss. RFC
    /// 5681 §3.2, RFC 6675 §5, RFC 8985 §6.2.
    FastRetransmit,
    /// A partial acknowledgement during fast recovery. RFC 6582 §3.2.
    PartialAck,
    /// The peer's window is closed. RFC 9293 §3.8.6.1.
    Probe {
        /// How many probes in a row, this one included.
        count: u32,
        /// How long until the next one.
        next: Span,
    },
    /// It resets the connection.
    Reset(ResetReason),
    /// The end of what was sent, new or again, lest its loss wait for a time-out. RFC 8985 §7.
    TailLossProbe,
    /// The SYN that it answers came again.
    SynAgain,
    /// A SYN,ACK whose number is a cookie: nothing is kept of it. RFC 4987 §3.6.
    SynCookie,
    /// The connection is idle: is the peer there? RFC 9293 §3.8.4.
    KeepAlive {
        /// How many probes in a row, this one included.
        count: u32,
    },
    /// SACK blocks show, in fast recovery, that it was lost. RFC 6675 §4; RFC 8985 §6.2.
    SackRecovery,
    /// The reordering timer ran out: what was overtaken does not come any more. RFC 8985 §6.2.
    ReorderingTimer,
    /// Its copy was lost too. RFC 8985 §6.2.
    LostAgain,
    /// In fast recovery nothing lost or new could go, so what may yet arrive goes again. RFC 6675 §4.
    NotYetLost,
    /// The end of what was sent, once in a fast recovery that has nothing else to send. RFC 6675 §4.
    Rescue,
    /// A stack outside the simulator sent it, which gives no reasons.
    Foreign,
}

/// Why an empty acknowledgement is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum AckReason {
    /// The SYN of the peer. RFC 9293 §3.10.7.3.
    Handshake,
    /// Two full segments of text are waiting for it. RFC 9293 §3.8.6.3.
    SecondSegment,
    /// It was delayed and found no company.
    Delayed,
    /// Acknowledgements are not delayed.
    Undelayed,
    /// The FIN of the peer.
    Fin,
    /// Text arrived beyond a gap. RFC 5681 §4.2.
    Gap,
    /// Text filled a gap, or a part of one. RFC 5681 §4.2.
    GapFilled,
    /// The application read, and the window is worth opening. RFC 9293 §3.8.6.2.2.
    WindowUpdate,
    /// It answers an unacceptable segment. RFC 9293 §3.10.7.4, first check.
    Unacceptable,
    /// It answers an acknowledgement of something never sent. RFC 9293 §3.10.7.4, fifth check.
    NeverSent,
    /// It challenges a reset. RFC 5961 §3.2.
    ChallengeReset,
    /// It challenges a SYN. RFC 5961 §4.2.
    ChallengeSyn,
    /// It challenges an acknowledgement from long ago. RFC 5961 §5.2.
    ChallengeOldAck,
    /// It answers a retransmitted FIN in TIME-WAIT.
    FinAgain,
    /// It answers a segment with an old timestamp. RFC 7323 §5.3.
    OldTimestamp,
    /// The connection is in a phase in which each segment is acknowledged.
    Quick,
    /// The application read all there was.
    Read,
    /// A packet arrived that was marked on its way, the first since CWR. RFC 3168 §6.1.3.
    Marked,
}

/// Why a reset is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ResetReason {
    /// There is no such connection. RFC 9293 §3.5.2, group 1.
    NoConnection,
    /// It answers an acknowledgement of something never sent. RFC 9293 §3.5.2, group 2.
    NeverSent,
    /// The application aborted. RFC 9293 §3.10.5.
    Abort,
    /// The application closed without reading all. RFC 9293 §3.6.1.
    Unread,
    /// Text arrived that nobody will read. RFC 9293 §3.6.1.
    NobodyReads,
    /// The peer answered no keep-alive probe. RFC 9293 §3.8.4.
    KeepAlive,
}

/// What an endpoint made of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// It was processed.
    Accepted,
    /// It was dropped.
    Dropped(DropReason),
}

/// Why an endpoint dropped a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DropReason {
    /// No connection and no listener has the port. RFC 9293 §3.10.7.1.
    NoConnection,
    /// A reset found nothing to reset. RFC 9293 §3.10.7.1, §3.10.7.2.
    NothingToReset,
    /// LISTEN: it acknowledges, but nothing was sent. RFC 9293 §3.10.7.2, second check.
    AckInListen,
    /// LISTEN: neither SYN nor ACK. RFC 9293 §3.10.7.2, fourth check.
    NoSynInListen,
    /// SYN-SENT: it acknowledges something never sent. RFC 9293 §3.10.7.3, first check.
    AckOfNothingInSynSent,
    /// SYN-SENT: a reset that does not acknowledge the SYN. RFC 9293 §3.10.7.3, second check.
    ResetWithoutAck,
    /// SYN-SENT: neither SYN nor RST. RFC 9293 §3.10.7.3, fifth check.
    NoSynInSynSent,
    /// Its numbers lie outside the receive window. RFC 9293 §3.10.7.4, first check.
    OutsideWindow,
    /// A reset outside the receive window. RFC 9293 §3.10.7.4, second check.
    ResetOutsideWindow,
    /// A reset inside the window but not at RCV.NXT. RFC 5961 §3.2.
    ResetNotExact,
    /// A reset in TIME-WAIT, which this host ignores. RFC 1337 §3.
    ResetInTimeWait,
    /// A SYN in the middle of a connection. RFC 5961 §4.2.
    SynInConnection,
    /// No acknowledgement. RFC 9293 §3.10.7.4, fifth check.
    NoAck,
    /// It acknowledges something never sent. RFC 9293 §3.10.7.4, fifth check.
    AckOfNothing,
    /// It acknowledges what was acknowledged long ago. RFC 5961 §5.2.
    AckTooOld,
    /// TIME-WAIT, or what is left of FIN-WAIT-2: nothing in it needs an answer.
    NothingNew,
    /// Text for an application that closed. RFC 9293 §3.6.1.
    NobodyReads,
    /// The backlog of the listener is full.
    BacklogFull,
    /// Its timestamp is older than one that was seen. RFC 7323 §5.3.
    Paws,
    /// The host is down.
    HostDown,
    /// The host has come back without its memory and keeps quiet. RFC 9293 §3.4.3.
    QuietTime,
    /// The receiver's cable is not plugged in.
    Unplugged,
    /// The listener waits for text before the handshake ends.
    AcceptDeferred,
}

impl DropReason {
    /// All reasons.
    pub const ALL: [DropReason; 23] = [
        DropReason::NoConnection,
        DropReason::NothingToReset,
        DropReason::AckInListen,
        DropReason::NoSynInListen,
        DropReason::AckOfNothingInSynSent,
        DropReason::ResetWithoutAck,
        DropReason::NoSynInSynSent,
        DropReason::OutsideWindow,
        DropReason::ResetOutsideWindow,
        DropReason::ResetNotExact,
        DropReason::ResetInTimeWait,
        DropReason::SynInConnection,
        DropReason::NoAck,
        DropReason::AckOfNothing,
        DropReason::AckTooOld,
        DropReason::NothingNew,
        DropReason::NobodyReads,
        DropReason::BacklogFull,
        DropReason::Paws,
        DropReason::HostDown,
        DropReason::QuietTime,
        DropReason::Unplugged,
        DropReason::AcceptDeferred,
    ];
}

/// A few words for people, without the place in the RFC.
impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DropReason::NoConnection => "no such connection",
            DropReason::NothingToReset => "nothing to reset",
            DropReason::AckInListen => "acknowledges, but nothing was sent",
            DropReason::NoSynInListen => "no SYN",
            DropReason::AckOfNothingInSynSent => "acknowledges what was never sent",
            DropReason::ResetWithoutAck => "reset does not acknowledge the SYN",
            DropReason::NoSynInSynSent => "no SYN",
            DropReason::OutsideWindow => "outside the receive window",
            DropReason::ResetOutsideWindow => "reset outside the receive window",
            DropReason::ResetNotExact => "reset not at RCV.NXT",
            DropReason::ResetInTimeWait => "reset in TIME-WAIT ignored",
            DropReason::SynInConnection => "SYN in a connection",
            DropReason::NoAck => "no ACK",
            DropReason::AckOfNothing => "acknowledges what was never sent",
            DropReason::AckTooOld => "acknowledgement too old",
            DropReason::NothingNew => "nothing new in TIME-WAIT",
            DropReason::NobodyReads => "nobody reads any more",
            DropReason::BacklogFull => "backlog full",
            DropReason::HostDown => "the host is down",
            DropReason::QuietTime => "quiet time after a boot",
            DropReason::Unplugged => "the cable is not plugged in",
            DropReason::AcceptDeferred => "the listener waits for text",
            DropReason::Paws => "old timestamp",
        })
    }
}

/// Something that happened inside a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Note {
    /// The state changed.
    Transition {
        /// The state before.
        from: State,
        /// The state after.
        to: State,
    },
    /// R1 retransmissions in a row: the network layer is told. RFC 9293 §3.8.3.
    DeliveryTrouble {
        /// Retransmissions so far.
        count: u32,
    },
    /// TIME-WAIT began or began anew.
    TimeWait {
        /// When it ends.
        until: Time,
        /// False when it began, true when a segment started it over.
        again: bool,
    },
    /// The connection ended otherwise than by both FINs.
    Ended(End),
    /// The peer has urgent data, or more of it. RFC 9293 §3.8.5 (MUST-32).
    Urgent {
        /// Octets that the application has to read until it is over.
        octets: u64,
    },
    /// Octets were delivered that the peer did not send at this place of this stream.
    ForeignOctets,
}

/// How a connection ended otherwise than by both FINs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum End {
    /// The peer reset it. RFC 9293 §3.10.7.4, second check.
    Reset,
    /// The peer refused it.
    Refused,
    /// Nothing was acknowledged within the user timeout. RFC 9293 §3.10.8.
    UserTimeout,
    /// Retransmission was given up at R2. RFC 9293 §3.8.3.
    RetransmissionLimit,
    /// This end aborted it. RFC 9293 §3.10.5.
    Aborted,
    /// It was closed before it was open. RFC 9293 §3.10.4.
    Withdrawn,
    /// A new connection took the place of one in TIME-WAIT. RFC 9293 §3.6.1.
    Reopened,
    /// There was no room to keep it.
    Forgotten,
    /// The peer's FIN did not come within the limit of FIN-WAIT-2.
    FinWait2Timeout,
    /// The peer answered no keep-alive probe. RFC 9293 §3.8.4.
    KeepAlive,
    /// An ICMP error said that it is no use. RFC 9293 §3.9.2.2.
    Icmp(IcmpKind),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            End::Icmp(kind) => return write!(f, "ICMP, {kind}"),
            End::Forgotten => "forgotten",
            End::Reset => "reset by the peer",
            End::Refused => "refused by the peer",
            End::UserTimeout => "user timeout",
            End::RetransmissionLimit => "retransmission given up at R2",
            End::Aborted => "aborted",
            End::Withdrawn => "closed before it was open",
            End::Reopened => "a new SYN took its place",
            End::FinWait2Timeout => "FIN-WAIT-2 timeout",
            End::KeepAlive => "no answer to keep-alive",
        })
    }
}

/// Why a call on a connection fails. RFC 9293 §3.10.1–3.10.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// There is no such connection.
    DoesNotExist,
    /// The connection exists already.
    AlreadyExists,
    /// The connection is closing: no more can be sent.
    Closing,
    /// The connection ended; the reason.
    Ended(End),
}
