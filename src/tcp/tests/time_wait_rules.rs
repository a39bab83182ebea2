//! TIME-WAIT by other rules than RFC 9293's: what it answers, what starts it over, which SYN it
//! gives way to.

use super::*;

fn exact_fin() -> Setup {
    recorded_with(|c| {
        c.time_wait_rule = TimeWaitRule::ExactFin;
        c.reset_in_time_wait = ResetInTimeWait::Ignored;
        c.syn_in_time_wait = SynInTimeWait::Sequence;
        c.refused_syn_in_time_wait = RefusedSyn::Ignored;
        c.out_of_window_ack_interval = Span::ZERO;
    })
}

/// Recorded run time-wait-fin-retransmit-at-30: gone 60 s after the FIN came again.
#[test]
fn a_fin_again_starts_it_over() {
    for setup in [recorded(), exact_fin()] {
        setup
            .time_wait()
            .at("30s")
            .silent()
            .arrives("FIN,ACK seq=1 ack=2")
            .accepted()
            .replies("ACK seq=2 ack=2")
            .starts_2msl_over()
            .at("89.999999999s")
            .silent()
            .stays(TimeWait)
            .at("90s")
            .silent()
            .enters([Closed]);
    }
}

/// Recorded runs time-wait-old-data and time-wait-new-data-inject: text before and beyond the FIN is
/// acknowledged and starts it over.
#[test]
fn any_old_segment_with_text_starts_it_over() {
    for text in [
        "PSH,ACK seq=1 ack=1 len=1",
        "PSH,ACK seq=2 ack=2 len=20",
        "FIN,ACK seq=2 ack=2",
        "SYN,ACK seq=0 ack=1",
        "ACK seq=5 ack=2",
    ] {
        recorded()
            .time_wait()
            .at("1s")
            .silent()
            .arrives(text)
            .dropped(DropReason::OutsideWindow)
            .replies("ACK seq=2 ack=2")
            .starts_2msl_over()
            .at("60.999999999s")
            .silent()
            .stays(TimeWait)
            .at("61s")
            .silent()
            .enters([Closed]);
    }
}

/// Catalogue of teardown §5, "in-window bare ACK": no answer, which two ends could go on with.
#[test]
fn a_bare_acknowledgement_starts_it_over_in_silence() {
    recorded()
        .time_wait()
        .at("10s")
        .silent()
        .arrives("ACK seq=2 ack=2")
        .accepted()
        .silent()
        .starts_2msl_over()
        .at("70s")
        .silent()
        .enters([Closed]);
}

/// Recorded run time-wait-old-syn: the connection's own SYN is acknowledged, and starts nothing.
#[test]
fn an_old_syn_does_not_start_it_over() {
    recorded()
        .time_wait()
        .at("1s")
        .silent()
        .arrives("SYN seq=0")
        .dropped(DropReason::OutsideWindow)
        .replies("ACK seq=2 ack=2")
        .stays(TimeWait)
        .at("60s")
        .silent()
        .enters([Closed]);
}

/// Catalogue of teardown §4: one answer in 500 ms, but text and FINs are always answered.
#[test]
fn answers_are_limited_where_they_could_go_on() {
    let mut t = recorded().time_wait();
    for (when, text, answered) in [
        ("1s", "SYN seq=0", true),
        ("1.1s", "SYN seq=0", false),
        ("1.499999999s", "ACK seq=1 ack=2", false),
        ("1.499999999s", "ACK seq=1 ack=1 len=1", true),
        ("1.499999999s", "FIN,ACK seq=1 ack=2", true),
        ("1.5s", "SYN seq=0", true),
        ("1.999999999s", "SYN seq=0", false),
    ] {
        t.at(when).silent().arrives(text);
        if answered {
            t.replies("ACK seq=2 ack=2");
        }
        t.silent().notes.clear();
    }
}

/// Recorded runs time-wait-rst-inject, time-wait-rst-inject-rfc1337 and time-wait-rst-out-of-window;
/// a reset is never answered and starts nothing over.
#[test]
fn a_reset_counts_at_rcv_nxt_alone() {
    recorded()
        .time_wait()
        .arrives("RST seq=2")
        .accepted()
        .silent()
        .enters([Closed])
        .ended(End::Reset);
    for (setup, text, reason) in [
        (
            recorded(),
            "RST seq=1000002",
            DropReason::ResetOutsideWindow,
        ),
        (recorded(), "RST seq=1", DropReason::ResetOutsideWindow),
        (recorded(), "RST,ACK seq=3 ack=2", DropReason::ResetNotExact),
        (exact_fin(), "RST seq=2", DropReason::ResetInTimeWait),
        (
            recorded_with(|c| c.reset_in_time_wait = ResetInTimeWait::Ignored),
            "RST seq=2",
            DropReason::ResetInTimeWait,
        ),
    ] {
        setup
            .time_wait()
            .at("10s")
            .silent()
            .arrives(text)
            .dropped(reason)
            .silent()
            .stays(TimeWait)
            .at("60s")
            .silent()
            .enters([Closed]);
    }
}

