//! A recorded run beside the same run in the simulator: what agrees and what differs.
//!
//! Compared is what the recording says repeats, and times within the slack of the recorded timers:
//! the simulator's are nominal, a recorded one is late by up to an eighth and 10 ms.

use super::Mistake;
use super::bulk;
use super::projection::{Call, Projection, Segment, SegmentKey, Stay};
use super::recorded::{Op, Recording, Side, Way};
use super::results::AgainRow;
use super::script::Script;
use crate::sim::world::World;
use crate::time::{Span, Time};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A recorded run beside a simulated one.
#[derive(Clone, Debug)]
pub struct Conformity {
    /// The recording's name.
    pub name: String,
    /// What it is about, in a word.
    pub topic: String,
    /// What was recorded.
    pub recorded: Projection,
    /// What was simulated.
    pub simulated: Projection,
    /// The first difference of each aspect that differs.
    pub differences: Vec<Difference>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// What the simulator cannot do at all.
    Means,
    /// Segments.
    Segments,
    /// How often something was sent again.
    Retransmissions,
    /// States.
    States,
    /// Results of calls.
    Calls,
    /// Times.
    Times,
    /// Socket tables.
    Tables,
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Aspect::Means => "means",
            Aspect::Segments => "segments",
            Aspect::Retransmissions => "retransmissions",
            Aspect::States => "states",
            Aspect::Calls => "calls",
            Aspect::Times => "times",
            Aspect::Tables => "tables",
        })
    }
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what.
    pub aspect: Aspect,
    /// Where.
    pub place: String,
    /// What was recorded.
    pub recorded: String,
    /// What was simulated.
    pub simulated: String,
}

/// `states, server 0.0.0.0:9091 0.0.0.0:*: recorded …, simulated …`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.aspect, self.place)?;
        if self.aspect == Aspect::Means {
            return Ok(());
        }
        write!(
            f,
            ": recorded {}; simulated {}",
            self.recorded, self.simulated
        )
    }
}

/// Runs a recording in the simulator and compares.
///
/// # Errors
/// What of the file is not understood, and where.
pub fn conform(text: &str) -> Result<Conformity, Mistake> {
    let recording = Recording::read(text)?;
    let script = Script::new(&recording)?;
    let mut world = World::new(Arc::new(script.plan.clone()), 1);
    let mut records = Vec::new();
    world.run(&mut records);
    let recorded = Projection::recorded(&recording);
    let simulated = Projection::simulated(&recording, &script, &records);
    let mut differences: Vec<Difference> = script
        .missing
        .iter()
        .take(1)
        .map(|missing| Difference {
            aspect: Aspect::Means,
            place: missing.clone(),
            recorded: String::new(),
            simulated: String::new(),
        })
        .collect();
    // Nothing is expected to happen sooner than the recorded programs let it.
    let late = recorded.calls.iter().zip(&simulated.calls);
    let late = late
        .filter(|(left, _)| left.begun != Time::NEVER)
        .map(|(left, right)| left.begun.max(right.begun).since(right.begun))
        .max();
    let pair = Pair {
        lateness: LATENESS + late.unwrap_or(Span::ZERO),
        recording: &recording,
        recorded: &recorded,
        simulated: &simulated,
    };
    differences.extend(pair.segments());
    differences.extend(pair.again());
    differences.extend(pair.states());
    differences.extend(pair.calls());
    differences.extend(pair.times());
    if differences.is_empty() {
        // Of a run that differs, the tables say nothing more.
        let found = super::tables::difference(&recording, &script, &records, pair.lateness);
        differences.extend(found);
    }
    Ok(Conformity {
        name: recording.name.clone(),
        topic: recording.topic.clone(),
        recorded,
        simulated,
        differences,
    })
}

/// Both sides, and what the recording says about itself.
struct Pair<'a> {
    recording: &'a Recording,
    recorded: &'a Projection,
    simulated: &'a Projection,
    /// How late the recorded programs were at most, with [`LATENESS`].
    lateness: Span,
}

