//! `shutdown` of either side and of both; when the state runs ahead of the FIN.

use super::*;

/// Recorded run half-close-shut-rd-server: what arrives after it is acknowledged and can be read; a
/// read that finds nothing does not wait.
#[test]
fn after_shutdown_of_reading_text_is_still_taken() {
    for setup in [recorded(), Setup::default()] {
        setup
            .established()
            .calls(Call::ShutdownRead)
            .silent()
            .stays(Established)
            .reads(Received::End)
            .arrives("PSH,ACK seq=1 ack=1 len=200")
            .silent()
            .reads(Received::Octets(200))
            .reads(Received::End)
            .arrives("FIN,ACK seq=201 ack=1")
            .replies("ACK seq=1 ack=202")
            .enters([CloseWait])
            .calls(Call::Close)
            .replies("FIN,ACK seq=1 ack=202")
            .enters([LastAck])
            .arrives("ACK seq=202 ack=2")
            .silent()
            .enters([Closed]);
    }
}

/// Recorded run article-shutdown-rdwr-server-gets-data: in FIN-WAIT-1 and FIN-WAIT-2 text draws a
/// bare reset, though the socket is held.
#[test]
fn after_shutdown_of_both_text_resets() {
    for first in ["ACK seq=1 ack=2", "ACK seq=1 ack=1"] {
        let mut t = recorded().established();
        t.calls(Call::ShutdownBoth)
            .replies("FIN,ACK seq=1 ack=1")
            .enters([FinWait1])
            .arrives(first)
            .silent();
        assert!(!t.tcb.is_orphan());
        t.notes.clear();
        t.arrives("PSH,ACK seq=1 ack=2 len=100")
            .dropped(DropReason::NobodyReads)
            .replies("RST seq=2");
        t.notes.clear();
        assert_eq!(t.tcb.state(), Closed);
        // The application that shut down reads the end, as ever.
        assert_eq!(t.tcb.ended(), Some(End::Aborted));
    }
}

/// The order of the two does not matter: closed for reading first.
#[test]
fn shutdown_of_reading_and_then_of_writing_is_that_of_both() {
    recorded()
        .established()
        .calls(Call::ShutdownRead)
        .silent()
        .calls(Call::Shutdown)
        .replies("FIN,ACK seq=1 ack=1")
        .enters([FinWait1])
        .arrives("PSH,ACK seq=1 ack=1 len=1")
        .replies("RST seq=1")
        .enters([Closed])
        .ended(End::Aborted);
}

/// RFC 9293 §3.10.4 enters LAST-ACK when the FIN is formed; the recorded hosts (window-zero-close-orphan
/// for FIN-WAIT-1) enter the next state when CLOSE is called.
#[test]
fn last_ack_may_begin_before_the_fin_is_sent() {
    for (setup, state) in [(recorded(), LastAck), (Setup::default(), CloseWait)] {
        let mut t = setup.close_wait();
        t.calls(Call::Send(5000));
        for seq in [1, 1001, 2001, 3001] {
            t.replies(&format!("ACK seq={seq} ack=2 len=1000"));
        }
        t.calls(Call::Shutdown).silent();
        assert_eq!(t.tcb.state(), state);
        t.notes.clear();
        t.refuses(Call::Send(1), CallError::Closing)
            .arrives("ACK seq=2 ack=2001")
            .replies("FIN,PSH,ACK seq=4001 ack=2 len=1000");
        assert_eq!(t.tcb.state(), LastAck);
        t.notes.clear();
        t.arrives("ACK seq=2 ack=5002").silent().enters([Closed]);
    }
}

/// Catalogue of teardown §1.1: with text not sent yet, the peer has to be told that it never comes.
#[test]
fn an_abort_in_last_ack_resets_while_the_fin_waits() {
    let mut t = recorded().close_wait();
    t.calls(Call::Send(5000));
    for seq in [1, 1001, 2001, 3001] {
        t.replies(&format!("ACK seq={seq} ack=2 len=1000"));
    }
    t.calls(Call::Shutdown)
        .silent()
        .enters([LastAck])
        .calls(Call::Abort)
        .replies("RST,ACK seq=4001 ack=2")
        .enters([Closed])
        .ended(End::Aborted);
    recorded()
        .last_ack()
        .calls(Call::Abort)
        .silent()
        .enters([Closed])
        .ended(End::Aborted);
}
