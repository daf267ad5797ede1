//! What does the ticket's story gain? The arrival of the mail, what was decided with every reason, what was done (`done.rs`), and each mail that
//! leaves.

mod done;

use super::words::shortened;
use super::{Outgoing, Purpose, also_to};
use crate::config::{FactName, Settings};
use crate::decide::{Action, Decision, OnDraft, Situation};
use crate::desk::{Sender, StaffAct, Trust};
use crate::mail::{Forwarded, Mail, SenderKind};
use crate::ticket::{AttachmentSummary, Event, MailSummary};
use crate::understand::summary::{kept_of_ours, question_for};
use crate::understand::{CustomerWord, FactSource};
use std::collections::BTreeMap;

/// How much of a mail's new text the ticket keeps, in characters.
const EXCERPT_CHARACTERS: usize = 2_000;

/// How much it keeps of the words that show a reason.
const EVIDENCE_CHARACTERS: usize = 200;

/// So many intents beside the nearest are kept of a decision.
const CLOSE_MAX: usize = 3;

/// The mail as the ticket keeps it.
pub(super) fn summary(mail: &Mail, settings: &Settings) -> MailSummary {
    MailSummary {
        identity: mail.identity,
        message_id: mail.message_id.clone(),
        references: mail.references.clone(),
        subject: mail.subject.clone(),
        excerpt: mail
            .body
            .reply_text
            .chars()
            .take(EXCERPT_CHARACTERS)
            .collect(),
        attachments: files(mail),
        also_to: also_to::of_mail(mail, settings),
    }
}

fn files(mail: &Mail) -> Vec<AttachmentSummary> {
    let files = mail.attachments.iter().take(AttachmentSummary::KEPT_MAX);
    let files = files.map(|file| AttachmentSummary {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
    });
    files.collect()
}

/// The word that changes whether automatic mail is wanted. A robot that quotes it says nothing by it, and nobody whose identity is in
/// doubt may switch anything.
fn word(situation: &Situation<'_>) -> Option<Event> {
    let Sender::Customer(trust) = situation.sender else {
        return None;
    };
    let is_robot = matches!(
        situation.mail.sender_kind,
        SenderKind::AutoReply | SenderKind::Bounce | SenderKind::FeedbackReport | SenderKind::Own
    );
    if is_robot || *trust == Trust::Contradicted {
        return None;
    }
    match situation.understanding.customer_word? {
        CustomerWord::Stop => Some(Event::AutomationRefused),
        // Silence is what a forger may bring about, and undone by the customer's reply; writing again is not.
        CustomerWord::Start if *trust == Trust::Claimed => None,
        CustomerWord::Start => Some(Event::AutomationAllowed),
        CustomerWord::Human | CustomerWord::Status | CustomerWord::Why => None,
    }
}

/// The facts that this mail brings and the ticket does not have yet.
fn facts(situation: &Situation<'_>) -> BTreeMap<FactName, String> {
    let may_tell = matches!(
        situation.sender,
        Sender::Customer(Trust::Claimed | Trust::Thread | Trust::Proven)
    );
    let known = situation
        .ticket
        .map(crate::ticket::Ticket::facts)
        .unwrap_or_default();
    let found = situation
        .understanding
        .facts
        .iter()
        .filter(|(name, found)| {
            may_tell
                && match found.source {
                    FactSource::NewText => known.get(*name) != Some(&found.value),
                    FactSource::Aside => !known.contains_key(*name),
                    FactSource::Quoted | FactSource::Earlier => false,
                }
        });
    found
        .map(|(name, found)| (name.clone(), found.value.clone()))
        .collect()
}

/// The mail's arrival: who wrote, and what became known by it. Empty where nothing of it belongs into a ticket.
pub(super) fn arrival(decision: &Decision, situation: &Situation<'_>) -> Vec<Event> {
    let word = word(situation);
    let is_left = matches!(
        decision.action,
        Action::Leave { .. } | Action::NoteConfirmed
    );
    let is_recorded = match &decision.action {
        Action::NoteOwnCopy
        | Action::AnswerLetter { .. }
        | Action::Quarantine
        | Action::Staff { .. }
        | Action::NoteColleague { .. } => return vec![],
        Action::Collect { .. } => return collected(situation),
        Action::OfferTicket { original, .. } => {
            return vec![opened_by_forward(original, decision, situation)];
        }
        Action::Leave { .. } => word.is_some() && situation.ticket.is_none(),
        Action::NoteConfirmed => false,
        // `STOP` and `STATUS` alone want nothing new: a draft that waits for a yes must not become void by it, or nobody would answer any more.
        Action::ConfirmStop | Action::Tell(_) => situation.ticket.is_none(),
        _ => true,
    };
    let mut events = Vec::new();
    if is_recorded {
        let mail = MailSummary {
            also_to: also_to::shown(situation),
            ..summary(situation.mail, situation.settings)
        };
        match (situation.ticket, situation.mail.writer(), situation.sender) {
            (None, Some(from), _) => events.push(Event::Opened {
                customer: from.clone(),
                subject: situation.mail.subject.clone(),
                language: decision.language.clone(),
                mail,
            }),
            (Some(_), _, Sender::Customer(_)) => events.push(Event::CustomerWrote { mail }),
            (Some(_), Some(from), Sender::ThirdParty) => events.push(Event::ThirdPartyWrote {
                from: from.clone(),
                mail,
            }),
            _ => {}
        }
        let had_draft = situation
            .ticket
            .is_some_and(|ticket| ticket.waiting_draft().is_some());
        if had_draft && matches!(situation.sender, Sender::Customer(_)) {
            events.push(Event::DraftWithdrawn);
        }
    }
    events.extend(word);
    if !is_left {
        let facts = facts(situation);
        if !facts.is_empty() {
            events.push(Event::FactsFound { facts });
        }
        let found = &situation.mail.looked_up;
        if !found.is_empty() && (is_recorded || situation.ticket.is_some()) {
            events.push(Event::LookedUp {
                found: found.clone(),
            });
        }
    }
    events
}

