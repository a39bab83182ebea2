//! The event queue: what happens next.
//!
//! Each source of events has one entry: a direction its next arrival, a connection its earliest
//! deadline, a host the end of its first TIME-WAIT, a process its wake-up. So the queue stays small
//! however many packets fly. Events are ordered by time, then kind, then the order in which they
//! were set; that order is total, since `priority-queue` pops equal priorities in no useful order.

use crate::host::{ProcessSlot, Slot};
use crate::time::Time;
use priority_queue::PriorityQueue;
use rustc_hash::FxHasher;
use std::cmp::Reverse;
use std::hash::BuildHasherDefault;

/// Where events come from; each has at most one event at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The direction of the path with this sender: its next arrival.
    Arrival(u8),
    /// A host: what its own sockets sent to each other.
    Within(u8),
    /// A host: the next ICMP error from the router.
    Icmp(u8),
    /// The injection at this place in the plan.
    Injection(u16),
    /// The trigger at this place in the plan, which is a moment.
    Moment(u16),
    /// The playback at this place in the plan.
    Playback(u16),
    /// What happens to a host, at this place in the plan.
    Host(u16),
    /// A connection of a host: its earliest deadline.
    Connection(u8, Slot),
    /// A host: the end of TIME-WAIT of the first connection in it.
    TimeWait(u8),
    /// The signal to this program at this place in its list.
    Signal(u16, u16),
    /// The start of the next process of this program.
    Start(u16),
    /// A sleeping process of a host.
    Process(u8, ProcessSlot),
}

/// What comes first at one instant: arrivals, then timers, then programs.
///
/// So a FIN that arrives at the instant at which 2MSL ends starts it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Arrival,
    Timer,
    Program,
}

impl Source {
    const fn kind(self) -> Kind {
        match self {
            Source::Arrival(_)
            | Source::Within(_)
            | Source::Icmp(_)
            | Source::Injection(_)
            | Source::Moment(_)
            | Source::Playback(_) => Kind::Arrival,
            Source::Connection(..) | Source::TimeWait(_) => Kind::Timer,
            Source::Host(_) | Source::Signal(..) | Source::Start(_) | Source::Process(..) => {
                Kind::Program
            }
        }
    }
}

/// Where an event stands among the others, as one number: its time, its kind, and when it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order(u128);

impl Order {
    /// After every event: the place of a source that has none.
    const NO_EVENT: Order = Order(u128::MAX);

    /// `set` is below 2^62, since nobody counts so far.
    #[inline]
    const fn new(time: Time, kind: Kind, set: u64) -> Order {
        Order((time.as_nanos() as u128) << 64 | (kind as u128) << 62 | set as u128)
    }

    #[inline]
    const fn time(self) -> Time {
        Time::from_nanos((self.0 >> 64) as u64)
    }
}

/// What stands at the head of a queue that is empty.
const NO_HEAD: (Source, Order) = (Source::Arrival(0), Order::NO_EVENT);

/// The events to come.
#[derive(Clone, Debug)]
pub struct EventQueue {
    queue: PriorityQueue<Source, Reverse<Order>, BuildHasherDefault<FxHasher>>,
    /// The first of the queue, which is asked for with every packet and changes less often.
    head: (Source, Order),
    /// The next arrival of each direction. They move with every packet, and stand beside the queue.
    arrivals: [Order; 2],
    /// Events set so far: what was set earlier happens earlier, all else being equal.
    set: u64,
}

impl Default for EventQueue {
    fn default() -> EventQueue {
        EventQueue {
            queue: PriorityQueue::with_default_hasher(),
            head: NO_HEAD,
            arrivals: [Order::NO_EVENT; 2],
            set: 0,
        }
    }
}

