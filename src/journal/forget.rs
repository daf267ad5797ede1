//! Everything that is stored about a person goes, in one commit; counts stay, and that they want no automatic mail stays in a form that
//! shows no address. Nothing goes while somebody still owes them an answer, unless that is wanted.

use super::gone::Days;
use super::redact::{Person, without_person};
use super::store::{Act, Batch, Order, Outlives, Tree, end_of_prefix};
use super::{EffectRecord, EffectState, Journal, JournalError, form, history, place};
use crate::mail::{Address, Attachment, Mail, MessageId, Reader};
use crate::ticket::{Status, Ticket, TicketId};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What a tag is made for that stands instead of an address.
const STOP_OF_FORGOTTEN: &str = "stop of a forgotten person";

/// Mails inside mails are looked through so deep.
const DEPTH_MAX: usize = 4;

/// Whether to wait for what is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// Nothing is forgotten while something is open.
    WhenSettled,
    /// What is open goes as well: nobody will answer it.
    Now,
}

/// What came of a wish to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forgetting {
    /// It is done.
    Done(Forgotten),
    /// Something is open, so nothing was done.
    Refused(StillOpen),
}

/// What went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Their tickets.
    pub tickets: Vec<TicketId>,
    /// Events of other people's tickets that named them.
    pub events_elsewhere: usize,
    /// Mails of ours, to them or about their tickets, or whose bytes named them.
    pub mails: usize,
    /// What confirmations had taught with their words.
    pub lessons: usize,
    /// Mails to others that name them and have yet to be sent: forget again when they have left.
    pub still_waiting: Vec<MessageId>,
    /// They want no automatic mail, and that is still known.
    pub stop_stays: bool,
}

/// What is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StillOpen {
    /// Tickets in which somebody still has to act, with their status in words.
    pub tickets: Vec<(TicketId, String)>,
    /// Mails that wait to be sent.
    pub waiting: Vec<MessageId>,
    /// Mails that may be leaving at this moment. These hold back even [`Haste::Now`].
    pub in_doubt: Vec<MessageId>,
}

impl Journal {
    /// Forgets a person, by their address. The files still hold what was deleted until [`Journal::compact`].
    ///
    /// # Errors
    /// [`JournalError`]; nothing is forgotten then.
    pub fn forget(
        &self,
        address: &Address,
        haste: Haste,
        now: Timestamp,
    ) -> Result<Forgetting, JournalError> {
        let _writing = self.lock();
        let person = Person::of(address);
        let tickets = self.tickets_of(address)?;
        let own: BTreeSet<&TicketId> = tickets.iter().map(|ticket| &ticket.id).collect();
        let (theirs, of_others): (Vec<_>, Vec<_>) = (self.all_effects()?.into_iter())
            .map(|(record, _)| record)
            .partition(|record| is_theirs(record, &own, &person));
        let open = still_open(&tickets, &theirs);
        let holds_back = match haste {
            Haste::WhenSettled => open != StillOpen::default(),
            Haste::Now => !open.in_doubt.is_empty(),
        };
        if holds_back {
            return Ok(Forgetting::Refused(open));
        }
        let mut forgotten = Forgotten::default();
        let mut batch = Batch::of(Act::Forget);
        let mut days = Days::new();
        for ticket in &tickets {
            self.drop_story(ticket, &mut days, &mut batch)?;
        }
        let mut dropped: BTreeSet<MessageId> = BTreeSet::new();
        for record in &theirs {
            Self::drop_effect(record, &mut batch);
            let _ = dropped.insert(record.message_id.clone());
        }
        forgotten.mails = dropped.len();
        self.leave_out_of_effects(&of_others, &person, &mut forgotten, &mut batch)?;
        self.drop_automatic(&dropped, &history::to_address(address), &mut batch)?;
        forgotten.events_elsewhere = self.leave_out_of_events(&own, &person, &mut batch)?;
        self.drop_messages(&own, &person, &mut batch)?;
        for lesson in self.lessons()? {
            if own.contains(&lesson.ticket) || person.is_named_in(&lesson.text) {
                batch.delete(Tree::Lessons, lesson.mail.0);
                forgotten.lessons += 1;
            }
        }
        self.leave_out_of_tellings(
            |telling| own.contains(&telling.ticket) || person.is_named_in(&telling.body),
            &mut batch,
        )?;
        self.leave_out_of_letters(&own, &mut forgotten, &mut batch)?;
        self.forget_said(address, &mut batch)?;
        forgotten.stop_stays = self.hide_stop(address, now, &mut batch)?;
        self.add_counts(days, &mut batch)?;
        forgotten.tickets = tickets.into_iter().map(|ticket| ticket.id).collect();
        if !batch.is_empty() {
            self.store.commit(batch, Outlives::PowerCut)?;
        }
        Ok(Forgetting::Done(forgotten))
    }

