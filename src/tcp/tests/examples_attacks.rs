//! Worked examples of RFC 5961: resets that somebody guesses.

use super::*;

/// RFC 5961 §9.2, with RCV.NXT 300 and a window of 500, here 1 and 500: 500 is challenged, 800 is the
/// first number outside and ignored, though the text would have the exchange go on for ever there.
#[test]
fn a_reset_at_the_right_end_of_the_window() {
    let mut t = with(|c| c.receive_buffer = 500).established();
    for (figure, challenged) in [(500, true), (799, true), (800, false), (299, false)] {
        t.arrives(&format!("RST seq={}", figure - 299));
        if challenged {
            t.dropped(DropReason::ResetNotExact)
                .replies("ACK seq=1 ack=1 wnd=500");
        } else {
            t.dropped(DropReason::ResetOutsideWindow).silent();
        }
        t.stays(Established);
    }
    // The answer to a challenge takes the number that it acknowledges: that one is exact.
    t.arrives("RST seq=1").silent();
    t.enters([Closed]).ended(End::Reset);
}

/// RFC 5961 §1.2: resets a window apart go once around in 2^32 / window, of which one lies inside, so
/// that a blind attacker needs half as many on average: 65,536 of 131,072, or 32,768 of 65,537. Today
/// that one is challenged.
#[test]
fn one_in_so_many_guesses_lies_in_the_window() {
    for (window, around) in [(32_768, 131_072), (65_535, 65_537)] {
        let mut t = with(|c| c.receive_buffer = window).established();
        let mut hits = 0;
        for guess in 0..around {
            let mut reset = t.peer("RST seq=77");
            reset.seq += u32::wrapping_mul(guess, window);
            let verdict = t.step(|tcb, cx| tcb.on_segment(&reset, cx));
            match verdict {
                Verdict::Dropped(DropReason::ResetNotExact) => hits += 1,
                other => assert_eq!(other, Verdict::Dropped(DropReason::ResetOutsideWindow)),
            }
        }
        assert_eq!(hits, 1, "{window}");
        t.replies("ACK seq=1 ack=1").stays(Established);
    }
}

/// RFC 5961 §7, its example: ten challenges in five seconds; the next period begins with its first.
#[test]
fn ten_challenges_in_five_seconds() {
    let mut t = established();
    for n in 0..25 {
        t.at(&format!("{}ms", 100 * n)).silent();
        t.arrives("RST seq=2").dropped(DropReason::ResetNotExact);
        if n < 10 {
            t.replies("ACK seq=1 ack=1");
        } else {
            t.silent();
        }
    }
    t.at("4999ms").silent().arrives("RST seq=2").silent();
    t.at("5s").silent().arrives("RST seq=2");
    t.replies("ACK seq=1 ack=1");
}
