//! What of a run is meant for comparison, in the recordings' own words: segments, states, calls.
//!
//! Both a recording and a simulated run come to the same shape, with the times beside it.

use super::recorded::{Fate, Op, Recording, Side, Way, letters};
use super::script::Script;
use crate::host::program::CallResult;
use crate::host::{ProcessEvent, ProcessId};
use crate::link;
use crate::segment::Flags;
use crate::seq::Seq;
use crate::sim::record::{Record, What};
use crate::tcp::state::State;
use crate::time::Time;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What of a run is meant for comparison.
#[derive(Clone, Debug, Default)]
pub struct Projection {
    /// Segments as they enter the path.
    pub segments: Vec<Segment>,
    /// The states of each socket, by host and its addresses.
    pub states: BTreeMap<(Side, String), Vec<Stay>>,
    /// Calls.
    pub calls: Vec<Call>,
}

/// A segment as it enters the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// When.
    pub time: Time,
    /// It came from outside.
    pub injected: bool,
    /// What of it is compared.
    pub key: SegmentKey,
}

/// What of a segment is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentKey {
    /// The connection, from 0 in the order of appearance.
    pub conn: u32,
    /// The direction.
    pub dir: Way,
    /// Flags in the order S, F, R, P, A.
    pub flags: String,
    /// Its number, counted from the initial one.
    pub seq: i64,
    /// Its acknowledgement, counted from the other initial one.
    pub ack: Option<i64>,
    /// Octets of payload.
    pub len: u32,
    /// What became of it.
    pub fate: String,
}

impl SegmentKey {
    /// True if it occupies sequence space.
    pub fn is_something(&self) -> bool {
        self.len > 0 || self.flags.contains(['S', 'F'])
    }
}

/// `#0 c2s FA seq 1 ack 1 len 0, drop`.
impl fmt::Display for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "#{} {} {} seq {}",
            self.conn,
            self.dir.name(),
            self.flags,
            self.seq
        )?;
        if let Some(ack) = self.ack {
            write!(f, " ack {ack}")?;
        }
        if self.len > 0 {
            write!(f, " len {}", self.len)?;
        }
        if self.fate != "deliver" {
            write!(f, ", {}", self.fate)?;
        }
        Ok(())
    }
}

/// A state that a socket was in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Since when.
    pub since: Time,
    /// The state, by the recordings' name.
    pub state: String,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// On which host.
    pub side: Side,
    /// In which process; none for a setting.
    pub process: Option<String>,
    /// What.
    pub op: Op,
    /// On which socket.
    pub socket: Option<String>,
    /// What it returned: a value, the name of an error, or `pending`.
    pub result: String,
    /// When it began.
    pub begun: Time,
    /// When it returned.
    pub returned: Option<Time>,
}

/// `srv accept l`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let process = self.process.as_deref().unwrap_or("");
        write!(f, "{} {process} {}", self.side.name(), self.op.name())?;
        match &self.socket {
            Some(socket) => write!(f, " {socket}"),
            None => Ok(()),
        }
    }
}

/// A value as the comparison writes it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Projection {
    /// What was recorded.
    pub fn recorded(recording: &Recording) -> Projection {
        let stable = &recording.stable;
        let rows = &recording.results.segments;
        let mut projection = Projection::default();
        for (place, (conn, dir, flags, seq, ack, len, fate)) in stable.segments.iter().enumerate() {
            // The rows beside it have the times; they are the same segments in the same order.
            let row = rows.get(place);
            projection.segments.push(Segment {
                time: row.map_or(Time::NEVER, |row| row.t),
                injected: row.is_some_and(|row| row.injected.is_some()),
                key: SegmentKey {
                    conn: *conn,
                    dir: *dir,
                    flags: in_order(flags),
                    seq: *seq,
                    ack: *ack,
                    len: *len,
                    fate: fate.clone(),
                },
            });
        }
        for (side, sockets) in &stable.transitions {
            for (socket, states) in sockets {
                let stays = stays_of(recording, *side, socket, states);
                projection.states.insert((*side, socket.clone()), stays);
            }
        }
        let calls = &recording.results.syscalls;
        for (place, (side, process, op, socket, result)) in stable.syscalls.iter().enumerate() {
            let row = calls.get(place);
            projection.calls.push(Call {
                side: *side,
                process: process.clone(),
                op: *op,
                socket: socket.clone(),
                result: shown(result),
                begun: row.map_or(Time::NEVER, |row| row.t),
                returned: row.and_then(|row| row.t_ret),
            });
        }
        projection
    }

    /// What was simulated.
    pub fn simulated(recording: &Recording, script: &Script, records: &[Record]) -> Projection {
        let mut reader = Reader {
            recording,
            script,
            ports: BTreeMap::new(),
            routes: BTreeMap::new(),
            acks: [Vec::new(), Vec::new()],
            numbers: BTreeMap::new(),
            initial: BTreeMap::new(),
            now_in: BTreeMap::new(),
            listening: Vec::new(),
            results: vec![None; recording.script.len()],
            out: Projection::default(),
        };
        reader.learn_ports(records);
        for (place, record) in records.iter().enumerate() {
            reader.read(records, place, record);
        }
        reader.finish()
    }
}

