//! Explicit congestion notification: RFC 3168 §6.1.

use super::*;
use crate::segment::Ecn;

/// It asks, and has ten segments to send at once.
fn asks() -> Setup {
    with(|c| {
        c.ecn = EcnMode::Asks;
        c.initial_window = InitialWindow::Rfc6928;
    })
}

fn accepts() -> Setup {
    with(|c| c.ecn = EcnMode::Accepts)
}

fn with_sack(mut setup: Setup) -> Setup {
    setup.config.sack = true;
    setup
}

/// A connection that it opened, and on which both ends take part.
fn capable(setup: Setup) -> T {
    let mut t = setup.closed();
    let sack = t.sackok();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies(&format!("SYN,ECE,CWR seq=0 mss=1000{sack}"));
    t.arrives(&format!("SYN,ACK,ECE seq=0 ack=1 mss=1000{sack}"));
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t
}

/// The same with `count` segments from number 1 on in flight, and more to come.
fn flying(setup: Setup, count: i64) -> T {
    let mut t = capable(setup);
    t.calls(Call::Send(60_000));
    new(&mut t, 1, count);
    t
}

/// `count` new full segments from `seq` on.
fn new(t: &mut T, seq: i64, count: i64) {
    for n in 0..count {
        t.replies(&format!("ACK seq={} ack=1 len=1000 ect0", seq + 1000 * n));
    }
}

/// §6.1.1: the SYN has both flags, the SYN,ACK one; §6.1.1 and §6.1.4: neither is ECT, nor is the
/// pure acknowledgement. New text is.
#[test]
fn both_ends_take_part() {
    let mut t = capable(asks());
    assert!(t.tcb.ecn_on());
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=1000 ect0");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000 ect0");

    let mut t = accepts().listening();
    t.arrives("SYN,ECE,CWR seq=0 mss=1000")
        .enters([SynReceived]);
    t.replies("SYN,ACK,ECE seq=0 ack=1 mss=1000");
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    t.calls(Call::Send(500));
    t.replies("PSH,ACK seq=1 ack=1 len=500 ect0");
}

