//! What did the customer write, byte for byte? The mails themselves are not kept, but each lies beside the packet that told a team of it,
//! and the journal keeps what we sent for a while.

use super::Office;
use super::Past;
use crate::compose::Purpose;
use crate::decide::{Action, Meant};
use crate::inbox::Content;
use crate::journal::JournalError;
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
        for timed in ticket.events.iter().rev() {
            let Event::Wrote {
                message_id,
                purpose:
                    Purpose::Packet
                    | Purpose::CustomerWroteAgain
                    | Purpose::DraftForApproval
                    | Purpose::ForwardForApproval,
                ..
            } = &timed.event
            else {
                continue;
            };
            let Some(bytes) = past.bytes_of(message_id)? else {
                continue;
            };
            let Ok(packet) = self.read(&Content::Whole(bytes)) else {
                continue;
            };
            let mails = packet.attachments.into_iter();
            let mails = mails.filter(|file| file.media_type == "message/rfc822");
            for original in mails.map(|file| file.content) {
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
}
