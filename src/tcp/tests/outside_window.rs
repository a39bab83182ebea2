//! Answers to what lies outside the window, and challenge ACKs, at most one in a while for each
//! connection: RFC 9293 §3.10.7.4, first check; RFC 5961 §3.2, §4.2, §5.2, §7.

use super::*;

/// Recorded runs challenge-rst-in-window, challenge-old-syn, challenge-synack-in-established,
/// challenge-ack-too-old: one answer each, `<SEQ=SND.NXT><ACK=RCV.NXT>`.
#[test]
fn each_kind_is_answered_once() {
    for text in [
        "RST seq=11",
        "SYN seq=0",
        "SYN,ACK seq=0 ack=1",
        "SYN seq=5",
        "ACK seq=1 ack=-20000",
        "ACK seq=0 ack=1",
        "ACK seq=1 ack=2",
    ] {
        recorded()
            .established()
            .arrives(text)
            .replies("ACK seq=1 ack=1")
            .at("499.999999ms")
            .silent()
            .arrives(text)
            .silent()
            .at("500ms")
            .silent()
            .arrives(text)
            .replies("ACK seq=1 ack=1")
            .stays(Established);
    }
}

/// One count for all kinds.
#[test]
fn the_kinds_are_counted_together() {
    recorded()
        .established()
        .arrives("RST seq=11")
        .replies("ACK seq=1 ack=1")
        .arrives("SYN seq=0")
        .dropped(DropReason::OutsideWindow)
        .silent()
        .arrives("SYN seq=5")
        .dropped(DropReason::SynInConnection)
        .silent()
        .arrives("ACK seq=1 ack=-20000")
        .dropped(DropReason::AckTooOld)
        .silent()
        .arrives("ACK seq=0 ack=1")
        .silent()
        .stays(Established);
}

/// Recorded runs challenge-data-beyond-window, challenge-old-data, challenge-fin-replayed-close-wait:
/// what the peer would send again is answered each time.
#[test]
fn text_and_fins_are_always_answered() {
    let mut t = recorded().close_wait();
    for text in [
        "PSH,ACK seq=300001 ack=1 len=10",
        "FIN,ACK seq=1 ack=1",
        "FIN,ACK seq=1 ack=1",
        "ACK seq=1 ack=1 len=1",
    ] {
        t.arrives(text)
            .dropped(DropReason::OutsideWindow)
            .replies("ACK seq=1 ack=2")
            .stays(CloseWait);
    }
}

/// Recorded run challenge-rst-out-of-window.
#[test]
fn a_reset_outside_the_window_does_not_count() {
    recorded()
        .established()
        .arrives("RST seq=0")
        .silent()
        .arrives("RST seq=200101")
        .silent()
        .arrives("RST seq=11")
        .replies("ACK seq=1 ack=1")
        .stays(Established);
}

/// TIME-WAIT counts anew, whatever was answered just before.
#[test]
fn time_wait_counts_for_itself() {
    recorded()
        .fin_wait_2()
        .arrives("SYN seq=0")
        .replies("ACK seq=2 ack=1")
        .arrives("FIN,ACK seq=1 ack=2")
        .replies("ACK seq=2 ack=2")
        .enters([TimeWait])
        .arrives("SYN seq=0")
        .replies("ACK seq=2 ack=2")
        .arrives("SYN seq=0")
        .silent()
        .stays(TimeWait);
}
