//! What stands beside an event of a ticket's story where it is asked for alone: the words of a mail that left, what came with a mail, and what a
//! decision was made of. Reads mails of ours, which quote those of strangers; all of it is text.

use super::Refusal;
use crate::compose::Purpose;
use crate::journal::{Journal, JudgedOn};
use crate::mail::{MessageId, Reader};
use crate::ticket::{Event, MailSummary, TimedEvent};
use serde_json::{Map, Value, json};

/// So much of a mail of ours is told, in characters.
const TEXT_MAX_CHARACTERS: usize = 20_000;
/// A mail of ours with more bytes is told by its main sentences alone: with files of a customer in it, it takes long to read.
const READ_MAX_BYTES: usize = 1024 * 1024;

/// Adds it to the row of the event.
pub(super) fn add(
    row: &mut Map<String, Value>,
    timed: &TimedEvent,
    journal: &Journal,
) -> Result<(), Refusal> {
    match &timed.event {
        Event::Opened { mail, .. }
        | Event::CustomerWrote { mail }
        | Event::ThirdPartyWrote { mail, .. }
        | Event::Collected { mail, .. }
        | Event::WroteOutside { mail, .. } => came(row, mail),
        Event::Decided { intent, close, .. } => {
            let nearest = intent.iter().chain(close);
            let intents: Vec<Value> = nearest
                .map(|(intent, confidence)| json!({ "intent": intent.0, "confidence": confidence }))
                .collect();
            let _ = row.insert("intents".to_owned(), intents.into());
            let made_of = match timed.cause {
                Some(mail) => journal.judged_on(&mail)?,
                None => None,
            };
            let _ = row.insert(
                "made_of".to_owned(),
                json!(made_of.map(|made| inputs(&made))),
            );
        }
        Event::Wrote {
            message_id,
            purpose,
            to,
            ..
        } => {
            let to: Vec<&str> = to.iter().map(|to| to.as_str()).collect();
            let _ = row.insert("mail".to_owned(), json!(message_id.to_string()));
            let _ = row.insert("to".to_owned(), json!(to));
            // What staff get holds addresses by which somebody else could speak for them: those are not told.
            if goes_to_the_customer(*purpose) {
                let _ = row.insert("text".to_owned(), json!(text_of(message_id, journal)?));
            }
        }
        _ => {}
    }
    Ok(())
}

fn came(row: &mut Map<String, Value>, mail: &MailSummary) {
    let files: Vec<String> = (mail.attachments.iter())
        .map(|file| match file.name.as_str() {
            "" => file.media_type.clone(),
            name => format!("{name} ({})", file.media_type),
        })
        .collect();
    let also_to: Vec<&str> = mail.also_to.iter().map(|to| to.as_str()).collect();
    let _ = row.insert("subject".to_owned(), json!(mail.subject.to_string()));
    let _ = row.insert("text".to_owned(), json!(mail.excerpt));
    let _ = row.insert("files".to_owned(), json!(files));
    let _ = row.insert("also_to".to_owned(), json!(also_to));
}

const fn goes_to_the_customer(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Answer
            | Purpose::Question
            | Purpose::Notice
            | Purpose::StaffReply
            | Purpose::ApprovedAnswer
            | Purpose::StopConfirmation
            | Purpose::Told
            | Purpose::Delay
    )
}

/// The text of a mail of ours, as long as its bytes are kept.
fn text_of(mail: &MessageId, journal: &Journal) -> Result<Option<String>, Refusal> {
    let bytes = journal.bytes_of(mail)?;
    let bytes = bytes.filter(|bytes| !bytes.is_empty() && bytes.len() <= READ_MAX_BYTES);
    let text = bytes.map(|bytes| Reader::default().read(&bytes).body.text);
    Ok(text.map(|text| text.chars().take(TEXT_MAX_CHARACTERS).collect()))
}

/// What a decision was made of: what was loaded, and what had happened outside the ticket.
fn inputs(made: &JudgedOn) -> Value {
    let desk = &made.desk;
    let [to_sender, to_domain_hour, to_domain_day, hour, day] = made.automatic;
    json!({
        "program": desk.program,
        "settings": short(&desk.settings),
        "articles": desk.articles.len(),
        "meaning": desk.meaning,
        "learned": short(&desk.learned),
        "mail": short(&made.mail),
        "past": short(&made.past),
        "came_to": short(&made.came_to),
        "customer_refuses_automation": made.refuses_automation,
        "brake": made.brake.as_ref().map(|pulled| pulled.why().to_string()),
        "automatic_to_sender_in_day": to_sender,
        "automatic_to_domain_in_hour": to_domain_hour,
        "automatic_to_domain_in_day": to_domain_day,
        "automatic_in_hour": hour,
        "automatic_in_day": day,
        "mails_not_left": made.not_left.len(),
    })
}

/// Enough of a digest to tell two apart.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
