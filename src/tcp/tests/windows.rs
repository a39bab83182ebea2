//! Windows of full segments, of which some are lost: what the tests of recoveries share.

use super::*;

/// Ten segments from number 1 on, with more to come.
pub fn ten_more_to_come(mut t: T) -> T {
    t.calls(Call::Send(60_000));
    new(&mut t, 1, 10);
    t
}

/// `count` new full segments from `seq` on.
pub fn new(t: &mut T, seq: i64, count: i64) {
    for n in 0..count {
        t.replies(&format!("ACK seq={} ack=1 len=1000", seq + 1000 * n));
        t.because(Why::New);
    }
}

/// The full segment at `seq` again.
pub fn again(t: &mut T, seq: i64, why: Why) {
    t.replies(&format!("ACK seq={seq} ack=1 len=1000 again"));
    t.because(why);
}

/// An acknowledgement of the peer up to `ack`, with these blocks.
pub fn tells(t: &mut T, ack: i64, blocks: &str) {
    t.arrives(&format!("ACK seq=1 ack={ack} wnd=60000 sack={blocks}"));
}