impl Pair<'_> {
    /// In total order where the recording has one, else in each flow, else as far as it repeats.
    ///
    /// Of a bulk transfer only what repeats there.
    fn segments(&self) -> Option<Difference> {
        if bulk::is_bulk(self.recorded) {
            return bulk::difference(self.recording, self.recorded, self.simulated);
        }
        let identical = &self.recording.stable.identical;
        let (recorded, simulated) = (&self.recorded.segments, &self.simulated.segments);
        let all = |segments: &[Segment]| -> Vec<Segment> { segments.to_vec() };
        if identical.segments {
            return self.sequence("in order", &all(recorded), &all(simulated));
        }
        if identical.flows {
            let flows = |segments: &[Segment]| {
                let mut flows: BTreeMap<(u32, Way), Vec<Segment>> = BTreeMap::new();
                for segment in segments {
                    let flow = (segment.key.conn, segment.key.dir);
                    flows.entry(flow).or_default().push(segment.clone());
                }
                flows
            };
            let (recorded, simulated) = (flows(recorded), flows(simulated));
            let mut names: Vec<_> = recorded.keys().chain(simulated.keys()).copied().collect();
            names.sort_unstable();
            names.dedup();
            let none = Vec::new();
            return names.into_iter().find_map(|flow| {
                let place = format!("#{} {}", flow.0, flow.1.name());
                let recorded = recorded.get(&flow).unwrap_or(&none);
                let simulated = simulated.get(&flow).unwrap_or(&none);
                self.sequence(&place, recorded, simulated)
            });
        }
        let prefix = identical.segments_common_prefix.unwrap_or(0);
        let first = |segments: &[Segment]| -> Vec<Segment> {
            segments.iter().take(prefix).cloned().collect()
        };
        self.sequence("at the beginning", &first(recorded), &first(simulated))
    }

    fn sequence(
        &self,
        place: &str,
        recorded: &[Segment],
        simulated: &[Segment],
    ) -> Option<Difference> {
        let mut simulated = simulated.to_vec();
        let mut at = 0;
        loop {
            if let Some(wanted) = recorded.get(at) {
                bring_forward(&mut simulated, at, &wanted.key);
            }
            let shown = |segment: Option<&Segment>| match segment {
                Some(segment) => segment.key.to_string(),
                None => "nothing more".to_owned(),
            };
            let (left, right) = (recorded.get(at), simulated.get(at));
            match (left, right) {
                (None, None) => return None,
                (Some(left), Some(right)) if left.key == right.key => at += 1,
                // A late timer of the recording had no time left.
                (None, Some(extra)) if self.may_come_too_late(extra, &simulated[..at]) => at += 1,
                _ => {
                    return Some(Difference {
                        aspect: Aspect::Segments,
                        place: format!("{place}, segment {at}"),
                        recorded: shown(left),
                        simulated: shown(right),
                    });
                }
            }
        }
    }

    /// True if a timer that runs out as late as it may would have sent this after the end.
    fn may_come_too_late(&self, extra: &Segment, before: &[Segment]) -> bool {
        let flow = |segment: &&Segment| {
            (segment.key.conn, segment.key.dir) == (extra.key.conn, extra.key.dir)
        };
        let since = before.iter().rev().find(flow);
        let since = since.map_or(Time::ZERO, |segment| segment.time);
        self.recording.duration <= since + latest(extra.time.since(since))
    }

    /// How often something was sent again, where the recordings agree about it.
    fn again(&self) -> Option<Difference> {
        let rows = self.recording.stable.retransmissions.iter();
        for row in rows.filter(|row| row.gaps_range_s.is_some()) {
            let times = self.times_of(row);
            let gaps = times.len().saturating_sub(1);
            let may_end = times
                .len()
                .checked_sub(2)
                .map(|last| {
                    latest(times[last + 1].since(times[last])) + times[last].since(Time::ZERO)
                })
                .is_some_and(|end| self.recording.duration.since(Time::ZERO) <= end);
            if gaps != row.gaps_s.len() && !(may_end && gaps == row.gaps_s.len() + 1) {
                return Some(Difference {
                    aspect: Aspect::Retransmissions,
                    place: place_of(row),
                    recorded: row.gaps_s.len().to_string(),
                    simulated: gaps.to_string(),
                });
            }
        }
        None
    }

    /// When the simulator sent what the recording sent more than once.
    fn times_of(&self, row: &AgainRow) -> Vec<Time> {
        let is_it = |key: &SegmentKey| {
            (key.conn, key.dir, key.seq) == (row.conn, row.dir, row.seq) && key.is_something()
        };
        let segments = self.simulated.segments.iter();
        segments
            .filter(|segment| !segment.injected && is_it(&segment.key))
            .map(|segment| segment.time)
            .collect()
    }

    fn states(&self) -> Option<Difference> {
        if !self.recording.stable.identical.transitions {
            return None;
        }
        let (recorded, simulated) = (&self.recorded.states, &self.simulated.states);
        let mut rows: Vec<_> = recorded.keys().chain(simulated.keys()).collect();
        rows.sort_unstable();
        rows.dedup();
        let none = Vec::new();
        rows.into_iter().find_map(|row| {
            let left = recorded.get(row).unwrap_or(&none);
            let right = simulated.get(row).unwrap_or(&none);
            let right_end = self.without_late_end(left, right);
            let agrees = left.len() == right_end.len()
                && left.iter().zip(right_end).all(|(a, b)| a.state == b.state);
            (!agrees).then(|| Difference {
                aspect: Aspect::States,
                place: place_of_states(row),
                recorded: path(left),
                simulated: path(right),
            })
        })
    }

    /// The states without a last one that a late timer would have entered after the end.
    fn without_late_end<'b>(&self, recorded: &[Stay], simulated: &'b [Stay]) -> &'b [Stay] {
        if let [.., before, last] = simulated
            && recorded.len() + 1 == simulated.len()
            && self.recording.duration <= before.since + latest(last.since.since(before.since))
        {
            return &simulated[..simulated.len() - 1];
        }
        simulated
    }

    fn calls(&self) -> Option<Difference> {
        if !self.recording.stable.identical.syscalls {
            return None;
        }
        let (recorded, simulated) = (&self.recorded.calls, &self.simulated.calls);
        for (place, left) in recorded.iter().enumerate() {
            let Some(right) = simulated.get(place) else {
                return Some(Difference {
                    aspect: Aspect::Calls,
                    place: format!("call {place}"),
                    recorded: left.to_string(),
                    simulated: "no such call".to_owned(),
                });
            };
            let same_call = (left.side, left.op) == (right.side, right.op)
                && (&left.process, &left.socket) == (&right.process, &right.socket);
            if !same_call {
                return Some(Difference {
                    aspect: Aspect::Calls,
                    place: format!("call {place}"),
                    recorded: left.to_string(),
                    simulated: right.to_string(),
                });
            }
            if left.result != right.result && !self.returns_too_late(left, right) {
                return Some(Difference {
                    aspect: Aspect::Calls,
                    place: left.to_string(),
                    recorded: left.result.clone(),
                    simulated: right.result.clone(),
                });
            }
        }
        None
    }

    /// True if a late timer could have let the call return after the end.
    fn returns_too_late(&self, recorded: &Call, simulated: &Call) -> bool {
        let returned = simulated.returned.unwrap_or(Time::ZERO);
        recorded.result == "pending"
            && self.recording.duration <= simulated.begun + latest(returned.since(simulated.begun))
    }

    /// Times of what agrees otherwise.
    fn times(&self) -> Option<Difference> {
        self.gaps()
            .or_else(|| self.stays())
            .or_else(|| self.waits())
    }

    fn gaps(&self) -> Option<Difference> {
        for row in &self.recording.stable.retransmissions {
            let Some(ranges) = &row.gaps_range_s else {
                continue;
            };
            let times = self.times_of(row);
            for (place, pair) in times.windows(2).enumerate() {
                let Some((least, most)) = ranges.get(place) else {
                    break;
                };
                let nominal = pair[1].since(pair[0]);
                // Where the recorded runs differ, this one has to lie among them.
                let too_late = *most + RESOLUTION < nominal;
                let too_soon = latest(nominal) + RESOLUTION < *least;
                if too_late || too_soon {
                    return Some(Difference {
                        aspect: Aspect::Times,
                        place: format!("{}, gap {place}", place_of(row)),
                        recorded: format!("{least} to {most}"),
                        simulated: nominal.to_string(),
                    });
                }
            }
        }
        None
    }

    fn stays(&self) -> Option<Difference> {
        for (row, left) in &self.recorded.states {
            let Some(right) = self.simulated.states.get(row) else {
                continue;
            };
            if left.iter().zip(right).any(|(a, b)| a.state != b.state) {
                continue;
            }
            // The first stay began before the run.
            for (a, b) in left.windows(2).zip(right.windows(2)).skip(1) {
                if a[1].since == Time::NEVER {
                    break;
                }
                let measured = a[1].since.since(a[0].since);
                let nominal = b[1].since.since(b[0].since);
                // What a program ends, ends at its own time, however late the state began.
                if !is_within(nominal, measured, self.lateness)
                    && self.lateness < apart(a[1].since, b[1].since)
                {
                    return Some(Difference {
                        aspect: Aspect::Times,
                        place: format!("{}, in {}", place_of_states(row), a[0].state),
                        recorded: measured.to_string(),
                        simulated: nominal.to_string(),
                    });
                }
            }
        }
        None
    }

    fn waits(&self) -> Option<Difference> {
        for (left, right) in self.recorded.calls.iter().zip(&self.simulated.calls) {
            let blocks = left.op.runs_beside() || left.op == Op::Close;
            let (Some(a), Some(b)) = (left.returned, right.returned) else {
                continue;
            };
            if !blocks || left.op != right.op {
                continue;
            }
            let measured = a.since(left.begun);
            let nominal = b.since(right.begun);
            if !is_within(nominal, measured, self.lateness) && self.lateness < apart(a, b) {
                return Some(Difference {
                    aspect: Aspect::Times,
                    place: format!("{left}, until it returns"),
                    recorded: measured.to_string(),
                    simulated: nominal.to_string(),
                });
            }
        }
        None
    }
}

