//! The user timeout option: RFC 5482.

use super::*;

/// SYN-SENT at time zero with the option on and a user timeout of so long.
fn advising(own: &str, change: impl FnOnce(&mut Config)) -> T {
    let setup = with(|c| {
        c.user_timeout_option = true;
        c.user_timeout = Some(span(own));
        c.r2 = Limit::After(span("100000s"));
        change(c);
    });
    let mut t = setup.closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t
}

/// The same with 10 octets outstanding, to a peer that advised so many seconds.
fn outstanding(own: &str, remote: u32, change: impl FnOnce(&mut T)) -> T {
    let mut t = advising(own, |_| {});
    let said = own.trim_end_matches('s');
    t.replies(&format!("SYN seq=0 mss=1000 uto={said}"));
    change(&mut t);
    t.arrives(&format!("SYN,ACK seq=0 ack=1 mss=1000 uto={remote}"));
    // The first segment that is no SYN says it again.
    t.replies(&format!("ACK seq=1 ack=1 uto={said}"));
    t.enters([Established]);
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1 ack=1 len=10");
    t
}

/// RFC 5482 §3.1: the longer of both, between the bounds.
#[test]
fn both_wait_as_long_as_the_more_patient() {
    for (own, remote, ends) in [
        ("300s", 600, "600s"),
        ("300s", 200, "300s"),
        ("50s", 60, "100s"),
        ("300s", 1 << 15 | 1000, "3600s"),
        // The reserved value is no advice.
        ("50s", 0, "50s"),
        ("50s", 1 << 15, "50s"),
    ] {
        let t = outstanding(own, remote, |_| {});
        assert_eq!(t.tcb.timers().user, moment(ends), "{own} and {remote}");
    }
}

/// RFC 5482 §3.1: what the application set is not changed by the peer.
#[test]
fn an_application_keeps_its_own() {
    let t = outstanding("300s", 600, |t| {
        t.tcb.choices_mut().user_timeout_changeable = false;
    });
    assert_eq!(t.tcb.timers().user, moment("300s"));
}

/// RFC 5482 §3.1: it counts in synchronized states; a SYN has the user timeout of its own end.
#[test]
fn a_syn_waits_by_its_own_timeout() {
    let mut t = with(|c| c.user_timeout_option = true).listening();
    t.arrives("SYN seq=0 mss=1000 uto=3000")
        .enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 uto=300");
    assert_eq!(t.tcb.timers().user, moment("300s"));
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1 ack=1 len=10 uto=300");
    assert_eq!(t.tcb.timers().user, moment("3000s"));
}

/// A full segment leaves no room for it: it goes with the next that does.
#[test]
fn the_option_does_not_make_a_segment_too_large() {
    let mut t = with(|c| c.user_timeout_option = true).listening();
    t.arrives("SYN seq=0 mss=1000").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 uto=300");
    t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
    t.calls(Call::Send(1900));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.arrives("ACK seq=1 ack=1001");
    t.replies("PSH,ACK seq=1001 ack=1 len=900 uto=300");
}

/// A change of mind is said once, and later advice of the peer counts.
#[test]
fn advice_may_change() {
    let mut t = outstanding("300s", 600, |_| {});
    t.tcb.choices_mut().user_timeout = Some(span("700s"));
    t.arrives("PSH,ACK seq=1 ack=11 len=10 uto=900").silent();
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=11 ack=11 len=10 uto=700");
    assert_eq!(t.tcb.timers().user, moment("900s"));
    t.arrives("ACK seq=11 ack=21").silent();
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=21 ack=11 len=10");
}

/// RFC 5482 §4.2: keep-alive waits longer than the user timeout.
#[test]
fn keep_alive_comes_after_the_user_timeout() {
    let mut t = advising("300s", |_| {});
    t.replies("SYN seq=0 mss=1000 uto=300");
    t.tcb.choices_mut().keepalive = Some(crate::tcp::choices::KeepAlive {
        idle: span("10s"),
        interval: span("1s"),
        probes: 3,
    });
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 uto=600");
    t.replies("ACK seq=1 ack=1 uto=300").enters([Established]);
    t.at("600s").silent();
    t.at("601s").replies("ACK seq=0 ack=1");
}

/// Without the option nothing is said, and nothing heard.
#[test]
fn it_is_off_by_default() {
    let mut t = syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 uto=600");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1 ack=1 len=10");
    assert_eq!(t.tcb.timers().user, moment("300s"));
}
