//! `lastack conform`: recorded runs and learned machines, held against the simulator.

use super::{Exit, output};
use crate::drill::compare::{self, Conformity, Line};
use crate::drill::known::{Known, waits};
use crate::drill::model::Machine;
use crate::drill::tester::{self, Deviation, Tried};
use crate::host::profile::ProfileName;
use clap::Args;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Replay recorded runs and learned machines; say what agrees and what differs.
#[derive(Debug, Args)]
pub struct Conform {
    /// Recorded runs (*.json) and learned machines (*.tsv), or folders of them.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Differences that may be: a file with a line `name: reason` for each.
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
    /// The profile for learned machines; else the one that a file's name has in it.
    #[arg(long, value_name = "NAME", value_parser = profile)]
    profile: Option<ProfileName>,
    /// Show the recorded run and the simulated one side by side.
    #[arg(short, long)]
    verbose: bool,
}

/// What the whole command came to.
#[derive(Debug, Default)]
struct Tally {
    agree: u32,
    differ: u32,
    known: u32,
    waiting: u32,
    could_not_run: bool,
}

impl Conform {
    /// Holds all of it against the simulator.
    pub fn execute(&self) -> Exit {
        self.try_execute().unwrap_or_else(|exit| exit)
    }

    fn try_execute(&self) -> Result<Exit, Exit> {
        let known = match &self.known {
            Some(path) => {
                let text = read(path)?;
                Known::read(&text).map_err(|mistake| {
                    output::message(&format!("error: {}:{mistake}", path.display()));
                    Exit::CouldNotRun
                })?
            }
            None => Known::default(),
        };
        let mut files = Vec::new();
        for path in &self.files {
            collect(path, &mut files)?;
        }
        let mut tally = Tally::default();
        for file in &files {
            self.file(file, &known, &mut tally)?;
        }
        let Tally {
            agree,
            differ,
            known,
            waiting,
            could_not_run,
        } = tally;
        output::result(&format!(
            "{agree} agree, {differ} differ, {known} differ on purpose, {waiting} wait\n"
        ))?;
        Ok(match (could_not_run, differ) {
            (true, _) => Exit::CouldNotRun,
            (false, 0) => Exit::Held,
            (false, _) => Exit::Failed,
        })
    }

    fn file(&self, file: &Path, known: &Known, tally: &mut Tally) -> Result<(), Exit> {
        let Ok(text) = read(file) else {
            tally.could_not_run = true;
            return Ok(());
        };
        let is_recording = text.trim_start().starts_with('{')
            || file.extension().is_some_and(|ending| ending == "json");
        if !is_recording {
            return self.machine(file, &text, known, tally);
        }
        match compare::conform(&text) {
            Ok(conformity) => self.tell(&conformity, known, tally),
            Err(mistake) => {
                output::message(&format!("error: {}:{mistake}", file.display()));
                tally.could_not_run = true;
                Ok(())
            }
        }
    }

    fn tell(&self, conformity: &Conformity, known: &Known, tally: &mut Tally) -> Result<(), Exit> {
        let name = &conformity.name;
        let mut text = String::new();
        let reason = known.of_recording(name, &conformity.topic);
        let word = match reason {
            _ if conformity.differences.is_empty() => {
                tally.agree += 1;
                "agrees"
            }
            Some(reason) if waits(reason) => {
                tally.waiting += 1;
                "waits"
            }
            Some(_) => {
                tally.known += 1;
                "known"
            }
            None => {
                tally.differ += 1;
                "differs"
            }
        };
        text += &format!("{word:<8}{name}\n");
        if let Some(reason) = reason.filter(|_| !conformity.differences.is_empty()) {
            text += &format!("        {reason}\n");
        }
        for difference in &conformity.differences {
            text += &format!("        {difference}\n");
        }
        if self.verbose {
            side_by_side(conformity, &mut text);
        }
        output::result(&text)
    }
}

/// Random walks through a learned machine, and their length.
const WALKS: (u32, u32) = (200, 100);

impl Conform {
    /// Tries a learned machine.
    fn machine(
        &self,
        file: &Path,
        text: &str,
        known: &Known,
        tally: &mut Tally,
    ) -> Result<(), Exit> {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let mut could_not = |message: String| {
            output::message(&format!("error: {}:{message}", file.display()));
            tally.could_not_run = true;
        };
        let machine = match Machine::read(text) {
            Ok(machine) => machine,
            Err(mistake) => {
                could_not(mistake.to_string());
                return Ok(());
            }
        };
        let Some(profile) = self.profile.or_else(|| ProfileName::in_file_name(&name)) else {
            could_not(" the name has no profile in it: say --profile NAME".to_owned());
            return Ok(());
        };
        let (walks, length) = WALKS;
        let tried = tester::try_machine(
            &machine,
            &profile.as_learned(),
            profile.habits(),
            walks,
            length,
        );
        output::result(&tell_machine(&name, &tried, known, tally))
    }
}

