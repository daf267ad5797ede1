//! How a sled store is opened: what was lost or damaged is found and refused, what an older program wrote is taken into the chain.

use super::super::chain::{Act, Link, NOTHING_BEFORE};
use super::super::check::damaged_words;
use super::super::in_use::InUse;
use super::super::linked::{CHAINED_KEY, ChainEnd, link_key};
use super::super::verify::seal_key;
use super::super::witness::Witness;
use super::super::{Batch, JournalError, Order, Outlives, Store, Tree, generation, incoming};
use super::files::{Files, failure, size_bytes};
use super::{IN_USE, Opening, Progress, SledStore, Unsynced};
use crate::journal::Headway;
use std::fs::File;
use std::os::unix::fs::DirBuilderExt;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};

/// So many records of an older program are taken into the chain by one link.
const ADOPTED_AT_ONCE: usize = 2_000;

/// A store of at most this size is checked before it is worked with; a larger one is checked while it is, unless its last end was none.
pub(in super::super) const CHECKED_AT_ONCE_BYTES: u64 = 256 * 1024 * 1024;

impl SledStore {
    /// Opens or makes the database in `folder`. A damaged one is refused, and nothing in its files makes this panic.
    pub(crate) fn open(folder: &Path, opening: Opening) -> Result<Self, JournalError> {
        Self::open_checking(folder, opening, CHECKED_AT_ONCE_BYTES, &Arc::default())
    }

    /// The same, where a store of at most so many bytes is checked at once; `headway` is told how far it is.
    pub(in super::super) fn open_checking(
        folder: &Path,
        opening: Opening,
        at_once_bytes: u64,
        headway: &Arc<Headway>,
    ) -> Result<Self, JournalError> {
        // sled trusts its files; what they hold after damage can end it anywhere.
        let opened = std::panic::catch_unwind(AssertUnwindSafe(|| {
            Self::open_it(folder, opening, at_once_bytes, headway)
        }));
        opened.unwrap_or_else(|_| {
            Err(JournalError::Damaged {
                path: folder.display().to_string(),
                why: damaged_words("the database could not be read to its end"),
            })
        })
    }

