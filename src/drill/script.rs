//! What a recording's programs and path did, as a plan.
//!
//! Each recorded process becomes a program. Calls that run beside those that follow are threads of
//! it. Which call of the recording a step is, is kept beside the plan.

use super::Mistake;
use super::recorded::{
    Action, Condition, Fate, How, Inject, Nth, Op, Opt, Place, Recording, Rule, Side, Stamp,
};
use crate::host::StepId;
use crate::host::profile::{Profile, ProfileName};
use crate::host::program::{
    Address, Code, Expects, Fd, Instruction, ProgramPlan, Signal, SocketOption, Step, Ways,
};
use crate::link::fault::{self, Fault, Header, Kind, Match, Transmission, Which};
use crate::sim::plan::{HostEvent, Plan, Playback, Played, PlayedNumber, PlayedTimestamps, Turn};
use crate::tcp::config::{Limit, ResetInTimeWait};
use crate::tcp::tcb::FinWait2;
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

fn machine(recording: &Recording, side: Side) -> Result<&super::recorded::Machine, Mistake> {
    let name = side.name();
    let machine = recording.hosts.get(&side);
    machine.ok_or_else(|| Mistake::at("hosts", &format!("`{name}` is missing")))
}

// ---------------------------------------------------------------------------------------------
// Calls

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

// ---------------------------------------------------------------------------------------------
// The path

fn add_rule(plan: &mut Plan, place: usize, rule: &Rule) -> Result<(), Mistake> {
    let at = format!("fates[{place}]");
    let number = u16::try_from(place).map_err(|_| Mistake::at(&at, "is one rule too many"))?;
    let apart = rule.gap_ms.unwrap_or(Span::ZERO);
    let action = match rule.fate {
        Fate::Deliver => fault::Action::Delay(Span::ZERO),
        // What arrives with a wrong checksum is discarded before TCP looks at it.
        Fate::Drop | Fate::Corrupt => fault::Action::Drop,
        Fate::Dup => fault::Action::Duplicate {
            copies: rule.copies.unwrap_or(1),
            apart,
        },
        Fate::Delay => {
            let extra = rule
                .extra_ms
                .ok_or_else(|| Mistake::at(&at, "`delay` needs `extra_ms`"))?;
            fault::Action::Delay(extra)
        }
    };
    if rule.copies.is_some_and(|copies| COPIES_MAX < copies) {
        let message = format!("`copies` is more than {COPIES_MAX}");
        return Err(Mistake::at(&at, &message));
    }
    let senders: &[u8] = match rule.matching.dir {
        Some(way) => &[way.sender()],
        None => &[0, 1],
    };
    let which = match &rule.nth {
        None => vec![Which::All],
        Some(Nth::One(n)) => vec![Which::Nth(*n)],
        Some(Nth::Listed(listed)) => {
            let mut listed = listed.clone();
            listed.sort_unstable();
            listed.dedup();
            listed.retain(|n| *n > 0);
            // Each is a fault of its own, and counts only what those before it let pass.
            (0u32..)
                .zip(listed)
                .map(|(k, n)| Which::Nth(n - k))
                .collect()
        }
    };
    let begin = [0, 1].map(|sender: usize| plan.path[sender].faults.len());
    for sender in senders {
        for (k, which) in which.iter().enumerate() {
            let which = match *which {
                // Both directions count together.
                Which::Nth(nth) if senders.len() == 2 => {
                    let other = u16::try_from(begin[usize::from(1 - sender)] + k);
                    let other = other.map_err(|_| Mistake::at(&at, "is one rule too many"))?;
                    Which::NthEitherWay { nth, other }
                }
                which => which,
            };
            let fault = Fault {
                matching: condition(&rule.matching, &at)?,
                which,
                action,
            };
            plan.path[usize::from(*sender)].faults.push((number, fault));
        }
    }
    plan.faults = number + 1;
    Ok(())
}

/// Copies of a segment that a rule may ask for: each is an event of its own.
const COPIES_MAX: u32 = 1000;

