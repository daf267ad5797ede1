//! A ticket's whole story goes, and counts stay: how many tickets a day, what was decided, which rules handed off. Everything that leads to
//! the story goes with it: indexes, Message-IDs, our mails.

use super::effects::waits_no_more;
use super::form::{self, CountsForm, Delivery, HandledForm};
use super::store::{Batch, Order, Row, Tree, end_of_prefix};
use super::{EffectRecord, EffectState, Journal, JournalError, place, unsettled};
use crate::mail::{MailIdentity, MessageId};
use crate::ticket::{Event, PromiseOutcome, Ticket, TicketId};
use std::collections::{BTreeMap, BTreeSet};

/// Counts by day.
pub(super) type Days = BTreeMap<String, BTreeMap<String, u64>>;

impl Journal {
    /// Counts of stories that went, by the day on which the tickets were opened.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn counts_of_gone(&self) -> Result<Days, JournalError> {
        let rows = (self.store).scan(Tree::Counts, &[], None, Order::Upwards, usize::MAX)?;
        let mut days = Days::new();
        for (key, bytes) in rows {
            let day = String::from_utf8_lossy(&key).into_owned();
            let form: CountsForm = form::read(&format!("counts of {day}"), &bytes)?;
            let _ = days.insert(day, form.counts);
        }
        Ok(days)
    }

    /// Adds to the counts that are kept.
    pub(super) fn add_counts(&self, days: Days, batch: &mut Batch) -> Result<(), JournalError> {
        for (day, new) in days {
            let key = format!("counts of {day}");
            let mut form = match self.store.get(Tree::Counts, day.as_bytes())? {
                Some(bytes) => form::read(&key, &bytes)?,
                None => CountsForm::default(),
            };
            for (what, count) in new {
                *form.counts.entry(what).or_default() += count;
            }
            batch.put(Tree::Counts, day.into_bytes(), form::write(&key, &form)?);
        }
        Ok(())
    }

    /// A ticket's events as they are stored.
    pub(super) fn story_rows(&self, ticket: &TicketId) -> Result<Vec<Row>, JournalError> {
        let prefix = ticket.compact().as_bytes();
        let end = end_of_prefix(prefix);
        (self.store).scan(
            Tree::Events,
            prefix,
            end.as_deref(),
            Order::Upwards,
            usize::MAX,
        )
    }

    /// The story of a ticket and everything that leads to it goes. Our mails about it: see [`Journal::drop_effect`].
    pub(super) fn drop_story(
        &self,
        ticket: &Ticket,
        days: &mut Days,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let prefix = ticket.id.compact().as_bytes();
        for (key, _) in self.story_rows(&ticket.id)? {
            batch.delete(Tree::Events, key);
        }
        batch.delete(Tree::Deadlines, prefix);
        let mut mails: BTreeSet<MailIdentity> = BTreeSet::new();
        for timed in &ticket.events {
            mails.extend(timed.cause);
            if let Event::Opened { customer, .. } = &timed.event {
                let name = place::timed(timed.at, prefix);
                let mut by_customer = place::of_address(&customer.address);
                by_customer.extend_from_slice(&name);
                batch.delete(Tree::TicketsByTime, name);
                batch.delete(Tree::TicketsByCustomer, by_customer);
            }
            if let Some(mail) = timed.event.mail() {
                let _ = mails.insert(mail.identity);
                if let Some(id) = &mail.message_id {
                    batch.delete(Tree::Messages, id.as_str().as_bytes());
                }
            }
        }
        for mail in mails {
            self.detach_mail(&mail, batch)?;
        }
        count(ticket, days);
        Ok(())
    }

    /// That the mail was handled stays, so that it is not handled again; to which ticket it belonged goes.
    fn detach_mail(&self, mail: &MailIdentity, batch: &mut Batch) -> Result<(), JournalError> {
        batch.delete(Tree::Judgements, mail.0);
        if let Some(mut handled) = self.handled(mail)? {
            handled.ticket = None;
            handled.tags = Vec::new();
            // The domain of who wrote stands in it.
            handled.checked = None;
            let key = format!("mail {mail}");
            let form = form::write(&key, &HandledForm::from(&handled))?;
            batch.put(Tree::Mails, mail.0, form);
        }
        Ok(())
    }

    /// A mail of ours goes: its record, its bytes, and whatever it is found by.
    pub(super) fn drop_effect(record: &EffectRecord, batch: &mut Batch) {
        let name = record.message_id.as_str().as_bytes();
        batch.delete(Tree::Effects, name);
        batch.delete(Tree::EffectBytes, name);
        batch.delete(Tree::Untold, name);
        unsettled::forget(record, batch);
        match &record.state {
            EffectState::Waiting { due } => waits_no_more(record, *due, batch),
            EffectState::InDoubt { .. } => batch.delete(Tree::InDoubt, name),
            EffectState::GivenUp { at, .. } => {
                batch.delete(Tree::GivenUp, place::timed(*at, name));
            }
            EffectState::Sent { at } | EffectState::Withdrawn { at, .. } => {
                batch.delete(Tree::SentBytes, place::timed(*at, name));
            }
        }
    }

    /// All mails of ours, without their bytes.
    pub(super) fn all_effects(&self) -> Result<Vec<(EffectRecord, Delivery)>, JournalError> {
        let rows = (self.store).scan(Tree::Effects, &[], None, Order::Upwards, usize::MAX)?;
        let mut all = Vec::with_capacity(rows.len());
        for (key, _) in rows {
            let id = place::message_id(&key)
                .ok_or_else(|| form::unreadable("effect", "its key is damaged"))?;
            all.extend(self.record_of(&id)?);
        }
        Ok(all)
    }

    /// What counts automatic mails for the limits goes with them.
    pub(super) fn drop_automatic(
        &self,
        dropped: &BTreeSet<MessageId>,
        prefix: &[u8],
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let names: BTreeSet<&[u8]> = dropped.iter().map(|id| id.as_str().as_bytes()).collect();
        let rows = (self.store).scan(Tree::Automatic, &[], None, Order::Upwards, usize::MAX)?;
        for (key, _) in rows {
            let whom = key
                .iter()
                .position(|byte| *byte == 0)
                .map_or(0, |end| end + 1);
            let name = key.get(whom + 8..).unwrap_or_default();
            // What all customers together got is nobody's.
            let is_of_all = key.starts_with(b"all\0");
            if key.starts_with(prefix) || (names.contains(name) && !is_of_all) {
                batch.delete(Tree::Automatic, key);
            }
        }
        Ok(())
    }
}

/// What a story comes to in numbers.
fn count(ticket: &Ticket, days: &mut Days) {
    let Some(opened) = ticket.events.first() else {
        return;
    };
    let day = opened
        .at
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
        .to_string();
    let counts = days.entry(day).or_default();
    let mut add = |what: String| *counts.entry(what).or_default() += 1;
    add("tickets".to_owned());
    for timed in &ticket.events {
        match &timed.event {
            Event::Decided {
                decision, reasons, ..
            } => {
                add(format!("decided {decision}"));
                if let (true, Some((rule, _))) = (*decision == "handoff", reasons.first()) {
                    add(format!("handed off by {rule}"));
                }
            }
            Event::StaffReplied { .. } => add("staff replied".to_owned()),
            Event::DraftApproved { .. } => add("draft approved".to_owned()),
            Event::DraftRefused { .. } => add("draft refused".to_owned()),
            _ => {}
        }
    }
    for promise in ticket.promises() {
        match promise.outcome {
            PromiseOutcome::Kept => add("promise kept".to_owned()),
            PromiseOutcome::Broken => add("promise broken".to_owned()),
            PromiseOutcome::Open | PromiseOutcome::Withdrawn => {}
        }
    }
}