/// The fate of a segment from outside.
const FROM_OUTSIDE: &str = "deliver(injected)";

/// Flags in the order in which this writes them.
fn in_order(flags: &str) -> String {
    super::recorded::flags(flags).map_or_else(|| flags.to_owned(), letters)
}

/// The recorded states with their times.
fn stays_of(recording: &Recording, side: Side, socket: &str, states: &[String]) -> Vec<Stay> {
    let rows = recording.results.transitions.get(&side);
    let rows: Vec<_> = rows
        .into_iter()
        .flatten()
        .filter(|row| {
            socket
                .split_once(' ')
                .is_some_and(|(local, remote)| row.local == local && row.remote == remote)
        })
        .collect();
    // The first state is where the first change began.
    let times = std::iter::once(Time::ZERO).chain(rows.iter().map(|row| row.t));
    let times = times.chain(std::iter::repeat(Time::NEVER));
    states
        .iter()
        .zip(times)
        .map(|(state, since)| Stay {
            since,
            state: state.clone(),
        })
        .collect()
}

/// Reads the records of a simulated run.
struct Reader<'a> {
    recording: &'a Recording,
    script: &'a Script,
    /// Ports of each connection at the client and at the server.
    ports: BTreeMap<u32, [u16; 2]>,
    /// Between which addresses each connection goes.
    routes: BTreeMap<u32, link::Route>,
    /// The last acknowledgements of each sender, with the connection.
    acks: [Vec<(Seq, u32)>; 2],
    /// The number that a connection has in the comparison.
    numbers: BTreeMap<u32, u32>,
    /// Initial sequence numbers, by connection and sender.
    initial: BTreeMap<(u32, u8), Seq>,
    /// The connection that a socket's row speaks of.
    now_in: BTreeMap<(Side, String), u32>,
    /// Open listeners: host, process, socket, address with port.
    listening: Vec<(Side, ProcessId, String, String)>,
    /// What came of each action.
    results: Vec<Option<(String, Time, Option<Time>)>>,
    out: Projection,
}

