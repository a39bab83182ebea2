//! Explicit congestion notification and pacing: what marks, who takes part, and mistakes about both.

use super::plans::plan_with;
use super::{finds_in, load};
use crate::link::fault::{Action, Kind, Which};
use crate::rng::Ratio;
use crate::tcp::config::EcnMode;

/// When the queue of each direction marks, and how often chance does.
#[test]
fn a_path_marks_one_way_or_both() {
    let ratio = |n, d| Ratio::new(n, d).expect("a ratio");
    for (section, mark_at, marks) in [
        (r#"about: """#, [None, None], [ratio(0, 1); 2]),
        (
            r#"path: Path(rate: "1Gbit/s", mark_at: 20, marks: "5%")"#,
            [Some(20), Some(20)],
            [ratio(1, 20); 2],
        ),
        (
            r#"path: Path(rate: "1Gbit/s", mark_at: 1, from: {"server": Direction(mark_at: 999, marks: (3, 200))})"#,
            [Some(1), Some(999)],
            [ratio(0, 1), ratio(3, 200)],
        ),
        (
            r#"path: Path(queue: 3, from: {"client": Direction(rate: "1Gbit/s", mark_at: 2)})"#,
            [Some(2), None],
            [ratio(0, 1); 2],
        ),
        (
            r#"path: Path(marks: "100%", from: {"client": Direction(marks: "0%")})"#,
            [None, None],
            [ratio(0, 1), ratio(1, 1)],
        ),
    ] {
        let plan = plan_with(section);
        let found = [0, 1].map(|sender: usize| plan.path[sender].mark_at);
        assert_eq!(found, mark_at, "{section}");
        let found = [0, 1].map(|sender: usize| plan.path[sender].marks);
        assert_eq!(found, marks, "{section}");
    }
}

#[test]
fn a_fault_marks() {
    let plan = plan_with(r#"faults: [Mark(from: "server", matching: Data, nth: 3)]"#);
    assert!(plan.path[0].faults.is_empty());
    let (place, fault) = &plan.path[1].faults[0];
    assert_eq!((*place, fault.which), (0, Which::Nth(3)));
    assert_eq!(
        (fault.action, fault.matching.kind),
        (Action::Mark, Kind::Data)
    );
}

#[test]
fn hosts_take_part_and_pace() {
    for (with, ecn, pacing) in [
        ("", EcnMode::Off, false),
        ("ecn: Off, pacing: false", EcnMode::Off, false),
        ("ecn: Accepts", EcnMode::Accepts, false),
        ("ecn: Asks, pacing: true", EcnMode::Asks, true),
    ] {
        let plan = plan_with(&format!(
            r#"hosts: {{"client": Host(with: ({with})), "server": Host()}}"#
        ));
        let [client, server] = [0, 1].map(|host: usize| plan.hosts[host].profile.tcp);
        assert_eq!((client.ecn, client.pacing), (ecn, pacing), "{with}");
        assert_eq!((server.ecn, server.pacing), (EcnMode::Off, false));
    }
}

#[test]
fn a_queue_that_cannot_mark() {
    let no_rate = "contradiction: `mark_at` without `rate`: nothing ever queues";
    for section in [
        "path: Path(mark_at: ‹20›)",
        r#"path: Path(from: {"client": Direction(mark_at: ‹20›)})"#,
        r#"path: Path(from: {"client": Direction(mark_at: ‹20›), "server": Direction(rate: "1Gbit/s")})"#,
        r#"path: Path(mark_at: ‹20›, from: {"server": Direction(rate: "1Gbit/s")})"#,
    ] {
        finds_in(section, &[no_rate]);
    }
    // At its limit the queue loses.
    for (section, mark_at, limit) in [
        (
            r#"path: Path(rate: "1Gbit/s", mark_at: ‹1000›)"#,
            1000,
            1000,
        ),
        (
            r#"path: Path(rate: "1Gbit/s", queue: 5, mark_at: ‹7›)"#,
            7,
            5,
        ),
        (
            r#"path: Path(rate: "1Gbit/s", queue: 9, mark_at: ‹8›, from: {"server": Direction(queue: 8)})"#,
            8,
            8,
        ),
        (
            r#"path: Path(rate: "1Gbit/s", queue: 9, mark_at: 8, from: {"server": Direction(mark_at: ‹9›)})"#,
            9,
            9,
        ),
    ] {
        let message = format!(
            "out-of-range: `mark_at` is {mark_at}, expected less than `queue`, which is {limit}"
        );
        finds_in(section, &[&message]);
    }
    // A wrong rate is a mistake, but there is one.
    finds_in(
        "path: Path(rate: ‹7›, mark_at: 20)",
        &["wrong-type: `rate` is 7, expected a string with a unit"],
    );
    let help =
        load("Scenario(path: Path(mark_at: 20), programs: [Program(on: \"client\", steps: [])])")
            .expect_err("there is no rate")[0]
            .help
            .clone();
    assert_eq!(
        help.as_deref(),
        Some("without a queue, `marks` marks at random")
    );
}

#[test]
fn values_that_are_no_marks() {
    finds_in(
        r#"path: Path(rate: "1Gbit/s", mark_at: ‹0›, marks: ‹1.5›, from: {
    "client": Direction(mark_at: ‹-1›, marks: ‹"-1%"›),
    "server": Direction(mark_at: ‹"20"›, marks: ‹"101%"›, ‹mark›: 7),
})"#,
        &[
            "out-of-range: `mark_at` is 0, expected a whole number from 1 to 4294967295",
            "out-of-range: `marks` is 1.5, expected a ratio between 0 and 1",
            "out-of-range: `mark_at` is -1, expected a whole number from 1 to 4294967295",
            r#"out-of-range: `marks` is "-1%", which is below zero, expected a ratio between 0 and 1"#,
            r#"wrong-type: `mark_at` is "20", expected a whole number from 1 to 4294967295"#,
            r#"out-of-range: `marks` is "101%", which is above 100%, expected a ratio between 0 and 1"#,
            "unknown-field: `Direction` has no field `mark`",
        ],
    );
}

#[test]
fn mistakes_about_who_takes_part() {
    finds_in(
        r#"faults: [
    Mark(from: "client", matching: Data, ‹copies›: 2),
    Mark(from: "client", ‹by›: "1s"),
    ‹Marks›(from: "client"),
    Mark(from: ‹"clinet"›),
],
hosts: {"client": Host(with: (ecn: ‹On›, pacing: ‹7›)), "server": Host(with: (ecn: ‹true›))}"#,
        &[
            "unknown-field: `Mark` has no field `copies`",
            "unknown-field: `Mark` has no field `by`",
            "unknown-name: a fault cannot be `Marks`",
            "unknown-host: there is no host \"clinet\"",
            "unknown-name: `ecn` cannot be `On`",
            "wrong-type: `pacing` is 7, expected true or false",
            "unknown-name: `ecn` cannot be `true`",
        ],
    );
    finds_in(
        "faults: [‹Mark›()]",
        &["missing-field: `Mark` needs the field `from`"],
    );
}
