//! What a recording's programs and path did, as a plan.
//!
//! Each recorded process becomes a program. Calls that run beside those that follow are threads of
//! it. Which call of the recording a step is, is kept beside the plan.

use super::Mistake;
use super::path::{add_playbacks, add_rule};
use super::recorded::{Action, How, Op, Opt, Recording, Side};
use super::settings::{machine, profile, set};
use crate::host::StepId;
use crate::host::program::{
    Address, Code, Expects, Fd, Instruction, ProgramPlan, Signal, SocketOption, Step, Ways,
};
use crate::sim::plan::{HostEvent, Plan, Turn};
use crate::tcp::choices::FinWait2;
use crate::time::{Span, Time};
use serde_json::Value;
use std::collections::BTreeMap;

/// A recording's programs and path.
#[derive(Clone, Debug)]
pub struct Script {
    /// The plan.
    pub plan: Plan,
    /// Which action each step is, by their places.
    steps: BTreeMap<(u16, u16), usize>,
    /// Programs, by their place in the plan: host and name of the process.
    pub processes: Vec<(Side, String)>,
    /// What of the recording the simulator cannot do; then the plan says less than the recording.
    pub missing: Vec<String>,
}

impl Script {
    /// The action that a step is: its place in [`Recording::script`].
    pub fn action(&self, step: StepId) -> Option<usize> {
        self.steps.get(&(step.code, step.at)).copied()
    }

    /// Turns a recording into a plan.
    ///
    /// # Errors
    /// What of it is not understood, and where.
    pub fn new(recording: &Recording) -> Result<Script, Mistake> {
        let profiles = [Side::Client, Side::Server].map(|side| profile(recording, side));
        let [client, server] = profiles;
        let (client, server) = (client?, server?);
        let mut plan = Plan::new(client);
        plan.hosts[1].profile = server;
        for side in [Side::Client, Side::Server] {
            plan.hosts[usize::from(side.index())].address = machine(recording, side)?.addr.into();
        }
        plan.path[0].delay = recording.link.delay_ms.c2s;
        plan.path[1].delay = recording.link.delay_ms.s2c;
        plan.until = Some(recording.duration);
        for (place, rule) in recording.fates.iter().enumerate() {
            add_rule(&mut plan, place, rule)?;
        }
        add_playbacks(&mut plan, recording)?;
        let mut script = Script {
            plan,
            steps: BTreeMap::new(),
            processes: Vec::new(),
            missing: Vec::new(),
        };
        script.add_programs(recording)?;
        Ok(script)
    }

    fn add_programs(&mut self, recording: &Recording) -> Result<(), Mistake> {
        let mut order: Vec<(Side, &str)> = Vec::new();
        for (place, action) in recording.script.iter().enumerate() {
            let process = match (action.op, &action.proc) {
                (Op::Snapshot, _) => continue,
                (Op::Sysctl, _) => {
                    self.tune(place, action)?;
                    continue;
                }
                (_, Some(process)) => (action.host, process.as_str()),
                (op, None) => {
                    let message = format!("`{}` needs `proc`", op.name());
                    return Err(Mistake::at(&at(place), &message));
                }
            };
            if !order.contains(&process) {
                order.push(process);
            }
        }
        for (side, name) in order {
            let actions = recording.script.iter().enumerate();
            let own = actions
                .filter(|(_, a)| a.host == side && a.proc.as_deref() == Some(name))
                .filter(|(_, a)| !matches!(a.op, Op::Snapshot | Op::Sysctl));
            let own: Vec<(usize, &Action)> = own.collect();
            self.add_program(recording, side, name, &own)?;
        }
        Ok(())
    }

