//! The steps of programs: socket calls by name, checked in the order in which they run.
//!
//! A step that is expected to fail (`Fails(EBADF)`) is not checked against the steps before it: its
//! author knows better.

use super::faults::{STATES, named_call};
use super::node::{Arguments, Node, Word};
use super::overrides;
use super::reader::Reader;
use super::sockets::{LISTENER_HELP, Progress, Role, Sockets};
use crate::host::errno::Errno;
use crate::host::program::{Address, Code, Expects, Instruction, SocketOption, Step, Ways};
use crate::sim::plan::HostIndex;
use crate::time::Time;

/// So many steps a scenario can have, in all its programs.
///
/// Steps and pieces of code are numbered in 16 bits.
const STEPS_MAX: usize = 20_000;

/// Options that `Set` sets.
const OPTIONS: [&str; 4] = ["NoDelay", "UserTimeout", "ReceiveBuffer", "SendBuffer"];

/// How a step is written.
struct Form {
    name: &'static str,
    /// An example without an outcome.
    example: &'static str,
    /// How many values it takes.
    values: usize,
    /// Whether its author can say what should come of it.
    is_call: bool,
}

const fn form(name: &'static str, example: &'static str, values: usize, is_call: bool) -> Form {
    Form {
        name,
        example,
        values,
        is_call,
    }
}

