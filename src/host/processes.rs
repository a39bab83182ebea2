//! Processes and their threads: how they take their steps, wait, are hit from outside and end.

use super::errno::Errno;
use super::program::{CallResult, Code, Expects, Instruction, Signal, Step};
use super::socket::{Descriptor, SocketId, Table};
use super::{Happening, Host, HostCx, ProcessEvent, ProcessId, ProcessSlot, Slot, StepId};
use crate::tcp::state::State;
use crate::tcp::tcb::Tcb;
use crate::time::Time;

/// A thread of a process: a place in a program. Most processes have one.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub id: ProcessId,
    pub alive: bool,
    /// It is the one that the scenario starts, not a child; interrupts are handled here.
    pub main: bool,
    pub code: u16,
    pub at: u16,
    /// The descriptors it shares with the other threads of its process.
    pub table: u32,
    /// The step at `at` was begun, then.
    pub begun: Option<Time>,
    /// Octets that the step has moved so far; 1 if it has done its work and waits, or has seen the
    /// state it waits for.
    pub moved: u64,
    /// When it wakes, if it sleeps.
    pub wakes: Option<Time>,
    /// The socket on which it is in a call that waits.
    pub in_call: Option<SocketId>,
    pub waits: Waits,
    /// What lets it go on, where it stands in line for a connection.
    pub awaits: Awaits,
}

/// Where a thread stands in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    Nowhere,
    OnConnection(Slot),
    OnListener(u32),
}

/// What a thread that stands in line for a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaits {
    /// Something to read, or the end.
    Text,
    /// Room to write, or that no more can be sent.
    Room,
    /// What its step says.
    Other,
}

/// What came of trying a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// It is done, with this number.
    Done(u64),
    /// It failed.
    Failed(Errno),
    /// It waits for its connection, at most until then.
    WaitsFor(Slot, Time),
    /// It waits for its listener, at most until then.
    Accepts(u32, Time),
    /// It waits for this moment.
    Sleeps(Time),
    /// A child serves the connection; the step begins anew.
    Forked,
    /// The program ends.
    Exits,
}

impl Host {
    /// Starts a process of a program, and runs it until it waits.
    ///
    /// On a host that is down nothing starts.
    pub fn start(&mut self, program: u16, code: u16, cx: &mut HostCx) {
        if !self.is_up {
            return;
        }
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
        let slot = self.free_process();
        let table = self.new_table(slot, cx.code[usize::from(code)].sockets.len());
        let id = ProcessId { program, instance };
        self.processes[slot as usize] = Process {
            id,
            alive: true,
            main,
            code,
            table,
            ..Process::unborn()
        };
        cx.happenings.push(Happening::Process {
            process: id,
            event: ProcessEvent::Started,
        });
        slot
    }

    fn free_process(&mut self) -> ProcessSlot {
        self.free_processes.pop().unwrap_or_else(|| {
            self.processes.push(Process::unborn());
            super::as_slot(self.processes.len() - 1)
        })
    }

    fn new_table(&mut self, main: ProcessSlot, descriptors: usize) -> u32 {
        let place = self.free_tables.pop().unwrap_or_else(|| {
            self.tables.push(Table {
                main,
                descriptors: Vec::new(),
                leaked: Vec::new(),
                open: 0,
                threads: 0,
            });
            super::as_slot(self.tables.len() - 1)
        });
        let table = &mut self.tables[place as usize];
        (table.main, table.open, table.threads) = (main, 0, 1);
        table.descriptors.clear();
        table.descriptors.resize(descriptors, Descriptor::Unopened);
        place
    }

    /// A thread of the same process takes other steps, from the next instant of its own on.
    pub(super) fn start_thread(&mut self, slot: ProcessSlot, code: u16, cx: &mut HostCx) {
        let parent = &self.processes[slot as usize];
        let (id, main, table) = (parent.id, parent.main, parent.table);
        let thread = self.free_process();
        self.tables[table as usize].threads += 1;
        self.processes[thread as usize] = Process {
            id,
            alive: true,
            main,
            code,
            table,
            ..Process::unborn()
        };
        cx.happenings.push(Happening::Wake(thread));
    }

    /// Starts code as a thread of the first process of a program that is alive; false if none is.
    pub fn start_beside(&mut self, program: u16, code: u16, cx: &mut HostCx) -> bool {
        let is_its = |p: &Process| p.alive && p.id.program == program;
        let Some(place) = self.processes.iter().position(is_its) else {
            return false;
        };
        self.start_thread(super::as_slot(place), code, cx);
        true
    }

