//! What does a copy of a mail of ours show that comes back? That one of its transactions was taken, and so whom the mail has reached.
//!
//! A copy does not say of which transaction it is. Where several are in doubt (no copy had come in time, so it was tried again, and cut off
//! again) it shows that the mail is with those whom each of them would have reached; to the others it is sent again. Most mails have one recipient.

use super::form::Delivery;
use super::store::Batch;
use super::{CopyProof, EffectRecord, EffectState, Journal, JournalError};
use crate::mail::{Address, MessageId};
use crate::ticket::{TicketId, TimedEvent};
use jiff::Timestamp;

/// When a copy of a mail of ours proves that it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proves {
    /// In our inbox: where one of the transactions in doubt asked for it, and none before it was taken.
    WhereAskedFor,
    /// In the folder of sent mail, where only the provider and people of ours put anything: it files a mail when it takes it.
    Always,
}

/// The attempts of which nobody knows whether they left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unproven {
    /// Whom each of them would have reached.
    pub(super) reached: Vec<Address>,
    /// Whether one of them asked for a copy to ourselves.
    pub(super) asked_for_copy: bool,
}

/// Those before and the last one.
pub(super) fn unproven(record: &EffectRecord, delivery: &Delivery) -> Unproven {
    let is_reached = |recipient: &&Address| {
        let earlier = delivery.unproven.as_ref();
        !delivery.postponed.contains(recipient)
            && earlier.is_none_or(|earlier| earlier.reached.contains(recipient))
    };
    Unproven {
        reached: record
            .recipients
            .iter()
            .filter(is_reached)
            .cloned()
            .collect(),
        asked_for_copy: delivery.copy == CopyProof::Asked
            || (delivery.unproven.as_ref()).is_some_and(|earlier| earlier.asked_for_copy),
    }
}

impl Journal {
    /// What the return of its copy changes: a mail in doubt has left for those whom it reached. What its ticket gains by that.
    pub(super) fn note_own_copy(
        &self,
        id: &MessageId,
        proves: Proves,
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<Vec<(TicketId, TimedEvent)>, JournalError> {
        let Some((mut record, mut delivery)) = self.record_of(id)? else {
            return Ok(Vec::new());
        };
        let unproven = match (&record.state, &delivery.unproven) {
            (EffectState::InDoubt { .. }, _) => unproven(&record, &delivery),
            // The copy came too late for the verdict, and in time to keep it from leaving once more. What was tried since did not leave.
            (EffectState::Waiting { .. } | EffectState::GivenUp { .. }, Some(unproven)) => {
                unproven.clone()
            }
            // Doubted by an older program, which kept the last attempt alone in mind.
            (EffectState::Waiting { .. } | EffectState::GivenUp { .. }, None)
                if delivery.doubts > 0 =>
            {
                unproven(&record, &delivery)
            }
            _ => return Ok(Vec::new()),
        };
        // A copy of it may be there since it reached others.
        let is_proof =
            !delivery.reached_some && (unproven.asked_for_copy || proves == Proves::Always);
        let (reached, remaining) = std::mem::take(&mut record.recipients)
            .into_iter()
            .partition::<Vec<_>, _>(|recipient| unproven.reached.contains(recipient));
        if !is_proof || reached.is_empty() {
            return Ok(Vec::new());
        }
        let gained = self.not_lost(&record, now)?;
        delivery.postponed = Vec::new();
        delivery.unproven = None;
        let state = if remaining.is_empty() {
            record.recipients = reached;
            EffectState::Sent { at: now }
        } else {
            record.recipients = remaining;
            delivery.reached_some = true;
            EffectState::Waiting { due: now }
        };
        self.change_state(batch, record, &delivery, state)?;
        Ok(gained)
    }
}
