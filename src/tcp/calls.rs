//! The user calls (RFC 9293 §3.10.1–3.10.6).

use super::choices::Choices;
use super::config::{AbortInTimeWait, CloseInSynReceived, CloseWithUnread};
use super::outcome::{AckReason, CallError, End, ResetReason};
use super::state::State;
use super::tcb::{AckDue, Cx, Origin, Tcb};
use crate::time::Time;

/// What RECEIVE returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// This many octets, at least one.
    Octets(u64),
    /// The peer closed, and all it sent was read.
    End,
    /// Nothing has arrived; the call is queued.
    Nothing,
}

impl Tcb {
    /// OPEN, passive. RFC 9293 §3.10.1.
    ///
    /// # Errors
    /// [`CallError::AlreadyExists`] unless the connection is CLOSED.
    pub fn passive_open(&mut self, cx: &mut Cx) -> Result<(), CallError> {
        if self.state() != State::Closed {
            return Err(CallError::AlreadyExists);
        }
        self.origin = Origin::Passive;
        self.enter(State::Listen, cx);
        Ok(())
    }

    /// OPEN, active, or SEND in LISTEN with the peer known. RFC 9293 §3.10.1.
    ///
    /// # Errors
    /// [`CallError::AlreadyExists`] unless the connection is CLOSED or in LISTEN.
    pub fn active_open(&mut self, cx: &mut Cx) -> Result<(), CallError> {
        match self.state() {
            State::Closed | State::Listen => {}
            State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => return Err(CallError::AlreadyExists),
        }
        self.origin = Origin::Active;
        self.start_sending(cx);
        self.enter(State::SynSent, cx);
        Ok(())
    }

    /// SEND: queues up to `octets` and returns how many found room. RFC 9293 §3.10.2.
    ///
    /// # Errors
    /// [`CallError::DoesNotExist`], [`CallError::Closing`] or how the connection ended.
    pub fn send(&mut self, octets: u64, cx: &mut Cx) -> Result<u64, CallError> {
        match self.state() {
            // After both FINs, or where reading goes on, a reset does not show but in this.
            State::Closed if self.kept_at_reset && self.fin_received() => {
                return Err(CallError::Closing);
            }
            State::Closed => return Err(self.gone()),
            // In LISTEN with the peer known, SEND is an active OPEN.
            State::Listen => self.active_open(cx)?,
            State::SynSent | State::SynReceived | State::Established | State::CloseWait => {}
            State::FinWait1
            | State::FinWait2
            | State::Closing
            | State::LastAck
            | State::TimeWait => {
                return Err(CallError::Closing);
            }
        }
        if self.snd.fin {
            // CLOSE was called in SYN-RECEIVED and waits for ESTABLISHED.
            return Err(CallError::Closing);
        }
        let accepted = octets.min(self.send_room());
        self.snd.written += accepted;
        Ok(accepted)
    }

    /// RECEIVE: takes up to `octets` that arrived in order. RFC 9293 §3.10.3.
    ///
    /// # Errors
    /// [`CallError::DoesNotExist`] or how the connection ended.
    #[inline]
    pub fn receive(&mut self, octets: u64) -> Result<Received, CallError> {
        let available = self.readable();
        match self.state() {
            State::Closed => {
                // What gave way in TIME-WAIT had come to its end: what arrived can be read still.
                let closed_by_both =
                    matches!(self.ended, None | Some(End::Reopened | End::Forgotten));
                let kept = closed_by_both || self.kept_at_reset;
                if !kept || (available == 0 && !self.fin_received()) {
                    return Err(self.gone());
                }
            }
            State::SynReceived if self.fast.taken => {}
            State::Listen | State::SynSent | State::SynReceived => return Ok(Received::Nothing),
            State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => {}
        }
        let taken = octets.min(available);
        if taken > 0 {
            self.rcv.read += taken;
            self.open_window();
            self.acknowledge_read();
            return Ok(Received::Octets(taken));
        }
        if !self.fin_received() {
            return Ok(if self.receive_shut {
                Received::End
            } else {
                Received::Nothing
            });
        }
        self.rcv.end_read = true;
        Ok(Received::End)
    }

    /// Whether [`Tcb::poll_transmit`], which had nothing more before a read, may have something after
    /// it: an acknowledgement that opens the window, or what waits to be sent, for which time passes.
    #[inline]
    pub fn may_send_after_read(&self) -> bool {
        matches!(self.rcv.ack, AckDue::Now(_)) || self.has_unsent()
    }

