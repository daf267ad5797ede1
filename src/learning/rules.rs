//! What does an act of a member teach? In doubt nothing: a missing lesson costs little, a wrong one is repeated to customers. Pure.

use super::request::{Found, Request};
use super::{Confirmation, Lesson};
use crate::config::IntentName;
use crate::mail::{Address, MailIdentity};
use crate::ticket::{Event, Ticket, Wording};
use jiff::Timestamp;

/// The rule of a hand-off because no article was near.
const NO_INTENT: &str = "no-intent";

/// What a member confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed<'a> {
    /// By name: the request is about this, or, with `None`, about no article.
    Named(Option<&'a IntentName>),
    /// The draft that is made of this article.
    Draft(&'a IntentName),
    /// The article whose text they wrote as an answer of their own.
    SaidAs(&'a IntentName),
    /// Nothing by name: they answered in their own words.
    OwnAnswer,
}

/// What is learned of it. `ticket` is the ticket as it stood before.
#[must_use]
pub fn lesson(
    confirmed: Confirmed<'_>,
    request: &Request,
    ticket: &Ticket,
    member: &Address,
    at: Timestamp,
) -> Option<Lesson> {
    let (intent, how) = match confirmed {
        Confirmed::Named(intent) => (intent, Confirmation::Named),
        Confirmed::Draft(intent) => {
            // The mail they reply to must be the draft that is sent, and the customer's words a request rather than the details
            // that we had asked for.
            let is_its_draft = drafted_for(ticket) == Some(request.mail);
            if !is_its_draft || answers_our_question(ticket, request.mail) {
                return None;
            }
            (Some(intent), Confirmation::Approved)
        }
        Confirmed::SaidAs(intent) => {
            let is_about_it = request.found == Found::Directly;
            let is_answered_before =
                answers_our_question(ticket, request.mail) || is_settled(ticket, request.mail);
            if !is_about_it || is_answered_before {
                return None;
            }
            (Some(intent), Confirmation::AnsweredAsArticle)
        }
        Confirmed::OwnAnswer => {
            let is_about_it = request.found == Found::Directly;
            if !is_about_it || request.rule != NO_INTENT || is_settled(ticket, request.mail) {
                return None;
            }
            (None, Confirmation::AnsweredByHand)
        }
    };
    // Nobody has looked at the sentence of an answer by hand: one that an article may well answer is not learned as none.
    let text = match how {
        Confirmation::AnsweredByHand => request.text.unanswered()?,
        Confirmation::Named | Confirmation::Approved | Confirmation::AnsweredAsArticle => {
            request.text.carrier(intent)
        }
    };
    Some(Lesson {
        mail: request.mail,
        ticket: ticket.id.clone(),
        text: text.to_owned(),
        language: request.text.language.clone(),
        intent: intent.cloned(),
        how,
        member: member.clone(),
        at,
    })
}

/// The customer's mail that the last draft answers.
fn drafted_for(ticket: &Ticket) -> Option<MailIdentity> {
    let mut events = ticket.events.iter().rev();
    events
        .find(|timed| match &timed.event {
            // What a member made of a draft answers the same mail as the draft did.
            Event::Drafted { draft } => draft.wording == Wording::OfArticle,
            _ => false,
        })
        .and_then(|timed| timed.cause)
}

/// Whether details had been asked for before that mail came.
fn answers_our_question(ticket: &Ticket, mail: MailIdentity) -> bool {
    let before = ticket
        .events
        .iter()
        .take_while(|timed| timed.cause != Some(mail));
    before
        .into_iter()
        .any(|timed| matches!(timed.event, Event::Asked { .. }))
}

/// Whether somebody said what that mail means, or has answered since it was decided: then a further answer is about something else.
fn is_settled(ticket: &Ticket, mail: MailIdentity) -> bool {
    let since = ticket
        .events
        .iter()
        .skip_while(|timed| timed.cause != Some(mail));
    since.into_iter().any(|timed| match &timed.event {
        Event::WroteOutside { .. } => true,
        event if event.brings_a_persons_words() => true,
        Event::Learned { mail: learned, .. } => *learned == mail,
        _ => false,
    })
}
