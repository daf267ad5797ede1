//! How does one commit vouch for the one before? Each carries a link: a hash over the link before, and a salted digest of every record
//! that the commit put or took away. Pure. A salt stands beside its record and goes with it: a digest without its salt says nothing about
//! what was there, so that forgetting a record leaves the chain whole (docs/decisions/0014-chain-and-forgetting.md).

use super::Tree;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// The form that is written.
const VERSION: u8 = 1;

/// How many bytes the same record's two digests differ by.
pub(super) const SALT_BYTES: usize = 16;

/// A digest of a record or of a link.
pub(crate) type Digest = [u8; 32];

/// What the first link of a chain has before it.
pub(super) const NOTHING_BEFORE: Digest = [0; 32];

/// What a commit was for. Numbers are on disk: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// The chain begins over what an older program wrote.
    Begin,
    /// What one mail, one staff act or one timer changes.
    Entry,
    /// Handling a mail is begun, or taken back.
    Handling,
    /// An attempt to send, and what came of it.
    Sending,
    /// A mail is tagged and filed, or its move was refused.
    Filing,
    /// A lesson is taken back.
    Unlearn,
    /// Which folder is watched.
    Watch,
    /// What tickets wait for.
    Deadline,
    /// Somebody is forgotten.
    Forget,
    /// What was kept long enough goes.
    Retention,
    /// Earlier keys of tokens are forgotten.
    ChangeKey,
    /// The brake on automatic mail is released.
    Brake,
    /// What needs a person, and what the admin was told.
    Trouble,
    /// Where articles stand.
    Autonomy,
    /// A weekly letter is written, or its answer carried out.
    Letter,
    /// The journal goes on although it may be older than the world.
    Recover,
}

impl Act {
    const ALL: [Self; 16] = [
        Self::Begin,
        Self::Entry,
        Self::Handling,
        Self::Sending,
        Self::Filing,
        Self::Unlearn,
        Self::Watch,
        Self::Deadline,
        Self::Forget,
        Self::Retention,
        Self::ChangeKey,
        Self::Brake,
        Self::Trouble,
        Self::Autonomy,
        Self::Letter,
        Self::Recover,
    ];

    const fn number(self) -> u8 {
        match self {
            Self::Begin => 1,
            Self::Entry => 2,
            Self::Handling => 3,
            Self::Sending => 4,
            Self::Filing => 5,
            Self::Unlearn => 6,
            Self::Watch => 7,
            Self::Deadline => 8,
            Self::Forget => 9,
            Self::Retention => 10,
            Self::ChangeKey => 11,
            Self::Brake => 12,
            Self::Trouble => 20,
            Self::Autonomy => 24,
            Self::Letter => 25,
            Self::Recover => 13,
        }
    }

    /// The word for people.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Entry => "entry",
            Self::Handling => "handling",
            Self::Sending => "sending",
            Self::Filing => "filing",
            Self::Unlearn => "unlearn",
            Self::Watch => "watch",
            Self::Deadline => "deadline",
            Self::Forget => "forget",
            Self::Retention => "retention",
            Self::ChangeKey => "change-key",
            Self::Brake => "brake",
            Self::Trouble => "trouble",
            Self::Autonomy => "autonomy",
            Self::Letter => "letter",
            Self::Recover => "recover",
        }
    }

    /// Whether it may take away or change what tickets' stories and handled mails say.
    pub(super) const fn may_rewrite_history(self) -> bool {
        matches!(self, Self::Forget | Self::Retention)
    }
}

/// A record, as the chain knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) tree: Tree,
    pub(super) digest: Digest,
}

/// What one commit says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) act: Act,
    pub(super) at: Timestamp,
    /// The hash of the link before.
    pub(super) before: Digest,
    /// Records that are there no more, or no more so.
    pub(super) gone: Vec<Mark>,
    /// Records that are new, or newly so.
    pub(super) new: Vec<Mark>,
}

