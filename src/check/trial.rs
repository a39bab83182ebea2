//! A run with everything that is held against it.

use super::expectation::Expectation;
use super::invariants::{Invariants, Violation};
use super::judge::{Judge, UnmetStep, Verdict};
use crate::sim::digest::Digest;
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
        let mut records = Vec::new();
        let mut digest = Digest::default();
        let mut judge = Judge::new(expectations.iter().cloned());
        let mut invariants = Invariants::default();
        let held = (&mut judge, &mut invariants);
        let stop = world.run(&mut ((&mut records, &mut digest), (held, other)));
        let (verdicts, unmet) = judge.finish(&world);
        let violations = invariants.finish(&world, stop);
        Trial {
            digest: digest.value(),
            world,
            records,
            stop,
            verdicts,
            unmet,
            violations,
        }
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
