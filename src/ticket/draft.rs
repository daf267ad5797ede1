//! A proposed answer: what it says, how many must say yes, who has, and what became of it. Computed from the events, never stored.

use super::{ArticleReference, Event, ShownBy, Ticket};
use crate::config::TeamName;
use crate::mail::Address;
use jiff::Timestamp;
use std::fmt;

/// A proposed answer that waits for a yes.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The article it is made of.
    pub article: ArticleReference,
    /// How sure it was.
    pub confidence: f64,
    /// The answer, word for word: what `OK` sends.
    pub text: String,
    /// The team that may approve it.
    pub team: TeamName,
    /// How many of the team must say yes.
    pub approvals: Approvals,
    /// Whose words the text is.
    pub wording: Wording,
}

/// How many members must say yes before a draft is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Approvals {
    /// Any one of the team.
    #[default]
    One,
    /// Two different ones: nobody sends it alone.
    Two,
}

/// Whose words a draft is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wording {
    /// The approved text of the article: Markdown.
    OfArticle,
    /// What a member made of it: plain lines. Writing it counts as their yes.
    Edited {
        /// Who.
        by: Address,
        /// What they changed.
        edit: Edit,
    },
}

/// What a member changed of a draft, bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The share of the draft's words that stand in the member's text, in the same order and several in a row; 0 to 100.
    pub kept_percent: u8,
    /// The sentences that differ, in the order in which they stand.
    pub changes: Vec<Change>,
    /// How many more differ than are kept here.
    pub further_changes: u32,
}

impl Edit {
    /// So many sentences of a change are kept.
    pub const CHANGES_MAX: usize = 40;
    /// So much of each, in characters.
    pub const CHANGE_MAX_CHARACTERS: usize = 300;
    /// A text that keeps so much of a draft is the draft, changed; one that keeps less is an answer of the member's own. Half, because
    /// below it most of what the customer reads was approved by nobody.
    pub const OF_THE_DRAFT_FROM_PERCENT: u8 = 50;

    /// Whether it is the draft, changed, rather than an answer of the member's own.
    #[must_use]
    pub const fn is_of_the_draft(&self) -> bool {
        self.kept_percent >= Self::OF_THE_DRAFT_FROM_PERCENT
    }
}

/// A sentence that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stands in the draft alone.
    Removed(String),
    /// It stands in the member's text alone.
    Added(String),
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed(sentence) => write!(formatter, "- {sentence}"),
            Self::Added(sentence) => write!(formatter, "+ {sentence}"),
        }
    }
}

/// By what a mail names a draft: the first of a ticket is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DraftNumber(pub u32);

impl fmt::Display for DraftNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A draft that waits, and the yes that it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitingDraft<'a> {
    /// What it says.
    pub draft: &'a Draft,
    /// Its number.
    pub number: DraftNumber,
    /// Who has said yes, and when, where two must.
    pub first_yes: Option<(&'a Address, Timestamp)>,
}

