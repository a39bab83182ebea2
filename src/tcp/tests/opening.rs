//! Opening a connection: RFC 9293 §3.5, §3.10.1, §3.10.7.2, §3.10.7.3, Figures 6 to 11.

use super::*;

/// RFC 9293 §3.10.1: a passive OPEN sends nothing.
#[test]
fn t01_passive_open_listens() {
    closed()
        .calls(Call::PassiveOpen)
        .silent()
        .enters([Listen])
        .at("1000s")
        .silent();
}

/// RFC 9293 §3.10.1; §3.7.1 (MUST-14): the SYN says the MSS.
#[test]
fn t02_active_open_sends_a_syn() {
    for setup in with_all_numbers() {
        setup
            .closed()
            .calls(Call::ActiveOpen)
            .replies("SYN seq=0 wnd=4000 mss=1000")
            .because(Why::New)
            .enters([SynSent]);
    }
}

/// RFC 9293 §3.10.7.2, third check.
#[test]
fn t04_a_syn_in_listen_is_answered_by_syn_ack() {
    for setup in with_all_numbers() {
        setup
            .listening()
            .arrives("SYN seq=0 mss=1000")
            .accepted()
            .replies("SYN,ACK seq=0 ack=1 wnd=4000 mss=1000")
            .enters([SynReceived]);
    }
}

/// RFC 9293 §3.10.2: SEND in LISTEN is an active OPEN; the text follows the handshake.
#[test]
fn t05_send_in_listen_opens_actively() {
    listening()
        .calls(Call::Send(100))
        .replies("SYN seq=0 mss=1000")
        .enters([SynSent])
        .arrives("SYN,ACK seq=0 ack=1 mss=1000")
        .replies("PSH,ACK seq=1 ack=1 len=100")
        .enters([Established]);
}

/// RFC 9293 §3.10.1.
#[test]
fn t06_active_open_in_listen_sends_a_syn() {
    listening()
        .calls(Call::ActiveOpen)
        .replies("SYN seq=0 mss=1000")
        .enters([SynSent])
        // MUST-11: what was passive has become active.
        .arrives("RST,ACK seq=0 ack=1")
        .silent()
        .enters([Closed])
        .ended(End::Refused);
}

/// RFC 9293 §3.10.7.2, second check; Figure 11.
#[test]
fn t08_an_ack_in_listen_draws_a_reset() {
    for text in [
        "ACK seq=7 ack=77",
        "SYN,ACK seq=7 ack=77",
        "FIN,ACK seq=7 ack=77",
    ] {
        listening()
            .arrives(text)
            .dropped(DropReason::AckInListen)
            .replies("RST seq=77")
            .stays(Listen);
    }
}

/// RFC 9293 §3.10.7.2, first check: even if it acknowledges something.
#[test]
fn t09_a_reset_in_listen_is_ignored() {
    for text in ["RST seq=7", "RST,ACK seq=7 ack=1", "RST seq=7 len=10"] {
        listening()
            .arrives(text)
            .dropped(DropReason::NothingToReset)
            .silent()
            .stays(Listen);
    }
}

/// RFC 9293 §3.10.7.2, fourth check; U-11: no FIN is processed here.
#[test]
fn what_is_no_syn_in_listen_is_dropped() {
    for text in ["none seq=7 len=10", "FIN seq=7"] {
        listening()
            .arrives(text)
            .dropped(DropReason::NoSynInListen)
            .silent()
            .stays(Listen);
    }
}

/// RFC 9293 §3.10.7.3, fourth check; Figure 6.
#[test]
fn t10_syn_ack_in_syn_sent_establishes() {
    for setup in with_all_numbers() {
        setup
            .syn_sent()
            .arrives("SYN,ACK seq=0 ack=1 mss=1000")
            .accepted()
            .replies("ACK seq=1 ack=1 wnd=4000")
            .enters([Established])
            // Figure 6, line 5: the first text has the number of the empty acknowledgement.
            .calls(Call::Send(10))
            .replies("PSH,ACK seq=1 ack=1 len=10");
    }
}

