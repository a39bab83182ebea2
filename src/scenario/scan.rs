//! Brackets, strings and comments of a source, before `ron` reads it.
//!
//! Three things are told better from here than from a parser in the middle of its work: a bracket
//! that nobody closed, nesting without end, and where the last token before a place ended.

use super::diagnostic::{Diagnostic, line_column};
use std::ops::Range;

/// Brackets may stand in each other this deep.
///
/// A scenario needs ten; `ron` counts two or three levels for each, and its own limit of 128 keeps
/// the stack safe.
pub const NESTING_MAX: usize = 32;

/// A piece of the source that is neither white space nor comment.
struct Token {
    span: Range<usize>,
    kind: TokenKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TokenKind {
    Open(char),
    Close(char),
    Other,
}

/// What goes on to the end of the file, and the octet at which it starts.
#[derive(Clone, Copy)]
enum Unclosed {
    Comment(usize),
    String(usize),
}

/// Takes a source apart; what it cannot close is an error.
struct Tokens<'a> {
    source: &'a str,
    at: usize,
}

impl Tokens<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    /// Skips white space and comments.
    fn skip_trivia(&mut self) -> Result<(), Unclosed> {
        loop {
            let rest = self.rest();
            // Everything that `ron` skips and Unicode calls white space, with two marks that it does not.
            let trimmed = rest.trim_start_matches(|c: char| {
                c.is_whitespace() || c == '\u{200E}' || c == '\u{200F}'
            });
            self.at += rest.len() - trimmed.len();
            if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else if self.rest().starts_with("/*") {
                self.skip_block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    fn skip_block_comment(&mut self) -> Result<(), Unclosed> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return Ok(());
                }
            } else if let Some(c) = rest.chars().next() {
                self.at += c.len_utf8();
            } else {
                return Err(Unclosed::Comment(start));
            }
        }
    }

    /// The next token; a word, a number and a string are one each, everything else a character.
    fn next(&mut self) -> Result<Option<Token>, Unclosed> {
        self.skip_trivia()?;
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        let mut kind = TokenKind::Other;
        match first {
            '(' | '[' | '{' => kind = TokenKind::Open(first),
            ')' | ']' | '}' => kind = TokenKind::Close(first),
            _ => {}
        }
        if first == '"' {
            self.skip_string(start)?;
        } else if first == '\'' {
            self.skip_character();
        } else if first.is_alphanumeric() || first == '_' {
            let rest = self.rest();
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let word = &rest[..end.unwrap_or(rest.len())];
            let (raw, len) = (matches!(word, "r" | "br"), word.len());
            self.at += len;
            if raw && self.rest().trim_start_matches('#').starts_with('"') {
                self.skip_raw_string(start)?;
            }
        } else {
            self.at += first.len_utf8();
        }
        Ok(Some(Token {
            span: start..self.at,
            kind,
        }))
    }

    fn skip_string(&mut self, start: usize) -> Result<(), Unclosed> {
        let mut escaped = false;
        for (i, c) in self.source[start + 1..].char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.at = start + 1 + i + 1;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(Unclosed::String(start))
    }

    fn skip_raw_string(&mut self, start: usize) -> Result<(), Unclosed> {
        let hashes = self.rest().len() - self.rest().trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        self.at += hashes + 1;
        match self.rest().find(&end) {
            Some(i) => {
                self.at += i + end.len();
                Ok(())
            }
            None => Err(Unclosed::String(start)),
        }
    }

    /// A character in quotes, or a lone quote, on which `ron` will have its say.
    fn skip_character(&mut self) {
        let mut rest = self.rest()[1..].char_indices();
        let closed = match rest.next() {
            Some((_, '\\')) => {
                rest.next();
                rest.find(|(_, c)| *c == '\'' || *c == '\n')
            }
            _ => rest.next(),
        };
        self.at += match closed {
            Some((i, '\'')) => i + 2,
            _ => 1,
        };
    }
}

