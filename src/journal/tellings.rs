//! What are webhooks still to be told? A telling is recorded in the commit of the event that it is about, and goes when it was taken or given up.

use super::form::{self, TellingForm};
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{Journal, JournalError, place};
use crate::config::WebhookName;
use crate::mail::Address;
use crate::ticket::{TicketId, TimedEvent};
use crate::watch::Happened;
use crate::webhook::{self, Listener, Telling};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};
use tokio::sync::watch;

/// So many are looked at to see how long the oldest waits.
const LOOKED_AT: usize = 2_000;
/// So many are given up in one commit.
const AT_ONCE: usize = 500;

/// Something that a webhook is to be told, and that is on record. Only the journal makes one, so nothing else can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedTelling {
    telling: Telling,
}

impl RecordedTelling {
    /// What it is.
    #[must_use]
    pub const fn telling(&self) -> &Telling {
        &self.telling
    }
}

/// Who listens, and what wakes whoever tells them.
pub(super) struct Listeners {
    all: RwLock<Vec<Listener>>,
    news: watch::Sender<u64>,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            all: RwLock::default(),
            news: watch::Sender::new(0),
        }
    }
}

/// The tellings that wait, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingTellings {
    /// So many.
    pub count: usize,
    /// The one that waits longest.
    pub oldest: Telling,
}

impl Journal {
    /// From here on these are told of what happens. Nobody is in shadow mode.
    pub fn tell(&self, listeners: Vec<Listener>) {
        let all = self.listeners.all.write();
        *all.unwrap_or_else(PoisonError::into_inner) = listeners;
    }

    /// Changes whenever there is something to tell.
    pub fn news_of_tellings(&self) -> watch::Receiver<u64> {
        self.listeners.news.subscribe()
    }

