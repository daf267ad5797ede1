//! What does it come to that a process asks the database, in the world of several machines: is it reached, does it do what it was asked, and does
//! the answer come back?

use super::machine::{Hold, Peer};
use super::mishaps::AtCommit;
use super::process::at_work;
use super::storm::{hold_up, may_be_stopped};
use super::{with, world};
use std::time::Duration;
use tokio::time::Instant;

/// What asking the database comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtDatabase {
    Works,
    /// It is not reached.
    Away,
    /// It does what it was asked, and nobody hears of it.
    AnswerLost,
    /// The process is killed before it has asked.
    KilledBefore,
    /// And before it hears the answer.
    KilledAfter,
}

/// Whether the database is reached by the process that is at work.
pub(crate) fn at_database() -> AtDatabase {
    let reached = with(|world| {
        let machine = world.here().is_cut_off(Peer::Database).is_some();
        let now = Instant::now();
        let all = (world.shared.as_ref()).is_some_and(|shared| now < shared.away_until);
        if all {
            world.tally.hit("database", "away");
        }
        !(machine || all) || world.is_calm
    });
    match reached.unwrap_or(true) {
        true => AtDatabase::Works,
        false => AtDatabase::Away,
    }
}

/// What a commit about this mail comes to.
pub(crate) fn at_shared_commit(about: &str) -> AtDatabase {
    may_be_stopped("at a commit");
    if at_database() == AtDatabase::Away {
        return AtDatabase::Away;
    }
    let (at_commit, waits) = world(|world| {
        let waits = world.commit_takes();
        (world.at_commit(about), waits)
    });
    if let (Some(machine), false) = (at_work(), waits.is_zero()) {
        hold_up(machine, Hold::Waits, waits);
    }
    match at_commit {
        AtCommit::Work => AtDatabase::Works,
        AtCommit::Fail => AtDatabase::Away,
        AtCommit::FailAfter => {
            world(|world| world.tally.hit("database", "answer to a commit lost"));
            AtDatabase::AnswerLost
        }
        AtCommit::CrashBefore => AtDatabase::KilledBefore,
        AtCommit::CrashAfter => AtDatabase::KilledAfter,
    }
}

/// Whether the time is over for which a commit is tried again.
pub(crate) fn gives_up() -> bool {
    world(|world| world.is_calm || world.chance.happens(5000))
}

/// How long the database takes over something about the lease, and what comes of it.
pub(super) fn at_lease() -> (Duration, AtDatabase) {
    let reached = at_database();
    world(|world| {
        let rate = world
            .shared
            .as_ref()
            .map_or(0, |shared| shared.rates.answer);
        if world.is_calm || reached == AtDatabase::Away || !world.chance.happens(rate) {
            return (Duration::ZERO, reached);
        }
        let late = Duration::from_millis(world.chance.below(9_000));
        match world.chance.below(3) {
            0 => {
                world.tally.hit("database", "answer about the lease lost");
                (late, AtDatabase::AnswerLost)
            }
            1 => (late, AtDatabase::Away),
            _ => {
                world.tally.hit("database", "answer about the lease late");
                (late, AtDatabase::Works)
            }
        }
    })
}
