//! What a socket chooses for the segments it sends: TCP_CORK and TCP_MAXSEG.

use super::*;

fn corked() -> T {
    let mut t = measured().established_over_20_ms();
    t.tcb.choices_mut().cork = true;
    t
}

/// "A corked partial segment leaves after one RTO"; full segments do not wait.
#[test]
fn a_partial_segment_waits_for_an_rto() {
    let mut t = corked();
    t.calls(Call::Send(1300));
    t.replies("ACK seq=1 ack=1 len=1000");
    t.at("40ms").silent().arrives("ACK seq=1 ack=1001").silent();
    t.at("259.999999ms").silent();
    t.at("260ms").replies("PSH,ACK seq=1001 ack=1 len=300");
}

/// Without a cork it leaves at once.
#[test]
fn pulling_the_cork_sends_it() {
    let mut t = corked();
    t.calls(Call::Send(300)).silent();
    t.tcb.choices_mut().cork = false;
    t.calls(Call::Send(10));
    t.replies("PSH,ACK seq=1 ack=1 len=310");
}

/// fin-data-cork-coalesced: the FIN rides on it.
#[test]
fn the_fin_takes_it_along() {
    let mut t = corked();
    t.at("1s").silent().calls(Call::Send(300)).silent();
    t.at("1.05s").silent().calls(Call::Close);
    t.replies("FIN,PSH,ACK seq=1 ack=1 len=300")
        .enters([FinWait1]);
    t.at("1.27s")
        .replies("FIN,PSH,ACK seq=1 ack=1 len=300 again");
}

/// TCP_MAXSEG bounds what the SYN says and what is sent.
#[test]
fn the_mss_may_be_limited() {
    let mut t = measured().closed();
    t.tcb.choices_mut().mss_limit = Some(600);
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies("SYN seq=0 mss=600 sackok");
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000 sackok");
    t.replies("ACK seq=1 ack=1").enters([Established]);
    t.calls(Call::Send(1000));
    t.replies("ACK seq=1 ack=1 len=600");
    t.sent.clear();
}
