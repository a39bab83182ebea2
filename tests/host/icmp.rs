//! ICMP errors over whole runs: which connection they find, and what applications are told.

use super::*;
use lastack::host::profile::sockets::ErrorNumbers;
use lastack::segment::icmp::IcmpKind;
use lastack::sim::plan::{HostEvent, Turn};
use lastack::tcp::config::{IcmpHardErrors, IcmpSoftErrors, PathMtuDiscovery};
use lastack::tcp::icmp::{IcmpIgnored, IcmpVerdict};

/// The router answers the packets of this kind that `host` sends.
fn answer(plan: &mut Plan, host: u8, kind: Kind, which: Which, icmp: IcmpKind) {
    drop_packets(plan, host, kind, which, Time::ZERO);
    let faults = &mut plan.path[usize::from(host)].faults;
    faults.last_mut().expect("one was added").1.action = Action::Answer(icmp);
}

/// What a host made of ICMP errors, and when.
fn heard(trial: &Trial, host: u8) -> Vec<(Time, IcmpVerdict)> {
    let of = |what: &What| match *what {
        What::Icmp { verdict, .. } => Some(verdict),
        _ => None,
    };
    let there = trial.records.iter().filter(|r| r.host == host);
    there.filter_map(|r| Some((r.time, of(&r.what)?))).collect()
}

/// A server that takes one connection and waits for its end.
fn serve_one(plan: &mut Plan) {
    let steps = [bind(PORT), listen(5), accept(A), receive_to_end(A)];
    plan.add_program(SERVER, all_succeed(&steps));
}

/// Every kind has its error in each family, which an application gets from connect.
#[test]
fn each_kind_has_its_error_in_each_family() {
    use Errno::*;
    let table = [
        (
            IcmpKind::NetUnreachable,
            [Enetunreach, Ehostunreach, Enetunreach],
        ),
        (IcmpKind::HostUnreachable, [Ehostunreach; 3]),
        (
            IcmpKind::ProtocolUnreachable,
            [Enoprotoopt, Econnrefused, Econnrefused],
        ),
        (IcmpKind::PortUnreachable, [Econnrefused; 3]),
        (IcmpKind::FragmentationNeeded { mtu: 0 }, [Emsgsize; 3]),
        (
            IcmpKind::SourceRouteFailed,
            [Eopnotsupp, Ehostunreach, Ehostunreach],
        ),
        (
            IcmpKind::AdminProhibited,
            [Ehostunreach, Econnrefused, Ehostunreach],
        ),
        (IcmpKind::TimeExceeded, [Ehostunreach; 3]),
        (
            IcmpKind::ParameterProblem,
            [Eproto, Enoprotoopt, Ehostunreach],
        ),
    ];
    let families = [
        ErrorNumbers::Ninety,
        ErrorNumbers::Forty,
        ErrorNumbers::TenThousand,
    ];
    for (kind, errors) in table {
        for (numbers, errno) in families.into_iter().zip(errors) {
            let mut plan = plan();
            let profile = &mut plan.hosts[0].profile;
            profile.sockets.errors = numbers;
            profile.tcp.icmp_soft_errors = IcmpSoftErrors::AbortInHandshake;
            profile.tcp.icmp_hard_errors = IcmpHardErrors::AbortInHandshake;
            profile.tcp.path_mtu_discovery = PathMtuDiscovery::Off;
            answer(&mut plan, CLIENT, Kind::Syn, Which::All, kind);
            plan.add_program(CLIENT, code(&[fails(connect(A), errno)]));
            let trial = run(plan);
            assert_eq!(
                returns(&trial, 0),
                [(0, Failed(errno))],
                "{kind} {numbers:?}"
            );
            assert_eq!(heard(&trial, CLIENT), [(ms(10), IcmpVerdict::Aborted)]);
        }
    }
}

/// An error takes half the delay there and half the delay back.
#[test]
fn the_router_stands_in_the_middle_of_both_ways() {
    let mut plan = plan();
    plan.path[1].delay = Span::from_millis(30);
    answer(
        &mut plan,
        CLIENT,
        Kind::Syn,
        Which::First(1),
        IcmpKind::TimeExceeded,
    );
    serve_one(&mut plan);
    plan.add_program(CLIENT, all_succeed(&[connect(A), close(A)]));
    let trial = run(plan);
    assert_eq!(heard(&trial, CLIENT), [(ms(20), IcmpVerdict::Remembered)]);
    assert_eq!(moments(&trial, 1)[0], ms(1040));
}

