//! How many commits must the store know of, and which link was the last? A small file beside the database, written after each commit.
//! sled opens a damaged log without a word and simply has fewer records; then mails that were answered long ago would look new. And a chain
//! whose end is cut off is whole by itself.

use super::JournalError;
use super::chain::Digest;
use super::linked::ChainEnd;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Two slots are written in turn, so that a torn write never leaves us without one. Programs from before the chain wrote theirs at the
/// beginning of the file, without a hash.
const OLD_SLOT_BYTES: usize = 34;
const SLOT_BYTES: usize = 99;
/// Where the slots with hashes begin.
const SLOTS_AT: usize = 128;

/// The file that remembers the number of commits and the last link.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
    path: PathBuf,
}

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Remembered {
    /// So many commits were made at least.
    pub(super) commits: u64,
    /// The hash of the last one's link; `None` where a program from before the chain wrote it.
    pub(super) head: Option<Digest>,
}

impl Witness {
    /// Opens or makes the file, and what it remembers (`None` where it is new).
    pub(super) fn open(path: PathBuf) -> Result<(Self, Option<Remembered>), JournalError> {
        let failed = |why: std::io::Error| failure(&path, &why);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        let witness = Self { file, path };
        let remembered = witness.read()?;
        Ok((witness, remembered))
    }

    /// What the file says now.
    pub(super) fn read(&self) -> Result<Option<Remembered>, JournalError> {
        let mut content = vec![0; SLOTS_AT + 2 * SLOT_BYTES];
        let mut length = 0;
        while let Some(room) = content.get_mut(length..).filter(|room| !room.is_empty()) {
            let offset = u64::try_from(length).unwrap_or(u64::MAX);
            match self
                .file
                .read_at(room, offset)
                .map_err(|why| failure(&self.path, &why))?
            {
                0 => break,
                more => length += more,
            }
        }
        content.truncate(length);
        let old = content.get(..OLD_SLOT_BYTES * 2).unwrap_or(&content);
        let old = old.chunks(OLD_SLOT_BYTES).filter_map(read_old_slot);
        let new = content.get(SLOTS_AT..).unwrap_or_default();
        let new = new.chunks(SLOT_BYTES).filter_map(read_slot);
        let remembered = old.chain(new).max_by_key(|one| one.commits);
        if remembered.is_none() && !content.is_empty() {
            return Err(JournalError::Damaged {
                path: self.path.display().to_string(),
                why: "the file that counts commits is damaged; restore the whole folder from a backup, or, if nothing else in it was touched, delete this \
                      file and start again: without it only a cut at the very end would not be seen"
                    .to_owned(),
            });
        }
        Ok(remembered)
    }

    /// Remembers that the store has made that many commits, and that this is on disk.
    pub(super) fn remember(
        &self,
        ChainEnd { commits, head }: ChainEnd,
    ) -> Result<(), JournalError> {
        let offset = SLOTS_AT as u64 + (commits % 2) * SLOT_BYTES as u64;
        self.file
            .write_all_at(slot(commits, &head).as_bytes(), offset)
            .and_then(|()| self.file.sync_data())
            .map_err(|why| failure(&self.path, &why))
    }
}

/// Sixteen hexadecimal digits of the number, sixty-four of the hash, sixteen that check them.
fn slot(commits: u64, head: &Digest) -> String {
    let head = hex(head);
    let check = check(&format!("handoffd commits {commits} {head}"));
    format!("{commits:016x} {head} {check:016x}\n")
}

fn read_slot(bytes: &[u8]) -> Option<Remembered> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut words = text.split_whitespace();
    let commits = u64::from_str_radix(words.next()?, 16).ok()?;
    let head = digest(words.next()?)?;
    (slot(commits, &head) == text).then_some(Remembered {
        commits,
        head: Some(head),
    })
}

/// The form of programs from before the chain.
fn read_old_slot(bytes: &[u8]) -> Option<Remembered> {
    let text = std::str::from_utf8(bytes).ok()?;
    let commits = u64::from_str_radix(text.split_whitespace().next()?, 16).ok()?;
    let check = check(&format!("handoffd commits {commits}"));
    (format!("{commits:016x} {check:016x}\n") == text).then_some(Remembered {
        commits,
        head: None,
    })
}

fn check(words: &str) -> u64 {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(words);
    digest
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(text: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(digest)
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
        for commits in 1..=5_u8 {
            witness
                .remember(ChainEnd {
                    commits: u64::from(commits),
                    head: [commits; 32],
                })
                .unwrap();
        }
        let read = |path: &Path| Witness::open(path.to_owned()).unwrap().1;
        let remembered = |commits: u8| {
            Some(Remembered {
                commits: u64::from(commits),
                head: Some([commits; 32]),
            })
        };
        assert_eq!(read(&path), remembered(5));
        let mut bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len(), SLOTS_AT + 2 * SLOT_BYTES);
        bytes[SLOTS_AT + SLOT_BYTES + 30] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(read(&path), remembered(4));
        std::fs::write(&path, "nonsense").unwrap();
        assert!(Witness::open(path).is_err());
    }

    #[test]
    fn what_a_program_from_before_the_chain_wrote_is_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("commits");
        let old = |commits: u64| {
            let check = check(&format!("handoffd commits {commits}"));
            format!("{commits:016x} {check:016x}\n")
        };
        std::fs::write(&path, old(8) + &old(7)).unwrap();
        let (witness, remembered) = Witness::open(path.clone()).unwrap();
        assert_eq!(
            remembered,
            Some(Remembered {
                commits: 8,
                head: None
            })
        );
        witness
            .remember(ChainEnd {
                commits: 9,
                head: [9; 32],
            })
            .unwrap();
        let (_, remembered) = Witness::open(path).unwrap();
        assert_eq!(remembered.unwrap().commits, 9);
    }
}
