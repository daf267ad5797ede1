//! What there is in the world, and what goes wrong in it.

use super::calendar::Calendar;
use super::changes::Changes;
use super::folder::Folder;
use super::machine::{Machine, Peer};
use super::mishaps::{AtCommit, CopyFate, Files, Mishap, Rates};
use super::people::People;
use super::plant::Plant;
use super::post::Post;
use super::process;
use super::seeded::Seeded;
use super::storm::{self, Shared};
use super::streak::{Aim, Streak};
use super::tally::Tally;
use crate::clock::Moment;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

/// How many machines keep the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Machines {
    /// One, with a disk.
    One,
    /// Three that share a database.
    Three,
}

pub(super) struct World {
    pub(super) chance: Seeded,
    daemons: Seeded,
    began: Instant,
    base: Timestamp,
    pub(super) machines: Vec<Machine>,
    /// Where machines share a journal: the trouble that comes with it.
    pub(super) shared: Option<Shared>,
    /// So many lives began.
    pub(super) lives: u64,
    rates: Rates,
    /// Nothing goes wrong any more.
    pub(super) is_calm: bool,
    pub(super) plant: Option<Plant>,
    pub(super) inbox: Folder,
    /// The folder of sent mail, where the provider files what it takes.
    pub(super) sent: Folder,
    pub(super) files: Files,
    pub(super) calendar: Calendar,
    pub(super) tally: Tally,
    pub(super) streak: Option<Streak>,
    disk_full_until: Instant,
    /// The changes of the inbox.
    pub(super) inbox_changes: Changes,
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

impl Server {
    pub(super) const fn peer(self) -> Peer {
        match self {
            Self::Imap => Peer::Imap,
            Self::Smtp => Peer::Smtp,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Imap => "IMAP",
            Self::Smtp => "SMTP",
        }
    }
}

impl World {
    pub(super) fn new(seed: u64, people: People, plant: Option<Plant>, machines: Machines) -> Self {
        let mut chance = Seeded::new(seed);
        let daemons = Seeded::new(chance.number());
        let rates = Rates::draw(&mut chance, plant);
        let began = Instant::now();
        let streak = Streak::draw(&mut chance, began, plant == Some(Plant::CountsNoDoubts));
        let mut world = Self {
            streak,
            sent: Folder::default(),
            files: *chance.one_of(&[Files::Never, Files::AtOnce, Files::AtWill, Files::AtWill]),
            calendar: Calendar::default(),
            tally: Tally::default(),
            disk_full_until: began,
            daemons,
            began,
            // Ten o'clock on a Monday.
            base: Timestamp::from_second(1_768_212_000).unwrap_or_default(),
            machines: vec![Machine::new(began)],
            shared: None,
            lives: 0,
            rates,
            is_calm: false,
            plant,
            inbox: Folder::default(),
            inbox_changes: Changes::default(),
            post: Post::default(),
            people,
            down: [began; 2],
            has_idle: chance.happens(7000),
            has_move: chance.happens(7000),
            trace: Vec::new(),
            chance,
        };
        if machines == Machines::Three {
            world.share();
        }
        world
    }

    /// Three machines share a journal, with clocks of their own.
    fn share(&mut self) {
        self.machines = (0..3).map(|_| Machine::new(self.began)).collect();
        let rates = storm::Rates::draw(&mut self.chance, self.plant);
        self.shared = Some(Shared::new(rates, self.began));
        for machine in &mut self.machines {
            machine.awake_rate = 950 + self.chance.below(101);
            let seconds = i64::try_from(self.chance.below(240)).unwrap_or(0) - 120;
            machine.skew = SignedDuration::from_secs(seconds);
        }
    }

