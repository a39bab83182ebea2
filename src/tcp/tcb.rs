//! The transmission control block: every variable of one end of a connection (RFC 9293 §3.3.1).

use super::blocks::Blocks;
use super::choices::Choices;
use super::config::{Config, CongestionControl};
use super::congestion::Congestion;
use super::delayed_ack::AckDelay;
use super::ecn::Notification;
use super::fast_open::FastOpening;
use super::frto::Frto;
use super::keep_alive::Idle;
use super::outcome::{End, Note, Outgoing, Why};
use super::push::Burst;
use super::rack::Rack;
use super::reassembly::Reassembly;
use super::rtt::Rtt;
use super::scoreboard::Scoreboard;
use super::state::State;
use super::tail_loss::Probe;
use super::timers::Timers;
use super::timestamps::Stamps;
use super::undo::Undo;
use super::user_timeout::Advice;
use super::window::Room;
use crate::segment::icmp::IcmpKind;
use crate::seq::Seq;
use crate::time::{Span, Time};

/// What a call into the state machine is given besides its own arguments.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The moment.
    pub now: Time,
    /// Constants and policies of the host.
    pub config: &'a Config,
    /// The initial sequence number that a connection opened at this moment takes. RFC 9293 §3.4.1.
    pub iss: Seq,
    /// Where segments that are due at once and notes go.
    pub output: &'a mut Output,
}

/// What the state machine hands back besides its return value. The caller empties it.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Segments to be sent at once, in order.
    pub replies: Vec<Outgoing>,
    /// What happened, in order.
    pub notes: Vec<Note>,
    /// For each reply, how many notes were there before it.
    notes_before: Vec<usize>,
}

/// One thing that came out of the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A segment to be sent.
    Send(Outgoing),
    /// Something that happened.
    Note(Note),
}

impl Output {
    /// Queues a segment that is due at once.
    pub fn reply(&mut self, outgoing: Outgoing) {
        self.notes_before.push(self.notes.len());
        self.replies.push(outgoing);
    }

    /// Nothing came out.
    pub fn is_empty(&self) -> bool {
        self.replies.is_empty() && self.notes.is_empty()
    }

    /// Hands everything to `each` in the order in which it came, and forgets it.
    pub fn drain(&mut self, mut each: impl FnMut(Event)) {
        let mut notes = self.notes.drain(..).enumerate().peekable();
        let before = self.notes_before.drain(..);
        for (reply, before) in self.replies.drain(..).zip(before) {
            while let Some((_, note)) = notes.next_if(|(place, _)| *place < before) {
                each(Event::Note(note));
            }
            each(Event::Send(reply));
        }
        notes.for_each(|(_, note)| each(Event::Note(note)));
    }
}

