//! Which files are the store's? A store that is written anew gets a folder of its own inside the store's, and the file `current` names it;
//! without that file they lie in the store's folder itself. Replacing that one small file is the only moment of change: before it the old
//! files are the store, after it the new ones, and what is not the store is removed at the next opening.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file that names the folder.
const CURRENT: &str = "current";
/// What the folders' names begin with; a number follows.
const PREFIX: &str = "rewritten-";

/// Whether a store lies in the folder.
pub(crate) fn is_store(folder: &Path) -> bool {
    folder.join(CURRENT).is_file() || folder.join("db").is_file()
}

/// Where the store's files lie.
pub(super) fn current(folder: &Path) -> std::io::Result<PathBuf> {
    Ok(match number(folder)? {
        0 => folder.to_owned(),
        number => folder.join(format!("{PREFIX}{number}")),
    })
}

fn number(folder: &Path) -> std::io::Result<u64> {
    let path = folder.join(CURRENT);
    match std::fs::read_to_string(&path) {
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(0),
        Err(why) => Err(why),
        Ok(name) => (name.trim().strip_prefix(PREFIX))
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| {
                let path = path.display();
                std::io::Error::other(format!(
                    "{path} names no folder of a store; restore the whole folder from a backup"
                ))
            }),
    }
}

/// An empty folder for the next files.
pub(super) fn make_next(folder: &Path) -> std::io::Result<Next> {
    let number = number(folder)? + 1;
    let path = folder.join(format!("{PREFIX}{number}"));
    remove(&path)?;
    std::fs::DirBuilder::new().mode(0o700).create(&path)?;
    Ok(Next { number, path })
}

/// Files that are not the store yet.
#[derive(Debug)]
pub(super) struct Next {
    number: u64,
    pub(super) path: PathBuf,
}

impl Next {
    /// From here on these files are the store. They must be on disk.
    pub(super) fn make_current(&self, folder: &Path) -> std::io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        let draft = folder.join("current.new");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        writeln!(file, "{PREFIX}{}", self.number)?;
        file.sync_all()?;
        std::fs::rename(&draft, folder.join(CURRENT))?;
        File::open(folder)?.sync_all()
    }
}

/// Removes files of the store that are the store no more, or never were. Nothing else in the folder is touched.
pub(super) fn remove_others(folder: &Path) -> std::io::Result<()> {
    let current = number(folder)?;
    for found in std::fs::read_dir(folder)? {
        let found = found?;
        let name = found.file_name().to_string_lossy().into_owned();
        let is_old = current > 0
            && (matches!(name.as_str(), "db" | "conf" | "blobs") || name.starts_with("snap."));
        let of_another = name
            .strip_prefix(PREFIX)
            .is_some_and(|number| number.parse::<u64>().is_ok_and(|number| number != current));
        if is_old || of_another {
            remove(&found.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

fn remove(path: &Path) -> std::io::Result<()> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(why) => Err(why),
    };
    match removed {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}
