//! The store as a sled 0.34 database; the only file that knows sled.
//!
//! Two things that sled does not do are done here: `flush()` does not reach the disk on Linux (no fsync), so the log is synced
//! after it; and a damaged log is cut off silently at opening, so an own count of commits is compared.

use super::witness::Witness;
use super::{Batch, JournalError, Order, Outlives, Row, Store, Tree};
use std::fs::File;
use std::ops::Bound;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the database may keep in memory; the default of 1 GB would be all of a small machine.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// What sled says of a folder that another process, or an old handle, has open.
const LOCKED: &str = "could not acquire lock";
/// How long a lock is waited for, and how often it is tried.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(2);
const LOCK_WAIT_STEP: Duration = Duration::from_millis(20);

/// Values of about this size may become files of their own: sled syncs the file, the entry in its folder is ours to sync.
const BLOB_BYTES: usize = 16 * 1024;

/// The key of the count of commits: no tree's name begins with a zero byte.
const COMMITS_KEY: &[u8] = b"\0commits";

/// A sled database with its witness.
pub(crate) struct SledStore {
    database: ::sled::Db,
    log: File,
    blobs: std::path::PathBuf,
    path: String,
    witness: Witness,
    progress: Mutex<Progress>,
}

/// What the next commit has to know.
struct Progress {
    commits: u64,
    /// A sync failed. The kernel may have dropped the pages: later syncs would succeed without anything on disk.
    sync_failed: bool,
}

impl SledStore {
    /// Opens or makes the database in `folder`.
    pub(crate) fn open(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.display().to_string();
        let failed = |why: String| JournalError::Store {
            path: path.clone(),
            why,
        };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|why| failed(format!("the folder cannot be made: {why}")))?;
        let database = open_when_free(folder).map_err(|why| failed(explain(&why)))?;
        let log = File::open(folder.join("db"))
            .map_err(|why| failed(format!("its log cannot be opened: {why}")))?;
        let commits = database
            .get(COMMITS_KEY)
            .map_err(|why| failed(explain(&why)))?
            .map_or(0, |bytes| {
                bytes
                    .iter()
                    .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
            });
        let witness_path = folder.join("commits");
        let witness_name = witness_path.display().to_string();
        let (witness, remembered) = Witness::open(witness_path)?;
        if let Some(remembered) = remembered.filter(|remembered| *remembered > commits) {
            return Err(failed(format!(
                "it is damaged or incomplete: it knows of {commits} commits of {remembered}, so mails that were handled would be \
                 handled again; restore the whole folder from a backup, or, to go on with what is left, delete {witness_name}"
            )));
        }
        if remembered.is_none() {
            // A new file is only found after a power cut when its folder is on disk too.
            witness.remember(commits)?;
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|why| failed(why.to_string()))?;
        }
        Ok(Self {
            database,
            log,
            blobs: folder.join("blobs"),
            path,
            witness,
            progress: Mutex::new(Progress {
                commits,
                sync_failed: false,
            }),
        })
    }

    fn failure(&self, why: &::sled::Error) -> JournalError {
        JournalError::Store {
            path: self.path.clone(),
            why: explain(why),
        }
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        let found = self
            .database
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
        let from = full_key(tree, from);
        let until = match until {
            Some(until) => full_key(tree, until),
            None => {
                let mut end = tree.name().as_bytes().to_vec();
                end.push(1);
                end
            }
        };
        if from >= until {
            return Ok(Vec::new());
        }
        let rows = self
            .database
            .range::<Vec<u8>, _>((Bound::Included(from), Bound::Excluded(until)));
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
        for row in self.database.scan_prefix(full_key(tree, &[])) {
            row.map_err(|why| self.failure(&why))?;
            rows += 1;
        }
        Ok(rows)
    }

    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.sync_failed {
            return Err(JournalError::Store {
                path: self.path.clone(),
                why: "an earlier write did not reach the disk, so nothing more is promised; look after the disk and restart handoffd"
                    .to_owned(),
            });
        }
        let commits = progress.commits + 1;
        let mut changes = ::sled::Batch::default();
        let has_blobs = (batch.changes.iter()).any(|(_, _, value)| {
            value
                .as_ref()
                .is_some_and(|value| value.len() >= BLOB_BYTES)
        });
        for (tree, key, value) in batch.changes {
            match value {
                Some(value) => changes.insert(full_key(tree, &key), value),
                None => changes.remove(full_key(tree, &key)),
            }
        }
        changes.insert(COMMITS_KEY, &commits.to_be_bytes());
        self.database
            .apply_batch(changes)
            .and_then(|()| self.database.flush())
            .map_err(|why| self.failure(&why))?;
        progress.commits = commits;
        if outlives == Outlives::PowerCut {
            let mut synced = self.log.sync_data();
            if has_blobs && synced.is_ok() {
                synced = File::open(&self.blobs).and_then(|folder| folder.sync_all());
            }
            if let Err(why) = synced {
                progress.sync_failed = true;
                return Err(JournalError::Store {
                    path: self.path.clone(),
                    why: format!("the disk did not take a write: {why}"),
                });
            }
            self.witness.remember(commits)?;
        }
        Ok(())
    }
}

fn full_key(tree: Tree, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(tree.name().len() + 1 + key.len());
    full.extend_from_slice(tree.name().as_bytes());
    full.push(0);
    full.extend_from_slice(key);
    full
}

/// Opens the database, and waits a moment where it is still locked: the threads of one that was just closed let go of the lock
/// a little after the last handle is gone, and a process that ends needs a moment too.
fn open_when_free(folder: &Path) -> ::sled::Result<::sled::Db> {
    let mut waited = Duration::ZERO;
    loop {
        let opened = ::sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .open();
        match opened {
            Err(why) if is_locked(&why) && waited < LOCK_WAIT_MAX => {
                std::thread::sleep(LOCK_WAIT_STEP);
                waited += LOCK_WAIT_STEP;
            }
            opened => return opened,
        }
    }
}

fn is_locked(why: &::sled::Error) -> bool {
    why.to_string().contains(LOCKED)
}

fn explain(why: &::sled::Error) -> String {
    let text = why.to_string();
    if text.contains(LOCKED) {
        return "it is in use by another handoffd; ask that one through its control socket, or stop it first".to_owned();
    }
    match why {
        ::sled::Error::Corruption { .. } => {
            format!("it is damaged; restore the whole folder from a backup ({text})")
        }
        _ => text,
    }
}
