//! The stored form of what a confirmation taught.

use super::{FieldError, address, identity, ticket_id};
use crate::config::{IntentName, Language};
use crate::learning::{Confirmation, Lesson};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A lesson.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct LessonForm {
    mail: String,
    ticket: String,
    text: String,
    language: String,
    intent: Option<String>,
    how: String,
    member: String,
    at: Timestamp,
}

impl From<&Lesson> for LessonForm {
    fn from(lesson: &Lesson) -> Self {
        Self {
            mail: lesson.mail.to_string(),
            ticket: lesson.ticket.compact().to_owned(),
            text: lesson.text.clone(),
            language: lesson.language.0.clone(),
            intent: lesson.intent.as_ref().map(|intent| intent.0.clone()),
            how: lesson.how.as_str().to_owned(),
            member: lesson.member.as_str().to_owned(),
            at: lesson.at,
        }
    }
}

impl TryFrom<LessonForm> for Lesson {
    type Error = FieldError;

    fn try_from(form: LessonForm) -> Result<Self, FieldError> {
        let how = Confirmation::ALL
            .into_iter()
            .find(|how| how.as_str() == form.how)
            .ok_or_else(|| "a confirmation is of no known kind".to_owned())?;
        Ok(Self {
            mail: identity(&form.mail)?,
            ticket: ticket_id(&form.ticket)?,
            text: form.text,
            language: Language(form.language),
            intent: form.intent.map(IntentName),
            how,
            member: address(&form.member)?,
            at: form.at,
        })
    }
}
