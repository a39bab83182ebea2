//! The engine: virtual time, the event queue, one [`World`] that runs two hosts over a path.
//!
//! - [`plan`]: what a run is made from;
//! - [`record`]: what happens in it;
//! - [`observer`]: who is told;
//! - [`queue`]: what happens next;
//! - `hosts`: both hosts, and the calls into them;
//! - `follow`: what follows from a call into a host, with causes;
//! - `icmp`: ICMP errors on their way;
//! - `outside`: held packets that go on, injected segments;
//! - [`foreign`]: a stack of somebody else's at one end of the path;
//! - `tap`: what somebody on the path has heard, and segments that are played from it;
//! - [`world`]: the run itself. Start reading at [`world::World::step`].

pub mod digest;
mod follow;
pub mod foreign;
mod hosts;
mod icmp;
pub mod observer;
mod outside;
pub mod plan;
pub mod queue;
pub mod record;
mod tap;
pub mod vitals;
pub mod world;

#[cfg(doc)]
use world::World;
