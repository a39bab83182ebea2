//! The retransmission timer: RFC 9293 §3.8.1, §3.10.8; RFC 6298.

use super::*;

/// The first transmission of 1,000 octets from `seq` on, where more follow.
fn sends(t: &mut T, segments: u64) {
    t.calls(Call::Send(1000 * segments));
    for n in 0..segments {
        let psh = if n + 1 == segments { "PSH," } else { "" };
        let seq = 1 + 1000 * n;
        t.replies(&format!("{psh}ACK seq={seq} ack=1 len=1000"));
    }
}

/// RFC 6298 §2.1, §5.5, §5.6: from one second, doubling up to the bound.
#[test]
fn the_rto_doubles_up_to_its_bound() {
    let mut t = with(|c| c.rto_max = span("60s")).syn_sent();
    for (when, count, rto, next) in [
        ("1s", 1, "1s", "2s"),
        ("3s", 2, "2s", "4s"),
        ("7s", 3, "4s", "8s"),
        ("15s", 4, "8s", "16s"),
        ("31s", 5, "16s", "32s"),
        ("63s", 6, "32s", "60s"),
        ("123s", 7, "60s", "60s"),
        ("183s", 8, "60s", "60s"),
    ] {
        let (rto, next) = (span(rto), span(next));
        t.at(when).replies("SYN seq=0 mss=1000 again");
        t.because(Why::Timeout { count, rto, next });
        if count == 3 {
            t.notes(Note::DeliveryTrouble { count: 3 });
        }
    }
}

/// RFC 6298 §2.2, §2.3: vectors of the catalogue.
#[test]
fn samples_set_the_rto() {
    let mut t = syn_sent();
    t.at("500ms").silent();
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.rto("1.5s");
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1 ack=1 len=10");
    t.just_at("2s").arrives("ACK seq=1 ack=11").silent();
    t.rto("2.375s");
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=11 ack=1 len=10");
    t.at("2.5s").silent().arrives("ACK seq=1 ack=21").silent();
    t.rto("2046.875ms");
}

/// RFC 6298 §3: what was sent twice gives no sample, and §5 keeps the backoff until there is one.
#[test]
fn karn_no_sample_from_what_was_sent_twice() {
    let mut t = established();
    sends(&mut t, 1);
    t.at("1s").replies("PSH,ACK seq=1 ack=1 len=1000 again");
    t.at("1.5s").silent().arrives("ACK seq=1 ack=1001").silent();
    t.rto("2s");
    assert_eq!(t.tcb.rtt().srtt(), Some(span("0s")));
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1001 ack=1 len=10");
    t.at("1.6s").silent().arrives("ACK seq=1 ack=1011").silent();
    t.rto("1s");
}

/// RFC 6298 §3: a later segment is no measure either once an earlier one was sent again.
#[test]
fn karn_covers_what_follows_a_retransmission() {
    let mut t = established();
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1 ack=1 len=10");
    t.at("100ms").silent().calls(Call::Send(1000));
    t.replies("PSH,ACK seq=11 ack=1 len=1000");
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.at("1.1s").silent().arrives("ACK seq=1 ack=1011").silent();
    t.rto("2s");
}

/// RFC 6298 §5.7: three seconds for data, when the SYN had to be sent again.
#[test]
fn the_rto_after_a_lost_syn_is_three_seconds() {
    let mut t = syn_sent();
    for when in ["1s", "3s"] {
        t.at(when).replies("SYN seq=0 mss=1000 again");
    }
    t.at("3.1s").silent();
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.rto("3s");
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1 ack=1 len=10");
    t.at("6.099999999s").silent();
    t.at("6.1s").replies("PSH,ACK seq=1 ack=1 len=10 again");
}

/// RFC 6298 §5.2, §5.3: an acknowledgement starts the timer over, the last one stops it.
#[test]
fn acknowledgements_restart_and_stop_the_timer() {
    let mut t = established();
    sends(&mut t, 2);
    t.at("500ms")
        .silent()
        .arrives("ACK seq=1 ack=1001")
        .silent();
    t.at("1.499999999s").silent();
    t.at("1.5s")
        .replies("PSH,ACK seq=1001 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=2001").silent().at("100s").silent();
}

/// RFC 6298 §5.4: only the earliest.
#[test]
fn a_timeout_sends_the_earliest_segment() {
    for setup in with_all_numbers() {
        let mut t = setup.established();
        sends(&mut t, 3);
        t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
        t.at("3s").replies("ACK seq=1 ack=1 len=1000 again");
    }
}

