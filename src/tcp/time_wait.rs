//! What TIME-WAIT answers, by the rule of the configuration, and which SYN it gives way to.
//!
//! RFC 9293 §3.6.1 (MAY-2, SHLD-4), §3.10.7.4; RFC 6191; RFC 1337. With [`TimeWaitRule::FinAgain`] a
//! segment goes through the checks of RFC 9293 like any other; the two other rules replace them.

use super::config::{Config, RefusedSyn, ReopenIss, ResetInTimeWait, SynInTimeWait, TimeWaitRule};
use super::opening::dropped;
use super::outcome::{AckReason, DropReason, Verdict};
use super::state::State;
use super::tcb::{Cx, Tcb};
use super::timestamps::is_before;
use crate::segment::{Flags, Segment};
use crate::seq::Seq;
use std::ops::ControlFlow::{self, Break, Continue};

impl Tcb {
    /// A SYN that arrives in TIME-WAIT may open a new connection in this one's place.
    ///
    /// RFC 9293 §3.6.1 (MAY-2), RFC 6191.
    pub fn may_reopen(&self, seg: &Segment, config: &Config) -> bool {
        self.state() == State::TimeWait
            && is_bare_syn(seg)
            && reopens(
                config.syn_in_time_wait,
                seg.seq,
                self.rcv.nxt,
                Stamps {
                    old: self.ts_recent(),
                    new: timestamp_of(seg).filter(|_| config.timestamps),
                },
            )
    }

    /// The initial sequence number of the connection that takes this one's place; `None` leaves it
    /// to the generator.
    pub fn reopen_iss(&self, config: &Config) -> Option<Seq> {
        match config.reopen_iss {
            ReopenIss::Generator => None,
            ReopenIss::Beyond => Some(self.snd.nxt + 65_537),
        }
    }

    /// Deals with a segment in TIME-WAIT as far as the rule differs from RFC 9293.
    pub(super) fn time_wait_by_rule(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        match cx.config.time_wait_rule {
            TimeWaitRule::FinAgain
                if is_bare_syn(seg)
                    && cx.config.refused_syn_in_time_wait == RefusedSyn::Ignored =>
            {
                dropped(DropReason::SynInConnection)
            }
            TimeWaitRule::FinAgain => Continue(()),
            TimeWaitRule::AnyOldSegment => self.time_wait_any_old_segment(seg, cx),
            TimeWaitRule::ExactFin => self.time_wait_exact_fin(seg, cx),
        }
    }

    /// [`TimeWaitRule::AnyOldSegment`]: all but an empty segment at RCV.NXT counts as old, text and
    /// FIN inside the window too.
    fn time_wait_any_old_segment(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if seg.flags.contains(Flags::RST) {
            return self.reset_in_time_wait(seg, cx);
        }
        let stale = self.fails_paws(seg);
        if seg.seq == self.rcv.nxt && seg.is_empty() && !stale {
            // Perhaps the answer to an acknowledgement from here: an answer could go on for ever.
            self.start_time_wait(true, cx);
            self.update_ts_recent(seg);
            return Break(Verdict::Accepted);
        }
        if self.may_reopen(seg, cx.config) {
            // Nobody listens, or the host had given the segment to a new connection.
            self.reply_with_ack(AckReason::ChallengeSyn, cx);
            return dropped(DropReason::SynInConnection);
        }
        if is_bare_syn(seg) && cx.config.refused_syn_in_time_wait == RefusedSyn::Ignored {
            return dropped(DropReason::SynInConnection);
        }
        // A SYN alone may be new with a number that happens to be low: it must not prolong its wait.
        if stale || seg.flags.contains(Flags::ACK) {
            self.start_time_wait(true, cx);
        }
        if stale {
            self.answer_outside(seg, AckReason::OldTimestamp, cx);
            return dropped(DropReason::Paws);
        }
        if self.is_fin_again(seg) {
            self.answer_outside(seg, AckReason::FinAgain, cx);
            return Break(Verdict::Accepted);
        }
        self.answer_outside(seg, AckReason::Unacceptable, cx);
        dropped(DropReason::OutsideWindow)
    }

