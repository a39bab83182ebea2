//! Pairs of constants of which one bounds the other.
//!
//! The catalogue says which values a constant may have by itself; this table says which two values
//! contradict each other. A pair is a line. A scenario that breaks one is refused at the place.
//!
//! Left out, because either order means something: `rto_initial` below `rto_min`, which bounds what
//! was measured; `keepalive_idle` and `keepalive_interval`; `fin_wait2_timeout` and
//! `fin_wait2_held_timeout`; `time_wait_reuse_delay` beyond `time_wait`, by which nothing is reused;
//! `backlog_max` and `syn_queue_limit`, which count different connections; `default_mss`, which is
//! cut to what a segment carries. `mss` and `path_mtu_min` are bounded by the MTU, which is no
//! constant of a profile: the reader of a scenario checks them.

use super::Profile;
use super::catalogue::{self, ConstantId, Value};
use crate::tcp::config::Limit;

/// A constant that may not be above another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordered {
    lower: &'static str,
    upper: &'static str,
    unless: Option<(&'static str, &'static str)>,
    /// What the upper one is to the lower one, with the source where a document says so.
    pub why: &'static str,
}

/// All pairs, those of one upper bound together.
pub const ORDERED: &[Ordered] = &[
    pair("rto_initial", "rto_max", RTO),
    pair("rto_min", "rto_max", RTO),
    pair("rto_after_syn_loss", "rto_max", RTO),
    pair("rto_slop", "rto_max", RTO),
    pair("clock_granularity", "rto_max", RTO),
    pair(
        "r1",
        "r2",
        "RFC 9293 §3.8.3: trouble is reported before the connection is given up",
    ),
    pair(
        "user_timeout_lower",
        "user_timeout_upper",
        "RFC 5482 §3.1: both bound what the peer's advice leads to",
    ),
    pair(
        "persist_min",
        "persist_max",
        "both bound the distance of probes of the closed window",
    ),
    pair(
        "receive_buffer",
        "receive_buffer_max",
        "the buffer grows from the one to the other",
    )
    .unless("window_growth", "Fixed"),
    pair(
        "delayed_ack",
        "delayed_ack_max",
        "the delay adapts, and the longest is `delayed_ack_max`",
    )
    .unless("delayed_ack_mode", "Fixed"),
];

const RTO: &str = "RFC 6298 §2.5: no RTO is above `rto_max`";

const fn pair(lower: &'static str, upper: &'static str, why: &'static str) -> Ordered {
    Ordered {
        lower,
        upper,
        unless: None,
        why,
    }
}

impl Ordered {
    /// The order counts unless this policy has this word.
    const fn unless(self, policy: &'static str, word: &'static str) -> Ordered {
        Ordered {
            unless: Some((policy, word)),
            ..self
        }
    }

    /// The constant that may not be above the other.
    pub fn lower(&self) -> ConstantId {
        listed(self.lower)
    }

    /// The constant that may not be below the other.
    pub fn upper(&self) -> ConstantId {
        listed(self.upper)
    }

    /// The policy that decides whether the order counts, if there is one.
    pub fn policy(&self) -> Option<ConstantId> {
        self.unless.map(|(policy, _)| listed(policy))
    }

    /// Whether a profile keeps it. Limits that do not count alike do not contradict each other.
    pub fn is_kept(&self, profile: &Profile) -> bool {
        let is_void = self
            .unless
            .is_some_and(|(policy, word)| listed(policy).get(profile) == Value::Word(word));
        let ranks = [self.lower(), self.upper()].map(|constant| rank(constant.get(profile)));
        match ranks {
            [Some(Rank::Nanos(lower)), Some(Rank::Nanos(upper))] => is_void || lower <= upper,
            [Some(Rank::Count(lower)), Some(Rank::Count(upper))] => is_void || lower <= upper,
            _ => true,
        }
    }
}

fn listed(name: &str) -> ConstantId {
    catalogue::find(name).expect("every name of the table is in the catalogue")
}

/// What is compared.
#[derive(Clone, Copy)]
enum Rank {
    Nanos(u64),
    Count(u32),
}

fn rank(value: Value) -> Option<Rank> {
    match value {
        Value::Span(span) | Value::Limit(Limit::After(span)) => Some(Rank::Nanos(span.as_nanos())),
        Value::Number(count) | Value::Limit(Limit::Retransmissions(count)) => {
            Some(Rank::Count(count))
        }
        // No more retransmissions than that fit into so many backoffs.
        Value::Limit(Limit::Backoffs(count)) => Some(Rank::Count(count)),
        Value::Absent | Value::Switch(_) | Value::Word(_) | Value::Ports(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProfileName;
    use super::*;
    use crate::time::Span;

    #[test]
    fn every_profile_keeps_every_order() {
        for profile in ProfileName::ALL.map(Profile::new) {
            for pair in ORDERED {
                assert!(pair.is_kept(&profile), "{:?} {pair:?}", profile.name);
            }
        }
    }

    #[test]
    fn equal_values_are_in_order_and_one_more_is_not() {
        let persist = ORDERED.iter().find(|pair| pair.lower == "persist_min");
        let mut profile = Profile::new(ProfileName::Rfc9293);
        for (least, is_kept) in [(240_000, true), (240_001, false)] {
            profile.tcp.persist_min = Span::from_millis(least);
            assert_eq!(persist.unwrap().is_kept(&profile), is_kept);
        }
    }

    /// R1 counts retransmissions, and so R2 must for the two to contradict each other.
    #[test]
    fn what_does_not_count_alike_does_not_contradict() {
        let r1 = ORDERED.iter().find(|pair| pair.lower == "r1");
        let mut profile = Profile::new(ProfileName::Rfc9293);
        for (r2, is_kept) in [
            (Limit::After(Span::from_nanos(1)), true),
            (Limit::Retransmissions(3), true),
            (Limit::Retransmissions(2), false),
            (Limit::Backoffs(2), false),
        ] {
            profile.tcp.r2 = r2;
            assert_eq!(r1.unwrap().is_kept(&profile), is_kept, "{r2:?}");
        }
    }
}
