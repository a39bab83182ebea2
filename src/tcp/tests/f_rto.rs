//! F-RTO: was a time-out spurious? RFC 5682.

use super::windows::new;
use super::*;

fn setup(sack: bool, undo: bool) -> Setup {
    with(|c| {
        c.sack = sack;
        c.f_rto = true;
        c.undo = undo;
    })
}

/// Four segments, of which the timer sends the first again at 1 s.
fn timed_out(setup: Setup) -> T {
    let mut t = setup.established();
    t.calls(Call::Send(20_000));
    new(&mut t, 1, 4);
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.phase(Phase::Loss).congestion(1000, 2000);
    t
}

/// RFC 5682 §2.1: the acknowledgements were late. The first lets two new segments go, the second shows
/// that nothing was lost; cwnd is as before, and grows.
#[test]
fn a_spurious_timeout() {
    for sack in [false, true] {
        let mut t = timed_out(setup(sack, true));
        t.at("1.1s").silent().arrives("ACK seq=1 ack=1001");
        new(&mut t, 4001, 2);
        t.silent().phase(Phase::Loss).congestion(2000, 2000);
        t.arrives("ACK seq=1 ack=2001");
        t.phase(Phase::Open).congestion(5000, u32::MAX);
        t.outstanding(5000, 0, 0);
        new(&mut t, 6001, 1);
        // What the retransmission brings is a duplicate and no more.
        for ack in [3001, 4001, 5001] {
            t.arrives(&format!("ACK seq=1 ack={ack}"));
            t.sent.clear();
            t.silent();
        }
        t.phase(Phase::Open);
        assert_eq!(t.tcb.lost(), 0);
    }
}

/// Without the response cwnd stays down, but nothing more is sent again.
#[test]
fn a_spurious_timeout_without_undo() {
    let mut t = timed_out(setup(true, false));
    t.at("1.1s").silent().arrives("ACK seq=1 ack=1001");
    new(&mut t, 4001, 2);
    t.arrives("ACK seq=1 ack=2001").silent();
    t.phase(Phase::Open)
        .congestion(2000, 2000)
        .outstanding(4000, 0, 0);
}

/// RFC 5682 §2.1, step 3a: the new segments draw duplicates: all was lost, and goes again.
#[test]
fn a_genuine_timeout() {
    for sack in [false, true] {
        let mut t = timed_out(setup(sack, true));
        t.at("1.1s").silent().arrives("ACK seq=1 ack=1001");
        new(&mut t, 4001, 2);
        let block = if sack { " sack=4001-5001" } else { "" };
        t.at("1.2s").silent();
        t.arrives(&format!("ACK seq=1 ack=1001{block}"));
        t.phase(Phase::Loss);
        t.replies("ACK seq=1001 ack=1 len=1000 again");
        t.because(Why::AfterTimeout);
        assert_eq!(t.tcb.congestion().ssthresh, 2000);
    }
}

/// Step 2a: a duplicate first, without SACK, means a loss; with SACK it only tells what arrived.
#[test]
fn a_duplicate_first() {
    let mut t = timed_out(setup(false, true));
    t.arrives("ACK seq=1 ack=1");
    t.replies("ACK seq=1001 ack=1 len=1000 again");
    let mut t = timed_out(setup(true, true));
    t.arrives("ACK seq=1 ack=1 sack=1001-2001");
    // An original arrived that nobody sent again, though the time-out took it for lost.
    t.phase(Phase::Disorder).congestion(4000, u32::MAX);
    // Three originals and the copy.
    t.silent().outstanding(4000, 1000, 0);
}

/// Step 2: with nothing new to send the question is dropped.
#[test]
fn nothing_new_to_send() {
    let mut t = setup(false, true).established();
    t.calls(Call::Send(4000));
    new(&mut t, 1, 3);
    t.replies("PSH,ACK seq=3001 ack=1 len=1000");
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=1001");
    t.replies("ACK seq=1001 ack=1 len=1000 again");
    t.because(Why::AfterTimeout);
    t.replies("ACK seq=2001 ack=1 len=1000 again");
}

/// §2.1, step 1: another time-out before all of that is acknowledged is not questioned.
#[test]
fn a_second_timeout() {
    let mut t = timed_out(setup(true, true));
    t.at("3s").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=1001");
    t.replies("ACK seq=1001 ack=1 len=1000 again");
    t.replies("ACK seq=2001 ack=1 len=1000 again");
}
