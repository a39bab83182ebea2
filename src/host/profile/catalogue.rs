//! The catalogue: every constant and policy of a profile by the name that a scenario writes.
//!
//! One list serves whoever reads a constant by name: the field `with` of a host, a program that
//! sets one at run time, the header of a timeline, `lastack profiles`. An entry says what the
//! constant means, which values it may have, and how to get and set it in a [`Profile`]. Where a
//! profile has it from is in the profile's own file ([`ProfileName::source`]).
//!
//! A field of [`Config`] or [`SocketRules`] that is not listed does not compile. `value` has the values
//! and their ranges, `field` the types that fields have, and the words of each policy.
//!
//! [`ProfileName::source`]: super::ProfileName::source

mod field;
mod value;

use super::Profile;
use super::sockets::*;
use crate::tcp::config::*;
use crate::time::Span;
use field::{Field, Policy, store};
use serde::{Serialize, Serializer};
use std::fmt;
pub use value::{BACKOFFS_MAX, BUFFER_MAX, Kind, SpanRange, UNLIMITED, Value};

/// Which constant: its place in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConstantId(u8);

/// What a constant is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// FIN-WAIT-2, TIME-WAIT and the calls that lead there.
    Closing,
    /// Sizes of segments and buffers, options, when data may go.
    Sending,
    /// When acknowledgements go.
    Acknowledging,
    /// When a retransmission goes.
    Retransmitting,
    /// When a connection is given up.
    GivingUp,
    /// Resets and challenge ACKs.
    Resets,
    /// Ports, backlogs, limits and errors.
    Sockets,
}

impl Group {
    /// All groups, in the order in which they are shown.
    pub const ALL: [Group; 7] = [
        Group::Closing,
        Group::Sending,
        Group::Acknowledging,
        Group::Retransmitting,
        Group::GivingUp,
        Group::Resets,
        Group::Sockets,
    ];

    /// A heading.
    pub const fn title(self) -> &'static str {
        match self {
            Group::Closing => "Closing and TIME-WAIT",
            Group::Sending => "Segments, buffers and windows",
            Group::Acknowledging => "Acknowledgements",
            Group::Retransmitting => "Retransmission",
            Group::GivingUp => "Giving up",
            Group::Resets => "Resets and challenges",
            Group::Sockets => "Sockets",
        }
    }
}

/// An entry of the catalogue.
struct Constant {
    name: &'static str,
    group: Group,
    kind: Kind,
    meaning: &'static str,
    get: fn(&Profile) -> Value,
    /// True if the value was of the right kind.
    set: fn(&mut Profile, Value) -> bool,
}

/// All constants, in the order in which a header lists those that differ.
pub fn all() -> impl Iterator<Item = ConstantId> {
    (0..).take(CATALOGUE.len()).map(ConstantId)
}

/// The constant with this name.
pub fn find(name: &str) -> Option<ConstantId> {
    all().find(|constant| constant.name() == name)
}

