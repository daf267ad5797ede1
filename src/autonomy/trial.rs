//! What did people make of an article, mail by mail? Read off tickets; a mail that nobody judged yet is no trial.
//!
//! What a customer's words decide (they wrote again) is theirs to bring about: [`super::review`] bounds it by the address and domain that stand here.

use super::{ArticleName, IN_SHADOW, Stage};
use crate::config::IntentName;
use crate::numbers::{Fate, FirstQuestion, end, fate};
use crate::ticket::{ArticleReference, DraftFate, Event, ShownBy, Ticket};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One mail that an article answered, was proposed for, or would have answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Which text.
    pub article: ArticleReference,
    /// When it was sent or proposed; in shadow, when a person answered.
    pub at: Timestamp,
    /// Whose mail it was: the key of their address.
    pub customer: String,
    /// The domain of that.
    pub domain: String,
    /// What people made of it.
    pub seen: Seen,
}

/// What people made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// In shadow: the person's own answer says what the article says.
    SaidTheSame,
    /// In shadow: it says something else.
    SaidOtherwise,
    /// The draft was sent as it was shown.
    Unchanged,
    /// The draft was sent with changes.
    Edited,
    /// The draft was refused.
    Refused,
    /// A person sent an answer of their own instead of the draft.
    AnsweredInstead,
    /// It was sent by itself, and nothing is known against it: the customer said thanks, or nothing.
    Stands,
    /// It was sent by itself, and the customer wrote again about it within two weeks.
    Recontacted,
    /// It was sent by itself, and one of our people wrote to the customer after it, or named another article for the mail.
    Corrected,
}

impl Seen {
    /// At which stage it was tried.
    #[must_use]
    pub const fn stage(self) -> Stage {
        match self {
            Self::SaidTheSame | Self::SaidOtherwise => Stage::Shadow,
            Self::Unchanged | Self::Edited | Self::Refused | Self::AnsweredInstead => Stage::Draft,
            Self::Stands | Self::Recontacted | Self::Corrected => Stage::Answer,
        }
    }

    /// Whether it counts for the article. Silence counts for nothing: what was sent by itself never does.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::SaidTheSame | Self::Unchanged)
    }

    /// Whether our own people threw a draft away.
    #[must_use]
    pub const fn is_thrown_away(self) -> bool {
        matches!(self, Self::Refused | Self::AnsweredInstead)
    }
}

impl Trial {
    /// The article, without its revision.
    #[must_use]
    pub fn name(&self) -> ArticleName {
        ArticleName {
            intent: self.article.intent.clone(),
            language: self.article.language.clone(),
        }
    }
}

/// Reads tickets one by one, so that no more than one of them lies in memory.
#[derive(Debug, Default)]
pub struct Gathering {
    trials: Vec<Trial>,
    /// What each customer's tickets were opened with: they may have asked again in another one.
    questions: BTreeMap<String, Vec<FirstQuestion>>,
}

impl Gathering {
    /// One more ticket, as it stands at `now`.
    pub fn take_in(&mut self, ticket: &Ticket, now: Timestamp) {
        let Some(customer) = ticket.customer() else {
            return;
        };
        let about = |article: &ArticleReference, at, seen| Trial {
            article: article.clone(),
            at,
            customer: customer.address.key(),
            domain: customer.address.domain().to_ascii_lowercase(),
            seen,
        };
        for draft in ticket.made_drafts() {
            let seen = draft.fate.and_then(|(fate, _)| of_draft(fate));
            let article = &draft.made.draft.article;
            self.trials
                .extend(seen.map(|seen| about(article, draft.at, seen)));
        }
        let lost = ticket.lost_to_customer();
        for (place, timed) in ticket.events.iter().enumerate() {
            match &timed.event {
                Event::HeldAgainst {
                    article,
                    says_the_same,
                    ..
                } => {
                    let seen = match says_the_same {
                        true => Seen::SaidTheSame,
                        false => Seen::SaidOtherwise,
                    };
                    self.trials.push(about(article, timed.at, seen));
                }
                Event::Answered { article, .. } => {
                    let mail = ticket.written_by(place);
                    if mail.is_none_or(|mail| !lost.contains(mail)) {
                        let seen = of_answer(place, ticket, now);
                        self.trials.push(about(article, timed.at, seen));
                    }
                }
                _ => {}
            }
        }
        if let Some(question) = FirstQuestion::of(ticket) {
            let of_customer = self.questions.entry(customer.address.key()).or_default();
            of_customer.push(question);
        }
    }

