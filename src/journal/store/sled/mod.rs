//! The store as a sled 0.34 database; the only folder that knows sled.
//!
//! Two things that sled does not do are done here: `flush()` does not reach the disk on Linux (no fsync), so the log is synced
//! after it; and a damaged log is cut off silently at opening, so an own count of commits is compared (`opening.rs`).

mod copying;
mod files;
mod opening;

use super::chain::{self, Digest, NOTHING_BEFORE};
use super::check::{self, Damage};
use super::in_use::InUse;
use super::linked::{self, ChainEnd};
use super::pending::Pending;
use super::verify::{self, Verified, full_key};
use super::walk::{Walk, Walked};
use super::witness::{Remembered, Witness};
use super::{Batch, ChainOfCopy, EachRow, JournalError, Order, Outlives, Row, Store, Tree};
use crate::journal::Headway;
#[cfg(test)]
pub(super) use files::open_when_free;
use files::{BLOB_BYTES, failure};
pub(super) use files::{Files, Filling};
pub(super) use opening::CHECKED_AT_ONCE_BYTES;
use std::fs::File;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The file that is there while a store is worked with, and holds the process's number.
const IN_USE: &str = "in-use";

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// To work with it: one that lost commits is refused.
    ToWork,
    /// To work with one that lost commits or records, as a large one is opened before it is checked.
    #[cfg(test)]
    Unchecked,
    /// To see whether it was changed: it is opened whatever was done to it, and nothing is written.
    ToVerify,
}

/// A sled database with its witness.
pub(crate) struct SledStore {
    folder: PathBuf,
    path: String,
    witness: Witness,
    /// What the witness remembered at opening, for [`Opening::ToVerify`].
    remembered: Option<Remembered>,
    opening: Opening,
    is_checked: bool,
    in_use: Option<InUse>,
    headway: Arc<Headway>,
    // Held by whoever waits for `progress`: a check in slices would take that again before a commit wakes up.
    next: Mutex<()>,
    // Always taken before `pending`, and that before `files`.
    progress: Mutex<Progress>,
    pending: RwLock<Pending>,
    files: RwLock<Files>,
    /// A write failed in its middle: what the database shows may be more than was committed. Nothing is read or written until it is opened anew.
    is_unsure: AtomicBool,
}

/// What a store that failed has committed and not brought to its files.
pub(super) struct Owed {
    pending: Pending,
    end: ChainEnd,
    flushed: ChainEnd,
}

/// What the next commit has to know.
struct Progress {
    end: ChainEnd,
    /// A sync failed. The kernel may have dropped the pages: later syncs would succeed without anything on disk.
    sync_failed: bool,
    /// The last commit that the kernel has: what came after it is pending.
    flushed: ChainEnd,
    /// A check in slices that is under way.
    walk: Option<Walk>,
    /// What was committed and may not be on disk.
    unsynced: Unsynced,
}

/// What a power cut would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unsynced {
    Nothing,
    /// What lay in the files when they were opened: whoever wrote it may not have waited for the disk. The witness has nothing to do with it.
    WhatWasThere,
    /// Rows that were committed since.
    Rows,
    /// The same, of which some lie in files of their own.
    RowsAndBlobs,
}

impl Unsynced {
    /// Whether anything was committed since the files were opened that is not on the disk.
    const fn is_ours(self) -> bool {
        matches!(self, Self::Rows | Self::RowsAndBlobs)
    }
}

impl Progress {
    const fn at(end: ChainEnd) -> Self {
        Self {
            end,
            flushed: end,
            sync_failed: false,
            walk: None,
            unsynced: Unsynced::Nothing,
        }
    }

    fn takes_in(&mut self, has_blobs: bool) {
        self.unsynced = match (self.unsynced, has_blobs) {
            (Unsynced::RowsAndBlobs | Unsynced::WhatWasThere, _) | (_, true) => {
                Unsynced::RowsAndBlobs
            }
            (_, false) => Unsynced::Rows,
        };
    }
}

impl SledStore {
    /// What the witness says, and the progress for as long as nothing may be committed, with all that was committed on the disk; an error where
    /// what is stored is not known just now.
    fn at_rest(&self) -> Result<(MutexGuard<'_, Progress>, Option<Remembered>), JournalError> {
        let mut progress = self.progress();
        self.refuse_unsure()?;
        if progress.unsynced.is_ours() {
            self.reach_the_disk(&mut progress)?;
        }
        let remembered = match self.opening {
            Opening::ToVerify => self.remembered,
            _ => self.witness.read()?,
        };
        Ok((progress, remembered))
    }

    fn refuse_unsure(&self) -> Result<(), JournalError> {
        if !self.is_unsure.load(Ordering::SeqCst) {
            return Ok(());
        }
        Err(JournalError::Store {
            path: self.path.clone(),
            why: "a write failed; it is checked when it is opened anew".to_owned(),
        })
    }

    /// What was committed and may not be in the files, for the store that is opened in the place of this one.
    pub(super) fn owed(&self) -> Owed {
        let progress = self.progress();
        Owed {
            pending: std::mem::take(&mut *self.pending_to_change()),
            end: progress.end,
            flushed: progress.flushed,
        }
    }

