//! Programs: their calls, what came of them, and what happened to the programs themselves.

use super::Timeline;
use super::layout::Line;
use crate::host::program::{CallResult, Expects, Instruction, Step};
use crate::host::{ProcessEvent, ProcessId, StepId};
use crate::sim::plan::Turn;
use crate::sim::record::{Record, What};
use crate::time::Time;
use crate::view::{rules, words};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Characters of a program's or a socket's name; a longer one is shortened in the middle.
const NAME: usize = 16;

/// Calls that returned at the moment at which they were made: each is one line.
///
/// From the place of the call among the records to the place of its return, and back.
pub(super) struct Instant {
    returns: BTreeMap<usize, usize>,
    calls: BTreeMap<usize, usize>,
}

impl Instant {
    pub(super) fn new(records: &[Record]) -> Instant {
        let mut open: BTreeMap<(ProcessKey, StepKey), (Time, u64, usize)> = BTreeMap::new();
        // A path without delay can answer at the moment of the call, which waited all the same.
        let mut arrivals = 0;
        let mut instant = Instant {
            returns: BTreeMap::new(),
            calls: BTreeMap::new(),
        };
        for (place, record) in records.iter().enumerate() {
            match &record.what {
                What::Call { process, step } => {
                    open.insert(
                        (key(*process), (step.code, step.at)),
                        (record.time, arrivals, place),
                    );
                }
                What::Return { process, step, .. } => {
                    let made = open.remove(&(key(*process), (step.code, step.at)));
                    if let Some((time, before, call)) = made
                        && time == record.time
                        && before == arrivals
                    {
                        instant.returns.insert(call, place);
                        instant.calls.insert(place, call);
                    }
                }
                What::Arrived { .. } => arrivals += 1,
                _ => {}
            }
        }
        instant
    }

    /// Where the call made at `place` returned, if at once.
    pub(super) fn return_of(&self, place: usize) -> Option<usize> {
        self.returns.get(&place).copied()
    }

    /// True if the return at `place` stands with its call.
    pub(super) fn is_told(&self, place: usize) -> bool {
        self.calls.contains_key(&place)
    }
}

type ProcessKey = (u16, u32);
type StepKey = (u16, u16);

const fn key(process: ProcessId) -> ProcessKey {
    (process.program, process.instance)
}

