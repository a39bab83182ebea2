//! Fast recovery with SACK: RFC 6675, and cwnd in proportion, RFC 6937.

use super::windows::{again, new, tells, ten_more_to_come};
use super::*;

/// Losses by count, cwnd at once: RFC 6675 as it stands.
fn by_count() -> Setup {
    with(|c| {
        c.sack = true;
        c.initial_window = InitialWindow::Rfc6928;
    })
}

/// The same with cwnd in proportion.
fn in_proportion() -> Setup {
    let mut setup = by_count();
    setup.config.reduction = Reduction::Proportional;
    setup
}

/// Ten segments from number 1 on, with more to come.
fn ten(setup: Setup) -> T {
    let mut t = ten_more_to_come(setup.established());
    t.congestion(10_000, u32::MAX)
        .outstanding(10_000, 0, 0)
        .phase(Phase::Open);
    t
}

/// Twenty segments in flight from number 10,001 on; ssthresh will be ten of them.
fn twenty(setup: Setup) -> T {
    let mut t = ten(setup);
    for n in 1..=10 {
        t.arrives(&format!("ACK seq=1 ack={} wnd=60000", 1 + 1000 * n));
        new(&mut t, 1 + 1000 * (8 + 2 * n), 2);
    }
    t.congestion(20_000, u32::MAX).outstanding(20_000, 0, 0);
    t
}

/// An acknowledgement up to `ack`, with one block.
fn tells_one(t: &mut T, ack: i64, from: i64, to: i64) {
    tells(t, ack, &format!("{from}-{to}"));
}

/// RFC 3042, RFC 6675 §5, step 3: an acknowledgement that tells something new lets a segment go; the
/// two that follow a reordering do no harm.
#[test]
fn limited_transmit() {
    let mut t = ten(by_count());
    tells_one(&mut t, 1, 1001, 2001);
    new(&mut t, 10_001, 1);
    t.phase(Phase::Disorder).outstanding(10_000, 1000, 0);
    // RFC 6675 §2: a block that is known makes no duplicate acknowledgement.
    for _ in 0..5 {
        tells_one(&mut t, 1, 1001, 2001);
        t.silent();
    }
    tells_one(&mut t, 1, 1001, 3001);
    new(&mut t, 11_001, 1);
    t.outstanding(10_000, 2000, 0);
    t.arrives("ACK seq=1 ack=3001 wnd=60000");
    t.phase(Phase::Open).congestion(11_000, u32::MAX);
    new(&mut t, 12_001, 2);
}

/// RFC 6675 §5: the third starts recovery: the first segment again, then nothing until pipe is below
/// cwnd. In the numbers of RFC 6937 §3.1: cwnd 20, of which ssthresh is ten, since what limited
/// transmit sent does not count (there it does: eleven, and the twelfth acknowledgement sends).
#[test]
fn one_loss_at_once() {
    let mut t = twenty(by_count());
    for ack in 1..=19 {
        tells_one(&mut t, 10_001, 11_001, 11_001 + 1000 * ack);
        match ack {
            1 | 2 => new(&mut t, 29_001 + 1000 * ack, 1),
            3 => again(&mut t, 10_001, Why::FastRetransmit),
            13..=19 => new(&mut t, 19_001 + 1000 * ack, 1),
            _ => drop(t.silent()),
        }
        if ack > 2 {
            t.congestion(10_000, 10_000).phase(Phase::Recovery);
            let pipe = u32::try_from((22 - ack).max(10)).unwrap();
            t.outstanding(1000 * pipe, 1000 * u32::try_from(ack).unwrap(), 1000);
        }
    }
    t.arrives("ACK seq=1 ack=30001 wnd=60000");
    new(&mut t, 39_001, 1);
    t.phase(Phase::Recovery).congestion(10_000, 10_000);
    t.arrives("ACK seq=1 ack=32001 wnd=60000");
    new(&mut t, 40_001, 2);
    t.phase(Phase::Open).congestion(10_000, 10_000);
}

