//! `[store] kind = "postgres"`: which database server, how we get in, and which of its journals is ours.

use super::MailboxName;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the journal is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// In files of our own, in the folder of the store.
    Sled,
    /// In a PostgreSQL database, which several machines can reach.
    Postgres(Box<Database>),
}

/// A database that holds journals, and which of them is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The journal of this mailbox, where several share a database.
    pub journal: JournalName,
    /// Where the server is.
    pub server: DatabaseServer,
    /// The database on it.
    pub database: String,
    /// The role that we log in as.
    pub user: String,
    /// The file that holds its password, read at each login; without it none is offered.
    pub password_file: Option<PathBuf>,
    /// How long the lease on the journal lasts without being renewed: after that another machine takes over.
    pub lease: Duration,
    /// The longest wait for a connection, and for one statement.
    pub step_timeout: Duration,
}

/// How a database server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseServer {
    /// By TCP.
    Host {
        /// Host name or IP address.
        host: String,
        /// Port.
        port: u16,
        /// How the connection is protected.
        tls: DatabaseTls,
    },
    /// By a Unix socket of this machine.
    Socket {
        /// The folder of the socket.
        folder: PathBuf,
        /// The port that the socket's name ends with.
        port: u16,
    },
}

/// How a connection by TCP is protected. The words are those of PostgreSQL's `sslmode` for what we know of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseTls {
    /// TLS, with a certificate for the server's name.
    VerifyFull {
        /// Certificates (PEM) to trust instead of the machine's.
        ca_file: Option<PathBuf>,
    },
    /// No protection: only to loopback.
    None,
}

/// The name of a journal: 1 to 63 lower-case letters, digits and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JournalName(String);

impl JournalName {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 63;

    /// A name; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_letter = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let is_name = !text.is_empty() && text.len() <= Self::MAX_BYTES;
        (is_name && text.bytes().all(is_letter)).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The journal of one of several mailboxes: both names with a dot between them, which stands in no name that is written, so no two are the same.
    #[must_use]
    pub(crate) fn for_mailbox(&self, mailbox: &MailboxName) -> Self {
        Self(format!("{self}.{mailbox}"))
    }
}

impl Default for JournalName {
    fn default() -> Self {
        Self("support".to_owned())
    }
}

impl fmt::Display for JournalName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (journal, database) = (&self.journal, &self.database);
        match &self.server {
            DatabaseServer::Host { host, port, .. } => write!(
                formatter,
                "journal {journal} in database {database} on {host}:{port}"
            ),
            DatabaseServer::Socket { folder, port } => write!(
                formatter,
                "journal {journal} in database {database} at {}",
                Path::new(folder).join(format!(".s.PGSQL.{port}")).display()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_has_a_plain_name() {
        let longest = "a".repeat(JournalName::MAX_BYTES);
        for name in ["support", "shop-2", "a", &longest] {
            assert_eq!(JournalName::parse(name).unwrap().as_str(), name);
        }
        let sales = MailboxName::parse("sales").unwrap();
        let of_sales = JournalName::default().for_mailbox(&sales);
        assert_eq!(of_sales.as_str(), "support.sales");
        assert_eq!(JournalName::parse(of_sales.as_str()), None);
        let too_long = format!("{longest}a");
        for text in ["", "Support", "a b", "a_b", "ä", "a\0", &too_long] {
            assert_eq!(JournalName::parse(text), None, "{text}");
        }
    }
}
