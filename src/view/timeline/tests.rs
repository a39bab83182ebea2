//! Timelines of runs made by hand, as exact text.

use super::layout::WIDTH;
use super::render;
use crate::view::sample::last_ack_lost;

#[test]
fn a_stranger_can_retell_the_run() {
    let text = render(&last_ack_lost().run());
    println!("{text}");
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
}
