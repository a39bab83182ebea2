//! Socket tables: what the recorded `netstat` listed beside what the simulated host would list.
//!
//! The order of rows means nothing. A recorded timer is late by up to an eighth, so a row counts as
//! listed if the simulated host lists it at some moment that the recorded one may stand for; and a row
//! that the simulated host lists at all those moments must have been recorded.

use super::compare::{Aspect, Difference, LATENESS, latest};
use super::recorded::{Recording, Side};
use super::results::SnapshotRow;
use super::script::Script;
use crate::host::program::Address;
use crate::host::table::{Row, TimerKind};
use crate::sim::record::Record;
use crate::sim::world::World;
use crate::time::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// A row, without the order and the spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    /// Recv-Q, Send-Q, local and remote address, state.
    columns: String,
    /// Local and remote address.
    socket: String,
    /// The timer's name, when it runs out, retransmissions and probes.
    timer: Option<(String, Time, String)>,
}

/// The tables of both hosts at moments of a run.
type Tables = BTreeMap<Time, [Vec<Listed>; 2]>;

/// The first table that differs; `lateness` is how late the recorded programs were.
pub(super) fn difference(
    recording: &Recording,
    script: &Script,
    records: &[Record],
    lateness: Span,
) -> Option<Difference> {
    let snapshots = recording.results.snapshots.as_deref().unwrap_or(&[]);
    let events: BTreeSet<Time> = records.iter().map(|record| record.time).collect();
    let moments = |snapshot: &SnapshotRow| -> Vec<Time> {
        let (from, to) = window(snapshot.t, lateness);
        let inside = events.range(from..=to).copied();
        inside.chain([from, snapshot.t, to]).collect()
    };
    let all: BTreeSet<Time> = snapshots.iter().flat_map(&moments).collect();
    if all.len() > MOMENTS_MAX {
        return None;
    }
    let tables = tables(script, &all);
    snapshots.iter().find_map(|snapshot| {
        let mut moments = moments(snapshot);
        moments.sort_unstable();
        let host = usize::from(snapshot.host.index());
        let tables: Vec<&Vec<Listed>> = moments.iter().map(|at| &tables[at][host]).collect();
        compare(snapshot, &tables, lateness)
    })
}

/// More moments than this are not looked at: a run of so many events compares by its segments.
const MOMENTS_MAX: usize = 20_000;

/// The simulated moments that a recorded one may stand for.
fn window(at: Time, lateness: Span) -> (Time, Time) {
    let since = at.since(Time::ZERO);
    let early = since.fraction(1, 9) + lateness + LATENESS;
    let from = if since < early {
        Time::ZERO
    } else {
        Time::from_nanos((since.as_nanos()) - early.as_nanos())
    };
    (from, at + lateness)
}

fn tables(script: &Script, moments: &BTreeSet<Time>) -> Tables {
    let mut world = World::new(Arc::new(script.plan.clone()), 1);
    let addresses = [0, 1].map(|host: usize| script.plan.hosts[host].address);
    let mut tables = Tables::new();
    for at in moments {
        world.run_until(*at, &mut ());
        let of = |host: usize| -> Vec<Listed> {
            let ends = [addresses[host], addresses[1 - host]];
            let rows = world.hosts()[host].table(*at);
            rows.iter().map(|row| simulated(row, ends, *at)).collect()
        };
        tables.insert(*at, [of(0), of(1)]);
    }
    tables
}

fn simulated(row: &Row, ends: [IpAddr; 2], at: Time) -> Listed {
    let place = |(address, port): (Address, u16)| format!("{}:{port}", address.resolve(ends));
    let any = Address::Any.resolve(ends);
    let remote = row.remote.map_or_else(|| format!("{any}:*"), place);
    let socket = format!("{} {remote}", place(row.local));
    // A listener's Send-Q is no queue.
    let send_q = row.remote.map_or(0, |_| row.send_q.sequence_space());
    let state = row.state.name_in_tables();
    let recv_q = row.recv_q.sequence_space();
    let (count, end) = (row.timer.count, at + row.timer.left);
    let timer = match row.timer.kind {
        TimerKind::Off => ("off", Time::ZERO, "0/0".to_owned()),
        TimerKind::Retransmission => ("on", end, format!("{count}/0")),
        TimerKind::KeepAlive => ("keepalive", end, format!("0/{count}")),
        TimerKind::TimeWait => ("timewait", end, "0/0".to_owned()),
        TimerKind::Persist => ("probe", end, format!("0/{count}")),
    };
    Listed {
        columns: format!("{recv_q} {send_q} {socket} {state}"),
        socket,
        timer: Some((timer.0.to_owned(), timer.1, timer.2)),
    }
}

