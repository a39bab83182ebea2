//! Segments, in the notation that tcpdump taught everyone.

use super::Timeline;
use super::layout::{Arrow, Line, Note, Place};
use crate::link::fault::Action;
use crate::link::{Effect, Fate, Marker, Packet};
use crate::segment::icmp::IcmpError;
use crate::segment::{Ecn, FastOpen, Flags, Segment, UserTimeout};
use crate::sim::plan::HostIndex;
use crate::sim::record::{IcmpOrigin, Record};
use crate::tcp::icmp::IcmpVerdict;
use crate::tcp::outcome::{DropReason, Why};
use crate::time::{Span, Time};
use crate::view::numbers::{Shown, sack_blocks};
use crate::view::{rules, words};
use std::fmt::Write;

impl Timeline<'_> {
    /// A segment at the moment of its sending, with its fate.
    pub(super) fn sent(&self, record: &Record, packet: &Packet, why: Why, fate: &Fate) -> Line {
        let sender = record.host;
        let mut line = self.packet_line(record, packet, sender);
        let arrow = match fate {
            Fate::Within => {
                line.what.insert_str(0, "to itself: ");
                line.notes.extend(why_note(why, packet));
                return line;
            }
            Fate::Deliver { .. } | Fate::Impaired { .. } | Fate::Marked { .. } => Arrow::Arrives,
            Fate::Lost | Fate::QueueFull | Fate::TooBig { .. } | Fate::Unplugged => Arrow::Lost,
            Fate::Fault { effect, .. } => match effect {
                Effect::Drop | Effect::Answer { .. } => Arrow::Lost,
                Effect::Hold => Arrow::Held,
                Effect::Duplicate { .. } | Effect::Delay { .. } | Effect::Mark { .. } => {
                    Arrow::Arrives
                }
            },
        };
        line.place = Place::Path {
            from: sender,
            arrow,
        };
        line.notes = self.fate_notes(sender, fate);
        line.notes.extend(why_note(why, packet));
        line
    }

    /// A segment that comes from outside and arrives at this moment.
    pub(super) fn injected(&self, record: &Record, packet: &Packet, injection: u16) -> Line {
        let mut line = self.packet_line(record, packet, record.host);
        line.place = Place::Path {
            from: record.host,
            arrow: Arrow::Foreign,
        };
        line.notes = vec![format!("injections[{injection}]: from outside, arrives now").into()];
        line
    }

    /// A held segment that goes on its way.
    pub(super) fn released(&self, record: &Record, number: u64, at: Time) -> Line {
        let sent = self.held.get(&number);
        let mut line = match sent {
            Some((sent, packet)) => self.packet_line(sent, packet, sent.host),
            None => Line {
                connection: record.connection,
                what: format!("packet {number}"),
                ..self.line(record)
            },
        };
        line.time = record.time;
        line.place = Place::Path {
            from: sent.map_or(record.host, |(sent, _)| sent.host),
            arrow: Arrow::Arrives,
        };
        line.notes = vec![arrives(at)];
        let held_since = sent.map_or(String::new(), |(sent, _)| {
            format!(", held since {}", sent.time)
        });
        line.notes.push(format!("released{held_since}").into());
        line
    }

    /// A segment that its receiver throws away.
    pub(super) fn discarded(&self, record: &Record, packet: &Packet, reason: DropReason) -> Line {
        let sender = self.book.sender(record, packet);
        let connection = self.book.connection_of(record, packet, sender);
        let origin = self.book.record(packet.record);
        let mut what = format!("discards {}", self.in_short(packet, sender, connection));
        if let Some(origin) = origin.filter(|origin| origin.time < record.time) {
            let _ = write!(what, " sent {}", origin.time);
        }
        let mut notes = vec![Note::from(reason.to_string())];
        if let (Some(own), Some(hit)) = (connection, record.connection)
            && own != hit
        {
            notes.push(format!("an old duplicate of #{own}").into());
        }
        Line {
            connection: record.connection.or(connection),
            what,
            notes,
            ..self.line(record)
        }
    }

    /// An ICMP error that arrived, and what its receiver made of it.
    pub(super) fn icmp(
        &self,
        record: &Record,
        error: &IcmpError,
        origin: IcmpOrigin,
        verdict: IcmpVerdict,
    ) -> Line {
        let at = (error.quoted.seq, record.ordinal);
        let seq = self
            .book
            .shown_seq(self.run.numbers, at, record.host, record.connection);
        let mut notes = vec![Note::from(verdict.to_string())];
        if let IcmpOrigin::Outside { injection } = origin {
            notes.insert(0, format!("injections[{injection}]: from outside").into());
        }
        Line {
            brief: Some(format!("ICMP, {}", error.kind)),
            what: format!("ICMP about seq {seq}: {}", error.kind),
            notes,
            ..self.line(record)
        }
    }

    /// `[F.] seq 1 ack 2`: enough to find the segment again.
    pub(super) fn in_short(
        &self,
        packet: &Packet,
        sender: HostIndex,
        connection: Option<u32>,
    ) -> String {
        let shown = self
            .book
            .shown(self.run.numbers, packet, sender, connection);
        numbers(&packet.segment, shown)
    }

    fn packet_line(&self, record: &Record, packet: &Packet, sender: HostIndex) -> Line {
        let connection = self.book.connection_of(record, packet, sender);
        let shown = self
            .book
            .shown(self.run.numbers, packet, sender, connection);
        let brief = numbers(&packet.segment, shown) + &header_fields(&packet.segment, shown);
        let what = match packet.segment.payload.len {
            0 => brief.clone(),
            octets => format!("{brief} length {octets}"),
        };
        Line {
            connection,
            brief: Some(brief),
            what,
            ..self.line(record)
        }
    }

    fn fate_notes(&self, sender: HostIndex, fate: &Fate) -> Vec<Note> {
        let (place, hit, effect) = match fate {
            Fate::Deliver { at } => return vec![arrives(*at)],
            Fate::Within => return Vec::new(),
            Fate::Unplugged => return vec!["lost: the cable is not plugged in".into()],
            Fate::Impaired { at, late, again } => return impaired(*at, *late, *again),
            Fate::Marked {
                at,
                marker,
                late,
                again,
            } => return marked(*at, *marker, *late, *again),
            Fate::Lost => return vec!["lost: random loss".into()],
            Fate::QueueFull => return vec!["lost: queue full".into()],
            Fate::TooBig { mtu, .. } => {
                return vec![format!("lost: larger than the MTU of {mtu}").into()];
            }
            Fate::Fault { fault, hit, effect } => (*fault, *hit, effect),
        };
        let sender = usize::from(sender);
        let rule = rules::fault_of(self.run.plan, sender, place);
        let by = rules::hit(self.run.plan, sender, place, hit);
        match effect {
            Effect::Drop => vec![format!("lost: {by}").into()],
            Effect::Answer { kind, .. } => vec![Note {
                full: format!("lost, answered with ICMP, {kind}: {by}"),
                brief: Some(format!("lost, ICMP: {by}")),
            }],
            Effect::Duplicate { at, copies, apart } => vec![match copies {
                1 => Note {
                    full: format!("arrives {at} and again {}: {by}", *at + *apart),
                    brief: Some(format!("arrives {at}, {}: {by}", *at + *apart)),
                },
                _ => Note {
                    full: format!("arrives {at} and {copies} times more, {apart} apart: {by}"),
                    brief: Some(format!("arrives {at}, {copies} copies: {by}")),
                },
            }],
            Effect::Delay { at } => {
                let late = match rule.map(|rule| rule.action) {
                    Some(Action::Delay(late)) => format!("{late} late"),
                    _ => "late".to_owned(),
                };
                vec![arrives(*at), format!("{late}: {by}").into()]
            }
            Effect::Mark { at } => vec![arrives(*at), format!("marked CE: {by}").into()],
            Effect::Hold => {
                let until = match rule.map(|rule| rule.action) {
                    Some(Action::Hold(wanted)) => rules::trigger(self.run.plan, wanted),
                    _ => "later".to_owned(),
                };
                vec![Note {
                    full: format!("held until {until}: {by}"),
                    brief: Some(format!("held: {by}")),
                }]
            }
        }
    }
}

