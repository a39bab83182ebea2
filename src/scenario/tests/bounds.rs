//! Constants that contradict each other, in `with` and in `Tune`.

use super::{finds_in, load};
use crate::host::profile::bounds::{ORDERED, Ordered};
use crate::host::profile::catalogue::{ConstantId, Kind, Value};
use crate::host::profile::{Profile, ProfileName};
use crate::tcp::config::Limit;
use crate::time::Span;

/// A pair with a small and a large value for each side, as a scenario writes them.
struct Case {
    lower: [String; 2],
    upper: [String; 2],
    /// The policy with which the order counts, and with which it does not.
    policy: Option<[String; 2]>,
}

/// Least and largest of some values that the constant may have.
fn extremes(constant: ConstantId) -> [Value; 2] {
    let spans = [100, 300, 60_000, 100_000, 200_000].map(|n| Value::Span(Span::from_millis(n)));
    let counts = [1, 2].map(|n| Value::Limit(Limit::Retransmissions(n)));
    let numbers = [1, 2].map(Value::Number);
    let all = spans.into_iter().chain(numbers).chain(counts);
    let legal: Vec<Value> = all.filter(|value| constant.allows(*value)).collect();
    // Of a limit of either kind, the counts come last.
    let legal = match constant.kind() {
        Kind::Limit | Kind::LimitOr(_) => counts.to_vec(),
        _ => legal,
    };
    [legal[0], legal[legal.len() - 1]]
}

fn written(constant: ConstantId, value: Value) -> String {
    let shown = constant.shown(value);
    match value {
        Value::Span(_) => format!("{shown:?}"),
        _ => shown,
    }
}

/// The words of the policy: one that lets the order count, one that does not.
fn words(pair: &Ordered, policy: ConstantId) -> [String; 2] {
    let Kind::Choice(words) = policy.kind() else {
        unreachable!("a policy has words")
    };
    let mut profile = Profile::new(ProfileName::Rfc9293);
    pair.lower().set(&mut profile, extremes(pair.lower())[1]);
    pair.upper().set(&mut profile, extremes(pair.upper())[0]);
    [false, true].map(|is_kept| {
        let mut words = words.iter();
        let word = words.find(|word| {
            policy.set(&mut profile, Value::Word(word));
            pair.is_kept(&profile) == is_kept
        });
        word.expect("there is one of each").to_string()
    })
}

fn case(pair: &Ordered) -> Case {
    let sides = [pair.lower(), pair.upper()];
    let [lower, upper] = sides.map(|side| extremes(side).map(|value| written(side, value)));
    Case {
        lower,
        upper,
        policy: pair.policy().map(|policy| words(pair, policy)),
    }
}

/// The constants of a pair, with their names, in parentheses.
fn with(pair: &Ordered, fields: &[(ConstantId, &str)], word: usize) -> String {
    let mut text = String::new();
    if let (Some(policy), Some(words)) = (pair.policy(), case(pair).policy) {
        text += &format!("{}: {}, ", policy.name(), words[word]);
    }
    for (constant, value) in fields {
        text += &format!("{}: {value}, ", constant.name());
    }
    format!("({text})")
}

