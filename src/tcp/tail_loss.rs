//! Tail loss probes (RFC 8985 §7): the loss of the last segment is noticed before the RTO.
//!
//! The probe is no time-out: it neither backs off nor counts towards R1 and R2. The retransmission
//! timer starts over behind it, so that the first gaps between transmissions are R, R, 2R, 4R, …
//! (measured for text and for a FIN alone).
//!
//! Where it sent old text again, only a DSACK or a duplicate acknowledgement tells that it was in vain;
//! without either, once something beyond it is acknowledged, it repaired a loss, and cwnd falls (§7.4).

use super::congestion::Phase;
use super::outcome::{Outgoing, Why};
use super::state::State;
use super::tcb::{Cx, Tcb};
use crate::segment::SackBlock;
use crate::seq::Seq;
use crate::time::{Span, Time};

/// The least allowance beside 2·SRTT, for timers that are slow.
const ALLOWANCE: Span = Span::from_millis(2);
/// PTO without a sample. RFC 8985 §7.2.
const PTO_INITIAL: Span = Span::from_secs(1);

/// The probe under way. RFC 8985 §7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Probe {
    /// TLP.end_seq: SND.NXT when it was sent.
    end: Seq,
    /// TLP.is_retrans: it sent old text or a FIN again.
    again: bool,
}

impl Tcb {
    /// Both SYNs permitted selective acknowledgements. RFC 2018 §2.
    pub const fn sack_on(&self) -> bool {
        self.sack
    }

    /// Sets the timer after something new was sent or acknowledged. RFC 8985 §7.2.
    pub(super) fn schedule_tail_loss_probe(&mut self, cx: &Cx) {
        self.timers.tail_loss = Time::NEVER;
        let may_probe = match self.state() {
            State::Established
            | State::FinWait1
            | State::CloseWait
            | State::Closing
            | State::LastAck => self.flight() > 0,
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::FinWait2
            | State::TimeWait => false,
        };
        let in_order = self.snd.timeouts == 0 && self.congestion.is_open();
        // RFC 8985 §7.3: one probe at a time.
        let wanted = cx.config.tail_loss_probe && self.sack && self.snd.tail.is_none();
        if may_probe && in_order && wanted {
            let pto = cx.now + self.pto(cx);
            self.timers.tail_loss = pto.min(self.timers.retransmission);
        }
    }

    /// 2·SRTT, and time for a delayed acknowledgement if one segment is out. RFC 8985 §7.2.
    fn pto(&self, cx: &Cx) -> Span {
        let Some(srtt) = self.rtt.srtt() else {
            return PTO_INITIAL;
        };
        let alone = self
            .board
            .last()
            .is_none_or(|last| last.start == self.snd.una);
        let allowance = if alone { cx.config.rto_min } else { ALLOWANCE };
        srtt.times(2) + allowance
    }

    /// The probe: new text if the window has room, else the last segment. RFC 8985 §7.3.
    pub(super) fn tail_loss_probe(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        let before = self.snd.nxt;
        let probe = self
            .send_beyond_cwnd(Why::TailLossProbe, cx)
            .or_else(|| self.send_last(Why::TailLossProbe, cx))?;
        self.snd.tail = Some(Probe {
            end: self.snd.nxt,
            again: self.snd.nxt == before,
        });
        self.timers.tail_loss = Time::NEVER;
        // RFC 8985 §7.3: behind the probe the RTO runs, from its start.
        self.timers.retransmission = cx.now + self.rtt.rto();
        Some(probe)
    }

    /// A duplicate acknowledgement: the probe arrived, and what it repeated had arrived before.
    pub(super) fn tail_loss_duplicate(&mut self) {
        let una = self.snd.una;
        if self.snd.tail.is_some_and(|probe| probe.end == una) {
            self.snd.tail = None;
        }
    }

    /// A DSACK: what the probe repeated had arrived before.
    pub(super) fn tail_loss_in_vain(&mut self, block: SackBlock) {
        if self.snd.tail.is_some_and(|probe| probe.end == block.end) {
            self.snd.tail = None;
        }
    }

    /// Something new was acknowledged, `advanced` octets: the probe may be answered. RFC 8985 §7.4.2.
    pub(super) fn tail_loss_acknowledged(&mut self, advanced: u32, cx: &Cx) {
        let una = self.snd.una;
        let Some(probe) = self.snd.tail else {
            return;
        };
        if !probe.again && probe.end.precedes_or_is(una) {
            self.snd.tail = None;
        } else if probe.end.precedes(una) {
            self.snd.tail = None;
            if !self.congestion.is_recovering() {
                // The response of a fast recovery that is over at once: nothing is left to repair.
                let (nxt, window) = (self.snd.nxt, self.window(cx));
                let flight = self.flight() + advanced;
                self.congestion.reduce(Phase::Cwr, nxt, flight, &window);
                self.congestion.leave();
            }
        }
    }
}
