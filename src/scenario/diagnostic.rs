//! What is wrong with a scenario, and where.
//!
//! Plain data: the command line prints it with the source around it, a playground may underline it.
//! Positions are octets of the source, so that no tool has to agree with another about columns.

use std::ops::Range;

/// One mistake in a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of mistake: `unknown-field`, `out-of-range`, …; stable, for tools and tests.
    pub code: &'static str,
    /// The octets of the source that are wrong; empty between two tokens or at the end of the file.
    pub span: Range<usize>,
    /// What is wrong, as one sentence without capital and full stop.
    pub message: String,
    /// A few words to stand right at the place.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What to write instead, and in place of which octets of the source.
    pub fix: Option<(Range<usize>, String)>,
}

impl Diagnostic {
    /// A mistake without advice.
    pub fn new(
        code: &'static str,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            span,
            message: message.into(),
            label: label.into(),
            help: None,
            fix: None,
        }
    }

    /// Adds what to do about it.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Adds what to write instead of the octets in `span`.
    pub fn fix(&mut self, span: Range<usize>, text: impl Into<String>) -> &mut Diagnostic {
        self.fix = Some((span, text.into()));
        self
    }

    /// Line and column where it starts, both from 1.
    pub fn line_column(&self, source: &str) -> (usize, usize) {
        line_column(source, self.span.start)
    }
}

/// Line and column of the octet at `offset`, both from 1; columns count characters.
///
/// An offset beyond the end is the end; one within a character is that character. A byte order
/// mark has no width.
pub fn line_column(source: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &source[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..]
            .trim_start_matches('\u{FEFF}')
            .chars()
            .count()
            + 1,
    )
}

/// The word of `known` that `word` was probably meant to be.
///
/// Case, hyphens and underscores do not count: `TIME-WAIT` is `TimeWait`.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this two words have little in common.
    const ALIKE: f64 = 0.8;
    /// A longer word is no misspelling; comparing it would only take time.
    const WORD_MAX: usize = 64;
    if WORD_MAX < word.len() {
        return None;
    }
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(word);
    let mut best: Option<(f64, &str)> = None;
    for candidate in known {
        let alike = strsim::jaro_winkler(&wanted, &plain(candidate));
        if ALIKE <= alike && best.is_none_or(|(most, _)| most < alike) {
            best = Some((alike, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
