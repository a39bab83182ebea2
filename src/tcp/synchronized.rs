//! SEGMENT ARRIVES in SYN-RECEIVED and the synchronized states (RFC 9293 §3.10.7.4).
//!
//! One function a step, in the RFC's order: a segment that fails two checks is answered by the
//! first. `Break` carries the verdict of the step that ended processing.

use super::closed;
#[cfg(doc)]
use super::config::Config;
use super::config::{
    DelayedAckMode, LateTextReset, ResetInTimeWait, SynAgain, SynInConnection, SynInHandshake,
    UnreadAtReset,
};
use super::opening::dropped;
use super::outcome::{AckReason, DropReason, End, Note, ResetReason, Verdict};
use super::state::State;
use super::tcb::{AckDue, Cx, Due, Origin, Tcb, low_bits};
use crate::segment::{Flags, Segment};
use crate::time::{Span, Time};
use std::ops::ControlFlow::{self, Break, Continue};

impl Tcb {
    /// SEGMENT ARRIVES in all other states. RFC 9293 §3.10.7.4.
    pub(super) fn other_states(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        let arrived = seg;
        let trimmed;
        let mut seg = arrived;
        if self.has_old_syn(arrived) {
            trimmed = without_syn(arrived);
            seg = &trimmed;
        }
        if self.ignores_syn(seg, cx) {
            return dropped(DropReason::NoAck);
        }
        match self.state() {
            State::TimeWait => self.time_wait_by_rule(seg, cx)?,
            State::FinWait2 if self.remnant => return self.fin_wait2_remnant(seg, cx),
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck => {}
        }
        // RFC 7323 §5.3 (R1): before the numbers.
        self.check_timestamp(seg, cx)?;
        self.answer_syn_again(seg, cx)?;
        self.first_check_sequence_number(seg, cx)?;
        self.update_ts_recent(seg);
        self.take_user_timeout(seg, cx);
        self.second_check_rst(seg, cx)?;
        // Third, security and compartment: not modelled.
        self.fourth_check_syn(seg, cx)?;
        self.refuse_text_after_fin(seg, cx)?;
        self.fifth_check_ack(seg, cx)?;
        if seg.flags != arrived.flags && cx.config.ack_simultaneous_syn_ack {
            self.rcv.ack = AckDue::Now(AckReason::Handshake);
        }
        self.sixth_check_urg(seg, cx);
        self.seventh_process_segment_text(seg, cx)?;
        self.eighth_check_fin(seg, cx)
    }

    /// The segment is a SYN,ACK that ends a simultaneous open: its SYN is to be trimmed.
    ///
    /// Its SYN lies before RCV.NXT, so the first check would refuse it, though Figure 7 goes to
    /// ESTABLISHED on it. RFC 9293 §3.10.7.4 assumes that segments are trimmed to the window, SYN
    /// included; appendix A.2 names the trouble that not doing so makes here.
    #[inline]
    fn has_old_syn(&self, seg: &Segment) -> bool {
        self.state() == State::SynReceived
            && self.origin == Origin::Active
            && seg.flags.contains(Flags::SYN | Flags::ACK)
            && seg.seq == self.rcv.irs
    }

    /// [`SynInConnection::Ignored`]: without the ACK bit it does not come as far as the checks.
    fn ignores_syn(&self, seg: &Segment, cx: &Cx) -> bool {
        let embryo = self.state() == State::SynReceived && self.origin == Origin::Passive;
        let remnant = self.state() == State::TimeWait || self.remnant;
        cx.config.syn_in_connection == SynInConnection::Ignored
            && !(embryo || remnant)
            && seg.flags.contains(Flags::SYN)
            && !seg.flags.intersects(Flags::ACK | Flags::RST)
    }

