//! A store that is opened anew after it has failed. After one failed write (a full disk, a file system that was read-only for a moment) sled
//! refuses everything until it is opened again; the daemon goes on by itself when there is room.
//!
//! Promise: what is opened anew is checked first like a store after a crash, however large it is (it waits meanwhile), so nothing is promised
//! that is not on disk; and what was committed and not yet in the files when it failed is committed in what is opened anew, so nobody goes on with
//! what is taken back behind their back. Where a sync failed it is not opened anew: the kernel may show us what the disk never got, and only a restart of the
//! machine tells.

use super::sled::{CHECKED_AT_ONCE_BYTES, Opening, Owed, SledStore};
use super::verify::Verified;
use super::{
    Batch, ChainOfCopy, Damage, Digest, JournalError, Order, Outlives, Row, Store, Tree, Walked,
};
use crate::journal::Headway;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// The wait between two tries to open it anew.
const TRIED_EVERY: Duration = Duration::from_secs(1);

/// A sled store, or none while it cannot be opened.
pub(crate) struct ReopeningStore {
    folder: PathBuf,
    /// A store of at most this size is checked before it is worked with.
    at_once_bytes: u64,
    headway: Arc<Headway>,
    store: RwLock<Option<SledStore>>,
    /// What the store that failed had committed and not brought to its files: whoever was told so goes on with it.
    owed: Mutex<Option<Owed>>,
    // Never held while `store` is waited for.
    trouble: Mutex<Option<Trouble>>,
}

/// It has failed since it was opened.
struct Trouble {
    why: JournalError,
    tried: Instant,
}

impl ReopeningStore {
    /// Opens or makes the store in `folder`, to work with it. `headway` is told how far that is, now and when it is opened anew.
    pub(crate) fn open(folder: &Path, headway: Arc<Headway>) -> Result<Self, JournalError> {
        Self::open_it(folder, CHECKED_AT_ONCE_BYTES, headway)
    }

    /// The same, where a store of at most so many bytes is checked at once.
    #[cfg(test)]
    fn open_checking(folder: &Path, at_once_bytes: u64) -> Result<Self, JournalError> {
        Self::open_it(folder, at_once_bytes, Arc::default())
    }

    fn open_it(
        folder: &Path,
        at_once_bytes: u64,
        headway: Arc<Headway>,
    ) -> Result<Self, JournalError> {
        let store = SledStore::open_checking(folder, Opening::ToWork, at_once_bytes, &headway)?;
        Ok(Self {
            headway,
            folder: folder.to_owned(),
            at_once_bytes,
            store: RwLock::new(Some(store)),
            owed: Mutex::new(None),
            trouble: Mutex::new(None),
        })
    }

    /// Works with the store, opened anew where it has failed before.
    fn with<T>(
        &self,
        work: impl FnOnce(&SledStore) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        self.open_anew()?;
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = store.as_ref() else {
            drop(store);
            return Err(self.why_closed());
        };
        let done = work(open);
        let why = match &done {
            Err(JournalError::Store { path, why }) => JournalError::Store {
                path: path.clone(),
                why: why.clone(),
            },
            Err(JournalError::Damaged { path, why }) => JournalError::Damaged {
                path: path.clone(),
                why: why.clone(),
            },
            _ => return done,
        };
        // Whoever opens it next checks it, be it we or the next start.
        open.distrust();
        if open.may_be_opened_anew() {
            self.failed(why, Instant::now());
        }
        done
    }

    fn failed(&self, why: JournalError, tried: Instant) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever asks again and again must not put off the next try.
        let tried = trouble.as_ref().map_or(tried, |trouble| trouble.tried);
        *trouble = Some(Trouble { why, tried });
    }

    fn why_closed(&self) -> JournalError {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let why = trouble.as_ref().map(|trouble| trouble.why.to_string());
        JournalError::Store {
            path: self.folder.display().to_string(),
            why: why.unwrap_or_else(|| "it is being opened anew".to_owned()),
        }
    }

    /// Whether it is time to try; whoever is told so is the one who tries.
    fn is_time(&self) -> bool {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble.as_mut() {
            Some(trouble) if trouble.tried.elapsed() >= TRIED_EVERY => {
                trouble.tried = Instant::now();
                true
            }
            _ => false,
        }
    }

    fn open_anew(&self) -> Result<(), JournalError> {
        if !self.is_time() {
            return Ok(());
        }
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        let mut owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = store.take() {
            *owed = Some(failed.owed());
            // Its lock on the files goes with it.
            drop(failed);
        }
        let opened = SledStore::open_checking(
            &self.folder,
            Opening::ToWork,
            self.at_once_bytes,
            &self.headway,
        );
        match opened {
            Ok(opened) => {
                let taken_over = owed.take().map_or(Ok(()), |owed| opened.take_over(owed));
                *store = Some(opened);
                drop(store);
                // Where that is refused, the store says so each time that it is asked.
                let _ = taken_over;
                let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
                *trouble = None;
                Ok(())
            }
            Err(why) => {
                drop(store);
                self.failed(why, Instant::now());
                Err(self.why_closed())
            }
        }
    }
}

