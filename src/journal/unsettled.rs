//! Which mails of a ticket are not settled yet, and which of all mails are due? Looked up page by page, so that ten thousand waiting mails
//! cost no more memory than a few.

use super::form;
use super::store::{Act, Batch, Order, Outlives, Tree, end_of_prefix};
use super::{EffectRecord, EffectState, Journal, JournalError, RecordedEffect, place};
use crate::ticket::TicketId;
use jiff::{SignedDuration, Timestamp};

/// So many mails are looked at in one go.
const AT_ONCE: usize = 64;

/// How far a walk through the mails that are due has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuePlace(Vec<u8>);

impl DuePlace {
    /// Before the first.
    pub const BEGINNING: Self = Self(Vec::new());
}

impl Journal {
    /// The next mails that are due behind this place, at most so many, without their bytes; with each the place behind it.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn due_after(
        &self,
        place: &DuePlace,
        now: Timestamp,
        max: usize,
    ) -> Result<Vec<(DuePlace, EffectRecord)>, JournalError> {
        self.due_in(Tree::Due, place, now, max)
    }

    /// The same of those alone that leave before the others.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn due_first_after(
        &self,
        place: &DuePlace,
        now: Timestamp,
        max: usize,
    ) -> Result<Vec<(DuePlace, EffectRecord)>, JournalError> {
        self.due_in(Tree::DueFirst, place, now, max)
    }

    fn due_in(
        &self,
        tree: Tree,
        place: &DuePlace,
        now: Timestamp,
        max: usize,
    ) -> Result<Vec<(DuePlace, EffectRecord)>, JournalError> {
        let until = place::first_after(now);
        let rows = (self.store).scan(tree, &place.0, Some(&until), Order::Upwards, max)?;
        let mut due = Vec::with_capacity(rows.len());
        for (key, _) in rows {
            let id = place::message_id(place::after_time(&key))
                .ok_or_else(|| form::unreadable("effect", "its key is damaged"))?;
            let mut behind = key;
            behind.push(0);
            if let Some((record, _)) = self.record_of(&id)? {
                due.push((DuePlace(behind), record));
            }
        }
        Ok(due)
    }

    /// When the first mail is due that is not due yet.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn next_due_after(&self, now: Timestamp) -> Result<Option<Timestamp>, JournalError> {
        let from = place::first_after(now);
        let rows = (self.store).scan(Tree::Due, &from, None, Order::Upwards, 1)?;
        Ok(rows.first().and_then(|(key, _)| place::time_of(key)))
    }

    /// The first mails that are due behind this moment, at most so many, without their bytes.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn due_behind(
        &self,
        moment: Timestamp,
        max: usize,
    ) -> Result<Vec<EffectRecord>, JournalError> {
        let from = place::first_after(moment);
        let rows = (self.store).scan(Tree::Due, &from, None, Order::Upwards, max)?;
        let mut due = Vec::with_capacity(rows.len());
        for (key, _) in rows {
            let id = place::message_id(place::after_time(&key))
                .ok_or_else(|| form::unreadable("effect", "its key is damaged"))?;
            due.extend(self.record_of(&id)?.map(|(record, _)| record));
        }
        Ok(due)
    }

    /// A moment that lies behind everything of this ticket that is not settled: `now`, unless the clock was set back since. Order within a ticket
    /// hangs on it.
    pub(super) fn moment_behind_unsettled(
        &self,
        ticket: &TicketId,
        now: Timestamp,
    ) -> Result<Timestamp, JournalError> {
        let from = of_ticket(ticket);
        let until = end_of_prefix(&from);
        let rows = (self.store).scan(
            Tree::Unsettled,
            &from,
            until.as_deref(),
            Order::Downwards,
            1,
        )?;
        let last = rows.first().and_then(|(key, _)| {
            let timed = key.get(from.len()..)?;
            place::time_of(timed)
        });
        let behind = last.and_then(|last| last.checked_add(SignedDuration::from_micros(1)).ok());
        Ok(behind.map_or(now, |behind| behind.max(now)))
    }

    /// A mail that waits, with its bytes; `None` where it does not wait any more.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn waiting(&self, record: &EffectRecord) -> Result<Option<RecordedEffect>, JournalError> {
        let id = &record.message_id;
        let Some((mut record, delivery)) = self.record_of(id)? else {
            return Ok(None);
        };
        if !matches!(record.state, EffectState::Waiting { .. }) {
            return Ok(None);
        }
        record.bytes = self
            .bytes_of(id)?
            .ok_or_else(|| form::unreadable(&format!("effect {id}"), "its bytes are missing"))?;
        Ok(Some(RecordedEffect { record, delivery }))
    }

    /// The first mail of the same ticket that was recorded before this one, is not settled, and goes to one of its recipients, without its
    /// bytes: at most one, and however many others lie before it.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn unsettled_before(
        &self,
        record: &EffectRecord,
    ) -> Result<Vec<EffectRecord>, JournalError> {
        let Some(ticket) = &record.ticket else {
            return Ok(Vec::new());
        };
        let mut from = of_ticket(ticket);
        let ticket_length = from.len();
        let until = key(ticket, record);
        loop {
            let rows = (self.store).scan(
                Tree::Unsettled,
                &from,
                Some(&until),
                Order::Upwards,
                AT_ONCE,
            )?;
            for (key, _) in &rows {
                let name = place::after_time(key.get(ticket_length..).unwrap_or_default());
                let id = place::message_id(name)
                    .ok_or_else(|| form::unreadable("effect", "its key is damaged"))?;
                if let Some((earlier, _)) = self.record_of(&id)?
                    && !earlier.state.is_settled()
                    && shares_recipient(&earlier, record)
                {
                    return Ok(vec![earlier]);
                }
            }
            match rows.into_iter().next_back() {
                Some((last, _)) => from = behind(last),
                None => return Ok(Vec::new()),
            }
        }
    }

    /// Has every mail that is not settled found by its ticket, also those that an older program recorded: it kept no such list. Before the first
    /// mail is sent; where nothing is missing nothing is written. Returns how many were missing.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn index_unsettled(&self) -> Result<usize, JournalError> {
        let _writing = self.lock();
        let mut added = 0;
        for tree in [Tree::Due, Tree::InDoubt] {
            let mut from = Vec::new();
            loop {
                let rows = (self.store).scan(tree, &from, None, Order::Upwards, AT_ONCE)?;
                let mut batch = Batch::of(Act::Sending);
                for (key, _) in &rows {
                    let name = match tree {
                        Tree::Due => place::after_time(key),
                        _ => key.as_slice(),
                    };
                    if self.index_if_missing(name, &mut batch)? {
                        added += 1;
                    }
                }
                if !batch.is_empty() {
                    self.store.commit(batch, Outlives::PowerCut)?;
                }
                match rows.into_iter().next_back() {
                    Some((last, _)) => from = behind(last),
                    None => break,
                }
            }
        }
        Ok(added)
    }

    fn index_if_missing(&self, name: &[u8], batch: &mut Batch) -> Result<bool, JournalError> {
        let Some(id) = place::message_id(name) else {
            return Ok(false);
        };
        let record = match self.record_of(&id) {
            Ok(Some((record, _))) => record,
            // What cannot be read is not sent either: whoever sends says so.
            Ok(None) | Err(JournalError::Form { .. }) => return Ok(false),
            Err(why) => return Err(why),
        };
        let Some(ticket) = &record.ticket else {
            return Ok(false);
        };
        let is_there = (self.store.get(Tree::Unsettled, &key(ticket, &record))?).is_some();
        if is_there || record.state.is_settled() {
            return Ok(false);
        }
        index(&record, batch);
        Ok(true)
    }
}

