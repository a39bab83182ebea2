//! A run for programs: JSON Lines, a header, a record a line, a summary.
//!
//! What a field means stands in `docs/json.md`; a change of any is a change of [`SCHEMA`]. The
//! mapping is its own, so that the engine's types can change without it.

mod fields;
mod inside;
mod summary;

#[cfg(test)]
mod tests;

use super::netstat::Ends;
use super::numbers::{Book, sack_blocks};
use super::run::Run;
use super::words;
use crate::host::program::CallResult;
use crate::host::table::{Row, TimerKind};
use crate::host::{ProcessEvent, ProcessId, StepId};
use crate::link::{Effect, Fate, Marker, Packet, Route};
use crate::scenario::Numbers;
use crate::segment::icmp::IcmpError;
use crate::segment::{Ecn, FastOpen, Flags, UserTimeout};
use crate::sim::plan::{HostIndex, Turn};
use crate::sim::record::{IcmpOrigin, Record, What};
use crate::tcp::icmp::IcmpVerdict;
use crate::tcp::outcome::{End, Verdict, Why};
use fields::{FateFields, IcmpFields, Line, PacketFields, RowFields, WhyFields};
use serde::Serialize;

/// The version of this format; a change of a field's name or meaning takes a new one.
pub const SCHEMA: u32 = 1;

/// The run as JSON Lines, each ended by a line feed.
pub fn render(run: &Run) -> String {
    let writer = Writer {
        run,
        book: Book::new(run.records),
    };
    let mut out = String::new();
    push(&mut out, &summary::header(run));
    let mut changes = run.changes.iter().peekable();
    for record in run.records {
        push(&mut out, &writer.line(record));
        while let Some(change) = changes.next_if(|change| change.record <= record.ordinal) {
            push(&mut out, &inside::line(writer.host(change.host), change));
        }
    }
    push(&mut out, &summary::summary(run));
    out
}

fn push(out: &mut String, line: &impl Serialize) {
    let text = serde_json::to_string(line).expect("strings, numbers and lists can be written");
    out.push_str(&text);
    out.push('\n');
}

struct Writer<'a> {
    run: &'a Run<'a>,
    book: Book<'a>,
}

