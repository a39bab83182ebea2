//! The field `events` of a host: what happens to it as a whole, and when.
//!
//! They are read in the order of time, since each says something about the state of the host that
//! those before it left: settings, whether it is up, whether its cable is in.

use super::faults::named_call;
use super::node::{Arguments, Node};
use super::overrides;
use super::path::Room;
use super::reader::Reader;
use crate::host::profile::Profile;
use crate::sim::plan::{HostEvent, HostIndex, Turn};
use crate::time::Time;

/// So many events a host can have.
const EVENTS_MAX: usize = 1_000;

/// The events, each with an example.
const FORMS: [(&str, &str); 5] = [
    ("Tune", r#"Tune("5s", (time_wait: "30s"))"#),
    ("Crash", r#"Crash("5s")"#),
    ("Boot", r#"Boot("10s")"#),
    ("Unplug", r#"Unplug("3s")"#),
    ("Plug", r#"Plug("8s")"#),
];

/// Names of events.
pub fn words() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(name, _)| *name)
}

/// An event as it is written.
struct Written<'a> {
    at: Time,
    name: &'static str,
    /// The name in the source.
    word: Node<'a>,
    /// What `Tune` changes.
    with: Option<Node<'a>>,
}

/// Reads the events of a host that begins as `profile` says, in order of time; its MTU leaves `room`.
pub fn read(
    node: Node,
    host: HostIndex,
    profile: Profile,
    room: Room,
    reader: &mut Reader,
) -> Vec<HostEvent> {
    let list = reader.short_list(node, "`events`", EVENTS_MAX);
    let mut written: Vec<Written> = list
        .into_iter()
        .filter_map(|node| read_event(node, reader))
        .collect();
    // Stable: of two at one moment, the one listed first comes first.
    written.sort_by_key(|event| event.at);
    let mut course = Course {
        profile,
        is_up: true,
        is_plugged: true,
    };
    let mut events = Vec::new();
    for event in &written {
        events.push(HostEvent {
            at: event.at,
            host,
            turn: course.take(event, room, reader),
        });
    }
    events
}

/// What the events so far have made of the host.
struct Course {
    profile: Profile,
    is_up: bool,
    is_plugged: bool,
}

impl Course {
    fn take(&mut self, event: &Written, room: Room, reader: &mut Reader) -> Turn {
        let (turn, wrong) = match event.name {
            "Crash" => (Turn::Crashes, (!self.is_up).then_some("down already")),
            "Boot" => (Turn::Boots, self.is_up.then_some("up already")),
            "Unplug" => {
                let wrong = (!self.is_plugged).then_some("unplugged already");
                (Turn::Unplugged, wrong)
            }
            "Plug" => (
                Turn::Plugged,
                self.is_plugged.then_some("plugged in already"),
            ),
            _ => {
                if let Some(with) = event.with {
                    overrides::read(with, &mut self.profile, room, reader);
                }
                return Turn::Tuned(self.profile);
            }
        };
        if let Some(state) = wrong {
            let at = event.at.since(Time::ZERO);
            let message = format!("`{}` at {at}: the host is {state}", event.name);
            let help = match event.name {
                "Boot" => "a host is up from the start: write Crash(\"5s\") before it",
                "Plug" => "its cable is in from the start: write Unplug(\"3s\") before it",
                "Crash" => "write Boot(\"10s\") between two crashes",
                _ => "write Plug(\"8s\") between the two",
            };
            let span = event.word.span();
            reader.report("order", span, message, state).help(help);
        }
        match turn {
            Turn::Crashes => self.is_up = false,
            Turn::Boots => self.is_up = true,
            Turn::Unplugged => self.is_plugged = false,
            Turn::Plugged => self.is_plugged = true,
            Turn::Tuned(_) => {}
        }
        turn
    }
}

fn read_event<'a>(node: Node<'a>, reader: &mut Reader) -> Option<Written<'a>> {
    let known = FORMS.map(|(name, _)| name);
    let call = named_call(node, "an event of a host", &known, reader)?;
    let name = call.name?.text;
    let (name, example) = FORMS.into_iter().find(|(known, _)| *known == name)?;
    let (moment, with) = match call.arguments {
        Arguments::Positional(values) => match (name, values.as_slice()) {
            ("Tune", [moment, with]) => (*moment, Some(*with)),
            ("Crash" | "Boot" | "Unplug" | "Plug", [moment]) => (*moment, None),
            _ => return wrong_form(node, example, reader),
        },
        Arguments::None | Arguments::Named(_) => return wrong_form(node, example, reader),
    };
    let at = reader.moment(moment, &format!("the moment of `{name}`"))?;
    Some(Written {
        at,
        name,
        word: node,
        with,
    })
}

fn wrong_form<'a>(node: Node, example: &str, reader: &mut Reader) -> Option<Written<'a>> {
    reader.wrong(node, "an event of a host", &format!("`{example}`"));
    None
}
