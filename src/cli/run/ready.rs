//! Can a mailbox begin here? Its journal is opened, or taken over where another process worked with it, and its desk furnished; nothing of it runs yet.

use super::named::{in_name_of, span_of};
use super::prepared::Prepared;
use crate::config::{MailboxName, Problem, Settings};
use crate::control::Awaited;
use crate::gateway::{self, Office};
use crate::journal::{Headway, Journal, JournalError, NotOpened};
use crate::learning::Lesson;
use crate::understand::meaning::Encoder;
use crate::{clock, report};
use std::sync::Arc;

/// Why a mailbox cannot begin, or not go on with changed files.
#[derive(Debug)]
pub(super) enum NotReady {
    /// Articles or templates have problems.
    Problems(Vec<Problem>),
    /// Its store cannot be used, in words that name the mailbox.
    Store(String),
}

/// Why a mailbox that is stood by for is not taken over.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// It is not our turn yet.
    Waits(Awaited),
    /// This does not pass by itself.
    Fails(String),
}

impl From<JournalError> for NotTaken {
    fn from(why: JournalError) -> Self {
        Self::Fails(why.to_string())
    }
}

impl From<NotOpened> for NotTaken {
    fn from(why: NotOpened) -> Self {
        match why {
            NotOpened::Held(held) => Self::Waits(Awaited::Holder(held)),
            NotOpened::Away(why) => Self::Waits(Awaited::Database(why)),
            NotOpened::Failed(why) => why.into(),
        }
    }
}

/// A mailbox whose journal is open and whose desk is furnished; nothing of it runs yet.
pub(super) struct Ready {
    pub(super) name: Option<MailboxName>,
    pub(super) office: Office,
    pub(super) journal: Journal,
    pub(super) headway: Arc<Headway>,
}

impl Ready {
    /// Opens the journal and loads what the settings name. `models` are those that others have loaded. Takes as long as the store is large.
    pub(super) fn open(
        name: Option<MailboxName>,
        settings: Settings,
        headway: Arc<Headway>,
        models: &[Arc<Encoder>],
    ) -> Result<Self, NotReady> {
        let _in_its_name = span_of(name.as_ref()).entered();
        let failed =
            |error: JournalError| NotReady::Store(in_name_of(name.as_ref(), &error.to_string()));
        let journal = Journal::open_of(&settings.store, &headway).map_err(failed)?;
        // The order within a ticket hangs on it, so nothing is sent before.
        let _added = journal.index_unsettled().map_err(failed)?;
        let key = journal.token_key().map_err(failed)?;
        let lessons = lessons(&journal);
        let office = Office::furnish_among(settings, key, &lessons, models);
        let office = office.map_err(NotReady::Problems)?;
        Ok(Self {
            name,
            office,
            journal,
            headway,
        })
    }

    /// Takes over what was prepared, where its journal is free. One try.
    pub(super) fn take(prepared: &Prepared) -> Result<Self, NotTaken> {
        let (name, headway) = (prepared.name.clone(), Arc::clone(&prepared.headway));
        let _in_its_name = span_of(name.as_ref()).entered();
        let journal = Journal::open_if_free(&prepared.office.settings.store, &headway)?;
        let _added = journal.index_unsettled()?;
        let office = prepared.office.with_key(journal.token_key()?);
        if let Err(error) = gateway::learn(&journal, &office, clock::now()) {
            report::gateway::lessons_not_read(&error);
        }
        Ok(Self {
            name,
            office,
            journal,
            headway,
        })
    }
}

/// What staff confirmed. Where it cannot be read the desk runs on its articles alone, and the learner tries again.
pub(super) fn lessons(journal: &Journal) -> Vec<Lesson> {
    journal.lessons().unwrap_or_else(|error| {
        report::gateway::lessons_not_read(&error);
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::super::mailbox::tests::open;
    use super::super::prepared::tests::prepared;
    use super::*;
    use crate::config::Database;
    use crate::journal::store::postgres_tests;
    use std::time::Duration;

    #[test]
    fn a_store_that_cannot_be_used_names_its_mailbox() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sales"), "no folder").unwrap();
        let Err(NotReady::Store(why)) = open("sales", folder.path()) else {
            panic!("a file is no store");
        };
        assert!(why.starts_with("mailbox sales: "), "{why}");
    }

    #[test]
    fn what_cannot_be_taken_over_is_given_back_at_once() {
        let database = Database {
            lease: Duration::from_secs(600),
            ..postgres_tests::database()
        };
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = Ready::take(&prepared("sales", &database, there.path())).unwrap();
        first.journal.give_back();
        let prepared = prepared("sales", &database, here.path());
        let Err(NotTaken::Fails(why)) = Ready::take(&prepared) else {
            panic!("the key is another one");
        };
        assert!(why.contains("copy token.key"), "{why}");
        let held = Journal::held_by(&prepared.office.settings.store).unwrap();
        assert_eq!(held, None, "another machine may be able to");
    }
}
