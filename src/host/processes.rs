//! Processes: how they take their steps, wait, are hit from outside and end.

use super::connections::Owner;
use super::errno::Errno;
use super::program::{CallResult, Code, Expects, Fd, Signal, Step};
use super::{Happening, Host, HostCx, ProcessEvent, ProcessId, ProcessSlot, Slot, StepId};
use crate::tcp::state::State;
use crate::time::Time;

/// A place in a program.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub id: ProcessId,
    pub alive: bool,
    /// It is the one that the scenario starts, not a child; interrupts are handled here.
    pub main: bool,
    pub code: u16,
    pub at: u16,
    /// Its sockets, by [`Fd`].
    pub sockets: Vec<Option<Slot>>,
    /// The port it bound and has not used.
    pub bound: Option<u16>,
    pub listener: Option<u32>,
    /// The step at `at` was begun, then.
    pub begun: Option<Time>,
    /// Octets that the step has moved so far; 1 if it has made its socket, or seen its state.
    pub moved: u64,
    /// When it wakes, if it sleeps.
    pub wakes: Option<Time>,
}

/// What came of trying a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// It is done, with this number.
    Done(u64),
    /// It failed.
    Failed(Errno),
    /// It waits for its connection.
    WaitsFor(Slot),
    /// It waits for its listener.
    Accepts(u32),
    /// It waits for this moment.
    Sleeps(Time),
    /// A child serves the connection; the step begins anew.
    Forked,
    /// The program ends.
    Exits,
}

impl Host {
    /// Starts a process of a program, and runs it until it waits.
    pub fn start(&mut self, program: u16, code: u16, cx: &mut HostCx) {
        let process = self.spawn(program, code, true, cx);
        self.run(process, cx);
    }

    pub(super) fn spawn(
        &mut self,
        program: u16,
        code: u16,
        main: bool,
        cx: &mut HostCx,
    ) -> ProcessSlot {
        let instance = self.instances[usize::from(program)];
        self.instances[usize::from(program)] += 1;
        let slot = self.free_processes.pop().unwrap_or_else(|| {
            self.processes.push(Process::unborn());
            super::as_slot(self.processes.len() - 1)
        });
        let process = &mut self.processes[slot as usize];
        let mut sockets = std::mem::take(&mut process.sockets);
        sockets.clear();
        sockets.resize(cx.code[usize::from(code)].sockets.len(), None);
        let id = ProcessId { program, instance };
        *process = Process {
            id,
            alive: true,
            main,
            code,
            sockets,
            ..Process::unborn()
        };
        cx.happenings.push(Happening::Process {
            process: id,
            event: ProcessEvent::Started,
        });
        slot
    }

    /// Lets a process go on until it waits or ends.
    pub fn run(&mut self, slot: ProcessSlot, cx: &mut HostCx) {
        loop {
            let process = &self.processes[slot as usize];
            if !process.alive {
                return;
            }
            let step = StepId {
                code: process.code,
                at: process.at,
            };
            let Some(instruction) = instruction(cx.code, step) else {
                self.end(slot, ProcessEvent::Exited, cx);
                return;
            };
            let id = process.id;
            let since = match process.begun {
                Some(since) => since,
                None => {
                    self.processes[slot as usize].begun = Some(cx.now);
                    let connection = self.number_of(slot, instruction.step);
                    cx.happenings.push(Happening::Call {
                        process: id,
                        step,
                        connection,
                    });
                    cx.now
                }
            };
            let before = self.number_of(slot, instruction.step);
            let result = match self.attempt(slot, instruction.step, cx) {
                Attempt::Done(number) => CallResult::Done(number),
                Attempt::Failed(errno) => CallResult::Failed(errno),
                Attempt::WaitsFor(connection) => {
                    let connection = self.connections[connection as usize].as_mut();
                    connection.expect("a process waits for its own").waiter = Some(slot);
                    return;
                }
                Attempt::Accepts(listener) => {
                    self.listeners[listener as usize].waiter = Some(slot);
                    return;
                }
                Attempt::Sleeps(until) => {
                    self.processes[slot as usize].wakes = Some(until);
                    cx.happenings.push(Happening::Sleep(slot, until));
                    return;
                }
                Attempt::Forked => continue,
                Attempt::Exits => {
                    self.end(slot, ProcessEvent::Exited, cx);
                    return;
                }
            };
            let expected = instruction.expects.is_met_by(result);
            let connection = before.or_else(|| self.number_of(slot, instruction.step));
            cx.happenings.push(Happening::Return {
                process: id,
                step,
                connection,
                since,
                result,
                expected,
            });
            if matches!(result, CallResult::Failed(_))
                && !matches!(instruction.expects, Expects::Fails(_))
            {
                self.end(slot, ProcessEvent::Died, cx);
                return;
            }
            let process = &mut self.processes[slot as usize];
            process.at += 1;
            (process.begun, process.moved, process.wakes) = (None, 0, None);
        }
    }

    /// The connection on which a process takes a step, by its number in the run.
    fn number_of(&self, slot: ProcessSlot, step: Step) -> Option<u32> {
        let socket = self.processes[slot as usize].socket(step.names()?)?;
        self.connection(socket).map(|connection| connection.number)
    }

    /// True if a waiting process would not wait again.
    pub(super) fn may_go_on(&self, slot: ProcessSlot, cx: &HostCx) -> bool {
        let process = &self.processes[slot as usize];
        let step = StepId {
            code: process.code,
            at: process.at,
        };
        instruction(cx.code, step)
            .is_some_and(|instruction| self.is_ready(process, instruction.step))
    }