fn hosts(first: &str, events: &str) -> String {
    format!(r#"hosts: {{"client": Host(with: {first}, events: [{events}]), "server": Host()}}"#)
}

/// Values as they are shown, without quotes.
fn plain(text: &str) -> String {
    text.replace(['"', '‹', '›'], "")
}

#[test]
fn each_pair_is_refused_at_the_later_of_its_values() {
    for pair in ORDERED {
        let (lower, upper) = (pair.lower(), pair.upper());
        let Case {
            lower: [_, large],
            upper: [small, _],
            ..
        } = case(pair);
        let marked = |value: &str| format!("‹{value}›");
        let below = format!(
            "contradiction: `{}` is {}, below `{}`, which is {}",
            upper.name(),
            plain(&small),
            lower.name(),
            plain(&large)
        );
        let first = with(pair, &[(lower, &large), (upper, &marked(&small))], 0);
        finds_in(&hosts(&first, ""), &[&below]);
        let above = format!(
            "contradiction: `{}` is {}, above `{}`, which is {}",
            lower.name(),
            plain(&large),
            upper.name(),
            plain(&small)
        );
        let first = with(pair, &[(upper, &small), (lower, &marked(&large))], 0);
        finds_in(&hosts(&first, ""), &[&above]);
    }
}

/// The host begins in order, and one value of `Tune` alone is at fault.
#[test]
fn each_pair_is_refused_where_one_value_contradicts_what_the_host_has() {
    for pair in ORDERED {
        let (lower, upper) = (pair.lower(), pair.upper());
        let case = case(pair);
        let [[low, high], [least, most]] = [&case.lower, &case.upper];
        let begin = with(pair, &[(lower, low), (upper, least)], 0);
        let tune = format!("Tune(\"1s\", ({}: ‹{high}›))", lower.name());
        let (name, other) = (lower.name(), upper.name());
        let values = [high, least].map(|value| plain(value));
        let [is, bound] = &values;
        let above = format!("contradiction: `{name}` is {is}, above `{other}`, which is {bound}");
        finds_in(&hosts(&begin, &tune), &[&above]);

        let begin = with(pair, &[(lower, high), (upper, most)], 0);
        let tune = format!("Tune(\"1s\", ({other}: ‹{least}›))");
        let below = format!("contradiction: `{other}` is {bound}, below `{name}`, which is {is}");
        finds_in(&hosts(&begin, &tune), &[&below]);
    }
}

#[test]
fn a_policy_without_the_bound_lets_any_order_pass_until_it_changes() {
    for pair in ORDERED {
        let (Some(policy), Some([counts, _])) = (pair.policy(), case(pair).policy) else {
            continue;
        };
        let (lower, upper) = (pair.lower(), pair.upper());
        let case = case(pair);
        let (large, small) = (&case.lower[1], &case.upper[0]);
        let begin = with(pair, &[(lower, large), (upper, small)], 1);
        let tune = format!("Tune(\"1s\", ({}: ‹{counts}›))", policy.name());
        let message = format!(
            "contradiction: `{}` is {counts}, but `{}` is {}, above `{}`, which is {}",
            policy.name(),
            lower.name(),
            plain(large),
            upper.name(),
            plain(small)
        );
        finds_in(&hosts(&begin, &tune), &[&message]);
    }
}

#[test]
fn what_is_equal_or_in_order_passes() {
    for pair in ORDERED {
        let case = case(pair);
        for (lower, upper) in [(0, 0), (1, 1), (0, 1)] {
            let values = [
                (pair.lower(), case.lower[lower].as_str()),
                (pair.upper(), case.upper[upper].as_str()),
            ];
            let part = hosts(&with(pair, &values, 0), "");
            let whole = format!("Scenario({part}, programs: [Program(on: \"client\", steps: [])])");
            assert!(load(&whole).is_ok(), "{whole}");
        }
    }
}

/// The advice names the rule, and whether the other value is given.
#[test]
fn the_advice_says_where_the_other_value_is_from() {
    let advice = |first: &str| {
        let part = hosts(first, "");
        let whole = format!("Scenario({part}, programs: [Program(on: \"client\", steps: [])])");
        let mistakes = load(&whole).expect_err("the two contradict each other");
        mistakes[0].help.clone().unwrap()
    };
    assert_eq!(
        advice(r#"(persist_min: "241s")"#),
        "both bound the distance of probes of the closed window; what is not given here is that of \
         the profile or of an earlier `Tune`: give `persist_min` and `persist_max`"
    );
    assert_eq!(
        advice(r#"(persist_min: "2s", persist_max: "1s")"#),
        "both bound the distance of probes of the closed window; `persist_max` and `persist_min` \
         are both given: change one"
    );
}

/// Who cannot send a packet of so many octets believes in no such path.
#[test]
fn the_least_mtu_of_a_path_is_at_most_that_of_the_host() {
    finds_in(
        r#"hosts: {"client": Host(with: (path_mtu_min: ‹65535›)),
        "server": Host(mtu: 576, with: (path_mtu_min: 576), events: [Tune("1s", (path_mtu_min: ‹577›))])}"#,
        &[
            "out-of-range: `path_mtu_min` is 65535, expected a whole number from 68 to 1500",
            "out-of-range: `path_mtu_min` is 577, expected a whole number from 68 to 576",
        ],
    );
}

/// A value that could not be read is one mistake, not two.
#[test]
fn a_value_of_the_wrong_kind_contradicts_nothing() {
    finds_in(
        r#"hosts: {"client": Host(with: (persist_max: ‹Never›, persist_min: "300s")), "server": Host()}"#,
        &["wrong-type: `persist_max` is Never, expected a string with a unit"],
    );
}
