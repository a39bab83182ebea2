//! Protocol tests: one file a concern of RFC 9293, in a vocabulary in which a case reads like the
//! RFC's figures.
//!
//! A [`T`] is one end of a connection with its clock. A step makes something happen to it
//! (`arrives`, `calls`, `at`), and what follows states everything that came of it: each segment
//! (`replies`), each change of state (`enters`), the rest (`ended`, `starts_2msl_over`), or nothing
//! (`silent`, `stays`). What was not stated fails the test at its next step, or at its end.
//!
//! Numbers are relative: the SYN of either end is 0. `t01` to `t48` in the names of tests are the
//! transitions of our catalogue of RFC 9293, `trap_1` to `trap_9` its traps for implementers.

mod notation;
mod start;
mod windows;

mod acceptability;
mod adaptive_ack;
mod any_input;
mod backoff;
mod calls;
mod closing;
mod congestion;
mod cork;
mod ecn;
mod examples_attacks;
mod examples_rfc7323;
mod examples_schedules;
mod examples_teardown;
mod f_rto;
mod fast_open;
mod fin_wait2;
mod flow_control;
mod half_close;
mod icmp;
mod keep_alive;
mod learned_resets;
mod lossy_path;
mod measured_handshakes;
mod nagle_and_delayed_ack;
mod old_timestamps;
mod opening;
mod outside_window;
mod pacing;
mod persist;
mod push;
mod rack;
mod requirements;
mod reset;
mod reset_forms;
mod retransmission;
mod rfc1337;
mod sack_blocks;
mod sack_recovery;
mod scoreboard;
mod syn_again;
mod tail_loss;
mod text;
mod time_wait;
mod time_wait_rules;
mod timestamps;
mod two_ends;
mod undo;
mod urgent;
mod user_timeout;
mod user_timeout_option;
mod window_growth;
mod window_scale;

use super::choices::Choices;
use super::choices::FinWait2 as Choice;
use super::config::{
    AbortInTimeWait, BareResetAck, CloseInSynReceived, CloseWithUnread, Config, DelayedAckMode,
    EcnMode, InitialWindow, LateTextReset, Limit, LossDetection, NagleRule, OrphanInFinWait2,
    ProbeLimit, PushRule, Reduction, RefusedSyn, ReopenIss, ResetInTimeWait, RtoFloor, RttVariance,
    SynAgain, SynInConnection, SynInHandshake, SynInTimeWait, TimeWaitRule, UnreadAtReset,
    UserTimeoutFrom, ZeroWindowProbe,
};
use super::congestion::Phase;
use super::outcome::{AckReason, CallError, DropReason, End, Note, Outgoing, Verdict, Why};
use super::state::State::{self, *};
use super::tcb::{Cx, Output, Tcb};
use super::{calls::Received, closed};
use crate::segment::Segment;
use crate::seq::Seq;
use crate::time::{Span, Time};
use notation::{STREAM, moment, read, relative, span, write};
use start::*;
use std::collections::VecDeque;

/// What a case starts from.
#[derive(Clone, Copy)]
struct Setup {
    config: Config,
    /// ISS of this end.
    iss: Seq,
    /// ISS of the peer.
    irs: Seq,
}

/// Segments of 1,000 octets and a buffer of 4,000 make numbers that can be read.
impl Default for Setup {
    fn default() -> Setup {
        Setup {
            config: Config {
                mss: 1000,
                receive_buffer: 4000,
                ..Config::default()
            },
            iss: Seq::new(1000),
            irs: Seq::new(5000),
        }
    }
}

/// The usual numbers, and numbers that wrap: here behind the SYN, there with the first octets.
fn with_all_numbers() -> [Setup; 3] {
    let usual = Setup::default();
    let wrapping = |iss, irs| Setup {
        iss: Seq::new(iss),
        irs: Seq::new(irs),
        ..usual
    };
    [
        usual,
        wrapping(u32::MAX, u32::MAX - 1),
        wrapping(u32::MAX - 700, u32::MAX),
    ]
}

/// The usual case with another configuration.
fn with(change: impl FnOnce(&mut Config)) -> Setup {
    let mut setup = Setup::default();
    change(&mut setup.config);
    setup
}

