//! A listener whose queue of handshakes is full: it answers without keeping anything.

use super::connection::Ends;
use super::connections::stream_of;
use super::profile::sockets::SynCookies;
use super::{Host, HostCx};
use crate::link::{Packet, Route};
use crate::segment::Flags;
use crate::seq::Seq;
use crate::tcp::outcome::{DropReason, Verdict};
use crate::tcp::syn_cookies::{Key, LIFETIME, syn_of};

/// What sets the cookies' secret apart from that of initial sequence numbers.
const COOKIES: u64 = 0x5359_4E43_4F4F_4B49;

impl Host {
    fn cookie_key(&self, packet: &Packet) -> Key {
        Key {
            secret: self.secret ^ COOKIES,
            ports: u32::from(packet.destination_port) << 16 | u32::from(packet.source_port),
        }
    }

    /// Answers a SYN by a cookie, if the listener's queue is full and its host does so.
    ///
    /// Only a SYN of the path has a number by which the connection is known again.
    pub(super) fn answer_with_cookie(
        &mut self,
        listener: u32,
        packet: &Packet,
        cx: &mut HostCx,
    ) -> Option<Verdict> {
        let number = packet
            .connection()
            .filter(|_| packet.route == Route::Path)?;
        let key = self.cookie_key(packet);
        let stream = stream_of(number, self.index);
        let parent = &mut self.listeners[listener as usize];
        if !parent.gives_cookies(cx) {
            return None;
        }
        parent.cookies_until = cx.now + LIFETIME;
        let syn = &packet.segment;
        // RFC 9293 §3.7.1 (MUST-15): without the option it is the default.
        let config = &cx.profile.tcp;
        let default = u16::try_from(config.default_mss).unwrap_or(u16::MAX);
        let cookie = key.encode(cx.now, syn.seq, syn.options.mss.unwrap_or(default));
        let mut tcb = parent.tcb.fork(stream);
        let outgoing = Host::with_tcb(&mut tcb, &mut self.output, cookie, cx, |t, cx| {
            t.answer_with_cookie(syn, cx)
        })?;
        // What the copy went through did not happen.
        self.output.drain(|_| {});
        let ends = Ends {
            route: packet.route,
            local: packet.destination_port,
            remote: packet.source_port,
            number: Some(number),
        };
        cx.happenings.push(ends.emit(&outgoing));
        Some(Verdict::Accepted)
    }

    /// Makes the connection whose cookie a segment brings back; `None` if it brings none.
    pub(super) fn take_cookie(
        &mut self,
        listener: u32,
        packet: &Packet,
        cx: &mut HostCx,
    ) -> Option<Verdict> {
        let seg = &packet.segment;
        let ends_handshake =
            seg.flags.contains(Flags::ACK) && !seg.flags.intersects(Flags::SYN | Flags::RST);
        let parent = &self.listeners[listener as usize];
        if !ends_handshake || parent.cookies_until <= cx.now {
            return None;
        }
        let number = packet
            .connection()
            .filter(|_| packet.route == Route::Path)?;
        let cookie = seg.ack - 1;
        let mss = self
            .cookie_key(packet)
            .decode(cx.now, seg.seq - 1, cookie)?;
        if parent.is_accept_queue_full(cx) {
            return Some(Verdict::Dropped(DropReason::BacklogFull));
        }
        let ends = Ends {
            route: packet.route,
            local: packet.destination_port,
            remote: packet.source_port,
            number: Some(number),
        };
        let slot = self.fork_to(listener, ends, number);
        let syn = syn_of(seg, mss);
        self.with(slot, cookie, cx, |t, cx| t.recreate(&syn, cx));
        let zero = Seq::new(0);
        let verdict = self.with(slot, zero, cx, |t, cx| t.on_segment(seg, cx));
        self.settle(slot, cx);
        Some(verdict)
    }
}

impl super::listeners::Listener {
    fn gives_cookies(&self, cx: &HostCx) -> bool {
        let rules = &cx.profile.sockets;
        let full = match rules.syn_cookies {
            SynCookies::Off => false,
            SynCookies::WhenFull => rules.syn_queue_limit <= self.embryos,
            SynCookies::WhenBacklogFull => self.backlog < self.embryos,
            SynCookies::Always => true,
        };
        full && !self.is_accept_queue_full(cx)
    }
}
