//! What does a copy of a mail of ours show that comes back? That one of its transactions was taken, and so whom the mail has reached.
//!
//! A copy does not say of which transaction it is. Where several are in doubt (no copy had come in time, so it was tried again, and cut off
//! again) it shows that the mail is with those whom each of them would have reached that asked for a copy; to the others it is sent again. Most mails
//! have one recipient.
//!
//! Promise: what was given up stays given up for those whom the copy does not name. Later mails of its ticket may have reached them since, and the
//! team was told that it is not sent again by itself: they are told of once more instead, by their names alone.

use super::form::Delivery;
use super::store::Batch;
use super::{CopyProof, EffectRecord, EffectState, Journal, JournalError};
use crate::mail::{Address, MessageId};
use crate::ticket::{TicketId, TimedEvent};
use jiff::Timestamp;

/// Why a mail was given up for those whom it did not reach, where its copy shows that it reached the others.
const NOT_FOR_THIS_ONE: &str = "it left for its other recipients alone; this one had been put off, and that was not known before it was given up";

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
    /// Whom each of those would have reached that asked for a copy to ourselves; `None` where none did.
    pub(super) reached_with_copy: Option<Vec<Address>>,
}

/// Those before and the last one.
pub(super) fn unproven(record: &EffectRecord, delivery: &Delivery) -> Unproven {
    let last: Vec<Address> = (record.recipients.iter())
        .filter(|recipient| !delivery.postponed.contains(recipient))
        .cloned()
        .collect();
    let both = |earlier: &[Address]| -> Vec<Address> {
        let reached = last.iter().filter(|recipient| earlier.contains(recipient));
        reached.cloned().collect()
    };
    let earlier = delivery.unproven.as_ref();
    let earlier_with_copy = earlier.and_then(|earlier| earlier.reached_with_copy.as_deref());
    Unproven {
        reached_with_copy: match (delivery.copy, earlier_with_copy) {
            (CopyProof::None, earlier) => earlier.map(<[Address]>::to_vec),
            (CopyProof::Asked, None) => Some(last.clone()),
            (CopyProof::Asked, Some(earlier)) => Some(both(earlier)),
        },
        reached: earlier.map_or_else(|| last.clone(), |earlier| both(&earlier.reached)),
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
            // The copy came too late for the verdict, and in time to keep it from leaving once more, or from being told as lost or as withdrawn.
            // What was tried since the last doubt did not leave.
            (
                EffectState::Waiting { .. }
                | EffectState::GivenUp { .. }
                | EffectState::Withdrawn { .. },
                Some(unproven),
            ) => unproven.clone(),
            // Doubted by an older program, which kept the last attempt alone in mind.
            (EffectState::Waiting { .. } | EffectState::GivenUp { .. }, None)
                if delivery.doubts > 0 =>
            {
                unproven(&record, &delivery)
            }
            _ => return Ok(Vec::new()),
        };
        let reached = match proves {
            // A copy of it may be there since it reached others.
            _ if delivery.reached_some => None,
            Proves::WhereAskedFor => unproven.reached_with_copy,
            Proves::Always => Some(unproven.reached),
        };
        let reached = reached.unwrap_or_default();
        let (reached, remaining) = std::mem::take(&mut record.recipients)
            .into_iter()
            .partition::<Vec<_>, _>(|recipient| reached.contains(recipient));
        if reached.is_empty() {
            return Ok(Vec::new());
        }
        let gained = self.not_lost(&record, now)?;
        delivery.postponed = Vec::new();
        delivery.unproven = None;
        let is_withdrawn = matches!(record.state, EffectState::Withdrawn { .. });
        let state = if remaining.is_empty() || is_withdrawn {
            record.recipients = reached;
            EffectState::Sent { at: now }
        } else {
            record.recipients = remaining;
            delivery.reached_some = true;
            match &record.state {
                EffectState::GivenUp { at, why } => EffectState::GivenUp {
                    at: *at,
                    why: why_for_the_others(why, &record, &mut delivery),
                },
                _ => EffectState::Waiting { due: now },
            }
        };
        self.change_state(batch, record, &delivery, state)?;
        Ok(gained)
    }
}

/// Why a mail stays given up for those whom its copy does not name. After one doubt it is known that they do not have it; after several one of the
/// other transactions may have reached them.
fn why_for_the_others(why: &str, record: &EffectRecord, delivery: &mut Delivery) -> String {
    if delivery.doubts > 1 {
        return why.to_owned();
    }
    delivery.doubts = 0;
    // A server's last words, which say more, are kept as those; the end of a doubt leaves them alone.
    match record.last_failure.as_deref() == Some(why) {
        true => why.to_owned(),
        false => NOT_FOR_THIS_ONE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reason_is_told_in_german_as_well() {
        let german = crate::config::Language("de".to_owned());
        let told = crate::compose::reported(&german, super::NOT_FOR_THIS_ONE);
        assert!(!told.contains("the "), "{told}");
    }
}
