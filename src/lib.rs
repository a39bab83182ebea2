//! `lastack`: a deterministic simulator of TCP.
pub mod rng;
pub mod segment;
pub mod seq;
pub mod tcp;
pub mod time;