/// The state of one end of a connection.
///
/// Positions (`*_pos`) are sequence numbers without the modulus: 0 is the SYN, 1 the first octet of
/// the stream, and the FIN follows the last.
#[derive(Clone, Debug)]
pub struct Tcb {
    /// Written by [`Tcb::enter`], and by [`Tcb::restore`].
    state: State,
    /// Which OPEN led here: it decides what a reset or a SYN does in SYN-RECEIVED. RFC 9293 §3.5.
    pub(super) origin: Origin,
    /// The send sequence space.
    pub(super) snd: Send,
    /// The receive sequence space.
    pub(super) rcv: Receive,
    /// Deadlines.
    pub(super) timers: Timers,
    /// Round-trip time and RTO.
    pub(super) rtt: Rtt,
    /// What was sent and is not acknowledged.
    pub(super) board: Scoreboard,
    /// Losses by time. RFC 8985 §6.
    pub(super) rack: Rack,
    /// Congestion control.
    pub(super) congestion: Congestion,
    /// What the last reduction may have to be taken back to.
    pub(super) undo: Option<Undo>,
    /// Whether the last time-out was spurious. RFC 5682.
    pub(super) frto: Frto,
    /// Timestamps. RFC 7323 §3.
    pub(super) stamps: Stamps,
    /// Both SYNs permitted selective acknowledgements. RFC 2018 §2.
    pub(super) sack: bool,
    /// Explicit congestion notification. RFC 3168 §6.1.
    pub(super) ecn: Notification,
    /// Segments of new text that went at once, where it is paced.
    pub(super) burst: u8,
    /// How acknowledgements are delayed, where that adapts.
    pub(super) delay: AckDelay,
    /// Keep-alive. RFC 9293 §3.8.4.
    pub(super) idle: Idle,
    /// Fast Open. RFC 7413.
    pub(super) fast: FastOpening,
    /// The user timeouts that the two ends told each other. RFC 5482.
    pub(super) advice: Advice,
    /// Probes of the closed window in a row that were not answered.
    pub(super) unanswered_probes: u32,
    /// What the socket chose for itself.
    pub(super) choices: Choices,
    /// How the connection ended, if otherwise than by both FINs.
    pub(super) ended: Option<End>,
    /// The last ICMP error that did not end it, since the last progress. RFC 9293 §3.9.2.2.
    pub(super) soft_error: Option<IcmpKind>,
    /// Challenge ACKs in the current period, and when it began. RFC 5961 §7.
    pub(super) challenges: (u32, Time),
    /// The application closed: nobody reads what arrives. RFC 9293 §3.6.1.
    pub(super) reader_gone: bool,
    /// The application wants no more to read, but may: what arrives is taken until it closes too.
    pub(super) receive_shut: bool,
    /// The SYN,ACK was acknowledged while the listener waits for text.
    pub(super) deferred: bool,
    /// Its handshake ends in a reset: nobody is there to accept it.
    pub(super) unwanted: bool,
    /// The peer's FIN had come, or its octets are kept: what is here can be read after a reset.
    pub(super) kept_at_reset: bool,
    /// What is left of FIN-WAIT-2 without a socket. [`super::config::OrphanInFinWait2::Remnant`].
    pub(super) remnant: bool,
    /// When a segment outside the window was last answered, where those answers are limited.
    pub(super) answered_outside: Option<Time>,
    /// An octet was accepted that is not the peer's octet at this place: a broken promise of TCP.
    pub(super) foreign_octets: bool,
}

/// Which OPEN a connection came from. RFC 9293 §3.10.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A passive OPEN: it waited for the peer.
    Passive,
    /// An active OPEN: it asked the peer.
    Active,
}

/// Send sequence variables. RFC 9293 §3.3.1, Figure 3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Send {
    /// SND.UNA: the oldest number not acknowledged.
    pub una: Seq,
    /// SND.NXT: one more than the highest number ever sent. It is never pulled back.
    pub nxt: Seq,
    /// Why what is lost is sent again.
    pub resend_why: Why,
    /// RescueRxt: a segment is sent again on the chance once this is acknowledged. RFC 6675 §2.
    pub rescue: Seq,
    /// SND.WND: the peer's window, in octets after scaling.
    pub wnd: u32,
    /// SND.WL1: SEG.SEQ of the segment that last set the window.
    pub wl1: Seq,
    /// SND.WL2: SEG.ACK of the segment that last set the window.
    pub wl2: Seq,
    /// ISS: the initial send sequence number.
    pub iss: Seq,
    /// Largest window the peer ever offered, in octets. Max(SND.WND) of RFC 9293 §3.8.6.2.1.
    pub max_wnd: u32,
    /// Shift of the peer's window field. RFC 7323 §2.
    pub shift: u8,
    /// Eff.snd.MSS: octets of text that fit into a segment. RFC 9293 §3.7.1.
    pub mss: u32,
    /// What an MSS is at most for the path, options not deducted; [`u32::MAX`] is not known.
    /// RFC 1191 §3.
    pub path_mss: u32,
    /// The path is narrower than the smallest MTU that this host believes in: routers may cut its
    /// packets up.
    pub fragmentable: bool,
    /// Position of SND.UNA.
    pub una_pos: u64,
    /// Octets that the application wrote, in all.
    pub written: u64,
    /// SND.UP as a position: that behind the last urgent octet; zero if there was none.
    pub up_pos: u64,
    /// CLOSE was called: a FIN follows the last octet.
    pub fin: bool,
    /// The stream whose octets this end sends: the connection's number in the run.
    pub stream: u32,
    /// The number whose acknowledgement gives an RTT sample, and when it was sent. RFC 6298 §3.
    pub timed: Option<(Seq, Time)>,
    /// Time-outs of the retransmission timer in a row.
    pub timeouts: u32,
    /// When the first of them was; [`Time::NEVER`] before.
    pub resent_since: Time,
    /// The tail loss probe under way. RFC 8985 §7.
    pub tail: Option<Probe>,
    /// Zero-window probes in a row.
    pub probes: u32,
    /// When the oldest outstanding octet was first sent, or last made progress: R2 counts from here.
    /// [`Time::NEVER`] while nothing waits.
    pub waiting_since: Time,
    /// When anything was last sent in the sequence space. RFC 5681 §4.1.
    pub last_sent: Time,
    /// Time-outs of the SYN before it was acknowledged. RFC 6298 §5.7.
    pub syn_timeouts: u32,
    /// A segment to be sent out of turn.
    pub due: Due,
    /// The end of the last segment that was not full; at or before SND.UNA if none waits.
    pub small_end: Seq,
    /// The burst under way. [`super::config::PushRule::Bursts`].
    pub burst: Burst,
}

