//! What goes wrong between machines that share a journal: one is stopped in the middle of a step, or cut off from one of those whom it speaks to;
//! the database is away, slow, or its answer is lost; its clock is set.

use super::machine::{Hold, Peer};
use super::mishaps::AtCommit;
use super::process::at_work;
use super::seeded::Seeded;
use super::world::{Plant, World};
use super::{calendar, with, world};
use std::time::Duration;
use tokio::time::Instant;

/// So often something may go wrong by itself.
pub(super) const TICK: Duration = Duration::from_secs(10);
/// The database's clock is set by so much at most, and not again for a minute: with what a machine's clock is slow (a twentieth) less than the
/// sixth of a lease that is not counted on.
const CLOCK_SET_MAX_SECONDS: u64 = 3;
/// How often it may be set.
const CLOCK_SET_EVERY: Duration = Duration::from_secs(60);

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

/// How often, each in ten thousand of its occasions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// A tick with which a process is stopped.
    stopped: u64,
    /// A look at the lease, a commit or something written to a server with which it is.
    stopped_at_step: u64,
    /// A tick with which a machine is cut off from somebody.
    cut: u64,
    /// A tick with which the database is away for all.
    away: u64,
    /// A tick with which a process is killed.
    killed: u64,
    /// A tick with which the database's clock is set.
    clock: u64,
    /// What is asked of the database and answered late, or not.
    answer: u64,
}

impl Rates {
    /// For worlds in which a bug was planted.
    const STORMY: Self = Self {
        stopped: 200,
        stopped_at_step: 600,
        cut: 200,
        away: 50,
        killed: 50,
        clock: 0,
        answer: 200,
    };

    /// How it is in a world: some know only some kinds of trouble.
    pub(super) fn draw(chance: &mut Seeded, plant: Option<Plant>) -> Self {
        let rate = |chance: &mut Seeded, choices: &[u64]| *chance.one_of(choices);
        let drawn = Self {
            stopped: rate(chance, &[0, 100, 300]),
            stopped_at_step: rate(chance, &[0, 50, 200, 800]),
            cut: rate(chance, &[0, 100, 400]),
            away: rate(chance, &[0, 0, 50, 150]),
            killed: rate(chance, &[0, 0, 50, 200]),
            clock: rate(chance, &[0, 0, 500]),
            answer: rate(chance, &[0, 50, 300]),
        };
        plant.map_or(drawn, |_| Self::STORMY)
    }
}

/// What machines share.
#[derive(Debug)]
pub(super) struct Shared {
    rates: Rates,
    away_until: Instant,
    /// How far the database's clock was set, forwards and back.
    ahead: Duration,
    behind: Duration,
    clock_set: Instant,
    /// The machine that works.
    pub(super) works: Option<usize>,
    /// What was seen to be wrong while the world was played.
    pub(super) broken: Vec<String>,
}

impl Shared {
    pub(super) const fn new(rates: Rates, began: Instant) -> Self {
        Self {
            rates,
            away_until: began,
            // An hour after the beginning of the world, so that it can be set back.
            ahead: Duration::from_secs(3600),
            behind: Duration::ZERO,
            clock_set: began,
            works: None,
            broken: Vec::new(),
        }
    }

    pub(super) fn clock(&self, began: Instant) -> Duration {
        (began.elapsed() + self.ahead).saturating_sub(self.behind)
    }
}

/// How long something lasts: less than a lease, about one, or much longer.
fn lasts(chance: &mut Seeded) -> Duration {
    let seconds = match chance.below(10) {
        0..=2 => chance.below(20),
        3..=5 => 20 + chance.below(30),
        6..=8 => 50 + chance.below(150),
        _ => 200 + chance.below(400),
    };
    Duration::from_secs(seconds) + Duration::from_millis(chance.below(1000))
}

