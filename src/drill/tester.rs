//! The peer that tries a learned machine's inputs on a simulated host, with the numbers and the
//! words of the tester that learned it.
//!
//! It waits a little after each input, so that neither delayed acknowledgements nor retransmissions
//! show; a retransmission that comes later is recognised and dropped. Each sequence of inputs starts
//! on a fresh host.

use super::model::{Call, Class, Input, Machine, Output};
use crate::host::errno::Errno;
use crate::host::profile::Profile;
use crate::host::profile::learned::{Habits, Refusal};
use crate::host::profile::sockets::CloseDuringCall;
use crate::host::program::{
    Address, CallResult, Code, Expects, Fd, Instruction, SocketOption, Step,
};
use crate::link::fault::{Action, Fault, Header, Kind, Match, Transmission, Which};
use crate::link::{Packet, Route};
use crate::rng::{Purpose, Stream};
use crate::segment::{Ecn, Flags, Marks, Options, Payload, Segment};
use crate::seq::Seq;
use crate::sim::plan::{HostIndex, Plan};
use crate::sim::record::{Record, What};
use crate::sim::world::World;
use crate::tcp::outcome::{AckReason, Why};
use crate::tcp::state::State;
use crate::tcp::tcb::Origin;
use crate::time::{Span, Time};
use std::sync::Arc;

/// What came of trying a machine.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// Transitions that were tried.
    pub transitions: usize,
    /// Those that differ.
    pub differences: Vec<Deviation>,
    /// States that no input leads to.
    pub unreached: Vec<String>,
    /// Random walks that were taken, and inputs of all of them.
    pub walks: (u32, u32),
    /// Where each walk that differs leaves the machine: inputs before it that agreed.
    pub astray: Vec<Deviation>,
}

/// An input to which the simulated host answers otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The state.
    pub state: String,
    /// The input.
    pub input: String,
    /// The inputs that led there.
    pub after: Vec<String>,
    /// What the machine answers.
    pub learned: Output,
    /// What the simulated host answers.
    pub simulated: Output,
}

/// Tries every transition, and this many random walks of this length.
pub fn try_machine(
    machine: &Machine,
    profile: &Profile,
    habits: Habits,
    walks: u32,
    length: u32,
) -> Tried {
    let bench = Bench::new(machine, profile, habits);
    let mut tried = Tried::default();
    for (state, access) in machine.access().into_iter().enumerate() {
        let Some(access) = access else {
            tried.unreached.push(machine.states[state].clone());
            continue;
        };
        for (&(_, input), _) in machine.transitions.range((state, 0)..(state + 1, 0)) {
            tried.transitions += 1;
            let mut inputs = access.clone();
            inputs.push(input);
            // On the way there the simulated host may go astray; that shows at its own transition.
            let answers = bench.run(&inputs);
            let simulated = answers.last().copied().unwrap_or(Output::Timeout);
            let learned = machine.transitions[&(state, input)].output;
            if simulated != learned {
                let deviation = bench.deviation(state, &inputs, learned, simulated);
                tried.differences.push(deviation);
            }
        }
    }
    let mut draw = Stream::new(1, Purpose::Walk);
    for _ in 0..walks {
        let inputs = random_walk(machine, &mut draw, length);
        tried.walks.0 += 1;
        tried.walks.1 += length;
        let mut state = 0;
        for (place, simulated) in bench.run(&inputs).into_iter().enumerate() {
            let transition = &machine.transitions[&(state, inputs[place])];
            if simulated != transition.output {
                let so_far = &inputs[..=place];
                let deviation = bench.deviation(state, so_far, transition.output, simulated);
                tried.astray.push(deviation);
                break;
            }
            state = transition.next;
        }
    }
    tried
}

