//! What is told of a mail in the outbox: what waits, since when, why, what holds it back, and when it is tried next.

use crate::journal::{EffectRecord, EffectState, Journal, JournalError, purpose_word};
use crate::outbox::{Holding, Standing};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A mail as a row. `at` is the time of its state; `next_try` stands with mails that wait.
pub(super) fn row(
    journal: &Journal,
    standing: &Standing,
    mail: &EffectRecord,
    now: Timestamp,
) -> Result<Value, JournalError> {
    let (state, at) = match &mail.state {
        EffectState::Waiting { due } => ("waiting", due),
        EffectState::InDoubt { since } => ("in-doubt", since),
        EffectState::Sent { at } => ("sent", at),
        EffectState::GivenUp { at, .. } => ("given-up", at),
        EffectState::Withdrawn { at, .. } => ("withdrawn", at),
    };
    let why = match &mail.state {
        EffectState::GivenUp { why, .. } | EffectState::Withdrawn { why, .. } => Some(why.clone()),
        _ => mail.last_failure.clone(),
    };
    let to: Vec<&str> = (mail.recipients.iter()).map(|to| to.as_str()).collect();
    let mut row = json!({
        "mail": mail.message_id.to_string(), "state": state, "at": at, "purpose": purpose_word(mail.purpose),
        "ticket": mail.ticket.as_ref().map(ToString::to_string), "to": to, "subject": mail.subject,
        "attempts": mail.attempts, "why": why, "since": mail.recorded_at,
    });
    let EffectState::Waiting { due } = &mail.state else {
        return Ok(row);
    };
    let earlier = journal.unsettled_before(mail)?;
    let holding = standing.holding(mail, &earlier, now);
    let until = holding.as_ref().and_then(Holding::until);
    if let Some(row) = row.as_object_mut() {
        let next_try = match (&holding, until) {
            // It goes when the other is settled, whenever that is.
            (Some(Holding::Order { .. }), _) => Value::Null,
            (_, until) => json!(until.unwrap_or(*due).max(*due)),
        };
        row.insert("next_try".to_owned(), next_try);
        row.insert(
            "held_by".to_owned(),
            json!(holding.as_ref().map(Holding::word)),
        );
        row.insert(
            "held_because".to_owned(),
            json!(holding.as_ref().map(Holding::sentence)),
        );
    }
    Ok(row)
}
