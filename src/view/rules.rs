//! What a run is made from, in words: faults, what they wait for, the path, overridden constants.

use super::words::ordinal;
use crate::host::profile::{Profile, catalogue};
use crate::link::DirectionPlan;
use crate::link::fault::{Action, Fault, Kind, Transmission, TriggerId, Which};
use crate::link::impair::Impairment;
use crate::sim::plan::{HostPlan, Injection, Plan, Trigger};
use crate::time::{Span, Time};
use std::fmt::Write;

/// A fault of `sender`, by its place in the scenario's list.
pub fn fault_of(plan: &Plan, sender: usize, place: u16) -> Option<&Fault> {
    let faults = &plan.path[sender].faults;
    let (_, fault) = faults.iter().find(|(listed, _)| *listed == place)?;
    Some(fault)
}

/// `faults[0], 1st of 2`: the rule that decided a packet, and which of its packets it was.
pub fn hit(plan: &Plan, sender: usize, place: u16, hit: u32) -> String {
    let which = match fault_of(plan, sender, place).map(|fault| fault.which) {
        Some(Which::First(1)) => "the 1st".to_owned(),
        Some(Which::First(limit)) => format!("{} of {limit}", ordinal(hit.into())),
        Some(Which::Nth(n) | Which::NthEitherWay { nth: n, .. }) => {
            format!("the {}", ordinal(n.into()))
        }
        Some(Which::Every(n)) => format!("the {}", ordinal(u64::from(hit) * u64::from(n))),
        Some(Which::All) | None => ordinal(hit.into()),
    };
    format!("faults[{place}], {which}")
}

/// A fault as a sentence without its subject: `drops the first 2 ACKs of a FIN`.
pub fn fault(plan: &Plan, fault: &Fault) -> String {
    let mut text = match fault.action {
        Action::Drop => "drops ".to_owned(),
        Action::Duplicate { .. } => "duplicates ".to_owned(),
        Action::Delay(_) => "delays ".to_owned(),
        Action::Hold(_) => "holds ".to_owned(),
        Action::Answer(_) => "answers ".to_owned(),
        Action::Mark => "marks ".to_owned(),
    };
    let kind = fault.matching.kind;
    match fault.which {
        Which::All => text += &format!("all {}", kind_of(kind, true)),
        Which::First(1) => text += &format!("the first {}", kind_of(kind, false)),
        Which::First(n) => text += &format!("the first {n} {}", kind_of(kind, true)),
        Which::Nth(n) | Which::NthEitherWay { nth: n, .. } => {
            text += &format!("the {} {}", ordinal(n.into()), kind_of(kind, false))
        }
        Which::Every(n) => text += &format!("every {} {}", ordinal(n.into()), kind_of(kind, false)),
    }
    text += &conditions(fault);
    match fault.action {
        Action::Drop | Action::Mark => {}
        Action::Duplicate { copies: 1, apart } => {
            text += &format!("; the copy comes {apart} later")
        }
        Action::Duplicate { copies, apart } => text += &format!("; {copies} copies, {apart} apart"),
        Action::Delay(by) => text += &format!(" by {by}"),
        Action::Hold(wanted) => text += &format!(" until {}", trigger(plan, wanted)),
        Action::Answer(kind) => text += &format!(" with ICMP: {kind}"),
    }
    text
}

fn conditions(fault: &Fault) -> String {
    let matching = &fault.matching;
    let mut text = String::new();
    if let Some(flags) = matching.flags {
        text += &format!(" with flags [{flags}]");
    }
    text += match matching.transmission {
        Transmission::Any => "",
        Transmission::First => " sent for the first time",
        Transmission::Again => " sent again",
    };
    if let Some(connection) = matching.connection {
        text += &format!(" of #{connection}");
    }
    if matching.from != Time::ZERO {
        text += &format!(" from {}", matching.from);
    }
    if matching.until != Time::NEVER {
        text += &format!(" before {}", matching.until);
    }
    text
}

/// What a packet is, or several.
const fn kind_of(kind: Kind, several: bool) -> &'static str {
    match (kind, several) {
        (Kind::Any, false) => "packet",
        (Kind::Any, true) => "packets",
        (Kind::Syn, false) => "SYN",
        (Kind::Syn, true) => "SYNs",
        (Kind::SynAck, false) => "SYN-ACK",
        (Kind::SynAck, true) => "SYN-ACKs",
        (Kind::AckOfSyn, false) => "ACK of a SYN",
        (Kind::AckOfSyn, true) => "ACKs of a SYN",
        (Kind::Data, false) => "data segment",
        (Kind::Data, true) => "data segments",
        (Kind::Fin, false) => "FIN",
        (Kind::Fin, true) => "FINs",
        (Kind::AckOfFin, false) => "ACK of a FIN",
        (Kind::AckOfFin, true) => "ACKs of a FIN",
        (Kind::Ack, false) => "empty ACK",
        (Kind::Ack, true) => "empty ACKs",
        (Kind::Rst, false) => "RST",
        (Kind::Rst, true) => "RSTs",
        (Kind::Probe, false) => "window probe",
        (Kind::Probe, true) => "window probes",
    }
}

