//! What did the customer write, byte for byte? The mails themselves are not kept, but each lies beside the packet that told a team of it,
//! and the journal keeps what we sent for a while.

use super::Office;
use super::Past;
use crate::compose::Purpose;
use crate::decide::{Action, Meant};
use crate::inbox::Content;
use crate::journal::{Journal, JournalError};
use crate::mail::MessageId;
use crate::ticket::{Event, Ticket};

/// So many of the customer's mails are handed on with a ticket, the newest.
const ORIGINALS_MAX: usize = 10;

/// So many bytes of them together: a mail that no server takes would help nobody.
const ORIGINALS_MAX_BYTES: usize = 15_000_000;

impl Office {
    /// The customer's mails in this ticket, oldest first, where a decision gives it to a team that has not seen them.
    pub(super) fn originals(
        &self,
        action: &Action,
        ticket: Option<&Ticket>,
        past: &dyn Past,
    ) -> Result<Vec<Vec<u8>>, JournalError> {
        let gives_away = matches!(
            action,
            Action::Staff {
                meant: Some(Meant::Team(_)),
                ..
            }
        );
        let (true, Some(ticket)) = (gives_away, ticket) else {
            return Ok(vec![]);
        };
        let mut found: Vec<Vec<u8>> = Vec::new();
        let mut room = ORIGINALS_MAX_BYTES;
        for id in (ticket.events.iter().rev()).filter_map(|timed| shows_original(&timed.event)) {
            for original in self.originals_in(past.bytes_of(id)?) {
                let fits = original.len() <= room && found.len() < ORIGINALS_MAX;
                if fits && !found.contains(&original) {
                    room -= original.len();
                    found.push(original);
                }
            }
        }
        found.reverse();
        Ok(found)
    }

    /// The customer's mails of a ticket, as far as mails to its team that are kept hold them.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn kept_originals(
        &self,
        ticket: &Ticket,
        journal: &Journal,
    ) -> Result<Vec<Vec<u8>>, JournalError> {
        let mut found = Vec::new();
        for id in (ticket.events.iter()).filter_map(|timed| shows_original(&timed.event)) {
            found.extend(self.originals_in(journal.bytes_of(id)?));
        }
        Ok(found)
    }

    /// The customer's mails that lie beside what we wrote to a team; none where that is not kept any more.
    fn originals_in(&self, kept: Option<Vec<u8>>) -> Vec<Vec<u8>> {
        let packet = kept.and_then(|bytes| self.read(&Content::Whole(bytes)).ok());
        let files = packet.into_iter().flat_map(|packet| packet.attachments);
        let mails = files.filter(|file| file.media_type == "message/rfc822");
        mails.map(|file| file.content).collect()
    }
}

/// What we wrote to a team with the customer's mail beside it.
const fn shows_original(event: &Event) -> Option<&MessageId> {
    match event {
        Event::Wrote {
            message_id,
            purpose:
                Purpose::Packet
                | Purpose::CustomerWroteAgain
                | Purpose::DraftForApproval
                | Purpose::ForwardForApproval,
            ..
        } => Some(message_id),
        _ => None,
    }
}
