//! The store as rows of a PostgreSQL database, which many journals share; the only folder that knows PostgreSQL.
//!
//! Promise: who works with a journal has its lease, and what is written by who has lost it changes nothing (`commit.rs`). Who only looks sees
//! everything as of one moment, and holds up nobody. The journal's row, which counts commits and holds the head of the chain, is the witness.

#[cfg(test)]
mod alike;
mod commit;
mod connection;
mod holding;
mod incoming;
mod lookout;
mod opening;
mod other_form;
mod reading;
mod rewriting;
mod schema;
mod session;
#[cfg(test)]
pub(crate) mod tests;
mod trouble;

use super::chain::{Digest, NOTHING_BEFORE};
use super::check::{self, Damage};
use super::fence::{Became, Fence, became, set_back};
use super::linked::{self, ChainEnd};
use super::verify::{self, Verified, full_key};
use super::walk::{Walk, Walked};
use super::witness::Remembered;
use super::{Batch, ChainOfCopy, EachRow, JournalError, Order, Outlives, Row, Store, Tree};
use crate::config::Database;
use crate::journal::{Headway, Lease};
use commit::NotMade;
pub(crate) use incoming::PostgresIncoming;
pub(crate) use lookout::PostgresLookout;
use rewriting::Page;
use session::Session;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many rows of the whole database are read at once,
const ROWS_AT_ONCE: i64 = 64;
/// and no further one where those before it come to so many bytes: some are whole mails.
const BYTES_AT_ONCE: i64 = 4_000_000;

/// A journal in a PostgreSQL database.
pub(crate) struct PostgresStore {
    session: Session,
    place: String,
    /// `None` for who only looks.
    lease: Option<Arc<Lease>>,
    headway: Arc<Headway>,
    // As in the store of sled: a check in slices lets a commit in between.
    next: Mutex<()>,
    progress: Mutex<Progress>,
    /// Whether a commit was made is not known: the journal's row is looked at before anything else. Changed by who has locked the progress.
    is_unsure: AtomicBool,
}

/// What the next commit has to know.
struct Progress {
    end: ChainEnd,
    /// Where the commit that failed may have come to.
    meant: Option<ChainEnd>,
    /// A check in slices that is under way.
    walk: Option<Walk>,
}

