//! One entry: everything that one mail, one staff act or one timer changes, on disk all together or not at all.

use super::effects::waits;
use super::form::{
    self, CursorForm, Delivery, EffectForm, FilingForm, HandledForm, MessageForm, TimedEventForm,
};
use super::mails::put_sent_mail;
use super::own_copy::Proves;
use super::store::{Act, Batch, Outlives, Tree};
use super::{
    EffectRecord, EffectState, Entry, Journal, JournalError, OnServer, RecordedEffect, mails,
    place, unsettled,
};
use crate::compose::Outgoing;
use crate::inbox::Cursor;
use crate::mail::{Address, MessageId};
use crate::ticket::{Event, TicketId, TimedEvent};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

impl Journal {
    /// Records an entry in one commit, on disk when this returns, and gives back the effects that are new with it.
    ///
    /// Recording the same entry again changes nothing: an effect with a known Message-ID, an event that the same mail has
    /// already caused, and a mail that is already handled are left as they are.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is recorded then.
    pub fn record(
        &self,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        self.record_outliving(entry, now, Outlives::PowerCut)
    }

    /// The same without waiting for the disk: it is there with whatever is recorded next for good, or with [`Journal::sync`]. A crash may take
    /// it back as a whole, with all that was recorded after it: for what is done again then, as a mail that still lies in the inbox is handled
    /// again. No effect of it can leave before it is on disk ([`Journal::begin_attempt`]); whatever else it has done in the world comes after
    /// [`Journal::sync`].
    ///
    /// # Errors
    /// As of [`Journal::record`].
    pub fn record_soon(
        &self,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        self.record_outliving(entry, now, Outlives::NothingYet)
    }

    /// Whoever decides on a ticket holds this until what follows is recorded, so that two who decide at the same time do so one after the other: a
    /// draft that two people approve in the same moment is sent once.
    pub fn deciding(&self) -> MutexGuard<'_, ()> {
        self.deciding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that was recorded so far is on disk when this returns.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn sync(&self) -> Result<(), JournalError> {
        self.store.sync()
    }

    fn record_outliving(
        &self,
        entry: Entry,
        now: Timestamp,
        outlives: Outlives,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        let _writing = self.lock();
        if let Some(stood) = &entry.only_if {
            let (events, _) = self.latest_events(&stood.ticket, 1)?;
            if usize::try_from(events).unwrap_or(usize::MAX) != stood.events {
                return Ok(Vec::new());
            }
        }
        let mut batch = Batch::of(Act::Entry);
        if let Some(mail) = &entry.mail {
            if self.store.get(Tree::Mails, &mail.identity.0)?.is_none() {
                let form = HandledForm::from(mail);
                let key = format!("mail {}", mail.identity);
                batch.put(Tree::Mails, mail.identity.0, form::write(&key, &form)?);
            }
            if entry.on_server == OnServer::TagAndFile {
                let waits_for: Vec<MessageId> = (entry.effects.iter())
                    .map(|effect| effect.message_id.clone())
                    .collect();
                let form = FilingForm::new(mail, &waits_for);
                let key = format!("filing {}", mail.place);
                batch.put(
                    Tree::Filings,
                    mails::place_key(mail.place),
                    form::write(&key, &form)?,
                );
            }
        }
        if let (Some(mail), Some(judged)) = (&entry.mail, &entry.judged) {
            self.add_judged(&mail.identity, judged, &mut batch)?;
        }
        if let Some(begun) = &entry.begun {
            batch.delete(Tree::Begun, begun.0);
        }
        if let Some(cursor) = entry.cursor {
            self.advance(cursor, &mut batch)?;
        }
        if let Some(sent_mail) = &entry.sent_mail {
            put_sent_mail(sent_mail, &mut batch)?;
        }
        let withdrawn = self.withdraw_automatic(&entry.events, now, &mut batch)?;
        let mut found = Vec::new();
        if let Some(id) = &entry.own_copy_of {
            found.extend(self.note_own_copy(id, Proves::WhereAskedFor, now, &mut batch)?);
        }
        if let Some(id) = &entry.seen_in_sent {
            found.extend(self.note_own_copy(id, Proves::Always, now, &mut batch)?);
        }
        let events = entry.events.into_iter().chain(withdrawn).chain(found);
        self.add_events(events.collect(), &mut batch)?;
        self.add_lessons(entry.lessons, &mut batch)?;
        let mut recorded: Vec<RecordedEffect> = Vec::new();
        for effect in entry.effects {
            let is_new = !self.own_mail(&effect.message_id)?
                && !(recorded.iter()).any(|other| other.record.message_id == effect.message_id);
            if is_new {
                recorded.push(self.add_effect(effect, now, &mut batch)?);
            }
        }
        if let (Some(said), Some(mail)) = (&entry.said, &entry.mail) {
            self.count_said(said, &mail.identity, mail.ticket.as_ref(), now, &mut batch)?;
        }
        if !entry.returned.is_empty() {
            self.note_returned(&entry.returned, now, &mut batch)?;
        }
        if let Some(pulled) = &entry.brake {
            Self::put_brake(pulled, &mut batch)?;
        }
        if let Some((letter, answer)) = &entry.letter_answer {
            self.add_letter_answer(letter, answer, &mut batch)?;
        }
        self.note_happened(&entry.happened, &mut batch)?;
        for id in &entry.sent_back_for_size {
            self.note_sent_back_for_size(id, &mut batch)?;
        }
        for id in &entry.told {
            self.clear_told(id, &mut batch)?;
        }
        if !batch.is_empty() {
            self.store.commit(batch, outlives)?;
        }
        Ok(recorded)
    }

