//! The store as a sled 0.34 database; the only file that knows sled.
//!
//! Two things that sled does not do are done here: `flush()` does not reach the disk on Linux (no fsync), so the log is synced
//! after it; and a damaged log is cut off silently at opening, so an own count of commits is compared.

use super::chain::{self, Act, Digest, Link, NOTHING_BEFORE};
use super::check::{self, Damage, damaged_words};
use super::generation;
use super::in_use::InUse;
use super::incoming;
use super::linked::{self, CHAINED_KEY, COMMITS_KEY, Standing, link_key};
use super::verify::{self, Verified, full_key, seal_key};
use super::witness::{Remembered, Witness};
use super::{Batch, ChainOfCopy, EachRow, JournalError, Order, Outlives, Row, Store, Tree};
use std::fs::File;
use std::io::ErrorKind;
use std::ops::Bound;
use std::os::unix::fs::DirBuilderExt;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
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

/// How much is copied at once where the store is written anew, in bytes.
const COPIED_AT_ONCE_BYTES: usize = 4 * 1024 * 1024;

/// So many records of an older program are taken into the chain by one link.
const ADOPTED_AT_ONCE: usize = 2_000;

/// A store of at most this size is checked before it is worked with; a larger one is checked while it is, unless its last end was none.
pub(super) const CHECKED_AT_ONCE_BYTES: u64 = 256 * 1024 * 1024;

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
    // Always taken before `files`.
    progress: Mutex<Progress>,
    files: RwLock<Files>,
}

/// The open files, which [`Store::rewrite`] replaces.
pub(super) struct Files {
    database: ::sled::Db,
    log: File,
    blobs: PathBuf,
}

impl Files {
    pub(super) fn open(folder: &Path) -> ::sled::Result<Self> {
        Ok(Self {
            database: open_when_free(folder)?,
            log: File::open(folder.join("db"))?,
            blobs: folder.join("blobs"),
        })
    }
}

/// What the next commit has to know.
struct Progress {
    commits: u64,
    /// The hash of the last commit's link.
    head: Digest,
    /// A sync failed. The kernel may have dropped the pages: later syncs would succeed without anything on disk.
    sync_failed: bool,
}

impl SledStore {
    /// Opens or makes the database in `folder`. A damaged one is refused, and nothing in its files makes this panic.
    pub(crate) fn open(folder: &Path, opening: Opening) -> Result<Self, JournalError> {
        Self::open_checking(folder, opening, CHECKED_AT_ONCE_BYTES)
    }

    /// The same, where a store of at most so many bytes is checked at once.
    pub(super) fn open_checking(
        folder: &Path,
        opening: Opening,
        at_once_bytes: u64,
    ) -> Result<Self, JournalError> {
        // sled trusts its files; what they hold after damage can end it anywhere.
        let opened = std::panic::catch_unwind(AssertUnwindSafe(|| {
            Self::open_it(folder, opening, at_once_bytes)
        }));
        opened.unwrap_or_else(|_| {
            Err(JournalError::Damaged {
                path: folder.display().to_string(),
                why: damaged_words("the database could not be read to its end"),
            })
        })
    }