    /// The SYN came again, since the SYN,ACK was lost or slow: it goes out again, if the host does so.
    fn answer_syn_again(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        let syn_again = self.state() == State::SynReceived
            && self.origin == Origin::Passive
            && seg.flags.contains(Flags::SYN)
            && !seg.flags.intersects(Flags::ACK | Flags::RST)
            && seg.seq == self.rcv.irs;
        if syn_again {
            self.take_ecn_setup_again(seg);
        }
        if !syn_again || cx.config.syn_again == SynAgain::Acknowledged {
            return Continue(());
        }
        self.snd.due = Due::SynAgain;
        Break(Verdict::Accepted)
    }

    fn first_check_sequence_number(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if self.state() == State::TimeWait && self.is_fin_again(seg) {
            // RFC 9293 §3.10.7.4, fifth and eighth check: a FIN sent again is acknowledged and starts
            // 2MSL over. It lies before RCV.NXT, so that the test below would hide it from them.
            self.start_time_wait(true, cx);
            self.reply_with_ack(AckReason::FinAgain, cx);
            return Break(Verdict::Accepted);
        }
        if seg.flags.contains(Flags::RST) {
            // RFC 9293 §3.4 (MUST-66): a reset counts even against a closed window.
            // RFC 5961 §3.2: outside the window it is dropped in silence.
            let acceptable = seg.seq.within(self.rcv.nxt, self.rcv_wnd().max(1));
            return if acceptable || self.is_reset_before_fin(seg, cx) {
                Continue(())
            } else {
                dropped(DropReason::ResetOutsideWindow)
            };
        }
        if self.is_acceptable(seg, cx) {
            return Continue(());
        }
        if !seg.is_empty() && seg.seq.precedes(self.rcv.nxt) {
            self.acknowledge_quickly();
            self.note_duplicate(seg, cx);
        }
        // RFC 9293 §3.10.7.4, first check: an acknowledgement is sent in reply.
        self.answer_outside(seg, AckReason::Unacceptable, cx);
        // RFC 9293 §3.10.7.4: against a closed window, valid acknowledgements are still taken.
        let only_the_window = self.rcv_wnd() == 0 && seg.seq == self.rcv.nxt;
        if only_the_window && !seg.flags.contains(Flags::SYN) && seg.flags.contains(Flags::ACK) {
            self.fifth_check_ack(seg, cx)?;
            // RFC 9293 §3.8.6 (MUST-66): so is the urgent pointer.
            self.sixth_check_urg(seg, cx);
        }
        dropped(DropReason::OutsideWindow)
    }

    /// The four cases of Table 6. RFC 9293 §3.10.7.4.
    fn is_acceptable(&self, seg: &Segment, cx: &Cx) -> bool {
        let (nxt, wnd) = (self.rcv.nxt, self.rcv_wnd());
        match (seg.len(), wnd) {
            (0, 0) => seg.seq == nxt,
            (0, _) => seg.seq.within(nxt, wnd),
            // Some peers send a bare FIN into a closed window until it is taken.
            (1, 0) if seg.flags.contains(Flags::FIN) && seg.seq == nxt => {
                cx.config.fin_into_closed_window
            }
            (_, 0) => false,
            (_, _) => seg.seq.within(nxt, wnd) || (seg.end() - 1).within(nxt, wnd),
        }
    }

    /// The peer's FIN, which was received before.
    pub(super) fn is_fin_again(&self, seg: &Segment) -> bool {
        seg.flags.contains(Flags::FIN | Flags::ACK)
            && !seg.flags.intersects(Flags::SYN | Flags::RST)
            && seg.end() == self.rcv.nxt
    }

    fn second_check_rst(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if !seg.flags.contains(Flags::RST) {
            return Continue(());
        }
        if self.state() == State::TimeWait
            && cx.config.reset_in_time_wait == ResetInTimeWait::Ignored
        {
            return dropped(DropReason::ResetInTimeWait);
        }
        // RFC 5961 §3.2: inside the window but not at RCV.NXT, it may be a guess.
        if seg.seq != self.rcv.nxt && !self.is_reset_before_fin(seg, cx) {
            self.challenge(AckReason::ChallengeReset, cx);
            return dropped(DropReason::ResetNotExact);
        }
        match self.state() {
            State::SynReceived => match self.origin {
                Origin::Passive => self.back_to_listen(cx),
                Origin::Active => self.delete(Some(End::Refused), cx),
            },
            State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => self.take_reset(cx),
            State::Closed | State::Listen | State::SynSent => {
                unreachable!("not a state of this section")
            }
        }
        Break(Verdict::Accepted)
    }

