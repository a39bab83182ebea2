//! Which sockets a program has, and whether its steps use them in an order that can work.

use super::node::{Arguments, Node, Word};
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
    /// That of a child, which has one socket: this.
    Child(Fd),
}

/// How to get a listener.
pub const LISTENER_HELP: &str = "write Bind(9091), Listen(5) first";

/// The sockets of a program.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Their names, by [`Fd`].
    pub names: Vec<String>,
    numbers: BTreeMap<String, Fd>,
    /// Names that any step of the program opens.
    openers: BTreeSet<String>,
    /// Whether any step listens.
    pub listens: bool,
}

/// What the steps so far have made of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Nothing.
    Unopened,
    /// It is open.
    Open,
    /// It was opened and closed.
    Closed,
    /// Nobody can tell.
    Unclear,
}

/// How far the checks of one piece of code have come.
pub struct Progress {
    /// Whose code it is.
    pub role: Role,
    /// Whether a port is taken for the next listener or connection.
    pub bound: bool,
    /// The step that took it, by its place.
    pub bind_at: Option<usize>,
    /// Whether there is a listener.
    pub listening: bool,
    uses: Vec<Use>,
    /// The step after which no other runs.
    pub ended: Option<&'static str>,
}

impl Sockets {
    /// Notes which sockets the steps open, those of children included.
    pub fn find_openers(&mut self, steps: Node) {
        for step in steps.list().unwrap_or_default() {
            let Some(call) = step.call() else { continue };
            let Some(name) = call.name else { continue };
            self.listens |= name.text == "Listen";
            let Arguments::Positional(arguments) = call.arguments else {
                continue;
            };
            // A step that nobody knows may be a misspelt one, so that its socket exists too.
            let opens = matches!(name.text, "Accept" | "Connect" | "Serve");
            if !opens && steps::is_known(name.text) {
                continue;
            }
            self.openers.extend(arguments[0].string());
            if let ("Serve", Some(child)) = (name.text, arguments.get(1)) {
                self.find_openers(*child);
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

impl Progress {
    /// Nothing has run yet.
    pub fn new(role: Role) -> Progress {
        let mut progress = Progress {
            role,
            bound: false,
            bind_at: None,
            listening: false,
            uses: Vec::new(),
            ended: None,
        };
        if let Role::Child(fd) = role {
            *progress.of(fd) = Use::Open;
        }
        progress
    }

    /// Assumes the best of a step that could not be read, so that no later step is reported for it.
    pub fn forgive(&mut self, step: Node, sockets: &mut Sockets) {
        let Some(call) = step.call() else { return };
        let name = call.name.map_or("", |name| name.text);
        let unknown = !steps::is_known(name);
        if unknown || matches!(name, "Bind" | "Listen") {
            self.bound = true;
            self.listening = true;
        }
        if (unknown || matches!(name, "Accept" | "Connect"))
            && let Arguments::Positional(values) = call.arguments
            && let Some(name) = values[0].string()
        {
            *self.of(sockets.number(&name)) = Use::Unclear;
        }
    }

    fn of(&mut self, fd: Fd) -> &mut Use {
        let place = usize::from(fd.0);
        if self.uses.len() <= place {
            self.uses.resize(place + 1, Use::Unopened);
        }
        &mut self.uses[place]
    }
}

impl Writer<'_, '_> {
    /// Reports a step that needs a listener where there is none.
    pub fn check_listening(&mut self, name: Word, progress: &Progress) {
        let may_listen = progress.role == Role::Handler && self.sockets.listens;
        if !progress.listening && !may_listen {
            let message = format!("`{}` without a listener", name.text);
            self.order(name, &message, "no listener here", LISTENER_HELP);
        }
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

    /// The socket that a step opens.
    pub fn open(&mut self, node: Node, fails: bool, progress: &mut Progress) -> Option<Fd> {
        let name = self.socket_name(node)?;
        let fd = self.sockets.number(&name);
        let anywhere = progress.role == Role::Handler;
        let state = progress.of(fd);
        if *state == Use::Open && !fails && !anywhere {
            let message = format!("the socket \"{name}\" is open already");
            self.reader
                .report("order", node.span(), message, "open already")
                .help("close it first, or give the new one another name");
        }
        *state = match fails {
            true if *state == Use::Unopened => Use::Unclear,
            true => *state,
            false => Use::Open,
        };
        Some(fd)
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
        if matches!(expects, Expects::Fails(_)) || progress.role == Role::Handler {
            return Some(fd);
        }
        let state = progress.of(fd);
        match *state {
            Use::Unopened => {
                let message = format!("the socket \"{name}\" is used before it is opened");
                let mistake = self
                    .reader
                    .report("order", node.span(), message, "not open yet");
                mistake.help(
                    "`Accept` and `Connect` open sockets; a child of `Serve` has only its own",
                );
                // Reported once: what follows would only repeat it.
                *state = Use::Unclear;
            }
            Use::Closed if step != "WaitFor" => {
                let message = format!("the socket \"{name}\" is used after it was closed");
                self.reader
                    .report("order", node.span(), message, "closed already")
                    .help("if that is what you want to show, add Fails(EBADF)");
            }
            Use::Open | Use::Closed | Use::Unclear => {}
        }
        if matches!(step, "Close" | "Abort") {
            *progress.of(fd) = Use::Closed;
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