/// Segments of different flows within one tick have no order: the one that is wanted comes first.
fn bring_forward(segments: &mut [Segment], at: usize, wanted: &SegmentKey) {
    let Some(first) = segments.get(at).map(|segment| segment.time) else {
        return;
    };
    let flow = |key: &SegmentKey| (key.conn, key.dir);
    let rest = &segments[at..];
    let near = rest
        .iter()
        .take_while(|segment| apart(segment.time, first) <= TICK);
    let mut of_flow = near
        .enumerate()
        .filter(|(_, segment)| flow(&segment.key) == flow(wanted));
    if let Some((ahead, segment)) = of_flow.next()
        && segment.key == *wanted
    {
        segments[at..=at + ahead].rotate_right(1);
    }
}

/// A tick of the recorded kernels.
const TICK: Span = Span::from_millis(4);
/// How exactly the recordings tell the time between two segments.
const RESOLUTION: Span = Span::from_millis(5);
/// How late a recorded program makes its calls, at most.
pub(super) const LATENESS: Span = Span::from_millis(20);

/// The latest that a timer of this length runs out.
pub(super) fn latest(nominal: Span) -> Span {
    nominal + nominal.fraction(1, 8) + Span::from_millis(10)
}

/// True if a timer of the `nominal` length may have been measured so, by a clock with this error.
fn is_within(nominal: Span, measured: Span, error: Span) -> bool {
    nominal <= measured + error && measured <= latest(nominal) + error
}

