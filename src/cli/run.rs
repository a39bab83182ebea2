//! `lastack run`: runs a scenario and prints what happened.

use super::{Exit, output, source};
use crate::check::trial::Trial;
use crate::scenario::Scenario;
use crate::sim::observer::Observer;
use crate::sim::vitals::Watch;
use crate::view::report::Report;
use crate::view::{self, json, timeline};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// Run a scenario and print its timeline.
#[derive(Debug, Args)]
pub struct Run {
    /// The scenario file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The seed from which everything random follows; else the first that the scenario names.
    #[arg(long, value_name = "N", value_parser = super::source::seed, allow_hyphen_values = true)]
    seed: Option<u64>,
    /// End the run after this moment, such as 90s; what is expected later then fails.
    #[arg(long, value_name = "TIME", value_parser = super::source::moment, allow_hyphen_values = true)]
    until: Option<crate::time::Time>,
    /// Also tell what changes inside connections: cwnd, round trips, timers. JSON always does.
    #[arg(short, long)]
    verbose: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Timeline)]
    format: Format,
    /// Write the result to this file; - is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line an event, for people.
    Timeline,
    /// JSON Lines, for programs.
    Json,
}

impl Run {
    /// Runs it.
    pub fn execute(&self) -> Exit {
        self.try_execute().unwrap_or_else(|exit| exit)
    }

    fn try_execute(&self) -> Result<Exit, Exit> {
        let mut scenario = source::load(&self.file)?;
        if self.until.is_some() {
            scenario.plan.until = self.until;
        }
        let seed = self.seed.unwrap_or_else(|| scenario.seeds[0]);
        let name = self.file.display().to_string();
        let mut watch = Watch::default();
        let trial = if self.verbose || self.format == Format::Json {
            trial_before(&mut watch, &scenario, seed)
        } else {
            trial(&scenario, seed)
        };
        let report = Report::new(&scenario, &trial);
        let view = view::run::Run {
            changes: &watch.changes,
            ..report.run(&name, &scenario, &trial)
        };
        let text = match self.format {
            Format::Timeline => timeline::render(&view),
            Format::Json => json::render(&view),
        };
        output::result_to(self.output.as_deref(), &text)?;
        Ok(if trial.held() {
            Exit::Held
        } else {
            Exit::Failed
        })
    }
}

/// Runs a scenario with a seed, with all that is held against it.
pub fn trial(scenario: &Scenario, seed: u64) -> Trial {
    trial_before(&mut (), scenario, seed)
}

fn trial_before<O: Observer>(other: &mut O, scenario: &Scenario, seed: u64) -> Trial {
    let expectations: Vec<_> = scenario
        .expectations
        .iter()
        .map(|stated| stated.expectation.clone())
        .collect();
    Trial::run_before(other, &Arc::new(scenario.plan.clone()), &expectations, seed)
}
