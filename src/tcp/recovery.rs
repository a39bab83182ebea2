//! What an acknowledgement says about losses, and what the sender makes of it: fast recovery with
//! SACK by RFC 6675 or RACK (RFC 8985), without it by RFC 6582, and the recovery after a time-out.
//!
//! [`Tcb::take_ack`] gathers the news, lets the scoreboard mark what is lost, moves between the
//! phases and sets cwnd; what goes out then is the business of `transmit`.

use super::config::{LossDetection, Reduction};
use super::congestion::{DUPLICATE_THRESHOLD, Delivery, Phase, Progress};
use super::control::{Policy, Window};
use super::outcome::Why;
use super::rack::Patience;
use super::scoreboard::Sent;
use super::tcb::{Cx, Due, Send, Tcb};
use crate::segment::{SackBlock, SackBlocks, Segment};
use crate::seq::Seq;
use crate::time::{Span, Time};

/// What one acknowledgement tells for the first time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct News {
    /// Octets by which SND.UNA moved.
    pub advanced: u32,
    /// Octets acknowledged or told of by SACK.
    pub delivered: u32,
    /// Octets told of by SACK.
    pub sacked: u32,
    /// When the first of the segments that were acknowledged was sent, if one gives a sample.
    pub acked_at: Option<Time>,
    /// The sample of the round trip that this gave.
    pub sample: Option<Span>,
    /// One of the segments acknowledged was sent more than once.
    pub again: bool,
    /// When the first segment that SACK told of was sent, of those sent once.
    pub sacked_at: Option<Time>,
    /// A segment was delivered that was sent once, before the recovery point.
    pub original: bool,
    /// Something came twice: the block that says so. RFC 2883.
    pub dsack: Option<SackBlock>,
    /// A packet was marked on its way. RFC 3168 §6.1.3.
    pub echo: bool,
}

impl News {
    #[inline]
    fn take_acked(&mut self, sent: &Sent, recover: Seq) {
        self.delivered += sent.end.since(sent.start);
        self.again |= sent.is_again();
        if sent.is_timed() {
            self.acked_at = self.acked_at.or(Some(sent.at));
        }
        self.original |= !sent.is_again() && sent.end.precedes_or_is(recover);
    }

    fn take_sacked(&mut self, sent: &Sent, recover: Seq) {
        let octets = sent.end.since(sent.start);
        self.delivered += octets;
        self.sacked += octets;
        if !sent.is_again() {
            if sent.is_timed() {
                self.sacked_at = self.sacked_at.or(Some(sent.at));
            }
            self.original |= sent.end.precedes_or_is(recover);
        }
    }
}

impl Tcb {
    /// SND.UNA moves to SEG.ACK, or SACK blocks tell what arrived beyond it, or neither.
    pub(super) fn take_ack(&mut self, seg: &Segment, cx: &mut Cx) {
        let handshake = self.snd.una_pos == 0;
        let mut news = self.gather(seg, cx);
        if news.advanced > 0 || news.sacked > 0 {
            news.sample = self.take_sample(seg, &news, cx);
        }
        if news.advanced > 0 {
            if handshake {
                self.handshake_done(cx);
            }
            self.restart_retransmission(cx);
        }
        if self.ecn.on {
            news.echo = self.hears_echo(seg, handshake, cx);
        }
        // RFC 5681 §3.1: the acknowledgement of the SYN does not grow cwnd.
        let text = news.advanced.saturating_sub(u32::from(handshake));
        if self.sack {
            self.judge(seg, text, &news, cx);
        } else {
            self.judge_without_sack(seg, text, &news, cx);
        }
        if news.advanced > 0 || news.sacked > 0 {
            self.tail_loss_acknowledged(news.advanced, cx);
            self.schedule_tail_loss_probe(cx);
        }
    }

