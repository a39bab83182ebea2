//! What a connection wants to send: text, FIN, acknowledgements (RFC 9293 §3.7.4, §3.8).

use super::config::{BareResetAck, NagleRule, PathMtuDiscovery};
use super::frto::Frto;
use super::outcome::{AckReason, Outgoing, ResetReason, Why};
use super::state::State;
use super::tcb::{AckDue, Cx, Due, Tcb};
use crate::segment::{Ecn, Flags, Marks, Payload, Segment};
use crate::seq::Seq;
use crate::time::{Span, Time};

/// A stretch of sequence space that fits into a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub start: Seq,
    /// Octets of text.
    pub text: u32,
    /// SYN, FIN or neither; a stretch never holds both.
    pub control: Flags,
}

impl Tcb {
    /// The next segment to send, if there is one. Call it until there is none.
    pub fn poll_transmit(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        self.mind_keep_alive(cx);
        let sent = self.next_to_send(cx)?;
        Some(self.advise_user_timeout(sent, cx))
    }

    fn next_to_send(&mut self, cx: &mut Cx) -> Option<Outgoing> {
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

    #[inline]
    fn next_stretch(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        if self.snd.una == self.snd.nxt && self.snd.due == Due::Nothing && !self.has_unsent() {
            return None;
        }
        self.next_of_stretches(cx)
    }

    /// The same where something is outstanding or waits.
    fn next_of_stretches(&mut self, cx: &mut Cx) -> Option<Outgoing> {
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
                return self.send_oldest(why, cx);
            }
            Due::Override => return self.send_new(Silly::Allowed, cx),
            Due::Nothing => {}
        }
        if self.ecn.held {
            return None;
        }
        if self.board.has_pending() && self.frto != Frto::New {
            return self.send_lost(cx);
        }
        let new = self.send_new(Silly::Avoided, cx);
        if new.is_none() && !self.board.is_quiet() {
            return self.send_without_loss(cx);
        }
        new
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
        let whole = u32::try_from(waiting).unwrap_or(u32::MAX).min(self.snd.mss);
        if room < whole && room < self.window_at(start) {
            self.note_usage(true, cx);
        }
        if room == 0 && 0 < waiting {
            return None;
        }
        let stretch = self.stretch_at(start, whole.min(room), Fin::IfQueued)?;
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
        if cx.config.pacing && !self.takes_its_turn(stretch.text, cx) {
            return None;
        }
        self.timers.sws_override = Time::NEVER;
        let pushed = self.ends_burst(waiting, room, cx);
        if self.snd.una == self.snd.nxt {
            self.congestion.pause(cx.now);
        }
        let mut sent = self.emit(stretch, Why::New, cx);
        self.note_usage(false, cx);
        if pushed {
            sent.segment.flags = sent.segment.flags | Flags::PSH;
        }
        Some(sent)
    }

    /// What was sent, or could not be, says whether cwnd limits the sender.
    fn note_usage(&mut self, held_back: bool, cx: &Cx) {
        if cx.config.window_validation {
            let (una, nxt, flight) = (self.snd.una, self.snd.nxt, self.flight());
            self.congestion.note_usage(flight, held_back, una, nxt);
        }
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
    pub(super) fn room_at(&self, start: Seq) -> u32 {
        let allowed = if self.sack {
            self.congestion.cwnd
        } else {
            self.congestion.allowance(self.snd.mss)
        };
        self.window_at(start)
            .min(allowed.saturating_sub(self.pipe()))
    }

    /// At most `limit` octets of text from `start`, with the SYN or FIN that belongs there.
    pub(super) fn stretch_at(&self, start: Seq, limit: u32, fin: Fin) -> Option<Stretch> {
        let pos = self.send_pos(start);
        if pos == 0 {
            return Some(Stretch {
                start,
                text: 0,
                control: Flags::SYN,
            });
        }
        let left = (self.snd.written + 1).saturating_sub(pos);
        let text = u32::try_from(left)
            .unwrap_or(u32::MAX)
            .min(limit)
            .min(self.text_room());
        let end = start + text;
        let fin_follows = self.snd.fin && pos + u64::from(text) == self.snd.written + 1;
        let takes_fin = fin_follows
            && match fin {
                Fin::IfSent => end.precedes(self.snd.nxt),
                Fin::UpTo(edge) => end.precedes(edge),
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
        if stretch.control.contains(Flags::FIN) || self.text_room() <= stretch.text
            // Urgent data does not wait for company.
            || self.sends_urgently()
        {
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

    /// One octet, or the FIN, into the closed window.
    pub(super) fn emit_octet(&mut self, why: Why, cx: &mut Cx) -> Outgoing {
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
        self.emit(stretch, why, cx)
    }

    /// Makes a segment of a stretch and keeps account of it.
    pub(super) fn emit(&mut self, stretch: Stretch, why: Why, cx: &mut Cx) -> Outgoing {
        let (end, next) = (stretch.start + stretch.len(), self.snd.nxt);
        let retransmission = self.snd.nxt != self.snd.iss
            && stretch.start.precedes(self.snd.nxt)
            && end.precedes_or_is(self.snd.nxt)
            && why != Why::New;
        let probe = matches!(why, Why::Probe { .. });
        self.note_sent(stretch.start, end, probe, cx);
        if self.snd.nxt.precedes(end) {
            self.snd.nxt = end;
            if 0 < stretch.text && stretch.text < self.text_room() {
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
        let mut segment = self.make_segment(stretch, cx);
        if self.ecn.on {
            self.notify(&mut segment, next, probe);
        }
        let marks = Marks {
            retransmission,
            probe,
            fragmentable: self.snd.fragmentable
                || cx.config.path_mtu_discovery == PathMtuDiscovery::Off,
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
        let mut text = stretch.text;
        let wnd;
        let is_syn = flags.contains(Flags::SYN);
        if is_syn {
            // RFC 9293 §3.7.1 (MUST-14, MAY-3): the MSS is always said.
            let is_answer = self.state() != State::SynSent;
            options.mss = Some(self.mss_to_offer(cx));
            options.window_scale = self.scale_to_offer(cx);
            options.sack_permitted = cx.config.sack && (!is_answer || self.sack);
            options.timestamps = self.stamps_of_syn(is_answer, cx);
            (options.extra, text) = self.fast_open_of_syn();
            let first = self.first_window(is_answer, cx);
            // RFC 7413 §4.2.2: text of the SYN has taken of it.
            wnd = match self.fast.taken {
                true => u32::from(first)
                    .min(self.rcv_wnd())
                    .try_into()
                    .unwrap_or(first),
                false => first,
            };
            flags = flags | self.ecn_setup(cx);
            if self.state() != State::SynSent {
                flags = flags | Flags::ACK;
                ack = self.acknowledging();
            }
        } else {
            flags = flags | Flags::ACK;
            wnd = self.offer_window();
            ack = self.acknowledging();
            self.report_blocks(&mut options);
        }
        let pos = self.send_pos(stretch.start);
        // RFC 9293 §3.9.1.2 (MUST-61): the last segment of what was written is pushed.
        if stretch.text > 0 && pos + u64::from(stretch.text) == self.snd.written + 1 {
            flags = flags | Flags::PSH;
        }
        let mut urgent = 0;
        if !is_syn && self.sends_urgently() {
            let (flag, pointer) = self.urgent_field(pos);
            (flags, urgent) = (flags | flag, pointer);
        }
        Segment {
            seq: stretch.start,
            ack,
            flags,
            wnd,
            urgent,
            ecn: Ecn::NotEct,
            options,
            payload: Payload {
                stream: self.snd.stream,
                len: text,
                start: pos.saturating_sub(1),
            },
        }
    }

    /// An empty acknowledgement, `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>`.
    pub(super) fn make_ack(&mut self, reason: AckReason, cx: &Cx) -> Outgoing {
        let wnd = self.offer_window();
        let mut options = self.plain_options(cx);
        self.report_blocks(&mut options);
        // RFC 9293 §3.8.5: what the window holds back is announced by acknowledgements too.
        let (urg, urgent) = self.urgent_field(self.send_pos(self.snd.nxt));
        let segment = Segment {
            seq: self.snd.nxt,
            ack: self.acknowledging(),
            flags: Flags::ACK | urg | self.ecn_echo(),
            wnd,
            urgent,
            ecn: Ecn::NotEct,
            options,
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
}

impl Stretch {
    pub(super) fn len(&self) -> u32 {
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
pub(super) enum Fin {
    /// If it was sent before.
    IfSent,
    /// If it is queued, and the window has room.
    IfQueued,
    /// If it was sent, and lies before this number.
    UpTo(Seq),
}