/// A segment to be sent out of turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// None.
    Nothing,
    /// The one at SND.UNA: the retransmission timer ran out, after this RTO.
    Timeout(Span),
    /// The end of what was sent, by a tail loss probe.
    TailLoss,
    /// The SYN,ACK, since the SYN came again.
    SynAgain,
    /// The one at SND.UNA, by fast retransmit.
    FastRetransmit,
    /// The one at SND.UNA, by a partial acknowledgement.
    PartialAck,
    /// A probe of the closed window.
    Probe,
    /// What silly-window avoidance held back.
    Override,
}

/// Receive sequence variables. RFC 9293 §3.3.1, Figure 4.
#[derive(Clone, Debug)]
pub(super) struct Receive {
    /// RCV.NXT: the next number expected.
    pub nxt: Seq,
    /// Right edge of the window offered: RCV.NXT + RCV.WND. It never moves left.
    pub edge: Seq,
    /// IRS: the peer's initial sequence number.
    pub irs: Seq,
    /// Shift of the window field this end sends. RFC 7323 §2.
    pub shift: u8,
    /// The peer's SYN had the window scale option.
    pub scaled: bool,
    /// Position of RCV.NXT.
    pub nxt_pos: u64,
    /// Octets that the application has read, in all.
    pub read: u64,
    /// RCV.UP as a position: that behind the last urgent octet; zero if there was none.
    pub up_pos: u64,
    /// The application was told of the end.
    pub end_read: bool,
    /// Position of the peer's FIN, once it was seen.
    pub fin_pos: Option<u64>,
    /// Text beyond a gap.
    pub held: Reassembly,
    /// What of it was reported last.
    pub blocks: Blocks,
    /// How much is offered.
    pub room: Room,
    /// The stream that the peer's SYN named.
    pub stream: Option<u32>,
    /// The acknowledgement that is owed.
    pub ack: AckDue,
    /// RCV.NXT of the last acknowledgement sent.
    pub acked: Seq,
}

/// The acknowledgement that an endpoint owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AckDue {
    /// None.
    Nothing,
    /// One that may wait for the timer or for company.
    Delayed,
    /// One that is to be sent with the next poll.
    Now(super::outcome::AckReason),
}

impl Tcb {
    /// A connection that does not exist yet. `stream` is its number in the run.
    pub fn new(stream: u32, choices: Choices, config: &Config) -> Tcb {
        Tcb::with(stream, choices, Rtt::new(config))
    }

