//! The customer wrote twice within minutes, the second time before they could have seen what we sent for the first. The same text is not sent
//! again, and nobody takes it for an answer that did not help. It only ever takes the place of an automatic text: whatever goes to a person goes
//! there all the same. Pure.

use super::view::View;
use super::{Action, Match, Standing, sentences};
use crate::config::Settings;
use crate::desk::{Sender, Trust};
use crate::mail::Mail;
use crate::ticket::{Event, Ticket};
use crate::trust::Identity;
use crate::understand::{FactSource, Understanding};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Words that say nothing by themselves: a subject of their own, a greeting, a reply mark.
const EMPTY_WORDS: [&str; 26] = [
    "question", "frage", "request", "anfrage", "enquiry", "inquiry", "hello", "hi", "hey", "hallo",
    "dear", "thanks", "thank", "you", "danke", "please", "bitte", "again", "nochmal", "regards",
    "best", "kind", "re", "aw", "fwd", "wg",
];

/// The longest mail that brings nothing but the details that we asked for, in words.
const DETAILS_MAX_WORDS: usize = 40;

/// What would be answered or asked was answered or asked just now.
pub(super) fn crossed(view: &View<'_>) -> Option<Match> {
    if !has_crossed(view) {
        return None;
    }
    let wanted = view.wanted.as_ref()?;
    Some(Match::new(
        "crossed",
        sentences::CROSSED.with([&wanted.intent]),
        wanted.evidence.as_str(),
        Action::NoteCrossed,
    ))
}

/// Whether this mail crossed our own about the same, and says nothing that the customer had not written before.
pub(super) fn has_crossed(view: &View<'_>) -> bool {
    let situation = view.situation;
    let mail = situation.mail;
    let (Some(ticket), Some(wanted)) = (view.ticket(), &view.wanted) else {
        return false;
    };
    let is_new_mail = matches!(
        situation.sender,
        Sender::Customer(Trust::Claimed | Trust::Proven)
    );
    let known = ticket.facts();
    let adds_facts = situation.understanding.facts.iter().any(|(name, fact)| {
        fact.source == FactSource::NewText && known.get(name) != Some(&fact.value)
    });
    is_new_mail
        && !adds_facts
        && !has_seen_ours(mail, ticket)
        && says_nothing_new(mail, ticket)
        && view.signal("did-not-help").is_none()
        && view.team_in_ticket().is_none()
        // A newer mail makes a draft void: somebody must see it then.
        && ticket.waiting_draft().is_none()
        && has_reached(ticket)
        && !situation.history.not_left.iter().any(|mail| mail.standing == Standing::GivenUp)
        && wrote_about(ticket, situation.settings, situation.now)
            .any(|intent| *intent == wanted.intent)
}

/// Whoever holds a mail of ours, or names its reference, has seen it.
fn has_seen_ours(mail: &Mail, ticket: &Ticket) -> bool {
    let reference = ticket.id.to_string();
    let answered = mail.in_reply_to.iter().chain(&mail.references);
    mail.subject.as_str().contains(&reference)
        || mail.body.quoted_text.contains(&reference)
        || answered.into_iter().any(|id| ticket.is_mail_of_ours(id))
}

/// Whether none of our mails was lost, withdrawn or given up: the customer may be asking again because nothing came.
fn has_reached(ticket: &Ticket) -> bool {
    !ticket.events.iter().any(|timed| {
        matches!(
            timed.event,
            Event::Bounced { .. } | Event::SendFailed { .. } | Event::MailWithdrawn { .. }
        )
    })
}

/// Whether every word of a mail, its subject included, stands in the customer's earlier mails of the ticket, and no file comes with it. One
/// further word may be a further wish, which nobody would see.
fn says_nothing_new(mail: &Mail, ticket: &Ticket) -> bool {
    let earlier = ticket.customer_mails();
    let earlier = earlier
        .iter()
        .flat_map(|mail| words_of(mail.subject.as_str()).chain(words_of(&mail.excerpt)));
    let known: BTreeSet<String> = earlier.chain(EMPTY_WORDS.map(str::to_owned)).collect();
    let own_words = mail.body.own_words();
    let mut words = words_of(mail.subject.as_str()).chain(words_of(&own_words));
    mail.attachments.is_empty() && words.all(|word| known.contains(&word))
}

/// Whether a mail that opens a thread of its own only says again what its sender wrote minutes ago; or brings the details that they were asked
/// for, which only counts where it is shown that they wrote it.
#[must_use]
pub fn is_same_matter(
    mail: &Mail,
    identity: &Identity,
    understanding: &Understanding,
    ticket: &Ticket,
    settings: &Settings,
    now: Timestamp,
) -> bool {
    let opened = ticket.events.first().map(|first| first.at);
    if !opened.is_some_and(|opened| is_just_now(opened, settings, now)) {
        return false;
    }
    let own_words = mail.body.own_words();
    let words = words_of(&own_words).count();
    let brings_details = matches!(identity, Identity::Proven(_))
        && ticket.question_is_open()
        && words <= DETAILS_MAX_WORDS
        && ticket.asked_before().is_some_and(|(asked, _)| {
            let mut found = understanding.facts.iter();
            found.any(|(name, fact)| fact.source == FactSource::NewText && asked.contains(name))
        });
    brings_details || (words > 0 && has_text_of(mail, ticket))
}

/// Whether a mail has the text of an earlier one, whatever its subject and its files.
fn has_text_of(mail: &Mail, ticket: &Ticket) -> bool {
    let words: Vec<String> = words_of(&mail.body.own_words()).collect();
    let earlier = ticket.customer_mails();
    earlier
        .last()
        .is_some_and(|mail| words_of(&mail.excerpt).eq(words.iter().cloned()))
        || says_nothing_new(mail, ticket)
}

/// What we wrote about by ourselves just now.
fn wrote_about<'t>(
    ticket: &'t Ticket,
    settings: &'t Settings,
    now: Timestamp,
) -> impl Iterator<Item = &'t crate::config::IntentName> {
    let events = ticket.events.iter();
    let just_now = events.filter(move |timed| is_just_now(timed.at, settings, now));
    just_now.filter_map(|timed| match &timed.event {
        Event::Answered { article, .. } => Some(&article.intent),
        Event::Asked { intent, .. } => Some(intent),
        _ => None,
    })
}

fn is_just_now(moment: Timestamp, settings: &Settings, now: Timestamp) -> bool {
    let window = SignedDuration::try_from(settings.limits.same_matter);
    let window = window.unwrap_or(SignedDuration::ZERO);
    !window.is_zero() && now.duration_since(moment) <= window
}

/// The words alone, in lower case: how lines are broken and what stands between them does not matter.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}
