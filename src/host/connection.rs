//! One end of a connection, as its host keeps it: whole, or what TIME-WAIT needs of it.

use super::ports::Beside;
use super::socket::{Reuse, SocketId};
use super::waiters::Waiters;
use super::{Emission, Happening, Slot};
use crate::link::{Packet, Route};
use crate::tcp::outcome::Outgoing;
use crate::tcp::remnant::Remnant;
use crate::tcp::state::State;
use crate::tcp::tcb::Tcb;
use crate::time::Time;
use std::borrow::Cow;

/// One end of a connection, with what the host knows about it.
///
/// TCBs are large and in boxes, so that a connection that waits for the end of TIME-WAIT takes little
/// room in the table: of one that nobody holds only a [`Remnant`] is kept, and whatever happens to it
/// unfolds it. The boxes of connections that are gone are used again.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Between which addresses it goes.
    pub route: Route,
    /// This host's port.
    pub local_port: u16,
    /// The other host's port.
    pub remote_port: u16,
    /// Its number in the run, from 1; both ends have the same.
    pub number: u32,
    /// Who else may have its port.
    pub(super) reuse: Reuse,
    /// What it counts as among the host's connections.
    pub(super) counts: Counts,
    /// In TIME-WAIT, since when. Before that, the deadline that the event queue was told: the true
    /// one may be later, never earlier.
    pub(super) mark: Time,
    /// The connections before and after it at its local port.
    pub(super) beside: Beside,
    form: Form,
}

/// How much of a connection is kept.
#[derive(Clone, Debug)]
enum Form {
    Whole(Box<Whole>),
    /// Nobody has it.
    Remnant(Remnant),
}

/// What only a connection has that somebody holds, or that still has something to do.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    /// The state machine.
    pub tcb: Tcb,
    /// Who has it.
    pub owner: Owner,
    /// The threads that wait for it.
    pub waiters: Waiters,
    /// The connection in TIME-WAIT whose place it is about to take. RFC 9293 §3.6.1.
    pub behind: Option<Slot>,
    /// The application was told how it ended.
    pub error_told: bool,
}

const _: () = assert!(size_of::<Option<Connection>>() <= 120);
const _: () = assert!(size_of::<Whole>() <= 1792);

impl Whole {
    pub fn new(tcb: Tcb, owner: Owner) -> Whole {
        Whole {
            tcb,
            owner,
            waiters: Waiters::default(),
            behind: None,
            error_told: false,
        }
    }
}

/// Boxes to be used again. A fork of the run needs none of them.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "the boxes themselves are kept")]
pub(super) struct Spare(Vec<Box<Whole>>);

impl Clone for Spare {
    fn clone(&self) -> Spare {
        Spare::default()
    }
}

impl Spare {
    pub fn put_in_box(&mut self, whole: Whole) -> Box<Whole> {
        match self.0.pop() {
            Some(mut place) => {
                *place = whole;
                place
            }
            None => Box::new(whole),
        }
    }

    fn keep(&mut self, form: Form) {
        if let Form::Whole(whole) = form {
            self.0.push(whole);
        }
    }
}

/// What a connection counts as among those of its host that are limited in number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// Nothing.
    Nothing,
    /// One that no socket holds.
    Orphan,
    /// One in TIME-WAIT, or a remnant on its way there.
    TimeWait,
}

/// Who has a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A socket.
    Socket(SocketId),
    /// A listener: its handshake is not done.
    Embryo(u32),
    /// The handshake of a listener that is gone: it ends with its next time-out.
    Forsaken,
    /// The handshake of a listener that is gone: it goes on, and comes to nothing.
    Unwanted,
    /// A listener: it waits to be accepted.
    Backlog(u32),
    /// Nobody: the application closed it.
    Nobody,
}

/// Where a connection goes, and its number in the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub route: Route,
    pub local: u16,
    pub remote: u16,
    pub number: Option<u32>,
}

impl Ends {
    /// A segment that goes there.
    #[inline]
    pub fn emit(&self, outgoing: &Outgoing) -> Happening {
        Happening::Emit(Emission {
            packet: Packet {
                number: 0,
                record: 0,
                route: self.route,
                source_port: self.local,
                destination_port: self.remote,
                marks: outgoing.marks,
                segment: outgoing.segment,
            },
            why: outgoing.why,
            connection: self.number,
        })
    }
}

/// The addresses and ports of a connection as one number.
pub(super) const fn key(route: Route, local: u16, remote: u16) -> u64 {
    (route as u64) << 32 | (local as u64) << 16 | remote as u64
}

