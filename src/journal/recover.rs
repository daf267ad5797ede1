//! How does a journal go on that is older than the world: one that came from a backup or an export, or what is left of a damaged one? What it
//! believes is to be done may be done already. Nothing is taken for undone that might be done: mails of ours that wait are in doubt, and the
//! mailbox is looked at from its first mail on, where keywords and our own copies tell what the journal does not know.

use super::form::{self, CursorForm, Delivery, EffectForm};
use super::key_fingerprint::KeyKind;
use super::mails::NO_FOLDER;
use super::store::{Act, Batch, Order, Outlives, SledStore, Tree};
use super::{CopyProof, EffectFilter, EffectRecord, EffectState, Journal, JournalError, place};
use crate::compose::{EnvelopeSender, Precedence, Purpose};
use crate::config::{Store, StoreKind};
use crate::mail::{Address, MessageId};
use crate::ticket::TicketId;
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;

/// Where it stands that the mailbox was not looked at since a recovery.
const RECOVERS: &[u8] = b"recovers";

/// What was found and done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// What was missing or damaged, as sentences; empty where the store was whole.
    pub damage: Vec<String>,
    /// So many tickets are there.
    pub tickets: usize,
    /// So many mails of ours waited: whether they left is found out before they are sent.
    pub in_doubt: usize,
}

/// A mail of ours that lies in the mailbox, as a copy: it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name. The mark in the copy must be of this very name: only our key makes it, and it is worth nothing in another mail.
    pub message_id: MessageId,
    /// To whom it says that it goes.
    pub to: Vec<Address>,
}

impl Journal {
    /// Makes the journal in `folder` ready to go on: of a damaged store with what is left, of an old one without believing that the world
    /// stood still since. `copy` is what a copy to ourselves can prove of a mail that may have left.
    ///
    /// # Errors
    /// [`JournalError`]; the store is as before where nothing of it can be read.
    pub fn recover(
        folder: &Path,
        copy: CopyProof,
        now: Timestamp,
    ) -> Result<Recovered, JournalError> {
        let damage = SledStore::keep_what_is_left(folder)?;
        let journal = Self::open(folder)?;
        let in_doubt = journal.doubt_everything(copy, now)?;
        Ok(Recovered {
            damage,
            tickets: journal.store.count(Tree::TicketsByTime)?,
            in_doubt,
        })
    }

    /// The same for the journal of these settings, wherever it is kept. One in a database is as its server restored it.
    ///
    /// # Errors
    /// As of [`Journal::recover`]; [`JournalError::Held`] where another process works with it.
    pub fn recover_of(
        settings: &Store,
        copy: CopyProof,
        now: Timestamp,
    ) -> Result<Recovered, JournalError> {
        if let StoreKind::Sled = settings.kind {
            return Self::recover(&settings.path, copy, now);
        }
        if !Self::is_there(settings)? {
            return Err(JournalError::State(
                "there is no such journal in the database: there is nothing to recover".to_owned(),
            ));
        }
        let journal = Self::open_of(settings, &Arc::default())?;
        let in_doubt = journal.doubt_everything(copy, now)?;
        Ok(Recovered {
            damage: Vec::new(),
            tickets: journal.store.count(Tree::TicketsByTime)?,
            in_doubt,
        })
    }

    fn doubt_everything(&self, copy: CopyProof, now: Timestamp) -> Result<usize, JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Recover);
        for (key, _) in (self.store).scan(Tree::Cursors, &[], None, Order::Upwards, usize::MAX)? {
            batch.delete(Tree::Cursors, key);
        }
        // It keeps in mind that this is not the first start.
        let form = form::write("cursor", &CursorForm { uid: 0 })?;
        batch.put(Tree::Cursors, NO_FOLDER.to_be_bytes(), form);
        batch.put(Tree::WatchedFolder, RECOVERS, []);
        // The key that is there is taken from here on.
        for kind in KeyKind::ALL {
            batch.delete(Tree::KeyFingerprints, kind.row());
        }
        let waiting = self.effects(EffectFilter::Waiting, usize::MAX)?;
        let in_doubt = waiting.len();
        for record in waiting {
            let Some((record, mut delivery)) = self.record_of(&record.message_id)? else {
                continue;
            };
            delivery.copy = match delivery.reached_some {
                true => CopyProof::None,
                false => copy,
            };
            self.change_state(
                &mut batch,
                record,
                &delivery,
                EffectState::InDoubt { since: now },
            )?;
        }
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(in_doubt)
    }

    /// Whether the mailbox was not looked at since a recovery: the journal is no young one, and knows less than it should.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn recovers(&self) -> Result<bool, JournalError> {
        Ok(self.store.get(Tree::WatchedFolder, RECOVERS)?.is_some())
    }

    /// From here on the journal knows where it stands in the mailbox.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn end_recovery(&self) -> Result<(), JournalError> {
        if !self.recovers()? {
            return Ok(());
        }
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Recover);
        batch.delete(Tree::WatchedFolder, RECOVERS);
        self.store.commit(batch, Outlives::PowerCut)
    }

    /// Records that these mails of ours left, as far as the journal does not know them: what asks for them again sends nothing. Returns how
    /// many were new.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn note_left(&self, left: &[Left], now: Timestamp) -> Result<usize, JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Recover);
        let mut new = 0;
        for mail in left {
            let Some((purpose, ticket)) = meaning(&mail.message_id) else {
                continue;
            };
            if self.own_mail(&mail.message_id)? {
                continue;
            }
            let record = EffectRecord {
                message_id: mail.message_id.clone(),
                purpose,
                precedence: Precedence::of(purpose),
                ticket,
                party: None,
                sender: EnvelopeSender::Null,
                recipients: mail.to.clone(),
                subject: String::new(),
                bytes: Vec::new(),
                state: EffectState::Sent { at: now },
                recorded_at: now,
                attempts: 1,
                last_failure: None,
            };
            let key = format!("effect {}", mail.message_id);
            let form = EffectForm::new(&record, &Delivery::default());
            batch.put(
                Tree::Effects,
                mail.message_id.as_str().as_bytes(),
                form::write(&key, &form)?,
            );
            // Goes with the others when it is old.
            let sent = place::timed(now, mail.message_id.as_str().as_bytes());
            batch.put(Tree::SentBytes, sent, Vec::new());
            new += 1;
        }
        if !batch.is_empty() {
            self.store.commit(batch, Outlives::PowerCut)?;
        }
        Ok(new)
    }
}

/// What a Message-ID of ours says: what for, and the ticket. `None` for another's.
fn meaning(id: &MessageId) -> Option<(Purpose, Option<TicketId>)> {
    let (local, _) = id.as_str().split_once('@')?;
    let mut parts = local.split('.');
    let (reference, word, _tag) = (parts.next()?, parts.next()?, parts.next()?);
    let purpose = form::PURPOSES
        .into_iter()
        .find(|purpose| purpose.word() == word)?;
    match reference {
        "desk" => Some((purpose, None)),
        reference => Some((purpose, Some(TicketId::parse(reference)?))),
    }
}
