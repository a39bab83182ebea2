//! `lastack`: a deterministic simulator of TCP.
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod host;
pub mod link;
pub mod rng;
pub mod scenario;
pub mod segment;
pub mod seq;
pub mod sim;
pub mod tcp;
pub mod time;
pub mod view;
