//! Congestion control: RFC 9293 §3.8.2; RFC 5681, RFC 6582, RFC 3042.

use super::*;

const UNBOUNDED: u32 = u32::MAX;

/// `count` full segments from `seq` on; more text follows.
fn segments(t: &mut T, seq: i64, count: i64) {
    for n in 0..count {
        t.replies(&format!("ACK seq={} ack=1 len=1000", seq + 1000 * n));
    }
}

/// With 20,000 octets written, and the four of the initial window sent.
fn sending() -> T {
    sending_in(Setup::default())
}

fn sending_in(setup: Setup) -> T {
    let mut t = setup.established();
    t.calls(Call::Send(20_000));
    segments(&mut t, 1, 4);
    t.congestion(4000, UNBOUNDED);
    t
}

fn duplicate(t: &mut T, ack: i64) {
    t.arrives(&format!("ACK seq=1 ack={ack}"));
}

/// The first two duplicates let a new segment go each, by limited transmit.
fn two_duplicates(t: &mut T) {
    duplicate(t, 1);
    segments(t, 4001, 1);
    duplicate(t, 1);
    segments(t, 5001, 1);
}

/// RFC 5681 §3.1, RFC 6928 §2.
#[test]
fn the_initial_window() {
    sending();
    let mut t = with(|c| c.initial_window = InitialWindow::Rfc6928).established();
    t.calls(Call::Send(20_000));
    segments(&mut t, 1, 10);
}

/// RFC 5681 §3.1: one segment after a lost SYN; ssthresh stays as high as it can be.
#[test]
fn the_initial_window_after_a_lost_syn() {
    let mut t = syn_sent();
    t.at("1s").replies("SYN seq=0 mss=1000 again");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.congestion(1000, UNBOUNDED).calls(Call::Send(20_000));
    segments(&mut t, 1, 1);
    // Slow start.
    t.arrives("ACK seq=1 ack=1001").congestion(2000, UNBOUNDED);
    segments(&mut t, 1001, 2);
}

/// RFC 5681 §3.1: a lost SYN,ACK counts like a lost SYN.
#[test]
fn the_initial_window_after_a_lost_syn_ack() {
    let mut t = syn_received_passive();
    t.at("1s").replies("SYN,ACK seq=0 ack=1 mss=1000 again");
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    t.congestion(1000, UNBOUNDED);
}

/// RFC 5681 §3.1, equation 2: at most a segment for each acknowledgement.
#[test]
fn slow_start() {
    for setup in with_all_numbers() {
        let mut t = sending_in(setup);
        t.arrives("ACK seq=1 ack=1001").congestion(5000, UNBOUNDED);
        segments(&mut t, 4001, 2);
        t.arrives("ACK seq=1 ack=3001").congestion(6000, UNBOUNDED);
        segments(&mut t, 6001, 3);
    }
}

/// RFC 5681 §3.2 and RFC 3042: two segments by limited transmit, then the first one again.
#[test]
fn three_duplicates_retransmit_fast() {
    for setup in with_all_numbers() {
        let mut t = sending_in(setup);
        two_duplicates(&mut t);
        t.congestion(4000, UNBOUNDED);
        duplicate(&mut t, 1);
        t.replies("ACK seq=1 ack=1 len=1000 again");
        t.because(Why::FastRetransmit).congestion(5000, 2000);
        duplicate(&mut t, 1);
        t.silent().congestion(6000, 2000);
        duplicate(&mut t, 1);
        segments(&mut t, 6001, 1);
        t.congestion(7000, 2000);
        // A full acknowledgement: RFC 6582 §3.2, step 3.
        t.arrives("ACK seq=1 ack=7001").congestion(2000, 2000);
        segments(&mut t, 7001, 2);
    }
}

/// RFC 6582 §3.2: a partial acknowledgement sends the next hole again, and recovery goes on.
#[test]
fn a_partial_acknowledgement_sends_the_next_hole() {
    let mut t = sending();
    two_duplicates(&mut t);
    duplicate(&mut t, 1);
    t.replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=2001");
    t.replies("ACK seq=2001 ack=1 len=1000 again");
    t.because(Why::PartialAck).congestion(4000, 2000);
    t.arrives("ACK seq=1 ack=6001").congestion(2000, 2000);
    segments(&mut t, 6001, 2);
}

/// RFC 6582 §3.2, step 4: the window shrinks by what was acknowledged, and a new segment may go.
#[test]
fn a_small_partial_acknowledgement_does_not_inflate() {
    let mut t = sending();
    two_duplicates(&mut t);
    duplicate(&mut t, 1);
    t.replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=501");
    t.replies("ACK seq=501 ack=1 len=1000 again");
    t.congestion(4500, 2000);
}

