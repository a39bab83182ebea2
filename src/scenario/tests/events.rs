//! What happens to hosts as a whole.

use super::*;
use crate::host::profile::catalogue::{self, Value};
use crate::host::profile::{Profile, ProfileName};
use crate::sim::plan::{HostEvent, Turn};
use crate::time::Span;

/// The events of the plan of a scenario with these hosts.
#[track_caller]
fn events(hosts: &str) -> Vec<HostEvent> {
    let program = r#"Program(on: "client", steps: [])"#;
    let source = format!("Scenario(hosts: {{{hosts}}}, programs: [{program}])");
    let scenario = load(&source).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    scenario.plan.events
}

fn event(seconds: u64, host: u8, turn: Turn) -> HostEvent {
    HostEvent {
        at: Time::ZERO + Span::from_secs(seconds),
        host,
        turn,
    }
}

fn linux(changes: &[(&str, Value)]) -> Profile {
    let mut profile = Profile::new(ProfileName::Linux);
    profile.tcp.mss = 1460;
    for (name, value) in changes {
        let mut all = catalogue::all();
        let constant = all.find(|constant| constant.name() == *name);
        constant
            .expect("there is such a constant")
            .set(&mut profile, *value);
    }
    profile
}

#[test]
fn events_of_both_hosts_in_order_of_time() {
    let found = events(
        r#""client": Host(events: [Plug("8s"), Unplug("3s")]),
        "server": Host(events: [Crash("3s"), Boot("10s"), Crash("10s"), Boot("20s")])"#,
    );
    let expected = [
        event(3, 0, Turn::Unplugged),
        event(3, 1, Turn::Crashes),
        event(8, 0, Turn::Plugged),
        event(10, 1, Turn::Boots),
        event(10, 1, Turn::Crashes),
        event(20, 1, Turn::Boots),
    ];
    assert_eq!(found, expected);
    assert_eq!(
        events(r#""client": Host(events: []), "server": Host()"#),
        []
    );
}

/// Each change adds to those before it, in order of time and not of the list.
#[test]
fn settings_add_up() {
    let found = events(
        r#""client": Host(),
        "server": Host(profile: Linux, with: (r1: 5), events: [
            Tune("20s", (msl: "5s")),
            Tune("5s", (time_wait: "30s", time_wait_reuse: On)),
            Tune("30s", ()),
        ])"#,
    );
    let r1 = ("r1", Value::Number(5));
    let reuse = ("time_wait_reuse", Value::Word("On"));
    let time_wait = |seconds| ("time_wait", Value::Span(Span::from_secs(seconds)));
    let last = Turn::Tuned(linux(&[r1, reuse, time_wait(10)]));
    let expected = [
        event(5, 1, Turn::Tuned(linux(&[r1, reuse, time_wait(30)]))),
        event(20, 1, last),
        event(30, 1, last),
    ];
    assert_eq!(found, expected);
}

#[test]
fn mistakes_in_events() {
    finds_in(
        r#"hosts: {"client": Host(events: [‹Boot("5s")›, ‹Plug("6s")›, Crash("7s"), ‹Crash("8s")›,
        Unplug("9s"), ‹Unplug("9s")›]), "server": Host()}"#,
        &[
            "order: `Boot` at 5s: the host is up already",
            "order: `Plug` at 6s: the host is plugged in already",
            "order: `Crash` at 8s: the host is down already",
            "order: `Unplug` at 9s: the host is unplugged already",
        ],
    );
    // In order of time, the boot comes first.
    finds_in(
        r#"hosts: {"client": Host(events: [Crash("5s"), ‹Boot("4s")›]), "server": Host()}"#,
        &["order: `Boot` at 4s: the host is up already"],
    );
    finds_in(
        r#"hosts: {"client": Host(events: [‹Reboot›("5s"), ‹Crash›, ‹Crash("1s", "2s")›, ‹Tune("5s")›,
        ‹Crash(at: "5s")›, Crash(‹5›), Unplug(‹"-1s"›), ‹"Plug"›]), "server": Host()}"#,
        &[
            "unknown-name: an event of a host cannot be `Reboot`",
            "wrong-type: an event of a host is Crash, expected `Crash(\"5s\")`",
            "wrong-type: an event of a host is Crash(\"1s\", \"2s\"), expected `Crash(\"5s\")`",
            "wrong-type: an event of a host is Tune(\"5s\"), expected `Tune(\"5s\", (time_wait: \"30s\"))`",
            "wrong-type: an event of a host is Crash(at: \"5s\"), expected `Crash(\"5s\")`",
            "wrong-unit: the moment of `Crash` is 5, which has no unit",
            "out-of-range: the moment of `Unplug` is \"-1s\", which is below zero, expected a duration",
            "wrong-type: an event of a host is \"Plug\", expected a name",
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(events: [Tune("5s", (‹time_wiat›: "30s", r1: ‹0›)),
        Tune("6s", ‹5›), Tune("7s", (rto_min: ‹"300s"›))]), "server": Host(events: ‹Crash("5s")›)}"#,
        &[
            "unknown-field: `with` has no field `time_wiat`",
            "out-of-range: `r1` is 0, expected a whole number from 1 to 4294967295",
            "wrong-type: `with` is 5, expected fields in parentheses: (msl: \"30s\")",
            "contradiction: `rto_min` is 300s, above `rto_max`, which is 240s",
            "wrong-type: `events` is Crash(\"5s\"), expected a list: […]",
        ],
    );
    finds_in(
        r#"until: "4s", hosts: {"client": Host(events: [Crash(‹"5s"›)]), "server": Host()}"#,
        &["contradiction: the moment of `Crash` is \"5s\", after the end of the run"],
    );
}
