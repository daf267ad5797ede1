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

    /// The letter of that Message-ID, while it is kept.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn letter(&self, id: &MessageId) -> Result<Option<SentLetter>, JournalError> {
        let key = id.as_str().as_bytes();
        let bytes = self.store.get(Tree::Letters, key)?;
        bytes.map(|bytes| read(key, &bytes)).transpose()
    }

    /// Up to when letters are written; `None` where nobody has looked yet. May lie ahead, where a clock was wrong.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn letters_written_until(&self) -> Result<Option<Timestamp>, JournalError> {
        let bytes = self.store.get(Tree::Letters, WRITTEN_UNTIL.as_bytes())?;
        Ok(bytes.as_deref().and_then(place::time_of))
    }

    /// Records that letters are written up to `due`, with the letter that can be answered and the mails. Nothing happens where they are written up to
    /// then already.
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
        let last = self.letters_written_until()?;
        // A mark that lies ahead was made by a clock that went wrong.
        if last.is_some_and(|last| last >= due && !lies_ahead(last, now)) {
            return Ok(Vec::new());
        }
        for quoted in letter.iter().flat_map(|letter| &letter.quoted) {
            if self.latest_events(quoted, 1)?.0 == 0 {
                return Err(JournalError::State(format!(
                    "ticket {quoted} went while the weekly letter quoted it; the letter is written anew"
                )));
            }
        }
        let mut batch = Batch::of(Act::Letter);
        batch.put(Tree::Letters, WRITTEN_UNTIL, place::time(due));
        if let Some(letter) = letter {
            put(letter, &mut batch)?;
        }
        let recorded = self.add_new(mails, now, &mut batch)?;
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(recorded)
    }

    /// Drops letters that can no longer be answered. How many.
    ///
    /// # Errors
    /// [`JournalError`]; none is dropped then.
    pub fn drop_old_letters(&self, now: Timestamp) -> Result<usize, JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Letter);
        let old = (self.letters()?.into_iter()).filter(|letter| !letter.can_be_answered(now));
        let old: Vec<SentLetter> = old.collect();
        for letter in &old {
            batch.delete(Tree::Letters, letter.message_id.as_str());
        }
        if !batch.is_empty() {
            self.store.commit(batch, Outlives::Process)?;
        }
        Ok(old.len())
    }

    /// Records what came of an answer, and the mail that tells whoever gave it. Of the numbers `in_vain` nothing came.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is recorded then.
    pub fn letter_carried_out(
        &self,
        id: &MessageId,
        answer: &MailIdentity,
        in_vain: Vec<usize>,
        told: Outgoing,
        now: Timestamp,
    ) -> Result<Vec<RecordedEffect>, JournalError> {
        let _writing = self.lock();
        let Some(mut letter) = self.letter(id)? else {
            return Ok(Vec::new());
        };
        for one in letter.answers.iter_mut().filter(|one| one.mail == *answer) {
            one.is_done = true;
            one.in_vain.clone_from(&in_vain);
            one.told = Some(told.message_id.clone());
        }
        let mut batch = Batch::of(Act::Letter);
        put(&letter, &mut batch)?;
        let recorded = self.add_new(vec![told], now, &mut batch)?;
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(recorded)
    }

    /// An answer to a letter, with the mail that gives it. One that was recorded already, or that comes too late, changes nothing; nor does a second
    /// one without a word for us: a machine that answers each mail would be told again and again that there was none.
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
        let is_idle =
            answer.words.is_empty() && letter.answers.iter().any(|one| one.words.is_empty());
        if !is_known && !is_idle && letter.answers.len() < ANSWERS_MAX {
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
            // The letter itself, and what was answered with a file made of it.
            let told = letter
                .answers
                .iter()
                .filter_map(|answer| answer.told.as_ref());
            let mut waits = false;
            for id in told.chain([&letter.message_id]) {
                waits |= !self.drop_words_of(id, forgotten, batch)?;
            }
            if !waits {
                letter.quoted.retain(|ticket| !gone.contains(ticket));
            }
            put(&letter, batch)?;
        }
        Ok(())
    }

    /// The bytes of a mail go once it has left, and all of it where it never will. Whether nothing of them is left.
    fn drop_words_of(
        &self,
        id: &MessageId,
        forgotten: &mut Forgotten,
        batch: &mut Batch,
    ) -> Result<bool, JournalError> {
        let Some(record) = self.effect(id)? else {
            return Ok(true);
        };
        let name = id.as_str().as_bytes();
        match &record.state {
            EffectState::Sent { at } | EffectState::Withdrawn { at, .. } => {
                batch.delete(Tree::EffectBytes, name);
                batch.delete(Tree::SentBytes, place::timed(*at, name));
            }
            EffectState::GivenUp { .. } => Self::drop_effect(&record, batch),
            EffectState::Waiting { .. } | EffectState::InDoubt { .. } => {
                forgotten.still_waiting.push(id.clone());
                return Ok(false);
            }
        }
        forgotten.mails += 1;
        Ok(true)
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

/// Further than any clock is put right by.
fn lies_ahead(moment: Timestamp, now: Timestamp) -> bool {
    moment.duration_since(now) > SignedDuration::from_hours(24)
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
