//! What a connection wants to send: text, FIN, acknowledgements (RFC 9293 §3.7.4, §3.8).

use super::config::{BareResetAck, NagleRule};
use super::outcome::{AckReason, Outgoing, ResetReason, Why};
use super::state::State;
use super::tcb::{AckDue, Cx, Due, Tcb};
use crate::segment::{Ecn, Flags, Marks, Payload, Segment};
use crate::seq::Seq;
use crate::time::{Span, Time};

/// A stretch of sequence space that fits into a segment.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: Seq,
    /// Octets of text.
    text: u32,
    /// SYN, FIN or neither; a stretch never holds both.
    control: Flags,
}

impl Tcb {
    /// The next segment to send, if there is one. Call it until there is none.
    pub fn poll_transmit(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        self.mind_keep_alive(cx);
        match self.state() {
            State::Closed | State::Listen => None,
            // Everything this end had to send is acknowledged.
            State::FinWait2 | State::TimeWait => self.owed_ack(cx),
            State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait1
            | State::CloseWait
            | State::Closing
            | State::LastAck => self.next_stretch(cx).or_else(|| self.owed_ack(cx)),
        }
    }

    fn owed_ack(&mut self, cx: &Cx) -> Option<Outgoing> {
        match self.rcv.ack {
            AckDue::Now(reason) => Some(self.make_ack(reason, cx)),
            AckDue::Nothing | AckDue::Delayed => None,
        }
    }

    fn next_stretch(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        match std::mem::replace(&mut self.snd.due, Due::Nothing) {
            Due::TailLoss => return self.tail_loss_probe(cx),
            Due::SynAgain => return self.send_oldest(Why::SynAgain, cx),
            Due::FastRetransmit => return self.send_oldest(Why::FastRetransmit, cx),
            Due::PartialAck => return self.send_oldest(Why::PartialAck, cx),
            Due::Probe => return Some(self.probe(cx)),
            Due::Timeout(rto) => {
                let why = Why::Timeout {
                    count: self.snd.timeouts,
                    rto,
                    next: self.rtt.rto(),
                };
                let sent = self.send_oldest(why, cx);
                if let Some(sent) = sent {
                    self.snd.resend = self.snd.resend.max(sent.segment.end());
                }
                return sent;
            }
            Due::Override => return self.send_new(Silly::Allowed, cx),
            Due::Nothing => {}
        }
        if self.snd.resend != self.snd.nxt {
            return self.send_again(cx);
        }
        self.send_new(Silly::Avoided, cx)
    }

    /// The segment at SND.UNA, out of turn, whatever the windows say (MAY-7).
    ///
    /// Nothing rides on it that was not sent before, since the window may have no room for that.
    fn send_oldest(&mut self, why: Why, cx: &mut Cx) -> Option<Outgoing> {
        if self.snd.una == self.snd.nxt {
            return None;
        }
        let limit = self.flight().min(self.snd.mss);
        let stretch = self.stretch_at(self.snd.una, limit, Fin::IfSent)?;
        Some(self.emit(stretch, why, cx))
    }

    /// The last segment that was sent, out of turn, whatever the windows say.
    pub(super) fn send_last(&mut self, why: Why, cx: &mut Cx) -> Option<Outgoing> {
        if self.snd.una == self.snd.nxt {
            return None;
        }
        let start = self.snd.tail_start.max(self.snd.una);
        let limit = self.snd.nxt.since(start).min(self.snd.mss);
        let stretch = self.stretch_at(start, limit, Fin::IfSent)?;
        Some(self.emit(stretch, why, cx))
    }

    /// One new segment, if the peer's window has room for it: cwnd and Nagle do not hold it back.
    pub(super) fn send_beyond_cwnd(&mut self, why: Why, cx: &mut Cx) -> Option<Outgoing> {
        let room = self.window_at(self.snd.nxt).min(self.snd.mss);
        if room == 0 || !self.has_unsent() {
            return None;
        }
        let stretch = self.stretch_at(self.snd.nxt, room, Fin::IfQueued)?;
        Some(self.emit(stretch, why, cx))
    }