impl Store for ReopeningStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        self.with(|store| store.get(tree, key))
    }

    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        self.with(|store| store.scan(tree, from, until, order, max))
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
        self.with(|store| store.count(tree))
    }

    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError> {
        self.with(|store| store.commit(batch, outlives))
    }

    fn sync(&self) -> Result<(), JournalError> {
        self.with(SledStore::sync)
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        self.with(SledStore::verify)
    }

    fn head(&self) -> Option<(u64, Digest)> {
        self.with(|store| Ok(store.head())).ok().flatten()
    }

    fn rewrite(&self, chain: ChainOfCopy) -> Result<(), JournalError> {
        self.with(|store| store.rewrite(chain))
    }

    fn check(&self) -> Result<Vec<Damage>, JournalError> {
        self.with(SledStore::check)
    }

    fn check_slice(&self) -> Result<Walked, JournalError> {
        self.with(SledStore::check_slice)
    }

    fn is_checked(&self) -> bool {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        store.as_ref().is_some_and(SledStore::is_checked)
    }

    fn distrust(&self) {
        let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = store.as_ref() {
            store.distrust();
        }
    }

    fn rows(
        &self,
        each: &mut dyn FnMut(&[u8], &[u8]) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        self.with(|store| store.rows(each))
    }
}

#[cfg(test)]
mod tests {
    use super::super::verify::full_key;
    use super::*;
    use crate::journal::store::Act;

    fn fail(store: &ReopeningStore) {
        let failed: Result<(), JournalError> = store.with(|_| {
            Err(JournalError::Store {
                path: String::new(),
                why: "no space left".to_owned(),
            })
        });
        assert!(failed.is_err());
        // As if a while had gone by.
        let long_ago = Instant::now().checked_sub(2 * TRIED_EVERY).unwrap();
        store.trouble.lock().unwrap().as_mut().unwrap().tried = long_ago;
    }

    fn filled(folder: &Path) -> ReopeningStore {
        let store = ReopeningStore::open_checking(folder, 0).unwrap();
        let mut batch = Batch::of(Act::Entry);
        batch.put(Tree::Begun, "one", "1");
        store.commit(batch, Outlives::PowerCut).unwrap();
        drop(store);
        let store = ReopeningStore::open_checking(folder, 0).unwrap();
        assert!(
            !store.is_checked(),
            "as a large one that was closed in good order"
        );
        store
    }

    #[test]
    fn a_large_store_that_failed_is_checked_before_it_is_worked_with_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(folder.path());
        fail(&store);
        assert!(store.get(Tree::Begun, b"one").unwrap().is_some());
        assert!(store.is_checked());
        // After it was found whole it can be closed in good order.
        drop(store);
        let store = ReopeningStore::open_checking(folder.path(), 0).unwrap();
        assert!(!store.is_checked());
    }

    #[test]
    fn what_was_committed_and_not_yet_written_is_committed_in_what_is_opened_anew() {
        let folder = tempfile::tempdir().unwrap();
        let store = ReopeningStore::open_checking(folder.path(), u64::MAX).unwrap();
        let put = |key: &str, outlives| {
            let mut batch = Batch::of(Act::Entry);
            batch.put(Tree::Begun, key, "1");
            store.commit(batch, outlives)
        };
        put("one", Outlives::PowerCut).unwrap();
        put("two", Outlives::NothingYet).unwrap();
        let head = store.head();
        put("three", Outlives::NothingYet).unwrap();
        fail(&store);
        assert_eq!(store.count(Tree::Begun).unwrap(), 3);
        assert!(store.get(Tree::Begun, b"three").unwrap().is_some());
        put("four", Outlives::NothingYet).unwrap();
        store.sync().unwrap();
        let verified = store.verify().unwrap();
        assert_eq!(verified.last, Some(4));
        assert_eq!(verified.differences.len(), 0);
        assert_ne!(store.head(), head);
        drop(store);
        let store = ReopeningStore::open_checking(folder.path(), u64::MAX).unwrap();
        assert_eq!(store.count(Tree::Begun).unwrap(), 4);
    }

    #[test]
    fn files_that_came_back_as_something_else_are_promised_nothing_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = ReopeningStore::open_checking(folder.path(), u64::MAX).unwrap();
        let put = |store: &dyn Store, key: &str, outlives| {
            let mut batch = Batch::of(Act::Entry);
            batch.put(Tree::Begun, key, "1");
            store.commit(batch, outlives)
        };
        put(&store, "one", Outlives::PowerCut).unwrap();
        put(&store, "two", Outlives::NothingYet).unwrap();
        let owed = store.store.read().unwrap().as_ref().unwrap().owed();
        drop(store);
        let store = SledStore::open(folder.path(), Opening::ToWork).unwrap();
        put(&store, "another two", Outlives::PowerCut).unwrap();
        assert!(store.take_over(owed).is_err());
        assert!(put(&store, "three", Outlives::PowerCut).is_err());
    }

    #[test]
    fn a_large_store_that_was_refused_once_is_refused_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(folder.path());
        let key = full_key(Tree::Begun, b"one");
        store
            .with(|store| store.take_behind_its_back(&key))
            .unwrap();
        fail(&store);
        for _ in 0..2 {
            let why = store.get(Tree::Begun, b"one").unwrap_err().to_string();
            assert!(
                why.contains("1 of 1 records in `begun` are missing"),
                "{why}"
            );
            let long_ago = Instant::now().checked_sub(2 * TRIED_EVERY).unwrap();
            store.trouble.lock().unwrap().as_mut().unwrap().tried = long_ago;
        }
        // Nor does the next start work with it.
        drop(store);
        assert!(ReopeningStore::open_checking(folder.path(), 0).is_err());
    }

    #[test]
    fn a_store_that_failed_and_was_closed_then_is_checked_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(folder.path());
        fail(&store);
        drop(store);
        let store = ReopeningStore::open_checking(folder.path(), 0).unwrap();
        assert!(store.is_checked());
    }
}
