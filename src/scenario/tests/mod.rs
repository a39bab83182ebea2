//! Tests of scenarios: what they compile to, and what is said of mistakes.

use super::diagnostic::line_column;
use super::*;

mod arbitrary;
mod bounds;
mod events;
mod icmp;
mod limits;
mod marks;
mod mistakes_sections;
mod mistakes_steps;
mod mistakes_syntax;
mod plans;
mod sockets;

/// Asserts that a scenario has exactly these mistakes, each at its place.
///
/// Places are marked in the source: `‹…›`, in order. Each mistake is written `code: message`; two
/// at one place follow each other.
#[track_caller]
fn finds(marked: &str, expected: &[&str]) {
    let source = marked.replace(['‹', '›'], "");
    let mistakes = load(&source).expect_err("the scenario has mistakes");
    let found: Vec<String> = mistakes
        .iter()
        .map(|mistake| format!("{}: {}", mistake.code, mistake.message))
        .collect();
    assert_eq!(found, expected, "\nin {source}");
    let mut spans: Vec<_> = mistakes
        .iter()
        .map(|mistake| mistake.span.clone())
        .collect();
    spans.dedup();
    assert_eq!(spans, marks(marked), "\nin {source}");
    for mistake in &mistakes {
        let before = &source[..mistake.span.start];
        let lines: Vec<&str> = before.split('\n').collect();
        let column = lines[lines.len() - 1].chars().count() + 1;
        assert_eq!(mistake.line_column(&source), (lines.len(), column));
        if let Some((span, fix)) = &mistake.fix {
            assert!(source.get(span.clone()).is_some() && !fix.is_empty());
        }
    }
}

/// As [`finds`], in a scenario that is well otherwise.
#[track_caller]
fn finds_in(part: &str, expected: &[&str]) {
    let whole = format!("Scenario({part}, programs: [Program(on: \"client\", steps: [])])");
    finds(&whole, expected);
}

/// The octets between the marks, counted without the marks.
fn marks(marked: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let (mut at, mut start) = (0, 0);
    for c in marked.chars() {
        match c {
            '‹' => start = at,
            '›' => spans.push(start..at),
            _ => at += c.len_utf8(),
        }
    }
    spans
}

#[test]
fn lines_and_columns_count_from_one_and_in_characters() {
    let source = "a\nüb\r\n";
    for (offset, place) in [
        (0, (1, 1)),
        (1, (1, 2)),
        (2, (2, 1)),
        (3, (2, 1)),
        (4, (2, 2)),
        (7, (3, 1)),
        (99, (3, 1)),
    ] {
        assert_eq!(line_column(source, offset), place, "{offset}");
    }
}
