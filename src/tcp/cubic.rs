//! CUBIC (RFC 9438): congestion avoidance by the time since the last loss, along a cubic curve that is
//! flat around the window at which that loss came.
//!
//! All of it is integer arithmetic: windows in octets, times in microseconds, the estimate of a
//! Reno-friendly window in 4,096ths of an octet. What does not fill a segment is kept for the next
//! acknowledgement, so that cwnd grows by whole segments and loses nothing.
//!
//! Slow start is that of every algorithm ([`super::slow_start`]). Undoing a reduction that was not due
//! (§4.9) is to restore a copy.

use super::control::Window;
use super::slow_start::SlowStart;
use crate::time::{Span, Time};

/// The variables of CUBIC; windows in octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cubic {
    /// W_max: where the next curve is flat; zero before the first loss.
    w_max: u32,
    /// cwnd_prior: cwnd before the last reduction.
    prior: u32,
    /// The stage of congestion avoidance under way, from its first acknowledgement on.
    stage: Option<Stage>,
    /// The retransmission timer ran out: the next stage begins where its curve is flat. §4.8.
    after_timeout: bool,
    slow_start: SlowStart,
}

/// A stage of congestion avoidance: from a reduction, or from slow start, to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stage {
    /// cwnd as it was returned last.
    cwnd: u32,
    /// W_max of the curve.
    flat: u32,
    /// K: when the curve is flat, in microseconds.
    k: u64,
    /// t: how long it has lasted, without the time in which cwnd did not limit the sender. §5.8.
    t: Span,
    /// Until when that is counted.
    counted: Time,
    /// W_est, in octets with [`FRACTION`] binary places.
    friendly: u64,
    /// Octets that cwnd has grown by and that do not fill a segment.
    part: u32,
    /// The part of an octet that it has grown by, in octets times cwnd.
    rest: u64,
}

/// β, by which a loss multiplies. §4.6.
const BETA: (u32, u32) = (7, 10);
/// (1 + β) / 2, by which fast convergence multiplies W_max. §4.7.
const CONVERGENCE: (u32, u32) = (17, 20);
/// α = 3 (1 - β) / (1 + β): how fast Reno would grow with this β, in segments a round trip. §4.3.
const ALPHA: (u64, u64) = (9, 17);
/// C = 0.4 segments a second cubed. §5.
const C: (u128, u128) = (2, 5);
/// Binary places of W_est.
const FRACTION: u32 = 12;
/// A second cubed, in microseconds cubed.
const SECOND_CUBED: u128 = 1_000_000_000_000_000_000;

impl Cubic {
    /// `newly` octets were acknowledged in congestion avoidance: the new cwnd. §4.2 to §4.5.
    pub fn avoid(&mut self, newly: u32, window: &Window) -> u32 {
        let mut stage = match self.stage {
            // Something else than CUBIC has made cwnd smaller: it begins anew from there.
            Some(stage) if stage.cwnd <= window.cwnd => stage,
            _ => self.begin(window),
        };
        let cwnd = window.cwnd.saturating_add(stage.part);
        let newly = u64::from(newly.min(cwnd));
        stage.t += window.now.since(stage.counted);
        stage.counted = window.now;
        stage.grow_friendly(newly, cwnd, self.prior, window.smss);
        let grown = stage.step(newly, cwnd, window);
        let (before, smss) = (window.cwnd, window.smss);
        let whole = (grown - before) / smss * smss;
        stage.part = grown - before - whole;
        stage.cwnd = before + whole;
        self.stage = Some(stage);
        stage.cwnd
    }

    /// A stage that begins now, with t = 0. §4.2, §4.8, §4.10.
    fn begin(&mut self, window: &Window) -> Stage {
        let cwnd = window.cwnd;
        if self.after_timeout || self.w_max <= cwnd {
            self.w_max = cwnd;
        }
        self.after_timeout = false;
        Stage {
            cwnd,
            flat: self.w_max,
            k: time_to_flat(self.w_max - cwnd, window.smss),
            t: Span::ZERO,
            counted: window.now,
            friendly: u64::from(cwnd) << FRACTION,
            part: 0,
            rest: 0,
        }
    }