/// The same with RFC 6937: a segment for every second acknowledgement, first the one that was lost.
#[test]
fn one_loss_in_proportion() {
    let mut t = twenty(in_proportion());
    let mut sent = 32_001;
    for ack in 1..=19 {
        tells_one(&mut t, 10_001, 11_001, 11_001 + 1000 * ack);
        match ack {
            1 | 2 => new(&mut t, 29_001 + 1000 * ack, 1),
            3 => again(&mut t, 10_001, Why::FastRetransmit),
            5 | 7 | 9 | 11 | 13 | 15 | 17 => {
                new(&mut t, sent, 1);
                sent += 1000;
            }
            _ => drop(t.silent()),
        }
    }
    t.congestion(10_000, 10_000)
        .outstanding(10_000, 19_000, 1000);
    t.arrives("ACK seq=1 ack=32001 wnd=60000");
    t.phase(Phase::Open).congestion(10_000, 10_000);
    new(&mut t, 39_001, 3);
}

/// RFC 6937 §3.1: fifteen lost of twenty. At once a burst of as many as cwnd has room for.
#[test]
fn fifteen_losses_at_once() {
    let mut t = twenty(by_count());
    for ack in [1, 2] {
        tells_one(&mut t, 10_001, 25_001, 25_001 + 1000 * ack);
        new(&mut t, 29_001 + 1000 * ack, 1);
    }
    tells_one(&mut t, 10_001, 25_001, 28_001);
    again(&mut t, 10_001, Why::FastRetransmit);
    for n in 1..6 {
        again(&mut t, 10_001 + 1000 * n, Why::SackRecovery);
    }
    t.outstanding(10_000, 3000, 15_000);
    for ack in [4, 5] {
        tells_one(&mut t, 10_001, 25_001, 25_001 + 1000 * ack);
        again(&mut t, 12_001 + 1000 * ack, Why::SackRecovery);
    }
}

/// In proportion one for each acknowledgement: below ssthresh no more than what is delivered, until
/// SND.UNA moves without a further loss; then one more each.
#[test]
fn fifteen_losses_in_proportion() {
    let mut t = twenty(in_proportion());
    for ack in [1, 2] {
        tells_one(&mut t, 10_001, 25_001, 25_001 + 1000 * ack);
        new(&mut t, 29_001 + 1000 * ack, 1);
    }
    tells_one(&mut t, 10_001, 25_001, 28_001);
    again(&mut t, 10_001, Why::FastRetransmit);
    t.outstanding(5000, 3000, 15_000).congestion(5000, 10_000);
    for ack in [4, 5] {
        tells_one(&mut t, 10_001, 25_001, 25_001 + 1000 * ack);
        again(&mut t, 7001 + 1000 * ack, Why::SackRecovery);
        t.congestion(5000, 10_000);
    }
    tells_one(&mut t, 11_001, 25_001, 30_001);
    again(&mut t, 13_001, Why::SackRecovery);
    again(&mut t, 14_001, Why::SackRecovery);
    t.congestion(6000, 10_000);
}

/// RFC 6675 §4, IsLost: three ranges above, though they are small.
#[test]
fn three_ranges_mean_a_loss() {
    let mut t = ten(by_count());
    t.arrives("ACK seq=1 ack=1 wnd=60000 sack=1001-1002,2001-2002");
    t.phase(Phase::Disorder).silent();
    t.arrives("ACK seq=1 ack=1 wnd=60000 sack=3001-3002,1001-1002,2001-2002");
    again(&mut t, 1, Why::FastRetransmit);
    t.outstanding(9997, 3, 1000);
}

/// RFC 6675 §5, step 1: three acknowledgements that tell something new do it too.
#[test]
fn three_small_blocks_start_recovery() {
    let mut t = ten(by_count());
    for end in [1101, 1201] {
        tells_one(&mut t, 1, 1001, end);
        t.silent();
    }
    tells_one(&mut t, 1, 1001, 1301);
    again(&mut t, 1, Why::FastRetransmit);
    t.phase(Phase::Recovery).congestion(5000, 5000);
}