    /// What follows the segment that timed out, as far as the windows let it. RFC 9293 §3.8.6.
    fn send_again(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        let start = self.snd.resend;
        let room = self.room_at(start);
        // No window holds back a SYN.
        if room == 0 && start != self.snd.iss {
            return None;
        }
        let stretch = self.stretch_at(start, room.min(self.snd.mss), Fin::IfQueued)?;
        let end = start + stretch.len();
        self.snd.resend = end;
        // The SYN of a simultaneous open becomes a SYN,ACK, which was not sent before.
        let sent_before = end.precedes_or_is(self.snd.nxt) && stretch.control != Flags::SYN;
        let why = if sent_before {
            self.snd.resend_why
        } else {
            Why::New
        };
        Some(self.emit(stretch, why, cx))
    }

    fn send_new(&mut self, silly: Silly, cx: &mut Cx) -> Option<Outgoing> {
        let start = self.snd.nxt;
        match self.state() {
            // Text and FIN wait until the handshake is done.
            State::SynSent | State::SynReceived if start != self.snd.iss => return None,
            State::SynSent | State::SynReceived => {
                let syn = Stretch {
                    start,
                    text: 0,
                    control: Flags::SYN,
                };
                return Some(self.emit(syn, Why::New, cx));
            }
            _ => {}
        }
        let waiting = self.unsent_text();
        let fin_waits = self.snd.fin && self.send_pos(start) <= self.snd.written + 1;
        if waiting == 0 && !fin_waits {
            return None;
        }
        self.restart_if_idle(cx);
        let room = self.room_at(start);
        if self.window_at(start) == 0 {
            self.wait_for_window(cx);
            return None;
        }
        let text = u32::try_from(waiting)
            .unwrap_or(u32::MAX)
            .min(room)
            .min(self.snd.mss);
        let stretch = self.stretch_at(start, text, Fin::IfQueued)?;
        if silly == Silly::Avoided && !self.is_worth_sending(&stretch, waiting, cx) {
            if self.snd.una == self.snd.nxt && self.timers.sws_override == Time::NEVER {
                // Measured: what a cork holds back leaves after about an RTO.
                let cork = if self.choices.cork {
                    self.rtt.rto()
                } else {
                    Span::ZERO
                };
                self.timers.sws_override = cx.now + cx.config.sws_override.max(cork);
            }
            return None;
        }
        self.timers.sws_override = Time::NEVER;
        let pushed = self.ends_burst(waiting, room, cx);
        let mut sent = self.emit(stretch, Why::New, cx);
        if pushed {
            sent.segment.flags = sent.segment.flags | Flags::PSH;
        }
        Some(sent)
    }

    /// Text that was written and never sent.
    pub(super) fn unsent_text(&self) -> u64 {
        (self.snd.written + 1).saturating_sub(self.send_pos(self.snd.nxt).max(1))
    }

    /// Text or a FIN waits to be sent for the first time.
    pub(super) fn has_unsent(&self) -> bool {
        self.send_pos(self.snd.nxt) < self.snd.written + 1 + u64::from(self.snd.fin)
    }

    /// Octets that the peer's window allows from `start` on.
    fn window_at(&self, start: Seq) -> u32 {
        self.snd.wnd.saturating_sub(start.since(self.snd.una))
    }

    /// Octets that the peer's window and cwnd allow from `start` on.
    fn room_at(&self, start: Seq) -> u32 {
        let outstanding = start.since(self.snd.una);
        let allowed = self.congestion.allowance(self.snd.mss);
        self.window_at(start)
            .min(allowed.saturating_sub(outstanding))
    }

    /// At most `limit` octets of text from `start`, with the SYN or FIN that belongs there.
    fn stretch_at(&self, start: Seq, limit: u32, fin: Fin) -> Option<Stretch> {
        let pos = self.send_pos(start);
        if pos == 0 {
            return Some(Stretch {
                start,
                text: 0,
                control: Flags::SYN,
            });
        }
        let left = (self.snd.written + 1).saturating_sub(pos);
        let text = u32::try_from(left).unwrap_or(u32::MAX).min(limit);
        let end = start + text;
        let fin_follows = self.snd.fin && pos + u64::from(text) == self.snd.written + 1;
        let takes_fin = fin_follows
            && match fin {
                Fin::IfSent => end.precedes(self.snd.nxt),
                Fin::IfQueued => self.window_at(end) > 0,
            };
        if text == 0 && !takes_fin {
            return None;
        }
        Some(Stretch {
            start,
            text,
            control: if takes_fin { Flags::FIN } else { Flags::NONE },
        })
    }

