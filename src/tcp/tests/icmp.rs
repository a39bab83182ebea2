//! ICMP errors about a connection (RFC 9293 §3.9.2.2, RFC 5927 §4.1), and the MTU of its path
//! (RFC 1191).

use super::*;
use crate::segment::icmp::{IcmpError, IcmpKind, Quoted};
use crate::tcp::config::{IcmpHardErrors, IcmpSoftErrors, PathMtuDiscovery};
use crate::tcp::icmp::{IcmpIgnored, IcmpVerdict};
use crate::tcp::tests::notation::absolute;

const NOT_OUTSTANDING: IcmpVerdict = IcmpVerdict::Ignored(IcmpIgnored::NotOutstanding);
const NOT_SMALLER: IcmpVerdict = IcmpVerdict::Ignored(IcmpIgnored::NotSmaller);
const POLICY: IcmpVerdict = IcmpVerdict::Ignored(IcmpIgnored::Policy);

/// The six kinds that may pass.
const SOFT: [IcmpKind; 6] = [
    IcmpKind::NetUnreachable,
    IcmpKind::HostUnreachable,
    IcmpKind::SourceRouteFailed,
    IcmpKind::AdminProhibited,
    IcmpKind::TimeExceeded,
    IcmpKind::ParameterProblem,
];
const HARD: [IcmpKind; 2] = [IcmpKind::ProtocolUnreachable, IcmpKind::PortUnreachable];

/// An error that quotes a full segment with this number, over IPv4.
fn about(iss: Seq, kind: IcmpKind, seq: i64) -> IcmpError {
    let quoted = Quoted {
        source_port: 0,
        destination_port: 0,
        seq: absolute(iss, seq),
        octets: 1040,
        ip_header: 20,
    };
    IcmpError { kind, quoted }
}

impl T {
    /// An ICMP error arrives that quotes a full segment with this number.
    fn hears(&mut self, kind: IcmpKind, seq: i64, verdict: IcmpVerdict) -> &mut T {
        self.settle();
        let error = about(self.iss, kind, seq);
        let found = self.step(|tcb, cx| tcb.on_icmp(&error, cx));
        assert_eq!(found, verdict, "{kind} about {seq}");
        self.asserted = true;
        self
    }

    fn is_too_big(&mut self, mtu: u16, mss: u32) -> &mut T {
        let kind = IcmpKind::FragmentationNeeded { mtu };
        self.hears(kind, 1, IcmpVerdict::Lowered { mss })
    }
}

/// Established, with three full segments outstanding.
fn flying(setup: Setup) -> T {
    let mut t = setup.established();
    sends_three(&mut t);
    t
}

