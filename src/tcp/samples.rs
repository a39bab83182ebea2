//! Which acknowledgements give a sample of the round trip (RFC 6298 §3, RFC 7323 §4.1).

use super::config::RttVariance;
use super::recovery::News;
use super::rtt::Progress;
use super::tcb::{Cx, Tcb};
use super::timestamps::round_trip;
use crate::segment::Segment;
use crate::seq::Seq;
use crate::time::{Span, Time};

impl Tcb {
    /// Keeps account of something sent, in the scoreboard and for samples.
    pub(super) fn note_sent(&mut self, start: Seq, end: Seq, probe: bool, cx: &Cx) {
        let new = start == self.snd.nxt && !probe;
        if new && self.snd.timed.is_none() {
            // RFC 6298 §3: one measurement a round trip.
            self.snd.timed = Some((end, cx.now));
        } else if self
            .snd
            .timed
            .is_some_and(|(timed, _)| start.precedes(timed))
        {
            // RFC 6298 §3, Karn: what was sent twice is no measure.
            self.snd.timed = None;
        }
        let nxt = self.snd.nxt;
        if start.precedes(nxt) && !probe {
            self.board.send_again(start, end.min(nxt), cx.now);
            if let Some(undo) = &mut self.undo {
                undo.note_copy(cx.now);
            }
        }
        if nxt.precedes(end) {
            self.board.push(start.max(nxt), end, cx.now, new);
        }
        if !probe {
            self.congestion.note_sent(end.since(start));
        }
    }

    /// Nothing that was sent gives a sample.
    pub(super) fn forget_samples(&mut self) {
        self.snd.timed = None;
        self.board.clear();
    }

    /// Something new was acknowledged or told of by SACK: takes the sample that it gives, if it does.
    pub(super) fn take_sample(&mut self, seg: &Segment, news: &News, cx: &Cx) -> Option<Span> {
        let by_the_one_timed = match self.snd.timed {
            Some((end, sent)) if end.precedes_or_is(self.snd.una) => {
                self.snd.timed = None;
                Some(cx.now.since(sent))
            }
            Some(_) | None => None,
        };
        let r = if self.stamps.on || cx.config.rtt_variance == RttVariance::Peak {
            self.sample_of_all(seg, news, cx.now)
        } else {
            by_the_one_timed
        };
        let progress = Progress {
            una: self.snd.una,
            nxt: self.snd.nxt,
        };
        if let Some(r) = r {
            self.rtt.measure(r, progress, cx.config);
        }
        r
    }

    /// From the first of the segments that were acknowledged; if one of them was sent twice, from the
    /// first that SACK told of, else only the timestamp can tell (RFC 7323 §4.1), to a tick.
    fn sample_of_all(&self, seg: &Segment, news: &News, now: Time) -> Option<Span> {
        if let Some(first) = news.acked_at.filter(|_| !news.again).or(news.sacked_at) {
            return Some(now.since(first));
        }
        news.acked_at?;
        let stamps = seg.options.timestamps.filter(|_| self.stamps.on)?;
        Some(round_trip(now, stamps.echo))
    }
}
