//! The past of one mail, asked of a journal once and remembered: what is measured is the judging, not the reading of the store.

use handoffd::autonomy::{ArticleName, Earned};
use handoffd::compose::Gathered;
use handoffd::decide::{History, LastHour, NotLeft, Repeats};
use handoffd::gateway::Past;
use handoffd::journal::{Journal, JournalError, Said};
use handoffd::letter::SentLetter;
use handoffd::mail::{Address, MailIdentity, MessageId};
use handoffd::ticket::thread::KnownMessage;
use handoffd::ticket::{Ticket, TicketId};
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The answers of a journal about one mail.
pub struct Remembered<'a> {
    journal: &'a Journal,
    messages: RefCell<BTreeMap<MessageId, Option<KnownMessage>>>,
    tickets: RefCell<BTreeMap<TicketId, Option<Ticket>>>,
    bytes: RefCell<BTreeMap<MessageId, Option<Vec<u8>>>>,
    history: RefCell<Option<History>>,
    repeats: RefCell<Option<Repeats>>,
    not_left: RefCell<Option<Vec<NotLeft>>>,
    last_hour: RefCell<Option<LastHour>>,
}

impl<'a> Remembered<'a> {
    pub fn of(journal: &'a Journal) -> Self {
        Self {
            journal,
            messages: RefCell::default(),
            tickets: RefCell::default(),
            bytes: RefCell::default(),
            history: RefCell::default(),
            repeats: RefCell::default(),
            not_left: RefCell::default(),
            last_hour: RefCell::default(),
        }
    }
}

/// What is remembered under this key, or is asked for now.
fn known<K: Ord + Clone, V: Clone>(
    all: &RefCell<BTreeMap<K, V>>,
    key: &K,
    ask: impl FnOnce() -> Result<V, JournalError>,
) -> Result<V, JournalError> {
    if let Some(known) = all.borrow().get(key) {
        return Ok(known.clone());
    }
    let asked = ask()?;
    let _ = all.borrow_mut().insert(key.clone(), asked.clone());
    Ok(asked)
}

/// The one answer that there is to this.
fn once<V: Clone>(
    answer: &RefCell<Option<V>>,
    ask: impl FnOnce() -> Result<V, JournalError>,
) -> Result<V, JournalError> {
    if let Some(known) = &*answer.borrow() {
        return Ok(known.clone());
    }
    let asked = ask()?;
    *answer.borrow_mut() = Some(asked.clone());
    Ok(asked)
}

impl Past for Remembered<'_> {
    fn known_message(&self, id: &MessageId) -> Result<Option<KnownMessage>, JournalError> {
        known(&self.messages, id, || self.journal.known_message(id))
    }
    fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, JournalError> {
        known(&self.tickets, id, || self.journal.ticket(id))
    }
    fn history(&self, sender: &Address, now: Timestamp) -> Result<History, JournalError> {
        once(&self.history, || self.journal.history(sender, now))
    }
    fn free_ticket_id(&self, identity: &MailIdentity) -> Result<TicketId, JournalError> {
        Ok(TicketId::for_mail(identity, 0))
    }
    fn letter(&self, id: &MessageId) -> Result<Option<SentLetter>, JournalError> {
        self.journal.letter(id)
    }
    fn own_mail(&self, _id: &MessageId) -> Result<bool, JournalError> {
        Ok(false)
    }
    fn repeats(&self, said: &Said, now: Timestamp) -> Result<Repeats, JournalError> {
        once(&self.repeats, || self.journal.repeats(said, now))
    }
    fn not_left(&self, ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError> {
        once(&self.not_left, || self.journal.not_left(ticket))
    }
    fn earned(&self, _articles: &[ArticleName]) -> Result<Earned, JournalError> {
        Ok(Earned::AllTheirModeAllows)
    }
    fn last_hour(&self, now: Timestamp) -> Result<LastHour, JournalError> {
        once(&self.last_hour, || self.journal.last_hour(now))
    }
    fn bytes_of(&self, id: &MessageId) -> Result<Option<Vec<u8>>, JournalError> {
        known(&self.bytes, id, || self.journal.bytes_of(id))
    }
    fn gathered_about(&self, _address: &Address) -> Result<Option<Gathered>, JournalError> {
        Ok(None)
    }
}
