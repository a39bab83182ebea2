//! FreeBSD: release 13 and later with its default settings.
//!
//! Files are those of `sys/netinet`, of a tree of the 13 era and a later one. "Learned from 10" is a
//! model that was learned from a client on 10.x (tcp-learner, `freebsd-client`). "Memory" is common
//! knowledge of those who wrote this; the file was not at hand. Where nothing is known the value is
//! that of RFC 9293, and the source says so.
//!
//! Not here, since no constant of ours says it: TIME-WAIT that is skipped towards the host itself
//! (`nolocaltimewait`), and band limits of resets.

use super::sockets::*;
use crate::tcp::config::*;
use crate::time::Span;

super::profile! {
    FreeBsd;
    tcp {
        time_wait: Span::from_secs(60),
            "tcp_timer.h: TCPTV_MSL, sysctl net.inet.tcp.msl 30000, twice";
        reset_in_time_wait: ResetInTimeWait::Ignored,
            "tcp_timewait.c: tcp_twcheck; learned from 10";
        time_wait_rule: TimeWaitRule::ExactFin, "tcp_timewait.c: tcp_twcheck";
        syn_in_time_wait: SynInTimeWait::BeyondNext,
            "tcp_timewait.c: tcp_twcheck; timestamps do not count; learned from 10";
        time_wait_comes_back: false,
            "tcp_timewait.c: tcp_twcheck closes it for good";
        refused_syn_in_time_wait: RefusedSyn::Ignored,
            "tcp_timewait.c: tcp_twcheck drops it; learned from 10";
        abort_in_time_wait: AbortInTimeWait::Leaves, "unverified: 2MSL goes on";
        reopen_iss: ReopenIss::Generator, "unverified: tcp_new_isn";
        fin_wait2_timeout: Some(Span::from_secs(600)),
            "tcp_usrreq.c: tcp_usrclosed, 8 keep-alive intervals of 75 s; fast_finwait2_recycle 0";
        fin_wait2_held_timeout: None,
            "tcp_usrreq.c: tcp_usrclosed starts it only where nobody can receive";
        fin_wait2_orphan: OrphanInFinWait2::Connection,
            "tcp_input.c: data draws a reset, and the connection is gone";
        last_ack_at_close: true,
            "tcp_usrreq.c: tcp_usrclosed changes the state before the FIN is formed";
        mss: 1460, "an MTU of 1,500 less the headers";
        default_mss: 536, "unverified, memory: sysctl net.inet.tcp.mssdflt 536";
        path_mtu_discovery: PathMtuDiscovery::On,
            "sysctl net.inet.tcp.path_mtu_discovery 1; that of black holes is not modelled";
        path_mtu_min: 256,
            "tcp_subr.c: tcp_ctlinput, sysctl net.inet.tcp.minmss 216 and the headers; unverified that DF goes";
        icmp_soft_errors: IcmpSoftErrors::AbortLateInHandshake,
            "tcp_subr.c: tcp_notify, tcp_drop_syn_sent";
        icmp_hard_errors: IcmpHardErrors::AbortInHandshake,
            "tcp_subr.c: tcp_drop_syn_sent, sysctl net.inet.tcp.icmp_may_rst 1";
        receive_buffer: 65_536,
            "unverified, memory: sysctl net.inet.tcp.recvspace";
        receive_buffer_max: 2_097_152, "unverified, memory: sysctl net.inet.tcp.recvbuf_max; wscale 6";
        window_growth: WindowGrowth::ByHalf,
            "unverified, memory: tcp_input.c: tcp_autorcvbuf; older releases add 16,384";
        window_in_segments: false, "unverified, memory: a SYN offers 65535";
        window_update: WindowUpdate::HalfBuffer, "tcp_output.c: 2 * adv >= so_rcv.sb_hiwat; its other cases are not modelled";
        text_share: 128, "unverified: nothing known";
        send_buffer: 2_097_152,
            "unverified, memory: sysctl net.inet.tcp.sendbuf_max: it grows from 32768, so that it \
             never holds cwnd back";
        window_scaling: true, "unverified, memory: sysctl net.inet.tcp.rfc1323 1";
        timestamps: true, "unverified, memory: sysctl net.inet.tcp.rfc1323 1";
        sack: true, "unverified, memory: sysctl net.inet.tcp.sack.enable 1";
        dsack: true, "unverified, memory: tcp_sack.c: tcp_update_dsack_list, from 13 on";
        delayed_ack: Some(Span::from_millis(40)), "tcp_timer.h: TCPTV_DELACK, hz/25";
        delay_ack_of_fin: false, "tcp_input.c: a FIN sets TF_ACKNOW";
        delayed_ack_mode: DelayedAckMode::Fixed, "tcp_timer.h: TCPTV_DELACK";
        delayed_ack_max: Span::from_millis(40), "of no effect while the delay is fixed";
        nagle: true, "tcp_output.c";
        nagle_rule: NagleRule::AnySegment, "tcp_output.c: idle, or all of it";
        push: PushRule::LastWritten, "tcp_output.c: PSH if the buffer is emptied";
        rto_initial: Span::from_secs(1), "tcp_timer.h: TCPTV_RTOBASE";
        rto_min: Span::from_millis(30), "tcp_timer.h: TCPTV_MIN, hz/33";
        rto_max: Span::from_secs(64), "tcp_timer.h: TCPTV_REXMTMAX";
        rto_after_syn_loss: Span::from_secs(3), "unverified: as RFC 9293";
        rto_floor: RtoFloor::Whole, "tcp_timer.h: TCPT_RANGESET";
        rto_slop: Span::from_millis(200), "tcp_timer.h: TCPTV_CPU_VAR";
        rtt_variance: RttVariance::Rfc6298, "tcp_input.c: tcp_xmit_timer";
        tail_loss_probe: false, "the default stack has none; that of RACK is another module";
        clock_granularity: Span::from_millis(1), "a tick: hz 1000";
        syn_linear_timeouts: 0, "unverified: older releases had 4";
        syn_after_wrong_ack: None, "tcp_input.c: SYN-SENT resets, and the timer runs on";
        r1: 3, "unverified, memory: tcp_timer.c, in_losing after a quarter of TCP_MAXRXTSHIFT";
        r2: Limit::Retransmissions(12), "tcp_timer.h: TCP_MAXRXTSHIFT";
        r2_orphan: None, "tcp_timer.c knows no special rule";
        r2_syn: Limit::After(Span::from_secs(75)),
            "tcp_timer.h: TCPTV_KEEP_INIT, sysctl net.inet.tcp.keepinit";
        r2_syn_ack: Limit::Retransmissions(3), "tcp_syncache.c: SYNCACHE_MAXREXMTS";
        user_timeout: None, "unverified: none by default";
        keepalive_idle: Span::from_secs(7200), "sysctl net.inet.tcp.keepidle";
        keepalive_interval: Span::from_secs(75), "sysctl net.inet.tcp.keepintvl";
        keepalive_probes: 8, "sysctl net.inet.tcp.keepcnt 8";
        congestion_control: CongestionControl::Cubic, "unverified, memory: CUBIC since 14.0";
        fast_convergence: true, "unverified: cc_cubic.c";
        slow_start: SlowStartGrowth::TwoSegments,
            "cc.c: sysctl net.inet.tcp.abc_l_var 2; unverified";
        avoidance: Avoidance::Octets, "cc_newreno.c: newreno_ack_received, sysctl net.inet.tcp.rfc3465 1";
        slow_start_exit: SlowStartExit::None,
            "cc_cubic.c: HyStart++ only where the stack allows it, which the default one does not";
        window_validation: false,
            "unverified, memory: cc.h, CCF_CWND_LIMITED counts min(cwnd, wnd) against the flight";
        restart_after_idle: true, "unverified, memory: cc_newreno.c: newreno_after_idle";
        ecn: EcnMode::Accepts, "tcp_input.c: tcp_do_ecn, sysctl net.inet.tcp.ecn.enable 2";
        pacing: false, "unverified, memory: only the stacks RACK and BBR pace, which are not the default";
        loss_detection: LossDetection::DuplicateAcks,
            "tcp_sack.c: the default stack counts by RFC 6675; RACK is another module";
        reduction: Reduction::Proportional, "unverified, memory: sysctl net.inet.tcp.do_prr 1";
        f_rto: false, "unverified, memory: the default stack has none";
        undo: true,
            "unverified, memory: tcp_input.c, a retransmission that was acknowledged too soon (badrxtwin)";
        initial_window: InitialWindow::Rfc6928,
            "unverified, memory: sysctl net.inet.tcp.initcwnd_segments 10";
        sws_override: Span::from_millis(200),
            "unverified: as RFC 9293; the persist timer has 5 s at least";
        zero_window_probe: ZeroWindowProbe::NextOctet,
            "tcp_output.c: TF_FORCEDATA sends one octet into a closed window";
        persist_min: Span::from_secs(5), "tcp_timer.h: TCPTV_PERSMIN";
        persist_max: Span::from_secs(60),
            "tcp_timer.h: TCPTV_PERSMAX; the distance doubles from SRTT and RTTVAR on, here from the RTO";
        probe_limit: ProbeLimit::Silence,
            "tcp_timer.c: tcp_timer_persist; TCP_MAXRXTSHIFT and tcp_totbackoff, 2,559 RTO";
        persist_idle: Span::from_secs(7200), "tcp_timer.c: tcp_maxpersistidle, TCPTV_KEEP_IDLE";
        fin_into_closed_window: false, "tcp_input.c trims to the window: TH_FIN goes with what lies beyond it";
        user_timeout_option: false, "the source has no such option";
        user_timeout_lower: Span::from_secs(100), "RFC 5482 §3.1; of effect with the option alone";
        user_timeout_upper: Span::from_secs(3600),
            "chosen, RFC 5482 §3.1 leaves it open; of effect with the option alone";
        user_timeout_from: UserTimeoutFrom::FirstTransmission, "unverified";
        late_text_reset: LateTextReset::LikeClosed, "tcp_input.c: dropwithreset";
        late_text_after_fin: false, "tcp_input.c: TCPS_HAVERCVDFIN excludes it";
        unread_at_reset: UnreadAtReset::Kept, "unverified: soreceive reads what is there";
        syn_in_connection: SynInConnection::Challenged, "tcp_input.c; insecure_syn 0";
        close_with_unread: CloseWithUnread::Fin,
            "tcp_usrreq.c flushes the buffer, 13 era, and learned from 10; later unverified";
        close_in_syn_received: CloseInSynReceived::Deletes,
            "tcp_usrreq.c: tcp_disconnect, below ESTABLISHED; learned from 10";
        reset_carries_ack: true, "unverified, memory: tcp_outflags of TCPS_CLOSED are RST and ACK";
        reset_before_fin: false, "tcp_input.c: last_ack_sent alone";
        bare_reset_ack: BareResetAck::Zero, "learned from FreeBSD 10: RST(ZERO,ZERO)";
        syn_again: SynAgain::AnsweredAgain, "tcp_syncache.c: syncache_add";
        syn_in_handshake: SynInHandshake::AnsweredAgain,
            "tcp_syncache.c: syncache_add finds its entry whatever the number; a SYN,ACK \
             meets the listener";
        ack_simultaneous_syn_ack: false, "tcp_input.c trims the SYN";
        syn_ack_restarts_rto: true, "tcp_output.c starts it with what it sends; unverified";
        out_of_window_ack_interval: Span::ZERO, "unverified: as RFC 9293";
        challenge_ack_limit: 10, "unverified: as RFC 9293, the example of RFC 5961 §7";
        challenge_ack_period: Span::from_secs(5),
            "unverified: as RFC 9293, the example of RFC 5961 §7";
    }
    sockets {
        ephemeral_ports: (10_000, 65_535),
            "in.h: IPPORT_EPHEMERALFIRST, sysctl net.inet.ip.portrange.first and last";
        ephemeral_order: PortOrder::Random, "in_pcb.c, sysctl net.inet.ip.portrange.randomized 1";
        bind_rule: BindRule::NewReuses, "in_pcb.c: in_pcbbind_setup";
        backlog_rule: BacklogRule::HalfMore,
            "unverified, memory: uipc_socket.c, sonewconn: 3/2 of the limit";
        backlog_max: 128, "unverified, memory: sysctl kern.ipc.soacceptqueue 128";
        syn_queue_limit: 15_360,
            "unverified, memory: sysctl net.inet.tcp.syncache.cachelimit, for the whole host";
        syn_cookies: SynCookies::WhenFull,
            "tcp_syncache.c, sysctl net.inet.tcp.syncookies 1; the form of the cookie is another";
        fast_open: FastOpenMode::Client, "unverified, memory: sysctl net.inet.tcp.fastopen.client_enable 1, server_enable 0";
        accept_queue_full: AcceptQueueFull::Reset,
            "unverified, memory: sysctl net.inet.tcp.syncache.rst_on_sock_fail 1";
        embryos_at_close: EmbryosAtClose::Forgotten,
            "tcp_syncache.c: an entry outlives its listener, and what arrives meets no socket; \
             unverified";
        close_during_call: CloseDuringCall::Waits, "the call holds the file; unverified";
        linger_timeout: LingerTimeout::Background, "unverified: closing goes on in the background";
        time_wait_limit: u32::MAX,
            "later trees keep whole connections; 13: half as many as there are ephemeral ports, \
             the oldest goes";
        time_wait_no_listener: TimeWaitWithoutListener::Gone,
            "tcp_timewait.c: tcp_twcheck closes it first; learned from 10";
        time_wait_reuse: TimeWaitReuse::Off, "tcp_usrreq.c: tcp_connect, EADDRINUSE";
        time_wait_reuse_delay: Span::from_secs(1), "of no effect while reuse is off";
        orphan_limit: u32::MAX, "unverified: no limit is known";
        descriptor_limit: u32::MAX, "unverified: sysctl kern.maxfilesperproc follows from memory";
        closed_port: ClosedPort::Reset, "tcp_input.c, sysctl net.inet.tcp.blackhole 0";
        quiet_time: Span::ZERO, "unverified: nothing in the files read keeps quiet";
        socket_options: SocketOptions::Classic, "tcp(4), setsockopt(2); TCP_NOPUSH is no TCP_CORK";
        errors: ErrorNumbers::Forty, "sys/errno.h: EADDRINUSE 48";
        netstat: NetstatFormat::DottedPort, "usr.bin/netstat: address and port joined by a dot";
    }
}
