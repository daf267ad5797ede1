//! What there is in the world, and what goes wrong in it.

use super::people::People;
use super::post::{Folder, Post};
use super::seeded::Seeded;
use crate::clock::Moment;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// A kind of bug that is known to lose or double mails, planted to see that the world finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plant {
    /// That an attempt was begun is written when it has ended.
    RecordsAfterSending,
    /// What is told to be on the disk is not.
    ForgetsToFlush,
    /// The cursor moves in a commit before that of the mail.
    MovesCursorFirst,
    /// A mail in doubt is sent again without a look for its copy.
    RetriesWithoutEvidence,
    /// How long something took is told by the clock on the wall, which anybody may set.
    BelievesTheWall,
}

/// What happens to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtCommit {
    Work,
    /// Nothing is written, and the daemon is told so: the disk is full.
    Fail,
    /// It is written, the daemon is told that it was not, and nothing more is written in this life: the disk failed to sync.
    FailAfter,
    CrashBefore,
    CrashAfter,
}

/// How often things go wrong, each in ten thousand of its occasions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// A command of IMAP or SMTP.
    pub(super) command: u64,
    /// A commit.
    pub(super) commit: u64,
    /// Of what goes wrong, what kills the daemon.
    pub(super) deadly: u64,
    /// A minute, or a mishap, with which the clock is set.
    pub(super) clock: u64,
    /// A delivery that is made twice.
    pub(super) twice: u64,
}

impl Rates {
    /// For worlds in which a bug was planted, so that it shows soon.
    const STORMY: Self = Self {
        command: 600,
        commit: 200,
        deadly: 2000,
        clock: 5000,
        twice: 500,
    };
}

/// What goes wrong with one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    None,
    /// The connection ends before the server has done anything.
    CutBefore,
    /// The server does it, and the connection ends before its reply.
    CutAfter,
    /// It ends in the middle of the reply.
    CutHalfway,
    /// The reply comes late, perhaps too late.
    Late(Duration),
    /// It never comes.
    Never,
    /// The daemon dies before the server has done it.
    CrashBefore,
    /// The daemon dies when the server has done it.
    CrashAfter,
    /// The server is stopped, and started again later.
    Down,
    /// The server answers otherwise than usual; how is its affair.
    Otherwise,
}

/// How the daemon died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// The process was killed: what it wrote is there.
    Killed,
    /// The power was cut: what was not on the disk may be gone.
    PowerCut,
}

pub(super) struct World {
    pub(super) chance: Seeded,
    daemons: Seeded,
    began: Instant,
    base: Timestamp,
    skew: SignedDuration,
    life: u64,
    is_alive: bool,
    pub(super) died: Arc<Notify>,
    pub(super) death: Option<Death>,
    rates: Rates,
    /// Nothing goes wrong any more.
    pub(super) is_calm: bool,
    pub(super) plant: Option<Plant>,
    pub(super) inbox: Folder,
    /// Told at each change of the inbox.
    pub(super) inbox_changed: watch::Sender<u64>,
    pub(super) post: Post,
    pub(super) people: People,
    /// Until when the IMAP and the SMTP server are down.
    down: [Instant; 2],
    pub(super) has_idle: bool,
    pub(super) has_move: bool,
    pub(super) trace: Vec<String>,
}

/// The server that listens there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Server {
    Imap,
    Smtp,
}

impl World {
    pub(super) fn new(seed: u64, people: People, plant: Option<Plant>) -> Self {
        let mut chance = Seeded::new(seed);
        let daemons = Seeded::new(chance.number());
        let rate = |chance: &mut Seeded, choices: &[u64]| *chance.one_of(choices);
        let drawn = Rates {
            command: rate(&mut chance, &[0, 50, 200, 600]),
            commit: rate(&mut chance, &[0, 50, 200, 600]),
            deadly: rate(&mut chance, &[0, 1000, 3000, 8000]),
            clock: rate(&mut chance, &[0, 0, 500, 2000]),
            twice: rate(&mut chance, &[0, 500, 3000]),
        };
        let rates = match plant {
            Some(_) => Rates::STORMY,
            None => drawn,
        };
        let began = Instant::now();
        let (inbox_changed, _) = watch::channel(0);
        Self {
            daemons,
            began,
            // Ten o'clock on a Monday.
            base: Timestamp::from_second(1_768_212_000).unwrap_or_default(),
            skew: SignedDuration::ZERO,
            life: 0,
            is_alive: false,
            died: Arc::new(Notify::new()),
            death: None,
            rates,
            is_calm: false,
            plant,
            inbox: Folder::default(),
            inbox_changed,
            post: Post::default(),
            people,
            down: [began; 2],
            has_idle: chance.happens(7000),
            has_move: chance.happens(7000),
            trace: Vec::new(),
            chance,
        }
    }

