//! The netstat that joins address and port by a dot: `netstat -n -p tcp` and `-an -p tcp`.
//!
//! After `protopr` and `inetprint` of its `inet.c`: `%-3.3s%-2.2s %6u %6u ` and twice `%-22.22s `,
//! then `%-11s`. Its kernel counts octets in the queues, not SYN and FIN, and nothing of a
//! listener. Its timers (`-x`) are left out.

use super::Ends;
use crate::host::program::Address;
use crate::host::table::{Listing, Row};
use crate::tcp::state::State;

/// What stands above the sockets.
pub(super) fn heading(listing: Listing) -> Vec<String> {
    let which = if listing.listening {
        " (including servers)"
    } else {
        ""
    };
    vec![format!("Active Internet connections{which}"), names()]
}

/// The names of the columns.
pub(super) fn names() -> String {
    format!(
        "Proto Recv-Q Send-Q {:<22} {:<22} {:<11}",
        "Local Address", "Foreign Address", "(state)"
    )
}

/// One socket.
pub(super) fn line(row: &Row, ends: Ends, _: Listing) -> String {
    let own = ends.resolve(row.local.0);
    let proto = if own.is_ipv4() { "tcp4" } else { "tcp6" };
    let (recv_q, send_q) = if row.state == State::Listen {
        (0, 0)
    } else {
        (row.recv_q.octets, row.send_q.octets)
    };
    let end = |(address, port): (Address, u16)| match address {
        Address::Any => format!("*.{port}"),
        address => format!("{}.{port}", ends.resolve(address)),
    };
    let local = end(row.local);
    let remote = row.remote.map_or_else(|| "*.*".to_owned(), end);
    let state = state(row.state);
    format!("{proto:<5} {recv_q:>6} {send_q:>6} {local:<22} {remote:<22} {state:<11}")
}

const fn state(state: State) -> &'static str {
    match state {
        State::Listen => "LISTEN",
        State::SynSent => "SYN_SENT",
        State::SynReceived => "SYN_RCVD",
        State::Established => "ESTABLISHED",
        State::FinWait1 => "FIN_WAIT_1",
        State::FinWait2 => "FIN_WAIT_2",
        State::CloseWait => "CLOSE_WAIT",
        State::Closing => "CLOSING",
        State::LastAck => "LAST_ACK",
        State::TimeWait => "TIME_WAIT",
        State::Closed => "CLOSED",
    }
}
