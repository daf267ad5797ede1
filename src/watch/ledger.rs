//! The book of troubles: what is open, since when, what was told and when, and what is to be told now. Pure. One line for each kind of
//! trouble, so it never grows, whatever happens. A clock that was set back holds no report up.

use super::{FailingServers, Kind};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What happened is shown for so long, and then forgotten.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24);
/// So many of the things that happened are kept by name.
const NAMED_MAX: usize = 10;
/// So many things of a kind have mails of their own within an hour; further ones go into the report.
const OWN_MAILS_PER_HOUR: usize = 10;
/// Any two reports lie so many gathering times apart.
const BETWEEN_REPORTS: i32 = 10;
/// And two of the same kind of trouble so many.
const BETWEEN_THE_SAME: i32 = 60;

/// Who tells of a trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teller {
    /// The report that groups troubles.
    Report,
    /// A mail of its own, recorded where the trouble began: only shown here.
    OwnMail,
}

/// A lasting trouble, as it is seen now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub kind: Kind,
    /// Since when.
    pub since: Timestamp,
    /// Why, in words.
    pub why: String,
    /// How many mails wait for its end.
    pub waiting: usize,
    /// Who tells of it.
    pub told_by: Teller,
}

/// Something that happened, and is over with that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
    /// To what: its name. What has the name of one of the last things of its kind has been noted already.
    pub to: String,
    /// Why.
    pub why: String,
    /// Who tells of it.
    pub told_by: Teller,
}

/// How quickly, and how often, the admin is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// What comes within this time goes into one report.
    pub gather: SignedDuration,
    /// All must be well for so long before that is told.
    pub calm: SignedDuration,
    /// What lasts is told again after this.
    pub remind: SignedDuration,
}

/// How far the telling of a trouble is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is to be told.
    Untold,
    /// It was told last at this time, and lasts.
    Told(Timestamp),
    /// It was told, and ended at this time.
    Ended(Timestamp),
    /// Its end was told at this time, or it was not told of at all by us.
    Over(Timestamp),
}

/// A line of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Since when; of what happened, the first time that is still shown.
    pub since: Timestamp,
    /// When it was noticed last as something new.
    pub noticed: Timestamp,
    /// How often it came, or happened.
    pub count: u32,
    /// Of what happened: how much of it nobody was told of yet.
    pub untold: u32,
    /// Why, the last time.
    pub why: String,
    /// To what it happened, the last few.
    pub to: Vec<String>,
    /// The most mails that waited for its end.
    pub waiting: usize,
    /// Who tells of it.
    pub told_by: Teller,
    /// How far that is.
    pub stage: Stage,
    /// When a report last named it.
    pub reported: Option<Timestamp>,
    /// When mails of their own told of it, the last few.
    pub own_mails: Vec<Timestamp>,
}

/// The last report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// When.
    pub at: Timestamp,
    /// The Message-ID of its mail.
    pub mail: String,
}

/// The book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// One line a kind.
    pub lines: BTreeMap<Kind, Known>,
    /// The last report.
    pub reported: Option<Reported>,
    /// Servers that fail, told of or not yet.
    pub failing: FailingServers,
}

/// What the admin is to be told now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// These need a person.
    Trouble {
        /// What is new, or what a reminder is due of.
        due: Vec<(Kind, Known)>,
        /// What was told before and lasts.
        still: Vec<(Kind, Known)>,
    },
    /// These are over, and nothing else of this kind lasts.
    Over {
        /// Each with its end.
        over: Vec<(Kind, Known, Timestamp)>,
        /// What needs a person all the same: what happened of late, or is told by mails of its own. All is well only where there is none.
        still: Vec<(Kind, Known)>,
    },
}

impl Known {
    fn of(seen: &Seen, now: Timestamp) -> Self {
        Self {
            since: seen.since,
            noticed: now,
            count: 1,
            untold: 0,
            why: seen.why.clone(),
            to: Vec::new(),
            waiting: seen.waiting,
            told_by: seen.told_by,
            stage: match seen.told_by {
                Teller::Report => Stage::Untold,
                Teller::OwnMail => Stage::Told(now),
            },
            reported: None,
            own_mails: Vec::new(),
        }
    }

