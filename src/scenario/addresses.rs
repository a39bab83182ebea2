//! Addresses in steps: names of hosts and IP addresses, as a program on its host knows them.

use super::node::Node;
use super::steps::Writer;
use crate::host::program::Address;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// True if this is a string that is an address, not a name.
pub fn is_one(node: Node) -> bool {
    node.string().is_some_and(|text| is_address(&text))
}

/// True for an IP address, for `*`, which is all addresses, and for `localhost`.
pub fn is_address(text: &str) -> bool {
    matches!(text, "*" | "localhost") || text.parse::<IpAddr>().is_ok()
}

impl Writer<'_, '_> {
    /// A local address: an IP address, `*`, `localhost` or the name of a host.
    pub(super) fn address(&mut self, node: Node, what: &str) -> Option<Address> {
        match self.reader.string(node, what)?.as_str() {
            "*" => Some(Address::Any),
            _ => self.host_or_address(node, what),
        }
    }

    /// The address to which a program connects.
    pub(super) fn peer(&mut self, node: Node) -> Option<Address> {
        self.host_or_address(node, "the host of `Connect`")
    }

    fn host_or_address(&mut self, node: Node, what: &str) -> Option<Address> {
        let text = self.reader.string(node, what)?;
        if text == "localhost" && !self.reader.hosts.contains(&text) {
            return Some(Address::Loopback);
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return self.numeric(node, what, address);
        }
        let host = self.reader.host(node, what)?;
        Some(match self.host {
            Some(own) if own == host => Address::Own,
            Some(_) | None => Address::Peer,
        })
    }

    fn numeric(&mut self, node: Node, what: &str, address: IpAddr) -> Option<Address> {
        let hosts = self.reader.addresses;
        let is_ipv6 = hosts.is_some_and(|[first, _]| first.is_ipv6());
        if hosts.is_some() && address.is_ipv6() != is_ipv6 {
            let family = if is_ipv6 { "IPv6" } else { "IPv4" };
            let message = format!("{what} is {address}, and the hosts have {family} addresses");
            let label = format!("expected an {family} address");
            let mistake = self
                .reader
                .report("contradiction", node.span(), message, label);
            let same = match (address.is_loopback(), address.is_unspecified(), is_ipv6) {
                (true, _, true) => Some("\"::1\""),
                (true, _, false) => Some("\"127.0.0.1\""),
                (_, true, true) => Some("\"::\""),
                (_, true, false) => Some("\"0.0.0.0\""),
                (false, false, _) => None,
            };
            if let Some(same) = same {
                mistake.fix(node.span(), same);
            }
            return None;
        }
        if let Some(hosts) = hosts
            && let Some(place) = hosts.iter().position(|host| *host == address)
        {
            let is_own = self.host.is_none_or(|own| usize::from(own) == place);
            return Some(if is_own { Address::Own } else { Address::Peer });
        }
        let loopback = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        if address.is_loopback() && !loopback.contains(&address) {
            let expected = "127.0.0.1, the only loopback address";
            self.reader
                .out_of_range(node, what, expected)
                .fix(node.span(), "\"127.0.0.1\"");
            return None;
        }
        Some(match address {
            _ if address.is_unspecified() => Address::Any,
            _ if address.is_loopback() => Address::Loopback,
            _ => Address::Elsewhere,
        })
    }
}
