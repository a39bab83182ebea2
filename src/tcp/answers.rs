//! Acknowledgements that are due at once, and how often: RFC 9293 §3.10.7.4; RFC 5961 §7.
//!
//! Two ends that disagree could answer each other for ever; two limits keep them from it.

#[cfg(doc)]
use super::config::Config;
use super::outcome::AckReason;
use super::tcb::{Cx, Tcb};
use crate::segment::{Flags, Segment};

impl Tcb {
    /// Queues an empty acknowledgement, `<SEQ=SND.NXT><ACK=RCV.NXT>`.
    pub(super) fn reply_with_ack(&mut self, reason: AckReason, cx: &mut Cx) {
        let ack = self.make_ack(reason, cx);
        cx.output.reply(ack);
    }

    /// Acknowledges a segment outside the window, unless such were answered just before.
    pub(super) fn answer_outside(&mut self, seg: &Segment, reason: AckReason, cx: &mut Cx) {
        // What the peer has to send again is always answered: the answer ends it.
        let must_answer = !seg.is_empty() && !seg.flags.contains(Flags::SYN);
        if must_answer || self.may_answer_outside(cx) {
            self.reply_with_ack(reason, cx);
        }
    }

    /// [`Config::out_of_window_ack_interval`] has passed since the last such answer.
    fn may_answer_outside(&mut self, cx: &Cx) -> bool {
        let interval = cx.config.out_of_window_ack_interval;
        if self
            .answered_outside
            .is_some_and(|last| cx.now.since(last) < interval)
        {
            return false;
        }
        self.answered_outside = Some(cx.now);
        true
    }

    /// Queues a challenge ACK, unless too many were sent. RFC 5961 §7.
    pub(super) fn challenge(&mut self, reason: AckReason, cx: &mut Cx) {
        if !self.may_answer_outside(cx) {
            return;
        }
        let (sent, since) = self.challenges;
        if cx.config.challenge_ack_period <= cx.now.since(since) || sent == 0 {
            self.challenges = (1, cx.now);
        } else if sent < cx.config.challenge_ack_limit {
            self.challenges.0 += 1;
        } else {
            return;
        }
        self.reply_with_ack(reason, cx);
    }
}
