//! How cwnd grows and how far it falls: the algorithm of congestion control, apart from the recovery
//! of losses, which decides when (`congestion`).
//!
//! An algorithm is plain data in an enum, so that a copy of it is all that an undo has to keep.

use super::config::CongestionControl;
use crate::time::{Span, Time};

/// The algorithm with its own variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// RFC 5681, equations 2 to 4.
    NewReno(NewReno),
    /// No congestion control: the peer's window alone counts.
    Unlimited,
}

/// The variables of NewReno.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewReno {
    /// Octets acknowledged since cwnd last grew in congestion avoidance. RFC 3465 §2.1.
    acked: u32,
}

/// cwnd and ssthresh at one moment, in octets, and what an algorithm measures by.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// cwnd.
    pub cwnd: u32,
    /// ssthresh.
    pub ssthresh: u32,
    /// The segment size of the sender, in octets.
    pub smss: u32,
    /// SRTT, if there was a sample.
    pub srtt: Option<Span>,
    /// The moment.
    pub now: Time,
}

impl Control {
    /// The algorithm at the start of a connection.
    pub const fn new(algorithm: CongestionControl) -> Control {
        match algorithm {
            CongestionControl::NewReno => Control::NewReno(NewReno { acked: 0 }),
            CongestionControl::Unlimited => Control::Unlimited,
        }
    }

    /// `newly` octets were acknowledged outside of recovery, while cwnd was what limited the sender:
    /// the new cwnd.
    pub fn grow(&mut self, newly: u32, window: &Window) -> u32 {
        if window.cwnd < window.ssthresh && *self != Control::Unlimited {
            // RFC 5681 §3.1, equation 2.
            return window.cwnd.saturating_add(newly.min(window.smss));
        }
        match self {
            Control::NewReno(reno) => reno.avoid(newly, window),
            Control::Unlimited => window.cwnd,
        }
    }

    /// A loss was noticed with `flight` octets outstanding: the new ssthresh.
    pub fn reduce(&mut self, flight: u32, window: &Window) -> u32 {
        match self {
            // RFC 5681 §3.1, equation 4.
            Control::NewReno(_) => (flight / 2).max(2 * window.smss),
            Control::Unlimited => window.ssthresh,
        }
    }

    /// The retransmission timer ran out; cwnd starts over from one segment.
    pub fn start_over(&mut self) {
        match self {
            Control::NewReno(reno) => *reno = NewReno::default(),
            Control::Unlimited => {}
        }
    }
}

impl NewReno {
    /// RFC 5681 §3.1, equation 3 in the form of RFC 3465 §2.1: one segment a window.
    fn avoid(&mut self, newly: u32, window: &Window) -> u32 {
        self.acked = self.acked.saturating_add(newly);
        if self.acked < window.cwnd {
            return window.cwnd;
        }
        self.acked -= window.cwnd;
        window.cwnd.saturating_add(window.smss)
    }
}
