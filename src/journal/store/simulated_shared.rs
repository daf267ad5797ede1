//! A journal in the database of the simulated world, as one process sees it that has its lease. It goes the way of the store in PostgreSQL: each
//! commit fenced, a lost answer tried again, what stayed unknown looked up before anything else. Only for tests.

use super::chain::{self, Digest};
use super::fence::{Became, Fence, became, set_back};
use super::linked::ChainEnd;
use super::simulated::{SimulatedStore, about};
use super::simulated_database::{Database, Tried};
use super::verify::Verified;
use super::{
    Batch, ChainOfCopy, Damage, EachRow, JournalError, Order, Outlives, Row, Store, Tree, Walked,
};
use crate::journal::Lease;
use crate::simulation::{self, AtDatabase, Plant};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The database, in messages.
const PLACE: &str = "the simulated database";

/// The store of one process.
#[derive(Debug)]
pub(crate) struct SharedStore {
    database: Database,
    life: u64,
    lease: Arc<Lease>,
    records: SimulatedStore,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    end: ChainEnd,
    /// Where the commit that failed may have come to.
    meant: Option<ChainEnd>,
    is_unsure: bool,
    /// How many commits were tried: no two of them lead to the same end.
    tried: u64,
}

impl SharedStore {
    /// As the process of that life sees it from here on; `None` where the database did not answer.
    pub(crate) fn open(database: &Database, life: u64, lease: &Arc<Lease>) -> Option<Self> {
        if simulation::at_database() != AtDatabase::Works {
            return None;
        }
        Some(Self {
            records: SimulatedStore::new(&database.disk, life),
            database: database.clone(),
            life,
            lease: Arc::clone(lease),
            known: Mutex::new(Known {
                end: database.standing().end,
                meant: None,
                is_unsure: false,
                tried: 0,
            }),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failure(why: &str) -> JournalError {
        JournalError::Store {
            path: PLACE.to_owned(),
            why: why.to_owned(),
        }
    }

    /// Whether it answers; what it was asked changes nothing.
    fn reach(&self) -> Result<(), JournalError> {
        match simulation::at_database() {
            _ if !simulation::is_alive(self.life) => Err(Self::failure("the process is dead")),
            AtDatabase::Works => Ok(()),
            _ => Err(Self::failure("it is out of reach")),
        }
    }

    fn refuse_a_damaged(&self) -> Result<(), JournalError> {
        match self.lease.damage() {
            Some(why) => Err(self.heard(JournalError::Damaged {
                path: PLACE.to_owned(),
                why: why.to_owned(),
            })),
            None => Ok(()),
        }
    }

    /// What it means for the lease.
    fn heard(&self, why: JournalError) -> JournalError {
        match &why {
            JournalError::LeaseLost { .. } => self.lease.lose(),
            JournalError::Damaged { why, .. } => self.lease.distrust(why),
            _ => {}
        }
        why
    }

    /// What is unknown is looked up; whether a commit was found made whose caller had heard of a failure.
    fn settled(&self) -> Result<(MutexGuard<'_, Known>, Became), JournalError> {
        let mut known = self.known();
        self.refuse_a_damaged()?;
        if !known.is_unsure {
            return Ok((known, Became::Nothing));
        }
        self.reach()?;
        let found = self.database.standing();
        let fence = self.fence(&known);
        let became = became(fence, known.meant, found);
        match became {
            Became::Lost => return Err(self.heard(fence.refused(found, PLACE))),
            Became::SetBack => {
                let why = set_back(known.end, found.end);
                let path = PLACE.to_owned();
                return Err(self.heard(JournalError::Damaged { path, why }));
            }
            Became::Made | Became::Nothing => {}
        }
        known.end = found.end;
        known.meant = None;
        known.is_unsure = false;
        Ok((known, became))
    }

    fn fence(&self, known: &Known) -> Fence {
        Fence {
            lease: self.lease.number(),
            before: known.end,
        }
    }

    /// Tries until it is known, or not any longer; `meant` says where it may have come to.
    fn make(
        &self,
        fence: Fence,
        batch: &Batch,
        then: ChainEnd,
        meant: &mut Option<ChainEnd>,
    ) -> Result<(), JournalError> {
        let about = about(batch);
        loop {
            let at_commit = simulation::at_shared_commit(&about);
            if !simulation::is_alive(self.life) {
                return Err(Self::failure("the process is dead"));
            }
            match at_commit {
                AtDatabase::KilledBefore => {
                    simulation::crash("before a commit");
                    return Err(Self::failure("the process is dead"));
                }
                AtDatabase::Away => {}
                _ => match self.database.commit(fence, batch.clone(), then) {
                    Tried::Fenced => {
                        self.reach()?;
                        return fence.kept_out(*meant, self.database.standing(), PLACE);
                    }
                    Tried::Made => *meant = Some(then),
                },
            }
            match at_commit {
                AtDatabase::Works => return Ok(()),
                AtDatabase::KilledAfter => {
                    simulation::crash("after a commit");
                    return Err(Self::failure("the process is dead"));
                }
                _ if simulation::gives_up() => {
                    return Err(Self::failure("no answer came in time"));
                }
                _ => {}
            }
        }
    }
}

impl Store for SharedStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        drop(self.settled()?);
        self.reach()?;
        self.records.get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        drop(self.settled()?);
        self.reach()?;
        self.records.scan(tree, from, until, order, max)
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
        drop(self.settled()?);
        self.reach()?;
        self.records.count(tree)
    }

    fn commit(&self, batch: Batch, _: Outlives) -> Result<(), JournalError> {
        let (mut known, became) = self.settled()?;
        if became == Became::Made {
            return Err(Self::failure(
                "the commit before was made after all: try again",
            ));
        }
        if self.lease.is_lost() && !simulation::plants(Plant::NoFence) {
            return Err(JournalError::LeaseLost {
                journal: PLACE.to_owned(),
            });
        }
        known.tried += 1;
        let commits = known.end.commits + 1;
        let name = format!("{} {}", self.life, known.tried);
        let then = ChainEnd {
            commits,
            head: chain::hash(commits, name.as_bytes()),
        };
        let mut meant = None;
        match self.make(self.fence(&known), &batch, then, &mut meant) {
            Ok(()) => {
                known.end = then;
                Ok(())
            }
            Err(why) => {
                known.meant = meant;
                known.is_unsure = true;
                Err(self.heard(why))
            }
        }
    }

    fn sync(&self) -> Result<(), JournalError> {
        Ok(())
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        self.records.verify()
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

    fn head(&self) -> Option<(u64, Digest)> {
        None
    }

    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError> {
        self.records.rows(each)
    }

    fn rewrite(&self, _: ChainOfCopy) -> Result<(), JournalError> {
        Ok(())
    }

    fn lease(&self) -> Option<&Arc<Lease>> {
        Some(&self.lease)
    }

    fn give_back(&self) {
        if self.lease.is_lost() {
            return;
        }
        self.lease.lose();
        // Where that fails it ends by itself.
        if self.reach().is_ok() {
            self.database.give_back(self.lease.number());
        }
    }
}