    /// Goes on where the store that failed was: what that one was told to commit stays committed. Where the files hold something else than either
    /// all of it or nothing, nothing more is promised.
    pub(super) fn take_over(&self, owed: Owed) -> Result<(), JournalError> {
        let mut progress = self.progress();
        if progress.end == owed.flushed {
            if !owed.pending.is_empty() {
                progress.takes_in(true);
            }
            progress.end = owed.end;
            *self.pending_to_change() = owed.pending;
            return Ok(());
        }
        let ChainEnd { commits, head } = owed.end;
        let link = (self.files().database.get(linked::link_key(commits)))
            .map_err(|why| self.failure(&why))?;
        if link.is_some_and(|link| chain::hash(commits, &link) == head) {
            // The write that failed was made all the same.
            return Ok(());
        }
        progress.sync_failed = true;
        Err(self.promises_nothing())
    }

    /// A row of the whole database, as it is with what is pending.
    fn row(&self, pending: &Pending, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        if let Some(pending) = pending.get(key) {
            return Ok(pending);
        }
        let found = (self.files().database.get(key)).map_err(|why| self.failure(&why))?;
        Ok(found.map(|value| value.to_vec()))
    }

    /// The kernel has all that was committed: what is pending goes to the database, all together or not at all, and that to its files.
    fn flush(&self, progress: &mut Progress) -> Result<(), JournalError> {
        self.refuse_unsure()?;
        let mut changes = ::sled::Batch::default();
        {
            let pending = self.pending();
            if pending.is_empty() {
                return Ok(());
            }
            for (key, value) in pending.iter() {
                match value {
                    Some(value) => changes.insert(key.as_slice(), value.as_slice()),
                    None => changes.remove(key.as_slice()),
                }
            }
        }
        let files = self.files();
        let written = (files.database.apply_batch(changes)).and_then(|()| files.database.flush());
        written.map_err(|why| {
            self.is_unsure.store(true, Ordering::SeqCst);
            self.failure(&why)
        })?;
        // Not before: where it fails, this is what the next one to open the files is told.
        self.pending_to_change().clear();
        progress.flushed = progress.end;
        Ok(())
    }

    /// The disk has all that was committed.
    fn reach_the_disk(&self, progress: &mut Progress) -> Result<(), JournalError> {
        self.flush(progress)?;
        let files = self.files();
        let mut synced = files.log.sync_data();
        let has_blobs = matches!(
            progress.unsynced,
            Unsynced::RowsAndBlobs | Unsynced::WhatWasThere
        );
        if has_blobs && synced.is_ok() {
            synced = File::open(&files.blobs).and_then(|folder| folder.sync_all());
        }
        if let Err(why) = synced {
            progress.sync_failed = true;
            return Err(JournalError::Store {
                path: self.path.clone(),
                why: format!("the disk did not take a write: {why}"),
            });
        }
        let was_committed = progress.unsynced.is_ours();
        progress.unsynced = Unsynced::Nothing;
        match was_committed {
            true => self.witness.remember(progress.end),
            false => Ok(()),
        }
    }

    fn promises_nothing(&self) -> JournalError {
        JournalError::Store {
            path: self.path.clone(),
            why: "an earlier write did not reach the disk, so nothing more is promised; look after the disk and restart handoffd"
                .to_owned(),
        }
    }

    /// It was found whole: it is closed in good order from here on.
    fn trust(&self) {
        if let Some(in_use) = &self.in_use {
            in_use.stays.store(false, Ordering::Relaxed);
        }
    }

    /// Removes a row as damage does, without a commit.
    #[cfg(test)]
    pub(super) fn take_behind_its_back(&self, key: &[u8]) -> Result<(), JournalError> {
        self.put_behind_its_back(key, None)
    }

    /// The same, or puts one there.
    #[cfg(test)]
    pub(super) fn put_behind_its_back(
        &self,
        key: &[u8],
        value: Option<Vec<u8>>,
    ) -> Result<(), JournalError> {
        let files = self.files();
        let changed = match value {
            Some(value) => files.database.insert(key, value),
            None => files.database.remove(key),
        };
        (changed.and_then(|_| files.database.flush())).map_err(|why| self.failure(&why))?;
        Ok(())
    }

    /// Whether what it holds when it is opened anew is what is on disk.
    pub(super) fn may_be_opened_anew(&self) -> bool {
        !self.progress().sync_failed
    }

    fn failure(&self, why: &::sled::Error) -> JournalError {
        failure(why, &self.folder)
    }

