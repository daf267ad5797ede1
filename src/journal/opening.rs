//! Where is the journal of these settings, and who opens it for what? Files or database: past this file only the store knows.

use super::store::PostgresStore;
use super::{Headway, Journal, JournalError, Lease};
use crate::config::{Store, StoreKind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Who works with a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBy {
    /// Machine and process.
    pub holder: String,
    /// How long their lease lasts, unless they renew it.
    pub left: Duration,
}

impl HeldBy {
    /// Machine and process alone: the same for all journals that it works with.
    #[must_use]
    pub fn process(&self) -> &str {
        let end = self.holder.rfind(" (").unwrap_or(self.holder.len());
        self.holder.get(..end).unwrap_or_default()
    }

    /// How this process is called to others.
    #[must_use]
    pub fn own_process() -> String {
        let host = rustix::system::uname();
        let host = host.nodename().to_string_lossy();
        format!("{host}, process {}", std::process::id())
    }
}

/// Why a journal is not ours to work with just now.
#[derive(Debug)]
pub enum NotOpened {
    /// Another process works with it.
    Held(HeldBy),
    /// The database is out of reach for this reason, which may pass.
    Away(String),
    /// This does not pass by itself.
    Failed(JournalError),
}

impl From<JournalError> for NotOpened {
    fn from(why: JournalError) -> Self {
        Self::Failed(why)
    }
}

impl Journal {
    /// Opens the journal of these settings to work with it, or makes one. `headway` is told how far it is, and whenever something takes long
    /// later on.
    ///
    /// # Errors
    /// [`JournalError::Store`] where it cannot be reached or read, or another process has its files open; [`JournalError::Held`] where one
    /// has its lease; [`JournalError::Damaged`] where it has lost commits.
    pub fn open_of(settings: &Store, headway: &Arc<Headway>) -> Result<Self, JournalError> {
        let opened = match &settings.kind {
            StoreKind::Sled => Self::open_saying(&settings.path, headway)?,
            StoreKind::Postgres(database) => {
                make_folder(&settings.path)?;
                let store = PostgresStore::open(database, headway)?;
                Self::with_store(Box::new(store), &settings.path)
            }
        };
        Ok(opened.of_mailbox(settings.mailbox.as_ref()))
    }

    /// The same for who would rather wait than fail: tried once, and where it may be tried again later that is told apart.
    ///
    /// # Errors
    /// [`NotOpened`]
    pub fn open_if_free(settings: &Store, headway: &Arc<Headway>) -> Result<Self, NotOpened> {
        let opened = match &settings.kind {
            StoreKind::Sled => Self::open_saying(&settings.path, headway)?,
            StoreKind::Postgres(database) => {
                make_folder(&settings.path)?;
                let store = PostgresStore::open_once(database, headway)?;
                Self::with_store(Box::new(store), &settings.path)
            }
        };
        Ok(opened.of_mailbox(settings.mailbox.as_ref()))
    }

    /// Opens the journal of these settings to look at it. One in a database is seen as of this moment, whoever works with it.
    ///
    /// # Errors
    /// [`JournalError::Store`] where it cannot be reached or read, or another process has its files open.
    pub fn look_at(settings: &Store) -> Result<Self, JournalError> {
        let opened = match &settings.kind {
            StoreKind::Sled => Self::open(&settings.path)?,
            StoreKind::Postgres(database) => Self::look(database, &settings.path)?,
        };
        Ok(opened.of_mailbox(settings.mailbox.as_ref()))
    }

    /// Opens the journal of these settings to see whether it was changed, whatever was done to it. Nothing can be recorded.
    ///
    /// # Errors
    /// As of [`Journal::look_at`].
    pub fn look_to_verify(settings: &Store) -> Result<Self, JournalError> {
        let opened = match &settings.kind {
            StoreKind::Sled => Self::open_to_verify(&settings.path)?,
            StoreKind::Postgres(database) => Self::look(database, &settings.path)?,
        };
        Ok(opened.of_mailbox(settings.mailbox.as_ref()))
    }

    fn look(database: &crate::config::Database, folder: &Path) -> Result<Self, JournalError> {
        let store = PostgresStore::look(database, &Arc::default())?;
        Ok(Self::with_store(Box::new(store), folder))
    }

    /// Which process works with the journal of these settings, on whatever machine; `None` where none does, and for files, where it is the one
    /// that answers on the control socket.
    ///
    /// # Errors
    /// [`JournalError::Store`] where the database cannot be reached.
    pub fn held_by(settings: &Store) -> Result<Option<HeldBy>, JournalError> {
        match &settings.kind {
            StoreKind::Sled => Ok(None),
            StoreKind::Postgres(database) => PostgresStore::held_by(database),
        }
    }

    /// Whether there is a journal of these settings.
    ///
    /// # Errors
    /// [`JournalError::Store`] where the database cannot be reached.
    pub fn is_there(settings: &Store) -> Result<bool, JournalError> {
        match &settings.kind {
            StoreKind::Sled => Ok(Self::is_in(&settings.path)),
            StoreKind::Postgres(database) => PostgresStore::is_there(database),
        }
    }

    /// Looks for what would keep the journal of these settings from being opened, apart from who works with it; what is odd, in sentences. Changes
    /// nothing. Of files there is nothing to be said before they are opened.
    ///
    /// # Errors
    /// [`JournalError::Store`] where the database cannot be reached, or the journal was left behind in it under another name.
    pub fn examine(settings: &Store) -> Result<Vec<String>, JournalError> {
        match &settings.kind {
            StoreKind::Sled => Ok(Vec::new()),
            StoreKind::Postgres(database) => PostgresStore::examine(database),
        }
    }

    /// Whether it is kept in a database, whose files are not ours to write.
    #[must_use]
    pub fn is_in_database(&self) -> bool {
        self.store.lease().is_some()
    }

    /// Whether nobody else can have taken over: what cannot be undone is done only then. Files are ours as long as we have them open.
    ///
    /// # Errors
    /// [`JournalError::LeaseLost`] where somebody has, [`JournalError::Store`] where that is not known just now, [`JournalError::Damaged`]
    /// where the journal is not what we recorded.
    pub fn still_ours(&self) -> Result<(), JournalError> {
        let lease = self.store.lease();
        if let Some(why) = lease.and_then(|lease| lease.damage()) {
            return Err(JournalError::Damaged {
                path: self.place(),
                why: why.to_owned(),
            });
        }
        match lease {
            Some(lease) if lease.is_lost() => Err(JournalError::LeaseLost {
                journal: self.place(),
            }),
            Some(lease) if !lease.is_sure() => Err(JournalError::Store {
                path: self.place(),
                why: "the database was out of reach for as long as our lease lasts, so another process may have taken over; nothing is sent \
                      before it is known that none has"
                    .to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// The lease under which it is worked with; `None` where no other process can.
    #[must_use]
    pub fn lease(&self) -> Option<Arc<Lease>> {
        self.store.lease().map(Arc::clone)
    }

    /// Lets another process work with it at once. Nothing can be recorded after that.
    pub fn give_back(&self) {
        self.store.give_back();
    }

    fn place(&self) -> String {
        format!("the journal whose keys lie in {}", self.folder.display())
    }
}

/// The keys and the mark of a login lie there, also where the journal does not.
pub(super) fn make_folder(folder: &Path) -> Result<(), JournalError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|why| JournalError::Store {
            path: folder.display().to_string(),
            why: format!("the folder cannot be made: {why}"),
        })
}
