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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

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
    // Always taken before `files`.
    progress: Mutex<Progress>,
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
}

impl Progress {
    const fn at(end: ChainEnd) -> Self {
        Self {
            end,
            sync_failed: false,
            is_unsure: false,
            walk: None,
        }
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

    fn progress(&self) -> MutexGuard<'_, Progress> {
        let _next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        let found = (self.files().database)
            .get(full_key(tree, key))
            .map_err(|why| self.failure(&why))?;
        Ok(found.map(|value| value.to_vec()))
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
        let files = self.files();
        let rows =
            (files.database).range::<Vec<u8>, _>((Bound::Included(from), Bound::Excluded(until)));
        let short = |row: ::sled::Result<(::sled::IVec, ::sled::IVec)>| {
            let (key, value) = row.map_err(|why| self.failure(&why))?;
            let key = key.get(name_bytes..).unwrap_or_default().to_vec();
            Ok((key, value.to_vec()))
        };
        match order {
            Order::Upwards => rows.take(max).map(short).collect(),
            Order::Downwards => rows.rev().take(max).map(short).collect(),
        }
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
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
            return Err(JournalError::Store {
                path: self.path.clone(),
                why: "an earlier write did not reach the disk, so nothing more is promised; look after the disk and restart handoffd"
                    .to_owned(),
            });
        }
        let files = self.files();
        let has_blobs = (batch.changes.iter()).any(|(_, _, value)| {
            value
                .as_ref()
                .is_some_and(|value| value.len() >= BLOB_BYTES)
        });
        let linked = linked::linked(progress.end, batch, |key| {
            let found = files.database.get(key).map_err(|why| self.failure(&why))?;
            Ok(found.map(|value| value.to_vec()))
        })?;
        let mut changes = ::sled::Batch::default();
        for (key, value) in linked.rows {
            match value {
                Some(value) => changes.insert(key, value),
                None => changes.remove(key),
            }
        }
        let written = (files.database.apply_batch(changes)).and_then(|()| files.database.flush());
        if let Err(why) = written {
            progress.is_unsure = true;
            return Err(self.failure(&why));
        }
        progress.end = linked.then;
        if let Some(walk) = &mut progress.walk {
            walk.committed(&linked.changes);
        }
        if outlives == Outlives::PowerCut {
            let mut synced = files.log.sync_data();
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
            self.witness.remember(progress.end)?;
        }
        Ok(())
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
        let _commits_wait = self.progress();
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
