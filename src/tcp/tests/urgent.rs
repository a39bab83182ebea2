//! Urgent data: RFC 9293 §3.8.5.

use super::*;
use crate::segment::Flags;

/// The segment asserted last has URG and this pointer, or neither.
fn points(t: &T, pointer: u16) {
    let segment = t.last.unwrap().segment;
    assert_eq!(segment.flags.contains(Flags::URG), pointer > 0);
    assert_eq!(segment.urgent, pointer);
}

fn sends_urgent(t: &mut T, octets: u64) {
    t.settle();
    let sent = t.step(|tcb, cx| tcb.send_urgent(octets, cx));
    assert_eq!(sent, Ok(octets));
}

/// A segment arrives with URG and this pointer.
fn arrives_urgent(t: &mut T, text: &str, pointer: u16) {
    t.settle();
    let mut segment = t.peer(text);
    (segment.flags, segment.urgent) = (segment.flags | Flags::URG, pointer);
    t.verdict = Some(t.step(|tcb, cx| tcb.on_segment(&segment, cx)));
}

/// RFC 9293 §3.8.5 (MUST-31, MUST-62): the pointer is behind the last urgent octet, on each segment
/// before it, and data of any length may be urgent. It does not wait for an acknowledgement.
#[test]
fn the_pointer_is_behind_the_urgent_data() {
    let mut t = with(|c| c.initial_window = InitialWindow::Rfc6928).established();
    sends_urgent(&mut t, 1500);
    t.replies("ACK seq=1 ack=1 len=1000");
    points(&t, 1500);
    t.replies("PSH,ACK seq=1001 ack=1 len=500");
    points(&t, 500);
    t.calls(Call::Send(1000))
        .replies("PSH,ACK seq=1501 ack=1 len=1000");
    points(&t, 0);
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    points(&t, 1500);
}

/// RFC 9293 §3.8.5 (MUST-32, MUST-33): the application is told when the pointer moves on, once.
#[test]
fn the_application_is_told_and_may_ask() {
    let mut t = established();
    arrives_urgent(&mut t, "ACK seq=1 ack=1 len=100", 300);
    t.silent().notes(Note::Urgent { octets: 300 });
    assert_eq!(t.tcb.urgent_pending(), 300);
    arrives_urgent(&mut t, "ACK seq=101 ack=1 len=100", 200);
    t.silent();
    t.calls(Call::Receive(150)).silent();
    assert_eq!(t.tcb.urgent_pending(), 150);
    arrives_urgent(&mut t, "ACK seq=201 ack=1 len=200", 200);
    t.silent().notes(Note::Urgent { octets: 250 });
    t.calls(Call::Receive(250)).silent();
    assert_eq!(t.tcb.urgent_pending(), 0);
}

/// RFC 9293 §3.8.6 (MUST-66): also against a closed window.
#[test]
fn the_pointer_counts_against_a_closed_window() {
    let mut t = with(|c| c.delayed_ack = None).established();
    t.arrives("ACK seq=1 ack=1 len=4000")
        .replies("ACK seq=1 ack=4001 wnd=0");
    arrives_urgent(&mut t, "ACK seq=4001 ack=1 len=1", 1);
    t.replies("ACK seq=1 ack=4001 wnd=0")
        .dropped(DropReason::OutsideWindow);
    t.notes(Note::Urgent { octets: 4001 });
}

/// After the peer's FIN nothing is urgent; RFC 9293 §3.10.7.4, sixth check.
#[test]
fn after_the_fin_nothing_is_urgent() {
    let mut t = close_wait();
    arrives_urgent(&mut t, "ACK seq=2 ack=1", 10);
    t.silent();
    assert_eq!(t.tcb.urgent_pending(), 0);
}

/// RFC 9293 §3.8.5, §3.10.2: what the window holds back is announced by acknowledgements and by the
/// probe too; where all of it was sent, an acknowledgement has nothing to announce.
#[test]
fn acknowledgements_announce_what_was_not_sent() {
    let mut t = with(|c| c.delayed_ack = None).established();
    t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    sends_urgent(&mut t, 300);
    t.silent();
    t.arrives("ACK seq=1 ack=1 wnd=0 len=100");
    t.replies("ACK seq=1 ack=101");
    points(&t, 300);
    t.arrives("ACK seq=101 ack=1 wnd=4000");
    t.replies("PSH,ACK seq=1 ack=101 len=300");
    points(&t, 300);
    t.arrives("ACK seq=101 ack=1 len=100");
    t.replies("ACK seq=301 ack=201");
    points(&t, 0);
}

/// RFC 9293 §3.8.5: urgency goes with an octet of text at least. Without one, what was written before
/// does not become urgent.
#[test]
fn without_an_octet_nothing_is_urgent() {
    let mut t = established();
    t.calls(Call::Send(100))
        .replies("PSH,ACK seq=1 ack=1 len=100");
    sends_urgent(&mut t, 0);
    t.silent();
    t.at("1s").replies("PSH,ACK seq=1 ack=1 len=100 again");
    points(&t, 0);
}
