//! The constants and policies of one host's TCP.
//!
//! A profile fills this in; `tcp` itself knows no system. Defaults are those of RFC 9293 and the
//! documents it builds on, each with its source. The policies are in files by topic, and have their
//! one path here.

mod closing;
mod giving_up;
mod losses;
mod resets;
mod sending;

use crate::time::Span;
pub use closing::{
    AbortInTimeWait, CloseInSynReceived, CloseWithUnread, OrphanInFinWait2, RefusedSyn, ReopenIss,
    ResetInTimeWait, SynInTimeWait, TimeWaitRule,
};
pub use giving_up::{IcmpHardErrors, IcmpSoftErrors, Limit, ProbeLimit, UserTimeoutFrom};
pub use losses::{
    Avoidance, CongestionControl, EcnMode, InitialWindow, LossDetection, Reduction, RtoFloor,
    RttVariance, SlowStartExit, SlowStartGrowth,
};
pub use resets::{
    BareResetAck, LateTextReset, SynAgain, SynInConnection, SynInHandshake, UnreadAtReset,
};
pub use sending::{
    DelayedAckMode, NagleRule, PathMtuDiscovery, PushRule, WindowGrowth, WindowUpdate,
    ZeroWindowProbe,
};

/// Constants and policies that the state machine obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long a connection stays in TIME-WAIT: 2 MSL. RFC 9293 §3.4.2, §3.6.1: MSL is 2 minutes.
    pub time_wait: Span,
    /// What a reset does to a connection in TIME-WAIT. RFC 9293 §3.10.7.4 deletes the TCB.
    pub reset_in_time_wait: ResetInTimeWait,
    /// What else TIME-WAIT answers, and what starts it over. RFC 9293 §3.10.7.4: a FIN sent again.
    pub time_wait_rule: TimeWaitRule,
    /// Which SYN opens a new connection from TIME-WAIT. RFC 9293 §3.6.1 (MAY-2, SHLD-4).
    pub syn_in_time_wait: SynInTimeWait,
    /// Whether a connection in TIME-WAIT is back if the SYN that replaced it was an old duplicate.
    ///
    /// RFC 9293 §3.6.1 (MAY-2).
    pub time_wait_comes_back: bool,
    /// What answers a SYN in TIME-WAIT that opens none. RFC 9293 §3.10.7.4: an acknowledgement.
    pub refused_syn_in_time_wait: RefusedSyn,
    /// What ABORT does in TIME-WAIT. RFC 9293 §3.10.5 deletes the TCB.
    pub abort_in_time_wait: AbortInTimeWait,
    /// Where a connection that takes the place of one in TIME-WAIT begins. RFC 9293 §3.6.1 (MAY-2).
    pub reopen_iss: ReopenIss,
    /// How long FIN-WAIT-2 lasts where no socket holds the connection; `None` is for ever.
    ///
    /// It counts from CLOSE or from the beginning of the state, whichever is later. RFC 9293 §3.6
    /// knows no limit.
    pub fin_wait2_timeout: Option<Span>,
    /// How long FIN-WAIT-2 lasts while a socket holds the connection; `None` is for ever.
    pub fin_wait2_held_timeout: Option<Span>,
    /// What a connection without a socket keeps of itself in FIN-WAIT-2.
    pub fin_wait2_orphan: OrphanInFinWait2,
    /// Whether CLOSE enters LAST-ACK at once. RFC 9293 §3.10.4 waits until the FIN is formed.
    pub last_ack_at_close: bool,
    /// Largest segment this host receives, in octets of text; sent as the MSS option.
    ///
    /// What the MTU leaves after the headers of IP and TCP. RFC 9293 §3.7.1.
    pub mss: u16,
    /// Send MSS towards a peer that sent no MSS option: 536, with IPv6 1,220. RFC 9293 §3.7.1.
    pub default_mss: u32,
    /// Whether packets are sent with DF, so that routers say which MTU they have. RFC 1191 §3.
    pub path_mtu_discovery: PathMtuDiscovery,
    /// The smallest MTU of a path that this host believes in, in octets: of a smaller one its packets
    /// may be cut up. RFC 1191 §3 goes down to 68.
    pub path_mtu_min: u16,
    /// What ICMP errors do that may pass. RFC 9293 §3.9.2.2 (MUST-56): they do not abort.
    pub icmp_soft_errors: IcmpSoftErrors,
    /// What ICMP errors do that will not pass. RFC 9293 §3.9.2.2 (SHLD-26): they abort.
    pub icmp_hard_errors: IcmpHardErrors,
    /// Room for octets that the application has not read yet, at first.
    pub receive_buffer: u32,
    /// How large the receive buffer grows, where it does; its window scale has room for that.
    pub receive_buffer_max: u32,
    /// Whether what is offered of the receive buffer, and the buffer, grow.
    ///
    /// The buffer does not once a socket has asked for a size.
    pub window_growth: WindowGrowth,
    /// Whether a SYN offers whole segments, and every segment if the window is not scaled.
    pub window_in_segments: bool,
    /// When the application's reading opens the window by so much that the peer is told at once.
    ///
    /// RFC 9293 §3.8.6.2.2 leaves it open.
    pub window_update: WindowUpdate,
    /// What share of the memory of the receive buffer text fills once full segments came, in 256ths.
    ///
    /// [`Config::receive_buffer`] is half of the memory: 128 leaves it as it is.
    pub text_share: u32,
    /// Room for octets that the peer has not acknowledged yet.
    pub send_buffer: u32,
    /// Whether a SYN offers the window scale option. RFC 7323 §2.
    pub window_scaling: bool,
    /// Whether a SYN offers timestamps, by which PAWS refuses old segments. RFC 7323 §3, §5.
    pub timestamps: bool,
    /// Whether a SYN offers selective acknowledgements. RFC 2018 §2.
    pub sack: bool,
    /// Whether a duplicate is reported in the first block. RFC 2883 §4.
    pub dsack: bool,
    /// How long an acknowledgement may wait for company; `None` sends each at once.
    ///
    /// RFC 9293 §3.8.6.3: below half a second.
    pub delayed_ack: Option<Span>,
    /// Whether the acknowledgement of a FIN waits like one of data.
    ///
    /// RFC 9293 §3.10.7.4, eighth check, sends it; a stack that waits can close in three segments.
    pub delay_ack_of_fin: bool,
    /// Whether the delay of acknowledgements adapts to the application.
    pub delayed_ack_mode: DelayedAckMode,
    /// The longest delay of an acknowledgement where it adapts. RFC 9293 §3.8.6.3: below 500 ms.
    pub delayed_ack_max: Span,
    /// Whether small segments wait while data is unacknowledged. RFC 9293 §3.7.4.
    pub nagle: bool,
    /// What a small segment waits for, where it waits. RFC 9293 §3.7.4.
    pub nagle_rule: NagleRule,
    /// Which segments of text have PSH. RFC 9293 §3.9.1.2 (MUST-61) wants it on the last of what was written.
    pub push: PushRule,
    /// RTO before the first measurement. RFC 6298 §2.1.
    pub rto_initial: Span,
    /// Lower bound of the RTO. RFC 6298 §2.4.
    pub rto_min: Span,
    /// What [`Config::rto_min`] bounds.
    pub rto_floor: RtoFloor,
    /// A span added to every RTO that was measured.
    pub rto_slop: Span,
    /// How RTTVAR follows the samples.
    pub rtt_variance: RttVariance,
    /// Whether a tail loss probe comes before the first RTO, where SACK is on. RFC 8985 §7.
    pub tail_loss_probe: bool,
    /// Upper bound of the RTO, at least 60 s. RFC 6298 §2.5; RFC 1122 §4.2.3.1 names 2 MSL.
    pub rto_max: Span,
    /// RTO for data when the SYN had to be retransmitted. RFC 6298 §5.7.
    pub rto_after_syn_loss: Span,
    /// Clock granularity G, the least variance in the RTO. RFC 6298 §2.
    pub clock_granularity: Span,
    /// R1: retransmissions of one segment after which trouble is reported. RFC 9293 §3.8.3.
    pub r1: u32,
    /// R2: where a timeout gives the connection up.
    ///
    /// RFC 9293 §3.8.3: at least 100 s.
    pub r2: Limit,
    /// R2 where no socket holds the connection any more; `None` is [`Config::r2`].
    pub r2_orphan: Option<Limit>,
    /// R2 for a SYN, at least 3 minutes. RFC 9293 §3.8.3.
    pub r2_syn: Limit,
    /// R2 for a SYN,ACK of a passive OPEN.
    pub r2_syn_ack: Limit,
    /// Time-outs of a SYN that do not double its RTO. RFC 6298 §5.5 doubles from the first on.
    pub syn_linear_timeouts: u32,
    /// How soon a SYN goes out again once an acknowledgement of something else answered it, which its
    /// reset may have cleared away; `None` waits for the RTO. RFC 9293 §3.10.7.3, first check.
    pub syn_after_wrong_ack: Option<Span>,
    /// How long anything sent may stay unacknowledged; `None` leaves it to R2.
    ///
    /// RFC 9293 §3.9.1.1: 5 minutes.
    pub user_timeout: Option<Span>,
    /// Whether the user timeout is said to the peer, and the peer's heard. RFC 5482 §3.
    pub user_timeout_option: bool,
    /// The least user timeout that the peer's advice leads to, L_LIMIT. RFC 5482 §3.1: 100 s.
    pub user_timeout_lower: Span,
    /// The longest one, U_LIMIT. RFC 5482 §3.1 leaves it open.
    pub user_timeout_upper: Span,
    /// From when the user timeout counts.
    pub user_timeout_from: UserTimeoutFrom,
    /// The algorithm of congestion control. RFC 9293 §3.8.2 (MUST-19, MAY-18).
    pub congestion_control: CongestionControl,
    /// How losses are noticed where SACK is on. RFC 6675, RFC 8985.
    pub loss_detection: LossDetection,
    /// How cwnd comes down to ssthresh in fast recovery. RFC 5681 §3.2, RFC 6937.
    pub reduction: Reduction,
    /// Whether a time-out is examined for being spurious by what the first acknowledgements behind it
    /// acknowledge. RFC 5682.
    pub f_rto: bool,
    /// Whether cwnd and ssthresh are restored when retransmissions prove spurious, by timestamps, by
    /// DSACK or by F-RTO. RFC 3522, RFC 4015.
    pub undo: bool,
    /// Whether CUBIC gives up room at a loss below its last one. RFC 9438 §4.7.
    pub fast_convergence: bool,
    /// How much an acknowledgement lets cwnd grow in slow start. RFC 5681 §3.1, RFC 3465 §2.2.
    pub slow_start: SlowStartGrowth,
    /// What counts in NewReno's congestion avoidance. RFC 5681 §3.1.
    pub avoidance: Avoidance,
    /// What ends slow start before a loss does. RFC 9406.
    pub slow_start_exit: SlowStartExit,
    /// Whether cwnd grows only while it is what limits the sender. RFC 7661 §4.3.
    pub window_validation: bool,
    /// Whether cwnd falls to the initial window after an RTO without sending. RFC 5681 §4.1.
    pub restart_after_idle: bool,
    /// Explicit congestion notification: whether it is asked for or accepted. RFC 3168 §6.1.1.
    pub ecn: EcnMode,
    /// Whether new text leaves at a pace instead of as fast as it may. RFC 9002 §7.7 has the idea for
    /// another transport; RFC 9293 leaves it open.
    pub pacing: bool,
    /// Initial window. RFC 5681 §3.1, RFC 6928.
    pub initial_window: InitialWindow,
    /// How long sender-side silly-window avoidance holds data back. RFC 9293 §3.8.6.2.1: 0.1 to 1 s.
    pub sws_override: Span,
    /// What a probe of the closed window is. RFC 9293 §3.8.6.1: an octet of new text.
    pub zero_window_probe: ZeroWindowProbe,
    /// Least distance of such probes; zero leaves it to the RTO. RFC 9293 §3.8.6.1 (SHLD-29).
    pub persist_min: Span,
    /// Longest distance of such probes. RFC 9293 §3.8.6.1 (SHLD-30) doubles it without naming an end.
    pub persist_max: Span,
    /// Where such probes end.
    pub probe_limit: ProbeLimit,
    /// The silence after which [`ProbeLimit::Silence`] gives up.
    pub persist_idle: Span,
    /// Whether a closed window takes a FIN without text. RFC 9293 §3.10.7.4, first check, does not.
    pub fin_into_closed_window: bool,
    /// What a full close does with octets that nobody read. RFC 9293 §3.6.1, RFC 2525 §2.17.
    pub close_with_unread: CloseWithUnread,
    /// What the close of a socket does in SYN-RECEIVED. RFC 9293 §3.10.4 sends a FIN.
    pub close_in_syn_received: CloseInSynReceived,
    /// The form of the reset that answers text for an application that closed.
    pub late_text_reset: LateTextReset,
    /// Whether text behind the peer's FIN counts as text for an application that closed, and resets.
    ///
    /// RFC 9293 §3.10.7.4, seventh step, ignores it.
    pub late_text_after_fin: bool,
    /// What a reset leaves of the octets that nobody read. RFC 9293 §3.10.7.4, second check.
    pub unread_at_reset: UnreadAtReset,
    /// Whether a reset of this end's making carries an acknowledgement, `<SEQ><ACK><RST,ACK>`.
    ///
    /// RFC 9293 §3.10.5 has `<SEQ=SND.NXT><CTL=RST>`.
    pub reset_carries_ack: bool,
    /// Whether a reset at RCV.NXT − 1 counts after the peer's FIN, whose sender may not know that it
    /// was received. RFC 5961 §3.2 wants RCV.NXT alone.
    pub reset_before_fin: bool,
    /// What stands in the ACK field of a reset without the ACK bit. RFC 9293 §3.1: nothing reads it.
    pub bare_reset_ack: BareResetAck,
    /// What a SYN inside the window of a connection does. RFC 9293 §3.10.7.4, fourth check.
    pub syn_in_connection: SynInConnection,
    /// What a SYN,ACK that was not acknowledged does on the same SYN again.
    pub syn_again: SynAgain,
    /// What a SYN inside the window does in SYN-RECEIVED of a passive OPEN. RFC 9293 §3.10.7.4, fourth check.
    pub syn_in_handshake: SynInHandshake,
    /// Whether the SYN,ACK that ends a simultaneous open is acknowledged: its SYN came before.
    ///
    /// RFC 9293 §3.5, Figure 7, ends with it.
    pub ack_simultaneous_syn_ack: bool,
    /// Whether the SYN,ACK of a simultaneous open starts the retransmission timer of the SYN over.
    ///
    /// RFC 6298 §5: nothing goes again within an RTO of its last transmission.
    pub syn_ack_restarts_rto: bool,
    /// Least distance of the acknowledgements that answer segments outside the window, and of
    /// challenge ACKs; zero answers all. RFC 9293 §3.10.7.4, first check.
    ///
    /// Each connection counts for itself, and TIME-WAIT anew. Text and FINs are always answered: two
    /// ends cannot keep each other busy with those.
    pub out_of_window_ack_interval: Span,
    /// How long a connection is idle before keep-alive probes it. RFC 9293 §3.8.4: at least 2 h.
    pub keepalive_idle: Span,
    /// Distance of keep-alive probes that nobody answers.
    pub keepalive_interval: Span,
    /// Keep-alive probes without an answer that end the connection.
    pub keepalive_probes: u32,
    /// Challenge ACKs sent at most within [`Config::challenge_ack_period`]. RFC 5961 §7.
    pub challenge_ack_limit: u32,
    /// The period over which challenge ACKs are counted, from the first in it. RFC 5961 §7 has any such
    /// span as an example, which two periods that meet may exceed; it leaves both numbers open.
    pub challenge_ack_period: Span,
}

