//! Where do the secrets of this installation come from? Credentials of the service manager, or files made by ourselves. Each change of the key
//! adds one of the next epoch, and earlier ones prove what they made until somebody takes them away.

use super::form;
use super::key_fingerprint::KeyKind;
use super::store::{Act, Batch, Outlives, Tree};
use super::{Journal, JournalError};
use crate::ticket::TokenKey;
use jiff::Timestamp;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The shortest secret taken from a credential, in bytes.
const SECRET_MIN_BYTES: usize = 32;
/// The file of the key that hides forgotten addresses.
const HIDING_KEY: &str = "forgotten.key";
/// The most epochs that are kept: each costs a calculation for every address that is looked at.
const EPOCHS_MAX: usize = 8;

/// What becomes of earlier keys when a new one is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlierKeys {
    /// They prove what they made: no reply is lost.
    Kept,
    /// They are worth nothing from now on: somebody else may know them.
    Forgotten,
}

impl Journal {
    /// The key of all tokens: the credentials `token-key`, `token-key-1`, … in `$CREDENTIALS_DIRECTORY` where there is one, else `token.key`,
    /// `token-1.key`, … in the store's folder. The number is the epoch; the first file is made at the first call.
    ///
    /// # Errors
    /// [`JournalError::Store`] where a file cannot be read or made, or is too short to be a secret, and where there are too many;
    /// [`JournalError::State`] where it is not the key that the journal knows.
    pub fn token_key(&self) -> Result<TokenKey, JournalError> {
        let key = match self.key_here()? {
            Some(key) => key,
            None => {
                self.may_make_key(KeyKind::Token)?;
                let path = self.folder.join(file_name(0));
                make_secret(&self.folder, &path).map_err(|why| failure(&path, &why.to_string()))?;
                key_of(&[(0, path)], &self.folder)?
            }
        };
        self.known_key(KeyKind::Token, &key)?;
        Ok(key)
    }

    /// What keeps the keys that lie here from those that the journal knows, in a sentence; `None` where they fit. For who only looks: makes none, and
    /// notes nothing.
    ///
    /// # Errors
    /// [`JournalError::Store`] where the database cannot be asked.
    pub fn unfit_key(&self) -> Result<Option<String>, JournalError> {
        let fits = match self.key_here() {
            Ok(Some(key)) => self.known_key(KeyKind::Token, &key),
            Ok(None) => self.may_make_key(KeyKind::Token),
            // A file that cannot be read, or is none of ours.
            Err(why) => return Ok(Some(why.to_string())),
        };
        match fits {
            Ok(()) => Ok(None),
            Err(JournalError::State(why)) => Ok(Some(why)),
            Err(why) => Err(why),
        }
    }

    /// The key of all tokens, where there is one.
    fn key_here(&self) -> Result<Option<TokenKey>, JournalError> {
        let credentials = credentials()?;
        if !credentials.is_empty() {
            return self.made_of(&credentials).map(Some);
        }
        if !self.folder.exists() {
            return Ok(None);
        }
        let files = files(&self.folder)?;
        match files.is_empty() {
            true => Ok(None),
            false => key_of(&files, &self.folder).map(Some),
        }
    }

    /// Mailboxes share credentials, and tickets of one mail that came to several have the same reference: each has a key of its own made of them.
    fn made_of(&self, credentials: &[(u32, PathBuf)]) -> Result<TokenKey, JournalError> {
        let key = key_of(credentials, &self.folder)?;
        Ok(match &self.mailbox {
            Some(mailbox) => key.for_mailbox(mailbox),
            None => key,
        })
    }

    /// Makes a key of the next epoch, which is used from the next [`Journal::token_key`] on; its number. Where earlier ones are forgotten, the
    /// Message-IDs of what we sent before are: they were made with them.
    ///
    /// # Errors
    /// [`JournalError::State`] where the keys are credentials, which we cannot make, or where there are as many as may be;
    /// [`JournalError::Store`] where a file cannot be made or taken away.
    pub fn change_token_key(
        &self,
        earlier: EarlierKeys,
        now: Timestamp,
    ) -> Result<u32, JournalError> {
        if !credentials()?.is_empty() {
            let remedy = "the key comes as a credential of the service manager: add one that is named `token-key-` and the next number to the \
                          unit, and start again";
            return Err(JournalError::State(remedy.to_owned()));
        }
        let files = files(&self.folder)?;
        let is_full = files.len() >= EPOCHS_MAX;
        if is_full && earlier == EarlierKeys::Kept {
            return Err(JournalError::State(format!(
                "there are {} keys already; take the oldest files token*.key in {} away, or forget all earlier ones",
                files.len(),
                self.folder.display()
            )));
        }
        let next = files.iter().map(|(epoch, _)| epoch.saturating_add(1)).max();
        let next = next.unwrap_or_default();
        let path = self.folder.join(file_name(next));
        make_secret(&self.folder, &path).map_err(|why| failure(&path, &why.to_string()))?;
        if earlier == EarlierKeys::Forgotten {
            let mut batch = Batch::of(Act::ChangeKey);
            let since = form::write("proving since", &now)?;
            batch.put(Tree::ProvingSince, [], since);
            // The next look at the key notes the new one.
            batch.delete(Tree::KeyFingerprints, KeyKind::Token.row());
            self.store.commit(batch, Outlives::PowerCut)?;
            for (_, path) in &files {
                std::fs::remove_file(path).map_err(|why| failure(path, &why.to_string()))?;
            }
        }
        Ok(next)
    }
}

