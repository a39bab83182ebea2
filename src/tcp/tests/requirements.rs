//! Requirements of RFC 9293 that no other test shows; each names those it shows.

use super::*;

/// RFC 9293 §3.1 (MUST-1): with the sign bit of its field set, a window is large and not closed.
#[test]
fn a_window_beyond_half_of_its_field_is_used() {
    let mut t = with(|c| {
        c.mss = 20_000;
        c.initial_window = InitialWindow::Rfc6928;
    })
    .closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=20000");
    t.arrives("SYN,ACK seq=0 ack=1 wnd=65535 mss=20000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(40_000));
    t.replies("ACK seq=1 ack=1 len=20000");
    t.replies("PSH,ACK seq=20001 ack=1 len=20000");
}

/// RFC 9293 §3.1 (REC-1), RFC 7323 §2.3: the largest window there is, in both directions.
#[test]
fn a_window_of_a_gigabyte_is_kept() {
    let mut t = with(|c| {
        c.window_scaling = true;
        c.receive_buffer = 1 << 30;
    })
    .closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 wnd=65535 mss=1000 wscale=14");
    t.arrives("SYN,ACK seq=0 ack=1 wnd=65535 mss=1000 wscale=14");
    t.replies("ACK seq=1 ack=1 wnd=65535").enters([Established]);
    t.arrives("ACK seq=1 ack=1 wnd=65535").silent();
    let most = 65_535 << 14;
    assert_eq!((t.tcb.snd_wnd(), t.tcb.rcv_wnd()), (most, most));
    // What lies at its very end is inside it, and what follows is not.
    let last = i64::from(most);
    t.arrives(&format!("ACK seq={last} ack=1 len=1")).accepted();
    t.replies("ACK seq=1 ack=1");
    t.arrives(&format!("ACK seq={} ack=1 len=1", last + 1));
    t.dropped(DropReason::OutsideWindow)
        .replies("ACK seq=1 ack=1");
}

/// RFC 9293 §3.7.1 (MAY-3): 536 octets would be assumed without the option.
#[test]
fn the_default_size_is_announced_too() {
    let mut t = with(|c| c.mss = 536).closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=536");
}

/// RFC 9293 §3.8.3 (MUST-21) would let an application set R2, to infinity too. Here the host's R2 of
/// 300 s ends what a socket would have gone on with: the timeout after that, at 495 s.
#[test]
fn a_socket_does_not_go_beyond_r2() {
    for choice in [Some(span("1000s")), None] {
        let mut t = established();
        t.tcb.choices_mut().user_timeout = choice;
        t.calls(Call::Send(10));
        t.replies("PSH,ACK seq=1 ack=1 len=10");
        for (count, when) in (1..).zip(["1s", "3s", "7s", "15s", "31s", "63s", "127s", "255s"]) {
            t.at(when).replies("PSH,ACK seq=1 ack=1 len=10 again");
            if count == 3 {
                t.notes(Note::DeliveryTrouble { count });
            }
        }
        t.at("494.999999999s").silent().stays(Established);
        t.at("495s")
            .silent()
            .enters([Closed])
            .ended(End::RetransmissionLimit);
    }
}

/// The bounds that RFC 9293 sets to constants: SHLD-10, SHLD-11, MUST-23 (§3.8.3), MUST-28, MUST-29
/// (§3.8.4), §3.8.6.2.1, MUST-40 (§3.8.6.3); RFC 6298 §2.5.
#[test]
fn the_constants_keep_their_bounds() {
    let c = Config::default();
    let lasts = |limit, least| matches!(limit, Limit::After(most) if span(least) <= most);
    assert!(3 <= c.r1);
    assert!(lasts(c.r2, "100s"));
    assert!(lasts(c.r2_syn, "180s") && lasts(c.r2_syn_ack, "180s"));
    assert!(c.user_timeout.is_none_or(|most| span("180s") <= most));
    assert!(span("7200s") <= c.keepalive_idle);
    assert!(1 < c.keepalive_probes);
    assert!(span("100ms") <= c.sws_override && c.sws_override <= span("1s"));
    assert!(c.delayed_ack.is_some_and(|delay| delay < span("500ms")));
    assert!(c.delayed_ack_max < span("500ms"));
    assert!(span("60s") <= c.rto_max);
}
