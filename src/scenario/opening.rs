//! Steps that make sockets what they are: bound, listening, connected, closed, with their options.
//!
//! A program need not name its listener: `Bind(9091), Listen(5), Accept("c")` are about a socket
//! without a name. A `Bind` or `Set` without a name waits for the next `Listen` or `Connect`, and
//! belongs to the socket that this is about.

use super::addresses;
use super::node::{Node, Word};
use super::sockets::{LISTENER_HELP, Progress, Role, Use};
use super::steps::Writer;
use crate::host::errno::Errno;
use crate::host::program::{Address, Expects, Fd, Instruction, Step};

impl Writer<'_, '_> {
    pub(super) fn new_socket(
        &mut self,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let fd = self.open(values[0], Use::Fresh, expects, progress)?;
        Some(Step::Socket { fd })
    }

    pub(super) fn bind(
        &mut self,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let (name, address, port) = match values {
            [port] => (None, None, port),
            [first, port] if addresses::is_one(*first) => (None, Some(first), port),
            [name, port] => (Some(name), None, port),
            [name, address, port] => (Some(name), Some(address), port),
            _ => return None,
        };
        let fd = match name {
            Some(name) => self.socket("Bind", *name, expects, progress),
            None => {
                progress.pending.push(self.place(progress));
                progress.bound |= !fails(expects);
                Some(self.sockets.number(""))
            }
        };
        let address = match address {
            Some(node) => self.address(*node, "the address of `Bind`"),
            None => Some(Address::Any),
        };
        let port = self.reader.port(*port, "the port of `Bind`", 0);
        let ((fd, address), port) = fd.zip(address).zip(port)?;
        Some(Step::Bind { fd, address, port })
    }

    pub(super) fn listen(
        &mut self,
        name: Word,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let what = "the backlog of `Listen`";
        if let [socket, backlog] = values {
            let fd = self.socket("Listen", *socket, expects, progress);
            let backlog = self.reader.integer_u32(*backlog, what, 0..=u32::MAX);
            let (fd, backlog) = fd.zip(backlog)?;
            return Some(Step::Listen { fd, backlog });
        }
        let fd = self.sockets.number("");
        let anywhere = *progress.of(fd) == Use::Unclear;
        if !is_free(expects) && !progress.bound && !anywhere {
            let help = "write Bind(9091) first";
            self.order(name, "`Listen` without `Bind`", "no port here", help);
        }
        self.settle(fd, expects, progress);
        if !fails(expects) {
            *progress.of(fd) = Use::Listening;
        }
        let backlog = self.reader.integer_u32(values[0], what, 0..=u32::MAX)?;
        Some(Step::Listen { fd, backlog })
    }

    pub(super) fn accept(
        &mut self,
        name: Word,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let (listener, socket) = match values {
            [listener, socket] => (Some(*listener), *socket),
            _ => (None, values[0]),
        };
        let listener = self.listener(name, listener, expects, progress);
        let fd = self.open(socket, Use::Connected, expects, progress);
        let (listener, fd) = listener.zip(fd)?;
        Some(Step::Accept { listener, fd })
    }

    pub(super) fn serve(
        &mut self,
        name: Word,
        values: &[Node],
        progress: &mut Progress,
    ) -> Option<Step> {
        let (listener, socket, steps) = match values {
            [listener, socket, steps] => (Some(*listener), *socket, *steps),
            _ => (None, values[0], values[1]),
        };
        let listener = self.listener(name, listener, Expects::Success, progress);
        let socket = self.socket_name(socket);
        progress.ended = Some("Serve");
        let fd = self.sockets.number(&socket?);
        let code = self.write(steps, "what `Serve` does", Role::Child(fd))?;
        let listener = listener?;
        Some(Step::Serve { listener, fd, code })
    }

