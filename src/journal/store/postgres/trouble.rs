//! What does an error of the database mean: shall it be tried again, or not? And in which words is it told?
//! Reads what the server says: its words reach nobody but as one safe line.

use crate::mail::HeaderText;
use std::error::Error as _;
use tokio_postgres::Error;

/// A table is not there.
pub(super) const UNDEFINED_TABLE: &str = "42P01";

/// What may be gone at the next try, by SQLSTATE: serialisation failures and deadlocks; a server that starts, stops or is full of
/// connections; a statement or transaction that the server ended for its time; two that made the same table at once (its
/// name is taken as that of a table, of a type or of a row of the catalogue, by where the later one comes upon it).
const PASSING: [&str; 14] = [
    "40001", "40P01", "40003", "57P01", "57P02", "57P03", "57P05", "53300", "57014", "25P03",
    "55P03", "42P07", "42710", "23505",
];

/// Something went wrong.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Whether another try may do.
    pub(super) passes: bool,
    /// What was said.
    pub(super) words: String,
    /// What the server called it.
    code: Option<String>,
}

impl Trouble {
    pub(super) fn passing(words: impl Into<String>) -> Self {
        Self {
            passes: true,
            words: words.into(),
            code: None,
        }
    }

    pub(super) fn lasting(words: impl Into<String>) -> Self {
        Self {
            passes: false,
            ..Self::passing(words)
        }
    }

    /// Whether the server called it this.
    pub(super) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let code = code(&error);
        let passes = match code {
            Some(code) => PASSING.contains(&code) || code.starts_with("08"),
            None => may_pass(&error),
        };
        Self {
            passes,
            words: in_words(&error),
            code: code.map(str::to_owned),
        }
    }
}

/// What the server called it.
pub(super) fn code(error: &Error) -> Option<&str> {
    error.code().map(tokio_postgres::error::SqlState::code)
}

/// What tokio-postgres says where server and settings do not fit together. Its kinds are its own, so these are its words; a test on a real server
/// sees that they still are.
const NO_TLS: &str = "server does not support TLS";
const NO_PASSWORD: &str = "password missing";
const NO_WAY_IN: [&str; 2] = ["invalid configuration", "authentication error"];

/// Whether what the server did not say itself may be gone at the next try: the connection was lost or could not be made. What is wrong with the
/// certificate, or with the way in, stays until somebody mends it.
fn may_pass(error: &Error) -> bool {
    let (said, why) = (error.to_string(), deepest(error));
    let does_not_fit = NO_WAY_IN.iter().any(|words| said.starts_with(words));
    !does_not_fit && why != NO_TLS && crate::tls::in_words(error).is_none()
}

/// What is at the bottom of it, in its own words.
fn deepest(error: &Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

fn in_words(error: &Error) -> String {
    let words = match error.as_db_error() {
        Some(said) => {
            let remedy = match said.code().code() {
                "28P01" => "; see whether user and password_file of [store] are what the server expects",
                "28000" => {
                    "; see whether the server lets user of [store] into database (pg_hba.conf: a line `hostssl` with `scram-sha-256`), and whether there is such a role"
                }
                "3D000" => "; create the database, or correct `database` of [store]",
                "42501" => "; the role of [store] must own handoffd's tables, or may create them",
                _ => "",
            };
            format!("the server says: {}{remedy}", said.message())
        }
        None => match (crate::tls::in_words(error), deepest(error).as_str()) {
            (Some(words), _) => words,
            (None, NO_TLS) => {
                "the server does not support TLS: switch it on there (`ssl = on`, with a certificate); a server on this machine is reached without by socket_folder".to_owned()
            }
            (None, NO_PASSWORD) => {
                "the server asks for a password: name the file with it in password_file of [store]".to_owned()
            }
            (None, "") => error.to_string(),
            (None, why) => format!("{error}: {why}"),
        },
    };
    HeaderText::clean(&words).to_string()
}