/// RFC 9293 §3.10.7.4: `<SEQ=SND.NXT>` is the highest number sent, also after going back.
#[test]
fn trap_5_snd_nxt_is_never_pulled_back() {
    let mut t = established();
    sends(&mut t, 3);
    t.at("1s").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=-9 ack=1");
    t.dropped(DropReason::OutsideWindow);
    t.replies("ACK seq=3001 ack=1");
    t.arrives("RST seq=2").replies("ACK seq=3001 ack=1");
    t.calls(Call::Abort).replies("RST seq=3001");
    t.enters([Closed]).ended(End::Aborted);
}

/// RFC 9293 §3.10.8: the FIN goes out again with the text before it.
#[test]
fn text_and_fin_are_sent_again_together() {
    let mut t = established();
    t.calls(Call::Send(300))
        .replies("PSH,ACK seq=1 ack=1 len=300");
    t.calls(Call::Shutdown).replies("FIN,ACK seq=301 ack=1");
    t.enters([FinWait1]);
    t.at("1s").replies("FIN,PSH,ACK seq=1 ack=1 len=300 again");
    t.arrives("ACK seq=1 ack=302").silent().enters([FinWait2]);
}

/// RFC 9293 §3.10.8: a retransmission carries the newest acknowledgement and window.
#[test]
fn a_retransmission_acknowledges_what_arrived() {
    let mut t = established();
    sends(&mut t, 1);
    t.arrives("ACK seq=1 ack=1 len=100").silent();
    t.at("200ms").replies("ACK seq=1001 ack=101 wnd=3900");
    t.at("900ms")
        .silent()
        .arrives("ACK seq=101 ack=1 len=100")
        .silent();
    t.at("1s")
        .replies("PSH,ACK seq=1 ack=201 len=1000 wnd=3800 again");
    t.at("2s").silent();
}

/// RFC 6298 §5: SYN and SYN,ACK are one segment, never sent again within an RTO.
#[test]
fn the_syn_ack_of_a_simultaneous_open_has_an_rto_to_itself() {
    let mut t = syn_sent();
    t.at("600ms").silent().arrives("SYN seq=0 mss=1000");
    t.replies("SYN,ACK seq=0 ack=1 mss=1000")
        .enters([SynReceived]);
    t.at("1.599999999s").silent();
    t.at("1.6s").replies("SYN,ACK seq=0 ack=1 mss=1000 again");
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    // The SYN was sent more than once: no sample, and three seconds for data.
    t.rto("3s");
}

/// RFC 9293 §3.5: a window of zero in a SYN holds back text, not the SYN,ACK.
#[test]
fn a_closed_window_does_not_hold_back_the_syn_ack() {
    let mut t = syn_sent();
    t.arrives("SYN seq=0 wnd=0 mss=1000");
    t.replies("SYN,ACK seq=0 ack=1 mss=1000")
        .enters([SynReceived]);
}

/// RFC 6298 §5: nor what was retransmitted fast.
#[test]
fn a_fast_retransmission_has_an_rto_to_itself() {
    let mut t = established();
    sends(&mut t, 4);
    t.at("600ms").silent();
    for _ in 0..2 {
        t.arrives("ACK seq=1 ack=1").silent();
    }
    t.arrives("ACK seq=1 ack=1");
    t.replies("ACK seq=1 ack=1 len=1000 again");
    t.at("1.599999999s").silent();
    t.at("1.6s").replies("ACK seq=1 ack=1 len=1000 again");
}

/// RFC 9293 §3.8.6 (SHLD-15): what is sent again takes nothing new along, least of all beyond the
/// window.
#[test]
fn a_retransmission_stays_within_what_was_sent() {
    let mut t = syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 wnd=400 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(2000)).replies("ACK seq=1 ack=1 len=400");
    t.at("1s").replies("ACK seq=1 ack=1 len=400 again");
    t.at("3s").replies("ACK seq=1 ack=1 len=400 again");
}

/// RFC 6298 §3: a fast retransmission spoils the sample as well.
#[test]
fn karn_no_sample_after_a_fast_retransmission() {
    let mut t = established();
    sends(&mut t, 4);
    t.at("600ms").silent();
    for _ in 0..2 {
        t.arrives("ACK seq=1 ack=1").silent();
    }
    t.arrives("ACK seq=1 ack=1");
    t.replies("ACK seq=1 ack=1 len=1000 again");
    t.at("700ms")
        .silent()
        .arrives("ACK seq=1 ack=4001")
        .silent();
    assert_eq!(t.tcb.rtt().srtt(), Some(span("0s")));
}
