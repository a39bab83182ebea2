//! Quantities with their units: durations, sizes, rates and ratios.
//!
//! Integers only: no float decides anything in a run, so none is read either. Fractions are allowed
//! where they come out even: `"1.5s"` is 1,500,000,000 ns and `"0.1%"` is 1 in 1,000.

use crate::rng::Ratio;
use crate::time::Span;

/// The longest duration: a year. Runs end after a week ([`crate::sim::plan::TIME_LIMIT`]).
pub const DURATION_MAX: Span = Span::from_secs(365 * 24 * 3600);

/// The highest rate, a petabit a second: a thousand times what any wire carries.
///
/// With it, the path's arithmetic stays below 2^51.
pub const RATE_MAX: u64 = 1_000_000_000_000_000;

/// Longer than any quantity that a person writes, in octets.
const TEXT_MAX: usize = 64;

/// More digits than any quantity needs.
///
/// `humantime` panics where a sum of seconds passes 2^64; with at most 64 octets of text and
/// 12 digits a number it cannot come near: four terms of 10^12 weeks are 2.4 × 10^18 s.
const DIGITS_MAX: usize = 12;

/// Why a text is not the quantity it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitError {
    /// Which kind of mistake: `wrong-unit` or `out-of-range`.
    pub code: &'static str,
    /// What is wrong: completes a sentence that begins with the quantity's name and text.
    pub problem: String,
    /// What to write instead.
    pub help: String,
}

fn error<T>(problem: impl Into<String>, help: impl Into<String>) -> Result<T, UnitError> {
    Err(UnitError {
        code: "wrong-unit",
        problem: problem.into(),
        help: help.into(),
    })
}

fn out_of_range<T>(problem: &str, help: &str) -> Result<T, UnitError> {
    Err(UnitError {
        code: "out-of-range",
        problem: problem.into(),
        help: help.into(),
    })
}

/// What durations look like.
pub const DURATION_HELP: &str = r#"units are ns, us, ms, s, min, h, d, w: "10ms", "1.5s", "2min""#;
/// What sizes look like.
pub const SIZE_HELP: &str = r#"units are B, kB, MB, GB and KiB, MiB, GiB: "64KiB", "1MB", or 1000"#;
/// What rates look like.
pub const RATE_HELP: &str = r#"units are bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s: "100Mbit/s""#;
/// What ratios look like.
pub const RATIO_HELP: &str = r#"write "1%" or (3, 200)"#;

/// Reads a duration: `"10ms"`, `"1min 30s"`.
///
/// # Errors
/// Without a unit, with an unknown one, below a nanosecond, or above [`DURATION_MAX`].
pub fn duration(text: &str) -> Result<Span, UnitError> {
    if text.trim_start().starts_with('-') {
        return out_of_range("is below zero, expected a duration", DURATION_HELP);
    }
    if TEXT_MAX < text.len() || digit_runs(text).any(|digits| DIGITS_MAX < digits) {
        return out_of_range("is longer than any duration", DURATION_HELP);
    }
    // `humantime` would read "1 0ms" as ten milliseconds.
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let open = word.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        let next_is_number = words
            .peek()
            .is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
        if open && next_is_number {
            return error("has a blank within a number", DURATION_HELP);
        }
    }
    for unit in text.split(|c: char| !c.is_alphabetic()) {
        // A month has no fixed length, and `M` looks like minutes.
        match unit {
            "" => {}
            "M" => return error("has the unit `M`", "minutes are `min` or `m`"),
            "month" | "months" | "year" | "years" | "yr" | "yrs" | "y" => {
                let problem = format!("has the unit `{unit}`, which has no fixed length");
                return error(problem, DURATION_HELP);
            }
            _ => {}
        }
    }
    let parsed = match humantime::parse_duration(text) {
        Ok(parsed) => parsed.as_nanos(),
        Err(why) => return error(duration_problem(&why), DURATION_HELP),
    };
    match u64::try_from(parsed).map(Span::from_nanos) {
        Ok(span) if span <= DURATION_MAX => Ok(span),
        _ => out_of_range("is longer than 365 days", DURATION_HELP),
    }
}

fn duration_problem(why: &humantime::DurationError) -> String {
    use humantime::DurationError;
    match why {
        DurationError::UnknownUnit { unit, .. } if unit.is_empty() => "has no unit".into(),
        DurationError::UnknownUnit { unit, .. } => {
            format!("has the unit `{unit}`, which is none of time")
        }
        DurationError::NumberOverflow => "is finer than a nanosecond or too long".into(),
        DurationError::InvalidCharacter(_)
        | DurationError::NumberExpected(_)
        | DurationError::Empty => "is not a duration".into(),
    }
}

