//! A store that is opened anew after it has failed. After one failed write (a full disk, a file system that was read-only for a moment) sled
//! refuses everything until it is opened again; the daemon goes on by itself when there is room.
//!
//! Promise: what is opened anew is looked at like at any start, so nothing is promised that is not on disk. Where a sync failed it is not
//! opened anew: the kernel may show us what the disk never got, and only a restart of the machine tells.

use super::sled::{Opening, SledStore};
use super::verify::Verified;
use super::{Batch, ChainOfCopy, Damage, Digest, JournalError, Order, Outlives, Row, Store, Tree};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// The wait between two tries to open it anew.
const TRIED_EVERY: Duration = Duration::from_secs(1);

/// A sled store, or none while it cannot be opened.
pub(crate) struct ReopeningStore {
    folder: PathBuf,
    store: RwLock<Option<SledStore>>,
    // Never held while `store` is waited for.
    trouble: Mutex<Option<Trouble>>,
}

/// It has failed since it was opened.
struct Trouble {
    why: JournalError,
    tried: Instant,
}

impl ReopeningStore {
    /// Opens or makes the store in `folder`, to work with it.
    pub(crate) fn open(folder: &Path) -> Result<Self, JournalError> {
        Ok(Self {
            folder: folder.to_owned(),
            store: RwLock::new(Some(SledStore::open(folder, Opening::ToWork)?)),
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
        if let Err(JournalError::Store { path, why }) = &done
            && open.may_be_opened_anew()
        {
            let why = JournalError::Store {
                path: path.clone(),
                why: why.clone(),
            };
            self.failed(why, Instant::now());
        }
        done
    }

    fn failed(&self, why: JournalError, tried: Instant) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
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
        // Its lock on the files goes with it.
        drop(store.take());
        match SledStore::open(&self.folder, Opening::ToWork) {
            Ok(opened) => {
                *store = Some(opened);
                drop(store);
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