impl ConstantId {
    fn entry(self) -> &'static Constant {
        &CATALOGUE[usize::from(self.0)]
    }

    /// Its name in a scenario.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it is about.
    pub fn group(self) -> Group {
        self.entry().group
    }

    /// Which values it may have.
    pub fn kind(self) -> Kind {
        self.entry().kind
    }

    /// What it means, as the beginning of a sentence.
    pub fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// Its value in a profile.
    pub fn get(self, profile: &Profile) -> Value {
        (self.entry().get)(profile)
    }

    /// Gives it a value.
    ///
    /// # Panics
    /// If it may not have this value: who read it has checked that ([`ConstantId::allows`]).
    pub fn set(self, profile: &mut Profile, value: Value) {
        assert!(self.allows(value), "{} cannot be {value:?}", self.name());
        let is_set = (self.entry().set)(profile, value);
        assert!(is_set, "{} is not of the kind of {value:?}", self.name());
    }

    /// Whether it may have this value.
    pub fn allows(self, value: Value) -> bool {
        match (self.kind(), value) {
            (Kind::Span(range) | Kind::SpanOr(range, _), Value::Span(span)) => range.contains(span),
            (Kind::SpanOr(..) | Kind::LimitOr(_), Value::Absent)
            | (Kind::Switch, Value::Switch(_)) => true,
            (Kind::Count(least), Value::Number(count)) => least <= count,
            (Kind::Octets(least, most), Value::Number(octets)) => (least..=most).contains(&octets),
            (Kind::Choice(words), Value::Word(word)) => words.contains(&word),
            (Kind::Ports, Value::Ports(first, last)) => 1 <= first && first <= last,
            (Kind::Limit | Kind::LimitOr(_), Value::Limit(limit)) => match limit {
                Limit::After(span) => span != Span::ZERO,
                Limit::Retransmissions(_) => true,
                Limit::Backoffs(count) => count <= BACKOFFS_MAX,
            },
            _ => false,
        }
    }

    /// A value of it as a scenario writes it, without quotes: `60s`, `Off`, `Retransmissions(12)`.
    pub fn shown(self, value: Value) -> String {
        match (self.kind(), value) {
            (_, Value::Span(span) | Value::Limit(Limit::After(span))) => span.to_string(),
            (Kind::SpanOr(_, none) | Kind::LimitOr(none), Value::Absent) => none.to_owned(),
            (_, Value::Absent) => "none".to_owned(),
            (Kind::Count(_), Value::Number(u32::MAX)) => UNLIMITED.to_owned(),
            (_, Value::Number(number)) => number.to_string(),
            (_, Value::Switch(on)) => on.to_string(),
            (_, Value::Word(word)) => word.to_owned(),
            (_, Value::Ports(first, last)) => format!("{first}-{last}"),
            (_, Value::Limit(limit)) => format!("{limit:?}"),
        }
    }
}

impl fmt::Debug for ConstantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Its name: the place in the catalogue moves when a constant is added.
impl Serialize for ConstantId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

const fn policy<T: Policy>() -> Kind {
    Kind::Choice(T::WORDS)
}

const ANY: Kind = Kind::Span(SpanRange::Any);
const POSITIVE: Kind = Kind::Span(SpanRange::Positive);
const DELAY: SpanRange = SpanRange::Below(
    Span::from_millis(500),
    "RFC 9293 §3.8.6.3 (MUST-40): an ACK waits less than half a second",
);
const SWS: SpanRange = SpanRange::Between(
    Span::from_millis(100),
    Span::from_secs(1),
    "RFC 9293 §3.8.6.2.1 names this range",
);
const RTO_MAX: SpanRange = SpanRange::AtLeast(
    Span::from_secs(60),
    "RFC 6298 §2.5: an upper bound of the RTO is at least 60 s",
);
const USER_TIMEOUT: SpanRange = SpanRange::AtLeast(
    Span::from_secs(100),
    "RFC 5482 §3.1: the peer's advice leads to 100 s at least",
);
const ANY_COUNT: Kind = Kind::Count(0);
const SOME: Kind = Kind::Count(1);
const BUFFER: Kind = Kind::Octets(1, BUFFER_MAX);

macro_rules! catalogue {
    (
        tcp { $($tcp:ident: $tcp_group:ident, $tcp_kind:expr, $tcp_meaning:expr;)* }
        sockets { $($rule:ident: $rule_group:ident, $rule_kind:expr, $rule_meaning:expr;)* }
    ) => {
        static CATALOGUE: &[Constant] = &[
            $(Constant {
                name: stringify!($tcp),
                group: Group::$tcp_group,
                kind: $tcp_kind,
                meaning: $tcp_meaning,
                get: |profile| profile.tcp.$tcp.value(),
                set: |profile, value| store(&mut profile.tcp.$tcp, value),
            },)*
            $(Constant {
                name: stringify!($rule),
                group: Group::$rule_group,
                kind: $rule_kind,
                meaning: $rule_meaning,
                get: |profile| profile.sockets.$rule.value(),
                set: |profile, value| store(&mut profile.sockets.$rule, value),
            },)*
        ];

        /// Compiles only if no field is forgotten.
        const _: fn(Config, SocketRules) = |tcp, sockets| {
            let Config { $($tcp: _),* } = tcp;
            let SocketRules { $($rule: _),* } = sockets;
        };
    };
}

