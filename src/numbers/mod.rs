//! How well does it go? Figures of a period, worked out from tickets alone: what happened in each ticket, one by one, then counted by day, article, team
//! and reason. `docs/metrics.md` says what each figure means.
//!
//! Pure. Silence is never counted as a success: who says nothing for two weeks is *presumed* helped, and only who says so is *confirmed*.

mod answer;
mod counts;
mod happened;
mod prometheus;
mod rows;
mod table;

pub use answer::{Fate, PRESUMED_AFTER};
pub(crate) use answer::{FirstQuestion, end, fate};
pub use counts::{Counts, Settled, Spread};
pub use happened::{Happened, What, happened};
pub use prometheus::exposition;
pub use rows::rows;
pub use table::table;
pub(crate) use table::{duration, figures, in_shadow, parts};

use crate::config::{IntentName, TeamName};
use crate::ticket::{Ticket, Would};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Tickets that were opened longer than this before a period are not read for it: a year of tickets must not be read for a week of figures.
pub const TICKET_SEEN_FOR: SignedDuration = SignedDuration::from_hours(60 * 24);

/// From when until when.
#[derive(Clone, Debug)]
pub struct Period {
    /// The first moment.
    pub from: Timestamp,
    /// The last one.
    pub until: Timestamp,
    /// Where days begin and end.
    pub zone: TimeZone,
}

impl Period {
    /// So many days back from now; today, as far as it has come, is the last one.
    #[must_use]
    pub fn last_days(days: u16, now: Timestamp, zone: TimeZone) -> Self {
        let today = now.to_zoned(zone.clone()).date();
        let back = jiff::Span::new().days(i64::from(days.max(1)) - 1);
        let first = today.checked_sub(back).unwrap_or(today);
        let midnight = first.to_zoned(zone.clone()).map(|zoned| zoned.timestamp());
        Self {
            from: midnight.unwrap_or(now),
            until: now,
            zone,
        }
    }

    /// Tickets that were opened earlier are in no figure of this period.
    #[must_use]
    pub fn tickets_from(&self) -> Timestamp {
        self.from
            .checked_sub(TICKET_SEEN_FOR)
            .unwrap_or(Timestamp::MIN)
    }

    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.until
    }

    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }
}

/// The figures of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// All of it.
    pub all: Counts,
    /// What became of the answers of the period whose two weeks are over: of these alone a share means something.
    pub settled: Settled,
    /// By day, where something happened.
    pub days: BTreeMap<Date, Counts>,
    /// By article.
    pub articles: BTreeMap<IntentName, Counts>,
    /// By team.
    pub teams: BTreeMap<TeamName, Counts>,
    /// Hand-offs by the rule that decided.
    pub reasons: BTreeMap<String, u64>,
    /// The same in shadow: mails that would have gone to a person.
    pub reasons_in_shadow: BTreeMap<String, u64>,
}

/// Counts ticket by ticket, so that no more than one of them lies in memory.
#[derive(Debug)]
pub struct Counting {
    period: Period,
    now: Timestamp,
    numbers: Numbers,
    /// The answers, until all tickets are known: the customer may have asked again in another one.
    answers: Vec<Answered>,
    /// What each customer's tickets were opened with.
    questions: BTreeMap<String, Vec<FirstQuestion>>,
}

#[derive(Debug)]
struct Answered {
    customer: String,
    article: IntentName,
    at: Timestamp,
    fate: Fate,
}

impl Counting {
    /// Nothing is counted yet. `now` is when what has not happened yet is looked at.
    #[must_use]
    pub fn new(period: Period, now: Timestamp) -> Self {
        Self {
            period,
            now,
            numbers: Numbers::default(),
            answers: Vec::new(),
            questions: BTreeMap::new(),
        }
    }

    /// One more ticket.
    pub fn take_in(&mut self, ticket: &Ticket) {
        let customer = ticket.customer().map(|customer| customer.address.key());
        let customer = customer.unwrap_or_default();
        for happened in happened(ticket, self.now) {
            match happened {
                Happened {
                    at,
                    what: What::Answered(fate),
                    article: Some(article),
                    ..
                } => self.answers.push(Answered {
                    customer: customer.clone(),
                    article,
                    at,
                    fate,
                }),
                other => self.numbers.add(&other, &self.period),
            }
        }
        if let Some(question) = FirstQuestion::of(ticket) {
            self.questions.entry(customer).or_default().push(question);
        }
    }

    /// The figures.
    #[must_use]
    pub fn numbers(mut self) -> Numbers {
        for answered in self.answers {
            let questions = self.questions.get(&answered.customer);
            let again = questions.into_iter().flatten().find(|question| {
                let is_in_time = answered.at < question.at && question.at < end(answered.at);
                question.about == answered.article && is_in_time
            });
            let fate = match (answered.fate, again) {
                (Fate::Presumed | Fate::Pending, Some(again)) => Fate::Recontacted {
                    went_to_a_person: again.went_to_a_person,
                },
                (fate, _) => fate,
            };
            let is_over = end(answered.at) <= self.now;
            let answered = Happened {
                at: answered.at,
                what: What::Answered(fate),
                article: Some(answered.article),
                team: None,
            };
            self.numbers.add(&answered, &self.period);
            if is_over && self.period.holds(answered.at) {
                self.numbers.settled.add(fate);
            }
        }
        self.numbers
    }
}

impl Numbers {
    fn add(&mut self, happened: &Happened, period: &Period) {
        let Happened {
            at,
            what,
            article,
            team,
        } = happened;
        if !period.holds(*at) {
            return;
        }
        self.all.add(what);
        self.days.entry(period.day(*at)).or_default().add(what);
        if let Some(article) = article {
            self.articles.entry(article.clone()).or_default().add(what);
        }
        if let Some(team) = team {
            self.teams.entry(team.clone()).or_default().add(what);
        }
        match what {
            What::HandedOff { reason } => *self.reasons.entry(reason.clone()).or_default() += 1,
            What::HeldBack {
                would: Would::HandOff,
                reason,
            } => *self.reasons_in_shadow.entry(reason.clone()).or_default() += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
