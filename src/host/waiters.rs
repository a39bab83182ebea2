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

    /// The one at this place in line, from 0.
    #[inline]
    pub fn get(&self, place: usize) -> Option<ProcessSlot> {
        match place.checked_sub(1) {
            None => self.first,
            Some(place) => self.others.get(place).copied(),
        }
    }

    /// The one at this place, which somebody has, waits no more.
    pub fn remove(&mut self, place: usize) {
        match place.checked_sub(1) {
            None => drop(self.take_first()),
            Some(place) => drop(self.others.remove(place)),
        }
    }

    /// This thread waits no more, if it does.
    #[inline]
    pub fn leave(&mut self, process: ProcessSlot) {
        if self.first == Some(process) {
            self.take_first();
        } else {
            self.others.retain(|waiting| *waiting != process);
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
