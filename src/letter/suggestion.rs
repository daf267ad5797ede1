//! What does a letter suggest, and what came of each suggestion?

use super::asked::{DecidedOn, Gap};
use super::proposal::NewArticle;
use super::reply::{Says, Word};
use crate::autonomy::{ArticleName, Proposal, Stage, Standing};
use crate::mail::{Address, MailIdentity, MessageId};
use crate::ticket::TicketId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Something that a yes is enough for. Its number in the letter is its place, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// An article has earned the stage above.
    Advance {
        /// Which.
        article: ArticleName,
        /// The stage that it has.
        from: Stage,
        /// The text that earned it ([`crate::autonomy::text_of`]): a yes is for no other.
        text: String,
    },
    /// An article that people's answers come to.
    Write {
        /// It.
        article: NewArticle,
        /// Where it was asked.
        tickets: Vec<TicketId>,
    },
    /// What was suggested was forgotten with the customers whose words it was made of.
    Forgotten,
}

/// A letter as it stands in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct SentLetter {
    /// Its Message-ID, which nobody else can make: who answers to it has got it.
    pub message_id: MessageId,
    /// To whom.
    pub to: Address,
    /// When it was written.
    pub at: Timestamp,
    /// What it suggests.
    pub suggestions: Vec<Suggestion>,
    /// Tickets whose customers' words it shows.
    pub quoted: Vec<TicketId>,
    /// What was answered, in the order in which it came.
    pub answers: Vec<LetterAnswer>,
}

/// A reply to a letter.
#[derive(Clone, Debug, PartialEq)]
pub struct LetterAnswer {
    /// When it came.
    pub at: Timestamp,
    /// From whom.
    pub from: Address,
    /// The mail.
    pub mail: MailIdentity,
    /// Its Message-ID, to answer in its thread.
    pub message_id: Option<MessageId>,
    /// What it says.
    pub words: Vec<Word>,
    /// Whether it was carried out, and whoever wrote it told.
    pub is_done: bool,
    /// The numbers of which nothing came: what is said to them later counts.
    pub in_vain: Vec<usize>,
    /// The mail that told what came of it.
    pub told: Option<MessageId>,
}

/// What came of one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// The article went on.
    Advanced {
        /// Which.
        article: ArticleName,
        /// To which stage.
        to: Stage,
    },
    /// The article was written into the folder of articles, and counts from the next moment on.
    Written {
        /// Its file.
        path: String,
    },
    /// The folder of articles could not be written to: the file comes with the mail.
    Attached {
        /// The name of its file.
        file_name: String,
        /// Where it belongs.
        folder: String,
        /// Why it was not written there.
        why: String,
        /// What it says.
        file: String,
    },
    /// It was noted, and is not suggested again.
    Declined,
    /// Something else was said to it before, and that stands.
    DecidedBefore(Says),
    /// There is no suggestion of that number.
    NoSuchNumber,
    /// It cannot be done.
    Impossible {
        /// Why.
        why: String,
    },
}

impl Came {
    /// Whether nothing was done, so that the same may be said again once what stood in the way is mended.
    #[must_use]
    pub const fn is_in_vain(&self) -> bool {
        matches!(
            self,
            Self::Attached { .. } | Self::NoSuchNumber | Self::Impossible { .. }
        )
    }
}

impl SentLetter {
    /// A letter can be answered for so long. It holds words of customers, so it is kept no longer.
    pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(35 * 24);

    /// Whether it can still be answered.
    #[must_use]
    pub fn can_be_answered(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) <= Self::KEPT_FOR
    }

    /// The suggestion of that number.
    #[must_use]
    pub fn suggestion(&self, number: usize) -> Option<&Suggestion> {
        self.suggestions.get(number.checked_sub(1)?)
    }

    /// What was said first to a suggestion, by an answer before this one.
    #[must_use]
    pub fn said_before(&self, number: usize, answer: usize) -> Option<Says> {
        let before = self.answers.iter().take(answer);
        let mut words = before.filter_map(|answer| {
            let word = answer.words.iter().find(|word| word.number == number)?;
            (!answer.in_vain.contains(&number)).then_some(word.says)
        });
        words.next()
    }
}

/// What a letter suggests: articles that have earned more, then articles that people's answers come to.
#[must_use]
pub fn ways_of(
    standings: &BTreeMap<ArticleName, Standing>,
    gaps: &[Gap],
    earlier: &[SentLetter],
) -> Vec<Suggestion> {
    let declined = declined(earlier);
    let advances = standings.iter().filter_map(|(article, standing)| {
        let goes_on = standing.ceiling.is_some() && standing.review.proposal == Proposal::Advance;
        let suggestion = Suggestion::Advance {
            article: article.clone(),
            from: standing.stage,
            text: standing.text.clone(),
        };
        (goes_on && !declined.contains(&&suggestion)).then_some(suggestion)
    });
    let articles = gaps.iter().filter_map(|gap| {
        Some(Suggestion::Write {
            article: gap.article.clone()?,
            tickets: gap.tickets.clone(),
        })
    });
    advances.chain(articles).collect()
}

/// What somebody said no to.
fn declined(earlier: &[SentLetter]) -> Vec<&Suggestion> {
    decided(earlier)
        .filter(|(_, says)| *says == Says::No)
        .map(|(suggestion, _)| suggestion)
        .collect()
}

/// The questions about whose article somebody has said yes or no.
pub(super) fn decided_on(earlier: &[SentLetter]) -> DecidedOn {
    let mut found = DecidedOn::default();
    for (suggestion, _) in decided(earlier) {
        if let Suggestion::Write { article, tickets } = suggestion {
            found.tickets.extend(tickets.iter().cloned());
            found.phrases.extend(article.ask.iter().cloned());
        }
    }
    found
}

fn decided(earlier: &[SentLetter]) -> impl Iterator<Item = (&Suggestion, Says)> {
    earlier.iter().flat_map(|letter| {
        let suggestions = letter.suggestions.iter().enumerate();
        suggestions.filter_map(|(place, suggestion)| {
            let says = letter.said_before(place + 1, letter.answers.len())?;
            Some((suggestion, says))
        })
    })
}
