//! Reading values, and collecting every mistake on the way.
//!
//! Each method reads one kind of value from a [`Node`]; `None` means that the mistake is reported
//! and the caller goes on with whatever it likes, so that the rest of the file is read too.

use super::diagnostic::{Diagnostic, nearest};
use super::node::{Arguments, Call, Node, Word};
use super::units::{self, UnitError};
use crate::rng::Ratio;
use crate::sim::plan::HostIndex;
use crate::time::{Span, Time};
use std::ops::{Range, RangeInclusive};

/// What is known of the scenario while it is read.
#[derive(Debug, Default)]
pub struct Reader {
    /// The mistakes so far, in the order of finding them.
    pub mistakes: Vec<Diagnostic>,
    /// Names of the hosts, in the scenario's order.
    pub hosts: Vec<String>,
    /// When the run ends.
    pub until: Option<Time>,
}

/// The fields of a struct that the schema knows.
#[derive(Debug)]
pub struct Fields<'a> {
    /// The struct's name in the schema.
    name: &'static str,
    /// Where a missing field is reported: the struct's name, or the whole of it.
    span: Range<usize>,
    fields: Vec<(Word<'a>, Node<'a>)>,
}

impl<'a> Fields<'a> {
    /// The value of a field, if it is given.
    pub fn get(&self, name: &str) -> Option<Node<'a>> {
        let known = self.fields.iter().find(|(field, _)| field.text == name);
        known.map(|(_, value)| *value)
    }

    /// The value of a field that must be given.
    pub fn require(&self, name: &str, reader: &mut Reader) -> Option<Node<'a>> {
        let value = self.get(name);
        if value.is_none() {
            reader.report(
                "missing-field",
                self.span.clone(),
                format!("`{}` needs the field `{name}`", self.name),
                format!("`{name}` is missing"),
            );
        }
        value
    }

    /// Where the struct's name stands.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl Reader {
    /// Reports a mistake; help can be added to what is returned.
    pub fn report(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        self.mistakes
            .push(Diagnostic::new(code, span, message, label));
        self.mistakes.last_mut().expect("one was just pushed")
    }

    /// Reports that a value is of the wrong kind: `what` names it, `expected` tells what belongs there.
    pub fn wrong(&mut self, node: Node, what: &str, expected: &str) -> &mut Diagnostic {
        self.report(
            "wrong-type",
            node.span(),
            format!("{what} is {}, expected {expected}", node.found()),
            format!("expected {expected}"),
        )
    }

    /// Reports a word that does not exist, with the nearest one that does.
    pub fn unknown(
        &mut self,
        code: &'static str,
        word: Word,
        message: String,
        known: &[&str],
        quoted: bool,
    ) {
        let near = nearest(word.text, known.iter().copied());
        let written = |name: &str| match quoted {
            true => format!("\"{name}\""),
            false => name.to_string(),
        };
        let list: Vec<String> = known.iter().map(|name| written(name)).collect();
        let span = word.span();
        let mistake = self.report(code, span.clone(), message, "unknown");
        let all = match list.as_slice() {
            [] => "there are none".to_string(),
            [only] => format!("there is only {only}"),
            [names @ .., last] => format!("there are {} and {last}", names.join(", ")),
        };
        match near {
            Some(near) => {
                let fix = written(near);
                mistake.label = format!("did you mean {fix}?");
                mistake.help(all).fix(span, fix);
            }
            None => {
                mistake.help(all);
            }
        }
    }

    /// Reads the fields of a struct; all but `known` are reported, and so are repeated ones.
    ///
    /// A struct may be written without its name.
    pub fn fields<'a>(
        &mut self,
        node: Node<'a>,
        name: &'static str,
        known: &[&'static str],
    ) -> Option<Fields<'a>> {
        let expected = format!("`{name}(…)`");
        let Some(call) = node.call() else {
            self.wrong(node, &format!("`{name}`"), &expected);
            return None;
        };
        if let Some(found) = call.name.filter(|found| found.text != name) {
            let message = format!("found `{}`, expected {expected}", found.text);
            self.unknown("unknown-name", found, message, &[name], false);
            return None;
        }
        self.fields_of(node, call, name, known)
    }

    /// Reads what stands in parentheses as the fields of a struct.
    pub fn fields_of<'a>(
        &mut self,
        node: Node<'a>,
        call: Call<'a>,
        name: &'static str,
        known: &[&'static str],
    ) -> Option<Fields<'a>> {
        let span = call.name.map_or(node.span(), |name| name.span());
        let given = match call.arguments {
            Arguments::None => Vec::new(),
            Arguments::Named(fields) => fields,
            Arguments::Positional(values) => {
                let first = values.first().map_or(node.span(), Node::span);
                let mistake = self.report(
                    "wrong-type",
                    first,
                    format!("`{name}` takes named fields"),
                    "expected a field's name and a colon",
                );
                mistake.help(format!("the fields are {}", known.join(", ")));
                return None;
            }
        };
        let mut fields: Vec<(Word, Node)> = Vec::new();
        for (field, value) in given {
            if !known.contains(&field.text) {
                let message = format!("`{name}` has no field `{}`", field.text);
                self.unknown("unknown-field", field, message, known, false);
            } else if fields.iter().any(|(before, _)| before.text == field.text) {
                let message = format!("`{}` is given twice", field.text);
                self.report("duplicate", field.span(), message, "given before");
            } else {
                fields.push((field, value));
            }
        }
        Some(Fields { name, span, fields })
    }

    /// Reads a list.
    pub fn list<'a>(&mut self, node: Node<'a>, what: &str) -> Option<Vec<Node<'a>>> {
        let list = node.list();
        if list.is_none() {
            self.wrong(node, what, "a list: […]");
        }
        list
    }

    /// Reads a list that may not have more than `max` elements.
    pub fn short_list<'a>(&mut self, node: Node<'a>, what: &str, max: usize) -> Vec<Node<'a>> {
        let list = self.list(node, what).unwrap_or_default();
        if let Some(first_too_many) = list.get(max) {
            let message = format!(
                "{what} has {} elements, at most {max} are possible",
                list.len()
            );
            self.report("too-many", first_too_many.span(), message, "one too many");
            return Vec::new();
        }
        list
    }

    /// Reads a map whose keys are strings; repeated keys are reported.
    pub fn entries<'a>(
        &mut self,
        node: Node<'a>,
        what: &str,
    ) -> Option<Vec<(String, Node<'a>, Node<'a>)>> {
        let Some(entries) = node.entries() else {
            self.wrong(node, what, "a map: {\"name\": …}");
            return None;
        };
        let mut read: Vec<(String, Node, Node)> = Vec::new();
        for (key, value) in entries {
            let Some(name) = self.string(key, "a key") else {
                continue;
            };
            if read.iter().any(|(before, ..)| *before == name) {
                let message = format!("\"{name}\" is given twice");
                self.report("duplicate", key.span(), message, "given before");
            } else {
                read.push((name, key, value));
            }
        }
        Some(read)
    }

    /// Reads a string.
    pub fn string(&mut self, node: Node, what: &str) -> Option<String> {
        let string = node.string();
        if string.is_none() {
            let name = node.name();
            let mistake = self.wrong(node, what, "a string");
            if let Some(name) = name {
                let quoted = format!("\"{name}\"");
                mistake
                    .help("strings stand in quotes")
                    .fix(node.span(), quoted);
            }
        }
        string
    }

    /// Reads an integer in a range.
    pub fn integer(&mut self, node: Node, what: &str, range: RangeInclusive<u64>) -> Option<u64> {
        let (min, max) = (*range.start(), *range.end());
        let expected = match max {
            u64::MAX => format!("a whole number of at least {min}"),
            _ => format!("a whole number from {min} to {max}"),
        };
        let value = node.value::<u64>();
        if value.is_none() && !is_integer(node.text) {
            self.wrong(node, what, &expected);
            return None;
        }
        let value = value.filter(|value| range.contains(value));
        if value.is_none() {
            self.out_of_range(node, what, &expected);
        }
        value
    }

    /// Reads an integer in a range of `u32`.
    pub fn integer_u32(
        &mut self,
        node: Node,
        what: &str,
        range: RangeInclusive<u32>,
    ) -> Option<u32> {
        let range = u64::from(*range.start())..=u64::from(*range.end());
        let value = self.integer(node, what, range)?;
        u32::try_from(value).ok()
    }

    /// Reads a port; `min` is 0 where 0 means "any", else 1.
    pub fn port(&mut self, node: Node, what: &str, min: u64) -> Option<u16> {
        let value = self.integer(node, what, min..=u64::from(u16::MAX))?;
        u16::try_from(value).ok()
    }

    /// Reports a value that is too small or too large.
    pub fn out_of_range(&mut self, node: Node, what: &str, expected: &str) -> &mut Diagnostic {
        self.report(
            "out-of-range",
            node.span(),
            format!("{what} is {}, expected {expected}", node.found()),
            format!("expected {expected}"),
        )
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self, node: Node, what: &str) -> Option<bool> {
        let value = node.value();
        if value.is_none() {
            self.wrong(node, what, "true or false");
        }
        value
    }

    /// Reads one word of a table.
    pub fn choice<T: Copy>(&mut self, node: Node, what: &str, table: &[(&str, T)]) -> Option<T> {
        let known: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
        let string = node.string();
        let word = match (node.name(), &string) {
            (Some(name), None) => Word {
                text: name,
                start: node.start,
            },
            (_, Some(text)) if known.contains(&text.as_str()) => {
                let mistake = self.wrong(node, what, "a word without quotes");
                mistake.fix(node.span(), text.as_str());
                return None;
            }
            _ => {
                let list = known.join(", ");
                self.wrong(node, what, &format!("one of {list}"));
                return None;
            }
        };
        let value = table.iter().find(|(name, _)| *name == word.text);
        if value.is_none() {
            let message = format!("{what} cannot be `{}`", word.text);
            self.unknown("unknown-name", word, message, &known, false);
        }
        value.map(|(_, value)| *value)
    }

    /// Reads a string with a unit.
    fn quantity<T>(
        &mut self,
        node: Node,
        what: &str,
        read: fn(&str) -> Result<T, UnitError>,
        help: &str,
    ) -> Option<T> {
        let Some(text) = node.string() else {
            self.wrong(node, what, "a string with a unit").help(help);
            return None;
        };
        match read(&text) {
            Ok(value) => Some(value),
            Err(UnitError { problem, help }) => {
                let message = format!("{what} is {}, which {problem}", node.found());
                self.report("wrong-unit", node.span(), message, problem)
                    .help(help);
                None
            }
        }
    }

    /// Reads a duration; a bare number has no unit.
    pub fn duration(&mut self, node: Node, what: &str) -> Option<Span> {
        if is_number(node.text) {
            let message = format!("{what} is {}, which has no unit", node.found());
            let span = node.span();
            let mistake = self.report("wrong-unit", span, message, "expected a string with a unit");
            mistake.help(units::DURATION_HELP);
            return None;
        }
        self.quantity(node, what, units::duration, units::DURATION_HELP)
    }

    /// Reads a duration that is not zero.
    pub fn positive_duration(&mut self, node: Node, what: &str) -> Option<Span> {
        let span = self.duration(node, what)?;
        if span == Span::ZERO {
            self.out_of_range(node, what, "more than zero");
            return None;
        }
        Some(span)
    }

    /// Reads a moment of the run that must lie before its end.
    pub fn moment(&mut self, node: Node, what: &str) -> Option<Time> {
        let time = Time::ZERO + self.duration(node, what)?;
        if let Some(until) = self.until.filter(|until| *until < time) {
            let end = until.since(Time::ZERO);
            let message = format!("{what} is {}, after the end of the run", node.found());
            self.report(
                "contradiction",
                node.span(),
                message,
                format!("the run ends at {end}"),
            )
            .help(format!("`until` is \"{end}\": move it, or this"));
            return None;
        }
        Some(time)
    }

    /// Reads a size in octets: a number, or a string with a unit.
    pub fn size(&mut self, node: Node, what: &str, range: RangeInclusive<u64>) -> Option<u64> {
        if is_number(node.text) {
            return self.integer(node, what, range);
        }
        let size = self.quantity(node, what, units::size, units::SIZE_HELP)?;
        if !range.contains(&size) {
            let expected = match *range.end() {
                u64::MAX => format!("at least {} octets", range.start()),
                end => format!("{} to {end} octets", range.start()),
            };
            self.out_of_range(node, what, &expected);
            return None;
        }
        Some(size)
    }

    /// Reads a rate in bits a second.
    pub fn rate(&mut self, node: Node, what: &str) -> Option<u64> {
        self.quantity(node, what, units::rate, units::RATE_HELP)
    }

    /// Reads a ratio between 0 and 1: `"1%"` or `(3, 200)`.
    pub fn ratio(&mut self, node: Node, what: &str) -> Option<Ratio> {
        const EXPECTED: &str = "a ratio between 0 and 1";
        if node.string().is_some() {
            return self.quantity(node, what, units::ratio, units::RATIO_HELP);
        }
        let ratio = match node.call().map(|call| (call.name, call.arguments)) {
            Some((None, Arguments::Positional(parts))) => match parts.as_slice() {
                [n, d] => n
                    .value()
                    .zip(d.value())
                    .and_then(|(n, d)| units::reduced(n, d)),
                _ => None,
            },
            _ => None,
        };
        if ratio.is_none() {
            let percent = units::decimal(node.text)
                .and_then(|(n, d)| units::reduced(n, d))
                .filter(|_| node.text.contains('.') || node.text == "0");
            let mistake = self.out_of_range(node, what, EXPECTED);
            mistake.help(units::RATIO_HELP);
            if let Some(percent) = percent.map(|ratio| ratio.to_string()) {
                if percent.ends_with('%') {
                    mistake.fix(node.span(), format!("\"{percent}\""));
                }
            }
        }
        ratio
    }

    /// Reads the name of a host.
    pub fn host(&mut self, node: Node, what: &str) -> Option<HostIndex> {
        match self.host_and_connection(node, what)? {
            (host, None) => Some(host),
            (_, Some(_)) => {
                let message = format!("{what} is {}, expected a host's name alone", node.found());
                self.report(
                    "wrong-type",
                    node.span(),
                    message,
                    "a connection cannot be chosen here",
                );
                None
            }
        }
    }

    /// Reads the name of a host, perhaps with the number of a connection: `"client#2"`.
    pub fn host_and_connection(
        &mut self,
        node: Node,
        what: &str,
    ) -> Option<(HostIndex, Option<u32>)> {
        let text = self.string(node, what)?;
        let (name, connection) = match text.split_once('#') {
            Some((name, number)) => (name, Some(number)),
            None => (text.as_str(), None),
        };
        let place = self.hosts.iter().position(|host| host == name);
        let Some(place) = place else {
            let hosts = std::mem::take(&mut self.hosts);
            let known: Vec<&str> = hosts.iter().map(String::as_str).collect();
            let word = Word {
                text: node.text.trim_matches('"'),
                start: node.start,
            };
            let message = format!("there is no host \"{name}\"");
            self.unknown("unknown-host", word, message, &known, true);
            let mistake = self.mistakes.last_mut().expect("one was just reported");
            mistake.span = node.span();
            if let Some((span, fix)) = &mut mistake.fix {
                *span = node.span();
                if let Some(number) = connection {
                    *fix = format!("{}#{number}\"", fix.trim_end_matches('"'));
                }
            }
            self.hosts = hosts;
            return None;
        };
        let number = match connection.map(str::parse::<u32>) {
            None => None,
            Some(Ok(number)) if 1 <= number => Some(number),
            Some(_) => {
                let message = format!(
                    "{what} is {}, expected a connection's number after #",
                    node.found()
                );
                self.report(
                    "out-of-range",
                    node.span(),
                    message,
                    "connections count from 1",
                )
                .help(format!("\"{name}#2\" is the second connection of the run"));
                return None;
            }
        };
        // With more than two hosts, which is reported elsewhere, the rest stands for the second.
        Some((HostIndex::from(place != 0), number))
    }
}

/// True if the text is a number, whole or not.
fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && !text.contains("..")
}

/// True if the text is a whole number, if perhaps too large or below zero.
fn is_integer(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit() || c == b'_')
}
