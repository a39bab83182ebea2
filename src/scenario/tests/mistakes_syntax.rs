//! Mistakes of syntax, and in the scenario as a whole.

use super::{finds, finds_in};

#[test]
fn mistakes_in_syntax() {
    finds(
        "Scenario(‹›",
        &["syntax: the file ends, but `(` of line 1, column 9 is still open"],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [])‹›"#,
        &["syntax: the file ends, but `[` of line 1, column 20 is still open"],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client"‹› steps: [])])"#,
        &["syntax: expected a comma, found `steps`"],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: []‹› // why ] here"#,
        &["syntax: the file ends, but `(` of line 1, column 28 is still open"],
    );
    finds(
        r#"Scenario(programs: [Program(on‹› "client")])"#,
        &[r#"syntax: expected a colon, found `"client"`"#],
    );
    finds(
        "Scenario(programs: [Bind(9091, fails‹›: EADDRINUSE)])",
        &["syntax: expected a comma, found `:`"],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [‹)›])"#,
        &["syntax: found `)`, but `[` of line 1, column 50 is still open"],
    );
    finds(
        "Scenario(programs: [])‹]›)",
        &["syntax: `]` closes a bracket that nobody opened"],
    );
    finds(
        r#"Scenario(about: ‹"x)›"#,
        &["syntax: a string is not closed"],
    );
    finds(
        "Scenario(about: ‹/*› x)",
        &["syntax: a comment is not closed"],
    );
    finds(
        "Scenario(about: ‹,›)",
        &["syntax: expected a value, found `,`"],
    );
    finds(
        "Scenario(about: ‹@›)",
        &["syntax: expected a value, found `@`"],
    );
    finds(
        r#"Scenario(about: ‹"\q"›, programs: [])"#,
        &["syntax: a string has an escape that does not exist"],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [])]) ‹x›"#,
        &["syntax: found `x` after the end of the scenario"],
    );
}

