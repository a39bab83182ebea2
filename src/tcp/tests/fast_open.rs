//! Fast Open: RFC 7413.

use super::*;
use crate::segment::{Cookie, Extra, FastOpen};
use crate::tcp::fast_open::Learned;

fn cookie(octet: u8) -> Cookie {
    Cookie::new(&[octet; 8]).unwrap()
}

const fn learned(cookie: Option<Cookie>, failed: bool) -> Option<Learned> {
    Some(Learned {
        cookie,
        mss: 1000,
        failed,
    })
}

/// A client whose SYN has this option, with so much written; what it sends is not asserted yet.
fn opens(option: FastOpen, written: u64) -> T {
    let mut t = T::new(Setup::default());
    let sent = t.step(|tcb, cx| {
        tcb.active_open_fast(option, 1000, cx).unwrap();
        tcb.send(written, cx)
    });
    assert_eq!(sent, Ok(written));
    t.enters([SynSent]);
    t
}

/// A SYN or SYN,ACK is sent, with this option and so much text.
fn sends_syn(t: &mut T, text: &str, option: Option<FastOpen>) {
    let (_, out) = t.sent.pop_front().expect("a SYN");
    let mut segment = out.segment;
    assert_eq!(segment.options.fast_open().copied(), option);
    assert_eq!(segment.payload.start, 0);
    segment.options = Default::default();
    let shown = write(&segment, out.marks, t.iss, t.irs, text.contains(" wnd="));
    assert_eq!(shown, text);
    t.asserted = true;
}

/// A segment arrives with this option.
fn arrives_with(t: &mut T, text: &str, option: FastOpen) {
    t.settle();
    let mut segment = t.peer(text);
    segment.options.extra = Extra::FastOpen(option);
    t.verdict = Some(t.step(|tcb, cx| tcb.on_segment(&segment, cx)));
}

/// RFC 7413 §4.1.2: the first connection asks for a cookie; its text follows the handshake.
#[test]
fn a_client_without_a_cookie_asks_for_one() {
    let mut t = opens(FastOpen::Request, 500);
    sends_syn(&mut t, "SYN seq=0", Some(FastOpen::Request));
    let given = FastOpen::Cookie(cookie(7));
    arrives_with(&mut t, "SYN,ACK seq=0 ack=1 mss=1000", given);
    t.replies("PSH,ACK seq=1 ack=1 len=500")
        .enters([Established]);
    assert_eq!(t.tcb.learned_fast_open(), learned(Some(cookie(7)), false));
}

/// RFC 7413 §4.2.1: the SYN takes text along, as far as a segment has room beside 40 octets of options.
#[test]
fn a_cookie_takes_text_with_the_syn() {
    let shown = FastOpen::Cookie(cookie(7));
    let mut t = opens(shown, 1960);
    sends_syn(&mut t, "SYN seq=0 len=960", Some(shown));
    t.arrives("SYN,ACK seq=0 ack=961 mss=1000");
    t.replies("PSH,ACK seq=961 ack=1 len=1000")
        .enters([Established]);
    assert_eq!(t.tcb.octets_written() - t.tcb.unacknowledged(), 960);
    assert_eq!(t.tcb.learned_fast_open(), learned(Some(cookie(7)), false));
}

/// RFC 7413 §4.1.3.1, §4.2.1: text that was not acknowledged follows the handshake, and is not tried
/// again; another cookie instead is to be shown the next time.
#[test]
fn text_that_was_refused_follows_the_handshake() {
    let shown = FastOpen::Cookie(cookie(7));
    let mut t = opens(shown, 500);
    sends_syn(&mut t, "SYN seq=0 len=500", Some(shown));
    t.arrives("SYN,ACK seq=0 ack=1 mss=1000");
    t.replies("PSH,ACK seq=1 ack=1 len=500")
        .enters([Established]);
    assert_eq!(t.tcb.learned_fast_open(), learned(Some(cookie(7)), true));

    let mut t = opens(shown, 500);
    sends_syn(&mut t, "SYN seq=0 len=500", Some(shown));
    let other = FastOpen::Cookie(cookie(9));
    arrives_with(&mut t, "SYN,ACK seq=0 ack=1 mss=1000", other);
    t.replies("PSH,ACK seq=1 ack=1 len=500")
        .enters([Established]);
    assert_eq!(t.tcb.learned_fast_open(), learned(Some(cookie(9)), false));
}

