//! Profiles: how a host's TCP and its ports behave.
//!
//! The only one is RFC 9293 to the letter; every constant can be overridden in a scenario. No code
//! outside this file names a system.

use crate::tcp::config::Config;
use serde::{Deserialize, Serialize};

/// The name of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProfileName {
    /// RFC 9293 to the letter.
    Rfc9293,
}

impl ProfileName {
    /// The name as a scenario writes it.
    pub const fn name(self) -> &'static str {
        match self {
            ProfileName::Rfc9293 => "Rfc9293",
        }
    }
}

/// How a host behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Which profile it was made from.
    pub name: ProfileName,
    /// Constants and policies of TCP.
    pub tcp: Config,
    /// First and last port of those that a connection takes when it was bound to none.
    ///
    /// RFC 6335 §6: the dynamic ports, 49152 to 65535. They are taken in order.
    pub ephemeral_ports: (u16, u16),
}

impl Profile {
    /// The profile with this name, before overrides.
    pub fn new(name: ProfileName) -> Profile {
        match name {
            ProfileName::Rfc9293 => Profile {
                name,
                tcp: Config::default(),
                ephemeral_ports: (49_152, 65_535),
            },
        }
    }
}
