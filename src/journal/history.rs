//! What a decision may know beyond the ticket: earlier tickets, `STOP`, and how many automatic mails have left.

use super::form;
use super::store::{Batch, Order, Tree, end_of_prefix};
use super::{EffectRecord, Journal, JournalError, place};
use crate::compose::{EnvelopeSender, Purpose};
use crate::decide::{EarlierTicket, History};
use crate::mail::Address;
use crate::ticket::{Event, Party};
use jiff::{SignedDuration, Timestamp};

pub(super) const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The most earlier tickets that are told.
const EARLIER_TICKETS_MAX: usize = 5;

/// More automatic mails than this are not counted: every limit is below it.
const COUNTED_MAX: usize = 100_000;

/// How many old entries one new mail clears away.
const PRUNED_MAX: usize = 64;

impl Journal {
    /// What happened before, outside the ticket.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn history(&self, sender: &Address, now: Timestamp) -> Result<History, JournalError> {
        Ok(History {
            automation_refused: (self.store)
                .get(Tree::AutomationRefused, sender.key().as_bytes())?
                .is_some()
                || self.refused_before_forgotten(sender)?,
            automatic_to_sender_in_day: self.automatic_since(&to_address(sender), now, DAY)?,
            automatic_to_domain_in_hour: self.automatic_since(&to_domain(sender), now, HOUR)?,
            automatic_to_domain_in_day: self.automatic_since(&to_domain(sender), now, DAY)?,
            automatic_in_hour: self.automatic_to_anybody_from(self.counts_from(now)?)?,
            automatic_in_day: self.automatic_since(TO_ANYBODY, now, DAY)?,
            brake: self.brake(now)?,
            earlier_tickets: self.earlier_tickets(sender)?,
            ..History::default()
        })
    }

    fn earlier_tickets(&self, sender: &Address) -> Result<Vec<EarlierTicket>, JournalError> {
        let prefix = place::of_address(sender);
        let rows = self.store.scan(
            Tree::TicketsByCustomer,
            &prefix,
            end_of_prefix(&prefix).as_deref(),
            Order::Downwards,
            EARLIER_TICKETS_MAX,
        )?;
        let mut earlier = Vec::with_capacity(rows.len());
        for (key, _) in rows {
            let name = key.get(prefix.len() + 8..).unwrap_or_default();
            let Some(id) = place::ticket_id(name) else {
                return Err(form::unreadable("ticket by customer", "its key is damaged"));
            };
            let Some(ticket) = self.ticket(&id)? else {
                continue;
            };
            let Some(first) = ticket.events.first() else {
                continue;
            };
            if let Event::Opened { subject, .. } = &first.event {
                earlier.push(EarlierTicket {
                    id,
                    subject: subject.clone(),
                    status: ticket.status().in_words(),
                    opened_at: first.at,
                });
            }
        }
        Ok(earlier)
    }

    fn automatic_since(
        &self,
        whom: &[u8],
        now: Timestamp,
        span: SignedDuration,
    ) -> Result<u32, JournalError> {
        self.automatic_from(whom, before(now, span))
    }

    /// Automatic mails to anybody since then.
    pub(super) fn automatic_to_anybody_from(&self, since: Timestamp) -> Result<u32, JournalError> {
        self.automatic_from(TO_ANYBODY, since)
    }

    fn automatic_from(&self, whom: &[u8], since: Timestamp) -> Result<u32, JournalError> {
        let mut from = whom.to_vec();
        from.extend_from_slice(&place::time(since));
        let rows = self.store.scan(
            Tree::Automatic,
            &from,
            end_of_prefix(whom).as_deref(),
            Order::Upwards,
            COUNTED_MAX,
        )?;
        Ok(u32::try_from(rows.len()).unwrap_or(u32::MAX))
    }

    /// Counts a new effect for the limits, if it is an automatic mail to a customer, and clears old counts away.
    pub(super) fn count_automatic(
        &self,
        record: &EffectRecord,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        if !is_automatic_to_customer(record) {
            return Ok(());
        }
        let mut whom = vec![TO_ANYBODY.to_vec()];
        for recipient in &record.recipients {
            whom.push(to_address(recipient));
            whom.push(to_domain(recipient));
        }
        whom.sort();
        whom.dedup();
        for whom in whom {
            let mut until = whom.clone();
            until.extend_from_slice(&place::time(before(now, DAY)));
            let old = self.store.scan(
                Tree::Automatic,
                &whom,
                Some(&until),
                Order::Upwards,
                PRUNED_MAX,
            )?;
            for (key, _) in old {
                batch.delete(Tree::Automatic, key);
            }
            let mut key = whom;
            key.extend_from_slice(&place::time(now));
            key.extend_from_slice(record.message_id.as_str().as_bytes());
            batch.put(Tree::Automatic, key, Vec::new());
        }
        Ok(())
    }
}

/// The rows that count this mail with what its customer and their domain got. With what all customers together got it stays: that is nobody's.
pub(super) fn drop_automatic_of(record: &EffectRecord, batch: &mut Batch) {
    let customer = match &record.party {
        Some(Party::Customer(address)) => Some(address),
        _ => None,
    };
    for address in record.recipients.iter().chain(customer) {
        for mut key in [to_address(address), to_domain(address)] {
            key.extend_from_slice(&place::time(record.recorded_at));
            key.extend_from_slice(record.message_id.as_str().as_bytes());
            batch.delete(Tree::Automatic, key);
        }
    }
}

/// When the mail was recorded that this row counts.
pub(super) fn automatic_at(key: &[u8]) -> Option<Timestamp> {
    let whom = key.iter().position(|byte| *byte == 0)?;
    place::time_of(key.get(whom + 1..)?)
}

/// The key of all automatic mails. (No address or domain is empty, so it is the beginning of no other.)
const TO_ANYBODY: &[u8] = b"all\0";

pub(super) fn to_address(address: &Address) -> Vec<u8> {
    format!("to {}\0", address.key()).into_bytes()
}

fn to_domain(address: &Address) -> Vec<u8> {
    format!("at {}\0", address.domain()).into_bytes()
}

pub(super) fn before(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_sub(span).unwrap_or(Timestamp::MIN)
}

/// Whether the limits count a mail.
pub(super) fn is_automatic_to_customer(record: &EffectRecord) -> bool {
    record.sender == EnvelopeSender::Null && is_for_customers(record.purpose)
}

/// Limits count what customers get; what staff and admin get is never held back by them.
const fn is_for_customers(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Answer
            | Purpose::Question
            | Purpose::Notice
            | Purpose::StopConfirmation
            | Purpose::Delay
            | Purpose::Told
    )
}
