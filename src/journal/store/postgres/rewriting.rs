//! How is a whole journal written, or written anew? In one transaction under the fence, a page at a time: all of it is there or nothing.

use super::super::fence::Fence;
use super::commit::{self, Wire};
use super::connection::Value;
use super::session::{Session, Stands, Worker};
use crate::journal::store::Tree;
use crate::journal::store::linked::{self, ChainEnd};
use crate::journal::{JournalError, Lease};
use std::sync::Arc;

/// Rows on their way into a transaction that was begun.
pub(super) struct Page<'a> {
    session: &'a Session,
    fence: Fence,
    rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    bytes: usize,
}

impl<'a> Page<'a> {
    const ROWS: usize = 1_000;
    const BYTES: usize = 4_000_000;

    pub(super) fn new(session: &'a Session, fence: Fence) -> Self {
        let (rows, bytes) = (Vec::new(), 0);
        Self {
            session,
            fence,
            rows,
            bytes,
        }
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), JournalError> {
        self.bytes += key.len() + value.len();
        self.rows.push((key, Some(value)));
        match self.rows.len() >= Self::ROWS || self.bytes >= Self::BYTES {
            true => self.write(),
            false => Ok(()),
        }
    }

    pub(super) fn write(&mut self) -> Result<(), JournalError> {
        let rows = last_of_each_key(std::mem::take(&mut self.rows));
        self.bytes = 0;
        let fence = self.fence;
        self.session
            .run(move |worker| Box::pin(worker.put_rows(fence, rows)))?
    }
}

/// One statement changes a row once.
fn last_of_each_key(rows: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let last: std::collections::BTreeMap<_, _> = rows.into_iter().collect();
    last.into_iter().collect()
}

impl Worker {
    /// Begins a transaction that may be long, under the fence. It ends with the lease where its holder dies or is paused: who takes over waits for
    /// the journal's row, which it has locked.
    pub(super) async fn begin_writing(
        &mut self,
        fence: Fence,
        lease: Option<Arc<Lease>>,
    ) -> Result<(), JournalError> {
        let journal = self.settings.journal.clone();
        let idle_limit = self.settings.lease.as_millis();
        let begun = match self.connected().await {
            Ok((connection, statements)) => {
                let begin =
                    format!("begin; set local idle_in_transaction_session_timeout = {idle_limit}");
                let values: [Value<'_>; 3] = [
                    &journal.as_str(),
                    &commit::stored(fence.lease),
                    &commit::stored(fence.before.commits),
                ];
                match connection.run(&begin).await {
                    Ok(()) => connection.query_opt(&statements.fence, &values).await,
                    Err(trouble) => Err(trouble),
                }
            }
            Err(trouble) => Err(trouble),
        };
        match begun {
            Ok(Some(_)) => {
                self.stands = Stands::InTransaction;
                self.writes_under = lease;
                Ok(())
            }
            Ok(None) => {
                self.roll_back().await;
                let standing = self.standing().await?;
                Err(self.refused(fence, standing))
            }
            Err(trouble) => {
                self.roll_back().await;
                Err(self.failure(trouble))
            }
        }
    }

    pub(super) async fn delete_tree(&mut self, tree: Tree) -> Result<(), JournalError> {
        let journal = self.settings.journal.clone();
        let (from, until) = linked::bounds(tree, &[], None);
        self.reading(async |connection, _| {
            connection
                .execute(
                    "delete from handoffd_row where journal = $1 and key >= $2 and key < $3",
                    &[&journal.as_str(), &from, &until],
                )
                .await
        })
        .await?;
        Ok(())
    }

    pub(super) async fn put_rows(
        &mut self,
        fence: Fence,
        rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    ) -> Result<(), JournalError> {
        let journal = self.settings.journal.clone();
        self.reading(async |connection, statements| {
            let wire = Wire {
                connection,
                statements,
                journal: journal.as_str(),
            };
            wire.write(fence, &rows, fence.before, false).await
        })
        .await
    }

    pub(super) async fn end_writing(
        &mut self,
        fence: Fence,
        then: ChainEnd,
    ) -> Result<(), JournalError> {
        let journal = self.settings.journal.clone();
        let ended = self
            .reading(async |connection, statements| {
                let wire = Wire {
                    connection,
                    statements,
                    journal: journal.as_str(),
                };
                wire.write(fence, &[], then, true).await
            })
            .await;
        if ended.is_ok() {
            self.stands = Stands::Free;
            self.writes_under = None;
        }
        ended
    }

    pub(super) async fn abandon_writing(&mut self) {
        self.roll_back().await;
        self.stands = Stands::Free;
        self.writes_under = None;
    }
}
