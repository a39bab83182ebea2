//! The window that this end offers: RFC 9293 §3.8.6, RFC 7323 §2.
//!
//! What is offered never exceeds the receive buffer, against which text counts whether it lies in
//! order or beyond a gap: that of a gap lies inside the window, so the window has paid for it. The
//! right edge that counts for what is accepted never moves left.
//!
//! [`WindowGrowth::Measured`] is measured behaviour: little is offered at first, and two segments
//! more for each that comes, as long as the buffer has room; the buffer grows with what the
//! application reads in a round trip, so that a sender is not held back which doubles its rate.

use super::config::{Config, WindowGrowth, WindowUpdate};
use super::state::State;
use super::tcb::{Cx, Tcb};
use super::timestamps::{OCTETS, round_trip};
use crate::segment::Segment;
use crate::seq::Seq;
use crate::time::{Span, Time};

/// Half of a buffer's memory, in 256ths: what text is taken to fill before any came.
const SHARE_FIRST: u32 = 128;
/// Shorter segments say nothing of the peer's rate: they do not widen the window.
const WIDENS_LEAST: u32 = 128;
/// Segments of the initial window of a peer, which a reader takes in the first round trip.
const FIRST_ROUND: u32 = 10;

/// How much this end offers, where that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Octets that are offered at most at present.
    limit: u32,
    /// Octets to which the buffer grew; zero before.
    grown: u32,
    /// Share of the buffer's memory that text fills, in 256ths.
    share: u32,
    /// Without scaling the window is offered in segments of this size; zero for octets.
    unit: u32,
    /// When a window update is worth a segment.
    update: WindowUpdate,
    /// Round-trip time as the receiver sees it; zero before the first sample.
    pub rtt: Span,
    /// The echo that gave the last sample.
    echo: u32,
    /// Without timestamps a round trip ends when this number is in order.
    round_end: Seq,
    /// When it began.
    round_since: Time,
    /// When the period began over which reading is measured.
    period_since: Time,
    /// Octets that had been read by then, or that arrived since.
    period_octets: u64,
    /// The most that was read in a period.
    best: u32,
}

impl Default for Room {
    /// A window as large as the buffer.
    fn default() -> Room {
        Room {
            limit: u32::MAX,
            grown: 0,
            share: SHARE_FIRST,
            unit: 0,
            update: WindowUpdate::HalfBuffer,
            rtt: Span::ZERO,
            echo: 0,
            round_end: Seq::new(0),
            round_since: Time::NEVER,
            period_since: Time::ZERO,
            period_octets: 0,
            best: 0,
        }
    }
}

impl Room {
    /// A sample of the round-trip time, which counts an eighth.
    fn take_round_trip(&mut self, sample: Span) {
        self.rtt = if self.rtt == Span::ZERO {
            sample
        } else {
            self.rtt.fraction(7, 8) + sample.fraction(1, 8)
        };
    }
}

impl Tcb {
    /// What a SYN offers, whose field is not scaled. RFC 7323 §2.2.
    pub(super) fn first_window(&self, is_answer: bool, cx: &Cx) -> u16 {
        let room = clamp_u16(self.choices.receive_buffer);
        let mss = self.largest_segment(is_answer, cx);
        if cx.config.window_in_segments && mss < room {
            room - room % mss
        } else {
            room
        }
    }

    /// Octets of text in the largest segment of the peer; a SYN does not know of timestamps yet.
    fn largest_segment(&self, is_known: bool, cx: &Cx) -> u16 {
        let stamps = if is_known && self.stamps.on {
            OCTETS
        } else {
            0
        };
        self.mss_to_offer(cx)
            .saturating_sub(clamp_u16(stamps))
            .max(1)
    }

    /// The peer's SYN came: this end has offered what its own SYN says, or offers it now.
    pub(super) fn start_window(&mut self, cx: &Cx) {
        let first = self.first_window(self.state() == State::Listen, cx);
        self.rcv.edge = self.rcv.nxt + u32::from(first);
        let segment = u32::from(self.largest_segment(true, cx));
        let gradual = cx.config.window_growth == WindowGrowth::Measured;
        self.rcv.room = Room {
            limit: if gradual { u32::from(first) } else { u32::MAX },
            unit: if cx.config.window_in_segments {
                segment
            } else {
                0
            },
            update: cx.config.window_update,
            period_since: cx.now,
            best: u32::from(first).min(FIRST_ROUND * segment),
            ..Room::default()
        };
    }

