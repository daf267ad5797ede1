//! How does a store come into an empty folder, all of it or nothing? It is written beside its place, checked, and put there by the replacement
//! of one small file. A mark stands in the folder until then: a crash in the middle leaves nothing that opens, as a young store least of all. It
//! names the key files that came too, so that the next import takes them away again, and nobody else's.

use super::JournalError;
use super::check::Damage;
use super::generation::{self, Next};
use super::sled::{Files, Filling, SledStore};
use crate::journal::key::is_key_file;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The mark of a folder into which something comes.
const MARK: &str = "import-unfinished";
const MARK_DRAFT: &str = "import-unfinished.new";

/// A store that is not there yet. Dropped before its end it leaves the folder as it was.
pub(crate) struct Incoming {
    folder: PathBuf,
    next: Next,
    filling: Option<Filling>,
    key_files: Vec<PathBuf>,
    is_done: bool,
}

/// Whether an import was cut short by a crash in this folder.
pub(super) fn is_unfinished(folder: &Path) -> bool {
    folder.join(MARK).exists()
}

impl Incoming {
    /// Nothing yet. A folder that holds a store, or what is left of one, is refused.
    pub(crate) fn begin(folder: &Path) -> Result<Self, JournalError> {
        let failed = |why: String| failure(folder, why);
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|why| failed(format!("the folder cannot be made: {why}")))?;
        if is_unfinished(folder) {
            let of_the_last = key_files_in_mark(folder).map_err(|why| failed(why.to_string()))?;
            clear(folder, &of_the_last).map_err(|why| failed(why.to_string()))?;
        }
        if generation::is_store(folder) || folder.join("commits").exists() {
            return Err(failed(
                "it holds a store, or what is left of one; move that folder away and import into an empty one".to_owned(),
            ));
        }
        if let Some(name) = foreign_file(folder).map_err(|why| failed(why.to_string()))? {
            return Err(failed(format!(
                "{name:?} lies in it, which is no part of a store; see whether `[store] path` names the right folder, and import into an empty one"
            )));
        }
        let begin = || -> std::io::Result<Next> {
            set_mark(folder, "")?;
            generation::make_next(folder)
        };
        let next = begin().map_err(|why| failed(why.to_string()))?;
        let files = Files::open(&next.path).map_err(|why| failed(why.to_string()))?;
        Ok(Self {
            folder: folder.to_owned(),
            next,
            filling: Some(Filling::of(files)),
            key_files: Vec::new(),
            is_done: false,
        })
    }

    /// A row of the whole database.
    pub(crate) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), JournalError> {
        let filling = self.filling.as_mut();
        let filling = filling.ok_or_else(|| failure(&self.folder, "it is closed".to_owned()))?;
        (filling.put(key, value)).map_err(|why| failure(&self.folder, why.to_string()))
    }

    /// From here on it is the store of the folder, with these key files beside it.
    pub(crate) fn finish(mut self, keys: &[(String, Vec<u8>)]) -> Result<(), JournalError> {
        let folder = self.folder.clone();
        let failed = |why: std::io::Error| failure(&folder, why.to_string());
        if let Some(filling) = self.filling.take() {
            drop(
                filling
                    .end()
                    .map_err(|why| failure(&folder, why.to_string()))?,
            );
        }
        let damage = SledStore::witness_anew(&folder, &self.next.path)?;
        if !damage.is_empty() {
            let what: Vec<String> = damage.iter().map(Damage::to_string).collect();
            let why = format!(
                "what was exported is damaged: {}; nothing was imported",
                what.join("; ")
            );
            return Err(failure(&folder, why));
        }
        self.put_keys(keys)?;
        self.next.make_current(&folder).map_err(failed)?;
        self.is_done = true;
        std::fs::remove_file(folder.join(MARK)).map_err(failed)?;
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }

    /// Named in the mark first, and never in the place of another.
    pub(crate) fn put_keys(&mut self, keys: &[(String, Vec<u8>)]) -> Result<(), JournalError> {
        let folder = self.folder.clone();
        let failed = |why: std::io::Error| failure(&folder, why.to_string());
        let lies_there = |path: &Path| {
            failure(
                path,
                "a key lies there already; move it away first".to_owned(),
            )
        };
        let mut names = String::new();
        for (name, _) in keys {
            let path = folder.join(name);
            if std::fs::symlink_metadata(&path).is_ok() {
                return Err(lies_there(&path));
            }
            names.push_str(name);
            names.push('\n');
        }
        set_mark(&folder, &names).map_err(failed)?;
        for (name, bytes) in keys {
            let path = folder.join(name);
            let made = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path);
            let mut file = made.map_err(|why| match why.kind() {
                ErrorKind::AlreadyExists => lies_there(&path),
                _ => failure(&path, why.to_string()),
            })?;
            self.key_files.push(path);
            (file.write_all(bytes))
                .and_then(|()| file.sync_all())
                .map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        drop(self.filling.take());
        // Where it fails the mark stays, and the folder is refused until the next import.
        let _ = clear(&self.folder, &self.key_files);
    }
}

/// What lies in the folder that nobody puts beside a store: keys, and what begins with a dot (a login by token, a file system's own), may come first.
fn foreign_file(folder: &Path) -> std::io::Result<Option<OsString>> {
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let is_expected = name.to_str().is_some_and(|name| {
            is_key_file(name) || name.starts_with('.') || name == "lost+found" || name == MARK_DRAFT
        });
        if !is_expected {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The mark with the names of the key files that come, on disk. Replaced as a whole: a crash leaves the one before or this one.
fn set_mark(folder: &Path, names: &str) -> std::io::Result<()> {
    let draft = folder.join(MARK_DRAFT);
    let mut mark = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    mark.write_all(names.as_bytes())?;
    mark.sync_all()?;
    std::fs::rename(&draft, folder.join(MARK))?;
    File::open(folder)?.sync_all()
}

/// The key files that an import put there that did not come to its end.
fn key_files_in_mark(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let names = std::fs::read_to_string(folder.join(MARK))?;
    let names = names.lines().filter(|name| is_key_file(name));
    Ok(names.map(|name| folder.join(name)).collect())
}

/// Removes what an import left behind, its mark last.
fn clear(folder: &Path, key_files: &[PathBuf]) -> std::io::Result<()> {
    let of_store = ["current", "commits", MARK_DRAFT].map(|name| folder.join(name));
    for path in key_files.iter().chain(&of_store) {
        match std::fs::remove_file(path) {
            Err(why) if why.kind() != ErrorKind::NotFound => return Err(why),
            _ => {}
        }
    }
    generation::remove_others(folder)?;
    std::fs::remove_file(folder.join(MARK))?;
    File::open(folder)?.sync_all()
}

fn failure(path: &Path, why: String) -> JournalError {
    JournalError::Store {
        path: path.display().to_string(),
        why,
    }
}

/// A folder with the mark is not opened.
pub(super) fn refuse_unfinished(folder: &Path) -> Result<(), JournalError> {
    match is_unfinished(folder) {
        true => Err(failure(
            folder,
            "an import into it did not come to its end; run `handoffd import` again".to_owned(),
        )),
        false => Ok(()),
    }
}
