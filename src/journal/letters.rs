//! Weekly letters: which was written last, what each suggested, and what was answered. A letter is on record with its mails in one commit, an answer
//! with the mail that gave it, and what came of it with the mail that says so; so nothing is written, or done, twice or not at all.

use super::form::{self, LetterForm};
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{EffectState, Forgotten, Journal, JournalError, RecordedEffect, place};
use crate::compose::Outgoing;
use crate::letter::{LetterAnswer, SentLetter, Suggestion};
use crate::mail::{MailIdentity, MessageId};
use crate::ticket::TicketId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// The key of the moment up to which letters are written; no Message-ID is without an `@`.
const WRITTEN_UNTIL: &str = "written-until";
/// A letter can be answered for so long. It holds words of customers, so it is kept no longer.
pub const LETTER_KEPT_FOR: SignedDuration = SignedDuration::from_hours(35 * 24);
/// More letters than a journal holds.
const LETTERS_MAX: usize = 200;
/// So many answers to one letter are taken.
const ANSWERS_MAX: usize = 50;

impl Journal {
    /// The letters that can still be answered, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn letters(&self) -> Result<Vec<SentLetter>, JournalError> {
        let rows = (self.store).scan(Tree::Letters, &[], None, Order::Upwards, LETTERS_MAX)?;
        let letters = rows
            .iter()
            .filter(|(key, _)| key != WRITTEN_UNTIL.as_bytes());
        let letters = letters.map(|(key, bytes)| read(key, bytes));
        let mut letters = letters.collect::<Result<Vec<_>, _>>()?;
        letters.sort_by_key(|letter| letter.at);
        Ok(letters)
    }

    /// The letter of that Message-ID, while it can be answered.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn letter(&self, id: &MessageId) -> Result<Option<SentLetter>, JournalError> {
        let key = id.as_str().as_bytes();
        let bytes = self.store.get(Tree::Letters, key)?;
        bytes.map(|bytes| read(key, &bytes)).transpose()
    }

    /// Up to when letters are written; `None` where nobody has looked yet.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn letters_written_until(&self) -> Result<Option<Timestamp>, JournalError> {
        let bytes = self.store.get(Tree::Letters, WRITTEN_UNTIL.as_bytes())?;
        Ok(bytes.as_deref().and_then(place::time_of))
    }

    /// Records that letters are written up to `due`, with the letter that can be answered and the mails; and drops letters that are too old. Nothing
    /// happens where they are written up to then already.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is recorded then.
    pub fn record_letter(
        &self,
        due: Timestamp,
        letter: Option<&SentLetter>,
        mails: Vec<Outgoing>,
        now: Timestamp,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        let _writing = self.lock();
        if self
            .letters_written_until()?
            .is_some_and(|last| last >= due)
        {
            return Ok(Vec::new());
        }
        let mut batch = Batch::of(Act::Letter);
        batch.put(Tree::Letters, WRITTEN_UNTIL, place::time(due));
        for old in self.letters()? {
            if now.duration_since(old.at) > LETTER_KEPT_FOR {
                batch.delete(Tree::Letters, old.message_id.as_str());
            }
        }
        if let Some(letter) = letter {
            put(letter, &mut batch)?;
        }
        let recorded = self.add_new(mails, now, &mut batch)?;
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(recorded)
    }

    /// Records what came of an answer: whoever gave it is told.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is recorded then.
    pub fn letter_carried_out(
        &self,
        id: &MessageId,
        answer: &MailIdentity,
        told: Outgoing,
        now: Timestamp,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        let _writing = self.lock();
        let Some(mut letter) = self.letter(id)? else {
            return Ok(Vec::new());
        };
        for one in &mut letter.answers {
            one.is_done |= one.mail == *answer;
        }
        let mut batch = Batch::of(Act::Letter);
        put(&letter, &mut batch)?;
        let recorded = self.add_new(vec![told], now, &mut batch)?;
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(recorded)
    }

    /// An answer to a letter, with the mail that gives it. One that was recorded already, or that comes too late, changes nothing.
    pub(super) fn add_letter_answer(
        &self,
        id: &MessageId,
        answer: &LetterAnswer,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let Some(mut letter) = self.letter(id)? else {
            return Ok(());
        };
        let is_known = letter.answers.iter().any(|one| one.mail == answer.mail);
        if !is_known && letter.answers.len() < ANSWERS_MAX {
            letter.answers.push(answer.clone());
            put(&letter, batch)?;
        }
        Ok(())
    }

    /// What letters quote of these tickets goes: suggestions that were made of them, and the letters' own bytes once they have left.
    pub(super) fn leave_out_of_letters(
        &self,
        own: &BTreeSet<&TicketId>,
        forgotten: &mut Forgotten,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        for mut letter in self.letters()? {
            // Those who were forgotten while it had yet to leave have no ticket any more.
            let mut gone: BTreeSet<TicketId> = BTreeSet::new();
            for ticket in &letter.quoted {
                if own.contains(ticket) || self.ticket(ticket)?.is_none() {
                    let _ = gone.insert(ticket.clone());
                }
            }
            if gone.is_empty() {
                continue;
            }
            for suggestion in &mut letter.suggestions {
                if let Suggestion::Write { tickets, .. } = suggestion
                    && tickets.iter().any(|ticket| gone.contains(ticket))
                {
                    *suggestion = Suggestion::Forgotten;
                }
            }
            let name = letter.message_id.as_str().as_bytes();
            match self.effect(&letter.message_id)?.map(|effect| effect.state) {
                Some(EffectState::Sent { at } | EffectState::Withdrawn { at, .. }) => {
                    batch.delete(Tree::EffectBytes, name);
                    batch.delete(Tree::SentBytes, place::timed(at, name));
                    forgotten.mails += 1;
                    letter.quoted.retain(|ticket| !gone.contains(ticket));
                }
                Some(_) => forgotten.still_waiting.push(letter.message_id.clone()),
                None => letter.quoted.retain(|ticket| !gone.contains(ticket)),
            }
            put(&letter, batch)?;
        }
        Ok(())
    }

    fn add_new(
        &self,
        mails: Vec<Outgoing>,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        let mut recorded = Vec::new();
        for mail in mails {
            if !self.own_mail(&mail.message_id)? {
                recorded.push(self.add_effect(mail, now, batch)?);
            }
        }
        Ok(recorded)
    }
}

fn put(letter: &SentLetter, batch: &mut Batch) -> Result<(), JournalError> {
    let id = letter.message_id.as_str();
    let form = form::write(&format!("letter {id}"), &LetterForm::from(letter))?;
    batch.put(Tree::Letters, id, form);
    Ok(())
}

fn read(key: &[u8], bytes: &[u8]) -> Result<SentLetter, JournalError> {
    let name = format!("letter {}", String::from_utf8_lossy(key));
    let form: LetterForm = form::read(&name, bytes)?;
    SentLetter::try_from(form).map_err(|why| form::unreadable(&name, &why))
}

#[cfg(test)]
mod tests;
