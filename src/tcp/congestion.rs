//! Congestion control around losses: slow start and congestion avoidance where nothing is lost
//! (RFC 5681), fast recovery without SACK (RFC 6582), with SACK at once (RFC 6675) or in proportion
//! (RFC 6937), and the collapse after a time-out.
//!
//! How cwnd grows and how far it falls is the algorithm's ([`Control`]); which segments are lost is
//! the business of `recovery`.

use super::config::{Config, CongestionControl, InitialWindow, Reduction};
use super::control::{Control, Usage, Window};
use crate::seq::Seq;
use crate::time::Time;
use serde::Serialize;

/// The congestion window and what it follows from; all in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Congestion {
    /// cwnd: how much may be outstanding.
    pub cwnd: u32,
    /// ssthresh: below it cwnd grows by slow start.
    pub ssthresh: u32,
    /// What is known about losses.
    pub phase: Phase,
    /// Duplicate acknowledgements in a row; with SACK those that told something new (RFC 6675 §2).
    pub duplicates: u32,
    /// The algorithm.
    control: Control,
    /// How much of cwnd is used.
    usage: Usage,
    /// SND.NXT when the last reduction began, at first ISS: RecoveryPoint of RFC 6675 §2.
    ///
    /// RFC 6582 §3.2 has recover one less, the highest number sent. Its step 1 would then forbid the
    /// first segment of a connection to be retransmitted fast.
    recover: Seq,
    /// When the last reduction began.
    reduced_at: Time,
    /// The reduction in proportion under way.
    proportion: Proportion,
    /// There was a reduction, and no new text since: that is to tell the peer. RFC 3168 §6.1.2.
    reduced: bool,
}

/// What the sender knows about losses, by the names that kernels' tools show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Phase {
    /// Nothing hints at a loss.
    Open,
    /// Something arrived out of order, which may be a loss.
    Disorder,
    /// cwnd was reduced for another reason than a loss that is under repair.
    Cwr,
    /// Fast recovery. RFC 5681 §3.2, RFC 6675 §5.
    Recovery,
    /// The retransmission timer ran out, and what was outstanding is not acknowledged yet.
    Loss,
}

/// The variables of RFC 6937 §3, in octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Proportion {
    /// RecoverFS: what was in flight when it began.
    prior: u32,
    /// prr_delivered.
    delivered: u32,
    /// prr_out.
    out: u32,
}

/// What a reduction in proportion needs to know of an acknowledgement. RFC 6937 §3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivery {
    /// DeliveredData: octets acknowledged or told of by SACK for the first time.
    pub delivered: u32,
    /// Octets in flight: pipe of RFC 6675.
    pub pipe: u32,
    /// SND.UNA moved and no further loss was noticed: the network copes with what is sent.
    pub safe: bool,
}

