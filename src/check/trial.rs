//! A run with everything that is held against it.

use super::expectation::Expectation;
use super::invariants::{Invariants, Violation};
use super::judge::{Judge, UnmetStep, Verdict};
use crate::sim::digest::Digest;
use crate::sim::foreign::{Duel, Halt, Stack};
use crate::sim::observer::Observer;
use crate::sim::plan::Plan;
use crate::sim::record::{Record, Stop};
use crate::sim::world::World;
use std::sync::Arc;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The world as the run left it.
    pub world: World,
    /// Everything that happened.
    pub records: Vec<Record>,
    /// The digest of the records.
    pub digest: u128,
    /// Why the run ended.
    pub stop: Stop,
    /// What came of each expectation, in their order.
    pub verdicts: Vec<Verdict>,
    /// Steps that came out otherwise than their author stated.
    pub unmet: Vec<UnmetStep>,
    /// Broken invariants.
    pub violations: Vec<Violation>,
}

impl Trial {
    /// Runs `plan` with this `seed` to its end.
    pub fn run(plan: &Arc<Plan>, expectations: &[Expectation], seed: u64) -> Trial {
        Trial::run_before(&mut (), plan, expectations, seed)
    }

    /// The same before the eyes of another observer.
    pub fn run_before<O: Observer>(
        other: &mut O,
        plan: &Arc<Plan>,
        expectations: &[Expectation],
        seed: u64,
    ) -> Trial {
        let mut world = World::new(Arc::clone(plan), seed);
        let mut observers = Observers::new(expectations);
        let stop = world.run(&mut (observers.all(), other));
        observers.finish(world, stop)
    }

    /// Runs `plan`, one host of which is this stack, to its end; returns the stack as the run left it.
    ///
    /// A stack that asks again and again to be polled at one instant counts as cut off by the limit
    /// of events.
    ///
    /// # Panics
    /// If the plan has no foreign host.
    pub fn duel<S: Stack>(
        plan: &Arc<Plan>,
        expectations: &[Expectation],
        seed: u64,
        stack: S,
    ) -> (Trial, S) {
        let mut duel = Duel::new(Arc::clone(plan), seed, stack);
        let mut observers = Observers::new(expectations);
        let limit = plan.until.unwrap_or(plan.time_limit);
        let stop = match duel.run(limit, &mut observers.all()) {
            Halt::Quiescence => Stop::Quiescence,
            Halt::Until if plan.until.is_some() => Stop::Until,
            Halt::Until => Stop::TimeLimit,
            Halt::Limit(stop) => stop,
            Halt::Spinning => Stop::EventLimit,
        };
        let (world, stack) = duel.into_parts();
        (observers.finish(world, stop), stack)
    }

    /// Everything that was stated held, no invariant broke, and the run was not cut off.
    pub fn held(&self) -> bool {
        let cut_off = matches!(self.stop, Stop::EventLimit | Stop::TimeLimit);
        !cut_off
            && self.verdicts.iter().all(|verdict| verdict.held)
            && self.unmet.is_empty()
            && self.violations.is_empty()
    }
}

/// Everybody who looks on.
struct Observers {
    records: Vec<Record>,
    digest: Digest,
    judge: Judge,
    invariants: Invariants,
}

impl Observers {
    fn new(expectations: &[Expectation]) -> Observers {
        Observers {
            records: Vec::new(),
            digest: Digest::default(),
            judge: Judge::new(expectations.iter().cloned()),
            invariants: Invariants::default(),
        }
    }

    fn all(&mut self) -> impl Observer {
        (
            (&mut self.records, &mut self.digest),
            (&mut self.judge, &mut self.invariants),
        )
    }

    fn finish(self, world: World, stop: Stop) -> Trial {
        let (verdicts, unmet) = self.judge.finish(&world);
        let violations = self.invariants.finish(&world, stop);
        Trial {
            digest: self.digest.value(),
            world,
            records: self.records,
            stop,
            verdicts,
            unmet,
            violations,
        }
    }
}
