//! What may an article do by itself, and has it earned more, or lost it? Each article (one language's text of an intent) stands at a [`Stage`],
//! goes on by its own record of what staff did with it, and back where it went wrong. `docs/autonomy.md` tells it to admins.
//!
//! Pure: tickets, settings and `now` are passed in. Promise: only what our own people did counts upwards, and what one customer or one domain
//! does counts downwards to a bound. A text that was changed has earned nothing. Nothing here is about a person but the key of an address, which
//! no record of a stage keeps.

mod act;
mod bound;
mod change;
mod earned;
mod rule;
mod trial;
mod weigh;

pub use act::{Act, Refused, act};
pub use bound::lower_bound;
pub use change::{By, StageChange, Why};
pub(crate) use change::{percent, record};
pub use earned::{Earned, Standing, text_of};
pub use rule::{Demands, Proposal, Review, Tally, WINDOW, begins, review};
pub use trial::{Gathering, Seen, Trial, awaits_comparison};
pub use weigh::{Loaded, Terms, Weighed, weigh};

use crate::config::{IntentName, Language};
use std::fmt;

/// The rule by which a mail goes to a person because its article is tried in the background.
pub const IN_SHADOW: &str = "article-in-shadow";

/// How far an article has come, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It is judged and recorded, and has no effect: a person answers, and their answer is held against it.
    Shadow,
    /// Its text is proposed to a person, and sent by their yes.
    Draft,
    /// It is sent by itself.
    Answer,
}

impl Stage {
    /// All, the lowest first.
    pub const ALL: [Self; 3] = [Self::Shadow, Self::Draft, Self::Answer];

    /// Its word in settings, in the journal and for scripts. On disk: never change one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Draft => "draft",
            Self::Answer => "answer",
        }
    }

    /// The stage of that word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// The one above it.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Shadow => Some(Self::Draft),
            Self::Draft => Some(Self::Answer),
            Self::Answer => None,
        }
    }

    /// The one below it.
    #[must_use]
    pub const fn before(self) -> Option<Self> {
        match self {
            Self::Shadow => None,
            Self::Draft => Some(Self::Shadow),
            Self::Answer => Some(Self::Draft),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One language's text of an intent: what has a stage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleName {
    /// The intent.
    pub intent: IntentName,
    /// The language of the text.
    pub language: Language,
}

impl ArticleName {
    /// The name of `delivery-time.de`; an intent alone is no article's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (intent, language) = text.rsplit_once('.')?;
        let is_code = language.len() == 2 && language.chars().all(|c| c.is_ascii_lowercase());
        (is_code && !intent.is_empty()).then(|| Self {
            intent: IntentName(intent.to_owned()),
            language: Language(language.to_owned()),
        })
    }
}

/// `delivery-time.de`, as its file is called.
impl fmt::Display for ArticleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.intent, self.language)
    }
}

#[cfg(test)]
mod simulated;
