//! A text as a sparse vector: words, pairs of words, character 3- to 5-grams, and what they speak of.

use super::super::lexicon::Lexicon;
use super::super::words::words;
use std::collections::BTreeMap;

/// The most words of one text that are looked at.
const WORDS_MAX: usize = 400;

/// Counts the features of a text by name.
pub(super) fn count(text: &str, concepts: &[(String, Lexicon)]) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    let all: Vec<String> = words(text).into_iter().take(WORDS_MAX).collect();
    let mut add = |name: String, weight: f64| *counts.entry(name).or_insert(0.0) += weight;
    let mut previous = "^";
    for word in &all {
        add(format!("w {word}"), 1.0);
        add(format!("p {previous} {word}"), 0.7);
        previous = word;
        // The ends of a word are part of its shape.
        let framed: Vec<char> = std::iter::once(' ')
            .chain(word.chars().take(30))
            .chain([' '])
            .collect();
        for length in 3..=5 {
            for gram in framed.windows(length) {
                add(gram.iter().collect(), 0.35);
            }
        }
    }
    for (name, lexicon) in concepts {
        if lexicon.has("words", &all) {
            add(format!("c {name}"), 3.5);
        }
    }
    counts
}
