//! Which word commands the gateway? In English and German, any case, punctuation around it tolerated; and which words only resemble
//! one. Reads what any person may have typed; bounded; pure.

/// A word that commands the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandWord {
    /// `OK`, `YES`, `JA`
    Approve,
    /// `NO`, `NEIN`
    Refuse,
    /// `TAKE`, `ÜBERNEHME`
    Take,
    /// `BACK`, `ZURÜCK`
    GiveBack,
    /// `CLOSE`, `SCHLIESSEN`
    Close,
    /// `NOTE`, `NOTIZ`
    Note,
    /// `INTENT`, `ANLIEGEN`
    NameIntent,
    /// `LATER`, `SPÄTER`
    Later,
    /// `WHY`, `WARUM`
    Why,
    /// `HELP`, `HILFE`
    Help,
    /// `TEAM`
    Team,
}

/// Every spelling, in capitals.
const SPELLINGS: [(&str, CommandWord); 26] = [
    ("OK", CommandWord::Approve),
    ("OKAY", CommandWord::Approve),
    ("YES", CommandWord::Approve),
    ("JA", CommandWord::Approve),
    ("NO", CommandWord::Refuse),
    ("NEIN", CommandWord::Refuse),
    ("TAKE", CommandWord::Take),
    ("ÜBERNEHME", CommandWord::Take),
    ("UEBERNEHME", CommandWord::Take),
    ("BACK", CommandWord::GiveBack),
    ("ZURÜCK", CommandWord::GiveBack),
    ("ZURUECK", CommandWord::GiveBack),
    ("CLOSE", CommandWord::Close),
    // The capital of ß is SS.
    ("SCHLIESSEN", CommandWord::Close),
    ("NOTE", CommandWord::Note),
    ("NOTIZ", CommandWord::Note),
    ("INTENT", CommandWord::NameIntent),
    ("ANLIEGEN", CommandWord::NameIntent),
    ("LATER", CommandWord::Later),
    ("SPÄTER", CommandWord::Later),
    ("SPAETER", CommandWord::Later),
    ("WHY", CommandWord::Why),
    ("WARUM", CommandWord::Why),
    ("HELP", CommandWord::Help),
    ("HILFE", CommandWord::Help),
    ("TEAM", CommandWord::Team),
];

/// Usual words that differ from a command by a letter and are an answer of their own.
const NO_MISSPELLINGS: [&str; 10] = [
    "NONE", "MAKE", "CAKE", "BLACK", "BANK", "LATE", "WATER", "WARM", "HELD", "HERE",
];

/// No command is longer, nor is a misspelt one: a hostile line of megabytes is not copied.
const CHARS_MAX: usize = 14;

/// Fewer letters are too little to tell a misspelling from another word.
const MISSPELT_MIN: usize = 4;

/// From so many letters on, two of them may be wrong.
const TWO_WRONG_FROM: usize = 6;

