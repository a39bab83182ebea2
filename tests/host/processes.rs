//! Processes: signals, children, waiting.

use super::*;
use ProcessEvent::{Died, Exited, Interrupted, Killed, Started};

/// A server at the port that takes one connection and reads it to its end.
fn reader(plan: &mut Plan) {
    let steps = [
        bind(PORT),
        listen(5),
        accept(A),
        receive_to_end(A),
        close(A),
    ];
    plan.add_program(SERVER, all_succeed(&steps));
}

fn wait_for(fd: Fd, state: State) -> Step {
    Step::WaitFor { fd, state }
}

#[test]
fn a_state_that_is_left_at_once_still_ends_the_wait() {
    // The last ACK of the handshake, the text and the FIN arrive at one instant, and so do the
    // server's ACK and FIN: FIN-WAIT-2 begins and ends before any program can look.
    let mut plan = plan();
    let server = [
        bind(PORT),
        listen(5),
        accept(A),
        receive_to_end(A),
        close(A),
    ];
    let client = [
        connect(A),
        Step::Shutdown {
            fd: A,
            ways: Ways::Write,
        },
        wait_for(A, State::FinWait2),
        close(A),
    ];
    plan.add_program(SERVER, all_succeed(&server));
    plan.add_program(CLIENT, all_succeed(&client));
    let trial = run(plan);
    let ended = events(&trial, 1);
    assert_eq!(ended, [(0, Started), (0, Exited)]);
    assert_eq!(moments(&trial, 1)[2], ms(40));
}

#[test]
fn waiting_for_a_state_one_is_in_returns_at_once() {
    let mut plan = plan();
    reader(&mut plan);
    let client = [connect(A), wait_for(A, State::Established), close(A)];
    plan.add_program(CLIENT, all_succeed(&client));
    let trial = run(plan);
    assert_eq!(moments(&trial, 1), [ms(20); 3]);
}

#[test]
fn an_interrupt_without_a_handler_closes_everything() {
    let mut plan = plan();
    reader(&mut plan);
    let client = plan.add_program(CLIENT, all_succeed(&[connect(A), sleep(1000)]));
    client.signals = vec![(ms(100), Signal::Interrupt)];
    let trial = run(plan);
    let end = (0, Interrupted { handled: false });
    assert_eq!(events(&trial, 1), [(0, Started), end]);
    assert_eq!(states(&trial, CLIENT, 1)[2], State::FinWait1);
    // The wake-up of the dead sleeper moves no clock.
    assert_eq!(trial.world.now(), ms(240_120));
}

#[test]
fn a_handler_takes_over_on_the_same_sockets() {
    let mut plan = plan();
    reader(&mut plan);
    let handler = plan.add_code(all_succeed(&[send(A, 7), sleep(50), close(A)]));
    let client = plan.add_program(CLIENT, all_succeed(&[connect(A), sleep(1000)]));
    client.signals = vec![(ms(100), Signal::Interrupt)];
    client.on_interrupt = Some(handler);
    let trial = run(plan);
    let taken = (0, Interrupted { handled: true });
    assert_eq!(events(&trial, 1), [(0, Started), taken, (0, Exited)]);
    assert_eq!(moments(&trial, 1), [ms(20), ms(100), ms(150), ms(150)]);
    assert_eq!(returns(&trial, 0)[3], (3, Done(7)));
}

#[test]
fn a_handler_interrupts_a_connect_and_an_accept() {
    let mut plan = plan();
    let handler = plan.add_code(all_succeed(&[close(A)]));
    let client = plan.add_program(CLIENT, all_succeed(&[connect(A)]));
    client.signals = vec![(ms(5), Signal::Interrupt)];
    client.on_interrupt = Some(handler);
    let leave = plan.add_code(all_succeed(&[Step::Close { fd: LISTENER }]));
    let server = plan.add_program(SERVER, all_succeed(&[bind(PORT), listen(1), accept(A)]));
    server.signals = vec![(ms(5), Signal::Interrupt)];
    server.on_interrupt = Some(leave);
    let trial = run(plan);
    assert_eq!(states(&trial, CLIENT, 1), [State::SynSent, State::Closed]);
    for program in [0, 1] {
        let taken = (0, Interrupted { handled: true });
        assert_eq!(events(&trial, program), [(0, Started), taken, (0, Exited)]);
    }
    assert_eq!(drops(&trial, SERVER, DropReason::NoConnection), 1);
}

