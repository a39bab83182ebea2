//! Where things stand on a line, and what happens to those that find no room.
//!
//! ```text
//!     1.030000000  client ──✗ server  [.] seq 2 ack 2 win 65535      lost: faults[0], 1st of 2
//!     time         where              what                           notes
//! ```
//! Columns follow from the plan (names of hosts) and from how many connections there are, never from
//! what happens, so that an event more or less moves no other line.

use crate::sim::plan::{HostIndex, Plan};
use crate::time::Time;
use crate::view::words::{shortened, wrapped};

/// No line is longer, in characters.
pub const WIDTH: usize = 120;
/// Characters of the time: up to 999 s align.
const TIME: usize = 13;
/// Characters of a host's name; a longer one is shortened in the middle.
const NAME: usize = 12;
/// Characters of what happened; longer ones push the notes to the right.
const WHAT: usize = 43;

/// The columns of one timeline.
pub struct Layout {
    names: [String; 2],
    name_widths: [usize; 2],
    tag: usize,
}

/// Where something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a host.
    On(HostIndex),
    /// On the path.
    Path {
        /// The sender, at whose side the arrow begins.
        from: HostIndex,
        /// What became of the packet.
        arrow: Arrow,
    },
    /// Outside: what the author expects.
    Nowhere,
}

/// How a packet is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// It arrives.
    Arrives,
    /// It is lost.
    Lost,
    /// It is held back.
    Held,
    /// It comes from outside.
    Foreign,
}

/// One event, before it is laid out.
#[derive(Clone, Debug)]
pub struct Line {
    /// When.
    pub time: Time,
    /// Where.
    pub place: Place,
    /// The connection, by its number.
    pub connection: Option<u32>,
    /// What.
    pub what: String,
    /// The same with what follows from the rest left out, for a line that would be too long.
    pub brief: Option<String>,
    /// What became of it and why.
    pub notes: Vec<Note>,
}

/// Something to add to an event.
#[derive(Clone, Debug)]
pub struct Note {
    /// In words.
    pub full: String,
    /// In fewer words, for a line that would be too long.
    pub brief: Option<String>,
}

impl From<String> for Note {
    fn from(full: String) -> Note {
        Note { full, brief: None }
    }
}

impl From<&str> for Note {
    fn from(full: &str) -> Note {
        full.to_owned().into()
    }
}

impl Layout {
    /// The columns for the hosts of `plan` and connections up to this number.
    pub fn new(plan: &Plan, connections: u32) -> Layout {
        let names = [0, 1].map(|host: usize| shortened(&plan.hosts[host].name, NAME));
        let name_widths = [0, 1].map(|host: usize| width_of(&names[host]));
        let tag = match connections {
            0 | 1 => 0,
            most => format!("#{most} ").len(),
        };
        Layout {
            names,
            name_widths,
            tag,
        }
    }

    /// A host's name as it stands in the columns.
    pub fn name(&self, host: usize) -> &str {
        &self.names[host]
    }

    /// Whether lines name their connection.
    pub const fn tags(&self) -> bool {
        self.tag != 0
    }

    /// A host's name padded to the longer of the two.
    pub fn padded_name(&self, host: usize) -> String {
        let width = self.name_widths[0].max(self.name_widths[1]);
        format!("{:<width$}", self.names[host])
    }

    /// Adds a line: in full if that fits, else without what is implied, else in fewer words, else in
    /// full with its notes on lines of their own.
    pub fn write(&self, out: &mut String, line: &Line) {
        let head = self.head(line, line.place);
        let room = WIDTH.saturating_sub(width_of(&head));
        let full: Vec<&str> = line.notes.iter().map(|note| note.full.as_str()).collect();
        let brief = line
            .notes
            .iter()
            .map(|note| note.brief.as_ref().unwrap_or(&note.full));
        let brief: Vec<&str> = brief.map(String::as_str).collect();
        let what = line.brief.as_ref().unwrap_or(&line.what);
        for (what, notes) in [
            (&line.what, &full),
            (what, &full),
            (&line.what, &brief),
            (what, &brief),
        ] {
            if let Some(text) = fitted(what, notes, room) {
                return push_line(out, &(head + &text));
            }
        }
        let pieces = std::iter::once(line.what.as_str()).chain(full);
        self.write_in_pieces(out, line, &head, pieces);
    }

