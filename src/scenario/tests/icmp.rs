//! MTUs, routers that answer, and ICMP errors from outside: plans and mistakes.

use super::plans::plan_with;
use super::{finds_in, load};
use crate::link::fault::{Action, Kind, TriggerId, Which};
use crate::segment::Flags;
use crate::segment::icmp::IcmpKind;
use crate::sim::plan::{Injection, Number, Trigger};
use crate::time::{Span, Time};

/// The MTU of each direction and the MSS of each host.
fn limits(sections: &str) -> ([Option<u16>; 2], [u16; 2]) {
    let plan = plan_with(sections);
    let mtu = [0, 1].map(|sender: usize| plan.path[sender].mtu);
    (
        mtu,
        [0, 1].map(|host: usize| plan.hosts[host].profile.tcp.mss),
    )
}

/// Where no host can exceed the MTU, a direction has no limit to look at.
#[test]
fn hosts_know_the_mtu_of_the_path_unless_they_have_their_own() {
    for (sections, mtu, mss) in [
        (r#"about: """#, [None, None], [1460, 1460]),
        ("path: Path(mtu: 1400)", [None, None], [1360, 1360]),
        (
            r#"path: Path(mtu: 1400), hosts: {"client": Host(mtu: 1500), "server": Host()}"#,
            [Some(1400), None],
            [1460, 1360],
        ),
        (
            r#"hosts: {"client": Host(mtu: 9000), "server": Host(mtu: 9000)}"#,
            [Some(1500), Some(1500)],
            [8960, 8960],
        ),
        (
            r#"path: Path(from: {"server": Direction(mtu: 576)})"#,
            [None, Some(576)],
            [1460, 1460],
        ),
        (
            r#"path: Path(mtu: 1400, from: {"server": Direction(mtu: 1500)}),
            hosts: {"client": Host(mtu: 1500), "server": Host(mtu: 1500)}"#,
            [Some(1400), None],
            [1460, 1460],
        ),
        (
            r#"path: Path(mtu: 1300),
            hosts: {"client": Host(address: "2001:db8::1", mtu: 1500), "server": Host(address: "2001:db8::2")}"#,
            [Some(1300), None],
            [1440, 1240],
        ),
    ] {
        assert_eq!(limits(sections), (mtu, mss), "{sections}");
    }
}

#[test]
fn routers_may_keep_silent_one_way_or_both() {
    for (section, says) in [
        (r#"about: """#, [true, true]),
        ("path: Path(icmp: false)", [false, false]),
        (
            r#"path: Path(icmp: false, from: {"client": Direction(icmp: true)})"#,
            [true, false],
        ),
    ] {
        let plan = plan_with(section);
        let found = [0, 1].map(|sender: usize| plan.path[sender].says_too_big);
        assert_eq!(found, says, "{section}");
    }
}

#[test]
fn a_fault_answers_with_any_kind() {
    let plan = plan_with(
        r#"faults: [
    Answer(from: "client", kind: HostUnreachable, matching: Syn, times: 1),
    Answer(from: "server", kind: FragmentationNeeded(576)),
    Answer(from: "server", kind: FragmentationNeeded),
]"#,
    );
    let (place, first) = &plan.path[0].faults[0];
    assert_eq!((*place, first.which), (0, Which::First(1)));
    assert_eq!(first.action, Action::Answer(IcmpKind::HostUnreachable));
    assert_eq!(first.matching.kind, Kind::Syn);
    let others: Vec<Action> = plan.path[1].faults.iter().map(|(_, f)| f.action).collect();
    let needed = |mtu| Action::Answer(IcmpKind::FragmentationNeeded { mtu });
    assert_eq!(others, [needed(576), needed(0)]);
}

#[test]
fn an_icmp_error_comes_from_outside() {
    let plan = plan_with(
        r#"inject: [
    Segment(from: "server", at: "5s", flags: "R"),
    Icmp(to: "server", kind: PortUnreachable, at: "6s", seq: Relative(7), connection: 2, source_port: 9091, port: 5),
    Icmp(to: "client", kind: SourceQuench, when: Sends("client", Data), after: "1ms"),
]"#,
    );
    let expected = Injection {
        icmp: Some(IcmpKind::PortUnreachable),
        when: TriggerId(1),
        after: Span::ZERO,
        from: 0,
        ports: Some((9091, 5)),
        connection: 2,
        flags: Flags::NONE,
        seq: Number::Relative(7),
        ack: Number::Expected(0),
        wnd: 0,
        len: 0,
    };
    assert_eq!(plan.injections[1], expected);
    let expected = Injection {
        icmp: Some(IcmpKind::SourceQuench),
        when: TriggerId(2),
        after: Span::from_millis(1),
        from: 1,
        ports: None,
        connection: 1,
        seq: Number::Expected(0),
        ..expected
    };
    assert_eq!(plan.injections[2], expected);
    let six = Time::ZERO + Span::from_secs(6);
    assert_eq!(plan.triggers[1], Trigger::At(six));
}

#[test]
fn mistakes_about_icmp() {
    finds_in(
        r#"inject: [
    Icmp(to: "client", kind: ‹HostUnreachble›, at: "1s"),
    Icmp(to: "client", kind: ‹HostUnreachable(3)›, at: "1s"),
    Icmp(to: "client", kind: FragmentationNeeded(‹70000›), at: "1s"),
    Icmp(to: "client", kind: ‹FragmentationNeeded(1, 2)›, at: "1s"),
    Icmp(to: "client", kind: SourceQuench, at: "1s", ‹flags›: "R"),
    ‹Packet›(from: "client", at: "1s", flags: "R"),
]"#,
        &[
            "unknown-name: `kind` cannot be `HostUnreachble`",
            "wrong-type: `kind` is HostUnreachable(3), expected `HostUnreachable` alone",
            "out-of-range: the MTU is 70000, expected a whole number from 0 to 65535",
            "wrong-type: `kind` is FragmentationNeeded(1, 2), expected `FragmentationNeeded(1400)`",
            "unknown-field: `Icmp` has no field `flags`",
            "unknown-name: an injection cannot be `Packet`",
        ],
    );
    finds_in(
        r#"inject: [‹Icmp›(to: "client", kind: SourceQuench)]"#,
        &["missing-field: `Icmp` needs the field `at` or `when`"],
    );
    finds_in(
        r#"path: Path(icmp: ‹7›), hosts: {"client": Host(mtu: ‹67›), "server": Host()}"#,
        &[
            "wrong-type: `icmp` is 7, expected true or false",
            "out-of-range: `mtu` is 67, expected a whole number from 68 to 65535",
        ],
    );
    // RFC 9293 §3.7.1 (MUST-67): what is announced fits the host's own link.
    finds_in(
        r#"hosts: {"client": Host(mtu: 576, with: (mss: ‹537›)), "server": Host(mtu: 9000, with: (mss: 8960))}"#,
        &["out-of-range: `mss` is 537, expected a whole number from 1 to 536"],
    );
    finds_in(
        r#"path: Path(from: {"client": Direction(mtu: ‹1000›)}),
    hosts: {"client": Host(address: "::2", mtu: ‹1279›), "server": Host(address: "::1")}"#,
        &[
            "out-of-range: `mtu` is 1000, expected at least 1280 with IPv6",
            "out-of-range: `mtu` is 1279, expected at least 1280 with IPv6",
        ],
    );
    assert!(load("Scenario(inject: [7])").is_err());
}
