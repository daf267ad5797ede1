//! What does a thread come to: what is wanted, what happened, what is open? Only sentences that stand in it, each with its source.
//!
//! Extractive, deterministic, pure. Reads hostile input: the first message and the newest ones are looked at, of each at most what
//! `prepare.rs` looks at, and of what is chosen at most three sentences a list. What speaks to a machine is never chosen, nor
//! are greeting and signature.

mod choice;
mod due;
mod open;
#[cfg(test)]
mod tests;
mod thread;
mod types;

pub(crate) use thread::NewMail;
pub use types::{
    Author, OpenSentence, Source, SourcePart, SourcedSentence, ThreadSummary, WhyOpen,
};

use super::lexicon::Lexicon;
use super::prepare::{Preparer, Role, Sentence};
use super::types::Understanding;
use super::words::{one_line, visible, words};
use crate::ticket::Ticket;
use std::sync::LazyLock;
use thread::{Message, Thread};

/// The most sentences of each list.
const SENTENCES_MAX: usize = 3;
/// A sentence is cut here, in characters.
pub(crate) const SENTENCE_MAX_CHARS: usize = 240;
/// The most sentences of one mail of ours that the ticket keeps.
pub(crate) const KEPT_OF_OURS_MAX: usize = 4;
/// A text of so many sentences, or of so many characters, is none that a ticket keeps whole.
const TOLD_SENTENCES_MAX: usize = 12;
const TOLD_WHOLE_MAX_CHARS: usize = 1_900;
/// The most text of a mail of ours that sentences are chosen from, in characters.
const OURS_MAX_CHARS: usize = 20_000;
/// A mail of so few sentences is its own summary.
const BRIEF_SENTENCES: usize = 3;

/// The word lists; the same for every desk.
static SUMMARIST: LazyLock<Summarist> = LazyLock::new(|| Summarist {
    preparer: Preparer::new(),
    events: Lexicon::read(include_str!("lexicon/events.toml")),
});

struct Summarist {
    preparer: Preparer,
    events: Lexicon,
}

/// Reads the word lists now, so that the first customer does not wait for it.
pub(super) fn load() {
    LazyLock::force(&SUMMARIST);
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
        .filter(|sentence| !sentence.role.is_to_machine())
        .filter(|sentence| said.contains(&format!(" {} ", sentence.words.join(" "))))
        .filter(|sentence| stands_in(&sentence.text, &source))
        .collect();
    let promises = |sentence: &&Sentence| SUMMARIST.has("promised", sentence);
    let rank = |sentence: &&Sentence| {
        let says_something = sentence.role == Role::Substance;
        let reports = SUMMARIST.has("happened", sentence);
        u8::from(promises(sentence)) * 4 + u8::from(reports) * 2 + u8::from(says_something)
    };
    choice::best_in_order(&all, KEPT_OF_OURS_MAX, rank)
        .into_iter()
        .map(|sentence| one_line(&sentence.text, SENTENCE_MAX_CHARS))
        .collect()
}

/// A text that was kept, as sentences with what each is for.
pub(super) fn prepared(subject: &str, text: &str) -> super::prepare::Prepared {
    SUMMARIST.preparer.prepare_text(subject, text)
}

/// The sentences of what one of our people wrote, without greeting, thanks, name and what they quoted; `None` where it is too long to be kept whole.
#[must_use]
pub(crate) fn told_in(text: &str) -> Option<Vec<String>> {
    let is_whole = text.chars().count() < TOLD_WHOLE_MAX_CHARS;
    let prepared = prepared("", &thread::own_words(text));
    let of_substance = (prepared.sentences.iter()).filter(|one| one.role == Role::Substance);
    let sentences: Vec<String> = of_substance
        .map(|one| SUMMARIST.preparer.without_greeting(&one.text))
        .map(|text| one_line(text, SENTENCE_MAX_CHARS))
        .collect();
    (is_whole && sentences.len() <= TOLD_SENTENCES_MAX).then_some(sentences)
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
        !self.events.begin(&sentence.words).guilty(list).is_empty()
    }

    /// Whether a sentence speaks to a machine, or pretends that one speaks.
    fn is_to_or_of_a_machine(&self, sentence: &Sentence) -> bool {
        let speaker = sentence
            .text
            .split_once(':')
            .map(|(speaker, _)| words(speaker));
        let pretends = |row: Vec<String>| row.len() <= 3 && self.events.has("speaker", &row);
        sentence.role.is_to_machine() || speaker.is_some_and(pretends)
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
            let said = self.events.begin(&sentence.words);
            let has = |list: &str| !said.guilty(list).is_empty();
            lines.push(Line {
                message,
                part,
                happened: has("happened"),
                promised: has("promised"),
                asks: has("asks"),
                follows_up: has("follow_up"),
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
