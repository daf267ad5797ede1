//! Keeps an eye on what customers were promised: reminds teams in time, and tells the customer honestly when a time goes by.
//!
//! What is due is asked of the journal and recorded there before it is sent, so a lost tick, a restart or a daemon that was off changes
//! nothing but the moment. What is recorded was decided on the ticket as it stands: an answer that comes in between wins.

use super::Office;
use super::handle::{is_shadow, timed};
use crate::decide::{self, Due, History};
use crate::journal::{AsItStood, Entry, Journal, JournalError, RecordedEffect};
use crate::ticket::{Ticket, TicketId};
use crate::{clock, report};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// An answer may lie in the inbox: a promise counts as broken after a look at the inbox that began behind its time, or this long after it, for
/// then the customer has no answer whatever lies there.
const INBOX_PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// A wall clock that is further ahead than time has passed was set, or the machine slept: mail is fetched first, and a wrong clock has time
/// to be put right.
const LEAP: SignedDuration = SignedDuration::from_mins(5);

/// The part of the daemon that watches promises.
pub struct Deadlines {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    /// Wakes the outbox.
    outbox_wake: Arc<Notify>,
    /// When the last complete sweep of the inbox began.
    swept: watch::Receiver<Option<Timestamp>>,
}

impl Deadlines {
    /// Watches the promises of a journal.
    #[must_use]
    pub const fn new(
        office: Arc<RwLock<Arc<Office>>>,
        journal: Arc<Journal>,
        outbox_wake: Arc<Notify>,
        swept: watch::Receiver<Option<Timestamp>>,
    ) -> Self {
        Self {
            office,
            journal,
            outbox_wake,
            swept,
        }
    }

    /// Runs until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut steady = SteadyClock::new(Instant::now(), clock::now());
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let now = clock::now();
            if let Some(leap) = steady.leap(Instant::now(), now) {
                report::gateway::clock_leapt(leap);
                continue;
            }
            let office = Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner));
            let swept = *self.swept.borrow();
            let looked = tokio::task::block_in_place(|| look(&self.journal, &office, swept, now));
            match looked {
                Ok(recorded) if recorded.is_empty() => {}
                Ok(_) => self.outbox_wake.notify_one(),
                Err(error) => report::gateway::journal_failed(&error, LOOK_EVERY),
            }
        }
    }
}

/// Looks once at every open promise and records what is due by `now`, at most one thing a ticket. Returns the mails that are to be sent.
///
/// # Errors
/// [`JournalError`]; what was recorded before it stays.
pub fn look(
    journal: &Journal,
    office: &Office,
    swept: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<RecordedEffect>, JournalError> {
    let mut recorded = Vec::new();
    if is_shadow(office) {
        return Ok(recorded);
    }
    for id in journal.with_deadlines()? {
        recorded.extend(look_at(journal, office, &id, swept, now)?);
    }
    Ok(recorded)
}

fn look_at(
    journal: &Journal,
    office: &Office,
    id: &TicketId,
    swept: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<RecordedEffect>, JournalError> {
    let Some(ticket) = journal.ticket(id)? else {
        return Ok(Vec::new());
    };
    let stood = AsItStood {
        ticket: id.clone(),
        events: ticket.events.len(),
    };
    if !ticket.waits_for_a_moment() {
        journal.forget_deadline(&stood)?;
        return Ok(Vec::new());
    }
    let history = match ticket.customer() {
        Some(customer) => journal.history(&customer.address, now)?,
        None => History::default(),
    };
    let Some(due) = decide::due(&ticket, &history, &office.settings, now) else {
        return Ok(Vec::new());
    };
    if !may_count(&due, swept, now) {
        return Ok(Vec::new());
    }
    record(journal, office, &ticket, &due, stood, now)
}

/// Whether the inbox was looked at since the promised time, so that an answer would be known.
fn may_count(due: &Due<'_>, swept: Option<Timestamp>, now: Timestamp) -> bool {
    match due {
        Due::RemindTeam { .. } | Due::RemindSecondAddress { .. } | Due::PutOff { .. } => true,
        Due::Lapsed { promised_by, .. } => {
            swept.is_some_and(|swept| swept >= *promised_by)
                || now.duration_since(*promised_by) >= INBOX_PATIENCE
        }
    }
}

fn record(
    journal: &Journal,
    office: &Office,
    ticket: &Ticket,
    due: &Due<'_>,
    stood: AsItStood,
    now: Timestamp,
) -> Result<Vec<RecordedEffect>, JournalError> {
    let composed = match office.writer.due(ticket, due, &office.settings, now) {
        Ok(composed) => composed,
        Err(error) => {
            report::gateway::due_not_written(&ticket.id, &error);
            return Ok(Vec::new());
        }
    };
    report::gateway::came_due(&ticket.id, due);
    let entry = Entry {
        events: timed(&ticket.id, composed.events, None, now),
        effects: composed.mails,
        only_if: Some(stood),
        ..Entry::default()
    };
    journal.record(entry, now)
}

/// Notices when the wall clock moves otherwise than time passes.
struct SteadyClock {
    last: Instant,
    wall: Timestamp,
}

impl SteadyClock {
    const fn new(last: Instant, wall: Timestamp) -> Self {
        Self { last, wall }
    }

    /// How far the wall clock leapt ahead since the last look, if it did.
    fn leap(&mut self, instant: Instant, wall: Timestamp) -> Option<SignedDuration> {
        let passed = SignedDuration::try_from(instant.duration_since(self.last));
        let shown = wall.duration_since(self.wall);
        self.last = instant;
        self.wall = wall;
        let ahead = shown.checked_sub(passed.ok()?)?;
        (ahead > LEAP).then_some(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_leaps_ahead_is_noticed_once() {
        let (began, wall) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let mut steady = SteadyClock::new(began, wall);
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let shows = |seconds: i64| wall + SignedDuration::from_secs(seconds);
        assert_eq!(steady.leap(at(20), shows(20)), None);
        assert_eq!(
            steady.leap(at(40), shows(7_240)),
            Some(SignedDuration::from_secs(7_200))
        );
        assert_eq!(steady.leap(at(60), shows(7_260)), None);
        assert_eq!(steady.leap(at(80), shows(100)), None);
    }
}
