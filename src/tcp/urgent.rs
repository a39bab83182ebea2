//! Urgent data: RFC 9293 §3.8.5.
//!
//! It stays in the stream, as with SO_OOBINLINE: the pointer says how far it reaches, and an
//! application that is told reads up to there. Where a system's socket layer takes the octet before
//! the pointer out of the stream, that shows on no segment and is not modelled.

use super::outcome::{CallError, Note};
use super::state::State;
use super::tcb::{Cx, Tcb};
use crate::segment::{Flags, Segment};

impl Tcb {
    /// SEND with the URGENT flag: all that was written up to its end is urgent. RFC 9293 §3.10.2.
    ///
    /// # Errors
    /// Those of [`Tcb::send`].
    pub fn send_urgent(&mut self, octets: u64, cx: &mut Cx) -> Result<u64, CallError> {
        let accepted = self.send(octets, cx)?;
        // RFC 9293 §3.8.5: at least one octet goes with the indication.
        if accepted > 0 {
            self.snd.up_pos = self.snd.written + 1;
        }
        Ok(accepted)
    }

    /// Octets that the application has to read until the urgent data is over (MUST-33).
    pub fn urgent_pending(&self) -> u64 {
        self.rcv.up_pos.saturating_sub(self.rcv.read + 1)
    }

    /// Urgent data was written and not acknowledged.
    pub(super) const fn sends_urgently(&self) -> bool {
        self.snd.una_pos < self.snd.up_pos
    }

    /// URG and the pointer of a segment that begins at this position: the distance to the octet
    /// behind the urgent data, as far as the field holds it. RFC 9293 §3.8.5 (MUST-31, MUST-62).
    pub(super) fn urgent_field(&self, start: u64) -> (Flags, u16) {
        match self.snd.up_pos.checked_sub(start) {
            None | Some(0) => (Flags::NONE, 0),
            Some(ahead) => (Flags::URG, u16::try_from(ahead).unwrap_or(u16::MAX)),
        }
    }

    /// RFC 9293 §3.10.7.4, sixth check (MUST-32): the application is told whenever RCV.UP moves on.
    pub(super) fn sixth_check_urg(&mut self, seg: &Segment, cx: &mut Cx) {
        if !seg.flags.contains(Flags::URG) {
            return;
        }
        match self.state() {
            State::Established | State::FinWait1 | State::FinWait2 => {}
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => return,
        }
        let up = seg.seq + u32::from(seg.urgent);
        let position = if up.precedes(self.rcv.nxt) {
            let behind = u64::from(self.rcv.nxt.since(up));
            self.rcv.nxt_pos.saturating_sub(behind)
        } else {
            self.rcv.nxt_pos + u64::from(up.since(self.rcv.nxt))
        };
        if self.rcv.up_pos < position {
            self.rcv.up_pos = position;
            let octets = self.urgent_pending();
            if octets > 0 {
                cx.output.notes.push(Note::Urgent { octets });
            }
        }
    }
}
