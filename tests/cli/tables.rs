//! Tables: netstat in its formats, and profiles.

use super::{OK, folder, lastack, text};
use std::fs;

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