    /// All tickets that they opened.
    pub(crate) fn tickets_of(&self, address: &Address) -> Result<Vec<Ticket>, JournalError> {
        let prefix = place::of_address(address);
        let end = end_of_prefix(&prefix);
        let rows = (self.store).scan(
            Tree::TicketsByCustomer,
            &prefix,
            end.as_deref(),
            Order::Upwards,
            usize::MAX,
        )?;
        let mut tickets = Vec::with_capacity(rows.len());
        for (key, _) in rows {
            let name = key.get(prefix.len() + 8..).unwrap_or_default();
            let id = place::ticket_id(name)
                .ok_or_else(|| form::unreadable("ticket by customer", "its key is damaged"))?;
            tickets.extend(self.ticket(&id)?);
        }
        Ok(tickets)
    }

    /// Whether a forgotten person had said `STOP`.
    pub(super) fn refused_before_forgotten(&self, address: &Address) -> Result<bool, JournalError> {
        let any = (self.store).scan(Tree::RefusedByForgotten, &[], None, Order::Upwards, 1)?;
        if any.is_empty() {
            return Ok(false);
        }
        let found = self
            .store
            .get(Tree::RefusedByForgotten, &self.hidden(address)?)?;
        Ok(found.is_some())
    }

    /// They take it back.
    pub(super) fn allow_again(
        &self,
        address: &Address,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        if self.refused_before_forgotten(address)? {
            batch.delete(Tree::RefusedByForgotten, self.hidden(address)?);
        }
        Ok(())
    }