    fn add_program(
        &mut self,
        recording: &Recording,
        side: Side,
        name: &str,
        actions: &[(usize, &Action)],
    ) -> Result<(), Mistake> {
        let mut names: Vec<String> = Vec::new();
        let mut steps: Vec<(Step, Option<usize>)> = Vec::new();
        let mut threads = Vec::new();
        let mut signals = Vec::new();
        let mut now = Time::ZERO;
        let mut ended = false;
        for (place, action) in actions {
            if ended {
                let message = format!("process `{name}` has ended before");
                return Err(Mistake::at(&at(*place), &message));
            }
            if action.op == Op::Kill {
                // Until then it waits.
                steps.push((Step::At(Time::NEVER), None));
                signals.push((action.t, Signal::Kill));
                ended = true;
                continue;
            }
            if now < action.t {
                steps.push((Step::At(action.t), None));
                now = action.t;
            }
            ended = action.op == Op::Exit;
            let call = Call::new(*place, action, recording)?;
            match lower(&call, &mut names) {
                Ok((lowered, main)) => {
                    let own = lowered.into_iter().enumerate();
                    let own: Vec<_> = own
                        .map(|(i, step)| (step, (i == main).then_some(*place)))
                        .collect();
                    if call.beside {
                        threads.push((steps.len(), own));
                        // Which code it takes is known when the descriptors are.
                        steps.push((Step::Thread { code: 0 }, None));
                    } else {
                        steps.extend(own);
                    }
                }
                Err(reason) => self.missing.push(format!("{}: {reason}", at(*place))),
            }
        }
        // A process lives on after its last call: only `exit` and `kill` end it.
        if !ended {
            steps.push((Step::At(Time::NEVER), None));
        }
        for (place, own) in threads {
            let code = self.add_code(&own, &names)?;
            steps[place].0 = Step::Thread { code };
        }
        let main = self.add_code(&steps, &names)?;
        self.plan.programs.push(ProgramPlan {
            name: name.to_owned(),
            host: side.index(),
            code: main,
            on_interrupt: None,
            start: Time::ZERO,
            count: 1,
            every: Span::ZERO,
            signals,
        });
        self.processes.push((side, name.to_owned()));
        Ok(())
    }

    /// Adds steps to the plan, and remembers which actions they are.
    fn add_code(
        &mut self,
        steps: &[(Step, Option<usize>)],
        names: &[String],
    ) -> Result<u16, Mistake> {
        let number = u16::try_from(self.plan.code.len());
        let number = number.map_err(|_| Mistake::at("script", "has too many calls"))?;
        if usize::from(u16::MAX) < steps.len() {
            return Err(Mistake::at("script", "has too many calls"));
        }
        for (at, (_, place)) in (0u16..).zip(steps) {
            if let Some(place) = place {
                self.steps.insert((number, at), *place);
            }
        }
        let instruction = |(step, _): &(Step, Option<usize>)| Instruction {
            step: *step,
            expects: Expects::Anything,
        };
        Ok(self.plan.add_code(Code {
            steps: steps.iter().map(instruction).collect(),
            sockets: names.to_vec(),
        }))
    }

    /// A setting changes while the run goes on.
    fn tune(&mut self, place: usize, action: &Action) -> Result<(), Mistake> {
        let (Some(name), Some(value)) = (&action.name, &action.val) else {
            return Err(Mistake::at(&at(place), "`sysctl` needs `name` and `val`"));
        };
        let host = action.host.index();
        let events = self.plan.events.iter().rev();
        let mut before = events.filter(|event| event.host == host);
        let before = before.find_map(|event| match event.turn {
            Turn::Tuned(profile) => Some(profile),
            Turn::Crashes | Turn::Boots | Turn::Unplugged | Turn::Plugged => None,
        });
        let mut profile = before.unwrap_or(self.plan.hosts[usize::from(host)].profile);
        set(&mut profile, name, value).map_err(|message| Mistake::at(&at(place), &message))?;
        self.plan.events.push(HostEvent {
            at: action.t,
            host,
            turn: Turn::Tuned(profile),
        });
        Ok(())
    }
}

fn at(place: usize) -> String {
    format!("script[{place}]")
}

/// A call of a recorded process, with everything that its file leaves out.
#[derive(Clone, Debug)]
struct Call {
    what: What,
    socket: String,
    /// It runs beside the calls that follow.
    beside: bool,
    /// It does not block.
    tries: bool,
}

#[derive(Clone, Debug)]
enum What {
    Socket,
    Bind { address: Address, port: u16 },
    Listen { backlog: u32 },
    Accept { new: String },
    Connect { address: Address, port: u16 },
    Send { octets: u64 },
    Receive { octets: u64 },
    ReceiveToEnd,
    Shutdown { how: How },
    Close,
    Set(Setting),
    SocketName,
    PeerName,
    SocketError,
    Exit,
}

/// A socket option with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    Switch(Opt, bool),
    Seconds(Opt, i64),
    Milliseconds(Opt, u64),
    Number(Opt, u32),
    Linger(Option<u64>),
    /// A congestion control is chosen by name.
    Congestion,
}