impl<'a> Writer<'a> {
    fn line(&self, record: &Record) -> Line<'a> {
        let mut line = Line {
            ordinal: record.ordinal,
            time: record.time.as_nanos(),
            cause: record.cause,
            host: self.host(record.host),
            connection: record.connection,
            ..Line::default()
        };
        match &record.what {
            What::Process { process, event } => self.process(&mut line, *process, *event),
            What::Call { process, step } => {
                line.kind = "call";
                self.step(&mut line, record, *process, *step);
            }
            What::Return { .. } => self.returned(&mut line, record),
            What::Sent { packet, why, fate } => {
                line.kind = "sent";
                line.packet = Some(self.packet(record, packet, record.host));
                line.why = Some(why_fields(*why));
                line.fate = Some(fate_fields(fate));
            }
            What::Injected { packet, injection } => {
                line.kind = "injected";
                line.packet = Some(self.packet(record, packet, record.host));
                line.injection = Some(*injection);
            }
            What::Released { packet, at } => {
                line.kind = "released";
                line.number = Some(*packet);
                line.arrives = Some(at.as_nanos());
            }
            What::Arrived { packet, verdict } => {
                line.kind = "arrived";
                let sender = self.book.sender(record, packet);
                line.packet = Some(self.packet(record, packet, sender));
                line.sent_by = Some(packet.record);
                (line.verdict, line.reason) = verdict_of(*verdict);
            }
            What::Icmp {
                error,
                origin,
                verdict,
            } => self.icmp(&mut line, record, error, *origin, *verdict),
            What::Transition { .. }
            | What::DeliveryTrouble { .. }
            | What::TimeWait { .. }
            | What::Ended(_)
            | What::ForeignOctets
            | What::Urgent { .. } => within(&mut line, &record.what),
            What::Malformed { reason, octets } => {
                line.kind = "malformed";
                let name = identifier(reason);
                let end = name.find(|c: char| c != '_' && !c.is_alphanumeric());
                line.reason = Some(name[..end.unwrap_or(name.len())].to_owned());
                line.text = Some(reason.to_string());
                line.octets = Some(*octets);
            }
            What::Host { event } => {
                line.kind = "host";
                if let Some(event) = self.run.plan.events.get(usize::from(*event)) {
                    line.event = Some(turn(&event.turn));
                }
            }
            What::Row { process, row, .. } => {
                line.kind = "row";
                self.program(&mut line, *process);
                line.row = Some(self.row(record.host, row));
            }
        }
        line
    }

    fn icmp(
        &self,
        line: &mut Line<'a>,
        record: &Record,
        error: &IcmpError,
        origin: IcmpOrigin,
        verdict: IcmpVerdict,
    ) {
        line.kind = "icmp";
        let quoted = &error.quoted;
        let at = (quoted.seq, record.ordinal);
        line.icmp = Some(IcmpFields {
            icmp: error.kind.name(),
            mtu: error.kind.mtu(),
            quoted_source_port: quoted.source_port,
            quoted_destination_port: quoted.destination_port,
            quoted_seq: self
                .book
                .shown_seq(Numbers::Relative, at, record.host, record.connection),
            quoted_seq_absolute: quoted.seq.value(),
            quoted_octets: quoted.octets,
            segment_limit: None,
        });
        match origin {
            IcmpOrigin::Router { packet } => line.number = Some(packet),
            IcmpOrigin::Outside { injection } => line.injection = Some(injection),
        }
        line.verdict = Some(match verdict {
            IcmpVerdict::Ignored(reason) => {
                line.reason = Some(identifier(&reason));
                "ignored"
            }
            IcmpVerdict::Remembered => "remembered",
            IcmpVerdict::Lowered { mss } => {
                let fields = line.icmp.as_mut().expect("set above");
                fields.segment_limit = Some(mss);
                "lowered"
            }
            IcmpVerdict::Aborted => "aborted",
        });
    }

    fn host(&self, host: HostIndex) -> &'a str {
        &self.run.plan.hosts[usize::from(host.min(1))].name
    }

    fn process(&self, line: &mut Line<'a>, process: ProcessId, event: ProcessEvent) {
        line.kind = "process";
        self.program(line, process);
        (line.event, line.handled) = match event {
            ProcessEvent::Started => (Some("started"), None),
            ProcessEvent::Exited => (Some("exited"), None),
            ProcessEvent::Died => (Some("died"), None),
            ProcessEvent::Interrupted { handled } => (Some("interrupted"), Some(handled)),
            ProcessEvent::Killed => (Some("killed"), None),
            ProcessEvent::Lost => (Some("lost"), None),
        };
    }

    fn program(&self, line: &mut Line<'a>, process: ProcessId) {
        let program = self.run.plan.programs.get(usize::from(process.program));
        line.program = program.map(|program| program.name.as_str());
        line.instance = Some(process.instance + 1);
    }

    fn step(&self, line: &mut Line<'a>, record: &Record, process: ProcessId, id: StepId) {
        self.program(line, process);
        line.step = Some(id.at);
        let Some(code) = self.run.plan.code.get(usize::from(id.code)) else {
            return;
        };
        let Some(instruction) = code.steps.get(usize::from(id.at)) else {
            return;
        };
        let (call, socket) = words::call_name(&instruction.step);
        line.call = Some(call);
        line.socket = socket
            .and_then(|fd| code.sockets.get(usize::from(fd)))
            .map(String::as_str)
            .filter(|name| !name.is_empty());
        let own = usize::from(record.host.min(1));
        line.arguments = Some(words::arguments(&instruction.step, self.run.plan, own))
            .filter(|arguments| !arguments.is_empty());
    }

    fn returned(&self, line: &mut Line<'a>, record: &Record) {
        let What::Return {
            process,
            step,
            since,
            result,
            expected,
        } = &record.what
        else {
            return;
        };
        line.kind = "return";
        self.step(line, record, *process, *step);
        line.since = Some(since.as_nanos());
        line.expected = Some(*expected);
        match result {
            CallResult::Done(value) => line.value = Some(*value),
            CallResult::Failed(errno) => {
                line.errno = Some(errno.name());
                line.errno_number = Some(errno.number());
                line.errno_text = Some(errno.text());
            }
        }
    }

    fn row(&self, host: HostIndex, row: &Row) -> RowFields {
        let ends = Ends::of(self.run.plan, usize::from(host.min(1)));
        let timer = match row.timer.kind {
            TimerKind::Off => None,
            TimerKind::Retransmission => Some("retransmission"),
            TimerKind::KeepAlive => Some("keepalive"),
            TimerKind::TimeWait => Some("time_wait"),
            TimerKind::Persist => Some("persist"),
        };
        RowFields {
            state: row.state.name(),
            local: ends.local(row),
            remote: ends.remote(row),
            recv_q: row.recv_q.sequence_space(),
            send_q: row.send_q.sequence_space(),
            timer,
            left: timer.map(|_| row.timer.left.as_nanos()),
            count: timer.map(|_| row.timer.count),
        }
    }

    fn packet(&self, record: &Record, packet: &Packet, sender: HostIndex) -> PacketFields<'a> {
        let segment = &packet.segment;
        let connection = self.book.connection_of(record, packet, sender);
        let relative = self
            .book
            .shown(Numbers::Relative, packet, sender, connection);
        let receiver = match packet.route {
            Route::Path => 1 - sender.min(1),
            Route::Own | Route::Loopback => sender,
        };
        PacketFields {
            packet: packet.number,
            from: self.host(sender),
            to: self.host(receiver),
            source_port: packet.source_port,
            destination_port: packet.destination_port,
            belongs_to: connection,
            flags: segment.flags.to_string(),
            seq: relative.seq,
            ack: relative.ack,
            seq_absolute: segment.seq.value(),
            ack_absolute: relative.ack.map(|_| segment.ack.value()),
            len: segment.payload.len,
            win: segment.wnd,
            mss: segment.options.mss,
            wscale: segment.options.window_scale,
            sack_permitted: segment.options.sack_permitted,
            ts_value: segment.options.timestamps.map(|stamps| stamps.value),
            ts_echo: segment.options.timestamps.map(|stamps| stamps.echo),
            sack: sack_blocks(segment, relative),
            user_timeout: segment.options.user_timeout.map(|UserTimeout(field)| field),
            fast_open: segment.options.fast_open().map(fast_open),
            urgent: segment.flags.contains(Flags::URG).then_some(segment.urgent),
            ecn: match segment.ecn {
                Ecn::NotEct => None,
                Ecn::Ect0 => Some("ect0"),
                Ecn::Ect1 => Some("ect1"),
                Ecn::Ce => Some("ce"),
            },
            retransmission: packet.marks.retransmission,
            acks_syn: packet.marks.acks_syn,
            acks_fin: packet.marks.acks_fin,
            probe: packet.marks.probe,
        }
    }
}

