//! How much a receive buffer offers (RFC 9293 §3.8.6.2.2).

use super::config::ReceiveWindow;
use super::tcb::{Cx, Tcb};

impl Tcb {
    /// The window of a SYN, before its field bounds it.
    pub(super) fn first_window(&self, cx: &Cx) -> u32 {
        let buffer = self.choices.receive_buffer;
        let mss = match self.snd.mss {
            0 => u32::from(self.mss_to_offer(cx)),
            mss => mss,
        };
        match self.choices.receive_window {
            ReceiveWindow::Free => buffer,
            ReceiveWindow::WholeSegments => whole_segments(buffer, mss),
        }
    }

    /// How far the right edge could move now.
    pub(super) fn window_gain(&self) -> u32 {
        let unread = u32::try_from(self.readable()).unwrap_or(u32::MAX);
        let limit = self
            .window_worth(unread)
            .min(u32::from(u16::MAX) << self.rcv.shift);
        limit.saturating_sub(self.rcv_wnd())
    }

    fn window_worth(&self, unread: u32) -> u32 {
        let (buffer, mss) = (self.choices.receive_buffer, self.snd.mss);
        match self.choices.receive_window {
            ReceiveWindow::Free => buffer.saturating_sub(unread),
            ReceiveWindow::WholeSegments if buffer < mss => buffer.saturating_sub(unread),
            ReceiveWindow::WholeSegments => {
                let free = (buffer + buffer / 4).saturating_sub(unread);
                let most = free.min(whole_segments(buffer, mss));
                most / mss * mss
            }
        }
    }

    /// The window that was said last.
    pub(super) fn last_window(&self) -> u32 {
        self.rcv.edge.since(self.rcv.acked)
    }

    /// How far it moves at least, lest the window become silly.
    pub(super) fn least_window_gain(&self) -> u32 {
        (self.choices.receive_buffer / 2).min(self.snd.mss).max(1)
    }
}

/// As many whole segments as a buffer holds, or all of one that holds none.
const fn whole_segments(buffer: u32, mss: u32) -> u32 {
    if buffer < mss {
        buffer
    } else {
        buffer / mss * mss
    }
}
