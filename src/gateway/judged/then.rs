//! What was known when a mail was decided on? The journal of today without what came of that mail and after it, and what was recorded where
//! the journal forgets.

use super::super::{Past, stored_about};
use crate::autonomy::{ArticleName, Earned};
use crate::compose::Gathered;
use crate::decide::{EarlierTicket, History, LastHour, NotLeft, Repeats};
use crate::journal::{Journal, JournalError, JudgedOn, Said};
use crate::letter::SentLetter;
use crate::mail::{Address, MailIdentity, MessageId};
use crate::ticket::thread::KnownMessage;
use crate::ticket::{Event, Ticket, TicketId};
use jiff::Timestamp;

/// The most earlier tickets that a decision is told of.
const EARLIER_TICKETS_MAX: usize = 5;

/// The past as it was when a mail was decided on.
pub(super) struct Then<'a> {
    pub(super) journal: &'a Journal,
    pub(super) identity: MailIdentity,
    pub(super) recorded: &'a JudgedOn,
}

impl Then<'_> {
    /// The ticket without what came of this mail and after it.
    fn before(&self, mut ticket: Ticket) -> Option<Ticket> {
        let at = self.recorded.at;
        let end = ticket
            .events
            .iter()
            .position(|timed| timed.at > at || timed.cause == Some(self.identity));
        ticket.events.truncate(end.unwrap_or(ticket.events.len()));
        (!ticket.events.is_empty()).then_some(ticket)
    }

    fn was_ours(&self, id: &MessageId) -> Result<bool, JournalError> {
        let record = self.journal.effect(id)?;
        Ok(record.is_some_and(|record| record.recorded_at < self.recorded.at))
    }
}

impl Past for Then<'_> {
    fn known_message(&self, id: &MessageId) -> Result<Option<KnownMessage>, JournalError> {
        let Some(known) = self.journal.known_message(id)? else {
            return Ok(None);
        };
        if self.journal.own_mail(id)? {
            return Ok(self.was_ours(id)?.then_some(known));
        }
        let ticket = self.ticket(&known.ticket)?;
        let knows = ticket.is_some_and(|ticket| {
            let mut mails = ticket.events.iter().filter_map(|timed| timed.event.mail());
            mails.any(|mail| mail.message_id.as_ref() == Some(id))
        });
        Ok(knows.then_some(known))
    }
    fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, JournalError> {
        Ok(self
            .journal
            .ticket(id)?
            .and_then(|ticket| self.before(ticket)))
    }
    fn history(&self, sender: &Address, _now: Timestamp) -> Result<History, JournalError> {
        let [sender_day, domain_hour, domain_day, all_hour, all_day] = self.recorded.automatic;
        let mut earlier = Vec::new();
        for ticket in self.journal.tickets_of(sender)?.into_iter().rev() {
            let Some(ticket) = self.before(ticket) else {
                continue;
            };
            if let Some(first) = ticket.events.first()
                && let Event::Opened { subject, .. } = &first.event
                && earlier.len() < EARLIER_TICKETS_MAX
            {
                earlier.push(EarlierTicket {
                    id: ticket.id.clone(),
                    subject: subject.clone(),
                    status: ticket.status().in_words(),
                    opened_at: first.at,
                });
            }
        }
        Ok(History {
            automation_refused: self.recorded.refuses_automation,
            automatic_to_sender_in_day: sender_day,
            automatic_to_domain_in_hour: domain_hour,
            automatic_to_domain_in_day: domain_day,
            automatic_in_hour: all_hour,
            automatic_in_day: all_day,
            brake: self.recorded.brake.clone(),
            earlier_tickets: earlier,
            ..History::default()
        })
    }
    fn repeats(&self, _said: &Said, _now: Timestamp) -> Result<Repeats, JournalError> {
        Ok(self.recorded.repeats.clone())
    }
    /// What waits today may have left since, and the other way round.
    fn not_left(&self, _ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError> {
        Ok(self.recorded.not_left.clone())
    }
    /// The brake that was pulled then is in the history: no count pulls it again.
    fn last_hour(&self, _now: Timestamp) -> Result<LastHour, JournalError> {
        Ok(LastHour::default())
    }
    /// Records change with each mail that people judge.
    fn earned(&self, _articles: &[ArticleName]) -> Result<Earned, JournalError> {
        Ok(self.recorded.earned.clone())
    }
    fn free_ticket_id(&self, identity: &MailIdentity) -> Result<TicketId, JournalError> {
        self.journal.free_ticket_id(identity)
    }
    /// A letter is kept for five weeks: later an answer to it is not recognised as one any more.
    fn letter(&self, id: &MessageId) -> Result<Option<SentLetter>, JournalError> {
        let mut letter = self.journal.letter(id)?;
        if let Some(letter) = &mut letter {
            letter.answers.retain(|answer| answer.at < self.recorded.at);
        }
        Ok(letter)
    }
    fn own_mail(&self, id: &MessageId) -> Result<bool, JournalError> {
        self.was_ours(id)
    }
    fn bytes_of(&self, id: &MessageId) -> Result<Option<Vec<u8>>, JournalError> {
        self.journal.bytes_of(id)
    }
    fn gathered_about(&self, address: &Address) -> Result<Option<Gathered>, JournalError> {
        stored_about::gather(self.journal, address).map(Some)
    }
}