/// RFC 5681 §3.1: a time-out leaves one segment, and half of what was outstanding as ssthresh.
#[test]
fn a_timeout_collapses_the_window() {
    let mut t = sending();
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.congestion(1000, 2000);
    // What follows goes out again as acknowledgements make room, at first in slow start.
    t.arrives("ACK seq=1 ack=1001").congestion(2000, 2000);
    for seq in [1001, 2001] {
        t.replies(&format!("ACK seq={seq} ack=1 len=1000 again"));
        t.because(Why::AfterTimeout);
    }
    // Then in congestion avoidance: a segment a window.
    t.arrives("ACK seq=1 ack=2001").congestion(2000, 2000);
    t.replies("ACK seq=3001 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=3001").congestion(3000, 2000);
    segments(&mut t, 4001, 2);
}

/// RFC 5681 §3.1: ssthresh is held when the same segment times out again.
#[test]
fn a_second_timeout_keeps_ssthresh() {
    let mut t = with(|c| c.initial_window = InitialWindow::Rfc6928).established();
    t.calls(Call::Send(20_000));
    segments(&mut t, 1, 10);
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.congestion(1000, 5000);
    t.at("3s").replies("ACK seq=1 ack=1 len=1000 again");
    t.congestion(1000, 5000);
}

/// RFC 6298 §5: an acknowledgement after a time-out that covers everything leaves nothing to send
/// again.
#[test]
fn a_late_acknowledgement_ends_going_back() {
    let mut t = sending();
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=4001").congestion(2000, 2000);
    segments(&mut t, 4001, 2);
}

/// RFC 6582 §3.2, step 2: duplicates below recover, or of its very end, come from what was sent
/// again in vain, and mean no new loss.
#[test]
fn duplicates_after_a_timeout_mean_no_loss() {
    let mut t = established();
    t.calls(Call::Send(6000));
    segments(&mut t, 1, 4);
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=4001");
    t.replies("ACK seq=4001 ack=1 len=1000");
    t.replies("PSH,ACK seq=5001 ack=1 len=1000");
    for _ in 0..4 {
        duplicate(&mut t, 4001);
        t.silent().congestion(2000, 2000);
    }
}

/// RFC 6582 §3.2, step 2: beyond recover they do.
#[test]
fn duplicates_beyond_recover_retransmit_again() {
    let mut t = established();
    t.calls(Call::Send(8000));
    segments(&mut t, 1, 4);
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=4001");
    segments(&mut t, 4001, 2);
    t.arrives("ACK seq=1 ack=5001").congestion(2000, 2000);
    segments(&mut t, 6001, 1);
    duplicate(&mut t, 5001);
    t.replies("PSH,ACK seq=7001 ack=1 len=1000");
    duplicate(&mut t, 5001);
    t.silent();
    duplicate(&mut t, 5001);
    t.replies("ACK seq=5001 ack=1 len=1000 again");
    t.because(Why::FastRetransmit).congestion(5000, 2000);
}

/// RFC 5681 §2: the five conditions; none of these is a duplicate acknowledgement.
#[test]
fn what_is_no_duplicate_acknowledgement() {
    for text in [
        "ACK seq=1 ack=1 len=1",
        "ACK seq=1 ack=1 wnd=9000",
        "ACK seq=1 ack=0",
        "ACK seq=1 ack=1 wnd=9999",
    ] {
        let mut t = sending();
        two_duplicates(&mut t);
        // Were it the third, the first segment would go out again.
        t.arrives(text).silent().congestion(4000, UNBOUNDED);
    }
}

/// RFC 5681 §2: with nothing outstanding there is nothing to be lost.
#[test]
fn repeated_acknowledgements_of_an_idle_connection() {
    let mut t = established();
    for _ in 0..5 {
        t.arrives("ACK seq=1 ack=1").silent();
    }
    t.congestion(4000, UNBOUNDED);
}

/// RFC 5681 §4.1: after an idle RTO no more than the initial window.
#[test]
fn an_idle_connection_starts_slowly_again() {
    let mut t = established();
    t.calls(Call::Send(6000));
    segments(&mut t, 1, 4);
    t.arrives("ACK seq=1 ack=2001")
        .replies("ACK seq=4001 ack=1 len=1000");
    t.replies("PSH,ACK seq=5001 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=4001").silent();
    t.arrives("ACK seq=1 ack=6001").silent();
    t.congestion(7000, UNBOUNDED);
    t.at("1s").silent().calls(Call::Send(1000));
    t.replies("PSH,ACK seq=6001 ack=1 len=1000");
    t.congestion(7000, UNBOUNDED);
    t.arrives("ACK seq=1 ack=7001").silent();
    t.congestion(8000, UNBOUNDED);
    t.at("2.000000001s").silent().calls(Call::Send(1000));
    t.replies("PSH,ACK seq=7001 ack=1 len=1000");
    t.congestion(4000, UNBOUNDED);
}
