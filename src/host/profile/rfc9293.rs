//! RFC 9293 to the letter, with RFC 5681 and RFC 6298, which it requires.
//!
//! Where the documents leave a range, the source says what was chosen from it; where they are
//! silent, in most of the socket layer, it is what surprises least.

use super::sockets::*;
use crate::tcp::config::*;
use crate::time::Span;

super::profile! {
    Rfc9293;
    tcp {
        time_wait: Span::from_secs(240), "RFC 9293 §3.4.2, §3.6.1: 2 MSL of 2 minutes";
        reset_in_time_wait: ResetInTimeWait::Closes, "RFC 9293 §3.10.7.4, second check";
        time_wait_rule: TimeWaitRule::FinAgain, "RFC 9293 §3.10.7.4, first and eighth check";
        syn_in_time_wait: SynInTimeWait::Sequence, "RFC 9293 §3.6.1 (MAY-2)";
        time_wait_comes_back: true, "RFC 9293 §3.6.1 (MAY-2)";
        refused_syn_in_time_wait: RefusedSyn::Acknowledged,
            "RFC 9293 §3.10.7.4, first and fourth check";
        abort_in_time_wait: AbortInTimeWait::Deletes, "RFC 9293 §3.10.5";
        reopen_iss: ReopenIss::Generator, "RFC 9293 §3.4.1";
        fin_wait2_timeout: None, "RFC 9293 §3.6 knows no limit";
        fin_wait2_held_timeout: None, "RFC 9293 §3.6 knows no limit";
        fin_wait2_orphan: OrphanInFinWait2::Connection, "RFC 9293 §3.10.7.4 treats it like any other";
        last_ack_at_close: false, "RFC 9293 §3.10.4: CLOSE-WAIT until the FIN is formed";
        mss: 1460, "RFC 9293 §3.7.1: an MTU of 1,500 less the headers";
        default_mss: 536, "RFC 9293 §3.7.1 (MUST-15): 536, with IPv6 1,220";
        path_mtu_discovery: PathMtuDiscovery::On,
            "RFC 9293 §3.7.2 recommends RFC 1191 and RFC 8201";
        path_mtu_min: 68,
            "RFC 1191 §3: an MTU of 68";
        icmp_soft_errors: IcmpSoftErrors::Remembered,
            "RFC 9293 §3.9.2.2 (MUST-56)";
        icmp_hard_errors: IcmpHardErrors::Abort,
            "RFC 9293 §3.9.2.2 (SHLD-26)";
        receive_buffer: 65_535, "chosen: the largest window without scaling, RFC 9293 §3.1";
        receive_buffer_max: 65_535, "chosen: it does not grow";
        window_growth: WindowGrowth::Fixed, "RFC 9293 §3.8.6 knows no growth";
        window_in_segments: false, "RFC 9293 §3.8.6.2.2 offers what is free";
        window_update: WindowUpdate::HalfBuffer, "chosen: RFC 9293 §3.8.6.2.2 with Fr of 1/2";
        text_share: 128, "RFC 9293 §3.8.6.2.2 counts octets";
        send_buffer: 65_535, "chosen: the largest window without scaling, RFC 9293 §3.1";
        window_scaling: false, "RFC 7323 §2 is an extension";
        timestamps: false, "RFC 7323 §3 is an extension";
        sack: false, "RFC 2018 is an extension";
        dsack: false, "RFC 2883 is an extension of it";
        delayed_ack: Some(Span::from_millis(200)),
            "chosen below the 500 ms of RFC 9293 §3.8.6.3 (MUST-40)";
        delay_ack_of_fin: false, "RFC 9293 §3.10.7.4, eighth check, sends it";
        delayed_ack_mode: DelayedAckMode::Fixed, "RFC 9293 §3.8.6.3";
        delayed_ack_max: Span::from_millis(200),
            "chosen below the 500 ms of RFC 9293 §3.8.6.3 (MUST-40)";
        nagle: true, "RFC 9293 §3.7.4 (SHLD-7)";
        nagle_rule: NagleRule::AnySegment, "RFC 9293 §3.7.4";
        push: PushRule::LastWritten, "RFC 9293 §3.9.1.2 (MUST-61)";
        rto_initial: Span::from_secs(1), "RFC 6298 §2.1";
        rto_min: Span::from_secs(1), "RFC 6298 §2.4";
        rto_max: Span::from_secs(240),
            "RFC 1122 §4.2.3.1 names 2 MSL; RFC 6298 §2.5: at least 60 s";
        rto_after_syn_loss: Span::from_secs(3), "RFC 6298 §5.7";
        rto_floor: RtoFloor::Whole, "RFC 6298 §2.4";
        rto_slop: Span::ZERO, "RFC 6298 §2.3 adds nothing";
        rtt_variance: RttVariance::Rfc6298, "RFC 6298 §2.3";
        tail_loss_probe: false, "RFC 8985 §7 is an extension";
        clock_granularity: Span::from_millis(1), "chosen below the 100 ms of RFC 6298 §4";
        syn_linear_timeouts: 0, "RFC 6298 §5.5";
        syn_after_wrong_ack: None, "RFC 9293 §3.10.7.3, first check: a reset, and nothing else";
        r1: 3, "RFC 9293 §3.8.3 (SHLD-10): at least 3";
        r2: Limit::After(Span::from_secs(300)),
            "chosen: the user timeout, RFC 9293 §3.8.3 (SHLD-11) wants at least 100 s";
        r2_orphan: None, "RFC 9293 knows no connection without a user";
        r2_syn: Limit::After(Span::from_secs(300)),
            "chosen: the user timeout, RFC 9293 §3.8.3 (MUST-23) wants at least 3 minutes";
        r2_syn_ack: Limit::After(Span::from_secs(300)),
            "chosen: the user timeout, RFC 9293 §3.8.3 (MUST-23) wants at least 3 minutes";
        user_timeout: Some(Span::from_secs(300)), "RFC 9293 §3.9.1.1: 5 minutes";
        keepalive_idle: Span::from_secs(7200), "RFC 9293 §3.8.4 (MUST-28): at least 2 hours";
        keepalive_interval: Span::from_secs(75), "RFC 9293 §3.8.4 names none; that of most systems";
        keepalive_probes: 9, "RFC 9293 §3.8.4 (MUST-29): not one alone; a common number";
        congestion_control: CongestionControl::NewReno, "RFC 5681 §3.1, which RFC 9293 §3.8.2 requires";
        loss_detection: LossDetection::DuplicateAcks,
            "RFC 6675 is an extension, RFC 8985 another";
        reduction: Reduction::AtOnce, "RFC 5681 §3.2; RFC 6937 is an extension";
        f_rto: false, "RFC 5682 is an extension";
        undo: false,
            "RFC 4015 is an extension";
        fast_convergence: true, "RFC 9438 §4.7; of no effect without CUBIC";
        slow_start: SlowStartGrowth::OneSegment, "RFC 5681 §3.1, equation 2";
        avoidance: Avoidance::Octets, "RFC 5681 §3.1 recommends it";
        slow_start_exit: SlowStartExit::None, "RFC 5681 §3.1: a loss";
        window_validation: false, "RFC 5681 §3.1 has cwnd grow with every acknowledgement";
        restart_after_idle: true, "RFC 5681 §4.1";
        ecn: EcnMode::Off, "RFC 9293 §3.8.2 (SHLD-8) wants it where it can be; RFC 3168 is an extension";
        pacing: false, "RFC 9293 has none";
        initial_window: InitialWindow::Rfc5681, "RFC 5681 §3.1, which RFC 9293 §3.8.2 requires";
        sws_override: Span::from_millis(200), "chosen from the 0.1 to 1 s of RFC 9293 §3.8.6.2.1";
        zero_window_probe: ZeroWindowProbe::NextOctet, "RFC 9293 §3.8.6.1 (MUST-36)";
        persist_min: Span::ZERO, "RFC 9293 §3.8.6.1 (SHLD-29): the first after one RTO";
        persist_max: Span::from_secs(240), "chosen: as the RTO; RFC 9293 §3.8.6.1 names no end";
        probe_limit: ProbeLimit::UserTimeout, "RFC 9293 §3.8.6.1 (MUST-37)";
        persist_idle: Span::from_secs(7200), "of no effect, probe_limit does not ask for it";
        fin_into_closed_window: false, "RFC 9293 §3.10.7.4, first check";
        user_timeout_option: false, "RFC 9293 §3.9.1.1 names RFC 5482 as a choice; off by default";
        user_timeout_lower: Span::from_secs(100), "RFC 5482 §3.1; of effect with the option alone";
        user_timeout_upper: Span::from_secs(3600),
            "chosen, RFC 5482 §3.1 leaves it open; of effect with the option alone";
        user_timeout_from: UserTimeoutFrom::FirstTransmission, "RFC 9293 §3.9.1.1";
        late_text_reset: LateTextReset::LikeAbort, "RFC 9293 §3.6.1 leaves it open";
        late_text_after_fin: false, "RFC 9293 §3.10.7.4: it is ignored";
        unread_at_reset: UnreadAtReset::Lost, "RFC 9293 §3.10.7.4, second check";
        syn_in_connection: SynInConnection::Challenged, "RFC 5961 §4.2";
        close_with_unread: CloseWithUnread::Reset, "RFC 9293 §3.6.1 (SHLD-3), RFC 2525 §2.17";
        close_in_syn_received: CloseInSynReceived::Fin, "RFC 9293 §3.10.4";
        reset_carries_ack: false, "RFC 9293 §3.10.5: <SEQ=SND.NXT><CTL=RST>";
        reset_before_fin: false, "RFC 5961 §3.2: RCV.NXT alone";
        bare_reset_ack: BareResetAck::Zero, "RFC 9293 §3.5.2: the field has no meaning";
        syn_again: SynAgain::Acknowledged, "RFC 9293 §3.10.7.4, first check";
        syn_in_handshake: SynInHandshake::Listens, "RFC 9293 §3.10.7.4, fourth check";
        ack_simultaneous_syn_ack: false, "RFC 9293 §3.5, Figure 7";
        syn_ack_restarts_rto: true,
            "RFC 6298 §5: nothing goes again within an RTO of its last transmission";
        out_of_window_ack_interval: Span::ZERO, "RFC 9293 §3.10.7.4, first check, answers all";
        challenge_ack_limit: 10, "RFC 5961 §7, its example";
        challenge_ack_period: Span::from_secs(5), "RFC 5961 §7, its example";
    }
    sockets {
        ephemeral_ports: (49_152, 65_535), "RFC 6335 §6: the dynamic ports";
        ephemeral_order: PortOrder::InOrder, "chosen: the order that is easiest to read";
        bind_rule: BindRule::NoConnections,
            "RFC 9293 §3.9.1.1: a connection is known by both sockets";
        backlog_rule: BacklogRule::Together, "chosen: a backlog of n is n connections";
        backlog_max: u32::MAX, "no document limits it";
        syn_queue_limit: u32::MAX, "no document limits it";
        syn_cookies: SynCookies::Off,
            "RFC 9293 has none; RFC 4987 §3.6";
        fast_open: FastOpenMode::Off, "RFC 7413 is experimental, and no part of RFC 9293";
        accept_queue_full: AcceptQueueFull::Ignored,
            "chosen: the handshake is not refused, it waits";
        embryos_at_close: EmbryosAtClose::Reset, "RFC 9293 §3.10.4: CLOSE in SYN-RECEIVED";
        close_during_call: CloseDuringCall::Waits, "RFC 9293 has no threads: as POSIX systems do";
        linger_timeout: LingerTimeout::Background, "RFC 9293 knows no such call";
        time_wait_limit: u32::MAX, "RFC 9293 §3.6.1 (MUST-13) lets none go early";
        time_wait_no_listener: TimeWaitWithoutListener::Stays,
            "RFC 9293 §3.6.1 (MUST-13): no connection takes its place";
        time_wait_reuse: TimeWaitReuse::Off, "RFC 9293 §3.6.1 (MUST-13)";
        time_wait_reuse_delay: Span::from_secs(1), "of no effect while reuse is off";
        orphan_limit: u32::MAX, "no document limits it";
        descriptor_limit: u32::MAX, "no document limits it";
        closed_port: ClosedPort::Reset, "RFC 9293 §3.10.7.1";
        quiet_time: Span::from_secs(120), "RFC 9293 §3.4.3: an MSL";
        socket_options: SocketOptions::All, "RFC 9293 knows no options but those of its calls";
        errors: ErrorNumbers::Ninety, "chosen: no document numbers them";
        netstat: NetstatFormat::NetTools, "chosen: the columns that most readers know";
    }
}
