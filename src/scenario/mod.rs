//! Scenarios: from RON text to the [`Plan`] of a run, or to a list of mistakes with their places.
//!
//! [`load`] is the way in; nothing here reads files. The source goes through three hands: `scan`
//! looks for open brackets and strings, `ron` for the rest of the syntax (`syntax`), and a `Reader`
//! takes the values apart, checks that they make sense together, and goes on after each mistake.
//! The schema is what the files below read, one for each section: `hosts` with `overrides` and
//! `events`, `path`, `faults`, `inject` with `icmp`, `programs` with `steps`, `opening`, `sockets`, `options`
//! and `addresses`, `expectations`. [`template`] is a scenario with every section explained.
//!
//! Not here: how mistakes are printed, and what a plan does. To start reading: `read_scenario`.

mod addresses;
pub mod diagnostic;
mod events;
mod expectations;
mod faults;
mod hosts;
mod icmp;
mod inject;
mod node;
mod opening;
mod options;
mod overrides;
mod path;
mod programs;
mod reader;
mod scan;
mod sockets;
mod steps;
mod syntax;
pub mod units;
mod values;

use crate::check::expectation::Expectation;
use crate::sim::plan::{EVENT_LIMIT, Plan, TIME_LIMIT};
use crate::time::Time;
use diagnostic::Diagnostic;
use node::Node;
use reader::{Fields, Reader};
use std::ops::Range;

/// The largest source, in octets: a thousand times the size of a long scenario.
pub const SOURCE_MAX: usize = 1 << 20;

/// So many mistakes are reported, the first ones of the file; who has more did not write a scenario.
pub const MISTAKES_MAX: usize = 100;

/// So many seeds a scenario can name.
pub const SEEDS_MAX: u64 = 1_000_000;

/// A scenario: a plan, and what belongs to it but not to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it shows, in the author's words; may be empty.
    pub about: String,
    /// Where it comes from: a figure, a bug report.
    pub source: Option<String>,
    /// The seeds with which it is run, in order; at least one, no two alike.
    pub seeds: Vec<u64>,
    /// How the timeline writes sequence numbers.
    pub numbers: Numbers,
    /// What every run of it is made from.
    pub plan: Plan,
    /// What its author states about every run, in order.
    pub expectations: Vec<Stated>,
}

/// A statement about a run as it stands in the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The statement.
    pub expectation: Expectation,
    /// The same as it is written, in one line: `Lasts("client", TimeWait, "240s")`.
    pub text: String,
    /// Where it stands in the source, in octets.
    pub span: Range<usize>,
}

/// How a timeline writes sequence numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Counted from the initial sequence number.
    #[default]
    Relative,
    /// As they stand in the header.
    Absolute,
}

/// Every word of the schema: sections, fields, names of steps, expectations, faults and the rest.
///
/// For tools that complete or colour scenarios, and for the test that no word lacks its place in
/// `docs/scenario.md`.
pub fn words() -> Vec<&'static str> {
    let mut words = SECTIONS.to_vec();
    words.extend(hosts::FIELDS);
    words.extend(hosts::PROFILES.map(|(name, _)| name));
    words.extend(overrides::words());
    words.extend(events::words());
    words.extend(path::FIELDS);
    words.extend(faults::words());
    words.extend(inject::words());
    words.extend(programs::FIELDS);
    words.extend(steps::words());
    words.extend(expectations::words());
    words
}

/// The scenario that `lastack new` writes: small, complete, every section explained.
pub fn template() -> &'static str {
    include_str!("template.ron")
}

/// Reads a scenario.
///
/// # Errors
/// With every mistake that was found, by position; at least one and at most [`MISTAKES_MAX`].
/// A mistake of syntax hides those of meaning.
pub fn load(source: &str) -> Result<Scenario, Vec<Diagnostic>> {
    if SOURCE_MAX < source.len() {
        return Err(vec![too_large()]);
    }
    let root = syntax::check(source).map_err(|mistake| vec![*mistake])?;
    let mut reader = Reader::default();
    let scenario = read_scenario(root, &mut reader);
    let mut mistakes = reader.mistakes;
    // Stable: of two mistakes at one place, the one found first stands first.
    mistakes.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
    mistakes.dedup();
    mistakes.truncate(MISTAKES_MAX);
    match scenario {
        Some(scenario) if mistakes.is_empty() => Ok(scenario),
        _ => Err(mistakes),
    }
}

/// Who reads a file need not read further than that to know.
fn too_large() -> Diagnostic {
    let mut mistake = Diagnostic::new(
        "too-large",
        0..0,
        format!("the file has more than {SOURCE_MAX} octets, the most that a scenario has"),
        "too large for a scenario",
    );
    mistake.help("is this a scenario?");
    mistake
}

/// Reads a scenario from the octets of a file.
///
/// # Errors
/// As [`load`], and if the octets are not UTF-8; spans count octets of `bytes`.
pub fn load_bytes(bytes: &[u8]) -> Result<Scenario, Vec<Diagnostic>> {
    if SOURCE_MAX < bytes.len() {
        return Err(vec![too_large()]);
    }
    match std::str::from_utf8(bytes) {
        Ok(source) => load(source),
        Err(error) => {
            let start = error.valid_up_to();
            let end = start + error.error_len().unwrap_or(bytes.len() - start);
            let octets: Vec<String> = bytes[start..end]
                .iter()
                .map(|octet| format!("{octet:02x}"))
                .collect();
            let mut mistake = Diagnostic::new(
                "not-utf8",
                start..end,
                format!("octet {start} of the file is not UTF-8"),
                format!("found {}", octets.join(" ")),
            );
            mistake.help("save the file as UTF-8");
            Err(vec![mistake])
        }
    }
}

