//! Mistakes in hosts, faults and injections.

use super::{finds, finds_in};

#[test]
fn mistakes_in_hosts() {
    finds_in(
        r#"hosts: ‹{"client": Host()}›"#,
        &["out-of-range: expected exactly two hosts, found 1"],
    );
    finds(
        r#"Scenario(hosts: {"client": Host(), "server": Host(), ‹"third"›: Host()},
        programs: [Program(on: "third",
        steps: [])])"#,
        &["out-of-range: expected exactly two hosts, found 3"],
    );
    finds_in(
        r#"hosts: {"client": Host(), ‹"client"›: Host()}"#,
        &[r#"duplicate: "client" is given twice"#],
    );
    finds_in(
        r#"hosts: {"client": Host(address: ‹"172.16.79.1000"›), "server": Host(address: "::1")}"#,
        &[r#"wrong-type: `address` is "172.16.79.1000", expected an IPv4 or IPv6 address"#],
    );
    finds_in(
        r#"hosts: {"client": Host(address: "172.16.79.1"), "server": Host(address: ‹"::1"›)}"#,
        &["contradiction: one host has an IPv4 address, the other an IPv6 address"],
    );
    finds_in(
        r#"hosts: {"client": Host(address: "172.16.79.1"), "server": Host(address: ‹"172.16.79.1"›)}"#,
        &["duplicate: both hosts have the address 172.16.79.1"],
    );
    finds_in(
        r#"hosts: {"client": Host(address: ‹"0.0.0.0"›,
        profile: ‹Linus›), ‹"ser#ver"›: Host(profile: ‹rfc9293›)}"#,
        &[
            r#"out-of-range: `address` is "0.0.0.0", expected the address of one machine"#,
            "unknown-name: `profile` cannot be `Linus`",
            r#"out-of-range: the name of a host is "ser#ver", expected 1 to 20 letters, digits, `-`, `_` or `.`"#,
            "unknown-name: `profile` cannot be `rfc9293`",
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(isn: [1, ‹4294967296›]), "server": Host(with: (time_wait: "1s",
        msl: ‹"2s"›, ‹rto_mni›: "1s",
        delayed_ack: ‹"500ms"›))}"#,
        &[
            "out-of-range: an initial sequence number is 4294967296, expected a whole number from 0 to 4294967295",
            "contradiction: `time_wait` and `msl` are both given",
            "unknown-field: `with` has no field `rto_mni`",
            r#"out-of-range: `delayed_ack` is "500ms", expected less than "500ms""#,
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(with: (rto_max: ‹"59s"›,
        sws_override: ‹"2s"›,
        mss: ‹1461›, r1: ‹0›,
        nagle: ‹yes›,
        initial_window: ‹rfc6928›,
        delayed_ack: ‹None›)), "server": Host(with: (ephemeral_ports: ‹(5, 1)›))}"#,
        &[
            r#"out-of-range: `rto_max` is "59s", expected at least "60s""#,
            r#"out-of-range: `sws_override` is "2s", expected "100ms" to "1s""#,
            "out-of-range: `mss` is 1461, expected a whole number from 1 to 1460",
            "out-of-range: `r1` is 0, expected a whole number from 1 to 4294967295",
            "wrong-type: `nagle` is yes, expected true or false",
            "unknown-name: `initial_window` cannot be `rfc6928`",
            "unknown-name: `delayed_ack` cannot be `None`",
            "out-of-range: `ephemeral_ports` is (5, 1), expected the lower port first",
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(with: (rto_min: ‹"300s"›,
        receive_buffer: ‹"0B"›,
        send_buffer: ‹"2GiB"›,
        user_timeout: ‹"0s"›,
        ephemeral_ports: ‹5›)), "server": Host()}"#,
        &[
            "contradiction: `rto_min` is 300s, above `rto_max`, which is 240s",
            r#"out-of-range: `receive_buffer` is "0B", expected 1 to 1073741824 octets"#,
            r#"out-of-range: `send_buffer` is "2GiB", expected 1 to 1073741824 octets"#,
            r#"out-of-range: `user_timeout` is "0s", expected more than zero"#,
            "wrong-type: `ephemeral_ports` is 5, expected two ports: (49152, 65535)",
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(with: ‹With(msl: "1s")›), "server": Host(‹adress›: "10.0.0.1",
        isn: ‹5›)}"#,
        &[
            r#"wrong-type: `with` is With(msl: "1s"), expected fields in parentheses: (msl: "30s")"#,
            "unknown-field: `Host` has no field `adress`",
            "wrong-type: `isn` is 5, expected a list: […]",
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(with: (window_scaling: ‹1›,
        reset_in_time_wait: ‹Never›,
        close_with_unread: ‹"Fin"›,
        challenge_ack_limit: ‹-1›,
        rto_initial: ‹"5min"›)), ‹"a very long name of a host"›: ‹5›}"#,
        &[
            "wrong-type: `window_scaling` is 1, expected true or false",
            "unknown-name: `reset_in_time_wait` cannot be `Never`",
            r#"wrong-type: `close_with_unread` is "Fin", expected a word without quotes"#,
            "out-of-range: `challenge_ack_limit` is -1, expected a whole number from 0 to 4294967295",
            "contradiction: `rto_initial` is 300s, above `rto_max`, which is 240s",
            r#"out-of-range: the name of a host is "a very long name of a host", expected 1 to 20 letters, digits, `-`, `_` or `.`"#,
            "wrong-type: found 5, expected `Host(…)`",
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(address: ‹"224.0.0.1"›), "server": Host(address: ‹"255.255.255.255"›), ‹"client"›: Host()}"#,
        &[
            r#"out-of-range: `address` is "224.0.0.1", expected the address of one machine"#,
            r#"out-of-range: `address` is "255.255.255.255", expected the address of one machine"#,
            r#"duplicate: "client" is given twice"#,
            "out-of-range: expected exactly two hosts, found 3",
        ],
    );
}

