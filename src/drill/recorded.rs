//! A recorded run as its file has it: JSON of the format `linux-tcp-oracle/1`.
//!
//! Whatever would change the run is read strictly: a key or a word that is not known here is a
//! mistake with its line and column. Of the results only what is meant for comparison is read.

use super::Mistake;
use super::results::{Results, Stable};
use super::values::{milliseconds, moment, some_flags, some_milliseconds, some_moment};
use crate::segment::Flags;
use crate::time::{Span, Time};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The format that this reads.
pub const FORMAT: &str = "linux-tcp-oracle/1";

/// A recorded run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The format's name and version.
    pub format: String,
    /// Its name.
    pub name: String,
    /// What it is about, in a word.
    pub topic: String,
    /// What it is about.
    #[serde(default)]
    pub title: String,
    /// What was recorded; for people.
    #[serde(default)]
    pub kernel: Value,
    /// The hosts.
    pub hosts: BTreeMap<Side, Machine>,
    /// The path.
    pub link: Link,
    /// Settings of each host.
    #[serde(default)]
    pub sysctls: BTreeMap<Side, BTreeMap<String, Value>>,
    /// How long it lasted.
    #[serde(deserialize_with = "moment")]
    pub duration: Time,
    /// What its programs did.
    pub script: Vec<Action>,
    /// What the path did.
    #[serde(default)]
    pub fates: Vec<Rule>,
    /// What came from outside.
    #[serde(default)]
    pub inject: Vec<Inject>,
    /// Segments that were kept, by name.
    #[serde(default)]
    pub capture_match: BTreeMap<String, Condition>,
    /// What happened.
    pub results: Results,
    /// What of it repeats.
    pub stable: Stable,
}

/// A host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one that connects.
    Client,
    /// The one that listens.
    Server,
}

impl Side {
    /// Its place in a plan.
    pub const fn index(self) -> u8 {
        match self {
            Side::Client => 0,
            Side::Server => 1,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Server => "server",
        }
    }
}

/// A direction of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// From the client to the server.
    C2s,
    /// From the server to the client.
    S2c,
}

impl Way {
    /// The sender's place in a plan.
    pub const fn sender(self) -> u8 {
        match self {
            Way::C2s => 0,
            Way::S2c => 1,
        }
    }

    /// The direction with this sender.
    pub const fn from(sender: u8) -> Way {
        if sender == 0 { Way::C2s } else { Way::S2c }
    }

    /// The other direction.
    pub const fn reverse(self) -> Way {
        match self {
            Way::C2s => Way::S2c,
            Way::S2c => Way::C2s,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Way::C2s => "c2s",
            Way::S2c => "s2c",
        }
    }
}

/// One host's machine.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Its address.
    pub addr: std::net::Ipv4Addr,
    /// Length of the network's prefix.
    #[serde(default)]
    pub prefix: u8,
    /// MTU of its interface.
    #[serde(default = "ethernet")]
    pub mtu: u16,
}

const fn ethernet() -> u16 {
    1500
}

/// The path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// One-way delays.
    pub delay_ms: Delays,
}

/// One-way delays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delays {
    /// From the client to the server.
    #[serde(deserialize_with = "milliseconds")]
    pub c2s: Span,
    /// From the server to the client.
    #[serde(deserialize_with = "milliseconds")]
    pub s2c: Span,
}

impl Delays {
    /// That of a direction.
    pub const fn of(&self, way: Way) -> Span {
        match way {
            Way::C2s => self.c2s,
            Way::S2c => self.s2c,
        }
    }
}

/// What a program, or the recorder, did.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub t: Time,
    /// On which host.
    pub host: Side,
    /// In which process.
    pub proc: Option<String>,
    /// What.
    pub op: Op,
    /// On which socket.
    pub sock: Option<String>,
    /// The socket that an accept makes.
    pub new: Option<String>,
    /// A port.
    pub port: Option<u16>,
    /// An address.
    pub addr: Option<std::net::Ipv4Addr>,
    /// The backlog of a listen.
    pub backlog: Option<i64>,
    /// Octets.
    pub n: Option<u64>,
    /// One try that does not block.
    #[serde(default)]
    pub nonblock: bool,
    /// It runs beside the calls that follow.
    #[serde(default)]
    pub bg: bool,
    /// Which ways a shutdown closes.
    pub how: Option<How>,
    /// The option that is set.
    pub opt: Option<Opt>,
    /// The value of an option or a setting.
    pub val: Option<Value>,
    /// The setting.
    pub name: Option<String>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Opens a socket.
    Socket,
    /// Binds it.
    Bind,
    /// Listens on it.
    Listen,
    /// Accepts a connection.
    Accept,
    /// Connects it.
    Connect,
    /// Begins to connect it.
    ConnectNb,
    /// Sends.
    Send,
    /// Receives once.
    Recv,
    /// Receives to the end.
    RecvAll,
    /// Shuts down.
    Shutdown,
    /// Closes.
    Close,
    /// Sets an option.
    Setsockopt,
    /// Asks for the local address.
    Getsockname,
    /// Asks for the remote address.
    Getpeername,
    /// Takes the pending error.
    SoError,
    /// The process ends.
    Exit,
    /// The process is killed.
    Kill,
    /// A setting changes.
    Sysctl,
    /// The recorder looks at the tables.
    Snapshot,
}

