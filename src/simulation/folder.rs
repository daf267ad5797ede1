//! A folder of the support mailbox, as the IMAP server keeps it.

use std::collections::BTreeSet;
use std::sync::Arc;

/// A mail in the inbox.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) uid: u32,
    pub(super) bytes: Arc<[u8]>,
    pub(super) flags: BTreeSet<String>,
    /// Its Message-ID.
    pub(super) name: String,
    /// The transaction that a mail of ours is a copy of.
    pub(super) transaction: Option<usize>,
}

impl Stored {
    pub(super) fn is_handled(&self) -> bool {
        self.flags.contains("$Handoff")
    }
}

/// The inbox.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) validity: u32,
    pub(super) next_uid: u32,
    pub(super) mails: Vec<Stored>,
    /// What was moved elsewhere, handled.
    pub(super) moved: Vec<Stored>,
    /// What somebody else removed.
    pub(super) removed: BTreeSet<String>,
}

impl Default for Folder {
    fn default() -> Self {
        Self {
            validity: 7,
            next_uid: 1,
            mails: Vec::new(),
            moved: Vec::new(),
            removed: BTreeSet::new(),
        }
    }
}

impl Folder {
    pub(super) fn add(&mut self, name: &str, bytes: Arc<[u8]>, transaction: Option<usize>) {
        self.mails.push(Stored {
            uid: self.next_uid,
            bytes,
            flags: BTreeSet::new(),
            name: name.to_owned(),
            transaction,
        });
        self.next_uid += 1;
    }

    /// One of the mails lies there once more, under a UID of its own; which one.
    pub(super) fn double(&mut self, chance: u64, keeps_flags: bool) -> Option<String> {
        let place = usize::try_from(chance % self.mails.len().max(1) as u64).ok()?;
        let mut mail = self.mails.get(place)?.clone();
        mail.uid = self.next_uid;
        if !keeps_flags {
            mail.flags.clear();
        }
        self.next_uid += 1;
        let name = mail.name.clone();
        self.mails.push(mail);
        Some(name)
    }

    /// The folder is made anew: the mails stay, their UIDs mean nothing any more.
    pub(super) fn renew(&mut self) {
        self.validity += 1;
        self.next_uid = 1;
        for mail in &mut self.mails {
            mail.uid = self.next_uid;
            self.next_uid += 1;
        }
    }
}