impl Journal {
    /// The key under which addresses of forgotten people are hidden: a file of its own, made at the first call. It outlives every change of the
    /// key of tokens, or a `STOP` would be lost with that.
    pub(super) fn hiding_key(&self) -> Result<TokenKey, JournalError> {
        let path = self.folder.join(HIDING_KEY);
        if !path.exists() {
            self.may_make_key(KeyKind::Hiding)?;
            make_secret(&self.folder, &path).map_err(|why| failure(&path, &why.to_string()))?;
        }
        let key = TokenKey::new(secret(&path)?);
        self.known_key(KeyKind::Hiding, &key)?;
        Ok(key)
    }

    /// Whether a mail of ours of that time still proves who holds it.
    pub(super) fn still_proves(&self, recorded_at: Timestamp) -> Result<bool, JournalError> {
        let Some(bytes) = self.store.get(Tree::ProvingSince, &[])? else {
            return Ok(true);
        };
        let since: Timestamp = form::read("proving since", &bytes)?;
        Ok(recorded_at >= since)
    }
}

impl Journal {
    /// The files of keys that lie in the store's folder, by name. Secrets.
    pub(super) fn key_files(&self) -> Result<Vec<(String, Vec<u8>)>, JournalError> {
        let mut found = files(&self.folder)?;
        found.sort();
        let mut paths: Vec<PathBuf> = found.into_iter().map(|(_, path)| path).collect();
        paths.push(self.folder.join(HIDING_KEY));
        let mut read = Vec::new();
        for path in paths.iter().filter(|path| path.exists()) {
            let bytes = std::fs::read(path).map_err(|why| failure(path, &why.to_string()))?;
            let name = path.file_name().unwrap_or_default();
            read.push((name.to_string_lossy().into_owned(), bytes));
        }
        Ok(read)
    }
}

/// Puts key files that came with an export into the folder, those that are new there; which. Another key in the place of one is refused.
pub(super) fn put_key_files(
    folder: &Path,
    keys: &[(String, Vec<u8>)],
) -> Result<Vec<PathBuf>, JournalError> {
    let mut new = Vec::new();
    for (name, bytes) in keys {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(there) if there == *bytes => {}
            Ok(_) => {
                let why = "another key lies there already; move it away first";
                return Err(failure(&path, why));
            }
            Err(_) => new.push((path, bytes)),
        }
    }
    let mut put = Vec::new();
    for (path, bytes) in new {
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let written = made.and_then(|mut file| {
            put.push(path.clone());
            file.write_all(bytes)?;
            file.sync_all()
        });
        if let Err(why) = written {
            take_key_files_away(&put);
            return Err(failure(&path, &why.to_string()));
        }
    }
    Ok(put)
}

/// Where what they came with was not imported.
pub(super) fn take_key_files_away(put: &[PathBuf]) {
    for path in put {
        // Left behind it is no harm: the next import finds the same key.
        let _ = std::fs::remove_file(path);
    }
}

/// Whether a file of this name in the store's folder is a key.
pub(super) fn is_key_file(name: &str) -> bool {
    name == HIDING_KEY || epoch_of_file(name).is_some()
}

fn file_name(epoch: u32) -> String {
    match epoch {
        0 => "token.key".to_owned(),
        epoch => format!("token-{epoch}.key"),
    }
}

/// The epoch of a file of this name.
fn epoch_of_file(name: &str) -> Option<u32> {
    let number = name.strip_prefix("token")?.strip_suffix(".key")?;
    epoch(number)
}

fn epoch_of_credential(name: &str) -> Option<u32> {
    epoch(name.strip_prefix("token-key")?)
}

/// Nothing, or `-` and a number that is written in one way only.
fn epoch(text: &str) -> Option<u32> {
    if text.is_empty() {
        return Some(0);
    }
    let digits = text.strip_prefix('-')?;
    let number: u32 = digits.parse().ok()?;
    (number > 0 && number.to_string() == digits).then_some(number)
}

fn credentials() -> Result<Vec<(u32, PathBuf)>, JournalError> {
    match std::env::var_os("CREDENTIALS_DIRECTORY") {
        Some(folder) => secrets(Path::new(&folder), epoch_of_credential),
        None => Ok(vec![]),
    }
}

fn files(folder: &Path) -> Result<Vec<(u32, PathBuf)>, JournalError> {
    secrets(folder, epoch_of_file)
}

fn secrets(
    folder: &Path,
    epoch_of: fn(&str) -> Option<u32>,
) -> Result<Vec<(u32, PathBuf)>, JournalError> {
    let failed = |why: std::io::Error| failure(folder, &why.to_string());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Some(epoch) = entry.file_name().to_str().and_then(epoch_of) {
            found.push((epoch, entry.path()));
        }
    }
    Ok(found)
}

