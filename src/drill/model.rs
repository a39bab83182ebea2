//! A learned machine: what a stack answers to each input in each state, without any clock.
//!
//! A file has a transition a line, `state`, `input`, `output` and `next` between tabs, below a line
//! with these names. The start state is `s0`.

use super::Mistake;
use crate::segment::Flags;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// A machine that was learned from a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// States by their names, the start state first.
    pub states: Vec<String>,
    /// Inputs by their texts.
    pub inputs: Vec<(String, Input)>,
    /// What happens, by state and input.
    pub transitions: BTreeMap<(usize, usize), Transition>,
}

/// What happens on an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// What the stack sends.
    pub output: Output,
    /// The state that it enters.
    pub next: usize,
}

/// What the tester does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The program makes a call.
    Call(Call),
    /// The tester sends a segment with valid numbers.
    Segment {
        /// Its flags.
        flags: Flags,
        /// Octets of payload.
        len: u32,
    },
}

/// A call of the program on the machine under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are the names of calls")]
pub enum Call {
    Connect,
    Listen,
    Accept,
    Receive,
    Send,
    /// Of the client's socket, or of the server's that listens.
    Close,
    /// Of the server's accepted socket.
    CloseConnection,
}

/// What the stack sends, as the tester sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Nothing in time.
    Timeout,
    /// A segment.
    Segment {
        /// Its flags.
        flags: Flags,
        /// What its number is.
        seq: Class,
        /// What its acknowledgement is.
        ack: Class,
        /// Octets of payload.
        len: u32,
    },
}

/// What a number is to the tester.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// One more than what it knows.
    Next,
    /// What it knows.
    Current,
    /// Zero.
    Zero,
    /// Anything else.
    Fresh,
}

const CALLS: [(&str, Call); 7] = [
    ("CONNECT", Call::Connect),
    ("LISTEN", Call::Listen),
    ("ACCEPT", Call::Accept),
    ("RCV", Call::Receive),
    ("SEND", Call::Send),
    ("CLOSE", Call::Close),
    ("CLOSECONNECTION", Call::CloseConnection),
];
const CLASSES: [(&str, Class); 4] = [
    ("NEXT", Class::Next),
    ("CURRENT", Class::Current),
    ("ZERO", Class::Zero),
    ("FRESH", Class::Fresh),
];
const FLAGS: [(&str, Flags); 5] = [
    ("ACK", Flags::ACK),
    ("FIN", Flags::FIN),
    ("PSH", Flags::PSH),
    ("RST", Flags::RST),
    ("SYN", Flags::SYN),
];
/// The name of the start state.
const START: &str = "s0";
/// States and inputs that a machine may have: far more than any that was learned.
const LIMIT: usize = 10_000;

impl Machine {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line that is not understood.
    pub fn read(text: &str) -> Result<Machine, Mistake> {
        let mut machine = Machine {
            states: vec![START.to_owned()],
            inputs: Vec::new(),
            transitions: BTreeMap::new(),
        };
        let mut rows = text.lines().enumerate().map(|(i, line)| (i + 1, line));
        match rows.next() {
            Some((_, header)) if header.trim_end() == "state\tinput\toutput\tnext" => {}
            _ => {
                let message = "expected the header `state input output next`, with tabs";
                return Err(at(1, 1, message));
            }
        }
        for (line, row) in rows {
            let row = row.trim_end_matches('\r');
            if row.is_empty() {
                continue;
            }
            let fields: Vec<&str> = row.split('\t').collect();
            let [state, input, output, next] = fields[..] else {
                let message = format!(
                    "expected 4 fields with tabs between, found {}",
                    fields.len()
                );
                return Err(at(line, 1, &message));
            };
            let column = |before: &[&str]| {
                let octets: usize = before.iter().map(|field| field.chars().count() + 1).sum();
                octets + 1
            };
            let parsed = Input::parse(input).ok_or_else(|| {
                let message = format!("`{input}` is no input");
                at(line, column(&[state]), &message)
            })?;
            let sent = Output::parse(output).ok_or_else(|| {
                let message = format!("`{output}` is no output");
                at(line, column(&[state, input]), &message)
            })?;
            let from = machine.state(state);
            let to = machine.state(next);
            let by = machine.input(input, parsed);
            if LIMIT < machine.states.len() || LIMIT < machine.inputs.len() {
                return Err(at(line, 1, "the machine is too large"));
            }
            let transition = Transition {
                output: sent,
                next: to,
            };
            if machine.transitions.insert((from, by), transition).is_some() {
                let message = format!("`{state}` has `{input}` twice");
                return Err(at(line, 1, &message));
            }
        }
        if machine.transitions.is_empty() {
            return Err(at(1, 1, "there is no transition"));
        }
        Ok(machine)
    }