/// Inputs drawn one after the other from those that the state has.
fn random_walk(machine: &Machine, draw: &mut Stream, length: u32) -> Vec<usize> {
    let mut state = 0;
    let mut inputs = Vec::new();
    for _ in 0..length {
        let there: Vec<_> = machine
            .transitions
            .range((state, 0)..(state + 1, 0))
            .collect();
        let Ok(count) = u64::try_from(there.len()) else {
            break;
        };
        if count == 0 {
            break;
        }
        let choice = usize::try_from(draw.below(count)).unwrap_or(0);
        let ((_, input), transition) = there[choice];
        inputs.push(*input);
        state = transition.next;
    }
    inputs
}

/// The host under test and the calls that its program can make.
struct Bench<'a> {
    machine: &'a Machine,
    habits: Habits,
    plan: Arc<Plan>,
    /// The code of each call.
    calls: Vec<(Call, u16)>,
    /// The code of a RECEIVE that blocks, where a close during it counts.
    blocking: Option<u16>,
}

/// The host under test, and the tester's place.
const HOST: HostIndex = 0;
const OWN_PORT: u16 = 9091;
const TESTER_PORT: u16 = 20_000;
/// How long the tester waits for an answer.
///
/// No usual delay of an acknowledgement is so many of these and less than [`PROMPT`].
const WAIT: Span = Span::from_millis(27);
/// An acknowledgement that comes later than this was not meant for the input.
const PROMPT: Span = Span::from_millis(10);

const SOCKET: Fd = Fd(0);
const ACCEPTED: Fd = Fd(1);

impl Bench<'_> {
    fn new<'a>(machine: &'a Machine, profile: &Profile, habits: Habits) -> Bench<'a> {
        let mut plan = Plan::new(*profile);
        // What the host sends ends at the tester, who reads the records.
        plan.path[usize::from(HOST)].faults = vec![(
            0,
            Fault {
                matching: Match {
                    kind: Kind::Any,
                    flags: None,
                    transmission: Transmission::Any,
                    connection: None,
                    from: Time::ZERO,
                    until: Time::NEVER,
                    header: Header::ANY,
                },
                which: Which::All,
                action: Action::Drop,
            },
        )];
        plan.faults = 1;
        plan.event_limit = u64::MAX;
        let code = |steps: &[Step]| Code {
            steps: steps
                .iter()
                .map(|step| Instruction {
                    step: *step,
                    expects: Expects::Anything,
                })
                .collect(),
            sockets: vec!["socket".to_owned(), "accepted".to_owned()],
        };
        let begin = [
            Step::Socket { fd: SOCKET },
            Step::Bind {
                fd: SOCKET,
                address: Address::Any,
                port: OWN_PORT,
            },
            // A call that blocks must not hold a socket that another closes: the learners' programs
            // waited for it to be ready. Here the tester lets them try again.
            Step::Set {
                fd: SOCKET,
                option: SocketOption::NonBlocking(true),
            },
            // The program lives as long as the test.
            Step::At(Time::NEVER),
        ];
        plan.add_program(HOST, code(&begin));
        let data = if machine.is_server() {
            ACCEPTED
        } else {
            SOCKET
        };
        let non_blocking = |on| Step::Set {
            fd: data,
            option: SocketOption::NonBlocking(on),
        };
        let receive = Step::Receive {
            fd: data,
            octets: 65_536,
        };
        let steps = [
            (
                Call::Connect,
                Step::Connect {
                    fd: SOCKET,
                    address: Address::Peer,
                    port: TESTER_PORT,
                },
            ),
            (
                Call::Listen,
                Step::Listen {
                    fd: SOCKET,
                    backlog: 1,
                },
            ),
            (
                Call::Accept,
                Step::Accept {
                    listener: SOCKET,
                    fd: ACCEPTED,
                },
            ),
            (Call::Receive, receive),
            (
                Call::Send,
                Step::Send {
                    fd: data,
                    octets: 1,
                },
            ),
            (Call::Close, Step::Close { fd: SOCKET }),
            (Call::CloseConnection, Step::Close { fd: ACCEPTED }),
        ];
        let calls = steps
            .iter()
            .map(|(call, step)| {
                let steps = match call {
                    Call::Receive | Call::Send => vec![non_blocking(true), *step],
                    _ => vec![*step],
                };
                (*call, plan.add_code(code(&steps)))
            })
            .collect();
        let blocking = plan.add_code(code(&[non_blocking(false), receive]));
        let resets = profile.sockets.close_during_call == CloseDuringCall::Resets;
        Bench {
            machine,
            habits,
            plan: Arc::new(plan),
            calls,
            blocking: Some(blocking).filter(|_| resets),
        }
    }

    fn deviation(
        &self,
        state: usize,
        inputs: &[usize],
        learned: Output,
        simulated: Output,
    ) -> Deviation {
        let name = |input: &usize| self.machine.inputs[*input].0.clone();
        let mut names: Vec<String> = inputs.iter().map(name).collect();
        let input = names.pop().unwrap_or_default();
        Deviation {
            state: self.machine.states[state].clone(),
            input,
            after: names,
            learned,
            simulated,
        }
    }

    fn code(&self, call: Call) -> Option<u16> {
        let found = self.calls.iter().find(|(known, _)| *known == call);
        found.map(|(_, code)| *code)
    }

    /// The answers to these inputs, one after the other, on a fresh host.
    fn run(&self, inputs: &[usize]) -> Vec<Output> {
        let mut session = Session {
            bench: self,
            world: World::new(Arc::clone(&self.plan), 1),
            numbers: Numbers::default(),
            draw: Stream::new(1, Purpose::Tester),
            pending: Vec::new(),
            accepted: false,
            closed: false,
            connected: false,
            last_sent: Flags::NONE,
            highest: Seq::new(0),
        };
        session.wait();
        let inputs = inputs.iter().map(|input| self.machine.inputs[*input].1);
        inputs.map(|input| session.try_input(input)).collect()
    }
}

