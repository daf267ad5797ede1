//! The stored forms of handled mails, their filing, cursors, and Message-IDs of others.

use super::{FieldError, identity, message_id, ticket_id};
use crate::config::Outcome;
use crate::inbox::{Filing, Place};
use crate::journal::HandledMail;
use crate::mail::{AuthenticationResults, MessageId};
use crate::ticket::TicketId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a folder is handled.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct CursorForm {
    pub(in crate::journal) uid: u32,
}

/// What lay in the inbox when it was met, and when the program was started.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct LayThereForm {
    pub(in crate::journal) uid_validity: u32,
    pub(in crate::journal) at_meeting: u32,
    pub(in crate::journal) at_start: u32,
}

/// How far the folder of sent mail was looked at.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct SentMailForm {
    pub(in crate::journal) folder: String,
    pub(in crate::journal) uid_validity: u32,
    pub(in crate::journal) uid: u32,
    /// Not in records of before there was a look back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::journal) history_until: Option<u32>,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
struct PlaceForm {
    uid_validity: u32,
    uid: u32,
}

impl From<Place> for PlaceForm {
    fn from(place: Place) -> Self {
        Self {
            uid_validity: place.uid_validity,
            uid: place.uid,
        }
    }
}

impl From<PlaceForm> for Place {
    fn from(form: PlaceForm) -> Self {
        Self {
            uid_validity: form.uid_validity,
            uid: form.uid,
        }
    }
}

/// A handled mail.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct HandledForm {
    identity: String,
    place: PlaceForm,
    outcome: String,
    tags: Vec<String>,
    ticket: Option<String>,
    /// In the words of RFC 8601. (Absent in what older versions wrote.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checked: Option<String>,
}

impl From<&HandledMail> for HandledForm {
    fn from(mail: &HandledMail) -> Self {
        Self {
            identity: mail.identity.to_string(),
            place: mail.place.into(),
            outcome: mail.outcome.folder_key().to_owned(),
            tags: mail.tags.clone(),
            ticket: mail.ticket.as_ref().map(|id| id.compact().to_owned()),
            checked: mail.checked.as_ref().map(AuthenticationResults::written),
        }
    }
}

impl TryFrom<HandledForm> for HandledMail {
    type Error = FieldError;

    fn try_from(form: HandledForm) -> Result<Self, FieldError> {
        Ok(Self {
            identity: identity(&form.identity)?,
            place: form.place.into(),
            outcome: outcome(&form.outcome)?,
            tags: form.tags,
            ticket: form.ticket.as_deref().map(ticket_id).transpose()?,
            checked: form
                .checked
                .as_deref()
                .and_then(AuthenticationResults::read),
        })
    }
}

/// What is to be done with a mail on the server once its effects are settled.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct FilingForm {
    place: PlaceForm,
    outcome: String,
    tags: Vec<String>,
    waits_for: Vec<String>,
    /// How often the server refused to move it. (Absent in what older versions wrote.)
    #[serde(default)]
    pub(in crate::journal) refusals: u32,
    /// Not before this.
    #[serde(default)]
    pub(in crate::journal) due: Option<Timestamp>,
}

impl FilingForm {
    pub(in crate::journal) fn new(mail: &HandledMail, waits_for: &[MessageId]) -> Self {
        Self {
            refusals: 0,
            due: None,
            place: mail.place.into(),
            outcome: mail.outcome.folder_key().to_owned(),
            tags: mail.tags.clone(),
            waits_for: waits_for.iter().map(|id| id.as_str().to_owned()).collect(),
        }
    }

    pub(in crate::journal) fn read(self) -> Result<(Filing, Vec<MessageId>), FieldError> {
        let waits_for: Result<Vec<MessageId>, FieldError> =
            self.waits_for.iter().map(|id| message_id(id)).collect();
        let filing = Filing {
            place: self.place.into(),
            outcome: outcome(&self.outcome)?,
            tags: self.tags,
        };
        Ok((filing, waits_for?))
    }
}

/// To which ticket a mail of somebody else belongs.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct MessageForm {
    ticket: String,
}

impl From<&TicketId> for MessageForm {
    fn from(id: &TicketId) -> Self {
        Self {
            ticket: id.compact().to_owned(),
        }
    }
}

impl TryFrom<MessageForm> for TicketId {
    type Error = FieldError;

    fn try_from(form: MessageForm) -> Result<Self, FieldError> {
        ticket_id(&form.ticket)
    }
}

fn outcome(word: &str) -> Result<Outcome, FieldError> {
    Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.folder_key() == word)
        .ok_or_else(|| format!("`{word}` is no outcome of a mail"))
}
