//! What `README.md` shows is what the command prints.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The block that starts with `$ command`, without that line; `…` stands for lines left out.
fn block(command: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).expect("there is a README");
    let start = format!("$ {command}\n");
    let (_, rest) = readme
        .split_once(&start)
        .expect("the README shows the command");
    let (shown, _) = rest.split_once("```").expect("the block ends");
    shown.lines().map(str::to_owned).collect()
}

fn assert_shows(shown: &[String], printed: &str) {
    assert!(shown.len() > 3, "something is shown");
    let mut printed = printed.lines();
    let mut may_skip = false;
    for line in shown {
        if line == "…" {
            may_skip = true;
            continue;
        }
        let next = if may_skip {
            printed.find(|printed| printed == line)
        } else {
            printed.next()
        };
        assert_eq!(next, Some(line.as_str()), "the README shows another line");
        may_skip = false;
    }
}

#[test]
fn the_timelines_are_real() {
    for file in [
        "sims/teardown/final_ack_lost.ron",
        "sims/article/server_restarts_in_time_wait.ron",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_lastack"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["run", file])
            .output()
            .expect("the command starts");
        assert!(output.status.success());
        let shown = block(&format!("cargo run --release -- run {file}"));
        assert_shows(&shown, std::str::from_utf8(&output.stdout).expect("text"));
    }
}

#[test]
fn the_mistake_is_real() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    let readme = readme.expect("there is a README");
    let (_, rest) = readme.split_once("```ron\n").expect("it shows a scenario");
    let (scenario, _) = rest.split_once("```").expect("the scenario ends");
    let broken = scenario.replace("AckOfFin", "AckOfFinn");
    fs::write(folder.join("mine.ron"), broken).expect("the folder is writable");
    let output = Command::new(env!("CARGO_BIN_EXE_lastack"))
        .current_dir(&folder)
        .args(["check", "mine.ron"])
        .output()
        .expect("the command starts");
    assert_eq!(output.status.code(), Some(2));
    assert_shows(
        &block("lastack check mine.ron"),
        std::str::from_utf8(&output.stderr).expect("text"),
    );
}
