//! How many commits must the store know of? A small file beside the database, written after each commit. sled opens a damaged
//! log without a word and simply has fewer records; then mails that were answered long ago would look new.

use super::JournalError;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Two slots are written in turn, so that a torn write never leaves us without one.
const SLOT_BYTES: usize = 34;

/// The file that remembers the number of commits.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
    path: PathBuf,
}

impl Witness {
    /// Opens or makes the file, and the number that it remembers (`None` where it is new).
    pub(super) fn open(path: PathBuf) -> Result<(Self, Option<u64>), JournalError> {
        let failed = |why: std::io::Error| failure(&path, &why);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        let mut content = Vec::new();
        (&mut file)
            .take(4 * SLOT_BYTES as u64)
            .read_to_end(&mut content)
            .map_err(failed)?;
        let remembered = content.chunks(SLOT_BYTES).filter_map(read_slot).max();
        if remembered.is_none() && !content.is_empty() {
            return Err(JournalError::Store {
                path: path.display().to_string(),
                why: "the file that counts commits is damaged; if the store is known to be whole, delete this file and start again"
                    .to_owned(),
            });
        }
        Ok((Self { file, path }, remembered))
    }

    /// Remembers that the store has made that many commits, and that this is on disk.
    pub(super) fn remember(&self, commits: u64) -> Result<(), JournalError> {
        let offset = (commits % 2) * SLOT_BYTES as u64;
        self.file
            .write_all_at(slot(commits).as_bytes(), offset)
            .and_then(|()| self.file.sync_data())
            .map_err(|why| failure(&self.path, &why))
    }
}

/// Sixteen hexadecimal digits of the number, sixteen that check them.
fn slot(commits: u64) -> String {
    format!("{commits:016x} {:016x}\n", check(commits))
}

fn read_slot(bytes: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let commits = u64::from_str_radix(text.split_whitespace().next()?, 16).ok()?;
    (slot(commits) == text).then_some(commits)
}

fn check(commits: u64) -> u64 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("handoffd commits {commits}"));
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn failure(path: &Path, why: &std::io::Error) -> JournalError {
    JournalError::Store {
        path: path.display().to_string(),
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_survives_and_a_torn_write_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("commits");
        let (witness, first) = Witness::open(path.clone()).unwrap();
        assert_eq!(first, None);
        for commits in 1..=5 {
            witness.remember(commits).unwrap();
        }
        assert_eq!(Witness::open(path.clone()).unwrap().1, Some(5));
        let mut bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 2 * SLOT_BYTES);
        bytes[SLOT_BYTES + 3] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(Witness::open(path.clone()).unwrap().1, Some(4));
        std::fs::write(&path, "nonsense").unwrap();
        assert!(Witness::open(path).is_err());
    }
}