/// Something is done that a process may be stopped at.
pub(super) fn may_be_stopped(at: &'static str) {
    let Some(machine) = at_work() else { return };
    let is_stopped = with(|world| {
        let rate = world.shared.as_ref()?.rates.stopped_at_step;
        let is_free = !world.is_calm && !world.machines[machine].is_stopped();
        (is_free && world.chance.happens(rate)).then(|| lasts(&mut world.chance))
    });
    if let Some(time) = is_stopped.flatten() {
        hold_up(machine, Hold::Stops, at, time);
    }
}

/// A process does not go on for a while.
fn hold_up(machine: usize, what: Hold, at: &'static str, time: Duration) {
    let until = Instant::now() + time;
    world(|world| {
        if what == Hold::Stops {
            world.tally.hit("machine", at);
            world.note_of(machine, format!("stopped {at} for {} s", time.as_secs()));
        }
        world.machines[machine].hold_up(what, until);
    });
    calendar::at(until, move |_| {
        world(|world| world.machines[machine].go_on(false))
    });
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
        world(|world| world.tally.hit("database", "away at a commit"));
        return AtDatabase::Away;
    }
    let (at_commit, waits) = world(|world| {
        let waits = world.commit_takes();
        (world.at_commit(about), waits)
    });
    if let (Some(machine), false) = (at_work(), waits.is_zero()) {
        hold_up(machine, Hold::Waits, "at the database", waits);
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

/// Some time passes, in which something may go wrong by itself.
pub(super) fn tick() {
    let machines = world(|world| world.machines.len());
    for machine in 0..machines {
        let stopped = world(|world| {
            let rates = world.shared.as_ref()?.rates;
            // Whoever works is hit most: what happens to who stands by shows little.
            let is_hit = world.works() == Some(machine) || world.chance.happens(3000);
            if is_hit && world.chance.happens(rates.cut) {
                let peer = *world.chance.one_of(&Peer::ALL);
                let time = lasts(&mut world.chance);
                world.tally.hit("machine", peer.cut_off());
                world.note_of(
                    machine,
                    format!("{} for {} s", peer.cut_off(), time.as_secs()),
                );
                world.machines[machine].cut_off(peer, Instant::now() + time);
            }
            if is_hit && world.chance.happens(rates.killed) {
                world.crash(machine, "by itself");
            }
            let is_free = !world.machines[machine].is_stopped();
            (is_hit && is_free && world.chance.happens(rates.stopped))
                .then(|| lasts(&mut world.chance))
        });
        if let Some(time) = stopped {
            hold_up(machine, Hold::Stops, "at any time", time);
        }
    }
    world(World::trouble_at_database);
}

impl World {
    pub(super) fn works(&self) -> Option<usize> {
        self.shared.as_ref()?.works
    }

    fn trouble_at_database(&mut self) {
        let Some(shared) = &mut self.shared else {
            return;
        };
        let now = Instant::now();
        if self.chance.happens(shared.rates.away) {
            let time = lasts(&mut self.chance);
            shared.away_until = now + time;
            self.note_of_all(format!("the database is away for {} s", time.as_secs()));
        }
        let Some(shared) = &mut self.shared else {
            return;
        };
        if shared.clock_set + CLOCK_SET_EVERY <= now && self.chance.happens(shared.rates.clock) {
            let time = Duration::from_millis(self.chance.below(CLOCK_SET_MAX_SECONDS * 1000));
            shared.clock_set = now;
            let way = match self.chance.happens(5000) {
                true => {
                    shared.ahead += time;
                    "clock set forwards"
                }
                false => {
                    shared.behind += time;
                    "clock set back"
                }
            };
            self.tally.hit("database", way);
            self.note_of_all(format!("database: {way} by {} ms", time.as_millis()));
        }
    }

    /// Nothing goes wrong between machines any more.
    pub(super) fn calm_down(&mut self) {
        if let Some(shared) = &mut self.shared {
            shared.away_until = Instant::now();
        }
        for machine in &mut self.machines {
            machine.heal();
        }
    }
}
