//! A store on the disk of the simulated world: whatever the daemon commits lies there when its next life begins, unless the power was cut before
//! it was on the disk. Only for tests; what goes wrong, and when, is asked of the world.

use super::verify::Verified;
use super::{
    Batch, ChainOfCopy, Damage, Digest, JournalError, Order, Outlives, Row, Store, Tree, Walked,
};
use crate::simulation::{self, AtCommit, Plant};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Rows = BTreeMap<(u8, Vec<u8>), Vec<u8>>;

/// The disk, which outlives the daemon's lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    rows: Rows,
    /// What undoes each commit that a power cut may still take back, the oldest first.
    undo: Vec<Vec<Undo>>,
    /// So many of them are in the daemon's memory alone: the end of a life takes back some as well.
    in_memory: usize,
    commits: u64,
    /// In which commit each effect was recorded first.
    effects: BTreeMap<Vec<u8>, u64>,
    /// The planted bug "an attempt is recorded after it": what undoes a begun attempt that the daemon sees and the disk does not have yet.
    held: Vec<Undo>,
}

/// A row as it was before a commit.
type Undo = ((u8, Vec<u8>), Option<Vec<u8>>);

impl Disk {
    /// Makes a batch.
    pub(super) fn apply(&self, batch: Batch, outlives: Outlives) {
        self.content().apply(batch, outlives);
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The power is cut: of the commits that were not told to be on the disk only some of the first are. `chance` says how many.
    pub(crate) fn cut_power(&self, chance: u64) {
        let mut content = self.content();
        let undone = chance % (content.undo.len() as u64 + 1);
        simulation::took_back("power cut", undone);
        content.take_back_last(undone);
        content.undo.clear();
        content.in_memory = 0;
    }

    /// A life has ended, however it did: of the commits that were in its memory only some of the first are on the disk. `chance` says how many.
    pub(crate) fn end_life(&self, chance: u64) {
        let mut content = self.content();
        let held = std::mem::take(&mut content.held);
        content.take_back(held);
        let undone = chance % (content.in_memory as u64 + 1);
        simulation::took_back("kill", undone);
        content.take_back_last(undone);
        content.in_memory = 0;
    }

    /// A life has ended politely: what was in its memory was handed over.
    pub(crate) fn close(&self) {
        self.content().in_memory = 0;
    }

    /// The Message-IDs of all effects, with the number of the commit that recorded each.
    pub(crate) fn effects(&self) -> Vec<(String, u64)> {
        let content = self.content();
        let named = |(name, commit): (&Vec<u8>, &u64)| {
            (String::from_utf8_lossy(name).into_owned(), *commit)
        };
        content.effects.iter().map(named).collect()
    }

    pub(crate) fn commits(&self) -> u64 {
        self.content().commits
    }

    /// How many rows of these kinds there are: due, in doubt, to file, lost and not told.
    pub(crate) fn unsettled(&self) -> usize {
        let content = self.content();
        let trees = [Tree::Due, Tree::InDoubt, Tree::Filings, Tree::Untold];
        let count = |tree: Tree| content.rows.range(range_of(tree)).count();
        trees.into_iter().map(count).sum()
    }
}

impl Content {
    fn take_back_last(&mut self, commits: u64) {
        for _ in 0..commits {
            let undo = self.undo.pop().unwrap_or_default();
            self.take_back(undo);
        }
    }