/// What came of trying a machine, as lines.
fn tell_machine(name: &str, tried: &Tried, known: &Known, tally: &mut Tally) -> String {
    let reason =
        |deviation: &Deviation| known.of_transition(name, &deviation.state, &deviation.input);
    let (listed, unlisted): (Vec<_>, Vec<_>) = tried
        .differences
        .iter()
        .partition(|deviation| reason(deviation).is_some());
    // A walk that leaves the machine where a listed transition does says nothing more.
    let astray: Vec<_> = tried
        .astray
        .iter()
        .filter(|deviation| reason(deviation).is_none())
        .collect();
    let agrees = unlisted.is_empty() && astray.is_empty();
    let is_waiting = |deviation: &&Deviation| reason(deviation).is_some_and(waits);
    let waiting = tried
        .differences
        .iter()
        .chain(&tried.astray)
        .find(is_waiting);
    let word = match (agrees, listed.is_empty() && tried.astray.is_empty()) {
        (true, true) => {
            tally.agree += 1;
            "agrees"
        }
        (true, false) if waiting.is_some() => {
            tally.waiting += 1;
            "waits"
        }
        (true, false) => {
            tally.known += 1;
            "known"
        }
        (false, _) => {
            tally.differ += 1;
            "differs"
        }
    };
    let mut text = format!(
        "{word:<8}{name}: {} of {} transitions agree, {} differ on purpose; {} of {} walks of {} inputs agree\n",
        tried.transitions - tried.differences.len(),
        tried.transitions,
        listed.len(),
        tried.walks.0 as usize - tried.astray.len(),
        tried.walks.0,
        tried.walks.1.checked_div(tried.walks.0).unwrap_or(0),
    );
    for state in &tried.unreached {
        let _ = writeln!(text, "        {state}: no input leads to it");
    }
    for deviation in unlisted
        .iter()
        .copied()
        .chain(astray.iter().take(1).copied())
    {
        let _ = writeln!(
            text,
            "        {} {}: learned {}; simulated {}; after {}",
            deviation.state,
            deviation.input,
            deviation.learned,
            deviation.simulated,
            deviation.after.join(" "),
        );
    }
    text
}

/// Reads the name of a profile.
fn profile(text: &str) -> Result<ProfileName, String> {
    let found = ProfileName::ALL
        .into_iter()
        .find(|name| name.name().eq_ignore_ascii_case(text));
    found.ok_or_else(|| {
        let names: Vec<&str> = ProfileName::ALL.iter().map(|name| name.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

fn read(path: &Path) -> Result<String, Exit> {
    let bytes = fs::read(path).map_err(|error| output::file_error(path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        output::message(&format!(
            "error: {}: octet {place} is not UTF-8",
            path.display()
        ));
        Exit::CouldNotRun
    })
}

/// A file, or all recordings and machines in a folder, in order of their names.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Exit> {
    let failed = |error| output::file_error(path, &error);
    if !path.is_dir() {
        fs::metadata(path).map_err(failed)?;
        files.push(path.to_path_buf());
        return Ok(());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        let ending = entry.extension().and_then(|ending| ending.to_str());
        if entry.is_file() && matches!(ending, Some("json" | "tsv")) {
            found.push(entry);
        }
    }
    if found.is_empty() {
        output::message(&format!(
            "error: {}: no recording (*.json) and no machine (*.tsv) in this folder",
            path.display()
        ));
        return Err(Exit::CouldNotRun);
    }
    found.sort_unstable();
    files.append(&mut found);
    Ok(())
}

/// Columns of one side.
const WIDTH: usize = 56;

/// Both runs, what is alike in one line; `<` only recorded, `>` only simulated.
fn side_by_side(conformity: &Conformity, out: &mut String) {
    let recorded = compare::lines(&conformity.recorded);
    let simulated = compare::lines(&conformity.simulated);
    let texts =
        |lines: &[Line]| -> Vec<String> { lines.iter().map(|line| line.text.clone()).collect() };
    let (left, right) = (texts(&recorded), texts(&simulated));
    let side = |line: Option<&Line>| {
        line.map_or_else(String::new, |line| {
            // What never came has no time.
            let time = if line.time == crate::time::Time::NEVER {
                "-".to_owned()
            } else {
                line.time.to_string()
            };
            format!("{time:>14} {}", line.text)
        })
    };
    let mut row = |mark: char, left: Option<&Line>, right: Option<&Line>| {
        let (left, right) = (side(left), side(right));
        let pad = WIDTH.saturating_sub(left.chars().count());
        let line = format!("  {left}{:pad$} {mark} {right}", "");
        let _ = writeln!(out, "{}", line.trim_end());
    };
    for op in capture_diff_slices(Algorithm::Myers, &left, &right) {
        match op {
            DiffOp::Equal {
                old_index,
                new_index,
                len,
            } => {
                for i in 0..len {
                    row(
                        ' ',
                        recorded.get(old_index + i),
                        simulated.get(new_index + i),
                    );
                }
            }
            DiffOp::Delete {
                old_index, old_len, ..
            } => {
                for i in old_index..old_index + old_len {
                    row('<', recorded.get(i), None);
                }
            }
            DiffOp::Insert {
                new_index, new_len, ..
            } => {
                for i in new_index..new_index + new_len {
                    row('>', None, simulated.get(i));
                }
            }
            DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            } => {
                for i in old_index..old_index + old_len {
                    row('<', recorded.get(i), None);
                }
                for i in new_index..new_index + new_len {
                    row('>', None, simulated.get(i));
                }
            }
        }
    }
}
