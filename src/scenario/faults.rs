//! The section `faults`: rules that decide the fate of chosen packets; and triggers, for which
//! held packets and injections wait.

use super::icmp::read_kind;
use super::node::{Arguments, Call, Node};
use super::reader::{Fields, Names, Reader};
use crate::link::DirectionPlan;
use crate::link::fault::{Action, Fault, Header, Kind, Match, Transmission, TriggerId, Which};
use crate::segment::Flags;
use crate::sim::plan::Trigger;
use crate::tcp::state::State;
use crate::time::{Span, Time};

/// So many faults, and so many injections, a scenario can list.
pub const RULES_MAX: usize = 10_000;

/// So many copies of one packet a fault can make.
const COPIES_MAX: u32 = 1_000;

/// How far a copy follows behind its original where the scenario does not say.
const DEFAULT_LATER: Span = Span::from_millis(1);

/// What packets can be, as a scenario writes it.
pub const KINDS: [(&str, Kind); 10] = [
    ("Any", Kind::Any),
    ("Syn", Kind::Syn),
    ("SynAck", Kind::SynAck),
    ("AckOfSyn", Kind::AckOfSyn),
    ("Data", Kind::Data),
    ("Fin", Kind::Fin),
    ("AckOfFin", Kind::AckOfFin),
    ("Ack", Kind::Ack),
    ("Rst", Kind::Rst),
    ("Probe", Kind::Probe),
];

/// States of a connection, as a scenario writes them.
pub const STATES: [(&str, State); 11] = [
    ("Closed", State::Closed),
    ("Listen", State::Listen),
    ("SynSent", State::SynSent),
    ("SynReceived", State::SynReceived),
    ("Established", State::Established),
    ("FinWait1", State::FinWait1),
    ("FinWait2", State::FinWait2),
    ("CloseWait", State::CloseWait),
    ("Closing", State::Closing),
    ("LastAck", State::LastAck),
    ("TimeWait", State::TimeWait),
];

/// Each fault with the fields that it has beside the common ones.
const FAULTS: [(&str, &[&str]); 6] = [
    ("Drop", &[]),
    ("Duplicate", &["copies", "later"]),
    ("Delay", &["by"]),
    ("Hold", &["until"]),
    ("Answer", &["kind"]),
    ("Mark", &[]),
];

/// What held packets and injections can wait for.
const TRIGGERS: [&str; 3] = ["At", "Reaches", "Sends"];

const COMMON: [&str; 10] = [
    "from",
    "matching",
    "flags",
    "times",
    "nth",
    "every",
    "retransmissions",
    "connection",
    "after",
    "before",
];

/// Names of faults with their fields, kinds of packets, states and triggers.
pub fn words() -> impl Iterator<Item = &'static str> {
    let faults = FAULTS
        .iter()
        .flat_map(|(name, own)| [*name].into_iter().chain(own.iter().copied()));
    let kinds = KINDS.iter().map(|(name, _)| *name);
    let states = STATES.iter().map(|(name, _)| *name);
    faults
        .chain(COMMON)
        .chain(kinds)
        .chain(states)
        .chain(TRIGGERS)
}

/// Reads the faults into the directions of their senders; returns how many are listed.
pub fn read(
    node: Option<Node>,
    path: &mut [DirectionPlan; 2],
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> u16 {
    let Some(node) = node else {
        return 0;
    };
    let list = reader.short_list(node, "`faults`", RULES_MAX);
    let mut count = 0;
    for node in list {
        if let Some((from, fault)) = read_fault(node, triggers, reader) {
            path[usize::from(from)].faults.push((count, fault));
        }
        count += 1;
    }
    count
}

fn read_fault(node: Node, triggers: &mut Vec<Trigger>, reader: &mut Reader) -> Option<(u8, Fault)> {
    let known: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).collect();
    let call = named_call(node, "a fault", &known, reader)?;
    let name = call.name.map_or("", |name| name.text);
    let (name, own) = *FAULTS.iter().find(|(known, _)| *known == name)?;
    let known = [&COMMON[..], own].concat();
    let fields = reader.fields_of(node, call, name, &known)?;
    let from = fields.require("from", reader);
    let from = from.and_then(|node| reader.host(node, "`from`"));
    let action = read_action(name, &fields, triggers, reader);
    let which = read_which(&fields, reader);
    let matching = read_match(&fields, reader);
    Some((
        from?,
        Fault {
            matching,
            which,
            action: action?,
        },
    ))
}

/// Reads a name of `known` with what stands in parentheses after it.
pub fn named_call<'a>(
    node: Node<'a>,
    what: &str,
    known: &[&str],
    reader: &mut Reader,
) -> Option<Call<'a>> {
    let call = node.call().filter(|call| call.name.is_some());
    let Some(call) = call else {
        reader.not_a_name(node, what, known);
        return None;
    };
    if let Some(name) = call.name.filter(|name| !known.contains(&name.text)) {
        let message = format!("{what} cannot be `{}`", name.text);
        let names = Names::words(known);
        reader.unknown("unknown-name", name.span(), name.text, message, names);
        return None;
    }
    Some(call)
}