    /// [`Tcb::send`], and whether [`Tcb::poll_transmit`], which had nothing more before it, may have
    /// something after it.
    ///
    /// Where a full segment of text had to wait already, more behind it changes nothing; only with
    /// nothing outstanding does time matter to what waits. Pacing keeps to that: what waits for its turn
    /// has a timer, which acts before any program at the same moment.
    pub fn write(&mut self, octets: u64, cx: &mut Cx) -> (Result<u64, CallError>, bool) {
        let waits = u64::from(self.snd.mss).max(1) <= self.unsent_text();
        let accepted = self.send(octets, cx);
        let nothing_new = waits && self.flight() > 0 && !matches!(self.rcv.ack, AckDue::Now(_));
        (accepted, !nothing_new)
    }

    /// A read that waits would be over: something came, or the end.
    #[inline]
    pub fn is_read_over(&self) -> bool {
        self.readable() > 0
            || self.receive_shut
            || self.fin_received()
            || self.state() == State::Closed
    }

    /// A write that waits would go on, or fail.
    #[inline]
    pub fn is_write_over(&self) -> bool {
        match self.state() {
            State::SynSent | State::SynReceived | State::Established | State::CloseWait => {
                self.send_room() > 0
            }
            State::Closed
            | State::Listen
            | State::FinWait1
            | State::FinWait2
            | State::Closing
            | State::LastAck
            | State::TimeWait => true,
        }
    }

    /// [`Tcb::write`] where a part of `octets` finds room, in a connection that goes on; `None`, and
    /// nothing is written, if all of it would or none.
    pub fn write_part(&mut self, octets: u64, cx: &mut Cx) -> Option<(u64, bool)> {
        let room = self.send_room();
        if self.state() != State::Established || room == 0 || octets <= room {
            return None;
        }
        let (accepted, may_send) = self.write(octets, cx);
        accepted.ok().map(|accepted| (accepted, may_send))
    }

    /// Takes all that can be read in a connection whose peer has not closed: how many octets, and
    /// what [`Tcb::may_send_after_read`] says then. `None` if that is nothing, or the end may be told.
    pub fn read_part(&mut self) -> Option<(u64, bool)> {
        let goes_on = matches!(
            self.state(),
            State::Established | State::FinWait1 | State::FinWait2
        );
        if !goes_on || self.receive_shut {
            return None;
        }
        match self.receive(u64::MAX) {
            Ok(Received::Octets(octets)) => Some((octets, self.may_send_after_read())),
            Ok(Received::End | Received::Nothing) | Err(_) => None,
        }
    }

