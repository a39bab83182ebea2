//! Listeners: a passive OPEN that goes on while its connections come and go.

use super::connections::Owner;
use super::errno::Errno;
use super::{Host, HostCx, ProcessSlot, Slot};
use crate::seq::Seq;
use crate::tcp::outcome::Note;
use crate::tcp::tcb::{Choices, Tcb};
use std::collections::VecDeque;

/// A listening socket.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub port: u16,
    /// How many connections may wait, in the handshake and after it.
    pub backlog: u32,
    /// The TCB in LISTEN; each connection starts as a copy of it.
    pub tcb: Tcb,
    /// Connections in the handshake.
    pub embryos: u32,
    /// Connections that wait to be accepted.
    pub queue: VecDeque<Slot>,
    /// The process that waits to accept; only the one that listens has the listener.
    pub waiter: Option<ProcessSlot>,
    /// Nobody has closed it.
    pub open: bool,
}

impl Listener {
    /// No further connection is let in. A backlog of 0 lets one in.
    pub fn is_full(&self) -> bool {
        u64::from(self.backlog.max(1)) <= self.queue.len() as u64 + u64::from(self.embryos)
    }
}

impl Host {
    /// The open listener at `port`.
    pub(super) fn listener_at(&self, port: u16) -> Option<u32> {
        let place = self
            .listeners
            .iter()
            .position(|listener| listener.open && listener.port == port)?;
        Some(super::as_slot(place))
    }

    /// Makes a listener at a bound port.
    pub(super) fn listen(
        &mut self,
        port: u16,
        backlog: u32,
        cx: &mut HostCx,
    ) -> Result<u32, Errno> {
        if self.listener_at(port).is_some() {
            return Err(Errno::Eaddrinuse);
        }
        let mut tcb = Tcb::new(u32::MAX, Choices::new(&cx.profile.tcp), &cx.profile.tcp);
        let opened = Host::with_tcb(&mut tcb, &mut self.output, Seq::new(0), cx, |t, cx| {
            t.passive_open(cx)
        });
        assert!(opened.is_ok(), "a new TCB is CLOSED");
        self.flush(port, 0, None, cx);
        self.listeners.push(Listener {
            port,
            backlog,
            tcb,
            embryos: 0,
            queue: VecDeque::new(),
            waiter: None,
            open: true,
        });
        Ok(super::as_slot(self.listeners.len() - 1))
    }

    /// Closes a listener. Connections that nobody accepted are reset.
    pub(super) fn close_listener(&mut self, listener: u32, cx: &mut HostCx) {
        let parent = &mut self.listeners[listener as usize];
        parent.open = false;
        parent.queue.clear();
        let port = parent.port;
        let _ = Host::with_tcb(
            &mut parent.tcb,
            &mut self.output,
            Seq::new(0),
            cx,
            |t, cx| t.close(cx),
        );
        // Its connections end on their own accord; that it is closed is all there is to say.
        self.output
            .notes
            .retain(|note| !matches!(note, Note::Ended(_)));
        self.flush(port, 0, None, cx);
        for slot in 0..super::as_slot(self.connections.len()) {
            let Some(connection) = self.connections[slot as usize].as_mut() else {
                continue;
            };
            let mine =
                [Owner::Embryo(listener), Owner::Backlog(listener)].contains(&connection.owner);
            if mine {
                if connection.owner == Owner::Embryo(listener) {
                    self.listeners[listener as usize].embryos -= 1;
                }
                let connection = self.connections[slot as usize]
                    .as_mut()
                    .expect("seen above");
                connection.owner = Owner::Nobody;
                let _ = Host::with_tcb(
                    &mut connection.tcb,
                    &mut self.output,
                    Seq::new(0),
                    cx,
                    |t, cx| t.abort(cx),
                );
                self.settle(slot, cx);
            }
        }
    }
}
