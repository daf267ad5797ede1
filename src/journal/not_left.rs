//! Which mails to the customer of a ticket have not left? What a judgement must know, so that nothing counts as read that nobody could read.

use super::form::Delivery;
use super::{EffectRecord, EffectState, Journal, JournalError};
use crate::decide::{NotLeft, Standing};
use crate::mail::Address;
use crate::report;
use crate::ticket::{Event, Ticket, is_to_be_read};

/// So many of the latest mails of a ticket are looked at.
const LOOKED_AT_MAX: usize = 50;

/// So much of the server's words is kept, in characters.
const WHY_CHARACTERS: usize = 200;

impl Journal {
    /// The mails of this ticket that its customer cannot have read, the latest last.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn not_left(&self, ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError> {
        let customer = ticket.customer().map(|customer| &customer.address);
        let mut found = Vec::new();
        let written = ticket.events.iter().rev();
        let written = written.filter_map(|timed| match &timed.event {
            Event::Wrote {
                message_id,
                purpose,
                to,
                ..
            } if is_to_be_read(*purpose) => Some((message_id, to)),
            _ => None,
        });
        for (mail, to) in written.take(LOOKED_AT_MAX) {
            let Some((record, delivery)) = self.record_of(mail)? else {
                continue;
            };
            let reader = customer.filter(|customer| to.iter().any(|to| to.is_same_as(customer)));
            if let Some(reader) = reader.or(to.first())
                && let Some((standing, why)) = standing(&record, &delivery, reader)
            {
                let why = why.map(|why| {
                    let why = report::without_addresses(&why);
                    why.chars().take(WHY_CHARACTERS).collect()
                });
                found.push(NotLeft {
                    mail: mail.clone(),
                    standing,
                    why,
                });
            }
        }
        found.reverse();
        Ok(found)
    }
}

/// How it stands with a mail for one of its recipients; `None` where it has left for them, or was withdrawn.
fn standing(
    record: &EffectRecord,
    delivery: &Delivery,
    reader: &Address,
) -> Option<(Standing, Option<String>)> {
    let lost = delivery.lost.iter();
    if let Some(lost) = lost.rev().find(|lost| lost.recipient.is_same_as(reader)) {
        return Some((Standing::GivenUp, Some(lost.why.clone())));
    }
    // Who is no longer among those to be reached has it.
    if !record.recipients.iter().any(|to| to.is_same_as(reader)) {
        return None;
    }
    let last = || record.last_failure.clone();
    match &record.state {
        EffectState::Waiting { .. } => Some((Standing::Waits, last())),
        EffectState::InDoubt { .. } => Some((Standing::InDoubt, last())),
        EffectState::GivenUp { why, .. } => Some((Standing::GivenUp, Some(why.clone()))),
        EffectState::Sent { .. } | EffectState::Withdrawn { .. } => None,
    }
}
