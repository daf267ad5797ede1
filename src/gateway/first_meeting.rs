//! Where does the loop begin in a folder: after what was handled, at the first mail, or after the old mail that is to be left alone?

use super::Office;
use super::kept_back::KeptBack;
use super::sweep::{Fetched, Gateway, SweepError};
use crate::clock;
use crate::config::{FirstStart, Outcome};
use crate::inbox::{Connection, Cursor};
use crate::journal::{Entry, HandledMail, JournalError, OnServer, Watched, on_disk};
use crate::report;

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
            return Ok(cursor);
        }
        let first_meeting = !self.journal.has_any_cursor()?;
        let uid = match office.settings.inbox.first_start {
            FirstStart::NewMail if first_meeting => {
                self.pass_over(office, connection, kept_back).await?
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
        Ok(cursor)
    }

    /// Remembers all mail that lies in the folder without handling it, and gives the UID of the last. It is remembered
    /// one by one, because a later change of UIDVALIDITY would make it look new. Until the cursor is recorded, a crash
    /// begins this again.
    async fn pass_over(
        &self,
        office: &Office,
        connection: &mut Connection,
        kept_back: &mut KeptBack,
    ) -> Result<u32, SweepError> {
        let uid_validity = connection.uid_validity();
        let last_uid = connection.last_uid().await?;
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