/// How the hosts of the recorded runs tear down. "Recorded run" in a test names the file.
fn recorded() -> Setup {
    with(|c| {
        c.rto_min = span("200ms");
        c.time_wait = span("60s");
        c.time_wait_rule = TimeWaitRule::AnyOldSegment;
        c.syn_in_time_wait = SynInTimeWait::SequenceOrTimestamp;
        c.abort_in_time_wait = AbortInTimeWait::Leaves;
        c.reopen_iss = ReopenIss::Beyond;
        c.fin_wait2_timeout = Some(span("60s"));
        c.fin_wait2_orphan = OrphanInFinWait2::Remnant;
        c.last_ack_at_close = true;
        c.late_text_reset = LateTextReset::LikeClosed;
        c.unread_at_reset = UnreadAtReset::Kept;
        c.reset_carries_ack = true;
        c.reset_before_fin = true;
        c.out_of_window_ack_interval = span("500ms");
        c.challenge_ack_limit = u32::MAX;
    })
}

/// [`recorded`] with a change.
fn recorded_with(change: impl FnOnce(&mut Config)) -> Setup {
    let mut setup = recorded();
    change(&mut setup.config);
    setup
}

/// The policies of the stack in the oracle's recordings, timestamps apart; times are exact here,
/// where a recording has the slack of its timers.
fn measured() -> Setup {
    with(|c| {
        c.sack = true;
        c.delayed_ack = Some(span("40ms"));
        c.delayed_ack_mode = DelayedAckMode::Adaptive;
        c.delay_ack_of_fin = true;
        c.rto_min = span("200ms");
        c.rto_max = span("120s");
        c.rto_floor = RtoFloor::Variance;
        c.rtt_variance = RttVariance::Peak;
        c.tail_loss_probe = true;
        c.loss_detection = LossDetection::Rack;
        c.reduction = Reduction::Proportional;
        c.f_rto = true;
        c.undo = true;
        c.r2 = Limit::Backoffs(15);
        c.r2_orphan = Some(Limit::Backoffs(8));
        c.r2_syn = Limit::Backoffs(6);
        c.r2_syn_ack = Limit::Retransmissions(5);
        c.syn_linear_timeouts = 4;
        c.user_timeout = None;
        c.user_timeout_from = UserTimeoutFrom::FirstRetransmission;
        c.initial_window = InitialWindow::Rfc6928;
        c.syn_again = SynAgain::AnsweredAgain;
    })
}

/// A call of the user.
#[derive(Clone, Copy, Debug)]
enum Call {
    PassiveOpen,
    ActiveOpen,
    Send(u64),
    Receive(u64),
    /// `close` of a socket: nobody reads any more.
    Close,
    /// CLOSE as the RFC has it.
    Shutdown,
    /// No more to read.
    ShutdownRead,
    /// No more to send and to read.
    ShutdownBoth,
    Abort,
}

/// One end of a connection, its clock, and what it did that no assertion has named yet.
struct T {
    tcb: Tcb,
    config: Config,
    iss: Seq,
    irs: Seq,
    now: Time,
    /// The window of the peer's segments that do not say another.
    peer_wnd: u16,
    sent: VecDeque<(Time, Outgoing)>,
    notes: VecDeque<(Time, Note)>,
    /// The segment that was asserted last.
    last: Option<Outgoing>,
    verdict: Option<Verdict>,
    /// Something was asserted about the step.
    asserted: bool,
}

impl T {
    fn new(setup: Setup) -> T {
        T {
            tcb: Tcb::new(STREAM, Choices::new(&setup.config), &setup.config),
            config: setup.config,
            iss: setup.iss,
            irs: setup.irs,
            now: Time::ZERO,
            peer_wnd: 10_000,
            sent: VecDeque::new(),
            notes: VecDeque::new(),
            last: None,
            verdict: None,
            asserted: true,
        }
    }

    /// Lets something happen, then collects all that this end wants to send.
    fn step<R>(&mut self, happens: impl FnOnce(&mut Tcb, &mut Cx) -> R) -> R {
        let mut output = Output::default();
        let mut cx = Cx {
            now: self.now,
            config: &self.config,
            iss: self.iss,
            output: &mut output,
        };
        let result = happens(&mut self.tcb, &mut cx);
        self.tcb.check();
        let mut polled = Vec::new();
        while let Some(out) = self.tcb.poll_transmit(&mut cx) {
            self.tcb.check();
            polled.push(out);
            assert!(polled.len() < 1000, "it never stops sending");
        }
        for out in output.replies.drain(..).chain(polled) {
            self.sent.push_back((self.now, out));
        }
        if self.tcb.is_orphan()
            && let Some(remnant) = self.tcb.condense()
        {
            // Whatever a test goes on to do, it does to what a host would have kept.
            self.tcb = remnant.expand();
            self.tcb.check();
        }
        let now = self.now;
        self.notes.extend(output.notes.drain(..).map(|n| (now, n)));
        self.asserted = false;
        result
    }

