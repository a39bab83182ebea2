//! Timestamps in the last two states: RFC 7323 §5; RFC 6191.

use super::*;
use crate::segment::{Flags, Timestamps};

/// TS.Recent of the connections here.
const RECENT: u32 = 100;

/// A segment with a timestamp arrives.
fn stamped<'a>(t: &'a mut T, text: &str, value: u32) -> &'a mut T {
    t.settle();
    let mut segment = t.peer(text);
    segment.options.timestamps = Some(Timestamps { value, echo: 0 });
    t.verdict = Some(t.step(|tcb, cx| tcb.on_segment(&segment, cx)));
    t
}

/// It sent one bare acknowledgement of this number, which echoes this timestamp.
fn acknowledges(t: &mut T, ack: i64, echo: u32) -> &mut T {
    let (_, out) = t.sent.pop_front().expect("it sent something");
    assert_eq!(out.segment.flags, Flags::ACK);
    assert_eq!(relative(out.segment.ack, t.irs), ack);
    assert_eq!(out.segment.options.timestamps.unwrap().echo, echo);
    t.silent()
}

/// What happened on the way is not the matter of these cases.
fn forget(t: &mut T) {
    t.sent.clear();
    t.notes.clear();
    t.asserted = true;
}

/// FIN-WAIT-2, or what is left of it.
fn fin_wait_2(setup: Setup) -> T {
    let mut t = Setup {
        config: Config {
            timestamps: true,
            ..setup.config
        },
        ..setup
    }
    .closed();
    t.calls(Call::ActiveOpen);
    forget(&mut t);
    stamped(&mut t, "SYN,ACK seq=0 ack=1 mss=1000", RECENT);
    forget(&mut t);
    t.calls(Call::Close);
    forget(&mut t);
    stamped(&mut t, "ACK seq=1 ack=2", RECENT);
    t.silent();
    forget(&mut t);
    assert_eq!(t.tcb.state(), FinWait2);
    t
}

fn time_wait(setup: Setup) -> T {
    let mut t = fin_wait_2(setup);
    stamped(&mut t, "FIN,ACK seq=1 ack=2", RECENT);
    acknowledges(&mut t, 2, RECENT).enters([TimeWait]);
    t
}

/// RFC 6191 §2 and the catalogue of teardown §5, "SYN accepted": a later timestamp opens whatever
/// the number is, an earlier one never; without the option on this host it does not count.
#[test]
fn a_timestamp_decides_who_reopens() {
    for rule in [SynInTimeWait::SequenceOrTimestamp, SynInTimeWait::Rfc6191] {
        for (seq, value, may) in [
            (-5000, RECENT + 1, true),
            (5000, RECENT + 1, true),
            (-5000, RECENT, false),
            (5000, RECENT, true),
            (5000, RECENT - 1, false),
        ] {
            let mut t = time_wait(recorded_with(|c| c.syn_in_time_wait = rule));
            let mut syn = t.peer(&format!("SYN seq={seq}"));
            syn.options.timestamps = Some(Timestamps { value, echo: 0 });
            assert_eq!(
                t.tcb.may_reopen(&syn, &t.config),
                may,
                "{rule:?} {seq} {value}"
            );
            t.config.timestamps = false;
            assert_eq!(t.tcb.may_reopen(&syn, &t.config), 0 < seq, "{rule:?} {seq}");
        }
    }
}

/// Catalogue of teardown §5: what failed PAWS starts TIME-WAIT over, with ACK or without; the echo
/// stays (recorded run time-wait-old-data).
#[test]
fn what_fails_paws_starts_time_wait_over() {
    for text in [
        "ACK seq=2 ack=2",
        "SYN seq=5000",
        "PSH,ACK seq=1 ack=1 len=1",
    ] {
        let mut t = time_wait(recorded());
        t.at("10s").silent();
        stamped(&mut t, text, RECENT - 1).dropped(DropReason::Paws);
        acknowledges(&mut t, 2, RECENT)
            .starts_2msl_over()
            .at("70s")
            .silent()
            .enters([Closed]);
    }
}

/// Catalogue of teardown §5, "RST received": only if PAWS has nothing against it.
#[test]
fn a_reset_with_an_old_timestamp_is_ignored() {
    let mut t = time_wait(recorded());
    stamped(&mut t, "RST seq=2", RECENT - 1)
        .dropped(DropReason::Paws)
        .silent()
        .stays(TimeWait);
    // The reset of a closed port has no timestamp.
    t.arrives("RST seq=2")
        .silent()
        .enters([Closed])
        .ended(End::Reset);
}

/// Recorded run challenge-syn-fin-wait2: the FIN's timestamp is the one echoed.
#[test]
fn a_remnant_keeps_the_timestamp() {
    let mut t = fin_wait_2(recorded());
    stamped(&mut t, "FIN,ACK seq=1 ack=2", RECENT - 1).dropped(DropReason::Paws);
    acknowledges(&mut t, 1, RECENT).stays(FinWait2);
    stamped(&mut t, "FIN,ACK seq=1 ack=2", RECENT + 7);
    acknowledges(&mut t, 2, RECENT + 7).enters([TimeWait]);
}

/// Catalogue of teardown §5: a segment without the option is not of this connection.
#[test]
fn the_exact_fin_has_a_timestamp() {
    let mut t = time_wait(recorded_with(|c| c.time_wait_rule = TimeWaitRule::ExactFin));
    t.at("10s").silent();
    t.arrives("FIN,ACK seq=1 ack=2")
        .dropped(DropReason::Paws)
        .silent()
        .stays(TimeWait);
    stamped(&mut t, "FIN,ACK seq=1 ack=2", RECENT).starts_2msl_over();
    acknowledges(&mut t, 2, RECENT);
}

/// In a whole connection too, what fails PAWS is answered once in a while (catalogue §4).
#[test]
fn the_answers_of_paws_are_limited() {
    let mut t = fin_wait_2(recorded_with(|c| {
        c.fin_wait2_orphan = OrphanInFinWait2::Connection;
    }));
    stamped(&mut t, "ACK seq=9 ack=2", RECENT - 1).dropped(DropReason::Paws);
    acknowledges(&mut t, 1, RECENT);
    stamped(&mut t, "ACK seq=9 ack=2", RECENT - 1)
        .dropped(DropReason::Paws)
        .silent()
        .stays(FinWait2);
}