/// The time between two moments, whichever is first.
fn apart(a: Time, b: Time) -> Span {
    a.max(b).since(a.min(b))
}

fn place_of(row: &AgainRow) -> String {
    format!("#{} {} seq {}", row.conn, row.dir.name(), row.seq)
}

fn place_of_states(row: &(Side, String)) -> String {
    format!("{} {}", row.0.name(), row.1)
}

/// States one after the other.
fn path(stays: &[Stay]) -> String {
    if stays.is_empty() {
        return "no such socket".to_owned();
    }
    let names: Vec<&str> = stays.iter().map(|stay| stay.state.as_str()).collect();
    names.join(" ")
}

/// A line of a run as it is shown: when, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub time: Time,
    /// What, without its time.
    pub text: String,
}

/// A run's segments, states and calls as lines, in order of time.
pub fn lines(projection: &Projection) -> Vec<Line> {
    // At one moment a call comes before what it does, and a return after what it waited for.
    let mut lines: Vec<(u8, Line)> = Vec::new();
    for segment in &projection.segments {
        let outside = if segment.injected { " (outside)" } else { "" };
        lines.push((
            1,
            Line {
                time: segment.time,
                text: format!("{}{outside}", segment.key),
            },
        ));
    }
    for ((side, socket), stays) in &projection.states {
        for pair in stays.windows(2) {
            let local = socket.split(' ').next().unwrap_or(socket);
            let port = local.rsplit(':').next().unwrap_or(local);
            let text = format!(
                "{}:{port} {} > {}",
                side.name(),
                pair[0].state,
                pair[1].state
            );
            let time = pair[1].since;
            lines.push((2, Line { time, text }));
        }
    }
    for call in &projection.calls {
        let text = format!("{call} = {}", call.result);
        let returned = call.returned.unwrap_or(call.begun);
        let blocked = Span::from_millis(5) < returned.since(call.begun);
        let (rank, time) = if blocked {
            (3, returned)
        } else {
            (0, call.begun)
        };
        lines.push((rank, Line { time, text }));
    }
    lines.sort_by_key(|(rank, line)| (line.time, *rank));
    lines.into_iter().map(|(_, line)| line).collect()
}