/// What the call with this code returned, which is the last of its steps.
fn returned(records: &[Record], code: u16, last: u16) -> Option<CallResult> {
    records.iter().rev().find_map(|record| match record.what {
        What::Return { step, result, .. } if (step.code, step.at) == (code, last) => Some(result),
        _ => None,
    })
}

/// What a call that would have blocked returns.
const WOULD_BLOCK: Option<CallResult> = Some(CallResult::Failed(Errno::Eagain));

/// What the tester knows of the connection's numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Numbers {
    /// The last number that the stack used.
    sut: Option<Seq>,
    /// The tester's own next number.
    learner: Option<Seq>,
    /// A number of its own that the stack has not answered yet.
    proposed: Option<Seq>,
    /// The last acknowledgement that was received.
    acknowledged: Option<Seq>,
}

/// A host in the middle of a test.
struct Session<'a> {
    bench: &'a Bench<'a>,
    world: World,
    numbers: Numbers,
    draw: Stream,
    /// Calls that have not returned and are to try again.
    pending: Vec<Call>,
    /// The server has an accepted socket.
    accepted: bool,
    /// The program has closed its first socket.
    closed: bool,
    /// CONNECT was called: the learner\'s program connects its socket once.
    connected: bool,
    /// Flags of the tester's last segment.
    last_sent: Flags,
    /// The number of the tester's last segment.
    highest: Seq,
}

/// A number that the tester has not used yet lies beyond those before, as those of hosts do, and
/// outside every window.
const BEYOND_LEAST: u32 = 1 << 24;
/// And at most this much further.
const BEYOND: u64 = 1 << 24;

