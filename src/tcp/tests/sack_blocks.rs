//! Selective acknowledgements that this end sends: RFC 2018 §4 and §7; RFC 2883 §4 and §5.

use super::notation::absolute;
use super::*;
use crate::segment::SackBlock;

/// SACK on, no acknowledgement waits, and room for all numbers of the RFCs' examples.
fn sacking() -> Setup {
    with(|c| {
        c.sack = true;
        c.dsack = true;
        c.delayed_ack = None;
        c.receive_buffer = 20_000;
    })
}

/// Established, with everything before `edge` received.
fn at_left_edge(setup: Setup, edge: u32) -> T {
    let mut t = setup.closed();
    let stamps = if setup.config.timestamps {
        " ts=0/0"
    } else {
        ""
    };
    t.calls(Call::ActiveOpen).enters([SynSent]);
    t.replies(&format!("SYN seq=0 mss=1000 sackok{stamps}"));
    t.arrives(&format!("SYN,ACK seq=0 ack=1 mss=1000 sackok{stamps}"));
    t.replies(&format!("ACK seq=1 ack=1{stamps}"))
        .enters([Established]);
    t.arrives(&format!("ACK seq=1 ack=1 len={}{stamps}", edge - 1));
    t.acknowledges(edge, &[]);
    t
}

impl T {
    /// The segment `start..end` of the RFC's table arrives.
    fn takes(&mut self, start: u32, end: u32) -> &mut T {
        self.arrives(&format!("ACK seq={start} ack=1 len={}", end - start))
    }

    /// The next segment sent acknowledges this, with these blocks.
    fn acknowledges(&mut self, ack: u32, blocks: &[(i64, i64)]) -> &mut T {
        let Some((time, out)) = self.sent.pop_front() else {
            panic!("nothing was sent, expected ACK {ack}");
        };
        let expected: Vec<SackBlock> = blocks
            .iter()
            .map(|(start, end)| SackBlock {
                start: absolute(self.irs, *start),
                end: absolute(self.irs, *end),
            })
            .collect();
        assert_eq!(time, self.now);
        assert_eq!(relative(out.segment.ack, self.irs), i64::from(ack));
        assert_eq!(out.segment.options.sack_blocks(), expected, "ACK {ack}");
        self.last = Some(out);
        self.asserted = true;
        self
    }
}

/// RFC 2018 §7, case 1: what is in order is not reported.
#[test]
fn rfc_2018_the_first_four_arrive() {
    let mut t = at_left_edge(sacking(), 5000);
    for start in [5000, 5500, 6000, 6500] {
        t.takes(start, start + 500).acknowledges(start + 500, &[]);
    }
}

/// RFC 2018 §7, case 2: the block grows behind the gap.
#[test]
fn rfc_2018_the_first_is_lost() {
    let mut t = at_left_edge(sacking(), 5000);
    for end in [6000, 6500, 7000, 7500, 8000, 8500, 9000] {
        t.takes(end - 500, end);
        t.acknowledges(5000, &[(5500, i64::from(end))]);
    }
}

/// RFC 2018 §7, case 3: the most recent block first, and a block that closes a gap.
#[test]
fn rfc_2018_every_other_one_is_lost() {
    let mut t = at_left_edge(sacking(), 5000);
    t.takes(5000, 5500).acknowledges(5500, &[]);
    t.takes(6000, 6500).acknowledges(5500, &[(6000, 6500)]);
    t.takes(7000, 7500);
    t.acknowledges(5500, &[(7000, 7500), (6000, 6500)]);
    t.takes(8000, 8500);
    t.acknowledges(5500, &[(8000, 8500), (7000, 7500), (6000, 6500)]);
    t.takes(6500, 7000);
    t.acknowledges(5500, &[(6000, 7500), (8000, 8500)]);
    t.takes(5500, 6000).acknowledges(7500, &[(8000, 8500)]);
    t.takes(7500, 8000).acknowledges(8500, &[]);
}

