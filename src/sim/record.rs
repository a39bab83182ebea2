//! Records: what happens in a run, one after the other, each with its place and its cause.
//!
//! Every view and every check reads these. A record is plain data; names are in the plan.

use super::plan::HostIndex;
use crate::host::program::CallResult;
use crate::host::table::{Listing, Row};
use crate::host::{ProcessEvent, ProcessId, StepId};
use crate::link::{Effect, Fate, Packet};
use crate::segment::Malformed;
use crate::segment::icmp::IcmpError;
use crate::tcp::icmp::IcmpVerdict;
use crate::tcp::outcome::{DropReason, End, Verdict, Why};
use crate::tcp::state::State;
use crate::time::Time;
use serde::Serialize;

/// The version of this format; it is part of every digest.
pub const RECORD_FORMAT: u32 = 2;

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its number in the run, from 1.
    pub ordinal: u64,
    /// When it happened.
    pub time: Time,
    /// The record that led to it: for an arrival the sending, for what a host does at an arrival
    /// the arrival, for a time-out what set the timer. `None` at the start of a chain.
    pub cause: Option<u64>,
    /// The host where it happened; for a packet, its sender.
    pub host: HostIndex,
    /// The connection it belongs to, by its number in the run from 1.
    pub connection: Option<u32>,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum What {
    /// A process began, ended, or was hit from outside.
    Process {
        /// Which.
        process: ProcessId,
        /// What.
        event: ProcessEvent,
    },
    /// A process made a call.
    Call {
        /// Which.
        process: ProcessId,
        /// The step.
        step: StepId,
    },
    /// A call returned; at the same moment as the call unless it blocked.
    Return {
        /// Which process.
        process: ProcessId,
        /// The step.
        step: StepId,
        /// When it was made.
        since: Time,
        /// How it ended.
        result: CallResult,
        /// Whether its author expected that.
        expected: bool,
    },
    /// A host sent a segment; this is what the path did with it.
    Sent {
        /// The packet.
        packet: Packet,
        /// Why it was sent.
        why: Why,
        /// Its fate.
        fate: Fate,
    },
    /// A segment came from outside; it arrives at this moment. The host is the one it names as sender.
    Injected {
        /// The packet.
        packet: Packet,
        /// Its place in the scenario's list.
        injection: u16,
    },
    /// A held packet went on its way.
    Released {
        /// The packet's number.
        packet: u64,
        /// When it arrives.
        at: Time,
    },
    /// A packet arrived; what the host made of it.
    Arrived {
        /// The packet.
        packet: Packet,
        /// What became of it.
        verdict: Verdict,
    },
    /// An ICMP error arrived; what the host made of it.
    Icmp {
        /// The error.
        error: IcmpError,
        /// Who sent it.
        origin: IcmpOrigin,
        /// What became of it.
        verdict: IcmpVerdict,
    },
    /// A connection changed its state.
    Transition {
        /// From.
        from: State,
        /// To.
        to: State,
    },
    /// R1 retransmissions in a row.
    DeliveryTrouble {
        /// Retransmissions so far.
        count: u32,
    },
    /// TIME-WAIT began, or began anew.
    TimeWait {
        /// When it ends.
        until: Time,
        /// True when a FIN started it over.
        again: bool,
    },
    /// A connection ended otherwise than by both FINs.
    Ended(End),
    /// A connection delivered octets that its peer did not send at that place.
    ForeignOctets,
    /// A process was shown a socket of its host; so one record for each, after the call.
    Row {
        /// Which process.
        process: ProcessId,
        /// What it asked for.
        listing: Listing,
        /// The socket.
        row: Row,
    },
    /// Something happened to the host as a whole.
    Host {
        /// Its place in the plan's list.
        event: u16,
    },
    /// The stack outside the simulator that is this host sent octets that are no segment, or not one
    /// for the other host. They are dropped where the path begins, since it carries segments.
    Malformed {
        /// What is wrong with them.
        reason: Malformed,
        /// How many they are.
        octets: u32,
    },
    /// The application is told that its peer has urgent data, or more of it. RFC 9293 §3.8.5 (MUST-32).
    Urgent {
        /// Octets that it has to read until that is over.
        octets: u64,
    },
}

/// Who sent an ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum IcmpOrigin {
    /// The router in the middle of the path, about this packet.
    Router {
        /// The packet's number.
        packet: u64,
    },
    /// Somebody outside.
    Outside {
        /// Its place in the scenario's list.
        injection: u16,
    },
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Stop {
    /// Nothing was left to happen.
    Quiescence,
    /// The scenario's `until` was reached.
    Until,
    /// It was cut off after so many events: [`super::plan::Plan::event_limit`].
    EventLimit,
    /// It was cut off at the end of virtual time: [`super::plan::Plan::time_limit`].
    TimeLimit,
}

impl What {
    /// The reason for which an arriving packet was dropped, if this is that.
    pub const fn dropped(&self) -> Option<DropReason> {
        match self {
            What::Arrived {
                verdict: Verdict::Dropped(reason),
                ..
            } => Some(*reason),
            _ => None,
        }
    }

    /// The packet that was lost on the path, if this is that.
    pub const fn lost(&self) -> Option<&Packet> {
        match self {
            What::Sent {
                packet,
                fate:
                    Fate::Lost
                    | Fate::QueueFull
                    | Fate::TooBig { .. }
                    | Fate::Fault {
                        effect: Effect::Drop | Effect::Answer { .. },
                        ..
                    },
                ..
            } => Some(packet),
            _ => None,
        }
    }
}
