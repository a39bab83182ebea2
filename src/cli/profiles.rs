//! `lastack profiles`: every constant of every profile, and the ledger of RFC 9293's requirements.

use super::{Exit, output};
use crate::check::ledger as requirements;
use crate::host::profile::ProfileName;
use crate::scenario::diagnostic::nearest;
use crate::view::{ledger, profiles};
use clap::Args;

/// Show the constants and policies of profiles side by side, or one profile with its sources.
#[derive(Debug, Args)]
pub struct Profiles {
    /// Profiles to show.
    #[arg(
        value_name = "PROFILE",
        value_parser = profile,
        help = format!(
            "Profiles to show: {}; one alone is shown with meanings and sources, none is all",
            listed()
        )
    )]
    profiles: Vec<ProfileName>,
    /// Also say where each value comes from.
    #[arg(long)]
    sources: bool,
    /// Show instead what RFC 9293 requires, and what obeys and shows it; or one requirement alone.
    #[arg(
        long,
        value_name = "MUST-13",
        num_args = 0..=1,
        value_parser = requirement,
        conflicts_with_all = ["profiles", "sources"]
    )]
    ledger: Option<Option<&'static str>>,
    /// Columns of a table; where it would be wider it goes on in another below.
    #[arg(
        long,
        value_name = "COLUMNS",
        default_value_t = 120,
        value_parser = clap::value_parser!(u16).range(40..)
    )]
    width: u16,
}

impl Profiles {
    /// Prints them.
    pub fn execute(&self) -> Exit {
        match output::result(&self.text()) {
            Ok(()) => Exit::Held,
            Err(exit) => exit,
        }
    }

    fn text(&self) -> String {
        let width = usize::from(self.width);
        if let Some(asked) = self.ledger {
            return match asked.and_then(requirements::find) {
                Some(one) => ledger::entry(one, width),
                None => ledger::table(width),
            };
        }
        let mut shown: Vec<ProfileName> = Vec::new();
        for profile in &self.profiles {
            if !shown.contains(profile) {
                shown.push(*profile);
            }
        }
        match shown.as_slice() {
            [] => profiles::side_by_side(&ProfileName::ALL, self.sources, width),
            [one] => profiles::alone(*one, width),
            several => profiles::side_by_side(several, self.sources, width),
        }
    }
}

/// The names of all profiles.
fn listed() -> String {
    ProfileName::ALL.map(ProfileName::name).join(", ")
}

/// Reads the name of a profile, in capitals or not.
fn profile(text: &str) -> Result<ProfileName, String> {
    let mut all = ProfileName::ALL.into_iter();
    let known = all.find(|profile| profile.name().eq_ignore_ascii_case(text));
    let listed = listed();
    known.ok_or_else(
        || match nearest(text, ProfileName::ALL.map(ProfileName::name)) {
            Some(near) => format!("did you mean {near}? There are {listed}"),
            None => format!("there are {listed}"),
        },
    )
}

/// Reads the name of a requirement, in capitals or not.
fn requirement(text: &str) -> Result<&'static str, String> {
    let known = requirements::find(text).map(|requirement| requirement.id);
    known.ok_or_else(|| {
        "there are MUST-1 to MUST-69, SHLD-1 to SHLD-31, MAY-1 to MAY-18, REC-1, U-1 to U-13"
            .to_owned()
    })
}
