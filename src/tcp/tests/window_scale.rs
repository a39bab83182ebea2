//! Window scaling: RFC 7323 §2.

use super::*;

/// A buffer of a million octets needs a shift of four.
fn scaling() -> Setup {
    with(|c| {
        c.window_scaling = true;
        c.receive_buffer = 1_000_000;
    })
}

fn scaled_syn_sent() -> T {
    let mut t = scaling().closed();
    t.calls(Call::ActiveOpen);
    t.replies("SYN seq=0 wnd=65535 mss=1000 wscale=4");
    t.enters([SynSent]);
    t
}

/// RFC 7323 §2.2: the window of a SYN is not scaled, that of all others is.
#[test]
fn both_ends_scale() {
    let mut t = scaled_syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 wnd=1000 mss=1000 wscale=7");
    assert_eq!(t.tcb.snd_wnd(), 1000);
    t.replies("ACK seq=1 ack=1 wnd=62500").enters([Established]);
    t.arrives("ACK seq=1 ack=1 wnd=1000").silent();
    assert_eq!(t.tcb.snd_wnd(), 128_000);
}

/// RFC 7323 §2.2: if the peer's SYN has no option, neither end scales.
#[test]
fn without_the_option_nobody_scales() {
    let mut t = scaled_syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 wnd=1000 mss=1000");
    t.replies("ACK seq=1 ack=1 wnd=65535").enters([Established]);
    t.arrives("ACK seq=1 ack=1 wnd=1000").silent();
    assert_eq!(t.tcb.snd_wnd(), 1000);
}

/// RFC 7323 §2.2: a SYN,ACK has the option only if the SYN had it, whatever state sends it again.
#[test]
fn the_syn_ack_has_the_option_only_if_the_syn_had() {
    for (syn, syn_ack) in [
        ("SYN seq=0 mss=1000", "SYN,ACK seq=0 ack=1 mss=1000"),
        (
            "SYN seq=0 mss=1000 wscale=0",
            "SYN,ACK seq=0 ack=1 mss=1000 wscale=4",
        ),
    ] {
        let mut t = scaling().closed();
        t.calls(Call::PassiveOpen).silent().enters([Listen]);
        t.arrives(syn).replies(syn_ack).enters([SynReceived]);
        t.calls(Call::Shutdown).replies("FIN,ACK seq=1 ack=1");
        t.enters([FinWait1]);
        t.at("1s").replies(&format!("{syn_ack} again"));
        t.replies("FIN,ACK seq=1 ack=1 again");
    }
}

/// RFC 7323 §2.2: the SYN,ACK of a simultaneous open is a SYN, though it lies before the window.
#[test]
fn the_window_of_a_simultaneous_syn_ack_is_not_scaled() {
    let mut t = scaled_syn_sent();
    t.arrives("SYN seq=0 wnd=1000 mss=1000 wscale=7");
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 wscale=4");
    t.enters([SynReceived]);
    t.arrives("SYN,ACK seq=0 ack=1 wnd=2000 mss=1000 wscale=7");
    t.silent().enters([Established]);
    assert_eq!(t.tcb.snd_wnd(), 2000);
}

/// RFC 7323 §2.3: a shift above 14 counts as 14.
#[test]
fn the_shift_is_at_most_14() {
    let mut t = scaled_syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 wnd=1000 mss=1000 wscale=15");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.arrives("ACK seq=1 ack=1 wnd=1").silent();
    assert_eq!(t.tcb.snd_wnd(), 16_384);
}

/// RFC 7323 §2.4: the field is rounded up, so that the right edge does not move left.
#[test]
fn the_right_edge_does_not_move_left_by_rounding() {
    let mut t = scaled_syn_sent();
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 wscale=7");
    t.replies("ACK seq=1 ack=1 wnd=62500").enters([Established]);
    t.arrives("ACK seq=1 ack=1 len=1").silent();
    t.at("200ms").replies("ACK seq=1 ack=2 wnd=62500");
    t.arrives("ACK seq=2 ack=1 len=20").silent();
    t.at("400ms").replies("ACK seq=1 ack=22 wnd=62499");
}
