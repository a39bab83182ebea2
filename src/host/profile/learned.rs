//! How machines that others learned from these systems came about: what their testers did.

use super::sockets::ClosedPort;
use super::{Profile, ProfileName};

/// How the tester of a machine kept its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// After a SYN or a FIN all its octets count for its last number; else none do.
    pub counts_all: bool,
    /// A reset that answers SYN and ACK leaves the numbers as they were.
    pub keeps_on_refusal: bool,
}

impl ProfileName {
    /// The profile whose system's name is in a file's name: `windows-server.tsv`.
    pub fn in_file_name(file: &str) -> Option<ProfileName> {
        let file = file.to_ascii_lowercase();
        // The longest first: one name may begin another.
        let mut names = ProfileName::ALL.to_vec();
        names.sort_by_key(|name| std::cmp::Reverse(name.name().len()));
        names
            .into_iter()
            .find(|name| file.contains(&name.name().to_ascii_lowercase()))
    }

    /// How the tester of this system's machines kept its numbers.
    pub const fn habits(self) -> Habits {
        let own = matches!(self, ProfileName::Windows | ProfileName::Windows10);
        Habits {
            counts_all: own,
            keeps_on_refusal: own,
        }
    }

    /// The profile as it was when the system's machine was learned.
    pub const fn as_learned(self) -> Profile {
        let mut profile = Profile::new(self);
        if matches!(self, ProfileName::Windows | ProfileName::Windows10) {
            // Its firewall hid closed ports, and the port of a listener from all but a SYN.
            profile.sockets.closed_port = ClosedPort::ListenerSilent;
            // Text was acknowledged within the tester's wait of 20 ms. Documents have delays of
            // 200 ms (registry, TcpDelAckTicks) and, since this release, by template.
            profile.tcp.delayed_ack = None;
            // Octets sent one after the other left at once: the program had set TCP_NODELAY.
            profile.tcp.nagle = false;
        }
        profile
    }
}
