//! Expectations of a scenario, and invariants of every run.
pub mod expectation;
