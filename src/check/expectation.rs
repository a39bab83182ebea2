//! What the author of a scenario states about a run.
//!
//! [`Expectation`] is the statement; `judge` evaluates it over the records while the run goes on.

use crate::link::fault::Kind;
use crate::sim::plan::HostIndex;
use crate::tcp::state::State;
use crate::time::{Span, Time};

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The host.
    pub host: HostIndex,
    /// The connection, by its number in the run from 1.
    pub connection: u32,
}

/// A statement about a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The endpoint is in these states in this order; others may lie between.
    Visits(Endpoint, Vec<State>),
    /// The endpoint is in this state at some time.
    Reaches(Endpoint, State),
    /// The endpoint is never in this state.
    Never(Endpoint, State),
    /// The endpoint is in this state at this moment at the latest.
    Within(Endpoint, State, Time),
    /// Each stay of the endpoint in this state lasts from the first to the second, both included.
    Lasts(Endpoint, State, Span, Span),
    /// The endpoint goes to CLOSED exactly this long after the last FIN that arrived at it.
    ClosesAfterFin(Endpoint, Span),
    /// The host sends so many packets of this kind, at least the first and at most the second.
    Sends(HostIndex, Kind, u32, u32),
    /// The host sends packets of this kind at exactly these moments.
    SendsAt(HostIndex, Kind, Vec<Time>),
    /// The host sends so many packets of this kind again, at least the first, at most the second.
    Retransmits(HostIndex, Kind, u32, u32),
    /// So many packets of this kind that the host sent are lost on the path.
    Loses(HostIndex, Kind, u32, u32),
    /// The application at this end reads exactly so many octets.
    Receives(Endpoint, u64),
    /// When the run ends, no connection is left on either host.
    LeavesNothing,
}
