//! `lastack netstat`: both socket tables at one moment.

use super::{Exit, output, source};
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
    #[arg(long, value_name = "TIME", value_parser = super::source::moment)]
    at: Time,
    /// The seed; else the first that the scenario names.
    #[arg(long, value_name = "N")]
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
        world.run_until(self.at, &mut ());
        match output::result(&netstat::render(
            world.plan(),
            &report::sockets(&world),
            self.at,
        )) {
            Ok(()) => Exit::Held,
            Err(exit) => exit,
        }
    }
}
