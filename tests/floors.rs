//! The floors of the house: a module imports only from floors below its own (see `src/lib.rs`).

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. Modules on one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["time", "rng", "seq"],
    &["segment"],
    &["wire", "tcp", "link"],
    &["host"],
    &["sim"],
    &["check"],
    &["scenario"],
    &["view", "search", "drill"],
    &["cli"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comments, and without the tests at its end, which may reach anywhere.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("it can be read");
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    lines.join("\n")
}

/// Modules that a file names after `crate::`, in braces too.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split([',', '{', '}', ';']).collect(),
            None => vec![rest],
        };
        for name in names {
            let name = name.trim();
            let end = name
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(name.len());
            found.push(name[..end].to_owned());
        }
    }
    found
}

#[test]
fn imports_run_downwards() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 20, "the source was found");
    let mut wrong = Vec::new();
    for path in files {
        let below = path.strip_prefix(&src).expect("it lies in src");
        let first = below
            .components()
            .next()
            .expect("it has a name")
            .as_os_str()
            .to_string_lossy();
        let own = first.trim_end_matches(".rs").to_owned();
        let Some(level) = floor(&own) else {
            continue;
        };
        for name in imports(&code(&path)) {
            if name != own && floor(&name).is_some_and(|other| level <= other) {
                wrong.push(format!("{}: {own} uses {name}", below.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Nothing below `cli` reads a file, the clock or the environment, or prints; `tcp` draws nothing.
#[test]
fn what_must_stay_absent_is_absent() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let everywhere = [
        "std::fs",
        "std::env",
        "std::time::Instant",
        "println!",
        "eprintln!",
    ];
    let in_worlds = ["std::rc", "RefCell", "dyn ", "HashMap<", "f32", "f64"];
    let mut wrong = Vec::new();
    let mut files = Vec::new();
    sources(&src, &mut files);
    for path in files {
        let below = path
            .strip_prefix(&src)
            .expect("it lies in src")
            .display()
            .to_string();
        if below.starts_with("cli") || below == "main.rs" || below.contains("tests") {
            continue;
        }
        let code = code(&path).replace("FxHashMap<", "");
        let is_world = [
            "time", "rng", "seq", "segment", "wire", "tcp", "link", "host", "sim", "check",
        ]
        .iter()
        .any(|module| below.starts_with(module));
        let worlds = in_worlds.iter().filter(|_| is_world);
        for word in everywhere.iter().chain(worlds) {
            if code.contains(word) {
                wrong.push(format!("{below}: {word}"));
            }
        }
        if below.starts_with("tcp") && (code.contains("crate::rng") || code.contains("Linux")) {
            wrong.push(format!("{below}: tcp draws no numbers and names no system"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Files besides the profiles that may name a system for now, each until its words come from the
/// profile of the host.
const NAMING_SYSTEMS: &[&str] = &[
    // The name of the format of recorded runs.
    "drill/recorded.rs",
    "scenario/path.rs",
];

/// The names of systems, as words of their own or at the start of one (`Windows10`, `FreeBsd`).
const SYSTEMS: &[&str] = &[
    "linux",
    "windows10",
    "freebsd",
    "netbsd",
    "openbsd",
    "macos",
    "xnu",
    "darwin",
    "winsock",
    "bsd",
    "glibc",
];

/// True if a line names a system. Windows are what TCP is about, so that system counts only with a
/// capital inside a sentence.
fn names_a_system(line: &str) -> bool {
    let lower = line.to_lowercase();
    let starts_word = |word: &str| {
        lower.match_indices(word).any(|(place, _)| {
            let before = lower[..place].chars().next_back();
            !before.is_some_and(char::is_alphanumeric)
        })
    };
    let windows = line.match_indices("Windows").any(|(place, _)| {
        let before = line[..place].trim_end_matches(['`', '"', ' ']);
        let is_word = line[..place].ends_with(|c: char| !c.is_alphanumeric());
        is_word && before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '(' | ':'))
    });
    windows || SYSTEMS.iter().any(|system| starts_word(system))
}

/// No code outside the profiles names a system, not even in a comment, but for tests: what a host
/// does is said by constants and policies.
#[test]
fn systems_are_named_by_profiles_alone() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    let mut unneeded: Vec<&str> = NAMING_SYSTEMS.to_vec();
    for path in files {
        let below = path.strip_prefix(&src).expect("it lies in src");
        let below = below.display().to_string();
        if below.starts_with("host/profile/") || below.contains("tests") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it can be read");
        let lines = text.lines().enumerate();
        let named = lines.filter(|(_, line)| names_a_system(line));
        let named: Vec<String> = named
            .map(|(place, line)| format!("{below}:{}: {}", place + 1, line.trim()))
            .collect();
        if NAMING_SYSTEMS.contains(&below.as_str()) {
            unneeded.retain(|file| named.is_empty() || *file != below);
        } else {
            wrong.extend(named);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        unneeded.is_empty(),
        "these name no system any more: {unneeded:?}"
    );
}
