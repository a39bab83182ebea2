//! SEGMENT ARRIVES in LISTEN and SYN-SENT (RFC 9293 §3.10.7.2, §3.10.7.3), and the entry to all
//! states.

use super::closed;
use super::congestion::Congestion;
use super::outcome::{AckReason, DropReason, End, ResetReason, Verdict, Why};
use super::state::State;
use super::tcb::{AckDue, Cx, Origin, Tcb};
use super::timestamps::OCTETS;
use crate::segment::{Flags, Segment};
use std::ops::ControlFlow::{self, Break, Continue};

/// The end of a step that drops the segment.
pub(super) fn dropped(reason: DropReason) -> ControlFlow<Verdict> {
    Break(Verdict::Dropped(reason))
}

impl Tcb {
    /// SEGMENT ARRIVES. RFC 9293 §3.10.7.
    ///
    /// In LISTEN the TCB becomes that of the connection; who keeps listening forks it first.
    pub fn on_segment(&mut self, seg: &Segment, cx: &mut Cx) -> Verdict {
        self.hear(cx);
        let step = match self.state() {
            State::Closed => match closed::answer(seg, cx.config) {
                Ok(reset) => {
                    cx.output.reply(reset);
                    dropped(DropReason::NoConnection)
                }
                Err(reason) => dropped(reason),
            },
            State::Listen => self.listen(seg, cx),
            State::SynSent => self.syn_sent(seg, cx),
            State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => self.other_states(seg, cx),
        };
        match step {
            Break(verdict) => verdict,
            Continue(()) => Verdict::Accepted,
        }
    }

    /// SEGMENT ARRIVES in LISTEN. RFC 9293 §3.10.7.2.
    fn listen(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        // First: a reset cannot be meant for this TCB, which has sent nothing.
        if seg.flags.contains(Flags::RST) {
            return dropped(DropReason::NothingToReset);
        }
        // Second: nothing was sent that could be acknowledged.
        if seg.flags.contains(Flags::ACK) {
            cx.output
                .reply(closed::reset(seg, ResetReason::NeverSent, cx.config));
            return dropped(DropReason::AckInListen);
        }
        // Fourth: without a SYN there is no connection to make.
        if !seg.flags.contains(Flags::SYN) {
            return dropped(DropReason::NoSynInListen);
        }
        // Third: the SYN.
        self.origin = Origin::Passive;
        self.start_sending(cx);
        self.take_syn(seg, cx);
        self.set_window(seg);
        self.enter(State::SynReceived, cx);
        if self.fast.taken && seg.payload.len > 0 {
            // RFC 7413 §4.2.2: the SYN,ACK acknowledges the text too.
            self.take_text(seg, cx);
            return Break(Verdict::Accepted);
        }
        // RFC 9293 §3.10.7.2: other controls and text of the SYN are processed in SYN-RECEIVED;
        // without an acknowledgement the fifth check drops them there, and the peer sends them again.
        Continue(())
    }

    /// SEGMENT ARRIVES in SYN-SENT. RFC 9293 §3.10.7.3.
    fn syn_sent(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        self.syn_sent_first_check_ack(seg, cx)?;
        self.syn_sent_second_check_rst(seg, cx)?;
        // Third, security and compartment: not modelled.
        self.syn_sent_fourth_check_syn(seg, cx)?;
        // Fifth: neither SYN nor RST.
        dropped(DropReason::NoSynInSynSent)
    }

    fn syn_sent_first_check_ack(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if !seg.flags.contains(Flags::ACK) || self.acknowledges_something_new(seg) {
            return Continue(());
        }
        // RFC 9293 §3.10.7.3, first check: an acknowledgement of something else draws a reset.
        if !seg.flags.contains(Flags::RST) {
            cx.output
                .reply(closed::reset(seg, ResetReason::NeverSent, cx.config));
        }
        if let Some(soon) = cx.config.syn_after_wrong_ack
            && self.snd.timeouts == 0
        {
            // What answered may be an old connection, which the reset has ended by then.
            self.timers.retransmission = cx.now + soon;
        }
        dropped(DropReason::AckOfNothingInSynSent)
    }