    /// Fails if something happened that no assertion named.
    fn settle(&mut self) {
        if let Some((time, out)) = self.sent.front() {
            panic!("sent at {time} and not asserted: {}", self.show(out, true));
        }
        if let Some((time, note)) = self.notes.front() {
            panic!("happened at {time} and was not asserted: {note:?}");
        }
        assert!(self.asserted, "nothing was asserted about the last step");
    }

    fn show(&self, out: &Outgoing, with_wnd: bool) -> String {
        write(&out.segment, out.marks, self.iss, self.irs, with_wnd)
    }

    /// A segment arrives from the peer.
    fn arrives(&mut self, text: &str) -> &mut T {
        self.settle();
        let segment = self.peer(text);
        self.verdict = Some(self.step(|tcb, cx| tcb.on_segment(&segment, cx)));
        self
    }

    /// A segment of the peer, without letting it arrive.
    fn peer(&mut self, text: &str) -> Segment {
        let segment = read(text, self.iss, self.irs, self.peer_wnd);
        self.peer_wnd = segment.wnd;
        segment
    }

    /// The user calls, and the call succeeds in full.
    fn calls(&mut self, call: Call) -> &mut T {
        if let Err(error) = self.attempt(call) {
            panic!("{call:?} failed: {error:?}");
        }
        self
    }

    /// The user calls, and the call fails without any effect.
    fn refuses(&mut self, call: Call, error: CallError) -> &mut T {
        let state = self.tcb.state();
        assert_eq!(self.attempt(call), Err(error), "{call:?}");
        self.silent().stays(state)
    }

    fn attempt(&mut self, call: Call) -> Result<(), CallError> {
        self.settle();
        self.step(|tcb, cx| match call {
            Call::PassiveOpen => tcb.passive_open(cx),
            Call::ActiveOpen => tcb.active_open(cx),
            Call::Send(n) => tcb.send(n, cx).map(|taken| assert_eq!(taken, n, "sent")),
            Call::Receive(n) => tcb
                .receive(n)
                .map(|got| assert_eq!(got, Received::Octets(n))),
            Call::Close => tcb.close(cx),
            Call::Shutdown => tcb.shutdown(cx),
            Call::ShutdownRead => {
                tcb.shutdown_read();
                Ok(())
            }
            Call::ShutdownBoth => tcb.shutdown_both(cx),
            Call::Abort => tcb.abort(cx),
        })
    }

    /// RECEIVE finds the end of the peer's stream, or nothing yet.
    fn reads(&mut self, expected: Received) -> &mut T {
        self.settle();
        let got = self.step(|tcb, _| tcb.receive(u64::MAX));
        assert_eq!(got, Ok(expected));
        self.silent()
    }

    /// Time goes on to `when`, and every timer acts that is due by then.
    fn at(&mut self, when: &str) -> &mut T {
        self.settle();
        let end = moment(when);
        self.run_timers(|due| due <= end);
        self.now = end;
        self.asserted = false;
        self
    }

    /// Time goes on to `when`, but what is due at that very instant has not acted yet.
    fn just_at(&mut self, when: &str) -> &mut T {
        self.settle();
        let end = moment(when);
        self.run_timers(|due| due < end);
        self.now = end;
        self.asserted = true;
        self
    }

    fn run_timers(&mut self, is_due: impl Fn(Time) -> bool) {
        for _ in 0..1000 {
            let due = self.tcb.next_timeout();
            if !is_due(due) {
                return;
            }
            self.now = self.now.max(due);
            self.step(|tcb, cx| tcb.on_timeout(cx));
        }
        panic!("timers never stop");
    }

    /// The next segment it sent is this one, sent at this moment.
    fn replies(&mut self, text: &str) -> &mut T {
        let Some((time, out)) = self.sent.pop_front() else {
            panic!("nothing was sent, expected {text}");
        };
        assert_eq!(self.show(&out, text.contains(" wnd=")), text, "at {time}");
        assert_eq!(time, self.now, "the moment of {text}");
        let payload = out.segment.payload;
        if payload.len > 0 {
            let place = i64::try_from(payload.start).unwrap();
            assert_eq!(payload.stream, STREAM, "whose text");
            let syn = i64::from(out.segment.flags.contains(crate::segment::Flags::SYN));
            let first = relative(out.segment.seq, self.iss) + syn;
            assert_eq!(first, place + 1, "which text");
        }
        self.last = Some(out);
        self.asserted = true;
        self
    }