impl Link {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let count = |marks: &[Mark]| u32::try_from(marks.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut bytes = vec![VERSION, self.act.number()];
        bytes.extend(self.at.as_microsecond().to_be_bytes());
        bytes.extend(self.before);
        bytes.extend(count(&self.gone));
        bytes.extend(count(&self.new));
        for mark in self.gone.iter().chain(&self.new) {
            bytes.push(mark.tree.number());
            bytes.extend(mark.digest);
        }
        bytes
    }

    /// `None` for what is no link, to the last byte.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ([version, act], rest) = bytes.split_first_chunk::<2>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (before, rest) = rest.split_first_chunk::<32>()?;
        let (gone, rest) = rest.split_first_chunk::<4>()?;
        let (new, rest) = rest.split_first_chunk::<4>()?;
        let mut marks = Vec::new();
        let mut rest = rest;
        while !rest.is_empty() {
            let (mark, more) = rest.split_first_chunk::<33>()?;
            let (tree, digest) = mark.split_first()?;
            marks.push(Mark {
                tree: Tree::by_number(*tree)?,
                digest: digest.try_into().ok()?,
            });
            rest = more;
        }
        let gone = usize::try_from(u32::from_be_bytes(*gone)).ok()?;
        let new = usize::try_from(u32::from_be_bytes(*new)).ok()?;
        if *version != VERSION || gone.checked_add(new)? != marks.len() {
            return None;
        }
        let new = marks.split_off(gone);
        Some(Self {
            act: Act::ALL.into_iter().find(|one| one.number() == *act)?,
            at: Timestamp::from_microsecond(i64::from_be_bytes(*at)).ok()?,
            before: *before,
            gone: marks,
            new,
        })
    }
}

/// The hash of a link, which the next one carries.
pub(super) fn hash(number: u64, link: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(b"handoffd link 1\0");
    hash.update(number.to_be_bytes());
    hash.update(link);
    hash.finalize().into()
}

/// The digest of a record under its salt.
pub(super) fn digest(salt: &[u8], full_key: &[u8], value: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(b"handoffd record 1\0");
    for part in [salt, full_key] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.update(value);
    hash.finalize().into()
}

/// The digest of a record as it is stored, with what stands beside it. Without a seal it was put in past this program: it has a digest that no
/// commit ever brought.
pub(super) fn digest_stored(seal: Option<&Seal>, full_key: &[u8], value: &[u8]) -> Digest {
    let salt = seal.map_or(&b"no seal"[..], |seal| &seal.salt);
    digest(salt, full_key, value)
}

/// What stands beside a record: its salt, and the number of the link that brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seal {
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) link: u64,
}

impl Seal {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.salt.to_vec();
        bytes.extend(self.link.to_be_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (salt, link) = bytes.split_first_chunk::<SALT_BYTES>()?;
        Some(Self {
            salt: *salt,
            link: u64::from_be_bytes(link.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_comes_back_and_no_shorter_or_longer_bytes_are_one() {
        let mark = |byte| Mark {
            tree: Tree::Events,
            digest: [byte; 32],
        };
        let link = Link {
            act: Act::Forget,
            at: Timestamp::from_second(1_800_000_000).unwrap(),
            before: [7; 32],
            gone: vec![mark(1), mark(2)],
            new: vec![mark(3)],
        };
        let bytes = link.to_bytes();
        assert_eq!(Link::from_bytes(&bytes), Some(link));
        for end in 0..bytes.len() {
            assert_eq!(Link::from_bytes(&bytes[..end]), None, "{end}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(Link::from_bytes(&longer), None);
        assert_ne!(hash(1, &bytes), hash(2, &bytes));
    }

    #[test]
    fn no_two_acts_share_a_number() {
        let mut numbers: Vec<u8> = Act::ALL.into_iter().map(Act::number).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), Act::ALL.len());
    }
}