    /// Without this, forgetting somebody would turn automatic mail on again for who refused it.
    fn hide_stop(
        &self,
        address: &Address,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<bool, JournalError> {
        let key = address.key().into_bytes();
        if self.store.get(Tree::AutomationRefused, &key)?.is_none() {
            return self.refused_before_forgotten(address);
        }
        batch.delete(Tree::AutomationRefused, key);
        batch.put(
            Tree::RefusedByForgotten,
            self.hidden(address)?,
            place::time(now),
        );
        Ok(true)
    }

    /// An address as nobody can read it who has not the key, and nobody can guess it.
    fn hidden(&self, address: &Address) -> Result<Vec<u8>, JournalError> {
        let key = self.hiding_key()?;
        let tag = key.tag(STOP_OF_FORGOTTEN, &[address.key().as_bytes()]);
        Ok(tag.into_bytes())
    }

    /// Events of other people's tickets that name them. How many.
    fn leave_out_of_events(
        &self,
        own: &BTreeSet<&TicketId>,
        person: &Person,
        batch: &mut Batch,
    ) -> Result<usize, JournalError> {
        let mut changed = 0;
        let mut from = Vec::new();
        let mut silenced: BTreeSet<String> = BTreeSet::new();
        loop {
            let rows = (self.store).scan(Tree::Events, &from, None, Order::Upwards, 1_000)?;
            let Some((last, _)) = rows.last() else {
                return Ok(changed);
            };
            from.clone_from(last);
            from.push(0);
            for (key, bytes) in rows {
                let ticket =
                    place::ticket_id(key.get(..key.len().saturating_sub(4)).unwrap_or_default());
                if ticket.as_ref().is_some_and(|id| own.contains(id)) {
                    continue;
                }
                // What was understood of a mail of theirs stands in events that name only the mail.
                let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
                let text = |path: &str| record.pointer(path).and_then(serde_json::Value::as_str);
                let is_about_words = text("/is/event/is").is_some_and(|is| {
                    ["decided", "facts-found", "looked-up", "wrote"].contains(&is)
                });
                let caused = is_about_words
                    && text("/is/cause").is_some_and(|cause| silenced.contains(cause));
                if let Some(left) = without_person(&bytes, person) {
                    if text("/is/event/from/address")
                        .is_some_and(|from| Address::parse(from).is_ok_and(|from| person.is(&from)))
                    {
                        silenced.extend(text("/is/event/mail/identity").map(str::to_owned));
                    }
                    let left = match caused {
                        true => super::redact::without_texts(&left).unwrap_or(left),
                        false => left,
                    };
                    batch.put(Tree::Events, key, left);
                    changed += 1;
                } else if let (true, Some(left)) = (caused, super::redact::without_texts(&bytes)) {
                    batch.put(Tree::Events, key, left);
                    changed += 1;
                }
            }
        }
    }

    /// Mails to others that name them: the record loses the name, the bytes go once the mail is settled.
    fn leave_out_of_effects(
        &self,
        records: &[EffectRecord],
        person: &Person,
        forgotten: &mut Forgotten,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let reader = Reader::default();
        for record in records {
            let name = record.message_id.as_str().as_bytes();
            let form = self.store.get(Tree::Effects, name)?.unwrap_or_default();
            let left = without_person(&form, person);
            let bytes = self.store.get(Tree::EffectBytes, name)?;
            let names = bytes.is_some_and(|bytes| names(&reader, &bytes, person, 0));
            if left.is_none() && !names {
                continue;
            }
            if !record.state.is_settled() {
                forgotten.still_waiting.push(record.message_id.clone());
                continue;
            }
            // It reached nobody, and could only be tried again with the name in it.
            if names && matches!(record.state, EffectState::GivenUp { .. }) {
                Self::drop_effect(record, batch);
                forgotten.mails += 1;
                continue;
            }
            if let Some(left) = left {
                batch.put(Tree::Effects, name, left);
            }
            if let (true, EffectState::Sent { at } | EffectState::Withdrawn { at, .. }) =
                (names, &record.state)
            {
                batch.delete(Tree::EffectBytes, name);
                batch.delete(Tree::SentBytes, place::timed(*at, name));
            }
            forgotten.mails += 1;
        }
        Ok(())
    }

    /// Message-IDs that lead to their tickets, or show their address.
    fn drop_messages(
        &self,
        own: &BTreeSet<&TicketId>,
        person: &Person,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let rows = (self.store).scan(Tree::Messages, &[], None, Order::Upwards, usize::MAX)?;
        for (key, bytes) in rows {
            let form: Result<form::MessageForm, _> = form::read("message", &bytes);
            let ticket = form.ok().and_then(|form| TicketId::try_from(form).ok());
            let leads_there = ticket.as_ref().is_some_and(|id| own.contains(id));
            if leads_there || person.is_named_in(&String::from_utf8_lossy(&key)) {
                batch.delete(Tree::Messages, key);
            }
        }
        Ok(())
    }
}

/// Mails to them alone, and every mail about a ticket of theirs.
fn is_theirs(record: &EffectRecord, own: &BTreeSet<&TicketId>, person: &Person) -> bool {
    let to_them_alone =
        !record.recipients.is_empty() && record.recipients.iter().all(|to| person.is(to));
    record.ticket.as_ref().is_some_and(|id| own.contains(id)) || to_them_alone
}

fn still_open(tickets: &[Ticket], effects: &[EffectRecord]) -> StillOpen {
    let mut open = StillOpen::default();
    for ticket in tickets {
        let status = ticket.status();
        let is_owed = !matches!(
            status,
            Status::Answered | Status::WaitsForCustomer | Status::Closed
        );
        if is_owed || ticket.open_promise().is_some() || ticket.waits_untold().is_some() {
            open.tickets.push((ticket.id.clone(), status.in_words()));
        } else if !ticket.gathered_unheard().is_empty() {
            let why =
                "mails of other people were gathered in it, and nobody has looked at them since";
            open.tickets.push((ticket.id.clone(), why.to_owned()));
        }
    }
    for record in effects {
        match &record.state {
            EffectState::Waiting { .. } => open.waiting.push(record.message_id.clone()),
            EffectState::InDoubt { .. } => open.in_doubt.push(record.message_id.clone()),
            _ => {}
        }
    }
    open
}

/// Whether a mail names them anywhere: in a header, in its text, in a mail inside it.
fn names(reader: &Reader, bytes: &[u8], person: &Person, depth: usize) -> bool {
    if person.is_named_in(&String::from_utf8_lossy(bytes)) {
        return true;
    }
    let mail: Mail = reader.read(bytes);
    let inside = |file: &Attachment| match file.media_type.as_str() {
        "message/rfc822" if depth < DEPTH_MAX => names(reader, &file.content, person, depth + 1),
        _ => person.is_named_in(&String::from_utf8_lossy(&file.content)),
    };
    person.is_named_in(&mail.body.text)
        || person.is_named_in(mail.subject.as_str())
        || mail.attachments.iter().any(inside)
}
