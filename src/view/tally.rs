//! Sums over the records of a run: time in each state, retransmissions, discarded segments.

use super::run::Run;
use crate::link::Packet;
use crate::sim::record::{Record, What};
use crate::tcp::outcome::{Verdict, Why};
use crate::tcp::state::State;
use crate::time::{Span, Time};
use std::collections::BTreeMap;

/// How long one end of a connection was in each state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stays {
    /// The connection.
    pub connection: u32,
    /// The host.
    pub host: usize,
    /// The states in the order in which they were first entered; CLOSED and LISTEN do not count.
    pub states: Vec<(State, Span)>,
    /// The state at the end of the run, if it is neither of these.
    pub last: Option<State>,
}

/// A state, when it was entered, and the stays before it.
type Open = (State, Time, Vec<(State, Span)>);

/// Time in each state, by connection and host.
pub fn stays(run: &Run) -> Vec<Stays> {
    let mut open: BTreeMap<(u32, usize), Open> = BTreeMap::new();
    for record in run.records {
        if matches!(record.what, What::Host { event } if run.plan.is_crash(event)) {
            let ends = open.iter_mut();
            for (_, (state, since, stays)) in
                ends.filter(|((_, h), _)| *h == usize::from(record.host))
            {
                count(stays, *state, record.time.since(*since));
                (*state, *since) = (State::Closed, record.time);
            }
        }
        let (Some(connection), What::Transition { to, .. }) = (record.connection, &record.what)
        else {
            continue;
        };
        let entry = open
            .entry((connection, usize::from(record.host.min(1))))
            .or_insert((State::Closed, record.time, Vec::new()));
        let (state, since, stays) = entry;
        count(stays, *state, record.time.since(*since));
        (*state, *since) = (*to, record.time);
    }
    let end = run.end.time;
    open.into_iter()
        .map(|((connection, host), (state, since, mut states))| {
            count(&mut states, state, end.since(since));
            Stays {
                connection,
                host,
                states,
                last: counts(state).then_some(state),
            }
        })
        .collect()
}

const fn counts(state: State) -> bool {
    !matches!(state, State::Closed | State::Listen)
}

fn count(stays: &mut Vec<(State, Span)>, state: State, span: Span) {
    if !counts(state) {
        return;
    }
    match stays.iter_mut().find(|(known, _)| *known == state) {
        Some((_, sum)) => *sum += span,
        None => stays.push((state, span)),
    }
}

/// What one host sent again, and what the other threw away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// Retransmissions because the timer ran out.
    pub timeout: u64,
    /// Retransmissions that follow one of these.
    pub after_timeout: u64,
    /// Fast retransmissions.
    pub fast: u64,
    /// Retransmissions because of a partial acknowledgement.
    pub partial_ack: u64,
    /// Retransmissions in a recovery with SACK, behind its first.
    pub sack: u64,
    /// Retransmissions because the reordering timer ran out.
    pub reordering: u64,
    /// Retransmissions of what had been sent again and was lost again.
    pub lost_again: u64,
    /// Retransmissions on the chance: rescue, or what is not yet deemed lost.
    pub on_chance: u64,
    /// Retransmissions that probed the tail before the timer ran out.
    pub tail_probes: u64,
    /// Retransmissions in smaller segments.
    pub smaller: u64,
    /// Probes of a closed window.
    pub probes: u64,
    /// Packets that the receiver discarded.
    pub discarded: u64,
}

impl Again {
    /// All retransmissions; probes are none.
    pub const fn retransmissions(&self) -> u64 {
        let at_once = self.fast + self.partial_ack + self.sack + self.lost_again;
        self.timeout
            + self.after_timeout
            + at_once
            + self.reordering
            + self.on_chance
            + self.tail_probes
            + self.smaller
    }
}

/// What was sent again and thrown away, at the place of the sender.
pub fn again(run: &Run) -> [Again; 2] {
    let mut sums = [Again::default(); 2];
    for record in run.records {
        let host = usize::from(record.host.min(1));
        match &record.what {
            What::Sent { packet, why, .. } => count_again(&mut sums[host], *why, packet),
            What::Arrived {
                packet,
                verdict: Verdict::Dropped(_),
            } => sums[sender_of(run, record, packet)].discarded += 1,
            _ => {}
        }
    }
    sums
}

fn sender_of(run: &Run, arrival: &Record, packet: &Packet) -> usize {
    let by_ordinal = run
        .records
        .binary_search_by_key(&packet.record, |record| record.ordinal);
    let sent = by_ordinal.ok().map(|place| &run.records[place]);
    usize::from(sent.map_or(1 - arrival.host.min(1), |sent| sent.host.min(1)))
}

fn count_again(sums: &mut Again, why: Why, packet: &Packet) {
    match why {
        Why::Timeout { .. } => sums.timeout += 1,
        Why::AfterTimeout if packet.marks.retransmission => sums.after_timeout += 1,
        Why::FastRetransmit => sums.fast += 1,
        Why::PartialAck => sums.partial_ack += 1,
        Why::SackRecovery => sums.sack += 1,
        Why::ReorderingTimer => sums.reordering += 1,
        Why::LostAgain => sums.lost_again += 1,
        Why::NotYetLost | Why::Rescue => sums.on_chance += 1,
        Why::TooBig if packet.marks.retransmission => sums.smaller += 1,
        Why::TailLossProbe if packet.marks.retransmission => sums.tail_probes += 1,
        Why::Probe { .. } => sums.probes += 1,
        Why::New
        | Why::Acknowledge(_)
        | Why::AfterTimeout
        | Why::TooBig
        | Why::AfterProbe
        | Why::Reset(_)
        | Why::TailLossProbe
        | Why::SynAgain
        | Why::SynCookie
        | Why::KeepAlive { .. }
        | Why::Foreign => {}
    }
}
