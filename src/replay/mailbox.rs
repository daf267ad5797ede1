//! Which mails does an old mailbox hold, in which order did they come, and which of them are our people's answers?
//!
//! Reads hostile input. A date is what the sender's machine says; what cannot be, or is missing, is taken to be that of the mail before it.

use crate::gateway::Office;
use crate::inbox::Content;
use crate::mail::{Mail, MailIdentity, MessageId, SenderKind};
use crate::understand::without_reply_marks;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// An answer without a trace of what it answers is taken to answer a mail of the same person about the same that is at most so old.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A mail as it lies in the old mailbox.
#[derive(Clone, Debug)]
pub struct OldMail {
    /// By what a person finds it: a file, or a file and a number.
    pub name: String,
    /// Its bytes, or its headers where it is too large.
    pub content: Content,
}

/// The mails of an old mailbox in the order of time.
#[derive(Debug, Default)]
pub struct OldMailbox {
    /// All that count.
    pub(super) letters: Vec<Letter>,
    /// Mails that lie there more than once are counted once.
    pub repeated: usize,
    /// Mails of which nobody can tell when they came.
    pub undated: usize,
    /// Mails that a machine of ours sent: this program, or an automatic reply of the mailbox.
    pub by_our_machines: usize,
    /// Mails that no part could read.
    pub unreadable: usize,
    /// Files that are no mails: nothing in them says from whom, to whom, when or about what.
    pub no_mails: usize,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) name: String,
    pub(super) content: Content,
    pub(super) at: Timestamp,
    pub(super) by: Author,
}

/// Who wrote it.
#[derive(Debug)]
pub(super) enum Author {
    /// Somebody else: it is judged.
    Outside,
    /// One of our people.
    OurPeople(RealAnswer),
}

/// What one of our people wrote to a customer.
#[derive(Clone, Debug)]
pub(super) struct RealAnswer {
    /// What they wrote, without what it quotes.
    pub(super) words: String,
    /// The mail that it answers, where that lies in the mailbox.
    pub(super) answers: Option<MailIdentity>,
}

/// A mail that was read, as far as the order needs it.
struct Read {
    name: String,
    content: Content,
    mail: Mail,
    at: Timestamp,
}

/// Whoever names a folder names whatever lies in it. (RFC 5322 section 3.6 demands a sender and a date of every mail.)
fn is_no_mail(mail: &Mail) -> bool {
    let is_addressed = mail.from.is_some() || !mail.to.is_empty() || !mail.delivered_to.is_empty();
    let is_named = mail.message_id.is_some() || mail.date.is_some();
    !is_addressed && !is_named && mail.subject.as_str().is_empty()
}

impl OldMailbox {
    /// Takes them apart and puts them in order. `now` is the latest that a mail can have come.
    #[must_use]
    pub fn of(mails: Vec<OldMail>, office: &Office, now: Timestamp) -> Self {
        let mut mailbox = Self::default();
        let mut read = Vec::new();
        let mut met = BTreeSet::new();
        let mut before = None;
        for OldMail { name, content } in mails {
            let Ok(mail) = office.read(&content) else {
                mailbox.unreadable += 1;
                continue;
            };
            if is_no_mail(&mail) {
                mailbox.no_mails += 1;
                continue;
            }
            if !met.insert(mail.identity) {
                mailbox.repeated += 1;
                continue;
            }
            let at = match mail.date.filter(|date| *date <= now) {
                Some(date) => date,
                None => {
                    mailbox.undated += 1;
                    before.unwrap_or(now)
                }
            };
            before = Some(at);
            read.push(Read {
                name,
                content,
                mail,
                at,
            });
        }
        // What came at the same moment stays in the order in which it lies there.
        read.sort_by_key(|read| read.at);
        let mut known = Known::default();
        for Read {
            name,
            content,
            mail,
            at,
        } in read
        {
            let by = match by_us(&mail, office) {
                None => {
                    known.remember(&mail, at);
                    Author::Outside
                }
                Some(true) => Author::OurPeople(RealAnswer {
                    words: mail.body.own_words().into_owned(),
                    answers: known.answered_by(&mail, at),
                }),
                Some(false) => {
                    mailbox.by_our_machines += 1;
                    continue;
                }
            };
            mailbox.letters.push(Letter {
                name,
                content,
                at,
                by,
            });
        }
        mailbox
    }

    /// How many mails will be gone through.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.letters.len()
    }

    /// Whether there is nothing to go through.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }
}

/// `None` where somebody else wrote; whether a person did where it was one of ours.
fn by_us(mail: &Mail, office: &Office) -> Option<bool> {
    let from = mail.from.as_ref()?;
    if !office.settings.is_ours(&from.address) {
        return None;
    }
    let is_person = match mail.sender_kind {
        SenderKind::Person => true,
        // Only the address says that it is ours: no mark of this program is on it.
        SenderKind::Own => (mail.sender_evidence.iter()).all(|evidence| evidence.place == "From"),
        _ => false,
    };
    Some(is_person)
}

/// The mails of others so far, by what an answer names.
#[derive(Default)]
struct Known {
    by_message_id: BTreeMap<MessageId, MailIdentity>,
    by_writer_and_subject: BTreeMap<(String, String), (MailIdentity, Timestamp)>,
}

impl Known {
    fn remember(&mut self, mail: &Mail, at: Timestamp) {
        if let Some(id) = &mail.message_id {
            // A later mail under the name of an earlier one takes nothing over.
            let _ = (self.by_message_id.entry(id.clone())).or_insert(mail.identity);
        }
        if let Some(writer) = mail.writer() {
            let key = (writer.address.key(), matter(mail));
            let _ = self.by_writer_and_subject.insert(key, (mail.identity, at));
        }
    }

    fn answered_by(&self, mail: &Mail, at: Timestamp) -> Option<MailIdentity> {
        let named = mail.in_reply_to.iter().chain(mail.references.iter().rev());
        let mut found = named.filter_map(|id| self.by_message_id.get(id));
        if let Some(identity) = found.next() {
            return Some(*identity);
        }
        let matter = matter(mail);
        let mut latest = mail.to.iter().filter_map(|to| {
            let key = (to.address.key(), matter.clone());
            self.by_writer_and_subject.get(&key)
        });
        let (identity, then) = latest.next()?;
        (at.duration_since(*then) <= ANSWERED_WITHIN).then_some(*identity)
    }
}

/// What a mail says that it is about.
fn matter(mail: &Mail) -> String {
    let subject = without_reply_marks(mail.subject.as_str());
    subject.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
