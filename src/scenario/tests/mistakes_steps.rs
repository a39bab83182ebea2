//! Mistakes in programs and expectations.

use super::finds;

#[test]
fn mistakes_in_programs() {
    finds(
        r#"Scenario(until: "10s", faults: [Drop(from: "client", after: ‹"11s"›)], inject: [Segment(from: "client", at: ‹"12s"›, flags: "S")], programs: [Program(on: "client", start: ‹"1min"›, steps: [])])"#,
        &[
            r#"contradiction: `after` is "11s", after the end of the run"#,
            r#"contradiction: `at` is "12s", after the end of the run"#,
            r#"contradiction: `start` is "1min", after the end of the run"#,
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: ‹"cleint"›, steps: []),
        ‹Program›(steps: []),
        ‹Program›(on: "client"),
        Program(on: "client", steps: [], count: ‹0›, name: ‹""›),
        Program(on: "client", name: "a", steps: []),
        Program(on: "client", name: ‹"a"›, steps: [])])"#,
        &[
            r#"unknown-host: there is no host "cleint""#,
            "missing-field: `Program` needs the field `on`",
            "missing-field: `Program` needs the field `steps`",
            "out-of-range: `count` is 0, expected a whole number from 1 to 10000000",
            r#"out-of-range: `name` is "", expected 1 to 40 characters without blanks"#,
            r#"duplicate: two programs have the name "a""#,
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "server", steps: [Exit], on_interrupt: [Close(‹"x"›),
        Listen(5)], start: "5s", signals: [Interrupt(‹"3s"›),
        ‹Kill›, ‹Term›("1s")])])"#,
        &[
            r#"unknown-socket: no step of this program opens a socket "x""#,
            "contradiction: `Interrupt` comes before the program starts",
            r#"wrong-type: a signal is Kill, expected `Kill("3s")`"#,
            "unknown-name: a signal cannot be `Term`",
        ],
    );
}

#[test]
fn mistakes_in_steps() {
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [Send(‹"s"›, 10),
        Close("s"),
        Connect("s", "server", 9091),
        Close(‹"x"›),
        ‹Connnect›("s", "server", 1),
        ‹Foo›]),
        Program(on: "server", steps: [‹Listen›(5),
        Accept("c")])])"#,
        &[
            r#"order: the socket "s" is used before it is opened"#,
            r#"unknown-socket: no step of this program opens a socket "x""#,
            "unknown-name: a step cannot be `Connnect`",
            "unknown-name: a step cannot be `Foo`",
            "order: `Listen` without `Bind`",
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [Connect("s", "client", 9091),
        Connect("t", "server", ‹0›),
        Connect("u", ‹"sever"›, ‹70000›),
        ‹Connect›("v", "server")])])"#,
        &[
            "out-of-range: the port of `Connect` is 0, expected a whole number from 1 to 65535",
            r#"unknown-host: there is no host "sever""#,
            "out-of-range: the port of `Connect` is 70000, expected a whole number from 1 to 65535",
            "wrong-arguments: `Connect` takes 3 values, found 2 values",
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [Connect("s", "server", 1),
        Close("s"),
        Send(‹"s"›, 10),
        Connect("s", "server", 1, Fails(‹ECONNREFUSD›)),
        Send(‹"sock"›, 1),
        Send("s", ‹0›),
        ‹Receive›("s"),
        Sleep(‹1›),
        WaitFor("s", ‹Time_Wait›),
        Shutdown("s", ‹Reading›),
        Set("s", ‹NoDelay›(true)),
        Set("s", ‹TCP_NODELAY›),
        Exit, ‹Sleep("1s")›])])"#,
        &[
            r#"order: the socket "s" is used after it was closed"#,
            "unknown-name: the error of `Fails` cannot be `ECONNREFUSD`",
            r#"unknown-socket: no step of this program opens a socket "sock""#,
            "out-of-range: the size of `Send` is 0, expected a whole number of at least 1",
            "wrong-arguments: `Receive` takes 2 values, found one value",
            "wrong-unit: the time of `Sleep` is 1, which has no unit",
            "unknown-name: the state of `WaitFor` cannot be `Time_Wait`",
            "unknown-name: the direction of `Shutdown` cannot be `Reading`",
            "unknown-name: the option of `Set` cannot be `NoDelay`",
            "wrong-type: the option of `Set` is TCP_NODELAY, expected `TCP_NODELAY(true)`",
            "unreachable: no step runs after `Exit`",
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "server", steps: [Bind(9091),
        Listen(5),
        Accept("c"),
        Accept(‹"c"›),
        Close("c", ‹5›),
        Close("c", ‹Fail›(EBADF)),
        ‹Bind›(),
        Bind(‹port›: 9),
        Bind(‹99999›),
        Bind(‹"9091"›),
        CloseListener, ‹CloseListener›, ‹Accept›("d"),
        ‹Serve›("e", [Send(‹"c"›, 1)]),
        ‹Exit›])])"#,
        &[
            r#"order: the socket "c" is open already"#,
            "wrong-type: the outcome of `Close` is 5, expected a name",
            "unknown-name: the outcome of `Close` cannot be `Fail`",
            "wrong-arguments: `Bind` takes 1 to 3 values, found no value",
            "wrong-arguments: `Bind` takes its values without names",
            "out-of-range: the port of `Bind` is 99999, expected a whole number from 0 to 65535",
            r#"wrong-type: the port of `Bind` is "9091", expected a whole number from 0 to 65535"#,
            "order: there is no listener to close",
            "order: `Accept` without a listener",
            "order: `Serve` without a listener",
            r#"order: the socket "c" is used before it is opened"#,
            "unreachable: no step runs after `Serve`",
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [‹Connnect›("t", "server", 1),
        Close("t"),
        Connect("t", "server", 1)], on_interrupt: [Close("t"),
        Close(‹"u"›),
        ‹Accept›("v")])])"#,
        &[
            "unknown-name: a step cannot be `Connnect`",
            r#"unknown-socket: no step of this program opens a socket "u""#,
            "order: `Accept` without a listener",
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [Connect(‹""›, "server", 1),
        Connect(‹5›, "server", 1),
        ‹5›, ‹"x"›, ‹[]›, Set(‹"s"›, ‹5›),
        Bind(1, Returns(‹"x"›)),
        Bind(1, ‹Fails›),
        CloseListener(‹1›)])])"#,
        &[
            r#"out-of-range: the name of a socket is "", expected at least one character"#,
            "wrong-type: the name of a socket is 5, expected a string",
            "wrong-type: a step is 5, expected a name",
            r#"wrong-type: a step is "x", expected a name"#,
            "wrong-type: a step is [], expected a name",
            r#"unknown-socket: no step of this program opens a socket "s""#,
            "wrong-type: the option of `Set` is 5, expected a name",
            r#"wrong-unit: what `Returns` says is "x", which is not a size in whole octets"#,
            "wrong-type: the outcome of `Bind` is Fails, expected `Fails(EADDRINUSE)`, `Returns(1000)` or `Anything`",
            "wrong-type: the outcome of `CloseListener` is 1, expected a name",
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: ‹5›, on_interrupt: ‹"x"›, signals: ‹5›, count: ‹"1"›, every: ‹1›)])"#,
        &[
            "wrong-type: `steps` is 5, expected a list: […]",
            r#"wrong-type: `on_interrupt` is "x", expected a list: […]"#,
            "wrong-type: `signals` is 5, expected a list: […]",
            r#"wrong-type: `count` is "1", expected a whole number from 1 to 10000000"#,
            "wrong-unit: `every` is 1, which has no unit",
        ],
    );
}