    /// Sender-side silly-window avoidance and Nagle. RFC 9293 §3.8.6.2.1, §3.7.4.
    fn is_worth_sending(&self, stretch: &Stretch, waiting: u64, cx: &Cx) -> bool {
        // With the FIN on it nothing can be added: waiting would gain nothing.
        if stretch.control.contains(Flags::FIN) || self.snd.mss <= stretch.text {
            return true;
        }
        if self.choices.cork {
            return false;
        }
        let may_be_small = !self.choices.nagle || !self.small_waits(cx);
        let all_of_it = u64::from(stretch.text) == waiting;
        may_be_small && (all_of_it || self.snd.max_wnd / 2 <= stretch.text)
    }

    /// Something is outstanding for which a small segment waits. RFC 9293 §3.7.4.
    pub(super) fn small_waits(&self, cx: &Cx) -> bool {
        match cx.config.nagle_rule {
            NagleRule::AnySegment => self.snd.una != self.snd.nxt,
            NagleRule::SmallSegment => self.snd.una.precedes(self.snd.small_end),
        }
    }

    /// RFC 5681 §4.1: after more than an RTO without sending, start slowly again.
    fn restart_if_idle(&mut self, cx: &Cx) {
        let idle =
            self.snd.una == self.snd.nxt && self.rtt.rto() < cx.now.since(self.snd.last_sent);
        if idle && self.snd.una_pos > 1 && cx.config.restart_after_idle {
            self.congestion.restart_after_idle(self.snd.mss, cx.config);
        }
    }

    /// RFC 9293 §3.8.6.1: with nothing outstanding, only a probe can learn that the window opened.
    fn wait_for_window(&mut self, cx: &Cx) {
        if self.snd.una == self.snd.nxt && self.timers.persist == Time::NEVER {
            self.timers.persist = cx.now + self.probe_interval(cx);
            self.start_user_timeout(cx);
        }
    }

    /// First one RTO, then twice as long each time. RFC 9293 §3.8.6.1 (SHLD-29, SHLD-30).
    fn probe_interval(&self, cx: &Cx) -> Span {
        let doubled = 1u64.checked_shl(self.snd.probes).unwrap_or(u64::MAX);
        self.rtt.rto().times(doubled).min(cx.config.rto_max)
    }

    /// One octet, or the FIN, into the closed window.
    fn probe(&mut self, cx: &mut Cx) -> Outgoing {
        self.snd.probes += 1;
        let next = self.probe_interval(cx);
        self.timers.persist = cx.now + next;
        self.start_user_timeout(cx);
        self.start_late_user_timeout(cx.now, cx);
        let start = self.snd.una;
        let at_fin = self.snd.written < self.send_pos(start);
        let (text, control) = if at_fin {
            (0, Flags::FIN)
        } else {
            (1, Flags::NONE)
        };
        let stretch = Stretch {
            start,
            text,
            control,
        };
        self.emit(
            stretch,
            Why::Probe {
                count: self.snd.probes,
                next,
            },
            cx,
        )
    }

