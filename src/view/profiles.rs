//! Profiles: constants and policies, side by side or one profile with its sources.
//!
//! Read from the catalogue, group by group. The width of a table is an argument: nothing here asks
//! a terminal. Start reading at [`side_by_side`].

use super::words::wrapped;
use crate::host::profile::catalogue::{self, ConstantId, Group};
use crate::host::profile::{Profile, ProfileName};

/// Blanks between two columns.
const GAP: usize = 2;

/// Every constant with its value in each of some profiles, a table for each group.
///
/// A table that would have more than `width` columns goes on in further ones with as many profiles
/// each. With `sources` each group is followed by where its values come from.
pub fn side_by_side(profiles: &[ProfileName], sources: bool, width: usize) -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let constants: Vec<ConstantId> = of(group).collect();
        for columns in blocks(group, &constants, profiles, width) {
            separate(&mut text);
            for row in rows(group, &constants, columns) {
                push(&mut text, &row);
            }
        }
        if sources {
            list_sources(&mut text, &constants, profiles, width);
        }
    }
    text
}

/// One profile: every constant with its value, its meaning, what else it may be, and its source.
pub fn alone(profile: ProfileName, width: usize) -> String {
    let values = Profile::new(profile);
    let mut text = format!("{}: {}\n", profile.name(), profile.about());
    for group in Group::ALL {
        separate(&mut text);
        push(&mut text, group.title());
        let names = of(group).map(|constant| constant.name().len());
        let column = names.max().unwrap_or(0) + GAP;
        for constant in of(group) {
            let value = constant.shown(constant.get(&values));
            push(&mut text, &format!("  {:<column$}{value}", constant.name()));
            let meaning = format!("{}; {}", constant.meaning(), constant.kind());
            push_wrapped(&mut text, "      ", &meaning, width);
            let source = format!("source: {}", profile.source(constant));
            push_wrapped(&mut text, "      ", &source, width);
        }
    }
    text
}

fn of(group: Group) -> impl Iterator<Item = ConstantId> {
    catalogue::all().filter(move |constant| constant.group() == group)
}

/// The profiles in as few blocks of about the same size as have at most `width` columns.
fn blocks<'a>(
    group: Group,
    constants: &[ConstantId],
    profiles: &'a [ProfileName],
    width: usize,
) -> Vec<&'a [ProfileName]> {
    for count in 1..profiles.len() {
        let size = profiles.len().div_ceil(count);
        let blocks: Vec<&[ProfileName]> = profiles.chunks(size).collect();
        let fits = |block: &&[ProfileName]| {
            let rows = rows(group, constants, block);
            rows.iter().all(|row| row.chars().count() <= width)
        };
        if blocks.iter().all(fits) {
            return blocks;
        }
    }
    profiles.chunks(1).collect()
}

/// The lines of one table, the heading first.
fn rows(group: Group, constants: &[ConstantId], profiles: &[ProfileName]) -> Vec<String> {
    let mut columns = vec![vec![group.title().to_owned()]];
    columns[0].extend(constants.iter().map(|c| format!("  {}", c.name())));
    for profile in profiles {
        let values = Profile::new(*profile);
        let mut column = vec![profile.name().to_owned()];
        column.extend(constants.iter().map(|c| c.shown(c.get(&values))));
        columns.push(column);
    }
    let width_of = |column: &[String]| column.iter().map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| width_of(column).unwrap_or(0) + GAP)
        .collect();
    let row = |place: usize| {
        let cells = columns.iter().zip(&widths);
        let row: String = cells
            .map(|(column, width)| format!("{:<width$}", column[place]))
            .collect();
        row.trim_end().to_owned()
    };
    (0..=constants.len()).map(row).collect()
}

/// Where each value comes from; profiles that give the same source share a line.
fn list_sources(
    text: &mut String,
    constants: &[ConstantId],
    profiles: &[ProfileName],
    width: usize,
) {
    separate(text);
    for constant in constants {
        push(text, &format!("  {}", constant.name()));
        let mut told: Vec<(&str, Vec<&str>)> = Vec::new();
        for profile in profiles {
            let source = profile.source(*constant);
            match told.iter_mut().find(|(other, _)| *other == source) {
                Some((_, names)) => names.push(profile.name()),
                None => told.push((source, vec![profile.name()])),
            }
        }
        for (source, names) in told {
            let line = format!("{}: {source}", names.join(", "));
            push_wrapped(text, "      ", &line, width);
        }
    }
}

/// An empty line, but not at the beginning.
fn separate(text: &mut String) {
    if !text.is_empty() {
        text.push('\n');
    }
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// A text whose further lines are indented a little more than its first.
fn push_wrapped(text: &mut String, indent: &str, line: &str, width: usize) {
    for (place, line) in wrapped(line, width - indent.len() - GAP).iter().enumerate() {
        let more = if place == 0 { "" } else { "  " };
        push(text, &format!("{indent}{more}{line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_asked_for() {
        for width in [80, 100, 120] {
            let tables = side_by_side(&ProfileName::ALL, true, width);
            let alone = ProfileName::ALL.map(|profile| alone(profile, width));
            for line in tables
                .lines()
                .chain(alone.iter().flat_map(|one| one.lines()))
            {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn every_constant_of_every_profile_is_shown_once_at_any_width() {
        for width in [80, 120] {
            let text = side_by_side(&ProfileName::ALL, false, width);
            for constant in catalogue::all() {
                let name = constant.name();
                let rows = text
                    .lines()
                    .filter(|line| line.split_whitespace().next() == Some(name));
                let values: usize = rows.map(|row| row.split_whitespace().count() - 1).sum();
                assert_eq!(values, ProfileName::ALL.len(), "{width}: {name}");
            }
        }
    }
}
