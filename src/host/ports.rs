//! Local ports: who is in the way of a bind, and which port a connection takes by itself.

use super::connection::{Owner, key};
use super::errno::Errno;
use super::profile::sockets::{BindRule, PortOrder, TimeWaitReuse};
use super::program::Address;
use super::socket::{Kind, Reuse, SocketId};
use super::{Connection, Host, HostCx, Route, Slot};
use crate::tcp::state::State;

/// Somebody who has a port.
#[derive(Clone, Copy, Debug)]
struct Holder {
    address: Address,
    reuse: Reuse,
    listens: bool,
    /// It has a peer: it is, or was, a connection.
    connected: bool,
}

/// Where a connection stands among those at its local port.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside {
    before: Neighbour,
    after: Neighbour,
}

/// A slot, or none, in four octets.
#[derive(Clone, Copy, Debug)]
struct Neighbour(Slot);

impl Default for Neighbour {
    fn default() -> Neighbour {
        Neighbour(Slot::MAX)
    }
}

impl Neighbour {
    const fn at(slot: Slot) -> Neighbour {
        Neighbour(slot)
    }

    fn get(self) -> Option<Slot> {
        Some(self.0).filter(|slot| *slot != Slot::MAX)
    }
}

/// A search for a port that is free towards a port of the peer, among those of one parity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Search {
    route: Route,
    remote: u16,
    range: (u16, u16),
    offset: u32,
}

/// Who wants a port, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// A bind, this one.
    ByNumber,
    /// A bind, any that is free.
    AnyFree,
    /// A connect, any that is free towards this port.
    ByConnect(Route, u16),
}

impl Host {
    /// The port that a bind of `socket` gets: `port`, or a free one for 0.
    pub(super) fn port_for_bind(
        &mut self,
        socket: SocketId,
        address: Address,
        port: u16,
        cx: &mut HostCx,
    ) -> Result<u16, Errno> {
        let reuse = self.socket(socket).options.reuse;
        if port != 0 {
            return match self.in_the_way(address, port, reuse, Wanted::ByNumber, cx) {
                Some(errno) => Err(errno),
                None => Ok(port),
            };
        }
        let found = self.search_ports(Wanted::AnyFree, cx, |host, port, cx| {
            host.in_the_way(address, port, reuse, Wanted::AnyFree, cx)
                .is_none()
        });
        found.ok_or(Errno::Eaddrinuse)
    }

    /// The check is made again when a bound socket begins to listen.
    pub(super) fn may_listen(
        &self,
        socket: SocketId,
        address: Address,
        port: u16,
        cx: &HostCx,
    ) -> bool {
        let reuse = self.socket(socket).options.reuse;
        if cx.profile.sockets.bind_rule == BindRule::Exclusive {
            return true;
        }
        !self.open_listeners().any(|other| {
            other.port == port
                && overlap(other.address, address)
                && !(reuse.port && other.reuse.port)
                && (cx.profile.sockets.bind_rule != BindRule::NewReuses || other.address == address)
        })
    }

    /// The error of a bind to this address and port, if somebody is in its way.
    fn in_the_way(
        &self,
        address: Address,
        port: u16,
        reuse: Reuse,
        wanted: Wanted,
        cx: &HostCx,
    ) -> Option<Errno> {
        let rule = cx.profile.sockets.bind_rule;
        let mut worst = None;
        self.for_each_holder(port, |old| {
            let new = Holder {
                address,
                reuse,
                listens: false,
                connected: false,
            };
            let errno = match rule {
                BindRule::NoConnections => {
                    (!old.connected && overlap(old.address, address)).then_some(Errno::Eaddrinuse)
                }
                BindRule::BothReuse => both_reuse(&old, &new, wanted),
                BindRule::NewReuses => new_reuses(&old, &new),
                BindRule::Exclusive => exclusive(&old, &new),
            };
            worst = worst.or(errno);
        });
        worst
    }

    fn for_each_holder(&self, port: u16, mut each: impl FnMut(Holder)) {
        // A socket without a connection has a port only by a bind.
        let bound = if self.is_bound(port) {
            &*self.sockets
        } else {
            &[]
        };
        for socket in bound.iter().flatten() {
            // A connection that is gone leaves the port to the socket that was bound to it.
            let gone = match socket.kind {
                Kind::Fresh => true,
                Kind::Listener(_) => false,
                Kind::Connection(slot) => {
                    socket.local.is_some_and(|local| local.bound)
                        && self.at(slot).state() == State::Closed
                }
            };
            if let (true, Some(local)) = (gone, socket.local)
                && local.port == port
            {
                each(Holder {
                    address: local.address,
                    reuse: socket.options.reuse,
                    listens: false,
                    connected: false,
                });
            }
        }
        for listener in self
            .open_listeners()
            .filter(|listener| listener.port == port)
        {
            each(Holder {
                address: listener.address,
                reuse: listener.reuse,
                listens: true,
                connected: false,
            });
        }
        for connection in self.at_local_port(port) {
            // A handshake of a listener's belongs to the listener alone.
            let embryo = matches!(
                connection.owner(),
                Owner::Embryo(_) | Owner::Forsaken | Owner::Unwanted
            );
            if !embryo && connection.state() != State::Closed {
                each(Holder {
                    address: connection.route.local(),
                    reuse: connection.reuse,
                    listens: false,
                    connected: true,
                });
            }
        }
    }