    /// What a webhook is to be told now, the longest due first.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn tellings_due(
        &self,
        webhook: &WebhookName,
        now: Timestamp,
        max: usize,
    ) -> Result<Vec<RecordedTelling>, JournalError> {
        // Whoever heard the news before its commit was made waits for that here.
        let _writing = self.lock();
        let from = of_webhook(webhook);
        let mut until = from.clone();
        until.extend_from_slice(&place::first_after(now));
        let rows = (self.store).scan(Tree::Tellings, &from, Some(&until), Order::Upwards, max)?;
        let read = rows.into_iter().map(|(key, bytes)| read(&key, &bytes));
        read.map(|telling| Ok(RecordedTelling { telling: telling? }))
            .collect()
    }

    /// When the next one is due.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn next_telling(&self, webhook: &WebhookName) -> Result<Option<Timestamp>, JournalError> {
        let _writing = self.lock();
        let prefix = of_webhook(webhook);
        let rows = (self.store).scan(Tree::Tellings, &prefix, None, Order::Upwards, 1)?;
        let next = rows
            .first()
            .and_then(|(key, _)| key.strip_prefix(prefix.as_slice()));
        Ok(next.and_then(place::time_of))
    }

    /// What waits to be told.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn waiting_tellings(&self) -> Result<Option<WaitingTellings>, JournalError> {
        let count = self.store.count(Tree::Tellings)?;
        let rows = (self.store).scan(Tree::Tellings, &[], None, Order::Upwards, LOOKED_AT)?;
        let mut oldest: Option<Telling> = None;
        for (key, bytes) in rows {
            let telling = read(&key, &bytes)?;
            let is_older =
                (oldest.as_ref()).is_none_or(|oldest| telling.recorded_at < oldest.recorded_at);
            if is_older {
                oldest = Some(telling);
            }
        }
        Ok(oldest.map(|oldest| WaitingTellings { count, oldest }))
    }

    /// The receiver has it.
    ///
    /// # Errors
    /// [`JournalError`]; it is told again then.
    pub fn telling_was_taken(&self, told: RecordedTelling) -> Result<(), JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Sending);
        batch.delete(Tree::Tellings, key(&told.telling));
        self.store.commit(batch, Outlives::Process)
    }

    /// It was not taken, and is tried again then.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn put_telling_off(
        &self,
        told: RecordedTelling,
        due: Timestamp,
        why: &str,
    ) -> Result<(), JournalError> {
        let _writing = self.lock();
        let before = key(&told.telling);
        // Somebody may have been forgotten meanwhile.
        if self.store.get(Tree::Tellings, &before)?.is_none() {
            return Ok(());
        }
        let mut batch = Batch::of(Act::Sending);
        batch.delete(Tree::Tellings, before);
        let telling = Telling {
            due,
            attempts: told.telling.attempts.saturating_add(1),
            last_failure: Some(why.to_owned()),
            ..told.telling
        };
        put(&telling, &mut batch)?;
        self.store.commit(batch, Outlives::Process)
    }

    /// It was tried for long enough; the admin hears of it.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn give_telling_up(
        &self,
        told: RecordedTelling,
        happened: &Happened,
    ) -> Result<(), JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Sending);
        batch.delete(Tree::Tellings, key(&told.telling));
        self.note_happened(std::slice::from_ref(happened), &mut batch)?;
        self.store.commit(batch, Outlives::PowerCut)
    }

    /// Whether it is still on record.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn is_still_to_be_told(&self, recorded: &RecordedTelling) -> Result<bool, JournalError> {
        let row = (self.store).get(Tree::Tellings, &key(&recorded.telling))?;
        Ok(row.is_some())
    }

    /// Gives up what a webhook was to be told and that was recorded before then, in steps; the admin hears of each step. How many.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn give_old_tellings_up(
        &self,
        webhook: &WebhookName,
        before: Timestamp,
        happened: impl Fn(usize) -> Happened,
    ) -> Result<usize, JournalError> {
        let mut given_up = 0;
        let prefix = of_webhook(webhook);
        let mut until = prefix.clone();
        if let Some(last) = until.last_mut() {
            *last += 1;
        }
        let mut from = prefix;
        loop {
            let _writing = self.lock();
            let rows =
                (self.store).scan(Tree::Tellings, &from, Some(&until), Order::Upwards, AT_ONCE)?;
            let Some((last, _)) = rows.last() else {
                return Ok(given_up);
            };
            from = last.clone();
            from.push(0);
            let mut batch = Batch::of(Act::Sending);
            let mut in_step = 0;
            for (key, bytes) in &rows {
                if read(key, bytes)?.recorded_at < before {
                    batch.delete(Tree::Tellings, key.clone());
                    in_step += 1;
                }
            }
            if in_step > 0 {
                self.note_happened(&[happened(in_step)], &mut batch)?;
                self.store.commit(batch, Outlives::Process)?;
                given_up += in_step;
            }
        }
    }

    /// Drops what any other webhook was to be told. How many.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn drop_tellings_except(
        &self,
        known: &BTreeSet<&WebhookName>,
    ) -> Result<usize, JournalError> {
        self.drop_tellings(Act::Sending, |telling| !known.contains(&telling.webhook))
    }

    fn drop_tellings(
        &self,
        act: Act,
        is_dropped: impl Fn(&Telling) -> bool,
    ) -> Result<usize, JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(act);
        let dropped = self.leave_out_of_tellings(is_dropped, &mut batch)?;
        if !batch.is_empty() {
            self.store.commit(batch, Outlives::Process)?;
        }
        Ok(dropped)
    }

    /// Takes those out that are meant. How many.
    pub(super) fn leave_out_of_tellings(
        &self,
        is_dropped: impl Fn(&Telling) -> bool,
        batch: &mut Batch,
    ) -> Result<usize, JournalError> {
        let mut dropped = 0;
        let rows = (self.store).scan(Tree::Tellings, &[], None, Order::Upwards, usize::MAX)?;
        for (key, bytes) in rows {
            if is_dropped(&read(&key, &bytes)?) {
                batch.delete(Tree::Tellings, key);
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    /// What follows for webhooks from an event that is new. Recorded with it.
    pub(super) fn add_tellings(
        &self,
        (ticket, number): (&TicketId, u32),
        timed: &TimedEvent,
        story: &[TimedEvent],
        customer: Option<&Address>,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let all = self.listeners.all.read();
        let all = all.unwrap_or_else(PoisonError::into_inner);
        for listener in all.iter() {
            let telling = webhook::telling(listener, (ticket, number), timed, story, customer);
            if let Some(telling) = telling {
                put(&telling, batch)?;
                self.listeners
                    .news
                    .send_modify(|news| *news = news.wrapping_add(1));
            }
        }
        Ok(())
    }
}

/// What all keys of one webhook begin with; no name holds a zero byte.
fn of_webhook(webhook: &WebhookName) -> Vec<u8> {
    let mut key = webhook.0.clone().into_bytes();
    key.push(0);
    key
}

fn key(telling: &Telling) -> Vec<u8> {
    let mut key = of_webhook(&telling.webhook);
    key.extend(place::timed(telling.due, telling.id.as_bytes()));
    key
}

fn put(telling: &Telling, batch: &mut Batch) -> Result<(), JournalError> {
    let name = format!("telling {}", telling.id);
    let form = form::write(&name, &TellingForm::from(telling))?;
    batch.put(Tree::Tellings, key(telling), form);
    Ok(())
}

fn read(key: &[u8], bytes: &[u8]) -> Result<Telling, JournalError> {
    let name = format!("telling {}", String::from_utf8_lossy(key));
    let form: TellingForm = form::read(&name, bytes)?;
    Telling::try_from(form).map_err(|why| form::unreadable(&name, &why))
}