    /// Takes the acknowledgement and its SACK blocks into the scoreboard.
    fn gather(&mut self, seg: &Segment, cx: &Cx) -> News {
        let mut news = News::default();
        let by_time = self.detects_by_time(cx);
        let recover = self.congestion.recovery_point();
        let echo = seg.options.timestamps.filter(|_| self.stamps.on);
        let echo = echo.map(|stamps| stamps.echo);
        if self.snd.una.precedes(seg.ack) {
            news.advanced = seg.ack.since(self.snd.una);
            self.snd.una = seg.ack;
            self.snd.una_pos += u64::from(news.advanced);
            let rack = &mut self.rack;
            self.board.acknowledge(seg.ack, |sent| {
                news.take_acked(sent, recover);
                if by_time {
                    rack.deliver(sent, echo, cx.now);
                }
            });
        }
        let blocks = seg.options.sack_blocks();
        if !self.sack || blocks.is_empty() {
            return news;
        }
        news.dsack = dsack(seg.ack, blocks);
        let rack = &mut self.rack;
        for block in self.snd.new_blocks(blocks).into_iter().flatten() {
            self.board.sack(block, |sent| {
                news.take_sacked(sent, recover);
                if by_time {
                    // RFC 7323 §4.3: beyond a gap the echo is that of the text before it.
                    rack.deliver(sent, None, cx.now);
                }
            });
        }
        news
    }

    /// Losses are noticed by time: [`LossDetection::Rack`], which needs SACK.
    pub(super) fn detects_by_time(&self, cx: &Cx) -> bool {
        self.sack && cx.config.loss_detection == LossDetection::Rack
    }

    /// Octets in flight: pipe of RFC 6675 §4, SetPipe.
    pub fn pipe(&self) -> u32 {
        self.flight() - self.board.sacked() - self.board.lost() + self.board.copied()
    }

    /// Octets beyond SND.UNA that SACK blocks have told of.
    pub const fn sacked(&self) -> u32 {
        self.board.sacked()
    }

    /// Octets deemed lost and not acknowledged, whether sent again or not.
    pub const fn lost(&self) -> u32 {
        self.board.lost()
    }

    /// Octets sent again of which the copy is in flight.
    pub const fn copied(&self) -> u32 {
        self.board.copied()
    }

    /// What congestion control measures by.
    pub(super) fn window(&self, cx: &Cx) -> Window {
        Window {
            cwnd: self.congestion.cwnd,
            ssthresh: self.congestion.ssthresh,
            smss: self.snd.mss,
            srtt: self.rtt.srtt(),
            now: cx.now,
            una: self.snd.una,
            nxt: self.snd.nxt,
            rtt: None,
            limited: !cx.config.window_validation || self.congestion.limits(),
            policy: Policy::of(cx.config),
        }
    }

    /// The same with the sample that an acknowledgement gave.
    fn window_after(&self, news: &News, cx: &Cx) -> Window {
        let window = self.window(cx);
        Window {
            rtt: news.sample,
            // RFC 3168 §6.1.2: what tells of a mark lets cwnd not grow.
            limited: window.limited && !news.echo,
            ..window
        }
    }

    /// Without SACK: RFC 5681 §3.2 and RFC 6582 §3.2.
    fn judge_without_sack(&mut self, seg: &Segment, text: u32, news: &News, cx: &mut Cx) {
        let (una, nxt, flight, mss) = (self.snd.una, self.snd.nxt, self.flight(), self.snd.mss);
        let window = self.window_after(news, cx);
        let duplicate = news.advanced == 0 && self.is_duplicate_ack(seg);
        if self.congestion.phase == Phase::Loss && self.undoes_timeout(seg, news, duplicate) {
            self.recovered();
        }
        if duplicate {
            self.prepare_undo_before_duplicate(cx);
            if self.congestion.on_duplicate(una, nxt, flight, &window) {
                // RFC 5681 §3.2 step 3.
                self.board.lose_first(una + flight.min(mss));
                self.snd.due = Due::FastRetransmit;
            }
        } else if text > 0 {
            if self.congestion.phase == Phase::Recovery && self.original_arrived(seg) {
                self.take_back();
                self.recovered();
            }
            if self.congestion.on_ack(text, una, flight, &window) == Progress::Partial {
                self.board.lose_first(una + flight.min(mss));
                self.snd.due = Due::PartialAck;
            }
        }
        if news.echo {
            self.take_echo(news.advanced, cx);
        }
    }

