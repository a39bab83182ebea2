//! Hosts.
pub mod errno;
pub mod profile;
pub mod program;
