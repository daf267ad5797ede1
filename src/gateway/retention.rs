//! What was kept as long as the settings say goes: a few tickets a round, all of them once a day, so that mail never waits for it.

use super::steady_clock::SteadyClock;
use crate::clock;
use crate::config::Store;
use crate::journal::{Journal, JournalError, Keep};
use crate::report;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

/// So many tickets are looked at in one round.
const TICKETS_AT_ONCE: usize = 200;
/// No limit counts what is older.
const LIMITS_LOOK_BACK: Duration = Duration::from_hours(24);
/// The wait between two looks at all of them.
const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// A wall clock is believed once it has gone as time passes for so long: what it takes away does not come back, and a machine that has just
/// started may show any year.
const STEADY_FOR: Duration = Duration::from_secs(3_600);

/// How far the look at all tickets came.
pub(super) struct Retention {
    next: Option<Vec<u8>>,
    not_before: Option<Timestamp>,
    clock: SteadyClock,
    steady_since: Instant,
}

impl Default for Retention {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            next: None,
            not_before: None,
            clock: SteadyClock::new(now, clock::now()),
            steady_since: now,
        }
    }
}

impl Retention {
    /// One round.
    pub(super) fn look(&mut self, journal: &Journal, store: &Store) -> Result<(), JournalError> {
        let (instant, now) = (Instant::now(), clock::now());
        if self.clock.leap(instant, now).is_some() {
            self.steady_since = instant;
            self.next = None;
        }
        if instant.duration_since(self.steady_since) < STEADY_FOR {
            return Ok(());
        }
        if self.not_before.is_some_and(|not_before| now < not_before) {
            return Ok(());
        }
        let looked = journal.drop_old(&keep(store, now), self.next.take(), TICKETS_AT_ONCE)?;
        if looked.texts > 0 || looked.tickets > 0 {
            report::gateway::dropped_old(looked.texts, looked.tickets);
        }
        self.next = looked.next;
        if self.next.is_none() {
            self.not_before = now.checked_add(LOOK_EVERY).ok();
        }
        Ok(())
    }
}

/// Since when each kind is kept.
fn keep(store: &Store, now: Timestamp) -> Keep {
    let since = |kept: Option<Duration>| {
        let kept = SignedDuration::try_from(kept?).ok()?;
        now.checked_sub(kept).ok()
    };
    Keep {
        texts_since: since(store.keep_texts),
        tickets_since: since(store.keep_tickets),
        counts_since: since(store.keep_counts),
        limits_since: since(Some(LIMITS_LOOK_BACK)),
    }
}
