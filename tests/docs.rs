//! The documents for authors of scenarios: their examples load and run, and no word is missing.

use lastack::check::trial::Trial;
use lastack::scenario;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Programs for an example that shows another section.
const PROGRAMS: &str = r#"programs: [
    Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
    Program(on: "client", steps: [Connect("s", "server", 9091), Sleep("1s"), Close("s")]),
]"#;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).expect("the document can be read")
}

/// The blocks marked `ron`.
fn examples(document: &str) -> Vec<&str> {
    let blocks = document.split("```ron\n").skip(1);
    blocks
        .map(|rest| rest.split_once("```").expect("the block ends").0)
        .collect()
}

/// A block that starts with `Scenario(` is whole; any other is one section.
fn whole(example: &str) -> String {
    if example.starts_with("Scenario(") {
        return example.to_owned();
    }
    let programs = if example.starts_with("programs:") {
        ""
    } else {
        PROGRAMS
    };
    format!("Scenario({},{programs})", example.trim_end())
}

#[test]
fn every_example_loads_and_holds() {
    for name in ["docs/scenario.md", "README.md"] {
        let document = read(name);
        let examples = examples(&document);
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            let scenario = scenario::load(&whole(example))
                .unwrap_or_else(|mistakes| panic!("{name}:\n{example}\n{mistakes:#?}"));
            let expectations = scenario.expectations.iter();
            let expectations: Vec<_> = expectations.map(|s| s.expectation.clone()).collect();
            let trial = Trial::run(&Arc::new(scenario.plan), &expectations, scenario.seeds[0]);
            assert!(trial.held(), "{name}:\n{example}\n{:#?}", trial.verdicts);
        }
    }
}

#[test]
fn the_reference_has_every_word_of_the_schema() {
    let document = read("docs/scenario.md");
    let separators = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let written: BTreeSet<&str> = document.split(separators).collect();
    let missing: Vec<&str> = scenario::words()
        .into_iter()
        .filter(|word| !written.contains(word))
        .collect();
    assert!(missing.is_empty(), "not in docs/scenario.md: {missing:?}");
}
