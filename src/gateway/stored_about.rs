//! What is stored about a customer who asks for it? Gathered for staff, who make sure first that it is the customer, look it through and send
//! it. Of other people's tickets it says only that they are named there; what we sent is told by purpose and time, staff by their team.

use crate::compose::Gathered;
use crate::config::Settings;
use crate::journal::{Journal, JournalError};
use crate::mail::Address;
use crate::ticket::{Event, MailSummary, Notice, Ticket, TicketId, TimedEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// So many bytes are handed on at most; what is older than that is counted.
const GATHERED_MAX_BYTES: usize = 2_000_000;

/// Everything that the journal holds about an address, as one JSON text and as one for people.
pub(super) fn gather(journal: &Journal, address: &Address) -> Result<Gathered, JournalError> {
    let stored = journal.stored_about(address)?;
    let mut room = GATHERED_MAX_BYTES;
    let mut tickets = Vec::new();
    let mut left_out = 0_usize;
    for ticket in stored.tickets.iter().rev() {
        let told = ticket_told(ticket);
        let size = told.to_string().len();
        match room.checked_sub(size) {
            Some(left) => {
                room = left;
                tickets.push(told);
            }
            None => left_out += 1,
        }
    }
    let lessons: Vec<Value> = (stored.lessons.iter())
        .map(|lesson| {
            json!({"at": lesson.at, "ticket": lesson.ticket.to_string(), "text": lesson.text,
            "learned_as": lesson.intent.as_ref().map(|intent| intent.0.as_str())})
        })
        .collect();
    let mails: Vec<Value> = (stored.mails.iter())
        .map(|mail| {
            json!({"at": mail.recorded_at, "purpose": crate::journal::purpose_word(mail.purpose),
            "ticket": mail.ticket.as_ref().map(ToString::to_string), "subject": mail.subject})
        })
        .collect();
    let elsewhere: Vec<Value> = (stored.elsewhere.iter())
        .map(|(ticket, timed)| json!({"ticket": ticket.to_string(), "at": timed.at, "what": kind(&timed.event), "wrote": own_words(&timed.event, address)}))
        .collect();
    let whole = json!({
        "about": address.as_str(),
        "refuses_automatic_mail": stored.refuses_automation,
        "tickets": tickets,
        "tickets_left_out_for_size": left_out,
        "mails_sent_to_them": mails,
        "learned_from_their_words": lessons,
        "named_in_tickets_of_others": elsewhere,
    });
    let is_empty = !stored.refuses_automation
        && stored.tickets.is_empty()
        && stored.mails.is_empty()
        && stored.lessons.is_empty()
        && stored.elsewhere.is_empty();
    Ok(Gathered {
        is_empty,
        text: as_text(&whole, 0),
        json: serde_json::to_string_pretty(&whole).unwrap_or_else(|_| whole.to_string()),
    })
}

/// The text with a heading that says what it is and what is not in it: the request itself is recorded only with the mail that this goes into.
pub(super) fn headed(
    gathered: Gathered,
    (address, request, now): (&Address, &TicketId, Timestamp),
    settings: &Settings,
) -> Gathered {
    let zone = settings
        .teams
        .first()
        .map_or(TimeZone::UTC, |team| team.hours.time_zone.clone());
    let day = now.to_zoned(zone).strftime("%Y-%m-%d").to_string();
    let is_german = settings.support.language.0 == "de";
    let heading = match (is_german, gathered.is_empty) {
        (false, false) => format!(
            "What {} has stored about {address}, as of {day}\n\nBeside what follows, this request itself (ticket {request}) is stored: its mail, \
             what was decided about it, and the mails that were sent because of it.\nFor staff: leave out what is other people's. Times are UTC.\n",
            settings.support.name
        ),
        (false, true) => format!(
            "What {} has stored about {address}, as of {day}\n\nThis request itself (ticket {request}): its mail, what was decided about it, and the \
             mails that were sent because of it. Beside that nothing is stored.\n",
            settings.support.name
        ),
        (true, false) => format!(
            "Was {} zu {address} gespeichert hat, Stand {day}\n\nNeben dem Folgenden ist diese Anfrage selbst (Vorgang {request}) gespeichert: die Mail, \
             was dazu entschieden wurde, und die Mails, die deswegen versandt wurden.\nFür das Team: lassen Sie weg, was andere betrifft. Zeiten in UTC.\n",
            settings.support.name
        ),
        (true, true) => format!(
            "Was {} zu {address} gespeichert hat, Stand {day}\n\nDiese Anfrage selbst (Vorgang {request}): die Mail, was dazu entschieden wurde, und die \
             Mails, die deswegen versandt wurden. Sonst ist nichts gespeichert.\n",
            settings.support.name
        ),
    };
    let text = match gathered.is_empty {
        true => heading,
        false => format!("{heading}\n{}", gathered.text),
    };
    Gathered { text, ..gathered }
}

fn ticket_told(ticket: &Ticket) -> Value {
    let events: Vec<Value> = ticket.events.iter().map(event_told).collect();
    json!({
        "reference": ticket.id.to_string(),
        "status": ticket.status().in_words(),
        "customer": ticket.customer().map(ToString::to_string),
        "events": events,
    })
}

/// One event: what and when, and what it holds of the customer. Members are not named.
fn event_told(timed: &TimedEvent) -> Value {
    let what = kind(&timed.event);
    let mut told = json!({"at": timed.at, "what": what});
    let holds = match &timed.event {
        Event::Opened { mail, .. } | Event::CustomerWrote { mail } => mail_told(mail),
        Event::FactsFound { facts } => {
            json!({"details": facts.iter().map(|(name, value)| (name.to_string(), json!(value))).collect::<serde_json::Map<_, _>>()})
        }
        Event::LookedUp { found } => {
            let each = found
                .iter()
                .map(|one| (one.lookup.to_string(), one.to_json()));
            json!({"looked_up": each.collect::<serde_json::Map<_, _>>()})
        }
        Event::Decided {
            decision,
            reasons,
            evidence,
            ..
        } => {
            let reasons: Vec<&str> = reasons
                .iter()
                .map(|(_, sentence)| sentence.as_str())
                .collect();
            json!({"decision": decision, "reasons": reasons, "their_words": evidence})
        }
        Event::Answered { article, .. } => json!({"article": article.intent.to_string()}),
        Event::Asked { facts, .. } => {
            json!({"asked_for": facts.iter().map(ToString::to_string).collect::<Vec<_>>()})
        }
        Event::Drafted { draft } => json!({"proposed": draft.text}),
        Event::HandedOff {
            team,
            promised_by,
            notice,
            ..
        } => {
            json!({"team": team.to_string(), "promised_by": promised_by, "told": notice_told(notice)})
        }
        Event::PromiseLapsed {
            new_promise,
            notice,
            ..
        } => {
            json!({"promised_by": new_promise, "told": notice_told(notice)})
        }
        Event::Noted { text, .. } => json!({"note": text}),
        Event::AskedAgain { asked, .. } => json!({"value": asked.known.value}),
        Event::Wrote { purpose, said, .. } => {
            json!({"purpose": crate::journal::purpose_word(*purpose), "said": said})
        }
        _ => json!({}),
    };
    if let (Some(told), Value::Object(holds)) = (told.as_object_mut(), holds) {
        told.extend(holds);
    }
    told
}

fn mail_told(mail: &MailSummary) -> Value {
    let files: Vec<&str> = mail
        .attachments
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    json!({"subject": mail.subject.as_str(), "text": mail.excerpt, "files": files,
        "message_id": mail.message_id.as_ref().map(ToString::to_string)})
}

fn notice_told(notice: &Notice) -> Option<&str> {
    match notice {
        Notice::Sent { text } => Some(text),
        Notice::Withheld { .. } => None,
    }
}

/// What they wrote themselves in somebody else's ticket.
fn own_words(event: &Event, address: &Address) -> Option<Value> {
    match event {
        Event::ThirdPartyWrote { from, mail } if from.address.is_same_as(address) => {
            Some(mail_told(mail))
        }
        _ => None,
    }
}

const fn kind(event: &Event) -> &'static str {
    match event {
        Event::Opened { .. } => "first mail",
        Event::CustomerWrote { .. } => "further mail",
        Event::ThirdPartyWrote { .. } => "mail of somebody else",
        Event::FactsFound { .. } => "details found",
        Event::LookedUp { .. } => "looked up elsewhere",
        Event::Decided { .. } => "decided by the machine",
        Event::Answered { .. } => "answered by the machine",
        Event::Asked { .. } => "asked for details by the machine",
        Event::Drafted { .. } => "answer proposed by the machine",
        Event::HandedOff { .. } => "given to a person",
        Event::StaffReplied { .. } => "answered by a person",
        Event::DraftApproved { .. } => "proposed answer approved by a person",
        Event::Noted { .. } => "note",
        Event::Learned { .. } => "used as an example",
        Event::HeldAgainst { .. } => "answer of a person held against an article",
        Event::AutomationRefused => "STOP",
        Event::AutomationAllowed => "START",
        Event::Closed { .. } => "closed",
        Event::Wrote { .. } => "mail of ours",
        Event::PromiseLapsed { .. } => "promised time went by",
        Event::AskedAgain { .. } => "asked for what was known",
        _ => "further step",
    }
}

/// The same for people: names and values, indented.
fn as_text(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !is_empty(value))
            .map(|(name, value)| {
                let name = name.replace('_', " ");
                match value {
                    Value::Object(_) | Value::Array(_) => {
                        format!("{indent}{name}:\n{}", as_text(value, depth + 1))
                    }
                    _ => format!(
                        "{indent}{name}: {}\n",
                        as_text(value, depth + 1).trim_start()
                    ),
                }
            })
            .collect(),
        Value::Array(values) => values
            .iter()
            .map(|value| match value {
                Value::Object(_) => format!("{}\n", as_text(value, depth)),
                _ => format!("{indent}- {}\n", as_text(value, depth + 1).trim_start()),
            })
            .collect(),
        Value::String(text) => text
            .lines()
            .collect::<Vec<_>>()
            .join(&format!("\n{indent}")),
        other => other.to_string(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