    fn files(&self) -> RwLockReadGuard<'_, Files> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> RwLockReadGuard<'_, Pending> {
        self.pending.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending_to_change(&self) -> RwLockWriteGuard<'_, Pending> {
        self.pending.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        let _next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let mut progress = self.progress();
        if !progress.sync_failed {
            // Closed in good order. What fails here a crash would have taken as well.
            let _ = self.flush(&mut progress);
        }
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        let pending = self.pending();
        self.refuse_unsure()?;
        self.row(&pending, &full_key(tree, key))
    }

    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        let name_bytes = tree.name().len() + 1;
        let (from, until) = linked::bounds(tree, from, until);
        if from >= until {
            return Ok(Vec::new());
        }
        let pending = self.pending();
        self.refuse_unsure()?;
        let files = self.files();
        let range = (
            Bound::Included(from.as_slice()),
            Bound::Excluded(until.as_slice()),
        );
        let rows = files.database.range::<&[u8], _>(range);
        let row = |row: ::sled::Result<(::sled::IVec, ::sled::IVec)>| {
            let (key, value) = row.map_err(|why| self.failure(&why))?;
            Ok((key.to_vec(), value.to_vec()))
        };
        let bounds = (from.as_slice(), until.as_slice());
        let mut rows = match order {
            Order::Upwards => pending.over(bounds, order, max, rows.map(row)),
            Order::Downwards => pending.over(bounds, order, max, rows.rev().map(row)),
        }?;
        for (key, _) in &mut rows {
            key.drain(..name_bytes);
        }
        Ok(rows)
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
        let pending = self.pending();
        self.refuse_unsure()?;
        let (from, until) = linked::bounds(tree, &[], None);
        let files = self.files();
        let mut rows = 0_usize;
        for row in files.database.scan_prefix(full_key(tree, &[])) {
            row.map_err(|why| self.failure(&why))?;
            rows += 1;
        }
        let is_stored = |key: &[u8]| {
            let stored = files.database.contains_key(key);
            stored.map_err(|why| self.failure(&why))
        };
        Ok(rows.saturating_add_signed(pending.more_than((&from, &until), is_stored)?))
    }

    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError> {
        let mut progress = self.progress();
        if progress.sync_failed || self.opening == Opening::ToVerify {
            return Err(self.promises_nothing());
        }
        self.refuse_unsure()?;
        let has_blobs = (batch.changes.iter()).any(|(_, _, value)| {
            value
                .as_ref()
                .is_some_and(|value| value.len() >= BLOB_BYTES)
        });
        let before = progress.end;
        let pending = self.pending();
        let linked = linked::linked(before, batch, |key| self.row(&pending, key))?;
        drop(pending);
        let replaced = self.pending_to_change().add(linked.rows);
        progress.end = linked.then;
        progress.takes_in(has_blobs);
        if let Some(walk) = &mut progress.walk {
            walk.committed(&linked.changes);
        }
        let done = match outlives {
            Outlives::NothingYet if !self.pending().is_large() => Ok(()),
            Outlives::NothingYet | Outlives::Process => self.flush(&mut progress),
            Outlives::PowerCut => self.reach_the_disk(&mut progress),
        };
        if done.is_err() && self.is_unsure.load(Ordering::SeqCst) {
            // Whoever is told that it failed does it again; what others were told to be committed stays so.
            self.pending_to_change().take_back(replaced);
            progress.end = before;
        }
        done
    }

    fn sync(&self) -> Result<(), JournalError> {
        let mut progress = self.progress();
        if progress.sync_failed {
            return Err(self.promises_nothing());
        }
        self.refuse_unsure()?;
        if progress.unsynced == Unsynced::Nothing {
            return Ok(());
        }
        self.reach_the_disk(&mut progress)
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        let (progress, remembered) = self.at_rest()?;
        verify::walk(self, progress.end.commits, remembered, &self.headway)
    }

    fn check(&self) -> Result<Vec<Damage>, JournalError> {
        let (progress, remembered) = self.at_rest()?;
        check::check(self, progress.end, remembered, &self.headway)
    }

    fn check_slice(&self) -> Result<Walked, JournalError> {
        let (mut progress, remembered) = self.at_rest()?;
        let mut walk = match progress.walk.take() {
            Some(walk) => walk,
            None => Walk::begin(self, progress.end, remembered)?,
        };
        let walked = walk.step(self)?;
        progress.walk = matches!(walked, Walked::Some { .. }).then_some(walk);
        Ok(walked)
    }

    fn is_checked(&self) -> bool {
        self.is_checked
    }

    fn distrust(&self) {
        if let Some(in_use) = &self.in_use {
            in_use.stays.store(true, Ordering::Relaxed);
        }
    }

    fn head(&self) -> Option<(u64, Digest)> {
        let mut progress = self.progress();
        if progress.unsynced.is_ours() {
            // What is told stays true.
            self.reach_the_disk(&mut progress).ok()?;
        }
        let ChainEnd { commits, head } = progress.end;
        (head != NOTHING_BEFORE).then_some((commits, head))
    }

    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError> {
        let _commits_wait = self.at_rest()?;
        for row in self.files().database.iter() {
            let (key, value) = row.map_err(|why| self.failure(&why))?;
            each(&key, &value)?;
            self.headway.step();
        }
        Ok(())
    }

    fn rewrite(&self, chain: ChainOfCopy) -> Result<(), JournalError> {
        if chain == ChainOfCopy::Anew && !self.is_checked {
            // What is damaged would be what was recorded from then on.
            self.refuse_damage()?;
        }
        self.write_anew(chain)
    }
}

#[cfg(test)]
mod tests;
