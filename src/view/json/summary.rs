//! The first and the last line: what the run was made from, and what came of it.

use super::SCHEMA;
use crate::sim::record::{RECORD_FORMAT, Stop};
use crate::view::netstat::Ends;
use crate::view::rules;
use crate::view::run::{Run, SocketLine, Verdict};
use crate::view::tally::{self, Again};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the run was made from.
pub fn header<'a>(run: &Run<'a>) -> Header<'a> {
    Header {
        kind: "header",
        schema: SCHEMA,
        record_format: RECORD_FORMAT,
        scenario: run.scenario,
        about: run.about,
        seed: run.seed,
        hosts: [0, 1].map(|index| {
            let host = &run.plan.hosts[usize::from(index)];
            let is_foreign = run.plan.foreign == Some(index);
            Host {
                name: &host.name,
                address: host.address.to_string(),
                profile: match is_foreign {
                    true => "foreign",
                    false => host.profile.name.name(),
                },
                overrides: match is_foreign {
                    true => BTreeMap::new(),
                    false => rules::overrides(host).into_iter().collect(),
                },
            }
        }),
        path: [0, 1].map(|sender| direction(run, sender)),
    }
}

fn direction<'a>(run: &Run<'a>, sender: usize) -> Direction<'a> {
    let direction = &run.plan.path[sender];
    let rules = direction.faults.iter().map(|(place, fault)| FaultRule {
        fault: *place,
        rule: rules::fault(run.plan, fault),
    });
    Direction {
        from: &run.plan.hosts[sender].name,
        delay: direction.delay.as_nanos(),
        rate: direction.rate,
        queue_limit: direction.queue_limit,
        loss: direction.loss.to_string(),
        mtu: direction.mtu,
        faults: rules.collect(),
    }
}

/// What came of the run.
pub fn summary<'a>(run: &Run<'a>) -> Summary<'a> {
    let end = run.end;
    let again = tally::again(run);
    let hits = end.fault_hits.iter().map(|(fault, hits)| Hits {
        fault: *fault,
        hits: *hits,
    });
    Summary {
        kind: "summary",
        time: end.time.as_nanos(),
        stop: match end.stop {
            Stop::Quiescence => "quiescence",
            Stop::Until => "until",
            Stop::EventLimit => "event_limit",
            Stop::TimeLimit => "time_limit",
        },
        records: end.records,
        digest: format!("{:032x}", end.digest),
        totals: [0, 1].map(|sender| totals(run, sender, &again[sender])),
        faults: hits.collect(),
        states: states(run),
        sockets: [0, 1].iter().flat_map(|host| sockets(run, *host)).collect(),
        expectations: run.verdicts.iter().map(statement).collect(),
        broken: run.broken.iter().map(statement).collect(),
    }
}

fn states<'a>(run: &Run<'a>) -> Vec<States<'a>> {
    let stays = tally::stays(run).into_iter().map(|stay| States {
        host: &run.plan.hosts[stay.host].name,
        connection: stay.connection,
        last: stay.last.map(|state| state.name()),
        durations: stay
            .states
            .iter()
            .map(|(state, span)| Stay {
                state: state.name(),
                duration: span.as_nanos(),
            })
            .collect(),
    });
    stays.collect()
}

fn totals<'a>(run: &Run<'a>, sender: usize, again: &Again) -> Totals<'a> {
    let totals = &run.end.totals[sender];
    let (under_way, held) = run.end.under_way[sender];
    Totals {
        from: &run.plan.hosts[sender].name,
        sent: totals.sent,
        delivered: totals.delivered,
        dropped: totals.dropped,
        random_loss: totals.lost,
        queue_full: totals.queue_full,
        too_big: totals.too_big,
        unplugged: totals.unplugged,
        copied: totals.copied,
        marked: (totals.marked != 0).then_some(totals.marked),
        injected: totals.injected,
        under_way,
        held,
        discarded: again.discarded,
        timeout: again.timeout,
        after_timeout: again.after_timeout,
        fast_retransmit: again.fast,
        partial_ack: again.partial_ack,
        sack_recovery: again.sack,
        reordering_timer: again.reordering,
        lost_again: again.lost_again,
        on_chance: again.on_chance,
        tail_loss_probe: again.tail_probes,
        smaller: again.smaller,
        probes: again.probes,
    }
}