    fn open_it(
        folder: &Path,
        opening: Opening,
        at_once_bytes: u64,
        headway: &Arc<Headway>,
    ) -> Result<Self, JournalError> {
        let path = folder.display().to_string();
        let failed = |why: String| JournalError::Store {
            path: path.clone(),
            why,
        };
        let damaged = |what: &str| JournalError::Damaged {
            path: path.clone(),
            why: damaged_words(what),
        };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|why| failed(format!("the folder cannot be made: {why}")))?;
        incoming::refuse_unfinished(folder)?;
        let current = generation::current(folder).map_err(|why| failed(why.to_string()))?;
        headway.opens(size_bytes(&current));
        let files = Files::open(&current).map_err(|why| failure(&why, folder))?;
        let end = files.chain_end().map_err(|why| failure(&why, folder))?;
        let ChainEnd { commits, head } = end;
        let (witness, remembered) = Witness::open(folder.join("commits"))?;
        let mut store = Self {
            folder: folder.to_owned(),
            path: path.clone(),
            witness,
            remembered,
            opening,
            is_checked: true,
            in_use: None,
            headway: Arc::clone(headway),
            next: Mutex::new(()),
            progress: Mutex::new(Progress::at(end)),
            pending: RwLock::default(),
            files: RwLock::new(files),
            is_unsure: AtomicBool::new(false),
        };
        if opening == Opening::ToVerify {
            return Ok(store);
        }
        let refuses = opening == Opening::ToWork;
        let lost = remembered.filter(|remembered| remembered.commits > commits);
        if let (Some(lost), true) = (lost, refuses) {
            let what = format!(
                "it knows of {commits} commits of {}, so mails that were handled would be handled again",
                lost.commits
            );
            return Err(damaged(&what));
        }
        let is_chained = remembered.is_some_and(|one| one.head.is_some() && one.commits > 0);
        if refuses && is_chained && head == NOTHING_BEFORE {
            let what = format!("commit {commits}, its last, is missing");
            return Err(damaged(&what));
        }
        let in_use = InUse::begin(folder.join(IN_USE)).map_err(|why| failed(why.to_string()))?;
        let was_left_open = in_use.was_left;
        store.in_use = Some(in_use);
        // What a rewriting left behind that a crash cut short. The lock on the current files is ours, so nobody else works on them.
        generation::remove_others(folder).map_err(|why| failed(why.to_string()))?;
        store.adopt()?;
        let is_small = size_bytes(&current) <= at_once_bytes;
        store.is_checked = is_small || was_left_open;
        if store.is_checked && refuses {
            store.distrust();
            store.refuse_damage()?;
            headway.is_open();
            store.trust();
        }
        if remembered.is_none() {
            // A new file is only found after a power cut when its folder is on disk too.
            let progress = store.progress();
            (store.witness).remember(progress.end)?;
            drop(progress);
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(|why| failed(why.to_string()))?;
        }
        let mut progress = store.progress();
        if progress.unsynced == Unsynced::Nothing {
            progress.unsynced = Unsynced::WhatWasThere;
        }
        drop(progress);
        Ok(store)
    }

    /// An error that says what is missing, and what to do.
    pub(super) fn refuse_damage(&self) -> Result<(), JournalError> {
        let what = match self.check() {
            Ok(damage) if damage.is_empty() => return Ok(()),
            Ok(damage) => {
                let what: Vec<String> = damage.iter().map(ToString::to_string).collect();
                what.join("; ")
            }
            // The disk, and not what is on it.
            Err(why @ (JournalError::Damaged { .. } | JournalError::Store { .. })) => {
                return Err(why);
            }
            Err(why) => why.to_string(),
        };
        Err(JournalError::Damaged {
            path: self.path.clone(),
            why: damaged_words(&what),
        })
    }

    /// Takes what a program from before the chain wrote into the chain. After a crash it goes on where it was.
    fn adopt(&self) -> Result<(), JournalError> {
        let chained = (self.files().database)
            .get(CHAINED_KEY)
            .map_err(|why| self.failure(&why))?;
        if chained.is_some() {
            return Ok(());
        }
        let commits = self.progress().end.commits;
        let last = (self.files().database)
            .get(link_key(commits))
            .map_err(|why| self.failure(&why))?;
        let last = last.and_then(|link| Link::from_bytes(&link));
        // A chain that has gone on is older than what it would take in: that was put there, and verifying names it.
        let goes_on = last.is_some_and(|link| link.act != Act::Begin);
        if goes_on {
            return self.mark_as_chained();
        }
        if self.progress().end.commits > 0 {
            self.commit(Batch::of(Act::Begin), Outlives::PowerCut)?;
        }
        for tree in Tree::CHAINED {
            let mut from = Vec::new();
            loop {
                let rows = self.scan(tree, &from, None, Order::Upwards, ADOPTED_AT_ONCE)?;
                let Some((last, _)) = rows.last() else { break };
                from.clone_from(last);
                from.push(0);
                let mut batch = Batch::of(Act::Begin);
                for (key, value) in rows {
                    if self.get(Tree::Seals, &seal_key(tree, &key))?.is_none() {
                        batch.put(tree, key, value);
                    }
                }
                if !batch.is_empty() {
                    self.commit(batch, Outlives::PowerCut)?;
                }
                self.headway.step();
            }
        }
        self.mark_as_chained()
    }

    fn mark_as_chained(&self) -> Result<(), JournalError> {
        let files = self.files();
        (files.database.insert(CHAINED_KEY, &[1]))
            .and_then(|_| files.database.flush())
            .map_err(|why| self.failure(&why))?;
        Ok(())
    }
}