fn condition(condition: &Condition, at: &str) -> Result<Match, Mistake> {
    let connection = match condition.conn {
        Some(conn) => {
            let number = conn.checked_add(1);
            Some(number.ok_or_else(|| Mistake::at(at, "`conn` is too large"))?)
        }
        None => None,
    };
    let none = crate::segment::Flags::NONE;
    Ok(Match {
        kind: Kind::Any,
        flags: condition.flags,
        transmission: Transmission::Any,
        connection,
        from: condition.t_from.unwrap_or(Time::ZERO),
        until: condition.t_to.unwrap_or(Time::NEVER),
        header: Header {
            has: condition.has.unwrap_or(none),
            lacks: condition.lacks.unwrap_or(none),
            text: condition.payload,
            seq: condition.seq,
            ack: condition.ack,
            len: condition.len,
            end_min: condition.seq_end_min,
        },
    })
}

fn add_playbacks(plan: &mut Plan, recording: &Recording) -> Result<(), Mistake> {
    let mut names = Vec::new();
    for (name, matching) in &recording.capture_match {
        let at = format!("capture_match.{name}");
        let sender = matching.dir.map(super::recorded::Way::sender);
        plan.captures.push((sender, condition(matching, &at)?));
        names.push(name.as_str());
    }
    for (place, inject) in recording.inject.iter().enumerate() {
        let at = format!("inject[{place}]");
        let what = played(inject, &names).map_err(|message| Mistake::at(&at, &message))?;
        plan.playbacks.push(Playback {
            at: inject.t,
            from: inject.dir.map_or(0, super::recorded::Way::sender),
            what,
        });
    }
    Ok(())
}

fn played(inject: &Inject, names: &[&str]) -> Result<Played, String> {
    if let Some(name) = &inject.replay {
        let place = names.iter().position(|known| known == name);
        let place = place.ok_or_else(|| format!("nothing was captured as `{name}`"))?;
        let capture = u16::try_from(place).map_err(|_| "there are too many captures".to_owned())?;
        return Ok(Played::Again { capture });
    }
    let flags = inject.flags.ok_or("needs `replay` or `flags`")?;
    if inject.dir.is_none() {
        return Err("a crafted segment needs `dir`".to_owned());
    }
    let number = |place| match place {
        Place::Current(offset) => PlayedNumber::Highest(offset),
        Place::Initial(offset) => PlayedNumber::Initial(offset),
    };
    if 65_495 < inject.len {
        return Err(format!("`len` is {}, expected at most 65495", inject.len));
    }
    Ok(Played::Crafted {
        flags,
        seq: number(inject.seq),
        ack: number(inject.ack),
        len: inject.len,
        mss: inject.mss,
        timestamps: match inject.ts {
            Stamp::Last => PlayedTimestamps::Latest(inject.ts_add),
            Stamp::None => PlayedTimestamps::None,
        },
    })
}

// ---------------------------------------------------------------------------------------------
// Settings

fn profile(recording: &Recording, side: Side) -> Result<Profile, Mistake> {
    // The profile has the name of the system that was recorded.
    let system = recording.kernel.get("sysname").unwrap_or(&Value::Null);
    let name = serde_json::from_value::<ProfileName>(system.clone());
    let name =
        name.map_err(|_| Mistake::at("kernel.sysname", &format!("no profile is for {system}")))?;
    let mut profile = Profile::new(name);
    let mtu = machine(recording, side)?.mtu;
    profile.tcp.mss = mtu.checked_sub(40).filter(|mss| *mss > 0).ok_or_else(|| {
        let place = format!("hosts.{}", side.name());
        Mistake::at(&place, "`mtu` leaves no room for a segment")
    })?;
    for (name, value) in recording.sysctls.get(&side).into_iter().flatten() {
        set(&mut profile, name, value).map_err(|message| {
            let place = format!("sysctls.{}.{name}", side.name());
            Mistake::at(&place, &message)
        })?;
    }
    let own = recording.sysctls.get(&side);
    let number = |name: &str| {
        let value = own?.get(name)?;
        let text = value.as_str().map(str::to_owned);
        text.unwrap_or_else(|| value.to_string())
            .trim()
            .parse()
            .ok()
    };
    if let (Some(0), Some(backlog)) = (
        number("net.ipv4.tcp_syncookies"),
        number("net.ipv4.tcp_max_syn_backlog"),
    ) {
        profile.sockets.syn_queue_limit = without_cookies(backlog);
    }
    Ok(profile)
}

/// The limit of the SYN queue where nothing else is said: of a machine with much memory.
const SYN_BACKLOG: u32 = 4096;

/// Connections in the handshake beyond which a SYN is dropped, where SYN cookies are off: a quarter of
/// the queue is kept for peers that are known.
const fn without_cookies(backlog: u32) -> u32 {
    backlog - (backlog >> 2) + 1
}

