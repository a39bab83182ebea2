//! Reading single values: strings, numbers, quantities with units, names of hosts.
//!
//! `what` names the value in messages: `` `loss` ``, or "the port of `Bind`".

use super::diagnostic::Diagnostic;
use super::node::{Arguments, Node};
use super::reader::{Names, Reader};
use super::units::{self, UnitError};
use crate::rng::Ratio;
use crate::sim::plan::HostIndex;
use crate::time::{Span, Time};
use std::ops::RangeInclusive;

impl Reader {
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
            (Some(name), None) => name,
            (_, Some(text)) if known.contains(&text.as_str()) => {
                let mistake = self.wrong(node, what, "a word without quotes");
                mistake.fix(node.span(), text.as_str());
                return None;
            }
            _ => {
                self.not_a_name(node, what, &known);
                return None;
            }
        };
        let value = table.iter().find(|(name, _)| *name == word);
        if value.is_none() {
            let message = format!("{what} cannot be `{word}`");
            let names = Names::words(&known);
            self.unknown("unknown-name", node.span(), word, message, names);
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
            Err(UnitError {
                code,
                problem,
                help,
            }) => {
                let message = format!("{what} is {}, which {problem}", node.found());
                self.report(code, node.span(), message, problem).help(help);
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
            if let Some(percent) = percent.map(|ratio| ratio.to_string())
                && percent.ends_with('%')
            {
                mistake.fix(node.span(), format!("\"{percent}\""));
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
            let hosts = self.hosts.clone();
            let known: Vec<&str> = hosts.iter().map(String::as_str).collect();
            let names = Names::strings(&known);
            let message = format!("there is no host \"{name}\"");
            let mistake = self.unknown("unknown-host", node.span(), name, message, names);
            if let (Some((_, fix)), Some(number)) = (&mut mistake.fix, connection) {
                *fix = format!("{}#{number}\"", fix.trim_end_matches('"'));
            }
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
pub fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && !text.contains("..")
}

/// True if the text is a whole number, if perhaps too large or below zero.
fn is_integer(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit() || c == b'_')
}
