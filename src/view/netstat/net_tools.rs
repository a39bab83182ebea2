//! `netstat -tn`, `-tan` and `-tano` of net-tools 2.10.
//!
//! After `tcp_do_one` and `finish_this_one` of its `netstat.c`: `%-4s  %6ld %6ld %-*s %-*s %-11s`
//! with 23 for both stars, then ` %s` for the timer, whose time is in hundredths that are cut, not
//! rounded. The number of probes stands behind that of retransmissions.

use super::Ends;
use crate::host::program::Address;
use crate::host::table::{Listing, Row, Timer, TimerKind};
use crate::tcp::state::State;

/// What stands above the sockets.
pub(super) fn heading(listing: Listing) -> Vec<String> {
    let which = if listing.listening {
        "(servers and established)"
    } else {
        "(w/o servers)"
    };
    vec![
        format!("Active Internet connections {which}"),
        names(listing),
    ]
}

/// The names of the columns.
pub(super) fn names(listing: Listing) -> String {
    let names = format!(
        "Proto Recv-Q Send-Q {:<23} {:<23} {:<11}",
        "Local Address", "Foreign Address", "State"
    );
    if listing.timers {
        names + " Timer"
    } else {
        names
    }
}

/// One socket. A listener shows how many connections wait, but not its backlog.
pub(super) fn line(row: &Row, ends: Ends, listing: Listing) -> String {
    let send_q = if row.state == State::Listen {
        0
    } else {
        row.send_q.sequence_space()
    };
    let columns = columns(row, ends, send_q);
    if listing.timers {
        format!("{columns} {}", timer(row.timer))
    } else {
        columns
    }
}

/// A listener, with its backlog in Send-Q.
pub(super) fn line_with_backlog(row: &Row, ends: Ends) -> String {
    columns(row, ends, row.send_q.sequence_space())
}

fn columns(row: &Row, ends: Ends, send_q: u64) -> String {
    let own = ends.resolve(row.local.0);
    let proto = if own.is_ipv4() { "tcp" } else { "tcp6" };
    let recv_q = row.recv_q.sequence_space();
    let local = ends.local(row);
    let remote = ends.remote(row).unwrap_or_else(|| {
        let any = ends.resolve(Address::Any);
        format!("{any}:*")
    });
    let state = row.state.name_in_tables();
    format!("{proto:<4}  {recv_q:>6} {send_q:>6} {local:<23} {remote:<23} {state:<11}")
}

fn timer(Timer { kind, left, count }: Timer) -> String {
    let (name, retransmissions, probes) = match kind {
        TimerKind::Off => ("off", 0, 0),
        TimerKind::Retransmission => ("on", count, 0),
        TimerKind::KeepAlive => ("keepalive", 0, count),
        TimerKind::TimeWait => ("timewait", 0, 0),
        TimerKind::Persist => ("probe", 0, count),
    };
    let hundredths = left.as_nanos() / 10_000_000;
    let (seconds, rest) = (hundredths / 100, hundredths % 100);
    format!("{name} ({seconds}.{rest:02}/{retransmissions}/{probes})")
}
