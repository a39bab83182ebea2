//! Worked examples: when a segment goes out again, and when that is given up.

use super::*;

/// What a schedule starts from, its moments in seconds, and when the connection is gone.
struct Schedule {
    setup: Setup,
    again: &'static [u32],
    gone: Option<u32>,
}

fn schedule(
    change: impl FnOnce(&mut Config),
    again: &'static [u32],
    gone: Option<u32>,
) -> Schedule {
    let mut setup = with(|c| {
        c.user_timeout = None;
        c.r1 = u32::MAX;
    });
    change(&mut setup.config);
    Schedule { setup, again, gone }
}

/// Examples for a SYN that nobody answers, sent first at 0: RFC 6298 with two bounds, and what other
/// stacks do.
#[test]
fn a_syn_that_nobody_answers() {
    for Schedule { setup, again, gone } in [
        schedule(
            |c| {
                c.rto_max = span("60s");
                c.r2_syn = Limit::After(Span::MAX);
            },
            &[1, 3, 7, 15, 31, 63, 123, 183, 243],
            None,
        ),
        schedule(
            |c| {
                c.rto_max = span("120s");
                c.r2_syn = Limit::After(Span::MAX);
            },
            &[1, 3, 7, 15, 31, 63, 127, 247, 367],
            None,
        ),
        // MUST-23: the first of these that lasts for three minutes has eight retransmissions.
        schedule(
            |c| {
                c.rto_max = span("60s");
                c.r2_syn = Limit::After(span("180s"));
            },
            &[1, 3, 7, 15, 31, 63, 123],
            Some(183),
        ),
        schedule(
            |c| {
                c.rto_max = span("120s");
                c.syn_linear_timeouts = 4;
                c.r2_syn = Limit::Backoffs(6);
            },
            &[1, 2, 3, 4, 5, 7, 11, 19, 35, 67],
            Some(131),
        ),
        schedule(
            |c| {
                c.rto_max = span("120s");
                c.r2_syn = Limit::Backoffs(6);
            },
            &[1, 3, 7, 15, 31, 63],
            Some(127),
        ),
        schedule(
            |c| {
                c.rto_initial = span("3s");
                c.r2_syn = Limit::Retransmissions(2);
            },
            &[3, 9],
            Some(21),
        ),
    ] {
        let mut t = setup.syn_sent();
        for when in again {
            t.at(&format!("{when}s"))
                .replies("SYN seq=0 mss=1000 again");
        }
        if let Some(gone) = gone {
            t.at(&format!("{}s", gone - 1)).silent().stays(SynSent);
            t.at(&format!("{gone}s")).silent().enters([Closed]);
            t.ended(End::RetransmissionLimit);
        }
    }
}

/// Examples for a SYN,ACK: five times again and gone at 63 s; and with an RTO of a second at most.
#[test]
fn a_syn_ack_that_nobody_answers() {
    for Schedule { setup, again, gone } in [
        schedule(
            |c| c.r2_syn_ack = Limit::Retransmissions(5),
            &[1, 3, 7, 15, 31],
            Some(63),
        ),
        schedule(|c| c.rto_max = span("1s"), &[1, 2, 3, 4, 5, 6], None),
    ] {
        let mut t = setup.syn_received_passive();
        for when in again {
            t.at(&format!("{when}s"))
                .replies("SYN,ACK seq=0 ack=1 mss=1000 again");
        }
        if let Some(gone) = gone {
            t.at(&format!("{gone}s")).silent().enters([Closed]);
            t.ended(End::RetransmissionLimit);
        }
    }
}

/// RFC 6298 §2, two series of samples with a clock of 1 ms: SRTT, RTTVAR and RTO after each, in ns.
#[test]
fn the_rto_after_each_sample() {
    let first = [
        (100, 100_000_000, 50_000_000, 1_000_000_000),
        (120, 102_500_000, 42_500_000, 1_000_000_000),
        (80, 99_687_500, 37_500_000, 1_000_000_000),
        (200, 112_226_562, 53_203_125, 1_000_000_000),
        (100, 110_698_242, 42_958_984, 1_000_000_000),
        (100, 109_360_962, 34_893_799, 1_000_000_000),
    ];
    let second = [
        (500, 500_000_000, 250_000_000, 1_500_000_000),
        (1500, 625_000_000, 437_500_000, 2_375_000_000),
        (500, 609_375_000, 359_375_000, 2_046_875_000),
        (500, 595_703_125, 296_875_000, 1_783_203_125),
    ];
    let config = Config::default();
    for series in [&first[..], &second[..]] {
        let mut rtt = crate::tcp::rtt::Rtt::new(&config);
        for (sample, srtt, rttvar, rto) in series {
            rtt.sample(Span::from_millis(*sample), &config);
            let near = |found: Option<Span>, expected: u64| {
                // The examples are rounded, and so are nanoseconds, at each of at most six samples.
                found.is_some_and(|f| f.as_nanos().abs_diff(expected) <= 6)
            };
            assert!(near(rtt.srtt(), *srtt), "{sample}: {:?}", rtt.srtt());
            assert!(near(rtt.rttvar(), *rttvar), "{sample}: {:?}", rtt.rttvar());
            assert!(near(Some(rtt.rto()), *rto), "{sample}: {:?}", rtt.rto());
        }
    }
}
