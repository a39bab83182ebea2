//! A segment for which there is no connection (RFC 9293 §3.10.7.1), and the form of a reset (§3.5.2).

use super::config::{BareResetAck, Config};
use super::outcome::{DropReason, Outgoing, ResetReason, Why};
use crate::segment::{Ecn, Flags, Marks, Options, Payload, Segment};
use crate::seq::Seq;

/// What a host answers to a segment that belongs to no connection.
///
/// # Errors
/// The reason for silence, if the segment is a reset: a reset is never answered by one.
pub fn answer(seg: &Segment, config: &Config) -> Result<Outgoing, DropReason> {
    if seg.flags.contains(Flags::RST) {
        return Err(DropReason::NothingToReset);
    }
    Ok(reset(seg, ResetReason::NoConnection, config))
}

/// The reset that answers `seg`. RFC 9293 §3.5.2, groups 1 and 2.
///
/// It takes its number from the segment's acknowledgement if there is one, else it acknowledges
/// the segment, so that it is acceptable to whoever sent it.
pub fn reset(seg: &Segment, reason: ResetReason, config: &Config) -> Outgoing {
    let (seq, ack, flags) = if seg.flags.contains(Flags::ACK) {
        let field = match config.bare_reset_ack {
            BareResetAck::Zero => Seq::new(0),
            BareResetAck::Filled => seg.ack,
        };
        (seg.ack, field, Flags::RST)
    } else {
        (Seq::new(0), seg.end(), Flags::RST | Flags::ACK)
    };
    Outgoing {
        segment: Segment {
            seq,
            ack,
            flags,
            wnd: 0,
            urgent: 0,
            ecn: Ecn::NotEct,
            options: Options::default(),
            payload: Payload {
                stream: other_end(seg.payload.stream),
                ..Payload::default()
            },
        },
        marks: Marks::default(),
        why: Why::Reset(reason),
    }
}

/// The stream of the end to which a stream's segments go: a connection has 2n and 2n + 1.
///
/// So a reset belongs to the connection that it answers, and faults can pick it by that.
const fn other_end(stream: u32) -> u32 {
    if stream == u32::MAX {
        // A segment that no connection of this run sent.
        return stream;
    }
    stream ^ 1
}
