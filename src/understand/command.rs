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

/// The first command, with its line.
pub(super) fn find(text: &str) -> Option<(CustomerWord, String)> {
    text.lines().take(LINES_MAX).find_map(|line| {
        let line = line.trim();
        if line.starts_with('>') || line.chars().count() > LINE_MAX_CHARS {
            return None;
        }
        let row = words(line);
        if row.len() > LINE_MAX_WORDS {
            return None;
        }
        let mut own = row.iter().filter(|word| !BESIDE.contains(&word.as_str()));
        let (Some(word), None) = (own.next(), own.next()) else {
            return None;
        };
        let command = match word.as_str() {
            // A question mark asks what the word means, or goes on with a sentence of the line above.
            "human" | "person" | "mensch" | "menschen" if !line.contains('?') => {
                CustomerWord::Human
            }
            "stop" | "stopp" if !line.contains('?') => CustomerWord::Stop,
            "start" if !line.contains('?') => CustomerWord::Start,
            "status" | "stand" => CustomerWord::Status,
            "why" | "warum" | "wieso" | "weshalb" => CustomerWord::Why,
            _ => return None,
        };
        Some((command, line.to_owned()))
    })
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
        ] {
            assert_eq!(find(text).map(|found| found.0), expected, "{text:?}");
        }
    }
}
