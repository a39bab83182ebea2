//! Small segments and acknowledgements that wait: RFC 9293 §3.7.4, §3.8.6.3.

use super::*;

/// RFC 9293 §3.7.4 (SHLD-7): a small segment waits while anything is unacknowledged.
#[test]
fn nagle_holds_small_segments_back() {
    established()
        .calls(Call::Send(10))
        .replies("PSH,ACK seq=1 ack=1 len=10")
        .calls(Call::Send(20))
        .silent()
        .calls(Call::Send(30))
        .silent()
        .arrives("ACK seq=1 ack=11")
        .replies("PSH,ACK seq=11 ack=1 len=50");
}

/// RFC 9293 §3.7.4: a full segment does not wait.
#[test]
fn nagle_lets_full_segments_go() {
    established()
        .calls(Call::Send(10))
        .replies("PSH,ACK seq=1 ack=1 len=10")
        .calls(Call::Send(1010))
        .replies("ACK seq=11 ack=1 len=1000")
        .arrives("ACK seq=1 ack=11")
        .silent()
        .arrives("ACK seq=1 ack=1011")
        .replies("PSH,ACK seq=1011 ack=1 len=10");
}

/// RFC 9293 §3.7.4 (MUST-17).
#[test]
fn nagle_can_be_switched_off() {
    let mut t = established();
    t.tcb.choices_mut().nagle = false;
    for seq in [1, 11, 21] {
        t.calls(Call::Send(10));
        t.replies(&format!("PSH,ACK seq={seq} ack=1 len=10"));
    }
}

/// RFC 9293 §3.10.4: CLOSE implies a push; with the FIN on it nothing can be added.
#[test]
fn nagle_does_not_hold_the_last_segment_back() {
    established()
        .calls(Call::Send(10))
        .replies("PSH,ACK seq=1 ack=1 len=10")
        .calls(Call::Send(20))
        .silent()
        .calls(Call::Shutdown)
        .replies("FIN,PSH,ACK seq=11 ack=1 len=20")
        .enters([FinWait1]);
}

/// RFC 9293 §3.8.6.3 (SHLD-18, MUST-40): to the nanosecond, counted from the oldest text.
#[test]
fn an_acknowledgement_waits_200_ms() {
    established()
        .arrives("ACK seq=1 ack=1 len=100")
        .silent()
        .at("150ms")
        .silent()
        .arrives("ACK seq=101 ack=1 len=100")
        .silent()
        .at("199.999999ms")
        .silent()
        .at("200ms")
        .replies("ACK seq=1 ack=201 wnd=3800")
        .at("1000s")
        .silent();
}

/// RFC 9293 §3.8.6.3 (SHLD-19): every second full segment at once, or as many octets.
#[test]
fn every_second_full_segment_is_acknowledged_at_once() {
    established()
        .arrives("ACK seq=1 ack=1 len=1000")
        .silent()
        .arrives("ACK seq=1001 ack=1 len=1000")
        .replies("ACK seq=1 ack=2001")
        .arrives("ACK seq=2001 ack=1 len=500")
        .silent()
        .arrives("ACK seq=2501 ack=1 len=1000")
        .silent()
        .arrives("ACK seq=3501 ack=1 len=500")
        .replies("ACK seq=1 ack=4001 wnd=0");
}

/// RFC 9293 §3.8.6.3: text that goes the other way takes the acknowledgement along.
#[test]
fn text_takes_the_acknowledgement_along() {
    established()
        .arrives("ACK seq=1 ack=1 len=100")
        .silent()
        .calls(Call::Send(10))
        .replies("PSH,ACK seq=1 ack=101 len=10")
        .at("999.999999ms")
        .silent();
}

/// RFC 9293 §3.8.6.3: without delay each text is acknowledged.
#[test]
fn the_delay_can_be_switched_off() {
    with(|c| c.delayed_ack = None)
        .established()
        .arrives("ACK seq=1 ack=1 len=100")
        .replies("ACK seq=1 ack=101")
        .arrives("ACK seq=101 ack=1 len=100")
        .replies("ACK seq=1 ack=201");
}

/// RFC 9293 §3.10.7.4, eighth check: a FIN is acknowledged at once, with the text that waited.
#[test]
fn a_fin_is_acknowledged_at_once() {
    established()
        .arrives("ACK seq=1 ack=1 len=100")
        .silent()
        .arrives("FIN,ACK seq=101 ack=1")
        .replies("ACK seq=1 ack=102")
        .enters([CloseWait])
        .at("1000s")
        .silent();
}

/// A stack that waits even then closes in three segments, if its application is quick.
#[test]
fn a_delayed_acknowledgement_of_the_fin() {
    let setup = with(|c| c.delay_ack_of_fin = true);
    let mut t = setup.established();
    t.arrives("FIN,ACK seq=1 ack=1")
        .silent()
        .enters([CloseWait]);
    t.at("100ms").silent().calls(Call::Shutdown);
    t.replies("FIN,ACK seq=1 ack=2").enters([LastAck]);
    let mut t = setup.established();
    t.arrives("FIN,ACK seq=1 ack=1")
        .silent()
        .enters([CloseWait]);
    t.at("200ms").replies("ACK seq=1 ack=2");
}

/// RFC 9293 §3.10.7.4: TIME-WAIT turns the other timers off, so its acknowledgement cannot wait.
#[test]
fn the_last_acknowledgement_is_never_delayed() {
    let setup = with(|c| c.delay_ack_of_fin = true);
    setup.closing();
    setup.time_wait();
}
