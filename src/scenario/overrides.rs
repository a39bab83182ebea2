//! The field `with` of a host: constants and policies of its profile, changed by name.
//!
//! Ranges are those of the documents that [`Config`] names; a value that no TCP may have is a
//! mistake, an unusual one is not.

use super::node::Node;
use super::reader::{Fields, Reader};
use super::units;
use crate::host::profile::Profile;
use crate::tcp::config::{CloseWithUnread, Config, InitialWindow, Limit, ResetInTimeWait};
use crate::time::Span;

/// The fields of `with`.
pub const FIELDS: &[&str] = &[
    "time_wait",
    "msl",
    "reset_in_time_wait",
    "mss",
    "default_mss",
    "receive_buffer",
    "send_buffer",
    "window_scaling",
    "delayed_ack",
    "delay_ack_of_fin",
    "nagle",
    "rto_initial",
    "rto_min",
    "rto_max",
    "rto_after_syn_loss",
    "clock_granularity",
    "r1",
    "r2",
    "r2_syn",
    "user_timeout",
    "initial_window",
    "sws_override",
    "close_with_unread",
    "challenge_ack_limit",
    "challenge_ack_period",
    "ephemeral_ports",
];

/// The largest buffer: the largest window there is, 65,535 scaled by 14. RFC 7323 §2.3.
pub const BUFFER_MAX: u64 = 1 << 30;

/// Changes `profile` by what `with` says; a segment can carry `room` octets of text.
pub fn read(with: Node, profile: &mut Profile, room: u16, reader: &mut Reader) {
    let Some(call) = with.call().filter(|call| call.name.is_none()) else {
        reader.wrong(with, "`with`", "fields in parentheses: (msl: \"30s\")");
        return;
    };
    let Some(fields) = reader.fields_of(with, call, "with", FIELDS) else {
        return;
    };
    let tcp = &mut profile.tcp;
    read_time_wait(&fields, tcp, reader);
    read_durations(&fields, tcp, reader);
    read_numbers(&fields, tcp, room, reader);
    read_policies(&fields, tcp, reader);
    fields.read_into(
        "delayed_ack",
        &mut tcp.delayed_ack,
        reader,
        read_delayed_ack,
    );
    let ports = &mut profile.sockets.ephemeral_ports;
    fields.read_into("ephemeral_ports", ports, reader, read_ports);
    check_rto(&fields, &profile.tcp, reader);
}

fn read_time_wait(fields: &Fields, tcp: &mut Config, reader: &mut Reader) {
    if let (Some(_), Some(msl)) = (fields.get("time_wait"), fields.get("msl")) {
        reader
            .report(
                "contradiction",
                msl.span(),
                "`time_wait` and `msl` are both given",
                "`time_wait` is given too",
            )
            .help("`time_wait` is twice `msl`: give one of them");
        return;
    }
    let slot = &mut tcp.time_wait;
    fields.read_into("time_wait", slot, reader, Reader::positive_duration);
    fields.read_into("msl", slot, reader, |reader, node, what| {
        Some(reader.positive_duration(node, what)?.times(2))
    });
}

fn read_durations(fields: &Fields, tcp: &mut Config, reader: &mut Reader) {
    let slots: [(&str, &mut Span); 4] = [
        ("rto_initial", &mut tcp.rto_initial),
        ("rto_min", &mut tcp.rto_min),
        ("rto_after_syn_loss", &mut tcp.rto_after_syn_loss),
        ("challenge_ack_period", &mut tcp.challenge_ack_period),
    ];
    for (name, slot) in slots {
        fields.read_into(name, slot, reader, Reader::positive_duration);
    }
    for (name, slot) in [("r2", &mut tcp.r2), ("r2_syn", &mut tcp.r2_syn)] {
        fields.read_into(name, slot, reader, |reader, node, what| {
            Some(Limit::After(reader.positive_duration(node, what)?))
        });
    }
    let slot = &mut tcp.user_timeout;
    fields.read_into("user_timeout", slot, reader, |reader, node, what| {
        Some(Some(reader.positive_duration(node, what)?))
    });
    let granularity = &mut tcp.clock_granularity;
    fields.read_into("clock_granularity", granularity, reader, Reader::duration);
    fields.read_into("sws_override", &mut tcp.sws_override, reader, read_sws);
    fields.read_into("rto_max", &mut tcp.rto_max, reader, read_rto_max);
}

fn read_sws(reader: &mut Reader, node: Node, what: &str) -> Option<Span> {
    let span = reader.duration(node, what)?;
    if !(Span::from_millis(100)..=Span::from_secs(1)).contains(&span) {
        reader
            .out_of_range(node, what, "\"100ms\" to \"1s\"")
            .help("RFC 9293 §3.8.6.2.1 names this range");
        return None;
    }
    Some(span)
}

fn read_rto_max(reader: &mut Reader, node: Node, what: &str) -> Option<Span> {
    let span = reader.duration(node, what)?;
    if span < Span::from_secs(60) {
        reader
            .out_of_range(node, what, "at least \"60s\"")
            .help("RFC 6298 §2.5: an upper bound of the RTO is at least 60 s");
        return None;
    }
    Some(span)
}

