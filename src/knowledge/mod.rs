//! What may we say, and to what? The folder of articles: Markdown with TOML front matter, one file an intent and a language.

mod approvals;
mod article;
mod body;
pub(crate) mod likeness;
mod load;
mod thresholds;
mod unwritten;
mod write;

pub use thresholds::{OwnThresholds, Thresholds};
pub use unwritten::PlaceToWrite;
pub(crate) use unwritten::place as place_to_write;
pub use write::{NotWritten, write_new};

use crate::config::{Automation, FactName, IntentName, Language, TeamName};
use crate::ticket::Approvals;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// All articles, by intent.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// The intents in alphabetical order, each with its language variants.
    pub topics: BTreeMap<IntentName, Topic>,
}

/// One intent: what holds for all languages, and the text of each.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its name.
    pub intent: IntentName,
    /// What may happen by itself.
    pub mode: ArticleMode,
    /// Who gets it when it is handed off; the default team otherwise.
    pub team: Option<TeamName>,
    /// Tags for the mail, as IMAP keywords.
    pub tags: Vec<String>,
    /// Facts without which the answer makes no sense.
    pub needs: Vec<FactName>,
    /// How sure it must be, where that is not what `[automation]` says.
    pub thresholds: OwnThresholds,
    /// How many members must say yes to a draft of it.
    pub approvals: Approvals,
    /// The texts, by language; at least one.
    pub articles: BTreeMap<Language, Article>,
}

/// `mode` in an article, as far as its texts allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArticleMode {
    /// The text may be sent by itself.
    Answer,
    /// The text waits for a person's yes.
    Draft,
    /// Always to a person; the body is a note to staff.
    Handoff,
    /// To a person until it is written, whatever its `mode` will be then: a text still holds a place in which `handoffd init` asked for words.
    Unwritten,
}

impl ArticleMode {
    /// Whether every request about it goes to a person, and its text to nobody.
    #[must_use]
    pub const fn is_for_people(self) -> bool {
        match self {
            Self::Answer | Self::Draft => false,
            Self::Handoff | Self::Unwritten => true,
        }
    }
}

/// One language's text of an intent.
#[derive(Clone, Debug)]
pub struct Article {
    /// The file it came from.
    pub path: PathBuf,
    /// Its title.
    pub title: String,
    /// Phrases that customers use for it.
    pub ask: Vec<String>,
    /// The approved text (Markdown), with `{{fact}}` where a fact from `needs` stands.
    pub body: String,
    /// The places in the file where it is still to be written; none in a text that anybody has approved.
    pub unwritten: Vec<PlaceToWrite>,
    /// The first 8 hexadecimal digits of the SHA-256 of the file: which revision was sent.
    pub revision: String,
}

impl Knowledge {
    /// The article of an intent in a language.
    #[must_use]
    pub fn article(&self, intent: &IntentName, language: &Language) -> Option<&Article> {
        self.topics.get(intent)?.articles.get(language)
    }

    /// How sure it must be for the article of an intent, on a desk with these settings.
    #[must_use]
    pub fn thresholds(&self, intent: &IntentName, automation: &Automation) -> Thresholds {
        let own = self.topics.get(intent).map(|topic| topic.thresholds);
        own.unwrap_or_default().over(automation)
    }
}
