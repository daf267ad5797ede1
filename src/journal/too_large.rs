//! Which mails of ours were refused for their size? What is known of it stands beside the refusal, in the same commit, and with it the mark
//! that somebody must be told: whoever finds that mark records what takes their place in the commit that clears it.

use super::form::EffectForm;
use super::store::{Batch, Tree};
use super::{EffectRecord, EffectState, Journal, JournalError, LostRecipient, TooLarge, form};
use crate::mail::{Address, MessageId};
use crate::ticket::Party;

/// What another server said when it sent a mail back.
const SENT_BACK: &str = "another mail server took no mail of this size and sent it back";

impl Journal {
    /// That a mail was given up, or lost for one of its recipients, because of its size.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn refused_for_size(&self, id: &MessageId) -> Result<Option<TooLarge>, JournalError> {
        let found = self.record_of(id)?;
        Ok(found.and_then(|(_, delivery)| {
            let of_lost = || delivery.lost.iter().find_map(|lost| lost.too_large);
            delivery.too_large.or_else(of_lost)
        }))
    }

    /// A mail to staff that had left was sent back because of its size.
    pub(super) fn note_sent_back_for_size(
        &self,
        id: &MessageId,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let Some((record, mut delivery)) = self.record_of(id)? else {
            return Ok(());
        };
        let is_sent = matches!(record.state, EffectState::Sent { .. });
        if !is_sent || !is_for_us(&record) {
            return Ok(());
        }
        let lost = record
            .recipients
            .iter()
            .map(|recipient: &Address| LostRecipient {
                recipient: recipient.clone(),
                why: SENT_BACK.to_owned(),
                too_large: Some(TooLarge::default()),
            });
        delivery.lost = lost.collect();
        let name = id.as_str().as_bytes();
        let form = EffectForm::new(&record, &delivery);
        let key = format!("effect {id}");
        batch.put(Tree::Effects, name, form::write(&key, &form)?);
        batch.put(Tree::Untold, name, Vec::new());
        Ok(())
    }
}

/// Whether it was written to a team or to the admin.
fn is_for_us(record: &EffectRecord) -> bool {
    matches!(record.party, Some(Party::Staff(_)) | None)
}
