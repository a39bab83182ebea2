//! Policies of closing: FIN-WAIT-2, TIME-WAIT, and what a close does.
//!
//! RFC 9293 §3.6, §3.10.4, §3.10.7.4.

/// What a reset does to a connection in TIME-WAIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetInTimeWait {
    /// The connection is gone. RFC 9293 §3.10.7.4, second check.
    Closes,
    /// Nothing: the first fix of RFC 1337 §3.
    Ignored,
}

/// What ABORT does to a connection in TIME-WAIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbortInTimeWait {
    /// It is gone. RFC 9293 §3.10.5.
    Deletes,
    /// Nothing: both ends have closed, and 2MSL has to pass whoever asks. RFC 9293 §3.6.1 (MUST-13).
    Leaves,
}

/// What TIME-WAIT answers and what starts it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeWaitRule {
    /// A FIN sent again is acknowledged and starts it over; what lies outside the window is
    /// acknowledged. RFC 9293 §3.10.7.4.
    FinAgain,
    /// What lies outside the window is acknowledged, and starts it over if it has the ACK bit or
    /// failed PAWS; an empty acknowledgement inside the window starts it over in silence.
    AnyOldSegment,
    /// All but an exact duplicate acknowledgement is acknowledged; the exact FIN alone starts it over.
    ExactFin,
}

/// Which SYN in TIME-WAIT opens a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SynInTimeWait {
    /// One beyond the number of the peer's FIN. RFC 9293 §3.6.1 (MAY-2).
    Sequence,
    /// One beyond RCV.NXT, or with a later timestamp; never one with an earlier timestamp.
    SequenceOrTimestamp,
    /// The nine cases of RFC 6191 §2.
    Rfc6191,
    /// One beyond RCV.NXT: not the next number itself.
    BeyondNext,
}

/// Where a connection that takes the place of one in TIME-WAIT begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReopenIss {
    /// Where the generator says. RFC 9293 §3.4.1.
    Generator,
    /// At SND.NXT + 65,537 of the old one: two beyond any window without scaling.
    Beyond,
}

/// What answers a SYN in TIME-WAIT that opens no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedSyn {
    /// An acknowledgement. RFC 9293 §3.10.7.4, RFC 5961 §4.2.
    Acknowledged,
    /// Nothing. RFC 6191 §2.
    Ignored,
}

/// What a connection without a socket keeps of itself in FIN-WAIT-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrphanInFinWait2 {
    /// All: it answers like any other connection.
    Connection,
    /// As much as TIME-WAIT needs: anything but the FIN that follows draws a reset or an
    /// acknowledgement. Of a time-out longer than TIME-WAIT it spends the excess as a connection
    /// and then the excess again in this form.
    Remnant,
}

/// What the close of a socket does in SYN-RECEIVED.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseInSynReceived {
    /// A FIN goes out. RFC 9293 §3.10.4.
    Fin,
    /// The connection is gone, and its peer is not told.
    Deletes,
}

/// What a full close does with octets that nobody read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseWithUnread {
    /// The peer is told by a reset that they are lost. RFC 9293 §3.6.1.
    ///
    /// Octets in order count; neither the FIN does nor text beyond a gap.
    Reset,
    /// So it is, and text beyond a gap counts too.
    ResetAlsoHeld,
    /// They are forgotten, and a FIN pretends that all is well: the bug of RFC 2525 §2.17.
    Fin,
}
