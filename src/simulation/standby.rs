//! The lives of a process that shares its journal with others: it stands by until the lease is its, works until it is told to end, killed, or
//! finds that another has taken over, and is started again.

use super::at_database::{AtDatabase, at_lease};
use super::daemon::{Ended, Parts, Signals, rest};
use super::process::{self, Kind};
use super::storm::{LOOKS, may_be_stopped};
use super::{with, world};
use crate::gateway::Office;
use crate::journal::lease::{AwakeClock, Lease};
use crate::journal::renewal::{self, Renew, Renewed};
use crate::journal::{Database, Journal};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long a lease lasts, as by default.
const LEASE: Duration = Duration::from_secs(30);
/// How long an answer of the database is waited for.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);
/// The database does not answer sooner: who wakes up may have sent before it hears that its lease is another's.
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// The shortest wait before a lease that another holds is asked for again.
const ASKED_AGAIN_AT_ONCE: Duration = Duration::from_millis(10);
/// The longest, and how long to wait before a database that is away is asked again: the daemon looks as often (`cli/run/turns.rs`).
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A journal that is this process's to work with, and what renews its lease.
struct Taken {
    journal: Journal,
    renewal: JoinHandle<()>,
}

/// One life after the other on a machine, until the end.
pub(super) async fn live(
    machine: usize,
    database: Database,
    office: Arc<Office>,
    signals: Arc<Signals>,
) {
    while !signals.last.is_cancelled() {
        let died = world(|world| Arc::clone(&world.machines[machine].died));
        let life = world(|world| world.revive(machine));
        let standing_by = process::of(
            machine,
            Kind::Ordinary,
            stand_by(machine, life, database.clone()),
        );
        let mut standing_by = tokio::spawn(standing_by);
        let taken = tokio::select! {
            biased;
            () = died.notified() => None,
            () = signals.terminate.notified() => None,
            () = signals.last.cancelled() => None,
            taken = &mut standing_by => taken.ok(),
        };
        standing_by.abort();
        if let Some(Taken { journal, renewal }) = taken {
            let office = Arc::clone(&office);
            let parts = Parts::start(machine, journal, office);
            let ended = parts.run(&signals, &died).await;
            renewal.abort();
            if ended == Ended::Lost {
                world(|world| world.tally.hit("lease", "found to be another's"));
            }
        }
        world(|world| world.has_ended(machine));
        rest(&signals).await;
    }
}

/// As [`crate::journal::Journal::open_of`] does it with PostgreSQL: asks for the lease until it is ours, then sees how the journal stands.
async fn stand_by(machine: usize, life: u64, database: Database) -> Taken {
    // Here a stop would show nothing: the lease counts from when it was asked for.
    let now = || world(|world| world.machines[machine].awake(world.plant));
    let holder = format!("machine {machine}, life {life}");
    let lease = loop {
        let asked = now();
        let (late, comes_to) = at_lease();
        let answer = match comes_to {
            AtDatabase::Away => None,
            _ => Some(database.take(&holder, LEASE)),
        };
        if matches!(answer, Some(Ok(_))) {
            took(machine);
        }
        if !late.is_zero() {
            tokio::time::sleep(late).await;
        }
        let wait = match answer.filter(|_| comes_to == AtDatabase::Works) {
            Some(Ok(number)) => {
                let lease = Arc::new(Lease::taken(number, asked, LEASE, clock_of(machine)));
                database.granted(machine, life, &lease);
                break lease;
            }
            Some(Err(held)) => (held.left).clamp(ASKED_AGAIN_AT_ONCE, ASKED_AGAIN_AFTER),
            None => ASKED_AGAIN_AFTER,
        };
        tokio::time::sleep(wait).await;
    };
    let asks = FromMachine {
        database: database.clone(),
        holder,
        life,
    };
    let keeping = renewal::keep(Arc::clone(&lease), STEP_TIMEOUT, asks);
    let renewal = tokio::spawn(process::of(machine, Kind::Renewal, keeping));
    loop {
        if let Some(journal) = Journal::shared(&database, life, &lease) {
            return Taken { journal, renewal };
        }
        tokio::time::sleep(ASKED_AGAIN_AFTER).await;
    }
}

fn took(machine: usize) {
    world(|world| {
        let before = world.works();
        world.note_of(machine, "takes the lease");
        if before.is_some_and(|before| before != machine) {
            world.tally.hit("lease", "taken over");
            let is_stopped = before.is_some_and(|before| world.machines[before].is_stopped());
            if is_stopped {
                world
                    .tally
                    .hit("lease", "taken over from one that is stopped");
            }
        }
        if let Some(shared) = &mut world.shared {
            shared.works = Some(machine);
        }
    });
}

/// The clock of a machine that goes on while it sleeps. Whoever looks at it may be stopped right after, and does not know.
fn clock_of(machine: usize) -> AwakeClock {
    AwakeClock::of(move || {
        may_be_stopped(LOOKS);
        let shown = with(|world| world.machines[machine].awake(world.plant));
        shown.unwrap_or(crate::journal::lease::Awake::of_milliseconds(u64::MAX))
    })
}

struct FromMachine {
    database: Database,
    holder: String,
    life: u64,
}

impl Renew for FromMachine {
    async fn renew(&mut self, lease: &Lease, limit: Duration) -> Renewed {
        if !world(|world| world.is_alive(self.life)) {
            // Its thread went with the process.
            return Renewed::No;
        }
        let (late, comes_to) = at_lease();
        if comes_to == AtDatabase::Away {
            tokio::time::sleep(limit).await;
            return Renewed::Unknown;
        }
        // Before the answer is under way, or when it is waited for no more.
        let is_first = late < limit / 2;
        let renew = || (self.database).renew(lease.number(), &self.holder, lease.length());
        let early = is_first.then(renew);
        tokio::time::sleep(late.clamp(ROUND_TRIP, limit)).await;
        let renewed = early.unwrap_or_else(renew);
        match (comes_to, renewed) {
            (AtDatabase::Works, _) if late >= limit => Renewed::Unknown,
            (AtDatabase::Works, true) => Renewed::Yes { wanted_by: None },
            (AtDatabase::Works, false) => Renewed::No,
            _ => Renewed::Unknown,
        }
    }
}
