//! `lastack test`: runs every scenario with every seed it names, and compares what happened with
//! what was kept.

use super::snapshots::{self, House, Place, absolute, shortened};
use super::{Exit, output, run, source};
use crate::view::report::Report;
use crate::view::timeline;
use anstyle::{AnsiColor, Style};
use clap::Args;
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

/// Run every scenario with every seed it names; hold expectations, compare snapshots.
#[derive(Debug, Args)]
pub struct Test {
    /// Scenario files, or folders of them.
    #[arg(value_name = "PATH", default_value = "sims")]
    paths: Vec<PathBuf>,
    /// Show each snapshot that differs and ask what to do with it.
    #[arg(long, conflicts_with = "accept")]
    review: bool,
    /// Keep what happened as what should happen.
    #[arg(long)]
    accept: bool,
}

/// What the whole command came to.
#[derive(Debug, Default)]
struct Tally {
    passed: u32,
    failed: u32,
    could_not_run: bool,
    /// Snapshots that some scenario and seed refer to.
    referenced: BTreeSet<PathBuf>,
    /// Houses of which every scenario was run.
    whole_houses: BTreeSet<House>,
}

impl Test {
    /// Runs all of it.
    pub fn execute(&self) -> Exit {
        let mut tally = Tally::default();
        let mut files = BTreeSet::new();
        for path in &self.paths {
            if let Err(error) = collect(path, &mut Vec::new(), &mut files) {
                let exit = output::file_error(path, &error);
                if error.kind() == io::ErrorKind::NotFound && path == Path::new("sims") {
                    output::message("name scenarios or folders of them: lastack test PATH…");
                }
                return exit;
            }
        }
        if files.is_empty() {
            let paths: Vec<String> = self.paths.iter().map(|p| p.display().to_string()).collect();
            output::message(&format!(
                "error: no scenario (*.ron) found in {}",
                paths.join(", ")
            ));
            return Exit::CouldNotRun;
        }
        if let Err(exit) = check_names(&files) {
            return exit;
        }
        for file in &files {
            self.test_file(file, &mut tally);
        }
        self.find_whole_houses(&files, &mut tally);
        self.report_unreferenced(&mut tally);
        say(&format!("{} passed, {} failed", tally.passed, tally.failed));
        match tally {
            Tally {
                could_not_run: true,
                ..
            } => Exit::CouldNotRun,
            Tally { failed: 0, .. } => Exit::Held,
            Tally { .. } => Exit::Failed,
        }
    }

    fn test_file(&self, file: &Path, tally: &mut Tally) {
        let place = match Place::of(file) {
            Ok(place) => place,
            Err(reason) => {
                output::message(&format!("error: {}: {reason}", file.display()));
                tally.could_not_run = true;
                return;
            }
        };
        let Ok(scenario) = source::load(file) else {
            tally.could_not_run = true;
            return;
        };
        let name = place.input_file();
        for &seed in &scenario.seeds {
            let trial = run::trial(&scenario, seed);
            let report = Report::new(&scenario, &trial);
            let body = timeline::render(&report.run(&name, &scenario, &trial));
            let snapshot = place.snapshot(seed);
            tally.referenced.insert(snapshot.clone());
            let mut failures = Vec::new();
            if !trial.held() {
                failures.push(format!(
                    "does not hold: lastack run {} --seed {seed}",
                    file.display()
                ));
            }
            match self.compare(&snapshot, &name, &body) {
                Ok(None) => {}
                Ok(Some(difference)) => failures.push(difference),
                Err(error) => {
                    tally.could_not_run = true;
                    failures.push(format!(
                        "{}: {}",
                        snapshot.display(),
                        output::reason(&error)
                    ));
                }
            }
            tell(&name, seed, &failures, tally);
        }
    }

    /// What is wrong with the snapshot, if it is not what happened.
    fn compare(&self, snapshot: &Path, input_file: &str, body: &str) -> io::Result<Option<String>> {
        let kept = snapshots::read(snapshot)?;
        let pending = snapshots::pending(snapshot);
        if kept
            .as_deref()
            .is_some_and(|kept| kept.trim_end() == body.trim_end())
        {
            // What waited to be reviewed no longer differs.
            remove_if_there(&pending)?;
            return Ok(None);
        }
        let kept = kept.unwrap_or_default();
        let accepted = self.accept || (self.review && ask(input_file, &kept, body, &pending)?);
        if accepted {
            snapshots::write(snapshot, input_file, body)?;
            remove_if_there(&pending)?;
            return Ok(None);
        }
        if !self.review {
            snapshots::write(&pending, input_file, body)?;
        }
        let path = snapshot.display();
        if kept.is_empty() {
            return Ok(Some(format!("there is no snapshot yet: {path}")));
        }
        let difference = difference(&kept, body);
        Ok(Some(format!("snapshot differs: {path}\n{difference}")))
    }