/// RFC 2018 §3, §4: four blocks fit, with timestamps three; the one reported longest ago goes.
#[test]
fn as_many_blocks_as_fit() {
    let blocks = [(5000, 5001), (4000, 4001), (3000, 3001), (2000, 2001)];
    for (timestamps, room) in [(false, 4), (true, 3)] {
        let mut setup = sacking();
        setup.config.timestamps = timestamps;
        let stamps = if timestamps { " ts=0/0" } else { "" };
        let mut t = at_left_edge(setup, 100);
        for at in [1000, 2000, 3000, 4000, 5000] {
            t.arrives(&format!("ACK seq={at} ack=1 len=1{stamps}"));
            if at < 5000 {
                t.sent.clear();
                t.asserted = true;
            }
        }
        t.acknowledges(100, &blocks[..room]);
        assert!(t.last.unwrap().segment.options.len() <= 40);
    }
}

/// RFC 2018 §2: without permission there are none, nor duplicates.
#[test]
fn without_permission_nothing_is_reported() {
    for own in [false, true] {
        let mut setup = sacking();
        setup.config.sack = own;
        let mut t = setup.closed();
        t.calls(Call::ActiveOpen).enters([SynSent]);
        t.replies(if own {
            "SYN seq=0 mss=1000 sackok"
        } else {
            "SYN seq=0 mss=1000"
        });
        t.arrives(if own {
            "SYN,ACK seq=0 ack=1"
        } else {
            "SYN,ACK seq=0 ack=1 sackok"
        });
        t.replies("ACK seq=1 ack=1").enters([Established]);
        t.takes(101, 201).acknowledges(1, &[]);
        t.takes(101, 201).acknowledges(1, &[]);
    }
}

/// RFC 2018 §4: they ride on text too, which leaves room for them.
#[test]
fn blocks_ride_on_text() {
    let mut t = at_left_edge(sacking(), 1000);
    t.takes(2000, 2500).acknowledges(1000, &[(2000, 2500)]);
    t.calls(Call::Send(2000));
    // A SACK option of one block takes 12 octets with its padding.
    t.acknowledges(1000, &[(2000, 2500)]);
    assert_eq!(t.last.unwrap().segment.payload.len, 988);
    t.acknowledges(1000, &[(2000, 2500)]);
    assert_eq!(t.last.unwrap().segment.payload.len, 988);
    t.silent();
    t.arrives("ACK seq=1000 ack=1977 len=1500");
    t.replies("PSH,ACK seq=1977 ack=2500 len=24 sack=2000-2500");
    assert_eq!(
        t.last.unwrap().segment.options.sack_blocks(),
        [SackBlock {
            start: absolute(t.irs, 2000),
            end: absolute(t.irs, 2500),
        }]
    );
}

/// A FIN beyond a gap is held like text: it counts one, behind its text or alone.
#[test]
fn a_fin_beyond_a_gap_is_reported() {
    let mut t = at_left_edge(sacking(), 1000);
    t.arrives("FIN,ACK seq=3000 ack=1")
        .acknowledges(1000, &[(3000, 3001)]);
    t.arrives("FIN,ACK seq=3000 ack=1");
    t.acknowledges(1000, &[(3000, 3001), (3000, 3001)]);
    t.takes(2500, 3000).acknowledges(1000, &[(2500, 3001)]);
    t.arrives("FIN,ACK seq=2700 ack=1 len=300");
    t.acknowledges(1000, &[(2700, 3001), (2500, 3001)]);
    t.takes(1000, 2500)
        .acknowledges(3001, &[])
        .enters([CloseWait]);
    t.arrives("FIN,ACK seq=2700 ack=1 len=300")
        .acknowledges(3001, &[(2700, 3001)]);
    let mut t = at_left_edge(sacking(), 1000);
    t.arrives("FIN,ACK seq=2000 ack=1 len=500");
    t.acknowledges(1000, &[(2000, 2501)]);
}

