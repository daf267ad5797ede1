//! What there is in the world, and what goes wrong in it.

use super::calendar::Calendar;
use super::folder::Folder;
use super::mishaps::{AtCommit, CopyFate, Death, Files, Mishap, Rates};
use super::people::People;
use super::post::Post;
use super::seeded::Seeded;
use super::streak::{Aim, Streak};
use super::tally::Tally;
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
    /// How often a mail was in doubt is not kept in mind, as before there was a bound: each doubt is the first.
    CountsNoDoubts,
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
    /// The folder of sent mail, where the provider files what it takes.
    pub(super) sent: Folder,
    pub(super) files: Files,
    pub(super) calendar: Calendar,
    pub(super) tally: Tally,
    streak: Option<Streak>,
    disk_full_until: Instant,
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

impl Server {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Imap => "IMAP",
            Self::Smtp => "SMTP",
        }
    }
}

impl World {
    pub(super) fn new(seed: u64, people: People, plant: Option<Plant>) -> Self {
        let mut chance = Seeded::new(seed);
        let daemons = Seeded::new(chance.number());
        let rates = Rates::draw(&mut chance, plant);
        let began = Instant::now();
        let (inbox_changed, _) = watch::channel(0);
        let streak = Streak::draw(&mut chance, began, plant == Some(Plant::CountsNoDoubts));
        Self {
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
        if let Some(streak) = &mut self.streak {
            streak.begins(&mut self.chance);
        }
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
        let name = match death {
            Death::Killed => "killed",
            Death::PowerCut => "power cut",
        };
        self.tally.hit("daemon", name);
        self.note(format!("life {} ends: {death:?} {place}", self.life));
        self.died.notify_one();
    }

    /// The process has ended by itself.
    pub(super) const fn has_ended(&mut self) {
        self.is_alive = false;
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
        self.inbox_changed.send_modify(|changes| *changes += 1);
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
        let way = match skew > self.skew {
            true => "set forwards",
            false => "set back",
        };
        self.tally.hit("clock", way);
        self.skew = skew;
        self.note(format!("the clock is {seconds} s wrong"));
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