    pub(super) fn wall(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default();
        let shown = passed
            .checked_add(self.here().skew)
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

    /// About the process that is at work, or about none.
    pub(super) fn note(&mut self, what: impl AsRef<str>) {
        match process::at_work() {
            Some(machine) => self.note_of(machine, what),
            None => self.note_of_all(what),
        }
    }

    pub(super) fn note_of(&mut self, machine: usize, what: impl AsRef<str>) {
        match self.shared {
            Some(_) => self.note_of_all(format!("[{machine}] {}", what.as_ref())),
            None => self.note_of_all(what),
        }
    }

    pub(super) fn note_of_all(&mut self, what: impl AsRef<str>) {
        let at = self.began.elapsed();
        self.trace
            .push(format!("{:>10.3} {}", at.as_secs_f64(), what.as_ref()));
    }

    pub(super) fn databases_clock(&self) -> Duration {
        (self.shared.as_ref()).map_or(Duration::ZERO, |shared| shared.clock(self.began))
    }

    /// How long the disk takes over a commit.
    pub(super) fn commit_takes(&mut self) -> Duration {
        if self.is_calm || !self.chance.happens(self.rates.slow) {
            return Duration::ZERO;
        }
        let seconds = 1 + self.chance.below(60);
        self.tally.hit("store", "slow");
        self.note(format!("a commit takes {seconds} s"));
        Duration::from_secs(seconds)
    }

    /// What happens to a commit; `about`: the mail that it is about.
    pub(super) fn at_commit(&mut self, about: &str) -> AtCommit {
        if self.is_calm {
            return AtCommit::Work;
        }
        let now = Instant::now();
        if now < self.disk_full_until {
            self.tally.hit("store", "full for a while");
            self.note("a commit: the disk is full");
            return AtCommit::Fail;
        }
        let (chance, rates) = (&mut self.chance, self.rates);
        let strikes = (self.streak.as_mut()).is_some_and(|streak| streak.at_commit(about, now));
        if !strikes && !chance.happens(rates.commit) {
            if chance.happens(rates.full) {
                let seconds = 10 + chance.below(600);
                self.disk_full_until = now + Duration::from_secs(seconds);
                self.note(format!("the disk is full for {seconds} s"));
            }
            return AtCommit::Work;
        }
        let at_commit = match &self.streak {
            Some(streak) if strikes && streak.aim == Aim::Start => AtCommit::CrashAfter,
            _ => AtCommit::draw(chance, rates.deadly),
        };
        if strikes {
            self.struck(about);
        }
        if let Some(name) = at_commit.name() {
            self.tally.hit("store", name);
        }
        self.note(format!("a commit: {at_commit:?}"));
        at_commit
    }

    /// What goes wrong with a command; `about`: the recipient or the mail that it names.
    pub(super) fn mishap(&mut self, with: &str, about: &str) -> Mishap {
        if self.is_calm {
            return Mishap::None;
        }
        let now = Instant::now();
        let struck = (self.streak.as_mut())
            .and_then(|streak| streak.at_command(with, about, now, &mut self.chance));
        let mishap = match struck {
            Some(mishap) => {
                self.struck(about);
                mishap
            }
            None if self.chance.happens(self.rates.command) => {
                Mishap::draw(&mut self.chance, self.rates.deadly)
            }
            None => return Mishap::None,
        };
        self.note(format!("{with}: {mishap:?}"));
        // Trouble seldom comes alone.
        self.perhaps_set_clock();
        mishap
    }

    /// A streak has struck; in the middle of one the folders may be made anew.
    fn struck(&mut self, about: &str) {
        let Some(streak) = &self.streak else { return };
        let (aim, times) = (streak.aim.name(), streak.struck);
        self.note(format!("streak, {aim} {about}: {times}"));
        if times == 3 {
            self.tally.hit("streak", aim);
        }
        if self.chance.happens(700) {
            self.tally.hit("mailbox", "UIDVALIDITY changed in a streak");
            self.renew_folders();
        }
    }

    /// What becomes of the copy of a mail that is taken now, after its reply went wrong or not.
    pub(super) fn copy_fate(&mut self, message_id: &str) -> CopyFate {
        let keeps_back = (self.streak.as_ref())
            .is_some_and(|streak| streak.aim == Aim::Reply && streak.has_met(message_id));
        if self.is_calm || !keeps_back {
            return CopyFate::Comes;
        }
        match self.chance.below(6) {
            0 => CopyFate::Comes,
            1 | 2 => {
                self.tally.hit("copy", "late");
                CopyFate::Late
            }
            _ => {
                self.tally.hit("copy", "never");
                CopyFate::Never
            }
        }
    }

    pub(super) fn renew_folders(&mut self) {
        self.inbox.renew();
        self.sent.renew();
        let validity = self.inbox.validity;
        self.note(format!("the folders are made anew: {validity}"));
        self.inbox_changes.happened();
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
        let skew = SignedDuration::from_secs(seconds);
        let place = match self.machines.len() {
            1 => 0,
            several => usize::try_from(self.chance.below(several as u64)).unwrap_or(0),
        };
        let machine = &mut self.machines[place];
        let way = match skew > machine.skew {
            true => "set forwards",
            false => "set back",
        };
        self.tally.hit("clock", way);
        machine.skew = skew;
        self.note_of(place, format!("the clock is {seconds} s wrong"));
    }

    pub(super) fn take_down(&mut self, server: Server) {
        let seconds = 1 + self.chance.below(180);
        self.note(format!("{server:?} is down for {seconds} s"));
        self.down[server as usize] = Instant::now() + Duration::from_secs(seconds);
    }

    pub(super) fn is_down(&mut self, server: Server) -> bool {
        let is_down = !self.is_calm && Instant::now() < self.down[server as usize];
        if is_down {
            self.tally.hit(server.name(), "down");
        }
        is_down
    }
}
