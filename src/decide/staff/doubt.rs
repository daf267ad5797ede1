//! May a reply have been meant as a word to us? Then the member is asked, rather than the customer surprised. Pure.

use crate::desk::{CommandWord, LooksLike, begins_with_word, looks_like_word, names_a_question};
use crate::ticket::Ticket;

/// The most words on a line that begins with `INTENT` and may still be meant as the command.
const NAME_LINE_MAX_WORDS: usize = 4;

/// The longest text that begins with `OK` and may still be a yes with a kind word, in words.
const APPROVAL_MAX_WORDS: usize = 6;

/// The most words on a line that begins with `LATER` or `TEAM` and may still be meant as the command above a text.
const COMMAND_LINE_MAX_WORDS: usize = 3;

/// How a text that looks like a word reaches the customer all the same.
const TO_SEND_IT: &str =
    "if the customer is to get this text, write it as a whole sentence or below a greeting";

/// Why a reply may have been meant as a command; then the member is asked, rather than the customer surprised.
pub(super) fn doubt(ticket: &Ticket, text: &str) -> Option<String> {
    begins_with_a_command(ticket, text).or_else(|| looks_like_a_word(text))
}

fn begins_with_a_command(ticket: &Ticket, text: &str) -> Option<String> {
    if names_a_question(text) {
        let why = "it begins with a yes or a no to a draft and goes on, so nothing was sent or refused; reply with that line alone, and \
                   with an answer to the customer in a mail of its own";
        return Some(why.to_owned());
    }
    let (word, has_own_line) = begins_with_word(text)?;
    let goes_on = |what: &str, how: &str| {
        Some(format!(
            "it begins with {what} and goes on, so nothing was sent or changed; reply with {how} alone, and with the answer to \
             the customer in a mail of its own"
        ))
    };
    match word {
        CommandWord::Approve
            if (ticket.waiting_draft().is_some() || ticket.waiting_forward().is_some())
                && (has_own_line || text.split_whitespace().count() <= APPROVAL_MAX_WORDS) =>
        {
            Some(
                "it begins with a yes and goes on, so neither the draft nor your text was sent; reply with OK alone to say yes, \
                 or with the whole answer without OK"
                    .to_owned(),
            )
        }
        CommandWord::Take
        | CommandWord::GiveBack
        | CommandWord::Close
        | CommandWord::Why
        | CommandWord::Help
            if has_own_line =>
        {
            goes_on("a command", "the word")
        }
        CommandWord::NameIntent if is_meant_as_name(text) => {
            goes_on("INTENT", "INTENT and one name")
        }
        CommandWord::Later if has_further_lines(text) => goes_on("LATER", "LATER and a time"),
        CommandWord::Team if has_further_lines(text) => goes_on("TEAM", "TEAM and one name"),
        _ => None,
    }
}

fn looks_like_a_word(text: &str) -> Option<String> {
    let what = match looks_like_word(text)? {
        LooksLike::Command(word) if word.is_yes_or_no() => {
            "it is a bare yes or no, and nothing waits for one".to_owned()
        }
        LooksLike::Command(word) => {
            format!(
                "it looks like {}, with words that do not belong to it",
                usage(word)
            )
        }
        LooksLike::Misspelt(word) => format!("it looks like {}, misspelt", usage(word)),
        LooksLike::Unknown => {
            "it looks like a word to this program, but is none that it knows".to_owned()
        }
    };
    Some(format!(
        "{what}; so nothing was sent to the customer; {TO_SEND_IT}"
    ))
}

/// How a word is written.
const fn usage(word: CommandWord) -> &'static str {
    match word {
        CommandWord::Later => "LATER and a time (LATER 2d, LATER monday)",
        CommandWord::Team => "TEAM and the name of a team",
        CommandWord::NameIntent => "INTENT and the name of an article",
        CommandWord::Note => "NOTE and a text",
        other => other.as_str(),
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