#[test]
fn mistakes_in_kinds_of_constants() {
    finds_in(
        r#"hosts: {"client": Host(with: (r1: ‹"3s"›,
        keepalive_probes: ‹Few›,
        r2: ‹12›,
        r2_syn: ‹Retries›(5),
        r2_orphan: Backoffs(‹"3s"›),
        r2_syn_ack: ‹Retransmissions(1, 2)›)), "server": Host(with: (time_wait_limit: ‹"1min"›,
        user_timeout: ‹Never›,
        fin_wait2_timeout: ‹Off›,
        delayed_ack_max: ‹Off›,
        time_wait: ‹60›,
        sack: ‹"true"›,
        errors: ‹98›,
        r2: Backoffs(‹256›)))}"#,
        &[
            r#"wrong-type: `r1` is "3s", expected a whole number from 1 to 4294967295"#,
            "unknown-name: `keepalive_probes` cannot be `Few`",
            "wrong-unit: `r2` is 12, which has no unit",
            "unknown-name: `r2_syn` cannot be `Retries`",
            r#"wrong-type: the count of `Backoffs` is "3s", expected a whole number from 0 to 255"#,
            "wrong-type: `r2_syn_ack` is Retransmissions(1, 2), expected a single count: Retransmissions(12)",
            r#"wrong-type: `time_wait_limit` is "1min", expected a whole number from 0 to 4294967295"#,
            "unknown-name: `user_timeout` cannot be `Never`",
            "unknown-name: `fin_wait2_timeout` cannot be `Off`",
            "wrong-type: `delayed_ack_max` is Off, expected a string with a unit",
            "wrong-unit: `time_wait` is 60, which has no unit",
            r#"wrong-type: `sack` is "true", expected true or false"#,
            "wrong-type: `errors` is 98, expected a name",
            "out-of-range: the count of `Backoffs` is 256, expected a whole number from 0 to 255",
        ],
    );
    finds_in(
        r#"hosts: {"client": Host(profile: Linux, with: (delayed_ack: ‹"300ms"›)),
        "server": Host(with: (delayed_ack: "300ms", r2: ‹[]›, r2_orphan: ‹[]›))}"#,
        &[
            "contradiction: `delayed_ack` is 300ms, above `delayed_ack_max`, which is 200ms",
            "wrong-type: `r2` is [], expected a duration, Retransmissions(12) or Backoffs(15)",
            "wrong-type: `r2_orphan` is [], expected a duration, Retransmissions(12), Backoffs(15) or Same",
        ],
    );
}

