//! Words by which a customer commands the gateway: alone on a line of the new text, in any case, with or without a kind word beside them.

use super::types::CustomerWord;
use super::words::words;

/// The most lines that are looked at.
const LINES_MAX: usize = 400;
/// A longer line is no command.
const LINE_MAX_CHARS: usize = 30;
/// The most words of a command with its kind words.
const LINE_MAX_WORDS: usize = 4;

/// Kind words and articles that may stand beside a command.
const BESIDE: [&str; 14] = [
    "please", "pls", "thanks", "thank", "you", "a", "the", "bitte", "danke", "einen", "ein",
    "eine", "der", "den",
];

/// The command of a text, with its line: the first line that asks for a person or speaks of automatic mail; where there is none, a question about
/// the request, if the text says nothing else.
pub(super) fn find(text: &str) -> Option<(CustomerWord, String)> {
    let mut lines = text.lines().take(LINES_MAX);
    lines
        .find_map(|line| Some((of_line(line)?, line.trim().to_owned())))
        .or_else(|| Some((asks_about_request(text)?, text.trim().to_owned())))
}

/// Whether a text is a word to us, alone or with kind ones: then it says nothing of any matter.
pub(crate) fn is_nothing_but_a_word(text: &str) -> bool {
    of_line(text).or_else(|| asks_about_request(text)).is_some()
}

/// `STATUS` or `WHY`, where a text says nothing else. Never more: whatever else stands there is for somebody to read.
pub(crate) fn asks_about_request(text: &str) -> Option<CustomerWord> {
    match alone(text)?.as_str() {
        "status" | "stand" => Some(CustomerWord::Status),
        "why" | "warum" | "wieso" | "weshalb" => Some(CustomerWord::Why),
        _ => None,
    }
}

fn of_line(line: &str) -> Option<CustomerWord> {
    // A question mark asks what the word means, or goes on with a sentence of the line above.
    if line.contains('?') {
        return None;
    }
    match alone(line)?.as_str() {
        "human" | "person" | "mensch" | "menschen" => Some(CustomerWord::Human),
        "stop" | "stopp" => Some(CustomerWord::Stop),
        "start" => Some(CustomerWord::Start),
        _ => None,
    }
}

/// The one word of a text beside kind ones.
fn alone(text: &str) -> Option<String> {
    let text = text.trim();
    if text.starts_with('>') || text.chars().count() > LINE_MAX_CHARS {
        return None;
    }
    let row = words(text);
    if row.len() > LINE_MAX_WORDS {
        return None;
    }
    let mut own = row
        .into_iter()
        .filter(|word| !BESIDE.contains(&word.as_str()));
    match (own.next(), own.next()) {
        (Some(word), None) => Some(word),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_alone_on_its_line_commands() {
        for (text, expected) in [
            ("HUMAN", Some(CustomerWord::Human)),
            ("Human, please!", Some(CustomerWord::Human)),
            ("a person please", Some(CustomerWord::Human)),
            ("\n  Mensch!\n", Some(CustomerWord::Human)),
            ("Bitte einen Menschen", Some(CustomerWord::Human)),
            ("thanks\nstop.", Some(CustomerWord::Stop)),
            ("STOPP bitte", Some(CustomerWord::Stop)),
            ("start", Some(CustomerWord::Start)),
            ("Status?", Some(CustomerWord::Status)),
            ("STAND bitte", Some(CustomerWord::Status)),
            ("why?", Some(CustomerWord::Why)),
            ("Warum", Some(CustomerWord::Why)),
            ("stop sending me mails", None),
            ("are you human?", None),
            ("human?", None),
            ("> HUMAN please", None),
            ("status of order 5", None),
            ("please", None),
            // Whatever else is said is heard.
            ("Why?\nHUMAN", Some(CustomerWord::Human)),
            ("Status?\nSTOP", Some(CustomerWord::Stop)),
            ("STATUS\nMy lawyer knows", None),
            ("Where is it?\nWhy?", None),
        ] {
            assert_eq!(find(text).map(|found| found.0), expected, "{text:?}");
        }
    }
}