#[test]
fn mistakes_in_the_scenario_itself() {
    finds(
        "‹Scenaro›(programs: [])",
        &["unknown-name: found `Scenaro`, expected `Scenario(…)`"],
    );
    finds("‹[1]›", &["wrong-type: found [1], expected `Scenario(…)`"]);
    finds(
        r#"‹"x"›"#,
        &[r#"wrong-type: found "x", expected `Scenario(…)`"#],
    );
    finds("‹12›", &["wrong-type: found 12, expected `Scenario(…)`"]);
    finds(
        "‹Scenario›",
        &["missing-field: nothing happens: a scenario needs `programs`, or at least `inject`"],
    );
    finds(
        "‹Scenario›()",
        &["missing-field: nothing happens: a scenario needs `programs`, or at least `inject`"],
    );
    finds(
        "Scenario(programs: ‹[]›)",
        &["missing-field: nothing happens: a scenario needs `programs`, or at least `inject`"],
    );
    finds(
        r#"Scenario(‹"x"›)"#,
        &["wrong-type: `Scenario` takes named fields"],
    );
    finds(
        "Scenario(‹fault›: [], ‹programms›: [], ‹xyzzy›: 1)",
        &[
            "unknown-field: `Scenario` has no field `fault`",
            "unknown-field: `Scenario` has no field `programms`",
            "unknown-field: `Scenario` has no field `xyzzy`",
        ],
    );
    finds_in(
        r#"about: ‹1›,
        source: ‹foo›,
        limit: ‹0›,
        numbers: ‹absolute›,
        until: ‹"0s"›,
        seeds: ‹[]›"#,
        &[
            "wrong-type: `about` is 1, expected a string",
            "wrong-type: `source` is foo, expected a string",
            "out-of-range: `limit` is 0, expected a whole number of at least 1",
            "unknown-name: `numbers` cannot be `absolute`",
            r#"out-of-range: `until` is "0s", expected more than zero"#,
            "out-of-range: `seeds` is [], expected at least one seed",
        ],
    );
    finds_in(
        r#"about: "a", ‹about›: "b",
        limit: ‹-1›,
        numbers: ‹"Absolute"›,
        until: ‹"8d"›,
        seeds: [1, 2, ‹1›]"#,
        &[
            "duplicate: `about` is given twice",
            "out-of-range: `limit` is -1, expected a whole number of at least 1",
            r#"wrong-type: `numbers` is "Absolute", expected a word without quotes"#,
            r#"out-of-range: `until` is "8d", expected at most a week: "7d""#,
            "duplicate: the seed 1 is given twice",
        ],
    );
    finds_in(
        "limit: ‹1.5›, numbers: ‹Foo›, until: ‹10›, seeds: ‹7›",
        &[
            "wrong-type: `limit` is 1.5, expected a whole number of at least 1",
            "unknown-name: `numbers` cannot be `Foo`",
            "wrong-unit: `until` is 10, which has no unit",
            "wrong-type: `seeds` is 7, expected a list or a range: [1, 2] or 1..=100",
        ],
    );
    finds_in(
        r#"limit: ‹99999999999999999999›, numbers: ‹1›, until: ‹"1M"›, seeds: ‹1..100›"#,
        &[
            "out-of-range: `limit` is 99999999999999999999, expected a whole number of at least 1",
            "wrong-type: `numbers` is 1, expected a name",
            r#"wrong-unit: `until` is "1M", which has the unit `M`"#,
            "wrong-type: `seeds` is 1..100, expected a list or a range: [1, 2] or 1..=100",
        ],
    );
    finds_in(
        r#"until: ‹"10 parsecs"›, seeds: ‹5..=1›"#,
        &[
            r#"wrong-unit: `until` is "10 parsecs", which has the unit `parsecs`, which is none of time"#,
            "out-of-range: `seeds` is 5..=1, expected a range that is not empty",
        ],
    );
    finds_in(
        r#"until: ‹"10"›, seeds: ‹0..=9999999999›"#,
        &[
            r#"wrong-unit: `until` is "10", which has no unit"#,
            "out-of-range: `seeds` is 0..=9999999999, expected at most 1000000 seeds",
        ],
    );
    finds_in(
        r#"until: ‹"1 year"›, seeds: ‹"x"›"#,
        &[
            r#"wrong-unit: `until` is "1 year", which has the unit `year`, which has no fixed length"#,
            r#"wrong-type: `seeds` is "x", expected a list or a range: [1, 2] or 1..=100"#,
        ],
    );
    finds_in(
        r#"until: ‹"-1s"›, seeds: [‹-1›]"#,
        &[
            r#"out-of-range: `until` is "-1s", which is below zero, expected a duration"#,
            "out-of-range: a seed is -1, expected a whole number of at least 0",
        ],
    );
    finds_in(
        r#"until: ‹""›, seeds: [‹"1"›]"#,
        &[
            r#"wrong-unit: `until` is "", which is not a duration"#,
            r#"wrong-type: a seed is "1", expected a whole number of at least 0"#,
        ],
    );
}

#[test]
fn mistakes_in_path() {
    finds_in(
        "path: Path(loss: ‹1.5›)",
        &["out-of-range: `loss` is 1.5, expected a ratio between 0 and 1"],
    );
    finds_in(
        "path: Path(loss: ‹0.3›)",
        &["out-of-range: `loss` is 0.3, expected a ratio between 0 and 1"],
    );
    finds_in(
        "path: Path(loss: ‹1›)",
        &["out-of-range: `loss` is 1, expected a ratio between 0 and 1"],
    );
    finds_in(
        r#"path: Path(loss: ‹"1"›)"#,
        &[r#"wrong-unit: `loss` is "1", which is not a ratio"#],
    );
    finds_in(
        r#"path: Path(loss: ‹"101%"›)"#,
        &[
            r#"out-of-range: `loss` is "101%", which is above 100%, expected a ratio between 0 and 1"#,
        ],
    );
    finds_in(
        "path: Path(loss: ‹(3, 2)›)",
        &["out-of-range: `loss` is (3, 2), expected a ratio between 0 and 1"],
    );
    finds_in(
        "path: Path(loss: ‹(3, 0)›)",
        &["out-of-range: `loss` is (3, 0), expected a ratio between 0 and 1"],
    );
    finds_in(
        r#"path: Path(loss: ‹"-1%"›)"#,
        &[
            r#"out-of-range: `loss` is "-1%", which is below zero, expected a ratio between 0 and 1"#,
        ],
    );
    finds_in(
        r#"path: Path(delay: ‹10›, rate: ‹"100Mbps"›, queue: ‹0›, mtu: ‹10›)"#,
        &[
            "wrong-unit: `delay` is 10, which has no unit",
            r#"wrong-unit: `rate` is "100Mbps", which has the unit `Mbps`, which is none of rate"#,
            "out-of-range: `queue` is 0, expected a whole number from 1 to 4294967295",
            "out-of-range: `mtu` is 10, expected a whole number from 68 to 65535",
        ],
    );
    finds_in(
        r#"path: Path(delay: ‹"10"›, rate: ‹100›, queue: ‹"1"›, mtu: ‹70000›)"#,
        &[
            r#"wrong-unit: `delay` is "10", which has no unit"#,
            "wrong-type: `rate` is 100, expected a string with a unit",
            r#"wrong-type: `queue` is "1", expected a whole number from 1 to 4294967295"#,
            "out-of-range: `mtu` is 70000, expected a whole number from 68 to 65535",
        ],
    );
    finds_in(
        r#"path: Path(delay: ‹"1.5ns"›,
        rate: ‹"0bit/s"›,
        from: {‹"clinet"›: Direction(‹los›: "1%")})"#,
        &[
            r#"wrong-unit: `delay` is "1.5ns", which is finer than a nanosecond or too long"#,
            r#"out-of-range: `rate` is "0bit/s", which is zero: nothing would ever get through"#,
            r#"unknown-host: there is no host "clinet""#,
            "unknown-field: `Direction` has no field `los`",
        ],
    );
    finds_in(
        r#"path: Path(rate: ‹"1.5Mbit/s"›,
        from: {"client": Direction(), ‹"client"›: Direction()})"#,
        &[
            r#"wrong-unit: `rate` is "1.5Mbit/s", which is not a whole number of its unit"#,
            r#"duplicate: "client" is given twice"#,
        ],
    );
    finds_in(
        "path: Path(from: ‹[1]›), hosts: ‹1›",
        &[
            r#"wrong-type: `from` is [1], expected a map: {"name": …}"#,
            r#"wrong-type: `hosts` is 1, expected a map: {"name": …}"#,
        ],
    );
    finds_in(
        r#"path: Path(mtu: ‹1000›),
        hosts: {"client": Host(address: "::1"), "server": Host()}"#,
        &["out-of-range: `mtu` is 1000, expected at least 1280 with IPv6"],
    );
}
