//! Bulk transfers: what of their segments repeats.
//!
//! How a receiver groups its acknowledgements and which segments a sender pushes follow from when
//! the processors of the recorded machines got round to it. Not compared is therefore where text is
//! cut, pushed and acknowledged. Compared is what opens and ends each flow, how far its text goes,
//! what is sent again, in which order, and whether an acknowledgement or a timer had it sent again;
//! `compare` holds the times of that against the recorded ranges.

use super::compare::{Aspect, Difference};
use super::projection::{Projection, Segment};
use super::recorded::{Recording, Way};
use crate::time::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A flow of more text than this is bulk: ten full segments, the first window of the recorded hosts.
const BULK: u64 = 14_480;
/// What an acknowledgement leads to leaves within a tick of the recorded kernels.
const AT_ONCE: Span = Span::from_millis(4);

/// A connection and a direction of it.
type Flow = (u32, Way);

/// Something that repeats in a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// A SYN or a reset, with its flags.
    Control(String),
    /// Text or a FIN is sent again, from this number on.
    Again {
        /// The number.
        seq: i64,
        /// What led to it.
        cause: Cause,
    },
    /// A probe of a closed window or of an idle peer: empty, before what was sent.
    Probe {
        /// The number.
        seq: i64,
    },
    /// The end of the text, and whether a FIN follows it.
    Reaches {
        /// The number just after what was sent.
        end: i64,
        /// The FIN is part of that.
        fin: bool,
    },
}

/// What led to a retransmission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// An acknowledgement had just arrived.
    Acknowledgement,
    /// None had: a timer ran out.
    Timer,
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::Control(flags) => write!(f, "{flags}"),
            Act::Again { seq, cause } => {
                let cause = match cause {
                    Cause::Acknowledgement => "an acknowledgement",
                    Cause::Timer => "a timer",
                };
                write!(f, "seq {seq} again by {cause}")
            }
            Act::Probe { seq } => write!(f, "a probe, seq {seq}"),
            Act::Reaches { end, fin: false } => write!(f, "text up to {end}"),
            Act::Reaches { end, fin: true } => write!(f, "text and FIN up to {end}"),
        }
    }
}

/// True if a flow of the run is bulk.
pub(super) fn is_bulk(run: &Projection) -> bool {
    let mut text: BTreeMap<Flow, u64> = BTreeMap::new();
    for segment in run.segments.iter().filter(|segment| !segment.injected) {
        *text.entry(flow(segment)).or_default() += u64::from(segment.key.len);
    }
    text.into_values().any(|octets| BULK < octets)
}

fn flow(segment: &Segment) -> Flow {
    (segment.key.conn, segment.key.dir)
}

/// What repeats in each flow of a run, in order, with its moment.
///
/// `unsteady` are the numbers that the recorded runs do not agree about.
pub(super) fn acts(
    recording: &Recording,
    run: &Projection,
    unsteady: &BTreeSet<(Flow, i64)>,
) -> BTreeMap<Flow, Vec<(Time, Act)>> {
    let mut high: BTreeMap<Flow, (i64, bool)> = BTreeMap::new();
    let mut acts: BTreeMap<Flow, Vec<(Time, Act)>> = BTreeMap::new();
    for (place, segment) in run.segments.iter().enumerate() {
        if segment.injected {
            continue;
        }
        let (key, flow) = (&segment.key, flow(segment));
        let of_flow = acts.entry(flow).or_default();
        if key.flags.contains(['S', 'R']) {
            of_flow.push((segment.time, Act::Control(key.flags.clone())));
            continue;
        }
        let has_fin = key.flags.contains('F');
        let (end, fin) = high.entry(flow).or_insert((1, false));
        if !key.is_something() {
            if key.seq < *end {
                of_flow.push((segment.time, Act::Probe { seq: key.seq }));
            }
            continue;
        }
        if key.seq < *end && !unsteady.contains(&(flow, key.seq)) {
            let cause = cause_of(recording, run, place);
            let again = Act::Again {
                seq: key.seq,
                cause,
            };
            of_flow.push((segment.time, again));
        }
        *end = (*end).max(key.seq + i64::from(key.len) + i64::from(has_fin));
        *fin |= has_fin;
    }
    for (flow, (end, fin)) in high {
        let of_flow = acts.entry(flow).or_default();
        of_flow.push((Time::NEVER, Act::Reaches { end, fin }));
    }
    acts
}

/// Whether something had arrived just before the segment at `place` was sent.
fn cause_of(recording: &Recording, run: &Projection, place: usize) -> Cause {
    let sent = &run.segments[place];
    let (conn, dir) = flow(sent);
    let delay = recording.link.delay_ms.of(dir.reverse());
    let before = run.segments[..place].iter().rev();
    let arrived = before
        .take_while(|other| sent.time.since(other.time) <= delay + AT_ONCE)
        .filter(|other| other.key.conn == conn && other.key.dir != dir)
        .filter(|other| matches!(other.key.fate.as_str(), "deliver" | "dup"))
        .any(|other| other.time + delay <= sent.time + Span::from_millis(1));
    if arrived {
        Cause::Acknowledgement
    } else {
        Cause::Timer
    }
}

/// The first act in which the runs differ, as `compare` tells it.
pub(super) fn difference(
    recording: &Recording,
    recorded: &Projection,
    simulated: &Projection,
) -> Option<Difference> {
    let rows = recording.stable.retransmissions.iter();
    let unsteady: BTreeSet<(Flow, i64)> = rows
        .filter(|row| row.gaps_range_s.is_none())
        .map(|row| ((row.conn, row.dir), row.seq))
        .collect();
    let recorded = acts(recording, recorded, &unsteady);
    let simulated = acts(recording, simulated, &unsteady);
    let mut flows: Vec<&Flow> = recorded.keys().chain(simulated.keys()).collect();
    flows.sort_unstable();
    flows.dedup();
    flows.into_iter().find_map(|flow| {
        let acts =
            |run: &BTreeMap<Flow, Vec<(Time, Act)>>| run.get(flow).cloned().unwrap_or_default();
        let (left, right) = (acts(&recorded), acts(&simulated));
        let of = |acts: &[(Time, Act)], place: usize| acts.get(place).map(|(_, act)| act.clone());
        let longer = left.len().max(right.len());
        let place = (0..longer).find(|place| of(&left, *place) != of(&right, *place))?;
        let shown = |acts: &[(Time, Act)]| match acts.get(place) {
            Some((Time::NEVER, act)) => act.to_string(),
            Some((at, act)) => format!("{act} at {at}"),
            None => "nothing more".to_owned(),
        };
        Some(Difference {
            aspect: Aspect::Segments,
            place: format!("#{} {}, act {place}", flow.0, flow.1.name()),
            recorded: shown(&left),
            simulated: shown(&right),
        })
    })
}
