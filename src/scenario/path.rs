//! The section `path`: delay, rate, queue and loss of both directions, and the MTU.

use super::node::Node;
use super::reader::{Fields, Reader};
use crate::link::DirectionPlan;
use crate::rng::Ratio;
use crate::time::Span;

/// Delay of a direction where the scenario gives none.
const DEFAULT_DELAY: Span = Span::from_millis(10);
/// Packets that may queue where the scenario does not say, as in Linux's `pfifo` and `netem`.
const DEFAULT_QUEUE: u32 = 1000;
/// The MTU of Ethernet. RFC 894.
const DEFAULT_MTU: u16 = 1500;

/// The largest datagram that the path carries, which hosts know unless they have an MTU of their own.
#[derive(Clone, Copy, Debug)]
pub struct Mtu<'a> {
    /// In octets, with the IP header.
    octets: u16,
    /// Where it is given.
    node: Option<Node<'a>>,
}

/// What an MTU leaves to a host's packets.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Octets of the largest packet, with the IP header.
    pub packet: u16,
    /// Octets of text in the largest segment without options.
    pub text: u16,
}

impl Mtu<'_> {
    /// What it leaves to packets of IPv4 or IPv6.
    pub fn room(self, is_ipv6: bool) -> Room {
        Room {
            packet: self.octets,
            text: self.octets_of_text(is_ipv6),
        }
    }

    /// Octets of text in the largest segment without options, and so the MSS. RFC 9293 §3.7.1.
    pub fn octets_of_text(self, is_ipv6: bool) -> u16 {
        let headers = if is_ipv6 { 60 } else { 40 };
        // A smaller MTU is a mistake that is reported; the value must only not be zero.
        self.octets.saturating_sub(headers).max(1)
    }
}

/// The fields of the path.
pub const FIELDS: &[&str] = &[
    "delay", "rate", "queue", "loss", "mark_at", "marks", "mtu", "icmp", "from",
];
/// Those of one direction.
const OF_DIRECTION: &[&str] = &[
    "delay", "rate", "queue", "loss", "mark_at", "marks", "mtu", "icmp",
];

/// Reads the MTU alone, which hosts need before the rest.
pub fn read_mtu<'a>(path: Option<Node<'a>>, reader: &mut Reader) -> Mtu<'a> {
    // All other mistakes of the section are reported when it is read as a whole.
    let mut quiet = Reader::default();
    let fields = path.and_then(|node| quiet.fields(node, "Path", FIELDS));
    let node = fields.and_then(|fields| fields.get("mtu"));
    let octets = node.and_then(|node| read_octets(reader, node, "`mtu`"));
    Mtu {
        octets: octets.unwrap_or(DEFAULT_MTU),
        node,
    }
}

/// Reads the MTU of one host, which has that of the path unless it says otherwise.
pub fn read_mtu_of_host<'a>(
    node: Option<Node<'a>>,
    path: Mtu<'a>,
    is_ipv6: bool,
    reader: &mut Reader,
) -> Mtu<'a> {
    let octets = node.and_then(|node| read_octets(reader, node, "`mtu`"));
    let Some(octets) = octets else {
        return path;
    };
    let own = Mtu { octets, node };
    check_mtu(own, is_ipv6, reader);
    own
}

fn read_octets(reader: &mut Reader, node: Node, what: &str) -> Option<u16> {
    let octets = reader.integer(node, what, 68..=u64::from(u16::MAX))?;
    u16::try_from(octets).ok()
}

/// Reports an MTU too small for IPv6. RFC 8200 §5; for IPv4, RFC 791 §3.2 names 68.
pub fn check_mtu(mtu: Mtu, is_ipv6: bool, reader: &mut Reader) {
    if let Some(node) = mtu.node.filter(|_| is_ipv6 && mtu.octets < 1280) {
        reader
            .out_of_range(node, "`mtu`", "at least 1280 with IPv6")
            .help("RFC 8200 §5: every link of IPv6 carries 1280 octets");
    }
}

