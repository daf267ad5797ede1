//! What was intended, and what came of it: the truth after a restart. Nothing is said to have happened before it is on disk.
//!
//! The only maker of [`RecordedEffect`]: what the journal did not return cannot be sent.

mod attempt;
mod audit;
mod autonomy;
mod beginnings;
mod brake;
mod effects;
mod export;
mod forget;
mod form;
mod gone;
mod headway;
mod history;
mod import;
mod judged;
mod key;
mod key_fingerprint;
mod lay_there;
pub(crate) mod lease;
pub(crate) mod lease_row;
mod lessons;
mod letters;
mod lookout;
mod mails;
mod not_left;
mod on_disk;
mod opening;
mod own_copy;
mod owner;
mod place;
mod record;
mod recover;
mod redact;
pub(crate) mod renewal;
mod repeats;
mod retention;
pub(crate) mod store;
mod stored_about;
mod tellings;
mod tickets;
mod too_large;
mod troubles;
mod unsettled;
mod withdrawal;

pub use attempt::{Attempt, AttemptOutcome, CopyProof, DoubtVerdict, LostRecipient, TooLarge};
pub use audit::{Audit, Difference, Head, Removal};
pub use beginnings::{Beginnings, BegunTogether};
pub use effects::{EffectFilter, RecordedDoubt};
pub use export::Keys;
pub use forget::{Forgetting, Forgotten, Haste, StillOpen};
pub use form::{PURPOSES, purpose_word};
pub use headway::{Headway, Stage};
pub use import::Imported;
pub use judged::{Desk, JudgedOn};
pub use key::EarlierKeys;
pub use lay_there::{LayThere, Since};
pub use lease::Lease;
pub use lookout::{Lookout, Seen};
pub use mails::Watched;
pub use on_disk::on_disk;
pub use opening::{HeldBy, NotOpened};
pub use owner::give_to_owner;
pub use recover::{Left, Recovered};

pub use repeats::{Proof, Said};
pub use retention::{Keep, Looked};
pub use stored_about::StoredAbout;
pub use tellings::{RecordedTelling, WaitingTellings};
pub use unsettled::DuePlace;

use crate::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use crate::config::{MailboxName, Outcome};
use crate::decide::Pulled;
use crate::inbox::{Cursor, Place};
use crate::learning::Lesson;
use crate::letter::LetterAnswer;
use crate::mail::{Address, AuthenticationResults, MailIdentity, MessageId};
use crate::ticket::{Party, TicketId, TimedEvent};
use crate::watch::Happened;
use form::Delivery;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(test)]
pub(crate) use store::{Database, Disk};
use store::{MemoryStore, ReopeningStore, Store};

/// The journal of one installation. Shared by all tasks; every call waits for the disk: see [`on_disk()`].
pub struct Journal {
    store: Box<dyn Store>,
    folder: PathBuf,
    /// Whose mailbox it is about; `None` is the only one.
    mailbox: Option<MailboxName>,
    /// Who is told of what happens.
    listeners: tellings::Listeners,
    /// Held from the first read to the commit of whatever reads before it writes.
    writing: Mutex<()>,
    /// Held by whoever decides on what the journal says until it is recorded what follows.
    deciding: Mutex<()>,
}

