//! Both hosts, with what a call into one of them needs beside the plan, and what it leaves.

use super::plan::{HostIndex, Plan};
use crate::host::{Happening, Host, HostCx};
use crate::link::{Packet, Route};
use crate::rng::{Purpose, Stream};
use crate::tcp::outcome::{DropReason, Verdict};
use crate::time::Time;

/// The hosts of a run.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    pub pair: [Host; 2],
    /// The event of the plan that tuned each host last, if there was one.
    pub tuned: [Option<u16>; 2],
    /// Whether the cable of each host is plugged in.
    pub plugged: [bool; 2],
    /// Connections so far.
    pub connections: u32,
    /// What follows from the event at hand; empty between steps.
    pub happenings: Vec<Happening>,
}

impl Hosts {
    /// The hosts of this plan, before anything happened to them.
    pub fn new(plan: &Plan, seed: u64) -> Hosts {
        let secrets = secrets(seed);
        let host = |i: u8| {
            let profile = &plan.hosts[usize::from(i)].profile;
            Host::new(i, profile, &plan.programs, seed, secrets[usize::from(i)])
        };
        Hosts {
            pair: [host(0), host(1)],
            tuned: [None, None],
            plugged: [true; 2],
            connections: 0,
            happenings: Vec::new(),
        }
    }

    /// Back to the start, for a run with another seed; keeps the room it has.
    pub fn reset(&mut self, plan: &Plan, seed: u64) {
        let hosts = self.pair.iter_mut().zip(&plan.hosts);
        for ((host, planned), secret) in hosts.zip(secrets(seed)) {
            host.reset(&planned.profile, seed, secret);
        }
        self.tuned = [None, None];
        self.plugged = [true; 2];
        self.connections = 0;
    }

    /// A call into a host; what follows lands in `happenings`.
    #[inline]
    pub fn call<T>(
        &mut self,
        host: HostIndex,
        now: Time,
        plan: &Plan,
        call: impl FnOnce(&mut Host, &mut HostCx) -> T,
    ) -> T {
        let [first, second] = &mut self.pair;
        let (host_ref, peer) = if host == 0 {
            (first, &*second)
        } else {
            (second, &*first)
        };
        let mut cx = HostCx {
            now,
            profile: plan.profile_of(host, self.tuned[usize::from(host)]),
            isns: &plan.hosts[usize::from(host)].isns,
            code: &plan.code,
            peer,
            connections: &mut self.connections,
            happenings: &mut self.happenings,
        };
        call(host_ref, &mut cx)
    }

    /// A packet has come to the end of the cable of a host.
    #[inline]
    pub fn hand_over(
        &mut self,
        receiver: HostIndex,
        packet: &Packet,
        now: Time,
        plan: &Plan,
    ) -> Verdict {
        if packet.route == Route::Path && !self.plugged[usize::from(receiver)] {
            return Verdict::Dropped(DropReason::Unplugged);
        }
        if plan.foreign == Some(receiver) {
            // The run hands it out, with the record of its arrival.
            return Verdict::Accepted;
        }
        self.call(receiver, now, plan, |h, cx| h.on_packet(packet, cx))
    }
}

/// The secrets from which the hosts make initial sequence numbers. RFC 6528.
fn secrets(seed: u64) -> [u64; 2] {
    let mut stream = Stream::new(seed, Purpose::InitialSequenceNumbers);
    [stream.next_u64(), stream.next_u64()]
}
