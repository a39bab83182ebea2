//! Socket tables as the tools print them that list sockets, character by character.
//!
//! A host's profile says which tool it has; each has a file, named after the tool or after what
//! tells it from the others: `net_tools`, `iproute`, `offload`, `dotted`. All read the same
//! rows ([`crate::host::table`]). Addresses are numbers, and never cut.

mod dotted;
mod iproute;
mod net_tools;
mod offload;

use crate::host::profile::sockets::NetstatFormat;
use crate::host::program::Address;
use crate::host::table::{Listing, Row};
use crate::sim::plan::Plan;
use crate::tcp::state::State;
use crate::time::Time;
use std::fmt::Write;
use std::net::IpAddr;

/// A tool that lists sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// The netstat of a host.
    Netstat(NetstatFormat),
    /// `ss` of iproute2.
    Ss,
}

/// The socket table of one host, to be printed by a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The host, by its place in the plan.
    pub host: usize,
    /// The tool.
    pub tool: Tool,
    /// The sockets.
    pub rows: Vec<Row>,
}

/// The addresses of which a host's rows speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    own: IpAddr,
    peer: IpAddr,
}

impl Tool {
    /// The netstat that a host has.
    pub fn netstat_of(plan: &Plan, host: usize) -> Tool {
        Tool::Netstat(plan.hosts[host].profile.sockets.netstat)
    }

    /// `ss`, where a host has it: beside the netstat of net-tools.
    pub fn ss_of(plan: &Plan, host: usize) -> Option<Tool> {
        match plan.hosts[host].profile.sockets.netstat {
            NetstatFormat::NetTools => Some(Tool::Ss),
            NetstatFormat::OffloadState | NetstatFormat::DottedPort => None,
        }
    }

    /// The options with which the tool lists TCP's sockets like this, addresses as numbers.
    pub const fn options(self, listing: Listing) -> &'static str {
        match (self, listing.listening, listing.timers) {
            (Tool::Netstat(NetstatFormat::OffloadState), false, _) => "-nt",
            (Tool::Netstat(NetstatFormat::OffloadState), true, _) => "-ant",
            (Tool::Netstat(NetstatFormat::DottedPort), false, _) => "-n -p tcp",
            (Tool::Netstat(NetstatFormat::DottedPort), true, _) => "-an -p tcp",
            (Tool::Netstat(NetstatFormat::NetTools) | Tool::Ss, false, false) => "-tn",
            (Tool::Netstat(NetstatFormat::NetTools) | Tool::Ss, false, true) => "-tno",
            (Tool::Netstat(NetstatFormat::NetTools) | Tool::Ss, true, false) => "-tan",
            (Tool::Netstat(NetstatFormat::NetTools) | Tool::Ss, true, true) => "-tano",
        }
    }
}

impl Ends {
    /// The addresses of which the rows of this host of the plan speak.
    pub fn of(plan: &Plan, host: usize) -> Ends {
        Ends {
            own: plan.hosts[host].address,
            peer: plan.hosts[1 - host].address,
        }
    }

    /// The address itself.
    pub const fn resolve(self, address: Address) -> IpAddr {
        address.resolve([self.own, self.peer])
    }

    /// Local address and port of a row, joined by a colon.
    pub fn local(self, row: &Row) -> String {
        let (address, port) = row.local;
        format!("{}:{port}", self.resolve(address))
    }

    /// Remote address and port of a row, joined by a colon; `None` is any.
    pub fn remote(self, row: &Row) -> Option<String> {
        let (address, port) = row.remote?;
        Some(format!("{}:{port}", self.resolve(address)))
    }
}

/// Every table, each under a line that names its host and the moment.
pub fn render(plan: &Plan, tables: &[Table], listing: Listing, at: Time) -> String {
    let mut out = String::new();
    for table in tables {
        if !out.is_empty() {
            out.push('\n');
        }
        let host = &plan.hosts[table.host];
        let _ = writeln!(out, "{} ({}) at {at}", host.name, host.address);
        let ends = Ends::of(plan, table.host);
        for line in listed(table.tool, &table.rows, ends, listing) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

/// Everything that the tool prints.
pub fn listed(tool: Tool, rows: &[Row], ends: Ends, listing: Listing) -> Vec<String> {
    let rows: Vec<&Row> = rows.iter().filter(|row| listing.has(row)).collect();
    let (mut lines, line): (_, fn(&Row, Ends, Listing) -> String) = match tool {
        Tool::Ss => return iproute::listed(&rows, ends, listing),
        Tool::Netstat(NetstatFormat::NetTools) => (net_tools::heading(listing), net_tools::line),
        Tool::Netstat(NetstatFormat::OffloadState) => (offload::heading(), offload::line),
        Tool::Netstat(NetstatFormat::DottedPort) => (dotted::heading(listing), dotted::line),
    };
    lines.extend(rows.into_iter().map(|row| line(row, ends, listing)));
    lines
}

/// One socket, as the netstat with this format prints it.
pub fn line(format: NetstatFormat, row: &Row, ends: Ends, listing: Listing) -> String {
    match format {
        NetstatFormat::NetTools => net_tools::line(row, ends, listing),
        NetstatFormat::OffloadState => offload::line(row, ends, listing),
        NetstatFormat::DottedPort => dotted::line(row, ends, listing),
    }
}

/// All sockets under the names of the columns, as a timeline ends.
///
/// A listener's backlog stands in Send-Q, where net-tools itself has 0: a timeline has no other
/// place for it.
pub fn left<'a>(
    format: NetstatFormat,
    rows: impl Iterator<Item = &'a Row>,
    ends: Ends,
) -> Vec<String> {
    let listing = Listing {
        listening: true,
        timers: false,
    };
    let names = match format {
        NetstatFormat::NetTools => net_tools::names(listing),
        NetstatFormat::OffloadState => offload::NAMES.to_owned(),
        NetstatFormat::DottedPort => dotted::names(),
    };
    let lines = rows.map(|row| {
        if format == NetstatFormat::NetTools && row.state == State::Listen {
            net_tools::line_with_backlog(row, ends)
        } else {
            line(format, row, ends, listing)
        }
    });
    std::iter::once(names).chain(lines).collect()
}

#[cfg(test)]
mod tests;
