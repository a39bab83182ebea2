//! Reductions without cause are taken back: by timestamps (RFC 3522, RFC 4015) and by DSACK.

use super::*;

fn setup(sack: bool) -> Setup {
    with(|c| {
        c.sack = sack;
        c.timestamps = true;
        c.undo = true;
        c.initial_window = InitialWindow::Rfc6928;
    })
}

/// Ten segments sent at 1 s, with the timestamp 1,000.
fn ten(sack: bool) -> T {
    let setup = setup(sack);
    let word = if sack { " sackok" } else { "" };
    let mut t = setup.closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies(&format!("SYN seq=0 mss=1000{word} ts=0/0"));
    t.arrives(&format!("SYN,ACK seq=0 ack=1 mss=1000{word} ts=7/0"));
    t.replies("ACK seq=1 ack=1 ts=0/7").enters([Established]);
    t.at("1s").silent().calls(Call::Send(9880));
    for n in 0..9 {
        t.replies(&format!("ACK seq={} ack=1 len=988 ts=1000/7", 1 + 988 * n));
    }
    t.replies("PSH,ACK seq=8893 ack=1 len=988 ts=1000/7");
    t
}

/// Three duplicates at 1.1 s, so that the first goes again.
fn goes_again(sack: bool) -> T {
    let mut t = ten(sack);
    t.at("1.1s").silent();
    for n in 1..=3 {
        let block = format!(" sack=989-{}", 989 + 988 * n);
        let block = if sack { block.as_str() } else { "" };
        t.arrives(&format!("ACK seq=1 ack=1 ts=8/1000{block}"));
        if n < 3 {
            t.silent();
        }
    }
    t.replies("ACK seq=1 ack=1 len=988 ts=1100/8 again");
    t.because(Why::FastRetransmit).phase(Phase::Recovery);
    assert_eq!(t.tcb.congestion().ssthresh, 4940);
    t
}

/// RFC 3522: the acknowledgement of the first echoes 1,000: its original arrived, late. data-reorder-5ms.
#[test]
fn a_timestamp_shows_the_original() {
    for sack in [false, true] {
        let mut t = goes_again(sack);
        t.at("1.15s")
            .silent()
            .arrives("ACK seq=1 ack=3953 ts=9/1000")
            .silent();
        t.phase(Phase::Open).congestion(9880 + 988, u32::MAX);
        t.outstanding(5928, 0, 0);
    }
}

/// It echoes 1,100: the retransmission arrived, and there was a loss.
#[test]
fn a_timestamp_shows_the_retransmission() {
    for sack in [false, true] {
        let mut t = goes_again(sack);
        t.at("1.2s")
            .silent()
            .arrives("ACK seq=1 ack=9881 ts=9/1100")
            .silent();
        t.phase(Phase::Open);
        let cwnd = if sack { 4940 } else { 1976 };
        t.congestion(cwnd, 4940);
    }
}

/// RFC 2883, data-reorder-30ms: the retransmission was in vain, says a DSACK after the recovery.
#[test]
fn a_dsack_after_the_recovery() {
    let mut t = goes_again(true);
    t.at("1.2s")
        .silent()
        .arrives("ACK seq=1 ack=9881 ts=9/1100")
        .silent();
    t.congestion(4940, 4940);
    t.arrives("ACK seq=1 ack=9881 ts=9/1100 sack=1-989")
        .silent();
    t.congestion(9880, u32::MAX).phase(Phase::Open);
    // Once.
    t.arrives("ACK seq=1 ack=9881 ts=9/1100 sack=1-989")
        .silent();
    t.congestion(9880, u32::MAX);
}

/// RFC 2883 §5: a block is a DSACK by the acknowledgement in its own segment: above it, it is none.
#[test]
fn a_block_above_its_own_acknowledgement_is_no_dsack() {
    let mut t = goes_again(true);
    t.at("1.2s")
        .silent()
        .arrives("ACK seq=1 ack=9881 ts=9/1100")
        .silent();
    // Overtaken: it was sent when only the second segment had arrived.
    t.arrives("ACK seq=1 ack=1 ts=9/1100 sack=989-1977")
        .silent();
    t.congestion(4940, 4940);
}

/// RFC 3522 after a time-out: all that was taken for lost is in flight.
#[test]
fn a_spurious_timeout_by_its_timestamp() {
    for sack in [false, true] {
        let mut t = ten(sack);
        t.at("2s")
            .replies("ACK seq=1 ack=1 len=988 ts=2000/7 again");
        t.congestion(988, 4940).phase(Phase::Loss);
        t.at("2.1s")
            .silent()
            .arrives("ACK seq=1 ack=989 ts=8/1000")
            .silent();
        t.phase(Phase::Open).congestion(9880 + 988, u32::MAX);
        t.outstanding(8892, 0, 0);
    }
}

/// Without the policy the reductions stand.
#[test]
fn without_undo() {
    let mut t = ten(true);
    t.config.undo = false;
    t.at("2s")
        .replies("ACK seq=1 ack=1 len=988 ts=2000/7 again");
    t.at("2.1s").silent().arrives("ACK seq=1 ack=989 ts=8/1000");
    t.phase(Phase::Loss).congestion(1976, 4940);
    t.replies("ACK seq=989 ack=1 len=988 ts=2100/8 again");
    t.replies("ACK seq=1977 ack=1 len=988 ts=2100/8 again");
}
