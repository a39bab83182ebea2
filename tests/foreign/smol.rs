//! The stack `smoltcp` behind the path, with an application that sends and checks patterns.

use lastack::sim::foreign::Stack;
use lastack::time::{Span, Time};
use lastack::wire::text;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{self, Device, DeviceCapabilities, Medium};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr};
use std::cell::Cell;
use std::collections::VecDeque;

/// What the application does.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The addresses of the stack and of its peer.
    pub addresses: [std::net::IpAddr; 2],
    /// It connects to the peer's port from its own, else it listens at its own.
    pub connects: bool,
    /// The port of the stack and of the peer.
    pub ports: [u16; 2],
    /// The streams of the stack and of its peer.
    pub streams: [u32; 2],
    /// Octets that it sends.
    pub octets: u64,
    /// When it closes.
    pub closes: Closes,
    /// Room for what was received, and for what is to be sent.
    pub buffers: [usize; 2],
    /// Whether the stack offers timestamps, and whether it keeps small segments back.
    pub timestamps: bool,
    pub nagle: bool,
    /// How long it waits with an acknowledgement; `None` is not at all.
    pub ack_delay: Option<Span>,
    /// From which the stack draws.
    pub seed: u64,
}

/// When an application closes its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closes {
    /// As soon as it has written all.
    WhenWritten,
    /// When it has written all and the peer has closed.
    AfterThePeer,
}

/// The stack and its application.
pub struct Smol {
    job: Job,
    wire: Wire,
    interface: Interface,
    sockets: SocketSet<'static>,
    socket: SocketHandle,
    /// Octets that the application has written and read.
    pub written: u64,
    pub read: u64,
    /// The first octet of what was read that is not the peer's.
    pub wrong: Option<u64>,
    closed: bool,
}

/// Frames that come and go; a frame is an IP datagram.
#[derive(Default)]
struct Wire {
    arrived: VecDeque<Vec<u8>>,
    leaving: VecDeque<Vec<u8>>,
}

thread_local! {
    /// The stack asks for its timestamps without saying when: the moment of the last poll.
    static MILLIS: Cell<u32> = const { Cell::new(0) };
}

fn instant(now: Time) -> Instant {
    Instant::from_micros(i64::try_from(now.as_nanos() / 1000).unwrap())
}

impl Smol {
    pub fn new(job: Job) -> Smol {
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = job.seed;
        let mut wire = Wire::default();
        let mut interface = Interface::new(config, &mut wire, Instant::ZERO);
        let [own, peer] = job.addresses.map(IpAddress::from);
        let prefix = if job.addresses[0].is_ipv4() { 24 } else { 64 };
        interface.update_ip_addrs(|all| all.push(IpCidr::new(own, prefix)).unwrap());
        let [receive, send] = job.buffers.map(|octets| SocketBuffer::new(vec![0; octets]));
        let mut socket = Socket::new(receive, send);
        socket.set_nagle_enabled(job.nagle);
        let delay = job.ack_delay.map(|delay| delay.as_nanos() / 1000);
        socket.set_ack_delay(delay.map(Duration::from_micros));
        if job.timestamps {
            socket.set_tsval_generator(Some(|| MILLIS.get()));
        }
        let [port, peers_port] = job.ports;
        if job.connects {
            let cx = interface.context();
            socket.connect(cx, (peer, peers_port), port).unwrap();
        } else {
            socket.listen(port).unwrap();
        }
        let mut sockets = SocketSet::new(Vec::new());
        Smol {
            job,
            wire,
            interface,
            socket: sockets.add(socket),
            sockets,
            written: 0,
            read: 0,
            wrong: None,
            closed: false,
        }
    }

    pub fn state(&self) -> State {
        self.sockets.get::<Socket>(self.socket).state()
    }

    /// Reads, writes and closes as far as that goes; says whether anything was done.
    fn apply(&mut self) -> bool {
        let socket = self.sockets.get_mut::<Socket>(self.socket);
        let [own, peers] = self.job.streams;
        let mut busy = false;
        while socket.can_recv() {
            let read = socket.recv(|octets| {
                let wrong = text::first_foreign(peers, self.read, octets);
                (octets.len(), (octets.len() as u64, wrong))
            });
            let (count, wrong) = read.unwrap();
            let place = wrong.map(|place| self.read + place as u64);
            self.wrong = self.wrong.or(place);
            self.read += count;
            busy = true;
        }
        while socket.can_send() && self.written < self.job.octets {
            let left = self.job.octets - self.written;
            let count = socket.send(|room| {
                let count = room.len().min(usize::try_from(left).unwrap());
                text::fill(own, self.written, &mut room[..count]);
                (count, count as u64)
            });
            self.written += count.unwrap();
            busy = true;
        }
        let is_open = socket.may_send();
        let peer_closed = self.job.closes == Closes::WhenWritten || !socket.may_recv();
        if !self.closed && is_open && self.written == self.job.octets && peer_closed {
            socket.close();
            self.closed = true;
            busy = true;
        }
        busy
    }
}

impl Stack for Smol {
    fn receive(&mut self, _: Time, datagram: &[u8]) {
        self.wire.arrived.push_back(datagram.to_vec());
    }

    fn poll(&mut self, now: Time, send: &mut impl FnMut(&[u8])) {
        MILLIS.set(u32::try_from(now.as_nanos() / 1_000_000).unwrap());
        loop {
            self.interface
                .poll(instant(now), &mut self.wire, &mut self.sockets);
            if !self.apply() {
                break;
            }
        }
        while let Some(datagram) = self.wire.leaving.pop_front() {
            send(&datagram);
        }
    }

    fn next_wakeup(&mut self, now: Time) -> Option<Time> {
        let at = self.interface.poll_at(instant(now), &self.sockets)?;
        let micros = u64::try_from(at.total_micros()).unwrap();
        Some(Time::ZERO + Span::from_micros(micros))
    }
}

impl Device for Wire {
    type RxToken<'a> = Arrived;
    type TxToken<'a> = Leaving<'a>;

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = 1500;
        capabilities
    }

    fn receive(&mut self, _: Instant) -> Option<(Arrived, Leaving<'_>)> {
        let first = self.arrived.pop_front()?;
        Some((Arrived(first), Leaving(&mut self.leaving)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Leaving<'_>> {
        Some(Leaving(&mut self.leaving))
    }
}

struct Arrived(Vec<u8>);

impl phy::RxToken for Arrived {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

struct Leaving<'a>(&'a mut VecDeque<Vec<u8>>);

impl phy::TxToken for Leaving<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        let mut datagram = vec![0; len];
        let result = write(&mut datagram);
        self.0.push_back(datagram);
        result
    }
}
