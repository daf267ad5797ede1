//! A text as names with counts: words, pairs of words and what they speak of; the letters of its words. And as a direction: what it means.

use super::super::lexicon::Lexicon;
use super::super::words::words;
use std::collections::BTreeMap;

/// The most words of one text that are looked at.
const WORDS_MAX: usize = 400;
/// The most letters of one word.
const LETTERS_MAX: usize = 30;
/// What a text speaks of counts as much as a few of its words.
const CONCEPT_WEIGHT: f64 = 3.0;

/// The counts of one text, by name.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Words, pairs of words, and what they speak of.
    pub(super) words: BTreeMap<String, f64>,
    /// Three to five letters in a row, with the ends of words.
    pub(super) letters: BTreeMap<String, f64>,
    /// How many words there were.
    pub(super) length: usize,
}

/// Counts the features of a text by name.
pub(super) fn count(text: &str, concepts: &[(String, Lexicon)]) -> Counts {
    let all: Vec<String> = words(text).into_iter().take(WORDS_MAX).collect();
    let mut counts = Counts {
        length: all.len(),
        ..Counts::default()
    };
    let mut previous = "^";
    for word in &all {
        add(&mut counts.words, format!("w {word}"), 1.0);
        add(&mut counts.words, format!("p {previous} {word}"), 0.7);
        previous = word;
        let framed: Vec<char> = std::iter::once(' ')
            .chain(word.chars().take(LETTERS_MAX))
            .chain([' '])
            .collect();
        for length in 3..=5 {
            for gram in framed.windows(length) {
                add(&mut counts.letters, gram.iter().collect(), 1.0);
            }
        }
    }
    for (name, lexicon) in concepts {
        if lexicon.has("words", &all) {
            add(&mut counts.words, format!("c {name}"), CONCEPT_WEIGHT);
        }
    }
    counts
}

fn add(counts: &mut BTreeMap<String, f64>, name: String, weight: f64) {
    *counts.entry(name).or_insert(0.0) += weight;
}

/// Whether the name of a feature is that of a word by itself.
pub(super) fn is_word(name: &str) -> bool {
    name.starts_with("w ")
}
