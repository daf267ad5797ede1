//! The files of a sled database: opened, filled from nothing, and what sled's errors about them mean.

use super::super::JournalError;
use super::super::chain::{self, NOTHING_BEFORE};
use super::super::check::damaged_words;
use super::super::linked::{self, COMMITS_KEY, ChainEnd, link_key};
use super::IN_USE;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the database may keep in memory; the default of 1 GB would be all of a small machine.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// What sled says of a folder that another process, or an old handle, has open.
const LOCKED: &str = "could not acquire lock";
/// How long a lock is waited for, and how often it is tried.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(2);
const LOCK_WAIT_STEP: Duration = Duration::from_millis(20);

/// Values of about this size may become files of their own: sled syncs the file, the entry in its folder is ours to sync.
pub(super) const BLOB_BYTES: usize = 16 * 1024;

/// How much is copied at once where the store is written anew, in bytes.
const COPIED_AT_ONCE_BYTES: usize = 4 * 1024 * 1024;

/// The open files, which [`Store::rewrite`](super::Store::rewrite) replaces.
pub(in super::super) struct Files {
    pub(super) database: ::sled::Db,
    pub(super) log: File,
    pub(super) blobs: PathBuf,
}

impl Files {
    pub(in super::super) fn open(folder: &Path) -> ::sled::Result<Self> {
        Ok(Self {
            database: open_when_free(folder)?,
            log: File::open(folder.join("db"))?,
            blobs: folder.join("blobs"),
        })
    }

    /// The last commit that they hold.
    pub(super) fn chain_end(&self) -> ::sled::Result<ChainEnd> {
        let commits = self.database.get(COMMITS_KEY)?;
        let commits = commits.map_or(0, |bytes| linked::count_of(&bytes));
        let link = self.database.get(link_key(commits))?;
        let head = link.map_or(NOTHING_BEFORE, |link| chain::hash(commits, &link));
        Ok(ChainEnd { commits, head })
    }
}

/// Files that are being written from their first row on.
pub(in super::super) struct Filling {
    files: Files,
    changes: ::sled::Batch,
    bytes: usize,
}

impl Filling {
    pub(in super::super) fn of(files: Files) -> Self {
        Self {
            files,
            changes: ::sled::Batch::default(),
            bytes: 0,
        }
    }

    pub(in super::super) fn put(
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
    pub(in super::super) fn end(self) -> ::sled::Result<Files> {
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

/// Opens the database, and waits a moment where it is still locked: the threads of one that was just closed let go of the lock
/// a little after the last handle is gone, and a process that ends needs a moment too.
pub(in super::super) fn open_when_free(folder: &Path) -> ::sled::Result<::sled::Db> {
    let mut waited = Duration::ZERO;
    loop {
        remove_unfinished_summaries(folder)?;
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

/// Removes what sled began to write and did not end: at each opening it writes a summary of its log, under another name first. Where the disk is
/// full, or the program is killed meanwhile, that file stays, and the next opening would take it for the newest summary, find it torn and call
/// the whole database corrupt. The log has everything that such a file could say.
///
/// The lock is sled's own, so that nothing is taken away from an opening that is under way; without it nothing is done, and sled says who has it.
fn remove_unfinished_summaries(folder: &Path) -> std::io::Result<()> {
    // To be written to: a network file system locks nothing else.
    let log = match File::options()
        .read(true)
        .write(true)
        .open(folder.join("db"))
    {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
        log => log?,
    };
    match log.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(()),
        Err(TryLockError::Error(why)) => return Err(why),
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(entry.path())?;
        }
    }
    // Closing the file lets go of the lock.
    Ok(())
}

fn is_locked(why: &::sled::Error) -> bool {
    why.to_string().contains(LOCKED)
}

pub(super) fn failure(why: &::sled::Error, folder: &Path) -> JournalError {
    let (path, text) = (folder.display().to_string(), explain(why, folder));
    match is_damage(why) {
        true => JournalError::Damaged { path, why: text },
        false => JournalError::Store { path, why: text },
    }
}

pub(super) fn explain(why: &::sled::Error, folder: &Path) -> String {
    let text = why.to_string();
    if text.contains(LOCKED) {
        let process = std::fs::read_to_string(folder.join(IN_USE)).unwrap_or_default();
        let process = match process.trim().parse::<u32>() {
            Ok(number) => format!(" (process {number})"),
            Err(_) => String::new(),
        };
        return format!(
            "it is in use by another handoffd{process}; stop that one first, or ask it: with the settings that it was started with (where its log says `control-failed` it has no socket to ask)"
        );
    }
    match why {
        // sled says more about itself than about the file.
        ::sled::Error::Corruption { .. } => {
            damaged_words("the file `db` does not hold what was written into it")
        }
        _ if is_damage(why) => damaged_words(&text),
        _ => text,
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
pub(super) fn size_bytes(folder: &Path) -> u64 {
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let blobs = std::fs::read_dir(folder.join("blobs"))
        .into_iter()
        .flatten();
    let blobs = blobs.flatten().map(|found| bytes(&found.path()));
    blobs.fold(bytes(&folder.join("db")), u64::saturating_add)
}
