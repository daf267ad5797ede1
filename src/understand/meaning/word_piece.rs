//! Into which pieces does a model cut a text? WordPiece as BERT does it (Devlin et al. 2018; Wu et al. 2016): lower case, accents off, blanks
//! around punctuation and around Chinese characters, then for each word the longest pieces that the vocabulary knows.

use super::ModelError;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// A longer word is unknown as a whole, as in the original.
const WORD_MAX_CHARS: usize = 100;
/// The largest vocabulary file that is read.
const VOCABULARY_MAX_BYTES: u64 = 32 * 1024 * 1024;

#[derive(Deserialize)]
struct TokenizerFile {
    normalizer: Option<Normalizer>,
    model: ModelPart,
}

#[derive(Deserialize)]
struct Normalizer {
    #[serde(default = "yes")]
    lowercase: bool,
    strip_accents: Option<bool>,
}

#[derive(Deserialize)]
struct ModelPart {
    vocab: HashMap<String, u32>,
    #[serde(default = "continuing")]
    continuing_subword_prefix: String,
}

fn yes() -> bool {
    true
}

fn continuing() -> String {
    "##".to_owned()
}

/// A vocabulary and how it is used.
#[derive(Debug)]
pub(super) struct WordPiece {
    /// Pieces at the beginning of a word.
    beginnings: HashMap<String, u32>,
    /// Pieces further on, without their mark.
    continuations: HashMap<String, u32>,
    lowercase: bool,
    strip_accents: bool,
    /// `[UNK]`, where the vocabulary has it.
    pub(super) unknown: Option<u32>,
    /// `[CLS]`, before each text.
    pub(super) first: Option<u32>,
    /// `[SEP]`, behind each text.
    pub(super) last: Option<u32>,
}

impl WordPiece {
    /// Reads `tokenizer.json` in a model's folder.
    pub(super) fn load(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("tokenizer.json");
        let failed = |why: String| ModelError::new(folder, format!("{}: {why}", path.display()));
        let size = std::fs::metadata(&path)
            .map_err(|error| failed(error.to_string()))?
            .len();
        if size > VOCABULARY_MAX_BYTES {
            return Err(failed("it is larger than 32 MB".to_owned()));
        }
        let content = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
        let file: TokenizerFile = serde_json::from_str(&content)
            .map_err(|error| failed(format!("{error}; only WordPiece vocabularies are read")))?;
        Ok(Self::new(
            file.model.vocab,
            &file.model.continuing_subword_prefix,
            file.normalizer.as_ref().is_none_or(|one| one.lowercase),
            file.normalizer.as_ref().and_then(|one| one.strip_accents),
        ))
    }

    fn new(
        vocabulary: HashMap<String, u32>,
        continuing: &str,
        lowercase: bool,
        strip_accents: Option<bool>,
    ) -> Self {
        let special = |name: &str| vocabulary.get(name).copied();
        let (unknown, first, last) = (special("[UNK]"), special("[CLS]"), special("[SEP]"));
        let mut beginnings = HashMap::new();
        let mut continuations = HashMap::new();
        for (piece, number) in vocabulary {
            match piece.strip_prefix(continuing) {
                Some(rest) if !rest.is_empty() => continuations.insert(rest.to_owned(), number),
                _ => beginnings.insert(piece, number),
            };
        }
        Self {
            beginnings,
            continuations,
            lowercase,
            strip_accents: strip_accents.unwrap_or(lowercase),
            unknown,
            first,
            last,
        }
    }

    /// The pieces of a text, at most so many, without `[CLS]` and `[SEP]`.
    pub(super) fn pieces(&self, text: &str, most: usize) -> Vec<u32> {
        let mut pieces = Vec::new();
        for word in self.words(text) {
            if pieces.len() >= most {
                break;
            }
            self.cut(&word, &mut pieces);
        }
        pieces.truncate(most);
        pieces
    }

    fn words(&self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut word = String::new();
        for character in text.chars() {
            if character == '\0' || character == '\u{fffd}' || is_control(character) {
                continue;
            }
            if character.is_whitespace() {
                end(&mut words, &mut word);
            } else if is_ideograph(character) || is_punctuation(character) {
                end(&mut words, &mut word);
                words.push(character.to_string());
            } else {
                word.push(character);
            }
        }
        end(&mut words, &mut word);
        words.iter().map(|word| self.normal(word)).collect()
    }

    fn normal(&self, word: &str) -> String {
        if word.is_ascii() {
            return if self.lowercase {
                word.to_ascii_lowercase()
            } else {
                word.to_owned()
            };
        }
        let lower = if self.lowercase {
            word.to_lowercase()
        } else {
            word.to_owned()
        };
        if self.strip_accents {
            lower.nfd().filter(|c| !is_mark(*c)).collect()
        } else {
            lower
        }
    }

    fn cut(&self, word: &str, pieces: &mut Vec<u32>) {
        let begin = pieces.len();
        let mut rest = word;
        if word.chars().nth(WORD_MAX_CHARS).is_some() {
            pieces.extend(self.unknown);
            return;
        }
        while !rest.is_empty() {
            let known = if rest.len() == word.len() {
                &self.beginnings
            } else {
                &self.continuations
            };
            let found = rest
                .char_indices()
                .map(|(at, character)| at + character.len_utf8())
                .rev()
                .find_map(|end| {
                    let (piece, after) = rest.split_at_checked(end)?;
                    known.get(piece).map(|number| (*number, after))
                });
            let Some((number, after)) = found else {
                // A word with a piece that nobody knows is unknown as a whole.
                pieces.truncate(begin);
                pieces.extend(self.unknown);
                return;
            };
            pieces.push(number);
            rest = after;
        }
    }
}

fn end(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

fn is_control(character: char) -> bool {
    !matches!(character, '\t' | '\n' | '\r')
        && (character.is_control() || crate::mail::is_invisible_control(character))
}

/// Combining accents.
fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// Punctuation as BERT sees it: every ASCII sign that is no letter or digit, and what Unicode calls punctuation.
fn is_punctuation(character: char) -> bool {
    character.is_ascii_punctuation()
        || matches!(character,
            '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
            | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}'
            | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{ff01}'..='\u{ff0f}'
            | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff3d}' | '\u{ff5b}'..='\u{ff65}')
}

fn is_ideograph(character: char) -> bool {
    matches!(character,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ceaf}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> WordPiece {
        let pieces = [
            "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "cafe", "!", "中", "##é", "bike",
            "##s",
        ];
        let numbered = (0..).zip(pieces).map(|(n, piece)| (piece.to_owned(), n));
        WordPiece::new(numbered.collect(), "##", true, None)
    }

    #[test]
    fn words_are_cut_into_the_longest_known_pieces() {
        let cut = |text: &str| vocabulary().pieces(text, 99);
        assert_eq!(cut("Unaffable bikes!"), [3, 4, 5, 10, 11, 7]);
        assert_eq!(cut("café CAFÉ"), [6, 6]);
        assert_eq!(cut("中bike中"), [8, 10, 8]);
        assert_eq!(cut("unknowable"), [0]);
        assert_eq!(cut(&"a".repeat(101)), [0]);
        assert_eq!(cut("un\u{0}aff\u{200b}able"), [3, 4, 5]);
        assert_eq!(vocabulary().pieces("bikes bikes", 3), [10, 11, 10]);
    }
}
