//! What a recording's path did to segments, and what was put on it: faults and playbacks of a plan.

use super::Mistake;
use super::recorded::{Condition, Fate, Inject, Nth, Place, Recording, Rule, Stamp};
use crate::link::fault::{self, Fault, Header, Kind, Match, Transmission, Which};
use crate::sim::plan::{Plan, Playback, Played, PlayedNumber, PlayedTimestamps};
use crate::time::{Span, Time};

pub(super) fn add_rule(plan: &mut Plan, place: usize, rule: &Rule) -> Result<(), Mistake> {
    let at = format!("fates[{place}]");
    let number = u16::try_from(place).map_err(|_| Mistake::at(&at, "is one rule too many"))?;
    let apart = rule.gap_ms.unwrap_or(Span::ZERO);
    let action = match rule.fate {
        Fate::Deliver => fault::Action::Delay(Span::ZERO),
        // What arrives with a wrong checksum is discarded before TCP looks at it.
        Fate::Drop | Fate::Corrupt => fault::Action::Drop,
        Fate::Dup => fault::Action::Duplicate {
            copies: rule.copies.unwrap_or(1),
            apart,
        },
        Fate::Delay => {
            let extra = rule
                .extra_ms
                .ok_or_else(|| Mistake::at(&at, "`delay` needs `extra_ms`"))?;
            fault::Action::Delay(extra)
        }
    };
    if rule.copies.is_some_and(|copies| COPIES_MAX < copies) {
        let message = format!("`copies` is more than {COPIES_MAX}");
        return Err(Mistake::at(&at, &message));
    }
    let senders: &[u8] = match rule.matching.dir {
        Some(way) => &[way.sender()],
        None => &[0, 1],
    };
    let which = match &rule.nth {
        None => vec![Which::All],
        Some(Nth::One(n)) => vec![Which::Nth(*n)],
        Some(Nth::Listed(listed)) => {
            let mut listed = listed.clone();
            listed.sort_unstable();
            listed.dedup();
            listed.retain(|n| *n > 0);
            // Each is a fault of its own, and counts only what those before it let pass.
            (0u32..)
                .zip(listed)
                .map(|(k, n)| Which::Nth(n - k))
                .collect()
        }
    };
    let begin = [0, 1].map(|sender: usize| plan.path[sender].faults.len());
    for sender in senders {
        for (k, which) in which.iter().enumerate() {
            let which = match *which {
                // Both directions count together.
                Which::Nth(nth) if senders.len() == 2 => {
                    let other = u16::try_from(begin[usize::from(1 - sender)] + k);
                    let other = other.map_err(|_| Mistake::at(&at, "is one rule too many"))?;
                    Which::NthEitherWay { nth, other }
                }
                which => which,
            };
            let fault = Fault {
                matching: condition(&rule.matching, &at)?,
                which,
                action,
            };
            plan.path[usize::from(*sender)].faults.push((number, fault));
        }
    }
    plan.faults = number + 1;
    Ok(())
}

/// Copies of a segment that a rule may ask for: each is an event of its own.
const COPIES_MAX: u32 = 1000;

fn condition(condition: &Condition, at: &str) -> Result<Match, Mistake> {
    let connection = match condition.conn {
        Some(conn) => {
            let number = conn.checked_add(1);
            Some(number.ok_or_else(|| Mistake::at(at, "`conn` is too large"))?)
        }
        None => None,
    };
    let none = crate::segment::Flags::NONE;
    Ok(Match {
        kind: Kind::Any,
        flags: condition.flags,
        transmission: Transmission::Any,
        connection,
        from: condition.t_from.unwrap_or(Time::ZERO),
        until: condition.t_to.unwrap_or(Time::NEVER),
        header: Header {
            has: condition.has.unwrap_or(none),
            lacks: condition.lacks.unwrap_or(none),
            text: condition.payload,
            seq: condition.seq,
            ack: condition.ack,
            len: condition.len,
            end_min: condition.seq_end_min,
        },
    })
}

pub(super) fn add_playbacks(plan: &mut Plan, recording: &Recording) -> Result<(), Mistake> {
    let mut names = Vec::new();
    for (name, matching) in &recording.capture_match {
        let at = format!("capture_match.{name}");
        let sender = matching.dir.map(super::recorded::Way::sender);
        plan.captures.push((sender, condition(matching, &at)?));
        names.push(name.as_str());
    }
    for (place, inject) in recording.inject.iter().enumerate() {
        let at = format!("inject[{place}]");
        let what = played(inject, &names).map_err(|message| Mistake::at(&at, &message))?;
        plan.playbacks.push(Playback {
            at: inject.t,
            from: inject.dir.map_or(0, super::recorded::Way::sender),
            what,
        });
    }
    Ok(())
}

fn played(inject: &Inject, names: &[&str]) -> Result<Played, String> {
    if let Some(name) = &inject.replay {
        let place = names.iter().position(|known| known == name);
        let place = place.ok_or_else(|| format!("nothing was captured as `{name}`"))?;
        let capture = u16::try_from(place).map_err(|_| "there are too many captures".to_owned())?;
        return Ok(Played::Again { capture });
    }
    let flags = inject.flags.ok_or("needs `replay` or `flags`")?;
    if inject.dir.is_none() {
        return Err("a crafted segment needs `dir`".to_owned());
    }
    let number = |place| match place {
        Place::Current(offset) => PlayedNumber::Highest(offset),
        Place::Initial(offset) => PlayedNumber::Initial(offset),
    };
    if 65_495 < inject.len {
        return Err(format!("`len` is {}, expected at most 65495", inject.len));
    }
    Ok(Played::Crafted {
        flags,
        seq: number(inject.seq),
        ack: number(inject.ack),
        len: inject.len,
        mss: inject.mss,
        timestamps: match inject.ts {
            Stamp::Last => PlayedTimestamps::Latest(inject.ts_add),
            Stamp::None => PlayedTimestamps::None,
        },
    })
}
