//! Which question does a yes or a no answer? `OK draft 2`: what a link in our mail writes, so that one in an old mail says yes to nothing
//! newer. Pure.

use super::command::CommandWord;
use crate::ticket::DraftNumber;

/// What waits for a yes, as a mail names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// `draft 2`: shall this draft be sent?
    Draft(DraftNumber),
    /// `forward`: shall the forwarded mail become a ticket?
    Forward,
}

/// The most digits of a number of a draft.
const DIGITS_MAX: usize = 6;

impl Question {
    /// Its name in English, as it is read.
    #[must_use]
    pub fn in_english(self) -> String {
        match self {
            Self::Draft(number) => format!("draft {number}"),
            Self::Forward => "forward".to_owned(),
        }
    }

    /// Its name in German, as it is read.
    #[must_use]
    pub fn in_german(self) -> String {
        match self {
            Self::Draft(number) => format!("Entwurf {number}"),
            Self::Forward => "Weiterleitung".to_owned(),
        }
    }

    /// The question that a text begins with, and what stands behind it.
    pub(super) fn read(text: &str) -> Option<(Self, &str)> {
        let text = text.trim_start();
        let (word, rest) = split_word(text);
        match word.to_lowercase().as_str() {
            "draft" | "entwurf" => {
                let (number, rest) = split_word(rest.trim_start());
                let is_number = !number.is_empty() && number.len() <= DIGITS_MAX;
                let number = number.parse().ok().filter(|_| is_number)?;
                Some((Self::Draft(DraftNumber(number)), rest))
            }
            "forward" | "weiterleitung" => Some((Self::Forward, rest)),
            _ => None,
        }
    }
}

/// Whether a text begins with a line like `OK draft 2`, which says something to us alone, whatever follows.
#[must_use]
pub fn names_a_question(text: &str) -> bool {
    let first_line = text.trim_start().lines().next().unwrap_or("");
    let (word, rest) = first_line
        .split_once(char::is_whitespace)
        .unwrap_or((first_line, ""));
    CommandWord::read(word).is_some_and(CommandWord::is_yes_or_no)
        && Question::read(rest).is_some_and(|(_, behind)| without_marks(behind).is_empty())
}

/// Without the marks and blanks that stand between a word and what belongs to it.
pub(super) fn without_marks(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | ',' | '.' | '!')
    })
}

/// A word of letters and digits, and the rest.
fn split_word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_it_is_written() {
        for question in [Question::Draft(DraftNumber(12)), Question::Forward] {
            for written in [question.in_english(), question.in_german()] {
                assert_eq!(Question::read(&written), Some((question, "")), "{written}");
            }
        }
        let second = Question::Draft(DraftNumber(2));
        assert_eq!(
            Question::read("DRAFT 2: too dear"),
            Some((second, ": too dear"))
        );
        for text in [
            "",
            "draft",
            "draft two",
            "the draft 2",
            "draft 12345678",
            "drafts 2",
            "draft -2",
        ] {
            assert_eq!(Question::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_that_names_a_question_is_for_us_whatever_follows() {
        assert!(names_a_question(
            "OK draft 2\n\nand please tell her that we are closed on Friday"
        ));
        assert!(names_a_question("  nein Entwurf 3: "));
        for text in ["No draft beer is sold here, sorry.", "OK", "draft 2", ""] {
            assert!(!names_a_question(text), "{text}");
        }
    }
}
