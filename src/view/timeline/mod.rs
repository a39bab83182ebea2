//! The timeline: a run as text for people, one line an event.
//!
//! It is what a snapshot holds, so every line is complete in itself, and a line depends on nothing
//! but its own event, the plan and the segment's connection: see `layout`. `docs/timeline.md`
//! explains it to its readers.
//!
//! Left out: arrivals that are simply accepted (their sending told when), and the end of a sleep
//! (its beginning told when).

mod footer;
mod header;
mod inside;
mod layout;
mod process;
mod segment;

#[cfg(test)]
mod tests;

use super::netstat::{self, Ends};
use super::numbers::Book;
use super::run::Run;
use super::words;
use crate::host::program::Step;
use crate::host::table::{Listing, Row};
use crate::link::{Effect, Fate, Packet};
use crate::sim::record::{Record, What};
use crate::sim::vitals::Change;
use crate::tcp::outcome::Verdict;
use layout::{Layout, Line, Place};
use process::Instant;
use std::collections::BTreeMap;

/// The timeline of a run, from its header to its digest.
pub fn render(run: &Run) -> String {
    let timeline = Timeline::new(run);
    let mut out = String::new();
    timeline.header(&mut out);
    out.push('\n');
    timeline.events(&mut out);
    out.push('\n');
    timeline.footer(&mut out);
    out
}

/// A run, and what it takes to tell it.
struct Timeline<'a> {
    run: &'a Run<'a>,
    book: Book<'a>,
    layout: Layout,
    /// Packets that a fault held back, by number, with the records of their sending.
    held: BTreeMap<u64, (&'a Record, &'a Packet)>,
    /// Whether the calls on a host need their program's name.
    names_programs: [bool; 2],
}

