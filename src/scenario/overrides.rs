//! The field `with` of a host: constants and policies of its profile, changed by name.
//!
//! Names, kinds and ranges are those of the catalogue; a value that no TCP may have is a mistake,
//! an unusual one is not. What is read here besides: `msl`, what the MTU leaves, and that no two
//! constants contradict each other ([`ORDERED`]), whether both are given or one with what the host
//! has: of its profile, and for `Tune` of the changes before it in time.

use super::node::{Arguments, Node};
use super::path::Room;
use super::reader::{Fields, Reader};
use super::units;
use crate::host::profile::Profile;
use crate::host::profile::bounds::{ORDERED, Ordered};
use crate::host::profile::catalogue::{
    self, BACKOFFS_MAX, BUFFER_MAX, ConstantId, Kind, SpanRange, UNLIMITED, Value,
};
use crate::tcp::config::Limit;
use crate::time::Span;

/// Half of `time_wait`, in the words of RFC 9293.
const MSL: &str = "msl";

/// A limit that is no span, from its count.
type Counted = fn(u32) -> Limit;

/// The limits that are no spans.
const LIMITS: [(&str, Counted); 2] = [
    ("Retransmissions", Limit::Retransmissions),
    ("Backoffs", Limit::Backoffs),
];

/// The fields of `with`.
fn fields() -> Vec<&'static str> {
    let mut names: Vec<&str> = catalogue::all().map(ConstantId::name).collect();
    names.insert(1, MSL);
    names
}

/// The fields of `with`, and the words that they may hold.
pub fn words() -> Vec<&'static str> {
    let mut words = fields();
    words.extend(LIMITS.map(|(name, _)| name));
    words.push(UNLIMITED);
    for constant in catalogue::all() {
        match constant.kind() {
            Kind::Choice(choices) => words.extend(choices),
            Kind::SpanOr(_, none) | Kind::LimitOr(none) => words.push(none),
            Kind::Span(_)
            | Kind::Count(_)
            | Kind::Octets(..)
            | Kind::Switch
            | Kind::Ports
            | Kind::Limit => {}
        }
    }
    words
}

/// Changes `profile` by what `with` says; the host's MTU leaves `room`.
pub fn read(with: Node, profile: &mut Profile, room: Room, reader: &mut Reader) {
    let Some(call) = with.call().filter(|call| call.name.is_none()) else {
        reader.wrong(with, "`with`", "fields in parentheses: (msl: \"30s\")");
        return;
    };
    let Some(fields) = reader.fields_of(with, call, "with", &fields()) else {
        return;
    };
    let mut misread = Vec::new();
    for constant in catalogue::all() {
        let Some(node) = fields.get(constant.name()) else {
            continue;
        };
        match read_constant(reader, node, constant, room) {
            Some(value) => constant.set(profile, value),
            None => misread.push(constant),
        }
    }
    read_msl(&fields, profile, reader);
    for pair in ORDERED {
        // A value that could not be read is a mistake already, and contradicts nothing.
        let is_known = |constant| !misread.contains(&constant);
        if is_known(pair.lower()) && is_known(pair.upper()) && !pair.is_kept(profile) {
            contradict(pair, &fields, profile, reader);
        }
    }
}

/// Reads a value that a constant may have; the host's MTU leaves `room`.
fn read_constant(
    reader: &mut Reader,
    node: Node,
    constant: ConstantId,
    room: Room,
) -> Option<Value> {
    let what = format!("`{}`", constant.name());
    match (constant.name(), constant.kind()) {
        ("mss", _) => read_mss(reader, node, &what, room.text),
        ("path_mtu_min", Kind::Octets(least, _)) => {
            read_path_mtu_min(reader, node, &what, least, room.packet)
        }
        (_, kind) => read_value(reader, node, &what, kind),
    }
}