/// Duplicate acknowledgements that mean a loss. RFC 5681 §3.2.
pub(super) const DUPLICATE_THRESHOLD: u32 = 3;

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
    pub fn new(iss: Seq, algorithm: CongestionControl) -> Congestion {
        Congestion {
            cwnd: u32::MAX,
            ssthresh: u32::MAX,
            phase: Phase::Open,
            duplicates: 0,
            control: Control::new(algorithm),
            usage: Usage::new(iss),
            recover: iss,
            reduced_at: Time::ZERO,
            proportion: Proportion {
                prior: 0,
                delivered: 0,
                out: 0,
            },
            reduced: false,
        }
    }

    /// The handshake is done: sets the initial window.
    ///
    /// RFC 5681 §3.1 wants one segment if a SYN was lost; RFC 6928 §2 only if more than one was.
    pub fn start(&mut self, smss: u32, syn_timeouts: u32, config: &Config) {
        if self.is_unlimited() {
            return;
        }
        self.cwnd = match config.initial_window {
            InitialWindow::Rfc5681 if syn_timeouts > 0 => smss,
            InitialWindow::Rfc5681 if smss > 2190 => 2 * smss,
            InitialWindow::Rfc5681 if smss > 1095 => 3 * smss,
            InitialWindow::Rfc5681 => 4 * smss,
            InitialWindow::Rfc6928 if syn_timeouts > 1 => smss,
            InitialWindow::Rfc6928 => (10 * smss).min((2 * smss).max(14_600)),
        };
    }

    fn is_unlimited(&self) -> bool {
        self.control == Control::Unlimited
    }

    /// The algorithm with its variables.
    pub const fn control(&self) -> &Control {
        &self.control
    }

    /// Where the reduction under way, or the last one, ends: RecoveryPoint of RFC 6675 §2.
    pub const fn recovery_point(&self) -> Seq {
        self.recover
    }

    /// Nothing hints at a loss that is not repaired.
    pub const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Cwr)
    }

    /// Losses are being repaired.
    pub const fn is_recovering(&self) -> bool {
        matches!(self.phase, Phase::Recovery | Phase::Loss)
    }

    /// How much beyond cwnd may be outstanding without SACK: limited transmit (RFC 3042, RFC 5681
    /// §3.2 step 1).
    pub const fn allowance(&self, smss: u32) -> u32 {
        let beyond =
            if matches!(self.phase, Phase::Recovery) || self.duplicates >= DUPLICATE_THRESHOLD {
                0
            } else {
                self.duplicates * smss
            };
        self.cwnd.saturating_add(beyond)
    }

    /// `newly` octets were acknowledged while nothing was being reduced.
    #[inline]
    pub(super) fn grow(&mut self, newly: u32, window: &Window) {
        self.cwnd = self.control.grow(newly, &self.seen(window));
        if self.control.leaves_slow_start() {
            self.ssthresh = self.cwnd;
        }
    }

    /// Whether cwnd is what limits the sender.
    pub(super) const fn limits(&self) -> bool {
        self.usage.limits(self.cwnd, self.ssthresh)
    }

    /// The sender has sent what it could: `flight` octets are outstanding, from `una` up to `nxt`,
    /// and `held_back` says that cwnd alone keeps back more.
    pub(super) fn note_usage(&mut self, flight: u32, held_back: bool, una: Seq, nxt: Seq) {
        self.usage.sent(flight, held_back, una, nxt);
    }

    /// Text is sent while nothing is outstanding: the time before does not count.
    pub(super) const fn pause(&mut self, now: Time) {
        self.control.pause(now);
    }

    /// cwnd is so much, unless nothing limits it.
    fn set(&mut self, cwnd: u32) {
        if !self.is_unlimited() {
            self.cwnd = cwnd;
        }
    }

    /// cwnd is so much at most.
    pub(super) fn limit(&mut self, most: u32) {
        self.set(self.cwnd.min(most));
    }

    /// What an algorithm measures by, at this moment.
    const fn seen(&self, window: &Window) -> Window {
        Window {
            cwnd: self.cwnd,
            ssthresh: self.ssthresh,
            ..*window
        }
    }

    /// Without SACK: `newly` octets were acknowledged, up to `una`; `flight` octets are outstanding.
    pub fn on_ack(&mut self, newly: u32, una: Seq, flight: u32, window: &Window) -> Progress {
        let smss = window.smss;
        self.duplicates = 0;
        let over = self.recover.precedes_or_is(una);
        if self.phase != Phase::Recovery {
            // After a mark, as with SACK, cwnd stays until what was outstanding is acknowledged.
            if self.phase != Phase::Cwr || over {
                self.grow(newly, window);
            }
            if over || self.phase == Phase::Disorder {
                self.phase = Phase::Open;
            }
            return Progress::Open;
        }
        if over {
            // RFC 6582 §3.2 step 3, first variant: no burst when little is outstanding.
            self.set(self.ssthresh.min(flight.max(smss) + smss));
            self.phase = Phase::Open;
            return Progress::Open;
        }
        // RFC 6582 §3.2 step 4, partial acknowledgement: deflate by what left the network.
        let more = if newly >= smss { smss } else { 0 };
        self.set(
            self.cwnd
                .saturating_sub(newly)
                .max(smss)
                .saturating_add(more),
        );
        Progress::Partial
    }

    /// Without SACK: a duplicate acknowledgement; true if it is the one that triggers fast retransmit.
    pub fn on_duplicate(&mut self, una: Seq, nxt: Seq, flight: u32, window: &Window) -> bool {
        let smss = window.smss;
        self.duplicates += 1;
        match self.phase {
            Phase::Recovery => {
                // RFC 5681 §3.2 step 4: each duplicate means that a segment left the network.
                self.cwnd = self.cwnd.saturating_add(smss);
                return false;
            }
            Phase::Open => self.phase = Phase::Disorder,
            Phase::Disorder | Phase::Cwr | Phase::Loss => {}
        }
        // RFC 6582 §3.2 step 2: not again for losses of a window already answered for. Duplicates of
        // the very end of that window come from segments that were sent again in vain.
        let answered_for = !self.recover.precedes(una) && self.phase != Phase::Cwr;
        if self.duplicates != DUPLICATE_THRESHOLD || answered_for {
            return false;
        }
        self.reduce(Phase::Recovery, nxt, flight, window);
        self.cwnd = self.ssthresh.saturating_add(DUPLICATE_THRESHOLD * smss);
        true
    }

    /// A reduction begins, with `flight` octets outstanding up to `nxt`: sets ssthresh. cwnd stands.
    pub(super) fn reduce(&mut self, phase: Phase, nxt: Seq, flight: u32, window: &Window) {
        if self.phase == Phase::Cwr && phase == Phase::Recovery {
            // RFC 3168 §6.1.2: a mark and a loss of one window are one sign of congestion.
            (self.phase, self.recover) = (phase, nxt);
            return;
        }
        self.reduced = true;
        // RFC 5681 §3.2 step 2: what lies beyond cwnd was sent by limited transmit, and does not count.
        let flight = flight.min(self.cwnd);
        self.ssthresh = self.control.reduce(flight, &self.seen(window));
        self.phase = phase;
        self.recover = nxt;
        self.reduced_at = window.now;
        self.proportion = Proportion {
            prior: flight,
            delivered: 0,
            out: 0,
        };
    }

    /// With SACK: fast recovery begins. RFC 6675 §5, step 4; RFC 6937 §3.
    pub(super) fn enter_recovery(
        &mut self,
        nxt: Seq,
        flight: u32,
        window: &Window,
        how: Reduction,
    ) {
        self.reduce(Phase::Recovery, nxt, flight, window);
        if how == Reduction::AtOnce {
            self.cwnd = self.cwnd.min(self.ssthresh);
        }
    }

    /// A mark came back: one reduction, with nothing to repair. RFC 3168 §6.1.2.
    pub(super) fn enter_cwr(&mut self, nxt: Seq, flight: u32, window: &Window, how: Reduction) {
        self.reduce(Phase::Cwr, nxt, flight, window);
        if how == Reduction::AtOnce {
            self.cwnd = self.cwnd.min(self.ssthresh);
        }
    }

    /// Whether the peer does not know yet of a reduction; it is told now.
    pub(super) const fn take_reduced(&mut self) -> bool {
        std::mem::replace(&mut self.reduced, false)
    }

    /// A copy that was sent at this moment is lost in fast recovery: another sign of congestion, once
    /// for all copies of one reduction. RFC 5681 §4.3.
    pub(super) fn is_lost_anew(&self, copy: Time) -> bool {
        self.phase == Phase::Recovery && self.reduced_at <= copy
    }

    /// The reduction is over: everything up to its recovery point is acknowledged.
    pub(super) fn leave(&mut self) {
        self.cwnd = self.cwnd.min(self.ssthresh);
        self.phase = Phase::Open;
    }

    /// cwnd for what an acknowledgement delivered, while it is being reduced. RFC 6937 §3.
    ///
    /// Whole segments are let go, as its examples do; at the beginning one at least, so that the
    /// first loss is repaired at once.
    pub(super) fn reduce_in_proportion(&mut self, delivery: &Delivery, smss: u32) {
        if delivery.delivered == 0 || self.is_unlimited() {
            return;
        }
        let Delivery {
            delivered,
            pipe,
            safe,
        } = *delivery;
        let proportion = &mut self.proportion;
        proportion.delivered = proportion.delivered.saturating_add(delivered);
        let owed = proportion.delivered.saturating_sub(proportion.out);
        let mut room = if self.ssthresh < pipe {
            let share = u64::from(proportion.delivered) * u64::from(self.ssthresh);
            let whole = u64::from(proportion.prior.max(1)) * u64::from(smss);
            let sent = share.div_ceil(whole) * u64::from(smss);
            u32::try_from(sent)
                .unwrap_or(u32::MAX)
                .saturating_sub(proportion.out)
        } else {
            // Slow start reduction bound, or the conservative one while losses go on.
            let bound = owed.max(delivered) + if safe { smss } else { 0 };
            bound.min(self.ssthresh - pipe)
        };
        if proportion.out == 0 {
            room = room.max(smss);
        }
        self.cwnd = pipe.saturating_add(room).max(smss);
    }

    /// Octets were sent while cwnd is being reduced: prr_out.
    pub(super) const fn note_sent(&mut self, octets: u32) {
        if matches!(self.phase, Phase::Recovery | Phase::Cwr) {
            self.proportion.out = self.proportion.out.saturating_add(octets);
        }
    }

    /// The retransmission timer ran out, for the `count`-th time in a row.
    pub fn on_timeout(&mut self, count: u32, nxt: Seq, flight: u32, window: &Window) {
        // RFC 5681 §3.1: ssthresh stays as it is when the same segment times out again.
        if count == 1 {
            self.ssthresh = self.control.reduce(flight, &self.seen(window));
        }
        self.control.start_over();
        self.reduced = true;
        self.set(window.smss);
        self.duplicates = 0;
        self.phase = Phase::Loss;
        self.recover = nxt;
    }

    /// `pipe` octets are deemed in flight behind a time-out: one segment may go beside them.
    pub(super) const fn leave_room_for(&mut self, pipe: u32) {
        self.cwnd = self.cwnd.saturating_add(pipe);
    }

    /// New text is to show whether a time-out was spurious: its end is the one to wait for. RFC 5682.
    pub(super) const fn wait_for(&mut self, nxt: Seq) {
        self.recover = nxt;
    }

    /// A reduction was without cause: cwnd, ssthresh and the algorithm are what they were.
    pub(super) fn restore(&mut self, before: &Congestion) {
        // In fast recovery without SACK cwnd is inflated.
        self.cwnd = match self.phase {
            Phase::Recovery => before.cwnd,
            Phase::Open | Phase::Disorder | Phase::Cwr | Phase::Loss => self.cwnd.max(before.cwnd),
        };
        self.ssthresh = self.ssthresh.max(before.ssthresh);
        self.control = before.control;
        self.reduced = before.reduced;
    }

    /// Nothing was sent for longer than an RTO: start again slowly. RFC 5681 §4.1.
    pub fn restart_after_idle(&mut self, smss: u32, config: &Config) {
        let mut initial = *self;
        initial.start(smss, 0, config);
        self.cwnd = self.cwnd.min(initial.cwnd);
    }
}