    /// A house counts as whole if the folder of its scenarios was named, or one around it.
    fn find_whole_houses(&self, files: &BTreeSet<PathBuf>, tally: &mut Tally) {
        let folders: Vec<PathBuf> = self.paths.iter().map(|path| absolute(path)).collect();
        for place in files.iter().filter_map(|file| Place::of(file).ok()) {
            let sims = absolute(&place.house.sims());
            if folders.iter().any(|folder| sims.starts_with(folder)) {
                tally.whole_houses.insert(place.house);
            }
        }
    }

    /// A snapshot whose scenario or seed is gone.
    fn report_unreferenced(&self, tally: &mut Tally) {
        for house in tally.whole_houses.clone() {
            let found = match snapshots::all(&house.snapshots()) {
                Ok(found) => found,
                Err(error) => {
                    output::file_error(&house.snapshots(), &error);
                    tally.could_not_run = true;
                    continue;
                }
            };
            for path in found {
                let kept = PathBuf::from(path.to_string_lossy().trim_end_matches(".new"));
                if tally.referenced.contains(&kept) {
                    continue;
                }
                if self.accept && fs::remove_file(&path).is_ok() {
                    say(&format!(
                        "removed {}: no scenario and seed refer to it",
                        path.display()
                    ));
                    continue;
                }
                say(&format!(
                    "FAILED  {}: no scenario and seed refer to it",
                    path.display()
                ));
                tally.failed += 1;
            }
        }
    }
}

/// All scenario files at or below a path, in order of their names; `above` are the folders around it.
fn collect(path: &Path, above: &mut Vec<PathBuf>, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        fs::metadata(path)?;
        files.insert(shortened(path));
        return Ok(());
    }
    let folder = fs::canonicalize(path)?;
    if above.contains(&folder) {
        // A link back to a folder around it: everything in there is found already.
        output::message(&format!(
            "note: {} leads back to {}",
            path.display(),
            folder.display()
        ));
        return Ok(());
    }
    above.push(folder);
    for entry in fs::read_dir(path)? {
        let entry = entry?.path();
        if entry.is_dir() {
            collect(&entry, above, files)?;
        } else if entry.extension().is_some_and(|ending| ending == "ron") {
            files.insert(shortened(&entry));
        }
    }
    above.pop();
    Ok(())
}

/// Two scenarios must not share snapshots, nor have some that differ only in capitals, since on
/// many machines these are one file: neither runs.
fn check_names(files: &BTreeSet<PathBuf>) -> Result<(), Exit> {
    let mut taken: BTreeMap<(House, String), &Path> = BTreeMap::new();
    let mut verdict = Ok(());
    for file in files {
        let Ok(place) = Place::of(file) else { continue };
        let key = (place.house.clone(), place.key());
        if let Some(other) = taken.insert(key, file) {
            output::message(&format!(
                "error: {} and {} would have the same snapshots: rename one of them",
                other.display(),
                file.display()
            ));
            verdict = Err(Exit::CouldNotRun);
        }
    }
    verdict
}

fn tell(name: &str, seed: u64, failures: &[String], tally: &mut Tally) {
    if failures.is_empty() {
        tally.passed += 1;
        say(&format!("ok      {name} seed {seed}"));
        return;
    }
    tally.failed += 1;
    for failure in failures {
        say(&format!("FAILED  {name} seed {seed}: {failure}"));
    }
}

fn say(line: &str) {
    // A reader who has seen enough closes the pipe; the work is done all the same.
    let _ = output::result(&format!("{line}\n"));
}

/// Shows what differs and asks whether to keep it; true if yes.
fn ask(name: &str, kept: &str, body: &str, pending: &Path) -> io::Result<bool> {
    say(&format!("{name}\n{}", difference(kept, body)));
    say("[a]ccept, [r]eject or [s]kip?");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "a" | "accept" => Ok(true),
        "r" | "reject" => {
            remove_if_there(pending)?;
            Ok(false)
        }
        _ => {
            snapshots::write(pending, name, body)?;
            Ok(false)
        }
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The lines that differ, with those around them.
fn difference(kept: &str, body: &str) -> String {
    let (red, green) = (AnsiColor::Red.on_default(), AnsiColor::Green.on_default());
    let plain = Style::new();
    let diff = TextDiff::from_lines(kept.trim_end(), body.trim_end());
    let mut text = String::new();
    for (i, group) in diff.grouped_ops(2).iter().enumerate() {
        if i > 0 {
            text.push_str("        …\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', red),
                ChangeTag::Insert => ('+', green),
                ChangeTag::Equal => (' ', plain),
            };
            let line = change.value().trim_end();
            text.push_str(&format!("      {style}{sign} {line}{style:#}\n"));
        }
    }
    text.truncate(text.trim_end().len());
    text
}