    /// The next duplicate may begin a recovery.
    fn prepare_undo_before_duplicate(&mut self, cx: &Cx) {
        let next_is_third = self.congestion.duplicates + 1 == DUPLICATE_THRESHOLD;
        let new = self.congestion.recovery_point().precedes(self.snd.una);
        if next_is_third && new && !self.congestion.is_recovering() {
            self.prepare_undo(cx);
        }
    }

    /// With SACK: RFC 6675 §5, or RFC 8985 §6.2.
    #[inline]
    fn judge(&mut self, seg: &Segment, text: u32, news: &News, cx: &mut Cx) {
        let quiet = self.congestion.phase == Phase::Open
            && news.dsack.is_none()
            && news.sacked == 0
            && !news.echo
            && self.board.is_quiet();
        if !quiet {
            self.judge_losses(seg, text, news, cx);
        } else if text > 0 {
            let window = self.window_after(news, cx);
            self.congestion.grow(text, &window);
        }
    }

    fn judge_losses(&mut self, seg: &Segment, text: u32, news: &News, cx: &mut Cx) {
        // RFC 6675 §5: with an advance the count begins anew (A), else something new counts (steps 1-3).
        if news.advanced > 0 {
            self.congestion.duplicates = 0;
        }
        self.congestion.duplicates += u32::from(news.sacked > 0);
        if let Some(block) = news.dsack {
            self.take_dsack(block, cx);
        }
        let over = self
            .congestion
            .recovery_point()
            .precedes_or_is(self.snd.una);
        let mut ended = false;
        match self.congestion.phase {
            Phase::Recovery => ended = self.ends_recovery(seg, news, over),
            Phase::Loss => {
                if self.undoes_timeout(seg, news, news.sacked > 0) || over {
                    self.recovered();
                }
            }
            Phase::Cwr if over => self.congestion.leave(),
            Phase::Open | Phase::Disorder | Phase::Cwr => {}
        }
        if !self.congestion.is_recovering() && self.all_copies_in_vain() {
            self.take_back();
        }
        let lost = self.mark_losses(cx);
        // What ends a recovery does not open cwnd besides.
        let text = if ended { 0 } else { text };
        self.act_on_losses(lost, text, news, cx);
    }

    /// The end of fast recovery, or a sign that it had no cause; true in the first case.
    fn ends_recovery(&mut self, seg: &Segment, news: &News, over: bool) -> bool {
        let in_vain = self.all_copies_in_vain()
            || (news.advanced > 0 && self.original_arrived(seg) && self.board.copied() == 0);
        if in_vain {
            self.take_back();
            self.recovered();
        } else if over {
            self.congestion.leave();
            self.recovered();
        }
        over && !in_vain
    }

    /// A sign that the time-out had no cause: takes it back.
    fn undoes_timeout(&mut self, seg: &Segment, news: &News, duplicate: bool) -> bool {
        let by_stamp = news.advanced > 0 && self.original_arrived(seg);
        let spurious = by_stamp || self.is_timeout_spurious(news, duplicate);
        let in_vain = news.advanced > 0 && self.all_copies_in_vain();
        if spurious || in_vain {
            self.take_back();
        }
        spurious || in_vain
    }

    /// No recovery is under way any more.
    fn recovered(&mut self) {
        self.congestion.phase = Phase::Open;
        self.frto = super::frto::Frto::Off;
        self.rack.recovered();
    }

