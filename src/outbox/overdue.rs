//! Mails that could not leave for too long, because our server or all servers of their recipients were away: given up, so that staff are told.

use super::lane::Desk;
use super::next::{LOOKED_THROUGH_AT_ONCE, PAGE};
use super::{Outbox, outcome, report, schedule};
use crate::journal::{AttemptOutcome, CopyProof, DuePlace, EffectRecord, JournalError, on_disk};
use jiff::Timestamp;

impl Outbox {
    /// While the server is away, mails that have waited for too long are given up, so that staff are told.
    pub(super) fn give_up_the_overdue(&mut self, why: &str) -> Result<(), JournalError> {
        let now = self.now();
        let mut looked_through = 0;
        while looked_through < LOOKED_THROUGH_AT_ONCE {
            let page = on_disk(|| self.desk.journal.due_after(&self.overdue_place, now, PAGE))?;
            if page.is_empty() {
                self.overdue_place = DuePlace::BEGINNING;
                return Ok(());
            }
            for (place, record) in page {
                self.overdue_place = place;
                looked_through += 1;
                self.give_up_if_overdue(&record, why, now)?;
            }
        }
        Ok(())
    }

    pub(super) fn give_up_if_overdue(
        &self,
        record: &EffectRecord,
        why: &str,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let Desk {
            journal, settings, ..
        } = &*self.desk;
        if !schedule::is_over(record, settings, now) {
            return Ok(());
        }
        let given_up = on_disk(|| {
            let Some(effect) = journal.waiting(record)? else {
                return Ok(());
            };
            let attempt = journal.begin_attempt(effect, CopyProof::None, now)?;
            let outcome = AttemptOutcome::GivenUp {
                why: outcome::for_too_long(why),
            };
            report::attempt_ended(attempt.record(), &outcome);
            journal.settle(attempt, outcome, now)
        });
        match given_up {
            // It was withdrawn between the look and the attempt.
            Err(JournalError::State(why)) => report::not_waiting(&why),
            other => other?,
        }
        self.desk.settled.notify_one();
        Ok(())
    }
}
