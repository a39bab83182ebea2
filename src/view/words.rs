//! Plain words for what programs call and why segments are sent.

use super::netstat::Tool;
use crate::host::ProcessEvent;
use crate::host::errno::Errno;
use crate::host::profile::sockets::ErrorNumbers;
use crate::host::program::{Address, CallResult, Expects, SocketOption, Step, Ways};
use crate::sim::plan::Plan;
use crate::sim::record::Stop;
use crate::tcp::choices::FinWait2;
use crate::tcp::outcome::{AckReason, ResetReason};
use crate::time::Time;
use std::net::SocketAddr;

/// Why an empty acknowledgement is sent.
pub const fn ack(reason: AckReason) -> &'static str {
    match reason {
        AckReason::Handshake => "acks SYN",
        AckReason::SecondSegment => "ack: 2nd segment",
        AckReason::Delayed => "ack: delayed",
        AckReason::Undelayed => "ack: not delayed",
        AckReason::Fin => "acks FIN",
        AckReason::Gap => "ack: out of order",
        AckReason::GapFilled => "ack: gap filled",
        AckReason::WindowUpdate => "window update",
        AckReason::Unacceptable => "ack: unacceptable segment",
        AckReason::NeverSent => "ack: they acked what was never sent",
        AckReason::ChallengeReset => "challenges a reset",
        AckReason::ChallengeSyn => "challenges a SYN",
        AckReason::ChallengeOldAck => "challenges an old ack",
        AckReason::FinAgain => "acks FIN again",
        AckReason::OldTimestamp => "ack: old timestamp",
        AckReason::Quick => "ack: at once",
        AckReason::Read => "ack: all was read",
        AckReason::Marked => "ack: marked CE",
    }
}

/// Why a reset is sent.
pub const fn reset(reason: ResetReason) -> &'static str {
    match reason {
        ResetReason::NoConnection => "reset: no such connection",
        ResetReason::NeverSent => "reset: they acked what was never sent",
        ResetReason::Abort => "reset: aborted",
        ResetReason::Unread => "reset: closed with octets unread",
        ResetReason::NobodyReads => "reset: nobody will read this",
        ResetReason::KeepAlive => "reset: no answer to keep-alive",
    }
}

/// What happened to a process.
pub const fn event(event: ProcessEvent) -> &'static str {
    match event {
        ProcessEvent::Started => "starts",
        ProcessEvent::Exited => "exits",
        ProcessEvent::Died => "dies of an error that nobody expected",
        ProcessEvent::Interrupted { handled: true } => "is interrupted: its handler runs",
        ProcessEvent::Interrupted { handled: false } => "is interrupted and dies",
        ProcessEvent::Killed => "is killed",
        ProcessEvent::Lost => "is gone with its host",
    }
}

/// Why a run ended.
pub const fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Quiescence => "nothing is left to happen",
        Stop::Until => "the scenario ends here",
        Stop::EventLimit => "the limit of events is reached",
        Stop::TimeLimit => "the limit of virtual time is reached",
    }
}

/// A call's name, and the socket it is about by its place among the code's names.
pub const fn call_name(step: &Step) -> (&'static str, Option<u16>) {
    match step {
        Step::Socket { fd } => ("socket", Some(fd.0)),
        Step::Bind { fd, .. } => ("bind", Some(fd.0)),
        Step::Listen { fd, .. } => ("listen", Some(fd.0)),
        Step::Accept { fd, .. } => ("accept", Some(fd.0)),
        Step::Serve { fd, .. } => ("serve", Some(fd.0)),
        Step::Connect { fd, .. } => ("connect", Some(fd.0)),
        Step::ConnectSend { fd, .. } => ("connect and send", Some(fd.0)),
        Step::Send { fd, .. } => ("send", Some(fd.0)),
        Step::SendUrgent { fd, .. } => ("send urgent", Some(fd.0)),
        Step::Receive { fd, .. } | Step::ReceiveExactly { fd, .. } | Step::ReceiveToEnd { fd } => {
            ("recv", Some(fd.0))
        }
        Step::Shutdown { fd, .. } => ("shutdown", Some(fd.0)),
        Step::Close { fd } => ("close", Some(fd.0)),
        Step::SocketName { fd } => ("getsockname", Some(fd.0)),
        Step::PeerName { fd } => ("getpeername", Some(fd.0)),
        Step::SocketError { fd } => ("getsockopt SO_ERROR", Some(fd.0)),
        Step::UrgentLeft { fd } => ("urgent data left", Some(fd.0)),
        Step::Netstat(_) => ("netstat", None),
        Step::Thread { .. } => ("start thread", None),
        Step::Abort { fd } => ("abort", Some(fd.0)),
        Step::Set { fd, .. } => ("set", Some(fd.0)),
        Step::Sleep(_) => ("sleep", None),
        Step::At(Time::NEVER) => ("wait", None),
        Step::At(_) => ("sleep until", None),
        Step::WaitFor { fd, .. } => ("wait for", Some(fd.0)),
        Step::Exit => ("exit", None),
    }
}

