//! Probes of a closed window: RFC 9293 §3.8.6.1, and how systems differ in them.

use super::*;

/// Established, with a peer whose window is closed from its SYN on and 1,500 octets for it.
fn stuck(change: impl FnOnce(&mut Config)) -> T {
    let mut t = with(change).syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 wnd=0 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(1500)).silent();
    t
}

/// The peer answers a probe: nothing has changed.
const STILL_CLOSED: &str = "ACK seq=1 ack=1 wnd=0";

/// A probe without text, and the one octet of RFC 9293 §3.8.6.1.
const BELOW: &str = "ACK seq=0 ack=1 probe";
const OCTET: &str = "ACK seq=1 ack=1 len=1 probe";
const OCTET_AGAIN: &str = "ACK seq=1 ack=1 len=1 again probe";

/// Measured: SND.UNA − 1 and no text, each distance from the answer on; afterwards nothing goes twice.
#[test]
fn a_probe_below_una_sends_nothing_new() {
    let mut t = stuck(|c| c.zero_window_probe = ZeroWindowProbe::BelowUna);
    t.at("1s").replies(BELOW).because(Why::Probe {
        count: 1,
        next: span("2s"),
    });
    t.at("1.5s").silent().arrives(STILL_CLOSED).silent();
    t.at("3.499999999s").silent();
    t.at("3.5s").replies(BELOW);
    t.at("7.499999999s").silent();
    t.at("7.5s").replies(BELOW);
    t.arrives("ACK seq=1 ack=1 wnd=4000");
    t.replies("ACK seq=1 ack=1 len=1000").because(Why::New);
    t.arrives("ACK seq=1 ack=1001 wnd=4000");
    t.replies("PSH,ACK seq=1001 ack=1 len=500");
    t.arrives("ACK seq=1 ack=1501 wnd=4000").silent();
    t.at("1000s").silent().stays(Established);
}

/// A FIN behind the closed window is not sent: FIN-WAIT-1 with probes alone.
#[test]
fn a_fin_waits_behind_a_closed_window() {
    let mut t = stuck(|c| c.zero_window_probe = ZeroWindowProbe::BelowUna);
    t.calls(Call::Close).silent().enters([FinWait1]);
    t.at("1s").replies(BELOW);
    t.arrives("ACK seq=1 ack=1 wnd=4000");
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("FIN,PSH,ACK seq=1001 ack=1 len=500");
    t.arrives("ACK seq=1 ack=1502 wnd=4000")
        .silent()
        .enters([FinWait2]);
}

