//! Tags handled mails with IMAP keywords and moves them to the folder of their outcome, as far as the server can.

use super::connection::{Connection, uid_set};
use super::strict::ANSWER_MAX_BYTES;
use super::{Filing, InboxError, Place, folder_name};
use crate::config::Outcome;
use crate::report;
use std::collections::BTreeMap;

/// What became of a mail on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Where it stood.
    pub place: Place,
    /// What was done.
    pub how: FiledHow,
}

/// How far the server could file a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiledHow {
    /// It has its keywords and stays where it is.
    Tagged,
    /// It has its keywords and was moved.
    Moved,
    /// It could be moved only by copying, which this server cannot finish safely; it stays, tagged.
    NotMoved,
}

/// How mails are moved here.
#[derive(Clone, Copy)]
enum Means {
    /// UID MOVE (RFC 6851).
    Move,
    /// UID COPY and UID EXPUNGE (RFC 4315).
    CopyAndExpunge,
    /// Neither: an EXPUNGE would take mails of others with it.
    None,
}

impl Connection {
    /// Tags and files. Mails that have vanished meanwhile are fine.
    ///
    /// # Errors
    /// [`InboxError`]; filing again is harmless.
    pub async fn file(&mut self, filings: &[Filing]) -> Result<Vec<Filed>, InboxError> {
        let mut by_flags: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let mut by_folder: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for filing in filings {
            let flags = self.flags_for(filing);
            if !flags.is_empty() {
                by_flags.entry(flags).or_default().push(filing.place.uid);
            }
            if let Some(folder) = self.settings.folders.get(&filing.outcome) {
                by_folder
                    .entry(folder.clone())
                    .or_default()
                    .push(filing.place.uid);
            }
        }
        for (flags, uids) in &by_flags {
            let command = format!("UID STORE {} +FLAGS.SILENT ({flags})", uid_set(uids));
            self.dialogue
                .run(&command, ANSWER_MAX_BYTES, |_| {})
                .await?;
        }
        let means = self.means();
        for (folder, uids) in &by_folder {
            match means {
                Means::Move => self.into_folder("UID MOVE", uids, folder).await?,
                Means::CopyAndExpunge => {
                    self.into_folder("UID COPY", uids, folder).await?;
                    self.expunge(uids).await?;
                }
                Means::None => report::inbox::cannot_move(folder),
            }
        }
        let how = |filing: &Filing| {
            let wanted = self.settings.folders.contains_key(&filing.outcome);
            match means {
                _ if !wanted => FiledHow::Tagged,
                Means::None => FiledHow::NotMoved,
                _ => FiledHow::Moved,
            }
        };
        let filed = filings.iter().map(|filing| Filed {
            place: filing.place,
            how: how(filing),
        });
        Ok(filed.collect())
    }

    fn means(&self) -> Means {
        if self.capabilities.contains("MOVE") {
            Means::Move
        } else if self.capabilities.contains("UIDPLUS") {
            Means::CopyAndExpunge
        } else {
            Means::None
        }
    }

    fn flags_for(&self, filing: &Filing) -> String {
        let mut flags = Vec::new();
        if filing.outcome == Outcome::OwnCopy {
            // Nobody needs to read what we wrote ourselves.
            flags.push("\\Seen".to_owned());
        }
        if self.keeps_keywords {
            flags.push("$Handoff".to_owned());
            flags.push(filing.outcome.keyword().to_owned());
            flags.extend(filing.tags.iter().map(|tag| keyword(tag)));
        }
        flags.join(" ")
    }

    /// Moves or copies, making the folder where it is missing.
    async fn into_folder(
        &mut self,
        command: &str,
        uids: &[u32],
        folder: &str,
    ) -> Result<(), InboxError> {
        let folder_quoted = folder_name::quoted(folder);
        let whole = format!("{command} {} {folder_quoted}", uid_set(uids));
        let Err(refusal) = self
            .dialogue
            .try_run(&whole, ANSWER_MAX_BYTES, |_| {})
            .await?
        else {
            return Ok(());
        };
        let create = format!("CREATE {folder_quoted}");
        if let Err(no) = self
            .dialogue
            .try_run(&create, ANSWER_MAX_BYTES, |_| {})
            .await?
            && refusal.try_create
        {
            report::inbox::cannot_create(folder, &no.answer);
        }
        self.dialogue.run(&whole, ANSWER_MAX_BYTES, |_| {}).await?;
        // A folder that is not subscribed is hidden in most mail clients; a refusal changes nothing.
        let subscribe = format!("SUBSCRIBE {folder_quoted}");
        let _ = self
            .dialogue
            .try_run(&subscribe, ANSWER_MAX_BYTES, |_| {})
            .await?;
        Ok(())
    }

    async fn expunge(&mut self, uids: &[u32]) -> Result<(), InboxError> {
        let uids = uid_set(uids);
        let delete = format!("UID STORE {uids} +FLAGS.SILENT (\\Deleted)");
        self.dialogue.run(&delete, ANSWER_MAX_BYTES, |_| {}).await?;
        self.dialogue
            .run(&format!("UID EXPUNGE {uids}"), ANSWER_MAX_BYTES, |_| {})
            .await
    }
}

/// A tag as an IMAP keyword: an atom (RFC 3501 section 9), whatever the tag holds.
fn keyword(tag: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let safe: String = tag.chars().filter(|c| plain(*c)).take(40).collect();
    format!("tag:{safe}")
}

#[cfg(test)]
mod tests {
    use super::keyword;

    #[test]
    fn a_tag_is_an_atom_whatever_it_holds() {
        assert_eq!(keyword("shipping"), "tag:shipping");
        assert_eq!(keyword("a b)\r\nx LOGOUT"), "tag:abxLOGOUT");
    }
}
