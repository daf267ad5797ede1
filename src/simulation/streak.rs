//! Trouble in a row: one mail, one command, one recipient or one commit that goes wrong again and again, where everything else goes as in
//! other worlds. Bugs that need a second doubt about the same mail show only here.

use super::mishaps::Mishap;
use super::seeded::Seeded;
use std::time::Duration;
use tokio::time::Instant;

/// One world in so many has a streak.
const ONE_IN: u64 = 4;

/// What goes wrong in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// The reply after the last dot, for one mail.
    Reply,
    /// One command of IMAP or SMTP.
    Command(&'static str),
    /// Whatever names one recipient.
    Recipient,
    /// The commits about one mail.
    Commit,
    /// The first moments of a life.
    Start,
}

impl Aim {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Reply => "reply lost",
            Self::Command(_) => "command",
            Self::Recipient => "recipient",
            Self::Commit => "commit",
            Self::Start => "start",
        }
    }
}

const COMMANDS: [&str; 14] = [
    "greeting",
    "EHLO",
    "MAIL",
    "RCPT",
    "DATA",
    "the final dot",
    "LOGIN",
    "SELECT",
    "EXAMINE",
    "UID FETCH",
    "UID STORE",
    "UID MOVE",
    "UID COPY",
    "IDLE",
];

#[derive(Clone, Debug)]
pub(super) struct Streak {
    pub(super) aim: Aim,
    from: Instant,
    left: u64,
    pub(super) struck: u64,
    /// The mail or recipient that it keeps to, when it has met one.
    target: Option<String>,
    /// The same mishap each time; `None`: another each time.
    always: Option<Mishap>,
    /// Whether copies of the mail come late or never, too.
    keeps_copies_back: bool,
    /// So many commands and commits until a life ends, of a streak of ends.
    until_end: u64,
}

impl Streak {
    /// The streak of a world, if it has one.
    pub(super) fn draw(chance: &mut Seeded, began: Instant, is_sure: bool) -> Option<Self> {
        let is_drawn = chance.below(ONE_IN) == 0;
        let aim = match chance.below(10) {
            0..=3 => Aim::Reply,
            4 | 5 => Aim::Command(COMMANDS[usize::try_from(chance.below(14)).unwrap_or(0)]),
            6 => Aim::Recipient,
            7 | 8 => Aim::Commit,
            _ => Aim::Start,
        };
        let aim = if is_sure { Aim::Reply } else { aim };
        let always = match &aim {
            Aim::Command(_) | Aim::Recipient if chance.happens(6000) => Some(*chance.one_of(&[
                Mishap::CutBefore,
                Mishap::CutAfter,
                Mishap::CutHalfway,
                Mishap::Never,
                Mishap::Otherwise,
                Mishap::CrashBefore,
                Mishap::CrashAfter,
            ])),
            _ => None,
        };
        let streak = Self {
            aim,
            from: began + Duration::from_secs(chance.below(600) / if is_sure { 10 } else { 1 }),
            left: 3 + chance.below(6) + if is_sure { 6 } else { 0 },
            struck: 0,
            target: None,
            always: if is_sure {
                Some(Mishap::CutAfter)
            } else {
                always
            },
            keeps_copies_back: chance.happens(6000) || is_sure,
            until_end: chance.below(12),
        };
        (is_drawn || is_sure).then_some(streak)
    }

    /// Whether it strikes here, which takes one from it. `about`: the mail or the recipient.
    fn strikes(&mut self, is_aimed_at: bool, about: &str, now: Instant) -> bool {
        let keeps_to = match (&self.aim, &self.target) {
            (Aim::Command(_) | Aim::Start, _) => true,
            (_, None) => !about.is_empty(),
            (_, Some(target)) => target == about,
        };
        if self.left == 0 || now < self.from || !is_aimed_at || !keeps_to {
            return false;
        }
        self.target.get_or_insert_with(|| about.to_owned());
        self.left -= 1;
        self.struck += 1;
        true
    }

    /// What goes wrong with this command, if it strikes.
    pub(super) fn at_command(
        &mut self,
        with: &str,
        about: &str,
        now: Instant,
        chance: &mut Seeded,
    ) -> Option<Mishap> {
        let is_aimed_at = match self.aim {
            Aim::Reply => with == "the final dot",
            Aim::Command(command) => with.starts_with(command),
            Aim::Recipient => with == "RCPT",
            Aim::Start => return self.ends_life(now).then_some(Mishap::CrashBefore),
            Aim::Commit => false,
        };
        if !self.strikes(is_aimed_at, about, now) {
            return None;
        }
        let mishap = match (self.always, &self.aim, chance.below(8)) {
            (Some(always), ..) => always,
            (None, Aim::Reply, 0..=3) | (None, _, 0) => Mishap::CutAfter,
            (None, Aim::Reply, 4) | (None, _, 1) => Mishap::CutHalfway,
            (None, Aim::Reply, 5 | 6) | (None, _, 2) => Mishap::CutBefore,
            (None, Aim::Reply, _) | (None, _, 3) => Mishap::CrashAfter,
            (None, _, 4) => Mishap::Never,
            (None, _, 5) => Mishap::CrashBefore,
            (None, ..) => Mishap::Otherwise,
        };
        Some(mishap)
    }

    /// Whether a commit about this mail goes wrong.
    pub(super) fn at_commit(&mut self, about: &str, now: Instant) -> bool {
        match self.aim {
            Aim::Commit => self.strikes(true, about, now),
            Aim::Start => self.ends_life(now),
            _ => false,
        }
    }

    fn ends_life(&mut self, now: Instant) -> bool {
        if self.until_end > 0 {
            self.until_end -= 1;
            return false;
        }
        let ends = self.strikes(true, "", now);
        if ends {
            // Once in a life.
            self.until_end = u64::MAX;
        }
        ends
    }

    /// Whether copies of this mail are kept back as well.
    pub(super) fn has_met(&self, message_id: &str) -> bool {
        self.keeps_copies_back && self.target.as_deref() == Some(message_id)
    }

    /// A life begins.
    pub(super) fn begins(&mut self, chance: &mut Seeded) {
        if self.aim == Aim::Start {
            self.until_end = chance.below(12);
        }
    }
}
