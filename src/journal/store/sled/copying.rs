//! How the rows of a sled store come into other files: all of it (`compact`), under a new chain, or what is left of a damaged one (`recover`).

use super::super::check::Damage;
use super::super::linked::{self, COMMITS_KEY, ChainEnd};
use super::super::verify::full_key;
use super::super::witness::Witness;
use super::super::{ChainOfCopy, JournalError, Store, Tree, generation};
use super::files::{Files, Filling, explain};
use super::{Opening, Progress, SledStore, Unsynced};
use std::io::ErrorKind;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

impl SledStore {
    /// All rows, copied into the files of `next`, on disk.
    pub(super) fn copy(&self, next: &Path) -> ::sled::Result<Files> {
        let mut copy = Filling::of(Files::open(next)?);
        for row in self.files().database.iter() {
            let (key, value) = row?;
            copy.put(key, value)?;
        }
        copy.end()
    }

    /// Makes what can be read of a damaged store the store, under a chain of its own from here on. Says what was damaged; nothing is done to a
    /// store that is whole, or where there is none, and where it cannot be opened for another reason (in use, no room, not readable).
    pub(crate) fn keep_what_is_left(folder: &Path) -> Result<Vec<String>, JournalError> {
        if !generation::is_store(folder) && !folder.join("commits").exists() {
            return Ok(Vec::new());
        }
        let refused = match Self::open(folder, Opening::ToWork) {
            Ok(_) => return Ok(Vec::new()),
            Err(refused @ JournalError::Damaged { .. }) => refused,
            Err(refused) => return Err(refused),
        };
        let failed = |why: String| JournalError::Store {
            path: folder.display().to_string(),
            why,
        };
        let nothing = || {
            failed(
                "nothing of it can be read. Move the folder away, make an empty one with the key files (token*.key, forgotten.key) of the old, \
                 and start handoffd: what carries $Handoff in the mailbox is left as it is, and the rest is handled"
                    .to_owned(),
            )
        };
        let store = match Self::open(folder, Opening::ToVerify) {
            Err(JournalError::Damaged { .. }) => return Err(nothing()),
            opened => opened?,
        };
        let kept = std::panic::catch_unwind(AssertUnwindSafe(|| store.rescue()));
        kept.unwrap_or_else(|_| Err(nothing()))?;
        Ok(vec![refused.to_string()])
    }

    fn rescue(&self) -> Result<(), JournalError> {
        let failed = |why: String| JournalError::Store {
            path: self.path.clone(),
            why,
        };
        let in_files = |why: std::io::Error| failed(why.to_string());
        let witnessed = self.remembered.map_or(0, |one| one.commits);
        let commits = self.progress().end.commits.max(witnessed);
        let next = generation::make_next(&self.folder).map_err(in_files)?;
        let in_copy = |why: ::sled::Error| failed(why.to_string());
        let mut copy = Filling::of(Files::open(&next.path).map_err(in_copy)?);
        {
            let files = self.files();
            for tree in Tree::CHAINED {
                // Behind a row that cannot be read nothing of its tree can be found.
                let rows = files.database.scan_prefix(full_key(tree, &[]));
                for (key, value) in rows.map_while(Result::ok) {
                    copy.put(key, value).map_err(in_copy)?;
                }
            }
        }
        // So that no number of a commit comes twice.
        copy.put(COMMITS_KEY, &commits.to_be_bytes())
            .map_err(in_copy)?;
        drop(copy.end().map_err(in_copy)?);
        next.make_current(&self.folder).map_err(in_files)?;
        // Until it is gone the new files are refused as well: what is cut short here is done again.
        match std::fs::remove_file(self.folder.join("commits")) {
            Err(why) if why.kind() != ErrorKind::NotFound => Err(in_files(why)),
            _ => Ok(()),
        }
    }

    /// All records, copied into the files of `next` under a chain that begins with them, on disk.
    fn copy_under_new_chain(
        &self,
        next: &Path,
        commits: u64,
    ) -> Result<(Files, ChainEnd), JournalError> {
        let in_copy = |why: ::sled::Error| self.failure(&why);
        let mut copy = Filling::of(Files::open(next).map_err(in_copy)?);
        let then = linked::begun_anew(self, commits, |key, value| {
            copy.put(key, value).map_err(in_copy)
        })?;
        Ok((copy.end().map_err(in_copy)?, then))
    }

    /// Writes a witness for a database that was written beside its place, and checks it: what is damaged.
    pub(in super::super) fn witness_anew(
        folder: &Path,
        files: &Path,
    ) -> Result<Vec<Damage>, JournalError> {
        let failed = |why: ::sled::Error| JournalError::Store {
            path: folder.display().to_string(),
            why: why.to_string(),
        };
        let files = Files::open(files).map_err(failed)?;
        let end = files.chain_end().map_err(failed)?;
        let (witness, remembered) = Witness::open(folder.join("commits"))?;
        witness.remember(end)?;
        let store = Self {
            folder: folder.to_owned(),
            path: folder.display().to_string(),
            witness,
            remembered,
            opening: Opening::ToVerify,
            is_checked: true,
            in_use: None,
            headway: Arc::default(),
            next: Mutex::new(()),
            progress: Mutex::new(Progress::at(end)),
            pending: RwLock::default(),
            files: RwLock::new(files),
            is_unsure: AtomicBool::new(false),
        };
        store.check()
    }

    /// Writes the store anew: see [`Store::rewrite`].
    pub(super) fn write_anew(&self, chain: ChainOfCopy) -> Result<(), JournalError> {
        let mut progress = self.progress();
        let failed = |why: String| JournalError::Store {
            path: self.path.clone(),
            why: format!(
                "it could not be written anew, so what was deleted may still be found in its files: {why}"
            ),
        };
        self.flush(&mut progress)?;
        let next = generation::make_next(&self.folder).map_err(|why| failed(why.to_string()))?;
        // Commits wait for `progress`; readers for the moment of change alone.
        let (copy, then) = match chain {
            ChainOfCopy::Kept => {
                let copy = self.copy(&next.path);
                let copy = copy.map_err(|why| failed(explain(&why, &self.folder)))?;
                (copy, progress.end)
            }
            ChainOfCopy::Anew => self.copy_under_new_chain(&next.path, progress.end.commits)?,
        };
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(why) = next.make_current(&self.folder) {
            // The new files may be the current ones already: whatever is recorded in the old ones now could be lost at the next start.
            progress.sync_failed = true;
            return Err(failed(why.to_string()));
        }
        *files = copy;
        drop(files);
        progress.end = then;
        progress.flushed = then;
        progress.unsynced = Unsynced::Nothing;
        if chain == ChainOfCopy::Anew {
            // What it had walked is not there any more.
            progress.walk = None;
        }
        self.witness.remember(progress.end)?;
        generation::remove_others(&self.folder).map_err(|why| failed(why.to_string()))
    }
}