    /// The peer resets a connection that was open. RFC 9293 §3.10.7.4, second check.
    pub(super) fn take_reset(&mut self, cx: &mut Cx) {
        self.kept_at_reset = match self.state() {
            State::Established | State::FinWait1 | State::FinWait2 => {
                cx.config.unread_at_reset == UnreadAtReset::Kept
            }
            State::CloseWait => cx.config.unread_at_reset != UnreadAtReset::Lost,
            // RFC 9293 §3.10.7.4: both ends closed, so the user is told of no reset; what came
            // before the peer's FIN came whole.
            State::Closing | State::LastAck | State::TimeWait => true,
            State::Closed | State::Listen | State::SynSent | State::SynReceived => {
                unreachable!("not an open connection")
            }
        };
        self.delete(Some(End::Reset), cx);
    }

    /// A reset from a peer that does not know that its FIN was received, where such are taken.
    fn is_reset_before_fin(&self, seg: &Segment, cx: &Cx) -> bool {
        let after_fin = match self.state() {
            State::CloseWait | State::Closing | State::LastAck => true,
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::TimeWait => false,
        };
        cx.config.reset_before_fin && after_fin && seg.seq == self.rcv.nxt - 1
    }

    fn fourth_check_syn(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if !seg.flags.contains(Flags::SYN) {
            return Continue(());
        }
        let embryo = self.state() == State::SynReceived && self.origin == Origin::Passive;
        if embryo && cx.config.syn_in_connection != SynInConnection::Resets {
            return self.syn_in_handshake(seg, cx);
        }
        match cx.config.syn_in_connection {
            // RFC 5961 §4.2: a peer that lost its memory answers this with a reset.
            SynInConnection::Challenged | SynInConnection::Ignored => {
                self.challenge(AckReason::ChallengeSyn, cx);
            }
            SynInConnection::Resets => self.reset_because_of_syn(seg, cx),
            SynInConnection::Aborts if self.state() == State::TimeWait => {}
            SynInConnection::Aborts => {
                self.reply_with_reset(ResetReason::NoConnection, cx);
                self.delete(Some(End::Reset), cx);
            }
        }
        dropped(DropReason::SynInConnection)
    }

    /// The fourth check in SYN-RECEIVED of a passive OPEN.
    fn syn_in_handshake(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        match cx.config.syn_in_handshake {
            SynInHandshake::AnsweredAgain if !seg.flags.contains(Flags::ACK) => {
                self.snd.due = Due::SynAgain;
                return Break(Verdict::Accepted);
            }
            SynInHandshake::Resets | SynInHandshake::AnsweredAgain => {
                let reset = closed::reset(seg, ResetReason::NoConnection, cx.config);
                cx.output.reply(reset);
            }
            SynInHandshake::Listens => {}
        }
        // RFC 9293 §3.10.7.4, fourth check: the peer has begun anew.
        self.back_to_listen(cx);
        Break(Verdict::Accepted)
    }

    /// [`SynInConnection::Resets`].
    fn reset_because_of_syn(&mut self, seg: &Segment, cx: &mut Cx) {
        let handshake = self.state() == State::SynReceived;
        if handshake && seg.flags.contains(Flags::ACK) {
            // A peer that opens at once with this end may send it: the handshake goes on.
            return;
        }
        let reset = closed::reset(seg, ResetReason::NoConnection, cx.config);
        cx.output.reply(reset);
        if handshake && self.origin == Origin::Passive {
            self.back_to_listen(cx);
        } else if self.state() != State::TimeWait {
            self.delete(Some(End::Reset), cx);
        }
    }

