//! Text and FIN in any order: RFC 9293 §3.10.7.4, seventh and eighth check; RFC 5681 §4.2.

use super::*;

/// RFC 9293 §3.10.7.4: in order, once.
#[test]
fn text_in_order_is_delivered() {
    for setup in with_all_numbers() {
        setup
            .established()
            .arrives("ACK seq=1 ack=1 len=1000")
            .silent()
            .reads(Received::Octets(1000))
            .arrives("ACK seq=1001 ack=1 len=1000")
            .replies("ACK seq=1 ack=2001")
            .reads(Received::Octets(1000))
            .reads(Received::Nothing);
    }
}

/// RFC 9293 §3.10.7.4 (SHLD-31), RFC 5681 §4.2: held, and acknowledged at once each time.
#[test]
fn text_beyond_a_gap_is_held() {
    for setup in with_all_numbers() {
        setup
            .established()
            .arrives("ACK seq=1001 ack=1 len=1000")
            .accepted()
            .replies("ACK seq=1 ack=1")
            .reads(Received::Nothing)
            .arrives("ACK seq=2001 ack=1 len=1000")
            .replies("ACK seq=1 ack=1")
            .arrives("ACK seq=1 ack=1 len=1000")
            .replies("ACK seq=1 ack=3001 wnd=1000")
            .calls(Call::Receive(3000))
            .replies("ACK seq=1 ack=3001 wnd=4000");
    }
}

/// RFC 5681 §4.2: filling a part of a gap is acknowledged at once as well.
#[test]
fn a_gap_filled_in_part_is_acknowledged_at_once() {
    established()
        .arrives("ACK seq=2001 ack=1 len=1000")
        .replies("ACK seq=1 ack=1")
        .arrives("ACK seq=1 ack=1 len=500")
        .replies("ACK seq=1 ack=501")
        .arrives("ACK seq=501 ack=1 len=1500")
        .replies("ACK seq=1 ack=3001");
}

/// RFC 9293 §3.10.7.4: what was received before is trimmed on the left.
#[test]
fn overlap_on_the_left_is_trimmed() {
    for setup in with_all_numbers() {
        setup
            .established()
            .arrives("ACK seq=1 ack=1 len=600")
            .silent()
            .arrives("ACK seq=1 ack=1 len=1000")
            .accepted()
            .silent()
            .reads(Received::Octets(1000));
    }
}

/// RFC 9293 §3.10.7.4: what lies beyond the window is trimmed on the right, and so is the FIN there.
#[test]
fn overlap_on_the_right_is_trimmed() {
    established()
        .arrives("FIN,ACK seq=1 ack=1 len=5000")
        .accepted()
        .replies("ACK seq=1 ack=4001 wnd=0")
        .stays(Established);
    established()
        .arrives("FIN,ACK seq=3501 ack=1 len=1000")
        .replies("ACK seq=1 ack=1")
        .stays(Established)
        .arrives("ACK seq=1 ack=1 len=3500")
        .replies("ACK seq=1 ack=4001 wnd=0");
}

/// RFC 9293 §3.10.7.4: pieces that overlap and touch become one.
#[test]
fn overlapping_pieces_are_joined() {
    let mut t = established();
    for (seq, len) in [(2001, 500), (1001, 500), (1301, 900), (3001, 10)] {
        t.arrives(&format!("ACK seq={seq} ack=1 len={len}"));
        t.replies("ACK seq=1 ack=1");
    }
    t.arrives("ACK seq=1 ack=1 len=1000");
    t.replies("ACK seq=1 ack=2501");
    t.arrives("ACK seq=2401 ack=1 len=700");
    t.replies("ACK seq=1 ack=3101");
}

/// RFC 9293 §3.10.7.4, eighth check: a FIN beyond a gap waits for the text before it.
#[test]
fn a_fin_beyond_a_gap_waits() {
    for setup in with_all_numbers() {
        for fin in ["FIN,ACK seq=1001 ack=1", "FIN,ACK seq=501 ack=1 len=500"] {
            setup
                .established()
                .arrives(fin)
                .accepted()
                .replies("ACK seq=1 ack=1")
                .stays(Established)
                .arrives("ACK seq=1 ack=1 len=1000")
                .replies("ACK seq=1 ack=1002")
                .enters([CloseWait])
                .reads(Received::Octets(1000))
                .reads(Received::End);
        }
    }
}

