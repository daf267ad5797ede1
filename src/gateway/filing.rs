//! Tagging and filing what is settled: what the server refuses to move is tried again later, and told when that was in vain.

use super::Office;
use super::sweep::{BATCH_MAILS, Gateway, SweepError};
use crate::clock;
use crate::inbox::{Connection, Filed, Filing, How, Place};
use crate::journal::{JournalError, on_disk};
use crate::report;

impl Gateway {
    /// Tags and files the handled mails whose effects are settled.
    pub(super) async fn file(
        &self,
        office: &Office,
        connection: &mut Connection,
    ) -> Result<(), SweepError> {
        let folder = office.settings.inbox.folder.as_str();
        loop {
            let now = clock::now();
            let filings = on_disk(|| self.journal.to_file(now, BATCH_MAILS))?;
            let (here, elsewhere): (Vec<Filing>, Vec<Filing>) = filings
                .into_iter()
                .partition(|filing| filing.place.uid_validity == connection.uid_validity());
            // What is seen on the server was recorded: after a crash no mail is tagged that nobody remembers.
            on_disk(|| self.journal.sync())?;
            let mut done: Vec<Place> = elsewhere.iter().map(|filing| filing.place).collect();
            let mut refused = Vec::new();
            if !here.is_empty() {
                for Filed { place, how } in connection.file(&here).await? {
                    match how {
                        How::MoveRefused { .. } => refused.push(place),
                        How::Tagged | How::Untagged | How::Moved | How::Vanished => {
                            done.push(place)
                        }
                    }
                }
            }
            if done.is_empty() && refused.is_empty() {
                return Ok(());
            }
            on_disk(|| {
                self.journal.filed(&done)?;
                self.put_off(&refused, folder)
            })?;
            report::gateway::filed(done.len(), folder);
        }
    }

    /// Mails that could not be moved: to be tried again, or left where they are.
    fn put_off(&self, refused: &[Place], folder: &str) -> Result<(), JournalError> {
        let now = clock::now();
        let mut left = 0;
        for place in refused {
            if !self.journal.move_refused(*place, now)? {
                left += 1;
            }
        }
        if left > 0 {
            report::inbox::move_given_up(folder, left);
        }
        Ok(())
    }
}
