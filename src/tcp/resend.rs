//! What goes out again: the segment at SND.UNA or the last one out of turn, what is lost as far as the
//! windows let it, and with SACK what may be (RFC 6675 §4, NextSeg).

use super::congestion::Phase;
use super::frto::Frto;
use super::outcome::{Outgoing, Why};
use super::tcb::{Cx, Tcb};
use super::transmit::Fin;
use crate::segment::Flags;

impl Tcb {
    /// The segment at SND.UNA, out of turn, whatever the windows say (MAY-7).
    ///
    /// Nothing rides on it that was not sent before, since the window may have no room for that.
    pub(super) fn send_oldest(&mut self, why: Why, cx: &mut Cx) -> Option<Outgoing> {
        if self.snd.una == self.snd.nxt {
            return None;
        }
        let una = self.snd.una;
        let lost = self.board.pending_to(una, self.snd.nxt);
        // What was told of by SACK does not go along.
        let end = if self.sack && lost != una {
            lost
        } else {
            self.snd.nxt
        };
        let limit = end.since(una).min(self.snd.mss);
        let stretch = self.stretch_at(una, limit, Fin::UpTo(end))?;
        Some(self.emit(stretch, why, cx))
    }

    /// The last segment that was sent, out of turn, whatever the windows say.
    pub(super) fn send_last(&mut self, why: Why, cx: &mut Cx) -> Option<Outgoing> {
        if self.snd.una == self.snd.nxt {
            return None;
        }
        let start = self.board.last()?.start;
        let limit = self.snd.nxt.since(start).min(self.snd.mss);
        let stretch = self.stretch_at(start, limit, Fin::IfSent)?;
        Some(self.emit(stretch, why, cx))
    }

    /// What is lost and has no copy in flight, as far as the windows let it. RFC 9293 §3.8.6.
    pub(super) fn send_lost(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        let sent = self.board.next_pending()?;
        let start = sent.start;
        let room = self.room_at(start);
        // No window holds back a SYN.
        if room == 0 && start != self.snd.iss {
            return None;
        }
        let reached = self.board.pending_to(start, self.snd.nxt);
        let repairs = self.congestion.phase == Phase::Recovery;
        let stretch = if reached == self.snd.nxt && !repairs {
            // New text may go along.
            self.stretch_at(start, room.min(self.snd.mss), Fin::IfQueued)?
        } else {
            let whole = reached.since(start).min(self.snd.mss);
            if repairs && room < whole {
                return None;
            }
            self.stretch_at(start, room.min(whole), Fin::UpTo(reached))?
        };
        let end = start + stretch.len();
        // The SYN of a simultaneous open becomes a SYN,ACK, which was not sent before.
        let sent_before = end.precedes_or_is(self.snd.nxt) && stretch.control != Flags::SYN;
        let why = match self.snd.resend_why {
            _ if !sent_before => Why::New,
            _ if repairs && sent.is_again() => Why::LostAgain,
            why => why,
        };
        Some(self.emit(stretch, why, cx))
    }

    /// Nothing is lost or new: with SACK a segment may go again on the chance. RFC 6675 §4, NextSeg,
    /// rules 3 and 4.
    pub(super) fn send_without_loss(&mut self, cx: &mut Cx) -> Option<Outgoing> {
        if self.frto == Frto::New && self.congestion.recovery_point() == self.snd.nxt {
            // No new text could go: what is lost does (RFC 5682 §2.1, step 2b).
            self.frto = Frto::Off;
            return self.send_lost(cx);
        }
        let by_count = self.sack && !self.detects_by_time(cx);
        if !by_count || self.congestion.phase != Phase::Recovery {
            return None;
        }
        let (sent, why) = match self.board.next_doubtful() {
            Some(sent) => (sent, Why::NotYetLost),
            None if self.snd.rescue.precedes(self.snd.una) => {
                (self.board.last_missing()?, Why::Rescue)
            }
            None => return None,
        };
        let whole = sent.end.since(sent.start).min(self.snd.mss);
        // RFC 6675 §5, step C.
        if self.room_at(sent.start) < self.snd.mss {
            return None;
        }
        if why == Why::Rescue {
            self.snd.rescue = self.congestion.recovery_point();
        }
        let stretch = self.stretch_at(sent.start, whole, Fin::UpTo(sent.end))?;
        Some(self.emit(stretch, why, cx))
    }
}
