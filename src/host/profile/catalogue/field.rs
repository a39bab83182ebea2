//! The types of a profile's fields, as values by which a constant is read and set.

use super::super::sockets::*;
use super::Value;
use crate::tcp::config::*;
use crate::time::Span;

/// A type of which a profile has fields.
pub trait Field: Copy {
    fn value(self) -> Value;
    fn of(value: Value) -> Option<Self>;
}

pub fn store<T: Field>(slot: &mut T, value: Value) -> bool {
    let read = T::of(value);
    if let Some(read) = read {
        *slot = read;
    }
    read.is_some()
}

macro_rules! fields {
    ($($type:ty: $one:pat => $value:expr, $other:pat => $read:expr;)*) => {$(
        impl Field for $type {
            fn value(self) -> Value {
                let $one = self;
                $value
            }
            fn of(value: Value) -> Option<Self> {
                match value {
                    $other => $read,
                    _ => None,
                }
            }
        }
    )*};
}

fields! {
    Span: span => Value::Span(span), Value::Span(span) => Some(span);
    u32: number => Value::Number(number), Value::Number(number) => Some(number);
    u16: number => Value::Number(number.into()),
        Value::Number(number) => u16::try_from(number).ok();
    bool: on => Value::Switch(on), Value::Switch(on) => Some(on);
    (u16, u16): (first, last) => Value::Ports(first, last),
        Value::Ports(first, last) => Some((first, last));
    Limit: limit => Value::Limit(limit), Value::Limit(limit) => Some(limit);
}

impl<T: Field> Field for Option<T> {
    fn value(self) -> Value {
        self.map_or(Value::Absent, T::value)
    }
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Absent => Some(None),
            _ => T::of(value).map(Some),
        }
    }
}

/// A policy: its variants are the words of a scenario.
pub trait Policy {
    const WORDS: &'static [&'static str];
}

macro_rules! policies {
    ($($type:ident: $($variant:ident)*;)*) => {$(
        impl Policy for $type {
            const WORDS: &'static [&'static str] = &[$(stringify!($variant)),*];
        }
        impl Field for $type {
            fn value(self) -> Value {
                Value::Word(match self {
                    $($type::$variant => stringify!($variant)),*
                })
            }
            fn of(value: Value) -> Option<Self> {
                let mut all = [$($type::$variant),*].into_iter();
                all.find(|policy| policy.value() == value)
            }
        }
    )*};
}

policies! {
    ResetInTimeWait: Closes Ignored;
    TimeWaitRule: FinAgain AnyOldSegment ExactFin;
    SynInTimeWait: Sequence SequenceOrTimestamp Rfc6191 BeyondNext;
    RefusedSyn: Acknowledged Ignored;
    AbortInTimeWait: Deletes Leaves;
    ReopenIss: Generator Beyond;
    UserTimeoutFrom: FirstTransmission FirstRetransmission;
    LateTextReset: LikeAbort LikeClosed Acknowledges;
    UnreadAtReset: Lost KeptAfterFin Kept;
    BareResetAck: Zero Filled;
    SynInConnection: Challenged Resets Aborts Ignored;
    OrphanInFinWait2: Connection Remnant;
    CloseWithUnread: Reset ResetAlsoHeld Fin;
    DelayedAckMode: Fixed Adaptive;
    RtoFloor: Whole Variance;
    RttVariance: Rfc6298 Peak;
    CongestionControl: NewReno Cubic Unlimited;
    SlowStartGrowth: OneSegment TwoSegments AllAcknowledged;
    Avoidance: Octets Acknowledgements;
    SlowStartExit: None HyStart HyStartPlusPlus;
    EcnMode: Off Accepts Asks;
    LossDetection: DuplicateAcks Rack;
    Reduction: AtOnce Proportional;
    InitialWindow: Rfc5681 Rfc6928;
    WindowUpdate: HalfBuffer Doubled;
    WindowGrowth: Fixed Measured ByHalf;
    PathMtuDiscovery: On Off;
    IcmpSoftErrors: Remembered AbortInHandshake AbortLateInHandshake;
    IcmpHardErrors: Abort AbortInHandshake Ignored;
    SynAgain: Acknowledged AnsweredAgain;
    SynInHandshake: Listens Resets AnsweredAgain;
    CloseInSynReceived: Fin Deletes;
    PushRule: LastWritten Bursts;
    NagleRule: AnySegment SmallSegment;
    ZeroWindowProbe: NextOctet BelowUna;
    ProbeLimit: UserTimeout Unanswered UnansweredOrOrphan Silence;
    TimeWaitWithoutListener: Stays Gone;
    PortOrder: InOrder ParityFirst Random;
    BindRule: NoConnections BothReuse NewReuses Exclusive;
    BacklogRule: Together OneMore HalfMore;
    AcceptQueueFull: Ignored Reset;
    FastOpenMode: Off Client Server Both;
    SynCookies: Off WhenFull WhenBacklogFull Always;
    EmbryosAtClose: Reset Forgotten Refused;
    CloseDuringCall: Waits Resets;
    LingerTimeout: Background Abort;
    TimeWaitReuse: Off On Loopback;
    ClosedPort: Reset Silent ListenerSilent;
    SocketOptions: All NoExclusive Classic Exclusive;
    ErrorNumbers: Ninety Forty TenThousand;
    NetstatFormat: NetTools OffloadState DottedPort;
}
