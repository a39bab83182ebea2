//! Values of constants, and which of them a constant may have.

use crate::tcp::config::Limit;
use crate::time::Span;
use serde::Serialize;
use std::fmt;

/// The value of a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Value {
    /// A span.
    Span(Span),
    /// No span, or no limit of its own: `Off`, `Never`, `Same`.
    Absent,
    /// A count, or octets.
    Number(u32),
    /// Whether something is done.
    Switch(bool),
    /// One of a policy's words.
    Word(&'static str),
    /// First and last port.
    Ports(u16, u16),
    /// Where a time-out gives up.
    Limit(Limit),
}

/// Which values a constant may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A span within a range.
    Span(SpanRange),
    /// A span within a range, or this word for none.
    SpanOr(SpanRange, &'static str),
    /// A count, at least this much; the largest number stands for [`UNLIMITED`].
    Count(u32),
    /// Octets, from one number to another.
    Octets(u32, u32),
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// First and last port, the lower one first.
    Ports,
    /// A span, a number of retransmissions or of backoffs.
    Limit,
    /// The same, or this word for none of its own.
    LimitOr(&'static str),
}

/// Which spans a constant may have. RFC sections are named where a document sets the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanRange {
    /// All.
    Any,
    /// All but zero.
    Positive,
    /// This one and longer ones.
    AtLeast(Span, &'static str),
    /// Those between zero and this one, both excluded.
    Below(Span, &'static str),
    /// From one to the other, both included.
    Between(Span, Span, &'static str),
}

/// The word for a count without a bound.
pub const UNLIMITED: &str = "Unlimited";

/// The largest buffer: the largest window there is, 65,535 scaled by 14. RFC 7323 §2.3.
pub const BUFFER_MAX: u32 = 1 << 30;

/// The most backoffs by which a limit is counted: more would pass the end of time.
pub const BACKOFFS_MAX: u32 = 255;

impl SpanRange {
    /// Whether a span lies within.
    pub fn contains(self, span: Span) -> bool {
        match self {
            SpanRange::Any => true,
            SpanRange::Positive => span != Span::ZERO,
            SpanRange::AtLeast(least, _) => least <= span,
            SpanRange::Below(bound, _) => span != Span::ZERO && span < bound,
            SpanRange::Between(least, most, _) => (least..=most).contains(&span),
        }
    }
}

/// `a span above 0 or Off`, `one of Closes, Ignored`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Span(range) => write!(f, "{range}"),
            Kind::SpanOr(range, none) => write!(f, "{range}, or {none}"),
            Kind::Count(0) => write!(f, "a count, or {UNLIMITED}"),
            Kind::Count(least) => write!(f, "a count of at least {least}, or {UNLIMITED}"),
            Kind::Octets(least, most) => write!(f, "{least} to {most} octets"),
            Kind::Switch => f.write_str("true or false"),
            Kind::Choice(words) => write!(f, "one of {}", words.join(", ")),
            Kind::Ports => f.write_str("first and last port"),
            Kind::Limit => f.write_str("a time, Retransmissions(n) or Backoffs(n)"),
            Kind::LimitOr(none) => {
                write!(f, "a time, Retransmissions(n) or Backoffs(n), or {none}")
            }
        }
    }
}

impl fmt::Display for SpanRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpanRange::Any => f.write_str("a time"),
            SpanRange::Positive => f.write_str("a time above 0"),
            SpanRange::AtLeast(least, _) => write!(f, "a time of at least {least}"),
            SpanRange::Below(bound, _) => write!(f, "a time below {bound}"),
            SpanRange::Between(least, most, _) => write!(f, "a time from {least} to {most}"),
        }
    }
}
