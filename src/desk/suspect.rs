//! Does a reply look like a word to us rather than an answer to the customer? A member who types `TAKE IT`, `INTEND hours` or `ESCALATE`
//! means us. In doubt nothing is sent and the member is asked: a whole sentence is an answer again. Bounded; pure.

use super::command::{CommandWord, in_capitals};

/// What a reply looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksLike {
    /// A command with more around it, or a bare yes or no.
    Command(CommandWord),
    /// A misspelt command.
    Misspelt(CommandWord),
    /// A word that some other program would know.
    Unknown,
}

/// A longer reply is an answer, unless it shouts a command.
const WORDS_MAX: usize = 3;

/// A name below, or `Best regards, Kim Miller` and a line more, is no answer.
const CLOSING_MAX_WORDS: usize = 8;
const NAME_MAX_WORDS: usize = 2;

/// Fewer letters in capitals are an abbreviation.
const SHOUTED_MIN: usize = 3;

/// What people say around a command, and what says nothing by itself.
const KIND_WORDS: [&str; 32] = [
    "IT", "THIS", "THAT", "THE", "TICKET", "PLEASE", "PLS", "PLZ", "THANKS", "THANK", "THX", "YOU",
    "NOW", "CHEERS", "JUST", "AND", "BITTE", "DANKE", "ES", "DAS", "DEN", "DIES", "DIESEN",
    "VORGANG", "JETZT", "MAL", "DIR", "DICH", "I", "ICH", "KINDLY", "UND",
];

/// How a closing begins.
const CLOSINGS: [&str; 18] = [
    "BEST",
    "KIND",
    "REGARDS",
    "CHEERS",
    "THANKS",
    "THANK",
    "YOURS",
    "GREETINGS",
    "WARM",
    "BR",
    "VIELE",
    "LIEBE",
    "BESTE",
    "FREUNDLICHE",
    "MIT",
    "DANKE",
    "LG",
    "VG",
];

/// Words of other helpdesks.
const OF_OTHER_DESKS: [&str; 32] = [
    "DONE",
    "SOLVED",
    "RESOLVED",
    "FIXED",
    "APPROVED",
    "SEEN",
    "NOTED",
    "LGTM",
    "ERLEDIGT",
    "FERTIG",
    "GELÖST",
    "GESCHLOSSEN",
    "GESEHEN",
    "NOTIERT",
    "FREIGEGEBEN",
    "GENEHMIGT",
    "SPAM",
    "ESCALATE",
    "ASSIGN",
    "MERGE",
    "DELETE",
    "SNOOZE",
    "REMIND",
    "REOPEN",
    "STATUS",
    "TRANSFER",
    "RESOLVE",
    "INTERNAL",
    "INTERN",
    "ESKALIEREN",
    "ZUWEISEN",
    "LÖSCHEN",
];

/// What a reply looks like; `None` where it is an answer.
#[must_use]
pub fn looks_like_word(text: &str) -> Option<LooksLike> {
    let text = text.trim();
    let first_line = text.lines().next().unwrap_or_default().trim();
    let first = first_line.split_whitespace().next()?;
    let further = text.get(first_line.len()..).unwrap_or_default();
    // A thumb up and nothing else.
    if !text.contains(char::is_alphanumeric) {
        return Some(LooksLike::Unknown);
    }
    shouted_command(first)
        .or_else(|| labelled(first_line))
        .or_else(|| {
            let is_all = further.trim().is_empty() || is_closing(further);
            is_all.then(|| short(first_line)).flatten()
        })
}

/// `NOTR she is a regular`: whoever shouts a command means one, however much follows.
fn shouted_command(first: &str) -> Option<LooksLike> {
    let word = leading_letters(first);
    let found = command(word).filter(|found| !is_yes_or_no(*found));
    found.filter(|_| is_shouted(word, SHOUTED_MIN))
}

/// `Notes: she is a regular`, `Internal: …`: a label stands before what is not for the customer.
fn labelled(first_line: &str) -> Option<LooksLike> {
    let (label, _) = first_line.split_once(':')?;
    if OF_OTHER_DESKS.contains(&in_capitals(label)?.as_str()) {
        return Some(LooksLike::Unknown);
    }
    command(label).filter(|found| !is_yes_or_no(*found))
}