    /// Whether it lasts now.
    const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Untold | Stage::Told(_))
    }

    fn nothing_lies_ahead(&mut self, now: Timestamp) {
        self.since = self.since.min(now);
        self.noticed = self.noticed.min(now);
        self.reported = self.reported.map(|at| at.min(now));
        for at in &mut self.own_mails {
            *at = (*at).min(now);
        }
        self.stage = match self.stage {
            Stage::Untold => Stage::Untold,
            Stage::Told(at) => Stage::Told(at.min(now)),
            Stage::Ended(at) => Stage::Ended(at.min(now)),
            Stage::Over(at) => Stage::Over(at.min(now)),
        };
    }

    fn is_to_be_told(&self, kind: Kind, pace: Pace, now: Timestamp) -> bool {
        let is_new = match kind.lasts() {
            true => self.stage == Stage::Untold,
            false => self.untold > 0,
        };
        if is_new {
            let is_rare = self
                .reported
                .is_none_or(|last| now.duration_since(last) >= pace.gather * BETWEEN_THE_SAME);
            return is_rare && now.duration_since(self.noticed) >= pace.gather;
        }
        match self.stage {
            Stage::Told(at) if self.told_by == Teller::Report => {
                kind.lasts() && now.duration_since(at) >= pace.remind
            }
            _ => false,
        }
    }
}

impl Ledger {
    /// Something happened. Whether the book has changed.
    pub fn note(&mut self, happened: &Happened) -> bool {
        let line = self.lines.entry(happened.kind).or_insert_with(|| Known {
            since: happened.at,
            noticed: happened.at,
            count: 0,
            untold: 0,
            why: String::new(),
            to: Vec::new(),
            waiting: 0,
            told_by: Teller::Report,
            stage: Stage::Over(happened.at),
            reported: None,
            own_mails: Vec::new(),
        });
        if line.to.contains(&happened.to) {
            return false;
        }
        line.count = line.count.saturating_add(1);
        if happened.told_by == Teller::Report {
            if line.untold == 0 {
                line.noticed = happened.at;
            }
            line.untold = line.untold.saturating_add(1);
        } else {
            line.own_mails.push(happened.at);
            let spare = line.own_mails.len().saturating_sub(OWN_MAILS_PER_HOUR);
            line.own_mails.drain(..spare);
        }
        line.why.clone_from(&happened.why);
        line.to.push(happened.to.clone());
        let spare = line.to.len().saturating_sub(NAMED_MAX);
        line.to.drain(..spare);
        line.stage = Stage::Over(happened.at);
        true
    }

    /// Who tells of something that happens now: a mail of its own, as long as there were not many of them within the hour.
    #[must_use]
    pub fn teller(&self, kind: Kind, now: Timestamp) -> Teller {
        let own = self.lines.get(&kind).map(|line| line.own_mails.iter());
        let is_recent = |at: &&Timestamp| now.duration_since(**at) < SignedDuration::from_hours(1);
        match own.map_or(0, |own| own.filter(is_recent).count()) < OWN_MAILS_PER_HOUR {
            true => Teller::OwnMail,
            false => Teller::Report,
        }
    }

    /// The clock was set back: what is stamped later than now counts as now, or it would hold every report up until the clock shows that again.
    fn nothing_lies_ahead(&mut self, now: Timestamp) {
        for line in self.lines.values_mut() {
            line.nothing_lies_ahead(now);
        }
        if let Some(last) = &mut self.reported {
            last.at = last.at.min(now);
        }
    }

    /// All lasting troubles, as they are seen now; what is not among them has ended.
    pub fn look(&mut self, seen: &[Seen], now: Timestamp, pace: Pace) {
        self.nothing_lies_ahead(now);
        for one in seen {
            let Some(line) = self.lines.get_mut(&one.kind) else {
                self.lines.insert(one.kind, Known::of(one, now));
                continue;
            };
            match line.stage {
                Stage::Untold | Stage::Told(_) => {}
                // It came back before its end was told: for the admin it is still the same.
                Stage::Ended(_) => {
                    line.stage = Stage::Told(line.reported.unwrap_or(now));
                    line.count = line.count.saturating_add(1);
                }
                Stage::Over(_) => {
                    let reported = line.reported;
                    let count = line.count.saturating_add(1);
                    *line = Known {
                        reported,
                        count,
                        ..Known::of(one, now)
                    };
                }
            }
            line.why.clone_from(&one.why);
            line.waiting = line.waiting.max(one.waiting);
        }
        for (kind, line) in &mut self.lines {
            if kind.lasts() && line.is_open() && !seen.iter().any(|one| one.kind == *kind) {
                line.stage = match (line.stage, line.told_by) {
                    (Stage::Told(_), Teller::Report) => Stage::Ended(now),
                    _ => Stage::Over(now),
                };
            }
        }
        self.lines
            .retain(|kind, line| match (line.stage, kind.lasts()) {
                (Stage::Over(at), false) => line.untold > 0 || now.duration_since(at) < SHOWN_FOR,
                // It is remembered as long as it must not be told again.
                (Stage::Over(_), true) => (line.reported)
                    .is_some_and(|at| now.duration_since(at) < pace.gather * BETWEEN_THE_SAME),
                _ => true,
            });
    }

