//! Acknowledgements whose delay adapts: measured policy, within RFC 9293 §3.8.6.3.

use super::*;
use crate::tcp::choices::QuickAck;

/// Text of 100 octets that is acknowledged at once.
fn acknowledges_at_once(t: &mut T, when: &str, seq: u32) {
    t.at(when).silent();
    t.arrives(&format!("PSH,ACK seq={seq} ack=1 len=100"));
    t.replies(&format!("ACK seq=1 ack={}", seq + 100));
    t.because(Why::Acknowledge(AckReason::Quick));
}

/// delack-one-way-200ms, "New connections are in quick-ACK mode": sixteen at most, here as many as
/// the window has pairs of segments of the default size (4,000 / 1,072).
#[test]
fn a_connection_begins_quickly() {
    let mut t = measured().established_over_20_ms();
    for (when, seq) in [("1s", 1), ("1.05s", 101), ("1.1s", 201)] {
        acknowledges_at_once(&mut t, when, seq);
    }
    t.arrives("PSH,ACK seq=301 ack=1 len=100").silent();
    t.at("1.139999999s").silent();
    t.at("1.14s").replies("ACK seq=1 ack=401");
    // It waited in vain, and the next might wait longer, but for SRTT.
    t.at("1.2s").silent();
    t.arrives("PSH,ACK seq=401 ack=1 len=100").silent();
    t.at("1.24s").replies("ACK seq=1 ack=501");
    // After a pause beyond the RTO it is quick again.
    acknowledges_at_once(&mut t, "2s", 501);
}

/// delack-request-response: an answer within the delay makes the connection interactive; the next
/// request's acknowledgement waits for the answer, 40 ms at most.
#[test]
fn an_interactive_connection_waits() {
    let mut t = measured().established_over_20_ms();
    acknowledges_at_once(&mut t, "1s", 1);
    t.calls(Call::Receive(100)).silent();
    t.at("1.006s").silent().calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=101 len=100");
    t.at("1.09s").silent();
    t.arrives("PSH,ACK seq=101 ack=101 len=100").silent();
    t.calls(Call::Receive(100)).silent();
    t.at("1.096s").silent().calls(Call::Send(100));
    t.replies("PSH,ACK seq=101 ack=201 len=100");
    t.at("1.19s").silent();
    t.arrives("PSH,ACK seq=201 ack=201 len=100").silent();
    t.at("1.229999999s").silent();
    t.at("1.23s").replies("ACK seq=201 ack=301");
}

/// The same recording, the client: an answer that comes later than the delay changes nothing.
#[test]
fn a_slow_answer_is_no_interaction() {
    let mut t = measured().established_over_20_ms();
    acknowledges_at_once(&mut t, "1s", 1);
    t.at("1.04s").silent().calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=101 len=100");
    t.arrives("ACK seq=101 ack=101").silent();
    t.at("1.1s").silent();
    t.arrives("PSH,ACK seq=101 ack=101 len=100");
    t.replies("ACK seq=101 ack=201");
}

/// delack-quickack-off: the first waits 40 ms, in vain, and the connection is quick again.
#[test]
fn a_socket_may_switch_quickness_off() {
    let mut t = measured().established_over_20_ms();
    t.tcb.set_quick_ack(QuickAck::Off);
    t.at("1s").silent();
    t.arrives("PSH,ACK seq=1 ack=1 len=100").silent();
    t.at("1.04s").replies("ACK seq=1 ack=101");
    acknowledges_at_once(&mut t, "1.3s", 101);
}

/// TCP_QUICKACK also lets go what waits, if all was read.
#[test]
fn a_socket_may_switch_quickness_on() {
    let mut t = measured().established_over_20_ms();
    t.tcb.set_quick_ack(QuickAck::Off);
    t.at("1s").silent();
    t.arrives("PSH,ACK seq=1 ack=1 len=100").silent();
    t.calls(Call::Receive(100)).silent();
    t.step(|tcb, _| tcb.set_quick_ack(QuickAck::On));
    t.replies("ACK seq=1 ack=101");
}

/// "ACK of a FIN": at once if no text came before.
#[test]
fn a_fin_without_text_is_acknowledged_at_once() {
    let mut t = measured().established_over_20_ms();
    t.arrives("FIN,ACK seq=1 ack=1").enters([CloseWait]);
    t.replies("ACK seq=1 ack=2");
}

/// three-segment-close, fin-data-cork-coalesced: after text it waits 40 ms, in which the close of
/// this end takes it along.
#[test]
fn a_fin_after_text_waits_for_the_close() {
    let mut t = measured().established_over_20_ms();
    acknowledges_at_once(&mut t, "300ms", 1);
    t.calls(Call::Receive(100)).silent();
    t.at("1s").silent().arrives("FIN,ACK seq=101 ack=1");
    t.enters([CloseWait]).silent();
    t.at("1.005s").silent().calls(Call::Close);
    t.replies("FIN,ACK seq=1 ack=102").enters([LastAck]);
    let mut t = measured().established_over_20_ms();
    t.at("1s").silent();
    t.arrives("FIN,PSH,ACK seq=1 ack=1 len=300");
    t.enters([CloseWait]).silent();
    t.at("1.039999999s").silent();
    t.at("1.04s").replies("ACK seq=1 ack=302");
}

/// Once it is not quick any more: with all read, a small segment has waited long enough.
#[test]
fn a_reader_that_is_done_lets_the_acknowledgement_go() {
    let mut t = measured().established_over_20_ms();
    for (when, seq) in [("1s", 1), ("1.05s", 101), ("1.1s", 201)] {
        acknowledges_at_once(&mut t, when, seq);
    }
    t.arrives("PSH,ACK seq=301 ack=1 len=100").silent();
    t.calls(Call::Receive(300)).silent();
    t.calls(Call::Receive(100)).replies("ACK seq=1 ack=401");
    t.because(Why::Acknowledge(AckReason::Read));
}

/// Old text means that the peer misses acknowledgements: the next ones go at once.
#[test]
fn old_text_makes_it_quick_again() {
    let mut t = measured().established_over_20_ms();
    for (when, seq) in [("1s", 1), ("1.05s", 101), ("1.1s", 201)] {
        acknowledges_at_once(&mut t, when, seq);
    }
    t.at("1.12s").silent();
    t.arrives("PSH,ACK seq=201 ack=1 len=100");
    t.dropped(DropReason::OutsideWindow)
        .replies("ACK seq=1 ack=301");
    acknowledges_at_once(&mut t, "1.15s", 301);
}
