//! How often did the same text come before, and how many mails of one sender? Kept for a day, under hashes: neither texts nor addresses stand
//! in it.

use super::history::{HOUR, before};
use super::store::{Batch, Order, Tree, end_of_prefix};
use super::{Journal, JournalError, place};
use crate::decide::{Fingerprint, Repeats};
use crate::mail::{Address, MailIdentity};
use crate::ticket::TicketId;
use crate::trust::is_mailbox_provider;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// More rows than this are not counted.
const COUNTED_MAX: usize = 10_000;

/// How many old mails one new mail clears away.
const PRUNED_MAX: usize = 64;

/// What is compared of a mail of somebody outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who wrote.
    pub sender: Address,
    /// Whether it is shown that it was they: what strangers write in their name is not counted with what they write.
    pub proof: Proof,
    /// What the text says; `None` where it is too short to be compared.
    pub fingerprint: Option<Fingerprint>,
}

/// Whether a sender is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The domain vouches for it.
    Shown,
    /// It does not.
    None,
}

/// What is counted together.
type Scope = [u8; 16];

impl Journal {
    /// How often the same came before.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn repeats(&self, said: &Said, now: Timestamp) -> Result<Repeats, JournalError> {
        let day = HOUR * 24;
        let (of_sender_in_hour, last_of_sender) =
            self.said_since(&of_sender(&said.sender, said.proof), now, HOUR)?;
        let Some(fingerprint) = &said.fingerprint else {
            return Ok(Repeats {
                of_sender_in_hour,
                last_of_sender,
                ..Repeats::default()
            });
        };
        let same_of_domain = same_of_domain(said, fingerprint);
        let same_of_sender = same_of_sender(said, fingerprint);
        let (same_in_hour, last_with_text) =
            self.said_since(&same(said, fingerprint), now, HOUR)?;
        Ok(Repeats {
            same_of_sender_in_day: self.said_since(&same_of_sender, now, day)?.0,
            same_of_domain_in_day: self.said_since(&same_of_domain, now, day)?.0,
            same_of_domain_in_hour: self.said_since(&same_of_domain, now, HOUR)?.0,
            same_in_hour,
            of_sender_in_hour,
            last_with_text,
            last_of_sender,
        })
    }

    fn said_since(
        &self,
        scope: &Scope,
        now: Timestamp,
        span: SignedDuration,
    ) -> Result<(u32, Option<TicketId>), JournalError> {
        let mut from = scope.to_vec();
        from.extend_from_slice(&place::time(before(now, span)));
        let rows = self.store.scan(
            Tree::Said,
            &from,
            end_of_prefix(scope).as_deref(),
            Order::Upwards,
            COUNTED_MAX,
        )?;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let last = rows.last().and_then(|(_, name)| place::ticket_id(name));
        Ok((count, last))
    }

    /// Counts a mail, and clears away what is older than a day.
    pub(super) fn count_said(
        &self,
        said: &Said,
        mail: &MailIdentity,
        ticket: Option<&TicketId>,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let name = ticket.map(|id| id.compact().as_bytes().to_vec());
        let mut scopes = vec![of_sender(&said.sender, said.proof)];
        if let Some(fingerprint) = &said.fingerprint {
            scopes.push(same_of_sender(said, fingerprint));
            scopes.push(same_of_domain(said, fingerprint));
            scopes.push(same(said, fingerprint));
        }
        for scope in &scopes {
            let key = row(scope, now, mail.0.as_slice());
            batch.put(Tree::Said, key, name.clone().unwrap_or_default());
        }
        let by_time = place::timed(now, &mail.0);
        batch.put(Tree::SaidByTime, by_time, scopes.concat());
        let until = place::time(before(now, HOUR * 24));
        let old = self.store.scan(
            Tree::SaidByTime,
            &[],
            Some(&until),
            Order::Upwards,
            PRUNED_MAX,
        )?;
        for (key, scopes) in old {
            if let Some(at) = place::time_of(&key) {
                let mail = place::after_time(&key);
                let (scopes, _) = scopes.as_chunks::<16>();
                for scope in scopes {
                    batch.delete(Tree::Said, row(scope, at, mail));
                }
            }
            batch.delete(Tree::SaidByTime, key);
        }
        Ok(())
    }
}

impl Journal {
    /// Forgets what was counted of a sender: a hash of an address can be tried out.
    pub(super) fn forget_said(
        &self,
        sender: &Address,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let of_sender = [Proof::Shown, Proof::None].map(|proof| of_sender(sender, proof));
        let kept = (self.store).scan(Tree::SaidByTime, &[], None, Order::Upwards, usize::MAX)?;
        for (key, scopes) in kept {
            let (scopes, _) = scopes.as_chunks::<16>();
            if !of_sender.iter().any(|scope| scopes.contains(scope)) {
                continue;
            }
            if let Some(at) = place::time_of(&key) {
                let mail = place::after_time(&key);
                for scope in scopes {
                    batch.delete(Tree::Said, row(scope, at, mail));
                }
            }
            batch.delete(Tree::SaidByTime, key);
        }
        Ok(())
    }
}

fn row(scope: &Scope, at: Timestamp, mail: &[u8]) -> Vec<u8> {
    let mut key = scope.to_vec();
    key.extend_from_slice(&place::time(at));
    key.extend_from_slice(mail);
    key
}

fn of_sender(sender: &Address, proof: Proof) -> Scope {
    scope(&[b"sender", proof.word(), sender.key().as_bytes()])
}

fn same_of_sender(said: &Said, text: &Fingerprint) -> Scope {
    let sender = said.sender.key();
    scope(&[
        b"sender and text",
        said.proof.word(),
        sender.as_bytes(),
        &text.0,
    ])
}

/// Of a provider of mailboxes each address is somebody of their own.
fn same_of_domain(said: &Said, text: &Fingerprint) -> Scope {
    let domain = said.sender.domain().to_ascii_lowercase();
    let who = match is_mailbox_provider(&domain) {
        true => said.sender.key(),
        false => domain,
    };
    scope(&[
        b"domain and text",
        said.proof.word(),
        who.as_bytes(),
        &text.0,
    ])
}

fn same(said: &Said, text: &Fingerprint) -> Scope {
    scope(&[b"text", said.proof.word(), &text.0])
}

impl Proof {
    const fn word(self) -> &'static [u8] {
        match self {
            Self::Shown => b"shown",
            Self::None => b"not shown",
        }
    }
}

fn scope(parts: &[&[u8]]) -> Scope {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}
