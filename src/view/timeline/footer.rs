//! The end of a timeline: why it ended, what is left, sums, expectations, digest.

use super::Timeline;
use super::header::section;
use super::layout::{WIDTH, push_line, width_of};
use crate::link::Totals;
use crate::sim::record::Stop;
use crate::tcp::state::State;
use crate::time::Span;
use crate::view::netstat::{self, Ends};
use crate::view::run::{SocketLine, Verdict};
use crate::view::tally::{self, Again, Stays};
use crate::view::words;

/// With more connections than this, times in states are summed up by host.
const CONNECTIONS_ONE_BY_ONE: usize = 8;

impl Timeline<'_> {
    /// Everything that is said after the last event.
    pub(super) fn footer(&self, out: &mut String) {
        let run = self.run;
        self.why_it_ended(out);
        push_line(out, "sockets left");
        for host in [0, 1] {
            self.sockets(out, host, &run.end.sockets[host]);
        }
        self.states(out);
        push_line(out, "packets");
        for (sender, again) in tally::again(run).iter().enumerate() {
            self.packets(out, sender, again);
        }
        self.faults(out);
        verdicts(out, "expectations", run.verdicts);
        verdicts(out, "INVARIANTS BROKEN", run.broken);
        let records = words::counted(run.end.records, "record");
        push_line(out, &format!("digest {:032x} of {records}", run.end.digest));
    }

    fn why_it_ended(&self, out: &mut String) {
        let (end, plan) = (self.run.end, self.run.plan);
        let why = words::stop(end.stop);
        let text = match end.stop {
            Stop::Quiescence | Stop::Until => format!("ends at {}: {why}", end.time),
            Stop::EventLimit => format!(
                "CUT OFF at {}: {why} ({}); the run would go on",
                end.time, plan.event_limit
            ),
            Stop::TimeLimit => format!(
                "CUT OFF at {}: {why} ({}); the run would go on",
                end.time, plan.time_limit
            ),
        };
        push_line(out, &text);
    }

    fn sockets(&self, out: &mut String, host: usize, sockets: &[SocketLine]) {
        let name = self.layout.padded_name(host);
        if sockets.is_empty() {
            return push_line(out, &format!("  {name}  none"));
        }
        let remarks = std::iter::once(String::new()).chain(sockets.iter().map(|s| self.remark(s)));
        let plan = self.run.plan;
        let format = plan.hosts[host].profile.sockets.netstat;
        let rows = sockets.iter().map(|socket| &socket.row);
        let rows = netstat::left(format, rows, Ends::of(plan, host));
        for (row, remark) in rows.iter().zip(remarks) {
            let line = format!("  {name}  {row} {remark}");
            if width_of(line.trim_end()) <= WIDTH {
                push_line(out, &line);
            } else {
                section(out, &format!("  {name}  "), &format!("{row} {remark}"));
            }
        }
    }

    /// The connection and the timer of a socket, which netstat does not show.
    fn remark(&self, socket: &SocketLine) -> String {
        let mut parts = Vec::new();
        if let Some(connection) = socket.row.connection
            && self.layout.tags()
        {
            parts.push(format!("#{connection}"));
        }
        if let Some((timer, at)) = socket.timer {
            parts.push(format!("{timer} {at}"));
        }
        parts.join(" ")
    }

    fn states(&self, out: &mut String) {
        let stays = tally::stays(self.run);
        if stays.is_empty() {
            return;
        }
        push_line(out, "time in each state");
        let connections = stays.iter().map(|s| s.connection);
        let several = connections.collect::<std::collections::BTreeSet<_>>().len();
        if CONNECTIONS_ONE_BY_ONE < several {
            for host in [0, 1] {
                self.states_together(out, host, &stays);
            }
            return;
        }
        for stay in &stays {
            let tag = if self.layout.tags() {
                format!("#{} ", stay.connection)
            } else {
                String::new()
            };
            let label = format!("  {}  {tag}", self.layout.padded_name(stay.host));
            let states = stay.states.iter().map(|(state, span)| {
                let still = if stay.last == Some(*state) {
                    " (still)"
                } else {
                    ""
                };
                format!("{state} {span}{still}")
            });
            section(out, &label, &states.collect::<Vec<_>>().join(", "));
        }
    }

    /// How many connections were in each state of a host, and how long at least and at most.
    fn states_together(&self, out: &mut String, host: usize, stays: &[Stays]) {
        let name = self.layout.padded_name(host);
        for state in State::ALL {
            let here = stays.iter().filter(|stay| stay.host == host);
            let spans: Vec<Span> = here
                .flat_map(|stay| &stay.states)
                .filter(|(known, _)| *known == state)
                .map(|(_, span)| *span)
                .collect();
            let (Some(least), Some(most)) = (spans.iter().min(), spans.iter().max()) else {
                continue;
            };
            let connections = words::counted(spans.len() as u64, "connection");
            let range = if least == most {
                format!("{least}")
            } else {
                format!("{least} to {most}")
            };
            section(
                out,
                &format!("  {name}  "),
                &format!("{state} {range}, {connections}"),
            );
        }
    }

    fn packets(&self, out: &mut String, sender: usize, again: &Again) {
        let end = self.run.end;
        let fates = fates(&end.totals[sender], end.under_way[sender]);
        let mut text = match end.totals[sender].sent {
            0 => "none sent".to_owned(),
            sent => format!("{sent} sent"),
        };
        if fates.iter().any(|(count, _)| *count != 0) {
            text += &format!(": {}", joined(&fates));
        }
        if again.discarded != 0 {
            text += &format!("; {} discarded by the receiver", again.discarded);
        }
        let kinds = [
            (again.timeout, "by timeout"),
            (again.after_timeout, "after a timeout"),
            (again.fast, "fast"),
            (again.partial_ack, "on partial ack"),
            (again.sack, "by SACK"),
            (again.reordering, "by the reordering timer"),
            (again.lost_again, "lost again"),
            (again.on_chance, "on the chance"),
            (again.tail_probes, "as tail loss probe"),
            (again.smaller, "in smaller segments"),
        ];
        if again.retransmissions() != 0 {
            let retransmissions = words::counted(again.retransmissions(), "retransmission");
            text += &format!("; {retransmissions}: {}", joined(&kinds));
        }
        if again.probes != 0 {
            text += &format!("; {}", words::counted(again.probes, "window probe"));
        }
        let arrow = if sender == 0 {
            "──▶"
        } else {
            "◀──"
        };
        let [left, right] = [self.layout.name(0), self.layout.name(1)];
        section(out, &format!("  {left} {arrow} {right}  "), &text);
    }

    fn faults(&self, out: &mut String) {
        let hits = &self.run.end.fault_hits;
        if hits.is_empty() {
            return;
        }
        push_line(out, "faults");
        for (fault, hits) in hits {
            let decided = match hits {
                0 => "WARNING: decided no packet".to_owned(),
                hits => format!("decided {}", words::counted(u64::from(*hits), "packet")),
            };
            push_line(out, &format!("  faults[{fault}]  {decided}"));
        }
    }
}