    fn state(&mut self, name: &str) -> usize {
        let known = self.states.iter().position(|state| state == name);
        known.unwrap_or_else(|| {
            self.states.push(name.to_owned());
            self.states.len() - 1
        })
    }

    fn input(&mut self, text: &str, input: Input) -> usize {
        let known = self.inputs.iter().position(|(known, _)| known == text);
        known.unwrap_or_else(|| {
            self.inputs.push((text.to_owned(), input));
            self.inputs.len() - 1
        })
    }

    /// The shortest inputs that lead from the start to each state; `None` where none do.
    pub fn access(&self) -> Vec<Option<Vec<usize>>> {
        let mut access = vec![None; self.states.len()];
        access[0] = Some(Vec::new());
        let mut open = VecDeque::from([0]);
        while let Some(state) = open.pop_front() {
            let so_far = access[state].clone().unwrap_or_default();
            for (&(_, input), transition) in self.transitions.range((state, 0)..(state + 1, 0)) {
                if access[transition.next].is_none() {
                    let mut inputs = so_far.clone();
                    inputs.push(input);
                    access[transition.next] = Some(inputs);
                    open.push_back(transition.next);
                }
            }
        }
        access
    }

    /// True if the program under test is a server.
    pub fn is_server(&self) -> bool {
        let serves = |(_, input): &(String, Input)| {
            matches!(
                input,
                Input::Call(Call::Listen | Call::Accept | Call::CloseConnection)
            )
        };
        self.inputs.iter().any(serves)
    }
}

fn at(line: usize, column: usize, message: &str) -> Mistake {
    Mistake {
        line,
        column,
        message: message.to_owned(),
    }
}

/// `ACK+PSH(V,V,1)` into flags and what stands in the brackets.
fn parts(text: &str) -> Option<(Flags, [&str; 3])> {
    let (flags, rest) = text.split_once('(')?;
    let flags = flags.split('+').try_fold(Flags::NONE, |flags, name| {
        let (_, bit) = FLAGS.iter().find(|(known, _)| *known == name)?;
        Some(flags | *bit)
    })?;
    let fields: Vec<&str> = rest.strip_suffix(')')?.split(',').collect();
    Some((flags, fields.try_into().ok()?))
}

/// Octets of payload that a segment has at most.
fn length(text: &str) -> Option<u32> {
    text.parse().ok().filter(|len| *len <= 1460)
}

impl Input {
    fn parse(text: &str) -> Option<Input> {
        if let Some((_, call)) = CALLS.iter().find(|(name, _)| *name == text) {
            return Some(Input::Call(*call));
        }
        let (flags, [seq, ack, len]) = parts(text)?;
        let len = length(len)?;
        (seq == "V" && ack == "V").then_some(Input::Segment { flags, len })
    }
}

impl Output {
    fn parse(text: &str) -> Option<Output> {
        if text == "TIMEOUT" {
            return Some(Output::Timeout);
        }
        let (flags, [seq, ack, len]) = parts(text)?;
        let class = |text| {
            let found = CLASSES.iter().find(|(name, _)| *name == text);
            found.map(|(_, class)| *class)
        };
        Some(Output::Segment {
            flags,
            seq: class(seq)?,
            ack: class(ack)?,
            len: length(len)?,
        })
    }
}

/// As the files write it.
impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Output::Segment {
            flags,
            seq,
            ack,
            len,
        } = self
        else {
            return f.write_str("TIMEOUT");
        };
        let set = FLAGS.iter().filter(|(_, bit)| flags.contains(*bit));
        let names: Vec<&str> = set.map(|(name, _)| *name).collect();
        let class = |wanted: &Class| {
            let found = CLASSES.iter().find(|(_, class)| class == wanted);
            found.map_or("", |(name, _)| name)
        };
        write!(
            f,
            "{}({},{},{len})",
            names.join("+"),
            class(seq),
            class(ack)
        )
    }
}
