//! Tests of sockets, ports, processes and the table of connections, over whole runs.

use CallResult::{Done, Failed};
use lastack::check::trial::Trial;
use lastack::host::errno::Errno;
use lastack::host::profile::sockets::ClosedPort;
use lastack::host::profile::{Profile, ProfileName};
use lastack::host::program::{
    Address, CallResult, Code, Expects, Fd, Instruction, Signal, Step, Ways,
};
use lastack::host::{ProcessEvent, ProcessId};
use lastack::link::fault::{Action, Fault, Header, Kind, Match, Transmission, Which};
use lastack::segment::Flags;
use lastack::sim::plan::{Injection, Number, Plan, Trigger};
use lastack::sim::record::{Stop, What};
use lastack::tcp::outcome::{DropReason, End};
use lastack::tcp::state::State;
use lastack::time::{Span, Time};
use std::sync::Arc;

mod fast_open;
mod icmp;
mod processes;
mod random;
mod rows;
mod sockets;
mod table;

const CLIENT: u8 = 0;
const SERVER: u8 = 1;
const PORT: u16 = 9091;
const A: Fd = Fd(0);
const B: Fd = Fd(1);
/// The listener of a program; it has no name.
const LISTENER: Fd = Fd(2);

/// Two hosts 10 ms apart.
fn plan() -> Plan {
    Plan::new(Profile::new(ProfileName::Rfc9293))
}

fn ms(millis: u64) -> Time {
    Time::ZERO + Span::from_millis(millis)
}

const fn bind(port: u16) -> Step {
    bind_to(LISTENER, port)
}

const fn bind_to(fd: Fd, port: u16) -> Step {
    Step::Bind {
        fd,
        address: Address::Any,
        port,
    }
}

const fn listen(backlog: u32) -> Step {
    Step::Listen {
        fd: LISTENER,
        backlog,
    }
}

const fn accept(fd: Fd) -> Step {
    Step::Accept {
        listener: LISTENER,
        fd,
    }
}

const fn connect(fd: Fd) -> Step {
    Step::Connect {
        address: Address::Peer,
        fd,
        port: PORT,
    }
}

const fn send(fd: Fd, octets: u64) -> Step {
    Step::Send { fd, octets }
}

const fn receive(fd: Fd, octets: u64) -> Step {
    Step::Receive { fd, octets }
}

const fn receive_to_end(fd: Fd) -> Step {
    Step::ReceiveToEnd { fd }
}

const fn close(fd: Fd) -> Step {
    Step::Close { fd }
}

const fn sleep(millis: u64) -> Step {
    Step::Sleep(Span::from_millis(millis))
}

const fn at(millis: u64) -> Step {
    Step::At(Time::from_nanos(millis * 1_000_000))
}

/// Steps that may fail in any way: each error that comes is one that the author expected.
fn code(steps: &[(Step, Expects)]) -> Code {
    let mut code = Code::new(&[], &["a", "b", ""]);
    code.steps = steps
        .iter()
        .map(|(step, expects)| Instruction {
            step: *step,
            expects: *expects,
        })
        .collect();
    code
}

fn all_succeed(steps: &[Step]) -> Code {
    Code::new(steps, &["a", "b", ""])
}

fn ok(step: Step) -> (Step, Expects) {
    (step, Expects::Success)
}

fn fails(step: Step, errno: Errno) -> (Step, Expects) {
    (step, Expects::Fails(errno))
}

fn run(plan: Plan) -> Trial {
    let trial = Trial::run(&Arc::new(plan), &[], 1);
    assert_eq!(trial.violations, []);
    trial
}

/// What the calls of a program returned, in order, each with the place of its step.
fn returns(trial: &Trial, program: u16) -> Vec<(u16, CallResult)> {
    let of = |what: &What| match *what {
        What::Return {
            process,
            step,
            result,
            ..
        } if process.program == program => Some((step.at, result)),
        _ => None,
    };
    trial.records.iter().filter_map(|r| of(&r.what)).collect()
}

/// When each call of a program returned.
fn moments(trial: &Trial, program: u16) -> Vec<Time> {
    let of =
        |what: &What| matches!(what, What::Return { process, .. } if process.program == program);
    let returned = trial.records.iter().filter(|r| of(&r.what));
    returned.map(|r| r.time).collect()
}

/// What happened to the processes of a program, in order.
fn events(trial: &Trial, program: u16) -> Vec<(u32, ProcessEvent)> {
    let of = |what: &What| match *what {
        What::Process {
            process: ProcessId {
                program: p,
                instance,
            },
            event,
        } if p == program => Some((instance, event)),
        _ => None,
    };
    trial.records.iter().filter_map(|r| of(&r.what)).collect()
}

/// The states of one end of a connection, in order.
fn states(trial: &Trial, host: u8, connection: u32) -> Vec<State> {
    let of = |what: &What| match what {
        What::Transition { to, .. } => Some(*to),
        _ => None,
    };
    let own =
        |r: &&lastack::sim::record::Record| r.host == host && r.connection == Some(connection);
    let records = trial.records.iter().filter(own);
    records.filter_map(|r| of(&r.what)).collect()
}

/// Packets that arrived at a host and were dropped for this reason.
fn drops(trial: &Trial, host: u8, reason: DropReason) -> usize {
    let dropped = |what: &What| what.dropped() == Some(reason);
    let there = trial.records.iter().filter(|r| r.host == host);
    there.filter(|r| dropped(&r.what)).count()
}

/// Drops the packets of this kind that `host` sends from a moment on.
fn drop_packets(plan: &mut Plan, host: u8, kind: Kind, which: Which, from: Time) {
    let fault = Fault {
        matching: Match {
            kind,
            flags: None,
            transmission: Transmission::Any,
            connection: None,
            from,
            until: Time::NEVER,
            header: Header::ANY,
        },
        which,
        action: Action::Drop,
    };
    plan.path[usize::from(host)]
        .faults
        .push((plan.faults, fault));
    plan.faults += 1;
}
