//! The simulator.
pub mod plan;
pub mod record;
