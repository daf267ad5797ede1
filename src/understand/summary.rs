//! What does a thread come to: what is wanted, what happened, what is open? Only sentences that stand in it, each with its source.
//!
//! Extractive, deterministic, pure. Reads hostile input: the first message and the newest ones are looked at, of each at most what
//! `prepare.rs` looks at, and of what is chosen at most three sentences a list. What speaks to a machine is never chosen, nor
//! are greeting and signature.

mod choice;
mod due;
#[cfg(test)]
mod tests;
mod thread;

pub(crate) use thread::NewMail;

use super::lexicon::Lexicon;
use super::prepare::{Preparer, Role, Sentence};
use super::types::Understanding;
use super::words::{one_line, visible, words};
use crate::ticket::Ticket;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::LazyLock;
use thread::{Message, Thread};

/// The most sentences of each list.
const SENTENCES_MAX: usize = 3;
/// A sentence is cut here, in characters.
pub(crate) const SENTENCE_MAX_CHARS: usize = 240;
/// The most sentences of one mail of ours that the ticket keeps.
const KEPT_MAX: usize = 4;
/// The most text of a mail of ours that sentences are chosen from, in characters.
const OURS_MAX_CHARS: usize = 20_000;
/// A mail of so few sentences is its own summary.
const BRIEF_SENTENCES: usize = 3;

/// What a thread comes to. Empty lists where nothing was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadSummary {
    /// What is asked for, the main request first.
    pub wanted: Vec<SourcedSentence>,
    /// What was reported, answered and promised, in the order in which it was written.
    pub happened: Vec<SourcedSentence>,
    /// Promises of ours that are overdue, questions since our last answer, details that we asked for and did not get.
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
    const fn is_us(self) -> bool {
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

/// The word lists; the same for every desk.
static SUMMARIST: LazyLock<Summarist> = LazyLock::new(|| Summarist {
    preparer: Preparer::new(),
    events: Lexicon::read(include_str!("lexicon/events.toml")),
});

struct Summarist {
    preparer: Preparer,
    events: Lexicon,
}

/// Summarises a thread: the ticket as it stood before, and the new mail with what was understood of it.
#[must_use]
pub(crate) fn of_thread(
    mail: &NewMail<'_>,
    ticket: Option<&Ticket>,
    understanding: &Understanding,
) -> ThreadSummary {
    let thread = thread::of(mail, ticket);
    let lines = SUMMARIST.lines(&thread);
    choice::choose(&thread, &lines, understanding, mail.at)
}

/// The sentences of a mail of ours that its ticket keeps: what it says and promises, without greeting and name. `text` is the mail
/// as it leaves; `said` is what was to be said with it, without what a template puts around.
#[must_use]
pub(crate) fn kept_of_ours(text: &str, said: &str) -> Vec<String> {
    let said = format!(" {} ", words(&visible(said, OURS_MAX_CHARS)).join(" "));
    let prepared = SUMMARIST.preparer.prepare_text("", text);
    let source = folded(text);
    let all: Vec<&Sentence> = prepared
        .sentences
        .iter()
        .filter(|sentence| sentence.role != Role::ToMachine)
        .filter(|sentence| said.contains(&format!(" {} ", sentence.words.join(" "))))
        .filter(|sentence| stands_in(&sentence.text, &source))
        .collect();
    let promises = |sentence: &&Sentence| SUMMARIST.has("promised", sentence);
    let rank = |sentence: &&Sentence| {
        let says_something = sentence.role == Role::Substance;
        let reports = SUMMARIST.has("happened", sentence);
        u8::from(promises(sentence)) * 4 + u8::from(reports) * 2 + u8::from(says_something)
    };
    choice::best_in_order(&all, KEPT_MAX, rank)
        .into_iter()
        .map(|sentence| one_line(&sentence.text, SENTENCE_MAX_CHARS))
        .collect()
}

/// The sentence of a question that asks for one detail.
#[must_use]
pub(crate) fn question_for(text: &str, how_to_ask: &str) -> Option<String> {
    let asked = words(&visible(how_to_ask, SENTENCE_MAX_CHARS)).join(" ");
    let line = text.lines().find(|line| {
        let line = words(&visible(line, OURS_MAX_CHARS)).join(" ");
        !asked.is_empty() && line.contains(&asked)
    })?;
    let line = line.trim_start_matches([' ', '-', '*', '•']);
    let prepared = SUMMARIST.preparer.prepare_text("", line);
    let sentence = prepared.sentences.first()?;
    Some(one_line(&sentence.text, SENTENCE_MAX_CHARS))
}

/// A sentence of the thread that may be chosen, and what its words are.
struct Line<'a> {
    message: &'a Message<'a>,
    part: SourcePart,
    sentence: Sentence,
    /// It reports something that is over.
    happened: bool,
    /// It says what will be done.
    promised: bool,
    /// It asks for something in words, with or without a question mark.
    asks: bool,
    /// It asks only how things stand.
    follows_up: bool,
}

