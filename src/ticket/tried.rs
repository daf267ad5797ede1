//! What has automation done in a ticket so far: which details are known, which were asked for, which texts went out?

use super::promise::is_shown_answer;
use super::{ArticleReference, Draft, Event, Ticket};
use crate::compose::Purpose;
use crate::config::{FactName, IntentName};
use crate::mail::Address;
use crate::mail::MessageId;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// An approved answer that went out, by itself or after a yes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SentAnswer<'a> {
    /// When.
    pub at: Timestamp,
    /// Which text.
    pub article: &'a ArticleReference,
    /// How sure it was.
    pub confidence: f64,
    /// Whether a person had said yes.
    pub approved: bool,
    /// The mail; `None` where none was recorded.
    pub mail: Option<&'a MessageId>,
}

impl Ticket {
    /// Every fact given so far; a later mail corrects an earlier one.
    #[must_use]
    pub fn facts(&self) -> BTreeMap<FactName, String> {
        let mut known = BTreeMap::new();
        for event in self.plain_events() {
            if let Event::FactsFound { facts } = event {
                known.extend(
                    facts
                        .iter()
                        .map(|(name, value)| (name.clone(), value.clone())),
                );
            }
        }
        known
    }

    /// The facts that the customer was asked for already, and the intent it was for.
    #[must_use]
    pub fn asked_before(&self) -> Option<(BTreeSet<FactName>, &IntentName)> {
        let mut asked: Option<(BTreeSet<FactName>, &IntentName)> = None;
        for event in self.plain_events() {
            if let Event::Asked { facts, intent } = event {
                let mut all = asked.map(|(names, _)| names).unwrap_or_default();
                all.extend(facts.iter().cloned());
                asked = Some((all, intent));
            }
        }
        asked
    }

    /// Whether the details that we asked for last are still open: neither has the customer given one of them since, nor has anybody answered.
    /// A hand-off that was given back (`BACK`) changes nothing of the question.
    #[must_use]
    pub fn question_is_open(&self) -> bool {
        let mut open: Option<&[FactName]> = None;
        for event in self.plain_events() {
            match event {
                Event::Asked { facts, .. } => open = Some(facts),
                Event::FactsFound { facts }
                    if open
                        .is_some_and(|asked| asked.iter().any(|name| facts.contains_key(name))) =>
                {
                    open = None;
                }
                Event::Answered { .. }
                | Event::DraftApproved { .. }
                | Event::StaffReplied { .. }
                | Event::Closed { .. } => open = None,
                _ => {}
            }
        }
        open.is_some()
    }

    /// The approved texts that went out, oldest first: what was tried.
    #[must_use]
    pub fn sent_answers(&self) -> Vec<SentAnswer<'_>> {
        let mut answers = Vec::new();
        let mut last_draft: Option<&Draft> = None;
        for (place, timed) in self.events.iter().enumerate() {
            match &timed.event {
                Event::Answered {
                    article,
                    confidence,
                } => answers.push(SentAnswer {
                    at: timed.at,
                    article,
                    confidence: *confidence,
                    approved: false,
                    mail: self.written_by(place),
                }),
                Event::Drafted { draft } => last_draft = Some(draft),
                Event::DraftApproved { .. } => {
                    if let Some(draft) = last_draft.take() {
                        answers.push(SentAnswer {
                            at: timed.at,
                            article: &draft.article,
                            confidence: draft.confidence,
                            approved: true,
                            mail: self.written_by(place),
                        });
                    }
                }
                _ => {}
            }
        }
        answers
    }

    /// The answers that nobody looked at before they left.
    #[must_use]
    pub fn automatic_answers(&self) -> Vec<SentAnswer<'_>> {
        let mut answers = self.sent_answers();
        answers.retain(|answer| !answer.approved);
        answers
    }

    /// How many mails were kept in it that were too many of their kind.
    #[must_use]
    pub fn collected(&self) -> usize {
        let is_collected = |event: &&Event| matches!(event, Event::Collected { .. });
        self.plain_events().filter(is_collected).count()
    }

    /// Whether a person of ours answered what the customer wrote last.
    #[must_use]
    pub fn has_last_word(&self) -> bool {
        let mut latest = self.events.iter().rev();
        latest
            .find_map(|timed| match &timed.event {
                Event::Opened { .. } | Event::CustomerWrote { .. } => Some(false),
                event => is_shown_answer(event).then_some(true),
            })
            .unwrap_or(false)
    }

    /// Who else wrote what was gathered in it since anybody of ours last did something about it: perhaps nobody has seen that.
    #[must_use]
    pub fn gathered_unheard(&self) -> Vec<&Address> {
        let latest = self.events.iter().rev();
        let unseen = latest.take_while(|timed| {
            !matches!(
                timed.event,
                Event::StaffReplied { .. }
                    | Event::Taken { .. }
                    | Event::Noted { .. }
                    | Event::Closed { .. }
            )
        });
        let customer = self.customer().map(|customer| &customer.address);
        let gathered = unseen.filter_map(|timed| match &timed.event {
            Event::Collected { from, .. } => Some(&from.address),
            _ => None,
        });
        gathered
            .filter(|from| !customer.is_some_and(|customer| customer.is_same_as(from)))
            .collect()
    }

    /// The latest automatic mails to the customer, at most so many.
    pub fn latest_automatic(&self, max: usize) -> impl Iterator<Item = &MessageId> {
        let latest = self.events.iter().rev();
        let automatic = latest.filter_map(|timed| match &timed.event {
            Event::Wrote {
                message_id,
                purpose:
                    Purpose::Answer
                    | Purpose::Question
                    | Purpose::Notice
                    | Purpose::Delay
                    | Purpose::Told,
                ..
            } => Some(message_id),
            _ => None,
        });
        automatic.take(max)
    }

    /// How many automatic mails were recorded for sending to anybody outside.
    #[must_use]
    pub fn automatic_mails(&self) -> u32 {
        let automatic = |event: &&Event| {
            matches!(
                event,
                Event::Wrote {
                    purpose: Purpose::Answer
                        | Purpose::Question
                        | Purpose::Notice
                        | Purpose::Delay
                        | Purpose::Told
                        | Purpose::StopConfirmation,
                    ..
                }
            )
        };
        u32::try_from(self.plain_events().filter(automatic).count()).unwrap_or(u32::MAX)
    }
}
