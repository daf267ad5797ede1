//! What does an attempt come to, with the schedule? Pure.

use super::delivery::Delivered;
use super::failure::Verdict;
use crate::journal::{AttemptOutcome, EffectRecord, LostRecipient};
use crate::mail::Address;
use jiff::Timestamp;

/// What the attempt comes to. `due`: when it would be tried again; `None` where it has been tried for long enough.
pub(super) fn outcome(
    record: &EffectRecord,
    delivered: Delivered,
    due: Option<Timestamp>,
    now: Timestamp,
) -> AttemptOutcome {
    let Delivered {
        result,
        accepted,
        postponed: mut remaining,
        mut lost,
        refusal,
        too_large,
        ..
    } = delivered;
    let mut reached_some = false;
    let why = match result {
        Ok(()) => {
            if accepted.len() == record.recipients.len() && lost.is_empty() {
                return AttemptOutcome::Sent;
            }
            reached_some = !accepted.is_empty();
            refusal.unwrap_or_else(|| "it has no recipient".to_owned())
        }
        Err((Verdict::InDoubt, why)) => return AttemptOutcome::InDoubt { why },
        Err((Verdict::Retry, why)) => {
            remaining = not_lost(record, &lost);
            why
        }
        Err((Verdict::Permanent, why)) => {
            let refused = if accepted.is_empty() {
                record.recipients.clone()
            } else {
                accepted
            };
            lost.extend(refused.into_iter().map(|recipient| LostRecipient {
                recipient,
                why: why.clone(),
                too_large,
            }));
            why
        }
    };
    match due {
        Some(due) if lost.is_empty() && !reached_some && !remaining.is_empty() => {
            AttemptOutcome::Later { due, why }
        }
        _ if !reached_some && remaining.is_empty() => {
            match lost.iter().find_map(|lost| lost.too_large) {
                Some(too_large) => AttemptOutcome::TooLarge { why, too_large },
                None => AttemptOutcome::GivenUp { why },
            }
        }
        None if !reached_some => AttemptOutcome::GivenUp {
            why: for_too_long(&why),
        },
        None => {
            lost.extend(remaining.into_iter().map(|recipient| LostRecipient {
                recipient,
                why: for_too_long(&why),
                too_large: None,
            }));
            AttemptOutcome::PartlySent {
                reached_some,
                remaining: Vec::new(),
                due: now,
                lost,
                why,
            }
        }
        Some(due) => AttemptOutcome::PartlySent {
            reached_some,
            remaining,
            due,
            lost,
            why,
        },
    }
}

/// The recipients of a mail without those that are lost.
pub(super) fn not_lost(record: &EffectRecord, lost: &[LostRecipient]) -> Vec<Address> {
    (record.recipients.iter())
        .filter(|recipient| !lost.iter().any(|lost| lost.recipient == **recipient))
        .cloned()
        .collect()
}

/// The words for a mail that is given up although nobody said never.
pub(super) fn for_too_long(why: &str) -> String {
    format!("tried for too long; last {why}")
}
