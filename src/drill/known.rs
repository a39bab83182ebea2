//! The list of differences that are there on purpose, or wait: one a line, `name: reason`.
//!
//! A name is a recording's, `topic NAME` for all recordings of a topic, a learned machine's
//! `NAME state input`, or `machine NAME` for all of it. A reason that begins with `waiting` says that the simulator is to learn it.

use super::Mistake;
use std::collections::BTreeMap;

/// Differences that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    reasons: BTreeMap<String, String>,
}

impl Known {
    /// Reads a list; empty lines, and those that begin with `#`, say nothing.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn read(text: &str) -> Result<Known, Mistake> {
        let mut known = Known::default();
        for (place, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mistake = |message: &str| Mistake {
                line: place + 1,
                column: 1,
                message: message.to_owned(),
            };
            let (name, reason) = line
                .split_once(": ")
                .map(|(name, reason)| (name.trim(), reason.trim()))
                .filter(|(name, reason)| !name.is_empty() && !reason.is_empty())
                .ok_or_else(|| mistake("expected `name: reason`"))?;
            let before = known.reasons.insert(name.to_owned(), reason.to_owned());
            if before.is_some() {
                return Err(mistake(&format!("`{name}` is listed twice")));
            }
        }
        Ok(known)
    }

    /// Why a recording may differ.
    pub fn of_recording(&self, name: &str, topic: &str) -> Option<&str> {
        let reasons = &self.reasons;
        let reason = reasons
            .get(name)
            .or_else(|| reasons.get(&format!("topic {topic}")));
        reason.map(String::as_str)
    }

    /// Why a transition of a machine may differ.
    pub fn of_transition(&self, machine: &str, state: &str, input: &str) -> Option<&str> {
        let reasons = &self.reasons;
        let reason = reasons
            .get(&format!("{machine} {state} {input}"))
            .or_else(|| reasons.get(&format!("machine {machine}")));
        reason.map(String::as_str)
    }

    /// All names with their reasons, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.reasons.iter();
        pairs.map(|(name, reason)| (name.as_str(), reason.as_str()))
    }
}

/// True if the reason says that the difference is to go.
pub fn waits(reason: &str) -> bool {
    reason.starts_with("waiting")
}
