//! A connection in each of the eleven states, led there by segments and calls at time zero.

use super::*;

impl Setup {
    pub fn closed(self) -> T {
        T::new(self)
    }

    pub fn listening(self) -> T {
        let mut t = self.closed();
        t.calls(Call::PassiveOpen).silent().enters([Listen]);
        t
    }

    pub fn syn_sent(self) -> T {
        let mut t = self.closed();
        t.calls(Call::ActiveOpen).enters([SynSent]);
        t.takes_syn("SYN seq=0");
        t
    }

    pub fn syn_received_passive(self) -> T {
        let mut t = self.listening();
        let sack = t.sackok();
        t.arrives(&format!("SYN seq=0 mss=1000{sack}"))
            .enters([SynReceived]);
        t.takes_syn("SYN,ACK seq=0 ack=1");
        t
    }

    pub fn syn_received_active(self) -> T {
        let mut t = self.syn_sent();
        let sack = t.sackok();
        t.arrives(&format!("SYN seq=0 mss=1000{sack}"))
            .enters([SynReceived]);
        t.takes_syn("SYN,ACK seq=0 ack=1");
        t
    }

    pub fn established(self) -> T {
        let mut t = self.syn_sent();
        let sack = t.sackok();
        t.arrives(&format!("SYN,ACK seq=0 ack=1 mss=1000{sack}"));
        t.replies("ACK seq=1 ack=1").enters([Established]);
        t
    }

    /// As in the recordings, over 10 ms each way: at 20 ms, with SACK.
    pub fn established_over_20_ms(self) -> T {
        let mut t = self.closed();
        t.opens_over_20_ms();
        t
    }

    pub fn established_passive(self) -> T {
        let mut t = self.syn_received_passive();
        t.arrives("ACK seq=1 ack=1").silent().enters([Established]);
        t
    }

    pub fn fin_wait_1(self) -> T {
        let mut t = self.established();
        t.calls(Call::Shutdown);
        t.replies("FIN,ACK seq=1 ack=1").enters([FinWait1]);
        t
    }

    pub fn fin_wait_2(self) -> T {
        let mut t = self.fin_wait_1();
        t.arrives("ACK seq=1 ack=2").silent().enters([FinWait2]);
        t
    }

    pub fn close_wait(self) -> T {
        let mut t = self.established();
        t.arrives("FIN,ACK seq=1 ack=1");
        t.replies("ACK seq=1 ack=2").enters([CloseWait]);
        t
    }

    pub fn closing(self) -> T {
        let mut t = self.fin_wait_1();
        t.arrives("FIN,ACK seq=1 ack=1");
        t.replies("ACK seq=2 ack=2").enters([Closing]);
        t
    }

    pub fn last_ack(self) -> T {
        let mut t = self.close_wait();
        t.calls(Call::Shutdown);
        t.replies("FIN,ACK seq=1 ack=2").enters([LastAck]);
        t
    }

    pub fn time_wait(self) -> T {
        let mut t = self.fin_wait_2();
        t.arrives("FIN,ACK seq=1 ack=2");
        t.replies("ACK seq=2 ack=2").enters([TimeWait]);
        t
    }

    /// One connection in each synchronized state, in the RFC's order.
    pub fn every_synchronized(self) -> [T; 7] {
        [
            self.established(),
            self.fin_wait_1(),
            self.fin_wait_2(),
            self.close_wait(),
            self.closing(),
            self.last_ack(),
            self.time_wait(),
        ]
    }
}

impl T {
    /// The handshake of [`Setup::established_over_20_ms`].
    pub fn opens_over_20_ms(&mut self) {
        self.calls(Call::ActiveOpen).enters([SynSent]);
        self.replies("SYN seq=0 mss=1000 sackok");
        self.at("20ms").silent();
        self.arrives("SYN,ACK seq=0 ack=1 mss=1000 sackok");
        self.replies("ACK seq=1 ack=1").enters([Established]);
    }

    /// It sent this SYN, with the MSS option, and the window scale option if it is switched on.
    fn takes_syn(&mut self, text: &str) {
        let mss = self.config.mss;
        if self.config.window_scaling {
            panic!("a case with window scaling writes its own handshake: {text}");
        }
        let sack = self.sackok();
        self.replies(&format!("{text} mss={mss}{sack}"));
    }

    /// What a SYN says of SACK, of this end and of a peer like it.
    pub fn sackok(&self) -> &'static str {
        if self.config.sack { " sackok" } else { "" }
    }
}

pub fn closed() -> T {
    Setup::default().closed()
}

pub fn listening() -> T {
    Setup::default().listening()
}

pub fn syn_sent() -> T {
    Setup::default().syn_sent()
}

pub fn syn_received_passive() -> T {
    Setup::default().syn_received_passive()
}

pub fn syn_received_active() -> T {
    Setup::default().syn_received_active()
}

pub fn established() -> T {
    Setup::default().established()
}

pub fn fin_wait_1() -> T {
    Setup::default().fin_wait_1()
}

pub fn fin_wait_2() -> T {
    Setup::default().fin_wait_2()
}

pub fn close_wait() -> T {
    Setup::default().close_wait()
}

pub fn closing() -> T {
    Setup::default().closing()
}

pub fn last_ack() -> T {
    Setup::default().last_ack()
}

pub fn time_wait() -> T {
    Setup::default().time_wait()
}