    /// The window field of a segment, after moving the right edge as far as it may.
    ///
    /// RFC 9293 §3.8.6.2.2: the edge moves by at least a segment or half the buffer. The field is
    /// rounded up when scaled, so that the edge does not move left in the peer's eyes, but not by so
    /// much that what was rounded adds up beyond the buffer: then the peer sees the edge move left by
    /// less than a unit, and what it had sent before is still accepted. RFC 7323 §2.4.
    pub(super) fn offer_window(&mut self) -> u16 {
        let gain = self.window_gain();
        if self.least_window_gain() <= gain {
            self.rcv.edge += gain;
        }
        if self.free_room() < self.receive_room() / 2 {
            self.delay.reader_is_slow();
        }
        let unit = 1u32 << self.rcv.shift;
        let open = self.rcv_wnd();
        let mut field = open.div_ceil(unit);
        if self.rcv.shift > 0 && self.free_room() + unit <= field * unit {
            field = open / unit;
        }
        let seen = self.rcv.nxt + field.min(u32::from(u16::MAX)) * unit;
        self.rcv.edge = self.rcv.edge.max(seen);
        clamp_u16(field)
    }

    /// How far the right edge could move now.
    pub(super) fn window_gain(&self) -> u32 {
        let largest = u32::from(u16::MAX) << self.rcv.shift;
        let free = self.free_room().min(self.rcv.room.limit).min(largest);
        self.in_segments(free).saturating_sub(self.rcv_wnd())
    }

    /// [`Config::window_in_segments`]: without scaling, what was offered last stands until a whole
    /// segment more is free, or less.
    fn in_segments(&self, free: u32) -> u32 {
        let unit = self.rcv.room.unit;
        if unit == 0 || self.rcv.shift > 0 {
            return free;
        }
        let last = self.last_window();
        if last + unit <= free || free < last {
            free - free % unit
        } else {
            last
        }
    }

    /// What was offered last, from what was acknowledged then.
    pub(super) const fn last_window(&self) -> u32 {
        self.rcv.edge.since(self.rcv.acked)
    }

    /// How far it moves at least, lest the window become silly.
    pub(super) fn least_window_gain(&self) -> u32 {
        (self.receive_room() / 2).min(self.snd.mss).max(1)
    }

    /// Whether a window update is worth a segment of its own.
    pub(super) fn window_update_is_due(&self) -> bool {
        let (now, gain) = (self.rcv_wnd(), self.window_gain());
        if gain < self.least_window_gain() {
            return false;
        }
        match self.rcv.room.update {
            WindowUpdate::HalfBuffer => now < self.snd.mss || self.receive_room() / 2 <= gain,
            WindowUpdate::Doubled => now <= self.receive_room() / 2 && now <= gain,
        }
    }

    /// Octets that the receive buffer has room for, read or not.
    pub(super) fn receive_room(&self) -> u32 {
        let room = &self.rcv.room;
        let now =
            u64::from(self.choices.receive_buffer) * u64::from(room.share) / u64::from(SHARE_FIRST);
        u32::try_from(now).unwrap_or(u32::MAX).max(room.grown)
    }

    /// Octets that it has room for beside those that wait for the application.
    fn free_room(&self) -> u32 {
        let unread = u32::try_from(self.readable()).unwrap_or(u32::MAX);
        self.receive_room().saturating_sub(unread)
    }

    /// The shift with which the whole receive buffer can be offered, grown to its largest.
    ///
    /// RFC 7323 §2.3.
    pub(super) fn window_shift(&self, cx: &Cx) -> u8 {
        let mut largest = self.choices.receive_buffer;
        if self.window_grows(cx.config) {
            largest = largest.max(cx.config.receive_buffer_max);
        }
        let mut shift = 0;
        while shift < 14 && u32::from(u16::MAX) < largest >> shift {
            shift += 1;
        }
        shift
    }

    fn window_grows(&self, config: &Config) -> bool {
        config.window_growth != WindowGrowth::Fixed && !self.choices.receive_buffer_fixed
    }

    /// RFC 7323 §2.2: a SYN,ACK carries the option only if the SYN did.
    pub(super) fn scale_to_offer(&self, cx: &Cx) -> Option<u8> {
        // After CLOSE in SYN-RECEIVED the SYN,ACK may have to be sent again in a later state.
        let answering_without = self.state() != State::SynSent && !self.rcv.scaled;
        (cx.config.window_scaling && !answering_without).then(|| self.window_shift(cx))
    }