impl PostgresStore {
    fn with(
        session: Session,
        settings: &Database,
        lease: Option<Arc<Lease>>,
        end: ChainEnd,
        headway: &Arc<Headway>,
    ) -> Self {
        Self {
            session,
            place: settings.to_string(),
            lease,
            headway: Arc::clone(headway),
            next: Mutex::new(()),
            progress: Mutex::new(Progress {
                end,
                meant: None,
                walk: None,
            }),
            is_unsure: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        let _next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next commit has to know, with what is unknown looked up.
    fn progress(&self) -> Result<MutexGuard<'_, Progress>, JournalError> {
        self.settled().map(|(progress, _)| progress)
    }

    /// The same, and whether a commit was found made whose caller had heard of a failure.
    fn settled(&self) -> Result<(MutexGuard<'_, Progress>, Became), JournalError> {
        let mut progress = self.lock();
        self.refuse_a_damaged()?;
        let (true, Some(lease)) = (self.is_unsure.load(Ordering::SeqCst), &self.lease) else {
            return Ok((progress, Became::Nothing));
        };
        let standing = self.session.run(|worker| Box::pin(worker.standing()))??;
        let known = Fence {
            lease: lease.number(),
            before: progress.end,
        };
        let became = became(known, progress.meant, standing);
        match became {
            Became::Lost => return Err(self.lost(lease)),
            Became::SetBack => return Err(self.damaged(set_back(progress.end, standing.end))),
            Became::Made | Became::Nothing => {}
        }
        progress.end = standing.end;
        progress.meant = None;
        self.is_unsure.store(false, Ordering::SeqCst);
        Ok((progress, became))
    }

    /// Before anything is read: what is decided on it must not miss a commit that was made all the same.
    fn settle(&self) -> Result<(), JournalError> {
        self.refuse_a_damaged()?;
        // Who has locked the progress has settled it, so this locks nothing twice.
        if self.is_unsure.load(Ordering::SeqCst) {
            drop(self.progress()?);
        }
        Ok(())
    }

    fn refuse_a_damaged(&self) -> Result<(), JournalError> {
        match self.lease.as_ref().and_then(|lease| lease.damage()) {
            Some(why) => Err(self.damaged(why.to_owned())),
            None => Ok(()),
        }
    }

    /// From here on every operation says so, and the daemon ends.
    fn damaged(&self, why: String) -> JournalError {
        if let Some(lease) = &self.lease {
            lease.distrust(&why);
        }
        let path = self.place.clone();
        JournalError::Damaged { path, why }
    }

    fn lost(&self, lease: &Lease) -> JournalError {
        lease.lose();
        JournalError::LeaseLost {
            journal: self.place.clone(),
        }
    }

    fn fence(&self, progress: &Progress) -> Result<Fence, JournalError> {
        match &self.lease {
            Some(lease) if lease.is_lost() => Err(self.lost(lease)),
            Some(lease) => Ok(Fence {
                lease: lease.number(),
                before: progress.end,
            }),
            None => Err(JournalError::State(format!(
                "{} was opened to be looked at: nothing can be recorded",
                self.place
            ))),
        }
    }

    /// A commit failed: whether it was made is to be seen.
    fn failed(&self, progress: &mut Progress, why: JournalError) -> JournalError {
        self.is_unsure.store(true, Ordering::SeqCst);
        progress.walk = None;
        match (why, &self.lease) {
            (JournalError::LeaseLost { .. }, Some(lease)) => self.lost(lease),
            (JournalError::Damaged { why, .. }, _) => self.damaged(why),
            (why, _) => why,
        }
    }

    fn remembered(progress: &Progress) -> Remembered {
        Remembered {
            commits: progress.end.commits,
            head: Some(progress.end.head),
        }
    }

    fn write_anew(&self, progress: &mut Progress) -> Result<ChainEnd, JournalError> {
        let fence = self.fence(progress)?;
        let lease = self.lease.clone();
        (self.session).run(move |worker| Box::pin(worker.begin_writing(fence, lease)))??;
        let written = self.write_chain_anew(fence);
        let ended = match written {
            Ok(end) => {
                progress.meant = Some(end);
                let ended =
                    (self.session).run(move |worker| Box::pin(worker.end_writing(fence, end)))?;
                ended.map(|()| end)
            }
            Err(why) => Err(why),
        };
        if ended.is_err() {
            self.session
                .run(|worker| Box::pin(worker.abandon_writing()))?;
        }
        ended
    }

    fn write_chain_anew(&self, fence: Fence) -> Result<ChainEnd, JournalError> {
        for tree in [Tree::Links, Tree::Seals] {
            self.session
                .run(move |worker| Box::pin(worker.delete_tree(tree)))??;
        }
        let mut page = Page::new(&self.session, fence);
        let end = linked::begun_anew(self, fence.before.commits, |key, value| {
            page.put(key, value)
        })?;
        page.write()?;
        Ok(end)
    }

    /// Puts or removes a row as damage does, without a commit.
    #[cfg(test)]
    pub(super) fn put_behind_its_back(&self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let changed = self.session.run(move |worker| {
            Box::pin(async move {
                let journal = worker.settings.journal.clone();
                worker
                    .reading(async |connection, statements| {
                        let keys = vec![key.clone()];
                        let name = journal.as_str();
                        match &value {
                            Some(value) => {
                                let values = vec![value.clone()];
                                let values: [connection::Value<'_>; 3] = [&name, &keys, &values];
                                connection.execute(&statements.put, &values).await
                            }
                            None => {
                                let values: [connection::Value<'_>; 2] = [&name, &keys];
                                connection.execute(&statements.delete, &values).await
                            }
                        }
                    })
                    .await
            })
        });
        let _ = changed.unwrap().unwrap();
    }
}

impl Store for PostgresStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        self.settle()?;
        let key = full_key(tree, key);
        self.session.run(move |worker| Box::pin(worker.get(key)))?
    }

    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        let name_bytes = tree.name().len() + 1;
        let (from, until) = linked::bounds(tree, from, until);
        if from >= until || max == 0 {
            return Ok(Vec::new());
        }
        self.settle()?;
        let mut rows = self
            .session
            .run(move |worker| Box::pin(worker.scan(from, until, order, max)))??;
        for (key, _) in &mut rows {
            let _ = key.drain(..name_bytes.min(key.len()));
        }
        Ok(rows)
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
        let (from, until) = linked::bounds(tree, &[], None);
        self.settle()?;
        let rows = self
            .session
            .run(move |worker| Box::pin(worker.count(from, until)))??;
        Ok(usize::try_from(rows).unwrap_or_default())
    }

