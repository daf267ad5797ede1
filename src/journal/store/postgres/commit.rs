//! How does a batch get into the database, once? One transaction, fenced by the number of the lease and the number of commits that we believe
//! in: where the journal's row says anything else, nothing is changed.
//!
//! A commit whose answer was lost is unknown. It is tried again with the very same rows: the fence waits for what may still be under way of the
//! first try, and then either matches, so that nothing was made, or it does not, and the end of the chain is ours, so that it was.

use super::super::chain::Digest;
use super::super::fence::{Fence, Standing};
use super::super::linked::{self, ChainEnd, Linked};
use super::super::verify::{full_key, seal_key};
use super::super::{Batch, Tree};
use super::connection::{Connection, Statements, Value};
use super::session::{Tries, Worker};
use super::trouble::Trouble;
use crate::journal::JournalError;
use std::collections::HashMap;
use tokio_postgres::Row;

/// Why a commit is not known to be made.
#[derive(Debug)]
pub(super) struct NotMade {
    pub(super) why: JournalError,
    /// The end that it may yet come to; `None` where nothing was on its way.
    pub(super) meant: Option<ChainEnd>,
}

/// A batch before and after its rows are known.
enum Prepared {
    Batch(Batch),
    Rows(Linked),
}

/// What a try came to.
enum Tried {
    Made,
    /// The journal's row is not what we believe.
    Fenced,
}

impl Worker {
    /// Makes the batch. What it came to, with the new end of the chain.
    pub(super) async fn commit(&mut self, fence: Fence, batch: Batch) -> Result<Linked, NotMade> {
        // Whether a try may have been made, and to which end.
        let mut meant = None;
        let made = self.commit_meaning(fence, batch, &mut meant).await;
        made.map_err(|why| NotMade { why, meant })
    }

    async fn commit_meaning(
        &mut self,
        fence: Fence,
        batch: Batch,
        meant: &mut Option<ChainEnd>,
    ) -> Result<Linked, JournalError> {
        let mut prepared = Prepared::Batch(batch);
        let mut tries = Tries::begin();
        loop {
            let journal = self.settings.journal.clone();
            let tried = match self.connected().await {
                Ok((connection, statements)) => {
                    let wire = Wire {
                        connection,
                        statements,
                        journal: journal.as_str(),
                    };
                    wire.try_once(fence, &mut prepared, meant).await
                }
                Err(trouble) => Err(trouble.into()),
            };
            match (tried, prepared) {
                (Ok(Tried::Made), Prepared::Rows(linked)) => return Ok(linked),
                (Ok(_), now) => {
                    let standing = self.standing().await?;
                    let kept_out = fence.kept_out(*meant, standing, &self.place);
                    return match (now, kept_out) {
                        (Prepared::Rows(linked), Ok(())) => Ok(linked),
                        (_, Err(why)) => Err(why),
                        (Prepared::Batch(_), Ok(())) => Err(self.refused(fence, standing)),
                    };
                }
                (Err(Failed::Journal(why)), _) => {
                    self.roll_back().await;
                    return Err(why);
                }
                (Err(Failed::Database(trouble)), now) => {
                    prepared = now;
                    self.roll_back().await;
                    tries.again(trouble, &self.place).await?;
                }
            }
        }
    }

    /// Ends what was begun. Where that fails the connection goes, and the server does it.
    pub(super) async fn roll_back(&mut self) {
        let is_done = match &self.open {
            Some((connection, _)) => connection.run("rollback").await.is_ok(),
            None => false,
        };
        if !is_done {
            self.open = None;
        }
    }

    /// What the journal's row says, once nothing of ours is under way any more.
    pub(super) async fn standing(&mut self) -> Result<Standing, JournalError> {
        let journal = self.settings.journal.clone();
        self.reading(async |connection, _| {
            let row = connection
                .query_opt(
                    "select fence, commits, head from handoffd_journal where name = $1 for update",
                    &[&journal.as_str()],
                )
                .await?;
            standing_in(row)
        })
        .await
    }

    /// Why the fence kept us out.
    pub(super) fn refused(&self, fence: Fence, found: Standing) -> JournalError {
        fence.refused(found, &self.place)
    }
}

/// What a row of `fence, commits, head` says.
pub(super) fn standing_in(row: Option<Row>) -> Result<Standing, Trouble> {
    let row = row.ok_or_else(|| {
        Trouble::lasting(
            "the journal is gone from the database: restore it from a backup or an export",
        )
    })?;
    let number = |column: usize| -> Result<u64, Trouble> {
        let number: i64 = row.try_get(column)?;
        u64::try_from(number).map_err(|_| Trouble::lasting("a number of the journal is negative"))
    };
    let head: Vec<u8> = row.try_get(2)?;
    let head = Digest::try_from(head)
        .map_err(|_| Trouble::lasting("the head of the journal is no digest"))?;
    Ok(Standing {
        lease: number(0)?,
        end: ChainEnd {
            commits: number(1)?,
            head,
        },
    })
}

