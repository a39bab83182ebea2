//! The section `expect`: what the author states about every run.

use super::Stated;
use super::faults::{KINDS, RULES_MAX, STATES, named_call};
use super::node::{Arguments, Node};
use super::reader::Reader;
use crate::check::expectation::{Endpoint, Expectation};
use crate::link::fault::Kind;
use crate::tcp::state::State;
use crate::time::{Span, Time};
use std::fmt;

/// Each expectation with an example and the number of values that it takes.
const FORMS: [(&str, &str, usize); 16] = [
    (
        "Visits",
        r#"Visits("client", [FinWait1, TimeWait, Closed])"#,
        2,
    ),
    ("Reaches", r#"Reaches("client", TimeWait)"#, 2),
    ("Never", r#"Never("client", Closing)"#, 2),
    ("Within", r#"Within("client", Closed, "5s")"#, 3),
    ("Lasts", r#"Lasts("client", TimeWait, "240s")"#, 3),
    (
        "LastsBetween",
        r#"LastsBetween("client", TimeWait, "60s", "61s")"#,
        4,
    ),
    ("ClosesAfterFin", r#"ClosesAfterFin("client", "240s")"#, 2),
    ("Sends", r#"Sends("server", Fin, 3)"#, 3),
    ("SendsBetween", r#"SendsBetween("server", Fin, 1, 3)"#, 4),
    (
        "SendsAt",
        r#"SendsAt("server", Fin, ["1.03s", "2.03s"])"#,
        3,
    ),
    ("Retransmits", r#"Retransmits("server", Fin, 2)"#, 3),
    (
        "RetransmitsBetween",
        r#"RetransmitsBetween("server", Fin, 1, 2)"#,
        4,
    ),
    ("Loses", r#"Loses("client", AckOfFin, 2)"#, 3),
    (
        "LosesBetween",
        r#"LosesBetween("client", AckOfFin, 1, 2)"#,
        4,
    ),
    ("Receives", r#"Receives("server", "100kB")"#, 2),
    ("LeavesNothing", "LeavesNothing", 0),
];

/// Names of expectations.
pub fn words() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(name, ..)| *name)
}

/// Reads the expectations.
pub fn read(node: Option<Node>, reader: &mut Reader) -> Vec<Stated> {
    let Some(node) = node else {
        return Vec::new();
    };
    let list = reader.short_list(node, "`expect`", RULES_MAX);
    let mut stated = Vec::new();
    for node in list {
        if let Some(expectation) = read_expectation(node, reader) {
            stated.push(Stated {
                expectation,
                text: node.canonical(),
                span: node.span(),
            });
        }
    }
    stated
}

fn read_expectation(node: Node, reader: &mut Reader) -> Option<Expectation> {
    let known = FORMS.map(|(name, ..)| name);
    let call = named_call(node, "an expectation", &known, reader)?;
    let name = call.name?;
    let (form, example, count) = *FORMS.iter().find(|(known, ..)| *known == name.text)?;
    let values = match call.arguments {
        Arguments::None => Vec::new(),
        Arguments::Positional(values) => values,
        Arguments::Named(fields) => {
            let span = fields
                .first()
                .map_or(node.span(), |(field, _)| field.span());
            let message = format!("`{form}` takes its values without names");
            reader
                .report("wrong-arguments", span, message, "a name")
                .help(format!("write {example}"));
            return None;
        }
    };
    if values.len() != count {
        let message = format!("`{form}` takes {count} values, found {}", values.len());
        reader
            .report(
                "wrong-arguments",
                name.span(),
                message,
                format!("takes {count} values"),
            )
            .help(format!("write {example}"));
        return None;
    }
    match form {
        "LeavesNothing" => Some(Expectation::LeavesNothing),
        "Sends" | "SendsBetween" => {
            let (host, kind, min, max) = counted(form, &values, reader)?;
            Some(Expectation::Sends(host, kind, min, max))
        }
        "SendsAt" => {
            let host = reader.host(values[0], "the host of `SendsAt`");
            let kind = reader.choice(values[1], "the kind of packet", &KINDS);
            let moments = read_moments(values[2], reader);
            Some(Expectation::SendsAt(host?, kind?, moments?))
        }
        "Retransmits" | "RetransmitsBetween" => {
            let (host, kind, min, max) = counted(form, &values, reader)?;
            Some(Expectation::Retransmits(host, kind, min, max))
        }
        "Loses" | "LosesBetween" => {
            let (host, kind, min, max) = counted(form, &values, reader)?;
            Some(Expectation::Loses(host, kind, min, max))
        }
        _ => of_endpoint(form, &values, reader),
    }
}

/// Expectations about one end of a connection.
fn of_endpoint(form: &str, values: &[Node], reader: &mut Reader) -> Option<Expectation> {
    let end = read_endpoint(values[0], form, reader);
    match form {
        "Visits" => {
            let states = read_states(values[1], reader);
            Some(Expectation::Visits(end?, states?))
        }
        "Reaches" | "Never" => {
            let (state, end) = (read_state(values[1], reader)?, end?);
            Some(match form {
                "Reaches" => Expectation::Reaches(end, state),
                _ => Expectation::Never(end, state),
            })
        }
        "Within" => {
            let state = read_state(values[1], reader);
            let time = reader.duration(values[2], "the moment of `Within`");
            Some(Expectation::Within(end?, state?, Time::ZERO + time?))
        }
        "Lasts" | "LastsBetween" => {
            let state = read_state(values[1], reader);
            let (min, max) = read_spans(form, &values[2..], reader)?;
            Some(Expectation::Lasts(end?, state?, min, max))
        }
        "ClosesAfterFin" => {
            let span = reader.duration(values[1], "the time of `ClosesAfterFin`");
            Some(Expectation::ClosesAfterFin(end?, span?))
        }
        _ => {
            let octets = reader.size(values[1], "the size of `Receives`", 0..=u64::MAX);
            Some(Expectation::Receives(end?, octets?))
        }
    }
}

/// One end of a connection: `"client"`, or `"client#2"` of the second connection.
fn read_endpoint(node: Node, form: &str, reader: &mut Reader) -> Option<Endpoint> {
    let what = format!("the host of `{form}`");
    let (host, connection) = reader.host_and_connection(node, &what)?;
    Some(Endpoint {
        host,
        connection: connection.unwrap_or(1),
    })
}

fn read_state(node: Node, reader: &mut Reader) -> Option<State> {
    reader.choice(node, "the state", &STATES)
}

fn read_states(node: Node, reader: &mut Reader) -> Option<Vec<State>> {
    let list = reader.list(node, "the states of `Visits`")?;
    if list.is_empty() {
        reader.out_of_range(node, "the list of states", "at least one state");
        return None;
    }
    let mut states = Some(Vec::new());
    for node in list {
        match (read_state(node, reader), &mut states) {
            (Some(state), Some(states)) => states.push(state),
            (Some(_), None) => {}
            (None, _) => states = None,
        }
    }
    states
}

/// Moments in their order; none means that nothing is sent.
fn read_moments(node: Node, reader: &mut Reader) -> Option<Vec<Time>> {
    let list = reader.list(node, "the moments of `SendsAt`")?;
    let mut moments = Some(Vec::new());
    for node in list {
        let moment = reader.duration(node, "a moment of `SendsAt`");
        match (moment, &mut moments) {
            (Some(moment), Some(moments)) => moments.push(Time::ZERO + moment),
            (Some(_), None) => {}
            (None, _) => moments = None,
        }
    }
    moments
}

/// The shortest and the longest time; one value is both.
fn read_spans(form: &str, values: &[Node], reader: &mut Reader) -> Option<(Span, Span)> {
    let what = format!("the time of `{form}`");
    let spans = values.iter().map(|node| reader.duration(*node, &what));
    let spans: Vec<Option<Span>> = spans.collect();
    between(values, &spans, reader)
}

/// Host, kind of packet, and the fewest and the most packets; one value is both.
fn counted(form: &str, values: &[Node], reader: &mut Reader) -> Option<(u8, Kind, u32, u32)> {
    let host = reader.host(values[0], &format!("the host of `{form}`"));
    let kind = reader.choice(values[1], "the kind of packet", &KINDS);
    let what = format!("the count of `{form}`");
    let counts = values[2..].iter();
    let counts = counts.map(|node| reader.integer_u32(*node, &what, 0..=u32::MAX));
    let counts: Vec<Option<u32>> = counts.collect();
    let (min, max) = between(&values[2..], &counts, reader)?;
    Some((host?, kind?, min, max))
}

/// The first and the last of one or two values, in this order.
fn between<T: Copy + PartialOrd + fmt::Display>(
    nodes: &[Node],
    values: &[Option<T>],
    reader: &mut Reader,
) -> Option<(T, T)> {
    let min = (*values.first()?)?;
    let max = (*values.last()?)?;
    if max < min {
        let span = nodes.last()?.span();
        let message = format!("the most is {max}, less than the least, which is {min}");
        reader
            .report("contradiction", span, message, "less than the least")
            .help("the smaller value comes first");
        return None;
    }
    Some((min, max))
}