/// One of many like it: kept as it came. It is no further word of the ticket's customer.
fn collected(situation: &Situation<'_>) -> Vec<Event> {
    let from = situation.mail.writer().cloned();
    let kept = from.map(|from| Event::Collected {
        from,
        mail: summary(situation.mail, situation.settings),
    });
    kept.into_iter().collect()
}

/// The ticket is the customer's who wrote originally. Their own Message-ID is taken from nobody else's mouth.
fn opened_by_forward(
    original: &Forwarded,
    decision: &Decision,
    situation: &Situation<'_>,
) -> Event {
    Event::Opened {
        customer: original.from.clone(),
        subject: original.subject.clone(),
        language: decision.language.clone(),
        mail: MailSummary {
            identity: situation.mail.identity,
            message_id: None,
            references: vec![],
            subject: original.subject.clone(),
            excerpt: original.text.chars().take(EXCERPT_CHARACTERS).collect(),
            attachments: files(situation.mail),
            also_to: vec![],
        },
    }
}

/// What was decided, as it is at this time.
fn decided(decision: &Decision, situation: &Situation<'_>) -> Event {
    let reasons = &decision.reasons;
    let nearest = || {
        let first = situation.understanding.intents.first()?;
        Some((first.intent.clone(), first.confidence))
    };
    let intent = match &decision.action {
        Action::Answer {
            article,
            confidence,
            ..
        } => Some((article.intent.clone(), *confidence)),
        Action::Draft(draft) => Some((draft.article.intent.clone(), draft.confidence)),
        Action::Ask { intent, .. } => {
            let mut found = situation.understanding.intents.iter();
            found
                .find(|found| &found.intent == intent)
                .map(|found| (found.intent.clone(), found.confidence))
                .or_else(nearest)
        }
        Action::Staff { .. }
        | Action::OfferTicket { .. }
        | Action::NoteColleague { .. }
        | Action::Leave { .. }
        | Action::Quarantine => None,
        _ => nearest(),
    };
    let reasons = || std::iter::once(&reasons.first).chain(&reasons.further);
    let is_of_staff = matches!(decision.action, Action::Staff { .. });
    let evidence = reasons().map(|reason| shortened(&reason.evidence, EVIDENCE_CHARACTERS));
    let others = situation.understanding.intents.iter();
    let others = others.filter(|other| {
        intent
            .as_ref()
            .is_some_and(|(name, _)| *name != other.intent)
    });
    Event::Decided {
        decision: decision.action.as_str(),
        reasons: reasons()
            .map(|reason| (reason.rule.to_owned(), reason.sentence.to_string()))
            .collect(),
        evidence: evidence.filter(|_| !is_of_staff).collect(),
        close: others
            .take(CLOSE_MAX)
            .map(|other| (other.intent.clone(), other.confidence))
            .collect(),
        intent,
    }
}

/// The whole gain, in order. Nothing where no ticket is touched, but for what is kept aside.
pub(super) fn gain(
    decision: &Decision,
    situation: &Situation<'_>,
    mails: &[Outgoing],
) -> Vec<Event> {
    // Our own copy, and what the admin says to us, belong into nobody's ticket.
    if matches!(
        decision.action,
        Action::NoteOwnCopy | Action::AnswerLetter { .. }
    ) {
        return vec![];
    }
    let mut events = arrival(decision, situation);
    if situation.ticket.is_none() && events.is_empty() {
        // What is kept aside must be found, and belongs to no ticket.
        return match decision.action {
            Action::Quarantine => done::done(decision, situation, mails),
            _ => events,
        };
    }
    // A thousand mails of one text need no thousand reasons.
    if !matches!(
        decision.action,
        Action::Collect {
            tells_team: false,
            ..
        }
    ) {
        events.push(decided(decision, situation));
    }
    events.extend(done::done(decision, situation, mails));
    events.extend(mails.iter().map(|mail| Event::Wrote {
        message_id: mail.message_id.clone(),
        purpose: mail.purpose,
        to: mail.recipients.clone(),
        said: said(mail, decision, situation),
    }));
    events
}

/// What the ticket keeps of a mail to the customer, sentence by sentence, so that a later summary can show it.
fn said(mail: &Outgoing, decision: &Decision, situation: &Situation<'_>) -> Vec<String> {
    match (mail.purpose, &decision.action) {
        (Purpose::Answer, Action::Answer { text, .. }) => kept_of_ours(&mail.text, text),
        (
            Purpose::StaffReply,
            Action::Staff {
                act: StaffAct::Reply { text },
                ..
            },
        ) => kept_of_ours(&mail.text, text),
        (
            Purpose::ApprovedAnswer,
            Action::Staff {
                draft: Some(OnDraft::Send(draft)),
                ..
            },
        ) => kept_of_ours(&mail.text, &draft.text),
        (Purpose::Question, Action::Ask { missing, .. }) => {
            let facts = &situation.settings.facts;
            let questions = missing.iter().filter_map(|name| {
                let asks = facts.get(name).into_iter();
                let mut asks = asks.flat_map(|fact| fact.ask.values());
                asks.find_map(|ask| question_for(&mail.text, ask))
            });
            questions.collect()
        }
        _ => vec![],
    }
}

/// That a mail about no decision was recorded for sending.
pub(super) fn wrote(mail: &Outgoing) -> Event {
    Event::Wrote {
        message_id: mail.message_id.clone(),
        purpose: mail.purpose,
        to: mail.recipients.clone(),
        said: vec![],
    }
}
