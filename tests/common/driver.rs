//! One end of a connection, driven by octets: each says what happens next. What must hold is asserted
//! after every event. Used by the fuzz target `tcb` and, with octets drawn at random, by `tests/arbitrary.rs`.

use lastack::host::profile::{Profile, ProfileName};
use lastack::segment::{
    Ecn, Extra, Flags, Options, Payload, SackBlock, SackBlocks, Segment, Timestamps,
};
use lastack::seq::Seq;
use lastack::tcp::choices::Choices;
use lastack::tcp::config::Config;
use lastack::tcp::state::State;
use lastack::tcp::tcb::{Cx, Output, Tcb};
use lastack::time::{Span, Time};

/// The streams of the end and of its peer.
const STREAMS: (u32, u32) = (2, 3);
/// More segments than one event can call for: a send buffer full of segments of one octet.
const SEGMENTS: u32 = 100_000;

/// Octets that are read one after the other.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.octet()?, self.octet()?]))
    }

    /// A distance: often none or a few, sometimes thousands, rarely anything.
    fn distance(&mut self) -> Option<u32> {
        let small = |octet: u8| u32::from(octet).wrapping_sub(4);
        Some(match self.octet()? {
            0..160 => 0,
            160..208 => small(self.octet()? % 9),
            208..252 => u32::from(self.word()?).wrapping_sub(20_000),
            _ => u32::from(self.word()?) << 16 | u32::from(self.word()?),
        })
    }
}

/// The end, its clock and its host's constants.
struct End {
    tcb: Tcb,
    now: Time,
    config: Config,
    output: Output,
    is_child: bool,
}

/// How far an end came.
#[derive(Debug, Default)]
pub struct Journey {
    /// Things that happened to it.
    pub events: u32,
    /// States that it was in after one of them, each once.
    pub states: Vec<State>,
}

/// Drives one end of a connection until the octets are used up, or it is gone.
///
/// # Panics
/// If something does not hold that must.
pub fn drive(octets: &[u8]) -> Journey {
    let mut journey = Journey::default();
    let mut reader = Reader(octets);
    let Some(mut end) = End::start(&mut reader) else {
        return journey;
    };
    loop {
        let state = end.tcb.state();
        if !journey.states.contains(&state) {
            journey.states.push(state);
        }
        if end.is_gone() || end.happens(&mut reader).is_none() {
            return journey;
        }
        journey.events += 1;
    }
}

impl End {
    /// Whose constants, and how it opens.
    fn start(reader: &mut Reader) -> Option<End> {
        let all = ProfileName::ALL;
        let name = all[usize::from(reader.octet()?) % all.len()];
        let mut config = Profile::new(name).tcp;
        config.receive_buffer = 500 + u32::from(reader.word()?);
        config.send_buffer = 500 + u32::from(reader.word()?) / 4;
        let how = reader.octet()?;
        let mut choices = Choices::new(&config);
        choices.nagle = how & 2 == 0;
        let mut end = End {
            tcb: Tcb::new(STREAMS.0, choices, &config),
            now: Time::ZERO,
            config,
            output: Output::default(),
            is_child: false,
        };
        end.call(|tcb, cx| {
            if how & 1 == 0 {
                tcb.active_open(cx).expect("it can open")
            } else {
                tcb.passive_open(cx).expect("it can listen")
            }
        });
        Some(end)
    }

    fn is_gone(&self) -> bool {
        match self.tcb.state() {
            State::Closed => true,
            // A host deletes what comes back to LISTEN; the listener never left.
            State::Listen => self.is_child,
            _ => false,
        }
    }

