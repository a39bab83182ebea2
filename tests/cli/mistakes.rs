//! Mistakes: what is said of them, and where.

use super::{OK, folder, lastack, text};
use std::fs;

/// Runs a broken file: exit code 2, nothing on standard output, and this on standard error.
fn refuses(name: &str, bytes: &[u8], message: &str, place: &str) {
    let folder = folder(&format!("refuses-{name}"));
    let file = format!("{name}.ron");
    fs::write(folder.join(&file), bytes).expect("the folder is writable");
    for verb in ["run", "check", "test"] {
        let output = lastack(&folder, &[verb, &file]);
        if verb == "test" {
            // It lies in no `sims`; that is the first thing to say.
            assert_eq!(output.status.code(), Some(2), "{verb} {name}");
            continue;
        }
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{verb} {name}: {error}");
        assert_eq!(text(&output.stdout), "", "{verb} {name}");
        assert!(error.contains(message), "{verb} {name}: {error}");
        assert!(
            error.contains(&format!("--> {file}:{place}\n")),
            "{verb} {name}: {error}"
        );
        assert!(!error.contains("panicked"), "{verb} {name}: {error}");
    }
}

#[test]
fn bad_scenarios_are_refused_in_place() {
    let with = |from: &str, to: &str| {
        assert!(OK.contains(from), "{from}");
        OK.replacen(from, to, 1).into_bytes()
    };
    refuses(
        "misspelt",
        &with("on: \"client\"", "onn: \"client\""),
        "no field `onn`",
        "4:17",
    );
    refuses(
        "unknown_host",
        &with("\"server\", 9091", "\"sever\", 9091"),
        "no host \"sever\"",
        "4:52",
    );
    refuses(
        "parsecs",
        &with("\"1s\"", "\"10 parsecs\""),
        "10 parsecs",
        "4:75",
    );
    let loss = with("Scenario(\n", "Scenario(\n    path: Path(loss: 1.5),\n");
    refuses(
        "loss",
        &loss,
        "`loss` is 1.5, expected a ratio between 0 and 1",
        "2:22",
    );
    refuses(
        "never_opened",
        &with("Close(\"s\")", "Close(\"t\")"),
        "opens a socket \"t\"",
        "4:88",
    );
    refuses("truncated", &OK.as_bytes()[..150], "the file ends", "4:18");
    refuses("empty", b"", "the file is empty", "1:1");
    refuses(
        "parentheses",
        &vec![b'('; 10_000_000],
        "more than 1048576 octets",
        "1:1",
    );
    refuses("nested", &vec![b'('; 100_000], "deep", "1:33");
    refuses(
        "not_utf8",
        b"Scenario(about: \"\xff\xfe\")",
        "not UTF-8",
        "1:18",
    );
}

