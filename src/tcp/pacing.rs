//! Pacing: new text leaves evenly over a round trip, not in bursts ([`Config::pacing`]).
//!
//! The rate is cwnd in an SRTT, times two in slow start, so that cwnd can double in a round trip, and
//! times 1.2 after, so that the pace does not hold cwnd back. The first ten segments go at once, as the
//! initial window does; so does all before there is a sample of the round trip. What is sent again does
//! not wait, nor does a FIN alone.
//!
//! Numbers: the defaults of the sysctls `tcp_pacing_ss_ratio`, 200, and `tcp_pacing_ca_ratio`, 120. That
//! their kernel leaves the first for the second already at half of ssthresh is not modelled.

#[cfg(doc)]
use super::config::Config;
use super::tcb::{Cx, Tcb};
use crate::time::{Span, Time};

/// Segments at the start of a connection that do not wait. RFC 6928.
const BURST: u8 = 10;
/// Per cent of cwnd in an SRTT, in slow start.
const SLOW_START: u64 = 200;
/// The same in congestion avoidance.
const AVOIDANCE: u64 = 120;

impl Tcb {
    /// Whether it is the turn of so many octets of new text: if so the timer runs until the next turn,
    /// whether anything waits for it yet or not.
    #[cold]
    pub(super) fn takes_its_turn(&mut self, octets: u32, cx: &Cx) -> bool {
        if octets == 0 {
            return true;
        }
        let turn = self.timers.pacing;
        if turn != Time::NEVER && cx.now < turn {
            return false;
        }
        self.timers.pacing = Time::NEVER;
        if self.burst < BURST {
            self.burst += 1;
        } else {
            self.timers.pacing = cx.now + self.time_for(octets);
        }
        true
    }

    /// How long so many octets take at the pace of this moment; nothing before the first sample.
    fn time_for(&self, octets: u32) -> Span {
        let (cwnd, ssthresh) = (self.congestion.cwnd, self.congestion.ssthresh);
        let percent = if cwnd < ssthresh {
            SLOW_START
        } else {
            AVOIDANCE
        };
        let srtt = self.rtt.srtt().unwrap_or(Span::ZERO).as_nanos();
        let rate = u128::from(percent) * u128::from(cwnd.max(1));
        let nanos = u128::from(octets) * u128::from(srtt) * 100 / rate;
        Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