    fn fifth_check_ack(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if !seg.flags.contains(Flags::ACK) {
            return dropped(DropReason::NoAck);
        }
        match self.state() {
            State::SynReceived => self.acknowledge_in_syn_received(seg, cx),
            State::Established | State::FinWait2 | State::CloseWait => self.acknowledge(seg, cx),
            State::FinWait1 => {
                self.acknowledge(seg, cx)?;
                if self.fin_acknowledged() {
                    self.enter(State::FinWait2, cx);
                    return self.limit_fin_wait2(seg, cx);
                }
                Continue(())
            }
            State::Closing => {
                self.acknowledge(seg, cx)?;
                if self.fin_acknowledged() {
                    self.enter(State::TimeWait, cx);
                    self.start_time_wait(false, cx);
                }
                Break(Verdict::Accepted)
            }
            State::LastAck => {
                self.acknowledge(seg, cx)?;
                if self.fin_acknowledged() {
                    self.delete(None, cx);
                    return Break(Verdict::Accepted);
                }
                Continue(())
            }
            // Only the FIN may come again, and the first check has dealt with it. An answer to
            // anything else would keep two ends in TIME-WAIT acknowledging each other for ever.
            State::TimeWait => dropped(DropReason::NothingNew),
            State::Closed | State::Listen | State::SynSent => {
                unreachable!("not a state of this section")
            }
        }
    }

    fn acknowledge_in_syn_received(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if !self.acknowledges_something_new(seg) {
            cx.output
                .reply(closed::reset(seg, ResetReason::NeverSent, cx.config));
            return dropped(DropReason::AckOfNothing);
        }
        if self.unwanted {
            // Its listener is gone: to the peer there is no connection.
            self.reply_with_bare_reset(ResetReason::NoConnection, cx);
            self.delete(Some(End::Aborted), cx);
            return dropped(DropReason::NoConnection);
        }
        if self.defers_accept(seg) {
            self.deferred = true;
            return dropped(DropReason::AcceptDeferred);
        }
        let was_closed = self.snd.fin;
        self.fast_open_answered(seg);
        self.take_ack(seg, cx);
        self.set_window(seg);
        self.enter(State::Established, cx);
        if was_closed {
            // RFC 9293 §3.10.4: a CLOSE that waited for ESTABLISHED is processed there.
            self.enter(State::FinWait1, cx);
        }
        Continue(())
    }

    /// A listener that waits for text: the acknowledgement of the SYN,ACK alone does not end the
    /// handshake until so many time-outs have passed.
    fn defers_accept(&self, seg: &Segment) -> bool {
        self.origin == Origin::Passive
            && seg.is_empty()
            && !self.fast.taken
            && self.snd.timeouts < self.choices.defer_accept
    }

    /// The fifth check in ESTABLISHED, on which the later states build.
    fn acknowledge(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        // RFC 5961 §5.2 (MAY-12): an acknowledgement older than any window was guessed.
        if seg.ack.precedes(self.snd.una - self.snd.max_wnd) {
            self.challenge(AckReason::ChallengeOldAck, cx);
            return dropped(DropReason::AckTooOld);
        }
        if self.snd.nxt.precedes(seg.ack) {
            self.answer_outside(seg, AckReason::NeverSent, cx);
            return dropped(DropReason::AckOfNothing);
        }
        if self.snd.una.precedes(seg.ack) || !seg.options.sack_blocks().is_empty() {
            self.take_ack(seg, cx);
        } else if self.is_duplicate_ack(seg) {
            self.tail_loss_duplicate();
            self.take_ack(seg, cx);
        }
        let was_closed = self.snd.wnd == 0;
        self.update_window(seg);
        if was_closed || self.snd.wnd == 0 {
            self.hear_of_closed_window(cx);
        }
        Continue(())
    }

