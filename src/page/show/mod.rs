//! The pages, from rows to HTML: each draws what the control socket would answer. Every word of a mail is text here, set apart from what stands
//! around it whatever its direction; nothing of it becomes markup, an address that a browser follows, or a style. Pure.

mod articles;
mod drafts;
mod frame;
mod now;
mod numbers;
mod parts;
mod story;
mod tickets;
mod times;

pub(super) use articles::articles;
pub(super) use drafts::drafts;
pub(super) use frame::{login, message};
pub(super) use now::{Now, now};
pub(super) use numbers::numbers;
pub(super) use story::ticket;
pub(super) use tickets::{ticket_address, tickets};
pub(super) use times::Zone;

use jiff::Timestamp;
use serde_json::Value;

/// The one style sheet.
pub(super) const STYLE: &str = include_str!("page.css");

/// For whom a page is drawn, and when.
pub(super) struct Seen<'v> {
    pub(super) zone: &'v Zone,
    pub(super) now: Timestamp,
    /// What forms carry; `None` where nothing acts.
    pub(super) form: Option<&'v str>,
    pub(super) needs_token: bool,
    pub(super) said: Option<Said>,
}

/// What was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Approved,
    AwaitsSecond,
    Refused,
    Closed,
    Retried,
}

impl Said {
    const ALL: [Self; 5] = [
        Self::Approved,
        Self::AwaitsSecond,
        Self::Refused,
        Self::Closed,
        Self::Retried,
    ];

    /// From an address.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.as_word() == word)
    }

    const fn as_word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::AwaitsSecond => "awaits-second",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Retried => "retried",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Approved => "Approved: the answer is on its way to the customer.",
            Self::AwaitsSecond => {
                "Your yes is on record. A member of the team must say yes as well; they were told."
            }
            Self::Refused => "Refused: it is not sent, and the team was told.",
            Self::Closed => "The ticket is closed.",
            Self::Retried => "The mail is tried again now.",
        }
    }

    /// A yes may wait for a second one.
    pub(super) fn as_it_came(self, rows: &[Value]) -> Self {
        let became = rows.first().and_then(|row| row.get("became"));
        let waits = became
            .and_then(Value::as_str)
            .is_some_and(|became| became.starts_with("the yes is on record"));
        match waits {
            true => Self::AwaitsSecond,
            false => self,
        }
    }
}

/// A row of an answer.
#[derive(Clone, Copy)]
struct Row<'v>(&'v Value);

impl<'v> Row<'v> {
    fn text(self, key: &str) -> &'v str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn count(self, key: &str) -> u64 {
        self.0.get(key).and_then(Value::as_u64).unwrap_or_default()
    }

    fn number(self, key: &str) -> Option<f64> {
        self.0.get(key).and_then(Value::as_f64)
    }

    fn below(self, key: &str) -> Self {
        Self(self.0.get(key).unwrap_or(&Value::Null))
    }

    fn list(self, key: &str) -> &'v [Value] {
        let list = self.0.get(key).and_then(Value::as_array);
        list.map(Vec::as_slice).unwrap_or_default()
    }

    fn texts(self, key: &str) -> Vec<&'v str> {
        self.list(key).iter().filter_map(Value::as_str).collect()
    }

    fn has(self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    /// Why a mailbox gave no answer.
    fn refusal(self) -> Option<&'v str> {
        let why = self.0.get("failed").or_else(|| self.0.get("refused"));
        why.and_then(Value::as_str)
    }
}
