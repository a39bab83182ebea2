//! Tail loss probes: RFC 8985 §7.

use super::*;

/// fin-drop-5-active, "RTO and FIN/data retransmission": a FIN alone goes out again after R, R, 2R,
/// 4R, where R = SRTT + 200 ms; the probe is no back-off.
#[test]
fn a_fin_alone_is_probed_and_then_times_out() {
    let mut t = measured().established_over_20_ms();
    t.at("1s").silent().calls(Call::Shutdown);
    t.replies("FIN,ACK seq=1 ack=1").enters([FinWait1]);
    t.at("1.219999999s").silent();
    t.at("1.22s").replies("FIN,ACK seq=1 ack=1 again");
    t.because(Why::TailLossProbe);
    t.at("1.439999999s").silent();
    for (when, count, rto, next) in [
        ("1.44s", 1, "220ms", "440ms"),
        ("1.88s", 2, "440ms", "880ms"),
        ("2.76s", 3, "880ms", "1.76s"),
    ] {
        t.at(when).replies("FIN,ACK seq=1 ack=1 again");
        let (rto, next) = (span(rto), span(next));
        t.because(Why::Timeout { count, rto, next });
    }
    t.notes(Note::DeliveryTrouble { count: 3 });
    t.at("4.519999999s").silent();
}

/// data-single-drop-1: text just so.
#[test]
fn a_small_segment_alone_is_probed() {
    let mut t = measured().established_over_20_ms();
    t.at("1s").silent().calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=1 len=100");
    t.at("1.22s")
        .replies("PSH,ACK seq=1 ack=1 len=100 again")
        .because(Why::TailLossProbe);
    t.at("1.24s").silent().arrives("ACK seq=1 ack=101").silent();
    t.at("100s").silent();
}

/// data-drop-last; RFC 8985 §7.2: with more than one segment out, 2·SRTT and little more; the last
/// segment alone goes out again.
#[test]
fn several_segments_are_probed_after_two_round_trips() {
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(3000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("ACK seq=1001 ack=1 len=1000");
    t.replies("PSH,ACK seq=2001 ack=1 len=1000");
    t.at("61.999999ms").silent();
    t.at("62ms")
        .replies("PSH,ACK seq=2001 ack=1 len=1000 again")
        .because(Why::TailLossProbe);
    // RFC 8985 §7.3: behind the probe the RTO has its full length.
    t.at("281.999999ms").silent();
    t.at("282ms").replies("ACK seq=1 ack=1 len=1000 again");
}

/// RFC 8985 §7.2: an acknowledgement sets the probe anew.
#[test]
fn an_acknowledgement_puts_the_probe_off() {
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.at("40ms").silent().arrives("ACK seq=1 ack=1001").silent();
    t.at("259.999999ms").silent();
    t.at("260ms")
        .replies("PSH,ACK seq=1001 ack=1 len=1000 again");
}

/// RFC 8985 §7.3: what cwnd or Nagle hold back goes first, as far as the window has room.
#[test]
fn a_probe_takes_new_text() {
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(100));
    t.replies("PSH,ACK seq=1 ack=1 len=100");
    t.calls(Call::Send(50)).silent();
    t.at("240ms")
        .replies("PSH,ACK seq=101 ack=1 len=50")
        .because(Why::TailLossProbe);
    t.arrives("ACK seq=1 ack=151").silent();
    // It is answered: the next flight has its own probe.
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=151 ack=1 len=10");
    // The sample of 220 ms made the RTO 275 ms, which bounds the wait (45 ms · 2 + 200 ms).
    t.rto("275ms");
    t.at("515ms").replies("PSH,ACK seq=151 ack=1 len=10 again");
    t.because(Why::TailLossProbe);
}

/// RFC 8985 §7.3, §7.4.2: a probe that sent old text again is answered by what follows it, or by a
/// duplicate; until then there is no other.
#[test]
fn one_probe_at_a_time() {
    for (duplicate, why_timeout) in [(false, true), (true, false)] {
        let mut t = measured().established_over_20_ms();
        t.calls(Call::Send(100));
        t.replies("PSH,ACK seq=1 ack=1 len=100");
        t.at("240ms").replies("PSH,ACK seq=1 ack=1 len=100 again");
        t.arrives("ACK seq=1 ack=101").silent();
        t.calls(Call::Send(10));
        t.replies("PSH,ACK seq=101 ack=1 len=10");
        if duplicate {
            t.arrives("ACK seq=1 ack=101").silent();
            t.arrives("ACK seq=1 ack=111").silent();
            t.calls(Call::Send(10));
            t.replies("PSH,ACK seq=111 ack=1 len=10");
        }
        t.at("660ms");
        let sent = t.sent.pop_front().expect("it is sent again").1;
        assert_eq!(matches!(sent.why, Why::Timeout { .. }), why_timeout);
        t.sent.clear();
        t.silent();
    }
}

/// fin-drop-3-no-sack, "Without SACK: R, 2R, 4R".
#[test]
fn without_sack_there_is_no_probe() {
    for setup in [
        with_change(|c| c.sack = false),
        with_change(|c| c.tail_loss_probe = false),
    ] {
        let mut t = setup.closed();
        let sack = if setup.config.sack { " sackok" } else { "" };
        t.calls(Call::ActiveOpen).enters([SynSent]);
        t.replies(&format!("SYN seq=0 mss=1000{sack}"));
        t.at("20ms").silent();
        t.arrives("SYN,ACK seq=0 ack=1 mss=1000 sackok");
        t.replies("ACK seq=1 ack=1").enters([Established]);
        t.at("1s").silent().calls(Call::Shutdown);
        t.replies("FIN,ACK seq=1 ack=1").enters([FinWait1]);
        t.at("1.22s").replies("FIN,ACK seq=1 ack=1 again");
        let (rto, next) = (span("220ms"), span("440ms"));
        t.because(Why::Timeout {
            count: 1,
            rto,
            next,
        });
        t.at("1.66s").replies("FIN,ACK seq=1 ack=1 again");
    }
}

/// RFC 8985 §7.2: while a loss is being repaired, the RTO runs alone.
#[test]
fn after_a_timeout_there_is_no_probe() {
    let mut t = measured().established_over_20_ms();
    t.calls(Call::Send(2000));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000");
    t.at("62ms")
        .replies("PSH,ACK seq=1001 ack=1 len=1000 again");
    t.at("282ms").replies("ACK seq=1 ack=1 len=1000 again");
    t.arrives("ACK seq=1 ack=1001");
    t.replies("PSH,ACK seq=1001 ack=1 len=1000 again");
    assert_eq!(t.tcb.timers().tail_loss, Time::NEVER);
}

/// RFC 2018 §2: both SYNs have to permit it.
#[test]
fn sack_needs_both_syns() {
    let mut t = measured().syn_sent_with_sack();
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    assert!(!t.tcb.sack_on());
    let mut t = measured().listening();
    t.arrives("SYN seq=0 mss=1000").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000");
    let mut t = measured().listening();
    t.arrives("SYN seq=0 mss=1000 sackok").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 sackok");
    assert!(t.tcb.sack_on());
}

impl Setup {
    fn syn_sent_with_sack(self) -> T {
        let mut t = self.closed();
        t.calls(Call::ActiveOpen).enters([SynSent]);
        t.replies("SYN seq=0 mss=1000 sackok");
        t
    }
}

fn with_change(change: impl FnOnce(&mut Config)) -> Setup {
    let mut setup = measured();
    change(&mut setup.config);
    setup
}
