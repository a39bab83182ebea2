//! The netstat with a column for what a network card took over: `netstat -nt` and `-ant`.
//!
//! After its message table: `  %-5s  %-21s  %-21s  %-12s    %-12s` below a heading that ends with an
//! empty line. It has neither queues nor timers, and nothing is ever offloaded here.

use super::Ends;
use crate::host::program::Address;
use crate::host::table::{Listing, Row};
use crate::tcp::state::State;
use std::net::{IpAddr, SocketAddr};

/// The names of the columns.
pub(super) const NAMES: &str =
    "  Proto  Local Address          Foreign Address        State           Offload State";

/// What stands above the sockets.
pub(super) fn heading() -> Vec<String> {
    ["", "Active Connections", "", NAMES, ""]
        .map(str::to_owned)
        .into()
}

/// One socket.
pub(super) fn line(row: &Row, ends: Ends, _: Listing) -> String {
    let local = end(ends.resolve(row.local.0), row.local.1);
    let (address, port) = row.remote.unwrap_or((Address::Any, 0));
    let remote = end(ends.resolve(address), port);
    let state = state(row.state);
    format!(
        "  {:<5}  {local:<21}  {remote:<21}  {state:<12}    {:<12}",
        "TCP", "InHost"
    )
}

/// Brackets around an address of the sixth version.
fn end(address: IpAddr, port: u16) -> String {
    SocketAddr::new(address, port).to_string()
}

const fn state(state: State) -> &'static str {
    match state {
        State::Listen => "LISTENING",
        State::SynSent => "SYN_SENT",
        State::SynReceived => "SYN_RECEIVED",
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