const FORMS: [Form; 18] = [
    form("Bind", "Bind(9091)", 1, true),
    form("Listen", "Listen(5)", 1, true),
    form("Accept", r#"Accept("c")"#, 1, true),
    form(
        "Serve",
        r#"Serve("c", [ReceiveToEnd("c"), Close("c")])"#,
        2,
        false,
    ),
    form("Connect", r#"Connect("s", "server", 9091)"#, 3, true),
    form("Send", r#"Send("s", 1000)"#, 2, true),
    form("Receive", r#"Receive("s", 1000)"#, 2, true),
    form("ReceiveExactly", r#"ReceiveExactly("s", 1000)"#, 2, true),
    form("ReceiveToEnd", r#"ReceiveToEnd("s")"#, 1, true),
    form("Shutdown", r#"Shutdown("s", Write)"#, 2, true),
    form("Close", r#"Close("s")"#, 1, true),
    form("CloseListener", "CloseListener", 0, true),
    form("Abort", r#"Abort("s")"#, 1, true),
    form("Set", r#"Set("s", NoDelay(true))"#, 2, true),
    form("Sleep", r#"Sleep("1s")"#, 1, false),
    form("At", r#"At("5s")"#, 1, false),
    form("WaitFor", r#"WaitFor("s", TimeWait)"#, 2, false),
    form("Exit", "Exit", 0, false),
];

/// A `Bind` takes its port for the socket that the next `Listen` or `Connect` is about.
fn settle_bind(steps: &mut [Instruction], next: &Step, progress: &mut Progress) {
    match next {
        Step::Bind { .. } => progress.bind_at = Some(steps.len()),
        Step::Listen { .. } => progress.bind_at = None,
        Step::Connect { fd: socket, .. } => {
            let bind = progress.bind_at.take().and_then(|at| steps.get_mut(at));
            if let Some(Step::Bind { fd, .. }) = bind.map(|bind| &mut bind.step) {
                *fd = *socket;
            }
        }
        _ => {}
    }
}

/// Names of steps, their errors and the options of `Set`.
pub fn words() -> impl Iterator<Item = &'static str> {
    let steps = FORMS.iter().map(|form| form.name);
    let errors = Errno::ALL.iter().map(|errno| errno.name());
    steps.chain(errors).chain(OPTIONS)
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
        let mut progress = Progress::new(role);
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
                Some(step) => {
                    let steps = &mut self.code[usize::from(index)].steps;
                    settle_bind(steps, &step.step, &mut progress);
                    steps.push(step);
                }
                None => progress.forgive(node, &mut self.sockets),
            }
        }
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
        let has_outcome = form.is_call && values.len() == form.values + 1;
        if values.len() != form.values && !has_outcome {
            self.wrong_count(name, form, values.len());
            return None;
        }
        let expects = match values.get(form.values) {
            Some(outcome) => self.outcome(*outcome, form)?,
            None => Expects::Success,
        };
        let step = match form.name {
            "Serve" => self.serve(name, &values, progress)?,
            "Bind" | "Listen" | "Accept" | "Connect" | "CloseListener" => {
                self.opening(name, form, &values, expects, progress)?
            }
            "Sleep" | "At" | "Exit" => self.waiting(form, &values, progress)?,
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
        let (takes, found) = (values(form.values), values(found));
        let message = format!("`{}` takes {takes}, found {found}", form.name);
        let help = match form.is_call {
            true => format!(
                "write {}, with Fails(…) or Returns(…) at the end if that is expected",
                form.example
            ),
            false => format!("write {}", form.example),
        };
        self.reader
            .report(
                "wrong-arguments",
                name.span(),
                message,
                format!("takes {takes}"),
            )
            .help(help);
    }

    /// What the author expects: `Fails(EADDRINUSE)` or `Returns(1000)`.
    fn outcome(&mut self, node: Node, form: &Form) -> Option<Expects> {
        let what = format!("the outcome of `{}`", form.name);
        let call = named_call(node, &what, &["Fails", "Returns"], self.reader)?;
        let name = call.name?;
        let value = match call.arguments {
            Arguments::Positional(values) if values.len() == 1 => values[0],
            Arguments::None | Arguments::Named(_) | Arguments::Positional(_) => {
                let expected = "`Fails(EADDRINUSE)` or `Returns(1000)`";
                self.reader.wrong(node, &what, expected);
                return None;
            }
        };
        if name.text == "Returns" {
            let octets = self
                .reader
                .size(value, "what `Returns` says", 0..=u64::MAX)?;
            return Some(Expects::Returns(octets));
        }
        let table = Errno::ALL.map(|errno| (errno.name(), errno));
        let errno = self.reader.choice(value, "the error of `Fails`", &table)?;
        Some(Expects::Fails(errno))
    }

    fn serve(&mut self, name: Word, values: &[Node], progress: &mut Progress) -> Option<Step> {
        self.check_listening(name, progress);
        let socket = self.socket_name(values[0]);
        progress.ended = Some("Serve");
        let fd = self.sockets.number(&socket?);
        let code = self.write(values[1], "what `Serve` does", Role::Child(fd))?;
        let listener = self.sockets.number("");
        Some(Step::Serve { listener, fd, code })
    }

    /// Steps that make a listener or open a socket.
    fn opening(
        &mut self,
        name: Word,
        form: &Form,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let fails = matches!(expects, Expects::Fails(_));
        match form.name {
            "Bind" => {
                let port = self.reader.port(values[0], "the port of `Bind`", 0);
                progress.bound |= !fails;
                Some(Step::Bind {
                    fd: self.sockets.number(""),
                    address: Address::Any,
                    port: port?,
                })
            }
            "Listen" => self.listen(name, values[0], fails, progress),
            "CloseListener" => {
                self.close_listener(name, fails, progress);
                let fd = self.sockets.number("");
                Some(Step::Close { fd })
            }
            "Accept" => {
                if !fails {
                    self.check_listening(name, progress);
                }
                let fd = self.open(values[0], fails, progress);
                let listener = self.sockets.number("");
                Some(Step::Accept { listener, fd: fd? })
            }
            _ => {
                let fd = self.open(values[0], fails, progress);
                self.check_peer(values[1]);
                let port = self.reader.port(values[2], "the port of `Connect`", 1);
                progress.bound &= fails;
                let (fd, port) = fd.zip(port)?;
                Some(Step::Connect {
                    fd,
                    address: Address::Peer,
                    port,
                })
            }
        }
    }

    fn listen(
        &mut self,
        name: Word,
        backlog: Node,
        fails: bool,
        progress: &mut Progress,
    ) -> Option<Step> {
        if !fails && !progress.bound && progress.role != Role::Handler {
            let help = "write Bind(9091) first";
            self.order(name, "`Listen` without `Bind`", "no port here", help);
        }
        if !fails {
            // The port is the listener's now.
            (progress.bound, progress.listening) = (false, true);
        }
        let what = "the backlog of `Listen`";
        let backlog = self.reader.integer_u32(backlog, what, 0..=u32::MAX)?;
        let fd = self.sockets.number("");
        Some(Step::Listen { fd, backlog })
    }

    fn close_listener(&mut self, name: Word, fails: bool, progress: &mut Progress) {
        if fails {
            return;
        }
        let anywhere = progress.role == Role::Handler && self.sockets.listens;
        if !progress.bound && !progress.listening && !anywhere {
            let message = "there is no listener to close";
            self.order(name, message, "no listener here", LISTENER_HELP);
        }
        (progress.bound, progress.listening) = (false, false);
    }

    fn check_peer(&mut self, node: Node) {
        let Some(peer) = self.reader.host(node, "the host of `Connect`") else {
            return;
        };
        if self.host == Some(peer) {
            let other = self.reader.hosts.get(usize::from(1 - peer)).cloned();
            let mistake = self.reader.report(
                "contradiction",
                node.span(),
                "the program connects to its own host",
                "the program runs here",
            );
            mistake.help("connections go over the path, to the other host");
            if let Some(other) = other {
                mistake.fix(node.span(), format!("\"{other}\""));
            }
        }
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
        match form.name {
            "Send" => {
                let octets = octets(self.reader);
                Some(Step::Send {
                    fd: fd?,
                    octets: octets?,
                })
            }
            "Receive" => {
                let octets = octets(self.reader);
                Some(Step::Receive {
                    fd: fd?,
                    octets: octets?,
                })
            }
            "ReceiveExactly" => {
                let octets = octets(self.reader);
                Some(Step::ReceiveExactly {
                    fd: fd?,
                    octets: octets?,
                })
            }
            "ReceiveToEnd" => Some(Step::ReceiveToEnd { fd: fd? }),
            "Shutdown" => {
                let table = [("Write", ())];
                let way = self
                    .reader
                    .choice(values[1], "the direction of `Shutdown`", &table);
                way.and(fd).map(|fd| Step::Shutdown {
                    fd,
                    ways: Ways::Write,
                })
            }
            "Set" => {
                let option = self.option(values[1]);
                Some(Step::Set {
                    fd: fd?,
                    option: option?,
                })
            }
            "WaitFor" => {
                let state = self
                    .reader
                    .choice(values[1], "the state of `WaitFor`", &STATES);
                Some(Step::WaitFor {
                    fd: fd?,
                    state: state?,
                })
            }
            "Abort" => Some(Step::Abort { fd: fd? }),
            _ => Some(Step::Close { fd: fd? }),
        }
    }

    /// An option of a socket: `NoDelay(true)`.
    fn option(&mut self, node: Node) -> Option<SocketOption> {
        let call = named_call(node, "the option of `Set`", &OPTIONS, self.reader)?;
        let name = call.name?.text;
        let value = match call.arguments {
            Arguments::Positional(values) if values.len() == 1 => values[0],
            Arguments::None | Arguments::Named(_) | Arguments::Positional(_) => {
                let expected = match name {
                    "NoDelay" => "`NoDelay(true)`",
                    "UserTimeout" => "`UserTimeout(\"3s\")`",
                    "ReceiveBuffer" => "`ReceiveBuffer(\"4KiB\")`",
                    _ => "`SendBuffer(\"4KiB\")`",
                };
                self.reader.wrong(node, "the option of `Set`", expected);
                return None;
            }
        };
        let what = format!("`{name}`");
        match name {
            "NoDelay" => Some(SocketOption::NoDelay(self.reader.boolean(value, &what)?)),
            "UserTimeout" => {
                let span = self.reader.positive_duration(value, &what)?;
                Some(SocketOption::UserTimeout(span))
            }
            _ => {
                let size = overrides::read_buffer(self.reader, value, &what)?;
                Some(match name {
                    "ReceiveBuffer" => SocketOption::ReceiveBuffer(size),
                    _ => SocketOption::SendBuffer(size),
                })
            }
        }
    }
}
