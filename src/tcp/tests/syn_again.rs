//! A SYN that comes again in SYN-RECEIVED, and a handshake whose last acknowledgement was lost.

use super::*;

const SYN_ACK: &str = "SYN,ACK seq=0 ack=1 mss=1000 sackok again";

fn syn_received() -> T {
    let mut t = measured().listening();
    t.arrives("SYN seq=0 mss=1000 sackok").enters([SynReceived]);
    t.replies("SYN,ACK seq=0 ack=1 mss=1000 sackok");
    t
}

/// synack-drop-1, "Handshake": the SYN,ACK goes out at once; its timer starts over as it stands, and
/// it is no retry.
#[test]
fn a_syn_again_draws_the_syn_ack_again() {
    let mut t = syn_received();
    t.at("500ms").silent().arrives("SYN seq=0 mss=1000 sackok");
    t.accepted().replies(SYN_ACK).because(Why::SynAgain);
    t.at("1.499999999s").silent();
    let (count, rto, next) = (1, span("1s"), span("2s"));
    t.at("1.5s")
        .replies(SYN_ACK)
        .because(Why::Timeout { count, rto, next });
}

/// RFC 9293 §3.10.7.4, first check: otherwise an acknowledgement.
#[test]
fn or_an_acknowledgement() {
    syn_received_passive()
        .arrives("SYN seq=0 mss=1000")
        .dropped(DropReason::OutsideWindow)
        .replies("ACK seq=1 ack=1");
}

/// handshake-ack-drop-then-data, handshake-ack-drop-then-close: text or the FIN completes it.
#[test]
fn text_or_fin_completes_the_handshake() {
    let mut t = syn_received();
    t.at("500ms").silent().arrives("PSH,ACK seq=1 ack=1 len=10");
    t.enters([Established]).replies("ACK seq=1 ack=11");
    let mut t = syn_received();
    t.at("500ms").silent().arrives("FIN,ACK seq=1 ack=1");
    t.enters([Established, CloseWait])
        .replies("ACK seq=1 ack=2");
}

/// RFC 6298 §5.7: without a sample the fallback, with timestamps a sample (syn-drop-2-then-close:
/// 220 ms after two lost SYNs).
#[test]
fn the_rto_after_lost_syns() {
    for (timestamps, rto) in [(false, "3s"), (true, "220ms")] {
        let mut setup = measured();
        setup.config.timestamps = timestamps;
        let ts = |text: &str| {
            if timestamps {
                format!(" ts={text}")
            } else {
                String::new()
            }
        };
        let mut t = setup.closed();
        t.calls(Call::ActiveOpen).enters([SynSent]);
        t.replies(&format!("SYN seq=0 mss=1000 sackok{}", ts("0/0")));
        for (when, tick) in [("1s", "1000/0"), ("2s", "2000/0")] {
            t.at(when);
            t.replies(&format!("SYN seq=0 mss=1000 sackok{} again", ts(tick)));
        }
        t.at("2.02s").silent();
        t.arrives(&format!(
            "SYN,ACK seq=0 ack=1 mss=1000 sackok{}",
            ts("7/2000")
        ));
        t.replies(&format!("ACK seq=1 ack=1{}", ts("2020/7")))
            .enters([Established]);
        t.rto(rto);
    }
}