fn key_of(secrets: &[(u32, PathBuf)], folder: &Path) -> Result<TokenKey, JournalError> {
    if secrets.len() > EPOCHS_MAX {
        let why = format!("it holds more than {EPOCHS_MAX} keys; take the oldest away");
        return Err(failure(folder, &why));
    }
    let mut read = Vec::new();
    for (epoch, path) in secrets {
        read.push((*epoch, secret(path)?));
    }
    TokenKey::of_epochs(read).ok_or_else(|| failure(folder, "it holds no key"))
}

fn secret(path: &Path) -> Result<[u8; 32], JournalError> {
    let bytes = std::fs::read(path).map_err(|why| failure(path, &why.to_string()))?;
    if let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice()) {
        return Ok(key);
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
    Ok(hash.finalize().into())
}

/// Made beside its place and renamed, so that a crash leaves no half key.
fn make_secret(folder: &Path, path: &Path) -> Result<(), std::io::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|why| std::io::Error::other(why.to_string()))?;
    let draft = folder.join("token.key.new");
    // Left by a crash, or put there by somebody: what is opened is a file of our own, and no link is followed.
    if let Err(why) = std::fs::remove_file(&draft)
        && why.kind() != std::io::ErrorKind::NotFound
    {
        return Err(why);
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_name_says_its_epoch_in_one_way() {
        for (name, expected) in [
            ("token.key", Some(0)),
            ("token-1.key", Some(1)),
            ("token-12.key", Some(12)),
            ("token-0.key", None),
            ("token-01.key", None),
            ("token-+1.key", None),
            ("token-1.key.new", None),
            ("token.key.new", None),
            ("token1.key", None),
        ] {
            assert_eq!(epoch_of_file(name), expected, "{name}");
        }
        assert_eq!(epoch_of_credential("token-key"), Some(0));
        assert_eq!(epoch_of_credential("token-key-2"), Some(2));
        assert_eq!(epoch_of_credential("imap.password"), None);
        assert_eq!(epoch_of_file(&file_name(0)), Some(0));
        assert_eq!(epoch_of_file(&file_name(3)), Some(3));
    }

    #[test]
    fn credentials_that_mailboxes_share_are_a_key_of_its_own_for_each() {
        use crate::config::MailboxName;
        use crate::mail::{Address, MailIdentity};
        use crate::ticket::{Party, TicketId};
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("token-key");
        std::fs::write(&secret, [7; 32]).unwrap();
        let key = |mailbox: Option<&str>| {
            let mailbox = mailbox.and_then(MailboxName::parse);
            let journal = Journal::in_memory(folder.path()).of_mailbox(mailbox.as_ref());
            journal.made_of(&[(0, secret.clone())]).unwrap()
        };
        // One mail to both: the same reference, the same customer.
        let ticket = TicketId::for_mail(&MailIdentity([1; 32]), 0);
        let ann = Party::Customer(Address::parse("ann@a.example").unwrap());
        let (alone, sales, help) = (key(None), key(Some("sales")), key(Some("help")));
        let token = sales.token(&ticket, &ann);
        assert!(sales.proves(&token, &ticket, &ann));
        assert!(!help.proves(&token, &ticket, &ann));
        // The only mailbox has the key itself, as ever, and what that made stays good where it becomes one of several.
        assert_eq!(alone.revision(), TokenKey::new([7; 32]).revision());
        assert!(sales.proves(&alone.token(&ticket, &ann), &ticket, &ann));
    }

    #[test]
    fn a_changed_key_makes_and_the_earlier_ones_prove_until_they_are_forgotten() {
        use crate::mail::{Address, MailIdentity};
        use crate::ticket::{Party, TicketId};
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let ticket = TicketId::for_mail(&MailIdentity([1; 32]), 0);
        let ann = Party::Customer(Address::parse("ann@a.example").unwrap());
        let first = journal.token_key().unwrap();
        let token = first.token(&ticket, &ann);
        assert_eq!(journal.change_token_key(EarlierKeys::Kept, NOW).unwrap(), 1);
        let second = journal.token_key().unwrap();
        assert_eq!(second.epoch(), 1);
        assert!(second.proves(&token, &ticket, &ann));
        assert_ne!(second.token(&ticket, &ann), token);
        for epoch in 2..8 {
            assert_eq!(
                journal.change_token_key(EarlierKeys::Kept, NOW).unwrap(),
                epoch
            );
        }
        let full = journal
            .change_token_key(EarlierKeys::Kept, NOW)
            .unwrap_err();
        assert!(
            full.to_string().contains("forget all earlier ones"),
            "{full}"
        );
        assert!(journal.token_key().unwrap().proves(&token, &ticket, &ann));
        assert_eq!(
            journal
                .change_token_key(EarlierKeys::Forgotten, NOW)
                .unwrap(),
            8
        );
        let last = journal.token_key().unwrap();
        assert!(!last.proves(&token, &ticket, &ann));
        assert_eq!(files(folder.path()).unwrap().len(), 1);
    }
}
