//! Is the key here the one that this journal was made with? On one machine it cannot be another. A journal in a database is reached from several,
//! and one that came with a key of its own would take replies to earlier mails for strangers'. So such a journal keeps what tells keys apart,
//! and nothing from which one could be made.

use super::store::{Act, Batch, Outlives, Tree};
use super::{Journal, JournalError};
use crate::ticket::TokenKey;

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// That of tokens.
    Token,
    /// That which hides forgotten addresses.
    Hiding,
}

impl KeyKind {
    pub(super) const ALL: [Self; 2] = [Self::Token, Self::Hiding];

    pub(super) const fn row(self) -> &'static [u8] {
        match self {
            Self::Token => b"token",
            Self::Hiding => b"hiding",
        }
    }

    const fn files(self) -> &'static str {
        match self {
            Self::Token => "token.key, token-1.key, … (or the credentials token-key, …)",
            Self::Hiding => "forgotten.key",
        }
    }
}

impl Journal {
    /// Refuses another key than the one that the journal knows; one to which it was changed is noted.
    pub(super) fn known_key(&self, kind: KeyKind, key: &TokenKey) -> Result<(), JournalError> {
        let (noted, ours) = (self.noted_key(kind)?, key.revision());
        match noted {
            Some(noted) if noted == ours => Ok(()),
            Some(noted) if key.as_of(&noted).is_none() => Err(self.wrong_key(kind)),
            // It is written to where it may lie beside several keys.
            _ if self.store.lease().is_none() => Ok(()),
            _ => {
                let mut batch = Batch::of(Act::ChangeKey);
                batch.put(Tree::KeyFingerprints, kind.row(), ours);
                self.store.commit(batch, Outlives::PowerCut)
            }
        }
    }

    /// Refuses to make a key where the journal knows one.
    pub(super) fn may_make_key(&self, kind: KeyKind) -> Result<(), JournalError> {
        match self.noted_key(kind)? {
            Some(_) => Err(self.wrong_key(kind)),
            None => Ok(()),
        }
    }

    fn noted_key(&self, kind: KeyKind) -> Result<Option<String>, JournalError> {
        let noted = self.store.get(Tree::KeyFingerprints, kind.row())?;
        Ok(noted.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn wrong_key(&self, kind: KeyKind) -> JournalError {
        JournalError::State(format!(
            "the key in {} is not the one that this journal was made with: copy {} from the machine that worked with it last. If they are lost, \
             run `handoffd recover`, which takes the key that is here; addresses that the old one made are known no more then",
            self.folder.display(),
            kind.files()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::EarlierKeys;
    use super::super::store::{PostgresStore, postgres_tests};
    use super::*;
    use jiff::Timestamp;
    use std::path::Path;
    use std::sync::Arc;

    #[test]
    fn another_machine_needs_the_same_key_and_hears_so() {
        let database = postgres_tests::database();
        let on = |folder: &Path| {
            let store = PostgresStore::open(&database, &Arc::default()).unwrap();
            Journal::with_store(Box::new(store), folder)
        };
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let journal = on(here.path());
        let first = journal.token_key().unwrap();
        let _ = journal.hiding_key().unwrap();
        drop(journal);
        let journal = on(there.path());
        let why = journal.token_key().unwrap_err().to_string();
        assert!(why.contains("copy token.key"), "{why}");
        assert!(!there.path().join("token.key").exists(), "none was made");
        let why = journal.hiding_key().map(drop).unwrap_err().to_string();
        assert!(why.contains("copy forgotten.key"), "{why}");
        // Who stands by sees it before it is to take over.
        let unfit = || {
            let store = PostgresStore::look(&database, &Arc::default()).unwrap();
            let journal = Journal::with_store(Box::new(store), there.path());
            journal.unfit_key().unwrap()
        };
        let none_here = unfit().unwrap();
        assert!(none_here.contains("copy token.key"), "{none_here}");
        assert!(!there.path().join("token.key").exists(), "none was made");
        std::fs::write(there.path().join("token.key"), [7; 32]).unwrap();
        assert!(journal.token_key().is_err());
        assert!(unfit().unwrap().contains("copy token.key"));
        std::fs::write(there.path().join("token.key"), "short").unwrap();
        let short = unfit().unwrap();
        assert!(short.contains("less than 32 bytes"), "{short}");
        for file in ["token.key", "forgotten.key"] {
            std::fs::copy(here.path().join(file), there.path().join(file)).unwrap();
        }
        assert_eq!(journal.token_key().unwrap().revision(), first.revision());
        assert_eq!(unfit(), None);
        let _ = journal.hiding_key().unwrap();
        // Changed there: here it is behind until the new file is copied.
        let now = Timestamp::UNIX_EPOCH;
        let _ = journal.change_token_key(EarlierKeys::Kept, now).unwrap();
        let second = journal.token_key().unwrap();
        drop(journal);
        let journal = on(here.path());
        assert!(journal.token_key().is_err());
        std::fs::copy(
            there.path().join("token-1.key"),
            here.path().join("token-1.key"),
        )
        .unwrap();
        assert_eq!(journal.token_key().unwrap().revision(), second.revision());
        let _ = journal
            .change_token_key(EarlierKeys::Forgotten, now)
            .unwrap();
        assert_ne!(journal.token_key().unwrap().revision(), second.revision());
        drop(journal);
        assert!(on(there.path()).token_key().is_err());
    }
}