fn shares_recipient(one: &EffectRecord, other: &EffectRecord) -> bool {
    (one.recipients.iter()).any(|one| other.recipients.iter().any(|two| one.is_same_as(two)))
}

/// The first key behind this one.
fn behind(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

/// Has a mail found by its ticket as long as it is not settled.
pub(super) fn index(record: &EffectRecord, batch: &mut Batch) {
    let Some(ticket) = &record.ticket else { return };
    let key = key(ticket, record);
    if record.state.is_settled() {
        batch.delete(Tree::Unsettled, key);
    } else {
        batch.put(Tree::Unsettled, key, Vec::new());
    }
}

/// A mail that goes is found no more.
pub(super) fn forget(record: &EffectRecord, batch: &mut Batch) {
    if let Some(ticket) = &record.ticket {
        batch.delete(Tree::Unsettled, key(ticket, record));
    }
}

/// What the keys of one ticket begin with: references are of one length, so none is the beginning of another.
fn of_ticket(ticket: &TicketId) -> Vec<u8> {
    ticket.compact().as_bytes().to_vec()
}

/// Ticket, when it was recorded, Message-ID: one order for all, also where the clock stood still.
fn key(ticket: &TicketId, record: &EffectRecord) -> Vec<u8> {
    let mut key = of_ticket(ticket);
    let name = record.message_id.as_str().as_bytes();
    key.extend_from_slice(&place::timed(record.recorded_at, name));
    key
}

#[cfg(test)]
mod tests;
