//! Plans of many connections, or of one that carries much: what the benchmarks measure and the
//! counts of allocations too.

use lastack::host::profile::Profile;
use lastack::host::program::{Address, Code, Fd, Step};
use lastack::rng::Ratio;
use lastack::sim::plan::Plan;
use lastack::time::Span;

/// The host that connects.
pub const CLIENT: u8 = 0;
/// The host that listens.
pub const SERVER: u8 = 1;
/// The first port of the server.
pub const SERVER_PORT: u16 = 5000;

/// The listener of the server; it has no name.
const LISTENER: Fd = Fd(1);
const SOCKET: Fd = Fd(0);

/// A path of 1 Gbit/s, 5 ms each way, that loses this share of packets, on which nothing runs.
pub fn lossy(profile: Profile, loss: (u64, u64)) -> Plan {
    let mut plan = Plan::new(profile);
    plan.event_limit = u64::MAX;
    for direction in &mut plan.path {
        direction.delay = Span::from_millis(5);
        direction.rate = Some(1_000_000_000);
        direction.loss = Ratio::new(loss.0, loss.1).expect("a probability");
    }
    plan
}

/// One connection that carries so many octets from the client to the server.
pub fn sends_all(plan: &mut Plan, octets: u64) {
    let fd = SOCKET;
    let client = [
        connect(SERVER_PORT),
        Step::Send { fd, octets },
        Step::Close { fd },
    ];
    let [bind, listen] = listens(SERVER_PORT, 1);
    let server = [
        bind,
        listen,
        Step::Accept {
            listener: LISTENER,
            fd,
        },
        Step::ReceiveToEnd { fd },
        Step::Close { fd },
    ];
    plan.add_program(SERVER, code(&server));
    plan.add_program(CLIENT, code(&client));
}

/// Clients that open a connection to this port and close it, one a millisecond.
pub fn opens_and_closes(plan: &mut Plan, port: u16, count: u32) {
    let fd = SOCKET;
    let client = [connect(port), Step::Close { fd }];
    if plan.code.is_empty() {
        plan.add_code(code(&[Step::ReceiveToEnd { fd }, Step::Close { fd }]));
    }
    plan.add_program(SERVER, code(&serves(port)));
    let clients = plan.add_program(CLIENT, code(&client));
    (clients.count, clients.every) = (count, Span::from_millis(1));
}

/// A server that runs the plan's first code for each connection.
pub fn serves(port: u16) -> [Step; 3] {
    let [bind, listen] = listens(port, 1000);
    let serve = Step::Serve {
        listener: LISTENER,
        fd: SOCKET,
        code: 0,
    };
    [bind, listen, serve]
}

/// Steps with the names of the two sockets.
pub fn code(steps: &[Step]) -> Code {
    Code::new(steps, &["s", ""])
}

fn connect(port: u16) -> Step {
    Step::Connect {
        address: Address::Peer,
        fd: SOCKET,
        port,
    }
}

fn listens(port: u16, backlog: u32) -> [Step; 2] {
    let bind = Step::Bind {
        fd: LISTENER,
        address: Address::Any,
        port,
    };
    let listen = Step::Listen {
        fd: LISTENER,
        backlog,
    };
    [bind, listen]
}