/// What stands behind a call's name and socket, for a program on this host of the plan.
pub fn arguments(step: &Step, plan: &Plan, host: usize) -> String {
    let ends = [host, 1 - host].map(|host| plan.hosts[host].address);
    match step {
        Step::Bind {
            address: Address::Any,
            port,
            ..
        } => port.to_string(),
        Step::Bind { address, port, .. } | Step::Connect { address, port, .. } => {
            SocketAddr::new(address.resolve(ends), *port).to_string()
        }
        Step::ConnectSend {
            address,
            port,
            octets,
            ..
        } => format!(
            "{}, {}",
            SocketAddr::new(address.resolve(ends), *port),
            octets_of(*octets)
        ),
        Step::Listen { backlog, .. } => format!("backlog {backlog}"),
        Step::Netstat(listing) => {
            let tool = Tool::Netstat(plan.hosts[host].profile.sockets.netstat);
            tool.options(*listing).to_owned()
        }
        Step::Send { octets, .. } | Step::SendUrgent { octets, .. } => octets_of(*octets),
        Step::Receive { octets, .. } => format!("at most {}", octets_of(*octets)),
        Step::ReceiveExactly { octets, .. } => format!("exactly {}", octets_of(*octets)),
        Step::ReceiveToEnd { .. } => "to the end".to_owned(),
        Step::Shutdown { ways, .. } => match ways {
            Ways::Read => "for reading",
            Ways::Write => "for writing",
            Ways::Both => "both ways",
        }
        .to_owned(),
        Step::Serve { .. } => "in children".to_owned(),
        Step::Set { option, .. } => option_of(*option),
        Step::Sleep(span) => span.to_string(),
        Step::At(Time::NEVER) => "for a signal".to_owned(),
        Step::At(time) => time.to_string(),
        Step::WaitFor { state, .. } => format!("in {state}"),
        Step::Socket { .. }
        | Step::Accept { .. }
        | Step::Close { .. }
        | Step::Abort { .. }
        | Step::SocketName { .. }
        | Step::PeerName { .. }
        | Step::SocketError { .. }
        | Step::UrgentLeft { .. }
        | Step::Thread { .. }
        | Step::Exit => String::new(),
    }
}

fn option_of(option: SocketOption) -> String {
    let switch = |name: &str, on: bool| format!("{name} {}", if on { "on" } else { "off" });
    match option {
        SocketOption::ReuseAddress(on) => switch("SO_REUSEADDR", on),
        SocketOption::ReusePort(on) => switch("SO_REUSEPORT", on),
        SocketOption::ExclusiveAddressUse(on) => switch("SO_EXCLUSIVEADDRUSE", on),
        SocketOption::Linger(None) => "SO_LINGER off".to_owned(),
        SocketOption::Linger(Some(span)) => format!("SO_LINGER {span}"),
        SocketOption::KeepAlive(on) => switch("SO_KEEPALIVE", on),
        SocketOption::KeepIdle(span) => format!("TCP_KEEPIDLE {span}"),
        SocketOption::KeepInterval(span) => format!("TCP_KEEPINTVL {span}"),
        SocketOption::KeepCount(count) => format!("TCP_KEEPCNT {count}"),
        SocketOption::NoDelay(on) => switch("TCP_NODELAY", on),
        SocketOption::Cork(on) => switch("TCP_CORK", on),
        SocketOption::QuickAck(on) => switch("TCP_QUICKACK", on),
        SocketOption::UserTimeout(span) => format!("TCP_USER_TIMEOUT {span}"),
        SocketOption::FinWait2(FinWait2::Configured) => "TCP_LINGER2 0".to_owned(),
        SocketOption::FinWait2(FinWait2::After(span)) => format!("TCP_LINGER2 {span}"),
        SocketOption::FinWait2(FinWait2::Skipped) => "TCP_LINGER2 -1".to_owned(),
        SocketOption::MaxSegment(octets) => format!("TCP_MAXSEG {octets}"),
        SocketOption::DeferAccept(span) => format!("TCP_DEFER_ACCEPT {span}"),
        SocketOption::FastOpen(limit) => format!("TCP_FASTOPEN {limit}"),
        SocketOption::SynCount(count) => format!("TCP_SYNCNT {count}"),
        SocketOption::ReceiveBuffer(octets) => format!("SO_RCVBUF {octets}"),
        SocketOption::SendBuffer(octets) => format!("SO_SNDBUF {octets}"),
        SocketOption::ReceiveTimeout(span) => format!("SO_RCVTIMEO {span}"),
        SocketOption::SendTimeout(span) => format!("SO_SNDTIMEO {span}"),
        SocketOption::NonBlocking(on) => switch("O_NONBLOCK", on),
    }
}

