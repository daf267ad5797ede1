//! What does an error of the database mean: shall it be tried again, or not? And in which words is it told?
//! Reads what the server says: its words reach nobody but as one safe line.

use crate::mail::HeaderText;
use std::error::Error as _;
use tokio_postgres::Error;

/// A table is not there.
pub(super) const UNDEFINED_TABLE: &str = "42P01";

/// What may be gone at the next try, by SQLSTATE: serialisation failures and deadlocks; a server that starts, stops or is full of
/// connections; a statement or transaction that the server ended for its time; two that made the same table at once.
const PASSING: [&str; 13] = [
    "40001", "40P01", "40003", "57P01", "57P02", "57P03", "57P05", "53300", "57014", "25P03",
    "55P03", "42P07", "23505",
];

/// Something went wrong.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Whether another try may do.
    pub(super) passes: bool,
    /// What was said.
    pub(super) words: String,
}

impl Trouble {
    pub(super) fn passing(words: impl Into<String>) -> Self {
        Self {
            passes: true,
            words: words.into(),
        }
    }

    pub(super) fn lasting(words: impl Into<String>) -> Self {
        Self {
            passes: false,
            words: words.into(),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let passes = match code(&error) {
            Some(code) => PASSING.contains(&code) || code.starts_with("08"),
            // Not said by the server: the connection was lost, or could not be made.
            None => true,
        };
        Self {
            passes,
            words: in_words(&error),
        }
    }
}

/// What the server called it.
pub(super) fn code(error: &Error) -> Option<&str> {
    error.code().map(tokio_postgres::error::SqlState::code)
}

fn in_words(error: &Error) -> String {
    let words = match error.as_db_error() {
        Some(said) => {
            let remedy = match said.code().code() {
                "28P01" | "28000" => {
                    "; see whether user and password_file of [store] are what the server expects"
                }
                "3D000" => "; create the database, or correct `database` of [store]",
                "42501" => "; the role of [store] must own handoffd's tables, or may create them",
                _ => "",
            };
            format!("the server says: {}{remedy}", said.message())
        }
        None => match crate::tls::in_words(error) {
            Some(words) => words,
            None => match error.source() {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            },
        },
    };
    HeaderText::clean(&words).to_string()
}
