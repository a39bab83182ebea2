//! Runs and what comes out of them: exit codes, pipes, files, colours.

use super::{OK, folder, lastack, text};
use std::fs;
use std::process::Command;

#[test]
fn an_expectation_that_fails_is_exit_code_1() {
    let folder = folder("fails");
    let failing = OK.replace(
        "    ],\n)",
        "    ],\n    expect: [Never(\"client\", TimeWait)],\n)",
    );
    fs::write(folder.join("fails.ron"), failing).unwrap();
    let output = lastack(&folder, &["run", "fails.ron"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("✗ Never(\"client\", TimeWait)"));
}

#[test]
fn an_endless_run_is_cut_off_and_says_so() {
    let folder = folder("endless");
    // The server never reads, so the client probes its window for ever.
    let endless = r#"Scenario(
        programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), WaitFor("c", Closed)]),
            Program(on: "client", steps: [Connect("s", "server", 9091), Send("s", "1MB"), Close("s")]),
        ],
    )"#;
    fs::write(folder.join("endless.ron"), endless).unwrap();
    let output = lastack(&folder, &["run", "endless.ron"]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    assert!(
        shown.contains("CUT OFF"),
        "{}",
        &shown[shown.len().saturating_sub(2000)..]
    );
    let ended = lastack(&folder, &["run", "endless.ron", "--until", "1h"]);
    assert_eq!(ended.status.code(), Some(0));
}

#[test]
fn runs_repeat_to_the_byte_and_seeds_differ() {
    let folder = folder("repeat");
    let lossy = OK.replace("Scenario(\n", "Scenario(\n    path: Path(loss: \"30%\"),\n");
    fs::write(folder.join("lossy.ron"), lossy).unwrap();
    let run = |seed: &str, format: &str| {
        lastack(
            &folder,
            &["run", "lossy.ron", "--seed", seed, "--format", format],
        )
        .stdout
    };
    for format in ["timeline", "json"] {
        assert_eq!(run("1", format), run("1", format));
        assert_eq!(run("2", format), run("2", format));
        assert_ne!(run("1", format), run("2", format));
    }
}

#[test]
fn numbers_of_a_connection_within_a_host_are_relative() {
    let folder = folder("within");
    let within = OK.replace(
        "Program(on: \"client\", steps: [Connect(\"s\", \"server\", 9091), Sleep(\"1s\")",
        "Program(on: \"server\", steps: [Connect(\"s\", \"localhost\", 9091), Send(\"s\", 10)",
    );
    assert_ne!(within, OK);
    fs::write(folder.join("within.ron"), &within).unwrap();
    let output = lastack(&folder, &["run", "within.ron"]);
    let timeline = text(&output.stdout);
    for line in [
        "#1 to itself: [S] seq 0 win",
        "#2 to itself: [S.] seq 0 ack 1 win",
        "#1 to itself: [.] seq 1 ack 1 win",
        "#1 to itself: [P.] seq 1:11 ack 1 win",
        "#2 ESTABLISHED → CLOSE-WAIT                     on [F.] seq 11 ack 1\n",
        "#2 to itself: [F.] seq 1 ack 12 win",
        "#1 to itself: [.] seq 12 ack 2 win",
    ] {
        assert!(timeline.contains(line), "{line}: {timeline}");
    }
    let output = lastack(&folder, &["run", "within.ron", "--format", "json"]);
    let lines = text(&output.stdout);
    assert!(lines.contains(r#""from":"server","to":"server""#));
    assert!(!lines.contains(r#""to":"client""#), "{lines}");
    let refused = within.replace("\"localhost\", 9091", "\"localhost\", 1");
    fs::write(folder.join("refused.ron"), refused).unwrap();
    let output = lastack(&folder, &["run", "refused.ron"]);
    let timeline = text(&output.stdout);
    assert!(
        timeline.contains(" to itself: [R.] seq 0 ack 1 "),
        "{timeline}"
    );
}

#[test]
fn new_writes_a_scenario_that_runs_and_never_overwrites() {
    let folder = folder("new");
    assert_eq!(
        lastack(&folder, &["new", "mine.ron"]).status.code(),
        Some(0)
    );
    assert_eq!(
        lastack(&folder, &["check", "mine.ron"]).status.code(),
        Some(0)
    );
    assert_eq!(
        lastack(&folder, &["run", "mine.ron"]).status.code(),
        Some(0)
    );
    fs::write(folder.join("mine.ron"), "mine").unwrap();
    assert_eq!(
        lastack(&folder, &["new", "mine.ron"]).status.code(),
        Some(2)
    );
    assert_eq!(fs::read_to_string(folder.join("mine.ron")).unwrap(), "mine");
    let nowhere = lastack(&folder, &["new", "nowhere/mine.ron"]);
    assert_eq!(
        text(&nowhere.stderr),
        "error: nowhere/mine.ron: no such file or directory\n"
    );
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = folder("pipe");
    fs::write(folder.join("ok.ron"), OK).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_lastack"))
        .current_dir(&folder)
        .args(["run", "ok.ron"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

/// Results replace regular files only: never the link, the pipe or the folder that stands there.
#[test]
#[cfg(unix)]
fn an_output_file_is_replaced_and_nothing_else_is() {
    let folder = folder("output");
    fs::write(folder.join("ok.ron"), OK).unwrap();
    let run = |file: &str| lastack(&folder, &["run", "ok.ron", "-o", file]);
    fs::write(folder.join("old"), "old").unwrap();
    std::os::unix::fs::symlink("old", folder.join("link")).unwrap();
    std::os::unix::fs::symlink("later", folder.join("dangling")).unwrap();
    for file in ["link", "dangling"] {
        assert_eq!(run(file).status.code(), Some(0), "{file}");
        assert!(folder.join(file).is_symlink(), "{file}");
    }
    for file in ["old", "later"] {
        let written = fs::read_to_string(folder.join(file)).unwrap();
        assert!(written.starts_with("scenario  ok.ron"), "{file}: {written}");
    }
    assert!(text(&run("-").stdout).starts_with("scenario  ok.ron"));
    fs::create_dir(folder.join("sub")).unwrap();
    for (file, error) in [
        ("sub", "error: sub: is a directory\n"),
        (".", "error: .: is a directory\n"),
        ("nowhere/x", "error: nowhere/x: no such file or directory\n"),
    ] {
        let output = run(file);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert_eq!(text(&output.stderr), error, "{file}");
    }
    let mut read_only = fs::metadata(folder.join("old")).unwrap().permissions();
    read_only.set_readonly(true);
    fs::set_permissions(folder.join("old"), read_only).unwrap();
    let refused = run("old");
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(text(&refused.stderr), "error: old: permission denied\n");
    let left: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 6, "no temporary file is left: {left:?}");
}

#[test]
fn colours_come_as_asked_for() {
    let folder = folder("colours");
    fs::write(folder.join("bad.ron"), "Scenario(x: 1)").unwrap();
    let coloured = |arguments: &[&str]| {
        let output = lastack(&folder, &[&["check", "bad.ron"], arguments].concat());
        output.stderr.contains(&0x1b)
    };
    assert!(!coloured(&[]) && !coloured(&["--color", "never"]));
    assert!(coloured(&["--color", "always"]));
}