/// A value of one kind; the catalogue allows whatever is read.
fn read_value(reader: &mut Reader, node: Node, what: &str, kind: Kind) -> Option<Value> {
    let value = match kind {
        Kind::Span(range) => Value::Span(read_span(reader, node, what, range)?),
        Kind::SpanOr(_, none) if is_word(node) => {
            reader.choice(node, what, &[(none, Value::Absent)])?
        }
        Kind::SpanOr(range, none) => {
            if node.string().is_none() && !super::values::is_number(node.text) {
                let expected = format!("a duration or {none}");
                reader
                    .wrong(node, what, &expected)
                    .help(units::DURATION_HELP);
                return None;
            }
            Value::Span(read_span(reader, node, what, range)?)
        }
        Kind::Count(_) if is_word(node) => {
            reader.choice(node, what, &[(UNLIMITED, Value::Number(u32::MAX))])?
        }
        Kind::Count(least) => Value::Number(reader.integer_u32(node, what, least..=u32::MAX)?),
        Kind::Octets(least, most) => {
            let size = reader.size(node, what, least.into()..=most.into())?;
            Value::Number(u32::try_from(size).ok()?)
        }
        Kind::Switch => Value::Switch(reader.boolean(node, what)?),
        Kind::Choice(words) => {
            let table: Vec<(&str, Value)> = words
                .iter()
                .map(|word| (*word, Value::Word(word)))
                .collect();
            reader.choice(node, what, &table)?
        }
        Kind::Ports => {
            let (first, last) = read_ports(reader, node, what)?;
            Value::Ports(first, last)
        }
        Kind::Limit => Value::Limit(read_limit(reader, node, what, None)?),
        Kind::LimitOr(none) if node.name() == Some(none) => Value::Absent,
        Kind::LimitOr(none) => Value::Limit(read_limit(reader, node, what, Some(none))?),
    };
    Some(value)
}

/// True if the value is a single word, such as `Off`, and not `true`.
fn is_word(node: Node) -> bool {
    node.name().is_some() && node.value::<bool>().is_none()
}

fn read_span(reader: &mut Reader, node: Node, what: &str, range: SpanRange) -> Option<Span> {
    let (expected, help) = match range {
        SpanRange::Any => return reader.duration(node, what),
        SpanRange::Positive => return reader.positive_duration(node, what),
        SpanRange::AtLeast(least, help) => (format!("at least \"{least}\""), help),
        SpanRange::Below(bound, help) => (format!("less than \"{bound}\""), help),
        SpanRange::Between(least, most, help) => (format!("\"{least}\" to \"{most}\""), help),
    };
    let span = match range {
        SpanRange::Below(..) => reader.positive_duration(node, what)?,
        _ => reader.duration(node, what)?,
    };
    if !range.contains(span) {
        reader.out_of_range(node, what, &expected).help(help);
        return None;
    }
    Some(span)
}

/// A time-out's limit: `"300s"`, `Retransmissions(12)`, `Backoffs(15)`.
fn read_limit(reader: &mut Reader, node: Node, what: &str, none: Option<&str>) -> Option<Limit> {
    if node.string().is_some() || super::values::is_number(node.text) {
        return Some(Limit::After(reader.positive_duration(node, what)?));
    }
    let call = node
        .call()
        .and_then(|call| Some((call.name?, call.arguments)));
    let Some((name, arguments)) = call else {
        let expected = match none {
            Some(none) => format!("a duration, Retransmissions(12), Backoffs(15) or {none}"),
            None => "a duration, Retransmissions(12) or Backoffs(15)".to_owned(),
        };
        reader
            .wrong(node, what, &expected)
            .help(units::DURATION_HELP);
        return None;
    };
    let Some((known, limit)) = LIMITS.iter().find(|(known, _)| *known == name.text) else {
        let known = LIMITS.map(|(name, _)| name);
        let message = format!("{what} cannot be `{}`", name.text);
        let names = super::reader::Names::words(&known);
        reader.unknown("unknown-name", name.span(), name.text, message, names);
        return None;
    };
    let Arguments::Positional(parts) = &arguments else {
        reader.wrong(node, what, &format!("a count: {known}(12)"));
        return None;
    };
    let [count] = parts.as_slice() else {
        reader.wrong(node, what, &format!("a single count: {known}(12)"));
        return None;
    };
    let most = match *known {
        "Backoffs" => BACKOFFS_MAX,
        _ => u32::MAX,
    };
    let what = format!("the count of `{known}`");
    Some(limit(reader.integer_u32(*count, &what, 0..=most)?))
}

