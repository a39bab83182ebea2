//! Policies of text and windows: what goes when, and how much is offered.
//!
//! RFC 9293 §3.7, §3.8.6.

#[cfg(doc)]
use super::Config;

/// What a small segment waits for, where it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NagleRule {
    /// The acknowledgement of all that was sent. RFC 9293 §3.7.4.
    AnySegment,
    /// That of the last small segment, so that one may follow full ones (Minshall).
    SmallSegment,
}

/// Which segments of text have PSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushRule {
    /// The last of what was written. RFC 9293 §3.9.1.2 (MUST-61).
    LastWritten,
    /// That one, and the last of each burst: full segments go out in bursts of two, or of as many as
    /// leave within a millisecond, which their receiver takes as one.
    Bursts,
}

/// Whether packets are sent with DF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathMtuDiscovery {
    /// They are, and an ICMP error that names an MTU makes segments smaller. RFC 1191 §3.
    On,
    /// They are not: routers cut up what is too big, and such an error counts as a hard one.
    Off,
}

/// Whether the delay of acknowledgements adapts to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelayedAckMode {
    /// It does not: text waits for [`Config::delayed_ack`] or a second segment.
    Fixed,
    /// A connection acknowledges at once at its start and after gaps, and delays while its
    /// application answers what it reads; the delay follows the distance of segments.
    Adaptive,
}

/// Whether what is offered of the receive buffer, and the buffer, grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowGrowth {
    /// Neither: all that is free is offered.
    Fixed,
    /// The first window is that of the SYN. Each segment widens it by two, as far as the buffer has
    /// room; the buffer grows to twice what was read in the best round trip, and more while that grows.
    Measured,
    /// The buffer grows by half whenever three eighths of it arrived within half a round trip.
    ByHalf,
}

/// When the application's reading opens the window by so much that the peer is told at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowUpdate {
    /// When half the buffer came free, or the peer could not send a full segment and now can.
    HalfBuffer,
    /// When the window is at least twice as large as it was, and was half the buffer or less.
    Doubled,
}

/// What a probe of the closed window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZeroWindowProbe {
    /// The next octet of text, or the FIN. RFC 9293 §3.8.6.1 (MUST-36).
    NextOctet,
    /// No text, with the number before SND.UNA, which the peer has to answer as it does any segment
    /// outside its window. Each answer starts the distance to the next probe over.
    BelowUna,
}
