//! Windows: RFC 9293 §3.8.6; RFC 7323 §2.

use super::*;

/// Established, with a peer that offers this window from its SYN on.
fn offered(wnd: u32) -> T {
    let mut t = syn_sent();
    t.arrives(&format!("SYN,ACK seq=0 ack=1 wnd={wnd} mss=1000"));
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t
}

/// The probe of that number: one octet, which after the first time was sent before.
fn probe(count: u32) -> &'static str {
    if count == 1 {
        "ACK seq=1 ack=1 len=1 probe"
    } else {
        "ACK seq=1 ack=1 len=1 again probe"
    }
}

/// RFC 9293 §3.8.6: never beyond SND.UNA + SND.WND.
#[test]
fn the_window_bounds_what_is_sent() {
    let mut t = offered(2000);
    t.calls(Call::Send(5000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("ACK seq=1001 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=1001 wnd=2000");
    t.replies("ACK seq=2001 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=2001 wnd=1000").silent();
}

/// RFC 9293 §3.10.7.4: SND.WL1 and SND.WL2 keep an older segment from the window.
#[test]
fn an_old_segment_does_not_set_the_window() {
    let mut t = offered(4000);
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=1 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=1001 wnd=3000").silent();
    t.arrives("ACK seq=1 ack=1 wnd=100").silent();
    assert_eq!(t.tcb.snd_wnd(), 3000);
    t.arrives("ACK seq=101 ack=1001 wnd=2000 len=100");
    t.replies("ACK seq=1001 ack=1");
    t.arrives("ACK seq=1 ack=1001 wnd=100 len=100");
    t.replies("ACK seq=1001 ack=201");
    assert_eq!(t.tcb.snd_wnd(), 2000);
}

/// RFC 9293 §3.8.6.2.1 (MUST-38): a small part of a large text waits for the override.
#[test]
fn a_silly_window_is_used_after_200_ms() {
    let mut t = offered(10_000);
    t.arrives("ACK seq=1 ack=1 wnd=400").silent();
    t.calls(Call::Send(5000)).silent();
    t.at("199.999999ms").silent();
    t.at("200ms").replies("ACK seq=1 ack=1 len=400");
}

/// RFC 9293 §3.8.6.2.1, case 3: half the largest window is not silly.
#[test]
fn half_of_the_largest_window_is_used_at_once() {
    let mut t = offered(600);
    t.arrives("ACK seq=1 ack=1 wnd=299").silent();
    t.calls(Call::Send(5000)).silent();
    t.arrives("ACK seq=1 ack=1 wnd=300");
    t.replies("ACK seq=1 ack=1 len=300");
    t.arrives("ACK seq=1 ack=301 wnd=600");
    t.replies("ACK seq=301 ack=1 len=600");
}

/// RFC 9293 §3.8.6.2.1, case 2: all there is goes at once.
#[test]
fn all_that_waits_goes_into_a_small_window() {
    let mut t = offered(10_000);
    t.arrives("ACK seq=1 ack=1 wnd=400").silent();
    t.calls(Call::Send(400))
        .replies("PSH,ACK seq=1 ack=1 len=400");
}

/// RFC 9293 §3.8.6.1 (MUST-36, SHLD-29, SHLD-30): after one RTO, then twice as long each time.
#[test]
fn a_closed_window_is_probed() {
    let mut t = offered(0);
    t.calls(Call::Send(1500)).silent();
    for (when, count, next) in [("1s", 1, "2s"), ("3s", 2, "4s"), ("7s", 3, "8s")] {
        let next = span(next);
        t.at(when).replies(probe(count));
        t.because(Why::Probe { count, next });
        t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    }
    t.at("14.999999999s").silent();
    // The window opens: what was probed goes again, with what follows it.
    t.arrives("ACK seq=1 ack=1 wnd=4000");
    t.replies("ACK seq=1 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=1001 wnd=4000");
    t.replies("PSH,ACK seq=1001 ack=1 len=500");
    t.arrives("ACK seq=1 ack=1501")
        .silent()
        .at("1000s")
        .silent();
}

/// RFC 9293 §3.8.6.1: the peer may take the octet of the probe, and the window stay closed.
#[test]
fn a_probe_may_be_taken() {
    let mut t = offered(0);
    t.calls(Call::Send(2)).silent();
    t.at("1s").replies("ACK seq=1 ack=1 len=1 probe");
    t.arrives("ACK seq=1 ack=2 wnd=0").silent();
    t.at("3s").replies("PSH,ACK seq=2 ack=1 len=1 probe");
    t.arrives("ACK seq=1 ack=3 wnd=0").silent();
    // Nothing waits any more: no probe, and no FIN that nobody asked for.
    t.at("100000s").silent().stays(Established);
}

/// RFC 5681 §2: answers to probes are no duplicate acknowledgements.
#[test]
fn answers_to_probes_are_no_sign_of_loss() {
    let mut t = offered(0);
    t.calls(Call::Send(5000)).silent();
    t.at("1s").replies("ACK seq=1 ack=1 len=1 probe");
    for _ in 0..5 {
        t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    }
    t.congestion(4000, u32::MAX);
}

/// RFC 9293 §3.8.6.1 (MUST-37): as long as probes are answered the connection stays.
#[test]
fn a_closed_window_that_answers_lasts() {
    let mut t = offered(0);
    t.calls(Call::Send(10)).silent();
    for (count, when) in (1..).zip([1, 3, 7, 15, 31, 63, 127, 255, 495, 735, 975, 1215]) {
        t.at(&format!("{when}s")).replies(probe(count));
        t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    }
    t.stays(Established);
}

/// RFC 9293 §3.9.1.1: if they are not, what was submitted was not delivered in time.
#[test]
fn a_closed_window_that_does_not_answer_ends_at_the_user_timeout() {
    let mut t = offered(0);
    t.at("10s").silent().calls(Call::Send(10)).silent();
    for (count, when) in (1..).zip([11, 13, 17, 25, 41, 73, 137, 265]) {
        t.at(&format!("{when}s")).replies(probe(count));
    }
    t.at("309.999999999s").silent().stays(Established);
    t.at("310s")
        .silent()
        .enters([Closed])
        .ended(End::UserTimeout);
}

/// RFC 9293 §3.4: a FIN takes a number, and a closed window holds it back until it is probed.
#[test]
fn trap_6_a_fin_waits_for_the_window() {
    let mut t = offered(0);
    t.calls(Call::Shutdown).silent().enters([FinWait1]);
    t.at("1s").replies("FIN,ACK seq=1 ack=1 probe");
    t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    t.arrives("ACK seq=1 ack=1 wnd=1");
    t.replies("FIN,ACK seq=1 ack=1 again");
    t.arrives("ACK seq=1 ack=2").silent().enters([FinWait2]);
}

/// RFC 9293 §3.4: text that fills the window leaves no room for the FIN.
#[test]
fn trap_6_a_full_window_has_no_room_for_the_fin() {
    let mut t = offered(1000);
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=1 ack=1 len=1000");
    t.calls(Call::Shutdown).silent().enters([FinWait1]);
    t.arrives("ACK seq=1 ack=1001 wnd=0").silent();
    t.at("1s").replies("FIN,ACK seq=1001 ack=1 probe");
    // The peer takes it, as many do.
    t.arrives("ACK seq=1 ack=1002 wnd=0").silent();
    t.enters([FinWait2]).at("1000s").silent();
}

/// RFC 9293 §3.8.6 (MUST-34, SHLD-15, SHLD-16): a window that shrinks stops what is new.
#[test]
fn a_shrinking_window_stops_new_text() {
    let mut t = offered(4000);
    t.calls(Call::Send(6000));
    for seq in [1, 1001, 2001, 3001] {
        t.replies(&format!("ACK seq={seq} ack=1 len=1000"));
    }
    t.arrives("ACK seq=1 ack=1001 wnd=1000").silent();
    t.arrives("ACK seq=1 ack=2001 wnd=1000").silent();
    t.at("1s").replies("ACK seq=2001 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=4001 wnd=4000");
    t.replies("ACK seq=4001 ack=1 len=1000");
    t.replies("PSH,ACK seq=5001 ack=1 len=1000");
}

/// RFC 9293 §3.8.6 (MUST-35, SHLD-17): shrunk to nothing, it is probed by what is outstanding, and a
/// peer that answers is no reason to give up.
#[test]
fn a_window_shrunk_to_nothing_is_probed() {
    let mut t = offered(1000);
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=1 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    for (n, when) in [1, 3, 7, 15, 31, 63, 127, 255, 495, 735, 975]
        .into_iter()
        .enumerate()
    {
        t.at(&format!("{when}s"));
        t.replies("PSH,ACK seq=1 ack=1 len=1000 again");
        if n == 2 {
            t.notes(Note::DeliveryTrouble { count: 3 });
        }
        t.arrives("ACK seq=1 ack=1 wnd=0").silent();
    }
    t.stays(Established);
}

/// RFC 9293 §3.8.6.2.2 (MUST-39): the right edge moves by a segment or not at all, never left.
#[test]
fn the_window_opens_by_a_segment_at_least() {
    let mut t = established();
    t.arrives("ACK seq=1 ack=1 len=4000");
    t.replies("ACK seq=1 ack=4001 wnd=0");
    t.calls(Call::Receive(999)).silent();
    t.arrives("ACK seq=4000 ack=1 len=1");
    t.replies("ACK seq=1 ack=4001 wnd=0");
    t.calls(Call::Receive(1))
        .replies("ACK seq=1 ack=4001 wnd=1000");
    t.calls(Call::Receive(500)).silent();
    t.arrives("ACK seq=4001 ack=1 len=1000").silent();
    t.at("200ms").replies("ACK seq=1 ack=5001 wnd=0");
}

/// RFC 9293 §3.8.6.2.2: with a small buffer half of it is enough.
#[test]
fn the_window_opens_by_half_a_small_buffer() {
    let mut t = with(|c| c.receive_buffer = 1000).established();
    t.arrives("ACK seq=1 ack=1 len=1000").silent();
    t.at("200ms").replies("ACK seq=1 ack=1001 wnd=0");
    t.calls(Call::Receive(499)).silent();
    t.calls(Call::Receive(1))
        .replies("ACK seq=1 ack=1001 wnd=500");
}

/// RFC 9293 §3.8.6.2.2: a window that is open is announced again when half the buffer came free.
#[test]
fn an_open_window_is_updated_by_halves() {
    let mut t = established();
    t.arrives("ACK seq=1 ack=1 len=2500");
    t.replies("ACK seq=1 ack=2501 wnd=1500");
    t.calls(Call::Receive(1999)).silent();
    t.calls(Call::Receive(1))
        .replies("ACK seq=1 ack=2501 wnd=3500");
}

/// RFC 9293 §3.4: nor does text that goes out together with it.
#[test]
fn trap_6_the_fin_rides_along_only_if_the_window_has_room() {
    for (wnd, segment) in [
        (500, "PSH,ACK seq=1 ack=1 len=500"),
        (501, "FIN,PSH,ACK seq=1 ack=1 len=500"),
    ] {
        let mut t = offered(0);
        t.calls(Call::Send(500)).silent();
        t.calls(Call::Shutdown).silent().enters([FinWait1]);
        t.arrives(&format!("ACK seq=1 ack=1 wnd={wnd}"));
        t.replies(segment);
    }
}
