//! What must hold: expectations of a scenario, and invariants of every run.
//!
//! - [`expectation`]: what an author can state;
//! - [`judge`]: holds statements against the records while a run goes on;
//! - [`invariants`]: what holds in every run of any scenario;
//! - [`trial`]: a run with all of it, from the first event to the verdicts;
//! - [`ledger`]: what RFC 9293 requires, and where the code and the tests are that answer for it.

pub mod expectation;
pub mod invariants;
pub mod judge;
pub mod ledger;
pub mod trial;