    /// RFC 5681 §2: the five conditions of a duplicate acknowledgement.
    pub(super) fn is_duplicate_ack(&self, seg: &Segment) -> bool {
        self.flight() > 0
            // The answers to probes of a closed window are no sign of loss.
            && self.snd.probes == 0
            && seg.is_empty()
            && seg.ack == self.snd.una
            && self.window_of(seg) == self.snd.wnd
    }

    /// SEG.WND in octets.
    fn window_of(&self, seg: &Segment) -> u32 {
        // RFC 7323 §2.2: the window of a SYN is not scaled. A SYN that was trimmed from its segment
        // still shows by its option, without which there is no shift anyway.
        let of_a_syn = seg.flags.contains(Flags::SYN) || seg.options.window_scale.is_some();
        let shift = if of_a_syn { 0 } else { self.snd.shift };
        u32::from(seg.wnd) << shift
    }

    /// Takes SND.WND from a segment, unless it is older than the one that set it last.
    fn update_window(&mut self, seg: &Segment) {
        if seg.ack.precedes(self.snd.una) {
            return;
        }
        // RFC 9293 §3.10.7.4, fifth check: SND.WL1 and SND.WL2 keep old segments from it.
        let newer = self.snd.wl1.precedes(seg.seq)
            || (self.snd.wl1 == seg.seq && self.snd.wl2.precedes_or_is(seg.ack));
        if newer {
            self.set_window(seg);
        }
    }

    /// Takes SND.WND, SND.WL1 and SND.WL2 from a segment.
    pub(super) fn set_window(&mut self, seg: &Segment) {
        let wnd = self.window_of(seg);
        self.snd.wnd = wnd;
        self.snd.wl1 = seg.seq;
        self.snd.wl2 = seg.ack;
        self.snd.max_wnd = self.snd.max_wnd.max(wnd);
        if wnd > 0 {
            self.window_opened();
        }
    }

    pub(super) fn seventh_process_segment_text(
        &mut self,
        seg: &Segment,
        cx: &mut Cx,
    ) -> ControlFlow<Verdict> {
        if seg.payload.len == 0 {
            return Continue(());
        }
        match self.state() {
            State::Established | State::FinWait1 | State::FinWait2 => {}
            // RFC 9293 §3.10.7.4: after the peer's FIN there is no text; ignore it.
            State::CloseWait | State::Closing | State::LastAck | State::TimeWait => {
                return Continue(());
            }
            State::Closed | State::Listen | State::SynSent | State::SynReceived => {
                unreachable!("not a state of this step")
            }
        }
        let text_end = seg.end() - u32::from(seg.flags.contains(Flags::FIN));
        let both_shut = self.receive_shut && self.snd.fin;
        if (self.reader_gone || both_shut) && self.rcv.nxt.precedes(text_end) {
            // RFC 9293 §3.6.1 (SHLD-3): text that nobody will read resets the connection. Text that
            // was read before CLOSE and comes again is no loss.
            return self.reset_late_text(seg, cx);
        }
        self.take_text(seg, cx);
        Continue(())
    }

    /// [`Config::late_text_after_fin`]: whoever has it looks before the acknowledgement counts.
    fn refuse_text_after_fin(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        let both_closed = matches!(self.state(), State::Closing | State::LastAck);
        let late = both_closed && self.reader_gone && seg.payload.len > 0;
        if late && cx.config.late_text_after_fin && seg.flags.contains(Flags::ACK) {
            return self.reset_late_text(seg, cx);
        }
        Continue(())
    }

    /// Text arrived for an application that closed. RFC 9293 §3.6.1 (SHLD-3).
    pub(super) fn reset_late_text(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        match cx.config.late_text_reset {
            LateTextReset::LikeAbort => self.reply_with_reset(ResetReason::NobodyReads, cx),
            LateTextReset::LikeClosed => {
                cx.output
                    .reply(closed::reset(seg, ResetReason::NobodyReads, cx.config));
            }
            LateTextReset::Acknowledges => {
                let mut reset = closed::reset(seg, ResetReason::NobodyReads, cx.config);
                reset.segment.seq = self.snd.nxt;
                reset.segment.ack = seg.end();
                reset.segment.flags = Flags::RST | Flags::ACK;
                cx.output.reply(reset);
            }
        }
        self.delete(Some(End::Aborted), cx);
        dropped(DropReason::NobodyReads)
    }

