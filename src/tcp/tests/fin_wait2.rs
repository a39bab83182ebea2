//! The limit of FIN-WAIT-2, with and without a socket.

use super::*;

/// FIN-WAIT-2 of a connection whose socket was closed.
fn orphan(setup: Setup) -> T {
    let mut t = setup.established();
    t.calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1])
        .arrives("ACK seq=1 ack=2")
        .silent()
        .enters([FinWait2]);
    assert!(t.tcb.is_orphan());
    t
}

/// Another limit on the socket itself, set while the connection is open.
fn orphan_with(setup: Setup, limit: Choice) -> T {
    let mut t = setup.established();
    t.tcb.choices_mut().fin_wait2 = limit;
    t.calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1]);
    t
}

/// Some systems keep the whole connection until the limit.
fn whole() -> Setup {
    recorded_with(|c| c.fin_wait2_orphan = OrphanInFinWait2::Connection)
}

/// RFC 9293 §3.6 has no limit.
#[test]
fn without_a_limit_fin_wait_2_lasts() {
    orphan(Setup::default())
        .at("1000000s")
        .silent()
        .stays(FinWait2);
}

/// Recorded run fin-wait2-orphan-60s; the end is silent.
#[test]
fn an_orphan_ends_after_the_limit() {
    for setup in [recorded(), whole()] {
        let mut t = orphan(setup);
        t.at("59.999999999s")
            .silent()
            .stays(FinWait2)
            .at("60s")
            .silent()
            .enters([Closed])
            .ended(End::FinWait2Timeout);
        // Recorded run fin-wait2-orphan-timeout-5-late-fin.
        t.at("61s")
            .silent()
            .arrives("FIN,ACK seq=1 ack=2")
            .replies("RST seq=2");
    }
}

/// Recorded run half-close-then-close: the limit counts from CLOSE, which is later.
#[test]
fn the_limit_starts_when_the_socket_goes() {
    let mut t = recorded_with(|c| c.fin_wait2_timeout = Some(span("3s"))).fin_wait_2();
    t.at("100s")
        .silent()
        .stays(FinWait2)
        .calls(Call::Close)
        .silent()
        .stays(FinWait2)
        .at("102.999999999s")
        .silent()
        .stays(FinWait2)
        .at("103s")
        .silent()
        .enters([Closed])
        .ended(End::FinWait2Timeout);
}

/// Recorded run fin-wait2-shutdown-no-timeout, and article-shutdown-rdwr-no-close.
#[test]
fn a_socket_holds_fin_wait_2_for_ever() {
    recorded()
        .fin_wait_2()
        .at("1000000s")
        .silent()
        .stays(FinWait2);
    let mut t = recorded().established();
    t.calls(Call::ShutdownBoth)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1])
        .arrives("ACK seq=1 ack=2")
        .silent()
        .enters([FinWait2])
        .at("1000000s")
        .silent()
        .arrives("FIN,ACK seq=1 ack=2")
        .replies("ACK seq=2 ack=2")
        .enters([TimeWait]);
}

/// A limit that holds with the socket too: five minutes, as one system of the catalogue has it (§6).
/// CLOSE changes to the other limit.
#[test]
fn a_held_connection_may_have_a_limit_of_its_own() {
    let setup = with(|c| {
        c.fin_wait2_held_timeout = Some(span("300s"));
        c.fin_wait2_timeout = Some(span("120s"));
    });
    setup
        .fin_wait_2()
        .at("299.999999999s")
        .silent()
        .stays(FinWait2)
        .at("300s")
        .silent()
        .enters([Closed])
        .ended(End::FinWait2Timeout)
        .refuses(Call::Receive(1), CallError::Ended(End::FinWait2Timeout));
    setup
        .fin_wait_2()
        .at("250s")
        .silent()
        .calls(Call::Close)
        .silent()
        .stays(FinWait2)
        .at("369.999999999s")
        .silent()
        .stays(FinWait2)
        .at("370s")
        .silent()
        .enters([Closed])
        .ended(End::FinWait2Timeout);
}