impl Connection {
    pub(super) fn new(ends: Ends, number: u32, reuse: Reuse, whole: Box<Whole>) -> Connection {
        Connection {
            route: ends.route,
            local_port: ends.local,
            remote_port: ends.remote,
            number,
            reuse,
            counts: Counts::Nothing,
            mark: Time::NEVER,
            beside: Beside::default(),
            form: Form::Whole(whole),
        }
    }

    /// All of it, unfolded if only a remnant was kept.
    #[inline]
    pub(super) fn whole_mut(&mut self, spare: &mut Spare) -> &mut Whole {
        if let Form::Remnant(_) = self.form {
            self.unfold(spare);
        }
        match &mut self.form {
            Form::Whole(whole) => whole,
            Form::Remnant(_) => unreachable!("it was just unfolded"),
        }
    }

    /// Out of the way of what happens to every segment.
    #[cold]
    fn unfold(&mut self, spare: &mut Spare) {
        if let Form::Remnant(remnant) = &self.form {
            let whole = Whole::new(remnant.expand(), Owner::Nobody);
            self.form = Form::Whole(spare.put_in_box(whole));
        }
    }

    /// Keeps of it what it still needs, if nobody holds it.
    pub(super) fn condense(&mut self, spare: &mut Spare) {
        if let Form::Whole(whole) = &self.form
            && whole.owner == Owner::Nobody
            && whole.waiters.is_empty()
            && let Some(remnant) = whole.tcb.condense()
        {
            spare.keep(std::mem::replace(&mut self.form, Form::Remnant(remnant)));
        }
    }

    /// It is gone; its box is used again.
    pub(super) fn leave(self, spare: &mut Spare) {
        spare.keep(self.form);
    }

    /// The state machine, or that for which a remnant stands.
    pub fn tcb(&self) -> Cow<'_, Tcb> {
        match &self.form {
            Form::Whole(whole) => Cow::Borrowed(&whole.tcb),
            Form::Remnant(remnant) => Cow::Owned(remnant.expand()),
        }
    }

    /// Its state.
    pub fn state(&self) -> State {
        match &self.form {
            Form::Whole(whole) => whole.tcb.state(),
            Form::Remnant(remnant) => remnant.state(),
        }
    }

    /// When its next timer runs out; [`Time::NEVER`] if none runs.
    pub fn next_timeout(&self) -> Time {
        match &self.form {
            Form::Whole(whole) => whole.tcb.next_timeout(),
            Form::Remnant(remnant) => remnant.until(),
        }
    }

    /// A socket has it, and it is neither over nor about to be: it counts as nothing, and its place in
    /// the table stays what it is.
    #[inline]
    pub(super) fn goes_on(&self) -> bool {
        self.whole().is_some_and(|whole| {
            matches!(whole.owner, Owner::Socket(_))
                && !matches!(
                    whole.tcb.state(),
                    State::Closed | State::FinWait2 | State::TimeWait
                )
        })
    }

    /// What it counts as from now on.
    #[inline]
    pub(super) fn counts_now(&self) -> Counts {
        match (self.state(), self.owner()) {
            (State::Closed, _) => Counts::Nothing,
            (State::TimeWait, _) => Counts::TimeWait,
            (State::FinWait2, _) if self.tcb().is_remnant() => Counts::TimeWait,
            (_, Owner::Nobody) => Counts::Orphan,
            _ => Counts::Nothing,
        }
    }

    /// Both SYNs had the timestamps option. RFC 7323 §3.2.
    pub(super) fn timestamps_on(&self) -> bool {
        match &self.form {
            Form::Whole(whole) => whole.tcb.timestamps_on(),
            Form::Remnant(remnant) => remnant.timestamps_on(),
        }
    }

    /// Only what TIME-WAIT needs is kept of it.
    pub fn is_condensed(&self) -> bool {
        matches!(self.form, Form::Remnant(_))
    }

    pub(super) fn whole(&self) -> Option<&Whole> {
        match &self.form {
            Form::Whole(whole) => Some(whole),
            Form::Remnant(_) => None,
        }
    }

    pub(super) fn whole_if_kept(&mut self) -> Option<&mut Whole> {
        match &mut self.form {
            Form::Whole(whole) => Some(whole),
            Form::Remnant(_) => None,
        }
    }

    /// Who has it.
    pub(super) fn owner(&self) -> Owner {
        self.whole().map_or(Owner::Nobody, |whole| whole.owner)
    }

    pub(super) fn key(&self) -> u64 {
        key(self.route, self.local_port, self.remote_port)
    }

    pub(super) fn ends(&self) -> Ends {
        Ends {
            route: self.route,
            local: self.local_port,
            remote: self.remote_port,
            number: Some(self.number),
        }
    }
}
