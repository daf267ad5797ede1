//! Does the customer wait for people although no time was told? A draft that nobody approves, words after an answer, a hand-off of which the customer
//! may not be told: nothing was promised, and still nobody must be forgotten. Computed from the events, never stored.

#[cfg(test)]
mod tests;

use super::delivery::{Delivery, Turn};
use super::promise::is_shown_answer;
use super::{Event, ShownBy, Ticket, TimedEvent};
use crate::compose::Purpose;
use crate::config::TeamName;
use crate::mail::MailIdentity;
use jiff::Timestamp;

/// So often in a row a time goes by and is minded again; whoever has heard of it so often does not lack a reminder.
const GONE_BY_MAX: usize = 3;

/// Rules that say that a mail asks for nothing: who only thanks, or only says `STOP`, waits for nobody.
const ASKS_NOTHING: [&str; 4] = ["thanks", "stop", "stop-again", "start"];

/// A customer who waits for people of a team and was told no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Since when: the first thing that nobody has answered.
    pub since: Timestamp,
    /// From when the team's own time counts: `since`, or a later moment until which it was put off, or at which it was over before.
    pub counts_from: Timestamp,
    /// Whom they wait for.
    pub team: TeamName,
    /// What for.
    pub what: WaitsFor,
}

/// What a customer waits for who was told no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// A draft needs a yes: the customer has heard nothing at all.
    Approval,
    /// They wrote again after a person's answer, or after the ticket was closed.
    FurtherAnswer,
    /// It was handed off, and they could not be told.
    HandOffUntold,
    /// A promised time went by, and no new one could be told.
    NewTime,
    /// What they should have read did not arrive.
    Undelivered,
}

impl Ticket {
    /// Whether the customer waits for people of a team without a told time, and what for. Nobody does while a promise is open (that alone
    /// counts then), while a member has the ticket (`TAKE`), or after a time has gone by three times in a row.
    #[must_use]
    pub fn waits_untold(&self) -> Option<Waiting> {
        let mut story = Story::default();
        let mut delivery = Delivery::default();
        for timed in &self.events {
            story.take_in(timed);
            match delivery.take_in(timed) {
                Turn::Lost(_) => story.lost(timed),
                Turn::NotLost(_) => story.not_lost(),
                Turn::None => {}
            }
        }
        let is_minded =
            story.promise_of.is_none() && !story.is_taken && story.gone_by < GONE_BY_MAX;
        story.waiting.filter(|_| is_minded)
    }
}

/// What the events so far come to.
#[derive(Default)]
struct Story {
    waiting: Option<Waiting>,
    /// How often in a row a time went by, promised or our own.
    gone_by: usize,
    /// Whose promise is open.
    promise_of: Option<TeamName>,
    is_taken: bool,
    /// The last team that had to do with it; nobody's name where none had.
    last_team: Option<TeamName>,
    /// A mail that bears an address of ours went to the customer: the team was asked to look whether it was theirs.
    is_perhaps_answered: bool,
    /// The last mail was decided to ask for nothing.
    asks_nothing: bool,
    /// Since when a draft had waited, and the mail that made it void: what that mail leads to has waited as long.
    withdrawn: Option<(Timestamp, Option<MailIdentity>)>,
}