impl Journal {
    /// Opens the journal in `folder`, or makes one there.
    ///
    /// # Errors
    /// [`JournalError::Store`] where another process has it open or it cannot be read, [`JournalError::Damaged`] where it has lost commits.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        Self::open_saying(folder, &Arc::default())
    }

    /// The same; `headway` is told how far it is, and whenever something takes long later on.
    ///
    /// # Errors
    /// As of [`Journal::open`].
    pub fn open_saying(folder: &Path, headway: &Arc<Headway>) -> Result<Self, JournalError> {
        let store = ReopeningStore::open(folder, Arc::clone(headway))?;
        headway.is_open();
        Ok(Self::with_store(Box::new(store), folder))
    }

    /// A journal that ends with this process; its keys lie in `folder`. For tests and simulations: nothing of it is on disk.
    #[doc(hidden)]
    #[must_use]
    pub fn in_memory(folder: &Path) -> Self {
        Self::with_store(Box::new(MemoryStore::default()), folder)
    }

    /// A journal on this store; its keys lie in `folder`.
    pub(crate) fn with_store(store: Box<dyn Store>, folder: &Path) -> Self {
        Self {
            store,
            folder: folder.to_owned(),
            mailbox: None,
            listeners: tellings::Listeners::default(),
            writing: Mutex::new(()),
            deciding: Mutex::new(()),
        }
    }

    /// A journal in a database of its own, under a lease.
    #[cfg(test)]
    pub(crate) fn leased(folder: &Path) -> Self {
        let store = store::postgres_tests::opened_anywhere();
        Self::with_store(Box::new(store), folder)
    }

    /// The same as that of one mailbox of several.
    fn of_mailbox(mut self, mailbox: Option<&MailboxName>) -> Self {
        self.mailbox = mailbox.cloned();
        self
    }

    /// The journal of one life of the daemon in the simulated world.
    #[cfg(test)]
    pub(crate) fn simulated(disk: &Disk, life: u64) -> Self {
        Self::with_store(
            Box::new(store::SimulatedStore::new(disk, life)),
            Path::new(""),
        )
    }

    /// The journal of one process of several, in the database of the simulated world; `None` where that does not answer.
    #[cfg(test)]
    pub(crate) fn shared(database: &Database, life: u64, lease: &Arc<Lease>) -> Option<Self> {
        let store = store::SharedStore::open(database, life, lease)?;
        Some(Self::with_store(Box::new(store), Path::new("")))
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that one mail, one staff act or one timer changes; recorded all together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The mail that was handled.
    pub mail: Option<HandledMail>,
    /// What is done with it on the server.
    pub on_server: OnServer,
    /// How far the folder is handled with it.
    pub cursor: Option<Cursor>,
    /// How far the folder of sent mail was looked at with it.
    pub sent_mail: Option<SentMail>,
    /// What tickets gain.
    pub events: Vec<(TicketId, TimedEvent)>,
    /// What staff's confirmations taught.
    pub lessons: Vec<Lesson>,
    /// What shall be sent.
    pub effects: Vec<Outgoing>,
    /// The mail whose handling ends with this entry, by the identity under which it was begun.
    pub begun: Option<MailIdentity>,
    /// What the decision about the mail was made of.
    pub judged: Option<JudgedOn>,
    /// A mail of ours whose copy came back: it left.
    pub own_copy_of: Option<MessageId>,
    /// A mail of ours that stands in the folder of sent mail: it left.
    pub seen_in_sent: Option<MessageId>,
    /// Mails of ours that did not get through, and that staff are told of by this entry.
    pub told: Vec<MessageId>,
    /// Mails of ours to staff that another server sent back for their size: they are lost, and somebody must be told.
    pub sent_back_for_size: Vec<MessageId>,
    /// What the mail says, to recognise the same when it comes again.
    pub said: Option<Said>,
    /// Mails of ours that a machine answered or sent back by this mail.
    pub returned: Vec<MessageId>,
    /// The brake on automatic mail, where it is pulled with this entry.
    pub brake: Option<Pulled>,
    /// What was answered to a weekly letter, and to which.
    pub letter_answer: Option<(MessageId, LetterAnswer)>,
    /// Troubles that happened with this entry.
    pub happened: Vec<Happened>,
    /// What a timer's entry was decided on: if the ticket's story has gained anything since, nothing of the entry is recorded.
    pub only_if: Option<AsItStood>,
}

/// How far the folder of sent mail was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMail {
    /// The folder with its server and user.
    pub folder: String,
    /// The last mail that was looked at.
    pub cursor: Cursor,
    /// Up to this UID it is history, filed before the folder was looked at first: of what lies there only copies of our own mails count.
    pub history_until: Option<u32>,
}

/// A ticket as it stood when something was decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsItStood {
    /// Which.
    pub ticket: TicketId,
    /// How many events it had.
    pub events: usize,
}

/// What is done on the server with a mail that was handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnServer {
    /// It is tagged, and filed where the settings say so.
    #[default]
    TagAndFile,
    /// Nothing: in shadow mode, and for mail that lay there before the first start.
    LeaveAsItIs,
}

