//! What does a question name (a ticket, a mail, a lesson), is it in a journal, and what is said where it is nowhere?

use super::{Question, Refusal, autonomy, lessons};
use crate::journal::Journal;
use crate::mail::MessageId;
use crate::ticket::TicketId;

/// Whether the journal has what a question names: the ticket, the mail, the lesson. Changes nothing.
///
/// # Errors
/// [`Refusal::Failed`]
pub fn has(journal: &Journal, question: &Question) -> Result<bool, Refusal> {
    let has_ticket = |text: &str| match TicketId::parse(text) {
        Some(id) => Ok(journal.ticket(&id)?.is_some()),
        None => Ok(false),
    };
    match question {
        Question::Ticket { id }
        | Question::Close { id }
        | Question::Approve { id, .. }
        | Question::Refuse { id, .. } => has_ticket(id),
        Question::Unlearn { id } => Ok(!lessons::named(journal, id)?.is_empty()),
        Question::ChangeStage { article, .. } => autonomy::has(journal, article),
        Question::Retry { id } if TicketId::parse(id).is_some() => has_ticket(id),
        Question::Retry { id } => match MessageId::parse(id) {
            Some(mail) => Ok(journal.effect(&mail)?.is_some()),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

/// What is said where nobody has what a question names.
#[must_use]
pub fn nowhere(question: &Question) -> Refusal {
    match question {
        Question::Ticket { id }
        | Question::Close { id }
        | Question::Approve { id, .. }
        | Question::Refuse { id, .. } => match TicketId::parse(id) {
            Some(id) => no_ticket(&id),
            None => no_reference(),
        },
        Question::Unlearn { .. } => lessons::nothing_learned(),
        Question::ChangeStage { article, .. } => autonomy::no_article(article),
        Question::Retry { .. } => no_mail(),
        _ => Refusal::NotSo("there is nothing by that name".to_owned()),
    }
}

/// Whether a question names what can be nowhere: it is mistyped. A Message-ID may be anything.
pub(super) fn is_misspelt(question: &Question) -> bool {
    match question {
        Question::Ticket { id }
        | Question::Close { id }
        | Question::Approve { id, .. }
        | Question::Refuse { id, .. } => TicketId::parse(id).is_none(),
        _ => false,
    }
}

pub(super) fn no_reference() -> Refusal {
    Refusal::NotSo("that is no ticket reference; one looks like K7QF2-M9XRT".to_owned())
}

pub(super) fn no_ticket(id: &TicketId) -> Refusal {
    Refusal::NotSo(format!("there is no ticket {id}"))
}

pub(super) fn no_mail() -> Refusal {
    Refusal::NotSo(
        "no mail by that name waits or was given up; `handoffd outbox` shows them".to_owned(),
    )
}