impl Timeline<'_> {
    /// A call, with its result if it returned at once.
    pub(super) fn call(
        &self,
        record: &Record,
        process: ProcessId,
        step: StepId,
        returned: Option<&Record>,
    ) -> Option<Line> {
        let instruction = self.instruction(step)?;
        let mut line = self.line(record);
        line.what = self.naming(process) + &self.call_in_full(record, step, &instruction.step);
        if let Some(returned) = returned
            && let What::Return {
                result, expected, ..
            } = &returned.what
        {
            line.connection = record.connection.or(returned.connection);
            line.what += &self.outcome(returned, instruction, *result, *expected);
            return Some(line);
        }
        match instruction.step {
            Step::Exit => return None,
            Step::Sleep(span) => line.what += &format!(", until {}", record.time + span),
            Step::At(_) => {}
            _ => line.what += " (waits)",
        }
        Some(line)
    }

    /// A return some time after the call.
    pub(super) fn returned(&self, record: &Record) -> Option<Line> {
        let What::Return {
            process,
            step,
            since,
            result,
            expected,
        } = &record.what
        else {
            return None;
        };
        let instruction = self.instruction(*step)?;
        let waits = matches!(instruction.step, Step::Sleep(_) | Step::At(_));
        if waits && *expected && matches!(result, CallResult::Done(_)) {
            // Its end stands in the line of the call.
            return None;
        }
        let mut line = self.line(record);
        line.what = self.naming(*process) + &self.call_in_short(*step).unwrap_or_default();
        let outcome = self.outcome(record, instruction, *result, *expected);
        line.what += match (outcome.as_str(), instruction.step) {
            ("", Step::Connect { .. }) => " → connected",
            ("", _) => " → done",
            (outcome, _) => outcome,
        };
        line.what += &format!(" (waited {})", record.time.since(*since));
        Some(line)
    }

    /// Something happened to a process.
    pub(super) fn process(&self, record: &Record, process: ProcessId, event: ProcessEvent) -> Line {
        let subject = match self.naming(process).strip_suffix(": ") {
            Some(name) => name.to_owned(),
            None => "program".to_owned(),
        };
        let mut line = self.line(record);
        line.what = format!("{subject} {}", words::event(event));
        line
    }

    /// Something happened to a host as a whole.
    pub(super) fn host_event(&self, record: &Record, event: u16) -> Option<Line> {
        let plan = self.run.plan;
        let turn = &plan.events.get(usize::from(event))?.turn;
        let mut line = self.line(record);
        line.what = match turn {
            Turn::Tuned(profile) => {
                let changed = rules::changed(plan.profile_before(event), profile);
                let settings = changed
                    .iter()
                    .map(|(name, value)| format!("{name} {value}"));
                let settings: Vec<_> = settings.collect();
                if settings.is_empty() {
                    "host: all settings as before".to_owned()
                } else {
                    format!("host: {}", settings.join(", "))
                }
            }
            Turn::Crashes => "host crashes and forgets everything".to_owned(),
            Turn::Boots => "host boots with an empty memory".to_owned(),
            Turn::Unplugged => "host: its cable is pulled".to_owned(),
            Turn::Plugged => "host: its cable is plugged in".to_owned(),
        };
        Some(line)
    }

    fn instruction(&self, step: StepId) -> Option<&Instruction> {
        let code = self.run.plan.code.get(usize::from(step.code))?;
        code.steps.get(usize::from(step.at))
    }

    /// The program's name before a call, unless its host runs no other.
    fn naming(&self, process: ProcessId) -> String {
        let Some(program) = self.run.plan.programs.get(usize::from(process.program)) else {
            return String::new();
        };
        if !self.names_programs[usize::from(program.host)] {
            return String::new();
        }
        let name = words::shortened(&program.name, NAME);
        match process.instance {
            0 => format!("{name}: "),
            instance => format!("{name}/{}: ", instance + 1),
        }
    }

    /// `recv c`: the call and its socket.
    pub(super) fn call_in_short(&self, step: StepId) -> Option<String> {
        let (name, socket) = words::call_name(&self.instruction(step)?.step);
        let sockets = &self.run.plan.code.get(usize::from(step.code))?.sockets;
        Some(match socket.and_then(|fd| sockets.get(usize::from(fd))) {
            // The listener of a program that has only one need not have a name.
            Some(socket) if socket.is_empty() && name == "close" => "close listener".to_owned(),
            Some(socket) if socket.is_empty() => name.to_owned(),
            Some(socket) => format!("{name} {}", words::shortened(socket, NAME)),
            None => name.to_owned(),
        })
    }

    /// `connect s 172.16.79.132:9091`: the call with all it was given.
    fn call_in_full(&self, record: &Record, step: StepId, call: &Step) -> String {
        let own = usize::from(record.host.min(1));
        let arguments = words::arguments(call, self.run.plan, own);
        let name = self.call_in_short(step).unwrap_or_default();
        match (call, arguments.as_str()) {
            (_, "") => name,
            (Step::Listen { .. } | Step::Receive { .. }, _) => format!("{name}, {arguments}"),
            _ => format!("{name} {arguments}"),
        }
    }

    /// What came of a call; empty if nothing is to be said.
    fn outcome(
        &self,
        record: &Record,
        instruction: &Instruction,
        result: CallResult,
        expected: bool,
    ) -> String {
        let own = &self.run.plan.hosts[usize::from(record.host.min(1))];
        let errors = own.profile.sockets.errors;
        let text = match words::result(&instruction.step, result, errors) {
            Some(text) => text,
            None => match instruction.step {
                Step::Accept { .. } => self.peer_of(record).unwrap_or_default(),
                _ => String::new(),
            },
        };
        let failed = matches!(result, CallResult::Failed(_));
        let remark = match (expected, failed) {
            (true, true) => " as expected".to_owned(),
            (true, false) => String::new(),
            (false, true) if instruction.expects == Expects::Success => ", unexpected".to_owned(),
            (false, _) => format!(", expected {}", words::expectation(instruction.expects)),
        };
        match (text.is_empty(), remark.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!(" → success{remark}"),
            (false, _) => format!(" → {text}{remark}"),
        }
    }

    /// The other end of the record's connection.
    fn peer_of(&self, record: &Record) -> Option<String> {
        let connection = self.book.connection(record.connection?)?;
        let peer = 1 - usize::from(record.host.min(1));
        let address = self.run.plan.hosts[peer].address;
        Some(SocketAddr::new(address, connection.ports[peer]).to_string())
    }
}
