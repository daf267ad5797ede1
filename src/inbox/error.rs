//! Why the inbox cannot be used, with what to do about it.

use std::time::Duration;

/// Why the inbox cannot be used. After any of these the connection is dropped: its state is not known any more.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// No connection.
    #[error(
        "the IMAP server {server} cannot be reached: {why}; is it running, and are host and port right?"
    )]
    Unreachable {
        /// Host and port.
        server: String,
        /// What the system said.
        why: String,
    },
    /// TLS failed.
    #[error(
        "no protected connection to the IMAP server {server}: {why}; check [inbox] tls and ca_file"
    )]
    Tls {
        /// Host and port.
        server: String,
        /// What went wrong.
        why: String,
    },
    /// User or password are not accepted.
    #[error(
        "the IMAP server {server} refused the login of {user}: {answer}; check user and password_file"
    )]
    LoginRefused {
        /// Host and port.
        server: String,
        /// Login name.
        user: String,
        /// The server's words.
        answer: String,
    },
    /// The folder cannot be opened for writing.
    #[error(
        "folder {folder} of {user} cannot be opened: {answer}; check [inbox] folder and its rights"
    )]
    FolderClosed {
        /// The folder.
        folder: String,
        /// Login name.
        user: String,
        /// The server's words.
        answer: String,
    },
    /// The server said NO or BAD.
    #[error("the IMAP server answered {command} with: {answer}")]
    Refused {
        /// The command's name.
        command: String,
        /// The server's words.
        answer: String,
    },
    /// The connection ended.
    #[error("the connection to the IMAP server was lost during {command}: {why}")]
    ConnectionLost {
        /// The command's name.
        command: String,
        /// What was seen.
        why: String,
    },
    /// The server was silent for too long.
    #[error("the IMAP server did not answer {command} within {limit:?}")]
    TimedOut {
        /// The command's name.
        command: String,
        /// The limit.
        limit: Duration,
    },
    /// The server broke the protocol.
    #[error("the IMAP server's answer to {command} is not understood: {why}")]
    Protocol {
        /// The command's name.
        command: String,
        /// What is odd.
        why: String,
    },
}
