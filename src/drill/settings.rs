//! Settings of a recorded kernel, as constants of its profile.

use super::Mistake;
use super::recorded::{Recording, Side};
use crate::host::profile::{Profile, ProfileName};
use crate::tcp::config::{CongestionControl, EcnMode, Limit, ResetInTimeWait, SlowStartExit};
use crate::time::Span;
use serde_json::Value;

pub(super) fn profile(recording: &Recording, side: Side) -> Result<Profile, Mistake> {
    // The profile has the name of the system that was recorded.
    let system = recording.kernel.get("sysname").unwrap_or(&Value::Null);
    let name = serde_json::from_value::<ProfileName>(system.clone());
    let name =
        name.map_err(|_| Mistake::at("kernel.sysname", &format!("no profile is for {system}")))?;
    let mut profile = Profile::new(name);
    let mtu = machine(recording, side)?.mtu;
    profile.tcp.mss = mtu.checked_sub(40).filter(|mss| *mss > 0).ok_or_else(|| {
        let place = format!("hosts.{}", side.name());
        Mistake::at(&place, "`mtu` leaves no room for a segment")
    })?;
    for (name, value) in recording.sysctls.get(&side).into_iter().flatten() {
        set(&mut profile, name, value).map_err(|message| {
            let place = format!("sysctls.{}.{name}", side.name());
            Mistake::at(&place, &message)
        })?;
    }
    let own = recording.sysctls.get(&side);
    let number = |name: &str| {
        let value = own?.get(name)?;
        let text = value.as_str().map(str::to_owned);
        text.unwrap_or_else(|| value.to_string())
            .trim()
            .parse()
            .ok()
    };
    if let (Some(0), Some(backlog)) = (
        number("net.ipv4.tcp_syncookies"),
        number("net.ipv4.tcp_max_syn_backlog"),
    ) {
        profile.sockets.syn_queue_limit = without_cookies(backlog);
    }
    Ok(profile)
}

/// The limit of the SYN queue where nothing else is said: of a machine with much memory.
const SYN_BACKLOG: u32 = 4096;

/// Connections in the handshake beyond which a SYN is dropped, where SYN cookies are off: a quarter of
/// the queue is kept for peers that are known.
const fn without_cookies(backlog: u32) -> u32 {
    backlog - (backlog >> 2) + 1
}

