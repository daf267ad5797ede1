//! What of a text counts: its words, pairs of them, what they speak of, and three to five of their letters in a row.

/// The most words of one text that are looked at.
pub(super) const WORDS_MAX: usize = 400;
/// The most letters of one word.
const LETTERS_MAX: usize = 30;
/// What a word, a pair of words and what a text speaks of count each time; the last as much as a few words.
pub(super) const WORD_WEIGHT: f64 = 1.0;
pub(super) const PAIR_WEIGHT: f64 = 0.7;
pub(super) const CONCEPT_WEIGHT: f64 = 3.0;
/// What a row of letters counts each time.
pub(super) const GRAM_WEIGHT: f64 = 1.0;
/// What stands before the first word.
pub(super) const START: &str = "^";

/// The number of a feature.
pub(super) type Number = u32;

/// Three to five letters in a row, packed: 21 bits a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Gram(u64, u64);

impl Gram {
    fn of(letters: &[char]) -> Self {
        let packed = letters.iter().fold(0_u128, |packed, letter| {
            packed << 21 | u128::from(u32::from(*letter))
        });
        #[allow(clippy::cast_possible_truncation)]
        let (high, low) = ((packed >> 64) as u64, packed as u64);
        Self(high, low)
    }
}

/// Every row of three to five letters of a word, with its ends.
pub(super) fn each_gram(word: &str, mut see: impl FnMut(Gram, &[char])) {
    let framed: Vec<char> = std::iter::once(' ')
        .chain(word.chars().take(LETTERS_MAX))
        .chain([' '])
        .collect();
    for length in 3..=5 {
        for letters in framed.windows(length) {
            see(Gram::of(letters), letters);
        }
    }
}

/// Features of one kind that were met, by number, and what each counts.
pub(super) type Met = Vec<(Number, f64)>;

/// What each feature counts that was met so often, in rising order of their numbers; `weight`: each time.
pub(super) fn counted(mut numbers: Vec<Number>, weight: f64) -> Met {
    numbers.sort_unstable();
    let mut met = Met::with_capacity(numbers.len());
    for number in numbers {
        match met.last_mut() {
            Some((last, count)) if *last == number => *count += weight,
            _ => met.push((number, weight)),
        }
    }
    met
}
