//! What the people of a conversation have in their mail programs, so that they can reply to it as these do: to the reply address, in
//! the same thread, with what they answer quoted below.

use super::letter::Letter;
use crate::mail::{Address, Mail, MessageId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What everybody has got, and what everybody wrote last.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes {
    received: BTreeMap<String, Vec<Kept>>,
    written: BTreeMap<String, Kept>,
}

/// A mail as a mail program keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// Who wrote it, as the program shows it.
    shown_from: String,
    /// Where a reply goes.
    reply_to: Vec<Address>,
    /// Who else got it.
    others: Vec<Address>,
    pub(crate) message_id: Option<MessageId>,
    references: Vec<MessageId>,
    subject: String,
    pub(crate) text: String,
    at: Timestamp,
}

impl Kept {
    /// A mail as it arrives.
    pub(crate) fn of(mail: &Mail, at: Timestamp) -> Self {
        let addresses = |list: &[crate::mail::Mailbox]| -> Vec<Address> {
            list.iter().map(|one| one.address.clone()).collect()
        };
        let from = mail.from.as_ref();
        let reply_to = match addresses(&mail.reply_to) {
            named if named.is_empty() => {
                from.map(|from| from.address.clone()).into_iter().collect()
            }
            named => named,
        };
        let mut others = addresses(&mail.to);
        others.extend(addresses(&mail.cc));
        Self {
            shown_from: from.map(ToString::to_string).unwrap_or_default(),
            reply_to,
            others,
            message_id: mail.message_id.clone(),
            references: mail.references.clone(),
            subject: mail.subject.as_str().to_owned(),
            text: mail.body.text.clone(),
            at,
        }
    }

    /// Makes a letter a reply to this mail.
    pub(crate) fn answer_with(&self, letter: &mut Letter) {
        letter.to = self.reply_to.clone();
        self.put_above(letter);
    }

    /// Makes a letter a reply to everybody who has this mail.
    pub(crate) fn answer_all_with(&self, letter: &mut Letter) {
        letter.to = self.reply_to.clone();
        let mut others = self.others.clone();
        others.retain(|other| !other.is_same_as(&letter.from) && !letter.to.contains(other));
        letter.cc.extend(others);
        self.put_above(letter);
    }

    fn put_above(&self, letter: &mut Letter) {
        if letter.subject.is_empty() {
            let is_reply = self.subject.to_lowercase().starts_with("re:");
            letter.subject = if is_reply {
                self.subject.clone()
            } else {
                format!("Re: {}", self.subject)
            };
        }
        letter.in_reply_to.clone_from(&self.message_id);
        letter.references.clone_from(&self.references);
        letter.references.extend(self.message_id.clone());
        let quoted: String = self
            .text
            .lines()
            .map(|line| format!("> {line}\n"))
            .collect();
        let at = self.at.strftime("%a, %d %b %Y at %H:%M");
        letter.text = format!(
            "{}\n\nOn {at}, {} wrote:\n\n{quoted}",
            letter.text.trim(),
            self.shown_from
        );
    }
}

impl Mailboxes {
    /// A mail reached somebody.
    pub(crate) fn deliver(&mut self, to: &Address, mail: Kept) {
        self.received.entry(to.key()).or_default().push(mail);
    }

    /// Somebody wrote a mail.
    pub(crate) fn keep_written(&mut self, by: &Address, mail: Kept) {
        self.written.insert(by.key(), mail);
    }

    /// The last mail that somebody got.
    pub(crate) fn last_received(&self, by: &Address) -> Option<&Kept> {
        self.received.get(&by.key())?.last()
    }

    /// A mail that somebody got, counted from 1.
    pub(crate) fn received(&self, by: &Address, number: usize) -> Option<&Kept> {
        self.received.get(&by.key())?.get(number.checked_sub(1)?)
    }

    /// The last mail that somebody wrote.
    pub(crate) fn last_written(&self, by: &Address) -> Option<&Kept> {
        self.written.get(&by.key())
    }
}
