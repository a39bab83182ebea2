//! Whatever a file holds, reading it ends with a scenario or with mistakes that lie within it.

use super::*;
use proptest::prelude::*;

/// Loads and checks what holds of every answer.
fn answers(source: &str) -> Result<(), TestCaseError> {
    match load(source) {
        Ok(scenario) => {
            prop_assert!(!scenario.seeds.is_empty());
            for stated in &scenario.expectations {
                prop_assert!(source.get(stated.span.clone()).is_some());
            }
        }
        Err(mistakes) => {
            prop_assert!(!mistakes.is_empty() && mistakes.len() <= MISTAKES_MAX);
            for mistake in &mistakes {
                prop_assert!(source.get(mistake.span.clone()).is_some(), "{mistake:?}");
                if let Some((span, _)) = &mistake.fix {
                    prop_assert!(source.get(span.clone()).is_some(), "{mistake:?}");
                }
                prop_assert!(!mistake.message.is_empty() && !mistake.label.is_empty());
            }
            let places = mistakes.windows(2);
            let in_order = |pair: &[Diagnostic]| pair[0].span.start <= pair[1].span.start;
            prop_assert!(places.into_iter().all(in_order));
        }
    }
    Ok(())
}

/// Pieces of which scenarios consist, and some that none should hold.
const PIECES: [&str; 48] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "'",
    "//",
    "/*",
    "*/",
    "\n",
    "\\",
    "#",
    "r#\"",
    "b\"",
    "..",
    "..=",
    "-",
    "1",
    "0",
    "1.5",
    "1e9",
    "18446744073709551616",
    "\"client\"",
    "\"server#2\"",
    "\"1s\"",
    "\"1%\"",
    "Scenario",
    "Program",
    "Drop",
    "Serve",
    "Connect",
    "Close",
    "Fails",
    "TimeWait",
    "from",
    "steps",
    "hosts",
    "Some",
    "None",
    "true",
    "é",
    "\u{FEFF}",
    "\u{200E}",
    "_",
];

/// The template with some characters replaced, removed or doubled, or pieces put in.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..4_u8, 0..PIECES.len());
    prop::collection::vec(change, 1..6).prop_map(|changes| {
        let mut letters: Vec<String> = template().chars().map(String::from).collect();
        for (place, what, piece) in changes {
            let place = place.index(letters.len());
            match what {
                0 => letters[place] = String::new(),
                1 => letters[place] = letters[place].repeat(2),
                2 => letters[place] = PIECES[piece].to_string(),
                _ => letters[place].insert_str(0, PIECES[piece]),
            }
        }
        letters.concat()
    })
}

/// The template with whole tokens exchanged, so that more of it stays well-formed.
fn exchanged() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    prop::collection::vec(change, 1..4).prop_map(|changes| {
        let plain: String = template()
            .lines()
            .map(|line| line.split("//").next().unwrap_or(""))
            .collect::<Vec<_>>()
            .join("\n");
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '"' | '_' | '.' | '%' | '/');
        let mut tokens: Vec<String> = Vec::new();
        for c in plain.chars() {
            match tokens.last_mut() {
                Some(last) if is_word(c) && last.chars().all(is_word) => last.push(c),
                _ => tokens.push(c.to_string()),
            }
        }
        for (a, b) in changes {
            let (a, b) = (a.index(tokens.len()), b.index(tokens.len()));
            tokens.swap(a, b);
        }
        tokens.concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(793),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_answered(source in any::<String>()) {
        answers(&source)?;
    }

    #[test]
    fn any_octets_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = load_bytes(&bytes);
    }

    #[test]
    fn any_pieces_are_answered(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30)) {
        answers(&pieces.concat())?;
        answers(&format!("Scenario({})", pieces.concat()))?;
        answers(&format!("Scenario(programs: [Program(on: \"client\", steps: [{}])])", pieces.concat()))?;
        answers(&format!("Scenario(path: Path(delay: {}))", pieces.concat()))?;
    }

    #[test]
    fn a_mutated_scenario_is_answered(source in mutated()) {
        answers(&source)?;
    }

    #[test]
    fn a_scenario_with_exchanged_tokens_is_answered(source in exchanged()) {
        answers(&source)?;
    }

    #[test]
    fn any_quantity_is_answered(text in "[0-9 .]{0,20}[a-zA-Zµ%/ ]{0,6}[0-9]{0,14}[a-z]{0,3}") {
        for read in [|t: &str| units::duration(t).is_ok(), |t: &str| units::ratio(t).is_ok(),
            |t: &str| units::size(t).is_ok(), |t: &str| units::rate(t).is_ok()] {
            let _ = read(&text);
        }
    }
}
