//! Reading values, and collecting every mistake on the way.
//!
//! Each method reads one kind of value from a [`Node`]; `None` means that the mistake is reported
//! and the caller goes on with whatever it likes, so that the rest of the file is read too.

use super::diagnostic::{Diagnostic, nearest};
use super::node::{Arguments, Call, Node, Word};
use crate::time::Time;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::ops::Range;

/// So many mistakes are collected; those of the last section push each other out.
///
/// More than are shown, since sections are not read in the order of the file.
const COLLECTED_MAX: usize = 1_000;

/// So many words are compared with one that does not exist.
const COMPARED_MAX: usize = 256;

/// So many words are listed where one does not exist; of the schema only the fields of `with` are
/// more.
const LISTED_MAX: usize = 32;

/// What is known of the scenario while it is read.
#[derive(Debug, Default)]
pub struct Reader {
    /// The mistakes so far, in the order of finding them.
    pub mistakes: Vec<Diagnostic>,
    /// Names of the hosts, in the scenario's order.
    pub hosts: Vec<String>,
    /// Their addresses, once they are read.
    pub addresses: Option<[IpAddr; 2]>,
    /// When the run ends.
    pub until: Option<Time>,
    /// Steps of programs so far.
    pub steps: usize,
}

/// Words that exist.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The words.
    known: &'a [&'a str],
    /// Whether a scenario writes them in quotes.
    quoted: bool,
}

impl<'a> Names<'a> {
    /// Names of fields, variants and structs.
    pub fn words(known: &'a [&'a str]) -> Names<'a> {
        let quoted = false;
        Names { known, quoted }
    }

    /// Names of hosts and sockets.
    pub fn strings(known: &'a [&'a str]) -> Names<'a> {
        let quoted = true;
        Names { known, quoted }
    }

    /// All of them, in a sentence.
    pub fn listed(&self) -> String {
        let shown = self.known.iter().take(LISTED_MAX);
        let mut known: Vec<String> = shown.map(|name| self.written(name)).collect();
        if LISTED_MAX < self.known.len() {
            known.push(format!("{} more", self.known.len() - LISTED_MAX));
        }
        match known.as_slice() {
            [] => "there are none".to_string(),
            [only] => format!("there is only {only}"),
            [first @ .., last] => format!("there are {} and {last}", first.join(", ")),
        }
    }

    fn written(&self, name: &str) -> String {
        match self.quoted {
            true => format!("\"{name}\""),
            false => name.to_string(),
        }
    }
}

/// The fields of a struct that the schema knows.
#[derive(Debug)]
pub struct Fields<'a> {
    /// The struct's name in the schema.
    name: &'static str,
    /// Where a missing field is reported: the struct's name, or the whole of it.
    span: Range<usize>,
    fields: Vec<(Word<'a>, Node<'a>)>,
    /// Fields that are given, but not in this spelling.
    misspelt: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The value of a field, if it is given.
    pub fn get(&self, name: &str) -> Option<Node<'a>> {
        let known = self.fields.iter().find(|(field, _)| field.text == name);
        known.map(|(_, value)| *value)
    }

    /// What a field holds, if it is given and without mistake.
    pub fn read<T>(
        &self,
        name: &str,
        reader: &mut Reader,
        read: impl FnOnce(&mut Reader, Node<'a>, &str) -> Option<T>,
    ) -> Option<T> {
        read(reader, self.get(name)?, &format!("`{name}`"))
    }

    /// Puts what a field holds into `slot`, which else stays as it is.
    pub fn read_into<T>(
        &self,
        name: &str,
        slot: &mut T,
        reader: &mut Reader,
        read: impl FnOnce(&mut Reader, Node<'a>, &str) -> Option<T>,
    ) {
        if let Some(value) = self.read(name, reader, read) {
            *slot = value;
        }
    }

    /// The value of a field that must be given.
    pub fn require(&self, name: &str, reader: &mut Reader) -> Option<Node<'a>> {
        let value = self.get(name);
        if value.is_none() && !self.is_misspelt(name) {
            reader.report(
                "missing-field",
                self.span.clone(),
                format!("`{}` needs the field `{name}`", self.name),
                format!("`{name}` is missing"),
            );
        }
        value
    }

    /// True if the field is given in another spelling, which is reported already.
    pub fn is_misspelt(&self, name: &str) -> bool {
        self.misspelt.iter().any(|misspelt| misspelt == name)
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
        self.mistakes.truncate(COLLECTED_MAX - 1);
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

    /// Reports something that is no name where one of `known` belongs.
    pub fn not_a_name(&mut self, node: Node, what: &str, known: &[&str]) {
        let names = Names::words(known);
        self.wrong(node, what, "a name").help(names.listed());
    }

    /// Reports a word at `span` that does not exist, with the nearest one that does.
    pub fn unknown(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        word: &str,
        message: String,
        names: Names,
    ) -> &mut Diagnostic {
        // Beyond what is collected nobody reads the advice, and it takes time.
        let known = match self.mistakes.len() < COLLECTED_MAX {
            true => &names.known[..names.known.len().min(COMPARED_MAX)],
            false => &[],
        };
        let near = nearest(word, known.iter().copied());
        let mistake = self.report(code, span.clone(), message, "unknown");
        mistake.help(names.listed());
        if let Some(near) = near {
            let fix = names.written(near);
            mistake.label = format!("did you mean {fix}?");
            mistake.fix(span, fix);
        }
        mistake
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
            let message = format!("found {}, expected {expected}", node.found());
            let label = format!("expected {expected}");
            self.report("wrong-type", node.span(), message, label);
            return None;
        };
        if let Some(found) = call.name.filter(|found| found.text != name) {
            let message = format!("found `{}`, expected {expected}", found.text);
            let known = [name];
            let names = Names::words(&known);
            self.unknown("unknown-name", found.span(), found.text, message, names);
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
        let mut misspelt = Vec::new();
        for (field, value) in given {
            if !known.contains(&field.text) {
                let message = format!("`{name}` has no field `{}`", field.text);
                let names = Names::words(known);
                let span = field.span();
                let mistake = self.unknown("unknown-field", span, field.text, message, names);
                misspelt.extend(mistake.fix.iter().map(|(_, name)| name.clone()));
            } else if fields.iter().any(|(before, _)| before.text == field.text) {
                let message = format!("`{}` is given twice", field.text);
                self.report("duplicate", field.span(), message, "given before");
            } else {
                fields.push((field, value));
            }
        }
        Some(Fields {
            name,
            span,
            fields,
            misspelt,
        })
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
        let mut seen = BTreeSet::new();
        let mut read: Vec<(String, Node, Node)> = Vec::new();
        for (key, value) in entries {
            let Some(name) = self.string(key, "a key") else {
                continue;
            };
            if !seen.insert(name.clone()) {
                let message = format!("\"{name}\" is given twice");
                self.report("duplicate", key.span(), message, "given before");
            } else {
                read.push((name, key, value));
            }
        }
        Some(read)
    }
}
