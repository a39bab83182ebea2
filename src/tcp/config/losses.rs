//! Policies of the retransmission timer, of recovery and of congestion control.
//!
//! RFC 6298, RFC 5681, RFC 6675, RFC 8985, RFC 3168.

/// What the lower bound of the RTO bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtoFloor {
    /// The RTO as a whole. RFC 6298 §2.4.
    Whole,
    /// The part that follows from the variance: the RTO is at least SRTT more than it.
    Variance,
}

/// How RTTVAR follows the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RttVariance {
    /// With a gain of 1/4. RFC 6298 §2.3.
    Rfc6298,
    /// The largest deviation of each round trip, which decays slowly; a sample below SRTT that
    /// deviates more than usual counts an eighth. Every acknowledgement gives a sample.
    Peak,
}

/// The algorithm of congestion control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CongestionControl {
    /// Slow start and congestion avoidance of RFC 5681, with a half at each loss.
    NewReno,
    /// CUBIC: by the time since the last loss, to 0.7 at each. RFC 9438.
    Cubic,
    /// None: the peer's window alone counts.
    Unlimited,
}

/// How losses are noticed where SACK is on; without it, always by three duplicate acknowledgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossDetection {
    /// By what SACK blocks tell beyond: three ranges or more than two segments. RFC 6675.
    DuplicateAcks,
    /// By time: something that was sent sufficiently later has arrived. RFC 8985 §6.
    Rack,
}

/// How cwnd comes down to ssthresh in fast recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// At once; half a round trip passes without sending. RFC 5681 §3.2, RFC 6675 §5.
    AtOnce,
    /// By as much as is delivered, in the proportion of ssthresh to what was in flight. RFC 6937.
    /// Where SACK is off it is at once.
    Proportional,
}

/// How much an acknowledgement lets cwnd grow in slow start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlowStartGrowth {
    /// By what it acknowledges, at most a segment. RFC 5681 §3.1, equation 2.
    OneSegment,
    /// By what it acknowledges, at most two segments. RFC 3465 §2.3.
    TwoSegments,
    /// By all that it acknowledges, up to ssthresh; the rest counts in congestion avoidance.
    AllAcknowledged,
}

/// What counts in congestion avoidance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Avoidance {
    /// Octets acknowledged: a segment a window, however many acknowledgements there are. RFC 5681 §3.1
    /// recommends it, after RFC 3465 §2.1.
    Octets,
    /// Each acknowledgement, whatever it covers: half a segment a window if they are delayed.
    /// RFC 5681 §3.1, equation 3.
    Acknowledgements,
}

/// What ends slow start before a loss does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlowStartExit {
    /// Nothing. RFC 5681 §3.1.
    None,
    /// HyStart: at once, when the round trip grows, or when the acknowledgements of a round, close
    /// together, last for half of one; from 16 segments on.
    HyStart,
    /// HyStart++: when the round trip grows, after five rounds of slower growth. RFC 9406.
    HyStartPlusPlus,
}

/// What a host does about explicit congestion notification. RFC 3168 §6.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcnMode {
    /// It takes no part.
    Off,
    /// Its SYN,ACK agrees if the SYN asked; its own SYN does not ask.
    Accepts,
    /// Its SYN asks too.
    Asks,
}

/// How much may be sent before the first acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialWindow {
    /// Two to four segments by size. RFC 5681 §3.1.
    Rfc5681,
    /// Ten segments. RFC 6928 §2.
    Rfc6928,
}
