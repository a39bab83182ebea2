//! The last ACK lost, to the nanosecond: RFC 9293 §3.10.7.4 and RFC 6298 §5 end to end.

use lastack::check::trial::Trial;
use lastack::link::fault::Kind;
use lastack::scenario;
use lastack::segment::Flags;
use lastack::sim::record::{Record, What};
use lastack::tcp::outcome::{End, Why};
use lastack::tcp::state::State;
use lastack::time::{Span, Time};
use std::sync::Arc;

const CLIENT: u8 = 0;
const SERVER: u8 = 1;

/// The client closes at 1.02 s over a path of 10 ms each way, with these faults.
fn close_with(faults: &str) -> Trial {
    let source = format!(
        r#"Scenario(
            faults: [{faults}],
            programs: [
                Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
                Program(on: "client", steps: [Connect("s", "server", 9091), Sleep("1s"), Close("s")]),
            ],
        )"#
    );
    let scenario = scenario::load(&source).expect("it is a scenario");
    let trial = Trial::run(&Arc::new(scenario.plan), &[], 1);
    assert_eq!(trial.violations, []);
    trial
}

/// When the host sent packets of this kind.
fn sendings(trial: &Trial, host: u8, kind: Kind) -> Vec<u64> {
    let sent = |record: &&Record| {
        matches!(&record.what, What::Sent { packet, .. } if kind.matches(packet))
            && record.host == host
    };
    trial
        .records
        .iter()
        .filter(sent)
        .map(|record| record.time.as_nanos())
        .collect()
}

/// When the host's connection entered this state.
fn entered(trial: &Trial, host: u8, state: State) -> Option<Time> {
    let enters = |record: &&Record| {
        record.host == host
            && record.connection.is_some()
            && matches!(record.what, What::Transition { to, .. } if to == state)
    };
    trial.records.iter().find(enters).map(|record| record.time)
}

const MS: u64 = 1_000_000;
/// The server's FIN goes out 10 ms after the client's, which goes out at 1.02 s.
const FIRST_FIN: u64 = 1_030 * MS;

/// Lost n times, there are n retransmissions of the FIN, at distances of 1, 2, 4 … s; 2MSL counts
/// from the arrival of the last.
#[test]
fn n_lost_acks_are_n_retransmissions_at_doubling_distances() {
    for n in 0..=8u32 {
        let faults = if n == 0 {
            String::new()
        } else {
            format!("Drop(from: \"client\", matching: AckOfFin, times: {n})")
        };
        let trial = close_with(&faults);
        let mut expected = vec![FIRST_FIN];
        for i in 0..n {
            expected.push(expected[expected.len() - 1] + ((1_000 * MS) << i));
        }
        assert_eq!(sendings(&trial, SERVER, Kind::Fin), expected, "{n} lost");
        let last_arrival = Time::from_nanos(expected[expected.len() - 1] + 10 * MS);
        assert_eq!(
            entered(&trial, SERVER, State::Closed),
            Some(last_arrival + Span::from_millis(10)),
            "{n} lost"
        );
        assert_eq!(
            entered(&trial, CLIENT, State::Closed),
            Some(last_arrival + Span::from_secs(240)),
            "{n} lost"
        );
    }
}

/// Each retransmission says which time-out it follows and which comes next.
#[test]
fn retransmissions_say_their_timeouts() {
    let trial = close_with("Drop(from: \"client\", matching: AckOfFin, times: 3)");
    let reasons: Vec<Why> = trial
        .records
        .iter()
        .filter_map(|record| match record.what {
            What::Sent { packet, why, .. } if packet.marks.retransmission => Some(why),
            _ => None,
        })
        .collect();
    let timeout = |count, rto, next| Why::Timeout {
        count,
        rto: Span::from_secs(rto),
        next: Span::from_secs(next),
    };
    assert_eq!(
        reasons,
        [timeout(1, 1, 2), timeout(2, 2, 4), timeout(3, 4, 8)]
    );
}

/// A FIN that arrives when 2MSL ends starts it over: arrivals come before timers.
#[test]
fn a_fin_at_the_instant_at_which_2msl_ends_starts_it_over() {
    // TIME-WAIT begins at 1.04 s and would end at 241.04 s. The FIN sent again at 2.03 s would arrive
    // at 2.04 s: 239 s later is that very instant.
    let trial = close_with(
        "Drop(from: \"client\", matching: AckOfFin, times: 1),
         Delay(from: \"server\", matching: Fin, retransmissions: Only, nth: 1, by: \"239s\"),
         Drop(from: \"server\", matching: Fin, retransmissions: Only)",
    );
    let end = Time::from_nanos(241_040 * MS);
    assert_eq!(
        entered(&trial, CLIENT, State::Closed),
        Some(end + Span::from_secs(240))
    );
    assert_eq!(
        entered(&trial, SERVER, State::Closed),
        Some(end + Span::from_millis(10))
    );
    assert!(
        !trial
            .records
            .iter()
            .any(|record| matches!(record.what, What::Ended(_)))
    );
}

/// A nanosecond later the connection is gone, and the FIN draws a reset.
#[test]
fn a_fin_a_nanosecond_later_is_answered_with_a_reset() {
    let trial = close_with(
        "Drop(from: \"client\", matching: AckOfFin, times: 1),
         Delay(from: \"server\", matching: Fin, retransmissions: Only, nth: 1, by: \"239.000000001s\"),
         Drop(from: \"server\", matching: Fin, retransmissions: Only)",
    );
    let end = Time::from_nanos(241_040 * MS);
    assert_eq!(entered(&trial, CLIENT, State::Closed), Some(end));
    let resets: Vec<(Time, u32)> = trial
        .records
        .iter()
        .filter_map(|record| match record.what {
            What::Sent { packet, .. } if packet.segment.flags == Flags::RST => {
                Some((record.time, packet.segment.seq.value()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(resets.len(), 1);
    assert_eq!(resets[0].0, end + Span::from_nanos(1));
    // RFC 9293 §3.5.2: it takes its number from the FIN's acknowledgement, and so is acceptable.
    assert_eq!(
        entered(&trial, SERVER, State::Closed),
        Some(end + Span::from_millis(10) + Span::from_nanos(1))
    );
    let ended = trial
        .records
        .iter()
        .find(|record| matches!(record.what, What::Ended(End::Reset)));
    assert_eq!(ended.map(|record| record.host), Some(SERVER));
}
