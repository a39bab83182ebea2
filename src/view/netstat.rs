//! Socket tables of both hosts, in the columns of Linux's `netstat -tan`.
//!
//! Addresses are never cut, as with `netstat --wide`.

use super::run::SocketLine;
use crate::sim::plan::Plan;
use crate::tcp::state::State;
use crate::time::Time;
use std::fmt::Write;
use std::net::IpAddr;

/// Both tables, each under a line that names its host and the moment.
pub fn render(plan: &Plan, sockets: &[Vec<SocketLine>; 2], at: Time) -> String {
    let mut out = String::new();
    for (host, lines) in plan.hosts.iter().zip(sockets) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{} ({}) at {at}", host.name, host.address);
        for line in table(lines) {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

/// The lines of one table, its column names first; netstat's own blanks at their ends included.
pub fn table(sockets: &[SocketLine]) -> Vec<String> {
    let names = [
        "Proto",
        "Recv-Q",
        "Send-Q",
        "Local Address",
        "Foreign Address",
        "State",
    ];
    let sockets = sockets.iter().map(|socket| row(&fields(socket)));
    std::iter::once(row(&names.map(str::to_owned)))
        .chain(sockets)
        .collect()
}

/// The six columns of a line.
pub fn fields(socket: &SocketLine) -> [String; 6] {
    let (address, port) = socket.local;
    let proto = if address.is_ipv4() { "tcp" } else { "tcp6" };
    let remote = match socket.remote {
        Some((address, port)) => format!("{address}:{port}"),
        None => format!("{}:*", unspecified(address)),
    };
    [
        proto.to_owned(),
        socket.recv_q.to_string(),
        socket.send_q.to_string(),
        format!("{address}:{port}"),
        remote,
        state(socket.state).to_owned(),
    ]
}

fn row([proto, recv_q, send_q, local, remote, state]: &[String; 6]) -> String {
    format!("{proto:<5} {recv_q:>6} {send_q:>6} {local:<23} {remote:<23} {state:<11}")
}

const fn unspecified(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
    }
}

/// A state as Linux's netstat spells it.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Listen => "LISTEN",
        State::SynSent => "SYN_SENT",
        State::SynReceived => "SYN_RECV",
        State::Established => "ESTABLISHED",
        State::FinWait1 => "FIN_WAIT1",
        State::FinWait2 => "FIN_WAIT2",
        State::CloseWait => "CLOSE_WAIT",
        State::Closing => "CLOSING",
        State::LastAck => "LAST_ACK",
        State::TimeWait => "TIME_WAIT",
        State::Closed => "CLOSE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::sample::runs::listener;
    use crate::view::sample::{Sample, ms};

    #[test]
    fn both_tables_stand_under_their_hosts() {
        let run = Sample::plain();
        let [client, server] = [0, 1].map(|host: usize| run.plan.hosts[host].address);
        let closing = SocketLine {
            state: State::TimeWait,
            local: (client, 49_152),
            remote: Some((server, 9091)),
            recv_q: 0,
            send_q: 0,
            connection: Some(1),
            timer: None,
        };
        let sixth = SocketLine {
            local: (IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED), 80),
            ..listener()
        };
        let sockets = [vec![closing], vec![listener(), sixth]];
        assert_eq!(
            render(&run.plan, &sockets, ms(2500)),
            "\
client (172.16.79.182) at 2.500000000
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 172.16.79.182:49152     172.16.79.132:9091      TIME_WAIT

server (172.16.79.132) at 2.500000000
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 0.0.0.0:9091            0.0.0.0:*               LISTEN
tcp6       0      0 :::80                   :::*                    LISTEN
"
        );
    }

    #[test]
    fn states_are_spelled_as_linux_spells_them() {
        assert_eq!(
            State::ALL.map(state),
            [
                "LISTEN",
                "SYN_SENT",
                "SYN_RECV",
                "ESTABLISHED",
                "FIN_WAIT1",
                "FIN_WAIT2",
                "CLOSE_WAIT",
                "CLOSING",
                "LAST_ACK",
                "TIME_WAIT",
                "CLOSE",
            ]
        );
    }
}