/// RFC 9293 §3.10.7.3: further controls and text of the SYN,ACK are processed.
#[test]
fn text_and_fin_of_the_syn_ack_are_taken() {
    syn_sent()
        .arrives("SYN,ACK seq=0 ack=1 len=100 mss=1000")
        .replies("ACK seq=1 ack=101")
        .enters([Established])
        .reads(Received::Octets(100));
    syn_sent()
        .arrives("SYN,FIN,ACK seq=0 ack=1 len=100 mss=1000")
        .replies("ACK seq=1 ack=102")
        .enters([Established, CloseWait])
        .reads(Received::Octets(100))
        .reads(Received::End);
}

/// RFC 9293 §3.10.7.3, fourth check; Figure 7 (MUST-10).
#[test]
fn t11_a_bare_syn_in_syn_sent_opens_simultaneously() {
    for setup in with_all_numbers() {
        setup
            .syn_sent()
            .arrives("SYN seq=0 mss=1000")
            .replies("SYN,ACK seq=0 ack=1 wnd=4000 mss=1000")
            .enters([SynReceived])
            .arrives("SYN,ACK seq=0 ack=1 mss=1000")
            .silent()
            .enters([Established]);
    }
}

/// RFC 9293 §3.5, Figure 7 with line 6 lost: an acknowledgement of the SYN is as good.
#[test]
fn simultaneous_open_ends_with_a_plain_ack() {
    syn_received_active()
        .arrives("ACK seq=1 ack=1")
        .silent()
        .enters([Established]);
}

/// RFC 9293 §3.10.7.3, first check; Figures 8 and 9.
#[test]
fn t15_a_bad_ack_in_syn_sent_draws_a_reset() {
    for (text, reset) in [
        ("SYN,ACK seq=300 ack=-9", "RST seq=-9"),
        ("ACK seq=300 ack=0", "RST seq=0"),
        ("ACK seq=300 ack=2", "RST seq=2"),
    ] {
        for setup in with_all_numbers() {
            setup
                .syn_sent()
                .arrives(text)
                .dropped(DropReason::AckOfNothingInSynSent)
                .replies(reset)
                .stays(SynSent);
        }
    }
    syn_sent()
        .arrives("RST,ACK seq=300 ack=2")
        .dropped(DropReason::AckOfNothingInSynSent)
        .silent()
        .stays(SynSent);
}

/// RFC 9293 Figure 8: the reset goes to the old SYN's answer, the handshake goes on.
#[test]
fn figure_8_recovery_from_an_old_duplicate_syn() {
    syn_sent()
        .arrives("SYN,ACK seq=300 ack=-9")
        .replies("RST seq=-9")
        .arrives("SYN,ACK seq=400 ack=1 mss=1000")
        .enters([Established])
        .replies("ACK seq=1 ack=401");
}

/// RFC 9293 §3.10.7.3, fifth check, even if the acknowledgement is acceptable.
#[test]
fn trap_8_no_fin_is_received_in_syn_sent() {
    for text in ["FIN,ACK seq=7 ack=1", "ACK seq=7 ack=1 len=10", "FIN seq=7"] {
        syn_sent()
            .arrives(text)
            .dropped(DropReason::NoSynInSynSent)
            .silent()
            .stays(SynSent);
    }
}

/// RFC 9293 §3.10.7.4, fifth check.
#[test]
fn t17_the_ack_of_the_syn_establishes() {
    for setup in with_all_numbers() {
        setup
            .syn_received_passive()
            .arrives("ACK seq=1 ack=1")
            .accepted()
            .silent()
            .enters([Established]);
    }
}