    /// Something happens to a program from outside. Its children share its terminal.
    pub fn signal(&mut self, program: u16, signal: Signal, handler: Option<u16>, cx: &mut HostCx) {
        // A handler may fork: its children came too late for the signal.
        let hit = |process: &Process| process.alive && process.id.program == program;
        let targets: Vec<ProcessSlot> = (0..super::as_slot(self.processes.len()))
            .filter(|slot| hit(&self.processes[*slot as usize]))
            .collect();
        for slot in targets {
            let main = self.processes[slot as usize].main;
            match (signal, handler) {
                (Signal::Start, _) => {}
                (Signal::Interrupt, Some(handler)) if main => self.interrupt(slot, handler, cx),
                (Signal::Interrupt, _) => {
                    self.end(slot, ProcessEvent::Interrupted { handled: false }, cx);
                }
                (Signal::Kill, _) => self.end(slot, ProcessEvent::Killed, cx),
            }
        }
    }

    /// The handler takes over, on the sockets of the program.
    fn interrupt(&mut self, slot: ProcessSlot, handler: u16, cx: &mut HostCx) {
        self.stop_waiting(slot);
        let process = &mut self.processes[slot as usize];
        (process.code, process.at) = (handler, 0);
        (process.begun, process.moved, process.wakes) = (None, 0, None);
        let event = ProcessEvent::Interrupted { handled: true };
        cx.happenings.push(Happening::Process {
            process: process.id,
            event,
        });
        self.run(slot, cx);
    }

    /// A process ends: the system closes what it has open.
    fn end(&mut self, slot: ProcessSlot, event: ProcessEvent, cx: &mut HostCx) {
        self.stop_waiting(slot);
        let process = &mut self.processes[slot as usize];
        process.alive = false;
        let (bound, listener) = (process.bound.take(), process.listener.take());
        cx.happenings.push(Happening::Process {
            process: process.id,
            event,
        });
        for fd in 0..self.processes[slot as usize].sockets.len() {
            if let Some(connection) = self.processes[slot as usize].sockets[fd].take() {
                self.close_connection(connection, cx);
            }
        }
        if let Some(listener) = listener {
            self.close_listener(listener, cx);
        }
        if let Some(port) = bound {
            self.bound_ports.retain(|taken| *taken != port);
        }
        self.free_processes.push(slot);
    }

    /// A process waits for a socket of its own, or for its listener, and for nothing else.
    fn stop_waiting(&mut self, slot: ProcessSlot) {
        let process = &self.processes[slot as usize];
        for connection in process.sockets.iter().flatten() {
            let connection = self.connections[*connection as usize].as_mut();
            connection.expect("a process has open sockets").waiter = None;
        }
        if let Some(listener) = process.listener {
            self.listeners[listener as usize].waiter = None;
        }
    }

    /// True if the process sleeps until this moment; else its wake-up is out of date.
    pub fn sleeps_until(&self, slot: ProcessSlot, moment: Time) -> bool {
        let process = &self.processes[slot as usize];
        process.alive && process.wakes == Some(moment)
    }

    /// Gives a connection to a process.
    pub(super) fn own(&mut self, slot: ProcessSlot, fd: Fd, connection: Slot) {
        self.connections[connection as usize]
            .as_mut()
            .expect("it is in the table")
            .owner = Owner::Process;
        self.processes[slot as usize].sockets[usize::from(fd.0)] = Some(connection);
    }
}

impl Process {
    fn unborn() -> Process {
        Process {
            id: ProcessId {
                program: 0,
                instance: 0,
            },
            alive: false,
            main: true,
            code: 0,
            at: 0,
            sockets: Vec::new(),
            bound: None,
            listener: None,
            begun: None,
            moved: 0,
            wakes: None,
        }
    }

    pub fn socket(&self, fd: Fd) -> Option<Slot> {
        self.sockets[usize::from(fd.0)]
    }

    /// The connection it waits for enters a state, which may be gone when it looks.
    pub fn see_state(&mut self, entered: State, code: &[Code]) {
        let (code_at, at) = (self.code, self.at);
        let instruction = instruction(code, StepId { code: code_at, at });
        if let Some(Step::WaitFor { state, .. }) = instruction.map(|i| i.step)
            && state == entered
        {
            self.moved = 1;
        }
    }
}

fn instruction(code: &[Code], step: StepId) -> Option<super::program::Instruction> {
    code[usize::from(step.code)]
        .steps
        .get(usize::from(step.at))
        .copied()
}

impl Step {
    /// The socket that the step names.
    const fn names(&self) -> Option<Fd> {
        match *self {
            Step::Accept { fd } | Step::Connect { fd, .. } => Some(fd),
            _ => self.uses(),
        }
    }

    /// The socket that the step uses, if it uses one that is open before.
    pub(super) const fn uses(&self) -> Option<Fd> {
        match *self {
            Step::Send { fd, .. }
            | Step::Receive { fd, .. }
            | Step::ReceiveExactly { fd, .. }
            | Step::ReceiveToEnd { fd }
            | Step::ShutdownWrite { fd }
            | Step::Close { fd }
            | Step::Abort { fd }
            | Step::Set { fd, .. }
            | Step::WaitFor { fd, .. } => Some(fd),
            Step::Bind { .. }
            | Step::Listen { .. }
            | Step::Accept { .. }
            | Step::Serve { .. }
            | Step::Connect { .. }
            | Step::CloseListener
            | Step::Sleep(_)
            | Step::At(_)
            | Step::Exit => None,
        }
    }
}
