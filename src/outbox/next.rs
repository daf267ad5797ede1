//! Which mail is next? Walks through what is due, page by page; what is held back is passed over and holds up
//! nobody. What is urgent or a person's own leaves before the rest.

use super::lane::Desk;
use super::schedule;
use super::turn::{HeldBy, Turn, turn};
use super::{LOOK_AT_LEAST_EVERY, Outbox};
use crate::compose::Precedence;
use crate::journal::{
    DuePlace, EffectRecord, EffectState, Journal, JournalError, RecordedEffect, on_disk,
};
use crate::mail::Address;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;
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

/// So many of those that leave before others are found in a row while others wait: nobody's words can hold up everybody else's for ever. And where all of
/// them are held back (their server is away), so many others are looked for before they are gone through again.
const FIRST_IN_A_ROW: u32 = 8;

/// A walk through due mails.
pub(super) struct Walk {
    through: Precedence,
    place: DuePlace,
    page: VecDeque<(DuePlace, EffectRecord)>,
    /// It has found one on its way from the beginning.
    found: bool,
    /// It has met one that is held back.
    passed_over: bool,
}

impl Walk {
    /// Through those that leave first, or through all in turn, from the beginning.
    pub(super) const fn of(through: Precedence) -> Self {
        Self {
            through,
            place: DuePlace::BEGINNING,
            page: VecDeque::new(),
            found: false,
            passed_over: false,
        }
    }

    /// The next one; `None` at the end, after which it begins anew.
    fn next(
        &mut self,
        journal: &Journal,
        now: Timestamp,
    ) -> Result<Option<EffectRecord>, JournalError> {
        if self.page.is_empty() {
            let page = on_disk(|| match self.through {
                Precedence::First => journal.due_first_after(&self.place, now, PAGE),
                Precedence::InTurn => journal.due_after(&self.place, now, PAGE),
            });
            self.page = page?.into();
        }
        let Some((place, record)) = self.page.pop_front() else {
            self.place = DuePlace::BEGINNING;
            return Ok(None);
        };
        self.place = place;
        Ok(Some(record))
    }
}

impl Outbox {
    /// The next mail whose turn it is. Some leave before others, but not without end.
    pub(super) fn next_mail(&mut self) -> Result<Search, JournalError> {
        if self.until_first == 0 {
            if let Some(search) = self.search(|outbox| &mut outbox.first)? {
                self.first_in_a_row += 1;
                if self.first_in_a_row == FIRST_IN_A_ROW {
                    self.first_in_a_row = 0;
                    self.until_first = 1;
                }
                return Ok(search);
            }
            self.first_in_a_row = 0;
            if std::mem::take(&mut self.first.passed_over) {
                self.until_first = FIRST_IN_A_ROW;
            }
        }
        self.until_first = self.until_first.saturating_sub(1);
        match self.search(|outbox| &mut outbox.all)? {
            Some(search) => Ok(search),
            None => {
                self.until_first = 0;
                self.nothing_to_send(self.now()).map(Search::Nothing)
            }
        }
    }

    /// Walks on to the next mail whose turn it is; `None` where there is none. Those that are held back are passed over: they hold up nobody.
    fn search(
        &mut self,
        walk: impl Fn(&mut Self) -> &mut Walk,
    ) -> Result<Option<Search>, JournalError> {
        let now = self.now();
        let desk = Arc::clone(&self.desk);
        for _ in 0..LOOKED_THROUGH_AT_ONCE {
            let Some(record) = walk(self).next(&desk.journal, now)? else {
                if !std::mem::take(&mut walk(self).found) {
                    return Ok(None);
                }
                // What was passed over may be free by now.
                continue;
            };
            if let Some((effect, except)) = self.if_its_turn(&record, now)? {
                walk(self).found = true;
                return Ok(Some(Search::Found(Box::new(effect), except)));
            }
            walk(self).passed_over = true;
        }
        Ok(Some(Search::GoOn))
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
        let held = match turn_after(&[]) {
            Turn::Now { .. } => {
                let earlier = on_disk(|| journal.unsettled_before(record))?;
                match turn_after(&earlier) {
                    Turn::Now { except } => {
                        let effect = on_disk(|| journal.waiting(record))?;
                        return Ok(effect.map(|effect| (effect, except)));
                    }
                    Turn::Held(HeldBy::Order(_)) if record.precedence == Precedence::First => {
                        return self.what_holds_it_up(&earlier, now);
                    }
                    Turn::Held(held) => held,
                }
            }
            Turn::Held(held) => held,
        };
        if let HeldBy::Destination { why, .. } = held {
            self.give_up_if_overdue(record, &why, now)?;
        }
        Ok(None)
    }

    /// An earlier mail of its ticket that waits its turn leaves before the others with it.
    fn what_holds_it_up(
        &self,
        earlier: &[EffectRecord],
        now: Timestamp,
    ) -> Result<Option<(RecordedEffect, Vec<Address>)>, JournalError> {
        let due = |record: &&EffectRecord| matches!(record.state, EffectState::Waiting { due } if due <= now);
        match earlier.first().filter(due) {
            // The first of its ticket's: whatever else that hangs on is looked at in its turn.
            Some(first) if first.precedence == Precedence::InTurn => self.if_its_turn(first, now),
            _ => Ok(None),
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

#[cfg(test)]
mod tests;
