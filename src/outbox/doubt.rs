//! A mail may have left, and nobody knows: what now? Pure.
//!
//! | copy to ourselves | verdict |
//! |---|---|
//! | asked for, came back | it left (the journal notes that when the copy is read) |
//! | asked for, and a sweep of the inbox that began `copy_wait` later has not found it | it did not leave: again |
//! | not asked for or impossible, stands in the folder of sent mail | it left (the journal notes that when it is seen there) |
//! | not asked for, not seen there either, mail to staff or admin | again: twice is better than never |
//! | not asked for, not seen there either, mail to a customer | never twice: staff are told |

use super::schedule;
use crate::compose::Purpose;
use crate::config::Smtp;
use crate::journal::{CopyProof, DoubtVerdict, EffectRecord, EffectState, RecordedEffect};
use crate::ticket::Party;
use jiff::Timestamp;
use std::time::Duration;

/// What there is to judge by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// How long the attempt has been over, as far as this process knows. By a clock that nobody sets: by the clock on the wall a copy could
    /// seem to be overdue that was sent a second ago.
    pub(super) doubted_for: Duration,
    /// How long the attempt had been over when the last complete sweep of the inbox began; `None` where none has begun since.
    pub(super) looked_after: Option<Duration>,
    /// Whether the folder of sent mail is looked at before each sweep. That a mail stands there shows that it left; that it does not stand
    /// there shows nothing, because not every server files what it sends.
    pub(super) sent_is_watched: bool,
}

/// What becomes of an effect in doubt; `None` while it is still to be waited for.
pub(super) fn verdict(
    effect: &RecordedEffect,
    evidence: Evidence,
    settings: &Smtp,
    now: Timestamp,
) -> Option<DoubtVerdict> {
    let record = effect.record();
    if !matches!(record.state, EffectState::InDoubt { .. }) {
        return None;
    }
    let was_looked_for = (evidence.looked_after).is_some_and(|after| after >= settings.copy_wait);
    let is_over = schedule::is_over(record.recorded_at, settings, now);
    match effect.copy() {
        CopyProof::Asked => {
            if was_looked_for {
                Some(DoubtVerdict::SendAgain {
                    why: "its copy did not come back, so it had not left".to_owned(),
                })
            } else if is_over && evidence.doubted_for >= settings.copy_wait {
                Some(DoubtVerdict::GiveUp {
                    why: "it may have left; the inbox could not be searched for its copy for too long".to_owned(),
                })
            } else {
                None
            }
        }
        // It may still appear in the folder of sent mail.
        CopyProof::None if evidence.sent_is_watched && !was_looked_for && !is_over => None,
        CopyProof::None if is_for_customer(record) => Some(DoubtVerdict::GiveUp {
            why: "it may have left: the connection ended after the content, and no copy can prove it; ask the customer before writing again"
                .to_owned(),
        }),
        CopyProof::None if is_over => {
            Some(DoubtVerdict::GiveUp {
                why: "tried for too long, each time cut off after the content".to_owned(),
            })
        }
        CopyProof::None => Some(DoubtVerdict::SendAgain {
            why: "it may have left already; staff get it rather twice than never".to_owned(),
        }),
    }
}

fn is_for_customer(record: &EffectRecord) -> bool {
    match &record.party {
        Some(Party::Customer(_)) => true,
        Some(Party::Staff(_)) => false,
        None => matches!(
            record.purpose,
            Purpose::Answer
                | Purpose::Question
                | Purpose::Notice
                | Purpose::StaffReply
                | Purpose::ApprovedAnswer
                | Purpose::StopConfirmation
        ),
    }
}
