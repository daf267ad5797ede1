//! What must outlive a restart: the refresh token that a person allowed or the server replaced, and since when there is trouble. One file beside
//! the store, for our user alone, replaced as a whole; the admin's own files are never written to.

use super::error::TokenError;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

const VERSION: u32 = 1;
const FILE_MAX_BYTES: u64 = 256 * 1024;
/// How long another process of ours (`handoffd login`, `check --online`) may be in the middle of a refresh.
const LOCK_PATIENCE: Duration = Duration::from_secs(60);
const LOCK_LOOK_EVERY: Duration = Duration::from_millis(50);

/// The file.
#[derive(Clone, Debug)]
pub(super) struct KeptFile {
    path: PathBuf,
    account: String,
}

/// What stands in it, of this account.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub(super) refresh_token: Option<SecretString>,
    /// Since when that one is known.
    pub(super) refresh_token_since: Option<Timestamp>,
    pub(super) refresh_token_ends: Option<Timestamp>,
    pub(super) failing_since: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Form {
    version: u32,
    account: String,
    refresh_token: Option<String>,
    refresh_token_since: Option<Timestamp>,
    refresh_token_ends: Option<Timestamp>,
    failing_since: Option<Timestamp>,
}

/// While it lives no other process of ours refreshes.
pub(super) struct Lock(#[expect(dead_code, reason = "closing it is what ends the lock")] File);

impl KeptFile {
    /// The file of an account.
    pub(super) const fn new(path: PathBuf, account: String) -> Self {
        Self { path, account }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn trouble(&self, error: impl ToString) -> TokenError {
        TokenError::Kept {
            file: self.name(),
            reason: error.to_string(),
        }
    }

    /// Waits for its turn.
    pub(super) async fn lock(&self) -> Result<Lock, TokenError> {
        // The folder itself is locked: there is no file to leave behind that the daemon could not open.
        fs::create_dir_all(self.folder()).map_err(|error| self.trouble(error))?;
        let folder = File::open(self.folder()).map_err(|error| self.trouble(error))?;
        let mut waited = Duration::ZERO;
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(Lock(folder)),
                Err(TryLockError::WouldBlock) if waited < LOCK_PATIENCE => {
                    tokio::time::sleep(LOCK_LOOK_EVERY).await;
                    waited += LOCK_LOOK_EVERY;
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(self.trouble("another handoffd has held it for a minute"));
                }
                Err(TryLockError::Error(error)) => return Err(self.trouble(error)),
            }
        }
    }

    /// What stands in it; nothing where it is missing or belongs to another account.
    pub(super) fn read(&self) -> Result<Kept, TokenError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::default()),
            Err(error) => return Err(self.trouble(error)),
        };
        let mut text = String::new();
        file.take(FILE_MAX_BYTES)
            .read_to_string(&mut text)
            .map_err(|error| self.trouble(error))?;
        let text = SecretString::from(text);
        // serde's own words could quote what stands there.
        let form: Form = serde_json::from_str(text.expose_secret())
            .map_err(|error| self.trouble(format!("line {} is damaged", error.line())))?;
        if form.version != VERSION {
            return Err(self.trouble(format!("it is of version {}", form.version)));
        }
        if form.account != self.account {
            return Ok(Kept::default());
        }
        Ok(Kept {
            refresh_token: form.refresh_token.map(SecretString::from),
            refresh_token_since: form.refresh_token_since,
            refresh_token_ends: form.refresh_token_ends,
            failing_since: form.failing_since,
        })
    }

    /// Replaces it. When this returns, it outlives a power cut.
    pub(super) fn write(&self, kept: &Kept) -> Result<(), TokenError> {
        let form = Form {
            version: VERSION,
            account: self.account.clone(),
            refresh_token: (kept.refresh_token.as_ref())
                .map(|token| token.expose_secret().to_owned()),
            refresh_token_since: kept.refresh_token_since,
            refresh_token_ends: kept.refresh_token_ends,
            failing_since: kept.failing_since,
        };
        let text = serde_json::to_string(&form).map_err(|error| self.trouble(error))?;
        self.replace(text.as_bytes())
            .map_err(|error| self.trouble(error))
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        let beside = PathBuf::from(name);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        // `handoffd login` may be run by root: the daemon must be able to read what it leaves.
        let (folder, ours) = (fs::metadata(self.folder())?, file.metadata()?);
        if folder.uid() != ours.uid() && ours.uid() == 0 {
            chown(&beside, Some(folder.uid()), Some(folder.gid()))?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&beside, &self.path)?;
        File::open(self.folder())?.sync_all()
    }
}
