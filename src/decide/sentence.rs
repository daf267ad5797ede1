//! A reason as a sentence: a pattern that is there in every language that we have words in, and the values that stand in its places. The
//! journal and the log keep the English; a person reads the language of their desk.

use super::sentences;
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

/// What stands in a place of a pattern.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// A name or a number: the same in every language.
    Same(&'a dyn fmt::Display),
    /// Words, which are there in each language.
    Words(&'a Sentence),
}

impl<const PLACES: usize> Pattern<PLACES> {
    /// The sentence with these values, the same in every language, in the order of the places.
    pub(super) fn with(self, values: [&dyn fmt::Display; PLACES]) -> Sentence {
        self.around(values.map(Value::Same))
    }

    /// The sentence with values some of which are sentences themselves, in the order of the places.
    pub(super) fn around(self, values: [Value<'_>; PLACES]) -> Sentence {
        Sentence {
            english: filled(self.english, &values, Sentence::english),
            german: filled(self.german, &values, Sentence::german),
        }
    }
}

/// A sentence that staff understand, in each language that we have words in; there is none without German. What a part of us said when it
/// failed stands in one as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    english: String,
    german: String,
}

impl Sentence {
    /// Words in each language that no pattern makes: a moment, names in a row.
    pub(super) const fn in_each(english: String, german: String) -> Self {
        Self { english, german }
    }

    /// That a mail of ours could not be written, which nobody foresaw: `error` is what the writer said of it.
    #[must_use]
    pub fn could_not_be_written(error: &dyn fmt::Display) -> Self {
        sentences::NOT_WRITTEN.with([error])
    }

    /// The same words in every language, for tests that are about something else.
    #[cfg(test)]
    pub(crate) fn same_in_each(words: String) -> Self {
        Self {
            german: words.clone(),
            english: words,
        }
    }

    /// In English: for the journal, the log and whoever runs the desk.
    #[must_use]
    pub fn english(&self) -> &str {
        &self.english
    }

    /// In German: for whoever works in it.
    #[must_use]
    pub fn german(&self) -> &str {
        &self.german
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
fn filled(pattern: &str, values: &[Value<'_>], in_language: impl Fn(&Sentence) -> &str) -> String {
    let mut text = String::new();
    let mut values = values.iter();
    let mut pieces = pattern.split("{}");
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        if let Some(value) = values.next() {
            match value {
                Value::Same(value) => text.push_str(&value.to_string()),
                Value::Words(words) => text.push_str(in_language(words)),
            }
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
    fn a_sentence_within_a_sentence_is_said_in_the_same_language() {
        let inner = NEAR.with([&"hours", &1]);
        let sentence = NEAR.around([Value::Words(&inner), Value::Same(&"{}")]);
        assert_eq!(sentence.english(), "near near hours (1) ({})");
        assert_eq!(sentence.german(), "nahe an nahe an hours (1) ({})");
    }
}