impl Line<'_> {
    fn is_question(&self) -> bool {
        self.sentence.text.contains('?')
    }

    fn shown(&self) -> SourcedSentence {
        SourcedSentence {
            text: one_line(
                SUMMARIST.preparer.without_greeting(&self.sentence.text),
                SENTENCE_MAX_CHARS,
            ),
            source: self.message.source(self.part),
        }
    }
}

impl Summarist {
    fn has(&self, list: &str, sentence: &Sentence) -> bool {
        !self.events.guilty(list, &sentence.words).is_empty()
    }

    /// Whether a sentence speaks to a machine, or pretends that one speaks.
    fn is_to_or_of_a_machine(&self, sentence: &Sentence) -> bool {
        let speaker = sentence
            .text
            .split_once(':')
            .map(|(speaker, _)| words(speaker));
        let pretends = |row: Vec<String>| row.len() <= 3 && self.events.has("speaker", &row);
        sentence.role == Role::ToMachine || speaker.is_some_and(pretends)
    }

    /// Every sentence that may be chosen, in the order in which it was written.
    fn lines<'a>(&self, thread: &'a Thread<'a>) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        for message in &thread.messages {
            let parts = [
                (SourcePart::Subject, message.subject, ""),
                (SourcePart::Quoted, "", message.quoted.as_str()),
            ];
            let [subject, quoted] = parts;
            let bodies = message.texts.iter();
            let bodies = bodies.map(|text| (SourcePart::Body, "", text.as_ref()));
            for (part, subject, text) in [subject].into_iter().chain(bodies).chain([quoted]) {
                self.add(message, part, subject, text, &mut lines);
            }
        }
        lines
    }

    fn add<'a>(
        &self,
        message: &'a Message<'a>,
        part: SourcePart,
        subject: &str,
        text: &str,
        lines: &mut Vec<Line<'a>>,
    ) {
        let source = folded(&[subject, text].concat());
        let prepared = self.preparer.prepare_text(subject, text);
        for sentence in prepared.sentences {
            if self.is_to_or_of_a_machine(&sentence) || !stands_in(&sentence.text, &source) {
                continue;
            }
            lines.push(Line {
                message,
                part,
                happened: self.has("happened", &sentence),
                promised: self.has("promised", &sentence),
                asks: self.has("asks", &sentence),
                follows_up: self.has("follow_up", &sentence),
                sentence,
            });
        }
    }
}

/// A text as it is seen, its white space folded.
fn folded(text: &str) -> String {
    let text = visible(text, OURS_MAX_CHARS);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a sentence stands so in a folded text: what was taken out of it on the way (a broken tag) makes it another sentence.
fn stands_in(sentence: &str, source: &str) -> bool {
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    !sentence.is_empty() && source.contains(&sentence)
}
