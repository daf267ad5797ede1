//! A folder of its own for the journal of one conversation or replay, gone when that ends.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A folder that nobody else may read; removed when it is dropped.
#[derive(Debug)]
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes it among the system's temporary files.
    pub(crate) fn new() -> std::io::Result<Self> {
        let number = getrandom::u64().map_err(|why| std::io::Error::other(why.to_string()))?;
        let path = std::env::temp_dir().join(format!("handoffd-test-{number:016x}"));
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nothing depends on it any more; the system clears its temporary files as well.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
