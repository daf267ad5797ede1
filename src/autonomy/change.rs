//! A change of stage, as it stands in the journal for good: which article, from where to where, by whom, why, and on what evidence.

use super::{ArticleName, Stage, Tally, lower_bound};
use jiff::Timestamp;
use std::fmt;

/// A change of stage. Says nothing about customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageChange {
    /// When.
    pub at: Timestamp,
    /// Which article.
    pub article: ArticleName,
    /// The revision that it had.
    pub revision: String,
    /// The stage before; `None` where it had none.
    pub from: Option<Stage>,
    /// The stage from here on.
    pub to: Stage,
    /// Who brought it about.
    pub by: By,
    /// Why.
    pub why: Why,
    /// The record on which it was done.
    pub tally: Tally,
}

/// Who brought a change about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The rule alone.
    Rule,
    /// A person, by the name that they gave: `root at the command line`.
    Person(String),
}

/// Why a stage was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The article is new: this is where articles begin.
    Began,
    /// Its record was enough.
    Earned,
    /// A person wanted it, whatever its record.
    Allowed,
    /// Too much went wrong.
    WentWrong,
    /// A person took it back.
    TakenBack,
    /// Its text was changed: another text was approved.
    TextChanged,
}

impl Why {
    const ALL: [Self; 6] = [
        Self::Began,
        Self::Earned,
        Self::Allowed,
        Self::WentWrong,
        Self::TakenBack,
        Self::TextChanged,
    ];

    /// Its word for scripts and in the store. On disk: never change one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Earned => "earned",
            Self::Allowed => "allowed",
            Self::WentWrong => "went-wrong",
            Self::TakenBack => "taken-back",
            Self::TextChanged => "text-changed",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == word)
    }
}

impl StageChange {
    /// Whether the article lost a stage although nobody wanted that: the admin is told.
    #[must_use]
    pub fn is_to_be_told(&self) -> bool {
        matches!(self.why, Why::WentWrong | Why::TextChanged)
            && self.from.is_some_and(|from| self.to < from)
    }

    /// Why, as a sentence with the evidence in numbers.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Tally {
            against, looked_at, ..
        } = self.tally;
        let record = || record(self.from.unwrap_or(Stage::Draft), self.tally);
        match (self.why, self.from) {
            (Why::Began, _) => "articles begin here".to_owned(),
            (Why::Earned, _) => record(),
            (Why::Allowed, Some(Stage::Answer) | None) => "a person wanted it".to_owned(),
            (Why::Allowed, Some(_)) => {
                format!("a person wanted it before it was earned; {}", record())
            }
            (Why::WentWrong, Some(Stage::Draft)) => {
                format!(
                    "{against} of the last {looked_at} drafts were refused or answered by a person instead"
                )
            }
            (Why::WentWrong, _) => format!(
                "of the last {looked_at} answers customers wrote again or our own people corrected so many that it weighs {against}"
            ),
            (Why::TakenBack, _) => "a person took it back".to_owned(),
            (Why::TextChanged, _) => {
                "its text was changed, and nobody has judged the new one".to_owned()
            }
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule => formatter.write_str("the rule"),
            Self::Person(name) => formatter.write_str(name),
        }
    }
}

/// What earns the stage above this one, as a sentence.
pub(crate) fn record(from: Stage, tally: Tally) -> String {
    let Tally { good, counted, .. } = tally;
    let least = percent(lower_bound(good, counted));
    let certainly = format!("with 95 % certainty at least {least} of all");
    match from {
        Stage::Shadow => {
            format!("{good} of {counted} answers of people said what it says ({certainly})")
        }
        Stage::Draft | Stage::Answer => {
            format!("{good} of {counted} drafts were sent unchanged ({certainly})")
        }
    }
}

/// `93 %`, rounded down: what is shown is never more than what is there.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", (share * 100.0).floor())
}