/// Recorded run fin-wait2-late-fin-restarts: TIME-WAIT has its own full length.
#[test]
fn the_fin_ends_the_limit() {
    for setup in [recorded(), whole()] {
        let mut t = orphan(setup);
        t.at("30s")
            .silent()
            .arrives("FIN,ACK seq=1 ack=2")
            .accepted()
            .replies("ACK seq=2 ack=2")
            .enters([TimeWait]);
        assert!(t.tcb.timers().only_time_wait());
        t.at("89.999999999s")
            .silent()
            .stays(TimeWait)
            .at("90s")
            .silent()
            .enters([Closed]);
    }
}

/// Recorded run fin-wait2-linger2-3.
#[test]
fn a_socket_may_choose_another_limit() {
    for setup in [recorded(), whole()] {
        let mut t = orphan_with(setup, Choice::After(span("3s")));
        t.arrives("ACK seq=1 ack=2")
            .silent()
            .enters([FinWait2])
            .at("3s")
            .silent()
            .enters([Closed])
            .ended(End::FinWait2Timeout);
    }
}

/// Recorded run fin-wait2-linger2-negative: the acknowledgement of the FIN draws a bare reset.
#[test]
fn a_socket_may_choose_no_fin_wait_2() {
    for (text, reset) in [
        ("ACK seq=1 ack=2", "RST seq=2"),
        ("FIN,ACK seq=1 ack=2", "RST seq=2"),
    ] {
        orphan_with(recorded(), Choice::Skipped)
            .arrives(text)
            .replies(reset)
            .enters([FinWait2, Closed])
            .ended(End::Aborted);
    }
    // With the socket still there, CLOSE is where the connection goes.
    let mut t = recorded().fin_wait_2();
    t.tcb.choices_mut().fin_wait2 = Choice::Skipped;
    t.at("10s")
        .silent()
        .stays(FinWait2)
        .calls(Call::Close)
        .replies("RST,ACK seq=2 ack=1")
        .enters([Closed])
        .ended(End::Aborted);
}

/// Recorded run fin-wait2-timeout-70: 10 s as a connection, 10 s in the other form.
#[test]
fn of_a_long_limit_the_excess_over_time_wait_is_spent_twice() {
    let mut t = orphan(recorded_with(|c| c.fin_wait2_timeout = Some(span("70s"))));
    assert!(!t.tcb.is_remnant());
    t.at("10s").silent().stays(FinWait2);
    assert!(t.tcb.is_remnant());
    t.at("19.999999999s")
        .silent()
        .stays(FinWait2)
        .at("20s")
        .silent()
        .enters([Closed])
        .ended(End::FinWait2Timeout);
    orphan(recorded_with(|c| {
        c.fin_wait2_timeout = Some(span("70s"));
        c.fin_wait2_orphan = OrphanInFinWait2::Connection;
    }))
    .at("69.999999999s")
    .silent()
    .stays(FinWait2)
    .at("70s")
    .silent()
    .enters([Closed])
    .ended(End::FinWait2Timeout);
}

/// Catalogue of teardown §6: at least three and a half RTO.
#[test]
fn a_remnant_waits_for_a_fin_that_is_lost() {
    let mut t = orphan_with(recorded(), Choice::After(span("500ms")));
    t.arrives("ACK seq=1 ack=2").silent().enters([FinWait2]);
    // Three and a half RTOs of 200 ms.
    t.at("699.999999ms")
        .silent()
        .stays(FinWait2)
        .at("700ms")
        .silent()
        .enters([Closed])
        .ended(End::FinWait2Timeout);
}

