//! Options of sockets by their names in C: `SO_REUSEADDR(true)`, `TCP_KEEPIDLE("2s")`.
//!
//! Times that C counts in seconds are whole seconds here, with the ranges of systems.

use super::node::{Arguments, Node};
use super::overrides;
use super::reader::Names;
use super::steps::Writer;
use super::units;
use crate::host::program::SocketOption;
use crate::tcp::choices::FinWait2;
use crate::time::Span;
use std::ops::RangeInclusive;

/// The options, each with an example.
const OPTIONS: [(&str, &str); 22] = [
    ("SO_REUSEADDR", "SO_REUSEADDR(true)"),
    ("SO_REUSEPORT", "SO_REUSEPORT(true)"),
    ("SO_EXCLUSIVEADDRUSE", "SO_EXCLUSIVEADDRUSE(true)"),
    ("SO_LINGER", r#"SO_LINGER("2s")"#),
    ("SO_KEEPALIVE", "SO_KEEPALIVE(true)"),
    ("TCP_KEEPIDLE", r#"TCP_KEEPIDLE("2s")"#),
    ("TCP_KEEPINTVL", r#"TCP_KEEPINTVL("1s")"#),
    ("TCP_KEEPCNT", "TCP_KEEPCNT(3)"),
    ("TCP_NODELAY", "TCP_NODELAY(true)"),
    ("TCP_CORK", "TCP_CORK(true)"),
    ("TCP_QUICKACK", "TCP_QUICKACK(false)"),
    ("TCP_USER_TIMEOUT", r#"TCP_USER_TIMEOUT("3s")"#),
    ("TCP_LINGER2", r#"TCP_LINGER2("3s")"#),
    ("TCP_MAXSEG", "TCP_MAXSEG(536)"),
    ("TCP_SYNCNT", "TCP_SYNCNT(3)"),
    ("TCP_FASTOPEN", "TCP_FASTOPEN(5)"),
    ("TCP_DEFER_ACCEPT", r#"TCP_DEFER_ACCEPT("2s")"#),
    ("SO_RCVBUF", r#"SO_RCVBUF("4KiB")"#),
    ("SO_SNDBUF", r#"SO_SNDBUF("4KiB")"#),
    ("SO_RCVTIMEO", r#"SO_RCVTIMEO("1s")"#),
    ("SO_SNDTIMEO", r#"SO_SNDTIMEO("1s")"#),
    ("O_NONBLOCK", "O_NONBLOCK(true)"),
];

/// Words that people write for options whose names are not alike.
const SYNONYMS: [(&str, &str); 4] = [
    ("receivebuffer", "SO_RCVBUF"),
    ("sendbuffer", "SO_SNDBUF"),
    ("receivetimeout", "SO_RCVTIMEO"),
    ("sendtimeout", "SO_SNDTIMEO"),
];

const SECOND: Span = Span::from_secs(1);
const MILLISECOND: Span = Span::from_millis(1);
const MICROSECOND: Span = Span::from_nanos(1_000);

/// SO_LINGER has 16 bits of seconds where it has the fewest.
const LINGER_MAX: Span = Span::from_secs(65_535);
/// MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL.
const KEEPALIVE_MAX: Span = Span::from_secs(32_767);
/// tcp(7): TCP_SYNCNT is 1 to 255; a kernel takes up to 127.
const SYN_COUNT: RangeInclusive<u32> = 1..=127;
/// A backlog as large as any.
const FAST_OPENS: RangeInclusive<u32> = 0..=65_535;
/// MAX_TCP_KEEPCNT.
const KEEPALIVE_PROBES: RangeInclusive<u32> = 1..=127;
/// TCP_MIN_MSS and MAX_TCP_WINDOW.
const MSS: RangeInclusive<u64> = 88..=32_767;
/// TCP_FIN_TIMEOUT_MAX.
const LINGER2_MAX: Span = Span::from_secs(120);
/// A signed number of 32 bits, of milliseconds.
const USER_TIMEOUT_MAX: Span = Span::from_millis(2_147_483_647);

/// Names of the options.
pub fn words() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|(name, _)| *name)
}

impl Writer<'_, '_> {
    /// An option of a socket: `TCP_NODELAY(true)`.
    pub(super) fn option(&mut self, node: Node) -> Option<SocketOption> {
        let what = "the option of `Set`";
        let names = OPTIONS.map(|(name, _)| name);
        let call = node.call().and_then(|call| Some((call.name?, call)));
        let Some((name, call)) = call else {
            self.reader.not_a_name(node, what, &names);
            return None;
        };
        let Some((name, example)) = OPTIONS.iter().find(|(known, _)| *known == name.text) else {
            let message = format!("{what} cannot be `{}`", name.text);
            let meant = meant(name.text);
            let names = Names::words(&names);
            self.reader
                .unknown("unknown-name", name.span(), meant, message, names);
            return None;
        };
        let value = match call.arguments {
            Arguments::Positional(values) if values.len() == 1 => values[0],
            Arguments::None | Arguments::Named(_) | Arguments::Positional(_) => {
                self.reader.wrong(node, what, &format!("`{example}`"));
                return None;
            }
        };
        self.valued(name, value)
    }

    fn valued(&mut self, name: &str, node: Node) -> Option<SocketOption> {
        let what = format!("`{name}`");
        let reader = &mut *self.reader;
        Some(match name {
            "SO_REUSEADDR" => SocketOption::ReuseAddress(reader.boolean(node, &what)?),
            "SO_REUSEPORT" => SocketOption::ReusePort(reader.boolean(node, &what)?),
            "SO_EXCLUSIVEADDRUSE" => {
                SocketOption::ExclusiveAddressUse(reader.boolean(node, &what)?)
            }
            "SO_KEEPALIVE" => SocketOption::KeepAlive(reader.boolean(node, &what)?),
            "TCP_NODELAY" => SocketOption::NoDelay(reader.boolean(node, &what)?),
            "TCP_CORK" => SocketOption::Cork(reader.boolean(node, &what)?),
            "TCP_QUICKACK" => SocketOption::QuickAck(reader.boolean(node, &what)?),
            "O_NONBLOCK" => SocketOption::NonBlocking(reader.boolean(node, &what)?),
            "TCP_KEEPCNT" => {
                SocketOption::KeepCount(reader.integer_u32(node, &what, KEEPALIVE_PROBES)?)
            }
            "TCP_SYNCNT" => SocketOption::SynCount(reader.integer_u32(node, &what, SYN_COUNT)?),
            "TCP_FASTOPEN" => SocketOption::FastOpen(reader.integer_u32(node, &what, FAST_OPENS)?),
            "TCP_MAXSEG" => {
                let octets = reader.size(node, &what, MSS)?;
                SocketOption::MaxSegment(u16::try_from(octets).ok()?)
            }
            "SO_RCVBUF" => {
                SocketOption::ReceiveBuffer(overrides::read_buffer(reader, node, &what)?)
            }
            "SO_SNDBUF" => SocketOption::SendBuffer(overrides::read_buffer(reader, node, &what)?),
            // Whoever turns it on like the others has not said for how long.
            "SO_LINGER" | "TCP_LINGER2" if node.value::<bool>().is_some() => {
                let other = if name == "SO_LINGER" { "Off" } else { "Skip" };
                reader
                    .wrong(node, &what, &format!("a duration or {other}"))
                    .help(units::DURATION_HELP);
                return None;
            }
            "SO_LINGER" if node.name().is_some() => {
                reader.choice(node, &what, &[("Off", SocketOption::Linger(None))])?
            }
            "TCP_LINGER2" if node.name().is_some() => {
                let table = [
                    ("Skip", FinWait2::Skipped),
                    ("Default", FinWait2::Configured),
                ];
                SocketOption::FinWait2(reader.choice(node, &what, &table)?)
            }
            _ => self.timed(name, node)?,
        })
    }

    /// Options that are times.
    fn timed(&mut self, name: &str, node: Node) -> Option<SocketOption> {
        let second_or_more = |max| (SECOND, max, SECOND);
        let (min, max, unit) = match name {
            "SO_LINGER" => (Span::ZERO, LINGER_MAX, SECOND),
            "TCP_KEEPIDLE" | "TCP_KEEPINTVL" => second_or_more(KEEPALIVE_MAX),
            "TCP_LINGER2" => second_or_more(LINGER2_MAX),
            "TCP_DEFER_ACCEPT" => (Span::ZERO, KEEPALIVE_MAX, SECOND),
            "TCP_USER_TIMEOUT" => (Span::ZERO, USER_TIMEOUT_MAX, MILLISECOND),
            _ => (
                Span::ZERO,
                Span::from_secs(u64::from(u32::MAX)),
                MICROSECOND,
            ),
        };
        let span = self.time(name, node, min..=max, unit)?;
        Some(match name {
            "SO_LINGER" => SocketOption::Linger(Some(span)),
            "TCP_KEEPIDLE" => SocketOption::KeepIdle(span),
            "TCP_KEEPINTVL" => SocketOption::KeepInterval(span),
            "TCP_LINGER2" => SocketOption::FinWait2(FinWait2::After(span)),
            "TCP_DEFER_ACCEPT" => SocketOption::DeferAccept(span),
            "TCP_USER_TIMEOUT" => SocketOption::UserTimeout(span),
            "SO_RCVTIMEO" => SocketOption::ReceiveTimeout(span),
            _ => SocketOption::SendTimeout(span),
        })
    }

    fn time(
        &mut self,
        name: &str,
        node: Node,
        range: RangeInclusive<Span>,
        unit: Span,
    ) -> Option<Span> {
        let what = format!("`{name}`");
        let span = self.reader.duration(node, &what)?;
        let unit_name = match unit {
            SECOND => "seconds",
            MILLISECOND => "milliseconds",
            _ => "microseconds",
        };
        let is_whole = span.as_nanos() % unit.as_nanos() == 0;
        if !is_whole || !range.contains(&span) {
            let (min, max) = (range.start(), range.end());
            let expected = format!("whole {unit_name} from {min} to {max}");
            self.reader.out_of_range(node, &what, &expected);
            return None;
        }
        Some(span)
    }
}

/// The option's name that a word without its prefix stands for; else the word.
fn meant(word: &str) -> &str {
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(word);
    let synonym = SYNONYMS.iter().find(|(synonym, _)| *synonym == wanted);
    let bare = OPTIONS.map(|(name, _)| name).into_iter().find(|name| {
        let prefixes = ["SO_", "TCP_", "O_"];
        let mut bare = prefixes.iter().filter_map(|p| name.strip_prefix(p));
        // `ReuseAddress` is SO_REUSEADDR.
        bare.next().is_some_and(|bare| {
            let bare = plain(bare);
            wanted == bare || (4 < bare.len() && wanted.starts_with(&bare))
        })
    });
    synonym.map(|(_, name)| *name).or(bare).unwrap_or(word)
}
