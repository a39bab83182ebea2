//! `lastack profiles`: every constant of every profile.

use super::{Exit, output};
use crate::host::profile::ProfileName;
use crate::scenario::diagnostic::nearest;
use crate::view::profiles;
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
        let mut shown: Vec<ProfileName> = Vec::new();
        for profile in &self.profiles {
            if !shown.contains(profile) {
                shown.push(*profile);
            }
        }
        let width = usize::from(self.width);
        let text = match shown.as_slice() {
            [] => profiles::side_by_side(&ProfileName::ALL, self.sources, width),
            [one] => profiles::alone(*one, width),
            several => profiles::side_by_side(several, self.sources, width),
        };
        match output::result(&text) {
            Ok(()) => Exit::Held,
            Err(exit) => exit,
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