impl Op {
    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Op::Socket => "socket",
            Op::Bind => "bind",
            Op::Listen => "listen",
            Op::Accept => "accept",
            Op::Connect => "connect",
            Op::ConnectNb => "connect_nb",
            Op::Send => "send",
            Op::Recv => "recv",
            Op::RecvAll => "recv_all",
            Op::Shutdown => "shutdown",
            Op::Close => "close",
            Op::Setsockopt => "setsockopt",
            Op::Getsockname => "getsockname",
            Op::Getpeername => "getpeername",
            Op::SoError => "so_error",
            Op::Exit => "exit",
            Op::Kill => "kill",
            Op::Sysctl => "sysctl",
            Op::Snapshot => "snapshot",
        }
    }

    /// It runs beside the calls that follow in its process.
    pub const fn runs_beside(self) -> bool {
        matches!(self, Op::Accept | Op::Connect | Op::Recv | Op::RecvAll)
    }
}

/// Which ways a shutdown closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum How {
    /// Reading.
    #[serde(rename = "RD", alias = "SHUT_RD")]
    Read,
    /// Writing.
    #[serde(rename = "WR", alias = "SHUT_WR")]
    Write,
    /// Both.
    #[serde(rename = "RDWR", alias = "SHUT_RDWR")]
    Both,
}

/// A socket option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "they are the names of the options")]
pub enum Opt {
    #[serde(rename = "SO_REUSEADDR")]
    ReuseAddress,
    #[serde(rename = "SO_REUSEPORT")]
    ReusePort,
    #[serde(rename = "SO_LINGER")]
    Linger,
    #[serde(rename = "SO_KEEPALIVE")]
    KeepAlive,
    #[serde(rename = "SO_RCVBUF")]
    ReceiveBuffer,
    #[serde(rename = "SO_SNDBUF")]
    SendBuffer,
    #[serde(rename = "TCP_NODELAY")]
    NoDelay,
    #[serde(rename = "TCP_CORK")]
    Cork,
    #[serde(rename = "TCP_QUICKACK")]
    QuickAck,
    #[serde(rename = "TCP_KEEPIDLE")]
    KeepIdle,
    #[serde(rename = "TCP_KEEPINTVL")]
    KeepInterval,
    #[serde(rename = "TCP_KEEPCNT")]
    KeepCount,
    #[serde(rename = "TCP_LINGER2")]
    Linger2,
    #[serde(rename = "TCP_DEFER_ACCEPT")]
    DeferAccept,
    #[serde(rename = "TCP_USER_TIMEOUT")]
    UserTimeout,
    #[serde(rename = "TCP_MAXSEG")]
    MaxSegment,
    #[serde(rename = "TCP_CONGESTION")]
    Congestion,
    #[serde(rename = "TCP_SYNCNT")]
    SynCount,
}

/// A rule of the path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which segments.
    #[serde(rename = "match", default)]
    pub matching: Condition,
    /// Which of those, from 1; all if absent.
    pub nth: Option<Nth>,
    /// What happens to them.
    pub fate: Fate,
    /// How many copies.
    pub copies: Option<u32>,
    /// How far apart copies are.
    #[serde(default, deserialize_with = "some_milliseconds")]
    pub gap_ms: Option<Span>,
    /// How much later it arrives.
    #[serde(default, deserialize_with = "some_milliseconds")]
    pub extra_ms: Option<Span>,
}

/// Which of the segments that match.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Nth {
    /// One.
    One(u32),
    /// These.
    Listed(Vec<u32>),
}

/// What happens to a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It arrives.
    Deliver,
    /// It is lost.
    Drop,
    /// It arrives more than once.
    Dup,
    /// It arrives late.
    Delay,
    /// It arrives with a wrong checksum.
    Corrupt,
}

impl Fate {
    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Fate::Deliver => "deliver",
            Fate::Drop => "drop",
            Fate::Dup => "dup",
            Fate::Delay => "delay",
            Fate::Corrupt => "corrupt",
        }
    }
}