/// What a call gave back, if that says more than that it succeeded.
///
/// An error is spelt as the host's family of systems spells it.
pub fn result(step: &Step, result: CallResult, errors: ErrorNumbers) -> Option<String> {
    let count = match result {
        CallResult::Failed(errno) => return Some(errno.shown_on(errors)),
        CallResult::Done(count) => count,
    };
    match step {
        Step::Bind { port: 0, .. } => Some(format!("port {count}")),
        Step::SocketName { .. } | Step::PeerName { .. } => Some(format!("port {count}")),
        Step::SocketError { .. } => Some(match count {
            0 => "no error".to_owned(),
            number => match Errno::ALL.iter().find(|e| u64::from(e.number()) == number) {
                Some(errno) => errno.shown_on(errors),
                None => number.to_string(),
            },
        }),
        Step::Receive { .. } if count == 0 => Some("end of stream".to_owned()),
        Step::Receive { .. } => Some(octets_of(count)),
        Step::ReceiveToEnd { .. } => Some(format!("{}, end of stream", octets_of(count))),
        Step::ReceiveExactly { octets, .. } if count < *octets => {
            Some(format!("{}, end of stream", octets_of(count)))
        }
        Step::Send { octets, .. } | Step::SendUrgent { octets, .. } if count < *octets => {
            Some(octets_of(count))
        }
        Step::UrgentLeft { .. } => Some(octets_of(count)),
        Step::Socket { .. }
        | Step::Bind { .. }
        | Step::Listen { .. }
        | Step::Accept { .. }
        | Step::Serve { .. }
        | Step::Connect { .. }
        | Step::ConnectSend { .. }
        | Step::Send { .. }
        | Step::SendUrgent { .. }
        | Step::ReceiveExactly { .. }
        | Step::Shutdown { .. }
        | Step::Close { .. }
        | Step::Abort { .. }
        | Step::Netstat(_)
        | Step::Thread { .. }
        | Step::Set { .. }
        | Step::Sleep(_)
        | Step::At(_)
        | Step::WaitFor { .. }
        | Step::Exit => None,
    }
}

/// What the author of a step expected of it.
pub fn expectation(expects: Expects) -> String {
    match expects {
        Expects::Success => "success".to_owned(),
        Expects::Returns(count) => count.to_string(),
        Expects::Fails(errno) => errno.name().to_owned(),
        Expects::Anything => "anything".to_owned(),
    }
}

/// `1 octet`, `1460 octets`.
pub fn octets_of(count: u64) -> String {
    counted(count, "octet")
}

/// A number with a noun that takes an s.
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`, `21st`.
pub fn ordinal(n: u64) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// At most `width` characters of a name: the middle of a longer one gives way to an ellipsis.
pub fn shortened(name: &str, width: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= width {
        return name.to_owned();
    }
    let tail = width / 3;
    let head = width - 1 - tail;
    let mut short: String = letters[..head].iter().collect();
    short.push('…');
    short.extend(&letters[letters.len() - tail..]);
    short
}

/// The words of `text` in lines of at most `width` characters, a longer word broken.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for (piece, chunk) in letters.chunks(width.max(1)).enumerate() {
            let space = usize::from(used != 0 && piece == 0);
            if used != 0 && width < used + space + chunk.len() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used != 0 && space == 1 {
                line.push(' ');
                used += 1;
            }
            line.extend(chunk);
            used += chunk.len();
        }
    }
    if used != 0 {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_end_as_english_has_it() {
        for (n, shown) in [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (12, "12th"),
            (13, "13th"),
            (21, "21st"),
            (112, "112th"),
        ] {
            assert_eq!(ordinal(n), shown);
        }
    }

    #[test]
    fn a_long_name_keeps_its_head_and_its_tail() {
        assert_eq!(shortened("client", 12), "client");
        assert_eq!(shortened("twelve-chars", 12), "twelve-chars");
        assert_eq!(shortened("production-frontend-1", 12), "product…nd-1");
    }

    #[test]
    fn text_is_broken_at_words_and_long_words_anywhere() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a abcdefgh b", 3), ["a", "abc", "def", "gh", "b"]);
        assert_eq!(wrapped("", 3), Vec::<String>::new());
    }
}
