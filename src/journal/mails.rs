//! What became of the mails that came in: handled, begun, filed, and how far each folder is done.

use super::form::{self, CursorForm, FilingForm, HandledForm, SentMailForm};
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{HandledMail, Journal, JournalError, SentMail};
use crate::config::Outcome;
use crate::inbox::{Cursor, Filing, Place};
use crate::mail::MailIdentity;
use jiff::{SignedDuration, Timestamp};

/// How many filings are looked through for some that wait for nothing.
const FILINGS_LOOKED_AT: usize = 10_000;

/// So many mails are read at once where all are gone through.
const PAGE: usize = 1_000;

/// After so many refusals a mail is left where it is: the last is about a day after the first.
const MOVES_MAX: u32 = 12;

/// The key of the inbox in [`Tree::WatchedFolder`].
const WATCHED: &[u8] = b"watched";

/// The key of the folder of sent mail in [`Tree::WatchedFolder`].
const SENT_MAIL: &[u8] = b"sent-mail";

/// The UIDVALIDITY that no folder has.
pub(super) const NO_FOLDER: u32 = 0;

/// Whether the folder that is watched is the one of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// It is, or none was ever watched.
    AsBefore,
    /// Another one: its mails are looked at from the first on, and those that are known are recognised.
    Another,
}