/// RFC 6675 §4, NextSeg, rules 3 and 4: with nothing new to send, what is below the end of what arrived
/// goes on the chance, and once the very end.
#[test]
fn what_may_yet_arrive_goes_when_nothing_else_can() {
    let mut t = by_count().established();
    t.calls(Call::Send(10_000));
    new(&mut t, 1, 9);
    t.replies("PSH,ACK seq=9001 ack=1 len=1000");
    // 1, 6001 and 9001 are missing.
    t.arrives("ACK seq=1 ack=1 wnd=60000 sack=1001-6001");
    again(&mut t, 1, Why::FastRetransmit);
    t.silent()
        .congestion(5000, 5000)
        .outstanding(5000, 5000, 1000);
    t.arrives("ACK seq=1 ack=1 wnd=60000 sack=7001-9001,1001-6001");
    // Two octets' ranges above 6001 are not three, and 2,000 octets are not more.
    again(&mut t, 6001, Why::NotYetLost);
    t.silent().outstanding(4000, 7000, 1000);
    // The first arrives; the end may be sent once, beyond what was sent first in this recovery.
    t.arrives("ACK seq=1 ack=6001 wnd=60000 sack=7001-9001");
    t.replies("PSH,ACK seq=9001 ack=1 len=1000 again")
        .because(Why::Rescue);
    t.silent();
    t.arrives("ACK seq=1 ack=9001 wnd=60000").silent();
    t.phase(Phase::Recovery);
    t.arrives("ACK seq=1 ack=10001 wnd=60000").silent();
    t.phase(Phase::Open).congestion(5000, 5000);
}

/// RFC 6675 §5.1: a time-out ends the recovery, and no other begins until all of that is acknowledged;
/// what SACK told is not sent again.
#[test]
fn a_timeout_during_recovery() {
    let mut t = ten(by_count());
    tells_one(&mut t, 1, 3001, 6001);
    again(&mut t, 1, Why::FastRetransmit);
    t.outstanding(5000, 3000, 3000).phase(Phase::Recovery);
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.phase(Phase::Loss).congestion(1000, 5000);
    t.outstanding(1000, 3000, 7000);
    t.arrives("ACK seq=1 ack=1001 wnd=60000 sack=3001-6001");
    again(&mut t, 1001, Why::AfterTimeout);
    again(&mut t, 2001, Why::AfterTimeout);
    t.congestion(2000, 5000);
    // Told of more, three times: no fast retransmit.
    for end in [7001, 8001, 9001] {
        t.arrives(&format!("ACK seq=1 ack=1001 wnd=60000 sack=3001-{end}"));
        t.silent().phase(Phase::Loss);
    }
    t.arrives("ACK seq=1 ack=9001 wnd=60000");
    again(&mut t, 9001, Why::AfterTimeout);
    new(&mut t, 10_001, 2);
    t.congestion(3000, 5000);
    t.arrives("ACK seq=1 ack=10001 wnd=60000")
        .phase(Phase::Open);
    new(&mut t, 12_001, 2);
}

/// RFC 2018 §8: after a time-out the left edge goes again, though it was told of; all is in doubt.
#[test]
fn a_receiver_that_reneges() {
    let mut t = ten(by_count());
    tells_one(&mut t, 1, 1001, 3001);
    new(&mut t, 10_001, 2);
    // It acknowledges the first alone: what it told of next it has thrown away.
    t.arrives("ACK seq=1 ack=1001 wnd=60000");
    new(&mut t, 12_001, 2);
    t.outstanding(11_000, 2000, 0).congestion(11_000, u32::MAX);
    t.at("1s").replies("ACK seq=1001 ack=1 len=1000 again");
    t.outstanding(1000, 0, 13_000).congestion(1000, 6500);
}

/// A retransmission takes what fits of small segments that are lost and follow each other, and not
/// what has arrived.
#[test]
fn small_segments_are_sent_again_together() {
    let mut setup = by_count();
    setup.config.nagle = false;
    let mut t = setup.established();
    for n in 0..8 {
        t.calls(Call::Send(300));
        t.replies(&format!("PSH,ACK seq={} ack=1 len=300", 1 + 300 * n));
    }
    t.arrives("ACK seq=1 ack=1 wnd=60000 sack=601-901,1201-1501,1801-2101");
    t.replies("ACK seq=1 ack=1 len=600 again");
    t.because(Why::FastRetransmit);
    t.silent().outstanding(1500, 900, 600);
}

/// The block of a segment that carries text counts too (RFC 6675 §2), and one that lies is ignored.
#[test]
fn blocks_that_cannot_be() {
    let mut t = ten(by_count());
    for block in [
        "10001-11001",
        "9001-10002",
        "2001-2001",
        "3001-2001",
        "-500-1",
    ] {
        t.arrives(&format!("ACK seq=1 ack=1 wnd=60000 sack={block}"));
        t.silent().outstanding(10_000, 0, 0).phase(Phase::Open);
    }
    t.arrives("ACK seq=1 ack=1 wnd=60000 sack=-500-501")
        .silent();
    t.outstanding(9500, 500, 0);
}