    /// CLOSE of a socket: no more to send, and nobody to read. RFC 9293 §3.10.4, §3.6.1 (MAY-1).
    ///
    /// # Errors
    /// [`CallError::DoesNotExist`] or how the connection ended.
    pub fn close(&mut self, cx: &mut Cx) -> Result<(), CallError> {
        let loses_text = match cx.config.close_with_unread {
            CloseWithUnread::Reset => self.readable() > 0,
            CloseWithUnread::ResetAlsoHeld => self.readable() > 0 || !self.rcv.held.is_empty(),
            CloseWithUnread::Fin => false,
        };
        // In TIME-WAIT the peer is gone: a reset would tell nobody, and 2MSL has to pass (MUST-13).
        if loses_text && !matches!(self.state(), State::Closed | State::TimeWait) {
            // RFC 9293 §3.6.1 (SHLD-3): the peer learns that what it sent is lost.
            return self.reset_because(ResetReason::Unread, cx);
        }
        let deletes = cx.config.close_in_syn_received == CloseInSynReceived::Deletes;
        if deletes && self.state() == State::SynReceived && !self.fast.taken {
            self.delete(Some(End::Withdrawn), cx);
            return Ok(());
        }
        let was_held = !std::mem::replace(&mut self.reader_gone, true);
        if was_held && self.state() == State::FinWait2 {
            self.let_go_in_fin_wait2(cx);
            return Ok(());
        }
        match self.shutdown(cx) {
            Ok(()) | Err(CallError::Closing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// `shutdown` of the receiving side: the application wants no more to read.
    ///
    /// TCP has no such call and nothing is sent: what arrives is acknowledged and can be read. But a
    /// read that finds nothing does not wait, and once this end has closed too, text resets the
    /// connection.
    pub const fn shutdown_read(&mut self) {
        self.receive_shut = true;
    }

    /// `shutdown` of both sides; the socket still holds the connection.
    ///
    /// # Errors
    /// Those of [`Tcb::shutdown`].
    pub fn shutdown_both(&mut self, cx: &mut Cx) -> Result<(), CallError> {
        self.shutdown_read();
        self.shutdown(cx)
    }

    /// CLOSE as the RFC has it: no more to send, reading goes on. RFC 9293 §3.10.4.
    ///
    /// # Errors
    /// [`CallError::DoesNotExist`], [`CallError::Closing`] or how the connection ended.
    pub fn shutdown(&mut self, cx: &mut Cx) -> Result<(), CallError> {
        match self.state() {
            State::Closed => return Err(self.gone()),
            State::Listen | State::SynSent => self.delete(Some(End::Withdrawn), cx),
            State::SynReceived if self.snd.fin => return Err(CallError::Closing),
            State::SynReceived => {
                let queued = self.snd.written > 0;
                self.snd.fin = true;
                // RFC 9293 §3.10.4: with text queued, CLOSE waits for ESTABLISHED.
                if !queued {
                    self.enter(State::FinWait1, cx);
                }
            }
            State::Established => {
                self.snd.fin = true;
                self.enter(State::FinWait1, cx);
            }
            State::CloseWait if self.snd.fin => return Err(CallError::Closing),
            State::CloseWait => {
                self.snd.fin = true;
                // RFC 9293 §3.10.4: LAST-ACK begins when the FIN is formed, after all text.
                if self.unsent_text() == 0 || cx.config.last_ack_at_close {
                    self.enter(State::LastAck, cx);
                }
            }
            State::FinWait1
            | State::FinWait2
            | State::Closing
            | State::LastAck
            | State::TimeWait => {
                return Err(CallError::Closing);
            }
        }
        Ok(())
    }

    /// ABORT. RFC 9293 §3.10.5.
    ///
    /// # Errors
    /// [`CallError::DoesNotExist`] or how the connection ended.
    pub fn abort(&mut self, cx: &mut Cx) -> Result<(), CallError> {
        self.reset_because(ResetReason::Abort, cx)
    }

    fn reset_because(&mut self, reason: ResetReason, cx: &mut Cx) -> Result<(), CallError> {
        match self.state() {
            State::Closed => return Err(self.gone()),
            State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait => self.reply_with_reset(reason, cx),
            // RFC 9293 §3.6.1 (SHLD-3): the FIN hides from the peer that its text was lost.
            State::Closing | State::LastAck if reason == ResetReason::Unread => {
                self.reply_with_reset(reason, cx);
            }
            // Where the state runs ahead of the FIN, the peer does not know yet that this end closed.
            State::Closing | State::LastAck if cx.config.last_ack_at_close && self.has_unsent() => {
                self.reply_with_reset(reason, cx);
            }
            State::TimeWait if cx.config.abort_in_time_wait == AbortInTimeWait::Leaves => {
                return Ok(());
            }
            // RFC 9293 §3.10.5: nothing was opened, or both ends closed; no reset.
            State::Listen | State::SynSent | State::Closing | State::LastAck | State::TimeWait => {}
        }
        // RFC 9293 §3.10.5 deletes the TCB. Figure 5, note 3, would have TIME-WAIT: the text of the
        // call is the more specific.
        self.delete(Some(End::Aborted), cx);
        Ok(())
    }

    /// The socket changed its choices.
    pub fn choose(&mut self, choices: Choices) {
        self.choices = choices;
    }

    /// What the socket chose for itself.
    pub fn choices_mut(&mut self) -> &mut Choices {
        &mut self.choices
    }

    fn gone(&self) -> CallError {
        self.ended.map_or(CallError::DoesNotExist, CallError::Ended)
    }

    /// The application read: tells the peer, if that opens the window by much. RFC 9293 §3.8.6.2.2.
    ///
    ///
    /// An update for every read would double the acknowledgements.
    #[inline]
    fn open_window(&mut self) {
        let worth_it = self.window_update_is_due();
        let peer_may_send = match self.state() {
            State::Established | State::FinWait1 | State::FinWait2 => true,
            State::Closed
            | State::Listen
            | State::SynSent
            | State::SynReceived
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => false,
        };
        if peer_may_send && worth_it {
            self.rcv.ack = AckDue::Now(AckReason::WindowUpdate);
            self.timers.delayed_ack = Time::NEVER;
        }
    }
}
