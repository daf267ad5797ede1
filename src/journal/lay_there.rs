//! Which mails of the inbox may have been handled by a store that is no more? Those that lay in the folder when this journal met it: the store was
//! lost, damaged, or came from a backup. Perhaps those that lay there when the program was started, for a backup may have been put in its place
//! without a word. What comes later comes to this desk, whatever keywords it brings along: another desk may have tagged it, before somebody
//! moved it here.

use super::form::{self, LayThereForm};
use super::store::{Act, Batch, Outlives, Tree};
use super::{Journal, JournalError};
use crate::inbox::Place;

/// The key in [`Tree::WatchedFolder`].
const LAY_THERE: &[u8] = b"lay-there";

/// How far the mails go that the journal may be too young for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayThere {
    /// Of the folder with this UIDVALIDITY.
    pub uid_validity: u32,
    /// The last UID when the journal met the folder.
    pub at_meeting: u32,
    /// The last UID when the program was started.
    pub at_start: u32,
}

/// Since when a mail lies where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From before the journal met the folder, or nothing is known of that.
    BeforeMeeting,
    /// It came when the journal knew the folder, before the program was started.
    BeforeStart,
    /// It came while we ran.
    Start,
}

impl LayThere {
    fn since(self, place: Place) -> Since {
        if place.uid_validity != self.uid_validity || place.uid <= self.at_meeting {
            Since::BeforeMeeting
        } else if place.uid <= self.at_start {
            Since::BeforeStart
        } else {
            Since::Start
        }
    }
}

impl Journal {
    /// What lay in this folder at the meeting and at the start; `None` where that was not noted.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn lay_there(&self, uid_validity: u32) -> Result<Option<LayThere>, JournalError> {
        let known = self.noted_as_lying_there()?;
        Ok(known.filter(|known| known.uid_validity == uid_validity))
    }

    /// Notes what lies in the folder, before anything of it is handled.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn note_lay_there(&self, lay_there: LayThere) -> Result<(), JournalError> {
        let _writing = self.lock();
        if self.noted_as_lying_there()? == Some(lay_there) {
            return Ok(());
        }
        let form = LayThereForm {
            uid_validity: lay_there.uid_validity,
            at_meeting: lay_there.at_meeting,
            at_start: lay_there.at_start,
        };
        let mut batch = Batch::of(Act::Watch);
        batch.put(
            Tree::WatchedFolder,
            LAY_THERE,
            form::write("what lay there", &form)?,
        );
        self.store.commit(batch, Outlives::PowerCut)
    }

    /// Since when the mail at this place lies there.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn lies_there_since(&self, place: Place) -> Result<Since, JournalError> {
        let known = self.noted_as_lying_there()?;
        Ok(known.map_or(Since::BeforeMeeting, |known| known.since(place)))
    }

    fn noted_as_lying_there(&self) -> Result<Option<LayThere>, JournalError> {
        let Some(bytes) = self.store.get(Tree::WatchedFolder, LAY_THERE)? else {
            return Ok(None);
        };
        let form: LayThereForm = form::read("what lay there", &bytes)?;
        Ok(Some(LayThere {
            uid_validity: form.uid_validity,
            at_meeting: form.at_meeting,
            at_start: form.at_start,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_while_we_run_is_ours_and_of_an_unknown_folder_nothing_is() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let at = |uid_validity, uid| Place { uid_validity, uid };
        assert_eq!(
            journal.lies_there_since(at(7, 1)).unwrap(),
            Since::BeforeMeeting
        );
        let lay_there = LayThere {
            uid_validity: 7,
            at_meeting: 10,
            at_start: 20,
        };
        journal.note_lay_there(lay_there).unwrap();
        drop(journal);
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.lay_there(7).unwrap(), Some(lay_there));
        assert_eq!(journal.lay_there(8).unwrap(), None);
        for (place, since) in [
            (at(7, 10), Since::BeforeMeeting),
            (at(7, 11), Since::BeforeStart),
            (at(7, 20), Since::BeforeStart),
            (at(7, 21), Since::Start),
            (at(8, 21), Since::BeforeMeeting),
        ] {
            assert_eq!(journal.lies_there_since(place).unwrap(), since, "{place}");
        }
    }
}
