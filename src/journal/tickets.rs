//! What the journal knows of tickets, and which Message-IDs name them.

use super::form::{self, MessageForm, TimedEventForm};
use super::store::{Act, Batch, Order, Outlives, Tree, end_of_prefix};
use super::{AsItStood, Journal, JournalError, place};
use crate::mail::{MailIdentity, MessageId};
use crate::ticket::thread::{KnownAuthor, KnownMessage};
use crate::ticket::{Event, Ticket, TicketId, TimedEvent, Waiting};
use jiff::{SignedDuration, Timestamp};

/// The most events of one ticket that are read.
const EVENTS_MAX: usize = 100_000;

/// The most tickets with a deadline that are looked at in one round.
const DEADLINES_MAX: usize = 100_000;

/// The key that says that older tickets were looked at; no ticket's reference.
const INDEXED: &[u8] = b"-indexed-with-own-times";

/// A wait without a told time that began before an older program was replaced is minded where it is no older: what has lain for longer was
/// settled by other means or given up, and hundreds of mails about it on one day would help nobody.
const OLD_WAIT_MAX: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How many references are tried for a mail that opens a ticket. (50 bits each: the second is hardly ever needed.)
const TICKET_ID_ATTEMPTS: u32 = 1000;

impl Journal {
    /// A ticket with all its events.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, JournalError> {
        let events = self.events_of(id, EVENTS_MAX)?;
        Ok((!events.is_empty()).then(|| Ticket {
            id: id.clone(),
            events,
        }))
    }

    /// What was kept aside last, at most so many, oldest first: each with the ticket that it names or would have opened.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn kept_aside(&self, max: usize) -> Result<Vec<(TicketId, TimedEvent)>, JournalError> {
        let mut rows = self
            .store
            .scan(Tree::KeptAside, &[], None, Order::Downwards, max)?;
        rows.reverse();
        let mut found = Vec::with_capacity(rows.len());
        for (key, _) in rows {
            let Some(ticket) = place::ticket_id(place::after_time(&key)) else {
                continue;
            };
            let events = self.events_of(&ticket, EVENTS_MAX)?.into_iter();
            // A key holds less of a moment than the event does.
            let aside = events.filter(|timed| {
                matches!(timed.event, Event::KeptAside { .. })
                    && key.starts_with(&place::time(timed.at))
            });
            found.extend(aside.map(|timed| (ticket.clone(), timed)));
        }
        Ok(found)
    }

    /// At most so many tickets, the newest first.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn tickets(&self, newest_first_max: usize) -> Result<Vec<Ticket>, JournalError> {
        let rows = self.store.scan(
            Tree::TicketsByTime,
            &[],
            None,
            Order::Downwards,
            newest_first_max,
        )?;
        let mut tickets = Vec::with_capacity(rows.len());
        for (key, _) in rows {
            if let Some(id) = place::ticket_id(place::after_time(&key)) {
                tickets.extend(self.ticket(&id)?);
            }
        }
        Ok(tickets)
    }

    /// The tickets that were opened from this moment on, one after the other, oldest first; at most so many. Whether these were all.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn each_ticket_opened_from(
        &self,
        from: Timestamp,
        max: usize,
        mut each: impl FnMut(&Ticket),
    ) -> Result<bool, JournalError> {
        let from = place::time(from);
        let rows = (self.store).scan(Tree::TicketsByTime, &from, None, Order::Upwards, max)?;
        for (key, _) in &rows {
            if let Some(id) = place::ticket_id(place::after_time(key))
                && let Some(ticket) = self.ticket(&id)?
            {
                each(&ticket);
            }
        }
        Ok(rows.len() < max)
    }

    /// The tickets that were opened last, one after the other, the newest first; at most so many.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn each_of_the_newest_tickets(
        &self,
        max: usize,
        mut each: impl FnMut(&Ticket),
    ) -> Result<(), JournalError> {
        let rows = (self.store).scan(Tree::TicketsByTime, &[], None, Order::Downwards, max)?;
        for (key, _) in &rows {
            if let Some(id) = place::ticket_id(place::after_time(key))
                && let Some(ticket) = self.ticket(&id)?
            {
                each(&ticket);
            }
        }
        Ok(())
    }

    /// Tickets that may wait for a moment: something began in them that people must see to in time, and it is not yet seen to be over.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn with_deadlines(&self) -> Result<Vec<TicketId>, JournalError> {
        let rows = (self.store).scan(Tree::Deadlines, &[], None, Order::Upwards, DEADLINES_MAX)?;
        Ok(rows
            .iter()
            .filter_map(|(key, _)| place::ticket_id(key))
            .collect())
    }

    /// Once in the life of a store: tickets that an older program wrote are found by their open promises, and by the customers who have
    /// waited untold for at most two weeks before `now`.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn index_deadlines_once(&self, now: Timestamp) -> Result<(), JournalError> {
        let _writing = self.lock();
        if self.store.get(Tree::Deadlines, INDEXED)?.is_some() {
            return Ok(());
        }
        let mut batch = Batch::of(Act::Deadline);
        for ticket in self.tickets(DEADLINES_MAX)? {
            let old = |wait: Waiting| now.duration_since(wait.counts_from) > OLD_WAIT_MAX;
            if ticket.waits_for_a_moment() && !ticket.waits_untold().is_some_and(old) {
                batch.put(Tree::Deadlines, ticket.id.compact().as_bytes(), Vec::new());
            }
        }
        batch.put(Tree::Deadlines, INDEXED, Vec::new());
        self.store.commit(batch, Outlives::PowerCut)
    }

    /// A ticket waits for nothing any more, as long as its story has gained nothing since it was looked at.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn forget_deadline(&self, stood: &AsItStood) -> Result<(), JournalError> {
        let _writing = self.lock();
        let (events, _) = self.latest_events(&stood.ticket, 1)?;
        if usize::try_from(events).unwrap_or(usize::MAX) != stood.events {
            return Ok(());
        }
        let mut batch = Batch::of(Act::Deadline);
        batch.delete(Tree::Deadlines, stood.ticket.compact().as_bytes());
        self.store.commit(batch, Outlives::Process)
    }

    /// How many tickets there are.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn count_tickets(&self) -> Result<usize, JournalError> {
        self.store.count(Tree::TicketsByTime)
    }

    /// The ticket that a Message-ID belongs to, whether we wrote it or somebody else.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn known_message(&self, id: &MessageId) -> Result<Option<KnownMessage>, JournalError> {
        // Ours first: nobody else may take a name that we gave.
        if let Some((record, _)) = self.record_of(id)? {
            let (Some(ticket), Some(party)) = (record.ticket, record.party) else {
                return Ok(None);
            };
            // What went to several people at once is held by more than its party: it proves nothing.
            let proves = self.still_proves(record.recorded_at)?;
            let author = match record.recipients.len() {
                0 | 1 if proves => KnownAuthor::UsTo(party),
                _ => KnownAuthor::Other,
            };
            return Ok(Some(KnownMessage { ticket, author }));
        }
        let Some(bytes) = self.store.get(Tree::Messages, id.as_str().as_bytes())? else {
            return Ok(None);
        };
        let key = format!("message {id}");
        let form: MessageForm = form::read(&key, &bytes)?;
        let ticket = TicketId::try_from(form).map_err(|why| form::unreadable(&key, &why))?;
        Ok(Some(KnownMessage {
            ticket,
            author: KnownAuthor::Other,
        }))
    }

    /// The reference of the ticket that this mail opens: the same each time it is asked, and never another mail's.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn free_ticket_id(&self, identity: &MailIdentity) -> Result<TicketId, JournalError> {
        for attempt in 0..TICKET_ID_ATTEMPTS {
            let id = TicketId::for_mail(identity, attempt);
            let first = self.events_of(&id, 1)?.into_iter().next();
            let is_ours = match first.map(|timed| timed.event) {
                None => true,
                Some(Event::Opened { mail, .. }) => mail.identity == *identity,
                Some(_) => false,
            };
            if is_ours {
                return Ok(id);
            }
        }
        Err(JournalError::State(format!(
            "no free ticket reference was found for mail {identity}"
        )))
    }

    /// The last events of a ticket, oldest first, and the number of the next one.
    pub(super) fn latest_events(
        &self,
        id: &TicketId,
        max: usize,
    ) -> Result<(u32, Vec<TimedEvent>), JournalError> {
        let prefix = id.compact().as_bytes();
        let end = end_of_prefix(prefix);
        let rows =
            (self.store).scan(Tree::Events, prefix, end.as_deref(), Order::Downwards, max)?;
        let last = rows.first().map(|(key, _)| {
            place::event_number(key).ok_or_else(|| form::unreadable("event", "its key is damaged"))
        });
        let next = last.transpose()?.map_or(0, |last| last.saturating_add(1));
        let name = format!("event of ticket {id}");
        let rows = rows.into_iter().rev();
        let events = rows.map(|(_, bytes)| read_event(&name, &bytes));
        Ok((next, events.collect::<Result<_, _>>()?))
    }

    /// The first events of a ticket.
    pub(super) fn events_of(
        &self,
        id: &TicketId,
        max: usize,
    ) -> Result<Vec<TimedEvent>, JournalError> {
        let prefix = id.compact().as_bytes();
        let rows = self.store.scan(
            Tree::Events,
            prefix,
            end_of_prefix(prefix).as_deref(),
            Order::Upwards,
            max,
        )?;
        let name = format!("event of ticket {id}");
        let rows = rows.into_iter();
        rows.map(|(_, bytes)| read_event(&name, &bytes)).collect()
    }
}

fn read_event(name: &str, bytes: &[u8]) -> Result<TimedEvent, JournalError> {
    let form: TimedEventForm = form::read(name, bytes)?;
    TimedEvent::try_from(form).map_err(|why| form::unreadable(name, &why))
}
