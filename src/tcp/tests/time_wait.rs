//! TIME-WAIT: RFC 9293 §3.6.1, §3.10.7.4, §3.10.8; RFC 6191; RFC 1337.

use super::*;

/// RFC 9293 §3.10.8 (MUST-13): to the nanosecond.
#[test]
fn t37_time_wait_ends_after_2msl() {
    time_wait()
        .at("239.999999999s")
        .silent()
        .stays(TimeWait)
        .at("240s")
        .silent()
        .enters([Closed]);
}

/// RFC 9293 §3.10.7.4: no other timer runs, however the connection came here.
#[test]
fn only_the_2msl_timer_runs_in_time_wait() {
    for mut t in [time_wait(), closing()] {
        if t.tcb.state() == Closing {
            t.arrives("ACK seq=2 ack=2").silent().enters([TimeWait]);
        }
        assert!(t.tcb.timers().only_time_wait());
        t.at("240s").silent().enters([Closed]);
    }
}

/// RFC 9293 §3.10.7.4, fifth and eighth check.
#[test]
fn t38_time_wait_retransmitted_fin_restarts_2msl() {
    for setup in with_all_numbers() {
        setup
            .time_wait()
            .at("10s")
            .silent()
            .arrives("FIN,ACK seq=1 ack=2")
            .accepted()
            .replies("ACK seq=2 ack=2")
            .starts_2msl_over()
            .stays(TimeWait)
            .at("249.999999999s")
            .silent()
            .stays(TimeWait)
            .at("250s")
            .silent()
            .enters([Closed]);
    }
}

/// RFC 9293 §3.10.7.4: the FIN lies before RCV.NXT, so the first check alone would answer it and
/// return, and 2MSL would go on as if nothing had come.
#[test]
fn trap_1_the_first_check_does_not_hide_a_retransmitted_fin() {
    fin_wait_2()
        .arrives("FIN,PSH,ACK seq=1 ack=2 len=100")
        .replies("ACK seq=2 ack=102")
        .enters([TimeWait])
        .at("239s")
        .silent()
        // All of it again, and then the FIN alone.
        .arrives("FIN,PSH,ACK seq=1 ack=2 len=100")
        .replies("ACK seq=2 ack=102")
        .starts_2msl_over()
        .at("478s")
        .silent()
        .arrives("FIN,ACK seq=101 ack=2")
        .replies("ACK seq=2 ack=102")
        .starts_2msl_over()
        .at("717.999999999s")
        .silent()
        .stays(TimeWait)
        .at("718s")
        .silent()
        .enters([Closed]);
}

/// The caller delivers what arrives at an instant before the timers of that instant, so that a FIN
/// then still starts 2MSL over.
#[test]
fn a_fin_at_the_very_end_of_2msl_starts_it_over() {
    time_wait()
        .just_at("240s")
        .arrives("FIN,ACK seq=1 ack=2")
        .replies("ACK seq=2 ack=2")
        .starts_2msl_over()
        .at("240s")
        .silent()
        .stays(TimeWait)
        .at("480s")
        .silent()
        .enters([Closed]);
}

/// RFC 9293 §3.10.7.1: a nanosecond later the FIN meets CLOSED.
#[test]
fn a_fin_after_the_end_of_2msl_is_reset() {
    let mut t = time_wait();
    t.at("240s").silent().enters([Closed]);
    t.at("240s+1ns").silent();
    let fin = t.peer("FIN,ACK seq=1 ack=2");
    let reset = closed::answer(&fin, &Config::default()).unwrap();
    assert_eq!(t.show(&reset, false), "RST seq=2");
    t.arrives("FIN,ACK seq=1 ack=2")
        .dropped(DropReason::NoConnection)
        .replies("RST seq=2");
}

