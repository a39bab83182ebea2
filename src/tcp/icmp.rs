//! ICMP errors about segments of a connection (RFC 9293 §3.9.2.2), and the MTU of its path
//! (RFC 1191, RFC 8201).
//!
//! Whoever can guess the ports can forge an error, so it counts only if the number that it quotes
//! is outstanding (RFC 5927 §4.1). What it then does is a policy: RFC 5461 tells why many stacks do
//! not end a connection for it.
//!
//! Left out: a search for the MTU without ICMP (RFC 4821), the rise of the MTU after a while
//! (RFC 1191 §6.3), the memory of a host for the MTU of a path across connections, and a back-off
//! that is taken back (RFC 6069).

use super::config::{IcmpHardErrors, IcmpSoftErrors, PathMtuDiscovery};
use super::outcome::{End, Why};
use super::state::State;
use super::tcb::{Cx, Tcb};
use super::timestamps::OCTETS;
use crate::segment::icmp::{IcmpError, IcmpKind, Quoted};
use crate::seq::Seq;
use crate::time::Time;
use serde::Serialize;
use std::fmt;

/// What a host made of an ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum IcmpVerdict {
    /// Nothing.
    Ignored(IcmpIgnored),
    /// It is kept: if the connection times out, the application is told this. RFC 9293 §3.9.2.2
    /// (MUST-56).
    Remembered,
    /// Segments are smaller from here on: RFC 1191 §3.
    Lowered {
        /// Octets of text in the largest.
        mss: u32,
    },
    /// The connection is gone. RFC 9293 §3.9.2.2 (SHLD-26).
    Aborted,
}

/// Why a host ignored an ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum IcmpIgnored {
    /// It quotes ports between which there is no connection. RFC 9293 §3.9.2.2 (MUST-54).
    NoConnection,
    /// The number that it quotes is not outstanding. RFC 5927 §4.1.
    NotOutstanding,
    /// It is a Source Quench. RFC 9293 §3.9.2.2 (MUST-55).
    SourceQuench,
    /// It names an MTU in which all segments fit already.
    NotSmaller,
    /// It names an MTU that no link has with IPv6. RFC 8201 §4.
    TooSmall,
    /// A policy of this host.
    Policy,
    /// The host is down, keeps quiet, or its cable is not plugged in.
    Deaf,
}

/// The MTUs of common networks, for routers that name none. RFC 1191 §7.
const PLATEAUS: [u32; 10] = [
    65_535, 32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296,
];

/// The smallest MTU of all. RFC 791 §3.2.
const LEAST_MTU: u32 = 68;
/// The smallest MTU with IPv6, whose header has so many octets. RFC 8200 §5.
const LEAST_MTU_OF_IPV6: u32 = 1280;
const IPV6_HEADER: u32 = 40;

impl Tcb {
    /// An ICMP error arrived that quotes a segment of this connection.
    pub fn on_icmp(&mut self, error: &IcmpError, cx: &mut Cx) -> IcmpVerdict {
        if !self.is_outstanding(error.quoted.seq) {
            return IcmpVerdict::Ignored(IcmpIgnored::NotOutstanding);
        }
        let discovers = cx.config.path_mtu_discovery == PathMtuDiscovery::On;
        match error.kind {
            IcmpKind::SourceQuench => IcmpVerdict::Ignored(IcmpIgnored::SourceQuench),
            IcmpKind::FragmentationNeeded { mtu } if discovers => {
                self.learn_path_mtu(mtu, &error.quoted, cx)
            }
            kind if kind.is_hard() => self.hard_error(kind, cx),
            kind => self.soft_error(kind, cx),
        }
    }

    /// SND.UNA =< SEG.SEQ < SND.NXT. RFC 5927 §4.1.
    fn is_outstanding(&self, seq: Seq) -> bool {
        let exists = !matches!(self.state(), State::Closed | State::Listen);
        exists && seq.since(self.snd.una) < self.snd.nxt.since(self.snd.una)
    }

    fn is_in_handshake(&self) -> bool {
        matches!(self.state(), State::SynSent | State::SynReceived)
    }

    /// RFC 9293 §3.9.2.2 (SHLD-26).
    fn hard_error(&mut self, kind: IcmpKind, cx: &mut Cx) -> IcmpVerdict {
        match cx.config.icmp_hard_errors {
            IcmpHardErrors::Abort => self.abort_on(kind, cx),
            IcmpHardErrors::AbortInHandshake if self.is_in_handshake() => self.abort_on(kind, cx),
            IcmpHardErrors::AbortInHandshake => self.remember(kind, cx),
            IcmpHardErrors::Ignored => IcmpVerdict::Ignored(IcmpIgnored::Policy),
        }
    }

    /// RFC 9293 §3.9.2.2 (MUST-56).
    fn soft_error(&mut self, kind: IcmpKind, cx: &mut Cx) -> IcmpVerdict {
        if !self.is_in_handshake() {
            return self.remember(kind, cx);
        }
        let aborts = match cx.config.icmp_soft_errors {
            IcmpSoftErrors::Remembered => false,
            IcmpSoftErrors::AbortInHandshake => true,
            IcmpSoftErrors::AbortLateInHandshake => {
                let is_final = matches!(kind, IcmpKind::AdminProhibited | IcmpKind::TimeExceeded);
                let is_late = self.snd.timeouts > 3 && self.soft_error.is_some();
                is_late || (is_final && self.state() == State::SynSent)
            }
        };
        if aborts {
            return self.abort_on(kind, cx);
        }
        self.remember(kind, cx)
    }