    /// The next event; `None` if there are no more octets.
    fn happens(&mut self, reader: &mut Reader) -> Option<()> {
        let edge = self.tcb.rcv_nxt() + self.tcb.rcv_wnd();
        let (una, state) = (self.tcb.snd_una(), self.tcb.state());
        match reader.octet()? {
            0..150 => {
                let segment = self.segment(reader)?;
                let opens = segment.flags.contains(Flags::SYN)
                    && !segment.flags.intersects(Flags::ACK | Flags::RST);
                if state == State::Listen && opens {
                    self.tcb = self.tcb.fork(STREAMS.0);
                    self.is_child = true;
                }
                self.call(|tcb, cx| tcb.on_segment(&segment, cx));
            }
            150..180 => {
                let octets = u64::from(reader.word()?);
                self.call(|tcb, cx| {
                    let _ = tcb.send(octets, cx);
                });
            }
            180..205 => {
                let octets = u64::from(reader.word()?);
                self.call(|tcb, _| {
                    let _ = tcb.receive(octets);
                });
            }
            205..245 => {
                let millis = u64::from(reader.word()?);
                let then = self.now + Span::from_millis(millis);
                self.now = self.now.max(self.tcb.next_timeout().min(then));
                self.call(|tcb, cx| tcb.on_timeout(cx));
                let due = self.tcb.next_timeout();
                assert!(self.now < due, "a timer is due again at once");
            }
            245..248 => self.call(|tcb, cx| {
                let _ = tcb.shutdown(cx);
            }),
            248..251 => self.call(|tcb, cx| {
                let _ = tcb.close(cx);
            }),
            251 => self.call(|tcb, cx| {
                let _ = tcb.shutdown_both(cx);
            }),
            252 => self.call(|tcb, cx| {
                let _ = tcb.abort(cx);
            }),
            253..=255 => {
                let nagle = reader.octet()? & 1 == 0;
                self.call(|tcb, _| tcb.choices_mut().nagle = nagle);
            }
        }
        let is_open = |state: State| state.is_synchronized();
        if is_open(state) && is_open(self.tcb.state()) {
            let now = self.tcb.rcv_nxt() + self.tcb.rcv_wnd();
            assert!(edge.precedes_or_is(now), "the right edge moved left");
            let now = self.tcb.snd_una();
            assert!(una.precedes_or_is(now), "SND.UNA moved left");
        }
        Some(())
    }

    /// A call, with everything that a host does after it.
    fn call<T>(&mut self, call: impl FnOnce(&mut Tcb, &mut Cx) -> T) -> T {
        let mut cx = Cx {
            now: self.now,
            config: &self.config,
            iss: Seq::new(u32::MAX - 2000),
            output: &mut self.output,
        };
        let result = call(&mut self.tcb, &mut cx);
        self.tcb.check();
        let mut count = 0;
        while self.tcb.poll_transmit(&mut cx).is_some() {
            self.tcb.check();
            count += 1;
            assert!(count < SEGMENTS, "it never stops sending");
        }
        self.output.drain(|_| ());
        result
    }

    /// A segment of the peer, mostly one that could be.
    fn segment(&self, reader: &mut Reader) -> Option<Segment> {
        let bits = reader.octet()?;
        let flags = match bits {
            0..130 => Flags::ACK,
            130..160 => Flags::ACK | Flags::FIN,
            160..180 => Flags::ACK | Flags::SYN,
            180..200 => Flags::SYN,
            // Few, since nothing comes after one that counts.
            200 => Flags::ACK | Flags::RST,
            201 => Flags::RST,
            _ => Flags::from_bits(reader.octet()?).without(Flags::RST),
        };
        let seq = self.tcb.rcv_nxt() + reader.distance()?;
        let from = match reader.octet()? {
            0..100 => self.tcb.snd_una(),
            _ => self.tcb.snd_nxt(),
        };
        let ack = from + reader.distance()?;
        let len = match reader.octet()? {
            0..100 => 0,
            100..180 => 1000,
            _ => u32::from(reader.word()?),
        };
        let text = seq + u32::from(flags.contains(Flags::SYN));
        let irs = self.tcb.irs();
        Some(Segment {
            seq,
            ack,
            flags,
            wnd: match reader.octet()? {
                0..40 => u16::from(reader.octet()? % 3),
                _ => reader.word()?,
            },
            urgent: reader.word()?,
            ecn: Ecn::from_bits(reader.octet()?),
            options: self.options(reader, from)?,
            payload: Payload {
                stream: STREAMS.1,
                len,
                start: u64::from(text.since(irs + 1)),
            },
        })
    }

    fn options(&self, reader: &mut Reader, sack_from: Seq) -> Option<Options> {
        let which = reader.octet()?;
        let mut options = Options::default();
        if which & 1 != 0 {
            options.mss = Some(reader.word()?);
        }
        if which & 2 != 0 {
            options.window_scale = Some(reader.octet()?);
        }
        options.sack_permitted = which & 4 != 0;
        if which & 8 != 0 {
            options.timestamps = Some(Timestamps {
                value: u32::from(reader.word()?),
                echo: u32::from(reader.word()?),
            });
        }
        if which & 0x70 == 0x70 {
            let mut blocks = SackBlocks::default();
            for _ in 0..=reader.octet()? % 3 {
                let start = sack_from + reader.distance()?;
                let end = start + reader.distance()?;
                blocks.push(SackBlock { start, end });
            }
            options.extra = Extra::Sack(blocks);
        }
        Some(options)
    }
}