fn sockets<'a>(run: &Run<'a>, host: usize) -> impl Iterator<Item = Socket<'a>> {
    let name = &run.plan.hosts[host].name;
    let ends = Ends::of(run.plan, host);
    let sockets = run.end.sockets[host].iter();
    sockets.map(move |socket| socket_of(name, ends, socket))
}

fn socket_of<'a>(host: &'a str, ends: Ends, socket: &SocketLine) -> Socket<'a> {
    let row = &socket.row;
    Socket {
        host,
        state: row.state.name(),
        local: ends.local(row),
        remote: ends.remote(row),
        recv_q: row.recv_q.sequence_space(),
        send_q: row.send_q.sequence_space(),
        connection: row.connection,
        timer: socket.timer.map(|(timer, _)| timer),
        expires: socket.timer.map(|(_, at)| at.as_nanos()),
    }
}

fn statement(verdict: &Verdict) -> Statement<'_> {
    Statement {
        text: &verdict.text,
        held: verdict.held,
        at: verdict.at,
        time: verdict.time.as_nanos(),
        found: &verdict.found,
    }
}

/// The first line.
#[derive(Debug, Serialize)]
pub struct Header<'a> {
    kind: &'static str,
    schema: u32,
    record_format: u32,
    scenario: &'a str,
    about: &'a str,
    seed: u64,
    hosts: [Host<'a>; 2],
    path: [Direction<'a>; 2],
}

#[derive(Debug, Serialize)]
struct Host<'a> {
    name: &'a str,
    address: String,
    profile: &'static str,
    overrides: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
struct Direction<'a> {
    from: &'a str,
    delay: u64,
    rate: Option<u64>,
    queue_limit: u32,
    loss: String,
    mtu: Option<u16>,
    faults: Vec<FaultRule>,
}

#[derive(Debug, Serialize)]
struct FaultRule {
    fault: u16,
    rule: String,
}

/// The last line.
#[derive(Debug, Serialize)]
pub struct Summary<'a> {
    kind: &'static str,
    time: u64,
    stop: &'static str,
    records: u64,
    digest: String,
    totals: [Totals<'a>; 2],
    faults: Vec<Hits>,
    states: Vec<States<'a>>,
    sockets: Vec<Socket<'a>>,
    expectations: Vec<Statement<'a>>,
    broken: Vec<Statement<'a>>,
}

#[derive(Debug, Serialize)]
struct Totals<'a> {
    from: &'a str,
    sent: u64,
    delivered: u64,
    dropped: u64,
    random_loss: u64,
    queue_full: u64,
    too_big: u64,
    unplugged: u64,
    copied: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    marked: Option<u64>,
    injected: u64,
    under_way: u64,
    held: u64,
    discarded: u64,
    timeout: u64,
    after_timeout: u64,
    fast_retransmit: u64,
    partial_ack: u64,
    sack_recovery: u64,
    reordering_timer: u64,
    lost_again: u64,
    on_chance: u64,
    tail_loss_probe: u64,
    smaller: u64,
    probes: u64,
}

#[derive(Debug, Serialize)]
struct Hits {
    fault: u16,
    hits: u32,
}

#[derive(Debug, Serialize)]
struct States<'a> {
    host: &'a str,
    connection: u32,
    last: Option<&'static str>,
    durations: Vec<Stay>,
}

#[derive(Debug, Serialize)]
struct Stay {
    state: &'static str,
    duration: u64,
}

#[derive(Debug, Serialize)]
struct Socket<'a> {
    host: &'a str,
    state: &'static str,
    local: String,
    remote: Option<String>,
    recv_q: u64,
    send_q: u64,
    connection: Option<u32>,
    timer: Option<&'static str>,
    expires: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Statement<'a> {
    text: &'a str,
    held: bool,
    at: Option<u64>,
    time: u64,
    found: &'a str,
}