    fn syn_sent_second_check_rst(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if !seg.flags.contains(Flags::RST) {
            return Continue(());
        }
        // RFC 9293 §3.5.3: in SYN-SENT a reset is valid if it acknowledges the SYN.
        if !seg.flags.contains(Flags::ACK) {
            return dropped(DropReason::ResetWithoutAck);
        }
        self.delete(Some(End::Refused), cx);
        Break(Verdict::Accepted)
    }

    fn syn_sent_fourth_check_syn(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if !seg.flags.contains(Flags::SYN) {
            return Continue(());
        }
        self.take_syn(seg, cx);
        self.set_window(seg);
        if seg.flags.contains(Flags::ACK) {
            self.fast_open_answered(seg);
            self.take_ack(seg, cx);
            self.enter(State::Established, cx);
            self.rcv.ack = AckDue::Now(AckReason::Handshake);
            // RFC 9293 §3.10.7.3: further controls and text continue at the sixth step.
            self.seventh_process_segment_text(seg, cx)?;
            self.eighth_check_fin(seg, cx)?;
            return Break(Verdict::Accepted);
        }
        // RFC 9293 §3.10.7.3: both opened at once; the SYN goes out again as SYN,ACK.
        self.board.lose_all();
        self.snd.resend_why = Why::New;
        self.enter(State::SynReceived, cx);
        Break(Verdict::Accepted)
    }

    /// SND.UNA < SEG.ACK =< SND.NXT, text of the SYN included. RFC 9293 §3.4, RFC 7413 §4.2.1.
    pub(super) fn acknowledges_something_new(&self, seg: &Segment) -> bool {
        let sent = self.snd.nxt + self.syn_text();
        self.snd.una.precedes(seg.ack) && seg.ack.precedes_or_is(sent)
    }

    /// Chooses ISS: nothing sent, nothing acknowledged.
    pub(super) fn start_sending(&mut self, cx: &Cx) {
        let snd = &mut self.snd;
        snd.iss = cx.iss;
        snd.small_end = cx.iss;
        (snd.una, snd.nxt, snd.una_pos) = (cx.iss, cx.iss, 0);
        self.congestion = Congestion::new(cx.iss, cx.config.congestion_control);
        self.board.clear();
    }

    /// Takes the peer's SYN: RCV.NXT, IRS and the options. RFC 9293 §3.7.1, RFC 7323 §2.
    fn take_syn(&mut self, seg: &Segment, cx: &Cx) {
        self.rcv.irs = seg.seq;
        self.rcv.nxt = seg.seq + 1;
        self.rcv.nxt_pos = 1;
        self.rcv.acked = self.rcv.nxt;
        self.rcv.stream = Some(seg.payload.stream);
        // RFC 9293 §3.7.1: without the option the peer takes the default, less is never exceeded.
        let offered = seg.options.mss.map_or(cx.config.default_mss, u32::from);
        self.take_stamps_of_syn(seg, cx);
        self.take_user_timeout(seg, cx);
        self.take_ecn_setup(seg, cx);
        self.start_window(cx);
        let options = if self.stamps.on { OCTETS } else { 0 };
        let largest = offered
            .min(u32::from(self.mss_to_offer(cx)))
            .min(self.snd.path_mss);
        self.snd.mss = largest.saturating_sub(options).max(1);
        self.sack = cx.config.sack && seg.options.sack_permitted;
        self.rcv.scaled = seg.options.window_scale.is_some();
        match seg.options.window_scale {
            // RFC 7323 §2.3: a shift above 14 counts as 14.
            Some(shift) if cx.config.window_scaling => {
                self.snd.shift = shift.min(14);
                self.rcv.shift = self.window_shift(cx);
            }
            Some(_) | None => (self.snd.shift, self.rcv.shift) = (0, 0),
        }
    }

    /// The MSS that this end says, and sends at most.
    pub(super) fn mss_to_offer(&self, cx: &Cx) -> u16 {
        cx.config
            .mss
            .min(self.choices.mss_limit.unwrap_or(u16::MAX))
    }

    /// The peer has acknowledged the SYN: data may start.
    pub(super) fn handshake_done(&mut self, cx: &Cx) {
        self.set_quick_ack(self.choices.quick_ack);
        self.congestion
            .start(self.snd.mss, self.snd.syn_timeouts, cx.config);
        if self.snd.syn_timeouts > 0 {
            // RFC 6298 §5.7.
            self.rtt.data_starts_after_syn_loss(cx.config);
        }
    }
}
