//! RACK: loss noticed by time (RFC 8985 §6). A segment is lost when one that was sent sufficiently
//! later has arrived; "sufficiently" adapts to how much the path reorders.
//!
//! Which segments that concerns is looked up in the scoreboard (`Scoreboard::lose_late`).
//!
//! What was sent at one moment is told apart by the order of sending, not by its numbers (§6.1): here
//! no clock is too coarse for that, and a retransmission may follow new text at one moment.
//!
//! Unlike §6.2, step 5, the reordering timer waits for the first of the segments in question, not for
//! the last: each is lost at its own time, and none is waited for by another.

use super::scoreboard::{Late, Sent, is_earlier};
use super::timestamps::{is_before, ticks};
use crate::seq::Seq;
use crate::time::{Span, Time};

/// Recoveries after which a wider reordering window is given up. RFC 8985 §6.2, step 4.
const PERSIST: u8 = 16;
/// How long the least round trip counts. RFC 8985 §6.2, step 1, leaves it open.
const MIN_RTT_WINDOW: Span = Span::from_secs(300);
/// SACKed segments that end the patience of a path that never reordered: DupThresh.
const DUPLICATE_THRESHOLD: u32 = 3;

/// The variables of RFC 8985 §5.3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rack {
    /// In place of RACK.xmit_ts and RACK.end_seq: which transmission of those delivered was the last.
    newest: Option<u32>,
    /// RACK.rtt: the round trip of that one.
    rtt: Span,
    /// RACK.min_RTT and when it was measured.
    min_rtt: Option<(Span, Time)>,
    /// RACK.fack: the end of what was delivered.
    fack: Option<Seq>,
    /// RACK.reordering_seen.
    reordering_seen: bool,
    /// RACK.reo_wnd_mult.
    multiplier: u8,
    /// RACK.reo_wnd_persist.
    persist: u8,
    /// RACK.dsack_round: until SND.UNA reaches it, another DSACK tells nothing.
    dsack_round: Option<Seq>,
}

impl Default for Rack {
    fn default() -> Rack {
        Rack {
            newest: None,
            rtt: Span::ZERO,
            min_rtt: None,
            fack: None,
            reordering_seen: false,
            multiplier: 1,
            persist: PERSIST,
            dsack_round: None,
        }
    }
}

/// What the reordering window depends on besides. RFC 8985 §6.2, step 4.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Fast recovery or the recovery after a time-out is under way.
    pub recovering: bool,
    /// Segments that SACK blocks have told of.
    pub sacked_segments: u32,
    /// SRTT.
    pub srtt: Option<Span>,
}

impl Rack {
    /// A segment was delivered that was not known to be: steps 1 to 3 of RFC 8985 §6.2.
    ///
    /// `echo` is TSecr where it can tell a copy from the original: RFC 8985 compares it for SACK blocks
    /// too, though beyond a gap it is older than either (RFC 7323 §4.3). Measured: data-drop-last-3, in
    /// which the SACK of a probe has what was sent before it go again at once.
    ///
    /// Segments are to come in order of sequence, so that those of one acknowledgement do not look
    /// reordered.
    #[inline]
    pub fn deliver(&mut self, sent: &Sent, echo: Option<u32>, now: Time) {
        let rtt = now.since(sent.at);
        if sent.is_again() {
            // Too soon for the copy: it was the original that arrived.
            let early = echo.is_some_and(|echo| is_before(echo, ticks(sent.at)))
                || self.min_rtt.is_some_and(|(least, _)| rtt < least);
            if !early {
                self.note_newest(sent, rtt);
            }
        } else {
            match self.min_rtt {
                Some((least, since)) if least < rtt && now < since + MIN_RTT_WINDOW => {}
                Some(_) | None => self.min_rtt = Some((rtt, now)),
            }
            self.note_newest(sent, rtt);
        }
        match self.fack {
            Some(fack) if !fack.precedes(sent.end) => {
                self.reordering_seen |= !sent.is_again() && sent.end.precedes(fack);
            }
            Some(_) | None => self.fack = Some(sent.end),
        }
    }

    fn note_newest(&mut self, sent: &Sent, rtt: Span) {
        let later = |newest| is_earlier(newest, sent.order);
        if self.newest.is_none_or(later) {
            self.newest = Some(sent.order);
            self.rtt = rtt;
        }
    }

    /// A DSACK: something was sent in vain, so that the window was too short. Step 4.
    pub fn widen(&mut self, una: Seq, nxt: Seq) {
        if self
            .dsack_round
            .is_some_and(|round| round.precedes_or_is(una))
        {
            self.dsack_round = None;
        }
        if self.dsack_round.is_none() {
            self.dsack_round = Some(nxt);
            self.multiplier = self.multiplier.saturating_add(1);
            self.persist = PERSIST;
        }
    }

    /// A recovery is over. Step 4.
    pub fn recovered(&mut self) {
        self.persist = self.persist.saturating_sub(1);
        if self.persist == 0 {
            self.multiplier = 1;
        }
    }

    /// RACK.reo_wnd. Step 4.
    fn window(&self, patience: &Patience) -> Span {
        let out_of_patience =
            patience.recovering || DUPLICATE_THRESHOLD <= patience.sacked_segments;
        if !self.reordering_seen && out_of_patience {
            return Span::ZERO;
        }
        let least = self.min_rtt.map_or(Span::ZERO, |(least, _)| least);
        let window = least.times(u64::from(self.multiplier)).fraction(1, 4);
        window.min(patience.srtt.unwrap_or(window))
    }

    /// What step 5 asks of the scoreboard; `None` before anything was delivered.
    pub fn late(&self, patience: &Patience, now: Time) -> Option<Late> {
        self.newest.map(|newest| Late {
            newest: Some(newest),
            wait: self.rtt + self.window(patience),
            now,
        })
    }

    /// What a time-out asks, behind the first segment. RFC 8985 §6.3.
    pub fn late_at_timeout(&self, patience: &Patience, now: Time) -> Late {
        Late {
            newest: None,
            wait: self.rtt + self.window(patience),
            now,
        }
    }

    /// RACK.reordering_seen and RACK.reo_wnd_mult, for tests.
    #[cfg(test)]
    pub const fn reordering(&self) -> (bool, u8) {
        (self.reordering_seen, self.multiplier)
    }
}