    /// What was found, by article, in the order of time.
    #[must_use]
    pub fn trials(self) -> BTreeMap<ArticleName, Vec<Trial>> {
        let mut found: BTreeMap<ArticleName, Vec<Trial>> = BTreeMap::new();
        for mut trial in self.trials {
            let questions = self.questions.get(&trial.customer);
            let asked_again = questions.into_iter().flatten().any(|question| {
                question.about == trial.article.intent
                    && trial.at < question.at
                    && question.at < end(trial.at)
            });
            if trial.seen == Seen::Stands && asked_again {
                trial.seen = Seen::Recontacted;
            }
            found.entry(trial.name()).or_default().push(trial);
        }
        for trials in found.values_mut() {
            trials.sort_by_key(|trial| trial.at);
        }
        found
    }
}

/// A draft that the customer overtook, or that went with its request, was judged by nobody.
const fn of_draft(fate: DraftFate<'_>) -> Option<Seen> {
    Some(match fate {
        DraftFate::Sent(_) => Seen::Unchanged,
        DraftFate::SentEdited(_) => Seen::Edited,
        DraftFate::Refused(_) => Seen::Refused,
        DraftFate::AnsweredInstead(_) | DraftFate::AnsweredPastUs => Seen::AnsweredInstead,
        DraftFate::CustomerWroteAgain | DraftFate::Overtaken => return None,
    })
}

/// What is known of the answer at this place of the story.
fn of_answer(place: usize, ticket: &Ticket, now: Timestamp) -> Seen {
    match fate(place, ticket, now) {
        _ if was_corrected(place, ticket) => Seen::Corrected,
        Fate::Recontacted { .. } => Seen::Recontacted,
        Fate::Confirmed | Fate::Presumed | Fate::Pending => Seen::Stands,
    }
}

/// Whether one of our people wrote to the customer after the answer at this place, before the customer did, or named another article for the mail
/// that it answers.
fn was_corrected(place: usize, ticket: &Ticket) -> bool {
    let mut later = ticket.events.iter().skip(place);
    let Some(answered) = later.next() else {
        return false;
    };
    let Event::Answered { article, .. } = &answered.event else {
        return false;
    };
    let mut customer_wrote = false;
    for timed in later.filter(|timed| timed.at < end(answered.at)) {
        match &timed.event {
            Event::CustomerWrote { .. } => customer_wrote = true,
            Event::StaffReplied { .. }
            | Event::WroteOutside {
                shown_by: ShownBy::SentFolder,
                ..
            } if !customer_wrote => return true,
            Event::Learned { mail, intent, .. }
                if answered.cause == Some(*mail) && intent.as_ref() != Some(&article.intent) =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// The intent whose article would have answered the customer's latest mail, had it not been in shadow, where no person has answered that yet: the
/// next answer of a person is to be held against it.
#[must_use]
pub fn awaits_comparison(ticket: &Ticket) -> Option<&IntentName> {
    let mut waiting = None;
    for timed in &ticket.events {
        match &timed.event {
            Event::Decided {
                decision,
                reasons,
                intent: Some((intent, _)),
                ..
            } => {
                let in_shadow = reasons.first().is_some_and(|(rule, _)| rule == IN_SHADOW);
                // In a mailbox in shadow the decision is the one of a live one, and nothing comes of it.
                if in_shadow || ["answer", "draft"].contains(decision) {
                    waiting = Some(intent);
                }
            }
            Event::Opened { .. }
            | Event::CustomerWrote { .. }
            | Event::Answered { .. }
            | Event::Drafted { .. }
            | Event::HeldAgainst { .. }
            | Event::DraftApproved { .. }
            | Event::StaffReplied { .. }
            | Event::WroteOutside {
                shown_by: ShownBy::SentFolder,
                ..
            }
            | Event::Closed { .. } => waiting = None,
            _ => {}
        }
    }
    waiting
}

#[cfg(test)]
mod tests;
