//! Congestion control: slow start, congestion avoidance, fast retransmit and fast recovery
//! (RFC 5681), with the partial acknowledgements of RFC 6582.

use super::config::{Config, InitialWindow};
use crate::seq::Seq;

/// The congestion window and what it follows from; all in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Congestion {
    /// cwnd: how much may be outstanding.
    pub cwnd: u32,
    /// ssthresh: below it cwnd grows by slow start.
    pub ssthresh: u32,
    /// Octets acknowledged since cwnd last grew in congestion avoidance. RFC 3465 §2.1.
    acked: u32,
    /// Duplicate acknowledgements in a row.
    pub duplicates: u32,
    /// Fast recovery is under way.
    pub recovering: bool,
    /// SND.NXT when the last recovery or time-out began, at first ISS.
    ///
    /// RFC 6582 §3.2 has recover one less, the highest number sent. Its step 1 would then forbid the
    /// first segment of a connection to be retransmitted fast.
    recover: Seq,
}

/// Duplicate acknowledgements that mean a loss. RFC 5681 §3.2.
const DUPLICATE_THRESHOLD: u32 = 3;

/// What an acknowledgement of new data means for fast recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is no recovery, or this acknowledgement ended it.
    Open,
    /// Recovery goes on: the next hole is to be sent again. RFC 6582 §3.2, step 5.
    Partial,
}

impl Congestion {
    /// Before anything was sent; the segment size is not known yet.
    pub const fn new(iss: Seq) -> Congestion {
        Congestion {
            cwnd: u32::MAX,
            ssthresh: u32::MAX,
            acked: 0,
            duplicates: 0,
            recovering: false,
            recover: iss,
        }
    }

    /// The handshake is done: sets the initial window.
    ///
    /// RFC 5681 §3.1 wants one segment if a SYN was lost; RFC 6928 §2 only if more than one was.
    pub fn start(&mut self, smss: u32, syn_timeouts: u32, config: &Config) {
        self.cwnd = match config.initial_window {
            InitialWindow::Rfc5681 if syn_timeouts > 0 => smss,
            InitialWindow::Rfc5681 if smss > 2190 => 2 * smss,
            InitialWindow::Rfc5681 if smss > 1095 => 3 * smss,
            InitialWindow::Rfc5681 => 4 * smss,
            InitialWindow::Rfc6928 if syn_timeouts > 1 => smss,
            InitialWindow::Rfc6928 => (10 * smss).min((2 * smss).max(14_600)),
        };
    }

    /// Nothing hints at a loss that is not repaired.
    pub fn is_open(&self, una: Seq) -> bool {
        !self.recovering && self.duplicates == 0 && !una.precedes(self.recover)
    }

    /// How much beyond cwnd may be outstanding: limited transmit (RFC 3042, RFC 5681 §3.2 step 1).
    pub const fn allowance(&self, smss: u32) -> u32 {
        let beyond = if self.recovering || self.duplicates >= DUPLICATE_THRESHOLD {
            0
        } else {
            self.duplicates * smss
        };
        self.cwnd.saturating_add(beyond)
    }

    /// `newly` octets were acknowledged, up to `una`; `flight` octets are still outstanding.
    pub fn on_ack(&mut self, newly: u32, una: Seq, flight: u32, smss: u32) -> Progress {
        self.duplicates = 0;
        if !self.recovering {
            self.grow(newly, smss);
            return Progress::Open;
        }
        if self.recover.precedes_or_is(una) {
            // RFC 6582 §3.2 step 3, first variant: no burst when little is outstanding.
            self.cwnd = self.ssthresh.min(flight.max(smss) + smss);
            self.recovering = false;
            return Progress::Open;
        }
        // RFC 6582 §3.2 step 4, partial acknowledgement: deflate by what left the network.
        self.cwnd = self.cwnd.saturating_sub(newly).max(smss);
        if newly >= smss {
            self.cwnd += smss;
        }
        Progress::Partial
    }

    fn grow(&mut self, newly: u32, smss: u32) {
        if self.cwnd < self.ssthresh {
            // RFC 5681 §3.1, equation 2.
            self.cwnd = self.cwnd.saturating_add(newly.min(smss));
            return;
        }
        // RFC 5681 §3.1, equation 3 in the form of RFC 3465 §2.1: one segment a window.
        self.acked = self.acked.saturating_add(newly);
        if self.acked >= self.cwnd {
            self.acked -= self.cwnd;
            self.cwnd = self.cwnd.saturating_add(smss);
        }
    }

    /// A duplicate acknowledgement; true if it is the one that triggers fast retransmit.
    pub fn on_duplicate(&mut self, una: Seq, nxt: Seq, flight: u32, smss: u32) -> bool {
        self.duplicates += 1;
        if self.recovering {
            // RFC 5681 §3.2 step 4: each duplicate means that a segment left the network.
            self.cwnd = self.cwnd.saturating_add(smss);
            return false;
        }
        // RFC 6582 §3.2 step 2: not again for losses of a window already answered for. Duplicates of
        // the very end of that window come from segments that were sent again in vain.
        if self.duplicates != DUPLICATE_THRESHOLD || !self.recover.precedes(una) {
            return false;
        }
        // RFC 5681 §3.2 step 2: what lies beyond cwnd was sent by limited transmit, and does not count.
        self.ssthresh = (flight.min(self.cwnd) / 2).max(2 * smss);
        self.cwnd = self.ssthresh + DUPLICATE_THRESHOLD * smss;
        self.recovering = true;
        self.recover = nxt;
        true
    }