impl Reader<'_> {
    fn learn_ports(&mut self, records: &[Record]) {
        for record in records {
            if let (What::Sent { packet, .. }, Some(connection)) = (&record.what, record.connection)
            {
                let (own, other) = (packet.source_port, packet.destination_port);
                let pair = if record.host == 0 {
                    [own, other]
                } else {
                    [other, own]
                };
                self.ports.entry(connection).or_insert(pair);
                self.routes.entry(connection).or_insert(packet.route);
            }
        }
    }

    fn read(&mut self, records: &[Record], place: usize, record: &Record) {
        let side = side_of(record.host);
        match &record.what {
            // What stays within a host enters no path.
            What::Sent {
                fate: link::Fate::Within,
                ..
            } => {}
            What::Sent { packet, fate, .. } => {
                let fate = self.fate(fate);
                let connection = record.connection.or_else(|| packet.connection());
                self.segment(record, packet, connection, fate, false);
            }
            What::Injected { packet, .. } => {
                self.segment(record, packet, record.connection, FROM_OUTSIDE, true);
            }
            What::Transition { from, to } => match record.connection {
                Some(connection) => {
                    let sudden = is_passing(records, place, record, *to);
                    self.enters(record, connection, *from, *to, sudden);
                }
                None => self.listener(records, record, *to),
            },
            What::Call { step, .. } => {
                if let Some(action) = self.script.action(*step) {
                    self.results[action] = Some(("pending".to_owned(), record.time, None));
                }
            }
            What::Return {
                step,
                since,
                result,
                ..
            } => {
                if let Some(action) = self.script.action(*step) {
                    let result = self.result(action, side, *result, record.connection);
                    self.results[action] = Some((result, *since, Some(record.time)));
                }
            }
            What::Process { process, event } => self.process(*process, *event, record.time),
            What::Released { .. }
            | What::Arrived { .. }
            | What::Icmp { .. }
            | What::Row { .. }
            | What::Host { .. }
            | What::Malformed { .. }
            | What::DeliveryTrouble { .. }
            | What::TimeWait { .. }
            | What::Ended(_)
            | What::ForeignOctets
            | What::Urgent { .. } => {}
        }
    }

    fn fate(&self, fate: &link::Fate) -> &'static str {
        match fate {
            link::Fate::Deliver { .. }
            | link::Fate::Impaired { .. }
            | link::Fate::Marked { .. }
            | link::Fate::Within => Fate::Deliver.name(),
            link::Fate::Lost
            | link::Fate::QueueFull
            | link::Fate::TooBig { .. }
            | link::Fate::Unplugged => Fate::Drop.name(),
            link::Fate::Fault { fault, .. } => {
                let rule = self.recording.fates.get(usize::from(*fault));
                rule.map_or(Fate::Drop.name(), |rule| rule.fate.name())
            }
        }
    }

    fn segment(
        &mut self,
        record: &Record,
        packet: &link::Packet,
        connection: Option<u32>,
        fate: &'static str,
        injected: bool,
    ) {
        let segment = &packet.segment;
        let mut connection = connection.unwrap_or(0);
        let is_bare_reset = segment.flags == Flags::RST;
        if is_bare_reset && !injected {
            // It has the numbers of what it answers, which may be of an earlier connection.
            let asked = self.acks[usize::from(1 - record.host)].iter().rev();
            let asked = asked.take(100).find(|(ack, _)| *ack == segment.seq);
            connection = asked.map_or(connection, |(_, connection)| *connection);
        }
        if segment.flags.contains(Flags::ACK) {
            self.acks[usize::from(record.host)].push((segment.ack, connection));
        }
        if segment.flags.contains(Flags::SYN) && !injected {
            self.initial.insert((connection, record.host), segment.seq);
        }
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let conn = *self.numbers.entry(connection).or_insert(next);
        let zero = Seq::new(0);
        let origin = |host: u8| self.initial.get(&(connection, host)).copied();
        let relative = |number: Seq, origin: Option<Seq>| {
            let ahead = number.since(origin.unwrap_or(zero));
            // What lies before the initial number counts down from it.
            match i32::try_from(ahead) {
                Ok(ahead) => i64::from(ahead),
                Err(_) => i64::from(ahead) - (1 << 32),
            }
        };
        let is_ack = segment.flags.contains(Flags::ACK);
        self.out.segments.push(Segment {
            time: record.time,
            injected,
            key: SegmentKey {
                conn,
                dir: Way::from(record.host),
                flags: letters(segment.flags),
                seq: relative(segment.seq, origin(record.host)),
                ack: is_ack.then(|| relative(segment.ack, origin(1 - record.host))),
                len: segment.payload.len,
                fate: fate.to_owned(),
            },
        });
    }

    /// A connection enters a state; `sudden` if it leaves it at once for another.
    fn enters(&mut self, record: &Record, connection: u32, from: State, to: State, sudden: bool) {
        let side = side_of(record.host);
        let Some(ports) = self.ports.get(&connection) else {
            return;
        };
        let host = usize::from(record.host);
        let addresses = [Side::Client, Side::Server]
            .map(|side| self.recording.hosts.get(&side).map(|machine| machine.addr));
        let [Some(client), Some(server)] = addresses else {
            return;
        };
        let route = self.routes.get(&connection);
        let route = route.copied().unwrap_or(link::Route::Path);
        let (local, remote) = match route {
            link::Route::Path => {
                let ends = [(client, ports[0]), (server, ports[1])];
                (ends[host], ends[1 - host])
            }
            // Both ends have the same state machine here only where they have the same port.
            link::Route::Own => {
                let own = [client, server][host];
                ((own, ports[host]), (own, ports[1 - host]))
            }
            link::Route::Loopback => {
                let own = std::net::Ipv4Addr::LOCALHOST;
                ((own, ports[host]), (own, ports[1 - host]))
            }
        };
        let row = (
            side,
            format!("{}:{} {}:{}", local.0, local.1, remote.0, remote.1),
        );
        // A connection that came back to LISTEN is gone: its listener never left.
        let gone = matches!(to, State::Closed | State::Listen);
        if gone && self.now_in.get(&row) != Some(&connection) {
            // Another has taken its place.
            return;
        }
        self.now_in.insert(row.clone(), connection);
        let stays = self.out.states.entry(row).or_default();
        if stays.is_empty() {
            stays.push(Stay {
                since: Time::ZERO,
                state: State::Closed.name_in_tables().to_owned(),
            });
        }
        let _ = from;
        if let [.., last] = stays.as_slice()
            && stays.len() > 1
            && last.since == record.time
        {
            // Another took its place at once; or it never left the host, and took no time at all.
            let replaced = last.state == State::Closed.name_in_tables();
            if replaced || route != link::Route::Path {
                stays.pop();
            }
        }
        let state = if gone { State::Closed } else { to };
        let last = stays.last().map(|stay| stay.state.as_str());
        if !sudden && last != Some(state.name_in_tables()) {
            stays.push(Stay {
                since: record.time,
                state: state.name_in_tables().to_owned(),
            });
        }
    }

    /// A listener opens or closes: which, its cause tells.
    fn listener(&mut self, records: &[Record], record: &Record, to: State) {
        let side = side_of(record.host);
        let cause = record
            .cause
            .and_then(|ordinal| usize::try_from(ordinal).ok())
            .and_then(|ordinal| records.get(ordinal.checked_sub(1)?));
        match cause.map(|cause| &cause.what) {
            Some(What::Call { process, step }) => {
                let Some(action) = self.script.action(*step) else {
                    return;
                };
                let socket = self.recording.script[action].sock.clone();
                let Some(socket) = socket else { return };
                if to == State::Listen {
                    let end = self.bound(action, *process, &socket);
                    self.listening.push((side, *process, socket, end));
                    if let Some((.., end)) = self.listening.last().cloned() {
                        self.listener_enters(side, &end, to, record.time);
                    }
                } else {
                    self.listeners_close(side, *process, Some(&socket), record.time);
                }
            }
            Some(What::Process { process, .. }) => {
                self.listeners_close(side, *process, None, record.time);
            }
            _ => {}
        }
    }

    /// The address and port to which a socket was bound before this action.
    fn bound(&self, before: usize, process: ProcessId, socket: &str) -> String {
        let (side, name) = &self.script.processes[usize::from(process.program)];
        let actions = self.recording.script[..before].iter().enumerate().rev();
        let mut binds = actions.filter(|(_, action)| {
            action.op == Op::Bind
                && action.host == *side
                && action.proc.as_deref() == Some(name)
                && action.sock.as_deref() == Some(socket)
        });
        let bind = binds.find(|(place, _)| {
            let result = self.results[*place].as_ref();
            result.is_some_and(|(result, ..)| result.parse::<u32>().is_ok())
        });
        match bind {
            Some((_, action)) => {
                let address = action.addr.unwrap_or(std::net::Ipv4Addr::UNSPECIFIED);
                format!("{address}:{}", action.port.unwrap_or(0))
            }
            None => "0.0.0.0:0".to_owned(),
        }
    }

    fn listeners_close(
        &mut self,
        side: Side,
        process: ProcessId,
        socket: Option<&str>,
        time: Time,
    ) {
        let (closing, open) =
            std::mem::take(&mut self.listening)
                .into_iter()
                .partition(|(at, of, named, _)| {
                    *at == side && *of == process && socket.is_none_or(|socket| socket == named)
                });
        self.listening = open;
        for (_, _, _, end) in closing {
            self.listener_enters(side, &end, State::Closed, time);
        }
    }

    fn listener_enters(&mut self, side: Side, end: &str, to: State, time: Time) {
        let row = (side, format!("{end} 0.0.0.0:*"));
        let stays = self.out.states.entry(row).or_default();
        if stays.is_empty() {
            stays.push(Stay {
                since: Time::ZERO,
                state: State::Closed.name_in_tables().to_owned(),
            });
        }
        // Several may listen at one address.
        let others = self.listening.iter();
        let mut others = others.filter(|(at, _, _, of)| *at == side && of == end);
        let goes_on = to == State::Closed && others.next().is_some();
        let last = stays.last().map(|stay| stay.state.as_str());
        if !goes_on && last != Some(to.name_in_tables()) {
            stays.push(Stay {
                since: time,
                state: to.name_in_tables().to_owned(),
            });
        }
    }

    /// What a call returned, as the recordings write it.
    fn result(
        &self,
        action: usize,
        side: Side,
        result: CallResult,
        connection: Option<u32>,
    ) -> String {
        let number = match result {
            CallResult::Failed(errno) => return errno.name().to_owned(),
            CallResult::Done(number) => number,
        };
        match self.recording.script[action].op {
            Op::Accept | Op::Getpeername | Op::Getsockname => {
                let other = match side {
                    Side::Client => Side::Server,
                    Side::Server => Side::Client,
                };
                let ports = connection.and_then(|connection| self.ports.get(&connection));
                let machine = self.recording.hosts.get(&other);
                match (ports, machine) {
                    (Some(ports), Some(machine)) => {
                        format!("{}:{}", machine.addr, ports[usize::from(other.index())])
                    }
                    _ => number.to_string(),
                }
            }
            Op::Send | Op::Recv | Op::RecvAll => number.to_string(),
            Op::SoError => number.to_string(),
            // A port that was bound is no result of the call itself.
            _ => "0".to_owned(),
        }
    }

    fn process(&mut self, process: ProcessId, event: ProcessEvent, time: Time) {
        let op = match event {
            ProcessEvent::Killed => Op::Kill,
            ProcessEvent::Exited => Op::Exit,
            _ => return,
        };
        let (side, name) = &self.script.processes[usize::from(process.program)];
        let ends = self.recording.script.iter().position(|action| {
            action.op == op && action.host == *side && action.proc.as_deref() == Some(name)
        });
        if let Some(action) = ends {
            self.results[action] = Some(("0".to_owned(), time, None));
        }
    }

    /// Calls in the order of the recording's script.
    fn finish(mut self) -> Projection {
        for (place, action) in self.recording.script.iter().enumerate() {
            let (result, begun, returned) = match (action.op, self.results[place].take()) {
                (Op::Snapshot, _) => continue,
                (Op::Sysctl, _) => ("0".to_owned(), action.t, None),
                (_, Some(result)) => result,
                // The process came to it too late, or not at all.
                (_, None) => ("not reached".to_owned(), action.t, None),
            };
            self.out.calls.push(Call {
                side: action.host,
                process: action.proc.clone(),
                op: action.op,
                socket: action.sock.clone(),
                result,
                begun,
                returned,
            });
        }
        self.out
    }
}

const fn side_of(host: u8) -> Side {
    if host == 0 {
        Side::Client
    } else {
        Side::Server
    }
}

/// True if the connection leaves the state again on the same segment: nobody could see it there.
fn is_passing(records: &[Record], place: usize, record: &Record, to: State) -> bool {
    // FIN-WAIT-1 on a segment that acknowledges the FIN and has one passes through FIN-WAIT-2.
    let follows = records[place + 1..]
        .iter()
        .take_while(|next| next.time == record.time)
        .find(|next| {
            next.host == record.host
                && next.connection == record.connection
                && matches!(next.what, What::Transition { .. })
        });
    match follows.map(|next| (&next.what, next.cause)) {
        Some((What::Transition { from, .. }, cause)) => {
            *from == to && cause == record.cause && is_arrival(records, cause)
        }
        _ => false,
    }
}

fn is_arrival(records: &[Record], cause: Option<u64>) -> bool {
    let place = cause.and_then(|ordinal| usize::try_from(ordinal).ok());
    place
        .and_then(|place| records.get(place.checked_sub(1)?))
        .is_some_and(|record| matches!(record.what, What::Arrived { .. }))
}
