//! `lastack netstat`: both socket tables at one moment.

use super::{Exit, output, source};
use crate::sim::record::Stop;
use crate::sim::world::World;
use crate::time::Time;
use crate::view::{netstat, report};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// Print the socket tables of both hosts at a moment of virtual time.
#[derive(Debug, Args)]
pub struct Netstat {
    /// The scenario file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The moment, after everything that happens at it, such as 3s.
    #[arg(long, value_name = "TIME", value_parser = super::source::moment, allow_hyphen_values = true)]
    at: Time,
    /// The seed; else the first that the scenario names.
    #[arg(long, value_name = "N", value_parser = super::source::seed, allow_hyphen_values = true)]
    seed: Option<u64>,
}

impl Netstat {
    /// Runs up to the moment and prints the tables.
    pub fn execute(&self) -> Exit {
        let scenario = match source::load(&self.file) {
            Ok(scenario) => scenario,
            Err(exit) => return exit,
        };
        let seed = self.seed.unwrap_or_else(|| scenario.seeds[0]);
        let mut world = World::new(Arc::new(scenario.plan), seed);
        let stop = world.run_until(self.at, &mut ());
        let (at, exit) = self.moment(&world, stop);
        let sockets = report::sockets(&world);
        match output::result(&netstat::render(world.plan(), &sockets, at)) {
            Ok(()) => exit,
            Err(exit) => exit,
        }
    }

    /// The moment of the tables: an earlier one if the run does not get so far, which is said.
    fn moment(&self, world: &World, stop: Option<Stop>) -> (Time, Exit) {
        match (stop, world.plan().until) {
            (None, _) => (self.at, Exit::Held),
            (Some(Stop::Until), Some(until)) => {
                output::message(&format!("note: `until` ends the run at {until}"));
                (until, Exit::Held)
            }
            (Some(_), _) => {
                let now = world.now();
                output::message(&format!(
                    "error: the run was CUT OFF at {now}: see lastack run"
                ));
                (now, Exit::Failed)
            }
        }
    }
}
