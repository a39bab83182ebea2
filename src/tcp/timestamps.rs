//! Timestamps and the protection against old segments (RFC 7323 §3–§5).
//!
//! The clock ticks in milliseconds from the start of the run, without an offset of the connection's
//! own: a later connection of the same ports has later timestamps, on which RFC 6191 §2 relies.
//!
//! Left out: RFC 7323 §5.5, TS.Recent that grows invalid after 24 days.

use super::opening::dropped;
use super::outcome::{AckReason, DropReason, Verdict};
use super::tcb::{Cx, Tcb};
use crate::segment::{Flags, Options, Segment, Timestamps};
use crate::time::{Span, Time};
use std::ops::ControlFlow::{self, Continue};

/// Octets that the option takes from the text of a segment, padded. RFC 7323 §3.2.
pub(super) const OCTETS: u32 = 12;

/// One tick of the clock. RFC 7323 §5.4: between 1 ms and 1 s.
const TICK: Span = Span::from_millis(1);

/// What a connection knows of timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Stamps {
    /// Both SYNs had the option.
    pub on: bool,
    /// TS.Recent: what the next segment echoes. RFC 7323 §4.3.
    pub recent: u32,
}

impl Tcb {
    /// Both SYNs had the timestamps option. RFC 7323 §3.2.
    pub const fn timestamps_on(&self) -> bool {
        self.stamps.on
    }

    /// TS.Recent, if timestamps are on. RFC 7323 §4.3.
    pub fn ts_recent(&self) -> Option<u32> {
        self.stamps.on.then_some(self.stamps.recent)
    }

    /// The options of a segment that is not a SYN. RFC 7323 §3.2: a timestamp in each.
    pub(super) fn plain_options(&self, cx: &Cx) -> Options {
        Options {
            timestamps: self.stamps.on.then(|| Timestamps {
                value: ticks(cx.now),
                echo: self.stamps.recent,
            }),
            ..Options::default()
        }
    }

    /// The timestamps of a SYN, which echo nothing yet, or of a SYN,ACK.
    pub(super) fn stamps_of_syn(&self, is_answer: bool, cx: &Cx) -> Option<Timestamps> {
        // RFC 7323 §3.2: a SYN,ACK has the option only if the SYN had it.
        let offers = if is_answer {
            self.stamps.on
        } else {
            cx.config.timestamps
        };
        let echo = if is_answer { self.stamps.recent } else { 0 };
        offers.then(|| Timestamps {
            value: ticks(cx.now),
            echo,
        })
    }

    /// Takes the option of the peer's SYN.
    pub(super) fn take_stamps_of_syn(&mut self, seg: &Segment, cx: &Cx) {
        self.stamps = Stamps::default();
        if let (true, Some(stamps)) = (cx.config.timestamps, seg.options.timestamps) {
            self.stamps = Stamps {
                on: true,
                recent: stamps.value,
            };
        }
    }

    /// R1 of RFC 7323 §5.3: an old timestamp makes a segment unacceptable, whatever its numbers.
    ///
    /// A segment without the option is processed, though §3.2 would have it dropped: stacks do so.
    pub(super) fn check_timestamp(&mut self, seg: &Segment, cx: &mut Cx) -> ControlFlow<Verdict> {
        let Some(stamps) = seg.options.timestamps.filter(|_| self.stamps.on) else {
            return Continue(());
        };
        // RFC 7323 §5.2: resets are exempt.
        if seg.flags.contains(Flags::RST) || !is_before(stamps.value, self.stamps.recent) {
            return Continue(());
        }
        // An acknowledgement that another overtook is no old segment in need of an answer: without
        // this exception to R1 reordering would double the acknowledgements.
        let overtaken = seg.is_empty() && seg.seq == self.rcv_nxt();
        if !overtaken {
            if seg.seq.precedes(self.rcv_nxt()) {
                self.note_duplicate(seg, cx);
            }
            self.answer_outside(seg, AckReason::OldTimestamp, cx);
        }
        dropped(DropReason::Paws)
    }

    /// TS.Recent moves on with a segment at or before the last acknowledgement sent, so that a
    /// delayed acknowledgement echoes the earliest of what it covers. RFC 7323 §4.3 (2).
    pub(super) fn update_ts_recent(&mut self, seg: &Segment) {
        let Some(stamps) = seg.options.timestamps.filter(|_| self.stamps.on) else {
            return;
        };
        let not_beyond = seg.seq.precedes_or_is(self.last_ack_sent());
        if !seg.flags.contains(Flags::RST)
            && not_beyond
            && !is_before(stamps.value, self.stamps.recent)
        {
            self.stamps.recent = stamps.value;
        }
    }
}

/// The round trip that an echo tells, at least a tick, since less does not show.
pub(super) fn round_trip(now: Time, echo: u32) -> Span {
    TICK.times(u64::from(ticks(now).wrapping_sub(echo).max(1)))
}

/// RFC 7323 §5.2: `a` is before `b` on the circle of 32 bits.
pub(super) const fn is_before(a: u32, b: u32) -> bool {
    let ahead = b.wrapping_sub(a);
    0 < ahead && ahead < 1 << 31
}

/// The clock at `now`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "timestamps are ticks modulo 2^32"
)]
pub(super) const fn ticks(now: Time) -> u32 {
    (now.as_nanos() / TICK.as_nanos()) as u32
}