    /// What is to be told now; nothing while the last report has not left, so that reports never pile up.
    #[must_use]
    pub fn report(&self, pace: Pace, is_last_settled: bool, now: Timestamp) -> Option<Report> {
        if !is_last_settled {
            return None;
        }
        let since_last = (self.reported.as_ref()).map(|last| now.duration_since(last.at));
        let lines = || self.lines.iter().map(|(kind, line)| (*kind, line.clone()));
        let (due, rest): (Vec<_>, Vec<_>) =
            lines().partition(|(kind, line)| line.is_to_be_told(*kind, pace, now));
        if !due.is_empty() {
            // What else is new goes with it.
            let (also, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(kind, line)| {
                (kind.lasts() && line.stage == Stage::Untold) || line.untold > 0
            });
            let still = rest
                .into_iter()
                .filter(|(kind, line)| kind.lasts() && line.is_open())
                .collect();
            let is_soon = since_last.is_some_and(|since| since < pace.gather * BETWEEN_REPORTS);
            let due = due.into_iter().chain(also).collect();
            return (!is_soon).then_some(Report::Trouble { due, still });
        }
        let lasts = |(kind, line): &(Kind, Known)| {
            kind.lasts() && line.is_open() && line.told_by == Teller::Report
        };
        if lines().any(|line| lasts(&line)) {
            return None;
        }
        let over: Vec<(Kind, Known, Timestamp)> = lines()
            .filter_map(|(kind, line)| match line.stage {
                Stage::Ended(at) => Some((kind, line, at)),
                _ => None,
            })
            .collect();
        let is_calm = |(_, _, at): &(Kind, Known, Timestamp)| now.duration_since(*at) >= pace.calm;
        let still = (self.open())
            .filter(|(kind, _)| kind.needs_a_person())
            .map(|(kind, line)| (kind, line.clone()))
            .collect();
        (!over.is_empty() && over.iter().all(is_calm)).then_some(Report::Over { over, still })
    }

    /// That was told, by this mail.
    pub fn told(&mut self, report: &Report, mail: &str, now: Timestamp) {
        match report {
            Report::Trouble { due, still } => {
                for (kind, _) in due.iter().chain(still) {
                    if let Some(line) = self.lines.get_mut(kind) {
                        line.untold = 0;
                        if line.told_by == Teller::Report {
                            line.reported = Some(now);
                        }
                        if kind.lasts() && line.is_open() {
                            line.stage = Stage::Told(now);
                        }
                    }
                }
                self.reported = Some(Reported {
                    at: now,
                    mail: mail.to_owned(),
                });
            }
            Report::Over { over, .. } => {
                for (kind, _, _) in over {
                    if let Some(line) = self.lines.get_mut(kind) {
                        line.stage = Stage::Over(now);
                    }
                }
                // Good news do not hold bad news up.
                let at = self.reported.as_ref().map_or(now, |last| last.at);
                self.reported = Some(Reported {
                    at,
                    mail: mail.to_owned(),
                });
            }
        }
    }

    /// What needs a person now: what lasts, and what happened within a day.
    pub fn open(&self) -> impl Iterator<Item = (Kind, &Known)> {
        let lines = self.lines.iter().map(|(kind, line)| (*kind, line));
        lines.filter(|(kind, line)| !kind.lasts() || line.is_open())
    }

    /// Whether nothing needs a person.
    #[must_use]
    pub fn is_well(&self) -> bool {
        !self.open().any(|(kind, _)| kind.needs_a_person())
    }
}

#[cfg(test)]
#[path = "ledger/tests.rs"]
mod tests;
