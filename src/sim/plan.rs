//! What a run is made from: everything that does not change while it goes on.
//!
//! A scenario is turned into a [`Plan`] once; every seed, and every fork of a world, shares it.

use crate::host::profile::Profile;
use crate::host::program::{Code, ProgramPlan};
use crate::link::DirectionPlan;
use crate::link::fault::{Kind, Match, TriggerId};
use crate::segment::Flags;
use crate::segment::icmp::IcmpKind;
use crate::tcp::state::State;
use crate::time::{Span, Time};
use std::net::IpAddr;

/// A host, by its place in [`Plan::hosts`]: 0 or 1.
pub type HostIndex = u8;

/// What a run is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The two hosts.
    pub hosts: [HostPlan; 2],
    /// The two directions of the path, each at the place of its sender.
    pub path: [DirectionPlan; 2],
    /// The host that is a stack outside the simulator, if one is: [`super::foreign`]. Of its profile
    /// nothing counts, and no program runs on it.
    pub foreign: Option<HostIndex>,
    /// How many faults the scenario lists.
    pub faults: u16,
    /// What held packets and injections wait for.
    pub triggers: Vec<Trigger>,
    /// Segments that come from outside.
    pub injections: Vec<Injection>,
    /// Segments that somebody on the path keeps: the first from this sender, or from either, that
    /// matches.
    pub captures: Vec<(Option<HostIndex>, Match)>,
    /// Segments that somebody puts on the path.
    pub playbacks: Vec<Playback>,
    /// What happens to hosts, in order of time.
    pub events: Vec<HostEvent>,
    /// Code of all programs, their handlers and their children.
    pub code: Vec<Code>,
    /// The programs, in the scenario's order.
    pub programs: Vec<ProgramPlan>,
    /// When the run ends even if something is left to happen.
    pub until: Option<Time>,
    /// After so many events the run is cut off.
    pub event_limit: u64,
    /// The run is cut off before an event later than this.
    pub time_limit: Time,
}

impl Plan {
    /// Two hosts that behave like `profile`, 10 ms apart, on which nothing runs.
    ///
    /// The first is the client at 172.16.79.182, the second the server at 172.16.79.132.
    pub fn new(profile: Profile) -> Plan {
        let host = |name: &str, address: [u8; 4]| HostPlan {
            name: name.to_owned(),
            address: address.into(),
            profile,
            isns: Vec::new(),
        };
        let direction = DirectionPlan::new(Span::from_millis(10));
        Plan {
            hosts: [
                host("client", [172, 16, 79, 182]),
                host("server", [172, 16, 79, 132]),
            ],
            path: [direction.clone(), direction],
            foreign: None,
            faults: 0,
            triggers: Vec::new(),
            injections: Vec::new(),
            captures: Vec::new(),
            playbacks: Vec::new(),
            events: Vec::new(),
            code: Vec::new(),
            programs: Vec::new(),
            until: None,
            event_limit: EVENT_LIMIT,
            time_limit: TIME_LIMIT,
        }
    }

    /// Adds a program that takes these steps on `host`, from the start on; returns it for changes.
    pub fn add_program(&mut self, host: HostIndex, code: Code) -> &mut ProgramPlan {
        let place = self.add_code(code);
        self.programs.push(ProgramPlan {
            name: self.hosts[usize::from(host)].name.clone(),
            host,
            code: place,
            on_interrupt: None,
            start: Time::ZERO,
            count: 1,
            every: Span::ZERO,
            signals: Vec::new(),
        });
        self.programs.last_mut().expect("it was just added")
    }

    /// How a host behaves after this event of the plan tuned it, or as it began.
    pub fn profile_of(&self, host: HostIndex, tuned: Option<u16>) -> &Profile {
        match tuned.map(|place| &self.events[usize::from(place)].turn) {
            Some(Turn::Tuned(profile)) => profile,
            Some(Turn::Crashes | Turn::Boots | Turn::Unplugged | Turn::Plugged) | None => {
                &self.hosts[usize::from(host)].profile
            }
        }
    }

    /// How a host behaves before this event of the plan.
    pub fn profile_before(&self, event: u16) -> &Profile {
        let host = self.events[usize::from(event)].host;
        let tunings = (0..event).rev().filter(|place| {
            let before = &self.events[usize::from(*place)];
            before.host == host && matches!(before.turn, Turn::Tuned(_))
        });
        self.profile_of(host, tunings.take(1).next())
    }

    /// True if the host stops at this event of the plan, and forgets its ends of all connections.
    pub fn is_crash(&self, event: u16) -> bool {
        self.events[usize::from(event)].turn == Turn::Crashes
    }

    /// True if somebody must listen on the path.
    pub fn is_tapped(&self) -> bool {
        let counts = |direction: &DirectionPlan| {
            let mut faults = direction.faults.iter();
            faults.any(|(_, fault)| fault.matching.header.counts())
        };
        !self.playbacks.is_empty() || self.path.iter().any(counts)
    }

