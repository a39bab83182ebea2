//! The ledger of RFC 9293's requirements: nothing is missing, and what it names exists.

use lastack::check::ledger::{self, Level, Requirement, Verdict};
use lastack::view;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file that holds what a path names, and what of the path lies inside it.
///
/// A path that begins with `tests` leads into the folder of that name beside `src`.
fn file_of(path: &str) -> Option<(PathBuf, Vec<&str>)> {
    let words: Vec<&str> = path.split("::").collect();
    let (mut folder, words) = match words.as_slice() {
        ["tests", rest @ ..] => (root().join("tests"), rest),
        whole => (root().join("src"), whole),
    };
    let mut found = None;
    for (place, word) in words.iter().enumerate() {
        let file = folder.join(format!("{word}.rs"));
        folder = folder.join(word);
        let inner = folder.join("mod.rs");
        if let Some(file) = [file, inner].into_iter().find(|file| file.is_file()) {
            found = Some((file, words[place + 1..].to_vec()));
        } else if !folder.is_dir() {
            break;
        }
    }
    found
}

/// The lines before a function's, back to the end of what precedes them, and the function's own.
fn function<'a>(text: &'a str, name: &str) -> Option<Vec<&'a str>> {
    let lines: Vec<&str> = text.lines().collect();
    let starts = |line: &str| {
        let Some((before, after)) = line.split_once("fn ") else {
            return false;
        };
        let rest = after.strip_prefix(name);
        let is_code = !before.contains("//") && !before.contains('"');
        is_code && rest.is_some_and(|rest| rest.starts_with(['(', '<']))
    };
    let at = lines.iter().position(|line| starts(line))?;
    let first = lines[..at]
        .iter()
        .rposition(|line| line.trim().is_empty() || line.trim() == "}")
        .map_or(0, |before| before + 1);
    Some(lines[first..=at].to_vec())
}

/// What is wrong with a path to code, if anything is.
fn wrong_code(path: &str) -> Option<String> {
    let Some((file, inside)) = file_of(path) else {
        return Some(format!("{path}: no such file"));
    };
    let text = fs::read_to_string(&file).expect("the source can be read");
    let (name, owner) = match inside.as_slice() {
        [name] => (name, None),
        [owner, name] => (name, Some(owner)),
        _ => return Some(format!("{path}: neither a function nor one of a type")),
    };
    if let Some(owner) = owner {
        let implements = text.lines().any(|line| {
            line.starts_with("impl")
                && line
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|word| word == *owner)
        });
        if !implements {
            return Some(format!("{path}: {} has no impl of {owner}", file.display()));
        }
    }
    function(&text, name)
        .is_none()
        .then(|| format!("{path}: {} has no such function", file.display()))
}

/// What is wrong with a path to a test or a scenario, if anything is.
fn wrong_evidence(path: &str) -> Option<String> {
    if path.contains('/') {
        let file = root().join("sims").join(format!("{path}.ron"));
        return (!file.is_file()).then(|| format!("{path}: no such scenario"));
    }
    let Some((file, inside)) = file_of(path) else {
        return Some(format!("{path}: no such file"));
    };
    let text = fs::read_to_string(&file).expect("the source can be read");
    let name = match inside.as_slice() {
        [name] | ["tests", name] => name,
        _ => return Some(format!("{path}: not a test")),
    };
    let is_test = function(&text, name)
        .is_some_and(|lines| lines.iter().any(|line| line.trim() == "#[test]"));
    (!is_test).then(|| format!("{path}: {} has no such test", file.display()))
}