/// §6.1.1: whatever else the peer says, or this end's policy, nobody takes part.
#[test]
fn one_end_alone_does_not() {
    for flags in ["SYN,ACK", "SYN,ACK,ECE,CWR", "SYN,ACK,CWR"] {
        let mut t = asks().closed();
        t.calls(Call::ActiveOpen).enters([SynSent]);
        t.replies("SYN,ECE,CWR seq=0 mss=1000");
        t.arrives(&format!("{flags} seq=0 ack=1 mss=1000"));
        t.replies("ACK seq=1 ack=1").enters([Established]);
        t.calls(Call::Send(500));
        t.replies("PSH,ACK seq=1 ack=1 len=500");
        // Flags and marks mean nothing.
        t.arrives("ACK,ECE seq=1 ack=501 len=100 ce").silent();
        t.congestion(10_500, u32::MAX);
        t.at("200ms").replies("ACK seq=501 ack=101");
    }
    for (setup, flags) in [
        (Setup::default(), "SYN,ECE,CWR"),
        (accepts(), "SYN,ECE"),
        (accepts(), "SYN,CWR"),
        (accepts(), "SYN"),
    ] {
        let mut t = setup.listening();
        t.arrives(&format!("{flags} seq=0 mss=1000"))
            .enters([SynReceived]);
        t.replies("SYN,ACK seq=0 ack=1 mss=1000");
        assert!(!t.tcb.ecn_on(), "{flags}");
    }
    // It accepts, but does not ask.
    let mut t = accepts().syn_sent();
    t.arrives("SYN,ACK,ECE seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    assert!(!t.tcb.ecn_on());
}

/// §6.1.1.1: what nothing answered asks no more; a SYN,ACK that agrees to the first comes too late,
/// since a SYN that did not ask was sent.
#[test]
fn a_syn_sent_again_does_not_ask() {
    let mut t = asks().closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN,ECE,CWR seq=0 mss=1000");
    t.at("1s").replies("SYN seq=0 mss=1000 again");
    t.arrives("SYN,ACK,ECE seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(500));
    t.replies("PSH,ACK seq=1 ack=1 len=500");
}

/// The other side of it: the second SYN does not ask, so that the SYN,ACK does not agree. What asks
/// still is agreed to again.
#[test]
fn the_peers_syn_again() {
    for (flags, answer) in [("SYN", "SYN,ACK"), ("SYN,ECE,CWR", "SYN,ACK,ECE")] {
        let mut setup = accepts();
        setup.config.syn_again = SynAgain::AnsweredAgain;
        let mut t = setup.listening();
        t.arrives("SYN,ECE,CWR seq=0 mss=1000")
            .enters([SynReceived]);
        t.replies("SYN,ACK,ECE seq=0 ack=1 mss=1000");
        t.arrives(&format!("{flags} seq=0 mss=1000"));
        t.replies(&format!("{answer} seq=0 ack=1 mss=1000 again"));
        assert_eq!(t.tcb.ecn_on(), flags == "SYN,ECE,CWR");
    }
}

/// Both ask at once, and both agree.
#[test]
fn simultaneous_open() {
    let mut t = asks().closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN,ECE,CWR seq=0 mss=1000");
    t.arrives("SYN,ECE,CWR seq=0 mss=1000")
        .enters([SynReceived]);
    t.replies("SYN,ACK,ECE seq=0 ack=1 mss=1000");
    t.arrives("SYN,ACK,ECE seq=0 ack=1 mss=1000").silent();
    t.enters([Established]).congestion(10_000, u32::MAX);
    t.calls(Call::Send(500));
    t.replies("PSH,ACK seq=1 ack=1 len=500 ect0");
}

/// §6.1.3: every acknowledgement has ECE from the mark until CWR, on text too; the first goes at once.
#[test]
fn the_receiver_echoes_until_cwr() {
    let mut t = capable(asks());
    t.arrives("ACK seq=1 ack=1 len=500 ect0").silent();
    t.arrives("ACK seq=501 ack=1 len=100 ce");
    t.replies("ACK,ECE seq=1 ack=601")
        .because(Why::Acknowledge(AckReason::Marked));
    // The echo is on: a second mark hurries nobody.
    t.arrives("ACK seq=601 ack=1 len=100 ce").silent();
    t.calls(Call::Send(100));
    t.replies("PSH,ACK,ECE seq=1 ack=701 len=100 ect0");
    t.arrives("ACK seq=2701 ack=101 len=100 ect0");
    t.replies("ACK,ECE seq=101 ack=701");
    t.arrives("ACK,CWR seq=701 ack=101 len=1000 ect0");
    t.replies("ACK seq=101 ack=1701");
    t.arrives("ACK seq=1701 ack=101 len=1000 ect0");
    t.replies("ACK seq=101 ack=2801");
    // CWR on what is marked itself: the echo begins anew.
    t.arrives("ACK,CWR seq=2801 ack=101 len=100 ce");
    t.replies("ACK,ECE seq=101 ack=2901");
    t.arrives("ACK,CWR seq=2901 ack=101 len=100 ce");
    t.replies("ACK,ECE seq=101 ack=3001");
}

/// §6.1.5: a mark on what lies outside the window, or was here before, is ignored.
#[test]
fn a_mark_outside_the_window_is_ignored() {
    let mut t = capable(asks());
    t.arrives("ACK seq=1 ack=1 len=100 ect0").silent();
    t.arrives("ACK seq=1 ack=1 len=100 ce");
    t.replies("ACK seq=1 ack=101");
    t.arrives("ACK seq=9001 ack=1 len=100 ce");
    t.replies("ACK seq=1 ack=101");
    // Beyond a gap it counts, in the acknowledgement of the gap.
    t.arrives("ACK seq=201 ack=1 len=100 ce");
    t.replies("ACK,ECE seq=1 ack=101")
        .because(Why::Acknowledge(AckReason::Gap));
    t.silent();
}

/// §6.1.2: cwnd is halved, once for what was outstanding, and the next new text says CWR. Without SACK.
#[test]
fn ece_halves_cwnd_once_a_window() {
    let mut t = flying(asks(), 10);
    t.arrives("ACK,ECE seq=1 ack=2001 wnd=60000").silent();
    t.congestion(5000, 5000).phase(Phase::Cwr);
    // Three more of that window: no growth, no other reduction.
    for ack in [4001, 5001] {
        t.arrives(&format!("ACK,ECE seq=1 ack={ack} wnd=60000"))
            .silent();
        t.congestion(5000, 5000).phase(Phase::Cwr);
    }
    t.arrives("ACK,ECE seq=1 ack=6001 wnd=60000");
    t.replies("ACK,CWR seq=10001 ack=1 len=1000 ect0");
    t.arrives("ACK,ECE seq=1 ack=8001 wnd=60000");
    new(&mut t, 11_001, 2);
    // The recovery point: the echo of this acknowledgement left before CWR came.
    t.arrives("ACK,ECE seq=1 ack=10001 wnd=60000");
    new(&mut t, 13_001, 2);
    t.congestion(5000, 5000).phase(Phase::Open);
    t.arrives("ACK seq=1 ack=12001 wnd=60000");
    new(&mut t, 15_001, 2);
    t.congestion(5000, 5000);
    // Another mark, in the next window.
    t.arrives("ACK,ECE seq=1 ack=13001 wnd=60000").silent();
    t.congestion(2500, 2500).phase(Phase::Cwr);
}

/// The same with SACK, cwnd at once.
#[test]
fn ece_with_sack() {
    let mut t = flying(with_sack(asks()), 10);
    t.arrives("ACK,ECE seq=1 ack=2001 wnd=60000").silent();
    t.congestion(5000, 5000).phase(Phase::Cwr);
    t.arrives("ACK,ECE seq=1 ack=5001 wnd=60000").silent();
    t.arrives("ACK,ECE seq=1 ack=7001 wnd=60000");
    t.replies("ACK,CWR seq=10001 ack=1 len=1000 ect0");
    new(&mut t, 11_001, 1);
    t.congestion(5000, 5000).phase(Phase::Cwr);
    t.arrives("ACK,ECE seq=1 ack=10001 wnd=60000");
    new(&mut t, 12_001, 3);
    t.congestion(5000, 5000).phase(Phase::Open);
}

/// With RFC 6937: half of what is delivered goes out, the first of it with CWR.
#[test]
fn ece_in_proportion() {
    let mut setup = with_sack(asks());
    setup.config.reduction = Reduction::Proportional;
    let mut t = flying(setup, 10);
    // Two delivered of ten: one may go.
    t.arrives("ACK,ECE seq=1 ack=2001 wnd=60000");
    t.replies("ACK,CWR seq=10001 ack=1 len=1000 ect0");
    t.congestion(9000, 5000).phase(Phase::Cwr);
    t.arrives("ACK,ECE seq=1 ack=4001 wnd=60000");
    new(&mut t, 11_001, 1);
    t.arrives("ACK,ECE seq=1 ack=6001 wnd=60000");
    new(&mut t, 12_001, 1);
    // Five are in flight, as many as ssthresh has.
    t.arrives("ACK,ECE seq=1 ack=8001 wnd=60000").silent();
    t.congestion(5000, 5000).phase(Phase::Cwr);
    t.arrives("ACK,ECE seq=1 ack=10001 wnd=60000");
    new(&mut t, 13_001, 2);
    t.congestion(5000, 5000).phase(Phase::Open);
}

/// §6.1.2: a mark and a loss of one window are one sign of congestion, whichever comes first.
#[test]
fn a_mark_and_a_loss_of_one_window() {
    for sack in [false, true] {
        let setup = if sack { with_sack(asks()) } else { asks() };
        let block = |end: i64| match sack {
            true => format!(" sack=3001-{end}"),
            false => String::new(),
        };
        let mut t = flying(setup, 10);
        t.arrives("ACK,ECE seq=1 ack=2001 wnd=60000").silent();
        t.congestion(5000, 5000).phase(Phase::Cwr);
        for n in 1..=2 {
            let block = block(3001 + 1000 * n);
            t.arrives(&format!("ACK,ECE seq=1 ack=2001 wnd=60000{block}"));
            t.silent();
        }
        let third = block(6001);
        t.arrives(&format!("ACK,ECE seq=1 ack=2001 wnd=60000{third}"));
        // §6.1.5: what is sent again is not ECT, and has no CWR.
        t.replies("ACK seq=2001 ack=1 len=1000 again")
            .because(Why::FastRetransmit);
        t.phase(Phase::Recovery).silent();
        t.congestion(if sack { 5000 } else { 8000 }, 5000);
    }
    // First the loss: the echo adds nothing, but new text says CWR for it.
    let mut t = flying(with_sack(asks()), 10);
    for n in 1..=3 {
        t.arrives(&format!(
            "ACK seq=1 ack=1 wnd=60000 sack=1001-{}",
            1001 + 1000 * n
        ));
        if n < 3 {
            new(&mut t, 9001 + 1000 * n, 1);
        }
    }
    t.replies("ACK seq=1 ack=1 len=1000 again");
    t.congestion(5000, 5000).phase(Phase::Recovery);
    t.arrives("ACK,ECE seq=1 ack=8001 wnd=60000 sack=9001-10001");
    t.replies("ACK,CWR seq=12001 ack=1 len=1000 ect0");
    t.anything();
    t.congestion(5000, 5000).phase(Phase::Recovery);
}

/// §6.1.2: with a cwnd of one segment, ECE lets nothing go before the retransmission timer runs out.
#[test]
fn one_segment_waits_for_the_timer() {
    for sack in [false, true] {
        let setup = if sack { with_sack(asks()) } else { asks() };
        let mut t = flying(setup, 10);
        t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
        t.congestion(1000, 5000).phase(Phase::Loss);
        t.at("1.1s").silent();
        t.arrives("ACK,ECE seq=1 ack=10001 wnd=60000").silent();
        t.congestion(1000, 5000);
        assert_eq!(t.tcb.retransmissions(), 0);
        // Whatever comes meanwhile: more to send, and what it acknowledges.
        t.calls(Call::Send(1000)).silent();
        let due = t.tcb.timers().retransmission;
        t.just_at("3.099s").silent();
        assert_eq!(due, moment("3.1s"));
        t.at("3.1s")
            .replies("ACK,CWR seq=10001 ack=1 len=1000 ect0");
        assert_eq!(t.tcb.retransmissions(), 0);
        t.congestion(1000, 5000);
        t.arrives("ACK seq=1 ack=11001 wnd=60000");
        t.anything();
        t.congestion(2000, 5000);
    }
}

/// After a time-out new text says CWR; what is sent again does not.
#[test]
fn cwr_after_a_timeout() {
    let mut t = capable(asks());
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=1 ack=1 len=1000 ect0");
    t.at("1s").replies("PSH,ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=1001").silent();
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK,CWR seq=1001 ack=1 len=1000 ect0");
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=2001 ack=1 len=1000 ect0");
}

/// §6.1.6: a probe of the closed window is not ECT, though its octet is new.
#[test]
fn a_window_probe_is_not_ect() {
    let mut t = capable(asks());
    t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    t.calls(Call::Send(1000)).silent();
    t.at("1s").replies("ACK seq=1 ack=1 len=1 probe");
    // The same goes for the form without an octet, and for keep-alive; both tell of a mark.
    let mut setup = asks();
    setup.config.zero_window_probe = ZeroWindowProbe::BelowUna;
    let mut t = capable(setup);
    t.arrives("ACK seq=1 ack=1 len=100 wnd=0 ce");
    t.replies("ACK,ECE seq=1 ack=101");
    t.calls(Call::Send(1000)).silent();
    t.at("1s").replies("ACK,ECE seq=0 ack=101 probe");
    assert_eq!(t.last.unwrap().segment.ecn, Ecn::NotEct);
}
