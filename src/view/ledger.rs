//! The ledger of RFC 9293's requirements, as a table or one entry in full.
//!
//! The width is an argument, as with [`super::profiles`]. Start reading at [`table`].

use super::words::wrapped;
use crate::check::ledger::{self, PARTS, Requirement, Verdict};

/// Columns of the name of a requirement, with the blanks around it.
const NAMES: usize = 11;
/// Columns of a section, with the blanks behind it.
const SECTIONS: usize = 11;
/// Columns of a verdict, with the blanks behind it.
const VERDICTS: usize = 11;
/// Columns before the evidence of an entry.
const INDENT: usize = 6;

/// All requirements, part by part, with a line for each that says what became of it, and below it
/// the evidence or the reason; then the totals.
///
/// No line has more than `width` columns, of which there are 40 at least.
pub fn table(width: usize) -> String {
    let mut text = String::new();
    let title = "What RFC 9293 requires, and what the profile Rfc9293 makes of it.";
    push_lines(&mut text, 0, title, width);
    for part in &PARTS {
        text.push_str(&format!("\n{} {}\n", part.section, part.title));
        for requirement in part.requirements {
            push_row(&mut text, requirement, width);
            push_grounds(&mut text, requirement.verdict, INDENT, width);
        }
    }
    text.push('\n');
    push_totals(&mut text, width);
    text
}

/// One requirement, every field with its name.
pub fn entry(requirement: &Requirement, width: usize) -> String {
    let mut text = format!(
        "{} ({}), RFC 9293 {}\n",
        requirement.id,
        requirement.level.name(),
        place(requirement.section)
    );
    push_lines(&mut text, 2, requirement.asks, width);
    text.push_str(&format!("  {}\n", requirement.verdict.name()));
    push_grounds(&mut text, requirement.verdict, 4, width);
    text
}

/// A section or an appendix, as the RFC is cited.
fn place(section: &str) -> String {
    if section.starts_with(|c: char| c.is_ascii_digit()) {
        format!("§{section}")
    } else {
        format!("appendix {section}")
    }
}

/// Name, section, verdict and what is asked, which is wrapped below itself.
fn push_row(text: &mut String, requirement: &Requirement, width: usize) {
    let begin = NAMES + SECTIONS + VERDICTS;
    let (section, verdict) = (requirement.section, requirement.verdict.name());
    let name = format!("  {}", requirement.id);
    let mut head = format!("{name:<NAMES$}{section:<SECTIONS$}{verdict:<VERDICTS$}");
    for line in wrapped(requirement.asks, width.saturating_sub(begin)) {
        text.push_str(&head);
        text.push_str(&line);
        text.push('\n');
        head = " ".repeat(begin);
    }
}

/// Where it is obeyed and what shows it, or why not.
fn push_grounds(text: &mut String, verdict: Verdict, indent: usize, width: usize) {
    match verdict {
        Verdict::Obeyed { by, shown } => {
            push_paths(text, "by ", by, indent, width);
            push_paths(text, "shown by ", shown, indent, width);
        }
        Verdict::Departs(reason) | Verdict::NotTaken(reason) | Verdict::DoesNotApply(reason) => {
            push_lines(text, indent, reason, width)
        }
    }
}

/// Paths with commas between them, as many on a line as there is room for.
fn push_paths(text: &mut String, label: &str, paths: &[&str], indent: usize, width: usize) {
    let listed: Vec<String> = paths
        .iter()
        .map(|path| breakable(path, width - indent - 2))
        .collect();
    push_lines(
        text,
        indent,
        &format!("{label}{}", listed.join(", ")),
        width,
    );
}

/// A path, with a blank before its function if it would not fit on a line of its own.
fn breakable(path: &str, room: usize) -> String {
    // The comma that follows needs room as well.
    match path.rsplit_once("::") {
        Some((module, function)) if room <= path.len() => format!("{module}:: {function}"),
        _ => path.to_owned(),
    }
}

/// A text whose further lines are indented by two more columns than its first.
fn push_lines(text: &mut String, indent: usize, line: &str, width: usize) {
    let blanks = " ".repeat(indent);
    for (place, line) in wrapped(line, width.saturating_sub(indent + 2))
        .iter()
        .enumerate()
    {
        let more = if place == 0 { "" } else { "  " };
        text.push_str(&format!("{blanks}{more}{line}\n"));
    }
}

fn push_totals(text: &mut String, width: usize) {
    let totals = ledger::totals();
    let counts = [
        format!("{} obeyed", totals.obeyed),
        format!("{} depart", totals.depart),
        format!("{} not taken", totals.not_taken),
        format!("{} do not apply", totals.do_not_apply),
    ];
    let line = format!(
        "{} requirements: {}",
        ledger::all().count(),
        counts.join(", ")
    );
    push_lines(text, 0, &line, width);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked_for() {
        for width in [40, 80, 120] {
            let entries = ledger::all().map(|requirement| entry(requirement, width));
            let whole = table(width) + &entries.collect::<String>();
            for line in whole.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn every_requirement_has_its_row() {
        let whole = table(120);
        for requirement in ledger::all() {
            let rows = whole.lines().filter(|line| {
                line.starts_with("  ") && line.split_whitespace().next() == Some(requirement.id)
            });
            assert_eq!(rows.count(), 1, "{}", requirement.id);
        }
        let last = whole.lines().last();
        assert!(
            last.is_some_and(|line| line.starts_with("132 requirements: ")),
            "{last:?}"
        );
    }

    #[test]
    fn an_entry_is_shown_in_full() {
        let requirement = ledger::find("must-13").expect("there is one");
        assert_eq!(
            entry(requirement, 80),
            "\
MUST-13 (MUST), RFC 9293 §3.6.1
  who closes first waits 2 MSL in TIME-WAIT
  obeyed
    by tcp::timers::Tcb::start_time_wait
    shown by tcp::tests::time_wait::t37_time_wait_ends_after_2msl,
      tcp::tests::calls::close_with_unread_text_leaves_time_wait_alone,
      teardown/final_ack_lost
"
        );
    }
}
