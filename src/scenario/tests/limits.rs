//! What no file may do to the reader: hang it, exhaust its stack, or flood it.

use super::super::scan::NESTING_MAX;
use super::*;

/// Code, line and column, and message of the only mistake.
fn only(source: &str) -> (&'static str, (usize, usize), String) {
    let mistakes = load(source).expect_err("the scenario has mistakes");
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    let mistake = &mistakes[0];
    (
        mistake.code,
        mistake.line_column(source),
        mistake.message.clone(),
    )
}

#[test]
fn ten_megabytes_of_parentheses_are_refused_at_once() {
    let (code, place, message) = only(&"(".repeat(10_000_000));
    assert_eq!((code, place), ("too-large", (1, 1)));
    assert_eq!(
        message,
        "the file has more than 1048576 octets, the most that a scenario has"
    );
}

#[test]
fn nesting_without_end_is_refused_where_it_is_too_deep() {
    for bracket in ["(", "[", "{", "Serve(\"c\", ["] {
        let (code, (line, _), message) = only(&bracket.repeat(50_000));
        assert_eq!((code, line), ("too-deep", 1));
        assert_eq!(message, "brackets are nested deeper than 32 levels");
    }
    let (_, place, _) = only(&"[".repeat(1000));
    assert_eq!(place, (1, NESTING_MAX + 1));
}

/// The deepest nesting that is allowed passes `ron`'s own limit too.
#[test]
fn the_deepest_nesting_is_read() {
    let nested = "[".repeat(NESTING_MAX) + &"]".repeat(NESTING_MAX);
    let (code, _, message) = only(&nested);
    assert_eq!(code, "wrong-type", "{message}");
    let mut child = "[]".to_string();
    for _ in 0..13 {
        child = format!("[Bind(1), Listen(1), Serve(\"c\", {child})]");
    }
    load(&format!(
        "Scenario(programs: [Program(on: \"client\", steps: {child})])"
    ))
    .unwrap();
}

#[test]
fn a_flood_of_mistakes_is_cut_off() {
    let source = format!("Scenario(faults: [{}])", "Dorp(), ".repeat(50_000));
    let mistakes = load(&source).unwrap_err();
    assert!(mistakes.len() <= MISTAKES_MAX);
    let source = format!("Scenario(faults: [{}])", "Dorp(), ".repeat(5_000));
    let mistakes = load(&source).unwrap_err();
    assert_eq!(mistakes.len(), MISTAKES_MAX);
}

#[test]
fn lists_have_limits() {
    let many = |part: &str, count: usize| part.repeat(count);
    for (source, message) in [
        (
            format!(
                "Scenario(faults: [{}])",
                many("Drop(from: \"client\"),", 10_001)
            ),
            "`faults` has 10001 elements, at most 10000 are possible",
        ),
        (
            format!(
                "Scenario(programs: [Program(on: \"client\", steps: [{}])])",
                many("Sleep(\"1s\"),", 20_001)
            ),
            "the programs have more than 20000 steps",
        ),
        (
            format!(
                "Scenario(programs: [{}])",
                many("Program(on: \"client\", steps: []),", 1_001)
            ),
            "`programs` has 1001 elements, at most 1000 are possible",
        ),
    ] {
        let mistakes = load(&source).unwrap_err();
        let too_many = mistakes.iter().find(|mistake| mistake.code == "too-many");
        assert_eq!(too_many.unwrap().message, message);
    }
    let hosts = many("\"h\": Host(), ", 5_000);
    let mistakes = load(&format!("Scenario(hosts: {{{hosts}}})")).unwrap_err();
    assert!(mistakes.iter().any(|mistake| mistake.code == "duplicate"));
}

/// A file that is cut off anywhere gets a mistake with a place, never a panic.
#[test]
fn a_file_cut_off_anywhere_is_a_mistake() {
    let source = template();
    let end = source.trim_end().len();
    for cut in (0..end).filter(|cut| source.is_char_boundary(*cut)) {
        let mistakes = load(&source[..cut]).unwrap_err();
        assert!(mistakes[0].span.end <= cut, "at {cut}");
    }
}

#[test]
fn octets_that_are_not_utf8_are_named() {
    let mut bytes = b"Scenario(about: \"caf\xe9\")".to_vec();
    let mistakes = load_bytes(&bytes).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert_eq!(
        (mistakes[0].code, mistakes[0].span.clone()),
        ("not-utf8", 20..21)
    );
    assert_eq!(mistakes[0].message, "octet 20 of the file is not UTF-8");
    assert_eq!(mistakes[0].label, "found e9");
    bytes.truncate(20);
    bytes.extend("é".as_bytes()[..1].iter());
    assert_eq!(load_bytes(&bytes).unwrap_err()[0].span, 20..21);
    assert!(load_bytes(template().as_bytes()).is_ok());
}

/// The whole list of a file with mistakes everywhere, as a reader sees it: in order of place.
#[test]
fn all_mistakes_of_a_file_are_reported_by_position() {
    let source = r#"Scenario(
    abuot: "A misspelt field.",
    hosts: {
        "client": Host(profile: Rfc9239),
        "server": Host(),
    },
    path: Path(loss: 1.5, delay: "10 parsecs"),
    faults: [
        Drop(from: "clinet", matching: AckOfFin, times: 0),
    ],
    programs: [
        Program(on: "server", steps: [Listen(5), Accept("c"), Close("d")]),
        Program(on: "client", steps: [Connect("s", "client", 9091), Clsoe("s")]),
    ],
    expect: [Visits("client", [FinWait1, TimeWiat])],
    seeds: [],
)"#;
    let found: Vec<String> = load(source)
        .unwrap_err()
        .iter()
        .map(|mistake| {
            let (line, column) = mistake.line_column(source);
            let fix = mistake.fix.as_ref().map_or("", |(_, fix)| fix);
            format!("{line}:{column} {} → {fix}", mistake.message)
        })
        .collect();
    assert_eq!(
        found,
        [
            "2:5 `Scenario` has no field `abuot` → about",
            "4:33 `profile` cannot be `Rfc9239` → Rfc9293",
            "7:22 `loss` is 1.5, expected a ratio between 0 and 1 → ",
            "7:34 `delay` is \"10 parsecs\", which has the unit `parsecs`, which is none of time → ",
            "9:20 there is no host \"clinet\" → \"client\"",
            "9:57 `times` is 0, expected a whole number from 1 to 4294967295 → ",
            "12:39 `Listen` without `Bind` → ",
            "12:69 no step of this program opens a socket \"d\" → ",
            "13:69 a step cannot be `Clsoe` → Close",
            "15:42 the state cannot be `TimeWiat` → TimeWait",
            "16:12 `seeds` is [], expected at least one seed → ",
        ]
    );
}

#[test]
fn help_says_what_to_write() {
    let help = |source: &str| load(source).unwrap_err()[0].help.clone().unwrap();
    assert_eq!(
        help("Scenario(path: Path(loss: 1.5), programs: [Program(on: \"client\", steps: [])])"),
        "write \"1%\" or (3, 200)"
    );
    assert_eq!(
        help("Scenario(programs: [Program(on: \"client\", steps: [Bind()])])"),
        "write Bind(9091), with Fails(…), Returns(…) or Anything at the end if that is expected"
    );
    let fix =
        load("Scenario(path: Path(loss: 0.3), programs: [Program(on: \"client\", steps: [])])")
            .unwrap_err()[0]
            .fix
            .clone();
    assert_eq!(fix, Some((26..29, "\"30%\"".to_string())));
}