/// The part of the source from its first token to its last; `None` if there is no token.
///
/// # Errors
/// If a bracket, string or comment is not closed, a bracket is closed by another kind, or brackets
/// are nested too deep.
pub fn significant(source: &str) -> Result<Option<Range<usize>>, Box<Diagnostic>> {
    let mut tokens = Tokens { source, at: 0 };
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut range: Option<Range<usize>> = None;
    while let Some(token) = tokens.next().map_err(|what| unclosed(source, what))? {
        match token.kind {
            TokenKind::Open(_) if open.len() == NESTING_MAX => return Err(too_deep(&token)),
            TokenKind::Open(c) => open.push((c, token.span.start)),
            TokenKind::Close(c) => match open.pop() {
                Some((opened, _)) if closing(opened) == c => {}
                opened => return Err(mismatch(source, c, &token, opened)),
            },
            TokenKind::Other => {}
        }
        let start = range.map_or(token.span.start, |range| range.start);
        range = Some(start..token.span.end);
    }
    match (open.pop(), range) {
        (Some(bracket), Some(range)) => Err(cut_off(source, bracket, range.end)),
        (_, range) => Ok(range),
    }
}

/// The last token that starts before `offset`.
pub fn token_before(source: &str, offset: usize) -> Range<usize> {
    let mut tokens = Tokens { source, at: 0 };
    let mut before = 0..0;
    while let Ok(Some(token)) = tokens.next() {
        if offset <= token.span.start {
            break;
        }
        before = token.span;
    }
    before
}

/// The token at `offset` or the next one after it.
pub fn token_at(source: &str, offset: usize) -> Range<usize> {
    let mut tokens = Tokens { source, at: 0 };
    while let Ok(Some(token)) = tokens.next() {
        if offset < token.span.end {
            return token.span;
        }
    }
    source.len()..source.len()
}

const fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

fn unclosed(source: &str, what: Unclosed) -> Box<Diagnostic> {
    let (start, end, name, close) = match what {
        Unclosed::Comment(start) => (start, start + 2, "comment", "*/"),
        Unclosed::String(start) => {
            // The quote was most likely forgotten in this line.
            let line = source[start..].lines().next().unwrap_or("").trim_end();
            (start, start + line.len(), "string", "\"")
        }
    };
    let mut unclosed = Diagnostic::new(
        "syntax",
        start..end,
        format!("a {name} is not closed"),
        format!("this {name} goes on to the end of the file"),
    );
    unclosed.help(format!("close it with {close}"));
    Box::new(unclosed)
}

fn cut_off(source: &str, (open, at): (char, usize), end: usize) -> Box<Diagnostic> {
    let (line, column) = line_column(source, at);
    let mut cut_off = Diagnostic::new(
        "syntax",
        end..end,
        format!("the file ends, but `{open}` of line {line}, column {column} is still open"),
        format!("expected `{}`", closing(open)),
    );
    cut_off.help("the file may have been cut off");
    Box::new(cut_off)
}

fn too_deep(token: &Token) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(
        "too-deep",
        token.span.clone(),
        format!("brackets are nested deeper than {NESTING_MAX} levels"),
        "one level too many",
    ))
}

fn mismatch(
    source: &str,
    close: char,
    token: &Token,
    opened: Option<(char, usize)>,
) -> Box<Diagnostic> {
    let (message, label) = match opened {
        None => (
            format!("`{close}` closes a bracket that nobody opened"),
            "nothing is open here".to_string(),
        ),
        Some((open, at)) => {
            let (line, column) = line_column(source, at);
            (
                format!(
                    "found `{close}`, but `{open}` of line {line}, column {column} is still open"
                ),
                format!("expected `{}`", closing(open)),
            )
        }
    };
    let span = token.span.clone();
    Box::new(Diagnostic::new("syntax", span, message, label))
}
