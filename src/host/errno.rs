//! Errors of socket calls, by the names of POSIX with Linux's numbers and texts.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An error of a socket call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Errno {
    /// The descriptor is not open, or not the right kind.
    Ebadf,
    /// The call makes no sense in this state of the socket.
    Einval,
    /// Sending on a connection that is closed for sending.
    Epipe,
    /// The address is taken.
    Eaddrinuse,
    /// No port is free.
    Eaddrnotavail,
    /// This end aborted the connection.
    Econnaborted,
    /// The peer reset the connection.
    Econnreset,
    /// The socket is connected already.
    Eisconn,
    /// The socket is not connected.
    Enotconn,
    /// The peer did not answer in time.
    Etimedout,
    /// The peer refused the connection.
    Econnrefused,
}

impl Errno {
    /// All errors.
    pub const ALL: [Errno; 11] = [
        Errno::Ebadf,
        Errno::Einval,
        Errno::Epipe,
        Errno::Eaddrinuse,
        Errno::Eaddrnotavail,
        Errno::Econnaborted,
        Errno::Econnreset,
        Errno::Eisconn,
        Errno::Enotconn,
        Errno::Etimedout,
        Errno::Econnrefused,
    ];

    const fn parts(self) -> (&'static str, u16, &'static str) {
        match self {
            Errno::Ebadf => ("EBADF", 9, "Bad file descriptor"),
            Errno::Einval => ("EINVAL", 22, "Invalid argument"),
            Errno::Epipe => ("EPIPE", 32, "Broken pipe"),
            Errno::Eaddrinuse => ("EADDRINUSE", 98, "Address already in use"),
            Errno::Eaddrnotavail => ("EADDRNOTAVAIL", 99, "Cannot assign requested address"),
            Errno::Econnaborted => ("ECONNABORTED", 103, "Software caused connection abort"),
            Errno::Econnreset => ("ECONNRESET", 104, "Connection reset by peer"),
            Errno::Eisconn => ("EISCONN", 106, "Transport endpoint is already connected"),
            Errno::Enotconn => ("ENOTCONN", 107, "Transport endpoint is not connected"),
            Errno::Etimedout => ("ETIMEDOUT", 110, "Connection timed out"),
            Errno::Econnrefused => ("ECONNREFUSED", 111, "Connection refused"),
        }
    }

    /// The name: `EADDRINUSE`.
    pub const fn name(self) -> &'static str {
        self.parts().0
    }

    /// The number on Linux: 98.
    pub const fn number(self) -> u16 {
        self.parts().1
    }

    /// The text of glibc's `strerror`: `Address already in use`.
    pub const fn text(self) -> &'static str {
        self.parts().2
    }
}

/// `EADDRINUSE (98, Address already in use)`.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, number, text) = self.parts();
        write!(f, "{name} ({number}, {text})")
    }
}
