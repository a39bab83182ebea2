//! What changed inside a connection, in words.

use crate::sim::vitals::{Reason, TimerTurn, Vital};
use crate::tcp::congestion::Phase;
use crate::tcp::vitals::{RoundTrip, Window};

/// A change, without its mark.
pub(super) fn change(vital: &Vital) -> String {
    match vital {
        Vital::Window { before, after } => window(before, after),
        Vital::Phase {
            before,
            after,
            reason,
        } => format!(
            "{} → {}: {}",
            phase(*before),
            phase(*after),
            because(*reason)
        ),
        Vital::Scoreboard(known) => format!(
            "outstanding: sacked {}, lost {}, of that sent again {}",
            known.sacked, known.lost, known.copied
        ),
        Vital::RoundTrip(round_trip) => times(round_trip),
        Vital::Timer { timer, turn } => match turn {
            TimerTurn::Set(until) => format!("{timer} timer set for {until}"),
            TimerTurn::Reset(until) => format!("{timer} timer reset to {until}"),
            TimerTurn::Fired(None) => format!("{timer} timer ran out"),
            TimerTurn::Fired(Some(until)) => format!("{timer} timer ran out, set for {until}"),
            TimerTurn::Cancelled => format!("{timer} timer cancelled"),
        },
    }
}

/// What is known about losses, by the name that kernels' tools show.
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "Open",
        Phase::Disorder => "Disorder",
        Phase::Cwr => "CWR",
        Phase::Recovery => "Recovery",
        Phase::Loss => "Loss",
    }
}

const fn because(reason: Reason) -> &'static str {
    match reason {
        Reason::DuplicateAcks => "SACK blocks or duplicate acks",
        Reason::ReorderingTimer => "the reordering timer ran out",
        Reason::Timeout => "the retransmission timer ran out",
        Reason::EcnEcho => "the peer echoes a mark",
        Reason::TailLossProbe => "a tail loss probe repaired a loss",
        Reason::Acknowledged => "all is acknowledged",
        Reason::Undone => "undone, the retransmissions were spurious",
    }
}

/// Only what has changed.
fn window(before: &Window, after: &Window) -> String {
    let values = [
        ("cwnd", before.cwnd, after.cwnd),
        ("ssthresh", before.ssthresh, after.ssthresh),
    ];
    let changed = values.iter().filter(|(_, before, after)| before != after);
    let texts: Vec<String> = changed
        .map(|(name, before, after)| format!("{name} {} → {}", octets(*before), octets(*after)))
        .collect();
    texts.join(", ")
}

/// An ssthresh or cwnd that was never set is without a bound.
fn octets(n: u32) -> String {
    match n {
        u32::MAX => "unlimited".to_owned(),
        n => n.to_string(),
    }
}

fn times(round_trip: &RoundTrip) -> String {
    match (round_trip.srtt, round_trip.rttvar) {
        (Some(srtt), Some(rttvar)) => {
            format!("srtt {srtt}, rttvar {rttvar}, rto {}", round_trip.rto)
        }
        _ => format!("rto {}", round_trip.rto),
    }
}
