//! Which sockets a program has, and whether its steps use them in an order that can work.
//!
//! What is rejected here would fail in life too, and its author probably did not mean it. Where
//! nobody can tell, because of threads, handlers or errors that are expected, nothing is said.

use super::addresses;
use super::node::{Arguments, Call, Node, Word};
use super::opening::{fails, is_free};
use super::reader::Names;
use super::steps::{self, Writer};
use crate::host::program::{Expects, Fd};
use std::collections::{BTreeMap, BTreeSet};

/// Whose code it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A program's own: it runs from the beginning, so every step is checked against those before.
    Main,
    /// That of its handler: it may run at any moment, with any sockets of the program.
    Handler,
    /// That of a thread: it runs beside the program's, with its sockets.
    Thread,
    /// That of a child, which has one socket: this.
    Child(Fd),
}

/// How to get a listener.
pub const LISTENER_HELP: &str = "write Bind(9091), Listen(5) first";

/// How to show a call on a socket that was closed.
const CLOSED_HELP: &str = "if that is what you want to show, add Fails(EBADF)";

/// The sockets of a program. The listener without a name is that with the empty name.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Their names, by [`Fd`].
    pub names: Vec<String>,
    numbers: BTreeMap<String, Fd>,
    /// Names that any step of the program opens.
    openers: BTreeSet<String>,
    /// Those of them that are not only accepted.
    made: BTreeSet<String>,
    /// Whether any step listens.
    pub listens: bool,
}

/// What the steps so far have made of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Nothing.
    Unopened,
    /// It is open, perhaps bound.
    Fresh,
    /// It listens.
    Listening,
    /// It is connected.
    Connected,
    /// It was opened and closed.
    Closed,
    /// Nobody can tell.
    Unclear,
}

/// How far the checks of one piece of code have come.
pub struct Progress {
    /// Whose code it is.
    pub role: Role,
    /// The piece of code, by its index.
    pub code: u16,
    /// A port is taken for the next listener or connection.
    pub bound: bool,
    /// Places of the steps that belong to the socket of the next `Listen` or `Connect`.
    pub pending: Vec<usize>,
    uses: Vec<Use>,
    /// The step after which no other runs.
    pub ended: Option<&'static str>,
}

impl Sockets {
    /// Notes which sockets the steps open, those of children and threads included.
    pub fn find_openers(&mut self, steps: Node) {
        for step in steps.list().unwrap_or_default() {
            let Some(call) = step.call() else { continue };
            let name = call.name.map_or("", |name| name.text);
            self.listens |= name == "Listen";
            if let Some(socket) = opened(&call) {
                // A step that nobody knows may be a misspelt one, so that its socket exists too.
                if !matches!(name, "Accept" | "Serve") {
                    self.made.insert(socket.clone());
                }
                self.openers.insert(socket);
            }
            if let ("Serve" | "Thread", Arguments::Positional(values)) = (name, &call.arguments) {
                self.find_openers(values[values.len() - 1]);
            }
        }
    }

    /// The number of the socket with this name, a new one if there is none.
    pub fn number(&mut self, name: &str) -> Fd {
        if let Some(fd) = self.numbers.get(name) {
            return *fd;
        }
        // There are no more sockets than steps.
        let fd = Fd(u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        self.names.push(name.to_string());
        self.numbers.insert(name.to_string(), fd);
        fd
    }
}

/// The name of the socket that a step opens, if it has one.
fn opened(call: &Call) -> Option<String> {
    let name = call.name?.text;
    let Arguments::Positional(values) = &call.arguments else {
        return None;
    };
    let first = || values[0].string();
    match (name, values.as_slice()) {
        ("Socket" | "Connect" | "ConnectSend", _) => first(),
        ("Listen", _) => first(),
        ("Bind", [address, _]) if addresses::is_one(*address) => None,
        ("Bind", [_, _, ..]) => first(),
        ("Accept", [_, socket, ..]) if socket.string().is_some() => socket.string(),
        ("Accept", _) => first(),
        ("Serve", [_, socket, _]) => socket.string(),
        ("Serve", _) => first(),
        (name, _) if !steps::is_known(name) => first(),
        _ => None,
    }
}

impl Progress {
    /// Nothing has run yet.
    pub fn new(role: Role, code: u16) -> Progress {
        let mut progress = Progress {
            role,
            code,
            bound: false,
            pending: Vec::new(),
            uses: Vec::new(),
            ended: None,
        };
        if let Role::Child(fd) = role {
            *progress.of(fd) = Use::Connected;
        }
        progress
    }