impl Call {
    fn new(place: usize, action: &Action, recording: &Recording) -> Result<Call, Mistake> {
        let wrong = |message: &str| Mistake::at(&at(place), message);
        let needs = |what: &str| wrong(&format!("`{}` needs `{what}`", action.op.name()));
        let socket = match (&action.sock, action.op) {
            (Some(socket), _) => socket.clone(),
            (None, Op::Exit) => String::new(),
            (None, _) => return Err(needs("sock")),
        };
        let server = machine(recording, Side::Server)?.addr;
        let own = machine(recording, action.host)?.addr;
        let other = match action.host {
            Side::Client => server,
            Side::Server => machine(recording, Side::Client)?.addr,
        };
        let place_of = |address: std::net::Ipv4Addr| match address {
            any if any.is_unspecified() => Address::Any,
            local if local.is_loopback() => Address::Loopback,
            local if local == own => Address::Own,
            peer if peer == other => Address::Peer,
            _ => Address::Elsewhere,
        };
        let what = match action.op {
            Op::Socket => What::Socket,
            Op::Bind => What::Bind {
                address: action.addr.map_or(Address::Any, place_of),
                port: action.port.unwrap_or(SERVICE),
            },
            Op::Listen => What::Listen {
                // The kernel takes a negative backlog for the largest.
                backlog: u32::try_from(action.backlog.unwrap_or(5)).unwrap_or(u32::MAX),
            },
            Op::Accept => What::Accept {
                new: action.new.clone().ok_or_else(|| needs("new"))?,
            },
            Op::Connect | Op::ConnectNb => What::Connect {
                address: place_of(action.addr.unwrap_or(server)),
                port: action.port.unwrap_or(SERVICE),
            },
            Op::Send => What::Send {
                octets: action.n.ok_or_else(|| needs("n"))?,
            },
            Op::Recv => What::Receive {
                octets: action.n.unwrap_or(RECEIVED_AT_ONCE),
            },
            Op::RecvAll => What::ReceiveToEnd,
            Op::Shutdown => What::Shutdown {
                how: action.how.ok_or_else(|| needs("how"))?,
            },
            Op::Close => What::Close,
            Op::Setsockopt => {
                let option = action.opt.ok_or_else(|| needs("opt"))?;
                let value = action.val.as_ref().ok_or_else(|| needs("val"))?;
                What::Set(setting(option, value).map_err(|message| wrong(&message))?)
            }
            Op::Getsockname => What::SocketName,
            Op::Getpeername => What::PeerName,
            Op::SoError => What::SocketError,
            Op::Exit => What::Exit,
            Op::Kill | Op::Sysctl | Op::Snapshot => return Err(wrong("is no call")),
        };
        let tries = action.nonblock || action.op == Op::ConnectNb;
        Ok(Call {
            what,
            socket,
            beside: (action.op.runs_beside() && !tries) || action.bg,
            tries,
        })
    }
}

/// The port where the recordings' servers listen if nothing else is said.
const SERVICE: u16 = 9091;
/// Octets that one receive takes at most if nothing else is said.
const RECEIVED_AT_ONCE: u64 = 65_536;

fn setting(option: Opt, value: &Value) -> Result<Setting, String> {
    let number = || {
        value
            .as_i64()
            .ok_or_else(|| format!("`val` is {value}, expected a whole number"))
    };
    let positive = || {
        let number = number()?;
        u32::try_from(number).map_err(|_| format!("`val` is {number}, expected 0 to {}", u32::MAX))
    };
    Ok(match option {
        Opt::ReuseAddress
        | Opt::ReusePort
        | Opt::KeepAlive
        | Opt::NoDelay
        | Opt::Cork
        | Opt::QuickAck => Setting::Switch(option, number()? != 0),
        Opt::KeepIdle | Opt::KeepInterval | Opt::Linger2 | Opt::DeferAccept => {
            Setting::Seconds(option, number()?)
        }
        Opt::UserTimeout => Setting::Milliseconds(option, positive()?.into()),
        Opt::KeepCount | Opt::MaxSegment | Opt::SynCount | Opt::ReceiveBuffer | Opt::SendBuffer => {
            Setting::Number(option, positive()?)
        }
        Opt::Linger => {
            let pair = value.as_array().map(Vec::as_slice);
            let numbers = match pair {
                Some([on, seconds]) => on.as_i64().zip(seconds.as_u64()),
                _ => None,
            };
            let (on, seconds) =
                numbers.ok_or_else(|| format!("`val` is {value}, expected [on, seconds]"))?;
            Setting::Linger((on != 0).then_some(seconds))
        }
        Opt::Congestion => match value.as_str() {
            Some("reno" | "cubic") => Setting::Congestion,
            _ => return Err(format!("`val` is {value}, expected \"reno\" or \"cubic\"")),
        },
    })
}

