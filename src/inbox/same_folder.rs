//! Is the open folder still the one that has this name? A server goes on showing an open folder that was removed, and says nothing of a new one
//! in its place (Dovecot, Cyrus, Courier): mail in that one would never be seen. So the name is opened again from time to time.

use super::connection::{Connection, select};
use super::error::InboxError;
use tokio::time::Instant;

impl Connection {
    /// Opens the folder again if that was not done for a whole poll interval; whoever calls this looks for mail afterwards.
    ///
    /// # Errors
    /// There is no such folder any more, it is another one (UIDVALIDITY), or the connection is lost.
    pub async fn check_folder(&mut self) -> Result<(), InboxError> {
        if self.opened_at.elapsed() < self.poll_interval {
            return Ok(());
        }
        let opened = select(&mut self.dialogue, &self.folder, self.limits, self.access).await?;
        self.opened_at = Instant::now();
        if opened.uid_validity != self.uid_validity {
            return Err(self
                .dialogue
                .peer
                .replaced(self.uid_validity, opened.uid_validity));
        }
        // Some servers keep no more new keywords once there are many.
        self.permanent_flags = opened.permanent_flags;
        Ok(())
    }
}
