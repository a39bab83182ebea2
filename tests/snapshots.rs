//! Every scenario with every seed it names has its timeline in `snapshots/`.
//!
//! Adding a file under `sims/` and running this yields one snapshot a seed to review, by
//! `cargo insta review` or `lastack test --review`; a scenario that is gone fails the second test.

use lastack::check::trial::Trial;
use lastack::scenario::{self, Scenario};
use lastack::view::{report::Report, timeline};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn load(path: &Path) -> Scenario {
    let bytes = fs::read(path).expect("the scenario can be read");
    match scenario::load_bytes(&bytes) {
        Ok(scenario) => scenario,
        Err(mistakes) => panic!("{}: {mistakes:#?}", path.display()),
    }
}

/// The path below `sims`, without the ending and with `/` on every machine.
fn name(path: &Path) -> String {
    let below = path
        .strip_prefix(root().join("sims"))
        .expect("it lies in sims");
    below
        .with_extension("")
        .to_str()
        .expect("names are text")
        .replace('\\', "/")
}

#[test]
fn every_scenario_holds_and_has_its_timeline() {
    let mut failed = Vec::new();
    insta::glob!("../sims", "**/*.ron", |path| {
        let scenario = load(path);
        let name = name(path);
        let expectations: Vec<_> = scenario
            .expectations
            .iter()
            .map(|stated| stated.expectation.clone())
            .collect();
        let plan = Arc::new(scenario.plan.clone());
        for &seed in &scenario.seeds {
            let trial = Trial::run(&plan, &expectations, seed);
            let report = Report::new(&scenario, &trial);
            let input = format!("sims/{name}.ron");
            let body = timeline::render(&report.run(&input, &scenario, &trial));
            if !trial.held() {
                failed.push(format!("lastack run {input} --seed {seed}"));
            }
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(root().join("snapshots"));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_snapshot_suffix(format!("seed{seed}"));
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(name.as_str(), body));
        }
    });
    assert!(
        failed.is_empty(),
        "something does not hold:\n{}",
        failed.join("\n")
    );
}

/// The snapshots are exactly those of the scenarios and their seeds.
#[test]
fn no_snapshot_is_left_without_its_scenario() {
    let mut wanted = BTreeSet::new();
    for path in scenarios(&root().join("sims")) {
        for seed in load(&path).seeds {
            wanted.insert(format!(
                "{}@seed{seed}.snap",
                name(&path).replace('/', "__")
            ));
        }
    }
    let found = fs::read_dir(root().join("snapshots")).expect("there are snapshots");
    let found = found.map(|entry| {
        entry
            .expect("it can be read")
            .file_name()
            .into_string()
            .expect("text")
    });
    let unreferenced: Vec<String> = found
        .filter(|file| file.ends_with(".snap") && !wanted.contains(file))
        .collect();
    assert!(
        unreferenced.is_empty(),
        "unreferenced snapshots: {unreferenced:?}"
    );
}

fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(scenarios(&path));
        } else if path.extension().is_some_and(|ending| ending == "ron") {
            found.push(path);
        }
    }
    found.sort();
    found
}
