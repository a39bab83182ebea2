//! Evidence from outside: runs that were recorded from a real kernel, and machines that others
//! learned from real stacks, held against the simulator.
//!
//! - [`recorded`], [`results`]: a recorded run as its file has it, and what it came to;
//! - [`script`]: what its programs did, as a plan; `path`: what its path did; `settings`: its kernel's;
//! - [`projection`]: what of a run is meant for comparison, recorded or simulated;
//! - [`compare`]: what agrees and what differs; [`known`]: what may;
//! - [`model`]: a learned machine;
//! - [`tester`]: the peer that tries its inputs on a simulated host.
//!
//! Start reading at [`compare::conform`] and [`tester::try_machine`].

mod bulk;
pub mod compare;
pub mod known;
pub mod model;
mod path;
pub mod projection;
pub mod recorded;
pub mod results;
pub mod script;
mod settings;
mod tables;
pub mod tester;
mod values;

use std::fmt;

/// Why a file cannot be held against the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1; zero if the place is named in the message.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl Mistake {
    /// A mistake whose message names its place.
    fn at(place: &str, message: &str) -> Mistake {
        Mistake {
            line: 0,
            column: 0,
            message: format!("{place}: {message}"),
        }
    }
}

/// `3:14: unknown field`.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.line, self.column)?;
        }
        f.write_str(&self.message)
    }
}
