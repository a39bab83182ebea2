//! The first check and its neighbours: RFC 9293 §3.4 (Table 6), §3.10.7.4; RFC 5961 §4, §5.

use super::*;

/// RFC 9293 §3.4, Table 6, with RCV.NXT 101 and RCV.WND 3,900.
#[test]
fn table_6_with_an_open_window() {
    for setup in with_all_numbers() {
        for (seq, len, acceptable) in [
            (100, 0, false),
            (101, 0, true),
            (4000, 0, true),
            (4001, 0, false),
            (91, 10, false),
            (91, 11, true),
            (4000, 10, true),
            (4001, 10, false),
        ] {
            let mut t = setup.established();
            t.arrives("ACK seq=1 ack=1 len=100").silent();
            t.arrives(&format!("ACK seq={seq} ack=1 len={len}"));
            if acceptable {
                t.accepted();
            } else {
                t.dropped(DropReason::OutsideWindow);
            }
            // Whether text draws an acknowledgement at once is the business of other tests.
            t.sent.clear();
            t.stays(Established);
        }
    }
}

/// RFC 9293 §3.4, Table 6, with RCV.WND 0 and RCV.NXT 4,001 (U-5: each is acknowledged).
#[test]
fn table_6_with_a_closed_window() {
    for (text, acceptable) in [
        ("ACK seq=4001 ack=1", true),
        ("ACK seq=4000 ack=1", false),
        ("ACK seq=4002 ack=1", false),
        ("ACK seq=4001 ack=1 len=1", false),
        ("FIN,ACK seq=4001 ack=1", false),
    ] {
        let mut t = established();
        t.arrives("ACK seq=1 ack=1 len=4000");
        t.replies("ACK seq=1 ack=4001 wnd=0").arrives(text);
        if acceptable {
            t.accepted().silent();
        } else {
            t.dropped(DropReason::OutsideWindow);
            t.replies("ACK seq=1 ack=4001 wnd=0");
        }
    }
}

/// RFC 9293 §3.10.7.4: against a closed window a valid acknowledgement still counts.
#[test]
fn a_closed_window_does_not_stop_acknowledgements() {
    let mut t = established();
    t.calls(Call::Send(1000));
    t.replies("PSH,ACK seq=1 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=1 len=4000");
    t.replies("ACK seq=1001 ack=4001 wnd=0");
    t.arrives("ACK seq=4001 ack=1001 len=100");
    t.dropped(DropReason::OutsideWindow);
    t.replies("ACK seq=1001 ack=4001 wnd=0");
    // Nothing is left to be sent again.
    t.at("1000s").silent();
}

/// RFC 9293 §3.10.7.4, first check, and §3.5.2, group 3: an empty acknowledgement, no reset.
#[test]
fn t48_an_unacceptable_segment_draws_an_acknowledgement() {
    for setup in with_all_numbers() {
        for mut t in setup.every_synchronized() {
            let (state, snd, rcv) = (t.tcb.state(), t.snd_nxt(), t.rcv_nxt());
            let edge = rcv + i64::from(t.tcb.rcv_wnd());
            for text in [
                format!("ACK seq={} ack={snd} len=5", rcv - 100),
                format!("ACK seq={} ack={snd}", rcv - 100),
                format!("ACK seq={edge} ack={snd} len=5"),
                format!("none seq={} len=5", edge + 5),
            ] {
                t.arrives(&text)
                    .dropped(DropReason::OutsideWindow)
                    .replies(&format!("ACK seq={snd} ack={rcv}"))
                    .stays(state);
            }
        }
    }
}

/// RFC 5961 §4.2: in the window a challenge; outside it the first check answers in the same way.
#[test]
fn t47_a_syn_is_challenged() {
    for mut t in Setup::default().every_synchronized() {
        let (state, snd, rcv) = (t.tcb.state(), t.snd_nxt(), t.rcv_nxt());
        for (seq, reason) in [
            (rcv, DropReason::SynInConnection),
            (rcv + 100, DropReason::SynInConnection),
            (rcv - 100, DropReason::OutsideWindow),
            (rcv + 100_000, DropReason::OutsideWindow),
        ] {
            t.arrives(&format!("SYN seq={seq} mss=1000"))
                .dropped(reason)
                .replies(&format!("ACK seq={snd} ack={rcv}"))
                .stays(state);
        }
    }
}

