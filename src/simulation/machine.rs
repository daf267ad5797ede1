//! A machine of the world: the process on it that lives or does not, when it is stopped, from whom it is cut off, and its clocks.

use super::mishaps::Death;
use super::plant::Plant;
use super::process::Kind;
use super::world::World;
use crate::journal::lease::Awake;
use jiff::SignedDuration;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Whom a machine speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Imap,
    Smtp,
    Database,
}

impl Peer {
    pub(super) const ALL: [Self; 3] = [Self::Imap, Self::Smtp, Self::Database];

    pub(super) const fn cut_off(self) -> &'static str {
        match self {
            Self::Imap => "cut off from IMAP",
            Self::Smtp => "cut off from SMTP",
            Self::Database => "cut off from the database",
        }
    }
}

#[derive(Debug)]
pub(super) struct Machine {
    /// The life of its process.
    pub(super) life: u64,
    pub(super) is_alive: bool,
    pub(super) died: Arc<Notify>,
    pub(super) death: Option<Death>,
    /// How wrong the clock on its wall is.
    pub(super) skew: SignedDuration,
    began: Instant,
    /// How fast its other clock goes: so many milliseconds in a second.
    pub(super) awake_rate: u64,
    /// Until when its process is stopped.
    stopped_until: Option<Instant>,
    /// How long it was stopped, in all that are over.
    stopped_for: Duration,
    stopped_since: Instant,
    /// From when on its tasks go on. What it was about to write when it was stopped may be answered before.
    tasks_from: Instant,
    /// Until when its process waits for an answer of the database.
    waits_until: Instant,
    held_up: Vec<Waker>,
    /// Told when the process goes on.
    pub(super) goes_on: Arc<Notify>,
    cut_until: [Instant; 3],
}

impl Machine {
    pub(super) fn new(began: Instant) -> Self {
        Self {
            life: 0,
            is_alive: false,
            died: Arc::default(),
            death: None,
            skew: SignedDuration::ZERO,
            began,
            awake_rate: 1_000,
            stopped_until: None,
            stopped_for: Duration::ZERO,
            stopped_since: began,
            tasks_from: began,
            waits_until: began,
            held_up: Vec::new(),
            goes_on: Arc::default(),
            cut_until: [began; 3],
        }
    }

    /// Whether its process is stopped.
    pub(super) const fn is_stopped(&self) -> bool {
        self.stopped_until.is_some()
    }

    /// Whether work is not done just now; then it is woken when it is.
    pub(super) fn holds_up(&mut self, kind: Kind, waker: &Waker) -> bool {
        let now = Instant::now();
        let waits = kind == Kind::Ordinary && now < self.waits_until;
        let is_held_up = self.is_stopped() || now < self.tasks_from || waits;
        if is_held_up {
            self.held_up.push(waker.clone());
        }
        is_held_up
    }

    /// Its process is stopped, or waits for the database.
    pub(super) fn hold_up(&mut self, what: Hold, until: Instant) {
        match what {
            Hold::Stops { tasks_later } => {
                self.stopped_until = Some(until);
                self.tasks_from = until + tasks_later;
                self.stopped_since = Instant::now();
            }
            Hold::Waits => self.waits_until = self.waits_until.max(until),
        }
    }

    /// What was held up goes on, where its time has come, or `at_once`.
    pub(super) fn go_on(&mut self, at_once: bool) {
        let now = Instant::now();
        if self
            .stopped_until
            .is_some_and(|until| at_once || until <= now)
        {
            self.stopped_until = None;
            self.stopped_for += self.stopped_since.elapsed();
        }
        if at_once {
            (self.waits_until, self.tasks_from) = (now, now);
        }
        if self.is_stopped() {
            return;
        }
        self.goes_on.notify_waiters();
        if self.tasks_from <= now {
            self.held_up.drain(..).for_each(Waker::wake);
        }
    }

    pub(super) const fn cut_off(&mut self, from: Peer, until: Instant) {
        self.cut_until[from as usize] = until;
    }

    /// Until when it is cut off, if it is.
    pub(super) fn is_cut_off(&self, from: Peer) -> Option<Instant> {
        let until = self.cut_until[from as usize];
        (Instant::now() < until).then_some(until)
    }

    pub(super) fn heal(&mut self) {
        self.cut_until = [Instant::now(); 3];
        self.go_on(true);
    }

    /// What the clock shows that goes on while it sleeps.
    pub(super) fn awake(&self, plant: Option<Plant>) -> Awake {
        let mut passed = self.began.elapsed();
        match plant {
            Some(Plant::AlwaysSure) => passed = Duration::ZERO,
            Some(Plant::ClockSleepsToo) => {
                let now =
                    (self.stopped_until).map_or(Duration::ZERO, |_| self.stopped_since.elapsed());
                passed = passed.saturating_sub(self.stopped_for + now);
            }
            _ => {}
        }
        let milliseconds = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        Awake::of_milliseconds(milliseconds * self.awake_rate / 1_000)
    }
}

/// What holds a process up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// SIGSTOP, or a machine that is moved. Its tasks go on so much later than the write in which it was stopped.
    Stops { tasks_later: Duration },
    /// An answer of the database that takes its time.
    Waits,
}

impl World {
    /// The machine of the process that is at work; the first where none is.
    pub(super) fn here(&self) -> &Machine {
        &self.machines[super::process::at_work().unwrap_or(0)]
    }

    pub(super) fn is_alive(&self, life: u64) -> bool {
        (self.machines.iter()).any(|machine| machine.is_alive && machine.life == life)
    }

    /// A new life begins on a machine.
    pub(super) fn revive(&mut self, machine: usize) -> u64 {
        self.lives += 1;
        let life = self.lives;
        let one = &mut self.machines[machine];
        one.life = life;
        one.is_alive = true;
        one.death = None;
        // What may be left of a life that ended before.
        one.go_on(true);
        if let Some(streak) = &mut self.streak {
            streak.begins(&mut self.chance);
        }
        self.note_of(machine, format!("life {life} begins"));
        life
    }

    pub(super) fn crash(&mut self, machine: usize, place: &str) {
        if !self.machines[machine].is_alive {
            return;
        }
        let death = match self.chance.happens(3000) {
            true => Death::PowerCut,
            false => Death::Killed,
        };
        let one = &mut self.machines[machine];
        one.is_alive = false;
        one.death = Some(death);
        // Also one that is stopped is killed.
        one.go_on(true);
        let life = one.life;
        one.died.notify_one();
        let name = match death {
            Death::Killed => "killed",
            Death::PowerCut => "power cut",
        };
        self.tally.hit("daemon", name);
        self.note_of(machine, format!("life {life} ends: {death:?} {place}"));
    }

    /// The process has ended by itself.
    pub(super) fn has_ended(&mut self, machine: usize) {
        self.machines[machine].is_alive = false;
    }
}
