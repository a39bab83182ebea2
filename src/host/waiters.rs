//! Threads that wait for the same thing, in the order in which they came.

use super::ProcessSlot;

/// Waiting threads; more than one is rare, and only that takes room.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiters {
    first: Option<ProcessSlot>,
    others: Vec<ProcessSlot>,
}

impl Waiters {
    /// Adds a thread.
    pub fn add(&mut self, process: ProcessSlot) {
        match self.first {
            None => self.first = Some(process),
            Some(_) => self.others.push(process),
        }
    }

    /// Takes the one that came first.
    pub fn take_first(&mut self) -> Option<ProcessSlot> {
        let first = self.first.take()?;
        if !self.others.is_empty() {
            self.first = Some(self.others.remove(0));
        }
        Some(first)
    }

    /// Lets those go for whom `stays` is false.
    pub fn retain(&mut self, mut stays: impl FnMut(ProcessSlot) -> bool) {
        if self.first.is_some_and(|first| !stays(first)) {
            self.first = None;
        }
        self.others.retain(|process| stays(*process));
        if self.first.is_none() && !self.others.is_empty() {
            self.first = Some(self.others.remove(0));
        }
    }

    /// Nobody waits.
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = ProcessSlot> + '_ {
        self.first.iter().chain(&self.others).copied()
    }
}
