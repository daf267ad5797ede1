//! What does it take to work for a mailbox, but for its journal? Loaded and checked ahead, so that taking one over takes no longer than opening its
//! journal, and what is wrong with its files is found on the day they were written.

use super::named::span_of;
use super::ready::NotReady;
use crate::config::{Database, MailboxName, Settings, StoreKind};
use crate::control::{Awaited, Bystander};
use crate::gateway::Office;
use crate::journal::Headway;
use crate::ticket::TokenKey;
use crate::understand::meaning::Encoder;
use std::sync::Arc;
use tokio::sync::watch;

/// Everything that it takes to work for a mailbox, but for its journal.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) name: Option<MailboxName>,
    /// Furnished with a key that is worth nothing: which is right the journal alone knows, and says when it is taken over.
    pub(super) office: Arc<Office>,
    pub(super) headway: Arc<Headway>,
}

impl Prepared {
    /// Loads what the settings name.
    pub(super) fn of(
        name: Option<MailboxName>,
        settings: Settings,
        headway: Arc<Headway>,
        models: &[Arc<Encoder>],
    ) -> Result<Self, NotReady> {
        let _in_its_name = span_of(name.as_ref()).entered();
        let office = Office::furnish_among(settings, TokenKey::new([0; 32]), &[], models);
        Ok(Self {
            name,
            office: Arc::new(office.map_err(NotReady::Problems)?),
            headway,
        })
    }

    /// Where its journal is; files are nobody's to stand by for.
    pub(super) fn database(&self) -> Option<&Database> {
        match &self.office.settings.store.kind {
            StoreKind::Sled => None,
            StoreKind::Postgres(database) => Some(database),
        }
    }

    /// What questions about it are answered from meanwhile.
    pub(super) fn bystander(&self, awaited: watch::Receiver<Awaited>) -> Bystander {
        Bystander {
            store: self.office.settings.store.clone(),
            awaited,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::mailbox::tests::settings;
    use super::*;
    use crate::config::JournalName;
    use std::path::Path;

    /// The demo's desk with a journal of its own in this database. Its keys lie in the folder.
    pub(in crate::cli::run) fn prepared(
        text: &str,
        database: &Database,
        folder: &Path,
    ) -> Prepared {
        let name = MailboxName::parse(text).unwrap();
        let mut settings = settings(&folder.join(text));
        settings.store.kind = StoreKind::Postgres(Box::new(Database {
            journal: JournalName::default().for_mailbox(&name),
            ..database.clone()
        }));
        settings.store.mailbox = Some(name.clone());
        Prepared::of(Some(name), settings, Arc::default(), &[]).unwrap()
    }
}
