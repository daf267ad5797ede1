//! A world to break handoffd in: a mail server, a submission server, customers, staff, a clock, a disk and a network, all driven by one seed, in
//! which the real code from inbox to outbox runs. Things go wrong at every await and at every write of the store; when it is calm again it is
//! looked at what reached whom. What goes wrong, and where it stands here: docs/reliability.md. The same seed gives the same run, to the last byte of its trace.
//!
//! One machine keeps the mailbox, or three do that share a journal: then each may be stopped or cut off while the others go on.
//!
//! Only for tests. The program meets this world at six places: `clock.rs`, `chance.rs`, `network.rs`, `task.rs`, `journal/store/simulated*.rs`, and the
//! monotonic clock of tokio, which stands still here until nobody has anything to do.

mod at_database;
mod calendar;
mod changes;
mod daemon;
mod folder;
mod imap;
mod invariants;
mod line;
mod link;
mod machine;
mod mailbox;
mod mishaps;
mod people;
mod plant;
mod post;
mod process;
mod run;
mod seeded;
mod sending;
mod smtp;
mod standby;
mod storm;
mod streak;
mod tally;
mod tests;
mod three;
mod world;

pub(crate) use at_database::{AtDatabase, at_database, at_shared_commit, gives_up};
pub(crate) use line::{Wire, dial};
pub(crate) use mishaps::AtCommit;
pub(crate) use plant::Plant;
pub(crate) use process::of_same_process;

use crate::clock::Moment;
use crate::journal::Lease;
use jiff::Timestamp;
use std::cell::RefCell;
use std::task::{Context, Waker};
use std::time::Duration;
use world::World;

thread_local! {
    /// The world of this thread, while one is played.
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// Asks the world of this thread, or changes it.
fn with<T>(ask: impl FnOnce(&mut World) -> T) -> Option<T> {
    WORLD.with_borrow_mut(|world| world.as_mut().map(ask))
}

/// The same where there must be one.
fn world<T>(ask: impl FnOnce(&mut World) -> T) -> T {
    with(ask).expect("a world is played on this thread")
}

/// What the clock on the daemon's wall shows.
pub(crate) fn now() -> Option<Timestamp> {
    with(|world| world.wall())
}

/// The present moment on both clocks.
pub(crate) fn moment() -> Option<Moment> {
    with(|world| world.moment())
}

/// A number that the daemon takes for chance.
pub(crate) fn chance() -> Option<u64> {
    with(World::daemons_chance)
}

/// Whether the daemon of this life is still running.
pub(crate) fn is_alive(life: u64) -> bool {
    with(|world| world.is_alive(life)).unwrap_or(false)
}

/// What happens to a commit about this mail. The disk may take its time over it: then everything of this thread stands still, the daemon too.
pub(crate) fn at_commit(about: &str) -> AtCommit {
    let takes = with(World::commit_takes).unwrap_or_default();
    if !takes.is_zero() {
        let mut advance = std::pin::pin!(tokio::time::advance(takes));
        // The clock goes on at the first poll; what there is to wake is woken when the daemon waits next.
        let _ = advance
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
    }
    with(|world| world.at_commit(about)).unwrap_or(AtCommit::Work)
}

/// So many commits were undone by this.
pub(crate) fn took_back(by: &str, commits: u64) {
    if commits > 0 {
        let what = format!("{by} took commits back");
        let _ = with(|world| world.tally.hit("store", &what));
    }
}

/// The daemon is killed here and now.
pub(crate) fn crash(place: &str) {
    let _ = with(|world| world.crash(process::at_work().unwrap_or(0), place));
}

/// What the clock of the database that machines share shows.
pub(crate) fn databases_clock() -> Duration {
    with(|world| world.databases_clock()).unwrap_or_default()
}

/// Whether the process of that life believes that nobody can have taken over.
pub(crate) fn is_sure(machine: usize, life: u64, lease: &Lease) -> bool {
    let now = with(|world| {
        let lives = world.is_alive(life);
        lives.then(|| world.machines[machine].awake(world.plant))
    });
    now.flatten().is_some_and(|now| lease.is_sure_at(now))
}

/// Something is wrong already while the world is played.
pub(crate) fn broken(what: String) {
    let _ = with(|world| world.shared.as_mut().map(|shared| shared.broken.push(what)));
}

/// Whether a bug of this kind was planted, to see that the world finds it.
pub(crate) fn plants(plant: Plant) -> bool {
    with(|world| world.plant == Some(plant)).unwrap_or(false)
}
