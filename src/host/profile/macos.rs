//! macOS with its default settings.
//!
//! Files are those of `bsd/netinet` in Apple's XNU 11417.101.15. "Memory" is common knowledge of
//! those who wrote this; the file was not at hand. Where nothing is known the value is that of
//! RFC 9293, and the source says so.

use super::sockets::*;
use crate::tcp::config::*;
use crate::time::Span;

super::profile! {
    MacOs;
    tcp {
        time_wait: Span::from_secs(30),
            "tcp_timer.h: TCPTV_MSL, sysctl net.inet.tcp.msl 15000, twice";
        reset_in_time_wait: ResetInTimeWait::Ignored, "tcp_input.c: case TCPS_TIME_WAIT";
        time_wait_rule: TimeWaitRule::FinAgain, "tcp_input.c: a FIN starts the timer over";
        syn_in_time_wait: SynInTimeWait::Sequence,
            "tcp_input.c: beyond RCV.NXT; timestamps do not count";
        time_wait_comes_back: false,
            "tcp_input.c: TIME_WAIT is closed and the lookup starts over";
        refused_syn_in_time_wait: RefusedSyn::Acknowledged, "tcp_input.c";
        abort_in_time_wait: AbortInTimeWait::Leaves, "unverified: 2MSL goes on";
        reopen_iss: ReopenIss::Generator, "unverified: tcp_new_isn";
        fin_wait2_timeout: Some(Span::from_secs(60)),
            "tcp_input.c: tcp_set_finwait_timeout, at most 60 s";
        fin_wait2_held_timeout: None, "tcp_input.c: only where nobody can receive";
        fin_wait2_orphan: OrphanInFinWait2::Connection,
            "tcp_input.c: data draws a reset, and the connection is gone";
        last_ack_at_close: true,
            "tcp_usrreq.c: tcp_usrclosed changes the state before the FIN is formed";
        mss: 1460, "an MTU of 1,500 less the headers";
        default_mss: 512, "unverified, memory: sysctl net.inet.tcp.mssdflt 512";
        path_mtu_discovery: PathMtuDiscovery::On,
            "sysctl net.inet.tcp.path_mtu_discovery 1; that of black holes is not modelled";
        path_mtu_min: 256,
            "tcp_subr.c: tcp_ctlinput, sysctl net.inet.tcp.minmss 216 and the headers; unverified";
        icmp_soft_errors: IcmpSoftErrors::AbortLateInHandshake,
            "tcp_subr.c: tcp_notify, tcp_drop_syn_sent; unverified";
        icmp_hard_errors: IcmpHardErrors::AbortInHandshake,
            "tcp_subr.c: tcp_drop_syn_sent, sysctl net.inet.tcp.icmp_may_rst 1";
        receive_buffer: 131_072,
            "unverified, memory: sysctl net.inet.tcp.recvspace";
        receive_buffer_max: 2_097_152,
            "unverified, memory: sysctl net.inet.tcp.autorcvbufmax; a SYN has wscale 6";
        window_growth: WindowGrowth::ByHalf, "unverified: as a relative";
        window_in_segments: false, "unverified, memory: a SYN offers 65535";
        window_update: WindowUpdate::HalfBuffer, "unverified: as a relative";
        text_share: 128, "unverified: nothing known";
        send_buffer: 131_072,
            "unverified, memory: sysctl net.inet.tcp.sendspace; that it grows is not modelled";
        window_scaling: true, "unverified, memory: SYNs offer it";
        timestamps: true, "unverified, memory: SYNs offer them";
        sack: true, "unverified, memory: sysctl net.inet.tcp.sack 1";
        dsack: true, "unverified, memory: sysctl net.inet.tcp.dsack_enable 1";
        delayed_ack: Some(Span::from_millis(100)),
            "tcp_timer.h: 100 ms nominal, fires after 100 to 200 ms";
        delay_ack_of_fin: false, "unverified: as RFC 9293 and older relatives";
        delayed_ack_mode: DelayedAckMode::Fixed,
            "unverified: it also stretches acknowledgements, which is not modelled";
        delayed_ack_max: Span::from_millis(200), "of no effect while the delay is fixed";
        nagle: true, "tcp_output.c";
        nagle_rule: NagleRule::AnySegment, "unverified: as FreeBSD";
        push: PushRule::LastWritten, "unverified: as FreeBSD";
        rto_initial: Span::from_secs(1), "tcp_timer.h: TCPTV_RTOBASE";
        rto_min: Span::from_millis(30), "tcp_timer.h: TCPTV_REXMTMIN";
        rto_max: Span::from_secs(64), "tcp_timer.h: TCPTV_REXMTMAX";
        rto_after_syn_loss: Span::from_secs(3), "unverified: as RFC 9293";
        rto_floor: RtoFloor::Whole, "tcp_timer.h: TCPT_RANGESET";
        rto_slop: Span::from_millis(200), "tcp_timer.h: TCPTV_REXMTSLOP, once established";
        rtt_variance: RttVariance::Rfc6298, "tcp_input.c: tcp_xmit_timer";
        tail_loss_probe: true, "unverified, memory: tcp_timer.h, TCPT_PTO";
        clock_granularity: Span::from_millis(1),
            "unverified, memory: tcp_timer.h, TCP_RETRANSHZ 1000";
        syn_linear_timeouts: 4, "tcp_timer.c: tcp_syn_backoff 1, 1, 1, 1, 1, 2, 4, 8";
        syn_after_wrong_ack: None, "unverified: as RFC 9293";
        r1: 3, "unverified: as RFC 9293";
        r2: Limit::Retransmissions(12), "tcp_timer.h: TCP_MAXRXTSHIFT";
        r2_orphan: None, "tcp_timer.c: no special rule seen";
        r2_syn: Limit::After(Span::from_secs(75)),
            "tcp_timer.h: TCPTV_KEEP_INIT, sysctl net.inet.tcp.keepinit";
        r2_syn_ack: Limit::After(Span::from_secs(75)), "unverified: TCPTV_KEEP_INIT as for a SYN";
        user_timeout: None, "unverified: none by default";
        keepalive_idle: Span::from_secs(7200), "sysctl net.inet.tcp.keepidle";
        keepalive_interval: Span::from_secs(75), "sysctl net.inet.tcp.keepintvl";
        keepalive_probes: 8, "sysctl net.inet.tcp.keepcnt 8";
        congestion_control: CongestionControl::Cubic, "unverified, memory: tcp_cc.h: TCP_CC_ALGO_CUBIC_INDEX";
        fast_convergence: true, "tcp_cubic.c: tcp_cubic_pre_fr, tcp_cubic_fast_convergence_factor 0.85";
        slow_start: SlowStartGrowth::AllAcknowledged,
            "tcp_cubic.c: tcp_cubic_ack_rcvd, at most an initial window, which an ACK hardly passes";
        avoidance: Avoidance::Octets, "unverified: byte counting";
        slow_start_exit: SlowStartExit::None, "tcp_cubic.c: nothing but a loss";
        window_validation: true, "tcp_cubic.c: tcp_cc_is_cwnd_nonvalidated, RFC 7661";
        restart_after_idle: true, "tcp_cubic.c: after_idle is tcp_cubic_cwnd_init_or_reset";
        ecn: EcnMode::Asks,
            "unverified: tcp_ecn 1; in older trees tcp_output.c, ecn_initiate_out 2, leaves it to the \
             interface; that it stops asking where it failed is not modelled";
        pacing: false, "unverified: that of CUBIC in newer versions is not modelled";
        loss_detection: LossDetection::Rack,
            "unverified, memory: tcp_rack, on by default";
        reduction: Reduction::Proportional, "unverified, memory: tcp_cc.c, PRR";
        f_rto: true, "unverified, memory: F-RTO in tcp_input.c";
        undo: true,
            "unverified, memory: tcp_cc.c, bad retransmissions";
        initial_window: InitialWindow::Rfc6928, "unverified, memory: 10 segments";
        sws_override: Span::from_millis(200),
            "unverified: as RFC 9293; the persist timer has 5 s at least";
        zero_window_probe: ZeroWindowProbe::NextOctet,
            "tcp_output.c: TF_FORCEDATA sends one octet into a closed window";
        persist_min: Span::from_secs(5), "tcp_timer.h: TCPTV_PERSMIN";
        persist_max: Span::from_secs(60),
            "tcp_timer.h: TCPTV_PERSMAX; the distance doubles from SRTT and RTTVAR on, here from the RTO";
        probe_limit: ProbeLimit::Silence,
            "tcp_timer.c: TCPT_PERSIST; TCP_MAXRXTSHIFT and tcp_totbackoff, 2,559 RTO";
        persist_idle: Span::from_secs(7200), "tcp_timer.c: tcp_maxpersistidle, TCPTV_KEEP_IDLE";
        fin_into_closed_window: false, "tcp_input.c trims to the window: TH_FIN goes with what lies beyond it";
        user_timeout_option: false, "unverified: none was seen";
        user_timeout_lower: Span::from_secs(100), "RFC 5482 §3.1; of effect with the option alone";
        user_timeout_upper: Span::from_secs(3600),
            "chosen, RFC 5482 §3.1 leaves it open; of effect with the option alone";
        user_timeout_from: UserTimeoutFrom::FirstTransmission, "unverified";
        late_text_reset: LateTextReset::LikeClosed, "tcp_input.c: dropwithreset";
        late_text_after_fin: false, "unverified: as RFC 9293";
        unread_at_reset: UnreadAtReset::Kept, "unverified: soreceive reads what is there";
        syn_in_connection: SynInConnection::Challenged, "tcp_input.c";
        close_with_unread: CloseWithUnread::Reset,
            "tcp_usrreq.c: also where the reassembly queue alone holds octets";
        close_in_syn_received: CloseInSynReceived::Deletes,
            "unverified, memory: tcp_usrreq.c: tcp_disconnect, below ESTABLISHED";
        reset_carries_ack: true, "unverified, memory: tcp_outflags of TCPS_CLOSED are RST and ACK";
        reset_before_fin: true, "tcp_input.c: last_ack_sent - 1 counts, in any state";
        bare_reset_ack: BareResetAck::Zero, "unverified: as FreeBSD";
        syn_again: SynAgain::Acknowledged, "unverified: as RFC 9293";
        syn_in_handshake: SynInHandshake::Listens, "unverified: as RFC 9293";
        ack_simultaneous_syn_ack: false, "unverified: as RFC 9293";
        syn_ack_restarts_rto: true, "unverified: as RFC 9293";
        out_of_window_ack_interval: Span::ZERO, "unverified: as RFC 9293";
        challenge_ack_limit: 10, "tcp_input.c: 10 a second for each connection";
        challenge_ack_period: Span::from_secs(1), "tcp_input.c: 10 a second for each connection";
    }
    sockets {
        ephemeral_ports: (49_152, 65_535), "in.h: IPPORT_HIFIRSTAUTO, IPPORT_HILASTAUTO";
        ephemeral_order: PortOrder::InOrder, "in_pcb.c: sequential unless told to be random";
        bind_rule: BindRule::NewReuses, "in_pcb.c: in_pcbbind";
        backlog_rule: BacklogRule::HalfMore,
            "unverified, memory: uipc_socket2.c, sonewconn: 3/2 of the limit";
        backlog_max: 128, "unverified, memory: sysctl kern.ipc.somaxconn 128";
        syn_queue_limit: u32::MAX, "unverified: no limit is known";
        syn_cookies: SynCookies::Off,
            "unverified: none was seen";
        fast_open: FastOpenMode::Both, "unverified, memory: sysctl net.inet.tcp.fastopen 3";
        accept_queue_full: AcceptQueueFull::Ignored,
            "unverified, memory: tcp_input.c drops what sonewconn refuses";
        embryos_at_close: EmbryosAtClose::Reset, "unverified: as RFC 9293";
        close_during_call: CloseDuringCall::Waits, "unverified: as FreeBSD";
        linger_timeout: LingerTimeout::Background, "unverified: closing goes on in the background";
        time_wait_limit: u32::MAX, "unverified: no limit is known";
        time_wait_no_listener: TimeWaitWithoutListener::Gone, "unverified: as FreeBSD";
        time_wait_reuse: TimeWaitReuse::Off, "tcp_usrreq.c: EADDRINUSE but for the CC option";
        time_wait_reuse_delay: Span::from_secs(1), "of no effect while reuse is off";
        orphan_limit: u32::MAX, "unverified: no limit is known";
        descriptor_limit: 256, "unverified, memory: the soft limit of a shell, ulimit -n";
        closed_port: ClosedPort::Reset, "tcp_input.c, sysctl net.inet.tcp.blackhole 0";
        quiet_time: Span::ZERO, "unverified: nothing in the files read keeps quiet";
        socket_options: SocketOptions::Classic, "tcp(4), setsockopt(2)";
        errors: ErrorNumbers::Forty, "sys/errno.h: EADDRINUSE 48";
        netstat: NetstatFormat::DottedPort, "netstat: address and port joined by a dot";
    }
}