    /// Lets a thread go on until it waits or ends.
    pub fn run(&mut self, slot: ProcessSlot, cx: &mut HostCx) {
        if self.transfers_on(slot, cx) {
            return;
        }
        self.stop_waiting(slot);
        loop {
            let process = &self.processes[slot as usize];
            if !process.alive {
                return;
            }
            let step = process.step();
            let begun = process.begun;
            let Some(instruction) = instruction(cx.code, step) else {
                self.leave(slot, cx);
                return;
            };
            let call = &instruction.step;
            // A transfer leaves the descriptor as it is: looking after it is enough.
            let (before, socket) = match begun.is_some() && call.is_transfer() {
                true => (None, None),
                false => (self.number_of(slot, call), self.socket_in_call(slot, call)),
            };
            let since = begun.unwrap_or_else(|| self.begin(slot, step, before, cx));
            let attempt = self.attempt(slot, call, cx);
            let result = match attempt {
                Attempt::Done(number) => CallResult::Done(number),
                Attempt::Failed(errno) => CallResult::Failed(errno),
                Attempt::Forked => continue,
                Attempt::Exits => {
                    self.exit(slot, cx);
                    return;
                }
                Attempt::WaitsFor(..) | Attempt::Accepts(..) | Attempt::Sleeps(_) => {
                    self.wait(slot, attempt, cx);
                    self.stay_in_call(slot, call, socket);
                    return;
                }
            };
            let connection = before.or_else(|| self.number_of(slot, call));
            let process = &self.processes[slot as usize];
            cx.happenings.push(Happening::Return {
                process: process.id,
                step,
                connection,
                since,
                result,
                expected: instruction.expects.is_met_by(result),
            });
            self.leave_call(slot, cx);
            if dies_of(result, instruction.expects) {
                let main = self.tables[self.processes[slot as usize].table as usize].main;
                self.end(main, ProcessEvent::Died, cx);
                return;
            }
            let process = &mut self.processes[slot as usize];
            process.at += 1;
            (process.begun, process.moved, process.wakes) = (None, 0, None);
        }
    }

    /// Begins a step now, on this connection; returns when that is.
    fn begin(
        &mut self,
        slot: ProcessSlot,
        step: StepId,
        connection: Option<u32>,
        cx: &mut HostCx,
    ) -> Time {
        let process = &mut self.processes[slot as usize];
        process.begun = Some(cx.now);
        cx.happenings.push(Happening::Call {
            process: process.id,
            step,
            connection,
        });
        cx.now
    }

    /// A thread waits, in line and perhaps until a moment.
    #[inline]
    fn wait(&mut self, slot: ProcessSlot, attempt: Attempt, cx: &mut HostCx) {
        let process = &mut self.processes[slot as usize];
        let until = match attempt {
            Attempt::WaitsFor(connection, until) => {
                process.waits = Waits::OnConnection(connection);
                process.awaits =
                    instruction(cx.code, process.step()).map_or(Awaits::Other, |i| match i.step {
                        Step::Send { .. } => Awaits::Room,
                        ref step if step.is_transfer() => Awaits::Text,
                        _ => Awaits::Other,
                    });
                self.whole_mut(connection).waiters.add(slot);
                until
            }
            Attempt::Accepts(listener, until) => {
                process.waits = Waits::OnListener(listener);
                self.listeners[listener as usize].waiters.add(slot);
                until
            }
            Attempt::Sleeps(until) => until,
            Attempt::Done(_) | Attempt::Failed(_) | Attempt::Forked | Attempt::Exits => {
                unreachable!("it does not wait")
            }
        };
        if until != Time::NEVER {
            self.processes[slot as usize].wakes = Some(until);
            cx.happenings.push(Happening::Sleep(slot, until));
        }
    }

    /// A thread that waits is in a call, on the socket that its step began with or that it made.
    #[inline]
    fn stay_in_call(&mut self, slot: ProcessSlot, call: &Step, socket: Option<SocketId>) {
        if self.processes[slot as usize].in_call.is_some() {
            return;
        }
        let socket = socket.or_else(|| self.socket_in_call(slot, call));
        if let Some(socket) = socket {
            self.processes[slot as usize].in_call = Some(socket);
            self.socket_mut(socket).callers += 1;
        }
    }

