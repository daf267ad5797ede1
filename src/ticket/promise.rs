//! Which moments does a ticket wait for? Times that the customer was told, and what came of them: a promise is a time in a mail that left, and only
//! a person's answer keeps it; and times for which a member put the ticket off.

use super::delivery::{Delivery, Turn};
use super::{Event, Reminded, ShownBy, Ticket};
use crate::compose::Purpose;
use jiff::Timestamp;

/// What becomes of a time that a customer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// By when an answer was promised.
    pub by: Timestamp,
    /// What came of it.
    pub outcome: PromiseOutcome,
}

/// What came of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseOutcome {
    /// Nobody has answered yet.
    Open,
    /// A person answered in time.
    Kept,
    /// The time went by.
    Broken,
    /// The ticket was closed or given back to automation before its time.
    Withdrawn,
}

impl Ticket {
    /// Every promise, in the order in which they were made.
    #[must_use]
    pub fn promises(&self) -> Vec<Promise> {
        let mut promises: Vec<Promise> = Vec::new();
        let mut delivery = Delivery::default();
        let mut lost = LostAnswer::default();
        let made = |promises: &mut Vec<Promise>, by: Timestamp| {
            // Whoever is told a new time before the old one is over waits for the new one alone.
            settle(promises, PromiseOutcome::Withdrawn);
            promises.push(Promise {
                by,
                outcome: PromiseOutcome::Open,
            });
        };
        for timed in &self.events {
            lost.take_in(delivery.take_in(timed), &mut promises);
            match &timed.event {
                Event::HandedOff {
                    promised_by: Some(by),
                    ..
                } => {
                    lost = LostAnswer::default();
                    made(&mut promises, *by);
                }
                Event::PromiseLapsed { new_promise, .. } => {
                    settle(&mut promises, PromiseOutcome::Broken);
                    if let Some(by) = new_promise {
                        made(&mut promises, *by);
                    }
                }
                event if is_shown_answer(event) => {
                    lost.is_answered_again(timed.at, &mut promises);
                    let in_time = promises.last().is_some_and(|last| timed.at <= last.by);
                    let outcome = if in_time {
                        PromiseOutcome::Kept
                    } else {
                        PromiseOutcome::Broken
                    };
                    settle(&mut promises, outcome);
                }
                // What was never sent was promised to nobody.
                Event::Closed { .. }
                | Event::GivenBack { .. }
                | Event::MailWithdrawn {
                    purpose: Purpose::Notice | Purpose::Delay,
                    ..
                } => {
                    settle(&mut promises, PromiseOutcome::Withdrawn);
                }
                _ => {}
            }
        }
        promises
    }

    /// The promise that is still to be kept: no person has answered since it was given.
    #[must_use]
    pub fn open_promise(&self) -> Option<Timestamp> {
        let last = self.promises().pop()?;
        (last.outcome == PromiseOutcome::Open).then_some(last.by)
    }

    /// The last time by which the customer was promised an answer, kept or not.
    #[must_use]
    pub fn last_promise(&self) -> Option<Timestamp> {
        self.promises().last().map(|promise| promise.by)
    }

    /// Until when a member put the ticket off: the team is to be reminded then. Whatever settles it, or puts it into other hands,
    /// ends that; a further mail of the customer does not.
    #[must_use]
    pub fn postponed_until(&self) -> Option<Timestamp> {
        let mut postponed = None;
        for timed in &self.events {
            match &timed.event {
                Event::Postponed { until, .. } => postponed = Some(*until),
                Event::HandedOff { .. }
                | Event::Reassigned { .. }
                | Event::GivenBack { .. }
                | Event::Closed { .. } => postponed = None,
                event if is_shown_answer(event) => postponed = None,
                _ => {}
            }
        }
        postponed
    }

    /// Whether a moment is waited for: a promised time, the team's own time where none was told, the end of a time for
    /// which a member put it off, or the month that the law gives for a request about personal data.
    #[must_use]
    pub fn waits_for_a_moment(&self) -> bool {
        let put_off = self.postponed_until();
        self.open_promise().is_some()
            || self.waits_untold().is_some()
            || put_off.is_some_and(|until| !self.was_reminded(until, Reminded::Team))
            || self.waits_for_the_law()
    }

    /// Whether somebody was reminded of this promised time, of this own time of the team, or of this time until which the ticket was put off.
    #[must_use]
    pub fn was_reminded(&self, moment: Timestamp, whom: Reminded) -> bool {
        self.events.iter().any(|timed| {
            matches!(&timed.event, Event::Reminded { whom: reminded, of, .. } if *reminded == whom && *of == moment)
        })
    }

    /// How often a promised time went by and the customer was told a new one, since a person last answered.
    #[must_use]
    pub fn delays_told(&self) -> usize {
        let since = self.events.iter().rev();
        let since = since.take_while(|timed| !is_shown_answer(&timed.event));
        since
            .filter(|timed| {
                matches!(
                    timed.event,
                    Event::PromiseLapsed {
                        new_promise: Some(_),
                        ..
                    }
                )
            })
            .count()
    }
}

/// Whether with this a person has answered the customer, beyond doubt: a mail that only bears an address of ours may be anybody's, and a
/// promise must not count as kept by a forgery.
pub(crate) const fn is_shown_answer(event: &Event) -> bool {
    matches!(
        event,
        Event::StaffReplied { .. }
            | Event::DraftApproved { .. }
            | Event::WroteOutside {
                shown_by: ShownBy::SentFolder,
                ..
            }
    )
}

/// Whether the answer that kept the last promise was lost: then nobody has kept it, until the mail is found or another one comes in time.
#[derive(Default)]
struct LostAnswer(bool);

impl LostAnswer {
    fn take_in(&mut self, turn: Turn, promises: &mut [Promise]) {
        let Some(last) = promises.last_mut() else {
            return;
        };
        match turn {
            Turn::Lost(Purpose::StaffReply | Purpose::ApprovedAnswer)
                if last.outcome == PromiseOutcome::Kept =>
            {
                last.outcome = PromiseOutcome::Broken;
                self.0 = true;
            }
            Turn::NotLost(_) if self.0 => {
                last.outcome = PromiseOutcome::Kept;
                self.0 = false;
            }
            _ => {}
        }
    }

    fn is_answered_again(&mut self, at: Timestamp, promises: &mut [Promise]) {
        if std::mem::take(&mut self.0)
            && let Some(last) = promises.last_mut()
            && at <= last.by
        {
            last.outcome = PromiseOutcome::Kept;
        }
    }
}

/// The last promise, where it is open, comes to this.
fn settle(promises: &mut [Promise], outcome: PromiseOutcome) {
    if let Some(last) = promises.last_mut()
        && last.outcome == PromiseOutcome::Open
    {
        last.outcome = outcome;
    }
}
