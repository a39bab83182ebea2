//! `lastack netstat`: the socket tables at one moment.

use super::{Exit, output, source};
use crate::host::table::Listing;
use crate::sim::plan::Plan;
use crate::sim::record::Stop;
use crate::sim::world::World;
use crate::time::Time;
use crate::view::netstat::{self, Table, Tool};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// Print the socket tables of both hosts at a moment of virtual time, each as its own tool does.
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
    /// Listeners too.
    #[arg(short, long)]
    all: bool,
    /// Timers too, on hosts whose tool tells of them.
    #[arg(short = 'o', long)]
    timers: bool,
    /// As ss prints them, on hosts that have it; without -a that leaves out TIME-WAIT.
    #[arg(long)]
    ss: bool,
    /// Only this host.
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
}

impl Netstat {
    /// Runs up to the moment and prints the tables.
    pub fn execute(&self) -> Exit {
        self.try_execute().unwrap_or_else(|exit| exit)
    }

    fn try_execute(&self) -> Result<Exit, Exit> {
        let scenario = source::load(&self.file)?;
        let hosts = self.hosts(&scenario.plan)?;
        let seed = self.seed.unwrap_or_else(|| scenario.seeds[0]);
        let mut world = World::new(Arc::new(scenario.plan), seed);
        let stop = world.run_until(self.at, &mut ());
        let (at, exit) = self.moment(&world, stop);
        let table = |host| Table {
            host,
            tool: self.tool(world.plan(), host),
            rows: world.hosts()[host].table(at),
        };
        let tables: Vec<Table> = hosts.into_iter().map(table).collect();
        let listing = Listing {
            listening: self.all,
            timers: self.timers,
        };
        output::result(&netstat::render(world.plan(), &tables, listing, at))?;
        Ok(exit)
    }

    /// The hosts that are asked for.
    fn hosts(&self, plan: &Plan) -> Result<Vec<usize>, Exit> {
        let Some(wanted) = &self.host else {
            return Ok(vec![0, 1]);
        };
        match plan.hosts.iter().position(|host| host.name == *wanted) {
            Some(host) => Ok(vec![host]),
            None => {
                let [first, second] = plan.hosts.each_ref().map(|host| &host.name);
                output::message(&format!(
                    "error: --host: there is no host `{wanted}`, but `{first}` and `{second}`"
                ));
                Err(Exit::CouldNotRun)
            }
        }
    }

    /// What prints the table of a host; that it has no ss is said.
    fn tool(&self, plan: &Plan, host: usize) -> Tool {
        let netstat = Tool::netstat_of(plan, host);
        if !self.ss {
            return netstat;
        }
        Tool::ss_of(plan, host).unwrap_or_else(|| {
            let name = &plan.hosts[host].name;
            output::message(&format!("note: {name} has no ss; this is its netstat"));
            netstat
        })
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
