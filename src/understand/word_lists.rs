//! Which of several languages' lists hold a word? One look-up tells it for all of them together.

use super::hashing::QuickMap;

/// Seven lists of words, one a language; a word may stand in several.
#[derive(Debug)]
pub(super) struct WordLists(QuickMap<&'static str, u8>);

impl WordLists {
    /// `lists`: the code of a language, and its words with blanks between.
    pub(super) fn new(lists: &[(&'static str, &'static str); 7]) -> Self {
        let mut of_word: QuickMap<&'static str, u8> = QuickMap::default();
        for (number, (_, list)) in lists.iter().enumerate() {
            for word in list.split(' ') {
                *of_word.entry(word).or_default() |= 1 << number;
            }
        }
        Self(of_word)
    }

    /// How many of these words stand in each list.
    pub(super) fn count<'a>(&self, words: impl Iterator<Item = &'a str>) -> [usize; 7] {
        let mut counts = [0; 7];
        for lists in words.filter_map(|word| self.0.get(word)) {
            for (number, count) in counts.iter_mut().enumerate() {
                *count += usize::from(lists >> number & 1);
            }
        }
        counts
    }
}
