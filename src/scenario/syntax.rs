//! Mistakes of syntax: `ron` finds them, this says it in plain words and points at the right place.

use super::diagnostic::Diagnostic;
use super::node::{Node, options};
use super::scan;
use ron::error::{Error, Position, SpannedError};
use serde::de::IgnoredAny;
use std::ops::Range;

/// Checks the syntax of a whole source; returns the value in it.
///
/// # Errors
/// With the first mistake: after it nobody can tell what was meant.
pub fn check(source: &str) -> Result<Node<'_>, Box<Diagnostic>> {
    // Editors of one system put a mark before the text, which is no part of it.
    let text = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let offset = source.len() - text.len();
    let moved = |mut mistake: Box<Diagnostic>| {
        let later = |span: &Range<usize>| span.start + offset..span.end + offset;
        mistake.span = later(&mistake.span);
        if let Some((span, _)) = &mut mistake.fix {
            *span = later(span);
        }
        mistake
    };
    let Some(range) = scan::significant(text).map_err(moved)? else {
        let what = match text.trim().is_empty() {
            true => "the file is empty",
            false => "the file has nothing but comments",
        };
        let mut empty = Diagnostic::new("empty", 0..0, what, "expected `Scenario(…)`");
        empty.help("`lastack new FILE` writes a scenario to start from");
        return Err(Box::new(empty));
    };
    match options().from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(Node {
            text: &text[range.clone()],
            start: range.start + offset,
        }),
        Err(error) => Err(moved(Box::new(explain(text, &error)))),
    }
}

/// The octet at a position of `ron`, which counts lines and characters from 1.
fn octet(source: &str, position: &Position) -> usize {
    let line: usize = source
        .split_inclusive('\n')
        .take(position.line - 1)
        .map(str::len)
        .sum();
    let column = source[line..].char_indices().nth(position.col - 1);
    column.map_or(source.len(), |(place, _)| line + place)
}

fn explain(source: &str, error: &SpannedError) -> Diagnostic {
    let at = octet(source, &error.span.end);
    let token = scan::token_at(source, at);
    let found = match &source[token.clone()] {
        "" => "the end of the file".to_string(),
        text => format!("`{}`", text.chars().take(40).collect::<String>()),
    };
    let here =
        |message: String, label: &str| Diagnostic::new("syntax", token.clone(), message, label);
    match &error.code {
        Error::ExpectedComma => no_comma(source, at, &found),
        Error::ExpectedMapColon => after_token(source, at, "a colon and a value", &found),
        Error::ExpectedArrayEnd
        | Error::ExpectedMapEnd
        | Error::ExpectedStructLikeEnd
        | Error::ExpectedOptionEnd => {
            after_token(source, at, "a comma or a closing bracket", &found)
        }
        Error::TrailingCharacters => here(
            format!("found {found} after the end of the scenario"),
            "expected nothing more",
        ),
        Error::Eof | Error::UnexpectedChar(_) | Error::ExpectedIdentifier => here(
            format!("expected a value, found {found}"),
            "expected a value",
        ),
        Error::InvalidEscape(_) => here(
            "a string has an escape that does not exist".into(),
            "in this string",
        ),
        Error::IntegerOutOfBounds => here("a number is too large".into(), "too large"),
        Error::ExceededRecursionLimit => Diagnostic::new(
            "too-deep",
            token.clone(),
            "brackets are nested too deep",
            "one level too many",
        ),
        Error::ExpectedAttribute | Error::ExpectedAttributeEnd | Error::NoSuchExtension(_) => here(
            format!("expected `Scenario(…)`, found {found}"),
            "expected `Scenario`",
        ),
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            let first = letters.next().map(|c| c.to_lowercase().to_string());
            let text = first.unwrap_or_default() + letters.as_str();
            here(format!("{text}; found {found}"), "cannot be read")
        }
    }
}

/// Something is missing after the last token before `at`.
fn after_token(source: &str, at: usize, expected: &str, found: &str) -> Diagnostic {
    let end = scan::token_before(source, at).end;
    let message = format!("expected {expected}, found {found}");
    Diagnostic::new("syntax", end..end, message, format!("expected {expected}"))
}

/// Two values without a comma between them, or a field without its colon.
fn no_comma(source: &str, at: usize, found: &str) -> Diagnostic {
    let before = scan::token_before(source, at);
    let end = before.end..before.end;
    // Fields are written small, and values that are names are not.
    let is_field = source[before].starts_with(|c: char| c.is_ascii_lowercase());
    let (what, sign) = match is_field && found != "`:`" {
        true => ("a colon", ":"),
        false => ("a comma", ","),
    };
    let message = format!("expected {what}, found {found}");
    let mut mistake = Diagnostic::new("syntax", end.clone(), message, format!("expected `{sign}`"));
    if found == "`:`" {
        mistake.help(
            "either all values in parentheses have names or none: Bind(9091, Fails(EADDRINUSE))",
        );
    } else {
        mistake.fix(end, sign);
    }
    mistake
}
