//! Which acknowledgements give a sample of the round trip (RFC 6298 §3, RFC 7323 §4.1).

use super::config::{Config, RttVariance};
use super::rtt::Progress;
use super::tcb::{Cx, Tcb};
use super::timestamps::round_trip;
use crate::segment::Segment;
use crate::seq::Seq;
use crate::time::{Span, Time};

/// A segment that was sent and is not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    start: Seq,
    end: Seq,
    /// When it was sent first.
    at: Time,
    /// Some of it was sent again.
    again: bool,
}

impl Tcb {
    /// Keeps the time of something sent, if acknowledgements of it may give samples.
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
        if !wants_every_sample(cx.config) {
            return;
        }
        if new {
            self.sent.push_back(Sent {
                start,
                end,
                at: cx.now,
                again: false,
            });
        } else {
            for sent in &mut self.sent {
                sent.again |= start.precedes(sent.end) && sent.start.precedes(end);
            }
        }
    }

    /// Nothing that was sent gives a sample.
    pub(super) fn forget_samples(&mut self) {
        self.snd.timed = None;
        self.sent.clear();
    }

    /// Something new was acknowledged, up to SND.UNA: takes the sample that it gives.
    pub(super) fn take_sample(&mut self, seg: &Segment, cx: &Cx) {
        let by_the_one_timed = match self.snd.timed {
            Some((end, sent)) if end.precedes_or_is(self.snd.una) => {
                self.snd.timed = None;
                Some(cx.now.since(sent))
            }
            Some(_) | None => None,
        };
        let r = if self.stamps.on || cx.config.rtt_variance == RttVariance::Peak {
            self.sample_of_all(seg, cx.now)
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
    }

    /// From the first of the segments that were acknowledged; if one of them was sent twice, only
    /// the timestamp can tell (RFC 7323 §4.1), to a tick.
    fn sample_of_all(&mut self, seg: &Segment, now: Time) -> Option<Span> {
        let mut first = None;
        let mut again = false;
        while let Some(sent) = self.sent.front().copied()
            && sent.end.precedes_or_is(self.snd.una)
        {
            first = first.or(Some(sent.at));
            again |= sent.again;
            self.sent.pop_front();
        }
        let first = first?;
        if !again {
            return Some(now.since(first));
        }
        let stamps = seg.options.timestamps.filter(|_| self.stamps.on)?;
        Some(round_trip(now, stamps.echo))
    }
}

fn wants_every_sample(config: &Config) -> bool {
    config.timestamps || config.rtt_variance == RttVariance::Peak
}