impl CommandWord {
    /// The word in any case; punctuation around it is tolerated.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let word = in_capitals(text)?;
        let found = SPELLINGS.iter().find(|(spelling, _)| *spelling == word);
        found.map(|(_, command)| *command)
    }

    /// The word that this one may be a misspelling of: one letter wrong, missing, too many or changed with its neighbour; of long
    /// words two.
    pub(super) fn misspelt(text: &str) -> Option<Self> {
        let word = in_capitals(text)?;
        let letters: Vec<char> = word.chars().collect();
        if letters.len() < MISSPELT_MIN || NO_MISSPELLINGS.contains(&word.as_str()) {
            return None;
        }
        let found = SPELLINGS.iter().find(|(spelling, _)| {
            let spelling: Vec<char> = spelling.chars().collect();
            let wrong = match spelling.len() {
                ..MISSPELT_MIN => return false,
                MISSPELT_MIN..TWO_WRONG_FROM => 1,
                _ => 2,
            };
            spelling != letters && differ_at_most(&spelling, &letters, wrong)
        });
        found.map(|(_, command)| *command)
    }

    /// Whether it is a plain yes or no, which people also say to customers.
    #[must_use]
    pub const fn is_yes_or_no(self) -> bool {
        matches!(self, Self::Approve | Self::Refuse)
    }

    /// Whether words follow it: a misspelt one with words behind it is still that command.
    pub(super) const fn takes_words(self) -> bool {
        matches!(
            self,
            Self::Note | Self::NameIntent | Self::Later | Self::Team
        )
    }

    /// The word as a member who works in German is told it.
    #[must_use]
    pub const fn in_german(self) -> &'static str {
        match self {
            Self::Approve => "JA",
            Self::Refuse => "NEIN",
            Self::Take => "ÜBERNEHME",
            Self::GiveBack => "ZURÜCK",
            Self::Close => "SCHLIESSEN",
            Self::Note => "NOTIZ",
            Self::NameIntent => "ANLIEGEN",
            Self::Later => "SPÄTER",
            Self::Why => "WARUM",
            Self::Help => "HILFE",
            Self::Team => "TEAM",
        }
    }

    /// The word as a member is told it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "OK",
            Self::Refuse => "NO",
            Self::Take => "TAKE",
            Self::GiveBack => "BACK",
            Self::Close => "CLOSE",
            Self::Note => "NOTE",
            Self::NameIntent => "INTENT",
            Self::Later => "LATER",
            Self::Why => "WHY",
            Self::Help => "HELP",
            Self::Team => "TEAM",
        }
    }
}

/// The word without what stands around it, in capitals; `None` where it is none or too long for one of ours.
pub(super) fn in_capitals(text: &str) -> Option<String> {
    let word = text.trim_matches(|c: char| !c.is_alphanumeric());
    let is_short = word.chars().nth(CHARS_MAX).is_none();
    (is_short && !word.is_empty()).then(|| word.to_uppercase())
}

/// Whether so many edits make one word of the other: a letter changed, left out, put in, or exchanged with the next. Short words only:
/// it tries every way.
fn differ_at_most(one: &[char], other: &[char], edits: usize) -> bool {
    match (one, other) {
        ([], rest) | (rest, []) => rest.len() <= edits,
        ([a, after_a @ ..], [b, after_b @ ..]) if a == b => differ_at_most(after_a, after_b, edits),
        ([a, after_a @ ..], [b, after_b @ ..]) => {
            let Some(left) = edits.checked_sub(1) else {
                return false;
            };
            let exchanged = match (after_a, after_b) {
                ([next_a, rest_a @ ..], [next_b, rest_b @ ..]) => {
                    next_a == b && next_b == a && differ_at_most(rest_a, rest_b, left)
                }
                _ => false,
            };
            exchanged
                || differ_at_most(after_a, after_b, left)
                || differ_at_most(after_a, other, left)
                || differ_at_most(one, after_b, left)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_members_are_told_it() {
        for (_, command) in SPELLINGS {
            for told in [command.as_str(), command.in_german()] {
                assert_eq!(CommandWord::read(told), Some(command), "{told}");
            }
        }
    }

    #[test]
    fn misspellings_are_seen_and_other_words_are_not() {
        for (typed, meant) in [
            ("INTEND", CommandWord::NameIntent),
            ("Intnet", CommandWord::NameIntent),
            ("CLOES", CommandWord::Close),
            ("close,", CommandWord::Close),
            ("closed", CommandWord::Close),
            ("TAEK", CommandWord::Take),
            ("NOTR", CommandWord::Note),
            ("teams", CommandWord::Team),
            ("spater", CommandWord::Later),
            ("Anligen", CommandWord::NameIntent),
            ("schliesen", CommandWord::Close),
        ] {
            let found = CommandWord::read(typed).or_else(|| CommandWord::misspelt(typed));
            assert_eq!(found, Some(meant), "{typed}");
        }
        for typed in [
            "done", "sent", "not", "black", "none", "tomorrow", "thanks", "hello", "yet", "ann",
            "sorry", "today", "", "…", "it",
        ] {
            assert_eq!(CommandWord::misspelt(typed), None, "{typed}");
            assert_eq!(CommandWord::read(typed), None, "{typed}");
        }
        let long = "CLOSE".repeat(100_000);
        assert_eq!(CommandWord::misspelt(&long), None);
    }
}
