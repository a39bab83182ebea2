//! The field `with` of a host: constants and policies of its profile, changed by name.
//!
//! Ranges are those of the documents that [`Config`] names; a value that no TCP may have is a
//! mistake, an unusual one is not.

use super::node::Node;
use super::reader::{Fields, Reader};
use super::units;
use crate::host::profile::Profile;
use crate::tcp::config::{CloseWithUnread, Config, InitialWindow, ResetInTimeWait};
use crate::time::Span;

const FIELDS: &[&str] = &[
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
    let Some(fields) = reader.fields(with, "with", FIELDS) else {
        return;
    };
    let tcp = &mut profile.tcp;
    read_time_wait(&fields, tcp, reader);
    read_durations(&fields, tcp, reader);
    read_numbers(&fields, tcp, room, reader);
    read_policies(&fields, tcp, reader);
    if let Some(node) = fields.get("delayed_ack") {
        if let Some(delay) = read_delayed_ack(node, reader) {
            tcp.delayed_ack = delay;
        }
    }
    if let Some(node) = fields.get("ephemeral_ports") {
        if let Some(ports) = read_ports(node, reader) {
            profile.ephemeral_ports = ports;
        }
    }
    check_rto(&fields, &profile.tcp, reader);
}

fn read_time_wait(fields: &Fields, tcp: &mut Config, reader: &mut Reader) {
    let whole = fields.get("time_wait");
    let half = fields.get("msl");
    if let (Some(_), Some(msl)) = (whole, half) {
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
    let whole = whole.and_then(|node| reader.positive_duration(node, "`time_wait`"));
    let half = half.and_then(|node| reader.positive_duration(node, "`msl`"));
    if let Some(time_wait) = whole.or(half.map(|msl| msl.times(2))) {
        tcp.time_wait = time_wait;
    }
}

fn read_durations(fields: &Fields, tcp: &mut Config, reader: &mut Reader) {
    let slots: [(&str, &mut Span); 9] = [
        ("rto_initial", &mut tcp.rto_initial),
        ("rto_min", &mut tcp.rto_min),
        ("rto_max", &mut tcp.rto_max),
        ("rto_after_syn_loss", &mut tcp.rto_after_syn_loss),
        ("r2", &mut tcp.r2),
        ("r2_syn", &mut tcp.r2_syn),
        ("user_timeout", &mut tcp.user_timeout),
        ("sws_override", &mut tcp.sws_override),
        ("challenge_ack_period", &mut tcp.challenge_ack_period),
    ];
    for (name, slot) in slots {
        let Some(node) = fields.get(name) else {
            continue;
        };
        let what = format!("`{name}`");
        if let Some(span) = reader.positive_duration(node, &what) {
            *slot = span;
        }
    }
    if let Some(node) = fields.get("clock_granularity") {
        if let Some(granularity) = reader.duration(node, "`clock_granularity`") {
            tcp.clock_granularity = granularity;
        }
    }
    if let Some(node) = fields.get("sws_override") {
        // RFC 9293 §3.8.6.2.1.
        let range = Span::from_millis(100)..=Span::from_secs(1);
        if !range.contains(&tcp.sws_override) {
            reader
                .out_of_range(node, "`sws_override`", "\"0.1s\" to \"1s\"")
                .help("RFC 9293 §3.8.6.2.1 names this range");
        }
    }
    if let Some(node) = fields.get("rto_max") {
        if tcp.rto_max < Span::from_secs(60) {
            reader
                .out_of_range(node, "`rto_max`", "at least \"60s\"")
                .help("RFC 6298 §2.5: an upper bound of the RTO must be at least 60 s");
        }
    }
}

/// The bounds of the RTO in their order; reported at the last one given.
fn check_rto(fields: &Fields, tcp: &Config, reader: &mut Reader) {
    for (name, value) in [
        ("rto_initial", tcp.rto_initial),
        ("rto_min", tcp.rto_min),
        ("rto_after_syn_loss", tcp.rto_after_syn_loss),
    ] {
        let Some(node) = fields.get(name) else {
            continue;
        };
        if tcp.rto_max < value && Span::from_secs(60) <= tcp.rto_max {
            let message = format!(
                "`{name}` is {value}, above `rto_max`, which is {}",
                tcp.rto_max
            );
            reader.report("contradiction", node.span(), message, "above `rto_max`");
        }
    }
}

fn read_numbers(fields: &Fields, tcp: &mut Config, room: u16, reader: &mut Reader) {
    if let Some(node) = fields.get("mss") {
        if let Some(mss) = reader.integer(node, "`mss`", 1..=u64::from(room)) {
            tcp.mss = u16::try_from(mss).unwrap_or(room);
        } else if let Some(mistake) = reader.mistakes.last_mut() {
            mistake.help(format!("the MTU of the path leaves {room} octets"));
        }
    }
    let buffers: [(&str, &mut u32); 2] = [
        ("receive_buffer", &mut tcp.receive_buffer),
        ("send_buffer", &mut tcp.send_buffer),
    ];
    for (name, slot) in buffers {
        if let Some(node) = fields.get(name) {
            if let Some(size) = read_buffer(node, &format!("`{name}`"), reader) {
                *slot = size;
            }
        }
    }
    let counts: [(&str, u32, &mut u32); 3] = [
        ("default_mss", 1, &mut tcp.default_mss),
        ("r1", 1, &mut tcp.r1),
        ("challenge_ack_limit", 0, &mut tcp.challenge_ack_limit),
    ];
    for (name, min, slot) in counts {
        let max = match name {
            "default_mss" => u32::from(u16::MAX),
            _ => u32::MAX,
        };
        if let Some(node) = fields.get(name) {
            if let Some(count) = reader.integer_u32(node, &format!("`{name}`"), min..=max) {
                *slot = count;
            }
        }
    }
}

/// Reads the size of a buffer.
pub fn read_buffer(node: Node, what: &str, reader: &mut Reader) -> Option<u32> {
    let size = reader.size(node, what, 1..=BUFFER_MAX)?;
    u32::try_from(size).ok()
}

fn read_policies(fields: &Fields, tcp: &mut Config, reader: &mut Reader) {
    let switches: [(&str, &mut bool); 3] = [
        ("window_scaling", &mut tcp.window_scaling),
        ("delay_ack_of_fin", &mut tcp.delay_ack_of_fin),
        ("nagle", &mut tcp.nagle),
    ];
    for (name, slot) in switches {
        if let Some(node) = fields.get(name) {
            if let Some(value) = reader.boolean(node, &format!("`{name}`")) {
                *slot = value;
            }
        }
    }
    let mut set = |name: &str, apply: &mut dyn FnMut(Node, &str, &mut Reader)| {
        if let Some(node) = fields.get(name) {
            apply(node, &format!("`{name}`"), reader);
        }
    };
    set("reset_in_time_wait", &mut |node, what, reader| {
        let table = [
            ("Closes", ResetInTimeWait::Closes),
            ("Ignored", ResetInTimeWait::Ignored),
        ];
        if let Some(policy) = reader.choice(node, what, &table) {
            tcp.reset_in_time_wait = policy;
        }
    });
    set("close_with_unread", &mut |node, what, reader| {
        let table = [
            ("Reset", CloseWithUnread::Reset),
            ("Fin", CloseWithUnread::Fin),
        ];
        if let Some(policy) = reader.choice(node, what, &table) {
            tcp.close_with_unread = policy;
        }
    });
    set("initial_window", &mut |node, what, reader| {
        let table = [
            ("Rfc5681", InitialWindow::Rfc5681),
            ("Rfc6928", InitialWindow::Rfc6928),
        ];
        if let Some(policy) = reader.choice(node, what, &table) {
            tcp.initial_window = policy;
        }
    });
}

/// The delay of acknowledgements, or `Off`.
fn read_delayed_ack(node: Node, reader: &mut Reader) -> Option<Option<Span>> {
    if node.string().is_none() {
        if node.name().is_some() {
            return reader.choice(node, "`delayed_ack`", &[("Off", None)]);
        }
        reader
            .wrong(node, "`delayed_ack`", "a duration or Off")
            .help(units::DURATION_HELP);
        return None;
    }
    let delay = reader.positive_duration(node, "`delayed_ack`")?;
    if Span::from_millis(500) <= delay {
        // RFC 9293 §3.8.6.3 (MUST-40).
        reader
            .out_of_range(node, "`delayed_ack`", "less than \"500ms\"")
            .help("RFC 9293 §3.8.6.3 (MUST-40): an ACK waits less than half a second");
        return None;
    }
    Some(Some(delay))
}

/// First and last port: `(49152, 65535)`.
fn read_ports(node: Node, reader: &mut Reader) -> Option<(u16, u16)> {
    let parts = match node.call().map(|call| (call.name, call.arguments)) {
        Some((None, super::node::Arguments::Positional(parts))) if parts.len() == 2 => parts,
        _ => {
            reader.wrong(node, "`ephemeral_ports`", "two ports: (49152, 65535)");
            return None;
        }
    };
    let first = reader.port(parts[0], "the first port", 1);
    let last = reader.port(parts[1], "the last port", 1);
    let (first, last) = first.zip(last)?;
    if last < first {
        reader.out_of_range(node, "`ephemeral_ports`", "the lower port first");
        return None;
    }
    Some((first, last))
}