impl<'a> Timeline<'a> {
    fn new(run: &'a Run<'a>) -> Timeline<'a> {
        let last = run
            .records
            .iter()
            .filter_map(|record| record.connection)
            .max();
        let mut held = BTreeMap::new();
        for record in run.records {
            if let What::Sent { packet, fate, .. } = &record.what
                && let Fate::Fault {
                    effect: Effect::Hold,
                    ..
                } = fate
            {
                held.insert(packet.number, (record, packet));
            }
        }
        Timeline {
            run,
            book: Book::new(run.records),
            layout: Layout::new(run.plan, last.unwrap_or(0)),
            held,
            names_programs: [0, 1].map(|host| runs_several(run, host)),
        }
    }

    fn events(&self, out: &mut String) {
        let instant = Instant::new(self.run.records);
        let mut changes = self.run.changes.iter().peekable();
        for (place, record) in self.run.records.iter().enumerate() {
            if let Some(line) = self.event(record, place, &instant) {
                self.layout.write(out, &line);
            }
            while let Some(change) = changes.next_if(|change| change.record <= record.ordinal) {
                self.layout.write(out, &self.change(record, change));
            }
            self.failures(out, record);
        }
    }

    /// Something that changed inside a connection with a record.
    fn change(&self, record: &Record, change: &Change) -> Line {
        let mut line = self.line(record);
        line.connection = Some(change.connection);
        line.place = Place::On(change.host);
        line.what = format!("· {}", inside::change(&change.vital));
        line
    }

    fn event(&self, record: &Record, place: usize, instant: &Instant) -> Option<Line> {
        match &record.what {
            What::Process { process, event } => Some(self.process(record, *process, *event)),
            What::Call { process, step } => {
                let returned = instant.return_of(place).map(|at| &self.run.records[at]);
                self.call(record, *process, *step, returned)
            }
            What::Return { .. } if instant.is_told(place) => None,
            What::Return { .. } => self.returned(record),
            What::Sent { packet, why, fate } => Some(self.sent(record, packet, *why, fate)),
            What::Injected { packet, injection } => Some(self.injected(record, packet, *injection)),
            What::Released { packet, at } => Some(self.released(record, *packet, *at)),
            What::Arrived { packet, verdict } => match verdict {
                Verdict::Accepted => None,
                Verdict::Dropped(reason) => Some(self.discarded(record, packet, *reason)),
            },
            What::Icmp {
                error,
                origin,
                verdict,
            } => Some(self.icmp(record, error, *origin, *verdict)),
            What::Transition { .. }
            | What::DeliveryTrouble { .. }
            | What::TimeWait { .. }
            | What::Ended(_)
            | What::ForeignOctets
            | What::Urgent { .. } => Some(self.inside(record)),
            What::Malformed { reason, octets } => Some(Line {
                what: format!("{octets} octets are no segment, and go nowhere: {reason}"),
                ..self.line(record)
            }),
            What::Host { event } => self.host_event(record, *event),
            What::Row { listing, row, .. } => Some(self.socket(record, *listing, row)),
        }
    }

    /// Something inside a connection.
    fn inside(&self, record: &Record) -> Line {
        let mut line = self.line(record);
        let cause = self.cause(record).map(Into::into);
        match &record.what {
            What::Transition { from, to } => {
                line.what = format!("{from} → {to}");
                line.notes.extend(cause);
            }
            What::TimeWait { until, again } => {
                line.what = match self.cause(record).filter(|_| *again) {
                    Some(cause) => format!("TIME-WAIT starts over {cause}"),
                    None if *again => "TIME-WAIT starts over".to_owned(),
                    None => "TIME-WAIT begins".to_owned(),
                };
                line.notes = vec![format!("2MSL runs until {until}").into()];
            }
            What::DeliveryTrouble { count } => {
                line.what = format!(
                    "delivery trouble: the {} retransmission in a row (R1)",
                    words::ordinal(u64::from(*count))
                );
            }
            What::Ended(end) => {
                line.what = format!("connection ends: {end}");
                line.notes.extend(cause);
            }
            What::Urgent { octets } => {
                line.what = format!("urgent: {} to read", words::octets_of(*octets));
                line.notes.extend(cause);
            }
            _ => {
                line.what = "FOREIGN OCTETS: delivered what the peer did not send here".to_owned();
                line.notes.extend(cause);
            }
        }
        line
    }

    /// A socket that a process was shown, as its host's netstat prints it; where that would be too
    /// long, its columns stand closer together.
    fn socket(&self, record: &Record, listing: Listing, row: &Row) -> Line {
        let host = usize::from(record.host.min(1));
        let plan = self.run.plan;
        let format = plan.hosts[host].profile.sockets.netstat;
        let shown = netstat::line(format, row, Ends::of(plan, host), listing);
        let mut line = self.line(record);
        line.brief = Some(format!("| {}", one_line(&shown)));
        line.what = format!("| {}", shown.trim_end());
        line
    }

    /// What led to a change inside a connection.
    fn cause(&self, record: &Record) -> Option<String> {
        let cause = self.book.record(record.cause?)?;
        match &cause.what {
            What::Arrived { packet, .. } => {
                let sender = self.book.sender(cause, packet);
                let connection = self.book.connection_of(cause, packet, sender);
                Some(format!("on {}", self.in_short(packet, sender, connection)))
            }
            What::Injected { packet, .. } => {
                let connection = self.book.connection_of(cause, packet, cause.host);
                Some(format!(
                    "on {}",
                    self.in_short(packet, cause.host, connection)
                ))
            }
            What::TimeWait { .. } => Some("2MSL is over".to_owned()),
            What::Icmp { error, .. } => Some(format!("on ICMP, {}", error.kind)),
            What::Call { step, .. } => self.call_in_short(*step),
            What::Process { .. } => Some("by its end".to_owned()),
            _ => None,
        }
    }

    /// Expectations that failed at this record.
    fn failures(&self, out: &mut String, record: &Record) {
        let all = self.run.verdicts.iter().chain(self.run.broken);
        for verdict in all.filter(|v| !v.held && v.at == Some(record.ordinal)) {
            let line = Line {
                connection: None,
                place: Place::Nowhere,
                what: one_line(&format!("✗ {}: {}", verdict.text, verdict.found)),
                ..self.line(record)
            };
            self.layout.write(out, &line);
        }
    }

    /// An event on the record's host, about which nothing is said yet.
    fn line(&self, record: &Record) -> Line {
        Line {
            time: record.time,
            place: Place::On(record.host),
            connection: record.connection,
            what: String::new(),
            brief: None,
            notes: Vec::new(),
        }
    }
}

/// The words of a text, which its author may have spread over several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a host runs more than one process of its programs at a time.
fn runs_several(run: &Run, host: u8) -> bool {
    let serves = |code: u16| {
        run.plan.code.get(usize::from(code)).is_some_and(|code| {
            code.steps
                .iter()
                .any(|s| matches!(s.step, Step::Serve { .. }))
        })
    };
    let programs = run
        .plan
        .programs
        .iter()
        .filter(|program| program.host == host);
    let processes = programs.map(|program| {
        if serves(program.code) {
            2
        } else {
            program.count
        }
    });
    processes.fold(0, u32::saturating_add) > 1
}
