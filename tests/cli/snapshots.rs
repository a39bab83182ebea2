//! `lastack test`: snapshots of scenarios, and where they are looked for.

use super::{OK, folder, lastack, text};
use std::fs;

/// The life of a snapshot: new, accepted, held, changed, reviewed, unreferenced.
#[test]
fn a_snapshot_is_reviewed_without_cargo() {
    let folder = folder("snapshot");
    fs::create_dir_all(folder.join("sims/a")).unwrap();
    fs::write(folder.join("sims/a/b.ron"), OK).unwrap();
    let kept = folder.join("snapshots/a__b@seed1.snap");
    let pending = folder.join("snapshots/a__b@seed1.snap.new");
    let test = |arguments: &[&str]| {
        let all: Vec<&str> = ["test"].iter().chain(arguments).copied().collect();
        lastack(&folder, &all).status.code()
    };
    assert_eq!(test(&[]), Some(1));
    assert!(pending.exists() && !kept.exists());
    assert_eq!(test(&["--accept"]), Some(0));
    assert!(kept.exists() && !pending.exists());
    assert_eq!(test(&[]), Some(0));
    let shown = fs::read_to_string(&kept).unwrap();
    assert!(shown.starts_with("---\nsource: tests/snapshots.rs\ninput_file: sims/a/b.ron\n---\n"));
    fs::write(&kept, shown.replace("2MSL is over", "2MSL was over")).unwrap();
    let differs = lastack(&folder, &["test"]);
    assert_eq!(differs.status.code(), Some(1));
    let difference = text(&differs.stdout);
    assert!(
        difference.contains("- 241.040000000") && difference.contains("2MSL was over"),
        "{difference}"
    );
    assert!(pending.exists());
    assert_eq!(test(&["--accept"]), Some(0));
    fs::remove_file(folder.join("sims/a/b.ron")).unwrap();
    fs::write(folder.join("sims/a/c.ron"), OK).unwrap();
    let gone = lastack(&folder, &["test"]);
    assert!(text(&gone.stdout).contains("a__b@seed1.snap: no scenario and seed refer to it"));
    assert_eq!(test(&["--accept"]), Some(0));
    assert!(!kept.exists());
}

/// Scenarios whose snapshots would be one file, here or where capitals do not count.
#[test]
fn scenarios_that_would_share_snapshots_are_refused() {
    for (name, first, second) in [("depth", "a/b", "a__b"), ("capitals", "a/b", "a/B")] {
        let folder = folder(&format!("share-{name}"));
        fs::create_dir_all(folder.join("sims/a")).unwrap();
        for file in [first, second] {
            fs::write(folder.join(format!("sims/{file}.ron")), OK).unwrap();
        }
        if fs::read_dir(folder.join("sims/a")).unwrap().count() == 1 && name == "capitals" {
            continue; // Capitals do not count on this machine, so there is only one file.
        }
        let output = lastack(&folder, &["test", "--accept"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let error = text(&output.stderr);
        assert!(error.contains("would have the same snapshots"), "{error}");
        assert!(!folder.join("snapshots").exists(), "{name}");
    }
}

#[test]
fn a_scenario_has_the_same_snapshot_from_wherever_it_is_tested() {
    let folder = folder("wherever");
    fs::create_dir_all(folder.join("sims/a")).unwrap();
    fs::write(folder.join("sims/a/b.ron"), OK.replace('\n', "\r\n")).unwrap();
    let accepted = lastack(&folder, &["test", "--accept"]);
    assert_eq!(accepted.status.code(), Some(0));
    for (below, path) in [
        ("", "sims"),
        ("", "./sims/"),
        ("", "."),
        ("", "sims/a"),
        ("", "sims/../sims/a/b.ron"),
        ("sims", "."),
        ("sims", "a/b.ron"),
        ("sims/a", "b.ron"),
        ("sims/a", "../a"),
        ("snapshots", "../sims"),
    ] {
        let output = lastack(&folder.join(below), &["test", path, path]);
        assert_eq!(
            text(&output.stdout),
            "ok      sims/a/b.ron seed 1\n1 passed, 0 failed\n",
            "test {path} in {below}: {}",
            text(&output.stderr)
        );
        assert_eq!(output.status.code(), Some(0));
    }
    // What is gone is missed by whoever looks at the whole house, also from around it.
    fs::write(folder.join("snapshots/gone@seed1.snap"), "").unwrap();
    for (path, code) in [("sims", 1), (".", 1), ("sims/a", 0)] {
        let output = lastack(&folder, &["test", path]);
        assert_eq!(output.status.code(), Some(code), "{path}");
    }
}

#[test]
fn a_snapshot_that_cannot_be_read_or_written_is_no_success() {
    let folder = folder("unwritable");
    fs::create_dir_all(folder.join("sims")).unwrap();
    fs::write(folder.join("sims/ok.ron"), OK).unwrap();
    fs::write(folder.join("snapshots"), "a file in its place").unwrap();
    for arguments in [&["test"][..], &["test", "--accept"]] {
        let output = lastack(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let shown = text(&output.stdout);
        assert!(shown.contains("FAILED  sims/ok.ron seed 1"), "{shown}");
        assert!(shown.ends_with("0 passed, 1 failed\n"), "{shown}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_back_to_a_folder_around_it_is_not_followed() {
    let folder = folder("loop");
    fs::create_dir_all(folder.join("sims/a")).unwrap();
    fs::write(folder.join("sims/a/b.ron"), OK).unwrap();
    std::os::unix::fs::symlink("..", folder.join("sims/a/loop")).unwrap();
    let output = lastack(&folder, &["test", "--accept"]);
    assert_eq!(
        text(&output.stdout),
        "ok      sims/a/b.ron seed 1\n1 passed, 0 failed\n"
    );
    assert!(text(&output.stderr).starts_with("note: sims/a/loop leads back to "));
}

#[test]
fn nothing_to_test_says_where_it_looked() {
    let folder = folder("nothing");
    let output = lastack(&folder, &["test"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: sims: no such file or directory\nname scenarios or folders of them: lastack test PATH…\n"
    );
    fs::create_dir(folder.join("sims")).unwrap();
    let output = lastack(&folder, &["test"]);
    assert_eq!(
        text(&output.stderr),
        "error: no scenario (*.ron) found in sims\n"
    );
}