/// Changes the setting with this name.
fn set(profile: &mut Profile, name: &str, value: &Value) -> Result<(), String> {
    use crate::host::profile::sockets::{AcceptQueueFull, TimeWaitReuse};
    let setting = name.strip_prefix("net.ipv4.").unwrap_or(name);
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let wrong = |expected: &str| format!("is {value}, expected {expected}");
    let number = || text.parse::<u32>().map_err(|_| wrong("a whole number"));
    let switch = || Ok::<bool, String>(number()? != 0);
    let seconds = || Ok::<Span, String>(Span::from_secs(number()?.into()));
    let (tcp, sockets) = (&mut profile.tcp, &mut profile.sockets);
    match setting {
        "ip_local_port_range" => {
            let ports: Vec<u16> = text
                .split_whitespace()
                .map_while(|port| port.parse().ok())
                .collect();
            match ports[..] {
                [first, last] if 0 < first && first <= last => {
                    sockets.ephemeral_ports = (first, last);
                }
                _ => return Err(wrong("two ports, the first not above the last")),
            }
        }
        "tcp_congestion_control" => match text.as_str() {
            "reno" | "cubic" => {}
            _ => return Err(wrong("reno or cubic")),
        },
        "tcp_sack" => tcp.sack = switch()?,
        "tcp_timestamps" => tcp.timestamps = switch()?,
        "tcp_window_scaling" => tcp.window_scaling = switch()?,
        "tcp_fin_timeout" => tcp.fin_wait2_timeout = Some(seconds()?),
        "tcp_orphan_retries" => {
            // Nothing stands for eight.
            let n = match number()? {
                0 => 8,
                n => n,
            };
            tcp.r2_orphan = Some(Limit::Backoffs(n));
        }
        "tcp_retries2" => tcp.r2 = Limit::Backoffs(number()?),
        "tcp_syn_retries" => tcp.r2_syn = Limit::Backoffs(number()?),
        "tcp_synack_retries" => tcp.r2_syn_ack = Limit::Retransmissions(number()?),
        "tcp_syn_linear_timeouts" => tcp.syn_linear_timeouts = number()?,
        "tcp_rfc1337" => {
            tcp.reset_in_time_wait = if switch()? {
                ResetInTimeWait::Ignored
            } else {
                ResetInTimeWait::Closes
            };
        }
        "tcp_tw_reuse" => {
            sockets.time_wait_reuse = match number()? {
                0 => TimeWaitReuse::Off,
                1 => TimeWaitReuse::On,
                2 => TimeWaitReuse::Loopback,
                _ => return Err(wrong("0, 1 or 2")),
            };
        }
        "tcp_tw_reuse_delay" => {
            sockets.time_wait_reuse_delay = Span::from_millis(number()?.into());
        }
        "tcp_max_tw_buckets" => sockets.time_wait_limit = number()?,
        "tcp_max_orphans" => sockets.orphan_limit = number()?,
        // With SYN cookies a full queue refuses nothing; see `without_cookies`.
        "tcp_max_syn_backlog" => {
            number()?;
        }
        "tcp_syncookies" => {
            if number()? == 0 {
                sockets.syn_queue_limit = without_cookies(SYN_BACKLOG);
            }
        }
        "tcp_retries1" => tcp.r1 = number()?.max(1),
        "tcp_rto_min_us" => tcp.rto_min = Span::from_micros(number()?.max(1).into()),
        "tcp_rto_max_ms" => tcp.rto_max = Span::from_millis(number()?.max(1000).into()),
        "tcp_early_retrans" => tcp.tail_loss_probe = switch()?,
        "tcp_abort_on_overflow" => {
            sockets.accept_queue_full = if switch()? {
                AcceptQueueFull::Reset
            } else {
                AcceptQueueFull::Ignored
            };
        }
        "tcp_keepalive_time" => tcp.keepalive_idle = seconds()?,
        "tcp_keepalive_intvl" => tcp.keepalive_interval = seconds()?,
        "tcp_keepalive_probes" => tcp.keepalive_probes = number()?,
        "tcp_challenge_ack_limit" => tcp.challenge_ack_limit = number()?,
        "tcp_invalid_ratelimit" => {
            tcp.out_of_window_ack_interval = Span::from_millis(number()?.into());
        }
        "net.core.somaxconn" => sockets.backlog_max = number()?,
        _ => return Err(format!("the setting `{name}` is not known")),
    }
    Ok(())
}
