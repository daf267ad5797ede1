//! `[trust]`: whose word on senders is taken, and what it takes to be staff.

use std::net::SocketAddr;
use std::time::Duration;

/// `[trust]`: whose word on senders is taken, and what it takes to be staff.
#[derive(Clone, Debug)]
pub struct SenderTrust {
    /// Whose word on senders is taken.
    pub word: WhoseWord,
    /// What a mail of staff needs.
    pub staff: StaffProof,
}

/// Whose word on senders is taken.
#[derive(Clone, Debug)]
pub enum WhoseWord {
    /// Nobody's: nothing but a ticket's token shows who wrote.
    Nobodys,
    /// That of the receiving server whose topmost `Authentication-Results` is believed (its `authserv-id`), in lower case.
    Server(String),
    /// Our own: each mail is checked when it comes.
    Own(OwnChecks),
}

impl WhoseWord {
    /// Whether anything says who sent a mail.
    #[must_use]
    pub const fn is_somebodys(&self) -> bool {
        !matches!(self, Self::Nobodys)
    }
}

/// How senders are checked by questions to the DNS.
#[derive(Clone, Debug)]
pub struct OwnChecks {
    /// The server that takes mail from outside, as it names itself in `Received`: SPF needs to know from where a mail reached it.
    pub receiving_server: Option<String>,
    /// The name servers to ask; none: those of the machine.
    pub name_servers: Vec<SocketAddr>,
    /// Domains whose seal on a forwarded mail (ARC) is believed, in lower case.
    pub arc_sealers: Vec<String>,
    /// How long the questions about one mail may take.
    pub time_limit: Duration,
}

/// `[trust] staff`: what a mail needs so that it counts as a member's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffProof {
    /// The packet's token, a member's address, and proof that the mail came from that address's domain.
    TokenAndDomain,
    /// The packet's token and a member's address.
    Token,
}
