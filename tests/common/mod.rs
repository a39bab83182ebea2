//! Random plans, made from a seed: what the property tests run.

use lastack::host::profile::{Profile, ProfileName};
use lastack::host::program::{Address, Code, Fd, Step, Ways};
use lastack::link::fault::{Action, Fault, Header, Kind, Match, Transmission, Which};
use lastack::rng::{Purpose, Ratio, Stream};
use lastack::segment::icmp::IcmpKind;
use lastack::sim::plan::Plan;
use lastack::time::{Span, Time};

/// The listener of the server; it has no name.
const LISTENER: Fd = Fd(1);

const PORT: u16 = 9091;
const CLIENT: u8 = 0;
const SERVER: u8 = 1;

/// A plan drawn from `seed`: constants, path, faults, and what the two applications send and when
/// they close. Both ends always close, so every run must end.
pub fn random_plan(seed: u64) -> Plan {
    let draw = &mut Stream::new(seed, Purpose::InitialSequenceNumbers);
    let mut plan = Plan::new(profile(draw));
    for direction in &mut plan.path {
        direction.delay = Span::from_micros(draw.below(100_000));
        direction.loss = Ratio::new(draw.below(30), 100).expect("below one");
        if draw.below(2) == 0 {
            direction.rate = Some(100_000 + draw.below(100_000_000));
            direction.queue_limit = 1 + low(draw.below(50));
        }
        if draw.below(3) == 0 {
            let mtu = 200 + low(draw.below(1300));
            direction.mtu = Some(u16::try_from(mtu).expect("below 1,500"));
        }
    }
    for sender in 0..2 {
        for _ in 0..draw.below(3) {
            let fault = (plan.faults, fault(draw));
            plan.path[sender].faults.push(fault);
            plan.faults += 1;
        }
    }
    let count = 1 + low(draw.below(3));
    let child = plan.add_code(application(draw, None));
    let server = [
        Step::Bind {
            fd: LISTENER,
            address: Address::Any,
            port: PORT,
        },
        Step::Listen {
            fd: LISTENER,
            backlog: 8,
        },
        Step::Serve {
            listener: LISTENER,
            fd: Fd(0),
            code: child,
        },
    ];
    plan.add_program(SERVER, Code::new(&server, &["s", ""]));
    let client = application(draw, Some(PORT));
    let clients = plan.add_program(CLIENT, client);
    (clients.count, clients.every) = (count, Span::from_millis(draw.below(500)));
    plan
}

fn profile(draw: &mut Stream) -> Profile {
    let mut profile = Profile::new(ProfileName::Rfc9293);
    let tcp = &mut profile.tcp;
    tcp.mss = 100 + u16::try_from(draw.below(1361)).expect("below 1361");
    tcp.receive_buffer = 500 + low(draw.below(200_000));
    tcp.send_buffer = 500 + low(draw.below(200_000));
    tcp.window_scaling = draw.below(2) == 0;
    tcp.nagle = draw.below(2) == 0;
    tcp.delay_ack_of_fin = draw.below(4) == 0;
    if draw.below(2) == 0 {
        tcp.delayed_ack = None;
    }
    profile
}

fn application(draw: &mut Stream, connect: Option<u16>) -> Code {
    let fd = Fd(0);
    let mut steps: Vec<Step> = connect
        .map(|port| Step::Connect {
            fd,
            address: Address::Peer,
            port,
        })
        .into_iter()
        .collect();
    steps.push(Step::Send {
        fd,
        octets: draw.below(60_000),
    });
    if draw.below(2) == 0 {
        steps.push(Step::Sleep(Span::from_millis(draw.below(3000))));
    }
    if draw.below(3) == 0 {
        steps.push(Step::Receive {
            fd,
            octets: 1 + draw.below(5000),
        });
    }
    match draw.below(4) {
        0 => steps.push(Step::Close { fd }),
        1 => steps.push(Step::Abort { fd }),
        _ => steps.extend([
            Step::Shutdown {
                fd,
                ways: Ways::Write,
            },
            Step::ReceiveToEnd { fd },
            Step::Close { fd },
        ]),
    }
    Code::new(&steps, &["s", ""])
}

fn fault(draw: &mut Stream) -> Fault {
    let kinds = [
        Kind::Any,
        Kind::Syn,
        Kind::SynAck,
        Kind::Data,
        Kind::Fin,
        Kind::AckOfFin,
        Kind::Ack,
    ];
    let kind = kinds[usize::try_from(draw.below(7)).expect("below 7")];
    let matching = Match {
        kind,
        flags: None,
        transmission: Transmission::Any,
        connection: None,
        from: Time::ZERO,
        until: Time::NEVER,
        header: Header::ANY,
    };
    let which = match draw.below(3) {
        0 => Which::Nth(1 + low(draw.below(5))),
        1 => Which::First(1 + low(draw.below(3))),
        _ => Which::Every(2 + low(draw.below(5))),
    };
    let span = Span::from_millis(draw.below(400));
    let kinds = IcmpKind::ALL;
    let icmp = kinds[usize::try_from(draw.below(10)).expect("below 10")];
    let action = match draw.below(4) {
        0 => Action::Drop,
        1 => Action::Duplicate {
            copies: 1 + low(draw.below(2)),
            apart: span,
        },
        2 => Action::Answer(icmp),
        _ => Action::Delay(span),
    };
    Fault {
        matching,
        which,
        action,
    }
}

fn low(n: u64) -> u32 {
    u32::try_from(n).expect("drawn below 2^32")
}