impl Session<'_> {
    fn try_input(&mut self, input: Input) -> Output {
        let mut records = Vec::new();
        match input {
            Input::Call(call) => {
                self.last_sent = Flags::NONE;
                self.call(call, &mut records);
            }
            Input::Segment { flags, len } => {
                self.last_sent = flags;
                self.segment(flags, len, &mut records);
            }
        }
        let begun = self.world.now();
        self.world.run_until(begun + WAIT, &mut records);
        let answer = self.answer(&records, begun);
        for call in std::mem::take(&mut self.pending) {
            self.begin(call, &mut Vec::new());
        }
        answer
    }

    fn result(&self, call: Call, records: &[Record]) -> Option<CallResult> {
        let code = self.bench.code(call)?;
        let steps = self.bench.plan.code[usize::from(code)].steps.len();
        returned(records, code, u16::try_from(steps - 1).unwrap_or(0))
    }

    /// Makes a call, and notes if it waits.
    fn begin(&mut self, call: Call, records: &mut Vec<Record>) {
        let Some(code) = self.bench.code(call) else {
            return;
        };
        self.world.begin(HOST, 0, code, records);
        let now = self.world.now();
        self.world.run_until(now, records);
        let result = self.result(call, records);
        match call {
            Call::Accept | Call::Receive if result == WOULD_BLOCK => self.pending.push(call),
            Call::Accept => self.accepted = matches!(result, Some(CallResult::Done(_))),
            Call::Close => self.closed = true,
            Call::CloseConnection => self.accepted = false,
            Call::Connect => self.connected = true,
            Call::Listen | Call::Receive | Call::Send => {}
        }
    }

    /// A call that would do nothing: its socket is gone, or another such call waits.
    fn does_nothing(&self, call: Call) -> bool {
        match call {
            Call::Close | Call::Listen => self.closed,
            Call::Connect => self.closed || self.connected,
            Call::Accept => self.closed || self.accepted || self.pending.contains(&call),
            Call::Receive => self.pending.contains(&call) || self.is_connecting(),
            Call::Send | Call::CloseConnection => false,
        }
    }

    /// Lets the program begin.
    fn wait(&mut self) {
        let until = self.world.now() + WAIT;
        self.world.run_until(until, &mut ());
    }

    /// CONNECT has not returned yet.
    fn is_connecting(&self) -> bool {
        let mut connections = self.world.hosts()[usize::from(HOST)].connections();
        connections.any(|connection| {
            let tcb = connection.tcb();
            let opening = matches!(tcb.state(), State::SynSent | State::SynReceived);
            opening && tcb.origin() == Origin::Active
        })
    }

    fn call(&mut self, call: Call, records: &mut Vec<Record>) {
        if self.does_nothing(call) {
            return;
        }
        if matches!(call, Call::Close | Call::CloseConnection) {
            // Whichever socket is closed, the learner's program gives up what it waits for.
            let waits = std::mem::take(&mut self.pending);
            if let Some(code) = self
                .bench
                .blocking
                .filter(|_| waits.contains(&Call::Receive))
                && (call == Call::CloseConnection || !self.bench.machine.is_server())
            {
                self.world.begin(HOST, 0, code, records);
                let now = self.world.now();
                self.world.run_until(now, records);
            }
        }
        self.begin(call, records);
    }

    fn segment(&mut self, flags: Flags, len: u32, records: &mut Vec<Record>) {
        let numbers = &mut self.numbers;
        let is_bare_reset = flags == Flags::RST;
        let seq = match (numbers.learner, numbers.acknowledged) {
            (Some(learner), _) => learner,
            (None, Some(last)) if is_bare_reset && last != Seq::new(0) => last,
            (None, _) => {
                let drawn = u32::try_from(self.draw.below(BEYOND)).unwrap_or(0);
                let fresh = self.highest + BEYOND_LEAST + drawn;
                numbers.proposed = Some(fresh);
                fresh
            }
        };
        self.highest = seq;
        let ack = numbers.sut.map_or(Seq::new(0), |sut| sut + 1);
        if flags.contains(Flags::RST) {
            (numbers.sut, numbers.learner, numbers.proposed) = (None, None, None);
        }
        let packet = Packet {
            number: 0,
            record: 0,
            route: Route::Path,
            source_port: TESTER_PORT,
            destination_port: OWN_PORT,
            marks: Marks::default(),
            segment: Segment {
                seq,
                ack: if flags.contains(Flags::ACK) {
                    ack
                } else {
                    Seq::new(0)
                },
                flags,
                wnd: 8192,
                urgent: 0,
                ecn: Ecn::NotEct,
                options: Options::default(),
                payload: Payload {
                    stream: u32::MAX,
                    len,
                    start: 0,
                },
            },
        };
        self.world.deliver(HOST, packet, records);
    }

    /// What the host sent first, in the tester's words; its numbers move on.
    fn answer(&mut self, records: &[Record], begun: Time) -> Output {
        let mut first = None;
        for record in records {
            match &record.what {
                What::Sent { packet, why, .. } if record.host == HOST => {
                    // A delayed acknowledgement of an earlier input is thrown away as well.
                    let late = PROMPT < record.time.since(begun)
                        && matches!(why, Why::Acknowledge(AckReason::Delayed | AckReason::Fin));
                    let again = packet.marks.retransmission && !self.is_asked_for(packet) || late;
                    if first.is_none() && !again {
                        first = Some(packet.segment);
                    }
                }
                _ => {}
            }
        }
        match first {
            Some(segment) => {
                let output = self.classify(&segment);
                self.learn(&segment);
                output
            }
            None => {
                self.numbers.proposed = None;
                Output::Timeout
            }
        }
    }

    /// A SYN and ACK that answers the tester's SYN once more is no retransmission to it.
    fn is_asked_for(&self, packet: &Packet) -> bool {
        self.last_sent.contains(Flags::SYN) && packet.segment.flags.contains(Flags::SYN)
    }

    fn classify(&self, segment: &Segment) -> Output {
        let numbers = &self.numbers;
        let one_more = |known: Option<Seq>, number: Seq| known.is_some_and(|k| k + 1 == number);
        let zero = Seq::new(0);
        let seq = if one_more(numbers.sut, segment.seq) {
            Class::Next
        } else if numbers.sut == Some(segment.seq) {
            Class::Current
        } else if segment.seq == zero {
            Class::Zero
        } else {
            Class::Fresh
        };
        let ack =
            if one_more(numbers.learner, segment.ack) || one_more(numbers.proposed, segment.ack) {
                Class::Next
            } else if numbers.learner == Some(segment.ack) {
                Class::Current
            } else if segment.ack == zero {
                Class::Zero
            } else {
                Class::Fresh
            };
        let is_empty = segment.payload.len == 0;
        Output::Segment {
            flags: if is_empty {
                segment.flags.without(Flags::PSH)
            } else {
                segment.flags
            },
            seq,
            ack,
            len: segment.payload.len,
        }
    }

    fn learn(&mut self, segment: &Segment) {
        let refused = segment.flags.contains(Flags::RST)
            && self.last_sent == Flags::SYN | Flags::ACK
            && match self.bench.habits.refusal {
                Refusal::Forgotten => false,
                Refusal::KeptWithoutAck => !segment.flags.contains(Flags::ACK),
                Refusal::Kept => true,
            };
        let counts_all = self.bench.habits.counts_all;
        let numbers = &mut self.numbers;
        let wrong = numbers
            .proposed
            .is_some_and(|proposed| segment.ack != proposed + 1);
        let len = segment.payload.len;
        let moves = segment.flags.intersects(Flags::SYN | Flags::FIN);
        if refused {
        } else if segment.flags.contains(Flags::RST) || wrong {
            (numbers.sut, numbers.learner) = (None, None);
        } else if numbers.proposed.is_some() || numbers.sut.is_some_and(|s| s + 1 == segment.seq) {
            if moves {
                let beyond = if counts_all { len } else { 0 };
                numbers.sut = Some(segment.seq + beyond);
            } else if len > 0 && segment.flags.contains(Flags::PSH) {
                numbers.sut = numbers.sut.map(|sut| sut + len);
            }
            numbers.learner = Some(segment.ack);
        } else if segment.flags.contains(Flags::SYN) {
            numbers.sut = Some(segment.seq);
            if segment.ack != Seq::new(0) {
                numbers.learner = Some(segment.ack);
            }
        }
        numbers.proposed = None;
        if segment.flags.contains(Flags::ACK) {
            numbers.acknowledged = Some(segment.ack);
        }
    }
}
