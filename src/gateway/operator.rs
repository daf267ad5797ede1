//! The operator's word about a draft, from the command line or the page: the same rules decide on it as on a member's `OK` or `NO`, and all that
//! follows is on record before anything leaves. No mail is behind it, so nothing names one as its cause.

use super::handle::{is_shadow, learns, timed};
use super::{JudgeError, Office};
use crate::decide::{self, Action, History, OnDraft, OperatorsWord, Situation};
use crate::desk::Sender;
use crate::inbox::Content;
use crate::journal::{AsItStood, Entry, Journal, JournalError};
use crate::learning;
use crate::mail::{Mail, MailIdentity};
use crate::ticket::Ticket;
use crate::trust;
use crate::understand::Understanding;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// The draft is to be sent.
    Approved,
    /// The yes is on record; a member's is needed as well.
    AwaitsSecond,
    /// It is not sent, and a person answers.
    Refused,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// It cannot be done, for this reason.
    #[error("{0}")]
    Impossible(String),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What should follow could not be written.
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

/// Carries the operator's word out: what follows is recorded, or nothing is.
///
/// # Errors
/// [`OperatorError`]; nothing is recorded then.
pub fn say(
    office: &Office,
    journal: &Journal,
    ticket: &Ticket,
    word: &OperatorsWord,
    now: Timestamp,
) -> Result<Came, OperatorError> {
    // A member's mail about the same draft is judged before or after, never meanwhile.
    let _deciding = journal.deciding();
    let ticket = (journal.ticket(&ticket.id)?).ok_or_else(|| gone("the ticket is gone"))?;
    let waiting = ticket.draft_in_waiting();
    let waiting = waiting.ok_or_else(|| gone("no draft waits in this ticket any more"))?;
    if waiting.number != word.draft() {
        return Err(gone(&format!(
            "draft {} does not wait any more; draft {} does: read that one first",
            word.draft(),
            waiting.number
        )));
    }
    let admin = &office.settings.support.admin;
    let sender = Sender::Staff {
        team: waiting.draft.team.clone(),
        member: admin.clone(),
    };
    let mail = mail_of(office, &ticket, word)?;
    let mut history = match ticket.customer() {
        Some(customer) => journal.history(&customer.address, now)?,
        None => History::default(),
    };
    history.not_left = journal.not_left(&ticket)?;
    let trained = office.trained();
    let request = learning::request(&ticket, &mail, &trained.understander);
    let situation = Situation {
        mail: &mail,
        sender: &sender,
        identity: &trust::identity(&mail, &office.settings),
        ticket: Some(&ticket),
        ticket_id: &ticket.id,
        understanding: &Understanding::none(&office.settings.support.language),
        request: Some(&request),
        asked_again: &[],
        history: &history,
        settings: &office.settings,
        knowledge: &office.knowledge,
        now,
    };
    let decision = decide::by_operator(&situation, word)
        .ok_or_else(|| gone("the team of this draft is not in the settings any more"))?;
    let (came, lesson) = match &decision.action {
        Action::Staff {
            impossible: Some(why),
            ..
        } => return Err(OperatorError::Impossible(why.english().to_owned())),
        Action::Staff { draft, lesson, .. } => (came_of(draft.as_ref())?, lesson.clone()),
        _ => return Err(gone("nothing can be done with this draft")),
    };
    let no_original: &[u8] = &[];
    let composed = office
        .writer
        .compose(&decision, &situation, no_original)
        .map_err(JudgeError::from)?;
    if is_shadow(office) {
        return Err(gone("in shadow mode nothing is sent"));
    }
    let entry = Entry {
        events: timed(&ticket.id, composed.events, None, now),
        effects: composed.mails,
        lessons: lesson.filter(|_| learns(office)).into_iter().collect(),
        only_if: Some(AsItStood {
            ticket: ticket.id.clone(),
            events: ticket.events.len(),
        }),
        ..Entry::default()
    };
    // Each of these words has a mail: without one nothing was recorded, because the ticket stands otherwise by now.
    if journal.record(entry, now)?.is_empty() {
        return Err(gone(
            "the ticket has changed meanwhile; look at it and try again",
        ));
    }
    crate::report::gateway::operator_decided(&ticket.id, word);
    Ok(came)
}

fn gone(why: &str) -> OperatorError {
    OperatorError::Impossible(why.to_owned())
}

fn came_of(on_draft: Option<&OnDraft>) -> Result<Came, OperatorError> {
    match on_draft {
        Some(OnDraft::Send(_) | OnDraft::SendEdited { .. }) => Ok(Came::Approved),
        Some(OnDraft::AwaitSecond { .. }) => Ok(Came::AwaitsSecond),
        Some(OnDraft::Refuse(_)) => Ok(Came::Refused),
        Some(OnDraft::Replace { .. }) | None => Err(gone("nothing can be done with this draft")),
    }
}

/// The word as if the admin had written it. Its identity names our mails that follow, so the same word about the same draft makes the same mails.
fn mail_of(office: &Office, ticket: &Ticket, word: &OperatorsWord) -> Result<Mail, JudgeError> {
    let text = format!(
        "From: {}\r\nTo: {}\r\nSubject: {}\r\n\r\n{}\r\n",
        office.settings.support.admin,
        office.settings.support.address,
        ticket.id,
        word.as_mail()
    );
    let mail = office.read(&Content::Whole(text.into_bytes()))?;
    let mut name = Sha256::new();
    name.update(format!(
        "operator {} {} {}",
        ticket.id,
        ticket.events.len(),
        word.draft()
    ));
    Ok(Mail {
        identity: MailIdentity(name.finalize().into()),
        ..mail
    })
}