    /// Adds code that a program refers to; returns its place.
    ///
    /// # Panics
    /// If there are more than 65,536 pieces of code.
    pub fn add_code(&mut self, code: Code) -> u16 {
        self.code.push(code);
        u16::try_from(self.code.len() - 1).expect("a plan has at most 65,536 pieces of code")
    }
}

/// Default of [`Plan::event_limit`]: far beyond any scenario that ends, and a few seconds of work.
pub const EVENT_LIMIT: u64 = 1_000_000;

/// Default of [`Plan::time_limit`]: a week. Probes of a closed window for ever, one in four
/// minutes, come to 2,500.
pub const TIME_LIMIT: Time = Time::from_nanos(7 * 24 * 3600 * 1_000_000_000);

/// One host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPlan {
    /// Its name in the scenario.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// How it behaves.
    pub profile: Profile,
    /// Initial sequence numbers of its connections, in order; then they follow from the seed.
    pub isns: Vec<u32>,
}

/// Something that happens in a run, for which a held packet or an injection waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A moment.
    At(Time),
    /// A connection of the host enters the state.
    Reaches {
        /// The host.
        host: HostIndex,
        /// The state.
        state: State,
        /// The connection, by its number in the run from 1; `None` is any.
        connection: Option<u32>,
    },
    /// The host sends a packet of this kind.
    Sends {
        /// The host.
        host: HostIndex,
        /// What it sends.
        kind: Kind,
    },
}

/// A segment that comes from outside: an old duplicate of an earlier time, or a forgery.
///
/// It is made at the moment of its arrival, so that its numbers can refer to the receiver's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injection {
    /// An ICMP error of this kind instead, about a segment of the receiver's, of which the ports and
    /// `seq` are quoted: that counts from SND.UNA, and the rest has no meaning.
    pub icmp: Option<IcmpKind>,
    /// What it waits for.
    pub when: TriggerId,
    /// How long after that it arrives.
    pub after: Span,
    /// The host in whose name it comes; the other receives it.
    pub from: HostIndex,
    /// Ports of the sender and the receiver; `None` takes those of the connection.
    pub ports: Option<(u16, u16)>,
    /// The connection whose ports and numbers it takes, by its number in the run from 1.
    pub connection: u32,
    /// Control bits.
    pub flags: Flags,
    /// SEG.SEQ.
    pub seq: Number,
    /// SEG.ACK, if the ACK bit is set.
    pub ack: Number,
    /// SEG.WND as it stands in the header.
    pub wnd: u16,
    /// Octets of text; they are nobody's.
    pub len: u32,
}

/// Something that happens to a host at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostEvent {
    /// The moment.
    pub at: Time,
    /// The host.
    pub host: HostIndex,
    /// What.
    pub turn: Turn,
}

/// What happens to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a plan has few of them, and plans are never copied while they run"
)]
pub enum Turn {
    /// Its administrator changes settings: it behaves like this from here on.
    Tuned(Profile),
    /// It stops, and forgets all connections and processes without a word.
    Crashes,
    /// It is up again, with an empty memory. RFC 9293 §3.4.3: it keeps quiet for a while.
    Boots,
    /// Its cable is pulled: nothing leaves it, and nothing reaches it.
    Unplugged,
    /// Its cable is back.
    Plugged,
}

/// A segment that somebody on the path puts on it at a moment; it arrives after the path's delay.
///
/// Its numbers refer to what was seen there, not to what a host knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playback {
    /// When it goes onto the path.
    pub at: Time,
    /// The host in whose name it comes, unless what was captured tells; the other receives it.
    pub from: HostIndex,
    /// What it is.
    pub what: Played,
}

/// What is put on the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// A captured segment once more; nothing if there is none.
    Again {
        /// Its place in [`Plan::captures`].
        capture: u16,
    },
    /// A segment of the connection that was seen last.
    Crafted {
        /// Control bits.
        flags: Flags,
        /// SEG.SEQ.
        seq: PlayedNumber,
        /// SEG.ACK, if the ACK bit is set.
        ack: PlayedNumber,
        /// Octets of text; they are nobody's.
        len: u32,
        /// The MSS option.
        mss: Option<u16>,
        /// The timestamps option.
        timestamps: PlayedTimestamps,
    },
}

/// The timestamps of a crafted segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayedTimestamps {
    /// The last that were seen in its direction, if any, with this added to TSval.
    Latest(i64),
    /// None.
    None,
}

/// A number of a crafted segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayedNumber {
    /// Counted from the highest that was seen in its direction.
    Highest(i64),
    /// Counted from the initial sequence number.
    Initial(i64),
}

/// A sequence number of an injected segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// The number itself.
    Absolute(u32),
    /// Counted from the sending connection's initial sequence number, as the timeline shows it;
    /// for SEG.ACK from the receiver's.
    Relative(i64),
    /// Counted from what the receiver expects: from RCV.NXT for SEG.SEQ, from SND.NXT for SEG.ACK.
    Expected(i64),
}
