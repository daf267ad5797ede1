//! A store that ends with its process: for tests and simulated worlds. Keeps every promise of the trait but the disk's, the chain included,
//! and shares its rows between handles, so that a test can end the journal on it and begin another on what is left.

use super::chain::{self, Digest, NOTHING_BEFORE};
use super::check::{self, Damage};
use super::linked::{self, CHAINED_KEY, COMMITS_KEY, ChainEnd};
use super::verify::{self, Verified, full_key};
use super::walk::{Reads, Walk, Walked};
use super::witness::Remembered;
use super::{Batch, ChainOfCopy, EachRow, JournalError, Order, Outlives, Row, Store, Tree};
use crate::journal::Headway;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Rows in memory. A clone is another handle on the same rows.
#[derive(Clone, Debug)]
pub(crate) struct MemoryStore {
    held: Arc<Mutex<Held>>,
}

#[derive(Debug)]
struct Held {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    end: ChainEnd,
    /// A check in slices that is under way.
    walk: Option<Walk>,
}

impl Held {
    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Vec<Row> {
        let name_bytes = tree.name().len() + 1;
        let (from, until) = linked::bounds(tree, from, until);
        if from >= until {
            return Vec::new();
        }
        let rows = (self.rows).range::<[u8], _>((
            Bound::Included(from.as_slice()),
            Bound::Excluded(until.as_slice()),
        ));
        let short = |(key, value): (&Vec<u8>, &Vec<u8>)| {
            let key = key.get(name_bytes..).unwrap_or_default().to_vec();
            (key, value.clone())
        };
        match order {
            Order::Upwards => rows.take(max).map(short).collect(),
            Order::Downwards => rows.rev().take(max).map(short).collect(),
        }
    }
}

impl Reads for Held {
    fn row(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.rows.get(&full_key(tree, key)).cloned())
    }

    fn rows_from(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        Ok(self.scan(tree, from, until, Order::Upwards, max))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        // As every opened store of another kind has it: nothing in it is older than its chain.
        let chained = (CHAINED_KEY.to_vec(), vec![1]);
        Self::of_rows([chained].into_iter().collect())
    }
}

impl MemoryStore {
    /// A store of these rows of a whole database.
    pub(crate) fn of_rows(rows: BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let commits = (rows.get(COMMITS_KEY)).map_or(0, |bytes| linked::count_of(bytes));
        let link = rows.get(&linked::link_key(commits));
        let head = link.map_or(NOTHING_BEFORE, |link| chain::hash(commits, link));
        let end = ChainEnd { commits, head };
        Self {
            held: Arc::new(Mutex::new(Held {
                rows,
                end,
                walk: None,
            })),
        }
    }

    /// Puts or removes a row as damage does, without a commit.
    #[cfg(test)]
    pub(super) fn put_behind_its_back(&self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let mut held = self.held();
        let _before = match value {
            Some(value) => held.rows.insert(key, value),
            None => held.rows.remove(&key),
        };
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.held().rows.get(&full_key(tree, key)).cloned())
    }

    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        Ok(self.held().scan(tree, from, until, order, max))
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
        let (from, until) = linked::bounds(tree, &[], None);
        let held = self.held();
        Ok(held.rows.range(from..until).count())
    }

    fn commit(&self, batch: Batch, _: Outlives) -> Result<(), JournalError> {
        let mut held = self.held();
        let linked = linked::linked(held.end, batch, |key| Ok(held.rows.get(key).cloned()))?;
        for (key, value) in linked.rows {
            match value {
                Some(value) => drop(held.rows.insert(key, value)),
                None => drop(held.rows.remove(&key)),
            }
        }
        held.end = linked.then;
        if let Some(walk) = &mut held.walk {
            walk.committed(&linked.changes);
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), JournalError> {
        Ok(())
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        let ChainEnd { commits, head } = self.held().end;
        // There is no witness but the store itself.
        let remembered = Remembered {
            commits,
            head: Some(head),
        };
        verify::walk(self, commits, Some(remembered), &Headway::default())
    }

    fn check(&self) -> Result<Vec<Damage>, JournalError> {
        let held = self.held();
        check::check(&*held, held.end, None, &Headway::default())
    }

    fn check_slice(&self) -> Result<Walked, JournalError> {
        let mut held = self.held();
        let mut walk = match held.walk.take() {
            Some(walk) => walk,
            None => Walk::begin(&*held, held.end, None)?,
        };
        let walked = walk.step(&*held)?;
        held.walk = matches!(walked, Walked::Some { .. }).then_some(walk);
        Ok(walked)
    }

    fn is_checked(&self) -> bool {
        true
    }

    fn distrust(&self) {}

    fn head(&self) -> Option<(u64, Digest)> {
        let ChainEnd { commits, head } = self.held().end;
        (head != NOTHING_BEFORE).then_some((commits, head))
    }

    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError> {
        let held = self.held();
        held.rows
            .iter()
            .try_for_each(|(key, value)| each(key, value))
    }

    fn rewrite(&self, chain: ChainOfCopy) -> Result<(), JournalError> {
        if chain == ChainOfCopy::Kept {
            return Ok(());
        }
        let commits = self.held().end.commits;
        let mut rows = BTreeMap::new();
        let end = linked::begun_anew(self, commits, |key, value| {
            let _ = rows.insert(key, value);
            Ok(())
        })?;
        let mut held = self.held();
        held.rows = rows;
        held.end = end;
        held.walk = None;
        Ok(())
    }
}
