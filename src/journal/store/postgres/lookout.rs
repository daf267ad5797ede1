//! Who works with which journals of a database? One connection and one question for all that are asked about. Changes nothing, and holds up nobody.

use super::connection::Connection;
use super::opening::unreached;
use super::trouble::{Trouble, UNDEFINED_TABLE};
use crate::config::{Database, JournalName};
use crate::journal::{HeldBy, JournalError, NotOpened, Seen};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::runtime::Runtime;

const QUESTION: &str = "select journal, holder, (extract(epoch from (until - clock_timestamp())) * 1000)::float8 \
                        from handoffd_lease where journal = any($1)";

const WISH: &str = "update handoffd_lease set wanted_by = $3, wanted_until = clock_timestamp() + $4::float8 * interval '1 millisecond' \
                    where journal = $1 and holder = $2";

/// Asks about journals of one database, again and again.
pub(crate) struct PostgresLookout {
    settings: Database,
    runtime: Runtime,
    connection: Option<Connection>,
}

impl PostgresLookout {
    /// Over the database of these settings; which journal they name does not matter.
    pub(crate) fn over(settings: &Database) -> Result<Self, JournalError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|why| JournalError::Store {
            path: settings.to_string(),
            why: format!("what speaks to the database could not be started: {why}"),
        })?;
        Ok(Self {
            settings: settings.clone(),
            runtime,
            connection: None,
        })
    }

    /// Who works with each of them, in their order. One try.
    pub(crate) fn look(&mut self, journals: &[&JournalName]) -> Result<Vec<Seen>, NotOpened> {
        let names: Vec<&str> = journals.iter().map(|name| name.as_str()).collect();
        let had = self.connection.take();
        let settings = &self.settings;
        let looked = self.runtime.block_on(async {
            if let Some(connection) = had
                && let Ok(seen) = look(&connection, &names).await
            {
                return Ok((connection, seen));
            }
            // There was none, or it broke since: that alone is no word of how the database is.
            let connection = Connection::open(settings, None).await?;
            let seen = look(&connection, &names).await?;
            Ok((connection, seen))
        });
        let (connection, seen) = looked.map_err(|trouble| unreached(settings, trouble))?;
        self.connection = Some(connection);
        Ok(seen)
    }

    /// Lets who works with a journal know that we ask for it, for so long. Where somebody else works with it by now nothing is changed.
    pub(crate) fn ask_for(
        &mut self,
        journal: &JournalName,
        held: &HeldBy,
        by: &str,
        length: Duration,
    ) -> Result<(), NotOpened> {
        // Who was asked just now has one; without it the wish is told another time.
        let Some(connection) = &self.connection else {
            return Ok(());
        };
        let length = length.as_secs_f64() * 1_000.0;
        let values: [super::connection::Value<'_>; 4] =
            [&journal.as_str(), &held.holder, &by, &length];
        let asked = self.runtime.block_on(connection.execute(WISH, &values));
        let _ = asked.map_err(|trouble| unreached(&self.settings, trouble))?;
        Ok(())
    }
}

async fn look(connection: &Connection, names: &[&str]) -> Result<Vec<Seen>, Trouble> {
    let rows = match connection.query(QUESTION, &[&names]).await {
        Ok(rows) => rows,
        // No handoffd has worked with this database.
        Err(trouble) if trouble.is(UNDEFINED_TABLE) => Vec::new(),
        Err(trouble) => return Err(trouble),
    };
    let mut seen = BTreeMap::new();
    for row in rows {
        let (journal, holder): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let left: f64 = row.try_get(2)?;
        let time = Duration::try_from_secs_f64(left.abs() / 1_000.0).unwrap_or(Duration::MAX);
        let found = match left > 0.0 {
            true => Seen::Held(HeldBy { holder, left: time }),
            false => Seen::Free(time),
        };
        let _ = seen.insert(journal, found);
    }
    let found = names.iter().map(|name| seen.remove(*name));
    Ok(found.map(|found| found.unwrap_or(Seen::New)).collect())
}