/// A mail that was handled, and where it is to be filed.
#[derive(Clone, Debug, PartialEq)]
pub struct HandledMail {
    /// Which.
    pub identity: MailIdentity,
    /// Where it stands on the server; a duplicate has a place of its own.
    pub place: Place,
    /// What became of it.
    pub outcome: Outcome,
    /// Tags.
    pub tags: Vec<String>,
    /// The ticket it belongs to.
    pub ticket: Option<TicketId>,
    /// What was found about its sender when it came: keys in the DNS change, so it cannot be found again.
    pub checked: Option<AuthenticationResults>,
}

/// An effect that is on disk. Only the journal makes one, so nothing else can be sent. (The field is private.)
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEffect {
    record: EffectRecord,
    delivery: Delivery,
}

impl RecordedEffect {
    /// The record.
    #[must_use]
    pub fn record(&self) -> &EffectRecord {
        &self.record
    }

    /// Whether some of its recipients have it already, so that the copy to ourselves has left as well.
    #[must_use]
    pub const fn reached_some(&self) -> bool {
        self.delivery.reached_some
    }

    /// How often it was in doubt in vain: no copy had come in time.
    #[must_use]
    pub const fn doubts(&self) -> u32 {
        self.delivery.doubts
    }

    /// What the copy to ourselves can prove while it is in doubt.
    #[must_use]
    pub const fn copy(&self) -> CopyProof {
        self.delivery.copy
    }
}

/// What the journal knows of an effect.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectRecord {
    /// Its name: the Message-ID of the mail.
    pub message_id: MessageId,
    /// What for.
    pub purpose: Purpose,
    /// Whether it waits its turn among those that are due.
    pub precedence: Precedence,
    /// The ticket.
    pub ticket: Option<TicketId>,
    /// To whom it was written: the customer or a team; `None` for the admin.
    pub party: Option<Party>,
    /// Envelope sender.
    pub sender: EnvelopeSender,
    /// Recipients that it has still to reach.
    pub recipients: Vec<Address>,
    /// The subject, for people who look at the outbox.
    pub subject: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// Where it stands.
    pub state: EffectState,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// How many attempts were begun.
    pub attempts: u32,
    /// What went wrong last.
    pub last_failure: Option<String>,
}

/// Where an effect stands (design, section 8).
#[derive(Clone, Debug, PartialEq)]
pub enum EffectState {
    /// Recorded; nothing left us, or the server said that it took nothing. Due at this time.
    Waiting {
        /// The next attempt.
        due: Timestamp,
    },
    /// An attempt was begun and its outcome is not recorded: it may have left.
    InDoubt {
        /// When the attempt was begun.
        since: Timestamp,
    },
    /// The server took it.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// Given up; staff are told.
    GivenUp {
        /// When.
        at: Timestamp,
        /// The last words of the server.
        why: String,
    },
    /// Not sent, because it was overtaken.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// By what.
        why: String,
    },
}

impl EffectState {
    /// Whether nothing more will happen to it.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(
            self,
            Self::Sent { .. } | Self::GivenUp { .. } | Self::Withdrawn { .. }
        )
    }
}

/// Why the journal could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store failed: disk full, damaged, locked.
    #[error("store {path}: {why}")]
    Store {
        /// Its folder.
        path: String,
        /// What it said, and what to do.
        why: String,
    },
    /// What the store's files hold is not what was recorded: what is left can be recovered.
    #[error("store {path}: {why}")]
    Damaged {
        /// Its folder.
        path: String,
        /// What is missing, and what to do.
        why: String,
    },
    /// Another process works with the journal.
    #[error(
        "{journal}: {holder} works with it; do this there, or stop that first (its lease ends by itself when it is gone)"
    )]
    Held {
        /// Which.
        journal: String,
        /// Who.
        holder: String,
    },
    /// Another process has taken over: whatever is done with the mailbox from here on is its to do.
    #[error(
        "{journal}: another process has taken over, because the lease on it had run out; nothing more is done with its mailbox here. Was this \
         process paused, or the database out of reach for longer than `[store] lease_seconds`?"
    )]
    LeaseLost {
        /// Which.
        journal: String,
    },
    /// A record cannot be read: written by a newer version, or damaged.
    #[error("record {key} in the store cannot be read: {why}")]
    Form {
        /// Which.
        key: String,
        /// Why.
        why: String,
    },
    /// Something was asked for that the state of an effect does not allow.
    #[error("{0}")]
    State(String),
}
