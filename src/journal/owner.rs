//! Whose are the files of the store? Root may look into the store of a stopped daemon, and what it makes there must not keep the daemon out.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

/// Gives everything in `folder` to the folder's own user and group. Does nothing for who is not root, or owns it all.
///
/// # Errors
/// A file could not be looked at or given.
pub fn give_to_owner(folder: &Path) -> io::Result<()> {
    let owner = fs::symlink_metadata(folder)?;
    let is_root = fs::metadata("/proc/self")?.uid() == 0;
    if is_root && owner.uid() != 0 {
        give(folder, owner.uid(), owner.gid())?;
    }
    Ok(())
}

/// Links are given themselves and never followed.
fn give(folder: &Path, user: u32, group: u32) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        if (found.uid(), found.gid()) != (user, group) {
            lchown(entry.path(), Some(user), Some(group))?;
        }
        if found.is_dir() {
            give(&entry.path(), user, group)?;
        }
    }
    Ok(())
}
