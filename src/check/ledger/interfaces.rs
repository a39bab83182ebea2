//! RFC 9293 §3.9: the calls of the user, and the network layer below.

use super::Level::{May, Must, MustNot, Should, ShouldNot};
use super::Verdict::{DoesNotApply, NotTaken};
use super::{Part, entry, obeyed};

/// Nothing on the path treats packets by class.
const NO_CLASSES: super::Verdict =
    DoesNotApply("the path has one queue and no classes: nothing would read the field");
/// One router, and so no routes.
const NO_ROUTES: super::Verdict = DoesNotApply(
    "the path has one router and no choice of routes, and packets carry no IP options",
);
/// No packet has any but the two addresses of the hosts.
const TWO_ADDRESSES: super::Verdict = DoesNotApply(
    "a packet goes between the two hosts or stays within one, and a scenario that gives a host such \
     an address is refused (`scenario::tests::mistakes_sections::mistakes_in_hosts`)",
);

/// §3.9.1.
pub const USER: Part = Part {
    section: "3.9.1",
    title: "The user's calls",
    requirements: &[
        obeyed(
            "MUST-41",
            MustNot,
            "3.9.1.1",
            "a passive OPEN disturbs no connection",
            &["host::listeners::Host::listen"],
            &["tests::requirements::a_listener_disturbs_no_connection"],
        ),
        obeyed(
            "MUST-42",
            Must,
            "3.9.1.1",
            "one can listen on a port on which a connection is opening",
            &[
                "host::ports::Host::in_the_way",
                "host::connections::Host::fork",
            ],
            &[
                "tests::requirements::a_listener_disturbs_no_connection",
                "tests::requirements::a_listener_goes_on_beside_a_handshake",
            ],
        ),
        obeyed(
            "MUST-43",
            Must,
            "3.9.1.1",
            "OPEN takes a local address",
            &["host::sockets::Host::bind"],
            &[
                "tests::requirements::a_connection_keeps_its_local_address",
                "scenario::tests::sockets::addresses_are_what_the_host_takes_them_for",
            ],
        ),
        obeyed(
            "MUST-44",
            Must,
            "3.9.1.1",
            "without a local address the network layer chooses one before the SYN",
            &["host::sockets::Host::open_connection"],
            &["tests::requirements::a_connection_keeps_its_local_address"],
        ),
        obeyed(
            "MUST-45",
            Must,
            "3.9.1.1",
            "a connection keeps its local address",
            &["host::connections::Host::settle"],
            &["tests::requirements::a_connection_keeps_its_local_address"],
        ),
        obeyed(
            "MUST-46",
            Must,
            "3.9.1.1",
            "OPEN refuses a remote address of many",
            &[
                "scenario::addresses::Writer::numeric",
                "host::sockets::Host::connect",
            ],
            &["tests::requirements::an_address_of_many_is_not_connected_to"],
        ),
        entry(
            "MAY-15",
            May,
            "3.9.1.2",
            "SEND may have a PUSH flag",
            NotTaken("the calls are those of sockets, which have none: MUST-60 and MUST-61 hold"),
        ),
        obeyed(
            "MUST-60",
            MustNot,
            "3.9.1.2",
            "without a PUSH flag nothing is held back for ever",
            &[
                "tcp::transmit::Tcb::is_worth_sending",
                "tcp::timers::Tcb::on_timeout",
            ],
            &[
                "tcp::tests::nagle_and_delayed_ack::nagle_holds_small_segments_back",
                "tcp::tests::flow_control::a_silly_window_is_used_after_200_ms",
            ],
        ),
        obeyed(
            "MUST-61",
            Must,
            "3.9.1.2",
            "without a PUSH flag the last segment of what waits is pushed",
            &["tcp::transmit::Tcb::make_segment"],
            &["tcp::tests::push::otherwise_the_last_alone"],
        ),
        obeyed(
            "SHLD-27",
            Should,
            "3.9.1.2",
            "pushes in a row become one, in segments as large as can be",
            &["tcp::transmit::Tcb::make_segment"],
            &["tcp::tests::nagle_and_delayed_ack::nagle_holds_small_segments_back"],
        ),
        obeyed(
            "MAY-16",
            May,
            "3.9.1.2",
            "what several SENDs wrote may share a segment",
            &["tcp::transmit::Tcb::send_new"],
            &[
                "tcp::tests::nagle_and_delayed_ack::nagle_holds_small_segments_back",
                "transfer/nagle_and_nodelay",
            ],
        ),
        obeyed(
            "SHLD-28",
            Should,
            "3.9.1.2",
            "segments are as large as can be",
            &["tcp::transmit::Tcb::send_new"],
            &[
                "tcp::tests::calls::send_works_in_established_and_close_wait",
                "tcp::tests::nagle_and_delayed_ack::nagle_lets_full_segments_go",
            ],
        ),
        entry(
            "MAY-17",
            May,
            "3.9.1.3",
            "RECEIVE may tell of PSH",
            NotTaken("sockets do not tell"),
        ),
        entry(
            "MAY-14",
            May,
            "3.9.1.7",
            "there may be a FLUSH call",
            NotTaken("sockets have none"),
        ),
        obeyed(
            "MUST-47",
            Must,
            "3.9.1.8",
            "soft errors can be reported to the application",
            &["tcp::icmp::Tcb::take_remembered_error"],
            &["tests::host::icmp::a_time_out_tells_what_the_network_said"],
        ),
        obeyed(
            "U-6",
            Must,
            "3.9.1.8",
            "soft errors are ICMP, excessive retransmission, advance of urgent data",
            &[
                "tcp::icmp::Tcb::take_remembered_error",
                "tcp::urgent::Tcb::sixth_check_urg",
            ],
            &[
                "tests::host::icmp::a_time_out_tells_what_the_network_said",
                "tcp::tests::urgent::the_application_is_told_and_may_ask",
            ],
        ),
        entry(
            "SHLD-20",
            Should,
            "3.9.1.8",
            "the application can switch these reports off",
            DoesNotApply("a program asks for errors or does not: nothing interrupts it"),
        ),
        entry(
            "MUST-48",
            Must,
            "3.9.1.9",
            "an application sets the DSCP",
            NO_CLASSES,
        ),
        entry(
            "SHLD-21",
            Should,
            "3.9.1.9",
            "an application changes the DSCP while the connection lasts",
            NO_CLASSES,
        ),
        entry(
            "SHLD-22",
            Should,
            "3.9.1.9",
            "TCP hands the DSCP on as it is",
            NO_CLASSES,
        ),
        entry(
            "MAY-9",
            May,
            "3.9.1.9",
            "TCP may tell which DSCP arrived",
            NO_CLASSES,
        ),
    ],
};

