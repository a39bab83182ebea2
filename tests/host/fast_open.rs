//! Fast Open between hosts: the limit of a listener, and what calls return. RFC 7413.

use super::*;
use lastack::scenario;

/// Runs a scenario whose server serves with this limit, and whose clients' programs are these.
fn play(limit: u32, clients: &str, rest: &str) -> Trial {
    let source = format!(
        r#"Scenario(
            hosts: {{"client": Host(with: (fast_open: Client)), "server": Host(with: (fast_open: Server))}},
            programs: [
                Program(on: "server", steps: [
                    Bind("l", 9091), Set("l", TCP_FASTOPEN({limit})), Listen("l", 9),
                    Serve("l", "c", [ReceiveExactly("c", 300), Close("c")]),
                ]),
                {clients}
            ],
            {rest}
        )"#
    );
    let scenario = scenario::load(&source).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    run(scenario.plan)
}

/// A client that begins at this moment.
fn client(at: &str, steps: &str) -> String {
    format!(r#"Program(on: "client", start: "{at}", steps: [{steps}]),"#)
}

const ONCE: &str =
    r#"ConnectSend("s", "server", 9091, 300, Returns(300)), ReceiveToEnd("s"), Close("s")"#;

/// Octets of text that the client sent from this moment on: with SYNs, and with other segments.
fn text(trial: &Trial, from: Time) -> (u32, u32) {
    let (mut with_syns, mut others) = (0, 0);
    for record in trial
        .records
        .iter()
        .filter(|r| r.host == CLIENT && from <= r.time)
    {
        if let What::Sent { packet, .. } = &record.what {
            let segment = &packet.segment;
            match segment.flags.contains(Flags::SYN) {
                true => with_syns += segment.payload.len,
                false => others += segment.payload.len,
            }
        }
    }
    (with_syns, others)
}

/// RFC 7413 §5.1: while so many handshakes of Fast Open are not done, another SYN's text is not taken.
#[test]
fn a_listener_has_a_limit() {
    let clients = [client("0s", ONCE), client("1s", ONCE), client("1s", ONCE)].concat();
    for (limit, again) in [(1, 300), (2, 0)] {
        let trial = play(limit, &clients, "");
        assert_eq!(text(&trial, ms(1000)), (600, again), "limit {limit}");
    }
    let trial = play(0, &clients, "");
    assert_eq!(
        text(&trial, ms(0)),
        (0, 900),
        "without Fast Open there are no cookies"
    );
}

/// Whose SYN,ACK was lost has not shown that it can be reached, though the server's program has read
/// its text and closed.
#[test]
fn what_the_program_has_closed_counts_until_it_is_confirmed() {
    let clients = [
        client("0s", ONCE),
        client("1s", ONCE),
        client("1100ms", ONCE),
    ]
    .concat();
    let fault = r#"faults: [Drop(from: "server", matching: SynAck, nth: 2)],"#;
    let trial = play(1, &clients, fault);
    assert_eq!(text(&trial, ms(1100)), (300, 300));
    let ended = |program| returns(&trial, program).last().map(|(_, result)| *result);
    assert_eq!([ended(1), ended(2), ended(3)], [Some(Done(0)); 3]);
}

/// A call that may not wait returns what it wrote, if there is a cookie; else nothing was written.
#[test]
fn a_call_that_may_not_wait_returns_at_once() {
    let steps = r#"Set("s", O_NONBLOCK(true)), ConnectSend("s", "server", 9091, 300, Fails(EINPROGRESS)),
        Sleep("1s"), Send("s", 300, Returns(300)), Sleep("1s"), Close("s"),
        Set("t", O_NONBLOCK(true)), ConnectSend("t", "server", 9091, 300, Returns(300)), Sleep("1s"), Close("t")"#;
    let trial = play(5, &client("0s", steps), "");
    assert_eq!(text(&trial, ms(0)), (300, 300));
    assert_eq!(text(&trial, ms(2000)), (300, 0));
    let connects = returns(&trial, 1);
    assert_eq!(connects[1].1, Failed(Errno::Einprogress));
    assert_eq!(connects.last().map(|(_, result)| *result), Some(Done(0)));
}

/// Where the host does without, it is a connect and a send.
#[test]
fn a_host_without_fast_open_connects_and_sends() {
    let mut plan = plan();
    let steps = [bind(PORT), listen(5), accept(A), receive(A, 300), close(A)];
    plan.add_program(SERVER, all_succeed(&steps));
    let connect_send = Step::ConnectSend {
        fd: A,
        address: Address::Peer,
        port: PORT,
        octets: 300,
    };
    plan.add_program(CLIENT, code(&[(connect_send, Expects::Returns(300))]));
    let trial = run(plan);
    assert_eq!(text(&trial, ms(0)), (0, 300));
    let has_option = |what: &What| match what {
        What::Sent { packet, .. } => packet.segment.options.fast_open().is_some(),
        _ => false,
    };
    assert!(!trial.records.iter().any(|record| has_option(&record.what)));
}
