//! Losses by time (RFC 8985 §6) and what tail loss probes tell (§7.4), with the policies of the
//! recorded runs: cwnd in proportion, F-RTO, undo.

use super::windows::{again, new, tells, ten_more_to_come};
use super::*;

/// Ten segments at 20 ms, over a round trip of 20 ms; more follow.
fn ten() -> T {
    ten_more_to_come(measured().established_over_20_ms())
}

/// data-drop-20 in small: cwnd and what goes out for each acknowledgement. The third SACKed segment
/// ends the patience of a path that never reordered; ssthresh is 5 of 10 segments.
#[test]
fn a_loss_among_ten() {
    let mut t = ten();
    t.at("40ms").silent();
    for (end, cwnd, pipe, sends) in [
        (2001, 10, 10, Some(10_001)),
        (3001, 10, 10, Some(11_001)),
        (4001, 9, 9, Some(1)),
        (5001, 8, 8, None),
        (6001, 8, 8, Some(12_001)),
        (7001, 7, 7, None),
        (8001, 7, 7, Some(13_001)),
        (9001, 6, 6, None),
        (10_001, 5, 5, None),
        (11_001, 5, 5, Some(14_001)),
    ] {
        if end == 11_001 {
            // It went out at 40 ms by limited transmit, just before the first again.
            t.at("60ms").silent();
        }
        tells(&mut t, 1, &format!("1001-{end}"));
        match sends {
            Some(1) => again(&mut t, 1, Why::FastRetransmit),
            Some(seq) => new(&mut t, seq, 1),
            None => drop(t.silent()),
        }
        t.silent();
        assert_eq!(t.tcb.congestion().cwnd, cwnd * 1000, "cwnd at {end}");
        assert_eq!(t.tcb.pipe(), pipe * 1000, "pipe at {end}");
    }
    t.arrives("ACK seq=1 ack=12001 wnd=60000");
    t.phase(Phase::Open).congestion(5000, 5000);
    new(&mut t, 15_001, 2);
}

/// One segment SACKed is not enough: the reordering timer waits a quarter of the least round trip.
/// RFC 8985 §6.2, step 5: RACK.rtt 20 ms, RACK.reo_wnd 5 ms after the sending at 20 ms.
#[test]
fn the_reordering_timer() {
    let mut t = ten();
    t.at("40ms").silent();
    tells(&mut t, 1, "1001-2001");
    new(&mut t, 10_001, 1);
    assert_eq!(t.tcb.timers().tail_loss, Time::NEVER, "one timer at a time");
    t.at("44.999999ms").silent().phase(Phase::Disorder);
    t.at("45ms").replies("ACK seq=1 ack=1 len=1000 again");
    t.because(Why::ReorderingTimer).phase(Phase::Recovery);
    // Eleven segments, one SACKed, one lost: nine in flight, and one more.
    t.congestion(10_000, 5000).outstanding(10_000, 1000, 1000);
}

/// RFC 8985 §6.2, step 4: a path that was seen to reorder gets its quarter of a round trip, whatever is
/// SACKed, in recovery too.
#[test]
fn a_path_that_reorders() {
    let mut t = ten();
    t.at("40ms").silent();
    tells(&mut t, 1, "1001-2001");
    new(&mut t, 10_001, 1);
    // The first was only late.
    t.arrives("ACK seq=1 ack=2001 wnd=60000");
    t.congestion(11_000, u32::MAX).phase(Phase::Open);
    new(&mut t, 11_001, 2);
    // 2,001 is missing.
    tells(&mut t, 2001, "3001-7001");
    new(&mut t, 13_001, 4);
    t.silent().phase(Phase::Disorder);
    t.at("45ms").replies("ACK seq=2001 ack=1 len=1000 again");
    t.because(Why::ReorderingTimer);
}

/// RFC 8985 §6.2, step 4: DSACKs widen the window, once a round trip; sixteen recoveries without one
/// narrow it.
#[test]
fn dsacks_widen_the_reordering_window() {
    let mut t = ten();
    t.at("40ms").silent();
    assert_eq!(t.tcb.rack.reordering(), (false, 1));
    for _ in 0..3 {
        tells(&mut t, 1001, "1-1001");
        t.anything();
        assert_eq!(t.tcb.rack.reordering(), (false, 2));
    }
    tells(&mut t, 9001, "8001-9001");
    t.anything();
    assert_eq!(t.tcb.rack.reordering(), (false, 2), "the round goes on");
    tells(&mut t, 10_001, "9001-10001");
    t.anything();
    assert_eq!(t.tcb.rack.reordering(), (false, 3));
}