    pub(super) fn with(stream: u32, choices: Choices, rtt: Rtt) -> Tcb {
        let zero = Seq::new(0);
        Tcb {
            state: State::Closed,
            origin: Origin::Active,
            snd: Send {
                una: zero,
                nxt: zero,
                resend_why: Why::AfterTimeout,
                rescue: zero,
                wnd: 0,
                wl1: zero,
                wl2: zero,
                iss: zero,
                max_wnd: 0,
                shift: 0,
                mss: 0,
                path_mss: u32::MAX,
                fragmentable: false,
                una_pos: 0,
                written: 0,
                up_pos: 0,
                fin: false,
                stream,
                timed: None,
                timeouts: 0,
                resent_since: Time::NEVER,
                tail: None,
                probes: 0,
                waiting_since: Time::NEVER,
                last_sent: Time::ZERO,
                syn_timeouts: 0,
                due: Due::Nothing,
                small_end: zero,
                burst: Burst::default(),
            },
            rcv: Receive {
                nxt: zero,
                edge: zero,
                irs: zero,
                shift: 0,
                scaled: false,
                nxt_pos: 0,
                read: 0,
                up_pos: 0,
                end_read: false,
                fin_pos: None,
                held: Reassembly::default(),
                blocks: Blocks::default(),
                room: Room::default(),
                stream: None,
                ack: AckDue::Nothing,
                acked: zero,
            },
            timers: Timers::default(),
            rtt,
            board: Scoreboard::default(),
            rack: Rack::default(),
            congestion: Congestion::new(zero, CongestionControl::NewReno),
            undo: None,
            frto: Frto::Off,
            stamps: Stamps::default(),
            sack: false,
            ecn: Notification::default(),
            burst: 0,
            delay: AckDelay::default(),
            idle: Idle::default(),
            fast: FastOpening::default(),
            advice: Advice::default(),
            unanswered_probes: 0,
            choices,
            ended: None,
            soft_error: None,
            challenges: (0, Time::ZERO),
            reader_gone: false,
            receive_shut: false,
            deferred: false,
            unwanted: false,
            kept_at_reset: false,
            remnant: false,
            answered_outside: None,
            foreign_octets: false,
        }
    }

    /// A listener's TCB becomes that of one connection, under its own number.
    pub fn fork(&self, stream: u32) -> Tcb {
        let mut child = self.clone();
        child.snd.stream = stream;
        child
    }

    /// Takes an edge of Figure 5.
    ///
    /// # Panics
    /// If RFC 9293 has no such edge: the state machine is broken.
    pub(super) fn enter(&mut self, next: State, cx: &mut Cx) {
        assert!(
            self.state.may_become(next),
            "no edge from {} to {next}",
            self.state
        );
        cx.output.notes.push(Note::Transition {
            from: self.state,
            to: next,
        });
        self.state = next;
    }

    /// It is in this state again, as it was before it was condensed to a remnant.
    pub(super) fn restore(&mut self, state: State) {
        self.state = state;
    }

    /// Deletes the TCB: CLOSED, with nothing left to do. `end` says how, unless both FINs did it.
    pub(super) fn delete(&mut self, end: Option<End>, cx: &mut Cx) {
        if let Some(end) = end {
            cx.output.notes.push(Note::Ended(end));
            self.ended = Some(end);
        }
        self.timers = Timers::default();
        self.snd.due = Due::Nothing;
        self.rcv.ack = AckDue::Nothing;
        self.enter(State::Closed, cx);
    }

    /// The passive side of a handshake that came to nothing: it waits for another.
    pub(super) fn back_to_listen(&mut self, cx: &mut Cx) {
        if self.fast.taken {
            // RFC 7413 §4.2.2: the application may have it, and is told.
            self.delete(Some(End::Reset), cx);
            return;
        }
        self.enter(State::Listen, cx);
        let fresh = Tcb::new(self.snd.stream, self.choices, cx.config);
        *self = Tcb {
            state: self.state,
            origin: Origin::Passive,
            ..fresh
        };
    }

    /// A new connection takes the place of this one, which waits in TIME-WAIT. RFC 9293 §3.6.1.
    pub fn give_way(&mut self, cx: &mut Cx) {
        assert!(self.state == State::TimeWait, "only TIME-WAIT gives way");
        self.delete(Some(End::Reopened), cx);
    }

    /// The host does not keep the connection; its peer is not told.
    pub fn forget(&mut self, cx: &mut Cx) {
        self.delete(Some(End::Forgotten), cx);
    }

    /// Nobody will accept this connection, whose handshake goes on: the end of it draws a reset.
    ///
    /// # Panics
    /// Outside SYN-RECEIVED.
    pub fn refuse(&mut self) {
        assert!(
            self.state == State::SynReceived,
            "only a handshake is refused"
        );
        self.unwanted = true;
    }

    /// The connection's state.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Which OPEN it came from.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// How it ended, if otherwise than by both FINs.
    pub const fn ended(&self) -> Option<End> {
        self.ended
    }

