//! From a trial to what views read.

use super::run::{End, Run, SocketLine, Verdict};
use crate::check::trial::Trial;
use crate::host::{Connection, Host};
use crate::scenario::Scenario;
use crate::sim::plan::HostPlan;
use crate::sim::world::World;
use crate::tcp::state::State;
use crate::time::Time;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Everything that views show of a trial besides its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    verdicts: Vec<Verdict>,
    broken: Vec<Verdict>,
    end: End,
}

impl Report {
    /// What came of `trial`, a run of `scenario`.
    pub fn new(scenario: &Scenario, trial: &Trial) -> Report {
        let stated = scenario.expectations.iter().zip(&trial.verdicts);
        let mut verdicts: Vec<Verdict> = stated
            .map(|(stated, verdict)| Verdict {
                text: stated.text.clone(),
                held: verdict.held,
                at: verdict.record,
                time: verdict.time,
                found: verdict.found.clone(),
            })
            .collect();
        verdicts.extend(trial.unmet.iter().map(|unmet| Verdict {
            text: "a step comes out as stated".to_owned(),
            held: false,
            at: Some(unmet.record),
            time: unmet.time,
            found: "it did not".to_owned(),
        }));
        let broken = trial.violations.iter().map(|violation| Verdict {
            text: violation.property.to_owned(),
            held: false,
            at: (violation.record > 0).then_some(violation.record),
            time: violation.time,
            found: violation.found.clone(),
        });
        Report {
            verdicts,
            broken: broken.collect(),
            end: end(trial),
        }
    }

    /// The run as views read it; `name` is the scenario's path as it was given.
    pub fn run<'a>(&'a self, name: &'a str, scenario: &'a Scenario, trial: &'a Trial) -> Run<'a> {
        Run {
            scenario: name,
            about: &scenario.about,
            plan: &scenario.plan,
            seed: trial.world.seed(),
            numbers: scenario.numbers,
            records: &trial.records,
            verdicts: &self.verdicts,
            broken: &self.broken,
            end: &self.end,
        }
    }
}

fn end(trial: &Trial) -> End {
    let world = &trial.world;
    let plan = world.plan();
    let hits = |host: usize| world.path()[host].fault_hits(&plan.path[host]);
    let mut fault_hits: Vec<(u16, u32)> = hits(0).chain(hits(1)).collect();
    fault_hits.sort_unstable();
    End {
        time: world.now(),
        stop: trial.stop,
        records: trial.records.len() as u64,
        digest: trial.digest,
        totals: [0, 1].map(|host| *world.path()[host].totals()),
        under_way: [0, 1].map(|host| world.path()[host].under_way()),
        fault_hits,
        sockets: sockets(world),
    }
}

/// What `netstat` shows on each host: listeners by port, then connections by their numbers.
pub fn sockets(world: &World) -> [Vec<SocketLine>; 2] {
    let plans = &world.plan().hosts;
    [0, 1].map(|host| {
        let mut lines = listeners(&world.hosts()[host], &plans[host]);
        let mut connections: Vec<&Connection> = world.hosts()[host].connections().collect();
        connections.retain(|connection| connection.tcb.state() != State::Closed);
        connections.sort_by_key(|connection| connection.number);
        let ends = [plans[host].address, plans[1 - host].address];
        lines.extend(
            connections
                .into_iter()
                .map(|connection| connection_line(connection, ends)),
        );
        lines
    })
}

fn listeners(host: &Host, plan: &HostPlan) -> Vec<SocketLine> {
    let any: IpAddr = match plan.address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let mut ports: Vec<(u16, usize, u32)> = host.listening_ports().collect();
    ports.sort_unstable();
    let line = |(port, waiting, backlog): (u16, usize, u32)| SocketLine {
        state: State::Listen,
        local: (any, port),
        remote: None,
        recv_q: waiting as u64,
        send_q: u64::from(backlog),
        connection: None,
        timer: None,
    };
    ports.into_iter().map(line).collect()
}

fn connection_line(connection: &Connection, [own, peer]: [IpAddr; 2]) -> SocketLine {
    let tcb = &connection.tcb;
    let timer = tcb.timers().earliest();
    SocketLine {
        state: tcb.state(),
        local: (own, connection.local_port),
        remote: Some((peer, connection.remote_port)),
        recv_q: tcb.recv_q(),
        send_q: tcb.send_q(),
        connection: Some(connection.number),
        timer: timer.filter(|(_, due)| *due != Time::NEVER),
    }
}