fn read_action(
    name: &str,
    fields: &Fields,
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> Option<Action> {
    match name {
        "Duplicate" => {
            let (mut copies, mut apart) = (1, DEFAULT_LATER);
            fields.read_into("copies", &mut copies, reader, |reader, node, what| {
                reader.integer_u32(node, what, 1..=COPIES_MAX)
            });
            fields.read_into("later", &mut apart, reader, Reader::duration);
            Some(Action::Duplicate { copies, apart })
        }
        "Delay" => {
            let by = fields.require("by", reader)?;
            Some(Action::Delay(reader.positive_duration(by, "`by`")?))
        }
        "Hold" => {
            let until = fields.require("until", reader)?;
            Some(Action::Hold(read_trigger(
                until, "`until`", triggers, reader,
            )?))
        }
        "Answer" => {
            let kind = fields.require("kind", reader)?;
            Some(Action::Answer(read_kind(kind, "`kind`", reader)?))
        }
        "Mark" => Some(Action::Mark),
        _ => Some(Action::Drop),
    }
}

/// Which of the matching packets: at most one of the fields may be given.
fn read_which(fields: &Fields, reader: &mut Reader) -> Which {
    let mut which = Which::All;
    let mut given = None;
    for name in ["times", "nth", "every"] {
        let Some(node) = fields.get(name) else {
            continue;
        };
        if let Some(before) = given {
            let message = format!("`{before}` and `{name}` are both given");
            let label = format!("`{before}` is given too");
            reader
                .report("contradiction", node.span(), message, label)
                .help("give at most one of `times`, `nth` and `every`");
        }
        given = Some(name);
        if let Some(n) = reader.integer_u32(node, &format!("`{name}`"), 1..=u32::MAX) {
            which = match name {
                "times" => Which::First(n),
                "nth" => Which::Nth(n),
                _ => Which::Every(n),
            };
        }
    }
    which
}

fn read_match(fields: &Fields, reader: &mut Reader) -> Match {
    let kind = fields.read("matching", reader, |reader, node, what| {
        reader.choice(node, what, &KINDS)
    });
    let flags = fields.read("flags", reader, |reader, node, _| read_flags(node, reader));
    let transmission = fields.read("retransmissions", reader, |reader, node, what| {
        let table = [
            ("Only", Transmission::Again),
            ("Never", Transmission::First),
        ];
        reader.choice(node, what, &table)
    });
    let connection = fields.read("connection", reader, |reader, node, what| {
        reader.integer_u32(node, what, 1..=u32::MAX)
    });
    let from = fields.read("after", reader, Reader::moment);
    let until = fields.read("before", reader, |reader, node, what| {
        let span = reader.positive_duration(node, what)?;
        let until = Time::ZERO + span;
        if from.is_some_and(|from| until <= from) {
            reader
                .report(
                    "contradiction",
                    node.span(),
                    "`before` is not later than `after`: no packet lies between",
                    "not later than `after`",
                )
                .help("both are moments of the run");
        }
        Some(until)
    });
    Match {
        kind: kind.unwrap_or(Kind::Any),
        flags,
        transmission: transmission.unwrap_or(Transmission::Any),
        connection,
        from: from.unwrap_or(Time::ZERO),
        until: until.unwrap_or(Time::NEVER),
        header: Header::ANY,
    }
}

/// Reads control bits in tcpdump's letters.
pub fn read_flags(node: Node, reader: &mut Reader) -> Option<Flags> {
    let text = reader.string(node, "`flags`")?;
    let flags = Flags::parse(&text);
    if flags.is_none() {
        reader
            .wrong(node, "`flags`", "letters as tcpdump prints them")
            .help("S is SYN, F FIN, P PSH, R RST, . ACK, and \"none\" no bit: \"S.\", \"FP.\"");
    }
    flags
}

/// Reads what a held packet or an injection waits for.
pub fn read_trigger(
    node: Node,
    what: &str,
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> Option<TriggerId> {
    let call = named_call(node, what, &TRIGGERS, reader)?;
    let name = call.name?;
    let arguments = match (name.text, call.arguments) {
        ("At", Arguments::Positional(arguments)) if arguments.len() == 1 => arguments,
        ("Reaches" | "Sends", Arguments::Positional(arguments)) if arguments.len() == 2 => {
            arguments
        }
        (name, _) => {
            let form = match name {
                "At" => "At(\"5s\")",
                "Reaches" => "Reaches(\"client\", TimeWait)",
                _ => "Sends(\"client\", Fin)",
            };
            reader.wrong(node, what, &format!("`{form}`"));
            return None;
        }
    };
    let trigger = match name.text {
        "At" => Trigger::At(reader.moment(arguments[0], "`At`")?),
        "Reaches" => {
            let end = reader.host_and_connection(arguments[0], "the host of `Reaches`");
            let state = reader.choice(arguments[1], "the state", &STATES);
            let ((host, connection), state) = end.zip(state)?;
            Trigger::Reaches {
                host,
                state,
                connection,
            }
        }
        _ => {
            let host = reader.host(arguments[0], "the host of `Sends`");
            let kind = reader.choice(arguments[1], "the kind of packet", &KINDS);
            let (host, kind) = host.zip(kind)?;
            Trigger::Sends { host, kind }
        }
    };
    add_trigger(trigger, triggers)
}

/// Adds a trigger to the plan's list.
pub fn add_trigger(trigger: Trigger, triggers: &mut Vec<Trigger>) -> Option<TriggerId> {
    // At most one for each fault and injection, so the number stays far below 2^16.
    let id = u16::try_from(triggers.len()).ok()?;
    triggers.push(trigger);
    Some(TriggerId(id))
}
