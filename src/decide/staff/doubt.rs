//! May a reply have been meant as a word to us? Then the member is asked, rather than the customer surprised. Pure.

use super::super::sentence::{Sentence, Value};
use super::hints;
use crate::config::FactName;
use crate::decide::answer::open_place;
use crate::desk::{CommandWord, LooksLike, begins_with_word, looks_like_word, names_a_question};
use crate::ticket::Ticket;

/// The most words on a line that begins with `INTENT` and may still be meant as the command.
const NAME_LINE_MAX_WORDS: usize = 4;

/// The longest text that begins with `OK` and may still be a yes with a kind word, in words.
const APPROVAL_MAX_WORDS: usize = 6;

/// The most words on a line that begins with `LATER` or `TEAM` and may still be meant as the command above a text.
const COMMAND_LINE_MAX_WORDS: usize = 3;

/// The longest text that may be a yes or a no in words of one's own to a draft that waits (`Looks good to me, please send it.`), in words.
const YES_OR_NO_MAX_WORDS: usize = 8;

/// How an answer to a customer begins, however short it is.
const GREETINGS: [&str; 8] = [
    "dear", "hello", "hi", "hallo", "liebe", "lieber", "guten", "sehr",
];

/// Why a reply may have been meant as a command; then the member is asked, rather than the customer surprised.
pub(super) fn doubt(ticket: &Ticket, text: &str) -> Option<Sentence> {
    begins_with_a_command(ticket, text).or_else(|| looks_like_a_word(text))
}

/// A short text beside a draft that waits may be about the draft rather than for the customer.
pub(super) fn may_be_a_yes_or_a_no(text: &str) -> bool {
    let first: String = text
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    let greets = GREETINGS.contains(&first.as_str());
    let is_short = text.split_whitespace().count() <= YES_OR_NO_MAX_WORDS;
    is_short && !greets
}

/// Whether what follows a no takes it back: `No problem, send it`.
pub(super) fn is_no_that_agrees(why: &str) -> bool {
    const AGREEING: [&str; 9] = [
        "problem",
        "problems",
        "worries",
        "objection",
        "objections",
        "issue",
        "issues",
        "doubt",
        "complaints",
    ];
    let first = why.split(|c: char| !c.is_alphanumeric()).next();
    first.is_some_and(|word| AGREEING.contains(&word.to_lowercase().as_str()))
}

/// Whether a text holds the place of a detail that nobody has given, as suggestions show it, or as articles are written.
pub(super) fn has_open_place(text: &str, facts: impl Iterator<Item = FactName>) -> bool {
    let mut facts = facts;
    facts.any(|name| text.contains(&open_place(&name)) || text.contains(&format!("{{{{{name}}}}}")))
}

fn begins_with_a_command(ticket: &Ticket, text: &str) -> Option<Sentence> {
    if names_a_question(text) {
        return Some(hints::QUESTION_GOES_ON.into());
    }
    let (word, has_own_line) = begins_with_word(text)?;
    let hint = match word {
        CommandWord::Approve
            if (ticket.waiting_draft().is_some() || ticket.waiting_forward().is_some())
                && (has_own_line || text.split_whitespace().count() <= APPROVAL_MAX_WORDS) =>
        {
            hints::YES_GOES_ON
        }
        CommandWord::Take
        | CommandWord::GiveBack
        | CommandWord::Close
        | CommandWord::Why
        | CommandWord::Help
            if has_own_line =>
        {
            hints::COMMAND_GOES_ON
        }
        CommandWord::NameIntent if is_meant_as_name(text) => hints::INTENT_GOES_ON,
        CommandWord::Later if has_further_lines(text) => hints::LATER_GOES_ON,
        CommandWord::Team if has_further_lines(text) => hints::TEAM_GOES_ON,
        _ => return None,
    };
    Some(hint.into())
}

fn looks_like_a_word(text: &str) -> Option<Sentence> {
    let what = match looks_like_word(text)? {
        LooksLike::Command(word) if word.is_yes_or_no() => hints::BARE_YES_OR_NO.into(),
        LooksLike::Command(word) => hints::WORD_WITH_MORE.around([Value::Words(&usage(word))]),
        LooksLike::Misspelt(word) => hints::WORD_MISSPELT.around([Value::Words(&usage(word))]),
        LooksLike::Unknown => hints::WORD_OF_OTHERS.into(),
    };
    Some(hints::LOOKS_LIKE_A_WORD.around([Value::Words(&what)]))
}

/// How a word is written. Whoever works in German may have written either spelling, so both are named.
fn usage(word: CommandWord) -> Sentence {
    match word {
        CommandWord::Later => hints::LATER_USAGE.into(),
        CommandWord::Team => hints::TEAM_USAGE.into(),
        CommandWord::NameIntent => hints::INTENT_USAGE.into(),
        CommandWord::Note => hints::NOTE_USAGE.into(),
        other => {
            let english = other.as_str().to_owned();
            let german = format!("{} ({english})", other.in_german());
            Sentence::in_each(english, german)
        }
    }
}

/// Whether a short first line stands above more text.
fn has_further_lines(text: &str) -> bool {
    let (first, further) = text.trim().split_once('\n').unwrap_or((text, ""));
    !further.trim().is_empty() && first.split_whitespace().count() <= COMMAND_LINE_MAX_WORDS
}

/// Whether a longer text that begins with `INTENT` begins with the command: in capitals, or on a short line.
fn is_meant_as_name(text: &str) -> bool {
    let first_line = text.trim_start().lines().next().unwrap_or_default();
    let mut words = first_line.split_whitespace();
    let is_shouted = |word: &str| word == word.to_uppercase();
    words.next().is_some_and(is_shouted) || words.count() < NAME_LINE_MAX_WORDS
}
