//! Why there is no token, in the cases where somebody chooses what to do next. Holds words of the token server, made safe for one line and
//! cleaned of our own secrets.

use crate::mail::HeaderText;

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No connection: again later.
    #[error(
        "the token server {server} cannot be reached: {reason}; it is asked again and again, and needs a look if it stays away ([oauth2] token_url, the network, a firewall)"
    )]
    Unreachable {
        /// `host:port`.
        server: String,
        /// What the system said.
        reason: String,
    },
    /// The protection asked for could not be had.
    #[error(
        "no protected connection to the token server {server}: {reason} ([oauth2] token_url, ca_file)"
    )]
    Tls {
        /// `host:port`.
        server: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// What came is no answer.
    #[error(
        "the token server {server} gave no usable answer: {reason}; it is asked again, and [oauth2] token_url needs a look if it stays so"
    )]
    NoAnswer {
        /// `host:port`.
        server: String,
        /// What came.
        reason: String,
    },
    /// The token server said no (RFC 6749 section 5.2).
    #[error("the token server {server} refused: {error}{description}; {remedy}")]
    Refused {
        /// `host:port`.
        server: String,
        /// Its code: `invalid_grant`.
        error: String,
        /// Its words, with what joins them.
        description: String,
        /// What to do.
        remedy: String,
        /// Whether it may say yes by itself later.
        passes: Passes,
    },
    /// Nobody has allowed it yet.
    #[error(
        "nobody has allowed handoffd to use the mailbox yet, or it was for another account: there is no grant of this account in {file}; run `handoffd login`"
    )]
    LoginNeeded {
        /// Where it would stand.
        file: String,
    },
    /// What is kept between two starts cannot be read or written.
    #[error(
        "{file}, which keeps what the token server gave us, cannot be used: {reason}; mend it, or remove it and run `handoffd login`"
    )]
    Kept {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A mail server does not take fresh tokens.
    #[error(
        "the token server gives tokens, but {server} does not take them for user {user}: {answer}; check that the mailbox exists and that the account registered at the provider may use it (docs/oauth2.md), then run `handoffd login`"
    )]
    NotTaken {
        /// `host:port`.
        server: String,
        /// Login name.
        user: String,
        /// What the server said.
        answer: String,
    },
}

/// Whether a refusal may pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// It may.
    ByItself,
    /// A person must do something.
    NotWithoutAPerson,
}

impl TokenError {
    /// Whether a person must do something before there is a token again.
    #[must_use]
    pub const fn needs_a_person(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::NoAnswer { .. } => false,
            Self::Refused { passes, .. } => matches!(passes, Passes::NotWithoutAPerson),
            Self::Tls { .. }
            | Self::LoginNeeded { .. }
            | Self::Kept { .. }
            | Self::NotTaken { .. } => true,
        }
    }

    /// The kind of trouble, in a word that does not change: for scripts, and for telling a change.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls",
            Self::NoAnswer { .. } => "no-answer",
            Self::Refused { error, .. } => error,
            Self::LoginNeeded { .. } => "login-needed",
            Self::Kept { .. } => "state-file",
            Self::NotTaken { .. } => "not-taken",
        }
    }
}

/// A stranger's words on one safe line, at most so long.
pub(super) fn one_line(text: &str, longest_chars: usize) -> String {
    let line = HeaderText::clean(text).to_string();
    line.chars().take(longest_chars).collect()
}