/// Lengths of the runs of digits in a text.
fn digit_runs(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.split(|c: char| !c.is_ascii_digit()).map(str::len)
}

/// A number and the unit behind it.
fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim_start()))
}

/// Reads a size in octets: `"64KiB"`, `"1MB"`, `"1000"`.
///
/// # Errors
/// With an unknown unit, a fraction, or above 2^64.
pub fn size(text: &str) -> Result<u64, UnitError> {
    let Some((number, unit)) = number_and_unit(text) else {
        return error("is not a size in whole octets", SIZE_HELP);
    };
    let factor = match unit {
        "" | "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ if unit.starts_with('.') => {
            return error("is not a whole number of its unit", SIZE_HELP);
        }
        _ => {
            return error(
                format!("has the unit `{unit}`, which is none of size"),
                SIZE_HELP,
            );
        }
    };
    match number.checked_mul(factor) {
        Some(octets) => Ok(octets),
        None => out_of_range("is too large", SIZE_HELP),
    }
}

/// Reads a rate in bits a second: `"100Mbit/s"`.
///
/// # Errors
/// Without a unit, with an unknown one, a fraction, zero, or above [`RATE_MAX`].
pub fn rate(text: &str) -> Result<u64, UnitError> {
    let Some((number, unit)) = number_and_unit(text) else {
        return error("is not a rate in whole numbers", RATE_HELP);
    };
    let factor = match unit {
        "bit/s" => 1,
        "kbit/s" => 1_000,
        "Mbit/s" => 1_000_000,
        "Gbit/s" => 1_000_000_000,
        "Tbit/s" => 1_000_000_000_000,
        "" => return error("has no unit", RATE_HELP),
        _ if unit.starts_with('.') => {
            return error("is not a whole number of its unit", RATE_HELP);
        }
        _ => {
            return error(
                format!("has the unit `{unit}`, which is none of rate"),
                RATE_HELP,
            );
        }
    };
    match number.checked_mul(factor) {
        Some(0) => out_of_range(
            "is zero: nothing would ever get through",
            r#"for that, `loss: "100%"`"#,
        ),
        Some(rate) if rate <= RATE_MAX => Ok(rate),
        _ => out_of_range("is more than 1000 Tbit/s", RATE_HELP),
    }
}

/// Reads a ratio in percent: `"1%"`, `"0.1%"`.
///
/// # Errors
/// Without a percent sign, not a number, or outside 0 to 100 percent.
pub fn ratio(text: &str) -> Result<Ratio, UnitError> {
    let Some(number) = text.trim().strip_suffix('%') else {
        return error("is not a ratio", RATIO_HELP);
    };
    if number.trim_start().starts_with('-') {
        return out_of_range(
            "is below zero, expected a ratio between 0 and 1",
            RATIO_HELP,
        );
    }
    let Some((numerator, denominator)) = decimal(number.trim()) else {
        return error("is not a ratio", RATIO_HELP);
    };
    // At most 10^12 × 100.
    match reduced(numerator, denominator * 100) {
        Some(ratio) => Ok(ratio),
        None => out_of_range(
            "is above 100%, expected a ratio between 0 and 1",
            RATIO_HELP,
        ),
    }
}

/// A decimal number as an integer ratio: `0.3` is 3 in 10.
pub fn decimal(text: &str) -> Option<(u64, u64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if DIGITS_MAX < whole.len() + fraction.len() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let numerator: u64 = format!("{whole}{fraction}").parse().ok()?;
    let denominator = fraction.bytes().fold(1, |power, _| power * 10);
    Some((numerator, denominator))
}

