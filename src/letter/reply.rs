//! What does a reply to a letter say yes or no to? `YES 3`, `NO 2, 4`, `JA 1 und 5`, one or several a line; everything else is no word to us.
//!
//! Reads what any person may have typed; bounded; pure.

use crate::desk::CommandWord;

/// So many lines of a reply are looked at.
const LINES_MAX: usize = 40;
/// So many words are taken.
const WORDS_MAX: usize = 60;
/// No letter suggests so many things.
const NUMBER_MAX: usize = 99;

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Do it.
    Yes,
    /// Do not, and do not suggest it again.
    No,
}

/// What is said to one suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The suggestion's number in the letter.
    pub number: usize,
    /// What is said to it.
    pub says: Says,
}

impl Says {
    /// Its word in the store. On disk: never change one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn by_word(word: &str) -> Option<Self> {
        [Self::Yes, Self::No]
            .into_iter()
            .find(|says| says.as_str() == word)
    }
}

/// What a reply says, in its own words, to a letter of so many suggestions. What one number is told both is said to neither: a person who types both
/// has made a mistake. A yes without a number is enough where there is only one suggestion.
#[must_use]
pub fn words_of(text: &str, suggestions: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for line in text.lines().take(LINES_MAX) {
        for word in words_in(line, suggestions) {
            if words.len() < WORDS_MAX && !words.contains(&word) {
                words.push(word);
            }
        }
    }
    let twice: Vec<usize> = (words.iter())
        .filter(|word| {
            words
                .iter()
                .filter(|other| other.number == word.number)
                .count()
                > 1
        })
        .map(|word| word.number)
        .collect();
    words.retain(|word| !twice.contains(&word.number));
    words
}

/// The words of a line that begins with a yes or a no and holds nothing but numbers behind it. `YES 3 would be nice if …` is a sentence: somebody
/// who writes one may mean something else by it.
fn words_in(line: &str, suggestions: usize) -> Vec<Word> {
    // `No. 1` and `Nr. 1` are numbers.
    let begins = line.trim_start().get(..3).map(str::to_lowercase);
    if begins.is_some_and(|begins| ["no.", "nr."].contains(&begins.as_str())) {
        return Vec::new();
    }
    let parts = line.split(|c: char| c.is_whitespace() || ",;:.&+!".contains(c));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let mut words = Vec::new();
    let mut says = None;
    let mut numbers_since = 0_usize;
    for part in parts {
        let upper = part.to_uppercase();
        match CommandWord::read(part) {
            Some(CommandWord::Approve) => (says, numbers_since) = (Some(Says::Yes), 0),
            Some(CommandWord::Refuse) => (says, numbers_since) = (Some(Says::No), 0),
            _ if ["AND", "UND", "TO", "ZU"].contains(&upper.as_str()) => {}
            _ => {
                let number = part.trim_matches(|c: char| "()[]#*\"'".contains(c));
                let number: Option<usize> = number.parse().ok();
                let (Some(says), Some(number)) =
                    (says, number.filter(|n| (1..=NUMBER_MAX).contains(n)))
                else {
                    return Vec::new();
                };
                numbers_since += 1;
                words.push(Word { number, says });
            }
        }
    }
    match (says, numbers_since, suggestions) {
        (Some(says), 0, 1) if words.is_empty() => vec![Word { number: 1, says }],
        _ => words,
    }
}