/// RFC 9293 §3.10.7.4, fifth check: without ACK there is nothing to believe.
#[test]
fn a_segment_without_ack_is_dropped() {
    for mut t in Setup::default().every_synchronized() {
        let (state, rcv) = (t.tcb.state(), t.rcv_nxt());
        for text in [format!("none seq={rcv} len=5"), format!("FIN seq={rcv}")] {
            t.arrives(&text)
                .dropped(DropReason::NoAck)
                .silent()
                .stays(state);
        }
    }
}

/// RFC 9293 §3.10.7.4, fifth check: `SEG.ACK > SND.NXT` draws an acknowledgement; text is not taken.
#[test]
fn an_ack_of_something_never_sent_is_answered() {
    for setup in with_all_numbers() {
        for mut t in [setup.established(), setup.fin_wait_2(), setup.close_wait()] {
            let (state, snd, rcv) = (t.tcb.state(), t.snd_nxt(), t.rcv_nxt());
            t.arrives(&format!("ACK seq={rcv} ack={} len=5", snd + 1))
                .dropped(DropReason::AckOfNothing)
                .replies(&format!("ACK seq={snd} ack={rcv}"))
                .stays(state);
        }
    }
}

/// RFC 5961 §5.2 (MAY-12): SND.UNA - MAX.SND.WND is the oldest that may be; here 2,001 - 1,000.
#[test]
fn an_ack_older_than_any_window_is_challenged() {
    for setup in with_all_numbers() {
        let mut t = setup.syn_sent();
        t.arrives("SYN,ACK seq=0 ack=1 wnd=1000 mss=1000");
        t.replies("ACK seq=1 ack=1").enters([Established]);
        for (seq, ack) in [(1, 1001), (1001, 2001)] {
            t.calls(Call::Send(1000));
            t.replies(&format!("PSH,ACK seq={seq} ack=1 len=1000"));
            t.arrives(&format!("ACK seq=1 ack={ack}")).silent();
        }
        t.arrives("ACK seq=1 ack=1000 len=5")
            .dropped(DropReason::AckTooOld)
            .replies("ACK seq=2001 ack=1")
            .arrives("ACK seq=1 ack=1001 len=5")
            .accepted()
            .silent()
            .reads(Received::Octets(5));
    }
}

/// RFC 9293 §3.10.7.4, fifth check: an old acknowledgement is ignored, its text is not.
#[test]
fn text_with_an_old_acknowledgement_is_taken() {
    established()
        .calls(Call::Send(1000))
        .replies("PSH,ACK seq=1 ack=1 len=1000")
        .arrives("ACK seq=1 ack=1001")
        .silent()
        .arrives("ACK seq=1 ack=1 len=5")
        .accepted()
        .silent()
        .reads(Received::Octets(5));
}

/// Steps are tried in the RFC's order: what fails two checks is answered by the first.
#[test]
fn the_first_failing_check_answers() {
    let mut t = established();
    for (text, reason, reply) in [
        // Outside the window before SYN, before a missing ACK, before a bad ACK.
        ("SYN seq=9000", DropReason::OutsideWindow, true),
        ("none seq=9000 len=1", DropReason::OutsideWindow, true),
        ("ACK seq=9000 ack=99", DropReason::OutsideWindow, true),
        // RST before SYN, SYN before a missing ACK.
        ("SYN,RST seq=2", DropReason::ResetNotExact, true),
        ("SYN seq=2", DropReason::SynInConnection, true),
        (
            "RST,ACK seq=9000 ack=99",
            DropReason::ResetOutsideWindow,
            false,
        ),
    ] {
        t.arrives(text).dropped(reason);
        if reply {
            t.replies("ACK seq=1 ack=1");
        }
        t.silent().stays(Established);
    }
}
