//! What became of the mails that came in: handled, begun, filed, and how far each folder is done.

use super::form::{self, CursorForm, FilingForm, HandledForm};
use super::store::{Batch, Order, Outlives, Tree};
use super::{HandledMail, Journal, JournalError};
use crate::inbox::{Cursor, Filing, Place};
use crate::mail::MailIdentity;

/// How many filings are looked through for some that wait for nothing.
const FILINGS_LOOKED_AT: usize = 10_000;

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

    /// Counts that handling a mail is begun, and says how often it was begun without an end, this time included. Outlives this
    /// process, so a mail that ends it every time is noticed. [`super::Entry::begun`] ends it.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn begin_handling(&self, identity: &MailIdentity) -> Result<u32, JournalError> {
        let _writing = self.lock();
        let begun = self
            .store
            .get(Tree::Begun, &identity.0)?
            .and_then(|bytes| <[u8; 4]>::try_from(bytes.as_slice()).ok())
            .map_or(0, u32::from_be_bytes)
            .saturating_add(1);
        let mut batch = Batch::default();
        batch.put(Tree::Begun, identity.0, begun.to_be_bytes());
        self.store.commit(batch, Outlives::Process)?;
        Ok(begun)
    }

    /// Takes back a beginning that ended in an error which is not the mail's: only deaths of the process count.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn forget_beginning(&self, identity: &MailIdentity) -> Result<(), JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::default();
        batch.delete(Tree::Begun, identity.0);
        self.store.commit(batch, Outlives::Process)
    }

    /// Handled mails that wait for no effect any more and are not yet tagged and filed, by place.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn to_file(&self, max: usize) -> Result<Vec<Filing>, JournalError> {
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

    /// These mails are tagged and filed.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn filed(&self, places: &[Place]) -> Result<(), JournalError> {
        let mut batch = Batch::default();
        for place in places {
            batch.delete(Tree::Filings, place_key(*place));
        }
        if batch.is_empty() {
            return Ok(());
        }
        // Filing twice does no harm, so this need not wait for the disk.
        self.store.commit(batch, Outlives::Process)
    }
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