    /// As many pieces on a line as fit; every further line says again when and where.
    fn write_in_pieces<'a>(
        &self,
        out: &mut String,
        line: &Line,
        head: &str,
        pieces: impl Iterator<Item = &'a str>,
    ) {
        let host = match line.place {
            Place::Path { from, .. } => Place::On(from),
            place @ (Place::On(_) | Place::Nowhere) => place,
        };
        let further = self.head(line, host) + "└ ";
        let room = WIDTH.saturating_sub(width_of(&further)).max(20);
        let mut lines: Vec<String> = Vec::new();
        for piece in pieces {
            match lines.last_mut() {
                Some(last) if width_of(last) + 2 + width_of(piece) <= room => add(last, piece),
                Some(_) | None => lines.extend(wrapped_unless_it_fits(piece, room)),
            }
        }
        for (place, text) in lines.iter().enumerate() {
            let head = if place == 0 { head } else { &further };
            push_line(out, &format!("{head}{text}"));
        }
    }

    /// Time, place and connection.
    fn head(&self, line: &Line, place: Place) -> String {
        let [left, right] = self.name_widths;
        let [first, second] = &self.names;
        let place = match place {
            Place::On(0) => format!("{first:<left$}     {:<right$}", ""),
            Place::On(_) => format!("{:<left$}     {second:<right$}", ""),
            Place::Nowhere => format!("{:<left$}     {:<right$}", "", ""),
            Place::Path { from, arrow } => {
                let arrow = match (from, arrow) {
                    (0, Arrow::Arrives) => "──▶",
                    (0, Arrow::Lost) => "──✗",
                    (0, Arrow::Held) => "──┤",
                    (0, Arrow::Foreign) => "╌╌▶",
                    (_, Arrow::Arrives) => "◀──",
                    (_, Arrow::Lost) => "✗──",
                    (_, Arrow::Held) => "├──",
                    (_, Arrow::Foreign) => "◀╌╌",
                };
                format!("{first:<left$} {arrow} {second:<right$}")
            }
        };
        let tag = self.tag;
        let connection = match line.connection {
            Some(number) if tag != 0 => format!("#{number}"),
            Some(_) | None => String::new(),
        };
        format!(
            "{:>TIME$}  {place}  {connection:<tag$}",
            line.time.to_string()
        )
    }
}

/// What happened and its notes, if there is room for them.
///
/// Notes stand in their column; where they would not fit there, they end at the right edge.
fn fitted(what: &str, notes: &[&str], room: usize) -> Option<String> {
    let wanted: usize = notes.iter().map(|note| 2 + width_of(note)).sum();
    let left = room.checked_sub(wanted)?;
    if left < width_of(what) {
        return None;
    }
    let width = WHAT.min(left);
    let mut text = format!("{what:<width$}");
    for note in notes {
        add(&mut text, note);
    }
    Some(text)
}

/// Adds a piece after two blanks.
fn add(text: &mut String, piece: &str) {
    text.push_str("  ");
    text.push_str(piece);
}

/// Adds a line without blanks at its end.
pub fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Keeps the blanks of a piece that fits.
fn wrapped_unless_it_fits(piece: &str, room: usize) -> Vec<String> {
    if width_of(piece) <= room {
        vec![piece.to_owned()]
    } else {
        wrapped(piece, room)
    }
}

/// Characters of a text; every one that a timeline holds is one column wide.
pub fn width_of(text: &str) -> usize {
    text.chars().count()
}
