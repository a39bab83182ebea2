//! Fast Open: the cookies that a client keeps, and those that a server gives. RFC 7413.

use super::connection::{Owner, key};
use super::processes::Attempt;
use super::program::Address;
use super::socket::{Kind, SocketId};
use super::transfer::Urgency;
use super::{Host, HostCx, ProcessSlot, Slot};
use crate::link::{Packet, Route};
use crate::segment::{Cookie, FastOpen};
use crate::seq::Seq;
use crate::tcp::fast_open::Learned;

/// What sets the cookies' secret apart from that of initial sequence numbers.
const COOKIES: u64 = 0x4641_5354_4F50_454E;

/// How a connect opens its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// By a SYN.
    Plain,
    /// By a SYN with the option, and text if there is a cookie: so many octets are written at once.
    Fast {
        /// What the SYN says.
        option: FastOpen,
        /// The MSS that bounds its text, in octets.
        mss: u32,
        /// Octets to be written.
        octets: u64,
    },
}

impl Host {
    /// Connects, with text in the SYN where that is known to be welcome, and sends the rest.
    pub(super) fn connect_send(
        &mut self,
        slot: ProcessSlot,
        socket: SocketId,
        (address, port): (Address, u16),
        octets: u64,
        cx: &mut HostCx,
    ) -> Attempt {
        let begins = self.processes[slot as usize].moved == 0;
        let non_blocking = self.socket(socket).options.non_blocking;
        let mut opening = self.opening_to(address, port, octets, cx);
        if let Opening::Fast {
            option: FastOpen::Request,
            octets,
            ..
        } = &mut opening
            && non_blocking
        {
            // The call fails with EINPROGRESS, and has written nothing.
            *octets = 0;
        }
        let attempt = self.connect(slot, socket, (address, port), opening, cx);
        if let (true, Kind::Connection(connection)) = (begins, self.socket(socket).kind)
            && self.processes[slot as usize].moved == 1
        {
            // One more than what was written: the step has begun.
            let tcb = self.at(connection).tcb();
            let (written, in_syn) = (tcb.octets_written(), tcb.syn_text());
            self.processes[slot as usize].moved += written;
            if non_blocking && in_syn > 0 {
                return Attempt::Done(written);
            }
        }
        let Attempt::Done(_) = attempt else {
            return attempt;
        };
        self.processes[slot as usize].moved -= 1;
        let attempt = self.send(slot, socket, octets, Urgency::None, cx);
        self.processes[slot as usize].moved += 1;
        attempt
    }

    /// RFC 7413 §4.1.3: what the host knows of the other end decides.
    fn opening_to(&self, address: Address, port: u16, octets: u64, cx: &HostCx) -> Opening {
        let route = match address {
            Address::Peer | Address::Elsewhere => Route::Path,
            Address::Own => Route::Own,
            Address::Any | Address::Loopback => Route::Loopback,
        };
        if !cx.profile.sockets.fast_open.asks() {
            return Opening::Plain;
        }
        let (option, mss) = match self.fast_opens.get(&key(route, 0, port)) {
            Some(known) if known.failed => return Opening::Plain,
            Some(Learned {
                cookie: Some(cookie),
                mss,
                ..
            }) => (FastOpen::Cookie(*cookie), *mss),
            Some(_) | None => (FastOpen::Request, cx.profile.tcp.default_mss),
        };
        Opening::Fast {
            option,
            mss,
            octets,
        }
    }

    /// A connection's handshake is done: what it has taught is kept for the next one.
    pub(super) fn learn_fast_open(&mut self, slot: Slot) {
        let connection = self.at(slot);
        let learned = connection.tcb().learned_fast_open();
        if let Some(learned) = learned {
            let peer = key(connection.route, 0, connection.remote_port);
            self.fast_opens.insert(peer, learned);
        }
    }

    /// The cookie of the client at the other end of a route. RFC 7413 §4.1.2: a function of its address
    /// and of a secret.
    fn fast_open_cookie(&self, route: Route) -> Option<Cookie> {
        let client = [route as u8];
        let hash = xxhash_rust::xxh3::xxh3_64_with_seed(&client, self.secret ^ COOKIES);
        Cookie::new(&hash.to_le_bytes())
    }

    /// A connection's SYN is about to arrive: tells it what the option in it is worth.
    ///
    /// RFC 7413 §5.1: while too many clients have not shown that they can be reached, there is no Fast
    /// Open.
    pub(super) fn welcome_fast_open(&mut self, slot: Slot, packet: &Packet, cx: &HostCx) {
        let Some(option) = packet.segment.options.fast_open() else {
            return;
        };
        let Owner::Embryo(listener) = self.at(slot).owner() else {
            return;
        };
        let limit = self.listeners[listener as usize].fast_open;
        let Some(cookie) = self.fast_open_cookie(packet.route) else {
            return;
        };
        let unconfirmed = |connection: &&super::Connection| connection.tcb().is_unconfirmed();
        let pending = self
            .at_local_port(packet.destination_port)
            .filter(unconfirmed);
        if !cx.profile.sockets.fast_open.gives() || limit as usize <= pending.count() {
            return;
        }
        let is_valid = *option == FastOpen::Cookie(cookie);
        self.with(slot, Seq::new(0), cx, |t, _| match is_valid {
            true => t.take_syn_text(),
            false => t.give_cookie(cookie),
        });
    }
}
