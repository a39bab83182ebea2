//! The steps of programs: socket calls by name, checked in the order in which they run.
//!
//! A step that is expected to fail (`Fails(EBADF)`) is not checked against the steps before it: its
//! author knows better.

use super::faults::{STATES, named_call};
use super::node::{Arguments, Node, Word};
use super::options;
use super::reader::Reader;
use super::sockets::{Progress, Role, Sockets};
use crate::host::errno::Errno;
use crate::host::program::{Code, Expects, Instruction, Step, Ways};
use crate::host::table::Listing;
use crate::sim::plan::HostIndex;
use crate::time::Time;

/// So many steps a scenario can have, in all its programs.
///
/// Steps and pieces of code are numbered in 16 bits. A step compiles to at most two.
const STEPS_MAX: usize = 20_000;

/// How a step is written.
pub struct Form {
    pub name: &'static str,
    /// An example without an outcome.
    pub example: &'static str,
    /// How many values it takes at least: its short form.
    least: usize,
    /// How many values it takes at most, without an outcome.
    most: usize,
    /// Whether its author can say what should come of it.
    is_call: bool,
}

const fn call(name: &'static str, example: &'static str, least: usize, most: usize) -> Form {
    Form {
        name,
        example,
        least,
        most,
        is_call: true,
    }
}

const fn step(name: &'static str, example: &'static str, least: usize, most: usize) -> Form {
    Form {
        is_call: false,
        ..call(name, example, least, most)
    }
}

const SERVE: &str = r#"Serve("c", [ReceiveToEnd("c"), Close("c")])"#;

