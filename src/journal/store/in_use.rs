//! Did whoever worked with the store come to a good end? A file beside it says so: it is there while somebody works, and stays where they were killed.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// The mark of a store that is worked with. Left behind by who was killed; a power cut may take it, which is no harm: the store is checked
/// then for another reason or while it is worked with.
#[derive(Debug)]
pub(super) struct InUse {
    path: PathBuf,
    /// Whoever had the store before did not come to a good end.
    pub(super) was_left: bool,
    /// It stays behind for the next one to see.
    pub(super) stays: AtomicBool,
}

impl InUse {
    /// Only who holds the lock of the database calls this.
    pub(super) fn begin(path: PathBuf) -> std::io::Result<Self> {
        let was_left = path.exists();
        let draft = path.with_extension("new");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        writeln!(file, "{}", std::process::id())?;
        std::fs::rename(&draft, &path)?;
        Ok(Self {
            path,
            was_left,
            // Until it is checked: who refuses it leaves the mark for the next one.
            stays: AtomicBool::new(was_left),
        })
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        if !self.stays.load(Ordering::Relaxed) {
            // Where it cannot be removed, the next start checks everything at once, which is no harm.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