/// Recorded run half-close-orphan-data-rst; a connection that is whole answers alike.
#[test]
fn text_for_an_orphan_draws_a_bare_reset() {
    for setup in [recorded(), whole()] {
        orphan(setup)
            .at("500ms")
            .silent()
            .arrives("PSH,ACK seq=1 ack=2 len=100")
            .dropped(DropReason::NobodyReads)
            .replies("RST seq=2")
            .enters([Closed])
            .ended(End::Aborted);
    }
    // A FIN behind text is no exact FIN.
    orphan(recorded())
        .arrives("FIN,PSH,ACK seq=1 ack=2 len=100")
        .replies("RST seq=2")
        .enters([Closed])
        .ended(End::Aborted);
}

/// Recorded run challenge-syn-fin-wait2: an old SYN is acknowledged, and the FIN comes later.
#[test]
fn an_old_syn_does_not_disturb_a_remnant() {
    orphan(recorded())
        .at("500ms")
        .silent()
        .arrives("SYN seq=0")
        .dropped(DropReason::OutsideWindow)
        .replies("ACK seq=2 ack=1")
        .at("600ms")
        .silent()
        .arrives("SYN seq=0")
        .silent()
        .at("1.5s")
        .silent()
        .arrives("FIN,ACK seq=1 ack=2")
        .replies("ACK seq=2 ack=2")
        .enters([TimeWait]);
}

/// Catalogue of teardown §6: what else a remnant answers.
#[test]
fn a_remnant_resets_ignores_or_acknowledges() {
    for (text, reset) in [
        ("SYN seq=1", "RST,ACK seq=0 ack=2"),
        ("SYN seq=100", "RST,ACK seq=0 ack=101"),
    ] {
        orphan(recorded())
            .arrives(text)
            .dropped(DropReason::SynInConnection)
            .replies(reset)
            .enters([Closed])
            .ended(End::Aborted);
    }
    // A reset has only to lie in the window.
    orphan(recorded())
        .arrives("RST seq=100")
        .accepted()
        .silent()
        .enters([Closed])
        .ended(End::Reset);
    for (text, reason) in [
        ("ACK seq=1 ack=2", DropReason::NothingNew),
        ("ACK seq=100 ack=2", DropReason::NothingNew),
        ("FIN seq=1", DropReason::NoAck),
    ] {
        orphan(recorded())
            .arrives(text)
            .dropped(reason)
            .silent()
            .stays(FinWait2);
    }
    // An empty segment may lie at the right edge, which is 4001.
    orphan(recorded())
        .arrives("ACK seq=4001 ack=2")
        .dropped(DropReason::NothingNew)
        .silent()
        .stays(FinWait2);
    for text in [
        "ACK seq=0 ack=2",
        "ACK seq=4002 ack=2",
        "ACK seq=4001 ack=2 len=5",
        "RST seq=0",
    ] {
        orphan(recorded())
            .arrives(text)
            .dropped(DropReason::OutsideWindow)
            .replies("ACK seq=2 ack=1")
            .stays(FinWait2);
    }
}

/// A FIN beyond a gap, from before CLOSE: the connection stays whole for it, and tells the peer when
/// the rest does not come (catalogue of teardown §6, "full-socket path").
#[test]
fn a_fin_beyond_a_gap_keeps_the_connection_whole() {
    let mut t = recorded().established();
    t.calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1])
        .arrives("FIN,ACK seq=11 ack=2")
        .replies("ACK seq=2 ack=1")
        .enters([FinWait2]);
    assert!(!t.tcb.is_remnant());
    t.at("60s")
        .replies("RST,ACK seq=2 ack=1")
        .enters([Closed])
        .ended(End::FinWait2Timeout);
}

/// Nothing beyond a gap is remembered by a remnant: a FIN at RCV.NXT is the peer's.
#[test]
fn a_remnant_forgets_what_lay_beyond_a_gap() {
    let mut t = recorded().established();
    t.calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1])
        .arrives("FIN,ACK seq=11 ack=1")
        .replies("ACK seq=2 ack=1")
        .arrives("ACK seq=1 ack=2")
        .silent()
        .enters([FinWait2])
        .arrives("FIN,ACK seq=1 ack=2")
        .replies("ACK seq=2 ack=2")
        .enters([TimeWait]);
}