/// RFC 9293 §3.10.7.4, fifth check: text may ride on the acknowledgement of the SYN.
#[test]
fn text_on_the_ack_of_the_syn_is_taken() {
    syn_received_passive()
        .arrives("ACK seq=1 ack=1 len=1000")
        .silent()
        .enters([Established])
        .at("200ms")
        .replies("ACK seq=1 ack=1001");
}

/// RFC 9293 §3.10.7.4, fourth check: the peer has begun anew, and the listener waits for it.
#[test]
fn t22_a_syn_in_the_window_sends_the_passive_side_back_to_listen() {
    syn_received_passive()
        .arrives("SYN seq=1")
        .accepted()
        .silent()
        .enters([Listen])
        .arrives("SYN seq=50 mss=1000")
        .replies("SYN,ACK seq=0 ack=51 mss=1000")
        .enters([SynReceived]);
}

/// RFC 9293 §3.10.7.4, fourth check, and RFC 5961 §4.2.
#[test]
fn t23_a_syn_in_the_window_challenges_the_active_side() {
    syn_received_active()
        .arrives("SYN seq=1")
        .dropped(DropReason::SynInConnection)
        .replies("ACK seq=1 ack=1")
        .stays(SynReceived);
}

/// RFC 9293 §3.10.7.4, first check: the peer's SYN sent again lies before the window.
#[test]
fn a_syn_sent_again_in_syn_received_is_acknowledged() {
    for mut t in [syn_received_passive(), syn_received_active()] {
        t.arrives("SYN seq=0 mss=1000")
            .dropped(DropReason::OutsideWindow)
            .replies("ACK seq=1 ack=1")
            .stays(SynReceived);
    }
}

/// RFC 9293 §3.10.7.4, fifth check.
#[test]
fn t24_a_bad_ack_in_syn_received_draws_a_reset() {
    for (text, reset) in [
        ("ACK seq=1 ack=0", "RST seq=0"),
        ("ACK seq=1 ack=2", "RST seq=2"),
        ("FIN,ACK seq=1 ack=-100", "RST seq=-100"),
    ] {
        for mut t in [syn_received_passive(), syn_received_active()] {
            t.arrives(text)
                .dropped(DropReason::AckOfNothing)
                .replies(reset)
                .stays(SynReceived);
        }
    }
}

/// RFC 9293 §3.10.7.4, fifth and eighth check.
#[test]
fn t25_a_fin_in_syn_received_needs_the_ack_of_the_syn() {
    for mut t in [syn_received_passive(), syn_received_active()] {
        t.arrives("FIN seq=1")
            .dropped(DropReason::NoAck)
            .silent()
            .stays(SynReceived);
        t.arrives("FIN,ACK seq=1 ack=1")
            .accepted()
            .replies("ACK seq=1 ack=2")
            .enters([Established, CloseWait]);
    }
}

/// RFC 9293 §3.10.7.2: the text of a SYN is not delivered before the handshake is done; here the
/// peer has to send it again.
#[test]
fn text_of_a_syn_is_left_to_retransmission() {
    listening()
        .arrives("SYN seq=0 len=100 mss=1000")
        .replies("SYN,ACK seq=0 ack=1 mss=1000")
        .enters([SynReceived])
        .reads(Received::Nothing);
}

/// RFC 9293 §3.7.1 (MUST-15): without the option 536; otherwise the smaller of both ends' sizes.
#[test]
fn the_mss_option_bounds_what_is_sent() {
    for (syn_ack, len) in [
        ("SYN,ACK seq=0 ack=1", 536),
        ("SYN,ACK seq=0 ack=1 mss=700", 700),
        ("SYN,ACK seq=0 ack=1 mss=1460", 1000),
    ] {
        let mut t = syn_sent();
        t.arrives(syn_ack).replies("ACK seq=1 ack=1");
        t.enters([Established]).calls(Call::Send(2 * len));
        let last = len + 1;
        t.replies(&format!("ACK seq=1 ack=1 len={len}"))
            .replies(&format!("PSH,ACK seq={last} ack=1 len={len}"));
    }
}
