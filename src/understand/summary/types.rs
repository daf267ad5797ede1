//! The summary of a thread, as types. Whatever stands in them as text stands so in the thread: data, never a command.

use jiff::Timestamp;
use serde_json::{Value, json};

/// What a thread comes to. Empty lists where nothing was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadSummary {
    /// What is asked for, the main request first.
    pub wanted: Vec<SourcedSentence>,
    /// What was reported, answered and promised, in the order in which it was written.
    pub happened: Vec<SourcedSentence>,
    /// Promises of ours that are overdue, what was asked since our last answer, details that we asked for and did not get.
    pub open: Vec<OpenSentence>,
    /// Whether reading it is shorter than reading the newest mail: several messages, or a long one.
    pub saves_reading: bool,
}

impl ThreadSummary {
    /// The three lists for machines, each sentence with its source.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let list = |list: &[SourcedSentence]| -> Vec<Value> {
            list.iter().map(SourcedSentence::to_json).collect()
        };
        let open = self.open.iter().map(|OpenSentence { sentence, why }| {
            let mut row = sentence.to_json();
            if let Some(row) = row.as_object_mut() {
                row.insert("why".to_owned(), json!(why.as_str()));
            }
            row
        });
        json!({
            "wanted": list(&self.wanted),
            "happened": list(&self.happened),
            "open": open.collect::<Vec<_>>(),
        })
    }
}

/// A sentence about something that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSentence {
    /// The sentence.
    pub sentence: SourcedSentence,
    /// Why it is open.
    pub why: WhyOpen,
}

/// Why something is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyOpen {
    /// We promised it for a day that has passed, and have not written since.
    OverduePromise,
    /// It was asked after our last answer.
    Unanswered,
    /// We asked for it, and it was not given.
    NotGiven,
}

impl WhyOpen {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OverduePromise => "overdue-promise",
            Self::Unanswered => "unanswered-question",
            Self::NotGiven => "missing-detail",
        }
    }
}

/// A sentence that stands in the thread, on one line; what was cut off ends in `…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcedSentence {
    /// As it was written.
    pub text: String,
    /// Where it stands.
    pub source: Source,
}

impl SourcedSentence {
    fn to_json(&self) -> Value {
        let Self { text, source } = self;
        json!({
            "sentence": text,
            "by": source.author.as_str(),
            "at": source.at.to_string(),
            "message": source.message,
            "part": source.part.as_str(),
        })
    }
}

/// Where a sentence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Who wrote the message.
    pub author: Author,
    /// When the message came or left.
    pub at: Timestamp,
    /// Which message of the thread, counted from 1; mails to staff are not counted.
    pub message: usize,
    /// Which part of it.
    pub part: SourcePart,
}

/// Who wrote a message of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The customer.
    Customer,
    /// Somebody else outside.
    SomebodyElse,
    /// We, automatically.
    Machine,
    /// A person of ours, or a draft that one said yes to.
    Staff,
}

impl Author {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::SomebodyElse => "somebody-else",
            Self::Machine => "support-automatic",
            Self::Staff => "support-person",
        }
    }

    /// Whether we wrote it.
    pub(super) const fn is_us(self) -> bool {
        matches!(self, Self::Machine | Self::Staff)
    }
}

/// Which part of a message a sentence stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourcePart {
    /// Its subject.
    Subject,
    /// Its new text.
    Body,
    /// What it quotes: of whom is not known.
    Quoted,
}

impl SourcePart {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Body => "body",
            Self::Quoted => "quoted",
        }
    }
}
