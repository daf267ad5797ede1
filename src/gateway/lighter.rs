//! A mail to our own people that a server refused for its size: taken apart, so that it can be written once more without what made it large.
//! Reads hostile input: the mails of strangers that are attached to it.

use super::Office;
use super::sweep::Gateway;
use crate::compose::{LeftOut, Outgoing, Oversize, TakenApart};
use crate::inbox::Content;
use crate::journal::{EffectRecord, JournalError, TooLarge};
use crate::mail::{Attachment, Mail};
use crate::report;
use crate::ticket::Party;
use jiff::Timestamp;

/// What is smaller stays attached, unless it is somebody's mail.
const KEPT_MAX_BYTES: usize = 32_000;

impl Gateway {
    /// The same mail without what made it too large; `None` where nothing can be left out, or where it goes to a customer: what a person sends
    /// to a customer is not ours to change.
    pub(super) fn lighter(
        &self,
        office: &Office,
        lost: &EffectRecord,
        too_large: TooLarge,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, JournalError> {
        if matches!(lost.party, Some(Party::Customer(_))) {
            return Ok(None);
        }
        let Some(bytes) = self.journal.bytes_of(&lost.message_id)? else {
            return Ok(None);
        };
        let Ok(mail) = office.read(&Content::Whole(bytes.clone())) else {
            return Ok(None);
        };
        let mut left_out = Vec::new();
        let mut kept = Vec::new();
        for file in mail.attachments {
            if let Some(original) = original(office, &file) {
                let folder = self.folder_of(office, &original)?;
                let mail = Box::new(original);
                left_out.push(LeftOut::Mail { mail, folder });
            } else if file.content.len() > KEPT_MAX_BYTES {
                left_out.push(LeftOut::File(file));
            } else {
                kept.push(file);
            }
        }
        let apart = TakenApart {
            first: lost,
            bytes: &bytes,
            too_large,
            left_out: &left_out,
            kept: &kept,
        };
        let lighter = (office.writer).lighter(&apart, &office.settings, now);
        Ok(lighter.unwrap_or_else(|error| {
            report::gateway::no_lighter_mail(lost, &error);
            None
        }))
    }

    /// Where a mail lies in the support mailbox, as soon as it is filed.
    fn folder_of(&self, office: &Office, mail: &Mail) -> Result<Option<String>, JournalError> {
        let inbox = &office.settings.inbox;
        let handled = self.journal.handled(&mail.identity)?;
        Ok(handled.map(|handled| {
            let folder = inbox.folders.get(&handled.outcome);
            folder.unwrap_or(&inbox.folder).clone()
        }))
    }

    /// What is known of a mail that was refused for its size.
    pub(super) fn oversize(
        &self,
        office: &Office,
        lost: &EffectRecord,
        too_large: TooLarge,
    ) -> Result<Oversize, JournalError> {
        let bytes = self.journal.bytes_of(&lost.message_id)?;
        let size = bytes.as_ref().map(|bytes| bytes.len() as u64);
        let mail = bytes.and_then(|bytes| office.read(&Content::Whole(bytes)).ok());
        Ok(Oversize {
            bytes: size,
            limit_bytes: too_large.limit_bytes,
            files: mail.map(|mail| mail.attachments).unwrap_or_default(),
        })
    }
}

/// Somebody's mail, as we attach it: as a mail, or as a file where it is not fit to travel as one.
fn original(office: &Office, file: &Attachment) -> Option<Mail> {
    let is_mail = file.media_type == "message/rfc822" || file.name.as_str() == "original.eml";
    let content = Content::Whole(file.content.clone());
    is_mail.then(|| office.read(&content).ok()).flatten()
}
