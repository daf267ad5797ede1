//! What staff's confirmations taught, for people: who taught it, in which ticket, and taking it back.

use super::Refusal;
use crate::config::IntentName;
use crate::journal::Journal;
use crate::learning::{Confirmation, InUse, Lesson, mail_reference};
use crate::mail::MailIdentity;
use crate::ticket::TicketId;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// All lessons that are kept, the newest first.
pub(super) fn list(journal: &Journal) -> Result<Vec<Value>, Refusal> {
    let mut lessons = journal.lessons()?;
    lessons.sort_by_key(|lesson| (Reverse(lesson.at), lesson.mail.0));
    Ok(lessons.iter().map(row).collect())
}

/// Says of each row whether it is in use, as only a running daemon knows.
pub(super) fn mark(rows: &mut [Value], in_use: &InUse) {
    let waiting: BTreeMap<String, &IntentName> = (in_use.held_back.iter())
        .map(|(mail, says)| (mail_reference(*mail), says))
        .collect();
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        let reference = row.get("lesson").and_then(Value::as_str);
        if let Some(says) = reference.and_then(|reference| waiting.get(reference)) {
            let why = format!(
                "not in use: these words are surely about {says}; it counts once a second ticket says the same, \
                 `handoffd unlearn` takes it back"
            );
            let _ = row.insert("held_back".to_owned(), why.into());
        }
    }
}

/// What a person should look at: what stands against the articles first, then what nobody named.
pub fn keep_for_review(rows: &mut Vec<Value>) {
    let is_unnamed = |row: &Value| {
        let how = row.get("how").and_then(Value::as_str);
        let unnamed = [
            Confirmation::AnsweredAsArticle,
            Confirmation::AnsweredByHand,
        ];
        unnamed.iter().any(|one| how == Some(one.as_str()))
    };
    rows.retain(|row| row.get("held_back").is_some() || is_unnamed(row));
    rows.sort_by_key(|row| row.get("held_back").is_none());
}

/// One lesson by its reference, or all of a ticket.
pub(super) fn named(journal: &Journal, text: &str) -> Result<Vec<Lesson>, Refusal> {
    let reference = text.trim().to_ascii_lowercase();
    let ticket = TicketId::parse(text);
    let mut named = journal.lessons()?;
    named.retain(|lesson| {
        ticket.as_ref() == Some(&lesson.ticket) || lesson.reference() == reference
    });
    Ok(named)
}

/// What is said where there is none.
pub(super) fn nothing_learned() -> Refusal {
    Refusal::NotSo(
        "nothing was learned by that name; `handoffd learned` shows each lesson and its ticket"
            .to_owned(),
    )
}

/// Forgets them.
pub(super) fn forget(journal: &Journal, text: &str) -> Result<Vec<Value>, Refusal> {
    let gone = named(journal, text)?;
    if gone.is_empty() {
        return Err(nothing_learned());
    }
    let mails: Vec<MailIdentity> = gone.iter().map(|lesson| lesson.mail).collect();
    journal.forget_lessons(&mails)?;
    let rows = gone
        .iter()
        .map(|lesson| json!({ "forgotten": lesson.reference() }));
    Ok(rows.collect())
}

/// What is in use, for `status`.
pub(super) fn in_use(in_use: &InUse) -> Value {
    let by_intent = in_use.by_intent.iter();
    let by_intent: serde_json::Map<String, Value> = by_intent
        .map(|(intent, count)| (intent.0.clone(), json!(count)))
        .collect();
    json!({
        "all": in_use.none + in_use.by_intent.values().sum::<usize>(),
        "none": in_use.none,
        "by_intent": by_intent,
    })
}

fn row(lesson: &Lesson) -> Value {
    let meaning = lesson.intent.as_ref().map_or_else(
        || "what no article covers".to_owned(),
        |intent| format!("an example of {intent}"),
    );
    json!({
        "lesson": lesson.reference(),
        "ticket": lesson.ticket.to_string(),
        "intent": lesson.intent.as_ref().map(|intent| intent.0.as_str()),
        "learned_as": meaning,
        "text": lesson.text,
        "language": lesson.language.0,
        "how": lesson.how.as_str(),
        "member": lesson.member.as_str(),
        "at": lesson.at,
    })
}