impl Journal {
    /// How far the folder with this UIDVALIDITY is handled.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn cursor(&self, uid_validity: u32) -> Result<Option<Cursor>, JournalError> {
        let Some(bytes) = self.store.get(Tree::Cursors, &uid_validity.to_be_bytes())? else {
            return Ok(None);
        };
        let form: CursorForm = form::read(&format!("cursor {uid_validity}"), &bytes)?;
        Ok(Some(Cursor {
            uid_validity,
            uid: form.uid,
        }))
    }

    /// How far the folder of sent mail was looked at; `None` where it never was.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn sent_mail(&self) -> Result<Option<SentMail>, JournalError> {
        let Some(bytes) = self.store.get(Tree::WatchedFolder, SENT_MAIL)? else {
            return Ok(None);
        };
        let form: SentMailForm = form::read("cursor of sent mail", &bytes)?;
        Ok(Some(SentMail {
            folder: form.folder,
            cursor: Cursor {
                uid_validity: form.uid_validity,
                uid: form.uid,
            },
            history_until: form.history_until,
        }))
    }

    /// Remembers which folder is watched. UIDs and UIDVALIDITY mean nothing in another one (there are servers where every inbox
    /// has the same validity), so with another folder the cursors and what was to be filed are forgotten.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn watch(&self, folder: &str) -> Result<Watched, JournalError> {
        let _writing = self.lock();
        let known = self.store.get(Tree::WatchedFolder, WATCHED)?;
        if known.as_deref() == Some(folder.as_bytes()) {
            return Ok(Watched::AsBefore);
        }
        let mut batch = Batch::of(Act::Watch);
        batch.put(Tree::WatchedFolder, WATCHED, folder.as_bytes());
        let watched = if known.is_some() {
            for tree in [Tree::Cursors, Tree::Filings] {
                for (key, _) in (self.store).scan(tree, &[], None, Order::Upwards, usize::MAX)? {
                    batch.delete(tree, key);
                }
            }
            // Validity 0 is no folder's. It keeps in mind that this is not the first start.
            let key = format!("cursor {NO_FOLDER}");
            let form = form::write(&key, &CursorForm { uid: 0 })?;
            batch.put(Tree::Cursors, NO_FOLDER.to_be_bytes(), form);
            Watched::Another
        } else {
            Watched::AsBefore
        };
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(watched)
    }

    /// Whether any folder was ever handled: false only before the first mail.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn has_any_cursor(&self) -> Result<bool, JournalError> {
        let rows = (self.store).scan(Tree::Cursors, &[], None, Order::Upwards, 1)?;
        Ok(!rows.is_empty())
    }

    /// What became of a mail, if it was handled.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn handled(&self, identity: &MailIdentity) -> Result<Option<HandledMail>, JournalError> {
        let Some(bytes) = self.store.get(Tree::Mails, &identity.0)? else {
            return Ok(None);
        };
        let key = format!("mail {identity}");
        let form: HandledForm = form::read(&key, &bytes)?;
        HandledMail::try_from(form)
            .map(Some)
            .map_err(|why| form::unreadable(&key, &why))
    }

    /// The mails that no part could handle, at most so many, by their places. Goes through all that was ever handled, a page at a time: for people
    /// who ask, not for a loop. What was kept aside has a ticket of its own; where its writer was forgotten since, it is told like one of these.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn set_aside(&self, max: usize) -> Result<Vec<HandledMail>, JournalError> {
        let mut found = Vec::new();
        let mut from = Vec::new();
        loop {
            let rows = (self.store).scan(Tree::Mails, &from, None, Order::Upwards, PAGE)?;
            let Some((last, _)) = rows.last() else { break };
            from.clone_from(last);
            // The first key after it.
            from.push(0);
            for (_, bytes) in &rows {
                let form: HandledForm = form::read("mail", bytes)?;
                let mail =
                    HandledMail::try_from(form).map_err(|why| form::unreadable("mail", &why))?;
                if mail.outcome == Outcome::Quarantined && mail.ticket.is_none() {
                    found.push(mail);
                }
            }
        }
        found.sort_by_key(|mail| (mail.place.uid_validity, mail.place.uid));
        let spare = found.len().saturating_sub(max);
        found.drain(..spare);
        Ok(found)
    }

    /// Handled mails that wait for no effect any more and are not yet tagged and filed, by place; without those whose move was
    /// refused a short time ago.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn to_file(&self, now: Timestamp, max: usize) -> Result<Vec<Filing>, JournalError> {
        let rows = self.store.scan(
            Tree::Filings,
            &[],
            None,
            Order::Upwards,
            FILINGS_LOOKED_AT.max(max),
        )?;
        let mut ready = Vec::new();
        for (key, bytes) in rows {
            if ready.len() >= max {
                break;
            }
            let name = format!("filing {}", place_name(&key));
            let form: FilingForm = form::read(&name, &bytes)?;
            if form.due.is_some_and(|due| due > now) {
                continue;
            }
            let (filing, waits_for) = form.read().map_err(|why| form::unreadable(&name, &why))?;
            let mut settled = true;
            for id in &waits_for {
                settled &= self
                    .record_of(id)?
                    .is_none_or(|(record, _)| record.state.is_settled());
            }
            if settled {
                ready.push(filing);
            }
        }
        Ok(ready)
    }

    /// The server refused to move this mail: it is tried again later, for about a day. False where that was long enough, and the
    /// mail stays where it is, tagged.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn move_refused(&self, place: Place, now: Timestamp) -> Result<bool, JournalError> {
        let _writing = self.lock();
        let key = place_key(place);
        let name = format!("filing {place}");
        let Some(bytes) = self.store.get(Tree::Filings, &key)? else {
            return Ok(false);
        };
        let mut form: FilingForm = form::read(&name, &bytes)?;
        form.refusals = form.refusals.saturating_add(1);
        let is_over = form.refusals >= MOVES_MAX;
        let mut batch = Batch::of(Act::Filing);
        if is_over {
            batch.delete(Tree::Filings, key);
        } else {
            form.due = now.checked_add(move_delay(form.refusals)).ok();
            batch.put(Tree::Filings, key, form::write(&name, &form)?);
        }
        self.store.commit(batch, Outlives::Process)?;
        Ok(!is_over)
    }

    /// These mails are tagged and filed.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn filed(&self, places: &[Place]) -> Result<(), JournalError> {
        let mut batch = Batch::of(Act::Filing);
        for place in places {
            batch.delete(Tree::Filings, place_key(*place));
        }
        if batch.is_empty() {
            return Ok(());
        }
        // Filing twice does no harm, so this waits for nothing.
        self.store.commit(batch, Outlives::NothingYet)
    }
}

/// Written beside the cursors of the inbox, whose UIDVALIDITY may be the same.
pub(super) fn put_sent_mail(sent_mail: &SentMail, batch: &mut Batch) -> Result<(), JournalError> {
    let form = SentMailForm {
        folder: sent_mail.folder.clone(),
        uid_validity: sent_mail.cursor.uid_validity,
        uid: sent_mail.cursor.uid,
        history_until: sent_mail.history_until,
    };
    batch.put(
        Tree::WatchedFolder,
        SENT_MAIL,
        form::write("cursor of sent mail", &form)?,
    );
    Ok(())
}

/// The wait after so many refusals: doubled each time, from one minute to four hours.
fn move_delay(refusals: u32) -> SignedDuration {
    let minutes = 1_i64 << refusals.saturating_sub(1).min(8);
    SignedDuration::from_mins(minutes.min(240))
}

/// The key of a place; places of one folder stand together.
pub(super) fn place_key(place: Place) -> Vec<u8> {
    let mut key = place.uid_validity.to_be_bytes().to_vec();
    key.extend_from_slice(&place.uid.to_be_bytes());
    key
}

fn place_name(key: &[u8]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}
