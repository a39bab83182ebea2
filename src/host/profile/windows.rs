//! Windows, as far as it is documented.
//!
//! Its source is not public. What is known comes from three places, each of another release: pages
//! of the registry and Knowledge Base articles (2000 to 7), the Winsock documents, and a model that
//! was learned from a server on Windows 8 (tcp-learner, `windows-server`), without clock. "Memory"
//! is common knowledge of those who wrote this; no page was at hand. Where nothing at all is known
//! the value is that of RFC 9293, and the source says so.

use super::sockets::*;
use crate::tcp::config::*;
use crate::time::Span;

super::profile! {
    Windows;
    tcp {
        time_wait: Span::from_secs(120),
            "unverified for current releases: TcpTimedWaitDelay is 120 s in Server 2003, 240 s in \
             2000";
        reset_in_time_wait: ResetInTimeWait::Closes, "learned from Windows 8: RST in TIME-WAIT";
        time_wait_rule: TimeWaitRule::FinAgain,
            "unverified: as RFC 9293; learned from Windows 8 only that what is inside the window \
             draws nothing";
        syn_in_time_wait: SynInTimeWait::Sequence,
            "learned from Windows 8, without timestamps: SYN draws SYN,ACK";
        time_wait_comes_back: false, "unverified: it is taken off its list";
        refused_syn_in_time_wait: RefusedSyn::Ignored,
            "learned from Windows 8: without a listener SYN draws nothing, and TIME-WAIT stays";
        abort_in_time_wait: AbortInTimeWait::Leaves, "unverified: 2MSL goes on";
        reopen_iss: ReopenIss::Generator, "unverified";
        fin_wait2_timeout: Some(Span::from_secs(120)),
            "unverified for the host's own stack: documents of TCP offload, a FIN-WAIT-2 timer of \
             120 s";
        fin_wait2_held_timeout: Some(Span::from_secs(300)),
            "KB 813056, Server 2003: 5 minutes even after shutdown(SD_SEND); unverified for \
             current releases";
        fin_wait2_orphan: OrphanInFinWait2::Connection,
            "learned from Windows 8: it answers like a connection";
        last_ack_at_close: false, "unverified: as RFC 9293";
        mss: 1460, "an MTU of 1,500 less the headers";
        default_mss: 536, "unverified: as RFC 9293";
        path_mtu_discovery: PathMtuDiscovery::On,
            "EnablePMTUDiscovery 1";
        path_mtu_min: 576,
            "unverified: the least that a security update of 2005 left to ICMP";
        icmp_soft_errors: IcmpSoftErrors::Remembered,
            "unverified: as RFC 9293 has it";
        icmp_hard_errors: IcmpHardErrors::AbortInHandshake,
            "unverified: as most systems";
        receive_buffer: 65_535,
            "unverified, memory: 64 KiB, from which autotuning grows";
        receive_buffer_max: 16_776_960, "unverified, memory: a SYN has wscale 8";
        window_growth: WindowGrowth::Measured,
            "unverified: receive window auto-tuning, level normal, is documented, its rule is not";
        window_in_segments: false,
            "unverified, memory: a SYN offers 65535, in older releases 64240";
        window_update: WindowUpdate::HalfBuffer, "unverified: as RFC 9293";
        text_share: 128, "unverified: nothing known";
        send_buffer: 65_536, "unverified, memory: SO_SNDBUF of 64 KiB";
        window_scaling: true,
            "unverified, memory: netsh shows autotuning normal, for which SYNs offer scaling";
        timestamps: false,
            "unverified, memory: netsh shows RFC 1323 timestamps disabled or only allowed";
        sack: true, "unverified, memory: registry, SackOpts 1";
        dsack: true, "unverified, memory: RFC 2883 is among those that the vendor lists";
        delayed_ack: Some(Span::from_millis(200)),
            "registry, TcpDelAckTicks 2 of 100 ms, Windows 2000; unverified for current releases";
        delay_ack_of_fin: false, "learned from Windows 8: FIN draws ACK at once";
        delayed_ack_mode: DelayedAckMode::Fixed, "registry, TcpDelAckTicks";
        delayed_ack_max: Span::from_millis(200), "of no effect while the delay is fixed";
        nagle: true, "unverified: as RFC 9293";
        nagle_rule: NagleRule::AnySegment, "unverified: as RFC 9293";
        push: PushRule::LastWritten, "unverified: as RFC 9293";
        rto_initial: Span::from_secs(3),
            "registry, TcpInitialRTT 3 s, Windows 7; unverified for current releases";
        rto_min: Span::from_millis(300),
            "unverified, memory: Get-NetTCPSetting, MinRto of the Internet template";
        rto_max: Span::from_secs(240), "unverified: as RFC 9293; 5 retransmissions hardly reach it";
        rto_after_syn_loss: Span::from_secs(3), "unverified: as RFC 9293";
        rto_floor: RtoFloor::Whole, "unverified: as RFC 9293";
        rto_slop: Span::ZERO, "unverified: as RFC 9293";
        rtt_variance: RttVariance::Rfc6298, "unverified: as RFC 9293";
        tail_loss_probe: true, "unverified, memory: on by default since Windows 10 1607";
        clock_granularity: Span::from_millis(1), "unverified: as RFC 9293";
        syn_linear_timeouts: 0, "registry, TcpInitialRTT: 3 s, doubled each time, Windows 7";
        syn_after_wrong_ack: None, "unverified: as RFC 9293";
        r1: 3, "unverified: as RFC 9293";
        r2: Limit::Retransmissions(5),
            "KB 170359, TcpMaxDataRetransmissions 5, XP to 7 and 2008 R2; unverified for current \
             releases";
        r2_orphan: None, "unverified: no rule of its own is known";
        r2_syn: Limit::Retransmissions(2),
            "MaxSynRetransmissions 2, Windows 7: 21 s; unverified for current releases";
        r2_syn_ack: Limit::Retransmissions(2),
            "unverified, memory: registry, TcpMaxConnectResponseRetransmissions 2";
        user_timeout: None, "unverified: TCP_MAXRT exists, and is not set by default";
        keepalive_idle: Span::from_secs(7200), "Winsock documents, SO_KEEPALIVE: 2 hours";
        keepalive_interval: Span::from_secs(1), "unverified, memory: SIO_KEEPALIVE_VALS, 1 s";
        keepalive_probes: 10, "unverified, memory: SIO_KEEPALIVE_VALS, 10 since Vista";
        congestion_control: CongestionControl::Cubic,
            "unverified, memory: CUBIC since Windows 10 1709 and Server 2019";
        fast_convergence: true, "unverified: RFC 9438 §4.7";
        slow_start: SlowStartGrowth::AllAcknowledged,
            "RFC 9406 §4.3 has 8 segments without pacing, which an ACK hardly passes; unverified";
        avoidance: Avoidance::Octets, "unverified: byte counting; of no effect with CUBIC";
        slow_start_exit: SlowStartExit::HyStartPlusPlus,
            "RFC 9406, whose authors ship it here; unverified for a given release";
        window_validation: true, "unverified: as Linux";
        restart_after_idle: true, "Set-NetTCPSetting, CwndRestart; unverified which is the default";
        ecn: EcnMode::Off,
            "netsh int tcp set global ecncapability: disabled by default; unverified for servers";
        pacing: false, "unverified";
        loss_detection: LossDetection::Rack,
            "unverified, memory: RACK and TLP since Windows 10 and Server 2019";
        reduction: Reduction::Proportional, "unverified, memory: PRR since Server 2019";
        f_rto: true, "unverified, memory: F-RTO since Server 2008";
        undo: true,
            "unverified: what F-RTO finds is of no use without";
        initial_window: InitialWindow::Rfc6928,
            "unverified, memory: 10 segments since Windows 10 1607";
        sws_override: Span::from_millis(200), "unverified: as RFC 9293";
        zero_window_probe: ZeroWindowProbe::NextOctet, "unverified: as RFC 9293";
        persist_min: Span::ZERO, "unverified: as RFC 9293";
        persist_max: Span::from_secs(240), "unverified: as rto_max";
        probe_limit: ProbeLimit::Unanswered,
            "unverified: TcpMaxDataRetransmissions is taken to count probes too";
        persist_idle: Span::from_secs(7200), "of no effect, probe_limit does not ask for it";
        fin_into_closed_window: false, "unverified: as RFC 9293";
        user_timeout_option: false, "unverified: none is known";
        user_timeout_lower: Span::from_secs(100), "RFC 5482 §3.1; of effect with the option alone";
        user_timeout_upper: Span::from_secs(3600),
            "chosen, RFC 5482 §3.1 leaves it open; of effect with the option alone";
        user_timeout_from: UserTimeoutFrom::FirstTransmission, "unverified";
        late_text_reset: LateTextReset::Acknowledges,
            "learned from Windows 8: text in FIN-WAIT-2 draws RST,ACK(NEXT,NEXT)";
        late_text_after_fin: false, "unverified: as RFC 9293";
        unread_at_reset: UnreadAtReset::Lost, "unverified";
        syn_in_connection: SynInConnection::Resets,
            "learned from Windows 8: SYN draws RST,ACK(ZERO,NEXT), SYN,ACK draws RST; in \
             SYN-RECEIVED a SYN,ACK draws nothing";
        close_with_unread: CloseWithUnread::Reset, "learned from Windows 8: RST,ACK";
        close_in_syn_received: CloseInSynReceived::Fin, "unverified: as RFC 9293";
        reset_carries_ack: true, "learned from Windows 8: RST,ACK on close with unread data";
        reset_before_fin: false, "unverified: as RFC 9293";
        bare_reset_ack: BareResetAck::Filled,
            "learned from Windows 8: never zero; RCV.NXT at the end of a handshake without listener, \
             else not a number of the peer's: SEG.ACK is assumed";
        syn_again: SynAgain::Acknowledged, "unverified: as RFC 9293";
        syn_in_handshake: SynInHandshake::Listens,
            "of no effect: `syn_in_connection` resets a handshake too";
        ack_simultaneous_syn_ack: false, "unverified: as RFC 9293";
        syn_ack_restarts_rto: true, "unverified: as RFC 9293";
        out_of_window_ack_interval: Span::ZERO, "unverified: as RFC 9293";
        challenge_ack_limit: 10, "unverified: as RFC 9293, the example of RFC 5961 §7";
        challenge_ack_period: Span::from_secs(5),
            "unverified: as RFC 9293, the example of RFC 5961 §7";
    }
    sockets {
        ephemeral_ports: (49_152, 65_535), "KB 929851: since Vista";
        ephemeral_order: PortOrder::InOrder,
            "unverified: SO_RANDOMIZE_PORT exists, so random is not the default";
        bind_rule: BindRule::Exclusive,
            "Winsock documents: SO_REUSEADDR and SO_EXCLUSIVEADDRUSE, Server 2003 and later";
        backlog_rule: BacklogRule::Together, "unverified: as for RFC 9293";
        backlog_max: 200,
            "unverified, memory: Winsock documents, listen: more needs SOMAXCONN_HINT";
        syn_queue_limit: u32::MAX, "unverified: no limit is known";
        syn_cookies: SynCookies::Off,
            "unverified: SYN attack protection is another thing";
        fast_open: FastOpenMode::Client, "unverified, memory: netsh interface tcp, fastopen enabled";
        accept_queue_full: AcceptQueueFull::Reset,
            "unverified, memory: a full backlog refuses by a reset";
        embryos_at_close: EmbryosAtClose::Refused,
            "learned from Windows 8: CLOSE draws nothing, what ends the handshake draws RST";
        close_during_call: CloseDuringCall::Resets,
            "learned from Windows 8: a blocked RCV, then CLOSE, draws RST,ACK";
        linger_timeout: LingerTimeout::Abort, "Winsock: closesocket, a hard close after the time-out";
        time_wait_limit: u32::MAX,
            "unverified: documents say that TIME-WAIT ends early when TCBs are short, and name no \
             number";
        time_wait_no_listener: TimeWaitWithoutListener::Stays,
            "learned from Windows 8: TIME-WAIT stays";
        time_wait_reuse: TimeWaitReuse::Off, "unverified: no such rule is known";
        time_wait_reuse_delay: Span::from_secs(1), "of no effect while reuse is off";
        orphan_limit: u32::MAX, "unverified: no limit is known";
        descriptor_limit: u32::MAX, "unverified: sockets are handles, of which there are millions";
        closed_port: ClosedPort::Reset,
            "RFC 9293; the firewall's stealth mode, in the learned model, is `ListenerSilent`";
        quiet_time: Span::ZERO, "unverified: nothing is known of one";
        socket_options: SocketOptions::Exclusive, "Winsock: SOL_SOCKET and IPPROTO_TCP socket options";
        errors: ErrorNumbers::TenThousand, "winsock2.h: WSAEADDRINUSE 10048";
        netstat: NetstatFormat::OffloadState,
            "netstat -nt of Windows 10: the offload state, InHost";
    }
}