    /// Makes a segment of a stretch and keeps account of it.
    fn emit(&mut self, stretch: Stretch, why: Why, cx: &mut Cx) -> Outgoing {
        let end = stretch.start + stretch.len();
        let retransmission = self.snd.nxt != self.snd.iss
            && stretch.start.precedes(self.snd.nxt)
            && end.precedes_or_is(self.snd.nxt)
            && why != Why::New;
        let probe = matches!(why, Why::Probe { .. });
        self.note_sent(stretch.start, end, probe, cx);
        if self.snd.nxt.precedes(end) {
            if self.snd.resend == self.snd.nxt {
                self.snd.resend = end;
            }
            self.snd.tail_start = self.snd.nxt;
            self.snd.nxt = end;
            if 0 < stretch.text && stretch.text < self.snd.mss {
                self.snd.small_end = end;
            } else if self.snd.small_end.precedes(self.snd.una) {
                // Far behind, it must not look as if it lay ahead.
                self.snd.small_end = self.snd.una;
            }
        }
        if stretch.control.contains(Flags::FIN) && self.state() == State::CloseWait {
            self.enter(State::LastAck, cx);
        }
        self.snd.last_sent = cx.now;
        if !probe {
            let answers_syn = stretch.control == Flags::SYN && why == Why::New;
            if stretch.start == self.snd.una && (!answers_syn || cx.config.syn_ack_restarts_rto) {
                // RFC 6298 §5: a segment is never sent again within an RTO of its last transmission.
                self.timers.retransmission = Time::NEVER;
            }
            self.start_retransmission(cx);
            self.schedule_tail_loss_probe(cx);
        }
        if stretch.text > 0 {
            self.delay.text_sent(cx.now);
        }
        let segment = self.make_segment(stretch, cx);
        let marks = Marks {
            retransmission,
            probe,
            ..Marks::default()
        };
        Outgoing {
            segment,
            marks,
            why,
        }
    }

    fn make_segment(&mut self, stretch: Stretch, cx: &Cx) -> Segment {
        let mut flags = stretch.control;
        let mut options = self.plain_options(cx);
        let mut ack = Seq::new(0);
        let wnd;
        let is_syn = flags.contains(Flags::SYN);
        if is_syn {
            // RFC 9293 §3.7.1 (MUST-14, MAY-3): the MSS is always said.
            let is_answer = self.state() != State::SynSent;
            options.mss = Some(self.mss_to_offer(cx));
            options.window_scale = self.scale_to_offer(cx);
            options.sack_permitted = cx.config.sack && (!is_answer || self.sack);
            options.timestamps = self.stamps_of_syn(is_answer, cx);
            wnd = clamp_u16(self.choices.receive_buffer);
            if self.state() != State::SynSent {
                flags = flags | Flags::ACK;
                ack = self.acknowledging();
            }
        } else {
            flags = flags | Flags::ACK;
            wnd = self.offer_window();
            ack = self.acknowledging();
        }
        let pos = self.send_pos(stretch.start);
        // RFC 9293 §3.9.1.2 (MUST-61): the last segment of what was written is pushed.
        if stretch.text > 0 && pos + u64::from(stretch.text) == self.snd.written + 1 {
            flags = flags | Flags::PSH;
        }
        Segment {
            seq: stretch.start,
            ack,
            flags,
            wnd,
            urgent: 0,
            ecn: Ecn::NotEct,
            options,
            payload: Payload {
                stream: self.snd.stream,
                len: stretch.text,
                start: pos.saturating_sub(1),
            },
        }
    }

    /// An empty acknowledgement, `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>`.
    pub(super) fn make_ack(&mut self, reason: AckReason, cx: &Cx) -> Outgoing {
        let wnd = self.offer_window();
        let segment = Segment {
            seq: self.snd.nxt,
            ack: self.acknowledging(),
            flags: Flags::ACK,
            wnd,
            urgent: 0,
            ecn: Ecn::NotEct,
            options: self.plain_options(cx),
            payload: self.no_text(),
        };
        let marks = Marks {
            acks_fin: self.fin_received(),
            acks_syn: self.rcv.nxt_pos == 1,
            ..Marks::default()
        };
        Outgoing {
            segment,
            marks,
            why: Why::Acknowledge(reason),
        }
    }

    /// Queues `<SEQ=SND.NXT><CTL=RST>`, or one that acknowledges too. RFC 9293 §3.10.5.
    pub(super) fn reply_with_reset(&mut self, reason: ResetReason, cx: &mut Cx) {
        if cx.config.reset_carries_ack {
            let wnd = self.offer_window();
            self.reply_with(Flags::RST | Flags::ACK, self.rcv.nxt, wnd, reason, cx);
        } else {
            self.reply_with_bare_reset(reason, cx);
        }
    }