    fn open_it(folder: &Path, opening: Opening, at_once_bytes: u64) -> Result<Self, JournalError> {
        let path = folder.display().to_string();
        let failed = |why: String| JournalError::Store {
            path: path.clone(),
            why,
        };
        let damaged = |what: &str| JournalError::Damaged {
            path: path.clone(),
            why: damaged_words(what),
        };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|why| failed(format!("the folder cannot be made: {why}")))?;
        incoming::refuse_unfinished(folder)?;
        let current = generation::current(folder).map_err(|why| failed(why.to_string()))?;
        let files = Files::open(&current).map_err(|why| failure(&why, folder))?;
        let commits = (files.database.get(COMMITS_KEY))
            .map_err(|why| failure(&why, folder))?
            .map_or(0, |bytes| linked::count_of(&bytes));
        let head = (files.database.get(link_key(commits)))
            .map_err(|why| failure(&why, folder))?
            .map_or(NOTHING_BEFORE, |link| chain::hash(commits, &link));
        let (witness, remembered) = Witness::open(folder.join("commits"))?;
        let mut store = Self {
            folder: folder.to_owned(),
            path: path.clone(),
            witness,
            remembered,
            opening,
            is_checked: true,
            in_use: None,
            progress: Mutex::new(Progress {
                commits,
                head,
                sync_failed: false,
            }),
            files: RwLock::new(files),
        };
        if opening == Opening::ToVerify {
            return Ok(store);
        }
        let refuses = opening == Opening::ToWork;
        let lost = remembered.filter(|remembered| remembered.commits > commits);
        if let (Some(lost), true) = (lost, refuses) {
            let what = format!(
                "it knows of {commits} commits of {}, so mails that were handled would be handled again",
                lost.commits
            );
            return Err(damaged(&what));
        }
        let is_chained = remembered.is_some_and(|one| one.head.is_some() && one.commits > 0);
        if refuses && is_chained && head == NOTHING_BEFORE {
            let what = format!("commit {commits}, its last, is missing");
            return Err(damaged(&what));
        }
        let in_use = InUse::begin(folder.join(IN_USE)).map_err(|why| failed(why.to_string()))?;
        let was_left_open = in_use.was_left;
        store.in_use = Some(in_use);
        // What a rewriting left behind that a crash cut short. The lock on the current files is ours, so nobody else works on them.
        generation::remove_others(folder).map_err(|why| failed(why.to_string()))?;
        store.adopt()?;
        let is_small = size_bytes(&current) <= at_once_bytes;
        store.is_checked = is_small || was_left_open;
        if store.is_checked && refuses {
            store.distrust();
            store.refuse_damage()?;
            store.trust();
        }
        if remembered.is_none() {
            // A new file is only found after a power cut when its folder is on disk too.
            let progress = store.progress();
            (store.witness).remember(progress.commits, &progress.head)?;
            drop(progress);
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|why| failed(why.to_string()))?;
        }
        Ok(store)
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
        let files = self.files();
        (files
            .database
            .remove(key)
            .and_then(|_| files.database.flush()))
        .map_err(|why| self.failure(&why))?;
        Ok(())
    }

    /// An error that says what is missing, and what to do.
    fn refuse_damage(&self) -> Result<(), JournalError> {
        let what = match self.check() {
            Ok(damage) if damage.is_empty() => return Ok(()),
            Ok(damage) => {
                let what: Vec<String> = damage.iter().map(ToString::to_string).collect();
                what.join("; ")
            }
            // The disk, and not what is on it.
            Err(why @ (JournalError::Damaged { .. } | JournalError::Store { .. })) => {
                return Err(why);
            }
            Err(why) => why.to_string(),
        };
        Err(JournalError::Damaged {
            path: self.path.clone(),
            why: damaged_words(&what),
        })
    }

    /// Takes what a program from before the chain wrote into the chain. After a crash it goes on where it was.
    fn adopt(&self) -> Result<(), JournalError> {
        let chained = (self.files().database)
            .get(CHAINED_KEY)
            .map_err(|why| self.failure(&why))?;
        if chained.is_some() {
            return Ok(());
        }
        let commits = self.progress().commits;
        let last = (self.files().database)
            .get(link_key(commits))
            .map_err(|why| self.failure(&why))?;
        let last = last.and_then(|link| Link::from_bytes(&link));
        // A chain that has gone on is older than what it would take in: that was put there, and verifying names it.
        let goes_on = last.is_some_and(|link| link.act != Act::Begin);
        if goes_on {
            return self.mark_as_chained();
        }
        if self.progress().commits > 0 {
            self.commit(Batch::of(Act::Begin), Outlives::PowerCut)?;
        }
        for tree in Tree::CHAINED {
            let mut from = Vec::new();
            loop {
                let rows = self.scan(tree, &from, None, Order::Upwards, ADOPTED_AT_ONCE)?;
                let Some((last, _)) = rows.last() else { break };
                from.clone_from(last);
                from.push(0);
                let mut batch = Batch::of(Act::Begin);
                for (key, value) in rows {
                    if self.get(Tree::Seals, &seal_key(tree, &key))?.is_none() {
                        batch.put(tree, key, value);
                    }
                }
                if !batch.is_empty() {
                    self.commit(batch, Outlives::PowerCut)?;
                }
            }
        }
        self.mark_as_chained()
    }

    fn mark_as_chained(&self) -> Result<(), JournalError> {
        let files = self.files();
        (files.database.insert(CHAINED_KEY, &[1]))
            .and_then(|_| files.database.flush())
            .map_err(|why| self.failure(&why))?;
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
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All rows, copied into the files of `next`, on disk.
    fn copy(&self, next: &Path) -> ::sled::Result<Files> {
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
        let store = Self::open(folder, Opening::ToVerify)?;
        let kept = std::panic::catch_unwind(AssertUnwindSafe(|| store.rescue()));
        kept.unwrap_or_else(|_| {
            let why = "nothing of it can be read; move the folder away but for its key files, and start with an empty one";
            Err(failed(why.to_owned()))
        })?;
        Ok(vec![refused.to_string()])
    }

    fn rescue(&self) -> Result<(), JournalError> {
        let failed = |why: String| JournalError::Store {
            path: self.path.clone(),
            why,
        };
        let in_files = |why: std::io::Error| failed(why.to_string());
        let witnessed = self.remembered.map_or(0, |one| one.commits);
        let commits = self.progress().commits.max(witnessed);
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
    ) -> Result<(Files, Standing), JournalError> {
        let in_copy = |why: ::sled::Error| self.failure(&why);
        let mut copy = Filling::of(Files::open(next).map_err(in_copy)?);
        let then = linked::begun_anew(self, commits, |key, value| {
            copy.put(key, value).map_err(in_copy)
        })?;
        Ok((copy.end().map_err(in_copy)?, then))
    }

    /// Writes a witness for a database that was written beside its place, and checks it: what is damaged.
    pub(super) fn witness_anew(folder: &Path, files: &Path) -> Result<Vec<Damage>, JournalError> {
        let failed = |why: ::sled::Error| JournalError::Store {
            path: folder.display().to_string(),
            why: why.to_string(),
        };
        let files = Files::open(files).map_err(failed)?;
        let commits = files.database.get(COMMITS_KEY).map_err(failed)?;
        let commits = commits.map_or(0, |bytes| linked::count_of(&bytes));
        let link = files.database.get(link_key(commits)).map_err(failed)?;
        let head = link.map_or(NOTHING_BEFORE, |link| chain::hash(commits, &link));
        let (witness, remembered) = Witness::open(folder.join("commits"))?;
        witness.remember(commits, &head)?;
        let store = Self {
            folder: folder.to_owned(),
            path: folder.display().to_string(),
            witness,
            remembered,
            opening: Opening::ToVerify,
            is_checked: true,
            in_use: None,
            progress: Mutex::new(Progress {
                commits,
                head,
                sync_failed: false,
            }),
            files: RwLock::new(files),
        };
        store.check()
    }
}

