//! Is the journal what was recorded? In words for people: what differs, and which commit had recorded it.
//! Reads what somebody may have changed on purpose: any bytes end as words.

use super::place;
use super::store::{ChainOfCopy, Found, Opening, SledStore, Tree, Verified, Walked};
use super::{Journal, JournalError};
use crate::ticket::TicketId;
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;

/// The wait before a check goes on that the disk did not let go on.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What a look at the whole journal found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The first and the last commit that the chain knows.
    pub commits: Option<(u64, u64)>,
    /// The last link, to be noted elsewhere: whoever holds it can tell later that nothing before it was changed.
    pub head: Head,
    /// How many records are stored.
    pub records: u64,
    /// When somebody was forgotten or something old was dropped, the last ones: time, what for, how many records went.
    pub removals: Vec<Removal>,
    /// What is not as it was recorded, the earliest commit first.
    pub differences: Vec<Difference>,
}

/// A link by number and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The commit.
    pub commit: u64,
    /// The hash of its link, 64 hexadecimal digits.
    pub hash: String,
}

/// A commit that took contents away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Which.
    pub commit: u64,
    /// When.
    pub at: Timestamp,
    /// `forget` or `retention`.
    pub why: &'static str,
    /// So many records went, or lost what was forgotten.
    pub records: usize,
}

/// Something that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The commit that had recorded it, where that is known.
    pub commit: Option<u64>,
    /// What is wrong, as a sentence.
    pub what: String,
}

/// So many removals are told, the latest.
const REMOVALS_MAX: usize = 50;

impl Journal {
    /// Whether there is a journal in `folder`.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        super::store::is_store(folder)
    }

    /// Opens the journal in `folder` to see whether it was changed, whatever was done to it. Nothing can be recorded.
    ///
    /// # Errors
    /// [`JournalError::Store`] where another process has it open, or the database cannot be read at all.
    pub fn open_to_verify(folder: &Path) -> Result<Self, JournalError> {
        let store = SledStore::open(folder, Opening::ToVerify)?;
        Ok(Self::with_store(Box::new(store), folder))
    }

    /// Whether a store that was too large to be checked at its opening is whole. Goes through everything in slices: what is recorded meanwhile
    /// waits for one of them at most. A damaged one is refused at the next opening. Where it is stopped nothing was found yet.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] that says what is missing or damaged, and what to do.
    pub fn check_late(&self, is_stopped: impl Fn() -> bool) -> Result<(), JournalError> {
        // One that failed meanwhile is checked when it is opened anew.
        while !self.store.is_checked() && !is_stopped() {
            let what = match self.store.check_slice() {
                Ok(Walked::Some { .. }) => continue,
                Ok(Walked::All(damage)) if damage.is_empty() => return Ok(()),
                Ok(Walked::All(damage)) => {
                    let what: Vec<String> = damage.iter().map(ToString::to_string).collect();
                    what.join("; ")
                }
                // The disk, and not what is on it: that is waited for, as everywhere.
                Err(JournalError::Store { .. }) => {
                    std::thread::sleep(TRIED_AGAIN_AFTER);
                    continue;
                }
                Err(why) => why.to_string(),
            };
            self.store.distrust();
            return Err(JournalError::Damaged {
                path: self.folder.display().to_string(),
                why: super::store::damaged_words(&what),
            });
        }
        Ok(())
    }

    /// Goes through the chain of all commits and everything that is stored. Nothing is recorded meanwhile.
    ///
    /// # Errors
    /// [`JournalError`] where the store cannot be read.
    pub fn audit(&self) -> Result<Audit, JournalError> {
        Ok(in_words(self.store.verify()?))
    }

    /// The last link; `None` before the first commit.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        let (commit, hash) = self.store.head()?;
        Some(Head {
            commit,
            hash: hex(&hash),
        })
    }

    /// Writes the store anew under a chain that begins with what is stored now: links of earlier commits go, which are most of an old store.
    ///
    /// # Errors
    /// [`JournalError`]; the store is as before then.
    pub fn begin_chain_anew(&self) -> Result<(), JournalError> {
        let _writing = self.lock();
        self.store.rewrite(ChainOfCopy::Anew)
    }

    /// Writes the store anew, so that its files hold nothing of what was deleted.
    ///
    /// # Errors
    /// [`JournalError`]; the store is as before then.
    pub fn compact(&self) -> Result<(), JournalError> {
        let _writing = self.lock();
        self.store.rewrite(ChainOfCopy::Kept)
    }
}

fn in_words(verified: Verified) -> Audit {
    let removals = verified.forgettings.iter().rev().take(REMOVALS_MAX).rev();
    Audit {
        commits: verified.first.zip(verified.last),
        head: Head {
            commit: verified.last.unwrap_or(0),
            hash: hex(&verified.head),
        },
        records: verified.records,
        removals: removals
            .map(|(commit, at, act, records)| Removal {
                commit: *commit,
                at: *at,
                why: act.as_str(),
                records: *records,
            })
            .collect(),
        differences: (verified.differences.into_iter())
            .map(|difference| Difference {
                commit: difference.link,
                what: sentence(&difference.found),
            })
            .collect(),
    }
}

fn sentence(found: &Found) -> String {
    match found {
        Found::LinkMissing => "its link is missing: commits were cut out, or cut off at the end".to_owned(),
        Found::LinkUnreadable => "its link cannot be read".to_owned(),
        Found::LinkBroken => "its link does not follow from the one before: one of the two was changed, put in or taken out".to_owned(),
        Found::TookWhatWasNotThere => "it replaced or removed a record that no commit had made so: that record had been changed or put in".to_owned(),
        Found::BeganAgain => "it takes in records as if an older program had written them, behind commits of this one: they were put in".to_owned(),
        Found::RewroteHistory => "it changed what may only be added to".to_owned(),
        Found::NotAsWitnessed => "it is not the commit that the file `commits` remembers: the chain was made anew, or that file was changed".to_owned(),
        Found::WitnessEmpty => "the file `commits` remembers no commit of this chain: it was removed or changed, and a cut at the end would not be seen".to_owned(),
        Found::Changed { tree, key } => format!("{} is not as it was recorded", name(*tree, key)),
        Found::Gone { tree, key } => format!("{} is gone", name(*tree, key)),
        Found::GoneWithoutTrace { tree, records } => {
            format!("{records} of its records in `{}` are gone", tree.name())
        }
        Found::Added { tree, key } => format!("{} was recorded by no commit", name(*tree, key)),
        Found::SealsHidden { tree, records } => format!(
            "the seals of {records} records in `{}` are found by their keys and not met by a look at all of them: the database is damaged",
            tree.name()
        ),
        Found::NoChain => "there is no chain: no commit was made yet, or all of it is gone".to_owned(),
    }
}

/// What a record is called. Keys may hold anything.
fn name(tree: Tree, key: &[u8]) -> String {
    if tree == Tree::Events
        && let Some((ticket, number)) = event(key)
    {
        return format!("event {number} of ticket {ticket}");
    }
    let printable = |byte: &u8| matches!(byte, b' '..=b'~');
    let key = match key.iter().all(printable) {
        true => String::from_utf8_lossy(key).into_owned(),
        false => hex(key),
    };
    format!("`{key}` in `{}`", tree.name())
}

fn event(key: &[u8]) -> Option<(TicketId, u32)> {
    let number = place::event_number(key)?;
    let ticket = place::ticket_id(key.get(..key.len().checked_sub(4)?)?)?;
    Some((ticket, number))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
