//! `lastack check`: reads scenarios and reports every mistake.

use super::{Exit, output, source};
use clap::Args;
use std::path::PathBuf;

/// Read scenarios and report every mistake, without running them.
#[derive(Debug, Args)]
pub struct Check {
    /// Scenario files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Check {
    /// Checks every file.
    pub fn execute(&self) -> Exit {
        let mut exit = Exit::Held;
        for path in &self.files {
            match source::load(path) {
                Ok(scenario) => {
                    let seeds = scenario.seeds.len();
                    let seeds = format!("{seeds} seed{}", if seeds == 1 { "" } else { "s" });
                    let states = scenario.expectations.len();
                    let states =
                        format!("{states} expectation{}", if states == 1 { "" } else { "s" });
                    if output::result(&format!(
                        "{}: no mistakes; {seeds}, {states}\n",
                        path.display()
                    ))
                    .is_err()
                    {
                        return Exit::CouldNotRun;
                    }
                }
                Err(_) => exit = Exit::CouldNotRun,
            }
        }
        exit
    }
}