/// §3.9.2.
pub const LOWER: Part = Part {
    section: "3.9.2",
    title: "The network layer",
    requirements: &[
        entry(
            "SHLD-23",
            ShouldNot,
            "3.9.2",
            "an application does not change the DSCP on the way",
            NO_CLASSES,
        ),
        entry(
            "MUST-49",
            Must,
            "3.9.2",
            "the TTL can be configured",
            DoesNotApply(
                "the one router does not count it down, and the path gives its own bound to a packet's life",
            ),
        ),
        entry(
            "MUST-50",
            Must,
            "3.9.2",
            "unknown IP options are ignored",
            NO_ROUTES,
        ),
        entry(
            "MAY-10",
            May,
            "3.9.2",
            "timestamps of IP may be supported",
            NO_ROUTES,
        ),
        entry(
            "MAY-11",
            May,
            "3.9.2",
            "the recording of routes may be supported",
            NO_ROUTES,
        ),
        entry(
            "MUST-51",
            Must,
            "3.9.2.1",
            "an active OPEN takes a source route",
            NO_ROUTES,
        ),
        entry(
            "MUST-52",
            Must,
            "3.9.2.1",
            "that source route precedes one that arrived",
            NO_ROUTES,
        ),
        entry(
            "MUST-53",
            Must,
            "3.9.2.1",
            "a passive OPEN goes back the way a packet came",
            NO_ROUTES,
        ),
        entry(
            "SHLD-24",
            Should,
            "3.9.2.1",
            "a later source route replaces an earlier one",
            NO_ROUTES,
        ),
    ],
};

/// §3.9.2.2 and §3.9.2.3.
pub const ICMP: Part = Part {
    section: "3.9.2.2",
    title: "ICMP and wrong addresses",
    requirements: &[
        obeyed(
            "MUST-54",
            Must,
            "3.9.2.2",
            "an ICMP error finds its connection",
            &["host::icmp::Host::on_icmp"],
            &[
                "tests::host::icmp::nobody_hears_an_error_without_a_cable_a_host_or_a_connection",
                "icmp/forged_number",
            ],
        ),
        obeyed(
            "MUST-55",
            Must,
            "3.9.2.2",
            "Source Quench is discarded",
            &["tcp::icmp::Tcb::on_icmp"],
            &[
                "tcp::tests::icmp::a_source_quench_is_discarded_silently",
                "icmp/source_quench_ignored",
            ],
        ),
        obeyed(
            "MUST-56",
            MustNot,
            "3.9.2.2",
            "soft errors of ICMP end no connection",
            &["tcp::icmp::Tcb::soft_error"],
            &[
                "tcp::tests::icmp::soft_errors_do_not_abort",
                "icmp/soft_error_then_recovery",
            ],
        ),
        obeyed(
            "SHLD-25",
            Should,
            "3.9.2.2",
            "the application can learn of soft errors of ICMP",
            &["tcp::icmp::Tcb::take_remembered_error"],
            &["tcp::tests::icmp::a_remembered_error_is_taken_once"],
        ),
        obeyed(
            "SHLD-26",
            Should,
            "3.9.2.2",
            "hard errors of ICMP end the connection",
            &["tcp::icmp::Tcb::hard_error"],
            &[
                "tcp::tests::icmp::hard_errors_abort_where_the_policy_says_so",
                "icmp/port_unreachable_rfc9293",
            ],
        ),
        entry(
            "MUST-57",
            Must,
            "3.9.2.3",
            "a SYN to an address of many is discarded",
            TWO_ADDRESSES,
        ),
        entry(
            "MUST-63",
            Must,
            "3.9.2.3",
            "a SYN from an impossible address is ignored",
            TWO_ADDRESSES,
        ),
    ],
};
