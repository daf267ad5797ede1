//! Directions that were computed before, by what the text is: articles' phrases mean the same at the next start. Texts are kept as hashes alone.

use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// The most directions that are kept: some 60 MB. A desk has a few hundred phrases.
const DIRECTIONS_MAX: usize = 40_000;
/// What a file of directions begins with; another form gets another word.
const MARK: &[u8; 8] = b"hodirec1";
/// The length of the check at the end of the file.
const CHECK_BYTES: usize = 32;

pub(super) type Key = [u8; 16];

/// Directions by text.
#[derive(Debug, Default)]
pub(super) struct Kept {
    directions: HashMap<Key, Known>,
}

#[derive(Debug)]
struct Known {
    direction: Vec<f32>,
    /// Since the unused ones were last forgotten.
    used: bool,
}

/// What a text is kept under.
pub(super) fn key(text: &str) -> Key {
    let hash = Sha256::digest(text.as_bytes());
    let mut key = Key::default();
    for (cell, byte) in key.iter_mut().zip(hash.iter()) {
        *cell = *byte;
    }
    key
}

impl Kept {
    /// The direction of a text, where it is known.
    pub(super) fn get(&mut self, text: &str) -> Option<Vec<f32>> {
        let known = self.directions.get_mut(&key(text))?;
        known.used = true;
        Some(known.direction.clone())
    }

    /// Keeps the direction of a text; beyond the most it is not kept.
    pub(super) fn put(&mut self, text: &str, direction: Vec<f32>) {
        self.put_key(key(text), direction);
    }

    /// The same, by the text's key.
    pub(super) fn put_key(&mut self, key: Key, direction: Vec<f32>) {
        if self.directions.len() < DIRECTIONS_MAX {
            let used = true;
            let _ = self.directions.insert(key, Known { direction, used });
        }
    }

    /// Forgets what was not used since the last time.
    pub(super) fn forget_unused(&mut self) {
        self.directions
            .retain(|_, known| std::mem::take(&mut known.used));
    }

    /// All of it as a file: the mark, the width, and each key with its numbers in the order of keys; a SHA-256 over all of that at the end.
    pub(super) fn to_bytes(&self, width: usize) -> Vec<u8> {
        let mut bytes = MARK.to_vec();
        bytes.extend(u32::try_from(width).unwrap_or(u32::MAX).to_le_bytes());
        let mut all: Vec<_> = self.directions.iter().collect();
        all.sort_by_key(|(key, _)| **key);
        for (key, known) in all
            .into_iter()
            .filter(|(_, one)| one.direction.len() == width)
        {
            bytes.extend(key);
            bytes.extend(known.direction.iter().flat_map(|x| x.to_le_bytes()));
        }
        let check = Sha256::digest(&bytes);
        bytes.extend(check.iter());
        bytes
    }

    /// Reads a file of directions. `None` for any that is not whole, or of another width.
    pub(super) fn from_bytes(bytes: &[u8], width: usize) -> Option<Self> {
        let (content, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECK_BYTES)?)?;
        if Sha256::digest(content).iter().ne(check) {
            return None;
        }
        let rest = content.strip_prefix(MARK)?;
        let (written_width, rest) = rest.split_first_chunk::<4>()?;
        if usize::try_from(u32::from_le_bytes(*written_width)).ok()? != width {
            return None;
        }
        let mut kept = Self::default();
        for row in rest
            .chunks_exact(size_of::<Key>() + 4 * width)
            .take(DIRECTIONS_MAX)
        {
            let (key, numbers) = row.split_first_chunk::<16>()?;
            let direction: Vec<f32> = numbers
                .chunks_exact(4)
                .filter_map(|four| four.first_chunk::<4>().copied().map(f32::from_le_bytes))
                .collect();
            let used = false;
            let _ = kept.directions.insert(*key, Known { direction, used });
        }
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_a_broken_file_does_not() {
        let mut kept = Kept::default();
        kept.put("one", vec![0.25, -1.0]);
        kept.put("two", vec![0.5, 2.0]);
        let bytes = kept.to_bytes(2);
        let mut again = Kept::from_bytes(&bytes, 2).unwrap();
        assert_eq!(again.get("one"), Some(vec![0.25, -1.0]));
        assert_eq!(again.get("three"), None);
        again.forget_unused();
        assert_eq!(again.get("two"), None);
        assert!(Kept::from_bytes(&bytes, 3).is_none());
        for place in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[place] ^= 1;
            assert!(Kept::from_bytes(&broken, 2).is_none(), "{place}");
            assert!(Kept::from_bytes(&bytes[..place], 2).is_none(), "{place}");
        }
    }
}
