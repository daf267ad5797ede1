//! How does an export come into a database, all of it or nothing? In one transaction, under the lease of a journal that nothing was committed
//! to, checked before it ends. Who looks meanwhile sees the empty journal; a crash in the middle leaves that.

use super::super::check::{self, Damage};
use super::super::fence::Fence;
use super::super::linked::{COMMITS_KEY, ChainEnd, count_of};
use super::super::{Store, Tree, chain};
use super::{NOTHING_BEFORE, Page, PostgresStore};
use crate::config::Database;
use crate::journal::store::witness::Remembered;
use crate::journal::{Headway, JournalError};

/// A journal that is being filled. Dropped before its end it is as empty as before.
pub(crate) struct PostgresIncoming {
    store: PostgresStore,
    fence: Fence,
    end: ChainEnd,
}

impl PostgresIncoming {
    /// Nothing yet. A journal that holds anything is refused, and so is one that somebody works with.
    pub(crate) fn begin(settings: &Database) -> Result<Self, JournalError> {
        let store = PostgresStore::open_to_fill(settings)?;
        let fence = {
            let progress = store.progress()?;
            if progress.end.commits > 0 {
                return Err(JournalError::State(format!(
                    "{} holds something already; name another journal, or an empty database",
                    store.place
                )));
            }
            store.fence(&progress)?
        };
        let lease = store.lease.clone();
        (store.session).run(move |worker| Box::pin(worker.begin_writing(fence, lease)))??;
        let end = fence.before;
        Ok(Self { store, fence, end })
    }

    /// Takes all rows of a whole database that `next` gives, and checks them.
    pub(crate) fn fill(
        &mut self,
        mut next: impl FnMut() -> Result<Option<super::Row>, JournalError>,
    ) -> Result<(), JournalError> {
        let mut page = Page::new(&self.store.session, self.fence);
        let mut commits = 0;
        while let Some((key, value)) = next()? {
            if key == COMMITS_KEY {
                commits = count_of(&value);
            }
            page.put(key, value)?;
        }
        page.write()?;
        let link = self.store.get(Tree::Links, &commits.to_be_bytes())?;
        let head = link.map_or(NOTHING_BEFORE, |link| chain::hash(commits, &link));
        let end = ChainEnd { commits, head };
        let remembered = Remembered {
            commits,
            head: Some(head),
        };
        let damage = check::check(&self.store, end, Some(remembered), &Headway::default())?;
        if !damage.is_empty() {
            let what: Vec<String> = damage.iter().map(Damage::to_string).collect();
            return Err(JournalError::Store {
                path: self.store.place.clone(),
                why: format!(
                    "what was exported is damaged: {}; nothing was imported",
                    what.join("; ")
                ),
            });
        }
        self.end = end;
        Ok(())
    }

    /// From here on it is the journal.
    pub(crate) fn finish(&mut self) -> Result<(), JournalError> {
        let (fence, end) = (self.fence, self.end);
        (self.store.session).run(move |worker| Box::pin(worker.end_writing(fence, end)))?
    }
}

impl Drop for PostgresIncoming {
    fn drop(&mut self) {
        // After the end there is nothing to abandon.
        let _ = (self.store.session).run(|worker| Box::pin(worker.abandon_writing()));
    }
}
