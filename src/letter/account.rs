//! What does a week come to? Tickets are taken in one by one, so that no more than one of them lies in memory; then the account is drawn up with what
//! articles have earned and what earlier letters were answered.

use super::asked::{self, Asked, Gap};
use super::suggestion::{SentLetter, Suggestion, decided_tickets, ways_of};
use crate::autonomy::{ArticleName, StageChange, Standing, Tally};
use crate::config::{IntentName, TeamName};
use crate::knowledge::Knowledge;
use crate::numbers::{Counting, Counts, Fate, Numbers, Period, What, happened};
use crate::ticket::{PromiseOutcome, Ticket, TicketId};
use crate::understand::meaning::Encoder;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use std::collections::BTreeMap;

/// So many weeks are drawn.
const WEEKS: i64 = 8;
/// Questions of so many days are put together: what three people ask in a month is worth an article.
const ASKED_WITHIN: SignedDuration = SignedDuration::from_hours(28 * 24);
/// So many instances of each kind are named.
const NAMED_MAX: usize = 5;
/// So many questions are kept, the newest first.
const ASKED_MAX: usize = 4_000;

/// A ticket that shows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Which.
    pub ticket: TicketId,
    /// The article that it has to do with.
    pub article: Option<IntentName>,
    /// The team that it has to do with.
    pub team: Option<TeamName>,
}

/// Where to look at what went wrong: a few tickets each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WentWrong {
    /// The customer wrote again about an answer.
    pub recontacted: Vec<Instance>,
    /// A draft was refused.
    pub refused: Vec<Instance>,
    /// A person asked for what the packet held.
    pub asked_again: Vec<Instance>,
    /// A promised time went by.
    pub broken: Vec<Instance>,
}

/// Mails of customers by what was decided about them, for a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// Answered by an approved text alone.
    pub answered: usize,
    /// Asked for a missing detail.
    pub asked: usize,
    /// Drafted for a person's yes.
    pub drafted: usize,
    /// Given to a person.
    pub to_person: usize,
}

/// All that a letter tells.
#[derive(Clone, Debug)]
pub struct Account {
    /// Of which days.
    pub week: Period,
    /// Their figures.
    pub numbers: Numbers,
    /// Those of the seven days before.
    pub before: Numbers,
    /// What was decided on each day of the week.
    pub days: Vec<(Date, Decided)>,
    /// And in each week until then, by its first day; the oldest first.
    pub weeks: Vec<(Date, Decided)>,
    /// Where to look at what went wrong.
    pub wrong: WentWrong,
    /// What articles gained and lost in the week, the oldest first.
    pub changes: Vec<StageChange>,
    /// What people ask that no article answers.
    pub gaps: Vec<Gap>,
    /// What a yes is enough for.
    pub suggestions: Vec<Suggestion>,
    /// The record of each article that stands somewhere.
    pub records: BTreeMap<ArticleName, Tally>,
}

/// Takes tickets in for an account.
#[derive(Debug)]
pub struct Gathering {
    now: Timestamp,
    week: Period,
    first_day: Date,
    of_week: Counting,
    of_week_before: Counting,
    of_weeks: Counting,
    wrong: WentWrong,
    asked: Vec<Asked>,
    tickets_from: Timestamp,
}

impl Gathering {
    /// Of this week of seven days, as it is known now.
    #[must_use]
    pub fn new(week: Period, now: Timestamp) -> Self {
        let zone = &week.zone;
        let first_day = week.from.to_zoned(zone.clone()).date();
        let midnight = |date: Date| {
            let zoned = date.to_zoned(zone.clone());
            zoned.map_or(week.from, |zoned| zoned.timestamp())
        };
        let before = Period {
            from: midnight(days_before(first_day, 7)),
            until: (week.from.checked_sub(SignedDuration::from_nanos(1))).unwrap_or(week.from),
            zone: zone.clone(),
        };
        let weeks = Period {
            from: midnight(days_before(first_day, 7 * (WEEKS - 1))),
            until: week.until,
            zone: zone.clone(),
        };
        Self {
            now,
            first_day,
            tickets_from: weeks.tickets_from(),
            of_week: Counting::new(week.clone(), now),
            of_week_before: Counting::new(before, now),
            of_weeks: Counting::new(weeks, now),
            week,
            wrong: WentWrong::default(),
            asked: Vec::new(),
        }
    }