/// What is no FIN does not start 2MSL over, though the first check acknowledges it.
#[test]
fn old_text_in_time_wait_does_not_restart_2msl() {
    fin_wait_2()
        .arrives("FIN,ACK seq=1 ack=2 len=100")
        .replies("ACK seq=2 ack=102")
        .enters([TimeWait])
        .at("10s")
        .silent()
        .arrives("ACK seq=1 ack=2 len=100")
        .dropped(DropReason::OutsideWindow)
        .replies("ACK seq=2 ack=102")
        .stays(TimeWait)
        .at("240s")
        .silent()
        .enters([Closed]);
}

/// RFC 9293 §3.10.7.4, fifth check: only a FIN can arrive; two ends in TIME-WAIT that answered each
/// other's acknowledgements would never stop.
#[test]
fn nothing_new_in_time_wait_is_not_answered() {
    for text in [
        "ACK seq=2 ack=2",
        "ACK seq=3 ack=2 len=5",
        "FIN,ACK seq=2 ack=2",
    ] {
        time_wait()
            .arrives(text)
            .dropped(DropReason::NothingNew)
            .silent()
            .stays(TimeWait);
    }
}

/// RFC 9293 §3.6.1 (MAY-2) and RFC 6191 §2 without timestamps: beyond the FIN's number, which is 1.
/// The host puts the new connection in this one's place.
#[test]
fn t39_a_newer_syn_may_reopen() {
    for setup in with_all_numbers() {
        for (text, may) in [
            ("SYN seq=2", true),
            ("SYN seq=5000", true),
            ("SYN seq=1", false),
            ("SYN seq=-5000", false),
            ("SYN,ACK seq=2 ack=2", false),
            ("RST seq=2", false),
            ("FIN,ACK seq=2 ack=2", false),
        ] {
            let mut t = setup.time_wait();
            let segment = t.peer(text);
            assert_eq!(t.tcb.may_reopen(&segment, &t.config), may, "{text}");
        }
    }
}

/// RFC 9293 §3.6.1: nothing is sent, the SYN is for the new connection to answer.
#[test]
fn t39_time_wait_gives_way() {
    let mut t = time_wait();
    t.step(|tcb, cx| tcb.give_way(cx));
    t.silent().enters([Closed]).ended(End::Reopened);
    t.at("1000s").silent();
}

/// RFC 9293 §3.6.1: only TIME-WAIT may be reopened.
#[test]
fn no_other_state_may_be_reopened() {
    for mut t in [
        listening(),
        established(),
        fin_wait_2(),
        closing(),
        last_ack(),
    ] {
        let syn = t.peer("SYN seq=5000");
        assert!(!t.tcb.may_reopen(&syn, &t.config), "{}", t.tcb.state());
    }
}

/// RFC 5961 §4.2: a SYN that may not reopen is challenged, or acknowledged outside the window.
#[test]
fn an_old_syn_in_time_wait_is_acknowledged() {
    time_wait()
        .arrives("SYN seq=-5000")
        .dropped(DropReason::OutsideWindow)
        .replies("ACK seq=2 ack=2")
        .stays(TimeWait)
        .at("240s")
        .silent()
        .enters([Closed]);
}

/// Worked example: every acknowledgement of the FIN is lost, 2MSL is 60 s, the peer's RTO is capped
/// at 120 s, and the path takes 50 ms.
#[test]
fn trap_2_every_acknowledgement_of_the_fin_is_lost() {
    let mut t = with(|c| c.time_wait = span("60s")).fin_wait_2();
    t.at("50ms").silent().arrives("FIN,ACK seq=1 ack=2");
    t.replies("ACK seq=2 ack=2").enters([TimeWait]);
    for again in ["1.05s", "3.05s", "7.05s", "15.05s", "31.05s", "63.05s"] {
        t.at(again).silent().arrives("FIN,ACK seq=1 ack=2");
        t.replies("ACK seq=2 ack=2").starts_2msl_over();
    }
    t.at("123.049999999s").silent().stays(TimeWait);
    t.at("123.05s").silent().enters([Closed]);
    t.at("127.05s").silent().arrives("FIN,ACK seq=1 ack=2");
    t.replies("RST seq=2");
}