    /// The retransmission timer ran out, for the `count`-th time in a row.
    pub fn on_timeout(&mut self, count: u32, nxt: Seq, flight: u32, smss: u32) {
        // RFC 5681 §3.1: ssthresh stays as it is when the same segment times out again.
        if count == 1 {
            self.ssthresh = (flight / 2).max(2 * smss);
        }
        self.cwnd = smss;
        self.acked = 0;
        self.duplicates = 0;
        self.recovering = false;
        self.recover = nxt;
    }

    /// Nothing was sent for longer than an RTO: start again slowly. RFC 5681 §4.1.
    pub fn restart_after_idle(&mut self, smss: u32, config: &Config) {
        let mut initial = Congestion::new(self.recover);
        initial.start(smss, 0, config);
        self.cwnd = self.cwnd.min(initial.cwnd);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMSS: u32 = 1000;

    fn seq(n: u32) -> Seq {
        Seq::new(n)
    }

    fn open(cwnd: u32, ssthresh: u32) -> Congestion {
        Congestion {
            cwnd,
            ssthresh,
            ..Congestion::new(seq(0))
        }
    }

    #[test]
    fn initial_window_by_segment_size() {
        let rfc5681 = Config::default();
        let rfc6928 = Config {
            initial_window: InitialWindow::Rfc6928,
            ..rfc5681
        };
        for (config, smss, syn_timeouts, cwnd) in [
            (&rfc5681, 536, 0, 2144),
            (&rfc5681, 1095, 0, 4380),
            (&rfc5681, 1460, 0, 4380),
            (&rfc5681, 2191, 0, 4382),
            (&rfc5681, 1460, 1, 1460),
            (&rfc6928, 1460, 0, 14_600),
            (&rfc6928, 536, 0, 5360),
            (&rfc6928, 9000, 0, 18_000),
            (&rfc6928, 1460, 1, 14_600),
            (&rfc6928, 1460, 2, 1460),
        ] {
            let mut c = Congestion::new(seq(0));
            c.start(smss, syn_timeouts, config);
            assert_eq!(c.cwnd, cwnd, "smss {smss}, {syn_timeouts} SYN timeouts");
        }
    }

    #[test]
    fn slow_start_grows_by_what_was_acknowledged_at_most_a_segment() {
        let mut c = open(3000, u32::MAX);
        c.on_ack(2000, seq(2000), 0, SMSS);
        assert_eq!(c.cwnd, 4000);
        c.on_ack(300, seq(2300), 0, SMSS);
        assert_eq!(c.cwnd, 4300);
    }

    #[test]
    fn congestion_avoidance_grows_a_segment_a_window() {
        let mut c = open(4000, 4000);
        for (newly, cwnd) in [
            (2000, 4000),
            (2000, 5000),
            (2000, 5000),
            (2000, 5000),
            (1000, 6000),
        ] {
            c.on_ack(newly, seq(1), 0, SMSS);
            assert_eq!(c.cwnd, cwnd);
        }
    }

    #[test]
    fn third_duplicate_halves_and_inflates() {
        let mut c = open(10_000, u32::MAX);
        assert!(!c.on_duplicate(seq(1), seq(10_001), 10_000, SMSS));
        assert_eq!(c.allowance(SMSS), 11_000);
        assert!(!c.on_duplicate(seq(1), seq(11_001), 11_000, SMSS));
        assert_eq!(c.allowance(SMSS), 12_000);
        // 12,000 are outstanding, 2,000 of them by limited transmit.
        assert!(c.on_duplicate(seq(1), seq(12_001), 12_000, SMSS));
        assert_eq!((c.ssthresh, c.cwnd), (5000, 8000));
        assert!(!c.on_duplicate(seq(1), seq(12_001), 12_000, SMSS));
        assert_eq!(c.cwnd, 9000);
        assert_eq!(c.on_ack(2000, seq(2001), 10_000, SMSS), Progress::Partial);
        assert_eq!(c.cwnd, 8000);
        assert_eq!(c.on_ack(10_000, seq(12_001), 0, SMSS), Progress::Open);
        assert_eq!(c.cwnd, 2000);
    }

    #[test]
    fn duplicates_below_recover_start_nothing() {
        let mut c = open(10_000, u32::MAX);
        c.on_timeout(1, seq(5001), 5000, SMSS);
        assert_eq!((c.cwnd, c.ssthresh), (1000, 2500));
        for _ in 0..5 {
            assert!(!c.on_duplicate(seq(3001), seq(5001), 2000, SMSS));
        }
    }

    #[test]
    fn ssthresh_is_held_when_the_same_segment_times_out_again() {
        let mut c = open(10_000, u32::MAX);
        c.on_timeout(1, seq(10_001), 10_000, SMSS);
        assert_eq!(c.ssthresh, 5000);
        c.on_timeout(2, seq(10_001), 1000, SMSS);
        assert_eq!((c.ssthresh, c.cwnd), (5000, 1000));
    }
}
