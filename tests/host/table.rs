//! The table of connections: TIME-WAIT and what reopens it, the backlog.

use super::*;

/// A server that closes first and a client that comes again from the same port at `again`.
fn comes_again(again: u64) -> Plan {
    let mut plan = plan();
    let server = [
        bind(PORT),
        listen(5),
        accept(A),
        close(A),
        accept(B),
        receive_to_end(B),
        close(B),
    ];
    let client = [
        bind_to(A, 5000),
        connect(A),
        receive_to_end(A),
        close(A),
        at(again),
        bind_to(B, 5000),
        connect(B),
        send(B, 10),
        close(B),
    ];
    plan.add_program(SERVER, all_succeed(&server));
    plan.add_program(CLIENT, all_succeed(&client));
    plan
}

/// RFC 9293 §3.6.1 (MAY-2).
#[test]
fn a_new_syn_reopens_from_time_wait() {
    let trial = run(comes_again(1000));
    let old = states(&trial, SERVER, 1);
    assert_eq!(old[old.len() - 2..], [State::TimeWait, State::Closed]);
    let reopened = |what: &What| matches!(what, What::Ended(End::Reopened));
    let ends = trial.records.iter().filter(|r| reopened(&r.what));
    assert_eq!(
        ends.map(|r| (r.connection, r.time)).collect::<Vec<_>>(),
        [(Some(1), ms(1030))]
    );
    assert_eq!(returns(&trial, 0).len(), 7);
    assert_eq!(trial.stop, Stop::Quiescence);
}

/// The old connection ends while the handshake of the new one goes on.
#[test]
fn time_wait_may_end_behind_a_new_connection() {
    let mut plan = comes_again(239_900);
    drop_packets(&mut plan, SERVER, Kind::SynAck, Which::First(1), ms(1000));
    let trial = run(plan);
    assert_eq!(states(&trial, SERVER, 2).last(), Some(&State::Closed));
    assert_eq!(returns(&trial, 0).len(), 7);
    assert_eq!(trial.stop, Stop::Quiescence);
}

/// Its place in the table may belong to another connection in TIME-WAIT by then, which stays.
#[test]
fn a_connection_in_the_place_of_the_old_one_is_left_alone() {
    let mut plan = comes_again(239_900);
    // Only the handshake of the connection from port 5000 is held up.
    drop_packets(&mut plan, SERVER, Kind::SynAck, Which::First(1), ms(1000));
    let listener = [bind(80), listen(5), accept(A), close(A)];
    plan.add_program(SERVER, all_succeed(&listener));
    let other = [
        at(240_100),
        Step::Connect {
            address: Address::Peer,
            fd: A,
            port: 80,
        },
        receive_to_end(A),
        close(A),
    ];
    plan.add_program(CLIENT, all_succeed(&other));
    let trial = run(plan);
    let reopened = |what: &What| matches!(what, What::Ended(End::Reopened));
    assert!(!trial.records.iter().any(|r| reopened(&r.what)));
    assert_eq!(returns(&trial, 0).len(), 7);
}

/// The embryo of a listener that closes makes room for the connection in TIME-WAIT again.
#[test]
fn closing_the_listener_brings_time_wait_back() {
    let mut plan = comes_again(1000);
    drop_packets(&mut plan, SERVER, Kind::SynAck, Which::All, ms(1000));
    plan.programs[0].signals = vec![(ms(1500), Signal::Kill)];
    let trial = run(plan);
    assert_eq!(
        states(&trial, SERVER, 2),
        [State::SynReceived, State::Closed]
    );
    // The SYN that comes next finds TIME-WAIT, and no longer a listener.
    assert_eq!(drops(&trial, SERVER, DropReason::OutsideWindow), 1);
}

/// RFC 9293 §3.6.1 (MAY-2): the SYN was an old duplicate, so TIME-WAIT goes on.
#[test]
fn an_old_duplicate_syn_comes_back_to_time_wait() {
    let mut plan = comes_again(3000);
    plan.triggers.push(Trigger::At(ms(1000)));
    plan.injections.push(Injection {
        icmp: None,
        when: lastack::link::fault::TriggerId(0),
        after: Span::ZERO,
        from: CLIENT,
        ports: Some((5000, PORT)),
        connection: 1,
        flags: Flags::SYN,
        seq: Number::Expected(1000),
        ack: Number::Absolute(0),
        wnd: 1000,
        len: 0,
    });
    let trial = run(plan);
    // Nobody at the client knows the SYN,ACK: its reset ends the embryo, and nothing else.
    assert_eq!(
        states(&trial, SERVER, 2),
        [State::SynReceived, State::Listen]
    );
    let old = states(&trial, SERVER, 1);
    assert_eq!(old[old.len() - 2..], [State::TimeWait, State::Closed]);
    // The true new connection reopens it.
    let reopened = |what: &What| matches!(what, What::Ended(End::Reopened));
    let at = trial.records.iter().find(|r| reopened(&r.what));
    assert_eq!(at.map(|r| r.time), Some(ms(3030)));
    assert_eq!(returns(&trial, 0).len(), 7);
}

/// The machine of a server that others learned, states s1 and s0: a firewall may hide a listener from
/// all but a SYN, or closed ports alone.
#[test]
fn a_firewall_may_hide_a_listener() {
    for (policy, resets) in [
        (ClosedPort::Reset, 2),
        (ClosedPort::Silent, 1),
        (ClosedPort::ListenerSilent, 0),
    ] {
        let mut plan = plan();
        plan.hosts[usize::from(SERVER)].profile.sockets.closed_port = policy;
        plan.add_program(CLIENT, all_succeed(&[at(500), connect(A), close(A)]));
        let listener = [bind(PORT), listen(5), accept(A), close(A)];
        plan.add_program(SERVER, all_succeed(&listener));
        for (place, port) in [(0, PORT), (1, PORT + 1)] {
            plan.triggers.push(Trigger::At(ms(100)));
            plan.injections.push(Injection {
                icmp: None,
                when: lastack::link::fault::TriggerId(place),
                after: Span::ZERO,
                from: CLIENT,
                ports: Some((5000, port)),
                connection: 0,
                flags: Flags::ACK,
                seq: Number::Absolute(1),
                ack: Number::Absolute(1),
                wnd: 1000,
                len: 0,
            });
        }
        let trial = run(plan);
        let is_reset = |what: &What| match what {
            What::Sent { packet, .. } => packet.segment.flags.contains(Flags::RST),
            _ => false,
        };
        let sent = trial.records.iter().filter(|r| is_reset(&r.what)).count();
        assert_eq!(sent, resets, "{policy:?}");
        assert_eq!(returns(&trial, 0).len(), 3, "a SYN is heard");
    }
}
