//! A draft that waits for a yes: as a row, with what it answers, and the operator's word about it.

use super::sought::{no_reference, no_ticket};
use super::{Question, Refusal, story};
use crate::decide::OperatorsWord;
use crate::gateway::{Came, Office, OperatorError, say};
use crate::journal::Journal;
use crate::ticket::{DraftNumber, Event, Ticket, TicketId};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The longest reason for a no that is kept, in characters.
const WHY_MAX_CHARACTERS: usize = 2_000;

/// The draft of a ticket in which one waits, with the words of the customer that it answers.
pub(super) fn row(ticket: &Ticket) -> Option<Value> {
    let waiting = ticket.draft_in_waiting()?;
    let mut row = story::draft_row(&ticket.id, &waiting);
    let asked = ticket
        .events
        .iter()
        .rev()
        .find_map(|timed| match &timed.event {
            Event::Opened { mail, .. } | Event::CustomerWrote { mail } => Some(mail),
            _ => None,
        });
    let drafted = ticket
        .events
        .iter()
        .rev()
        .find_map(|timed| match &timed.event {
            Event::Drafted { .. } => Some(timed.at),
            _ => None,
        });
    if let Some(row) = row.as_object_mut() {
        let customer = ticket.customer().map(ToString::to_string);
        let subject = asked.map(|mail| mail.subject.to_string());
        let _ = row.insert("customer".to_owned(), json!(customer));
        let _ = row.insert("subject".to_owned(), json!(subject));
        let _ = row.insert(
            "question".to_owned(),
            json!(asked.map(|mail| &mail.excerpt)),
        );
        let _ = row.insert("since".to_owned(), json!(drafted));
    }
    Some(row)
}

/// The operator's word is carried out.
pub(super) fn decide(
    office: &Office,
    journal: &Journal,
    question: &Question,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    let (id, named, why) = match question {
        Question::Approve { id, draft } => (id, draft, None),
        Question::Refuse { id, draft, why } => (id, draft, Some(why)),
        _ => return Ok(Vec::new()),
    };
    let id = TicketId::parse(id).ok_or_else(no_reference)?;
    let ticket = (journal.ticket(&id)?).ok_or_else(|| no_ticket(&id))?;
    let waiting = ticket.draft_in_waiting().ok_or_else(|| {
        Refusal::NotSo(format!(
            "no draft waits in ticket {id}; `handoffd drafts` shows those that do"
        ))
    })?;
    let draft = named.map_or(waiting.number, DraftNumber);
    let word = match why {
        None => OperatorsWord::Approve(draft),
        Some(why) => OperatorsWord::Refuse {
            draft,
            why: why.trim().chars().take(WHY_MAX_CHARACTERS).collect(),
        },
    };
    let came = say(office, journal, &ticket, &word, now).map_err(|why| match why {
        OperatorError::Impossible(why) => Refusal::NotSo(why),
        OperatorError::Journal(why) => why.into(),
        OperatorError::Judge(why) => Refusal::Failed(why.to_string()),
    })?;
    let became = match came {
        Came::Approved => "approved: it is sent to the customer",
        Came::AwaitsSecond => {
            "the yes is on record; a member's is needed as well, and the team was told"
        }
        Came::Refused => "refused: it is not sent, and the team was told",
    };
    Ok(vec![
        json!({ "ticket": id.to_string(), "draft": draft.0, "became": became }),
    ])
}
