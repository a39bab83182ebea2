//! The eleven states of a connection and the edges between them (RFC 9293 §3.3.2, Figure 5).

use serde::Serialize;
use std::fmt;

/// A connection's state. RFC 9293 §3.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum State {
    /// No connection.
    Closed,
    /// Waiting for a connection request from any peer.
    Listen,
    /// A request was sent, a matching one is awaited.
    SynSent,
    /// A request was received and sent, its acknowledgement is awaited.
    SynReceived,
    /// Open: data flows both ways.
    Established,
    /// Closed here; the FIN is not acknowledged.
    FinWait1,
    /// Closed here and acknowledged; the peer's FIN is awaited.
    FinWait2,
    /// Closed by the peer; this end may go on sending.
    CloseWait,
    /// Both closed at once; the acknowledgement of this end's FIN is awaited.
    Closing,
    /// Closed by the peer, then here; the acknowledgement of this end's FIN is awaited.
    LastAck,
    /// Both closed; waiting long enough that the peer has the last acknowledgement.
    TimeWait,
}

impl State {
    /// All states, in the order in which RFC 9293 lists them.
    pub const ALL: [State; 11] = [
        State::Listen,
        State::SynSent,
        State::SynReceived,
        State::Established,
        State::FinWait1,
        State::FinWait2,
        State::CloseWait,
        State::Closing,
        State::LastAck,
        State::TimeWait,
        State::Closed,
    ];

    /// The states that may follow this one.
    ///
    /// Figure 5 with its notes, the calls of §3.10 and the time-outs of §3.10.8.
    pub const fn successors(self) -> &'static [State] {
        use State::*;
        match self {
            Closed => &[Listen, SynSent],
            Listen => &[SynReceived, SynSent, Closed],
            SynSent => &[Established, SynReceived, Closed],
            SynReceived => &[Established, FinWait1, Listen, Closed],
            Established => &[FinWait1, CloseWait, Closed],
            FinWait1 => &[FinWait2, Closing, Closed],
            FinWait2 => &[TimeWait, Closed],
            CloseWait => &[LastAck, Closed],
            Closing => &[TimeWait, Closed],
            LastAck => &[Closed],
            TimeWait => &[Closed],
        }
    }

    /// True if `next` may follow this state.
    pub const fn may_become(self, next: State) -> bool {
        let successors = self.successors();
        let mut i = 0;
        while i < successors.len() {
            if successors[i] as u8 == next as u8 {
                return true;
            }
            i += 1;
        }
        false
    }

    /// True in the states in which both ends know each other's sequence numbers.
    pub const fn is_synchronized(self) -> bool {
        match self {
            State::Closed | State::Listen | State::SynSent | State::SynReceived => false,
            State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => true,
        }
    }

    /// The name in the text tables of kernels: `FIN_WAIT1`, `SYN_RECV`.
    pub const fn name_in_tables(self) -> &'static str {
        match self {
            State::Closed => "CLOSED",
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
        }
    }

    /// The name in RFC 9293: `FIN-WAIT-1`.
    pub const fn name(self) -> &'static str {
        match self {
            State::Closed => "CLOSED",
            State::Listen => "LISTEN",
            State::SynSent => "SYN-SENT",
            State::SynReceived => "SYN-RECEIVED",
            State::Established => "ESTABLISHED",
            State::FinWait1 => "FIN-WAIT-1",
            State::FinWait2 => "FIN-WAIT-2",
            State::CloseWait => "CLOSE-WAIT",
            State::Closing => "CLOSING",
            State::LastAck => "LAST-ACK",
            State::TimeWait => "TIME-WAIT",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_can_be_left_and_every_state_can_end() {
        for state in State::ALL {
            assert!(!state.successors().is_empty());
            assert!(!state.may_become(state), "{state} is no change");
            assert!(
                state == State::Closed || state.may_become(State::Closed),
                "{state} can end"
            );
        }
    }

    /// The whole table as text, to be held against Figure 5.
    #[test]
    fn the_edges_are_those_of_figure_5() {
        let table: Vec<String> = State::ALL
            .iter()
            .map(|s| {
                format!(
                    "{s} → {}",
                    s.successors()
                        .iter()
                        .map(|n| n.name())
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            })
            .collect();
        assert_eq!(
            table,
            [
                "LISTEN → SYN-RECEIVED, SYN-SENT, CLOSED",
                "SYN-SENT → ESTABLISHED, SYN-RECEIVED, CLOSED",
                "SYN-RECEIVED → ESTABLISHED, FIN-WAIT-1, LISTEN, CLOSED",
                "ESTABLISHED → FIN-WAIT-1, CLOSE-WAIT, CLOSED",
                "FIN-WAIT-1 → FIN-WAIT-2, CLOSING, CLOSED",
                "FIN-WAIT-2 → TIME-WAIT, CLOSED",
                "CLOSE-WAIT → LAST-ACK, CLOSED",
                "CLOSING → TIME-WAIT, CLOSED",
                "LAST-ACK → CLOSED",
                "TIME-WAIT → CLOSED",
                "CLOSED → LISTEN, SYN-SENT",
            ]
        );
    }
}
