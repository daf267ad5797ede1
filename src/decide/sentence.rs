//! A reason as a sentence: a pattern that is there in every language that we have words in, and the values that stand in its places. The
//! journal and the log keep the English; a person reads the language of their desk.

use std::fmt;

/// The same sentence in each language, with as many places `{}` as there are values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<const PLACES: usize> {
    english: &'static str,
    german: &'static str,
}

/// A pattern. A language that has another number of places does not compile, and neither does one that is missing.
pub(super) const fn both<const PLACES: usize>(
    english: &'static str,
    german: &'static str,
) -> Pattern<PLACES> {
    assert!(places(english) == PLACES && places(german) == PLACES);
    Pattern { english, german }
}

const fn places(pattern: &str) -> usize {
    let mut bytes = pattern.as_bytes();
    let mut found = 0;
    while let Some((first, rest)) = bytes.split_first() {
        if *first == b'{' {
            found += 1;
        }
        bytes = rest;
    }
    found
}

impl<const PLACES: usize> Pattern<PLACES> {
    /// The sentence with these values, in the order of the places.
    pub(super) fn with(self, values: [&dyn fmt::Display; PLACES]) -> Sentence {
        Sentence {
            english: filled(self.english, &values),
            german: Some(filled(self.german, &values)),
        }
    }
}

/// A sentence that staff understand, in each language that we have words in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    english: String,
    german: Option<String>,
}

impl Sentence {
    /// A sentence that is there in English only: what a member did, or what a part of us said when it failed.
    #[must_use]
    pub const fn in_english(words: String) -> Self {
        Self {
            english: words,
            german: None,
        }
    }

    /// In English: for the journal, the log and whoever runs the desk.
    #[must_use]
    pub fn english(&self) -> &str {
        &self.english
    }

    /// In German, or in English where it is not there.
    #[must_use]
    pub fn german(&self) -> &str {
        self.german.as_deref().unwrap_or(&self.english)
    }
}

impl From<Pattern<0>> for Sentence {
    fn from(pattern: Pattern<0>) -> Self {
        pattern.with([])
    }
}

/// In English.
impl fmt::Display for Sentence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.english)
    }
}

/// Values are not looked at again: one with braces in it stays as it is.
fn filled(pattern: &str, values: &[&dyn fmt::Display]) -> String {
    let mut text = String::new();
    let mut values = values.iter();
    let mut pieces = pattern.split("{}");
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        if let Some(value) = values.next() {
            text.push_str(&value.to_string());
        }
        text.push_str(piece);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: Pattern<2> = both("near {} ({})", "nahe an {} ({})");

    #[test]
    fn values_stand_in_their_places_in_each_language() {
        let sentence = NEAR.with([&"{}", &0.5]);
        assert_eq!(sentence.english(), "near {} (0.5)");
        assert_eq!(sentence.german(), "nahe an {} (0.5)");
        assert_eq!(sentence.to_string(), sentence.english());
    }

    #[test]
    fn what_is_there_in_english_only_is_said_in_english() {
        let sentence = Sentence::in_english("kim took it".to_owned());
        assert_eq!(sentence.german(), "kim took it");
    }
}
