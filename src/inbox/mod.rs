//! What is waiting on the IMAP server? Fetches it, waits for more, and tags and files what was handled. Decides nothing.
//! Reads hostile input: the server's lines are bounded in time and size.

mod backoff;
mod connection;
mod dialogue;
mod error;
mod fetch;
mod filing;
mod folder_name;
mod guarded;
mod keyword;
mod login;
mod same_folder;
mod search;
mod transport;
mod wait;

pub use backoff::Backoff;
pub use connection::{Connection, TimeLimits};
pub use error::InboxError;
pub use filing::{Filed, How};
pub use wait::Woken;

use crate::lookup::LookedUp;
use crate::mail::AuthenticationResults;
use std::fmt;

/// How far the folder has been handled: all mails up to this UID, as long as UIDVALIDITY stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// UIDVALIDITY (RFC 3501 section 2.3.1.1).
    pub uid_validity: u32,
    /// The highest UID handled.
    pub uid: u32,
}

/// Where a mail stands on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// UIDVALIDITY of the folder.
    pub uid_validity: u32,
    /// UID.
    pub uid: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "UID {} (UIDVALIDITY {})",
            self.uid, self.uid_validity
        )
    }
}

/// A mail as it was fetched.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Where it stands.
    pub place: Place,
    /// Its bytes, or only its headers where it is too large.
    pub content: Content,
    /// Whether it carries the keyword of handled mails: a handoffd was here before.
    pub was_handled: bool,
    /// What was found about its sender, where senders are checked.
    pub checked: Option<AuthenticationResults>,
    /// What lookups said about who writes; nothing where none was asked.
    pub looked_up: Vec<LookedUp>,
}

impl Arrival {
    /// What was fetched: the whole mail, or its headers.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        match &self.content {
            Content::Whole(raw) => raw,
            Content::TooLarge { header, .. } => header,
        }
    }
}

/// What was fetched of a mail.
#[derive(Clone, Debug)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// Larger than `[inbox] mail_max_bytes`: only its headers (bounded).
    TooLarge {
        /// The header section.
        header: Vec<u8>,
        /// `RFC822.SIZE`.
        size_bytes: u32,
    },
}

/// What is to be done with a handled mail on the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Filing {
    /// Where it stands.
    pub place: Place,
    /// What became of it.
    pub outcome: crate::config::Outcome,
    /// Tags from the article.
    pub tags: Vec<String>,
}