    /// The port that a connection to `remote` takes if it was bound to none.
    ///
    /// # Errors
    /// EADDRNOTAVAIL if all are taken.
    pub(super) fn port_for_connect(
        &mut self,
        route: Route,
        remote: u16,
        cx: &mut HostCx,
    ) -> Result<u16, Errno> {
        let found = self.search_ports(Wanted::ByConnect(route, remote), cx, |host, port, cx| {
            !host.is_bound(port)
                && match host.by_ports.get(&key(route, port, remote)) {
                    Some(slot) => host.may_reuse(*slot, route, cx),
                    None => true,
                }
        });
        found.ok_or(Errno::Eaddrnotavail)
    }

    /// Whether a connect may take the place of a connection in TIME-WAIT.
    fn may_reuse(&self, slot: Slot, route: Route, cx: &HostCx) -> bool {
        let rules = &cx.profile.sockets;
        let allowed = match rules.time_wait_reuse {
            TimeWaitReuse::Off => false,
            TimeWaitReuse::On => true,
            TimeWaitReuse::Loopback => route == Route::Loopback,
        };
        allowed
            && self.connection(slot).is_some_and(|old| {
                old.state() == State::TimeWait
                    && old.timestamps_on()
                    && rules.time_wait_reuse_delay <= cx.now.since(old.mark)
            })
    }

    /// Whether a connect from a port that was bound may take the place of this connection.
    pub(super) fn may_replace(&self, slot: Slot, cx: &HostCx) -> bool {
        cx.profile.sockets.bind_rule == BindRule::BothReuse
            && self
                .connection(slot)
                .is_some_and(|old| old.state() == State::TimeWait && old.timestamps_on())
    }

    /// The first port of the ephemeral range, in the profile's order, that is free.
    ///
    /// Where the order has parities, a connect takes those of the first port before the others, and
    /// a bind the other way round, so that the two seldom meet.
    fn search_ports(
        &mut self,
        wanted: Wanted,
        cx: &mut HostCx,
        is_free: impl Fn(&Host, u16, &HostCx) -> bool,
    ) -> Option<u16> {
        let (first, last) = cx.profile.sockets.ephemeral_ports;
        let count = u32::from(last - first) + 1;
        let evens = count.div_ceil(2);
        let (begin, ranges) = match (cx.profile.sockets.ephemeral_order, wanted) {
            (PortOrder::InOrder, _) => (self.next_port, [(0, 1, count), (0, 1, 0)]),
            (PortOrder::Random, _) => (self.draw_port(count), [(0, 1, count), (0, 1, 0)]),
            (PortOrder::ParityFirst, Wanted::ByConnect(..)) => {
                (self.next_port, [(0, 2, evens), (1, 2, count - evens)])
            }
            (PortOrder::ParityFirst, Wanted::AnyFree | Wanted::ByNumber) => {
                let drawn = self.draw_port(evens);
                (drawn, [(1, 2, count - evens), (0, 2, evens)])
            }
        };
        for (offset, step, length) in ranges {
            let search = self.search_of(wanted, (first, last), offset, cx);
            if self.is_in_vain(search) {
                continue;
            }
            for tried in 0..length {
                let place = (begin + tried) % length;
                let distance = u16::try_from(offset + place * step);
                let port = first + distance.expect("a range of ports has at most 2^16");
                if is_free(self, port, cx) {
                    if matches!(wanted, Wanted::ByConnect(..)) || step == 1 {
                        self.next_port = place + 1;
                    }
                    return Some(port);
                }
            }
            if let Some(search) = search {
                self.in_vain.insert(search, self.ports_freed);
            }
        }
        None
    }

    /// What a connect looks through, if nothing but a port that comes free could change the outcome.
    fn search_of(
        &self,
        wanted: Wanted,
        range: (u16, u16),
        offset: u32,
        cx: &HostCx,
    ) -> Option<Search> {
        match wanted {
            Wanted::ByConnect(route, remote) => Some(Search {
                route,
                remote,
                range,
                offset,
            })
            .filter(|_| {
                cx.profile.sockets.time_wait_reuse == TimeWaitReuse::Off || {
                    let loopback = cx.profile.sockets.time_wait_reuse == TimeWaitReuse::Loopback;
                    loopback && route != Route::Loopback
                }
            }),
            Wanted::ByNumber | Wanted::AnyFree => None,
        }
    }

    /// The same search found nothing before, and no port has come free since.
    fn is_in_vain(&self, search: Option<Search>) -> bool {
        let before = search.and_then(|search| self.in_vain.get(&search));
        before == Some(&self.ports_freed)
    }