/// Files that are being written from their first row on.
pub(super) struct Filling {
    files: Files,
    changes: ::sled::Batch,
    bytes: usize,
}

impl Filling {
    pub(super) fn of(files: Files) -> Self {
        Self {
            files,
            changes: ::sled::Batch::default(),
            bytes: 0,
        }
    }

    pub(super) fn put(
        &mut self,
        key: impl Into<::sled::IVec>,
        value: impl Into<::sled::IVec>,
    ) -> ::sled::Result<()> {
        let (key, value) = (key.into(), value.into());
        self.bytes += key.len() + value.len();
        self.changes.insert(key, value);
        if self.bytes >= COPIED_AT_ONCE_BYTES {
            let changes = std::mem::take(&mut self.changes);
            self.files.database.apply_batch(changes)?;
            self.files.database.flush()?;
            self.bytes = 0;
        }
        Ok(())
    }

    /// All of it, on disk.
    pub(super) fn end(self) -> ::sled::Result<Files> {
        let files = self.files;
        files.database.apply_batch(self.changes)?;
        files.database.flush()?;
        files.log.sync_all()?;
        if files.blobs.exists() {
            File::open(&files.blobs)?.sync_all()?;
        }
        Ok(files)
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
        let before = Standing {
            commits: progress.commits,
            head: progress.head,
        };
        let linked = linked::linked(before, batch, |key| {
            let found = files.database.get(key).map_err(|why| self.failure(&why))?;
            Ok(found.map(|value| value.to_vec()))
        })?;
        let Standing { commits, head } = linked.then;
        let mut changes = ::sled::Batch::default();
        for (key, value) in linked.rows {
            match value {
                Some(value) => changes.insert(key, value),
                None => changes.remove(key),
            }
        }
        (files.database.apply_batch(changes))
            .and_then(|()| files.database.flush())
            .map_err(|why| self.failure(&why))?;
        progress.commits = commits;
        progress.head = head;
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
            self.witness.remember(commits, &head)?;
        }
        Ok(())
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        let progress = self.progress();
        let remembered = match self.opening {
            Opening::ToVerify => self.remembered,
            _ => self.witness.read()?,
        };
        verify::walk(self, progress.commits, remembered)
    }

    fn check(&self) -> Result<Vec<Damage>, JournalError> {
        let progress = self.progress();
        let standing = Standing {
            commits: progress.commits,
            head: progress.head,
        };
        let remembered = match self.opening {
            Opening::ToVerify => self.remembered,
            _ => self.witness.read()?,
        };
        check::check(self, standing, remembered)
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
        (progress.head != NOTHING_BEFORE).then_some((progress.commits, progress.head))
    }

    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError> {
        let _commits_wait = self.progress();
        for row in self.files().database.iter() {
            let (key, value) = row.map_err(|why| self.failure(&why))?;
            each(&key, &value)?;
        }
        Ok(())
    }

    fn rewrite(&self, chain: ChainOfCopy) -> Result<(), JournalError> {
        let mut progress = self.progress();
        let failed = |why: String| JournalError::Store {
            path: self.path.clone(),
            why: format!(
                "it could not be written anew, so what was deleted may still be found in its files: {why}"
            ),
        };
        let next = generation::make_next(&self.folder).map_err(|why| failed(why.to_string()))?;
        // Commits wait for `progress`; readers for the moment of change alone.
        let (copy, then) = match chain {
            ChainOfCopy::Kept => {
                let copy = self.copy(&next.path);
                let then = Standing {
                    commits: progress.commits,
                    head: progress.head,
                };
                (
                    copy.map_err(|why| failed(explain(&why, &self.folder)))?,
                    then,
                )
            }
            ChainOfCopy::Anew => self.copy_under_new_chain(&next.path, progress.commits)?,
        };
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(why) = next.make_current(&self.folder) {
            // The new files may be the current ones already: whatever is recorded in the old ones now could be lost at the next start.
            progress.sync_failed = true;
            return Err(failed(why.to_string()));
        }
        *files = copy;
        drop(files);
        progress.commits = then.commits;
        progress.head = then.head;
        self.witness.remember(progress.commits, &progress.head)?;
        generation::remove_others(&self.folder).map_err(|why| failed(why.to_string()))
    }
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