impl Story {
    fn take_in(&mut self, timed: &TimedEvent) {
        if let Some(team) = timed.event.team() {
            self.last_team = Some(team.clone());
        }
        match &timed.event {
            Event::Decided { reasons, .. } => {
                let asks_nothing = |rule: &str| ASKS_NOTHING.contains(&rule);
                self.asks_nothing = reasons.iter().any(|(rule, _)| asks_nothing(rule));
            }
            Event::Drafted { draft } => self.begin_anew(timed, &draft.team, WaitsFor::Approval),
            Event::HandedOff {
                team,
                promised_by: Some(_),
                ..
            } => {
                self.settle();
                self.promise_of = Some(team.clone());
                self.is_taken = false;
            }
            Event::HandedOff { team, .. } => {
                self.begin_anew(timed, team, WaitsFor::HandOffUntold);
            }
            Event::PassedOn { team } if !self.asks_nothing && self.promise_of.is_none() => {
                let before = self.waiting.as_ref().map(|waiting| waiting.what);
                let what = before.filter(|what| *what != WaitsFor::Approval);
                self.begin_anew(timed, team, what.unwrap_or(WaitsFor::FurtherAnswer));
            }
            Event::PromiseLapsed {
                team, new_promise, ..
            } => {
                self.gone_by += 1;
                self.promise_of = new_promise.map(|_| team.clone());
                if new_promise.is_none() && !self.is_perhaps_answered {
                    self.begin(timed.at, team, WaitsFor::NewTime);
                }
            }
            // What was never sent was told to nobody.
            Event::MailWithdrawn {
                purpose: Purpose::Notice | Purpose::Delay,
                ..
            } => {
                if let Some(team) = self.promise_of.take() {
                    self.begin(timed.at, &team, WaitsFor::HandOffUntold);
                }
            }
            Event::WaitedTooLong { .. } => {
                self.gone_by += 1;
                self.count_from(timed.at);
            }
            Event::Postponed { until, .. } => self.count_from(*until),
            Event::DraftWithdrawn => {
                let waiting = self.waiting.take_if(|it| it.what == WaitsFor::Approval);
                self.withdrawn = waiting.map(|waiting| (waiting.since, timed.cause));
            }
            Event::DraftRefused { .. } => {
                if let Some(waiting) = &mut self.waiting {
                    waiting.what = WaitsFor::HandOffUntold;
                }
            }
            Event::WroteOutside {
                shown_by: ShownBy::Address,
                ..
            } => self.is_perhaps_answered = true,
            Event::Taken { .. } => self.is_taken = true,
            Event::Reassigned { team, .. } => {
                self.is_taken = false;
                if let Some(promise_of) = &mut self.promise_of {
                    promise_of.clone_from(team);
                }
                if let Some(waiting) = &mut self.waiting {
                    waiting.team = team.clone();
                }
            }
            Event::Answered { .. } | Event::Asked { .. } | Event::Crossed => self.waiting = None,
            Event::Closed { .. } | Event::GivenBack { .. } => self.settle(),
            event if is_shown_answer(event) => self.settle(),
            _ => {}
        }
    }

    /// Somebody wrote, or a draft was made: what was taken, or minded often enough, waits anew.
    fn begin_anew(&mut self, timed: &TimedEvent, team: &TeamName, what: WaitsFor) {
        if self.is_taken || self.gone_by >= GONE_BY_MAX {
            self.settle();
            self.is_taken = false;
        }
        let of_draft = self.withdrawn.take();
        let of_draft = of_draft.filter(|(_, cause)| *cause == timed.cause);
        self.begin(of_draft.map_or(timed.at, |(since, _)| since), team, what);
    }

    /// Whoever was to read our answer did not get it. A promise that is open counts alone.
    fn lost(&mut self, timed: &TimedEvent) {
        if self.promise_of.is_none() {
            let nobody = || TeamName(String::new());
            let team = self.last_team.clone().unwrap_or_else(nobody);
            self.begin_anew(timed, &team, WaitsFor::Undelivered);
        }
    }

    fn not_lost(&mut self) {
        let _ = self
            .waiting
            .take_if(|waiting| waiting.what == WaitsFor::Undelivered);
    }

    /// The first thing that nobody has answered counts.
    fn begin(&mut self, since: Timestamp, team: &TeamName, what: WaitsFor) {
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            since,
            counts_from: since,
            team: team.clone(),
            what,
        });
        waiting.team = team.clone();
        waiting.what = what;
    }

    fn count_from(&mut self, moment: Timestamp) {
        if let Some(waiting) = &mut self.waiting {
            waiting.counts_from = waiting.counts_from.max(moment);
        }
    }

    fn settle(&mut self) {
        self.waiting = None;
        self.promise_of = None;
        self.is_perhaps_answered = false;
        self.gone_by = 0;
    }
}
