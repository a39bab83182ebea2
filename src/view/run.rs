//! A run as views read it: plan, records and what came of it.

use crate::host::table::Row;
use crate::link::Totals;
use crate::scenario::Numbers;
use crate::sim::plan::Plan;
use crate::sim::record::{Record, Stop};
use crate::sim::vitals::Change;
use crate::time::Time;

/// One run, complete: what every view reads.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The scenario's path, as it was given.
    pub scenario: &'a str,
    /// What the author says the scenario is about.
    pub about: &'a str,
    /// What the run was made from.
    pub plan: &'a Plan,
    /// The seed.
    pub seed: u64,
    /// How sequence numbers are shown.
    pub numbers: Numbers,
    /// What happened, by ordinal.
    pub records: &'a [Record],
    /// What changed inside connections, in the order of the records; empty if nobody watched.
    pub changes: &'a [Change],
    /// What became of the author's expectations, in the scenario's order.
    pub verdicts: &'a [Verdict],
    /// Invariants that failed; empty if all held.
    pub broken: &'a [Verdict],
    /// How the run ended.
    pub end: &'a End,
}

/// What became of an expectation, or of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The statement, as its author wrote it.
    pub text: String,
    /// Whether it held.
    pub held: bool,
    /// The record at which it was decided; `None` at the end of the run.
    pub at: Option<u64>,
    /// When it was decided.
    pub time: Time,
    /// What was found instead; empty if it held.
    pub found: String,
}

/// How a run ended, and what was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub time: Time,
    /// Why.
    pub stop: Stop,
    /// How many records there were.
    pub records: u64,
    /// The digest of all of them.
    pub digest: u128,
    /// What became of the packets of each direction, at the place of its sender.
    pub totals: [Totals; 2],
    /// Packets still under way and packets still held back, at the place of their sender.
    pub under_way: [(u64, u64); 2],
    /// How many packets each fault decided, by its place in the scenario's list.
    pub fault_hits: Vec<(u16, u32)>,
    /// The sockets of each host, in its own order.
    pub sockets: [Vec<SocketLine>; 2],
}

/// A socket, with what no `netstat` tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketLine {
    /// What its host lists.
    pub row: Row,
    /// The timer that runs next, by its name, and when it runs out.
    pub timer: Option<(&'static str, Time)>,
}
