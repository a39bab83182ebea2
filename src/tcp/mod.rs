//! One end of a TCP connection: a state machine without input or output (RFC 9293 §3).
//!
//! It knows no host, path, event, clock or randomness: time, the initial sequence number and the
//! constants come in as arguments ([`Cx`]), segments come out as values ([`Outgoing`]). It contains
//! no name of an operating system; a profile hands it a [`Config`].
//!
//! A [`Tcb`] has four families of methods:
//! - the user calls of §3.10.1–3.10.6: `passive_open`, `active_open`, `send`, `receive`, `close`,
//!   `shutdown`, `shutdown_read`, `shutdown_both`, `abort` (`calls`);
//! - what happens to it: [`Tcb::on_segment`] (`opening` for LISTEN and SYN-SENT, `synchronized` for
//!   the rest, a function per step of §3.10.7.4; what policies change in the last two states is in
//!   `fin_wait2` and `time_wait`; what an acknowledgement says about losses, in `recovery`),
//!   [`Tcb::on_icmp`] (`icmp`) and [`Tcb::on_timeout`] (`timers`);
//! - what it wants: [`Tcb::poll_transmit`] (`transmit`) and [`Tcb::next_timeout`];
//! - getters.
//!
//! Once no socket holds it and nothing is left to send, a [`remnant::Remnant`] stands for it.
//!
//! What the RFC orders to be sent at once (a reset, a challenge, a duplicate acknowledgement) is
//! queued in [`Output::replies`] at that line; text, FINs and plain acknowledgements are pulled.
//!
//! Left out: security and compartment, and every option but MSS, window scale, timestamps and
//! selective acknowledgements.
//!
//! Start reading at [`Tcb`], then `synchronized` beside §3.10.7.4.

pub mod calls;
pub mod choices;
pub mod closed;
pub mod config;
pub mod congestion;
pub mod control;
pub mod cubic;
pub mod fast_open;
pub mod icmp;
pub mod outcome;
pub mod reassembly;
pub mod remnant;
pub mod rtt;
pub mod slow_start;
pub mod state;
pub mod syn_cookies;
pub mod tcb;
pub mod timers;
pub mod vitals;

mod answers;
mod blocks;
mod delayed_ack;
mod ecn;
mod fin_wait2;
mod frto;
mod giving_up;
mod keep_alive;
mod opening;
mod pacing;
mod persist;
mod push;
mod rack;
mod recovery;
mod resend;
mod samples;
mod scoreboard;
mod synchronized;
mod tail_loss;
mod time_wait;
mod timestamps;
mod transmit;
mod undo;
mod urgent;
mod user_timeout;
mod window;

#[cfg(test)]
mod tests;

#[cfg(doc)]
use {config::Config, outcome::Outgoing, tcb::*};
