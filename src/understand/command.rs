//! Words by which a customer commands the gateway: alone on a line of the new text, in any case.

use super::types::CustomerWord;
use super::words::words;

/// The most lines that are looked at.
const LINES_MAX: usize = 400;

/// The first command, with its line.
pub(super) fn find(text: &str) -> Option<(CustomerWord, String)> {
    text.lines().take(LINES_MAX).find_map(|line| {
        let line = line.trim();
        if line.chars().count() > 20 || line.contains('?') {
            return None;
        }
        let row = words(line);
        let [word] = row.as_slice() else {
            return None;
        };
        let command = match word.as_str() {
            "human" | "mensch" => CustomerWord::Human,
            "stop" | "stopp" => CustomerWord::Stop,
            "start" => CustomerWord::Start,
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
            ("\n  Mensch!\n", Some(CustomerWord::Human)),
            ("thanks\nstop.", Some(CustomerWord::Stop)),
            ("STOPP", Some(CustomerWord::Stop)),
            ("start", Some(CustomerWord::Start)),
            ("stop sending me mails", None),
            ("> HUMAN please", None),
        ] {
            assert_eq!(find(text).map(|found| found.0), expected, "{text:?}");
        }
    }
}
