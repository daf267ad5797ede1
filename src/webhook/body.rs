//! What is told of an event: which, of which ticket, when, which team, article and rule. Names of ours alone: no words of a mail, no detail, no
//! member; the customer's address only where the settings say so. Pure.

use super::{Listener, Occasion, Telling};
use crate::config::IntentName;
use crate::mail::Address;
use crate::ticket::{Event, TicketId, TimedEvent};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What a listener is told of an event, which is the ticket's `number`th; nothing where it does not want to know. `story` are the events before it.
pub(crate) fn telling(
    listener: &Listener,
    (ticket, number): (&TicketId, u32),
    timed: &TimedEvent,
    story: &[TimedEvent],
    customer: Option<&Address>,
) -> Option<Telling> {
    let occasion = Occasion::of(&timed.event)?;
    if !listener.occasions.contains(&occasion) {
        return None;
    }
    let id = id(listener, ticket, number);
    let mut body = json!({
        "id": id,
        "event": occasion.as_str(),
        "at": timed.at.to_string(),
        "ticket": ticket.to_string(),
        "number": number,
        "support": listener.support.as_str(),
        "team": team(&timed.event),
        "article": article(&timed.event).map(|intent| intent.0.as_str()),
        "reason": reason(timed, story),
    });
    if let (true, Some(body)) = (listener.with_customer, body.as_object_mut()) {
        let customer = customer.map_or(Value::Null, |customer| json!(customer.as_str()));
        let _ = body.insert("customer".to_owned(), customer);
    }
    Some(Telling {
        id,
        webhook: listener.webhook.clone(),
        occasion,
        ticket: ticket.clone(),
        body: body.to_string(),
        recorded_at: timed.at,
        due: timed.at,
        attempts: 0,
        last_failure: None,
    })
}

/// The same for the same event, also where it is recorded again after a crash took it back.
fn id(listener: &Listener, ticket: &TicketId, number: u32) -> String {
    let mut hash = Sha256::new();
    for part in [listener.webhook.0.as_str(), ticket.compact()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(number.to_be_bytes());
    let digest = hash.finalize();
    let bytes = digest.iter().take(16);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn team(event: &Event) -> Option<&str> {
    let team = match event {
        Event::PromiseLapsed { team, .. } | Event::WaitedTooLong { team, .. } => Some(team),
        other => other.team(),
    };
    team.map(|team| team.0.as_str())
}

fn article(event: &Event) -> Option<&IntentName> {
    match event {
        Event::Answered { article, .. } => Some(&article.intent),
        Event::Asked { intent, .. } => Some(intent),
        Event::Drafted { draft } => Some(&draft.article.intent),
        Event::DraftApproved { article, .. } => article.as_ref().map(|article| &article.intent),
        _ => None,
    }
}

/// The rule that decided about the mail that caused it.
fn reason<'s>(timed: &TimedEvent, story: &'s [TimedEvent]) -> Option<&'s str> {
    let cause = timed.cause.as_ref()?;
    let mut decided = story
        .iter()
        .rev()
        .filter(|one| one.cause.as_ref() == Some(cause));
    decided.find_map(|one| match &one.event {
        Event::Decided { reasons, .. } => reasons.first().map(|(rule, _)| rule.as_str()),
        _ => None,
    })
}