/// Catalogue of teardown §5: all but an exact duplicate acknowledgement is answered, and nothing but
/// the FIN starts it over.
#[test]
fn the_exact_fin_alone_starts_it_over() {
    for text in [
        "PSH,ACK seq=1 ack=1 len=1",
        "PSH,ACK seq=2 ack=2 len=20",
        "FIN,ACK seq=2 ack=2",
        "SYN,ACK seq=0 ack=1",
        "ACK seq=2 ack=1",
        "ACK seq=3 ack=2",
    ] {
        exact_fin()
            .time_wait()
            .at("1s")
            .silent()
            .arrives(text)
            .dropped(DropReason::OutsideWindow)
            .replies("ACK seq=2 ack=2")
            .stays(TimeWait)
            .at("60s")
            .silent()
            .enters([Closed]);
    }
    for (text, reason) in [
        ("ACK seq=2 ack=2", DropReason::NothingNew),
        ("none seq=1 len=5", DropReason::NoAck),
        ("SYN seq=0", DropReason::SynInConnection),
    ] {
        exact_fin()
            .time_wait()
            .arrives(text)
            .dropped(reason)
            .silent()
            .stays(TimeWait);
    }
}

/// RFC 6191 §2: a SYN that opens nothing is not answered; RFC 9293 §3.10.7.4 acknowledges it.
#[test]
fn a_refused_syn_may_be_ignored() {
    for rule in [
        TimeWaitRule::FinAgain,
        TimeWaitRule::AnyOldSegment,
        TimeWaitRule::ExactFin,
    ] {
        for (answer, text) in [
            (RefusedSyn::Acknowledged, "SYN seq=-9"),
            (RefusedSyn::Ignored, "SYN seq=-9"),
        ] {
            let mut t = recorded_with(|c| {
                c.time_wait_rule = rule;
                c.refused_syn_in_time_wait = answer;
            })
            .time_wait();
            t.arrives(text);
            if answer == RefusedSyn::Acknowledged {
                t.replies("ACK seq=2 ack=2");
            }
            t.silent().stays(TimeWait);
        }
    }
}

/// Recorded run time-wait-reuse-no-listener: with nobody to take it, a new SYN is acknowledged.
#[test]
fn a_new_syn_that_nobody_takes_is_acknowledged() {
    recorded()
        .time_wait()
        .arrives("SYN seq=5000")
        .dropped(DropReason::SynInConnection)
        .replies("ACK seq=2 ack=2")
        .stays(TimeWait)
        // The new peer never sent that, and says so; the next SYN finds the port free.
        .arrives("RST seq=2")
        .silent()
        .enters([Closed])
        .ended(End::Reset)
        .arrives("SYN seq=5000")
        .replies("RST,ACK seq=0 ack=5001");
}

/// Strictly beyond RCV.NXT, which is 2, where the policy says so; the FIN's number is 1.
#[test]
fn which_syn_may_reopen() {
    for (rule, seq, may) in [
        (SynInTimeWait::Sequence, 2, true),
        (SynInTimeWait::Sequence, 1, false),
        (SynInTimeWait::SequenceOrTimestamp, 3, true),
        (SynInTimeWait::SequenceOrTimestamp, 2, false),
        (SynInTimeWait::Rfc6191, 2, true),
        (SynInTimeWait::Rfc6191, 1, false),
    ] {
        let mut t = recorded_with(|c| c.syn_in_time_wait = rule).time_wait();
        let syn = t.peer(&format!("SYN seq={seq}"));
        assert_eq!(t.tcb.may_reopen(&syn, &t.config), may, "{rule:?} {seq}");
    }
}

/// Catalogue of teardown §5, "SYN accepted": SND.NXT + 65,537.
#[test]
fn the_new_connection_begins_beyond_the_old_window() {
    for setup in with_all_numbers() {
        let mut t = setup.time_wait();
        assert_eq!(t.tcb.reopen_iss(&t.config), None);
        t.config.reopen_iss = ReopenIss::Beyond;
        assert_eq!(t.tcb.reopen_iss(&t.config), Some(t.iss + 2 + 65_537));
    }
}

/// Catalogue of teardown §5, "where it lives": the socket is gone already, whatever is done to it.
#[test]
fn an_abort_may_leave_time_wait() {
    recorded()
        .time_wait()
        .at("10s")
        .silent()
        .calls(Call::Abort)
        .silent()
        .stays(TimeWait)
        .at("60s")
        .silent()
        .enters([Closed]);
}