    pub(super) fn connect(
        &mut self,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let name = self.socket_name(values[0]);
        let address = self.peer(values[1]);
        let port = self.reader.port(values[2], "the port of `Connect`", 1);
        let name = name?;
        let fd = self.sockets.number(&name);
        let before = *progress.of(fd);
        if matches!(before, Use::Connected | Use::Listening) && !is_free(expects) {
            self.open_already(&name, values[0]);
        }
        if !progress.pending.is_empty() || before == Use::Closed {
            self.settle(fd, expects, progress);
        }
        *progress.of(fd) = match (expects, before) {
            (Expects::Success | Expects::Returns(_), _) => Use::Connected,
            // It is still what it was.
            (Expects::Fails(_), Use::Connected | Use::Listening) => before,
            (Expects::Fails(Errno::Ebadf), _) => before,
            (Expects::Fails(_) | Expects::Anything, _) => Use::Unclear,
        };
        let (address, port) = address.zip(port)?;
        Some(Step::Connect { fd, address, port })
    }

    /// A connect by Fast Open, and the size of what it sends.
    pub(super) fn connect_send(
        &mut self,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        let what = "the size of `ConnectSend`";
        let octets = self.reader.size(values[3], what, 1..=u64::MAX);
        match (self.connect(values, expects, progress)?, octets?) {
            (Step::Connect { fd, address, port }, octets) => Some(Step::ConnectSend {
                fd,
                address,
                port,
                octets,
            }),
            _ => None,
        }
    }

    pub(super) fn close_listener(
        &mut self,
        name: Word,
        expects: Expects,
        progress: &mut Progress,
    ) -> Step {
        let fd = self.sockets.number("");
        let is_open = progress.bound || *progress.of(fd) == Use::Listening;
        let unclear = *progress.of(fd) == Use::Unclear && self.may_listen(progress);
        if !is_free(expects) && !is_open && !unclear {
            let message = "there is no listener to close";
            self.order(name, message, "no listener here", LISTENER_HELP);
        }
        if !progress.pending.is_empty() {
            self.settle(fd, expects, progress);
        }
        if !fails(expects) {
            *progress.of(fd) = Use::Closed;
        }
        Step::Close { fd }
    }

    pub(super) fn set(
        &mut self,
        values: &[Node],
        expects: Expects,
        progress: &mut Progress,
    ) -> Option<Step> {
        if let [socket, option] = values {
            let fd = self.socket("Set", *socket, expects, progress);
            let option = self.option(*option);
            let (fd, option) = fd.zip(option)?;
            return Some(Step::Set { fd, option });
        }
        let option = self.option(values[0])?;
        let fd = self.sockets.number("");
        // On a listener that is there it takes effect; else it waits with the next `Bind`.
        if progress.bound || *progress.of(fd) != Use::Listening {
            progress.pending.push(self.place(progress));
        }
        Some(Step::Set { fd, option })
    }

    /// The place of the step that is read.
    fn place(&self, progress: &Progress) -> usize {
        self.code[usize::from(progress.code)].steps.len()
    }

    /// Steps without a name belong to this socket. One that was closed is opened anew.
    fn settle(&mut self, socket: Fd, expects: Expects, progress: &mut Progress) {
        let steps = &mut self.code[usize::from(progress.code)].steps;
        let first = progress.pending.first().copied().unwrap_or(steps.len());
        for at in progress.pending.drain(..) {
            // A step with a mistake is not there.
            let step = steps.get_mut(at).map(|instruction| &mut instruction.step);
            if let Some(Step::Bind { fd, .. } | Step::Set { fd, .. }) = step {
                *fd = socket;
            }
        }
        let has_steps = first < steps.len();
        progress.bound = false;
        let shows_closed = expects == Expects::Fails(Errno::Ebadf) && !has_steps;
        if *progress.of(socket) == Use::Closed && !shows_closed {
            let step = Step::Socket { fd: socket };
            let expects = Expects::Success;
            steps.insert(first.min(steps.len()), Instruction { step, expects });
        }
    }

    /// What no `Listen` or `Connect` followed was about the program's own listener.
    pub(super) fn settle_at_the_end(&mut self, progress: &mut Progress) {
        if !progress.pending.is_empty() {
            let fd = self.sockets.number("");
            self.settle(fd, Expects::Success, progress);
        }
    }
}

/// The author knows that the step fails.
pub(super) const fn fails(expects: Expects) -> bool {
    matches!(expects, Expects::Fails(_))
}

/// A step that may fail is not checked against those before it.
pub(super) const fn is_free(expects: Expects) -> bool {
    matches!(expects, Expects::Fails(_) | Expects::Anything)
}
