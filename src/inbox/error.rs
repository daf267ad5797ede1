//! What can go wrong between us and the IMAP server, in the cases where a caller chooses what to do next.
//! Holds words of the server, made safe for one line; never holds a password.

use std::time::Duration;

/// Why the server could not be worked with. After any of these the connection is of no further use.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// No TCP connection: try again later.
    #[error(
        "{server} cannot be reached: {reason}; check [inbox] host and port, and that the server runs"
    )]
    Unreachable {
        /// `host:port`.
        server: String,
        /// What the system said.
        reason: String,
    },
    /// The protection asked for could not be had.
    #[error("no protected connection to {server}: {reason}; check [inbox] tls and ca_file")]
    Tls {
        /// `host:port`.
        server: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server does not take the user's password: trying again at once would only lock the account.
    #[error(
        "{server} refused the login of user {user}: {answer}; check [inbox] user and password_file"
    )]
    LoginRefused {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// What the server said.
        answer: String,
    },
    /// There is no token to log in with.
    #[error("no login of user {user} to {server}: {reason}")]
    NoToken {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// Why not, and what to do.
        reason: Box<crate::oauth2::TokenError>,
    },
    /// The server does not take the token.
    #[error(
        "{server} refused the access token of user {user}: {answer}; check that the mailbox exists and that the account in [oauth2] may use it (`handoffd login` walks through it)"
    )]
    TokenRefused {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// What the server said.
        answer: String,
    },
    /// The server takes no tokens at all.
    #[error(
        "{server} offers no login by token (AUTH=XOAUTH2 or AUTH=OAUTHBEARER); switch OAuth2 on there, or set [inbox] password_file"
    )]
    NoTokenLogin {
        /// `host:port`.
        server: String,
    },
    /// The folder cannot be opened.
    #[error(
        "{server} does not open folder {folder} for user {user}: {answer}; create it, or correct [inbox] folder"
    )]
    FolderMissing {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// Folder as in the settings.
        folder: String,
        /// What the server said.
        answer: String,
    },
    /// Another folder has its name now: UIDs known from the old one mean nothing in it.
    #[error(
        "folder {folder} of user {user} on {server} is another one now (UIDVALIDITY {now} instead of {before}): it is opened anew, and what is in it is looked at"
    )]
    FolderReplaced {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// Folder as in the settings.
        folder: String,
        /// UIDVALIDITY of the folder that was open.
        before: u32,
        /// UIDVALIDITY of the one that has its name now.
        now: u32,
    },
    /// A command was answered NO or BAD, or not answered as the protocol demands.
    #[error(
        "{server} refused {command} in folder {folder} of user {user}: {answer}; it is tried again, and needs a look at the server if it stays"
    )]
    Refused {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// Folder as in the settings.
        folder: String,
        /// The command, without its arguments.
        command: &'static str,
        /// What the server said.
        answer: String,
    },
    /// The connection ended, or what came over it could not be understood.
    #[error(
        "connection to {server} (user {user}, folder {folder}) lost: {reason}; it is opened again"
    )]
    ConnectionLost {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// Folder as in the settings.
        folder: String,
        /// What was seen.
        reason: String,
    },
    /// The server was silent for too long.
    #[error("{server} (user {user}, folder {folder}) did not finish {command} within {} s; it is tried again on a new connection", limit.as_secs_f32())]
    TimedOut {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// Folder as in the settings.
        folder: String,
        /// The command, without its arguments.
        command: &'static str,
        /// How long was waited.
        limit: Duration,
    },
    /// The server announced or sent more than was asked for.
    #[error(
        "{server} (user {user}, folder {folder}) sent too much in answer to {command}: {reason}; look at the server, or raise [inbox] mail_max_bytes"
    )]
    TooMuch {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// Folder as in the settings.
        folder: String,
        /// The command, without its arguments.
        command: &'static str,
        /// Which bound was passed.
        reason: String,
    },
}

impl InboxError {
    /// Whether the server lets us in no more: that does not pass by itself.
    #[must_use]
    pub const fn is_refused_login(&self) -> bool {
        matches!(
            self,
            Self::LoginRefused { .. }
                | Self::TokenRefused { .. }
                | Self::NoTokenLogin { .. }
                | Self::FolderMissing { .. }
        )
    }
}

/// Who is spoken with: named in every error.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) server: String,
    pub(super) user: String,
    pub(super) folder: String,
}

impl Peer {
    pub(super) fn of(settings: &crate::config::Inbox) -> Self {
        Self {
            server: format!("{}:{}", settings.host, settings.port),
            user: settings.user.clone(),
            folder: settings.folder.clone(),
        }
    }

    pub(super) fn lost(&self, reason: &str) -> InboxError {
        InboxError::ConnectionLost {
            server: self.server.clone(),
            user: self.user.clone(),
            folder: self.folder.clone(),
            reason: one_line(reason),
        }
    }

    pub(super) fn refused(&self, command: &'static str, answer: &str) -> InboxError {
        InboxError::Refused {
            server: self.server.clone(),
            user: self.user.clone(),
            folder: self.folder.clone(),
            command,
            answer: one_line(answer),
        }
    }

    pub(super) fn replaced(&self, before: u32, now: u32) -> InboxError {
        InboxError::FolderReplaced {
            server: self.server.clone(),
            user: self.user.clone(),
            folder: self.folder.clone(),
            before,
            now,
        }
    }

    pub(super) fn timed_out(&self, command: &'static str, limit: Duration) -> InboxError {
        InboxError::TimedOut {
            server: self.server.clone(),
            user: self.user.clone(),
            folder: self.folder.clone(),
            command,
            limit,
        }
    }

    pub(super) fn too_much(&self, command: &'static str, reason: &str) -> InboxError {
        InboxError::TooMuch {
            server: self.server.clone(),
            user: self.user.clone(),
            folder: self.folder.clone(),
            command,
            reason: one_line(reason),
        }
    }

    pub(super) fn unreachable(&self, reason: &str) -> InboxError {
        InboxError::Unreachable {
            server: self.server.clone(),
            reason: one_line(reason),
        }
    }

    pub(super) fn tls(&self, reason: &str) -> InboxError {
        InboxError::Tls {
            server: self.server.clone(),
            reason: one_line_of(reason, 400),
        }
    }
}

/// The server's words on one line, at most 200 characters: an error ends up in a log and in a mail to the admin.
pub(super) fn one_line(text: &str) -> String {
    one_line_of(text, 200)
}

fn one_line_of(text: &str, longest_chars: usize) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() || crate::mail::is_invisible_control(character) {
                ' '
            } else {
                character
            }
        })
        .take(longest_chars)
        .collect()
}
