//! Where does the secret of this installation come from? A credential of the service manager, or a file made once.

use super::{Journal, JournalError};
use crate::ticket::TokenKey;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The shortest secret taken from a credential, in bytes.
const SECRET_MIN_BYTES: usize = 32;

impl Journal {
    /// The key of all tokens: `$CREDENTIALS_DIRECTORY/token-key` where there is one, else `token.key` in the store's folder,
    /// which is made at the first call.
    ///
    /// # Errors
    /// [`JournalError::Store`] where the file cannot be read or made, or is too short to be a secret.
    pub fn token_key(&self) -> Result<TokenKey, JournalError> {
        if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
            let path = PathBuf::from(folder).join("token-key");
            if path.exists() {
                return key_from(&path);
            }
        }
        let path = self.folder.join("token.key");
        if !path.exists() {
            make_key(&self.folder, &path).map_err(|why| failure(&path, &why.to_string()))?;
        }
        key_from(&path)
    }
}

fn key_from(path: &Path) -> Result<TokenKey, JournalError> {
    let bytes = std::fs::read(path).map_err(|why| failure(path, &why.to_string()))?;
    if let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice()) {
        return Ok(TokenKey::new(key));
    }
    if bytes.trim_ascii().len() < SECRET_MIN_BYTES {
        return Err(failure(
            path,
            "it holds less than 32 bytes; put at least 32 random bytes there (`head -c 32 /dev/urandom`)",
        ));
    }
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(b"handoffd token key");
    hash.update(bytes.trim_ascii());
    Ok(TokenKey::new(hash.finalize().into()))
}

/// Made beside its place and renamed, so that a crash leaves no half key.
fn make_key(folder: &Path, path: &Path) -> Result<(), std::io::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|why| std::io::Error::other(why.to_string()))?;
    let draft = folder.join("token.key.new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    File::open(folder)?.sync_all()
}

fn failure(path: &Path, why: &str) -> JournalError {
    JournalError::Store {
        path: path.display().to_string(),
        why: why.to_owned(),
    }
}