#[test]
fn mistakes_in_expectations() {
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [])], expect: [Visits("client", ‹[]›),
        ‹Visit›("client", [TimeWait]),
        Reaches(‹"cleint"›, TimeWait),
        Reaches("client", ‹TIME_WAIT›),
        Within(‹"client#0"›, Closed, ‹5›),
        LastsBetween("client", TimeWait, "5s", ‹"1s"›),
        SendsBetween("client", Fin, 3, ‹1›)])"#,
        &[
            "out-of-range: the list of states is [], expected at least one state",
            "unknown-name: an expectation cannot be `Visit`",
            r#"unknown-host: there is no host "cleint""#,
            "unknown-name: the state cannot be `TIME_WAIT`",
            r#"out-of-range: the host of `Within` is "client#0", expected a connection's number after #"#,
            "wrong-unit: the moment of `Within` is 5, which has no unit",
            "contradiction: the most is 1s, less than the least, which is 5s",
            "contradiction: the most is 1, less than the least, which is 3",
        ],
    );
    finds(
        r#"Scenario(programs: [Program(on: "client", steps: [])], expect: [Sends(‹"client#2"›, Fin, 1),
        Sends("client", ‹"Fin"›, 1),
        Receives("server", ‹"10 bananas"›),
        Receives("server", ‹"1.5MB"›),
        ‹LeavesNothing›(1),
        ‹Reaches›(TimeWait),
        Never(‹client›, TimeWait),
        Reaches("client#2", TimeWait)])"#,
        &[
            r#"wrong-type: the host of `Sends` is "client#2", expected a host's name alone"#,
            r#"wrong-type: the kind of packet is "Fin", expected a word without quotes"#,
            r#"wrong-unit: the size of `Receives` is "10 bananas", which has the unit `bananas`, which is none of size"#,
            r#"wrong-unit: the size of `Receives` is "1.5MB", which is not a whole number of its unit"#,
            "wrong-arguments: `LeavesNothing` takes 0 values, found 1",
            "wrong-arguments: `Reaches` takes 2 values, found 1",
            "wrong-type: the host of `Never` is client, expected a string",
        ],
    );
}
