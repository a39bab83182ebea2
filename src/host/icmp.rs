//! ICMP errors that reach a host (RFC 9293 §3.9.2.2): which connection they are for, and what its
//! application is told.

use super::connection::{Owner, key};
use super::errno::Errno;
use super::profile::sockets::ErrorNumbers;
use super::{Host, HostCx};
use crate::link::Route;
use crate::segment::icmp::{IcmpError, IcmpKind};
use crate::seq::Seq;
use crate::tcp::icmp::{IcmpIgnored, IcmpVerdict};
use crate::tcp::outcome::End;
use crate::tcp::state::State;

impl Host {
    /// An ICMP error arrived: it is steered to the connection that it quotes (MUST-54).
    pub fn on_icmp(&mut self, error: &IcmpError, cx: &mut HostCx) -> IcmpVerdict {
        if self.deaf_because(cx).is_some() {
            return IcmpVerdict::Ignored(IcmpIgnored::Deaf);
        }
        let quoted = &error.quoted;
        let ports = key(Route::Path, quoted.source_port, quoted.destination_port);
        let found = self.by_ports.get(&ports).copied();
        let Some(slot) = found.filter(|slot| self.at(*slot).owner() != Owner::Forsaken) else {
            return IcmpVerdict::Ignored(IcmpIgnored::NoConnection);
        };
        let connection = self.at(slot);
        if connection.is_condensed() || connection.state() == State::TimeWait {
            // All that it sent is acknowledged; a remnant need not be unfolded to tell.
            return IcmpVerdict::Ignored(IcmpIgnored::NotOutstanding);
        }
        let verdict = self.with(slot, Seq::new(0), cx, |t, cx| t.on_icmp(error, cx));
        self.settle(slot, cx);
        verdict
    }
}

/// What an application is told about the way a connection ended, after which ICMP error if any.
pub(super) const fn errno_of(end: End, soft: Option<IcmpKind>, numbers: ErrorNumbers) -> Errno {
    match (end, soft) {
        (End::Reset, _) => Errno::Econnreset,
        (End::Refused, _) => Errno::Econnrefused,
        (End::UserTimeout | End::RetransmissionLimit | End::KeepAlive, Some(kind))
        | (End::Icmp(kind), _) => errno_of_icmp(kind, numbers),
        (
            End::UserTimeout | End::RetransmissionLimit | End::FinWait2Timeout | End::KeepAlive,
            _,
        ) => Errno::Etimedout,
        (End::Aborted | End::Withdrawn | End::Reopened | End::Forgotten, _) => Errno::Econnaborted,
    }
}

/// The error that stands for an ICMP error: each family has its own table.
pub(super) const fn errno_of_icmp(kind: IcmpKind, numbers: ErrorNumbers) -> Errno {
    match numbers {
        ErrorNumbers::Ninety => match kind {
            IcmpKind::NetUnreachable => Errno::Enetunreach,
            IcmpKind::ProtocolUnreachable => Errno::Enoprotoopt,
            IcmpKind::PortUnreachable => Errno::Econnrefused,
            IcmpKind::FragmentationNeeded { .. } => Errno::Emsgsize,
            IcmpKind::SourceRouteFailed => Errno::Eopnotsupp,
            IcmpKind::ParameterProblem => Errno::Eproto,
            IcmpKind::HostUnreachable
            | IcmpKind::AdminProhibited
            | IcmpKind::TimeExceeded
            | IcmpKind::SourceQuench => Errno::Ehostunreach,
        },
        ErrorNumbers::Forty => match kind {
            IcmpKind::ProtocolUnreachable
            | IcmpKind::PortUnreachable
            | IcmpKind::AdminProhibited => Errno::Econnrefused,
            IcmpKind::FragmentationNeeded { .. } => Errno::Emsgsize,
            IcmpKind::ParameterProblem => Errno::Enoprotoopt,
            IcmpKind::NetUnreachable
            | IcmpKind::HostUnreachable
            | IcmpKind::SourceRouteFailed
            | IcmpKind::TimeExceeded
            | IcmpKind::SourceQuench => Errno::Ehostunreach,
        },
        ErrorNumbers::TenThousand => match kind {
            IcmpKind::NetUnreachable => Errno::Enetunreach,
            IcmpKind::PortUnreachable | IcmpKind::ProtocolUnreachable => Errno::Econnrefused,
            IcmpKind::FragmentationNeeded { .. } => Errno::Emsgsize,
            IcmpKind::HostUnreachable
            | IcmpKind::AdminProhibited
            | IcmpKind::SourceRouteFailed
            | IcmpKind::ParameterProblem
            | IcmpKind::TimeExceeded
            | IcmpKind::SourceQuench => Errno::Ehostunreach,
        },
    }
}