fn short(line: &str) -> Option<LooksLike> {
    let words: Vec<&str> = line.split_whitespace().take(WORDS_MAX + 1).collect();
    if words.len() > WORDS_MAX {
        return None;
    }
    let first = words.first().copied().unwrap_or_default();
    // `Yes, tomorrow.` is an answer, `Back please` is none.
    if let Some(command) = CommandWord::read(leading_letters(first))
        && !command.is_yes_or_no()
    {
        return Some(LooksLike::Command(command));
    }
    let is_kind =
        |word: &&&str| in_capitals(word).is_some_and(|word| KIND_WORDS.contains(&word.as_str()));
    let content: Vec<&&str> = words.iter().filter(|word| !is_kind(word)).collect();
    if let [only] = content.as_slice() {
        let only = leading_letters(only);
        let is_of_others =
            in_capitals(only).is_some_and(|word| OF_OTHER_DESKS.contains(&word.as_str()));
        if is_of_others {
            return Some(LooksLike::Unknown);
        }
        if let Some(found) = command(only) {
            return Some(found);
        }
    }
    if let Some(command) = CommandWord::misspelt(leading_letters(first))
        && command.takes_words()
    {
        return Some(LooksLike::Misspelt(command));
    }
    let mut letters = line.chars().filter(|c| c.is_alphabetic());
    let is_all_shouted = is_shouted(leading_letters(first), SHOUTED_MIN)
        && !first.contains(|c: char| c.is_ascii_digit())
        && letters.all(|c| !c.is_lowercase());
    is_all_shouted.then_some(LooksLike::Unknown)
}

fn command(word: &str) -> Option<LooksLike> {
    let exact = CommandWord::read(word).map(LooksLike::Command);
    exact.or_else(|| CommandWord::misspelt(word).map(LooksLike::Misspelt))
}

fn is_yes_or_no(found: LooksLike) -> bool {
    matches!(found, LooksLike::Command(command) | LooksLike::Misspelt(command) if command.is_yes_or_no())
}

/// `LATER-2d` and `TAKE/close` begin with a command.
fn leading_letters(word: &str) -> &str {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = word
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(word.len());
    word.get(..end).unwrap_or_default()
}

fn is_shouted(word: &str, letters_min: usize) -> bool {
    word.chars().nth(letters_min.saturating_sub(1)).is_some()
        && word.chars().all(char::is_uppercase)
}

fn is_closing(text: &str) -> bool {
    let words: Vec<&str> = text
        .split_whitespace()
        .take(CLOSING_MAX_WORDS + 1)
        .collect();
    let first = words.first().and_then(|word| in_capitals(word));
    let begins = first.is_some_and(|word| CLOSINGS.contains(&word.as_str()));
    words.len() <= NAME_MAX_WORDS || (begins && words.len() <= CLOSING_MAX_WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_looks_like_a_word_to_us() {
        use CommandWord::{
            Approve, Close, GiveBack, Help, Later, NameIntent, Note, Refuse, Take, Team, Why,
        };
        use LooksLike::{Command, Misspelt, Unknown};
        for (text, expected) in [
            ("TAKE IT", Command(Take)),
            ("take this please", Command(Take)),
            ("Close please", Command(Close)),
            ("please close", Command(Close)),
            ("Bitte schließen!", Command(Close)),
            ("close it\n\nKim", Command(Close)),
            ("Close please\n\nBest regards,\nKim Miller", Command(Close)),
            ("Back to automation", Command(GiveBack)),
            ("INTENT opening hours", Command(NameIntent)),
            ("INTEND opening-hours", Misspelt(NameIntent)),
            ("intend hours", Misspelt(NameIntent)),
            ("CLOES", Misspelt(Close)),
            ("closed", Misspelt(Close)),
            ("HELP ME", Command(Help)),
            ("Why?\n\nKim", Command(Why)),
            ("WHY was this answered by a machine?", Command(Why)),
            ("LATER-2d", Command(Later)),
            ("Later today.", Command(Later)),
            ("LATER when the parts have come in", Command(Later)),
            ("TEAM billing please", Command(Team)),
            (
                "NOTR she is a regular, be generous with her",
                Misspelt(Note),
            ),
            ("Notes: she is a regular, be generous", Misspelt(Note)),
            ("Internal: she is a regular, be generous", Unknown),
            ("yes please", Command(Approve)),
            ("ok, thanks", Command(Approve)),
            ("Yes\n\nKim", Command(Approve)),
            ("Nein danke", Command(Refuse)),
            ("ESCALATE", Unknown),
            ("SPAM", Unknown),
            ("spam", Unknown),
            ("ESCALATE TO BOSS!", Unknown),
            ("Please assign", Unknown),
        ] {
            assert_eq!(looks_like_word(text), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn short_answers_are_answers() {
        for text in [
            "It is on its way.",
            "Yes, tomorrow.",
            "Thanks, bye",
            "Thank you!",
            "No, sorry.",
            "Ja, gerne.",
            "Ok, will do.",
            "Sent.",
            "Not yet.",
            "None left, sorry.",
            "Black.",
            "Tomorrow.",
            "Hello Ann,\n\nyes.",
            "Dear Ann,\n\nIn stock.\n\nKim",
            "Hi Ann, close it.",
            "Take two of them a day.",
            "Back in stock next week, we think.",
            "Later this week we send it.",
            "AB-204518",
            "JD014600006281230704",
            "IT",
            "Taken care of.",
            "",
        ] {
            assert_eq!(looks_like_word(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_panic(text in "(\\PC{0,20}[ \n:]){0,6}") {
            let _ = looks_like_word(&text);
        }
    }
}