/// A segment that chance held up, or copied.
fn impaired(at: Time, late: Span, again: Option<Time>) -> Vec<Note> {
    let arrival = match again {
        Some(again) => Note {
            full: format!("arrives {at} and again {again}"),
            brief: Some(format!("arrives {at}, {again}")),
        },
        None => arrives(at),
    };
    let what = match (late, again) {
        (Span::ZERO, _) => "copied by chance".to_owned(),
        (late, None) => format!("{late} late by chance"),
        (late, Some(_)) => format!("{late} late and copied by chance"),
    };
    vec![arrival, what.into()]
}

/// A segment that the path marked, and chance may have held up or copied besides.
fn marked(at: Time, marker: Marker, late: Span, again: Option<Time>) -> Vec<Note> {
    let by = match marker {
        Marker::Queue(packets) => format!("marked CE: queue of {packets}"),
        Marker::Chance => "marked CE by chance".to_owned(),
    };
    let mut notes = match (late, again) {
        (Span::ZERO, None) => vec![arrives(at)],
        _ => impaired(at, late, again),
    };
    notes.push(by.into());
    notes
}

fn arrives(at: Time) -> Note {
    format!("arrives {at}").into()
}

/// Why a segment is sent, unless it simply carries something new.
fn why_note(why: Why, packet: &Packet) -> Option<Note> {
    let again = packet.marks.retransmission;
    let (full, brief) = match why {
        Why::New | Why::Foreign if again => ("sent again".to_owned(), None),
        Why::New | Why::Foreign => return None,
        Why::Acknowledge(reason) => (words::ack(reason).to_owned(), None),
        Why::Timeout { count, rto, next } => (
            format!("retransmission {count}, rto {rto} → {next}"),
            Some(format!("rtx {count}, rto {rto} → {next}")),
        ),
        Why::AfterTimeout if again => (
            "retransmission after the timeout".to_owned(),
            Some("rtx after timeout".to_owned()),
        ),
        Why::TooBig if again => (
            "sent again in smaller segments".to_owned(),
            Some("rtx: was too big".to_owned()),
        ),
        Why::TooBig => ("room beside what was too big".to_owned(), None),
        Why::AfterTimeout => ("room after the timeout".to_owned(), None),
        Why::AfterProbe => ("the window is open".to_owned(), None),
        Why::FastRetransmit => ("fast retransmission".to_owned(), None),
        Why::PartialAck => (
            "retransmission: partial ack".to_owned(),
            Some("rtx: partial ack".to_owned()),
        ),
        Why::SackRecovery => (
            "retransmission: SACK shows it lost".to_owned(),
            Some("rtx: SACK".to_owned()),
        ),
        Why::ReorderingTimer => (
            "retransmission: the reordering timer ran out".to_owned(),
            Some("rtx: reordering timer".to_owned()),
        ),
        Why::LostAgain => (
            "retransmission: the retransmission was lost too".to_owned(),
            Some("rtx: lost again".to_owned()),
        ),
        Why::NotYetLost => (
            "retransmission: nothing else to send, not yet deemed lost".to_owned(),
            Some("rtx: not yet deemed lost".to_owned()),
        ),
        Why::Rescue => ("rescue retransmission".to_owned(), None),
        Why::Probe { count, next } => (
            format!("window probe {count}, next in {next}"),
            Some(format!("probe {count}, next in {next}")),
        ),
        Why::Reset(reason) => (words::reset(reason).to_owned(), None),
        Why::TailLossProbe => ("tail loss probe".to_owned(), None),
        Why::SynCookie => ("cookie: nothing is kept".to_owned(), None),
        Why::SynAgain => ("sent again: the SYN came again".to_owned(), None),
        Why::KeepAlive { count } => (format!("keep-alive probe {count}"), None),
    };
    Some(Note { full, brief })
}

