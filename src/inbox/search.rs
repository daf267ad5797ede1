//! What tells that a handoffd was here before? Keywords on mails, and copies of its own mails. Reads hostile input: what a server names is
//! only ever a place to look at.

use super::connection::Connection;
use super::error::InboxError;
use super::guarded::Bound;
use super::keyword::HANDLED;
use imap_proto::{MailboxDatum, Response};

/// So many places are taken from one answer; the latest.
const FOUND_MAX: usize = 100_000;

impl Connection {
    /// UIDs of mails that say of themselves that we wrote them, in order. Empty where the server cannot search.
    ///
    /// # Errors
    /// The connection is lost.
    pub async fn uids_of_ours(&mut self) -> Result<Vec<u32>, InboxError> {
        self.search("UID SEARCH HEADER X-Handoff-Mark \"\"").await
    }

    /// The lowest UID of a mail that says of itself that we wrote it, and that the server has had since that day (RFC 3501, section 6.4.4: SINCE,
    /// by the server's own date); `None` where there is none, or the server cannot search.
    ///
    /// # Errors
    /// The connection is lost.
    pub async fn first_uid_of_ours_since(
        &mut self,
        day: jiff::civil::Date,
    ) -> Result<Option<u32>, InboxError> {
        let day = day.strftime("%-d-%b-%Y");
        let command = format!("UID SEARCH SINCE {day} HEADER X-Handoff-Mark \"\"");
        Ok(self.search(&command).await?.first().copied())
    }

    /// The lowest UID of a mail that carries the keyword of handled mails; `None` where there is none, or the server cannot search.
    ///
    /// # Errors
    /// The connection is lost.
    pub async fn first_handled_uid(&mut self) -> Result<Option<u32>, InboxError> {
        let command = format!("UID SEARCH KEYWORD {HANDLED}");
        Ok(self.search(&command).await?.first().copied())
    }

    async fn search(&mut self, command: &str) -> Result<Vec<u32>, InboxError> {
        let mut found = Vec::new();
        let limit = self.limits.transfer;
        let bound = Bound {
            total_bytes: 16 * 1024 * 1024,
            literal_bytes: 4096,
        };
        let answer = self
            .dialogue
            .run("UID SEARCH", command, limit, bound, &mut |response| {
                if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                    found.extend(uids.iter().copied());
                }
            })
            .await?;
        if !answer.is_ok() {
            return Ok(Vec::new());
        }
        found.sort_unstable();
        found.dedup();
        let surplus = found.len().saturating_sub(FOUND_MAX);
        Ok(found.split_off(surplus))
    }
}