/// No RTO lies above its upper bound.
fn check_rto(fields: &Fields, tcp: &Config, reader: &mut Reader) {
    for (name, value) in [
        ("rto_initial", tcp.rto_initial),
        ("rto_min", tcp.rto_min),
        ("rto_after_syn_loss", tcp.rto_after_syn_loss),
    ] {
        let Some(node) = fields.get(name) else {
            continue;
        };
        if tcp.rto_max < value {
            let message = format!(
                "`{name}` is {value}, above `rto_max`, which is {}",
                tcp.rto_max
            );
            reader.report("contradiction", node.span(), message, "above `rto_max`");
        }
    }
}

fn read_numbers(fields: &Fields, tcp: &mut Config, room: u16, reader: &mut Reader) {
    fields.read_into("mss", &mut tcp.mss, reader, |reader, node, what| {
        let mss = reader.integer(node, what, 1..=u64::from(room));
        if mss.is_none()
            && let Some(mistake) = reader.mistakes.last_mut()
        {
            mistake.help(format!("the MTU of the path leaves {room} octets"));
        }
        u16::try_from(mss?).ok()
    });
    for (name, slot) in [
        ("receive_buffer", &mut tcp.receive_buffer),
        ("send_buffer", &mut tcp.send_buffer),
    ] {
        fields.read_into(name, slot, reader, read_buffer);
    }
    let any = u32::MAX;
    for (name, range, slot) in [
        ("default_mss", 1..=65_535, &mut tcp.default_mss),
        ("r1", 1..=any, &mut tcp.r1),
        ("challenge_ack_limit", 0..=any, &mut tcp.challenge_ack_limit),
    ] {
        fields.read_into(name, slot, reader, |reader, node, what| {
            reader.integer_u32(node, what, range)
        });
    }
}

/// Reads the size of a buffer.
pub fn read_buffer(reader: &mut Reader, node: Node, what: &str) -> Option<u32> {
    let size = reader.size(node, what, 1..=BUFFER_MAX)?;
    u32::try_from(size).ok()
}

const RESETS: [(&str, ResetInTimeWait); 2] = [
    ("Closes", ResetInTimeWait::Closes),
    ("Ignored", ResetInTimeWait::Ignored),
];

const UNREAD: [(&str, CloseWithUnread); 2] = [
    ("Reset", CloseWithUnread::Reset),
    ("Fin", CloseWithUnread::Fin),
];

const WINDOWS: [(&str, InitialWindow); 2] = [
    ("Rfc5681", InitialWindow::Rfc5681),
    ("Rfc6928", InitialWindow::Rfc6928),
];

fn read_policies(fields: &Fields, tcp: &mut Config, reader: &mut Reader) {
    for (name, slot) in [
        ("window_scaling", &mut tcp.window_scaling),
        ("delay_ack_of_fin", &mut tcp.delay_ack_of_fin),
        ("nagle", &mut tcp.nagle),
    ] {
        fields.read_into(name, slot, reader, Reader::boolean);
    }
    let slot = &mut tcp.reset_in_time_wait;
    fields.read_into("reset_in_time_wait", slot, reader, |reader, node, what| {
        reader.choice(node, what, &RESETS)
    });
    let slot = &mut tcp.close_with_unread;
    fields.read_into("close_with_unread", slot, reader, |reader, node, what| {
        reader.choice(node, what, &UNREAD)
    });
    let slot = &mut tcp.initial_window;
    fields.read_into("initial_window", slot, reader, |reader, node, what| {
        reader.choice(node, what, &WINDOWS)
    });
}

/// The delay of acknowledgements, or `Off`.
fn read_delayed_ack(reader: &mut Reader, node: Node, what: &str) -> Option<Option<Span>> {
    if node.string().is_none() {
        if node.name().is_some() {
            return reader.choice(node, what, &[("Off", None)]);
        }
        reader
            .wrong(node, what, "a duration or Off")
            .help(units::DURATION_HELP);
        return None;
    }
    let delay = reader.positive_duration(node, what)?;
    if Span::from_millis(500) <= delay {
        // RFC 9293 §3.8.6.3 (MUST-40).
        reader
            .out_of_range(node, what, "less than \"500ms\"")
            .help("RFC 9293 §3.8.6.3 (MUST-40): an ACK waits less than half a second");
        return None;
    }
    Some(Some(delay))
}

/// First and last port: `(49152, 65535)`.
fn read_ports(reader: &mut Reader, node: Node, what: &str) -> Option<(u16, u16)> {
    let parts = match node.call().map(|call| (call.name, call.arguments)) {
        Some((None, super::node::Arguments::Positional(parts))) if parts.len() == 2 => parts,
        _ => {
            reader.wrong(node, what, "two ports: (49152, 65535)");
            return None;
        }
    };
    let first = reader.port(parts[0], "the first port", 1);
    let last = reader.port(parts[1], "the last port", 1);
    let (first, last) = first.zip(last)?;
    if last < first {
        reader.out_of_range(node, what, "the lower port first");
        return None;
    }
    Some((first, last))
}
