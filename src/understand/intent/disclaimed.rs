//! Does a mail say what it is not about (`Not the care plan thing, proper insurance`)? Reads hostile input; pure.
//!
//! Words that name an article speak for it, whatever stands before them; a short clause that sets them aside speaks against it.

use super::super::lexicon::Lexicon;
use super::super::prepare::Sentence;
use super::super::words::words;
use crate::config::IntentName;
use crate::knowledge::Knowledge;
use std::collections::{BTreeMap, BTreeSet};

/// A longer clause tells something (`not the first time that my invoice is missing`).
const CLAUSE_MAX_WORDS: usize = 6;
/// A clause this short names the article with one of its words; a longer one with two.
const SHORT_CLAUSE_WORDS: usize = 4;
/// Shorter words name nothing.
const NAME_MIN_LETTERS: usize = 4;
/// Where the words that set aside may begin (`and not about …`).
const BEGINNING_WORDS: usize = 1;

/// Finds what a mail sets aside.
#[derive(Debug)]
pub(super) struct Disclaimers {
    lexicon: Lexicon,
    /// The words that name each article, in every language that it has: from its intent and its titles.
    names: BTreeMap<IntentName, BTreeSet<String>>,
}

impl Disclaimers {
    pub(super) fn new(knowledge: &Knowledge) -> Self {
        let names = knowledge.topics.iter().map(|(intent, topic)| {
            let titles = topic
                .articles
                .values()
                .map(|article| article.title.as_str());
            let words = titles.chain([intent.0.as_str()]).flat_map(words);
            let telling = words.filter(|word| word.chars().count() >= NAME_MIN_LETTERS);
            (intent.clone(), telling.collect())
        });
        Self {
            lexicon: Lexicon::read(include_str!("../lexicon/requests.toml")),
            names: names.collect(),
        }
    }

    /// Whether a sentence says that it is not about this article.
    pub(super) fn sets_aside(&self, sentence: &Sentence, intent: &IntentName) -> bool {
        let Some(names) = self.names.get(intent) else {
            return false;
        };
        clauses(sentence).any(|clause| {
            let named: BTreeSet<&String> = clause
                .iter()
                .copied()
                .filter(|word| names.contains(*word))
                .collect();
            let enough = if clause.len() <= SHORT_CLAUSE_WORDS {
                1
            } else {
                2
            };
            let row: Vec<String> = clause.iter().map(|word| (*word).clone()).collect();
            named.len() >= enough
                && clause.len() <= CLAUSE_MAX_WORDS
                && self
                    .lexicon
                    .hits("sets_aside", &row)
                    .iter()
                    .any(|hit| hit.start <= BEGINNING_WORDS)
        })
    }
}

/// The words of each clause.
fn clauses(sentence: &Sentence) -> impl Iterator<Item = Vec<&String>> {
    let last = sentence.own_clauses.last().copied().unwrap_or_default();
    (0..=last).map(move |number| {
        let numbered = sentence.own_words.iter().zip(&sentence.own_clauses);
        numbered
            .filter(|(_, clause)| **clause == number)
            .map(|(word, _)| word)
            .collect()
    })
}
