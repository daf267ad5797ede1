//! An export becomes a store, all of it or nothing. Reads what somebody may have cut, changed, or made: whatever is not an export to the last
//! byte leaves the folder as it was.

use super::export::Keys;
use super::form::exported::{self, EndForm, LineForm, from_base64};
use super::key::{put_key_files, take_key_files_away};
use super::store::{self, Incoming, MemoryStore, PostgresIncoming, Row};
use super::{Journal, JournalError};
use crate::config::StoreKind;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::path::Path;

/// The longest line: a mail of some tens of MB as base64 is well below. In bytes.
const LINE_MAX_BYTES: u64 = 512 * 1024 * 1024;
/// So many key files may go with an export, and so large.
const KEY_FILES_MAX: usize = 16;
const KEY_MAX_BYTES: usize = 64 * 1024;

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// So many rows of the database.
    pub rows: u64,
    /// Whether the keys came with it.
    pub keys: Keys,
}

impl Journal {
    /// Makes the store in `folder` that was exported. The folder must hold none.
    ///
    /// # Errors
    /// [`JournalError`]; the folder is as it was, or, after a crash in the middle, is refused by every opening until the next import.
    pub fn import(folder: &Path, input: &mut dyn BufRead) -> Result<Imported, JournalError> {
        let mut incoming = Incoming::begin(folder)?;
        let mut lines = Lines::begin(input)?;
        while let Some((key, value)) = lines.next_row()? {
            incoming.put(key, value)?;
        }
        let imported = lines.imported();
        incoming.finish(&lines.keys)?;
        Ok(imported)
    }

    /// The same into the journal of these settings, wherever that is kept. One in a database must hold nothing.
    ///
    /// # Errors
    /// As of [`Journal::import`]; [`JournalError::Held`] where another process works with that journal.
    pub fn import_of(
        settings: &crate::config::Store,
        input: &mut dyn BufRead,
    ) -> Result<Imported, JournalError> {
        let StoreKind::Postgres(database) = &settings.kind else {
            return Self::import(&settings.path, input);
        };
        super::opening::make_folder(&settings.path)?;
        let mut incoming = PostgresIncoming::begin(database)?;
        let mut lines = Lines::begin(input)?;
        incoming.fill(|| lines.next_row())?;
        let imported = lines.imported();
        let put = put_key_files(&settings.path, &lines.keys)?;
        let finished = incoming.finish();
        if finished.is_err() {
            take_key_files_away(&put);
        }
        finished.map(|()| imported)
    }

    /// The same, as a journal that ends with this process. For tests and simulations.
    ///
    /// # Errors
    /// [`JournalError`]
    #[doc(hidden)]
    pub fn import_in_memory(folder: &Path, input: &mut dyn BufRead) -> Result<Self, JournalError> {
        let mut lines = Lines::begin(input)?;
        let mut rows = BTreeMap::new();
        while let Some((key, value)) = lines.next_row()? {
            let _ = rows.insert(key, value);
        }
        Ok(Self::with_store(
            Box::new(MemoryStore::of_rows(rows)),
            folder,
        ))
    }
}

struct Lines<'a> {
    input: &'a mut dyn BufRead,
    hash: Sha256,
    number: u64,
    rows: u64,
    keys: Vec<(String, Vec<u8>)>,
}

impl<'a> Lines<'a> {
    fn begin(input: &'a mut dyn BufRead) -> Result<Self, JournalError> {
        let mut lines = Self {
            input,
            hash: Sha256::new(),
            number: 0,
            rows: 0,
            keys: Vec::new(),
        };
        let head = lines.next_line()?.unwrap_or_default();
        exported::head(&head).map_err(|why| lines.wrong(&why))?;
        lines.hash.update(&head);
        Ok(lines)
    }

    /// `None` at the end, where all that was read is what was written.
    fn next_row(&mut self) -> Result<Option<Row>, JournalError> {
        loop {
            let Some(bytes) = self.next_line()? else {
                return Err(self.wrong("it ends before its last line: it was cut short"));
            };
            let line = serde_json::from_slice(&bytes);
            let line = line.map_err(|_| self.wrong("it is no line of an export"))?;
            match line {
                LineForm::Row { tree, row } => {
                    self.hash.update(&bytes);
                    self.rows += 1;
                    let row = row.bytes();
                    let (key, value) =
                        row.ok_or_else(|| self.wrong("its key or value cannot be read"))?;
                    if !store::is_known_row(&tree, &key) {
                        return Err(self.wrong(
                            "it belongs to nothing that this program stores: it was written by a newer handoffd; import it with that one",
                        ));
                    }
                    let full = [tree.as_bytes(), &[0], &key].concat();
                    return Ok(Some((full, value)));
                }
                LineForm::File { file, value64 } => {
                    self.hash.update(&bytes);
                    let value = from_base64(&value64).filter(|value| value.len() <= KEY_MAX_BYTES);
                    let is_key = super::key::is_key_file(&file) && self.keys.len() < KEY_FILES_MAX;
                    match (value, is_key) {
                        (Some(value), true) => self.keys.push((file, value)),
                        _ => return Err(self.wrong("it is no file of a key")),
                    }
                }
                LineForm::End { end } => {
                    self.check_end(&end)?;
                    return Ok(None);
                }
            }
        }
    }

    fn check_end(&mut self, end: &EndForm) -> Result<(), JournalError> {
        let digest = self.hash.clone().finalize();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        if end.rows != self.rows || end.sha256 != digest {
            return Err(
                self.wrong("what stands before it is not what was exported: it was changed")
            );
        }
        if self.next_line()?.is_some() {
            return Err(self.wrong("it stands behind the end of the export"));
        }
        Ok(())
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, JournalError> {
        let mut line = Vec::new();
        let mut bounded = (&mut *self.input).take(LINE_MAX_BYTES);
        let read = bounded.read_until(b'\n', &mut line);
        let read = read.map_err(|why| self.wrong(&format!("it cannot be read: {why}")))?;
        self.number += 1;
        match (read, line.ends_with(b"\n")) {
            (0, _) => Ok(None),
            (_, true) => Ok(Some(line)),
            (_, false) => Err(self.wrong("it ends in its middle: the export was cut short")),
        }
    }

    fn imported(&self) -> Imported {
        Imported {
            rows: self.rows,
            keys: match self.keys.is_empty() {
                true => Keys::StayBehind,
                false => Keys::GoWithIt,
            },
        }
    }

    fn wrong(&self, why: &str) -> JournalError {
        JournalError::State(format!(
            "line {} of the export: {why}; nothing was imported",
            self.number
        ))
    }
}

#[cfg(test)]
mod tests;
