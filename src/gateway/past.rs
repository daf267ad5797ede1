//! What happened before, as far as a judgement needs it: the journal's answers, or those of a desk that has never seen a mail.

use crate::autonomy::{ArticleName, Earned};
use crate::compose::Gathered;
use crate::decide::{History, LastHour, NotLeft, Repeats};
use crate::journal::{Journal, JournalError, Said};
use crate::letter::SentLetter;
use crate::mail::{Address, MailIdentity, MessageId};
use crate::ticket::thread::KnownMessage;
use crate::ticket::{Ticket, TicketId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What happened before, as far as a judgement needs it.
pub trait Past {
    /// The ticket and author of a Message-ID.
    ///
    /// # Errors
    /// The store could not be read.
    fn known_message(&self, id: &MessageId) -> Result<Option<KnownMessage>, JournalError>;
    /// A ticket with its events.
    ///
    /// # Errors
    /// The store could not be read.
    fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, JournalError>;
    /// What happened with this sender outside the ticket.
    ///
    /// # Errors
    /// The store could not be read.
    fn history(&self, sender: &Address, now: Timestamp) -> Result<History, JournalError>;
    /// The reference for a ticket that this mail opens.
    ///
    /// # Errors
    /// The store could not be read.
    fn free_ticket_id(&self, identity: &MailIdentity) -> Result<TicketId, JournalError>;
    /// The weekly letter of this Message-ID, while it can be answered.
    ///
    /// # Errors
    /// The store could not be read.
    fn letter(&self, id: &MessageId) -> Result<Option<SentLetter>, JournalError>;
    /// Whether we sent a mail with this Message-ID.
    ///
    /// # Errors
    /// The store could not be read.
    fn own_mail(&self, id: &MessageId) -> Result<bool, JournalError>;
    /// How often the same came before.
    ///
    /// # Errors
    /// The store could not be read.
    fn repeats(&self, said: &Said, now: Timestamp) -> Result<Repeats, JournalError>;
    /// Mails of ours in a ticket that its customer cannot have read.
    ///
    /// # Errors
    /// The store could not be read.
    fn not_left(&self, ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError>;
    /// What left within the last hour, and how much of it came back.
    ///
    /// # Errors
    /// The store could not be read.
    fn last_hour(&self, now: Timestamp) -> Result<LastHour, JournalError>;
    /// What these articles have earned, in every language: only asked where that counts.
    ///
    /// # Errors
    /// The store could not be read.
    fn earned(&self, articles: &[ArticleName]) -> Result<Earned, JournalError>;
    /// The exact bytes of a mail of ours, while they are kept.
    ///
    /// # Errors
    /// The store could not be read.
    fn bytes_of(&self, id: &MessageId) -> Result<Option<Vec<u8>>, JournalError>;
    /// Everything that is stored about an address, for whoever asks for it; `None` where nothing is ever stored.
    ///
    /// # Errors
    /// The store could not be read.
    fn gathered_about(&self, address: &Address) -> Result<Option<Gathered>, JournalError>;
}

impl Past for Journal {
    fn known_message(&self, id: &MessageId) -> Result<Option<KnownMessage>, JournalError> {
        Journal::known_message(self, id)
    }
    fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, JournalError> {
        Journal::ticket(self, id)
    }
    fn history(&self, sender: &Address, now: Timestamp) -> Result<History, JournalError> {
        Journal::history(self, sender, now)
    }
    fn free_ticket_id(&self, identity: &MailIdentity) -> Result<TicketId, JournalError> {
        Journal::free_ticket_id(self, identity)
    }
    fn letter(&self, id: &MessageId) -> Result<Option<SentLetter>, JournalError> {
        Journal::letter(self, id)
    }
    fn own_mail(&self, id: &MessageId) -> Result<bool, JournalError> {
        Journal::own_mail(self, id)
    }
    fn repeats(&self, said: &Said, now: Timestamp) -> Result<Repeats, JournalError> {
        Journal::repeats(self, said, now)
    }
    fn not_left(&self, ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError> {
        Journal::not_left(self, ticket)
    }
    fn last_hour(&self, now: Timestamp) -> Result<LastHour, JournalError> {
        Journal::last_hour(self, now)
    }
    fn earned(&self, articles: &[ArticleName]) -> Result<Earned, JournalError> {
        let mut on_record = BTreeMap::new();
        for article in articles {
            if let Some(standing) = self.standing(article)? {
                let _ = on_record.insert(article.clone(), standing);
            }
        }
        Ok(Earned::OnRecord(on_record))
    }
    fn bytes_of(&self, id: &MessageId) -> Result<Option<Vec<u8>>, JournalError> {
        Journal::bytes_of(self, id)
    }
    fn gathered_about(&self, address: &Address) -> Result<Option<Gathered>, JournalError> {
        super::stored_about::gather(self, address).map(Some)
    }
}

/// A desk that has never seen a mail: for `explain` and `evaluate`.
#[derive(Clone, Copy, Debug)]
pub struct NoPast;

impl Past for NoPast {
    fn known_message(&self, _id: &MessageId) -> Result<Option<KnownMessage>, JournalError> {
        Ok(None)
    }
    fn ticket(&self, _id: &TicketId) -> Result<Option<Ticket>, JournalError> {
        Ok(None)
    }
    fn history(&self, _sender: &Address, _now: Timestamp) -> Result<History, JournalError> {
        Ok(History::default())
    }
    fn free_ticket_id(&self, identity: &MailIdentity) -> Result<TicketId, JournalError> {
        Ok(TicketId::for_mail(identity, 0))
    }
    fn letter(&self, _id: &MessageId) -> Result<Option<SentLetter>, JournalError> {
        Ok(None)
    }
    fn own_mail(&self, _id: &MessageId) -> Result<bool, JournalError> {
        Ok(false)
    }
    fn repeats(&self, _said: &Said, _now: Timestamp) -> Result<Repeats, JournalError> {
        Ok(Repeats::default())
    }
    fn not_left(&self, _ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError> {
        Ok(Vec::new())
    }
    fn last_hour(&self, _now: Timestamp) -> Result<LastHour, JournalError> {
        Ok(LastHour::default())
    }
    /// Nobody knows what was earned where: what is asked is what an article would do that has.
    fn earned(&self, _articles: &[ArticleName]) -> Result<Earned, JournalError> {
        Ok(Earned::AllTheirModeAllows)
    }
    fn bytes_of(&self, _id: &MessageId) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(None)
    }
    fn gathered_about(&self, _address: &Address) -> Result<Option<Gathered>, JournalError> {
        Ok(None)
    }
}
