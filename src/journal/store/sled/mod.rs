//! The store as a sled 0.34 database; the only folder that knows sled.
//!
//! Two things that sled does not do are done here: `flush()` does not reach the disk on Linux (no fsync), so the log is synced
//! after it; and a damaged log is cut off silently at opening, so an own count of commits is compared (`opening.rs`).

mod copying;
mod files;
mod opening;

use super::chain::{Digest, NOTHING_BEFORE};
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
use std::sync::atomic::Ordering;
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
}

/// What the next commit has to know.
struct Progress {
    end: ChainEnd,
    /// A sync failed. The kernel may have dropped the pages: later syncs would succeed without anything on disk.
    sync_failed: bool,
    /// A write failed in its middle: what the database shows may be more than `end` knows of, until it is opened anew.
    is_unsure: bool,
    /// A check in slices that is under way.
    walk: Option<Walk>,
    /// What was committed and may not be on disk.
    unsynced: Unsynced,
}

/// What a power cut would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unsynced {
    Nothing,
    Rows,
    /// Rows of which some lie in files of their own.
    RowsAndBlobs,
}

impl Progress {
    const fn at(end: ChainEnd) -> Self {
        Self {
            end,
            sync_failed: false,
            is_unsure: false,
            walk: None,
            unsynced: Unsynced::Nothing,
        }
    }

    fn takes_in(&mut self, has_blobs: bool) {
        self.unsynced = match (self.unsynced, has_blobs) {
            (Unsynced::RowsAndBlobs, _) | (_, true) => Unsynced::RowsAndBlobs,
            (_, false) => Unsynced::Rows,
        };
    }
}

impl SledStore {
    /// What the witness says, and the progress for as long as nothing may be committed; an error where what is stored is not known just now.
    fn at_rest(&self) -> Result<(MutexGuard<'_, Progress>, Option<Remembered>), JournalError> {
        let progress = self.progress();
        if progress.is_unsure {
            return Err(JournalError::Store {
                path: self.path.clone(),
                why: "a write failed; it is checked when it is opened anew".to_owned(),
            });
        }
        let remembered = match self.opening {
            Opening::ToVerify => self.remembered,
            _ => self.witness.read()?,
        };
        Ok((progress, remembered))
    }

    /// A row of the whole database, as it is with what is pending.
    fn row(&self, pending: &Pending, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        if let Some(pending) = pending.get(key) {
            return Ok(pending);
        }
        let found = (self.files().database.get(key)).map_err(|why| self.failure(&why))?;
        Ok(found.map(|value| value.to_vec()))
    }

    /// What is pending goes to the database, all together or not at all.
    fn hand_over(&self, progress: &mut Progress) -> Result<(), JournalError> {
        let mut pending = self.pending_to_change();
        if pending.is_empty() {
            return Ok(());
        }
        let mut changes = ::sled::Batch::default();
        for (key, value) in pending.iter() {
            match value {
                Some(value) => changes.insert(key.as_slice(), value.as_slice()),
                None => changes.remove(key.as_slice()),
            }
        }
        let applied = self.files().database.apply_batch(changes);
        applied.map_err(|why| {
            progress.is_unsure = true;
            self.failure(&why)
        })?;
        pending.clear();
        Ok(())
    }

    /// The kernel has all that was committed.
    fn flush(&self, progress: &mut Progress) -> Result<(), JournalError> {
        self.hand_over(progress)?;
        let flushed = self.files().database.flush();
        flushed.map_err(|why| {
            progress.is_unsure = true;
            self.failure(&why)
        })?;
        Ok(())
    }

    /// The disk has all that was committed.
    fn reach_the_disk(&self, progress: &mut Progress) -> Result<(), JournalError> {
        self.flush(progress)?;
        let files = self.files();
        let mut synced = files.log.sync_data();
        if progress.unsynced == Unsynced::RowsAndBlobs && synced.is_ok() {
            synced = File::open(&files.blobs).and_then(|folder| folder.sync_all());
        }
        if let Err(why) = synced {
            progress.sync_failed = true;
            return Err(JournalError::Store {
                path: self.path.clone(),
                why: format!("the disk did not take a write: {why}"),
            });
        }
        progress.unsynced = Unsynced::Nothing;
        self.witness.remember(progress.end)
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
        if !progress.is_unsure && !progress.sync_failed {
            // Closed in good order: the database brings it to its files when it is dropped itself. What fails here a crash would have taken as well.
            let _ = self.hand_over(&mut progress);
        }
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        let pending = self.pending();
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
        self.hand_over(&mut self.progress())?;
        let mut rows = 0;
        for row in self.files().database.scan_prefix(full_key(tree, &[])) {
            row.map_err(|why| self.failure(&why))?;
            rows += 1;
        }
        Ok(rows)
    }

    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError> {
        let mut progress = self.progress();
        if progress.sync_failed || self.opening == Opening::ToVerify {
            return Err(self.promises_nothing());
        }
        let has_blobs = (batch.changes.iter()).any(|(_, _, value)| {
            value
                .as_ref()
                .is_some_and(|value| value.len() >= BLOB_BYTES)
        });
        let pending = self.pending();
        let linked = linked::linked(progress.end, batch, |key| self.row(&pending, key))?;
        drop(pending);
        self.pending_to_change().add(linked.rows);
        progress.end = linked.then;
        progress.takes_in(has_blobs);
        if let Some(walk) = &mut progress.walk {
            walk.committed(&linked.changes);
        }
        match outlives {
            Outlives::NothingYet if !self.pending().is_large() => Ok(()),
            Outlives::NothingYet => self.hand_over(&mut progress),
            Outlives::Process => self.flush(&mut progress),
            Outlives::PowerCut => self.reach_the_disk(&mut progress),
        }
    }

    fn sync(&self) -> Result<(), JournalError> {
        let mut progress = self.progress();
        if progress.unsynced == Unsynced::Nothing {
            return Ok(());
        }
        if progress.sync_failed {
            return Err(self.promises_nothing());
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
        let progress = self.progress();
        let ChainEnd { commits, head } = progress.end;
        (head != NOTHING_BEFORE).then_some((commits, head))
    }

    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError> {
        let mut commits_wait = self.progress();
        self.hand_over(&mut commits_wait)?;
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