/// Conditions on a segment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its direction.
    pub dir: Option<Way>,
    /// Exactly these flags.
    #[serde(default, deserialize_with = "some_flags")]
    pub flags: Option<Flags>,
    /// All of these.
    #[serde(default, deserialize_with = "some_flags")]
    pub has: Option<Flags>,
    /// None of these.
    #[serde(default, deserialize_with = "some_flags")]
    pub lacks: Option<Flags>,
    /// Whether it has a payload.
    pub payload: Option<bool>,
    /// Its number, counted from the initial one.
    pub seq: Option<u32>,
    /// Its acknowledgement, counted from the other initial one.
    pub ack: Option<u32>,
    /// Octets of payload.
    pub len: Option<u32>,
    /// The least number of its end.
    pub seq_end_min: Option<u32>,
    /// Not before.
    #[serde(default, deserialize_with = "some_moment")]
    pub t_from: Option<Time>,
    /// Not after.
    #[serde(default, deserialize_with = "some_moment")]
    pub t_to: Option<Time>,
    /// The connection, from 0.
    pub conn: Option<u32>,
}

/// A segment that came from outside.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// When it was put on the path.
    #[serde(deserialize_with = "moment")]
    pub t: Time,
    /// The captured segment that is sent again.
    pub replay: Option<String>,
    /// The direction of a crafted one.
    pub dir: Option<Way>,
    /// Its flags.
    #[serde(default, deserialize_with = "some_flags")]
    pub flags: Option<Flags>,
    /// Its number.
    #[serde(default)]
    pub seq: Place,
    /// Its acknowledgement.
    #[serde(default)]
    pub ack: Place,
    /// Octets of payload.
    #[serde(default)]
    pub len: u32,
    /// Its timestamps.
    #[serde(default)]
    pub ts: Stamp,
    /// What is added to TSval.
    #[serde(default)]
    pub ts_add: i64,
    /// Its MSS option.
    pub mss: Option<u16>,
}

/// The timestamps of a crafted segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stamp {
    /// The latest of its direction.
    #[default]
    Last,
    /// None.
    None,
}

/// A number of a crafted segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `cur+N`: counted from the highest so far.
    Current(i64),
    /// Counted from the initial number.
    Initial(i64),
}

impl Default for Place {
    fn default() -> Place {
        Place::Current(0)
    }
}
impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str) -> Result<Recording, Mistake> {
        // A file of another format would fail at a key that says little: its name comes first.
        #[derive(Deserialize)]
        struct Head {
            format: Option<String>,
        }
        let located = |error: &serde_json::Error| Mistake {
            line: error.line(),
            column: error.column(),
            message: words(&error.to_string()),
        };
        let head: Head = serde_json::from_str(text).map_err(|error| located(&error))?;
        match head.format.as_deref() {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(Mistake::at(
                    "format",
                    &format!("is `{other}`, expected `{FORMAT}`"),
                ));
            }
            None => {
                return Err(Mistake::at(
                    "format",
                    &format!("is missing, expected `{FORMAT}`"),
                ));
            }
        }
        serde_json::from_str(text).map_err(|error| located(&error))
    }
}

/// The message without the place that stands apart.
fn words(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(end) => message[..end].to_owned(),
        None => message.to_owned(),
    }
}

/// The flags that the recordings' letters stand for.
pub fn flags(letters: &str) -> Option<Flags> {
    letters.chars().try_fold(Flags::NONE, |flags, letter| {
        let bit = match letter {
            'S' => Flags::SYN,
            'F' => Flags::FIN,
            'R' => Flags::RST,
            'P' => Flags::PSH,
            'A' => Flags::ACK,
            _ => return None,
        };
        Some(flags | bit)
    })
}

/// Flags in the recordings' letters.
pub fn letters(flags: Flags) -> String {
    [
        ('S', Flags::SYN),
        ('F', Flags::FIN),
        ('R', Flags::RST),
        ('P', Flags::PSH),
        ('A', Flags::ACK),
    ]
    .iter()
    .filter(|(_, bit)| flags.contains(*bit))
    .map(|(letter, _)| *letter)
    .collect()
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Place, D::Error> {
        struct Reads;
        impl Visitor<'_> for Reads {
            type Value = Place;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`cur`, `cur+N`, `cur-N` or a number")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Place, E> {
                Ok(Place::Initial(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Place, E> {
                i64::try_from(number)
                    .map(Place::Initial)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Place, E> {
                let wrong = || E::invalid_value(Unexpected::Str(text), &self);
                match text.strip_prefix("cur") {
                    Some("") => Ok(Place::Current(0)),
                    Some(rest) if rest.starts_with(['+', '-']) => {
                        rest.parse().map(Place::Current).map_err(|_| wrong())
                    }
                    Some(_) => Err(wrong()),
                    None => text.parse().map(Place::Initial).map_err(|_| wrong()),
                }
            }
        }
        from.deserialize_any(Reads)
    }
}