    fn commit(&self, batch: Batch, _: Outlives) -> Result<(), JournalError> {
        let (mut progress, became) = self.settled()?;
        if became == Became::Made {
            return Err(JournalError::Store {
                path: self.place.clone(),
                why: "the commit before, of which nothing was known, was made after all; it is looked at anew: try again".to_owned(),
            });
        }
        let fence = self.fence(&progress)?;
        match self
            .session
            .run(move |worker| Box::pin(worker.commit(fence, batch)))?
        {
            Ok(linked) => {
                progress.end = linked.then;
                if let Some(walk) = &mut progress.walk {
                    walk.committed(&linked.changes);
                }
                Ok(())
            }
            Err(NotMade { why, meant }) => {
                progress.meant = meant;
                Err(self.failed(&mut progress, why))
            }
        }
    }

    /// The database has on its disk whatever it said yes to.
    fn sync(&self) -> Result<(), JournalError> {
        Ok(())
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        let progress = self.progress()?;
        let remembered = Self::remembered(&progress);
        verify::walk(self, progress.end.commits, Some(remembered), &self.headway)
    }

    fn check(&self) -> Result<Vec<Damage>, JournalError> {
        let progress = self.progress()?;
        let remembered = Self::remembered(&progress);
        check::check(self, progress.end, Some(remembered), &self.headway)
    }

    fn check_slice(&self) -> Result<Walked, JournalError> {
        let mut progress = self.progress()?;
        let mut walk = match progress.walk.take() {
            Some(walk) => walk,
            None => Walk::begin(self, progress.end, Some(Self::remembered(&progress)))?,
        };
        let walked = walk.step(self)?;
        progress.walk = matches!(walked, Walked::Some { .. }).then_some(walk);
        Ok(walked)
    }

    fn is_checked(&self) -> bool {
        // The database keeps what it was given, which sled does not: it is gone through when somebody asks.
        true
    }

    fn distrust(&self) {}

    fn head(&self) -> Option<(u64, Digest)> {
        let ChainEnd { commits, head } = self.lock().end;
        (head != NOTHING_BEFORE).then_some((commits, head))
    }

    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError> {
        let _commits_wait = self.progress()?;
        let mut from = Vec::new();
        loop {
            let start = from.clone();
            let rows = self
                .session
                .run(move |worker| Box::pin(worker.all_from(start)))??;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            from.clone_from(last);
            from.push(0);
            for (key, value) in &rows {
                each(key, value)?;
            }
            self.headway.step();
        }
    }

    fn rewrite(&self, chain: ChainOfCopy) -> Result<(), JournalError> {
        if chain == ChainOfCopy::Kept {
            // What was deleted the database removes from its files itself, sooner or later (docs/scaling.md).
            return Ok(());
        }
        let mut progress = self.progress()?;
        match self.write_anew(&mut progress) {
            Ok(end) => {
                progress.end = end;
                progress.meant = None;
                progress.walk = None;
                Ok(())
            }
            Err(why) => Err(self.failed(&mut progress, why)),
        }
    }

    fn lease(&self) -> Option<&Arc<Lease>> {
        self.lease.as_ref()
    }

    fn give_back(&self) {
        let is_ours = |lease: &&Arc<Lease>| !lease.is_lost() || lease.damage().is_some();
        let Some(lease) = self.lease.as_ref().filter(is_ours) else {
            return;
        };
        // From here on nothing is sent any more.
        lease.lose();
        let given = Arc::clone(lease);
        // Where that fails it ends by itself.
        let _ = (self.session).run(move |worker| Box::pin(worker.give_back(given)));
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.give_back();
    }
}
