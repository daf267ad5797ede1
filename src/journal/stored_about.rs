//! What is stored about a person? Everything that forgetting them would remove.

use super::redact::Person;
use super::store::{Order, Tree};
use super::{EffectRecord, Journal, JournalError, form, place};
use crate::learning::Lesson;
use crate::mail::Address;
use crate::ticket::{Ticket, TicketId, TimedEvent};
use std::collections::BTreeSet;

/// So many events are looked through for a name; a desk of years has as many.
const EVENTS_LOOKED_AT: usize = 500_000;
/// So many events are read at once.
const EVENTS_AT_ONCE: usize = 1_000;

/// What is stored about a person.
#[derive(Clone, Debug, Default)]
pub struct StoredAbout {
    /// Their tickets, the oldest first.
    pub tickets: Vec<Ticket>,
    /// Events of other people's tickets that name them.
    pub elsewhere: Vec<(TicketId, TimedEvent)>,
    /// Mails of ours to them, without their bytes.
    pub mails: Vec<EffectRecord>,
    /// What confirmations taught with their words.
    pub lessons: Vec<Lesson>,
    /// They said `STOP`.
    pub refuses_automation: bool,
}

impl Journal {
    /// What is stored about a person, by their address.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn stored_about(&self, address: &Address) -> Result<StoredAbout, JournalError> {
        let person = Person::of(address);
        let tickets = self.tickets_of(address)?;
        let own: BTreeSet<&TicketId> = tickets.iter().map(|ticket| &ticket.id).collect();
        let mut mails = Vec::new();
        for (record, _) in self.all_effects()? {
            if record.recipients.iter().any(|to| person.is(to)) {
                mails.push(record);
            }
        }
        mails.sort_by_key(|mail| mail.recorded_at);
        let mut lessons = self.lessons()?;
        lessons.retain(|lesson| own.contains(&lesson.ticket) || person.is_named_in(&lesson.text));
        let key = address.key();
        let refuses = self
            .store
            .get(Tree::AutomationRefused, key.as_bytes())?
            .is_some()
            || self.refused_before_forgotten(address)?;
        Ok(StoredAbout {
            elsewhere: self.named_elsewhere(&own, &person)?,
            refuses_automation: refuses,
            mails,
            lessons,
            tickets,
        })
    }

    fn named_elsewhere(
        &self,
        own: &BTreeSet<&TicketId>,
        person: &Person,
    ) -> Result<Vec<(TicketId, TimedEvent)>, JournalError> {
        let mut found = Vec::new();
        let mut from = Vec::new();
        for _ in 0..EVENTS_LOOKED_AT / EVENTS_AT_ONCE {
            let rows =
                (self.store).scan(Tree::Events, &from, None, Order::Upwards, EVENTS_AT_ONCE)?;
            let Some((last, _)) = rows.last() else { break };
            from.clone_from(last);
            from.push(0);
            for (key, bytes) in rows {
                let name = key.get(..key.len().saturating_sub(4)).unwrap_or_default();
                let Some(ticket) = place::ticket_id(name).filter(|id| !own.contains(id)) else {
                    continue;
                };
                if person.is_named_in(&String::from_utf8_lossy(&bytes)) {
                    let key = format!("event of ticket {ticket}");
                    let form: form::TimedEventForm = form::read(&key, &bytes)?;
                    let timed =
                        TimedEvent::try_from(form).map_err(|why| form::unreadable(&key, &why))?;
                    found.push((ticket, timed));
                }
            }
        }
        Ok(found)
    }
}
