//! How machines that others learned from these systems came about: what their testers did.

use super::sockets::ClosedPort;
use super::{Profile, ProfileName};
use crate::tcp::config::SynInConnection;
use crate::time::Span;

/// How the tester of a machine kept its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// After a SYN or a FIN all its octets count for its last number; else none do.
    pub counts_all: bool,
    /// What a reset that answers SYN and ACK leaves of the numbers.
    pub refusal: Refusal,
}

/// What a reset that answers SYN and ACK leaves of a tester's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing, as any reset.
    Forgotten,
    /// All, if it has not the ACK bit.
    KeptWithoutAck,
    /// All.
    Kept,
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
            refusal: match self {
                ProfileName::Windows | ProfileName::Windows10 => Refusal::Kept,
                // Learned: s4 SYN+ACK stays s4, where other resets lead to s1.
                ProfileName::FreeBsd => Refusal::KeptWithoutAck,
                _ => Refusal::Forgotten,
            },
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
        if matches!(self, ProfileName::Linux) {
            // 3.x, tcp_input.c: what has neither ACK nor RST is dropped before it is looked at. A
            // current kernel challenges a SYN (measured).
            profile.tcp.syn_in_connection = SynInConnection::Ignored;
            // The ACK of a FIN behind text came within the tester's wait. A current kernel takes
            // 40 ms (measured).
            profile.tcp.delay_ack_of_fin = false;
            // 3.x, tcp_input.c: sysctl_tcp_challenge_ack_limit 100 a second, of the whole host, and
            // nothing per connection: tcp_invalid_ratelimit came later.
            profile.tcp.out_of_window_ack_interval = Span::ZERO;
            profile.tcp.challenge_ack_limit = 100;
            profile.tcp.challenge_ack_period = Span::from_secs(1);
        }
        if matches!(self, ProfileName::FreeBsd) {
            // 10, tcp_input.c: tcp_drop on a SYN in the window, the default before RFC 5961.
            profile.tcp.syn_in_connection = SynInConnection::Aborts;
            // 10, tcp_input.c: text behind the FIN resets where no process is left.
            profile.tcp.late_text_after_fin = true;
            // Text was acknowledged within the tester's wait, each time, which no delay allows.
            profile.tcp.delayed_ack = None;
        }
        profile
    }
}
