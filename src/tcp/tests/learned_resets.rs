//! Resets as the machine of a server has them that others learned: on a SYN in a handshake, at the
//! end of a handshake that nobody wants, and what stands in their ACK fields.

use super::*;

fn resets() -> Setup {
    with(|c| c.syn_in_connection = SynInConnection::Resets)
}

/// SEG.ACK of the last segment that was asserted, from the peer's SYN or this end's.
fn field(t: &T, base: Seq) -> i64 {
    relative(t.last.unwrap().segment.ack, base)
}

/// State s4: `SYN` draws `ACK+RST(ZERO,NEXT,0)`, and the server is in s1, listening.
#[test]
fn a_syn_resets_a_handshake() {
    resets()
        .syn_received_passive()
        .arrives("SYN seq=1")
        .dropped(DropReason::SynInConnection)
        .replies("RST,ACK seq=0 ack=2")
        .enters([Listen]);
    resets()
        .syn_received_active()
        .arrives("SYN seq=1")
        .dropped(DropReason::SynInConnection)
        .replies("RST,ACK seq=0 ack=2")
        .enters([Closed])
        .ended(End::Reset);
    // RFC 9293 §3.10.7.4, fourth check.
    syn_received_passive()
        .arrives("SYN seq=1")
        .accepted()
        .silent()
        .enters([Listen]);
}

/// States s4, s5 and s8: `SYN+ACK` draws nothing, and the handshake goes on.
#[test]
fn a_syn_ack_does_nothing_to_a_handshake() {
    for mut t in [
        resets().syn_received_passive(),
        resets().syn_received_active(),
    ] {
        t.arrives("SYN,ACK seq=1 ack=1")
            .dropped(DropReason::SynInConnection)
            .silent()
            .stays(SynReceived)
            .arrives("ACK seq=1 ack=1")
            .silent()
            .enters([Established]);
    }
}

/// State s8, the listener is closed: what ends the handshake draws `RST(NEXT,CURRENT,0)`, whether
/// text or a FIN is on it, and a reset ends it in silence.
#[test]
fn a_handshake_that_nobody_wants_ends_in_a_reset() {
    for ending in [
        "ACK seq=1 ack=1",
        "ACK seq=1 ack=1 len=1",
        "FIN,ACK seq=1 ack=1",
    ] {
        let mut t = resets().syn_received_passive();
        t.tcb.refuse();
        t.arrives("ACK seq=1 ack=3")
            .dropped(DropReason::AckOfNothing)
            .replies("RST seq=3")
            .stays(SynReceived)
            .arrives(ending)
            .dropped(DropReason::NoConnection)
            .replies("RST seq=1")
            .enters([Closed])
            .ended(End::Aborted);
    }
    let mut t = resets().syn_received_passive();
    t.tcb.refuse();
    t.arrives("RST seq=1").accepted().silent().enters([Listen]);
}

/// States s8 and s6: the ACK field of a reset without the ACK bit is RCV.NXT where this end resets,
/// and not a number of the peer's where it answers a segment. RFC 9293 has zero.
#[test]
fn the_ack_field_of_a_bare_reset_may_be_filled() {
    for (policy, own, answer) in [
        (BareResetAck::Zero, None, None),
        (BareResetAck::Filled, Some(1), Some(1)),
    ] {
        let mut setup = resets();
        setup.config.bare_reset_ack = policy;
        let zero = |t: &T| t.last.unwrap().segment.ack == Seq::new(0);
        let check = |t: &T, base, expected: Option<i64>| match expected {
            Some(number) => assert_eq!(field(t, base), number, "{policy:?}"),
            None => assert!(zero(t), "{policy:?}"),
        };

        let mut t = setup.syn_received_passive();
        t.tcb.refuse();
        t.arrives("ACK seq=1 ack=1 len=1").replies("RST seq=1");
        t.enters([Closed]).ended(End::Aborted);
        check(&t, t.irs, own);

        let mut t = setup.established();
        t.calls(Call::Abort).replies("RST seq=1");
        t.enters([Closed]).ended(End::Aborted);
        check(&t, t.irs, own);

        let mut t = setup.established();
        t.arrives("SYN,ACK seq=1 ack=1").replies("RST seq=1");
        t.enters([Closed]).ended(End::Reset);
        check(&t, t.iss, answer);

        // What acknowledges a segment is never empty.
        let mut t = setup.established();
        t.arrives("SYN seq=1").replies("RST,ACK seq=0 ack=2");
        t.enters([Closed]).ended(End::Reset);
    }
}