/// What became of a draft that waits no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftFate<'a> {
    /// A member said yes, and it was sent as it was shown.
    Sent(&'a Address),
    /// A member sent it with their changes.
    SentEdited(&'a Address),
    /// A member refused it.
    Refused(&'a Address),
    /// A member sent an answer of their own instead.
    AnsweredInstead(&'a Address),
    /// One of our people answered from the support mailbox, past us.
    AnsweredPastUs,
    /// The customer wrote again.
    CustomerWroteAgain,
    /// Something else took its place: a hand-off, an answer, the end of the ticket.
    Overtaken,
}

/// A draft that was made, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MadeDraft<'a> {
    /// What it says, with the yes that it has or had.
    pub made: WaitingDraft<'a>,
    /// When it was shown first.
    pub at: Timestamp,
    /// What became of it, and when; `None` where it waits.
    pub fate: Option<(DraftFate<'a>, Timestamp)>,
}

impl Ticket {
    /// The draft that a yes would send, with the yes that it has. Whatever happened after it (a newer mail, a person's own answer, a
    /// hand-off) makes it void: an `OK` that crosses a newer mail must not send yesterday's answer.
    #[must_use]
    pub fn draft_in_waiting(&self) -> Option<WaitingDraft<'_>> {
        let last = self.made_drafts().pop()?;
        last.fate.is_none().then_some(last.made)
    }

    /// The draft that a yes would send.
    #[must_use]
    pub fn waiting_draft(&self) -> Option<&Draft> {
        self.draft_in_waiting().map(|waiting| waiting.draft)
    }

    /// What became of the last draft, and when; `None` where one waits or none was ever made.
    #[must_use]
    pub fn last_drafts_fate(&self) -> Option<(DraftFate<'_>, Timestamp)> {
        self.made_drafts().pop()?.fate
    }

    /// How many drafts were made: the number of the newest.
    #[must_use]
    pub fn drafts_made(&self) -> DraftNumber {
        let made = self
            .plain_events()
            .filter(|event| matches!(event, Event::Drafted { .. }));
        DraftNumber(u32::try_from(made.count()).unwrap_or(u32::MAX))
    }

    /// Every draft in the order in which they were made. What a member made of one that waited, for another's yes, is the same draft going on:
    /// it is there once, with the text and the number that it has now.
    #[must_use]
    pub fn made_drafts(&self) -> Vec<MadeDraft<'_>> {
        let mut drafts: Vec<MadeDraft<'_>> = Vec::new();
        let mut number = 0_u32;
        for timed in &self.events {
            if let Event::Drafted { draft } = &timed.event {
                number = number.saturating_add(1);
                let first_yes = match &draft.wording {
                    Wording::Edited { by, .. } => Some((by, timed.at)),
                    Wording::OfArticle => None,
                };
                let made = WaitingDraft {
                    draft,
                    number: DraftNumber(number),
                    first_yes,
                };
                match drafts.last_mut().filter(|last| last.fate.is_none()) {
                    Some(waiting) if first_yes.is_some() => waiting.made = made,
                    waiting => {
                        if let Some(waiting) = waiting {
                            waiting.fate = Some((DraftFate::Overtaken, timed.at));
                        }
                        drafts.push(MadeDraft {
                            made,
                            at: timed.at,
                            fate: None,
                        });
                    }
                }
                continue;
            }
            let Some(waiting) = drafts.last_mut().filter(|last| last.fate.is_none()) else {
                continue;
            };
            if let Event::FirstApproval { member } = &timed.event {
                waiting.made.first_yes = Some((member, timed.at));
            } else if let Some(fate) = fate(&timed.event) {
                waiting.fate = Some((fate, timed.at));
            }
        }
        drafts
    }
}

/// What an event makes of a draft that waits; `None` where it goes on waiting.
fn fate(event: &Event) -> Option<DraftFate<'_>> {
    Some(match event {
        Event::DraftApproved { member, edit, .. } => match edit {
            Some(_) => DraftFate::SentEdited(member),
            None => DraftFate::Sent(member),
        },
        Event::DraftRefused { member, .. } => DraftFate::Refused(member),
        Event::StaffReplied { member } => DraftFate::AnsweredInstead(member),
        Event::DraftWithdrawn | Event::CustomerWrote { .. } => DraftFate::CustomerWroteAgain,
        Event::WroteOutside {
            shown_by: ShownBy::SentFolder,
            ..
        } => DraftFate::AnsweredPastUs,
        Event::HandedOff { .. }
        | Event::Answered { .. }
        | Event::Asked { .. }
        | Event::Closed { .. } => DraftFate::Overtaken,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{TicketStory, address, draft};

    #[test]
    fn the_yes_of_a_draft_ends_with_it() {
        let kim = address("kim@shop.example");
        let story = || {
            TicketStory::opened()
                .drafted("hours")
                .event(Event::FirstApproval {
                    member: kim.clone(),
                })
        };
        let ticket = story().ticket();
        let waiting = ticket.draft_in_waiting().unwrap();
        assert_eq!(waiting.number, DraftNumber(1));
        assert_eq!(waiting.first_yes.unwrap().0, &kim);
        // The customer writes again, and a newer draft is made: it has nobody's yes.
        let ticket = story().customer_wrote().drafted("hours").ticket();
        let waiting = ticket.draft_in_waiting().unwrap();
        assert_eq!((waiting.number, waiting.first_yes), (DraftNumber(2), None));
        let ticket = story().customer_wrote().ticket();
        assert_eq!(
            ticket.last_drafts_fate().unwrap().0,
            DraftFate::CustomerWroteAgain
        );
        assert_eq!(ticket.draft_in_waiting(), None);
    }

    #[test]
    fn what_became_of_a_draft_is_what_came_first() {
        let kim = address("kim@shop.example");
        let fate = |events: Vec<Event>| {
            let story = events
                .into_iter()
                .fold(TicketStory::opened().drafted("hours"), TicketStory::event);
            format!(
                "{:?}",
                story.ticket().last_drafts_fate().map(|(fate, _)| fate)
            )
        };
        let sent = || Event::DraftApproved {
            member: kim.clone(),
            article: None,
            edit: None,
        };
        assert!(fate(vec![sent(), Event::Closed { member: None }]).contains("Sent("));
        assert!(
            fate(vec![
                Event::StaffReplied {
                    member: kim.clone()
                },
                sent()
            ])
            .contains("AnsweredInstead")
        );
        assert!(
            fate(vec![Event::Taken {
                member: kim.clone()
            }])
            .contains("None")
        );
        assert_eq!(TicketStory::opened().ticket().last_drafts_fate(), None);
    }

    #[test]
    fn whoever_wrote_a_draft_has_said_yes_to_it() {
        let lee = address("lee@shop.example");
        let edited = Draft {
            approvals: Approvals::Two,
            wording: Wording::Edited {
                by: lee.clone(),
                edit: Edit {
                    kept_percent: 80,
                    changes: vec![],
                    further_changes: 0,
                },
            },
            ..draft("hours")
        };
        let ticket = TicketStory::opened()
            .drafted("hours")
            .event(Event::FirstApproval {
                member: address("kim@shop.example"),
            })
            .event(Event::Drafted { draft: edited })
            .ticket();
        assert_eq!(
            ticket.draft_in_waiting().unwrap().first_yes.unwrap().0,
            &lee
        );
    }
}
