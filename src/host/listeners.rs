//! Listeners: a passive OPEN that goes on while its connections come and go.

use super::connection::{Ends, Owner};
use super::profile::sockets::{BacklogRule, EmbryosAtClose};
use super::program::Address;
use super::socket::{Options, Reuse};
use super::waiters::Waiters;
use super::{Host, HostCx, Slot};
use crate::link::{Packet, Route};
use crate::seq::Seq;
use crate::tcp::outcome::Note;
use crate::tcp::tcb::Tcb;
use crate::time::Time;
use std::collections::VecDeque;

/// A listening socket.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub address: Address,
    pub port: u16,
    pub reuse: Reuse,
    /// How many connections may wait, by the profile's rule.
    pub backlog: u32,
    /// The TCB in LISTEN; each connection starts as a copy of it.
    pub tcb: Tcb,
    /// Connections in the handshake.
    pub embryos: u32,
    /// Connections that wait to be accepted.
    pub queue: VecDeque<Slot>,
    /// The threads that wait to accept.
    pub waiters: Waiters,
    /// Until when a cookie that it gave may come back.
    pub cookies_until: Time,
    /// Connections by Fast Open whose handshake is not done: so many at most. RFC 7413 §5.1.
    pub fast_open: u32,
    /// Nobody has closed it.
    pub open: bool,
}

impl Listener {
    /// No further handshake is begun.
    pub fn is_full(&self, cx: &HostCx) -> bool {
        let rules = &cx.profile.sockets;
        if rules.backlog_rule == BacklogRule::Together {
            // A backlog of 0 lets one in.
            let waiting = self.queue.len() as u64 + u64::from(self.embryos);
            return u64::from(self.backlog.max(1)) <= waiting;
        }
        self.is_accept_queue_full(cx) || rules.syn_queue_limit <= self.embryos
    }

    /// No further connection may wait to be accepted.
    pub fn is_accept_queue_full(&self, cx: &HostCx) -> bool {
        let backlog = u64::from(self.backlog);
        let room = match cx.profile.sockets.backlog_rule {
            // Those in the handshake have their place already.
            BacklogRule::Together => return false,
            BacklogRule::OneMore => backlog + 1,
            BacklogRule::HalfMore => backlog * 3 / 2 + 1,
        };
        room <= self.queue.len() as u64
    }
}

impl Host {
    /// The listener that a packet finds: one at its very address before one at all addresses.
    ///
    /// Of several that share the port, its other end decides, the same one each time.
    pub(super) fn listener_for(&self, packet: &Packet) -> Option<u32> {
        let wanted = packet.route.local();
        let matching = |address: Address| {
            self.open_listeners.iter().copied().filter(move |place| {
                let listener = &self.listeners[*place as usize];
                listener.port == packet.destination_port && listener.address == address
            })
        };
        for address in [wanted, Address::Any] {
            let count = matching(address).count();
            if count > 0 {
                let share = usize::from(packet.source_port) % count;
                return matching(address).nth(share);
            }
        }
        None
    }

    /// Listeners that nobody has closed, in order of their opening.
    pub(super) fn open_listeners(&self) -> impl Iterator<Item = &Listener> {
        let open = self.open_listeners.iter();
        open.map(|place| &self.listeners[*place as usize])
    }

    /// Makes a listener.
    pub(super) fn listen(
        &mut self,
        (address, port): (Address, u16),
        backlog: u32,
        options: &Options,
        cx: &mut HostCx,
    ) -> u32 {
        let mut tcb = Tcb::new(u32::MAX, options.choices(cx), &cx.profile.tcp);
        let opened = Host::with_tcb(&mut tcb, &mut self.output, Seq::new(0), cx, |t, cx| {
            t.passive_open(cx)
        });
        assert!(opened.is_ok(), "a new TCB is CLOSED");
        self.flush(of_listener(port), cx);
        self.listeners.push(Listener {
            address,
            port,
            reuse: options.reuse,
            backlog: backlog.min(cx.profile.sockets.backlog_max),
            tcb,
            embryos: 0,
            queue: VecDeque::new(),
            waiters: Waiters::default(),
            cookies_until: Time::ZERO,
            fast_open: options.fast_open,
            open: true,
        });
        let place = super::as_slot(self.listeners.len() - 1);
        self.open_listeners.push(place);
        place
    }

    /// Closes a listener. Connections that nobody accepted are reset.
    pub(super) fn close_listener(&mut self, listener: u32, cx: &mut HostCx) {
        let parent = &mut self.listeners[listener as usize];
        parent.open = false;
        let mut left = parent.embryos as usize + parent.queue.len();
        parent.queue.clear();
        self.open_listeners.retain(|open| *open != listener);
        let port = parent.port;
        let zero = Seq::new(0);
        let _ = Host::with_tcb(&mut parent.tcb, &mut self.output, zero, cx, |t, cx| {
            t.close(cx)
        });
        // Its connections end on their own accord; that it is closed is all there is to say.
        self.output
            .notes
            .retain(|note| !matches!(note, Note::Ended(_)));
        self.flush(of_listener(port), cx);
        for slot in 0..super::as_slot(self.connections.len()) {
            if left == 0 {
                break;
            }
            let owner = self.connection(slot).map(|connection| connection.owner());
            let embryo = owner == Some(Owner::Embryo(listener));
            if !embryo && owner != Some(Owner::Backlog(listener)) {
                continue;
            }
            left -= 1;
            if embryo {
                self.listeners[listener as usize].embryos -= 1;
                match cx.profile.sockets.embryos_at_close {
                    EmbryosAtClose::Reset => {}
                    EmbryosAtClose::Forgotten => {
                        self.whole_mut(slot).owner = Owner::Forsaken;
                        continue;
                    }
                    EmbryosAtClose::Refused => {
                        self.whole_mut(slot).owner = Owner::Unwanted;
                        self.with(slot, zero, cx, |t, _| t.refuse());
                        continue;
                    }
                }
            }
            self.whole_mut(slot).owner = Owner::Nobody;
            let _ = self.with(slot, zero, cx, |t, cx| t.abort(cx));
            self.settle(slot, cx);
        }
    }
}

/// What a listener does belongs to no connection.
const fn of_listener(port: u16) -> Ends {
    Ends {
        route: Route::Path,
        local: port,
        remote: 0,
        number: None,
    }
}
