//! Evidence from outside: the recorded runs, and the learned machines where they are at hand.
//!
//! `tests/recorded` holds the runs; `tests/known_differences.txt` says where the simulator differs and
//! why. The machines are other people's data and stay where they are: `$LASTACK_MODELS`, or
//! `../shared/learned-models` beside this project.

use lastack::drill::compare::{Aspect, conform};
use lastack::drill::known::Known;
use lastack::drill::model::Machine;
use lastack::drill::tester::try_machine;
use lastack::host::profile::ProfileName;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn known() -> Known {
    let text = fs::read_to_string(project().join("tests/known_differences.txt"));
    Known::read(&text.expect("the list is there")).expect("the list is well formed")
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    files.sort();
    files
}

/// Every recorded run agrees, but for those that are listed; and what is listed does differ.
#[test]
fn recorded_runs_agree() {
    let known = known();
    let recordings = files(&project().join("tests/recorded"), "json");
    assert!(173 <= recordings.len(), "{} recordings", recordings.len());
    let mut wrong = Vec::new();
    let mut needed = BTreeSet::new();
    for file in &recordings {
        let text = fs::read_to_string(file).expect("it can be read");
        let conformity = match conform(&text) {
            Ok(conformity) => conformity,
            Err(mistake) => {
                wrong.push(format!("{}: {mistake}", file.display()));
                continue;
            }
        };
        let (name, topic) = (&conformity.name, &conformity.topic);
        match (
            conformity.differences.first(),
            known.of_recording(name, topic),
        ) {
            (None, _) => {}
            (Some(_), Some(_)) => {
                needed.insert(name.clone());
                needed.insert(format!("topic {topic}"));
            }
            (Some(first), None) => wrong.push(format!("{name}: {first}")),
        }
    }
    let is_machine = |name: &str| name.starts_with("machine ") || name.split(' ').count() == 3;
    for (name, _) in known.iter().filter(|(name, _)| !is_machine(name)) {
        if !needed.contains(name) {
            wrong.push(format!("`{name}` is listed and does not differ"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The rows of netstat are held against the simulated host's, whatever their order.
#[test]
fn a_wrong_row_of_netstat_differs() {
    let file = project().join("tests/recorded/fin-wait2-orphan-60s.json");
    let text = fs::read_to_string(file).expect("it can be read");
    let tables = |text: &str| -> Vec<Aspect> {
        let differences = conform(text).expect("it is well formed").differences;
        differences.into_iter().map(|found| found.aspect).collect()
    };
    let (none, one): (Vec<Aspect>, _) = (Vec::new(), vec![Aspect::Tables]);
    assert_eq!(tables(&text), none);
    for (from, to) in [
        ("FIN_WAIT2   timewait (", "FIN_WAIT2   keepalive ("),
        ("\"tcp        0      0 172", "\"tcp        7      0 172"),
    ] {
        assert!(text.contains(from), "{from}");
        assert_eq!(tables(&text.replace(from, to)), one, "{from}");
    }
}

/// A rule without a direction counts both: here the first FIN is the one that it means anyway.
#[test]
fn a_rule_may_count_both_directions() {
    let file = project().join("tests/recorded/fin-drop-1-active.json");
    let text = fs::read_to_string(file).expect("it can be read");
    let (from, to) = (r#"{"dir": "s2c", "has": "F"}"#, r#"{"has": "F"}"#);
    assert!(text.contains(from));
    let conformity = conform(&text.replace(from, to)).expect("it is well formed");
    assert_eq!(conformity.differences, []);
    let second = text
        .replace(from, to)
        .replace("\"nth\": [1]", "\"nth\": [2]");
    let conformity = conform(&second).expect("it is well formed");
    assert_ne!(
        conformity.differences,
        [],
        "the retransmission is lost instead"
    );
}

/// Of a bulk transfer counts what is sent again and by what, not what is pushed and how its receiver
/// groups acknowledgements.
#[test]
fn of_bulk_only_what_repeats_counts() {
    let file = project().join("tests/recorded/data-drop-20.json");
    let text = fs::read_to_string(file).expect("it can be read");
    let aspects = |text: &str| -> Vec<Aspect> {
        let differences = conform(text).expect("it is well formed").differences;
        differences.into_iter().map(|found| found.aspect).collect()
    };
    assert_eq!(aspects(&text), []);
    let replaced = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    };
    let pushed = replaced(r#""PA", 10137, 1, 1448"#, r#""A", 10137, 1, 1448"#);
    assert_eq!(aspects(&pushed), []);
    let other_loss = replaced(r#""nth": 20"#, r#""nth": 21"#);
    assert!(aspects(&other_loss).contains(&Aspect::Segments));
}

/// Every transition of every machine, and random walks.
#[test]
fn learned_machines_agree() {
    let folder = std::env::var_os("LASTACK_MODELS")
        .map_or_else(|| project().join("../shared/learned-models"), PathBuf::from);
    let machines = files(&folder, "tsv");
    if machines.is_empty() {
        println!(
            "note: no learned machines in {}: not tried",
            folder.display()
        );
        return;
    }
    let known = known();
    let mut wrong = Vec::new();
    for file in &machines {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(file).expect("it can be read");
        let machine = Machine::read(&text).unwrap_or_else(|mistake| panic!("{name}:{mistake}"));
        let profile = ProfileName::in_file_name(&name).expect("the name says of which system");
        let tried = try_machine(&machine, &profile.as_learned(), profile.habits(), 50, 100);
        assert_eq!(tried.transitions, machine.transitions.len(), "{name}");
        for deviation in tried.differences.iter().chain(&tried.astray) {
            let (state, input) = (&deviation.state, &deviation.input);
            if known.of_transition(&name, state, input).is_none() {
                wrong.push(format!(
                    "{name} {state} {input}: learned {}, simulated {}",
                    deviation.learned, deviation.simulated
                ));
            }
        }
    }
    wrong.dedup();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Whatever a file holds, reading it ends with a mistake that has a place, and never in a panic.
#[test]
fn damaged_recordings_are_mistakes() {
    let file = project().join("tests/recorded/time-wait-old-data.json");
    let whole = fs::read_to_string(file).expect("it can be read");
    for end in (0..whole.len())
        .step_by(97)
        .filter(|end| whole.is_char_boundary(*end))
    {
        assert!(conform(&whole[..end]).is_err(), "cut at {end}");
    }
    let damage = [
        ("linux-tcp-oracle/1", "linux-tcp-oracle/2", "format"),
        ("\"op\": \"connect\"", "\"op\": \"conect\"", "conect"),
        ("\"dir\": \"c2s\"", "\"dir\": \"up\"", "up"),
        (
            "net.ipv4.tcp_congestion_control",
            "net.ipv4.tcp_magic",
            "tcp_magic",
        ),
        ("\"replay\": \"data\"", "\"replay\": \"nothing\"", "nothing"),
        ("\"duration\": ", "\"duration\": -", "time of a run"),
    ];
    for (from, to, says) in damage {
        assert!(whole.contains(from), "{from}");
        let mistake = conform(&whole.replace(from, to)).expect_err(from);
        assert!(mistake.to_string().contains(says), "{from}: {mistake}");
    }
}

#[test]
fn damaged_machines_are_mistakes() {
    let header = "state\tinput\toutput\tnext\n";
    for (rows, line) in [
        ("", 1),
        ("s0\tSYN(V,V,0)\tTIMEOUT", 2),
        ("s0\tSYN(V,V)\tTIMEOUT\ts0", 2),
        ("s0\tSYN(V,V,0)\tNOTHING\ts0", 2),
        ("s0\tRCV\tTIMEOUT\ts0\ns0\tRCV\tTIMEOUT\ts0", 3),
    ] {
        let mistake = Machine::read(&format!("{header}{rows}")).expect_err(rows);
        assert_eq!(mistake.line, line, "{rows}: {mistake}");
    }
    assert!(Machine::read("nothing").is_err());
}
