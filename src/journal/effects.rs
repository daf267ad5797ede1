//! Which mails of ours are due, in doubt or given up?

use super::form::{self, Delivery, EffectForm};
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{
    CopyProof, EffectRecord, EffectState, Journal, JournalError, RecordedEffect, place, unsettled,
};
use crate::compose::Precedence;
use crate::mail::MessageId;
use crate::ticket::{Event, TicketId, TimedEvent};
use jiff::Timestamp;

/// Which effects somebody wants to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectFilter {
    /// Not sent yet.
    Waiting,
    /// May have left.
    InDoubt,
    /// Given up, the latest first.
    GivenUp,
}

/// A mail in doubt, as far as a verdict needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedDoubt {
    /// The record, without the bytes.
    pub record: EffectRecord,
    /// What the copy to ourselves can prove.
    pub copy: CopyProof,
    /// How often it was in doubt before in vain.
    pub doubts: u32,
}

impl EffectFilter {
    const fn tree(self) -> Tree {
        match self {
            Self::Waiting => Tree::Due,
            Self::InDoubt => Tree::InDoubt,
            Self::GivenUp => Tree::GivenUp,
        }
    }
}

impl Journal {
    /// Effects that are due, the longest waiting first.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn due(&self, now: Timestamp, max: usize) -> Result<Vec<RecordedEffect>, JournalError> {
        let until = place::first_after(now);
        let rows = (self.store).scan(Tree::Due, &[], Some(&until), Order::Upwards, max)?;
        self.recorded(rows.iter().map(|(key, _)| place::after_time(key)))
    }

    /// When the next effect is due.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn next_due(&self) -> Result<Option<Timestamp>, JournalError> {
        let rows = (self.store).scan(Tree::Due, &[], None, Order::Upwards, 1)?;
        Ok(rows.first().and_then(|(key, _)| place::time_of(key)))
    }

    /// Effects of which it is not known whether they left.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn in_doubt(&self) -> Result<Vec<RecordedEffect>, JournalError> {
        let rows = (self.store).scan(Tree::InDoubt, &[], None, Order::Upwards, usize::MAX)?;
        self.recorded(rows.iter().map(|(key, _)| key.as_slice()))
    }

    /// The same without their bytes: ten thousand of them cost no more memory than a few.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn doubted(&self) -> Result<Vec<RecordedDoubt>, JournalError> {
        let rows = (self.store).scan(Tree::InDoubt, &[], None, Order::Upwards, usize::MAX)?;
        let mut doubted = Vec::with_capacity(rows.len());
        for (key, _) in &rows {
            let id = place::message_id(key)
                .ok_or_else(|| form::unreadable("effect", "its key is damaged"))?;
            let found = self.record_of(&id)?;
            doubted.extend(found.map(|(record, delivery)| RecordedDoubt {
                record,
                copy: delivery.copy,
                doubts: delivery.doubts,
            }));
        }
        Ok(doubted)
    }

    /// Whether this mail may have left although it was given up or waits: it was in doubt, and no copy came in time.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn may_have_left(&self, id: &MessageId) -> Result<bool, JournalError> {
        let found = self.record_of(id)?;
        Ok(found.is_some_and(|(_, delivery)| delivery.doubts > 0))
    }

    /// Whether this mail was given up without anybody knowing whether it left. Where it left for some, the others were refused.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn is_given_up_in_doubt(&self, id: &MessageId) -> Result<bool, JournalError> {
        let found = self.record_of(id)?;
        Ok(found.is_some_and(|(record, delivery)| {
            delivery.doubts > 0 && matches!(record.state, EffectState::GivenUp { .. })
        }))
    }

    /// Whether this Message-ID is one that we gave.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn own_mail(&self, id: &MessageId) -> Result<bool, JournalError> {
        let found = self.store.get(Tree::Effects, id.as_str().as_bytes())?;
        Ok(found.is_some())
    }

    /// At most so many mails of ours that did not reach somebody and that staff have not been told of, without their bytes. Their
    /// recipients are those that were not reached. An answer that was withdrawn and left a question open is among them, in that state. An [`super::Entry`] with the Message-ID in `told` clears them.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn given_up_untold(&self, max: usize) -> Result<Vec<EffectRecord>, JournalError> {
        let rows = (self.store).scan(Tree::Untold, &[], None, Order::Upwards, max)?;
        let mut untold = Vec::with_capacity(rows.len());
        for (key, _) in &rows {
            let id = place::message_id(key)
                .ok_or_else(|| form::unreadable("effect", "its key is damaged"))?;
            let Some((mut record, delivery)) = self.record_of(&id)? else {
                continue;
            };
            if matches!(record.state, EffectState::Withdrawn { .. }) && delivery.lost.is_empty() {
                untold.push(record);
                continue;
            }
            let (at, given_up) = match &record.state {
                EffectState::GivenUp { at, why } => (*at, Some(why.clone())),
                EffectState::Sent { at } | EffectState::Withdrawn { at, .. } => (*at, None),
                EffectState::Waiting { .. } | EffectState::InDoubt { .. } => {
                    (record.recorded_at, None)
                }
            };
            let mut reasons: Vec<String> = Vec::new();
            if given_up.is_none() {
                record.recipients.clear();
            }
            reasons.extend(given_up);
            for lost in &delivery.lost {
                if !record.recipients.contains(&lost.recipient) {
                    record.recipients.push(lost.recipient.clone());
                }
                if !reasons.contains(&lost.why) {
                    reasons.push(lost.why.clone());
                }
            }
            record.state = EffectState::GivenUp {
                at,
                why: reasons.join("; "),
            };
            untold.push(record);
        }
        Ok(untold)
    }

    /// Effects for people who look at the outbox.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn effects(
        &self,
        filter: EffectFilter,
        max: usize,
    ) -> Result<Vec<EffectRecord>, JournalError> {
        let order = match filter {
            EffectFilter::Waiting | EffectFilter::InDoubt => Order::Upwards,
            EffectFilter::GivenUp => Order::Downwards,
        };
        let rows = self.store.scan(filter.tree(), &[], None, order, max)?;
        let mut records = Vec::with_capacity(rows.len());
        for (key, _) in &rows {
            let name = match filter {
                EffectFilter::InDoubt => key.as_slice(),
                EffectFilter::Waiting | EffectFilter::GivenUp => place::after_time(key),
            };
            if let Some(id) = place::message_id(name) {
                records.extend(self.record_of(&id)?.map(|(record, _)| record));
            }
        }
        Ok(records)
    }

    /// How many effects such a look would find.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn count_effects(&self, filter: EffectFilter) -> Result<usize, JournalError> {
        self.store.count(filter.tree())
    }

    /// One effect, by its Message-ID, without its bytes.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn effect(&self, id: &MessageId) -> Result<Option<EffectRecord>, JournalError> {
        Ok(self.record_of(id)?.map(|(record, _)| record))
    }

    /// The exact bytes of a mail of ours; `None` where they are forgotten by now, or where there is no such mail.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn bytes_of(&self, id: &MessageId) -> Result<Option<Vec<u8>>, JournalError> {
        self.store.get(Tree::EffectBytes, id.as_str().as_bytes())
    }

    /// Forgets the exact bytes of mails that were sent before that moment, at most so many; their records stay. Returns how many.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn forget_sent(&self, before: Timestamp, max: usize) -> Result<usize, JournalError> {
        let _writing = self.lock();
        let until = place::time(before);
        let rows = (self.store).scan(Tree::SentBytes, &[], Some(&until), Order::Upwards, max)?;
        if rows.is_empty() {
            return Ok(0);
        }
        let forgotten = rows.len();
        let mut batch = Batch::of(Act::Retention);
        for (key, _) in rows {
            batch.delete(Tree::EffectBytes, place::after_time(&key));
            batch.delete(Tree::SentBytes, key);
        }
        self.store.commit(batch, Outlives::Process)?;
        Ok(forgotten)
    }

    /// Makes an effect due now that waits or was given up; false where there is none such.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn retry(&self, id: &MessageId, now: Timestamp) -> Result<bool, JournalError> {
        let _writing = self.lock();
        let Some((record, delivery)) = self.record_of(id)? else {
            return Ok(false);
        };
        if !matches!(
            record.state,
            EffectState::Waiting { .. } | EffectState::GivenUp { .. }
        ) {
            return Ok(false);
        }
        let mut batch = Batch::of(Act::Sending);
        // An automatic mail is not sent behind a person's answer, whoever asks for it.
        let state = self.unless_overtaken(&record, &delivery, now, now, &mut batch)?;
        if matches!(state, EffectState::Waiting { .. }) {
            let gained = self.not_lost(&record, now)?;
            self.add_events(gained, &mut batch)?;
        }
        self.change_state(&mut batch, record, &delivery, state)?;
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(true)
    }

    /// The record of an effect, its bytes left out.
    pub(super) fn record_of(
        &self,
        id: &MessageId,
    ) -> Result<Option<(EffectRecord, Delivery)>, JournalError> {
        let Some(bytes) = self.store.get(Tree::Effects, id.as_str().as_bytes())? else {
            return Ok(None);
        };
        let key = format!("effect {id}");
        let form: EffectForm = form::read(&key, &bytes)?;
        form.read(Vec::new())
            .map(Some)
            .map_err(|why| form::unreadable(&key, &why))
    }

    fn recorded<'k>(
        &self,
        names: impl Iterator<Item = &'k [u8]>,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        let mut effects = Vec::new();
        for name in names {
            let Some(id) = place::message_id(name) else {
                return Err(form::unreadable("effect", "its key is damaged"));
            };
            let Some((mut record, delivery)) = self.record_of(&id)? else {
                continue;
            };
            record.bytes = self
                .store
                .get(Tree::EffectBytes, id.as_str().as_bytes())?
                .ok_or_else(|| {
                    form::unreadable(&format!("effect {id}"), "its bytes are missing")
                })?;
            effects.push(RecordedEffect { record, delivery });
        }
        Ok(effects)
    }

    /// Gives an effect a new state, with all that is found by state.
    pub(super) fn change_state(
        &self,
        batch: &mut Batch,
        mut record: EffectRecord,
        delivery: &Delivery,
        state: EffectState,
    ) -> Result<(), JournalError> {
        let name = record.message_id.as_str().as_bytes().to_vec();
        match &record.state {
            EffectState::Waiting { due } => waits_no_more(&record, *due, batch),
            EffectState::InDoubt { .. } => batch.delete(Tree::InDoubt, name.clone()),
            EffectState::GivenUp { at, .. } => {
                batch.delete(Tree::GivenUp, place::timed(*at, &name));
                // Tried again before anybody was told: there is nothing to tell of any more. Whether a withdrawal leaves something says who withdraws.
                if delivery.lost.is_empty() && !matches!(state, EffectState::Withdrawn { .. }) {
                    batch.delete(Tree::Untold, name.clone());
                }
            }
            EffectState::Sent { .. } | EffectState::Withdrawn { .. } => {}
        }
        match &state {
            EffectState::Waiting { due } => waits(&record, *due, batch),
            EffectState::InDoubt { .. } => batch.put(Tree::InDoubt, name.clone(), Vec::new()),
            EffectState::GivenUp { at, .. } => {
                batch.put(Tree::GivenUp, place::timed(*at, &name), Vec::new());
                batch.put(Tree::Untold, name.clone(), Vec::new());
            }
            // Its bytes are kept and forgotten like those of a mail that left.
            EffectState::Sent { at } | EffectState::Withdrawn { at, .. } => {
                batch.put(Tree::SentBytes, place::timed(*at, &name), Vec::new());
            }
        }
        record.state = state;
        unsettled::index(&record, batch);
        let form = EffectForm::new(&record, delivery);
        let key = format!("effect {}", record.message_id);
        batch.put(Tree::Effects, name, form::write(&key, &form)?);
        Ok(())
    }

    /// What the story of its ticket gains where a mail that was given up is not lost after all.
    pub(super) fn not_lost(
        &self,
        record: &EffectRecord,
        now: Timestamp,
    ) -> Result<Vec<(TicketId, TimedEvent)>, JournalError> {
        let (EffectState::GivenUp { .. } | EffectState::Withdrawn { .. }, Some(id)) =
            (&record.state, &record.ticket)
        else {
            return Ok(Vec::new());
        };
        if self.ticket(id)?.is_none() {
            return Ok(Vec::new());
        }
        let timed = TimedEvent {
            at: now,
            cause: None,
            event: Event::NotLost {
                message_id: record.message_id.clone(),
            },
        };
        Ok(vec![(id.clone(), timed)])
    }
}

/// Has a mail found among those that wait for this moment.
pub(super) fn waits(record: &EffectRecord, due: Timestamp, batch: &mut Batch) {
    for tree in waiting_trees(record.precedence) {
        let key = place::timed(due, record.message_id.as_str().as_bytes());
        batch.put(*tree, key, Vec::new());
    }
}

/// Has it found there no more.
pub(super) fn waits_no_more(record: &EffectRecord, due: Timestamp, batch: &mut Batch) {
    for tree in waiting_trees(record.precedence) {
        let key = place::timed(due, record.message_id.as_str().as_bytes());
        batch.delete(*tree, key);
    }
}

const fn waiting_trees(precedence: Precedence) -> &'static [Tree] {
    match precedence {
        Precedence::InTurn => &[Tree::Due],
        Precedence::First => &[Tree::Due, Tree::DueFirst],
    }
}
