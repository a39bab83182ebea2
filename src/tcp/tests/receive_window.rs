//! What a receive buffer offers: RFC 9293 §3.8.6.2.2, and measured.

use super::*;

/// Recorded run "window-zero-probes": a buffer of 4,096 octets, segments of 1,448.
///
/// Its window is two segments, the same with one unread, none with three, and two when all was read.
#[test]
fn a_small_buffer_offers_whole_segments() {
    let mut t = with(|c| {
        c.mss = 1460;
        c.timestamps = true;
        c.delayed_ack = None;
    })
    .closed();
    t.tcb.choices_mut().receive_buffer = 4096;
    t.tcb.choices_mut().receive_window = ReceiveWindow::WholeSegments;
    t.calls(Call::PassiveOpen).silent().enters([Listen]);
    t.arrives("SYN seq=0 mss=1460 ts=1/0").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 wnd=2896 mss=1460 ts=0/1");
    t.arrives("ACK seq=1 ack=1 ts=1/0");
    t.silent().enters([Established]);
    t.arrives("ACK seq=1 ack=1 len=1448 ts=1/0");
    t.replies("ACK seq=1 ack=1449 wnd=2896 ts=0/1");
    t.arrives("ACK seq=1449 ack=1 len=1448 ts=1/0");
    t.replies("ACK seq=1 ack=2897 wnd=1448 ts=0/1");
    t.arrives("ACK seq=2897 ack=1 len=1448 ts=1/0");
    t.replies("ACK seq=1 ack=4345 wnd=0 ts=0/1");
    let read = t.step(|tcb, _| tcb.receive(4344));
    assert_eq!(read, Ok(Received::Octets(4344)));
    t.replies("ACK seq=1 ack=4345 wnd=2896 ts=0/1");
}

/// A buffer that holds no whole segment offers what it has.
#[test]
fn a_tiny_buffer_offers_all_of_it() {
    let mut t = with(|c| c.delayed_ack = None).closed();
    t.tcb.choices_mut().receive_buffer = 600;
    t.tcb.choices_mut().receive_window = ReceiveWindow::WholeSegments;
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 wnd=600 mss=1000");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1 wnd=600").enters([Established]);
    t.arrives("ACK seq=1 ack=1 len=600");
    t.replies("ACK seq=1 ack=601 wnd=0");
}