    /// Queues `<SEQ=SND.NXT><CTL=RST>`.
    pub(super) fn reply_with_bare_reset(&mut self, reason: ResetReason, cx: &mut Cx) {
        let field = match cx.config.bare_reset_ack {
            BareResetAck::Zero => Seq::new(0),
            BareResetAck::Filled => self.rcv.nxt,
        };
        self.reply_with(Flags::RST, field, 0, reason, cx);
    }

    fn reply_with(&self, flags: Flags, ack: Seq, wnd: u16, reason: ResetReason, cx: &mut Cx) {
        let segment = Segment {
            seq: self.snd.nxt,
            ack,
            flags,
            wnd,
            urgent: 0,
            ecn: Ecn::NotEct,
            options: self.plain_options(cx),
            payload: self.no_text(),
        };
        cx.output.reply(Outgoing {
            segment,
            marks: Marks::default(),
            why: Why::Reset(reason),
        });
    }

    pub(super) fn no_text(&self) -> Payload {
        let start = self
            .send_pos(self.snd.nxt)
            .saturating_sub(1)
            .min(self.snd.written);
        Payload {
            stream: self.snd.stream,
            len: 0,
            start,
        }
    }

    /// RCV.NXT, for a segment that acknowledges all that arrived.
    pub(super) fn acknowledging(&mut self) -> Seq {
        self.delay.acknowledged(self.rcv.ack != AckDue::Nothing);
        self.rcv.ack = AckDue::Nothing;
        self.timers.delayed_ack = Time::NEVER;
        self.rcv.acked = self.rcv.nxt;
        self.rcv.nxt
    }

    /// The window field of a segment, after moving the right edge as far as it may.
    ///
    /// RFC 9293 §3.8.6.2.2: the edge moves by at least a segment or half the buffer. The field is
    /// rounded up when scaled (RFC 7323 §2.4), so that the edge never moves left.
    pub(super) fn offer_window(&mut self) -> u16 {
        let gain = self.window_gain();
        if self.least_window_gain() <= gain {
            self.rcv.edge += gain;
        }
        let unit = 1u32 << self.rcv.shift;
        let field = self.rcv_wnd().div_ceil(unit);
        self.rcv.edge = self
            .rcv
            .edge
            .max(self.rcv.nxt + field.min(u32::from(u16::MAX)) * unit);
        clamp_u16(field)
    }

    /// How far the right edge could move now.
    pub(super) fn window_gain(&self) -> u32 {
        let unread = u32::try_from(self.readable()).unwrap_or(u32::MAX);
        let free = self.choices.receive_buffer.saturating_sub(unread);
        let limit = free.min(u32::from(u16::MAX) << self.rcv.shift);
        limit.saturating_sub(self.rcv_wnd())
    }

    /// How far it moves at least, lest the window become silly.
    pub(super) fn least_window_gain(&self) -> u32 {
        (self.choices.receive_buffer / 2).min(self.snd.mss).max(1)
    }

    /// The shift with which the whole receive buffer can be offered. RFC 7323 §2.3.
    pub(super) fn window_shift(&self) -> u8 {
        let mut shift = 0;
        while shift < 14 && u32::from(u16::MAX) < self.choices.receive_buffer >> shift {
            shift += 1;
        }
        shift
    }

    /// RFC 7323 §2.2: a SYN,ACK carries the option only if the SYN did.
    fn scale_to_offer(&self, cx: &Cx) -> Option<u8> {
        // After CLOSE in SYN-RECEIVED the SYN,ACK may have to be sent again in a later state.
        let answering_without = self.state() != State::SynSent && !self.rcv.scaled;
        (cx.config.window_scaling && !answering_without).then(|| self.window_shift())
    }
}

impl Stretch {
    fn len(&self) -> u32 {
        self.text + u32::from(self.control != Flags::NONE)
    }
}

/// Whether silly-window avoidance is to be heeded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Silly {
    Avoided,
    Allowed,
}

/// When a stretch takes the FIN along.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fin {
    /// If it was sent before.
    IfSent,
    /// If it is queued, and the window has room.
    IfQueued,
}

fn clamp_u16(n: u32) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
