//! F-RTO: was a time-out spurious (RFC 5682)?
//!
//! After the time-out only the first segment goes out again. If its acknowledgement moves SND.UNA,
//! new text is sent instead of old; if what was sent before the time-out and never again is then
//! acknowledged, nothing was lost. With SACK (§3) whatever was sent once and is told of shows it.
//!
//! As §2.1 and §3.1 have it, a time-out during the recovery from an earlier one is not questioned.

use super::congestion::Phase;
use super::recovery::News;
use super::tcb::{Cx, Tcb};

/// How far the question has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Frto {
    /// Nothing is asked: what is lost goes out again.
    #[default]
    Off,
    /// Step 1: the first segment went out again.
    Copied,
    /// Step 2b: new text was sent.
    New,
}

/// Octets of cwnd, in segments, after a time-out that was no spurious one. RFC 5682 §2.1, step 3a.
const SEGMENTS_IF_GENUINE: u32 = 3;

impl Tcb {
    /// The timer ran out, in this phase: the question begins.
    pub(super) fn ask_if_spurious(&mut self, phase: Phase, cx: &Cx) {
        let first = matches!(phase, Phase::Open | Phase::Disorder | Phase::Cwr);
        self.frto = if cx.config.f_rto && first {
            Frto::Copied
        } else {
            Frto::Off
        };
    }

    /// An acknowledgement in the phase after the time-out; true if it was spurious.
    pub(super) fn is_timeout_spurious(&mut self, news: &News, duplicate: bool) -> bool {
        let advanced = news.advanced > 0;
        match self.frto {
            Frto::Off => return false,
            // Without SACK the segments beyond the first may have waited at the receiver for it.
            Frto::Copied | Frto::New if news.original && (self.sack || !news.again) => return true,
            // With SACK duplicates before the first acknowledgement only tell what arrived.
            Frto::Copied if duplicate && !self.sack => self.frto = Frto::Off,
            Frto::Copied if advanced => self.send_new_instead(),
            Frto::Copied => {}
            Frto::New if duplicate => {
                let most = SEGMENTS_IF_GENUINE * self.snd.mss;
                self.congestion.limit(most);
                self.frto = Frto::Off;
            }
            Frto::New => {}
        }
        false
    }

    /// Step 2: new text, if there is some and the window has room; else the question is dropped.
    fn send_new_instead(&mut self) {
        let over = self
            .congestion
            .recovery_point()
            .precedes_or_is(self.snd.una);
        let room = self.snd.nxt.since(self.snd.una) < self.snd.wnd;
        if over || !room || self.unsent_text() == 0 {
            self.frto = Frto::Off;
            return;
        }
        self.frto = Frto::New;
        self.congestion.wait_for(self.snd.nxt);
    }
}
