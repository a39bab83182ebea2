//! The `lastack` command: one file a verb.
//!
//! Here, and nowhere below, files are read, arguments parsed and results printed: results to
//! standard output, everything else to standard error. Exit codes: 0 all held, 1 a property failed
//! or a snapshot differs, 2 it could not run.

mod check;
mod conform;
mod netstat;
mod new;
mod output;
mod profiles;
mod run;
mod snapshots;
mod source;
mod test;

use clap::{ColorChoice, Parser, Subcommand};
use std::process::ExitCode;

/// What stands below the help.
const EXIT_CODES: &str = "\
Exit codes: 0 all held; 1 an expectation or an invariant failed, a snapshot differs or a run was cut \
off; 2 it could not run.";

/// A deterministic simulator of TCP: two endpoints, a lossy path, virtual time, one seed.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    /// When to colour messages and differences; auto does it in a terminal, unless NO_COLOR is set.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        display_order = 900
    )]
    color: ColorChoice,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(run::Run),
    Check(check::Check),
    New(new::New),
    Test(test::Test),
    Netstat(netstat::Netstat),
    Conform(conform::Conform),
    Profiles(profiles::Profiles),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// All held.
    Held,
    /// A property failed, or a snapshot differs.
    Failed,
    /// It could not run.
    CouldNotRun,
}

/// Parses the arguments, runs the verb, and says how it ended.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, and are no errors.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match arguments.color {
        ColorChoice::Auto => {}
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
    }
    let exit = match arguments.verb {
        Verb::Run(verb) => verb.execute(),
        Verb::Check(verb) => verb.execute(),
        Verb::New(verb) => verb.execute(),
        Verb::Test(verb) => verb.execute(),
        Verb::Netstat(verb) => verb.execute(),
        Verb::Conform(verb) => verb.execute(),
        Verb::Profiles(verb) => verb.execute(),
    };
    match exit {
        Exit::Held => ExitCode::SUCCESS,
        Exit::Failed => ExitCode::from(1),
        Exit::CouldNotRun => ExitCode::from(2),
    }
}
