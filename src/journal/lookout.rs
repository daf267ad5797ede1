//! Which of the journals that we may work with does another process work with just now? Looks at all of them at once, and takes none.

use super::store::PostgresLookout;
use super::{HeldBy, JournalError, NotOpened};
use crate::config::{Database, JournalName};
use std::time::Duration;

/// Who works with a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Another process, or ourselves.
    Held(HeldBy),
    /// Nobody does, for so long.
    Free(Duration),
    /// Nobody ever has.
    New,
}

/// Looks at the journals of one database.
pub struct Lookout(PostgresLookout);

impl Lookout {
    /// Over this database; which of its journals the settings name does not matter.
    ///
    /// # Errors
    /// [`JournalError::Store`] where this machine has not what it takes.
    pub fn over(database: &Database) -> Result<Self, JournalError> {
        PostgresLookout::over(database).map(Self)
    }

    /// Who works with each of these journals, in their order. Waits for the answer, at most `step_timeout_seconds` for each step.
    ///
    /// # Errors
    /// [`NotOpened::Away`] or [`NotOpened::Failed`].
    pub fn look(&mut self, journals: &[&JournalName]) -> Result<Vec<Seen>, NotOpened> {
        self.0.look(journals)
    }

    /// Lets who works with a journal know that we, who have fewer, ask for it, for so long.
    ///
    /// # Errors
    /// As of [`Lookout::look`].
    pub fn ask_for(
        &mut self,
        journal: &JournalName,
        held: &HeldBy,
        by: &str,
        length: Duration,
    ) -> Result<(), NotOpened> {
        self.0.ask_for(journal, held, by, length)
    }
}
