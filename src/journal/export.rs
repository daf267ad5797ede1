//! Everything as JSON lines: backup, move, upgrade. What is written is one moment of the journal, and the chain goes with it, so that the
//! journal can be verified where it is imported.

use super::form::exported::{EXPORT_VERSION, EndForm, HeadForm, LineForm, RowForm, to_base64};
use super::{Journal, JournalError};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;

/// Whether the keys of tokens and of forgotten addresses go with an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// The export holds no secret that proves who we are; the key files must be kept with it.
    StayBehind,
    /// Whoever has the export can make our tokens.
    GoWithIt,
}

impl Journal {
    /// Writes everything, as of one moment; commits wait until it is written. How many rows it came to.
    ///
    /// # Errors
    /// [`JournalError`] where the store cannot be read or `out` cannot be written.
    pub fn export(&self, out: &mut dyn Write, keys: Keys) -> Result<u64, JournalError> {
        let mut lines = Lines {
            out: BufWriter::new(out),
            hash: Sha256::new(),
            rows: 0,
        };
        lines.put(&HeadForm {
            version: EXPORT_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        })?;
        if keys == Keys::GoWithIt {
            for (file, bytes) in self.key_files()? {
                let value64 = to_base64(&bytes);
                lines.put(&LineForm::File { file, value64 })?;
            }
        }
        self.store.rows(&mut |key, value| {
            let end = key.iter().position(|byte| *byte == 0);
            let (tree, key) = key.split_at(end.unwrap_or(key.len()));
            lines.rows += 1;
            lines.put(&LineForm::Row {
                tree: String::from_utf8_lossy(tree).into_owned(),
                row: RowForm::new(key.get(1..).unwrap_or_default(), value),
            })
        })?;
        lines.end()
    }

    /// The same into a file that nobody else can open and that goes with its handle, so that a slow reader holds up no commit.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn export_aside(&self, keys: Keys) -> Result<File, JournalError> {
        let path = self.folder.join("export.new");
        if let Err(why) = std::fs::remove_file(&path)
            && why.kind() != ErrorKind::NotFound
        {
            return Err(not_written(&why));
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|why| not_written(&why))?;
        std::fs::remove_file(&path).map_err(|why| not_written(&why))?;
        let _ = self.export(&mut file, keys)?;
        file.rewind().map_err(|why| not_written(&why))?;
        Ok(file)
    }
}

struct Lines<'a> {
    out: BufWriter<&'a mut dyn Write>,
    hash: Sha256,
    rows: u64,
}

impl Lines<'_> {
    fn put<T: serde::Serialize>(&mut self, line: &T) -> Result<(), JournalError> {
        let mut line = serde_json::to_vec(line)
            .map_err(|why| JournalError::State(format!("an export cannot be written: {why}")))?;
        line.push(b'\n');
        self.hash.update(&line);
        self.out.write_all(&line).map_err(|why| not_written(&why))
    }

    fn end(mut self) -> Result<u64, JournalError> {
        let digest = self.hash.clone().finalize();
        let end = EndForm {
            rows: self.rows,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        self.put(&LineForm::End { end })?;
        self.out.flush().map_err(|why| not_written(&why))?;
        Ok(self.rows)
    }
}

fn not_written(why: &std::io::Error) -> JournalError {
    JournalError::State(format!(
        "the export could not be written to its end, and what was written is none: {why}"
    ))
}
