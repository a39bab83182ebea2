//! The section `inject`: segments and ICMP errors that come from outside.

use super::faults::{RULES_MAX, add_trigger, named_call, read_flags, read_trigger};
use super::icmp;
use super::node::{Arguments, Call, Node};
use super::reader::{Fields, Reader};
use crate::link::fault::TriggerId;
use crate::segment::Flags;
use crate::sim::plan::{Injection, Number, Trigger};
use crate::time::Span;

/// What can come from outside.
const INJECTIONS: [&str; 2] = ["Segment", "Icmp"];

/// The fields of an injected segment.
const FIELDS: &[&str] = &[
    "from",
    "at",
    "when",
    "after",
    "flags",
    "seq",
    "ack",
    "wnd",
    "len",
    "connection",
    "source_port",
    "port",
];

/// Names of what can come from outside, with their fields, and kinds of ICMP errors.
pub fn words() -> impl Iterator<Item = &'static str> {
    let kinds = icmp::KINDS.iter().map(|(name, _)| *name);
    let fields = FIELDS.iter().chain(icmp::FIELDS).copied();
    INJECTIONS.into_iter().chain(fields).chain(kinds)
}

/// Reads the injections; a segment can carry `room` octets of text.
pub fn read(
    node: Option<Node>,
    room: u16,
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> Vec<Injection> {
    let Some(node) = node else {
        return Vec::new();
    };
    let list = reader.short_list(node, "`inject`", RULES_MAX);
    let injections = list.into_iter();
    injections
        .filter_map(|node| read_injection(node, room, triggers, reader))
        .collect()
}

fn read_injection(
    node: Node,
    room: u16,
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> Option<Injection> {
    match node.call() {
        // A name may be left out, as everywhere.
        Some(call) if call.name.is_some_and(|name| name.text == "Icmp") => {
            icmp::read_injection(node, call, triggers, reader)
        }
        Some(call) if call.name.is_some() => {
            let call = named_call(node, "an injection", &INJECTIONS, reader)?;
            read_segment(node, call, room, triggers, reader)
        }
        Some(call) => read_segment(node, call, room, triggers, reader),
        None => {
            reader.fields(node, "Segment", FIELDS)?;
            None
        }
    }
}

fn read_segment(
    node: Node,
    call: Call,
    room: u16,
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> Option<Injection> {
    let fields = reader.fields_of(node, call, "Segment", FIELDS)?;
    let from = fields.require("from", reader);
    let from = from.and_then(|node| reader.host(node, "`from`"));
    let when = read_when(&fields, "Segment", triggers, reader);
    let after = read_after(&fields, reader);
    let flags = fields.require("flags", reader);
    let flags = flags.and_then(|node| read_flags(node, reader));
    let mut number = |name: &str| match fields.get(name) {
        Some(node) => read_number(node, &format!("`{name}`"), reader),
        None => Some(Number::Expected(0)),
    };
    let (seq, ack) = (number("seq"), number("ack"));
    if let (Some(node), Some(flags)) = (fields.get("ack"), flags)
        && !flags.contains(Flags::ACK)
    {
        reader
            .report(
                "contradiction",
                node.span(),
                format!("`ack` is given, but the flags \"{flags}\" have no ACK bit"),
                "nobody reads this number",
            )
            .help(format!("the letter of ACK is the full stop: \"{flags}.\""));
    }
    let mut count = |name: &str, default: u32, min: u32, max: u32| match fields.get(name) {
        Some(node) => reader.integer_u32(node, &format!("`{name}`"), min..=max),
        None => Some(default),
    };
    let wnd = count("wnd", u32::from(u16::MAX), 0, u32::from(u16::MAX));
    let len = count("len", 0, 0, u32::from(room));
    let connection = count("connection", 1, 1, u32::MAX);
    let ports = read_ports(&fields, reader);
    Some(Injection {
        icmp: None,
        when: when?,
        after: after?,
        from: from?,
        ports: ports?,
        connection: connection?,
        flags: flags?,
        seq: seq?,
        ack: ack?,
        wnd: u16::try_from(wnd?).ok()?,
        len: len?,
    })
}

/// What it waits for: `at` a moment, or `when` something happens.
pub(super) fn read_when(
    fields: &Fields,
    name: &str,
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> Option<TriggerId> {
    match (fields.get("at"), fields.get("when")) {
        (Some(at), None) => {
            let time = reader.moment(at, "`at`")?;
            add_trigger(Trigger::At(time), triggers)
        }
        (None, Some(when)) => read_trigger(when, "`when`", triggers, reader),
        (Some(_), Some(when)) => {
            reader
                .report(
                    "contradiction",
                    when.span(),
                    "`at` and `when` are both given",
                    "`at` is given too",
                )
                .help("`at` is a moment, `when` something that happens: give one of them");
            None
        }
        (None, None) => {
            reader
                .report(
                    "missing-field",
                    fields.span(),
                    format!("`{name}` needs the field `at` or `when`"),
                    "when does it arrive?",
                )
                .help("at: \"5s\", or when: Reaches(\"client\", TimeWait)");
            None
        }
    }
}

/// How long after `when` it arrives.
pub(super) fn read_after(fields: &Fields, reader: &mut Reader) -> Option<Span> {
    let Some(node) = fields.get("after") else {
        return Some(Span::ZERO);
    };
    if fields.get("at").is_some() && fields.get("when").is_none() {
        reader
            .report(
                "contradiction",
                node.span(),
                "`at` and `after` are both given",
                "`at` says it already",
            )
            .help("`after` counts from `when`");
        return None;
    }
    reader.duration(node, "`after`")
}

/// A sequence number: `Absolute(90)`, `Relative(5)` or `Expected(0)`.
pub(super) fn read_number(node: Node, what: &str, reader: &mut Reader) -> Option<Number> {
    if node.value::<i64>().is_some() {
        let help = format!("write Relative({0}) or Absolute({0})", node.text);
        reader
            .wrong(node, what, "Absolute(…), Relative(…) or Expected(…)")
            .help(help);
        return None;
    }
    let call = named_call(node, what, &["Absolute", "Relative", "Expected"], reader)?;
    let name = call.name?;
    let argument = match call.arguments {
        Arguments::Positional(arguments) if arguments.len() == 1 => arguments[0],
        Arguments::None | Arguments::Named(_) | Arguments::Positional(_) => {
            reader.wrong(node, what, &format!("`{}(0)`", name.text));
            return None;
        }
    };
    if name.text == "Absolute" {
        let number = reader.integer_u32(argument, "a sequence number", 0..=u32::MAX)?;
        return Some(Number::Absolute(number));
    }
    // Further away than the whole space of sequence numbers is nowhere.
    let space = i64::from(u32::MAX);
    let offset = argument.value::<i64>().filter(|n| n.abs() <= space);
    let Some(offset) = offset else {
        let expected = format!("a whole number from -{space} to {space}");
        reader.out_of_range(argument, "a distance of sequence numbers", &expected);
        return None;
    };
    Some(match name.text {
        "Relative" => Number::Relative(offset),
        _ => Number::Expected(offset),
    })
}

/// Ports of the sender and the receiver: both or none.
pub(super) fn read_ports(fields: &Fields, reader: &mut Reader) -> Option<Option<(u16, u16)>> {
    let (source, destination) = (fields.get("source_port"), fields.get("port"));
    if let (Some(alone), None) | (None, Some(alone)) = (source, destination) {
        let (given, missing) = match source {
            Some(_) => ("source_port", "port"),
            None => ("port", "source_port"),
        };
        reader
            .report(
                "contradiction",
                alone.span(),
                format!("`{given}` is given without `{missing}`"),
                format!("`{missing}` is missing"),
            )
            .help("give both ports, or none for those of the connection");
        return None;
    }
    let Some((source, destination)) = source.zip(destination) else {
        return Some(None);
    };
    let source = reader.port(source, "`source_port`", 1);
    let destination = reader.port(destination, "`port`", 1);
    Some(Some(source.zip(destination)?))
}