fn sends_three(t: &mut T) {
    t.calls(Call::Send(3000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("ACK seq=1001 ack=1 len=1000");
    t.replies("PSH,ACK seq=2001 ack=1 len=1000");
}

/// RFC 5927 §4.1: SND.UNA =< SEG.SEQ < SND.NXT, wherever the numbers wrap.
#[test]
fn only_what_is_outstanding_counts() {
    for setup in with_all_numbers() {
        let mut t = flying(setup);
        for forged in [-1, 0, 3001, 3002, 1 << 20] {
            t.hears(IcmpKind::PortUnreachable, forged, NOT_OUTSTANDING);
            t.stays(Established);
        }
        t.arrives("ACK seq=1 ack=1001").silent();
        t.hears(IcmpKind::PortUnreachable, 1000, NOT_OUTSTANDING);
        t.hears(IcmpKind::HostUnreachable, 1001, IcmpVerdict::Remembered);
        t.hears(IcmpKind::HostUnreachable, 3000, IcmpVerdict::Remembered);
        t.silent().stays(Established);
    }
}

/// Nothing was sent, or all of it is acknowledged.
#[test]
fn in_states_with_nothing_outstanding_nothing_counts() {
    for mut t in [
        Setup::default().closed(),
        Setup::default().listening(),
        Setup::default().fin_wait_2(),
        Setup::default().time_wait(),
    ] {
        for seq in [0, 1, 2] {
            t.hears(IcmpKind::PortUnreachable, seq, NOT_OUTSTANDING);
        }
        t.silent();
    }
}

/// RFC 9293 §3.9.2.2 (MUST-55).
#[test]
fn a_source_quench_is_discarded_silently() {
    let mut t = flying(Setup::default());
    let (cwnd, ssthresh) = (t.tcb.congestion().cwnd, t.tcb.congestion().ssthresh);
    let ignored = IcmpVerdict::Ignored(IcmpIgnored::SourceQuench);
    t.hears(IcmpKind::SourceQuench, 1, ignored).silent();
    t.congestion(cwnd, ssthresh).stays(Established);
    assert_eq!(t.tcb.remembered_error(), None);
}

/// RFC 9293 §3.9.2.2 (MUST-56): they are remembered until there is progress.
#[test]
fn soft_errors_do_not_abort() {
    for kind in SOFT {
        let mut t = syn_sent();
        t.hears(kind, 0, IcmpVerdict::Remembered)
            .silent()
            .stays(SynSent);
        assert_eq!(t.tcb.remembered_error(), Some(kind));
        t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
        t.replies("ACK seq=1 ack=1").enters([Established]);
        assert_eq!(t.tcb.remembered_error(), None);
        sends_three(&mut t);
        t.hears(kind, 1, IcmpVerdict::Remembered).silent();
        t.stays(Established);
        assert_eq!(t.tcb.remembered_error(), Some(kind));
        t.arrives("ACK seq=1 ack=1001").silent();
        assert_eq!(t.tcb.remembered_error(), None);
    }
}

/// Whoever asks is told once.
#[test]
fn a_remembered_error_is_taken_once() {
    for (policy, told) in [
        (IcmpSoftErrors::Remembered, true),
        (IcmpSoftErrors::AbortInHandshake, true),
        (IcmpSoftErrors::AbortLateInHandshake, false),
    ] {
        let mut t = with(|c| c.icmp_soft_errors = policy).fin_wait_1();
        t.hears(IcmpKind::HostUnreachable, 1, IcmpVerdict::Remembered);
        let kind = told.then_some(IcmpKind::HostUnreachable);
        let first = t.step(|tcb, cx| tcb.take_remembered_error(cx));
        let second = t.step(|tcb, cx| tcb.take_remembered_error(cx));
        assert_eq!((first, second), (kind, None), "{policy:?}");
        t.silent();
    }
}

/// RFC 5461 §4.1, §4.2: one kind of stack gives up a handshake at the first error.
#[test]
fn a_handshake_that_soft_errors_end() {
    for kind in SOFT {
        let policy = |c: &mut Config| c.icmp_soft_errors = IcmpSoftErrors::AbortInHandshake;
        let mut t = with(policy).syn_sent();
        t.hears(kind, 0, IcmpVerdict::Aborted).silent();
        t.enters([Closed]).ended(End::Icmp(kind));
        let mut t = with(policy).syn_received_passive();
        t.hears(kind, 0, IcmpVerdict::Aborted).silent();
        t.enters([Closed]).ended(End::Icmp(kind));
        let mut t = flying(with(policy));
        t.hears(kind, 1, IcmpVerdict::Remembered).silent();
        t.stays(Established);
    }
}

/// The other kind at the second error after the fourth retransmission, and in ESTABLISHED none
/// counts. Two kinds end SYN-SENT at once.
#[test]
fn a_handshake_that_the_second_late_error_ends() {
    let late = with(|c| c.icmp_soft_errors = IcmpSoftErrors::AbortLateInHandshake);
    let kind = IcmpKind::HostUnreachable;
    let mut t = late.syn_sent();
    t.hears(kind, 0, IcmpVerdict::Remembered);
    for (when, count) in [("1s", 1), ("3s", 2), ("7s", 3), ("15s", 4)] {
        t.at(when).replies("SYN seq=0 mss=1000 again");
        if count == 3 {
            t.notes(Note::DeliveryTrouble { count });
            t.hears(kind, 0, IcmpVerdict::Remembered).stays(SynSent);
        }
    }
    t.hears(kind, 0, IcmpVerdict::Aborted).silent();
    t.enters([Closed]).ended(End::Icmp(kind));
    let mut t = flying(late);
    t.hears(kind, 1, POLICY).silent().stays(Established);
    assert_eq!(t.tcb.remembered_error(), None);
    for kind in [IcmpKind::AdminProhibited, IcmpKind::TimeExceeded] {
        let mut t = late.syn_sent();
        t.hears(kind, 0, IcmpVerdict::Aborted).silent();
        t.enters([Closed]).ended(End::Icmp(kind));
        let mut t = late.syn_received_active();
        t.hears(kind, 0, IcmpVerdict::Remembered).stays(SynReceived);
    }
}

/// RFC 9293 §3.9.2.2 (SHLD-26), and the two ways of not doing so.
#[test]
fn hard_errors_abort_where_the_policy_says_so() {
    for kind in HARD {
        for (policy, in_handshake, later) in [
            (
                IcmpHardErrors::Abort,
                IcmpVerdict::Aborted,
                IcmpVerdict::Aborted,
            ),
            (
                IcmpHardErrors::AbortInHandshake,
                IcmpVerdict::Aborted,
                IcmpVerdict::Remembered,
            ),
            (IcmpHardErrors::Ignored, POLICY, POLICY),
        ] {
            let setup = with(|c| c.icmp_hard_errors = policy);
            for (mut t, verdict, state) in [
                (setup.syn_sent(), in_handshake, SynSent),
                (flying(setup), later, Established),
                (setup.last_ack(), later, LastAck),
            ] {
                let seq = i64::from(state != SynSent);
                t.hears(kind, seq, verdict).silent();
                if verdict == IcmpVerdict::Aborted {
                    t.enters([Closed]).ended(End::Icmp(kind));
                } else {
                    t.stays(state);
                }
            }
        }
    }
}

/// RFC 1191 §3, RFC 9293 §3.7.1: Eff.snd.MSS = 576 − 40. What is outstanding goes again at once, and
/// cwnd stays: no congestion took it. The same error about the next segment does nothing.
#[test]
fn segments_grow_smaller_and_go_again() {
    let mut t = flying(Setup::default());
    t.congestion(4000, u32::MAX);
    t.is_too_big(576, 536);
    for seq in [1, 537, 1073, 1609, 2145] {
        t.replies(&format!("ACK seq={seq} ack=1 len=536 again"));
        t.because(Why::TooBig);
    }
    t.replies("PSH,ACK seq=2681 ack=1 len=320 again");
    t.silent().congestion(4000, u32::MAX);
    let same = IcmpKind::FragmentationNeeded { mtu: 576 };
    t.hears(same, 1001, NOT_SMALLER).silent();
    let larger = IcmpKind::FragmentationNeeded { mtu: 1400 };
    t.hears(larger, 2001, NOT_SMALLER).silent();
    t.arrives("ACK seq=1 ack=3001").silent();
    t.rto("1s");
    t.calls(Call::Send(600));
    t.replies("ACK seq=3001 ack=1 len=536");
    assert!(!t.last.unwrap().marks.fragmentable);
    t.arrives("ACK seq=1 ack=3537");
    t.replies("PSH,ACK seq=3537 ack=1 len=64");
}

/// As far as cwnd lets it: the rest follows the acknowledgements.
#[test]
fn what_goes_again_keeps_to_cwnd() {
    let mut t = flying(Setup::default());
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.congestion(1000, 2000);
    t.is_too_big(576, 536);
    t.replies("ACK seq=1 ack=1 len=536 again");
    t.replies("ACK seq=537 ack=1 len=464 again");
    t.silent();
    t.arrives("ACK seq=1 ack=1001");
    t.replies("ACK seq=1001 ack=1 len=536 again");
    t.replies("ACK seq=1537 ack=1 len=536 again");
    t.replies("ACK seq=2073 ack=1 len=464 again");
}

/// RFC 1191 §5, §7: an old router names no MTU, and the next plateau below 1,040 is 1,006.
#[test]
fn without_an_mtu_the_next_plateau_counts() {
    let mut t = flying(Setup::default());
    t.is_too_big(0, 966);
    t.replies("ACK seq=1 ack=1 len=966 again");
    t.sent.clear();
}

/// RFC 8201 §4: no link of IPv6 carries less than 1,280 octets, of which 60 are headers.
#[test]
fn with_ipv6_there_is_a_least_mtu() {
    let setup = with(|c| (c.mss, c.default_mss) = (1440, 1220));
    for (mtu, verdict) in [
        (1279, IcmpVerdict::Ignored(IcmpIgnored::TooSmall)),
        (1280, IcmpVerdict::Lowered { mss: 1220 }),
    ] {
        let mut t = setup.syn_sent();
        let kind = IcmpKind::FragmentationNeeded { mtu };
        let mut error = about(t.iss, kind, 0);
        error.quoted.ip_header = 40;
        let found = t.step(|tcb, cx| tcb.on_icmp(&error, cx));
        assert_eq!(found, verdict, "an MTU of {mtu}");
        t.silent();
    }
}

/// RFC 9293 §3.7.1 (MUST-16): the options count.
#[test]
fn timestamps_take_their_octets() {
    let mut t = with(|c| c.timestamps = true).closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 ts=0/0");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 ts=1/0");
    t.replies("ACK seq=1 ack=1 ts=0/1").enters([Established]);
    t.calls(Call::Send(988));
    t.replies("PSH,ACK seq=1 ack=1 len=988 ts=0/1");
    t.is_too_big(576, 524);
    t.replies("ACK seq=1 ack=1 len=524 ts=0/1 again");
    t.replies("PSH,ACK seq=525 ack=1 len=464 ts=0/1 again");
}

/// The smallest MTU that a host believes in: of a smaller path its packets may be cut up.
#[test]
fn a_path_too_narrow_cuts_packets_up() {
    let mut t = flying(with(|c| c.path_mtu_min = 552));
    assert!(!t.last.unwrap().marks.fragmentable);
    t.is_too_big(300, 512);
    t.replies("ACK seq=1 ack=1 len=512 again");
    assert!(t.last.unwrap().marks.fragmentable);
    t.sent.clear();
    let kind = IcmpKind::FragmentationNeeded { mtu: 300 };
    t.hears(kind, 1, NOT_SMALLER).silent();
}

/// The MTU is learned from the SYN, before there is an MSS; the announced MSS does not follow it.
#[test]
fn an_mtu_learned_by_the_syn_bounds_what_follows() {
    let mut t = syn_sent();
    let kind = IcmpKind::FragmentationNeeded { mtu: 576 };
    t.hears(kind, 0, IcmpVerdict::Lowered { mss: 536 }).silent();
    t.hears(kind, 0, NOT_SMALLER).silent();
    t.at("1s").replies("SYN seq=0 mss=1000 again");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(536));
    t.replies("PSH,ACK seq=1 ack=1 len=536");
    assert_eq!(t.tcb.snd_mss(), 536);
}

/// Without DF such an error makes no sense, and is one of the hard ones; routers may cut packets up.
#[test]
fn without_discovery_it_is_a_hard_error() {
    let off = with(|c| c.path_mtu_discovery = PathMtuDiscovery::Off);
    let mut t = flying(off);
    assert!(t.last.unwrap().marks.fragmentable);
    let kind = IcmpKind::FragmentationNeeded { mtu: 576 };
    t.hears(kind, 1, IcmpVerdict::Aborted).silent();
    t.enters([Closed]).ended(End::Icmp(kind));
}
