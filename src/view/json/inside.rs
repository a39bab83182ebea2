//! What changed inside a connection, as a line of its own behind the record with which it changed.

use crate::sim::vitals::{Change, Reason, TimerTurn, Vital};
use crate::tcp::congestion::Phase;
use crate::time::{Span, Time};
use serde::Serialize;

/// A change. `kind` says which of the fields apply.
#[derive(Debug, Default, Serialize)]
pub struct ChangeLine<'a> {
    kind: &'static str,
    after: u64,
    time: u64,
    host: &'a str,
    connection: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwnd: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssthresh: Option<Option<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase_before: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase_after: Option<Phase>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sacked: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copied: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    srtt: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rttvar: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rto: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<u64>,
}

/// The line of a change on this host.
pub fn line<'a>(host: &'a str, change: &Change) -> ChangeLine<'a> {
    let mut line = ChangeLine {
        after: change.record,
        time: change.time.as_nanos(),
        host,
        connection: change.connection,
        ..ChangeLine::default()
    };
    match &change.vital {
        Vital::Window { after, .. } => {
            line.kind = "window";
            line.cwnd = Some(after.cwnd);
            line.ssthresh = Some((after.ssthresh != u32::MAX).then_some(after.ssthresh));
        }
        Vital::Phase {
            before,
            after,
            reason,
        } => {
            line.reason = Some(*reason);
            line.kind = "phase";
            line.phase_before = Some(*before);
            line.phase_after = Some(*after);
        }
        Vital::Scoreboard(known) => {
            line.kind = "scoreboard";
            line.sacked = Some(known.sacked);
            line.lost = Some(known.lost);
            line.copied = Some(known.copied);
        }
        Vital::RoundTrip(round_trip) => {
            line.kind = "round_trip";
            line.srtt = round_trip.srtt.map(Span::as_nanos);
            line.rttvar = round_trip.rttvar.map(Span::as_nanos);
            line.rto = Some(round_trip.rto.as_nanos());
        }
        Vital::Timer { timer, turn } => {
            line.kind = "timer";
            line.timer = Some(timer);
            let (event, until) = match turn {
                TimerTurn::Set(until) => ("set", Some(*until)),
                TimerTurn::Reset(until) => ("reset", Some(*until)),
                TimerTurn::Fired(until) => ("fired", *until),
                TimerTurn::Cancelled => ("cancelled", None),
            };
            line.event = Some(event);
            line.until = until.map(Time::as_nanos);
        }
    }
    line
}
