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
    /// What is wrong: completes a sentence that begins with the quantity's name and text.
    pub problem: String,
    /// What to write instead.
    pub help: String,
}

fn error<T>(problem: impl Into<String>, help: impl Into<String>) -> Result<T, UnitError> {
    Err(UnitError {
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
        return error("is below zero, expected a duration", DURATION_HELP);
    }
    if TEXT_MAX < text.len() || digit_runs(text).any(|digits| DIGITS_MAX < digits) {
        return error("is longer than any duration", DURATION_HELP);
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
        _ => error("is longer than 365 days", DURATION_HELP),
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
        None => error("is too large", SIZE_HELP),
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
        Some(0) => error(
            "is zero: nothing would ever get through",
            r#"for that, `loss: "100%"`"#,
        ),
        Some(rate) if rate <= RATE_MAX => Ok(rate),
        _ => error("is more than 1000 Tbit/s", RATE_HELP),
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
    let Some((numerator, denominator)) = decimal(number.trim()) else {
        return error("is not a ratio", RATIO_HELP);
    };
    // At most 10^12 × 100.
    match reduced(numerator, denominator * 100) {
        Some(ratio) => Ok(ratio),
        None => error(
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
