//! Numbers and letters of recordings: times in seconds or milliseconds, flags.

use super::recorded::flags;
use crate::segment::Flags;
use crate::time::{Span, Time};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected};

/// Nanoseconds in so many units of this many; `None` unless that is a moment of a run.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a file's decimal fraction becomes whole nanoseconds; the range is checked"
)]
pub(super) fn nanoseconds(number: f64, unit: u64) -> Option<u64> {
    let nanos = (number * unit as f64).round();
    // Ten years: beyond any run, and far below 2^64.
    (0.0..=3.2e17).contains(&nanos).then_some(nanos as u64)
}

pub(super) fn time_of<E: Error>(number: f64, unit: u64) -> Result<u64, E> {
    nanoseconds(number, unit)
        .ok_or_else(|| E::invalid_value(Unexpected::Float(number), &"a time of a run"))
}

pub(super) fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
    let nanos = time_of(f64::deserialize(from)?, 1_000_000_000)?;
    Ok(Time::from_nanos(nanos))
}

pub(super) fn some_moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    let number = Option::<f64>::deserialize(from)?;
    let nanos = number.map(|number| time_of(number, 1_000_000_000));
    Ok(nanos.transpose()?.map(Time::from_nanos))
}

pub(super) fn milliseconds<'de, D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
    let nanos = time_of(f64::deserialize(from)?, 1_000_000)?;
    Ok(Span::from_nanos(nanos))
}

pub(super) fn some_milliseconds<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Span>, D::Error> {
    let number = Option::<f64>::deserialize(from)?;
    let nanos = number.map(|number| time_of(number, 1_000_000));
    Ok(nanos.transpose()?.map(Span::from_nanos))
}

pub(super) fn spans<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Span>, D::Error> {
    let numbers = Vec::<f64>::deserialize(from)?;
    let nanos = numbers
        .into_iter()
        .map(|number| time_of(number, 1_000_000_000));
    nanos.map(|nanos| nanos.map(Span::from_nanos)).collect()
}

pub(super) fn ranges<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Vec<(Span, Span)>>, D::Error> {
    let Some(numbers) = Option::<Vec<(f64, f64)>>::deserialize(from)? else {
        return Ok(None);
    };
    let span = |number| time_of(number, 1_000_000_000).map(Span::from_nanos);
    let pairs = numbers
        .into_iter()
        .map(|(least, most)| Ok((span(least)?, span(most)?)));
    pairs.collect::<Result<_, _>>().map(Some)
}

pub(super) fn some_flags<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Flags>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else {
        return Ok(None);
    };
    let known = flags(&text);
    known.map(Some).ok_or_else(|| {
        D::Error::invalid_value(Unexpected::Str(&text), &"letters of S, F, R, P and A")
    })
}
