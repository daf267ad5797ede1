//! A vocabulary in the making: features are numbered as they are met, and again in the order of their names once all are known, so that the
//! same examples give the same numbers.

use super::super::words::words;
use super::features::{
    CONCEPT_WEIGHT, GRAM_WEIGHT, Gram, Met, Number, PAIR_WEIGHT, START, WORD_WEIGHT, WORDS_MAX,
    counted, each_gram,
};
use super::vocabulary::{CONCEPTS, Sparse, Vocabulary};
use std::collections::HashMap;
use std::hash::Hash;

/// What was met so far, each with a number for now. Here the tables are those that withstand chosen keys.
#[derive(Default)]
struct Draft {
    words: HashMap<String, Number>,
    pairs: HashMap<(Option<Number>, Number), Number>,
    grams: HashMap<Gram, Number>,
    concepts: HashMap<&'static str, Number>,
    /// By number for now.
    names: Vec<String>,
    /// In how many texts each was met.
    frequency: Vec<usize>,
}

/// The number for now of a feature; a new one where it was not met before.
fn number<K: Hash + Eq>(
    table: &mut HashMap<K, Number>,
    key: K,
    names: &mut Vec<String>,
    name: impl FnOnce() -> String,
) -> Number {
    *table.entry(key).or_insert_with(|| {
        names.push(name());
        Number::try_from(names.len() - 1).unwrap_or(Number::MAX)
    })
}

impl Draft {
    /// Words with pairs and what they speak of, and letters, by numbers for now.
    fn read(&mut self, text: &str) -> (Met, Met) {
        let all: Vec<String> = words(text).into_iter().take(WORDS_MAX).collect();
        let (mut own, mut pairs, mut letters) = (Vec::new(), Vec::new(), Vec::new());
        let names = &mut self.names;
        let (mut previous, mut before) = (None, START);
        for word in &all {
            let this = number(&mut self.words, word.clone(), names, || format!("w {word}"));
            own.push(this);
            let name = || format!("p {before} {word}");
            let pair = number(&mut self.pairs, (previous, this), names, name);
            pairs.push(pair);
            (previous, before) = (Some(this), word);
            each_gram(word, |gram, row| {
                let gram = number(&mut self.grams, gram, names, || row.iter().collect());
                letters.push(gram);
            });
        }
        let mut met = counted(own, WORD_WEIGHT);
        met.extend(counted(pairs, PAIR_WEIGHT));
        for concept in CONCEPTS.said(&all) {
            let name = || format!("c {concept}");
            let concept = number(&mut self.concepts, concept, names, name);
            met.push((concept, CONCEPT_WEIGHT));
        }
        let letters = counted(letters, GRAM_WEIGHT);
        self.frequency.resize(self.names.len(), 0);
        for (number, _) in met.iter().chain(&letters) {
            if let Some(frequency) = self.frequency.get_mut(*number as usize) {
                *frequency += 1;
            }
        }
        (met, letters)
    }

    /// For each number for now the one in the order of names.
    fn in_order(&mut self) -> Vec<Number> {
        let mut names: Vec<(String, Number)> = std::mem::take(&mut self.names)
            .into_iter()
            .zip(0..)
            .collect();
        names.sort_unstable();
        let mut numbers = vec![0; names.len()];
        for ((_, for_now), number) in names.into_iter().zip(0..) {
            if let Some(cell) = numbers.get_mut(for_now as usize) {
                *cell = number;
            }
        }
        numbers
    }
}

/// Learns the features of examples; gives their vectors too.
pub(super) fn learn(texts: &[&str]) -> (Vocabulary, Vec<Sparse>) {
    let mut draft = Draft::default();
    let read: Vec<(Met, Met)> = texts.iter().map(|text| draft.read(text)).collect();
    let numbers = draft.in_order();
    let of = |for_now: Number| numbers.get(for_now as usize).copied().unwrap_or_default();
    let mut rarity = vec![0.0; numbers.len()];
    for (number, seen) in numbers.iter().zip(&draft.frequency) {
        if let Some(cell) = rarity.get_mut(*number as usize) {
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
            let rare = (((1 + texts.len()) as f64 / (1 + seen) as f64).ln() + 1.0) as f32;
            *cell = rare;
        }
    }
    let words = draft.words.into_iter();
    let pairs = draft.pairs.into_iter();
    let grams = draft.grams.into_iter();
    let concepts = draft.concepts.into_iter();
    let vocabulary = Vocabulary {
        words: words.map(|(word, it)| (word.into(), of(it))).collect(),
        pairs: pairs
            .map(|((first, second), it)| ((first.map(of), of(second)), of(it)))
            .collect(),
        grams: grams.map(|(gram, it)| (gram, of(it))).collect(),
        concepts: concepts.map(|(concept, it)| (concept, of(it))).collect(),
        rarity,
    };
    let final_numbers = |met: Met| -> Met {
        let mut met: Met = met.into_iter().map(|(it, count)| (of(it), count)).collect();
        met.sort_unstable_by_key(|(number, _)| *number);
        met
    };
    let vectors = read
        .into_iter()
        .map(|(met, letters)| vocabulary.joined(&final_numbers(met), &final_numbers(letters)))
        .collect();
    (vocabulary, vectors)
}