/// What became of the packets of a direction.
fn fates(totals: &Totals, under_way: (u64, u64)) -> [(u64, &'static str); 11] {
    [
        (totals.delivered, "delivered"),
        (totals.dropped, "lost to faults"),
        (totals.lost, "lost at random"),
        (totals.queue_full, "lost at the full queue"),
        (totals.too_big, "larger than the MTU"),
        (totals.unplugged, "lost without a cable"),
        (totals.copied, "copied"),
        (totals.marked, "marked CE"),
        (totals.injected, "injected"),
        (under_way.0, "still under way"),
        (under_way.1, "still held"),
    ]
}

/// `5 delivered, 2 lost to faults`: the counts that are not zero.
fn joined(counts: &[(u64, &str)]) -> String {
    let counts = counts.iter().filter(|(count, _)| *count != 0);
    let counts = counts.map(|(count, what)| format!("{count} {what}"));
    counts.collect::<Vec<_>>().join(", ")
}

fn verdicts(out: &mut String, heading: &str, verdicts: &[Verdict]) {
    if verdicts.is_empty() {
        return;
    }
    push_line(out, heading);
    for verdict in verdicts {
        let text = if verdict.held {
            format!("{}  held at {}", verdict.text, verdict.time)
        } else {
            format!(
                "{}  FAILED at {}: {}",
                verdict.text, verdict.time, verdict.found
            )
        };
        section(out, if verdict.held { "  ✓ " } else { "  ✗ " }, &text);
    }
}