    /// A loss was noticed, or a mark: the new ssthresh. §4.6, §4.7.
    pub fn reduce(&mut self, flight: u32, window: &Window) -> u32 {
        let cwnd = window.cwnd;
        let gives_room = window.policy.fast_convergence && cwnd < self.w_max;
        self.w_max = if gives_room {
            part_of(cwnd, CONVERGENCE)
        } else {
            cwnd
        };
        self.prior = cwnd;
        self.stage = None;
        part_of(flight, BETA).max(2 * window.smss)
    }

    /// The retransmission timer ran out. §4.8.
    pub fn start_over(&mut self) {
        self.stage = None;
        self.after_timeout = true;
        self.slow_start.start_over();
    }

    /// The time up to `now` does not count. §5.8.
    pub const fn pause(&mut self, now: Time) {
        if let Some(stage) = &mut self.stage {
            stage.counted = now;
        }
    }

    /// The variables of slow start.
    pub const fn slow_start(&mut self) -> &mut SlowStart {
        &mut self.slow_start
    }
}

impl Stage {
    /// W_est grows by α segments a round trip, and by one once it is where the loss came. §4.3.
    fn grow_friendly(&mut self, newly: u64, cwnd: u32, prior: u32, smss: u32) {
        let (numerator, denominator) = if self.friendly >> FRACTION < u64::from(prior) {
            ALPHA
        } else {
            (1, 1)
        };
        // 2^4 · 2^16 · 2^30 · 2^12: below 2^62.
        let work = (numerator * u64::from(smss) * newly) << FRACTION;
        self.friendly += work / (denominator * u64::from(cwnd));
    }

    /// cwnd after `newly` octets: as Reno would have it, or a step towards the curve. §4.3 to §4.5.
    fn step(&mut self, newly: u64, cwnd: u32, window: &Window) -> u32 {
        let friendly = u32::try_from(self.friendly >> FRACTION).unwrap_or(u32::MAX);
        let t = micros(self.t);
        if self.curve(t, window.smss) < friendly {
            self.rest = 0;
            return cwnd.max(friendly);
        }
        let rtt = window.srtt.map_or(0, micros);
        let most = cwnd.saturating_add(cwnd / 2);
        let target = self.curve(t + rtt, window.smss).clamp(cwnd, most);
        let work = u64::from(target - cwnd) * newly + self.rest;
        self.rest = work % u64::from(cwnd);
        let step = u32::try_from(work / u64::from(cwnd)).unwrap_or(u32::MAX);
        cwnd.saturating_add(step)
    }

    /// W_cubic(t) = C (t - K)³ + W_max, rounded down, `t` in microseconds. §4.2.
    fn curve(&self, t: u64, smss: u32) -> u32 {
        // So far away the curve has left the range of windows; the cube stays below 2^96.
        let distance = u128::from(t.abs_diff(self.k).min(u64::from(u32::MAX)));
        let (numerator, denominator) = (C.0 * u128::from(smss), C.1 * SECOND_CUBED);
        let work = numerator * distance * distance * distance;
        let octets = |octets: u128| u32::try_from(octets).unwrap_or(u32::MAX);
        if t < self.k {
            self.flat.saturating_sub(octets(work.div_ceil(denominator)))
        } else {
            self.flat.saturating_add(octets(work / denominator))
        }
    }
}

/// K: the time in which the curve rises by `octets` to where it is flat, in microseconds, rounded
/// down. §4.2.
fn time_to_flat(octets: u32, smss: u32) -> u64 {
    let seconds_cubed = u128::from(octets) * C.1 * SECOND_CUBED;
    cube_root(seconds_cubed / (C.0 * u128::from(smss)))
}

/// The largest number whose cube is at most `n`: one binary place after the other.
fn cube_root(n: u128) -> u64 {
    // 2^42 cubed is beyond 128 bits only for the sum of all places below it.
    let mut root: u128 = 0;
    for place in (0..42).rev() {
        let next = root | 1 << place;
        if next * next * next <= n {
            root = next;
        }
    }
    u64::try_from(root).unwrap_or(u64::MAX)
}

fn part_of(octets: u32, (numerator, denominator): (u32, u32)) -> u32 {
    let part = u64::from(octets) * u64::from(numerator) / u64::from(denominator);
    u32::try_from(part).unwrap_or(u32::MAX)
}

const fn micros(span: Span) -> u64 {
    span.as_nanos() / 1_000
}

#[cfg(test)]
mod tests;
