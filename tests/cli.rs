//! The command as its users meet it: what it prints where, and its exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const OK: &str = r#"Scenario(
    programs: [
        Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
        Program(on: "client", steps: [Connect("s", "server", 9091), Sleep("1s"), Close("s")]),
    ],
)
"#;

/// A folder of this test's own, made empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder for the test");
    path
}

fn lastack(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastack"));
    command
        .current_dir(folder)
        .args(arguments)
        .env_remove("CLICOLOR_FORCE");
    command.output().expect("the command starts")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it prints text")
}

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

/// Within a host the two ends are connections of their own, and each counts from the other's SYN.
/// The handshake of RFC 9293 on 10 ms each way: the RTO is 1 s before the sample of 20 ms and, by its
/// floor, after it; cwnd begins at 3 segments of 1,460 octets. None of it moves the digest.
#[test]
fn verbose_tells_what_changes_inside() {
    let folder = folder("verbose");
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/sims/teardown/final_ack_lost.ron"
    );
    let plain = lastack(&folder, &["run", file]);
    let verbose = lastack(&folder, &["run", file, "--verbose"]);
    let json = lastack(&folder, &["run", file, "--format", "json"]);
    let (plain, verbose) = (text(&plain.stdout), text(&verbose.stdout));
    let inside: Vec<&str> = verbose
        .lines()
        .filter(|line| line.contains(" · "))
        .collect();
    let others: Vec<&str> = verbose
        .lines()
        .filter(|line| !line.contains(" · "))
        .collect();
    assert_eq!(others, plain.lines().collect::<Vec<_>>());
    for told in [
        "· retransmission timer set for 1.000000000",
        "· srtt 20ms, rttvar 10ms, rto 1s",
        "· retransmission timer cancelled",
        "· cwnd unlimited → 4380",
    ] {
        let lines = inside.iter().filter(|line| line.contains(told));
        assert_ne!(lines.count(), 0, "{told}:\n{}", inside.join("\n"));
    }
    let json = text(&json.stdout);
    assert!(json.contains(r#""kind":"window","after":"#), "{json}");
    let of_round_trip = r#""srtt":20000000,"rttvar":10000000,"rto":1000000000"#;
    assert!(json.contains(of_round_trip), "{json}");
}

/// The 12th segment of text is lost. When its third follower is told of, 21 segments of 1,448 octets are
/// in flight: CUBIC makes ssthresh 0.7 of that (RFC 9438 §4.6), and recovery ends when all of it is
/// acknowledged.
#[test]
fn verbose_tells_of_recovery() {
    let folder = folder("verbose-recovery");
    let scenario = r#"Scenario(
        hosts: {
            "client": Host(address: "10.0.0.1", profile: Linux),
            "server": Host(address: "10.0.0.2", profile: Linux),
        },
        path: Path(delay: "10ms"),
        faults: [Drop(from: "client", matching: Data, nth: 12)],
        programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c")]),
            Program(on: "client", steps: [Connect("s", "server", 9091), Send("s", "100kB")]),
        ],
    )"#;
    fs::write(folder.join("loss.ron"), scenario).unwrap();
    let output = lastack(&folder, &["run", "loss.ron", "--verbose"]);
    let told = [
        "0.060000000  client             · Open → Disorder: SACK blocks or duplicate acks",
        "0.060000000  client             · reordering timer set for 0.065000000",
        "0.060000000  client             · Disorder → Recovery: SACK blocks or duplicate acks",
        "0.060000000  client             · outstanding: sacked 4344, lost 1448, of that sent again 1448",
        "ssthresh unlimited → 21285",
        "0.080000000  client             · Recovery → Open: all is acknowledged",
    ];
    let mut lines = text(&output.stdout).lines();
    for wanted in told {
        assert!(lines.any(|line| line.contains(wanted)), "{wanted}");
    }
    let json = lastack(&folder, &["run", "loss.ron", "--format", "json"]);
    let phase = r#""phase_before":"Disorder","phase_after":"Recovery","reason":"duplicate_acks""#;
    assert!(text(&json.stdout).contains(phase));
}

