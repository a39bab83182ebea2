//! The beginning of a timeline: what the run was made from.
//!
//! A constant that the scenario does not override does not show here, so that a change of a default
//! changes no header.

use super::Timeline;
use super::layout::{WIDTH, push_line, width_of};
use crate::scenario::Numbers;
use crate::view::rules;
use crate::view::words::wrapped;

impl Timeline<'_> {
    /// Scenario, seed, hosts, path and faults.
    pub(super) fn header(&self, out: &mut String) {
        let run = self.run;
        section(out, "scenario  ", run.scenario);
        if !run.about.is_empty() {
            section(out, "about     ", run.about);
        }
        let numbers = match run.numbers {
            Numbers::Relative => "",
            Numbers::Absolute => ", absolute sequence numbers",
        };
        push_line(out, &format!("seed      {}{numbers}", run.seed));
        for (index, host) in (0u8..).zip(&run.plan.hosts) {
            let is_foreign = run.plan.foreign == Some(index);
            let behaves = match is_foreign {
                true => "another stack",
                false => host.profile.name.name(),
            };
            let mut text = format!("{}  {}  {behaves}", host.name, host.address);
            if is_foreign {
                section(out, "host      ", &text);
                continue;
            }
            for (place, (name, value)) in rules::overrides(host).iter().enumerate() {
                text += if place == 0 { " with " } else { ", " };
                text += &format!("{name} {value}");
            }
            section(out, "host      ", &text);
        }
        self.path(out);
        let mut faults = Vec::new();
        for (direction, host) in run.plan.path.iter().zip(&run.plan.hosts) {
            faults.extend(
                direction
                    .faults
                    .iter()
                    .map(|(place, fault)| (*place, host, fault)),
            );
        }
        faults.sort_by_key(|(place, ..)| *place);
        for (place, host, fault) in faults {
            let what = rules::fault(run.plan, fault);
            let text = format!("from {}: {what}", host.name);
            section(out, &format!("faults[{place}] "), &text);
        }
        for (place, injection) in run.plan.injections.iter().enumerate() {
            let text = rules::injection(run.plan, injection);
            section(out, &format!("injections[{place}] "), &text);
        }
    }

    fn path(&self, out: &mut String) {
        let plan = self.run.plan;
        let [there, back] = [0, 1].map(|sender: usize| rules::direction(&plan.path[sender]));
        if there == back {
            section(out, "path      ", &format!("each way {there}"));
            return;
        }
        let [first, second] = [0, 1].map(|host: usize| &plan.hosts[host].name);
        section(out, "path      ", &format!("{first} ──▶ {second} {there}"));
        section(out, "path      ", &format!("{second} ──▶ {first} {back}"));
    }
}

/// A label and a text, whose further lines stand under its first.
pub(super) fn section(out: &mut String, label: &str, text: &str) {
    let width = width_of(label);
    if width + width_of(text) <= WIDTH && !text.contains(char::is_control) {
        return push_line(out, &format!("{label}{text}"));
    }
    for (place, line) in wrapped(text, WIDTH - width).iter().enumerate() {
        let label = if place == 0 { label } else { "" };
        push_line(out, &format!("{label:<width$}{line}"));
    }
}