    /// [`TimeWaitRule::ExactFin`].
    fn time_wait_exact_fin(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if seg.flags.contains(Flags::RST) {
            return self.reset_in_time_wait(seg, cx);
        }
        if is_bare_syn(seg) {
            if cx.config.refused_syn_in_time_wait == RefusedSyn::Acknowledged {
                self.answer_outside(seg, AckReason::ChallengeSyn, cx);
            }
            return dropped(DropReason::SynInConnection);
        }
        if !seg.flags.contains(Flags::ACK) {
            return dropped(DropReason::NoAck);
        }
        // RFC 7323 §3.2: without the option it is not the peer's, or not of this connection.
        if self.timestamps_on() && seg.options.timestamps.is_none() {
            return dropped(DropReason::Paws);
        }
        if self.is_fin_again(seg) {
            self.start_time_wait(true, cx);
            self.reply_with_ack(AckReason::FinAgain, cx);
            return Break(Verdict::Accepted);
        }
        let duplicate = seg.flags == Flags::ACK
            && seg.is_empty()
            && seg.seq == self.rcv.nxt
            && seg.ack == self.snd.nxt;
        if duplicate {
            return dropped(DropReason::NothingNew);
        }
        self.answer_outside(seg, AckReason::Unacceptable, cx);
        dropped(DropReason::OutsideWindow)
    }

    /// A reset in TIME-WAIT counts at RCV.NXT alone, and is never answered. RFC 1337 §3.
    fn reset_in_time_wait(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        if self.fails_paws(seg) {
            return dropped(DropReason::Paws);
        }
        if seg.seq != self.rcv.nxt {
            return dropped(if seg.seq.within(self.rcv.nxt, self.rcv_wnd()) {
                DropReason::ResetNotExact
            } else {
                DropReason::ResetOutsideWindow
            });
        }
        match cx.config.reset_in_time_wait {
            ResetInTimeWait::Ignored => dropped(DropReason::ResetInTimeWait),
            ResetInTimeWait::Closes => {
                self.take_reset(cx);
                Break(Verdict::Accepted)
            }
        }
    }

    /// The segment is older than another that arrived. RFC 7323 §5.
    pub(super) fn fails_paws(&self, seg: &Segment) -> bool {
        match (self.ts_recent(), timestamp_of(seg)) {
            (Some(last), Some(new)) => is_before(new, last),
            (None, _) | (_, None) => false,
        }
    }
}

/// A SYN that asks for a connection.
fn is_bare_syn(seg: &Segment) -> bool {
    seg.flags.contains(Flags::SYN) && !seg.flags.intersects(Flags::ACK | Flags::RST)
}

/// The value of the timestamps option. RFC 7323 §3.2.
fn timestamp_of(seg: &Segment) -> Option<u32> {
    seg.options.timestamps.map(|stamps| stamps.value)
}

/// The timestamps of the two incarnations.
#[derive(Clone, Copy, Debug)]
struct Stamps {
    /// The highest of the old one, if it used them.
    old: Option<u32>,
    /// That of the SYN, if the new one would use them too.
    new: Option<u32>,
}

/// Whether a SYN of number `syn` may take the place of a connection in TIME-WAIT.
fn reopens(rule: SynInTimeWait, syn: Seq, rcv_nxt: Seq, stamps: Stamps) -> bool {
    // RFC 6191 §2: the last number used is that of the FIN.
    let beyond_fin = (rcv_nxt - 1).precedes(syn);
    let later = match (stamps.old, stamps.new) {
        (Some(old), Some(new)) if old == new => Later::Same,
        (Some(old), Some(new)) if is_before(old, new) => Later::Yes,
        (Some(_), Some(_)) => Later::No,
        (None, Some(_)) => Later::OnlyNew,
        (Some(_) | None, None) => Later::Unknown,
    };
    match rule {
        SynInTimeWait::Sequence => beyond_fin,
        SynInTimeWait::BeyondNext => rcv_nxt.precedes(syn),
        SynInTimeWait::SequenceOrTimestamp => match later {
            Later::Yes => true,
            Later::No => false,
            Later::Same | Later::OnlyNew | Later::Unknown => rcv_nxt.precedes(syn),
        },
        SynInTimeWait::Rfc6191 => match later {
            Later::Yes | Later::OnlyNew => true,
            Later::No => false,
            Later::Same | Later::Unknown => beyond_fin,
        },
    }
}

