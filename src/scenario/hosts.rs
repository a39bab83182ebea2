//! The section `hosts`: two machines with their addresses and profiles.

use super::events;
use super::node::Node;
use super::overrides;
use super::path::{Mtu, read_mtu_of_host};
use super::reader::Reader;
use crate::host::profile::{Profile, ProfileName};
use crate::sim::plan::{HostEvent, HostIndex, HostPlan};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest name of a host, in characters: two of them and an arrow share a line of a timeline.
const NAME_MAX: usize = 20;

/// Names of the hosts where the scenario gives none.
const DEFAULT_NAMES: [&str; 2] = ["client", "server"];

/// Private addresses, RFC 1918; those of the recorded kernel runs.
const DEFAULT_IPV4: [Ipv4Addr; 2] = [
    Ipv4Addr::new(172, 16, 79, 182),
    Ipv4Addr::new(172, 16, 79, 132),
];

/// Of the block for documentation, RFC 3849.
const DEFAULT_IPV6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x182),
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x132),
];

/// The fields of a host.
pub const FIELDS: &[&str] = &["address", "profile", "mtu", "with", "isn", "events"];

/// The names of profiles.
pub const PROFILES: [(&str, ProfileName); 6] = {
    let mut named = [("", ProfileName::Rfc9293); 6];
    let mut place = 0;
    while place < named.len() {
        let name = ProfileName::ALL[place];
        named[place] = (name.name(), name);
        place += 1;
    }
    named
};

/// Reads the names of the hosts, which all other sections refer to.
pub fn read_names(node: Option<Node>, reader: &mut Reader) {
    reader.hosts = DEFAULT_NAMES.map(String::from).to_vec();
    let Some(entries) = node.and_then(|node| node.entries()) else {
        return;
    };
    // Mistakes are reported when the section is read as a whole.
    // Beyond two, which is a mistake too, a few are kept so that not every use of them is one more.
    let mut names: Vec<String> = Vec::new();
    for name in entries.iter().take(8).filter_map(|(key, _)| key.string()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    reader.hosts = names;
}

/// Reads both hosts, and what happens to them in order of time.
///
/// Returns their MTUs too: `path` is that of the path.
pub fn read<'a>(
    node: Option<Node<'a>>,
    path: Mtu<'a>,
    reader: &mut Reader,
) -> ([HostPlan; 2], Vec<HostEvent>, [Mtu<'a>; 2]) {
    let entries = node
        .and_then(|node| reader.entries(node, "`hosts`"))
        .unwrap_or_default();
    // Counted with repeated ones, which are reported already.
    let written = node.and_then(|node| node.entries());
    if let Some((node, written)) = node.zip(written).filter(|(_, written)| written.len() != 2) {
        let place = written.get(2).map_or(node.span(), |(key, _)| key.span());
        let message = format!("expected exactly two hosts, found {}", written.len());
        reader.report("out-of-range", place, message, "expected two hosts");
    }
    for (name, key, _) in &entries {
        check_name(name, *key, reader);
    }
    let nodes = [0, 1].map(|place| entries.get(place).map(|(_, _, value)| *value));
    let fields = nodes.map(|node| reader.fields(node?, "Host", FIELDS));
    let addresses = [0, 1].map(|place| {
        let node = fields[place].as_ref()?.get("address")?;
        Some((node, read_address(node, reader)?))
    });
    check_addresses(addresses, reader);
    let is_ipv6 = addresses
        .iter()
        .flatten()
        .any(|(_, address)| address.is_ipv6());
    let mut happens = Vec::new();
    let mut mtus = [path; 2];
    let hosts = [0, 1].map(|place: usize| {
        let default = match is_ipv6 {
            true => IpAddr::V6(DEFAULT_IPV6[place]),
            false => IpAddr::V4(DEFAULT_IPV4[place]),
        };
        let get = |name| fields[place].as_ref().and_then(|fields| fields.get(name));
        let name = get("profile").and_then(|node| reader.choice(node, "`profile`", &PROFILES));
        let mut profile = Profile::new(name.unwrap_or(ProfileName::Rfc9293));
        let mtu = read_mtu_of_host(get("mtu"), path, is_ipv6, reader);
        mtus[place] = mtu;
        let room = mtu.room(is_ipv6);
        profile.tcp.mss = room.text;
        if is_ipv6 {
            // RFC 9293 §3.7.1: the default is 1,220 with IPv6.
            profile.tcp.default_mss = 1220;
        }
        if let Some(with) = get("with") {
            overrides::read(with, &mut profile, room, reader);
        }
        if let Some(events) = get("events") {
            let host = HostIndex::from(place != 0);
            happens.extend(events::read(events, host, profile, room, reader));
        }
        HostPlan {
            name: reader.hosts.get(place).cloned().unwrap_or_default(),
            address: addresses[place].map_or(default, |(_, address)| address),
            profile,
            isns: get("isn").map_or(Vec::new(), |node| read_isns(node, reader)),
        }
    });
    // Stable: at one moment, those of the first host come first.
    happens.sort_by_key(|event| event.at);
    (hosts, happens, mtus)
}

fn check_name(name: &str, key: Node, reader: &mut Reader) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || NAME_MAX < name.chars().count() || !name.chars().all(allowed) {
        let expected = format!("1 to {NAME_MAX} letters, digits, `-`, `_` or `.`");
        reader.out_of_range(key, "the name of a host", &expected);
    }
}

fn read_address(node: Node, reader: &mut Reader) -> Option<IpAddr> {
    let text = reader.string(node, "`address`")?;
    let Ok(address) = text.parse::<IpAddr>() else {
        reader
            .wrong(node, "`address`", "an IPv4 or IPv6 address")
            .help("\"172.16.79.182\" or \"2001:db8::1\"");
        return None;
    };
    let is_broadcast = address == IpAddr::V4(Ipv4Addr::BROADCAST);
    if address.is_unspecified() || address.is_multicast() || is_broadcast {
        // RFC 9293 §3.9.2.3 (MUST-57): such addresses never take part in a connection.
        reader.out_of_range(node, "`address`", "the address of one machine");
        return None;
    }
    Some(address)
}

fn check_addresses(addresses: [Option<(Node, IpAddr)>; 2], reader: &mut Reader) {
    let [Some((_, first)), Some((node, second))] = addresses else {
        return;
    };
    if first == second {
        let message = format!("both hosts have the address {first}");
        reader.report("duplicate", node.span(), message, "given before");
    } else if first.is_ipv6() != second.is_ipv6() {
        reader
            .report(
                "contradiction",
                node.span(),
                "one host has an IPv4 address, the other an IPv6 address",
                format!("the other host has {first}"),
            )
            .help("both hosts must be of one family: IPv4 or IPv6");
    }
}

fn read_isns(node: Node, reader: &mut Reader) -> Vec<u32> {
    let list = reader.list(node, "`isn`").unwrap_or_default();
    let isns = list.into_iter();
    isns.filter_map(|isn| reader.integer_u32(isn, "an initial sequence number", 0..=u32::MAX))
        .collect()
}