/// The ratio in lowest terms, so that equal ratios are equal; `None` unless between 0 and 1.
pub fn reduced(numerator: u64, denominator: u64) -> Option<Ratio> {
    let (mut a, mut b) = (numerator, denominator);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if a == 0 {
        return None;
    }
    Ratio::new(numerator / a, denominator / a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T>(read: Result<T, UnitError>) -> String {
        read.err().map_or("none".into(), |error| error.problem)
    }

    #[test]
    fn durations() {
        for (text, nanos) in [
            ("0s", 0),
            ("1ns", 1),
            ("10us", 10_000),
            ("10µs", 10_000),
            ("10ms", 10_000_000),
            ("1.5s", 1_500_000_000),
            ("0.000000001s", 1),
            ("1min", 60_000_000_000),
            ("1m 30s", 90_000_000_000),
            ("1min30s", 90_000_000_000),
            (" 2 h ", 7_200_000_000_000),
            ("1d", 86_400_000_000_000),
            ("52w", 52 * 7 * 86_400_000_000_000),
            ("365d", 365 * 86_400_000_000_000),
        ] {
            assert_eq!(duration(text), Ok(Span::from_nanos(nanos)), "{text}");
        }
        for (text, expected) in [
            ("", "is not a duration"),
            ("ms", "is not a duration"),
            ("10", "has no unit"),
            (
                "10 parsecs",
                "has the unit `parsecs`, which is none of time",
            ),
            ("1M", "has the unit `M`"),
            ("1month", "has the unit `month`, which has no fixed length"),
            ("2y", "has the unit `y`, which has no fixed length"),
            ("0.5ns", "is finer than a nanosecond or too long"),
            ("1 0ms", "has a blank within a number"),
            ("1. 5s", "has a blank within a number"),
            ("-1s", "is below zero, expected a duration"),
            ("366d", "is longer than 365 days"),
            ("1000000000000s", "is longer than any duration"),
            ("1e3s", "has the unit `e`, which is none of time"),
        ] {
            assert_eq!(problem(duration(text)), expected, "{text}");
        }
    }

    /// `humantime` 2.4 panics on this sum of seconds; it must not get there.
    #[test]
    fn durations_that_would_panic_in_humantime_are_refused() {
        let text = "30500568904943w 25215s 1000000000ns";
        assert_eq!(problem(duration(text)), "is longer than any duration");
    }

    #[test]
    fn sizes() {
        for (text, octets) in [
            ("0", 0),
            ("1000", 1000),
            ("1B", 1),
            ("100kB", 100_000),
            ("64KiB", 65_536),
            ("1 MB", 1_000_000),
            ("1MiB", 1 << 20),
            ("2GB", 2_000_000_000),
            ("3GiB", 3 << 30),
        ] {
            assert_eq!(size(text), Ok(octets), "{text}");
        }
        for (text, expected) in [
            ("", "is not a size in whole octets"),
            ("kB", "is not a size in whole octets"),
            ("1.5MB", "is not a whole number of its unit"),
            ("1KB", "has the unit `KB`, which is none of size"),
            (
                "10 bananas",
                "has the unit `bananas`, which is none of size",
            ),
            ("18446744073709551615GB", "is too large"),
            ("-1", "is not a size in whole octets"),
        ] {
            assert_eq!(problem(size(text)), expected, "{text}");
        }
    }

    #[test]
    fn rates() {
        for (text, bits) in [
            ("1bit/s", 1),
            ("64kbit/s", 64_000),
            ("100Mbit/s", 100_000_000),
            ("1 Gbit/s", 1_000_000_000),
            ("1000Tbit/s", RATE_MAX),
        ] {
            assert_eq!(rate(text), Ok(bits), "{text}");
        }
        for (text, expected) in [
            ("100", "has no unit"),
            ("100Mbps", "has the unit `Mbps`, which is none of rate"),
            ("12MB/s", "has the unit `MB/s`, which is none of rate"),
            ("1.5Mbit/s", "is not a whole number of its unit"),
            ("0kbit/s", "is zero: nothing would ever get through"),
            ("1001Tbit/s", "is more than 1000 Tbit/s"),
            ("fast", "is not a rate in whole numbers"),
        ] {
            assert_eq!(problem(rate(text)), expected, "{text}");
        }
    }

    #[test]
    fn ratios_are_in_lowest_terms() {
        for (text, numerator, denominator) in [
            ("0%", 0, 1),
            ("1%", 1, 100),
            ("30 %", 3, 10),
            ("0.1%", 1, 1000),
            ("12.50%", 1, 8),
            (".5%", 1, 200),
            ("100%", 1, 1),
        ] {
            let expected = Ratio::new(numerator, denominator).unwrap();
            assert_eq!(ratio(text), Ok(expected), "{text}");
        }
        for (text, expected) in [
            ("1", "is not a ratio"),
            ("%", "is not a ratio"),
            ("1/3%", "is not a ratio"),
            ("1e1%", "is not a ratio"),
            ("0.0000000000001%", "is not a ratio"),
            ("-1%", "is below zero, expected a ratio between 0 and 1"),
            ("100.1%", "is above 100%, expected a ratio between 0 and 1"),
        ] {
            assert_eq!(problem(ratio(text)), expected, "{text}");
        }
        assert_eq!(reduced(0, 0), None);
        assert_eq!(reduced(3, 200), Ratio::new(3, 200));
        assert_eq!(reduced(2, 1), None);
    }
}