    /// Tickets that were opened earlier are in no figure of the account.
    #[must_use]
    pub const fn tickets_from(&self) -> Timestamp {
        self.tickets_from
    }

    /// One more ticket. The newest come first: of questions no more than so many are kept.
    pub fn take_in(&mut self, ticket: &Ticket) {
        let Some(opened) = ticket.events.first().map(|timed| timed.at) else {
            return;
        };
        if opened < self.tickets_from {
            return;
        }
        self.of_week.take_in(ticket);
        self.of_week_before.take_in(ticket);
        self.of_weeks.take_in(ticket);
        self.note_wrong(ticket);
        let is_new = (self.now.checked_sub(ASKED_WITHIN)).is_ok_and(|from| opened >= from);
        if is_new && self.asked.len() < ASKED_MAX {
            self.asked.extend(Asked::of(ticket));
        }
    }

    fn note_wrong(&mut self, ticket: &Ticket) {
        for one in happened(ticket, self.now) {
            if one.at < self.week.from || one.at > self.week.until {
                continue;
            }
            let wrong = &mut self.wrong;
            let list = match one.what {
                What::Answered(Fate::Recontacted { .. }) => &mut wrong.recontacted,
                What::DraftRefused => &mut wrong.refused,
                What::FirstReply { asked_again: true } => &mut wrong.asked_again,
                What::Promise(PromiseOutcome::Broken) => &mut wrong.broken,
                _ => continue,
            };
            let instance = Instance {
                ticket: ticket.id.clone(),
                article: one.article,
                team: one.team,
            };
            if list.len() < NAMED_MAX && !list.contains(&instance) {
                list.push(instance);
            }
        }
    }

    /// The account. `changes` are the newest first.
    #[must_use]
    pub fn account(
        self,
        standings: &BTreeMap<ArticleName, Standing>,
        changes: &[StageChange],
        earlier: &[SentLetter],
        knowledge: &Knowledge,
        encoder: Option<&Encoder>,
    ) -> Account {
        let of_weeks = self.of_weeks.numbers();
        let decided_on = |day: Date| of_weeks.days.get(&day).map(Decided::of).unwrap_or_default();
        let days = (0..7).map(|day| days_before(self.first_day, -day));
        let days = days.map(|day| (day, decided_on(day))).collect();
        let weeks = (0..WEEKS).rev().map(|back| {
            let first = days_before(self.first_day, 7 * back);
            let days = (0..7).map(|day| decided_on(days_before(first, -day)));
            (first, days.fold(Decided::default(), Decided::and))
        });
        let is_of_week =
            |change: &&StageChange| self.week.from <= change.at && change.at <= self.week.until;
        let gaps = asked::told(&self.asked, &decided_tickets(earlier), knowledge, encoder);
        Account {
            numbers: self.of_week.numbers(),
            before: self.of_week_before.numbers(),
            days,
            weeks: weeks.collect(),
            wrong: self.wrong,
            changes: changes.iter().rev().filter(is_of_week).cloned().collect(),
            suggestions: ways_of(standings, &gaps, earlier),
            records: (standings.iter())
                .map(|(article, standing)| (article.clone(), standing.review.tally))
                .collect(),
            gaps,
            week: self.week,
        }
    }
}

impl Decided {
    fn of(counts: &Counts) -> Self {
        let count = |word: &str| {
            let count = counts.decisions.get(word).copied().unwrap_or_default();
            usize::try_from(count).unwrap_or(usize::MAX)
        };
        Self {
            answered: count("answer"),
            asked: count("ask"),
            drafted: count("draft"),
            to_person: count("handoff"),
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            answered: self.answered.saturating_add(other.answered),
            asked: self.asked.saturating_add(other.asked),
            drafted: self.drafted.saturating_add(other.drafted),
            to_person: self.to_person.saturating_add(other.to_person),
        }
    }

    /// As parts of a bar, in the order of the fields.
    #[must_use]
    pub fn parts(self) -> Vec<usize> {
        vec![self.answered, self.asked, self.drafted, self.to_person]
    }

    /// How many in all.
    #[must_use]
    pub fn all(self) -> usize {
        self.parts().into_iter().fold(0, usize::saturating_add)
    }
}

fn days_before(day: Date, days: i64) -> Date {
    day.checked_sub(Span::new().days(days)).unwrap_or(day)
}