/// A scenario between two hosts with the profile Linux, 20 ms apart.
fn between_linux(what_else: &str, client: &str) -> String {
    format!(
        r#"Scenario(
        hosts: {{ "client": Host(profile: Linux), "server": Host(profile: Linux) }},
        path: Path(delay: "20ms"),
        {what_else},
        programs: [
            Program(on: "server", steps: [Bind(9091), Listen(5), Accept("c"), ReceiveToEnd("c"), Close("c")]),
            Program(on: "client", steps: [Connect("s", "server", 9091), {client}, Close("s")]),
        ],
    )"#
    )
}

/// Both segments that went again were lost, so nothing is undone. In what is left of FIN-WAIT-2 and in
/// TIME-WAIT there is no cwnd and no RTO, and nothing is told of them.
#[test]
fn verbose_tells_no_window_of_what_sends_no_more() {
    let folder = folder("verbose-remnant");
    let lost = r#"faults: [Drop(from: "client", matching: Data, nth: 9), Drop(from: "client", matching: Data, nth: 9)]"#;
    let scenario = between_linux(lost, r#"Send("s", 14480)"#);
    fs::write(folder.join("fin.ron"), scenario).unwrap();
    let output = lastack(&folder, &["run", "fin.ron", "--verbose"]);
    let told = text(&output.stdout);
    let recovers = "· Disorder → Recovery: the reordering timer ran out";
    assert!(told.contains(recovers), "{told}");
    assert!(told.contains("· 2MSL timer set for 60.170000000"), "{told}");
    for untrue in ["undone", "→ unlimited", "rto 0s"] {
        assert!(!told.contains(untrue), "{untrue}: {told}");
    }
}

/// RFC 8985 §7.3: the last of ten segments is lost, and its probe is no retransmission by timeout.
#[test]
fn a_tail_loss_probe_has_a_sum_of_its_own() {
    let folder = folder("tail");
    let lost = r#"faults: [Drop(from: "client", matching: Data, nth: 10)]"#;
    let scenario = between_linux(lost, r#"Send("s", 14480), Sleep("5s")"#);
    fs::write(folder.join("tail.ron"), scenario).unwrap();
    let output = lastack(&folder, &["run", "tail.ron"]);
    let told = text(&output.stdout);
    let sum = "; 1 retransmission: 1 as tail loss probe\n";
    assert!(told.contains(sum), "{told}");
    let output = lastack(&folder, &["run", "tail.ron", "--format", "json"]);
    let json = text(&output.stdout);
    assert!(json.contains(r#""tail_loss_probe":1"#), "{json}");
    assert!(!json.contains(r#""timeout":1"#), "{json}");
}

/// RFC 1191 §5, §7: a router that names no MTU could not forward 1,500 octets: 1,448 of text, 12 of
/// timestamps, and 40 of headers. The plateau below is 1,492, which leaves 1,440.
#[test]
fn an_error_from_outside_quotes_the_size_with_options() {
    let folder = folder("plateau");
    let error = r#"inject: [Icmp(to: "client", kind: FragmentationNeeded, when: Sends("client", Data), after: "1ms")]"#;
    let scenario = between_linux(error, r#"Send("s", 5000)"#);
    fs::write(folder.join("plateau.ron"), scenario).unwrap();
    let output = lastack(&folder, &["run", "plateau.ron"]);
    let told = text(&output.stdout);
    assert!(told.contains("segments of 1440 from here on"), "{told}");
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
fn netstat_shows_both_hosts() {
    let folder = folder("netstat");
    fs::write(folder.join("ok.ron"), OK).unwrap();
    let output = lastack(&folder, &["netstat", "ok.ron", "--at", "2s"]);
    assert_eq!(output.status.code(), Some(0));
    let shown = text(&output.stdout);
    let client = "\
client (172.16.79.182) at 2.000000000
Active Internet connections (w/o servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n\
tcp        0      0 172.16.79.182:49152     172.16.79.132:9091      TIME_WAIT  \n";
    let server = "\
server (172.16.79.132) at 2.000000000
Active Internet connections (w/o servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n";
    assert_eq!(shown, format!("{client}\n{server}"));
    let all = [
        "netstat", "ok.ron", "--at", "500ms", "-ao", "--host", "server",
    ];
    let output = lastack(&folder, &all);
    assert_eq!(
        text(&output.stdout),
        "\
server (172.16.79.132) at 0.500000000
Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       Timer
tcp        0      0 0.0.0.0:9091            0.0.0.0:*               LISTEN      off (0.00/0/0)
tcp        0      0 172.16.79.132:9091      172.16.79.182:49152     ESTABLISHED off (0.00/0/0)
"
    );
}

#[test]
fn netstat_can_be_ss() {
    let folder = folder("netstat-ss");
    fs::write(folder.join("ok.ron"), OK).unwrap();
    let ss = [
        "netstat", "ok.ron", "--at", "2s", "--ss", "-ao", "--host", "client",
    ];
    let output = lastack(&folder, &ss);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output.stdout),
        "\
client (172.16.79.182) at 2.000000000
State     Recv-Q Send-Q Local Address:Port   Peer Address:PortProcess                      \n\
TIME-WAIT 0      0      172.16.79.182:49152 172.16.79.132:9091 timer:(timewait,3min59sec,0)\n"
    );
    let nobody = ["netstat", "ok.ron", "--at", "2s", "--host", "nobody"];
    let output = lastack(&folder, &nobody);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: --host: there is no host `nobody`, but `client` and `server`\n"
    );
}

#[test]
fn profiles_stand_side_by_side_or_alone_with_their_sources() {
    let folder = folder("profiles");
    let shows = |arguments: &[&str]| {
        let output = lastack(&folder, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        text(&output.stdout).to_owned()
    };
    let all = shows(&["profiles"]);
    for name in [
        "Rfc9293",
        "Linux",
        "Windows",
        "Windows10",
        "FreeBSD",
        "MacOs",
    ] {
        assert!(all.contains(&format!("  {name}")), "{name}: {all}");
        shows(&["profiles", name]);
    }
    let row = all.lines().find(|line| line.starts_with("  time_wait "));
    let row: Vec<&str> = row.unwrap().split_whitespace().collect();
    assert_eq!(
        row,
        ["time_wait", "240s", "60s", "120s", "120s", "60s", "30s"]
    );
    let narrow = shows(&["profiles", "--width", "80"]);
    assert!(narrow.lines().all(|line| line.chars().count() <= 80));
    let linux = shows(&["profiles", "linux"]);
    assert!(
        linux.contains("\n  time_wait                 60s\n"),
        "{linux}"
    );
    assert!(linux.contains("source: include/net/tcp.h: TCP_TIMEWAIT_LEN"));
    let two = shows(&["profiles", "Linux", "FreeBSD", "Linux", "--sources"]);
    assert!(two.contains("Linux: sysctl tcp_fin_timeout 60") && !two.contains("Rfc9293"));
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

#[test]
fn netstat_says_if_the_run_does_not_get_so_far() {
    let folder = folder("netstat-until");
    let until = OK.replace("Scenario(\n", "Scenario(until: \"2s\",\n");
    fs::write(folder.join("until.ron"), until).unwrap();
    let output = lastack(&folder, &["netstat", "until.ron", "--at", "1h"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output.stderr),
        "note: `until` ends the run at 2.000000000\n"
    );
    assert!(text(&output.stdout).starts_with("client (172.16.79.182) at 2.000000000\n"));
    let limit = OK.replace("Scenario(\n", "Scenario(limit: 10,\n");
    fs::write(folder.join("limit.ron"), limit).unwrap();
    let output = lastack(&folder, &["netstat", "limit.ron", "--at", "1h"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("error: the run was CUT OFF at "));
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