    /// A thread stands in no line any more.
    #[inline]
    fn stop_waiting(&mut self, slot: ProcessSlot) {
        let waits = &mut self.processes[slot as usize].waits;
        match std::mem::replace(waits, Waits::Nowhere) {
            Waits::Nowhere => {}
            Waits::OnConnection(connection) => {
                let connection = self.connections.get_mut(connection as usize);
                if let Some(whole) = connection
                    .and_then(Option::as_mut)
                    .and_then(super::Connection::whole_if_kept)
                {
                    whole.waiters.leave(slot);
                }
            }
            Waits::OnListener(listener) => {
                self.listeners[listener as usize].waiters.leave(slot);
            }
        }
    }

    /// A thread that does not come to accept leaves what it was woken for to the next in line.
    fn wake_acceptor(&mut self, listener: u32, cx: &mut HostCx) {
        let listener = &mut self.listeners[listener as usize];
        if !listener.queue.is_empty()
            && let Some(next) = listener.waiters.take_first()
        {
            cx.happenings.push(Happening::Wake(next));
        }
    }

    /// A thread's call on a socket is over; the last to leave a closed socket ends it.
    fn leave_call(&mut self, slot: ProcessSlot, cx: &mut HostCx) {
        let Some(socket) = self.processes[slot as usize].in_call.take() else {
            return;
        };
        let held = self.socket_mut(socket);
        held.callers -= 1;
        if held.closed && held.callers == 0 {
            self.release(socket, cx);
        }
    }

    /// The socket on which a thread takes a step.
    fn socket_in_call(&self, slot: ProcessSlot, step: &Step) -> Option<SocketId> {
        let process = &self.processes[slot as usize];
        if process.in_call.is_some() {
            return process.in_call;
        }
        match self.descriptor(slot, step.descriptor()?) {
            Descriptor::Open(socket) => Some(socket),
            Descriptor::Unopened | Descriptor::Closed => None,
        }
    }

    /// The connection on which a thread takes a step, by its number in the run.
    fn number_of(&self, slot: ProcessSlot, step: &Step) -> Option<u32> {
        let socket = match self.descriptor(slot, step.connection()?) {
            Descriptor::Open(socket) => Some(socket),
            Descriptor::Unopened | Descriptor::Closed => self.processes[slot as usize].in_call,
        };
        self.connection_of(socket?)
            .map(|connection| connection.number)
    }

    /// True if a thread that waits for a connection would not wait again.
    #[inline]
    pub(super) fn may_go_on(&self, slot: ProcessSlot, tcb: &Tcb, cx: &HostCx) -> bool {
        let process = &self.processes[slot as usize];
        match process.awaits {
            Awaits::Text => tcb.is_read_over(),
            Awaits::Room => tcb.is_write_over(),
            Awaits::Other => self.may_step(process, cx),
        }
    }

    fn may_step(&self, process: &Process, cx: &HostCx) -> bool {
        instruction(cx.code, process.step())
            .is_some_and(|instruction| self.is_ready(process, &instruction.step))
    }

    /// Something happens to a program from outside. Its children share its terminal.
    pub fn signal(&mut self, program: u16, signal: Signal, handler: Option<u16>, cx: &mut HostCx) {
        // A handler may fork: its children came too late for the signal.
        let targets: Vec<ProcessSlot> = (0..super::as_slot(self.processes.len()))
            .filter(|slot| {
                let process = &self.processes[*slot as usize];
                process.alive && process.id.program == program && self.is_first(*slot)
            })
            .collect();
        for slot in targets {
            let main = self.processes[slot as usize].main;
            match (signal, handler) {
                (Signal::Start, _) => {}
                (Signal::Interrupt, Some(handler)) if main => self.interrupt(slot, handler, cx),
                (Signal::Interrupt, _) => {
                    self.end(slot, ProcessEvent::Interrupted { handled: false }, cx);
                }
                // Only a terminal reaches children too.
                (Signal::Kill, _) if main => self.end(slot, ProcessEvent::Killed, cx),
                (Signal::Kill, _) => {}
            }
        }
    }

    /// It is the thread with which its process began.
    pub(super) fn is_first(&self, slot: ProcessSlot) -> bool {
        self.tables[self.processes[slot as usize].table as usize].main == slot
    }