/// A line of netstat; `None` if it is none.
fn recorded(line: &str, at: Time) -> Option<Listed> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, recv_q, send_q, local, remote, state, rest @ ..] = &words[..] else {
        return None;
    };
    let socket = format!("{local} {remote}");
    let timer = match rest {
        [name, numbers] => {
            let inner = numbers.trim_matches(['(', ')']);
            let (left, counts) = inner.split_once('/')?;
            let (whole, part) = left.split_once('.').unwrap_or((left, "0"));
            let hundredths = whole.parse::<u64>().ok()? * 100 + part.parse::<u64>().ok()?;
            let end = at + Span::from_millis(hundredths * 10);
            Some(((*name).to_owned(), end, counts.to_owned()))
        }
        _ => None,
    };
    Some(Listed {
        columns: format!("{recv_q} {send_q} {socket} {state}"),
        socket,
        timer,
    })
}

fn compare(snapshot: &SnapshotRow, tables: &[&Vec<Listed>], lateness: Span) -> Option<Difference> {
    let lists = [
        ("netstat -tn", &snapshot.netstat_tn, false),
        ("netstat -tano", &snapshot.netstat_tano, true),
    ];
    let name = Side::name(snapshot.host);
    for (command, lines, listening) in lists {
        let Some(lines) = lines else { continue };
        let place = format!("{name} at {}, {command}", snapshot.t);
        let rows: Vec<Listed> = lines
            .iter()
            .filter_map(|line| recorded(line, snapshot.t))
            .collect();
        let missing = rows.iter().zip(lines).find(|(row, _)| {
            let mut listed = tables.iter().copied().flatten();
            !listed.any(|other| is_same(row, other, lateness))
        });
        if let Some((row, line)) = missing {
            let same = |other: &&Listed| other.socket == row.socket;
            let there = tables.last().and_then(|table| table.iter().find(same));
            return Some(Difference {
                aspect: Aspect::Tables,
                place,
                recorded: line.split_whitespace().collect::<Vec<_>>().join(" "),
                simulated: there.map_or_else(|| "no such row".to_owned(), shown),
            });
        }
        let extra = tables.first().and_then(|first| {
            let relevant = |row: &&Listed| listening || !row.columns.ends_with("LISTEN");
            first.iter().filter(relevant).find(|row| {
                let there = |table: &&Vec<Listed>| table.iter().any(|r| r.socket == row.socket);
                tables.iter().all(there) && !rows.iter().any(|r| r.socket == row.socket)
            })
        });
        if let Some(row) = extra {
            return Some(Difference {
                aspect: Aspect::Tables,
                place,
                recorded: "no such row".to_owned(),
                simulated: shown(row),
            });
        }
    }
    None
}

fn shown(row: &Listed) -> String {
    match &row.timer {
        Some((name, end, counts)) => format!("{} {name} until {end} ({counts})", row.columns),
        None => row.columns.clone(),
    }
}

/// A recorded row beside a simulated one: its timer ends late by an eighth at most.
fn is_same(row: &Listed, other: &Listed, lateness: Span) -> bool {
    if row.columns != other.columns {
        return false;
    }
    let (Some(left), Some(right)) = (&row.timer, &other.timer) else {
        return true;
    };
    let nominal = right.1.since(Time::ZERO);
    let late = Time::ZERO + latest(nominal) + lateness;
    let in_time = right.1 <= left.1 + lateness && left.1 <= late;
    (&left.0, &left.2) == (&right.0, &right.2) && (left.0 == "off" || in_time)
}