    /// Its number in the run.
    pub const fn stream(&self) -> u32 {
        self.snd.stream
    }

    /// ISS, the number from which relative send numbers count.
    pub const fn iss(&self) -> Seq {
        self.snd.iss
    }

    /// IRS, the number from which relative receive numbers count.
    pub const fn irs(&self) -> Seq {
        self.rcv.irs
    }

    /// SND.UNA.
    pub const fn snd_una(&self) -> Seq {
        self.snd.una
    }

    /// SND.NXT.
    pub const fn snd_nxt(&self) -> Seq {
        self.snd.nxt
    }

    /// Eff.snd.MSS, in octets of text; 0 before the peer's SYN.
    pub const fn snd_mss(&self) -> u32 {
        self.snd.mss
    }

    /// SND.WND, in octets after scaling.
    pub const fn snd_wnd(&self) -> u32 {
        self.snd.wnd
    }

    /// RCV.NXT.
    pub const fn rcv_nxt(&self) -> Seq {
        self.rcv.nxt
    }

    /// RCV.WND: how much beyond RCV.NXT the peer was allowed to send, in octets.
    pub const fn rcv_wnd(&self) -> u32 {
        self.rcv.edge.since(self.rcv.nxt)
    }

    /// RCV.NXT of the last acknowledgement sent.
    pub const fn last_ack_sent(&self) -> Seq {
        self.rcv.acked
    }

    /// Time-outs of the retransmission timer in a row.
    pub const fn retransmissions(&self) -> u32 {
        self.snd.timeouts
    }

    /// Probes of the closed window in a row.
    pub const fn probes(&self) -> u32 {
        self.snd.probes
    }

    /// The congestion window, ssthresh and what is known about losses.
    pub const fn congestion(&self) -> &Congestion {
        &self.congestion
    }

    /// SRTT, RTTVAR and RTO.
    pub const fn rtt(&self) -> &Rtt {
        &self.rtt
    }

    /// Octets that arrived in order and were not read.
    pub fn readable(&self) -> u64 {
        self.octets_received() - self.rcv.read
    }

    /// Octets that arrived in order, in all.
    pub fn octets_received(&self) -> u64 {
        let beyond = self.rcv.nxt_pos.saturating_sub(1);
        beyond - u64::from(self.fin_received())
    }

    /// Octets that the application has read, in all.
    pub const fn octets_read(&self) -> u64 {
        self.rcv.read
    }

    /// Octets that the application wrote, in all.
    pub const fn octets_written(&self) -> u64 {
        self.snd.written
    }

    /// Octets that were written and not acknowledged.
    pub fn unacknowledged(&self) -> u64 {
        (self.snd.written + 1).saturating_sub(self.snd.una_pos.max(1))
    }

    /// What a kernel shows as Recv-Q: octets that were not read, an unread FIN counting one.
    pub fn recv_q(&self) -> u64 {
        match self.state {
            State::Closed | State::Listen | State::TimeWait => 0,
            _ => self.readable() + u64::from(self.fin_received() && !self.rcv.end_read),
        }
    }

    /// What a kernel shows as Send-Q: sequence space that was not acknowledged, sent or not.
    pub fn send_q(&self) -> u64 {
        match self.state {
            State::Closed | State::Listen | State::TimeWait => 0,
            _ => self.snd.written + 1 + u64::from(self.snd.fin) - self.snd.una_pos,
        }
    }

    /// Room for more octets to send.
    pub fn send_room(&self) -> u64 {
        u64::from(self.choices.send_buffer).saturating_sub(self.unacknowledged())
    }

    /// The peer's FIN arrived, and all before it.
    pub fn fin_received(&self) -> bool {
        self.rcv.fin_pos.is_some_and(|pos| pos < self.rcv.nxt_pos)
    }

    /// This end's FIN was acknowledged.
    pub fn fin_acknowledged(&self) -> bool {
        self.snd.fin && self.snd.una_pos == self.snd.written + 2
    }

    /// An octet was accepted that is not the peer's octet at this place.
    pub const fn has_foreign_octets(&self) -> bool {
        self.foreign_octets
    }

    /// No socket holds the connection: the application closed.
    pub const fn is_orphan(&self) -> bool {
        self.reader_gone
    }

