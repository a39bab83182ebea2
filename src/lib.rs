//! `lastack` is a deterministic simulator of TCP, named after the state in which a peer waits for an
//! ACK that the network lost. Virtual time, two hosts, one lossy path between them, one seed.
//!
//! People write a scenario in RON, run it, read the timeline, and keep the run as a snapshot whose
//! diff they review. `README.md` is for them; this page is for who reads or changes the code.
//!
//! # The way of the data
//! A program's call → socket ([`host`]) → [`tcp::tcb::Tcb`] → segments → a direction of the path
//! ([`link::Direction`]) → its fate → the event queue ([`sim::queue`]) → the other host → `Tcb` →
//! socket → the other program. One [`sim::world::World::step`] takes one event to quiescence; between
//! steps a world can be cloned, checked and drawn.
//!
//! # The house
//! From the ground up; a module imports only from floors below its own, and a test checks it.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`time`] [`rng`] [`seq`] | virtual nanoseconds; seeded streams of chance; numbers modulo 2^32 |
//! | [`segment`] | a TCP segment as a `Copy` value; its text is a range of the sender's stream |
//! | [`wire`] | packets as real bytes, with checksums; made only at the edges |
//! | [`tcp`] | one end of a connection: a sans-IO state machine |
//! | [`link`] | a direction of the path: rate, queue, delay, loss, marks, faults; the one door of fates |
//! | [`host`] | connections by ports, listeners, processes and their socket calls, profiles |
//! | [`sim`] | plan, world, event queue, records, observers, digest |
//! | [`check`] | expectations of a scenario, invariants of every run, a trial of both; the ledger of RFC 9293's requirements |
//! | [`scenario`] | RON to a plan, or to every mistake with its place |
//! | [`view`] | leaves that read records: timeline, JSON Lines, netstat |
//! | [`drill`] | evidence from outside: recorded runs, learned machines |
//! | `cli` | the command, one file a verb; behind the default feature `cli` |
//!
//! # What must stay absent
//! - `tcp` reads no clock and draws no numbers: time and the initial sequence number come in as
//!   arguments. It names no operating system: a profile hands it constants and policies.
//! - No code outside [`host::profile`] names a system.
//! - Nothing below `cli` reads a file, the clock or the environment, or prints.
//! - A `World` holds no `Rc`, `RefCell`, `dyn`, closure, hash map with a random hasher, or float; it
//!   shares the immutable plan by `Arc`. Cloning it forks the run.
//! - Views and checks read records and `&World`; they can never change a run. With no observer,
//!   records are not made.
//!
//! # Determinism
//! Same scenario, seed and version: the same records, byte for byte, on any machine, in debug and
//! release. Events are ordered by time, then kind (arrivals, timers, programs), then the order in
//! which they were set. Each purpose draws from a ChaCha8 stream of its own, a fixed number of times
//! a packet. The digest of a run covers every record and the version of their format; it stands in
//! the snapshot.
//!
//! # Decisions
//! - **A segment is processed when it arrives**, alone. RFC 9293 §3.10.7.4 (MUST-59) lets a batch be
//!   acknowledged at once; on a path without a rate a whole window arrives at one instant, and one
//!   acknowledgement for it would make slow start linear.
//! - **A listener keeps its own TCB in LISTEN**, and each SYN forks it. A fork that comes back to
//!   LISTEN, as RFC 9293 has it after a reset, is deleted: the listener never left.
//! - **Both ends of a connection have one number**, from 1 in the order of opening. Streams of octets
//!   are numbered after it (2n, 2n + 1), so that an octet of an earlier incarnation shows.
//! - **A SYN in TIME-WAIT** opens a new connection beside the old one, which goes when the handshake
//!   is done, or comes back if the SYN was an old duplicate (MAY-2).
//! - **A last segment with the FIN does not wait** (Nagle, RFC 9293 §3.7.4): nothing could join it.
//! - **A router stands in the middle of the path** and answers what is too big with an ICMP error,
//!   which takes half the delay of each direction in all, and meets nothing on its way.
//! - **What changes inside a connection is seen from outside**, by comparing it from record to record
//!   ([`sim::vitals`]): a run that nobody watches pays nothing, and the digest does not depend on it.
//! - **A copy that SACK tells of counts for RACK whatever TSecr is**: beyond a gap that is older than
//!   either transmission (RFC 7323 §4.3), and RFC 8985's comparison would believe no copy. Measured.
//! - **Timers are put off lazily**: the event queue may wake a connection too early, which nobody
//!   sees, and never too late.
//!
//! # Where to start reading
//! [`segment`], [`tcp::tcb`], `tcp/synchronized.rs` beside RFC 9293 §3.10.7.4,
//! [`sim::world::World::step`], then `sims/teardown/final_ack_lost.ron` with its snapshot.

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod drill;
pub mod host;
pub mod link;
pub mod rng;
pub mod scenario;
pub mod segment;
pub mod seq;
pub mod sim;
pub mod tcp;
pub mod time;
pub mod view;
pub mod wire;