#[cfg(test)]
mod tests {
    use super::super::control::Policy;
    use super::*;

    const SMSS: u32 = 1000;

    fn seq(n: u32) -> Seq {
        Seq::new(n)
    }

    fn open(cwnd: u32, ssthresh: u32) -> Congestion {
        Congestion {
            cwnd,
            ssthresh,
            ..Congestion::new(seq(0), CongestionControl::NewReno)
        }
    }

    /// The algorithm sees cwnd and ssthresh as they are.
    fn window() -> Window {
        Window {
            cwnd: 0,
            ssthresh: 0,
            smss: SMSS,
            srtt: None,
            now: Time::ZERO,
            una: seq(0),
            nxt: seq(0),
            rtt: None,
            limited: true,
            policy: Policy::of(&Config::default()),
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
            let mut c = Congestion::new(seq(0), CongestionControl::NewReno);
            c.start(smss, syn_timeouts, config);
            assert_eq!(c.cwnd, cwnd, "smss {smss}, {syn_timeouts} SYN timeouts");
        }
    }

    #[test]
    fn slow_start_grows_by_what_was_acknowledged_at_most_a_segment() {
        let mut c = open(3000, u32::MAX);
        c.on_ack(2000, seq(2000), 0, &window());
        assert_eq!(c.cwnd, 4000);
        c.on_ack(300, seq(2300), 0, &window());
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
            c.on_ack(newly, seq(1), 0, &window());
            assert_eq!(c.cwnd, cwnd);
        }
    }

    #[test]
    fn third_duplicate_halves_and_inflates() {
        let mut c = open(10_000, u32::MAX);
        assert!(!c.on_duplicate(seq(1), seq(10_001), 10_000, &window()));
        assert_eq!(c.allowance(SMSS), 11_000);
        assert!(!c.on_duplicate(seq(1), seq(11_001), 11_000, &window()));
        assert_eq!(c.allowance(SMSS), 12_000);
        // 12,000 are outstanding, 2,000 of them by limited transmit.
        assert!(c.on_duplicate(seq(1), seq(12_001), 12_000, &window()));
        assert_eq!((c.ssthresh, c.cwnd), (5000, 8000));
        assert!(!c.on_duplicate(seq(1), seq(12_001), 12_000, &window()));
        assert_eq!(c.cwnd, 9000);
        assert_eq!(
            c.on_ack(2000, seq(2001), 10_000, &window()),
            Progress::Partial
        );
        assert_eq!(c.cwnd, 8000);
        assert_eq!(c.on_ack(10_000, seq(12_001), 0, &window()), Progress::Open);
        assert_eq!(c.cwnd, 2000);
    }

    #[test]
    fn duplicates_below_recover_start_nothing() {
        let mut c = open(10_000, u32::MAX);
        c.on_timeout(1, seq(5001), 5000, &window());
        assert_eq!((c.cwnd, c.ssthresh), (1000, 2500));
        for _ in 0..5 {
            assert!(!c.on_duplicate(seq(3001), seq(5001), 2000, &window()));
        }
    }

    #[test]
    fn ssthresh_is_held_when_the_same_segment_times_out_again() {
        let mut c = open(10_000, u32::MAX);
        c.on_timeout(1, seq(10_001), 10_000, &window());
        assert_eq!(c.ssthresh, 5000);
        c.on_timeout(2, seq(10_001), 1000, &window());
        assert_eq!((c.ssthresh, c.cwnd), (5000, 1000));
    }
}