    /// Text arrived in order: the buffer and what is offered of it may grow.
    #[inline]
    pub(super) fn grow_window(&mut self, seg: &Segment, cx: &Cx) {
        match cx.config.window_growth {
            WindowGrowth::Fixed => {}
            WindowGrowth::Measured => self.grow_as_read(seg, cx),
            WindowGrowth::ByHalf => self.grow_by_half(seg, cx),
        }
    }

    /// [`WindowGrowth::Measured`].
    fn grow_as_read(&mut self, seg: &Segment, cx: &Cx) {
        let full = u32::from(self.largest_segment(true, cx));
        if full <= seg.payload.len {
            self.rcv.room.share = cx.config.text_share;
        }
        self.see_round_trip(seg, full, cx);
        self.measure_reading(seg, cx);
        if WIDENS_LEAST <= seg.payload.len {
            let segment = self.delay.segment().min(full).max(seg.payload.len);
            let more = self.free_room().saturating_sub(self.rcv.room.limit);
            if more > 0 {
                self.rcv.room.limit += more.min(2 * segment);
                self.delay.window_grew();
            }
        }
    }

    /// A receiver sends nothing that is acknowledged: an echo tells of a round trip, or that a whole
    /// window came.
    fn see_round_trip(&mut self, seg: &Segment, full: u32, cx: &Cx) {
        let (nxt, wnd) = (self.rcv.nxt, self.rcv_wnd());
        let room = &mut self.rcv.room;
        if let Some(stamps) = seg.options.timestamps.filter(|_| self.stamps.on) {
            if stamps.echo != room.echo && full <= seg.payload.len {
                room.take_round_trip(round_trip(cx.now, stamps.echo));
            }
            room.echo = stamps.echo;
            return;
        }
        if room.round_since == Time::NEVER || !nxt.precedes(room.round_end) {
            if room.round_since != Time::NEVER {
                let sample = cx.now.since(room.round_since);
                room.rtt = if room.rtt == Span::ZERO {
                    sample
                } else {
                    room.rtt.min(sample)
                };
            }
            (room.round_end, room.round_since) = (nxt + wnd, cx.now);
        }
    }

    /// Once a round trip: if the application read more than ever before in one, the buffer has room
    /// for twice that, and for as much again as its rate grew.
    fn measure_reading(&mut self, seg: &Segment, cx: &Cx) {
        let room = &self.rcv.room;
        if room.rtt == Span::ZERO || cx.now.since(room.period_since) < room.rtt {
            return;
        }
        let waits = self.readable().saturating_sub(u64::from(seg.payload.len));
        let read = (self.rcv.read - room.period_octets).saturating_sub(waits);
        let read = u32::try_from(read).unwrap_or(u32::MAX);
        let best = room.best;
        if best < read {
            let beyond_gap = self.rcv.held.end().map_or(0, |end| end - self.rcv.nxt_pos);
            let twice = 2 * u64::from(read);
            let faster = twice * u64::from(read - best) / u64::from(best.max(1));
            let wanted = twice + 2 * faster + beyond_gap;
            self.rcv.room.best = read;
            self.grow_to(u32::try_from(wanted).unwrap_or(u32::MAX), cx);
        }
        self.rcv.room.period_since = cx.now;
        self.rcv.room.period_octets = self.rcv.read;
    }

    /// [`WindowGrowth::ByHalf`].
    fn grow_by_half(&mut self, seg: &Segment, cx: &Cx) {
        self.rcv.room.period_octets += u64::from(seg.payload.len);
        let Some(srtt) = self.rtt.srtt() else { return };
        if cx.now.since(self.rcv.room.period_since) <= srtt.fraction(1, 2) {
            return;
        }
        let room = self.receive_room();
        if u64::from(room / 8 * 3) < self.rcv.room.period_octets {
            self.grow_to(room.saturating_add(room / 2), cx);
        }
        self.rcv.room.period_since = cx.now;
        self.rcv.room.period_octets = 0;
    }

    fn grow_to(&mut self, octets: u32, cx: &Cx) {
        if self.window_grows(cx.config) {
            let octets = octets.min(cx.config.receive_buffer_max);
            self.rcv.room.grown = self.rcv.room.grown.max(octets);
        }
    }
}

fn clamp_u16(n: u32) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
