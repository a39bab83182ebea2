//! What a host lists of its sockets.

use super::*;
use lastack::host::program::Address;
use lastack::host::table::{Queue, Row, Timer, TimerKind};
use lastack::link::fault::Header;
use lastack::sim::world::World;

/// Sockets of a host at a moment.
fn rows(plan: &Plan, host: u8, at: Time) -> Vec<Row> {
    let mut world = World::new(Arc::new(plan.clone()), 1);
    world.run_until(at, &mut ());
    world.hosts()[usize::from(host)].table(at)
}

const fn queue(octets: u64, controls: u8) -> Queue {
    Queue { octets, controls }
}

/// State, Recv-Q, Send-Q, timer with the milliseconds it has left and its count.
type Told = (State, Queue, Queue, TimerKind, u64, u32);

fn told(row: &Row) -> Told {
    let Timer { kind, left, count } = row.timer;
    let milliseconds = left.as_nanos() / 1_000_000;
    (row.state, row.recv_q, row.send_q, kind, milliseconds, count)
}

/// The server listens; the client connects, sends and closes; its FIN is lost once.
fn plan_of_a_life() -> Plan {
    let mut plan = plan();
    let server = [
        bind(PORT),
        listen(5),
        at(1500),
        accept(A),
        at(5000),
        close(A),
        at(9000),
    ];
    let client = [
        connect(A),
        at(1000),
        send(A, 100),
        at(2000),
        close(A),
        at(9000),
    ];
    plan.add_program(SERVER, all_succeed(&server));
    plan.add_program(CLIENT, all_succeed(&client));
    plan
}

#[test]
fn rows_tell_the_life_of_a_connection() {
    use TimerKind::*;
    let plan = plan_of_a_life();
    let none = Queue::default();
    let client = |at| {
        rows(&plan, CLIENT, ms(at))
            .iter()
            .map(told)
            .collect::<Vec<_>>()
    };
    let server = |at| {
        rows(&plan, SERVER, ms(at))
            .iter()
            .map(told)
            .collect::<Vec<_>>()
    };
    let listener = |waiting| (State::Listen, queue(waiting, 0), queue(5, 0), Off, 0, 0);
    assert_eq!(
        client(5),
        [(State::SynSent, none, queue(0, 1), Retransmission, 995, 0)]
    );
    // A handshake that the peer began has nothing in its queues.
    assert_eq!(
        server(15),
        [
            listener(0),
            (State::SynReceived, none, none, Retransmission, 995, 0)
        ]
    );
    assert_eq!(
        server(500),
        [listener(1), (State::Established, none, none, Off, 0, 0)]
    );
    assert_eq!(
        client(1005),
        [(
            State::Established,
            none,
            queue(100, 0),
            Retransmission,
            995,
            0
        )]
    );
    assert_eq!(
        server(1600),
        [
            listener(0),
            (State::Established, queue(100, 0), none, Off, 0, 0)
        ]
    );
    assert_eq!(
        client(2005),
        [(State::FinWait1, none, queue(0, 1), Retransmission, 995, 0)]
    );
    assert_eq!(
        server(3000),
        [
            listener(0),
            (State::CloseWait, queue(100, 1), none, Off, 0, 0)
        ]
    );
    assert_eq!(client(3000), [(State::FinWait2, none, none, Off, 0, 0)]);
}

#[test]
fn rows_name_their_ends() {
    let [listener, open] = rows(&plan_of_a_life(), SERVER, ms(500))[..] else {
        panic!("two sockets");
    };
    assert_eq!(
        (listener.local, listener.remote),
        ((Address::Any, PORT), None)
    );
    assert_eq!(listener.connection, None);
    assert_eq!(open.local, (Address::Own, PORT));
    assert_eq!(open.remote, Some((Address::Peer, 49_152)));
    assert_eq!(open.connection, Some(1));
}

#[test]
fn retransmissions_and_time_wait_are_told() {
    use TimerKind::*;
    let mut plan = plan();
    let lost = Fault {
        matching: Match {
            kind: Kind::Fin,
            header: Header::ANY,
            flags: None,
            transmission: Transmission::Any,
            connection: None,
            from: Time::ZERO,
            until: Time::NEVER,
        },
        which: Which::First(2),
        action: Action::Drop,
    };
    plan.path[usize::from(CLIENT)].faults.push((0, lost));
    plan.faults = 1;
    let server = [
        bind(PORT),
        listen(5),
        accept(A),
        receive_to_end(A),
        close(A),
    ];
    plan.add_program(SERVER, all_succeed(&server));
    plan.add_program(CLIENT, all_succeed(&[connect(A), at(1000), close(A)]));
    let client = |at| told(&rows(&plan, CLIENT, ms(at))[0]);
    let fin = queue(0, 1);
    let none = Queue::default();
    assert_eq!(
        client(1500),
        (State::FinWait1, none, fin, Retransmission, 500, 0)
    );
    assert_eq!(
        client(2500),
        (State::FinWait1, none, fin, Retransmission, 1500, 1)
    );
    assert_eq!(
        client(4020),
        (State::TimeWait, none, none, TimeWait, 240_000, 0)
    );
    assert_eq!(
        client(5020),
        (State::TimeWait, none, none, TimeWait, 239_000, 0)
    );
}
