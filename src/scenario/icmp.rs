//! ICMP errors: their kinds, which faults name too, and those that come from outside (`inject`).

use super::faults::named_call;
use super::inject::{read_after, read_number, read_ports, read_when};
use super::node::{Arguments, Call, Node};
use super::reader::Reader;
use crate::link::fault::TriggerId;
use crate::segment::Flags;
use crate::segment::icmp::IcmpKind;
use crate::sim::plan::{Injection, Number, Trigger};

/// Kinds of ICMP errors, as a scenario writes them.
pub const KINDS: [(&str, IcmpKind); 10] = [
    ("NetUnreachable", IcmpKind::NetUnreachable),
    ("HostUnreachable", IcmpKind::HostUnreachable),
    ("ProtocolUnreachable", IcmpKind::ProtocolUnreachable),
    ("PortUnreachable", IcmpKind::PortUnreachable),
    (
        "FragmentationNeeded",
        IcmpKind::FragmentationNeeded { mtu: 0 },
    ),
    ("SourceRouteFailed", IcmpKind::SourceRouteFailed),
    ("AdminProhibited", IcmpKind::AdminProhibited),
    ("TimeExceeded", IcmpKind::TimeExceeded),
    ("ParameterProblem", IcmpKind::ParameterProblem),
    ("SourceQuench", IcmpKind::SourceQuench),
];

/// The fields of an injected ICMP error.
pub const FIELDS: &[&str] = &[
    "to",
    "kind",
    "at",
    "when",
    "after",
    "seq",
    "connection",
    "source_port",
    "port",
];

/// Reads a kind: `HostUnreachable`, `FragmentationNeeded(1400)`.
pub fn read_kind(node: Node, what: &str, reader: &mut Reader) -> Option<IcmpKind> {
    let known: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    let call = named_call(node, what, &known, reader)?;
    let name = call.name?.text;
    let (_, kind) = *KINDS.iter().find(|(known, _)| *known == name)?;
    match (kind, call.arguments) {
        (_, Arguments::None) => Some(kind),
        (IcmpKind::FragmentationNeeded { .. }, Arguments::Positional(arguments))
            if arguments.len() == 1 =>
        {
            let mtu = reader.integer(arguments[0], "the MTU", 0..=u64::from(u16::MAX))?;
            let mtu = u16::try_from(mtu).ok()?;
            Some(IcmpKind::FragmentationNeeded { mtu })
        }
        (IcmpKind::FragmentationNeeded { .. }, _) => {
            reader.wrong(node, what, "`FragmentationNeeded(1400)`");
            None
        }
        _ => {
            reader.wrong(node, what, &format!("`{name}` alone"));
            None
        }
    }
}

/// Reads an ICMP error that comes from outside.
pub fn read_injection(
    node: Node,
    call: Call,
    triggers: &mut Vec<Trigger>,
    reader: &mut Reader,
) -> Option<Injection> {
    let fields = reader.fields_of(node, call, "Icmp", FIELDS)?;
    let to = fields.require("to", reader);
    let to = to.and_then(|node| reader.host(node, "`to`"));
    let kind = fields.require("kind", reader);
    let kind = kind.and_then(|node| read_kind(node, "`kind`", reader));
    let when: Option<TriggerId> = read_when(&fields, "Icmp", triggers, reader);
    let after = read_after(&fields, reader);
    let seq = match fields.get("seq") {
        Some(node) => read_number(node, "`seq`", reader),
        None => Some(Number::Expected(0)),
    };
    let connection = match fields.get("connection") {
        Some(node) => reader.integer_u32(node, "`connection`", 1..=u32::MAX),
        None => Some(1),
    };
    let ports = read_ports(&fields, reader);
    Some(Injection {
        icmp: Some(kind?),
        when: when?,
        after: after?,
        from: 1 - to?.min(1),
        ports: ports?,
        connection: connection?,
        flags: Flags::NONE,
        seq: seq?,
        ack: Number::Expected(0),
        wnd: 0,
        len: 0,
    })
}