    /// The connection is in FIN-WAIT-2 and nothing is left of it but what TIME-WAIT needs.
    pub fn is_remnant(&self) -> bool {
        self.state == State::FinWait2 && self.remnant
    }

    /// A reset ended it after the peer's FIN, so that reading goes on to the end.
    ///
    /// An application that sends then is told that nobody reads, not that it was reset.
    pub fn reset_after_fin(&self) -> bool {
        self.kept_at_reset && self.fin_received()
    }

    /// FlightSize: octets sent and not acknowledged. RFC 5681 §2.
    pub(super) const fn flight(&self) -> u32 {
        self.snd.nxt.since(self.snd.una)
    }

    /// The position of a number in the send sequence space, at or after SND.UNA.
    pub(super) const fn send_pos(&self, seq: Seq) -> u64 {
        self.snd.una_pos + seq.since(self.snd.una) as u64
    }

    /// Asserts what must hold between events, in every state.
    ///
    /// # Panics
    /// If it does not: the state machine is broken.
    pub fn check(&self) {
        let snd = &self.snd;
        assert!(
            snd.una.precedes_or_is(snd.nxt),
            "SND.UNA {} beyond SND.NXT {}",
            snd.una,
            snd.nxt
        );
        self.board.check(snd.una, snd.nxt);
        assert_eq!(
            snd.iss + low_bits(snd.una_pos),
            snd.una,
            "position of SND.UNA"
        );
        assert!(
            self.send_pos(snd.nxt) <= snd.written + 1 + u64::from(snd.fin),
            "sent beyond what was written"
        );
        assert!(
            self.rcv.nxt.precedes_or_is(self.rcv.edge),
            "RCV.WND is negative"
        );
        assert!(
            self.rcv.read <= self.octets_received(),
            "read beyond what arrived"
        );
        for range in self.rcv.held.ranges() {
            assert!(self.rcv.nxt_pos < range.start, "text in order is held back");
        }
        self.check_blocks();
        match self.state {
            State::Closed | State::Listen => {
                assert!(self.timers.all_off(), "a timer runs in {}", self.state)
            }
            State::SynSent | State::SynReceived => {
                assert_eq!(snd.una, snd.iss, "SYN acknowledged in {}", self.state)
            }
            State::Established => assert!(!snd.fin, "FIN queued in {}", self.state),
            State::CloseWait => {
                let fin_sent = self.send_pos(snd.nxt) == snd.written + 2;
                assert!(!fin_sent, "FIN sent in CLOSE-WAIT");
            }
            State::FinWait1 | State::Closing | State::LastAck => {
                assert!(
                    snd.fin && !self.fin_acknowledged(),
                    "{} without a FIN outstanding",
                    self.state
                );
            }
            State::FinWait2 => assert!(
                self.fin_acknowledged(),
                "FIN-WAIT-2 with the FIN unacknowledged"
            ),
            State::TimeWait => {
                assert!(
                    self.fin_acknowledged() && self.fin_received(),
                    "TIME-WAIT without both FINs"
                );
                assert!(
                    self.timers.only_time_wait(),
                    "TIME-WAIT with another timer than 2MSL"
                );
            }
        }
        assert!(
            self.state == State::FinWait2 || self.timers.fin_wait2 == Time::NEVER,
            "the timer of FIN-WAIT-2 runs in {}",
            self.state
        );
        assert!(
            !self.is_remnant() || (self.reader_gone && self.timers.fin_wait2 != Time::NEVER),
            "a remnant with a socket, or for ever"
        );
        let fin_due = matches!(
            self.state,
            State::CloseWait | State::Closing | State::LastAck | State::TimeWait
        );
        let open_end = matches!(
            self.state,
            State::Established | State::FinWait1 | State::FinWait2
        );
        assert!(
            !fin_due || self.fin_received(),
            "{} without the peer's FIN",
            self.state
        );
        assert!(
            !open_end || !self.fin_received(),
            "{} after the peer's FIN",
            self.state
        );
    }
}

/// The 32 bits of a position that a sequence number shows.
#[expect(
    clippy::cast_possible_truncation,
    reason = "sequence numbers are positions modulo 2^32"
)]
pub(super) const fn low_bits(position: u64) -> u32 {
    position as u32
}