/// A number as the database has them.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

enum Failed {
    Database(Trouble),
    Journal(JournalError),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Database(trouble)
    }
}

/// A connection to write on.
pub(super) struct Wire<'a> {
    pub(super) connection: &'a Connection,
    pub(super) statements: &'a Statements,
    pub(super) journal: &'a str,
}

impl Wire<'_> {
    /// Two round trips: the fence with what was stored before, then all changes with the commit.
    async fn try_once(
        &self,
        fence: Fence,
        prepared: &mut Prepared,
        meant: &mut Option<ChainEnd>,
    ) -> Result<Tried, Failed> {
        let keys = match prepared {
            Prepared::Batch(batch) => keys_of(batch),
            Prepared::Rows(_) => Vec::new(),
        };
        let begun = self.connection.client.batch_execute("begin");
        let (lease, commits) = (stored(fence.lease), stored(fence.before.commits));
        let fence_values: [Value<'_>; 3] = [&self.journal, &lease, &commits];
        let fenced = (self.connection.client).query_opt(&self.statements.fence, &fence_values);
        let some_values: [Value<'_>; 2] = [&self.journal, &keys];
        let old = self
            .connection
            .client
            .query(&self.statements.some, &some_values);
        // In this order on the wire, and none waits for the answer to the one before.
        let together = async { tokio::join!(biased; begun, fenced, old) };
        let (begun, fenced, old) = self
            .connection
            .in_time(async { Ok(together.await) })
            .await?;
        begun.map_err(Trouble::from)?;
        if fenced.map_err(Trouble::from)?.is_none() {
            self.connection.run("rollback").await?;
            return Ok(Tried::Fenced);
        }
        let old = old.map_err(Trouble::from)?;
        if let Prepared::Batch(batch) = prepared {
            let mut stored = HashMap::new();
            for row in old {
                let key: Vec<u8> = row.try_get(0).map_err(Trouble::from)?;
                let value: Vec<u8> = row.try_get(1).map_err(Trouble::from)?;
                let _ = stored.insert(key, value);
            }
            let get = |key: &[u8]| Ok(stored.get(key).cloned());
            let linked =
                linked::linked(fence.before, batch.clone(), get).map_err(Failed::Journal)?;
            *prepared = Prepared::Rows(linked);
        }
        let Prepared::Rows(linked) = prepared else {
            return Err(Trouble::lasting("the batch has no rows").into());
        };
        *meant = Some(linked.then);
        self.write(fence, &linked.rows, linked.then, true).await?;
        Ok(Tried::Made)
    }

    /// Changes of rows and the new end of the chain, in a transaction that is fenced already; with the commit where it ends there.
    pub(super) async fn write(
        &self,
        fence: Fence,
        rows: &[(Vec<u8>, Option<Vec<u8>>)],
        then: ChainEnd,
        ends: bool,
    ) -> Result<(), Trouble> {
        let mut gone: Vec<&[u8]> = Vec::new();
        let (mut keys, mut values): (Vec<&[u8]>, Vec<&[u8]>) = (Vec::new(), Vec::new());
        for (key, value) in rows {
            match value {
                Some(value) => {
                    keys.push(key);
                    values.push(value);
                }
                None => gone.push(key),
            }
        }
        let client = &self.connection.client;
        let (lease, before) = (stored(fence.lease), stored(fence.before.commits));
        let (commits, head) = (stored(then.commits), then.head.as_slice());
        let end_values: [Value<'_>; 5] = [&self.journal, &lease, &before, &commits, &head];
        let put_values: [Value<'_>; 3] = [&self.journal, &keys, &values];
        let gone_values: [Value<'_>; 2] = [&self.journal, &gone];
        let moved = async {
            match ends {
                true => client.execute(&self.statements.end, &end_values).await,
                false => Ok(1),
            }
        };
        let deleted = async {
            match gone.is_empty() {
                true => Ok(0),
                false => client.execute(&self.statements.delete, &gone_values).await,
            }
        };
        let put = client.execute(&self.statements.put, &put_values);
        let committed = async {
            match ends {
                true => client.batch_execute("commit").await,
                false => Ok(()),
            }
        };
        // Where one fails the server takes the commit for a rollback.
        let together = async { tokio::join!(biased; moved, deleted, put, committed) };
        let (moved, deleted, put, committed) = self
            .connection
            .in_time(async { Ok(together.await) })
            .await?;
        let moved = moved?;
        let _ = (deleted?, put?);
        committed?;
        if moved != 1 {
            return Err(Trouble::passing("the journal's row was not there any more"));
        }
        Ok(())
    }
}

/// The rows that decide what a batch comes to.
fn keys_of(batch: &Batch) -> Vec<Vec<u8>> {
    let keys = batch.changes.iter().flat_map(|(tree, key, _)| {
        [
            full_key(*tree, key),
            full_key(Tree::Seals, &seal_key(*tree, key)),
        ]
    });
    keys.collect()
}