catalogue! {
    tcp {
        time_wait: Closing, POSITIVE, "how long TIME-WAIT lasts, twice `msl`";
        reset_in_time_wait: Closing, policy::<ResetInTimeWait>(), "what a reset does in TIME-WAIT";
        time_wait_rule: Closing, policy::<TimeWaitRule>(),
            "what TIME-WAIT answers, and what starts it over";
        syn_in_time_wait: Closing, policy::<SynInTimeWait>(),
            "which SYN opens a new connection from TIME-WAIT";
        time_wait_comes_back: Closing, Kind::Switch,
            "whether TIME-WAIT comes back when the new connection comes to nothing";
        refused_syn_in_time_wait: Closing, policy::<RefusedSyn>(),
            "what answers a SYN that opens none";
        abort_in_time_wait: Closing, policy::<AbortInTimeWait>(),
            "what an abort does in TIME-WAIT";
        reopen_iss: Closing, policy::<ReopenIss>(),
            "where a connection begins that takes the place of one in TIME-WAIT";
        fin_wait2_timeout: Closing, Kind::SpanOr(SpanRange::Positive, "Never"),
            "how long FIN-WAIT-2 lasts without a socket";
        fin_wait2_held_timeout: Closing, Kind::SpanOr(SpanRange::Positive, "Never"),
            "how long FIN-WAIT-2 lasts while a socket holds the connection";
        fin_wait2_orphan: Closing, policy::<OrphanInFinWait2>(),
            "what a connection without a socket keeps of itself in FIN-WAIT-2";
        last_ack_at_close: Closing, Kind::Switch,
            "whether close enters LAST-ACK before the FIN is formed";
        mss: Sending, Kind::Octets(1, 65_535),
            "the MSS that it announces, at most what the MTU leaves";
        default_mss: Sending, Kind::Count(1), "the MSS towards a peer that announces none";
        path_mtu_discovery: Sending, policy::<PathMtuDiscovery>(),
            "whether packets are sent with DF, and grow smaller when a router says so";
        path_mtu_min: Sending, Kind::Octets(68, 65_535),
            "the smallest MTU of a path that it believes in";
        icmp_soft_errors: GivingUp, policy::<IcmpSoftErrors>(),
            "what ICMP errors do that may pass, such as host unreachable";
        icmp_hard_errors: GivingUp, policy::<IcmpHardErrors>(),
            "what ICMP errors do that will not pass, such as port unreachable";
        receive_buffer: Sending, BUFFER, "room for octets that nobody has read, at first";
        receive_buffer_max: Sending, BUFFER, "how large it grows, where it does";
        window_growth: Sending, policy::<WindowGrowth>(),
            "whether the window and the receive buffer grow";
        window_in_segments: Sending, Kind::Switch,
            "whether a SYN, and all without scaling, offer whole segments";
        window_update: Acknowledging, policy::<WindowUpdate>(),
            "when reading opens the window by so much that the peer is told";
        text_share: Sending, Kind::Octets(128, 256),
            "256ths of the receive buffer's memory that full segments fill; 128 is half of it";
        send_buffer: Sending, BUFFER, "room for octets that the peer has not acknowledged";
        window_scaling: Sending, Kind::Switch, "whether its SYN offers window scaling";
        timestamps: Sending, Kind::Switch, "whether its SYN offers timestamps";
        sack: Sending, Kind::Switch, "whether its SYN offers selective acknowledgements";
        dsack: Acknowledging, Kind::Switch,
            "whether a duplicate is reported in the first block of a selective acknowledgement";
        delayed_ack: Acknowledging, Kind::SpanOr(DELAY, "Off"), "how long an ACK may wait";
        delay_ack_of_fin: Acknowledging, Kind::Switch, "whether the ACK of a FIN waits too";
        delayed_ack_mode: Acknowledging, policy::<DelayedAckMode>(),
            "whether the delay adapts to the application";
        delayed_ack_max: Acknowledging, Kind::Span(DELAY), "the longest delay where it adapts";
        nagle: Sending, Kind::Switch, "whether small segments wait for acknowledgements";
        nagle_rule: Sending, policy::<NagleRule>(), "what a small segment waits for";
        push: Sending, policy::<PushRule>(),
            "which segments of text are pushed";
        rto_initial: Retransmitting, POSITIVE, "RTO before the first measurement";
        rto_min: Retransmitting, POSITIVE, "lower bound of the RTO";
        rto_max: Retransmitting, Kind::Span(RTO_MAX), "upper bound of the RTO";
        rto_after_syn_loss: Retransmitting, POSITIVE, "RTO for data after a SYN was sent again";
        rto_floor: Retransmitting, policy::<RtoFloor>(), "what `rto_min` bounds";
        rto_slop: Retransmitting, ANY, "added to every RTO that was measured";
        rtt_variance: Retransmitting, policy::<RttVariance>(), "how RTTVAR follows the samples";
        tail_loss_probe: Retransmitting, Kind::Switch,
            "whether a probe comes before the first RTO, with SACK";
        clock_granularity: Retransmitting, ANY, "G of RFC 6298";
        syn_linear_timeouts: Retransmitting, ANY_COUNT,
            "time-outs of a SYN that do not double its RTO";
        syn_after_wrong_ack: Retransmitting, Kind::SpanOr(SpanRange::Positive, "Off"),
            "how soon a SYN goes out again after its first answer acknowledged something else";
        r1: GivingUp, SOME, "retransmissions in a row after which trouble is reported";
        r2: GivingUp, Kind::Limit, "where a time-out gives the connection up";
        r2_orphan: GivingUp, Kind::LimitOr("Same"), "`r2` without a socket; Same: as `r2`";
        r2_syn: GivingUp, Kind::Limit, "`r2` for a SYN";
        r2_syn_ack: GivingUp, Kind::Limit, "`r2` for the SYN,ACK of a listener";
        user_timeout: GivingUp, Kind::SpanOr(SpanRange::Positive, "Off"),
            "how long anything may stay unacknowledged; Off: `r2` alone decides";
        keepalive_idle: GivingUp, POSITIVE,
            "how long a connection is idle before keep-alive probes it";
        keepalive_interval: GivingUp, POSITIVE, "the distance of probes that nobody answers";
        keepalive_probes: GivingUp, SOME, "probes without an answer that end the connection";
        congestion_control: Sending, policy::<CongestionControl>(),
            "the algorithm of congestion control";
        loss_detection: Retransmitting, policy::<LossDetection>(),
            "how losses are noticed with SACK: by what arrived beyond, or by time";
        reduction: Retransmitting, policy::<Reduction>(),
            "how cwnd falls in a recovery with SACK: at once, or as segments are delivered";
        f_rto: Retransmitting, Kind::Switch, "whether a time-out is examined for being spurious";
        undo: Retransmitting, Kind::Switch,
            "whether cwnd is restored after spurious retransmissions";
        fast_convergence: Sending, Kind::Switch,
            "whether CUBIC gives up room at a loss below its last one";
        slow_start: Sending, policy::<SlowStartGrowth>(),
            "how much of an ACK counts in slow start";
        avoidance: Sending, policy::<Avoidance>(),
            "what counts in NewReno's congestion avoidance";
        slow_start_exit: Sending, policy::<SlowStartExit>(),
            "what ends slow start before a loss does";
        window_validation: Sending, Kind::Switch,
            "whether cwnd grows only while it limits the sender";
        restart_after_idle: Sending, Kind::Switch,
            "whether cwnd falls to the initial window after an RTO without sending";
        ecn: Sending, policy::<EcnMode>(),
            "whether it asks for explicit congestion notification, or accepts it";
        pacing: Sending, Kind::Switch, "whether new text leaves at a pace of cwnd and SRTT";
        initial_window: Sending, policy::<InitialWindow>(),
            "what may be sent before the first ACK: 2 to 4 segments, or 10";
        sws_override: Sending, Kind::Span(SWS), "how long silly-window avoidance holds data back";
        zero_window_probe: Retransmitting, policy::<ZeroWindowProbe>(),
            "what a probe of the closed window is";
        persist_min: Retransmitting, ANY, "least distance of such probes, if above the RTO";
        persist_max: Retransmitting, POSITIVE, "longest distance of such probes";
        probe_limit: GivingUp, policy::<ProbeLimit>(), "where such probes end";
        persist_idle: GivingUp, POSITIVE, "the silence after which `Silence` ends them";
        fin_into_closed_window: Closing, Kind::Switch,
            "whether a closed window takes a FIN without text";
        user_timeout_option: GivingUp, Kind::Switch,
            "whether both ends tell each other their user timeout";
        user_timeout_lower: GivingUp, Kind::Span(USER_TIMEOUT),
            "the least user timeout by the peer's advice";
        user_timeout_upper: GivingUp, Kind::Span(USER_TIMEOUT), "the longest one";
        user_timeout_from: GivingUp, policy::<UserTimeoutFrom>(),
            "from when the user timeout counts";
        late_text_reset: Resets, policy::<LateTextReset>(),
            "the reset that answers text for an application that closed";
        late_text_after_fin: Resets, Kind::Switch,
            "whether text behind the peer's FIN resets a connection whose application closed";
        unread_at_reset: Resets, policy::<UnreadAtReset>(),
            "what a reset leaves of octets that nobody read";
        syn_in_connection: Resets, policy::<SynInConnection>(),
            "what a SYN inside the window of a connection does";
        close_with_unread: Closing, policy::<CloseWithUnread>(),
            "what a close does with octets that nobody read";
        close_in_syn_received: Closing, policy::<CloseInSynReceived>(),
            "what the close of a socket in SYN-RECEIVED does";
        reset_carries_ack: Resets, Kind::Switch,
            "whether a reset of this end's making has the ACK bit";
        reset_before_fin: Resets, Kind::Switch,
            "whether a reset one before RCV.NXT counts after the peer's FIN";
        bare_reset_ack: Resets, policy::<BareResetAck>(),
            "what stands in the ACK field of a reset without the ACK bit";
        syn_again: Resets, policy::<SynAgain>(), "what SYN-RECEIVED does on the same SYN again";
        syn_in_handshake: Resets, policy::<SynInHandshake>(),
            "what a SYN inside the window does to a handshake of a listener";
        ack_simultaneous_syn_ack: Acknowledging, Kind::Switch,
            "whether the SYN,ACK that ends a simultaneous open is acknowledged";
        syn_ack_restarts_rto: Retransmitting, Kind::Switch,
            "whether the SYN,ACK of a simultaneous open starts the timer over";
        out_of_window_ack_interval: Resets, ANY,
            "least distance of ACKs that answer segments outside the window";
        challenge_ack_limit: Resets, ANY_COUNT, "so many challenge ACKs at most ...";
        challenge_ack_period: Resets, POSITIVE, "... in so long";
    }
    sockets {
        ephemeral_ports: Sockets, Kind::Ports,
            "ports that a connection takes when it was bound to none";
        ephemeral_order: Sockets, policy::<PortOrder>(), "the order in which they are taken";
        bind_rule: Sockets, policy::<BindRule>(), "which sockets are in the way of a bind";
        backlog_rule: Sockets, policy::<BacklogRule>(),
            "how many connections may wait on a listener";
        backlog_max: Sockets, SOME, "the largest backlog that a listen may ask for";
        syn_queue_limit: Sockets, SOME, "connections in the handshake that one listener holds";
        syn_cookies: Sockets, policy::<SynCookies>(),
            "when a SYN is answered by a cookie, and not kept";
        fast_open: Sockets, policy::<FastOpenMode>(),
            "which ends of a connection use Fast Open, where programs ask for it";
        accept_queue_full: Sockets, policy::<AcceptQueueFull>(),
            "what becomes of a handshake that ends while no more may wait";
        embryos_at_close: Closing, policy::<EmbryosAtClose>(),
            "what becomes of handshakes whose listener is closed";
        close_during_call: Closing, policy::<CloseDuringCall>(),
            "what becomes of a connection when its socket is closed during a call on it";
        linger_timeout: Closing, policy::<LingerTimeout>(),
            "what a close that lingers does when its time is over";
        time_wait_limit: Closing, ANY_COUNT, "connections in TIME-WAIT that the host holds";
        time_wait_no_listener: Closing, policy::<TimeWaitWithoutListener>(),
            "what becomes of TIME-WAIT on a SYN that could open a connection, if nobody listens";
        time_wait_reuse: Closing, policy::<TimeWaitReuse>(),
            "whether a connect may take the ports of one in TIME-WAIT";
        time_wait_reuse_delay: Closing, ANY, "how long that one must have been in TIME-WAIT";
        orphan_limit: Closing, ANY_COUNT, "connections without a socket that the host holds";
        descriptor_limit: Sockets, SOME, "descriptors that a process may have open";
        closed_port: Resets, policy::<ClosedPort>(),
            "what answers a segment for a port that nobody has";
        quiet_time: Closing, ANY, "how long a host that lost its memory keeps quiet";
        socket_options: Sockets, policy::<SocketOptions>(),
            "which options a socket has; others fail with ENOPROTOOPT";
        errors: Sockets, policy::<ErrorNumbers>(),
            "numbers of errors: EADDRINUSE is 98, 48 or 10048";
        netstat: Sockets, policy::<NetstatFormat>(), "the columns of netstat";
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProfileName;
    use super::*;

    #[test]
    fn every_constant_is_found_by_its_name_alone() {
        for constant in all() {
            assert_eq!(find(constant.name()), Some(constant));
        }
        assert_eq!(find("msl"), None, "a synonym of scenarios only");
    }

    #[test]
    fn what_is_set_is_there_and_nothing_else_moves() {
        let usual = Profile::new(ProfileName::Rfc9293);
        for other in ProfileName::ALL {
            let other = Profile::new(other);
            let mut copy = usual;
            for constant in all() {
                let mut one = usual;
                constant.set(&mut one, constant.get(&other));
                let moved = all().filter(|c| c.get(&one) != c.get(&usual));
                assert!(moved.into_iter().all(|moved| moved == constant));
                constant.set(&mut copy, constant.get(&other));
            }
            assert_eq!((copy.tcp, copy.sockets), (other.tcp, other.sockets));
        }
    }

    #[test]
    fn every_word_of_a_policy_can_be_set() {
        let mut profile = Profile::new(ProfileName::Rfc9293);
        for constant in all() {
            if let Kind::Choice(words) = constant.kind() {
                for word in words {
                    constant.set(&mut profile, Value::Word(word));
                    assert_eq!(constant.get(&profile), Value::Word(word));
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "rto_max cannot be Span(1s)")]
    fn an_illegal_value_is_refused() {
        let mut profile = Profile::new(ProfileName::Rfc9293);
        let rto_max = find("rto_max").expect("it is listed");
        rto_max.set(&mut profile, Value::Span(Span::from_secs(1)));
    }
}
