//! Does a subject say something new, or does a reply only bring it back? Reads hostile input; linear.

use super::super::words::words;
use super::{Place, Role, Sentence};

/// The most lines of a quoted mail in which its subject is looked for.
const QUOTED_LINES_MAX: usize = 40;
/// A reply of sentences no longer than this only reacts.
const REACTION_MAX_WORDS: usize = 2;

/// `Re: AW: Fwd: x` → `x`.
pub(crate) fn without_reply_marks(subject: &str) -> &str {
    let mut rest = subject.trim();
    for _ in 0..8 {
        let Some((mark, after)) = rest.split_once(':') else {
            break;
        };
        let mark = mark.trim().to_lowercase();
        let is_mark = [
            "re", "aw", "wg", "fw", "fwd", "antw", "sv", "tr", "rv", "rif", "res", "r", "i", "enc",
        ]
        .contains(&mark.split('[').next().unwrap_or_default());
        if !is_mark {
            break;
        }
        rest = after.trim();
    }
    rest
}

/// Whether the mail that is quoted bore this subject: `Subject: Your bike is on its way`.
pub(super) fn quotes_subject(quoted: &str, subject: &str) -> bool {
    let subject = words(subject);
    quoted
        .lines()
        .take(QUOTED_LINES_MAX)
        .filter_map(|line| line.split_once(':'))
        .any(|(label, value)| {
            words(label).len() <= 2 && words(without_reply_marks(value)) == subject
        })
}

/// `Re: screws` above `legends` thanks for the screws. Above a blank body, or a number that was asked for, it is all that there is.
pub(super) fn repeat_above_a_word_or_two(sentences: &mut [Sentence]) {
    if let [subject, body @ ..] = sentences
        && subject.place == Place::Subject
        && subject.role == Role::Substance
        && !body.is_empty()
        && body.iter().all(|sentence| {
            !sentence.asks
                && sentence.words.len() <= REACTION_MAX_WORDS
                && !sentence.text.contains(|c: char| c.is_ascii_digit())
        })
    {
        subject.role = Role::Repeated;
    }
}