    /// Takes what of the text lies inside the window. RFC 9293 §3.10.7.4 (SHLD-31).
    pub(super) fn take_text(&mut self, seg: &Segment, cx: &mut Cx) {
        let first = seg.seq + u32::from(seg.flags.contains(Flags::SYN));
        let old = if first.precedes(self.rcv.nxt) {
            self.rcv.nxt.since(first)
        } else {
            0
        };
        if old > 0 || !self.rcv.held.is_empty() {
            self.note_duplicate(seg, cx);
        }
        let start = first + old;
        let room = self.rcv.edge.since(start);
        let len = seg.payload.len.saturating_sub(old).min(room);
        if len == 0 {
            // All of it was here before: only its FIN or its acknowledgement counted.
            self.rcv.ack = AckDue::Now(AckReason::Unacceptable);
            return;
        }
        if self.ecn.on {
            self.take_mark(seg, start == self.rcv.nxt);
        }
        let start_pos = self.rcv.nxt_pos + u64::from(start.since(self.rcv.nxt));
        let is_the_peers = self.rcv.stream == Some(seg.payload.stream)
            && seg.payload.start + u64::from(old) + 1 == start_pos;
        if !is_the_peers {
            self.foreign_octets = true;
            cx.output.notes.push(Note::ForeignOctets);
        }
        if start != self.rcv.nxt {
            self.rcv.held.insert(start_pos..start_pos + u64::from(len));
            if seg.flags.contains(Flags::FIN) && self.rcv.fin_pos.is_none() {
                self.note_fin(seg, cx);
            }
            self.block_touched(start_pos);
            // RFC 5681 §4.2: text beyond a gap is acknowledged at once, each time.
            self.reply_with_ack(AckReason::Gap, cx);
            return;
        }
        // A FIN beyond a gap is held too.
        let gap = !self.rcv.held.is_empty() || self.rcv.fin_pos.is_some();
        let end_pos = self.rcv.held.take_from(start_pos + u64::from(len));
        self.rcv.nxt += low_bits(end_pos - start_pos);
        self.rcv.nxt_pos = end_pos;
        self.rcv.blocks.advance(end_pos);
        if self.rcv.fin_pos.is_some_and(|pos| pos < end_pos) {
            // The stream goes on where a FIN was held: that FIN was an old duplicate.
            self.rcv.fin_pos = None;
        }
        self.owe_ack(seg, gap, cx);
    }

    /// Text arrived in order. RFC 9293 §3.8.6.3, RFC 5681 §4.2.
    fn owe_ack(&mut self, seg: &Segment, gap: bool, cx: &Cx) {
        if let (Some(least), DelayedAckMode::Adaptive) =
            (cx.config.delayed_ack, cx.config.delayed_ack_mode)
        {
            self.adapt_delay(seg, least, cx);
        }
        self.grow_window(seg, cx);
        if matches!(self.rcv.ack, AckDue::Now(_)) {
            return;
        }
        let unacknowledged = self.rcv.nxt.since(self.rcv.acked);
        let Some(delay) = cx.config.delayed_ack else {
            self.rcv.ack = AckDue::Now(AckReason::Undelayed);
            return;
        };
        if cx.config.delayed_ack_mode == DelayedAckMode::Adaptive {
            self.owe_ack_adaptively(gap, cx);
        } else if gap {
            self.rcv.ack = AckDue::Now(AckReason::GapFilled);
        } else if unacknowledged >= 2 * self.snd.mss {
            self.rcv.ack = AckDue::Now(AckReason::SecondSegment);
        } else {
            self.owe_delayed_ack(cx.now + delay);
        }
    }