    /// Assumes the best of a step that could not be read, so that no later step is reported for it.
    pub fn forgive(&mut self, step: Node, sockets: &mut Sockets) {
        let Some(call) = step.call() else { return };
        let name = call.name.map_or("", |name| name.text);
        if !steps::is_known(name) || matches!(name, "Bind" | "Listen") {
            *self.of(sockets.number("")) = Use::Unclear;
        }
        if let Some(socket) = opened(&call).filter(|_| name != "Serve") {
            *self.of(sockets.number(&socket)) = Use::Unclear;
        }
    }

    /// A thread may open and close sockets at any moment from here on.
    pub fn share(&mut self, steps: Node, sockets: &mut Sockets) {
        for step in steps.list().unwrap_or_default() {
            let Some(call) = step.call() else { continue };
            let name = call.name.map_or("", |name| name.text);
            let first = match (&call.arguments, name) {
                (Arguments::Positional(values), "Thread") => {
                    self.share(values[0], sockets);
                    continue;
                }
                (Arguments::Positional(values), "Close" | "Abort") => values[0].string(),
                _ => opened(&call).filter(|_| name != "Serve"),
            };
            if let Some(socket) = first {
                *self.of(sockets.number(&socket)) = Use::Unclear;
            }
            if matches!(name, "Bind" | "Listen" | "CloseListener") {
                *self.of(sockets.number("")) = Use::Unclear;
            }
        }
    }

    /// What the steps so far have made of a socket.
    pub fn of(&mut self, fd: Fd) -> &mut Use {
        let place = usize::from(fd.0);
        if self.uses.len() <= place {
            // What runs at any moment may find them in any state.
            let first = match self.role {
                Role::Main | Role::Child(_) => Use::Unopened,
                Role::Handler | Role::Thread => Use::Unclear,
            };
            self.uses.resize(place + 1, first);
        }
        &mut self.uses[place]
    }
}

impl Writer<'_, '_> {
    /// Nobody can tell whether the program's own listener is there, but some step may make it.
    pub fn may_listen(&self, progress: &Progress) -> bool {
        self.sockets.listens || matches!(progress.role, Role::Main | Role::Child(_))
    }

