//! What goes wrong between machines that share a journal: one is stopped in the middle of a step, or cut off from one of those whom it speaks to;
//! the database is away, slow, or its answer is lost; its clock is set.

use super::machine::{Hold, Peer};
use super::plant::Plant;
use super::process::at_work;
use super::seeded::Seeded;
use super::world::World;
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

/// It was looked whether the lease is sure.
pub(super) const LOOKS: &str = "after a look at the lease";
/// Something is written to the submission server.
pub(super) const WRITES_TO_SMTP: &str = "before it writes to SMTP";

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
    /// What is asked of the database about the lease, and answered late, or not.
    pub(super) answer: u64,
}

impl Rates {
    /// For worlds in which a bug was planted: what leads to two that work at once, and little that keeps either of them from it.
    const STORMY: Self = Self {
        stopped: 100,
        stopped_at_step: 500,
        cut: 0,
        away: 0,
        killed: 0,
        clock: 0,
        answer: 0,
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
    pub(super) rates: Rates,
    pub(super) away_until: Instant,
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
    let seconds = match chance.below(20) {
        0..=5 => chance.below(20),
        6..=10 => 20 + chance.below(30),
        11..=16 => 50 + chance.below(150),
        _ => 200 + chance.below(400),
    };
    Duration::from_secs(seconds) + Duration::from_millis(chance.below(1000))
}

/// Something is done that a process may be stopped at.
pub(super) fn may_be_stopped(at: &'static str) {
    let Some(machine) = at_work() else { return };
    let is_stopped = with(|world| {
        let rate = world.shared.as_ref()?.rates.stopped_at_step;
        // There is much less of these than of other steps, and they are where a stop can double a mail.
        let rate = match at {
            LOOKS => rate * 2,
            WRITES_TO_SMTP => rate * 4,
            _ => rate,
        };
        let is_free = !world.is_calm && !world.machines[machine].is_stopped();
        (is_free && world.chance.happens(rate)).then(|| lasts(&mut world.chance))
    });
    if let Some(time) = is_stopped.flatten() {
        stop(machine, at, time);
    }
}

/// A process is stopped.
fn stop(machine: usize, at: &'static str, time: Duration) {
    let tasks_later = world(|world| {
        world.tally.hit("machine", at);
        world.note_of(machine, format!("stopped {at} for {} s", time.as_secs()));
        Duration::from_millis(*world.chance.one_of(&[0, 50]))
    });
    hold_up(machine, Hold::Stops { tasks_later }, time);
    wake(machine, time + tasks_later);
}

/// A process does not go on for a while.
pub(super) fn hold_up(machine: usize, what: Hold, time: Duration) {
    world(|world| world.machines[machine].hold_up(what, Instant::now() + time));
    wake(machine, time);
}

fn wake(machine: usize, after: Duration) {
    let go_on = move |_: Instant| world(|world| world.machines[machine].go_on(false));
    calendar::at(Instant::now() + after, go_on);
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
            stop(machine, "at any time", time);
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
