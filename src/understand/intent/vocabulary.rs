//! A text as a sparse vector: TF-IDF (Spärck Jones 1972) over words and over letters, each of them with the same length whatever the text's.

use super::super::lexicon::Lexicon;
use super::features::{Counts, count, is_word};
use std::collections::BTreeMap;

/// What words and letters weigh beside each other and beside the direction of the meaning.
const WORDS_WEIGHT: f32 = 0.7;
const LETTERS_WEIGHT: f32 = 0.7;
/// What a word that no example has counts for, as if a few examples in a hundred had it.
const UNKNOWN_WORD_WEIGHT: f64 = 5.0;

/// Features by number, in rising order.
pub(super) type Sparse = Vec<(usize, f32)>;

/// A text as numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Vector {
    pub(super) sparse: Sparse,
    /// The share of its words' weight that the examples know, 0 to 1.
    pub(super) known: f64,
    /// How many words it has.
    pub(super) length: usize,
}

/// The features of all examples and how rare each is.
#[derive(Debug)]
pub(super) struct Vocabulary {
    numbers: BTreeMap<String, usize>,
    rarity: Vec<f32>,
    concepts: Vec<(String, Lexicon)>,
}

impl Vocabulary {
    /// Learns the features of examples; gives their vectors too.
    pub(super) fn learn(texts: &[&str], concepts: Vec<(String, Lexicon)>) -> (Self, Vec<Vector>) {
        let counted: Vec<Counts> = texts.iter().map(|text| count(text, &concepts)).collect();
        let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
        for counts in &counted {
            for name in counts.words.keys().chain(counts.letters.keys()) {
                *frequency.entry(name).or_insert(0) += 1;
            }
        }
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        let rarity = frequency
            .values()
            .map(|seen| (((1 + texts.len()) as f64 / (1 + seen) as f64).ln() + 1.0) as f32)
            .collect();
        let numbers = frequency
            .keys()
            .enumerate()
            .map(|(index, name)| ((*name).to_owned(), index))
            .collect();
        let vocabulary = Self {
            numbers,
            rarity,
            concepts,
        };
        let vectors = counted
            .iter()
            .map(|counts| vocabulary.vector_of(counts))
            .collect();
        (vocabulary, vectors)
    }

    pub(super) fn size(&self) -> usize {
        self.rarity.len()
    }

    /// The vector of a text.
    pub(super) fn vector(&self, text: &str) -> Vector {
        self.vector_of(&count(text, &self.concepts))
    }

    fn vector_of(&self, counts: &Counts) -> Vector {
        let mut sparse = self.block(&counts.words, WORDS_WEIGHT);
        sparse.extend(self.block(&counts.letters, LETTERS_WEIGHT));
        sparse.sort_by_key(|(feature, _)| *feature);
        let (mut known, mut whole) = (0.0, 0.0);
        for name in counts.words.keys().filter(|name| is_word(name)) {
            let rarity = self
                .numbers
                .get(name)
                .and_then(|number| self.rarity.get(*number));
            known += rarity.map_or(0.0, |rarity| f64::from(*rarity));
            whole += rarity.map_or(UNKNOWN_WORD_WEIGHT, |rarity| f64::from(*rarity));
        }
        Vector {
            sparse,
            known: if whole > 0.0 { known / whole } else { 0.0 },
            length: counts.length,
        }
    }

    /// One kind of features, made as long as its weight.
    fn block(&self, counts: &BTreeMap<String, f64>, weight: f32) -> Sparse {
        let mut block: Sparse = counts
            .iter()
            .filter_map(|(name, count)| {
                let number = *self.numbers.get(name)?;
                #[allow(clippy::cast_possible_truncation)]
                let frequency = if *count > 1.0 {
                    (1.0 + count.ln()) as f32
                } else {
                    *count as f32
                };
                Some((number, frequency * self.rarity.get(number)?))
            })
            .collect();
        let length = block.iter().map(|(_, x)| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            for (_, x) in &mut block {
                *x *= weight / length;
            }
        }
        block
    }
}