/// The cookie in hexadecimal; empty if one is asked for.
fn fast_open(option: &FastOpen) -> String {
    let cookie = match option {
        FastOpen::Request => &[],
        FastOpen::Cookie(cookie) => cookie.as_slice(),
    };
    cookie.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn within(line: &mut Line, what: &What) {
    match what {
        What::Transition { from, to } => {
            line.kind = "transition";
            line.state_before = Some(from.name());
            line.state_after = Some(to.name());
        }
        What::DeliveryTrouble { count } => {
            line.kind = "delivery_trouble";
            line.retransmissions = Some(*count);
        }
        What::TimeWait { until, again } => {
            line.kind = "time_wait";
            line.until = Some(until.as_nanos());
            line.again = Some(*again);
        }
        What::Ended(end) => {
            line.kind = "ended";
            line.reason = Some(match end {
                End::Icmp(kind) => format!("icmp_{}", kind.name()),
                _ => identifier(end),
            });
        }
        What::Urgent { octets } => {
            line.kind = "urgent";
            line.octets = u32::try_from(*octets).ok();
        }
        _ => line.kind = "foreign_octets",
    }
}

fn verdict_of(verdict: Verdict) -> (Option<&'static str>, Option<String>) {
    match verdict {
        Verdict::Accepted => (Some("accepted"), None),
        Verdict::Dropped(reason) => (Some("dropped"), Some(identifier(&reason))),
    }
}

/// A reason by the name of its variant, `SecondSegment` as `second_segment`.
fn identifier(reason: &dyn std::fmt::Debug) -> String {
    let mut name = String::new();
    for letter in format!("{reason:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

fn why_fields(why: Why) -> WhyFields {
    let mut fields = WhyFields::default();
    match why {
        Why::New => fields.why = "new",
        Why::Acknowledge(reason) => {
            fields.why = "acknowledge";
            fields.why_reason = Some(identifier(&reason));
        }
        Why::Timeout { count, rto, next } => {
            fields.why = "timeout";
            fields.count = Some(count);
            fields.rto = Some(rto.as_nanos());
            fields.rto_next = Some(next.as_nanos());
        }
        Why::AfterTimeout => fields.why = "after_timeout",
        Why::TooBig => fields.why = "too_big",
        Why::AfterProbe => fields.why = "after_probe",
        Why::FastRetransmit => fields.why = "fast_retransmit",
        Why::PartialAck => fields.why = "partial_ack",
        Why::SackRecovery => fields.why = "sack_recovery",
        Why::ReorderingTimer => fields.why = "reordering_timer",
        Why::LostAgain => fields.why = "lost_again",
        Why::NotYetLost => fields.why = "not_yet_lost",
        Why::Rescue => fields.why = "rescue",
        Why::Probe { count, next } => {
            fields.why = "probe";
            fields.count = Some(count);
            fields.probe_next = Some(next.as_nanos());
        }
        Why::TailLossProbe => fields.why = "tail_loss_probe",
        Why::SynCookie => fields.why = "syn_cookie",
        Why::SynAgain => fields.why = "syn_again",
        Why::KeepAlive { count } => {
            fields.why = "keep_alive";
            fields.count = Some(count);
        }
        Why::Foreign => fields.why = "foreign",
        Why::Reset(reason) => {
            fields.why = "reset";
            fields.why_reason = Some(identifier(&reason));
        }
    }
    fields
}

fn fate_fields(fate: &Fate) -> FateFields {
    let mut fields = FateFields::default();
    match fate {
        Fate::Deliver { at } => {
            fields.fate = "deliver";
            fields.arrives = Some(at.as_nanos());
        }
        Fate::Impaired { at, late, again } => {
            fields.fate = "impaired";
            fields.arrives = Some(at.as_nanos());
            fields.late = Some(late.as_nanos());
            fields.copies = again.map(|_| 1);
            fields.apart = again.map(|again| again.since(*at).as_nanos());
        }
        Fate::Marked {
            at,
            marker,
            late,
            again,
        } => {
            fields.fate = "marked";
            fields.arrives = Some(at.as_nanos());
            fields.late = Some(late.as_nanos()).filter(|late| *late != 0);
            fields.copies = again.map(|_| 1);
            fields.apart = again.map(|again| again.since(*at).as_nanos());
            fields.queued = match marker {
                Marker::Queue(packets) => Some(*packets),
                Marker::Chance => None,
            };
        }
        Fate::Within => fields.fate = "within",
        Fate::Unplugged => fields.fate = "unplugged",
        Fate::Lost => fields.fate = "random_loss",
        Fate::QueueFull => fields.fate = "queue_full",
        Fate::TooBig { mtu, .. } => {
            fields.fate = "too_big";
            fields.path_mtu = Some(*mtu);
        }
        Fate::Fault { fault, hit, effect } => {
            fields.fault = Some(*fault);
            fields.hit = Some(*hit);
            match effect {
                Effect::Drop => fields.fate = "drop",
                Effect::Duplicate { at, copies, apart } => {
                    fields.fate = "duplicate";
                    fields.arrives = Some(at.as_nanos());
                    fields.copies = Some(*copies);
                    fields.apart = Some(apart.as_nanos());
                }
                Effect::Delay { at } => {
                    fields.fate = "delay";
                    fields.arrives = Some(at.as_nanos());
                }
                Effect::Mark { at } => {
                    fields.fate = "mark";
                    fields.arrives = Some(at.as_nanos());
                }
                Effect::Hold => fields.fate = "hold",
                Effect::Answer { kind, .. } => {
                    fields.fate = "answer";
                    fields.answer = Some(kind.name());
                }
            }
        }
    }
    fields
}

const fn turn(turn: &Turn) -> &'static str {
    match turn {
        Turn::Tuned(_) => "tuned",
        Turn::Crashes => "crashed",
        Turn::Boots => "booted",
        Turn::Unplugged => "unplugged",
        Turn::Plugged => "plugged",
    }
}