/// How the timestamp of a SYN lies to the last of the old incarnation.
#[derive(Clone, Copy)]
enum Later {
    Yes,
    Same,
    No,
    /// The old incarnation used none.
    OnlyNew,
    /// The new one would use none.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NXT: u32 = u32::MAX;
    const ANY: [u32; 3] = [NXT.wrapping_add(1), NXT - 1, NXT - 100];
    const BEYOND: [u32; 3] = [NXT, NXT.wrapping_add(1), NXT.wrapping_add(70_000)];
    const NOT_BEYOND: [u32; 3] = [NXT - 1, NXT - 2, NXT - 70_000];

    fn decides(
        rule: SynInTimeWait,
        seqs: [u32; 3],
        old: Option<u32>,
        new: Option<u32>,
    ) -> [bool; 3] {
        seqs.map(|syn| reopens(rule, Seq::new(syn), Seq::new(NXT), Stamps { old, new }))
    }

    /// RFC 6191 §2, the table; the FIN has the number RCV.NXT − 1.
    #[test]
    fn the_nine_cases_of_rfc_6191() {
        let (old, later) = (u32::MAX, 5);
        for (row, old, new, seqs, accepted) in [
            (1, Some(old), Some(later), ANY, true),
            (2, Some(old), Some(old), BEYOND, true),
            (3, Some(old), Some(old), NOT_BEYOND, false),
            (4, Some(later), Some(old), ANY, false),
            (5, Some(old), None, BEYOND, true),
            (6, Some(old), None, NOT_BEYOND, false),
            (7, None, Some(later), ANY, true),
            (8, None, None, BEYOND, true),
            (9, None, None, NOT_BEYOND, false),
        ] {
            assert_eq!(
                decides(SynInTimeWait::Rfc6191, seqs, old, new),
                [accepted; 3],
                "row {row}"
            );
        }
    }

    /// Recorded run time-wait-reuse-by-syn, and the catalogue of teardown §5, "SYN accepted":
    /// strictly beyond RCV.NXT, or a later timestamp; an earlier one is refused whatever its number.
    #[test]
    fn a_number_or_a_timestamp() {
        let rule = SynInTimeWait::SequenceOrTimestamp;
        for (old, new, beyond, not_beyond) in [
            (None, None, [false, true, true], false),
            (None, Some(9), [false, true, true], false),
            (Some(9), None, [false, true, true], false),
            (Some(9), Some(9), [false, true, true], false),
            (Some(9), Some(10), [true; 3], true),
            (Some(9), Some(8), [false; 3], false),
        ] {
            assert_eq!(decides(rule, BEYOND, old, new), beyond, "{old:?} {new:?}");
            assert_eq!(
                decides(rule, NOT_BEYOND, old, new),
                [not_beyond; 3],
                "{old:?} {new:?}"
            );
        }
    }

    /// RFC 9293 §3.6.1 (MAY-2) knows no timestamps.
    #[test]
    fn a_number_alone() {
        for (old, new) in [(None, None), (Some(9), Some(8)), (Some(8), Some(9))] {
            assert_eq!(
                decides(SynInTimeWait::Sequence, BEYOND, old, new),
                [true; 3]
            );
            assert_eq!(
                decides(SynInTimeWait::Sequence, NOT_BEYOND, old, new),
                [false; 3]
            );
        }
    }
}