    pub(super) fn owe_delayed_ack(&mut self, deadline: Time) {
        self.rcv.ack = AckDue::Delayed;
        // The oldest text that waits sets the deadline.
        self.timers.delayed_ack = self.timers.delayed_ack.min(deadline);
    }

    pub(super) fn eighth_check_fin(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if seg.flags.contains(Flags::FIN) {
            if self.rcv.fin_pos.is_none() {
                self.note_fin(seg, cx);
            } else if seg.payload.len == 0 {
                self.answer_held_fin(seg, cx);
            }
        }
        // A FIN beyond a gap waits for the text before it.
        if self.rcv.fin_pos != Some(self.rcv.nxt_pos) {
            return Continue(());
        }
        // RFC 9293 §3.10.7.4, eighth check: RCV.NXT moves over the FIN, which is acknowledged.
        self.rcv.nxt += 1;
        self.rcv.nxt_pos += 1;
        self.rcv.edge = self.rcv.edge.max(self.rcv.nxt);
        // Text held beyond the end of the stream cannot be the peer's.
        self.rcv.held.clear();
        self.rcv.blocks.forget();
        match cx.config.delayed_ack {
            // Only the application's FIN could keep it company; where that was sent, none comes.
            Some(delay) if cx.config.delay_ack_of_fin && self.state() == State::Established => {
                self.owe_delayed_ack_of_fin(delay, cx);
            }
            Some(_) | None => self.rcv.ack = AckDue::Now(AckReason::Fin),
        }
        match self.state() {
            State::Established => self.enter(State::CloseWait, cx),
            // If this end's FIN were acknowledged, the fifth check had gone to FIN-WAIT-2.
            State::FinWait1 => self.enter(State::Closing, cx),
            State::FinWait2 => {
                self.enter(State::TimeWait, cx);
                self.start_time_wait(false, cx);
            }
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => unreachable!("a first FIN in {}", self.state()),
        }
        Continue(())
    }

    fn owe_delayed_ack_of_fin(&mut self, delay: Span, cx: &Cx) {
        match cx.config.delayed_ack_mode {
            DelayedAckMode::Adaptive => self.owe_ack_of_fin_adaptively(cx),
            DelayedAckMode::Fixed if matches!(self.rcv.ack, AckDue::Now(_)) => {}
            DelayedAckMode::Fixed => self.owe_delayed_ack(cx.now + delay),
        }
    }

    /// Remembers where the FIN lies, unless that is beyond the window.
    fn note_fin(&mut self, seg: &Segment, cx: &mut Cx) {
        let fin = seg.end() - 1;
        let ahead = fin.since(self.rcv.nxt);
        // A closed window takes a FIN only if the first check does, an open one also the FIN right behind its last octet, since
        // refusing it would only bring it again.
        if ahead > self.rcv_wnd() {
            return;
        }
        let place = self.rcv.nxt_pos + u64::from(ahead);
        self.rcv.fin_pos = Some(place);
        if ahead > 0 && seg.payload.len == 0 {
            self.block_touched(place);
            self.reply_with_ack(AckReason::Gap, cx);
        }
    }

    /// A FIN alone that is held beyond a gap came again. RFC 5681 §4.2.
    fn answer_held_fin(&mut self, seg: &Segment, cx: &mut Cx) {
        let place = self.rcv.nxt_pos + u64::from(seg.seq.since(self.rcv.nxt));
        if self.rcv.fin_pos == Some(place) && self.rcv.nxt_pos < place {
            self.note_duplicate(seg, cx);
            self.block_touched(place);
            self.reply_with_ack(AckReason::Gap, cx);
        }
    }
}

/// The segment behind its SYN.
fn without_syn(seg: &Segment) -> Segment {
    Segment {
        flags: seg.flags.without(Flags::SYN),
        seq: seg.seq + 1,
        ..*seg
    }
}
