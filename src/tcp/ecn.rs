//! Explicit congestion notification (RFC 3168 §6.1): who takes part, what is marked as capable, and the
//! two flags by which a mark comes back to the sender.
//!
//! - The SYN asks with ECE and CWR, the SYN,ACK agrees with ECE alone (§6.1.1). A SYN that nothing
//!   answered asks no more (§6.1.1.1): something on the path may drop such SYNs.
//! - New text is sent as ECT(0); everything else is not, so that its loss still shows (§6.1.4 to 6.1.6).
//! - A marked packet inside the window turns on the echo: all acknowledgements have ECE until the peer
//!   says CWR. The first is sent at once, since a peer with a small cwnd may wait for it.
//! - ECE is one sign of congestion a window, like a loss that needs no repair; the next new text says
//!   CWR, after any reduction (§6.1.2).
//!
//! Left out: the retry after a reset (§6.1.1.1, MAY), and AccECN.

use super::config::{EcnMode, Reduction};
use super::congestion::Phase;
use super::outcome::AckReason;
use super::state::State;
use super::tcb::{AckDue, Cx, Tcb};
use crate::segment::{Ecn, Flags, Segment};
use crate::seq::Seq;
use crate::time::Time;

/// What a connection knows of the notification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Notification {
    /// Both ends take part: an ECN-setup SYN and SYN,ACK were exchanged.
    pub on: bool,
    /// The last SYN that this end sent asked.
    asked: bool,
    /// A marked packet arrived, and no CWR since: acknowledgements have ECE.
    echo: bool,
    /// cwnd was one segment when ECE arrived: nothing is sent before the retransmission timer runs out.
    pub held: bool,
}

/// The flags of an ECN-setup SYN; they stand for nothing else together.
const SETUP: Flags = Flags::from_bits(Flags::ECE.bits() | Flags::CWR.bits());

impl Tcb {
    /// The flags that a SYN or SYN,ACK of this end has besides. RFC 3168 §6.1.1.
    pub(super) fn ecn_setup(&mut self, cx: &Cx) -> Flags {
        if self.state() != State::SynSent {
            return if self.ecn.on { Flags::ECE } else { Flags::NONE };
        }
        self.ecn.asked = cx.config.ecn == EcnMode::Asks && self.snd.timeouts == 0;
        if self.ecn.asked { SETUP } else { Flags::NONE }
    }

    /// The peer's SYN or SYN,ACK says whether both ends take part.
    ///
    /// A SYN,ACK with both flags reflects the SYN without understanding it.
    pub(super) fn take_ecn_setup(&mut self, syn: &Segment, cx: &Cx) {
        let says = Flags::from_bits(syn.flags.bits() & SETUP.bits());
        self.ecn.on = match (self.state(), syn.flags.contains(Flags::ACK)) {
            (State::SynSent, true) => self.ecn.asked && says == Flags::ECE,
            // Both opened at once: this end's SYN has gone out.
            (State::SynSent, false) => self.ecn.asked && says == SETUP,
            _ => cx.config.ecn != EcnMode::Off && says == SETUP,
        };
    }

    /// The peer's SYN came again in SYN-RECEIVED: without the flags it takes no part after all.
    pub(super) fn take_ecn_setup_again(&mut self, syn: &Segment) {
        self.ecn.on &= syn.flags.contains(SETUP);
    }

    /// ECE, if the peer has to hear of a mark.
    pub(super) const fn ecn_echo(&self) -> Flags {
        if self.ecn.echo {
            Flags::ECE
        } else {
            Flags::NONE
        }
    }

    /// Where both ends take part: what a segment in the sequence space says, which begins at `start`
    /// and was made when SND.NXT was `next`. RFC 3168 §6.1.2, §6.1.5.
    #[cold]
    pub(super) fn notify(&mut self, segment: &mut Segment, next: Seq, probe: bool) {
        if segment.flags.contains(Flags::SYN) {
            return;
        }
        segment.flags = segment.flags | self.ecn_echo();
        if segment.payload.len > 0 && segment.seq == next && !probe {
            segment.ecn = Ecn::Ect0;
            if self.congestion.take_reduced() {
                segment.flags = segment.flags | Flags::CWR;
            }
        }
    }

    /// Where both ends take part: text arrived inside the window, `in_order` or beyond a gap.
    /// RFC 3168 §6.1.3.
    #[cold]
    pub(super) fn take_mark(&mut self, seg: &Segment, in_order: bool) {
        if seg.flags.contains(Flags::CWR) {
            self.ecn.echo = false;
        }
        if seg.ecn == Ecn::Ce && !std::mem::replace(&mut self.ecn.echo, true) {
            self.acknowledge_quickly();
            if in_order {
                self.rcv.ack = AckDue::Now(AckReason::Marked);
            }
        }
    }

    /// Where both ends take part: whether an acknowledgement tells of a mark. That of the SYN does not:
    /// its flags mean another thing.
    #[cold]
    pub(super) fn hears_echo(&mut self, seg: &Segment, handshake: bool, cx: &Cx) -> bool {
        if self.ecn.held && self.timers.retransmission == Time::NEVER {
            self.timers.retransmission = cx.now + self.rtt.rto();
        }
        !handshake && seg.flags.contains(Flags::ECE)
    }

    /// ECE arrived, by an acknowledgement that moved SND.UNA by `advanced` octets. RFC 3168 §6.1.2.
    #[cold]
    pub(super) fn take_echo(&mut self, advanced: u32, cx: &Cx) {
        let phase = self.congestion.phase;
        // In a reduction cwnd is on its way.
        let steady = !matches!(phase, Phase::Recovery | Phase::Cwr);
        if steady && self.congestion.cwnd <= self.snd.mss && !self.fin_acknowledged() {
            self.ecn.held = true;
            self.timers.retransmission = cx.now + self.rtt.rto();
        }
        // Once a window: what was sent before the last reduction says nothing new, and the echo of the
        // recovery point itself was on its way before CWR came.
        let once = self.snd.una != self.congestion.recovery_point();
        if once && matches!(phase, Phase::Open | Phase::Disorder) {
            let (nxt, flight) = (self.snd.nxt, self.flight() + advanced);
            let window = self.window(cx);
            let how = if self.sack {
                cx.config.reduction
            } else {
                Reduction::AtOnce
            };
            self.congestion.enter_cwr(nxt, flight, &window, how);
            // A mark was no mistake.
            self.undo = None;
        }
    }

    /// The retransmission timer ran out: what ECE held back may go. True if nothing is outstanding, so
    /// that it was no time-out.
    pub(super) fn ends_hold(&mut self) -> bool {
        std::mem::take(&mut self.ecn.held) && self.snd.una == self.snd.nxt
    }

    /// Whether both ends take part in explicit congestion notification.
    pub const fn ecn_on(&self) -> bool {
        self.ecn.on
    }
}
