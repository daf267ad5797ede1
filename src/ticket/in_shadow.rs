//! What was decided about mails of a ticket and not done, because the mailbox was in shadow? Read off the story: a decision that should have had an
//! effect, and no event of the same mail but what only says what came and what was thought of it. Pure.

use super::{Event, Ticket};
use crate::config::IntentName;
use crate::mail::MailIdentity;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What would have been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Would {
    /// An approved text would have been sent.
    Answer,
    /// The customer would have been asked for details.
    Ask,
    /// A text would have been proposed to the team.
    Draft,
    /// A person would have got it.
    HandOff,
}

impl Would {
    /// All of them, with the decision's word in the order in which somebody asks.
    pub const ALL: [Self; 4] = [Self::Answer, Self::Ask, Self::Draft, Self::HandOff];

    /// The decision by its word (contract.md).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Ask => "ask",
            Self::Draft => "draft",
            Self::HandOff => "handoff",
        }
    }

    /// What is said of mails about which that was decided.
    #[must_use]
    pub const fn of_many(self) -> &'static str {
        match self {
            Self::Answer => "would have been answered by an approved text alone",
            Self::Ask => "would have been asked for missing details",
            Self::Draft => "would have been proposed to the team",
            Self::HandOff => "would have gone to a person",
        }
    }
}

/// A decision without an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InShadow<'t> {
    /// Where in the ticket's story it stands.
    pub place: usize,
    /// When.
    pub at: Timestamp,
    /// What would have been done.
    pub would: Would,
    /// The nearest article: the one whose text would have been sent or proposed.
    pub article: Option<&'t IntentName>,
    /// The rule that decided.
    pub rule: &'t str,
}

impl InShadow<'_> {
    /// In one line: `would answer with opening-hours`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let of = |before: &str| match self.article {
            Some(article) => format!(" {before} {article}"),
            None => String::new(),
        };
        match self.would {
            Would::Answer => format!("would answer{}", of("with")),
            Would::Ask => format!("would ask for details{}", of("for")),
            Would::Draft => format!("would propose an answer to the team{}", of("with")),
            Would::HandOff => format!("would hand it to a person ({})", self.rule),
        }
    }
}

impl Ticket {
    /// The decisions that had no effect, in the order of the story.
    #[must_use]
    pub fn in_shadow(&self) -> Vec<InShadow<'_>> {
        let with_effect: BTreeSet<MailIdentity> = (self.events.iter())
            .filter(|timed| !timed.event.is_observation())
            .filter_map(|timed| timed.cause)
            .collect();
        let places = self.events.iter().enumerate();
        let decisions = places.filter_map(|(place, timed)| {
            let Event::Decided {
                decision,
                reasons,
                intent,
                ..
            } = &timed.event
            else {
                return None;
            };
            // Of what was forgotten no mail is known any more.
            let has_effect = with_effect.contains(&timed.cause?);
            let would = Would::ALL
                .into_iter()
                .find(|one| one.as_str() == *decision)?;
            (!has_effect).then(|| InShadow {
                place,
                at: timed.at,
                would,
                article: intent.as_ref().map(|(intent, _)| intent),
                rule: reasons.first().map_or("", |(rule, _)| rule.as_str()),
            })
        });
        decisions.collect()
    }

    /// What would have been done about the newest mail about which anything would have been done; `None` where something was.
    #[must_use]
    pub fn would_now(&self) -> Option<InShadow<'_>> {
        let last = self.in_shadow().pop()?;
        let later = self.events.iter().skip(last.place + 1);
        let is_overtaken = |event: &Event| !event.is_observation();
        (!later.map(|timed| &timed.event).any(is_overtaken)).then_some(last)
    }
}

impl Event {
    /// Whether it only says what came and what was thought of it: this is recorded in shadow as well.
    #[must_use]
    pub const fn is_observation(&self) -> bool {
        matches!(
            self,
            Self::Opened { .. }
                | Self::CustomerWrote { .. }
                | Self::ThirdPartyWrote { .. }
                | Self::Collected { .. }
                | Self::WroteOutside { .. }
                | Self::FactsFound { .. }
                | Self::LookedUp { .. }
                | Self::Decided { .. }
                | Self::Bounced { .. }
                | Self::KeptAside { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{TicketStory, intent};

    fn decided(story: TicketStory, decision: &'static str) -> TicketStory {
        story.event(Event::Decided {
            decision,
            reasons: vec![("sure".to_owned(), String::new())],
            evidence: vec![],
            intent: Some((intent("opening-hours"), 0.9)),
            close: vec![],
        })
    }

    #[test]
    fn what_would_be_done_is_said_until_something_is() {
        let opened = TicketStory::opened;
        let now = |story: TicketStory| {
            let mut ticket = story.ticket();
            for timed in &mut ticket.events {
                let is_of_the_mail = !matches!(timed.event, Event::Closed { .. });
                timed.cause = is_of_the_mail.then_some(MailIdentity([7; 32]));
            }
            ticket.would_now().map(|would| would.in_words())
        };
        let answer = Some("would answer with opening-hours".to_owned());
        assert_eq!(now(decided(opened(), "answer")), answer);
        assert_eq!(
            now(decided(opened(), "handoff")),
            Some("would hand it to a person (sure)".to_owned())
        );
        assert_eq!(now(decided(opened(), "leave")), None);
        assert_eq!(now(opened()), None);
        let live = decided(opened(), "answer").answered("opening-hours");
        assert_eq!(now(live), None, "it was done");
        // Somebody closed it by hand: nothing waits there.
        let closed = decided(opened(), "answer").event(Event::Closed { member: None });
        assert_eq!(now(closed), None);
    }
}
