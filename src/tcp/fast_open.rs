//! Fast Open: RFC 7413. Text goes with the SYN, from a client that shows a cookie.
//!
//! The cookies come from the host: the client's from its cache, the server's from its secret. Text of
//! the SYN does not count as sent (SND.NXT) until it is acknowledged: if it is not, it follows the
//! handshake like any other. The server's own text waits for the end of the handshake, as everywhere;
//! RFC 7413 §3 would let it go before.

use super::outcome::CallError;
use super::state::State;
use super::tcb::{Cx, Origin, Tcb};
use super::timestamps::OCTETS;
use crate::segment::{Cookie, Extra, FastOpen, Segment};

/// A header has so much room for options, all of which a SYN's text leaves free. RFC 9293 §3.1.
const OPTIONS_MAX: u32 = 40;

/// What one end of a connection knows of Fast Open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FastOpening {
    /// What the SYN says, or the SYN,ACK; once the client's handshake is done, the cookie to show
    /// the next time.
    option: Option<FastOpen>,
    /// Octets of text for which the SYN has room.
    room: u32,
    /// Octets of text that went with the SYN and are not acknowledged.
    text: u32,
    /// The client: text of the SYN was not taken, and no other cookie came instead.
    refused: bool,
    /// The server: the SYN showed a valid cookie.
    pub taken: bool,
}

/// What a client learns from a handshake, for the next time. RFC 7413 §4.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The cookie to show.
    pub cookie: Option<Cookie>,
    /// The MSS of the connection, in octets, options not deducted.
    pub mss: u32,
    /// The SYN got no answer until it went without the option, or its text was refused: Fast Open is
    /// not to be tried again.
    pub failed: bool,
}

impl Tcb {
    /// OPEN, active, by Fast Open: the SYN asks for a cookie, or shows one and takes text along, at
    /// most what a segment of `mss` octets holds. RFC 7413 §4.2.1.
    ///
    /// # Errors
    /// Those of [`Tcb::active_open`].
    pub fn active_open_fast(
        &mut self,
        option: FastOpen,
        mss: u32,
        cx: &mut Cx,
    ) -> Result<(), CallError> {
        self.active_open(cx)?;
        self.fast = FastOpening {
            option: Some(option),
            room: match option {
                FastOpen::Request => 0,
                FastOpen::Cookie(_) => mss.saturating_sub(OPTIONS_MAX),
            },
            ..FastOpening::default()
        };
        Ok(())
    }

    /// The SYN that arrives next shows a valid cookie: its text is taken. RFC 7413 §4.2.2.
    pub fn take_syn_text(&mut self) {
        self.fast.taken = true;
    }

    /// The SYN that arrives next asks for a cookie, or shows one that is not valid: the SYN,ACK gives
    /// this one. RFC 7413 §4.2.2.
    pub fn give_cookie(&mut self, cookie: Cookie) {
        self.fast.option = Some(FastOpen::Cookie(cookie));
    }

    /// The application may have the connection before the handshake is done. RFC 7413 §4.2.2.
    pub fn is_open_early(&self) -> bool {
        self.fast.taken && self.state() == State::SynReceived
    }

    /// Text of a SYN was taken whose sender has not shown yet that it can be reached. RFC 7413 §5.1.
    pub fn is_unconfirmed(&self) -> bool {
        self.fast.taken && self.snd.una_pos == 0 && self.state() != State::Closed
    }

    /// What the handshake of a client that tried Fast Open has taught; `None` if it did not.
    pub fn learned_fast_open(&self) -> Option<Learned> {
        if self.origin != Origin::Active {
            return None;
        }
        let cookie = match self.fast.option? {
            FastOpen::Request => None,
            FastOpen::Cookie(cookie) => Some(cookie),
        };
        Some(Learned {
            cookie,
            mss: self.snd.mss + if self.stamps.on { OCTETS } else { 0 },
            failed: self.fast.refused || self.snd.syn_timeouts > 0,
        })
    }

    /// Text of the SYN that was sent and not acknowledged.
    pub fn syn_text(&self) -> u32 {
        self.fast.text
    }

    /// The option of a SYN or SYN,ACK, and how many octets of text a SYN takes along. RFC 7413
    /// §4.1.3.1, §4.2.2: what was not answered goes out again without.
    pub(super) fn fast_open_of_syn(&mut self) -> (Extra, u32) {
        let Some(option) = self.fast.option.filter(|_| self.snd.timeouts == 0) else {
            return (Extra::Nothing, 0);
        };
        let written = u32::try_from(self.snd.written).unwrap_or(u32::MAX);
        let text = match self.state() {
            State::SynSent => self.fast.room.min(written),
            _ => 0,
        };
        self.fast.text = self.fast.text.max(text);
        (Extra::FastOpen(option), text)
    }

    /// The client's SYN is acknowledged: with it some of its text, or none, and a cookie may come.
    pub(super) fn fast_open_answered(&mut self, seg: &Segment) {
        if self.fast.option.is_none() {
            return;
        }
        let none_taken = self.fast.text > 0 && seg.ack == self.snd.nxt;
        if self.snd.nxt.precedes(seg.ack) {
            // It has been sent after all.
            self.snd.nxt = seg.ack;
        }
        self.fast.text = 0;
        match seg.options.fast_open() {
            Some(given @ FastOpen::Cookie(_)) => self.fast.option = Some(*given),
            Some(FastOpen::Request) | None => self.fast.refused = none_taken,
        }
    }
}