/// Flags, sequence numbers and acknowledgement.
fn numbers(segment: &Segment, shown: Shown) -> String {
    let mut text = format!("[{}] seq {}", segment.flags, shown.seq);
    let octets = segment.payload.len;
    if octets != 0 {
        let end = match u32::try_from(shown.seq) {
            // Absolute numbers wrap around.
            Ok(_) if shown.seq == i64::from(segment.seq.value()) => {
                i64::from((segment.seq + octets).value())
            }
            Ok(_) | Err(_) => shown.seq + i64::from(octets),
        };
        let _ = write!(text, ":{end}");
    }
    if let Some(ack) = shown.ack {
        let _ = write!(text, " ack {ack}");
    }
    text
}

/// Window, urgent pointer, ECN field and options; a reset has no window to speak of.
fn header_fields(segment: &Segment, shown: Shown) -> String {
    let mut text = String::new();
    if !segment.flags.contains(Flags::RST) || segment.wnd != 0 {
        let _ = write!(text, " win {}", segment.wnd);
    }
    if segment.flags.contains(Flags::URG) {
        let _ = write!(text, " urg {}", segment.urgent);
    }
    match segment.ecn {
        Ecn::NotEct => {}
        Ecn::Ect0 => text += " ect0",
        Ecn::Ect1 => text += " ect1",
        Ecn::Ce => text += " ce",
    }
    let options = options(segment, shown);
    if !options.is_empty() {
        let _ = write!(text, " <{}>", options.join(","));
    }
    text
}

/// The options, each as tcpdump names it.
fn options(segment: &Segment, shown: Shown) -> Vec<String> {
    let options = &segment.options;
    let mut texts = Vec::new();
    texts.extend(options.mss.map(|mss| format!("mss {mss}")));
    texts.extend(options.window_scale.map(|scale| format!("wscale {scale}")));
    texts.extend(options.sack_permitted.then(|| "sackOK".to_owned()));
    texts.extend(
        options
            .timestamps
            .map(|stamps| format!("ts {}/{}", stamps.value, stamps.echo)),
    );
    texts.extend(options.user_timeout.map(|UserTimeout(field)| {
        let unit = if field & 0x8000 == 0 { "s" } else { "min" };
        format!("uto {}{unit}", field & 0x7fff)
    }));
    texts.extend(options.fast_open().map(|option| match option {
        FastOpen::Request => "tfo cookiereq".to_owned(),
        FastOpen::Cookie(cookie) => {
            let octets = cookie.as_slice().iter();
            octets.fold("tfo cookie ".to_owned(), |text, octet| {
                text + &format!("{octet:02x}")
            })
        }
    }));
    let blocks = sack_blocks(segment, shown);
    if !blocks.is_empty() {
        let blocks: Vec<String> = blocks
            .iter()
            .map(|(start, end)| format!("{{{start}:{end}}}"))
            .collect();
        texts.push(format!("sack {}", blocks.join("")));
    }
    texts
}
