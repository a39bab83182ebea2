//! Profiles: how a host's TCP and its socket layer behave.
//!
//! Each file of a system gives every constant and policy of [`Config`] and [`SocketRules`] in full,
//! with its source beside it; a field that one of them forgets does not compile. [`catalogue`]
//! lists the constants by the names under which a scenario overrides them, [`bounds`] which of them
//! bound each other. No code outside this
//! folder names a system.
//!
//! A source is a file and function of the kernel's source, a sysctl, a page of the vendor, or what
//! was measured (Linux 6.18). One that begins with `unverified` was not seen in any of them: it
//! says what was chosen, and from what.
//!
//! Start reading at `rfc9293.rs`, then `linux.rs`.

pub mod bounds;
pub mod catalogue;
mod freebsd;
pub mod learned;
mod linux;
mod macos;
mod rfc9293;
pub mod sockets;
mod windows;

use crate::tcp::config::Config;
use catalogue::ConstantId;
use serde::{Deserialize, Serialize};
use sockets::SocketRules;

/// The name of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProfileName {
    /// RFC 9293 to the letter.
    Rfc9293,
    /// Linux, a current kernel.
    Linux,
    /// Windows, a current release.
    Windows,
    /// Windows 10.
    Windows10,
    /// FreeBSD.
    #[serde(rename = "FreeBSD")]
    FreeBsd,
    /// macOS.
    MacOs,
}

impl ProfileName {
    /// All profiles, in the order in which they are shown.
    pub const ALL: [ProfileName; 6] = [
        ProfileName::Rfc9293,
        ProfileName::Linux,
        ProfileName::Windows,
        ProfileName::Windows10,
        ProfileName::FreeBsd,
        ProfileName::MacOs,
    ];

    /// The name as a scenario writes it.
    pub const fn name(self) -> &'static str {
        match self {
            ProfileName::Rfc9293 => "Rfc9293",
            ProfileName::Linux => "Linux",
            ProfileName::Windows => "Windows",
            ProfileName::Windows10 => "Windows10",
            ProfileName::FreeBsd => "FreeBSD",
            ProfileName::MacOs => "MacOs",
        }
    }

    /// What it stands for, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            ProfileName::Rfc9293 => "RFC 9293 to the letter, with the documents it builds on",
            ProfileName::Linux => "Linux 6.12 to 7.2, held against runs recorded from 6.18",
            ProfileName::Windows => "Windows, a current release; little of it is documented",
            ProfileName::Windows10 => "Windows 10; as Windows wherever nothing else is known",
            ProfileName::FreeBsd => "FreeBSD 13 and later",
            ProfileName::MacOs => "macOS, XNU 11417",
        }
    }

    /// Where this profile has a constant from.
    pub fn source(self, constant: ConstantId) -> &'static str {
        let name = constant.name();
        let sources = self.sources().iter();
        let mut found = sources.filter(|(field, _)| *field == name);
        let (_, source) = found.next().expect("a profile gives every constant");
        source
    }

    const fn sources(self) -> &'static [(&'static str, &'static str)] {
        match self {
            ProfileName::Rfc9293 => rfc9293::SOURCES,
            ProfileName::Linux => linux::SOURCES,
            ProfileName::Windows | ProfileName::Windows10 => windows::SOURCES,
            ProfileName::FreeBsd => freebsd::SOURCES,
            ProfileName::MacOs => macos::SOURCES,
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
    /// Constants and policies of the socket layer.
    pub sockets: SocketRules,
}

impl Profile {
    /// The profile with this name, before overrides.
    pub const fn new(name: ProfileName) -> Profile {
        match name {
            ProfileName::Rfc9293 => rfc9293::PROFILE,
            ProfileName::Linux => linux::PROFILE,
            ProfileName::Windows => windows::PROFILE,
            // What is known of Windows does not tell the two apart.
            ProfileName::Windows10 => Profile {
                name,
                ..windows::PROFILE
            },
            ProfileName::FreeBsd => freebsd::PROFILE,
            ProfileName::MacOs => macos::PROFILE,
        }
    }
}

/// Defines `PROFILE` and `SOURCES` of a file: every field with its value and its source.
///
/// What is defined is a whole literal of both structs, so that a forgotten field does not compile.
macro_rules! profile {
    (
        $name:ident;
        tcp { $($tcp:ident: $tcp_value:expr, $tcp_source:expr;)* }
        sockets { $($socket:ident: $socket_value:expr, $socket_source:expr;)* }
    ) => {
        /// The profile, before overrides.
        pub const PROFILE: $crate::host::profile::Profile = $crate::host::profile::Profile {
            name: $crate::host::profile::ProfileName::$name,
            tcp: $crate::tcp::config::Config { $($tcp: $tcp_value),* },
            sockets: $crate::host::profile::sockets::SocketRules { $($socket: $socket_value),* },
        };
        /// Where each constant comes from, by its name.
        pub const SOURCES: &[(&str, &str)] = &[
            $((stringify!($tcp), $tcp_source),)*
            $((stringify!($socket), $socket_source),)*
        ];
    };
}
use profile;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcp_without_a_profile_is_rfc_9293() {
        assert_eq!(Profile::new(ProfileName::Rfc9293).tcp, Config::default());
    }

    #[test]
    fn every_constant_of_every_profile_has_a_source_and_a_legal_value() {
        for name in ProfileName::ALL {
            let profile = Profile::new(name);
            assert_eq!(profile.name, name);
            assert_eq!(name.sources().len(), catalogue::all().count());
            for constant in catalogue::all() {
                let (shown, source) = (constant.name(), name.source(constant));
                assert!(source.len() > 5, "{} {shown}: {source}", name.name());
                let value = constant.get(&profile);
                assert!(constant.allows(value), "{} {shown}: {value:?}", name.name());
            }
        }
    }
}