impl Default for Config {
    /// RFC 9293 to the letter, with RFC 5681 and RFC 6298, which it requires.
    ///
    /// Where the documents leave a range, the choice is: a delayed ACK of 200 ms, a silly-window
    /// override of 200 ms, buffers of 65,535 octets (the largest window without scaling), and
    /// R2 equal to the user timeout of five minutes, since a smaller R2 would make the latter moot.
    fn default() -> Config {
        Config {
            time_wait: Span::from_secs(240),
            reset_in_time_wait: ResetInTimeWait::Closes,
            time_wait_rule: TimeWaitRule::FinAgain,
            syn_in_time_wait: SynInTimeWait::Sequence,
            time_wait_comes_back: true,
            refused_syn_in_time_wait: RefusedSyn::Acknowledged,
            abort_in_time_wait: AbortInTimeWait::Deletes,
            reopen_iss: ReopenIss::Generator,
            fin_wait2_timeout: None,
            fin_wait2_held_timeout: None,
            fin_wait2_orphan: OrphanInFinWait2::Connection,
            last_ack_at_close: false,
            mss: 1460,
            default_mss: 536,
            path_mtu_discovery: PathMtuDiscovery::On,
            path_mtu_min: 68,
            icmp_soft_errors: IcmpSoftErrors::Remembered,
            icmp_hard_errors: IcmpHardErrors::Abort,
            receive_buffer: 65_535,
            receive_buffer_max: 65_535,
            window_growth: WindowGrowth::Fixed,
            window_in_segments: false,
            window_update: WindowUpdate::HalfBuffer,
            text_share: 128,
            send_buffer: 65_535,
            window_scaling: false,
            timestamps: false,
            sack: false,
            dsack: false,
            delayed_ack: Some(Span::from_millis(200)),
            delay_ack_of_fin: false,
            delayed_ack_mode: DelayedAckMode::Fixed,
            delayed_ack_max: Span::from_millis(200),
            nagle: true,
            nagle_rule: NagleRule::AnySegment,
            push: PushRule::LastWritten,
            rto_initial: Span::from_secs(1),
            rto_min: Span::from_secs(1),
            rto_max: Span::from_secs(240),
            rto_floor: RtoFloor::Whole,
            rto_slop: Span::ZERO,
            rtt_variance: RttVariance::Rfc6298,
            tail_loss_probe: false,
            rto_after_syn_loss: Span::from_secs(3),
            clock_granularity: Span::from_millis(1),
            r1: 3,
            r2: Limit::After(Span::from_secs(300)),
            r2_orphan: None,
            r2_syn: Limit::After(Span::from_secs(300)),
            r2_syn_ack: Limit::After(Span::from_secs(300)),
            syn_linear_timeouts: 0,
            syn_after_wrong_ack: None,
            user_timeout: Some(Span::from_secs(300)),
            user_timeout_option: false,
            user_timeout_lower: Span::from_secs(100),
            user_timeout_upper: Span::from_secs(3600),
            user_timeout_from: UserTimeoutFrom::FirstTransmission,
            congestion_control: CongestionControl::NewReno,
            loss_detection: LossDetection::DuplicateAcks,
            reduction: Reduction::AtOnce,
            f_rto: false,
            undo: false,
            fast_convergence: true,
            slow_start: SlowStartGrowth::OneSegment,
            avoidance: Avoidance::Octets,
            slow_start_exit: SlowStartExit::None,
            window_validation: false,
            restart_after_idle: true,
            ecn: EcnMode::Off,
            pacing: false,
            initial_window: InitialWindow::Rfc5681,
            sws_override: Span::from_millis(200),
            zero_window_probe: ZeroWindowProbe::NextOctet,
            persist_min: Span::ZERO,
            persist_max: Span::from_secs(240),
            probe_limit: ProbeLimit::UserTimeout,
            persist_idle: Span::from_secs(7200),
            fin_into_closed_window: false,
            close_with_unread: CloseWithUnread::Reset,
            close_in_syn_received: CloseInSynReceived::Fin,
            late_text_reset: LateTextReset::LikeAbort,
            late_text_after_fin: false,
            unread_at_reset: UnreadAtReset::Lost,
            reset_carries_ack: false,
            reset_before_fin: false,
            bare_reset_ack: BareResetAck::Zero,
            syn_in_connection: SynInConnection::Challenged,
            syn_again: SynAgain::Acknowledged,
            syn_in_handshake: SynInHandshake::Listens,
            ack_simultaneous_syn_ack: false,
            syn_ack_restarts_rto: true,
            out_of_window_ack_interval: Span::ZERO,
            keepalive_idle: Span::from_secs(7200),
            keepalive_interval: Span::from_secs(75),
            keepalive_probes: 9,
            challenge_ack_limit: 10,
            challenge_ack_period: Span::from_secs(5),
        }
    }
}