impl EventQueue {
    /// Forgets everything, keeping the room.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.head = NO_HEAD;
        self.arrivals = [Order::NO_EVENT; 2];
        self.set = 0;
    }

    /// When the next packet of this sender arrives, as far as the queue was told.
    #[inline]
    pub fn arrival(&self, sender: u8) -> Option<Time> {
        let order = self.arrivals[usize::from(sender)];
        (order != Order::NO_EVENT).then_some(order.time())
    }

    /// The next packet of this sender arrives then, if there is one.
    #[inline]
    pub fn set_arrival(&mut self, sender: u8, time: Option<Time>) {
        self.arrivals[usize::from(sender)] = match time {
            Some(time) => {
                self.set += 1;
                Order::new(time, Kind::Arrival, self.set)
            }
            None => Order::NO_EVENT,
        };
    }

    /// The next event of `source` is at `time`, whatever it was before.
    pub fn set(&mut self, source: Source, time: Time) {
        if let Source::Arrival(sender) = source {
            self.set_arrival(sender, Some(time));
            return;
        }
        self.set += 1;
        let order = Order::new(time, source.kind(), self.set);
        // A source that is queued already moves: `push` changes its priority.
        self.queue.push(source, Reverse(order));
        self.look_at_head();
    }

    /// The queue has changed.
    fn look_at_head(&mut self) {
        self.head = match self.queue.peek() {
            Some((source, Reverse(order))) => (*source, *order),
            None => NO_HEAD,
        };
    }

    /// The place that a program event set now would have among others of its instant.
    pub fn next_place(&mut self) -> u64 {
        self.set += 1;
        self.set
    }

    /// The first event of all, or [`Order::NO_EVENT`] of some source.
    #[inline]
    fn first(&self) -> (Source, Order) {
        let [one, other] = self.arrivals;
        let arrival = if other < one {
            (Source::Arrival(1), other)
        } else {
            (Source::Arrival(0), one)
        };
        if self.head.1 < arrival.1 {
            self.head
        } else {
            arrival
        }
    }

    /// The next event.
    pub fn peek(&self) -> Option<(Source, Time)> {
        let (source, order) = self.first();
        (order != Order::NO_EVENT).then_some((source, order.time()))
    }

    /// True if the next event happens at `now` and before a program event with this place.
    pub fn precedes_program_event(&self, now: Time, place: u64) -> bool {
        self.first().1 < Order::new(now, Kind::Program, place)
    }

    /// Takes the event that [`EventQueue::peek`] showed.
    pub fn pop(&mut self) -> Option<(Source, Time)> {
        let next = self.peek();
        match next {
            Some((Source::Arrival(sender), _)) => self.set_arrival(sender, None),
            Some(_) => {
                self.queue.pop();
                self.look_at_head();
            }
            None => {}
        }
        next
    }

    /// The source has no event any more.
    pub fn remove(&mut self, source: Source) {
        if let Source::Arrival(sender) = source {
            self.set_arrival(sender, None);
        } else {
            self.queue.remove(&source);
            self.look_at_head();
        }
    }

    /// How many sources have an event.
    pub fn len(&self) -> usize {
        let arrivals = self.arrivals.iter().filter(|o| **o != Order::NO_EVENT);
        self.queue.len() + arrivals.count()
    }

    /// No event is left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    fn drain(queue: &mut EventQueue) -> Vec<Source> {
        std::iter::from_fn(|| queue.pop())
            .map(|(source, _)| source)
            .collect()
    }

    #[test]
    fn at_one_instant_arrivals_then_timers_then_programs() {
        let mut queue = EventQueue::default();
        queue.set(Source::Process(0, 0), at(5));
        queue.set(Source::TimeWait(0), at(5));
        queue.set(Source::Arrival(1), at(5));
        queue.set(Source::Process(1, 0), at(4));
        let order = [
            Source::Process(1, 0),
            Source::Arrival(1),
            Source::TimeWait(0),
            Source::Process(0, 0),
        ];
        assert_eq!(drain(&mut queue), order);
    }

    #[test]
    fn what_was_set_first_happens_first() {
        let mut queue = EventQueue::default();
        for slot in 0..8 {
            queue.set(Source::Connection(0, slot), at(5));
        }
        let order: Vec<Source> = (0..8).map(|slot| Source::Connection(0, slot)).collect();
        assert_eq!(drain(&mut queue), order);
    }

    #[test]
    fn a_source_has_one_event() {
        let mut queue = EventQueue::default();
        queue.set(Source::Arrival(0), at(5));
        queue.set(Source::Arrival(1), at(5));
        queue.set(Source::Arrival(0), at(5));
        assert_eq!(queue.len(), 2);
        assert_eq!(drain(&mut queue), [Source::Arrival(1), Source::Arrival(0)]);
    }

    /// Arrivals stand beside the queue, and are ordered with what is in it all the same.
    #[test]
    fn a_direction_has_one_next_arrival() {
        let mut queue = EventQueue::default();
        queue.set_arrival(1, Some(at(5)));
        queue.set(Source::Within(0), at(5));
        queue.set_arrival(0, Some(at(7)));
        queue.set_arrival(0, Some(at(5)));
        assert_eq!(
            (queue.arrival(0), queue.arrival(1)),
            (Some(at(5)), Some(at(5)))
        );
        assert_eq!((queue.len(), queue.is_empty()), (3, false));
        queue.set(Source::Moment(0), at(4));
        let order = [
            Source::Moment(0),
            Source::Arrival(1),
            Source::Within(0),
            Source::Arrival(0),
        ];
        assert_eq!(drain(&mut queue), order);
        assert_eq!((queue.arrival(0), queue.is_empty()), (None, true));
        queue.set(Source::Arrival(0), at(8));
        queue.remove(Source::Arrival(0));
        assert_eq!(queue.peek(), None);
    }

    #[test]
    fn a_program_that_can_go_on_waits_for_arrivals_of_its_instant() {
        let mut queue = EventQueue::default();
        let place = queue.next_place();
        assert!(!queue.precedes_program_event(at(5), place));
        queue.set(Source::Process(0, 0), at(5));
        assert!(!queue.precedes_program_event(at(5), place));
        queue.set(Source::Arrival(0), at(5));
        assert!(queue.precedes_program_event(at(5), place));
        assert!(!queue.precedes_program_event(at(4), place));
    }
}
