//! The scenarios of the notes "Address already in use": what netstat prints, line by line, is what
//! a Linux kernel and its netstat printed in the recorded runs, ports and timers' seconds apart.

use lastack::host::table::Listing;
use lastack::scenario;
use lastack::sim::world::World;
use lastack::time::Time;
use lastack::view::netstat::{self, Ends, Tool};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// The port of all recorded and simulated servers.
const PORT: &str = "9091";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Rows of `netstat -tano` at a moment: of the server (1) as the scenario has it, of the client (0)
/// with Linux in the place of Windows, as it was recorded.
fn simulated(scenario: &str, milliseconds: u64, host: usize) -> Vec<String> {
    let mut source = read(&format!("sims/{scenario}.ron"));
    if host == 0 {
        source = source.replace("profile: Windows10", "profile: Linux");
    }
    let scenario = scenario::load(&source).expect("the scenario is without mistakes");
    let mut world = World::new(Arc::new(scenario.plan), 1);
    let at = Time::from_nanos(milliseconds * 1_000_000);
    world.run_until(at, &mut ());
    let listing = Listing {
        listening: true,
        timers: true,
    };
    let plan = world.plan();
    let rows = world.hosts()[host].table(at);
    let tool = Tool::netstat_of(plan, host);
    let lines = netstat::listed(tool, &rows, Ends::of(plan, host), listing);
    let lines = lines.into_iter().filter(|line| line.starts_with("tcp "));
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// Rows of a recording's snapshot: the first of this host at `second` or later.
fn recorded(name: &str, second: f64, host: usize) -> Vec<String> {
    let file = read(&format!("tests/recorded/{name}.json"));
    let file: Value = serde_json::from_str(&file).expect("it is JSON");
    let host = ["client", "server"][host];
    let snapshots = file["results"]["snapshots"].as_array().expect("a list");
    let snapshot = snapshots.iter().find(|snapshot| {
        snapshot["host"] == host && second <= snapshot["t"].as_f64().expect("a number")
    });
    let rows = snapshot.expect("there is a snapshot")["netstat_tano"].as_array();
    let rows = rows.expect("a list").iter();
    rows.map(|row| row.as_str().expect("text").trim_end().to_owned())
        .collect()
}

/// The row with `P` for each digit of a client's port, `_` for the seconds left of a timer.
fn masked(row: &str) -> String {
    let (sockets, timer) = row.split_at(row.find(" (").expect("the column of timers"));
    let timer = timer.split_once('/').expect("a count").1;
    let mut out = String::new();
    for (place, part) in sockets.split(':').enumerate() {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (port, rest) = part.split_at(if place == 0 { 0 } else { digits });
        if 0 < place {
            out.push(':');
        }
        match port {
            PORT => out.push_str(PORT),
            port => out.extend(port.chars().map(|_| 'P')),
        }
        out.push_str(rest);
    }
    format!("{out} (_/{timer}")
}

/// The order of a kernel's connections follows from a secret hash.
fn in_order(rows: &[String]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(|row| masked(row)).collect();
    rows.sort();
    rows
}

#[test]
fn rows_are_those_of_the_recorded_runs() {
    for (recording, second, scenario, milliseconds) in [
        ("established", 0.5, "article/connection_made", 1_000),
        (
            "client-closes-first",
            1.5,
            "article/client_closes_first",
            3_000,
        ),
        (
            "client-closes-first",
            2.5,
            "article/client_closes_first",
            5_000,
        ),
        (
            "client-closes-first",
            3.5,
            "article/client_reconnects_from_a_new_port",
            4_000,
        ),
        (
            "client-closes-first",
            61.0,
            "article/client_reconnects_from_a_new_port",
            61_000,
        ),
        (
            "client-closes-first",
            67.0,
            "article/client_reconnects_from_a_new_port",
            67_000,
        ),
        (
            "client-killed-first",
            1.8,
            "article/remedy_client_closes_first",
            2_500,
        ),
        (
            "client-killed-first",
            3.0,
            "article/remedy_client_closes_first",
            3_500,
        ),
        (
            "server-closes-first",
            1.5,
            "article/server_closes_first",
            2_500,
        ),
        (
            "server-closes-first",
            2.5,
            "article/server_closes_first",
            3_500,
        ),
        (
            "server-closes-first",
            30.0,
            "article/server_closes_first",
            31_000,
        ),
        (
            "server-closes-first",
            61.0,
            "article/server_closes_first",
            62_000,
        ),
        (
            "server-closes-first",
            65.5,
            "article/server_closes_first",
            66_500,
        ),
        ("ctrl-c-handler", 1.3, "article/ctrl_c_with_handler", 2_500),
        ("ctrl-c-handler", 2.3, "article/ctrl_c_with_handler", 3_500),
        ("ctrl-c-handler", 3.0, "article/ctrl_c_with_handler", 4_500),
        (
            "server-killed",
            1.3,
            "article/server_restarts_in_time_wait",
            2_500,
        ),
        (
            "server-killed",
            2.3,
            "article/server_restarts_in_time_wait",
            3_500,
        ),
        (
            "server-killed",
            3.0,
            "article/server_restarts_in_time_wait",
            4_200,
        ),
        (
            "restart-eaddrinuse",
            1.8,
            "article/server_restarts_in_time_wait",
            3_600,
        ),
        (
            "restart-eaddrinuse",
            59.5,
            "article/server_restarts_in_time_wait",
            61_300,
        ),
        (
            "restart-eaddrinuse",
            66.0,
            "article/ctrl_c_with_handler",
            63_010,
        ),
        ("restart-reuseaddr", 1.8, "article/reuseaddr_on_both", 3_500),
        ("restart-reuseaddr", 2.1, "article/reuseaddr_on_both", 4_000),
        ("restart-reuseaddr", 3.0, "article/reuseaddr_on_both", 6_000),
        (
            "shutdown-rdwr-no-close",
            1.5,
            "operations/fin_wait2_that_never_ends",
            3_000,
        ),
    ] {
        for host in 0..2 {
            let expected = recorded(&format!("article-{recording}"), second, host);
            let found = simulated(scenario, milliseconds, host);
            let what = format!("{recording} at {second} s, {scenario}, host {host}");
            assert_eq!(in_order(&found), in_order(&expected), "{what}");
        }
    }
}

/// Seconds left are exact: the recorded ones count from a moment up to a tick later.
#[test]
fn time_wait_counts_down_from_60_seconds() {
    for (milliseconds, left) in [(3_010, "60.00"), (33_010, "30.00"), (63_009, "0.00")] {
        let rows = simulated("article/server_restarts_in_time_wait", milliseconds, 1);
        let row = format!(
            "tcp        0      0 172.16.79.132:9091      172.16.79.182:49152     TIME_WAIT   \
             timewait ({left}/0/0)"
        );
        assert_eq!(rows, [row]);
    }
}

fn command(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lastack"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .expect("the command starts");
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The question of the notes: which states has netstat after the client closed?
#[test]
fn both_tables_after_the_client_closed() {
    let file = "sims/article/client_closes_first.ron";
    let printed = command(&["netstat", file, "--at", "3s"]);
    let expected = "\
client (172.16.79.182) at 3.000000000

Active Connections

  Proto  Local Address          Foreign Address        State           Offload State

  TCP    172.16.79.182:49152    172.16.79.132:9091     FIN_WAIT_2      InHost

server (172.16.79.132) at 3.000000000
Active Internet connections (w/o servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        1      0 172.16.79.132:9091      172.16.79.182:49152     CLOSE_WAIT
";
    let lines = printed.lines().map(|line| format!("{}\n", line.trim_end()));
    assert_eq!(lines.collect::<String>(), expected);
}

/// The lines of the timeline, with one blank for several.
fn timeline(scenario: &str) -> Vec<String> {
    let printed = command(&["run", &format!("sims/article/{scenario}.ron")]);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    printed.lines().map(words).collect()
}

#[track_caller]
fn has(lines: &[String], wanted: &[&str]) {
    let mut lines = lines.iter();
    for wanted in wanted {
        assert!(
            lines.any(|line| line == wanted),
            "missing, or out of order: {wanted}"
        );
    }
}

#[test]
fn the_bind_of_a_restarted_server() {
    has(
        &timeline("server_restarts_in_time_wait"),
        &[
            "2.000000000 server server is interrupted and dies",
            "2.500000000 server #1 | tcp 0 0 172.16.79.132:9091 172.16.79.182:49152 FIN_WAIT2",
            "3.500000000 server #1 | tcp 0 0 172.16.79.132:9091 172.16.79.182:49152 TIME_WAIT",
            "4.000000000 server again: bind 9091 → EADDRINUSE (98, Address already in use) as expected",
            "63.000000000 server too-early: bind 9091 → EADDRINUSE (98, Address already in use) as expected",
            "63.010000000 server #1 TIME-WAIT → CLOSED 2MSL is over",
            "63.010000000 server in-time: bind 9091",
            "63.010000000 server in-time: listen, backlog 5",
        ],
    );
    has(
        &timeline("reuseaddr_on_both"),
        &[
            "4.000000000 server again: set SO_REUSEADDR on",
            "4.000000000 server again: bind 9091",
            "6.000000000 server #1 | tcp 0 0 172.16.79.132:9091 172.16.79.182:49152 TIME_WAIT",
            "6.000000000 server #2 | tcp 0 0 172.16.79.132:9091 172.16.79.182:49153 ESTABLISHED",
        ],
    );
    has(
        &timeline("reuseaddr_on_the_new_one_only"),
        &[
            "4.000000000 server again: set SO_REUSEADDR on",
            "4.000000000 server again: bind 9091 → EADDRINUSE (98, Address already in use) as expected",
            "63.010000000 server again: bind 9091",
        ],
    );
}
