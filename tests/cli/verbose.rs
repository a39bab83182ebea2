//! What `--verbose` and the sums tell of the inside of a connection.

use super::{folder, lastack, text};
use std::fs;

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
