//! What a recorded run came to, as far as it is meant for comparison.

use super::recorded::{Fate, Op, Side, Way};
use super::values::{moment, ranges, some_moment, spans};
use crate::time::{Span, Time};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What happened.
#[derive(Clone, Debug, Deserialize)]
pub struct Results {
    /// Segments as they entered the path.
    pub segments: Vec<SegmentRow>,
    /// Changes of state.
    pub transitions: BTreeMap<Side, Vec<TransitionRow>>,
    /// Calls.
    pub syscalls: Vec<CallRow>,
    /// Socket tables.
    #[serde(default)]
    pub snapshots: Option<Vec<SnapshotRow>>,
}

/// The socket table of a host.
#[derive(Clone, Debug, Deserialize)]
pub struct SnapshotRow {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub t: Time,
    /// Of which host.
    pub host: Side,
    /// What `netstat -tn` listed.
    pub netstat_tn: Option<Vec<String>>,
    /// What `netstat -tano` listed.
    pub netstat_tano: Option<Vec<String>>,
}

/// A segment as it entered the path.
#[derive(Clone, Debug, Deserialize)]
pub struct SegmentRow {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub t: Time,
    /// Its direction.
    pub dir: Way,
    /// Its connection, from 0.
    pub conn: u32,
    /// Its flags.
    pub flags: String,
    /// Its number, counted from the initial one.
    pub seq: i64,
    /// Its acknowledgement.
    pub ack: Option<i64>,
    /// Octets of payload.
    pub len: u32,
    /// What became of it.
    pub fate: Fate,
    /// It came from outside.
    pub injected: Option<Value>,
}

/// A change of state.
#[derive(Clone, Debug, Deserialize)]
pub struct TransitionRow {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub t: Time,
    /// The local address.
    pub local: String,
    /// The remote address.
    pub remote: String,
    /// From.
    pub from: String,
    /// To.
    pub to: String,
}

/// A call.
#[derive(Clone, Debug, Deserialize)]
pub struct CallRow {
    /// When it began.
    #[serde(deserialize_with = "moment")]
    pub t: Time,
    /// When it returned.
    #[serde(default, deserialize_with = "some_moment")]
    pub t_ret: Option<Time>,
    /// On which host.
    pub host: Side,
    /// In which process.
    pub proc: Option<String>,
    /// What.
    pub op: Op,
    /// On which socket.
    pub sock: Option<String>,
    /// What it returned.
    pub ret: Option<Value>,
    /// The name of the error.
    pub error: Option<String>,
    /// It did not return.
    #[serde(default)]
    pub pending: bool,
}

/// Connection, direction, flags, number, acknowledgement, length, fate.
pub type StableSegment = (u32, Way, String, i64, Option<i64>, u32, String);

/// Host, process, call, socket, result.
pub type StableCall = (Side, Option<String>, Op, Option<String>, Value);

/// What of a run repeats.
#[derive(Clone, Debug, Deserialize)]
pub struct Stable {
    /// Segments: connection, direction, flags, number, acknowledgement, length, fate; the fate of
    /// one from outside is marked.
    pub segments: Vec<StableSegment>,
    /// States, by host and addresses.
    pub transitions: BTreeMap<Side, BTreeMap<String, Vec<String>>>,
    /// Calls: host, process, call, socket, result.
    pub syscalls: Vec<StableCall>,
    /// What was sent again.
    #[serde(default)]
    pub retransmissions: Vec<AgainRow>,
    /// What agreed in all runs.
    pub identical: Identical,
}

/// What was sent more than once.
#[derive(Clone, Debug, Deserialize)]
pub struct AgainRow {
    /// Its connection.
    pub conn: u32,
    /// Its direction.
    pub dir: Way,
    /// Its number.
    pub seq: i64,
    /// What it is.
    #[serde(default)]
    pub kind: String,
    /// Seconds between one and the next.
    #[serde(deserialize_with = "spans")]
    pub gaps_s: Vec<Span>,
    /// The least and the most of all runs.
    #[serde(default, deserialize_with = "ranges")]
    pub gaps_range_s: Option<Vec<(Span, Span)>>,
}

/// What agreed in all runs.
#[derive(Clone, Debug, Deserialize)]
pub struct Identical {
    /// How many runs there were.
    #[serde(default = "one")]
    pub runs: u32,
    /// The order of all segments.
    pub segments: bool,
    /// The order of segments within each connection and direction.
    pub flows: bool,
    /// The states.
    pub transitions: bool,
    /// The results of calls.
    pub syscalls: bool,
    /// So many segments at the beginning.
    pub segments_common_prefix: Option<usize>,
    /// The same segments, in whatever order.
    #[serde(default)]
    pub segments_same_multiset: Option<bool>,
}

const fn one() -> u32 {
    1
}