    fn remember(&mut self, kind: IcmpKind, cx: &Cx) -> IcmpVerdict {
        let forgets = cx.config.icmp_soft_errors == IcmpSoftErrors::AbortLateInHandshake;
        if forgets && self.state() == State::Established {
            return IcmpVerdict::Ignored(IcmpIgnored::Policy);
        }
        self.soft_error = Some(kind);
        IcmpVerdict::Remembered
    }

    /// It is over, and nobody is there to be told by a reset.
    fn abort_on(&mut self, kind: IcmpKind, cx: &mut Cx) -> IcmpVerdict {
        self.delete(Some(End::Icmp(kind)), cx);
        IcmpVerdict::Aborted
    }

    /// The error that was remembered, since the last progress.
    pub const fn remembered_error(&self) -> Option<IcmpKind> {
        self.soft_error
    }

    /// The application asks for what was remembered, and is not told again.
    pub fn take_remembered_error(&mut self, cx: &Cx) -> Option<IcmpKind> {
        match cx.config.icmp_soft_errors {
            IcmpSoftErrors::AbortLateInHandshake => None,
            IcmpSoftErrors::Remembered | IcmpSoftErrors::AbortInHandshake => self.soft_error.take(),
        }
    }

    /// A router names the MTU of the next hop. RFC 1191 §3, §5, RFC 8201 §4.
    fn learn_path_mtu(&mut self, named: u16, quoted: &Quoted, cx: &Cx) -> IcmpVerdict {
        let mtu = match named {
            0 => plateau_below(quoted.octets),
            mtu => u32::from(mtu),
        };
        if quoted.ip_header == IPV6_HEADER && mtu < LEAST_MTU_OF_IPV6 {
            return IcmpVerdict::Ignored(IcmpIgnored::TooSmall);
        }
        let least = u32::from(cx.config.path_mtu_min);
        let may_be_cut = mtu < least && !self.snd.fragmentable;
        // A path narrower than this host believes in must cut up what it cannot carry.
        self.snd.fragmentable |= may_be_cut;
        let mss = mtu.max(least).saturating_sub(quoted.ip_header + 20).max(1);
        let is_smaller = mss < self.snd.path_mss;
        self.snd.path_mss = self.snd.path_mss.min(mss);
        if self.snd.mss == 0 {
            // The MSS is settled with the peer's SYN; the handshake goes on.
            return match is_smaller {
                true => IcmpVerdict::Lowered { mss },
                false => IcmpVerdict::Ignored(IcmpIgnored::NotSmaller),
            };
        }
        let mss = self.path_limit();
        if !self.lower_mss(mss) {
            if !may_be_cut {
                return IcmpVerdict::Ignored(IcmpIgnored::NotSmaller);
            }
            self.resend_all();
        }
        IcmpVerdict::Lowered { mss: self.snd.mss }
    }

    /// Octets of text that fit into the path beside the options. RFC 9293 §3.7.1 (MUST-16).
    fn path_limit(&self) -> u32 {
        let options = if self.stamps.on { OCTETS } else { 0 };
        self.snd.path_mss.saturating_sub(options).max(1)
    }

    /// Segments have at most so many octets of text from here on; those that are outstanding go
    /// again at once, and cwnd stays: no congestion took them. False if they are no smaller.
    pub(super) fn lower_mss(&mut self, mss: u32) -> bool {
        if self.snd.mss <= mss {
            return false;
        }
        self.snd.mss = mss;
        self.resend_all();
        true
    }

    /// What is outstanding goes again, in segments of the size of now.
    fn resend_all(&mut self) {
        if self.snd.una_pos == 0 || self.snd.una == self.snd.nxt {
            return;
        }
        // RFC 6298 §3, Karn: what is sent again gives no sample.
        self.snd.timed = None;
        self.snd.tail = None;
        self.timers.tail_loss = Time::NEVER;
        self.timers.reordering = Time::NEVER;
        self.board.lose_all();
        self.snd.resend_why = Why::TooBig;
    }
}

/// The largest plateau below the size of a datagram that did not fit. RFC 1191 §7.
fn plateau_below(octets: u32) -> u32 {
    let mut below = PLATEAUS.into_iter().filter(|mtu| *mtu < octets);
    below.next().unwrap_or(LEAST_MTU)
}

/// A few words for people.
impl fmt::Display for IcmpVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IcmpVerdict::Ignored(reason) => write!(f, "ignored: {reason}"),
            IcmpVerdict::Remembered => f.write_str("remembered"),
            IcmpVerdict::Lowered { mss } => write!(f, "segments of {mss} from here on"),
            IcmpVerdict::Aborted => f.write_str("ends the connection"),
        }
    }
}

impl fmt::Display for IcmpIgnored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IcmpIgnored::NoConnection => "no such connection",
            IcmpIgnored::NotOutstanding => "no such segment is outstanding",
            IcmpIgnored::SourceQuench => "as all source quenches are",
            IcmpIgnored::NotSmaller => "segments are that small",
            IcmpIgnored::TooSmall => "no link is that small",
            IcmpIgnored::Policy => "as this host does",
            IcmpIgnored::Deaf => "nobody hears it",
        })
    }
}
