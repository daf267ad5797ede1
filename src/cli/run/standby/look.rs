//! Who works for each of several mailboxes just now? One question for all of them.

use super::super::prepared::Prepared;
use super::super::ready::NotTaken;
use crate::config::{Database, JournalName};
use crate::journal::{Lookout, NotOpened, Seen};

/// Who works for each of these, which are all of one file and so in one database.
pub(super) fn look<'p>(
    lookout: &mut Option<(Database, Lookout)>,
    all: impl Iterator<Item = &'p Prepared>,
) -> Result<Vec<Seen>, NotTaken> {
    let databases: Vec<&Database> = all.filter_map(Prepared::database).collect();
    let Some(first) = databases.first() else {
        return Ok(Vec::new());
    };
    let of_first = Database {
        journal: JournalName::default(),
        ..(*first).clone()
    };
    let names: Vec<&JournalName> = databases.iter().map(|one| &one.journal).collect();
    let (database, mut looks) = match lookout.take() {
        Some((database, looks)) if database == of_first => (database, looks),
        _ => {
            let looks = Lookout::over(&of_first)?;
            (of_first, looks)
        }
    };
    let seen = looks.look(&names);
    *lookout = Some((database, looks));
    seen.map_err(|why: NotOpened| why.into())
}