/// What is wrong with an entry.
fn mistakes(requirement: &Requirement) -> Vec<String> {
    let mut wrong = Vec::new();
    match requirement.verdict {
        Verdict::Obeyed { by, shown } => {
            if by.is_empty() || shown.is_empty() {
                wrong.push("obeyed, but by nothing or shown by nothing".to_owned());
            }
            wrong.extend(by.iter().filter_map(|path| wrong_code(path)));
            wrong.extend(shown.iter().filter_map(|path| wrong_evidence(path)));
        }
        Verdict::Departs(reason) | Verdict::NotTaken(reason) | Verdict::DoesNotApply(reason) => {
            if reason.split_whitespace().count() < 3 {
                wrong.push(format!("{reason:?} is no reason"));
            }
            // What stands between backticks and is a path names a test.
            let quoted = reason.split('`').skip(1).step_by(2);
            let paths = quoted.filter(|quoted| quoted.contains("::"));
            wrong.extend(paths.filter_map(wrong_evidence));
        }
    }
    let liberty = requirement.level == Level::May;
    if matches!(requirement.verdict, Verdict::NotTaken(_)) && !liberty {
        wrong.push("only a liberty is left".to_owned());
    }
    let kind = requirement.id.split('-').next();
    let fits = match requirement.level {
        Level::Must | Level::MustNot => matches!(kind, Some("MUST" | "U")),
        Level::Should | Level::ShouldNot => matches!(kind, Some("SHLD" | "U")),
        Level::May => matches!(kind, Some("MAY" | "U")),
        Level::Recommended => kind == Some("REC"),
        Level::Note => kind == Some("U"),
    };
    if !fits {
        wrong.push(format!("{:?} does not fit its name", requirement.level));
    }
    wrong
}

#[test]
fn every_requirement_stands_there_once() {
    let counts = [
        ("MUST", 69),
        ("SHLD", 31),
        ("MAY", 18),
        ("REC", 1),
        ("U", 13),
    ];
    let wanted: BTreeSet<String> = counts
        .iter()
        .flat_map(|(kind, count)| (1..=*count).map(move |n| format!("{kind}-{n}")))
        .collect();
    let found: Vec<String> = ledger::all().map(|r| r.id.to_owned()).collect();
    let distinct: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(found.len(), distinct.len(), "each once");
    assert_eq!(distinct, wanted);
}

#[test]
fn what_is_named_exists() {
    let mut wrong = Vec::new();
    for requirement in ledger::all() {
        let mistakes = mistakes(requirement).into_iter();
        wrong.extend(mistakes.map(|mistake| format!("{}: {mistake}", requirement.id)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The looking up finds mistakes: each of these has one.
#[test]
fn what_does_not_exist_is_found_out() {
    for path in [
        "tcp::window::Tcb::offer_windows",
        "tcp::window::Tcb::offer_windo",
        "tcp::window::Segment::offer_window",
        "tcp::windows::Tcb::offer_window",
        "tcp::window",
    ] {
        assert!(wrong_code(path).is_some(), "{path}");
    }
    for path in [
        "teardown/final_ack_losd",
        "tcp::tests::start::time_wait",
        "tcp::tests::time_wait::t37_time_wait_ends_after_2ms",
        "tcp::rtt::tests::measure",
        "tests::ledger::root",
    ] {
        assert!(wrong_evidence(path).is_some(), "{path}");
    }
    let without = Requirement {
        verdict: Verdict::Obeyed {
            by: &["tcp::window::Tcb::offer_window"],
            shown: &[],
        },
        ..*ledger::find("MUST-1").expect("there is one")
    };
    assert_eq!(mistakes(&without).len(), 1);
    for reason in ["", "as `tcp::tests::reset::none` shows"] {
        let unexplained = Requirement {
            verdict: Verdict::Departs(reason),
            ..without
        };
        assert_eq!(mistakes(&unexplained).len(), 1, "{reason}");
    }
}

fn lastack(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastack"));
    command.args(arguments).env_remove("CLICOLOR_FORCE");
    command.output().expect("the command starts")
}

fn printed(arguments: &[&str]) -> String {
    let output = lastack(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stdout).expect("it prints text")
}

/// The ledger as the command prints it: a change of what is obeyed shows in review.
#[test]
fn the_ledger_is_a_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("ledger");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("ledger", printed(&["profiles", "--ledger"])));
}

#[test]
fn the_command_shows_all_or_one() {
    let narrow = printed(&["profiles", "--ledger", "--width", "80"]);
    assert_eq!(narrow, view::ledger::table(80));
    let one = ledger::find("MUST-13").expect("there is one");
    let shown = view::ledger::entry(one, 120);
    assert_eq!(printed(&["profiles", "--ledger", "MUST-13"]), shown);
    assert_eq!(printed(&["profiles", "--ledger=must-13"]), shown);
    for (arguments, said) in [
        (["--ledger", "MUST-70"], "there are MUST-1 to MUST-69"),
        (["--ledger", "--sources"], "cannot be used with"),
    ] {
        let output = lastack(&["profiles", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let error = String::from_utf8(output.stderr).expect("text");
        assert!(error.contains(said), "{error}");
    }
}
