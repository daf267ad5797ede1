//! Which mail is next? Walks through what is due, page by page; what is held back is passed over and holds up nobody.

use super::lane::Desk;
use super::schedule;
use super::turn::{HeldBy, Turn, turn};
use super::{LOOK_AT_LEAST_EVERY, Outbox};
use crate::journal::{DuePlace, EffectRecord, EffectState, JournalError, RecordedEffect, on_disk};
use crate::mail::Address;
use jiff::Timestamp;
use std::time::Duration;

/// So many due mails are read from the journal at a time.
pub(super) const PAGE: usize = 32;

/// So many are looked through before the sender looks up from them.
pub(super) const LOOKED_THROUGH_AT_ONCE: usize = 1000;

/// What the walk through the due mails found.
pub(super) enum Search {
    /// A mail whose turn it is, and whom it is not tried for.
    Found(Box<RecordedEffect>, Vec<Address>),
    /// Many that are held back; there may be more.
    GoOn,
    /// None, and how long it may stay so.
    Nothing(Duration),
}

impl Outbox {
    /// Walks on through the due mails to the next whose turn it is. Those that are held back are passed over: they hold up nobody.
    pub(super) fn next_mail(&mut self) -> Result<Search, JournalError> {
        let now = self.now();
        let mut looked_through = 0;
        loop {
            if self.page.is_empty() {
                self.page = on_disk(|| self.desk.journal.due_after(&self.place, now, PAGE))?.into();
            }
            if self.page.is_empty() {
                self.place = DuePlace::default();
                if !std::mem::take(&mut self.found) {
                    return self.nothing_to_send(now).map(Search::Nothing);
                }
                // What was passed over may be free by now.
                continue;
            }
            while let Some((place, record)) = self.page.pop_front() {
                self.place = place;
                looked_through += 1;
                if let Some((effect, except)) = self.if_its_turn(&record, now)? {
                    self.found = true;
                    return Ok(Search::Found(Box::new(effect), except));
                }
            }
            if looked_through >= LOOKED_THROUGH_AT_ONCE {
                return Ok(Search::GoOn);
            }
        }
    }

    fn if_its_turn(
        &self,
        record: &EffectRecord,
        now: Timestamp,
    ) -> Result<Option<(RecordedEffect, Vec<Address>)>, JournalError> {
        let journal = &self.desk.journal;
        let turn_after = |earlier: &[EffectRecord]| {
            let standing = self.desk.standing.lock();
            let (destinations, on_their_way) = (&standing.destinations, &standing.on_their_way);
            turn(record, earlier, destinations, on_their_way, now)
        };
        // What is held back by its domain is not looked up in its ticket: there may be thousands.
        let its_turn = match turn_after(&[]) {
            Turn::Now { .. } => turn_after(&on_disk(|| journal.unsettled_before(record))?),
            held @ Turn::Held(_) => held,
        };
        match its_turn {
            Turn::Now { except } => {
                let effect = on_disk(|| journal.waiting(record))?;
                Ok(effect.map(|effect| (effect, except)))
            }
            Turn::Held(HeldBy::Destination { why, .. }) => {
                self.give_up_if_overdue(record, &why, now)?;
                Ok(None)
            }
            Turn::Held(HeldBy::Order(_) | HeldBy::OnItsWay) => Ok(None),
        }
    }

    /// How long it may rest when nothing can be sent.
    fn nothing_to_send(&self, now: Timestamp) -> Result<Duration, JournalError> {
        self.hasten_untimely(now)?;
        let due = on_disk(|| self.desk.journal.next_due_after(now))?;
        let domain = self.desk.standing.lock().destinations.next_try(now);
        let next = due.into_iter().chain(domain).min();
        let wait = next.map_or(LOOK_AT_LEAST_EVERY, |next| {
            Duration::try_from(next.duration_since(now)).unwrap_or(Duration::ZERO)
        });
        Ok(wait.clamp(Duration::from_millis(1), LOOK_AT_LEAST_EVERY))
    }

    /// The clock was set back since these were put off: they would wait until it shows the old time again. They are due now.
    fn hasten_untimely(&self, now: Timestamp) -> Result<(), JournalError> {
        let Desk {
            journal, settings, ..
        } = &*self.desk;
        let latest = schedule::latest(settings, now);
        for moment in [now, latest] {
            for record in on_disk(|| journal.due_behind(moment, PAGE))? {
                if let EffectState::Waiting { due } = record.state
                    && (due > latest || record.attempts == 0)
                {
                    on_disk(|| journal.retry(&record.message_id, now))?;
                }
            }
        }
        Ok(())
    }
}