/// Measured: a FIN sent again is named in CLOSE-WAIT and LAST-ACK, and not in TIME-WAIT.
#[test]
fn a_fin_again_is_a_duplicate_but_in_time_wait() {
    let mut t = at_left_edge(sacking(), 1000);
    t.arrives("FIN,ACK seq=1000 ack=1")
        .acknowledges(1001, &[])
        .enters([CloseWait]);
    t.arrives("FIN,ACK seq=1000 ack=1")
        .acknowledges(1001, &[(1000, 1001)]);
    t.calls(Call::Shutdown)
        .acknowledges(1001, &[])
        .enters([LastAck]);
    t.arrives("FIN,ACK seq=1000 ack=1")
        .acknowledges(1001, &[(1000, 1001)]);
    let mut t = at_left_edge(sacking(), 1000);
    t.calls(Call::Shutdown)
        .acknowledges(1000, &[])
        .enters([FinWait1]);
    t.arrives("ACK seq=1000 ack=2").silent().enters([FinWait2]);
    t.arrives("FIN,ACK seq=1000 ack=2")
        .acknowledges(1001, &[])
        .enters([TimeWait]);
    t.arrives("FIN,ACK seq=1000 ack=2")
        .acknowledges(1001, &[])
        .starts_2msl_over();
}

/// RFC 2883 §4.1, example 1: acknowledgements were lost.
#[test]
fn rfc_2883_example_1() {
    let mut t = at_left_edge(sacking(), 3000);
    t.takes(3000, 3500).acknowledges(3500, &[]);
    t.takes(3500, 4000).acknowledges(4000, &[]);
    t.takes(3000, 3500).acknowledges(4000, &[(3000, 3500)]);
    // Each duplicate is reported once.
    t.takes(4000, 4500).acknowledges(4500, &[]);
}

/// RFC 2883 §4.1, example 2: a segment was lost as well.
#[test]
fn rfc_2883_example_2() {
    let mut t = at_left_edge(sacking(), 3000);
    t.takes(3000, 3500).acknowledges(3500, &[]);
    t.takes(3500, 4000).acknowledges(4000, &[]);
    t.takes(4500, 5000).acknowledges(4000, &[(4500, 5000)]);
    t.takes(3000, 3500);
    t.acknowledges(4000, &[(3000, 3500), (4500, 5000)]);
}

/// RFC 2883 §4.1, example 3: a duplicate beyond the gap, with its block behind it.
#[test]
fn rfc_2883_example_3() {
    let mut t = at_left_edge(sacking(), 3500);
    t.takes(3500, 4000).acknowledges(4000, &[]);
    t.takes(4500, 5000).acknowledges(4000, &[(4500, 5000)]);
    t.takes(5000, 5500).acknowledges(4000, &[(4500, 5500)]);
    t.takes(5000, 5500);
    t.acknowledges(4000, &[(5000, 5500), (4500, 5500)]);
    t.takes(5500, 6000).acknowledges(4000, &[(4500, 6000)]);
}

/// RFC 2883 §4.2, example 4: a part of the segment is a duplicate.
#[test]
fn rfc_2883_example_4() {
    let mut t = at_left_edge(sacking(), 500);
    t.takes(500, 1000).acknowledges(1000, &[]);
    t.takes(2000, 2500).acknowledges(1000, &[(2000, 2500)]);
    t.takes(1000, 1500).acknowledges(1500, &[(2000, 2500)]);
    t.takes(1000, 2000).acknowledges(2500, &[(1000, 1500)]);
}

/// RFC 2883 §4.2, example 5: of two such parts below the acknowledgement the first is named.
#[test]
fn rfc_2883_example_5() {
    let mut t = at_left_edge(sacking(), 500);
    t.takes(500, 1000).acknowledges(1000, &[]);
    t.takes(3000, 3500).acknowledges(1000, &[(3000, 3500)]);
    t.takes(1000, 1500).acknowledges(1500, &[(3000, 3500)]);
    t.takes(2000, 2500);
    t.acknowledges(1500, &[(2000, 2500), (3000, 3500)]);
    t.takes(1000, 2500);
    t.acknowledges(2500, &[(1000, 1500), (3000, 3500)]);
}

/// RFC 2883 §4.2, example 6: of two such parts beyond the gap the first, with its block behind it.
#[test]
fn rfc_2883_example_6() {
    let mut t = at_left_edge(sacking(), 500);
    t.takes(500, 1000).acknowledges(1000, &[]);
    t.takes(3500, 4000).acknowledges(1000, &[(3500, 4000)]);
    t.takes(1500, 2000);
    t.acknowledges(1000, &[(1500, 2000), (3500, 4000)]);
    t.takes(2500, 3000);
    t.acknowledges(1000, &[(2500, 3000), (1500, 2000), (3500, 4000)]);
    t.takes(1500, 3000);
    t.acknowledges(1000, &[(1500, 2000), (1500, 3000), (3500, 4000)]);
}

