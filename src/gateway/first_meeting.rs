//! Where does the loop begin in a folder: after what was handled, at the first mail, or after the old mail that is to be left alone?

use super::Office;
use super::kept_back::KeptBack;
use super::sweep::{Fetched, Gateway, SweepError};
use crate::clock;
use crate::config::{FirstStart, Outcome};
use crate::inbox::{Connection, Cursor};
use crate::journal::{
    Entry, HandledMail, JournalError, LayThere, Left, OnServer, Watched, on_disk,
};
use crate::report;
use std::sync::atomic::Ordering;

impl Gateway {
    /// Where to begin in this folder. A changed UIDVALIDITY begins at its first mail: what was met before is recognised
    /// by its identity.
    pub(super) async fn first_cursor(
        &self,
        office: &Office,
        connection: &mut Connection,
        kept_back: &mut KeptBack,
    ) -> Result<Cursor, SweepError> {
        let uid_validity = connection.uid_validity();
        let folder = office.settings.inbox.whole_name();
        if self.journal.watch(&folder)? == Watched::Another {
            report::gateway::another_folder(&folder);
        }
        if let Some(cursor) = self.journal.cursor(uid_validity)? {
            self.note_start(connection).await?;
            return Ok(cursor);
        }
        // Before anything of it is handled.
        let lies_there = connection.last_uid().await?;
        self.note_lay_there(LayThere {
            uid_validity,
            at_meeting: lies_there,
            at_start: lies_there,
        })?;
        let first_meeting = !self.journal.has_any_cursor()?;
        self.note_what_left(office, connection, kept_back).await?;
        let recovers = self.journal.recovers()?;
        let uid = match office.settings.inbox.first_start {
            FirstStart::NewMail if first_meeting || recovers => {
                // What came after the first mail that was handled here is not old: it was waiting for us.
                let was_here = match recovers {
                    true => connection.first_handled_uid().await?,
                    false => None,
                };
                let last = match was_here {
                    Some(first) => first.saturating_sub(1),
                    None => connection.last_uid().await?,
                };
                self.pass_over(office, connection, kept_back, last).await?
            }
            _ => 0,
        };
        let cursor = Cursor { uid_validity, uid };
        report::gateway::folder_first_seen(uid_validity, uid, first_meeting);
        let entry = Entry {
            cursor: Some(cursor),
            ..Entry::default()
        };
        self.journal.record(entry, clock::now())?;
        self.journal.end_recovery()?;
        Ok(cursor)
    }

    /// Once after the start, of a folder that the journal knows: what lies there may have been handled by a later life of a store that came from
    /// a backup.
    async fn note_start(&self, connection: &mut Connection) -> Result<(), SweepError> {
        let uid_validity = connection.uid_validity();
        let known = self.journal.lay_there(uid_validity)?;
        if known.is_some() && self.start_is_noted.load(Ordering::Relaxed) {
            return Ok(());
        }
        let at_start = connection.last_uid().await?;
        self.note_lay_there(LayThere {
            uid_validity,
            at_meeting: known.map_or(0, |known| known.at_meeting),
            at_start,
        })?;
        Ok(())
    }

    fn note_lay_there(&self, lay_there: LayThere) -> Result<(), JournalError> {
        on_disk(|| self.journal.note_lay_there(lay_there))?;
        self.start_is_noted.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Copies of our own mails that lie in the folder tell what left, though a journal that was lost cannot: the same mail handled again asks
    /// for mails of the same names, and what left is not sent twice.
    async fn note_what_left(
        &self,
        office: &Office,
        connection: &mut Connection,
        kept_back: &mut KeptBack,
    ) -> Result<(), SweepError> {
        let uid_validity = connection.uid_validity();
        let mut new = 0;
        let mut seen = 0;
        for uid in connection.uids_of_ours().await? {
            if uid <= seen {
                continue;
            }
            let before = Cursor {
                uid_validity,
                uid: uid.saturating_sub(1),
            };
            let arrivals = match self.fetch(connection, before, kept_back).await? {
                Fetched::Mails(arrivals) => arrivals,
                // One of them that the server does not hand over proves nothing.
                Fetched::Nothing | Fetched::KeptBack { .. } => continue,
            };
            seen = (arrivals.last()).map_or(seen, |last| last.place.uid);
            let left: Vec<Left> = (arrivals.iter())
                .filter_map(|arrival| office.what_left(arrival))
                .collect();
            new += on_disk(|| self.journal.note_left(&left, clock::now()))?;
            self.works_on();
        }
        if new > 0 {
            report::gateway::found_left(new);
        }
        Ok(())
    }

    /// Remembers all mail that lies in the folder without handling it, and gives the UID of the last. It is remembered
    /// one by one, because a later change of UIDVALIDITY would make it look new. Until the cursor is recorded, a crash
    /// begins this again.
    async fn pass_over(
        &self,
        office: &Office,
        connection: &mut Connection,
        kept_back: &mut KeptBack,
        last_uid: u32,
    ) -> Result<u32, SweepError> {
        let uid_validity = connection.uid_validity();
        let mut uid = 0;
        while uid < last_uid {
            let cursor = Cursor { uid_validity, uid };
            let arrivals = match self.fetch(connection, cursor, kept_back).await? {
                Fetched::Nothing => break,
                // It is left alone like the others.
                Fetched::KeptBack { place, .. } => {
                    uid = place.uid;
                    continue;
                }
                Fetched::Mails(arrivals) => arrivals,
            };
            let old = arrivals
                .iter()
                .filter(|arrival| arrival.place.uid <= last_uid);
            let Some(last) = old.clone().next_back() else {
                break;
            };
            uid = last.place.uid;
            on_disk(|| -> Result<(), JournalError> {
                for arrival in old {
                    let identity = office.identify(arrival);
                    let mail = HandledMail {
                        identity,
                        place: arrival.place,
                        outcome: Outcome::Left,
                        tags: Vec::new(),
                        ticket: None,
                        checked: None,
                    };
                    let entry = Entry {
                        mail: Some(mail),
                        on_server: OnServer::LeaveAsItIs,
                        ..Entry::default()
                    };
                    self.journal.record(entry, clock::now())?;
                }
                Ok(())
            })?;
            self.works_on();
        }
        Ok(last_uid)
    }
}
