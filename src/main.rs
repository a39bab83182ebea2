//! The `lastack` command.
fn main() {}