const FORMS: [Form; 28] = [
    call("Socket", r#"Socket("s")"#, 1, 1),
    call("Bind", "Bind(9091)", 1, 3),
    call("Listen", "Listen(5)", 1, 2),
    call("Accept", r#"Accept("c")"#, 1, 2),
    step("Serve", SERVE, 2, 3),
    call("Connect", r#"Connect("s", "server", 9091)"#, 3, 3),
    call(
        "ConnectSend",
        r#"ConnectSend("s", "server", 9091, 1000)"#,
        4,
        4,
    ),
    call("Send", r#"Send("s", 1000)"#, 2, 2),
    call("SendUrgent", r#"SendUrgent("s", 10)"#, 2, 2),
    call("Receive", r#"Receive("s", 1000)"#, 2, 2),
    call("ReceiveExactly", r#"ReceiveExactly("s", 1000)"#, 2, 2),
    call("ReceiveToEnd", r#"ReceiveToEnd("s")"#, 1, 1),
    call("Shutdown", r#"Shutdown("s", Write)"#, 2, 2),
    call("Close", r#"Close("s")"#, 1, 1),
    call("CloseListener", "CloseListener", 0, 0),
    call("Abort", r#"Abort("s")"#, 1, 1),
    call("Set", r#"Set("s", TCP_NODELAY(true))"#, 1, 2),
    call("GetSockName", r#"GetSockName("s")"#, 1, 1),
    call("GetPeerName", r#"GetPeerName("s")"#, 1, 1),
    call("GetSockError", r#"GetSockError("s")"#, 1, 1),
    call("GetUrgentLeft", r#"GetUrgentLeft("s")"#, 1, 1),
    step("Netstat", r#"Netstat("-tan")"#, 0, 1),
    step("Thread", r#"Thread([Accept("c"), Close("c")])"#, 1, 1),
    step("Sleep", r#"Sleep("1s")"#, 1, 1),
    step("At", r#"At("5s")"#, 1, 1),
    step("Wait", "Wait", 0, 0),
    step("WaitFor", r#"WaitFor("s", TimeWait)"#, 2, 2),
    step("Exit", "Exit", 0, 0),
];

/// What a step can say of its outcome.
const OUTCOMES: [&str; 3] = ["Fails", "Returns", "Anything"];

const WAYS: [(&str, Ways); 3] = [
    ("Read", Ways::Read),
    ("Write", Ways::Write),
    ("Both", Ways::Both),
];

/// Names of steps, outcomes and errors, and the options of `Set`.
pub fn words() -> impl Iterator<Item = &'static str> {
    let steps = FORMS.iter().map(|form| form.name);
    let errors = Errno::ALL.iter().map(|errno| errno.name());
    let ways = WAYS.iter().map(|(name, _)| *name);
    let words = steps.chain(OUTCOMES).chain(errors).chain(ways);
    words.chain(options::words())
}

/// True if there is a step of this name.
pub fn is_known(name: &str) -> bool {
    FORMS.iter().any(|form| form.name == name)
}

/// Writes the code of one program.
pub struct Writer<'r, 'c> {
    /// The host on which the program runs; `None` if that is unknown.
    pub host: Option<HostIndex>,
    /// Code of all programs.
    pub code: &'c mut Vec<Code>,
    /// The program's sockets.
    pub sockets: Sockets,
    /// Where mistakes go.
    pub reader: &'r mut Reader,
}

impl Writer<'_, '_> {
    /// Reads a list of steps into a new piece of code; returns its index.
    pub fn write(&mut self, steps: Node, what: &str, role: Role) -> Option<u16> {
        let list = self.reader.list(steps, what)?;
        let room = STEPS_MAX - self.reader.steps;
        if let Some(first_too_many) = list.get(room) {
            self.reader.report(
                "too-many",
                first_too_many.span(),
                format!("the programs have more than {STEPS_MAX} steps"),
                "one too many",
            );
            return None;
        }
        self.reader.steps += list.len();
        // There are no more pieces of code than steps and programs with their handlers.
        let index = u16::try_from(self.code.len()).ok()?;
        self.code.push(Code::default());
        let mut progress = Progress::new(role, index);
        for node in list {
            if let Some(last) = progress.ended.take() {
                self.reader.report(
                    "unreachable",
                    node.span(),
                    format!("no step runs after `{last}`"),
                    "never reached",
                );
            }
            match self.step(node, &mut progress) {
                Some(step) => self.code[usize::from(index)].steps.push(step),
                None => progress.forgive(node, &mut self.sockets),
            }
        }
        self.settle_at_the_end(&mut progress);
        Some(index)
    }

    fn step(&mut self, node: Node, progress: &mut Progress) -> Option<Instruction> {
        let names = FORMS.each_ref().map(|form| form.name);
        let call = named_call(node, "a step", &names, self.reader)?;
        let name = call.name?;
        let form = FORMS.iter().find(|form| form.name == name.text)?;
        let values = match call.arguments {
            Arguments::None => Vec::new(),
            Arguments::Positional(values) => values,
            Arguments::Named(fields) => {
                let span = fields.first().map_or(node.span(), |(name, _)| name.span());
                let message = format!("`{}` takes its values without names", form.name);
                self.reader
                    .report("wrong-arguments", span, message, "a name")
                    .help(format!("write {}", form.example));
                return None;
            }
        };
        let (values, outcome) = form.split(values);
        if !(form.least..=form.most).contains(&values.len()) {
            self.wrong_count(name, form, values.len());
            return None;
        }
        let expects = match outcome {
            Some(outcome) => self.outcome(outcome, form)?,
            None => Expects::Success,
        };
        let step = match form.name {
            "Serve" => self.serve(name, &values, progress)?,
            "Socket" => self.new_socket(&values, expects, progress)?,
            "Bind" => self.bind(&values, expects, progress)?,
            "Listen" => self.listen(name, &values, expects, progress)?,
            "Accept" => self.accept(name, &values, expects, progress)?,
            "Connect" => self.connect(&values, expects, progress)?,
            "ConnectSend" => self.connect_send(&values, expects, progress)?,
            "CloseListener" => self.close_listener(name, expects, progress),
            "Set" => self.set(&values, expects, progress)?,
            "Thread" => self.thread(values[0], progress)?,
            "Netstat" => Step::Netstat(self.listing(values.first())?),
            "Sleep" | "At" | "Wait" | "Exit" => self.waiting(form, &values, progress)?,
            _ => self.using(form, &values, expects, progress)?,
        };
        Some(Instruction { step, expects })
    }

    fn wrong_count(&mut self, name: Word, form: &Form, found: usize) {
        let values = |n: usize| match n {
            0 => "no value".to_string(),
            1 => "one value".to_string(),
            n => format!("{n} values"),
        };
        let takes = match form.least {
            least if least == form.most => values(least),
            least => format!("{least} to {} values", form.most),
        };
        let message = format!("`{}` takes {takes}, found {}", form.name, values(found));
        let help = match form.is_call {
            true => format!(
                "write {}, with Fails(…), Returns(…) or Anything at the end if that is expected",
                form.example
            ),
            false => format!("write {}", form.example),
        };
        let label = format!("takes {takes}");
        self.reader
            .report("wrong-arguments", name.span(), message, label)
            .help(help);
    }

    /// What the author expects: `Fails(EADDRINUSE)`, `Returns(1000)` or `Anything`.
    fn outcome(&mut self, node: Node, form: &Form) -> Option<Expects> {
        let what = format!("the outcome of `{}`", form.name);
        let call = named_call(node, &what, &OUTCOMES, self.reader)?;
        let name = call.name?;
        let value = match (name.text, call.arguments) {
            ("Anything", Arguments::None) => return Some(Expects::Anything),
            ("Fails" | "Returns", Arguments::Positional(values)) if values.len() == 1 => values[0],
            _ => {
                let expected = "`Fails(EADDRINUSE)`, `Returns(1000)` or `Anything`";
                self.reader.wrong(node, &what, expected);
                return None;
            }
        };
        let errors = Errno::ALL.map(|errno| (errno.name(), errno));
        if name.text == "Fails" {
            let errno = self.reader.choice(value, "the error of `Fails`", &errors)?;
            return Some(Expects::Fails(errno));
        }
        if form.name == "GetSockError" && value.name().is_some() {
            // Errors come back as their numbers.
            let what = "the error of `Returns`";
            let errno = self.reader.choice(value, what, &errors)?;
            return Some(Expects::Returns(u64::from(errno.number())));
        }
        let what = "what `Returns` says";
        let octets = self.reader.size(value, what, 0..=u64::MAX)?;
        Some(Expects::Returns(octets))
    }

    /// Steps that are taken beside those that follow.
    fn thread(&mut self, steps: Node, progress: &mut Progress) -> Option<Step> {
        let code = self.write(steps, "what `Thread` does", Role::Thread);
        progress.share(steps, &mut self.sockets);
        Some(Step::Thread { code: code? })
    }

    /// What a netstat lists, by the letters of its flags.
    fn listing(&mut self, flags: Option<&Node>) -> Option<Listing> {
        let Some(node) = flags else {
            return Some(Listing::default());
        };
        let what = "what `Netstat` lists";
        let text = self.reader.string(*node, what)?;
        let letters: Option<Vec<&str>> = text
            .split_whitespace()
            .map(|word| word.strip_prefix('-').filter(|letters| !letters.is_empty()))
            .collect();
        let letters = letters.unwrap_or_default().concat();
        if letters.is_empty() || letters.contains(|c| !"anto".contains(c)) {
            let expected = "flags like \"-tan\"";
            let help = "a lists listeners too, o timers; t (TCP) and n (numbers) go without saying";
            self.reader.out_of_range(*node, what, expected).help(help);
            return None;
        }
        Some(Listing {
            listening: letters.contains('a'),
            timers: letters.contains('o'),
        })
    }

    fn waiting(&mut self, form: &Form, values: &[Node], progress: &mut Progress) -> Option<Step> {
        match form.name {
            "Sleep" => {
                let span = self.reader.duration(values[0], "the time of `Sleep`")?;
                Some(Step::Sleep(span))
            }
            "At" => {
                let span = self.reader.duration(values[0], "the moment of `At`")?;
                Some(Step::At(Time::ZERO + span))
            }
            "Wait" => {
                progress.ended = Some("Wait");
                Some(Step::At(Time::NEVER))
            }
            _ => {
                progress.ended = Some("Exit");
                Some(Step::Exit)
            }
        }
    }

    /// Steps that use an open socket.
    fn using(
        &mut self,
        form: &Form,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let fd = self.socket(form.name, values[0], expects, progress);
        let octets = |reader: &mut Reader| {
            let what = format!("the size of `{}`", form.name);
            reader.size(values[1], &what, 1..=u64::MAX)
        };
        Some(match form.name {
            "Send" | "SendUrgent" | "Receive" | "ReceiveExactly" => {
                let (octets, fd) = octets(self.reader).zip(fd)?;
                match form.name {
                    "Send" => Step::Send { fd, octets },
                    "SendUrgent" => Step::SendUrgent { fd, octets },
                    "Receive" => Step::Receive { fd, octets },
                    _ => Step::ReceiveExactly { fd, octets },
                }
            }
            "ReceiveToEnd" => Step::ReceiveToEnd { fd: fd? },
            "Shutdown" => {
                let what = "the direction of `Shutdown`";
                let (ways, fd) = self.reader.choice(values[1], what, &WAYS).zip(fd)?;
                Step::Shutdown { fd, ways }
            }
            "WaitFor" => {
                let what = "the state of `WaitFor`";
                let (state, fd) = self.reader.choice(values[1], what, &STATES).zip(fd)?;
                Step::WaitFor { fd, state }
            }
            "GetSockName" => Step::SocketName { fd: fd? },
            "GetPeerName" => Step::PeerName { fd: fd? },
            "GetSockError" => Step::SocketError { fd: fd? },
            "GetUrgentLeft" => Step::UrgentLeft { fd: fd? },
            "Abort" => Step::Abort { fd: fd? },
            _ => Step::Close { fd: fd? },
        })
    }
}

impl Form {
    /// The values of the step, and what is said of its outcome.
    fn split<'a>(&self, mut values: Vec<Node<'a>>) -> (Vec<Node<'a>>, Option<Node<'a>>) {
        let last = values.last().and_then(Node::call);
        let is_outcome = last.is_some_and(|last| {
            let is_known = last.name.is_some_and(|name| OUTCOMES.contains(&name.text));
            // Of the steps with a short form, only `Set` ends with a name and parentheses; its
            // option stands last and alone, or behind the socket's name.
            let is_option = self.name == "Set";
            let has_arguments = !matches!(last.arguments, Arguments::None);
            is_known || (!is_option && last.name.is_some() && has_arguments)
        });
        let has_outcome = self.least < values.len() && is_outcome;
        let outcome = match self.is_call && (has_outcome || values.len() == self.most + 1) {
            true => values.pop(),
            false => None,
        };
        (values, outcome)
    }
}