/// What a held packet waits for.
pub fn trigger(plan: &Plan, wanted: TriggerId) -> String {
    let name = |host: u8| &plan.hosts[usize::from(host)].name;
    match plan.triggers.get(usize::from(wanted.0)) {
        None => "something unknown".to_owned(),
        Some(Trigger::At(time)) => time.to_string(),
        Some(Trigger::Reaches {
            host,
            state,
            connection,
        }) => {
            let which = connection.map_or(String::new(), |number| format!(" #{number}"));
            format!("{}{which} reaches {state}", name(*host))
        }
        Some(Trigger::Sends { host, kind }) => {
            let article = match kind {
                Kind::AckOfSyn | Kind::AckOfFin | Kind::Ack | Kind::Rst => "an",
                Kind::Any | Kind::Syn | Kind::SynAck | Kind::Data | Kind::Fin | Kind::Probe => "a",
            };
            format!("{} sends {article} {}", name(*host), kind_of(*kind, false))
        }
    }
}

/// A segment from outside in words: `[R] in the name of server, 1ms after client reaches TIME-WAIT`.
pub fn injection(plan: &Plan, injection: &Injection) -> String {
    let from = usize::from(injection.from.min(1));
    let when = trigger(plan, injection.when);
    let is_moment = matches!(
        plan.triggers.get(usize::from(injection.when.0)),
        Some(Trigger::At(_))
    );
    let when = match (injection.after, is_moment) {
        (Span::ZERO, true) => format!("at {when}"),
        (Span::ZERO, false) => format!("when {when}"),
        (after, _) => format!("{after} after {when}"),
    };
    let name = |host: usize| &plan.hosts[host].name;
    match injection.icmp {
        Some(kind) => format!("ICMP to {}: {kind}, {when}", name(1 - from)),
        None => format!(
            "[{}] in the name of {}, {when}",
            injection.flags,
            name(from)
        ),
    }
}

/// One direction of the path: `10ms, 10Mbit/s with a queue of 100, 1% loss`.
pub fn direction(plan: &DirectionPlan) -> String {
    let mut text = plan.delay.to_string();
    if let Some(rate) = plan.rate {
        let _ = write!(text, ", {}, queue {}", rate_of(rate), plan.queue_limit);
    }
    if let Some(at) = plan.mark_at.filter(|_| plan.rate.is_some()) {
        let _ = write!(text, ", marks from {at} on");
    }
    if let Some(mtu) = plan.mtu {
        let silent = if plan.says_too_big {
            ""
        } else {
            " without ICMP"
        };
        let _ = write!(text, ", MTU {mtu}{silent}");
    }
    if plan.loss.is_zero() {
        text += ", no random loss";
    } else {
        let _ = write!(text, ", random loss {}", plan.loss);
    }
    if !plan.marks.is_zero() {
        let _ = write!(text, ", random marks {}", plan.marks);
    }
    if let Some(impairment) = &plan.impairment {
        let Impairment {
            duplicate,
            reorder,
            by,
        } = impairment;
        let _ = write!(text, ", {duplicate} copied and {reorder} held up by {by}");
    }
    text
}

/// Bits a second in the largest unit that shows the rate exactly.
fn rate_of(rate: u64) -> String {
    for (unit, name) in [
        (1_000_000_000, "Gbit/s"),
        (1_000_000, "Mbit/s"),
        (1_000, "kbit/s"),
    ] {
        if rate != 0 && rate.is_multiple_of(unit) {
            return format!("{}{name}", rate / unit);
        }
    }
    format!("{rate}bit/s")
}

/// The constants in which a host differs from its profile, each with its value.
pub fn overrides(host: &HostPlan) -> Vec<(&'static str, String)> {
    changed(&Profile::new(host.profile.name), &host.profile)
}

/// The constants in which two profiles differ, each with the value of the second.
pub fn changed(before: &Profile, after: &Profile) -> Vec<(&'static str, String)> {
    let differing = catalogue::all().filter_map(|constant| {
        let value = constant.get(after);
        (value != constant.get(before)).then(|| (constant.name(), constant.shown(value)))
    });
    differing.collect()
}