    pub(super) fn wall(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        let shown = passed
            .checked_add(self.skew)
            .and_then(|since| self.base.checked_add(since).ok());
        shown.unwrap_or(self.base)
    }

    pub(super) fn moment(&self) -> Moment {
        let shown = self.wall();
        let passed = match self.plant {
            Some(Plant::BelievesTheWall) => {
                let shown = Duration::try_from(shown.duration_since(self.base));
                self.began + Duration::from_hours(24) + shown.unwrap_or_default()
            }
            _ => Instant::now(),
        };
        Moment { shown, passed }
    }

    pub(super) const fn daemons_chance(&mut self) -> u64 {
        self.daemons.number()
    }

    pub(super) fn note(&mut self, what: impl AsRef<str>) {
        let at = self.began.elapsed();
        self.trace
            .push(format!("{:>10.3} {}", at.as_secs_f64(), what.as_ref()));
    }

    pub(super) const fn is_alive(&self, life: u64) -> bool {
        self.is_alive && self.life == life
    }

    /// A new life begins.
    pub(super) fn revive(&mut self) -> u64 {
        self.life += 1;
        self.is_alive = true;
        self.death = None;
        self.note(format!("life {} begins", self.life));
        self.life
    }

    pub(super) const fn life(&self) -> u64 {
        self.life
    }

    pub(super) fn crash(&mut self, place: &str) {
        if !self.is_alive {
            return;
        }
        self.is_alive = false;
        let death = match self.chance.happens(3000) {
            true => Death::PowerCut,
            false => Death::Killed,
        };
        self.death = Some(death);
        self.note(format!("life {} ends: {death:?} {place}", self.life));
        self.died.notify_one();
    }

    /// The process has ended by itself.
    pub(super) const fn has_ended(&mut self) {
        self.is_alive = false;
    }

    pub(super) fn at_commit(&mut self) -> AtCommit {
        if self.is_calm || !self.chance.happens(self.rates.commit) {
            return AtCommit::Work;
        }
        let deadly = self.chance.happens(self.rates.deadly);
        let at_commit = match (deadly, self.chance.below(4)) {
            (true, 0 | 1) => AtCommit::CrashBefore,
            (true, _) => AtCommit::CrashAfter,
            (false, 0) => AtCommit::FailAfter,
            (false, _) => AtCommit::Fail,
        };
        self.note(format!("a commit: {at_commit:?}"));
        at_commit
    }

    pub(super) fn mishap(&mut self, with: &str) -> Mishap {
        if self.is_calm || !self.chance.happens(self.rates.command) {
            return Mishap::None;
        }
        let deadly = self.chance.happens(self.rates.deadly);
        let mishap = match (deadly, self.chance.below(10)) {
            (true, 0..=3) => Mishap::CrashBefore,
            (true, _) => Mishap::CrashAfter,
            (false, 0) => Mishap::CutBefore,
            (false, 1 | 2) => Mishap::CutAfter,
            (false, 3) => Mishap::CutHalfway,
            (false, 4) => Mishap::Late(Duration::from_millis(1 + self.chance.below(90_000))),
            (false, 5) => Mishap::Never,
            (false, 6) => Mishap::Down,
            (false, _) => Mishap::Otherwise,
        };
        self.note(format!("{with}: {mishap:?}"));
        // Trouble seldom comes alone.
        self.perhaps_set_clock();
        mishap
    }

    /// Whether a delivery is made twice.
    pub(super) fn comes_twice(&mut self) -> bool {
        !self.is_calm && self.chance.happens(self.rates.twice)
    }

    /// Perhaps somebody sets the clock.
    pub(super) fn perhaps_set_clock(&mut self) {
        if self.is_calm || !self.chance.happens(self.rates.clock) {
            return;
        }
        let seconds = i64::try_from(self.chance.below(7200)).unwrap_or(0) - 3600;
        self.skew = SignedDuration::from_secs(seconds);
        self.note(format!("the clock is {seconds} s wrong"));
    }

    pub(super) fn take_down(&mut self, server: Server) {
        let seconds = 1 + self.chance.below(180);
        self.note(format!("{server:?} is down for {seconds} s"));
        self.down[server as usize] = Instant::now() + Duration::from_secs(seconds);
    }

    pub(super) fn is_down(&self, server: Server) -> bool {
        !self.is_calm && Instant::now() < self.down[server as usize]
    }
}