/// A call in the simulator's own words: the steps, and which of them is the call itself.
fn lower(call: &Call, names: &mut Vec<String>) -> Result<(Vec<Step>, usize), String> {
    let fd = descriptor(&call.socket, names);
    let step = match &call.what {
        What::Socket => Step::Socket { fd },
        What::Bind { address, port } => Step::Bind {
            fd,
            address: *address,
            port: *port,
        },
        What::Listen { backlog } => Step::Listen {
            fd,
            backlog: *backlog,
        },
        What::Accept { new } => Step::Accept {
            listener: fd,
            fd: descriptor(new, names),
        },
        What::Connect { address, port } => Step::Connect {
            fd,
            address: *address,
            port: *port,
        },
        What::Send { octets } => Step::Send {
            fd,
            octets: *octets,
        },
        What::Receive { octets } => Step::Receive {
            fd,
            octets: *octets,
        },
        What::ReceiveToEnd => Step::ReceiveToEnd { fd },
        What::Shutdown { how } => Step::Shutdown {
            fd,
            ways: match how {
                How::Read => Ways::Read,
                How::Write => Ways::Write,
                How::Both => Ways::Both,
            },
        },
        What::Close => Step::Close { fd },
        What::Set(setting) => Step::Set {
            fd,
            option: lower_setting(*setting)?,
        },
        What::SocketName => Step::SocketName { fd },
        What::PeerName => Step::PeerName { fd },
        What::SocketError => Step::SocketError { fd },
        What::Exit => Step::Exit,
    };
    if !call.tries {
        return Ok((vec![step], 0));
    }
    let non_blocking = |on| Step::Set {
        fd,
        option: SocketOption::NonBlocking(on),
    };
    Ok((vec![non_blocking(true), step, non_blocking(false)], 1))
}

fn lower_setting(setting: Setting) -> Result<SocketOption, String> {
    let span = |seconds: i64| Span::from_secs(u64::try_from(seconds).unwrap_or(0));
    Ok(match setting {
        Setting::Switch(Opt::ReuseAddress, on) => SocketOption::ReuseAddress(on),
        Setting::Switch(Opt::ReusePort, on) => SocketOption::ReusePort(on),
        Setting::Switch(Opt::KeepAlive, on) => SocketOption::KeepAlive(on),
        Setting::Switch(Opt::NoDelay, on) => SocketOption::NoDelay(on),
        Setting::Switch(Opt::Cork, on) => SocketOption::Cork(on),
        Setting::Switch(Opt::QuickAck, on) => SocketOption::QuickAck(on),
        Setting::Seconds(Opt::KeepIdle, n) => SocketOption::KeepIdle(span(n)),
        Setting::Seconds(Opt::KeepInterval, n) => SocketOption::KeepInterval(span(n)),
        Setting::Seconds(Opt::DeferAccept, n) => SocketOption::DeferAccept(span(n)),
        Setting::Seconds(Opt::Linger2, n) => SocketOption::FinWait2(match n {
            // Less than nothing: FIN-WAIT-2 is left at once; nothing: the system's own time.
            ..0 => FinWait2::Skipped,
            0 => FinWait2::Configured,
            _ => FinWait2::After(span(n)),
        }),
        Setting::Milliseconds(Opt::UserTimeout, n) => {
            SocketOption::UserTimeout(Span::from_millis(n))
        }
        Setting::Number(Opt::KeepCount, n) => SocketOption::KeepCount(n),
        Setting::Number(Opt::SynCount, n) => SocketOption::SynCount(n),
        Setting::Number(Opt::MaxSegment, n) => {
            SocketOption::MaxSegment(u16::try_from(n).unwrap_or(u16::MAX))
        }
        Setting::Number(Opt::ReceiveBuffer, n) => SocketOption::ReceiveBuffer(n),
        Setting::Number(Opt::SendBuffer, n) => SocketOption::SendBuffer(n),
        Setting::Linger(seconds) => SocketOption::Linger(seconds.map(Span::from_secs)),
        // Which one is not modelled: the run goes on, and shows whether it matters. A socket blocks
        // but within a try, so that this changes nothing.
        Setting::Congestion => SocketOption::NonBlocking(false),
        other => return Err(format!("the option {other:?}")),
    })
}

fn descriptor(name: &str, names: &mut Vec<String>) -> Fd {
    let place = names.iter().position(|known| known == name);
    let place = place.unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    Fd(u16::try_from(place).unwrap_or(u16::MAX))
}