    /// Marks what is lost by now, and sets the reordering timer. The octets newly lost, copies too.
    fn mark_losses(&mut self, cx: &Cx) -> u32 {
        let (lost, copied) = (self.board.lost(), self.board.copied());
        match cx.config.loss_detection {
            LossDetection::Rack => {
                self.timers.reordering = Time::NEVER;
                if let Some(late) = self.rack.late(&self.patience(), cx.now)
                    && let Some(due) = self.board.lose_late(&late)
                {
                    self.timers.reordering = due.min(self.timers.retransmission);
                }
            }
            // RFC 6675 §5, step 4.1 to (C); after a time-out all was lost already.
            LossDetection::DuplicateAcks if self.congestion.phase != Phase::Loss => {
                if let Some(edge) = self.board.lost_below(self.snd.mss) {
                    self.board.lose_before(edge);
                }
            }
            LossDetection::DuplicateAcks => {}
        }
        // Of a copy that is lost, the original was counted before.
        (self.board.lost() - lost) + (copied - self.board.copied())
    }

    pub(super) fn patience(&self) -> Patience {
        Patience {
            recovering: self.congestion.is_recovering(),
            sacked_segments: self.board.sacked_segments(),
            srtt: self.rtt.srtt(),
        }
    }

    /// Enters recovery if there is cause, and sets cwnd.
    fn act_on_losses(&mut self, lost: u32, text: u32, news: &News, cx: &mut Cx) {
        if !self.congestion.is_recovering() {
            let by_count = cx.config.loss_detection == LossDetection::DuplicateAcks
                && DUPLICATE_THRESHOLD <= self.congestion.duplicates;
            if lost > 0 || by_count {
                self.enter_recovery(Why::SackRecovery, cx);
            } else if self.congestion.phase != Phase::Cwr {
                let hint = self.board.sacked() > 0;
                self.congestion.phase = if hint { Phase::Disorder } else { Phase::Open };
            }
        } else if self.congestion.phase == Phase::Recovery {
            if lost > 0 {
                self.snd.resend_why = Why::SackRecovery;
            }
            self.reduce_for_lost_copies(cx);
        }
        if news.echo {
            self.take_echo(news.advanced, cx);
        }
        match self.congestion.phase {
            Phase::Open | Phase::Disorder | Phase::Loss if text > 0 => {
                let window = self.window_after(news, cx);
                self.congestion.grow(text, &window);
            }
            Phase::Open | Phase::Disorder | Phase::Loss => {}
            Phase::Recovery | Phase::Cwr => {
                self.reduce_for(news.delivered, news.advanced > 0 && lost == 0, cx);
            }
        }
    }

    /// If a retransmission was lost, cwnd falls a second time. RFC 5681 §4.3.
    fn reduce_for_lost_copies(&mut self, cx: &Cx) {
        let copy = self.board.take_lost_copy();
        if copy.is_some_and(|at| self.congestion.is_lost_anew(at)) {
            let (nxt, flight, window) = (self.snd.nxt, self.flight(), self.window(cx));
            let how = cx.config.reduction;
            self.congestion.enter_recovery(nxt, flight, &window, how);
        }
    }

    fn reduce_for(&mut self, delivered: u32, safe: bool, cx: &Cx) {
        if cx.config.reduction == Reduction::Proportional {
            let pipe = self.pipe();
            let delivery = Delivery {
                delivered,
                pipe,
                safe,
            };
            self.congestion
                .reduce_in_proportion(&delivery, self.snd.mss);
        }
    }

