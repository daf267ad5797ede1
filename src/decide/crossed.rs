//! The customer wrote twice within minutes, the second time before they could have seen what we sent for the first. The same text is not sent
//! again, and nobody takes it for an answer that did not help. It only ever takes the place of an automatic text: whatever goes to a person goes
//! there all the same. Pure.

use super::view::View;
use super::{Action, Match, sentences};
use crate::config::Settings;
use crate::desk::{Sender, Trust};
use crate::knowledge::Knowledge;
use crate::mail::Mail;
use crate::ticket::{Event, Status, Ticket};
use crate::understand::{FactSource, Understanding};
use jiff::{SignedDuration, Timestamp};

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

/// Whether this mail crossed our own about the same, and adds nothing to it.
pub(super) fn has_crossed(view: &View<'_>) -> bool {
    let situation = view.situation;
    let mail = situation.mail;
    let (Some(ticket), Some(wanted)) = (view.ticket(), &view.wanted) else {
        return false;
    };
    // Whoever holds a mail of ours, or names its reference, has seen it.
    let reference = ticket.id.to_string();
    let answers_ours = ticket.events.iter().any(|timed| {
        matches!(&timed.event, Event::Wrote { message_id, .. }
            if mail.in_reply_to.contains(message_id) || mail.references.contains(message_id))
    });
    let is_new_mail = matches!(
        situation.sender,
        Sender::Customer(Trust::Claimed | Trust::Proven)
    );
    let has_seen_ours = !is_new_mail
        || answers_ours
        || mail.subject.as_str().contains(&reference)
        || mail.body.quoted_text.contains(&reference);
    let has_files = mail.attachments.iter().any(|file| !file.inline);
    let known = ticket.facts();
    let adds_facts = situation.understanding.facts.iter().any(|(name, fact)| {
        fact.source == FactSource::NewText && known.get(name) != Some(&fact.value)
    });
    !has_seen_ours
        && !has_files
        && !adds_facts
        && view.signal("did-not-help").is_none()
        && view.team_in_ticket().is_none()
        && wrote_about(ticket, situation.settings, situation.now)
            .any(|intent| *intent == wanted.intent)
}

/// Whether a mail that opens a thread of its own is about the matter of a ticket that its sender opened minutes ago: the same words, what was
/// just answered or asked, or the details that were asked for.
#[must_use]
pub fn is_same_matter(
    mail: &Mail,
    understanding: &Understanding,
    ticket: &Ticket,
    settings: &Settings,
    knowledge: &Knowledge,
    now: Timestamp,
) -> bool {
    let opened = ticket.events.first().map(|first| first.at);
    if !opened.is_some_and(|opened| is_just_now(opened, settings, now)) {
        return false;
    }
    let words = words_of(&mail.body.own_words());
    let earlier = ticket.customer_mails();
    let is_same_text = !words.is_empty()
        && earlier
            .last()
            .is_some_and(|mail| words_of(&mail.excerpt) == words);
    let wanted = understanding.intents.first().filter(|wanted| {
        let thresholds = knowledge.thresholds(&wanted.intent, &settings.automation);
        wanted.confidence >= thresholds.send
    });
    let is_same_intent = wanted.is_some_and(|wanted| {
        wrote_about(ticket, settings, now).any(|intent| *intent == wanted.intent)
    });
    let brings_details = ticket.status() == Status::WaitsForCustomer
        && words.len() <= DETAILS_MAX_WORDS
        && ticket.asked_before().is_some_and(|(asked, _)| {
            let mut found = understanding.facts.iter();
            found.any(|(name, fact)| fact.source == FactSource::NewText && asked.contains(name))
        });
    is_same_text || is_same_intent || brings_details
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
fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