/// A handler that forks: the children come after the signal.
#[test]
fn the_children_of_a_handler_are_not_hit_by_its_signal() {
    let mut plan = plan();
    let child = plan.add_code(all_succeed(&[receive_to_end(A), close(A)]));
    let serve = Step::Serve {
        listener: LISTENER,
        fd: A,
        code: child,
    };
    let handler = plan.add_code(all_succeed(&[serve]));
    // Two programs make room in the table of processes before the signal.
    let busy = plan.add_program(SERVER, all_succeed(&[bind(PORT), listen(5), sleep(5000)]));
    busy.signals = vec![(ms(500), Signal::Interrupt)];
    busy.on_interrupt = Some(handler);
    plan.add_program(SERVER, all_succeed(&[sleep(10)]));
    let client = [connect(A), sleep(1000), close(A)];
    plan.add_program(CLIENT, all_succeed(&client));
    let trial = run(plan);
    let taken = (0, Interrupted { handled: true });
    assert_eq!(
        events(&trial, 0),
        [(0, Started), taken, (1, Started), (1, Exited)]
    );
}

#[test]
fn a_killed_server_resets_who_waits_and_starts_again() {
    let mut plan = plan();
    let server = plan.add_program(SERVER, all_succeed(&[bind(PORT), listen(5), sleep(60_000)]));
    server.signals = vec![(ms(100), Signal::Kill), (ms(200), Signal::Start)];
    let client = [
        ok(connect(A)),
        fails(receive(A, 1), Errno::Econnreset),
        ok(close(A)),
        ok(sleep(200)),
        ok(Step::Socket { fd: A }),
        ok(connect(A)),
        ok(Step::Abort { fd: A }),
    ];
    plan.add_program(CLIENT, code(&client));
    let trial = run(plan);
    let begun = [(0, Started), (0, Killed), (1, Started), (1, Exited)];
    assert_eq!(events(&trial, 0), begun);
    assert_eq!(returns(&trial, 1).len(), 7);
    assert_eq!(moments(&trial, 1)[1], ms(110));
}

#[test]
fn started_again_while_it_runs_it_finds_its_port_taken() {
    let mut plan = plan();
    let server = plan.add_program(SERVER, all_succeed(&[bind(PORT), listen(5), sleep(500)]));
    server.signals = vec![(ms(100), Signal::Start)];
    let trial = run(plan);
    let expected = [(0, Started), (1, Started), (1, Died), (0, Exited)];
    assert_eq!(events(&trial, 0), expected);
    assert_eq!(returns(&trial, 0)[2], (0, Failed(Errno::Eaddrinuse)));
}

#[test]
fn serve_forks_a_child_for_every_connection_and_outlives_none() {
    let mut plan = plan();
    let child = plan.add_code(all_succeed(&[receive_to_end(A), close(A)]));
    let serve = Step::Serve {
        listener: LISTENER,
        fd: A,
        code: child,
    };
    let server = plan.add_program(SERVER, all_succeed(&[bind(PORT), listen(5), serve]));
    server.signals = vec![(ms(1000), Signal::Interrupt)];
    let client = plan.add_program(CLIENT, all_succeed(&[connect(A), send(A, 3), close(A)]));
    (client.count, client.every) = (3, Span::from_millis(1));
    let trial = run(plan);
    let mut expected = vec![(0, Started)];
    expected.extend((1..=3).map(|n| (n, Started)));
    expected.extend((1..=3).map(|n| (n, Exited)));
    expected.push((0, Interrupted { handled: false }));
    let mut found = events(&trial, 0);
    found.sort_by_key(|(instance, event)| (*event == Exited, *instance == 0, *instance));
    assert_eq!(found.len(), expected.len());
    for event in expected {
        assert!(found.contains(&event), "{event:?}");
    }
}

#[test]
fn a_program_runs_as_often_as_it_says() {
    let mut plan = plan();
    let program = plan.add_program(CLIENT, all_succeed(&[sleep(1)]));
    (program.count, program.every) = (3, Span::from_millis(10));
    plan.add_program(CLIENT, all_succeed(&[sleep(1)])).count = 0;
    let trial = run(plan);
    assert_eq!(moments(&trial, 0), [ms(1), ms(11), ms(21)]);
    assert_eq!(events(&trial, 1), []);
}