    /// The segment that was asserted last was sent for this reason.
    fn because(&mut self, why: Why) -> &mut T {
        assert_eq!(self.last.expect("a segment was asserted").why, why);
        self
    }

    /// What it sent does not matter here.
    fn anything(&mut self) -> &mut T {
        self.sent.clear();
        self.silent()
    }

    /// It sent nothing (more).
    fn silent(&mut self) -> &mut T {
        if let Some((time, out)) = self.sent.front() {
            panic!("sent at {time}: {}", self.show(out, true));
        }
        self.asserted = true;
        self
    }

    /// It went through these states, at this moment, and is in the last of them.
    fn enters<const N: usize>(&mut self, states: [State; N]) -> &mut T {
        let mut entered = Vec::new();
        let (now, period) = (self.now, self.config.time_wait);
        self.notes.retain(|(time, note)| match note {
            Note::Transition { to, .. } => {
                assert_eq!(*time, now, "the moment of entering {to}");
                entered.push(*to);
                false
            }
            Note::TimeWait { until, again } if !again => {
                assert_eq!(*until, now + period, "the end of TIME-WAIT");
                false
            }
            _ => true,
        });
        assert_eq!(entered, states, "states entered");
        assert_eq!(Some(&self.tcb.state()), states.last());
        self.asserted = true;
        self
    }

    /// It did not change its state.
    fn stays(&mut self, state: State) -> &mut T {
        self.enters_nothing();
        assert_eq!(self.tcb.state(), state);
        self.asserted = true;
        self
    }

    fn enters_nothing(&self) {
        if let Some((_, Note::Transition { to, .. })) = self.notes.front() {
            panic!("it entered {to}");
        }
    }

    /// It noted this, at this moment.
    fn notes(&mut self, note: Note) -> &mut T {
        let place = self.notes.iter().position(|n| *n == (self.now, note));
        let place = place.unwrap_or_else(|| panic!("no {note:?} among {:?}", self.notes));
        self.notes.remove(place);
        self
    }

    /// The connection ended, and this is how.
    fn ended(&mut self, end: End) -> &mut T {
        assert_eq!(self.tcb.ended(), Some(end));
        self.notes(Note::Ended(end))
    }

    /// TIME-WAIT began anew.
    fn starts_2msl_over(&mut self) -> &mut T {
        let until = self.now + self.config.time_wait;
        self.notes(Note::TimeWait { until, again: true })
    }

    /// It dropped the segment for this reason.
    fn dropped(&mut self, reason: DropReason) -> &mut T {
        assert_eq!(self.verdict, Some(Verdict::Dropped(reason)));
        self
    }

    /// It processed the segment.
    fn accepted(&mut self) -> &mut T {
        assert_eq!(self.verdict, Some(Verdict::Accepted));
        self
    }

    /// cwnd and ssthresh, in octets.
    fn congestion(&mut self, cwnd: u32, ssthresh: u32) -> &mut T {
        let congestion = self.tcb.congestion();
        assert_eq!((congestion.cwnd, congestion.ssthresh), (cwnd, ssthresh));
        self
    }

    /// Octets in flight, told of by SACK, and lost.
    fn outstanding(&mut self, pipe: u32, sacked: u32, lost: u32) -> &mut T {
        let got = (self.tcb.pipe(), self.tcb.sacked(), self.tcb.lost());
        assert_eq!(got, (pipe, sacked, lost), "pipe, SACKed, lost");
        self
    }

    /// What the sender knows about losses.
    fn phase(&mut self, expected: Phase) -> &mut T {
        assert_eq!(self.tcb.congestion().phase, expected);
        self
    }

    /// RCV.NXT, as the peer's number.
    fn rcv_nxt(&self) -> i64 {
        relative(self.tcb.rcv_nxt(), self.irs)
    }

    /// SND.NXT, as this end's number.
    fn snd_nxt(&self) -> i64 {
        relative(self.tcb.snd_nxt(), self.iss)
    }

    /// The RTO in force.
    fn rto(&mut self, expected: &str) -> &mut T {
        assert_eq!(self.tcb.rtt().rto(), span(expected), "RTO");
        self
    }
}

/// The last step is asserted like any other.
impl Drop for T {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.settle();
        }
    }
}
