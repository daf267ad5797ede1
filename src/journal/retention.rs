//! What was kept long enough goes: words first, then whole stories. Looks at a bounded number of tickets at a time, so that mail does not
//! wait for it; nothing goes of a ticket in which somebody still has to act.

use super::form::EffectForm;
use super::gone::Days;
use super::redact::without_texts;
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{Journal, JournalError, form, history, place};
use crate::mail::MessageId;
use crate::ticket::{Event, Ticket};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// So many rows of the limits are looked at, and dropped, at once.
const AUTOMATIC_AT_ONCE: usize = 1_000;

/// Until when what is old was recorded. `None`: that kind is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Words of mails, details, notes and answers in tickets in which nothing happened since.
    pub texts_since: Option<Timestamp>,
    /// Whole stories of tickets in which nothing happened since.
    pub tickets_since: Option<Timestamp>,
    /// Counts of days before.
    pub counts_since: Option<Timestamp>,
    /// What counts automatic mails for the limits: no limit looks further back.
    pub limits_since: Option<Timestamp>,
}

/// How far a look through all tickets came, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Begin here the next time; `None` where all were looked at.
    pub next: Option<Vec<u8>>,
    /// So many tickets lost their words.
    pub texts: usize,
    /// So many tickets went.
    pub tickets: usize,
}

impl Journal {
    /// Drops what is old among at most `max` tickets from `from` on; in the first look of a round counts as well.
    ///
    /// # Errors
    /// [`JournalError`]; what was dropped before it stays so.
    pub fn drop_old(
        &self,
        keep: &Keep,
        from: Option<Vec<u8>>,
        max: usize,
    ) -> Result<Looked, JournalError> {
        let _writing = self.lock();
        let mut looked = Looked::default();
        if let (None, Some(since)) = (&from, keep.counts_since) {
            self.drop_counts(since)?;
        }
        if let (None, Some(since)) = (&from, keep.limits_since) {
            self.drop_automatic_before(since)?;
        }
        // A ticket that was opened later cannot be older.
        let latest = keep.texts_since.max(keep.tickets_since);
        let Some(latest) = latest else {
            return Ok(looked);
        };
        let from = from.unwrap_or_default();
        let until = place::time(latest);
        let rows = (self.store).scan(
            Tree::TicketsByTime,
            &from,
            Some(&until),
            Order::Upwards,
            max,
        )?;
        if let Some((last, _)) = rows.last().filter(|_| rows.len() == max) {
            let mut next = last.clone();
            next.push(0);
            looked.next = Some(next);
        }
        for (key, _) in rows {
            let Some(id) = place::ticket_id(place::after_time(&key)) else {
                continue;
            };
            let Some(ticket) = self.ticket(&id)? else {
                continue;
            };
            let last = ticket.events.last().map(|timed| timed.at);
            let is_older = |since: Option<Timestamp>| {
                since.zip(last).is_some_and(|(since, last)| last < since)
            };
            if somebody_must_act(&ticket) {
                continue;
            }
            if is_older(keep.tickets_since) {
                looked.tickets += usize::from(self.drop_ticket(&ticket)?);
            } else if is_older(keep.texts_since) {
                looked.texts += usize::from(self.drop_texts(&ticket)?);
            }
        }
        Ok(looked)
    }

    /// Whoever never writes again leaves rows that nothing else would clear away.
    fn drop_automatic_before(&self, since: Timestamp) -> Result<(), JournalError> {
        let mut from = Vec::new();
        loop {
            let rows = (self.store).scan(
                Tree::Automatic,
                &from,
                None,
                Order::Upwards,
                AUTOMATIC_AT_ONCE,
            )?;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            from.clone_from(last);
            from.push(0);
            let mut batch = Batch::of(Act::Retention);
            for (key, _) in rows {
                let at = history::automatic_at(&key);
                if at.is_some_and(|at| at < since) {
                    batch.delete(Tree::Automatic, key);
                }
            }
            if !batch.is_empty() {
                self.store.commit(batch, Outlives::Process)?;
            }
        }
    }

    fn drop_counts(&self, since: Timestamp) -> Result<(), JournalError> {
        let mut batch = Batch::of(Act::Retention);
        let until = since.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
        let rows = (self.store).scan(
            Tree::Counts,
            &[],
            Some(until.as_bytes()),
            Order::Upwards,
            usize::MAX,
        )?;
        for (key, _) in rows {
            batch.delete(Tree::Counts, key);
        }
        match batch.is_empty() {
            true => Ok(()),
            false => self.store.commit(batch, Outlives::Process),
        }
    }

    /// False where a mail of ours in it is not settled yet.
    fn drop_ticket(&self, ticket: &Ticket) -> Result<bool, JournalError> {
        let mut batch = Batch::of(Act::Retention);
        let mut days = Days::new();
        for id in own_mails(ticket) {
            let Some((record, _)) = self.record_of(&id)? else {
                continue;
            };
            if !record.state.is_settled() {
                return Ok(false);
            }
            Self::drop_effect(&record, &mut batch);
            history::drop_automatic_of(&record, &mut batch);
        }
        self.drop_story(ticket, &mut days, &mut batch)?;
        self.add_counts(days, &mut batch)?;
        self.store.commit(batch, Outlives::Process)?;
        Ok(true)
    }

    /// False where there are none any more.
    fn drop_texts(&self, ticket: &Ticket) -> Result<bool, JournalError> {
        let mut batch = Batch::of(Act::Retention);
        for (key, bytes) in self.story_rows(&ticket.id)? {
            if let Some(left) = without_texts(&bytes) {
                batch.put(Tree::Events, key, left);
            }
        }
        for id in own_mails(ticket) {
            let Some((mut record, delivery)) = self.record_of(&id)? else {
                continue;
            };
            if record.state.is_settled() && !record.subject.is_empty() {
                record.subject.clear();
                let key = format!("effect {id}");
                let form = EffectForm::new(&record, &delivery);
                batch.put(
                    Tree::Effects,
                    id.as_str().as_bytes(),
                    form::write(&key, &form)?,
                );
            }
        }
        if batch.is_empty() {
            return Ok(false);
        }
        self.store.commit(batch, Outlives::Process)?;
        Ok(true)
    }
}

/// A ticket in which anybody is owed something is kept however old it is.
fn somebody_must_act(ticket: &Ticket) -> bool {
    use crate::ticket::Status;
    let is_owed = match ticket.status() {
        Status::Answered | Status::WaitsForCustomer | Status::Closed => false,
        Status::WaitsForApproval(_) | Status::ForwardWaits(_) | Status::NotDelivered(_) => true,
        Status::Open | Status::WithPerson(_) => !ticket.has_last_word(),
    };
    is_owed || ticket.waits_for_a_moment() || !ticket.gathered_unheard().is_empty()
}

fn own_mails(ticket: &Ticket) -> BTreeSet<MessageId> {
    let own = ticket.events.iter().filter_map(|timed| match &timed.event {
        Event::Wrote { message_id, .. } | Event::MailWithdrawn { message_id, .. } => {
            Some(message_id.clone())
        }
        _ => None,
    });
    own.collect()
}
