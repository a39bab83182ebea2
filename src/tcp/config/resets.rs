//! Policies of resets, and of SYNs where none belongs.
//!
//! RFC 9293 §3.5.2, §3.10.7.4; RFC 5961.

/// What a SYN inside the window of a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SynInConnection {
    /// It is challenged: a peer that began anew will reset. RFC 5961 §4.2.
    Challenged,
    /// It resets the connection, at this end and by the answer to it, as RFC 793 had it, a handshake
    /// too. TIME-WAIT stays, and in SYN-RECEIVED a SYN,ACK does nothing.
    Resets,
    /// It resets the connection with the numbers of this end, as ABORT does; TIME-WAIT stays.
    Aborts,
    /// Nothing, without the ACK bit, wherever it lies; with it, it is challenged. TIME-WAIT answers as
    /// ever.
    Ignored,
}

/// What stands in the ACK field of a reset without the ACK bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BareResetAck {
    /// Zero.
    Zero,
    /// A number at hand: SEG.ACK where it answers a segment, RCV.NXT where this end resets on its
    /// own accord.
    Filled,
}

/// What a SYN inside the window does in SYN-RECEIVED of a passive OPEN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SynInHandshake {
    /// The handshake is over, and the passive OPEN goes on. RFC 9293 §3.10.7.4, fourth check.
    Listens,
    /// So it is, and the SYN draws a reset.
    Resets,
    /// The SYN,ACK goes out again; what has the ACK bit as well is reset as in `Resets`.
    AnsweredAgain,
}

/// What a SYN,ACK that was not acknowledged does on the same SYN again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SynAgain {
    /// The SYN is outside the window: an acknowledgement. RFC 9293 §3.10.7.4, first check.
    Acknowledged,
    /// The SYN,ACK goes out again at once, and its timer starts over as it stands.
    AnsweredAgain,
}

/// The form of the reset that answers text for an application that closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateTextReset {
    /// That of ABORT, `<SEQ=SND.NXT>`. RFC 9293 §3.6.1 leaves it open.
    LikeAbort,
    /// That of a connection which does not exist: `<SEQ=SEG.ACK><CTL=RST>`. RFC 9293 §3.5.2.
    LikeClosed,
    /// `<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>`.
    Acknowledges,
}

/// What a reset leaves of the octets that nobody read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadAtReset {
    /// Nothing: the queues are flushed, and every read tells of the reset. RFC 9293 §3.10.7.4.
    Lost,
    /// All, if the peer's FIN had come before: reading goes on to the end, and the reset only shows
    /// when something is sent.
    KeptAfterFin,
    /// All; without the FIN, the read after the last octet tells of the reset.
    Kept,
}