/// First and last port: `(49152, 65535)`.
fn read_ports(reader: &mut Reader, node: Node, what: &str) -> Option<(u16, u16)> {
    let parts = match node.call().map(|call| (call.name, call.arguments)) {
        Some((None, Arguments::Positional(parts))) if parts.len() == 2 => parts,
        _ => {
            reader.wrong(node, what, "two ports: (49152, 65535)");
            return None;
        }
    };
    let first = reader.port(parts[0], "the first port", 1);
    let last = reader.port(parts[1], "the last port", 1);
    let (first, last) = first.zip(last)?;
    if last < first {
        reader.out_of_range(node, what, "the lower port first");
        return None;
    }
    Some((first, last))
}

/// The MSS is bounded by what a segment can carry.
fn read_mss(reader: &mut Reader, node: Node, what: &str, room: u16) -> Option<Value> {
    let mss = reader.integer_u32(node, what, 1..=room.into());
    if mss.is_none()
        && let Some(mistake) = reader.mistakes.last_mut()
    {
        mistake.help(format!("the MTU leaves {room} octets"));
    }
    mss.map(Value::Number)
}

/// A host believes in no path narrower than this, which its own link must not be.
fn read_path_mtu_min(
    reader: &mut Reader,
    node: Node,
    what: &str,
    least: u32,
    mtu: u16,
) -> Option<Value> {
    // A smaller MTU than any is a mistake that is reported; the range must only not be empty.
    let most = u32::from(mtu).max(least);
    let read = read_value(reader, node, what, Kind::Octets(least, most));
    if read.is_none()
        && let Some(mistake) = reader.mistakes.last_mut()
        && mistake.code == "out-of-range"
    {
        mistake.help(format!("the MTU of the host is {mtu}"));
    }
    read
}

/// Reads the size of a buffer.
pub fn read_buffer(reader: &mut Reader, node: Node, what: &str) -> Option<u32> {
    let size = reader.size(node, what, 1..=BUFFER_MAX.into())?;
    u32::try_from(size).ok()
}

fn read_msl(fields: &Fields, profile: &mut Profile, reader: &mut Reader) {
    let Some(msl) = fields.get(MSL) else {
        return;
    };
    if fields.get("time_wait").is_some() {
        reader
            .report(
                "contradiction",
                msl.span(),
                "`time_wait` and `msl` are both given",
                "`time_wait` is given too",
            )
            .help("`time_wait` is twice `msl`: give one of them");
        return;
    }
    let slot = &mut profile.tcp.time_wait;
    fields.read_into(MSL, slot, reader, |reader, node, what| {
        Some(reader.positive_duration(node, what)?.times(2))
    });
}

/// Reports two constants in the wrong order, where the later one of those is given that make it so.
///
/// Where none is given the profile was so before, which is reported already.
fn contradict(pair: &Ordered, fields: &Fields, profile: &Profile, reader: &mut Reader) {
    let (lower, upper) = (pair.lower(), pair.upper());
    let place = |constant: ConstantId| Some((constant, fields.get(constant.name())?.span()));
    let given = [Some(lower), Some(upper), pair.policy()].map(|constant| place(constant?));
    let [lower_at, upper_at, _] = &given;
    let are_both_given = lower_at.is_some() && upper_at.is_some();
    let places = given.into_iter().flatten();
    let Some((at_fault, span)) = places.max_by_key(|(_, span)| span.start) else {
        return;
    };
    let said = |constant: ConstantId| constant.shown(constant.get(profile));
    let (first, second, relation) = match at_fault == upper {
        true => (upper, lower, "below"),
        false => (lower, upper, "above"),
    };
    let (name, other) = (first.name(), second.name());
    let mut message = format!(
        "`{name}` is {}, {relation} `{other}`, which is {}",
        said(first),
        said(second)
    );
    if pair.policy() == Some(at_fault) {
        message = format!("`{}` is {}, but {message}", at_fault.name(), said(at_fault));
    }
    let advice = match are_both_given {
        true => format!("`{name}` and `{other}` are both given: change one"),
        false => format!(
            "what is not given here is that of the profile or of an earlier `Tune`: \
             give `{name}` and `{other}`"
        ),
    };
    reader
        .report(
            "contradiction",
            span,
            message,
            format!("{relation} `{other}`"),
        )
        .help(format!("{}; {advice}", pair.why));
}
