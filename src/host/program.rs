//! Programs: socket calls one after the other, blocking as real ones do.
//!
//! A [`Code`] is what a program consists of, fixed for a run; a process is a place in it. Names
//! of sockets are indices here ([`Fd`]); the scenario's names stand beside the code.

use super::errno::Errno;
use crate::tcp::state::State;
use crate::time::{Span, Time};

/// A list of steps and the names of the sockets they use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// The steps, in order.
    pub steps: Vec<Instruction>,
    /// Names of the sockets, by [`Fd`].
    pub sockets: Vec<String>,
}

impl Code {
    /// These steps, all of which are expected to succeed, with these names of sockets.
    pub fn new(steps: &[Step], sockets: &[&str]) -> Code {
        let instruction = |step: &Step| Instruction {
            step: *step,
            expects: Expects::Success,
        };
        Code {
            steps: steps.iter().map(instruction).collect(),
            sockets: sockets.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

/// A socket of a process, by its place in [`Code::sockets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fd(pub u16);

/// One step, and what its author expects of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub step: Step,
    /// What should come of it.
    pub expects: Expects,
}

/// What the author of a step expects of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expects {
    /// That it succeeds: an error ends the program.
    Success,
    /// That it succeeds with this number, of octets for a transfer.
    Returns(u64),
    /// That it fails with this error; the program goes on.
    Fails(Errno),
}

/// One step of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Takes a port; the next `Listen` or `Connect` uses it.
    Bind {
        /// The local port; 0 takes a free one.
        port: u16,
    },
    /// Makes the bound socket a listener.
    Listen {
        /// How many connections may wait to be accepted.
        backlog: u32,
    },
    /// Waits for a connection on the listener.
    Accept {
        /// The socket it becomes.
        fd: Fd,
    },
    /// Serves every connection in a child process of its own, for ever.
    Serve {
        /// The socket it becomes in the child.
        fd: Fd,
        /// What the child does: an index into the plan's list of code.
        code: u16,
    },
    /// Opens a connection to the other host and waits until it is open.
    Connect {
        /// The socket it becomes.
        fd: Fd,
        /// The remote port.
        port: u16,
    },
    /// Writes octets, waiting for room as often as it takes.
    Send {
        /// The socket.
        fd: Fd,
        /// How many octets.
        octets: u64,
    },
    /// Reads what is there, waiting for the first octet or the end.
    Receive {
        /// The socket.
        fd: Fd,
        /// At most so many octets.
        octets: u64,
    },
    /// Reads until this many octets have come, or the end.
    ReceiveExactly {
        /// The socket.
        fd: Fd,
        /// How many octets.
        octets: u64,
    },
    /// Reads until the peer closes.
    ReceiveToEnd {
        /// The socket.
        fd: Fd,
    },
    /// Closes for sending; reading goes on.
    ShutdownWrite {
        /// The socket.
        fd: Fd,
    },
    /// Closes the socket.
    Close {
        /// The socket.
        fd: Fd,
    },
    /// Closes the listener.
    CloseListener,
    /// Aborts the connection.
    Abort {
        /// The socket.
        fd: Fd,
    },
    /// Sets an option of the connection.
    Set {
        /// The socket.
        fd: Fd,
        /// The option and its value.
        option: SocketOption,
    },
    /// Waits.
    Sleep(Span),
    /// Waits until this moment; goes on at once if it has passed.
    At(Time),
    /// Waits until the connection is in this state.
    WaitFor {
        /// The socket.
        fd: Fd,
        /// The state.
        state: State,
    },
    /// Ends the program.
    Exit,
}

impl Step {
    /// It reads octets, and returns how many.
    pub const fn reads(&self) -> bool {
        matches!(
            self,
            Step::Receive { .. } | Step::ReceiveExactly { .. } | Step::ReceiveToEnd { .. }
        )
    }
}

/// An option of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketOption {
    /// TCP_NODELAY: small segments do not wait. RFC 9293 §3.7.4 (MUST-17).
    NoDelay(bool),
    /// TCP_USER_TIMEOUT. RFC 9293 §3.9.1.1.
    UserTimeout(Span),
    /// SO_RCVBUF, in octets.
    ReceiveBuffer(u32),
    /// SO_SNDBUF, in octets.
    SendBuffer(u32),
}

/// How a program of the scenario starts, is interrupted, and starts again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramPlan {
    /// Its name.
    pub name: String,
    /// The host it runs on, by index.
    pub host: u8,
    /// What it does.
    pub code: u16,
    /// What it does when interrupted, on the same sockets; `None` dies of it.
    pub on_interrupt: Option<u16>,
    /// When it starts.
    pub start: Time,
    /// How many of it run, each started [`ProgramPlan::every`] after the one before.
    pub count: u32,
    /// Distance of their starts.
    pub every: Span,
    /// What happens to it from outside, in order of time.
    pub signals: Vec<(Time, Signal)>,
}

/// What happens to a program from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, as Ctrl-C sends it: the handler runs, or the program dies.
    Interrupt,
    /// SIGKILL: the program dies.
    Kill,
    /// It is started again.
    Start,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum CallResult {
    /// It succeeded, with a number: of octets for a transfer, of the port for a bind, else 0.
    Done(u64),
    /// It failed.
    Failed(Errno),
}

impl Expects {
    /// True if `result` is what was expected.
    pub fn is_met_by(self, result: CallResult) -> bool {
        match (self, result) {
            (Expects::Success, CallResult::Done(_)) => true,
            (Expects::Returns(wanted), CallResult::Done(got)) => wanted == got,
            (Expects::Fails(wanted), CallResult::Failed(got)) => wanted == got,
            (Expects::Success | Expects::Returns(_), CallResult::Failed(_))
            | (Expects::Fails(_), CallResult::Done(_)) => false,
        }
    }
}