/// [`ProbeLimit::Unanswered`]: three in a row end it, and any answer begins the count anew.
#[test]
fn so_many_unanswered_probes_end_a_connection() {
    let limited = |c: &mut Config| {
        c.user_timeout = None;
        c.r2 = Limit::Retransmissions(3);
        c.probe_limit = ProbeLimit::Unanswered;
    };
    let mut t = stuck(limited);
    t.at("1s").replies(OCTET);
    t.at("3s").replies(OCTET_AGAIN);
    t.at("7s").replies(OCTET_AGAIN);
    t.at("15s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
    let mut t = stuck(limited);
    t.at("1s").replies(OCTET);
    t.at("3s").replies(OCTET_AGAIN);
    t.arrives(STILL_CLOSED).silent();
    for when in ["7s", "15s", "31s"] {
        t.at(when).replies(OCTET_AGAIN);
    }
    t.at("63s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// [`ProbeLimit::UnansweredOrOrphan`]: with a socket answers keep it, as RFC 9293 (MUST-37) wants;
/// without one it ends at the longest distance.
#[test]
fn an_answered_orphan_ends_at_the_longest_distance() {
    let limited = |c: &mut Config| {
        c.user_timeout = None;
        c.zero_window_probe = ZeroWindowProbe::BelowUna;
        c.r2 = Limit::Backoffs(15);
        c.r2_orphan = Some(Limit::Backoffs(2));
        c.persist_max = span("8s");
        c.probe_limit = ProbeLimit::UnansweredOrOrphan;
    };
    for closes in [false, true] {
        let mut t = stuck(limited);
        if closes {
            t.calls(Call::Close).silent().enters([FinWait1]);
        }
        for when in ["1s", "3s", "7s"] {
            t.at(when).replies(BELOW);
            t.arrives(STILL_CLOSED).silent();
        }
        t.at("15s");
        if closes {
            t.silent().enters([Closed]).ended(End::RetransmissionLimit);
            continue;
        }
        t.replies(BELOW).arrives(STILL_CLOSED).silent();
        t.at("23s").replies(BELOW);
        t.stays(Established);
    }
}

/// The same orphan, which nobody answers, goes with the count of its own.
#[test]
fn an_unanswered_orphan_ends_at_its_count() {
    let mut t = stuck(|c| {
        c.user_timeout = None;
        c.r2 = Limit::Backoffs(15);
        c.r2_orphan = Some(Limit::Backoffs(2));
        c.probe_limit = ProbeLimit::UnansweredOrOrphan;
    });
    t.calls(Call::Close).silent().enters([FinWait1]);
    t.at("1s").replies(OCTET);
    t.at("3s").replies(OCTET_AGAIN);
    t.at("7s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// [`ProbeLimit::Silence`], with distances from 5 s to a minute.
fn stuck_until_silence() -> T {
    stuck(|c| {
        c.user_timeout = None;
        c.persist_min = span("5s");
        c.persist_max = span("60s");
        c.r2 = Limit::Retransmissions(12);
        c.probe_limit = ProbeLimit::Silence;
    })
}

#[test]
fn silence_ends_a_closed_connection_after_the_longest_distance() {
    let mut t = stuck_until_silence();
    t.calls(Call::Close).silent().enters([FinWait1]);
    t.at("5s").replies(OCTET);
    for when in ["10s", "15s", "23s", "39s"] {
        t.at(when).replies(OCTET_AGAIN);
    }
    t.at("71s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// 2,559 RTOs of a second, at the first probe after that.
#[test]
fn silence_ends_an_open_connection_after_all_backoffs() {
    let mut t = stuck_until_silence();
    t.at("5s").replies(OCTET);
    for when in ["10s", "15s", "23s", "39s", "71s"] {
        t.at(when).replies(OCTET_AGAIN);
    }
    for minute in 1..=41 {
        let when = 71 + 60 * minute;
        t.at(&format!("{when}s")).replies(OCTET_AGAIN);
    }
    t.at("2591s")
        .silent()
        .enters([Closed])
        .ended(End::RetransmissionLimit);
}

/// [`UserTimeoutFrom::FirstRetransmission`]: from the first probe on, whatever is answered.
#[test]
fn a_late_user_timeout_counts_answered_probes() {
    let mut t = stuck(|c| {
        c.user_timeout = Some(span("5s"));
        c.user_timeout_from = UserTimeoutFrom::FirstRetransmission;
        c.zero_window_probe = ZeroWindowProbe::BelowUna;
        c.probe_limit = ProbeLimit::UnansweredOrOrphan;
        c.r2 = Limit::Backoffs(15);
    });
    t.at("1s").replies(BELOW);
    t.arrives(STILL_CLOSED).silent();
    t.at("3s").replies(BELOW);
    t.arrives(STILL_CLOSED).silent();
    t.at("5.999999999s").silent().stays(Established);
    t.at("6s").silent().enters([Closed]).ended(End::UserTimeout);
}

/// The window closes over what is outstanding: what is sent again is the probe, and R2 of this kind
/// does not count while the peer answers.
#[test]
fn a_window_closed_over_outstanding_text_is_no_reason_to_give_up() {
    for answers in [false, true] {
        let mut t = with(|c| {
            c.user_timeout = None;
            c.r2 = Limit::Backoffs(1);
            c.rto_max = span("4s");
        })
        .established();
        t.calls(Call::Send(10));
        t.replies("PSH,ACK seq=1 ack=1 len=10");
        t.arrives("ACK seq=1 ack=1 wnd=0").silent();
        for when in ["1s", "3s"] {
            t.at(when).replies("PSH,ACK seq=1 ack=1 len=10 again");
            if answers {
                t.arrives("ACK seq=1 ack=1 wnd=0").silent();
            }
        }
        t.at("7s").replies("PSH,ACK seq=1 ack=1 len=10 again");
        t.notes(Note::DeliveryTrouble { count: 3 });
        t.at("11s");
        if answers {
            t.replies("PSH,ACK seq=1 ack=1 len=10 again")
                .stays(Established);
        } else {
            // Nothing was heard for more than two of the longest RTOs.
            t.silent().enters([Closed]).ended(End::RetransmissionLimit);
        }
    }
}

/// Examples F: after 4,000 octets that nobody reads, a bare FIN.
#[test]
fn a_fin_into_a_closed_window() {
    for taken in [false, true] {
        let mut t = with(|c| {
            c.fin_into_closed_window = taken;
            c.delayed_ack = None;
        })
        .established();
        for (seq, end) in [(1, 1001), (1001, 2001), (2001, 3001), (3001, 4001)] {
            t.arrives(&format!("ACK seq={seq} ack=1 len=1000"));
            t.replies(&format!("ACK seq=1 ack={end}"));
        }
        assert_eq!(t.tcb.rcv_wnd(), 0);
        t.arrives("FIN,ACK seq=4001 ack=1");
        if taken {
            t.replies("ACK seq=1 ack=4002").enters([CloseWait]);
        } else {
            t.replies("ACK seq=1 ack=4001");
            t.dropped(DropReason::OutsideWindow).stays(Established);
        }
    }
}
