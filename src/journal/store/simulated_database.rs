//! The database of the simulated world, which several machines share: the journal's row, the row of its lease, and the records. What the rows
//! permit is decided by `lease_row.rs` and `fence.rs`, as for PostgreSQL; whether anything reaches it, and whether its answer comes back, is asked
//! of the world. Only for tests.

use super::chain::NOTHING_BEFORE;
use super::fence::{Fence, Standing};
use super::linked::ChainEnd;
use super::simulated::Disk;
use super::{Batch, Outlives};
use crate::journal::HeldBy;
use crate::journal::lease::Lease;
use crate::journal::lease_row::LeaseRow;
use crate::simulation::{self, Plant};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The database. A clone is another handle on it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(super) disk: Disk,
    rows: Arc<Mutex<Rows>>,
}

#[derive(Debug)]
struct Rows {
    journal: Standing,
    number: u64,
    holder: String,
    /// When the lease ends, by the database's clock.
    until: Duration,
    /// The leases that were granted to processes, to see that no two of them are sure at once.
    granted: Vec<(usize, u64, Arc<Lease>)>,
}

/// What a try to commit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::journal::store) enum Tried {
    Made,
    /// The journal's row is not what the writer believes.
    Fenced,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            disk: Disk::default(),
            rows: Arc::new(Mutex::new(Rows {
                journal: Standing {
                    lease: 0,
                    end: ChainEnd {
                        commits: 0,
                        head: NOTHING_BEFORE,
                    },
                },
                number: 0,
                holder: String::new(),
                until: Duration::ZERO,
                granted: Vec::new(),
            })),
        }
    }
}

impl Database {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The records, for whoever counts at the end.
    pub(crate) const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Takes the lease for so long, where its row permits it, and shuts out who had it.
    pub(crate) fn take(&self, asker: &str, length: Duration) -> Result<u64, HeldBy> {
        let now = simulation::databases_clock();
        let mut rows = self.rows();
        let row = LeaseRow {
            number: rows.number,
            holder: rows.holder.clone(),
            left: rows.until.saturating_sub(now),
        };
        let number = row.take(asker)?;
        rows.number = number;
        asker.clone_into(&mut rows.holder);
        rows.until = now + length;
        rows.journal.lease = number;
        for (machine, life, lease) in &rows.granted {
            if simulation::is_sure(*machine, *life, lease) {
                simulation::broken(format!(
                    "two at once: machine {machine} is sure of lease {} when {number} is taken",
                    lease.number()
                ));
            }
        }
        Ok(number)
    }

    /// Remembers who was told of a lease.
    pub(crate) fn granted(&self, machine: usize, life: u64, lease: &Arc<Lease>) {
        let mut rows = self.rows();
        rows.granted
            .retain(|(_, life, _)| simulation::is_alive(*life));
        rows.granted.push((machine, life, Arc::clone(lease)));
    }

    /// Renews the lease of that number where it is still that holder's.
    pub(crate) fn renew(&self, number: u64, holder: &str, length: Duration) -> bool {
        let mut rows = self.rows();
        let is_theirs = rows.number == number && rows.holder == holder;
        if is_theirs {
            rows.until = simulation::databases_clock() + length;
        }
        is_theirs
    }

    /// Time passes, where there is no world whose clock shows it.
    pub(in crate::journal::store) fn pass(&self, time: Duration) {
        let mut rows = self.rows();
        rows.until = rows.until.saturating_sub(time);
    }

    /// Ends the lease of that number.
    pub(in crate::journal::store) fn give_back(&self, number: u64) {
        let mut rows = self.rows();
        if rows.number == number {
            rows.until = simulation::databases_clock();
            rows.holder.clear();
        }
    }

    /// What the journal's row says.
    pub(in crate::journal::store) fn standing(&self) -> Standing {
        self.rows().journal
    }

    /// Makes the batch, where the journal's row is what the writer believes.
    pub(in crate::journal::store) fn commit(
        &self,
        fence: Fence,
        batch: Batch,
        then: ChainEnd,
    ) -> Tried {
        let mut rows = self.rows();
        let is_believed = rows.journal.lease == fence.lease && rows.journal.end == fence.before;
        if !is_believed && !simulation::plants(Plant::NoFence) {
            return Tried::Fenced;
        }
        if rows.journal.lease != fence.lease {
            simulation::broken(format!(
                "past the fence: commit under lease {} when {} is taken",
                fence.lease, rows.journal.lease
            ));
        }
        rows.journal.end = then;
        drop(rows);
        self.disk.apply(batch, Outlives::PowerCut);
        Tried::Made
    }
}
