//! Errors of socket calls, by the names of POSIX, with the numbers and texts of each family of systems.

use super::profile::sockets::ErrorNumbers;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An error of a socket call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Errno {
    /// The descriptor is not open, or not the right kind.
    Ebadf,
    /// The call would wait, and may not or has long enough.
    Eagain,
    /// The address is kept by somebody who shares it with nobody.
    Eacces,
    /// The call makes no sense in this state of the socket.
    Einval,
    /// The process has as many descriptors as it may.
    Emfile,
    /// Sending on a connection that is closed for sending.
    Epipe,
    /// Somebody on the way did not understand a packet.
    Eproto,
    /// A packet is too large, and may not be cut up.
    Emsgsize,
    /// The system has no such option, or the peer no such protocol.
    Enoprotoopt,
    /// The way that a packet names cannot be followed.
    Eopnotsupp,
    /// The address is taken.
    Eaddrinuse,
    /// No port is free, or the address is not of this host.
    Eaddrnotavail,
    /// No host with this address can be reached.
    Enetunreach,
    /// This end aborted the connection.
    Econnaborted,
    /// The peer reset the connection.
    Econnreset,
    /// The socket is connected already, or listens.
    Eisconn,
    /// The socket is not connected.
    Enotconn,
    /// The peer did not answer in time.
    Etimedout,
    /// The peer refused the connection.
    Econnrefused,
    /// No way leads to the host.
    Ehostunreach,
    /// The socket is connecting already.
    Ealready,
    /// The connection is being opened.
    Einprogress,
}

/// How one family of systems writes an error: name, number, text.
type Spelling = (&'static str, u16, &'static str);

impl Errno {
    /// All errors, by their first numbers.
    pub const ALL: [Errno; 22] = [
        Errno::Ebadf,
        Errno::Eagain,
        Errno::Eacces,
        Errno::Einval,
        Errno::Emfile,
        Errno::Epipe,
        Errno::Eproto,
        Errno::Emsgsize,
        Errno::Enoprotoopt,
        Errno::Eopnotsupp,
        Errno::Eaddrinuse,
        Errno::Eaddrnotavail,
        Errno::Enetunreach,
        Errno::Econnaborted,
        Errno::Econnreset,
        Errno::Eisconn,
        Errno::Enotconn,
        Errno::Etimedout,
        Errno::Econnrefused,
        Errno::Ehostunreach,
        Errno::Ealready,
        Errno::Einprogress,
    ];

