//! The requirements of RFC 9293, and what became of each: the numbered ones of its appendix B, and
//! the normative sentences that have no number (U-1 to U-13, in our numbering).
//!
//! It speaks of the profile `Rfc9293`; what another profile does differently is a constant of that
//! profile, with its source. Each entry names the code that obeys and the tests or scenarios that
//! show it, by paths into this repository; `tests/ledger.rs` looks them up, so that an entry cannot
//! outlive what it names. Data and nothing else: one file for each part of the RFC.
//!
//! Start reading at [`PARTS`].

mod conversation;
mod events;
mod header;
mod interfaces;
mod opening;
mod segmentation;
mod windows;

/// All parts, in the order of the RFC.
pub const PARTS: [Part; 20] = [
    header::HEADER,
    header::TERMS,
    opening::NUMBERS,
    opening::OPENING,
    opening::CLOSING,
    segmentation::SIZES,
    segmentation::NAGLE,
    conversation::TIMEOUT,
    conversation::CONGESTION,
    conversation::FAILURES,
    conversation::KEEP_ALIVE,
    conversation::URGENT,
    windows::WINDOW,
    windows::PROBES,
    windows::SILLY,
    windows::ACKS,
    interfaces::USER,
    interfaces::LOWER,
    interfaces::ICMP,
    events::ARRIVES,
];

/// The requirements of one or a few sections.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The section, without the sign.
    pub section: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Its requirements, in its own order.
    pub requirements: &'static [Requirement],
}

/// One requirement and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct Requirement {
    /// `MUST-13`, `U-3`.
    pub id: &'static str,
    /// How strongly it is put.
    pub level: Level,
    /// The section that has it, without the sign.
    pub section: &'static str,
    /// What it asks, in our words.
    pub asks: &'static str,
    /// What became of it.
    pub verdict: Verdict,
}

/// How strongly a requirement is put. RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It has to be.
    Must,
    /// It may not be.
    MustNot,
    /// There have to be reasons not to.
    Should,
    /// There have to be reasons to.
    ShouldNot,
    /// It is advised.
    Recommended,
    /// It is allowed.
    May,
    /// It explains, and orders nothing.
    Note,
}

/// What became of a requirement.
#[derive(Clone, Copy, Debug)]
pub enum Verdict {
    /// It is obeyed; a liberty is taken.
    Obeyed {
        /// The functions that obey, as `module::Type::function`.
        by: &'static [&'static str],
        /// Tests, as `module::function`, and scenarios, as `folder/name`, that show it.
        shown: &'static [&'static str],
    },
    /// The profile departs from it knowingly; why, and how far.
    Departs(&'static str),
    /// A liberty that is not taken; why.
    NotTaken(&'static str),
    /// The simulator has nothing to which it could apply; why.
    DoesNotApply(&'static str),
}

/// How many requirements came to each end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// [`Verdict::Obeyed`].
    pub obeyed: usize,
    /// [`Verdict::Departs`].
    pub depart: usize,
    /// [`Verdict::NotTaken`].
    pub not_taken: usize,
    /// [`Verdict::DoesNotApply`].
    pub do_not_apply: usize,
}

impl Level {
    /// As the RFC writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::MustNot => "MUST NOT",
            Level::Should => "SHOULD",
            Level::ShouldNot => "SHOULD NOT",
            Level::Recommended => "RECOMMENDED",
            Level::May => "MAY",
            Level::Note => "note",
        }
    }
}

impl Verdict {
    /// One word or two for a column.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Obeyed { .. } => "obeyed",
            Verdict::Departs(_) => "departs",
            Verdict::NotTaken(_) => "not taken",
            Verdict::DoesNotApply(_) => "n/a",
        }
    }
}

/// All requirements, in the order of the RFC.
pub fn all() -> impl Iterator<Item = &'static Requirement> {
    PARTS.iter().flat_map(|part| part.requirements)
}

/// The requirement with this name, in capitals or not.
pub fn find(id: &str) -> Option<&'static Requirement> {
    all().find(|requirement| requirement.id.eq_ignore_ascii_case(id))
}

/// The whole ledger, counted.
pub fn totals() -> Totals {
    let mut totals = Totals::default();
    for requirement in all() {
        *match requirement.verdict {
            Verdict::Obeyed { .. } => &mut totals.obeyed,
            Verdict::Departs(_) => &mut totals.depart,
            Verdict::NotTaken(_) => &mut totals.not_taken,
            Verdict::DoesNotApply(_) => &mut totals.do_not_apply,
        } += 1;
    }
    totals
}

/// An entry that is obeyed.
const fn obeyed(
    id: &'static str,
    level: Level,
    section: &'static str,
    asks: &'static str,
    by: &'static [&'static str],
    shown: &'static [&'static str],
) -> Requirement {
    let verdict = Verdict::Obeyed { by, shown };
    entry(id, level, section, asks, verdict)
}

/// An entry with any other verdict.
const fn entry(
    id: &'static str,
    level: Level,
    section: &'static str,
    asks: &'static str,
    verdict: Verdict,
) -> Requirement {
    Requirement {
        id,
        level,
        section,
        asks,
        verdict,
    }
}