/// RFC 2883 §5.1: the network doubled a segment.
#[test]
fn rfc_2883_replicated_by_the_network() {
    let mut t = at_left_edge(sacking(), 500);
    t.takes(500, 1000).acknowledges(1000, &[]);
    t.takes(1000, 1500).acknowledges(1500, &[]);
    t.takes(1000, 1500).acknowledges(1500, &[(1000, 1500)]);
}

/// RFC 2883 §5.2: reordering brought a retransmission that nobody needed.
#[test]
fn rfc_2883_false_retransmit_by_reordering() {
    let mut t = at_left_edge(sacking(), 500);
    t.takes(500, 1000).acknowledges(1000, &[]);
    t.takes(1500, 2000).acknowledges(1000, &[(1500, 2000)]);
    t.takes(2000, 2500).acknowledges(1000, &[(1500, 2500)]);
    t.takes(2500, 3000).acknowledges(1000, &[(1500, 3000)]);
    t.takes(1000, 1500).acknowledges(3000, &[]);
    t.takes(1000, 1500).acknowledges(3000, &[(1000, 1500)]);
}

/// RFC 2883 §5.3, §5.4: all acknowledgements were lost, or the time-out came too early.
#[test]
fn rfc_2883_retransmit_timeouts() {
    let mut t = at_left_edge(sacking(), 500);
    for start in [500, 1000, 1500, 2000] {
        t.takes(start, start + 500).acknowledges(start + 500, &[]);
    }
    for start in [500u32, 1000, 1500, 2000] {
        let again = (i64::from(start), i64::from(start) + 500);
        t.takes(start, start + 500).acknowledges(2500, &[again]);
    }
}

/// [`Config::dsack`] off: a duplicate is acknowledged and not named.
#[test]
fn duplicates_need_not_be_named() {
    let mut setup = sacking();
    setup.config.dsack = false;
    let mut t = at_left_edge(setup, 500);
    t.takes(1000, 1500).acknowledges(500, &[(1000, 1500)]);
    t.takes(1000, 1500).acknowledges(500, &[(1000, 1500)]);
    t.takes(100, 500).acknowledges(500, &[(1000, 1500)]);
}

/// RFC 7323 §5.3: what PAWS refuses is a duplicate too, if it lies before RCV.NXT.
#[test]
fn an_old_timestamp_may_be_a_duplicate() {
    let mut setup = sacking();
    setup.config.timestamps = true;
    let mut t = at_left_edge(setup, 500);
    t.arrives("ACK seq=500 ack=1 len=500 ts=7/0")
        .acknowledges(1000, &[]);
    t.arrives("ACK seq=500 ack=1 len=500 ts=6/0");
    t.acknowledges(1000, &[(500, 1000)]);
    t.arrives("ACK seq=1500 ack=1 len=500 ts=6/0")
        .acknowledges(1000, &[]);
}

/// The same blocks whatever the numbers are, also where they wrap.
#[test]
fn blocks_wrap_with_the_numbers() {
    for numbers in with_all_numbers() {
        let setup = Setup {
            config: sacking().config,
            ..numbers
        };
        let mut t = at_left_edge(setup, 500);
        t.takes(1000, 1500).acknowledges(500, &[(1000, 1500)]);
        t.takes(1, 500).acknowledges(500, &[(1, 500), (1000, 1500)]);
    }
}

/// What is left of FIN-WAIT-2 without a socket holds no text, and so reports none.
#[test]
fn a_remnant_reports_nothing() {
    let mut setup = sacking();
    setup.config.fin_wait2_orphan = OrphanInFinWait2::Remnant;
    setup.config.fin_wait2_timeout = Some(Span::from_secs(60));
    let mut t = at_left_edge(setup, 1000);
    t.reads(Received::Octets(999));
    t.takes(2000, 2500).acknowledges(1000, &[(2000, 2500)]);
    t.calls(Call::Close)
        .replies("FIN,ACK seq=1 ack=1000 sack=2000-2500")
        .enters([FinWait1])
        .arrives("ACK seq=1000 ack=2")
        .silent()
        .enters([FinWait2]);
    assert!(t.tcb.is_remnant());
    t.tcb.check();
}
