//! Which mails of ours has the customer not seen, because they have not left? What still waits in the outbox is nothing that anybody replied to,
//! and whoever asks the same again meanwhile asks it for the first time. Pure: what was known is recorded with the judgement.

use super::view::View;
use super::{Action, History, Match, sentences, to_person};
use crate::config::IntentName;
use crate::mail::MessageId;
use crate::ticket::{Event, SentAnswer, Ticket};
use crate::understand::FactSource;

/// A mail of ours to the customer that was recorded and, as far as was known when another was judged, has not left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotLeft {
    /// Its Message-ID.
    pub mail: MessageId,
    /// Why it is not there.
    pub standing: Standing,
    /// What the server said last, without addresses; `None` where it was not tried yet.
    pub why: Option<String>,
}

/// How it stands with a mail that has not left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits to be sent.
    Waits,
    /// It may have left, and is looked for.
    InDoubt,
    /// It will not be sent any more.
    GivenUp,
}

impl History {
    /// How it stands with a mail of ours, where it has not left.
    #[must_use]
    pub fn not_left(&self, mail: &MessageId) -> Option<&NotLeft> {
        self.not_left.iter().find(|one| one.mail == *mail)
    }

    fn has_left(&self, answer: &SentAnswer<'_>) -> bool {
        answer.mail.is_none_or(|mail| self.not_left(mail).is_none())
    }
}

/// The answers that the customer may have read.
pub(super) fn answers_that_left<'v>(view: &View<'v>) -> Vec<SentAnswer<'v>> {
    let mut answers = view.ticket().map(Ticket::sent_answers).unwrap_or_default();
    answers.retain(|answer| view.situation.history.has_left(answer));
    answers
}

/// Whether an answer was recorded that has not left.
pub(super) fn has_waiting_answer(view: &View<'_>) -> bool {
    let answers = view.ticket().map(Ticket::sent_answers).unwrap_or_default();
    let history = view.situation.history;
    answers.iter().any(|answer| !history.has_left(answer))
}

/// Whether the last thing that the customer should read has left.
pub(super) fn has_last_left(view: &View<'_>) -> bool {
    let last = view.ticket().and_then(Ticket::last_to_be_read);
    last.is_none_or(|mail| view.situation.history.not_left(mail).is_none())
}

/// What is wanted is what a mail of ours says that is still on its way: it is not said twice.
pub(super) fn waits(view: &View<'_>) -> Option<Match> {
    if !waits_for_same(view) {
        return None;
    }
    let wanted = view.wanted.as_ref()?;
    Some(Match::new(
        "answer-waits",
        sentences::ANSWER_WAITS.with([&wanted.intent]),
        wanted.evidence.as_str(),
        Action::NoteCrossed,
    ))
}

/// Whether an answer or a question about what is wanted has not left yet, and this mail brings nothing that changes it.
pub(super) fn waits_for_same(view: &View<'_>) -> bool {
    let (Some(ticket), Some(wanted)) = (view.ticket(), &view.wanted) else {
        return false;
    };
    let known = ticket.facts();
    let adds_facts = view
        .situation
        .understanding
        .facts
        .iter()
        .any(|(name, fact)| {
            fact.source == FactSource::NewText && known.get(name) != Some(&fact.value)
        });
    !adds_facts
        && view.team_in_ticket().is_none()
        && ticket.waiting_draft().is_none()
        && matches!(
            standing_of(view, ticket, &wanted.intent),
            Some(Standing::Waits | Standing::InDoubt)
        )
}

/// Our answer about what is wanted was given up: another by the same way would be lost as well.
pub(super) fn was_lost(view: &View<'_>) -> Vec<Match> {
    let (Some(ticket), Some(wanted)) = (view.ticket(), &view.wanted) else {
        return vec![];
    };
    match standing_of(view, ticket, &wanted.intent) {
        Some(Standing::GivenUp) => to_person(
            view,
            "not-arrived",
            sentences::NOT_ARRIVED.with([&wanted.intent]),
            wanted.evidence.as_str(),
        ),
        _ => vec![],
    }
}

/// How it stands with the last mail about an intent.
fn standing_of(view: &View<'_>, ticket: &Ticket, about: &IntentName) -> Option<Standing> {
    let answers = ticket.sent_answers();
    let answer = answers
        .iter()
        .rev()
        .find(|answer| answer.article.intent == *about);
    let mail = answer
        .and_then(|answer| answer.mail)
        .or_else(|| question_about(ticket, about))?;
    Some(view.situation.history.not_left(mail)?.standing)
}

fn question_about<'t>(ticket: &'t Ticket, about: &IntentName) -> Option<&'t MessageId> {
    let asked = ticket.events.iter().rposition(
        |timed| matches!(&timed.event, Event::Asked { intent, .. } if intent == about),
    )?;
    ticket.written_by(asked)
}