fn failure(why: &::sled::Error, folder: &Path) -> JournalError {
    let (path, text) = (folder.display().to_string(), explain(why, folder));
    match is_damage(why) {
        true => JournalError::Damaged { path, why: text },
        false => JournalError::Store { path, why: text },
    }
}

fn explain(why: &::sled::Error, folder: &Path) -> String {
    let text = why.to_string();
    if text.contains(LOCKED) {
        let process = std::fs::read_to_string(folder.join(IN_USE)).unwrap_or_default();
        let process = match process.trim().parse::<u32>() {
            Ok(number) => format!(" (process {number})"),
            Err(_) => String::new(),
        };
        return format!(
            "it is in use by another handoffd{process}; ask that one through its control socket, or stop it first"
        );
    }
    match is_damage(why) {
        true => damaged_words(&text),
        false => text,
    }
}

fn is_damage(why: &::sled::Error) -> bool {
    match why {
        ::sled::Error::Corruption { .. }
        | ::sled::Error::Unsupported(_)
        | ::sled::Error::ReportableBug(_) => true,
        ::sled::Error::Io(io) => is_about_contents(io.kind()) && !is_locked(why),
        _ => false,
    }
}

/// Whether an error speaks of what the files hold, not of the disk or of who may read them.
const fn is_about_contents(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::InvalidData
            | ErrorKind::InvalidInput
            | ErrorKind::NotFound
            | ErrorKind::Other
    )
}

