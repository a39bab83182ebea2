//! From a trial to what views read.

use super::run::{End, Run, SocketLine, Verdict};
use super::words;
use crate::check::judge::UnmetStep;
use crate::check::trial::Trial;
use crate::host::program::CallResult;
use crate::host::table::Row;
use crate::scenario::Scenario;
use crate::sim::record::What;
use crate::sim::world::World;
use crate::time::Time;

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
        verdicts.extend(
            trial
                .unmet
                .iter()
                .filter_map(|unmet| unmet_step(trial, unmet)),
        );
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
    ///
    /// Nothing of the inside of connections is in it; [`Run::changes`] can be added.
    pub fn run<'a>(&'a self, name: &'a str, scenario: &'a Scenario, trial: &'a Trial) -> Run<'a> {
        Run {
            scenario: name,
            about: &scenario.about,
            plan: &scenario.plan,
            seed: trial.world.seed(),
            numbers: scenario.numbers,
            records: &trial.records,
            changes: &[],
            verdicts: &self.verdicts,
            broken: &self.broken,
            end: &self.end,
        }
    }
}

/// A step that came out otherwise than its author stated, as a verdict.
fn unmet_step(trial: &Trial, unmet: &UnmetStep) -> Option<Verdict> {
    let by_ordinal = trial
        .records
        .binary_search_by_key(&unmet.record, |record| record.ordinal);
    let record = trial.records.get(by_ordinal.ok()?)?;
    let What::Return {
        process,
        step,
        result,
        ..
    } = record.what
    else {
        return None;
    };
    let plan = trial.world.plan();
    let code = &plan.code[usize::from(step.code)];
    let instruction = code.steps[usize::from(step.at)];
    let own = usize::from(record.host);
    let errors = plan.hosts[own].profile.sockets.errors;
    let (name, socket) = words::call_name(&instruction.step);
    let socket = socket.and_then(|socket| code.sockets.get(usize::from(socket)));
    let program = &plan.programs[usize::from(process.program)].name;
    let mut text = format!("{program}: {name}");
    let arguments = words::arguments(&instruction.step, plan, own);
    for part in [socket.map_or("", String::as_str), &arguments] {
        if !part.is_empty() {
            text += &format!(" {part}");
        }
    }
    text += &format!(" → {}", words::expectation(instruction.expects));
    let found = match result {
        CallResult::Done(count) => words::result(&instruction.step, result, errors)
            .unwrap_or_else(|| format!("it returned {count}")),
        CallResult::Failed(errno) => errno.shown_on(errors),
    };
    Some(Verdict {
        text,
        held: false,
        at: Some(unmet.record),
        time: unmet.time,
        found,
    })
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

/// The sockets of each host.
fn sockets(world: &World) -> [Vec<SocketLine>; 2] {
    [0, 1].map(|host| {
        let host = &world.hosts()[host];
        let line = |row: Row| {
            let connection = row.connection.and_then(|n| host.connection_by_number(n));
            let timer = connection.and_then(|connection| connection.tcb().timers().earliest());
            SocketLine {
                row,
                timer: timer.filter(|(_, due)| *due != Time::NEVER),
            }
        };
        host.table(world.now()).into_iter().map(line).collect()
    })
}