    fn take_back(&mut self, undo: Vec<Undo>) {
        for (key, before) in undo.into_iter().rev() {
            if key.0 == Tree::Effects.number() && before.is_none() {
                // It was never recorded.
                let _ = self.effects.remove(&key.1);
            }
            match before {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }

    fn apply(&mut self, batch: Batch, outlives: Outlives) {
        self.commits += 1;
        let mut undo = Vec::new();
        for (tree, key, value) in batch.changes {
            if tree == Tree::Effects && value.is_some() {
                self.effects.entry(key.clone()).or_insert(self.commits);
            }
            let value = match tree {
                Tree::Effects if simulation::plants(Plant::CountsNoDoubts) => value.map(uncounted),
                _ => value,
            };
            let key = (tree.number(), key);
            let before = match value {
                Some(value) => self.rows.insert(key.clone(), value),
                None => self.rows.remove(&key),
            };
            undo.push((key, before));
        }
        self.undo.push(undo);
        match outlives {
            Outlives::NothingYet => self.in_memory += 1,
            Outlives::Process => self.in_memory = 0,
            Outlives::PowerCut => self.reach_the_disk(),
        }
    }

    fn reach_the_disk(&mut self) {
        self.in_memory = 0;
        if !simulation::plants(Plant::ForgetsToFlush) {
            self.undo.clear();
        }
    }
}

/// The mail that a commit is about: one of ours, or one in the inbox.
pub(super) fn about(batch: &Batch) -> String {
    let key = |wanted: Tree| {
        let mut changes = batch.changes.iter();
        changes.find_map(|(tree, key, _)| (*tree == wanted).then_some(key))
    };
    let of_ours = key(Tree::Effects).map(|name| String::from_utf8_lossy(name).into_owned());
    let of_others = || {
        Some(format!(
            "{:02x?}",
            key(Tree::Begun).or_else(|| key(Tree::Mails))?
        ))
    };
    of_ours.or_else(of_others).unwrap_or_default()
}

/// The planted bug "each doubt is the first": the record as it was before doubts were counted.
fn uncounted(record: Vec<u8>) -> Vec<u8> {
    let Ok(mut form) = serde_json::from_slice::<serde_json::Value>(&record) else {
        return record;
    };
    let stored = form.get_mut("is").and_then(|stored| stored.as_object_mut());
    if let Some(stored) = stored {
        let _ = stored.remove("doubts");
    }
    serde_json::to_vec(&form).unwrap_or(record)
}

fn range_of(tree: Tree) -> std::ops::Range<(u8, Vec<u8>)> {
    (tree.number(), Vec::new())..(tree.number() + 1, Vec::new())
}

/// The store of one life.
#[derive(Debug)]
pub(crate) struct SimulatedStore {
    disk: Disk,
    life: u64,
    /// A sync failed: nothing more is promised in this life.
    failed: Mutex<bool>,
}

impl SimulatedStore {
    pub(crate) fn new(disk: &Disk, life: u64) -> Self {
        Self {
            disk: disk.clone(),
            life,
            failed: Mutex::new(false),
        }
    }

    fn failure(why: &str) -> JournalError {
        JournalError::Store {
            path: "the simulated disk".to_owned(),
            why: why.to_owned(),
        }
    }
}

impl Store for SimulatedStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        let content = self.disk.content();
        Ok(content.rows.get(&(tree.number(), key.to_vec())).cloned())
    }

    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        let content = self.disk.content();
        let mut range = range_of(tree);
        range.start.1 = from.to_vec();
        if let Some(until) = until {
            range.end = (tree.number(), until.to_vec());
        }
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        let row = |((_, key), value): (&(u8, Vec<u8>), &Vec<u8>)| (key.clone(), value.clone());
        let rows = content.rows.range(range);
        Ok(match order {
            Order::Upwards => rows.take(max).map(row).collect(),
            Order::Downwards => rows.rev().take(max).map(row).collect(),
        })
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
        Ok(self.disk.content().rows.range(range_of(tree)).count())
    }

    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if *failed || !simulation::is_alive(self.life) {
            return Err(Self::failure("an earlier write did not reach the disk"));
        }
        let at_commit = simulation::at_commit(&about(&batch));
        // It may have taken long.
        if !simulation::is_alive(self.life) {
            return Err(Self::failure("the daemon is dead"));
        }
        match at_commit {
            AtCommit::Fail => return Err(Self::failure("no space left on device")),
            AtCommit::CrashBefore => {
                simulation::crash("before a commit");
                return Err(Self::failure("the daemon is dead"));
            }
            AtCommit::Work | AtCommit::CrashAfter | AtCommit::FailAfter => {}
        }
        let mut content = self.disk.content();
        let begins = (batch.changes.iter())
            .any(|(tree, _, value)| *tree == Tree::InDoubt && value.is_some());
        if begins && simulation::plants(Plant::RecordsAfterSending) {
            content.apply(batch, Outlives::Process);
            content.held = content.undo.pop().unwrap_or_default();
            return Ok(());
        }
        content.held.clear();
        if simulation::plants(Plant::MovesCursorFirst) {
            let mut first = Batch::of(batch.act);
            let (cursors, rest) =
                (batch.changes.into_iter()).partition(|(tree, _, _)| *tree == Tree::Cursors);
            first.changes = cursors;
            let mut second = Batch::of(batch.act);
            second.changes = rest;
            let moves = !first.is_empty();
            content.apply(first, Outlives::PowerCut);
            if moves && simulation::chance().is_some_and(|chance| chance % 8 == 0) {
                drop(content);
                simulation::crash("between cursor and entry");
                return Err(Self::failure("the daemon is dead"));
            }
            content.apply(second, outlives);
        } else {
            content.apply(batch, outlives);
        }
        drop(content);
        match at_commit {
            AtCommit::CrashAfter => {
                simulation::crash("after a commit");
                Err(Self::failure("the daemon is dead"))
            }
            AtCommit::FailAfter => {
                *failed = true;
                Err(Self::failure("the disk did not take a write"))
            }
            _ => Ok(()),
        }
    }

    fn sync(&self) -> Result<(), JournalError> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if self.disk.content().undo.is_empty() {
            return Ok(());
        }
        if *failed || !simulation::is_alive(self.life) {
            return Err(Self::failure("an earlier write did not reach the disk"));
        }
        let at_commit = simulation::at_commit("what was recorded so far");
        if !simulation::is_alive(self.life) {
            return Err(Self::failure("the daemon is dead"));
        }
        match at_commit {
            AtCommit::Work => {
                self.disk.content().reach_the_disk();
                Ok(())
            }
            AtCommit::CrashBefore => {
                simulation::crash("before a sync");
                Err(Self::failure("the daemon is dead"))
            }
            AtCommit::CrashAfter => {
                self.disk.content().reach_the_disk();
                simulation::crash("after a sync");
                Err(Self::failure("the daemon is dead"))
            }
            AtCommit::Fail => Err(Self::failure("no space left on device")),
            AtCommit::FailAfter => {
                *failed = true;
                Err(Self::failure("the disk did not take a write"))
            }
        }
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        Err(Self::failure("there is no chain here"))
    }

    fn head(&self) -> Option<(u64, Digest)> {
        None
    }

    fn check(&self) -> Result<Vec<Damage>, JournalError> {
        Ok(Vec::new())
    }

    fn check_slice(&self) -> Result<Walked, JournalError> {
        Ok(Walked::All(Vec::new()))
    }

    fn is_checked(&self) -> bool {
        true
    }

    fn distrust(&self) {}

    fn rows(
        &self,
        _: &mut dyn FnMut(&[u8], &[u8]) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        Err(Self::failure("nothing is exported from here"))
    }

    fn rewrite(&self, _: ChainOfCopy) -> Result<(), JournalError> {
        Ok(())
    }
}