    /// With SACK: fast recovery begins. RFC 6675 §5, step 4.
    fn enter_recovery(&mut self, why: Why, cx: &Cx) {
        self.prepare_undo(cx);
        self.board.take_lost_copy();
        let (una, nxt, flight) = (self.snd.una, self.snd.nxt, self.flight());
        let window = self.window(cx);
        self.congestion
            .enter_recovery(nxt, flight, &window, cx.config.reduction);
        // RFC 8985 §7.1: no probe is under way any more.
        self.snd.tail = None;
        self.timers.tail_loss = Time::NEVER;
        let first = una + flight.min(self.snd.mss);
        if !self.board.has_pending() {
            self.board.lose_first(first);
        }
        self.snd.resend_why = why;
        self.snd.rescue = first;
        if self
            .board
            .next_pending()
            .is_some_and(|sent| sent.start == una)
        {
            self.snd.due = Due::FastRetransmit;
        }
    }

    /// RFC 8985 §6.3: the reordering timer ran out.
    pub(super) fn reordering_timeout(&mut self, cx: &mut Cx) {
        if self.mark_losses(cx) == 0 {
            return;
        }
        if self.congestion.is_recovering() {
            self.snd.resend_why = Why::ReorderingTimer;
            self.reduce_for_lost_copies(cx);
        } else {
            self.enter_recovery(Why::ReorderingTimer, cx);
            self.snd.due = Due::Nothing;
            self.reduce_for(self.snd.mss, false, cx);
        }
        self.schedule_tail_loss_probe(cx);
    }

    /// RFC 6298 §5.4: what the retransmission timer makes of all that is outstanding.
    pub(super) fn lose_by_timeout(&mut self, cx: &Cx) {
        if self.board.is_reneged() {
            // RFC 2018 §8: the left edge is sent again even if it was told of.
            self.board.forget_sacked();
            self.board.lose_all();
        } else if self.detects_by_time(cx) {
            // RFC 8985 §6.3: the first, and what has had its time.
            let first = self.snd.una + self.flight().min(self.snd.mss);
            self.board.lose_first(first);
            let late = self.rack.late_at_timeout(&self.patience(), cx.now);
            self.board.lose_late(&late);
            // What is still in flight leaves room for one segment all the same.
            self.congestion.leave_room_for(self.pipe());
        } else {
            self.board.lose_all();
        }
        self.timers.reordering = Time::NEVER;
    }

    /// Something came twice. RFC 2883 §5.
    fn take_dsack(&mut self, block: SackBlock, cx: &Cx) {
        self.tail_loss_in_vain(block);
        self.count_duplicates(block);
        if self.detects_by_time(cx) {
            self.rack.widen(self.snd.una, self.snd.nxt);
        }
    }
}

/// The DSACK of an acknowledgement: its first block, if that lies below SEG.ACK or within the second.
///
/// RFC 2883 §5: the segment's own acknowledgement counts, not SND.UNA.
fn dsack(ack: Seq, blocks: &[SackBlock]) -> Option<SackBlock> {
    let first = *blocks.first()?;
    let below = first.end.precedes_or_is(ack);
    let within = blocks.get(1).is_some_and(|second| {
        second.start.precedes_or_is(first.start) && first.end.precedes_or_is(second.end)
    });
    (first.start.precedes(first.end) && (below || within)).then_some(first)
}

impl Send {
    /// The blocks that lie within what is outstanding, in order of sequence.
    fn new_blocks(&self, blocks: &[SackBlock]) -> [Option<SackBlock>; SackBlocks::MAX] {
        let mut sorted: [Option<SackBlock>; SackBlocks::MAX] = [None; SackBlocks::MAX];
        let valid = blocks.iter().filter(|block| {
            let ahead = self.una.precedes(block.end) && block.end.precedes_or_is(self.nxt);
            ahead && block.start.precedes(block.end)
        });
        for (count, block) in valid.enumerate() {
            let mut block = SackBlock {
                start: block.start.max(self.una),
                end: block.end,
            };
            for place in sorted.iter_mut().take(count).flatten() {
                if block.start.precedes(place.start) {
                    std::mem::swap(place, &mut block);
                }
            }
            sorted[count] = Some(block);
        }
        sorted
    }
}
