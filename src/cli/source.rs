//! Reading scenarios: every mistake is shown in place.

use super::{Exit, output};
use crate::scenario::{self, Scenario, diagnostic::Diagnostic, units};
use crate::sim::plan::TIME_LIMIT;
use crate::time::Time;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// Reads a scenario, or says what is wrong with it.
pub fn load(path: &Path) -> Result<Scenario, Exit> {
    let bytes = read(path).map_err(|error| output::file_error(path, &error))?;
    scenario::load_bytes(&bytes).map_err(|diagnostics| {
        output::message(render(path, &bytes, &diagnostics).trim_end());
        Exit::CouldNotRun
    })
}

/// Reads a file, or enough of it to know that it is too large.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = scenario::SOURCE_MAX as u64 + 1;
    fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a moment of virtual time from the command line: `90s`, `1min30s`.
pub fn moment(text: &str) -> Result<Time, String> {
    let span =
        units::duration(text).map_err(|error| format!("it {}; {}", error.problem, error.help))?;
    let time = Time::ZERO + span;
    if TIME_LIMIT < time {
        return Err("it is later than a week, when every run is cut off".to_owned());
    }
    Ok(time)
}

/// Reads a seed from the command line.
pub fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// Columns of a message: longer lines of a scenario are cut around the mistake, and advice goes on
/// below.
const WIDTH: usize = 120;

/// The diagnostics as text, with the lines they speak of.
fn render(path: &Path, bytes: &[u8], diagnostics: &[Diagnostic]) -> String {
    // What is too large is shown by its beginning.
    let is_too_large = scenario::SOURCE_MAX < bytes.len();
    let source = shown(if is_too_large { &bytes[..100] } else { bytes });
    let name = path.display().to_string();
    let renderer = Renderer::styled().term_width(WIDTH);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[report(&name, &source, diagnostic)]));
        text.push_str("\n\n");
    }
    let count = diagnostics.len();
    let mistakes = if count == 1 { "mistake" } else { "mistakes" };
    text.push_str(&format!("{name}: {count} {mistakes}"));
    text
}

/// The file as text in which every octet keeps its place; what is not UTF-8 shows as `?`.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// One mistake with its line. What the message or the label says already is not said again.
fn report<'a>(name: &'a str, source: &'a str, diagnostic: &'a Diagnostic) -> Group<'a> {
    let end = source.len();
    let span = diagnostic.span.start.min(end)..diagnostic.span.end.min(end);
    let span = span.start..span.start + marked(&source[span.clone()]);
    let mut annotation = AnnotationKind::Primary.span(span);
    if !diagnostic.message.ends_with(&diagnostic.label) {
        annotation = annotation.label(diagnostic.label.as_str());
    }
    let title = Level::ERROR
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    let mut group = title.element(Snippet::source(source).path(name).annotation(annotation));
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(wrapped(help)));
    }
    if let Some((_, replacement)) = &diagnostic.fix
        && !diagnostic.label.contains(replacement.as_str())
    {
        group = group.element(Level::HELP.message(format!("write {replacement}")));
    }
    group
}

/// How many octets of a mistake are marked: a line of it that is too long to show, in part.
fn marked(text: &str) -> usize {
    const MARK_MAX: usize = WIDTH / 2;
    match text.char_indices().nth(MARK_MAX) {
        Some((end, _)) if !text.contains('\n') => end,
        _ => text.len(),
    }
}

/// The text in lines that leave room for `   = help: ` before them.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && WIDTH - 20 < width + 1 + length {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}