/// RFC 9293 §3.9.2.2 (SHLD-25): what the network said takes the place of the time-out.
#[test]
fn a_time_out_tells_what_the_network_said() {
    for (numbers, errno) in [
        (ErrorNumbers::Ninety, Errno::Enetunreach),
        (ErrorNumbers::Forty, Errno::Ehostunreach),
    ] {
        let mut plan = plan();
        plan.hosts[0].profile.sockets.errors = numbers;
        answer(
            &mut plan,
            CLIENT,
            Kind::Data,
            Which::All,
            IcmpKind::NetUnreachable,
        );
        serve_one(&mut plan);
        let steps = [
            ok(connect(A)),
            ok(send(A, 1)),
            fails(receive(A, 1), errno),
            ok(receive(A, 1)),
        ];
        plan.add_program(CLIENT, code(&steps));
        let trial = run(plan);
        let told = returns(&trial, 1);
        assert_eq!(told[2..], [(2, Failed(errno)), (3, Done(0))]);
        assert_eq!(moments(&trial, 1)[2], ms(300_020));
    }
}

/// The last thing that was heard is forgotten with the next progress: it is a time-out again.
#[test]
fn progress_forgets_what_the_network_said() {
    let mut plan = plan();
    answer(
        &mut plan,
        CLIENT,
        Kind::Data,
        Which::First(1),
        IcmpKind::NetUnreachable,
    );
    drop_packets(&mut plan, CLIENT, Kind::Data, Which::All, ms(2000));
    serve_one(&mut plan);
    let steps = [
        ok(connect(A)),
        ok(send(A, 1)),
        ok(sleep(5000)),
        ok(send(A, 1)),
        fails(receive(A, 1), Errno::Etimedout),
    ];
    plan.add_program(CLIENT, code(&steps));
    let trial = run(plan);
    assert_eq!(returns(&trial, 1)[4], (4, Failed(Errno::Etimedout)));
}

/// A listener's handshake that an error ends makes room, and the client's next SYN finds it.
#[test]
fn a_handshake_of_a_listener_makes_room() {
    let mut plan = plan();
    let tcp = &mut plan.hosts[1].profile.tcp;
    tcp.icmp_soft_errors = IcmpSoftErrors::AbortInHandshake;
    answer(
        &mut plan,
        SERVER,
        Kind::SynAck,
        Which::First(1),
        IcmpKind::HostUnreachable,
    );
    let steps = [bind(PORT), listen(1), accept(A), receive_to_end(A)];
    plan.add_program(SERVER, all_succeed(&steps));
    plan.add_program(CLIENT, all_succeed(&[connect(A), close(A)]));
    let trial = run(plan);
    assert_eq!(heard(&trial, SERVER), [(ms(20), IcmpVerdict::Aborted)]);
    let entered = states(&trial, SERVER, 1);
    assert_eq!(
        entered[..3],
        [State::SynReceived, State::Closed, State::SynReceived]
    );
    assert_eq!(moments(&trial, 1)[0], ms(1020));
}

/// Who has pulled its cable, or is down, hears nothing; nor does a connection that is gone.
#[test]
fn nobody_hears_an_error_without_a_cable_a_host_or_a_connection() {
    let ignored = |reason| [(ms(10), IcmpVerdict::Ignored(reason))];
    for (turn, reason) in [
        (Turn::Unplugged, IcmpIgnored::Deaf),
        (Turn::Crashes, IcmpIgnored::Deaf),
    ] {
        let mut plan = plan();
        answer(
            &mut plan,
            CLIENT,
            Kind::Syn,
            Which::All,
            IcmpKind::PortUnreachable,
        );
        plan.events.push(HostEvent {
            at: ms(5),
            host: CLIENT,
            turn,
        });
        plan.until = Some(ms(20));
        plan.add_program(CLIENT, code(&[ok(connect(A))]));
        assert_eq!(heard(&run(plan), CLIENT), ignored(reason), "{turn:?}");
    }
    let mut plan = plan();
    answer(
        &mut plan,
        CLIENT,
        Kind::Syn,
        Which::All,
        IcmpKind::PortUnreachable,
    );
    let child = plan.add_program(CLIENT, code(&[ok(connect(A))]));
    child.signals.push((ms(5), Signal::Kill));
    let trial = run(plan);
    assert_eq!(heard(&trial, CLIENT), ignored(IcmpIgnored::NoConnection));
}
