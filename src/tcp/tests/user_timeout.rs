//! Giving up: R1, R2 and the user timeout (RFC 9293 §3.8.3, §3.9.1.1, §3.10.8).

use super::*;

const SYN_AGAIN: &str = "SYN seq=0 mss=1000 again";
const TROUBLE: Note = Note::DeliveryTrouble { count: 3 };

/// The retransmissions of `text` for an RTO of one second that doubles up to 240 s; the third is R1.
fn retransmits(t: &mut T, text: &str, count: usize) {
    for (i, when) in ["1s", "3s", "7s", "15s", "31s", "63s", "127s", "255s"]
        .into_iter()
        .take(count)
        .enumerate()
    {
        t.at(when).replies(text);
        if i == 2 {
            t.notes(TROUBLE);
        }
    }
}

/// RFC 9293 §3.10.8, user time-out; MUST-23: not before three minutes.
#[test]
fn t16_syn_sent_ends_at_the_user_timeout() {
    let mut t = syn_sent();
    retransmits(&mut t, SYN_AGAIN, 8);
    t.at("299.999999999s").silent().stays(SynSent);
    t.at("300s")
        .silent()
        .enters([Closed])
        .ended(End::UserTimeout);
}

/// RFC 9293 §3.8.3: at R2 the connection is closed; the first expiry after it notices.
#[test]
fn t16_syn_sent_ends_at_r2() {
    let mut t = with(|c| {
        c.user_timeout = Some(span("1000s"));
        c.r2_syn = Limit::After(span("180s"));
    })
    .syn_sent();
    retransmits(&mut t, SYN_AGAIN, 7);
    t.at("255s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// RFC 9293 §3.8.3 (MUST-22): the SYN,ACK too.
#[test]
fn t27_syn_received_ends_at_the_user_timeout() {
    for mut t in [syn_received_passive(), syn_received_active()] {
        retransmits(&mut t, "SYN,ACK seq=0 ack=1 mss=1000 again", 8);
        t.at("300s")
            .silent()
            .enters([Closed])
            .ended(End::UserTimeout);
    }
}

/// RFC 9293 §3.8.3.
#[test]
fn t27_syn_received_ends_at_r2() {
    let mut t = with(|c| {
        c.user_timeout = Some(span("1000s"));
        c.r2_syn_ack = Limit::After(span("180s"));
    })
    .syn_received_passive();
    retransmits(&mut t, "SYN,ACK seq=0 ack=1 mss=1000 again", 7);
    t.at("255s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// RFC 9293 §3.10.8: whatever is outstanding, in every state in which something can be.
#[test]
fn t45_the_user_timeout_aborts() {
    let (mut established, mut close_wait) = (established(), close_wait());
    established.calls(Call::Send(10));
    established.replies("PSH,ACK seq=1 ack=1 len=10");
    close_wait.calls(Call::Send(10));
    close_wait.replies("PSH,ACK seq=1 ack=2 len=10");
    for (mut t, again) in [
        (established, "PSH,ACK seq=1 ack=1 len=10 again"),
        (close_wait, "PSH,ACK seq=1 ack=2 len=10 again"),
        (fin_wait_1(), "FIN,ACK seq=1 ack=1 again"),
        (closing(), "FIN,ACK seq=1 ack=2 again"),
        (last_ack(), "FIN,ACK seq=1 ack=2 again"),
    ] {
        retransmits(&mut t, again, 8);
        t.at("299.999999999s").silent();
        t.at("300s")
            .silent()
            .enters([Closed])
            .ended(End::UserTimeout)
            .refuses(Call::Send(1), CallError::Ended(End::UserTimeout));
    }
}

/// RFC 9293 §3.8.3 (SHLD-11): R2 for data.
#[test]
fn t45_r2_gives_up() {
    let mut t = with(|c| {
        c.user_timeout = Some(span("1000s"));
        c.r2 = Limit::After(span("100s"));
    })
    .fin_wait_1();
    retransmits(&mut t, "FIN,ACK seq=1 ack=1 again", 6);
    t.at("127s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// RFC 9293 §3.8.3 (SHLD-10): R1 is three retransmissions, counted anew after progress.
#[test]
fn r1_counts_retransmissions_in_a_row() {
    let mut t = established();
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.at("3s").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=1001");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000 again");
    // The RTO stays backed off at 4 s until there is a sample.
    let again = "PSH,ACK seq=1001 ack=1 len=1000 again";
    t.at("7s").replies(again).at("15s").replies(again);
    t.at("31s").replies(again).notes(TROUBLE);
}

/// RFC 9293 §3.9.1.1: progress starts the user timeout over.
#[test]
fn an_acknowledgement_restarts_the_user_timeout() {
    let mut t = with(|c| c.user_timeout = Some(span("2s"))).established();
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.at("500ms")
        .silent()
        .arrives("ACK seq=1 ack=1001")
        .silent();
    t.at("1.5s")
        .replies("PSH,ACK seq=1001 ack=1 len=1000 again");
    t.at("2.499999999s").silent().stays(Established);
    t.at("2.5s")
        .silent()
        .enters([Closed])
        .ended(End::UserTimeout);
}

/// RFC 9293 §3.9.1.1: with everything acknowledged there is nothing to give up.
#[test]
fn an_idle_connection_lasts() {
    established()
        .calls(Call::Send(1000))
        .replies("PSH,ACK seq=1 ack=1 len=1000")
        .arrives("ACK seq=1 ack=1001")
        .silent()
        .at("100000s")
        .silent()
        .stays(Established);
}

/// RFC 9293 §3.10.8: at one instant giving up comes before sending again.
#[test]
fn the_user_timeout_comes_before_retransmission() {
    let mut t = with(|c| c.user_timeout = Some(span("3s"))).fin_wait_1();
    t.at("1s").replies("FIN,ACK seq=1 ack=1 again");
    t.at("3s").silent().enters([Closed]).ended(End::UserTimeout);
}

/// RFC 9293 §3.8.3 (MUST-21): without a user timeout R2 alone gives up, counted from the first
/// transmission and not from the last.
#[test]
fn r2_gives_up_without_a_user_timeout() {
    let mut t = with(|c| {
        c.user_timeout = Some(Span::MAX);
        c.r2 = Limit::After(span("100s"));
    })
    .fin_wait_1();
    retransmits(&mut t, "FIN,ACK seq=1 ack=1 again", 6);
    t.at("127s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}