/// What the profile has counts too, and the advice says so.
#[test]
fn constants_that_contradict_each_other_are_refused_in_place() {
    let with = |constants: &str| {
        let hosts =
            format!("(\n    hosts: {{\"client\": Host(with: ({constants})), \"server\": Host()}},");
        OK.replacen('(', &hosts, 1).into_bytes()
    };
    refuses(
        "both_given",
        &with(r#"persist_min: "300s", persist_max: "10s""#),
        "`persist_max` is 10s, below `persist_min`, which is 300s",
        "2:69",
    );
    refuses(
        "against_the_profile",
        &with(r#"rto_min: "300s""#),
        "help: RFC 6298 §2.5: no RTO is above `rto_max`; ",
        "2:44",
    );
    refuses(
        "mtu",
        &with("path_mtu_min: 65535"),
        "help: the MTU of the host is 1500",
        "2:49",
    );
}

#[test]
fn a_missing_file_is_named() {
    let folder = folder("missing");
    let output = lastack(&folder, &["run", "nowhere.ron"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: nowhere.ron: no such file or directory\n"
    );
}

#[test]
fn all_mistakes_come_at_once() {
    let folder = folder("all-at-once");
    let broken = OK
        .replace("\"server\", 9091", "\"sever\", 9091")
        .replace("\"1s\"", "\"1parsec\"");
    fs::write(folder.join("two.ron"), broken).unwrap();
    let output = lastack(&folder, &["check", "two.ron"]);
    let error = text(&output.stderr);
    assert!(
        error.contains("sever") && error.contains("1parsec"),
        "{error}"
    );
    assert!(error.ends_with("two.ron: 2 mistakes\n"), "{error}");
}

/// A mistake is told once: no line of it a second time, no label that the message ends with.
#[test]
fn mistakes_are_told_once_and_in_120_columns() {
    let folder = folder("told-once");
    let steps = "Sleep(\"1s\"), ".repeat(30);
    let long = OK.replace("Sleep(\"1s\"), ", &steps);
    let broken = long.replace("Close(\"s\")", "Clse(\"s\"), Sleep(\"5 parsecs\")");
    fs::write(folder.join("long.ron"), broken).unwrap();
    let output = lastack(&folder, &["check", "long.ron"]);
    let error = text(&output.stderr);
    assert_eq!(error.matches("Clse(\"s\")").count(), 2, "{error}");
    assert_eq!(error.matches("did you mean Close?").count(), 1, "{error}");
    assert_eq!(error.matches("none of time").count(), 1, "{error}");
    let longest = error.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(120), "{error}");
    // What is wrong is itself longer than a line.
    let hosts = format!(
        "{{\"client\": Host(with: ({}msl: \"1s\"))}}",
        "sack: true, ".repeat(20)
    );
    let alone = OK.replace("Scenario(\n", &format!("Scenario(hosts: {hosts},\n"));
    fs::write(folder.join("alone.ron"), alone).unwrap();
    let output = lastack(&folder, &["check", "alone.ron"]);
    let error = text(&output.stderr);
    assert!(error.contains("found 1"), "{error}");
    let longest = error.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(120), "{error}");
    let seeds = OK.replace("Scenario(\n", "Scenario(seeds: 7,\n");
    fs::write(folder.join("seeds.ron"), seeds).unwrap();
    let output = lastack(&folder, &["check", "seeds.ron"]);
    let error = text(&output.stderr);
    assert!(error.contains("= help: write [7]\n"), "{error}");
}

#[test]
fn a_profile_that_does_not_exist_is_told_with_the_nearest() {
    let folder = folder("profiles-unknown");
    let output = lastack(&folder, &["profiles", "freebds"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    let error = text(&output.stderr);
    assert!(error.contains("did you mean FreeBSD?"), "{error}");
    let file = OK.replacen(
        "Scenario(",
        "Scenario(hosts: {\"client\": Host(profile: Linus), \"server\": Host()},",
        1,
    );
    refuses(
        "profile",
        file.as_bytes(),
        "`profile` cannot be `Linus`",
        "1:42",
    );
}

#[test]
fn bad_arguments_are_told_in_the_words_of_the_command() {
    let folder = folder("arguments");
    fs::write(folder.join("ok.ron"), OK).unwrap();
    let range = "expected a whole number from 0 to 18446744073709551615";
    for (arguments, message) in [
        (["--seed", "18446744073709551616"], range),
        (["--seed", "-1"], range),
        (["--seed", "one"], range),
        (["--until", "5"], "it has no unit"),
        (["--until", "-5s"], "it is below zero"),
        (["--until", "8d"], "it is later than a week"),
    ] {
        let all = ["run", "ok.ron", arguments[0], arguments[1]];
        let output = lastack(&folder, &all);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = text(&output.stderr);
        assert!(error.contains(message), "{error}");
    }
    for arguments in [["--seed", "18446744073709551615"], ["--until", "7d"]] {
        let all = ["run", "ok.ron", arguments[0], arguments[1]];
        assert_eq!(lastack(&folder, &all).status.code(), Some(0));
    }
}
