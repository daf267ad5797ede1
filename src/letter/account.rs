//! What does a week come to? Tickets are taken in one by one, so that no more than one of them lies in memory; then the account is drawn up with what
//! articles have earned and what earlier letters were answered.

use super::asked::{self, Asked, Gap};
use super::suggestion::{SentLetter, Suggestion, decided_on, ways_of};
use crate::autonomy::{ArticleName, StageChange, Standing, Tally};
use crate::config::{IntentName, TeamName};
use crate::knowledge::Knowledge;
use crate::numbers::{Counting, Counts, Fate, Numbers, Period, What, happened};
use crate::ticket::{PromiseOutcome, Ticket, TicketId, Would};
use crate::understand::meaning::Encoder;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use std::collections::BTreeMap;

/// So many weeks are drawn.
const WEEKS: i64 = 8;
/// Questions of so many days are put together: what three people ask in a month is worth an article.
const ASKED_WITHIN: SignedDuration = SignedDuration::from_hours(28 * 24);
/// So many instances of each kind are kept, of all teams.
const KEPT_MAX: usize = 200;
/// So many questions are kept.
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

/// Mails of customers by what was done with them, or in shadow would have been; for a picture.
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
    /// What was done on each day of the week.
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
    /// Whether there were more tickets than are read: then figures are too low.
    pub is_cut: bool,
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
    week_before: Period,
    /// A week ago.
    then: Timestamp,
    of_week_before: Counting,
    is_cut: bool,
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
        let then = now
            .checked_sub(SignedDuration::from_hours(7 * 24))
            .unwrap_or(now);
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
            of_week_before: Counting::new(before.clone(), then),
            week_before: before,
            then,
            is_cut: false,
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

    /// There are more tickets than were taken in.
    pub const fn leave_some_out(&mut self) {
        self.is_cut = true;
    }

    /// One more ticket. Of questions no more than so many are kept.
    pub fn take_in(&mut self, ticket: &Ticket) {
        let Some(opened) = ticket.events.first().map(|timed| timed.at) else {
            return;
        };
        if opened < self.tickets_from {
            return;
        }
        // As `handoffd numbers` of the same days would read them.
        if opened >= self.week.tickets_from() {
            self.of_week.take_in(ticket);
        }
        // The week before as the letter before told it: answers of both had as long to be written about again.
        if opened >= self.week_before.tickets_from() && opened <= self.then {
            let events = ticket
                .events
                .iter()
                .take_while(|timed| timed.at <= self.then);
            self.of_week_before.take_in(&Ticket {
                id: ticket.id.clone(),
                events: events.cloned().collect(),
            });
        }
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
            if list.len() < KEPT_MAX && !list.contains(&instance) {
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
        let done_on = |day: Date| of_weeks.days.get(&day).map(Decided::of).unwrap_or_default();
        let days = (0..7).map(|day| days_before(self.first_day, -day));
        let days = days.map(|day| (day, done_on(day))).collect();
        let weeks = (0..WEEKS).rev().map(|back| {
            let first = days_before(self.first_day, 7 * back);
            let days = (0..7).map(|day| done_on(days_before(first, -day)));
            (first, days.fold(Decided::default(), Decided::and))
        });
        let is_of_week =
            |change: &&StageChange| self.week.from <= change.at && change.at <= self.week.until;
        let gaps = asked::told(&self.asked, &decided_on(earlier), knowledge, encoder);
        Account {
            numbers: self.of_week.numbers(),
            before: self.of_week_before.numbers(),
            days,
            weeks: weeks.collect(),
            wrong: self.wrong,
            is_cut: self.is_cut,
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
        let with = |done: u64, would: Would| {
            let would = counts.in_shadow.get(would.as_str()).copied();
            let all = done.saturating_add(would.unwrap_or_default());
            usize::try_from(all).unwrap_or(usize::MAX)
        };
        Self {
            answered: with(counts.answers, Would::Answer),
            asked: with(counts.questions, Would::Ask),
            drafted: with(counts.drafts, Would::Draft),
            to_person: with(counts.hand_offs, Would::HandOff),
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
