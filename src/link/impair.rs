//! What chance does to the order of packets: it holds some up, and copies some.
//!
//! Each of the two has a stream of random numbers of its own and draws once for every packet that the
//! queue takes, whatever becomes of it; a direction whose plan asks for neither has none.

use crate::rng::{Purpose, Ratio, Stream};
use crate::time::Span;

/// How often chance holds packets up or copies them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impairment {
    /// How many arrive twice.
    pub duplicate: Ratio,
    /// How many arrive late, behind some that were sent after them.
    pub reorder: Ratio,
    /// How much later a packet that is held up arrives, and a copy after the original.
    pub by: Span,
}

/// The two streams of a direction.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    duplicate: Stream,
    reorder: Stream,
}

impl Chance {
    /// At the start of the run with this `seed`; `sender` is its host's index.
    pub fn new(seed: u64, sender: u8) -> Chance {
        Chance {
            duplicate: Stream::new(seed, Purpose::Duplicate(sender)),
            reorder: Stream::new(seed, Purpose::Reorder(sender)),
        }
    }

    /// How much later than its time the next packet arrives, and how much later than that its copy.
    pub fn draw(&mut self, plan: &Impairment) -> (Span, Option<Span>) {
        let copied = self.duplicate.chance(plan.duplicate);
        let late = self.reorder.chance(plan.reorder);
        let late = if late { plan.by } else { Span::ZERO };
        (late, copied.then_some(plan.by))
    }
}
