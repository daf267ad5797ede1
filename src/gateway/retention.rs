//! What was kept as long as the settings say goes: a few tickets a round, all of them once a day, so that mail never waits for it.

use crate::clock;
use crate::config::Store;
use crate::journal::{Journal, JournalError, Keep};
use crate::report;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// So many tickets are looked at in one round.
const TICKETS_AT_ONCE: usize = 200;
/// The wait between two looks at all of them.
const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How far the look at all tickets came.
#[derive(Debug, Default)]
pub(super) struct Retention {
    next: Option<Vec<u8>>,
    not_before: Option<Timestamp>,
}

impl Retention {
    /// One round.
    pub(super) fn look(&mut self, journal: &Journal, store: &Store) -> Result<(), JournalError> {
        let now = clock::now();
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
    }
}
