//! How a timer backs off and where it gives up, as measured: R2 as a time, SYNs in a line, the user
//! timeout from the first retransmission.

use super::*;

const TROUBLE: Note = Note::DeliveryTrouble { count: 3 };

/// What goes out again at these times, of which the fourth is the third time-out.
fn repeats(t: &mut T, text: &str, times: &[&str]) {
    for (i, when) in times.iter().enumerate() {
        t.at(when).replies(text);
        if i == 3 {
            t.notes(TROUBLE);
        }
    }
}

const AFTER_FIN_AT_1S: [&str; 9] = [
    "1.22s", "1.44s", "1.88s", "2.76s", "4.52s", "8.04s", "15.08s", "29.16s", "57.32s",
];

/// final-ack-drop-forever-default, fin-drop-forever-active and -orphan-retries-1 and -3: a closed
/// socket gives up by a time, (2^(n+1) − 1) · 200 ms from the first time-out on.
#[test]
fn an_orphan_gives_up() {
    for (n, retransmissions, gone) in [(8, 9, "113.64s"), (3, 4, "4.52s"), (1, 3, "2.76s")] {
        let mut setup = measured();
        setup.config.r2_orphan = Some(Limit::Backoffs(n));
        let mut t = setup.established_over_20_ms();
        t.at("1s").silent().calls(Call::Close);
        t.replies("FIN,ACK seq=1 ack=1").enters([FinWait1]);
        let again = "FIN,ACK seq=1 ack=1 again";
        repeats(&mut t, again, &AFTER_FIN_AT_1S[..retransmissions]);
        if retransmissions == 3 {
            t.at("2.759999999s").silent();
        }
        t.at(gone).silent().enters([Closed]);
        t.ended(End::RetransmissionLimit);
    }
}

/// fin-drop-forever-shutdown-retries2: with the socket in use R2 counts, here n = 5: six
/// retransmissions.
#[test]
fn a_socket_in_use_gives_up_later() {
    let mut setup = measured();
    setup.config.r2 = Limit::Backoffs(5);
    setup.config.r2_orphan = Some(Limit::Backoffs(1));
    let mut t = setup.established_over_20_ms();
    t.at("1s").silent().calls(Call::Shutdown);
    t.replies("FIN,ACK seq=1 ack=1").enters([FinWait1]);
    repeats(&mut t, "FIN,ACK seq=1 ack=1 again", &AFTER_FIN_AT_1S[..6]);
    t.at("15.08s").silent().enters([Closed]);
    t.ended(End::RetransmissionLimit);
}

/// RFC 9293 §3.8.3: R2 as a count, as other stacks have it.
#[test]
fn r2_may_be_a_count() {
    let mut t = with(|c| c.r2 = Limit::Retransmissions(2)).fin_wait_1();
    t.at("1s").replies("FIN,ACK seq=1 ack=1 again");
    t.at("3s").replies("FIN,ACK seq=1 ack=1 again");
    t.at("7s").silent().enters([Closed]);
    t.ended(End::RetransmissionLimit);
}

/// syn-drop-forever-default: eleven SYNs, ETIMEDOUT at 131 s.
#[test]
fn syns_go_out_in_a_line_first() {
    let mut t = measured().closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 sackok");
    for (i, when) in [
        "1s", "2s", "3s", "4s", "5s", "7s", "11s", "19s", "35s", "67s",
    ]
    .into_iter()
    .enumerate()
    {
        t.at(when).replies("SYN seq=0 mss=1000 sackok again");
        if i == 2 {
            t.notes(TROUBLE);
        }
    }
    t.at("130.999999999s").silent();
    t.at("131s").silent().enters([Closed]);
    t.ended(End::RetransmissionLimit);
}

