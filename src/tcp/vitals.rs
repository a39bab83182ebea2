//! What a person who debugs a connection wants to know beside its segments.

use super::congestion::Phase;
use super::tcb::Tcb;
use super::timers::Timers;
use crate::time::Span;

/// The inner values of one end of a connection at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vitals {
    /// How much may be outstanding, and from where on it grows slowly.
    pub window: Window,
    /// What is known about losses.
    pub phase: Phase,
    /// What is known of the octets that are outstanding.
    pub scoreboard: Scoreboard,
    /// The measured round trip and the time-out that follows from it.
    pub round_trip: RoundTrip,
    /// The deadlines.
    pub timers: Timers,
}

/// cwnd and ssthresh, in octets. RFC 5681 §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// cwnd.
    pub cwnd: u32,
    /// ssthresh.
    pub ssthresh: u32,
}

/// Octets outstanding by what is known of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scoreboard {
    /// SACK blocks have told of them.
    pub sacked: u32,
    /// They are deemed lost.
    pub lost: u32,
    /// They are deemed lost, and a copy is in flight.
    pub copied: u32,
}

/// The round trip as it was measured. RFC 6298 §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    /// SRTT, if there was a sample.
    pub srtt: Option<Span>,
    /// RTTVAR, if there was a sample.
    pub rttvar: Option<Span>,
    /// RTO, backed off if it is.
    pub rto: Span,
}

impl Tcb {
    /// The connection's inner values.
    pub fn vitals(&self) -> Vitals {
        let (congestion, rtt) = (self.congestion(), self.rtt());
        Vitals {
            window: Window {
                cwnd: congestion.cwnd,
                ssthresh: congestion.ssthresh,
            },
            phase: congestion.phase,
            scoreboard: Scoreboard {
                sacked: self.sacked(),
                lost: self.lost(),
                copied: self.copied(),
            },
            round_trip: RoundTrip {
                srtt: rtt.srtt(),
                rttvar: rtt.rttvar(),
                rto: rtt.rto(),
            },
            timers: *self.timers(),
        }
    }
}
