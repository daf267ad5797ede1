//! A text as a sparse vector: TF-IDF (Spärck Jones 1972) over words and over letters, each of them with the same length whatever the text's.

use super::super::hashing::QuickMap;
use super::super::lexicon::Lexicon;
use super::super::words::words;
use super::features::{
    CONCEPT_WEIGHT, GRAM_WEIGHT, Gram, Met, Number, PAIR_WEIGHT, WORD_WEIGHT, WORDS_MAX, counted,
    each_gram,
};
use std::sync::LazyLock;

/// What words and letters weigh beside each other and beside the direction of the meaning.
const WORDS_WEIGHT: f32 = 0.7;
const LETTERS_WEIGHT: f32 = 0.7;
/// What a word that no example has counts for, as if a few examples in a hundred had it.
const UNKNOWN_WORD_WEIGHT: f64 = 5.0;

/// The words of a kind of thing, a list each, for people who say the same otherwise (`parcel`, `package`).
pub(super) static CONCEPTS: LazyLock<Lexicon> = LazyLock::new(|| {
    let file: std::collections::BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("../lexicon/concepts.toml")).unwrap_or_default();
    let mut lexicon = Lexicon::default();
    for (name, phrases) in file {
        lexicon.add(&name, &phrases);
    }
    lexicon
});

/// Features by number, in rising order.
pub(super) type Sparse = Vec<(Number, f32)>;

/// A text as numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Vector {
    pub(super) sparse: Sparse,
    /// The share of its words' weight that the examples know, 0 to 1.
    pub(super) known: f64,
    /// How many words it has.
    pub(super) length: usize,
}

/// A word of a text, with those of its features that are known.
#[derive(Clone, Debug)]
pub(super) struct Token {
    word: String,
    number: Option<Number>,
    grams: Vec<Number>,
}

impl AsRef<str> for Token {
    fn as_ref(&self) -> &str {
        &self.word
    }
}

/// The features of all examples and how rare each is.
///
/// A sentence is read once by itself and once more with its mail: that is why its words are looked up apart ([`Vocabulary::tokens`]).
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) words: QuickMap<Box<str>, Number>,
    /// By the numbers of both words; the first is none where the text begins.
    pub(super) pairs: QuickMap<(Option<Number>, Number), Number>,
    pub(super) grams: QuickMap<Gram, Number>,
    pub(super) concepts: QuickMap<&'static str, Number>,
    pub(super) rarity: Vec<f32>,
}

impl Vocabulary {
    pub(super) fn size(&self) -> usize {
        self.rarity.len()
    }

    /// The words of a text, looked up.
    pub(super) fn tokens(&self, text: &str) -> Vec<Token> {
        let words = words(text).into_iter().take(WORDS_MAX);
        words.map(|word| self.token(word)).collect()
    }

    fn token(&self, word: String) -> Token {
        let mut grams = Vec::with_capacity(word.len() * 3);
        each_gram(&word, |gram, _| grams.extend(self.grams.get(&gram)));
        Token {
            number: self.words.get(word.as_str()).copied(),
            grams,
            word,
        }
    }

    /// The vector of a row of words.
    pub(super) fn vector(&self, tokens: &[&Token]) -> Vector {
        let tokens = tokens.get(..WORDS_MAX).unwrap_or(tokens);
        let (mut words, mut pairs, mut letters) = (Vec::new(), Vec::new(), Vec::new());
        let mut unknown: Vec<&str> = Vec::new();
        let mut previous = Some(None);
        for token in tokens {
            let pair = previous.zip(token.number);
            let pair = pair.and_then(|pair| self.pairs.get(&pair));
            pairs.extend(pair);
            previous = token.number.map(Some);
            match token.number {
                Some(number) => words.push(number),
                None => unknown.push(&token.word),
            }
            letters.extend_from_slice(&token.grams);
        }
        let said = CONCEPTS.said(tokens).into_iter();
        let concepts = said.filter_map(|name| self.concepts.get(name));
        let words = counted(words, WORD_WEIGHT);
        unknown.sort_unstable();
        unknown.dedup();
        #[allow(clippy::cast_precision_loss)]
        let of_unknown = unknown.len() as f64 * UNKNOWN_WORD_WEIGHT;
        let known: f64 = words.iter().map(|(word, _)| self.rarity_of(*word)).sum();
        // Concepts, pairs, words: the order of their numbers.
        let mut all: Met = concepts.map(|number| (*number, CONCEPT_WEIGHT)).collect();
        all.extend(counted(pairs, PAIR_WEIGHT));
        all.extend(words);
        Vector {
            sparse: self.joined(&all, &counted(letters, GRAM_WEIGHT)),
            known: if tokens.is_empty() {
                0.0
            } else {
                known / (known + of_unknown)
            },
            length: tokens.len(),
        }
    }

    fn rarity_of(&self, number: Number) -> f64 {
        let rarity = self.rarity.get(number as usize);
        f64::from(rarity.copied().unwrap_or_default())
    }

    /// Words and letters, each in rising order, as one row of features.
    pub(super) fn joined(&self, words: &Met, letters: &Met) -> Sparse {
        let mut sparse = self.block(words, WORDS_WEIGHT);
        sparse.extend(self.block(letters, LETTERS_WEIGHT));
        // Stable, and made for rows in order.
        sparse.sort_by_key(|(feature, _)| *feature);
        sparse
    }

    /// One kind of features, made as long as its weight.
    fn block(&self, counts: &Met, weight: f32) -> Sparse {
        let mut block: Sparse = counts
            .iter()
            .filter_map(|(number, count)| {
                #[allow(clippy::cast_possible_truncation)]
                let frequency = if *count > 1.0 {
                    (1.0 + count.ln()) as f32
                } else {
                    *count as f32
                };
                Some((*number, frequency * self.rarity.get(*number as usize)?))
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