/// Changes the setting with this name.
pub(super) fn set(profile: &mut Profile, name: &str, value: &Value) -> Result<(), String> {
    use crate::host::profile::sockets::{AcceptQueueFull, SynCookies, TimeWaitReuse};
    let setting = name.strip_prefix("net.ipv4.").unwrap_or(name);
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let wrong = |expected: &str| format!("is {value}, expected {expected}");
    let number = || text.parse::<u32>().map_err(|_| wrong("a whole number"));
    let switch = || Ok::<bool, String>(number()? != 0);
    let seconds = || Ok::<Span, String>(Span::from_secs(number()?.into()));
    let (tcp, sockets) = (&mut profile.tcp, &mut profile.sockets);
    match setting {
        "ip_local_port_range" => {
            let ports: Vec<u16> = text
                .split_whitespace()
                .map_while(|port| port.parse().ok())
                .collect();
            match ports[..] {
                [first, last] if 0 < first && first <= last => {
                    sockets.ephemeral_ports = (first, last);
                }
                _ => return Err(wrong("two ports, the first not above the last")),
            }
        }
        "tcp_congestion_control" => match text.as_str() {
            // HyStart is a part of cubic.
            "reno" => {
                tcp.congestion_control = CongestionControl::NewReno;
                tcp.slow_start_exit = SlowStartExit::None;
            }
            "cubic" => {
                tcp.congestion_control = CongestionControl::Cubic;
                tcp.slow_start_exit = SlowStartExit::HyStart;
            }
            _ => return Err(wrong("reno or cubic")),
        },
        "tcp_slow_start_after_idle" => tcp.restart_after_idle = switch()?,
        "tcp_ecn" => {
            tcp.ecn = match number()? {
                0 => EcnMode::Off,
                1 => EcnMode::Asks,
                2 => EcnMode::Accepts,
                _ => return Err(wrong("0, 1 or 2")),
            };
        }
        "tcp_sack" => tcp.sack = switch()?,
        "tcp_timestamps" => tcp.timestamps = switch()?,
        "tcp_window_scaling" => tcp.window_scaling = switch()?,
        "tcp_fin_timeout" => tcp.fin_wait2_timeout = Some(seconds()?),
        "tcp_orphan_retries" => {
            // Nothing stands for eight.
            let n = match number()? {
                0 => 8,
                n => n,
            };
            tcp.r2_orphan = Some(Limit::Backoffs(n));
        }
        "tcp_retries2" => tcp.r2 = Limit::Backoffs(number()?),
        "tcp_syn_retries" => tcp.r2_syn = Limit::Backoffs(number()?),
        "tcp_synack_retries" => tcp.r2_syn_ack = Limit::Retransmissions(number()?),
        "tcp_syn_linear_timeouts" => tcp.syn_linear_timeouts = number()?,
        "tcp_rfc1337" => {
            tcp.reset_in_time_wait = if switch()? {
                ResetInTimeWait::Ignored
            } else {
                ResetInTimeWait::Closes
            };
        }
        "tcp_tw_reuse" => {
            sockets.time_wait_reuse = match number()? {
                0 => TimeWaitReuse::Off,
                1 => TimeWaitReuse::On,
                2 => TimeWaitReuse::Loopback,
                _ => return Err(wrong("0, 1 or 2")),
            };
        }
        "tcp_tw_reuse_delay" => {
            sockets.time_wait_reuse_delay = Span::from_millis(number()?.into());
        }
        "tcp_max_tw_buckets" => sockets.time_wait_limit = number()?,
        "tcp_max_orphans" => sockets.orphan_limit = number()?,
        // With SYN cookies a full queue refuses nothing; see `without_cookies`.
        "tcp_max_syn_backlog" => {
            number()?;
        }
        "tcp_syncookies" => {
            sockets.syn_cookies = match number()? {
                0 => SynCookies::Off,
                1 => SynCookies::WhenBacklogFull,
                2 => SynCookies::Always,
                _ => return Err(wrong("0, 1 or 2")),
            };
            if sockets.syn_cookies == SynCookies::Off {
                sockets.syn_queue_limit = without_cookies(SYN_BACKLOG);
            }
        }
        "tcp_retries1" => tcp.r1 = number()?.max(1),
        "tcp_rto_min_us" => tcp.rto_min = Span::from_micros(number()?.max(1).into()),
        "tcp_rto_max_ms" => {
            tcp.rto_max = Span::from_millis(number()?.max(1000).into());
            tcp.persist_max = tcp.rto_max;
        }
        "tcp_early_retrans" => tcp.tail_loss_probe = switch()?,
        "tcp_abort_on_overflow" => {
            sockets.accept_queue_full = if switch()? {
                AcceptQueueFull::Reset
            } else {
                AcceptQueueFull::Ignored
            };
        }
        "tcp_keepalive_time" => tcp.keepalive_idle = seconds()?,
        "tcp_keepalive_intvl" => tcp.keepalive_interval = seconds()?,
        "tcp_keepalive_probes" => tcp.keepalive_probes = number()?,
        "tcp_challenge_ack_limit" => tcp.challenge_ack_limit = number()?,
        "tcp_invalid_ratelimit" => {
            tcp.out_of_window_ack_interval = Span::from_millis(number()?.into());
        }
        "net.core.somaxconn" => sockets.backlog_max = number()?,
        _ => return Err(format!("the setting `{name}` is not known")),
    }
    Ok(())
}

/// The machine that a side was.
pub(super) fn machine(
    recording: &Recording,
    side: Side,
) -> Result<&super::recorded::Machine, Mistake> {
    let name = side.name();
    let machine = recording.hosts.get(&side);
    machine.ok_or_else(|| Mistake::at("hosts", &format!("`{name}` is missing")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithm_of_a_recording_is_the_one_it_names() {
        let mut profile = Profile::new(ProfileName::Rfc9293);
        for (name, algorithm, exit) in [
            ("reno", CongestionControl::NewReno, SlowStartExit::None),
            ("cubic", CongestionControl::Cubic, SlowStartExit::HyStart),
        ] {
            let name = Value::from(name);
            set(&mut profile, "net.ipv4.tcp_congestion_control", &name).unwrap();
            let tcp = profile.tcp;
            assert_eq!(
                (tcp.congestion_control, tcp.slow_start_exit),
                (algorithm, exit)
            );
        }
        let unknown = set(&mut profile, "tcp_congestion_control", &Value::from("bbr"));
        assert!(unknown.is_err());
    }

    #[test]
    fn ecn_of_a_recording() {
        let mut profile = Profile::new(ProfileName::Rfc9293);
        for (value, mode) in [
            ("0", EcnMode::Off),
            ("1", EcnMode::Asks),
            ("2", EcnMode::Accepts),
        ] {
            set(&mut profile, "net.ipv4.tcp_ecn", &Value::from(value)).unwrap();
            assert_eq!(profile.tcp.ecn, mode);
        }
        assert!(set(&mut profile, "net.ipv4.tcp_ecn", &Value::from("3")).is_err());
    }
}
