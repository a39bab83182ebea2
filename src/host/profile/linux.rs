//! Linux: a current kernel with its default settings.
//!
//! Files are those of the kernel's source, 6.12 and 7.2. "Measured" is a 6.18 kernel with 250 ticks
//! a second, whose timers are late by up to an eighth of their length; here they are exact. Limits
//! that follow from memory are those of a machine whose hash of connections has 262,144 entries.
//!
//! Not here, since no constant of ours says it: the FIN-WAIT-2 time-out of at least 3.5 RTO, the
//! send buffer that grows by itself, IP_RECVERR, the MTU of a path that other
//! connections learned, and the back-off that "host unreachable" takes back (RFC 6069).

use super::sockets::*;
use crate::tcp::config::*;
use crate::time::Span;

super::profile! {
    Linux;
    tcp {
        time_wait: Span::from_secs(60),
            "include/net/tcp.h: TCP_TIMEWAIT_LEN; no sysctl; measured 60.1 to 62.1 s";
        reset_in_time_wait: ResetInTimeWait::Closes,
            "tcp_minisocks.c: tcp_timewait_state_process, sysctl tcp_rfc1337 0; measured";
        time_wait_rule: TimeWaitRule::AnyOldSegment,
            "tcp_minisocks.c: tcp_timewait_state_process; measured";
        syn_in_time_wait: SynInTimeWait::SequenceOrTimestamp,
            "tcp_minisocks.c: tcp_timewait_state_process; measured";
        time_wait_comes_back: false,
            "tcp_minisocks.c: a comment says that RFC 1122 wants it, and it is not done";
        refused_syn_in_time_wait: RefusedSyn::Acknowledged,
            "tcp_minisocks.c: tcp_timewait_state_process; measured";
        abort_in_time_wait: AbortInTimeWait::Leaves, "tcp_minisocks.c: the remnant has no socket";
        reopen_iss: ReopenIss::Beyond, "tcp_minisocks.c: tcp_timewait_state_process";
        fin_wait2_timeout: Some(Span::from_secs(60)),
            "sysctl tcp_fin_timeout 60; measured 60.1 to 62 s";
        fin_wait2_held_timeout: None, "tcp.c: __tcp_close alone starts it; measured";
        fin_wait2_orphan: OrphanInFinWait2::Remnant,
            "tcp.c: __tcp_close, tcp_input.c: tcp_rcv_state_process; measured";
        last_ack_at_close: true,
            "tcp.c: tcp_close_state changes the state before the FIN is formed";
        mss: 1460, "tcp_output.c: tcp_mss_to_mtu, an MTU of 1,500; measured";
        default_mss: 536, "include/net/tcp.h: TCP_MSS_DEFAULT";
        path_mtu_discovery: PathMtuDiscovery::On,
            "sysctl ip_no_pmtu_disc 0; tcp_mtu_probing 0 looks for no black holes";
        path_mtu_min: 552,
            "sysctl route.min_pmtu 552; below it route.c locks the MTU, and DF goes";
        icmp_soft_errors: IcmpSoftErrors::AbortInHandshake,
            "tcp_ipv4.c: tcp_v4_err, tcp_req_err: in SYN-SENT and SYN-RECEIVED at once, later sk_err_soft";
        icmp_hard_errors: IcmpHardErrors::AbortInHandshake,
            "tcp_ipv4.c: tcp_v4_err: later only a socket with IP_RECVERR, which is not modelled, is told";
        receive_buffer: 65_536,
            "sysctl tcp_rmem 131072, of which tcp_adv_win_scale 1 leaves half";
        receive_buffer_max: 33_554_432,
            "sysctl tcp_rmem 33554432, the maximum: wscale 10 measured; it grows to about two \
             thirds of it";
        window_growth: WindowGrowth::Measured,
            "tcp_input.c: tcp_grow_window, tcp_rcvbuf_grow, sysctl tcp_moderate_rcvbuf 1; \
             measured: data-100k";
        window_in_segments: true,
            "tcp_output.c: tcp_select_initial_window, __tcp_select_window; measured: 64240, 65160";
        window_update: WindowUpdate::Doubled, "tcp.c: __tcp_cleanup_rbuf; measured: window-zero-probes";
        text_share: 157,
            "tcp_input.c: tcp_measure_rcv_mss, by the memory of a segment, which the driver \
             chooses; measured: windows up to 79 KiB of 131072 octets";
        send_buffer: 4_194_304,
            "sysctl tcp_wmem, its maximum: the buffer grows with cwnd from 16384, so that it \
             never holds cwnd back";
        window_scaling: true, "sysctl tcp_window_scaling 1";
        timestamps: true, "sysctl tcp_timestamps 1";
        sack: true, "sysctl tcp_sack 1";
        dsack: true, "sysctl tcp_dsack 1, tcp_input.c: tcp_dsack_set; measured: data-dup";
        delayed_ack: Some(Span::from_millis(40)), "include/net/tcp.h: TCP_ATO_MIN, HZ/25; measured";
        delay_ack_of_fin: true,
            "tcp_input.c: tcp_fin schedules it; measured: 40 ms after text, else the next tick";
        delayed_ack_mode: DelayedAckMode::Adaptive,
            "tcp_input.c: tcp_event_data_recv, tcp_enter_quickack_mode; measured";
        delayed_ack_max: Span::from_millis(200), "include/net/tcp.h: TCP_DELACK_MAX, HZ/5";
        nagle: true, "tcp_output.c: tcp_nagle_check";
        nagle_rule: NagleRule::SmallSegment,
            "tcp_output.c: tcp_minshall_check; measured: challenge-ack-too-old";
        push: PushRule::Bursts,
            "tcp_output.c: __tcp_transmit_skb pushes what it hands over as one, \
             tcp_tso_autosize; measured";
        rto_initial: Span::from_secs(1), "include/net/tcp.h: TCP_TIMEOUT_INIT; measured";
        rto_min: Span::from_millis(200),
            "include/net/tcp.h: TCP_RTO_MIN, sysctl tcp_rto_min_us 200000; measured";
        rto_max: Span::from_secs(120),
            "include/net/tcp.h: TCP_RTO_MAX, sysctl tcp_rto_max_ms 120000";
        rto_after_syn_loss: Span::from_secs(3), "include/net/tcp.h: TCP_TIMEOUT_FALLBACK";
        rto_floor: RtoFloor::Variance,
            "tcp_input.c: tcp_rtt_estimator; measured: SRTT + max(4 RTTVAR, 200 ms)";
        rto_slop: Span::ZERO, "tcp_input.c: __tcp_set_rto adds nothing";
        rtt_variance: RttVariance::Peak, "tcp_input.c: tcp_rtt_estimator";
        tail_loss_probe: true,
            "tcp_output.c: tcp_schedule_loss_probe, sysctl tcp_early_retrans 3; measured";
        clock_granularity: Span::from_millis(4),
            "a tick of the measured kernel (CONFIG_HZ=250); of no effect, rto_min bounds the \
             variance";
        syn_linear_timeouts: 4, "sysctl tcp_syn_linear_timeouts 4; measured";
        syn_after_wrong_ack: Some(Span::from_millis(8)),
            "tcp_input.c: tcp_rcv_synsent_state_process, TCP_TIMEOUT_MIN: 2 ticks; measured";
        r1: 3, "sysctl tcp_retries1 3";
        r2: Limit::Backoffs(15),
            "sysctl tcp_retries2 15, tcp_timer.c: tcp_write_timeout; 924.6 s from 200 ms on";
        r2_orphan: Some(Limit::Backoffs(8)),
            "tcp_timer.c: tcp_orphan_retries, sysctl tcp_orphan_retries 0 counts as 8; 102.2 s; \
             measured";
        r2_syn: Limit::Backoffs(6),
            "sysctl tcp_syn_retries 6; measured: 11 SYNs, ETIMEDOUT at 131 s nominal";
        r2_syn_ack: Limit::Retransmissions(5),
            "sysctl tcp_synack_retries 5; measured: gone at 63 s nominal";
        user_timeout: None, "tcp(7): TCP_USER_TIMEOUT 0";
        keepalive_idle: Span::from_secs(7200), "sysctl tcp_keepalive_time 7200";
        keepalive_interval: Span::from_secs(75), "sysctl tcp_keepalive_intvl 75";
        keepalive_probes: 9, "sysctl tcp_keepalive_probes 9";
        congestion_control: CongestionControl::Cubic,
            "sysctl tcp_congestion_control cubic, DEFAULT_TCP_CONG; its integers differ in the last digits";
        fast_convergence: true, "tcp_cubic.c: fast_convergence 1";
        slow_start: SlowStartGrowth::AllAcknowledged,
            "tcp_cong.c: tcp_slow_start counts segments acknowledged, and what is left beyond ssthresh";
        avoidance: Avoidance::Octets, "tcp_cong.c: tcp_cong_avoid_ai counts segments acknowledged";
        slow_start_exit: SlowStartExit::HyStart,
            "tcp_cubic.c: hystart_update, hystart 1, hystart_detect 3; part of cubic, reno has none";
        window_validation: true, "include/net/tcp.h: tcp_is_cwnd_limited";
        restart_after_idle: true, "sysctl tcp_slow_start_after_idle 1";
        ecn: EcnMode::Accepts, "tcp_ipv4.c: tcp_sk_init, sysctl tcp_ecn 2";
        pacing: false,
            "tcp_cubic.c asks for none; without fq only BBR does; its pace: sysctl tcp_pacing_ss_ratio 200";
        loss_detection: LossDetection::Rack,
            "sysctl tcp_recovery 1, tcp_recovery.c: tcp_rack_detect_loss; measured: data-drop-last-3";
        reduction: Reduction::Proportional, "tcp_input.c: tcp_cwnd_reduction; measured: data-drop-20";
        f_rto: true, "sysctl tcp_frto 2, tcp_input.c: tcp_process_loss";
        undo: true,
            "tcp_input.c: tcp_undo_cwnd_reduction; measured: data-reorder-5ms";
        initial_window: InitialWindow::Rfc6928, "include/net/tcp.h: TCP_INIT_CWND 10";
        sws_override: Span::from_millis(200),
            "no constant: tcp_timer.c probes after one RTO, measured about 220 ms; the nearest \
             span is its least";
        zero_window_probe: ZeroWindowProbe::BelowUna,
            "tcp_output.c: tcp_xmit_probe_skb; measured: window-zero-probes";
        persist_min: Span::ZERO, "include/net/tcp.h: tcp_probe0_base: the RTO, TCP_RTO_MIN at least";
        persist_max: Span::from_secs(120), "include/net/tcp.h: tcp_probe0_when: TCP_RTO_MAX";
        probe_limit: ProbeLimit::UnansweredOrOrphan, "tcp_timer.c: tcp_probe_timer";
        persist_idle: Span::from_secs(7200), "of no effect, probe_limit does not ask for it";
        fin_into_closed_window: true, "tcp_input.c: tcp_data_queue, so that a FIN in a loop ends";
        user_timeout_option: false, "TCP_USER_TIMEOUT is never said to the peer: the source has no such option";
        user_timeout_lower: Span::from_secs(100), "RFC 5482 §3.1; of effect with the option alone";
        user_timeout_upper: Span::from_secs(3600),
            "chosen, RFC 5482 §3.1 leaves it open; of effect with the option alone";
        user_timeout_from: UserTimeoutFrom::FirstRetransmission, "tcp_timer.c: tcp_write_timeout; measured";
        late_text_reset: LateTextReset::LikeClosed, "tcp_input.c: tcp_rcv_state_process; measured";
        late_text_after_fin: false,
            "tcp_input.c: tcp_rcv_state_process breaks off at RCV.NXT; learned from 3";
        unread_at_reset: UnreadAtReset::Kept, "tcp_input.c: tcp_reset leaves the receive queue; measured";
        syn_in_connection: SynInConnection::Challenged, "tcp_input.c: tcp_validate_incoming";
        close_with_unread: CloseWithUnread::Reset, "tcp.c: __tcp_close; measured";
        close_in_syn_received: CloseInSynReceived::Fin, "tcp.c: tcp_close_state; learned from 3";
        reset_carries_ack: true, "tcp_output.c: tcp_send_active_reset; measured";
        reset_before_fin: true, "tcp_input.c: tcp_reset_check";
        bare_reset_ack: BareResetAck::Zero, "tcp_ipv4.c: tcp_v4_send_reset; measured";
        syn_again: SynAgain::AnsweredAgain, "tcp_minisocks.c: tcp_check_req; measured";
        syn_in_handshake: SynInHandshake::Resets, "tcp_minisocks.c: tcp_check_req, embryonic_reset";
        ack_simultaneous_syn_ack: true,
            "tcp_input.c: tcp_data_queue takes its SYN for old; measured";
        syn_ack_restarts_rto: false,
            "tcp_output.c: tcp_send_synack leaves the timer alone; measured";
        out_of_window_ack_interval: Span::from_millis(500),
            "sysctl tcp_invalid_ratelimit 500; measured";
        challenge_ack_limit: 1,
            "sysctl tcp_invalid_ratelimit: one in 500 ms for each socket; tcp_challenge_ack_limit \
             is off; measured";
        challenge_ack_period: Span::from_millis(500), "sysctl tcp_invalid_ratelimit 500; measured";
    }
    sockets {
        ephemeral_ports: (32_768, 60_999), "sysctl ip_local_port_range";
        ephemeral_order: PortOrder::ParityFirst, "inet_hashtables.c: __inet_hash_connect";
        bind_rule: BindRule::BothReuse, "inet_connection_sock.c: inet_bind_conflict; measured";
        backlog_rule: BacklogRule::OneMore,
            "include/net/sock.h: sk_acceptq_is_full; measured: listen(n) holds n + 1";
        backlog_max: 4096, "sysctl somaxconn 4096";
        syn_queue_limit: 2048,
            "tcp.c: tcp_init, sysctl tcp_max_syn_backlog: a 128th of 262,144; with SYN cookies of \
             no effect, the backlog is reached before";
        syn_cookies: SynCookies::WhenBacklogFull,
            "tcp_input.c: tcp_conn_request, inet_csk_reqsk_queue_is_full, sysctl tcp_syncookies 1";
        fast_open: FastOpenMode::Client, "sysctl tcp_fastopen 1";
        accept_queue_full: AcceptQueueFull::Ignored, "sysctl tcp_abort_on_overflow 0; measured";
        embryos_at_close: EmbryosAtClose::Forgotten, "measured: bind-old-syn_recv";
        close_during_call: CloseDuringCall::Waits, "fs/file.c: the call holds the file";
        linger_timeout: LingerTimeout::Background, "socket(7): closing goes on in the background; measured";
        time_wait_limit: 131_072, "tcp.c: tcp_init, sysctl tcp_max_tw_buckets: half of 262,144";
        time_wait_no_listener: TimeWaitWithoutListener::Stays,
            "tcp_ipv4.c: tcp_v4_do_time_wait looks for the listener first; measured";
        time_wait_reuse: TimeWaitReuse::Loopback, "sysctl tcp_tw_reuse 2; measured";
        time_wait_reuse_delay: Span::from_secs(1), "sysctl tcp_tw_reuse_delay 1000";
        orphan_limit: 131_072, "tcp.c: tcp_init, sysctl tcp_max_orphans: half of 262,144";
        descriptor_limit: 1024, "asm-generic/resource.h: INR_OPEN_CUR";
        closed_port: ClosedPort::Reset, "tcp_ipv4.c: tcp_v4_send_reset; measured";
        quiet_time: Span::ZERO, "unverified: nothing in the files read keeps quiet";
        socket_options: SocketOptions::NoExclusive, "socket(7), tcp(7)";
        errors: ErrorNumbers::Ninety, "asm-generic/errno.h";
        netstat: NetstatFormat::NetTools, "net-tools' netstat; measured";
    }
}
