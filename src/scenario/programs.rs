//! The section `programs`: which programs run on which host, and what happens to them from outside.

use super::faults::named_call;
use super::node::{Arguments, Node};
use super::reader::{Fields, Reader};
use super::sockets::{Role, Sockets};
use super::steps::Writer;
use crate::host::program::{Code, ProgramPlan, Signal};
use crate::sim::plan::HostIndex;
use crate::time::{Span, Time};
use std::collections::BTreeSet;

/// So many programs a scenario can have.
const PROGRAMS_MAX: usize = 1_000;

/// So many processes of one program can run: enough for every port to be used many times over.
const COUNT_MAX: u32 = 10_000_000;

/// The distance between the starts of two processes where the scenario does not say.
const DEFAULT_EVERY: Span = Span::from_millis(1);

/// The fields of a program.
pub const FIELDS: &[&str] = &[
    "on",
    "name",
    "steps",
    "on_interrupt",
    "start",
    "count",
    "every",
    "signals",
];

/// Reads the programs, and their code with that of their handlers and children.
pub fn read(node: Option<Node>, reader: &mut Reader) -> (Vec<Code>, Vec<ProgramPlan>) {
    let mut code = Vec::new();
    let mut programs = Vec::new();
    let Some(node) = node else {
        return (code, programs);
    };
    let mut names: Vec<Option<(String, Node)>> = Vec::new();
    for node in reader.short_list(node, "`programs`", PROGRAMS_MAX) {
        let Some(fields) = reader.fields(node, "Program", FIELDS) else {
            continue;
        };
        let (program, name) = read_program(&fields, &mut code, reader);
        programs.push(program);
        names.push(name);
    }
    name_programs(&mut programs, &names, reader);
    (code, programs)
}

fn read_program<'a>(
    fields: &Fields<'a>,
    code: &mut Vec<Code>,
    reader: &mut Reader,
) -> (ProgramPlan, Option<(String, Node<'a>)>) {
    let on = fields.require("on", reader);
    let host = on.and_then(|node| reader.host(node, "`on`"));
    let name = fields.read("name", reader, |reader, node, _| {
        Some((read_name(node, reader)?, node))
    });
    let start = fields.read("start", reader, Reader::moment);
    let start = start.unwrap_or(Time::ZERO);
    let (main, on_interrupt) = read_code(fields, host, code, reader);
    let count = fields.read("count", reader, |reader, node, what| {
        reader.integer_u32(node, what, 1..=COUNT_MAX)
    });
    let every = fields.read("every", reader, Reader::duration);
    let signals = fields.read("signals", reader, |reader, node, _| {
        Some(read_signals(node, start, reader))
    });
    let program = ProgramPlan {
        name: String::new(),
        host: host.unwrap_or(0),
        code: main,
        on_interrupt,
        start,
        count: count.unwrap_or(1),
        every: every.unwrap_or(DEFAULT_EVERY),
        signals: signals.unwrap_or_default(),
    };
    (program, name)
}

/// The code of the program and of its handler, by index.
fn read_code(
    fields: &Fields,
    host: Option<HostIndex>,
    code: &mut Vec<Code>,
    reader: &mut Reader,
) -> (u16, Option<u16>) {
    let first = code.len();
    let steps = fields.require("steps", reader);
    let handler = fields.get("on_interrupt");
    let mut sockets = Sockets::default();
    for node in [steps, handler].into_iter().flatten() {
        sockets.find_openers(node);
    }
    let mut writer = Writer {
        host,
        code,
        sockets,
        reader,
    };
    let main = steps.and_then(|node| writer.write(node, "`steps`", Role::Main));
    let on_interrupt = handler.and_then(|node| writer.write(node, "`on_interrupt`", Role::Handler));
    let names = writer.sockets.names;
    // One table of names for the program, its handler and its children: a number means the same
    // socket in all of them.
    for code in &mut code[first..] {
        code.sockets.clone_from(&names);
    }
    (main.unwrap_or(0), on_interrupt)
}

/// The longest name of a program, in characters.
const NAME_MAX: usize = 40;

fn read_name(node: Node, reader: &mut Reader) -> Option<String> {
    let name = reader.string(node, "`name`")?;
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace();
    if name.is_empty() || NAME_MAX < name.chars().count() || !name.chars().all(is_plain) {
        let expected = format!("1 to {NAME_MAX} characters without blanks");
        reader.out_of_range(node, "`name`", &expected);
        return None;
    }
    Some(name)
}

/// Gives every program its name: its own, or that of its host with a number.
fn name_programs(
    programs: &mut [ProgramPlan],
    given: &[Option<(String, Node)>],
    reader: &mut Reader,
) {
    let mut taken = BTreeSet::new();
    for (name, node) in given.iter().flatten() {
        if !taken.insert(name.clone()) {
            let message = format!("two programs have the name \"{name}\"");
            reader.report("duplicate", node.span(), message, "given before");
        }
    }
    let mut numbers = [0_u32; 2];
    for (program, given) in programs.iter_mut().zip(given) {
        if let Some((name, _)) = given {
            program.name.clone_from(name);
            continue;
        }
        let host = usize::from(program.host);
        let base = reader.hosts.get(host).map_or("", String::as_str);
        let mut name = base.to_string();
        loop {
            numbers[host] += 1;
            if 1 < numbers[host] {
                name = format!("{base}-{}", numbers[host]);
            }
            if !taken.contains(&name) {
                break;
            }
        }
        taken.insert(name.clone());
        program.name = name;
    }
}

/// What happens to the program from outside, in order of time.
fn read_signals(node: Node, start: Time, reader: &mut Reader) -> Vec<(Time, Signal)> {
    let mut signals = Vec::new();
    for node in reader.list(node, "`signals`").unwrap_or_default() {
        signals.extend(read_signal(node, start, reader));
    }
    // Stable: of two at one moment, the one listed first comes first.
    signals.sort_by_key(|(time, _)| *time);
    signals
}

fn read_signal(node: Node, start: Time, reader: &mut Reader) -> Option<(Time, Signal)> {
    let table = [
        ("Interrupt", Signal::Interrupt),
        ("Kill", Signal::Kill),
        ("Start", Signal::Start),
    ];
    let known = table.map(|(name, _)| name);
    let call = named_call(node, "a signal", &known, reader)?;
    let name = call.name?.text;
    let (_, signal) = *table.iter().find(|(known, _)| *known == name)?;
    let moment = match call.arguments {
        Arguments::Positional(arguments) if arguments.len() == 1 => arguments[0],
        Arguments::None | Arguments::Named(_) | Arguments::Positional(_) => {
            reader.wrong(node, "a signal", &format!("`{name}(\"3s\")`"));
            return None;
        }
    };
    let time = reader.moment(moment, &format!("the moment of `{name}`"))?;
    if time < start {
        let start = start.since(Time::ZERO);
        let message = format!("`{name}` comes before the program starts");
        let label = format!("the program starts at {start}");
        reader
            .report("contradiction", moment.span(), message, label)
            .help("moments count from the start of the run");
        return None;
    }
    Some((time, signal))
}