/// syn-drop-forever-retries-1: SYNs at 0, 1 and 2 s, ETIMEDOUT at 3 s by the time;
/// syn-drop-forever-linear0-retries-3: gaps of 1, 2 and 4 s, ETIMEDOUT at 15 s.
#[test]
fn syns_give_up_by_count_or_time() {
    for (n, linear, times, gone) in [
        (1, 4, &["1s", "2s"][..], "3s"),
        (3, 0, &["1s", "3s", "7s"][..], "15s"),
    ] {
        let mut setup = measured();
        setup.config.r2_syn = Limit::Backoffs(n);
        setup.config.syn_linear_timeouts = linear;
        setup.config.r1 = 100;
        let mut t = setup.closed();
        t.calls(Call::ActiveOpen).enters([SynSent]);
        t.replies("SYN seq=0 mss=1000 sackok");
        for when in times {
            t.at(when).replies("SYN seq=0 mss=1000 sackok again");
        }
        t.at(gone).silent().enters([Closed]);
        t.ended(End::RetransmissionLimit);
    }
}

/// synack-drop-forever, handshake-ack-drop-forever: five more SYN,ACKs, gone after 63 s.
#[test]
fn a_syn_ack_goes_out_six_times() {
    let mut t = measured().listening();
    t.arrives("SYN seq=0 mss=1000 sackok").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 sackok");
    for (i, when) in ["1s", "3s", "7s", "15s", "31s"].into_iter().enumerate() {
        t.at(when)
            .replies("SYN,ACK seq=0 ack=1 mss=1000 sackok again");
        if i == 2 {
            t.notes(TROUBLE);
        }
    }
    t.at("62.999999999s").silent();
    t.at("63s").silent().enters([Closed]);
    t.ended(End::RetransmissionLimit);
}

/// data-user-timeout: 3 s, from the first time-out on; R2 has no say, however small.
#[test]
fn the_user_timeout_counts_from_the_first_timeout() {
    let mut setup = measured();
    setup.config.user_timeout = Some(span("3s"));
    setup.config.r2 = Limit::Backoffs(1);
    let mut t = setup.established_over_20_ms();
    t.at("1s").silent().calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=1 len=100");
    repeats(
        &mut t,
        "PSH,ACK seq=1 ack=1 len=100 again",
        &AFTER_FIN_AT_1S[..4],
    );
    t.at("4.439999999s").silent();
    t.at("4.44s").silent().enters([Closed]);
    t.ended(End::UserTimeout);
}

/// Progress ends it; the next one counts from its own first time-out.
#[test]
fn progress_ends_the_user_timeout() {
    let mut setup = measured();
    setup.config.user_timeout = Some(span("1s"));
    let mut t = setup.established_over_20_ms();
    t.calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=1 len=100");
    t.at("240ms").replies("PSH,ACK seq=1 ack=1 len=100 again");
    t.at("460ms").replies("PSH,ACK seq=1 ack=1 len=100 again");
    t.arrives("ACK seq=1 ack=101").silent();
    t.at("100s").silent().stays(Established);
}

/// A SYN counts from its first transmission.
#[test]
fn the_user_timeout_of_a_syn_counts_from_the_start() {
    let mut setup = measured();
    setup.config.user_timeout = Some(span("2.5s"));
    let mut t = setup.closed();
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=1000 sackok");
    for when in ["1s", "2s"] {
        t.at(when).replies("SYN seq=0 mss=1000 sackok again");
    }
    t.at("2.5s").silent().enters([Closed]);
    t.ended(End::UserTimeout);
}

/// What is left after progress has a user timeout of its own, from its own first time-out.
#[test]
fn the_rest_has_its_own_user_timeout() {
    let mut setup = measured();
    setup.config.user_timeout = Some(span("1s"));
    let mut t = setup.established_over_20_ms();
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    let last = "PSH,ACK seq=1001 ack=1 len=1000 again";
    t.at("62ms").replies(last);
    t.at("282ms").replies("ACK seq=1 ack=1 len=1000 again");
    t.at("300ms").silent();
    t.arrives("ACK seq=1 ack=1001").replies(last);
    t.at("740ms").replies(last).at("1.62s").replies(last);
    t.at("1.739999999s").silent();
    t.at("1.74s").silent().enters([Closed]);
    t.ended(End::UserTimeout);
}
