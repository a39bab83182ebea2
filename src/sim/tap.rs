//! What somebody who listens on the path knows: where numbers began, what was sent last, and
//! segments that were kept to be sent again.
//!
//! Only a plan that asks for it is listened to; for all others this costs nothing.

use super::observer::Observer;
use super::plan::{HostIndex, Played, PlayedNumber, PlayedTimestamps};
use super::record::What;
use super::world::World;
use crate::link::fault::{Match, Origins};
use crate::link::{Packet, Route};
use crate::segment::{Ecn, Flags, Marks, Options, Payload, Segment, Timestamps};
use crate::seq::Seq;
use crate::time::Time;
use std::sync::Arc;

/// What was heard so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tap {
    /// Somebody listens.
    pub on: bool,
    /// Initial sequence numbers, by the number of the connection; a row for each sender.
    initial: [Vec<Option<Seq>>; 2],
    /// The last packet of each sender, with its connection.
    last: [Option<Heard>; 2],
    /// The first packet that each of the plan's captures matched.
    kept: Vec<Option<Packet>>,
}

/// The last that was heard of a sender.
#[derive(Clone, Copy, Debug)]
struct Heard {
    packet: Packet,
    connection: u32,
    /// The highest numbers of the connection: after the last octet sent, and acknowledged.
    end: Seq,
    ack: Seq,
    /// The last timestamps.
    timestamps: Option<Timestamps>,
}

impl Tap {
    /// Forgets everything; `kept` is how many captures the plan has.
    pub fn reset(&mut self, on: bool, kept: usize) {
        self.on = on;
        self.initial.iter_mut().for_each(Vec::clear);
        self.last = [None, None];
        self.kept.clear();
        self.kept.resize(kept, None);
    }

    fn initial(&self, sender: HostIndex, connection: u32) -> Option<Seq> {
        let row = &self.initial[usize::from(sender)];
        row.get(connection as usize).copied().flatten()
    }

    /// From where numbers of a connection are counted, in packets of this sender.
    fn origins(&self, sender: HostIndex, connection: u32) -> Origins {
        let zero = Seq::new(0);
        Origins {
            seq: self.initial(sender, connection).unwrap_or(zero),
            ack: self.initial(1 - sender, connection).unwrap_or(zero),
        }
    }
}

impl World {
    /// A host puts a packet on the path: whoever listens hears it. Says from where its numbers count.
    pub(super) fn overhear(
        &mut self,
        sender: HostIndex,
        packet: &Packet,
        connection: Option<u32>,
    ) -> Origins {
        let Some(connection) = connection.or_else(|| packet.connection()) else {
            return Origins::NONE;
        };
        let tap = &mut self.tap;
        let segment = &packet.segment;
        if segment.flags.contains(Flags::SYN) {
            let row = &mut tap.initial[usize::from(sender)];
            let place = connection as usize;
            if row.len() <= place {
                row.resize(place + 1, None);
            }
            row[place] = Some(segment.seq);
        }
        let before = tap.last[usize::from(sender)].filter(|heard| heard.connection == connection);
        let end = segment.end();
        let ack = segment.ack;
        let has_ack = segment.flags.contains(Flags::ACK);
        tap.last[usize::from(sender)] = Some(Heard {
            packet: *packet,
            connection,
            timestamps: segment
                .options
                .timestamps
                .or(before.and_then(|heard| heard.timestamps)),
            end: before.map_or(end, |heard| heard.end.max(end)),
            ack: match before {
                Some(heard) if !has_ack => heard.ack,
                Some(heard) if heard.ack != Seq::new(0) => heard.ack.max(ack),
                Some(_) | None => ack,
            },
        });
        let origins = tap.origins(sender, connection);
        for (place, (from, matching)) in self.plan.captures.iter().enumerate() {
            let is_first = tap.kept[place].is_none();
            if is_first && from.is_none_or(|from| from == sender) {
                let matching: &Match = matching;
                if matching.matches(self.now, packet, origins) {
                    tap.kept[place] = Some(*packet);
                }
            }
        }
        origins
    }

    /// A segment from outside goes onto the path.
    pub(super) fn play<O: Observer>(&mut self, place: u16, observer: &mut O) {
        let plan = Arc::clone(&self.plan);
        let playback = &plan.playbacks[usize::from(place)];
        let made = match &playback.what {
            Played::Again { capture } => self.tap.kept[usize::from(*capture)].map(|packet| {
                let from_first = plan.captures[usize::from(*capture)].0;
                (
                    from_first.unwrap_or(playback.from),
                    packet,
                    packet.connection(),
                )
            }),
            Played::Crafted { .. } => self
                .craft(playback.from, &playback.what)
                .map(|(packet, connection)| (playback.from, packet, Some(connection))),
        };
        // What was never captured cannot be played, nor numbers counted that nobody heard.
        let Some((from, packet, connection)) = made else {
            return;
        };
        self.packets += 1;
        let packet = Packet {
            number: self.packets,
            record: self.records + 1,
            ..packet
        };
        let at: Time = self.now + plan.path[usize::from(from)].delay;
        self.path[usize::from(from)].take_in(at, packet);
        self.announce_arrival(from);
        let what = || What::Injected {
            packet,
            injection: place,
        };
        self.record(from, connection, None, what, observer);
    }

    fn craft(&self, sender: HostIndex, played: &Played) -> Option<(Packet, u32)> {
        let Played::Crafted {
            flags,
            seq,
            ack,
            len,
            mss,
            timestamps,
        } = *played
        else {
            return None;
        };
        let own = self.tap.last[usize::from(sender)];
        let peer = self.tap.last[usize::from(1 - sender)];
        let connection = own.or(peer)?.connection;
        let origins = self.tap.origins(sender, connection);
        let number = |number, initial: Seq, highest: Seq| match number {
            PlayedNumber::Highest(offset) => highest + super::outside::wrapped(offset),
            PlayedNumber::Initial(offset) => initial + super::outside::wrapped(offset),
        };
        let (end, acked) = own.map_or((origins.seq, origins.ack), |heard| (heard.end, heard.ack));
        let ports = match (own, peer) {
            (Some(own), _) => (own.packet.source_port, own.packet.destination_port),
            (None, Some(peer)) => (peer.packet.destination_port, peer.packet.source_port),
            (None, None) => return None,
        };
        let is_ack = flags.contains(Flags::ACK);
        let packet = Packet {
            number: 0,
            record: 0,
            route: Route::Path,
            source_port: ports.0,
            destination_port: ports.1,
            marks: Marks::default(),
            segment: Segment {
                seq: number(seq, origins.seq, end),
                ack: if is_ack {
                    number(ack, origins.ack, acked)
                } else {
                    Seq::new(0)
                },
                flags,
                wnd: own.map_or(0, |heard| heard.packet.segment.wnd),
                urgent: 0,
                ecn: Ecn::NotEct,
                options: Options {
                    mss,
                    timestamps: match timestamps {
                        PlayedTimestamps::Latest(add) => own
                            .and_then(|heard| heard.timestamps)
                            .map(|latest| Timestamps {
                                value: latest.value.wrapping_add(super::outside::wrapped(add)),
                                ..latest
                            }),
                        PlayedTimestamps::None => None,
                    },
                    ..Options::default()
                },
                payload: Payload {
                    stream: u32::MAX,
                    len,
                    start: 0,
                },
            },
        };
        Some((packet, connection))
    }
}