#[test]
fn mistakes_in_faults() {
    finds_in(
        r#"faults: [‹Dorp›(from: "client"),
        Drop(‹frm›: "client"),
        Drop(from: ‹client›),
        Drop(‹"client"›)]"#,
        &[
            "unknown-name: a fault cannot be `Dorp`",
            "unknown-field: `Drop` has no field `frm`",
            "wrong-type: `from` is client, expected a string",
            "wrong-type: `Drop` takes named fields",
        ],
    );
    finds_in(
        r#"faults: [Drop(from: "client", matching: ‹AckOfFn›, times: ‹0›),
        Drop(from: "client", times: 1, nth: ‹2›),
        Drop(from: "client", flags: ‹"FA"›)]"#,
        &[
            "unknown-name: `matching` cannot be `AckOfFn`",
            "out-of-range: `times` is 0, expected a whole number from 1 to 4294967295",
            "contradiction: `times` and `nth` are both given",
            r#"wrong-type: `flags` is "FA", expected letters as tcpdump prints them"#,
        ],
    );
    finds_in(
        r#"faults: [Drop(from: ‹"client#1"›),
        ‹Delay›(from: "client"),
        Hold(from: "client", until: ‹Reach›("client", TimeWait)),
        Hold(from: "client", until: ‹Reaches("client")›)]"#,
        &[
            r#"wrong-type: `from` is "client#1", expected a host's name alone"#,
            "missing-field: `Delay` needs the field `by`",
            "unknown-name: `until` cannot be `Reach`",
            r#"wrong-type: `until` is Reaches("client"), expected `Reaches("client", TimeWait)`"#,
        ],
    );
    finds_in(
        r#"faults: [Drop(from: "client", after: "5s", before: ‹"5s"›),
        Drop(from: "client", ‹copies›: 1),
        Duplicate(from: "client", copies: ‹0›),
        Drop(from: "client", retransmissions: ‹Yes›, connection: ‹0›)]"#,
        &[
            "contradiction: `before` is not later than `after`: no packet lies between",
            "unknown-field: `Drop` has no field `copies`",
            "out-of-range: `copies` is 0, expected a whole number from 1 to 1000",
            "unknown-name: `retransmissions` cannot be `Yes`",
            "out-of-range: `connection` is 0, expected a whole number from 1 to 4294967295",
        ],
    );
}

#[test]
fn mistakes_in_injections() {
    finds(
        r#"Scenario(inject: [‹Segment›(from: "client", flags: "S"),
        Segment(from: "client", at: "1s", when: ‹At("1s")›, flags: "S"),
        Segment(from: "client", at: "1s", after: ‹"1s"›, flags: "R"),
        ‹Segment›(from: "client", at: "1s")])"#,
        &[
            "missing-field: `Segment` needs the field `at` or `when`",
            "contradiction: `at` and `when` are both given",
            "contradiction: `at` and `after` are both given",
            "missing-field: `Segment` needs the field `flags`",
        ],
    );
    finds(
        r#"Scenario(inject: [Segment(from: "client", at: "1s", flags: "S", ack: ‹Relative(1)›),
        Segment(from: "client", at: "1s", flags: "S", seq: ‹5›),
        Segment(from: "client", at: "1s", flags: "S", port: ‹5›),
        Segment(from: "client", at: "1s", flags: "S", len: ‹1461›, wnd: ‹65536›, seq: Absolute(‹-1›))])"#,
        &[
            r#"contradiction: `ack` is given, but the flags "S" have no ACK bit"#,
            "wrong-type: `seq` is 5, expected Absolute(…), Relative(…) or Expected(…)",
            "contradiction: `port` is given without `source_port`",
            "out-of-range: `len` is 1461, expected a whole number from 0 to 1460",
            "out-of-range: `wnd` is 65536, expected a whole number from 0 to 65535",
            "out-of-range: a sequence number is -1, expected a whole number from 0 to 4294967295",
        ],
    );
    finds(
        r#"Scenario(inject: [Segment(from: "client", at: "1s", flags: "S", seq: Expected(‹"1"›)),
        ‹Inject›(from: "client"),
        Segment(from: "client", at: "1s", flags: "S", port: ‹0›, source_port: 1),
        ‹5›])"#,
        &[
            r#"out-of-range: a distance of sequence numbers is "1", expected a whole number from -4294967295 to 4294967295"#,
            "unknown-name: an injection cannot be `Inject`",
            "out-of-range: `port` is 0, expected a whole number from 1 to 65535",
            "wrong-type: found 5, expected `Segment(…)`",
        ],
    );
}
