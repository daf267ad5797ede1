//! `[page]`: where the page in a browser is reached, and who may look and act there.

use secrecy::SecretString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// `[page]`: the page that shows in a browser how it stands (docs/page.md).
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it is reached: an address of this machine with a port, or the path of a Unix socket. Without it there is no page.
    pub listen: Listen,
    /// A file with the token that whoever looks or acts must know, at least 20 characters on one line. Without it the page only shows, to everybody
    /// who reaches it.
    pub token: Option<SecretString>,
    /// Further names by which browsers reach it, where a proxy stands before it. Any other name is refused.
    pub hosts: Vec<String>,
}

/// Where the page is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// An address of this machine alone.
    Loopback(SocketAddr),
    /// A Unix socket.
    Socket(PathBuf),
}

impl fmt::Display for Listen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback(address) => write!(formatter, "http://{address}/"),
            Self::Socket(path) => path.display().fmt(formatter),
        }
    }
}

impl Page {
    /// The shortest token, in characters: nobody finds one by trying.
    pub const TOKEN_MIN: usize = 20;
}