    /// The handler takes over, on the sockets of the program.
    fn interrupt(&mut self, slot: ProcessSlot, handler: u16, cx: &mut HostCx) {
        let waits = self.processes[slot as usize].waits;
        self.stop_waiting(slot);
        if let Waits::OnListener(listener) = waits {
            self.wake_acceptor(listener, cx);
        }
        self.leave_call(slot, cx);
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

    /// A thread has no more steps: with the first one its process ends.
    fn leave(&mut self, slot: ProcessSlot, cx: &mut HostCx) {
        if self.is_first(slot) {
            self.end(slot, ProcessEvent::Exited, cx);
        } else {
            let process = &mut self.processes[slot as usize];
            process.alive = false;
            self.tables[process.table as usize].threads -= 1;
            self.free_processes.push(slot);
        }
    }

    /// A thread ends its process.
    fn exit(&mut self, slot: ProcessSlot, cx: &mut HostCx) {
        let main = self.tables[self.processes[slot as usize].table as usize].main;
        self.end(main, ProcessEvent::Exited, cx);
    }

    /// A process ends with all its threads: the system closes what it has open.
    fn end(&mut self, main: ProcessSlot, event: ProcessEvent, cx: &mut HostCx) {
        let table = self.processes[main as usize].table;
        let threads = std::mem::take(&mut self.tables[table as usize].threads);
        let places = match threads {
            1 => main..main + 1,
            _ => 0..super::as_slot(self.processes.len()),
        };
        let mut left_behind = Vec::new();
        for slot in places {
            let process = &mut self.processes[slot as usize];
            if process.alive && process.table == table {
                process.alive = false;
                if let Some(socket) = process.in_call.take() {
                    let held = self.socket_mut(socket);
                    held.callers -= 1;
                    // Closed while threads were in calls on it, the last of which is gone.
                    if held.closed && held.callers == 0 {
                        left_behind.push(socket);
                    }
                }
                self.stop_waiting(slot);
                self.free_processes.push(slot);
            }
        }
        cx.happenings.push(Happening::Process {
            process: self.processes[main as usize].id,
            event,
        });
        let open = &mut self.tables[table as usize];
        let mut sockets = std::mem::take(&mut open.leaked);
        sockets.extend(open.descriptors.iter().filter_map(|d| match d {
            Descriptor::Open(socket) => Some(*socket),
            Descriptor::Unopened | Descriptor::Closed => None,
        }));
        for socket in sockets.drain(..) {
            self.release(socket, cx);
        }
        self.tables[table as usize].leaked = sockets;
        for socket in left_behind {
            self.release(socket, cx);
        }
        self.free_tables.push(table);
    }

    /// True if the thread sleeps until this moment; else its wake-up is out of date.
    pub fn sleeps_until(&self, slot: ProcessSlot, moment: Time) -> bool {
        let process = &self.processes[slot as usize];
        process.alive && process.wakes == Some(moment)
    }
}

/// An error that nobody stated ends the program.
fn dies_of(result: CallResult, expects: Expects) -> bool {
    matches!(result, CallResult::Failed(_))
        && !matches!(expects, Expects::Fails(_) | Expects::Anything)
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
            table: 0,
            begun: None,
            moved: 0,
            wakes: None,
            in_call: None,
            waits: Waits::Nowhere,
            awaits: Awaits::Other,
        }
    }

    /// The step it is at.
    #[inline]
    fn step(&self) -> StepId {
        StepId {
            code: self.code,
            at: self.at,
        }
    }

    /// It has begun to send so many octets, or (`None`) to read to the end, and stands in line for its
    /// connection; the outer `None` if it does not.
    #[inline]
    pub fn waits_in_transfer(&self, code: &[Code]) -> Option<Option<u64>> {
        if !self.alive || !matches!(self.waits, Waits::OnConnection(_)) {
            return None;
        }
        match instruction(code, self.step())?.step {
            Step::Send { octets, .. } => Some(Some(octets)),
            Step::ReceiveToEnd { .. } => Some(None),
            _ => None,
        }
    }

    /// The connection it waits for enters a state, which may be gone when it looks.
    pub fn see_state(&mut self, entered: State, code: &[Code]) {
        let instruction = instruction(code, self.step());
        if let Some(Step::WaitFor { state, .. }) = instruction.map(|i| i.step)
            && state == entered
        {
            self.moved = 1;
        }
    }
}

#[inline]
fn instruction(code: &[Code], step: StepId) -> Option<&Instruction> {
    code[usize::from(step.code)].steps.get(usize::from(step.at))
}
