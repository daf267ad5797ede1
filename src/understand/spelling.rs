//! Key words with one slip of the finger: `solicitr`, `hosptial`, `Rechtsanwlat`. Only for words that are listed, long enough
//! and unlike other words; one letter too many, too few, wrong, or two swapped; the first letter right. And German umlauts that
//! are spelt out.

use super::hashing::QuickMap;
use std::collections::BTreeMap;

/// Shorter words have too many neighbours.
const SHORTEST: usize = 6;
/// Longer ones are not looked at: nobody types them.
const LONGEST: usize = 24;

/// The listed words, and each of them with a letter left out.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    known: QuickMap<String, usize>,
    shortened: QuickMap<String, usize>,
    /// How the listed words begin, as bits: most words begin otherwise, and cannot be near to any.
    first_letters: u64,
    words: Vec<String>,
    umlaut_stems: Vec<String>,
}

impl Spelling {
    /// The words of `lexicon/spelling.toml`; those of `unlike` are words of their own right.
    pub(super) fn new() -> Self {
        let file: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(include_str!("lexicon/spelling.toml")).unwrap_or_default();
        let mut spelling = Self::default();
        let words = |list: &str| {
            file.get(list)
                .into_iter()
                .flat_map(BTreeMap::values)
                .flatten()
        };
        for word in words("key") {
            let number = spelling.words.len();
            spelling.words.push(word.clone());
            spelling.known.insert(word.clone(), number);
            spelling.first_letters |= first_letter(word);
            for shorter in without_a_letter(word) {
                spelling.shortened.entry(shorter).or_insert(number);
            }
        }
        for word in words("unlike") {
            let number = spelling.words.len();
            spelling.words.push(word.clone());
            spelling.known.insert(word.clone(), number);
            spelling.first_letters |= first_letter(word);
        }
        spelling.umlaut_stems = words("umlaut").cloned().collect();
        spelling
    }

    /// Puts right what is one slip away from a listed word. At most a few look-ups a word.
    pub(super) fn correct(&self, words: &mut [String]) {
        for word in words {
            if let Some(folded) = self.without_spelt_out_umlauts(word) {
                *word = folded;
            }
            let length = word.len();
            if !(SHORTEST..=LONGEST).contains(&length)
                || self.first_letters & first_letter(word) == 0
                || self.known.contains_key(word)
            {
                continue;
            }
            if let Some(right) = self.nearest(word) {
                right.clone_into(word);
            }
        }
    }

    /// `gestuerzt` as the lists write it: `gesturzt`.
    fn without_spelt_out_umlauts(&self, word: &str) -> Option<String> {
        const PAIRS: [(&str, &str); 3] = [("ae", "a"), ("oe", "o"), ("ue", "u")];
        let pairs = || word.as_bytes().array_windows::<2>();
        if word.len() > LONGEST || !pairs().any(|[a, b]| *b == b'e' && b"aou".contains(a)) {
            return None;
        }
        let folded = PAIRS.iter().fold(word.to_owned(), |text, (pair, letter)| {
            text.replace(pair, letter)
        });
        let is_listed = |stem: &String| folded.starts_with(stem.as_str());
        self.umlaut_stems.iter().any(is_listed).then_some(folded)
    }

    fn nearest(&self, word: &str) -> Option<&str> {
        let is_near = |number: &usize| {
            let right = self.words.get(*number)?;
            (right.as_bytes().first() == word.as_bytes().first() && is_one_slip(word, right))
                .then_some(right.as_str())
        };
        // A letter too few.
        if let Some(right) = self.shortened.get(word).and_then(is_near) {
            return Some(right);
        }
        let mut shorter = String::with_capacity(word.len());
        word.char_indices().find_map(|(left_out, letter)| {
            shorter.clear();
            shorter.push_str(word.get(..left_out).unwrap_or_default());
            let behind = word.get(left_out + letter.len_utf8()..);
            shorter.push_str(behind.unwrap_or_default());
            // A letter too many; a wrong letter or two swapped.
            let long = self.known.get(&shorter).and_then(is_near);
            long.or_else(|| self.shortened.get(&shorter).and_then(is_near))
        })
    }
}

fn first_letter(word: &str) -> u64 {
    let first = word.as_bytes().first().copied().unwrap_or_default();
    1 << (first % 64)
}

fn without_a_letter(word: &str) -> impl Iterator<Item = String> + '_ {
    word.char_indices().map(|(left_out, _)| {
        word.char_indices()
            .filter(|(at, _)| *at != left_out)
            .map(|(_, c)| c)
            .collect()
    })
}

/// One letter more, less or other, or two neighbours swapped.
fn is_one_slip(word: &str, right: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), right.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = |row: &[char], from: usize| row.get(from..).unwrap_or_default().to_vec();
    let (tail_a, tail_b) = (rest(&a, same), rest(&b, same));
    rest(&tail_a, 1) == tail_b
        || tail_a == rest(&tail_b, 1)
        || rest(&tail_a, 1) == rest(&tail_b, 1)
        || (tail_a.len() >= 2
            && tail_a.first() == tail_b.get(1)
            && tail_a.get(1) == tail_b.first()
            && rest(&tail_a, 2) == rest(&tail_b, 2))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[test]
    fn one_slip_is_put_right_and_other_words_stay() {
        let spelling = Spelling::new();
        for (text, expected) in [
            ("my solicitr", "my solicitor"),
            ("the hosptial", "the hospital"),
            ("ombudsmann", "ombudsman"),
            ("lawyyer", "lawyer"),
            ("layers insured backed", "layers insured backed"),
            ("hospitality", "hospitality"),
            ("ich bin gestuerzt", "ich bin gesturzt"),
            ("aktuell blue steuer does", "aktuell blue steuer does"),
        ] {
            let mut row = words(text);
            spelling.correct(&mut row);
            assert_eq!(row.join(" "), expected);
        }
    }
}