/// RFC 9293 §3.10.7.4: in FIN-WAIT-2 the text that fills the gap leads to TIME-WAIT.
#[test]
fn a_held_fin_leads_to_time_wait() {
    fin_wait_2()
        .arrives("FIN,ACK seq=101 ack=2")
        .replies("ACK seq=2 ack=1")
        .stays(FinWait2)
        .arrives("ACK seq=1 ack=2 len=100")
        .replies("ACK seq=2 ack=102")
        .enters([TimeWait]);
}

/// The FIN right behind the last octet of the window is taken: refusing it would only bring it again.
#[test]
fn a_fin_right_behind_the_window_is_taken() {
    established()
        .arrives("FIN,ACK seq=1 ack=1 len=4000")
        .replies("ACK seq=1 ack=4002 wnd=0")
        .enters([CloseWait])
        .reads(Received::Octets(4000));
}

/// RFC 9293 §3.10.7.4: of old text with a new FIN, the FIN counts.
#[test]
fn old_text_with_a_new_fin() {
    established()
        .arrives("ACK seq=1 ack=1 len=1000")
        .silent()
        .arrives("FIN,ACK seq=1 ack=1 len=1000")
        .accepted()
        .replies("ACK seq=1 ack=1002")
        .enters([CloseWait]);
}

/// RFC 9293 §3.6.1: what was read before CLOSE is not lost when it comes again; no reset.
#[test]
fn old_text_with_a_new_fin_after_close() {
    established()
        .arrives("ACK seq=1 ack=1 len=1000")
        .silent()
        .reads(Received::Octets(1000))
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1001")
        .enters([FinWait1])
        .arrives("FIN,ACK seq=1 ack=2 len=1000")
        .accepted()
        .replies("ACK seq=2 ack=1002")
        .enters([FinWait2, TimeWait]);
}

/// RFC 9293 §3.6.1 (SHLD-3): of text that is new in part, the new part is lost.
#[test]
fn partly_new_text_after_close_resets() {
    established()
        .arrives("ACK seq=1 ack=1 len=1000")
        .silent()
        .reads(Received::Octets(1000))
        .calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1001")
        .enters([FinWait1])
        .arrives("ACK seq=501 ack=1 len=501")
        .dropped(DropReason::NobodyReads)
        .replies("RST seq=2")
        .enters([Closed])
        .ended(End::Aborted);
}

/// RFC 9293 §3.4.3: TCP cannot tell an old octet from its own, so the simulator says so.
#[test]
fn text_of_another_stream_is_noticed() {
    established()
        .arrives("ACK seq=1 ack=1 len=100 foreign")
        .accepted()
        .silent()
        .notes(Note::ForeignOctets)
        .reads(Received::Octets(100));
    let mut t = established();
    t.arrives("ACK seq=1 ack=1 len=100").silent();
    assert!(!t.tcb.has_foreign_octets());
}

/// The same FIN beyond a gap.
#[test]
fn a_fin_right_behind_the_window_may_wait_beyond_a_gap() {
    established()
        .arrives("FIN,ACK seq=3001 ack=1 len=1000")
        .replies("ACK seq=1 ack=1")
        .stays(Established)
        .arrives("ACK seq=1 ack=1 len=3000")
        .replies("ACK seq=1 ack=4002 wnd=0")
        .enters([CloseWait]);
}

/// RFC 9293 §3.4.3: a FIN held beyond a gap was an old duplicate if the stream goes on behind it.
#[test]
fn text_overtakes_a_false_fin() {
    established()
        .arrives("FIN,ACK seq=501 ack=1")
        .replies("ACK seq=1 ack=1")
        .arrives("ACK seq=1 ack=1 len=1000")
        .replies("ACK seq=1 ack=1001")
        .stays(Established)
        .arrives("FIN,ACK seq=1001 ack=1")
        .replies("ACK seq=1 ack=1002")
        .enters([CloseWait])
        .reads(Received::Octets(1000))
        .reads(Received::End);
}

/// RFC 9293 §3.4.3: text held beyond the FIN was none of the peer's.
#[test]
fn text_held_beyond_the_fin_is_forgotten() {
    established()
        .arrives("ACK seq=2 ack=1 len=10")
        .replies("ACK seq=1 ack=1")
        .arrives("FIN,ACK seq=1 ack=1")
        .replies("ACK seq=1 ack=2")
        .enters([CloseWait])
        .reads(Received::End);
}