    /// The listener that a step accepts on, by its name or without; reported if it is none.
    pub fn listener(
        &mut self,
        step: Word,
        node: Option<Node>,
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Fd> {
        let fd = match node {
            Some(node) => self.socket(step.text, node, expects, progress)?,
            None => self.sockets.number(""),
        };
        let state = *progress.of(fd);
        let wrong = match (node, state) {
            (_, Use::Listening) => false,
            (None, Use::Unclear) => !self.may_listen(progress),
            // Reported already, or nobody can tell.
            (Some(_), Use::Unclear | Use::Closed) => false,
            (_, Use::Unopened | Use::Fresh | Use::Connected | Use::Closed) => true,
        };
        if wrong && !is_free(expects) {
            let message = format!("`{}` without a listener", step.text);
            match node.map(|node| (node, node.found())) {
                None => self.order(step, &message, "no listener here", LISTENER_HELP),
                Some((node, name)) => {
                    let label = "this does not listen";
                    let help = format!("write Listen({name}, 5) first");
                    self.reader
                        .report("order", node.span(), message, label)
                        .help(help);
                }
            }
        }
        Some(fd)
    }

    /// Reports a step that cannot work after those before it.
    pub fn order(&mut self, name: Word, message: &str, label: &str, help: &str) {
        self.reader
            .report("order", name.span(), message, label)
            .help(help);
    }

    /// The name of a socket.
    pub fn socket_name(&mut self, node: Node) -> Option<String> {
        let name = self.reader.string(node, "the name of a socket")?;
        if name.is_empty() {
            self.reader
                .out_of_range(node, "the name of a socket", "at least one character");
            return None;
        }
        Some(name)
    }

    /// The socket that a step makes; there must be none of its name.
    pub fn open(
        &mut self,
        node: Node,
        becomes: Use,
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Fd> {
        let name = self.socket_name(node)?;
        let fd = self.sockets.number(&name);
        let before = *progress.of(fd);
        let is_open = matches!(before, Use::Fresh | Use::Listening | Use::Connected);
        if is_open && !is_free(expects) {
            self.open_already(&name, node);
        }
        *progress.of(fd) = match expects {
            Expects::Fails(_) if before != Use::Unopened => before,
            Expects::Fails(_) | Expects::Anything => Use::Unclear,
            Expects::Success | Expects::Returns(_) => becomes,
        };
        Some(fd)
    }

    /// Reports that a step opens a socket which is open.
    pub fn open_already(&mut self, name: &str, node: Node) {
        let message = format!("the socket \"{name}\" is open already");
        self.reader
            .report("order", node.span(), message, "open already")
            .help("close it first, or give the new one another name");
    }

    /// The socket that a step uses, checked against the steps before it.
    pub fn socket(
        &mut self,
        step: &str,
        node: Node,
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Fd> {
        let name = self.socket_name(node)?;
        if !self.sockets.openers.contains(&name) {
            self.unknown_socket(&name, node);
            return None;
        }
        let fd = self.sockets.number(&name);
        let opens = match step {
            "Bind" | "Listen" => true,
            // An option may come before the step that makes the socket what it is.
            "Set" => self.sockets.made.contains(&name),
            _ => false,
        };
        let before = *progress.of(fd);
        match before {
            Use::Unopened if !opens && !is_free(expects) => {
                let message = format!("the socket \"{name}\" is used before it is opened");
                let help = "`Socket`, `Accept` and `Connect` open sockets; a child of `Serve` has \
                    only its own";
                self.reader
                    .report("order", node.span(), message, "not open yet")
                    .help(help);
                // Reported once: what follows would only repeat it.
                *progress.of(fd) = Use::Unclear;
            }
            Use::Closed if step != "WaitFor" && !is_free(expects) => {
                let message = format!("the socket \"{name}\" is used after it was closed");
                self.reader
                    .report("order", node.span(), message, "closed already")
                    .help(CLOSED_HELP);
            }
            _ => {}
        }
        if fails(expects) {
            return Some(fd);
        }
        let state = progress.of(fd);
        match (step, *state) {
            // An open socket is closed whatever the call comes to.
            ("Close" | "Abort", Use::Unopened | Use::Closed | Use::Unclear)
                if expects == Expects::Anything =>
            {
                *state = Use::Unclear;
            }
            ("Close" | "Abort", _) => *state = Use::Closed,
            ("Listen", Use::Unopened | Use::Fresh) => *state = Use::Listening,
            ("Bind" | "Set", Use::Unopened) => *state = Use::Fresh,
            _ => {}
        }
        Some(fd)
    }

    fn unknown_socket(&mut self, name: &str, node: Node) {
        let known: Vec<&str> = self.sockets.openers.iter().map(String::as_str).collect();
        let message = format!("no step of this program opens a socket \"{name}\"");
        let names = Names::strings(&known);
        self.reader
            .unknown("unknown-socket", node.span(), name, message, names);
    }
}