/// RFC 7413 §4.1.3.1, §4.2.1: a SYN without an answer goes out again plain. What the first one brought
/// may be acknowledged all the same, but no more than that.
#[test]
fn a_syn_without_an_answer_goes_out_plain() {
    let shown = FastOpen::Cookie(cookie(7));
    let mut t = opens(shown, 500);
    sends_syn(&mut t, "SYN seq=0 len=500", Some(shown));
    t.at("1s");
    sends_syn(&mut t, "SYN seq=0 again", None);
    t.arrives("SYN,ACK seq=0 ack=502 mss=1000")
        .replies("RST seq=502")
        .dropped(DropReason::AckOfNothingInSynSent);
    t.arrives("SYN,ACK seq=0 ack=501 mss=1000")
        .replies("ACK seq=501 ack=1")
        .enters([Established]);
    assert_eq!(t.tcb.unacknowledged(), 0);
    assert_eq!(t.tcb.learned_fast_open(), learned(Some(cookie(7)), true));
}

/// RFC 7413 §4.2.2: with a valid cookie the SYN,ACK acknowledges the text, which can be read before the
/// handshake is done. It has taken of the window.
#[test]
fn text_of_a_valid_syn_is_there_before_the_handshake_ends() {
    let mut t = Setup::default().listening();
    t.tcb.take_syn_text();
    t.arrives("SYN seq=0 len=300 mss=1000")
        .enters([SynReceived]);
    sends_syn(&mut t, "SYN,ACK seq=0 ack=301 wnd=3700", None);
    assert!(t.tcb.is_open_early());
    t.calls(Call::Receive(300)).silent();
    assert_eq!(t.tcb.receive(1), Ok(Received::Nothing));
    t.arrives("ACK seq=301 ack=1")
        .silent()
        .enters([Established]);
    assert!(!t.tcb.is_open_early());
    assert!(!t.tcb.has_foreign_octets());
}

/// RFC 7413 §4.2.2: without a valid cookie the SYN alone is acknowledged, and its sender given one,
/// unless the SYN,ACK gets no answer.
#[test]
fn without_a_valid_cookie_the_text_is_not_taken() {
    let mut t = Setup::default().listening();
    t.tcb.give_cookie(cookie(3));
    t.arrives("SYN seq=0 len=300 mss=1000")
        .enters([SynReceived]);
    let given = FastOpen::Cookie(cookie(3));
    sends_syn(&mut t, "SYN,ACK seq=0 ack=1", Some(given));
    assert!(!t.tcb.is_open_early());
    assert_eq!(t.tcb.receive(1), Ok(Received::Nothing));
    t.at("1s");
    sends_syn(&mut t, "SYN,ACK seq=0 ack=1 again", None);
    assert_eq!(t.tcb.learned_fast_open(), None);
}

/// An application has it: a reset ends it and does not lead back to LISTEN; its close sends a FIN, as
/// RFC 9293 §3.10.4 has it in SYN-RECEIVED.
#[test]
fn what_an_application_has_does_not_go_back_to_listen() {
    let early = || {
        let mut t = Setup::default().listening();
        t.tcb.take_syn_text();
        t.arrives("SYN seq=0 len=300 mss=1000")
            .enters([SynReceived]);
        sends_syn(&mut t, "SYN,ACK seq=0 ack=301", None);
        t
    };
    let mut t = early();
    t.arrives("RST seq=301").silent().ended(End::Reset);
    t.enters([Closed]);
    let mut t = early();
    t.calls(Call::Receive(300)).silent();
    t.calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=301")
        .enters([FinWait1]);
    t.arrives("ACK seq=301 ack=2").silent().enters([FinWait2]);
}