    fn draw_port(&mut self, count: u32) -> u32 {
        let stream = self.port_stream.as_mut();
        let drawn = stream.map_or(0, |stream| stream.below(u64::from(count)));
        u32::try_from(drawn).expect("below a number of 32 bits")
    }

    /// A bound socket takes a port; several may have it.
    pub(super) fn bind_port(&mut self, port: u16) {
        *self.bound_ports.entry(port).or_insert(0) += 1;
    }

    /// A bound socket lets go of its port.
    pub(super) fn unbind(&mut self, port: u16) {
        self.ports_freed += 1;
        if let Some(count) = self.bound_ports.get_mut(&port) {
            *count -= 1;
            if *count == 0 {
                self.bound_ports.remove(&port);
            }
        }
    }

    fn is_bound(&self, port: u16) -> bool {
        self.bound_ports.contains_key(&port)
    }

    /// The connections at a local port, the last one first.
    pub(super) fn at_local_port(&self, port: u16) -> impl Iterator<Item = &Connection> {
        let first = self.by_local_port.get(&port);
        let first = first.map(|slot| self.at(*slot));
        std::iter::successors(first, |c| c.beside.after.get().map(|slot| self.at(slot)))
    }

    /// A connection comes to its local port.
    pub(super) fn join_port(&mut self, slot: Slot, port: u16) {
        let after = self.by_local_port.insert(port, slot);
        if let Some(after) = after {
            self.at_mut(after).beside.before = Neighbour::at(slot);
            self.at_mut(slot).beside.after = Neighbour::at(after);
        }
    }

    /// A connection leaves its local port.
    pub(super) fn leave_port(&mut self, slot: Slot) {
        let connection = self.at(slot);
        let (Beside { before, after }, port) = (connection.beside, connection.local_port);
        if let Some(after) = after.get() {
            self.at_mut(after).beside.before = before;
        }
        match (before.get(), after.get()) {
            (Some(before), _) => self.at_mut(before).beside.after = after,
            (None, Some(after)) => {
                self.by_local_port.insert(port, after);
            }
            (None, None) => {
                self.by_local_port.remove(&port);
            }
        }
    }
}

/// The two addresses have one in common.
fn overlap(a: Address, b: Address) -> bool {
    a == b || a == Address::Any || b == Address::Any
}

fn both_reuse(old: &Holder, new: &Holder, wanted: Wanted) -> Option<Errno> {
    let shared = old.reuse.address && new.reuse.address && !old.listens;
    let balanced = old.reuse.port && new.reuse.port;
    let allowed = (shared && wanted == Wanted::ByNumber) || balanced;
    (overlap(old.address, new.address) && !allowed).then_some(Errno::Eaddrinuse)
}

fn new_reuses(old: &Holder, new: &Holder) -> Option<Errno> {
    if !overlap(old.address, new.address) || (old.reuse.port && new.reuse.port) {
        return None;
    }
    let only_the_same = new.reuse.address || new.reuse.port;
    if only_the_same && (old.connected || old.address != new.address) {
        return None;
    }
    Some(Errno::Eaddrinuse)
}

/// What a bind asks for in the table of exclusive use.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Default,
    Reuse,
    Exclusive,
}

fn mode(reuse: Reuse) -> Mode {
    match reuse {
        Reuse {
            exclusive: true, ..
        } => Mode::Exclusive,
        Reuse { address: true, .. } => Mode::Reuse,
        Reuse { .. } => Mode::Default,
    }
}

/// The table "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE" for binds of one user.
fn exclusive(old: &Holder, new: &Holder) -> Option<Errno> {
    let (old_wild, new_wild) = (old.address == Address::Any, new.address == Address::Any);
    if !old_wild && !new_wild && old.address != new.address {
        return None;
    }
    // A connection keeps the port only from who asks for it alone.
    if old.connected {
        return (mode(new.reuse) == Mode::Exclusive || mode(old.reuse) == Mode::Exclusive)
            .then_some(Errno::Eaddrinuse);
    }
    let (in_use, access) = (Some(Errno::Eaddrinuse), Some(Errno::Eacces));
    match (mode(old.reuse), old_wild, mode(new.reuse), new_wild) {
        (_, true, Mode::Exclusive, true) => in_use,
        (Mode::Default | Mode::Reuse, true, _, false) => None,
        (Mode::Default, true, Mode::Default, true) => in_use,
        (Mode::Default, true, Mode::Reuse, true) => access,
        (Mode::Reuse, true, Mode::Default, true) => in_use,
        (Mode::Reuse, true, Mode::Reuse, true) => None,
        (Mode::Exclusive, true, Mode::Default, true) => in_use,
        (Mode::Exclusive, true, _, _) => access,
        (_, false, Mode::Exclusive, _) => in_use,
        (_, false, _, true) => None,
        (_, false, Mode::Default, false) => in_use,
        (Mode::Reuse, false, Mode::Reuse, false) => None,
        (Mode::Default | Mode::Exclusive, false, Mode::Reuse, false) => access,
    }
}
