//! A mail may have left, and nobody knows: what now? Pure.
//!
//! | copy to ourselves | verdict |
//! |---|---|
//! | asked for, came back | it left (the journal notes that when the copy is read) |
//! | asked for, and a sweep of the inbox that began `copy_wait` later has not found it | it did not leave: again |
//! | not asked for, mail to staff or admin | again: twice is better than never |
//! | not asked for, mail to a customer | never twice: staff are told |

use super::schedule;
use crate::compose::Purpose;
use crate::config::Smtp;
use crate::journal::{CopyProof, DoubtVerdict, EffectRecord, EffectState, RecordedEffect};
use crate::ticket::Party;
use jiff::Timestamp;

/// What becomes of an effect in doubt; `None` while it is still to be waited for.
///
/// `started_at` is when this process began: an attempt of an earlier one ended at some moment before that.
pub(super) fn verdict(
    effect: &RecordedEffect,
    started_at: Timestamp,
    swept: Option<Timestamp>,
    settings: &Smtp,
    now: Timestamp,
) -> Option<DoubtVerdict> {
    let record = effect.record();
    let EffectState::InDoubt { since } = &record.state else {
        return None;
    };
    let since = (*since).max(started_at.min(now));
    match effect.copy() {
        CopyProof::Asked => {
            let late_enough = schedule::later(since, settings.copy_wait);
            if swept.is_some_and(|swept| swept >= late_enough) {
                Some(DoubtVerdict::SendAgain {
                    why: "its copy did not come back, so it had not left".to_owned(),
                })
            } else if schedule::is_over(record.recorded_at, settings, now) && now >= late_enough {
                Some(DoubtVerdict::GiveUp {
                    why: "it may have left; the inbox could not be searched for its copy for too long".to_owned(),
                })
            } else {
                None
            }
        }
        CopyProof::None if is_for_customer(record) => Some(DoubtVerdict::GiveUp {
            why: "it may have left: the connection ended after the content, and no copy can prove it; ask the customer before writing again"
                .to_owned(),
        }),
        CopyProof::None if schedule::is_over(record.recorded_at, settings, now) => {
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