/// RFC 8985 Figure 1, and data-drop-last-3: the tail is lost, the probe brings the SACK that shows it,
/// and the copy of P1 is lost too, which the arrival of P2's shows.
#[test]
fn figure_1() {
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(4000));
    new(&mut t, 1, 3);
    t.replies("PSH,ACK seq=3001 ack=1 len=1000");
    t.at("40ms").silent();
    t.arrives("ACK seq=1 ack=1001 wnd=60000").silent();
    // 2·SRTT and 2 ms.
    t.at("82ms")
        .replies("PSH,ACK seq=3001 ack=1 len=1000 again");
    t.because(Why::TailLossProbe);
    t.at("102ms").silent();
    tells(&mut t, 1001, "3001-4001");
    // cwnd 11 of which 3 were in flight: ssthresh is 2, and one goes for the one delivered.
    again(&mut t, 1001, Why::FastRetransmit);
    t.silent().phase(Phase::Recovery).congestion(1000, 2000);
    t.outstanding(1000, 1000, 2000);
    assert_eq!(t.tcb.timers().tail_loss, Time::NEVER);
    assert_eq!(
        t.tcb.snd.tail, None,
        "the probe is answered (RFC 8985 §7.1)"
    );
    // As measured: the next goes when the first is acknowledged.
    t.at("122ms").silent();
    tells(&mut t, 2001, "3001-4001");
    again(&mut t, 2001, Why::SackRecovery);
    t.congestion(2000, 2000);
    t.at("142ms")
        .silent()
        .arrives("ACK seq=1 ack=4001")
        .silent();
    t.phase(Phase::Open).congestion(2000, 2000);
}

/// RFC 8985 §6.2, step 5: a copy sent before one that has arrived is lost too.
#[test]
fn a_retransmission_that_is_lost() {
    let mut t = ten();
    t.at("40ms").silent();
    for end in [5001, 6001, 7001] {
        tells(&mut t, 1, &format!("4001-{end}"));
        t.anything();
    }
    // The first four are lost, of which the first went again.
    t.phase(Phase::Recovery).outstanding(6000, 3000, 4000);
    t.at("45ms").silent();
    for end in [8001, 9001, 10_001] {
        tells(&mut t, 1, &format!("4001-{end}"));
        t.anything();
    }
    // Two more went again at 45 ms.
    t.outstanding(5000, 6000, 4000).congestion(5000, 5000);
    t.at("65ms").silent();
    // The second copy arrives, which was sent later than the first, and than the two new segments
    // of limited transmit.
    tells(&mut t, 1, "1001-2001,4001-10001");
    again(&mut t, 1, Why::LostAgain);
    // RFC 5681 §4.3: a retransmission that is lost is a second sign of congestion. One goes for the one
    // that was delivered, beside the copy of 2001.
    t.silent()
        .outstanding(2000, 7000, 5000)
        .congestion(2000, 2500);
    // Once: the copies of the same reduction say no more.
    t.at("66ms").silent();
    t.arrives("ACK seq=1 ack=2001 wnd=60000 sack=4001-10001");
    // Up to ssthresh: 1,500 octets beside the copy of 2001, of which one segment makes use.
    t.congestion(2500, 2500);
    again(&mut t, 3001, Why::SackRecovery);
    t.anything();
}

/// RFC 8985 §7.4.2: the probe repaired a loss, as nothing says otherwise once something beyond it is
/// acknowledged; cwnd falls.
#[test]
fn a_probe_that_repaired_a_loss() {
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(2000));
    new(&mut t, 1, 1);
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.at("40ms").silent().arrives("ACK seq=1 ack=1001").silent();
    t.at("260ms")
        .replies("PSH,ACK seq=1001 ack=1 len=1000 again");
    t.at("300ms")
        .silent()
        .arrives("ACK seq=1 ack=2001")
        .silent();
    t.congestion(12_000, u32::MAX);
    t.calls(Call::Send(1000))
        .replies("PSH,ACK seq=2001 ack=1 len=1000");
    t.at("320ms")
        .silent()
        .arrives("ACK seq=1 ack=3001")
        .silent();
    // Half of the one segment that was in flight, two at least.
    t.congestion(2000, 2000).phase(Phase::Open);
}

/// With a DSACK the probe was in vain: cwnd stands.
#[test]
fn a_probe_in_vain() {
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=1 ack=1 len=1000");
    t.at("240ms").replies("PSH,ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=1001").silent();
    tells(&mut t, 1001, "1-1001");
    t.silent().congestion(11_000, u32::MAX);
    t.calls(Call::Send(1000))
        .replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.at("280ms")
        .silent()
        .arrives("ACK seq=1 ack=2001")
        .silent();
    t.congestion(12_000, u32::MAX).phase(Phase::Open);
}

/// RFC 8985 §6.3, §3.5: at a time-out only the first is lost and what has had its time: two that were
/// sent just before are not.
#[test]
fn a_timeout_spares_what_was_sent_just_before() {
    let mut t = measured().established_over_20_ms();
    t.tcb.snd.tail = None;
    t.config.tail_loss_probe = false;
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=1 ack=1 len=1000");
    t.at("239ms").silent().calls(Call::Send(2000));
    new(&mut t, 1001, 1);
    t.replies("PSH,ACK seq=2001 ack=1 len=1000");
    t.at("240ms").replies("ACK seq=1 ack=1 len=1000 again");
    t.phase(Phase::Loss).outstanding(3000, 0, 1000);
    // Two in flight and one beside them.
    t.congestion(3000, 2000);
}