    /// How each family writes it, in the order of [`ErrorNumbers`].
    const fn spellings(self) -> [Spelling; 3] {
        match self {
            Errno::Ebadf => [
                ("EBADF", 9, "Bad file descriptor"),
                ("EBADF", 9, "Bad file descriptor"),
                ("WSAENOTSOCK", 10038, "Socket operation on nonsocket"),
            ],
            Errno::Eagain => [
                ("EAGAIN", 11, "Resource temporarily unavailable"),
                ("EAGAIN", 35, "Resource temporarily unavailable"),
                ("WSAEWOULDBLOCK", 10035, "Resource temporarily unavailable"),
            ],
            Errno::Eacces => [
                ("EACCES", 13, "Permission denied"),
                ("EACCES", 13, "Permission denied"),
                ("WSAEACCES", 10013, "Permission denied"),
            ],
            Errno::Einval => [
                ("EINVAL", 22, "Invalid argument"),
                ("EINVAL", 22, "Invalid argument"),
                ("WSAEINVAL", 10022, "Invalid argument"),
            ],
            Errno::Emfile => [
                ("EMFILE", 24, "Too many open files"),
                ("EMFILE", 24, "Too many open files"),
                ("WSAEMFILE", 10024, "Too many open files"),
            ],
            Errno::Epipe => [
                ("EPIPE", 32, "Broken pipe"),
                ("EPIPE", 32, "Broken pipe"),
                ("WSAESHUTDOWN", 10058, "Cannot send after socket shutdown"),
            ],
            // The last family has no such number: nothing there leads to it.
            Errno::Eproto => [
                ("EPROTO", 71, "Protocol error"),
                ("EPROTO", 92, "Protocol error"),
                ("WSAEPROTOTYPE", 10041, "Protocol wrong type for socket"),
            ],
            Errno::Emsgsize => [
                ("EMSGSIZE", 90, "Message too long"),
                ("EMSGSIZE", 40, "Message too long"),
                ("WSAEMSGSIZE", 10040, "Message too long"),
            ],
            Errno::Eopnotsupp => [
                ("EOPNOTSUPP", 95, "Operation not supported"),
                ("EOPNOTSUPP", 45, "Operation not supported"),
                ("WSAEOPNOTSUPP", 10045, "Operation not supported"),
            ],
            Errno::Enoprotoopt => [
                ("ENOPROTOOPT", 92, "Protocol not available"),
                ("ENOPROTOOPT", 42, "Protocol not available"),
                ("WSAENOPROTOOPT", 10042, "Bad protocol option"),
            ],
            Errno::Eaddrinuse => [
                ("EADDRINUSE", 98, "Address already in use"),
                ("EADDRINUSE", 48, "Address already in use"),
                ("WSAEADDRINUSE", 10048, "Address already in use"),
            ],
            Errno::Eaddrnotavail => [
                ("EADDRNOTAVAIL", 99, "Cannot assign requested address"),
                ("EADDRNOTAVAIL", 49, "Can't assign requested address"),
                ("WSAEADDRNOTAVAIL", 10049, "Cannot assign requested address"),
            ],
            Errno::Enetunreach => [
                ("ENETUNREACH", 101, "Network is unreachable"),
                ("ENETUNREACH", 51, "Network is unreachable"),
                ("WSAENETUNREACH", 10051, "Network is unreachable"),
            ],
            Errno::Econnaborted => [
                ("ECONNABORTED", 103, "Software caused connection abort"),
                ("ECONNABORTED", 53, "Software caused connection abort"),
                ("WSAECONNABORTED", 10053, "Software caused connection abort"),
            ],
            Errno::Econnreset => [
                ("ECONNRESET", 104, "Connection reset by peer"),
                ("ECONNRESET", 54, "Connection reset by peer"),
                ("WSAECONNRESET", 10054, "Connection reset by peer"),
            ],
            Errno::Eisconn => [
                ("EISCONN", 106, "Transport endpoint is already connected"),
                ("EISCONN", 56, "Socket is already connected"),
                ("WSAEISCONN", 10056, "Socket is already connected"),
            ],
            Errno::Enotconn => [
                ("ENOTCONN", 107, "Transport endpoint is not connected"),
                ("ENOTCONN", 57, "Socket is not connected"),
                ("WSAENOTCONN", 10057, "Socket is not connected"),
            ],
            Errno::Etimedout => [
                ("ETIMEDOUT", 110, "Connection timed out"),
                ("ETIMEDOUT", 60, "Operation timed out"),
                ("WSAETIMEDOUT", 10060, "Connection timed out"),
            ],
            Errno::Econnrefused => [
                ("ECONNREFUSED", 111, "Connection refused"),
                ("ECONNREFUSED", 61, "Connection refused"),
                ("WSAECONNREFUSED", 10061, "Connection refused"),
            ],
            Errno::Ehostunreach => [
                ("EHOSTUNREACH", 113, "No route to host"),
                ("EHOSTUNREACH", 65, "No route to host"),
                ("WSAEHOSTUNREACH", 10065, "No route to host"),
            ],
            Errno::Ealready => [
                ("EALREADY", 114, "Operation already in progress"),
                ("EALREADY", 37, "Operation already in progress"),
                ("WSAEALREADY", 10037, "Operation already in progress"),
            ],
            Errno::Einprogress => [
                ("EINPROGRESS", 115, "Operation now in progress"),
                ("EINPROGRESS", 36, "Operation now in progress"),
                ("WSAEWOULDBLOCK", 10035, "Resource temporarily unavailable"),
            ],
        }
    }

    const fn spelling(self, numbers: ErrorNumbers) -> Spelling {
        let [ninety, forty, ten_thousand] = self.spellings();
        match numbers {
            ErrorNumbers::Ninety => ninety,
            ErrorNumbers::Forty => forty,
            ErrorNumbers::TenThousand => ten_thousand,
        }
    }

    /// The name of POSIX: `EADDRINUSE`.
    pub const fn name(self) -> &'static str {
        self.spelling(ErrorNumbers::Ninety).0
    }

    /// The number of the first family: 98.
    pub const fn number(self) -> u16 {
        self.spelling(ErrorNumbers::Ninety).1
    }

    /// The text of the first family: `Address already in use`.
    pub const fn text(self) -> &'static str {
        self.spelling(ErrorNumbers::Ninety).2
    }

    /// The number on a system of this family.
    pub const fn number_on(self, numbers: ErrorNumbers) -> u16 {
        self.spelling(numbers).1
    }

    /// Name, number and text on a system of this family: `EADDRINUSE (98, Address already in use)`.
    pub fn shown_on(self, numbers: ErrorNumbers) -> String {
        let (name, number, text) = self.spelling(numbers);
        format!("{name} ({number}, {text})")
    }
}

/// `EADDRINUSE (98, Address already in use)`.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown_on(ErrorNumbers::Ninety))
    }
}