/// How much the files of a database come to.
fn size_bytes(folder: &Path) -> u64 {
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let blobs = std::fs::read_dir(folder.join("blobs"))
        .into_iter()
        .flatten();
    let blobs = blobs.flatten().map(|found| bytes(&found.path()));
    blobs.fold(bytes(&folder.join("db")), u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &SledStore, key: &str, value: &str) {
        let mut batch = Batch::of(Act::Watch);
        batch.put(Tree::WatchedFolder, key, value);
        store.commit(batch, Outlives::PowerCut).unwrap();
    }

    fn open(folder: &Path) -> SledStore {
        SledStore::open(folder, Opening::ToWork).unwrap()
    }

    fn holds(store: &SledStore, key: &str) -> bool {
        store
            .get(Tree::WatchedFolder, key.as_bytes())
            .unwrap()
            .is_some()
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = names
            .map(|found| found.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_put_in_is_not_taken_for_what_an_older_program_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        put(&store, "recorded", "by a commit");
        {
            let files = store.files();
            let key = full_key(Tree::WatchedFolder, b"forged");
            files.database.insert(key, b"put in").unwrap();
            files.database.remove(CHAINED_KEY).unwrap().unwrap();
            files.database.flush().unwrap();
        }
        drop(store);
        assert!(SledStore::open(folder.path(), Opening::ToWork).is_err());
        let store = SledStore::open(folder.path(), Opening::Unchecked).unwrap();
        assert!(holds(&store, "forged") && holds(&store, "recorded"));
        let found = store.verify().unwrap().differences;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            matches!(found[0].found, verify::Found::Added { .. }),
            "{found:?}"
        );
    }

    /// Each step of a rewriting, and the end of the process after it.
    #[test]
    fn a_rewriting_that_a_crash_cuts_short_leaves_the_old_store_or_the_new_one() {
        for steps in 0..4 {
            let folder = tempfile::tempdir().unwrap();
            for round in 0..2 {
                let store = open(folder.path());
                put(&store, &format!("k{round}"), "before");
                if steps >= 1 {
                    let next = generation::make_next(folder.path()).unwrap();
                    std::fs::write(next.path.join("db"), "half a copy").unwrap();
                }
                if steps >= 2 {
                    let next = generation::make_next(folder.path()).unwrap();
                    let copy = store.copy(&next.path).unwrap();
                    std::fs::write(folder.path().join("current.new"), "half a na").unwrap();
                    if steps >= 3 {
                        next.make_current(folder.path()).unwrap();
                    }
                    drop(copy);
                }
                drop(store);
                let store = open(folder.path());
                assert!(holds(&store, &format!("k{round}")), "{steps}");
                assert_eq!(store.verify().unwrap().differences.len(), 0, "{steps}");
                let names = names(folder.path());
                let rewritten = names.iter().filter(|name| name.starts_with("rewritten-"));
                assert_eq!(
                    rewritten.count(),
                    usize::from(steps >= 3),
                    "{steps}: {names:?}"
                );
                let is_old = names.contains(&"db".to_owned());
                assert_eq!(is_old, steps < 3, "{steps}: {names:?}");
            }
        }
    }

    #[test]
    fn a_rewritten_store_goes_on_and_its_old_files_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        put(&store, "one", &"blob".repeat(10_000));
        store.rewrite(ChainOfCopy::Kept).unwrap();
        put(&store, "two", "after");
        store.rewrite(ChainOfCopy::Kept).unwrap();
        let expected = ["commits", "current", "in-use", "rewritten-2"];
        assert_eq!(names(folder.path()), expected);
        drop(store);
        assert!(!folder.path().join("in-use").exists());
        let store = open(folder.path());
        assert!(holds(&store, "one") && holds(&store, "two"));
    }

    #[test]
    fn only_a_damaged_store_gets_a_new_chain() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        put(&store, "one", "1");
        let head = store.head();
        // In use by another.
        let why = SledStore::keep_what_is_left(folder.path()).unwrap_err();
        assert!(matches!(why, JournalError::Store { .. }), "{why:?}");
        drop(store);
        // The mark of use cannot be written, as on a full disk.
        let in_the_way = folder.path().join("in-use.new");
        std::fs::create_dir(&in_the_way).unwrap();
        let why = SledStore::keep_what_is_left(folder.path()).unwrap_err();
        assert!(matches!(why, JournalError::Store { .. }), "{why:?}");
        std::fs::remove_dir(&in_the_way).unwrap();
        let store = open(folder.path());
        assert_eq!(store.head(), head);
        // And one that is damaged does.
        store
            .take_behind_its_back(&full_key(Tree::WatchedFolder, b"one"))
            .unwrap();
        drop(store);
        let damage = SledStore::keep_what_is_left(folder.path()).unwrap();
        assert_eq!(damage.len(), 1, "{damage:?}");
        assert!(!holds(&open(folder.path()), "one"));
    }

    /// The same commits with and without links, in turn.
    #[test]
    #[ignore = "measures: see docs/testing.md"]
    fn cost_of_the_chain() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let (mut with, mut without) = (Duration::ZERO, Duration::ZERO);
        let mail = vec![b'x'; 12_000];
        for round in 0..300_u32 {
            let rows: Vec<(Vec<u8>, Vec<u8>)> = (0..20_u32)
                .map(|row| {
                    let key = format!("{round} {row}").into_bytes();
                    let value = if row == 0 {
                        mail.clone()
                    } else {
                        vec![b'y'; 300]
                    };
                    (key, value)
                })
                .collect();
            let mut batch = Batch::of(Act::Entry);
            for (key, value) in &rows {
                batch.put(Tree::Events, key.clone(), value.clone());
            }
            let began = std::time::Instant::now();
            store.commit(batch, Outlives::PowerCut).unwrap();
            with += began.elapsed();

            let mut changes = ::sled::Batch::default();
            for (key, value) in rows {
                changes.insert([b"plain\0", key.as_slice()].concat(), value);
            }
            let head = store.progress().head;
            let began = std::time::Instant::now();
            let files = store.files();
            files.database.apply_batch(changes).unwrap();
            files.database.flush().unwrap();
            files.log.sync_data().unwrap();
            store
                .witness
                .remember(store.progress().commits, &head)
                .unwrap();
            without += began.elapsed();
        }
        println!(
            "a commit of 20 records: {:.2} ms with links, {:.2} ms without, ratio {:.2}",
            with.as_secs_f64() * 1000.0 / 300.0,
            without.as_secs_f64() * 1000.0 / 300.0,
            with.as_secs_f64() / without.as_secs_f64()
        );
    }
}
