//! The hazards of RFC 1337: an old duplicate and TIME-WAIT.

use super::*;

/// RFC 1337 §1: TIME-WAIT answers an old duplicate, the peer is gone and resets, and TIME-WAIT dies.
/// Recorded runs time-wait-old-data and time-wait-old-syn.
fn assassination(setup: Setup) -> T {
    let mut t = setup.time_wait();
    t.at("1s")
        .silent()
        .arrives("PSH,ACK seq=1 ack=1 len=1")
        .replies("ACK seq=2 ack=2");
    let answer = t.last.unwrap().segment;
    t.notes.clear();
    // The peer, in CLOSED. RFC 9293 §3.10.7.1.
    let reset = closed::answer(&answer, &Config::default()).unwrap().segment;
    t.step(|tcb, cx| tcb.on_segment(&reset, cx));
    t
}

#[test]
fn time_wait_is_assassinated() {
    for setup in [Setup::default(), recorded()] {
        assassination(setup)
            .silent()
            .enters([Closed])
            .ended(End::Reset);
    }
}

/// RFC 1337 §3, the first fix; recorded run time-wait-rst-inject-rfc1337.
#[test]
fn the_first_fix_saves_time_wait() {
    for mut setup in [Setup::default(), recorded()] {
        setup.config.reset_in_time_wait = ResetInTimeWait::Ignored;
        assassination(setup).silent().stays(TimeWait);
    }
}

/// RFC 1337 §2.2, H1: in the connection that came after, old text is taken for new.
#[test]
fn h1_old_text_is_accepted() {
    for setup in [Setup::default(), recorded()] {
        let mut t = setup.established();
        t.arrives("PSH,ACK seq=1 ack=1 len=100 foreign")
            .accepted()
            .silent()
            .notes(Note::ForeignOctets);
        assert!(t.tcb.has_foreign_octets());
    }
}

/// RFC 1337 §2.3, H2: ends that disagree acknowledge each other for ever, unless they answer only so
/// often.
#[test]
fn h2_acknowledgements_go_on() {
    let mut t = established();
    for _ in 0..100 {
        t.arrives("ACK seq=1 ack=500")
            .dropped(DropReason::AckOfNothing)
            .replies("ACK seq=1 ack=1");
    }
    let mut t = recorded().established();
    t.arrives("ACK seq=1 ack=500").replies("ACK seq=1 ack=1");
    for _ in 0..100 {
        t.arrives("ACK seq=1 ack=500").silent();
    }
}

/// RFC 1337 §2.4, H3: an old acknowledgement in SYN-SENT draws a reset that fits the peer's window
/// in SYN-RECEIVED, and the handshake is undone there.
#[test]
fn h3_the_handshake_is_undone() {
    let mut opener = syn_sent();
    opener
        .arrives("ACK seq=900 ack=700")
        .dropped(DropReason::AckOfNothingInSynSent)
        .replies("RST seq=700")
        .stays(SynSent);
    syn_received_passive()
        .arrives("RST seq=1")
        .silent()
        .enters([Listen]);
}
