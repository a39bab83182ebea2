//! `ss -tn`, `-tan` and `-tano` of iproute2 6.1.
//!
//! After `render_calc_width`, `tcp_timer_print` and `print_ms_timer` of its `ss.c`, and held against
//! what it printed. Into a terminal `ss` stretches its columns over the whole width; these are those
//! of its output into a pipe, each column as wide as what it holds, which depends on no terminal.
//! Without `-a` it lists only what is connected: no listener, no TIME-WAIT, no SYN-RECV.

use super::Ends;
use crate::host::program::Address;
use crate::host::table::{Listing, Row, Timer, TimerKind};
use crate::tcp::state::State;
use crate::time::Span;
use std::net::{IpAddr, Ipv6Addr};

/// Everything that it prints.
pub(super) fn listed(rows: &[&Row], ends: Ends, listing: Listing) -> Vec<String> {
    let mut lines = vec![NAMES.map(str::to_owned)];
    let shown = rows
        .iter()
        .filter(|row| listing.listening || is_connected(row.state));
    lines.extend(shown.map(|row| cells(row, ends, listing)));
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().expect("there are names at least")
    });
    lines.iter().map(|line| laid_out(line, &widths)).collect()
}

const COLUMNS: usize = 8;

/// Addresses and ports are columns of their own, so that the colons stand below each other.
const NAMES: [&str; COLUMNS] = [
    "State",
    "Recv-Q",
    "Send-Q",
    "Local Address:",
    "Port",
    "Peer Address:",
    "Port",
    "Process",
];

/// What stands before a column.
const DELIMITERS: [&str; COLUMNS] = ["", " ", " ", " ", "", " ", "", ""];

fn laid_out(line: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> String {
    let mut text = String::new();
    for (column, cell) in line.iter().enumerate() {
        text += DELIMITERS[column];
        let width = widths[column];
        text += &if cell.ends_with(':') {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        };
    }
    text
}

fn cells(row: &Row, ends: Ends, listing: Listing) -> [String; COLUMNS] {
    let (local, port) = row.local;
    let (remote, remote_port) = match row.remote {
        Some((remote, port)) => (address(ends.resolve(remote)), port.to_string()),
        None if local == Address::Any => (address(ends.resolve(Address::Any)), "*".to_owned()),
        None => (anybody(ends.resolve(local)), "*".to_owned()),
    };
    let tells_timer = listing.timers && row.timer.kind != TimerKind::Off;
    [
        state(row.state).to_owned(),
        row.recv_q.sequence_space().to_string(),
        row.send_q.sequence_space().to_string(),
        address(ends.resolve(local)),
        port.to_string(),
        remote,
        remote_port,
        if tells_timer {
            timer(row.timer)
        } else {
            String::new()
        },
    ]
}

/// Whoever may reach a listener that has a single address.
fn anybody(own: IpAddr) -> String {
    match own {
        IpAddr::V4(_) => "0.0.0.0:".to_owned(),
        IpAddr::V6(_) => "[::]:".to_owned(),
    }
}

fn address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(four) => format!("{four}:"),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => "*:".to_owned(),
        IpAddr::V6(six) => format!("[{six}]:"),
    }
}

fn timer(timer: Timer) -> String {
    let name = match timer.kind {
        TimerKind::Off => "off",
        TimerKind::Retransmission => "on",
        TimerKind::KeepAlive => "keepalive",
        TimerKind::TimeWait => "timewait",
        TimerKind::Persist => "persist",
    };
    format!(" timer:({name},{},{})", left(timer.left), timer.count)
}

/// Coarser the longer it is: `340ms`, `1.500ms`, `59sec`, `1min59sec`, `119min`, and nothing for 0.
///
/// That `1.500ms` means one second and a half is how it prints it.
fn left(span: Span) -> String {
    let milliseconds = span.as_nanos() / 1_000_000;
    let (minutes, seconds) = (milliseconds / 60_000, milliseconds / 1000 % 60);
    let rest = milliseconds % 1000;
    let mut text = String::new();
    if minutes != 0 {
        text += &format!("{minutes}min");
    }
    let tells_seconds = seconds != 0 && minutes <= 9;
    let tells_rest = rest != 0 && minutes == 0 && seconds <= 9;
    if tells_seconds {
        text += &format!("{seconds}{}", if tells_rest { "." } else { "sec" });
    }
    if tells_rest {
        text += &format!("{rest:03}ms");
    }
    text
}

const fn is_connected(state: State) -> bool {
    match state {
        State::Listen | State::Closed | State::TimeWait | State::SynReceived => false,
        State::SynSent
        | State::Established
        | State::FinWait1
        | State::FinWait2
        | State::CloseWait
        | State::Closing
        | State::LastAck => true,
    }
}

const fn state(state: State) -> &'static str {
    match state {
        State::Listen => "LISTEN",
        State::SynSent => "SYN-SENT",
        State::SynReceived => "SYN-RECV",
        State::Established => "ESTAB",
        State::FinWait1 => "FIN-WAIT-1",
        State::FinWait2 => "FIN-WAIT-2",
        State::CloseWait => "CLOSE-WAIT",
        State::Closing => "CLOSING",
        State::LastAck => "LAST-ACK",
        State::TimeWait => "TIME-WAIT",
        State::Closed => "UNCONN",
    }
}
