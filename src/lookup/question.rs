//! What a lookup is told: who writes, how far that is shown, the details that the mail gives, and nothing of its words. Pure.

use crate::config::{FactName, Language};
use crate::mail::Address;
use crate::ticket::TicketId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a lookup is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who writes.
    pub address: Address,
    /// How far that is shown.
    pub shown: Shown,
    /// The details of the settings that the mail or its ticket gives.
    pub facts: BTreeMap<FactName, String>,
    /// The ticket that the mail belongs to or opens.
    pub ticket: TicketId,
    /// The language of the mail.
    pub language: Language,
}

/// How far it is shown who writes. Whose address is contradicted is not asked about at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// By the domain.
    Proven,
    /// By the ticket's token.
    Thread,
    /// Not at all: anybody can write that address.
    Claimed,
}

impl Shown {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Thread => "thread",
            Self::Claimed => "claimed",
        }
    }
}

impl Question {
    /// As it is sent: one JSON object.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut question = self.of_the_customer();
        if let Some(fields) = question.as_object_mut() {
            let _ = fields.insert("ticket".to_owned(), json!(self.ticket.to_string()));
        }
        question.to_string().into_bytes()
    }

    /// What the answer hangs on: the same for each ticket.
    pub(super) fn subject(&self) -> Vec<u8> {
        self.of_the_customer().to_string().into_bytes()
    }

    fn of_the_customer(&self) -> Value {
        let facts = self.facts.iter();
        let facts: BTreeMap<&str, &str> = facts
            .map(|(name, value)| (name.0.as_str(), value.as_str()))
            .collect();
        json!({
            "address": self.address.as_str(),
            "sender": self.shown.as_str(),
            "facts": facts,
            "language": self.language.0,
        })
    }
}