/// Reads both directions, each at the place of its sender, without faults; `mtu` is that of the path,
/// `hosts` are those of the hosts.
pub fn read(
    path: Option<Node>,
    mtu: Mtu,
    hosts: [Mtu; 2],
    is_ipv6: bool,
    reader: &mut Reader,
) -> [DirectionPlan; 2] {
    let mut base = DirectionPlan {
        delay: DEFAULT_DELAY,
        rate: None,
        queue_limit: DEFAULT_QUEUE,
        loss: Ratio::ZERO,
        impairment: None,
        ip_header: if is_ipv6 { 40 } else { 20 },
        mtu: Some(mtu.octets),
        says_too_big: true,
        mark_at: None,
        marks: Ratio::ZERO,
        faults: Vec::new(),
    };
    let Some(fields) = path.and_then(|node| reader.fields(node, "Path", FIELDS)) else {
        return limited([base.clone(), base], hosts);
    };
    read_direction(&fields, &mut base, reader);
    let mut directions = [base.clone(), base];
    let mut queues = [Queue::of(&fields); 2];
    let entries = fields
        .read("from", reader, Reader::entries)
        .unwrap_or_default();
    for (_, key, value) in entries {
        let sender = reader.host(key, "`from`");
        if let Some(fields) = reader.fields(value, "Direction", OF_DIRECTION) {
            let sender = usize::from(sender.unwrap_or(0));
            let direction = &mut directions[sender];
            read_direction(&fields, direction, reader);
            queues[sender] = Queue::of(&fields).or(queues[sender]);
            let own = fields.read("mtu", reader, read_octets);
            if let Some(octets) = own {
                let node = fields.get("mtu");
                check_mtu(Mtu { octets, node }, is_ipv6, reader);
                direction.mtu = Some(octets);
            }
        }
    }
    // What both directions have in common is reported once.
    for (queue, direction) in queues.into_iter().zip(&directions) {
        queue.check(direction, reader);
    }
    limited(directions, hosts)
}

/// Where the two fields stand that decide about marks of a queue.
#[derive(Clone, Copy)]
struct Queue<'a> {
    mark_at: Option<Node<'a>>,
    rate: Option<Node<'a>>,
}

impl<'a> Queue<'a> {
    fn of(fields: &Fields<'a>) -> Queue<'a> {
        Queue {
            mark_at: fields.get("mark_at"),
            rate: fields.get("rate"),
        }
    }

    /// Those of a direction, where it has its own.
    fn or(self, both: Queue<'a>) -> Queue<'a> {
        Queue {
            mark_at: self.mark_at.or(both.mark_at),
            rate: self.rate.or(both.rate),
        }
    }

    /// Reports a queue that cannot mark: there is none, or it is full before.
    fn check(self, direction: &DirectionPlan, reader: &mut Reader) {
        let (Some(node), Some(at)) = (self.mark_at, direction.mark_at) else {
            return;
        };
        let limit = direction.queue_limit;
        // A wrong rate is a mistake of its own.
        if self.rate.is_none() {
            reader
                .report(
                    "contradiction",
                    node.span(),
                    "`mark_at` without `rate`: nothing ever queues",
                    "needs a `rate`",
                )
                .help("without a queue, `marks` marks at random");
        } else if limit <= at {
            let expected = format!("less than `queue`, which is {limit}");
            reader.out_of_range(node, "`mark_at`", &expected);
        }
    }
}

/// A direction has a limit only if its sender may exceed it.
fn limited(mut directions: [DirectionPlan; 2], hosts: [Mtu; 2]) -> [DirectionPlan; 2] {
    for (direction, host) in directions.iter_mut().zip(hosts) {
        direction.mtu = direction.mtu.filter(|mtu| *mtu < host.octets);
    }
    directions
}

fn read_direction(fields: &Fields, direction: &mut DirectionPlan, reader: &mut Reader) {
    fields.read_into("delay", &mut direction.delay, reader, Reader::duration);
    fields.read_into("rate", &mut direction.rate, reader, |reader, node, what| {
        Some(Some(reader.rate(node, what)?))
    });
    let queue = &mut direction.queue_limit;
    fields.read_into("queue", queue, reader, |reader, node, what| {
        reader.integer_u32(node, what, 1..=u32::MAX)
    });
    fields.read_into("loss", &mut direction.loss, reader, Reader::ratio);
    let mark_at = &mut direction.mark_at;
    fields.read_into("mark_at", mark_at, reader, |reader, node, what| {
        Some(Some(reader.integer_u32(node, what, 1..=u32::MAX)?))
    });
    fields.read_into("marks", &mut direction.marks, reader, Reader::ratio);
    let icmp = &mut direction.says_too_big;
    fields.read_into("icmp", icmp, reader, Reader::boolean);
}