    /// A cursor only goes forward.
    fn advance(&self, cursor: Cursor, batch: &mut Batch) -> Result<(), JournalError> {
        let known = self.cursor(cursor.uid_validity)?;
        if known.is_some_and(|known| known.uid >= cursor.uid) {
            return Ok(());
        }
        let key = format!("cursor {}", cursor.uid_validity);
        let form = CursorForm { uid: cursor.uid };
        batch.put(
            Tree::Cursors,
            cursor.uid_validity.to_be_bytes(),
            form::write(&key, &form)?,
        );
        Ok(())
    }

    pub(super) fn add_events(
        &self,
        events: Vec<(TicketId, TimedEvent)>,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let mut ends: BTreeMap<String, StoryEnd> = BTreeMap::new();
        for (ticket, timed) in events {
            let end = match ends.entry(ticket.compact().to_owned()) {
                std::collections::btree_map::Entry::Occupied(end) => end.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(self.story_end(&ticket)?)
                }
            };
            let is_known = timed.cause.is_some()
                && (end.latest.iter())
                    .any(|other| other.cause == timed.cause && other.event == timed.event);
            if is_known {
                continue;
            }
            // Somebody was forgotten while their mail was judged: it is judged again, and opens a ticket of its own.
            let goes_on = matches!(
                timed.event,
                Event::CustomerWrote { .. }
                    | Event::ThirdPartyWrote { .. }
                    | Event::Collected { .. }
            );
            if goes_on && end.next == 0 {
                return Err(JournalError::State(format!(
                    "ticket {ticket} went while a mail to it was judged; the mail is judged again"
                )));
            }
            if let Event::Opened { customer, .. } = &timed.event {
                end.customer.get_or_insert_with(|| customer.address.clone());
            }
            self.index_event(&ticket, &timed, end.customer.as_ref(), batch)?;
            let number = end.next;
            let (story, customer) = (end.latest.as_slice(), end.customer.as_ref());
            self.add_tellings((&ticket, number), &timed, story, customer, batch)?;
            end.next = number.saturating_add(1);
            let key = format!("event {number} of ticket {ticket}");
            let form = TimedEventForm::from(&timed);
            batch.put(
                Tree::Events,
                place::event(&ticket, number),
                form::write(&key, &form)?,
            );
            end.latest.push(timed);
        }
        Ok(())
    }

    /// The end of a ticket's story: a long one is not read whole for each mail that is added to it.
    fn story_end(&self, ticket: &TicketId) -> Result<StoryEnd, JournalError> {
        let (next, latest) = self.latest_events(ticket, LATEST_MAX)?;
        let first = self.events_of(ticket, 1)?.into_iter().next();
        let customer = first.and_then(|timed| match timed.event {
            Event::Opened { customer, .. } => Some(customer.address),
            _ => None,
        });
        Ok(StoryEnd {
            customer,
            next,
            latest,
        })
    }

    /// What is found by an event: tickets by time and customer, Message-IDs of others, `STOP`.
    fn index_event(
        &self,
        ticket: &TicketId,
        timed: &TimedEvent,
        customer_of_ticket: Option<&Address>,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        match &timed.event {
            Event::Opened { customer, mail, .. } => {
                let name = place::timed(timed.at, ticket.compact().as_bytes());
                let mut by_customer = place::of_address(&customer.address);
                by_customer.extend_from_slice(&name);
                batch.put(Tree::TicketsByTime, name, Vec::new());
                batch.put(Tree::TicketsByCustomer, by_customer, Vec::new());
                self.index_message(ticket, mail.message_id.as_ref(), batch)?;
            }
            Event::CustomerWrote { mail }
            | Event::ThirdPartyWrote { mail, .. }
            | Event::Collected { mail, .. }
            | Event::WroteOutside { mail, .. } => {
                self.index_message(ticket, mail.message_id.as_ref(), batch)?;
            }
            // Whatever may begin a wait: the next look forgets the ticket where nothing waits.
            Event::HandedOff { .. }
            | Event::Drafted { .. }
            | Event::PassedOn { .. }
            | Event::PromiseLapsed { .. }
            | Event::Reassigned { .. }
            | Event::MailWithdrawn { .. }
            | Event::SendFailed { .. }
            | Event::Bounced { .. }
            | Event::Postponed { .. } => {
                batch.put(Tree::Deadlines, ticket.compact().as_bytes(), Vec::new())
            }
            Event::AutomationRefused => {
                if let Some(customer) = customer_of_ticket {
                    batch.put(
                        Tree::AutomationRefused,
                        customer.key().into_bytes(),
                        place::time(timed.at),
                    );
                }
            }
            Event::AutomationAllowed => {
                if let Some(customer) = customer_of_ticket {
                    batch.delete(Tree::AutomationRefused, customer.key().into_bytes());
                    self.allow_again(customer, batch)?;
                }
            }
            // Most belong to no ticket that could be listed.
            Event::KeptAside { .. } => {
                let name = place::timed(timed.at, ticket.compact().as_bytes());
                batch.put(Tree::KeptAside, name, Vec::new());
            }
            _ => {}
        }
        Ok(())
    }

    /// A Message-ID stays with the ticket that had it first: a stranger who re-uses one does not take it over.
    fn index_message(
        &self,
        ticket: &TicketId,
        id: Option<&MessageId>,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let Some(id) = id else { return Ok(()) };
        let name = id.as_str().as_bytes();
        if self.store.get(Tree::Messages, name)?.is_none() {
            let form = MessageForm::from(ticket);
            let key = format!("message {id}");
            batch.put(Tree::Messages, name, form::write(&key, &form)?);
        }
        Ok(())
    }

    pub(super) fn add_effect(
        &self,
        mail: Outgoing,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<RecordedEffect, JournalError> {
        let recorded_at = match &mail.ticket {
            Some(ticket) => self.moment_behind_unsettled(ticket, now)?,
            None => now,
        };
        let record = EffectRecord {
            message_id: mail.message_id,
            purpose: mail.purpose,
            precedence: mail.precedence,
            ticket: mail.ticket,
            party: mail.party,
            sender: mail.sender,
            recipients: mail.recipients,
            subject: mail.subject,
            bytes: mail.bytes,
            state: EffectState::Waiting { due: now },
            recorded_at,
            attempts: 0,
            last_failure: None,
        };
        let delivery = Delivery::default();
        let name = record.message_id.as_str().as_bytes();
        let key = format!("effect {}", record.message_id);
        let form = EffectForm::new(&record, &delivery);
        batch.put(Tree::Effects, name, form::write(&key, &form)?);
        // They stay for a while after the mail was sent, as the record of what was said: see `forget_sent`.
        batch.put(Tree::EffectBytes, name, record.bytes.clone());
        waits(&record, now, batch);
        unsettled::index(&record, batch);
        self.count_automatic(&record, now, batch)?;
        Ok(RecordedEffect { record, delivery })
    }

    /// Staff know of what was lost so far.
    fn clear_told(&self, id: &MessageId, batch: &mut Batch) -> Result<(), JournalError> {
        batch.delete(Tree::Untold, id.as_str().as_bytes());
        let Some((record, mut delivery)) = self.record_of(id)? else {
            return Ok(());
        };
        if !delivery.lost.is_empty() {
            delivery.lost = Vec::new();
            let form = EffectForm::new(&record, &delivery);
            let key = format!("effect {id}");
            batch.put(
                Tree::Effects,
                id.as_str().as_bytes(),
                form::write(&key, &form)?,
            );
        }
        Ok(())
    }
}

/// How many of the latest events an event is compared with: one mail causes a dozen, and it is recorded again at once or never.
const LATEST_MAX: usize = 64;

/// The end of a ticket's story, as far as adding to it needs it.
struct StoryEnd {
    /// Whose ticket it is.
    customer: Option<Address>,
    /// The number of the next event.
    next: u32,
    /// The last events.
    latest: Vec<TimedEvent>,
}