const SECTIONS: &[&str] = &[
    "about", "source", "hosts", "path", "faults", "inject", "programs", "expect", "seeds", "until",
    "limit", "numbers",
];

fn read_scenario(root: Node, reader: &mut Reader) -> Option<Scenario> {
    let fields = reader.fields(root, "Scenario", SECTIONS)?;
    let about = fields.read("about", reader, Reader::string);
    let source = fields.read("source", reader, Reader::string);
    reader.until = read_until(&fields, reader);
    hosts::read_names(fields.get("hosts"), reader);
    let mtu = path::read_mtu(fields.get("path"), reader);
    let (hosts, events, mtus) = hosts::read(fields.get("hosts"), mtu, reader);
    let is_ipv6 = hosts[0].address.is_ipv6();
    reader.addresses = Some([hosts[0].address, hosts[1].address]);
    path::check_mtu(mtu, is_ipv6, reader);
    let mut path = path::read(fields.get("path"), mtu, mtus, is_ipv6, reader);
    let mut triggers = Vec::new();
    let faults = faults::read(fields.get("faults"), &mut path, &mut triggers, reader);
    let room = mtu.octets_of_text(is_ipv6);
    let injections = inject::read(fields.get("inject"), room, &mut triggers, reader);
    let (code, programs) = programs::read(fields.get("programs"), reader);
    check_something_happens(&fields, reader);
    let expectations = expectations::read(fields.get("expect"), reader);
    let limit = fields.read("limit", reader, |reader, node, what| {
        reader.integer(node, what, 1..=u64::MAX)
    });
    Some(Scenario {
        about: about.unwrap_or_default(),
        source,
        seeds: read_seeds(&fields, reader),
        numbers: read_numbers(&fields, reader),
        plan: Plan {
            hosts,
            path,
            foreign: None,
            faults,
            triggers,
            injections,
            captures: Vec::new(),
            playbacks: Vec::new(),
            events,
            code,
            programs,
            until: reader.until,
            event_limit: limit.unwrap_or(EVENT_LIMIT),
            time_limit: TIME_LIMIT,
        },
        expectations,
    })
}

/// Without programs and injections nothing would ever happen.
fn check_something_happens(fields: &Fields, reader: &mut Reader) {
    let is_missing = |node: Option<Node>| match node {
        Some(node) => node.list().is_some_and(|list| list.is_empty()),
        None => true,
    };
    let programs = fields.get("programs");
    let is_misspelt = fields.is_misspelt("programs") || fields.is_misspelt("inject");
    if is_misspelt || !is_missing(programs) || !is_missing(fields.get("inject")) {
        return;
    }
    let (span, label) = match programs {
        Some(node) => (node.span(), "no program"),
        None => (fields.span(), "`programs` is missing"),
    };
    let message = "nothing happens: a scenario needs `programs`, or at least `inject`";
    reader.report("missing-field", span, message, label).help(
        r#"programs: [Program(on: "client", steps: [Connect("s", "server", 9091), Close("s")])]"#,
    );
}

fn read_until(fields: &Fields, reader: &mut Reader) -> Option<Time> {
    let node = fields.get("until")?;
    let until = Time::ZERO + reader.positive_duration(node, "`until`")?;
    if TIME_LIMIT < until {
        reader.out_of_range(node, "`until`", "at most a week: \"7d\"");
        return None;
    }
    Some(until)
}

fn read_numbers(fields: &Fields, reader: &mut Reader) -> Numbers {
    let table = [
        ("Relative", Numbers::Relative),
        ("Absolute", Numbers::Absolute),
    ];
    let numbers = fields.read("numbers", reader, |reader, node, what| {
        reader.choice(node, what, &table)
    });
    numbers.unwrap_or_default()
}

/// The seeds: a list or a range; without either, 1.
fn read_seeds(fields: &Fields, reader: &mut Reader) -> Vec<u64> {
    let Some(node) = fields.get("seeds") else {
        return vec![1];
    };
    if let Some(range) = node
        .value::<std::ops::RangeInclusive<u64>>()
        .filter(|_| node.list().is_none())
    {
        let (first, last) = range.into_inner();
        if last < first {
            reader.out_of_range(node, "`seeds`", "a range that is not empty");
        } else if SEEDS_MAX <= last - first {
            reader.out_of_range(node, "`seeds`", &format!("at most {SEEDS_MAX} seeds"));
        } else {
            return (first..=last).collect();
        }
        return Vec::new();
    }
    let Some(list) = node.list() else {
        let mistake = reader.wrong(node, "`seeds`", "a list or a range: [1, 2] or 1..=100");
        if let Some(seed) = node.value::<u64>() {
            mistake.fix(node.span(), format!("[{seed}]"));
        } else if let Some(range) = node
            .value::<Range<u64>>()
            .filter(|range| range.start < range.end)
        {
            mistake.fix(node.span(), format!("{}..={}", range.start, range.end - 1));
        }
        return Vec::new();
    };
    if list.is_empty() {
        reader.out_of_range(node, "`seeds`", "at least one seed");
    }
    let mut seeds = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for seed in list {
        let Some(value) = reader.integer(seed, "a seed", 0..=u64::MAX) else {
            continue;
        };
        if !seen.insert(value) {
            reader.report(
                "duplicate",
                seed.span(),
                format!("the seed {value} is given twice"),
                "given before",
            );
        }
        seeds.push(value);
    }
    seeds
}

#[cfg(test)]
mod tests;
